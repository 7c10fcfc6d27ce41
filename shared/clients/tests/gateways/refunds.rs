//! Money back: through the gateway where it has a way, once however often it is asked for; and by hand everywhere else.

use clients::payment::{GatewayError, Refund, Refunds, refunds_of};
use domain::{
    TelegramUserId,
    payment::{Gateway, PaymentId},
};
use serde_json::{Value, json};

use crate::{
    fixtures::{KEY, LONG, SHORT, UUID, build, price},
    support::{Peer, Play, Seen},
};

const PAYER: i64 = 7_000_000_001;
const SESSION: &str = "cs_test_a1B2c3";
const INTENT: &str = "pi_3MtwBwLkdIwHu7ix28a3tqPa";

fn payer() -> Option<TelegramUserId> {
    TelegramUserId::new(PAYER).ok()
}

fn payment(kind: Gateway) -> PaymentId {
    let kind = kind.charged_as();
    let name = match kind {
        Gateway::TelegramStars => "stxs6J1UXK",
        Gateway::CryptoPay => "528890",
        Gateway::Stripe => SESSION,
        _ => UUID,
    };
    PaymentId::new(kind, name).expect("an id")
}

/// The gateways that send money back, and the call that does it.
const RAILS: [(Gateway, &str); 4] = [
    (Gateway::TelegramStars, "/refundStarPayment"),
    (Gateway::CryptoPay, "POST /api/transfer"),
    (Gateway::YooKassa, "POST /v3/refunds"),
    (Gateway::Stripe, "POST /v1/refunds"),
];

/// What a gateway says of the payment when it is asked, with some members set.
fn remote(kind: Gateway, changes: &Value) -> Value {
    let mut payment = match kind {
        Gateway::CryptoPay => {
            json!({"invoice_id": 528_890, "status": "paid", "currency_type": "fiat", "fiat": "USD", "amount": "150", "paid_asset": "USDT", "paid_amount": "150.07"})
        }
        Gateway::YooKassa => json!({"id": UUID, "status": "succeeded", "paid": true, "amount": {"value": "150.00", "currency": "RUB"}}),
        Gateway::Stripe => {
            json!({"id": SESSION, "mode": "payment", "status": "complete", "payment_status": "paid", "amount_total": 15_000, "currency": "usd",
                   "client_reference_id": "ref", "payment_intent": {"id": INTENT, "latest_charge": {"id": "ch_1", "refunded": false, "disputed": false}}})
        }
        _ => json!({}),
    };
    let members = payment.as_object_mut().expect("an object");
    members.extend(changes.as_object().expect("an object").clone());
    if kind == Gateway::CryptoPay { json!({"ok": true, "result": {"items": [payment]}}) } else { payment }
}

fn done(kind: Gateway) -> Value {
    match kind {
        Gateway::TelegramStars => json!({"ok": true, "result": true}),
        Gateway::CryptoPay => json!({"ok": true, "result": {"transfer_id": 1, "status": "completed"}}),
        _ => json!({"id": "a-refund", "status": "succeeded"}),
    }
}

/// A gateway that knows the payment, with `changes`, and answers a refund like this.
async fn peer(kind: Gateway, changes: Value, status: u16, answer: Value) -> Peer {
    let call = RAILS.iter().find(|(rail, _)| *rail == kind).expect("a rail").1;
    Peer::start(move |seen: &Seen, _| {
        if seen.call().ends_with(call) {
            Play::Answer(status, answer.to_string())
        } else {
            Play::Answer(200, remote(kind, &changes).to_string())
        }
    })
    .await
}

async fn refund(kind: Gateway, peer: &Peer) -> Result<(), GatewayError> {
    build(kind, &peer.url).refund(&Refund { payment: &payment(kind), payer: payer(), amount: price(kind) }, LONG).await
}

/// The requests that would move money.
fn moves(kind: Gateway, peer: &Peer) -> Vec<Seen> {
    let call = RAILS.iter().find(|(rail, _)| *rail == kind).expect("a rail").1;
    peer.seen().into_iter().filter(|seen| seen.call().ends_with(call)).collect()
}

