//! What operators do by hand: give, extend, change, switch off and on, say what really arrived, settle what no gateway told of.

use app::seams::Clock as _;
use domain::{OrderId, TelegramUserId, duty::Duty, order::OrderStatus, subscription::Subscription, time::Span, user::UserStatus};
use local::{
    panel::{Account, Status},
    telegram::Person,
};
use serde_json::{Value, json};
use tests::{
    World,
    actors::{self, deliveries, says},
    crypto_pay::CryptoPayStandIn,
};

const GIB: i64 = 1 << 30;

/// A customer who bought the small plan, and the name of what he holds.
async fn holder(world: &World, id: i64) -> (Person, String) {
    let customer = world.customer(id);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.tap("Pay ⭐ 80").await.unwrap();
    let name = world.app.names.order(world.order(id).await.id);
    (customer, name)
}

async fn held(world: &World, customer: &Person) -> Subscription {
    let id = TelegramUserId::new(customer.id()).unwrap();
    world.app.store.subscriptions_of(id, None, 1).await.unwrap().items.remove(0)
}

async fn account(world: &World, customer: &Person) -> Account {
    world.panel.user(held(world, customer).await.name.as_str()).unwrap()
}

async fn act(world: &World, name: &str, action: &str, body: Value) -> Value {
    let (status, answer) = world.admin("POST", &format!("/admin/v1/subscriptions/{name}/{action}"), Some(body)).await;
    assert_eq!(status, 200, "{action}: {answer}");
    answer
}

/// Leases end, and the jobs work off what is owed.
async fn later(world: &World) {
    world.clock.advance(Span::minutes(2));
    world.jobs_until_idle().await;
}

#[tokio::test]
async fn a_subscription_is_given_and_delivered_like_any_other() {
    let world = World::open().await;
    let customer = world.customer(7_910_000_001);
    customer.send("/start").await;
    let body = json!({"data_limit_gb": 3, "duration_days": 7});
    let path = format!("/admin/v1/users/{}/grant", customer.id());
    let (status, order) = world.admin_named("a", &path, &body).await;
    assert_eq!((status, &order["status"], &order["duty"]), (200, &json!("provisioned"), &Value::Null), "{order}");
    assert!(deliveries(&customer)[0].contains("A present from our team"), "{}", says(&customer));
    let given = account(&world, &customer).await;
    assert_eq!((given.data_limit, given.on_hold_expire_duration, given.status), (Some(3 * GIB), Some(7 * 86_400), Status::OnHold));
    assert_eq!(world.user(customer.id()).await.status, UserStatus::Active);
    assert_eq!(world.user(customer.id()).await.first_paid_at, None, "a present is no purchase");
    // The same request again is the same present, whatever became of its answer.
    world.clock.advance(Span::days(2));
    let (_, again) = world.admin_named("a", &path, &body).await;
    assert_eq!((&again["id"], world.orders(customer.id()).await.len()), (&order["id"], 1));
    // A product as it is sold, and one without limits.
    let (_, plan) = world.admin_named("b", &path, &json!({"product_id": "large"})).await;
    let (_, free) = world.admin_named("c", &path, &json!({"data_limit_gb": null, "duration_days": null})).await;
    assert_eq!((&plan["status"], &free["status"]), (&json!("provisioned"), &json!("provisioned")));
    assert_eq!(world.orders(customer.id()).await.len(), 3);
    assert_eq!(world.history("order", order["id"].as_str().unwrap()).await, ["grant"]);
    let (_, stats) = world.admin("GET", "/admin/v1/stats", None).await;
    assert!(stats.is_object());
    world.audit().await;
}

#[tokio::test]
async fn what_is_given_while_the_panel_is_down_comes_when_it_is_up() {
    let world = World::open().await;
    let customer = world.customer(7_910_000_002);
    customer.send("/start").await;
    world.panel.down();
    let (status, order) =
        world.admin("POST", &format!("/admin/v1/users/{}/grant", customer.id()), Some(json!({"product_id": "small"}))).await;
    assert_eq!((status, &order["status"], &order["duty"]["duty"]), (200, &json!("paid"), &json!("provision")), "{order}");
    world.panel.up();
    later(&world).await;
    let order = world.order(customer.id()).await;
    assert_eq!((order.status, world.accounts(order.id).len(), deliveries(&customer).len()), (OrderStatus::Provisioned, 1, 1));
    world.audit().await;
}

