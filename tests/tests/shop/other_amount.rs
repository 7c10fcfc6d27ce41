//! Another amount arrived than a receipt claims: an operator says so in the chat.

use app::button::{Button, ReviewStep};
use domain::order::OrderStatus;
use local::telegram::Person;
use tests::{
    World,
    actors::{self, says},
};

const GROUP: i64 = -1_001_234_567_890;

/// A customer whose receipt is with the operators.
async fn receipt_sent(world: &World, id: i64) -> Person {
    let customer = world.customer(id);
    actors::order(&customer, "Plan small", "Card to card").await;
    customer.send_photo(b"a receipt".to_vec()).await;
    customer
}

async fn quote(world: &World, customer: &Person) -> u32 {
    world.order(customer.id()).await.attempts[0].quote.amount_text().parse().unwrap()
}

/// The receipt's own message.
fn card(operator: &Person) -> local::telegram::ChatMessage {
    operator.chat().into_iter().find(|message| message.photo.is_some()).unwrap()
}

#[tokio::test]
async fn less_than_was_asked_for_is_kept_and_the_customer_hears_of_it() {
    let world = World::open().await;
    let operator = world.operator();
    let customer = receipt_sent(&world, 7_410_000_001).await;
    let quote = quote(&world, &customer).await;
    operator.tap("Other amount").await.unwrap();
    assert!(says(&operator).contains("Operator, how much arrived?"), "{}", says(&operator));
    // What is no amount, or could be another one, is asked for again; nothing is decided.
    for answer in ["a lot", "250k", "", "0", "-5", "1e5", "12,34", "250 هزار", "99999999999999"] {
        operator.send(answer).await;
        assert!(says(&operator).contains("could not read an amount"), "{answer}: {}", says(&operator));
        assert!(world.order(customer.id()).await.undecided_receipt(1).is_ok());
    }
    operator.send(&format!("۰{}", quote - 30_000)).await;
    assert!(says(&operator).contains("30,000 T"), "{}", says(&operator));
    assert!(says(&operator).contains("is missing"), "{}", says(&operator));
    assert!(world.order(customer.id()).await.undecided_receipt(1).is_ok(), "it takes one more tap");
    let (question, yes) = actors::callback_of(&operator, "arrived");
    operator.tap("Yes").await.unwrap();
    let order = world.order(customer.id()).await;
    assert_eq!(order.status, OrderStatus::AwaitingPayment);
    assert!(order.undecided_receipt(1).is_err());
    assert!(says(&customer).contains("30,000"), "{}", says(&customer));
    let (_, unapplied) = world.admin("GET", "/admin/v1/unapplied-payments", None).await;
    assert_eq!(unapplied["items"][0]["amount"]["amount"], (quote - 30_000).to_string());
    // Both messages say what was decided, and have no buttons any more.
    for message in [card(&operator), operator.chat().into_iter().find(|message| message.message_id == question).unwrap()] {
        assert!(message.text.contains("30,000") && message.text.contains("is missing · Operator"), "{}", message.text);
        assert!(message.button_texts().is_empty(), "{message:?}");
    }
    // A second tap decides nothing, nor does a second answer to the question.
    let again = operator.tap_data(question, &yes).await;
    assert!(again.body.unwrap()["text"].as_str().unwrap().contains("Already decided"));
    actors::answer(&operator, "how much arrived", "5000").await;
    assert!(says(&operator).contains("Already decided"), "{}", says(&operator));
    assert_eq!(world.history("order", &world.app.names.order(order.id)).await, ["approve-short"]);
}

#[tokio::test]
async fn enough_pays_the_order_in_a_group() {
    let world = World::open_with(&[("TELEGRAM_OPERATOR_CHAT_ID", &GROUP.to_string())]).await;
    let operator = world.operator().at(GROUP);
    let customer = receipt_sent(&world, 7_410_000_002).await;
    let quote = quote(&world, &customer).await;
    operator.tap("Other amount").await.unwrap();
    let grouped = format!("{},{:03}", (quote + 1_000) / 1_000, quote % 1_000);
    actors::answer(&operator, "how much arrived", &grouped).await;
    assert!(says(&operator).contains("That is enough"), "{}", says(&operator));
    operator.tap("Not that").await.unwrap();
    assert!(operator.last().unwrap().button_texts().is_empty());
    assert!(world.order(customer.id()).await.undecided_receipt(1).is_ok());
    actors::answer(&operator, "how much arrived", &grouped).await;
    operator.tap("Yes").await.unwrap();
    let order = world.order(customer.id()).await;
    assert_eq!(order.status, OrderStatus::Provisioned);
    let payment = world.app.payment(&order.payment.unwrap()).await.unwrap().unwrap();
    assert_eq!(payment.amount.unwrap().amount_text(), (quote + 1_000).to_string());
    assert_eq!(payment.approved_by, Some(format!("telegram:{}", operator.id())));
    assert!(card(&operator).text.contains("Approved · Operator"), "{}", card(&operator).text);
    assert!(card(&operator).button_texts().is_empty());
    assert!(!operator.chat().iter().any(|message| message.text.contains("💰")), "who decided is not told of what he decided");
}

#[tokio::test]
async fn others_and_old_questions_decide_nothing() {
    let world = World::open().await;
    let operator = world.operator();
    let customer = receipt_sent(&world, 7_410_000_003).await;
    let reference = world.app.names.order(world.order(customer.id()).await.id);
    let before = world.order(customer.id()).await;
    // A customer who knows all of it.
    let message = customer.last().unwrap().message_id;
    for step in [ReviewStep::AskAmount, ReviewStep::Correct(1.into()), ReviewStep::Forget] {
        let button = Button::Review { step, reference: reference.clone(), number: 1, receipt: 1 };
        assert_eq!(customer.tap_data(message, &button.encode()).await.body.unwrap()["text"], "You may not decide this.", "{step:?}");
    }
    assert_eq!(world.order(customer.id()).await, before);
    // A question about a receipt that was rejected, and followed by another one.
    operator.tap("Other amount").await.unwrap();
    actors::answer(&operator, "how much arrived", "1000").await;
    let (question, yes) = actors::callback_of(&operator, "Yes");
    let old = card(&operator);
    operator.tap_data(old.message_id, old.button("Reject").unwrap().callback_data().unwrap()).await;
    operator.tap_data(old.message_id, card(&operator).button("unreadable").unwrap().callback_data().unwrap()).await;
    customer.send_photo(b"a better receipt".to_vec()).await;
    let waiting = world.order(customer.id()).await;
    assert_eq!(waiting.under_review().unwrap().receipt.as_ref().unwrap().nth, 2);
    operator.tap_data(question, &yes).await;
    actors::answer(&operator, "how much arrived", "1000").await;
    assert!(says(&operator).contains("Already decided"), "{}", says(&operator));
    assert_eq!(world.order(customer.id()).await, waiting);
    assert_eq!(world.history("order", &reference).await, ["reject"]);
}
