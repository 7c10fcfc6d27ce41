//! The order: everything that ends in an account on the panel, and the one table of what may happen to it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    duty::{Duty, Work},
    extension::Target,
    ids::{DiscountCodeName, OrderId, OrderKey, SubscriptionName, TelegramUserId},
    money::Money,
    payment::{Gateway, PaymentId},
    planted::{Bug, planted},
    product::Terms,
    settings::Card,
    time::{Span, Timestamp},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    AwaitingPayment,
    Paid,
    Provisioned,
    Expired,
    Canceled,
    Refunded,
}

impl OrderStatus {
    pub const ALL: [Self; 6] = [Self::AwaitingPayment, Self::Paid, Self::Provisioned, Self::Expired, Self::Canceled, Self::Refunded];

    pub const fn name(self) -> &'static str {
        match self {
            Self::AwaitingPayment => "awaiting_payment",
            Self::Paid => "paid",
            Self::Provisioned => "provisioned",
            Self::Expired => "expired",
            Self::Canceled => "canceled",
            Self::Refunded => "refunded",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// An order and all that was frozen when it was placed.
///
/// Its amounts and some of its names are stored in a short form: above 1 KiB every write of an order costs twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub id: OrderId,
    pub status: OrderStatus,
    pub terms: Terms,
    /// What is due, in the base currency, after the discount.
    #[serde(with = "crate::money::text")]
    pub total: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<OrderDiscount>,
    /// Who is rewarded if this turns out to be the buyer's first paid order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inviter: Option<TelegramUserId>,
    /// The buyer had no paid order when it was placed: finishing it makes him an active customer.
    #[serde(default, rename = "first", skip_serializing_if = "std::ops::Not::not")]
    pub first_purchase: bool,
    /// The subscription that it renews or adds to, by the order that made it; absent: it makes one of its own.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub extends: Option<OrderKey>,
    /// What the panel shall hold when `extends` is done, fixed before the panel is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// Bought for somebody else: it gives a link to claim instead of an account.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gift: bool,
    /// Paid by a subscription in Stars: Telegram charges it again every 30 days.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub renews: bool,
    /// The message of the buyer's chat that shows it: what becomes of the order is shown there too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screen: Option<i32>,
    /// Tries to pay, at most [`Order::MAX_ATTEMPTS`], numbered from 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
    /// The account's name on the panel, fixed before the panel is ever called.
    pub panel_name: SubscriptionName,
    /// The payment that paid it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentId>,
    pub created_at: Timestamp,
    /// Until when it can be paid at its terms.
    pub expires_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provisioned_at: Option<Timestamp>,
    /// When the customer was sent the account, or could not be reached any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Timestamp>,
    /// When it expired, was canceled or was refunded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    #[serde(flatten)]
    pub work: Work,
    pub version: u64,
}

/// The discount that an order was placed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderDiscount {
    pub code: DiscountCodeName,
    /// Taken off the price, in the base currency.
    #[serde(with = "crate::money::text")]
    pub off: Money,
    /// Whether the order holds a use of the code now: reserved when placed, kept by payment, released when the order ends unpaid.
    pub held: bool,
}

/// One try to pay an order: which gateway, how much, what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub number: u8,
    pub gateway: Gateway,
    /// What must arrive, exactly, in the gateway's currency. Reports are compared with this, never with a recomputed price.
    #[serde(with = "crate::money::text")]
    pub quote: Money,
    #[serde(rename = "at")]
    pub opened_at: Timestamp,
    /// The gateway's name for the invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Where the customer pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Where a transfer goes: what was shown stays, whatever becomes of the shop's cards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<Card>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
}

/// A picture or document that claims a card transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Telegram's handle to the file, for this bot.
    pub file_id: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub document: bool,
    #[serde(rename = "at")]
    pub submitted_at: Timestamp,
    /// Which receipt of its attempt it is, from 1: a decision is about one of them.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub nth: u8,
    /// An order for which the same file was sent before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_in: Option<OrderId>,
    /// Why it was rejected; absent while nobody decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<String>,
}

const fn first() -> u8 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
const fn is_first(nth: &u8) -> bool {
    *nth == 1
}

/// What can happen to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Money that matches an attempt arrived. Whoever writes this has the provisioning until `lease_until`.
    PaymentSettled {
        payment: PaymentId,
        lease_until: Timestamp,
    },
    WindowElapsed,
    CustomerCancels,
    OperatorCancels,
    /// The panel holds the account; `delivered`: and its customer was told.
    Provisioned {
        name: SubscriptionName,
        delivered: bool,
    },
    Refunded,
}

