//! NOWPayments: an invoice priced in money and paid in coins on a chain, where anybody can send too little, too much, or again.

use std::time::Duration;

use ::http::Method;
use async_trait::async_trait;
use data_encoding::HEXLOWER;
use domain::{
    Timestamp,
    payment::{Gateway, PaymentId, ReportedStatus},
};
use hmac::Hmac;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::Sha512;

use super::{
    Awaited, GatewayError, Invoice, OpenAction, Opened, PaymentGateway, RawCallback, Reject, Report, Verdict, charged_in,
    signed_json::{Dialect, Node},
    wire::{Api, Digits, credential, fits_path, json, lower, mac_matches, number, page},
};
use crate::{BadSetting, Http, Secret};

/// Carries the signature of a callback.
const SIGNATURE: &str = "x-nowpayments-sig";
const MAX_DESCRIPTION: usize = 200;
/// What may be missing of the coins that were asked for: rounding and fees of wallets, half a percent.
const TOLERANCE: Decimal = Decimal::from_parts(5, 0, 0, false, 3);

/// What the adapter is built from.
#[derive(Debug, Clone)]
pub struct NowPaymentsSettings {
    /// `https://api.nowpayments.io`, its sandbox's, or a stand-in's.
    pub api_url: String,
    pub api_key: Secret,
    /// The key of the callbacks; not the API key.
    pub ipn_secret: Secret,
}

impl NowPaymentsSettings {
    pub const API_URL: &'static str = "https://api.nowpayments.io";
}

/// One account at NOWPayments.
///
/// An invoice has no payment before its customer has chosen a coin, and with the API key alone it cannot be asked for: what becomes of it is told by
/// callbacks. The first of them names the payment, which can be asked for from then on.
#[derive(Debug, Clone)]
pub struct NowPayments {
    api: Api,
    api_key: Secret,
    ipn_secret: Secret,
}

impl NowPayments {
    pub fn new(http: Http, settings: &NowPaymentsSettings) -> Result<Self, BadSetting> {
        credential("NOWPAYMENTS_API_KEY", &settings.api_key)?;
        credential("NOWPAYMENTS_IPN_SECRET", &settings.ipn_secret)?;
        let api = Api::new(http, "NOWPAYMENTS_API_URL", &settings.api_url, "/v1")?;
        Ok(Self { api, api_key: settings.api_key.clone(), ipn_secret: settings.ipn_secret.clone() })
    }
}

#[derive(Serialize)]
struct CreateInvoice<'a> {
    price_amount: Box<RawValue>,
    price_currency: String,
    order_id: &'a str,
    order_description: &'a str,
    ipn_callback_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    success_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partially_paid_url: Option<&'a str>,
    is_fixed_rate: bool,
    is_fee_paid_by_user: bool,
}

#[async_trait]
impl PaymentGateway for NowPayments {
    fn gateway(&self) -> Gateway {
        Gateway::NowPayments
    }

    async fn open(&self, invoice: &Invoice<'_>, now: Timestamp, timeout: Duration) -> Result<Opened, GatewayError> {
        #[derive(Deserialize)]
        struct Created {
            invoice_url: Option<String>,
        }
        let currency = charged_in(Gateway::NowPayments, invoice.amount)?;
        invoice.seconds_left(now)?;
        let description = invoice.description(MAX_DESCRIPTION);
        let body = CreateInvoice {
            price_amount: number(invoice.amount)?,
            price_currency: lower(currency),
            order_id: invoice.reference,
            // Callbacks repeat it under their signature, and not every party to it treats other alphabets alike.
            order_description: if description.is_ascii() { &description } else { invoice.reference },
            ipn_callback_url: invoice.callback_url,
            success_url: invoice.return_url,
            cancel_url: invoice.return_url,
            partially_paid_url: invoice.return_url,
            is_fixed_rate: true,
            is_fee_paid_by_user: false,
        };
        let request = self.api.request(Method::POST, "/v1/invoice")?.header("x-api-key", self.api_key.expose());
        let created: Created = self.api.call(json(request, &body)?, timeout).await?;
        Ok(Opened { reference: None, action: OpenAction::Url(page(created.invoice_url)?) })
    }

