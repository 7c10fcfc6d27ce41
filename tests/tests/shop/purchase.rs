//! A customer buys, by every way to pay.

use domain::{
    Currency, Money,
    admin::Actor,
    order::{OrderStatus, UnappliedReason},
    payment::PaymentStatus,
    product::Product,
};
use embedded_dynamodb::Fault;
use local::telegram::ButtonAction;
use tests::{
    World,
    actors::{self, deliveries, says},
    crypto_pay::CryptoPayStandIn,
};

const GIB: u64 = 1 << 30;

#[tokio::test]
async fn stars_buy_an_account_and_the_link_arrives() {
    let world = World::open().await;
    let customer = world.customer(7_000_000_001);
    assert!(customer.send("/start").await.is_success());
    customer.tap("Buy a subscription").await.unwrap();
    customer.tap("Plan small").await.unwrap();
    customer.tap("⭐ 80").await.unwrap();
    let invoice = customer.last().unwrap();
    assert!(invoice.text.contains("Plan small") && invoice.edited, "the menu became the order: {}", invoice.text);
    customer.tap("Pay ⭐ 80").await.unwrap();

    let order = world.order(customer.id()).await;
    assert_eq!(order.status, OrderStatus::Provisioned);
    assert!(order.delivered_at.is_some() && order.work.duty.is_none());
    let accounts = world.accounts(order.id);
    assert_eq!(accounts.len(), 1);
    let account = &accounts[0];
    assert_eq!(account.data_limit, Some(i64::try_from(10 * GIB).unwrap()));
    assert_eq!(account.on_hold_expire_duration, Some(30 * 86_400));
    assert_eq!(account.username, order.panel_name.as_str());
    let delivered = customer.last().unwrap();
    assert!(delivered.photo.is_some(), "a QR code");
    assert!(delivered.text.contains("https://panel.example/sub/"), "{}", delivered.text);
    let link = customer.copied("Copy the link").unwrap();
    assert!(delivered.text.contains(&link));
    assert!(customer.link("Hiddify").unwrap().starts_with("https://shop.example/open/hiddify/"));
}

#[tokio::test]
async fn a_card_receipt_is_approved_once_and_buys_once() {
    let world = World::open().await;
    let customer = world.customer(7_000_000_002);
    let operator = world.operator();
    customer.send("/start").await;
    customer.tap("Buy a subscription").await.unwrap();
    customer.tap("Plan large").await.unwrap();
    customer.tap("Card to card").await.unwrap();
    let order = world.order(customer.id()).await;
    let quote = order.attempts[0].quote;
    assert!(quote.amount() > order.total.amount(), "the amount is this order's alone: {quote}");
    customer.send_photo(b"a receipt".to_vec()).await;
    assert!(customer.last().unwrap().text.contains("is with our team"));
    let card = operator.last().unwrap();
    assert!(card.photo.is_some() && card.text.contains("Plan large"), "{}", card.text);

    operator.tap("Approve").await.unwrap();
    operator.tap("Exactly").await.unwrap();
    let order = world.order(customer.id()).await;
    assert_eq!(order.status, OrderStatus::Provisioned);
    assert_eq!(world.accounts(order.id).len(), 1);
    assert!(customer.last().unwrap().photo.is_some());
    let card = operator.last().unwrap();
    assert!(card.text.contains("Approved") && card.buttons.is_empty(), "{}", card.text);

    // The same tap again, as a second operator or a redelivery would.
    let data = app::button::Button::Review {
        step: app::button::ReviewStep::Approve,
        reference: world.app.names.order(order.id),
        number: 1,
        receipt: 1,
    }
    .encode();
    let answer = operator.tap_data(card.message_id, &data).await;
    assert!(answer.callback.unwrap().text.contains("Already decided"));
    assert_eq!(world.accounts(order.id).len(), 1);
}

#[tokio::test]
async fn a_plan_without_limits_is_an_account_without_limits() {
    let world = World::open().await;
    let customer = world.customer(7_000_000_003);
    actors::order(&customer, "Plan free-time", "⭐ 400").await;
    assert!(says(&customer).contains("Plan free-time"));
    customer.tap("Pay ⭐ 400").await.unwrap();
    let order = world.order(customer.id()).await;
    let accounts = world.accounts(order.id);
    assert_eq!(accounts.len(), 1);
    assert_eq!((accounts[0].data_limit, accounts[0].expire, accounts[0].on_hold_expire_duration), (None, None, None));
    assert!(says(&customer).contains("unlimited data") && says(&customer).contains("no time limit"), "{}", says(&customer));
}

