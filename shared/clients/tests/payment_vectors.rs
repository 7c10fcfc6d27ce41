//! Callbacks and updates that two independent implementations agree on, from the file named by `PAYMENT_VECTORS`.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::{collections::BTreeMap, io::Write};

use clients::{
    Http, Secret,
    payment::{CryptoPay, PaymentGateway, RawCallback, Report, Verdict, report_of},
    telegram::{Content, Update, secret_matches},
};
use domain::{Money, payment::ReportedStatus};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Vector {
    id: String,
    provider: String,
    tier: String,
    secret: Value,
    headers: BTreeMap<String, String>,
    raw_body: String,
    valid: bool,
    #[serde(default)]
    expect: BTreeMap<String, Value>,
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
            ("provider_ref", report.payment.reference().into()),
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
    let minor = amount.whole_units().map_or(Value::Null, Value::from);
    [("amount", amount.amount_text().into()), ("amount_minor", minor), ("currency", amount.currency().code().into())]
}

fn decimal(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// `None`: the gateway is not ours.
fn run(vector: &Vector) -> Option<Outcome> {
    let secret = Secret::new(vector.secret.as_str().unwrap_or_default());
    match vector.provider.as_str() {
        "telegram_stars" => Some(telegram(vector, &secret)),
        "cryptopay" => Some(crypto_pay(vector, secret)),
        _ => None,
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

fn crypto_pay(vector: &Vector, secret: Secret) -> Outcome {
    let gateway = CryptoPay::new(Http::new().expect("a client"), "https://pay.crypt.bot", secret).expect("a gateway");
    let mut headers = HeaderMap::new();
    for (name, value) in &vector.headers {
        headers.append(HeaderName::from_bytes(name.as_bytes()).expect("a name"), HeaderValue::from_str(value).expect("a value"));
    }
    match gateway.verify_callback(&RawCallback { headers: &headers, query: "", body: vector.raw_body.as_bytes(), source_ip: None, now: domain::Timestamp::EPOCH }) {
        Err(_) => Outcome::default(),
        Ok(Verdict::Ignore(_) | Verdict::Confirm(_)) => Outcome::ignored(),
        Ok(Verdict::Report(report)) => Outcome::of_report(&report),
    }
}

#[test]
fn payment_vectors() {
    let file = std::env::var("PAYMENT_VECTORS").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/payment-vectors.json").to_owned());
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let vectors: Vec<Vector> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
    let (mut passed, mut failed, mut skipped) = (0_u32, Vec::new(), 0_u32);
    for vector in &vectors {
        match run(vector).filter(|_| vector.tier == "must") {
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
