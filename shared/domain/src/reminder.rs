//! Reminders: of what a customer is told when a subscription comes to its end, and when its account is looked at next.
//!
//! Only the panel knows how much is left, so an account is looked at: exactly when a number of days is left, and where its data is limited as often
//! as its use so far asks for. Each look says when the next one is; where nothing can end, there is none.

use crate::{
    settings::Reminders,
    subscription::{Reminder, Renews, Subscription},
    time::{Span, Timestamp},
};

/// What the panel says of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub standing: Standing,
    /// Bytes.
    pub used: u64,
    /// Bytes; `None` is unlimited.
    pub data_limit: Option<u64>,
    /// `None`: never, or not used yet.
    pub expires_at: Option<Timestamp>,
    /// How long an account that was not used yet will work from its first use on.
    pub on_hold: Option<Span>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Active,
    /// Waits for its first use.
    OnHold,
    /// Its data is used up.
    Limited,
    /// Its time is up.
    Expired,
    /// Switched off by an operator, or deleted.
    Absent,
}

/// What comes of a look at an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// As it is from now on: what has been told and what no longer needs to be is marked, and the next look is owed.
    pub subscription: Subscription,
    /// What its customer is told now.
    pub tell: Option<Reminder>,
    /// It was held until this look, and is not any more.
    pub has_ended: bool,
}

/// Looks while data is used up lie between these.
const SOONEST: Span = Span::hours(6);
const LATEST: Span = Span::hours(24);
/// An account whose end is further away is looked at all the same: operators change them.
const RARELY: Span = Span::days(7);
/// What a renewal that is under way may take.
const WHILE_BUSY: Span = Span::hours(1);
/// A second message about one end comes at the earliest after this.
const BREATH: Span = Span::days(1);
/// How often an account is looked for that is switched off or gone.
const LOOKS_IN_VAIN: u32 = 4;

impl Subscription {
    /// Whether its customer can still use it, as far as is known without asking the panel.
    pub const fn is_held(&self) -> bool {
        self.ended_at.is_none() && !self.is_switched_off()
    }

    /// After it was bought, renewed or added to: its end, if it came, is forgotten, and the account is looked at soon, unless nothing of it can end.
    /// Marks of what is left are kept: the look drops those that do not hold any more.
    pub fn look_anew(&mut self, now: Timestamp) {
        self.ended_at = None;
        self.reminded.retain(|mark| matches!(mark, Reminder::DaysLeft(_) | Reminder::DataLeft(_)));
        let wait = match (self.data_limit, self.duration_days) {
            (None, None) => None,
            (_, Some(0 | 1)) => Some(SOONEST),
            _ => Some(LATEST),
        };
        self.owe_look(wait.map(|wait| now.plus(wait)));
    }

    /// The account could not be shown to us: looked at again after a day.
    pub fn look_tomorrow(&mut self, now: Timestamp) {
        self.owe_look(Some(now.plus(LATEST)));
    }
}

/// Looks at the account of `subscription`, which is due. At most one thing is told, the most urgent; everything else that holds is marked with it.
pub fn look(subscription: &Subscription, seen: &Seen, settings: &Reminders, now: Timestamp) -> Look {
    let mut next = subscription.clone();
    // What is paid again by itself does not run out of days.
    let calm = (next.renews == Some(Renews::On)).then(|| Reminders { days_left: Vec::new(), ..settings.clone() });
    let settings = calm.as_ref().unwrap_or(settings);
    let tell = if next.is_switched_off() {
        next.owe_look(None);
        None
    } else if next.busy_with.is_some() {
        next.owe_look(Some(now.plus(WHILE_BUSY)));
        None
    } else {
        match seen.standing {
            Standing::Absent => {
                look_in_vain(&mut next, now);
                None
            }
            Standing::Limited | Standing::Expired => look_at_end(&mut next, seen, settings, now),
            Standing::Active | Standing::OnHold if seen.has_ended(now) => look_at_end(&mut next, seen, settings, now),
            Standing::Active | Standing::OnHold => look_at_rest(&mut next, seen, settings, now),
        }
    };
    let has_ended = subscription.is_held() && !next.is_held();
    Look { subscription: next, tell, has_ended }
}

impl Seen {
    /// Whether it has ended and the panel has not noticed yet.
    pub(crate) fn has_ended(&self, now: Timestamp) -> bool {
        self.end().is_some_and(|end| end <= now) || self.data_limit.is_some_and(|limit| self.used >= limit)
    }

    /// The end of its time, once that runs.
    fn end(&self) -> Option<Timestamp> {
        self.expires_at.filter(|_| self.standing != Standing::OnHold)
    }
}

/// Nothing to be told of: it may come back, but not for ever.
fn look_in_vain(next: &mut Subscription, now: Timestamp) {
    let looks = next.work.tries.saturating_add(1);
    if looks < LOOKS_IN_VAIN {
        next.owe_look(Some(now.plus(RARELY)));
        next.work.tries = looks;
    } else {
        next.ended_at = next.ended_at.or(Some(now));
        next.owe_look(None);
    }
}

