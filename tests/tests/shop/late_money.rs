//! Money that comes after its order has ended, or that fits none.

use std::sync::Arc;

use domain::{
    admin::Actor,
    order::{OrderStatus, UnappliedReason},
    payment::{Gateway, PaymentId, PaymentStatus},
    time::Span,
};
use local::shop::deliver;
use serde_json::Value;
use tests::{
    WEBHOOK_SECRET, World,
    actors::{self, approved, says},
};

#[tokio::test]
async fn money_for_an_expired_order_is_honoured() {
    let world = World::open().await;
    let customer = world.customer(7_300_000_001);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    let order = world.order(customer.id()).await;
    let payload = world.payload(&order, 1);
    world.clock.advance(Span::minutes(61));
    world.jobs_until_idle().await;
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Expired);
    // No new charge: Telegram is told so before it takes money.
    let answer = world.telegram.send_update(actors::pre_checkout(customer.id(), &payload, "XTR", 80)).await;
    assert!(!approved(&answer));
    // But one that was made in time and told late counts.
    let update = actors::successful_payment(customer.id(), &payload, 80, "late");
    assert!(world.telegram.send_update(update).await.is_success());
    let order = world.order(customer.id()).await;
    assert_eq!(order.status, OrderStatus::Provisioned);
    assert_eq!(world.accounts(order.id).len(), 1);
}

#[tokio::test]
async fn a_customer_who_cancels_and_pays_gets_what_he_paid_for() {
    let world = World::open().await;
    let customer = world.customer(7_300_000_002);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    let order = world.order(customer.id()).await;
    customer.tap("Cancel the order").await.unwrap();
    assert!(says(&customer).contains("is canceled"), "{}", says(&customer));
    let update = actors::successful_payment(customer.id(), &world.payload(&order, 1), 80, "after-cancel");
    assert!(world.telegram.send_update(update).await.is_success());
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
    assert_eq!(actors::deliveries(&customer).len(), 1);
}

/// The use that an expired order gave back was sold again: the money is honoured, and the limit's sum still adds up.
#[tokio::test]
async fn late_money_for_a_code_that_others_have_used_up_counts_apart() {
    let world = World::open().await;
    world.add_code("ONCE", "10", Some(1), Some(1)).await;
    let early = world.customer(7_300_000_003);
    actors::choose_with_code(&early, "Plan small", "ONCE").await;
    early.tap("⭐ 72").await.unwrap();
    let order = world.order(early.id()).await;
    world.clock.advance(Span::minutes(61));
    world.jobs_until_idle().await;

    let other = world.customer(7_300_000_004);
    actors::choose_with_code(&other, "Plan small", "ONCE").await;
    other.tap("⭐ 72").await.unwrap();
    other.tap("Pay ⭐ 72").await.unwrap();

    let update = actors::successful_payment(early.id(), &world.payload(&order, 1), 72, "late-with-code");
    assert!(world.telegram.send_update(update).await.is_success());
    assert_eq!(world.order(early.id()).await.status, OrderStatus::Provisioned);
    let code = world.code("ONCE").await;
    assert_eq!((code.times_used, code.late_uses), (1, 1));
}

#[tokio::test]
async fn late_money_takes_its_use_again_where_one_is_left() {
    let world = World::open().await;
    world.add_code("TWICE", "10", Some(2), Some(1)).await;
    let customer = world.customer(7_300_000_005);
    actors::choose_with_code(&customer, "Plan small", "TWICE").await;
    customer.tap("⭐ 72").await.unwrap();
    let order = world.order(customer.id()).await;
    customer.tap("Cancel the order").await.unwrap();
    assert_eq!(world.code("TWICE").await.times_used, 0);
    let update = actors::successful_payment(customer.id(), &world.payload(&order, 1), 72, "late-again");
    assert!(world.telegram.send_update(update).await.is_success());
    let code = world.code("TWICE").await;
    assert_eq!((code.times_used, code.late_uses), (1, 0));
    let redemption = world.app.store.redemption(&code.name, order.id.buyer).await.unwrap();
    assert_eq!(redemption.orders.len(), 1);
}

/// Stars that an operator's cancellation made homeless go back by themselves.
#[tokio::test]
async fn stars_for_a_canceled_order_go_back() {
    let world = World::open().await;
    let customer = world.customer(7_300_000_006);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    let order = world.order(customer.id()).await;
    // Between Telegram's question and its charge, an operator cancels.
    let (gateway, app) = (world.gateway.clone(), Arc::clone(&world.app));
    world.telegram.connect(move |update: Value| {
        let (gateway, app) = (gateway.clone(), Arc::clone(&app));
        async move {
            let asks = update.get("pre_checkout_query").is_some();
            let answer = deliver(&gateway, WEBHOOK_SECRET, &update).await;
            if asks {
                app.cancel_order(order.id, &Actor::Bootstrap).await.map_err(|error| error.to_string())?;
            }
            Ok::<_, String>(answer)
        }
    });
    let paid = customer.pay(customer.link("Pay ⭐ 80").unwrap()).await.unwrap();
    assert!(paid.payment.is_success());

    let id = PaymentId::new(Gateway::TelegramStars, paid.charge_id.as_str()).unwrap();
    let payment = || async { world.app.store.payment(&id).await.unwrap().unwrap() };
    assert_eq!((payment().await.status, payment().await.reason), (PaymentStatus::Unapplied, Some(UnappliedReason::OrderEnded)));
    for _ in 0..2 {
        world.jobs().await;
        assert_eq!(payment().await.status, PaymentStatus::Refunded);
        let [charge, refund] = &world.telegram.star_transactions()[..] else { panic!("one charge and its refund") };
        assert_eq!((&charge["id"], &charge["amount"], &refund["id"]), (&refund["id"], &refund["amount"], &paid.charge_id.as_str().into()));
    }
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Canceled);
    assert!(world.panel.users().is_empty());
}
