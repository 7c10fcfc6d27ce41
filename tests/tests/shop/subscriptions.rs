//! "My subscriptions", as the panel says it now, and the page that opens an app.

use std::time::Duration;

use app::seams::Clock as _;
use clients::panel::{Limits, Set};
use domain::{OrderId, SubscriptionName, TelegramUserId, duty::Duty, subscription::Subscription, time::Span};
use embedded_dynamodb::Tally;
use local::telegram::{ButtonAction, Person, Via};
use rust_decimal::Decimal;
use tests::{
    World,
    actors::{self, deliveries, says},
};

const GIB: i64 = 1 << 30;

#[tokio::test]
async fn usage_is_the_panels_own() {
    let world = World::open().await;
    let customer = world.customer(7_600_000_001);
    customer.send("/subscriptions").await;
    assert!(says(&customer).contains("You have no subscription yet"));
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.tap("Pay ⭐ 80").await.unwrap();
    let name = world.order(customer.id()).await.panel_name;

    customer.send("/subscriptions").await;
    assert!(says(&customer).contains("ready, not used yet"), "{}", says(&customer));
    assert!(says(&customer).contains("30 days from the first connection"), "{}", says(&customer));
    world.panel.use_traffic(name.as_str(), 5 * GIB / 2).unwrap();
    customer.tap("Refresh").await.unwrap();
    let text = says(&customer);
    assert!(text.contains("active") && text.contains("2.5 GB of 10 GB") && text.contains("until "), "{text}");
    world.panel.use_traffic(name.as_str(), 8 * GIB).unwrap();
    customer.tap("Refresh").await.unwrap();
    assert!(says(&customer).contains("the data is used up"), "{}", says(&customer));

    world.panel.down();
    customer.tap("Refresh").await.unwrap();
    assert!(says(&customer).contains("does not answer at the moment"), "{}", says(&customer));
    assert!(says(&customer).contains("https://panel.example/sub/"), "the link is shown all the same");
    world.panel.up();
    assert!(world.panel.delete_out_of_band(name.as_str()));
    customer.tap("Refresh").await.unwrap();
    assert!(says(&customer).contains("deleted on the server"), "{}", says(&customer));
}

#[tokio::test]
async fn several_subscriptions_are_a_list() {
    let world = World::open().await;
    let customer = world.customer(7_600_000_002);
    for (plan, stars) in [("Plan small", "⭐ 80"), ("Plan large", "⭐ 240")] {
        actors::order(&customer, plan, stars).await;
        customer.tap(&format!("Pay {stars}")).await.unwrap();
    }
    customer.send("/subscriptions").await;
    let list = customer.last().unwrap();
    assert!(list.text.contains("Plan small") && list.text.contains("Plan large"));
    customer.tap("Plan large").await.unwrap();
    assert!(says(&customer).contains("50 GB") && says(&customer).contains("https://panel.example/sub/"), "{}", says(&customer));
}

#[tokio::test]
async fn an_import_link_opens_its_app_for_two_days() {
    let world = World::open().await;
    let customer = world.customer(7_600_000_003);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.tap("Pay ⭐ 80").await.unwrap();
    let link = customer.link("Hiddify").unwrap();
    let subscription = customer.copied("Copy the link").unwrap();
    let path = link.strip_prefix("https://shop.example").unwrap().to_owned();

    let page = world.request("GET", &path, &[("accept-language", "ru")], b"").await;
    let html = String::from_utf8(page.body).unwrap();
    assert_eq!(page.status, 200);
    assert!(html.contains(&format!("hiddify://import/{subscription}")) && html.contains("lang=\"en\""), "{html}");
    assert_eq!(page.headers["cache-control"], "no-store");

    let forged = path.replace("/hiddify/", "/v2rayng/").to_lowercase();
    assert_eq!(world.request("GET", &forged, &[], b"").await.status, 404);
    assert_eq!(world.request("GET", "/open/hiddify/none", &[], b"").await.status, 404);
    world.clock.advance(Span::hours(49));
    assert_eq!(world.request("GET", &path, &[], b"").await.status, 404);
}

