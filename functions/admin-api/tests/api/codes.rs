//! Discount codes.

use serde_json::{Value, json};

use crate::support::Shop;

const CODES: &str = "/admin/v1/discount-codes";

#[tokio::test]
async fn a_code_lives() {
    let shop = Shop::open().await;
    shop.stock().await;
    let made = shop
        .post(
            CODES,
            json!({
                "code": "spring20", "percent": "12.5", "valid_from": "2026-11-22T15:30:00+03:30", "valid_to": "2026-12-22T00:00:00Z", "use_limit": 10,
                "per_user_limit": 1, "products": ["gb50-30d"], "first_purchase_only": true, "minimum": {"amount": "1000", "currency": "IRT"},
            }),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.header("location"), "/admin/v1/discount-codes/SPRING20");
    assert_eq!(
        made.body,
        json!({
            "code": "SPRING20", "percent": "12.5", "amount": null, "active": true, "valid_from": "2026-11-22T12:00:00.000Z",
            "valid_to": "2026-12-22T00:00:00.000Z", "use_limit": 10, "per_user_limit": 1, "times_used": 0, "late_uses": 0, "products": ["gb50-30d"],
            "first_purchase_only": true, "minimum": {"amount": "1000", "currency": "IRT"}, "user_id": null, "created_at": "2026-11-22T12:00:00.001Z", "version": 1,
        })
    );
    let shown = shop.get("/admin/v1/discount-codes/Spring20").await.body;
    assert!(made.body.as_object().unwrap().iter().all(|(field, value)| shown[field] == *value), "a code has no case: {shown}");
    assert_eq!((&shown["uses"], shown["audit"].as_array().unwrap().len()), (&json!([]), 1));

    // An order holds a use; an edit does not touch it.
    shop.order(7, Some("SPRING20")).await;
    let change =
        json!({"amount": {"amount": "5000", "currency": "IRT"}, "percent": null, "valid_to": null, "minimum": null, "products": []});
    let changed = shop.ask("PATCH", "/admin/v1/discount-codes/SPRING20").header("if-match", "\"1\"").json(&change).send().await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    for (field, value) in [
        ("percent", Value::Null),
        ("amount", json!({"amount": "5000", "currency": "IRT"})),
        ("valid_to", Value::Null),
        ("valid_from", json!("2026-11-22T12:00:00.000Z")),
        ("minimum", Value::Null),
        ("products", json!([])),
        ("times_used", json!(1)),
        ("version", json!(2)),
    ] {
        assert_eq!(changed.body[field], value, "{field}");
    }
    let shown = shop.get("/admin/v1/discount-codes/SPRING20").await.body;
    assert!(changed.body.as_object().unwrap().iter().all(|(field, value)| shown[field] == *value), "{shown}");
    for (action, active) in [("archive", false), ("unarchive", true)] {
        assert_eq!(shop.post(&format!("/admin/v1/discount-codes/spring20/{action}"), json!({})).await.body["active"], active);
    }
    let his = shop.post(CODES, json!({"code": "FOR-SARA", "percent": "30", "user_id": 7})).await;
    assert_eq!((his.status.as_u16(), &his.body["user_id"]), (201, &json!(7)), "{}", his.text);
    let changed = shop.patch("/admin/v1/discount-codes/FOR-SARA", json!({"percent": "40"})).await;
    assert_eq!((&changed.body["percent"], &changed.body["user_id"]), (&json!("40"), &json!(7)), "whose it is stays");
    shop.patch("/admin/v1/discount-codes/FOR-SARA", json!({"user_id": 8})).await.is_problem(422, "invalid-fields", &["user_id"]);
    shop.post(CODES, json!({"percent": "30", "user_id": 0})).await.is_problem(422, "invalid-fields", &["user_id"]);
    let history = shop.history("discount-code", "SPRING20").await;
    assert_eq!(history, ["bootstrap unarchive", "bootstrap archive", "bootstrap change", "bootstrap create"]);
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let shop = Shop::open().await;
    let both = ["amount", "percent"];
    for (body, fields) in [
        (json!({}), both.to_vec()),
        (json!({"percent": "5", "amount": {"amount": "1", "currency": "IRT"}}), both.to_vec()),
        (json!({"percent": null, "amount": null}), both.to_vec()),
        (json!({"percent": "0"}), vec!["percent"]),
        (json!({"percent": "100.01"}), vec!["percent"]),
        (json!({"percent": "-5"}), vec!["percent"]),
        (json!({"percent": 5}), vec!["percent"]),
        (json!({"amount": {"amount": "0", "currency": "IRT"}}), vec!["amount"]),
        (json!({"code": "x", "percent": "5"}), vec!["code"]),
        (json!({"code": "no spaces", "percent": "5"}), vec!["code"]),
        (json!({"percent": "5", "use_limit": 0}), vec!["use_limit"]),
        (json!({"percent": "5", "per_user_limit": 0}), vec!["per_user_limit"]),
        (json!({"percent": "5", "valid_from": "2026-02-01T00:00:00Z", "valid_to": "2026-01-01T00:00:00Z"}), vec!["valid_to"]),
        (json!({"percent": "5", "valid_from": "2026-02-01"}), vec!["valid_from"]),
        (json!({"percent": "5", "products": ["NO"]}), vec!["products"]),
        (json!({"percent": "5", "products": ["nothing"]}), vec!["products"]),
        (json!({"percent": "5", "times_used": 3}), vec!["times_used"]),
    ] {
        shop.post(CODES, body).await.is_problem(422, "invalid-fields", &fields);
    }
    assert_eq!(shop.post(CODES, json!({"code": "HALF", "percent": "50"})).await.status, 201);
    shop.post(CODES, json!({"code": "half", "percent": "50"})).await.is_problem(409, "already-exists", &[]);
    for (body, fields) in [
        (json!({"percent": null}), both.to_vec()),
        (json!({"code": "OTHER"}), vec!["code"]),
        (json!({"valid_to": "2026-01-01T00:00:00Z", "valid_from": "2026-01-02T00:00:00Z"}), vec!["valid_to"]),
    ] {
        shop.patch("/admin/v1/discount-codes/HALF", body).await.is_problem(422, "invalid-fields", &fields);
    }
    shop.patch("/admin/v1/discount-codes/NONE", json!({"active": false})).await.is_problem(404, "not-found", &[]);
    shop.get("/admin/v1/discount-codes/x").await.is_problem(404, "not-found", &[]);
}

