//! Reminders and the invitation to come back: each once, to whom they concern, whatever fails on the way, at a cost that grows with what is due.

use std::time::Duration;

use app::seams::Clock;
use axum::http::StatusCode;
use domain::{
    Language, OrderId, OrderKey, Timestamp,
    duty::Duty,
    order::{NewOrder, Order},
    settings::{PersonalCode, Reminders, Settings, WinBack},
    subscription::{ProvisioningSpec, Subscription},
    time::Span,
    user::UserStatus,
};
use embedded_dynamodb::{Fault, Tally};
use local::{
    panel,
    telegram::{ButtonAction, ChatMessage, FaultKind, Person},
};
use rust_decimal::Decimal;
use store::Write;
use tests::{
    World,
    actors::{self, deliveries, says},
};

const GIB: i64 = 1 << 30;

/// Somebody who has bought the small plan, 10 GB for 30 days, and has just begun to use it.
async fn user_of(world: &World, id: i64) -> Person {
    user_of_plan(world, id, "Plan small", 80).await
}

async fn user_of_plan(world: &World, id: i64, plan: &str, stars: u32) -> Person {
    let customer = world.customer(id);
    actors::order(&customer, plan, &format!("⭐ {stars}")).await;
    customer.tap(&format!("Pay ⭐ {stars}")).await.unwrap();
    assert_eq!(deliveries(&customer).len(), 1, "{}", says(&customer));
    uses(world, id, GIB / 1024).await;
    customer
}

async fn subscription(world: &World, id: i64) -> Subscription {
    let held = world.app.store.subscriptions_of(id.try_into().unwrap(), None, 10).await.unwrap().items;
    held.into_iter().next_back().unwrap()
}

async fn uses(world: &World, id: i64, bytes: i64) {
    let name = subscription(world, id).await.name;
    world.panel.use_traffic(name.as_str(), bytes).unwrap();
}

/// When something of the shop is due next.
async fn next_due(world: &World) -> Option<Timestamp> {
    world.owed().await.values().filter_map(|item| item["due_at"].as_str()?.parse().ok()).min()
}

/// Time passes, and the jobs run whenever something is due: what a minute's tick makes of it, without the ticks that find nothing.
async fn pass(world: &World, span: Span) {
    let end = world.clock.now().plus(span);
    for _ in 0..400 {
        let now = world.clock.now();
        match next_due(world).await.filter(|due| *due <= end) {
            Some(due) => world.clock.advance(due.since(now).max(Span::seconds(1))),
            None => break,
        }
        world.panel.review();
        world.duties().await;
    }
    world.clock.advance(end.since(world.clock.now()));
    world.panel.review();
    world.duties().await;
}

/// What somebody was reminded of: the messages with a way to renew that are no answer to him.
fn reminders(customer: &Person) -> Vec<ChatMessage> {
    const MARKS: [&str; 5] = ["left", "left:", "time is up", "used up", "have you back"];
    let reminds =
        |message: &ChatMessage| message.from_bot && message.photo.is_none() && MARKS.iter().any(|mark| message.text.contains(mark));
    customer
        .chat()
        .into_iter()
        .filter(|message| reminds(message) && message.button("Renew").is_some() && message.button("QR code").is_none())
        .collect()
}

fn titles(customer: &Person) -> Vec<String> {
    reminders(customer).into_iter().map(|message| message.text.lines().next().unwrap_or_default().to_owned()).collect()
}

async fn set(world: &World, reminders: Reminders) {
    let mut settings = Settings { reminders, version: 1, ..Settings::initial() };
    settings.updated_at = world.clock.now();
    world.app.store.commit(&world.app.seams().nonce(), vec![Write::put(&settings).unwrap()]).await.unwrap();
    world.app.catalogue.forget();
}

