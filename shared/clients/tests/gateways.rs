//! What every payment gateway keeps, and what each one does besides.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]
#![expect(clippy::indexing_slicing, reason = "a missing value fails the test")]

mod support;

use std::{sync::Arc, time::Duration};

use clients::{
    Http, Secret,
    payment::{
        Awaited, Card, CardInstructions, CryptoPay, Cryptomus, CryptomusSettings, GatewayError, Invoice, NowPayments, NowPaymentsSettings, OpenAction,
        PaymentGateway, Platega, PlategaSettings, Plisio, PlisioSettings, RawCallback, Refund, Reject, Stars, Stripe, StripeSettings, Tribute,
        TributeSettings, Verdict, YooKassa, YooKassaSettings, ZarinPal, ZarinPalSettings, report_of,
    },
    telegram::{SuccessfulPayment, Telegram},
};
use data_encoding::HEXLOWER;
use domain::{
    Currency, Language, Money, TelegramUserId, Timestamp,
    payment::{Gateway, PaymentId, ReportedStatus, gateway_currencies},
};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use support::{Peer, Play, Seen};

const BOT_TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
const APP_TOKEN: &str = "12345:AAzQcZWQqQAbsfgPnOLr4FHC8Doa4L7KryC";
const UUID: &str = "1344b5d4-0048-11e8-94db-005056a205be";
/// The credential of every gateway that has nothing more special.
const KEY: &str = "8LEfCIhEwSApKj02NM0jI-1urGthaqprSArbfzTAcvAIpMQu";
const CARD: &str = "6037-9911 1111 1111";
const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const LONG: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_millis(150);

fn build(gateway: Gateway, url: &str) -> Arc<dyn PaymentGateway> {
    let http = Http::new().expect("a client");
    match gateway {
        Gateway::TelegramStars => Arc::new(Stars::new(Telegram::new(http, url, Secret::new(BOT_TOKEN)).expect("a bot"))),
        Gateway::Card => Arc::new(Card::new(CARD, "Nima R.").expect("a card")),
        Gateway::CryptoPay => Arc::new(CryptoPay::new(http, url, Secret::new(APP_TOKEN)).expect("an app")),
        Gateway::ZarinPal => Arc::new(ZarinPal::new(http, &ZarinPalSettings { api_url: url.into(), merchant_id: Secret::new(UUID) }).expect("a merchant")),
        Gateway::NowPayments => {
            let settings = NowPaymentsSettings { api_url: url.into(), api_key: Secret::new(KEY), ipn_secret: Secret::new(KEY) };
            Arc::new(NowPayments::new(http, &settings).expect("an account"))
        }
        Gateway::Heleket => Arc::new(Cryptomus::at_heleket(http, &cryptomus(url)).expect("a merchant")),
        Gateway::Cryptomus => Arc::new(Cryptomus::at_cryptomus(http, &cryptomus(url)).expect("a merchant")),
        Gateway::Plisio => Arc::new(Plisio::new(http, &PlisioSettings { api_url: url.into(), api_key: Secret::new(KEY) }).expect("a shop")),
        Gateway::YooKassa => {
            let settings = YooKassaSettings { api_url: url.into(), shop_id: "100500".into(), secret_key: Secret::new(KEY), receipt_email: None };
            Arc::new(YooKassa::new(http, &settings).expect("a shop"))
        }
        Gateway::Platega => {
            let settings = PlategaSettings { api_url: url.into(), merchant_id: Secret::new(UUID), secret: Secret::new(KEY), payment_method: 2 };
            Arc::new(Platega::new(http, &settings).expect("a merchant"))
        }
        Gateway::Tribute => Arc::new(Tribute::new(http, &TributeSettings { api_url: url.into(), api_key: Secret::new(KEY) }).expect("an account")),
        Gateway::Stripe => {
            let settings = StripeSettings { api_url: url.into(), secret_key: Secret::new(KEY), webhook_secret: Secret::new(KEY) };
            Arc::new(Stripe::new(http, &settings).expect("an account"))
        }
    }
}

