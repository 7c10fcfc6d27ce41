//! Pages, filters and searches.

use domain::time::Span;
use serde_json::{Value, json};

use crate::support::Shop;

/// Three customers and five orders over three months, the newest last.
async fn filled() -> (Shop, Vec<String>) {
    let shop = Shop::open().await;
    shop.stock().await;
    let other = json!({"id": "other", "name": "Other", "price": {"amount": "1", "currency": "IRT"}});
    assert_eq!(shop.post("/admin/v1/products", other).await.status, 201);
    let mut names = Vec::new();
    for (n, buyer) in [1, 2, 1, 3, 1].into_iter().enumerate() {
        let order = if n == 1 { shop.receipt(buyer).await } else { shop.order(buyer, None).await };
        names.push(shop.name(&order));
        shop.clock.forward(Span::days(20));
    }
    assert_eq!(shop.post(&format!("/admin/v1/orders/{}/approve", names[1]), json!({})).await.status, 200);
    assert_eq!(shop.post(&format!("/admin/v1/orders/{}/cancel", names[3]), json!({})).await.status, 200);
    names.reverse();
    (shop, names)
}

#[tokio::test]
async fn pages_join_to_the_whole_list() {
    let (shop, orders) = filled().await;
    for limit in [1, 2, 3, 4, 5, 100] {
        assert_eq!(shop.walk("/admin/v1/orders", "id", limit).await, orders, "{limit}");
        assert_eq!(json!(shop.walk("/admin/v1/users", "user_id", limit).await), json!([3, 2, 1]), "{limit}");
        assert_eq!(json!(shop.walk("/admin/v1/orders?user_id=1", "id", limit).await), json!([orders[0], orders[2], orders[4]]), "{limit}");
    }
    assert_eq!(shop.walk("/admin/v1/duties", "entity_id", 1).await.len(), 4, "all but the canceled one owe something");
}

#[tokio::test]
async fn filters_narrow_and_words_find() {
    let (shop, orders) = filled().await;
    let picked = |indexes: &[usize]| -> Vec<Value> { indexes.iter().map(|n| json!(orders[*n])).collect() };
    for (query, found) in [
        ("", vec![0, 1, 2, 3, 4]),
        ("status=awaiting_payment", vec![0, 2, 4]),
        ("status=paid", vec![3]),
        ("status=canceled&user_id=3", vec![1]),
        ("status=paid&user_id=1", vec![]),
        ("product_id=gb50-30d&status=paid", vec![3]),
        ("product_id=other", vec![]),
        ("payment_method=card", vec![0, 1, 2, 3, 4]),
        ("payment_method=telegram-stars", vec![]),
        ("created_from=2026-12-12&created_to=2027-01-01", vec![2, 3]),
        ("created_from=2026-12-12T12:00:00Z", vec![0, 1, 2, 3]),
        ("created_from=2026-12-12T12:00:00.003Z", vec![0, 1, 2]),
        ("created_to=2026-11-22T12:00:00.002Z", vec![4]),
        ("created_to=2026-11-22T12:00:00Z", vec![]),
        ("created_to=2026-11-22", vec![4]),
        ("created_to=2026-11-21", vec![]),
        ("created_from=2030-01-01", vec![]),
        ("q=2", vec![3]),
        ("q=9", vec![]),
        (&format!("q={}", orders[1]), vec![1]),
        (&format!("q={}&status=paid", orders[1]), vec![]),
        ("q=what%20is%20this%3F", vec![]),
        ("q=", vec![0, 1, 2, 3, 4]),
        ("q=%202+", vec![3]),
    ] {
        assert_eq!(shop.ids(&format!("/admin/v1/orders?{query}"), "id").await, picked(&found), "{query}");
    }
    for (query, found) in [
        ("", json!([3, 2, 1])),
        ("status=new&banned=false&trial=false", json!([3, 2, 1])),
        ("status=active", json!([])),
        ("trial=true", json!([])),
        ("q=2", json!([2])),
        ("q=2&banned=true", json!([])),
        ("q=4", json!([])),
        ("q=new", json!([3, 2, 1])),
        ("q=new&status=active", json!([])),
        ("q=maria", json!([])),
        (&format!("q={}", orders[1]), json!([3])),
        ("created_from=2027-01-01", json!([3])),
        ("invited_by=1", json!([])),
    ] {
        assert_eq!(json!(shop.ids(&format!("/admin/v1/users?{query}"), "user_id").await), found, "{query}");
    }
    let payment = format!("card~{}", orders[3]);
    for (query, found) in [
        ("", true),
        ("status=applied&method=card", true),
        ("status=unapplied", false),
        ("method=crypto-pay", false),
        ("user_id=2", true),
        ("user_id=1", false),
        (&format!("order_id={}", orders[3]), true),
        (&format!("order_id={}", orders[0]), false),
        (&format!("order_id={}&user_id=1", orders[3]), false),
        (&format!("q={payment}"), true),
        (&format!("q=card%23{}", orders[3]), true),
        (&format!("q={}", orders[3]), true),
        (&format!("q={}&status=refunded", orders[3]), false),
        ("q=2", true),
        ("q=3", false),
        ("q=nothing", false),
        ("created_from=2027-01-01", true),
        ("created_to=2027-01-01", false),
    ] {
        let expected: Vec<Value> = if found { vec![json!(payment)] } else { vec![] };
        assert_eq!(shop.ids(&format!("/admin/v1/payments?{query}"), "id").await, expected, "{query}");
    }
    assert!(shop.ids("/admin/v1/unapplied-payments", "id").await.is_empty());
}

