//! Customers.

use serde_json::{Value, json};

use crate::support::Shop;

#[tokio::test]
async fn a_user_is_shown_as_operators_know_him() {
    let shop = Shop::open().await;
    shop.stock().await;
    shop.join(1, None).await;
    shop.join(7_000_000_001, Some(1)).await;
    let order = shop.order(7_000_000_001, None).await;
    let shown = shop.get("/admin/v1/users/7000000001").await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    for (field, value) in [
        ("user_id", json!(7_000_000_001_i64)),
        ("status", json!("new")),
        ("subscription_status", json!({"status": "new", "color": "orange"})),
        ("banned", json!(false)),
        ("trial", json!(false)),
        ("invited_by", json!(1)),
        ("has_received_prize", json!(false)),
        ("language", json!("en")),
        ("referral_count", json!({"count": 0, "users_url": "/admin/v1/users?invited_by=7000000001"})),
        ("referrals", json!({"total_invites": 0, "active_referrals": 0, "pending_rewards": 0})),
        ("created_at", json!("2026-11-22T12:00:00.001Z")),
        ("subscriptions", json!([])),
    ] {
        assert_eq!(shown.body[field], value, "{field}");
    }
    assert_eq!(shown.body["orders"][0]["id"], shop.name(&order));
    let inviter = shop.get("/admin/v1/users/1").await;
    assert_eq!((&inviter.body["referral_count"]["count"], &inviter.body["has_received_prize"]), (&json!(1), &Value::Null));
    let users = inviter.body["referral_count"]["users_url"].as_str().unwrap();
    assert_eq!(shop.ids(users, "user_id").await, [7_000_000_001_i64]);
    let referrals = shop.get("/admin/v1/referrals?inviter=1").await;
    let referral = &referrals.body["items"][0];
    assert_eq!(
        (&referral["user_id"], &referral["status"], &referral["has_received_prize"]),
        (&json!(7_000_000_001_i64), &json!("attached"), &json!(false))
    );
    for unknown in ["2", "0", "-1", "007", "x", "99999999999999999999"] {
        shop.get(&format!("/admin/v1/users/{unknown}")).await.is_problem(404, "not-found", &[]);
    }
}

#[tokio::test]
async fn a_ban_is_laid_and_lifted() {
    let shop = Shop::open().await;
    shop.join(7, None).await;
    for (action, banned) in [("ban", true), ("ban", true), ("unban", false), ("unban", false)] {
        let answer = shop.post(&format!("/admin/v1/users/7/{action}"), json!({})).await;
        assert_eq!((answer.status.as_u16(), &answer.body["banned"]), (200, &json!(banned)));
        assert_eq!(shop.ids(&format!("/admin/v1/users?banned={banned}"), "user_id").await, [7]);
    }
    assert_eq!(shop.history("user", "7").await, ["bootstrap unban", "bootstrap ban"]);
    shop.post("/admin/v1/users/8/ban", json!({})).await.is_problem(404, "not-found", &[]);
}

#[tokio::test]
async fn a_link_is_not_for_viewers() {
    let shop = Shop::open().await;
    shop.stock().await;
    let order = shop.order(7, None).await;
    let link = "https://panel.example/sub/secret".to_owned();
    shop.put(&domain::subscription::Subscription::of(&order, link, shop.app.now())).await;
    for (role, link) in [("viewer", Value::Null), ("operator", json!("https://panel.example/sub/secret"))] {
        let token = shop.token(role).await;
        for path in ["/admin/v1/subscriptions?user_id=7", "/admin/v1/users/7"] {
            let answer = shop.ask("GET", path).token(Some(&token)).send().await;
            let list = if path.contains("users") { &answer.body["subscriptions"] } else { &answer.body["items"] };
            assert_eq!(list[0]["link"], link, "{role} {path}");
            assert_eq!(list[0]["data_limit_bytes"], 50_u64 << 30);
        }
    }
    let missing = shop.get("/admin/v1/subscriptions").await;
    missing.is_problem(400, "invalid-parameters", &["user_id"]);
    shop.get("/admin/v1/referrals").await.is_problem(400, "invalid-parameters", &["inviter"]);
    shop.get("/admin/v1/audit?entity=user").await.is_problem(400, "invalid-parameters", &["id"]);
}
