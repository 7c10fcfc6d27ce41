//! Stripe Checkout: a session with a page of Stripe's own, told of by events signed together with their time.

use std::time::Duration;

use ::http::Method;
use async_trait::async_trait;
use data_encoding::HEXLOWER;
use domain::{
    Money, Timestamp,
    payment::{Gateway, PaymentId, ReportedStatus},
    time::Span,
};
use hmac::Hmac;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::{
    Awaited, GatewayError, Hint, Invoice, OpenAction, Opened, PaymentGateway, RawCallback, Refund, Reject, Report, Verdict, charged_in,
    clipped, own,
    wire::{Api, Digits, credential, error_code, fits_path, lower, mac_matches, minor_units, page, read},
};
use crate::{BadSetting, Http, Secret};

/// Carries the time and the signatures of an event.
const SIGNATURE: &str = "stripe-signature";
/// An event older than this may be somebody's repetition.
const TOLERANCE: Span = Span::seconds(300);
const MAX_NAME: usize = 250;
/// How the names of payment intents begin.
const INTENT: &str = "pi_";
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

    /// The session of this name, with what became of its charge; or of the payment intent of this name.
    async fn session(&self, name: &str, timeout: Duration) -> Result<Option<Session>, GatewayError> {
        #[derive(Deserialize)]
        struct Found {
            data: Vec<Session>,
        }
        if !fits_path(name) {
            return Ok(None);
        }
        if !name.starts_with(INTENT) {
            let path = format!("/v1/checkout/sessions/{name}?expand%5B%5D=payment_intent.latest_charge");
            let found: Option<Session> = self.api.find(self.authorized(Method::GET, &path)?, timeout).await?;
            return Ok(found.filter(|found| found.id == name));
        }
        let path = format!("/v1/checkout/sessions?payment_intent={name}&limit=1&expand%5B%5D=data.payment_intent.latest_charge");
        let found: Found = self.api.call(self.authorized(Method::GET, &path)?, timeout).await?;
        Ok(found.data.into_iter().find(|found| found.is_ours() && found.intent() == Some(name)))
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
        let object = event.data.object.get();
        let Some(what) = event.kind.strip_prefix("checkout.session.") else { return Ok(money_back(&event.kind, object)) };
        let Ok(session) = serde_json::from_str::<Session>(object) else {
            return Ok(Verdict::Ignore("a session that cannot be read"));
        };
        if !session.is_ours() {
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
        let Some(found) = self.session(name, timeout).await? else { return Ok(None) };
        found.report(found.status()).map(Some).ok_or(GatewayError::Garbled)
    }

    /// All that is left of the session's charge goes back: a part may have gone before.
    async fn refund(&self, refund: &Refund<'_>, timeout: Duration) -> Result<(), GatewayError> {
        #[derive(Deserialize)]
        struct Created {
            status: Option<String>,
        }
        own(Gateway::Stripe, refund)?;
        let (name, each) = (refund.payment.reference(), timeout.checked_div(2).unwrap_or(timeout));
        let unknown = || GatewayError::Refused("the gateway knows no such payment".to_owned());
        let session = self.session(name, each).await?.ok_or_else(unknown)?;
        match session.status() {
            ReportedStatus::Refunded => return Ok(()),
            ReportedStatus::Paid if session.amount() == Some(refund.amount) => {}
            _ => return Err(unknown()),
        }
        let request = self.authorized(Method::POST, "/v1/refunds")?.header("Idempotency-Key", format!("refund-{name}"));
        let request = request.form(&[("payment_intent", session.intent().ok_or_else(unknown)?)]);
        let answer = self.api.send(request, each).await?;
        if error_code(&answer).as_deref() == Some("charge_already_refunded") {
            return Ok(());
        }
        match read::<Created>(&answer)?.status.as_deref() {
            Some(status @ ("failed" | "canceled")) => Err(GatewayError::Refused(format!("the refund is {status}"))),
            _ => Ok(()),
        }
    }
}

