//! Another link for a subscription, while the table, the panel and Telegram fail in turn. However they fail, the customer ends with one link that
//! works, which he was sent, and the one that he gave up is dead.

use std::time::Duration;

use domain::{TelegramUserId, duty::Duty, subscription::Subscription, time::Span};
use embedded_dynamodb::Fault;
use local::{
    panel,
    telegram::{self, Person},
};
use tests::{
    World,
    actors::{self, deliveries},
};
use tokio::task::JoinSet;

use super::settle_down;

const CUSTOMER: i64 = 7_840_000_001;

/// A customer who is asked whether his link shall die, and his subscription.
async fn about_to_say_yes() -> (World, Person, Subscription) {
    let world = World::open().await;
    let customer = world.customer(CUSTOMER);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.tap("Pay ⭐ 80").await.unwrap();
    // The panel tells links by the second in which they were made.
    world.clock.advance(Span::seconds(5));
    customer.send("/subscriptions").await;
    world.clock.advance(Span::seconds(5));
    customer.tap("New link").await.unwrap();
    let before = held(&world).await;
    (world, customer, before)
}

async fn held(world: &World) -> Subscription {
    world.app.store.subscriptions_of(TelegramUserId::new(CUSTOMER).unwrap(), None, 1).await.unwrap().items.remove(0)
}

async fn works(world: &World, link: &str) -> bool {
    let (_, panel) = world.settings.iter().find(|(name, _)| name == "PANEL_URL").unwrap();
    let request = axum::http::Request::get(format!("{panel}{}/info", link.strip_prefix("https://panel.example").unwrap()));
    let limits = clients::http::Limits { timeout: Duration::from_secs(10), max_body: 1 << 20 };
    clients::Http::new().unwrap().send(request.body(Vec::new()).unwrap(), limits).await.unwrap().status.is_success()
}

/// How it ends.
async fn ends_well(world: &World, customer: &Person, before: &Subscription, what: &str) {
    settle_down(world).await;
    let after = held(world).await;
    assert_ne!(after.link, before.link, "{what}");
    assert!(works(world, &after.link).await, "{what}: the new link works");
    assert!(!works(world, &before.link).await, "{what}: the old link is dead");
    assert!(
        deliveries(customer).last().unwrap().contains(&after.link),
        "{what}: the customer has the new link: {:?}",
        deliveries(customer)
    );
    assert_eq!((after.link_asked_at, after.look_at, after.work.duty), (None, None, Some(Duty::Remind)), "{what}");
    world.audit().await;
}

/// The `nth` request to the table from the tap on meets `fault`. Whether there was so late a request.
async fn tell(nth: usize, fault: Fault) -> bool {
    let what = format!("{fault:?} at request {nth}");
    let (mut world, customer, before) = about_to_say_yes().await;
    world.dynamodb.fail_from(nth, [fault]);
    let mut answer = customer.tap("Yes, a new link").await.unwrap();
    let met = world.dynamodb.all_met();
    world.dynamodb.restore();
    world.restart(2).await;
    for _ in 0..3 {
        if answer.is_success() {
            break;
        }
        answer = world.telegram.redeliver(answer.update_id).await;
    }
    assert!(answer.is_success(), "{what}");
    ends_well(&world, &customer, &before, &what).await;
    met
}

/// Each story waits for the panel's second: all of them at the same time.
async fn every_request(fault: fn(usize) -> Fault) {
    const STORIES: usize = 9;
    let mut stories = JoinSet::new();
    for nth in 1..=STORIES {
        stories.spawn(async move { (nth, tell(nth, fault(nth)).await) });
    }
    let mut met: Vec<(usize, bool)> = stories.join_all().await;
    met.sort_unstable();
    let count = met.iter().filter(|(_, met)| *met).count();
    assert!((5..STORIES).contains(&count), "every request of a new link meets a fault: {met:?}");
}

#[tokio::test]
async fn the_process_dies_before_any_request() {
    every_request(|_| Fault::Dead).await;
}

#[tokio::test]
async fn the_process_dies_after_any_request() {
    every_request(|_| Fault::DeadAfter).await;
}

#[tokio::test]
async fn any_request_has_to_be_made_twice() {
    const KINDS: [Fault; 6] = [Fault::ReplyLost, Fault::TimedOut, Fault::NotSent, Fault::Throttled, Fault::Conflict, Fault::ServerError];
    every_request(|nth| KINDS[nth % KINDS.len()]).await;
}