/// The consequence of an event, as data. Nothing is left to decide when it is carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    Change(Box<Transition>),
    /// The same again: success.
    Already,
    /// The order does not want this money.
    Unapplied(UnappliedReason),
}

/// The order's next state, and what must change with it in the same transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    pub order: Order,
    pub code: CodeEffect,
    pub referral: ReferralEffect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeEffect {
    None,
    /// The order gives its use of the code back.
    Release,
    /// Late money for an order that had given its use back: take one again, or count a late use where none is left.
    Retake,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferralEffect {
    None,
    /// If the buyer's referral is still `attached`, it qualifies by this order.
    Qualify {
        inviter: TelegramUserId,
    },
    /// If the buyer's referral qualified by this order and no prize was granted yet, it is `attached` again.
    Restore {
        inviter: TelegramUserId,
    },
}

/// Why money pays no order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnappliedReason {
    UnknownOrder,
    UnknownAttempt,
    AmountMismatch,
    OtherPayer,
    /// The order was paid by another payment.
    PaidTwice,
    /// Canceled or refunded before the money came.
    OrderEnded,
    /// A charge of a running subscription, which no order of ours asked for.
    Recurring,
    /// The gateway itself is not content with the payment.
    NeedsReview,
}

impl UnappliedReason {
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnknownOrder => "unknown_order",
            Self::UnknownAttempt => "unknown_attempt",
            Self::AmountMismatch => "amount_mismatch",
            Self::OtherPayer => "other_payer",
            Self::PaidTwice => "paid_twice",
            Self::OrderEnded => "order_ended",
            Self::Recurring => "recurring",
            Self::NeedsReview => "needs_review",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("the order is {}", .status.name())]
    NotNow { status: OrderStatus },
    #[error("the order has another account")]
    Conflict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AttemptRefusal {
    #[error("the order is {}", .status.name())]
    NotNow { status: OrderStatus },
    #[error("the order's window has closed")]
    Late,
    #[error("the order has been tried {} times", Order::MAX_ATTEMPTS)]
    TooMany,
    #[error("a receipt of this order waits for the operators")]
    UnderReview,
    #[error("the order has no such attempt")]
    Unknown,
    #[error("the receipt has been decided")]
    Decided,
}

/// What may happen to an order, whole: every status by every event.
pub fn decide(order: &Order, event: &Event, now: Timestamp) -> Result<Decision, Refusal> {
    use OrderStatus::{AwaitingPayment, Canceled, Expired, Paid, Provisioned, Refunded};
    let refuse = Err(Refusal::NotNow { status: order.status });
    match event {
        Event::PaymentSettled { payment, lease_until } => match order.status {
            Expired if planted(Bug::LateMoneyLost) => Ok(Decision::Already),
            AwaitingPayment | Expired => Ok(order.paid(payment, *lease_until, now)),
            Paid | Provisioned if order.payment.as_ref() == Some(payment) => Ok(Decision::Already),
            Paid | Provisioned if planted(Bug::SecondMoneyLost) => Ok(Decision::Already),
            Paid | Provisioned => Ok(Decision::Unapplied(UnappliedReason::PaidTwice)),
            Canceled | Refunded => Ok(Decision::Unapplied(UnappliedReason::OrderEnded)),
        },
        Event::WindowElapsed => match order.status {
            // Since somebody found it due, a receipt came, or a rejected one moved the end of the window.
            AwaitingPayment if now < order.expires_at || order.under_review().is_some() => refuse,
            AwaitingPayment => Ok(order.ended(Expired, now)),
            Expired | Canceled | Refunded => Ok(Decision::Already),
            Paid | Provisioned => refuse,
        },
        Event::CustomerCancels => match order.status {
            // He has claimed a transfer: whether his money is here is for the operators to say.
            AwaitingPayment if order.under_review().is_some() => refuse,
            // The invoice may still be open at its gateway: money that comes late is honoured, so the order expires.
            AwaitingPayment => Ok(order.ended(Expired, now)),
            Expired | Canceled | Refunded => Ok(Decision::Already),
            Paid | Provisioned => refuse,
        },
        Event::OperatorCancels => match order.status {
            AwaitingPayment | Expired => Ok(order.ended(Canceled, now)),
            Canceled | Refunded => Ok(Decision::Already),
            Paid | Provisioned => refuse,
        },
        Event::Provisioned { name, delivered } => match order.status {
            Paid if *name == order.panel_name => Ok(order.provisioned(*delivered, now)),
            Provisioned if *name == order.panel_name => {
                if *delivered && order.delivered_at.is_none() {
                    Ok(order.provisioned(true, now))
                } else {
                    Ok(Decision::Already)
                }
            }
            Paid | Provisioned => Err(Refusal::Conflict),
            AwaitingPayment | Expired | Canceled | Refunded => refuse,
        },
        Event::Refunded => match order.status {
            Paid | Provisioned => Ok(order.refunded(now)),
            Refunded => Ok(Decision::Already),
            AwaitingPayment | Expired | Canceled => refuse,
        },
    }
}

