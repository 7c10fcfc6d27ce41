//! Subscriptions in Stars: every charge renews once, and what nothing wants goes back and is charged no more.

use domain::{
    OrderKey,
    order::{Order, OrderStatus},
    payment::Gateway,
    subscription::Renews,
    time::Span,
};
use local::telegram::{Person, RenewError};
use serde_json::json;
use tests::{
    World,
    actors::{self, deliveries, says},
};

use crate::renewals::{GIB, account, base, subscription};

/// Somebody who pays the small plan by a subscription in Stars; its first charge.
async fn subscriber(world: &World, id: i64) -> (Person, String) {
    let customer = world.customer(id);
    actors::order(&customer, "Plan small", "every 30 days").await;
    assert!(says(&customer).contains("the same every 30 days until you end it"), "{}", says(&customer));
    customer.tap("Pay ⭐ 80").await.unwrap();
    assert_eq!(deliveries(&customer).len(), 1, "{}", says(&customer));
    let charge = base(world, id).await.payment.expect("a payment").reference().to_owned();
    (customer, charge)
}

async fn renewals(world: &World, buyer: i64) -> Vec<Order> {
    world.orders(buyer).await.into_iter().filter(|order| matches!(order.id.key, OrderKey::Recurring(_))).collect()
}

#[tokio::test]
async fn each_charge_renews_once() {
    let world = World::open().await;
    let (customer, charge) = subscriber(&world, 7_900_000_001).await;
    let id = customer.id();
    let first = base(&world, id).await;
    assert!(first.renews);
    assert_eq!(subscription(&world, id).await.renews, Some(Renews::On));
    assert_eq!(first.attempts[0].gateway, Gateway::RecurringStars);

    for n in 1..=3 {
        world.clock.advance(Span::days(30));
        let renewed = world.telegram.renew_star_subscription(&charge).await.unwrap();
        // Telegram tells it again.
        let told = actors::successful_payment(id, &world.payload(&first, 1), 80, &renewed.charge_id);
        let mut told = told;
        told["message"]["successful_payment"]["is_recurring"] = json!(true);
        assert!(world.telegram.send_update(told).await.is_success());
        let all = renewals(&world, id).await;
        assert_eq!(all.len(), n);
        assert!(all.iter().all(|order| order.status == OrderStatus::Provisioned && order.extends == Some(first.id.key)));
        let held = account(&world, id).await;
        let times = i64::try_from(n).unwrap() + 1;
        assert_eq!((held.data_limit, held.on_hold_expire_duration), (Some(10 * GIB * times), Some(30 * 86_400 * times)));
    }
    assert_eq!(subscription(&world, id).await.orders, 4);
    world.jobs_until_idle().await;
    assert_eq!(renewals(&world, id).await.len(), 3);
    // The renewals are no first purchases, and each has its own payment.
    for order in renewals(&world, id).await {
        let payment = world.app.store.payment(order.payment.as_ref().unwrap()).await.unwrap().unwrap();
        assert_eq!((payment.order, payment.status.name()), (Some(order.id), "applied"));
    }
}

#[tokio::test]
async fn a_charge_while_the_panel_is_down_is_owed() {
    let world = World::open().await;
    let (customer, charge) = subscriber(&world, 7_900_000_002).await;
    world.panel.down();
    world.telegram.renew_star_subscription(&charge).await.unwrap();
    assert_eq!(renewals(&world, customer.id()).await[0].status, OrderStatus::Paid);
    world.panel.up();
    world.clock.advance(Span::minutes(10));
    world.jobs_until_idle().await;
    assert_eq!(renewals(&world, customer.id()).await[0].status, OrderStatus::Provisioned);
    assert_eq!(account(&world, customer.id()).await.data_limit, Some(20 * GIB));
}

#[tokio::test]
async fn a_charge_of_another_amount_or_payer_renews_nothing_and_goes_back() {
    let world = World::open().await;
    let (customer, _) = subscriber(&world, 7_900_000_003).await;
    let first = base(&world, customer.id()).await;
    for (payer, stars, charge) in [(customer.id(), 79, "stx-less"), (7_900_000_004, 80, "stx-stranger")] {
        let mut told = actors::successful_payment(payer, &world.payload(&first, 1), stars, charge);
        told["message"]["successful_payment"]["is_recurring"] = json!(true);
        world.customer(payer).send("/start").await;
        assert!(world.telegram.send_update(told).await.is_success());
        let id = format!("telegram-stars#{charge}").parse().unwrap();
        assert_eq!(world.app.store.payment(&id).await.unwrap().unwrap().status.name(), "unapplied");
    }
    assert!(renewals(&world, customer.id()).await.is_empty());
    assert_eq!(account(&world, customer.id()).await.data_limit, Some(10 * GIB));
}

#[tokio::test]
async fn a_banned_customer_gets_what_he_is_charged_for() {
    let world = World::open().await;
    let (customer, charge) = subscriber(&world, 7_900_000_005).await;
    let id = customer.id().try_into().unwrap();
    world.app.set_banned(id, true, &domain::admin::Actor::Bootstrap).await.unwrap();
    world.telegram.renew_star_subscription(&charge).await.unwrap();
    assert_eq!(renewals(&world, customer.id()).await[0].status, OrderStatus::Provisioned);
}

