//! What customers hold, and what operators make of it. The panel does not answer here: what it shall do is owed.

use domain::{order::Order, subscription::Subscription, time::Span};
use serde_json::{Value, json};

use crate::support::{Shop, join_all};

/// A customer who holds what his order made.
async fn holder(shop: &Shop, buyer: i64) -> (Order, String) {
    shop.stock().await;
    let order = shop.order(buyer, None).await;
    shop.put(&Subscription::of(&order, "https://panel.example/sub/secret".into(), shop.app.now())).await;
    let name = shop.name(&order);
    (order, name)
}

#[tokio::test]
async fn a_subscription_is_shown_although_the_panel_does_not_answer() {
    let shop = Shop::open().await;
    let (_, name) = holder(&shop, 7).await;
    let shown = shop.get(&format!("/admin/v1/subscriptions/{name}")).await;
    assert_eq!((shown.status.as_u16(), shown.header("etag")), (200, "\"1\""), "{}", shown.text);
    for (field, value) in [
        ("order_id", json!(name)),
        ("user_id", json!(7)),
        ("status", json!("active")),
        ("color", json!("green")),
        ("live", Value::Null),
        ("live_problem", json!("unanswered")),
        ("link", json!("https://panel.example/sub/secret")),
        ("audit", json!([])),
    ] {
        assert_eq!(shown.body[field], value, "{field}");
    }
    assert_eq!((&shown.body["user"]["user_id"], &shown.body["fed_by"][0]["id"]), (&json!(7), &json!(name)));
    let duties: Vec<&Value> = shown.body["duties"].as_array().unwrap().iter().map(|duty| &duty["duty"]).collect();
    assert_eq!(duties, ["expire"], "the look for reminders is nobody's worry");
    let viewer = shop.token("viewer").await;
    let seen = shop.ask("GET", &format!("/admin/v1/subscriptions/{name}")).token(Some(&viewer)).send().await;
    assert_eq!((seen.status.as_u16(), &seen.body["link"]), (200, &Value::Null), "a link is a secret");
    let listed = shop.get("/admin/v1/subscriptions?user_id=7").await.body;
    assert_eq!((&listed["items"][0]["status"], &listed["items"][0]["color"]), (&json!("active"), &json!("green")));
    for other in ["nothing", &shop.name(&shop.order(8, None).await)] {
        shop.get(&format!("/admin/v1/subscriptions/{other}")).await.is_problem(404, "not-found", &[]);
    }
}

