//! The whole table of what may happen to an order, written out: every situation by every event.

use std::fmt::Write as _;

use domain::{
    Timestamp,
    order::{CodeEffect, Decision, Event, Order, OrderStatus, ReferralEffect, Refusal, decide, owes},
    time::Span,
};
use expect_test::expect_file;

use crate::fixtures::{
    LEASE_UNTIL, NOW, WINDOW, account, after, free, other_account, our_account, placed, settled_by, with_receipt, with_receipt_late,
};

const END: Timestamp = NOW.plus(WINDOW);

/// Every status, and within a status whatever tells apart what an event does.
fn situations() -> Vec<(&'static str, Order)> {
    let expire = |order: &Order| after(order, &Event::WindowElapsed, END);
    let cancel = |order: &Order| after(order, &Event::OperatorCancels, NOW);
    let pay = |order: &Order| after(order, &settled_by("first"), NOW);
    let provision = |delivered| after(&pay(&placed(true)), &account(our_account(), delivered), NOW);
    let refunded = after(&pay(&placed(true)), &Event::Refunded, NOW);
    let mut taken_back = refunded.clone();
    taken_back.work.clear();
    vec![
        ("awaiting payment, without a code", placed(false)),
        ("awaiting payment, holding a use of a code", placed(true)),
        ("awaiting payment, with a receipt under review", with_receipt(&placed(true))),
        ("expired, without a code", expire(&placed(false))),
        ("expired, its use of a code released", expire(&placed(true))),
        ("expired, with a receipt that came late under review", with_receipt_late(&placed(true))),
        ("canceled, its use of a code released", cancel(&placed(true))),
        ("paid by `first`, without a code", pay(&placed(false))),
        ("paid by `first`, holding a use of a code", pay(&placed(true))),
        ("paid by `first` after it had expired", pay(&expire(&placed(true)))),
        ("free, so paid when it was placed", free()),
        ("provisioned, not delivered", provision(false)),
        ("provisioned and delivered", provision(true)),
        ("refunded, what it gave not yet taken back", refunded),
        ("refunded, all taken back", taken_back),
    ]
}

fn events() -> Vec<(&'static str, Event, Timestamp)> {
    vec![
        ("payment `first` settled", settled_by("first"), NOW),
        ("payment `second` settled", settled_by("second"), NOW),
        ("window elapsed", Event::WindowElapsed, END),
        ("window elapsed, said too early", Event::WindowElapsed, NOW),
        ("customer cancels", Event::CustomerCancels, NOW),
        ("operator cancels", Event::OperatorCancels, NOW),
        ("provisioned, our account", account(our_account(), false), NOW),
        ("provisioned and delivered, our account", account(our_account(), true), NOW),
        ("provisioned, another account", account(other_account(), false), NOW),
        ("provisioned and delivered, another account", account(other_account(), true), NOW),
        ("refunded", Event::Refunded, NOW),
    ]
}

/// A decision in words.
fn outcome(decision: Result<Decision, Refusal>) -> String {
    let transition = match decision {
        Ok(Decision::Change(transition)) => transition,
        Ok(Decision::Already) => return "already".to_owned(),
        Ok(Decision::Unapplied(reason)) => return format!("unapplied: {}", reason.name()),
        Err(refusal) => return format!("refused: {refusal}"),
    };
    let order = &transition.order;
    let owed = owes(order).map_or("nothing", |duty| duty.name());
    let mut text = format!("-> {}, owes {owed}", order.status.name());
    if order.status == OrderStatus::Provisioned && order.delivered_at.is_some() {
        text.push_str(", delivered");
    }
    match transition.code {
        CodeEffect::None => {}
        CodeEffect::Release => text.push_str(", code: release"),
        CodeEffect::Retake => text.push_str(", code: retake"),
    }
    match transition.referral {
        ReferralEffect::None => {}
        ReferralEffect::Qualify { .. } => text.push_str(", referral: qualify"),
        ReferralEffect::Restore { .. } => text.push_str(", referral: restore"),
    }
    text
}

