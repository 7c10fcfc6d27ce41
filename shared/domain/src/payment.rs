//! Money reported by a gateway, and the one function that decides what it pays for.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    duty::{Duty, Work},
    ids::{DiscountCodeName, InvalidId, OrderId, TelegramUserId, text_form},
    money::{Currency, Money},
    order::{self, Attempt, Event, Order, Refusal, Transition, UnappliedReason},
    planted::{Bug, planted},
    time::Timestamp,
};

/// A way to pay. The names stand in routes, in the table and in the admin API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gateway {
    TelegramStars,
    /// Stars that Telegram charges again every 30 days. Their payments carry the name of [`Gateway::TelegramStars`].
    RecurringStars,
    Card,
    CryptoPay,
    #[serde(rename = "zarinpal")]
    ZarinPal,
    #[serde(rename = "nowpayments")]
    NowPayments,
    Heleket,
    Cryptomus,
    Plisio,
    #[serde(rename = "yookassa")]
    YooKassa,
    Platega,
    Tribute,
    Stripe,
}

impl Gateway {
    /// In the order in which customers see them.
    pub const ALL: [Self; 13] = [
        Self::TelegramStars,
        Self::RecurringStars,
        Self::Card,
        Self::CryptoPay,
        Self::ZarinPal,
        Self::NowPayments,
        Self::Heleket,
        Self::Cryptomus,
        Self::Plisio,
        Self::YooKassa,
        Self::Platega,
        Self::Tribute,
        Self::Stripe,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::TelegramStars => "telegram-stars",
            Self::RecurringStars => "recurring-stars",
            Self::Card => "card",
            Self::CryptoPay => "crypto-pay",
            Self::ZarinPal => "zarinpal",
            Self::NowPayments => "nowpayments",
            Self::Heleket => "heleket",
            Self::Cryptomus => "cryptomus",
            Self::Plisio => "plisio",
            Self::YooKassa => "yookassa",
            Self::Platega => "platega",
            Self::Tribute => "tribute",
            Self::Stripe => "stripe",
        }
    }

    /// One letter for buttons, whose data has 64 bytes.
    pub const fn button(self) -> char {
        match self {
            Self::TelegramStars => 's',
            Self::RecurringStars => 'a',
            Self::Card => 'c',
            Self::CryptoPay => 'p',
            Self::ZarinPal => 'z',
            Self::NowPayments => 'n',
            Self::Heleket => 'h',
            Self::Cryptomus => 'm',
            Self::Plisio => 'l',
            Self::YooKassa => 'y',
            Self::Platega => 'g',
            Self::Tribute => 't',
            Self::Stripe => 'r',
        }
    }

    pub fn from_button(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|gateway| gateway.button() == letter)
    }

    /// Whether the gateway can be asked what became of an invoice.
    pub const fn can_be_polled(self) -> bool {
        match self {
            Self::TelegramStars | Self::RecurringStars | Self::Card => false,
            Self::CryptoPay
            | Self::ZarinPal
            // As soon as its customer has chosen a coin: before that there is nothing to ask about.
            | Self::NowPayments
            | Self::Heleket
            | Self::Cryptomus
            | Self::Plisio
            | Self::YooKassa
            | Self::Platega
            | Self::Tribute
            | Self::Stripe => true,
        }
    }

    /// The gateway whose name its payments carry.
    pub const fn charged_as(self) -> Self {
        match self {
            Self::RecurringStars => Self::TelegramStars,
            other => other,
        }
    }

    /// Whether the customer's browser brings the news, and no server of the gateway's.
    pub const fn reports_by_browser(self) -> bool {
        matches!(self, Self::ZarinPal)
    }

    /// The shop's route that the gateway reports to.
    pub fn route(self) -> String {
        format!("/payments/{self}/{}", if self.reports_by_browser() { "return" } else { "callback" })
    }
}
impl fmt::Display for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
impl FromStr for Gateway {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        Self::ALL.into_iter().find(|gateway| gateway.name() == text).ok_or(InvalidId::new("payment gateway", "not one of ours"))
    }
}

