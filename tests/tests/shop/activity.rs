//! What customers did, as operators read it: on the user's page, as the feed of the shop; and that no turn is slower for it.

use domain::time::Span;
use embedded_dynamodb::{Fault, Tally};
use serde_json::{Value, json};
use tests::{
    World,
    actors::{self, says},
};

/// The kinds on a page of the feed, or of somebody's timeline.
async fn kinds(world: &World, query: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    for _ in 0..40 {
        let (status, page) = world.admin("GET", &format!("/admin/v1/activity?limit=100{query}{cursor}"), None).await;
        assert_eq!(status, 200, "{page}");
        found.extend(page["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            None => return found,
            Some(next) => cursor = format!("&cursor={next}"),
        }
    }
    panic!("the feed does not end")
}

async fn newest(world: &World, user: i64, kind: &str) -> Value {
    let (_, page) = world.admin("GET", &format!("/admin/v1/activity?user_id={user}&kind={kind}"), None).await;
    page["items"][0].clone()
}

#[tokio::test]
async fn a_customers_life_as_a_timeline() {
    let world = World::open().await;
    world.add_code("SPENT", "10", Some(1), None).await;
    let other = world.customer(7_100_000_001);
    actors::choose_with_code(&other, "Plan small", "SPENT").await;
    other.tap("⭐ 72").await.unwrap();

    let customer = world.customer(7_100_000_002);
    let me = customer.id();
    customer.send("/start").await;
    world.clock.advance(Span::minutes(1));
    actors::choose_with_code(&customer, "Plan small", "NO-SUCH").await;
    let refused = newest(&world, me, "code_refused").await;
    assert_eq!((&refused["detail"]["code"], &refused["detail"]["reason"]), (&json!("NO-SUCH"), &json!("not_found")));
    world.clock.advance(Span::minutes(1));
    customer.send("spent").await;
    assert!(says(&customer).contains("used up"), "{}", says(&customer));
    let refused = newest(&world, me, "code_refused").await;
    assert_eq!((&refused["detail"]["code"], &refused["detail"]["reason"]), (&json!("SPENT"), &json!("used_up")));

    world.clock.advance(Span::minutes(1));
    actors::order(&customer, "Plan small", "⭐ 80").await;
    let order = world.order(me).await;
    let payload = world.payload(&order, 1);
    let wrong = world.telegram.send_update(actors::pre_checkout(me, &payload, "XTR", 1)).await;
    assert!(!actors::approved(&wrong));
    world.clock.advance(Span::minutes(1));
    customer.tap("Pay ⭐ 80").await.unwrap();
    world.clock.advance(Span::minutes(1));
    for action in ["ban", "unban"] {
        assert_eq!(world.admin("POST", &format!("/admin/v1/users/{me}/{action}"), None).await.0, 200);
        world.clock.advance(Span::minutes(1));
    }
    customer.set_blocked(true).await;
    world.clock.advance(Span::minutes(1));
    customer.set_blocked(false).await;
    let expected = [
        "unblocked",
        "blocked",
        "unbanned",
        "banned",
        "provisioned",
        "paid",
        "delivered",
        "ordered",
        "charge_refused",
        "code_refused",
        "code_refused",
        "joined",
    ];
    let mut timeline = kinds(&world, &format!("&user_id={me}")).await;
    let mut sorted = expected.map(str::to_owned).to_vec();
    assert_eq!(timeline[..4], expected[..4]);
    assert_eq!(timeline[timeline.len() - 3..], expected[9..]);
    timeline.sort_unstable();
    sorted.sort_unstable();
    assert_eq!(timeline, sorted);

    // The user's page has the same without another list to be asked.
    let (_, page) = world.admin("GET", &format!("/admin/v1/users/{me}"), None).await;
    let shown = page["activity"].as_array().unwrap();
    assert_eq!(shown.len(), expected.len());
    let (_, listed) = world.admin("GET", &format!("/admin/v1/activity?user_id={me}"), None).await;
    assert_eq!(listed["items"], page["activity"], "one timeline");
    let paid = shown.iter().find(|one| one["kind"] == "paid").unwrap();
    let reference = world.app.names.order(order.id);
    assert_eq!((&paid["order_id"], &paid["user_id"]), (&json!(reference), &json!(me)));
    assert!(paid["payment_id"].as_str().unwrap().starts_with("telegram-stars~"), "{paid}");

    // The feed tells it among what others did, and the same things by the same ids.
    let feed = kinds(&world, "").await;
    for (kind, count) in [("joined", 2), ("ordered", 2), ("paid", 1), ("code_refused", 2), ("charge_refused", 1), ("blocked", 1)] {
        assert_eq!(feed.iter().filter(|found| *found == kind).count(), count, "{kind}: {feed:?}");
        assert_eq!(kinds(&world, &format!("&kind={kind}")).await.len(), count, "{kind}");
    }
    let (_, page) = world.admin("GET", "/admin/v1/activity?kind=paid", None).await;
    assert_eq!(page["items"][0]["id"], paid["id"]);
    let (status, problem) = world.admin("GET", "/admin/v1/activity?kind=flew&user_id=x", None).await;
    assert_eq!(status, 400, "{problem}");
    assert!(problem["errors"]["kind"].is_string() && problem["errors"]["user_id"].is_string(), "{problem}");
}

#[tokio::test]
async fn no_turn_waits_for_a_trace() {
    let world = World::open().await;
    world.add_code("SPENT", "10", Some(1), None).await;
    let other = world.customer(7_100_000_003);
    actors::choose_with_code(&other, "Plan small", "SPENT").await;
    other.tap("⭐ 72").await.unwrap();
    let customer = world.customer(7_100_000_004);
    actors::choose(&customer, "Plan small").await;
    customer.tap("discount code").await.unwrap();
    let trips = |world: &World| {
        let tally = Tally::of(&world.dynamodb.take_log());
        (tally.trips, tally.write.total().normalize().to_string())
    };
    trips(&world);
    // Who and what he is asked for, the code: as many trips as for a code that works.
    customer.send("spent").await;
    assert_eq!(trips(&world), (2, "0".to_owned()), "what was refused is only noted");
    // The trace goes beside the next turn's own reads.
    customer.send("spent").await;
    assert_eq!(trips(&world), (2, "2".to_owned()));
    // Where a wrong code is counted, its trace is written at the same time.
    customer.send("NO-SUCH").await;
    let (count, _) = trips(&world);
    assert_eq!(count, 3, "the count is the third; the traces are beside");
    assert_eq!(kinds(&world, &format!("&user_id={}&kind=code_refused", customer.id())).await.len(), 3);
}

#[tokio::test]
async fn a_trace_that_cannot_be_written_stops_nothing() {
    let world = World::open().await;
    let customer = world.customer(7_100_000_005);
    actors::choose(&customer, "Plan small").await;
    customer.tap("discount code").await.unwrap();
    customer.send("NO-SUCH").await;
    // Every try of the SDK's.
    world.dynamodb.fail("PutItem", [Fault::ServerError; 3]);
    customer.send("NO-OTHER").await;
    assert!(world.dynamodb.all_met(), "the second guess is an update, its trace was to be put");
    assert!(says(&customer).contains("There is no such code"), "{}", says(&customer));
    let codes = kinds(&world, &format!("&user_id={}&kind=code_refused", customer.id())).await;
    assert_eq!(codes.len(), 1, "the other is lost");
}

#[tokio::test]
async fn reminders_are_traced_by_the_job_that_sends_them() {
    let world = World::open().await;
    let customer = world.customer(7_100_000_006);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.tap("Pay ⭐ 80").await.unwrap();
    let held = world.app.store.subscriptions_of(customer.id().try_into().unwrap(), None, 1).await.unwrap().items.remove(0);
    world.panel.use_traffic(held.name.as_str(), 1 << 20).unwrap();
    for _ in 0..40 {
        world.clock.advance(Span::days(1));
        world.panel.review();
        world.duties().await;
    }
    let told = kinds(&world, &format!("&user_id={}&kind=reminded", customer.id())).await;
    assert!(told.len() >= 2, "{told:?}");
    assert_eq!(newest(&world, customer.id(), "reminded").await["detail"]["reason"], "ended");
    assert_eq!(kinds(&world, &format!("&user_id={}&kind=subscription_ended", customer.id())).await.len(), 1);
}
