//! Products.

use serde_json::{Value, json};

use crate::support::{Shop, join_all};

const PRODUCTS: &str = "/admin/v1/products";

fn toman(amount: &str) -> Value {
    json!({"amount": amount, "currency": "IRT"})
}

#[tokio::test]
async fn a_product_lives() {
    let shop = Shop::open().await;
    let made = shop
        .post(PRODUCTS, json!({"id": "gb50-30d", "name": "۵۰ گیگ", "price": toman("150000"), "prices": {"XTR": "150", "USD": "3.5"}, "data_limit_gb": 50, "duration_days": 30}))
        .await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!((made.header("location"), made.header("etag")), ("/admin/v1/products/gb50-30d", "\"1\""));
    assert_eq!(
        made.body,
        json!({
            "id": "gb50-30d", "kind": "plan", "name": "۵۰ گیگ", "price": toman("150000"), "prices": {"XTR": "150", "USD": "3.50"}, "data_limit_gb": 50,
            "duration_days": 30, "renewal_policy": "add", "active": true, "position": 10,
            "created_at": "2026-11-22T12:00:00.000Z", "updated_at": "2026-11-22T12:00:00.000Z", "version": 1,
        })
    );
    let shown = shop.get("/admin/v1/products/gb50-30d").await.body;
    assert!(made.body.as_object().unwrap().iter().all(|(field, value)| shown[field] == *value), "{shown}");
    assert_eq!((&shown["audit"][0]["action"], &shown["audit"][0]["after"]["name"]), (&json!("create"), &json!("۵۰ گیگ")), "its versions");

    let change = json!({"price": toman("170000"), "prices": {"USD": null, "EUR": "3"}, "data_limit_gb": null, "renewal_policy": "reset"});
    let changed = shop.ask("PATCH", "/admin/v1/products/gb50-30d").header("if-match", "\"1\"").json(&change).send().await;
    assert_eq!(changed.header("etag"), "\"2\"");
    let expected = [
        ("price", toman("170000")),
        ("prices", json!({"XTR": "150", "EUR": "3.00"})),
        ("data_limit_gb", Value::Null),
        ("duration_days", json!(30)),
    ];
    for (field, value) in expected {
        assert_eq!(changed.body[field], value, "{field}");
    }

    for (action, active) in [("archive", false), ("archive", false), ("unarchive", true)] {
        let answer = shop.post(&format!("/admin/v1/products/gb50-30d/{action}"), json!({})).await;
        assert_eq!((answer.status.as_u16(), &answer.body["active"]), (200, &json!(active)));
    }
    assert_eq!(
        shop.history("product", "gb50-30d").await,
        ["bootstrap unarchive", "bootstrap archive", "bootstrap change", "bootstrap create"],
        "what changes nothing leaves no entry"
    );
    let entry = shop.get("/admin/v1/audit?entity=product&id=gb50-30d&limit=1").await;
    assert_eq!((&entry.body["items"][0]["before"]["active"], &entry.body["items"][0]["after"]["active"]), (&json!(false), &json!(true)));
}

#[tokio::test]
async fn an_add_on_has_data_or_days() {
    let shop = Shop::open().await;
    shop.stock().await;
    let add_on = json!({"id": "plus-10gb", "kind": "add_on", "name": "+10 GB", "price": toman("40000"), "data_limit_gb": 10});
    let made = shop.post(PRODUCTS, add_on).await;
    assert_eq!(
        (made.status.as_u16(), &made.body["kind"], &made.body["duration_days"]),
        (201, &json!("add_on"), &Value::Null),
        "{}",
        made.text
    );
    shop.post(PRODUCTS, json!({"kind": "add_on", "name": "Nothing", "price": toman("1")})).await.is_problem(
        422,
        "invalid-fields",
        &["data_limit_gb"],
    );
    shop.patch("/admin/v1/products/plus-10gb", json!({"data_limit_gb": null})).await.is_problem(422, "invalid-fields", &["data_limit_gb"]);
    shop.patch("/admin/v1/products/plus-10gb", json!({"kind": "plan"})).await.is_problem(422, "invalid-fields", &["kind"]);
    for (kind, ids) in [("plan", ["gb50-30d"]), ("add_on", ["plus-10gb"])] {
        assert_eq!(shop.ids(&format!("{PRODUCTS}?kind={kind}"), "id").await, ids);
    }
    shop.get(&format!("{PRODUCTS}?kind=other")).await.is_problem(400, "invalid-parameters", &["kind"]);
    for id in ["prize", "trial", "welcome", "gift"] {
        shop.post(PRODUCTS, json!({"id": id, "name": "Any", "price": toman("1")})).await.is_problem(422, "invalid-fields", &["id"]);
    }
}

