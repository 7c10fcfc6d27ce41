//! Card to card: receipts, and who decides them.

use std::collections::BTreeMap;

use app::button::{Button, ReviewStep};
use domain::{admin::Actor, order::OrderStatus, settings::Card, time::Span};
use local::telegram::{Person, TelegramStandIn};
use tests::{
    World,
    actors::{self, says},
};

const GROUP: i64 = -1_001_234_567_890;

async fn receipt_sent(world: &World, id: i64) -> Person {
    let customer = world.customer(id);
    actors::order(&customer, "Plan small", "Card to card").await;
    customer.send_photo(b"a receipt".to_vec()).await;
    assert!(says(&customer).contains("is with our team"), "{}", says(&customer));
    customer
}

#[tokio::test]
async fn a_rejected_receipt_can_be_followed_by_a_better_one() {
    let world = World::open().await;
    let operator = world.operator();
    let customer = receipt_sent(&world, 7_400_000_001).await;
    operator.tap("Reject").await.unwrap();
    operator.tap("Another amount").await.unwrap();
    assert!(operator.last().unwrap().text.contains("Rejected"), "{}", says(&operator));
    assert!(says(&customer).contains("another amount arrived"), "{}", says(&customer));

    // Shortly before the window would have closed, there is time for another one.
    world.clock.advance(Span::minutes(59));
    customer.send_document("receipt.pdf", "application/pdf", b"%PDF-1.7 a receipt".to_vec()).await;
    assert!(says(&customer).contains("is with our team"), "{}", says(&customer));
    world.clock.advance(Span::minutes(10));
    world.jobs_until_idle().await;
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::AwaitingPayment, "a receipt under review never just expires");
    operator.tap("Approve").await.unwrap();
    operator.tap("Exactly").await.unwrap();
    let order = world.order(customer.id()).await;
    assert_eq!(order.status, OrderStatus::Provisioned);
    assert_eq!(world.accounts(order.id).len(), 1);
}

#[tokio::test]
async fn a_receipt_without_an_order_is_told_so() {
    let world = World::open().await;
    let customer = world.customer(7_400_000_002);
    customer.send("/start").await;
    customer.send_photo(b"a receipt".to_vec()).await;
    assert!(says(&customer).contains("No order of yours waits for a receipt"), "{}", says(&customer));
    // An order by Stars waits for none either.
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.send_photo(b"a receipt".to_vec()).await;
    assert!(says(&customer).contains("No order of yours waits for a receipt"), "{}", says(&customer));
    assert!(world.operator().chat().iter().all(|message| !message.from_bot));
}

#[tokio::test]
async fn a_second_picture_is_of_the_same_receipt() {
    let world = World::open().await;
    let customer = receipt_sent(&world, 7_400_000_003).await;
    customer.send_photo(b"the same again".to_vec()).await;
    assert!(says(&customer).contains("got this picture too"), "{}", says(&customer));
    // The operators see both, and decide once.
    let cards = world.operator().chat().into_iter().filter(|message| message.photo.is_some()).count();
    assert_eq!(cards, 2);
    // What the operators have to decide is not the customer's to take away.
    customer.tap("Cancel the order").await.unwrap();
    assert!(customer.chat().iter().any(|message| message.edited && message.text.contains("is with our team")));
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::AwaitingPayment);
}

#[tokio::test]
async fn a_receipt_after_the_window_is_reviewed_all_the_same() {
    let world = World::open().await;
    let customer = world.customer(7_400_000_004);
    actors::order(&customer, "Plan small", "Card to card").await;
    world.clock.advance(Span::hours(2));
    world.jobs_until_idle().await;
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Expired);
    customer.send_photo(b"a late receipt".to_vec()).await;
    let operator = world.operator();
    operator.tap("Approve").await.unwrap();
    operator.tap("Exactly").await.unwrap();
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
}

#[tokio::test]
async fn operators_are_reminded_of_what_nobody_decided() {
    let world = World::open().await;
    let customer = receipt_sent(&world, 7_400_000_005).await;
    let shown = || world.operator().chat().into_iter().filter(|message| message.photo.is_some()).count();
    world.clock.advance(Span::hours(11));
    world.jobs_until_idle().await;
    assert_eq!(shown(), 1);
    world.clock.advance(Span::hours(2));
    world.jobs_until_idle().await;
    assert_eq!(shown(), 2);
    world.operator().tap("Approve").await.unwrap();
    world.operator().tap("Exactly").await.unwrap();
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
}