#[tokio::test]
async fn what_the_panel_does_not_do_now_is_owed() {
    let shop = Shop::open().await;
    let (order, name) = holder(&shop, 7).await;
    let path = |action: &str| format!("/admin/v1/subscriptions/{name}/{action}");
    let changed = shop.post(&path("change"), json!({"data_limit_gb": 20, "expires_at": "2027-01-01T00:00:00.5Z"})).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!((&changed.body["duty"]["duty"], &changed.body["duty"]["tries"]), (&json!("change"), &json!(1)));
    assert_eq!(changed.body["data_limit_bytes"], json!(50_u64 << 30), "what was delivered, until the panel has the other");
    let duties = shop.get("/admin/v1/duties?limit=100").await.body;
    let owed: Vec<&Value> = duties["items"].as_array().unwrap().iter().filter(|duty| duty["entity"] == "subscription").collect();
    assert_eq!((owed.len(), &owed[0]["duty"], &owed[0]["entity_id"]), (1, &json!("change"), &json!(name)));
    // A later wish is added to the earlier one.
    assert_eq!(shop.post(&path("disable"), json!({})).await.status, 200);
    let stored = shop.app.store.subscription(order.id).await.unwrap().unwrap();
    let wish = serde_json::to_value(stored.wish).unwrap();
    assert_eq!(wish, json!({"data": {"bytes": 20_u64 << 30}, "time": {"until": "2027-01-01T00:00:00.000Z"}, "switch": "off"}));
    assert_eq!(shop.post(&path("enable"), json!({})).await.body["status"], "active", "it was never off");
    // A link waits for that.
    let link = shop.post(&path("revoke-link"), json!({})).await;
    assert_eq!((link.status.as_u16(), link.body["link_asked_at"].is_string()), (200, true), "{}", link.text);
    assert_eq!(link.body["duty"]["duty"], "change");
    let history = shop.history("subscription", &name).await;
    assert_eq!(history, ["bootstrap revoke-link", "bootstrap enable", "bootstrap disable", "bootstrap change"]);
    let shown = shop.get(&format!("/admin/v1/subscriptions/{name}")).await.body;
    assert_eq!((&shown["duties"][0]["duty"], &shown["audit"][3]["after"]["data"]["bytes"]), (&json!("change"), &json!(20_u64 << 30)));

    let other = shop.name(&shop.order(8, None).await);
    for action in ["change", "disable", "enable", "revoke-link", "extend"] {
        let body = if action == "extend" { json!({"duration_days": 1}) } else { json!({"data_limit_gb": 1}) };
        let body = if matches!(action, "change" | "extend") { body } else { json!({}) };
        shop.post(&format!("/admin/v1/subscriptions/{other}/{action}"), body).await.is_problem(404, "not-found", &[]);
    }
    for (body, fields) in [
        (json!({}), vec!["data_limit_gb"]),
        (json!({"data_limit_gb": 0}), vec!["data_limit_gb"]),
        (json!({"data_limit_gb": 100_001}), vec!["data_limit_gb"]),
        (json!({"data_limit_bytes": 0}), vec!["data_limit_bytes"]),
        (json!({"data_limit_gb": 1, "data_limit_bytes": 1}), vec!["data_limit_bytes"]),
        (json!({"data_limit_gb": "1"}), vec!["data_limit_gb"]),
        (json!({"expires_at": "2026-11-22T12:00:00Z"}), vec!["expires_at"]),
        (json!({"expires_at": "soon"}), vec!["expires_at"]),
        (json!({"duration_days": 1}), vec!["duration_days"]),
    ] {
        shop.post(&path("change"), body.clone()).await.is_problem(422, "invalid-fields", &fields);
    }
}

#[tokio::test]
async fn something_is_given_once_for_each_request() {
    let shop = Shop::open().await;
    shop.stock().await;
    shop.join(7, None).await;
    let ask = |key: &str, body: Value| shop.ask("POST", "/admin/v1/users/7/grant").key(key).json(&body).send();
    let terms = || json!({"data_limit_gb": 10, "duration_days": null});
    let given = ask("one", terms()).await;
    assert_eq!(given.status, 200, "{}", given.text);
    for (field, value) in [
        ("status", json!("paid")),
        ("total", json!({"amount": "0", "currency": "IRT"})),
        ("payment_method", Value::Null),
        ("extends", Value::Null),
    ] {
        assert_eq!(given.body[field], value, "{field}");
    }
    assert_eq!(given.body["duty"]["duty"], "provision", "the panel does not answer");
    assert_eq!((&given.body["product"]["id"], &given.body["product"]["data_limit_gb"]), (&json!("grant"), &json!(10)));
    let again = ask("one", terms()).await;
    assert_eq!((again.text, again.status), (given.text, given.status));
    // When the answer is forgotten, the order is still the same.
    shop.clock.forward(Span::days(3));
    let record = store::keys::idempotency("bootstrap", "one");
    shop.app.store.commit(&shop.app.seams().nonce(), vec![store::Write::delete(record)]).await.unwrap();
    assert_eq!(ask("one", terms()).await.body["id"], given.body["id"]);
    let other = ask("two", json!({"product_id": "gb50-30d"})).await;
    assert_eq!((other.status.as_u16(), &other.body["product"]["id"]), (200, &json!("gb50-30d")));
    assert_ne!(other.body["id"], given.body["id"]);
    let orders = shop.walk("/admin/v1/orders?user_id=7", "id", 50).await;
    assert_eq!(orders.len(), 2);
    let name = given.body["id"].as_str().unwrap();
    assert_eq!(shop.history("order", name).await, ["bootstrap grant"]);
    assert_eq!(shop.get(&format!("/admin/v1/orders/{name}")).await.body["id"], given.body["id"]);

    let add_on = json!({"id": "more", "kind": "add_on", "name": "More", "price": {"amount": "1", "currency": "IRT"}, "data_limit_gb": 1});
    assert_eq!(shop.post("/admin/v1/products", add_on).await.status, 201);
    for (body, fields) in [
        (json!({}), vec!["data_limit_gb", "duration_days"]),
        (json!({"data_limit_gb": 1}), vec!["duration_days"]),
        (json!({"product_id": "gb50-30d", "duration_days": 1}), vec!["duration_days"]),
        (json!({"product_id": "none"}), vec!["product_id"]),
        (json!({"product_id": "more"}), vec!["product_id"]),
        (json!({"product_id": "A B"}), vec!["product_id"]),
        (json!({"data_limit_gb": 0, "duration_days": 1}), vec!["data_limit_gb"]),
        (json!({"data_limit_gb": 1, "duration_days": 4000}), vec!["duration_days"]),
    ] {
        shop.post("/admin/v1/users/7/grant", body.clone()).await.is_problem(422, "invalid-fields", &fields);
    }
    shop.post("/admin/v1/users/9/grant", terms()).await.is_problem(404, "not-found", &[]);
    assert_eq!(shop.post("/admin/v1/users/7/ban", json!({})).await.status, 200);
    shop.post("/admin/v1/users/7/grant", terms()).await.is_problem(409, "wrong-state", &[]);
}

