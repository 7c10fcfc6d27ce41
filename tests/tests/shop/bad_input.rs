//! What nobody should send: forged, broken, oversized, other people's. It changes nothing, and says nothing.

use app::{button::Button, checkout::Wanted};
use axum::http::HeaderMap;
use domain::{
    OrderKey,
    order::OrderStatus,
    payment::{Gateway, PaymentStatus},
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::Index,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};
use tests::{
    WEBHOOK_SECRET, World,
    actors::{self, approved, says},
    crypto_pay::{Callback, CryptoPayStandIn},
};
use ulid::Ulid;

const WEBHOOK: &str = "/telegram/webhook";
const SECRET: &str = "x-telegram-bot-api-secret-token";

fn start(id: i64) -> Value {
    json!({ "update_id": 1, "message": {
        "message_id": 1, "date": 1_795_000_000, "text": "/start",
        "chat": { "id": id, "type": "private" },
        "from": { "id": id, "is_bot": false, "first_name": "Customer", "language_code": "en" },
    } })
}

#[tokio::test]
async fn without_the_secret_nothing_is_read() {
    let world = World::open().await;
    let before = world.contents().await;
    let body = start(8_100_000_001).to_string();
    let long = "x".repeat(1000);
    let wrong = ["", "wrong", "webhook-secre", "webhook-secret1", "WEBHOOK-SECRET", " webhook-secret x", long.as_str()];
    let forged = wrong.iter().map(|secret| vec![(SECRET, *secret)]).chain([vec![], vec![("x-telegram-bot-api-secret", WEBHOOK_SECRET)]]);
    for headers in forged {
        let answer = world.request("POST", WEBHOOK, &headers, body.as_bytes()).await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (401, 0), "{headers:?}");
        // Not even the size of what is sent is looked at first.
        assert_eq!(world.request("POST", WEBHOOK, &headers, &vec![b'x'; 70_000]).await.status, 401);
    }
    assert_eq!(world.contents().await, before);
    assert_eq!(world.request("GET", WEBHOOK, &[(SECRET, WEBHOOK_SECRET)], b"").await.status, 404);
}

#[tokio::test]
async fn an_update_has_at_most_256_kib() {
    let world = World::open().await;
    let mut update = start(8_100_000_002);
    for (size, status) in [(256 * 1024, 200), (256 * 1024 + 1, 413), (1 << 20, 413)] {
        update["padding"] = json!("");
        let room = size - update.to_string().len();
        update["padding"] = json!("x".repeat(room));
        let body = update.to_string();
        assert_eq!(body.len(), size);
        assert_eq!(world.webhook(body.as_bytes()).await.status, status, "{size} bytes");
    }
}

/// Telegram would send what is refused again and again, and hold everything else of its chat back meanwhile: a long answer to a long letter, each of its
/// letters six bytes and each of its pictures marked, is not too long.
#[tokio::test]
async fn the_longest_message_in_answer_to_the_longest_is_read() {
    let world = World::open().await;
    let mut update = start(8_100_000_003);
    let marks: Vec<_> =
        (0..100).map(|n| json!({"offset": 2 * n, "length": 2, "type": "custom_emoji", "custom_emoji_id": "5368324170671202286"})).collect();
    update["message"]["text"] = json!("م".repeat(4096));
    update["message"]["entities"] = json!(marks);
    update["message"]["reply_to_message"] = update["message"].clone();
    let escaped = |c: char| {
        if c.is_ascii() { c.to_string() } else { c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect() }
    };
    let body: String = update.to_string().chars().map(escaped).collect();
    assert!(body.len() > 64 * 1024, "{}", body.len());
    assert_eq!(world.webhook(body.as_bytes()).await.status, 200);
}