#[tokio::test]
async fn each_is_told_once_over_the_weeks() {
    let world = World::open().await;
    let customer = user_of(&world, 7_620_000_001).await;
    pass(&world, Span::days(10)).await;
    assert!(titles(&customer).is_empty(), "{:?}", titles(&customer));
    uses(&world, customer.id(), 8 * GIB).await;
    pass(&world, Span::days(2)).await;
    uses(&world, customer.id(), 3 * GIB / 2).await;
    pass(&world, Span::days(60)).await;
    assert_eq!(
        titles(&customer),
        [
            "📦 Plan small: 19 % of your data is left: 1.9 GB of 10 GB.",
            "📦 Plan small: 4 % of your data is left: 511 MB of 10 GB.",
            "⏳ 3 days of Plan small are left.",
            "⏳ Only 1 day of Plan small is left.",
            "⌛️ Plan small: the time is up.",
            "👋 Your subscription Plan small has ended, and we would be glad to have you back.",
        ]
    );
    let three_days = &reminders(&customer)[2].text;
    assert!(three_days.contains("⏳ until ") && three_days.contains("📦 511 MB of 10 GB left"), "{three_days}");
    let held = subscription(&world, customer.id()).await;
    assert_eq!((held.work.duty, held.ended_at.is_some()), (None, true), "and then nothing is owed");
    assert_eq!(world.user(customer.id()).await.status, UserStatus::Expired);
    // The button leads to a renewal, and who renews is a customer again.
    customer.tap("Renew").await.unwrap();
    customer.tap("Plan small").await.unwrap();
    customer.tap("⭐ 80").await.unwrap();
    customer.tap("Pay ⭐ 80").await.unwrap();
    assert_eq!(world.user(customer.id()).await.status, UserStatus::Active);
    let held = subscription(&world, customer.id()).await;
    assert!(held.work.duty == Some(Duty::Remind) && held.ended_at.is_none());
    world.audit().await;
}

#[tokio::test]
async fn they_come_in_the_customers_language() {
    let world = World::open().await;
    let mut said = Vec::new();
    for (n, language) in (1..).zip([Language::Persian, Language::Russian]) {
        let customer = user_of(&world, 7_620_000_010 + n).await;
        let mut user = world.user(customer.id()).await;
        user.language = language;
        world.app.store.commit(&world.app.seams().nonce(), vec![Write::replace(&mut user).unwrap()]).await.unwrap();
        said.push((customer.clone(), customer.chat().len()));
    }
    pass(&world, Span::days(40)).await;
    let plain = |text: String| text.replace(['\u{2068}', '\u{2069}', '\u{200F}'], "");
    let told: Vec<Vec<String>> = said
        .into_iter()
        .map(|(customer, before)| {
            customer.chat().into_iter().skip(before).map(|message| plain(message.text.lines().next().unwrap().to_owned())).collect()
        })
        .collect();
    assert_eq!(
        told[0],
        [
            "⏳ ۳ روز از اشتراک Plan small مانده است.",
            "⏳ فقط ۱ روز از اشتراک Plan small مانده است.",
            "⌛️ زمان اشتراک Plan small به پایان رسید.",
            "👋 اشتراک Plan small شما به پایان رسیده و جای شما خالی است.",
        ]
    );
    assert_eq!(
        told[1],
        [
            "⏳ Plan small: осталось 3 дня.",
            "⏳ Plan small: остался 1 день.",
            "⌛️ Plan small: срок подписки закончился.",
            "👋 Подписка Plan small закончилась, и мы будем рады, если вы вернётесь.",
        ]
    );
}

#[tokio::test]
async fn none_after_a_renewal() {
    let world = World::open().await;
    let customer = user_of(&world, 7_620_000_020).await;
    pass(&world, Span::days(28)).await;
    assert_eq!(titles(&customer).len(), 1, "{:?}", titles(&customer));
    super::renewals::buy(&customer, "Plan small", 80).await;
    pass(&world, Span::days(20)).await;
    assert_eq!(titles(&customer).len(), 1, "{:?}", titles(&customer));
    pass(&world, Span::days(40)).await;
    let told = titles(&customer);
    assert_eq!(told.len(), 5, "all of it once more: {told:?}");
    assert_eq!(told[1], "⏳ 3 days of Plan small are left.");
}

