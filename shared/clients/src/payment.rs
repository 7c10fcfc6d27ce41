//! Payment gateways behind one trait. A gateway opens invoices and reports what it knows; what a report pays for is `domain`'s to decide.
//!
//! Money is reported in four ways, and the trait knows all of them: a callback signed over its bytes ([`Verdict::Report`]); a callback that only
//! says where to look, or a customer's browser that comes back ([`Verdict::Confirm`], then [`PaymentGateway::confirm`]); an answer to our own
//! question ([`PaymentGateway::look_up`]); and Telegram or an operator, past this trait.

mod card;
mod crypto_pay;
mod cryptomus;
mod limits;
mod nowpayments;
mod platega;
mod plisio;
mod refunds;
mod signed_json;
mod stars;
mod stripe;
mod tribute;
mod wire;
mod yookassa;
mod zarinpal;

use std::{net::IpAddr, time::Duration};

use ::http::HeaderMap;
use async_trait::async_trait;
pub use card::Card;
pub use crypto_pay::CryptoPay;
pub use cryptomus::{Cryptomus, CryptomusSettings};
use domain::{
    Currency, Language, Money, TelegramUserId, Timestamp,
    payment::{Gateway, PaymentId, ReportedStatus, gateway_currencies},
};
pub use limits::{AmountLimits, amount_limits, takes};
pub use nowpayments::{NowPayments, NowPaymentsSettings};
pub use platega::{Platega, PlategaSettings};
pub use plisio::{Plisio, PlisioSettings};
pub use refunds::{Refund, Refunds, refunds_of};
pub use stars::{Stars, refund_report_of, report_of};
pub use stripe::{Stripe, StripeSettings};
use thiserror::Error;
pub use tribute::{Tribute, TributeSettings};
pub use yookassa::{YooKassa, YooKassaSettings};
pub use zarinpal::{ZarinPal, ZarinPalSettings};

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
    /// Where the gateway reports to: the shop's own route, [`Gateway::route`], without a query.
    pub callback_url: &'a str,
    /// Where the gateway may send the customer back to.
    pub return_url: Option<&'a str>,
}

impl Invoice<'_> {
    /// The description, or the title where there is none: at most `max` characters.
    fn description(&self, max: usize) -> String {
        clipped(if self.description.is_empty() { self.title } else { self.description }, max)
    }

    /// Where the customer goes afterwards, for gateways that cannot do without.
    fn return_url(&self) -> Result<&str, GatewayError> {
        self.return_url.ok_or_else(|| GatewayError::Unavailable("no address to come back to".to_owned()))
    }

    /// Seconds until the order's window closes.
    fn seconds_left(&self, now: Timestamp) -> Result<i64, GatewayError> {
        let left = self.expires_at.since(now).as_seconds();
        if left > 0 { Ok(left) } else { Err(GatewayError::Refused("the order's window has closed".to_owned())) }
    }
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
    /// Who connected to us, as the front door saw it; never taken from a header.
    pub source_ip: Option<IpAddr>,
    pub now: Timestamp,
}

/// What an authentic callback says. It is answered with 200, whatever it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Report(Report),
    /// The callback proves nothing, or too little: what counts is what [`PaymentGateway::confirm`] answers.
    Confirm(Hint),
    /// Nothing that concerns a payment; the text says why, for the log.
    Ignore(&'static str),
}

/// What a callback claims: where to look, never what to believe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    pub claimed: Report,
}

/// An invoice of ours that waits to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Awaited<'a> {
    /// The gateway's name of it: [`Opened::reference`].
    pub name: &'a str,
    /// Ours: [`Invoice::reference`].
    pub reference: &'a str,
    /// What it was opened for.
    pub quote: Money,
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
    /// Signed, but too long ago: somebody may be repeating it.
    #[error("the callback's signature is too old")]
    Stale,
    #[error("the callback cannot be read")]
    Malformed,
    #[error("the callback does not come from the gateway's network")]
    ForbiddenSource,
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
    /// Under which number payer and bank know the payment, where that is another than the gateway's.
    pub trace: Option<String>,
}

