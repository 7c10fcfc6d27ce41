//! What is owed, by status; and how a debt waits, is parked and comes back.

use domain::{
    Timestamp,
    duty::{Duty, LEASE, MAX_TRIES, Urgency, Work, retry_at},
    order::{Event, Order, owes},
    payment::Gateway,
    time::Span,
};
use proptest::prelude::*;

use crate::fixtures::{NOW, account, after, free, our_account, placed, settled_by, with_receipt, with_receipt_late};

#[test]
fn what_each_order_owes() {
    let begun = |gateway| placed(false).begin_attempt(gateway, placed(false).total, NOW).unwrap().0;
    let invoiced = |gateway: Gateway| begun(gateway).opened(1, Some("inv-1".to_owned()), None).unwrap();
    let paid = || after(&placed(false), &settled_by("first"), NOW);
    let ended = |event: &Event| after(&placed(false), event, placed(false).expires_at);
    let refunded = after(&paid(), &Event::Refunded, NOW);
    let mut taken_back = refunded.clone();
    taken_back.work.clear();
    let crypto_then_receipt = with_receipt(&invoiced(Gateway::CryptoPay));
    let cases: [(&str, Order, Option<Duty>); 15] = [
        ("placed", placed(false), Some(Duty::Expire)),
        ("a Stars invoice is out", invoiced(Gateway::TelegramStars), Some(Duty::Expire)),
        ("card chosen", begun(Gateway::Card), Some(Duty::Expire)),
        ("a Crypto Pay invoice is being opened", begun(Gateway::CryptoPay), Some(Duty::Poll)),
        ("a Crypto Pay invoice is out", invoiced(Gateway::CryptoPay), Some(Duty::Poll)),
        ("a receipt waits", with_receipt(&placed(false)), Some(Duty::Review)),
        ("a receipt waits and an invoice is out", crypto_then_receipt, Some(Duty::Review)),
        ("a receipt came late", with_receipt_late(&placed(false)), Some(Duty::Review)),
        ("expired", ended(&Event::WindowElapsed), None),
        ("canceled", ended(&Event::OperatorCancels), None),
        ("paid", paid(), Some(Duty::Provision)),
        ("free", free(), Some(Duty::Provision)),
        ("provisioned", after(&paid(), &account(our_account(), false), NOW), Some(Duty::Deliver)),
        ("delivered", after(&paid(), &account(our_account(), true), NOW), None),
        ("refunded", refunded, Some(Duty::Revoke)),
    ];
    for (case, order, duty) in cases {
        assert_eq!((owes(&order), order.work.duty), (duty, duty), "{case}");
    }
    assert_eq!(owes(&taken_back), None, "a refunded order owes nothing once all is taken back");
}

#[test]
fn duties_stand_in_the_order_of_their_urgency() {
    assert!(Duty::ALL.is_sorted(), "the most urgent first");
    let money: Vec<&str> = Duty::ALL.iter().filter(|duty| duty.urgency() == Urgency::Money).map(|duty| duty.name()).collect();
    assert_eq!(money, ["revoke", "provision", "deliver", "refund"]);
    for duty in Duty::ALL {
        assert_eq!(serde_json::to_value(duty).unwrap(), duty.name(), "one name in the table and in the logs");
    }
    assert_eq!(Urgency::ALL.map(Urgency::name), ["money", "promise", "courtesy"]);
}

fn taken(tries: u32) -> Work {
    Work { duty: Some(Duty::Provision), due_at: Some(NOW.plus(LEASE)), fence: tries, tries, parked: None }
}

#[test]
fn a_debt_is_postponed_until_it_is_parked() {
    for (tries, seconds) in [(0, 15), (1, 15), (2, 60), (3, 300), (4, 900), (5, 3600), (6, 10_800), (11, 10_800)] {
        let mut work = taken(tries);
        work.postpone(NOW, Span::ZERO, "the panel does not answer");
        assert_eq!(work, Work { due_at: Some(NOW.plus(Span::seconds(seconds))), ..taken(tries) }, "after {tries} tries");
    }
    let mut work = taken(MAX_TRIES);
    work.postpone(NOW, Span::ZERO, "the panel does not answer");
    let parked = Work { due_at: Some(NOW), parked: Some("the panel does not answer".to_owned()), ..taken(MAX_TRIES) };
    assert_eq!(work, parked, "still owed, and an operator sees why");
}

#[test]
fn a_sender_who_asks_for_patience_gets_it() {
    for (at_least, seconds) in [(5, 15), (15, 15), (600, 600)] {
        let mut work = taken(1);
        work.postpone(NOW, Span::seconds(at_least), "429");
        assert_eq!(work.due_at, Some(NOW.plus(Span::seconds(seconds))), "at least {at_least} s");
    }
}

#[test]
fn parked_work_comes_back_with_all_its_tries() {
    let mut work = taken(7);
    work.park(NOW, &"long ".repeat(100));
    assert_eq!((work.duty, work.due_at, work.tries), (Some(Duty::Provision), Some(NOW), 7));
    assert_eq!(work.parked.as_ref().map(|reason| reason.chars().count()), Some(200));
    let later = NOW.plus(Span::hours(8));
    work.unpark(later);
    assert_eq!(work, Work { due_at: Some(later), tries: 0, ..taken(7) });
}

#[test]
fn a_new_debt_forgets_the_old_one_but_not_the_fence() {
    let mut work = taken(7);
    work.park(NOW, "stuck");
    work.owe(Duty::Deliver, NOW);
    assert_eq!(work, Work { duty: Some(Duty::Deliver), due_at: Some(NOW), fence: 7, tries: 0, parked: None });
    work.owe_and_take(Duty::Revoke, NOW.plus(LEASE));
    assert_eq!(work, Work { duty: Some(Duty::Revoke), due_at: Some(NOW.plus(LEASE)), fence: 8, tries: 1, parked: None });
    work.clear();
    assert_eq!(work, Work { fence: 8, ..Work::default() });
    let mut last = Work { fence: u32::MAX, ..Work::default() };
    last.owe_and_take(Duty::Revoke, NOW);
    assert_eq!(last.fence, u32::MAX, "it never falls, not even there");
}

proptest! {
    #[test]
    fn the_wait_never_shrinks_and_never_points_back(tries in 0u32..40, millis in 0i64..4_000_000_000_000) {
        let now = Timestamp::from_millis(millis);
        match (retry_at(tries, now), retry_at(tries + 1, now)) {
            (Some(this), Some(next)) => prop_assert!(now < this && this <= next),
            (Some(this), None) => prop_assert!(now < this && tries + 1 == MAX_TRIES),
            (None, next) => prop_assert!(tries >= MAX_TRIES && next.is_none()),
        }
    }
}
