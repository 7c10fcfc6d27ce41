//! A walk over everything that can be tapped, in every language, in a shop whose names are as long and as hostile as it takes them: Telegram
//! takes every screen, no button keeps its spinner, and every screen leads on.

use std::collections::BTreeMap;

use app::{bot_profile::COMMANDS, button::Button, seams::Clock as _};
use domain::{
    Currency, Language, Money,
    admin::Actor,
    product::{Product, ProductKind, RenewalPolicy},
    settings::{Channel, TermsOfUse},
    time::Span,
};
use local::telegram::{Answer, ButtonAction, ChatMessage, Person, visible};
use tests::{
    World,
    texts::{Dump, hostile_values},
};

const CHANNEL: i64 = -1_002_000_000_777;
/// How often a screen is entered that leads to others, each of them on another way.
const ENTRIES: usize = 7;
/// Between two taps: nobody is quicker than the shop likes.
const PAUSE: Span = Span::seconds(3);
/// Where the walk begins anew when there is nothing left to tap.
const BEGINNINGS: [&str; 3] = ["/plans", "/subscriptions", "/menu"];
/// Messages whose buttons are looked at.
const IN_SIGHT: usize = 12;

/// 64 characters, as long as a first name or a plan's name can be.
fn hostile_name(nth: usize) -> String {
    let value = &hostile_values()[nth];
    value.chars().chain("<b>&\"W👨\u{200D}👩\u{200D}👧ﷺЩ".chars().cycle()).take(64).collect()
}