/// One payment: its gateway and the gateway's own, unique name for it. Text form `gateway#reference`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaymentId {
    gateway: Gateway,
    reference: String,
}

impl PaymentId {
    /// `reference`: 1 to 160 printable ASCII characters without spaces and `#`.
    pub fn new(gateway: Gateway, reference: impl Into<String>) -> Result<Self, InvalidId> {
        let reference = reference.into();
        let fits = (1..=160).contains(&reference.len());
        if fits && reference.bytes().all(|b| b.is_ascii_graphic() && b != b'#') {
            Ok(Self { gateway, reference })
        } else {
            Err(InvalidId::new("payment id", "1 to 160 printable ASCII characters without spaces and `#`"))
        }
    }
    pub const fn gateway(&self) -> Gateway {
        self.gateway
    }
    pub fn reference(&self) -> &str {
        &self.reference
    }
}
impl fmt::Display for PaymentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.gateway, self.reference)
    }
}
impl FromStr for PaymentId {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let (gateway, reference) = text.split_once('#').ok_or(InvalidId::new("payment id", "gateway#reference"))?;
        Self::new(gateway.parse()?, reference)
    }
}
text_form!(PaymentId);

/// What a gateway says of a payment. `Unknown` is how a status that we have never heard of lives: in memory only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportedStatus {
    Pending,
    Paid,
    /// Money arrived, but not as invoiced: an operator looks at it.
    NeedsReview,
    Expired,
    Failed,
    Refunded,
    Unknown,
}

/// An authentic report of a gateway, in the shop's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentEvent {
    pub payment: PaymentId,
    /// The order that the gateway names (our public reference, opened by the caller) and the number of the attempt to pay it.
    pub order: Option<(OrderId, u8)>,
    pub status: ReportedStatus,
    /// The invoice's amount. A paid report without one pays nothing.
    pub amount: Option<Money>,
    /// Who paid, where the gateway tells it.
    pub payer: Option<TelegramUserId>,
    /// A renewal that the gateway charged by itself: it carries the payload of the first payment.
    pub recurring: bool,
}

/// Money that arrived: put once, for ever. It is the payment, the guard of its uniqueness and the operators' worklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    pub id: PaymentId,
    pub amount: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<TelegramUserId>,
    pub settled_at: Timestamp,
    pub status: PaymentStatus,
    /// Why it pays no order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<UnappliedReason>,
    /// Who approved it, for a payment that a person confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// The discount code that its payer has for it, where it was credited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit: Option<DiscountCodeName>,
    #[serde(flatten)]
    pub work: Work,
    pub version: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    Applied,
    Unapplied,
    Refunded,
    /// It pays no order; its payer has a discount code for it.
    Credited,
    /// It pays no order, and an operator decided that nothing comes of it.
    WrittenOff,
}

impl PaymentStatus {
    pub const ALL: [Self; 5] = [Self::Applied, Self::Unapplied, Self::Refunded, Self::Credited, Self::WrittenOff];
    pub const fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Unapplied => "unapplied",
            Self::Refunded => "refunded",
            Self::Credited => "credited",
            Self::WrittenOff => "written_off",
        }
    }
}

impl Payment {
    /// Whether an operator can say what becomes of it: it pays no order, nobody said so before, and it is not on its way back. One whose way back is
    /// parked is the operator's again.
    pub fn is_undecided(&self) -> bool {
        self.status == PaymentStatus::Unapplied && !self.is_on_its_way_back()
    }

    /// Whether the shop itself is about to send it back.
    pub fn is_on_its_way_back(&self) -> bool {
        self.work.duty == Some(Duty::Refund) && self.work.parked.is_none()
    }

    /// Who would get it back, and who is told of it: its payer where the gateway names him, else the buyer of the order that it was meant for.
    pub fn customer(&self) -> Option<TelegramUserId> {
        self.payer.or(self.order.map(|order| order.buyer))
    }
}

