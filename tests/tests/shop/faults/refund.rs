//! Money goes back, and every request to the table and every call of the panel goes wrong in turn while what it bought is taken back: that is taken
//! back once, and what was bought otherwise stays.

use domain::{OrderId, OrderKey, order::OrderStatus, payment::PaymentId, time::Span};
use embedded_dynamodb::Fault;
use local::panel::{self, FaultKind, Status};
use tests::{World, actors};

use super::settle_down;

const GIB: i64 = 1 << 30;

/// One more customer who has bought the small plan and renewed it with the large one; which of his orders, and its payment.
async fn customer(world: &World, id: i64, renewal: bool) -> (OrderId, PaymentId) {
    let customer = world.customer(id);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.tap("Pay ⭐ 80").await.unwrap();
    customer.send("/subscriptions").await;
    for step in ["Renew", "Plan large", "⭐ 240", "Pay ⭐ 240"] {
        customer.tap(step).await.unwrap();
    }
    let order = world.orders(id).await.into_iter().find(|order| order.extends.is_some() == renewal).unwrap();
    (order.id, order.payment.unwrap())
}

async fn ends_well(world: &World, order: OrderId, trouble: &str) {
    settle_down(world).await;
    let orders = world.orders(order.buyer.get()).await;
    let refunded = orders.iter().find(|found| found.id == order).unwrap();
    assert_eq!((refunded.status, refunded.work.duty), (OrderStatus::Refunded, None), "{trouble}");
    let first = orders.iter().find(|order| order.extends.is_none()).unwrap();
    let account = world.panel.user(first.panel_name.as_str()).unwrap();
    let left = if order == first.id { (50 * GIB, 90 * 86_400) } else { (10 * GIB, 30 * 86_400) };
    assert_eq!((account.data_limit, account.on_hold_expire_duration), (Some(left.0), Some(left.1)), "{trouble}");
    assert_eq!(account.status, Status::OnHold, "{trouble}");
    let held = world.app.store.subscription(first.id).await.unwrap().unwrap();
    assert_eq!((held.busy_with, held.orders, held.revoked_at), (None::<OrderKey>, 1, None), "{trouble}");
}

async fn every_request(what: &str, renewal: bool, faults: &[Fault]) {
    let mut world = World::open().await;
    for met in 0..60 {
        let trouble = format!("{what} at request {}", met + 1);
        let (order, payment) = customer(&world, 7_850_000_000 + i64::try_from(met).unwrap(), renewal).await;
        world.dynamodb.fail_from(met + 1, faults.to_vec());
        // The word comes until it is taken; then the jobs run.
        let mut seed = 2 + u64::try_from(met * 10).unwrap();
        for _ in 0..3 {
            let noted = world.app.note_refund(&payment).await;
            if world.dynamodb.is_dead() {
                world.dynamodb.restore();
                seed += 1;
                world.restart(seed).await;
            } else if noted.is_ok() {
                break;
            }
        }
        world.clock.advance(Span::minutes(2));
        let _run = scheduled_jobs::handle(&world.app, 0).await;
        let all_met = world.dynamodb.all_met();
        if world.dynamodb.is_dead() {
            world.restart(seed + 1).await;
        }
        world.dynamodb.restore();
        ends_well(&world, order, &trouble).await;
        if !all_met {
            assert!(met >= 8, "a refund makes more requests than {met}");
            return;
        }
    }
    panic!("a refund takes a bounded number of requests");
}

#[tokio::test]
async fn the_process_dies_before_any_request() {
    every_request("dead before", true, &[Fault::Dead]).await;
}

#[tokio::test]
async fn the_process_dies_after_any_request() {
    every_request("dead after", true, &[Fault::DeadAfter]).await;
}

#[tokio::test]
async fn the_process_dies_after_any_request_of_the_first_orders_refund() {
    every_request("dead after, of the first", false, &[Fault::DeadAfter]).await;
}

#[tokio::test]
async fn any_request_has_an_unknown_outcome() {
    every_request("unknown outcome", true, &[Fault::ReplyLost, Fault::ServerError, Fault::Throttled]).await;
}

/// What the panel refuses for good waits for an operator, who is told, and is done when he has it tried again.
#[tokio::test]
async fn any_call_of_the_panel_goes_wrong() {
    let world = World::open().await;
    let kinds = [
        FaultKind::refuse(axum::http::StatusCode::UNPROCESSABLE_ENTITY),
        FaultKind::refuse(axum::http::StatusCode::INTERNAL_SERVER_ERROR),
        FaultKind::DropBeforeEffect,
        FaultKind::CrashAfterEffect,
        FaultKind::DropAfterEffect,
        FaultKind::MalformedJson,
    ];
    let mut id = 7_851_000_000;
    for kind in kinds {
        for (route, times) in [("GET /api/user/*", 1), ("GET /api/user/*", 2), ("PUT /api/user/*", 1), ("PUT /api/user/*", 2)] {
            id += 1;
            let trouble = format!("{kind:?} on {route}, {times} times");
            let (order, payment) = customer(&world, id, true).await;
            world.app.note_refund(&payment).await.unwrap();
            world.panel.fail(panel::Fault::once(kind.clone()).on(route).times(times));
            for _ in 0..4 {
                world.clock.advance(Span::minutes(2));
                world.jobs().await;
                let refunded = world.app.store.order(order).await.unwrap().unwrap();
                if refunded.work.parked.is_some() {
                    let reference = world.app.names.order(order);
                    assert!(world.operator().told(&reference).is_some(), "{trouble}: the operators are not told");
                    world.app.retry(&store::keys::Owner::Order(order), &domain::admin::Actor::Bootstrap).await.unwrap();
                }
            }
            world.panel.heal();
            ends_well(&world, order, &trouble).await;
        }
    }
}