#[tokio::test]
async fn more_is_added_and_can_be_taken_back() {
    let world = World::open().await;
    let (customer, name) = holder(&world, 7_910_000_003).await;
    let added = act(&world, &name, "extend", json!({"data_limit_gb": 5, "duration_days": 7})).await;
    assert_eq!((&added["status"], &added["extends"]), (&json!("provisioned"), &json!(name)));
    let more = account(&world, &customer).await;
    assert_eq!((more.data_limit, more.on_hold_expire_duration), (Some(15 * GIB), Some(37 * 86_400)));
    let told = customer.told("has been added").unwrap().text;
    assert!(told.contains("A present from our team") && told.contains("15 GB in all"), "{told}");
    assert_eq!((held(&world, &customer).await.orders, held(&world, &customer).await.busy_with), (2, None));
    // Its refund is a taking back.
    let path = format!("/admin/v1/orders/{}/refund", added["id"].as_str().unwrap());
    assert_eq!(world.admin("POST", &path, None).await.0, 200);
    later(&world).await;
    let less = account(&world, &customer).await;
    assert_eq!((less.data_limit, less.on_hold_expire_duration), (Some(10 * GIB), Some(30 * 86_400)));
    // A product renews by its own rules.
    act(&world, &name, "extend", json!({"product_id": "large"})).await;
    assert_eq!(account(&world, &customer).await.data_limit, Some(60 * GIB));
    assert_eq!(held(&world, &customer).await.title, "Plan small", "a present leaves it as it is called");
    assert_eq!(world.history("subscription", &name).await, ["extend", "extend"]);
    world.audit().await;
}

#[tokio::test]
async fn limits_are_set_to_what_an_operator_says() {
    let world = World::open().await;
    let (customer, name) = holder(&world, 7_910_000_004).await;
    let used = account(&world, &customer).await.username;
    world.panel.use_traffic(&used, GIB).unwrap();
    let until = world.clock.now().plus(Span::days(90));
    let until = domain::Timestamp::from_seconds(until.seconds());
    let changed = act(&world, &name, "change", json!({"data_limit_gb": 42, "expires_at": until.to_string()})).await;
    assert_eq!((&changed["data_limit_bytes"], &changed["duty"]["duty"]), (&json!(42 * GIB), &json!("remind")), "{changed}");
    let after = account(&world, &customer).await;
    assert_eq!((after.data_limit, after.expire, after.status), (Some(42 * GIB), Some(until.seconds()), Status::Active));
    assert!(says(&customer).contains("has changed Plan small") && says(&customer).contains("42 GB in all"), "{}", says(&customer));
    // What is left out stays; less than was used ends it, more brings it back.
    act(&world, &name, "change", json!({"data_limit_bytes": 1})).await;
    let after = account(&world, &customer).await;
    assert_eq!((after.data_limit, after.expire, after.status), (Some(1), Some(until.seconds()), Status::Limited));
    act(&world, &name, "change", json!({"data_limit_gb": null, "expires_at": null})).await;
    let after = account(&world, &customer).await;
    assert_eq!((after.data_limit, after.expire, after.status), (None, None, Status::Active));
    assert_eq!(held(&world, &customer).await.work.duty, None, "nothing of it can end");
    // One that waits for its first use waits no longer for an end that is said.
    let (waiting, name) = holder(&world, 7_910_000_005).await;
    act(&world, &name, "change", json!({"data_limit_gb": 7})).await;
    assert_eq!(account(&world, &waiting).await.status, Status::OnHold);
    act(&world, &name, "change", json!({"expires_at": until.to_string()})).await;
    let after = account(&world, &waiting).await;
    assert_eq!((after.data_limit, after.expire, after.status), (Some(7 * GIB), Some(until.seconds()), Status::Active));
    world.audit().await;
}

