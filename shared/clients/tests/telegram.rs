//! Calls to the Bot API over real sockets: what is sent, and what is made of every kind of answer.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod support;

use std::time::Duration;

use clients::{
    Http, Secret,
    telegram::{
        ALLOWED_UPDATES, Content, MemberStatus, PhotoUpload, Telegram, TelegramError, Update,
        api::{
            ParseMode,
            input_file::FileUpload,
            methods::{
                AnswerCallbackQueryParams, CopyMessageParams, DeleteWebhookParams, EditMessageTextParams, GetChatMemberParams,
                SendMessageParams, SendPhotoParams, SetMyCommandsParams, SetWebhookParams,
            },
            types::{BotCommand, InlineKeyboardButton, InlineKeyboardMarkup},
        },
    },
};
use serde_json::{Value, json};
use support::{Peer, Play};

const TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";

fn bot(url: &str) -> Telegram {
    Telegram::new(Http::new().expect("a client"), url, Secret::new(TOKEN)).expect("a bot")
}

fn answer(result: &Value) -> Play {
    Play::Answer(200, json!({"ok": true, "result": result}).to_string())
}

fn refusal(code: u16, description: &str, parameters: &Value) -> Play {
    Play::Answer(code, json!({"ok": false, "error_code": code, "description": description, "parameters": parameters}).to_string())
}

fn hello() -> SendMessageParams {
    SendMessageParams::builder().chat_id(42i64).text("<b>سلام</b>").parse_mode(ParseMode::Html).build()
}

fn message(extra: Value) -> Value {
    let mut message = json!({"message_id": 17, "date": 1_763_800_000, "chat": {"id": 42, "type": "a-new-type"}, "from": {"odd": [1]}});
    if let (Value::Object(message), Value::Object(extra)) = (&mut message, extra) {
        message.extend(extra);
    }
    message
}

fn keyboard() -> InlineKeyboardMarkup {
    let button = InlineKeyboardButton::builder().text("کپی").callback_data("p1:x:1").build();
    InlineKeyboardMarkup::builder().inline_keyboard(vec![vec![button]]).build()
}

#[tokio::test]
async fn a_message_is_sent_and_its_answer_read() {
    let peer = Peer::always(answer(&message(json!({"text": "سلام", "sticker": {"type": "new"}})))).await;
    let sent = bot(&peer.url).send_message(&hello()).await.expect("sent");
    assert_eq!((sent.message_id, sent.photo_file_id()), (17, None));
    let seen = peer.seen().pop().expect("a request");
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", format!("/bot{TOKEN}/sendMessage").as_str()));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(seen.json(), json!({"chat_id": 42, "text": "<b>سلام</b>", "parse_mode": "HTML"}));
}

#[tokio::test]
async fn every_method_has_its_name() {
    let peer = Peer::start(|seen, _| match seen.target.rsplit('/').next() {
        Some("getMe") => {
            answer(&json!({"id": 110_201_543, "is_bot": true, "first_name": "Wave", "username": "wave_shop_bot", "can_join_groups": true}))
        }
        Some("getChatMember") => answer(&json!({"user": {"id": 7}, "status": "administrator", "is_anonymous": false})),
        Some("copyMessage") => answer(&json!({"message_id": 18})),
        Some("editMessageText") => answer(&message(json!({}))),
        _ => answer(&json!(true)),
    })
    .await;
    let bot = bot(&peer.url);
    assert_eq!(bot.get_me().await.expect("me").username, "wave_shop_bot");
    let member = bot.get_chat_member(&GetChatMemberParams::builder().chat_id(-100i64).user_id(7).build()).await.expect("a member");
    assert_eq!(member.status, MemberStatus::Administrator);
    let copy = CopyMessageParams::builder().chat_id(-100i64).from_chat_id(42i64).message_id(17).build();
    assert_eq!(bot.copy_message(&copy).await.expect("a copy").message_id, 18);
    bot.edit_message_text(&EditMessageTextParams::builder().chat_id(42i64).message_id(17).text("x").build()).await.expect("edited");
    bot.answer_callback_query(&AnswerCallbackQueryParams::builder().callback_query_id("9").build()).await.expect("answered");
    let hook = SetWebhookParams::builder()
        .url("https://shop.example.com/telegram/webhook")
        .allowed_updates(ALLOWED_UPDATES.to_vec())
        .secret_token("s")
        .build();
    bot.set_webhook(&hook).await.expect("set");
    bot.delete_webhook(&DeleteWebhookParams::builder().build()).await.expect("deleted");
    let commands = vec![BotCommand { command: "start".into(), description: "منو".into(), is_ephemeral: None }];
    bot.set_my_commands(&SetMyCommandsParams::builder().commands(commands).language_code("fa").build()).await.expect("set");

    let methods: Vec<String> = peer.seen().iter().filter_map(|seen| seen.target.rsplit('/').next().map(str::to_owned)).collect();
    let expected =
        ["getMe", "getChatMember", "copyMessage", "editMessageText", "answerCallbackQuery", "setWebhook", "deleteWebhook", "setMyCommands"];
    assert_eq!(methods, expected);
    let hook = peer.seen().into_iter().find(|seen| seen.target.ends_with("setWebhook")).expect("a request").json();
    assert_eq!(hook["allowed_updates"], json!(["message", "callback_query", "pre_checkout_query", "my_chat_member"]));
}