/// A customer with one subscription, whose screen he sees.
async fn holder(world: &World, id: i64, language: &str) -> Person {
    let customer = world.customer(id);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.tap("Pay ⭐ 80").await.unwrap();
    customer.send("/language").await;
    customer
        .tap(match language {
            "fa" => "فارسی",
            "ru" => "Русский",
            _ => "English",
        })
        .await
        .unwrap();
    customer.send("/subscriptions").await;
    // The panel tells links by the second in which they were made.
    world.clock.advance(Span::seconds(5));
    customer
}

async fn held(world: &World, customer: &Person) -> Subscription {
    let id = TelegramUserId::new(customer.id()).unwrap();
    world.app.store.subscriptions_of(id, None, 1).await.unwrap().items.remove(0)
}

/// Whether the panel still shows a subscription behind a link.
async fn works(world: &World, link: &str) -> bool {
    let (_, panel) = world.settings.iter().find(|(name, _)| name == "PANEL_URL").unwrap();
    let request = axum::http::Request::get(format!("{panel}{}/info", link.strip_prefix("https://panel.example").unwrap()));
    let limits = clients::http::Limits { timeout: Duration::from_secs(10), max_body: 1 << 20 };
    let answer = clients::Http::new().unwrap().send(request.body(Vec::new()).unwrap(), limits).await.unwrap();
    answer.status.is_success()
}

fn revocations(world: &World) -> usize {
    world.panel.count("POST /api/user/*/revoke_sub")
}

#[tokio::test]
async fn the_screen_of_a_subscription_and_the_ways_from_it() {
    let world = World::open().await;
    let customer = holder(&world, 7_600_000_010, "en").await;
    let screen = customer.last().unwrap();
    let rows: Vec<Vec<&str>> = screen.buttons.iter().map(|row| row.iter().map(|button| button.text.as_str()).collect()).collect();
    assert_eq!(
        rows,
        [
            vec!["♻️ Renew", "🔄 Refresh"],
            vec!["📲 How to connect", "🔳 QR code"],
            vec!["🧩 Single configs", "📋 Copy the link"],
            vec!["🔗 New link", "✏️ Rename"],
            vec!["🔑 My subscriptions", "🏠 Menu"],
        ]
    );
    // Wherever he goes from here, he stays in the same message and comes back.
    for way in ["How to connect", "Single configs", "New link", "Rename"] {
        customer.tap(way).await.unwrap();
        let there = customer.last().unwrap();
        assert_eq!(there.message_id, screen.message_id, "{way}");
        assert_ne!(there.text, screen.text, "{way}");
        customer.tap("Back").await.unwrap();
        assert_eq!(customer.last().unwrap().button_texts(), screen.button_texts(), "{way}");
    }
    assert_eq!(revocations(&world), 0);
}

#[tokio::test]
async fn a_refresh_says_when_it_looked() {
    let world = World::open().await;
    let customer = holder(&world, 7_600_000_011, "en").await;
    customer.tap("Refresh").await.unwrap();
    let before = says(&customer);
    assert!(before.contains("as of 2026-"), "{before}");
    world.clock.advance(Span::seconds(3));
    customer.tap("Refresh").await.unwrap();
    assert_ne!(says(&customer), before);
    // Twice in a second nothing changes, and that is no failure.
    let again = customer.tap("Refresh").await.unwrap();
    assert!(again.is_success());

    let persian = holder(&world, 7_600_000_012, "fa").await;
    assert!(says(&persian).contains("۱۴۰۵/"), "{}", says(&persian));
}

#[tokio::test]
async fn every_platform_has_its_instructions_in_every_language() {
    let world = World::open().await;
    for (id, language) in [(7_600_000_020, "fa"), (7_600_000_021, "en"), (7_600_000_022, "ru")] {
        let customer = holder(&world, id, language).await;
        customer.tap("📲").await.unwrap();
        let platforms: Vec<String> = customer.last().unwrap().button_texts()[..5].iter().map(|text| (*text).to_owned()).collect();
        for platform in platforms {
            customer.tap(&platform).await.unwrap();
            let screen = customer.last().unwrap();
            assert!(screen.text.contains(&platform) && screen.text.contains("Hiddify"), "{language}: {}", screen.text);
            let urls: Vec<(String, String)> = screen
                .buttons
                .iter()
                .flatten()
                .filter_map(|button| match &button.action {
                    ButtonAction::Url(url) => Some((button.text.clone(), url.clone())),
                    _ => None,
                })
                .collect();
            let (opening, installing): (Vec<_>, Vec<_>) = urls.iter().partition(|(_, url)| url.starts_with("https://shop.example/open/"));
            assert_eq!(opening.len(), installing.len(), "{language} {platform}");
            assert!(installing.iter().all(|(_, url)| url.starts_with("https://")), "{urls:?}");
            for (_, url) in &opening {
                let page = world.request("GET", url.strip_prefix("https://shop.example").unwrap(), &[], b"").await;
                assert_eq!(page.status, 200, "{url}");
            }
            customer.tap("‹").await.unwrap();
        }
        customer.tap("‹").await.unwrap();
        assert!(customer.last().unwrap().button("🔄").is_some());
    }
}