/// It has ended: that is told, later the offer to come back, and then nothing more.
fn look_at_end(next: &mut Subscription, seen: &Seen, settings: &Reminders, now: Timestamp) -> Option<Reminder> {
    // Nobody knows when data was used up: it is when we notice.
    let ended_at = next.ended_at.or(seen.end().filter(|end| *end <= now)).unwrap_or(now);
    next.ended_at = Some(ended_at);
    let mut tell = None;
    if mark(next, Reminder::Ended) && settings.ended {
        tell = Some(Reminder::Ended);
    }
    let offer = settings.win_back.filter(|_| !next.reminded.contains(&Reminder::WinBack));
    let offer_at = offer.map(|offer| ended_at.plus(Span::days(offer.after_days.into())));
    let look_at = match (offer_at, tell) {
        (None, _) => None,
        (Some(at), None) if at <= now => {
            mark(next, Reminder::WinBack);
            tell = Some(Reminder::WinBack);
            None
        }
        (Some(at), None) => Some(at),
        (Some(at), Some(_)) => Some(at.max(now.plus(BREATH))),
    };
    next.owe_look(look_at);
    tell
}

/// Marks it; `false` where it was marked before.
fn mark(subscription: &mut Subscription, reminder: Reminder) -> bool {
    let new = !subscription.reminded.contains(&reminder);
    if new {
        subscription.reminded.push(reminder);
    }
    new
}

/// It goes on: what holds of it is told once for as long as it holds, and the next look is when something more may.
fn look_at_rest(next: &mut Subscription, seen: &Seen, settings: &Reminders, now: Timestamp) -> Option<Reminder> {
    let days = days_of(next, settings);
    let percents = percents_of(settings);
    let end = seen.end();
    let ran_down = |days: u16| end.is_some_and(|end| threshold(end, days) <= now);
    let used_up = |percent: u8| seen.data_limit.is_some_and(|limit| seen.used >= data_mark(limit, percent));
    let of_days = (0..).zip(&days).filter(|(_, days)| ran_down(**days)).map(|(rank, days)| (rank, Reminder::DaysLeft(*days)));
    let of_data =
        (0..).zip(&percents).filter(|(_, percent)| used_up(**percent)).map(|(rank, percent)| (rank, Reminder::DataLeft(*percent)));
    // The tighter of each kind are the more urgent.
    let mut holds: Vec<(u32, Reminder)> = of_days.chain(of_data).collect();
    holds.sort_unstable();
    let told = std::mem::take(&mut next.reminded);
    next.reminded = holds.into_iter().map(|(_, reminder)| reminder).collect();
    let tell = next.reminded.iter().find(|reminder| !told.contains(reminder)).copied();
    next.ended_at = None;
    let look_at = next_look(next, seen, &days, &percents, now);
    next.owe_look(look_at);
    tell
}

/// The numbers of days of which a customer is told, the smallest first: those that are as long as the subscription itself say nothing.
fn days_of(subscription: &Subscription, settings: &Reminders) -> Vec<u16> {
    let whole = subscription.duration_days.unwrap_or(u16::MAX);
    let mut days: Vec<u16> = settings.days_left.iter().copied().filter(|days| (1..whole).contains(days)).collect();
    days.sort_unstable();
    days.dedup();
    days
}

fn percents_of(settings: &Reminders) -> Vec<u8> {
    let mut percents: Vec<u8> = settings.data_left_percent.iter().copied().filter(|percent| (1..100).contains(percent)).collect();
    percents.sort_unstable();
    percents.dedup();
    percents
}

const fn threshold(end: Timestamp, days: u16) -> Timestamp {
    end.minus(Span::days(days as u32))
}

/// Bytes used from which at most so many percent are left.
fn data_mark(limit: u64, percent: u8) -> u64 {
    let left = u128::from(limit) * u128::from(percent) / 100;
    limit.saturating_sub(u64::try_from(left).unwrap_or(u64::MAX))
}

/// When something more may hold; `None`: never.
fn next_look(subscription: &Subscription, seen: &Seen, days: &[u16], percents: &[u8], now: Timestamp) -> Option<Timestamp> {
    let by_time = match (seen.end(), seen.standing, seen.on_hold) {
        (Some(end), ..) => days.iter().rev().map(|days| threshold(end, *days)).find(|at| *at > now).or(Some(end)),
        // The first of what may come after a start this very moment.
        (None, Standing::OnHold, Some(span)) => {
            let longest = Span::days(days.last().copied().unwrap_or_default().into());
            let first = now.plus(span).minus(longest);
            Some(if first > now { first } else { now.plus(SOONEST) })
        }
        (None, ..) => None,
    };
    let by_data = seen.data_limit.map(|limit| match seen.standing {
        Standing::OnHold => now.plus(LATEST),
        _ => now.plus(projected(subscription, seen, limit, percents, now).clamp(SOONEST, LATEST)),
    });
    let first = match (by_time, by_data) {
        (Some(time), Some(data)) => Some(time.min(data)),
        (time, data) => time.or(data),
    };
    first.map(|at| at.min(now.plus(RARELY)))
}

/// How long the data lasts until something more is to be told, if it is used as fast as so far.
fn projected(subscription: &Subscription, seen: &Seen, limit: u64, percents: &[u8], now: Timestamp) -> Span {
    let marks = percents.iter().rev().map(|percent| data_mark(limit, *percent)).chain([limit]);
    let Some(mark) = marks.into_iter().find(|mark| *mark > seen.used) else { return SOONEST };
    // A renewal moves the end on; the time before it then counts as used, which only makes the pace look slower than the bounds allow for.
    let whole = Span::days(subscription.duration_days.unwrap_or_default().into());
    let started = seen.end().map(|end| end.minus(whole)).filter(|start| *start < now).unwrap_or(subscription.created_at);
    let running = now.since(started.max(subscription.created_at)).max(Span::hours(1));
    let left = u128::from(mark.saturating_sub(seen.used));
    let lasts = u128::from(running.as_seconds().unsigned_abs()) * left / u128::from(seen.used.max(1));
    Span::seconds(u32::try_from(lasts).unwrap_or(u32::MAX))
}
