//! Who may do what.

use domain::time::Span;
use serde_json::{Value, json};

use crate::support::{BOOTSTRAP, Shop};

#[tokio::test]
async fn every_refused_token_is_answered_alike() {
    let shop = Shop::open().await;
    let expiring = shop.post("/admin/v1/tokens", json!({"name": "short", "role": "viewer", "expires_at": "2026-11-22T12:10:00Z"})).await;
    let expiring = expiring.body["token"].as_str().unwrap().to_owned();
    let revoked = shop.post("/admin/v1/tokens", json!({"name": "gone", "role": "owner"})).await;
    let (id, revoked) = (revoked.body["id"].as_str().unwrap(), revoked.body["token"].as_str().unwrap());
    for token in [&expiring, revoked] {
        assert_eq!(shop.ask("GET", "/admin/v1/products").token(Some(token)).send().await.status, 200);
    }
    assert_eq!(shop.post(&format!("/admin/v1/tokens/{id}/revoke"), json!({})).await.status, 200);
    shop.clock.forward(Span::minutes(10));

    let ask = || shop.ask("GET", "/admin/v1/products").token(None);
    let with = |value: &str| ask().header("authorization", value);
    let mut refused = vec![ask().send().await];
    for value in [
        "",
        "Bearer",
        "Bearer ",
        BOOTSTRAP,
        &format!("Basic {BOOTSTRAP}"),
        &format!("Bearer {BOOTSTRAP}x"),
        &format!("Bearer {}", &BOOTSTRAP[1..]),
        &format!("Bearer {}", "x".repeat(5000)),
        "Bearer wsa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        &format!("Bearer {expiring}"),
        &format!("Bearer {revoked}"),
    ] {
        refused.push(with(value).send().await);
    }
    refused.push(with(&format!("Bearer {BOOTSTRAP}")).header("authorization", "Bearer other").send().await);
    for answer in &refused {
        answer.is_problem(401, "unauthorized", &[]);
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert_eq!((&answer.text, &answer.headers), (&refused[0].text, &refused[0].headers));
    }
    assert_eq!(with(&format!("bearer   {BOOTSTRAP} ")).send().await.status, 200, "the scheme has no case");
}

#[tokio::test]
async fn each_role_does_what_is_its_own_and_less() {
    let shop = Shop::open().await;
    let tokens = [("viewer", shop.token("viewer").await), ("operator", shop.token("operator").await), ("owner", shop.token("owner").await)];
    let rank = |role: &str| tokens.iter().position(|(name, _)| *name == role).unwrap();
    let document = shop.get("/admin/v1/openapi.json").await.body;
    let mut guarded = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let path = path.replace("{id}", "nothing").replace("{code}", "nothing");
            let Some(needed) = operation["x-role"].as_str() else { continue };
            guarded += 1;
            for (role, token) in &tokens {
                let answer = shop.ask(&method.to_uppercase(), &path).token(Some(token)).json(&json!([])).send().await;
                let allowed = rank(role) >= rank(needed);
                assert_eq!(answer.status != 403, allowed, "{role} {method} {path}: {}", answer.text);
                assert_ne!(answer.status, 401);
            }
            assert_eq!(shop.ask(&method.to_uppercase(), &path).token(None).send().await.status, 401, "{method} {path}");
        }
    }
    assert!(guarded > 30, "{guarded}");
}

#[tokio::test]
async fn a_secret_is_shown_once_and_kept_nowhere() {
    let shop = Shop::open().await;
    let body = json!({"name": "console", "role": "operator"});
    let made = shop.ask("POST", "/admin/v1/tokens").key("make").json(&body).send().await;
    let secret = made.body["token"].as_str().unwrap();
    assert!(secret.starts_with("wsa_") && secret.len() == 47, "{secret}");
    let again = shop.ask("POST", "/admin/v1/tokens").key("make").json(&body).send().await;
    assert_eq!((again.status.as_u16(), &again.body["id"], &again.body["token"]), (201, &made.body["id"], &Value::Null));
    let listed = shop.get("/admin/v1/tokens").await;
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 1, "made once");
    let id = made.body["id"].as_str().unwrap();
    let history = shop.get(&format!("/admin/v1/audit?entity=token&id={id}")).await;
    for text in [&listed.text, &history.text] {
        assert!(!text.contains(secret) && !text.contains("hash"), "{text}");
    }
    assert_eq!(shop.history("token", id).await, ["bootstrap create"]);
    // What the new token does is its own.
    shop.join(7, None).await;
    assert_eq!(shop.ask("POST", "/admin/v1/users/7/ban").token(Some(secret)).send().await.status, 200);
    assert_eq!(shop.history("user", "7").await, [format!("token:{id} ban")]);
}

#[tokio::test]
async fn tokens_are_checked_as_they_are_made() {
    let shop = Shop::open().await;
    for (body, fields) in [
        (json!({"name": "", "role": "viewer"}), vec!["name"]),
        (json!({"name": "x".repeat(65), "role": "viewer"}), vec!["name"]),
        (json!({"name": "a\nb", "role": "viewer"}), vec!["name"]),
        (json!({"name": "x", "role": "god"}), vec!["role"]),
        (json!({"name": "x"}), vec!["role"]),
        (json!({"name": "x", "role": "viewer", "expires_at": "soon"}), vec!["expires_at"]),
        (json!({"name": "x", "role": "viewer", "expires_at": "2026-11-22T12:00:00Z"}), vec!["expires_at"]),
        (json!({"name": "x", "role": "viewer", "hash": "0"}), vec!["hash"]),
    ] {
        shop.post("/admin/v1/tokens", body).await.is_problem(422, "invalid-fields", &fields);
    }
    shop.post("/admin/v1/tokens/01ARZ3NDEKTSV4RRFFQ69G5FAV/revoke", json!({})).await.is_problem(404, "not-found", &[]);
}

