//! What a renewal or an add-on makes of an account: every status by every kind of product, and back.

use domain::{
    OrderKey, Timestamp,
    extension::{DataTarget, Limits, Others, Refusal, Seen, State, Target, TimeTarget, taken_back, target},
    order::Order,
    product::{ProductKind, RenewalPolicy, Terms},
    subscription::Subscription,
    time::Span,
};
use proptest::prelude::*;

use super::fixtures::{NOW, our_account, placed, product};

const GIB: u64 = Terms::GIB;
const DAY: Span = Span::days(1);

fn terms(kind: ProductKind, policy: RenewalPolicy, gb: Option<u32>, days: Option<u16>) -> Terms {
    Terms { kind, renewal_policy: policy, data_limit_gb: gb, duration_days: days, ..product().terms() }
}

fn plan(gb: Option<u32>, days: Option<u16>) -> Terms {
    terms(ProductKind::Plan, RenewalPolicy::Add, gb, days)
}

fn reset(gb: Option<u32>, days: Option<u16>) -> Terms {
    terms(ProductKind::Plan, RenewalPolicy::Reset, gb, days)
}

fn add_on(gb: Option<u32>, days: Option<u16>) -> Terms {
    terms(ProductKind::AddOn, RenewalPolicy::Reset, gb, days)
}

/// 10 GiB of which 4 are used, 5 days left.
fn active() -> Seen {
    Seen { state: State::Active, data_limit: Some(10 * GIB), used: 4 * GIB, expires_at: Some(NOW.plus(Span::days(5))) }
}

fn on_hold() -> Seen {
    Seen { state: State::OnHold(Span::days(30)), data_limit: Some(10 * GIB), used: 0, expires_at: None }
}

fn limits(account: &Seen, terms: &Terms) -> Limits {
    match target(Some(account), false, terms, NOW) {
        Ok(Target::Limits(limits)) => limits,
        other => panic!("{other:?}"),
    }
}

fn bytes(was: u64, shall_be: u64) -> DataTarget {
    DataTarget::Bytes { was: Some(was), shall_be }
}

fn until(was: Timestamp, shall_be: Timestamp) -> TimeTarget {
    TimeTarget::Until { was, shall_be }
}

/// An account after the panel has done what was asked.
fn granted(seen: &Seen, limits: &Limits) -> Seen {
    let mut after = *seen;
    match limits.data {
        DataTarget::Keep => {}
        DataTarget::Unlimited { .. } => after.data_limit = None,
        DataTarget::Bytes { shall_be, .. } => after.data_limit = Some(shall_be),
    }
    match limits.time {
        TimeTarget::Keep => {}
        TimeTarget::Unlimited { .. } => {
            after.expires_at = None;
            after.state = State::Active;
        }
        TimeTarget::Until { shall_be, .. } => after.expires_at = Some(shall_be),
        TimeTarget::OnHold { shall_be, .. } => after.state = State::OnHold(shall_be),
    }
    after
}

