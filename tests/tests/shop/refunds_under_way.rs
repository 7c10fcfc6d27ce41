//! Money goes back while something else of the same customer's is under way: what was paid for otherwise stays, what was not is not given.

use app::seams::Clock;
use domain::{
    OrderId, OrderKey,
    order::{Order, OrderStatus},
    payment::PaymentStatus,
    settings::Present,
    time::Span,
};
use embedded_dynamodb::Fault;
use local::{
    panel::Status,
    telegram::{Person, RenewError},
};
use serde_json::json;
use tests::{World, actors};

use crate::renewals::{GIB, account, base, buy, extension, holder, shop, subscription, use_some};

const DAY: i64 = 86_400;

/// The money of an order goes back, by its gateway's word.
async fn refund(world: &World, order: &Order) {
    world.app.note_refund(order.payment.as_ref().expect("a payment")).await.unwrap();
}

/// Until nothing is owed that can be done.
async fn settle(world: &World) {
    for _ in 0..4 {
        world.clock.advance(Span::minutes(20));
        world.jobs_until_idle().await;
    }
}

async fn order(world: &World, id: OrderId) -> Order {
    world.app.store.order(id).await.unwrap().unwrap()
}

/// A renewal is paid and the panel is down; the first order's money goes back meanwhile. What the renewal bought is there, all of it.
#[tokio::test]
async fn of_the_first_order_while_a_renewal_waits_for_the_panel() {
    let world = shop().await;
    let customer = holder(&world, 7_910_000_001).await;
    use_some(&world, customer.id(), 3).await;
    let first = base(&world, customer.id()).await;
    world.panel.down();
    buy(&customer, "Plan large", 240).await;
    let large = extension(&world, customer.id()).await;
    assert_eq!(large.status, OrderStatus::Paid);
    refund(&world, &first).await;
    world.panel.up();
    settle(&world).await;
    let held = account(&world, customer.id()).await;
    assert_eq!(order(&world, large.id).await.status, OrderStatus::Provisioned);
    assert_eq!(order(&world, first.id).await.work.duty, None);
    assert_eq!(held.status, Status::Active);
    assert!(held.data_limit >= Some(50 * GIB), "{:?}", held.data_limit);
    let held = subscription(&world, customer.id()).await;
    assert_eq!((held.orders, held.busy_with, held.revoked_at), (1, None, None));
}

/// A plan that starts afresh gives up what was left of the orders before: a refund of one of them finds nothing that it could take.
#[tokio::test]
async fn of_the_first_order_after_a_plan_that_starts_afresh() {
    let world = shop().await;
    let customer = holder(&world, 7_910_000_002).await;
    use_some(&world, customer.id(), 3).await;
    let first = base(&world, customer.id()).await;
    world.clock.advance(Span::days(2));
    buy(&customer, "Plan afresh", 70).await;
    let before = account(&world, customer.id()).await;
    assert_eq!(before.data_limit, Some(23 * GIB));
    refund(&world, &first).await;
    settle(&world).await;
    let after = account(&world, customer.id()).await;
    // What had been used of the first order was used, and what the plan sold is there.
    assert_eq!((after.status, after.data_limit, after.expire), (Status::Active, Some(20 * GIB), before.expire));
    // The other way round nothing is left either.
    refund(&world, &extension(&world, customer.id()).await).await;
    settle(&world).await;
    assert_eq!(account(&world, customer.id()).await.status, Status::Disabled);
}

/// What was used up long before a renewal cannot be taken out of what the renewal bought.
#[tokio::test]
async fn of_the_first_order_long_after_its_days_were_over() {
    let world = shop().await;
    let customer = holder(&world, 7_910_000_003).await;
    use_some(&world, customer.id(), 3).await;
    let first = base(&world, customer.id()).await;
    world.clock.advance(Span::days(45));
    world.jobs().await;
    buy(&customer, "Plan small", 80).await;
    let before = account(&world, customer.id()).await;
    refund(&world, &first).await;
    settle(&world).await;
    let after = account(&world, customer.id()).await;
    assert_eq!((after.status, after.expire), (Status::Active, before.expire), "{:?}", after.data_limit);
    assert!(after.data_limit >= Some(10 * GIB));
}

