//! Cryptomus and Heleket: one protocol at two addresses. Its signature is an MD5 with a key at its end: money is believed after asking again.

use std::time::Duration;

use ::http::Method;
use async_trait::async_trait;
use data_encoding::{BASE64, HEXLOWER};
use domain::{
    Timestamp,
    payment::{Gateway, PaymentId, ReportedStatus},
};
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    Awaited, GatewayError, Hint, Invoice, OpenAction, Opened, PaymentGateway, RawCallback, Reject, Report, Verdict, charged_in,
    signed_json::{Dialect, Node},
    wire::{Api, Digits, body, credential, page, same, uuid},
};
use crate::{BadSetting, Http, Secret};

/// Seconds that an invoice may be open.
const LIFETIME: std::ops::RangeInclusive<i64> = 300..=43_200;

/// What the adapter is built from.
#[derive(Debug, Clone)]
pub struct CryptomusSettings {
    /// `https://api.cryptomus.com`, `https://api.heleket.com`, or a stand-in's.
    pub api_url: String,
    pub merchant_id: Secret,
    /// The key of payments, not the one of payouts.
    pub payment_key: Secret,
}

impl CryptomusSettings {
    pub const CRYPTOMUS_API_URL: &'static str = "https://api.cryptomus.com";
    pub const HELEKET_API_URL: &'static str = "https://api.heleket.com";
}

/// One merchant at Cryptomus or at Heleket.
#[derive(Debug, Clone)]
pub struct Cryptomus {
    gateway: Gateway,
    api: Api,
    merchant_id: Secret,
    payment_key: Secret,
}

impl Cryptomus {
    pub fn at_cryptomus(http: Http, settings: &CryptomusSettings) -> Result<Self, BadSetting> {
        let names = ["CRYPTOMUS_MERCHANT_ID", "CRYPTOMUS_PAYMENT_KEY", "CRYPTOMUS_API_URL"];
        Self::new(Gateway::Cryptomus, http, settings, names)
    }

    pub fn at_heleket(http: Http, settings: &CryptomusSettings) -> Result<Self, BadSetting> {
        let names = ["HELEKET_MERCHANT_ID", "HELEKET_PAYMENT_KEY", "HELEKET_API_URL"];
        Self::new(Gateway::Heleket, http, settings, names)
    }

    fn new(
        gateway: Gateway,
        http: Http,
        settings: &CryptomusSettings,
        [merchant_id, payment_key, api_url]: [&'static str; 3],
    ) -> Result<Self, BadSetting> {
        uuid(merchant_id, settings.merchant_id.expose())?;
        credential(payment_key, &settings.payment_key)?;
        let api = Api::new(http, api_url, &settings.api_url, "/v1")?;
        Ok(Self { gateway, api, merchant_id: settings.merchant_id.clone(), payment_key: settings.payment_key.clone() })
    }

    /// The signature of a request's bytes: MD5 of their base64 and the key, in hexadecimal.
    pub fn signature(&self, document: &[u8]) -> String {
        HEXLOWER.encode(&Md5::new().chain_update(BASE64.encode(document)).chain_update(self.payment_key.expose()).finalize())
    }

    /// Sends exactly the bytes that are signed. `None`: there is no such thing.
    async fn post<R: DeserializeOwned>(&self, path: &str, request: &impl Serialize, timeout: Duration) -> Result<Option<R>, GatewayError> {
        #[derive(Deserialize)]
        struct Envelope<R> {
            result: R,
        }
        let body = body(request)?;
        let request = self.api.request(Method::POST, path)?.header("content-type", "application/json");
        let request = request.header("merchant", self.merchant_id.expose()).header("sign", self.signature(&body)).body(body);
        let found: Option<Envelope<R>> = self.api.find(request, timeout).await?;
        Ok(found.map(|envelope| envelope.result))
    }
}

#[derive(Serialize)]
struct CreatePayment<'a> {
    amount: String,
    currency: &'static str,
    order_id: &'a str,
    url_callback: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url_return: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url_success: Option<&'a str>,
    lifetime: i64,
    is_payment_multiple: bool,
    subtract: u8,
    accuracy_payment_percent: u8,
}

#[async_trait]
impl PaymentGateway for Cryptomus {
    fn gateway(&self) -> Gateway {
        self.gateway
    }