#[tokio::test]
async fn a_qr_code_comes_as_a_picture_and_the_screen_stays() {
    let world = World::open().await;
    let customer = holder(&world, 7_600_000_030, "en").await;
    let screen = customer.last().unwrap();
    assert!(customer.tap("QR code").await.unwrap().is_success());
    let picture = customer.last().unwrap();
    assert!(picture.photo.is_some() && picture.text.contains(&held(&world, &customer).await.link), "{}", picture.text);
    assert!(customer.chat().contains(&screen), "the screen stands as it stood");
    // A picture cannot turn into a screen: the way back leads to a new one.
    customer.tap("Show the subscription").await.unwrap();
    assert_eq!(customer.last().unwrap().button_texts(), screen.button_texts());
    // Telegram refuses for a moment: the tap comes again.
    world.telegram.fail(local::telegram::Fault::status("sendPhoto", 429));
    let refused = customer.tap("QR code").await.unwrap();
    assert_eq!(refused.status, Some(500));
    assert!(world.telegram.redeliver(refused.update_id).await.is_success());
    assert_eq!(deliveries(&customer).len(), 3);
}

#[tokio::test]
async fn single_configs_are_the_panels_by_their_names() {
    let world = World::open().await;
    let customer = holder(&world, 7_600_000_040, "en").await;
    let name = held(&world, &customer).await.name;
    let links = world.app.panel.account(&name, world.clock.now(), Duration::from_secs(5)).await.unwrap().unwrap().links;
    assert!(!links.is_empty());
    customer.tap("Single configs").await.unwrap();
    let screen = customer.last().unwrap();
    assert!(links.iter().all(|link| screen.text.contains(link)), "{}", screen.text);
    assert!(screen.text.contains("1. ") && screen.text.contains("[VLESS - tc"), "{}", screen.text);
    let copied: Vec<String> = screen
        .buttons
        .iter()
        .flatten()
        .filter_map(|button| match &button.action {
            ButtonAction::Copy(text) => Some(text.clone()),
            _ => None,
        })
        .collect();
    let short: Vec<String> = links.iter().filter(|link| link.len() <= 256).cloned().collect();
    assert_eq!(copied, short);
    world.panel.down();
    customer.tap("Back").await.unwrap();
    customer.tap("Single configs").await.unwrap();
    assert!(says(&customer).contains("does not answer at the moment"), "{}", says(&customer));
    world.panel.up();
    world.panel.delete_out_of_band(name.as_str());
    customer.tap("Back").await.unwrap();
    assert!(customer.last().unwrap().button("Single configs").is_none());
}

