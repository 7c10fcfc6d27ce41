//! The shop looks at itself: whatever is broken is named, with what to do about it.

use app::seams::Clock as _;
use axum::{Router, routing::any};
use serde_json::{Value, json};
use tests::{World, serve};

/// What is not well: name and status by name.
async fn seen(world: &World) -> (String, Vec<(String, String)>) {
    let (status, answer) = world.admin("GET", "/admin/v1/self-test", None).await;
    assert_eq!(status, 200, "{answer}");
    let text = answer.to_string();
    for secret in [tests::BOT_TOKEN, tests::ADMIN_TOKEN, tests::WEBHOOK_SECRET, "panel-password", "wrong-password", tests::CRYPTO_PAY_TOKEN]
    {
        assert!(!text.contains(secret), "a secret is told: {text}");
    }
    let checks = answer.get("checks").and_then(Value::as_array).cloned().unwrap_or_default();
    let part = |check: &Value, name: &str| check.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    for check in &checks {
        assert_eq!(part(check, "mend").is_empty(), part(check, "status") == "ok", "what is not well says what to do: {check}");
    }
    let not_well = checks.iter().filter(|check| part(check, "status") != "ok");
    (part(&answer, "status"), not_well.map(|check| (part(check, "name"), part(check, "status"))).collect())
}

fn names(found: &[(String, String)]) -> Vec<String> {
    found.iter().map(|(name, status)| format!("{name} {status}")).collect()
}

/// What every shop of these tests lacks: a webhook, since its updates come by themselves, and operators with tokens of their own.
const USUAL: [&str; 2] = ["telegram.webhook warning", "settings.bootstrap_token warning"];

#[tokio::test]
async fn a_shop_that_is_well_says_so() {
    let world = World::open().await;
    let (status, found) = seen(&world).await;
    assert_eq!((status.as_str(), names(&found)), ("warning", USUAL.map(str::to_owned).to_vec()));
    // Looking left nothing behind that stays.
    let left = world.contents().await;
    assert!(left.iter().filter(|(key, _)| key.contains("self-test")).all(|(_, item)| item.get("ttl").is_some()));
}

#[tokio::test]
async fn each_part_that_is_broken_is_named() {
    let slow = serve(Router::new().fallback(any(async || axum::http::StatusCode::UNAUTHORIZED))).await;
    let nowhere = "http://127.0.0.1:9";
    let cases: [(&[(&str, &str)], &str); 5] = [
        (&[("TELEGRAM_API_URL", nowhere)], "telegram.token failed"),
        (&[("PANEL_URL", nowhere)], "panel.login failed"),
        (&[("PANEL_PASSWORD", "wrong-password")], "panel.login failed"),
        (&[("CRYPTO_PAY_TOKEN", tests::CRYPTO_PAY_TOKEN), ("CRYPTO_PAY_API_URL", &slow.url)], "gateway.crypto-pay failed"),
        (&[("PUBLIC_URL", "http://shop.example")], "settings.public_url warning"),
    ];
    for (settings, expected) in cases {
        let world = World::open_with(settings).await;
        let (_, found) = seen(&world).await;
        assert!(names(&found).contains(&expected.to_owned()), "{settings:?}: {found:?}");
    }
}

#[tokio::test]
async fn what_the_shop_sells_and_who_is_behind_it_is_looked_at() {
    let world = World::open().await;
    for id in ["small", "large", "free-time"] {
        assert_eq!(world.admin("POST", &format!("/admin/v1/products/{id}/archive"), None).await.0, 200);
    }
    world.set(|settings| settings.maintenance = true).await;
    let (status, found) = seen(&world).await;
    let found = names(&found);
    assert_eq!(status, "failed");
    for expected in ["settings.products failed", "settings.maintenance warning", "gateway.card warning"] {
        assert!(found.contains(&expected.to_owned()), "{found:?}");
    }
}

#[tokio::test]
async fn what_a_panel_tells_of_itself_is_judged() {
    // A panel by its answers: it offers Shadowsocks alone, its links have no host, and its clock is ten minutes slow.
    let answer = async |path: axum::http::Uri| {
        let body = match path.path() {
            "/api/admin/token" => json!({"access_token": "token", "token_type": "bearer"}),
            "/api/inbounds" => json!({"shadowsocks": [{"tag": "Shadowsocks TCP"}], "vless": []}),
            _ => json!({"users": [{"subscription_url": "/sub/abc"}], "total": 1}),
        };
        ([("date", "Wed, 18 Nov 2026 10:56:40 GMT"), ("content-type", "application/json")], body.to_string())
    };
    let panel = serve(Router::new().fallback(any(answer))).await;
    let world = World::open_with(&[("PANEL_URL", &panel.url)]).await;
    assert_eq!(world.clock.now().to_string(), "2026-11-18T11:06:40.000Z");
    let found = names(&seen(&world).await.1);
    for expected in ["panel.protocols warning", "panel.clock failed", "panel.links warning"] {
        assert!(found.contains(&expected.to_owned()), "{found:?}");
    }
}
