//! A shop to start from: one plan, one customer with an inviter, one discount code.

use domain::{
    Currency, DiscountCodeName, Money, OrderId, OrderKey, ProductId, SubscriptionName, TelegramUserId, Timestamp,
    discount::{Benefit, DiscountCode},
    order::{Decision, Event, NewOrder, Order, OrderDiscount, Receipt, Transition, decide},
    payment::{Gateway, PaymentId},
    product::{Product, ProductKind, RenewalPolicy},
    time::Span,
};
use ulid::Ulid;

pub const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
pub const WINDOW: Span = Span::minutes(90);
pub const LEASE_UNTIL: Timestamp = NOW.plus(domain::duty::LEASE);

pub const BUYER: i64 = 7_000_000_001;
pub const INVITER: i64 = 7_000_000_002;

pub fn user(id: i64) -> TelegramUserId {
    TelegramUserId::new(id).unwrap()
}

pub fn toman(amount: u32) -> Money {
    Money::whole(amount, Currency::Irt)
}

pub fn stars(amount: u32) -> Money {
    Money::whole(amount, Currency::Xtr)
}

pub fn money(text: &str, currency: Currency) -> Money {
    Money::parse(text, currency).unwrap()
}

pub fn plan(id: &str) -> ProductId {
    id.parse().unwrap()
}

pub fn code_name() -> DiscountCodeName {
    "SPRING10".parse().unwrap()
}

pub fn payment(gateway: Gateway, reference: &str) -> PaymentId {
    PaymentId::new(gateway, reference).unwrap()
}

pub fn our_account() -> SubscriptionName {
    "ws_ours".parse().unwrap()
}

pub fn other_account() -> SubscriptionName {
    "ws_theirs".parse().unwrap()
}

/// 50 GiB for 30 days at 150 000 toman, with prices in Stars and dollars.
pub fn product() -> Product {
    Product {
        id: plan("gb50-30d"),
        kind: ProductKind::Plan,
        name: "50 GB, one month".to_owned(),
        price: toman(150_000),
        prices: [(Currency::Xtr, stars(150)), (Currency::Usd, money("2.99", Currency::Usd))].into(),
        data_limit_gb: Some(50),
        duration_days: Some(30),
        renewal_policy: RenewalPolicy::Add,
        active: true,
        position: 1,
        created_at: NOW,
        updated_at: NOW,
        version: 1,
    }
}

/// 10 000 toman off, for everybody, for ever.
pub fn code() -> DiscountCode {
    DiscountCode {
        name: code_name(),
        benefit: Benefit::Amount(toman(10_000)),
        active: true,
        valid_from: None,
        valid_to: None,
        use_limit: None,
        per_user_limit: None,
        times_used: 0,
        late_uses: 0,
        products: Vec::new(),
        first_purchase_only: false,
        minimum: None,
        owner: None,
        created_at: NOW,
        version: 1,
    }
}

/// What the fixture's customer orders, with or without the fixture's code.
pub fn new_order(discounted: bool) -> NewOrder {
    NewOrder {
        id: OrderId::new(user(BUYER), OrderKey::Ulid(Ulid::from_parts(1_800_000_000_000, 1))),
        terms: product().terms(),
        total: toman(if discounted { 140_000 } else { 150_000 }),
        discount: discounted.then(|| OrderDiscount { code: code_name(), off: toman(10_000), held: true }),
        inviter: Some(user(INVITER)),
        first_purchase: true,
        extends: None,
        gift: false,
        screen: None,
        panel_name: our_account(),
        window: WINDOW,
    }
}

pub fn placed(discounted: bool) -> Order {
    Order::place(new_order(discounted), NOW, LEASE_UNTIL)
}

/// An order that a 100 % code made free.
pub fn free() -> Order {
    let discount = Some(OrderDiscount { code: code_name(), off: toman(150_000), held: true });
    Order::place(NewOrder { total: toman(0), discount, ..new_order(true) }, NOW, LEASE_UNTIL)
}

pub fn receipt(submitted_at: Timestamp) -> Receipt {
    Receipt { file_id: "AgACAgQ".to_owned(), document: false, submitted_at, nth: 1, seen_in: None, rejected: None }
}

/// The order with a receipt that waits for the operators.
pub fn with_receipt(order: &Order) -> Order {
    let (order, _) = order.begin_attempt(Gateway::Card, order.total, NOW).unwrap();
    order.submit_receipt(receipt(NOW)).unwrap().0
}

/// The order, expired, with a receipt that came after that.
pub fn with_receipt_late(order: &Order) -> Order {
    let (order, _) = order.begin_attempt(Gateway::Card, order.total, NOW).unwrap();
    let expired = after(&order, &Event::WindowElapsed, order.expires_at);
    expired.submit_receipt(receipt(order.expires_at)).unwrap().0
}

pub fn settled_by(reference: &str) -> Event {
    Event::PaymentSettled { payment: payment(Gateway::TelegramStars, reference), lease_until: LEASE_UNTIL }
}

pub fn account(name: SubscriptionName, delivered: bool) -> Event {
    Event::Provisioned { name, delivered }
}

/// The transition that `event` makes.
pub fn transition(order: &Order, event: &Event, now: Timestamp) -> Transition {
    match decide(order, event, now) {
        Ok(Decision::Change(transition)) => *transition,
        other => panic!("{event:?} changes nothing: {other:?}"),
    }
}

/// The order after `event`.
pub fn after(order: &Order, event: &Event, now: Timestamp) -> Order {
    transition(order, event, now).order
}
