//! Discount codes, typed in the chat.

use app::seams::Clock as _;
use domain::{Currency, Money, Timestamp, discount::DiscountCode, order::OrderStatus, time::Span};
use embedded_dynamodb::Tally;
use store::Write;
use tests::{
    World,
    actors::{self, says},
};

#[tokio::test]
async fn a_code_scales_every_way_to_pay() {
    let world = World::open().await;
    world.add_code("SPRING", "12.5", None, None).await;
    let customer = world.customer(7_200_000_001);
    // Typed as people type.
    actors::choose_with_code(&customer, "Plan small", " spring ").await;
    let shown = customer.last().unwrap();
    assert!(shown.text.contains("100,000 Toman → 87,500 Toman"), "{}", shown.text);
    assert!(shown.button("⭐ 70").is_some() && shown.button("87,500 Toman").is_some(), "{:?}", shown.button_texts());
    customer.tap("⭐ 70").await.unwrap();
    customer.tap("Pay ⭐ 70").await.unwrap();
    let order = world.order(customer.id()).await;
    assert_eq!(order.status, OrderStatus::Provisioned);
    assert_eq!(order.total, Money::whole(87_500, Currency::Irt));
    assert_eq!(order.discount.unwrap().off, Money::whole(12_500, Currency::Irt));
    assert_eq!(world.code("SPRING").await.times_used, 1);
}

#[tokio::test]
async fn with_nothing_left_to_pay_the_account_comes_at_once() {
    let world = World::open().await;
    world.add_code("GIFT", "100", Some(1), Some(1)).await;
    let customer = world.customer(7_200_000_002);
    actors::choose_with_code(&customer, "Plan large", "GIFT").await;
    customer.tap("Get it for free").await.unwrap();
    let order = world.order(customer.id()).await;
    assert_eq!(order.status, OrderStatus::Provisioned);
    assert!(order.payment.is_none() && order.attempts.is_empty() && order.total.is_zero());
    assert_eq!(world.accounts(order.id).len(), 1);
    assert_eq!(actors::deliveries(&customer).len(), 1);
    assert!(!world.contents().await.keys().any(|key| key.starts_with("PAYMENT#")), "nobody paid anything");

    // One for each customer, and only one in all.
    actors::choose_with_code(&customer, "Plan large", "GIFT").await;
    assert!(says(&customer).contains("used up"), "{}", says(&customer));
    assert_eq!(world.orders(customer.id()).await.len(), 1);
}

#[tokio::test]
async fn each_refusal_has_its_sentence_and_the_bot_goes_on_waiting() {
    let world = World::open().await;
    world.add_code("GOOD", "10", None, Some(1)).await;
    world.add_code("SPENT", "10", Some(1), None).await;
    let other = world.customer(7_200_000_003);
    actors::choose_with_code(&other, "Plan small", "SPENT").await;
    other.tap("⭐ 72").await.unwrap();

    let customer = world.customer(7_200_000_004);
    actors::choose_with_code(&customer, "Plan small", "NO-SUCH").await;
    assert!(says(&customer).contains("There is no such code"), "{}", says(&customer));
    // What cannot be a code is no try at one.
    customer.send("what is a code?").await;
    assert!(says(&customer).contains("I did not understand that"), "{}", says(&customer));
    customer.send("no-other").await;
    assert!(says(&customer).contains("There is no such code"), "{}", says(&customer));
    customer.send("spent").await;
    assert!(says(&customer).contains("used up"), "{}", says(&customer));
    customer.send("good").await;
    assert!(says(&customer).contains("90,000 Toman"), "{}", says(&customer));
    customer.tap("⭐ 72").await.unwrap();
    actors::choose_with_code(&customer, "Plan small", "good").await;
    assert!(says(&customer).contains("You have used this code already"), "{}", says(&customer));
}