#[tokio::test]
async fn codes_are_found_and_made_up() {
    let shop = Shop::open().await;
    let made = shop.post(CODES, json!({"percent": "100"})).await;
    assert_eq!(made.body["code"].as_str().map(str::len), Some(8));
    for n in 0..4 {
        assert_eq!(shop.post(CODES, json!({"code": format!("CODE-{n}"), "percent": "5", "active": n % 2 == 0})).await.status, 201);
    }
    assert_eq!(shop.walk(CODES, "code", 2).await.len(), 5);
    assert_eq!(shop.walk("/admin/v1/discount-codes?active=false", "code", 1).await.len(), 2);
    assert_eq!(shop.ids("/admin/v1/discount-codes?q=code-1", "code").await, ["CODE-1"]);
    assert!(shop.ids("/admin/v1/discount-codes?q=code-1&active=true", "code").await.is_empty());
    assert!(shop.ids("/admin/v1/discount-codes?q=%25", "code").await.is_empty());
}

#[tokio::test]
async fn who_holds_a_code_is_shown() {
    let shop = Shop::open().await;
    shop.stock().await;
    assert_eq!(shop.post(CODES, json!({"code": "MANY", "percent": "10"})).await.status, 201);
    let mut names = Vec::new();
    for buyer in [7, 8, 9] {
        names.push(shop.name(&shop.order(buyer, Some("MANY")).await));
    }
    let uses = |n: i64, name: &String| json!({"user_id": n, "order_ids": [name]});
    let all = json!([uses(7, &names[0]), uses(8, &names[1]), uses(9, &names[2])]);
    assert_eq!(shop.get("/admin/v1/discount-codes/many").await.body["uses"], all);
    assert_eq!(json!(shop.walk("/admin/v1/discount-codes/MANY/uses", "user_id", 2).await), json!([7, 8, 9]));
    assert_eq!(shop.post(&format!("/admin/v1/orders/{}/cancel", names[1]), json!({})).await.status, 200);
    assert_eq!(json!(shop.walk("/admin/v1/discount-codes/MANY/uses", "user_id", 1).await), json!([7, 9]), "what is given back is not held");
    shop.get("/admin/v1/discount-codes/NONE/uses").await.is_problem(404, "not-found", &[]);
    let order = shop.get(&format!("/admin/v1/orders/{}", names[0])).await.body;
    assert_eq!(
        (&order["code"]["code"], &order["code"]["times_used"]),
        (&json!("MANY"), &json!(2)),
        "an order is shown with its code as it is now"
    );
}

