//! Payment gateways behind one trait. A gateway opens invoices and reports what it knows; what a report pays for is `domain`'s to decide.

mod card;
mod crypto_pay;
mod stars;

use std::time::Duration;

use ::http::HeaderMap;
use async_trait::async_trait;
pub use card::Card;
pub use crypto_pay::CryptoPay;
use domain::{
    Language, Money, TelegramUserId, Timestamp,
    payment::{Gateway, PaymentId, ReportedStatus},
};
pub use stars::{Stars, refund_report_of, report_of};
use thiserror::Error;

use crate::http::HttpError;

/// What a customer is asked to pay.
#[derive(Debug, Clone)]
pub struct Invoice<'a> {
    /// The order's public reference, with the number of the attempt to pay it. It comes back in the gateway's reports.
    pub reference: &'a str,
    /// The attempt's quote, in one of the gateway's currencies.
    pub amount: Money,
    /// Longer texts than a gateway takes are cut.
    pub title: &'a str,
    pub description: &'a str,
    pub language: Language,
    /// When the order's window closes.
    pub expires_at: Timestamp,
    /// Where the gateway may send the customer back to.
    pub return_url: Option<&'a str>,
}

/// An open invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The gateway's own name of the invoice, for [`PaymentGateway::look_up`].
    pub reference: Option<String>,
    pub action: OpenAction,
}

/// How the customer pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenAction {
    /// A page to open.
    Url(String),
    /// A Telegram invoice in Stars, as a link.
    StarsInvoice(String),
    /// A transfer to make, then a receipt to send.
    Instructions(CardInstructions),
}

/// The card to transfer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardInstructions {
    /// Digits only.
    pub number: String,
    pub holder: String,
}

/// A request to the callback route, untouched: signatures cover its bytes.
#[derive(Debug, Clone, Copy)]
pub struct RawCallback<'a> {
    pub headers: &'a HeaderMap,
    /// Without the `?`.
    pub query: &'a str,
    pub body: &'a [u8],
}

/// What an authentic callback says. It is answered with 200, whatever it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Report(Report),
    /// Nothing that concerns a payment; the text says why, for the log.
    Ignore(&'static str),
}

/// Why a callback is not believed. Nothing of it is looked at further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Reject {
    #[error("the gateway has no callbacks")]
    NoCallbacks,
    #[error("the callback is not signed")]
    MissingSignature,
    #[error("the callback's signature is wrong")]
    BadSignature,
}

/// What a gateway says of one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub payment: PaymentId,
    /// The invoice's [`Invoice::reference`], as the gateway gives it back.
    pub reference: Option<String>,
    pub status: ReportedStatus,
    /// The invoice's amount; absent where the gateway names none that can be read.
    pub amount: Option<Money>,
    /// Who paid, where the gateway tells it.
    pub payer: Option<TelegramUserId>,
    /// A renewal that the gateway charged by itself.
    pub recurring: bool,
}

/// Money to send back.
#[derive(Debug, Clone, Copy)]
pub struct Refund<'a> {
    pub payment: &'a PaymentId,
    pub payer: TelegramUserId,
    pub amount: Money,
}

/// Why a gateway did not do what it was asked. Holds no URL and no credential.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GatewayError {
    /// The gateway cannot do this at all, or not in this currency.
    #[error("the gateway does not support this")]
    Unsupported,
    /// The gateway will not do it: the same request is refused again.
    #[error("the gateway refused: {0}")]
    Refused(String),
    /// The gateway is overloaded or broken; later it may do it.
    #[error("the gateway is not able to now: {0}")]
    Unavailable(String),
    /// No answer. `sent`: the request may have been acted on.
    #[error("the gateway could not be reached ({})", if *.sent { "the request may have been acted on" } else { "nothing was sent" })]
    Unreachable { sent: bool },
    /// An answer that cannot be read.
    #[error("the gateway's answer could not be read")]
    Garbled,
}

impl GatewayError {
    /// Whether the same request may succeed later.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::Unreachable { .. } | Self::Garbled => true,
            Self::Unsupported | Self::Refused(_) => false,
        }
    }
}

impl From<HttpError> for GatewayError {
    fn from(error: HttpError) -> Self {
        Self::Unreachable { sent: error.sent() }
    }
}

/// One way to pay. `timeout` bounds each call as a whole.
#[async_trait]
pub trait PaymentGateway: Send + Sync + std::fmt::Debug {
    fn gateway(&self) -> Gateway;

    /// Opens an invoice. After an unknown outcome a second call may open a second invoice: both name the same attempt, and a payment of
    /// either is settled once.
    async fn open(&self, invoice: &Invoice<'_>, now: Timestamp, timeout: Duration) -> Result<Opened, GatewayError>;

    /// Authenticates a callback and reads it. Pure: no I/O, no clock.
    fn verify_callback(&self, callback: &RawCallback<'_>) -> Result<Verdict, Reject>;

    /// What became of the invoices named by [`Opened::reference`], in any order. One that the gateway does not know is left out.
    async fn look_up(&self, references: &[&str], timeout: Duration) -> Result<Vec<Report>, GatewayError> {
        let _ = (references, timeout);
        Err(GatewayError::Unsupported)
    }

    /// Sends the money back. A payment that was refunded before is a success.
    async fn refund(&self, refund: &Refund<'_>, timeout: Duration) -> Result<(), GatewayError> {
        let _ = (refund, timeout);
        Err(GatewayError::Unsupported)
    }
}

/// At most `max` characters of `text`, the last one an ellipsis where something was cut.
fn clipped(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    text.chars().take(max.saturating_sub(1)).chain(['…']).collect()
}
