//! Payments in Stars.

use super::*;

fn invoice() -> Value {
    json!({
        "title": "Plan", "description": "30 days", "payload": "order-1", "currency": "XTR",
        "prices": [{ "label": "Plan", "amount": 150 }],
    })
}

#[tokio::test]
async fn a_link_is_paid_as_often_as_people_like_and_refunded_once() {
    let stand_in = stand_in();
    let updates = willing_bot(&stand_in);
    let customer = stand_in.person(CUSTOMER, "Customer", "fa");
    let link = done(&stand_in, "createInvoiceLink", invoice()).await;
    let link = link.as_str().unwrap();
    assert_eq!(stand_in.invoice(link).unwrap().stars, 150);
    let paid = customer.pay(link).await.unwrap();
    assert!(paid.checkout.is_success() && paid.payment.is_success());
    let again = customer.pay(link).await.unwrap();
    assert_ne!(paid.charge_id, again.charge_id);

    let seen = updates.lock().unwrap().clone();
    let checkout = &seen[0]["pre_checkout_query"];
    assert_eq!(checkout["invoice_payload"], "order-1");
    assert_eq!((&checkout["currency"], &checkout["total_amount"]), (&json!("XTR"), &json!(150)));
    let payment = &seen[1]["message"]["successful_payment"];
    assert_eq!(payment["telegram_payment_charge_id"], paid.charge_id);
    assert_eq!((&payment["invoice_payload"], &payment["total_amount"]), (&json!("order-1"), &json!(150)));

    let refund = json!({ "user_id": CUSTOMER, "telegram_payment_charge_id": paid.charge_id });
    done(&stand_in, "refundStarPayment", refund.clone()).await;
    let (_, body) = call(&stand_in, "refundStarPayment", refund).await;
    assert_eq!(body["description"], "Bad Request: CHARGE_ALREADY_REFUNDED");
    let listed = done(&stand_in, "getStarTransactions", json!({ "limit": 100 })).await;
    let listed = listed["transactions"].as_array().unwrap().clone();
    assert_eq!(listed, stand_in.star_transactions());
    assert_eq!(listed.len(), 3);
    assert_eq!(listed[0]["source"]["invoice_payload"], "order-1");
    assert_eq!((&listed[2]["id"], listed[2].get("receiver").is_some()), (&json!(paid.charge_id), true));
    assert_eq!(done(&stand_in, "getMyStarBalance", json!({})).await, json!({ "amount": 150 }));
    let told = customer.chat().into_iter().filter(|message| message.charge_id.as_ref() == Some(&paid.charge_id)).count();
    assert_eq!(told, 2);
}

#[tokio::test]
async fn a_subscription_is_charged_again_under_the_same_payload_until_somebody_ends_it() {
    let stand_in = stand_in();
    let updates = willing_bot(&stand_in);
    let customer = stand_in.person(CUSTOMER, "Customer", "fa");
    let mut params = invoice();
    params["subscription_period"] = json!(2_592_000);
    let link = done(&stand_in, "createInvoiceLink", params).await;
    let link = link.as_str().unwrap();
    assert_eq!(stand_in.invoice(link).unwrap().subscription_period, Some(2_592_000));
    let first = customer.pay(link).await.unwrap().charge_id;
    let second = stand_in.renew_star_subscription(&first).await.unwrap();
    assert!(second.payment.is_success());
    let third = stand_in.renew_star_subscription(&second.charge_id).await.unwrap().charge_id;

    let told: Vec<Value> =
        updates.lock().unwrap().iter().filter_map(|update| update.pointer("/message/successful_payment").cloned()).collect();
    let field = |name: &str| told.iter().map(|payment| payment[name].clone()).collect::<Vec<_>>();
    assert_eq!(field("telegram_payment_charge_id"), [json!(first), json!(second.charge_id), json!(third)]);
    assert_eq!(field("invoice_payload"), [json!("order-1"), json!("order-1"), json!("order-1")]);
    assert_eq!(field("is_recurring"), [json!(true), json!(true), json!(true)]);
    assert_eq!(field("is_first_recurring"), [json!(true), Value::Null, Value::Null]);
    let until = field("subscription_expiration_date").iter().map(|date| date.as_i64().unwrap()).collect::<Vec<_>>();
    assert_eq!((until[0], until[1] - until[0], until[2] - until[1]), (1_760_000_000 + 2_592_000, 2_592_000, 2_592_000));
    let asked = updates.lock().unwrap().iter().filter(|update| update.get("pre_checkout_query").is_some()).count();
    assert_eq!(asked, 1, "only the person's own payment is asked about");

    let edit = |canceled: bool| json!({ "user_id": CUSTOMER, "telegram_payment_charge_id": first, "is_canceled": canceled });
    done(&stand_in, "editUserStarSubscription", edit(true)).await;
    assert_eq!(stand_in.renew_star_subscription(&first).await, Err(RenewError::Canceled));
    done(&stand_in, "editUserStarSubscription", edit(false)).await;
    assert!(customer.set_subscription_canceled(&third, true));
    assert_eq!(stand_in.renew_star_subscription(&first).await, Err(RenewError::Canceled));
    let wrong = json!({ "user_id": CUSTOMER + 1, "telegram_payment_charge_id": first, "is_canceled": true });
    assert_eq!(call(&stand_in, "editUserStarSubscription", wrong).await.1["description"], "Bad Request: CHARGE_ID_INVALID");
    done(&stand_in, "refundStarPayment", json!({ "user_id": CUSTOMER, "telegram_payment_charge_id": third })).await;
    assert_eq!(stand_in.renew_star_subscription("nonsense").await, Err(RenewError::NoSubscription));
}

#[tokio::test]
async fn an_invoice_message_is_paid_once_by_its_button() {
    let stand_in = stand_in();
    willing_bot(&stand_in);
    let customer = stand_in.person(CUSTOMER, "Customer", "fa");
    customer.send("/start").await;
    let mut params = invoice();
    params["chat_id"] = json!(CUSTOMER);
    let sent = done(&stand_in, "sendInvoice", params).await;
    assert_eq!(sent["invoice"]["total_amount"], 150);
    assert!(customer.tap("⭐").await.unwrap().is_success());
    assert!(matches!(customer.tap("⭐").await, Err(PersonError::Pay(PayError::AlreadyPaid))));
    assert_eq!(customer.pay("https://t.me/$nonsense").await, Err(PayError::NoInvoice));
}

#[tokio::test]
async fn a_refusal_or_silence_takes_no_stars() {
    let stand_in = stand_in();
    bot(&stand_in, |update| match update.pointer("/pre_checkout_query/id") {
        Some(id) if update["pre_checkout_query"]["from"]["id"] == CUSTOMER => {
            let answer = json!({
                "method": "answerPreCheckoutQuery", "pre_checkout_query_id": id, "ok": false, "error_message": "منقضی شد",
            });
            (200, Some(answer))
        }
        _ => (200, None),
    });
    let link = done(&stand_in, "createInvoiceLink", invoice()).await;
    let link = link.as_str().unwrap();
    let customer = stand_in.person(CUSTOMER, "Customer", "fa");
    assert_eq!(customer.pay(link).await, Err(PayError::Refused("منقضی شد".to_owned())));
    let other = stand_in.person(CUSTOMER + 1, "Second customer", "en");
    assert_eq!(other.pay(link).await, Err(PayError::NoAnswer));
    assert!(stand_in.star_transactions().is_empty());
}
