//! Attempts to pay, and the receipts that operators decide on.

use domain::{
    duty::Duty,
    order::{Attempt, AttemptRefusal, Decision, Event, Order, OrderStatus, Refusal, decide, owes},
    payment::Gateway,
    time::Span,
};

use crate::fixtures::{NOW, WINDOW, after, free, placed, receipt, settled_by, stars, toman, with_receipt, with_receipt_late};

fn attempt(gateway: Gateway, number: u8) -> Attempt {
    Attempt { number, gateway, quote: toman(150_000), opened_at: NOW, reference: None, url: None, card: None, receipt: None }
}

#[test]
fn a_gateway_is_tried_once_and_its_quote_stands() {
    let (order, number) = placed(false).begin_attempt(Gateway::TelegramStars, stars(150), NOW).unwrap();
    assert_eq!((number, order.attempts.len()), (1, 1));
    let (again, number) = order.begin_attempt(Gateway::TelegramStars, stars(99), NOW).unwrap();
    assert_eq!((number, &again), (1, &order), "the same attempt, at the quote that the customer may be paying right now");
    let (order, number) = order.begin_attempt(Gateway::Card, toman(150_000), NOW).unwrap();
    assert_eq!((number, order.attempt(2).map(|a| a.gateway)), (2, Some(Gateway::Card)));
    assert_eq!(order.attempt(3), None);
}

#[test]
fn when_an_attempt_may_begin() {
    let begin = |order: &Order, now| order.begin_attempt(Gateway::CryptoPay, toman(1), now).map(|(_, number)| number);
    let open = placed(false);
    let mut tried = open.clone();
    tried.attempts = (1..=3).map(|number| attempt(Gateway::Card, number)).collect();
    let just_after = open.expires_at.plus(Span::seconds(1));
    let not_now = |status| Err(AttemptRefusal::NotNow { status });
    let cases = [
        ("open", begin(&open, NOW), Ok(1)),
        ("at the last instant", begin(&open, open.expires_at), Ok(1)),
        ("after it", begin(&open, just_after), Err(AttemptRefusal::Late)),
        ("tried three times", begin(&tried, NOW), Err(AttemptRefusal::TooMany)),
        ("under review", begin(&with_receipt(&open), NOW), Err(AttemptRefusal::UnderReview)),
        ("expired", begin(&after(&open, &Event::WindowElapsed, open.expires_at), NOW), not_now(OrderStatus::Expired)),
        ("canceled", begin(&after(&open, &Event::OperatorCancels, NOW), NOW), not_now(OrderStatus::Canceled)),
        ("paid", begin(&free(), NOW), not_now(OrderStatus::Paid)),
    ];
    for (case, got, want) in cases {
        assert_eq!(got, want, "{case}");
    }
}

#[test]
fn an_open_invoice_is_polled_where_its_gateway_can_be_asked() {
    for gateway in Gateway::ALL {
        let (order, number) = placed(false).begin_attempt(gateway, toman(1), NOW).unwrap();
        let opened = order.opened(number, Some("inv-1".to_owned()), Some("https://pay.example/1".to_owned())).unwrap();
        let owed = if gateway.can_be_polled() { Duty::Poll } else { Duty::Expire };
        assert_eq!(order.work.duty, Some(owed), "{gateway}: opening the invoice changes nothing of what is owed");
        assert_eq!((opened.work.duty, opened.work.due_at), (Some(owed), Some(order.expires_at)), "{gateway}");
        assert_eq!(opened.attempt(number).and_then(|a| a.reference.as_deref()), Some("inv-1"));
        assert_eq!(order.opened(9, None, None), Err(AttemptRefusal::Unknown));
    }
}

#[test]
fn an_invoice_that_opens_late_moves_no_other_debt() {
    let (begun, number) = placed(false).begin_attempt(Gateway::CryptoPay, toman(1), NOW).unwrap();
    let (two, _) = begun.begin_attempt(Gateway::Card, toman(150_000), NOW).unwrap();
    let paid = after(&begun, &settled_by("first"), NOW);
    let ended = after(&begun, &Event::OperatorCancels, NOW);
    let refunded = after(&paid, &Event::Refunded, NOW);
    let reviewed = two.submit_receipt(receipt(NOW)).unwrap().0;
    for order in [paid, ended, refunded, reviewed] {
        let opened = order.opened(number, Some("inv-1".to_owned()), None).unwrap();
        assert_eq!(opened.work, order.work, "{}", order.status.name());
        assert_eq!(opened.attempt(number).and_then(|a| a.reference.as_deref()), Some("inv-1"), "but the invoice is known");
    }
}

#[test]
fn a_receipt_keeps_the_order_open_until_it_is_decided() {
    let open = placed(true);
    assert_eq!(
        open.submit_receipt(receipt(NOW)).unwrap_err(),
        AttemptRefusal::NotNow { status: OrderStatus::AwaitingPayment },
        "no card was chosen"
    );

    let (chosen, _) = open.begin_attempt(Gateway::Card, open.total, NOW).unwrap();
    assert_eq!(chosen.awaiting_receipt().map(|a| a.number), Some(1));
    let late = chosen.expires_at.plus(Span::hours(5));
    let (waiting, number) = chosen.submit_receipt(receipt(late)).unwrap();
    assert_eq!(number, 1, "it is looked at although the window has closed");
    assert_eq!((waiting.work.duty, waiting.work.due_at), (Some(Duty::Review), Some(late.plus(Order::REVIEW_REMINDER))));
    assert_eq!(waiting.awaiting_receipt(), None);
    assert_eq!(waiting.submit_receipt(receipt(late)).unwrap_err(), AttemptRefusal::UnderReview);

    let refused = Err(Refusal::NotNow { status: OrderStatus::AwaitingPayment });
    assert_eq!(decide(&waiting, &Event::WindowElapsed, late), refused, "neither the clock");
    assert_eq!(decide(&waiting, &Event::CustomerCancels, late), refused, "nor the customer ends it");
    assert!(matches!(decide(&waiting, &Event::OperatorCancels, late), Ok(Decision::Change(_))), "an operator may");
}

