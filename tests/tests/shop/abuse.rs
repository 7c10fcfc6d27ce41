//! Who wants too much at once: open orders, taps and texts, and chats that are none of the shop's business.

use domain::{order::OrderStatus, time::Span};
use embedded_dynamodb::Tally;
use serde_json::{Value, json};
use tests::{
    World,
    actors::{self, deliveries, says},
};

#[tokio::test]
async fn so_many_orders_wait_for_money_and_no_more() {
    let world = World::open().await;
    world.add_code("GIFT", "100", None, None).await;
    let customer = world.customer(7_820_000_001);
    for _ in 0..3 {
        actors::order(&customer, "Plan small", "Card to card").await;
    }
    actors::choose(&customer, "Plan large").await;
    customer.tap("⭐ 240").await.unwrap();
    assert!(says(&customer).contains("several open orders"), "{}", says(&customer));
    assert_eq!(world.orders(customer.id()).await.len(), 3);
    let buttons = customer.last().unwrap();
    assert_eq!(buttons.button_texts().iter().filter(|text| text.contains("Open order: Plan small")).count(), 3);
    // What costs nothing is never one too many.
    actors::choose_with_code(&customer, "Plan small", "GIFT").await;
    customer.tap("Get it for free").await.unwrap();
    assert_eq!(deliveries(&customer).len(), 1);
    // The button of an order that stands is never refused.
    actors::choose(&customer, "Plan large").await;
    customer.tap("⭐ 240").await.unwrap();
    customer.tap("Cancel the order").await.unwrap();
    actors::choose(&customer, "Plan large").await;
    let (message, place) = actors::callback_of(&customer, "⭐ 240");
    customer.tap("⭐ 240").await.unwrap();
    assert!(customer.last().unwrap().button("Pay ⭐ 240").is_some(), "{}", says(&customer));
    customer.tap_data(message, &place).await;
    assert!(customer.last().unwrap().button("Pay ⭐ 240").is_some(), "{}", says(&customer));
    // Nor does an order that ended count, or one whose receipt is looked at.
    customer.send_photo(b"a receipt".to_vec()).await;
    actors::order(&customer, "Plan small", "⭐ 80").await;
    assert!(customer.last().unwrap().button("Pay ⭐ 80").is_some(), "{}", says(&customer));
    world.clock.advance(Span::minutes(61));
    actors::order(&customer, "Plan small", "⭐ 80").await;
    assert!(customer.last().unwrap().button("Pay ⭐ 80").is_some(), "none can be paid any more: {}", says(&customer));
}

/// Taps and texts as fast as a machine sends them: answered from memory, and money is not asked how fast it comes.
#[tokio::test]
async fn whoever_is_too_fast_is_told_and_costs_nothing() {
    let world = World::open().await;
    let customer = world.customer(7_820_000_002);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    let order = world.order(customer.id()).await;
    let (message, before) = (customer.last().unwrap(), customer.chat().len());
    let mut slowed = 0;
    for _ in 0..80 {
        let answer = customer.tap_data(message.message_id, "m").await;
        assert!(answer.is_success());
        slowed += usize::from(answer.callback.is_some_and(|said| said.text.contains("a little too fast") && !said.show_alert));
    }
    assert!((20..30).contains(&slowed), "{slowed}");
    assert_eq!(customer.chat().len(), before, "screens change in place");
    world.dynamodb.take_log();
    world.telegram.clear_calls();
    for _ in 0..5 {
        assert!(customer.send("/plans").await.is_success());
    }
    assert_eq!(Tally::of(&world.dynamodb.take_log()).requests, 0);
    // Told by the taps already; of texts once is enough, and another customer is as quick as ever.
    assert_eq!(customer.chat().iter().filter(|message| message.from_bot && message.text.contains("a little too fast")).count(), 0);
    let texter = world.customer(7_820_000_003);
    for _ in 0..70 {
        assert!(texter.send("hello").await.is_success());
    }
    assert_eq!(texter.chat().iter().filter(|message| message.from_bot && message.text.contains("a little too fast")).count(), 1);

    let payload = world.payload(&order, 1);
    assert!(actors::approved(&world.telegram.send_update(actors::pre_checkout(customer.id(), &payload, "XTR", 80)).await));
    world.telegram.send_update(actors::successful_payment(customer.id(), &payload, 80, "charge")).await;
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
    customer.send_photo(b"a receipt".to_vec()).await;
    assert!(says(&customer).contains("No order of yours waits for a receipt"), "{}", says(&customer));
    world.clock.advance(Span::seconds(5));
    customer.send("/plans").await;
    assert!(says(&customer).contains("Choose a plan"), "a pause is enough");
}