#[tokio::test]
async fn a_subscription_is_switched_off_and_on() {
    let world = World::open().await;
    let (customer, name) = holder(&world, 7_910_000_006).await;
    for used in [false, true] {
        world.clock.advance(Span::seconds(1));
        if used {
            let account = account(&world, &customer).await.username;
            world.panel.use_traffic(&account, GIB).unwrap();
        }
        let off = act(&world, &name, "disable", json!({})).await;
        assert_eq!((&off["status"], &off["color"], &off["duty"]), (&json!("disabled"), &json!("orange"), &Value::Null), "{off}");
        assert_eq!(account(&world, &customer).await.status, Status::Disabled);
        assert!(says(&customer).contains("has switched off Plan small"), "{}", says(&customer));
        assert_eq!(world.user(customer.id()).await.status, UserStatus::Expired);
        let (_, shown) = world.admin("GET", &format!("/admin/v1/subscriptions/{name}"), None).await;
        assert_eq!((&shown["live"]["status"], &shown["live"]["color"]), (&json!("disabled"), &json!("orange")));
        // Nobody is reminded of it.
        let before = customer.chat().len();
        world.clock.advance(Span::days(2));
        world.jobs_until_idle().await;
        assert_eq!(customer.chat().len(), before);
        let on = act(&world, &name, "enable", json!({})).await;
        assert_eq!((&on["status"], &on["color"], &on["disabled_at"]), (&json!("active"), &json!("green"), &Value::Null), "{on}");
        assert_eq!(account(&world, &customer).await.status, if used { Status::Active } else { Status::OnHold });
        assert!(says(&customer).contains("is switched on again"), "{}", says(&customer));
        assert_eq!(world.user(customer.id()).await.status, UserStatus::Active);
        assert_eq!(held(&world, &customer).await.work.duty, Some(Duty::Remind));
    }
    assert_eq!(world.history("subscription", &name).await, ["disable", "enable", "disable", "enable"]);
    world.audit().await;
}

/// An operator's change and an order's never undo each other, whichever the panel keeps waiting.
#[tokio::test]
async fn a_change_and_a_renewal_wait_for_each_other() {
    for change_first in [true, false] {
        let world = World::open().await;
        let (customer, name) = holder(&world, 7_910_000_007).await;
        let before = account(&world, &customer).await.username;
        world.panel.use_traffic(&before, GIB).unwrap();
        customer.send("/subscriptions").await;
        customer.tap("Renew").await.unwrap();
        customer.tap("Plan small").await.unwrap();
        customer.tap("⭐ 80").await.unwrap();
        let renewal = world.orders(customer.id()).await.into_iter().find(|order| order.extends.is_some()).unwrap();
        let paid = actors::successful_payment(customer.id(), &world.payload(&renewal, 1), 80, "renewal");
        if change_first {
            world.panel.down();
            let owed = act(&world, &name, "change", json!({"data_limit_gb": 100})).await;
            assert_eq!(owed["duty"]["duty"], "change");
            world.panel.up();
            assert!(world.telegram.send_update(paid).await.is_success());
            assert_eq!(world.panel.count("PUT /api/user/*"), 0, "the renewal waits for the change");
        } else {
            // Its target is stored, and the panel does not take it yet.
            world.panel.fail(local::panel::Fault::once(local::panel::FaultKind::DropBeforeEffect).on("PUT /api/user/*").times(2));
            assert!(world.telegram.send_update(paid).await.is_success());
            let owed = act(&world, &name, "change", json!({"data_limit_gb": 100})).await;
            assert_eq!((&owed["duty"]["duty"], owed["busy_with"].is_string()), (&json!("change"), true), "{owed}");
        }
        for _ in 0..3 {
            later(&world).await;
        }
        let expected = if change_first { 110 } else { 100 };
        assert_eq!(account(&world, &customer).await.data_limit, Some(expected * GIB), "change first: {change_first}");
        let after = held(&world, &customer).await;
        assert_eq!((after.data_limit, after.busy_with, after.wish), (Some((expected * GIB).unsigned_abs()), None, None));
        world.audit().await;
    }
}

