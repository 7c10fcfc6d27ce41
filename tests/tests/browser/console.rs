//! The console in a real browser: an operator signs in and does a day's work, in Persian and in English, on a desk and on a phone.

use app::{
    App, Deadline,
    checkout::{Choice, Placed, Purpose, Wanted},
    join::Visitor,
    receipt::{Sent, Submitted},
};
use domain::{
    Money, TelegramUserId,
    order::{Order, OrderStatus},
    payment::{Gateway, Payment, PaymentId, PaymentStatus},
    stats::{Counts, DayCount, Sold, Taken},
    time::{Day, Offset, Span},
};
use store::Write;

use super::{Open, driver::Browser};

/// Customers of all kinds, in whose names anything may stand.
const NAMES: [(&str, Option<&str>); 8] = [
    ("سارا محمدی", Some("sara_m")),
    ("Anton", Some("anton_vpn")),
    ("مهدی", None),
    ("Ольга Петрова", Some("olga")),
    ("<b>Robert</b>", Some("bobby_tables")),
    ("علی‌رضا", Some("alireza")),
    ("Leila", None),
    ("نگار", Some("negar77")),
];

fn user(n: usize) -> TelegramUserId {
    TelegramUserId::new(7_100_000_000 + i64::try_from(n).unwrap()).unwrap()
}

async fn order(app: &App, buyer: TelegramUserId, product: usize) -> Order {
    let ulid = app.seams().ulid(app.now());
    let shop = app.shop().await.unwrap();
    let plans: Vec<_> = shop.plans().collect();
    let product = plans[product % plans.len()];
    let offer = app.offer(&shop, product, Purpose::Purchase, None, ulid).unwrap();
    let choice = Choice {
        gateway: Some(Gateway::Card),
        order: ulid,
        fingerprint: app.fingerprint(&offer, Some(Gateway::Card)),
        wanted: Wanted::Purchase(product.id.clone()),
        code: None,
    };
    match app.place(buyer, &choice, None, Deadline::of_invocation(app, None, Span::seconds(20))).await.unwrap().1 {
        Placed::Order(order) => *order,
        other => panic!("not placed: {other:?}"),
    }
}

async fn receipt(app: &App, buyer: TelegramUserId, file: &str) -> Order {
    let user = app.store.user(buyer).await.unwrap().unwrap();
    match app.submit_receipt(&user, &Sent { file_id: file.into(), unique: file.into(), document: false }, None).await.unwrap() {
        Submitted::UnderReview(order) => *order,
        other => panic!("not under review: {other:?}"),
    }
}

/// A shop in the middle of its work: customers, receipts that wait, money that fits nothing, and a month behind it. Gives the order whose receipt came first.
async fn populate(app: &App) -> Order {
    for (n, (first_name, username)) in NAMES.iter().enumerate() {
        let inviter = (n > 2).then(|| user(n % 2));
        let visitor = Visitor { id: user(n), first_name, username: *username, language_code: Some("fa") };
        app.join(visitor, inviter).await.unwrap();
    }
    let mut first = None;
    for n in 0..3 {
        order(app, user(n), n).await;
        let order = receipt(app, user(n), &format!("AgACAgQAAxkBAAIBTGaY{n}")).await;
        first.get_or_insert(order);
    }
    order(app, user(4), 1).await;
    for n in 1..=2 {
        let payment = Payment {
            id: PaymentId::new(Gateway::CryptoPay, format!("52889{n}")).unwrap(),
            amount: Some(Money::whole(12, domain::Currency::Usdt)),
            order: None,
            payer: Some(user(5)),
            settled_at: app.now(),
            status: PaymentStatus::Unapplied,
            reason: Some(domain::order::UnappliedReason::AmountMismatch),
            approved_by: None,
            credit: None,
            work: domain::duty::Work::default(),
            version: 1,
        };
        app.store.commit(&app.seams().nonce(), vec![Write::create(&payment).unwrap()]).await.unwrap();
    }
    let (mut day, mut writes) = (Day::of(app.now(), Offset::TEHRAN).previous(), Vec::new());
    let products = app.store.products().await.unwrap();
    for n in 0..29_u32 {
        let paid = 4 + (n * 7) % 9 + n % 3;
        let revenue = |paid: u32| {
            let mut sums = domain::stats::Sums::default();
            sums.add(Money::whole(paid * 145_000, domain::Currency::Irt));
            sums
        };
        let mut counts = Counts::default();
        counts.totals.customers = 6 + (n * 5) % 8;
        counts.totals.orders = paid + 2 + n % 4;
        counts.totals.paid = paid;
        counts.totals.trials = 2 + n % 5;
        counts.totals.renewals = n % 4;
        counts.totals.revenue = revenue(paid);
        for (rank, product) in products.iter().take(3).enumerate() {
            let sold = paid / (u32::try_from(rank).unwrap() + 1);
            counts.products.insert(product.id.clone(), Sold { orders: sold + 1, paid: sold, revenue: revenue(sold) });
        }
        for (method, part) in [(Gateway::Card, 2), (Gateway::TelegramStars, 3), (Gateway::CryptoPay, 6)] {
            counts.methods.insert(method, Taken { paid: paid / part, taken: revenue(paid / part), ..Taken::default() });
        }
        let mut count = DayCount { counts, ..DayCount::new(day, Offset::TEHRAN) };
        count.until = count.end();
        count.version = 1;
        writes.push(Write::create(&count).unwrap());
        day = day.previous();
    }
    app.store.commit(&app.seams().nonce(), writes).await.unwrap();
    first.unwrap()
}

