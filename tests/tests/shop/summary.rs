//! What the operators are told of a day, once.

use app::seams::Clock;
use domain::{Timestamp, time::Span};
use local::telegram::{Fault, FaultKind};
use tests::World;

/// A minute after the shop's next midnight has been counted.
fn morning(world: &World) -> Timestamp {
    let today = domain::time::Day::of(world.clock.now(), domain::time::Offset::TEHRAN);
    today.end(domain::time::Offset::TEHRAN).plus(Span::minutes(6))
}

fn summaries(world: &World) -> Vec<String> {
    let texts = world.telegram.calls().into_iter().filter(|call| call.method == "sendMessage");
    texts.filter_map(|call| call.params["text"].as_str().map(str::to_owned)).filter(|text| text.starts_with('📊')).collect()
}

async fn runs(world: &World, times: usize) {
    for _ in 0..times {
        world.clock.advance(Span::minutes(1));
        world.jobs().await;
    }
}

#[tokio::test]
async fn each_morning_the_operators_are_told_of_the_day_before_once() {
    let world = World::open().await;
    world.customer(7_640_000_001).send("/start").await;
    world.jobs().await;
    world.clock.advance(morning(&world).since(world.clock.now()));
    world.telegram.clear_calls();
    runs(&world, 30).await;
    let told = summaries(&world);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told.first().is_some_and(|text| text.contains("New customers: 1")), "{told:?}");
}

#[tokio::test]
async fn a_summary_that_was_not_sent_is_tried_again_and_not_for_ever() {
    let world = World::open().await;
    world.jobs().await;
    world.clock.advance(morning(&world).since(world.clock.now()));
    world.telegram.clear_calls();
    let down = FaultKind::NoEffectStatus { status: 500, retry_after: None };
    world.telegram.fail(Fault { method: Some("sendMessage".into()), kind: down, times: 100 });
    runs(&world, 90).await;
    assert_eq!(summaries(&world).len(), 5);
}

#[tokio::test]
async fn who_does_not_want_it_is_not_told() {
    let world = World::open().await;
    let (status, _) = world.admin("PATCH", "/admin/v1/settings", Some(serde_json::json!({"daily_summary": false}))).await;
    assert_eq!(status, 200);
    world.jobs().await;
    world.clock.advance(morning(&world).since(world.clock.now()));
    runs(&world, 10).await;
    assert!(summaries(&world).is_empty());
}

#[tokio::test]
async fn a_run_with_nothing_to_count_and_no_broadcast_costs_a_read_for_each() {
    let world = World::open().await;
    world.jobs().await;
    world.clock.advance(Span::minutes(1));
    let _ = world.dynamodb.take_log();
    world.duties().await;
    let without = world.dynamodb.take_log().len();
    world.jobs().await;
    assert_eq!(world.dynamodb.take_log().len(), without + 2);
}