#[tokio::test]
async fn an_order_that_ends_gives_its_use_back() {
    let world = World::open().await;
    world.add_code("ONCE", "10", Some(1), Some(1)).await;
    let customer = world.customer(7_200_000_005);
    for end in ["expires", "is canceled"] {
        actors::choose_with_code(&customer, "Plan small", "ONCE").await;
        customer.tap("Card to card").await.unwrap();
        assert_eq!(world.code("ONCE").await.times_used, 1);
        assert!(world.contents().await.keys().any(|key| key.starts_with("CARDAMOUNT#")));
        if end == "expires" {
            world.clock.advance(Span::minutes(61));
            world.jobs_until_idle().await;
        } else {
            customer.tap("Cancel the order").await.unwrap();
        }
        let ended = world.orders(customer.id()).await.remove(0);
        assert_eq!(ended.status, OrderStatus::Expired, "an order that {end}");
        assert!(!ended.discount.unwrap().held);
        assert_eq!(world.code("ONCE").await.times_used, 0, "an order that {end}");
        assert!(!world.contents().await.keys().any(|key| key.starts_with("CARDAMOUNT#")), "an order that {end}");
    }
    let another = world.customer(7_200_000_006);
    actors::choose_with_code(&another, "Plan small", "ONCE").await;
    another.tap("⭐ 72").await.unwrap();
    another.tap("Pay ⭐ 72").await.unwrap();
    assert_eq!(world.order(another.id()).await.status, OrderStatus::Provisioned);
    assert_eq!(world.code("ONCE").await.times_used, 1);
}

#[tokio::test]
async fn a_link_brings_its_code_to_every_plan() {
    let world = World::open().await;
    world.add_code("SPRING", "10", None, Some(1)).await;
    let newcomer = world.customer(7_200_000_020);
    let link = world.app.code_link(&"SPRING".parse().unwrap()).await.unwrap();
    world.dynamodb.take_log();
    newcomer.open(&link).await.unwrap();
    assert_eq!(Tally::of(&world.dynamodb.take_log()).trips, 1, "joined, and the code looked at");
    assert!(says(&newcomer).contains("Code SPRING is applied"), "{}", says(&newcomer));
    assert!(newcomer.last().unwrap().button("Plan small — 90,000 Toman").is_some(), "{:?}", newcomer.last().unwrap().button_texts());
    newcomer.tap("Plan large").await.unwrap();
    assert_eq!(Tally::of(&world.dynamodb.take_log()).trips, 1);
    assert!(says(&newcomer).contains("270,000 Toman"), "{}", says(&newcomer));
    newcomer.tap("Back").await.unwrap();
    assert!(newcomer.last().unwrap().button("Plan small — 90,000 Toman").is_some(), "the code is still there");
    newcomer.tap("Plan small").await.unwrap();
    newcomer.tap("⭐ 72").await.unwrap();
    newcomer.tap("Pay ⭐ 72").await.unwrap();
    let order = world.order(newcomer.id()).await;
    assert_eq!((order.status, order.discount.unwrap().code.as_str()), (OrderStatus::Provisioned, "SPRING"));
    // Case and invisible characters do not matter, and a known customer may come by a link too: this one has used the code.
    newcomer.send("/start code_spring").await;
    assert!(says(&newcomer).contains("You have used this code already"), "{}", says(&newcomer));
    assert!(newcomer.last().unwrap().button("Plan small — 100,000 Toman").is_some());
}

/// What is the matter with a code.
type Change = fn(&mut DiscountCode, Timestamp);