#[tokio::test]
async fn every_gateway_refunds_or_says_that_a_person_has_to() {
    for kind in Gateway::ALL {
        let gateway = build(kind, "http://127.0.0.1:1");
        let rail = RAILS.iter().any(|(rail, _)| *rail == kind.charged_as());
        assert_eq!(gateway.refunds(), refunds_of(kind));
        assert_eq!((gateway.refunds().possible(payer()), matches!(gateway.refunds(), Refunds::ByHand(_))), (rail, !rail), "{kind}");
        let own = payment(kind);
        let refund = Refund { payment: &own, payer: payer(), amount: price(kind) };
        let answer = gateway.refund(&refund, LONG).await;
        match answer {
            Err(GatewayError::ByHand(why)) => assert!(!rail && !why.is_empty(), "{kind}"),
            Err(GatewayError::Unreachable { sent: false }) => assert!(rail, "{kind}"),
            other => panic!("{kind}: {other:?}"),
        }
        // Without anybody to send it to.
        let needs_payer = gateway.refunds() == Refunds::ToKnownPayer;
        assert_eq!(gateway.refunds().possible(None), rail && !needs_payer, "{kind}");
        if needs_payer {
            let answer = gateway.refund(&Refund { payer: None, ..refund }, LONG).await;
            assert!(matches!(&answer, Err(error @ GatewayError::ByHand(_)) if !error.is_transient()), "{kind}: {answer:?}");
        }
        // A payment of another gateway is never refunded.
        let other = payment(if kind == Gateway::Card { Gateway::CryptoPay } else { Gateway::Card });
        let answer = gateway.refund(&Refund { payment: &other, ..refund }, LONG).await;
        assert_eq!(answer, Err(GatewayError::Unsupported), "{kind}");
    }
}

#[tokio::test]
async fn a_refund_asked_for_again_is_one_refund() {
    let names = |kind: Gateway, seen: &Seen| match kind {
        Gateway::TelegramStars => seen.json()["telegram_payment_charge_id"].clone(),
        Gateway::CryptoPay => seen.json()["spend_id"].clone(),
        Gateway::YooKassa => seen.header("idempotence-key").into(),
        _ => seen.header("idempotency-key").into(),
    };
    let keys = [("stxs6J1UXK", 400), ("refund-528890", 400), (&*format!("refund-{UUID}"), 200), (&*format!("refund-{SESSION}"), 400)]
        .map(|(key, status)| (key.to_owned(), status));
    for ((kind, _), (key, status)) in RAILS.into_iter().zip(keys) {
        let peer = peer(kind, json!({}), 200, done(kind)).await;
        for _ in 0..2 {
            assert_eq!(refund(kind, &peer).await, Ok(()), "{kind}");
        }
        let seen = moves(kind, &peer);
        assert_eq!(seen.iter().map(|seen| names(kind, seen)).collect::<Vec<_>>(), [key.as_str(), key.as_str()], "{kind}");
        assert_eq!(seen[0].body, seen[1].body, "{kind}: one key, one request");

        // Where the gateway has forgotten the key, it still knows that the money went back.
        let said = match kind {
            Gateway::TelegramStars => json!({"ok": false, "error_code": 400, "description": "Bad Request: CHARGE_ALREADY_REFUNDED"}),
            Gateway::CryptoPay => json!({"ok": false, "error": {"code": 400, "name": "SPEND_ID_ALREADY_USED"}}),
            Gateway::Stripe => {
                json!({"error": {"code": "charge_already_refunded", "message": "Charge ch_1 has already been refunded.", "type": "invalid_request_error"}})
            }
            _ => done(kind),
        };
        let peer = self::peer(kind, json!({}), status, said).await;
        assert_eq!(refund(kind, &peer).await, Ok(()), "{kind}");
    }
    for (kind, gone) in [
        (Gateway::YooKassa, json!({"refunded_amount": {"value": "150.00", "currency": "RUB"}})),
        (Gateway::Stripe, json!({"payment_intent": {"id": INTENT, "latest_charge": {"id": "ch_1", "refunded": true}}})),
    ] {
        let peer = peer(kind, gone, 500, json!({})).await;
        assert_eq!(refund(kind, &peer).await, Ok(()), "{kind}");
        assert_eq!(moves(kind, &peer).len(), 0, "{kind}: nothing is asked for that is done");
    }
}

