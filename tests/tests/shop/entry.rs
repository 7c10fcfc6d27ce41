//! Who may buy: the modes of the shop, the terms of use, the required channels; and that none of them stands between a customer and what is his.

use domain::{
    order::OrderStatus,
    settings::{Channel, Settings, TermsOfUse},
    time::Span,
    user::UserStatus,
};
use embedded_dynamodb::Tally;
use local::telegram::{Fault, FaultKind, Person};
use store::Write;
use tests::{
    World,
    actors::{self, deliveries, says},
};

const NEWS: i64 = -1_002_000_000_101;
const TALK: i64 = -1_002_000_000_102;

/// A shop whose customers have to be in two channels.
async fn with_channels() -> World {
    let world = World::open().await;
    world.telegram.channel(NEWS, "Wave news", Some("wave_news"));
    world.telegram.channel(TALK, "Wave talk", None);
    let channel =
        |id, chat: &str, title: &str| Channel { chat: chat.into(), title: title.into(), url: world.telegram.channel_link(id).unwrap() };
    let channels = vec![channel(NEWS, "@wave_news", "Wave news"), channel(TALK, &TALK.to_string(), "Wave talk")];
    world.set(move |settings| settings.channels = channels).await;
    world
}

fn terms(version: u32) -> impl FnOnce(&mut Settings) {
    move |settings| settings.terms_of_use = Some(TermsOfUse { url: "https://shop.example/terms".into(), version })
}

/// What leads to buying, and to what earns something.
async fn everything_that_is_kept(customer: &Person, sentence: &str) {
    for command in ["/plans", "/trial", "/invite", "/start code_SPRING"] {
        customer.send(command).await;
        assert!(says(customer).contains(sentence), "{command}: {}", says(customer));
    }
    customer.send("/start").await;
    assert!(says(customer).contains("Hello"), "the menu is there: {}", says(customer));
    for button in ["Buy a subscription", "Try it for free", "Invite friends"] {
        customer.send("/start").await;
        customer.tap(button).await.unwrap();
        assert!(says(customer).contains(sentence), "{button}: {}", says(customer));
        assert!(customer.last().unwrap().edited, "{button}: in its place");
    }
}

/// What no rule keeps from anybody.
async fn everything_else(customer: &Person, sentence: &str) {
    for command in ["/start", "/menu", "/subscriptions", "/language", "/help", "/support", "/paysupport"] {
        customer.send(command).await;
        assert!(!says(customer).contains(sentence), "{command}: {}", says(customer));
    }
}

#[tokio::test]
async fn whoever_has_not_joined_joins_and_goes_on() {
    let world = with_channels().await;
    let customer = world.customer(7_810_000_001);
    customer.send("/start").await;
    everything_that_is_kept(&customer, "please join the channels").await;
    everything_else(&customer, "please join the channels").await;

    customer.send("/plans").await;
    assert_eq!(customer.last().unwrap().button_texts(), ["📢 Wave news", "📢 Wave talk", "✅ I have joined", "🏠 Menu"]);
    // Whoever says so without having done it is told, and the screen stands.
    let said = customer.tap("I have joined").await.unwrap().callback.unwrap();
    assert!(said.text.contains("You have not joined yet: Wave news, Wave talk"), "{}", said.text);
    customer.tap("Wave news").await.unwrap();
    let said = customer.tap("I have joined").await.unwrap().callback.unwrap();
    assert!(said.text.ends_with(": Wave talk"), "{}", said.text);
    customer.tap("Wave talk").await.unwrap();
    customer.tap("I have joined").await.unwrap();
    assert!(says(&customer).contains("Choose a plan"), "on to where he wanted to go: {}", says(&customer));
    customer.tap("Plan small").await.unwrap();
    customer.tap("⭐ 80").await.unwrap();
    customer.tap("Pay ⭐ 80").await.unwrap();
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
}

#[tokio::test]
async fn an_answer_about_a_member_is_believed_for_minutes_and_costs_the_table_nothing() {
    let world = with_channels().await;
    let customer = world.customer(7_810_000_002);
    customer.send("/start").await;
    customer.join(NEWS);
    customer.join(TALK);
    let asked = || world.telegram.calls().iter().filter(|call| call.method == "getChatMember").count();
    world.telegram.clear_calls();
    customer.send("/plans").await;
    assert_eq!(asked(), 2);
    world.dynamodb.take_log();
    for _ in 0..3 {
        customer.send("/plans").await;
        assert_eq!(Tally::of(&world.dynamodb.take_log()).trips, 1);
    }
    assert_eq!(asked(), 2);
    customer.leave(TALK);
    customer.send("/plans").await;
    assert!(says(&customer).contains("Choose a plan"), "known to be in a moment ago");
    world.clock.advance(Span::minutes(11));
    customer.send("/plans").await;
    assert_eq!(customer.last().unwrap().button_texts(), ["📢 Wave talk", "✅ I have joined", "🏠 Menu"]);
    // Joined meanwhile, and soon noticed without a word.
    customer.join(TALK);
    world.clock.advance(Span::seconds(31));
    customer.send("/plans").await;
    assert!(says(&customer).contains("Choose a plan"), "{}", says(&customer));
}