/// What a report of money leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// The order is paid.
    Apply(Box<Transition>),
    /// A further charge of the subscription in Stars that bought the order: it pays a renewal of its own, see [`Order::renewed_by_charge`].
    Renew,
    /// This payment paid this order before: success, and whatever the order still owes is tried again.
    Already,
    /// Money without an order that wants it: kept as an unapplied payment.
    Unapplied(UnappliedReason),
    /// Nothing happened that changes anything.
    Ignore,
}

/// Holds every money rule of the shop (`order` is the one that the event names, as read). No gateway decides fulfilment.
pub fn settle(order: Option<&Order>, event: &PaymentEvent, now: Timestamp, lease_until: Timestamp) -> Settlement {
    match event.status {
        ReportedStatus::Paid => {}
        ReportedStatus::NeedsReview => return Settlement::Unapplied(UnappliedReason::NeedsReview),
        ReportedStatus::Pending | ReportedStatus::Expired | ReportedStatus::Failed | ReportedStatus::Refunded | ReportedStatus::Unknown => {
            return Settlement::Ignore;
        }
    }
    let Some((order, (_, number))) = order.zip(event.order) else { return Settlement::Unapplied(UnappliedReason::UnknownOrder) };
    if order.payment.as_ref() == Some(&event.payment) {
        return Settlement::Already;
    }
    let Some(attempt) = order.attempt(number).filter(|attempt| attempt.gateway.charged_as() == event.payment.gateway()) else {
        return Settlement::Unapplied(UnappliedReason::UnknownAttempt);
    };
    let renews = attempt.gateway == Gateway::RecurringStars;
    if event.recurring && !renews {
        return Settlement::Unapplied(UnappliedReason::Recurring);
    }
    if event.payer.is_some_and(|payer| payer != order.id.buyer) && !planted(Bug::PayerUnchecked) {
        return Settlement::Unapplied(UnappliedReason::OtherPayer);
    }
    if event.amount != Some(attempt.quote) && !planted(Bug::AmountUnchecked) {
        return Settlement::Unapplied(UnappliedReason::AmountMismatch);
    }
    // A charge that comes before the first one was heard of pays the order itself. Where the order was paid otherwise, the subscription is nobody's.
    if event.recurring && matches!(order.status, order::OrderStatus::Paid | order::OrderStatus::Provisioned) {
        return if order.renews { Settlement::Renew } else { Settlement::Unapplied(UnappliedReason::Recurring) };
    }
    match of_order(order, &event.payment, now, lease_until) {
        Settlement::Apply(mut transition) => {
            transition.order.renews = renews;
            Settlement::Apply(transition)
        }
        other => other,
    }
}

/// An operator says that a payment pays `order`, whatever its amount and whoever paid it: one that fits no order, or one that no gateway told of.
pub fn settle_by_hand(order: &Order, payment: &PaymentId, now: Timestamp, lease_until: Timestamp) -> Settlement {
    if order.payment.as_ref() == Some(payment) {
        return Settlement::Already;
    }
    of_order(order, payment, now, lease_until)
}

/// What an operator's word on a transfer comes to, that another amount arrived than was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrived {
    /// The order is paid, with this amount.
    Enough,
    /// The order is not paid: the money pays nothing yet.
    Short { missing: Money },
    /// What arrived cannot be compared with what was asked for.
    OtherCurrency,
}

/// Holds what arrived against the `quote` of an attempt. More than was asked for is enough.
pub fn arrived(quote: Money, amount: Money) -> Arrived {
    match (amount.at_least(quote), quote.checked_sub(amount)) {
        (Ok(true), _) => Arrived::Enough,
        (Ok(false), Ok(missing)) => Arrived::Short { missing },
        (Ok(false) | Err(_), _) => Arrived::OtherCurrency,
    }
}

