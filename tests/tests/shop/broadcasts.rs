//! Messages to many: to whom, in which words, once, and never in the way of a delivery.

use app::seams::Clock as _;
use domain::{order::OrderStatus, time::Span};
use embedded_dynamodb::Fault as TableFault;
use local::telegram::{Fault, FaultKind};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use tests::{World, actors};

const FIRST: i64 = 7_660_000_001;

async fn customers(world: &World, count: i64) -> Vec<i64> {
    for id in FIRST..FIRST + count {
        let language = ["fa", "en", "ru"][usize::try_from(id - FIRST).unwrap() % 3];
        world.telegram.person(id, "Customer", language).send("/start").await;
    }
    world.telegram.clear_calls();
    (FIRST..FIRST + count).collect()
}

/// Makes a broadcast, and gives its path.
async fn made(world: &World, more: Value) -> String {
    let mut body = json!({"name": "News", "audience": "all", "texts": {"en": "<b>Hello</b> all", "fa": "سلام", "ru": "Привет"}});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (status, made) = world.admin("POST", "/admin/v1/broadcasts", Some(body)).await;
    assert_eq!(status, 201, "{made}");
    format!("/admin/v1/broadcasts/{}", made["id"].as_str().unwrap())
}

async fn does(world: &World, path: &str, action: &str) -> Value {
    let (status, answer) = world.admin("POST", &format!("{path}/{action}"), None).await;
    assert_eq!(status, 200, "{action}: {answer}");
    answer
}

async fn stands(world: &World, path: &str) -> Value {
    world.admin("GET", path, None).await.1
}

/// Who got what, in the order in which it was sent; without what operators are told.
fn sent(world: &World) -> Vec<(i64, String)> {
    let calls = world.telegram.calls().into_iter().filter(|call| call.method == "sendMessage" || call.method == "sendPhoto");
    let told = calls.map(|call| {
        let text = call.params["text"].as_str().or_else(|| call.params["caption"].as_str()).unwrap_or_default().to_owned();
        let chat = &call.params["chat_id"];
        // What comes with a picture of ours travels as a form.
        (chat.as_i64().or_else(|| chat.as_str()?.parse().ok()).unwrap_or_default(), text)
    });
    told.filter(|(chat, _)| *chat != tests::OPERATOR).collect()
}

