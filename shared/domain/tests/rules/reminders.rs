//! What a customer is told of the end of a subscription, and when its account is looked at.

use domain::{
    Timestamp,
    duty::Duty,
    reminder::{Look, Seen, Standing, look},
    settings::{Reminders, WinBack},
    subscription::{Reminder, Subscription},
    time::Span,
};
use proptest::prelude::*;

use crate::fixtures::*;

const GIB: u64 = 1 << 30;
const HOUR: Span = Span::hours(1);

/// 50 GiB for 30 days, bought now.
fn bought() -> Subscription {
    Subscription::of(&placed(false), "https://panel.example/sub/token".into(), NOW)
}

fn unlimited() -> Subscription {
    let mut subscription = Subscription { data_limit: None, duration_days: None, ..bought() };
    subscription.look_anew(NOW);
    subscription
}

fn active(used: u64, limit: Option<u64>, ends: Option<Timestamp>) -> Seen {
    Seen { standing: Standing::Active, used, data_limit: limit, expires_at: ends, on_hold: None }
}

fn on_hold(limit: Option<u64>, span: Span) -> Seen {
    Seen { standing: Standing::OnHold, used: 0, data_limit: limit, expires_at: None, on_hold: Some(span) }
}

fn days(n: u32) -> Timestamp {
    NOW.plus(Span::days(n))
}

fn due(subscription: &Subscription) -> Option<Timestamp> {
    assert_eq!(subscription.work.duty.is_some(), subscription.work.due_at.is_some());
    assert!(subscription.work.duty.is_none_or(|duty| duty == Duty::Remind));
    subscription.work.due_at
}

#[test]
fn the_first_look() {
    assert_eq!(due(&bought()), Some(days(1)));
    assert_eq!(due(&unlimited()), None, "nothing of it can end");
    let mut trial = Subscription { duration_days: Some(1), ..bought() };
    trial.look_anew(NOW);
    assert_eq!(due(&trial), Some(NOW.plus(Span::hours(6))));
    // A link that its customer waits for comes first.
    let mut asked = bought();
    asked.ask_link(NOW.plus(HOUR));
    asked.look_anew(NOW.plus(HOUR));
    assert_eq!((asked.work.duty, asked.look_at), (Some(Duty::NewLink), Some(days(1).plus(HOUR))));
}