#[tokio::test]
async fn a_customer_names_his_subscription() {
    let world = World::open().await;
    let customer = holder(&world, 7_600_000_050, "en").await;
    customer.tap("Rename").await.unwrap();
    assert!(customer.last().unwrap().button("Remove the name").is_none());
    let long = "x".repeat(33);
    for (text, words) in [(long.as_str(), "too long"), ("\u{200B}\u{202E}", "no name"), ("two\nlines", "one line")] {
        customer.send(text).await;
        assert!(says(&customer).contains(words), "{text:?}: {}", says(&customer));
        assert_eq!(held(&world, &customer).await.label, None);
    }
    let hostile = "<b>&\"M</b>{ $x }\u{202E}";
    let named = customer.send(hostile).await;
    assert!(says(&customer).contains("That is its name") && says(&customer).contains("<b>&\"M</b>{ $x }"), "{}", says(&customer));
    assert!(!says(&customer).contains('\u{202E}'));
    // What comes next is no name any more, and the same text again changes nothing.
    world.telegram.redeliver(named.update_id).await;
    customer.send("hello").await;
    assert!(says(&customer).contains("I did not understand"), "{}", says(&customer));
    assert_eq!(held(&world, &customer).await.label.as_deref(), Some("<b>&\"M</b>{ $x }"));

    // It stands wherever the plan's name stood.
    actors::order(&customer, "Plan large", "⭐ 240").await;
    customer.tap("Pay ⭐ 240").await.unwrap();
    customer.send("/subscriptions").await;
    let list = customer.last().unwrap();
    assert!(list.text.contains("<b>&\"M</b>") && !list.text.contains("Plan small"), "{}", list.text);
    assert!(list.button("🟡 2 · <b>&\"M</b>").is_some(), "{:?}", list.button_texts());
    customer.tap("<b>&").await.unwrap();
    customer.tap("QR code").await.unwrap();
    assert!(says(&customer).contains("<b>&\"M</b>"), "{}", says(&customer));

    customer.tap("Rename").await.unwrap();
    customer.tap("Back").await.unwrap();
    customer.send("not a name").await;
    assert!(says(&customer).contains("I did not understand"), "{}", says(&customer));
    customer.send("/subscriptions").await;
    customer.tap("<b>&").await.unwrap();
    customer.tap("Rename").await.unwrap();
    customer.tap("Remove the name").await.unwrap();
    assert!(says(&customer).contains("Plan small"), "{}", says(&customer));
    customer.send("/subscriptions").await;
    assert!(says(&customer).contains("Plan small") && !says(&customer).contains("&\"M"), "{}", says(&customer));
}

#[tokio::test]
async fn what_an_operator_changed_is_shown_as_it_is() {
    let world = World::open().await;
    let customer = holder(&world, 7_600_000_060, "en").await;
    let name: SubscriptionName = held(&world, &customer).await.name;
    let (now, patience) = (world.clock.now(), Duration::from_secs(5));
    let account = world.app.panel.account(&name, now, patience).await.unwrap().unwrap();
    // On hold, with another time and more data.
    let limits = Limits { data_limit: Set::To(77 << 30), on_hold_duration: Some(Span::days(45)), ..Limits::default() };
    world.app.panel.set_limits(&account, &limits, now, patience).await.unwrap();
    customer.tap("Refresh").await.unwrap();
    assert!(says(&customer).contains("of 77 GB") && says(&customer).contains("45 days from the first connection"), "{}", says(&customer));
    // Switched off before it was used, then used, without limits.
    world.app.panel.disable(&name, now, patience).await.unwrap();
    customer.tap("Refresh").await.unwrap();
    assert!(says(&customer).contains("switched off") && says(&customer).contains("write to us"), "{}", says(&customer));
    assert!(says(&customer).contains("45 days from the first connection"), "{}", says(&customer));
    world.app.panel.enable(&name, now, patience).await.unwrap();
    world.panel.use_traffic(name.as_str(), 3 * GIB).unwrap();
    let account = world.app.panel.account(&name, now, patience).await.unwrap().unwrap();
    let limits = Limits { data_limit: Set::Unlimited, expire: Set::Unlimited, ..Limits::default() };
    world.app.panel.set_limits(&account, &limits, now, patience).await.unwrap();
    customer.tap("Refresh").await.unwrap();
    let text = says(&customer);
    assert!(text.contains("3 GB used, unlimited data") && text.contains("no time limit"), "{text}");
    // Limited by hand below what was used.
    let limits = Limits { data_limit: Set::To(2 << 30), ..Limits::default() };
    world.app.panel.set_limits(&account, &limits, now, patience).await.unwrap();
    customer.tap("Refresh").await.unwrap();
    assert!(says(&customer).contains("the data is used up") && says(&customer).contains("3 GB of 2 GB"), "{}", says(&customer));
}

