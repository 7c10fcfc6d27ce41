//! What each gateway is asked, to the letter of its documentation.

use clients::payment::{Awaited, GatewayError, PaymentGateway};
use data_encoding::{BASE64, HEXLOWER};
use domain::{Currency, Money, payment::Gateway};
use md5::{Digest, Md5};
use serde_json::{Value, json};

use crate::{
    fixtures::{AUTHORITY, KEY, LONG, NOW, UUID, agreeable, build, invoice},
    support::{Peer, Play, Seen},
};

const REFERENCE: &str = "AE6MH2ZS5BGXLQNEP3LCJ4T2VYUVL3R65DPQHVRPDLDYA-2";
const HOOK: &str = "https://shop.example/payments/some/callback";
const BOT: &str = "https://t.me/wave_shop_bot";

/// The request that opens an invoice of `amount`.
async fn opened(kind: Gateway, amount: &str, currency: Currency) -> Seen {
    let peer = Peer::start(agreeable).await;
    let amount = Money::parse(amount, currency).expect("money");
    build(kind, &peer.url).open(&invoice(amount), NOW, LONG).await.unwrap_or_else(|error| panic!("{kind}: {error}"));
    let mut seen = peer.seen();
    assert_eq!(seen.len(), 1);
    seen.remove(0)
}

fn form(text: &str) -> Vec<(String, String)> {
    let url = reqwest::Url::parse(&format!("https://form/?{text}")).expect("a form");
    url.query_pairs().map(|(key, value)| (key.into_owned(), value.into_owned())).collect()
}

fn value<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn zarinpal_is_asked_in_rials_whatever_the_quote() {
    for (amount, currency) in [("150000", Currency::Irt), ("1500000", Currency::Irr)] {
        let seen = opened(Gateway::ZarinPal, amount, currency).await;
        assert_eq!(seen.call(), "POST /pg/v4/payment/request.json");
        assert_eq!(
            seen.json(),
            json!({"merchant_id": UUID, "amount": 1_500_000, "currency": "IRR", "callback_url": format!("{HOOK}?order={REFERENCE}"),
                   "description": "50 GiB, 30 days", "metadata": {"order_id": REFERENCE}})
        );
    }
    let gateway = build(Gateway::ZarinPal, "http://127.0.0.1:1");
    let small = gateway.open(&invoice(Money::whole(99, Currency::Irt)), NOW, LONG).await;
    assert!(matches!(small, Err(GatewayError::Refused(_))), "{small:?}");
}

#[tokio::test]
async fn a_zarinpal_verification_names_the_orders_own_amount_and_nothing_else() {
    let paid = json!({"data": {"code": 101, "message": "Verified", "ref_id": 201, "card_pan": "502229******5995", "fee": 0}, "errors": []});
    let peer = Peer::always(Play::Answer(200, paid.to_string())).await;
    let gateway = build(Gateway::ZarinPal, &peer.url);
    let quote = Money::whole(150_000, Currency::Irt);
    let awaited = Awaited { name: AUTHORITY, reference: REFERENCE, quote };
    let report = gateway.confirm(AUTHORITY, Some(&awaited), LONG).await.expect("an answer").expect("a report");
    assert_eq!((report.amount, report.reference.as_deref(), report.trace.as_deref()), (Some(quote), Some(REFERENCE), Some("201")));
    assert_eq!(report.payment.reference(), AUTHORITY, "a bank's number may come again; an authority does not");
    assert_eq!(peer.seen()[0].json(), json!({"merchant_id": UUID, "amount": 1_500_000, "authority": AUTHORITY}));

    let other = AUTHORITY.replace('w', "x");
    for (name, awaited) in [(AUTHORITY, None), (other.as_str(), Some(&awaited)), ("A'", Some(&Awaited { name: "A'", ..awaited }))] {
        assert_eq!(gateway.confirm(name, awaited, LONG).await, Ok(None), "{name}");
    }
    assert_eq!(peer.calls().len(), 1, "money that no order waits for is not taken");
}