#[tokio::test]
async fn a_photo_goes_once_as_bytes_and_then_by_its_id() {
    let sizes = json!([{"file_id": "S", "file_unique_id": "s", "width": 90}, {"file_id": "L", "file_unique_id": "l", "width": 400}]);
    let peer = Peer::always(answer(&message(json!({"photo": sizes})))).await;
    let bot = bot(&peer.url);
    let png = b"\x89PNG\r\n\x1a\n--boundary\0\xff".to_vec();
    let sent = bot
        .send_photo_bytes(PhotoUpload { chat_id: 42, png: png.clone(), caption: Some("<b>کد</b>"), keyboard: Some(&keyboard()) })
        .await
        .expect("sent");
    assert_eq!(sent.photo_file_id(), Some("L"));

    let seen = peer.seen().pop().expect("a request");
    assert_eq!(seen.target, format!("/bot{TOKEN}/sendPhoto"));
    let boundary = seen.header("content-type").and_then(|value| value.strip_prefix("multipart/form-data; boundary=")).expect("multipart");
    let parts = parts(&seen.body, boundary);
    let part = |name: &str| parts.iter().find(|(head, _)| head.contains(&format!("name=\"{name}\""))).expect("a part");
    assert_eq!(part("photo").1, png);
    assert!(part("photo").0.contains("filename=\"photo.png\"") && part("photo").0.to_ascii_lowercase().contains("content-type: image/png"));
    assert_eq!((part("chat_id").1.as_slice(), part("caption").1.as_slice()), (b"42".as_slice(), "<b>کد</b>".as_bytes()));
    assert_eq!(part("parse_mode").1, b"HTML");
    let sent_keyboard: Value = serde_json::from_slice(&part("reply_markup").1).expect("JSON");
    assert_eq!(sent_keyboard, json!({"inline_keyboard": [[{"text": "کپی", "callback_data": "p1:x:1"}]]}));

    let again = SendPhotoParams::builder().chat_id(43i64).photo(FileUpload::String("L".into())).build();
    bot.send_photo(&again).await.expect("sent");
    assert_eq!(peer.seen().pop().expect("a request").json(), json!({"chat_id": 43, "photo": "L"}));
}

/// The parts of a multipart body: each one's head and content.
fn parts(body: &[u8], boundary: &str) -> Vec<(String, Vec<u8>)> {
    let separator = format!("--{boundary}").into_bytes();
    let starts: Vec<usize> = (0..body.len()).filter(|at| body.get(*at..).is_some_and(|rest| rest.starts_with(&separator))).collect();
    let pieces = starts.windows(2).filter_map(|pair| body.get(pair.first()? + separator.len() + 2..pair.last()? - 2));
    pieces
        .filter_map(|piece| {
            let at = piece.windows(4).position(|window| window == b"\r\n\r\n")?;
            Some((String::from_utf8_lossy(piece.get(..at)?).into_owned(), piece.get(at + 4..)?.to_vec()))
        })
        .collect()
}

