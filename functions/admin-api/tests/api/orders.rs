//! Orders, and what operators decide about them.

use domain::{order::OrderStatus, time::Span};
use serde_json::{Value, json};

use crate::support::{Shop, join_all};

#[tokio::test]
async fn an_order_is_shown_with_what_is_around_it() {
    let shop = Shop::open().await;
    shop.stock().await;
    let order = shop.receipt(7_000_000_001).await;
    let name = shop.name(&order);
    let shown = shop.get(&format!("/admin/v1/orders/{name}")).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    let price = json!({"amount": "150000", "currency": "IRT"});
    for (field, value) in [
        ("id", json!(name)),
        ("user_id", json!(7_000_000_001_i64)),
        ("status", json!("awaiting_payment")),
        (
            "product",
            json!({"id": "gb50-30d", "kind": "plan", "name": "50 GB, 30 days", "price": price, "data_limit_gb": 50, "data_limit_mb": null, "duration_days": 30, "renewal_policy": "add"}),
        ),
        ("total", price),
        ("discount", Value::Null),
        ("payment_method", json!("card")),
        ("panel_username", json!(order.panel_name.to_string())),
        ("under_review", json!(true)),
        ("extends", Value::Null),
        ("target", Value::Null),
        ("gift", json!(false)),
        ("payment", Value::Null),
        ("paid_at", Value::Null),
        ("created_at", json!("2026-11-22T12:00:00.001Z")),
    ] {
        assert_eq!(shown.body[field], value, "{field}");
    }
    assert_eq!(shown.body["user"]["first_name"], "Sara");
    assert_eq!(shown.body["attempts"][0]["receipt"]["rejected"], Value::Null);
    assert_eq!(shown.body["duty"]["duty"], "review");
    assert_eq!(shown.header("etag"), format!("\"{}\"", shown.body["version"]));
    for unknown in ["nothing", &name[1..], &format!("{name}-2"), &name.to_lowercase()] {
        shop.get(&format!("/admin/v1/orders/{unknown}")).await.is_problem(404, "not-found", &[]);
    }
}

#[tokio::test]
async fn an_approved_receipt_pays_its_order_once() {
    let shop = Shop::open().await;
    shop.stock().await;
    let order = shop.receipt(7).await;
    let path = format!("/admin/v1/orders/{}", shop.name(&order));
    let operator = shop.token("operator").await;
    for _ in 0..2 {
        let answer = shop.ask("POST", &format!("{path}/approve")).token(Some(&operator)).send().await;
        assert_eq!((answer.status.as_u16(), &answer.body["status"]), (200, &json!("paid")), "{}", answer.text);
        assert_eq!(answer.body["duty"]["duty"], "provision", "the panel was not there: it is owed");
    }
    let history = shop.history("order", &shop.name(&order)).await;
    assert_eq!(history.len(), 1, "{history:?}");
    assert!(history[0].starts_with("token:") && history[0].ends_with(" approve"));
    let shown = shop.get(&path).await;
    assert_eq!(shown.body["payment"]["amount"], json!({"amount": shown.body["attempts"][0]["quote"]["amount"], "currency": "IRT"}));
    let payment = shown.body["payment_id"].as_str().unwrap();
    let payment = shop.get(&format!("/admin/v1/payments/{payment}")).await;
    assert_eq!((&payment.body["status"], &payment.body["order"]["id"]), (&json!("applied"), &shown.body["id"]));
    assert!(payment.body["approved_by"].as_str().unwrap().starts_with("token:"));
    for action in ["reject", "cancel"] {
        shop.post(&format!("{path}/{action}"), json!({"reason": "late"})).await.is_problem(409, "wrong-state", &[]);
    }
}

#[tokio::test]
async fn fifty_approvals_at_once_pay_once() {
    let shop = Shop::open().await;
    shop.stock().await;
    let order = shop.receipt(7).await;
    let path = format!("/admin/v1/orders/{}/approve", shop.name(&order));
    let answers = join_all((0..50).map(|_| shop.post(&path, json!({})))).await;
    for answer in &answers {
        assert!(matches!(answer.status.as_u16(), 200 | 503), "{}", answer.text);
    }
    assert!(answers.iter().any(|answer| answer.status == 200));
    assert_eq!(shop.stored(order.id).await.status, OrderStatus::Paid);
    assert_eq!(shop.history("order", &shop.name(&order)).await, ["bootstrap approve"]);
    assert_eq!(shop.ids("/admin/v1/payments", "order_id").await, [shop.name(&order)]);
}

