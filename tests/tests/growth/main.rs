//! What a request costs does not depend on how much the shop has sold: each operation of the admin API, each turn of a customer and a run of the jobs, in a
//! shop of a hundred customers and in a large one. Besides, each operation is seen to work.
//!
//! `GROWTH` says how many customers the large one has; 2 000 unless told.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, reason = "a broken set-up ends the test")]
#![expect(clippy::print_stdout, reason = "what was counted is worth reading")]

use std::{collections::BTreeSet, fmt::Write as _, time::Duration};

use domain::{
    OrderId, OrderKey, TelegramUserId, Timestamp,
    order::Order,
    payment::{Gateway, Payment, PaymentId},
    referral::Referral,
    subscription::{ProvisioningSpec, Subscription, Validity},
    time::Span,
    user::User,
};
use embedded_dynamodb::Tally;
use local::telegram::Person;
use serde_json::{Value, json};
use tests::{World, actors};

const FEW: i64 = 100;
/// The first of those who fill the shop.
const FILLED: i64 = 6_000_000_000;
const CHARGES: &str = "charge";

/// What requests cost, in their order.
struct Ledger {
    world: World,
    costs: Vec<(String, Tally)>,
    done: BTreeSet<String>,
}

/// As many customers who were invited by the same one and bought something, in the hours before now.
async fn fill(world: &World, count: i64) {
    let inviter = world.customer(FILLED);
    inviter.send("/start").await;
    let customer = world.customer(FILLED + 1);
    customer.send(&format!("/start ref_{FILLED}")).await;
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.tap("Pay ⭐ 80").await.unwrap();
    world.jobs_until_idle().await;
    let (user, order) = (world.user(customer.id()).await, world.order(customer.id()).await);
    let payment = world.app.payment(order.payment.as_ref().unwrap()).await.unwrap().unwrap();
    let subscription = world.app.store.subscription(order.id).await.unwrap().unwrap();
    let inviter = TelegramUserId::new(FILLED).unwrap();
    let referral = world.app.store.referral(inviter, user.id).await.unwrap().expect("an invited customer");
    let now = order.created_at.millis();
    for first in (2..=count).step_by(20) {
        let mut writes = Vec::new();
        for n in first..(first + 20).min(count + 1) {
            let id = TelegramUserId::new(FILLED + n).unwrap();
            let at = Timestamp::from_millis(now - n * 20);
            let key = OrderKey::Ulid(ulid::Ulid::from_parts(u64::try_from(at.millis()).unwrap(), u128::try_from(n).unwrap()));
            let order_id = OrderId::new(id, key);
            let charge = PaymentId::new(Gateway::TelegramStars, format!("{CHARGES}{n:032}")).unwrap();
            let panel_name = world.app.names.panel_name(order_id);
            writes.extend([
                store::Write::create(&User { id, joined_at: at, ..user.clone() }).unwrap(),
                store::Write::create(&Order {
                    id: order_id,
                    created_at: at,
                    panel_name: panel_name.clone(),
                    payment: Some(charge.clone()),
                    ..order.clone()
                })
                .unwrap(),
                store::Write::create(&Payment { id: charge, order: Some(order_id), payer: Some(id), settled_at: at, ..payment.clone() })
                    .unwrap(),
                store::Write::create(&Subscription { order: order_id, name: panel_name, created_at: at, ..subscription.clone() }).unwrap(),
                store::Write::create(&Referral { invitee: id, attached_at: at, order: Some(key), ..referral.clone() }).unwrap(),
            ]);
        }
        world.app.store.commit(&format!("fill {first}"), writes).await.unwrap();
    }
}

impl Ledger {
    async fn open(count: i64) -> Self {
        let world = World::open().await;
        fill(&world, count).await;
        world.jobs_until_idle().await;
        Self { world, costs: Vec::new(), done: BTreeSet::new() }
    }

    fn note(&mut self, what: impl Into<String>) {
        self.costs.push((what.into(), Tally::of(&self.world.dynamodb.take_log())));
    }

    /// One operation of the document, as somebody uses it. `path`: behind `/admin/v1`.
    async fn operation(&mut self, method: &str, operation: &str, path: &str, body: Option<Value>) -> Value {
        self.world.dynamodb.take_log();
        let (status, answer) = match (method, body) {
            ("POST", body) => {
                let key = format!("request-{}", self.costs.len());
                self.world.admin_named(&key, &format!("/admin/v1{path}"), &body.unwrap_or_else(|| json!({}))).await
            }
            (method, body) => self.world.admin(method, &format!("/admin/v1{path}"), body).await,
        };
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        self.note(format!("{method} {operation}"));
        self.done.insert(format!("{method} {operation}"));
        answer
    }

