//! No rail can be paid with a wrong amount, currency, order or customer, or twice; and no forgery is believed.

use clients::payment::{Awaited, RawCallback, Reject, Report, Verdict};
use data_encoding::{BASE64, HEXLOWER};
use domain::{
    Currency, Money, OrderId, OrderKey, TelegramUserId,
    order::{NewOrder, Order, UnappliedReason},
    payment::{Gateway, PaymentEvent, PaymentId, Settlement, gateway_currencies, settle},
    product::{ProductKind, RenewalPolicy, Terms},
    reference::ReferenceKey,
    time::Span,
};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::{
    fixtures::{APP_TOKEN, AUTHORITY, KEY, LONG, NOW, UUID, build},
    support::{Peer, Play},
};

const BUYER: i64 = 7_000_000_001;

/// The gateways whose money is told by callbacks.
fn rails() -> impl Iterator<Item = Gateway> {
    Gateway::ALL.into_iter().filter(|gateway| !matches!(gateway, Gateway::TelegramStars | Gateway::RecurringStars | Gateway::Card))
}

/// What a gateway has to tell.
#[derive(Clone)]
struct Told {
    reference: String,
    amount: Money,
    /// The gateway's name of the payment.
    name: String,
}

fn mac<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> String {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("any length");
    mac.update(message);
    HEXLOWER.encode(&mac.finalize().into_bytes())
}

fn minor(amount: Money) -> Value {
    let mut units = amount.amount();
    units.rescale(amount.currency().exponent());
    json!(i64::try_from(units.mantissa()).expect("small"))
}

fn lower(amount: Money) -> String {
    amount.currency().code().to_lowercase()
}