    /// For a name that was used before the gateway answers with the invoice that it has.
    async fn open(&self, invoice: &Invoice<'_>, now: Timestamp, timeout: Duration) -> Result<Opened, GatewayError> {
        #[derive(Deserialize)]
        struct Created {
            uuid: String,
            url: Option<String>,
        }
        let currency = charged_in(self.gateway, invoice.amount)?;
        let body = CreatePayment {
            amount: invoice.amount.amount_text(),
            currency: currency.code(),
            order_id: invoice.reference,
            url_callback: invoice.callback_url,
            url_return: invoice.return_url,
            url_success: invoice.return_url,
            lifetime: invoice.seconds_left(now)?.clamp(*LIFETIME.start(), *LIFETIME.end()),
            is_payment_multiple: false,
            subtract: 0,
            accuracy_payment_percent: 0,
        };
        let created: Option<Created> = self.post("/v1/payment", &body, timeout).await?;
        let created = created.ok_or_else(|| GatewayError::Refused("status 404".to_owned()))?;
        Ok(Opened { reference: Some(created.uuid), action: OpenAction::Url(page(created.url)?) })
    }

    /// The signature stands in the document and covers the rest of it as PHP would write it.
    fn verify_callback(&self, callback: &RawCallback<'_>) -> Result<Verdict, Reject> {
        let mut document = Node::parse(callback.body).ok_or(Reject::MissingSignature)?;
        let Some(Node::Text(signature)) = document.take("sign") else { return Err(Reject::MissingSignature) };
        if !same(self.signature(document.written(Dialect::Php).as_bytes()).as_bytes(), signature.as_bytes()) {
            return Err(Reject::BadSignature);
        }
        let payment: Option<RemotePayment> = serde_json::from_slice(callback.body).ok();
        let Some(payment) = payment else { return Ok(Verdict::Ignore("a payment that cannot be read")) };
        if payment.kind.as_deref() != Some("payment") {
            return Ok(Verdict::Ignore("a callback of another type"));
        }
        let Some(report) = payment.report(self.gateway) else { return Ok(Verdict::Ignore("a payment that cannot be read")) };
        Ok(match report.status {
            ReportedStatus::Paid | ReportedStatus::NeedsReview | ReportedStatus::Refunded => Verdict::Confirm(Hint { claimed: report }),
            ReportedStatus::Pending | ReportedStatus::Expired | ReportedStatus::Failed | ReportedStatus::Unknown => Verdict::Report(report),
        })
    }

    async fn confirm(&self, name: &str, _awaited: Option<&Awaited<'_>>, timeout: Duration) -> Result<Option<Report>, GatewayError> {
        #[derive(Serialize)]
        struct Info<'a> {
            uuid: &'a str,
        }
        let found: Option<RemotePayment> = self.post("/v1/payment/info", &Info { uuid: name }, timeout).await?;
        let Some(found) = found.filter(|found| found.uuid == name) else { return Ok(None) };
        found.report(self.gateway).map(Some).ok_or(GatewayError::Garbled)
    }
}

/// The API's payment, as far as it is read.
#[derive(Debug, Deserialize)]
struct RemotePayment {
    /// In callbacks alone.
    #[serde(default, rename = "type")]
    kind: Option<String>,
    uuid: String,
    #[serde(default)]
    order_id: Option<String>,
    #[serde(default)]
    amount: Option<Digits>,
    #[serde(default)]
    currency: Option<String>,
    /// In callbacks.
    #[serde(default)]
    status: Option<String>,
    /// In answers.
    #[serde(default)]
    payment_status: Option<String>,
}

impl RemotePayment {
    fn report(&self, gateway: Gateway) -> Option<Report> {
        let status = match self.payment_status.as_deref().or(self.status.as_deref())? {
            // Of an amount that is not complete yet the customer may send the rest.
            "check" | "process" | "confirm_check" | "wrong_amount_waiting" => ReportedStatus::Pending,
            "paid" | "paid_over" => ReportedStatus::Paid,
            // Too little, for good; or held by the gateway's own checks.
            "wrong_amount" | "locked" => ReportedStatus::NeedsReview,
            "cancel" => ReportedStatus::Expired,
            "fail" | "system_fail" => ReportedStatus::Failed,
            "refund_paid" => ReportedStatus::Refunded,
            _ => ReportedStatus::Unknown,
        };
        let payment = PaymentId::new(gateway, self.uuid.as_str()).ok()?;
        let amount = self.amount.as_ref().zip(self.currency.as_deref()).and_then(|(digits, currency)| digits.money(currency));
        Some(Report { reference: self.order_id.clone(), amount, ..Report::of(payment, status) })
    }
}