fn cryptomus(url: &str) -> CryptomusSettings {
    CryptomusSettings { api_url: url.into(), merchant_id: Secret::new(UUID), payment_key: Secret::new(KEY) }
}

fn invoice(amount: Money) -> Invoice<'static> {
    Invoice {
        reference: "AE6MH2ZS5BGXLQNEP3LCJ4T2VYUVL3R65DPQHVRPDLDYA-2",
        amount,
        title: "۵۰ گیگ، ۳۰ روز — a plan with a very long name indeed",
        description: "50 GiB, 30 days",
        language: Language::Persian,
        expires_at: NOW.plus(domain::time::Span::minutes(30)),
        callback_url: "https://shop.example/payments/some/callback",
        return_url: Some("https://t.me/wave_shop_bot"),
    }
}

fn price(gateway: Gateway) -> Money {
    Money::whole(150, gateway_currencies(gateway)[0])
}

/// A stand-in that invoices whatever it is asked to, in the documented shapes.
fn agreeable(seen: &Seen, _: usize) -> Play {
    let page = "https://pay.example/1";
    let answer = match seen.call().as_str() {
        call if call.ends_with("/createInvoiceLink") => json!({"ok": true, "result": "https://t.me/$abc"}),
        "POST /api/createInvoice" => {
            json!({"ok": true, "result": {"invoice_id": 528_890, "status": "active", "amount": "1", "bot_invoice_url": page, "later": {}}})
        }
        "POST /pg/v4/payment/request.json" => json!({"data": {"code": 100, "message": "Success", "authority": AUTHORITY, "fee": 0}, "errors": []}),
        "POST /v1/invoice" => json!({"id": "4522625843", "invoice_url": page, "price_amount": "4.5"}),
        "POST /v1/payment" => json!({"state": 0, "result": {"uuid": UUID, "url": page, "payment_status": "check", "is_final": false}}),
        "GET /api/v1/invoices/new" => json!({"status": "success", "data": {"txn_id": "61b19fd3f609ba61f4282547", "invoice_url": page}}),
        "POST /v3/payments" => json!({"id": UUID, "status": "pending", "paid": false, "confirmation": {"type": "redirect", "confirmation_url": page}}),
        "POST /transaction/process" => json!({"transactionId": UUID, "redirect": page, "status": "PENDING", "expiresIn": "00:15:00"}),
        "POST /api/v1/shop/orders" => json!({"uuid": UUID, "paymentUrl": page, "webappPaymentUrl": null}),
        "POST /v1/checkout/sessions" => json!({"id": "cs_test_a1B2c3", "url": page, "status": "open", "payment_status": "unpaid"}),
        _ => return Play::Answer(404, String::new()),
    };
    Play::Answer(200, answer.to_string())
}

const AUTHORITY: &str = "A0000000000000000000000000000wwOGYpd";

/// The gateways that are spoken to over HTTP.
fn remote() -> impl Iterator<Item = Gateway> {
    Gateway::ALL.into_iter().filter(|gateway| *gateway != Gateway::Card)
}

fn callback<'a>(headers: &'a HeaderMap, body: &'a [u8]) -> RawCallback<'a> {
    RawCallback { headers, query: "", body, source_ip: None, now: NOW }
}