/// A renewal lands between the look at the panel and the write that would remind of the end.
#[tokio::test]
async fn a_renewal_in_between_wins() {
    let world = World::open().await;
    let customer = user_of(&world, 7_620_000_021).await;
    pass(&world, Span::days(26)).await;
    let due = next_due(&world).await.unwrap();
    world.clock.advance(due.since(world.clock.now()));
    // The panel takes its time to answer, and meanwhile somebody else writes.
    world.panel.forget_calls();
    world.panel.fail(panel::Fault::once(panel::FaultKind::Slow(Duration::from_secs(2))).on("GET /api/users"));
    let renewed = async {
        while world.panel.count("GET /api/users") == 0 {
            tokio::task::yield_now().await;
        }
        let mut held = subscription(&world, customer.id()).await;
        held.look_anew(world.clock.now());
        world.app.store.commit(&world.app.seams().nonce(), vec![Write::replace(&mut held).unwrap()]).await.unwrap();
    };
    let (run, ()) = tokio::join!(world.duties(), renewed);
    assert_eq!((run.gone, run.done), (1, 0), "{run:?}");
    assert!(titles(&customer).is_empty());
}

#[tokio::test]
async fn who_cannot_be_told_is_not_and_hears_no_old_news() {
    let world = World::open().await;
    let blocker = user_of(&world, 7_620_000_030).await;
    let banned = user_of(&world, 7_620_000_031).await;
    let leaver = user_of(&world, 7_620_000_032).await;
    blocker.set_blocked(true).await;
    let (status, _) = world.admin("POST", &format!("/admin/v1/users/{}/ban", banned.id()), None).await;
    assert_eq!(status, 200);
    world.telegram.clear_calls();
    // The third is not known to be gone until a message comes back.
    world.telegram.fail(local::telegram::Fault::status("sendMessage", 403));
    pass(&world, Span::days(28)).await;
    let calls = world.telegram.calls();
    assert_eq!(calls.len(), 1, "one message was tried: {calls:?}");
    assert!(world.user(leaver.id()).await.unreachable_at.is_some());
    pass(&world, Span::days(1)).await;
    assert_eq!(world.telegram.calls().len(), 1, "and no other");
    blocker.set_blocked(false).await;
    leaver.send("/start").await;
    pass(&world, Span::hours(20)).await;
    assert!(titles(&blocker).is_empty() && titles(&leaver).is_empty(), "{:?} {:?}", titles(&blocker), titles(&leaver));
    pass(&world, Span::days(30)).await;
    assert_eq!(titles(&blocker), titles(&leaver));
    assert_eq!(titles(&blocker).len(), 2, "the end and the invitation are news: {:?}", titles(&blocker));
    assert!(titles(&banned).is_empty());
    assert_eq!(world.user(banned.id()).await.status, UserStatus::Expired);
}

#[tokio::test]
async fn a_wait_that_telegram_asks_for_holds_for_everybody() {
    let world = World::open().await;
    let mut customers = Vec::new();
    for n in 0..3 {
        customers.push(user_of(&world, 7_620_000_040 + n).await);
    }
    let told = || customers.iter().map(|customer| titles(customer).len()).sum::<usize>();
    pass(&world, Span::minutes(27 * 24 * 60 - 2)).await;
    assert_eq!(told(), 0);
    world.clock.advance(Span::minutes(3));
    world.telegram.fail(local::telegram::Fault::once("sendMessage", FaultKind::Slow(Duration::ZERO)));
    world.telegram.fail(local::telegram::Fault::once("sendMessage", FaultKind::NoEffectStatus { status: 429, retry_after: Some(600) }));
    world.duties().await;
    assert_eq!(told(), 1);
    world.telegram.clear_calls();
    for _ in 0..9 {
        world.clock.advance(Span::minutes(1));
        world.duties().await;
    }
    assert!(world.telegram.calls().is_empty(), "not before its time");
    world.clock.advance(Span::minutes(2));
    world.duties().await;
    assert_eq!(told(), 3);
    pass(&world, Span::days(1)).await;
    assert!(customers.iter().all(|customer| titles(customer).len() == 1));
}

