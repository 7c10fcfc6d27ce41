//! Plisio: an invoice priced in money and paid in coins. The key of the API stands in its addresses, which are therefore never shown.

use std::time::Duration;

use ::http::Method;
use async_trait::async_trait;
use data_encoding::HEXLOWER;
use domain::{
    Timestamp,
    payment::{Gateway, PaymentId, ReportedStatus},
};
use hmac::Hmac;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use sha1::Sha1;

use super::{
    Awaited, GatewayError, Invoice, OpenAction, Opened, PaymentGateway, RawCallback, Reject, Report, Verdict, charged_in, clipped,
    signed_json::{Dialect, Node},
    wire::{Api, Digits, credential, fits_path, mac_matches, page},
};
use crate::{BadSetting, Http, Secret};

const MAX_NAME: usize = 100;
const MAX_DESCRIPTION: usize = 250;

/// What the adapter is built from.
#[derive(Debug, Clone)]
pub struct PlisioSettings {
    /// `https://api.plisio.net`, or a stand-in's.
    pub api_url: String,
    /// The "secret key": it opens the API and signs the callbacks.
    pub api_key: Secret,
}

impl PlisioSettings {
    pub const API_URL: &'static str = "https://api.plisio.net";
}

/// One shop at Plisio.
#[derive(Debug, Clone)]
pub struct Plisio {
    api: Api,
    api_key: Secret,
}

impl Plisio {
    pub fn new(http: Http, settings: &PlisioSettings) -> Result<Self, BadSetting> {
        credential("PLISIO_API_KEY", &settings.api_key)?;
        Ok(Self { api: Api::new(http, "PLISIO_API_URL", &settings.api_url, "/api/v1")?, api_key: settings.api_key.clone() })
    }

    async fn get<R: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)], timeout: Duration) -> Result<Option<R>, GatewayError> {
        #[derive(Deserialize)]
        struct Envelope {
            status: String,
            data: Box<RawValue>,
        }
        let mut url =
            reqwest::Url::parse(&format!("{}/api/v1/{path}", self.api.url())).map_err(|_| GatewayError::Unreachable { sent: false })?;
        url.query_pairs_mut().append_pair("api_key", self.api_key.expose()).extend_pairs(query);
        let request = self.api.at(Method::GET, url);
        let Some(found) = self.api.find::<Envelope>(request, timeout).await? else { return Ok(None) };
        if found.status != "success" {
            return Err(GatewayError::Refused(clipped(&found.status, MAX_NAME)));
        }
        serde_json::from_str(found.data.get()).map(Some).map_err(|_| GatewayError::Garbled)
    }

    /// The documentation and the official clients write the signed document in three ways; each takes the key to make.
    fn signature_is_right(&self, mut document: Node<'_>, signature: &[u8]) -> bool {
        let right =
            |document: &Node<'_>| mac_matches::<Hmac<Sha1>>(&self.api_key, &[document.written(Dialect::JavaScript).as_bytes()], signature);
        if right(&document) {
            return true;
        }
        document.sort();
        if right(&document) {
            return true;
        }
        document.stringify();
        right(&document)
    }
}

#[async_trait]
impl PaymentGateway for Plisio {
    fn gateway(&self) -> Gateway {
        Gateway::Plisio
    }

    async fn open(&self, invoice: &Invoice<'_>, now: Timestamp, timeout: Duration) -> Result<Opened, GatewayError> {
        #[derive(Deserialize)]
        struct Created {
            txn_id: String,
            invoice_url: Option<String>,
        }
        let currency = charged_in(Gateway::Plisio, invoice.amount)?;
        // Without it callbacks are forms, signed in PHP's own notation.
        let callback_url = format!("{}?json=true", invoice.callback_url);
        let minutes = invoice.seconds_left(now)?.saturating_add(59).checked_div(60).unwrap_or(1).to_string();
        let amount = invoice.amount.amount_text();
        let (name, description) = (clipped(invoice.title, MAX_NAME), invoice.description(MAX_DESCRIPTION));
        let query = [
            ("source_currency", currency.code()),
            ("source_amount", &amount),
            ("order_number", invoice.reference),
            ("order_name", &name),
            ("description", &description),
            ("callback_url", &callback_url),
            ("expire_min", &minutes),
        ];
        let created: Option<Created> = self.get("invoices/new", &query, timeout).await?;
        let created = created.ok_or_else(|| GatewayError::Refused("status 404".to_owned()))?;
        Ok(Opened { reference: Some(created.txn_id), action: OpenAction::Url(page(created.invoice_url)?) })
    }