    /// HMAC-SHA-512 of the document with its keys sorted, at every depth. There is no time in it: repetitions are told by the payment's id.
    fn verify_callback(&self, callback: &RawCallback<'_>) -> Result<Verdict, Reject> {
        let signature = callback.headers.get(SIGNATURE).ok_or(Reject::MissingSignature)?;
        let signature = HEXLOWER.decode(signature.as_bytes()).map_err(|_| Reject::BadSignature)?;
        let mut document = Node::parse(callback.body).ok_or(Reject::BadSignature)?;
        document.sort();
        if !mac_matches::<Hmac<Sha512>>(&self.ipn_secret, &[document.written(Dialect::JavaScript).as_bytes()], &signature) {
            return Err(Reject::BadSignature);
        }
        let payment: Option<RemotePayment> = serde_json::from_slice(callback.body).ok();
        Ok(payment.and_then(|payment| payment.report()).map_or(Verdict::Ignore("a payment that cannot be read"), Verdict::Report))
    }

    async fn confirm(&self, name: &str, _awaited: Option<&Awaited<'_>>, timeout: Duration) -> Result<Option<Report>, GatewayError> {
        if !fits_path(name) {
            return Ok(None);
        }
        let request = self.api.request(Method::GET, &format!("/v1/payment/{name}"))?.header("x-api-key", self.api_key.expose());
        let found: Option<RemotePayment> = self.api.find(request, timeout).await?;
        let Some(found) = found.filter(|found| found.payment_id.name() == Some(name)) else { return Ok(None) };
        found.report().map(Some).ok_or(GatewayError::Garbled)
    }
}

/// The API's payment, as far as it is read.
#[derive(Debug, Deserialize)]
struct RemotePayment {
    payment_id: Digits,
    payment_status: String,
    /// Set where coins came again, or others than were asked for.
    #[serde(default)]
    parent_payment_id: Option<Digits>,
    #[serde(default)]
    price_amount: Option<Digits>,
    #[serde(default)]
    price_currency: Option<String>,
    #[serde(default)]
    pay_amount: Option<Digits>,
    #[serde(default)]
    actually_paid: Option<Digits>,
    #[serde(default)]
    order_id: Option<String>,
}

impl RemotePayment {
    fn report(&self) -> Option<Report> {
        let payment = PaymentId::new(Gateway::NowPayments, self.payment_id.name()?).ok()?;
        let amount = self.price_amount.as_ref().zip(self.price_currency.as_deref()).and_then(|(digits, currency)| digits.money(currency));
        Some(Report { reference: self.order_id.clone(), amount, ..Report::of(payment, self.status()) })
    }

    /// `finished` is the only status in which the money is the shop's; whether it is enough is another question.
    fn status(&self) -> ReportedStatus {
        match self.payment_status.as_str() {
            "waiting" | "confirming" | "confirmed" | "sending" => ReportedStatus::Pending,
            "finished" if self.parent_payment_id.is_none() && self.is_enough() => ReportedStatus::Paid,
            "finished" | "partially_paid" => ReportedStatus::NeedsReview,
            "expired" | "failed" if self.received() > Decimal::ZERO => ReportedStatus::NeedsReview,
            "expired" => ReportedStatus::Expired,
            "failed" => ReportedStatus::Failed,
            "refunded" => ReportedStatus::Refunded,
            _ => ReportedStatus::Unknown,
        }
    }

    fn received(&self) -> Decimal {
        self.actually_paid.as_ref().and_then(Digits::decimal).unwrap_or_default()
    }

    fn is_enough(&self) -> bool {
        let Some(asked) = self.pay_amount.as_ref().and_then(Digits::decimal).filter(|asked| *asked > Decimal::ZERO) else { return false };
        let least = Decimal::ONE.checked_sub(TOLERANCE).and_then(|part| asked.checked_mul(part));
        least.is_some_and(|least| self.received() >= least)
    }
}