/// A friend's welcome present waits for the panel when his purchase is refunded: it is his as if it had come before the refund, and no more.
#[tokio::test]
async fn of_a_purchase_whose_welcome_present_waits() {
    let mut ends = Vec::new();
    for (n, waits) in [(0, false), (1, true)] {
        let world = World::open().await;
        world.set(|settings| settings.welcome_bonus = Some(Present { data_limit_gb: 5, duration_days: 7 })).await;
        let inviter = world.customer(7_910_000_010 + n);
        inviter.send("/start").await;
        inviter.tap("Invite friends").await.unwrap();
        let link = inviter.copied("Copy the link").unwrap();
        let friend = world.customer(7_910_000_020 + n);
        friend.send(&format!("/start {}", link.split_once("?start=").unwrap().1)).await;
        actors::order(&friend, "Plan small", "⭐ 80").await;
        friend.tap("Pay ⭐ 80").await.unwrap();
        let bought = world.orders(friend.id()).await.into_iter().find(|order| order.extends.is_none()).unwrap();
        if waits {
            world.panel.down();
        }
        world.jobs_until_idle().await;
        let welcome = OrderId::new(friend.id().try_into().unwrap(), OrderKey::Welcome);
        assert_eq!(order(&world, welcome).await.status, if waits { OrderStatus::Paid } else { OrderStatus::Provisioned });
        refund(&world, &bought).await;
        world.panel.up();
        settle(&world).await;
        let held = world.accounts(bought.id).remove(0);
        let orders = world.app.store.subscription(bought.id).await.unwrap().unwrap().orders;
        // Begun again, it is active from now on instead of from its first use.
        let began = world.clock.now().seconds() - 80 * 60;
        let days = held.expire.map_or(held.on_hold_expire_duration, |at| Some((at - began) / DAY * DAY));
        ends.push((held.data_limit, days, orders, order(&world, welcome).await.status, order(&world, bought.id).await.work.duty));
        assert_ne!(held.status, Status::Disabled);
    }
    assert_eq!(ends[0], (Some(5 * GIB), Some(7 * DAY), 1, OrderStatus::Provisioned, None));
    assert_eq!(ends[0], ends[1]);
}

/// A friend's purchase is refunded before its account was made: there is nothing that his welcome present could be added to, and nobody owes it.
#[tokio::test]
async fn of_a_purchase_that_never_got_its_account() {
    let world = World::open().await;
    world.set(|settings| settings.welcome_bonus = Some(Present { data_limit_gb: 5, duration_days: 7 })).await;
    let inviter = world.customer(7_910_000_015);
    inviter.send("/start").await;
    inviter.tap("Invite friends").await.unwrap();
    let link = inviter.copied("Copy the link").unwrap();
    let friend = world.customer(7_910_000_025);
    friend.send(&format!("/start {}", link.split_once("?start=").unwrap().1)).await;
    world.panel.down();
    actors::order(&friend, "Plan small", "⭐ 80").await;
    friend.tap("Pay ⭐ 80").await.unwrap();
    world.jobs_until_idle().await;
    let bought = world.orders(friend.id()).await.into_iter().find(|order| order.extends.is_none()).unwrap();
    let welcome = OrderId::new(friend.id().try_into().unwrap(), OrderKey::Welcome);
    assert_eq!((bought.status, order(&world, welcome).await.status), (OrderStatus::Paid, OrderStatus::Paid));
    refund(&world, &bought).await;
    world.panel.up();
    settle(&world).await;
    settle(&world).await;
    let present = order(&world, welcome).await;
    assert_eq!((present.status, present.work.duty), (OrderStatus::Refunded, None));
    assert!(world.accounts(bought.id).is_empty() && world.accounts(welcome).is_empty());
}