/// A review that the operators could not be shown comes to them soon.
#[tokio::test]
async fn a_receipt_that_could_not_be_shown_is_shown_soon() {
    use local::telegram::Fault;
    let world = World::open().await;
    let customer = world.customer(7_400_000_006);
    actors::order(&customer, "Plan small", "Card to card").await;
    world.telegram.fail(Fault::status("sendPhoto", 502));
    customer.send_photo(b"a receipt".to_vec()).await;
    assert!(says(&customer).contains("is with our team"), "{}", says(&customer));
    world.clock.advance(Span::seconds(16));
    world.jobs_until_idle().await;
    assert!(world.operator().last().unwrap().photo.is_some());
}

async fn decides(telegram: &TelegramStandIn, who: &Person, message: i64, data: &str) -> String {
    let answer = who.tap_data(message, data).await;
    assert!(answer.is_success());
    telegram.callback_answers(who.id()).pop().map(|answer| answer.text).unwrap_or_default()
}

#[tokio::test]
async fn nobody_but_an_operator_decides() {
    let world = World::open().await;
    let customer = receipt_sent(&world, 7_400_000_007).await;
    let order = world.order(customer.id()).await;
    let data = Button::Review { step: ReviewStep::Approve, reference: world.app.names.order(order.id), number: 1, receipt: 1 }.encode();
    let before = world.contents().await;
    let card = world.operator().last().unwrap().message_id;
    let outsider = world.customer(7_400_000_008);
    // The customer himself, in his own chat; a stranger in his; and both in the operators' chat.
    for (who, chat) in [(&customer, customer.id()), (&outsider, outsider.id()), (&customer, tests::OPERATOR), (&outsider, tests::OPERATOR)]
    {
        let told = decides(&world.telegram, &who.at(chat), card, &data).await;
        assert!(told.contains("You may not decide this"), "{told}");
    }
    assert_eq!(world.contents().await, before);
}

#[tokio::test]
async fn in_a_group_telegram_says_who_is_an_operator() {
    let world = World::open_with(&[("TELEGRAM_OPERATOR_CHAT_ID", &GROUP.to_string())]).await;
    let operator = world.operator();
    assert_eq!(operator.chat_id(), GROUP);
    let customer = receipt_sent(&world, 7_400_000_009).await;
    let order = world.order(customer.id()).await;
    let card = operator.last().unwrap().message_id;
    let data = Button::Review { step: ReviewStep::Approve, reference: world.app.names.order(order.id), number: 1, receipt: 1 }.encode();
    let told = decides(&world.telegram, &world.customer(7_400_000_010).at(GROUP), card, &data).await;
    assert!(told.contains("You may not decide this"), "{told}");
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::AwaitingPayment);

    operator.tap("Approve").await.unwrap();
    operator.tap("Exactly").await.unwrap();
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
    assert!(says(&operator).contains("Approved · Operator"), "{}", says(&operator));
}

/// One picture for two orders: both are looked at, and the operators know.
#[tokio::test]
async fn a_picture_that_was_sent_before_is_told_of() {
    let world = World::open().await;
    let first = receipt_sent(&world, 7_400_000_011).await;
    let reused = "This picture was sent before";
    assert!(!says(&world.operator()).contains(reused), "{}", says(&world.operator()));
    let second = receipt_sent(&world, 7_400_000_012).await;
    let told = says(&world.operator());
    assert!(told.contains(reused) && told.contains(&world.payload(&world.order(first.id()).await, 1)), "{told}");
    // Sent again for its own order after a rejection, it is no news.
    let operator = world.operator();
    operator.tap("Reject").await.unwrap();
    operator.tap("The receipt is unreadable").await.unwrap();
    second.send_photo(b"a better one".to_vec()).await;
    assert!(!says(&operator).contains(reused), "{}", says(&operator));
    operator.tap("Reject").await.unwrap();
    operator.tap("The receipt is unreadable").await.unwrap();
    second.send_photo(b"a better one".to_vec()).await;
    assert!(!says(&operator).contains(reused), "{}", says(&operator));
    operator.tap("Approve").await.unwrap();
    operator.tap("Exactly").await.unwrap();
    assert_eq!(world.order(second.id()).await.status, OrderStatus::Provisioned);
    assert_eq!(world.order(first.id()).await.status, OrderStatus::AwaitingPayment);
}

