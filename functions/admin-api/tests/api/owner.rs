//! The shop's history, and its health.

use domain::time::Span;
use serde_json::json;

use crate::support::Shop;

#[tokio::test]
async fn the_history_of_the_shop_is_read_day_by_day() {
    let shop = Shop::open().await;
    let operator = shop.token("operator").await;
    let mut ids = Vec::new();
    for (user, days) in [(1, 0), (2, 0), (3, 40), (4, 1), (5, 1), (6, 2)] {
        shop.join(user, None).await;
        let ask = shop.ask("POST", &format!("/admin/v1/users/{user}/ban"));
        let ask = if user % 2 == 0 { ask.token(Some(&operator)) } else { ask };
        assert_eq!(ask.send().await.status, 200);
        ids.push(json!(user.to_string()));
        shop.clock.forward(Span::days(days));
    }
    let token = shop.get("/admin/v1/tokens").await.body["items"][0]["id"].clone();
    ids.insert(0, token.clone());
    ids.reverse();
    for limit in [1, 2, 3, 100] {
        assert_eq!(shop.walk("/admin/v1/audit", "entity_id", limit).await, ids, "{limit}");
    }
    let actor = format!("token:{}", token.as_str().unwrap());
    assert_eq!(json!(shop.walk(&format!("/admin/v1/audit?actor={actor}"), "entity_id", 3).await), json!(["6", "4", "2"]));
    assert_eq!(json!(shop.walk("/admin/v1/audit?entity=user&id=4", "action", 3).await), json!(["ban"]));
    assert!(shop.walk("/admin/v1/audit?entity=user&id=4&actor=bootstrap", "action", 3).await.is_empty());
    shop.get("/admin/v1/audit?id=4").await.is_problem(400, "invalid-parameters", &["entity"]);
}

#[tokio::test]
async fn the_shop_says_whether_it_is_there() {
    let shop = Shop::open().await;
    let answer = shop.ask("GET", "/healthz").token(None).send().await;
    assert_eq!((answer.status.as_u16(), answer.body), (200, json!({"status": "ok"})));
}

#[tokio::test]
async fn without_its_table_the_shop_says_so() {
    let shop = Shop::open().await.without_table().await;
    for answer in [
        shop.ask("GET", "/healthz").token(None).send().await,
        shop.get("/admin/v1/products").await,
        shop.post("/admin/v1/users/7/ban", json!({})).await,
    ] {
        answer.is_problem(503, "unavailable", &[]);
        assert_eq!(answer.header("retry-after"), "2");
        assert!(!answer.text.contains("127.0.0.1"), "what is behind it is for the log");
    }
    // A token that cannot be looked up is not refused as a wrong one.
    let answer = shop.ask("GET", "/admin/v1/products").token(Some("wsa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")).send().await;
    answer.is_problem(503, "unavailable", &[]);
}