#[tokio::test]
async fn a_channel_that_cannot_be_asked_about_keeps_nobody_out() {
    let world = with_channels().await;
    let admin = |admin| [NEWS, TALK].into_iter().for_each(|id| world.telegram.set_channel_admin(id, admin));
    let failing = |status| Fault {
        method: Some("getChatMember".into()),
        kind: FaultKind::NoEffectStatus { status, retry_after: Some(30) },
        times: 2,
    };
    for (id, (what, fault)) in
        (7_810_000_010..).zip([("no administrator", None), ("an outage", Some(failing(502))), ("too many questions", Some(failing(429)))])
    {
        let customer = world.customer(id);
        customer.send("/start").await;
        admin(fault.is_some());
        fault.into_iter().for_each(|fault| world.telegram.fail(fault));
        customer.send("/plans").await;
        assert!(says(&customer).contains("Choose a plan"), "{what}: {}", says(&customer));
        // What Telegram refuses here is the operators' to put right.
        world.telegram.clear_calls();
        // For a minute nobody is asked again; then the answer counts.
        admin(true);
        world.telegram.clear_faults();
        world.clock.advance(Span::minutes(1));
        customer.send("/plans").await;
        assert!(says(&customer).contains("please join"), "{what}: {}", says(&customer));
    }
}

/// A rule of the shop, switched on.
type Mode = fn(&mut Settings);

#[tokio::test]
async fn what_stands_is_paid_and_delivered_whatever_the_rules_are() {
    let world = World::open().await;
    let modes: [(&str, Mode); 3] = [
        ("maintenance", |settings| settings.maintenance = true),
        ("invite only", |settings| settings.invite_only = true),
        ("terms", |settings| settings.terms_of_use = Some(TermsOfUse { url: "https://shop.example/terms".into(), version: 1 })),
    ];
    for (id, (what, mode)) in (7_810_000_020..).zip(modes) {
        let customer = world.customer(id);
        actors::order(&customer, "Plan small", "Card to card").await;
        let (waiting, offer) = (customer.last().unwrap(), world.customer(id + 100));
        actors::choose(&offer, "Plan small").await;
        world.set(mode).await;
        // A plan's screen from before places nothing any more ...
        offer.tap("⭐ 80").await.unwrap();
        assert!(world.orders(offer.id()).await.is_empty(), "{what}");
        // ... but the order is found, paid another way, and delivered.
        customer.send("/subscriptions").await;
        customer.tap("Open order").await.unwrap();
        customer.tap("⭐ 80").await.unwrap();
        customer.tap("Pay ⭐ 80").await.unwrap();
        assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned, "{what}");
        assert_eq!(deliveries(&customer).len(), 1, "{what}");
        assert!(waiting.button("Cancel").is_some());
        world
            .set(|settings| {
                settings.maintenance = false;
                settings.invite_only = false;
                settings.terms_of_use = None;
            })
            .await;
    }
}

#[tokio::test]
async fn maintenance_says_so_and_ends() {
    let world = World::open().await;
    let customer = world.customer(7_810_000_030);
    customer.send("/start").await;
    world.set(|settings| settings.maintenance = true).await;
    everything_that_is_kept(&customer, "Nothing is sold for a little while").await;
    everything_else(&customer, "Nothing is sold for a little while").await;
    world.set(|settings| settings.maintenance = false).await;
    customer.send("/plans").await;
    assert!(says(&customer).contains("Choose a plan"));
}

#[tokio::test]
async fn an_invited_shop_takes_guests_and_old_customers() {
    let world = World::open().await;
    let old = world.customer(7_810_000_040);
    actors::order(&old, "Plan small", "⭐ 80").await;
    old.tap("Pay ⭐ 80").await.unwrap();
    world.set(|settings| settings.invite_only = true).await;
    let stranger = world.customer(7_810_000_041);
    stranger.send("/start").await;
    everything_that_is_kept(&stranger, "open to invited guests").await;
    // A code is no invitation.
    old.send("/invite").await;
    let link = old.copied("Copy the link").unwrap();
    let guest = world.customer(7_810_000_042);
    guest.open(&link).await.unwrap();
    guest.tap("Buy a subscription").await.unwrap();
    assert!(says(&guest).contains("Choose a plan"), "{}", says(&guest));
    // Whoever was here before is no guest, by whatever link he comes.
    stranger.open(&link).await.unwrap();
    stranger.tap("Buy a subscription").await.unwrap();
    assert!(says(&stranger).contains("open to invited guests"), "{}", says(&stranger));
}

