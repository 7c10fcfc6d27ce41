//! Telegram refuses, waits, and loses answers. The customer has paid: his link comes, or waits where he finds it.

use domain::{order::OrderStatus, time::Span};
use local::telegram::{Fault, FaultKind, Person};
use tests::{
    World,
    actors::{self, deliveries, says},
};

use super::settle_down;

async fn pays(world: &World, customer: &Person) {
    let order = world.orders(customer.id()).await.remove(0);
    let update = actors::successful_payment(customer.id(), &world.payload(&order, 1), 80, &format!("charge-of-{}", customer.id()));
    assert!(world.telegram.send_update(update).await.is_success());
}

/// Every outgoing call of a purchase fails in every way, once and three times in a row.
#[tokio::test]
async fn any_call_goes_wrong_in_any_way() {
    let status = |status, retry_after| FaultKind::NoEffectStatus { status, retry_after };
    let kinds =
        [status(400, None), status(401, None), status(429, Some(30)), status(500, None), status(502, None), FaultKind::EffectThenClose];
    let world = World::open().await;
    let mut bought = 0;
    for method in ["answerCallbackQuery", "createInvoiceLink", "sendPhoto", "sendMessage"] {
        for kind in kinds.clone() {
            for times in [1, 3] {
                bought += 1;
                let customer = world.customer(7_830_000_000 + bought);
                // The screens of the menu ride in answers of the webhook; what is sent besides is what fails here.
                actors::choose(&customer, "Plan small").await;
                world.telegram.fail(Fault { method: Some(method.to_owned()), kind: kind.clone(), times });
                customer.tap("⭐ 80").await.unwrap();
                pays(&world, &customer).await;
                assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned, "{method}: {kind:?}, {times} times");
                settle_down(&world).await;
                world.telegram.clear_faults();
                let delivered = deliveries(&customer).len();
                let seen_twice = kind == FaultKind::EffectThenClose && method == "sendPhoto";
                assert!(delivered == 1 || (seen_twice && delivered > 1), "{method}: {kind:?}, {times} times: {delivered} links");
            }
        }
    }
    let audit = world.audit().await;
    assert_eq!(audit.provisioned, usize::try_from(bought).unwrap());
    eprintln!("Telegram: {bought} purchases, each with its own trouble");
}

#[tokio::test]
async fn a_wait_that_telegram_asks_for_is_kept() {
    let world = World::open().await;
    let customer = world.customer(7_831_000_001);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    world.telegram.fail(Fault::once("sendPhoto", FaultKind::NoEffectStatus { status: 429, retry_after: Some(600) }));
    pays(&world, &customer).await;
    let order = world.order(customer.id()).await;
    assert_eq!(order.status, OrderStatus::Provisioned);
    assert!(order.delivered_at.is_none());
    world.telegram.clear_calls();
    world.clock.advance(Span::seconds(590));
    world.jobs().await;
    assert!(world.telegram.calls().is_empty(), "not before its time");
    // The account is there in the meantime.
    customer.send("/subscriptions").await;
    assert!(says(&customer).contains("https://panel.example/sub/"));
    world.clock.advance(Span::seconds(20));
    world.jobs().await;
    assert_eq!(deliveries(&customer).len(), 1);
    assert!(world.order(customer.id()).await.work.duty.is_none());
    assert_eq!(world.panel.count("POST /api/user"), 1, "sending again makes no account again");
}

/// A customer who blocked the bot is not tried for ever.
#[tokio::test]
async fn blocked_is_the_end_of_trying() {
    let world = World::open().await;
    let customer = world.customer(7_831_000_002);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    world.telegram.fail(Fault::status("sendPhoto", 403));
    pays(&world, &customer).await;
    let order = world.order(customer.id()).await;
    assert!(order.delivered_at.is_some() && order.work.duty.is_none());
    customer.send("/subscriptions").await;
    assert!(says(&customer).contains("https://panel.example/sub/"));
}

/// An answer that never comes holds up neither the payment nor the shop.
#[tokio::test]
async fn a_send_that_is_never_answered_is_sent_again() {
    let world = World::open().await;
    let customer = world.customer(7_831_000_003);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    world.telegram.fail(Fault::once("sendPhoto", FaultKind::Hang));
    pays(&world, &customer).await;
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
    settle_down(&world).await;
    assert_eq!(deliveries(&customer).len(), 1);
}
