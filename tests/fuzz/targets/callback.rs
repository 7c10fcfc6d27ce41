//! What gateways, and whoever pretends to be one, send. The first byte picks the gateway; its highest bit has the body signed as the gateway would.
#![no_main]

use data_encoding::HEXLOWER;
use fuzz::{Answers, CRYPTO_PAY_TOKEN, NOW, STRIPE_WEBHOOK_SECRET, TRIBUTE_API_KEY, check, request, shop};
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use sha2::{Digest, Sha256};

const GATEWAYS: [&str; 10] =
    ["crypto-pay", "nowpayments", "heleket", "cryptomus", "plisio", "yookassa", "platega", "tribute", "stripe", "zarinpal"];

fn signed(key: &[u8], parts: &[&[u8]]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key");
    parts.iter().for_each(|part| mac.update(part));
    HEXLOWER.encode(&mac.finalize().into_bytes())
}

fuzz_target!(|data: &[u8]| {
    let Some((choice, body)) = data.split_first() else { return };
    let gateway = GATEWAYS[usize::from(choice & 0x7f) % GATEWAYS.len()];
    let seconds = (NOW / 1000).to_string();
    let (name, value) = match gateway {
        "crypto-pay" => ("crypto-pay-api-signature", signed(&Sha256::digest(CRYPTO_PAY_TOKEN), &[body])),
        "tribute" => ("trbt-signature", signed(TRIBUTE_API_KEY.as_bytes(), &[body])),
        "stripe" => {
            let signature = signed(STRIPE_WEBHOOK_SECRET.as_bytes(), &[seconds.as_bytes(), b".", body]);
            ("stripe-signature", format!("t={seconds},v1={signature}"))
        }
        "platega" => ("x-merchantid", "00000000-0000-4000-8000-000000000000".to_owned()),
        _ => ("x-nowpayments-sig", "0".repeat(128)),
    };
    let mut headers = vec![("content-type", "application/json"), ("x-secret", "secret")];
    if choice & 0x80 != 0 {
        headers.push((name, &value));
    }
    let query = String::from_utf8_lossy(body);
    let wanted = if gateway == "zarinpal" {
        request("GET", &format!("/payments/zarinpal/return?{query}"), &[], b"")
    } else {
        request("POST", &format!("/payments/{gateway}/callback"), &headers, body)
    };
    let shop = shop();
    if let Some(request) = wanted {
        check(&shop.run(Answers::default(), payment_callback::handle(&shop.app, request)));
    }
});
