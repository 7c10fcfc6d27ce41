//! What the Bot API accepts and refuses.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::*;

/// A customer who has started, with a text message of the bot (1 is the start, 2 the text).
async fn started() -> (TelegramStandIn, Person) {
    let stand_in = stand_in();
    willing_bot(&stand_in);
    let customer = stand_in.person(CUSTOMER, "Customer", "fa");
    customer.send("/start").await;
    done(&stand_in, "sendMessage", json!({ "chat_id": CUSTOMER, "text": "hello" })).await;
    (stand_in, customer)
}

fn button(extra: Value) -> Value {
    let mut button = json!({ "text": "b" });
    button.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    json!({ "chat_id": CUSTOMER, "text": "t", "reply_markup": { "inline_keyboard": [[button]] } })
}

fn invoice(change: Value) -> Value {
    let mut invoice = json!({
        "title": "Plan", "description": "30 days", "payload": "order", "currency": "XTR",
        "prices": [{ "label": "Plan", "amount": 150 }],
    });
    invoice.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    invoice
}

#[tokio::test]
async fn calls_are_checked_as_the_real_server_checks_them() {
    let (stand_in, _) = started().await;
    let text = |text: &str| json!({ "chat_id": CUSTOMER, "text": text, "parse_mode": "HTML" });
    let row = |n: usize| json!([vec![json!({ "text": "b", "callback_data": "d" }); n]]);
    let cases: Vec<(&str, Value, &str)> = vec![
        ("getMe", json!({}), "ok"),
        ("noSuchMethod", json!({}), "Not Found: method not found"),
        ("SENDMESSAGE", text("method names ignore case"), "ok"),
        ("sendMessage", text(""), "message text is empty"),
        ("sendMessage", text(" \n "), "message text is empty"),
        ("sendMessage", text("<b></b>"), "message text is empty"),
        ("sendMessage", text(&"x".repeat(4096)), "ok"),
        ("sendMessage", text(&format!("<b>{}</b>", "x".repeat(4096))), "ok"),
        ("sendMessage", text(&"x".repeat(4097)), "message is too long"),
        ("sendMessage", text(&"👋".repeat(2048)), "ok"),
        ("sendMessage", text(&"👋".repeat(2049)), "message is too long"),
        ("sendMessage", text("<p>x</p>"), "can't parse entities: Unsupported start tag \"p\" at byte offset 0"),
        ("sendMessage", text("a < b"), "can't parse entities: Unsupported start tag \"\" at byte offset 2"),
        ("sendMessage", json!({ "chat_id": CUSTOMER, "text": "a < b" }), "ok"),
        ("sendMessage", json!({ "chat_id": CUSTOMER, "text": "x", "parse_mode": "MarkdownV2" }), "unsupported parse_mode"),
        ("sendMessage", json!({ "text": "x" }), "chat_id is empty"),
        ("sendMessage", json!({ "chat_id": 99, "text": "x" }), "chat not found"),
        ("sendMessage", json!({ "chat_id": "@nobody", "text": "x" }), "chat not found"),
        ("sendMessage", json!({ "chat_id": CUSTOMER.to_string(), "text": "x" }), "ok"),
        ("sendMessage", json!({ "chat_id": OPERATORS, "text": "x" }), "ok"),
        ("sendMessage", json!({ "chat_id": CUSTOMER, "text": "x", "parsemode": "HTML" }), "no parameter \"parsemode\""),
        ("sendMessage", json!({ "chat_id": CUSTOMER, "text": "x", "reply_markup": null }), "ok"),
        ("sendMessage", json!({ "chat_id": CUSTOMER, "text": "x", "reply_parameters": { "message_id": 1 } }), "ok"),
        (
            "sendMessage",
            json!({ "chat_id": CUSTOMER, "text": "x", "reply_parameters": { "message_id": 999 } }),
            "message to be replied not found",
        ),
        ("sendMessage", button(json!({ "callback_data": "x".repeat(64) })), "ok"),
        ("sendMessage", button(json!({ "callback_data": "x".repeat(65) })), "BUTTON_DATA_INVALID"),
        ("sendMessage", button(json!({ "callback_data": "س".repeat(33) })), "BUTTON_DATA_INVALID"),
        ("sendMessage", button(json!({ "callback_data": "" })), "BUTTON_DATA_INVALID"),
        ("sendMessage", button(json!({ "url": "https://example.com/x" })), "ok"),
        ("sendMessage", button(json!({ "url": "http://127.0.0.1:8080/open/x/y" })), "ok"),
        ("sendMessage", button(json!({ "url": "tg://resolve?domain=x" })), "ok"),
        ("sendMessage", button(json!({ "url": "v2rayng://install" })), "Unsupported URL protocol"),
        ("sendMessage", button(json!({ "url": "http://localhost/x" })), "Wrong HTTP URL"),
        ("sendMessage", button(json!({ "copy_text": { "text": "x".repeat(256) } })), "ok"),
        ("sendMessage", button(json!({ "copy_text": { "text": "x".repeat(257) } })), "BUTTON_COPY_TEXT_INVALID"),
        ("sendMessage", button(json!({ "copy_text": { "text": "" } })), "BUTTON_COPY_TEXT_INVALID"),
        ("sendMessage", button(json!({})), "Text buttons are unallowed"),
        ("sendMessage", button(json!({ "url": "https://a.b", "callback_data": "x" })), "Exactly one"),
        ("sendMessage", button(json!({ "callback_data": "x", "style": "success" })), "ok"),
        ("sendMessage", button(json!({ "callback_data": "x", "style": "green" })), "Unknown button style"),
        ("sendMessage", button(json!({ "callback_data": "x", "colour": "red" })), "no field \"colour\""),
        ("sendMessage", button(json!({ "pay": true })), "pay button"),
        ("sendMessage", json!({ "chat_id": CUSTOMER, "text": "x", "reply_markup": { "inline_keyboard": row(8) } }), "ok"),
        ("sendMessage", json!({ "chat_id": CUSTOMER, "text": "x", "reply_markup": { "inline_keyboard": row(9) } }), "more than 8 buttons"),
        (
            "sendMessage",
            json!({ "chat_id": CUSTOMER, "text": "x", "reply_markup": {
                "inline_keyboard": vec![json!([{ "text": "b", "callback_data": "d" }]); 101] } }),
            "reply markup is too long",
        ),
        ("sendMessage", json!({ "chat_id": CUSTOMER, "text": "x", "reply_markup": "{\"inline_keyboard\":[]}" }), "ok"),
        ("sendMessage", json!({ "chat_id": CUSTOMER, "text": "x", "reply_markup": "{" }), "can't parse reply_markup"),
        ("editMessageText", json!({ "chat_id": CUSTOMER, "message_id": 2, "text": "hello" }), "message is not modified"),
        ("editMessageText", json!({ "chat_id": CUSTOMER, "message_id": 999, "text": "x" }), "message to edit not found"),
        ("editMessageText", json!({ "chat_id": CUSTOMER, "message_id": 1, "text": "x" }), "message can't be edited"),
        ("editMessageText", json!({ "chat_id": CUSTOMER, "text": "x" }), "message identifier is not specified"),
        ("editMessageCaption", json!({ "chat_id": CUSTOMER, "message_id": 2, "caption": "x" }), "no caption in the message"),
        ("editMessageReplyMarkup", json!({ "chat_id": CUSTOMER, "message_id": 2 }), "message is not modified"),
        ("deleteMessage", json!({ "chat_id": CUSTOMER, "message_id": 999 }), "message to delete not found"),
        ("answerCallbackQuery", json!({ "callback_query_id": "1" }), "query is too old"),
        ("answerPreCheckoutQuery", json!({ "pre_checkout_query_id": "1", "ok": true }), "query is too old"),
        ("sendPhoto", json!({ "chat_id": CUSTOMER, "photo": "nonsense" }), "wrong file identifier"),
        ("sendPhoto", json!({ "chat_id": CUSTOMER }), "there is no photo in the request"),
        ("sendDocument", json!({ "chat_id": CUSTOMER, "document": "attach://x" }), "no attached file"),
        ("getFile", json!({ "file_id": "nonsense" }), "invalid file_id"),
        ("sendChatAction", json!({ "chat_id": CUSTOMER, "action": "typing" }), "ok"),
        ("sendChatAction", json!({ "chat_id": CUSTOMER, "action": "dancing" }), "wrong parameter action"),
        ("getChat", json!({ "chat_id": CUSTOMER }), "ok"),
        ("getChatMember", json!({ "chat_id": OPERATORS, "user_id": 5 }), "member not found"),
        ("createInvoiceLink", invoice(json!({})), "ok"),
        ("createInvoiceLink", invoice(json!({ "provider_token": "" })), "ok"),
        ("createInvoiceLink", invoice(json!({ "provider_token": "1:TEST:2" })), "PAYMENT_PROVIDER_INVALID"),
        ("createInvoiceLink", invoice(json!({ "currency": "USD" })), "CURRENCY_INVALID"),
        ("createInvoiceLink", invoice(json!({ "title": "x".repeat(32) })), "ok"),
        ("createInvoiceLink", invoice(json!({ "title": "x".repeat(33) })), "invoice title"),
        ("createInvoiceLink", invoice(json!({ "description": "x".repeat(256) })), "invoice description"),
        ("createInvoiceLink", invoice(json!({ "payload": "س".repeat(64) })), "ok"),
        ("createInvoiceLink", invoice(json!({ "payload": "س".repeat(65) })), "INVOICE_PAYLOAD_INVALID"),
        ("createInvoiceLink", invoice(json!({ "prices": [] })), "exactly one price"),
        (
            "createInvoiceLink",
            invoice(json!({ "prices": [{ "label": "a", "amount": 1 }, { "label": "b", "amount": 1 }] })),
            "exactly one price",
        ),
        ("createInvoiceLink", invoice(json!({ "prices": [{ "label": "a", "amount": 25_001 }] })), "CURRENCY_TOTAL_AMOUNT_INVALID"),
        ("createInvoiceLink", invoice(json!({ "subscription_period": 2_592_000 })), "ok"),
        ("createInvoiceLink", invoice(json!({ "subscription_period": 60 })), "SUBSCRIPTION_PERIOD_INVALID"),
        ("createInvoiceLink", invoice(json!({ "chat_id": CUSTOMER })), "no parameter \"chat_id\""),
        ("refundStarPayment", json!({ "user_id": CUSTOMER, "telegram_payment_charge_id": "x" }), "CHARGE_ID_INVALID"),
        ("setMyCommands", json!({ "commands": [{ "command": "start", "description": "Start" }] }), "ok"),
        ("setMyCommands", json!({ "commands": [{ "command": "Start!", "description": "x" }] }), "BOT_COMMAND_INVALID"),
        ("setMyCommands", json!({ "commands": [{ "command": "a", "description": "" }] }), "BOT_COMMAND_DESCRIPTION_INVALID"),
        ("setMyName", json!({ "name": "x".repeat(65) }), "bot name is too long"),
        ("setMyDescription", json!({ "description": "d", "language_code": "fa" }), "ok"),
        ("setMyDescription", json!({ "description": "d", "language_code": "farsi" }), "invalid language code"),
        ("setChatMenuButton", json!({ "menu_button": { "type": "commands" } }), "ok"),
        ("setChatMenuButton", json!({ "menu_button": { "type": "x" } }), "can't parse menu button"),
        ("setWebhook", json!({ "url": "https://a.b/", "secret_token": "spaces are bad" }), "unallowed characters"),
        ("setWebhook", json!({ "url": "https://a.b/", "secret_token": "x".repeat(257) }), "secret token is too long"),
        ("getUpdates", json!({}), "Conflict: can't use getUpdates"),
        ("getStarTransactions", json!({ "limit": 101 }), "LIMIT_INVALID"),
    ];
    for (method, params, expected) in cases {
        let (status, body) = call(&stand_in, method, params.clone()).await;
        if expected == "ok" {
            assert_eq!((status, &body["ok"]), (200, &json!(true)), "{method} {params}: {body}");
        } else {
            let description = body["description"].as_str().unwrap_or_default();
            assert!(description.contains(expected), "{method} {params}: {body}, expected {expected}");
            assert_eq!((&body["ok"], &body["error_code"]), (&json!(false), &json!(status)), "{method}");
        }
    }
}

