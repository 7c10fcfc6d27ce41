//! Money that goes back takes with it what it bought; an amount that two orders waited for in turn stays whose it is.

use domain::{
    order::OrderStatus,
    payment::{Gateway, PaymentStatus},
    time::Span,
};
use local::panel::Status;
use serde_json::json;
use store::{CardAmount, Write};
use tests::{CARD_NUMBER, World};

/// What Telegram sends when a charge in Stars was taken back.
fn refunded(update: i64, customer: i64, stars: i64, payload: &str, charge: &str) -> serde_json::Value {
    json!({"update_id": update, "message": {
        "message_id": 900_000, "date": 1_795_000_000, "chat": {"id": customer, "type": "private"},
        "from": {"id": customer, "is_bot": false, "first_name": "Customer"},
        "refunded_payment": {"currency": "XTR", "total_amount": stars, "invoice_payload": payload, "telegram_payment_charge_id": charge}}})
}

#[tokio::test]
async fn a_refund_switches_the_account_off() {
    let world = World::open().await;
    let customer = world.customer(7_000_000_071);
    customer.send("/start").await;
    customer.tap("Buy a subscription").await.unwrap();
    customer.tap("Plan small").await.unwrap();
    customer.tap("⭐ 80").await.unwrap();
    customer.tap("Pay ⭐ 80").await.unwrap();
    let order = world.order(customer.id()).await;
    let payment = order.payment.clone().unwrap();
    let update = refunded(800_001, customer.id(), 80, &world.app.names.order(order.id), payment.reference());
    for _ in 0..2 {
        assert!(world.telegram.send_update(update.clone()).await.is_success());
    }
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Refunded);
    assert_eq!(world.app.store.payment(&payment).await.unwrap().unwrap().status, PaymentStatus::Refunded);
    world.jobs().await;
    assert_eq!(world.accounts(order.id)[0].status, Status::Disabled);
    // It is looked at a second time before the matter is closed.
    world.clock.advance(Span::minutes(10));
    world.jobs().await;
    assert_eq!(world.order(customer.id()).await.work.duty, None);
    // Money of nobody's order is no matter.
    let unknown = refunded(800_002, customer.id(), 80, "nonsense", "unknown-charge");
    assert!(world.telegram.send_update(unknown).await.is_success());
}

#[tokio::test]
async fn a_late_transfer_is_honoured_although_another_order_waits_for_the_amount() {
    let world = World::open().await;
    let customer = world.customer(7_000_000_072);
    customer.send("/start").await;
    customer.tap("Buy a subscription").await.unwrap();
    customer.tap("Plan small").await.unwrap();
    customer.tap("Card to card").await.unwrap();
    let late = world.order(customer.id()).await;
    world.clock.advance(Span::hours(2));
    world.jobs().await;
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Expired);

    // Somebody else's order, which by chance got the amount that became free.
    let other = domain::OrderId::new(7_000_000_073.try_into().unwrap(), late.id.key);
    let taken = CardAmount { card: CARD_NUMBER[12..].to_owned(), amount: late.attempts[0].quote, order: other };
    world.app.store.commit("taken by another order", vec![Write::create(&taken).unwrap()]).await.unwrap();

    customer.send_photo(b"a receipt, late".to_vec()).await;
    world.operator().tap("Approve").await.unwrap();
    world.operator().tap("Exactly").await.unwrap();
    let order = world.order(customer.id()).await;
    assert_eq!((order.status, world.accounts(order.id).len()), (OrderStatus::Provisioned, 1));
    assert_eq!(order.payment.unwrap().gateway(), Gateway::Card);
    let standing = world.app.store.commit("still taken", vec![Write::create(&taken).unwrap()]).await;
    assert!(standing.is_err(), "the other order's amount is still its own");
}