/// What shall be seen by people before it is called done: every kind of page, on a desk and on a phone.
async fn pictures(browser: &Browser, console: &str, name: &str, [order, waiting]: [&str; 2]) {
    for (page, path) in [
        ("dashboard", String::new()),
        ("orders", "/orders".into()),
        ("order", format!("/orders/{order}")),
        ("receipt", format!("/orders/{waiting}")),
        ("reject", format!("/orders/{waiting}/reject")),
        ("users", "/users".into()),
        ("user", format!("/users/{}", user(0))),
        ("payments", "/unapplied-payments".into()),
        ("code", "/discount-codes/new".into()),
        ("settings", "/settings".into()),
        ("edit", "/settings/edit".into()),
        ("stats", "/stats".into()),
        ("audit", "/audit".into()),
        ("lost", "/nothing".into()),
    ] {
        browser.go(&format!("{console}{path}")).await;
        for width in [1280, 390] {
            browser.picture(&format!("console-{name}-{page}-{width}"), width).await;
        }
    }
}

/// Nothing is wider than the screen, on a desk and on a phone.
async fn fits(browser: &Browser, console: &str, order: &str) {
    for path in ["", "/orders", "/users", "/settings/edit", "/stats", "/audit", &format!("/orders/{order}")] {
        browser.go(&format!("{console}{path}")).await;
        for width in [390, 1280] {
            browser.resize(width).await;
            assert!(browser.width().await <= u64::from(width), "{path} is {} wide on {width}", browser.width().await);
        }
    }
}

async fn sign_in(browser: &Browser, token: &str) {
    browser.type_into("#token", token).await;
    browser.click("form.sign-in button").await;
    browser.wait_for(".worklists").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_works_at_the_console() {
    let open = Open::shop("console").await;
    let first = populate(&open.app).await;
    let name = open.app.names.order(first.id);
    let console = open.ready.console_url.clone();

    // The address of an order leads to where one signs in, and then to the order.
    let browser = Browser::open(&format!("{console}/orders/{name}")).await;
    browser.wait_for("form.sign-in").await;
    browser.choose_language(&console, "fa").await;
    browser.picture("console-fa-sign-in-1280", 1280).await;
    browser.picture("console-fa-sign-in-390", 390).await;
    browser.type_into("#token", "wsa_wrong").await;
    browser.click("form.sign-in button").await;
    browser.wait_for(".banner.bad").await;
    sign_in(&browser, &open.ready.admin_token).await;
    assert_eq!(browser.style("html", "direction").await, "rtl", "Persian runs from right to left");
    assert_eq!(browser.count(".work:first-child li").await, 3, "three receipts wait");
    assert!(browser.text(".tile:nth-child(3) .big").await.contains("تومان"));
    assert_eq!(browser.count("figure .plot .bar").await, 60, "thirty days, twice");

    // Three receipts; one is decided from the worklist.
    browser.click(".work li form.tap button").await;
    browser.wait_for(".banner.good").await;
    let decided = open.app.store.list_orders(&store::Filter::default(), None, 10, open.app.now()).await.unwrap().items;
    assert_eq!(decided.iter().filter(|order| order.status == OrderStatus::Provisioned).count(), 1);

    let waiting = decided.iter().find(|order| order.under_review().is_some()).map(|order| open.app.names.order(order.id)).unwrap();
    let shown = [name.as_str(), waiting.as_str()];

    // A code, with a mistake on the way.
    browser.go(&format!("{console}/discount-codes")).await;
    browser.click(".heading .primary").await;
    browser.type_into("[name='code']", "NOWRUZ").await;
    browser.type_into("[name='percent']", "120").await;
    browser.click("form.edit .primary").await;
    browser.wait_for("#f-percent-error, [id='f-percent-error']").await;
    browser.picture("console-fa-mistake-390", 390).await;
    browser.picture("console-fa-mistake-1280", 1280).await;
    browser.type_into("[name='percent']", "20").await;
    browser.click("form.edit .primary").await;
    browser.wait_for(".banner.good").await;
    let code = open.app.store.discount_code(&"NOWRUZ".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(code.name.to_string(), "NOWRUZ");

    // From a referral count to those who were invited.
    browser.go(&format!("{console}/users")).await;
    let invited: usize = 3;
    browser.click("a.count").await;
    browser.wait_for("[name='invited_by'][value^='71']").await;
    assert!(browser.count("tbody tr").await >= invited - 1);

    fits(&browser, &console, &name).await;
    pictures(&browser, &console, "fa", shown).await;
    browser.choose_theme(&console, "dark").await;
    pictures(&browser, &console, "fa-dark", shown).await;
    browser.choose_language(&console, "en").await;
    pictures(&browser, &console, "en-dark", shown).await;
    browser.choose_theme(&console, "light").await;
    pictures(&browser, &console, "en", shown).await;
    assert_eq!(browser.style("html", "direction").await, "ltr");
    fits(&browser, &console, &name).await;

    browser.click("details.me summary").await;
    browser.click("form[action$='/sign-out'] button").await;
    browser.wait_for("form.sign-in").await;
    browser.go(&format!("{console}/orders")).await;
    browser.wait_for("form.sign-in").await;
    browser.close().await;
    open.close().await;
}