#[tokio::test]
async fn many_codes_are_made_at_once() {
    let shop = Shop::open().await;
    let body = json!({"count": 200, "prefix": "nowruz-", "percent": "20", "use_limit": 1});
    let ask = |body: &Value| shop.ask("POST", "/admin/v1/discount-codes/batch").key("spring").json(body).send();
    let made = ask(&body).await;
    assert_eq!((made.status.as_u16(), made.header("location")), (201, ""), "{}", made.text);
    let codes: Vec<&str> = made.body["codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
    let different: std::collections::BTreeSet<&&str> = codes.iter().collect();
    assert_eq!((codes.len(), different.len(), &made.body["count"]), (200, 200, &json!(200)));
    assert!(codes.iter().all(|code| code.starts_with("NOWRUZ-") && code.len() == 17), "{codes:?}");
    let one = shop.get(&format!("/admin/v1/discount-codes/{}", codes[150])).await.body;
    assert_eq!((&one["percent"], &one["use_limit"], &one["active"]), (&json!("20"), &json!(1), &json!(true)));
    assert_eq!(ask(&body).await.text, made.text);
    assert_eq!(shop.walk(CODES, "code", 100).await.len(), 200, "no second set");
    assert_eq!(shop.history("code-batch", made.body["batch"].as_str().unwrap()).await, ["bootstrap create"]);
    let history = shop.get(&format!("/admin/v1/audit?entity=code-batch&id={}", made.body["batch"].as_str().unwrap())).await.body;
    assert_eq!((&history["items"][0]["after"]["count"], &history["items"][0]["after"]["prefix"]), (&json!(200), &json!("NOWRUZ-")));

    for (body, fields) in [
        (json!({"count": 0, "percent": "1"}), vec!["count"]),
        (json!({"count": 501, "percent": "1"}), vec!["count"]),
        (json!({"count": 1, "percent": "1", "prefix": "x".repeat(11)}), vec!["prefix"]),
        (json!({"count": 1, "percent": "1", "prefix": "a b"}), vec!["prefix"]),
        (json!({"count": 1, "prefix": "نوروز", "percent": "1"}), vec!["prefix"]),
        (json!({"count": 1}), vec!["amount", "percent"]),
        (json!({"count": 1, "percent": "0"}), vec!["percent"]),
        (json!({"count": 1, "percent": "1", "code": "X"}), vec!["code"]),
        (json!({"count": 1, "percent": "1", "products": ["none"]}), vec!["products"]),
        (json!({"percent": "1"}), vec!["count"]),
    ] {
        shop.post("/admin/v1/discount-codes/batch", body.clone()).await.is_problem(422, "invalid-fields", &fields);
    }
    assert_eq!(shop.walk(CODES, "code", 100).await.len(), 200);
}
