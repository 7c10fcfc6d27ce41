//! A further charge of a subscription in Stars, told again after every request to the table went wrong in turn: it renews once.

use domain::{OrderKey, order::OrderStatus};
use embedded_dynamodb::Fault;
use serde_json::{Value, json};
use tests::{World, actors};

use super::settle_down;

const GIB: i64 = 1 << 30;

/// One more customer who pays by a subscription in Stars, and Telegram's word of its next charge.
async fn customer(world: &World, id: i64) -> Value {
    let customer = world.customer(id);
    actors::order(&customer, "Plan small", "every 30 days").await;
    customer.tap("Pay ⭐ 80").await.unwrap();
    let first = world.order(id).await;
    let mut charged = actors::successful_payment(id, &world.payload(&first, 1), 80, &format!("next-charge-{id}"));
    charged["message"]["successful_payment"]["is_recurring"] = json!(true);
    charged
}

async fn every_request(what: &str, fault: impl Fn(usize) -> Vec<Fault>) {
    let mut world = World::open().await;
    let mut met = 0;
    loop {
        let id = 7_840_000_000 + i64::try_from(met).unwrap();
        let charged = customer(&world, id).await;
        world.dynamodb.fail_from(met + 1, fault(met));
        let mut answer = world.telegram.send_update(charged.clone()).await;
        let all_met = world.dynamodb.all_met();
        for n in 0..6 {
            if world.dynamodb.is_dead() {
                world.dynamodb.restore();
                world.restart(2 + u64::try_from(met * 10 + n).unwrap()).await;
            } else if answer.is_success() {
                break;
            }
            answer = world.telegram.redeliver(answer.update_id).await;
        }
        world.dynamodb.restore();
        assert!(answer.is_success(), "{what} at request {}: {answer:?}", met + 1);
        settle_down(&world).await;
        // And once more, much later.
        assert!(world.telegram.send_update(charged).await.is_success());
        let orders = world.orders(id).await;
        let renewals = orders.iter().filter(|order| matches!(order.id.key, OrderKey::Recurring(_)));
        assert_eq!(renewals.map(|order| order.status).collect::<Vec<_>>(), [OrderStatus::Provisioned], "{what} at request {}", met + 1);
        let first = orders.iter().find(|order| order.extends.is_none()).unwrap();
        let account = world.panel.user(first.panel_name.as_str()).unwrap();
        assert_eq!((account.data_limit, account.on_hold_expire_duration), (Some(20 * GIB), Some(60 * 86_400)), "{what} at {}", met + 1);
        let held = world.app.store.subscription(first.id).await.unwrap().unwrap();
        assert_eq!((held.busy_with, held.orders), (None, 2));
        if !all_met {
            break;
        }
        met += 1;
        assert!(met < 40, "a renewal takes a bounded number of requests");
    }
    world.audit().await;
    eprintln!("{what}: each of the {met} requests of a charge");
    assert!(met >= 4, "a charge makes more requests than {met}");
}

#[tokio::test]
async fn the_process_dies_before_any_request() {
    every_request("dead before", |_| vec![Fault::Dead]).await;
}

#[tokio::test]
async fn the_process_dies_after_any_request() {
    every_request("dead after", |_| vec![Fault::DeadAfter]).await;
}

#[tokio::test]
async fn any_request_has_to_be_made_twice() {
    const KINDS: [Fault; 6] = [Fault::ReplyLost, Fault::Conflict, Fault::TimedOut, Fault::Throttled, Fault::ServerError, Fault::InProgress];
    every_request("made twice", |nth| vec![KINDS[nth % KINDS.len()]]).await;
}

#[tokio::test]
async fn any_request_has_an_unknown_outcome() {
    every_request("unknown outcome", |_| vec![Fault::ReplyLost, Fault::ServerError, Fault::Throttled]).await;
}
