//! What operators do by hand, while the table and the panel fail in turn. The same request is sent until it is answered, under its name: whatever failed, it
//! is done once, and its history has one entry.

use axum::http::StatusCode;
use domain::{OrderId, duty::Duty, order::OrderStatus};
use embedded_dynamodb::Fault;
use local::{
    panel::{self, FaultKind, Status},
    telegram::Person,
};
use serde_json::{Value, json};
use tests::{World, actors};

use super::settle_down;

const GIB: i64 = 1 << 30;
const INVITER: i64 = 7_919_999_999;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Grant,
    Extend,
    Change,
    Disable,
    Short,
    Settle,
    Attach,
    Codes,
}

const DEEDS: [Deed; 8] = [Deed::Grant, Deed::Extend, Deed::Change, Deed::Disable, Deed::Short, Deed::Settle, Deed::Attach, Deed::Codes];
/// What the panel has a part in.
const ON_THE_PANEL: [Deed; 4] = [Deed::Grant, Deed::Extend, Deed::Change, Deed::Disable];

/// A shop in which the same is done for one customer after the other, each time in another trouble.
struct Story {
    world: World,
    told: i64,
    processes: u64,
}

/// One customer, what is asked for him, and where its history stands.
struct Case {
    customer: Person,
    order: Option<OrderId>,
    path: String,
    body: Value,
    key: String,
}

impl Story {
    async fn begin() -> Self {
        let world = World::open().await;
        world.customer(INVITER).send("/start").await;
        Self { world, told: 0, processes: 1 }
    }

    async fn case(&mut self, deed: Deed) -> Case {
        self.told += 1;
        let world = &self.world;
        let customer = world.customer(7_911_000_000 + self.told);
        customer.send("/start").await;
        match deed {
            Deed::Grant | Deed::Attach | Deed::Codes => {}
            Deed::Extend | Deed::Change | Deed::Disable => {
                actors::order(&customer, "Plan small", "⭐ 80").await;
                customer.tap("Pay ⭐ 80").await.unwrap();
            }
            Deed::Short | Deed::Settle => {
                actors::order(&customer, "Plan small", "Card to card").await;
                customer.send_photo(format!("receipt {}", self.told).into_bytes()).await;
            }
        }
        let order = world.orders(customer.id()).await.first().map(|order| order.id);
        let name = order.map(|order| world.app.names.order(order)).unwrap_or_default();
        let (path, body) = match deed {
            Deed::Grant => (format!("users/{}/grant", customer.id()), json!({"data_limit_gb": 3, "duration_days": 7})),
            Deed::Extend => (format!("subscriptions/{name}/extend"), json!({"data_limit_gb": 5})),
            Deed::Change => (format!("subscriptions/{name}/change"), json!({"data_limit_gb": 42})),
            Deed::Disable => (format!("subscriptions/{name}/disable"), json!({})),
            Deed::Short => (format!("orders/{name}/approve"), json!({"amount": {"amount": "70000", "currency": "IRT"}})),
            Deed::Settle => {
                let amount = json!({"amount": "2.50", "currency": "USD"});
                let reference = self.told.to_string();
                (
                    format!("orders/{name}/settle"),
                    json!({"method": "crypto-pay", "reference": reference, "amount": amount, "reason": "seen"}),
                )
            }
            Deed::Attach => (format!("users/{}/attach-referral", customer.id()), json!({"inviter": INVITER})),
            Deed::Codes => ("discount-codes/batch".into(), json!({"count": 100, "prefix": format!("B{}-", self.told), "percent": "5"})),
        };
        Case { customer, order, path: format!("/admin/v1/{path}"), body, key: format!("key-{}", self.told) }
    }

    /// The request, until it is answered.
    async fn insist(&mut self, case: &Case, trouble: &str) -> Value {
        for _ in 0..6 {
            let (status, answer) = self.world.admin_named(&case.key, &case.path, &case.body).await;
            if self.world.dynamodb.is_dead() {
                self.next_process().await;
            } else if matches!(status, 200 | 201) {
                return answer;
            } else {
                assert!(matches!(status, 500 | 503), "{trouble}: {status} {answer}");
            }
        }
        panic!("{trouble}: the request is not answered");
    }

