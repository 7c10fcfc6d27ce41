//! What a whole order costs: round trips and capacity units of each step, as the engine bills them. The steps are made of the same reads and
//! writes, in the same order, as the use cases make them.

use std::fmt::Write as _;

use domain::{
    Currency, Money,
    discount::DiscountCode,
    order::{Event, Order},
    payment::{Gateway, Payment, PaymentId},
};
use expect_test::expect;
use rust_decimal::Decimal;
use store::{Entity, Write};

use crate::support::{Shop, samples::*};

/// Steps and what they cost.
struct Bill {
    shop: Shop,
    lines: String,
    trips: usize,
    units: Decimal,
}

impl Bill {
    async fn open() -> Self {
        let shop = Shop::open().await;
        shop.create(&settings()).await;
        shop.http.take_log();
        let lines = format!("{:<38} {:>5} {:>6} | {:>5} {:>5} {:>5} {:>6}\n", "", "trips", "reads", "table", "list", "work", "writes");
        Self { shop, lines, trips: 0, units: Decimal::ZERO }
    }

    fn line(&mut self, step: &str) {
        let tally = self.shop.tally();
        let (read, write) = (tally.read.total().normalize(), &tally.write);
        let (table, list, work) = (write.table.normalize(), write.index("list").normalize(), write.index("work").normalize());
        let total = write.total().normalize();
        writeln!(self.lines, "{step:<38} {:>5} {read:>6} | {table:>5} {list:>5} {work:>5} {total:>6}", tally.requests).unwrap();
        self.trips += tally.requests;
        self.units += total;
    }

    /// A step that commits `writes` after what was read for it.
    async fn commit(&mut self, step: &str, writes: Vec<Write>) {
        self.shop.store.commit(&format!("step {}", self.trips), writes).await.unwrap();
        self.line(step);
    }

    fn total(&mut self, what: &str) {
        writeln!(self.lines, "{what:<38} {:>5} {:>6} | {:>24}", self.trips, "", self.units).unwrap();
    }
}

/// How an order is bought.
struct Purchase {
    gateway: Gateway,
    code: Option<DiscountCode>,
}

impl Purchase {
    fn order(&self) -> Order {
        let placed = if self.code.is_some() { discounted_order(1, 1) } else { order(1, 1) };
        let quote = match self.gateway {
            Gateway::TelegramStars => Money::whole(132, Currency::Xtr),
            Gateway::Card => card_amount(placed.id).amount,
            _ => Money::whole(3, Currency::Usdt),
        };
        placed.begin_attempt(self.gateway, quote, now()).unwrap().0
    }

    /// From the first `/start` to the delivered subscription, without what comes on top: the subscription's item and the buyer's status.
    async fn bill(&self, bill: &mut Bill) -> Order {
        bill.commit("start", vec![Write::create(&user(1)).unwrap()]).await;

        let order = self.order();
        bill.shop.store.placing(order.id, self.code.as_ref().map(|code| &code.name)).await.unwrap();
        let mut writes = vec![Write::create(&order).unwrap()];
        if let Some(code) = &self.code {
            writes.push(Write::reserve_code(code, now()));
            writes.push(Write::hold_redemption(&code.name, order.id, code.per_user_limit));
        }
        if self.gateway == Gateway::Card {
            writes.push(Write::create(&card_amount(order.id)).unwrap());
        }
        bill.commit("place", writes).await;

        let mut order = match self.gateway {
            // Nothing of it is kept.
            Gateway::TelegramStars => order,
            Gateway::Card => {
                let (mut receipted, _) = order.submit_receipt(receipt()).unwrap();
                bill.commit("receipt", vec![Write::replace(&mut receipted).unwrap()]).await;
                receipted
            }
            _ => {
                let mut opened = order.opened(1, Some("25113".into()), Some("https://t.me/CryptoBot?start=IVbfPL7ZxA2h".into())).unwrap();
                bill.commit("open the invoice", vec![Write::replace(&mut opened).unwrap()]).await;
                opened
            }
        };

        bill.shop.store.order_and_buyer(order.id).await.unwrap();
        let payment = Payment {
            id: PaymentId::new(self.gateway, "stxPUiJ4r0f2WQm1Zb5xwLk8Yd3Nc7Ve").unwrap(),
            amount: Some(order.attempts[0].quote),
            ..payment(1, order.id)
        };
        order = next(&order, &Event::PaymentSettled { payment: payment.id.clone(), lease_until: minutes(11) });
        let mut writes = vec![Write::replace(&mut order).unwrap(), Write::create(&payment).unwrap()];
        if self.gateway == Gateway::Card {
            writes.push(Write::release_card_amount(&card_amount(order.id)).unwrap());
        }
        bill.commit("settle", writes).await;
        next(&order, &Event::Provisioned { name: order.panel_name.clone(), delivered: true })
    }

