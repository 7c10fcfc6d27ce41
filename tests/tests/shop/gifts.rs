//! A subscription for somebody else: paid by one, opened by another, once.

use domain::{
    OrderId, OrderKey, TelegramUserId,
    order::{Order, OrderStatus},
    time::Span,
    user::UserStatus,
};
use embedded_dynamodb::{Fault, Tally};
use expect_test::expect;
use local::{
    panel::Status,
    telegram::{self, FaultKind, Person},
};
use serde_json::json;
use tests::{
    World,
    actors::{deliveries, says},
};

/// Buys a gift by Stars; the payload of its link.
async fn buy(giver: &Person) -> String {
    giver.send("/start").await;
    for step in ["Buy a subscription", "Buy for a friend", "Plan small", "⭐ 80", "Pay ⭐ 80"] {
        giver.tap(step).await.unwrap();
    }
    payload(giver)
}

fn payload(giver: &Person) -> String {
    let link = giver.copied("Copy the link").unwrap_or_else(|| panic!("no link: {}", says(giver)));
    link.split_once("?start=").unwrap().1.to_owned()
}

async fn open(friend: &Person, payload: &str) {
    friend.send(&format!("/start {payload}")).await;
}

/// The order that the claimed gift became.
async fn claimed(world: &World, friend: &Person) -> Order {
    let order = world.order(friend.id()).await;
    assert!(matches!(order.id.key, OrderKey::Gift(_)), "{:?}", order.id);
    order
}

#[tokio::test]
async fn one_buys_and_another_opens() {
    let world = World::open().await;
    let giver = world.customer(7_520_000_001);
    giver.send("/start").await;
    giver.tap("Buy a subscription").await.unwrap();
    giver.tap("Buy for a friend").await.unwrap();
    giver.tap("Plan small").await.unwrap();
    assert!(says(&giver).contains("As a present"), "{}", says(&giver));
    giver.tap("⭐ 80").await.unwrap();
    giver.tap("Pay ⭐ 80").await.unwrap();
    let order = world.order(giver.id()).await;
    assert!(order.gift && order.delivered_at.is_some());
    assert_eq!((order.status, order.work.duty, world.panel.users().len()), (OrderStatus::Provisioned, None, 0));
    assert!(world.user(giver.id()).await.first_paid_at.is_some(), "he has bought");
    let payload = payload(&giver);
    assert!(!payload.contains(&giver.id().to_string()));
    assert!(giver.link("Pass it on").unwrap().starts_with("https://t.me/share/url"));
    // Until it is opened he finds it again.
    giver.send("/subscriptions").await;
    giver.tap("To pass on: ").await.unwrap();
    assert!(says(&giver).contains(&payload), "{}", says(&giver));

    let friend = world.customer(7_520_000_002);
    open(&friend, &payload).await;
    assert!(says(&friend).contains("A present for you"), "{}", says(&friend));
    let opened = claimed(&world, &friend).await;
    let accounts = world.accounts(opened.id);
    assert_eq!((accounts.len(), accounts[0].data_limit), (1, Some(10 << 30)));
    assert_eq!(deliveries(&friend).len(), 1);
    let user = world.user(friend.id()).await;
    assert_eq!((user.status, user.invited_by, user.first_paid_at), (UserStatus::Active, None, None), "a gift is no referral");
    assert!(giver.told("has just been opened").is_some());

    // Again by him, and by anybody else.
    open(&friend, &payload).await;
    assert!(says(&friend).contains("A present for you"), "{}", says(&friend));
    let third = world.customer(7_520_000_003);
    open(&third, &payload).await;
    assert!(says(&third).contains("works once"), "{}", says(&third));
    open(&giver, &payload).await;
    assert!(says(&giver).contains("works once"), "{}", says(&giver));
    giver.send("/subscriptions").await;
    assert!(!says(&giver).contains("To pass on") && giver.last().unwrap().button("To pass on").is_none());
    giver.tap_data(giver.last().unwrap().message_id, &app::button::Button::Order(order.id.key.ulid().unwrap()).encode()).await;
    assert!(says(&giver).contains("has been opened"), "{}", says(&giver));
    assert_eq!((world.panel.users().len(), deliveries(&friend).len()), (1, 1));
    world.audit().await;
}

#[tokio::test]
async fn it_can_be_opened_by_its_giver() {
    let world = World::open().await;
    let giver = world.customer(7_520_000_011);
    let payload = buy(&giver).await;
    open(&giver, &payload).await;
    assert!(says(&giver).contains("A present for you"), "{}", says(&giver));
    assert_eq!((deliveries(&giver).len(), world.panel.users().len()), (1, 1));
    assert!(giver.told("has just been opened").is_none(), "he knows");
    world.audit().await;
}

