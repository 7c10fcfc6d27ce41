//! What customers do, in the words of a test, and updates that no chat page would send.

use domain::order::Order;
use local::{
    lambda::HttpAnswer,
    telegram::{Answer, ButtonAction, Person},
};
use serde_json::{Value, json};

use crate::{World, crypto_pay::Callback};

/// From the first word to an order's screen: `plan` and `method` are parts of the buttons' texts.
pub async fn order(customer: &Person, plan: &str, method: &str) {
    choose(customer, plan).await;
    customer.tap(method).await.expect("a way to pay");
}

/// From the first word to a plan's screen.
pub async fn choose(customer: &Person, plan: &str) {
    customer.send("/start").await;
    customer.tap("Buy a subscription").await.expect("the plans");
    customer.tap(plan).await.expect("the plan");
}

/// The same, with a code that the customer types.
pub async fn choose_with_code(customer: &Person, plan: &str, code: &str) {
    choose(customer, plan).await;
    customer.tap("discount code").await.expect("the question for a code");
    customer.send(code).await;
}

/// What the bot says now: its newest message.
pub fn says(customer: &Person) -> String {
    customer.last().map(|message| message.text).unwrap_or_default()
}

/// What a button of the newest message carries, and the message.
pub fn callback_of(person: &Person, part: &str) -> (i64, String) {
    let message = person.last().expect("a message");
    let Some(ButtonAction::Callback(data)) = message.button(part).map(|button| button.action.clone()) else {
        panic!("no button {part}: {message:?}")
    };
    (message.message_id, data)
}

/// The subscription links that somebody has been sent, pictures with their captions.
pub fn deliveries(customer: &Person) -> Vec<String> {
    customer.chat().into_iter().filter(|message| message.from_bot && message.photo.is_some()).map(|message| message.text).collect()
}

/// An operator answers, with Telegram's reply, the bot's newest message that has `part` in it.
pub async fn answer(operator: &Person, part: &str, text: &str) -> Answer {
    let message = operator.told(part).unwrap_or_else(|| panic!("the bot said nothing with {part:?}: {:?}", operator.chat()));
    operator.reply(message.message_id, text).await
}

/// `successful_payment`, as Telegram tells of a charge in Stars.
pub fn successful_payment(payer: i64, payload: &str, stars: u32, charge: &str) -> Value {
    json!({ "message": {
        "message_id": 7_000,
        "date": 1_795_000_000,
        "chat": { "id": payer, "type": "private", "first_name": "Customer" },
        "from": { "id": payer, "is_bot": false, "first_name": "Customer", "language_code": "en" },
        "successful_payment": {
            "currency": "XTR",
            "total_amount": stars,
            "invoice_payload": payload,
            "telegram_payment_charge_id": charge,
            "provider_payment_charge_id": format!("{payer}_0"),
        },
    } })
}

/// `pre_checkout_query`, as Telegram asks before a charge.
pub fn pre_checkout(payer: i64, payload: &str, currency: &str, amount: i64) -> Value {
    json!({ "pre_checkout_query": {
        "id": "4242",
        "from": { "id": payer, "is_bot": false, "first_name": "Customer", "language_code": "en" },
        "currency": currency,
        "total_amount": amount,
        "invoice_payload": payload,
    } })
}

/// Whether a pre-checkout was answered with yes; panics where it was not answered.
pub fn approved(answer: &Answer) -> bool {
    let body = answer.body.as_ref().expect("an answer in the webhook's response");
    assert_eq!(body.get("method"), Some(&json!("answerPreCheckoutQuery")));
    body.get("ok") == Some(&json!(true))
}

impl World {
    /// What an order's attempt is called where it is paid.
    pub fn payload(&self, order: &Order, attempt: u8) -> String {
        self.app.names.attempt(order.id, attempt)
    }

    /// A callback of Crypto Pay.
    pub async fn crypto_pay_calls(&self, callback: &Callback) -> HttpAnswer {
        let headers = [("crypto-pay-api-signature", callback.signature.as_str()), ("content-type", "application/json")];
        self.request("POST", "/payments/crypto-pay/callback", &headers, &callback.body).await
    }
}