#[tokio::test]
async fn a_wrong_token_is_unauthorized() {
    let stand_in = stand_in();
    for (path, expected) in [("/bot1:wrong/getMe", 401), ("/else/getMe", 404), (&*format!("/bot{TOKEN}/getMe"), 200)] {
        let (status, _) = send(stand_in.bot_api(), Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(status, expected, "{path}");
    }
}

#[tokio::test]
async fn parameters_come_as_form_and_in_the_query_too() {
    let (stand_in, customer) = started().await;
    let form = Request::post(format!("/bot{TOKEN}/sendMessage"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(format!("chat_id={CUSTOMER}&text=%D8%B3%D9%84%D8%A7%D9%85+%26&disable_notification=true")))
        .unwrap();
    assert_eq!(send(stand_in.bot_api(), form).await.0, 200);
    assert_eq!(customer.last().unwrap().text, "سلام &");
    let query = Request::get(format!("/bot{TOKEN}/sendMessage?chat_id={CUSTOMER}&text=hi")).body(Body::empty()).unwrap();
    assert_eq!(send(stand_in.bot_api(), query).await.0, 200);
    assert_eq!(customer.last().unwrap().text, "hi");
}

fn multipart(method: &str, fields: &[(&str, &str)], file: (&str, &[u8])) -> Request<Body> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    let head = format!("--XX\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"qr.png\"\r\n\r\n", file.0);
    body.extend(head.bytes());
    body.extend(file.1);
    body.extend(b"\r\n--XX--\r\n");
    Request::post(format!("/bot{TOKEN}/{method}"))
        .header("content-type", "multipart/form-data; boundary=XX")
        .body(Body::from(body))
        .unwrap()
}

#[tokio::test]
async fn photos_are_uploaded_reused_exchanged_and_fetched() {
    let (stand_in, customer) = started().await;
    let chat = CUSTOMER.to_string();
    let request = multipart("sendPhoto", &[("chat_id", &chat), ("caption", "<b>QR</b>"), ("parse_mode", "HTML")], ("photo", DOT));
    let (status, body) = send(stand_in.bot_api(), request).await;
    assert_eq!(status, 200, "{body}");
    let message = &body["result"];
    let file_id = message["photo"].as_array().unwrap().last().unwrap()["file_id"].clone();
    assert_eq!((&message["caption"], &message["caption_entities"][0]["type"]), (&json!("QR"), &json!("bold")));
    assert_eq!(customer.last().unwrap().photo.as_deref(), Some(DOT));

    let again = done(&stand_in, "sendPhoto", json!({ "chat_id": CUSTOMER, "photo": file_id })).await;
    assert_eq!(again["photo"], message["photo"]);
    let id = message["message_id"].clone();
    let edit = json!({ "chat_id": CUSTOMER, "message_id": id, "text": "x" });
    let (_, body) = call(&stand_in, "editMessageText", edit).await;
    assert_eq!(body["description"], "Bad Request: there is no text in the message to edit");
    let caption = json!({ "chat_id": CUSTOMER, "message_id": id, "caption": "new" });
    done(&stand_in, "editMessageCaption", caption).await;

    let media = json!({ "type": "photo", "media": "attach://other", "caption": "other" }).to_string();
    let id = id.to_string();
    let request = multipart("editMessageMedia", &[("chat_id", &chat), ("message_id", &id), ("media", &media)], ("other", DOT));
    let (status, body) = send(stand_in.bot_api(), request).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["result"]["caption"], "other");

    let file = done(&stand_in, "getFile", json!({ "file_id": file_id })).await;
    let path = format!("/file/bot{TOKEN}/{}", file["file_path"].as_str().unwrap());
    let (status, _) = send(stand_in.bot_api(), Request::get(path).body(Body::empty()).unwrap()).await;
    assert_eq!((status, file["file_size"].as_u64()), (200, Some(67)));

    let request = multipart("sendPhoto", &[("chat_id", &chat)], ("photo", b"not a picture"));
    assert_eq!(send(stand_in.bot_api(), request).await.1["description"], "Bad Request: IMAGE_PROCESS_FAILED");
}