#[tokio::test]
async fn a_nowpayments_invoice() {
    let seen = opened(Gateway::NowPayments, "4.50", Currency::Usd).await;
    assert_eq!((seen.call().as_str(), seen.header("x-api-key")), ("POST /v1/invoice", Some(KEY)));
    assert_eq!(
        seen.json(),
        json!({"price_amount": 4.5, "price_currency": "usd", "order_id": REFERENCE, "order_description": "50 GiB, 30 days", "ipn_callback_url": HOOK,
               "success_url": BOT, "cancel_url": BOT, "partially_paid_url": BOT, "is_fixed_rate": true, "is_fee_paid_by_user": false})
    );
    let peer = Peer::start(agreeable).await;
    let mut persian = invoice(Money::whole(4, Currency::Usd));
    persian.description = "۵۰ گیگ";
    build(Gateway::NowPayments, &peer.url).open(&persian, NOW, LONG).await.expect("opened");
    assert_eq!(peer.seen()[0].json()["order_description"], REFERENCE, "nothing that an alphabet could break under a signature");
}

#[tokio::test]
async fn a_cryptomus_request_is_signed_as_it_is_sent() {
    for kind in [Gateway::Cryptomus, Gateway::Heleket] {
        let seen = opened(kind, "4.5", Currency::Usd).await;
        assert_eq!((seen.call().as_str(), seen.header("merchant")), ("POST /v1/payment", Some(UUID)));
        let signature = HEXLOWER.encode(&Md5::digest(format!("{}{KEY}", BASE64.encode(&seen.body))));
        assert_eq!(seen.header("sign"), Some(signature.as_str()));
        assert_eq!(
            seen.json(),
            json!({"amount": "4.50", "currency": "USD", "order_id": REFERENCE, "url_callback": HOOK, "url_return": BOT, "url_success": BOT,
                   "lifetime": 1800, "is_payment_multiple": false, "subtract": 0, "accuracy_payment_percent": 0})
        );
    }
}

#[tokio::test]
async fn a_plisio_invoice() {
    let seen = opened(Gateway::Plisio, "4.50", Currency::Usd).await;
    assert_eq!(seen.call(), "GET /api/v1/invoices/new");
    let query = form(seen.target.split_once('?').expect("a query").1);
    for (name, expected) in [
        ("api_key", KEY),
        ("source_currency", "USD"),
        ("source_amount", "4.50"),
        ("order_number", REFERENCE),
        ("callback_url", &format!("{HOOK}?json=true")),
        ("expire_min", "30"),
    ] {
        assert_eq!(value(&query, name), Some(expected), "{name}");
    }
}

#[tokio::test]
async fn a_yookassa_payment() {
    let seen = opened(Gateway::YooKassa, "299", Currency::Rub).await;
    assert_eq!((seen.call().as_str(), seen.header("idempotence-key")), ("POST /v3/payments", Some(REFERENCE)));
    let basic = format!("Basic {}", BASE64.encode(format!("100500:{KEY}").as_bytes()));
    assert_eq!(seen.header("authorization"), Some(basic.as_str()));
    assert_eq!(
        seen.json(),
        json!({"amount": {"value": "299.00", "currency": "RUB"}, "capture": true, "confirmation": {"type": "redirect", "return_url": BOT},
               "description": "50 GiB, 30 days", "metadata": {"order_id": REFERENCE}})
    );
}

#[tokio::test]
async fn a_platega_transaction() {
    let seen = opened(Gateway::Platega, "299", Currency::Rub).await;
    assert_eq!(
        (seen.call().as_str(), seen.header("x-merchantid"), seen.header("x-secret")),
        ("POST /transaction/process", Some(UUID), Some(KEY))
    );
    assert_eq!(
        seen.json(),
        json!({"paymentMethod": 2, "paymentDetails": {"amount": 299, "currency": "RUB"}, "description": "50 GiB, 30 days", "return": BOT,
               "failedUrl": BOT, "payload": REFERENCE})
    );
}

#[tokio::test]
async fn a_tribute_order() {
    let seen = opened(Gateway::Tribute, "299", Currency::Rub).await;
    assert_eq!((seen.call().as_str(), seen.header("api-key")), ("POST /api/v1/shop/orders", Some(KEY)));
    let body = seen.json();
    assert_eq!((&body["amount"], &body["currency"], &body["period"]), (&json!(29_900), &json!("rub"), &json!("onetime")));
    assert_eq!((&body["customerId"], &body["successUrl"], &body["failUrl"]), (&json!(REFERENCE), &json!(BOT), &json!(BOT)));
}

