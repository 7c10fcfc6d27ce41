//! Money back through the gateway it came by, where the gateway has a way to send it.

use domain::{
    Money, TelegramUserId,
    payment::{Gateway, PaymentId},
};

/// Money to send back: all of a payment.
#[derive(Debug, Clone, Copy)]
pub struct Refund<'a> {
    pub payment: &'a PaymentId,
    /// To whom it goes, where it is known. Most gateways know that better than we do.
    pub payer: Option<TelegramUserId>,
    /// What the shop knows of the payment. Where the gateway knows it with another amount, nothing is sent.
    pub amount: Money,
}

/// Whether money can be sent back through a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refunds {
    /// By [`PaymentGateway::refund`](super::PaymentGateway::refund).
    Here,
    /// The same, to a payer whose Telegram id is known.
    ToKnownPayer,
    /// By an operator, at the gateway or at the bank. Holds what stands in the way.
    ByHand(&'static str),
}

impl Refunds {
    /// Whether it is worth a try to refund a payment of `payer`'s through the gateway.
    pub const fn possible(self, payer: Option<TelegramUserId>) -> bool {
        match self {
            Self::Here => true,
            Self::ToKnownPayer => payer.is_some(),
            Self::ByHand(_) => false,
        }
    }
}

/// Whether money can be sent back through `gateway`, be it on or off.
pub const fn refunds_of(gateway: Gateway) -> Refunds {
    match gateway {
        Gateway::YooKassa | Gateway::Stripe => Refunds::Here,
        Gateway::TelegramStars | Gateway::RecurringStars | Gateway::CryptoPay => Refunds::ToKnownPayer,
        Gateway::Card => Refunds::ByHand("it is a transfer between cards"),
        Gateway::ZarinPal => Refunds::ByHand("it takes the access token of a person"),
        Gateway::Heleket | Gateway::Cryptomus => Refunds::ByHand("it takes an address to send the coins to"),
        Gateway::NowPayments | Gateway::Plisio | Gateway::Platega | Gateway::Tribute => Refunds::ByHand("its API has no refunds"),
    }
}