#[tokio::test]
async fn what_cannot_be_read_is_taken_and_forgotten() {
    let world = World::open().await;
    let before = world.contents().await;
    let deep = format!("{}1{}", "[".repeat(30_000), "]".repeat(30_000));
    let deep_update = format!(r#"{{"update_id":1,"message":{}1{}}}"#, r#"{"reply_to_message":"#.repeat(2_000), "}".repeat(2_000));
    let cases: Vec<Vec<u8>> = [
        "", " ", "{", "null", "true", "0", "\"text\"", "[]", "[{}]", "{}", r#"{"update_id":"1"}"#, r#"{"update_id":1.5}"#, r#"{"update_id":1}"#,
        r#"{"update_id":99999999999999999999,"message":{}}"#, r#"{"message":{}}"#, r#"{"update_id":1,"message":null}"#, r#"{"update_id":1,"message":[]}"#,
        r#"{"update_id":1,"message":{"message_id":"x"}}"#, r#"{"update_id":1,"callback_query":{"id":1}}"#, r#"{"update_id":1,"poll":{"id":"1"}}"#,
        r#"{"update_id":1,"something_new":{"a":[1,2,{"b":null}]}}"#, r#"{"update_id":1,"pre_checkout_query":{"total_amount":-5}}"#,
        r#"{"update_id":1,"my_chat_member":{"chat":{"id":1,"type":"private"},"from":{"id":1},"new_chat_member":{"status":"emperor"},"old_chat_member":{"status":7}}}"#,
        r#"{"update_id":1,"update_id":2}"#, &deep, &deep_update,
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .chain([vec![0xFF, 0xFE, 0x00], vec![0; 100]])
    .collect();
    for body in cases {
        let answer = world.webhook(&body).await;
        let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
        assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0), "{shown}");
    }
    assert_eq!(world.contents().await, before);
}

