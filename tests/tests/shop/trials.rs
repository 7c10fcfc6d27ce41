//! The free account: once per customer, whatever fails on the way.

use domain::{OrderKey, order::OrderStatus, settings::Settings, time::Span, user::UserStatus};
use embedded_dynamodb::{Fault, Tally};
use expect_test::expect;
use local::telegram::{ButtonAction, Person};
use serde_json::json;
use tests::{
    World,
    actors::{self, deliveries, says},
};

/// Whether the bot's newest message leads to a trial.
fn offered(customer: &Person) -> bool {
    customer.last().unwrap().button("Try it for free").is_some()
}

#[tokio::test]
async fn a_newcomer_tries_the_service_once() {
    let world = World::open().await;
    let customer = world.customer(7_510_000_001);
    customer.send("/start").await;
    customer.tap("Try it for free").await.unwrap();
    let order = world.order(customer.id()).await;
    assert_eq!((order.id.key, order.status), (OrderKey::Trial, OrderStatus::Provisioned));
    let accounts = world.accounts(order.id);
    assert_eq!(accounts.len(), 1);
    assert_eq!((accounts[0].data_limit, accounts[0].on_hold_expire_duration), (Some(200 << 20), Some(86_400)));
    assert_eq!(deliveries(&customer).len(), 1);
    assert!(deliveries(&customer)[0].contains("200 MB"), "{:?}", deliveries(&customer));
    let user = world.user(customer.id()).await;
    assert_eq!((user.status, user.first_paid_at, user.trial_at.is_some()), (UserStatus::Active, None, true));

    customer.send("/start").await;
    assert!(!offered(&customer));
    // By the command, and by a button that still stands somewhere: the trial that he has.
    let menu = customer.last().unwrap();
    for _ in 0..2 {
        customer.send("/trial").await;
        assert!(says(&customer).contains("is yours"), "{}", says(&customer));
        customer.tap_data(menu.message_id, "t").await;
    }
    assert_eq!((world.orders(customer.id()).await.len(), world.panel.users().len(), deliveries(&customer).len()), (1, 1, 1));
    let audit = world.audit().await;
    assert_eq!((audit.orders, audit.provisioned), (1, 1));
    let (status, listed) = world.admin("GET", "/admin/v1/users?trial=true", None).await;
    assert_eq!((status, listed["items"][0]["user_id"].as_i64()), (200, Some(customer.id())), "{listed}");
}

#[tokio::test]
async fn who_does_not_get_one() {
    let world = World::open().await;
    let bought = world.customer(7_510_000_002);
    actors::order(&bought, "Plan small", "⭐ 80").await;
    bought.tap("Pay ⭐ 80").await.unwrap();
    bought.send("/start").await;
    assert!(!offered(&bought));
    bought.send("/trial").await;
    assert!(says(&bought).contains("for newcomers"), "{}", says(&bought));

    let banned = world.customer(7_510_000_003);
    banned.send("/start").await;
    let menu = banned.last().unwrap();
    let (status, answer) = world.admin("POST", &format!("/admin/v1/users/{}/ban", banned.id()), None).await;
    assert_eq!(status, 200, "{answer}");
    banned.tap_data(menu.message_id, "t").await;
    assert!(says(&banned).contains("cannot buy"), "{}", says(&banned));

    world.set(|settings| settings.trial = None).await;
    let late = world.customer(7_510_000_004);
    late.send("/start").await;
    assert!(!offered(&late));
    late.send("/trial").await;
    assert!(says(&late).contains("no free trial"), "{}", says(&late));
    assert_eq!(world.panel.users().len(), 1, "what was bought, and nothing else");
    world.audit().await;
}

#[tokio::test]
async fn a_panel_that_is_down_burns_nothing() {
    let world = World::open().await;
    let customer = world.customer(7_510_000_005);
    customer.send("/start").await;
    world.panel.down();
    customer.tap("Try it for free").await.unwrap();
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Paid);
    assert!(says(&customer).contains("is yours"), "{}", says(&customer));
    customer.send("/trial").await;
    world.panel.up();
    world.clock.advance(Span::minutes(2));
    world.jobs_until_idle().await;
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
    assert_eq!((world.panel.users().len(), deliveries(&customer).len()), (1, 1));
    world.audit().await;
}

#[tokio::test]
async fn two_devices_are_one_customer() {
    let world = World::open().await;
    let customer = world.customer(7_510_000_006);
    customer.send("/start").await;
    let menu = customer.last().unwrap();
    let Some(ButtonAction::Callback(data)) = menu.button("Try it for free").map(|button| button.action.clone()) else {
        panic!("no button")
    };
    let (one, two) = tokio::join!(customer.tap_data(menu.message_id, &data), customer.tap_data(menu.message_id, &data));
    assert!(one.is_success() && two.is_success());
    world.clock.advance(Span::minutes(2));
    world.jobs_until_idle().await;
    assert_eq!((world.orders(customer.id()).await.len(), world.panel.users().len()), (1, 1));
    world.audit().await;
}

/// The process dies after each of its requests in turn: there is one trial, and the customer has it.
#[tokio::test]
async fn it_survives_every_death() {
    for fault in [Fault::Dead, Fault::DeadAfter] {
        let mut world = World::open().await;
        let mut processes = 1;
        for nth in 1..20 {
            let customer = world.customer(7_510_000_100 + nth);
            customer.send("/start").await;
            let menu = customer.last().unwrap();
            world.dynamodb.fail_from(usize::try_from(nth).unwrap(), [fault]);
            let answer = customer.tap_data(menu.message_id, "t").await;
            let met = world.dynamodb.all_met();
            if world.dynamodb.is_dead() {
                processes += 1;
                world.dynamodb.restore();
                world.restart(processes).await;
                world.telegram.redeliver(answer.update_id).await;
            }
            world.dynamodb.restore();
            world.clock.advance(Span::minutes(2));
            world.jobs_until_idle().await;
            let order = world.order(customer.id()).await;
            assert_eq!((order.status, world.accounts(order.id).len()), (OrderStatus::Provisioned, 1), "{fault:?} at {nth}");
            assert!(!deliveries(&customer).is_empty(), "{fault:?} at {nth}");
            if !met {
                assert!(nth > 3, "a trial takes more requests than {nth}");
                break;
            }
        }
        world.audit().await;
    }
}

#[tokio::test]
async fn its_size_is_a_setting() {
    let world = World::open().await;
    let trial: Settings = serde_json::from_value(json!({"trial": {"data_limit_mb": 1536, "duration_days": 3}})).unwrap();
    world.set(|settings| settings.trial = trial.trial).await;
    let customer = world.customer(7_510_000_007);
    customer.send("/trial").await;
    let order = world.order(customer.id()).await;
    let account = &world.accounts(order.id)[0];
    assert_eq!((account.data_limit, account.on_hold_expire_duration), (Some(1536 << 20), Some(3 * 86_400)));
}

/// The customer; his mark and the order; the account, told of: three round trips, whatever the panel takes.
#[tokio::test]
async fn what_it_costs() {
    let world = World::open().await;
    let customer = world.customer(7_510_000_008);
    customer.send("/start").await;
    world.dynamodb.take_log();
    customer.tap("Try it for free").await.unwrap();
    let tally = Tally::of(&world.dynamodb.take_log());
    let (read, write) = (tally.read.total().normalize(), tally.write.total().normalize());
    expect!["3 trips, 1 read units, 14 write units"].assert_eq(&format!("{} trips, {read} read units, {write} write units", tally.trips));
}
