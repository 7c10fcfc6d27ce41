//! Renewals and add-ons: what is promised before paying is what the panel holds afterwards, once, whatever goes wrong in between.

use domain::{
    OrderId, OrderKey,
    order::{Order, OrderStatus},
    product::{Product, ProductKind, RenewalPolicy},
    subscription::Subscription,
    time::Span,
};
use local::{
    panel::{self, Account, Fault, FaultKind, Status},
    telegram::Person,
};
use tests::{
    World,
    actors::{self, deliveries, says},
};

pub const GIB: i64 = 1 << 30;
const DAY: i64 = 86_400;

/// A shop with add-ons and a plan that starts afresh.
pub async fn shop() -> World {
    let world = World::open().await;
    let add_on = |product: Product| Product { kind: ProductKind::AddOn, ..product };
    world.add_product(add_on(world.product("more-data", 30_000, 25, Some(5), None, 7))).await;
    world.add_product(add_on(world.product("more-days", 20_000, 15, None, Some(7), 8))).await;
    world.add_product(Product { renewal_policy: RenewalPolicy::Reset, ..world.product("afresh", 90_000, 70, Some(20), Some(10), 9) }).await;
    world
}

/// Somebody who has bought the small plan: 10 GB for 30 days.
pub async fn holder(world: &World, id: i64) -> Person {
    let customer = world.customer(id);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.tap("Pay ⭐ 80").await.unwrap();
    assert_eq!(deliveries(&customer).len(), 1, "{}", says(&customer));
    customer
}

/// To the screen of what a subscription can be renewed with.
pub async fn ask(customer: &Person) {
    customer.send("/subscriptions").await;
    customer.tap("Renew").await.unwrap();
}

/// From there to a paid order.
pub async fn buy(customer: &Person, what: &str, stars: u32) {
    ask(customer).await;
    customer.tap(what).await.unwrap();
    customer.tap(&format!("⭐ {stars}")).await.unwrap();
    customer.tap(&format!("Pay ⭐ {stars}")).await.unwrap();
}

pub async fn base(world: &World, buyer: i64) -> Order {
    world.orders(buyer).await.into_iter().find(|order| order.extends.is_none()).unwrap()
}

/// The newest order that extends something.
pub async fn extension(world: &World, buyer: i64) -> Order {
    world.orders(buyer).await.into_iter().find(|order| order.extends.is_some()).unwrap()
}

pub async fn subscription(world: &World, buyer: i64) -> Subscription {
    world.app.store.subscription(base(world, buyer).await.id).await.unwrap().unwrap()
}

pub async fn account(world: &World, buyer: i64) -> Account {
    world.panel.user(base(world, buyer).await.panel_name.as_str()).unwrap()
}

/// The account's first traffic.
pub async fn use_some(world: &World, buyer: i64, gib: i64) -> Account {
    world.panel.use_traffic(base(world, buyer).await.panel_name.as_str(), gib * GIB).unwrap()
}

fn extensions_told(customer: &Person) -> usize {
    customer.chat().into_iter().filter(|message| message.from_bot && message.text.contains("has been added.")).count()
}

fn now(world: &World) -> i64 {
    use app::seams::Clock;
    world.clock.now().seconds()
}

#[tokio::test]
async fn an_active_account_keeps_what_is_left() {
    let world = shop().await;
    let customer = holder(&world, 7_400_000_001).await;
    let ends = use_some(&world, customer.id(), 4).await.expire.unwrap();
    world.clock.advance(Span::days(10));
    ask(&customer).await;
    let choice = customer.last().unwrap();
    assert_eq!(choice.button_texts()[0], "🔁 Plan small — 100,000 Toman", "its own plan first: {:?}", choice.button_texts());
    assert!(choice.button("➕ Plan more-data").is_some() && choice.button("Plan large").is_some());
    customer.tap("Plan large").await.unwrap();
    let offer = says(&customer);
    assert!(offer.contains("What is left is kept: 6 GB and 20 days"), "{offer}");
    assert!(offer.contains("Afterwards you have: 56 GB, until 2027-0"), "{offer}");
    customer.tap("⭐ 240").await.unwrap();
    customer.tap("Pay ⭐ 240").await.unwrap();

    let account = account(&world, customer.id()).await;
    assert_eq!((account.data_limit, account.expire), (Some(60 * GIB), Some(ends + 90 * DAY)));
    assert_eq!((account.used_traffic, account.status), (4 * GIB, Status::Active));
    assert!(says(&customer).contains("Plan small: Plan large has been added."), "{}", says(&customer));
    assert!(says(&customer).contains("60 GB in all") && says(&customer).contains("until 2027-0"), "{}", says(&customer));
    let subscription = subscription(&world, customer.id()).await;
    assert_eq!((subscription.title.as_str(), subscription.orders, subscription.busy_with), ("Plan large", 2, None));
    assert_eq!(extension(&world, customer.id()).await.status, OrderStatus::Provisioned);
    assert_eq!((world.panel.users().len(), deliveries(&customer).len()), (1, 1), "no second account, no second link");
    customer.tap("Show the subscription").await.unwrap();
    assert!(says(&customer).contains("Plan large"), "{}", says(&customer));
    world.audit().await;
}
