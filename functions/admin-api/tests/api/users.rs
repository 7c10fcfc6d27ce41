//! Customers.

use domain::TelegramUserId;
use serde_json::{Value, json};

use crate::support::{Shop, join_all};

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

#[tokio::test]
async fn a_referral_is_attached_by_hand() {
    let shop = Shop::open().await;
    for user in 1..=9 {
        shop.join(user, None).await;
    }
    shop.join(20, Some(1)).await;
    assert_eq!(shop.post("/admin/v1/users/9/ban", json!({})).await.status, 200);
    let operator = shop.token("operator").await;
    let attach = |user: i64, inviter: i64| {
        shop.ask("POST", &format!("/admin/v1/users/{user}/attach-referral")).json(&json!({"inviter": inviter})).send()
    };
    for (user, inviter, status, slug, fields) in [
        (2, 2, 422, "invalid-fields", vec!["inviter"]),
        (2, 99, 422, "invalid-fields", vec!["inviter"]),
        (2, 0, 422, "invalid-fields", vec!["inviter"]),
        (99, 2, 404, "not-found", vec![]),
        (2, 9, 409, "wrong-state", vec![]),
        (20, 2, 409, "wrong-state", vec![]),
        (1, 20, 409, "wrong-state", vec![]),
    ] {
        attach(user, inviter).await.is_problem(status, slug, &fields);
    }
    let attached = attach(2, 1).await;
    assert_eq!((attached.status.as_u16(), &attached.body["invited_by"]), (200, &json!(1)), "{}", attached.text);
    assert_eq!(attach(2, 1).await.status, 200, "twice is success");
    attach(2, 3).await.is_problem(409, "wrong-state", &[]);
    assert_eq!(attach(3, 2).await.status, 200);
    attach(1, 3).await.is_problem(409, "wrong-state", &[]);
    let inviter = shop.get("/admin/v1/users/1").await.body;
    assert_eq!((&inviter["referral_count"]["count"], inviter["invited"].as_array().unwrap().len()), (&json!(2), 2));
    let invited = shop.get("/admin/v1/users/2").await.body;
    assert_eq!(
        (&invited["referral"]["inviter"], &invited["referral"]["status"], &invited["has_received_prize"]),
        (&json!(1), &json!("attached"), &json!(false))
    );
    assert_eq!(shop.history("user", "2").await, ["bootstrap attach-referral"]);
    assert_eq!(json!(shop.walk("/admin/v1/users?invited_by=1", "user_id", 1).await), json!([20, 2]));

    // Who has bought is attached only by the owner's word.
    let mut buyer = shop.app.store.user(TelegramUserId::new(4).unwrap()).await.unwrap().unwrap();
    buyer.first_paid_at = Some(shop.app.now());
    shop.app.store.commit(&shop.app.seams().nonce(), vec![store::Write::replace(&mut buyer).unwrap()]).await.unwrap();
    attach(4, 1).await.is_problem(409, "wrong-state", &[]);
    let force = || json!({"inviter": 1, "force": true});
    let path = "/admin/v1/users/4/attach-referral";
    shop.ask("POST", path).token(Some(&operator)).json(&force()).send().await.is_problem(403, "forbidden", &[]);
    assert_eq!(shop.post(path, force()).await.body["invited_by"], 1);
}

/// Of attachments that would close a circle when all were made, one is refused, however they fall together.
#[tokio::test]
async fn no_circle_is_closed_by_many_at_once() {
    for round in 0..6 {
        let shop = Shop::open().await;
        for user in 1..=4 {
            shop.join(user, None).await;
        }
        let mut pairs = [(1, 2), (2, 3), (3, 4), (4, 1)];
        pairs.rotate_left(round % 4);
        let attach = |(user, inviter): (i64, i64)| {
            let ask = shop.ask("POST", &format!("/admin/v1/users/{user}/attach-referral")).json(&json!({"inviter": inviter}));
            ask.send()
        };
        join_all(pairs.map(attach)).await;
        let mut attached = 0;
        for user in 1..=4 {
            attached += u32::from(!shop.get(&format!("/admin/v1/users/{user}")).await.body["invited_by"].is_null());
        }
        assert!(attached < 4, "a circle");
        // What was in the way of another can be said again, but for the last one.
        for pair in pairs {
            attach(pair).await;
        }
        let mut counted = 0;
        for user in 1..=4 {
            counted += shop.get(&format!("/admin/v1/users/{user}")).await.body["referral_count"]["count"].as_u64().unwrap();
        }
        assert_eq!(counted, 3);
    }
}

#[tokio::test]
async fn users_are_found_by_the_digits_that_their_ids_begin_with() {
    let shop = Shop::open().await;
    for user in [7, 71, 712, 7_120, 8_712] {
        shop.join(user, None).await;
    }
    for (q, mut expected) in
        [("712", vec![712]), ("7", vec![7]), ("71", vec![71]), ("87", vec![8_712]), ("9", vec![]), ("7000", vec![]), ("8", vec![8_712])]
    {
        for limit in [1, 50] {
            let mut found: Vec<i64> =
                shop.walk(&format!("/admin/v1/users?q={q}"), "user_id", limit).await.iter().map(|id| id.as_i64().unwrap()).collect();
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!(found, expected, "{q}");
        }
    }
    shop.join(9_100, Some(7)).await;
    shop.join(9_200, Some(7)).await;
    assert_eq!(json!(shop.walk("/admin/v1/users?q=92&invited_by=7", "user_id", 1).await), json!([9_200]));
    assert_eq!(json!(shop.walk("/admin/v1/users?q=9", "user_id", 1).await), json!([9_200, 9_100]), "the last to join first");
}

#[tokio::test]
async fn a_user_is_shown_with_what_he_tried() {
    let shop = Shop::open().await;
    shop.join(7, None).await;
    assert_eq!(shop.get("/admin/v1/users/7").await.body["wrong_codes"], Value::Null);
    for _ in 0..6 {
        let guess = store::Write::count_guess(TelegramUserId::new(7).unwrap(), shop.app.now());
        shop.app.store.commit(&shop.app.seams().nonce(), vec![guess]).await.unwrap();
    }
    let shown = shop.get("/admin/v1/users/7").await.body;
    assert_eq!((&shown["wrong_codes"]["count"], shown["wrong_codes"]["blocked_until"].is_string()), (&json!(6), true));
    shop.clock.forward(domain::time::Span::days(2));
    assert_eq!(shop.get("/admin/v1/users/7").await.body["wrong_codes"], Value::Null, "forgotten");
}