#[tokio::test]
async fn what_telegram_did_not_take_is_told_later_and_what_it_may_have_taken_is_not_told_again() {
    let status = |status| FaultKind::NoEffectStatus { status, retry_after: None };
    // The number of reminders of three days that arrive.
    let cases = [(status(500), 1), (status(502), 1), (status(400), 0), (FaultKind::EffectThenClose, 1)];
    let world = World::open().await;
    for (n, (kind, arrive)) in (0..).zip(cases) {
        let customer = user_of(&world, 7_620_000_050 + n).await;
        pass(&world, Span::days(26)).await;
        world.telegram.fail(local::telegram::Fault::once("sendMessage", kind.clone()));
        pass(&world, Span::days(2)).await;
        assert_eq!(titles(&customer).len(), arrive, "{kind:?}: {:?}", titles(&customer));
        world.telegram.clear_faults();
        pass(&world, Span::days(60)).await;
    }
}

/// Every request to the table that a reminder makes fails, before and after it is carried out.
async fn every_request_meets(fault: Fault) {
    let mut world = World::open().await;
    world.add_product(world.product("short", 50_000, 40, None, Some(5), 9)).await;
    let mut met = 0;
    for n in 1..40 {
        let customer = user_of_plan(&world, 7_620_000_100 + n, "Plan short", 40).await;
        pass(&world, Span::hours(40)).await;
        let due = next_due(&world).await.unwrap();
        world.clock.advance(due.since(world.clock.now()));
        world.dynamodb.fail_nth(usize::try_from(n).unwrap(), fault);
        world.duties().await;
        let hit = world.dynamodb.is_dead();
        world.dynamodb.restore();
        world.restart(u64::try_from(n).unwrap() + 1).await;
        pass(&world, Span::hours(20)).await;
        let told = titles(&customer).len();
        // What is written and cannot be known to be is not told: at most once comes first.
        let lost = fault == Fault::DeadAfter && told == 0;
        assert!(told == 1 || lost, "{fault:?} at request {n}: told {told} times");
        assert!(!lost || subscription(&world, customer.id()).await.reminded.len() == 1);
        pass(&world, Span::days(20)).await;
        assert_eq!(subscription(&world, customer.id()).await.work.duty, None);
        if !hit {
            break;
        }
        met = n;
    }
    assert!(met >= 14, "a tick makes more requests than {met}");
    world.audit().await;
}

#[tokio::test]
async fn the_process_dies_before_any_request() {
    every_request_meets(Fault::Dead).await;
}

#[tokio::test]
async fn the_process_dies_after_any_request() {
    every_request_meets(Fault::DeadAfter).await;
}

#[tokio::test]
async fn a_panel_that_is_down_costs_no_write_and_loses_nothing() {
    let world = World::open().await;
    let customer = user_of(&world, 7_620_000_060).await;
    pass(&world, Span::days(26)).await;
    world.panel.down();
    for _ in 0..120 {
        world.clock.advance(Span::minutes(15));
        world.dynamodb.take_log();
        world.panel.forget_calls();
        world.duties().await;
        assert!(Tally::of(&world.dynamodb.take_log()).write.total().is_zero());
        assert!(world.panel.calls().len() <= 2, "it is asked once");
    }
    assert_eq!(subscription(&world, customer.id()).await.work.parked, None);
    world.panel.up();
    world.duties().await;
    assert_eq!(titles(&customer), ["⏳ 3 days of Plan small are left."]);
}

