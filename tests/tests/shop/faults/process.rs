//! The process ends at the worst moments, and the same news comes more than once.

use domain::{order::OrderStatus, time::Span};
use embedded_dynamodb::Fault;
use local::{panel, shop::deliver};
use tests::{
    WEBHOOK_SECRET, World,
    actors::{self, deliveries},
};

use super::settle_down;

/// A customer with an order that he has just paid in Telegram's eyes; the shop has not been told.
async fn about_to_tell(world: &World, id: i64) -> (local::telegram::Person, serde_json::Value) {
    let customer = world.customer(id);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    let order = world.order(id).await;
    let update = actors::successful_payment(id, &world.payload(&order, 1), 80, &format!("charge-of-{id}"));
    (customer, update)
}

#[tokio::test]
async fn it_dies_between_paid_and_provisioned() {
    let mut world = World::open().await;
    let (customer, update) = about_to_tell(&world, 7_810_000_001).await;
    world.dynamodb.fail("TransactWriteItems", [Fault::DeadAfter]);
    let answer = world.telegram.send_update(update).await;
    assert_eq!(answer.status, Some(500));
    world.dynamodb.restore();
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Paid);
    assert!(world.panel.users().is_empty());

    world.restart(2).await;
    // Nobody takes it from a process that may still be at work.
    world.jobs().await;
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Paid);
    world.clock.advance(Span::seconds(91));
    world.jobs().await;
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
    assert_eq!(deliveries(&customer).len(), 1);
    // Telegram has not been told that its update was taken, and tells it again.
    assert!(world.telegram.redeliver(answer.update_id).await.is_success());
    assert_eq!(deliveries(&customer).len(), 1);
    assert_eq!(world.audit().await.applied, 1);
}

/// Killed while the panel is at work: the account is made, and nobody has written it down.
#[tokio::test]
async fn it_dies_in_the_middle_of_the_panels_answer() {
    let mut world = World::open().await;
    let (customer, mut update) = about_to_tell(&world, 7_810_000_002).await;
    update["update_id"] = 500_000_002.into();
    world.panel.fail(panel::Fault::once(panel::FaultKind::HangAfterEffect).on("POST /api/user"));
    let turn = tokio::spawn({
        let (gateway, update) = (world.gateway.clone(), update.clone());
        async move { deliver(&gateway, WEBHOOK_SECRET, &update).await }
    });
    while world.panel.users().is_empty() {
        tokio::task::yield_now().await;
    }
    // Dropping the turn is what the end of its process is.
    turn.abort();
    assert!(turn.await.unwrap_err().is_cancelled());
    world.restart(2).await;
    world.clock.advance(Span::seconds(91));
    world.jobs().await;
    let order = world.order(customer.id()).await;
    assert_eq!(order.status, OrderStatus::Provisioned);
    assert_eq!(world.accounts(order.id).len(), 1);
    assert_eq!(deliver(&world.gateway, WEBHOOK_SECRET, &update).await.0, 200);
    assert_eq!(deliveries(&customer).len(), 1);
    world.audit().await;
}

#[tokio::test]
async fn a_payment_is_told_twice_at_once_and_again_later() {
    let world = World::open().await;
    let (customer, mut update) = about_to_tell(&world, 7_810_000_003).await;
    update["update_id"] = 500_000_001.into();
    let body = update.to_string();
    let (first, second) = tokio::join!(world.webhook(body.as_bytes()), world.webhook(body.as_bytes()));
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (200, 200));
    assert_eq!(world.webhook(body.as_bytes()).await.status, 200);
    world.clock.advance(Span::hours(24));
    assert_eq!(world.webhook(body.as_bytes()).await.status, 200);
    settle_down(&world).await;
    let audit = world.audit().await;
    assert_eq!((audit.orders, audit.provisioned, audit.applied, audit.unapplied), (1, 1, 1, 0));
    assert_eq!(deliveries(&customer).len(), 1);
}

/// A worker that is slower than its lease meets the one that took its place: the account is one, and the order is finished once.
#[tokio::test]
async fn a_slow_worker_is_overtaken() {
    let world = World::open().await;
    let (customer, update) = about_to_tell(&world, 7_810_000_004).await;
    world.panel.fail(panel::Fault::once(panel::FaultKind::HangAfterEffect).on("POST /api/user"));
    let other = world.another_process(2).await;
    let slow = tokio::spawn({
        let telegram = world.telegram.clone();
        async move { telegram.send_update(update).await }
    });
    while world.panel.users().is_empty() {
        tokio::task::yield_now().await;
    }
    world.clock.advance(Span::seconds(91));
    scheduled_jobs::handle(&other, 0).await.unwrap();
    let finished = world.order(customer.id()).await;
    assert_eq!(finished.status, OrderStatus::Provisioned);
    // The first one gives up waiting for the panel, looks, finds the account, and the order finished.
    assert!(slow.await.unwrap().is_success());
    let order = world.order(customer.id()).await;
    assert_eq!((order.version, order.work.fence), (finished.version, finished.work.fence), "the slow one changed nothing any more");
    assert_eq!(world.accounts(order.id).len(), 1);
    world.audit().await;
}

/// Two processes work off the same queue: each duty is done once.
#[tokio::test]
async fn two_workers_share_a_queue() {
    let world = World::open().await;
    world.panel.down();
    let mut customers = Vec::new();
    for n in 0..8 {
        let (customer, update) = about_to_tell(&world, 7_810_000_010 + n).await;
        assert!(world.telegram.send_update(update).await.is_success());
        customers.push(customer);
    }
    world.panel.up();
    world.panel.forget_calls();
    world.clock.advance(Span::minutes(2));
    let other = world.another_process(2).await;
    let (one, two) = tokio::join!(scheduled_jobs::handle(&world.app, 0), scheduled_jobs::handle(&other, 0));
    let done = |run: Result<serde_json::Value, app::AppError>| run.unwrap()["done"].as_u64().unwrap();
    assert_eq!(done(one) + done(two), 8);
    assert_eq!(world.panel.count("POST /api/user"), 8);
    for customer in &customers {
        assert_eq!(deliveries(customer).len(), 1);
    }
    let audit = world.audit().await;
    assert_eq!((audit.orders, audit.provisioned), (8, 8));
}
