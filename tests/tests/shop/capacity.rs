//! What a purchase costs as customers really make it: sequential round trips to the table and capacity units, turn by turn.

use std::fmt::Write as _;

use embedded_dynamodb::{Exchange, Tally};
use expect_test::expect;
use local::telegram::Via;
use rust_decimal::Decimal;
use tests::{
    World,
    actors::{self, approved},
};

/// The turns of one purchase.
struct Bill {
    world: World,
    lines: String,
    trips: usize,
    units: Decimal,
}

/// What counts towards the order; the rest is looking around.
const STEPS: [&str; 5] = ["start", "place", "pre-checkout", "settle", "finish"];
/// What finishing writes besides the order: the subscription's item with its first look at the account, and the status of a buyer whose first purchase it is.
const SUBSCRIPTION: Decimal = Decimal::from_parts(4, 0, 0, false, 0);
const STATUS: Decimal = Decimal::from_parts(3, 0, 0, false, 0);

impl Bill {
    async fn open() -> Self {
        let world = World::open().await;
        world.add_code("SPRING", "12.5", Some(100), Some(1)).await;
        world.dynamodb.take_log();
        let lines = format!("{:<26} {:>5} {:>6} | {:>5} {:>5} {:>5} {:>6}\n", "", "trips", "reads", "table", "list", "work", "writes");
        Self { world, lines, trips: 0, units: Decimal::ZERO }
    }

    fn line(&mut self, turn: &str, log: &[Exchange]) -> Tally {
        let tally = Tally::of(log);
        let (read, write) = (tally.read.total().normalize(), &tally.write);
        let (table, list, work) = (write.table.normalize(), write.index("list").normalize(), write.index("work").normalize());
        let total = write.total().normalize();
        writeln!(self.lines, "{turn:<26} {:>5} {read:>6} | {table:>5} {list:>5} {work:>5} {total:>6}", tally.trips).unwrap();
        tally
    }

    fn turn(&mut self, turn: &str) -> Tally {
        let log = self.world.dynamodb.take_log();
        let tally = self.line(turn, &log);
        assert!(tally.trips <= 2, "{turn} takes {} trips", tally.trips);
        if STEPS.contains(&turn) {
            self.trips += tally.trips;
            self.units += tally.write.total().normalize();
        }
        tally
    }
}

/// A purchase by Stars, everything of the menus included; `cold`: each turn finds a process that knows nothing.
async fn purchase(code: bool, cold: bool) -> Bill {
    let mut bill = Bill::open().await;
    // The first turn of a process reads the catalogue; here it is somebody else's.
    let other = bill.world.customer(7_900_000_001);
    actors::choose(&other, "Plan small").await;
    bill.world.dynamodb.take_log();
    let customer = bill.world.customer(7_900_000_002);
    let mut processes = 1;
    macro_rules! begin {
        () => {
            if cold {
                processes += 1;
                bill.world.restart(processes).await;
            }
        };
    }

    begin!();
    customer.send("/start").await;
    bill.turn("start");
    begin!();
    customer.tap("Buy a subscription").await.unwrap();
    bill.turn("(the plans)");
    begin!();
    customer.tap("Plan small").await.unwrap();
    bill.turn("(a plan)");
    if code {
        begin!();
        customer.tap("discount code").await.unwrap();
        bill.turn("(the question for a code)");
        begin!();
        customer.send("spring").await;
        bill.turn("(the code)");
    }
    begin!();
    let stars = if code { 70 } else { 80 };
    customer.tap(&format!("⭐ {stars}")).await.unwrap();
    bill.turn("place");
    let order = bill.world.order(customer.id()).await;
    let payload = bill.world.payload(&order, 1);
    bill.world.dynamodb.take_log();
    begin!();
    assert!(approved(&bill.world.telegram.send_update(actors::pre_checkout(customer.id(), &payload, "XTR", stars)).await));
    bill.turn("pre-checkout");
    begin!();
    let paid = actors::successful_payment(customer.id(), &payload, u32::try_from(stars).unwrap(), "the-charge");
    assert!(bill.world.telegram.send_update(paid).await.is_success());
    // One turn, two steps: up to the transaction that settles, and what comes after the panel and the message.
    let log = bill.world.dynamodb.take_log();
    let settled = log.iter().position(|exchange| exchange.operation == "TransactWriteItems").unwrap() + 1;
    let (settle, finish) = log.split_at(settled);
    for (step, begins, log) in [("settle", 0, settle), ("finish", settled, finish)] {
        // Counted from the step's own beginning.
        let within = |exchange: &Exchange| Exchange { began_after: exchange.began_after.saturating_sub(begins), ..exchange.clone() };
        let log: Vec<Exchange> = log.iter().map(within).collect();
        let tally = bill.line(step, &log);
        assert!(tally.trips <= 2, "{step} takes {} trips", tally.trips);
        bill.trips += tally.trips;
        bill.units += tally.write.total().normalize();
    }
    bill.world.audit().await;
    let own = bill.units - SUBSCRIPTION - STATUS;
    let (trips, units) = (bill.trips, bill.units);
    writeln!(bill.lines, "the order: {trips} trips, {units} units: {own}, 4 for the subscription, 3 for the buyer's status").unwrap();
    bill
}

