//! Random lives of an order: customers, gateways, operators, the panel and the clock in any order, and what must hold after every step.

use domain::{
    Money, Timestamp,
    duty::{Duty, LEASE, Work},
    order::{CodeEffect, Decision, Event, Order, OrderStatus, ReferralEffect, Transition, decide, owes},
    payment::{Gateway, PaymentEvent, ReportedStatus, Settlement, settle},
    time::Span,
};
use proptest::{prelude::*, sample::select};

use crate::fixtures::{NOW, account, free, other_account, our_account, payment, placed, receipt, toman};

/// Something that somebody does. What the order does not allow is tried all the same.
#[derive(Debug, Clone)]
enum Step {
    Begin(Gateway),
    Open {
        number: u8,
        known: bool,
    },
    SubmitReceipt,
    RejectReceipt(u8),
    Report {
        gateway: Gateway,
        reference: u8,
        number: u8,
        right: bool,
    },
    Happens(Event),
    /// A worker takes what is due.
    Take,
    Postpone,
    Park,
    Unpark,
    /// A worker has taken back what a refunded order gave.
    TakenBack,
    Pass(u32),
}

fn steps() -> impl Strategy<Value = Step> {
    let gateway = || select(Gateway::ALL.as_slice());
    let number = || 1u8..=4;
    let event = prop_oneof![
        3 => Just(Event::WindowElapsed),
        1 => Just(Event::CustomerCancels),
        1 => Just(Event::OperatorCancels),
        4 => any::<bool>().prop_map(|delivered| account(our_account(), delivered)),
        1 => any::<bool>().prop_map(|delivered| account(other_account(), delivered)),
        1 => Just(Event::Refunded),
    ];
    prop_oneof![
        4 => gateway().prop_map(Step::Begin),
        2 => (number(), any::<bool>()).prop_map(|(number, known)| Step::Open { number, known }),
        3 => Just(Step::SubmitReceipt),
        2 => number().prop_map(Step::RejectReceipt),
        4 => (gateway(), 0u8..3, number(), any::<bool>())
            .prop_map(|(gateway, reference, number, right)| Step::Report { gateway, reference, number, right }),
        8 => event.prop_map(Step::Happens),
        3 => Just(Step::Take),
        1 => Just(Step::Postpone),
        1 => Just(Step::Park),
        1 => Just(Step::Unpark),
        1 => Just(Step::TakenBack),
        4 => (0u32..180).prop_map(Step::Pass),
    ]
}

/// An order among those who act on it, with books of what its transitions told the rest of the shop to do.
#[derive(Debug)]
struct Life {
    order: Order,
    now: Timestamp,
    /// Uses of the code that the order has taken and not given back.
    uses: i64,
    /// Prizes that the order has made owed and not undone.
    prizes: i64,
}

impl Life {
    fn of(order: Order) -> Self {
        let uses = order.discount.as_ref().map_or(0, |_| 1);
        Self { order, now: NOW, uses, prizes: 0 }
    }

    fn commit(&mut self, transition: Transition) {
        self.uses += match transition.code {
            CodeEffect::None => 0,
            CodeEffect::Release => -1,
            CodeEffect::Retake => 1,
        };
        self.prizes += match transition.referral {
            ReferralEffect::None => 0,
            ReferralEffect::Qualify { .. } => 1,
            ReferralEffect::Restore { .. } => -1,
        };
        self.order = transition.order;
    }

    fn step(&mut self, step: &Step) {
        let lease_until = self.now.plus(LEASE);
        let now = self.now;
        let order = &mut self.order;
        match step {
            Step::Begin(gateway) => {
                if let Ok((next, _)) = order.begin_attempt(*gateway, order.total, now) {
                    *order = next;
                }
            }
            Step::Open { number, known } => {
                if let Ok(next) = order.opened(*number, known.then(|| "inv-1".to_owned()), None) {
                    *order = next;
                }
            }
            Step::SubmitReceipt => {
                if let Ok((next, _)) = order.submit_receipt(receipt(now)) {
                    *order = next;
                }
            }
            Step::RejectReceipt(number) => {
                if let Ok(next) = order.reject_receipt(*number, "no", now) {
                    *order = next;
                }
            }
            Step::Report { gateway, reference, number, right } => {
                let quote = order.attempt(*number).map(|attempt| attempt.quote);
                let event = PaymentEvent {
                    payment: payment(gateway.charged_as(), &reference.to_string()),
                    order: Some((order.id, *number)),
                    status: ReportedStatus::Paid,
                    amount: if *right { quote } else { Some(toman(1)) },
                    payer: None,
                    recurring: false,
                };
                if let Settlement::Apply(transition) = settle(Some(&*order), &event, now, lease_until) {
                    self.commit(*transition);
                }
            }
            Step::Happens(event) => {
                if let Ok(Decision::Change(transition)) = decide(&*order, event, now) {
                    self.commit(*transition);
                }
            }
            Step::Take => take(&mut order.work, now),
            Step::Postpone if order.work.duty.is_some() => order.work.postpone(now, Span::ZERO, "the panel does not answer"),
            Step::Park if order.work.duty.is_some() => order.work.park(now, "the panel does not know us"),
            Step::Unpark if order.work.parked.is_some() => order.work.unpark(now),
            Step::TakenBack if order.work.duty == Some(Duty::Revoke) => order.work.clear(),
            Step::Postpone | Step::Park | Step::Unpark | Step::TakenBack => {}
            Step::Pass(minutes) => self.now = now.plus(Span::minutes(*minutes)),
        }
    }
}