/// One charge sent back takes back its own renewal and nothing else.
#[tokio::test]
async fn a_refunded_charge_takes_back_its_renewal() {
    let world = World::open().await;
    let (customer, charge) = subscriber(&world, 7_900_000_006).await;
    let second = world.telegram.renew_star_subscription(&charge).await.unwrap().charge_id;
    world.telegram.renew_star_subscription(&charge).await.unwrap();
    assert_eq!(account(&world, customer.id()).await.data_limit, Some(30 * GIB));
    let refund = json!({ "message": {
        "message_id": 9_000, "date": 1_795_000_000,
        "chat": { "id": customer.id(), "type": "private", "first_name": "Customer" },
        "from": { "id": customer.id(), "is_bot": false, "first_name": "Customer" },
        "refunded_payment": {
            "currency": "XTR", "total_amount": 80,
            "invoice_payload": world.payload(&base(&world, customer.id()).await, 1),
            "telegram_payment_charge_id": second,
        },
    } });
    assert!(world.telegram.send_update(refund).await.is_success());
    for _ in 0..3 {
        world.clock.advance(Span::minutes(10));
        world.jobs_until_idle().await;
    }
    let held = account(&world, customer.id()).await;
    assert_eq!((held.data_limit, held.on_hold_expire_duration), (Some(20 * GIB), Some(60 * 86_400)));
    let refunded = renewals(&world, customer.id()).await.into_iter().filter(|order| order.status == OrderStatus::Refunded).count();
    assert_eq!(refunded, 1);
}

/// When the order itself was sent back, the next charge follows it, and there is no other.
#[tokio::test]
async fn after_a_refund_of_the_first_charge_no_more_is_charged() {
    let world = World::open().await;
    let (customer, charge) = subscriber(&world, 7_900_000_007).await;
    let first = base(&world, customer.id()).await;
    world.app.note_refund(first.payment.as_ref().unwrap()).await.unwrap();
    let next = world.telegram.renew_star_subscription(&charge).await.unwrap().charge_id;
    world.clock.advance(Span::minutes(10));
    world.jobs_until_idle().await;
    let id = format!("telegram-stars#{next}").parse().unwrap();
    assert_eq!(world.app.store.payment(&id).await.unwrap().unwrap().status.name(), "refunded");
    assert!(renewals(&world, customer.id()).await.is_empty());
    assert_eq!(world.telegram.renew_star_subscription(&charge).await, Err(RenewError::Canceled));
}

#[tokio::test]
async fn a_customer_ends_it_and_lets_it_go_on() {
    let world = World::open().await;
    let (customer, charge) = subscriber(&world, 7_900_000_008).await;
    customer.send("/subscriptions").await;
    assert!(says(&customer).contains("renews itself in Stars"), "{}", says(&customer));
    customer.tap("Stop renewing").await.unwrap();
    assert!(says(&customer).contains("No more Stars will be charged"), "{}", says(&customer));
    assert_eq!(subscription(&world, customer.id()).await.renews, Some(Renews::Stopped));
    assert_eq!(world.telegram.renew_star_subscription(&charge).await, Err(RenewError::Canceled));
    customer.tap("Renew again").await.unwrap();
    assert!(says(&customer).contains("It renews itself again"), "{}", says(&customer));
    assert!(world.telegram.renew_star_subscription(&charge).await.is_ok());
    // Telegram does not answer: nothing is said to have changed.
    world.telegram.fail(local::telegram::Fault::status("editUserStarSubscription", 502));
    customer.send("/subscriptions").await;
    customer.tap("Stop renewing").await.unwrap();
    assert!(says(&customer).contains("Telegram does not answer"), "{}", says(&customer));
    assert_eq!(subscription(&world, customer.id()).await.renews, Some(Renews::On));
}

/// It is offered for what it fits, and nothing else takes it.
#[tokio::test]
async fn it_buys_a_plan_of_a_month_at_its_full_price() {
    let world = World::open().await;
    world.add_product(world.product("quarter", 200_000, 160, Some(30), Some(90), 8)).await;
    world.add_code("HALF", "50", None, None).await;
    let customer = world.customer(7_900_000_009);
    let offered = |customer: &Person| customer.last().unwrap().button("every 30 days").is_some();
    actors::choose(&customer, "Plan small").await;
    assert!(offered(&customer));
    actors::choose(&customer, "Plan quarter").await;
    assert!(!offered(&customer));
    actors::choose_with_code(&customer, "Plan small", "HALF").await;
    assert!(!offered(&customer));
    customer.tap("⭐ 40").await.unwrap();
    assert!(!offered(&customer), "nor later, for an order with a code");
    // A forged button pays it no other way.
    let order = world.order(customer.id()).await;
    let forged = app::button::Button::Pay { order: order.id.key.ulid().unwrap(), gateway: Gateway::RecurringStars }.encode();
    let message = customer.last().unwrap().message_id;
    customer.tap_data(message, &forged).await;
    assert_eq!(world.order(customer.id()).await.attempts.len(), 1);
    // And the owner can switch it off.
    world.set(|settings| settings.recurring_stars = false).await;
    actors::choose(&world.customer(7_900_000_010), "Plan small").await;
    assert!(!offered(&world.customer(7_900_000_010)));
}
