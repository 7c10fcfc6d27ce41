//! What no well-meaning client sends.

use lambda_http::Body;
use proptest::prelude::*;
use serde_json::json;

use crate::support::Shop;

#[tokio::test]
async fn bodies_that_cannot_be_read() {
    let shop = Shop::open().await;
    let ask = |kind: Option<&'static str>, body: Body| {
        let ask = shop.ask("POST", "/admin/v1/products").body(body);
        match kind {
            Some(kind) => ask.header("content-type", kind).send(),
            None => ask.send(),
        }
    };
    let json = Some("application/json");
    let nested = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    for (kind, body, status, slug) in [
        (json, Body::Text("x".repeat(16 * 1024 + 1)), 413, "payload-too-large"),
        (json, Body::Text("x".repeat(16 * 1024)), 400, "malformed-request"),
        (json, Body::Text(nested), 400, "malformed-request"),
        (json, Body::Empty, 400, "malformed-request"),
        (json, Body::Text("{\"name\":".into()), 400, "malformed-request"),
        (json, Body::Text("{} trailing".into()), 400, "malformed-request"),
        (json, Body::Text("\u{feff}{}".into()), 400, "malformed-request"),
        (json, Body::Text("{\"name\":\"\\ud800\"}".into()), 400, "malformed-request"),
        (json, Body::Binary(b"{\"name\":\"\xff\"}".to_vec()), 400, "malformed-request"),
        (json, Body::Binary(vec![0; 100]), 400, "malformed-request"),
        (None, Body::Text("{}".into()), 415, "unsupported-media-type"),
        (Some("text/plain"), Body::Text("{}".into()), 415, "unsupported-media-type"),
        (Some("application/x-www-form-urlencoded"), Body::Text("name=x".into()), 415, "unsupported-media-type"),
        (Some("application/jsonx"), Body::Text("{}".into()), 415, "unsupported-media-type"),
    ] {
        ask(kind, body).await.is_problem(status, slug, &[]);
    }
    for kind in ["application/json; charset=utf-8", "Application/JSON", "application/merge-patch+json"] {
        ask(Some(kind), Body::Text("[]".into())).await.is_problem(422, "invalid-fields", &["body"]);
    }
    let twice = r#"{"name":"a","name":"b","price":{"amount":"1","currency":"IRT"}}"#;
    ask(json, Body::Text(twice.into())).await.is_problem(422, "invalid-fields", &["name"]);
}

#[tokio::test]
async fn methods_and_paths() {
    let shop = Shop::open().await;
    shop.stock().await;
    for path in [
        "/",
        "/admin",
        "/admin/v1",
        "/admin/v1/",
        "/admin/v1/nothing",
        "/admin/v1/products/",
        "/admin/v1/products/a/b",
        "//admin/v1/products",
        "/admin/v1/%70roducts/x/y",
    ] {
        for method in ["GET", "POST", "OPTIONS"] {
            shop.ask(method, path).send().await.is_problem(404, "not-found", &[]);
        }
    }
    for (method, path, allow) in [
        ("DELETE", "/admin/v1/products", "GET, HEAD, POST, OPTIONS"),
        ("PUT", "/admin/v1/products/gb50-30d", "GET, HEAD, PATCH, OPTIONS"),
        ("GET", "/admin/v1/products/gb50-30d/archive", "POST, OPTIONS"),
        ("TRACE", "/healthz", "GET, HEAD, OPTIONS"),
        ("BREW", "/admin/v1/users", "GET, HEAD, OPTIONS"),
    ] {
        let answer = shop.ask(method, path).token(None).send().await;
        answer.is_problem(405, "method-not-allowed", &[]);
        assert_eq!(answer.header("allow"), allow);
        let options = shop.ask("OPTIONS", path).token(None).send().await;
        assert_eq!((options.status.as_u16(), options.header("allow"), options.text.as_str()), (204, allow, ""));
    }
    let head = shop.ask("HEAD", "/admin/v1/products/gb50-30d").send().await;
    assert_eq!((head.status.as_u16(), head.header("etag"), head.text.as_str()), (200, "\"1\"", ""));
    let head = shop.ask("HEAD", "/admin/v1/products/other").send().await;
    assert_eq!((head.status.as_u16(), head.text.as_str()), (404, ""));
    // An id with escapes is the id without them.
    assert_eq!(shop.get("/admin/v1/products/gb50%2D30d").await.status, 200);
    for path in ["/admin/v1/products/gb50-30d", "/admin/v1/nothing", "/healthz"] {
        let answer = shop.get(path).await;
        assert_eq!((answer.header("cache-control"), answer.header("x-content-type-options")), ("no-store", "nosniff"));
    }
}

#[tokio::test]
async fn payments_with_odd_names() {
    let shop = Shop::open().await;
    shop.stock().await;
    let order = shop.order(7, None).await;
    for (reference, escaped) in [("plain-1", "plain-1"), ("a/b?c=d%e~f&g", "a%2Fb%3Fc%3Dd%25e~f%26g")] {
        let id = domain::payment::PaymentId::new(domain::payment::Gateway::CryptoPay, reference).unwrap();
        shop.put(&domain::payment::Payment {
            id,
            amount: None,
            order: Some(order.id),
            payer: None,
            settled_at: shop.app.now(),
            status: domain::payment::PaymentStatus::Unapplied,
            reason: Some(domain::order::UnappliedReason::AmountMismatch),
            approved_by: None,
            credit: None,
            work: domain::duty::Work::default(),
            version: 1,
        })
        .await;
        let shown = shop.get(&format!("/admin/v1/payments/crypto-pay~{escaped}")).await;
        assert_eq!(shown.body["id"], json!(format!("crypto-pay~{reference}")), "{}", shown.text);
        assert_eq!((&shown.body["reason"], &shown.body["order"]["id"]), (&json!("amount_mismatch"), &json!(shop.name(&order))));
        assert_eq!(shop.ids(&format!("/admin/v1/payments?q=crypto-pay~{}", escaped.replace('~', "%7E")), "reference").await, [reference]);
    }
    assert_eq!(shop.walk("/admin/v1/unapplied-payments", "reference", 1).await.len(), 2);
    for unknown in ["crypto-pay~other", "cash~1", "crypto-pay", "crypto-pay~", "~", "%23"] {
        shop.get(&format!("/admin/v1/payments/{unknown}")).await.is_problem(404, "not-found", &[]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// One shop for all cases would not shrink; nothing of this reaches the table, so none is needed.
    #[test]
    fn no_path_no_query_and_no_body_panics(
        segments in proptest::collection::vec("(products|orders|users|payments|duties|[a-zA-Z0-9%~._-]{0,12})", 0..5),
        query in "[ -~&&[^#\"<>`{}|\\\\^ ]]{0,40}",
        body in proptest::collection::vec(any::<u8>(), 0..200),
        method in prop_oneof![Just("GET"), Just("POST"), Just("PATCH"), Just("HEAD"), Just("OPTIONS"), Just("DELETE")],
    ) {
        let runtime = crate::support::runtime();
        runtime.block_on(async {
            let shop = crate::support::shared().await;
            let path = format!("/admin/v1/{}?{query}", segments.join("/"));
            let answer = shop.ask(method, &path).header("content-type", "application/json").body(body).send().await;
            prop_assert!(answer.status.as_u16() < 500, "{method} {path}: {}", answer.text);
            Ok(())
        })?;
    }
}