#[tokio::test]
async fn every_gateway_invoices_in_its_currencies_and_in_no_other() {
    let peer = Peer::start(agreeable).await;
    for kind in Gateway::ALL {
        let gateway = build(kind, &peer.url);
        assert_eq!(gateway.gateway(), kind);
        for currency in Currency::ALL {
            let opened = gateway.open(&invoice(Money::whole(1_500, currency)), NOW, LONG).await;
            if !gateway_currencies(kind).contains(&currency) {
                assert_eq!(opened, Err(GatewayError::Unsupported), "{kind} {currency}");
                continue;
            }
            let opened = opened.unwrap_or_else(|error| panic!("{kind} {currency}: {error}"));
            match (kind, opened.action) {
                (Gateway::TelegramStars, OpenAction::StarsInvoice(link)) => assert_eq!(link, "https://t.me/$abc"),
                (Gateway::ZarinPal, OpenAction::Url(url)) => assert_eq!(url, format!("{}/pg/StartPay/{AUTHORITY}", peer.url)),
                (Gateway::TelegramStars | Gateway::Card, other) if !matches!(other, OpenAction::Instructions(_)) => panic!("{other:?}"),
                (_, OpenAction::Url(url)) => assert_eq!(url, "https://pay.example/1"),
                (Gateway::Card, OpenAction::Instructions(card)) => {
                    assert_eq!(card, CardInstructions { number: "6037991111111111".into(), holder: "Nima R.".into() });
                }
                other => panic!("{other:?}"),
            }
            assert_eq!(opened.reference.is_some(), kind.can_be_polled(), "{kind}: what can be asked for has a name");
        }
    }
}

