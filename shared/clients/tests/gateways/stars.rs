//! Telegram Stars.

use clients::{
    payment::{GatewayError, Refund, report_of},
    telegram::SuccessfulPayment,
};
use domain::{
    Currency, Money, TelegramUserId,
    payment::{Gateway, PaymentId, ReportedStatus},
};
use serde_json::{Value, json};

use crate::{
    fixtures::{BOT_TOKEN, LONG, NOW, agreeable, build, invoice, price},
    support::{Peer, Play},
};

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
        let refund = Refund { payment: &payment, payer: TelegramUserId::new(7_000_000_000).ok(), amount: price(Gateway::TelegramStars) };
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
