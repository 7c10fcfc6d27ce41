//! Tribute's Shop API. One address takes the callbacks of the whole account: what is not a shop's order is somebody else's.

use std::time::Duration;

use ::http::Method;
use async_trait::async_trait;
use data_encoding::{BASE64, HEXLOWER};
use domain::{
    Timestamp,
    payment::{Gateway, PaymentId, ReportedStatus},
};
use hmac::Hmac;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::Sha256;

use super::{
    Awaited, GatewayError, Invoice, OpenAction, Opened, PaymentGateway, RawCallback, Reject, Report, Verdict, charged_in, clipped,
    wire::{Api, Digits, credential, fits_path, json, lower, mac_matches, minor_units, page},
};
use crate::{BadSetting, Http, Secret};

/// Carries the signature of a callback.
const SIGNATURE: &str = "trbt-signature";
/// Half of what is allowed: an emoji counts for two there.
const MAX_TITLE: usize = 50;
const MAX_DESCRIPTION: usize = 150;

/// What the adapter is built from.
#[derive(Debug, Clone)]
pub struct TributeSettings {
    /// `https://tribute.tg`, or a stand-in's.
    pub api_url: String,
    /// It opens the API and signs the callbacks.
    pub api_key: Secret,
}

impl TributeSettings {
    pub const API_URL: &'static str = "https://tribute.tg";
}

/// One account at Tribute.
#[derive(Debug, Clone)]
pub struct Tribute {
    api: Api,
    api_key: Secret,
}

impl Tribute {
    pub fn new(http: Http, settings: &TributeSettings) -> Result<Self, BadSetting> {
        credential("TRIBUTE_API_KEY", &settings.api_key)?;
        Ok(Self { api: Api::new(http, "TRIBUTE_API_URL", &settings.api_url, "/api/v1")?, api_key: settings.api_key.clone() })
    }

    fn authorized(&self, method: Method, path: &str) -> Result<reqwest::RequestBuilder, GatewayError> {
        Ok(self.api.request(method, path)?.header("Api-Key", self.api_key.expose()))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CreateOrder<'a> {
    amount: u64,
    currency: String,
    title: String,
    description: String,
    customer_id: &'a str,
    period: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    success_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_url: Option<&'a str>,
}

#[async_trait]
impl PaymentGateway for Tribute {
    fn gateway(&self) -> Gateway {
        Gateway::Tribute
    }

    async fn open(&self, invoice: &Invoice<'_>, now: Timestamp, timeout: Duration) -> Result<Opened, GatewayError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Created {
            uuid: String,
            #[serde(default)]
            payment_url: Option<String>,
            #[serde(default)]
            webapp_payment_url: Option<String>,
        }
        let currency = charged_in(Gateway::Tribute, invoice.amount)?;
        invoice.seconds_left(now)?;
        let body = CreateOrder {
            amount: minor_units(invoice.amount)?,
            currency: lower(currency),
            title: clipped(invoice.title, MAX_TITLE),
            description: invoice.description(MAX_DESCRIPTION),
            customer_id: invoice.reference,
            period: "onetime",
            success_url: invoice.return_url,
            fail_url: invoice.return_url,
        };
        let created: Created = self.api.call(json(self.authorized(Method::POST, "/api/v1/shop/orders")?, &body)?, timeout).await?;
        Ok(Opened { reference: Some(created.uuid), action: OpenAction::Url(page(created.payment_url.or(created.webapp_payment_url))?) })
    }

    /// HMAC-SHA-256 of the raw body. How it is written is not documented: in hexadecimal or in base64, it takes the key to make it.
    fn verify_callback(&self, callback: &RawCallback<'_>) -> Result<Verdict, Reject> {
        #[derive(Deserialize)]
        struct Envelope<'a> {
            name: String,
            #[serde(borrow)]
            payload: &'a RawValue,
        }
        let signature = callback.headers.get(SIGNATURE).ok_or(Reject::MissingSignature)?.as_bytes();
        let signature = HEXLOWER.decode(signature).or_else(|_| BASE64.decode(signature)).map_err(|_| Reject::BadSignature)?;
        if !mac_matches::<Hmac<Sha256>>(&self.api_key, &[callback.body], &signature) {
            return Err(Reject::BadSignature);
        }
        let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(callback.body) else {
            return Ok(Verdict::Ignore("an event that cannot be read"));
        };
        if !matches!(envelope.name.as_str(), "shop_order" | "shop_order_refunded") {
            return Ok(Verdict::Ignore("an event of another type"));
        }
        let order: Option<RemoteOrder> = serde_json::from_str(envelope.payload.get()).ok();
        let Some(order) = order else { return Ok(Verdict::Ignore("an order that cannot be read")) };
        if order.period.as_deref().is_some_and(|period| period != "onetime") {
            return Ok(Verdict::Ignore("a subscription"));
        }
        let status = match (envelope.name.as_str(), order.status.as_str()) {
            ("shop_order_refunded", "completed") => ReportedStatus::Refunded,
            ("shop_order_refunded", _) => return Ok(Verdict::Ignore("a refund on its way")),
            (_, status) => status_of(status),
        };
        let report = order.uuid.as_deref().and_then(|uuid| order.report(uuid, status, None));
        Ok(report.map_or(Verdict::Ignore("an order without a name"), Verdict::Report))
    }

    async fn confirm(&self, name: &str, awaited: Option<&Awaited<'_>>, timeout: Duration) -> Result<Option<Report>, GatewayError> {
        if !fits_path(name) {
            return Ok(None);
        }
        let found: Option<RemoteOrder> =
            self.api.find(self.authorized(Method::GET, &format!("/api/v1/shop/orders/{name}"))?, timeout).await?;
        let Some(found) = found.filter(|found| found.uuid.as_deref().is_none_or(|uuid| uuid == name)) else { return Ok(None) };
        found.report(name, status_of(&found.status), awaited).map(Some).ok_or(GatewayError::Garbled)
    }
}

fn status_of(text: &str) -> ReportedStatus {
    match text {
        "pending" => ReportedStatus::Pending,
        "paid" => ReportedStatus::Paid,
        "failed" => ReportedStatus::Failed,
        _ => ReportedStatus::Unknown,
    }
}

/// The API's order, as far as it is read. An answer may hold its status alone.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RemoteOrder {
    #[serde(default)]
    uuid: Option<String>,
    status: String,
    #[serde(default)]
    period: Option<String>,
    #[serde(default)]
    amount: Option<Digits>,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    customer_id: Option<String>,
}

impl RemoteOrder {
    /// What it leaves out is what we opened it with.
    fn report(&self, uuid: &str, status: ReportedStatus, awaited: Option<&Awaited<'_>>) -> Option<Report> {
        let payment = PaymentId::new(Gateway::Tribute, uuid).ok()?;
        let amount = match self.amount.as_ref().zip(self.currency.as_deref()) {
            Some((digits, currency)) => digits.minor(currency),
            None => awaited.map(|awaited| awaited.quote),
        };
        let reference = self.customer_id.clone().or_else(|| awaited.map(|awaited| awaited.reference.to_owned()));
        Some(Report { reference, amount, ..Report::of(payment, status) })
    }
}
