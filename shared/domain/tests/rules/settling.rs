//! Every money rule: what a gateway's report pays for, and what may be charged at all.

use domain::{
    Currency, Money, OrderId, OrderKey, TelegramUserId,
    duty::Duty,
    order::{Attempt, Event, Order, OrderStatus, UnappliedReason},
    payment::{
        Arrived, Gateway, PaymentEvent, PreCheckoutRefusal, ReportedStatus, Settlement, arrived, gateway_currencies, pre_checkout, settle,
        settle_by_hand,
    },
    time::Span,
};
use proptest::{prelude::*, sample::select};
use ulid::Ulid;

use crate::fixtures::{BUYER, LEASE_UNTIL, NOW, account, after, free, money, our_account, payment, placed, settled_by, stars, toman, user};

/// An order with an attempt by Stars (1), by card (2) and by Crypto Pay (3).
fn tried() -> Order {
    let (order, _) = placed(true).begin_attempt(Gateway::TelegramStars, stars(140), NOW).unwrap();
    let (order, _) = order.begin_attempt(Gateway::Card, toman(140_000), NOW).unwrap();
    order.begin_attempt(Gateway::CryptoPay, money("2.80", Currency::Usd), NOW).unwrap().0
}

/// The same with a subscription in Stars besides, its fourth attempt.
fn subscribed() -> Order {
    let mut order = tried();
    let attempt = order.attempt(1).unwrap().clone();
    order.attempts.push(Attempt { number: 4, gateway: Gateway::RecurringStars, ..attempt });
    order
}

fn expired() -> Order {
    after(&tried(), &Event::WindowElapsed, tried().expires_at)
}

fn canceled() -> Order {
    after(&tried(), &Event::OperatorCancels, NOW)
}

fn paid() -> Order {
    after(&tried(), &settled_by("charge-1"), NOW)
}

fn provisioned() -> Order {
    after(&paid(), &account(our_account(), false), NOW)
}

fn refunded() -> Order {
    after(&paid(), &Event::Refunded, NOW)
}

/// The report that pays the attempt by Stars.
fn report() -> PaymentEvent {
    PaymentEvent {
        payment: payment(Gateway::TelegramStars, "charge-1"),
        order: Some((tried().id, 1)),
        status: ReportedStatus::Paid,
        amount: Some(stars(140)),
        payer: Some(user(BUYER)),
        recurring: false,
    }
}

/// A settlement in one word.
fn word(settlement: &Settlement) -> &'static str {
    match settlement {
        Settlement::Apply(_) => "apply",
        Settlement::Renew => "renew",
        Settlement::Already => "already",
        Settlement::Unapplied(reason) => reason.name(),
        Settlement::Ignore => "ignore",
    }
}

fn settled(order: Option<&Order>, event: &PaymentEvent) -> &'static str {
    word(&settle(order, event, NOW, LEASE_UNTIL))
}