#[tokio::test]
async fn what_a_refund_asks_for() {
    let peer = self::peer(Gateway::CryptoPay, json!({}), 200, done(Gateway::CryptoPay)).await;
    refund(Gateway::CryptoPay, &peer).await.expect("refunded");
    assert_eq!(
        moves(Gateway::CryptoPay, &peer)[0].json(),
        json!({"user_id": PAYER, "asset": "USDT", "amount": "150.07", "spend_id": "refund-528890"}),
        "the coins that were paid, and not the price"
    );

    let part = json!({"refunded_amount": {"value": "50.50", "currency": "RUB"}});
    for (changes, left) in [(json!({}), "150.00"), (part, "99.50")] {
        let peer = self::peer(Gateway::YooKassa, changes, 200, done(Gateway::YooKassa)).await;
        refund(Gateway::YooKassa, &peer).await.expect("refunded");
        let seen = moves(Gateway::YooKassa, &peer);
        assert_eq!(seen[0].json(), json!({"payment_id": UUID, "amount": {"value": left, "currency": "RUB"}}));
        assert!(seen[0].header("authorization").is_some_and(|word| word.starts_with("Basic ")));
    }

    let peer = self::peer(Gateway::Stripe, json!({}), 200, done(Gateway::Stripe)).await;
    refund(Gateway::Stripe, &peer).await.expect("refunded");
    let seen = peer.seen();
    assert_eq!(seen[0].target, format!("/v1/checkout/sessions/{SESSION}?expand%5B%5D=payment_intent.latest_charge"));
    assert_eq!(std::str::from_utf8(&seen[1].body), Ok(format!("payment_intent={INTENT}").as_str()), "all that is left of it");
    assert_eq!(seen[1].header("authorization"), Some(format!("Bearer {KEY}").as_str()));
}

#[tokio::test]
async fn money_that_is_not_as_the_shop_knows_it_stays() {
    let cases = [
        (Gateway::CryptoPay, json!({"status": "active"})),
        (Gateway::CryptoPay, json!({"amount": "149"})),
        (Gateway::CryptoPay, json!({"fiat": "EUR"})),
        (Gateway::CryptoPay, json!({"invoice_id": 528_891})),
        (Gateway::CryptoPay, json!({"paid_amount": null})),
        (Gateway::YooKassa, json!({"status": "pending", "paid": false})),
        (Gateway::YooKassa, json!({"amount": {"value": "1500.00", "currency": "RUB"}})),
        (Gateway::YooKassa, json!({"id": "another"})),
        (Gateway::YooKassa, json!({"test": true})),
        (Gateway::Stripe, json!({"payment_status": "unpaid"})),
        (Gateway::Stripe, json!({"amount_total": 150})),
        (Gateway::Stripe, json!({"currency": "eur"})),
        (Gateway::Stripe, json!({"payment_intent": null})),
        (Gateway::Stripe, json!({"id": "cs_another"})),
    ];
    for (kind, changes) in cases {
        let peer = peer(kind, changes.clone(), 200, done(kind)).await;
        let answer = refund(kind, &peer).await;
        assert!(matches!(answer, Err(GatewayError::Refused(_))), "{kind} {changes}: {answer:?}");
        assert_eq!(moves(kind, &peer).len(), 0, "{kind} {changes}");
    }
}

#[tokio::test]
async fn a_refund_that_fails_fails_in_its_kind() {
    for (kind, _) in RAILS {
        let no = json!({"ok": false, "error_code": 400, "description": "Bad Request: no", "error": {"code": "no", "name": "INSUFFICIENT_FUNDS"}});
        for (status, answer, transient) in [(400, no, false), (502, json!({}), true), (200, json!([]), true)] {
            let peer = peer(kind, json!({}), status, answer).await;
            let error = refund(kind, &peer).await.expect_err("a failure");
            assert_eq!(error.is_transient(), transient, "{kind} {status}: {error}");
        }
        let silent = Peer::always(Play::Hang).await;
        let own = payment(kind);
        let answer = build(kind, &silent.url).refund(&Refund { payment: &own, payer: payer(), amount: price(kind) }, SHORT).await;
        assert_eq!(answer, Err(GatewayError::Unreachable { sent: true }), "{kind}");
    }
    let forbidden = json!({"ok": false, "error": {"code": 403, "name": "METHOD_DISABLED"}});
    let answer = refund(Gateway::CryptoPay, &peer(Gateway::CryptoPay, json!({}), 403, forbidden).await).await;
    assert!(matches!(answer, Err(GatewayError::ByHand(_))), "{answer:?}");
    for (kind, status) in [(Gateway::YooKassa, "canceled"), (Gateway::Stripe, "failed"), (Gateway::Stripe, "canceled")] {
        let answer = refund(kind, &peer(kind, json!({}), 200, json!({"id": "a-refund", "status": status})).await).await;
        assert!(matches!(answer, Err(GatewayError::Refused(_))), "{kind} {status}: {answer:?}");
    }
    for kind in [Gateway::YooKassa, Gateway::Stripe] {
        let answer = refund(kind, &peer(kind, json!({}), 200, json!({"id": "a-refund", "status": "pending"})).await).await;
        assert_eq!(answer, Ok(()), "{kind}: it is on its way");
    }
}