#[tokio::test]
async fn updates_are_fetched_unread() {
    let updates = json!([{"update_id": 5, "message": {"message_id": 1, "chat": {"id": 42, "type": "private"}, "text": "/start"}}, {"update_id": 6, "a_new_kind": {"deep": [[[1]]]}}]);
    let peer = Peer::always(answer(&updates)).await;
    let fetched = bot(&peer.url).get_updates(Some(5), 0).await.expect("updates");
    let decoded: Vec<Update> = fetched.iter().filter_map(|update| Update::decode(update.get().as_bytes()).ok()).collect();
    assert_eq!(decoded.iter().map(|update| update.update_id).collect::<Vec<_>>(), [5, 6]);
    assert!(matches!(&decoded.last().expect("two").content, Content::Unknown { kind } if kind == "a_new_kind"));
    let asked = peer.seen().pop().expect("a request").json();
    assert_eq!(
        asked,
        json!({"offset": 5, "timeout": 0, "allowed_updates": ["message", "callback_query", "pre_checkout_query", "my_chat_member"]})
    );
}

#[tokio::test]
async fn every_answer_has_its_meaning() {
    let none = Value::Null;
    let long = Duration::from_secs(10);
    let api = |code: i64, description: &str| TelegramError::Api { code, description: description.to_owned() };
    let cases = [
        (refusal(403, "Forbidden: bot was blocked by the user", &none), long, TelegramError::Blocked),
        (refusal(400, "Bad Request: chat not found", &none), long, TelegramError::ChatNotFound),
        (refusal(400, "Bad Request: message is not modified", &none), long, TelegramError::NotModified),
        (
            refusal(429, "Too Many Requests: retry after 35", &json!({"retry_after": 35})),
            long,
            TelegramError::RetryAfter(Duration::from_secs(35)),
        ),
        (
            refusal(429, "Too Many Requests: retry after 86399", &json!({"retry_after": 86_399})),
            long,
            TelegramError::RetryAfter(Duration::from_secs(86_399)),
        ),
        (
            refusal(400, "Bad Request: group upgraded", &json!({"migrate_to_chat_id": -100_123})),
            long,
            api(400, "Bad Request: group upgraded"),
        ),
        (refusal(401, "Unauthorized", &none), long, api(401, "Unauthorized")),
        (Play::Answer(502, "<html>Bad Gateway</html>".into()), long, api(502, "")),
        (Play::Answer(302, String::new()), long, api(302, "")),
        (Play::Answer(200, "<html>".into()), long, TelegramError::Garbled),
        (Play::Answer(200, r#"{"ok":true}"#.into()), long, TelegramError::Garbled),
        (answer(&json!({"message_id": "17"})), long, TelegramError::Garbled),
        (answer(&Value::Null), long, TelegramError::Garbled),
        (Play::Answer(200, format!("\"{}\"", "x".repeat(5 << 20))), long, TelegramError::Unreachable { sent: true }),
        (Play::Reset, long, TelegramError::Unreachable { sent: true }),
        (Play::Cut(200), long, TelegramError::Unreachable { sent: true }),
        (Play::Hang, Duration::from_millis(150), TelegramError::Unreachable { sent: true }),
    ];
    for (play, timeout, expected) in cases {
        let peer = Peer::always(play.clone()).await;
        let bot = bot(&peer.url).within(timeout);
        let error = bot.send_message(&hello()).await.expect_err("no message");
        assert_eq!(error, expected, "{play:?}");
        assert!(!format!("{error} {error:?} {bot:?}").contains("AAHdqTcv"));
        assert_eq!(peer.calls().len(), 1, "nothing is sent twice: {play:?}");
    }
    let gone = bot("http://127.0.0.1:1").send_message(&hello()).await;
    assert_eq!(gone, Err(TelegramError::Unreachable { sent: false }));
}
