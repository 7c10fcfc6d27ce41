//! "My subscriptions", as the panel says it now, and the page that opens an app.

use domain::time::Span;
use tests::{
    World,
    actors::{self, says},
};

const GIB: i64 = 1 << 30;

#[tokio::test]
async fn usage_is_the_panels_own() {
    let world = World::open().await;
    let customer = world.customer(7_600_000_001);
    customer.send("/subscriptions").await;
    assert!(says(&customer).contains("You have no subscription yet"));
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.tap("Pay ⭐ 80").await.unwrap();
    let name = world.order(customer.id()).await.panel_name;

    customer.send("/subscriptions").await;
    assert!(says(&customer).contains("ready, not used yet"), "{}", says(&customer));
    assert!(says(&customer).contains("30 days from the first connection"), "{}", says(&customer));
    world.panel.use_traffic(name.as_str(), 5 * GIB / 2).unwrap();
    customer.tap("Refresh").await.unwrap();
    let text = says(&customer);
    assert!(text.contains("active") && text.contains("2.5 GB of 10 GB") && text.contains("until "), "{text}");
    world.panel.use_traffic(name.as_str(), 8 * GIB).unwrap();
    customer.tap("Refresh").await.unwrap();
    assert!(says(&customer).contains("the data is used up"), "{}", says(&customer));

    world.panel.down();
    customer.tap("Refresh").await.unwrap();
    assert!(says(&customer).contains("does not answer at the moment"), "{}", says(&customer));
    assert!(says(&customer).contains("https://panel.example/sub/"), "the link is shown all the same");
    world.panel.up();
    assert!(world.panel.delete_out_of_band(name.as_str()));
    customer.tap("Refresh").await.unwrap();
    assert!(says(&customer).contains("deleted on the server"), "{}", says(&customer));
}

#[tokio::test]
async fn several_subscriptions_are_a_list() {
    let world = World::open().await;
    let customer = world.customer(7_600_000_002);
    for (plan, stars) in [("Plan small", "⭐ 80"), ("Plan large", "⭐ 240")] {
        actors::order(&customer, plan, stars).await;
        customer.tap(&format!("Pay {stars}")).await.unwrap();
    }
    customer.send("/subscriptions").await;
    let list = customer.last().unwrap();
    assert!(list.text.contains("Plan small") && list.text.contains("Plan large"));
    customer.tap("Plan large").await.unwrap();
    assert!(says(&customer).contains("50 GB") && says(&customer).contains("https://panel.example/sub/"), "{}", says(&customer));
}

#[tokio::test]
async fn an_import_link_opens_its_app_for_two_days() {
    let world = World::open().await;
    let customer = world.customer(7_600_000_003);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.tap("Pay ⭐ 80").await.unwrap();
    let link = customer.link("Hiddify").unwrap();
    let subscription = customer.copied("Copy the link").unwrap();
    let path = link.strip_prefix("https://shop.example").unwrap().to_owned();

    let page = world.request("GET", &path, &[("accept-language", "ru")], b"").await;
    let html = String::from_utf8(page.body).unwrap();
    assert_eq!(page.status, 200);
    assert!(html.contains(&format!("hiddify://import/{subscription}")) && html.contains("lang=\"en\""), "{html}");
    assert_eq!(page.headers["cache-control"], "no-store");

    let forged = path.replace("/hiddify/", "/v2rayng/").to_lowercase();
    assert_eq!(world.request("GET", &forged, &[], b"").await.status, 404);
    assert_eq!(world.request("GET", "/open/hiddify/none", &[], b"").await.status, 404);
    world.clock.advance(Span::hours(49));
    assert_eq!(world.request("GET", &path, &[], b"").await.status, 404);
}
