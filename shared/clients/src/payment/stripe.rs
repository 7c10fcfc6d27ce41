//! Stripe Checkout: a session with a page of Stripe's own, told of by events signed together with their time.

use std::time::Duration;

use ::http::Method;
use async_trait::async_trait;
use data_encoding::HEXLOWER;
use domain::{
    Timestamp,
    payment::{Gateway, PaymentId, ReportedStatus},
    time::Span,
};
use hmac::Hmac;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::{
    Awaited, GatewayError, Invoice, OpenAction, Opened, PaymentGateway, RawCallback, Reject, Report, Verdict, charged_in, clipped,
    wire::{Api, Digits, credential, fits_path, lower, mac_matches, minor_units, page},
};
use crate::{BadSetting, Http, Secret};

/// Carries the time and the signatures of an event.
const SIGNATURE: &str = "stripe-signature";
/// An event older than this may be somebody's repetition.
const TOLERANCE: Span = Span::seconds(300);
const MAX_NAME: usize = 250;
/// How long a session may be open. The shortest gets a minute on top: the clocks differ.
const SHORTEST: Span = Span::minutes(31);
const LONGEST: Span = Span::hours(23);

/// What the adapter is built from.
#[derive(Debug, Clone)]
pub struct StripeSettings {
    /// `https://api.stripe.com`, or a stand-in's.
    pub api_url: String,
    pub secret_key: Secret,
    /// The endpoint's signing secret, `whsec_…`, as a whole.
    pub webhook_secret: Secret,
}

impl StripeSettings {
    pub const API_URL: &'static str = "https://api.stripe.com";
}

/// One account at Stripe.
#[derive(Debug, Clone)]
pub struct Stripe {
    api: Api,
    secret_key: Secret,
    webhook_secret: Secret,
}

impl Stripe {
    pub fn new(http: Http, settings: &StripeSettings) -> Result<Self, BadSetting> {
        credential("STRIPE_SECRET_KEY", &settings.secret_key)?;
        credential("STRIPE_WEBHOOK_SECRET", &settings.webhook_secret)?;
        let api = Api::new(http, "STRIPE_API_URL", &settings.api_url, "/v1")?;
        Ok(Self { api, secret_key: settings.secret_key.clone(), webhook_secret: settings.webhook_secret.clone() })
    }

    fn authorized(&self, method: Method, path: &str) -> Result<reqwest::RequestBuilder, GatewayError> {
        Ok(self.api.request(method, path)?.bearer_auth(self.secret_key.expose()))
    }

    /// `t=…,v1=…[,v1=…]`: the MAC of the time, a point and the raw body. While a secret is being changed there is one signature by each.
    fn authenticate(&self, header: &str, callback: &RawCallback<'_>) -> Result<(), Reject> {
        let mut time = None;
        let mut signatures = Vec::new();
        for (key, value) in header.split(',').filter_map(|part| part.split_once('=')) {
            match key.trim() {
                "t" => time = Some(value),
                "v1" => signatures.extend(HEXLOWER.decode(value.as_bytes())),
                _ => {}
            }
        }
        let (time, seconds) = time.and_then(|time| Some((time, time.parse::<i64>().ok()?))).ok_or(Reject::MissingSignature)?;
        if signatures.is_empty() {
            return Err(Reject::MissingSignature);
        }
        let signed = [time.as_bytes(), b".", callback.body];
        if !signatures.iter().any(|signature| mac_matches::<Hmac<Sha256>>(&self.webhook_secret, &signed, signature)) {
            return Err(Reject::BadSignature);
        }
        let age = callback.now.seconds().saturating_sub(seconds);
        if age > TOLERANCE.as_seconds() { Err(Reject::Stale) } else { Ok(()) }
    }
}

#[async_trait]
impl PaymentGateway for Stripe {
    fn gateway(&self) -> Gateway {
        Gateway::Stripe
    }