    async fn read(&mut self, operation: &str, path: &str) -> Value {
        self.operation("GET", operation, path, None).await
    }

    async fn post(&mut self, operation: &str, path: &str, body: Value) -> Value {
        self.operation("POST", operation, path, Some(body)).await
    }

    /// A customer's order by card; `receipt`: it waits for a decision.
    async fn by_card(&self, id: i64, receipt: bool) -> String {
        let customer = self.world.customer(id);
        actors::order(&customer, "Plan small", "Card to card").await;
        if receipt {
            customer.send_photo(format!("a receipt of {id}").into_bytes()).await;
        }
        self.world.clock.advance(Span::seconds(1));
        self.world.app.names.order(self.world.order(id).await.id)
    }

    /// Money that pays nothing yet.
    async fn short(&self, id: i64) -> (String, String) {
        let order = self.by_card(id, true).await;
        let amount = json!({"amount": {"amount": "70000", "currency": "IRT"}});
        let (status, answer) = self.world.admin_named(&format!("short-{id}"), &format!("/admin/v1/orders/{order}/approve"), &amount).await;
        assert_eq!(status, 200, "{answer}");
        let (_, unapplied) = self.world.admin("GET", "/admin/v1/unapplied-payments?limit=1", None).await;
        (order, unapplied["items"][0]["id"].as_str().unwrap().replacen('#', "~", 1))
    }

    async fn turn(&mut self, what: &str, turn: impl Future<Output = ()>) {
        self.world.dynamodb.take_log();
        turn.await;
        self.note(what);
    }

    /// A customer from his first word to his link, and what he looks at later.
    async fn customers_way(&mut self) -> String {
        let customer = self.world.customer(7_930_000_001);
        let friend = self.world.customer(7_930_000_002);
        self.turn("(another process's first turn)", async {
            friend.send("/start").await;
        })
        .await;
        for (what, word) in [("/start", "/start"), ("/plans", "/plans")] {
            self.turn(what, async {
                customer.send(word).await;
            })
            .await;
        }
        for tapped in ["Plan small", "⭐ 80", "Pay ⭐ 80"] {
            self.turn(tapped, tap(&customer, tapped)).await;
            self.world.clock.advance(Span::seconds(2));
        }
        for word in ["/subscriptions", "/invite", "/menu"] {
            self.turn(word, async {
                customer.send(word).await;
            })
            .await;
            self.world.clock.advance(Span::seconds(2));
        }
        self.world.app.names.order(self.world.order(customer.id()).await.id)
    }

    async fn products_and_codes(&mut self) {
        let plan = json!({"id": "grown", "kind": "plan", "name": "Grown", "price": {"amount": "1000", "currency": "IRT"}, "data_limit_gb": 1, "duration_days": 1});
        self.post("/products", "/products", plan).await;
        self.read("/products", "/products").await;
        self.read("/products/{id}", "/products/grown").await;
        self.operation("PATCH", "/products/{id}", "/products/grown", Some(json!({"name": "Grown up"}))).await;
        self.post("/products/{id}/archive", "/products/grown/archive", json!({})).await;
        self.post("/products/{id}/unarchive", "/products/grown/unarchive", json!({})).await;
        self.post("/discount-codes", "/discount-codes", json!({"code": "GROWN", "percent": "10"})).await;
        self.post("/discount-codes/batch", "/discount-codes/batch", json!({"count": 3, "percent": "10"})).await;
        self.read("/discount-codes", "/discount-codes").await;
        self.read("/discount-codes/{code}", "/discount-codes/GROWN").await;
        self.read("/discount-codes/{code}/uses", "/discount-codes/GROWN/uses").await;
        self.operation("PATCH", "/discount-codes/{code}", "/discount-codes/GROWN", Some(json!({"use_limit": 5}))).await;
        self.post("/discount-codes/{code}/archive", "/discount-codes/GROWN/archive", json!({})).await;
        self.post("/discount-codes/{code}/unarchive", "/discount-codes/GROWN/unarchive", json!({})).await;
    }

