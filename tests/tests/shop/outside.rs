//! What people from outside ran into.

use app::button::{Button, ReviewStep};
use domain::{order::OrderStatus, time::Span};
use tests::{World, actors};

#[tokio::test]
async fn who_had_blocked_the_bot_gets_his_link_when_he_is_back() {
    let world = World::open().await;
    let customer = world.customer(7_400_000_001);
    actors::order(&customer, "Plan small", "Card to card").await;
    customer.send_photo(b"a receipt".to_vec()).await;
    customer.set_blocked(true).await;
    world.operator().tap("Approve").await.unwrap();
    world.operator().tap("Exactly").await.unwrap();
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
    assert_eq!(actors::deliveries(&customer).len(), 0);
    customer.set_blocked(false).await;
    assert_eq!(actors::deliveries(&customer).len(), 1, "the link arrives");
    customer.send("/start").await;
    assert_eq!(actors::deliveries(&customer).len(), 1, "once");
}

#[tokio::test]
async fn an_open_order_is_found_from_the_menu() {
    let world = World::open().await;
    let customer = world.customer(7_400_000_002);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.send("/start").await;
    customer.tap("My subscriptions").await.unwrap();
    customer.tap("Open order: Plan small").await.unwrap();
    customer.tap("Pay ⭐ 80").await.unwrap();
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
}

#[tokio::test]
async fn only_what_can_be_a_code_is_taken_for_one_and_not_for_ever() {
    let world = World::open().await;
    world.add_code("TENTH", "10", None, None).await;
    let customer = world.customer(7_400_000_003);
    customer.send("/start").await;
    customer.tap("Buy a subscription").await.unwrap();
    customer.tap("Plan small").await.unwrap();
    customer.tap("I have a discount code").await.unwrap();
    customer.send("hello, is anybody there?").await;
    assert!(customer.last().unwrap().text.contains("did not understand"));
    customer.send("te\u{200c}nth").await;
    customer.tap("⭐ 72").await.unwrap();
    customer.send("NONSENSE").await;
    assert!(customer.last().unwrap().text.contains("did not understand"), "the order it was for is placed");
    world.clock.advance(Span::minutes(31));
    customer.send("TENTH").await;
    assert!(customer.last().unwrap().text.contains("did not understand"));
}

#[tokio::test]
async fn the_button_of_an_earlier_receipt_decides_nothing() {
    let world = World::open().await;
    let customer = world.customer(7_400_000_004);
    let operator = world.operator();
    actors::order(&customer, "Plan small", "Card to card").await;
    customer.send_photo(b"blurred".to_vec()).await;
    let first = operator.last().unwrap().message_id;
    operator.tap("Reject").await.unwrap();
    operator.tap("unreadable").await.unwrap();
    customer.send_photo(b"sharp".to_vec()).await;
    let order = world.order(customer.id()).await;
    let stale = |step| Button::Review { step, reference: world.app.names.order(order.id), number: 1, receipt: 1 }.encode();
    for step in [ReviewStep::Ask, ReviewStep::Approve] {
        let answer = operator.tap_data(first, &stale(step)).await;
        assert!(answer.callback.unwrap().text.contains("Already decided"));
    }
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::AwaitingPayment);
    // Another picture of the same receipt reaches the operators, who decide by either.
    customer.send_photo(b"sharper".to_vec()).await;
    operator.tap("Approve").await.unwrap();
    operator.tap("Exactly").await.unwrap();
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
}

#[tokio::test]
async fn a_payment_that_paid_one_order_is_an_alarm_for_another() {
    let world = World::open().await;
    let customer = world.customer(7_400_000_005);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    let first = world.order(customer.id()).await;
    actors::order(&customer, "Plan small", "⭐ 80").await;
    let second = world.orders(customer.id()).await.into_iter().find(|order| order.id != first.id).unwrap();
    for order in [&first, &second] {
        let update = actors::successful_payment(customer.id(), &world.payload(order, 1), 80, "the-same-charge");
        assert!(world.telegram.send_update(update).await.is_success());
    }
    assert_eq!(world.app.store.order(second.id).await.unwrap().unwrap().status, OrderStatus::AwaitingPayment);
    assert!(world.operator().last().unwrap().text.contains("the-same-charge"), "the operators are told");
}

#[tokio::test]
async fn every_subscription_can_be_reached() {
    let world = World::open().await;
    world.add_code("GIFT", "100", None, None).await;
    let customer = world.customer(7_400_000_006);
    for _ in 0..12 {
        actors::choose_with_code(&customer, "Plan small", "GIFT").await;
        customer.tap("Get it for free").await.unwrap();
        // As fast as a person does it.
        world.clock.advance(Span::seconds(10));
    }
    customer.send("/subscriptions").await;
    assert!(customer.last().unwrap().button("Older").is_some());
    customer.tap("Older").await.unwrap();
    let rest = customer.last().unwrap();
    assert_eq!(rest.button_texts().iter().filter(|text| text.starts_with("🟡")).count(), 2, "{:?}", rest.button_texts());
}