impl Report {
    /// A report of one payment, of which nothing but its status is known yet.
    fn of(payment: PaymentId, status: ReportedStatus) -> Self {
        Self { payment, reference: None, status, amount: None, payer: None, recurring: false, trace: None }
    }
}

/// Why a gateway did not do what it was asked. Holds no URL and no credential.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GatewayError {
    /// The gateway cannot do this at all, or not in this currency.
    #[error("the gateway does not support this")]
    Unsupported,
    /// Money that only a person can send back, at the gateway or at the bank; says why.
    #[error("refund it by hand: {0}")]
    ByHand(&'static str),
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
            Self::Unsupported | Self::ByHand(_) | Self::Refused(_) => false,
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

    /// Asks the gateway for the payment or invoice that it knows as `name`. `None`: it knows no such payment of this shop.
    ///
    /// `awaited` is the invoice that the shop opened under this very name, where there is one that still wants to be paid. A gateway that takes
    /// the money only when it is told the amount is asked for nothing without it.
    async fn confirm(&self, name: &str, awaited: Option<&Awaited<'_>>, timeout: Duration) -> Result<Option<Report>, GatewayError> {
        let _ = (name, awaited, timeout);
        Err(GatewayError::Unsupported)
    }

    /// What became of our invoices, in any order. One that the gateway does not know is left out. `timeout` is for all of them.
    async fn look_up(&self, awaited: &[Awaited<'_>], timeout: Duration) -> Result<Vec<Report>, GatewayError> {
        let each = timeout.checked_div(u32::try_from(awaited.len()).unwrap_or(u32::MAX)).unwrap_or(timeout);
        let mut reports = Vec::with_capacity(awaited.len());
        for invoice in awaited {
            reports.extend(self.confirm(invoice.name, Some(invoice), each).await?);
        }
        Ok(reports)
    }

    /// Whether money can be sent back through this gateway.
    fn refunds(&self) -> Refunds {
        refunds_of(self.gateway())
    }

    /// Sends a payment's money back, all of it. A payment that was refunded before is a success, and a refund that is asked for again is one refund.
    /// [`GatewayError::ByHand`]: an operator has to. `timeout` is for everything that the gateway is asked.
    async fn refund(&self, refund: &Refund<'_>, timeout: Duration) -> Result<(), GatewayError> {
        let _ = timeout;
        own(self.gateway(), refund)?;
        match self.refunds() {
            Refunds::ByHand(why) => Err(GatewayError::ByHand(why)),
            Refunds::Here | Refunds::ToKnownPayer => Err(GatewayError::Unsupported),
        }
    }

    /// What the gateway charges at once in `currency`.
    fn limits(&self, currency: Currency) -> AmountLimits {
        amount_limits(self.gateway(), currency)
    }
}

/// At most `max` UTF-16 units of `text`, the last one an ellipsis where something was cut: no one counts more of a text's characters.
fn clipped(text: &str, max: usize) -> String {
    if text.encode_utf16().count() <= max {
        return text.to_owned();
    }
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units < max
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// What `gateway` charges in, or a refusal.
fn charged_in(gateway: Gateway, amount: Money) -> Result<Currency, GatewayError> {
    let currency = amount.currency();
    if !gateway_currencies(gateway).contains(&currency) {
        return Err(GatewayError::Unsupported);
    }
    if takes(gateway, amount) { Ok(currency) } else { Err(GatewayError::Refused("the gateway does not charge such an amount".to_owned())) }
}

/// A refund's payment is `gateway`'s own, or nothing is sent.
fn own(gateway: Gateway, refund: &Refund<'_>) -> Result<(), GatewayError> {
    if refund.payment.gateway() == gateway { Ok(()) } else { Err(GatewayError::Unsupported) }
}

/// The payer of a payment that can only be sent back to somebody who is known.
fn known_payer(refund: &Refund<'_>) -> Result<TelegramUserId, GatewayError> {
    refund.payer.ok_or(GatewayError::ByHand("who paid it is not known"))
}
