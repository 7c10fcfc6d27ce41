//! `Idempotency-Key`.

use serde_json::{Value, json};

use crate::support::{Shop, join_all};

#[tokio::test]
async fn the_same_request_again_has_the_same_answer() {
    let shop = Shop::open().await;
    shop.stock().await;
    shop.join(7, None).await;
    let order = shop.receipt(8).await;
    let rejected = shop.receipt(9).await;
    let canceled = shop.order(10, None).await;
    let product = json!({"name": "Made up", "price": {"amount": "1", "currency": "IRT"}});
    let requests: Vec<(&str, String, Value)> = vec![
        ("POST", "/admin/v1/products".into(), product),
        ("PATCH", "/admin/v1/products/gb50-30d".into(), json!({"position": 3})),
        ("POST", "/admin/v1/products/gb50-30d/archive".into(), json!({})),
        ("POST", "/admin/v1/discount-codes".into(), json!({"percent": "5"})),
        ("POST", "/admin/v1/users/7/ban".into(), json!({})),
        ("POST", "/admin/v1/users/7/unban".into(), json!({})),
        ("POST", format!("/admin/v1/orders/{}/approve", shop.name(&order)), json!({})),
        ("POST", format!("/admin/v1/orders/{}/reject", shop.name(&rejected)), json!({"reason": "unreadable"})),
        ("POST", format!("/admin/v1/orders/{}/cancel", shop.name(&canceled)), json!({})),
        ("PATCH", "/admin/v1/settings".into(), json!({"order_window_minutes": 30})),
    ];
    let mut answers = Vec::new();
    for (n, (method, path, body)) in requests.iter().enumerate() {
        let answer = shop.ask(method, path).key(&format!("key-{n}")).json(body).send().await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text);
        assert_eq!(answer.header("idempotency-replayed"), "");
        answers.push(answer);
    }
    for (n, ((method, path, body), first)) in requests.iter().zip(&answers).enumerate() {
        let again = shop.ask(method, path).key(&format!("key-{n}")).json(body).send().await;
        assert_eq!((again.status, &again.text), (first.status, &first.text), "{path}");
        for header in ["etag", "location", "content-type"] {
            assert_eq!(again.header(header), first.header(header), "{path} {header}");
        }
        assert_eq!(again.header("idempotency-replayed"), "true");
    }
    // Done once each: the ban was not laid again after it was lifted.
    assert_eq!(shop.get("/admin/v1/users/7").await.body["banned"], false);
    assert_eq!(shop.history("user", "7").await.len(), 2);
    assert_eq!(shop.walk("/admin/v1/products", "id", 50).await.len(), 2);
    assert_eq!(shop.history("order", &shop.name(&order)).await, ["bootstrap approve"]);
}

#[tokio::test]
async fn a_key_is_for_one_request_of_one_sender() {
    let shop = Shop::open().await;
    shop.join(7, None).await;
    shop.join(8, None).await;
    let ask = |path: &'static str| shop.ask("POST", path).key("k").send();
    assert_eq!(ask("/admin/v1/users/7/ban").await.status, 200);
    ask("/admin/v1/users/8/ban").await.is_problem(409, "idempotency-key-reused", &[]);
    ask("/admin/v1/users/7/unban").await.is_problem(409, "idempotency-key-reused", &[]);
    shop.ask("POST", "/admin/v1/users/7/ban").key("k").json(&json!({})).send().await.is_problem(409, "idempotency-key-reused", &[]);
    let token = shop.token("operator").await;
    assert_eq!(
        shop.ask("POST", "/admin/v1/users/8/ban").token(Some(&token)).key("k").send().await.status,
        200,
        "another sender's key is another key"
    );
    for bad in ["", " ", "with space", &"k".repeat(65), "ключ"] {
        let answer = shop.ask("POST", "/admin/v1/users/7/ban").header("idempotency-key", bad).send().await;
        answer.is_problem(400, "invalid-parameters", &["Idempotency-Key"]);
    }
}

#[tokio::test]
async fn a_request_that_failed_can_be_mended_under_its_key() {
    let shop = Shop::open().await;
    let ask = |body: Value| shop.ask("POST", "/admin/v1/products").key("k").json(&body).send();
    ask(json!({"name": "X"})).await.is_problem(422, "invalid-fields", &["price"]);
    assert_eq!(ask(json!({"name": "X", "price": {"amount": "1", "currency": "IRT"}})).await.status, 201);
}

#[tokio::test]
async fn of_the_same_request_many_times_at_once_one_is_done() {
    let shop = Shop::open().await;
    let body = json!({"name": "X", "price": {"amount": "1", "currency": "IRT"}});
    let answers = join_all((0..20).map(|_| shop.ask("POST", "/admin/v1/products").key("k").json(&body).send())).await;
    for answer in &answers {
        assert!(matches!(answer.status.as_u16(), 201 | 503), "{}", answer.text);
    }
    let mut texts: Vec<&str> = answers.iter().filter(|answer| answer.status == 201).map(|answer| answer.text.as_str()).collect();
    texts.dedup();
    assert_eq!(texts.len(), 1, "one product, one answer");
    assert_eq!(shop.walk("/admin/v1/products", "id", 50).await.len(), 1);
}
