//! Renewals and add-ons: what the panel shall hold afterwards. Computed once from what it holds before, stored on the order, and only then asked for.
//!
//! Every value is absolute. Asked for twice it is given once, whatever became of the first answer; and because one order at a time has a
//! subscription ([`Subscription::busy_with`](crate::subscription::Subscription::busy_with)), no two of them compute from the same account.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    product::{ProductKind, RenewalPolicy, Terms},
    time::{Span, Timestamp},
};

/// What an order asks of the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The account with what the order gives.
    Limits(Limits),
    /// There was no account any more: one of its name by the order's terms alone.
    Anew,
    /// The order was refunded: the account without what it had given.
    Less(Limits),
    /// The order was refunded and was the last one that fed the account: switched off.
    Off,
}

/// The limits that an account shall have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    pub data: DataTarget,
    pub time: TimeTarget,
    /// The shop itself had switched the account off, after a refund: it is on again.
    #[serde(default, rename = "on", skip_serializing_if = "std::ops::Not::not")]
    pub switch_on: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataTarget {
    /// As it is.
    Keep,
    /// No limit, where there were this many bytes.
    Unlimited { was: u64 },
    /// Bytes in all, used ones included. `was`: what it grew from; absent where it began anew.
    Bytes {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        was: Option<u64>,
        shall_be: u64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeTarget {
    /// As it is.
    Keep,
    /// No end, where there was one, or a span that waited for the first use.
    Unlimited {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on_hold: Option<Span>,
    },
    Until {
        was: Timestamp,
        shall_be: Timestamp,
    },
    /// For an account that was on hold when it was looked at: how long it works from its first use on, then and now.
    OnHold {
        was: Span,
        shall_be: Span,
        looked_at: Timestamp,
    },
}

/// An account as the panel shows it, as far as a renewal looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub state: State,
    /// Bytes; `None` is unlimited.
    pub data_limit: Option<u64>,
    pub used: u64,
    /// `None`: never, or not started.
    pub expires_at: Option<Timestamp>,
}

/// What a renewal makes of an account's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Works this long from its first use on.
    OnHold(Span),
    Active,
    /// Its data or its time is used up.
    Ended,
    /// Switched off by an operator, or by the shop after a refund.
    Off,
}

/// Why an order cannot extend its account: an operator has to see to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("the account is switched off on the panel: switch it on and try again, or refund the order")]
    SwitchedOff,
    #[error("the account was deleted from the panel, and an add-on makes none: refund the order")]
    Deleted,
}

/// The panel's clock and the shop's are at most so far apart.
const SKEW: Span = Span::minutes(1);
/// A look at an account on hold is good for so long: see [`Limits::revised`].
const LOOK: Span = Span::hours(1);
/// What the panel can store: 63 bits.
const MOST_BYTES: u64 = i64::MAX as u64;

/// What the panel shall hold for an order of these terms.
///
/// `account`: as it is, `None` where it was deleted. `revoked`: the shop itself switched it off, when the last order that fed it was refunded.
pub fn target(account: Option<&Seen>, revoked: bool, terms: &Terms, now: Timestamp) -> Result<Target, Refusal> {
    let plan = terms.kind == ProductKind::Plan;
    match account {
        Some(seen) if seen.state != State::Off => Ok(Target::Limits(extended(seen, terms, now))),
        Some(seen) if revoked && plan => Ok(Target::Limits(begun_again(seen, terms, now))),
        Some(_) => Err(Refusal::SwitchedOff),
        None if plan => Ok(Target::Anew),
        None => Err(Refusal::Deleted),
    }
}

fn extended(seen: &Seen, terms: &Terms, now: Timestamp) -> Limits {
    let plan = terms.kind == ProductKind::Plan;
    let fresh = plan && terms.renewal_policy == RenewalPolicy::Reset;
    let data = match (seen.data_limit, terms.data_limit_bytes()) {
        (Some(was), Some(bytes)) => {
            let from = match seen.state {
                _ if fresh => seen.used,
                // What went over the limit is nobody's debt.
                State::Ended => was.max(seen.used),
                State::Active | State::OnHold(_) | State::Off => was,
            };
            DataTarget::Bytes { was: Some(was), shall_be: from.saturating_add(bytes).min(MOST_BYTES) }
        }
        (Some(was), None) if plan => DataTarget::Unlimited { was },
        (Some(_) | None, _) => DataTarget::Keep,
    };
    let span = terms.duration_days.map(|days| Span::days(days.into()));
    let time = match (seen.state, seen.expires_at, span) {
        (State::OnHold(was), _, Some(span)) => {
            let shall_be = if fresh { span } else { sum(was, span) };
            TimeTarget::OnHold { was, shall_be, looked_at: now }
        }
        (State::OnHold(was), _, None) if plan => TimeTarget::Unlimited { until: None, on_hold: Some(was) },
        (State::Active | State::Ended | State::Off, Some(was), Some(span)) => {
            let from = if fresh { now } else { now.max(was) };
            TimeTarget::Until { was, shall_be: whole(from.plus(span)) }
        }
        (State::Active | State::Ended | State::Off, Some(was), None) if plan => TimeTarget::Unlimited { until: Some(was), on_hold: None },
        _ => TimeTarget::Keep,
    };
    Limits { data, time, switch_on: false }
}