/// What is switched off is not renewed behind the operator's back: the order waits for him, and goes on when he says so.
#[tokio::test]
async fn a_renewal_of_what_is_switched_off_waits_for_the_operator() {
    let world = World::open().await;
    let (customer, name) = holder(&world, 7_910_000_008).await;
    customer.send("/subscriptions").await;
    customer.tap("Renew").await.unwrap();
    customer.tap("Plan small").await.unwrap();
    customer.tap("⭐ 80").await.unwrap();
    act(&world, &name, "disable", json!({})).await;
    let renewal = world.orders(customer.id()).await.into_iter().find(|order| order.extends.is_some()).unwrap();
    let paid = actors::successful_payment(customer.id(), &world.payload(&renewal, 1), 80, "renewal");
    assert!(world.telegram.send_update(paid).await.is_success());
    let (_, duties) = world.admin("GET", "/admin/v1/duties?parked=true", None).await;
    assert!(duties["items"][0]["parked"].as_str().unwrap().contains("switched off"), "{duties}");
    act(&world, &name, "enable", json!({})).await;
    let retry = format!("/admin/v1/duties/{}/retry", duties["items"][0]["id"].as_str().unwrap());
    assert_eq!(world.admin("POST", &retry, None).await.0, 200);
    later(&world).await;
    assert_eq!(account(&world, &customer).await.data_limit, Some(20 * GIB));
    world.audit().await;
}

#[tokio::test]
async fn a_change_that_the_panel_refuses_waits_for_the_operator() {
    let world = World::open().await;
    let (customer, name) = holder(&world, 7_910_000_009).await;
    let forbidden = local::panel::FaultKind::refuse(axum::http::StatusCode::FORBIDDEN);
    world.panel.fail(local::panel::Fault::once(forbidden).on("PUT /api/user/*"));
    let owed = act(&world, &name, "disable", json!({})).await;
    assert!(owed["duty"]["parked"].is_string(), "{owed}");
    assert!(says(&world.operator()).contains("could not be changed"), "{}", says(&world.operator()));
    let (_, duties) = world.admin("GET", "/admin/v1/duties?parked=true", None).await;
    assert_eq!((&duties["items"][0]["entity"], &duties["items"][0]["duty"]), (&json!("subscription"), &json!("change")));
    // Asking again takes it up, and so does the retry.
    let off = act(&world, &name, "disable", json!({})).await;
    assert_eq!((&off["status"], account(&world, &customer).await.status), (&json!("disabled"), Status::Disabled));
    // Of an account that was deleted nothing can be changed, and it is off.
    let (gone, name) = holder(&world, 7_910_000_010).await;
    assert!(world.panel.delete_out_of_band(account(&world, &gone).await.username.as_str()));
    let owed = act(&world, &name, "change", json!({"data_limit_gb": 1})).await;
    assert!(owed["duty"]["parked"].as_str().unwrap().contains("deleted"), "{owed}");
    let (_, shown) = world.admin("GET", &format!("/admin/v1/subscriptions/{name}"), None).await;
    assert_eq!((&shown["live"], &shown["live_problem"]), (&Value::Null, &json!("deleted")));
    let off = act(&world, &name, "disable", json!({})).await;
    assert_eq!((&off["status"], &off["duty"]), (&json!("disabled"), &Value::Null), "{off}");
}

#[tokio::test]
async fn a_link_is_replaced_by_the_operator() {
    let world = World::open().await;
    let (customer, name) = holder(&world, 7_910_000_011).await;
    world.clock.advance(Span::seconds(5));
    let before = held(&world, &customer).await.link;
    let after = act(&world, &name, "revoke-link", json!({})).await;
    let link = after["link"].as_str().unwrap();
    assert_ne!(link, before);
    assert!(deliveries(&customer).last().unwrap().contains(link), "{:?}", deliveries(&customer));
    assert_eq!(act(&world, &name, "revoke-link", json!({})).await["link"], link, "a moment ago is the same wish");
    assert_eq!(world.history("subscription", &name).await, ["revoke-link"]);
    // While a change is owed the link comes after it.
    world.clock.advance(Span::minutes(5));
    world.panel.down();
    act(&world, &name, "change", json!({"data_limit_gb": 11})).await;
    let waits = act(&world, &name, "revoke-link", json!({})).await;
    assert_eq!((&waits["duty"]["duty"], waits["link_asked_at"].is_string()), (&json!("change"), true), "{waits}");
    world.panel.up();
    for _ in 0..2 {
        later(&world).await;
    }
    let last = held(&world, &customer).await;
    assert_ne!(last.link, link);
    assert_eq!((last.work.duty, last.data_limit), (Some(Duty::Remind), Some(11 << 30)));
    assert!(deliveries(&customer).last().unwrap().contains(&last.link));
    world.audit().await;
}