#[tokio::test]
async fn the_panel_answers_in_every_wrong_way() {
    use panel::FaultKind::{CrashAfterEffect, DropAfterEffect, DropBeforeEffect, HangAfterEffect, HangBeforeEffect, MalformedJson};
    let mut stories = JoinSet::new();
    for kind in [
        CrashAfterEffect,
        DropAfterEffect,
        DropBeforeEffect,
        HangAfterEffect,
        HangBeforeEffect,
        MalformedJson,
        panel::FaultKind::refuse(axum::http::StatusCode::UNAUTHORIZED),
        panel::FaultKind::refuse(axum::http::StatusCode::BAD_GATEWAY),
    ] {
        stories.spawn(async move {
            let what = format!("{kind:?}");
            let (world, customer, before) = about_to_say_yes().await;
            world.panel.fail(panel::Fault::once(kind).on("POST /api/user/*/revoke_sub"));
            assert!(customer.tap("Yes, a new link").await.unwrap().is_success(), "{what}");
            world.clock.advance(Span::seconds(5));
            ends_well(&world, &customer, &before, &what).await;
        });
    }
    stories.join_all().await;
}

#[tokio::test]
async fn telegram_refuses_or_loses_the_picture() {
    let status = |status, retry_after| telegram::FaultKind::NoEffectStatus { status, retry_after };
    let mut stories = JoinSet::new();
    for kind in [status(429, Some(30)), status(500, None), status(502, None), telegram::FaultKind::EffectThenClose] {
        stories.spawn(async move {
            let what = format!("{kind:?}");
            let (world, customer, before) = about_to_say_yes().await;
            world.telegram.fail(telegram::Fault::once("sendPhoto", kind));
            assert!(customer.tap("Yes, a new link").await.unwrap().is_success(), "{what}");
            // The screen has it at once; the picture is owed.
            let link = held(&world).await.link;
            assert!(customer.told(&link).is_some(), "{what}");
            assert_eq!(held(&world).await.work.duty, Some(Duty::NewLink), "{what}");
            ends_well(&world, &customer, &before, &what).await;
            assert_eq!(held(&world).await.link, link, "{what}: revoked once");
            assert_eq!(world.panel.count("POST /api/user/*/revoke_sub"), 1, "{what}");
        });
    }
    stories.join_all().await;
}

/// What the panel clearly refuses waits for an operator; the customer may ask again meanwhile.
#[tokio::test]
async fn a_refusal_waits_for_an_operator() {
    for asks_again in [false, true] {
        let (world, customer, before) = about_to_say_yes().await;
        let question = customer.last().unwrap().message_id;
        let forbidden = panel::FaultKind::refuse(axum::http::StatusCode::FORBIDDEN);
        world.panel.fail(panel::Fault::once(forbidden).on("POST /api/user/*/revoke_sub"));
        customer.tap("Yes, a new link").await.unwrap();
        assert!(actors::says(&customer).contains("A new link is on its way"), "{}", actors::says(&customer));
        assert!(actors::says(&world.operator()).contains("new link could not be made"), "{}", actors::says(&world.operator()));
        assert!(held(&world).await.work.parked.is_some());
        if asks_again {
            customer.tap_data(question, &format!("ay{}", before.order.key)).await;
            assert_eq!(held(&world).await.work.parked, None);
        } else {
            let owner = app::store::keys::Owner::Subscription(before.order);
            world.app.retry(&owner, &domain::admin::Actor::Bootstrap).await.unwrap();
        }
        ends_well(&world, &customer, &before, "refused").await;
    }
}

/// He blocks the bot while the link is owed: it is made all the same, and waits where he finds it.
#[tokio::test]
async fn a_customer_who_blocked_the_bot_finds_it_later() {
    let (world, customer, before) = about_to_say_yes().await;
    world.panel.down();
    customer.tap("Yes, a new link").await.unwrap();
    customer.set_blocked(true).await;
    world.panel.up();
    settle_down(&world).await;
    let after = held(&world).await;
    assert_ne!(after.link, before.link);
    assert_eq!((after.work.duty, after.link_asked_at), (Some(Duty::Remind), None));
    customer.set_blocked(false).await;
    customer.send("/subscriptions").await;
    assert!(customer.told(&after.link).is_some());
}