/// Nothing is left of what an account was that a refund switched off: it begins with this order, now.
fn begun_again(seen: &Seen, terms: &Terms, now: Timestamp) -> Limits {
    let data = match terms.data_limit_bytes() {
        Some(bytes) => DataTarget::Bytes { was: None, shall_be: seen.used.saturating_add(bytes).min(MOST_BYTES) },
        None => DataTarget::Unlimited { was: seen.used.max(1) },
    };
    let time = match terms.duration_days {
        Some(days) => TimeTarget::Until { was: whole(now), shall_be: whole(now.plus(Span::days(days.into()))) },
        None => TimeTarget::Unlimited { until: Some(now), on_hold: None },
    };
    Limits { data, time, switch_on: true }
}

/// What the other orders have sold that feed the same account and were not refunded: that is left to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Others {
    pub bytes: u64,
    pub span: Span,
    /// Of the span, what was granted after the order that is taken back: its days come last.
    pub later: Span,
}

impl Others {
    pub const NONE: Self = Self { bytes: 0, span: Span::ZERO, later: Span::ZERO };

    /// With one more of them, granted `later` than the order that is taken back or not.
    #[must_use]
    pub fn and(self, terms: &Terms, later: bool) -> Self {
        let span = terms.duration_days.map_or(Span::ZERO, |days| Span::days(days.into()));
        Self {
            bytes: self.bytes.saturating_add(terms.data_limit_bytes().unwrap_or(0)),
            span: sum(self.span, span),
            later: if later { sum(self.later, span) } else { self.later },
        }
    }
}

/// What is taken back of an account for an order that was refunded: the difference that it made, and never more than it sold, nor anything that
/// other orders have paid for: a plan that began afresh, or after the order's days were over, has left nothing of it.
///
/// `forward` is what the order had asked for; `None` where the account was made for it. An account that had no limit from its beginning keeps
/// none: how much of it was this order's cannot be told.
pub fn taken_back(forward: Option<&Target>, terms: &Terms, seen: &Seen, others: Others, now: Timestamp) -> Limits {
    let bought_bytes = terms.data_limit_bytes().map_or(0, i128::from);
    let bought_millis = terms.duration_days.map_or(0, |days| Span::days(days.into()).as_millis());
    let (data, time) = match forward {
        Some(Target::Limits(limits)) => (Some(limits.data), Some(limits.time)),
        Some(Target::Anew | Target::Less(_) | Target::Off) | None => (None, None),
    };
    let bytes = match data {
        Some(DataTarget::Keep) => 0,
        Some(DataTarget::Bytes { was: Some(was), shall_be }) => (i128::from(shall_be) - i128::from(was)).min(bought_bytes),
        Some(DataTarget::Bytes { was: None, .. }) | None => bought_bytes,
        Some(DataTarget::Unlimited { .. }) => 0,
    };
    let data = match (data, seen.data_limit) {
        // 0 would be no limit at all.
        (Some(DataTarget::Unlimited { was }), None) => DataTarget::Bytes { was: None, shall_be: was.max(1) },
        (_, Some(was)) if bytes != 0 => {
            let rest = u64::try_from((i128::from(was) - bytes).clamp(1, i128::from(MOST_BYTES))).unwrap_or(was);
            let rest = rest.max(others.bytes.min(was));
            DataTarget::Bytes { was: Some(was), shall_be: rest }
        }
        _ => DataTarget::Keep,
    };
    let millis = match time {
        Some(TimeTarget::Keep | TimeTarget::Unlimited { .. }) => 0,
        Some(TimeTarget::Until { was, shall_be }) => shall_be.millis().saturating_sub(was.millis()).min(bought_millis),
        Some(TimeTarget::OnHold { was, shall_be, .. }) => shall_be.as_millis().saturating_sub(was.as_millis()).min(bought_millis),
        None => bought_millis,
    };
    let second = Span::seconds(1);
    let time = match (time, seen.state, seen.expires_at) {
        (Some(TimeTarget::Unlimited { until, on_hold }), State::Active | State::Ended | State::Off, None) => {
            let shall_be = until.unwrap_or_else(|| whole(now.plus(on_hold.unwrap_or(second))));
            TimeTarget::Until { was: shall_be, shall_be }
        }
        (_, State::OnHold(was), _) if millis != 0 => {
            let shall_be = Span::from_millis(was.as_millis().saturating_sub(millis)).max(others.span.min(was)).max(second);
            TimeTarget::OnHold { was, shall_be, looked_at: now }
        }
        (_, State::Active | State::Ended | State::Off, Some(was)) if millis != 0 => {
            // Days that are over are nobody's any more; those that were paid for later have not begun before now.
            let millis = if others.later > Span::ZERO { millis.min(was.since(now.plus(others.later)).as_millis()) } else { millis };
            let shall_be = Timestamp::from_millis(was.millis().saturating_sub(millis)).max(Timestamp::EPOCH.plus(second));
            TimeTarget::Until { was, shall_be }
        }
        _ => TimeTarget::Keep,
    };
    Limits { data, time, switch_on: false }
}