#[test]
fn what_a_report_pays() {
    type Change = fn(&mut PaymentEvent);
    let stranger = |e: &mut PaymentEvent| e.payer = Some(user(1));
    let new_charge = |e: &mut PaymentEvent| e.payment = payment(Gateway::TelegramStars, "charge-2");
    let renewal = |e: &mut PaymentEvent| {
        e.payment = payment(Gateway::TelegramStars, "charge-2");
        e.recurring = true;
    };
    let cases: Vec<(&str, Option<Order>, Change, &str)> = vec![
        ("the quote, by the buyer", Some(tried()), |_| {}, "apply"),
        ("the gateway does not tell who paid", Some(tried()), |e| e.payer = None, "apply"),
        (
            "a decimal equal to the quote",
            Some(tried()),
            |e| {
                e.payment = payment(Gateway::CryptoPay, "i-1");
                e.order = Some((tried().id, 3));
                e.amount = Some(money("2.8", Currency::Usd));
            },
            "apply",
        ),
        ("late money", Some(expired()), |_| {}, "apply"),
        ("pending", Some(tried()), |e| e.status = ReportedStatus::Pending, "ignore"),
        ("expired", Some(tried()), |e| e.status = ReportedStatus::Expired, "ignore"),
        ("failed", Some(tried()), |e| e.status = ReportedStatus::Failed, "ignore"),
        ("refunded", Some(paid()), |e| e.status = ReportedStatus::Refunded, "ignore"),
        ("a status that we do not know", Some(tried()), |e| e.status = ReportedStatus::Unknown, "ignore"),
        ("an old `failed` after the money", Some(paid()), |e| e.status = ReportedStatus::Failed, "ignore"),
        ("the gateway is not content", Some(tried()), |e| e.status = ReportedStatus::NeedsReview, "needs_review"),
        ("no such order", None, |_| {}, "unknown_order"),
        ("the gateway names no order", Some(tried()), |e| e.order = None, "unknown_order"),
        ("an attempt that never began", Some(tried()), |e| e.order = Some((tried().id, 4)), "unknown_attempt"),
        ("an attempt by another gateway", Some(tried()), |e| e.order = Some((tried().id, 2)), "unknown_attempt"),
        ("a free order", Some(free()), |_| {}, "unknown_attempt"),
        ("another payer", Some(tried()), stranger, "other_payer"),
        ("one unit less", Some(tried()), |e| e.amount = Some(stars(139)), "amount_mismatch"),
        ("one unit more", Some(tried()), |e| e.amount = Some(stars(141)), "amount_mismatch"),
        ("another currency", Some(tried()), |e| e.amount = Some(toman(140)), "amount_mismatch"),
        ("no amount", Some(tried()), |e| e.amount = None, "amount_mismatch"),
        ("the price without the discount", Some(tried()), |e| e.amount = Some(stars(150)), "amount_mismatch"),
        ("the same again, paid", Some(paid()), |_| {}, "already"),
        ("the same again, provisioned", Some(provisioned()), |_| {}, "already"),
        ("the same again, refunded", Some(refunded()), |_| {}, "already"),
        ("the same again, and it began a subscription", Some(paid()), |e| e.recurring = true, "already"),
        ("a second charge of a paid order", Some(paid()), new_charge, "paid_twice"),
        ("a second charge of a provisioned order", Some(provisioned()), new_charge, "paid_twice"),
        ("a new charge of a refunded order", Some(refunded()), new_charge, "order_ended"),
        ("money for a canceled order", Some(canceled()), |_| {}, "order_ended"),
        ("a renewal that the gateway charged", Some(paid()), renewal, "recurring"),
        ("a renewal that arrives before its first charge", Some(tried()), renewal, "recurring"),
    ];
    let paid_otherwise = after(&subscribed(), &settled_by("charge-1"), NOW);
    let paid_by_it = Order { renews: true, ..paid_otherwise.clone() };
    let of_it = |e: &mut PaymentEvent| {
        e.order = Some((tried().id, 4));
        e.payment = payment(Gateway::TelegramStars, "charge-2");
        e.recurring = true;
    };
    let cases = cases.into_iter().chain([
        ("the first charge of a subscription", Some(subscribed()), (|e| e.order = Some((tried().id, 4))) as Change, "apply"),
        ("its first charge told again", Some(paid_by_it.clone()), |e| e.order = Some((tried().id, 4)), "already"),
        ("its next charge", Some(paid_by_it.clone()), of_it, "renew"),
        ("its next charge comes first", Some(subscribed()), of_it, "apply"),
        ("its next charge, where the order was paid otherwise", Some(paid_otherwise), of_it, "recurring"),
        ("its next charge, after the order was refunded", Some(after(&paid_by_it, &Event::Refunded, NOW)), of_it, "order_ended"),
    ]);
    let wrong = |what: Change| {
        let mut event = report();
        of_it(&mut event);
        what(&mut event);
        settled(Some(&paid_by_it), &event)
    };
    assert_eq!(wrong(|e| e.amount = Some(stars(141))), "amount_mismatch");
    assert_eq!(wrong(|e| e.payer = Some(user(1))), "other_payer");
    assert_eq!(wrong(|e| e.recurring = false), "paid_twice");
    for (case, order, change, want) in cases {
        let mut event = report();
        change(&mut event);
        assert_eq!(settled(order.as_ref(), &event), want, "{case}");
    }
}