#[tokio::test]
async fn two_friends_at_once() {
    let world = World::open().await;
    let giver = world.customer(7_520_000_021);
    let payload = buy(&giver).await;
    let (one, two) = (world.customer(7_520_000_022), world.customer(7_520_000_023));
    tokio::join!(open(&one, &payload), open(&two, &payload), open(&one, &payload));
    world.clock.advance(Span::minutes(2));
    world.jobs_until_idle().await;
    assert_eq!(deliveries(&one).len() + deliveries(&two).len(), 1);
    assert_eq!(world.panel.users().len(), 1);
    world.audit().await;
}

#[tokio::test]
async fn links_that_open_nothing() {
    let world = World::open().await;
    let stranger = world.customer(7_520_000_031);
    for payload in ["gift_aaaaaaaaaaaaaaaa", "gift_", "gift_zz", "gift_aaaaaaaaaaaaaaaaaaaaaaaa"] {
        open(&stranger, payload).await;
        assert!(stranger.last().unwrap().button("Buy a subscription").is_some(), "{payload}: {}", says(&stranger));
    }
    let giver = world.customer(7_520_000_032);
    let payload = buy(&giver).await;
    let banned = world.customer(7_520_000_033);
    banned.send("/start").await;
    assert_eq!(world.admin("POST", &format!("/admin/v1/users/{}/ban", banned.id()), None).await.0, 200);
    open(&banned, &payload).await;
    assert!(says(&banned).contains("cannot buy"), "{}", says(&banned));
    assert!(world.panel.users().is_empty());
    open(&stranger, &payload).await;
    assert_eq!(deliveries(&stranger).len(), 1, "it was there all the same");
    world.audit().await;
}

#[tokio::test]
async fn the_panel_is_down_when_it_is_opened() {
    let world = World::open().await;
    let giver = world.customer(7_520_000_041);
    world.panel.down();
    let payload = buy(&giver).await;
    let friend = world.customer(7_520_000_042);
    open(&friend, &payload).await;
    assert!(says(&friend).contains("is yours"), "{}", says(&friend));
    world.panel.up();
    world.clock.advance(Span::minutes(2));
    world.jobs_until_idle().await;
    assert_eq!((deliveries(&friend).len(), world.panel.users().len()), (1, 1));
    world.audit().await;
}

#[tokio::test]
async fn a_giver_who_cannot_be_reached_finds_his_link_later() {
    let world = World::open().await;
    let giver = world.customer(7_520_000_051);
    giver.send("/start").await;
    for step in ["Buy a subscription", "Buy for a friend", "Plan small", "⭐ 80"] {
        giver.tap(step).await.unwrap();
    }
    let order = world.order(giver.id()).await;
    let payload = world.payload(&order, 1);
    giver.set_blocked(true).await;
    let paid = tests::actors::successful_payment(giver.id(), &payload, 80, "the-charge");
    assert!(world.telegram.send_update(paid).await.is_success());
    world.jobs_until_idle().await;
    let order = world.order(giver.id()).await;
    assert_eq!((order.status, order.work.duty), (OrderStatus::Provisioned, None));
    giver.set_blocked(false).await;
    giver.send("/subscriptions").await;
    giver.tap("To pass on").await.unwrap();
    assert!(says(&giver).contains("gift_"), "{}", says(&giver));
    world.audit().await;
}

/// What Telegram sends when a charge in Stars was taken back.
async fn refund(world: &World, giver: &Person) {
    let order = world.orders(giver.id()).await.into_iter().find(|order| order.gift).unwrap();
    let payment = order.payment.clone().unwrap();
    let update = json!({"message": {
        "message_id": 900_000, "date": 1_795_000_000, "chat": {"id": giver.id(), "type": "private"},
        "from": {"id": giver.id(), "is_bot": false, "first_name": "Customer"},
        "refunded_payment": {"currency": "XTR", "total_amount": 80, "invoice_payload": world.payload(&order, 1),
            "telegram_payment_charge_id": payment.reference()}}});
    assert!(world.telegram.send_update(update).await.is_success());
    for _ in 0..3 {
        world.jobs_until_idle().await;
        world.clock.advance(Span::minutes(10));
    }
    let order = world.orders(giver.id()).await.into_iter().find(|order| order.gift).unwrap();
    assert_eq!((order.status, order.work.duty), (OrderStatus::Refunded, None));
}