#[tokio::test]
async fn everybody_gets_it_once_in_his_language() {
    let world = World::open().await;
    let all = customers(&world, 7).await;
    let path = made(&world, json!({"button": {"text": "Open", "url": "https://t.me/wave_test_bot"}})).await;
    assert_eq!(does(&world, &path, "count").await, json!({"customers": 7, "complete": true}));
    assert_eq!(does(&world, &path, "preview").await["messages"], 3);
    assert!(sent(&world).is_empty(), "a preview goes to the operators");
    world.jobs().await;
    assert!(sent(&world).is_empty(), "a draft goes to nobody");
    does(&world, &path, "start").await;
    does(&world, &path, "start").await;
    world.jobs().await;
    let told = sent(&world);
    assert_eq!(told.iter().map(|(chat, _)| *chat).collect::<Vec<_>>(), all);
    assert_eq!(told.iter().take(3).map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["سلام", "<b>Hello</b> all", "Привет"]);
    let stands = stands(&world, &path).await;
    assert_eq!((&stands["status"], &stands["progress"]["sent"]), (&json!("done"), &json!(7)));
    world.jobs().await;
    assert_eq!(sent(&world).len(), 7);
    let to_operators =
        world.telegram.calls().into_iter().filter(|call| call.params["text"].as_str().is_some_and(|text| text.starts_with('📣')));
    assert_eq!(to_operators.count(), 1);
    // Nothing of it is left on its way, and each step stands in its history once.
    assert!(!world.contents().await.keys().any(|key| key.starts_with("BROADCASTING")));
    let mut history: Vec<&str> = stands["audit"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    // Here the clock stands still between them.
    history.sort_unstable();
    assert_eq!(history, ["create", "start"]);
}

#[tokio::test]
async fn only_its_audience_gets_it() {
    let world = World::open().await;
    customers(&world, 4).await;
    let buyer = world.customer(FIRST + 1);
    actors::order(&buyer, "Plan small", "⭐ 80").await;
    buyer.tap("Pay ⭐ 80").await.unwrap();
    assert_eq!(world.admin("POST", &format!("/admin/v1/users/{}/ban", FIRST + 3), None).await.0, 200);
    for (audience, expected) in [
        (json!({"audience": "all"}), vec![FIRST, FIRST + 1, FIRST + 2]),
        (json!({"audience": "active"}), vec![FIRST + 1]),
        (json!({"audience": "expired"}), vec![]),
        (json!({"audience": "never_bought"}), vec![FIRST, FIRST + 2]),
        (json!({"audience": "plan", "product_id": "small"}), vec![FIRST + 1]),
        (json!({"audience": "plan", "product_id": "large"}), vec![]),
    ] {
        let path = made(&world, audience.clone()).await;
        assert_eq!(does(&world, &path, "count").await["customers"], expected.len());
        world.telegram.clear_calls();
        does(&world, &path, "start").await;
        world.jobs().await;
        assert_eq!(sent(&world).into_iter().map(|(chat, _)| chat).collect::<Vec<_>>(), expected, "{audience}");
    }
}

#[tokio::test]
async fn it_begins_at_its_time_and_stops_when_it_is_told_to() {
    let world = World::open().await;
    customers(&world, 3).await;
    let path = made(&world, json!({"picture": "https://shop.example/nowruz.jpg"})).await;
    let at = world.clock.now().plus(Span::hours(2)).to_string();
    let (status, answer) = world.admin("POST", &format!("{path}/schedule"), Some(json!({"start_at": at}))).await;
    assert_eq!((status, &answer["status"]), (200, &json!("scheduled")));
    let (status, _) = world.admin("PATCH", &path, Some(json!({"name": "Other"}))).await;
    assert_eq!(status, 409, "only a draft is changed");
    world.jobs().await;
    assert!(sent(&world).is_empty());
    does(&world, &path, "pause").await;
    world.clock.advance(Span::hours(3));
    world.jobs().await;
    assert!(sent(&world).is_empty());
    does(&world, &path, "resume").await;
    world.jobs().await;
    assert_eq!(sent(&world).len(), 3);
    let other = made(&world, json!({})).await;
    does(&world, &other, "start").await;
    does(&world, &other, "cancel").await;
    world.telegram.clear_calls();
    world.jobs().await;
    assert!(sent(&world).is_empty());
    assert_eq!(stands(&world, &other).await["status"], "canceled");
    assert_eq!(world.admin("POST", &format!("{other}/resume"), None).await.0, 409);
}

#[tokio::test]
async fn who_has_blocked_the_bot_is_noted_and_telegrams_patience_is_kept() {
    let world = World::open().await;
    customers(&world, 5).await;
    let path = made(&world, json!({})).await;
    does(&world, &path, "start").await;
    // The first message meets Telegram's limit, the second customer has blocked the bot.
    world.telegram.fail(Fault::once("sendMessage", FaultKind::NoEffectStatus { status: 429, retry_after: Some(30) }));
    world.jobs().await;
    assert_eq!(sent(&world).len(), 1);
    world.jobs().await;
    assert_eq!(sent(&world).len(), 1, "nothing is sent before the wait is over");
    world.telegram.fail(Fault::status("sendMessage", 403));
    world.clock.advance(Span::minutes(2));
    world.jobs().await;
    let stands = stands(&world, &path).await;
    assert_eq!(stands["progress"], json!({"sent": 4, "blocked": 1, "failed": 0, "unknown": 0}), "{stands}");
    assert!(world.user(FIRST).await.unreachable_at.is_some());
}

/// The worker dies before and after each of its requests to the table: nobody is written to twice, and at most the one whose message was on its way is
/// not written to.
#[tokio::test]
async fn a_worker_that_dies_anywhere_repeats_nobody() {
    let mut deaths = 0;
    for fault in [TableFault::Dead, TableFault::DeadAfter] {
        for nth in 1.. {
            let world = World::open().await;
            let all = customers(&world, 3).await;
            let path = made(&world, json!({})).await;
            does(&world, &path, "start").await;
            world.dynamodb.fail_nth(nth, fault);
            let first = world.another_process(nth as u64).await;
            let _ = scheduled_jobs::handle(&first, 0).await;
            let died = world.dynamodb.is_dead();
            world.dynamodb.restore();
            for _ in 0..3 {
                world.clock.advance(Span::minutes(2));
                world.jobs().await;
            }
            let mut reached: Vec<i64> = sent(&world).into_iter().map(|(chat, _)| chat).collect();
            reached.sort_unstable();
            let once = reached.len();
            reached.dedup();
            assert_eq!(once, reached.len(), "{fault:?} at {nth}: somebody was written to twice");
            let stands = stands(&world, &path).await;
            assert_eq!(stands["status"], "done", "{fault:?} at {nth}");
            let unknown = stands["progress"]["unknown"].as_u64().unwrap();
            assert!(unknown <= 1, "{stands}");
            assert!(reached.len() as u64 + unknown >= all.len() as u64, "{fault:?} at {nth}: {reached:?}, {stands}");
            if !died {
                break;
            }
            deaths += 1;
        }
    }
    assert!(deaths > 15, "{deaths}");
}

#[tokio::test]
async fn two_workers_write_to_nobody_twice() {
    let world = World::open().await;
    customers(&world, 12).await;
    let path = made(&world, json!({})).await;
    does(&world, &path, "start").await;
    let (one, other) = (world.another_process(2).await, world.another_process(3).await);
    let (_, _) = tokio::join!(scheduled_jobs::handle(&one, 0), scheduled_jobs::handle(&other, 0));
    world.clock.advance(Span::minutes(2));
    world.jobs().await;
    let mut reached: Vec<i64> = sent(&world).into_iter().map(|(chat, _)| chat).collect();
    reached.sort_unstable();
    assert_eq!(reached, (FIRST..FIRST + 12).collect::<Vec<_>>());
}

/// What is owed comes first: a paid order whose panel was down is delivered in the run in which a broadcast goes on.
#[tokio::test]
async fn a_broadcast_delays_no_delivery() {
    let world = World::open().await;
    customers(&world, 20).await;
    world.panel.down();
    let buyer = world.customer(FIRST + 100);
    actors::order(&buyer, "Plan small", "⭐ 80").await;
    buyer.tap("Pay ⭐ 80").await.unwrap();
    let path = made(&world, json!({})).await;
    does(&world, &path, "start").await;
    world.panel.up();
    world.clock.advance(Span::minutes(2));
    world.telegram.clear_calls();
    world.jobs().await;
    assert_eq!(world.order(FIRST + 100).await.status, OrderStatus::Provisioned);
    let told = sent(&world);
    assert_eq!(told.first().map(|(chat, _)| *chat), Some(FIRST + 100), "the link goes first");
}

/// One write of one unit for each customer, and a page of them read at once.
#[tokio::test]
async fn what_a_customer_costs() {
    let world = World::open().await;
    customers(&world, 10).await;
    let path = made(&world, json!({})).await;
    does(&world, &path, "start").await;
    world.dynamodb.take_log();
    world.jobs().await;
    let log = world.dynamodb.take_log();
    let puts = log.iter().filter(|one| one.operation == "PutItem");
    let units: Decimal = puts.clone().map(|one| one.write.total()).sum();
    assert!(puts.count() <= 10 + 4, "one write for each customer, and the beginning: {log:?}");
    assert!(units <= Decimal::from(14), "{units}");
}

#[tokio::test]
async fn what_cannot_be_sent_is_not_taken() {
    let world = World::open().await;
    for (body, field) in [
        (json!({"name": "x", "audience": "all", "texts": {}}), "texts"),
        (json!({"name": "x", "audience": "all", "texts": {"en": "<b>open"}}), "texts.en"),
        (json!({"name": "x", "audience": "all", "texts": {"de": "Hallo"}}), "texts.de"),
        (json!({"name": "", "audience": "all", "texts": {"en": "x"}}), "name"),
        (json!({"name": "x", "audience": "plan", "texts": {"en": "x"}}), "product_id"),
        (json!({"name": "x", "audience": "plan", "product_id": "nothing", "texts": {"en": "x"}}), "product_id"),
        (json!({"name": "x", "audience": "all", "texts": {"en": "x"}, "button": {"text": "x", "url": "http://x"}}), "button.url"),
        (json!({"name": "x", "audience": "all", "texts": {"en": "x".repeat(1025)}, "picture": "https://x.example/a.png"}), "texts.en"),
    ] {
        let (status, answer) = world.admin("POST", "/admin/v1/broadcasts", Some(body.clone())).await;
        assert_eq!(status, 422, "{body}");
        assert!(answer["errors"].get(field).is_some(), "{body}: {answer}");
    }
}