    /// The signature stands in the document and covers the rest of it.
    fn verify_callback(&self, callback: &RawCallback<'_>) -> Result<Verdict, Reject> {
        let mut document = Node::parse(callback.body).ok_or(Reject::MissingSignature)?;
        let Some(Node::Text(signature)) = document.take("verify_hash") else { return Err(Reject::MissingSignature) };
        let signature = HEXLOWER.decode(signature.as_bytes()).map_err(|_| Reject::BadSignature)?;
        if !self.signature_is_right(document, &signature) {
            return Err(Reject::BadSignature);
        }
        let invoice: Option<RemoteInvoice> = serde_json::from_slice(callback.body).ok();
        let Some(invoice) = invoice else { return Ok(Verdict::Ignore("an invoice that cannot be read")) };
        if invoice.ipn_type.as_deref() != Some("invoice") {
            return Ok(Verdict::Ignore("a callback of another type"));
        }
        let report = invoice.txn_id.as_deref().and_then(|id| invoice.report(id));
        Ok(report.map_or(Verdict::Ignore("an invoice that cannot be read"), Verdict::Report))
    }

    async fn confirm(&self, name: &str, awaited: Option<&Awaited<'_>>, timeout: Duration) -> Result<Option<Report>, GatewayError> {
        if !fits_path(name) {
            return Ok(None);
        }
        let Some(operation) = self.get::<Operation>(&format!("operations/{name}"), &[], timeout).await? else { return Ok(None) };
        if operation.kind.as_deref().is_some_and(|kind| kind != "invoice") {
            return Ok(None);
        }
        operation.report(name, awaited).map(Some).ok_or(GatewayError::Garbled)
    }
}

/// `partly`: less than the whole amount arrived.
fn status(text: &str, partly: bool) -> ReportedStatus {
    match text {
        "new" | "pending" | "pending internal" => ReportedStatus::Pending,
        // "mismatch" is too much; too little expires.
        "completed" | "mismatch" => ReportedStatus::Paid,
        "expired" if partly => ReportedStatus::NeedsReview,
        "expired" | "cancelled" | "cancelled duplicate" => ReportedStatus::Expired,
        "error" => ReportedStatus::Failed,
        _ => ReportedStatus::Unknown,
    }
}

/// A callback's invoice, as far as it is read.
#[derive(Debug, Deserialize)]
struct RemoteInvoice {
    #[serde(default)]
    txn_id: Option<String>,
    #[serde(default)]
    ipn_type: Option<String>,
    status: String,
    #[serde(default)]
    order_number: Option<Digits>,
    #[serde(default)]
    source_amount: Option<Digits>,
    #[serde(default)]
    source_currency: Option<String>,
    /// In coins.
    #[serde(default)]
    amount: Option<Digits>,
    /// What is still missing of it.
    #[serde(default)]
    pending_amount: Option<Digits>,
}

impl RemoteInvoice {
    fn report(&self, txn_id: &str) -> Option<Report> {
        let payment = PaymentId::new(Gateway::Plisio, txn_id).ok()?;
        let missing = self.pending_amount.as_ref().and_then(Digits::decimal);
        let partly = missing.zip(self.amount.as_ref().and_then(Digits::decimal)).is_some_and(|(missing, amount)| missing < amount);
        let amount = self.source_amount.as_ref().zip(self.source_currency.as_deref()).and_then(|(digits, currency)| digits.money(currency));
        let reference = self.order_number.as_ref().and_then(Digits::name).map(str::to_owned);
        Some(Report { reference, amount, ..Report::of(payment, status(&self.status, partly)) })
    }
}

/// An invoice as the list of operations has it: what it was opened with stands apart.
#[derive(Debug, Deserialize)]
struct Operation {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    status: String,
    #[serde(default)]
    source_amount: Option<Digits>,
    #[serde(default)]
    source_currency: Option<String>,
    #[serde(default)]
    params: Option<Box<RawValue>>,
}

#[derive(Debug, Default, Deserialize)]
struct Params {
    #[serde(default)]
    order_number: Option<Digits>,
    #[serde(default)]
    source_amount: Option<Digits>,
    #[serde(default)]
    source_currency: Option<String>,
}

impl Operation {
    fn report(&self, name: &str, awaited: Option<&Awaited<'_>>) -> Option<Report> {
        let params: Params = self.params.as_ref().and_then(|params| serde_json::from_str(params.get()).ok()).unwrap_or_default();
        let digits = self.source_amount.as_ref().or(params.source_amount.as_ref());
        let currency = self.source_currency.as_deref().or(params.source_currency.as_deref());
        let amount = match digits.zip(currency) {
            Some((digits, currency)) => digits.money(currency),
            // It names none: it is the one that we opened the invoice for.
            None => awaited.map(|awaited| awaited.quote),
        };
        let ours = || awaited.map(|awaited| awaited.reference.to_owned());
        let reference = params.order_number.as_ref().and_then(Digits::name).map(str::to_owned).or_else(ours);
        let payment = PaymentId::new(Gateway::Plisio, name).ok()?;
        Some(Report { reference, amount, ..Report::of(payment, status(&self.status, false)) })
    }
}