fn message_in(chat: &Value, from: &Value, more: &Value) -> Value {
    let mut message = json!({ "message_id": 9, "date": 1_795_000_000, "chat": chat, "from": from });
    message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "message": message })
}

#[tokio::test]
async fn groups_and_channels_are_not_read() {
    let world = World::open().await;
    let group = json!({ "id": -1_009, "type": "supergroup", "title": "Some group" });
    let channel = json!({ "id": -1_002_000_000_999_i64, "type": "channel", "title": "Some channel" });
    let person = json!({ "id": 7_820_000_010_i64, "is_bot": false, "first_name": "Somebody", "language_code": "en" });
    let bot = json!({ "id": 7_820_000_011_i64, "is_bot": true, "first_name": "GroupAnonymousBot" });
    let tap = |data: &str| {
        json!({ "callback_query": { "id": "77", "from": person, "chat_instance": "1", "data": data,
            "message": { "message_id": 9, "date": 1_795_000_000, "chat": group, "from": bot, "text": "x" } } })
    };
    let inline = json!({ "callback_query": { "id": "78", "from": person, "chat_instance": "1", "data": "m", "inline_message_id": "x" } });
    let membership = |chat: &Value, status: &str| {
        json!({ "my_chat_member": { "chat": chat, "from": person, "date": 1_795_000_000,
            "old_chat_member": { "status": "left", "user": bot }, "new_chat_member": { "status": status, "user": bot } } })
    };
    let quiet = [
        ("a text in a group", message_in(&group, &person, &json!({ "text": "/start" }))),
        (
            "a photo in a group",
            message_in(&group, &person, &json!({ "photo": [{ "file_id": "a", "file_unique_id": "b", "width": 9, "height": 9 }] })),
        ),
        ("a group's anonymous administrator", message_in(&group, &bot, &json!({ "text": "/plans", "sender_chat": group }))),
        (
            "a reply in a group",
            message_in(&group, &person, &json!({ "text": "yes", "reply_to_message": { "message_id": 8, "date": 1, "chat": group } })),
        ),
        ("a post of a channel", json!({ "channel_post": { "message_id": 9, "date": 1_795_000_000, "chat": channel, "text": "confirm" } })),
        (
            "an edited post",
            json!({ "edited_channel_post": { "message_id": 9, "date": 1_795_000_000, "chat": channel, "text": "confirm" } }),
        ),
        ("the bot in a group", membership(&group, "administrator")),
        ("the bot out of a channel", membership(&channel, "kicked")),
    ];
    world.dynamodb.take_log();
    for (what, update) in quiet {
        let answer = world.telegram.send_update(update).await;
        assert!(answer.is_success() && answer.body.is_none(), "{what}: {answer:?}");
    }
    for (what, update) in
        [("a tap in a group", tap("m")), ("a review in a group", tap("ra1000AAAA")), ("a tap below an inline message", inline)]
    {
        let answer = world.telegram.send_update(update).await;
        assert_eq!(answer.body.unwrap()["method"], "answerCallbackQuery", "{what}: no spinner is left");
    }
    assert_eq!(Tally::of(&world.dynamodb.take_log()).requests, 0);
}

/// A second picture of a receipt may be a better one; the hundredth is none, and the operators' chat is for others too.
#[tokio::test]
async fn pictures_of_one_receipt_have_an_end() {
    let world = World::open().await;
    let customer = world.customer(7_820_000_900);
    actors::order(&customer, "Plan small", "Card to card").await;
    for n in 0..40 {
        customer.send_photo(format!("picture {n}").into_bytes()).await;
    }
    assert!(says(&customer).contains("is with our team already"), "{}", says(&customer));
    let shown = world.operator().chat().into_iter().filter(|message| message.photo.is_some()).count();
    assert_eq!(shown, 31, "the receipt, and thirty more in an hour");
}