/// Takes what is due, as the store's conditional update does.
fn take(work: &mut Work, now: Timestamp) {
    if work.parked.is_none() && work.due_at.is_some_and(|due_at| due_at <= now) {
        work.due_at = Some(now.plus(LEASE));
        work.fence += 1;
        work.tries += 1;
    }
}

/// What is true of every order at every time.
fn check(life: &Life) -> Result<(), TestCaseError> {
    let order = &life.order;
    let work = &order.work;
    prop_assert_eq!(work.duty, owes(order), "what the item carries is what its state owes");
    prop_assert_eq!(work.duty.is_some(), work.due_at.is_some(), "a debt has a time");
    prop_assert!(work.parked.is_none() || work.duty.is_some(), "only a debt is parked");

    let paid = matches!(order.status, OrderStatus::Paid | OrderStatus::Provisioned | OrderStatus::Refunded);
    prop_assert_eq!(order.paid_at.is_some(), paid);
    prop_assert_eq!(order.payment.is_some(), paid && !order.total.is_zero());
    prop_assert!(order.status != OrderStatus::Paid || work.due_at.is_some(), "a paid order is on somebody's list");
    prop_assert_eq!(order.ended_at.is_some(), matches!(order.status, OrderStatus::Expired | OrderStatus::Canceled | OrderStatus::Refunded));
    prop_assert!(order.status != OrderStatus::Provisioned || order.provisioned_at.is_some());
    prop_assert!(order.delivered_at.is_none() || order.provisioned_at.is_some());

    let held = order.discount.as_ref().is_some_and(|discount| discount.held);
    prop_assert_eq!(life.uses, i64::from(held), "the code's counter and the order agree");
    let unpaid_end = matches!(order.status, OrderStatus::Expired | OrderStatus::Canceled);
    prop_assert_eq!(held, order.discount.is_some() && !unpaid_end, "live and paid orders hold their use, others do not");
    let prize = paid && order.status != OrderStatus::Refunded && !order.total.is_zero();
    prop_assert_eq!(life.prizes, i64::from(prize), "a paid order makes one prize owed, its refund undoes it");

    prop_assert!(order.attempts.len() <= Order::MAX_ATTEMPTS);
    let numbers: Vec<u8> = order.attempts.iter().map(|attempt| attempt.number).collect();
    prop_assert_eq!(numbers, (1..).take(order.attempts.len()).collect::<Vec<u8>>());
    for attempt in &order.attempts {
        let waits = order.under_review().is_some_and(|waiting| waiting.number == attempt.number);
        prop_assert_eq!(order.undecided_receipt(attempt.number).is_ok(), waits, "what waits can be decided, and nothing else");
    }
    let json = serde_json::to_string(order).map_err(|e| TestCaseError::fail(e.to_string()))?;
    let read: Order = serde_json::from_str(&json).map_err(|e| TestCaseError::fail(e.to_string()))?;
    prop_assert_eq!(&read, order, "what was stored is what is read");
    Ok(())
}

/// What no step changes.
fn frozen(order: &Order) -> (impl PartialEq + std::fmt::Debug + use<>, Money, Option<Money>) {
    let names = (order.id, order.terms.clone(), order.inviter, order.panel_name.clone(), order.created_at, order.version);
    (names, order.total, order.discount.as_ref().map(|discount| discount.off))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn every_step_of_every_life_keeps_the_rules(
        start in select(vec![placed(false), placed(true), free()]),
        steps in prop::collection::vec(steps(), 1..40),
    ) {
        let mut life = Life::of(start);
        check(&life)?;
        for step in &steps {
            let before = life.order.clone();
            life.step(step);
            check(&life)?;
            let after = &life.order;
            prop_assert!(after.work.fence >= before.work.fence, "the fence never falls");
            prop_assert_eq!(frozen(after), frozen(&before));
            prop_assert!(before.paid_at.is_none() || after.paid_at == before.paid_at, "paid is paid");
            prop_assert!(before.payment.is_none() || after.payment == before.payment, "by one payment");
            prop_assert!(after.expires_at >= before.expires_at, "the window never shrinks");
            let thrown_away = after.under_review().is_none() && after.status == OrderStatus::Expired;
            if before.under_review().is_some() && thrown_away && !matches!(step, Step::RejectReceipt(_)) {
                return Err(TestCaseError::fail("a receipt that nobody looked at was thrown away"));
            }
        }
    }

    /// Whatever happened to an order, money that matches an attempt is applied once or kept as unapplied: it never disappears.
    #[test]
    fn money_is_never_lost(
        steps in prop::collection::vec(steps(), 0..25),
        gateway in select(Gateway::ALL.as_slice()),
    ) {
        let mut life = Life::of(placed(true));
        life.step(&Step::Begin(gateway));
        for step in &steps {
            life.step(step);
        }
        let report = PaymentEvent {
            payment: payment(gateway.charged_as(), "the-money"),
            order: Some((life.order.id, 1)),
            status: ReportedStatus::Paid,
            amount: Some(life.order.total),
            payer: None,
            recurring: false,
        };
        match settle(Some(&life.order), &report, life.now, life.now) {
            Settlement::Apply(transition) => {
                prop_assert!(matches!(life.order.status, OrderStatus::AwaitingPayment | OrderStatus::Expired));
                prop_assert_eq!(settle(Some(&transition.order), &report, life.now, life.now), Settlement::Already);
            }
            Settlement::Unapplied(_) => prop_assert!(!matches!(life.order.status, OrderStatus::AwaitingPayment | OrderStatus::Expired)),
            Settlement::Already | Settlement::Renew | Settlement::Ignore => return Err(TestCaseError::fail("new money was not seen")),
        }
    }
}