#[test]
fn every_status_by_every_kind_of_product() {
    let ends = NOW.plus(Span::days(5));
    let ended = Seen { state: State::Ended, used: 11 * GIB, expires_at: Some(NOW.minus(DAY)), ..active() };
    let limited = Seen { state: State::Ended, used: 11 * GIB, ..active() };
    let unlimited = Seen { data_limit: None, expires_at: None, ..active() };
    let held = |shall_be| TimeTarget::OnHold { was: Span::days(30), shall_be, looked_at: NOW };
    let was = ended.expires_at.unwrap();
    let cases = [
        ("active, plan", active(), plan(Some(50), Some(30)), bytes(10 * GIB, 60 * GIB), until(ends, ends.plus(Span::days(30)))),
        ("active, afresh", active(), reset(Some(50), Some(30)), bytes(10 * GIB, 54 * GIB), until(ends, NOW.plus(Span::days(30)))),
        ("active, data", active(), add_on(Some(5), None), bytes(10 * GIB, 15 * GIB), TimeTarget::Keep),
        ("active, days", active(), add_on(None, Some(7)), DataTarget::Keep, until(ends, ends.plus(Span::days(7)))),
        (
            "active, no limits",
            active(),
            plan(None, None),
            DataTarget::Unlimited { was: 10 * GIB },
            TimeTarget::Unlimited { until: Some(ends), on_hold: None },
        ),
        ("limited, plan", limited, plan(Some(50), Some(30)), bytes(10 * GIB, 61 * GIB), until(ends, ends.plus(Span::days(30)))),
        ("limited, data", limited, add_on(Some(5), None), bytes(10 * GIB, 16 * GIB), TimeTarget::Keep),
        ("expired, plan", ended, plan(Some(50), Some(30)), bytes(10 * GIB, 61 * GIB), until(was, NOW.plus(Span::days(30)))),
        ("expired, afresh", ended, reset(Some(50), Some(30)), bytes(10 * GIB, 61 * GIB), until(was, NOW.plus(Span::days(30)))),
        ("on hold, plan", on_hold(), plan(Some(50), Some(30)), bytes(10 * GIB, 60 * GIB), held(Span::days(60))),
        ("on hold, afresh", on_hold(), reset(Some(50), Some(10)), bytes(10 * GIB, 50 * GIB), held(Span::days(10))),
        ("on hold, days", on_hold(), add_on(None, Some(7)), DataTarget::Keep, held(Span::days(37))),
        (
            "on hold, no limits",
            on_hold(),
            plan(None, None),
            DataTarget::Unlimited { was: 10 * GIB },
            TimeTarget::Unlimited { until: None, on_hold: Some(Span::days(30)) },
        ),
        ("unlimited, plan", unlimited, plan(Some(50), Some(30)), DataTarget::Keep, TimeTarget::Keep),
        ("unlimited, no limits", unlimited, plan(None, None), DataTarget::Keep, TimeTarget::Keep),
    ];
    for (name, account, terms, data, time) in cases {
        assert_eq!(limits(&account, &terms), Limits { data, time, switch_on: false }, "{name}");
    }
}

#[test]
fn what_is_switched_off_or_gone() {
    let off = Seen { state: State::Off, ..active() };
    assert_eq!(target(Some(&off), false, &plan(Some(50), Some(30)), NOW), Err(Refusal::SwitchedOff));
    // The shop's own doing is undone by whoever pays again; nothing is left of what was refunded.
    let begun =
        Limits { data: DataTarget::Bytes { was: None, shall_be: 54 * GIB }, time: until(NOW, NOW.plus(Span::days(30))), switch_on: true };
    assert_eq!(target(Some(&off), true, &plan(Some(50), Some(30)), NOW), Ok(Target::Limits(begun)));
    assert_eq!(target(Some(&off), true, &add_on(Some(50), None), NOW), Err(Refusal::SwitchedOff));
    assert_eq!(target(None, false, &plan(Some(50), Some(30)), NOW), Ok(Target::Anew));
    assert_eq!(target(None, false, &add_on(Some(50), None), NOW), Err(Refusal::Deleted));
}