#[tokio::test]
async fn a_rejected_receipt_can_be_followed_by_another() {
    let shop = Shop::open().await;
    shop.stock().await;
    let order = shop.receipt(7).await;
    let path = format!("/admin/v1/orders/{}", shop.name(&order));
    for (body, fields) in [
        (json!({}), vec!["reason"]),
        (json!({"reason": "  "}), vec!["reason"]),
        (json!({"reason": "x".repeat(201)}), vec!["reason"]),
        (json!({"reason": "x", "attempt": "first"}), vec!["attempt"]),
    ] {
        shop.post(&format!("{path}/reject"), body).await.is_problem(422, "invalid-fields", &fields);
    }
    for _ in 0..2 {
        let answer = shop.post(&format!("{path}/reject"), json!({"reason": "not-arrived"})).await;
        assert_eq!((answer.status.as_u16(), &answer.body["under_review"]), (200, &json!(false)), "{}", answer.text);
    }
    assert_eq!(shop.history("order", &shop.name(&order)).await, ["bootstrap reject"]);
    assert_eq!(shop.get(&path).await.body["attempts"][0]["receipt"]["rejected"], "not-arrived");
    shop.post(&format!("{path}/approve"), json!({})).await.is_problem(409, "wrong-state", &[]);
    shop.send_receipt(7).await;
    assert_eq!(shop.post(&format!("{path}/approve"), json!({"attempt": 1})).await.body["status"], "paid");
}

#[tokio::test]
async fn a_canceled_order_gives_its_discount_back() {
    let shop = Shop::open().await;
    shop.stock().await;
    assert_eq!(shop.post("/admin/v1/discount-codes", json!({"code": "HALF", "percent": "50", "use_limit": 1})).await.status, 201);
    let order = shop.order(7, Some("HALF")).await;
    let path = format!("/admin/v1/orders/{}", shop.name(&order));
    let shown = shop.get(&path).await;
    let half = json!({"amount": "75000", "currency": "IRT"});
    assert_eq!((&shown.body["discount"], &shown.body["total"]), (&json!({"code": "HALF", "amount": half, "held": true}), &half));
    for _ in 0..2 {
        let answer = shop.post(&format!("{path}/cancel"), json!({})).await;
        assert_eq!((answer.status.as_u16(), &answer.body["status"]), (200, &json!("canceled")), "{}", answer.text);
    }
    assert_eq!(shop.get("/admin/v1/discount-codes/HALF").await.body["times_used"], 0);
    assert_eq!(shop.history("order", &shop.name(&order)).await, ["bootstrap cancel"]);
    shop.post(&format!("{path}/approve"), json!({})).await.is_problem(409, "wrong-state", &[]);
}

#[tokio::test]
async fn an_expired_order_is_still_an_operators_to_cancel() {
    let shop = Shop::open().await;
    shop.stock().await;
    let order = shop.order(7, None).await;
    shop.clock.forward(Span::hours(2));
    shop.app.work_off(shop.deadline()).await.unwrap();
    assert_eq!(shop.stored(order.id).await.status, OrderStatus::Expired);
    assert_eq!(shop.post(&format!("/admin/v1/orders/{}/cancel", shop.name(&order)), json!({})).await.body["status"], "canceled");
}

#[tokio::test]
async fn what_really_arrived_is_what_is_recorded() {
    let shop = Shop::open().await;
    shop.stock().await;
    let money = |amount: u32| json!({"amount": amount.to_string(), "currency": "IRT"});
    let order = shop.receipt(7).await;
    let name = shop.name(&order);
    let quote: u32 = order.attempts[0].quote.amount_text().parse().unwrap();
    let approve = |key: &'static str, amount: Value| {
        let ask = shop.ask("POST", &format!("/admin/v1/orders/{name}/approve"));
        async move { ask.key(key).json(&json!({"amount": amount})).send().await }
    };
    for (amount, field) in [
        (json!({"amount": "0", "currency": "IRT"}), "amount.amount"),
        (json!({"amount": "1", "currency": "USD"}), "amount.currency"),
        (json!({"amount": "-1", "currency": "IRT"}), "amount.amount"),
    ] {
        approve("bad", amount).await.is_problem(422, "invalid-fields", &[field]);
    }
    // Less: the order waits on, the money is kept as what it is.
    let short = approve("short", money(100_000)).await;
    assert_eq!(
        (short.status.as_u16(), &short.body["status"], &short.body["under_review"]),
        (200, &json!("awaiting_payment"), &json!(false)),
        "{}",
        short.text
    );
    assert_eq!(approve("short", money(100_000)).await.text, short.text);
    let unapplied = shop.get("/admin/v1/unapplied-payments").await.body;
    let kept = &unapplied["items"][0];
    assert_eq!(
        (unapplied["items"].as_array().unwrap().len(), &kept["amount"], &kept["reason"]),
        (1, &money(100_000), &json!("amount_mismatch"))
    );
    assert_eq!((&kept["order_id"], &kept["approved_by"], &kept["duty"]), (&json!(name), &json!("bootstrap"), &Value::Null));
    let shown = shop.get(&format!("/admin/v1/orders/{name}")).await.body;
    assert_eq!(shown["attempts"][0]["receipt"]["rejected"], "other-amount");
    assert_eq!((&shown["payments"][0]["id"], &shown["payment"]), (&kept["id"], &Value::Null), "shown with the order all the same");
    approve("late", money(quote)).await.is_problem(409, "wrong-state", &[]);
    // Another receipt of the same attempt is other money.
    shop.send_receipt(7).await;
    let paid = approve("enough", money(quote + 5_000)).await;
    assert_eq!((paid.status.as_u16(), &paid.body["status"]), (200, &json!("paid")), "{}", paid.text);
    let payment = shop.get(&format!("/admin/v1/payments/{}", paid.body["payment_id"].as_str().unwrap())).await.body;
    assert_eq!(
        (&payment["amount"], &payment["status"], &payment["user"]["user_id"]),
        (&money(quote + 5_000), &json!("applied"), &json!(7))
    );
    assert_ne!(payment["id"], kept["id"]);
    let shown = shop.get(&format!("/admin/v1/orders/{name}")).await.body;
    assert_eq!(shown["payments"].as_array().unwrap().len(), 2);
    assert_eq!(shop.history("order", &name).await, ["bootstrap approve", "bootstrap approve-short"]);
    // The first can become a code for its customer.
    let path = format!("/admin/v1/unapplied-payments/{}/credit", kept["id"].as_str().unwrap());
    let credited = shop.post(&path, json!({})).await;
    assert_eq!((credited.status.as_u16(), &credited.body["status"]), (200, &json!("credited")), "{}", credited.text);
}