/// Everything that a button carries is the customer's to change.
#[tokio::test]
async fn forged_buttons_change_nothing() {
    let world = World::open().await;
    world.add_code("SECRET50", "50", None, None).await;
    let victim = world.customer(8_100_000_003);
    actors::order(&victim, "Plan large", "Card to card").await;
    let owned = world.order(victim.id()).await;
    let OrderKey::Ulid(theirs) = owned.id.key else { panic!("an order of the chat") };

    let forger = world.customer(8_100_000_004);
    actors::choose(&forger, "Plan small").await;
    let (message, genuine) = actors::callback_of(&forger, "⭐ 80");
    let Some(Button::Place(choice)) = Button::parse(&genuine) else { panic!("{genuine}") };
    let now = choice.order.timestamp_ms();
    let hour = 3_600_000;
    let at = |millis: u64| Ulid::from_parts(millis, choice.order.random());
    let place = |change: &dyn Fn(&mut app::checkout::Choice)| {
        let mut forged = choice.clone();
        change(&mut forged);
        Button::Place(forged).encode()
    };
    // Base64url of 16 bytes leaves four bits over: one order must not have sixteen names.
    let (head, last) = genuine.split_at(22);
    let other_last = last.replacen(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_', "", 1);
    let non_canonical: Vec<String> = ["B", "C", "P"].iter().map(|c| format!("{head}{c}{other_last}")).collect();
    let mut forged = vec![
        ("an old order", place(&|choice| choice.order = at(now - 25 * hour))),
        ("a very old order", place(&|choice| choice.order = at(0))),
        ("an order of the future", place(&|choice| choice.order = at(now + 6 * 60_000))),
        ("an order of the far future", place(&|choice| choice.order = Ulid::from_bytes([0xFF; 16]))),
        ("another fingerprint", place(&|choice| choice.fingerprint = "AAAA".into())),
        ("another plan at this price", place(&|choice| choice.wanted = Wanted::Purchase("large".parse().unwrap()))),
        ("another way to pay at this price", place(&|choice| choice.gateway = Some(Gateway::Card))),
        ("nothing to pay", place(&|choice| choice.gateway = None)),
        ("a code that was not offered", place(&|choice| choice.code = Some("SECRET50".parse().unwrap()))),
        ("a code that is not there", place(&|choice| choice.code = Some("NOSUCH".parse().unwrap()))),
        ("a plan that is not there", place(&|choice| choice.wanted = Wanted::Purchase("nosuch".parse().unwrap()))),
        ("a gateway that is off", place(&|choice| choice.gateway = Some(Gateway::CryptoPay))),
        ("another's order", Button::Order(theirs).encode()),
        ("paying another's order", Button::Pay { order: theirs, gateway: Gateway::TelegramStars }.encode()),
        ("asking after another's payment", Button::CheckPayment(theirs).encode()),
        ("canceling another's order", Button::CancelOrder(theirs).encode()),
        ("another's subscription", Button::Subscription(OrderKey::Ulid(theirs)).encode()),
        ("another's prize", Button::Subscription(OrderKey::Prize(owned.id.buyer)).encode()),
        ("nonsense", "🤷".to_owned()),
        ("nothing", String::new()),
        ("sixty-four bytes", "F".repeat(64)),
        ("more than Telegram carries", "y".repeat(4_000)),
    ];
    forged.extend(non_canonical.into_iter().map(|data| ("a name with bits left over", data)));
    let before = world.contents().await;
    for (what, data) in forged {
        let answer = forger.tap_data(message, &data).await;
        assert!(answer.is_success(), "{what}");
        let (mut after, said) = (world.contents().await, says(&forger));
        // A code that there is not counts as a guess, and that it was refused is told.
        after.retain(|key, _| !key.ends_with("#GUESSES") && !key.contains("| ACTIVITY#"));
        assert_eq!(after, before, "{what}: {data}");
        assert!(!said.contains("Plan large\n\nTransfer") && !said.contains("panel.example"), "{what}: {said}");
    }
    // The genuine one still works.
    forger.tap_data(message, &genuine).await;
    assert_eq!(world.order(forger.id()).await.status, OrderStatus::AwaitingPayment);
    assert_eq!(world.order(victim.id()).await, owned);
}

#[tokio::test]
async fn a_charge_that_fits_no_order_is_refused_before_it_is_made() {
    let world = World::open().await;
    let customer = world.customer(8_100_000_005);
    let stranger = world.customer(8_100_000_006);
    stranger.send("/start").await;
    actors::order(&customer, "Plan small", "⭐ 80").await;
    let payload = world.payload(&world.order(customer.id()).await, 1);
    let other = format!("{payload}-2");
    let cases = [
        ("fewer Stars", customer.id(), payload.as_str(), "XTR", 79),
        ("more Stars", customer.id(), payload.as_str(), "XTR", 81),
        ("nothing", customer.id(), payload.as_str(), "XTR", 0),
        ("another currency", customer.id(), payload.as_str(), "USD", 80),
        ("another payer", stranger.id(), payload.as_str(), "XTR", 80),
        ("nobody the shop knows", 8_100_000_099, payload.as_str(), "XTR", 80),
        ("an attempt that was not begun", customer.id(), other.as_str(), "XTR", 80),
        ("no order", customer.id(), "order-1", "XTR", 80),
        ("an empty payload", customer.id(), "", "XTR", 80),
    ];
    let before = world.contents().await;
    for (what, payer, payload, currency, amount) in cases {
        let answer = world.telegram.send_update(actors::pre_checkout(payer, payload, currency, amount)).await;
        assert!(!approved(&answer), "{what}");
        assert!(!answer.body.unwrap()["error_message"].as_str().unwrap().is_empty(), "{what}");
    }
    let mut after = world.contents().await;
    // What was refused of an order of one's own is told.
    after.retain(|key, _| !key.contains("| ACTIVITY#"));
    assert_eq!(after, before);
    assert!(approved(&world.telegram.send_update(actors::pre_checkout(customer.id(), &payload, "XTR", 80)).await));
}

/// Whatever is charged all the same never pays an order, is kept, and goes back.
#[tokio::test]
async fn a_charge_that_fits_no_order_pays_none() {
    let world = World::open().await;
    let customer = world.customer(8_100_000_007);
    let stranger = world.customer(8_100_000_008);
    stranger.send("/start").await;
    actors::order(&customer, "Plan small", "⭐ 80").await;
    let order = world.order(customer.id()).await;
    let payload = world.payload(&order, 1);
    let cases = [
        ("too-little", customer.id(), payload.as_str(), 79, "amount_mismatch"),
        ("too-much", customer.id(), payload.as_str(), 800, "amount_mismatch"),
        ("other-payer", stranger.id(), payload.as_str(), 80, "other_payer"),
        ("no-order", customer.id(), "order-1", 80, "unknown_order"),
        ("no-attempt", customer.id(), &format!("{payload}-3"), 80, "unknown_attempt"),
    ];
    for (charge, payer, payload, stars, reason) in cases {
        let update = actors::successful_payment(payer, payload, stars, charge);
        assert!(world.telegram.send_update(update).await.is_success(), "{charge}");
        let payment = world.app.store.payment(&format!("telegram-stars#{charge}").parse().unwrap()).await.unwrap().unwrap();
        assert_eq!((payment.status, payment.reason.unwrap().name()), (PaymentStatus::Unapplied, reason), "{charge}");
        assert_eq!(world.order(customer.id()).await, order, "{charge}");
    }
    world.jobs().await;
    let refunded: Vec<Value> =
        world.telegram.calls().into_iter().filter(|call| call.method == "refundStarPayment").map(|call| call.params).collect();
    for (charge, payer, ..) in cases {
        assert!(
            refunded.iter().any(|refund| refund["telegram_payment_charge_id"] == charge && refund["user_id"] == payer),
            "{charge}: {refunded:?}"
        );
    }
    assert!(world.panel.users().is_empty());
    assert_eq!(world.order(customer.id()).await, order);
}

#[tokio::test]
async fn callbacks_that_no_gateway_sent() {
    let crypto_pay = CryptoPayStandIn::start().await;
    let world = World::open_with(&crypto_pay.settings()).await;
    let customer = world.customer(8_100_000_009);
    actors::order(&customer, "Plan small", "Crypto").await;
    let order = world.order(customer.id()).await;
    let genuine = crypto_pay.pay(25_000);
    let before = world.contents().await;
    let path = "/payments/crypto-pay/callback";
    let header = "crypto-pay-api-signature";
    for gateway in ["nowhere", "card", "telegram-stars", "stripe", "crypto-pay%00", "CRYPTO-PAY", ""] {
        let answer = world.request("POST", &format!("/payments/{gateway}/callback"), &[(header, &genuine.signature)], &genuine.body).await;
        assert_eq!(answer.status, 404, "{gateway:?}");
    }
    assert_eq!(world.request("POST", path, &[], &genuine.body).await.status, 401);
    let zeros = "0".repeat(64);
    for forged in ["", "00", "not hex", zeros.as_str(), &genuine.signature.to_uppercase()[..63], &format!("{}00", genuine.signature)] {
        assert_eq!(world.request("POST", path, &[(header, forged)], &genuine.body).await.status, 401, "{forged:?}");
    }
    for at in [0, genuine.body.len() / 2, genuine.body.len() - 1] {
        let mut changed = genuine.clone();
        changed.body[at] ^= 1;
        assert_eq!(world.crypto_pay_calls(&changed).await.status, 401, "byte {at}");
    }
    assert_eq!(world.request("POST", path, &[(header, &genuine.signature)], &vec![b' '; 16 * 1024 + 1]).await.status, 413);
    assert_eq!(world.request("GET", path, &[], b"").await.status, 404);

    // Signed, and of no use.
    let invoice = crypto_pay.invoices().remove(0);
    let changed = |field: &str, value: Value| {
        let mut invoice = invoice.clone();
        invoice[field] = value;
        json!({ "update_id": 1, "update_type": "invoice_paid", "request_date": "2026-11-18T10:00:01.000Z", "payload": invoice })
    };
    for content in [
        json!({}),
        json!([1, 2]),
        json!({ "update_type": "invoice_paid" }),
        json!({ "update_type": "something_new", "payload": {} }),
        changed("status", json!("active")),
        changed("status", json!("expired")),
        changed("status", json!("a_new_status")),
    ] {
        assert_eq!(world.crypto_pay_calls(&Callback::signed(&content)).await.status, 200, "{content}");
        assert_eq!(world.contents().await, before, "{content}");
    }
    // Signed, and not what was invoiced: kept apart.
    for (n, (field, value)) in [("amount", json!("2.49")), ("fiat", json!("EUR")), ("payload", json!("no-order"))].into_iter().enumerate() {
        let mut content = changed(field, value);
        content["payload"]["invoice_id"] = json!(90_000 + n);
        assert_eq!(world.crypto_pay_calls(&Callback::signed(&content)).await.status, 200);
        assert_eq!(world.order(customer.id()).await, order, "{field}");
    }
    assert_eq!(world.audit().await.unapplied, 3);
    assert_eq!(world.crypto_pay_calls(&genuine).await.status, 200);
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
}

/// Pictures, files and messages of every other kind.
#[tokio::test]
async fn files_of_odd_kinds_are_no_receipts() {
    let world = World::open().await;
    let customer = world.customer(8_100_000_010);
    actors::order(&customer, "Plan small", "Card to card").await;
    let order = world.order(customer.id()).await;
    let file = |fields: Value| {
        let mut document = json!({ "file_id": "f", "file_unique_id": "u" });
        document.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        json!({ "document": document })
    };
    let contents = [
        ("a program", file(json!({ "mime_type": "application/x-msdownload", "file_size": 100 }))),
        ("a page", file(json!({ "mime_type": "text/html" }))),
        ("a drawing with scripts", file(json!({ "mime_type": "image/svg+xml" }))),
        ("a file without a type", file(json!({}))),
        ("a file too large", file(json!({ "mime_type": "application/pdf", "file_size": 10_485_761 }))),
        ("no sizes of a photo", json!({ "photo": [] })),
        ("a sticker", json!({ "sticker": { "file_id": "s" } })),
        ("a voice", json!({ "voice": { "file_id": "v", "duration": 3 } })),
        ("a place", json!({ "location": { "latitude": 1.5, "longitude": 2.5 } })),
        ("a contact", json!({ "contact": { "phone_number": "+1", "first_name": "A" } })),
        ("a game of dice", json!({ "dice": { "emoji": "🎲", "value": 6 } })),
        ("something new", json!({ "hologram": { "id": 7 } })),
    ];
    for (what, content) in contents {
        let mut update = start(customer.id());
        let message = update["message"].as_object_mut().unwrap();
        message.remove("text");
        message.extend(content.as_object().unwrap().clone());
        assert_eq!(world.webhook(update.to_string().as_bytes()).await.status, 200, "{what}");
        assert_eq!(world.order(customer.id()).await, order, "{what}");
    }
    // Neither is what comes by another door than the chat of one's own.
    for kind in ["edited_message", "channel_post", "edited_channel_post", "business_message"] {
        let update = json!({ "update_id": 5, kind: { "message_id": 1, "date": 1, "chat": { "id": customer.id(), "type": "private" },
            "from": { "id": customer.id(), "first_name": "C" }, "photo": [{ "file_id": "f", "file_unique_id": "u", "width": 1 }] } });
        assert_eq!(world.webhook(update.to_string().as_bytes()).await.status, 200, "{kind}");
        assert_eq!(world.order(customer.id()).await, order, "{kind}");
    }
    assert!(world.operator().chat().iter().all(|message| !message.from_bot), "nobody was bothered");
    customer.send_document("receipt.pdf", "application/pdf", vec![b'%'; 100]).await;
    assert!(says(&customer).contains("is with our team"));
}

#[tokio::test]
async fn strange_texts_and_names_are_only_texts() {
    let world = World::open().await;
    world.add_code("SPRING", "10", None, None).await;
    let name = "<b>&\u{202E}\u{0}\"'</b><a href=x>";
    let customer = world.telegram.person(8_100_000_011, name, "en");
    assert!(customer.send("/start").await.is_success());
    assert!(says(&customer).contains("<b>&"), "the name is shown as it is: {}", says(&customer));
    actors::choose(&customer, "Plan small").await;
    customer.tap("discount code").await.unwrap();
    let long = "x".repeat(4096);
    let bidi = "\u{202E}SPRING\u{202C}".to_owned();
    let texts = [
        long.clone(),
        "😀".repeat(2048),
        "\u{0}\u{1}\u{7}\u{1b}[31m".into(),
        bidi,
        "<script>alert(1)</script>".into(),
        "' OR 1=1 --".into(),
        "SPRING#".into(),
        "/".into(),
        "//start".into(),
        "/start \u{0}".into(),
        format!("/start {long}"),
        format!("/start ref_{long}"),
        "/start ref_-1".into(),
        "/start ref_99999999999999999999".into(),
    ];
    for text in texts {
        let shown: String = text.chars().take(30).collect();
        let answer = customer.send(&text).await;
        assert!(answer.is_success(), "{shown:?}");
        assert!(answer.body.is_some(), "{shown:?} is answered");
    }
    let refused: Vec<_> = world.telegram.calls().into_iter().filter(|call| call.status != 200).collect();
    assert!(refused.is_empty(), "Telegram took every answer: {refused:?}");
    // The bot waits for a code as before, and a Persian keyboard's digits and any case will do.
    customer.send("sPrInG").await;
    assert!(says(&customer).contains("90,000 Toman"), "{}", says(&customer));
    // A receipt's card shows the name to the operators: as a text.
    customer.tap("Card to card").await.unwrap();
    customer.send_photo(b"a receipt".to_vec()).await;
    assert!(says(&world.operator()).contains("<b>&"), "{}", says(&world.operator()));
}

/// Requests that are no updates: other methods, paths and encodings.
#[tokio::test]
async fn other_doors_are_closed() {
    let world = World::open().await;
    let cases = [
        ("GET", "/", 404),
        ("POST", "/", 404),
        ("PUT", WEBHOOK, 404),
        ("DELETE", WEBHOOK, 404),
        ("POST", "/telegram/webhook/x", 404),
        ("GET", "/telegram/../admin", 404),
        ("GET", "/open/hiddify", 404),
        ("POST", "/open/hiddify/token", 404),
    ];
    for (method, path, status) in cases {
        assert_eq!(world.request(method, path, &[(SECRET, WEBHOOK_SECRET)], b"{}").await.status, status, "{method} {path}");
    }
    let call = local::lambda::HttpCall {
        method: "POST",
        path: WEBHOOK,
        query: "a=%FF&b=%",
        headers: &HeaderMap::new(),
        body: &[0xFF; 10],
        source_ip: [127, 0, 0, 1].into(),
    };
    assert_eq!(world.gateway.call(&call).await.status, 401);
}

/// JSON that is small and not what it should be.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop_oneof![Just(0i64), Just(-1), Just(1), Just(8_100_000_020), Just(9_000_000_001), Just(1 << 53), Just(i64::from(i32::MAX) + 1)]
            .prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        "[mcpkoyvxsilhrFSC][A-Za-z0-9_:-]{0,63}".prop_map(Value::from),
        prop_oneof![Just("private"), Just("group"), Just("XTR"), Just("/start ref_8100000021"), Just("kicked"), Just("")]
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map("[a-z_]{1,20}", inner, 0..4)
                .prop_map(|fields| fields.into_iter().collect::<serde_json::Map<_, _>>().into())
        ]
    })
}