fn of_order(order: &Order, payment: &PaymentId, now: Timestamp, lease_until: Timestamp) -> Settlement {
    match order::decide(order, &Event::PaymentSettled { payment: payment.clone(), lease_until }, now) {
        Ok(order::Decision::Change(transition)) => Settlement::Apply(transition),
        Ok(order::Decision::Already) => Settlement::Already,
        Ok(order::Decision::Unapplied(reason)) => Settlement::Unapplied(reason),
        Err(Refusal::NotNow { .. } | Refusal::Conflict) => Settlement::Unapplied(UnappliedReason::OrderEnded),
    }
}

/// Why a customer may not pay now what the gateway asks us about before it charges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PreCheckoutRefusal {
    #[error("there is no such order")]
    UnknownOrder,
    #[error("the order belongs to another customer")]
    OtherPayer,
    #[error("the customer is banned")]
    Banned,
    #[error("the order has ended")]
    Ended,
    #[error("the order is paid")]
    Paid,
    #[error("a receipt of the order is being looked at")]
    UnderReview,
    #[error("the amount or the currency is not the order's")]
    AmountMismatch,
}

impl PreCheckoutRefusal {
    pub const ALL: [Self; 7] =
        [Self::UnknownOrder, Self::OtherPayer, Self::Banned, Self::Ended, Self::Paid, Self::UnderReview, Self::AmountMismatch];

    pub const fn name(self) -> &'static str {
        match self {
            Self::UnknownOrder => "unknown_order",
            Self::OtherPayer => "other_payer",
            Self::Banned => "banned",
            Self::Ended => "order_ended",
            Self::Paid => "paid",
            Self::UnderReview => "under_review",
            Self::AmountMismatch => "amount_mismatch",
        }
    }
}

/// Whether a charge that is about to happen would pay `order`.
pub fn pre_checkout(
    order: Option<&Order>,
    number: u8,
    payer: TelegramUserId,
    banned: bool,
    amount: Option<Money>,
    now: Timestamp,
) -> Result<(), PreCheckoutRefusal> {
    let order = order.ok_or(PreCheckoutRefusal::UnknownOrder)?;
    if order.id.buyer != payer {
        return Err(PreCheckoutRefusal::OtherPayer);
    }
    if banned {
        return Err(PreCheckoutRefusal::Banned);
    }
    match order.status {
        order::OrderStatus::AwaitingPayment => {}
        order::OrderStatus::Paid | order::OrderStatus::Provisioned => return Err(PreCheckoutRefusal::Paid),
        order::OrderStatus::Expired | order::OrderStatus::Canceled | order::OrderStatus::Refunded => return Err(PreCheckoutRefusal::Ended),
    }
    if order.under_review().is_some() {
        return Err(PreCheckoutRefusal::UnderReview);
    }
    if now > order.expires_at {
        return Err(PreCheckoutRefusal::Ended);
    }
    let quote = order.attempt(number).map(|attempt: &Attempt| attempt.quote);
    if quote.is_none() || quote != amount { Err(PreCheckoutRefusal::AmountMismatch) } else { Ok(()) }
}

/// Currencies in which a gateway can invoice, the preferred first.
pub const fn gateway_currencies(gateway: Gateway) -> &'static [Currency] {
    match gateway {
        Gateway::TelegramStars | Gateway::RecurringStars => &[Currency::Xtr],
        Gateway::Card => &[Currency::Irt, Currency::Rub],
        Gateway::CryptoPay => &[Currency::Usd, Currency::Eur, Currency::Rub, Currency::Usdt, Currency::Ton],
        Gateway::ZarinPal => &[Currency::Irt, Currency::Irr],
        Gateway::NowPayments | Gateway::Stripe => &[Currency::Usd, Currency::Eur],
        Gateway::Heleket | Gateway::Cryptomus | Gateway::Plisio => &[Currency::Usd, Currency::Eur, Currency::Rub],
        Gateway::YooKassa | Gateway::Platega => &[Currency::Rub],
        Gateway::Tribute => &[Currency::Rub, Currency::Eur, Currency::Usd],
    }
}