#[tokio::test]
async fn a_discounted_order_by_stars() {
    let bill = purchase(true, false).await;
    expect![[r#"
                                   trips  reads | table  list  work writes
        start                          1      1 |     1     1     0      2
        (the plans)                    1      1 |     0     0     0      0
        (a plan)                       1      1 |     0     0     0      0
        (the question for a code)      2      1 |     1     0     0      1
        (the code)                     2      7 |     0     0     0      0
        place                          2      7 |     6     1     1      8
        pre-checkout                   1      2 |     0     0     0      0
        settle                         1      0 |     4     2     2      8
        finish                         1      0 |     6     2     2     10
        the order: 6 trips, 28 units: 21, 4 for the subscription, 3 for the buyer's status
    "#]]
    .assert_eq(&bill.lines);
    assert!(bill.trips <= 6);
    assert!(bill.units - SUBSCRIPTION - STATUS <= Decimal::from(22));
}

#[tokio::test]
async fn an_order_by_stars() {
    let bill = purchase(false, false).await;
    expect![[r#"
                                   trips  reads | table  list  work writes
        start                          1      1 |     1     1     0      2
        (the plans)                    1      1 |     0     0     0      0
        (a plan)                       1      1 |     0     0     0      0
        place                          2      4 |     1     1     1      3
        pre-checkout                   1      2 |     0     0     0      0
        settle                         1      0 |     4     2     2      8
        finish                         1      0 |     6     2     2     10
        the order: 6 trips, 23 units: 16, 4 for the subscription, 3 for the buyer's status
    "#]]
    .assert_eq(&bill.lines);
    assert!(bill.trips <= 6);
    assert!(bill.units - SUBSCRIPTION - STATUS <= Decimal::from(16));
}

/// Each turn by another process that has just begun: no turn is longer for it.
#[tokio::test]
async fn a_discounted_order_by_cold_processes() {
    let bill = purchase(true, true).await;
    expect![[r#"
                                   trips  reads | table  list  work writes
        start                          1      3 |     1     1     0      2
        (the plans)                    1      3 |     0     0     0      0
        (a plan)                       1      3 |     0     0     0      0
        (the question for a code)      2      3 |     1     0     0      1
        (the code)                     2      9 |     0     0     0      0
        place                          2      9 |     6     1     1      8
        pre-checkout                   1      2 |     0     0     0      0
        settle                         2      2 |     4     2     2      8
        finish                         2      1 |     6     2     2     10
        the order: 8 trips, 28 units: 21, 4 for the subscription, 3 for the buyer's status
    "#]]
    .assert_eq(&bill.lines);
}

#[tokio::test]
async fn a_known_customer_starts_in_one_trip_and_telegram_is_not_called() {
    let world = World::open().await;
    let customer = world.customer(7_900_000_003);
    customer.send("/start").await;
    world.dynamodb.take_log();
    world.telegram.clear_calls();
    let answer = customer.send("/start").await;
    let tally = Tally::of(&world.dynamodb.take_log());
    assert_eq!(tally.trips, 1);
    assert_eq!(answer.body.unwrap()["method"], "sendMessage");
    assert!(world.telegram.calls().iter().all(|call| call.via == Via::WebhookReply));
}

/// A renewal is an order like any other; what it writes besides: the subscription is claimed with the target, and finished with the order.
#[tokio::test]
async fn a_renewal_by_stars() {
    let mut bill = Bill::open().await;
    let customer = bill.world.customer(7_900_000_004);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.tap("Pay ⭐ 80").await.unwrap();
    bill.world.dynamodb.take_log();
    customer.send("/subscriptions").await;
    bill.turn("(my subscriptions)");
    customer.tap("Renew").await.unwrap();
    bill.turn("(what to renew with)");
    customer.tap("Plan small").await.unwrap();
    bill.turn("(the offer)");
    customer.tap("⭐ 80").await.unwrap();
    bill.turn("place");
    let orders = bill.world.orders(customer.id()).await;
    let order = orders.iter().find(|order| order.extends.is_some()).unwrap();
    let payload = bill.world.payload(order, 1);
    bill.world.dynamodb.take_log();
    assert!(bill.world.telegram.send_update(actors::successful_payment(customer.id(), &payload, 80, "the-renewal")).await.is_success());
    let log = bill.world.dynamodb.take_log();
    let ends: Vec<usize> = (1..).zip(&log).filter(|(_, exchange)| exchange.operation == "TransactWriteItems").map(|(n, _)| n).collect();
    assert_eq!(ends.len(), 3, "it is settled, claimed, finished");
    for (step, (from, to)) in ["settle", "claim", "finish"].into_iter().zip([(0, ends[0]), (ends[0], ends[1]), (ends[1], log.len())]) {
        let log: Vec<Exchange> =
            log[from..to].iter().enumerate().map(|(n, exchange)| Exchange { began_after: n, ..exchange.clone() }).collect();
        let tally = bill.line(step, &log);
        bill.trips += tally.trips;
        bill.units += tally.write.total().normalize();
    }
    bill.world.audit().await;
    let (trips, units) = (bill.trips, bill.units);
    writeln!(bill.lines, "the renewal: {trips} trips, {units} units").unwrap();
    expect![[r#"
                                   trips  reads | table  list  work writes
        (my subscriptions)             2      4 |     0     0     0      0
        (what to renew with)           2      2 |     0     0     0      0
        (the offer)                    2      2 |     0     0     0      0
        place                          2      5 |     1     1     1      3
        settle                         2      2 |     4     2     2      8
        claim                          2      1 |     4     0     0      4
        finish                         2      1 |     4     1     1      6
        the renewal: 8 trips, 21 units
    "#]]
    .assert_eq(&bill.lines);
}

/// What operators do by hand: each change carries its entry in the history and the answer that is kept under the request's name, some 5 units in all.
#[tokio::test]
async fn what_operators_do_by_hand() {
    let mut bill = Bill::open().await;
    let customer = bill.world.customer(7_900_000_005);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.tap("Pay ⭐ 80").await.unwrap();
    let bought = bill.world.app.names.order(bill.world.order(customer.id()).await.id);
    actors::order(&customer, "Plan small", "Card to card").await;
    customer.send_photo(b"a receipt".to_vec()).await;
    let waits = bill.world.orders(customer.id()).await.into_iter().find(|order| order.under_review().is_some()).unwrap();
    let waits = bill.world.app.names.order(waits.id);
    let friend = bill.world.customer(7_900_000_006);
    friend.send("/start").await;
    let held = format!("/admin/v1/subscriptions/{bought}");
    let user = format!("/admin/v1/users/{}", customer.id());
    let toman = |amount: &str| serde_json::json!({"amount": {"amount": amount, "currency": "IRT"}});
    for (n, (what, path, body)) in [
        ("grant", format!("{user}/grant"), serde_json::json!({"data_limit_gb": 3, "duration_days": 7})),
        ("extend", format!("{held}/extend"), serde_json::json!({"data_limit_gb": 5})),
        ("change", format!("{held}/change"), serde_json::json!({"data_limit_gb": 42})),
        ("disable", format!("{held}/disable"), serde_json::json!({})),
        ("enable", format!("{held}/enable"), serde_json::json!({})),
        ("too little arrived", format!("/admin/v1/orders/{waits}/approve"), toman("70000")),
        ("attach a referral", format!("/admin/v1/users/{}/attach-referral", friend.id()), serde_json::json!({"inviter": customer.id()})),
        ("a hundred codes", "/admin/v1/discount-codes/batch".to_owned(), serde_json::json!({"count": 100, "percent": "5"})),
    ]
    .into_iter()
    .enumerate()
    {
        bill.world.dynamodb.take_log();
        let (status, answer) = bill.world.admin_named(&n.to_string(), &path, &body).await;
        assert!(matches!(status, 200 | 201), "{what}: {answer}");
        let log = bill.world.dynamodb.take_log();
        bill.line(what, &log);
    }
    for (what, path) in [("(an order)", format!("/admin/v1/orders/{waits}")), ("(a subscription)", held), ("(a user)", user)] {
        assert_eq!(bill.world.admin("GET", &path, None).await.0, 200);
        let log = bill.world.dynamodb.take_log();
        bill.line(what, &log);
    }
    expect![[r#"
                                   trips  reads | table  list  work writes
        grant                          7      5 |    11     3     3     17
        extend                        10      6 |    18     3     2     23
        change                         7      4 |     8     1     4     13
        disable                        9      6 |     8     1     3     12
        enable                         8      5 |     8     1     3     12
        too little arrived             3      3 |     8     2     3     13
        attach a referral              4      3 |    10     2     0     12
        a hundred codes                4      1 |   204   101     0    305
        (an order)                     5    5.5 |     0     0     0      0
        (a subscription)               4    7.5 |     0     0     0      0
        (a user)                       3    6.5 |     0     0     0      0
    "#]]
    .assert_eq(&bill.lines);
}

/// As many users, each with an order, in the minutes before now.
async fn filled(world: &World, count: i64) {
    let customer = world.customer(6_000_000_000);
    actors::order(&customer, "Plan small", "Card to card").await;
    let (user, order) = (world.user(customer.id()).await, world.order(customer.id()).await);
    let now = order.created_at.millis();
    let mut running = tokio::task::JoinSet::new();
    for first in (1..=count).step_by(50) {
        let mut writes = Vec::new();
        for n in first..(first + 50).min(count + 1) {
            let id = domain::TelegramUserId::new(6_000_000_000 + n).unwrap();
            let at = domain::Timestamp::from_millis(now - n * 20);
            let key = domain::OrderKey::Ulid(ulid::Ulid::from_parts(u64::try_from(at.millis()).unwrap(), u128::try_from(n).unwrap()));
            let user = domain::user::User { id, joined_at: at, ..user.clone() };
            let order = domain::order::Order { id: domain::OrderId::new(id, key), created_at: at, ..order.clone() };
            writes.extend([store::Write::create(&user).unwrap(), store::Write::create(&order).unwrap()]);
        }
        let store = world.app.store.clone();
        running.spawn(async move { store.commit(&format!("fill {first}"), writes).await.unwrap() });
        if running.len() > 8 {
            running.join_next().await.unwrap().unwrap();
        }
    }
    running.join_all().await;
}

/// What operators look at costs the same in a small shop and in a large one.
#[tokio::test]
async fn what_operators_look_at_does_not_grow_with_the_shop() {
    let mut costs: Vec<Vec<(String, Tally)>> = Vec::new();
    for count in [100, 10_000] {
        let world = World::open().await;
        filled(&world, count).await;
        let order = world.app.names.order(world.order(6_000_000_050).await.id);
        let mut seen = Vec::new();
        for path in [
            "users?limit=20".to_owned(),
            "orders?limit=20".to_owned(),
            "orders?limit=20&created_from=2026-11-18T11:06:38Z".to_owned(),
            "orders?user_id=6000000050".to_owned(),
            "users?q=6000000050".to_owned(),
            format!("orders?q={order}"),
            "users/6000000050".to_owned(),
            format!("orders/{order}"),
            "subscriptions?user_id=6000000050".to_owned(),
            "users?invited_by=6000000050".to_owned(),
            "duties?parked=true".to_owned(),
            "discount-codes".to_owned(),
            "audit?entity=order&id=none".to_owned(),
            "activity?user_id=6000000050".to_owned(),
            "activity?limit=20".to_owned(),
            // Filtered ones look at more entries of a longer list, and never at more than so many.
            "users?limit=20&status=new".to_owned(),
            "orders?limit=20&status=awaiting_payment".to_owned(),
            "users?limit=20&q=60000000".to_owned(),
            "orders?limit=20&status=refunded".to_owned(),
            "users?limit=20&q=7".to_owned(),
        ] {
            world.dynamodb.take_log();
            let (status, answer) = world.admin("GET", &format!("/admin/v1/{path}"), None).await;
            assert_eq!(status, 200, "{path}: {answer}");
            seen.push((path, Tally::of(&world.dynamodb.take_log())));
        }
        costs.push(seen);
    }
    let mut lines = String::new();
    for (n, ((path, few), (_, many))) in costs[0].iter().zip(&costs[1]).enumerate() {
        let units = |tally: &Tally| tally.read.total().normalize();
        let shown = path.split(['?', '/']).next().unwrap();
        writeln!(
            lines,
            "{n:>2} {shown:<15} {:>3} requests {:>6} | {:>3} requests {:>6}",
            few.requests,
            units(few),
            many.requests,
            units(many)
        )
        .unwrap();
        if n < 15 {
            assert_eq!((few.requests, units(few)), (many.requests, units(many)), "{path}");
        } else {
            assert!(many.requests <= 16 && units(many) <= Decimal::from(100), "{path}: {many:?}");
        }
    }
    expect![[r#"
         0 users             3 requests   22.5 |   3 requests   22.5
         1 orders            2 requests   20.5 |   2 requests   20.5
         2 orders            2 requests   20.5 |   2 requests   20.5
         3 orders            1 requests      1 |   1 requests      1
         4 users             1 requests      1 |   1 requests      1
         5 orders            1 requests      1 |   1 requests      1
         6 users             7 requests    6.5 |   7 requests    6.5
         7 orders            3 requests    3.5 |   3 requests    3.5
         8 subscriptions     1 requests      1 |   1 requests      1
         9 users             1 requests      1 |   1 requests      1
        10 duties            1 requests    0.5 |   1 requests    0.5
        11 discount-codes    1 requests    0.5 |   1 requests    0.5
        12 audit             1 requests    0.5 |   1 requests    0.5
        13 activity          6 requests    5.5 |   6 requests    5.5
        14 activity         20 requests   29.5 |  20 requests   29.5
        15 users             2 requests     22 |   2 requests     24
        16 orders            2 requests   22.5 |   2 requests     25
        17 users             3 requests     23 |   3 requests     25
        18 orders           11 requests    7.5 |  14 requests     70
        19 users            12 requests      8 |  15 requests     57
    "#]]
    .assert_eq(&lines);
}
