//! Updates as Telegram sends them (Bot API 10.x), and everything strange that may stand in them.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]
use clients::{
    Secret,
    telegram::{Content, MemberStatus, Message, NotAnUpdate, PhotoSize, Update, secret_matches},
};
use domain::Timestamp;
use serde_json::{Value, json};

fn decode(update: &Value) -> Content {
    Update::decode(update.to_string().as_bytes()).expect("an update").content
}

fn message(update: &Value) -> Message {
    match decode(update) {
        Content::Message(message) => *message,
        other => panic!("{other:?}"),
    }
}

fn with_message(extra: Value) -> Value {
    let mut message = json!({
        "message_id": 1365, "date": 1_763_800_000,
        "from": {"id": 7_000_000_001_i64, "is_bot": false, "first_name": "Nima", "last_name": "R.", "username": "nima", "language_code": "fa"},
        "chat": {"id": 7_000_000_001_i64, "first_name": "Nima", "username": "nima", "type": "private"},
    });
    if let (Value::Object(message), Value::Object(extra)) = (&mut message, extra) {
        message.extend(extra);
    }
    json!({"update_id": 730_000_001, "message": message})
}

#[test]
fn a_command() {
    let update = with_message(json!({"text": "/start ref_8f2k", "entities": [{"offset": 0, "length": 6, "type": "bot_command"}]}));
    let message = message(&update);
    assert_eq!((message.message_id, message.date), (1365, Timestamp::from_seconds(1_763_800_000)));
    assert_eq!(message.text.as_deref(), Some("/start ref_8f2k"));
    assert!(message.chat.is_private());
    let from = message.from.expect("from");
    assert_eq!(from.id.get(), 7_000_000_001);
    assert_eq!((from.first_name.as_str(), from.username.as_deref(), from.language_code.as_deref()), ("Nima", Some("nima"), Some("fa")));
    assert_eq!(Update::decode(update.to_string().as_bytes()).map(|update| update.update_id), Ok(730_000_001));
}

#[test]
fn a_receipt() {
    let photo = |id: &str, width: u32| json!({"file_id": id, "file_unique_id": format!("u{id}"), "file_size": width * 90, "width": width, "height": width});
    let message = message(&with_message(json!({
        "photo": [photo("small", 90), photo("large", 1280), photo("medium", 320)], "caption": "رسید",
        "reply_to_message": {"message_id": 1360, "date": 1, "chat": {"id": 1, "type": "private"}, "from": {"id": 99, "is_bot": true, "first_name": "bot"}},
    })));
    let largest = PhotoSize::largest(&message.photo).expect("a size");
    assert_eq!((largest.file_id.as_str(), largest.file_unique_id.as_str(), largest.file_size), ("large", "ularge", Some(115_200)));
    assert_eq!(message.caption.as_deref(), Some("رسید"));
    let reply_to = message.reply_to.expect("reply");
    assert_eq!((reply_to.message_id, reply_to.from.map(|from| from.id.get())), (1360, Some(99)));
}

#[test]
fn a_document_in_a_group() {
    let update = json!({"update_id": 5, "message": {
        "message_id": 9, "date": 1_763_800_000, "chat": {"id": -1_001_234_567_890_i64, "title": "Operators", "type": "supergroup"},
        "sender_chat": {"id": -1_001_234_567_890_i64, "title": "Operators", "type": "supergroup"},
        "document": {"file_name": "receipt.pdf", "mime_type": "application/pdf", "file_id": "BQAC", "file_unique_id": "AgAD", "file_size": 10_485_760},
    }});
    let message = message(&update);
    assert!(!message.chat.is_private() && message.from.is_none());
    let document = message.document.expect("document");
    assert_eq!((document.mime_type.as_deref(), document.file_size), (Some("application/pdf"), Some(10_485_760)));
}

#[test]
fn a_pressed_button() {
    let button = |message: Value| {
        let from = json!({"id": 42, "is_bot": false, "first_name": "A"});
        match decode(
            &json!({"update_id": 1, "callback_query": {"id": "4382", "from": from, "message": message, "chat_instance": "-1", "data": "p1:x:3"}}),
        ) {
            Content::CallbackQuery(query) => *query,
            other => panic!("{other:?}"),
        }
    };
    let chat = json!({"id": 42, "type": "private", "first_name": "A"});
    let on_text =
        button(json!({"message_id": 7, "date": 1_763_800_000, "chat": chat, "text": "Plans", "reply_markup": {"inline_keyboard": [[]]}}));
    assert_eq!((on_text.id.as_str(), on_text.data.as_deref()), ("4382", Some("p1:x:3")));
    let message = on_text.message.expect("message");
    assert!(message.is_accessible() && message.has_text && !message.has_photo);
    let message = button(json!({"message_id": 7, "date": 1, "chat": chat, "photo": [{"odd": true}]})).message.expect("message");
    assert!(message.has_photo && !message.has_text);
    let message = button(json!({"message_id": 7, "date": 0, "chat": chat})).message.expect("message");
    assert!(!message.is_accessible());
    assert_eq!(button(json!("odd")).message, None);
}