#[tokio::test]
async fn terms_are_accepted_once_for_each_version() {
    let world = World::open().await;
    let customer = world.customer(7_810_000_050);
    customer.send("/start").await;
    world.set(terms(3)).await;
    everything_that_is_kept(&customer, "read our terms of use").await;
    everything_else(&customer, "read our terms of use").await;
    customer.send("/start").await;
    customer.tap("Invite friends").await.unwrap();
    assert_eq!(customer.link("Read the terms").unwrap(), "https://shop.example/terms");
    let message = customer.last().unwrap();
    customer.tap("I accept").await.unwrap();
    assert!(says(&customer).contains("Your link:"), "on to where he wanted to go: {}", says(&customer));
    let user = || async { world.app.store.user(customer.id().try_into().unwrap()).await.unwrap().unwrap() };
    let accepted = user().await;
    assert_eq!(accepted.terms_accepted, Some(3));
    // A second tap writes nothing; a forged version is not accepted ahead of its time.
    for data in ["u3i", "u9c", "u2c"] {
        assert!(customer.tap_data(message.message_id, data).await.is_success());
        assert_eq!(user().await, accepted, "{data}");
    }
    customer.send("/plans").await;
    assert!(says(&customer).contains("Choose a plan"));
    // Another process knows the newer terms before this one does.
    let before = customer.last().unwrap();
    let mut settings = world.app.store.settings().await.unwrap().unwrap();
    terms(4)(&mut settings);
    world.app.store.commit("terms", vec![Write::put(&settings).unwrap()]).await.unwrap();
    customer.tap_data(before.message_id, "u4c").await;
    assert_eq!(user().await.terms_accepted, Some(4));
}

#[tokio::test]
async fn start_in_the_middle_and_a_friends_link_lose_nothing() {
    let world = with_channels().await;
    let inviter = world.customer(7_810_000_060);
    inviter.join(NEWS);
    inviter.join(TALK);
    inviter.send("/invite").await;
    let link = inviter.copied("Copy the link").unwrap();
    let friend = world.customer(7_810_000_061);
    friend.open(&link).await.unwrap();
    assert!(says(&friend).contains("by a friend's invitation"), "{}", says(&friend));
    friend.tap("Buy a subscription").await.unwrap();
    friend.send("/start").await;
    friend.join(NEWS);
    friend.join(TALK);
    friend.tap("Buy a subscription").await.unwrap();
    assert!(says(&friend).contains("please join"), "asked a moment ago: {}", says(&friend));
    friend.tap("I have joined").await.unwrap();
    assert!(says(&friend).contains("Choose a plan"), "{}", says(&friend));
    let user = world.app.store.user(friend.id().try_into().unwrap()).await.unwrap().unwrap();
    assert_eq!(user.invited_by.map(i64::from), Some(inviter.id()));
}

/// A present, a prize and a code of 100 % make a customer of somebody as well as money does.
#[tokio::test]
async fn whoever_has_something_of_an_invited_shop_may_go_on_with_it() {
    let world = World::open().await;
    world.add_code("ALL", "100", None, None).await;
    let giver = world.customer(7_810_000_070);
    giver.send("/start").await;
    for step in ["Buy a subscription", "Buy for a friend", "Plan small", "⭐ 80", "Pay ⭐ 80"] {
        giver.tap(step).await.unwrap();
    }
    let gifted = world.customer(7_810_000_071);
    gifted.open(&giver.copied("Copy the link").unwrap()).await.unwrap();
    let free = world.customer(7_810_000_072);
    actors::choose_with_code(&free, "Plan small", "ALL").await;
    free.tap("Get it for free").await.unwrap();
    let inviter = world.customer(7_810_000_073);
    inviter.send("/invite").await;
    let friend = world.customer(7_810_000_074);
    friend.open(&inviter.copied("Copy the link").unwrap()).await.unwrap();
    actors::order(&friend, "Plan small", "⭐ 80").await;
    friend.tap("Pay ⭐ 80").await.unwrap();
    world.jobs_until_idle().await;
    world.set(|settings| settings.invite_only = true).await;
    for (who, customer) in [("gifted", &gifted), ("free", &free), ("inviter", &inviter)] {
        assert_eq!(deliveries(customer).len(), 1, "{who}");
        assert_eq!(world.user(customer.id()).await.status, UserStatus::Active, "{who} holds a subscription");
        customer.send("/subscriptions").await;
        customer.tap("Renew").await.unwrap();
        customer.tap("Plan small").await.unwrap();
        assert!(says(customer).contains("Renewal with Plan small"), "{who}: {}", says(customer));
    }
    world.audit().await;
}