#[tokio::test]
async fn a_customer_is_told_what_is_missing_of_his_transfer() {
    let world = World::open().await;
    let customer = world.customer(7_910_000_012);
    actors::order(&customer, "Plan small", "Card to card").await;
    customer.send_photo(b"a receipt".to_vec()).await;
    let order = world.order(customer.id()).await;
    let quote: u32 = order.attempts[0].quote.amount_text().parse().unwrap();
    let path = format!("/admin/v1/orders/{}/approve", world.app.names.order(order.id));
    let amount = |toman: u32| json!({"amount": {"amount": toman.to_string(), "currency": "IRT"}});
    let (status, short) = world.admin_named("a", &path, &amount(quote - 30_000)).await;
    assert_eq!((status, &short["status"]), (200, &json!("awaiting_payment")), "{short}");
    let told = says(&customer);
    assert!(told.contains("30,000 Toman are missing") && told.contains("/support"), "{told}");
    // The operator's button of that receipt is decided too.
    world.operator().tap("Approve").await.unwrap();
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::AwaitingPayment);
    // He sends all of it, and too much.
    customer.send_photo(b"another receipt".to_vec()).await;
    let (_, paid) = world.admin_named("b", &path, &amount(quote + 1)).await;
    assert_eq!((&paid["status"], world.accounts(order.id).len()), (&json!("provisioned"), 1), "{paid}");
    // What came first is his: it becomes a code.
    let (_, unapplied) = world.admin("GET", "/admin/v1/unapplied-payments", None).await;
    assert_eq!(unapplied["items"][0]["amount"]["amount"], (quote - 30_000).to_string());
    let credit = format!("/admin/v1/unapplied-payments/{}/credit", unapplied["items"][0]["id"].as_str().unwrap());
    assert_eq!(world.admin("POST", &credit, None).await.0, 200);
    assert_eq!(world.history("order", &world.app.names.order(order.id)).await, ["approve-short", "approve"]);
    let audit = world.audit().await;
    assert_eq!((audit.applied, audit.unapplied), (1, 1));
}

/// The operator saw it in the gateway's dashboard; then the gateway tells of it after all.
#[tokio::test]
async fn what_was_settled_by_hand_is_not_paid_by_its_callback_again() {
    let crypto_pay = CryptoPayStandIn::start().await;
    let world = World::open_with(&crypto_pay.settings()).await;
    let customer = world.customer(7_910_000_013);
    actors::order(&customer, "Plan small", "Crypto").await;
    let order = world.order(customer.id()).await;
    let callback = crypto_pay.pay(25_000);
    let path = format!("/admin/v1/orders/{}/settle", world.app.names.order(order.id));
    let body =
        json!({"method": "crypto-pay", "reference": "25000", "amount": {"amount": "2.50", "currency": "USD"}, "reason": "Seen in the app"});
    let settle = async { world.admin_named("a", &path, &body).await };
    // Both at once, and again.
    let ((status, _), first) = tokio::join!(settle, world.crypto_pay_calls(&callback));
    assert!(matches!(status, 200 | 409), "{status}");
    assert_eq!(first.status, 200);
    assert_eq!(world.admin_named("a", &path, &body).await.0, 200);
    assert_eq!(world.crypto_pay_calls(&callback).await.status, 200);
    world.clock.advance(Span::minutes(61));
    world.jobs_until_idle().await;
    let order = world.order(customer.id()).await;
    assert_eq!((order.status, world.accounts(order.id).len(), deliveries(&customer).len()), (OrderStatus::Provisioned, 1, 1));
    let audit = world.audit().await;
    assert_eq!((audit.applied, audit.unapplied), (1, 0));
    assert!(world.history("order", &world.app.names.order(order.id)).await.len() <= 1);
}

