//! Callbacks and updates that two independent implementations agree on, from the file named by `PAYMENT_VECTORS`.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

#[expect(dead_code, reason = "other tests need more of it")]
mod support;

use std::{collections::BTreeMap, io::Write, net::IpAddr, time::Duration};

use clients::{
    Http, Secret,
    payment::{
        Awaited, CryptoPay, Cryptomus, CryptomusSettings, Hint, NowPayments, NowPaymentsSettings, PaymentGateway, Platega, PlategaSettings,
        Plisio, PlisioSettings, RawCallback, Report, Stripe, StripeSettings, Tribute, TributeSettings, Verdict, YooKassa, YooKassaSettings,
        ZarinPal, ZarinPalSettings, report_of,
    },
    telegram::{Content, Update, secret_matches},
};
use domain::{Currency, Money, Timestamp, payment::ReportedStatus};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::Value;
use support::{Peer, Play};

#[derive(Deserialize)]
struct Vector {
    id: String,
    provider: String,
    kind: String,
    tier: String,
    method: String,
    secret: Value,
    headers: BTreeMap<String, String>,
    raw_body: String,
    valid: bool,
    #[serde(default)]
    expect: BTreeMap<String, Value>,
    /// Seconds since 1970 at which it arrived.
    #[serde(default)]
    now: i64,
    #[serde(default)]
    source_ip: Option<IpAddr>,
    /// What the gateway answers when it is asked.
    #[serde(default)]
    refetch_response: Option<Value>,
    #[serde(default)]
    verify_response: Option<Value>,
    #[serde(default)]
    verify_http: Option<u16>,
    #[serde(default)]
    order: Option<VectorOrder>,
}

#[derive(Deserialize)]
struct VectorOrder {
    order_id: String,
    authority: String,
    amount_irr: u32,
}

impl Vector {
    fn secret(&self, name: &str) -> Secret {
        Secret::new(self.secret.get(name).unwrap_or(&self.secret).as_str().unwrap_or_default())
    }
}

/// What came of a vector, in the words of its `expect`.
#[derive(Default)]
struct Outcome {
    authentic: bool,
    facts: BTreeMap<&'static str, Value>,
}

impl Outcome {
    fn of_report(report: &Report) -> Self {
        let event = match report.status {
            ReportedStatus::Paid => "paid",
            ReportedStatus::Refunded => "refunded",
            ReportedStatus::Expired => "expired",
            ReportedStatus::Pending => "pending",
            ReportedStatus::NeedsReview => "needs_review",
            ReportedStatus::Failed => "failed",
            ReportedStatus::Unknown => "unknown",
        };
        let mut facts = BTreeMap::from([
            ("event", event.into()),
            ("provider_ref", report.trace.as_deref().unwrap_or(report.payment.reference()).into()),
            ("order_id", report.reference.clone().into()),
            ("recurring", report.recurring.into()),
        ]);
        if let Some(amount) = report.amount {
            facts.extend(amount_facts(amount));
        }
        if let Some(payer) = report.payer {
            facts.insert("user_id", payer.get().into());
        }
        Self { authentic: true, facts }
    }

    fn ignored() -> Self {
        Self { authentic: true, facts: BTreeMap::from([("event", "ignored".into())]) }
    }

    /// Whether the outcome is the vector's. A fact that we do not report is not compared; an amount is compared as a number.
    fn agrees_with(&self, vector: &Vector) -> bool {
        if !vector.valid {
            // Either nobody believes it, or it is not a payment.
            return !self.authentic || self.facts.get("event") != Some(&"paid".into());
        }
        let same = |name: &str, expected: &Value| match (name, self.facts.get(name)) {
            (_, Some(ours)) if ours == expected => true,
            ("amount", Some(ours)) => decimal(ours) == decimal(expected),
            ("event", ours) => ours.is_some() && expected != "paid" && self.facts.get("event") != Some(&"paid".into()),
            (_, ours) => ours.is_none(),
        };
        self.authentic && vector.expect.iter().all(|(name, expected)| same(name, expected))
    }
}