impl Limits {
    /// The account as it is.
    pub const NOTHING: Self = Self { data: DataTarget::Keep, time: TimeTarget::Keep, switch_on: false };

    /// The same limits for an account that was on hold when they were computed and has started since: its time gets an end instead of a span, once.
    /// Its bytes stay: they were computed once. `None`: there is nothing to revise.
    ///
    /// The account started after the look, so with the old span it ends before `looked_at` + the new one, and with the new one after it: that tells
    /// whether an answer that was lost had done it. It tells for as long as the look is younger than the difference of the spans; so a look that is
    /// old, at an account that still waits and was not changed, is made a new one.
    #[must_use]
    pub fn revised(&self, seen: &Seen, now: Timestamp) -> Option<Self> {
        let TimeTarget::OnHold { was, shall_be, looked_at } = self.time else { return None };
        let time = match (seen.state, seen.expires_at) {
            (State::OnHold(span), _) if span == was && looked_at.plus(LOOK) < now => TimeTarget::OnHold { was, shall_be, looked_at: now },
            (State::OnHold(_), _) => return None,
            (State::Active | State::Ended | State::Off, None) => TimeTarget::Keep,
            (State::Active | State::Ended | State::Off, Some(ends)) => {
                let difference = shall_be.as_millis().saturating_sub(was.as_millis());
                let longer = ends.plus(SKEW) >= looked_at.plus(was.max(shall_be));
                if longer == (difference >= 0) {
                    TimeTarget::Until { was: shifted(ends, difference.saturating_neg()), shall_be: ends }
                } else {
                    TimeTarget::Until { was: ends, shall_be: shifted(ends, difference) }
                }
            }
        };
        Some(Self { time, ..*self })
    }

    /// Whether an account shows these limits, where it is not known whether they were asked for: both go in one request, so that either tells of both.
    /// What shows neither the old nor the new was changed by somebody else, and counts as done.
    pub fn applied(&self, seen: &Seen) -> bool {
        let data = match self.data {
            DataTarget::Keep => None,
            DataTarget::Unlimited { was } => told(seen.data_limit, Some(was), None),
            DataTarget::Bytes { was, shall_be } => told(seen.data_limit, was, Some(shall_be)),
        };
        let time = || match (self.time, seen.state) {
            (TimeTarget::Keep, _) => None,
            (TimeTarget::Unlimited { on_hold: Some(_), .. }, state) => Some(!matches!(state, State::OnHold(_))),
            (TimeTarget::Unlimited { until, .. }, _) => told(seen.expires_at, until, None),
            (TimeTarget::Until { was, shall_be }, _) => told(seen.expires_at, Some(was), Some(shall_be)),
            (TimeTarget::OnHold { was, shall_be, .. }, State::OnHold(span)) => told(span, was, shall_be),
            (TimeTarget::OnHold { was, shall_be, looked_at }, _) => {
                let longer = seen.expires_at.is_some_and(|ends| ends.plus(SKEW) >= looked_at.plus(was.max(shall_be)));
                Some(longer == (shall_be >= was))
            }
        };
        data.or_else(time).unwrap_or(true)
    }
}

/// `Some`: one of the two is held, and they differ.
fn told<T: PartialEq>(held: T, was: T, shall_be: T) -> Option<bool> {
    if was == shall_be {
        None
    } else if held == was {
        Some(false)
    } else if held == shall_be {
        Some(true)
    } else {
        None
    }
}

/// The panel's times are whole seconds.
const fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_seconds(at.seconds())
}

fn sum(a: Span, b: Span) -> Span {
    Span::from_millis(a.as_millis().saturating_add(b.as_millis()))
}

fn shifted(at: Timestamp, millis: i64) -> Timestamp {
    Timestamp::from_millis(at.millis().saturating_add(millis))
}