#[tokio::test]
async fn the_same_grant_many_times_at_once_is_one() {
    let shop = Shop::open().await;
    shop.join(7, None).await;
    let body = json!({"data_limit_gb": 10, "duration_days": 7});
    let answers = join_all((0..12).map(|_| shop.ask("POST", "/admin/v1/users/7/grant").key("k").json(&body).send())).await;
    assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 200 | 503)), "{answers:?}");
    assert_eq!(shop.walk("/admin/v1/orders?user_id=7", "id", 50).await.len(), 1);
}

#[tokio::test]
async fn more_is_added_by_an_order_of_nothing() {
    let shop = Shop::open().await;
    let (order, name) = holder(&shop, 7).await;
    let path = format!("/admin/v1/subscriptions/{name}/extend");
    let added = shop.ask("POST", &path).key("k").json(&json!({"data_limit_gb": 5})).send().await;
    assert_eq!(added.status, 200, "{}", added.text);
    assert_eq!(
        (&added.body["extends"], &added.body["status"], &added.body["product"]["kind"]),
        (&json!(name), &json!("paid"), &json!("add_on"))
    );
    assert_eq!((&added.body["product"]["data_limit_gb"], &added.body["product"]["duration_days"]), (&json!(5), &Value::Null));
    let renewed = shop.post(&path, json!({"product_id": "gb50-30d"})).await;
    assert_eq!((&renewed.body["extends"], &renewed.body["product"]["kind"]), (&json!(name), &json!("plan")));
    assert_eq!(shop.history("subscription", &name).await, ["bootstrap extend", "bootstrap extend"]);
    let shown = shop.get(&format!("/admin/v1/subscriptions/{name}")).await.body;
    assert_eq!((shown["fed_by"].as_array().unwrap().len(), shown["duties"].as_array().unwrap().len()), (3, 3), "{shown}");
    for (body, fields) in [
        (json!({}), vec!["data_limit_gb"]),
        (json!({"product_id": "gb50-30d", "data_limit_gb": 1}), vec!["data_limit_gb"]),
        (json!({"product_id": "none"}), vec!["product_id"]),
        (json!({"duration_days": 0}), vec!["duration_days"]),
    ] {
        shop.post(&path, body.clone()).await.is_problem(422, "invalid-fields", &fields);
    }
    let mut off = shop.app.store.subscription(order.id).await.unwrap().unwrap();
    off.disabled_at = Some(shop.app.now());
    shop.app.store.commit(&shop.app.seams().nonce(), vec![store::Write::replace(&mut off).unwrap()]).await.unwrap();
    shop.post(&path, json!({"duration_days": 1})).await.is_problem(409, "wrong-state", &[]);
    let listed = shop.get("/admin/v1/subscriptions?user_id=7").await.body;
    assert_eq!((&listed["items"][0]["status"], &listed["items"][0]["color"]), (&json!("disabled"), &json!("orange")));
}
