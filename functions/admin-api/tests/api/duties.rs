//! What is owed, and what of it waits for an operator.

use domain::{duty::Duty, time::Span};
use serde_json::json;
use store::Write;

use crate::support::Shop;

/// An order whose account the panel does not want to make.
async fn parked(shop: &Shop, buyer: i64) -> String {
    let mut order = shop.receipt(buyer).await;
    let name = shop.name(&order);
    assert_eq!(shop.post(&format!("/admin/v1/orders/{name}/approve"), json!({})).await.status, 200);
    order = shop.stored(order.id).await;
    order.work.park(shop.app.now(), "the panel says no");
    shop.app.store.commit(&shop.app.seams().nonce(), vec![Write::replace(&mut order).unwrap()]).await.unwrap();
    name
}

#[tokio::test]
async fn a_parked_duty_is_tried_again_when_somebody_says_so() {
    let shop = Shop::open().await;
    shop.stock().await;
    let name = parked(&shop, 7).await;
    let listed = shop.get("/admin/v1/duties?parked=true").await;
    let duty = &listed.body["items"][0];
    assert_eq!(
        (&duty["duty"], &duty["parked"], &duty["entity"], &duty["entity_id"], &duty["user_id"]),
        (&json!("provision"), &json!("the panel says no"), &json!("order"), &json!(name), &json!(7))
    );
    let path = format!("/admin/v1/duties/{}/retry", duty["id"].as_str().unwrap());
    for _ in 0..2 {
        let answer = shop.post(&path, json!({})).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["parked"], &answer.body["tries"]),
            (200, &json!(null), &json!(0)),
            "{}",
            answer.text
        );
    }
    assert_eq!(shop.history("order", &name).await, ["bootstrap retry", "bootstrap approve"]);
    assert!(shop.ids("/admin/v1/duties?parked=true", "id").await.is_empty());
    assert_eq!(shop.ids("/admin/v1/duties?parked=false", "entity_id").await, [name]);
    for forged in ["x", "b3JkZXI6", "b3JkZXI6QUFB", "cmVmZXJyYWw6MTo", "cGF5bWVudDpjYXNofjE", "_w"] {
        shop.post(&format!("/admin/v1/duties/{forged}/retry"), json!({})).await.is_problem(404, "not-found", &[]);
    }
}

#[tokio::test]
async fn what_is_owed_stands_by_its_due_time_over_all_queues() {
    let shop = Shop::open().await;
    shop.stock().await;
    let mut names = Vec::new();
    for buyer in 1..=12 {
        let order = if buyer % 4 == 0 { parked(&shop, buyer).await } else { shop.name(&shop.order(buyer, None).await) };
        names.push((buyer, order));
        shop.clock.forward(Span::minutes(1));
    }
    // An order is due when its window ends, an hour after it was placed; a parked one at once.
    let due = |(buyer, _): &(i64, String)| if buyer % 4 == 0 { *buyer } else { buyer + 60 };
    names.sort_by_key(due);
    let expected: Vec<_> = names.iter().map(|(_, name)| json!(name)).collect();
    for limit in [1, 2, 5, 12, 100] {
        assert_eq!(shop.walk("/admin/v1/duties", "entity_id", limit).await, expected, "{limit}");
    }
    assert_eq!(shop.walk("/admin/v1/duties?parked=true", "entity_id", 2).await, expected[..3]);
}

#[tokio::test]
async fn equal_due_times_are_listed_once_each() {
    let shop = Shop::open().await;
    shop.stock().await;
    for buyer in 1..=9 {
        shop.order(buyer, None).await;
    }
    for limit in [1, 2, 4] {
        let mut listed: Vec<i64> = shop.walk("/admin/v1/duties", "user_id", limit).await.iter().map(|id| id.as_i64().unwrap()).collect();
        listed.sort_unstable();
        assert_eq!(listed, (1..=9).collect::<Vec<_>>(), "{limit}");
    }
}

#[tokio::test]
async fn nothing_is_owed_by_an_order_that_ended() {
    let shop = Shop::open().await;
    shop.stock().await;
    let order = shop.order(7, None).await;
    let id = shop.get("/admin/v1/duties").await.body["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(shop.stored(order.id).await.work.duty, Some(Duty::Expire));
    assert_eq!(shop.post(&format!("/admin/v1/orders/{}/cancel", shop.name(&order)), json!({})).await.status, 200);
    shop.post(&format!("/admin/v1/duties/{id}/retry"), json!({})).await.is_problem(409, "wrong-state", &[]);
}