/// The giver's money goes back while the account of whoever opened his gift waits for the panel.
#[tokio::test]
async fn of_a_gift_that_was_opened_and_waits() {
    let world = World::open().await;
    let giver = world.customer(7_910_000_030);
    giver.send("/start").await;
    for step in ["Buy a subscription", "Buy for a friend", "Plan small", "⭐ 80", "Pay ⭐ 80"] {
        giver.tap(step).await.unwrap();
    }
    let link = giver.copied("Copy the link").unwrap();
    let friend = world.customer(7_910_000_031);
    world.panel.down();
    friend.send(&format!("/start {}", link.split_once("?start=").unwrap().1)).await;
    refund(&world, &world.order(giver.id()).await).await;
    world.jobs().await;
    world.panel.up();
    settle(&world).await;
    let claimed = world.order(friend.id()).await;
    assert_eq!((claimed.status, claimed.work.duty), (OrderStatus::Refunded, None));
    assert!(world.panel.users().iter().all(|account| account.status == Status::Disabled));
    assert_eq!(world.order(giver.id()).await.work.duty, None);
}

/// Somebody who pays by a subscription in Stars, and its first charge.
async fn subscriber(world: &World, id: i64) -> (Person, String) {
    let customer = world.customer(id);
    actors::order(&customer, "Plan small", "every 30 days").await;
    customer.tap("Pay ⭐ 80").await.unwrap();
    let charge = base(world, id).await.payment.expect("a payment").reference().to_owned();
    (customer, charge)
}

/// Of a charge that waits for the panel: nothing is given for it. Of the first order meanwhile: the charge is a renewal that stands.
#[tokio::test]
async fn of_a_recurring_charge_that_waits() {
    for first_too in [false, true] {
        let world = World::open().await;
        let (customer, charge) = subscriber(&world, 7_910_000_040).await;
        world.panel.down();
        world.telegram.renew_star_subscription(&charge).await.unwrap();
        let renewal = extension(&world, customer.id()).await;
        assert_eq!(renewal.status, OrderStatus::Paid);
        refund(&world, &if first_too { base(&world, customer.id()).await } else { renewal.clone() }).await;
        world.panel.up();
        settle(&world).await;
        let held = account(&world, customer.id()).await;
        let orders = world.orders(customer.id()).await;
        assert!(orders.iter().all(|order| order.work.duty.is_none()), "{orders:?}");
        assert_eq!(held.data_limit, Some(10 * GIB));
        assert!(matches!(held.status, Status::OnHold | Status::Active));
        assert_eq!(subscription(&world, customer.id()).await.orders, 1);
    }
}

/// An order is paid in Stars once, and by a subscription in Stars in the same moment: that one's Stars go back, and it charges no more.
#[tokio::test]
async fn of_a_subscription_in_stars_for_what_was_paid_otherwise() {
    let mut world = World::open().await;
    let customer = world.customer(7_910_000_050);
    actors::order(&customer, "Plan small", "every 30 days").await;
    let first = world.order(customer.id()).await;
    // The process dies before it notes the charge; an operator's hand has the order paid meanwhile.
    world.dynamodb.fail("TransactWriteItems", [Fault::Dead]);
    let _unanswered = customer.tap("Pay ⭐ 80").await;
    world.dynamodb.restore();
    world.restart(2).await;
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::AwaitingPayment);
    world.telegram.send_update(actors::successful_payment(customer.id(), &world.payload(&first, 1), 80, "another-charge")).await;
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
    let charge = world.telegram.star_transactions()[0]["id"].as_str().unwrap().to_owned();
    world.telegram.send_update(actors::successful_payment(customer.id(), &world.payload(&first, 1), 80, &charge)).await;
    settle(&world).await;
    let kept = world.app.store.payment(&format!("telegram-stars#{charge}").parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(kept.status, PaymentStatus::Refunded);
    assert_eq!(world.telegram.renew_star_subscription(&charge).await, Err(RenewError::Canceled));
}

/// An operator sends the first charge of a subscription in Stars back: Telegram does not charge it again.
#[tokio::test]
async fn of_a_subscription_in_stars_by_an_operator() {
    let world = World::open().await;
    let (customer, charge) = subscriber(&world, 7_910_000_060).await;
    let reference = world.app.names.order(base(&world, customer.id()).await.id);
    let (status, answer) = world.admin("POST", &format!("/admin/v1/orders/{reference}/refund"), Some(json!({}))).await;
    assert_eq!(status, 200, "{answer}");
    settle(&world).await;
    assert_eq!(account(&world, customer.id()).await.status, Status::Disabled);
    assert_eq!(world.telegram.renew_star_subscription(&charge).await, Err(RenewError::Canceled));
}
