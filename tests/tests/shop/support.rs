//! Customers and operators write to each other through the bot.

use domain::time::Span;
use local::telegram::Person;
use serde_json::json;
use tests::{
    OPERATOR, World,
    actors::{self, says},
};

const GROUP: i64 = -1_009_000_000_001;

/// From the menu to the bot's question.
async fn open(customer: &Person) {
    customer.send("/start").await;
    customer.tap("Help").await.unwrap();
    customer.tap("Write to support").await.unwrap();
    assert!(says(customer).contains("Write to us"), "{}", says(customer));
}

#[tokio::test]
async fn a_question_and_its_answer() {
    let world = World::open().await;
    let customer = world.telegram.person(7_400_000_001, "<b>Sara</b> & Co", "en");
    let operator = world.operator();
    open(&customer).await;
    customer.send("Which app shall I use?").await;
    assert!(says(&customer).contains("Sent to our team"), "{}", says(&customer));
    // The question follows a line that says whose it is, and stands as it was written.
    let header = operator.told("<b>Sara</b> & Co").expect("a line about the customer");
    assert!(header.text.contains("7400000001"), "{}", header.text);
    let question = operator.told("Which app").expect("the question");
    assert_eq!(question.reply_to, Some(header.message_id));

    // A reply to the question reaches him, below what he wrote; one to the line above it does too.
    actors::answer(&operator, "Which app", "Any of the three.").await;
    assert_eq!(
        customer.told("Any of the three.").and_then(|answer| answer.button("Answer").cloned()).map(|button| button.text),
        Some("✍️ Answer".into())
    );
    assert!(customer.told("Answer from support").is_some());
    actors::answer(&operator, "Sara", "Or ask again.").await;
    assert!(customer.told("Or ask again.").is_some());

    // The bot goes on listening, and the operators see the next words in the same place.
    customer.send("Thanks! And on Linux?").await;
    assert_eq!(operator.told("And on Linux?").and_then(|message| message.reply_to), Some(header.message_id));
    customer.tap("Finish").await.unwrap();
    customer.send("nothing that anybody asked for").await;
    assert!(operator.told("nothing that anybody").is_none());

    // Below the answer there is a way to go on, and the answer stays.
    let answer = customer.told("Any of the three.").unwrap();
    customer.tap_data(answer.message_id, "br").await;
    assert!(says(&customer).contains("Write to us") && customer.told("Any of the three.").is_some());
    customer.send("One more").await;
    assert!(operator.told("One more").is_some());
}

#[tokio::test]
async fn pictures_and_files_pass_in_both_directions() {
    let world = World::open().await;
    let (customer, operator) = (world.customer(7_400_000_002), world.operator());
    customer.send("/support").await;
    customer.send_photo_with_caption(b"a screenshot".to_vec(), "It says this").await;
    let picture = operator.told("It says this").expect("the picture");
    assert_eq!(picture.photo.as_deref(), Some(&b"a screenshot"[..]));
    customer.send_document("log.txt", "text/plain", b"a log".to_vec()).await;
    let file = operator.chat().into_iter().rev().find_map(|message| message.document).expect("the file");
    assert_eq!(file, ("log.txt".to_owned(), b"a log".to_vec()));
    operator.reply_with_photo(picture.message_id, b"an arrow".to_vec(), "Tap there").await;
    assert_eq!(customer.told("Tap there").and_then(|answer| answer.photo), Some(b"an arrow".to_vec()));
}

#[tokio::test]
async fn only_operators_answer_and_only_what_stands_for_a_message() {
    let world =
        World::open_with(&[("TELEGRAM_OPERATOR_CHAT_ID", &GROUP.to_string()), ("TELEGRAM_OPERATOR_IDS", &OPERATOR.to_string())]).await;
    let customer = world.customer(7_400_000_003);
    let operator = world.operator().at(GROUP);
    let guest = world.telegram.person(7_400_000_099, "Guest", "en").at(GROUP);
    customer.send("/support").await;
    customer.send("Hello?").await;
    let before = customer.chat().len();
    actors::answer(&guest, "Hello?", "I am the operator, trust me").await;
    assert!(says(&operator).contains("not one of the operators"), "{}", says(&operator));
    // Talk among operators is theirs, and a command is none of a customer's.
    operator.send("What does he want?").await;
    actors::answer(&operator, "Hello?", "/start").await;
    assert_eq!(customer.chat().len(), before);
    // What a message says of itself is not believed.
    operator.send("💬 Customer\n7400000003").await;
    let forged = operator.chat().last().unwrap().message_id;
    operator.reply(forged, "To whom?").await;
    assert_eq!(customer.chat().len(), before);
    actors::answer(&operator, "Hello?", "Good day").await;
    assert!(customer.told("Good day").is_some());
    // After two months nobody answers by mistake.
    world.clock.advance(Span::days(61));
    actors::answer(&operator, "Hello?", "Too late").await;
    assert!(customer.told("Too late").is_none());
}