#[tokio::test]
async fn what_cannot_be_asked_is_named() {
    let shop = Shop::open().await;
    for (path, fields) in [
        ("orders?limit=0", vec!["limit"]),
        ("orders?limit=101", vec!["limit"]),
        ("orders?limit=", vec!["limit"]),
        ("orders?status=&cursor=", vec!["cursor", "status"]),
        ("orders?limit=-1", vec!["limit"]),
        ("orders?limit=ten", vec!["limit"]),
        ("orders?limit=1&limit=2", vec!["limit"]),
        ("orders?cursor=x", vec!["cursor"]),
        ("orders?cursor=AAAAeyJwIjoiYSIsInMiOiJiIn0", vec!["cursor"]),
        ("duties?cursor=AAAA0:x", vec!["cursor"]),
        ("products?cursor=%F0%9F%98%80", vec!["cursor"]),
        ("orders?status=lost", vec!["status"]),
        ("orders?stauts=paid", vec!["stauts"]),
        ("orders?user_id=me", vec!["user_id"]),
        ("orders?product_id=NO!", vec!["product_id"]),
        ("orders?payment_method=cash", vec!["payment_method"]),
        ("orders?created_from=yesterday&created_to=2026-13-01", vec!["created_from", "created_to"]),
        ("orders?created_from=2026-02-02&created_to=2026-02-01", vec!["created_to"]),
        ("users?banned=1&trial=yes", vec!["banned", "trial"]),
        ("users?invited_by=0", vec!["invited_by"]),
        ("payments?order_id=x", vec!["order_id"]),
        ("payments?status=paid", vec!["status"]),
        ("unapplied-payments?status=applied", vec!["status"]),
        ("discount-codes?active=maybe", vec!["active"]),
        ("duties?parked=x&limit=x", vec!["limit", "parked"]),
        ("products?active=x", vec!["active"]),
        ("settings?x=1", vec![]),
    ] {
        let answer = shop.get(&format!("/admin/v1/{path}")).await;
        if fields.is_empty() {
            assert_eq!(answer.status, 200, "{path}");
        } else {
            answer.is_problem(400, "invalid-parameters", &fields);
        }
    }
    shop.get("/admin/v1/orders?q=%ff").await.is_problem(400, "malformed-request", &[]);
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_only() {
    let (shop, _) = filled().await;
    let cursor = |body: &Value| body["next_cursor"].as_str().unwrap().to_owned();
    let orders = cursor(&shop.get("/admin/v1/orders?limit=2").await.body);
    let of_user = cursor(&shop.get("/admin/v1/orders?user_id=1&limit=1").await.body);
    let duties = cursor(&shop.get("/admin/v1/duties?limit=1").await.body);
    let mut forged = orders.clone();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'B' } else { 'A' });
    for (path, cursor) in [
        ("orders?limit=1&", &of_user),
        ("orders?user_id=3&", &of_user),
        ("orders?status=paid&", &orders),
        ("users?", &orders),
        ("orders?", &duties),
        ("duties?", &orders),
        ("orders?", &forged),
    ] {
        shop.get(&format!("/admin/v1/{path}cursor={cursor}")).await.is_problem(400, "invalid-parameters", &["cursor"]);
    }
    assert_eq!(shop.get(&format!("/admin/v1/orders?limit=50&cursor={orders}")).await.body["items"].as_array().unwrap().len(), 3);
}

