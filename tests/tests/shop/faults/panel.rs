//! A panel that refuses, crashes, hangs, closes connections and says things that are not so.

use app::seams::Clock;
use axum::http::StatusCode;
use domain::{order::OrderStatus, time::Span};
use local::{
    panel::{Fault, FaultKind},
    telegram::Person,
};
use tests::{
    World,
    actors::{self, deliveries, says},
};

use super::settle_down;

async fn buys(world: &World, id: i64) -> Person {
    let customer = world.customer(id);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.tap("Pay ⭐ 80").await.unwrap();
    customer
}

/// Every call that the panel gets for a purchase goes wrong in every way, once and twice in a row.
#[tokio::test]
async fn any_call_goes_wrong_in_any_way() {
    let refusals =
        [400, 401, 403, 404, 409, 422, 429, 500, 502, 503].map(|status| FaultKind::refuse(StatusCode::from_u16(status).unwrap()));
    let broken = [FaultKind::DropBeforeEffect, FaultKind::CrashAfterEffect, FaultKind::DropAfterEffect, FaultKind::MalformedJson];
    let mut world = World::open().await;
    let mut bought = 0;
    for kind in refusals.into_iter().chain(broken) {
        for (nth, times) in [(1, 1), (2, 1), (3, 1), (3, 2)] {
            bought += 1;
            // A process that has neither a token nor the list of inbounds: log in, list, create, and perhaps look.
            world.restart(1 + u64::try_from(bought).unwrap()).await;
            if nth > 1 {
                world.panel.fail(Fault::once(FaultKind::Slow(std::time::Duration::ZERO)).times(nth - 1));
            }
            world.panel.fail(Fault::once(kind.clone()).times(times));
            let customer = buys(&world, 7_820_000_000 + bought).await;
            world.panel.heal();
            // What the panel clearly refused waits for an operator, who sees to it and lets it be tried again.
            let order = world.order(customer.id()).await;
            if order.work.parked.is_some() {
                assert!(says(&world.operator()).contains("could not be delivered"), "{kind:?} at call {nth}");
                world.app.retry(&store::keys::Owner::Order(order.id), &domain::admin::Actor::Bootstrap).await.unwrap();
            }
            settle_down(&world).await;
            let order = world.order(customer.id()).await;
            assert_eq!(order.status, OrderStatus::Provisioned, "{kind:?} at call {nth}, {times} times");
            assert_eq!(world.accounts(order.id).len(), 1, "{kind:?} at call {nth}, {times} times");
            assert_eq!(deliveries(&customer).len(), 1, "{kind:?} at call {nth}, {times} times");
        }
    }
    let audit = world.audit().await;
    assert_eq!(audit.provisioned, usize::try_from(bought).unwrap());
    eprintln!("the panel: {bought} purchases, each with its own trouble");
}

/// Silence: the panel takes a call and never answers it. Each case waits for the shop's patience, all at the same time.
#[tokio::test]
async fn any_call_is_never_answered() {
    let cases = [
        ("POST /api/admin/token", FaultKind::HangBeforeEffect),
        ("GET /api/inbounds", FaultKind::HangBeforeEffect),
        ("POST /api/user", FaultKind::HangBeforeEffect),
        ("POST /api/user", FaultKind::HangAfterEffect),
    ];
    let silent = async |route: &str, kind: FaultKind| {
        let world = World::open().await;
        let at_once = kind == FaultKind::HangAfterEffect;
        world.panel.fail(Fault::once(kind).on(route));
        let customer = buys(&world, 7_821_000_001).await;
        let order = world.order(customer.id()).await;
        if at_once {
            // It was made: a look is enough, and the customer has his link in the same turn.
            assert_eq!(order.status, OrderStatus::Provisioned, "{route}");
            assert_eq!(world.panel.count("POST /api/user"), 1, "nothing is sent a second time blindly");
        } else {
            assert_eq!(order.status, OrderStatus::Paid, "{route}");
            assert!(says(&customer).contains("takes a little longer"), "{}", says(&customer));
        }
        settle_down(&world).await;
        assert_eq!(world.accounts(order.id).len(), 1, "{route}");
        assert_eq!(deliveries(&customer).len(), 1, "{route}");
        world.audit().await;
    };
    let [a, b, c, d] = cases;
    tokio::join!(silent(a.0, a.1), silent(b.0, b.1), silent(c.0, c.1), silent(d.0, d.1));
}