/// Several cards take turns; what a customer was shown stays, whatever becomes of the shop's cards.
#[tokio::test]
async fn cards_take_turns() {
    let world = World::open().await;
    let cards = [("6037997000000001", "Nima R."), ("5022291000000002", "Sara K.")];
    let settle_on = |cards: Vec<(&'static str, &'static str)>| {
        let world = &world;
        async move {
            let cards: Vec<Card> =
                cards.iter().map(|(number, holder)| Card { number: (*number).into(), holder: (*holder).into() }).collect();
            world.app.change_settings(None, &Actor::Bootstrap, |settings| settings.cards = cards.clone()).await.unwrap();
        }
    };
    settle_on(cards.to_vec()).await;
    let mut shown: BTreeMap<String, u32> = BTreeMap::new();
    let mut last = None;
    for n in 0..24 {
        let customer = world.customer(7_400_000_100 + n);
        actors::order(&customer, "Plan small", "Card to card").await;
        let order = world.order(customer.id()).await;
        let card = order.attempts[0].card.clone().expect("a card");
        let grouped: Vec<&str> = (0..4).map(|n| &card.number[n * 4..n * 4 + 4]).collect();
        assert!(says(&customer).contains(&grouped.join(" ")) && says(&customer).contains(&card.holder), "{}", says(&customer));
        *shown.entry(card.number.clone()).or_default() += 1;
        last = Some((customer, card));
    }
    // The environment's card and the two of the settings.
    assert_eq!(shown.len(), 3, "{shown:?}");
    assert!(shown.values().all(|times| *times >= 2), "{shown:?}");

    let (customer, card) = last.expect("a customer");
    settle_on(Vec::new()).await;
    customer.send("/subscriptions").await;
    customer.tap("Open order").await.unwrap();
    assert!(says(&customer).contains(&card.number[12..]), "{}", says(&customer));
    customer.send_photo(b"to the card that was shown".to_vec()).await;
    let operator = world.operator();
    assert!(says(&operator).contains(&format!("to the card …{}", &card.number[12..])), "{}", says(&operator));
    operator.tap("Approve").await.unwrap();
    operator.tap("Exactly").await.unwrap();
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
}

/// Two orders wait for a receipt: it belongs to the one whose screen was opened last.
#[tokio::test]
async fn a_receipt_is_for_the_order_that_was_shown_last() {
    let world = World::open().await;
    let customer = world.customer(7_400_000_020);
    actors::order(&customer, "Plan small", "Card to card").await;
    world.clock.advance(Span::minutes(1));
    actors::order(&customer, "Plan large", "Card to card").await;
    let under_review = async || -> Vec<String> {
        let orders = world.orders(customer.id()).await;
        orders.into_iter().filter(|order| order.under_review().is_some()).map(|order| order.terms.name).collect()
    };
    customer.send("/subscriptions").await;
    customer.tap("Open order: Plan small").await.unwrap();
    customer.send_photo(b"for the small one".to_vec()).await;
    assert_eq!(under_review().await, ["Plan small"]);
    // The next picture is for the other one, which alone waits now.
    customer.send_photo(b"for the large one".to_vec()).await;
    assert_eq!(under_review().await.len(), 2);

    // Whoever opens the older one and then places another sends the receipt of what he placed.
    let other = world.customer(7_400_000_021);
    actors::order(&other, "Plan small", "Card to card").await;
    other.send("/subscriptions").await;
    other.tap("Open order").await.unwrap();
    world.clock.advance(Span::minutes(1));
    actors::order(&other, "Plan large", "Card to card").await;
    other.send_photo(b"for the large one".to_vec()).await;
    let waiting = world.orders(other.id()).await.into_iter().find(|order| order.under_review().is_some()).unwrap();
    assert_eq!(waiting.terms.name, "Plan large");
}