/// The one duty that an order owes by its state, the most urgent first. Where it stands on the work index is the store's concern.
pub fn owes(order: &Order) -> Option<Duty> {
    match order.status {
        OrderStatus::Paid => Some(Duty::Provision),
        OrderStatus::Provisioned if order.delivered_at.is_none() => Some(Duty::Deliver),
        OrderStatus::AwaitingPayment | OrderStatus::Expired if order.under_review().is_some() => Some(Duty::Review),
        OrderStatus::AwaitingPayment if order.attempts.iter().any(|attempt| attempt.gateway.can_be_polled()) => Some(Duty::Poll),
        OrderStatus::AwaitingPayment => Some(Duty::Expire),
        // A refunded order takes back what it gave, if it may have given anything; clearing the duty says that it has.
        OrderStatus::Refunded => order.work.duty.filter(|duty| *duty == Duty::Revoke),
        OrderStatus::Provisioned | OrderStatus::Expired | OrderStatus::Canceled => None,
    }
}

/// What an order is placed with.
#[derive(Debug, Clone)]
pub struct NewOrder {
    pub id: OrderId,
    pub terms: Terms,
    pub total: Money,
    pub discount: Option<OrderDiscount>,
    pub inviter: Option<TelegramUserId>,
    pub first_purchase: bool,
    pub extends: Option<OrderKey>,
    pub gift: bool,
    pub panel_name: SubscriptionName,
    pub screen: Option<i32>,
    /// How long it can be paid.
    pub window: Span,
}

impl Order {
    pub const MAX_ATTEMPTS: usize = 3;
    /// Operators are reminded of a waiting receipt this often.
    pub const REVIEW_REMINDER: Span = Span::hours(12);
    /// A rejected receipt leaves the customer at least this long to send another.
    pub const SECOND_CHANCE: Span = Span::hours(1);

    /// A new order. With nothing to pay it is paid at once and whoever writes it has the provisioning until `lease_until`.
    pub fn place(new: NewOrder, now: Timestamp, lease_until: Timestamp) -> Self {
        let free = new.total.is_zero();
        let mut order = Self {
            id: new.id,
            status: if free { OrderStatus::Paid } else { OrderStatus::AwaitingPayment },
            terms: new.terms,
            total: new.total,
            discount: new.discount,
            inviter: new.inviter,
            first_purchase: new.first_purchase,
            extends: new.extends,
            target: None,
            gift: new.gift,
            renews: false,
            screen: new.screen,
            attempts: Vec::new(),
            panel_name: new.panel_name,
            payment: None,
            created_at: now,
            expires_at: now.plus(new.window),
            paid_at: free.then_some(now),
            provisioned_at: None,
            delivered_at: None,
            ended_at: None,
            work: Work::default(),
            version: 1,
        };
        if free {
            order.work.owe_and_take(Duty::Provision, lease_until);
        } else {
            order.work.owe(Duty::Expire, order.expires_at);
        }
        order
    }

