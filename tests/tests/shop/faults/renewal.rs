//! A renewal in which every request to the table and every call of the panel fails in turn: what was paid for is granted, once.

use app::seams::Clock;
use axum::http::StatusCode;
use domain::{OrderKey, order::OrderStatus, product::ProductKind};
use embedded_dynamodb::Fault;
use local::{
    panel::{self, FaultKind, Status},
    telegram::{Answer, Person},
};
use serde_json::Value;
use tests::{World, actors};

use super::settle_down;

const GIB: i64 = 1 << 30;

/// A shop whose customers renew one after the other, each in trouble of his own; half of them had begun to use their account.
struct Story {
    world: World,
    told: i64,
    processes: u64,
}

impl Story {
    async fn begin() -> Self {
        let world = World::open().await;
        let more = domain::product::Product { kind: ProductKind::AddOn, ..world.product("more", 30_000, 25, Some(5), Some(7), 7) };
        world.add_product(more).await;
        Self { world, told: 0, processes: 1 }
    }

    /// One more customer, with an account and a renewal that is placed, and Telegram's word that he has paid it.
    async fn customer(&mut self) -> (Person, Value) {
        self.told += 1;
        let customer = self.world.customer(7_830_000_000 + self.told);
        actors::order(&customer, "Plan small", "⭐ 80").await;
        customer.tap("Pay ⭐ 80").await.unwrap();
        let name = self.world.order(customer.id()).await.panel_name;
        if self.told % 2 == 0 {
            self.world.panel.use_traffic(name.as_str(), GIB).unwrap();
        }
        customer.send("/subscriptions").await;
        customer.tap("Renew").await.unwrap();
        customer.tap("Plan more").await.unwrap();
        customer.tap("⭐ 25").await.unwrap();
        let orders = self.world.orders(customer.id()).await;
        let renewal = orders.iter().find(|order| order.extends.is_some()).unwrap();
        let payload = self.world.payload(renewal, 1);
        let paid = actors::successful_payment(customer.id(), &payload, 25, &format!("renewal-{}", self.told));
        (customer, paid)
    }

    /// His payment becomes known.
    async fn pays(&mut self, paid: Value) {
        let answer = self.world.telegram.send_update(paid).await;
        self.insist(answer).await;
        if self.world.dynamodb.is_dead() {
            self.next_process().await;
        }
    }

    async fn insist(&mut self, mut answer: Answer) {
        for _ in 0..6 {
            if self.world.dynamodb.is_dead() {
                self.next_process().await;
            } else if answer.is_success() {
                return;
            }
            answer = self.world.telegram.redeliver(answer.update_id).await;
        }
        panic!("an update is not taken: {answer:?}");
    }

    async fn next_process(&mut self) {
        self.world.dynamodb.restore();
        self.processes += 1;
        self.world.restart(self.processes).await;
    }

    /// What was paid for is there, once, and nothing is owed.
    async fn ends_well(&mut self, customer: &Person, trouble: &str) {
        let began = self.world.clock.now().seconds();
        settle_down(&self.world).await;
        let orders = self.world.orders(customer.id()).await;
        assert!(orders.iter().all(|order| order.status == OrderStatus::Provisioned), "{trouble}");
        let base = orders.iter().find(|order| order.extends.is_none()).unwrap();
        let account = self.world.panel.user(base.panel_name.as_str()).unwrap();
        assert_eq!(account.data_limit, Some(15 * GIB), "{trouble}");
        match account.status {
            Status::OnHold => assert_eq!(account.on_hold_expire_duration, Some(37 * 86_400), "{trouble}"),
            // Started a moment before, or the clock has been moved while it settled down.
            status => {
                let days = (account.expire.unwrap() - account.created_at / 1_000_000 + 43_200) / 86_400;
                assert_eq!((status, days), (Status::Active, 37), "{trouble}, {began}");
            }
        }
        let held = self.world.app.store.subscription(base.id).await.unwrap().unwrap();
        assert_eq!((held.busy_with, held.orders), (None::<OrderKey>, 2), "{trouble}");
        let told = customer.chat().into_iter().filter(|message| message.from_bot && message.text.contains("has been added.")).count();
        assert!(told >= 1, "{trouble}: the customer was not told");
        if self.told % 6 == 0 {
            self.world.audit().await;
        }
    }
}

async fn every_request(what: &str, faults: impl Fn(usize) -> Vec<Fault>) {
    let mut story = Story::begin().await;
    let mut met = 0;
    loop {
        let trouble = format!("{what} at request {}", met + 1);
        let (customer, paid) = story.customer().await;
        story.world.dynamodb.fail_from(met + 1, faults(met + 1));
        story.pays(paid).await;
        let all_met = story.world.dynamodb.all_met();
        story.world.dynamodb.restore();
        story.ends_well(&customer, &trouble).await;
        if !all_met {
            break;
        }
        met += 1;
        assert!(met < 40, "a renewal takes a bounded number of requests");
    }
    story.world.audit().await;
    eprintln!("{what}: each of the {met} requests of a renewal");
    assert!(met >= 4, "a renewal makes more requests than {met}");
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

/// Every call that the panel gets for a renewal goes wrong in every way, once and often.
#[tokio::test]
async fn any_call_of_the_panel_goes_wrong_in_any_way() {
    let refusals = [400, 401, 403, 404, 409, 422, 429, 500, 502].map(|status| FaultKind::refuse(StatusCode::from_u16(status).unwrap()));
    let broken = [FaultKind::DropBeforeEffect, FaultKind::CrashAfterEffect, FaultKind::DropAfterEffect, FaultKind::MalformedJson];
    let mut story = Story::begin().await;
    for kind in refusals.into_iter().chain(broken) {
        for (route, times) in [("GET /api/user/*", 1), ("PUT /api/user/*", 1), ("PUT /api/user/*", 2), ("PUT /api/user/*", 4)] {
            // What says that there is no account is believed; that is another journey.
            if matches!(&kind, FaultKind::Refuse { status, .. } if *status == StatusCode::NOT_FOUND) {
                continue;
            }
            let trouble = format!("{kind:?} on {route}, {times} times");
            let (customer, paid) = story.customer().await;
            story.world.panel.fail(panel::Fault::once(kind.clone()).on(route).times(times));
            story.pays(paid).await;
            for _ in 0..3 {
                let orders = story.world.orders(customer.id()).await;
                let Some(parked) = orders.iter().find(|order| order.work.parked.is_some()) else { break };
                story.world.app.retry(&store::keys::Owner::Order(parked.id), &domain::admin::Actor::Bootstrap).await.unwrap();
                story.world.jobs().await;
            }
            story.world.panel.heal();
            let orders = story.world.orders(customer.id()).await;
            if let Some(parked) = orders.iter().find(|order| order.work.parked.is_some()) {
                story.world.app.retry(&store::keys::Owner::Order(parked.id), &domain::admin::Actor::Bootstrap).await.unwrap();
            }
            story.ends_well(&customer, &trouble).await;
        }
    }
    story.world.audit().await;
}