/// An authentic callback: headers, query, body. Documents are written by hand in the order in which their signatures want them.
fn callback(kind: Gateway, told: &Told) -> (HeaderMap, String, Vec<u8>) {
    let Told { reference, amount, name } = told;
    let (text, code, low) = (amount.amount_text(), amount.currency().code(), lower(*amount));
    let mut headers = HeaderMap::new();
    let mut header =
        |name: &'static str, value: String| headers.insert(HeaderName::from_static(name), HeaderValue::from_str(&value).expect("a value"));
    let mut query = String::new();
    let body = match kind {
        Gateway::TelegramStars | Gateway::RecurringStars | Gateway::Card => unreachable!("no callbacks"),
        Gateway::CryptoPay => {
            let body = json!({"update_type": "invoice_paid", "payload": {"invoice_id": 528_890, "status": "paid", "currency_type": "fiat", "fiat": code, "amount": text, "payload": reference}}).to_string();
            header("crypto-pay-api-signature", mac::<Hmac<Sha256>>(&Sha256::digest(APP_TOKEN), body.as_bytes()));
            body
        }
        Gateway::ZarinPal => {
            query = format!("order={reference}&Authority={name}&Status=OK");
            String::new()
        }
        Gateway::NowPayments => {
            let body = format!(
                r#"{{"actually_paid":31.058822,"order_id":"{reference}","parent_payment_id":null,"pay_amount":31.058822,"payment_id":{name},"payment_status":"finished","price_amount":{text},"price_currency":"{low}"}}"#
            );
            header("x-nowpayments-sig", mac::<Hmac<Sha512>>(KEY.as_bytes(), body.as_bytes()));
            body
        }
        Gateway::Heleket | Gateway::Cryptomus => {
            let open = format!(
                r#"{{"type":"payment","uuid":"{name}","order_id":"{reference}","amount":"{text}000","currency":"{code}","status":"paid","url":"a\/b""#
            );
            let sign = HEXLOWER.encode(&Md5::digest(format!("{}{KEY}", BASE64.encode(format!("{open}}}").as_bytes()))));
            format!(r#"{open},"sign":"{sign}"}}"#)
        }
        Gateway::Plisio => {
            let open = format!(
                r#"{{"ipn_type":"invoice","order_number":"{reference}","source_amount":"{text}","source_currency":"{code}","status":"completed","txn_id":"{name}""#
            );
            format!(r#"{open},"verify_hash":"{}"}}"#, mac::<Hmac<Sha1>>(KEY.as_bytes(), format!("{open}}}").as_bytes()))
        }
        Gateway::YooKassa => json!({"type": "notification", "event": "payment.succeeded", "object": remote(kind, told)}).to_string(),
        Gateway::Platega => {
            header("x-merchantid", UUID.into());
            header("x-secret", KEY.into());
            json!({"id": name, "amount": 299, "currency": code, "status": "CONFIRMED", "paymentMethod": 2, "payload": reference})
                .to_string()
        }
        Gateway::Tribute => {
            let body = json!({"name": "shop_order", "payload": remote(kind, told)}).to_string();
            header("trbt-signature", mac::<Hmac<Sha256>>(KEY.as_bytes(), body.as_bytes()));
            body
        }
        Gateway::Stripe => {
            let body = json!({"type": "checkout.session.completed", "data": {"object": remote(kind, told)}}).to_string();
            let signed = format!("{}.{body}", NOW.seconds());
            header("stripe-signature", format!("t={},v1={}", NOW.seconds(), mac::<Hmac<Sha256>>(KEY.as_bytes(), signed.as_bytes())));
            body
        }
    };
    (headers, query, body.into_bytes())
}

/// What the gateway's API says of the same payment.
fn remote(kind: Gateway, told: &Told) -> Value {
    let Told { reference, amount, name } = told;
    let (text, code) = (amount.amount_text(), amount.currency().code());
    match kind {
        Gateway::ZarinPal => json!({"data": {"code": 100, "message": "Verified", "ref_id": 201}, "errors": []}),
        Gateway::Heleket | Gateway::Cryptomus => {
            json!({"state": 0, "result": {"uuid": name, "order_id": reference, "amount": text, "currency": code, "payment_status": "paid_over"}})
        }
        Gateway::Plisio => {
            json!({"status": "success", "data": {"type": "invoice", "status": "mismatch", "source_currency": code, "params": {"order_number": reference, "source_amount": text}}})
        }
        Gateway::YooKassa => {
            json!({"id": name, "status": "succeeded", "paid": true, "amount": {"value": text, "currency": code}, "metadata": {"order_id": reference}, "test": false})
        }
        Gateway::Platega => {
            json!({"id": name, "status": "CONFIRMED", "paymentDetails": {"amount": amount.amount().normalize().to_string(), "currency": code}, "mechantId": UUID, "payload": reference})
        }
        Gateway::Tribute => {
            json!({"uuid": name, "status": "paid", "period": "onetime", "amount": minor(*amount), "currency": lower(*amount), "customerId": reference})
        }
        Gateway::Stripe => {
            json!({"id": name, "mode": "payment", "status": "complete", "payment_status": "paid", "amount_total": minor(*amount), "currency": lower(*amount), "client_reference_id": reference})
        }
        Gateway::CryptoPay => json!({"ok": true, "result": {"items": []}}),
        Gateway::TelegramStars | Gateway::RecurringStars | Gateway::Card | Gateway::NowPayments => Value::Null,
    }
}

fn raw<'a>((headers, query, body): &'a (HeaderMap, String, Vec<u8>)) -> RawCallback<'a> {
    RawCallback { headers, query, body, source_ip: None, now: NOW }
}

fn name(kind: Gateway) -> String {
    match kind {
        Gateway::ZarinPal => AUTHORITY.into(),
        Gateway::NowPayments => "5745459419".into(),
        Gateway::Stripe => "cs_test_a1B2c3".into(),
        _ => UUID.into(),
    }
}

/// What the shop makes of a callback: as its callback function does, without the table.
async fn report(kind: Gateway, told: &Told, order: &Order, names: &ReferenceKey) -> Option<Report> {
    let peer = Peer::always(Play::Answer(200, remote(kind, told).to_string())).await;
    let gateway = build(kind, &peer.url);
    match gateway.verify_callback(&raw(&callback(kind, told))).unwrap_or_else(|reject| panic!("{kind}: {reject}")) {
        Verdict::Report(report) => Some(report),
        Verdict::Confirm(hint) => {
            let claimed = hint.claimed;
            let reference = claimed.reference.clone()?;
            let (_, number) = names.open_order(&reference).ok()?;
            let attempt = order.attempt(number).filter(|attempt| attempt.gateway == kind);
            let awaited = attempt.filter(|attempt| attempt.reference.as_deref() == Some(claimed.payment.reference()));
            let awaited = awaited.map(|attempt| Awaited { name: claimed.payment.reference(), reference: &reference, quote: attempt.quote });
            gateway.confirm(claimed.payment.reference(), awaited.as_ref(), LONG).await.expect("an answer")
        }
        Verdict::Ignore(reason) => panic!("{kind}: {reason}"),
    }
}