#[tokio::test]
async fn an_edit_without_keyboard_takes_it_away_and_a_deleted_message_is_gone() {
    let (stand_in, customer) = started().await;
    let sent = done(&stand_in, "sendMessage", button(json!({ "callback_data": "go" }))).await;
    let id = sent["message_id"].clone();
    assert_eq!(customer.last().unwrap().button_texts(), ["b"]);
    done(&stand_in, "editMessageText", json!({ "chat_id": CUSTOMER, "message_id": id, "text": "new" })).await;
    let last = customer.last().unwrap();
    assert_eq!((last.text.as_str(), last.edited, last.buttons.len()), ("new", true, 0));
    done(&stand_in, "deleteMessage", json!({ "chat_id": CUSTOMER, "message_id": id })).await;
    assert_eq!(customer.last().unwrap().text, "hello");
}

#[tokio::test]
async fn a_blocked_bot_is_told_so_until_the_person_writes_again() {
    let (stand_in, customer) = started().await;
    assert_eq!(customer.set_blocked(true).await.unwrap().status, Some(200));
    assert!(customer.set_blocked(true).await.is_none());
    let (status, body) = call(&stand_in, "sendMessage", json!({ "chat_id": CUSTOMER, "text": "x" })).await;
    assert_eq!((status, body["description"].as_str()), (403, Some("Forbidden: bot was blocked by the user")));
    customer.send("/start").await;
    done(&stand_in, "sendMessage", json!({ "chat_id": CUSTOMER, "text": "x" })).await;
}