#[test]
fn a_blocked_bot() {
    let changed = |old: &str, new: &str| {
        let member = |status: &str| json!({"user": {"id": 99, "is_bot": true, "first_name": "bot"}, "status": status, "until_date": 0});
        let update = json!({"update_id": 1, "my_chat_member": {
            "chat": {"id": 42, "type": "private"}, "from": {"id": 42, "is_bot": false, "first_name": "A"}, "date": 1,
            "old_chat_member": member(old), "new_chat_member": member(new),
        }});
        match decode(&update) {
            Content::MyChatMember(change) => (change.old, change.new),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(changed("member", "kicked"), (MemberStatus::Member, MemberStatus::Kicked));
    assert_eq!(changed("kicked", "a-new-status"), (MemberStatus::Kicked, MemberStatus::Unknown));
}

#[test]
fn strange_fields_do_not_spoil_an_update() {
    // What is strange, and whether the message is still read.
    let cases = [
        (json!({"chat": {"id": 1, "type": "a-new-type", "accent": {"deep": [1]}}}), true),
        (json!({"forward_origin": {"type": "a-new-origin"}}), true),
        (json!({"sticker": {"type": "a-new-sticker"}, "gift": {"gift": 1}}), true),
        (json!({"entities": "not a list"}), true),
        (json!({"from": {"id": 5, "first_name": 7, "username": [], "language_code": {}, "is_bot": "no"}}), true),
        (json!({"reply_to_message": 12}), true),
        (json!({"date": "yesterday"}), true),
        (json!({"photo": [{"file_id": "a", "file_unique_id": "b", "width": "wide", "file_size": -1}]}), true),
        (json!({"text": null, "caption": null, "document": null}), true),
        (json!({"message_id": "1365"}), false),
        (json!({"chat": {"type": "private"}}), false),
        (json!({"from": {"id": -5}}), false),
        (json!({"photo": "not a list"}), false),
        (json!({"successful_payment": {"currency": "XTR", "total_amount": "150"}}), false),
        (
            json!({"successful_payment": {"currency": "XTR", "total_amount": -150, "invoice_payload": "o", "telegram_payment_charge_id": "c"}}),
            false,
        ),
    ];
    for (extra, read) in cases {
        let content = decode(&with_message(extra.clone()));
        let unknown = Content::Unknown { kind: "message".to_owned() };
        assert_eq!(content != unknown, read, "{extra}");
    }
}

#[test]
fn unknown_kinds_are_named() {
    let kind = |update: Value| match decode(&update) {
        Content::Unknown { kind } => kind,
        other => panic!("{other:?}"),
    };
    assert_eq!(kind(json!({"update_id": 1})), "");
    assert_eq!(kind(json!({"update_id": 1, "stopped_message_generation": {"x": 1}})), "stopped_message_generation");
    assert_eq!(kind(json!({"update_id": 1, "pre_checkout_query": 3})), "pre_checkout_query");
    assert_eq!(kind(json!({"update_id": 1, "é".repeat(100): 3})), "é".repeat(64));
}

#[test]
fn what_is_no_update() {
    let nested = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    for text in ["", "{}", "null", "[1]", "{\"update_id\":\"1\"}", "{\"update_id\":1", "{\"update_id\":1.5}", "\u{0}", &nested] {
        assert_eq!(Update::decode(text.as_bytes()).err(), Some(NotAnUpdate), "{}", text.get(..40).unwrap_or(text));
    }
    assert_eq!(Update::decode(b"{\"update_id\":1,\"message\":\"\xff\xfe\"}").err(), Some(NotAnUpdate));
    // Depth in what nobody reads does no harm.
    let deep = format!("{{\"update_id\":1,\"poll\":{nested}}}");
    assert!(Update::decode(deep.as_bytes()).is_ok());
}

#[test]
fn the_secret_header() {
    let secret = Secret::new("ws_9f4f6c1e-Tg_Secret-01");
    let cases = [
        (Some("ws_9f4f6c1e-Tg_Secret-01"), true),
        (Some("ws_9f4f6c1e-Tg_Secret-02"), false),
        (Some("ws_9f4f6c1e-Tg_Secret-0"), false),
        (Some(""), false),
        (None, false),
    ];
    for (header, matches) in cases {
        assert_eq!(secret_matches(header, &secret), matches, "{header:?}");
    }
    assert!(!secret_matches(Some(""), &Secret::new("")), "an unset secret lets nobody in");
}