/// An event of a charge that went back: which session it was is the gateway's to say, and so is what is left of it.
fn money_back(kind: &str, object: &str) -> Verdict {
    #[derive(Deserialize)]
    struct Told {
        #[serde(default)]
        payment_intent: Option<Expandable<Intent>>,
        /// Of a charge: whether all of it went back.
        #[serde(default)]
        refunded: bool,
        /// Of a dispute.
        #[serde(default)]
        status: Option<String>,
    }
    let told = match (kind, serde_json::from_str::<Told>(object)) {
        ("charge.refunded" | "charge.dispute.created", Ok(told)) => told,
        ("charge.refunded" | "charge.dispute.created", Err(_)) => return Verdict::Ignore("a charge that cannot be read"),
        _ => return Verdict::Ignore("an event of another type"),
    };
    // A part that went back is between the operator and the customer; a bank that only asks takes nothing.
    let asks = told.status.as_deref().is_some_and(|status| status.starts_with("warning"));
    if (kind == "charge.refunded" && !told.refunded) || asks {
        return Verdict::Ignore("a charge that the shop keeps");
    }
    let intent = told.payment_intent.as_ref().map(Expandable::id).filter(|id| id.starts_with(INTENT) && fits_path(id));
    let payment = intent.and_then(|intent| PaymentId::new(Gateway::Stripe, intent).ok());
    payment.map_or(Verdict::Ignore("a charge of somebody else's"), |payment| {
        Verdict::Confirm(Hint { claimed: Report::of(payment, ReportedStatus::Refunded) })
    })
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
    #[serde(default)]
    payment_intent: Option<Expandable<Intent>>,
}

/// A name, or the thing itself where it was asked for.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Expandable<T> {
    Name(String),
    Whole(T),
}

#[derive(Debug, Deserialize)]
struct Intent {
    id: String,
    #[serde(default)]
    latest_charge: Option<Expandable<Charge>>,
}

#[derive(Debug, Deserialize)]
struct Charge {
    /// All of it.
    #[serde(default)]
    refunded: bool,
    /// The payer's bank took it back.
    #[serde(default)]
    disputed: bool,
}

impl Expandable<Intent> {
    fn id(&self) -> &str {
        match self {
            Self::Name(id) | Self::Whole(Intent { id, .. }) => id,
        }
    }

    fn went_back(&self) -> bool {
        let Self::Whole(Intent { latest_charge: Some(Expandable::Whole(charge)), .. }) = self else { return false };
        charge.refunded || charge.disputed
    }
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

    fn is_ours(&self) -> bool {
        self.mode.as_deref() == Some("payment") && self.reference().is_some()
    }

    fn intent(&self) -> Option<&str> {
        self.payment_intent.as_ref().map(Expandable::id)
    }

    fn amount(&self) -> Option<Money> {
        self.amount_total.as_ref().zip(self.currency.as_deref()).and_then(|(digits, currency)| digits.minor(currency))
    }

    /// A session can be complete and unpaid: bank debits take days.
    fn status(&self) -> ReportedStatus {
        match (self.payment_status.as_deref(), self.status.as_deref()) {
            (Some("paid"), _) if self.payment_intent.as_ref().is_some_and(Expandable::went_back) => ReportedStatus::Refunded,
            (Some("paid"), _) => ReportedStatus::Paid,
            (Some("unpaid"), Some("expired")) => ReportedStatus::Expired,
            (Some("unpaid"), _) => ReportedStatus::Pending,
            _ => ReportedStatus::Unknown,
        }
    }

    fn report(&self, status: ReportedStatus) -> Option<Report> {
        let payment = PaymentId::new(Gateway::Stripe, self.id.as_str()).ok()?;
        Some(Report { reference: self.reference().map(str::to_owned), amount: self.amount(), ..Report::of(payment, status) })
    }
}