/// Asks with a token from an address.
async fn from(shop: &Shop, address: &str, token: &str) -> u16 {
    shop.ask("GET", "/admin/v1/products").token(Some(token)).from(address).send().await.status.as_u16()
}

#[tokio::test]
async fn who_tries_tokens_out_is_locked_out_and_nobody_else() {
    let shop = Shop::open().await;
    let known = shop.token("viewer").await;
    let fresh = shop.token("viewer").await;
    let (attacker, office) = ("203.0.113.7", "198.51.100.1");
    // The operator shares the attacker's address, and has been there before.
    assert_eq!(from(&shop, attacker, &known).await, 200);
    for n in 0..10 {
        assert_eq!(from(&shop, attacker, &format!("guess-{n}-of-a-token")).await, 401);
    }
    assert_eq!(from(&shop, attacker, &fresh).await, 401, "right, but from where too many wrong ones came");
    assert_eq!(from(&shop, attacker, BOOTSTRAP).await, 401);
    assert_eq!(from(&shop, attacker, &known).await, 200, "who was there before is not kept out by another's guesses");
    assert_eq!((from(&shop, office, &fresh).await, from(&shop, office, BOOTSTRAP).await), (200, 200), "nor is anybody elsewhere");
    shop.clock.forward(Span::minutes(1));
    assert_eq!(from(&shop, attacker, BOOTSTRAP).await, 200, "the first lock lasts a minute");
    // One more mistake: two minutes.
    assert_eq!(from(&shop, attacker, "guess-11").await, 401);
    shop.clock.forward(Span::seconds(119));
    assert_eq!(from(&shop, attacker, &fresh).await, 401, "the second lasts two");
    shop.clock.forward(Span::seconds(1));
    assert_eq!(from(&shop, attacker, &fresh).await, 200);
}

#[tokio::test]
async fn a_beginning_that_is_tried_out_from_everywhere_is_locked_too() {
    let shop = Shop::open().await;
    let token = shop.token("viewer").await;
    for n in 0..10 {
        let guess = format!("{}{n:031}", &token[..16]);
        assert_eq!(from(&shop, &format!("2001:db8:{n}::1"), &guess).await, 401);
    }
    assert_eq!(from(&shop, "198.51.100.1", &token).await, 401);
    let other = shop.token("viewer").await;
    assert_eq!(from(&shop, "198.51.100.1", &other).await, 200);
    shop.clock.forward(Span::minutes(2));
    assert_eq!(from(&shop, "198.51.100.1", &token).await, 200);
}

#[tokio::test]
async fn all_addresses_of_one_network_count_as_one() {
    let shop = Shop::open().await;
    for n in 0..10 {
        assert_eq!(from(&shop, &format!("2001:db8:1:2::{n:x}"), &format!("guess-{n}-of-a-token")).await, 401);
    }
    assert_eq!(from(&shop, "2001:db8:1:2:ffff::1", BOOTSTRAP).await, 401);
    assert_eq!(from(&shop, "2001:db8:1:3::1", BOOTSTRAP).await, 200);
}

#[tokio::test]
async fn the_last_use_of_a_token_is_known_to_the_hour() {
    let shop = Shop::open().await;
    let made = shop.post("/admin/v1/tokens", json!({"name": "reports", "role": "viewer"})).await.body;
    let (token, path) = (made["token"].as_str().unwrap(), format!("/admin/v1/tokens/{}", made["id"].as_str().unwrap()));
    assert_eq!(made["last_used_at"], Value::Null);
    let used = async || {
        let token = shop.get(&path).await.body;
        (token["last_used_at"].clone(), token["last_used_from"].clone())
    };
    assert_eq!(from(&shop, "203.0.113.7", token).await, 200);
    assert_eq!(used().await, (json!("2026-11-22T12:00:00.001Z"), json!("203.0.113.7")));
    shop.clock.forward(Span::minutes(59));
    from(&shop, "203.0.113.7", token).await;
    assert_eq!(used().await.0, "2026-11-22T12:00:00.001Z", "not written at each use");
    from(&shop, "203.0.113.8", token).await;
    assert_eq!(used().await, (json!("2026-11-22T12:59:00.001Z"), json!("203.0.113.8")), "another place is told at once");
    // A use is no change: who holds the version can still revoke.
    assert_eq!(shop.get(&path).await.body["version"], 1);
    assert_eq!(shop.post(&format!("{path}/revoke"), json!({})).await.status, 200);
    assert_eq!(used().await.1, "203.0.113.8");
}

#[tokio::test]
async fn a_scoped_token_touches_nothing_else() {
    let shop = Shop::open().await;
    let made = shop.post("/admin/v1/tokens", json!({"name": "reports", "role": "owner", "scope": ["stats", "orders"]})).await;
    assert_eq!((made.status.as_u16(), &made.body["scope"]), (201, &json!(["stats", "orders"])));
    let token = made.body["token"].as_str().unwrap().to_owned();
    for (path, status) in [("orders", 200), ("stats", 200), ("users", 403), ("settings", 403), ("tokens", 403), ("products", 403)] {
        let answer = shop.ask("GET", &format!("/admin/v1/{path}")).token(Some(&token)).send().await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
    }
    shop.post("/admin/v1/tokens", json!({"name": "x", "role": "viewer", "scope": ["panel"]})).await.is_problem(
        422,
        "invalid-fields",
        &["scope"],
    );
}
