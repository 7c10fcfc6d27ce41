//! What all of them keep.

use clients::{
    Http, Secret,
    payment::{Awaited, Card, CardInstructions, CryptoPay, GatewayError, OpenAction, Reject, amount_limits, takes},
    telegram::Telegram,
};
use domain::{
    Currency, Money,
    payment::{Gateway, gateway_currencies},
};
use http::HeaderMap;
use serde_json::json;

use crate::{
    fixtures::{APP_TOKEN, AUTHORITY, BOT_TOKEN, CARD, KEY, LONG, NOW, SHORT, UUID, agreeable, build, callback, invoice, price, remote},
    support::{Peer, Play},
};

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
                (Gateway::TelegramStars | Gateway::RecurringStars, OpenAction::StarsInvoice(link)) => assert_eq!(link, "https://t.me/$abc"),
                (Gateway::ZarinPal, OpenAction::Url(url)) => assert_eq!(url, format!("{}/pg/StartPay/{AUTHORITY}", peer.url)),
                (Gateway::TelegramStars | Gateway::RecurringStars | Gateway::Card, other)
                    if !matches!(other, OpenAction::Instructions(_)) =>
                {
                    panic!("{other:?}")
                }
                (_, OpenAction::Url(url)) => assert_eq!(url, "https://pay.example/1"),
                (Gateway::Card, OpenAction::Instructions(card)) => {
                    assert_eq!(card, CardInstructions { number: "6037991111111111".into(), holder: "Nima R.".into() });
                }
                other => panic!("{other:?}"),
            }
            // A payment of NOWPayments has its name from the first callback.
            let named = kind.can_be_polled() && kind != Gateway::NowPayments;
            assert_eq!(opened.reference.is_some(), named, "{kind}: what can be asked for has a name");
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
    let refusal =
        json!({"ok": false, "error_code": 400, "description": "Bad Request: no", "error": {"code": 400, "name": "AMOUNT_INVALID"}})
            .to_string();
    let cases = [
        (Play::Answer(400, refusal.clone()), LONG, "refused", false),
        (Play::Answer(500, "<html>oops</html>".into()), LONG, "unavailable", true),
        (Play::Answer(502, refusal.clone().replace("400", "502")), LONG, "unavailable", true),
        (
            Play::Answer(
                429,
                r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 5","parameters":{"retry_after":5}}"#.into(),
            ),
            LONG,
            "unavailable",
            true,
        ),
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
                GatewayError::ByHand(_) => "by hand",
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
                Gateway::TelegramStars | Gateway::RecurringStars | Gateway::Card => Reject::NoCallbacks,
                Gateway::ZarinPal | Gateway::YooKassa => Reject::Malformed,
                _ => Reject::MissingSignature,
            };
            assert_eq!(gateway.verify_callback(&callback(&HeaderMap::new(), body)), Err(expected), "{kind}");
        }
    }
}

#[tokio::test]
async fn a_gateway_that_cannot_be_asked_says_so() {
    for kind in Gateway::ALL {
        let awaited = Awaited { name: "528890", reference: "ref", quote: price(kind) };
        let looked = build(kind, "http://127.0.0.1:1").look_up(&[awaited], LONG).await;
        assert_eq!(looked == Err(GatewayError::Unsupported), !kind.can_be_polled(), "{kind}");
    }
}

#[tokio::test]
async fn no_gateway_is_asked_for_more_or_less_than_it_charges() {
    let money = |amount, currency| Money::parse(amount, currency).expect("money");
    // The least and the most that is charged, and what is too little and too much.
    let documented = [
        (Gateway::TelegramStars, Currency::Xtr, "1", "25000", "0", "25001"),
        (Gateway::RecurringStars, Currency::Xtr, "1", "10000", "0", "10001"),
        (Gateway::ZarinPal, Currency::Irt, "100", "100000000", "99", "100000001"),
        (Gateway::ZarinPal, Currency::Irr, "1000", "1000000000", "999", "1000000001"),
        (Gateway::Tribute, Currency::Rub, "100", "300000", "99.99", "300000.01"),
    ];
    let peer = Peer::start(agreeable).await;
    let opens = async |kind: Gateway, amount: Money| match build(kind, &peer.url).open(&invoice(amount), NOW, LONG).await {
        Ok(_) => true,
        Err(GatewayError::Refused(_)) => false,
        Err(error) => panic!("{kind} {amount}: {error}"),
    };
    for (kind, currency, least, most, little, much) in documented {
        assert_eq!(build(kind, &peer.url).limits(currency), amount_limits(kind, currency));
        for (amount, fits) in [(least, true), (most, true), (little, false), (much, false)] {
            let amount = money(amount, currency);
            assert_eq!((takes(kind, amount), opens(kind, amount).await), (fits, fits), "{kind} {amount}");
        }
    }
    for kind in Gateway::ALL {
        for currency in Currency::ALL {
            let limits = build(kind, &peer.url).limits(currency);
            let named = documented.iter().any(|(gateway, code, ..)| (*gateway, *code) == (kind, currency));
            assert_eq!((limits.least.is_some(), limits.most.is_some()), (named, named), "{kind} {currency}");
            let charged = gateway_currencies(kind).contains(&currency);
            assert_eq!(takes(kind, Money::whole(1_500, currency)), charged, "{kind} {currency}");
            assert!(!takes(kind, Money::zero(currency)), "{kind} {currency}: nothing is no invoice");
        }
    }
    let stars = amount_limits(Gateway::TelegramStars, Currency::Xtr);
    assert!(!stars.hold(Money::whole(150, Currency::Usd)), "limits are of one currency");
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
    for (number, holder, fits) in [
        ("۶۰۳۷۹۹۱۱۱۱۱۱۱۱۱۱", "نیما", true),
        (CARD, " ", false),
        ("", "Nima", false),
        ("6037", "Nima", false),
        ("6037x91111111111", "Nima", false),
        (CARD, "a\nb", false),
    ] {
        assert_eq!(Card::new(number, holder).is_ok(), fits, "{number} {holder}");
    }
}

