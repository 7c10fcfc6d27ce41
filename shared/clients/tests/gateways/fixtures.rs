//! Gateways as the tests build them, an invoice, and a stand-in that opens whatever it is asked to.

use std::{sync::Arc, time::Duration};

use clients::{
    Http, Secret,
    payment::{
        Card, CryptoPay, Cryptomus, CryptomusSettings, Invoice, NowPayments, NowPaymentsSettings, PaymentGateway, Platega, PlategaSettings,
        Plisio, PlisioSettings, RawCallback, Stars, Stripe, StripeSettings, Tribute, TributeSettings, YooKassa, YooKassaSettings, ZarinPal,
        ZarinPalSettings,
    },
    telegram::Telegram,
};
use domain::{
    Language, Money, Timestamp,
    payment::{Gateway, gateway_currencies},
};
use http::HeaderMap;
use serde_json::json;

use crate::support::{Play, Seen};

pub const BOT_TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
pub const APP_TOKEN: &str = "12345:AAzQcZWQqQAbsfgPnOLr4FHC8Doa4L7KryC";
pub const UUID: &str = "1344b5d4-0048-11e8-94db-005056a205be";
/// The credential of every gateway that has nothing more special.
pub const KEY: &str = "8LEfCIhEwSApKj02NM0jI-1urGthaqprSArbfzTAcvAIpMQu";
pub const CARD: &str = "6037-9911 1111 1111";
pub const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
pub const LONG: Duration = Duration::from_secs(10);
pub const SHORT: Duration = Duration::from_millis(150);

pub fn build(gateway: Gateway, url: &str) -> Arc<dyn PaymentGateway> {
    let http = Http::new().expect("a client");
    match gateway {
        Gateway::TelegramStars => Arc::new(Stars::new(Telegram::new(http, url, Secret::new(BOT_TOKEN)).expect("a bot"))),
        Gateway::RecurringStars => Arc::new(Stars::recurring(Telegram::new(http, url, Secret::new(BOT_TOKEN)).expect("a bot"))),
        Gateway::Card => Arc::new(Card::new(CARD, "Nima R.").expect("a card")),
        Gateway::CryptoPay => Arc::new(CryptoPay::new(http, url, Secret::new(APP_TOKEN)).expect("an app")),
        Gateway::ZarinPal => {
            Arc::new(ZarinPal::new(http, &ZarinPalSettings { api_url: url.into(), merchant_id: Secret::new(UUID) }).expect("a merchant"))
        }
        Gateway::NowPayments => {
            let settings = NowPaymentsSettings { api_url: url.into(), api_key: Secret::new(KEY), ipn_secret: Secret::new(KEY) };
            Arc::new(NowPayments::new(http, &settings).expect("an account"))
        }
        Gateway::Heleket => Arc::new(Cryptomus::at_heleket(http, &cryptomus(url)).expect("a merchant")),
        Gateway::Cryptomus => Arc::new(Cryptomus::at_cryptomus(http, &cryptomus(url)).expect("a merchant")),
        Gateway::Plisio => Arc::new(Plisio::new(http, &PlisioSettings { api_url: url.into(), api_key: Secret::new(KEY) }).expect("a shop")),
        Gateway::YooKassa => {
            let settings =
                YooKassaSettings { api_url: url.into(), shop_id: "100500".into(), secret_key: Secret::new(KEY), receipt_email: None };
            Arc::new(YooKassa::new(http, &settings).expect("a shop"))
        }
        Gateway::Platega => {
            let settings =
                PlategaSettings { api_url: url.into(), merchant_id: Secret::new(UUID), secret: Secret::new(KEY), payment_method: 2 };
            Arc::new(Platega::new(http, &settings).expect("a merchant"))
        }
        Gateway::Tribute => {
            Arc::new(Tribute::new(http, &TributeSettings { api_url: url.into(), api_key: Secret::new(KEY) }).expect("an account"))
        }
        Gateway::Stripe => {
            let settings = StripeSettings { api_url: url.into(), secret_key: Secret::new(KEY), webhook_secret: Secret::new(KEY) };
            Arc::new(Stripe::new(http, &settings).expect("an account"))
        }
    }
}

pub fn cryptomus(url: &str) -> CryptomusSettings {
    CryptomusSettings { api_url: url.into(), merchant_id: Secret::new(UUID), payment_key: Secret::new(KEY) }
}

pub fn invoice(amount: Money) -> Invoice<'static> {
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

pub fn price(gateway: Gateway) -> Money {
    Money::whole(150, gateway_currencies(gateway)[0])
}

/// A stand-in that invoices whatever it is asked to, in the documented shapes.
pub fn agreeable(seen: &Seen, _: usize) -> Play {
    let page = "https://pay.example/1";
    let answer = match seen.call().as_str() {
        call if call.ends_with("/createInvoiceLink") => json!({"ok": true, "result": "https://t.me/$abc"}),
        "POST /api/createInvoice" => {
            json!({"ok": true, "result": {"invoice_id": 528_890, "status": "active", "amount": "1", "bot_invoice_url": page, "later": {}}})
        }
        "POST /pg/v4/payment/request.json" => {
            json!({"data": {"code": 100, "message": "Success", "authority": AUTHORITY, "fee": 0}, "errors": []})
        }
        "POST /v1/invoice" => json!({"id": "4522625843", "invoice_url": page, "price_amount": "4.5"}),
        "POST /v1/payment" => json!({"state": 0, "result": {"uuid": UUID, "url": page, "payment_status": "check", "is_final": false}}),
        "GET /api/v1/invoices/new" => json!({"status": "success", "data": {"txn_id": "61b19fd3f609ba61f4282547", "invoice_url": page}}),
        "POST /v3/payments" => {
            json!({"id": UUID, "status": "pending", "paid": false, "confirmation": {"type": "redirect", "confirmation_url": page}})
        }
        "POST /transaction/process" => json!({"transactionId": UUID, "redirect": page, "status": "PENDING", "expiresIn": "00:15:00"}),
        "POST /api/v1/shop/orders" => json!({"uuid": UUID, "paymentUrl": page, "webappPaymentUrl": null}),
        "POST /v1/checkout/sessions" => json!({"id": "cs_test_a1B2c3", "url": page, "status": "open", "payment_status": "unpaid"}),
        _ => return Play::Answer(404, String::new()),
    };
    Play::Answer(200, answer.to_string())
}

pub const AUTHORITY: &str = "A0000000000000000000000000000wwOGYpd";

/// The gateways that are spoken to over HTTP.
pub fn remote() -> impl Iterator<Item = Gateway> {
    Gateway::ALL.into_iter().filter(|gateway| *gateway != Gateway::Card)
}

pub fn callback<'a>(headers: &'a HeaderMap, body: &'a [u8]) -> RawCallback<'a> {
    RawCallback { headers, query: "", body, source_ip: None, now: NOW }
}
