//! Telegram's updates: whatever the JSON, the turn ends in an answer.
#![no_main]

use fuzz::{Answers, WEBHOOK_SECRET, check, request, shop};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let shop = shop();
    let headers = [("x-telegram-bot-api-secret-token", WEBHOOK_SECRET), ("content-type", "application/json")];
    if let Some(request) = request("POST", "/telegram/webhook", &headers, body) {
        check(&shop.run(Answers::default(), telegram_webhook::handle(&shop.app, request)));
    }
});
