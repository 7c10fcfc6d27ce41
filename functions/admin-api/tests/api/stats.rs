//! What the days brought: counted by the clock, on the shop's own days.

use app::work::Run;
use domain::{order::Order, time::Span};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::support::Shop;

async fn tick(shop: &Shop) {
    let mut run = Run::default();
    shop.app.count_due(shop.deadline(), &mut run).await;
    assert_eq!(run.failed, 0);
}

/// A paid order. Each transfer has an amount of its own.
async fn paid(shop: &Shop, buyer: i64, code: Option<&str>) -> Order {
    shop.order(buyer, code).await;
    let order = shop.send_receipt(buyer).await;
    let answer = shop.post(&format!("/admin/v1/orders/{}/approve", shop.name(&order)), json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    order
}

/// What orders cost together, as reports say it.
fn cost(orders: &[&Order]) -> Value {
    let sum: Decimal = orders.iter().map(|order| order.total.amount()).sum();
    json!({"IRT": sum.to_string()})
}

/// The day's figures, by name.
async fn day(shop: &Shop, day: &str) -> Value {
    let answer = shop.get(&format!("/admin/v1/stats?from={day}&to={day}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["days"].get(0).cloned().unwrap_or(Value::Null)
}

#[tokio::test]
async fn a_day_is_counted_as_it_goes_and_once_more_when_it_is_over() {
    let shop = Shop::open().await;
    shop.stock().await;
    let code = json!({"code": "TEN", "percent": "10", "use_limit": 5});
    assert_eq!(shop.post("/admin/v1/discount-codes", code).await.status, 201);
    shop.join(1, None).await;
    shop.join(2, Some(1)).await;
    let full = paid(&shop, 2, None).await;
    let reduced = paid(&shop, 3, Some("TEN")).await;
    shop.order(4, None).await;
    shop.clock.tick();
    // Nothing has been counted: the running day is counted while one waits.
    let live = day(&shop, "2026-11-22").await;
    assert_eq!((&live["orders"], &live["paid"], &live["customers"], &live["invited"]), (&json!(3), &json!(2), &json!(4), &json!(1)));
    shop.clock.forward(Span::hours(1));
    tick(&shop).await;
    tick(&shop).await;
    let counted = day(&shop, "2026-11-22").await;
    let figures = ["orders", "paid", "first", "referred", "discounted", "revenue", "discount", "conversion_percent", "complete"];
    let told = figures.map(|figure| counted[figure].clone());
    let expected = json!([3, 2, 2, 1, 1, cost(&[&full, &reduced]), {"IRT": "15000"}, "66.6", false]);
    assert_eq!(json!(told), expected);
    assert_eq!(counted["products"], json!([{"product_id": "gb50-30d", "orders": 3, "paid": 2, "revenue": cost(&[&full, &reduced])}]));
    assert_eq!(counted["codes"], json!([{"code": "TEN", "paid": 1, "discount": {"IRT": "15000"}}]));
    assert_eq!((&counted["methods"][0]["method"], &counted["methods"][0]["paid"]), (&json!("card"), &json!(2)));
    // The shop's midnight is Tehran's, half past eight in the evening at Greenwich.
    shop.clock.forward(Span::minutes(7 * 60 + 29));
    let late = paid(&shop, 5, None).await;
    shop.clock.forward(Span::minutes(2));
    let early = paid(&shop, 6, None).await;
    shop.clock.forward(Span::hours(1));
    for _ in 0..3 {
        tick(&shop).await;
    }
    let (first, second) = (day(&shop, "2026-11-22").await, day(&shop, "2026-11-23").await);
    assert_eq!((&first["paid"], &first["customers"], &first["complete"]), (&json!(3), &json!(5), &json!(true)));
    assert_eq!((&second["paid"], &second["customers"], &second["complete"]), (&json!(1), &json!(1), &json!(false)));
    let month = shop.get("/admin/v1/stats?month=2026-11").await;
    assert_eq!((&month.body["sum"]["paid"], &month.body["sum"]["revenue"]), (&json!(4), &cost(&[&full, &reduced, &late, &early])));
    assert_eq!(month.body["utc_offset"], "+03:30");
}

#[tokio::test]
async fn money_that_goes_back_leaves_the_day_on_which_it_came() {
    let shop = Shop::open().await;
    shop.stock().await;
    let order = paid(&shop, 7, None).await;
    shop.clock.forward(Span::days(5));
    tick(&shop).await;
    assert_eq!(shop.post("/admin/v1/stats/recount", json!({"day": "2026-11-22"})).await.status, 202);
    tick(&shop).await;
    assert_eq!(day(&shop, "2026-11-22").await["revenue"], cost(&[&order]));
    let refund = shop.post(&format!("/admin/v1/orders/{}/refund", shop.name(&order)), json!({"by_hand": true})).await;
    assert_eq!(refund.status, 200, "{}", refund.text);
    tick(&shop).await;
    let after = day(&shop, "2026-11-22").await;
    assert_eq!((&after["paid"], &after["revenue"], &after["refunds"]), (&json!(0), &json!({}), &json!(1)));
    // What was paid: a transfer's amount is its own.
    let paid = order.attempts.first().unwrap().quote.amount_text();
    assert_eq!(after["refunded"], json!({"IRT": paid}));
    assert_eq!(shop.history("stats", "2026-11-22").await, ["bootstrap recount"]);
}

#[tokio::test]
async fn a_month_of_many_orders_is_counted_whole_across_its_end() {
    let shop = Shop::open().await;
    shop.stock().await;
    // The last hours of the 30th at Greenwich are the first of December in the shop.
    shop.clock.forward(Span::hours(8 * 24 + 7));
    for buyer in 1..=130 {
        shop.join(buyer, None).await;
        shop.clock.forward(Span::minutes(5));
    }
    shop.clock.forward(Span::days(1));
    for day in ["2026-11-30", "2026-12-01"] {
        assert_eq!(shop.post("/admin/v1/stats/recount", json!({"day": day})).await.status, 202);
    }
    tick(&shop).await;
    tick(&shop).await;
    // From 19:00 to 20:30, and the rest.
    assert_eq!(day(&shop, "2026-11-30").await["customers"], 18);
    assert_eq!(day(&shop, "2026-12-01").await["customers"], 112);
    let whole = shop.get("/admin/v1/stats?from=2026-11-20&to=2026-12-05").await;
    assert_eq!(whole.body["sum"]["customers"], 130);
}

#[tokio::test]
async fn what_is_asked_amiss_is_said() {
    let shop = Shop::open().await;
    for (query, fields) in [
        ("month=2026-13", &["month"][..]),
        ("month=2026-11&from=2026-11-01", &["month"]),
        ("to=2026-11-01", &["from"]),
        ("from=2026-11-02&to=2026-11-01", &["to"]),
        ("from=2026-01-01&to=2026-11-01", &["to"]),
        ("from=yesterday", &["from"]),
    ] {
        shop.get(&format!("/admin/v1/stats?{query}")).await.is_problem(400, "invalid-parameters", fields);
    }
    let recount = |day: &'static str| shop.ask("POST", "/admin/v1/stats/recount").json(&json!({"day": day})).send();
    recount("2026-02-30").await.is_problem(422, "invalid-fields", &["day"]);
    recount("2027-01-01").await.is_problem(409, "wrong-state", &[]);
    let empty = shop.get("/admin/v1/stats?month=2026-02").await;
    assert_eq!((empty.status.as_u16(), &empty.body["days"], &empty.body["sum"]["orders"]), (200, &json!([]), &json!(0)));
}
