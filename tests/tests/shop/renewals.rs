//! Renewals and add-ons: what is promised before paying is what the panel holds afterwards, once, whatever goes wrong in between.

use domain::{
    OrderId,
    order::{Order, OrderStatus},
    product::{Product, ProductKind, RenewalPolicy},
    subscription::Subscription,
    time::Span,
};
use local::{
    panel::{Account, Fault, FaultKind, Status},
    telegram::{self, Person},
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
    // Beside an open order the only subscription stands in a list.
    if customer.last().unwrap().button("Renew").is_none() {
        customer.tap("1 · ").await.unwrap();
    }
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

#[tokio::test]
async fn a_plan_that_starts_afresh_says_what_is_given_up() {
    let world = shop().await;
    let customer = holder(&world, 7_400_000_002).await;
    use_some(&world, customer.id(), 4).await;
    ask(&customer).await;
    customer.tap("Plan afresh").await.unwrap();
    let offer = says(&customer);
    assert!(offer.contains("what is left (6 GB and 30 days) is given up"), "{offer}");
    assert!(offer.contains("Afterwards you have: 20 GB, until "), "{offer}");
    customer.tap("⭐ 70").await.unwrap();
    customer.tap("Pay ⭐ 70").await.unwrap();
    let account = account(&world, customer.id()).await;
    assert_eq!((account.data_limit, account.expire), (Some(24 * GIB), Some(now(&world) + 10 * DAY)));
    world.audit().await;
}

#[tokio::test]
async fn add_ons_add_only_what_they_say() {
    let world = shop().await;
    let customer = holder(&world, 7_400_000_003).await;
    let ends = use_some(&world, customer.id(), 1).await.expire.unwrap();
    ask(&customer).await;
    customer.tap("Plan more-data").await.unwrap();
    let offer = says(&customer);
    assert!(offer.contains("📦 +5 GB") && !offer.contains("unlimited"), "{offer}");
    assert!(offer.contains("Afterwards you have: 14 GB, until "), "{offer}");
    customer.tap("‹ Back").await.unwrap();
    assert!(says(&customer).contains("What shall it be renewed with?"), "{}", says(&customer));

    buy(&customer, "Plan more-data", 25).await;
    assert!(says(&customer).contains("15 GB in all") && !says(&customer).contains("until"), "{}", says(&customer));
    buy(&customer, "Plan more-days", 15).await;
    let account = account(&world, customer.id()).await;
    assert_eq!((account.data_limit, account.expire), (Some(15 * GIB), Some(ends + 7 * DAY)));
    let subscription = subscription(&world, customer.id()).await;
    assert_eq!((subscription.title.as_str(), subscription.orders), ("Plan small", 3), "an add-on is no plan");
    world.audit().await;
}

#[tokio::test]
async fn an_account_on_hold_stays_on_hold_with_more() {
    let world = shop().await;
    let customer = holder(&world, 7_400_000_004).await;
    ask(&customer).await;
    customer.tap("Plan small").await.unwrap();
    assert!(says(&customer).contains("What is left is kept: 10 GB and 30 days"), "{}", says(&customer));
    assert!(says(&customer).contains("Afterwards you have: 20 GB, 60 days from the first connection"), "{}", says(&customer));
    customer.tap("⭐ 80").await.unwrap();
    customer.tap("Pay ⭐ 80").await.unwrap();
    let held = account(&world, customer.id()).await;
    assert_eq!((held.status, held.data_limit, held.on_hold_expire_duration), (Status::OnHold, Some(20 * GIB), Some(60 * DAY)));
    assert_eq!(held.expire, None);
    assert!(says(&customer).contains("60 days from the first connection"), "{}", says(&customer));
    let started = use_some(&world, customer.id(), 1).await;
    assert_eq!((started.status, started.expire), (Status::Active, Some(now(&world) + 60 * DAY)));
    world.audit().await;
}

/// Its first traffic comes between the look and the write, however the write is answered.
#[tokio::test]
async fn an_account_that_starts_meanwhile_gets_its_days_once() {
    let trouble = [
        // Never written; written, and nobody knows; written late, on an account that has started.
        Some((FaultKind::DropBeforeEffect, 2)),
        Some((FaultKind::DropAfterEffect, 2)),
        Some((FaultKind::DropAfterEffect, 1)),
        None,
    ];
    for (n, trouble) in (1..).zip(trouble) {
        let world = shop().await;
        let customer = holder(&world, 7_400_000_100 + n).await;
        let name = account(&world, customer.id()).await.username;
        ask(&customer).await;
        customer.tap("Plan small").await.unwrap();
        customer.tap("⭐ 80").await.unwrap();
        let started_at = now(&world);
        if let Some((kind, times)) = trouble {
            world.panel.fail(Fault::once(kind).on("PUT /api/user/*").times(times));
            customer.tap("Pay ⭐ 80").await.unwrap();
            world.panel.use_traffic(&name, GIB).unwrap();
        } else {
            world.panel.fail(Fault::once(FaultKind::Slow(std::time::Duration::from_millis(300))).on("PUT /api/user/*"));
            let paying = tokio::spawn({
                let customer = customer.clone();
                async move { customer.tap("Pay ⭐ 80").await.unwrap() }
            });
            while world.panel.count("PUT /api/user/*") == 0 {
                tokio::task::yield_now().await;
            }
            world.panel.use_traffic(&name, GIB).unwrap();
            paying.await.unwrap();
        }
        world.clock.advance(Span::minutes(2));
        world.jobs().await;
        let account = account(&world, customer.id()).await;
        assert_eq!(account.data_limit, Some(20 * GIB), "case {n}: bytes once");
        assert_eq!(account.expire, Some(started_at + 60 * DAY), "case {n}: days once");
        assert_eq!((account.status, extensions_told(&customer)), (Status::Active, 1), "case {n}");
        world.audit().await;
    }
}

#[tokio::test]
async fn what_is_used_up_or_expired_works_again() {
    let world = shop().await;
    let limited = holder(&world, 7_400_000_005).await;
    let ends = use_some(&world, limited.id(), 11).await.expire.unwrap();
    assert_eq!(account(&world, limited.id()).await.status, Status::Limited);
    ask(&limited).await;
    limited.tap("Plan small").await.unwrap();
    assert!(says(&limited).contains("Afterwards you have: 10 GB"), "{}", says(&limited));
    buy(&limited, "Plan small", 80).await;
    let revived = account(&world, limited.id()).await;
    assert_eq!((revived.status, revived.data_limit, revived.expire), (Status::Active, Some(21 * GIB), Some(ends + 30 * DAY)));

    let expired = holder(&world, 7_400_000_006).await;
    use_some(&world, expired.id(), 4).await;
    world.clock.advance(Span::days(40));
    world.panel.review();
    assert_eq!(account(&world, expired.id()).await.status, Status::Expired);
    buy(&expired, "Plan small", 80).await;
    let revived = account(&world, expired.id()).await;
    assert_eq!(revived.status, Status::Active);
    assert_eq!((revived.data_limit, revived.expire), (Some(20 * GIB), Some(now(&world) + 30 * DAY)), "data that was left is kept");
    world.audit().await;
}

/// Only whoever switched it off can say what becomes of it; whoever has paid is not forgotten.
#[tokio::test]
async fn a_switched_off_account_is_for_the_operators() {
    let world = shop().await;
    let customer = holder(&world, 7_400_000_007).await;
    use_some(&world, customer.id(), 1).await;
    ask(&customer).await;
    customer.tap("Plan small").await.unwrap();
    customer.tap("⭐ 80").await.unwrap();
    let name = base(&world, customer.id()).await.panel_name;
    let panel = &world.app.panel;
    panel.disable(&name, app::seams::Clock::now(&*world.clock), std::time::Duration::from_secs(5)).await.unwrap();
    customer.tap("Pay ⭐ 80").await.unwrap();
    let order = extension(&world, customer.id()).await;
    assert!(order.work.parked.as_deref().unwrap().contains("switched off"), "{:?}", order.work);
    assert!(says(&world.operator()).contains("could not be delivered"), "{}", says(&world.operator()));
    assert!(says(&customer).contains("is on its way to your subscription"), "{}", says(&customer));
    assert_eq!(subscription(&world, customer.id()).await.busy_with, None, "what is parked stands in nobody's way");
    ask(&customer).await;
    assert!(says(&customer).contains("switched off by our team"), "{}", says(&customer));
    assert!(customer.last().unwrap().button("Plan").is_none());

    panel.enable(&name, app::seams::Clock::now(&*world.clock), std::time::Duration::from_secs(5)).await.unwrap();
    world.app.retry(&store::keys::Owner::Order(order.id), &domain::admin::Actor::Bootstrap).await.unwrap();
    world.jobs().await;
    assert_eq!(account(&world, customer.id()).await.data_limit, Some(20 * GIB));
    world.audit().await;
}

#[tokio::test]
async fn a_deleted_account_is_made_anew() {
    let world = shop().await;
    let customer = holder(&world, 7_400_000_008).await;
    let name = account(&world, customer.id()).await.username;
    let before = subscription(&world, customer.id()).await;
    assert!(world.panel.delete_out_of_band(&name));
    world.clock.advance(Span::minutes(5));
    ask(&customer).await;
    assert!(customer.last().unwrap().button("➕").is_none(), "there is nothing to add to");
    customer.tap("Plan large").await.unwrap();
    assert!(says(&customer).contains("It is made anew, with a new link"), "{}", says(&customer));
    assert!(says(&customer).contains("Afterwards you have: 50 GB, 90 days from the first connection"), "{}", says(&customer));
    customer.tap("⭐ 240").await.unwrap();
    // The first answer is lost: what was made is found by its note.
    world.panel.fail(Fault::once(FaultKind::DropAfterEffect).on("POST /api/user"));
    customer.tap("Pay ⭐ 240").await.unwrap();
    let account = account(&world, customer.id()).await;
    assert_eq!((account.status, account.data_limit, account.on_hold_expire_duration), (Status::OnHold, Some(50 * GIB), Some(90 * DAY)));
    assert_eq!(account.username, name);
    let after = subscription(&world, customer.id()).await;
    assert!(after.link != before.link && after.orders == 1 && after.created_at > before.created_at);
    assert_eq!(deliveries(&customer).len(), 2, "the new link comes with its code");
    assert!(deliveries(&customer)[1].contains(&after.link));
    assert_eq!((world.accounts(after.order).len(), world.panel.users().len()), (1, 1));
}

#[tokio::test]
async fn what_is_unlimited_is_not_sold_more() {
    let world = shop().await;
    let customer = holder(&world, 7_400_000_009).await;
    // Never used: no time limit begins with being active.
    buy(&customer, "Plan free-time", 400).await;
    let free = account(&world, customer.id()).await;
    assert_eq!((free.status, free.data_limit, free.expire), (Status::Active, None, None));
    assert!(says(&customer).contains("unlimited data") && says(&customer).contains("no time limit"), "{}", says(&customer));
    ask(&customer).await;
    assert!(customer.last().unwrap().button("➕").is_none(), "{:?}", customer.last().unwrap().button_texts());
    // A button from before says so too.
    let tag = world.app.names.subscription_tag(base(&world, customer.id()).await.id);
    let old = app::button::Button::ExtendWith { subscription: tag, product: "more-data".parse().unwrap() };
    customer.tap_data(customer.last().unwrap().message_id, &old.encode()).await;
    assert!(says(&customer).contains("does not fit your subscription"), "{}", says(&customer));
    world.audit().await;
}

#[tokio::test]
async fn two_renewals_paid_together_are_both_granted() {
    let world = shop().await;
    let customer = holder(&world, 7_400_000_010).await;
    let ends = use_some(&world, customer.id(), 1).await.expire.unwrap();
    for _ in 0..2 {
        ask(&customer).await;
        customer.tap("Plan small").await.unwrap();
        customer.tap("⭐ 80").await.unwrap();
    }
    let orders: Vec<Order> = world.orders(customer.id()).await.into_iter().filter(|order| order.extends.is_some()).collect();
    assert_eq!(orders.len(), 2);
    let paid = |n: usize| actors::successful_payment(customer.id(), &world.payload(&orders[n], 1), 80, &format!("both-{n}"));
    let (one, two) = tokio::join!(world.telegram.send_update(paid(0)), world.telegram.send_update(paid(1)));
    assert!(one.is_success() && two.is_success());
    world.clock.advance(Span::minutes(2));
    world.jobs().await;
    let account = account(&world, customer.id()).await;
    assert_eq!((account.data_limit, account.expire), (Some(30 * GIB), Some(ends + 60 * DAY)));
    assert_eq!((extensions_told(&customer), subscription(&world, customer.id()).await.orders), (2, 3));
    world.audit().await;
}

/// What an operator makes of an account by hand is what the next renewal builds on.
#[tokio::test]
async fn an_operators_changes_are_built_on() {
    let world = shop().await;
    let customer = holder(&world, 7_400_000_011).await;
    let name = base(&world, customer.id()).await.panel_name;
    use_some(&world, customer.id(), 1).await;
    let clock = app::seams::Clock::now(&*world.clock);
    let wait = std::time::Duration::from_secs(5);
    let found = world.app.panel.account(&name, clock, wait).await.unwrap().unwrap();
    let by_hand = clients::panel::Limits {
        data_limit: clients::panel::Set::To(100 << 30),
        expire: clients::panel::Set::Unlimited,
        ..clients::panel::Limits::default()
    };
    world.app.panel.set_limits(&found, &by_hand, clock, wait).await.unwrap();
    buy(&customer, "Plan small", 80).await;
    let account = account(&world, customer.id()).await;
    assert_eq!((account.data_limit, account.expire), (Some(110 * GIB), None), "what has no limit keeps none");
}

/// A panel that refuses for good did nothing: the order waits for an operator, and the next renewal does not wait for the order.
#[tokio::test]
async fn a_refused_renewal_stands_in_nobodys_way() {
    let world = shop().await;
    let customer = holder(&world, 7_400_000_012).await;
    use_some(&world, customer.id(), 1).await;
    world.panel.fail(Fault::once(FaultKind::refuse(axum::http::StatusCode::UNPROCESSABLE_ENTITY)).on("PUT /api/user/*"));
    buy(&customer, "Plan small", 80).await;
    let parked = extension(&world, customer.id()).await;
    assert!(parked.work.parked.is_some() && parked.target.is_none(), "{parked:?}");
    assert_eq!(subscription(&world, customer.id()).await.busy_with, None);
    buy(&customer, "Plan more-data", 25).await;
    assert_eq!(account(&world, customer.id()).await.data_limit, Some(15 * GIB));
    world.app.retry(&store::keys::Owner::Order(parked.id), &domain::admin::Actor::Bootstrap).await.unwrap();
    world.jobs().await;
    assert_eq!(account(&world, customer.id()).await.data_limit, Some(25 * GIB), "computed anew");
    world.audit().await;
}

/// One that does not answer keeps the subscription for the order: the next one comes after it, and adds to it.
#[tokio::test]
async fn a_renewal_waits_for_the_one_before() {
    let world = shop().await;
    let customer = holder(&world, 7_400_000_013).await;
    let ends = use_some(&world, customer.id(), 1).await.expire.unwrap();
    world.panel.fail(Fault::once(FaultKind::DropBeforeEffect).on("PUT /api/user/*").times(4));
    buy(&customer, "Plan small", 80).await;
    let first = extension(&world, customer.id()).await;
    assert_eq!(subscription(&world, customer.id()).await.busy_with, Some(first.id.key));
    world.clock.advance(Span::seconds(1));
    buy(&customer, "Plan more-days", 15).await;
    let second = extension(&world, customer.id()).await;
    assert_eq!((second.status, second.target), (OrderStatus::Paid, None));
    for _ in 0..6 {
        world.clock.advance(Span::minutes(6));
        world.jobs().await;
    }
    let account = account(&world, customer.id()).await;
    assert_eq!((account.data_limit, account.expire), (Some(20 * GIB), Some(ends + 37 * DAY)));
    assert_eq!(extensions_told(&customer), 2);
    world.audit().await;
}

#[tokio::test]
async fn a_code_and_a_card_and_nothing_to_pay() {
    let world = shop().await;
    world.add_code("HALF", "50", None, Some(1)).await;
    world.add_code("ALL", "100", None, Some(1)).await;
    let customer = holder(&world, 7_400_000_014).await;
    ask(&customer).await;
    customer.tap("Plan small").await.unwrap();
    customer.tap("discount code").await.unwrap();
    customer.send("half").await;
    assert!(says(&customer).contains("Renewal with Plan small") && says(&customer).contains("50,000"), "{}", says(&customer));
    assert!(says(&customer).contains("Afterwards you have: 20 GB"), "{}", says(&customer));
    customer.tap("Card to card").await.unwrap();
    customer.send_photo(b"a receipt".to_vec()).await;
    world.operator().tap("Approve").await.unwrap();
    world.operator().tap("Exactly").await.unwrap();
    assert_eq!(account(&world, customer.id()).await.data_limit, Some(20 * GIB));

    ask(&customer).await;
    customer.tap("Plan more-data").await.unwrap();
    customer.tap("discount code").await.unwrap();
    customer.send("all").await;
    customer.tap("for free").await.unwrap();
    assert_eq!(account(&world, customer.id()).await.data_limit, Some(25 * GIB));
    assert_eq!((world.code("HALF").await.times_used, world.code("ALL").await.times_used), (1, 1));
    world.audit().await;
}

#[tokio::test]
async fn somebody_elses_subscription_cannot_be_named() {
    let world = shop().await;
    let owner = holder(&world, 7_400_000_015).await;
    let other = holder(&world, 7_400_000_016).await;
    let id = base(&world, owner.id()).await.id;
    let buttons = [
        app::button::Button::ExtendWith { subscription: world.app.names.subscription_tag(id), product: "small".parse().unwrap() },
        app::button::Button::OfSubscription { action: app::button::SubscriptionAction::Extend, key: id.key },
    ];
    for button in buttons {
        other.send("/menu").await;
        other.tap_data(other.last().unwrap().message_id, &button.encode()).await;
        assert!(!says(&other).contains("renewed"), "{}", says(&other));
    }
}

#[tokio::test]
async fn a_panel_that_is_down_hides_the_numbers_and_nothing_else() {
    let world = shop().await;
    let customer = holder(&world, 7_400_000_017).await;
    world.panel.down();
    ask(&customer).await;
    customer.tap("Plan small").await.unwrap();
    assert!(says(&customer).contains("A renewal adds to what is left"), "{}", says(&customer));
    customer.tap("⭐ 80").await.unwrap();
    customer.tap("Pay ⭐ 80").await.unwrap();
    assert!(says(&customer).contains("is on its way to your subscription"), "{}", says(&customer));
    world.panel.up();
    world.clock.advance(Span::minutes(2));
    world.jobs().await;
    assert_eq!(account(&world, customer.id()).await.data_limit, Some(20 * GIB));
    assert_eq!(extensions_told(&customer), 1);
    world.audit().await;
}

/// Who has blocked the bot has what he paid for all the same.
#[tokio::test]
async fn whoever_blocked_the_bot_is_renewed_too() {
    let world = shop().await;
    let customer = holder(&world, 7_400_000_018).await;
    ask(&customer).await;
    customer.tap("Plan small").await.unwrap();
    customer.tap("⭐ 80").await.unwrap();
    let order = extension(&world, customer.id()).await;
    customer.set_blocked(true).await;
    let paid = actors::successful_payment(customer.id(), &world.payload(&order, 1), 80, "while-blocked");
    assert!(world.telegram.send_update(paid).await.is_success());
    let order = extension(&world, customer.id()).await;
    assert_eq!((order.status, order.work.duty), (OrderStatus::Provisioned, None));
    assert_eq!(account(&world, customer.id()).await.data_limit, Some(20 * GIB));
    world.audit().await;
}

/// What Telegram does not take now is told later, and asks the panel for nothing more.
#[tokio::test]
async fn the_news_of_a_renewal_is_owed_until_it_is_told() {
    let world = shop().await;
    let customer = holder(&world, 7_400_000_021).await;
    ask(&customer).await;
    customer.tap("Plan small").await.unwrap();
    customer.tap("⭐ 80").await.unwrap();
    let kind = telegram::FaultKind::NoEffectStatus { status: 500, retry_after: None };
    world.telegram.fail(telegram::Fault { method: Some("sendMessage".to_owned()), kind, times: 3 });
    customer.tap("Pay ⭐ 80").await.unwrap();
    let order = extension(&world, customer.id()).await;
    assert_eq!((order.status, order.work.duty), (OrderStatus::Provisioned, Some(domain::duty::Duty::Deliver)));
    assert_eq!(subscription(&world, customer.id()).await.busy_with, None, "the next order need not wait for the news");
    let asked = world.panel.count("PUT /api/user/*");
    world.telegram.clear_faults();
    world.clock.advance(Span::minutes(2));
    world.jobs().await;
    assert_eq!((extensions_told(&customer), world.panel.count("PUT /api/user/*")), (1, asked));
    assert_eq!(extension(&world, customer.id()).await.work.duty, None);
    world.audit().await;
}

/// What Telegram sends when a charge in Stars was taken back.
fn refunded(order: &Order) -> serde_json::Value {
    let charge = order.payment.as_ref().unwrap().reference();
    serde_json::json!({"message": {
        "message_id": 900_000, "date": 1_795_000_000, "chat": {"id": order.id.buyer.get(), "type": "private"},
        "from": {"id": order.id.buyer.get(), "is_bot": false, "first_name": "Customer"},
        "refunded_payment": {"currency": "XTR", "total_amount": 80, "invoice_payload": "any", "telegram_payment_charge_id": charge}}})
}

async fn refund(world: &World, id: OrderId) {
    let order = world.app.store.order(id).await.unwrap().unwrap();
    assert!(world.telegram.send_update(refunded(&order)).await.is_success());
    for _ in 0..3 {
        world.jobs().await;
        world.clock.advance(Span::minutes(6));
    }
    let order = world.app.store.order(id).await.unwrap().unwrap();
    assert_eq!((order.status, order.work.duty), (OrderStatus::Refunded, None));
}

#[tokio::test]
async fn a_refund_takes_back_its_own_and_no_more() {
    let world = shop().await;
    let customer = holder(&world, 7_400_000_019).await;
    let ends = use_some(&world, customer.id(), 1).await.expire.unwrap();
    let first = base(&world, customer.id()).await;
    buy(&customer, "Plan large", 240).await;
    let large = extension(&world, customer.id()).await;
    world.clock.advance(Span::minutes(1));
    buy(&customer, "Plan more-data", 25).await;
    let more = extension(&world, customer.id()).await;

    refund(&world, large.id).await;
    let left = account(&world, customer.id()).await;
    assert_eq!((left.status, left.data_limit, left.expire), (Status::Active, Some(15 * GIB), Some(ends)));
    refund(&world, first.id).await;
    let left = account(&world, customer.id()).await;
    assert_eq!((left.status, left.data_limit), (Status::Expired, Some(5 * GIB)), "nobody switched it off: its days were refunded");
    let held = subscription(&world, customer.id()).await;
    assert_eq!((held.orders, held.revoked_at, held.busy_with), (1, None, None));
    refund(&world, more.id).await;
    assert_eq!(account(&world, customer.id()).await.status, Status::Disabled);
    let held = subscription(&world, customer.id()).await;
    assert!(held.orders == 0 && held.revoked_at.is_some() && held.busy_with.is_none());

    // Whoever pays again has what he pays for, and an account that is on.
    buy(&customer, "Plan small", 80).await;
    let again = account(&world, customer.id()).await;
    assert_eq!((again.status, again.data_limit, again.expire), (Status::Active, Some(11 * GIB), Some(now(&world) + 30 * DAY)));
    let held = subscription(&world, customer.id()).await;
    assert_eq!((held.orders, held.revoked_at), (1, None));
}

/// The process that extends it has a clock that is behind that of the one which made it.
#[tokio::test]
async fn a_refund_takes_back_what_a_slow_clock_gave() {
    let world = shop().await;
    let customer = holder(&world, 7_400_000_021).await;
    ask(&customer).await;
    customer.tap("Plan more-data").await.unwrap();
    customer.tap("⭐ 25").await.unwrap();
    world.clock.set_back(Span::minutes(4));
    customer.tap("Pay ⭐ 25").await.unwrap();
    let more = extension(&world, customer.id()).await;
    assert_eq!(account(&world, customer.id()).await.data_limit, Some(15 * GIB));
    refund(&world, more.id).await;
    assert_eq!(account(&world, customer.id()).await.data_limit, Some(10 * GIB));
    assert_eq!(subscription(&world, customer.id()).await.orders, 1);
}

#[tokio::test]
async fn a_refund_of_an_account_on_hold() {
    let world = shop().await;
    let customer = holder(&world, 7_400_000_020).await;
    buy(&customer, "Plan large", 240).await;
    let large = extension(&world, customer.id()).await;
    refund(&world, large.id).await;
    let left = account(&world, customer.id()).await;
    assert_eq!((left.status, left.data_limit, left.on_hold_expire_duration), (Status::OnHold, Some(10 * GIB), Some(30 * DAY)));
}

/// The money goes back while it is not known whether the panel has done it.
#[tokio::test]
async fn a_refund_in_the_middle_of_a_grant() {
    for (n, kind) in (1..).zip([FaultKind::DropBeforeEffect, FaultKind::DropAfterEffect]) {
        let world = shop().await;
        let customer = holder(&world, 7_400_000_200 + n).await;
        let ends = use_some(&world, customer.id(), 1).await.expire.unwrap();
        world.panel.fail(Fault::once(kind.clone()).on("PUT /api/user/*").times(2));
        buy(&customer, "Plan large", 240).await;
        let order = extension(&world, customer.id()).await;
        assert_eq!(order.status, OrderStatus::Paid);
        refund(&world, order.id).await;
        let left = account(&world, customer.id()).await;
        assert_eq!((left.status, left.data_limit, left.expire), (Status::Active, Some(10 * GIB), Some(ends)), "{kind:?}");
        let held = subscription(&world, customer.id()).await;
        assert_eq!((held.orders, held.busy_with), (1, None), "{kind:?}");
        // The way is free.
        buy(&customer, "Plan more-data", 25).await;
        assert_eq!(account(&world, customer.id()).await.data_limit, Some(15 * GIB));
    }
}

/// Whoever does not know a code goes back to the offer; what he is told of his money is about a renewal.
#[tokio::test]
async fn the_way_back_and_the_words_are_of_a_renewal() {
    let world = shop().await;
    let customer = holder(&world, 7_600_000_900).await;
    for (what, title, stars) in [("Plan small", "Renewal with Plan small", 80), ("Plan more-data", "Add-on Plan more-data", 25)] {
        ask(&customer).await;
        for step in [what, "discount code", "Back"] {
            customer.tap(step).await.unwrap();
        }
        assert!(says(&customer).contains(title), "{}", says(&customer));
        let about = |customer: &Person| {
            let said = says(customer);
            assert!(said.contains("it is added to your subscription") && !said.contains("your link arrives"), "{said}");
        };
        customer.tap(&format!("⭐ {stars}")).await.unwrap();
        about(&customer);
        customer.tap("Card to card").await.unwrap();
        customer.send_photo(what.as_bytes().to_vec()).await;
        about(&customer);
    }
}