    async fn orders_and_money(&mut self, bought: &str) {
        let own = self.by_card(7_930_000_010, true).await;
        self.post("/orders/{id}/approve", &format!("/orders/{own}/approve"), json!({})).await;
        let own = self.by_card(7_930_000_011, true).await;
        self.post("/orders/{id}/reject", &format!("/orders/{own}/reject"), json!({"reason": "not-arrived"})).await;
        let own = self.by_card(7_930_000_012, false).await;
        let money = json!({"method": "card", "reference": "seen-1", "amount": {"amount": "100000", "currency": "IRT"}, "reason": "Seen"});
        self.post("/orders/{id}/settle", &format!("/orders/{own}/settle"), money).await;
        let own = self.by_card(7_930_000_013, false).await;
        self.post("/orders/{id}/cancel", &format!("/orders/{own}/cancel"), json!({})).await;
        for (id, verb) in (7_930_000_020..).zip(["apply", "refund", "credit", "write-off"]) {
            let (own, payment) = self.short(id).await;
            let body = match verb {
                "apply" => json!({"order_id": own}),
                "refund" => json!({"by_hand": true}),
                "credit" => json!({}),
                _ => json!({"reason": "A gift"}),
            };
            self.read("/unapplied-payments", "/unapplied-payments").await;
            self.read("/payments/{id}", &format!("/payments/{payment}")).await;
            self.post(&format!("/unapplied-payments/{{id}}/{verb}"), &format!("/unapplied-payments/{payment}/{verb}"), body).await;
        }
        self.by_card(7_930_000_030, true).await;
        let duties = self.read("/duties", "/duties").await;
        let duty = duties["items"][0]["id"].as_str().unwrap();
        self.post("/duties/{id}/retry", &format!("/duties/{duty}/retry"), json!({})).await;
        self.read("/duties", "/duties?parked=true").await;
        for path in ["/orders?limit=20".to_owned(), format!("/orders?user_id={}", FILLED + 50), format!("/orders?q={bought}")] {
            self.read("/orders", &path).await;
        }
        self.read("/orders/{id}", &format!("/orders/{bought}")).await;
        self.read("/payments", "/payments?limit=20").await;
        self.read("/payments", &format!("/payments?q={CHARGES}{:032}", 50)).await;
    }

    async fn users_and_subscriptions(&mut self, bought: &str) {
        let (user, other) = ("/users/7930000001", "/users/7930000002");
        self.read("/users", "/users?limit=20").await;
        self.read("/users", &format!("/users?q={}", FILLED + 50)).await;
        self.read("/users", &format!("/users?invited_by={FILLED}&limit=20")).await;
        self.read("/users/{id}", user).await;
        // Who invited everybody.
        self.read("/users/{id}", &format!("/users/{FILLED}")).await;
        self.read("/referrals", &format!("/referrals?inviter={FILLED}&limit=20")).await;
        self.post("/users/{id}/ban", &format!("{other}/ban"), json!({})).await;
        self.post("/users/{id}/unban", &format!("{other}/unban"), json!({})).await;
        self.post("/users/{id}/grant", &format!("{other}/grant"), json!({"data_limit_gb": 1, "duration_days": 1})).await;
        self.by_card(7_930_000_040, false).await;
        self.post("/users/{id}/attach-referral", "/users/7930000040/attach-referral", json!({"inviter": FILLED})).await;
        // An account that somebody made on the panel itself.
        let spec = ProvisioningSpec {
            name: "made_by_hand".parse().unwrap(),
            note: "from before".into(),
            data_limit: Some(1 << 30),
            validity: Validity::Unlimited,
        };
        self.world.app.panel.ensure_account(&spec, self.world.app.now(), Duration::from_secs(5)).await.unwrap();
        self.post("/users/{id}/adopt", &format!("{other}/adopt"), json!({"panel_username": "made_by_hand"})).await;
        let held = format!("/subscriptions/{bought}");
        self.read("/subscriptions", &format!("/subscriptions?user_id={}", FILLED + 50)).await;
        self.read("/subscriptions/{id}", &held).await;
        for (verb, body) in [
            ("extend", json!({"data_limit_gb": 1})),
            ("change", json!({"data_limit_gb": 42})),
            ("disable", json!({})),
            ("enable", json!({})),
            ("revoke-link", json!({})),
        ] {
            self.post(&format!("/subscriptions/{{id}}/{verb}"), &format!("{held}/{verb}"), body).await;
        }
        self.post("/orders/{id}/refund", &format!("/orders/{bought}/refund"), json!({})).await;
    }

