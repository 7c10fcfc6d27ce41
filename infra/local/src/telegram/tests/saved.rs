//! A restart.

use super::*;

#[tokio::test]
async fn chats_files_payments_and_waiting_updates_outlive_the_process() {
    let folder = std::env::temp_dir().join(format!("telegram-stand-in-{}", std::process::id()));
    let path = folder.join("telegram.json");
    let options = || Options { state_file: Some(path.clone()), ..options().0 };
    let first = TelegramStandIn::new(options()).unwrap();
    let updates = willing_bot(&first);
    let customer = first.person(CUSTOMER, "Customer", "fa");
    customer.send("/start").await;
    customer.send_photo(DOT).await;
    let invoice = json!({
        "title": "Plan", "description": "d", "payload": "p", "currency": "XTR", "prices": [{ "label": "l", "amount": 5 }],
    });
    let link = done(&first, "createInvoiceLink", invoice).await;
    customer.pay(link.as_str().unwrap()).await.unwrap();
    let highest = updates.lock().unwrap().iter().filter_map(|update| update["update_id"].as_i64()).max().unwrap();
    first.shut_down().unwrap();

    let second = TelegramStandIn::new(options()).unwrap();
    let customer = second.person(CUSTOMER, "Customer", "fa");
    assert_eq!(customer.chat(), first.person(CUSTOMER, "Customer", "fa").chat());
    assert_eq!(customer.chat()[1].photo.as_deref(), Some(DOT));
    assert_eq!(second.star_transactions().len(), 1);
    let waiting = tokio::spawn({
        let customer = customer.clone();
        async move { customer.send("waits").await }
    });
    while second.pending_updates() == 0 {
        tokio::task::yield_now().await;
    }
    waiting.abort();
    second.save_now().unwrap();

    let third = TelegramStandIn::new(options()).unwrap();
    assert_eq!(third.pending_updates(), 1);
    let updates = willing_bot(&third);
    third.person(CUSTOMER, "Customer", "fa").send("next").await;
    let updates = updates.lock().unwrap().clone();
    assert_eq!(updates.iter().map(|update| &update["message"]["text"]).collect::<Vec<_>>(), ["waits", "next"]);
    let ids: Vec<_> = updates.iter().map(|update| update["update_id"].as_i64().unwrap()).collect();
    assert!(ids[0] > highest && ids[1] > ids[0], "{ids:?} after {highest}");

    std::fs::write(&path, "{}").unwrap();
    assert!(matches!(TelegramStandIn::new(options()), Err(StateFileError::Decode { .. })));
    std::fs::remove_dir_all(&folder).unwrap();
}

/// The ids that a run shows to the bot: of charges, queries, updates, messages, files and links.
async fn seen_by_the_bot(options: Options) -> Vec<String> {
    let stand_in = TelegramStandIn::new(options).unwrap();
    let kept = stand_in.inner.state_file.clone().unwrap();
    let charges_at_delivery = Arc::new(Mutex::new(Vec::new()));
    let updates = bot(&stand_in, {
        let charges_at_delivery = Arc::clone(&charges_at_delivery);
        move |update| {
            if let Some(charge) = update.pointer("/message/successful_payment/telegram_payment_charge_id") {
                let saved: Value = serde_json::from_slice(&std::fs::read(&kept).unwrap()).unwrap();
                let charges = saved["charges"].as_array().unwrap();
                charges_at_delivery.lock().unwrap().push(charges.iter().any(|saved| saved["id"] == *charge));
            }
            match update.pointer("/pre_checkout_query/id") {
                Some(id) => (200, Some(json!({ "method": "answerPreCheckoutQuery", "pre_checkout_query_id": id, "ok": true }))),
                None => (200, None),
            }
        }
    });
    let customer = stand_in.person(CUSTOMER, "Customer", "fa");
    customer.send("/start").await;
    customer.send_photo(DOT).await;
    let invoice = json!({
        "title": "Plan", "description": "d", "payload": "p", "currency": "XTR", "prices": [{ "label": "l", "amount": 5 }],
    });
    let link = done(&stand_in, "createInvoiceLink", invoice).await;
    customer.pay(link.as_str().unwrap()).await.unwrap();
    assert_eq!(*charges_at_delivery.lock().unwrap(), [true]);
    let updates = updates.lock().unwrap().clone();
    let id = |update: &Value, kind: &str, pointer: &str| update.pointer(pointer).map(|id| format!("{kind} {id}"));
    let ids = updates.iter().flat_map(|update| {
        [
            id(update, "update", "/update_id"),
            id(update, "query", "/pre_checkout_query/id"),
            id(update, "message", "/message/message_id"),
            id(update, "file", "/message/photo/1/file_id"),
            id(update, "charge", "/message/successful_payment/telegram_payment_charge_id"),
        ]
    });
    ids.flatten().chain([format!("link {link}")]).collect()
}

#[tokio::test]
async fn no_id_comes_again_after_a_kill() {
    let folder = std::env::temp_dir().join(format!("telegram-stand-in-killed-{}", std::process::id()));
    let options = |file: &str, start: &str| Options { state_file: Some(folder.join(file)), start: start.to_owned(), ..options().0 };
    drop(TelegramStandIn::new(options("first.json", "first")).unwrap());
    // What a kill leaves when nothing of a run was saved but its start.
    std::fs::copy(folder.join("first.json"), folder.join("second.json")).unwrap();
    drop(TelegramStandIn::new(options("second.json", "second")).unwrap());
    let first = seen_by_the_bot(options("first.json", "second")).await;
    let second = seen_by_the_bot(options("second.json", "third")).await;
    assert_eq!(first.len(), second.len());
    assert!(first.iter().all(|id| !second.contains(id)), "{first:?} and {second:?}");
    std::fs::remove_dir_all(&folder).unwrap();
}