#[tokio::test]
async fn a_link_says_at_once_why_its_code_does_not_work() {
    let world = World::open().await;
    let now = world.clock.now();
    let cases: [(&str, Change, &str); 8] = [
        ("OFF", |code, _| code.active = false, "switched off"),
        ("SOON", |code, now| code.valid_from = Some(now.plus(Span::hours(1))), "does not work yet"),
        ("PAST", |code, now| code.valid_to = Some(now.minus(Span::hours(1))), "has expired"),
        ("EMPTY", |code, _| (code.use_limit, code.times_used) = (Some(1), 1), "used up"),
        ("DEAR", |code, _| code.minimum = Some(Money::whole(9_000_000, Currency::Irt)), "below the code's minimum"),
        ("NOWHERE", |code, _| code.products = vec!["gone".parse().unwrap()], "not for this plan"),
        ("MIXED", |code, _| (code.products, code.use_limit, code.times_used) = (vec!["large".parse().unwrap()], Some(1), 1), "used up"),
        ("OTHERS", |code, _| code.owner = Some(7_200_000_099.try_into().unwrap()), "no such code"),
    ];
    let customer = world.customer(7_200_000_021);
    for (name, change, expected) in cases {
        world.add_code(name, "10", None, None).await;
        let mut code = world.code(name).await;
        change(&mut code, now);
        world.app.store.commit(&world.app.seams().nonce(), vec![Write::put(&code).unwrap()]).await.unwrap();
        customer.send(&format!("/start code_{name}")).await;
        assert!(says(&customer).contains(expected), "{name}: {}", says(&customer));
        assert!(customer.last().unwrap().button("Plan small — 100,000 Toman").is_some(), "{name}: the plans as they are");
    }
    for payload in ["code_NOSUCH", "code_", "code_no/such", "code_WAY-TOO-LONG-FOR-ANY-CODE"] {
        customer.send(&format!("/start {payload}")).await;
        assert!(says(&customer).contains("There is no such code"), "{payload}: {}", says(&customer));
    }
    // A code for one of the plans: the others cost what they cost, and say why when they are looked at.
    world.add_code("LARGE", "10", None, None).await;
    let mut code = world.code("LARGE").await;
    code.products = vec!["large".parse().unwrap()];
    world.app.store.commit("large", vec![Write::put(&code).unwrap()]).await.unwrap();
    customer.send("/start code_LARGE").await;
    assert!(customer.last().unwrap().button("Plan large — 270,000 Toman").is_some());
    customer.tap("Plan small — 100,000 Toman").await.unwrap();
    assert!(says(&customer).contains("not for this plan"), "{}", says(&customer));
    assert!(customer.last().unwrap().button("⭐ 80").is_some(), "at its own price");
}

/// Every way to name a code counts, and while a customer waits, none tells whether there is one.
#[tokio::test]
async fn guessing_is_slow_whichever_way() {
    let world = World::open().await;
    world.add_code("REAL", "10", None, None).await;
    let customer = world.customer(7_200_000_022);
    actors::choose(&customer, "Plan small").await;
    let screen = customer.last().unwrap();
    customer.send("/start code_REAL").await;
    customer.tap("Plan small").await.unwrap();
    let (offered, place) = actors::callback_of(&customer, "⭐ 72");

    customer.send("/start code_WRONG1").await;
    customer.tap_data(screen.message_id, "psmall:WRONG2").await;
    assert!(says(&customer).contains("There is no such code"), "{}", says(&customer));
    customer.tap_data(screen.message_id, "cWRONG3").await;
    assert!(says(&customer).contains("There is no such code"), "{}", says(&customer));
    customer.tap_data(offered, &place.replace("REAL", "WRONG4")).await;
    assert!(says(&customer).contains("There is no such code"), "{}", says(&customer));
    actors::choose_with_code(&customer, "Plan small", "WRONG5").await;
    assert!(says(&customer).contains("There is no such code"), "{}", says(&customer));

    for (what, minutes) in [("the sixth", "1 minute"), ("the seventh", "2 minutes"), ("the eighth", "4 minutes")] {
        for code in ["REAL", "WRONG"] {
            customer.send(code).await;
            assert!(says(&customer).contains(&format!("try again in {minutes}.")), "{what}, {code}: {}", says(&customer));
        }
        customer.send("/start code_REAL").await;
        assert!(says(&customer).contains(&format!("try again in {minutes}.")), "{what}: {}", says(&customer));
        for data in ["psmall:REAL", "cREAL", &place.replace("S", "F"), &format!("{}X", place.replace("REAL", "WRONG"))] {
            customer.tap_data(screen.message_id, data).await;
            assert!(!says(&customer).contains("no such code") && !says(&customer).contains("90,000"), "{data}: {}", says(&customer));
        }
        world.clock.advance(Span::minutes(minutes.split(' ').next().unwrap().parse().unwrap()));
        actors::choose_with_code(&customer, "Plan small", "WRONG").await;
        assert!(says(&customer).contains("There is no such code"), "{what}: {}", says(&customer));
    }
    // What was offered with a code is sold with it all the same.
    customer.tap_data(offered, &place).await;
    assert_eq!(world.order(customer.id()).await.discount.unwrap().code.as_str(), "REAL");
    // A day without a mistake forgets them all; others have never noticed.
    let other = world.customer(7_200_000_023);
    other.send("/start code_REAL").await;
    assert!(says(&other).contains("is applied"), "{}", says(&other));
    world.clock.advance(Span::days(1));
    customer.send("/start code_NOSUCH").await;
    customer.send("/start code_REAL").await;
    assert!(says(&customer).contains("is applied"), "{}", says(&customer));
}