#[tokio::test]
async fn a_refund_before_it_is_opened_takes_it_away() {
    let world = World::open().await;
    let giver = world.customer(7_520_000_061);
    let payload = buy(&giver).await;
    refund(&world, &giver).await;
    let friend = world.customer(7_520_000_062);
    open(&friend, &payload).await;
    assert!(says(&friend).contains("not available any more"), "{}", says(&friend));
    assert!(world.panel.users().is_empty() && world.orders(friend.id()).await.is_empty());
    giver.send("/subscriptions").await;
    assert!(giver.last().unwrap().button("To pass on").is_none());
}

#[tokio::test]
async fn a_refund_afterwards_takes_the_account_back() {
    let world = World::open().await;
    let giver = world.customer(7_520_000_071);
    let payload = buy(&giver).await;
    let friend = world.customer(7_520_000_072);
    open(&friend, &payload).await;
    refund(&world, &giver).await;
    let order = claimed(&world, &friend).await;
    assert_eq!((order.status, order.work.duty), (OrderStatus::Refunded, None));
    assert_eq!(world.accounts(order.id)[0].status, Status::Disabled);
    open(&friend, &payload).await;
    assert!(says(&friend).contains("not available any more"), "{}", says(&friend));
}

#[tokio::test]
async fn they_can_be_switched_off() {
    let world = World::open().await;
    let giver = world.customer(7_520_000_081);
    giver.send("/start").await;
    giver.tap("Buy a subscription").await.unwrap();
    giver.tap("Buy for a friend").await.unwrap();
    giver.tap("Plan small").await.unwrap();
    world.set(|settings| settings.gifts = false).await;
    giver.tap("⭐ 80").await.unwrap();
    assert!(world.orders(giver.id()).await.is_empty());
    assert!(giver.last().unwrap().button("Buy for a friend").is_none(), "{}", says(&giver));
    for data in ["d", "dsmall"] {
        giver.tap_data(giver.last().unwrap().message_id, data).await;
        assert!(says(&giver).contains("not for sale"), "{}", says(&giver));
    }
}

/// A code works for a gift, and one of 100 % wraps it at once.
#[tokio::test]
async fn a_code_makes_it_cheaper() {
    let world = World::open().await;
    world.add_code("ALL", "100", None, None).await;
    let giver = world.customer(7_520_000_091);
    giver.send("/start").await;
    for step in ["Buy a subscription", "Buy for a friend", "Plan small", "discount code"] {
        giver.tap(step).await.unwrap();
    }
    giver.send("all").await;
    giver.tap("Get it for free").await.unwrap();
    let order = world.order(giver.id()).await;
    assert_eq!((order.gift, order.status), (true, OrderStatus::Provisioned));
    assert_eq!(world.user(giver.id()).await.first_paid_at, None);
    world.audit().await;
}

/// The process dies before or after each request, of the payment and of the opening: one gift, one account, and everybody is told.
async fn every_request_meets(fault: Fault) {
    let mut world = World::open().await;
    let mut processes = 1;
    let mut quiet = 0;
    for nth in 1..30usize {
        let id = 7_520_001_000 + 2 * i64::try_from(nth).unwrap();
        let (giver, friend) = (world.customer(id), world.customer(id + 1));
        giver.send("/start").await;
        for step in ["Buy a subscription", "Buy for a friend", "Plan small", "⭐ 80"] {
            giver.tap(step).await.unwrap();
        }
        let order = world.order(id).await;
        let gift = world.app.gift_id(order.id).to_string().to_lowercase();
        let paid = tests::actors::successful_payment(id, &world.payload(&order, 1), 80, &format!("charge-{nth}"));
        let mut met = false;
        for turn in ["pay", "open"] {
            world.dynamodb.fail_from(nth, [fault]);
            let answer = match turn {
                "pay" => world.telegram.send_update(paid.clone()).await,
                _ => friend.send(&format!("/start gift_{gift}")).await,
            };
            met |= world.dynamodb.all_met();
            if world.dynamodb.is_dead() {
                processes += 1;
                world.dynamodb.restore();
                world.restart(processes).await;
                world.telegram.redeliver(answer.update_id).await;
            }
            world.dynamodb.restore();
            world.clock.advance(Span::minutes(2));
            world.jobs_until_idle().await;
        }
        let order = world.order(id).await;
        assert_eq!((order.status, order.work.duty), (OrderStatus::Provisioned, None), "{fault:?} at {nth}");
        let opened = claimed(&world, &friend).await;
        assert_eq!((opened.status, world.accounts(opened.id).len()), (OrderStatus::Provisioned, 1), "{fault:?} at {nth}");
        assert!(!deliveries(&friend).is_empty() && giver.told("has just been opened").is_some(), "{fault:?} at {nth}");
        assert!(giver.told("Your present is ready").is_some(), "{fault:?} at {nth}");
        if !met {
            quiet = nth;
            break;
        }
    }
    assert!(quiet > 3, "the turns take more requests");
    world.audit().await;
}