    async fn open(&self, invoice: &Invoice<'_>, now: Timestamp, timeout: Duration) -> Result<Opened, GatewayError> {
        #[derive(Deserialize)]
        struct Created {
            id: String,
            url: Option<String>,
        }
        let currency = lower(charged_in(Gateway::Stripe, invoice.amount)?);
        invoice.seconds_left(now)?;
        let return_url = invoice.return_url()?;
        let amount = minor_units(invoice.amount)?.to_string();
        let expires_at = invoice.expires_at.seconds().clamp(now.plus(SHORTEST).seconds(), now.plus(LONGEST).seconds()).to_string();
        let (name, description) = (clipped(invoice.title, MAX_NAME), invoice.description(MAX_NAME));
        let form = [
            ("mode", "payment"),
            ("success_url", return_url),
            ("cancel_url", return_url),
            ("client_reference_id", invoice.reference),
            ("metadata[order_id]", invoice.reference),
            ("line_items[0][quantity]", "1"),
            ("line_items[0][price_data][currency]", &currency),
            ("line_items[0][price_data][unit_amount]", &amount),
            ("line_items[0][price_data][product_data][name]", &name),
            ("line_items[0][price_data][product_data][description]", &description),
            ("expires_at", &expires_at),
        ];
        let request = self.authorized(Method::POST, "/v1/checkout/sessions")?;
        // A key stands for one request, to the letter: the same request, the same session.
        let digest = form
            .iter()
            .fold(Sha256::new(), |digest, (key, value)| digest.chain_update(key).chain_update([0]).chain_update(value).chain_update([0]));
        let key = format!("{}-{}", invoice.reference, HEXLOWER.encode(digest.finalize().get(..8).unwrap_or_default()));
        let created: Created = self.api.call(request.header("Idempotency-Key", key).form(&form), timeout).await?;
        Ok(Opened { reference: Some(created.id), action: OpenAction::Url(page(created.url)?) })
    }

    fn verify_callback(&self, callback: &RawCallback<'_>) -> Result<Verdict, Reject> {
        #[derive(Deserialize)]
        struct Event<'a> {
            #[serde(rename = "type")]
            kind: String,
            #[serde(borrow)]
            data: Data<'a>,
        }
        #[derive(Deserialize)]
        struct Data<'a> {
            #[serde(borrow)]
            object: &'a RawValue,
        }
        let header = callback.headers.get(SIGNATURE).and_then(|header| header.to_str().ok()).ok_or(Reject::MissingSignature)?;
        self.authenticate(header, callback)?;
        let Ok(event) = serde_json::from_slice::<Event<'_>>(callback.body) else {
            return Ok(Verdict::Ignore("an event that cannot be read"));
        };
        let Some(what) = event.kind.strip_prefix("checkout.session.") else { return Ok(Verdict::Ignore("an event of another type")) };
        let Ok(session) = serde_json::from_str::<Session>(event.data.object.get()) else {
            return Ok(Verdict::Ignore("a session that cannot be read"));
        };
        if session.mode.as_deref() != Some("payment") || session.reference().is_none() {
            return Ok(Verdict::Ignore("a session of somebody else's"));
        }
        let status = match what {
            "completed" | "async_payment_succeeded" => session.status(),
            "async_payment_failed" => ReportedStatus::Failed,
            "expired" => ReportedStatus::Expired,
            _ => return Ok(Verdict::Ignore("an event of another type")),
        };
        Ok(session.report(status).map_or(Verdict::Ignore("a session that cannot be named"), Verdict::Report))
    }

    async fn confirm(&self, name: &str, _awaited: Option<&Awaited<'_>>, timeout: Duration) -> Result<Option<Report>, GatewayError> {
        if !fits_path(name) {
            return Ok(None);
        }
        let found: Option<Session> =
            self.api.find(self.authorized(Method::GET, &format!("/v1/checkout/sessions/{name}"))?, timeout).await?;
        let Some(found) = found.filter(|found| found.id == name) else { return Ok(None) };
        found.report(found.status()).map(Some).ok_or(GatewayError::Garbled)
    }
}

/// The API's session, as far as it is read.
#[derive(Debug, Deserialize)]
struct Session {
    id: String,
    #[serde(default)]
    mode: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    payment_status: Option<String>,
    #[serde(default)]
    amount_total: Option<Digits>,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    client_reference_id: Option<String>,
    #[serde(default)]
    metadata: Option<Metadata>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    #[serde(default)]
    order_id: Option<String>,
}

impl Session {
    fn reference(&self) -> Option<&str> {
        self.client_reference_id.as_deref().or_else(|| self.metadata.as_ref()?.order_id.as_deref())
    }

    /// A session can be complete and unpaid: bank debits take days.
    fn status(&self) -> ReportedStatus {
        match (self.payment_status.as_deref(), self.status.as_deref()) {
            (Some("paid"), _) => ReportedStatus::Paid,
            (Some("unpaid"), Some("expired")) => ReportedStatus::Expired,
            (Some("unpaid"), _) => ReportedStatus::Pending,
            _ => ReportedStatus::Unknown,
        }
    }

    fn report(&self, status: ReportedStatus) -> Option<Report> {
        let payment = PaymentId::new(Gateway::Stripe, self.id.as_str()).ok()?;
        let amount = self.amount_total.as_ref().zip(self.currency.as_deref()).and_then(|(digits, currency)| digits.minor(currency));
        Some(Report { reference: self.reference().map(str::to_owned), amount, ..Report::of(payment, status) })
    }
}