#[test]
fn the_whole_table() {
    let mut table = "What may happen to an order, and what follows from it.\n\n".to_owned();
    for (situation, order) in situations() {
        let _ = writeln!(table, "An order {situation}");
        for (name, event, now) in events() {
            let _ = writeln!(table, "    {name:<44}{}", outcome(decide(&order, &event, now)));
        }
        table.push('\n');
    }
    table.pop();
    expect_file!["transitions.txt"].assert_eq(&table);
}

#[test]
fn the_situations_are_every_status() {
    for status in OrderStatus::ALL {
        assert!(situations().iter().any(|(_, order)| order.status == status), "{}", status.name());
        assert_eq!(OrderStatus::from_name(status.name()), Some(status));
    }
    assert_eq!(OrderStatus::from_name("lost"), None);
}

#[test]
fn an_event_that_came_twice_changes_nothing_more() {
    for (situation, order) in situations() {
        for (name, event, now) in events() {
            if let Ok(Decision::Change(transition)) = decide(&order, &event, now) {
                assert_eq!(decide(&transition.order, &event, now), Ok(Decision::Already), "{situation}: {name}, twice");
            }
        }
    }
}

#[test]
fn each_step_leaves_its_time() {
    let (later, last) = (NOW.plus(WINDOW), END.plus(WINDOW));
    let paid = after(&placed(true), &settled_by("first"), later);
    assert_eq!((paid.paid_at, paid.ended_at), (Some(later), None));
    let provisioned = after(&paid, &account(our_account(), false), later);
    assert_eq!((provisioned.provisioned_at, provisioned.delivered_at), (Some(later), None));
    let delivered = after(&provisioned, &account(our_account(), true), last);
    assert_eq!((delivered.provisioned_at, delivered.delivered_at), (Some(later), Some(last)), "the account is as old as it was");
    assert_eq!(after(&delivered, &Event::Refunded, last).ended_at, Some(last));
    let expired = after(&placed(true), &Event::WindowElapsed, END);
    assert_eq!((expired.ended_at, expired.work.due_at), (Some(END), None));
    assert_eq!(after(&expired, &settled_by("late"), last).ended_at, None, "an order that late money revived has not ended");
}

#[test]
fn who_settles_has_the_provisioning() {
    let placed = placed(false);
    assert_eq!((placed.work.due_at, placed.work.fence), (Some(placed.expires_at), 0));
    for paid in [after(&placed, &settled_by("first"), NOW), free()] {
        assert_eq!((paid.work.due_at, paid.work.fence, paid.work.tries), (Some(LEASE_UNTIL), 1, 1));
    }
    assert_eq!(free().paid_at, Some(NOW));
    assert_eq!(free().payment, None);
}

#[test]
fn what_may_be_in_flight_is_taken_back_after_it_has_landed() {
    let paid = after(&placed(false), &settled_by("first"), NOW);
    assert_eq!(after(&paid, &Event::Refunded, NOW).work.due_at, Some(LEASE_UNTIL), "somebody may be creating the account");
    let long_after = LEASE_UNTIL.plus(WINDOW);
    assert_eq!(after(&paid, &Event::Refunded, long_after).work.due_at, Some(long_after), "nobody is");
    let mut provisioned = after(&paid, &account(our_account(), false), NOW);
    provisioned.work.postpone(NOW, Span::hours(1), "the customer cannot be reached");
    assert_eq!(after(&provisioned, &Event::Refunded, NOW).work.due_at, Some(NOW), "the account is there, whenever its customer is told");
    assert_eq!(after(&provisioned, &Event::Refunded, NOW).work.fence, paid.work.fence);
}

#[test]
fn nothing_paid_earns_no_prize() {
    let mut nobody_invited = placed(false);
    nobody_invited.inviter = None;
    for order in [free(), after(&nobody_invited, &settled_by("first"), NOW)] {
        assert!(!outcome(decide(&order, &Event::Refunded, NOW)).contains("referral"));
    }
    assert!(!outcome(decide(&nobody_invited, &settled_by("first"), NOW)).contains("referral"));
}