/// A shop that has everything, and gateways that do not answer.
async fn full_shop() -> World {
    let holder = hostile_name(0);
    let nowhere = "http://127.0.0.1:9";
    let world = World::open_with(&[
        ("CARD_HOLDER", &holder),
        ("CRYPTO_PAY_TOKEN", "1:token"),
        ("CRYPTO_PAY_API_URL", nowhere),
        ("NOWPAYMENTS_API_KEY", "key"),
        ("NOWPAYMENTS_IPN_SECRET", "secret"),
        ("NOWPAYMENTS_API_URL", nowhere),
        ("ZARINPAL_MERCHANT_ID", "00000000-0000-0000-0000-000000000000"),
        ("ZARINPAL_API_URL", nowhere),
        ("HELEKET_MERCHANT_ID", "00000000-0000-0000-0000-000000000000"),
        ("HELEKET_PAYMENT_KEY", "key"),
        ("HELEKET_API_URL", nowhere),
        ("PLATEGA_MERCHANT_ID", "00000000-0000-0000-0000-000000000000"),
        ("PLATEGA_SECRET", "secret"),
        ("PLATEGA_API_URL", nowhere),
        ("TRIBUTE_API_KEY", "key"),
        ("TRIBUTE_API_URL", nowhere),
        ("STRIPE_SECRET_KEY", "sk_test_key"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_key"),
        ("STRIPE_API_URL", nowhere),
    ])
    .await;
    let now = world.clock.now();
    let product = |id: &str, kind, nth: usize, gb, days| Product {
        id: id.parse().expect("an id"),
        kind,
        name: hostile_name(nth),
        price: Money::whole(99_999_999, Currency::Irt),
        prices: [(Currency::Xtr, 9_999), (Currency::Usd, 99_999), (Currency::Eur, 99_999), (Currency::Rub, 9_999_999)]
            .map(|(currency, amount)| (currency, Money::whole(amount, currency)))
            .into(),
        data_limit_gb: gb,
        duration_days: days,
        renewal_policy: RenewalPolicy::Reset,
        active: true,
        position: 9,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    // The longest ids.
    for product in [
        product("plan-abcdefghijk", ProductKind::Plan, 0, Some(100_000), Some(30)),
        product("plan-abcdefghijl", ProductKind::Plan, 12, None, Some(3650)),
        product("more-data-abcdef", ProductKind::AddOn, 13, Some(100_000), None),
        product("more-days-abcdef", ProductKind::AddOn, 1, None, Some(3650)),
    ] {
        world.add_product(product).await;
    }
    world.add_code("ABCDEFGHIJKLMNOPQRST", "10", None, None).await;
    world.telegram.channel(CHANNEL, &hostile_name(0), Some("shop_channel"));
    let settings = world.app.change_settings(None, &Actor::Bootstrap, |settings| {
        settings.support_username = Some("w".repeat(32));
        settings.max_open_orders = 20;
        settings.channels =
            vec![Channel { chat: CHANNEL.to_string(), title: hostile_name(0), url: "https://t.me/shop_channel".to_owned() }];
        settings.terms_of_use = Some(TermsOfUse { url: "https://example.com/terms".to_owned(), version: 1 });
    });
    settings.await.expect("settings");
    world
}

/// How often each button was tapped, so that the walk goes everywhere and ends.
#[derive(Default)]
struct Walk {
    taps: BTreeMap<String, usize>,
    begun: usize,
    paid: usize,
}

/// What a button does, whichever order it is about: its words without numbers and, where it places an order, without what stands for its
/// terms. One placing by each gateway is enough for a purchase, a renewal and a gift, and one with a code.
fn deed(data: &str) -> String {
    let button = Button::parse(data).unwrap_or_else(|| panic!("the shop does not know its own button {data:?}"));
    let deed = format!("{button:?}");
    let words =
        deed.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty() && !word.bytes().all(|b| b.is_ascii_digit()));
    let mut words: Vec<&str> = words.collect();
    let after = |name: &str| words.iter().skip_while(|word| **word != name).nth(1).copied().unwrap_or_default();
    match words.first() {
        Some(&"Place") => words = vec!["Place", after("Some"), after("wanted"), after("code")],
        Some(&"EnterCode") => words = vec!["EnterCode", after("wanted")],
        _ => {}
    }
    words.join(" ")
}

/// How often a button is worth a tap.
fn worth(deed: &str) -> usize {
    let leads_to_others = ["Plan", "GiftPlan", "Subscription", "OfSubscription action Extend", "Trial"];
    if leads_to_others.iter().any(|name| deed.starts_with(name)) { ENTRIES } else { 1 }
}

impl Walk {
    /// The button in sight that was tapped least, the newest first.
    fn next(&mut self, person: &Person, language: Language) -> Option<(bool, ChatMessage, String)> {
        let mut least: Option<(usize, ChatMessage, String)> = None;
        for message in person.latest(IN_SIGHT) {
            for button in message.buttons.iter().flatten() {
                let ButtonAction::Callback(data) = &button.action else { continue };
                // The walk keeps to one language.
                if matches!(Button::parse(data), Some(Button::Speak(other)) if other != language) {
                    continue;
                }
                let deed = deed(data);
                let taps = self.taps.get(&deed).copied().unwrap_or_default();
                if taps < worth(&deed) && least.as_ref().is_none_or(|(fewest, ..)| taps < *fewest) {
                    least = Some((taps, message.clone(), data.clone()));
                }
            }
        }
        let (taps, message, data) = least?;
        *self.taps.entry(deed(&data)).or_default() += 1;
        Some((taps == 0, message, data))
    }

    /// Taps whatever can be tapped, pays what is to be paid in Stars, and joins what is to be joined.
    async fn on(&mut self, world: &World, person: &Person, language: Language) {
        let mut idle = 0;
        while idle < BEGINNINGS.len() {
            world.clock.advance(PAUSE);
            let Some((new, message, data)) = self.next(person, language) else {
                let words = BEGINNINGS[self.begun % BEGINNINGS.len()];
                check(person, &person.send(words).await, words);
                self.begun += 1;
                idle += 1;
                continue;
            };
            if new {
                idle = 0;
            }
            let answer = person.tap_data(message.message_id, &data).await;
            let what = format!("{} of {:?}", deed(&data), message.text);
            assert!(answer.callback.is_some(), "{what} keeps its spinner");
            check(person, &answer, &what);
            self.links(person).await;
        }
    }

    /// What leads to other screens is worth its taps again: they have changed.
    fn afresh(&mut self) {
        self.taps.retain(|deed, _| worth(deed) == 1);
    }

    async fn links(&mut self, person: &Person) {
        let Some(last) = person.last() else { return };
        for button in last.buttons.iter().flatten() {
            let ButtonAction::Url(url) = &button.action else { continue };
            if url.contains("t.me/$") && self.paid < 4 {
                self.paid += 1;
                check(person, &person.open(url).await.map(|_| Answer { status: Some(200), ..Answer::default() }).expect("a payment"), url);
            } else if url.ends_with("/shop_channel") {
                person.open(url).await.expect("a channel");
            }
        }
    }
}

/// What has to hold after anything that a customer did.
fn check(person: &Person, answer: &Answer, what: &str) {
    assert!(answer.is_success(), "{what}: {answer:?}");
    let last = person.last().unwrap_or_else(|| panic!("{what} is answered with silence"));
    // What was delivered is passed on and stays as it is; every screen has a way on.
    let leads_on = !last.buttons.is_empty();
    assert!(leads_on || last.photo.is_some() || last.document.is_some(), "{what} leads nowhere: {:?}", last.text);
}

async fn walk(language: Language, id: i64) {
    let world = full_shop().await;
    let customer = world.telegram.person(id, &hostile_name(0), language.code());
    let mut walk = Walk::default();
    for words in ["/start", "/start code_ABCDEFGHIJKLMNOPQRST", "/start nonsense", "/start ref_AAAAAAAAAAAAAAAAAAAAAAAA"] {
        check(&customer, &customer.send(words).await, words);
        walk.on(&world, &customer, language).await;
    }
    for command in COMMANDS {
        check(&customer, &customer.send(&format!("/{command}")).await, command);
        walk.on(&world, &customer, language).await;
    }
    for words in hostile_values() {
        world.clock.advance(PAUSE);
        check(&customer, &customer.send(&words).await, &words);
    }
    check(&customer, &customer.send_photo(b"a picture".to_vec()).await, "a picture");
    check(&customer, &customer.send_document("a.exe", "application/x-msdownload", b"MZ".to_vec()).await, "a file");
    walk.on(&world, &customer, language).await;
    // A receipt, if an order waits for one, and what operators make of it.
    let operator = world.operator();
    let mut decisions = Walk::default();
    while let Some((true, message, data)) = decisions.next(&operator, Language::English) {
        let answer = operator.tap_data(message.message_id, &data).await;
        assert!(answer.callback.is_some(), "{} keeps its spinner", deed(&data));
    }
    // Whoever has such names is found all the same.
    for command in [format!("/find {}", customer.id()), "/find".to_owned(), "/find <b>".to_owned(), "/admin".to_owned()] {
        assert!(operator.send(&command).await.is_success(), "{command}");
        assert!(operator.last().is_some_and(|message| message.from_bot), "{command} is answered with silence");
    }
    // What the shop says by itself as time goes by.
    for days in [1, 26, 2, 5, 30] {
        world.clock.advance(Span::days(days));
        world.panel.review();
        world.jobs_until_idle().await;
        walk.afresh();
        walk.on(&world, &customer, language).await;
    }
    assert!(walk.paid > 0, "something was bought");
    assert!(walk.taps.len() > 40, "the walk has seen the shop: {:?}", walk.taps);
    record(&world, language);
}

/// Writes down what was sent, and holds it to the limits that no refusal tells of.
fn record(world: &World, language: Language) {
    let dump = Dump::named(&format!("screens-{}", language.code()));
    for call in world.telegram.calls() {
        if call.params.get("parse_mode").is_none() {
            continue;
        }
        let Some(html) = ["text", "caption"].iter().find_map(|field| call.params.get(*field)?.as_str()) else { continue };
        let text = visible(html).unwrap_or_else(|error| panic!("{}: {error}: {html}", call.method));
        dump.add(&format!("{} in {}", call.method, language.code()), html, &text);
    }
}

#[tokio::test]
async fn every_screen_in_persian() {
    walk(Language::Persian, 7_900_000_001).await;
}

#[tokio::test]
async fn every_screen_in_english() {
    walk(Language::English, 7_900_000_002).await;
}

#[tokio::test]
async fn every_screen_in_russian() {
    walk(Language::Russian, 7_900_000_003).await;
}