#[test]
fn every_reason_is_said_by_its_name() {
    let reasons = [
        UnappliedReason::UnknownOrder,
        UnappliedReason::UnknownAttempt,
        UnappliedReason::AmountMismatch,
        UnappliedReason::OtherPayer,
        UnappliedReason::PaidTwice,
        UnappliedReason::OrderEnded,
        UnappliedReason::Recurring,
        UnappliedReason::NeedsReview,
    ];
    for reason in reasons {
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.name());
    }
}

#[test]
fn what_is_applied_carries_its_payment_and_its_lease() {
    let Settlement::Apply(transition) = settle(Some(&tried()), &report(), NOW, LEASE_UNTIL) else { panic!("it pays") };
    let order = transition.order;
    assert_eq!(order.payment, Some(report().payment));
    assert_eq!((order.work.duty, order.work.due_at, order.work.tries), (Some(Duty::Provision), Some(LEASE_UNTIL), 1));
}

#[test]
fn the_name_of_a_payment_is_its_gateways_own() {
    let mut event = report();
    event.payment = payment(Gateway::Card, "charge-1");
    event.order = Some((tried().id, 2));
    event.amount = Some(toman(140_000));
    assert_eq!(settled(Some(&paid()), &event), "paid_twice", "the same reference at another gateway is another payment");
}

#[test]
fn what_may_be_charged() {
    let last = tried().expires_at;
    let buyer = user(BUYER);
    let good = (Some(tried()), 1u8, buyer, false, Some(stars(140)), NOW);
    let under_review = tried().submit_receipt(crate::fixtures::receipt(NOW)).unwrap().0;
    type Case<'a> = (&'a str, (Option<Order>, u8, TelegramUserId, bool, Option<Money>, domain::Timestamp), Result<(), PreCheckoutRefusal>);
    let cases: Vec<Case<'_>> = vec![
        ("all is well", good.clone(), Ok(())),
        ("at the last instant", (Some(tried()), 1, buyer, false, good.4, last), Ok(())),
        ("after it", (Some(tried()), 1, buyer, false, good.4, last.plus(Span::seconds(1))), Err(PreCheckoutRefusal::Ended)),
        ("the second attempt", (Some(tried()), 2, buyer, false, Some(toman(140_000)), NOW), Ok(())),
        ("a receipt is under review", (Some(under_review), 1, buyer, false, good.4, NOW), Err(PreCheckoutRefusal::UnderReview)),
        ("no such order", (None, 1, buyer, false, good.4, NOW), Err(PreCheckoutRefusal::UnknownOrder)),
        ("a stranger", (Some(tried()), 1, user(1), false, good.4, NOW), Err(PreCheckoutRefusal::OtherPayer)),
        ("a banned stranger", (Some(tried()), 1, user(1), true, good.4, NOW), Err(PreCheckoutRefusal::OtherPayer)),
        ("banned", (Some(tried()), 1, buyer, true, good.4, NOW), Err(PreCheckoutRefusal::Banned)),
        ("expired", (Some(expired()), 1, buyer, false, good.4, NOW), Err(PreCheckoutRefusal::Ended)),
        ("canceled", (Some(canceled()), 1, buyer, false, good.4, NOW), Err(PreCheckoutRefusal::Ended)),
        ("refunded", (Some(refunded()), 1, buyer, false, good.4, NOW), Err(PreCheckoutRefusal::Ended)),
        ("paid", (Some(paid()), 1, buyer, false, good.4, NOW), Err(PreCheckoutRefusal::Paid)),
        ("provisioned", (Some(provisioned()), 1, buyer, false, good.4, NOW), Err(PreCheckoutRefusal::Paid)),
        ("an unknown attempt", (Some(tried()), 4, buyer, false, good.4, NOW), Err(PreCheckoutRefusal::AmountMismatch)),
        ("an unknown attempt and no amount", (Some(tried()), 4, buyer, false, None, NOW), Err(PreCheckoutRefusal::AmountMismatch)),
        ("another attempt's amount", (Some(tried()), 2, buyer, false, good.4, NOW), Err(PreCheckoutRefusal::AmountMismatch)),
        ("one unit less", (Some(tried()), 1, buyer, false, Some(stars(139)), NOW), Err(PreCheckoutRefusal::AmountMismatch)),
        ("another currency", (Some(tried()), 1, buyer, false, Some(toman(140)), NOW), Err(PreCheckoutRefusal::AmountMismatch)),
        ("no amount", (Some(tried()), 1, buyer, false, None, NOW), Err(PreCheckoutRefusal::AmountMismatch)),
    ];
    for (case, (order, number, payer, banned, amount, now), want) in cases {
        assert_eq!(pre_checkout(order.as_ref(), number, payer, banned, amount, now), want, "{case}");
    }
}

