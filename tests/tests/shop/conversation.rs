//! The chat around the purchase: languages, and beginning anew in the middle.

use domain::order::OrderStatus;
use local::telegram::Person;
use tests::{
    World,
    actors::{self, says},
};

#[tokio::test]
async fn start_in_the_middle_of_everything_loses_nothing() {
    let world = World::open().await;
    world.add_code("SPRING", "10", None, None).await;
    let customer = world.customer(7_700_000_001);
    actors::choose(&customer, "Plan small").await;
    customer.tap("discount code").await.unwrap();
    customer.send("/start").await;
    // The bot still waits for the code that it asked for.
    customer.send("spring").await;
    assert!(says(&customer).contains("90,000 Toman"), "{}", says(&customer));
    customer.tap("Card to card").await.unwrap();
    customer.send("/start").await;
    customer.send("/help").await;
    customer.send_photo(b"a receipt".to_vec()).await;
    assert!(says(&customer).contains("is with our team"), "{}", says(&customer));
    customer.send("/start").await;
    world.operator().tap("Approve").await.unwrap();
    customer.send("/start").await;
    world.operator().tap("Exactly").await.unwrap();
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
    assert_eq!(actors::deliveries(&customer).len(), 1);
}

async fn menu_of(customer: &Person) -> Vec<String> {
    customer.send("/start").await;
    customer.last().unwrap().button_texts().into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn everybody_is_spoken_to_in_his_language() {
    let world = World::open().await;
    for (id, client, buy) in
        [(7_700_000_002, "fa", "خرید"), (7_700_000_003, "ru", "Купить"), (7_700_000_004, "de", "Buy"), (7_700_000_005, "", "Buy")]
    {
        let customer = world.telegram.person(id, "Someone", client);
        let menu = menu_of(&customer).await;
        assert!(menu.iter().any(|button| button.contains(buy)), "{client:?}: {menu:?}");
    }
    let customer = world.customer(7_700_000_006);
    customer.send("/start").await;
    customer.tap("Language").await.unwrap();
    customer.tap("فارسی").await.unwrap();
    assert!(customer.last().unwrap().edited);
    let menu = menu_of(&customer).await;
    assert!(menu.iter().any(|button| button.contains("خرید")), "{menu:?}");
    customer.tap("خرید").await.unwrap();
    // Prices as Persian readers write them, and a purchase that goes through in Persian.
    assert!(customer.last().unwrap().button("۱۰۰٬۰۰۰").is_some(), "{:?}", customer.last().unwrap().button_texts());
    customer.tap("Plan small").await.unwrap();
    customer.tap("⭐ ۸۰").await.unwrap();
    let pay = customer.last().unwrap().button_texts()[0].to_owned();
    customer.tap(&pay).await.unwrap();
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
    customer.send("/language").await;
    customer.tap("Русский").await.unwrap();
    assert!(menu_of(&customer).await.iter().any(|button| button.contains("Купить")));
}

#[tokio::test]
async fn what_the_bot_does_not_know_leads_to_the_menu() {
    let world = World::open().await;
    let customer = world.customer(7_700_000_007);
    // The first contact need not be /start.
    customer.send("hello?").await;
    assert!(says(&customer).contains("I did not understand that"), "{}", says(&customer));
    for text in ["/nope", "/start@wave_test_bot", "/MENU", "42"] {
        assert!(customer.send(text).await.is_success());
        assert!(customer.last().unwrap().button("Buy a subscription").is_some(), "{text}");
    }
}

#[tokio::test]
async fn a_banned_customer_buys_nothing_new_and_gets_what_he_paid_for() {
    let world = World::open().await;
    let customer = world.customer(7_700_000_008);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    let order = world.order(customer.id()).await;
    world.app.set_banned(order.id.buyer, true, &domain::admin::Actor::Bootstrap).await.unwrap();
    let answer = world.telegram.send_update(actors::pre_checkout(customer.id(), &world.payload(&order, 1), "XTR", 80)).await;
    assert!(!actors::approved(&answer));
    // He had been asked and had confirmed before he was banned.
    let update = actors::successful_payment(customer.id(), &world.payload(&order, 1), 80, "before-the-ban");
    assert!(world.telegram.send_update(update).await.is_success());
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
    assert_eq!(actors::deliveries(&customer).len(), 1);
    customer.send("/plans").await;
    assert!(says(&customer).contains("cannot buy here"), "{}", says(&customer));
}