/// Every place in a JSON value, the value itself excluded.
fn places(value: &Value, path: &str, out: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(values) => values.iter().enumerate().map(|(n, value)| (n.to_string(), value)).collect(),
        _ => return,
    };
    for (name, child) in children {
        let path = format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
        places(child, &path, out);
        out.push(path);
    }
}

/// Updates as Telegram sends them.
fn genuine(payload: &str, button: &str) -> Vec<Value> {
    let id = 8_100_000_020i64;
    let from = json!({ "id": id, "is_bot": false, "first_name": "Customer", "last_name": "X", "username": "customer", "language_code": "en", "is_premium": true });
    let chat = json!({ "id": id, "type": "private", "first_name": "Customer" });
    let message = |fields: Value| {
        let mut message = json!({ "message_id": 5, "date": 1_795_000_000, "chat": chat, "from": from });
        message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        message
    };
    let photo = json!([{ "file_id": "small", "file_unique_id": "u1", "width": 90, "height": 90, "file_size": 100 }, { "file_id": "large", "file_unique_id": "u2", "width": 900, "height": 900 }]);
    let document =
        json!({ "file_id": "d", "file_unique_id": "u3", "mime_type": "application/pdf", "file_size": 1000, "file_name": "r.pdf" });
    let mut paid = actors::successful_payment(id, payload, 80, "charge-of-the-proptest");
    let paid = paid["message"].take();
    let query = |data: &str| json!({ "id": "1", "from": from, "chat_instance": "1", "data": data, "message": message(json!({ "text": "a screen" })) });
    let member = |status: &str| json!({ "status": status, "user": { "id": 42, "is_bot": true, "first_name": "bot" } });
    [
        ("message", message(json!({ "text": "/start ref_8100000021" }))),
        ("message", message(json!({ "text": "hello", "entities": [{ "type": "bold", "offset": 0, "length": 5 }] }))),
        ("message", message(json!({ "text": "spring", "reply_to_message": message(json!({ "text": "a code?" })) }))),
        ("message", message(json!({ "photo": photo, "caption": "a receipt" }))),
        ("message", message(json!({ "document": document }))),
        ("message", paid),
        ("message", message(json!({ "refunded_payment": { "currency": "XTR", "total_amount": 80, "invoice_payload": payload, "telegram_payment_charge_id": "c" } }))),
        ("callback_query", query(button)),
        ("callback_query", query("m")),
        ("callback_query", query("lfa")),
        ("callback_query", query("ra1AAAA")),
        ("pre_checkout_query", actors::pre_checkout(id, payload, "XTR", 80)["pre_checkout_query"].take()),
        ("my_chat_member", json!({ "chat": chat, "from": from, "date": 1, "old_chat_member": member("member"), "new_chat_member": member("kicked") })),
        ("edited_message", message(json!({ "text": "edited" }))),
    ]
    .into_iter()
    .map(|(kind, content)| json!({ "update_id": 7, kind: content }))
    .collect()
}