#[tokio::test]
async fn only_operators_are_members_of_their_group() {
    let (stand_in, customer) = started().await;
    let operator = stand_in.operator(CUSTOMER + 1, "Operator", "en");
    assert_eq!(operator.chat_id(), OPERATORS);
    for (id, status) in [(operator.id(), "member"), (customer.id(), "left")] {
        let member = done(&stand_in, "getChatMember", json!({ "chat_id": OPERATORS, "user_id": id })).await;
        assert_eq!(member["status"], status);
    }
    let sent = done(&stand_in, "copyMessage", json!({ "chat_id": OPERATORS, "from_chat_id": CUSTOMER, "message_id": 2 })).await;
    assert_eq!(sent, json!({ "message_id": 1 }));
    let forwarded = done(&stand_in, "forwardMessage", json!({ "chat_id": OPERATORS, "from_chat_id": CUSTOMER, "message_id": 1 })).await;
    assert_eq!(forwarded["forward_origin"]["sender_user"]["id"], CUSTOMER);
}

#[tokio::test]
async fn the_bot_sees_who_is_in_the_channels_that_it_administers() {
    const NEWS: i64 = -1_002_000_000_123;
    let (stand_in, customer) = started().await;
    stand_in.channel(NEWS, "News", Some("shop_news"));
    stand_in.channel(NEWS - 1, "Club", None);
    let member = |chat: Value| json!({ "chat_id": chat, "user_id": CUSTOMER });
    let status = async |chat: Value| done(&stand_in, "getChatMember", member(chat)).await["status"].clone();
    assert_eq!(status(json!(NEWS)).await, "left");
    customer.open("https://t.me/Shop_News").await.unwrap();
    assert_eq!((status(json!(NEWS)).await, status(json!("@shop_news")).await), (json!("member"), json!("member")));
    let invitation = done(&stand_in, "getChat", json!({ "chat_id": NEWS - 1 })).await["invite_link"].as_str().unwrap().to_owned();
    assert_eq!(stand_in.channel_link(NEWS - 1), Some(invitation.clone()));
    customer.open(&invitation).await.unwrap();
    assert_eq!(status(json!(NEWS - 1)).await, "member");
    customer.leave(NEWS);
    assert_eq!(status(json!(NEWS)).await, "left");
    for (chat, refusal) in [(NEWS, "member list is inaccessible"), (NEWS - 1, "bot is not a member of the channel chat")] {
        stand_in.set_channel_admin(chat, false);
        let (_, body) = call(&stand_in, "getChatMember", member(json!(chat))).await;
        assert!(body["description"].as_str().unwrap().contains(refusal), "{body}");
    }
}