#[tokio::test]
async fn an_operator_learns_that_nobody_reads_him() {
    let world = World::open().await;
    let (customer, operator) = (world.customer(7_400_000_004), world.operator());
    customer.send("/support").await;
    customer.send("Hello?").await;
    customer.set_blocked(true).await;
    actors::answer(&operator, "Hello?", "Good day").await;
    assert!(says(&operator).contains("has blocked the bot"), "{}", says(&operator));
}

#[tokio::test]
async fn a_picture_without_a_word_is_the_receipt_that_an_order_waits_for() {
    let world = World::open().await;
    let (customer, operator) = (world.customer(7_400_000_005), world.operator());
    actors::order(&customer, "Plan small", "Card to card").await;
    // A picture with a question is for the operators, one without a word is the receipt.
    world.clock.advance(Span::minutes(1));
    customer.send("/support").await;
    customer.send_photo_with_caption(b"what is this".to_vec(), "What is this?").await;
    assert!(operator.told("What is this?").is_some());
    assert!(world.order(customer.id()).await.under_review().is_none());
    customer.send_photo(b"the receipt".to_vec()).await;
    assert!(world.order(customer.id()).await.under_review().is_some());

    // Another one writes to support, and then begins to pay by card.
    let other = world.customer(7_400_000_006);
    other.send("/support").await;
    world.clock.advance(Span::minutes(1));
    actors::order(&other, "Plan small", "Card to card").await;
    other.send_photo(b"another receipt".to_vec()).await;
    assert!(world.order(other.id()).await.under_review().is_some());
}

#[tokio::test]
async fn operators_are_not_flooded() {
    let world = World::open().await;
    let (customer, operator) = (world.customer(7_400_000_007), world.operator());
    customer.send("/support").await;
    for n in 0..31 {
        customer.send(&format!("message {n}")).await;
    }
    assert!(says(&customer).contains("written a lot"), "{}", says(&customer));
    assert!(operator.told("message 29").is_some() && operator.told("message 30").is_none());
    world.clock.advance(Span::hours(1));
    customer.send("/support").await;
    customer.send("message 31").await;
    assert!(operator.told("message 31").is_some());
}

#[tokio::test]
async fn without_a_chat_of_operators_there_is_the_contact() {
    let world = World::open().await;
    let customer = world.customer(7_400_000_008);
    let (status, _) =
        world.admin("PATCH", "/admin/v1/settings", Some(json!({"support_relay": false, "support_username": "wave_support"}))).await;
    assert_eq!(status, 200);
    customer.send("/support").await;
    assert!(says(&customer).contains("@wave_support"), "{}", says(&customer));
    customer.send("Hello?").await;
    assert!(world.operator().told("Hello?").is_none());
}

#[tokio::test]
async fn who_is_banned_writes_to_nobody() {
    let world = World::open().await;
    let customer = world.customer(7_400_000_009);
    customer.send("/support").await;
    let (status, _) = world.admin("PATCH", "/admin/v1/settings", Some(json!({"support_username": "wave_support"}))).await;
    assert_eq!(status, 200);
    let (status, _) = world.admin("POST", "/admin/v1/users/7400000009/ban", None).await;
    assert_eq!(status, 200);
    customer.send("/support").await;
    assert!(says(&customer).contains("cannot buy here") && says(&customer).contains("@wave_support"), "{}", says(&customer));
    customer.send("Why?").await;
    customer.send_photo(b"a picture".to_vec()).await;
    assert!(world.operator().chat().iter().all(|message| !message.from_bot), "{:?}", world.operator().chat());
}

/// The parts of an album come as messages of their own: each is passed on, and the customer is told once.
#[tokio::test]
async fn an_album_is_acknowledged_once() {
    let world = World::open().await;
    let (customer, operator) = (world.customer(7_400_000_010), world.operator());
    for part in ["one", "two", "three"] {
        customer.send_photo_with_caption(part.as_bytes().to_vec(), part).await;
    }
    let parts: Vec<i64> = customer.chat().into_iter().filter(|message| !message.from_bot).map(|message| message.message_id).collect();
    customer.send("/support").await;
    let mut told = 0;
    for message_id in parts {
        let answer = world
            .telegram
            .send_update(json!({ "message": {
                "message_id": message_id, "date": 1_795_000_000, "media_group_id": "13000000001",
                "chat": { "id": customer.id(), "type": "private" },
                "from": { "id": customer.id(), "is_bot": false, "first_name": "Customer", "language_code": "en" },
                "photo": [{ "file_id": "a", "file_unique_id": "b", "width": 90, "height": 90 }],
            } }))
            .await;
        assert!(answer.is_success());
        told += usize::from(answer.body.is_some());
    }
    assert_eq!(told, 1);
    for part in ["one", "two", "three"] {
        assert!(operator.told(part).is_some(), "{part}");
    }
}