fn settled(order: &Order, report: &Report, names: &ReferenceKey) -> Settlement {
    let event = PaymentEvent {
        payment: report.payment.clone(),
        order: report.reference.as_deref().and_then(|reference| names.open_order(reference).ok()),
        status: report.status,
        amount: report.amount,
        payer: report.payer,
        recurring: report.recurring,
    };
    settle(Some(order).filter(|order| event.order.is_some_and(|(id, _)| id == order.id)), &event, NOW, NOW)
}

/// An order that waits for `quote` by `kind`, and the reference of its attempt.
fn waiting(kind: Gateway, quote: Money, names: &ReferenceKey, buyer: i64) -> (Order, String) {
    let id = OrderId::new(TelegramUserId::new(buyer).expect("an id"), "01JD8Z7Q4W0000000000000000".parse::<OrderKey>().expect("a key"));
    let terms = Terms {
        product: "gb50".parse().expect("an id"),
        kind: ProductKind::Plan,
        name: "50 GB".into(),
        price: Money::whole(150_000, Currency::Irt),
        data_limit_gb: Some(50),
        data_limit_mb: None,
        duration_days: Some(30),
        renewal_policy: RenewalPolicy::Add,
    };
    let new = NewOrder {
        id,
        total: terms.price,
        terms,
        discount: None,
        inviter: None,
        first_purchase: true,
        extends: None,
        gift: false,
        panel_name: names.panel_name(id),
        screen: None,
        window: Span::minutes(30),
    };
    let order = Order::place(new, NOW, NOW);
    let (order, number) = order.begin_attempt(kind, quote, NOW).expect("payable");
    let order = order.opened(number, Some(name(kind)), Some("https://pay.example/1".into())).expect("an attempt");
    let reference = names.attempt(id, number);
    (order, reference)
}

#[tokio::test]
async fn only_the_right_money_pays_and_only_once() {
    let names = ReferenceKey::new(b"a secret of the tests").expect("a key");
    for kind in rails() {
        let quote = Money::whole(299, gateway_currencies(kind)[0]);
        let (order, reference) = waiting(kind, quote, &names, BUYER);
        let told = Told { reference: reference.clone(), amount: quote, name: name(kind) };
        let right = report(kind, &told, &order, &names).await.expect("a report");
        let Settlement::Apply(transition) = settled(&order, &right, &names) else { panic!("{kind}: {right:?}") };

        // Told again: the same payment. Told of another one: kept for the operators.
        let paid = transition.order;
        assert_eq!(settled(&paid, &right, &names), Settlement::Already, "{kind}");
        let second = Report { payment: PaymentId::new(kind, "another").expect("an id"), ..right.clone() };
        assert_eq!(settled(&paid, &second, &names), Settlement::Unapplied(UnappliedReason::PaidTwice), "{kind}");

        // Another customer's order, and a reference that is nobody's.
        let (foreign, foreign_reference) = waiting(kind, quote, &names, BUYER + 1);
        assert_ne!(foreign_reference, reference);
        let stray = Report { reference: Some(foreign_reference), ..right.clone() };
        assert_eq!(settled(&order, &stray, &names), Settlement::Unapplied(UnappliedReason::UnknownOrder), "{kind}");
        assert!(matches!(settled(&foreign, &right, &names), Settlement::Unapplied(UnappliedReason::UnknownOrder)), "{kind}");
        let mut forged = reference.clone();
        forged.replace_range(0..1, if forged.starts_with('A') { "B" } else { "A" });
        let made_up = Report { reference: Some(forged), ..right.clone() };
        assert_eq!(settled(&order, &made_up, &names), Settlement::Unapplied(UnappliedReason::UnknownOrder), "{kind}");

        // The attempt of another gateway.
        let other = if kind == Gateway::Tribute { Gateway::CryptoPay } else { Gateway::Tribute };
        let (elsewhere, _) = waiting(other, quote, &names, BUYER);
        assert_eq!(settled(&elsewhere, &right, &names), Settlement::Unapplied(UnappliedReason::UnknownAttempt), "{kind}");
        if kind == Gateway::ZarinPal {
            // It takes the money only for the amount of the order; the two cases below are its own.
            continue;
        }
        let less = Money::whole(298, quote.currency());
        let elsewhere =
            Currency::ALL.into_iter().find(|currency| *currency != quote.currency() && currency.exponent() == 2).expect("a currency");
        for amount in [less, Money::whole(299, elsewhere), Money::whole(300, quote.currency())] {
            let wrong = report(kind, &Told { amount, ..told.clone() }, &order, &names).await.expect("a report");
            assert_eq!(settled(&order, &wrong, &names), Settlement::Unapplied(UnappliedReason::AmountMismatch), "{kind} {amount}");
        }
    }
}