#[tokio::test]
async fn links_inside_the_chat_are_opened_as_in_the_apps() {
    let (stand_in, customer) = started().await;
    customer.open("https://t.me/shop_bot?start=gift_x").await.unwrap();
    let said = |customer: &Person| customer.chat().last().unwrap().text.clone();
    assert_eq!(said(&customer), "/start gift_x");
    customer.open("https://t.me/SHOP_BOT").await.unwrap();
    assert_eq!(said(&customer), "/start");
    for elsewhere in ["https://t.me/other_bot?start=x", "https://example.com/?start=x", "https://t.me/+nobody"] {
        assert!(matches!(customer.open(elsewhere).await, Err(PersonError::NotForBot { .. })), "{elsewhere}");
    }
    assert!(matches!(customer.open("https://t.me/$nothing").await, Err(PersonError::Pay(PayError::NoInvoice))));
    assert_eq!(stand_in.pending_updates(), 0);
}

#[tokio::test]
async fn an_operator_answers_what_the_bot_said_in_the_group() {
    let stand_in = stand_in();
    let updates = willing_bot(&stand_in);
    let operator = stand_in.operator(CUSTOMER + 1, "Operator", "en");
    done(&stand_in, "sendMessage", json!({ "chat_id": OPERATORS, "text": "A question of 42" })).await;
    let question = operator.told("question of 42").unwrap();
    operator.reply(question.message_id, "An answer").await;
    operator.reply_with_photo(question.message_id, DOT, "like this").await;
    let seen = updates.lock().unwrap().clone();
    for (update, words) in seen.iter().zip(["/text", "/caption"]) {
        let message = &update["message"];
        assert_eq!((&message["chat"]["id"], &message["chat"]["type"]), (&json!(OPERATORS), &json!("supergroup")));
        assert_eq!(message["reply_to_message"]["text"], "A question of 42");
        assert_eq!(message["reply_to_message"]["from"]["is_bot"], true);
        assert!(message.pointer(words).is_some(), "{message}");
    }
    // The same picture is known again by its `file_unique_id`, whoever sends it.
    let customer = stand_in.person(CUSTOMER, "Customer", "fa");
    customer.send_photo(DOT).await;
    let seen = updates.lock().unwrap().clone();
    let unique = |update: &Value| update["message"]["photo"][1]["file_unique_id"].as_str().unwrap().to_owned();
    assert_eq!(unique(&seen[1]), unique(&seen[2]));
    assert_ne!(seen[1]["message"]["photo"][1]["file_id"], seen[2]["message"]["photo"][1]["file_id"]);
}

#[tokio::test]
async fn commands_are_kept_by_scope_and_language() {
    let (stand_in, _) = started().await;
    let commands = json!([{ "command": "menu", "description": "منو" }]);
    let scope = json!({ "type": "all_private_chats" });
    done(&stand_in, "setMyCommands", json!({ "commands": commands, "scope": scope, "language_code": "fa" })).await;
    let get = |language: &str| json!({ "scope": scope, "language_code": language });
    assert_eq!(done(&stand_in, "getMyCommands", get("fa")).await, commands);
    assert_eq!(done(&stand_in, "getMyCommands", get("ru")).await, json!([]));
    done(&stand_in, "deleteMyCommands", get("fa")).await;
    assert_eq!(done(&stand_in, "getMyCommands", get("fa")).await, json!([]));
}