#[test]
fn a_receipt_belongs_to_the_card_whatever_was_tried_since() {
    let (order, card) = placed(false).begin_attempt(Gateway::Card, toman(150_000), NOW).unwrap();
    let (order, other) = order.begin_attempt(Gateway::TelegramStars, stars(150), NOW).unwrap();
    let (waiting, number) = order.submit_receipt(receipt(NOW)).unwrap();
    assert_eq!((number, waiting.under_review().map(|a| a.number)), (card, Some(card)));
    assert_eq!(waiting.attempt(other).map(|a| a.receipt.is_none()), Some(true));
}

#[test]
fn a_rejected_receipt_leaves_a_second_chance() {
    let waiting = with_receipt(&placed(true));
    let early = waiting.reject_receipt(1, "unreadable", NOW).unwrap();
    assert_eq!(early.expires_at, waiting.expires_at.max(NOW.plus(Order::SECOND_CHANCE)));
    assert_eq!((early.work.duty, early.work.due_at), (Some(Duty::Expire), Some(early.expires_at)));

    let late = waiting.expires_at.plus(WINDOW);
    let rejected = waiting.reject_receipt(1, &"long ".repeat(100), late).unwrap();
    assert_eq!(rejected.expires_at, late.plus(Order::SECOND_CHANCE));
    let said = rejected.attempt(1).and_then(|a| a.receipt.as_ref()).and_then(|r| r.rejected.clone()).unwrap();
    assert_eq!(said.chars().count(), 200, "a reason is cut to what an item should hold");
    assert!(decide(&rejected, &Event::WindowElapsed, late).is_err(), "the old end of the window is not the new one");
    assert_eq!(rejected.payable(late), Ok(()));

    let (again, number) = rejected.submit_receipt(receipt(late)).unwrap();
    assert_eq!((number, owes(&again)), (1, Some(Duty::Review)));
}

#[test]
fn a_rejection_returns_to_polling_where_an_invoice_is_open() {
    let (order, crypto) = placed(false).begin_attempt(Gateway::CryptoPay, toman(1), NOW).unwrap();
    let order = order.opened(crypto, Some("inv-1".to_owned()), None).unwrap();
    let waiting = with_receipt(&order);
    assert_eq!(owes(&waiting), Some(Duty::Review), "the receipt is more urgent than the poll");
    assert_eq!(waiting.reject_receipt(2, "no", NOW).unwrap().work.duty, Some(Duty::Poll));
}

#[test]
fn a_receipt_that_came_after_the_end_is_looked_at_all_the_same() {
    let waiting = with_receipt_late(&placed(true));
    assert_eq!((waiting.status, waiting.work.duty), (OrderStatus::Expired, Some(Duty::Review)));
    assert_eq!(waiting.undecided_receipt(1).map(|a| a.number), Ok(1));
    let rejected = waiting.reject_receipt(1, "no", NOW).unwrap();
    assert_eq!((rejected.status, rejected.work.duty, rejected.work.due_at), (OrderStatus::Expired, None, None));
    assert_eq!(rejected.awaiting_receipt().map(|a| a.number), Some(1), "another may follow");
    let approved = after(&waiting, &settled_by("first"), NOW);
    assert_eq!((approved.status, approved.work.duty), (OrderStatus::Paid, Some(Duty::Provision)));
    let canceled = after(&waiting, &Event::OperatorCancels, NOW);
    assert_eq!(canceled.awaiting_receipt(), None, "what an operator ended takes no more");
    assert_eq!(canceled.submit_receipt(receipt(NOW)).unwrap_err(), AttemptRefusal::NotNow { status: OrderStatus::Canceled });
}

#[test]
fn a_receipt_is_decided_once() {
    let waiting = with_receipt(&placed(true));
    assert_eq!(waiting.undecided_receipt(1).map(|a| a.number), Ok(1));
    assert_eq!(waiting.undecided_receipt(2), Err(AttemptRefusal::Unknown));
    let decided = [
        waiting.reject_receipt(1, "no", NOW).unwrap(),
        after(&waiting, &settled_by("first"), NOW),
        after(&waiting, &Event::OperatorCancels, NOW),
    ];
    for order in decided {
        assert_eq!(order.undecided_receipt(1), Err(AttemptRefusal::Decided), "{}", order.status.name());
        assert_eq!(order.reject_receipt(1, "no", NOW), Err(AttemptRefusal::Decided));
        assert_eq!(order.under_review(), None, "no receipt of it waits");
    }
    let (no_receipt, _) = placed(true).begin_attempt(Gateway::Card, toman(1), NOW).unwrap();
    assert_eq!(no_receipt.undecided_receipt(1), Err(AttemptRefusal::Decided));
}