#[tokio::test]
async fn it_survives_every_death_before_a_request() {
    every_request_meets(Fault::Dead).await;
}

#[tokio::test]
async fn it_survives_every_death_after_a_request() {
    every_request_meets(Fault::DeadAfter).await;
}

/// The message with the link waits for Telegram; the link works meanwhile.
#[tokio::test]
async fn telegram_asks_to_wait() {
    let world = World::open().await;
    let giver = world.customer(7_520_000_101);
    giver.send("/start").await;
    for step in ["Buy a subscription", "Buy for a friend", "Plan small", "⭐ 80"] {
        giver.tap(step).await.unwrap();
    }
    let wait = FaultKind::NoEffectStatus { status: 429, retry_after: Some(40) };
    // The operators' notice meets it as well.
    world.telegram.fail(telegram::Fault { times: 2, ..telegram::Fault::once("sendMessage", wait) });
    giver.tap("Pay ⭐ 80").await.unwrap();
    let order = world.order(giver.id()).await;
    assert_eq!((order.status, order.delivered_at), (OrderStatus::Provisioned, None));
    let id = OrderId::new(TelegramUserId::new(giver.id()).unwrap(), order.id.key);
    let friend = world.customer(7_520_000_102);
    open(&friend, &format!("gift_{}", world.app.gift_id(id).to_string().to_lowercase())).await;
    assert_eq!(deliveries(&friend).len(), 1);
    world.clock.advance(Span::minutes(2));
    world.jobs_until_idle().await;
    assert!(giver.told("Your present is ready").is_some());
    world.audit().await;
}

/// A gift is one write of its order and its own item more than a purchase; opening it is the gift with the friend, one transaction, the account, and
/// the word to the giver.
#[tokio::test]
async fn what_it_costs() {
    let world = World::open().await;
    let giver = world.customer(7_520_000_111);
    giver.send("/start").await;
    for step in ["Buy a subscription", "Buy for a friend", "Plan small", "⭐ 80"] {
        giver.tap(step).await.unwrap();
    }
    let order = world.order(giver.id()).await;
    let paid = tests::actors::successful_payment(giver.id(), &world.payload(&order, 1), 80, "the-charge");
    let cost = || {
        let tally = Tally::of(&world.dynamodb.take_log());
        let (read, write) = (tally.read.total().normalize(), tally.write.total().normalize());
        format!("{} trips, {read} read units, {write} write units", tally.trips)
    };
    cost();
    assert!(world.telegram.send_update(paid).await.is_success());
    expect!["4 trips, 2 read units, 19 write units"].assert_eq(&cost());
    let friend = world.customer(7_520_000_112);
    open(&friend, &payload(&giver)).await;
    expect!["5 trips, 4 read units, 19 write units"].assert_eq(&cost());
}

/// Presents stand before purchases in the list of subscriptions: what was bought meanwhile is found behind them.
#[tokio::test]
async fn whoever_comes_back_gets_what_he_bought_however_many_presents_he_has() {
    let world = World::open().await;
    let (giver, friend) = (world.customer(7_520_000_201), world.customer(7_520_000_202));
    for _ in 0..3 {
        let payload = buy(&giver).await;
        open(&friend, &payload).await;
    }
    world.clock.advance(Span::hours(1));
    tests::actors::order(&friend, "Plan small", "⭐ 80").await;
    let order = world.orders(friend.id()).await.into_iter().find(|order| order.status == OrderStatus::AwaitingPayment).unwrap();
    friend.set_blocked(true).await;
    let paid = tests::actors::successful_payment(friend.id(), &world.payload(&order, 1), 80, "the-charge");
    assert!(world.telegram.send_update(paid).await.is_success());
    world.jobs_until_idle().await;
    assert_eq!(deliveries(&friend).len(), 3);
    friend.set_blocked(false).await;
    assert_eq!(deliveries(&friend).len(), 4, "{}", says(&friend));
}

/// Whoever does not know a code goes back to where he came from; what he is told of his money is about a present.
#[tokio::test]
async fn the_way_back_and_the_words_are_of_a_present() {
    let world = World::open().await;
    let giver = world.customer(7_520_000_211);
    giver.send("/start").await;
    for step in ["Buy a subscription", "Buy for a friend", "Plan small", "discount code", "Back"] {
        giver.tap(step).await.unwrap();
    }
    assert!(says(&giver).contains("Plan small") && says(&giver).contains("As a present"), "{}", says(&giver));
    giver.tap("Card to card").await.unwrap();
    giver.send_photo(b"a receipt".to_vec()).await;
    assert!(says(&giver).contains("the link to pass on arrives here") && !says(&giver).contains("your link"), "{}", says(&giver));
}