#[tokio::test]
async fn what_is_left_out_is_made_up() {
    let shop = Shop::open().await;
    let first = shop.post(PRODUCTS, json!({"name": "Any", "price": toman("1")})).await;
    let id = first.body["id"].as_str().unwrap();
    assert!((1..=16).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{id}");
    assert_eq!(
        (&first.body["data_limit_gb"], &first.body["duration_days"], &first.body["position"]),
        (&Value::Null, &Value::Null, &json!(10))
    );
    let second = shop.post(PRODUCTS, json!({"name": "Other", "price": toman("1")})).await;
    assert_eq!(second.body["position"], 20);
    shop.post(PRODUCTS, json!({"id": id, "name": "Any", "price": toman("1")})).await.is_problem(409, "already-exists", &[]);
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let shop = Shop::open().await;
    shop.stock().await;
    let complete = json!({"id": "x", "name": "X", "price": toman("1")});
    let with = |field: &str, value: Value| {
        let mut body = complete.clone();
        body[field] = value;
        body
    };
    for (body, fields) in [
        (json!({}), vec!["name"]),
        (json!([]), vec!["body"]),
        (with("id", json!("Not An Id")), vec!["id"]),
        (with("id", json!("prize")), vec!["id"]),
        (with("id", json!("seventeen-letters")), vec!["id"]),
        (with("name", json!("")), vec!["name"]),
        (with("name", json!("x".repeat(65))), vec!["name"]),
        (with("name", json!(7)), vec!["name"]),
        (with("price", toman("0")), vec!["price"]),
        (with("price", toman("-1")), vec!["price.amount"]),
        (with("price", toman("1.5")), vec!["price.amount"]),
        (with("price", toman("1e3")), vec!["price.amount"]),
        (with("price", json!({"amount": 150_000, "currency": "IRT"})), vec!["price.amount"]),
        (with("price", json!({"amount": "1", "currency": "XXX"})), vec!["price.currency"]),
        (with("price", json!({"amount": "1", "currency": "IRT", "more": 1})), vec!["price.more"]),
        (with("price", json!("1")), vec!["price"]),
        (with("prices", json!({"XTR": "1.5"})), vec!["prices.XTR"]),
        (with("prices", json!({"ABC": "1"})), vec!["prices.ABC"]),
        (with("prices", json!({"IRT": "1"})), vec!["prices"]),
        (with("prices", json!({"XTR": 1})), vec!["prices.XTR"]),
        (with("data_limit_gb", json!(0)), vec!["data_limit_gb"]),
        (with("data_limit_gb", json!(100_001)), vec!["data_limit_gb"]),
        (with("data_limit_gb", json!(1.5)), vec!["data_limit_gb"]),
        (with("duration_days", json!(3651)), vec!["duration_days"]),
        (with("duration_days", json!(-1)), vec!["duration_days"]),
        (with("renewal_policy", json!("keep")), vec!["renewal_policy"]),
        (with("position", json!(70_000)), vec!["position"]),
        (with("version", json!(9)), vec!["version"]),
        (
            json!({"id": "NO", "name": "x", "price": {"amount": "x", "currency": "IRT"}, "prices": {"XTR": "x"}}),
            vec!["id", "price.amount", "prices.XTR"],
        ),
    ] {
        let answer = shop.post(PRODUCTS, body.clone()).await;
        // A rule of the whole map names the map, one of an entry the entry.
        let named: Vec<&str> = if body["prices"]["IRT"] == "1" { vec!["prices.IRT"] } else { fields };
        answer.is_problem(422, "invalid-fields", &named);
    }
    for (body, fields) in [
        (json!({"data_limit_gb": 0}), vec!["data_limit_gb"]),
        (json!({"prices": {"ABC": null}}), vec!["prices.ABC"]),
        (json!({"id": "other"}), vec!["id"]),
        (json!({"created_at": "2026-01-01T00:00:00Z"}), vec!["created_at"]),
    ] {
        shop.patch("/admin/v1/products/gb50-30d", body).await.is_problem(422, "invalid-fields", &fields);
    }
    assert_eq!(shop.get("/admin/v1/products/gb50-30d").await.body["version"], 1, "nothing of that changed it");
}

#[tokio::test]
async fn a_version_that_does_not_stand_changes_nothing() {
    let shop = Shop::open().await;
    shop.stock().await;
    let path = "/admin/v1/products/gb50-30d";
    let change = |tag: &str, name: &str| shop.ask("PATCH", path).header("if-match", tag).json(&json!({"name": name})).send();
    for tag in ["\"0\"", "\"2\"", "\"x\"", "W/\"1\"", "\"\""] {
        change(tag, "Other").await.is_problem(412, "version-mismatch", &[]);
    }
    change("1", "Other").await.is_problem(400, "invalid-parameters", &["If-Match"]);
    assert_eq!(change("*", "One").await.body["name"], "One");
    assert_eq!(change("\"2\"", "Two").await.body["version"], 3);
    // Of many who saw the same version one is first.
    let racers = (0..8).map(|n| {
        let shop = &shop;
        async move { shop.ask("PATCH", path).header("if-match", "\"3\"").json(&json!({"position": n})).send().await.status.as_u16() }
    });
    let mut statuses = join_all(racers).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
}

#[tokio::test]
async fn the_catalogue_is_paged_in_its_order() {
    let shop = Shop::open().await;
    for n in 0..7 {
        let body = json!({"id": format!("p{n}"), "name": "P", "price": toman("1"), "position": n % 3, "active": n != 4});
        assert_eq!(shop.post(PRODUCTS, body).await.status, 201);
    }
    let order = json!(["p0", "p3", "p6", "p1", "p4", "p2", "p5"]);
    for limit in [1, 2, 3, 7, 100] {
        assert_eq!(json!(shop.walk(PRODUCTS, "id", limit).await), order);
    }
    assert_eq!(json!(shop.walk("/admin/v1/products?active=false", "id", 2).await), json!(["p4"]));
    assert_eq!(shop.walk("/admin/v1/products?active=true", "id", 2).await.len(), 6);
}