/// The account starts between the look and the write; the panel's answer, or the next look, tells.
#[test]
fn an_account_that_starts_meanwhile_gets_its_days_once() {
    let asked = limits(&on_hold(), &plan(Some(50), Some(30)));
    let started_at = NOW.plus(Span::seconds(20));
    let started = |span: Span| Seen { state: State::Active, expires_at: Some(started_at.plus(span)), ..on_hold() };
    // Before the write: thirty days are there, thirty are missing.
    let revised = asked.revised(&started(Span::days(30)), started_at).unwrap();
    assert_eq!(revised.data, asked.data, "bytes are computed once");
    assert_eq!(revised.time, until(started_at.plus(Span::days(30)), started_at.plus(Span::days(60))));
    // After the write, whose answer was lost: they are there.
    let revised = asked.revised(&started(Span::days(60)), started_at).unwrap();
    assert_eq!(revised.time, until(started_at.plus(Span::days(30)), started_at.plus(Span::days(60))));
    // A revision is final.
    assert_eq!(revised.revised(&started(Span::days(60)), started_at), None);
    // While it waits there is nothing to revise, but an old look is renewed.
    assert_eq!(asked.revised(&on_hold(), started_at), None);
    let later = NOW.plus(Span::hours(30));
    let renewed = asked.revised(&on_hold(), later).unwrap();
    assert_eq!(renewed.time, TimeTarget::OnHold { was: Span::days(30), shall_be: Span::days(60), looked_at: later });
    let longer = Seen { state: State::OnHold(Span::days(60)), ..on_hold() };
    assert_eq!(asked.revised(&longer, later), None, "what shows the new span was written after all");
}

#[test]
fn what_was_given_is_taken_back_and_no_more() {
    let base = plan(Some(10), Some(30));
    let ends = NOW.plus(Span::days(35));
    let later = Seen { data_limit: Some(75 * GIB), expires_at: Some(ends.plus(Span::days(40))), ..active() };
    let cases = [
        ("a renewal", limits(&active(), &plan(Some(50), Some(30))), plan(Some(50), Some(30)), 25 * GIB, Span::days(45)),
        ("data", limits(&active(), &add_on(Some(5), None)), add_on(Some(5), None), 70 * GIB, Span::days(75)),
        ("days", limits(&active(), &add_on(None, Some(7))), add_on(None, Some(7)), 75 * GIB, Span::days(68)),
        // 44 GiB and 25 days more than there were.
        ("afresh", limits(&active(), &reset(Some(50), Some(30))), reset(Some(50), Some(30)), 31 * GIB, Span::days(50)),
    ];
    for (name, forward, terms, data, time) in cases {
        let back = taken_back(Some(&Target::Limits(forward)), &terms, &later, Others::NONE, NOW);
        let after = granted(&later, &back);
        assert_eq!((after.data_limit, after.expires_at), (Some(data), Some(NOW.plus(time))), "{name}");
    }
    // What the account was made for, with renewals that stay.
    let after = granted(&later, &taken_back(None, &base, &later, Others::NONE, NOW));
    assert_eq!((after.data_limit, after.expires_at), (Some(65 * GIB), Some(NOW.plus(Span::days(45)))));
    // Never without a limit, never before the beginning of time.
    let little = Seen { data_limit: Some(GIB), expires_at: Some(Timestamp::EPOCH.plus(DAY)), ..active() };
    let after = granted(&little, &taken_back(None, &base, &little, Others::NONE, NOW));
    assert_eq!((after.data_limit, after.expires_at), (Some(1), Some(Timestamp::EPOCH.plus(Span::seconds(1)))));
    let waits = granted(&on_hold(), &taken_back(None, &base, &on_hold(), Others::NONE, NOW));
    assert_eq!((waits.data_limit, waits.state), (Some(1), State::OnHold(Span::seconds(1))));
    // What had become unlimited has its limits again.
    for account in [active(), on_hold()] {
        let forward = limits(&account, &plan(None, None));
        let free = granted(&account, &forward);
        assert_eq!((free.data_limit, free.expires_at, free.state), (None, None, State::Active));
        let after = granted(&free, &taken_back(Some(&Target::Limits(forward)), &plan(None, None), &free, Others::NONE, NOW));
        assert_eq!((after.data_limit, after.expires_at), (Some(10 * GIB), account.expires_at.or(Some(NOW.plus(Span::days(30))))));
    }
}