#[tokio::test]
async fn one_order_can_be_paid_another_way() {
    let crypto_pay = CryptoPayStandIn::start().await;
    let world = World::open_with(&crypto_pay.settings()).await;
    let customer = world.customer(7_000_000_004);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.tap("Card to card").await.unwrap();
    assert!(says(&customer).contains("6037 9900 0000 0006"), "{}", says(&customer));
    customer.tap("Crypto").await.unwrap();
    assert!(customer.link("Pay $2.50").is_some(), "{:?}", customer.last());
    // And back to the first: the same attempt, not a fourth.
    customer.tap("⭐ 80").await.unwrap();
    customer.tap("Pay ⭐ 80").await.unwrap();

    let order = world.order(customer.id()).await;
    assert_eq!(order.status, OrderStatus::Provisioned);
    assert_eq!(order.attempts.len(), 3);
    assert_eq!(world.accounts(order.id).len(), 1);
    assert!(!world.contents().await.keys().any(|key| key.starts_with("CARDAMOUNT#")), "the card's amount is free again");
    // The invoice at the other gateway is still open: money that comes by it too is kept for the operators.
    let answer = world.crypto_pay_calls(&crypto_pay.pay(25_000)).await;
    assert_eq!(answer.status, 200);
    let payment = world.app.store.payment(&"crypto-pay#25000".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((payment.status, payment.reason), (PaymentStatus::Unapplied, Some(UnappliedReason::PaidTwice)));
    world.jobs_until_idle().await;
    assert!(says(&world.operator()).contains("Money arrived that pays no order"));
    assert_eq!(world.accounts(order.id).len(), 1);
}

#[tokio::test]
async fn the_same_button_twice_is_the_same_order() {
    let world = World::open().await;
    let customer = world.customer(7_000_000_005);
    actors::choose(&customer, "Plan small").await;
    let plan = customer.last().unwrap();
    let Some(ButtonAction::Callback(data)) = plan.button("⭐ 80").map(|button| button.action.clone()) else { panic!("no button") };
    let (first, second) = tokio::join!(customer.tap_data(plan.message_id, &data), customer.tap_data(plan.message_id, &data));
    assert!(first.is_success() && second.is_success());
    customer.tap("Pay ⭐ 80").await.unwrap();
    customer.tap_data(plan.message_id, &data).await;
    assert_eq!(world.orders(customer.id()).await.len(), 1);
    let screen = customer.chat().into_iter().find(|message| message.message_id == plan.message_id).unwrap();
    assert!(screen.text.contains("paid and delivered"), "{}", screen.text);
}

#[tokio::test]
async fn a_changed_price_is_shown_before_it_is_charged() {
    let world = World::open().await;
    let customer = world.customer(7_000_000_006);
    actors::choose(&customer, "Plan small").await;
    let id = "small".parse().unwrap();
    let dearer = |product: &mut Product| product.prices = [(Currency::Xtr, Money::whole(90, Currency::Xtr))].into();
    world.app.change_product(&id, None, "change", &Actor::Bootstrap, dearer).await.unwrap();
    customer.tap("⭐ 80").await.unwrap();
    assert!(says(&customer).contains("The offer has changed"), "{}", says(&customer));
    assert!(world.orders(customer.id()).await.is_empty());
    customer.tap("⭐ 90").await.unwrap();
    customer.tap("Pay ⭐ 90").await.unwrap();
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
}

#[tokio::test]
async fn a_customer_who_blocked_the_bot_finds_his_account_when_he_is_back() {
    let world = World::open().await;
    let customer = world.customer(7_000_000_007);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    let order = world.order(customer.id()).await;
    customer.set_blocked(true).await;
    let paid = actors::successful_payment(customer.id(), &world.payload(&order, 1), 80, "charge-of-a-blocker");
    assert!(world.telegram.send_update(paid).await.is_success());

    let order = world.order(customer.id()).await;
    assert_eq!(order.status, OrderStatus::Provisioned);
    assert!(order.work.duty.is_none(), "nobody can be told: {:?}", order.work);
    assert!(deliveries(&customer).is_empty());
    assert!(world.app.store.user(order.id.buyer).await.unwrap().unwrap().unreachable_at.is_some());

    customer.set_blocked(false).await;
    assert!(world.app.store.user(order.id.buyer).await.unwrap().unwrap().unreachable_at.is_none());
    customer.send("/subscriptions").await;
    assert!(says(&customer).contains("https://panel.example/sub/"), "{}", says(&customer));
}

/// A deployment that lacks a permission is mended within the day; Stars cannot be asked about, so Telegram has to tell of them again until then.
#[tokio::test]
async fn money_is_heard_of_again_however_the_table_refuses() {
    let world = World::open().await;
    let customer = world.customer(7_200_000_900);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    let order = world.order(customer.id()).await;
    let paid = actors::successful_payment(customer.id(), &world.payload(&order, 1), 80, "the-charge");
    world.dynamodb.fail_from(1, [Fault::Denied; 20]);
    let answer = world.telegram.send_update(paid).await;
    assert!(!answer.is_success(), "it was taken and forgotten");
    // What anybody says or taps comes to nothing instead, and holds nobody up.
    assert!(customer.send("/plans").await.is_success());
    world.dynamodb.restore();
    world.telegram.redeliver(answer.update_id).await;
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
    assert_eq!(deliveries(&customer).len(), 1);
    world.audit().await;
}
