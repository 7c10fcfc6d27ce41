//! Crypto Pay.

use clients::payment::{Awaited, Invoice, Reject, Verdict};
use data_encoding::HEXLOWER;
use domain::{
    Currency, Money,
    payment::{Gateway, ReportedStatus},
};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    fixtures::{APP_TOKEN, LONG, NOW, agreeable, build, callback, invoice, price},
    support::{Peer, Play},
};

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
    assert_eq!(
        (usual.reference.as_deref(), usual.status, usual.payer, usual.recurring),
        (Some("ref-2"), ReportedStatus::Paid, None, false)
    );

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
    for (status, expected) in
        [("active", ReportedStatus::Pending), ("expired", ReportedStatus::Expired), ("a-new-one", ReportedStatus::Unknown)]
    {
        assert_eq!(report(json!({"status": status})).status, expected);
    }
    let ignored: [&[u8]; 4] =
        [b"not json", b"{}", &crypto_update("invoice_something", json!({})), &crypto_update("invoice_paid", json!({"invoice_id": "x"}))];
    for body in ignored {
        assert!(matches!(verdict(body), Verdict::Ignore(_)), "{}", String::from_utf8_lossy(body));
    }
}

#[tokio::test]
async fn a_crypto_pay_invoice_is_what_the_api_takes() {
    let peer = Peer::start(agreeable).await;
    let gateway = build(Gateway::CryptoPay, &peer.url);
    gateway.open(&invoice(Money::parse("4.5", Currency::Usd).expect("money")), NOW, LONG).await.expect("opened");
    gateway
        .open(&Invoice { return_url: None, description: "", ..invoice(Money::parse("1.25", Currency::Ton).expect("money")) }, NOW, LONG)
        .await
        .expect("opened");
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
