//! Telegram Stars: an invoice link out, a `successful_payment` message in.

use std::time::Duration;

use async_trait::async_trait;
use domain::{
    Currency, Money, TelegramUserId, Timestamp,
    ids::InvalidId,
    payment::{Gateway, PaymentId, ReportedStatus},
};
use frankenstein::{
    methods::{CreateInvoiceLinkParams, RefundStarPaymentParams},
    payments::LabeledPrice,
};

use super::{
    GatewayError, Invoice, OpenAction, Opened, PaymentGateway, RawCallback, Refund, Reject, Report, Verdict, charged_in, clipped,
    known_payer, own,
};
use crate::telegram::{RefundedPayment, SuccessfulPayment, Telegram, TelegramError};

/// Limits of the Bot API: characters of an invoice's title and description, bytes of its payload.
const MAX_TITLE: usize = 32;
const MAX_DESCRIPTION: usize = 255;
const MAX_PAYLOAD: usize = 128;

/// Payments in Stars through the shop's own bot.
///
/// Invoice links never expire and can be paid by anybody, again and again: what may be paid is decided when Telegram asks before it
/// charges. A payment arrives as an update of the bot, not as a callback.
#[derive(Debug, Clone)]
pub struct Stars {
    telegram: Telegram,
    recurring: bool,
}

/// The one period that Telegram charges again after, in seconds: 30 days.
const PERIOD: u32 = 2_592_000;

impl Stars {
    /// Invoices that are paid once.
    pub const fn new(telegram: Telegram) -> Self {
        Self { telegram, recurring: false }
    }

    /// Invoices that begin a subscription: Telegram charges the same again every 30 days until somebody ends it.
    pub const fn recurring(telegram: Telegram) -> Self {
        Self { telegram, recurring: true }
    }
}

#[async_trait]
impl PaymentGateway for Stars {
    fn gateway(&self) -> Gateway {
        if self.recurring { Gateway::RecurringStars } else { Gateway::TelegramStars }
    }

    async fn open(&self, invoice: &Invoice<'_>, now: Timestamp, timeout: Duration) -> Result<Opened, GatewayError> {
        charged_in(self.gateway(), invoice.amount)?;
        invoice.seconds_left(now)?;
        let stars = invoice.amount.whole_units().and_then(|stars| u32::try_from(stars).ok());
        let stars = stars.ok_or_else(|| GatewayError::Refused("not a number of Stars that can be charged".to_owned()))?;
        if invoice.reference.len() > MAX_PAYLOAD {
            return Err(GatewayError::Refused("the reference is too long for an invoice".to_owned()));
        }
        let title = clipped(invoice.title, MAX_TITLE);
        let params = CreateInvoiceLinkParams::builder()
            .description(invoice.description(MAX_DESCRIPTION))
            .payload(invoice.reference)
            .currency(Currency::Xtr.code())
            .prices(vec![LabeledPrice { label: title.clone(), amount: stars }])
            .title(title)
            .maybe_subscription_period(self.recurring.then_some(PERIOD))
            .build();
        let link = self.telegram.within(timeout).create_invoice_link(&params).await.map_err(gateway_error)?;
        Ok(Opened { reference: None, action: OpenAction::StarsInvoice(link) })
    }

    fn verify_callback(&self, _callback: &RawCallback<'_>) -> Result<Verdict, Reject> {
        Err(Reject::NoCallbacks)
    }

    async fn refund(&self, refund: &Refund<'_>, timeout: Duration) -> Result<(), GatewayError> {
        own(Gateway::TelegramStars, refund)?;
        let params = RefundStarPaymentParams::builder()
            .user_id(known_payer(refund)?.get().unsigned_abs())
            .telegram_payment_charge_id(refund.payment.reference())
            .build();
        match self.telegram.within(timeout).refund_star_payment(&params).await {
            Err(TelegramError::Api { code: 400, description }) if description.contains("CHARGE_ALREADY_REFUNDED") => Ok(()),
            other => other.map_err(gateway_error),
        }
    }
}

/// The payment that a `successful_payment` message proves; `payer` sent the message.
///
/// A renewal carries the reference of the first payment and a charge id of its own.
pub fn report_of(payment: &SuccessfulPayment, payer: TelegramUserId) -> Result<Report, InvalidId> {
    Ok(Report {
        payment: PaymentId::new(Gateway::TelegramStars, payment.telegram_payment_charge_id.as_str())?,
        reference: Some(payment.invoice_payload.clone()),
        status: ReportedStatus::Paid,
        amount: stars(&payment.currency, payment.total_amount),
        payer: Some(payer),
        recurring: payment.is_recurring && !payment.is_first_recurring,
        trace: None,
    })
}

/// The refund that a `refunded_payment` message tells of.
pub fn refund_report_of(payment: &RefundedPayment, payer: TelegramUserId) -> Result<Report, InvalidId> {
    Ok(Report {
        payment: PaymentId::new(Gateway::TelegramStars, payment.telegram_payment_charge_id.as_str())?,
        reference: Some(payment.invoice_payload.clone()),
        status: ReportedStatus::Refunded,
        amount: stars(&payment.currency, payment.total_amount),
        payer: Some(payer),
        recurring: false,
        trace: None,
    })
}

/// An amount of Stars as the Bot API gives it; `None` for another currency.
pub(crate) fn stars(currency: &str, total_amount: u64) -> Option<Money> {
    (currency == Currency::Xtr.code()).then(|| Money::parse(&total_amount.to_string(), Currency::Xtr).ok()).flatten()
}

fn gateway_error(error: TelegramError) -> GatewayError {
    match error {
        TelegramError::Unreachable { sent } => GatewayError::Unreachable { sent },
        TelegramError::Garbled => GatewayError::Garbled,
        error if error.is_transient() => GatewayError::Unavailable(error.to_string()),
        error => GatewayError::Refused(error.to_string()),
    }
}