/// An account that the panel chokes on spoils every list that it is in.
#[tokio::test]
async fn an_account_that_the_panel_cannot_show_does_not_stand_in_the_way() {
    let world = World::open().await;
    let poison = user_of(&world, 7_620_000_070).await;
    let other = user_of(&world, 7_620_000_071).await;
    pass(&world, Span::days(26)).await;
    let refuse = || panel::FaultKind::refuse(StatusCode::INTERNAL_SERVER_ERROR);
    let name = subscription(&world, poison.id()).await.name;
    world.panel.fail(panel::Fault::once(refuse()).on("GET /api/users").times(1_000));
    world.panel.fail(panel::Fault::once(refuse()).on(format!("GET /api/user/{name}").as_str()).times(1_000));
    pass(&world, Span::hours(36)).await;
    assert_eq!((titles(&poison).len(), titles(&other).len()), (0, 1));
    let looked = subscription(&world, poison.id()).await.work;
    assert!(looked.due_at.unwrap() > world.clock.now() && looked.parked.is_none(), "{looked:?}");
    world.panel.heal();
    pass(&world, Span::days(1)).await;
    assert_eq!(titles(&poison).len(), 1);
}

/// However many there are of them, and wherever they stand.
#[tokio::test]
async fn many_accounts_that_the_panel_cannot_show_do_not_stand_in_the_way_either() {
    let world = World::open().await;
    let mut poison = Vec::new();
    for n in 0..12 {
        poison.push(user_of(&world, 7_620_000_200 + n).await);
    }
    let other = user_of(&world, 7_620_000_230).await;
    pass(&world, Span::days(26)).await;
    let refuse = || panel::FaultKind::refuse(StatusCode::INTERNAL_SERVER_ERROR);
    world.panel.fail(panel::Fault::once(refuse()).on("GET /api/users").times(10_000));
    for customer in &poison {
        let name = subscription(&world, customer.id()).await.name;
        world.panel.fail(panel::Fault::once(refuse()).on(format!("GET /api/user/{name}").as_str()).times(10_000));
    }
    pass(&world, Span::hours(36)).await;
    assert_eq!(titles(&other), ["⏳ 3 days of Plan small are left."]);
    // A panel that shows nothing at all is another matter: nobody is put off.
    world.panel.heal();
    pass(&world, Span::days(1)).await;
    assert!(poison.iter().all(|customer| titles(customer).len() == 1));
}

#[tokio::test]
async fn what_is_gone_is_looked_for_and_then_left_alone() {
    let world = World::open().await;
    let customer = user_of(&world, 7_620_000_072).await;
    let held = subscription(&world, customer.id()).await;
    assert!(world.panel.delete_out_of_band(held.name.as_str()));
    pass(&world, Span::days(60)).await;
    let held = subscription(&world, customer.id()).await;
    assert_eq!((held.work.duty, held.ended_at.is_some()), (None, true));
    assert!(titles(&customer).is_empty());
    assert_eq!(world.user(customer.id()).await.status, UserStatus::Expired);
}

#[tokio::test]
async fn who_comes_back_is_invited_with_a_code_of_his_own() {
    let world = World::open().await;
    let code = Some(PersonalCode { percent: "25".parse().unwrap(), valid_days: 7 });
    set(&world, Reminders { win_back: Some(WinBack { after_days: 5, code }), ..Reminders::initial() }).await;
    let customer = user_of(&world, 7_620_000_080).await;
    pass(&world, Span::days(34)).await;
    let before = reminders(&customer).len();
    // Telegram does not take it at first: the code is the same afterwards.
    world.telegram.fail(local::telegram::Fault::status("sendMessage", 500));
    pass(&world, Span::days(10)).await;
    let told = reminders(&customer).split_off(before);
    assert_eq!(told.len(), 1, "{told:?}");
    let codes: Vec<String> = world.contents().await.into_keys().filter(|key| key.starts_with("DISCOUNT#BACK-")).collect();
    assert_eq!(codes.len(), 1, "{codes:?}");
    let name = codes[0].split([' ', '#']).nth(1).unwrap().to_owned();
    let made = world.code(&name).await;
    assert_eq!((made.owner.unwrap().get(), made.use_limit, made.times_used), (customer.id(), Some(1), 0));
    assert!(told[0].text.contains(&format!("25 % off for you: {name}")), "{}", told[0].text);
    let ButtonAction::Url(link) = &told[0].button("Use the code").unwrap().action else { panic!("{told:?}") };
    assert_eq!(*link, format!("https://t.me/wave_test_bot?start=code_{name}"));
    assert_eq!(world.audit().await.provisioned, 1);
}