    /// The bill of the bare order, and of the finish as it is made: with the subscription, for a first purchase.
    async fn table(&self) -> (String, Decimal) {
        let mut bare = Bill::open().await;
        if let Some(code) = &self.code {
            bare.shop.create(code).await;
            bare.shop.http.take_log();
        }
        let mut finished = self.bill(&mut bare).await;
        bare.commit("finish", vec![Write::replace(&mut finished).unwrap()]).await;
        bare.total("the order");
        let (mut lines, units, trips) = (bare.lines, bare.units, bare.trips);

        for first_purchase in [false, true] {
            let mut whole = Bill::open().await;
            if let Some(code) = &self.code {
                whole.shop.create(code).await;
                whole.shop.http.take_log();
            }
            let mut finished = self.bill(&mut whole).await;
            let subscription = Write::create(&subscription(&finished)).unwrap();
            let mut writes = vec![Write::replace(&mut finished).unwrap(), subscription];
            let step = if first_purchase { "and status, of a first purchase" } else { "finish with the subscription" };
            if first_purchase {
                writes.push(Write::activate_user(finished.id.buyer, now()));
            }
            whole.lines.clear();
            whole.commit(step, writes).await;
            assert_eq!(whole.trips, trips, "all of it is in the transaction that ends the order");
            lines += &whole.lines;
        }
        (lines, units)
    }
}