#[tokio::test]
async fn nobody_sees_or_changes_anothers_subscription() {
    let world = World::open().await;
    let owner = holder(&world, 7_600_000_070, "en").await;
    let stranger = world.customer(7_600_000_071);
    stranger.send("/start").await;
    let message = stranger.last().unwrap().message_id;
    let Subscription { link, order: OrderId { key, .. }, .. } = held(&world, &owner).await;
    for letter in ['e', 'q', 'c', '3', 'p', 'A', 'n', 'y', 'r', 'k', 'u'] {
        assert!(stranger.tap_data(message, &format!("a{letter}{key}")).await.is_success(), "{letter}");
        assert!(stranger.chat().iter().all(|message| !message.text.contains(&link) && message.photo.is_none()), "{letter}");
    }
    stranger.tap_data(message, &format!("s{key}")).await;
    assert!(says(&stranger).contains("do not find"), "{}", says(&stranger));
    stranger.send("mine").await;
    assert_eq!((revocations(&world), held(&world, &owner).await.label), (0, None));
}

#[tokio::test]
async fn a_new_link_ends_the_old_one() {
    let world = World::open().await;
    for (id, language) in [(7_600_000_080, "fa"), (7_600_000_081, "en"), (7_600_000_082, "ru")] {
        let customer = holder(&world, id, language).await;
        let before = held(&world, &customer).await;
        let hop = customer.link("Hiddify").unwrap();
        let hop = hop.strip_prefix("https://shop.example").unwrap();
        customer.tap("🔗").await.unwrap();
        customer.tap("‹").await.unwrap();
        assert!(works(&world, &before.link).await, "he was only asked");
        customer.tap("🔗").await.unwrap();
        let yes = customer.last().unwrap().button_texts()[0].to_owned();
        let (asked, told) = (customer.last().unwrap().message_id, deliveries(&customer).len());
        assert!(customer.tap(&yes).await.unwrap().is_success());

        let after = held(&world, &customer).await;
        assert_ne!(after.link, before.link);
        assert!(works(&world, &after.link).await && !works(&world, &before.link).await, "{language}");
        // The question has turned into the subscription, and the picture has the link too.
        let screen = customer.chat().into_iter().find(|message| message.message_id == asked).unwrap();
        assert!(screen.text.contains(&after.link) && screen.button("🔄").is_some(), "{}", screen.text);
        assert_eq!(deliveries(&customer).len(), told + 1);
        assert!(deliveries(&customer).last().unwrap().contains(&after.link));
        // The page that opens an app follows.
        let page = String::from_utf8(world.request("GET", hop, &[], b"").await.body).unwrap();
        assert!(page.contains(&after.link) && !page.contains(&before.link));
        // What was owed before is owed again, when it was.
        assert_eq!((after.work.duty, after.work.due_at), (before.work.duty, before.work.due_at));
        assert_eq!(after.work.duty, Some(Duty::Remind));
        assert_eq!((after.link_asked_at, after.look_at), (None, None));
    }
    assert_eq!(revocations(&world), 3);
}

#[tokio::test]
async fn a_tap_that_comes_twice_makes_one_new_link() {
    let world = World::open().await;
    let customer = holder(&world, 7_600_000_090, "en").await;
    customer.tap("New link").await.unwrap();
    let question = customer.last().unwrap();
    let ButtonAction::Callback(yes) = question.button("Yes, a new link").unwrap().action.clone() else { panic!("a button") };
    let (first, second) = tokio::join!(customer.tap_data(question.message_id, &yes), customer.tap_data(question.message_id, &yes));
    assert!(first.is_success() && second.is_success());
    let link = held(&world, &customer).await.link;
    for update in [first.update_id, second.update_id, first.update_id] {
        world.clock.advance(Span::seconds(40));
        assert!(world.telegram.redeliver(update).await.is_success());
        assert!(says(&customer).contains(&link), "{}", says(&customer));
    }
    assert_eq!((revocations(&world), deliveries(&customer).len()), (1, 2));
    // Later it is another wish.
    world.clock.advance(Span::minutes(3));
    customer.tap_data(question.message_id, &yes).await;
    assert_eq!(revocations(&world), 2);
    assert_ne!(held(&world, &customer).await.link, link);
}

