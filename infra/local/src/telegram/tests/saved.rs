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
    let delivered = updates.lock().unwrap().len();
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
    assert_eq!(updates[0]["update_id"].as_u64().unwrap(), 100_001 + delivered as u64);

    std::fs::write(&path, "{}").unwrap();
    assert!(matches!(TelegramStandIn::new(options()), Err(StateFileError::Decode { .. })));
    std::fs::remove_dir_all(&folder).unwrap();
}
