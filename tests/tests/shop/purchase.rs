//! A customer buys, by every way to pay.

use domain::order::OrderStatus;
use tests::World;

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
    assert!(customer.last().unwrap().text.contains("Your receipt is with our team"));
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
    let data = app::button::Button::Review { step: app::button::ReviewStep::Approve, reference: world.app.names.order(order.id), number: 1 }.encode();
    let answer = operator.tap_data(card.message_id, &data).await;
    assert!(answer.callback.unwrap().text.contains("Already decided"));
    assert_eq!(world.accounts(order.id).len(), 1);
}