#[tokio::test]
async fn a_token_that_ran_out_is_renewed_once() {
    let world = World::open().await;
    buys(&world, 7_822_000_001).await;
    assert_eq!(world.panel.logins(), 1);
    world.panel.void_tokens();
    let customer = buys(&world, 7_822_000_002).await;
    assert_eq!(world.panel.logins(), 2);
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
}

#[tokio::test]
async fn a_panel_that_is_down_for_three_hours_delivers_when_it_is_back() {
    let world = World::open().await;
    world.panel.down();
    let customer = buys(&world, 7_822_000_003).await;
    assert!(says(&customer).contains("takes a little longer"), "{}", says(&customer));
    let told = customer.chat().len();
    let mut minutes = 0;
    while minutes < 180 {
        world.clock.advance(Span::minutes(1));
        minutes += 1;
        world.jobs().await;
    }
    let order = world.order(customer.id()).await;
    assert_eq!((order.status, order.work.parked.is_none()), (OrderStatus::Paid, true));
    assert!((5..=7).contains(&order.work.tries), "the waits grow: {} tries", order.work.tries);
    assert_eq!(customer.chat().len(), told, "he is told once");
    world.panel.up();
    world.clock.advance(Span::hours(3));
    world.jobs().await;
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
    assert_eq!(deliveries(&customer).len(), 1);
    world.audit().await;
}

#[tokio::test]
async fn after_twelve_tries_an_operator_decides_when_to_try_again() {
    let world = World::open().await;
    world.panel.down();
    let customer = buys(&world, 7_822_000_004).await;
    for _ in 0..20 {
        world.clock.advance(Span::hours(3));
        world.jobs().await;
    }
    let order = world.order(customer.id()).await;
    assert_eq!((order.status, order.work.tries), (OrderStatus::Paid, 12));
    assert!(order.work.parked.is_some());
    let alerts = || world.operator().chat().into_iter().filter(|message| message.text.contains("could not be delivered")).count();
    assert_eq!(alerts(), 1);

    world.panel.up();
    world.clock.advance(Span::hours(3));
    world.jobs().await;
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Paid, "what is parked waits for a word");
    let (status, duties) = world.admin("GET", "/admin/v1/duties", None).await;
    assert_eq!((status, duties["items"].as_array().map(Vec::len)), (200, Some(1)), "{duties}");
    let id = duties["items"][0]["id"].as_str().unwrap();
    let (status, answer) = world.admin("POST", &format!("/admin/v1/duties/{id}/retry"), None).await;
    assert_eq!(status, 200, "{answer}");
    world.jobs().await;
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
    assert_eq!((deliveries(&customer).len(), alerts()), (1, 1));
    world.audit().await;
}

/// An account of the order's name that is somebody else's is never touched: an operator sees to it.
#[tokio::test]
async fn a_name_that_is_taken_is_not_taken_over() {
    let world = World::open().await;
    let customer = world.customer(7_822_000_005);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    let order = world.order(customer.id()).await;
    let spec = domain::subscription::ProvisioningSpec::of(order.panel_name.clone(), "SOMEBODY-ELSE", &order.terms);
    world.app.panel.ensure_account(&spec, world.clock.now(), std::time::Duration::from_secs(5)).await.unwrap();
    customer.tap("Pay ⭐ 80").await.unwrap();
    let paid = world.order(customer.id()).await;
    assert!(paid.work.parked.as_deref().unwrap().contains("somebody else"), "{:?}", paid.work);
    assert!(world.accounts(order.id).is_empty());
    assert!(world.panel.delete_out_of_band(order.panel_name.as_str()));
    world.app.retry(&store::keys::Owner::Order(order.id), &domain::admin::Actor::Bootstrap).await.unwrap();
    world.jobs().await;
    assert_eq!(world.accounts(order.id).len(), 1);
    world.audit().await;
}