/// What was told, at which day, what the panel says; what is told, and in how many hours comes the next look.
type Case = (&'static str, Vec<Reminder>, Timestamp, Seen, Option<Reminder>, Option<u32>);

#[test]
fn what_is_told_and_when_to_look_next() {
    use Reminder::{DataLeft, DaysLeft, Ended, WinBack};
    let settings = Reminders::initial();
    let at = |n| days(n);
    let limit = Some(50 * GIB);
    let ends = Some(days(30));
    let cases: Vec<Case> = vec![
        ("not used yet", vec![], at(1), on_hold(limit, Span::days(30)), None, Some(24)),
        ("not used yet, nothing but days", vec![], at(1), on_hold(None, Span::days(10)), None, Some(7 * 24)),
        ("not used yet, the first threshold after a start now", vec![], at(1), on_hold(None, Span::days(5)), None, Some(2 * 24)),
        ("in the middle, hardly used", vec![], at(10), active(GIB, limit, ends), None, Some(24)),
        ("in the middle, used up within half a day", vec![], at(10), active(38 * GIB, limit, ends), None, Some(12)),
        ("in the middle, used up at once", vec![], at(10), active(40 * GIB - 1, limit, ends), None, Some(6)),
        ("days alone: rarely", vec![], at(10), active(0, None, ends), None, Some(7 * 24)),
        ("days alone: exactly then", vec![], at(24), active(0, None, ends), None, Some(3 * 24)),
        ("three days", vec![], at(27), active(0, None, ends), Some(DaysLeft(3)), Some(2 * 24)),
        ("three days, told", vec![DaysLeft(3)], at(28), active(0, None, ends), None, Some(24)),
        ("one day", vec![DaysLeft(3)], at(29), active(0, None, ends), Some(DaysLeft(1)), Some(24)),
        ("both at once: the tighter", vec![], at(29), active(0, None, ends), Some(DaysLeft(1)), Some(24)),
        ("a fifth of the data", vec![], at(10), active(40 * GIB, limit, ends), Some(DataLeft(20)), Some(24)),
        ("five hundredths", vec![DataLeft(20)], at(10), active(48 * GIB, limit, ends), Some(DataLeft(5)), Some(10)),
        ("days before data", vec![], at(27), active(40 * GIB, limit, ends), Some(DaysLeft(3)), Some(24)),
        ("the tighter before the wider", vec![], at(27), active(48 * GIB, limit, ends), Some(DataLeft(5)), Some(24)),
        ("the end", vec![DaysLeft(1)], at(30), active(0, None, ends), Some(Ended), Some(3 * 24)),
        (
            "the end, noticed by the panel",
            vec![],
            at(31),
            Seen { standing: Standing::Expired, ..active(0, None, ends) },
            Some(Ended),
            Some(48),
        ),
        ("used up", vec![], at(10), Seen { standing: Standing::Limited, ..active(50 * GIB, limit, ends) }, Some(Ended), Some(3 * 24)),
        ("used up, not noticed by the panel", vec![], at(10), active(50 * GIB, limit, ends), Some(Ended), Some(3 * 24)),
        ("ended and told", vec![Ended], at(32), active(0, None, ends), None, Some(24)),
        ("come back", vec![Ended], at(33), active(0, None, ends), Some(WinBack), None),
        ("everything said", vec![Ended, WinBack], at(34), active(0, None, ends), None, None),
        ("the end, noticed late: an offer a day after", vec![], at(60), active(0, None, ends), Some(Ended), Some(24)),
        ("an operator made it unlimited", vec![], at(10), active(GIB, None, None), None, None),
    ];
    for (what, reminded, now, seen, tell, hours) in cases {
        let subscription = Subscription { reminded: reminded.clone(), ..bought() };
        let Look { subscription: next, tell: told, .. } = look(&subscription, &seen, &settings, now);
        assert_eq!(told, tell, "{what}");
        let wait = due(&next).map(|at| u32::try_from(at.since(now).as_seconds() / 3600).unwrap());
        assert_eq!(wait, hours, "{what}");
        assert!(told.is_none_or(|told| next.reminded.contains(&told)), "{what}: {:?}", next.reminded);
    }
}

#[test]
fn everything_that_holds_is_marked_with_the_one_that_is_told() {
    let seen = active(48 * GIB, Some(50 * GIB), Some(days(30)));
    let look = look(&bought(), &seen, &Reminders::initial(), days(29));
    assert_eq!(look.tell, Some(Reminder::DaysLeft(1)));
    let mut marks = look.subscription.reminded;
    marks.sort_unstable();
    assert_eq!(marks, [Reminder::DaysLeft(1), Reminder::DaysLeft(3), Reminder::DataLeft(5), Reminder::DataLeft(20)]);
}

#[test]
fn what_does_not_hold_any_more_may_be_told_again() {
    let settings = Reminders::initial();
    let mut subscription = look(&bought(), &active(48 * GIB, Some(50 * GIB), Some(days(30))), &settings, days(29)).subscription;
    // Data was added: the days are as they were, and are not told a second time.
    subscription.look_anew(days(29));
    let added = look(&subscription, &active(48 * GIB, Some(150 * GIB), Some(days(30))), &settings, days(29).plus(HOUR));
    assert_eq!((added.tell, added.subscription.reminded.len()), (None, 2));
    // Renewed: all of it may be told anew.
    let renewed = look(&subscription, &active(48 * GIB, Some(150 * GIB), Some(days(60))), &settings, days(29).plus(HOUR));
    assert_eq!((renewed.tell, renewed.subscription.reminded.len()), (None, 0));
    let again = look(&renewed.subscription, &active(48 * GIB, Some(150 * GIB), Some(days(60))), &settings, days(59));
    assert_eq!(again.tell, Some(Reminder::DaysLeft(1)));
}

#[test]
fn a_renewal_after_the_end_begins_anew() {
    let settings = Reminders::initial();
    let seen = active(0, Some(50 * GIB), Some(days(30)));
    let ended = look(&bought(), &seen, &settings, days(30).plus(HOUR));
    assert!(ended.has_ended && !ended.subscription.is_held());
    assert_eq!(ended.subscription.ended_at, Some(days(30)), "when it ended, not when it was seen");
    let again = look(&ended.subscription, &seen, &settings, days(31));
    assert!(!again.has_ended, "it ends once");
    let mut renewed = again.subscription;
    renewed.look_anew(days(31));
    assert!(renewed.is_held() && renewed.reminded.is_empty());
    assert_eq!(due(&renewed), Some(days(32)));
    // Even where nobody said so: the panel does.
    let by_operator = look(&ended.subscription, &active(0, Some(50 * GIB), Some(days(90))), &settings, days(33));
    assert!(by_operator.subscription.is_held() && by_operator.tell.is_none() && by_operator.subscription.reminded.is_empty());
}

#[test]
fn what_was_added_to_it_is_not_spoken_of_while_it_is_under_way() {
    let busy = Subscription { busy_with: Some(placed(false).id.key), ..bought() };
    let look = look(&busy, &active(0, None, Some(days(30))), &Reminders::initial(), days(30));
    assert_eq!((look.tell, look.has_ended, due(&look.subscription)), (None, false, Some(days(30).plus(HOUR))));
}

#[test]
fn what_is_switched_off_or_gone_is_looked_for_four_times() {
    let gone = Seen { standing: Standing::Absent, ..active(0, None, None) };
    let mut subscription = bought();
    let mut now = days(1);
    for _ in 0..3 {
        let look = look(&subscription, &gone, &Reminders::initial(), now);
        assert_eq!((look.tell, look.has_ended), (None, false));
        subscription = look.subscription;
        assert_eq!(due(&subscription), Some(now.plus(Span::days(7))));
        now = now.plus(Span::days(7));
    }
    let last = look(&subscription, &gone, &Reminders::initial(), now);
    assert_eq!((last.tell, last.has_ended, due(&last.subscription)), (None, true, None));
    // It came back in time: counted from the beginning.
    let back = look(&subscription, &active(0, None, Some(days(30))), &Reminders::initial(), now).subscription;
    assert_eq!(back.work.tries, 0);
    let revoked = Subscription { revoked_at: Some(NOW), ..bought() };
    assert_eq!(due(&look(&revoked, &active(0, None, Some(days(30))), &Reminders::initial(), days(30)).subscription), None);
}

#[test]
fn a_trial_is_not_told_that_its_whole_length_is_left() {
    let trial = Subscription { duration_days: Some(1), data_limit: Some(GIB / 5), ..bought() };
    let ends = NOW.plus(Span::hours(30));
    let fresh = look(&trial, &active(1, Some(GIB / 5), Some(ends)), &Reminders::initial(), NOW.plus(HOUR));
    assert_eq!(fresh.tell, None);
    let used = look(&trial, &active(GIB / 6, Some(GIB / 5), Some(ends)), &Reminders::initial(), NOW.plus(Span::hours(8)));
    assert_eq!(used.tell, Some(Reminder::DataLeft(20)));
}

#[test]
fn what_is_switched_off_in_the_settings_is_not_told_and_the_end_is_known_all_the_same() {
    let silent = Reminders { days_left: vec![], data_left_percent: vec![], ended: false, win_back: None };
    let near = look(&bought(), &active(49 * GIB, Some(50 * GIB), Some(days(30))), &silent, days(29));
    assert_eq!(near.tell, None);
    let end = look(&near.subscription, &active(49 * GIB, Some(50 * GIB), Some(days(30))), &silent, days(30));
    assert_eq!((end.tell, end.has_ended, due(&end.subscription)), (None, true, None));
    let offer = Reminders { win_back: Some(WinBack { after_days: 0, code: None }), ..silent };
    let end = look(&near.subscription, &active(49 * GIB, Some(50 * GIB), Some(days(30))), &offer, days(30));
    assert_eq!((end.tell, due(&end.subscription)), (Some(Reminder::WinBack), None));
}

/// An account in use: it starts, is used at some pace, and comes to its end.
#[derive(Debug, Clone)]
struct Life {
    subscription: Subscription,
    starts: Span,
    days: Option<u16>,
    limit: Option<u64>,
    bytes_per_hour: u64,
    late: Span,
    settings: Reminders,
}

impl Life {
    fn seen(&self, now: Timestamp) -> Seen {
        let start = NOW.plus(self.starts);
        let span = self.days.map(|days| Span::days(days.into()));
        if now < start {
            return match span {
                Some(span) => on_hold(self.limit, span),
                None => active(0, self.limit, None),
            };
        }
        let end = span.map(|span| start.plus(span));
        let running = end.map_or(now, |end| end.min(now)).since(start);
        let used = running.as_seconds().unsigned_abs() * self.bytes_per_hour / 3600;
        let used = self.limit.map_or(used, |limit| limit.min(used));
        let standing = if end.is_some_and(|end| end <= now) {
            Standing::Expired
        } else if self.limit.is_some_and(|limit| used >= limit) {
            Standing::Limited
        } else {
            Standing::Active
        };
        Seen { standing, used, data_limit: self.limit, expires_at: end, on_hold: None }
    }
}

fn lives() -> impl Strategy<Value = Life> {
    let settings = (
        proptest::collection::vec(0u16..12, 0..4),
        proptest::collection::vec(0u8..=100, 0..4),
        any::<bool>(),
        proptest::option::of(0u16..10),
    );
    let account = (proptest::option::of(1u16..100), proptest::option::of(GIB / 10..200 * GIB), 0u64..(GIB / 2));
    (settings, account, 0u32..400, 0u32..90).prop_map(|(settings, (days, limit, bytes_per_hour), starts, late)| {
        let (days_left, data_left_percent, ended, win_back) = settings;
        let mut subscription = Subscription { data_limit: limit, duration_days: days, ..bought() };
        subscription.look_anew(NOW);
        let win_back = win_back.map(|after_days| WinBack { after_days, code: None });
        Life {
            subscription,
            starts: Span::hours(starts),
            days,
            limit,
            bytes_per_hour,
            late: Span::minutes(late),
            settings: Reminders { days_left, data_left_percent, ended, win_back },
        }
    })
}

proptest! {
    /// Over a whole life: nothing is told twice, the next look is ahead, it stops, and what was to be told was told or was less urgent than what was.
    #[test]
    fn a_life_is_told_once(life in lives()) {
        let mut subscription = life.subscription.clone();
        let mut told: Vec<Reminder> = Vec::new();
        let mut looks = 0;
        let mut ends = 0;
        while let Some(at) = due(&subscription) {
            let now = at.plus(life.late);
            if now > days(600) {
                break;
            }
            looks += 1;
            prop_assert!(looks < 2_600, "looked at again and again");
            let seen = life.seen(now);
            let look = look(&subscription, &seen, &life.settings, now);
            prop_assert!(due(&look.subscription).is_none_or(|next| next > now), "the next look is ahead");
            if let Some(reminder) = look.tell {
                prop_assert!(!told.contains(&reminder), "{reminder:?} is told twice");
                prop_assert!(look.subscription.reminded.contains(&reminder));
                told.push(reminder);
            }
            ends += u32::from(look.has_ended);
            let ran_out = matches!(seen.standing, Standing::Expired | Standing::Limited);
            prop_assert_eq!(ran_out, !look.subscription.is_held());
            // Days are told when they are left, not before, and not a moment later than the look was late.
            if let (Some(Reminder::DaysLeft(n)), Some(end)) = (look.tell, seen.expires_at) {
                let threshold = end.minus(Span::days(n.into()));
                prop_assert!(threshold <= now);
                // A start is noticed within a day, and nothing that is told lies before it.
                prop_assert!(now.since(threshold) <= Span::hours(26), "{n} days are told {:?} late", now.since(threshold));
            }
            subscription = look.subscription;
        }
        if life.days.is_some() {
            prop_assert_eq!(ends, 1, "it ends once");
            prop_assert_eq!(due(&subscription), None, "and then nothing is owed");
            prop_assert_eq!(told.contains(&Reminder::Ended), life.settings.ended);
            prop_assert_eq!(told.contains(&Reminder::WinBack), life.settings.win_back.is_some());
        }
        if life.days.is_none() && life.limit.is_none() {
            prop_assert_eq!(looks, 0);
        }
        // The last days are always told of, where the time was what ended it and they were set.
        let time_ends_it = life.days.is_some_and(|days| life.limit.is_none_or(|limit| limit > u64::from(days) * 24 * life.bytes_per_hour));
        let shortest = life.settings.days_left.iter().copied().filter(|days| (1..life.days.unwrap_or(1)).contains(days)).min();
        if let (true, Some(days)) = (time_ends_it, shortest) {
            prop_assert!(told.contains(&Reminder::DaysLeft(days)), "{days} days were left and nothing was said: {told:?}");
        }
    }
}