/// Genuine updates with some of their parts replaced or gone: always an answer, never a panic, and only the customer's own things change.
#[test]
fn no_update_is_too_strange() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (world, updates) = runtime.block_on(async {
        let world = World::open().await;
        let customer = world.customer(8_100_000_020);
        actors::order(&customer, "Plan small", "⭐ 80").await;
        let payload = world.payload(&world.order(customer.id()).await, 1);
        customer.tap("Card to card").await.unwrap();
        actors::choose(&customer, "Plan large").await;
        let (_, button) = actors::callback_of(&customer, "⭐ 240");
        (world, genuine(&payload, &button))
    });
    let changes = vec((any::<Index>(), proptest::option::weighted(0.7, anything())), 0..4);
    let strategy = (any::<Index>(), changes);
    let config = Config { cases: 1000, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let run = runner.run(&strategy, |(which, changes)| {
        let mut update = which.get(&updates).clone();
        for (place, replacement) in changes {
            let mut all = Vec::new();
            places(&update, "", &mut all);
            if all.is_empty() {
                break;
            }
            let path = place.get(&all);
            let (parent, name) = path.rsplit_once('/').unwrap();
            match (update.pointer_mut(parent), replacement) {
                (Some(Value::Object(fields)), Some(value)) => drop(fields.insert(name.to_owned(), value)),
                (Some(Value::Object(fields)), None) => drop(fields.remove(name)),
                (Some(Value::Array(values)), Some(value)) => values[name.parse::<usize>().unwrap()] = value,
                (Some(Value::Array(values)), None) => drop(values.remove(name.parse().unwrap())),
                _ => {}
            }
        }
        let answer = runtime.block_on(world.webhook(update.to_string().as_bytes()));
        prop_assert_eq!(answer.status.as_u16(), 200, "{}", update);
        Ok(())
    });
    run.unwrap();
    runtime.block_on(async {
        world.audit().await;
    });
}