#[test]
fn gateways() {
    for gateway in Gateway::ALL {
        assert_eq!(gateway.name().parse(), Ok(gateway));
        assert_eq!(serde_json::to_value(gateway).unwrap(), gateway.name());
        assert_eq!(Gateway::from_button(gateway.button()), Some(gateway));
        assert!(!gateway_currencies(gateway).is_empty());
    }
    assert_eq!(Gateway::from_button('x'), None);
    assert!("paypal".parse::<Gateway>().is_err() && "Card".parse::<Gateway>().is_err());
    let letters: std::collections::BTreeSet<char> = Gateway::ALL.into_iter().map(Gateway::button).collect();
    assert_eq!(letters.len(), Gateway::ALL.len());
    // In upper case it says that there is nothing to pay.
    assert!(!letters.contains(&'f') && letters.iter().all(char::is_ascii_lowercase));
    assert_eq!(Gateway::Stripe.route(), "/payments/stripe/callback");
    assert_eq!(Gateway::ZarinPal.route(), "/payments/zarinpal/return");
}

fn orders() -> impl Strategy<Value = Order> {
    let subscription_paid = after(&subscribed(), &settled_by("charge-1"), NOW);
    select(vec![placed(true), tried(), subscribed(), subscription_paid, expired(), canceled(), paid(), provisioned(), refunded(), free()])
}