/// What others have paid for is left, whatever became of the days and bytes of the order that is taken back.
#[test]
fn what_others_have_bought_is_left() {
    let base = plan(Some(10), Some(30));
    let others = Others::NONE.and(&reset(Some(20), Some(10)), true);
    // Began afresh after 3 GiB; and long after the days before were over.
    let fresh = Seen { data_limit: Some(23 * GIB), used: 3 * GIB, expires_at: Some(NOW.plus(Span::days(10))), ..active() };
    let after = granted(&fresh, &taken_back(None, &base, &fresh, others, NOW));
    assert_eq!((after.data_limit, after.expires_at), (Some(20 * GIB), fresh.expires_at));
    let waits = Seen { state: State::OnHold(Span::days(10)), data_limit: Some(20 * GIB), ..on_hold() };
    let after = granted(&waits, &taken_back(None, &base, &waits, others, NOW));
    assert_eq!((after.data_limit, after.state), (waits.data_limit, waits.state));
    // Days of its own that are left are taken, those that are over are not.
    for (left, taken) in [(40, 30), (35, 25), (12, 2), (10, 0), (4, 0)] {
        let account = Seen { data_limit: None, expires_at: Some(NOW.plus(Span::days(left))), ..active() };
        let after = granted(&account, &taken_back(None, &base, &account, others, NOW));
        assert_eq!(after.expires_at, Some(NOW.plus(Span::days(left - taken))), "{left}");
    }
    // Of days that were there before it nothing is left to be kept.
    let earlier = Others::NONE.and(&plan(Some(20), Some(10)), false);
    let account = Seen { data_limit: Some(30 * GIB), expires_at: Some(NOW.plus(Span::days(12))), ..active() };
    let after = granted(&account, &taken_back(None, &base, &account, earlier, NOW));
    assert_eq!((after.data_limit, after.expires_at), (Some(20 * GIB), Some(NOW.plus(Span::days(12)).minus(Span::days(30)))));
}

#[test]
fn whether_it_was_done_shows() {
    let started_at = NOW.plus(Span::seconds(20));
    for terms in [plan(Some(50), Some(30)), reset(Some(50), Some(31)), add_on(Some(5), None), add_on(None, Some(7)), plan(None, None)] {
        for account in [active(), on_hold()] {
            let asked = limits(&account, &terms);
            assert!(!asked.applied(&account), "{asked:?}");
            assert!(asked.applied(&granted(&account, &asked)), "{asked:?}");
        }
        let waiting = limits(&on_hold(), &terms);
        let not_done = Seen { state: State::Active, expires_at: Some(started_at.plus(Span::days(30))), ..on_hold() };
        if waiting.time != TimeTarget::Keep && !matches!(waiting.time, TimeTarget::Unlimited { .. }) {
            assert!(!waiting.applied(&not_done), "{waiting:?}");
        }
    }
    // Where others changed the data the time tells; where they changed both it counts as done.
    let asked = limits(&active(), &plan(Some(50), Some(30)));
    assert!(!asked.applied(&Seen { data_limit: Some(GIB), ..active() }));
    assert!(asked.applied(&Seen { data_limit: Some(GIB), expires_at: Some(NOW), ..active() }));
}

fn extended_by(order: &Order, base: &Subscription) -> Subscription {
    let mut subscription = base.clone();
    subscription.busy_with = Some(order.id.key);
    subscription.extend(order, None, NOW);
    subscription
}