#[tokio::test]
async fn one_authority_pays_one_attempt() {
    let names = ReferenceKey::new(b"a secret of the tests").expect("a key");
    let (order, reference) = waiting(Gateway::ZarinPal, Money::whole(150_000, Currency::Irt), &names, BUYER);
    let other = AUTHORITY.replace('w', "x");
    // Somebody else's paid authority with one's own order: nothing is asked, nothing is taken.
    let told = Told { reference, amount: Money::whole(1, Currency::Irt), name: other };
    assert_eq!(report(Gateway::ZarinPal, &told, &order, &names).await, None);
    // One's own authority with somebody else's order.
    let (_, foreign) = waiting(Gateway::ZarinPal, Money::whole(150_000, Currency::Irt), &names, BUYER + 1);
    let told = Told { reference: foreign, amount: Money::whole(1, Currency::Irt), name: AUTHORITY.into() };
    let report = report(Gateway::ZarinPal, &told, &order, &names).await.expect("the amounts agree");
    assert_eq!(settled(&order, &report, &names), Settlement::Unapplied(UnappliedReason::UnknownOrder));
}

#[test]
fn one_flipped_bit_is_seen() {
    let signed = [
        Gateway::CryptoPay,
        Gateway::NowPayments,
        Gateway::Heleket,
        Gateway::Cryptomus,
        Gateway::Plisio,
        Gateway::Tribute,
        Gateway::Stripe,
    ];
    for kind in signed {
        let gateway = build(kind, "http://127.0.0.1:1");
        let told = Told { reference: "ref".into(), amount: Money::whole(299, gateway_currencies(kind)[0]), name: name(kind) };
        let (headers, query, body) = callback(kind, &told);
        let verify = |headers: &HeaderMap, body: &[u8]| {
            gateway.verify_callback(&RawCallback { headers, query: &query, body, source_ip: None, now: NOW })
        };
        assert!(verify(&headers, &body).is_ok(), "{kind}");
        for bit in (0..body.len() * 8).step_by(3) {
            let mut forged = body.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            let verdict = verify(&headers, &forged);
            assert!(
                matches!(verdict, Err(Reject::BadSignature | Reject::MissingSignature)),
                "{kind} bit {bit}: {}",
                String::from_utf8_lossy(&forged)
            );
        }
        for (name, value) in &headers {
            for bit in 0..value.len() * 8 {
                let mut forged = value.as_bytes().to_vec();
                forged[bit / 8] ^= 1 << (bit % 8);
                let Ok(forged) = HeaderValue::from_bytes(&forged) else { continue };
                let mut headers = headers.clone();
                headers.insert(name, forged.clone());
                let verdict = verify(&headers, &body);
                assert!(verdict.is_err(), "{kind} bit {bit}: {forged:?}");
            }
        }
    }
}

#[test]
fn platega_wants_both_of_its_words() {
    let gateway = build(Gateway::Platega, "http://127.0.0.1:1");
    let told = Told { reference: "ref".into(), amount: Money::whole(299, Currency::Rub), name: name(Gateway::Platega) };
    let (genuine, query, body) = callback(Gateway::Platega, &told);
    let verify =
        |headers: &HeaderMap| gateway.verify_callback(&RawCallback { headers, query: &query, body: &body, source_ip: None, now: NOW });
    assert!(matches!(verify(&genuine), Ok(Verdict::Confirm(_))));
    for name in ["x-merchantid", "x-secret"] {
        let mut headers = genuine.clone();
        headers.remove(name);
        assert_eq!(verify(&headers), Err(Reject::MissingSignature), "{name}");
        for value in ["", "x", &format!("{KEY}x")] {
            headers.insert(name, HeaderValue::from_str(value).expect("a value"));
            assert_eq!(verify(&headers), Err(Reject::BadSignature), "{name}");
        }
    }
}