#[tokio::test]
async fn by_stars_with_a_code() {
    let (table, units) = Purchase { gateway: Gateway::TelegramStars, code: Some(code()) }.table().await;
    expect![[r#"
                                               trips  reads | table  list  work writes
        start                                      1      0 |     1     1     0      2
        place                                      2      5 |     6     1     1      8
        settle                                     2      2 |     4     2     2      8
        finish                                     1      0 |     1     1     1      3
        the order                                  6        |                       21
        finish with the subscription               1      0 |     4     1     2      7
        and status, of a first purchase            1      0 |     6     2     2     10
    "#]]
    .assert_eq(&table);
    assert!(units <= Decimal::from(22));
}

#[tokio::test]
async fn by_stars() {
    let (table, units) = Purchase { gateway: Gateway::TelegramStars, code: None }.table().await;
    expect![[r#"
                                               trips  reads | table  list  work writes
        start                                      1      0 |     1     1     0      2
        place                                      2      2 |     1     1     1      3
        settle                                     2      2 |     4     2     2      8
        finish                                     1      0 |     1     1     1      3
        the order                                  6        |                       16
        finish with the subscription               1      0 |     4     1     2      7
        and status, of a first purchase            1      0 |     6     2     2     10
    "#]]
    .assert_eq(&table);
    assert!(units <= Decimal::from(16));
}

#[tokio::test]
async fn by_an_invoice_with_a_code() {
    let (table, _) = Purchase { gateway: Gateway::CryptoPay, code: Some(code()) }.table().await;
    expect![[r#"
                                               trips  reads | table  list  work writes
        start                                      1      0 |     1     1     0      2
        place                                      2      5 |     6     1     1      8
        open the invoice                           1      0 |     1     0     0      1
        settle                                     2      2 |     4     2     2      8
        finish                                     1      0 |     1     1     1      3
        the order                                  7        |                       22
        finish with the subscription               1      0 |     4     1     2      7
        and status, of a first purchase            1      0 |     6     2     2     10
    "#]]
    .assert_eq(&table);
}

#[tokio::test]
async fn by_card_with_a_code() {
    let (table, _) = Purchase { gateway: Gateway::Card, code: Some(code()) }.table().await;
    expect![[r#"
                                               trips  reads | table  list  work writes
        start                                      1      0 |     1     1     0      2
        place                                      2      5 |     8     1     1     10
        receipt                                    1      0 |     1     0     2      3
        settle                                     2      2 |     6     2     2     10
        finish                                     1      0 |     1     1     1      3
        the order                                  7        |                       28
        finish with the subscription               1      0 |     4     1     2      7
        and status, of a first purchase            1      0 |     6     2     2     10
    "#]]
    .assert_eq(&table);
}

#[tokio::test]
async fn what_comes_on_top_now_and_then() {
    let mut bill = Bill::open().await;
    for n in [1, 2, 3] {
        bill.shop.create(&user(n)).await;
    }
    bill.shop.create(&code()).await;
    bill.shop.http.take_log();

    bill.shop.store.user_and_conversation(id(1)).await.unwrap();
    bill.line("a known customer comes");
    bill.commit("a conversation", vec![Write::put(&conversation(1)).unwrap()]).await;
    let joining = vec![Write::create(&user(50)).unwrap(), Write::create(&referral(1, 50)).unwrap(), Write::count_invited(id(1))];
    bill.commit("join by a link", joining).await;

    let order = discounted_order(2, 1);
    let place = vec![
        Write::create(&order).unwrap(),
        Write::reserve_code(&code(), now()),
        Write::hold_redemption(&code().name, order.id, code().per_user_limit),
    ];
    bill.shop.store.commit("place", place).await.unwrap();
    bill.shop.http.take_log();
    let taken: Order = bill.shop.store.take(&order.key(), "take", order.expires_at).await.unwrap().unwrap();
    bill.line("take a duty");
    let mut expiring = taken.clone();
    expiring.expires_at = now();
    let mut expired = next(&expiring, &Event::WindowElapsed);
    let release = vec![Write::release_code(&code().name), Write::drop_redemption(&code().name, order.id)];
    bill.commit("expire with a code", [vec![Write::replace(&mut expired).unwrap()], release].concat()).await;

    let qualify = vec![Write::qualify_referral(id(1), order_id(50, 1), now()), Write::count_qualified(id(1))];
    bill.commit("qualify (in the transaction of settle)", qualify).await;
    let taken: domain::referral::Referral = bill.shop.store.take(&referral(1, 50).key(), "reward", now()).await.unwrap().unwrap();
    bill.line("take the reward");
    let mut granted = taken.grant(now()).unwrap();
    let mut prize = crate::support::samples::order(1, 9);
    prize.id.key = granted.prize();
    let grant = vec![Write::replace(&mut granted).unwrap(), Write::create(&prize).unwrap(), Write::count_granted(id(1))];
    bill.commit("grant, the prize's order included", grant).await;

    let mut banned = domain::user::User { banned_at: Some(now()), ..user(3) };
    bill.commit("ban, with its audit entry", vec![Write::replace(&mut banned).unwrap(), Write::create(&audit_entry(1)).unwrap()]).await;
    for (step, limit) in [("a page of ten of a list", 10u8), ("a page of a hundred", 100)] {
        bill.shop.store.list_users(&store::Filter::default(), None, limit, now()).await.unwrap();
        bill.line(step);
    }
    bill.shop.store.due(store::Queue::Parked, now(), None, 25).await.unwrap();
    bill.line("an empty queue");
    expect![[r#"
                                               trips  reads | table  list  work writes
        a known customer comes                     1      2 |     0     0     0      0
        a conversation                             1      0 |     1     0     0      1
        join by a link                             1      0 |     6     1     0      7
        take a duty                                1      0 |     1     0     2      3
        expire with a code                         1      0 |     6     1     1      8
        qualify (in the transaction of settle)     1      0 |     4     0     1      5
        take the reward                            1      0 |     1     0     2      3
        grant, the prize's order included          1      0 |     6     1     2      9
        ban, with its audit entry                  1      0 |     4     2     0      6
        a page of ten of a list                   12    9.5 |     0     0     0      0
        a page of a hundred                       12    9.5 |     0     0     0      0
        an empty queue                             1    0.5 |     0     0     0      0
    "#]]
    .assert_eq(&bill.lines);
}