#[tokio::test]
async fn a_stripe_session_and_its_idempotency() {
    let seen = opened(Gateway::Stripe, "4.50", Currency::Usd).await;
    assert_eq!(
        (seen.call().as_str(), seen.header("authorization")),
        ("POST /v1/checkout/sessions", Some(format!("Bearer {KEY}").as_str()))
    );
    assert_eq!(seen.header("content-type"), Some("application/x-www-form-urlencoded"));
    let body = form(std::str::from_utf8(&seen.body).expect("text"));
    for (name, expected) in [
        ("mode", "payment"),
        ("success_url", BOT),
        ("cancel_url", BOT),
        ("client_reference_id", REFERENCE),
        ("metadata[order_id]", REFERENCE),
        ("line_items[0][quantity]", "1"),
        ("line_items[0][price_data][currency]", "usd"),
        ("line_items[0][price_data][unit_amount]", "450"),
        ("expires_at", &NOW.plus(domain::time::Span::minutes(31)).seconds().to_string()),
    ] {
        assert_eq!(value(&body, name), Some(expected), "{name}");
    }
    let key = seen.header("idempotency-key").expect("a key").to_owned();
    assert!(key.starts_with(REFERENCE));
    let again = opened(Gateway::Stripe, "4.50", Currency::Usd).await;
    assert_eq!(again.header("idempotency-key"), Some(key.as_str()), "the same request, the same session");
    let other = opened(Gateway::Stripe, "4.51", Currency::Usd).await;
    assert_ne!(other.header("idempotency-key"), Some(key.as_str()), "another request under one key would be refused");
}

#[tokio::test]
async fn a_page_that_must_lead_back_is_not_opened_without_a_way_back() {
    for kind in [Gateway::YooKassa, Gateway::Platega, Gateway::Stripe] {
        let mut invoice = invoice(crate::fixtures::price(kind));
        invoice.return_url = None;
        let opened = build(kind, "http://127.0.0.1:1").open(&invoice, NOW, LONG).await;
        assert!(matches!(opened, Err(GatewayError::Unavailable(_))), "{kind}: {opened:?}");
    }
}

/// How a look-up of `name` is asked for.
async fn asked(gateway: &dyn PaymentGateway, peer: &Peer, name: &str) -> Option<(String, Value)> {
    assert_eq!(gateway.confirm(name, None, LONG).await, Ok(None));
    peer.seen().pop().map(|seen| (seen.call(), seen.json()))
}

#[tokio::test]
async fn a_look_up_asks_for_one_payment_and_for_nothing_that_is_no_name() {
    let cases = [
        (Gateway::Cryptomus, "POST /v1/payment/info", json!({"uuid": UUID})),
        (Gateway::NowPayments, &*format!("GET /v1/payment/{UUID}"), Value::Null),
        (Gateway::Plisio, &format!("GET /api/v1/operations/{UUID}"), Value::Null),
        (Gateway::YooKassa, &format!("GET /v3/payments/{UUID}"), Value::Null),
        (Gateway::Platega, &format!("GET /transaction/{UUID}"), Value::Null),
        (Gateway::Tribute, &format!("GET /api/v1/shop/orders/{UUID}"), Value::Null),
        (Gateway::Stripe, &format!("GET /v1/checkout/sessions/{UUID}"), Value::Null),
    ];
    for (kind, call, body) in cases {
        let peer = Peer::always(Play::Answer(404, "{}".into())).await;
        let gateway = build(kind, &peer.url);
        assert_eq!(asked(&*gateway, &peer, UUID).await, Some((call.to_owned(), body)), "{kind}");
        if kind == Gateway::Cryptomus {
            continue;
        }
        for name in ["", "../refunds", "a/b", "a?b=c", "a b", "ä", &"a".repeat(200)] {
            assert_eq!(gateway.confirm(name, None, LONG).await, Ok(None), "{kind} {name}");
        }
        assert_eq!(peer.calls().len(), 1, "{kind}");
    }
}
