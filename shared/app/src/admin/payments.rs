//! What operators say becomes of money: of a payment that fits no order, and of the money of an order that is taken back.
//!
//! Each is said once: the payment's version carries the decision. What has to be done afterwards is a duty on the payment, committed with the decision.

use domain::{
    Money, OrderId, TelegramUserId, Timestamp,
    discount::{Benefit, DiscountCode},
    duty::{Duty, LEASE},
    order::{Decision, Event, Order, OrderStatus, UnappliedReason, decide},
    payment::{Payment, PaymentEvent, PaymentId, PaymentStatus, ReportedStatus},
};
use store::{CommitError, Write};
use tracing::{info, warn};

use crate::{
    App, By, Change, Deadline,
    gateways::Refunds,
    operate::{Invalid, OperateError, json, of_commit},
    refund::{Back, Word},
    settle::{Proof, Settled},
    work::Outcome,
};

/// A discount code that stands for money. What is left out follows from the payment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Credit {
    /// What it takes off, in the base currency.
    pub amount: Option<Money>,
    /// For whom it is.
    pub customer: Option<TelegramUserId>,
    /// The last instant at which it works; absent: for ever.
    pub valid_to: Option<Timestamp>,
}

impl App {
    /// The payment pays `order` (absent: the one it was meant for), whatever its amount and whoever paid it. Doing it twice is success.
    pub async fn apply_payment<'a>(
        &self,
        id: &PaymentId,
        order: Option<OrderId>,
        by: impl Into<By<'a, Payment>>,
        deadline: Deadline,
    ) -> Result<Payment, OperateError> {
        let by = by.into();
        let payment = self.known(id).await?;
        let order = order.or(payment.order).ok_or_else(|| Invalid::new("order_id", "required: the payment names no order"))?;
        if payment.status == PaymentStatus::Applied && payment.order == Some(order) {
            return Ok(payment);
        }
        undecided(&payment)?;
        let change = Change::new(&by, "apply", "payment", id.to_string()).from(json(&payment)?).to(self.names.order(order));
        let event = PaymentEvent {
            payment: id.clone(),
            order: Some((order, 0)),
            status: ReportedStatus::Paid,
            amount: payment.amount,
            payer: payment.payer,
            recurring: false,
        };
        match self.settle(&event, Proof::ByHand(&payment, &change), deadline).await? {
            Settled::Paid(_) | Settled::Already(_) => self.known(id).await,
            Settled::Unapplied(UnappliedReason::UnknownOrder) => Err(Invalid::new("order_id", "there is no such order").into()),
            Settled::Unapplied(UnappliedReason::PaidTwice) => {
                Err(OperateError::WrongState("The order was paid by another payment.".into()))
            }
            Settled::Unapplied(_) => Err(OperateError::WrongState("The order was canceled or refunded.".into())),
            Settled::Ignored => Err(OperateError::Changed),
        }
    }

    /// The order is paid by money that no gateway told of, as far as the shop knows: an operator has seen it, at the gateway or at the bank. The payment
    /// has the gateway's own name, so that its report, should it come after all, pays nothing a second time. Doing it twice is success.
    pub async fn settle_order<'a>(
        &self,
        id: OrderId,
        payment: &PaymentId,
        amount: Money,
        reason: &str,
        by: impl Into<By<'a, Order>>,
        deadline: Deadline,
    ) -> Result<Order, OperateError> {
        let by = by.into();
        let order = self.store.order(id).await?.ok_or(OperateError::NotFound)?;
        if order.payment.as_ref() == Some(payment) {
            return Ok(order);
        }
        let told = json(&serde_json::json!({ "payment": payment, "amount": amount, "reason": reason }))?;
        let change = Change::new(&by, "settle", "order", self.names.order(id)).from(order.status.name()).to(told);
        let event = PaymentEvent {
            payment: payment.clone(),
            order: Some((id, 1)),
            status: ReportedStatus::Paid,
            amount: Some(amount),
            payer: None,
            recurring: false,
        };
        match self.store.payment(payment).await? {
            Some(known) if known.status == PaymentStatus::Unapplied => {
                return Err(OperateError::WrongState("The shop knows this payment, which pays no order: apply it to this one.".into()));
            }
            Some(known) if known.order != Some(id) => return Err(OperateError::WrongState("This payment is another order's.".into())),
            Some(known) if known.status != PaymentStatus::Applied => {
                return Err(OperateError::WrongState(format!("The payment is {}.", known.status.name())));
            }
            Some(_) | None => {}
        }
        match Box::pin(self.settle(&event, Proof::Word(&change), deadline)).await? {
            Settled::Paid(order) | Settled::Already(order) => Ok(*order),
            Settled::Unapplied(UnappliedReason::PaidTwice) => {
                Err(OperateError::WrongState("The order was paid by another payment.".into()))
            }
            Settled::Unapplied(UnappliedReason::OrderEnded) => Err(OperateError::WrongState("The order was canceled or refunded.".into())),
            Settled::Unapplied(_) | Settled::Ignored => Err(OperateError::Changed),
        }
    }

    /// The payment goes back: through its gateway, or, with `by_hand`, it has been sent back by a person. Doing it twice is success.
    pub async fn refund_payment<'a>(
        &self,
        id: &PaymentId,
        by_hand: bool,
        by: impl Into<By<'a, Payment>>,
        deadline: Deadline,
    ) -> Result<Payment, OperateError> {
        let by = by.into();
        let mut payment = self.known(id).await?;
        if payment.status == PaymentStatus::Refunded
            || (payment.status == PaymentStatus::Unapplied && payment.is_on_its_way_back() && !by_hand)
        {
            return Ok(payment);
        }
        undecided(&payment)?;
        let change = Change::new(&by, "refund", "payment", id.to_string()).from(json(&payment)?).to(way(by_hand));
        if by_hand {
            return match self.went_back(id, Word::OfPayment(&change)).await? {
                Back::Unknown => Err(OperateError::NotFound),
                Back::Otherwise => Err(OperateError::Changed),
                Back::Already | Back::Noted => self.known(id).await,
            };
        }
        self.refundable(&payment)?;
        payment.work.owe_and_take(Duty::Refund, self.now().plus(LEASE));
        let write = Write::replace(&mut payment)?;
        self.decide(&change, &payment, vec![write]).await?;
        self.go_back(payment, deadline).await
    }

    /// The payment becomes a discount code that works once, for its payer alone, and he is told. Doing it twice is success and makes one code.
    pub async fn credit_payment<'a>(
        &self,
        id: &PaymentId,
        credit: Credit,
        by: impl Into<By<'a, Payment>>,
    ) -> Result<Payment, OperateError> {
        let by = by.into();
        let mut payment = self.known(id).await?;
        if payment.status == PaymentStatus::Credited {
            return Ok(payment);
        }
        undecided(&payment)?;
        let code = self.code_for(&payment, credit).await?;
        let change = Change::new(&by, "credit", "payment", id.to_string()).from(json(&payment)?).to(json(&code)?);
        payment.status = PaymentStatus::Credited;
        payment.credit = Some(code.name.clone());
        payment.work.owe_and_take(Duty::Notify, self.now().plus(LEASE));
        let writes = vec![Write::replace(&mut payment)?, Write::create(&code)?];
        self.decide(&change, &payment, writes).await?;
        info!(event = "payment_credited", payment.id = %id, "a payment became a discount code");
        let outcome = self.tell_of_credit(payment.clone()).await?;
        self.note(payment, outcome).await?;
        self.known(id).await
    }

    /// Nothing comes of the payment, for a reason that is kept. Doing it twice is success.
    pub async fn write_off_payment<'a>(
        &self,
        id: &PaymentId,
        reason: &str,
        by: impl Into<By<'a, Payment>>,
    ) -> Result<Payment, OperateError> {
        let by = by.into();
        let mut payment = self.known(id).await?;
        if payment.status == PaymentStatus::WrittenOff {
            return Ok(payment);
        }
        undecided(&payment)?;
        let change = Change::new(&by, "write-off", "payment", id.to_string()).from(json(&payment)?).to(reason);
        payment.status = PaymentStatus::WrittenOff;
        payment.work.clear();
        let write = Write::replace(&mut payment)?;
        self.decide(&change, &payment, vec![write]).await?;
        Ok(payment)
    }

    /// An order's money goes back, and what it bought is taken back: through the gateway, or, with `by_hand`, it has been sent back by a person.
    /// An order that cost nothing is only taken back. Doing it twice is success.
    pub async fn refund_order<'a>(
        &self,
        id: OrderId,
        by_hand: bool,
        by: impl Into<By<'a, Order>>,
        deadline: Deadline,
    ) -> Result<Order, OperateError> {
        let by = by.into();
        let order = self.store.order(id).await?.ok_or(OperateError::NotFound)?;
        match order.status {
            OrderStatus::Refunded => return Ok(order),
            OrderStatus::Paid | OrderStatus::Provisioned => {}
            OrderStatus::AwaitingPayment | OrderStatus::Expired | OrderStatus::Canceled => {
                return Err(OperateError::WrongState(format!("The order is {}: there is nothing to send back.", order.status.name())));
            }
        }
        let change = Change::new(&by, "refund", "order", self.names.order(id)).from(order.status.name()).to(way(by_hand));
        let Some(paid_by) = &order.payment else { return self.undo_free_order(order, &change).await };
        let payment = self.known(paid_by).await?;
        if payment.is_on_its_way_back() && !by_hand {
            return Ok(order);
        }
        if by_hand {
            if let Back::Otherwise = self.went_back(paid_by, Word::OfOrder(&change)).await? {
                return Err(OperateError::Changed);
            }
        } else {
            self.refundable(&payment)?;
            let mut payment = payment;
            payment.work.owe_and_take(Duty::Refund, self.now().plus(LEASE));
            let write = Write::replace(&mut payment)?;
            self.decide(&change, &order, vec![write]).await?;
            self.go_back(payment, deadline).await?;
        }
        self.store.order(id).await?.ok_or(OperateError::NotFound)
    }

    async fn known(&self, id: &PaymentId) -> Result<Payment, OperateError> {
        self.store.payment(id).await?.ok_or(OperateError::NotFound)
    }

    /// Commits a decision. Where the payment is not as it was read any more, another's stands.
    async fn decide<E>(&self, change: &Change<'_, E>, result: &E, writes: Vec<Write>) -> Result<(), OperateError> {
        match self.commit_change(change, result, writes).await {
            Ok(()) => Ok(()),
            Err(CommitError::Refused { position: 0 | 1, .. }) => Err(OperateError::Changed),
            Err(error) => Err(of_commit("decide on a payment")(error)),
        }
    }

    /// Sends back what the writer has just taken the duty for; what does not succeed now is tried again by the jobs.
    async fn go_back(&self, payment: Payment, deadline: Deadline) -> Result<Payment, OperateError> {
        let id = payment.id.clone();
        let outcome = self.send_back(&payment, deadline).await?;
        if let Outcome::Later(reason) | Outcome::Park(reason) = &outcome {
            warn!(event = "refund_not_done", payment.id = %id, reason, "a payment did not go back yet");
        }
        self.note(payment, outcome).await?;
        self.known(&id).await
    }

    /// Whether the gateway can send a payment back.
    fn refundable(&self, payment: &Payment) -> Result<(), OperateError> {
        let by_hand = |why: &str| {
            let gateway = payment.id.gateway();
            OperateError::WrongState(format!(
                "{gateway} cannot send it back: {why}. Send it back by hand, then say so with \"by_hand\": true."
            ))
        };
        let gateway = self.gateway(payment.id.gateway()).ok_or_else(|| by_hand("the gateway is off"))?;
        if payment.amount.is_none() {
            return Err(by_hand("nobody knows its amount"));
        }
        match gateway.refunds() {
            refunds if refunds.possible(payment.customer()) => Ok(()),
            Refunds::ByHand(why) => Err(by_hand(why)),
            Refunds::Here | Refunds::ToKnownPayer => Err(by_hand("nobody knows who paid it")),
        }
    }

    async fn code_for(&self, payment: &Payment, credit: Credit) -> Result<DiscountCode, OperateError> {
        let base = self.settings().await?.base_currency;
        // Of money that the gateway is not content with only the invoice is known, not what arrived.
        let arrived = payment.amount.filter(|_| payment.reason != Some(UnappliedReason::NeedsReview));
        let amount = credit.amount.or(arrived).filter(|amount| amount.currency() == base && !amount.is_zero());
        let amount =
            amount.ok_or_else(|| Invalid::new("amount", format!("a positive amount of {}, which the code takes off", base.code())))?;
        let owner = credit.customer.or(payment.customer()).ok_or_else(|| Invalid::new("user_id", "required: nobody knows who paid"))?;
        if self.store.user(owner).await?.is_none() {
            return Err(Invalid::new("user_id", "there is no such customer").into());
        }
        let now = self.now();
        if credit.valid_to.is_some_and(|end| end <= now) {
            return Err(Invalid::new("valid_to", "must be in the future").into());
        }
        Ok(DiscountCode::owned(self.random_code_name()?, owner, Benefit::Amount(amount), credit.valid_to, now))
    }

    /// What an order gave that cost nothing is taken back.
    async fn undo_free_order(&self, order: Order, change: &Change<'_, Order>) -> Result<Order, OperateError> {
        let Ok(Decision::Change(transition)) = decide(&order, &Event::Refunded, self.now()) else { return Ok(order) };
        let mut order = transition.order;
        let write = Write::replace(&mut order)?;
        self.decide(change, &order, vec![write]).await?;
        self.tell_of_refund(&order).await;
        Ok(order)
    }
}

const fn way(by_hand: bool) -> &'static str {
    if by_hand { "by hand" } else { "by the gateway" }
}

fn undecided(payment: &Payment) -> Result<(), OperateError> {
    if payment.is_undecided() {
        return Ok(());
    }
    Err(OperateError::WrongState(match payment.status {
        PaymentStatus::Applied => "The payment pays an order.".into(),
        PaymentStatus::Unapplied => "The payment is on its way back.".into(),
        PaymentStatus::Refunded | PaymentStatus::Credited | PaymentStatus::WrittenOff => {
            format!("It was decided before: the payment is {}.", payment.status.name())
        }
    }))
}
