//! What operators do in their chat besides deciding receipts.

use std::time::Duration;

use app::{
    button::{Button, RetryOf, UserStep},
    seams::Clock as _,
};
use domain::{TelegramUserId, duty::Duty, order::OrderStatus, subscription::ProvisioningSpec, time::Span};
use tests::{
    World,
    actors::{self, says},
};

const GROUP: i64 = -1_001_234_567_890;

#[tokio::test]
async fn somebody_is_found_banned_and_let_in_again() {
    let world = World::open().await;
    let operator = world.operator();
    let customer = world.telegram.person(7_110_000_001, "<b>Sara & Co", "en");
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.tap("Pay ⭐ 80").await.unwrap();
    let order = world.order(customer.id()).await;
    let reference = world.app.names.order(order.id);
    for sought in [customer.id().to_string(), reference, order.panel_name.to_string()] {
        operator.send(&format!("/find {sought}")).await;
        let card = says(&operator);
        for part in ["<b>Sara & Co", "7110000001", "Plan small", "delivered", "active", "Open in the console", order.panel_name.as_str()] {
            assert!(card.contains(part), "{part} of {sought}: {card}");
        }
    }
    for (command, answer) in
        [("/find", "Write after the command"), ("/find 42", "Nobody"), ("/find paid", "Nobody"), ("/find <b>&", "Nobody")]
    {
        operator.send(command).await;
        assert!(says(&operator).contains(answer), "{command}: {}", says(&operator));
    }
    operator.send(&format!("/find {}", customer.id())).await;
    operator.tap("Ban").await.unwrap();
    assert!(!world.user(customer.id()).await.is_banned(), "it takes one more tap");
    operator.tap("Back").await.unwrap();
    operator.tap("Ban").await.unwrap();
    operator.tap("Yes, ban").await.unwrap();
    assert!(world.user(customer.id()).await.is_banned());
    assert!(says(&operator).contains("Banned since"), "{}", says(&operator));
    operator.tap("Lift the ban").await.unwrap();
    operator.tap("Yes, lift the ban").await.unwrap();
    assert!(!world.user(customer.id()).await.is_banned());
    let id = customer.id().to_string();
    assert_eq!(world.history("user", &id).await, ["ban", "unban"]);
    let audit = world.app.store.list_audit("user", &id, None, 10, order.expires_at).await.unwrap().items;
    assert!(audit.iter().all(|entry| entry.actor.to_string() == format!("telegram:{}", operator.id())));
}

#[tokio::test]
async fn what_waits_and_what_today_brought() {
    let world = World::open().await;
    let operator = world.operator();
    let customer = world.customer(7_110_000_002);
    actors::order(&customer, "Plan small", "Card to card").await;
    customer.send_photo(b"a receipt".to_vec()).await;
    world.clock.advance(Span::seconds(1));
    operator.send("/admin").await;
    let desk = says(&operator);
    for part in ["What waits for you", "Receipts: 1", "Parked: 0", "Money without an order: 0", "Orders: 1", "Open in the console"] {
        assert!(desk.contains(part), "{part}: {desk}");
    }
}

#[tokio::test]
async fn commands_and_buttons_of_others_are_nobodys() {
    let world = World::open().await;
    let victim = world.customer(7_110_000_003);
    victim.send("/start").await;
    let other = world.customer(7_110_000_004);
    other.send("/menu").await;
    let before = world.contents().await;
    for command in ["/find 7110000003", "/admin"] {
        other.send(command).await;
        assert!(says(&other).contains("I did not understand that"), "{command}: {}", says(&other));
        assert!(!says(&other).contains("7110000003"));
        world.clock.advance(Span::seconds(5));
    }
    let id = TelegramUserId::new(victim.id()).unwrap();
    let message = other.last().unwrap().message_id;
    let reference = world.app.names.order(domain::OrderId::new(id, domain::OrderKey::Trial));
    let users = UserStep::ALL.map(|step| Button::User { step, id });
    let retries = RetryOf::ALL.map(|of| Button::Retry { of, reference: reference.clone() });
    for button in users.into_iter().chain(retries) {
        let answer = other.tap_data(message, &button.encode()).await;
        let body = answer.body.unwrap();
        assert_eq!(body["method"], "answerCallbackQuery", "{button:?}");
        assert_eq!(body["text"], "You may not decide this.", "{button:?}");
    }
    let mut after = world.contents().await;
    after.retain(|key, _| before.contains_key(key));
    assert_eq!(after, before);
    // A button of an operator's that names nothing.
    let operator = world.operator();
    operator.send("/admin").await;
    let message = operator.last().unwrap().message_id;
    let nobody = Button::User { step: UserStep::Ban, id: TelegramUserId::new(5).unwrap() };
    assert_eq!(operator.tap_data(message, &nobody.encode()).await.body.unwrap()["text"], "Nobody was found.");
    for reference in [reference, "A".repeat(domain::reference::REFERENCE_LEN)] {
        let retry = Button::Retry { of: RetryOf::Order, reference };
        assert!(operator.tap_data(message, &retry.encode()).await.body.unwrap()["text"].is_string());
    }
}

