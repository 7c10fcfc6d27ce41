//! Crypto Pay: told by callbacks, asked by the customer, asked by the clock.

use domain::{order::OrderStatus, time::Span};
use local::telegram::Person;
use serde_json::json;
use tests::{
    World,
    actors::{self, says},
    crypto_pay::{Callback, CryptoPayStandIn},
};

async fn ordered(id: i64) -> (World, CryptoPayStandIn, Person) {
    let crypto_pay = CryptoPayStandIn::start().await;
    let world = World::open_with(&crypto_pay.settings()).await;
    let customer = world.customer(id);
    actors::order(&customer, "Plan small", "Crypto").await;
    assert_eq!(customer.link("Pay $2.50").as_deref(), Some("https://pay.example/IV25000"), "{:?}", customer.last());
    (world, crypto_pay, customer)
}

async fn delivered_once(world: &World, customer: &Person) {
    let order = world.order(customer.id()).await;
    assert_eq!(order.status, OrderStatus::Provisioned);
    assert!(order.work.duty.is_none());
    assert_eq!(world.accounts(order.id).len(), 1);
    assert_eq!(actors::deliveries(customer).len(), 1);
}

#[tokio::test]
async fn a_callback_delivers_and_its_repetitions_change_nothing() {
    let (world, crypto_pay, customer) = ordered(7_100_000_001).await;
    let invoice = &crypto_pay.invoices()[0];
    let order = world.order(customer.id()).await;
    assert_eq!(invoice["payload"], world.payload(&order, 1).as_str());
    assert_eq!(
        (invoice["currency_type"].as_str(), invoice["fiat"].as_str(), invoice["amount"].as_str()),
        (Some("fiat"), Some("USD"), Some("2.50"))
    );
    assert!(!invoice.to_string().contains(&customer.id().to_string()), "no Telegram id leaves the shop");

    let callback = crypto_pay.pay(25_000);
    let (first, second) = tokio::join!(world.crypto_pay_calls(&callback), world.crypto_pay_calls(&callback));
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (200, 200));
    delivered_once(&world, &customer).await;
    let before = world.contents().await;
    for _ in 0..3 {
        assert_eq!(world.crypto_pay_calls(&callback).await.status, 200);
    }
    assert_eq!(world.contents().await, before);
    delivered_once(&world, &customer).await;
}

#[tokio::test]
async fn an_open_invoice_is_shown_again_and_not_made_again() {
    let (_world, crypto_pay, customer) = ordered(7_100_000_002).await;
    customer.tap("⭐ 80").await.unwrap();
    customer.tap("Crypto").await.unwrap();
    assert_eq!(customer.link("Pay $2.50").as_deref(), Some("https://pay.example/IV25000"));
    assert_eq!(crypto_pay.invoices().len(), 1);
}

#[tokio::test]
async fn i_have_paid_asks_the_gateway() {
    let (world, crypto_pay, customer) = ordered(7_100_000_003).await;
    let early = customer.tap("I have paid").await.unwrap();
    assert!(early.callback.unwrap().text.contains("has not arrived yet"));
    crypto_pay.set_down(true);
    let down = customer.tap("I have paid").await.unwrap();
    assert!(down.callback.unwrap().text.contains("does not answer"));
    crypto_pay.set_down(false);
    let callback = crypto_pay.pay(25_000);
    customer.tap("I have paid").await.unwrap();
    delivered_once(&world, &customer).await;
    assert_eq!(world.crypto_pay_calls(&callback).await.status, 200);
    delivered_once(&world, &customer).await;
}

#[tokio::test]
async fn a_lost_callback_is_found_by_the_clock() {
    let (world, crypto_pay, customer) = ordered(7_100_000_004).await;
    let _lost = crypto_pay.pay(25_000);
    crypto_pay.set_down(true);
    world.clock.advance(Span::minutes(61));
    world.jobs().await;
    assert_eq!(
        world.order(customer.id()).await.status,
        OrderStatus::AwaitingPayment,
        "an order is not given up while its gateway is silent"
    );
    crypto_pay.set_down(false);
    world.clock.advance(Span::minutes(5));
    world.jobs_until_idle().await;
    delivered_once(&world, &customer).await;
}

#[tokio::test]
async fn an_unpaid_invoice_expires_after_a_last_look() {
    let (world, crypto_pay, customer) = ordered(7_100_000_005).await;
    world.clock.advance(Span::minutes(61));
    world.jobs_until_idle().await;
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Expired);
    // The invoice was open all the same, and is paid.
    assert_eq!(world.crypto_pay_calls(&crypto_pay.pay(25_000)).await.status, 200);
    delivered_once(&world, &customer).await;
}

#[tokio::test]
async fn a_gateway_that_is_down_keeps_the_order_and_offers_other_ways() {
    let crypto_pay = CryptoPayStandIn::start().await;
    crypto_pay.set_down(true);
    let world = World::open_with(&crypto_pay.settings()).await;
    let customer = world.customer(7_100_000_006);
    actors::order(&customer, "Plan small", "Crypto").await;
    assert!(says(&customer).contains("does not answer"), "{}", says(&customer));
    crypto_pay.set_down(false);
    customer.tap("Try again").await.unwrap();
    assert!(customer.link("Pay $2.50").is_some());
    crypto_pay.set_down(true);
    customer.tap("⭐ 80").await.unwrap();
    customer.tap("Pay ⭐ 80").await.unwrap();
    delivered_once(&world, &customer).await;
}

/// The process remembers the order as it was when Telegram asked about the charge; a way to pay that was chosen since is none the worse for it.
#[tokio::test]
async fn an_order_remembered_from_before_the_way_to_pay_was_changed_is_read_again() {
    let crypto_pay = CryptoPayStandIn::start().await;
    let world = World::open_with(&crypto_pay.settings()).await;
    let customer = world.customer(7_100_000_091);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    let payload = world.payload(&world.order(customer.id()).await, 1);
    assert!(actors::approved(&world.telegram.send_update(actors::pre_checkout(customer.id(), &payload, "XTR", 80)).await));
    customer.tap("Crypto").await.unwrap();
    assert_eq!(world.crypto_pay_calls(&crypto_pay.pay(25_000)).await.status, 200);
    delivered_once(&world, &customer).await;
}

/// Money that pays nothing is looked at by the operators, and whoever sent it knows that.
#[tokio::test]
async fn a_customer_is_told_of_money_that_pays_nothing() {
    let (world, crypto_pay, customer) = ordered(7_100_000_040).await;
    let order = world.order(customer.id()).await;
    assert_eq!(world.crypto_pay_calls(&crypto_pay.pay(25_000)).await.status, 200);
    delivered_once(&world, &customer).await;
    // Another invoice for the same order is paid, and by another amount.
    for (invoice, amount, told) in [(99_001, "2.50", "A second payment of $2.50"), (99_002, "2.40", "is not the amount of your order")] {
        let paid = Callback::signed(&json!({
            "update_id": invoice, "update_type": "invoice_paid", "request_date": "2026-11-18T10:00:01.000Z",
            "payload": {
                "invoice_id": invoice, "status": "paid", "currency_type": "fiat", "fiat": "USD", "amount": amount,
                "payload": world.payload(&order, 1),
            },
        }));
        for _ in 0..2 {
            assert_eq!(world.crypto_pay_calls(&paid).await.status, 200);
            world.jobs_until_idle().await;
            let times = customer.chat().into_iter().filter(|message| message.text.contains(told)).count();
            assert_eq!(times, 1, "{told}: {:?}", customer.chat());
        }
    }
    delivered_once(&world, &customer).await;
}