    async fn next_process(&mut self) {
        self.world.dynamodb.restore();
        self.processes += 1;
        self.world.restart(self.processes).await;
    }

    async fn ends_well(&mut self, deed: Deed, case: &Case, answer: &Value, trouble: &str) {
        let world = &self.world;
        if ON_THE_PANEL.contains(&deed) || deed == Deed::Settle {
            settle_down(world).await;
        }
        let id = case.customer.id();
        let reference = case.order.map(|order| world.app.names.order(order)).unwrap_or_default();
        let orders = world.orders(id).await;
        let account = || {
            let first = orders.iter().find(|order| order.extends.is_none()).unwrap();
            world.panel.user(first.panel_name.as_str()).unwrap()
        };
        let history = match deed {
            Deed::Grant => {
                assert_eq!(
                    (orders.len(), orders[0].status, account().data_limit),
                    (1, OrderStatus::Provisioned, Some(3 * GIB)),
                    "{trouble}"
                );
                assert!(!actors::deliveries(&case.customer).is_empty(), "{trouble}");
                world.history("order", answer["id"].as_str().unwrap()).await
            }
            Deed::Extend => {
                assert_eq!((orders.len(), account().data_limit), (2, Some(15 * GIB)), "{trouble}");
                assert!(case.customer.told("has been added").is_some(), "{trouble}");
                world.history("subscription", &reference).await
            }
            Deed::Change | Deed::Disable => {
                let held = world.app.store.subscription(case.order.unwrap()).await.unwrap().unwrap();
                assert_eq!((held.wish, held.busy_with), (None, None), "{trouble}");
                if deed == Deed::Change {
                    assert_eq!((held.data_limit, account().data_limit), (Some(42 << 30), Some(42 * GIB)), "{trouble}");
                    assert_eq!((held.work.duty, account().status), (Some(Duty::Remind), Status::OnHold), "{trouble}");
                } else {
                    assert_eq!((held.disabled_at.is_some(), account().status), (true, Status::Disabled), "{trouble}");
                }
                world.history("subscription", &reference).await
            }
            Deed::Short => {
                assert_eq!((orders[0].status, orders[0].under_review()), (OrderStatus::AwaitingPayment, None), "{trouble}");
                let (_, payments) = world.admin("GET", &format!("/admin/v1/payments?user_id={id}"), None).await;
                let all = payments["items"].as_array().unwrap();
                assert_eq!(
                    (all.len(), &all[0]["status"], &all[0]["amount"]["amount"]),
                    (1, &json!("unapplied"), &json!("70000")),
                    "{trouble}"
                );
                world.history("order", &reference).await
            }
            Deed::Settle => {
                assert_eq!((orders[0].status, world.accounts(orders[0].id).len()), (OrderStatus::Provisioned, 1), "{trouble}");
                world.history("order", &reference).await
            }
            Deed::Attach => {
                assert_eq!(world.user(id).await.invited_by.map(|inviter| inviter.get()), Some(INVITER), "{trouble}");
                assert_eq!(i64::from(world.user(INVITER).await.invited), self.told, "{trouble}");
                world.history("user", &id.to_string()).await
            }
            Deed::Codes => {
                let codes: Vec<&str> = answer["codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
                let prefix = case.body["prefix"].as_str().unwrap();
                let contents = world.contents().await;
                let made = contents.keys().filter(|key| key.starts_with(&format!("DISCOUNT#{prefix}"))).count();
                assert_eq!((codes.len(), made), (100, 100), "{trouble}");
                assert!(codes.iter().all(|code| contents.contains_key(&format!("DISCOUNT#{code} | DISCOUNT"))), "{trouble}");
                world.history("code-batch", answer["batch"].as_str().unwrap()).await
            }
        };
        assert_eq!(history.len(), 1, "{trouble}: {history:?}");
    }
}

/// Each request to the table that a deed makes meets a fault, for every deed.
async fn every_request(what: &str, faults: impl Fn(usize) -> Vec<Fault>) {
    for deed in DEEDS {
        let mut story = Story::begin().await;
        let mut met = 0;
        loop {
            let trouble = format!("{what} at request {} of {deed:?}", met + 1);
            let case = story.case(deed).await;
            story.world.dynamodb.fail_from(met + 1, faults(met + 1));
            let answer = story.insist(&case, &trouble).await;
            let all_met = story.world.dynamodb.all_met();
            story.world.dynamodb.restore();
            story.ends_well(deed, &case, &answer, &trouble).await;
            if !all_met {
                break;
            }
            met += 1;
            assert!(met < 40, "{deed:?} takes a bounded number of requests");
        }
        eprintln!("{what}: each of the {met} requests of {deed:?}");
        assert!(met >= 3, "{deed:?} makes more requests than {met}");
        story.world.audit().await;
    }
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

/// Every call that the panel gets goes wrong in every way, once and often.
#[tokio::test]
async fn any_call_of_the_panel_goes_wrong_in_any_way() {
    let refusals = [400, 401, 403, 409, 422, 429, 500, 502].map(|status| FaultKind::refuse(StatusCode::from_u16(status).unwrap()));
    let broken = [FaultKind::DropBeforeEffect, FaultKind::CrashAfterEffect, FaultKind::DropAfterEffect, FaultKind::MalformedJson];
    for deed in ON_THE_PANEL {
        let mut story = Story::begin().await;
        for kind in refusals.clone().into_iter().chain(broken.clone()) {
            for (route, times) in [("GET /api/user/*", 1), ("PUT /api/user/*", 1), ("PUT /api/user/*", 4), ("POST /api/user", 1)] {
                let trouble = format!("{kind:?} on {route}, {times} times, of {deed:?}");
                let case = story.case(deed).await;
                story.world.panel.fail(panel::Fault::once(kind.clone()).on(route).times(times));
                let answer = story.insist(&case, &trouble).await;
                story.world.panel.heal();
                // What it refuses for good waits for the operator, in sight.
                let (_, duties) = story.world.admin("GET", "/admin/v1/duties?parked=true", None).await;
                for duty in duties["items"].as_array().unwrap() {
                    let retry = format!("/admin/v1/duties/{}/retry", duty["id"].as_str().unwrap());
                    assert_eq!(story.world.admin("POST", &retry, None).await.0, 200, "{trouble}");
                }
                let retried = !duties["items"].as_array().unwrap().is_empty();
                if retried && deed == Deed::Grant {
                    // The retry stands in the same history.
                    settle_down(&story.world).await;
                    continue;
                }
                if retried && matches!(deed, Deed::Change | Deed::Disable) {
                    settle_down(&story.world).await;
                    let held = story.world.app.store.subscription(case.order.unwrap()).await.unwrap().unwrap();
                    assert_eq!(held.wish, None, "{trouble}");
                    continue;
                }
                story.ends_well(deed, &case, &answer, &trouble).await;
            }
        }
        story.world.audit().await;
    }
}

/// The panel is down for a day: everything is owed, and done when it is up.
#[tokio::test]
async fn the_panel_is_down_for_a_day() {
    for deed in ON_THE_PANEL {
        let mut story = Story::begin().await;
        let case = story.case(deed).await;
        story.world.panel.down();
        let answer = story.insist(&case, "down").await;
        for _ in 0..8 {
            story.world.clock.advance(domain::time::Span::hours(3));
            story.world.jobs().await;
        }
        story.world.panel.up();
        story.world.clock.advance(domain::time::Span::hours(3));
        story.world.jobs().await;
        story.ends_well(deed, &case, &answer, &format!("{deed:?} while the panel is down")).await;
        story.world.audit().await;
    }
}