#[tokio::test]
async fn in_a_group_its_members_are_operators() {
    let world = World::open_with(&[("TELEGRAM_OPERATOR_CHAT_ID", &GROUP.to_string())]).await;
    let customer = world.customer(7_110_000_005);
    customer.send("/start").await;
    let operator = world.operator().at(GROUP);
    operator.send("/find@wave_test_bot 7110000005").await;
    assert!(says(&operator).contains("7110000005"), "{}", says(&operator));
    operator.tap("Ban").await.unwrap();
    operator.tap("Yes, ban").await.unwrap();
    assert!(world.user(customer.id()).await.is_banned());
}

#[tokio::test]
async fn what_is_parked_is_tried_again_by_a_tap() {
    let world = World::open().await;
    let operator = world.operator();
    let customer = world.customer(7_110_000_006);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    // Its account's name is taken.
    let order = world.order(customer.id()).await;
    let spec = ProvisioningSpec::of(order.panel_name.clone(), "SOMEBODY-ELSE", &order.terms);
    world.app.panel.ensure_account(&spec, world.clock.now(), Duration::from_secs(5)).await.unwrap();
    customer.tap("Pay ⭐ 80").await.unwrap();
    let order = world.order(customer.id()).await;
    assert!(order.work.parked.is_some(), "{order:?}");
    let told = operator.told("could not be delivered").unwrap();
    assert!(told.text.contains("Open in the console"), "{}", told.text);
    assert!(world.panel.delete_out_of_band(order.panel_name.as_str()));
    let (message, retry) = actors::callback_of(&operator, "Try again");
    operator.tap("Try again").await.unwrap();
    assert!(operator.told("could not be delivered").unwrap().button("Try again").is_none());
    let order = world.order(customer.id()).await;
    assert_eq!((order.work.duty, order.work.parked.as_deref()), (Some(Duty::Provision), None));
    // A second tap finds nothing parked.
    assert_eq!(operator.tap_data(message, &retry).await.body.unwrap()["text"], "This does not wait any more.");
    world.jobs_until_idle().await;
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
    operator.tap_data(message, &retry).await;
    assert_eq!(world.history("order", &world.app.names.order(order.id)).await, ["retry"]);
}

#[tokio::test]
async fn each_order_that_a_gateway_pays_is_told_once_if_they_like() {
    let world = World::open().await;
    let operator = world.operator();
    let customer = world.telegram.person(7_110_000_007, "<i>Sara", "fa");
    customer.send("/language").await;
    customer.tap("English").await.unwrap();
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.tap("Pay ⭐ 80").await.unwrap();
    let told = || operator.chat().into_iter().filter(|message| message.text.contains("💰")).collect::<Vec<_>>();
    let [notice] = told().try_into().unwrap();
    let reference = world.app.names.order(world.order(customer.id()).await.id);
    for part in ["⭐ 80 · Plan small", "<i>Sara · 7110000007", reference.as_str(), "Open in the console"] {
        assert!(notice.text.contains(part), "{part}: {}", notice.text);
    }
    let (status, _) = world.admin("PATCH", "/admin/v1/settings", Some(serde_json::json!({"paid_order_notices": false}))).await;
    assert_eq!(status, 200);
    world.clock.advance(Span::minutes(5));
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.tap("Pay ⭐ 80").await.unwrap();
    assert_eq!(told().len(), 1);
}

#[tokio::test]
async fn operators_read_their_own_language() {
    for (language, who, waits, nobody) in
        [("fa", "عضویت", "آنچه منتظر شماست", "کسی پیدا نشد"), ("ru", "с нами с", "Что ждёт вас", "Никого не нашлось")]
    {
        let world = World::open_with(&[("OPERATOR_LANGUAGE", language)]).await;
        let operator = world.operator();
        let customer = world.customer(7_110_000_008);
        customer.send("/start").await;
        operator.send("/admin").await;
        assert!(says(&operator).contains(waits), "{}", says(&operator));
        operator.send("/find ۷۱۱۰۰۰۰۰۰۸").await;
        assert!(says(&operator).contains(who), "{}", says(&operator));
        operator.send("/find 5").await;
        assert!(says(&operator).contains(nobody), "{}", says(&operator));
    }
}
