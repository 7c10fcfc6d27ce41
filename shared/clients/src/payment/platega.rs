//! Platega: its callbacks carry the merchant's own credentials and no signature: who sent them is known, what they say is asked for again.

use std::time::Duration;

use ::http::{HeaderMap, Method};
use async_trait::async_trait;
use domain::{
    Timestamp,
    payment::{Gateway, PaymentId, ReportedStatus},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    Awaited, GatewayError, Hint, Invoice, OpenAction, Opened, PaymentGateway, RawCallback, Reject, Report, Verdict, charged_in,
    wire::{Api, Digits, credential, fits_path, json, number, page, same},
};
use crate::{BadSetting, Http, Secret};

const MERCHANT: &str = "X-MerchantId";
const SECRET: &str = "X-Secret";
const MAX_DESCRIPTION: usize = 64;

/// What the adapter is built from.
#[derive(Debug, Clone)]
pub struct PlategaSettings {
    /// `https://app.platega.io`, or a stand-in's.
    pub api_url: String,
    pub merchant_id: Secret,
    pub secret: Secret,
    /// The gateway's number of the way to pay: 2 is the fast payments system's QR code, 11 are cards.
    pub payment_method: u16,
}

impl PlategaSettings {
    pub const API_URL: &'static str = "https://app.platega.io";
    pub const PAYMENT_METHOD: u16 = 2;
}

/// One merchant at Platega.
#[derive(Debug, Clone)]
pub struct Platega {
    api: Api,
    merchant_id: Secret,
    secret: Secret,
    payment_method: u16,
}

impl Platega {
    pub fn new(http: Http, settings: &PlategaSettings) -> Result<Self, BadSetting> {
        credential("PLATEGA_MERCHANT_ID", &settings.merchant_id)?;
        credential("PLATEGA_SECRET", &settings.secret)?;
        let api = Api::new(http, "PLATEGA_API_URL", &settings.api_url, "")?;
        Ok(Self {
            api,
            merchant_id: settings.merchant_id.clone(),
            secret: settings.secret.clone(),
            payment_method: settings.payment_method,
        })
    }

    fn authorized(&self, method: Method, path: &str) -> Result<reqwest::RequestBuilder, GatewayError> {
        let request = self.api.request(method, path)?;
        Ok(request.header(MERCHANT, self.merchant_id.expose()).header(SECRET, self.secret.expose()))
    }

    /// Both are looked at, whatever comes of the first.
    fn is_ours(&self, headers: &HeaderMap) -> Result<(), Reject> {
        let merchant = headers.get(MERCHANT).ok_or(Reject::MissingSignature)?;
        let secret = headers.get(SECRET).ok_or(Reject::MissingSignature)?;
        let merchant = same(self.merchant_id.expose().as_bytes(), merchant.as_bytes());
        let secret = same(self.secret.expose().as_bytes(), secret.as_bytes());
        if merchant & secret { Ok(()) } else { Err(Reject::BadSignature) }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Process<'a> {
    payment_method: u16,
    payment_details: Details,
    description: &'a str,
    #[serde(rename = "return")]
    return_url: &'a str,
    failed_url: &'a str,
    payload: &'a str,
}

#[derive(Serialize)]
struct Details {
    /// In the currency's main unit.
    amount: Box<RawValue>,
    currency: &'static str,
}

#[async_trait]
impl PaymentGateway for Platega {
    fn gateway(&self) -> Gateway {
        Gateway::Platega
    }

    async fn open(&self, invoice: &Invoice<'_>, now: Timestamp, timeout: Duration) -> Result<Opened, GatewayError> {
        #[derive(Deserialize)]
        struct Created {
            #[serde(rename = "transactionId")]
            transaction: String,
            #[serde(default)]
            redirect: Option<String>,
            #[serde(default)]
            url: Option<String>,
        }
        let currency = charged_in(Gateway::Platega, invoice.amount)?.code();
        invoice.seconds_left(now)?;
        let return_url = invoice.return_url()?;
        let body = Process {
            payment_method: self.payment_method,
            payment_details: Details { amount: number(invoice.amount)?, currency },
            description: &invoice.description(MAX_DESCRIPTION),
            return_url,
            failed_url: return_url,
            payload: invoice.reference,
        };
        let request = json(self.authorized(Method::POST, "/transaction/process")?, &body)?;
        let created: Created = self.api.call(request, timeout).await?;
        Ok(Opened { reference: Some(created.transaction), action: OpenAction::Url(page(created.redirect.or(created.url))?) })
    }

    fn verify_callback(&self, callback: &RawCallback<'_>) -> Result<Verdict, Reject> {
        #[derive(Deserialize)]
        struct Callback {
            id: String,
            status: String,
            #[serde(default)]
            amount: Option<Digits>,
            #[serde(default)]
            currency: Option<String>,
            #[serde(default)]
            payload: Option<String>,
        }
        self.is_ours(callback.headers)?;
        let Ok(told) = serde_json::from_slice::<Callback>(callback.body) else { return Ok(Verdict::Ignore("a callback of another type")) };
        let payment = PaymentId::new(Gateway::Platega, told.id.as_str()).ok().filter(|_| fits_path(&told.id));
        let Some(payment) = payment else { return Ok(Verdict::Ignore("a transaction that cannot be named")) };
        let amount = told.amount.zip(told.currency).and_then(|(digits, currency)| digits.money(&currency));
        Ok(Verdict::Confirm(Hint { claimed: Report { reference: told.payload, amount, ..Report::of(payment, status(&told.status)) } }))
    }

    async fn confirm(&self, name: &str, awaited: Option<&Awaited<'_>>, timeout: Duration) -> Result<Option<Report>, GatewayError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Transaction {
            id: String,
            status: String,
            #[serde(default)]
            payment_details: Option<RemoteDetails>,
            /// Spelled so by the gateway.
            #[serde(default, rename = "mechantId")]
            merchant: Option<String>,
            #[serde(default)]
            payload: Option<String>,
        }
        #[derive(Deserialize)]
        struct RemoteDetails {
            amount: Digits,
            currency: String,
        }
        if !fits_path(name) {
            return Ok(None);
        }
        let found: Option<Transaction> = self.api.find(self.authorized(Method::GET, &format!("/transaction/{name}"))?, timeout).await?;
        let ours = |found: &Transaction| {
            found.id == name && found.merchant.as_deref().is_none_or(|merchant| merchant == self.merchant_id.expose())
        };
        let Some(found) = found.filter(ours) else { return Ok(None) };
        let payment = PaymentId::new(Gateway::Platega, name).map_err(|_| GatewayError::Garbled)?;
        // The gateway forgets our name for it now and then; we know it by the gateway's.
        let reference = found.payload.filter(|payload| !payload.is_empty()).or_else(|| awaited.map(|awaited| awaited.reference.to_owned()));
        let amount = found.payment_details.and_then(|details| details.amount.money(&details.currency));
        Ok(Some(Report { reference, amount, ..Report::of(payment, status(&found.status)) }))
    }
}

fn status(text: &str) -> ReportedStatus {
    match text {
        "PENDING" => ReportedStatus::Pending,
        "CONFIRMED" => ReportedStatus::Paid,
        "CANCELED" => ReportedStatus::Failed,
        "CHARGEBACKED" => ReportedStatus::Refunded,
        _ => ReportedStatus::Unknown,
    }
}