#[test]
fn a_subscription_is_called_after_what_was_bought_last() {
    let base = Subscription::of(&placed(false), "https://panel.example/sub/a".to_owned(), NOW);
    let mut order = placed(false);
    order.terms = Terms { name: "100 GB".to_owned(), product: "gb100".parse().unwrap(), ..plan(Some(100), Some(90)) };
    order.target = Some(Target::Limits(limits(&active(), &order.terms)));
    let renewed = extended_by(&order, &base);
    assert_eq!((renewed.title.as_str(), renewed.orders, renewed.busy_with), ("100 GB", 2, None));
    assert_eq!((renewed.data_limit, renewed.duration_days), (Some(110 * GIB), Some(90)));
    // A present and an add-on leave it as it is called.
    let mut present = order.clone();
    present.id.key = OrderKey::Welcome;
    assert_eq!(extended_by(&present, &base).title, base.title);
    let mut more = order.clone();
    more.terms.kind = ProductKind::AddOn;
    assert_eq!((extended_by(&more, &base).title, extended_by(&more, &base).duration_days), (base.title.clone(), base.duration_days));
    // What had fed an account that was deleted went with it.
    let mut anew = order.clone();
    anew.target = Some(Target::Anew);
    let later = NOW.plus(DAY);
    let mut made = renewed.clone();
    made.extend(&anew, Some("https://panel.example/sub/b".to_owned()), later);
    assert_eq!((made.orders, made.link.as_str(), made.created_at), (1, "https://panel.example/sub/b", later));
    let mut provisioned = order.clone();
    provisioned.provisioned_at = Some(NOW);
    assert!(!made.is_fed_by(&provisioned) && renewed.is_fed_by(&provisioned));
    assert!(!renewed.is_fed_by(&order), "what was not finished feeds nothing");
    assert_eq!(made.name, our_account());
}

prop_compose! {
    fn any_account()(kind in 0..4u8, limit in proptest::option::of(1..200u64), used in 0..300u64, millis in -40_000_000_000..40_000_000_000i64, ends: bool, days in 1..400u32) -> Seen {
        let state = match kind { 0 => State::OnHold(Span::days(days)), 1 => State::Active, 2 => State::Ended, _ => State::Active };
        let at = Timestamp::from_seconds(Timestamp::from_millis(NOW.millis() + millis).seconds());
        let expires_at = (ends && kind != 0).then_some(at);
        Seen { state, data_limit: limit.map(|gb| gb * GIB), used: if kind == 0 { 0 } else { used * GIB }, expires_at }
    }
}

prop_compose! {
    fn any_terms()(kind in 0..3u8, gb in proptest::option::of(1..100u32), days in proptest::option::of(1..400u16)) -> Terms {
        match kind { 0 => plan(gb, days), 1 => reset(gb, days), _ => add_on(gb.or(Some(1)), days) }
    }
}