    /// The renewal that a further charge of the subscription in Stars pays: an order of its own, under the charge's key, at the terms of the first. Paid
    /// from the beginning; whoever writes it has the provisioning until `lease_until`. `panel_name` is unused, as with every renewal.
    pub fn renewed_by_charge(
        &self,
        key: OrderKey,
        panel_name: SubscriptionName,
        payment: PaymentId,
        quote: Money,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Self {
        let attempt = Attempt {
            number: 1,
            gateway: Gateway::RecurringStars,
            quote,
            opened_at: now,
            reference: None,
            url: None,
            card: None,
            receipt: None,
        };
        let mut work = Work::default();
        work.owe_and_take(Duty::Provision, lease_until);
        Self {
            id: OrderId::new(self.id.buyer, key),
            status: OrderStatus::Paid,
            terms: self.terms.clone(),
            total: self.total,
            discount: None,
            inviter: None,
            first_purchase: false,
            extends: Some(self.id.key),
            target: None,
            gift: false,
            renews: false,
            screen: None,
            attempts: vec![attempt],
            panel_name,
            payment: Some(payment),
            created_at: now,
            expires_at: now,
            paid_at: Some(now),
            provisioned_at: None,
            delivered_at: None,
            ended_at: None,
            work,
            version: 1,
        }
    }

    pub fn attempt(&self, number: u8) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.number == number)
    }

    /// Whether its customer still waits for something: to pay it, for a decision, or for the account.
    pub fn is_open(&self) -> bool {
        match self.status {
            OrderStatus::AwaitingPayment | OrderStatus::Paid => true,
            OrderStatus::Expired => self.under_review().is_some(),
            OrderStatus::Provisioned | OrderStatus::Canceled | OrderStatus::Refunded => false,
        }
    }

    /// The attempt whose receipt waits for an operator.
    pub fn under_review(&self) -> Option<&Attempt> {
        let waits = |attempt: &&Attempt| attempt.receipt.as_ref().is_some_and(|receipt| receipt.rejected.is_none());
        self.attempts.iter().find(waits).filter(|_| self.takes_receipts())
    }

    /// The newest attempt by card that could take a receipt. A receipt may come after the window has closed: money may be behind it.
    pub fn awaiting_receipt(&self) -> Option<&Attempt> {
        if !self.takes_receipts() || self.under_review().is_some() {
            return None;
        }
        self.attempts.iter().rev().find(|attempt| attempt.gateway == Gateway::Card)
    }

    /// Begins to pay by `gateway`, or finds the attempt that began already: it keeps the quote it began with. Returns the next state and the attempt's number.
    pub fn begin_attempt(&self, gateway: Gateway, quote: Money, now: Timestamp) -> Result<(Self, u8), AttemptRefusal> {
        self.payable(now)?;
        if self.under_review().is_some() {
            return Err(AttemptRefusal::UnderReview);
        }
        if let Some(begun) = self.attempts.iter().rev().find(|attempt| attempt.gateway == gateway) {
            return Ok((self.clone(), begun.number));
        }
        if self.attempts.len() >= Self::MAX_ATTEMPTS {
            return Err(AttemptRefusal::TooMany);
        }
        let number = u8::try_from(self.attempts.len().saturating_add(1)).map_err(|_| AttemptRefusal::TooMany)?;
        let mut next = self.clone();
        next.attempts.push(Attempt { number, gateway, quote, opened_at: now, reference: None, url: None, card: None, receipt: None });
        if next.work.duty != owes(&next) {
            next.owe_by_state(next.expires_at);
        }
        Ok((next, number))
    }

    /// The same order whose newest attempt is a transfer to this card.
    #[must_use]
    pub fn to_card(mut self, card: Card) -> Self {
        if let Some(attempt) = self.attempts.last_mut().filter(|attempt| attempt.gateway == Gateway::Card) {
            attempt.card.get_or_insert(card);
        }
        self
    }

    /// The gateway opened the invoice of an attempt.
    pub fn opened(&self, number: u8, reference: Option<String>, url: Option<String>) -> Result<Self, AttemptRefusal> {
        let mut next = self.clone();
        let attempt = next.attempts.iter_mut().find(|attempt| attempt.number == number).ok_or(AttemptRefusal::Unknown)?;
        attempt.reference = reference;
        attempt.url = url;
        // What is owed already keeps its time and its tries: the order may have been paid, or a receipt sent, meanwhile.
        if next.work.duty != owes(&next) {
            next.owe_by_state(next.expires_at);
        }
        Ok(next)
    }

    /// The customer sent a receipt. It is looked at even when the window closed meanwhile: the order stays open for it.
    pub fn submit_receipt(&self, receipt: Receipt) -> Result<(Self, u8), AttemptRefusal> {
        if self.under_review().is_some() {
            return Err(AttemptRefusal::UnderReview);
        }
        let number = self.awaiting_receipt().ok_or(AttemptRefusal::NotNow { status: self.status })?.number;
        let mut next = self.clone();
        let due_at = receipt.submitted_at.plus(Self::REVIEW_REMINDER);
        for attempt in next.attempts.iter_mut().filter(|attempt| attempt.number == number) {
            let nth = attempt.receipt.as_ref().map_or(1, |earlier| earlier.nth.saturating_add(1));
            attempt.receipt = Some(Receipt { nth, ..receipt.clone() });
        }
        next.work.owe(Duty::Review, due_at);
        Ok((next, number))
    }

    /// An operator rejects the receipt of the attempt that he names; the customer may send another.
    pub fn reject_receipt(&self, number: u8, reason: &str, now: Timestamp) -> Result<Self, AttemptRefusal> {
        self.undecided_receipt(number)?;
        let mut next = self.clone();
        for attempt in next.attempts.iter_mut().filter(|attempt| attempt.number == number) {
            if let Some(receipt) = attempt.receipt.as_mut() {
                receipt.rejected = Some(reason.chars().take(200).collect());
            }
        }
        next.expires_at = next.expires_at.max(now.plus(Self::SECOND_CHANCE));
        next.owe_by_state(next.expires_at);
        Ok(next)
    }

    /// The attempt whose receipt an operator is about to decide. The decision is bound to it: a second tap finds it decided.
    pub fn undecided_receipt(&self, number: u8) -> Result<&Attempt, AttemptRefusal> {
        let attempt = self.attempt(number).ok_or(AttemptRefusal::Unknown)?;
        let open = self.takes_receipts() && attempt.receipt.as_ref().is_some_and(|receipt| receipt.rejected.is_none());
        if open { Ok(attempt) } else { Err(AttemptRefusal::Decided) }
    }

    fn takes_receipts(&self) -> bool {
        match self.status {
            OrderStatus::AwaitingPayment | OrderStatus::Expired => true,
            OrderStatus::Paid | OrderStatus::Provisioned | OrderStatus::Canceled | OrderStatus::Refunded => false,
        }
    }

    /// Whether the customer can still begin to pay it.
    pub fn payable(&self, now: Timestamp) -> Result<(), AttemptRefusal> {
        if self.status != OrderStatus::AwaitingPayment {
            return Err(AttemptRefusal::NotNow { status: self.status });
        }
        if now > self.expires_at { Err(AttemptRefusal::Late) } else { Ok(()) }
    }

    fn owe_by_state(&mut self, due_at: Timestamp) {
        match owes(self) {
            Some(duty) => self.work.owe(duty, due_at),
            None => self.work.clear(),
        }
    }

    fn paid(&self, payment: &PaymentId, lease_until: Timestamp, now: Timestamp) -> Decision {
        let mut order = self.clone();
        let held = order.discount.as_ref().map(|discount| discount.held);
        if let Some(discount) = order.discount.as_mut() {
            discount.held = true;
        }
        order.status = OrderStatus::Paid;
        order.payment = Some(payment.clone());
        order.paid_at = Some(now);
        order.ended_at = None;
        order.work.owe_and_take(Duty::Provision, lease_until);
        if planted(Bug::PaidOwesNothing) {
            order.work.clear();
        }
        let referral = self.inviter.filter(|_| !self.total.is_zero());
        Decision::Change(Box::new(Transition {
            order,
            code: if held == Some(false) && !planted(Bug::CodeNotRetaken) { CodeEffect::Retake } else { CodeEffect::None },
            referral: referral.map_or(ReferralEffect::None, |inviter| ReferralEffect::Qualify { inviter }),
        }))
    }

    fn ended(&self, status: OrderStatus, now: Timestamp) -> Decision {
        let mut order = self.clone();
        let held = order.discount.as_ref().is_some_and(|discount| discount.held);
        if let Some(discount) = order.discount.as_mut() {
            discount.held = false;
        }
        order.status = status;
        order.ended_at = Some(now);
        order.work.clear();
        let code = if held && !planted(Bug::CodeNotReleased) { CodeEffect::Release } else { CodeEffect::None };
        Decision::Change(Box::new(Transition { order, code, referral: ReferralEffect::None }))
    }

    fn provisioned(&self, delivered: bool, now: Timestamp) -> Decision {
        let mut order = self.clone();
        order.status = OrderStatus::Provisioned;
        order.provisioned_at = order.provisioned_at.or(Some(now));
        order.delivered_at = if delivered { order.delivered_at.or(Some(now)) } else { order.delivered_at };
        if delivered {
            order.work.clear();
        } else {
            order.work.owe(Duty::Deliver, now);
        }
        Decision::Change(Box::new(Transition { order, code: CodeEffect::None, referral: ReferralEffect::None }))
    }

    fn refunded(&self, now: Timestamp) -> Decision {
        let mut order = self.clone();
        order.status = OrderStatus::Refunded;
        order.ended_at = Some(now);
        // Provisioning may be in flight: what it creates must exist before it can be taken back.
        let in_flight = self.work.due_at.filter(|_| self.status == OrderStatus::Paid).unwrap_or(now);
        order.work.owe(Duty::Revoke, in_flight.max(now));
        if planted(Bug::RefundKeepsAccount) {
            order.work.clear();
        }
        let referral = self.inviter.filter(|_| !self.total.is_zero());
        Decision::Change(Box::new(Transition {
            order,
            code: CodeEffect::None,
            referral: referral.map_or(ReferralEffect::None, |inviter| ReferralEffect::Restore { inviter }),
        }))
    }
}