#[tokio::test]
async fn no_gateway_opens_an_invoice_after_the_window() {
    let peer = Peer::start(agreeable).await;
    for kind in Gateway::ALL {
        let invoice = invoice(price(kind));
        let opened = build(kind, &peer.url).open(&invoice, invoice.expires_at, LONG).await;
        assert!(matches!(&opened, Err(error @ GatewayError::Refused(_)) if !error.is_transient()), "{kind}: {opened:?}");
    }
    assert_eq!(peer.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn no_gateway_shows_its_secrets_and_every_failure_has_its_kind() {
    let refusal = json!({"ok": false, "error_code": 400, "description": "Bad Request: no", "error": {"code": 400, "name": "AMOUNT_INVALID"}}).to_string();
    let cases = [
        (Play::Answer(400, refusal.clone()), LONG, "refused", false),
        (Play::Answer(500, "<html>oops</html>".into()), LONG, "unavailable", true),
        (Play::Answer(502, refusal.clone().replace("400", "502")), LONG, "unavailable", true),
        (Play::Answer(429, r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 5","parameters":{"retry_after":5}}"#.into()), LONG, "unavailable", true),
        (Play::Answer(200, "<html>a captive portal</html>".into()), LONG, "garbled", true),
        (Play::Answer(200, r#"{"ok":true}"#.into()), LONG, "garbled", true),
        (Play::Answer(200, format!("\"{}\"", "x".repeat(5 << 20))), LONG, "sent", true),
        (Play::Answer(302, String::new()), LONG, "refused or garbled", false),
        (Play::Reset, LONG, "sent", true),
        (Play::Cut(200), LONG, "sent", true),
        (Play::Hang, SHORT, "sent", true),
    ];
    for kind in remote() {
        for (play, timeout, expected, transient) in &cases {
            let peer = Peer::always(play.clone()).await;
            let gateway = build(kind, &peer.url);
            let error = gateway.open(&invoice(price(kind)), NOW, *timeout).await.expect_err("a failure");
            let class = match &error {
                GatewayError::Unsupported => "unsupported",
                GatewayError::Refused(_) => "refused",
                GatewayError::Unavailable(_) => "unavailable",
                GatewayError::Unreachable { sent: true } => "sent",
                GatewayError::Unreachable { sent: false } => "not sent",
                GatewayError::Garbled => "garbled",
            };
            assert!(expected.contains(class), "{kind} {play:?}: {error}");
            assert!(error.is_transient() == *transient || class == "garbled", "{kind} {play:?}: {error}");
            assert_quiet(&format!("{error} {error:?} {gateway:?}"), &peer.url);
        }
        let gone = "http://127.0.0.1:1";
        let error = build(kind, gone).open(&invoice(price(kind)), NOW, LONG).await.expect_err("nobody listens");
        assert_eq!(error, GatewayError::Unreachable { sent: false }, "{kind}");
        assert_quiet(&format!("{error} {error:?}"), gone);
    }
    assert_quiet(&format!("{:?}", build(Gateway::Card, "")), "6037");
}

fn assert_quiet(text: &str, url: &str) {
    for secret in [BOT_TOKEN, APP_TOKEN, KEY, UUID, "AAHdqTcv", "6037991111111111"] {
        assert!(!text.contains(secret), "{text}");
    }
    // A client's address is part of its configuration; an error's would hold the path and with it a bot's token.
    assert!(!text.contains(&format!("{url}/")), "{text}");
}

#[tokio::test]
async fn no_gateway_believes_an_unsigned_callback() {
    let paid = json!({"update_type": "invoice_paid", "payload": {"invoice_id": 1, "status": "paid", "currency_type": "fiat", "fiat": "USD", "amount": "1"}}).to_string();
    for kind in Gateway::ALL {
        let gateway = build(kind, "http://127.0.0.1:1");
        for body in [b"".as_slice(), b"{}", paid.as_bytes()] {
            let expected = match kind {
                Gateway::TelegramStars | Gateway::Card => Reject::NoCallbacks,
                Gateway::ZarinPal | Gateway::YooKassa => Reject::Malformed,
                _ => Reject::MissingSignature,
            };
            assert_eq!(gateway.verify_callback(&callback(&HeaderMap::new(), body)), Err(expected), "{kind}");
        }
    }
}

#[tokio::test]
async fn what_a_gateway_cannot_do_it_says() {
    let payer = TelegramUserId::new(7).expect("an id");
    for kind in Gateway::ALL {
        let gateway = build(kind, "http://127.0.0.1:1");
        let awaited = Awaited { name: "528890", reference: "ref", quote: price(kind) };
        let looked = gateway.look_up(&[awaited], LONG).await;
        assert_eq!(looked == Err(GatewayError::Unsupported), !kind.can_be_polled(), "{kind}");
        // A payment of another gateway is never refunded.
        let other = PaymentId::new(if kind == Gateway::Card { Gateway::CryptoPay } else { Gateway::Card }, "1").expect("an id");
        let refund = Refund { payment: &other, payer, amount: price(kind) };
        assert_eq!(gateway.refund(&refund, LONG).await, Err(GatewayError::Unsupported), "{kind}");
    }
}

#[test]
fn broken_settings_build_nothing() {
    let http = Http::new().expect("a client");
    let stars = |url: &str, token: &str| Telegram::new(http.clone(), url, Secret::new(token)).err().map(|error| error.to_string());
    let crypto = |url: &str, token: &str| CryptoPay::new(http.clone(), url, Secret::new(token)).err().map(|error| error.to_string());
    for url in ["", "pay.crypt.bot", "ftp://pay.crypt.bot", "https://user:pw@host", "https://host/?q", "https://host/#f", "file:///etc"] {
        assert!(stars(url, BOT_TOKEN).is_some_and(|sentence| sentence.starts_with("TELEGRAM_API_URL: ")), "{url}");
        assert!(crypto(url, APP_TOKEN).is_some_and(|sentence| sentence.starts_with("CRYPTO_PAY_API_URL: ")), "{url}");
    }
    for token in ["", "with space", "with/slash", "new\nline"] {
        let sentence = stars("https://api.telegram.org", token).expect("refused");
        assert!(sentence.starts_with("TELEGRAM_BOT_TOKEN: ") && (token.is_empty() || !sentence.contains(token)), "{sentence}");
    }
    for token in ["", "with space", "new\nline"] {
        assert!(crypto("https://pay.crypt.bot", token).is_some_and(|sentence| sentence.starts_with("CRYPTO_PAY_TOKEN: ")), "{token}");
    }
    for (number, holder, fits) in [("۶۰۳۷۹۹۱۱۱۱۱۱۱۱۱۱", "نیما", true), (CARD, " ", false), ("", "Nima", false), ("6037", "Nima", false), ("6037x91111111111", "Nima", false), (CARD, "a\nb", false)] {
        assert_eq!(Card::new(number, holder).is_ok(), fits, "{number} {holder}");
    }
}

#[tokio::test]
async fn a_stars_invoice_is_what_the_bot_api_takes() {
    let peer = Peer::start(agreeable).await;
    build(Gateway::TelegramStars, &peer.url).open(&invoice(price(Gateway::TelegramStars)), NOW, LONG).await.expect("opened");
    let seen = peer.seen();
    assert_eq!(seen[0].target, format!("/bot{BOT_TOKEN}/createInvoiceLink"));
    let title = "۵۰ گیگ، ۳۰ روز — a plan with a …";
    assert_eq!(title.chars().count(), 32);
    assert_eq!(
        seen[0].json(),
        json!({"title": title, "description": "50 GiB, 30 days", "payload": invoice(price(Gateway::TelegramStars)).reference, "currency": "XTR",
               "prices": [{"label": title, "amount": 150}]})
    );
    let zero = build(Gateway::TelegramStars, &peer.url).open(&invoice(Money::zero(Currency::Xtr)), NOW, LONG).await;
    assert!(matches!(zero, Err(GatewayError::Refused(_))));
}

#[tokio::test]
async fn stars_are_refunded_by_their_charge() {
    let cases = [
        (Play::Answer(200, r#"{"ok":true,"result":true}"#.into()), Ok(())),
        (Play::Answer(400, r#"{"ok":false,"error_code":400,"description":"Bad Request: CHARGE_ALREADY_REFUNDED"}"#.into()), Ok(())),
        (
            Play::Answer(400, r#"{"ok":false,"error_code":400,"description":"Bad Request: CHARGE_NOT_FOUND"}"#.into()),
            Err(GatewayError::Refused("telegram answered 400: Bad Request: CHARGE_NOT_FOUND".into())),
        ),
        (Play::Reset, Err(GatewayError::Unreachable { sent: true })),
    ];
    for (play, expected) in cases {
        let peer = Peer::always(play).await;
        let payment = PaymentId::new(Gateway::TelegramStars, "stxPUiJ4r0f2WQm1Zb5xw").expect("an id");
        let refund = Refund { payment: &payment, payer: TelegramUserId::new(7_000_000_000).expect("an id"), amount: price(Gateway::TelegramStars) };
        assert_eq!(build(Gateway::TelegramStars, &peer.url).refund(&refund, LONG).await, expected);
        assert_eq!(peer.seen()[0].json(), json!({"user_id": 7_000_000_000_u64, "telegram_payment_charge_id": "stxPUiJ4r0f2WQm1Zb5xw"}));
    }
}

#[test]
fn a_stars_payment_is_reported_as_it_is() {
    let payment = |extra: Value| {
        let mut payment = json!({"currency": "XTR", "total_amount": 150, "invoice_payload": "ref-2", "telegram_payment_charge_id": "stx1", "provider_payment_charge_id": "9"});
        payment.as_object_mut().expect("an object").extend(extra.as_object().expect("an object").clone());
        serde_json::from_value::<SuccessfulPayment>(payment).map(|payment| report_of(&payment, TelegramUserId::new(7).expect("an id")))
    };
    let report = payment(json!({})).expect("readable").expect("an id");
    assert_eq!(report.payment.to_string(), "telegram-stars#stx1");
    assert_eq!((report.reference.as_deref(), report.status, report.recurring), (Some("ref-2"), ReportedStatus::Paid, false));
    assert_eq!((report.amount, report.payer.map(TelegramUserId::get)), (Some(Money::whole(150, Currency::Xtr)), Some(7)));
    let amount = |extra| payment(extra).expect("readable").expect("an id").amount;
    assert_eq!(amount(json!({"currency": "USD"})), None, "only Stars are ours");
    assert_eq!(amount(json!({"total_amount": 1})), Some(Money::whole(1, Currency::Xtr)), "a wrong amount is reported as it is");
    let recurring = |extra| payment(extra).expect("readable").expect("an id").recurring;
    assert!(recurring(json!({"is_recurring": true})) && !recurring(json!({"is_recurring": true, "is_first_recurring": true})));
    assert!(payment(json!({"telegram_payment_charge_id": "with#hash"})).expect("readable").is_err());
}

fn signed(body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(&Sha256::digest(APP_TOKEN)).expect("any length");
    HEXLOWER.encode(&mac.chain_update(body).finalize().into_bytes())
}

fn signature(text: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("crypto-pay-api-signature", text.parse().expect("a header"));
    headers
}

fn crypto_update(kind: &str, extra: Value) -> Vec<u8> {
    let mut invoice = json!({"invoice_id": 528_890, "status": "paid", "currency_type": "fiat", "fiat": "USD", "amount": "4.5", "paid_asset": "USDT", "payload": "ref-2"});
    if let (Value::Object(invoice), Value::Object(extra)) = (&mut invoice, extra) {
        invoice.extend(extra);
    }
    json!({"update_id": 73, "update_type": kind, "request_date": "2026-11-22T09:04:12.010Z", "payload": invoice}).to_string().into_bytes()
}

#[test]
fn one_flipped_bit_of_a_crypto_pay_callback_is_seen() {
    let gateway = build(Gateway::CryptoPay, "https://pay.crypt.bot");
    let body = crypto_update("invoice_paid", json!({}));
    let genuine = signed(&body);
    assert!(gateway.verify_callback(&callback(&signature(&genuine), &body)).is_ok());
    for bit in 0..genuine.len() * 8 {
        let mut forged = genuine.clone().into_bytes();
        forged[bit / 8] ^= 1 << (bit % 8);
        let mut headers = HeaderMap::new();
        let Ok(value) = http::HeaderValue::from_bytes(&forged) else { continue };
        headers.insert("crypto-pay-api-signature", value);
        assert_eq!(gateway.verify_callback(&callback(&headers, &body)), Err(Reject::BadSignature), "bit {bit}");
    }
    for bit in (0..body.len() * 8).step_by(7) {
        let mut forged = body.clone();
        forged[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(gateway.verify_callback(&callback(&signature(&genuine), &forged)), Err(Reject::BadSignature), "bit {bit}");
    }
    for text in ["", &genuine[..62], &format!("{genuine}00"), &genuine.to_uppercase()] {
        assert_eq!(gateway.verify_callback(&callback(&signature(text), &body)), Err(Reject::BadSignature), "{text}");
    }
}

#[test]
fn an_authentic_crypto_pay_callback_is_read() {
    let gateway = build(Gateway::CryptoPay, "https://pay.crypt.bot");
    let verdict = |body: &[u8]| gateway.verify_callback(&callback(&signature(&signed(body)), body)).expect("authentic");
    let report = |extra: Value| match verdict(&crypto_update("invoice_paid", extra)) {
        Verdict::Report(report) => report,
        other => panic!("{other:?}"),
    };
    let usual = report(json!({}));
    assert_eq!(usual.payment.to_string(), "crypto-pay#528890");
    assert_eq!((usual.reference.as_deref(), usual.status, usual.payer, usual.recurring), (Some("ref-2"), ReportedStatus::Paid, None, false));

    let usd = |text| Money::parse(text, Currency::Usd).ok();
    let amounts = [
        (json!({}), usd("4.50")),
        (json!({"amount": "0.5"}), usd("0.5")),
        (json!({"amount": 4.5}), usd("4.5")),
        (json!({"amount": "4.501"}), None),
        (json!({"amount": "45e-1"}), None),
        (json!({"amount": "-4.5"}), None),
        (json!({"amount": null}), None),
        (json!({"fiat": "GBP"}), None),
        (json!({"fiat": null}), None),
        (json!({"currency_type": "crypto", "asset": "TON", "amount": "1.25"}), Money::parse("1.25", Currency::Ton).ok()),
        (json!({"currency_type": "points"}), None),
        (json!({"currency_type": null, "asset": "USDT", "amount": "5"}), Money::parse("5", Currency::Usdt).ok()),
    ];
    for (extra, amount) in amounts {
        assert_eq!(report(extra.clone()).amount, amount, "{extra}");
    }
    for (status, expected) in [("active", ReportedStatus::Pending), ("expired", ReportedStatus::Expired), ("a-new-one", ReportedStatus::Unknown)] {
        assert_eq!(report(json!({"status": status})).status, expected);
    }
    let ignored: [&[u8]; 4] = [b"not json", b"{}", &crypto_update("invoice_something", json!({})), &crypto_update("invoice_paid", json!({"invoice_id": "x"}))];
    for body in ignored {
        assert!(matches!(verdict(body), Verdict::Ignore(_)), "{}", String::from_utf8_lossy(body));
    }
}

#[tokio::test]
async fn a_crypto_pay_invoice_is_what_the_api_takes() {
    let peer = Peer::start(agreeable).await;
    let gateway = build(Gateway::CryptoPay, &peer.url);
    gateway.open(&invoice(Money::parse("4.5", Currency::Usd).expect("money")), NOW, LONG).await.expect("opened");
    gateway.open(&Invoice { return_url: None, description: "", ..invoice(Money::parse("1.25", Currency::Ton).expect("money")) }, NOW, LONG).await.expect("opened");
    let seen = peer.seen();
    assert_eq!((seen[0].call().as_str(), seen[0].header("crypto-pay-api-token")), ("POST /api/createInvoice", Some(APP_TOKEN)));
    let reference = invoice(price(Gateway::CryptoPay)).reference;
    assert_eq!(
        seen[0].json(),
        json!({"currency_type": "fiat", "fiat": "USD", "amount": "4.50", "description": "50 GiB, 30 days", "payload": reference, "paid_btn_name": "openBot",
               "paid_btn_url": "https://t.me/wave_shop_bot", "allow_comments": false, "allow_anonymous": true, "expires_in": 1800})
    );
    assert_eq!(
        seen[1].json(),
        json!({"currency_type": "crypto", "asset": "TON", "amount": "1.25", "description": invoice(price(Gateway::CryptoPay)).title, "payload": reference,
               "allow_comments": false, "allow_anonymous": true, "expires_in": 1800})
    );
}

#[tokio::test]
async fn crypto_pay_invoices_are_looked_up_in_batches() {
    let peer = Peer::start(|seen, _| {
        let asked = seen.target.split("invoice_ids=").nth(1).and_then(|rest| rest.split('&').next()).unwrap_or_default();
        let mut items: Vec<Value> = asked
            .split("%2C")
            .filter_map(|id| id.parse::<u64>().ok())
            .filter(|id| *id != 3)
            .map(|id| json!({"invoice_id": id, "status": if id % 2 == 0 { "paid" } else { "expired" }, "currency_type": "fiat", "fiat": "USD", "amount": "4.5", "payload": format!("ref{id}")}))
            .collect();
        items.push(json!({"invoice_id": 999_999, "status": "paid", "currency_type": "fiat", "fiat": "USD", "amount": "4.5", "payload": "not asked for"}));
        items.push(json!({"odd": 1}));
        Play::Answer(200, json!({"ok": true, "result": {"items": items}}).to_string())
    })
    .await;
    let ids: Vec<String> = (1..=250).map(|id| id.to_string()).collect();
    let awaited: Vec<Awaited<'_>> = ids.iter().map(|id| Awaited { name: id, reference: "ref", quote: price(Gateway::CryptoPay) }).collect();
    let reports = build(Gateway::CryptoPay, &peer.url).look_up(&awaited, LONG).await.expect("reports");
    assert_eq!((peer.calls().len(), reports.len()), (3, 249));
    let paid = reports.iter().filter(|report| report.status == ReportedStatus::Paid).count();
    assert_eq!(paid, 125);
    assert!(build(Gateway::CryptoPay, &peer.url).look_up(&[], LONG).await.is_ok_and(|reports| reports.is_empty()));
    assert_eq!(peer.calls().len(), 3, "nothing is asked for nothing");
}