/// Pages that are read while orders move on show each of them once.
#[tokio::test]
async fn pages_stay_as_they_are_while_orders_move_on() {
    let shop = Shop::open().await;
    shop.stock().await;
    let mut names = Vec::new();
    for buyer in 1..=9 {
        names.push(shop.name(&shop.order(buyer, None).await));
        shop.clock.tick();
    }
    names.reverse();
    for filter in ["", "status=awaiting_payment&"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = shop.get(&format!("/admin/v1/orders?{filter}limit=2{cursor}")).await.body;
            seen.extend(page["items"].as_array().unwrap().iter().map(|order| order["id"].as_str().unwrap().to_owned()));
            // What was shown just now changes, and so does what comes after the next page.
            for name in [seen.last().cloned(), names.get(seen.len() + 3).cloned()].into_iter().flatten() {
                let body = json!({"method": "card", "reference": name, "amount": {"amount": "1", "currency": "IRT"}, "reason": "test"});
                shop.post(&format!("/admin/v1/orders/{name}/settle"), body).await;
            }
            match page["next_cursor"].as_str() {
                None => break,
                Some(next) => cursor = format!("&cursor={next}"),
            }
        }
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), seen.len(), "none twice");
        if filter.is_empty() {
            assert_eq!(seen, names, "none missing");
        }
    }
}

#[tokio::test]
async fn a_status_is_a_word_to_look_for() {
    let shop = Shop::open().await;
    shop.stock().await;
    let (paid, open) = (shop.order(1, None).await, shop.order(2, None).await);
    let body = json!({"method": "crypto-pay", "reference": "99", "amount": {"amount": "1", "currency": "USD"}, "reason": "test"});
    assert_eq!(shop.post(&format!("/admin/v1/orders/{}/settle", shop.name(&paid)), body).await.status, 200);
    for (path, expected) in [
        ("orders?q=awaiting_payment", vec![json!(shop.name(&open))]),
        ("orders?q=paid", vec![json!(shop.name(&paid))]),
        ("orders?q=paid&status=expired", vec![]),
        ("orders?q=pai", vec![]),
        ("payments?q=applied", vec![json!("crypto-pay~99")]),
        ("payments?q=refunded", vec![]),
        ("payments?q=applied&status=unapplied", vec![]),
        ("payments?q=99", vec![json!("crypto-pay~99")]),
    ] {
        assert_eq!(shop.ids(&format!("/admin/v1/{path}"), "id").await, expected, "{path}");
    }
}

#[tokio::test]
async fn lists_are_read_from_either_end() {
    let shop = Shop::open().await;
    shop.stock().await;
    let mut orders = Vec::new();
    // Across two turns of the month, with a month in which nothing happened.
    for (user, days) in [(1, 5), (2, 6), (3, 40), (4, 0)] {
        orders.push(json!(shop.name(&shop.order(user, None).await)));
        shop.clock.forward(Span::days(days));
    }
    let newest: Vec<Value> = orders.iter().rev().cloned().collect();
    for limit in [1, 2, 3, 100] {
        assert_eq!(shop.walk("/admin/v1/orders?order=asc", "id", limit).await, orders, "{limit}");
        assert_eq!(shop.walk("/admin/v1/orders?order=desc", "id", limit).await, newest, "{limit}");
        assert_eq!(json!(shop.walk("/admin/v1/users?order=asc", "user_id", limit).await), json!([1, 2, 3, 4]), "{limit}");
        assert_eq!(
            json!(shop.walk("/admin/v1/users?order=asc&created_from=2026-11-25&created_to=2026-12-20", "user_id", limit).await),
            json!([2, 3]),
            "{limit}"
        );
    }
    let second = shop.order(2, None).await;
    assert_eq!(shop.walk("/admin/v1/orders?user_id=2&order=asc", "id", 1).await, [orders[1].clone(), json!(shop.name(&second))]);
    shop.get("/admin/v1/orders?order=up").await.is_problem(400, "invalid-parameters", &["order"]);
    let first = shop.get("/admin/v1/orders?order=asc&limit=1").await;
    let cursor = first.body["next_cursor"].as_str().unwrap();
    shop.get(&format!("/admin/v1/orders?limit=1&cursor={cursor}")).await.is_problem(400, "invalid-parameters", &["cursor"]);
}

/// The panel does not answer here: an account's order is found among the newest all the same, page by page.
#[tokio::test]
async fn an_account_is_found_without_the_panel() {
    let shop = Shop::open().await;
    shop.stock().await;
    let old = shop.order(1, None).await;
    shop.clock.forward(Span::days(40));
    for buyer in 2..=4 {
        shop.order(buyer, None).await;
    }
    let path = format!("/admin/v1/orders?q={}", old.panel_name);
    assert_eq!(shop.walk(&path, "id", 1).await, [json!(shop.name(&old))]);
    assert!(shop.walk(&format!("{path}&user_id=2"), "id", 50).await.is_empty());
    assert!(shop.walk(&format!("/admin/v1/orders?q={}", "a".repeat(26)), "id", 50).await.is_empty());
}