#[tokio::test]
async fn who_has_another_subscription_need_not_come_back() {
    let world = World::open().await;
    let customer = user_of(&world, 7_620_000_081).await;
    actors::order(&customer, "Plan free-time", "⭐ 400").await;
    customer.tap("Pay ⭐ 400").await.unwrap();
    pass(&world, Span::days(60)).await;
    assert_eq!(titles(&customer).last().unwrap(), "⌛️ Plan small: the time is up.");
    assert_eq!(world.user(customer.id()).await.status, UserStatus::Active);
    assert_eq!(next_due(&world).await, None, "what has no end owes nothing");
}

/// Gives a customer an account of which a tenth of the data is left, without a purchase.
async fn holds(world: &World, id: i64) {
    let now = world.clock.now();
    let buyer = id.try_into().unwrap();
    let order_id = OrderId::new(buyer, OrderKey::Trial);
    let terms = world.product("small", 100_000, 80, Some(10), Some(30), 1).terms();
    let order = Order::place(
        NewOrder {
            id: order_id,
            total: terms.price,
            terms,
            discount: None,
            inviter: None,
            first_purchase: false,
            extends: None,
            gift: false,
            panel_name: world.app.names.panel_name(order_id),
            screen: None,
            window: Span::hours(1),
        },
        now,
        now,
    );
    let spec = ProvisioningSpec::of(order.panel_name.clone(), "a note", &order.terms);
    let account = world.app.panel.ensure_account(&spec, now, Duration::from_secs(5)).await.unwrap();
    let held = Subscription::of(&order, account.link, now);
    let writes = vec![Write::create(&held).unwrap(), Write::welcome_user(buyer)];
    world.app.store.commit(&world.app.seams().nonce(), writes).await.unwrap();
    world.panel.use_traffic(order.panel_name.as_str(), 9 * GIB).unwrap();
}

#[tokio::test]
async fn a_hundred_at_once_are_two_lists_of_the_panel() {
    let world = World::open().await;
    let people: Vec<Person> = (0..100).map(|n| world.customer(7_621_000_000 + n)).collect();
    for person in &people {
        // They have written to the bot, which may write to them from then on.
        person.send("/help").await;
    }
    let contents = world.contents().await;
    assert!(contents.values().all(|item| item.get("duty").is_none()));
    for person in &people {
        holds(&world, person.id()).await;
    }
    world.clock.advance(Span::hours(25));
    world.app.shop().await.unwrap();
    world.dynamodb.take_log();
    world.panel.forget_calls();
    let run = world.duties().await;
    assert_eq!((run.done, run.failed), (100, 0), "{run:?}");
    assert_eq!(world.panel.count("GET /api/users"), 2);
    assert!(people.iter().all(|person| titles(person).len() == 1));
    let log = world.dynamodb.take_log();
    let count = |operation: &str| log.iter().filter(|exchange| exchange.operation == operation).count();
    assert_eq!((count("Query"), count("BatchGetItem"), count("PutItem"), log.len()), (14, 2, 200, 216));
    let tally = Tally::of(&log);
    // One for the item, two for its way along the queue, two for what the timeline says of it.
    assert_eq!(tally.write.total(), Decimal::from(500));
    world.dynamodb.take_log();
    world.duties().await;
    let idle = Tally::of(&world.dynamodb.take_log());
    assert_eq!((idle.requests, idle.read.total().normalize(), idle.write.total()), (14, Decimal::from(7), Decimal::ZERO));
}