#[tokio::test]
async fn of_many_words_on_one_receipt_one_counts() {
    let shop = Shop::open().await;
    shop.stock().await;
    let order = shop.receipt(7).await;
    let name = shop.name(&order);
    let quote: u32 = order.attempts[0].quote.amount_text().parse().unwrap();
    let ask = |n: u32| {
        let amount = if n.is_multiple_of(2) { quote } else { 1_000 + n };
        let body = json!({"amount": {"amount": amount.to_string(), "currency": "IRT"}});
        let ask = shop.ask("POST", &format!("/admin/v1/orders/{name}/approve")).json(&body);
        ask.send()
    };
    join_all((0..20).map(ask)).await;
    let payments = shop.get(&format!("/admin/v1/payments?order_id={name}")).await.body;
    assert_eq!(payments["items"].as_array().unwrap().len(), 1, "{payments}");
    let stored = shop.stored(order.id).await;
    let is_paid = payments["items"][0]["status"] == "applied";
    assert_eq!(stored.status == OrderStatus::Paid, is_paid);
    assert_eq!(shop.history("order", &name).await.len(), 1);
}

#[tokio::test]
async fn money_that_no_gateway_told_of_is_settled_by_hand() {
    let shop = Shop::open().await;
    shop.stock().await;
    let order = shop.order(7, None).await;
    let other = shop.order(8, None).await;
    let (name, other_name) = (shop.name(&order), shop.name(&other));
    let path = format!("/admin/v1/orders/{name}/settle");
    let body = |reference: &str| json!({"method": "crypto-pay", "reference": reference, "amount": {"amount": "2.80", "currency": "USD"}, "reason": "Seen there"});
    for (field, value, faulty) in [
        ("method", json!("cash"), "method"),
        ("reference", json!("a b"), "reference"),
        ("reference", json!(""), "reference"),
        ("reason", json!(" "), "reason"),
        ("amount", json!({"amount": "0", "currency": "USD"}), "amount.amount"),
    ] {
        let mut wrong = body("528890");
        wrong[field] = value;
        shop.post(&path, wrong).await.is_problem(422, "invalid-fields", &[faulty]);
    }
    let settled = shop.ask("POST", &path).key("k").json(&body("528890")).send().await;
    assert_eq!((settled.status.as_u16(), &settled.body["status"]), (200, &json!("paid")), "{}", settled.text);
    assert_eq!((&settled.body["payment_id"], &settled.body["payment_method"]), (&json!("crypto-pay~528890"), &json!("crypto-pay")));
    let payment = shop.get("/admin/v1/payments/crypto-pay~528890").await.body;
    assert_eq!(
        (&payment["amount"]["amount"], &payment["approved_by"], &payment["status"]),
        (&json!("2.80"), &json!("bootstrap"), &json!("applied"))
    );
    assert_eq!(shop.ask("POST", &path).key("k").json(&body("528890")).send().await.text, settled.text);
    let again = shop.post(&path, body("528890")).await;
    assert_eq!((again.status.as_u16(), &again.body["id"]), (200, &json!(name)), "said twice is success");
    shop.post(&path, body("528891")).await.is_problem(409, "wrong-state", &[]);
    shop.post(&format!("/admin/v1/orders/{other_name}/settle"), body("528890")).await.is_problem(409, "wrong-state", &[]);
    assert_eq!(shop.stored(other.id).await.status, OrderStatus::AwaitingPayment);
    assert_eq!(shop.post(&format!("/admin/v1/orders/{other_name}/cancel"), json!({})).await.status, 200);
    shop.post(&format!("/admin/v1/orders/{other_name}/settle"), body("528892")).await.is_problem(409, "wrong-state", &[]);
    assert_eq!(shop.history("order", &name).await, ["bootstrap settle"]);
    assert_eq!(shop.walk("/admin/v1/payments", "id", 50).await, [json!("crypto-pay~528890")]);
}