#[tokio::test]
async fn a_panel_that_is_down_keeps_nobody_from_a_new_link() {
    let world = World::open().await;
    let customer = holder(&world, 7_600_000_100, "en").await;
    let before = held(&world, &customer).await;
    customer.tap("New link").await.unwrap();
    let question = customer.last().unwrap().message_id;
    world.panel.down();
    assert!(customer.tap("Yes, a new link").await.unwrap().is_success());
    assert!(says(&customer).contains("A new link is on its way"), "{}", says(&customer));
    let owed = held(&world, &customer).await;
    assert_eq!((owed.work.duty, owed.work.tries, &owed.link), (Some(Duty::NewLink), 1, &before.link));
    // Whoever is impatient changes nothing, and the rest works meanwhile.
    customer.tap_data(question, &format!("ay{}", before.order.key)).await;
    assert!(says(&customer).contains("A new link is on its way"), "{}", says(&customer));
    customer.tap("Rename").await.unwrap();
    customer.send("Mine").await;
    world.clock.advance(Span::seconds(20));
    world.jobs().await;
    assert_eq!(held(&world, &customer).await.work.tries, 2);
    world.panel.up();
    world.clock.advance(Span::minutes(2));
    world.jobs().await;
    let after = held(&world, &customer).await;
    assert_eq!((after.work.duty, after.work.due_at, after.label.as_deref()), (Some(Duty::Remind), before.work.due_at, Some("Mine")));
    assert!(works(&world, &after.link).await && !works(&world, &before.link).await);
    let told = deliveries(&customer).pop().unwrap();
    assert!(told.contains(&after.link) && told.contains("Mine"), "{told}");
    // Whoever taps when it is due does it himself.
    world.clock.advance(Span::minutes(5));
    world.panel.down();
    customer.send("/subscriptions").await;
    customer.tap("New link").await.unwrap();
    customer.tap("Yes, a new link").await.unwrap();
    world.panel.up();
    world.clock.advance(Span::seconds(20));
    customer.tap_data(question, &format!("ay{}", before.order.key)).await;
    assert_ne!(held(&world, &customer).await.link, after.link);
}

#[tokio::test]
async fn an_account_that_is_gone_gets_no_link() {
    let world = World::open().await;
    let customer = holder(&world, 7_600_000_110, "en").await;
    let name = held(&world, &customer).await.name;
    customer.tap("New link").await.unwrap();
    world.panel.delete_out_of_band(name.as_str());
    customer.tap("Yes, a new link").await.unwrap();
    assert!(
        says(&customer).contains("no account on the server") && says(&customer).contains("A renewal brings it back"),
        "{}",
        says(&customer)
    );
    assert!(customer.last().unwrap().button("Renew").is_some());
    assert_eq!(held(&world, &customer).await.work.duty, Some(Duty::Remind));

    // Deleted while it was owed: he is told.
    let other = holder(&world, 7_600_000_111, "en").await;
    other.tap("New link").await.unwrap();
    world.panel.down();
    other.tap("Yes, a new link").await.unwrap();
    world.panel.up();
    world.panel.delete_out_of_band(held(&world, &other).await.name.as_str());
    world.clock.advance(Span::seconds(20));
    world.jobs().await;
    assert!(says(&other).contains("cannot get a new link"), "{}", says(&other));
    other.tap("Show the subscription").await.unwrap();
    assert!(says(&other).contains("deleted on the server"), "{}", says(&other));
}

/// What a new link costs the table; the panel and Telegram take their time besides.
#[tokio::test]
async fn what_a_new_link_costs() {
    let world = World::open().await;
    let customer = holder(&world, 7_600_000_120, "en").await;
    customer.tap("New link").await.unwrap();
    world.dynamodb.take_log();
    world.telegram.clear_calls();
    customer.tap("Yes, a new link").await.unwrap();
    let tally = Tally::of(&world.dynamodb.take_log());
    // The customer, the subscription; asked for, replaced, sent. Two of the writes move its place in the queues.
    assert_eq!((tally.trips, tally.read.total()), (5, Decimal::from(2)), "{tally:?}");
    assert_eq!((tally.write.table, tally.write.total()), (Decimal::from(3), Decimal::from(7)), "{tally:?}");
    let ways: Vec<(String, Via)> = world.telegram.calls().into_iter().map(|call| (call.method, call.via)).collect();
    assert_eq!(ways.last().map(|(method, via)| (method.as_str(), *via)), Some(("editMessageText", Via::WebhookReply)), "{ways:?}");
}
