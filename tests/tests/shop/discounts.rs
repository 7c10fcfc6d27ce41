//! Discount codes, typed in the chat.

use domain::{Currency, Money, order::OrderStatus, time::Span};
use tests::{
    World,
    actors::{self, says},
};

#[tokio::test]
async fn a_code_scales_every_way_to_pay() {
    let world = World::open().await;
    world.add_code("SPRING", "12.5", None, None).await;
    let customer = world.customer(7_200_000_001);
    // Typed as people type.
    actors::choose_with_code(&customer, "Plan small", " spring ").await;
    let shown = customer.last().unwrap();
    assert!(shown.text.contains("100,000 Toman → 87,500 Toman"), "{}", shown.text);
    assert!(shown.button("⭐ 70").is_some() && shown.button("87,500 Toman").is_some(), "{:?}", shown.button_texts());
    customer.tap("⭐ 70").await.unwrap();
    customer.tap("Pay ⭐ 70").await.unwrap();
    let order = world.order(customer.id()).await;
    assert_eq!(order.status, OrderStatus::Provisioned);
    assert_eq!(order.total, Money::whole(87_500, Currency::Irt));
    assert_eq!(order.discount.unwrap().off, Money::whole(12_500, Currency::Irt));
    assert_eq!(world.code("SPRING").await.times_used, 1);
}

#[tokio::test]
async fn with_nothing_left_to_pay_the_account_comes_at_once() {
    let world = World::open().await;
    world.add_code("GIFT", "100", Some(1), Some(1)).await;
    let customer = world.customer(7_200_000_002);
    actors::choose_with_code(&customer, "Plan large", "GIFT").await;
    customer.tap("Get it for free").await.unwrap();
    let order = world.order(customer.id()).await;
    assert_eq!(order.status, OrderStatus::Provisioned);
    assert!(order.payment.is_none() && order.attempts.is_empty() && order.total.is_zero());
    assert_eq!(world.accounts(order.id).len(), 1);
    assert_eq!(actors::deliveries(&customer).len(), 1);
    assert!(!world.contents().await.keys().any(|key| key.starts_with("PAYMENT#")), "nobody paid anything");

    // One for each customer, and only one in all.
    actors::choose_with_code(&customer, "Plan large", "GIFT").await;
    assert!(says(&customer).contains("used up"), "{}", says(&customer));
    assert_eq!(world.orders(customer.id()).await.len(), 1);
}

#[tokio::test]
async fn each_refusal_has_its_sentence_and_the_bot_goes_on_waiting() {
    let world = World::open().await;
    world.add_code("GOOD", "10", None, Some(1)).await;
    world.add_code("SPENT", "10", Some(1), None).await;
    let other = world.customer(7_200_000_003);
    actors::choose_with_code(&other, "Plan small", "SPENT").await;
    other.tap("⭐ 72").await.unwrap();

    let customer = world.customer(7_200_000_004);
    actors::choose_with_code(&customer, "Plan small", "NO-SUCH").await;
    assert!(says(&customer).contains("There is no such code"), "{}", says(&customer));
    // What cannot be a code is no try at one.
    customer.send("what is a code?").await;
    assert!(says(&customer).contains("I did not understand that"), "{}", says(&customer));
    customer.send("no-other").await;
    assert!(says(&customer).contains("There is no such code"), "{}", says(&customer));
    customer.send("spent").await;
    assert!(says(&customer).contains("used up"), "{}", says(&customer));
    customer.send("good").await;
    assert!(says(&customer).contains("90,000 Toman"), "{}", says(&customer));
    customer.tap("⭐ 72").await.unwrap();
    actors::choose_with_code(&customer, "Plan small", "good").await;
    assert!(says(&customer).contains("You have used this code already"), "{}", says(&customer));
}

#[tokio::test]
async fn an_order_that_ends_gives_its_use_back() {
    let world = World::open().await;
    world.add_code("ONCE", "10", Some(1), Some(1)).await;
    let customer = world.customer(7_200_000_005);
    for end in ["expires", "is canceled"] {
        actors::choose_with_code(&customer, "Plan small", "ONCE").await;
        customer.tap("Card to card").await.unwrap();
        assert_eq!(world.code("ONCE").await.times_used, 1);
        assert!(world.contents().await.keys().any(|key| key.starts_with("CARDAMOUNT#")));
        if end == "expires" {
            world.clock.advance(Span::minutes(61));
            world.jobs_until_idle().await;
        } else {
            customer.tap("Cancel the order").await.unwrap();
        }
        let ended = world.orders(customer.id()).await.remove(0);
        assert_eq!(ended.status, OrderStatus::Expired, "an order that {end}");
        assert!(!ended.discount.unwrap().held);
        assert_eq!(world.code("ONCE").await.times_used, 0, "an order that {end}");
        assert!(!world.contents().await.keys().any(|key| key.starts_with("CARDAMOUNT#")), "an order that {end}");
    }
    let another = world.customer(7_200_000_006);
    actors::choose_with_code(&another, "Plan small", "ONCE").await;
    another.tap("⭐ 72").await.unwrap();
    another.tap("Pay ⭐ 72").await.unwrap();
    assert_eq!(world.order(another.id()).await.status, OrderStatus::Provisioned);
    assert_eq!(world.code("ONCE").await.times_used, 1);
}