#[tokio::test]
async fn an_inviter_who_was_named_by_hand_is_rewarded() {
    let world = World::open().await;
    let (inviter, friend) = (world.customer(7_910_000_014), world.customer(7_910_000_015));
    inviter.send("/start").await;
    friend.send("/start").await;
    let path = format!("/admin/v1/users/{}/attach-referral", friend.id());
    let body = json!({"inviter": inviter.id()});
    for _ in 0..2 {
        assert_eq!(world.admin_named("a", &path, &body).await.0, 200);
    }
    assert_eq!(world.user(inviter.id()).await.invited, 1);
    actors::order(&friend, "Plan small", "⭐ 80").await;
    friend.tap("Pay ⭐ 80").await.unwrap();
    world.jobs_until_idle().await;
    assert_eq!(world.order(inviter.id()).await.status, OrderStatus::Provisioned, "his prize");
    let (_, shown) = world.admin("GET", &format!("/admin/v1/users/{}", friend.id()), None).await;
    assert_eq!((&shown["has_received_prize"], &shown["referral"]["status"]), (&json!(true), &json!("granted")));
    let bought = world.app.names.order(OrderId::new(friend.id().try_into().unwrap(), world.order(friend.id()).await.id.key));
    let (_, order) = world.admin("GET", &format!("/admin/v1/orders/{bought}"), None).await;
    assert_eq!((&order["referral"]["inviter"], &order["referral"]["order_id"]), (&json!(inviter.id()), &json!(bought)));
    world.audit().await;
}

/// One receipt, a thousand operators.
#[tokio::test]
async fn a_thousand_approvals_of_one_receipt_pay_one_order_once() {
    let world = World::open().await;
    let customer = world.customer(7_910_000_016);
    actors::order(&customer, "Plan small", "Card to card").await;
    customer.send_photo(b"a receipt".to_vec()).await;
    let order = world.order(customer.id()).await;
    let reference = world.app.names.order(order.id);
    let quote = order.attempts[0].quote.amount_text();
    let mut running = tokio::task::JoinSet::new();
    for n in 0..1_000 {
        let gateway = world.gateway.clone();
        let (path, quote) = (format!("/admin/v1/orders/{reference}/approve"), quote.clone());
        running.spawn(async move {
            let amount = json!({"amount": {"amount": quote, "currency": "IRT"}});
            let body = if n % 2 == 0 { "{}".to_owned() } else { amount.to_string() };
            tests::admin_call(&gateway, &path, body.as_bytes()).await
        });
    }
    let statuses = running.join_all().await;
    assert!(statuses.iter().all(|status| matches!(status, 200 | 409 | 503)), "{statuses:?}");
    assert!(statuses.contains(&200));
    later(&world).await;
    assert_eq!((world.order(customer.id()).await.status, world.accounts(order.id).len()), (OrderStatus::Provisioned, 1));
    assert_eq!(world.history("order", &reference).await, ["approve"]);
    let audit = world.audit().await;
    assert_eq!((audit.applied, audit.unapplied, deliveries(&customer).len()), (1, 0, 1));
}

/// A refund switched it off: what is given for it begins it again, unless an operator wants it off.
#[tokio::test]
async fn what_a_refund_switched_off_begins_again_unless_an_operator_wants_it_off() {
    let world = World::open().await;
    for wanted_off in [false, true] {
        let (customer, name) = holder(&world, 7_910_000_017 + i64::from(wanted_off)).await;
        assert_eq!(world.admin("POST", &format!("/admin/v1/orders/{name}/refund"), None).await.0, 200);
        later(&world).await;
        assert_eq!(account(&world, &customer).await.status, Status::Disabled);
        let extend = format!("/admin/v1/subscriptions/{name}/extend");
        let more = world.admin("POST", &extend, Some(json!({"duration_days": 7}))).await;
        assert_eq!(more.0, 409, "there is nothing to add to: {}", more.1);
        if wanted_off {
            act(&world, &name, "disable", json!({})).await;
            assert_eq!(world.admin("POST", &extend, Some(json!({"product_id": "small"}))).await.0, 409);
            customer.send("/subscriptions").await;
            customer.tap("Renew").await.unwrap();
            assert!(customer.last().unwrap().button("Plan small").is_none(), "{:?}", customer.last());
            act(&world, &name, "enable", json!({})).await;
        }
        let order = act(&world, &name, "extend", json!({"product_id": "small"})).await;
        assert_eq!(order["status"], "provisioned", "{order}");
        let after = held(&world, &customer).await;
        assert_eq!((after.is_held(), after.orders), (true, 1));
        assert_ne!(account(&world, &customer).await.status, Status::Disabled);
    }
}