#[test]
fn every_broken_setting_is_named_and_not_shown() {
    use clients::{BadSetting, payment as p};
    let url = |url: &str| url.to_owned();
    let real = "https://api.example";
    let build = |name: &str, api_url: &str, id: &str, key: &str| -> Result<(), BadSetting> {
        let (http, api_url, id, key) = (Http::new()?, url(api_url), Secret::new(id), Secret::new(key));
        match name {
            "ZARINPAL" => p::ZarinPal::new(http, &p::ZarinPalSettings { api_url, merchant_id: id }).map(drop),
            "NOWPAYMENTS" => {
                p::NowPayments::new(http, &p::NowPaymentsSettings { api_url, api_key: key.clone(), ipn_secret: key }).map(drop)
            }
            "HELEKET" => p::Cryptomus::at_heleket(http, &p::CryptomusSettings { api_url, merchant_id: id, payment_key: key }).map(drop),
            "CRYPTOMUS" => p::Cryptomus::at_cryptomus(http, &p::CryptomusSettings { api_url, merchant_id: id, payment_key: key }).map(drop),
            "PLISIO" => p::Plisio::new(http, &p::PlisioSettings { api_url, api_key: key }).map(drop),
            "YOOKASSA" => p::YooKassa::new(
                http,
                &p::YooKassaSettings { api_url, shop_id: id.expose().to_owned(), secret_key: key, receipt_email: None },
            )
            .map(drop),
            "PLATEGA" => p::Platega::new(http, &p::PlategaSettings { api_url, merchant_id: id, secret: key, payment_method: 2 }).map(drop),
            "TRIBUTE" => p::Tribute::new(http, &p::TributeSettings { api_url, api_key: key }).map(drop),
            _ => p::Stripe::new(http, &p::StripeSettings { api_url, secret_key: key.clone(), webhook_secret: key }).map(drop),
        }
    };
    let ids = [
        ("ZARINPAL", Some(("MERCHANT_ID", UUID))),
        ("NOWPAYMENTS", None),
        ("HELEKET", Some(("MERCHANT_ID", UUID))),
        ("CRYPTOMUS", Some(("MERCHANT_ID", UUID))),
    ];
    let more = [
        ("PLISIO", None),
        ("YOOKASSA", Some(("SHOP_ID", "100500"))),
        ("PLATEGA", Some(("MERCHANT_ID", UUID))),
        ("TRIBUTE", None),
        ("STRIPE", None),
    ];
    for (gateway, id) in ids.into_iter().chain(more) {
        let good = id.map_or("", |(_, good)| good);
        assert_eq!(build(gateway, real, good, KEY), Ok(()), "{gateway}");
        let sentence = build(gateway, "ftp://host", good, KEY).expect_err("no such address").to_string();
        assert!(sentence.starts_with(&format!("{gateway}_API_URL: ")), "{sentence}");
        if gateway != "ZARINPAL" {
            let sentence = build(gateway, real, good, "two words").expect_err("no such key").to_string();
            assert!(sentence.starts_with(&format!("{gateway}_")) && !sentence.contains("two words"), "{sentence}");
        }
        if let Some((name, _)) = id {
            let sentence = build(gateway, real, "not an id", KEY).expect_err("no such id").to_string();
            assert!(sentence.starts_with(&format!("{gateway}_{name}: ")) && !sentence.contains("not an id"), "{sentence}");
        }
        // The version may stand in the address or not.
        for suffix in ["/", "/v1", "/v3", "/api/v1"] {
            assert_eq!(build(gateway, &format!("{real}{suffix}"), good, KEY), Ok(()), "{gateway} {suffix}");
        }
    }
}