fn amount_facts(amount: Money) -> [(&'static str, Value); 3] {
    let mut units = amount.amount();
    units.rescale(amount.currency().exponent());
    let minor = i64::try_from(units.mantissa()).map_or(Value::Null, Value::from);
    [("amount", amount.amount_text().into()), ("amount_minor", minor), ("currency", amount.currency().code().into())]
}

fn decimal(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A merchant's id where a vector names none.
const MERCHANT: &str = "c26b80a8-9549-4a66-bb53-774f12809249";

/// The vector's gateway, at its own address or at a stand-in's. `None`: it is not ours.
fn gateway(vector: &Vector, stand_in: Option<&str>) -> Option<Box<dyn PaymentGateway>> {
    let http = Http::new().expect("a client");
    let url = |real: &str| stand_in.unwrap_or(real).to_owned();
    let key = || vector.secret("");
    Some(match vector.provider.as_str() {
        "cryptopay" => Box::new(CryptoPay::new(http, &url("https://pay.crypt.bot"), key()).expect("a gateway")),
        "nowpayments" => {
            let settings =
                NowPaymentsSettings { api_url: url(NowPaymentsSettings::API_URL), api_key: Secret::new("unused"), ipn_secret: key() };
            Box::new(NowPayments::new(http, &settings).expect("a gateway"))
        }
        "cryptomus" => {
            Box::new(Cryptomus::at_cryptomus(http, &cryptomus(vector, url(CryptomusSettings::CRYPTOMUS_API_URL))).expect("a gateway"))
        }
        "heleket" => Box::new(Cryptomus::at_heleket(http, &cryptomus(vector, url(CryptomusSettings::HELEKET_API_URL))).expect("a gateway")),
        "plisio" => {
            Box::new(Plisio::new(http, &PlisioSettings { api_url: url(PlisioSettings::API_URL), api_key: key() }).expect("a gateway"))
        }
        "zarinpal" => {
            let settings = ZarinPalSettings { api_url: url(ZarinPalSettings::API_URL), merchant_id: vector.secret("merchant_id") };
            Box::new(ZarinPal::new(http, &settings).expect("a gateway"))
        }
        "yookassa" => {
            let (shop_id, secret_key) = (vector.secret("shop_id").expose().to_owned(), vector.secret("secret_key"));
            let settings = YooKassaSettings { api_url: url(YooKassaSettings::API_URL), shop_id, secret_key, receipt_email: None };
            Box::new(YooKassa::new(http, &settings).expect("a gateway"))
        }
        "platega" => {
            let (merchant_id, secret) = (vector.secret("merchant_id"), vector.secret("secret"));
            let settings = PlategaSettings {
                api_url: url(PlategaSettings::API_URL),
                merchant_id,
                secret,
                payment_method: PlategaSettings::PAYMENT_METHOD,
            };
            Box::new(Platega::new(http, &settings).expect("a gateway"))
        }
        "tribute" => {
            Box::new(Tribute::new(http, &TributeSettings { api_url: url(TributeSettings::API_URL), api_key: key() }).expect("a gateway"))
        }
        "stripe" => {
            let settings =
                StripeSettings { api_url: url(StripeSettings::API_URL), secret_key: Secret::new("unused"), webhook_secret: key() };
            Box::new(Stripe::new(http, &settings).expect("a gateway"))
        }
        _ => return None,
    })
}

fn cryptomus(vector: &Vector, api_url: String) -> CryptomusSettings {
    CryptomusSettings { api_url, merchant_id: Secret::new(MERCHANT), payment_key: vector.secret("") }
}

async fn run(vector: &Vector) -> Option<Outcome> {
    match (vector.provider.as_str(), vector.kind.as_str()) {
        ("telegram_stars", _) => Some(telegram(vector, &vector.secret(""))),
        ("cryptomus" | "heleket", "request_signature") => Some(signed_request(vector)),
        _ => match gateway(vector, None) {
            Some(gateway) => Some(callback(vector, &*gateway).await),
            None => None,
        },
    }
}

/// What we send is signed over its bytes.
fn signed_request(vector: &Vector) -> Outcome {
    let gateway =
        Cryptomus::at_cryptomus(Http::new().expect("a client"), &cryptomus(vector, CryptomusSettings::CRYPTOMUS_API_URL.to_owned()));
    let ours = gateway.expect("a gateway").signature(vector.raw_body.as_bytes());
    Outcome { authentic: vector.headers.get("sign") == Some(&ours), facts: BTreeMap::new() }
}

async fn callback(vector: &Vector, gateway: &dyn PaymentGateway) -> Outcome {
    let mut headers = HeaderMap::new();
    for (name, value) in &vector.headers {
        headers.append(HeaderName::from_bytes(name.as_bytes()).expect("a name"), HeaderValue::from_str(value).expect("a value"));
    }
    let (query, body) = if vector.method == "GET" { (vector.raw_body.as_str(), "") } else { ("", vector.raw_body.as_str()) };
    let now = Timestamp::from_seconds(vector.now);
    match gateway.verify_callback(&RawCallback { headers: &headers, query, body: body.as_bytes(), source_ip: vector.source_ip, now }) {
        Err(_) => Outcome::default(),
        Ok(Verdict::Ignore(_)) => Outcome::ignored(),
        Ok(Verdict::Report(report)) => Outcome::of_report(&report),
        Ok(Verdict::Confirm(hint)) => confirmed(vector, &hint).await,
    }
}

/// Asks a stand-in that answers as the vector says, and holds the answer to what the order was opened for.
async fn confirmed(vector: &Vector, hint: &Hint) -> Outcome {
    let claimed = &hint.claimed;
    let answer = match (&vector.refetch_response, &vector.verify_response) {
        (Some(answer), _) | (None, Some(answer)) => Play::Answer(vector.verify_http.unwrap_or(200), answer.to_string()),
        // What is signed was said by the gateway; asking again is our own caution.
        (None, None) if vector.kind == "signature" => return Outcome::of_report(claimed),
        (None, None) => Play::Answer(404, String::new()),
    };
    let peer = Peer::always(answer).await;
    let gateway = gateway(vector, Some(&peer.url)).expect("a gateway");
    let (name, reference, quote) = match &vector.order {
        Some(order) => (order.authority.as_str(), order.order_id.as_str(), Some(Money::whole(order.amount_irr, Currency::Irr))),
        None => (claimed.payment.reference(), claimed.reference.as_deref().unwrap_or_default(), claimed.amount),
    };
    let awaited = quote.map(|quote| Awaited { name, reference, quote });
    match gateway.confirm(claimed.payment.reference(), awaited.as_ref(), Duration::from_secs(10)).await {
        Ok(Some(report)) if report.status == ReportedStatus::Paid && report.amount != quote => {
            Outcome { authentic: true, facts: BTreeMap::from([("event", "amount_mismatch".into())]) }
        }
        Ok(Some(report)) => Outcome::of_report(&report),
        Ok(None) | Err(_) => Outcome::ignored(),
    }
}

fn telegram(vector: &Vector, secret: &Secret) -> Outcome {
    let header = vector.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-telegram-bot-api-secret-token"));
    if !secret_matches(header.map(|(_, value)| value.as_str()), secret) {
        return Outcome::default();
    }
    match Update::decode(vector.raw_body.as_bytes()).map(|update| update.content) {
        Ok(Content::Message(message)) => {
            let report = match (&message.from, &message.successful_payment, &message.refunded_payment) {
                (Some(from), Some(payment), _) => report_of(payment, from.id).ok(),
                (Some(from), None, Some(payment)) => clients::payment::refund_report_of(payment, from.id).ok(),
                _ => None,
            };
            report.map_or_else(Outcome::ignored, |report| Outcome::of_report(&report))
        }
        Ok(Content::PreCheckoutQuery(query)) => {
            let facts = [
                ("event", "pre_checkout".into()),
                ("order_id", query.invoice_payload.as_str().into()),
                ("amount_minor", query.total_amount.into()),
                ("currency", query.currency.as_str().into()),
                ("user_id", query.from.id.get().into()),
            ];
            Outcome { authentic: true, facts: facts.into() }
        }
        Ok(_) | Err(_) => Outcome::ignored(),
    }
}

#[tokio::test]
async fn payment_vectors() {
    let file = std::env::var("PAYMENT_VECTORS")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/payment-vectors.json").to_owned());
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let vectors: Vec<Vector> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
    let (mut passed, mut failed, mut skipped) = (0_u32, Vec::new(), 0_u32);
    for vector in &vectors {
        match run(vector).await.filter(|_| vector.tier == "must") {
            None => skipped += 1,
            Some(outcome) if outcome.agrees_with(vector) => passed += 1,
            Some(_) => failed.push(vector.id.as_str()),
        }
    }
    // Past the harness, which keeps what `println` prints to itself: the count is what whoever runs a file of vectors wants to see.
    writeln!(std::io::stdout(), "payment vectors: {passed} passed, {} failed, {skipped} skipped", failed.len()).expect("written");
    assert!(failed.is_empty(), "failed: {failed:?}");
    assert!(passed > 0, "{file} holds no vector of a gateway of ours");
}