fn reports() -> impl Strategy<Value = PaymentEvent> {
    let statuses = vec![
        ReportedStatus::Pending,
        ReportedStatus::Paid,
        ReportedStatus::NeedsReview,
        ReportedStatus::Expired,
        ReportedStatus::Failed,
        ReportedStatus::Refunded,
        ReportedStatus::Unknown,
    ];
    let amounts = vec![stars(140), stars(141), toman(140_000), money("2.80", Currency::Usd), stars(0)];
    let names = (select(Gateway::ALL.as_slice()), "charge-[12]", prop::option::weighted(0.9, 0u8..5));
    let terms = (
        select(statuses),
        prop::option::weighted(0.9, select(amounts)),
        prop::option::of(select(vec![user(BUYER), user(1)])),
        any::<bool>(),
    );
    (names, terms).prop_map(|((gateway, reference, number), (status, amount, payer, recurring))| PaymentEvent {
        payment: payment(gateway, &reference),
        order: number.map(|number| (tried().id, number)),
        status,
        amount,
        payer,
        recurring,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn only_the_quote_pays_and_no_money_is_ignored(order in orders(), event in reports()) {
        let money = matches!(event.status, ReportedStatus::Paid | ReportedStatus::NeedsReview);
        match settle(Some(&order), &event, NOW, LEASE_UNTIL) {
            Settlement::Apply(transition) => {
                prop_assert!(event.status == ReportedStatus::Paid);
                let attempt = event.order.and_then(|(_, number)| order.attempt(number)).cloned();
                let attempt = attempt.ok_or_else(|| TestCaseError::fail("no attempt was paid"))?;
                prop_assert_eq!(Some(attempt.quote), event.amount);
                prop_assert_eq!(attempt.gateway.charged_as(), event.payment.gateway());
                prop_assert_eq!(transition.order.renews, attempt.gateway == Gateway::RecurringStars);
                prop_assert!(!event.recurring || transition.order.renews);
                prop_assert!(event.payer.is_none_or(|payer| payer == order.id.buyer));
                prop_assert_eq!(transition.order.status, OrderStatus::Paid);
                prop_assert_eq!(transition.order.payment, Some(event.payment));
            }
            Settlement::Renew => prop_assert!(event.recurring && order.payment.is_some()),
            Settlement::Already => prop_assert_eq!(order.payment, Some(event.payment)),
            Settlement::Unapplied(_) => prop_assert!(money),
            Settlement::Ignore => prop_assert!(!money),
        }
    }

    #[test]
    fn what_may_be_charged_would_be_applied(order in orders(), number in 0u8..5, amount in select(vec![stars(140), stars(141), toman(140)])) {
        let buyer = user(BUYER);
        if pre_checkout(Some(&order), number, buyer, false, Some(amount), NOW).is_ok() && order.attempt(number).map(|a| a.gateway) == Some(Gateway::TelegramStars) {
            let event = PaymentEvent { order: Some((order.id, number)), amount: Some(amount), ..report() };
            prop_assert_eq!(settled(Some(&order), &event), "apply");
        }
    }

    #[test]
    fn the_buyer_of_an_order_is_the_only_payer(stranger in 1i64..i64::MAX) {
        prop_assume!(stranger != BUYER);
        let mut order = tried();
        order.id = OrderId::new(user(stranger), OrderKey::Ulid(Ulid::from_parts(1, 1)));
        prop_assert_eq!(settled(Some(&order), &report()), "other_payer");
        prop_assert_eq!(pre_checkout(Some(&order), 1, user(BUYER), false, Some(stars(140)), NOW), Err(PreCheckoutRefusal::OtherPayer));
    }
}

#[test]
fn what_arrived_is_held_against_what_was_asked_for() {
    for (amount, expected) in [
        (toman(140_000), Arrived::Enough),
        (toman(140_001), Arrived::Enough),
        (toman(139_999), Arrived::Short { missing: toman(1) }),
        (toman(0), Arrived::Short { missing: toman(140_000) }),
        (money("140000", Currency::Irr), Arrived::OtherCurrency),
        (stars(140_000), Arrived::OtherCurrency),
    ] {
        assert_eq!(arrived(toman(140_000), amount), expected, "{amount:?}");
    }
}

#[test]
fn an_operator_settles_what_no_gateway_told_of() {
    let id = payment(Gateway::CryptoPay, "528890");
    for (order, expected) in [
        (tried(), "applied"),
        (expired(), "applied"),
        (canceled(), "order_ended"),
        (paid(), "paid_twice"),
        (provisioned(), "paid_twice"),
        (refunded(), "order_ended"),
    ] {
        let settled = match settle_by_hand(&order, &id, NOW, LEASE_UNTIL) {
            Settlement::Apply(transition) => {
                assert_eq!(transition.order.payment, Some(id.clone()));
                // The gateway's own word for it changes nothing any more.
                let event = PaymentEvent {
                    payment: id.clone(),
                    amount: Some(money("2.80", Currency::Usd)),
                    order: Some((order.id, 3)),
                    ..report()
                };
                assert_eq!(settle(Some(&transition.order), &event, NOW, LEASE_UNTIL), Settlement::Already);
                assert_eq!(settle_by_hand(&transition.order, &id, NOW, LEASE_UNTIL), Settlement::Already);
                "applied"
            }
            Settlement::Unapplied(reason) => reason.name(),
            other => panic!("{other:?}"),
        };
        assert_eq!(settled, expected, "{}", order.status.name());
    }
}