    async fn broadcasts(&mut self) {
        let made = self.post("/broadcasts", "/broadcasts", json!({"name": "Hello", "texts": {"en": "Hello"}, "audience": "all"})).await;
        let one = format!("/broadcasts/{}", made["id"].as_str().unwrap());
        self.read("/broadcasts", "/broadcasts").await;
        self.read("/broadcasts/{id}", &one).await;
        self.operation("PATCH", "/broadcasts/{id}", &one, Some(json!({"name": "Hello all"}))).await;
        self.post("/broadcasts/{id}/preview", &format!("{one}/preview"), json!({})).await;
        self.post("/broadcasts/{id}/count", &format!("{one}/count"), json!({})).await;
        self.post("/broadcasts/{id}/schedule", &format!("{one}/schedule"), json!({"start_at": "2027-01-01T00:00:00Z"})).await;
        for step in ["start", "pause", "resume", "cancel"] {
            self.post(&format!("/broadcasts/{{id}}/{step}"), &format!("{one}/{step}"), json!({})).await;
        }
    }

    async fn the_rest(&mut self) {
        let token = self.post("/tokens", "/tokens", json!({"name": "A helper", "role": "viewer"})).await;
        let one = format!("/tokens/{}", token["id"].as_str().unwrap());
        self.read("/tokens", "/tokens").await;
        self.read("/tokens/{id}", &one).await;
        self.post("/tokens/{id}/revoke", &format!("{one}/revoke"), json!({})).await;
        self.read("/settings", "/settings").await;
        self.operation("PATCH", "/settings", "/settings", Some(json!({"max_open_orders": 4}))).await;
        self.read("/self-test", "/self-test").await;
        self.read("/stats", "/stats?from=2026-11-01&to=2026-11-30").await;
        self.post("/stats/recount", "/stats/recount", json!({"day": "2026-11-18"})).await;
        self.read("/audit", "/audit").await;
        self.read("/activity", "/activity?limit=20").await;
        self.read("/activity", &format!("/activity?user_id={}", FILLED + 50)).await;
        self.read("/openapi.json", "/openapi.json").await;
        self.read("/docs", "/docs").await;
        self.world.duties().await;
        self.turn("(jobs with nothing to do)", async {}).await;
        self.world.dynamodb.take_log();
        self.world.duties().await;
        self.note("(jobs with nothing to do)");
    }
}

async fn tap(person: &Person, part: &str) {
    person.tap(part).await.unwrap();
}

async fn lived(count: i64) -> Ledger {
    let mut ledger = Ledger::open(count).await;
    let bought = ledger.customers_way().await;
    ledger.products_and_codes().await;
    ledger.orders_and_money(&bought).await;
    ledger.users_and_subscriptions(&bought).await;
    ledger.broadcasts().await;
    ledger.the_rest().await;
    ledger
}

#[tokio::test]
async fn a_request_costs_the_same_in_a_small_shop_and_in_a_large_one() {
    let many = std::env::var("GROWTH").map_or(2_000, |count| count.parse().expect("a number"));
    let (small, large) = (lived(FEW).await, lived(many).await);
    assert_eq!(small.costs.len(), large.costs.len());
    let (mut lines, mut differ) = (String::new(), Vec::new());
    for ((what, few), (_, many)) in small.costs.iter().zip(&large.costs) {
        let of = |tally: &Tally| (tally.requests, tally.read.total().normalize(), tally.write.total().normalize());
        writeln!(lines, "{what:<45} {:?} {:?}", of(few), of(many)).unwrap();
        // Who counts an audience looks at everybody who has joined.
        let counts_everybody = what == "POST /broadcasts/{id}/count";
        if what == "GET /stats" {
            assert!(many.requests <= 31, "a month's report: {many:?}");
        }
        if of(few) != of(many) && !counts_everybody {
            differ.push(format!("{what}: {:?} and {:?}", of(few), of(many)));
        }
    }
    println!("{FEW} and {many} customers; requests, read units, write units\n{lines}");
    assert!(differ.is_empty(), "{differ:#?}");
    // Every operation of the document was used.
    let (_, document) = small.world.admin("GET", "/admin/v1/openapi.json", None).await;
    let mut missing = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys().filter(|key| ["get", "post", "patch", "put", "delete"].contains(&key.as_str()))
        {
            let operation = format!("{} {}", method.to_uppercase(), path.trim_start_matches("/admin/v1"));
            if !small.done.contains(&operation) && !["GET /admin/console", "GET /healthz"].contains(&operation.as_str()) {
                missing.push(operation);
            }
        }
    }
    assert!(missing.is_empty(), "not tried: {missing:#?}");
}