proptest! {
    /// A renewal that adds never leaves less, and gives at least what it sells of what can be given.
    #[test]
    fn nothing_is_lost_by_adding(account in any_account(), terms in any_terms()) {
        let asked = limits(&account, &terms);
        let after = granted(&account, &asked);
        let fresh = terms.kind == ProductKind::Plan && terms.renewal_policy == RenewalPolicy::Reset;
        if !fresh && let (Some(before), Some(after)) = (account.data_limit, after.data_limit) {
            prop_assert!(after >= before + terms.data_limit_bytes().unwrap_or(0));
        }
        let days = terms.duration_days.map_or(Span::ZERO, |days| Span::days(days.into()));
        if let (Some(before), Some(after)) = (account.expires_at, after.expires_at) {
            if !fresh {
                prop_assert!(after >= before);
            }
            prop_assert!(terms.duration_days.is_none() || after.plus(Span::seconds(1)) >= NOW.plus(days));
        }
        if fresh && let (Some(after), Some(bytes)) = (after.data_limit, terms.data_limit_bytes()) {
            prop_assert_eq!(after, account.used + bytes);
        }
    }

    /// Asked for twice it is given once; and what is stored is what was computed, to the second.
    #[test]
    fn twice_is_once(account in any_account(), terms in any_terms()) {
        let asked = limits(&account, &terms);
        let once = granted(&account, &asked);
        prop_assert_eq!(granted(&once, &asked), once);
        let stored: Limits = serde_json::from_str(&serde_json::to_string(&asked).unwrap()).unwrap();
        prop_assert_eq!(stored, asked);
    }

    /// Two renewals one after the other, and the first taken back: what the second gave stays, to the byte and the second.
    #[test]
    fn a_refund_takes_its_own(account in any_account(), first in any_terms(), gb in 1..100u32, days in 1..400u16) {
        let forward = limits(&account, &first);
        let between = granted(&account, &forward);
        let second = plan(Some(gb), Some(days));
        let both = granted(&between, &limits(&between, &second));
        let rest = granted(&both, &taken_back(Some(&Target::Limits(forward)), &first, &both, Others::NONE.and(&second, true), NOW));
        if let (Some(limit), Some(DataTarget::Bytes { .. })) = (account.data_limit, Some(forward.data)) {
            let given = u64::from(gb) * GIB;
            prop_assert!(rest.data_limit.is_some_and(|rest| rest >= given.min(limit + given)), "{rest:?}");
            prop_assert!(rest.data_limit <= both.data_limit || first.renewal_policy == RenewalPolicy::Reset);
        }
        if let (Some(ends), TimeTarget::Until { .. }) = (rest.expires_at, forward.time) {
            prop_assert!(ends.plus(Span::seconds(1)) >= NOW.plus(Span::days(days.into())), "{ends}");
        }
    }

    /// Whenever an account starts, and whether or not the write before had been done, it ends with both spans together.
    #[test]
    fn the_days_of_a_started_account_are_given_once(held in 1..400u32, days in 1..400u16, after in 0..3600u32, done: bool) {
        let waiting = Seen { state: State::OnHold(Span::days(held)), ..on_hold() };
        let asked = limits(&waiting, &plan(Some(1), Some(days)));
        let start = NOW.plus(Span::seconds(after));
        let both = Span::days(held + u32::from(days));
        let ends = start.plus(if done { both } else { Span::days(held) });
        let started = Seen { state: State::Active, expires_at: Some(ends), ..waiting };
        let revised = asked.revised(&started, start).unwrap();
        prop_assert_eq!(granted(&started, &revised).expires_at, Some(start.plus(both)));
    }
}

/// What orders carry while they are granted or taken back.
#[test]
fn the_stored_forms_of_targets() {
    let forms = [
        Target::Limits(limits(&active(), &plan(Some(50), Some(30)))),
        Target::Limits(limits(&on_hold(), &plan(Some(50), Some(30)))),
        Target::Limits(limits(&active(), &plan(None, None))),
        Target::Limits(limits(&on_hold(), &plan(None, None))),
        target(Some(&Seen { state: State::Off, ..active() }), true, &plan(Some(50), Some(30)), NOW).unwrap(),
        Target::Anew,
        Target::Less(Limits::NOTHING),
        Target::Off,
    ];
    let mut stored = String::new();
    for form in forms {
        let json = serde_json::to_string(&form).unwrap();
        assert_eq!(serde_json::from_str::<Target>(&json).unwrap(), form);
        stored.push_str(&json);
        stored.push('\n');
    }
    expect_test::expect![[r#"
        {"limits":{"data":{"bytes":{"was":10737418240,"shall_be":64424509440}},"time":{"until":{"was":"2027-01-20T08:00:00.000Z","shall_be":"2027-02-19T08:00:00.000Z"}}}}
        {"limits":{"data":{"bytes":{"was":10737418240,"shall_be":64424509440}},"time":{"on_hold":{"was":2592000000,"shall_be":5184000000,"looked_at":"2027-01-15T08:00:00.000Z"}}}}
        {"limits":{"data":{"unlimited":{"was":10737418240}},"time":{"unlimited":{"until":"2027-01-20T08:00:00.000Z"}}}}
        {"limits":{"data":{"unlimited":{"was":10737418240}},"time":{"unlimited":{"on_hold":2592000000}}}}
        {"limits":{"data":{"bytes":{"shall_be":57982058496}},"time":{"until":{"was":"2027-01-15T08:00:00.000Z","shall_be":"2027-02-14T08:00:00.000Z"}},"on":true}}
        "anew"
        {"less":{"data":"keep","time":"keep"}}
        "off"
    "#]].assert_eq(&stored);
}
