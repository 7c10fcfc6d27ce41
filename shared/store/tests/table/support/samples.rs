//! One of everything, with the longest values that are common.

use std::collections::BTreeMap;

use domain::{
    AdminTokenId, AuditEntryId, Currency, DiscountCodeName, Language, Money, OrderId, OrderKey, ProductId, TelegramUserId, Timestamp,
    admin::{Actor, AdminToken, AuditEntry, Role},
    conversation::{Awaiting, Conversation},
    discount::{Benefit, DiscountCode},
    duty::{LEASE, Work},
    order::{Decision, Event, NewOrder, Order, OrderDiscount, Receipt, Transition, decide},
    payment::{Gateway, Payment, PaymentId, PaymentStatus},
    product::{Product, ProductKind, RenewalPolicy},
    referral::{Referral, attach},
    settings::Settings,
    stats::DayCount,
    subscription::Subscription,
    time::{Offset, Span},
    user::User,
};
use store::{AdminSession, AdoptedAccount, CardAmount, IdempotencyRecord, SupportLetter};
use ulid::Ulid;

/// The 22nd of November 2026, noon.
pub fn now() -> Timestamp {
    Timestamp::from_seconds(1_795_348_800)
}

pub fn minutes(n: u32) -> Timestamp {
    now().plus(Span::minutes(n))
}

pub fn id(n: i64) -> TelegramUserId {
    TelegramUserId::new(7_000_000_000 + n).unwrap()
}

pub fn ulid(n: u32) -> Ulid {
    Ulid::from_parts(u64::try_from(now().millis()).unwrap() + u64::from(n), 0x5EED)
}

pub fn order_id(buyer: i64, n: u32) -> OrderId {
    OrderId::new(id(buyer), OrderKey::Ulid(ulid(n)))
}

pub fn code_name() -> DiscountCodeName {
    "SPRING-FESTIVAL-2026".parse().unwrap()
}

pub fn toman(amount: u32) -> Money {
    Money::whole(amount, Currency::Irt)
}

pub fn user(n: i64) -> User {
    User::join(id(n), "Мария", Some("maria_vpn"), Language::Russian, None, now())
}

pub fn conversation(n: i64) -> Conversation {
    Conversation::new(
        id(n),
        Awaiting::DiscountCode { product: product().id, order: OrderKey::Ulid(ulid(1)), extends: None, gift: false },
        now(),
    )
}

pub fn product() -> Product {
    Product {
        id: "gb50-30d".parse().unwrap(),
        kind: ProductKind::Plan,
        name: "۵۰ گیگابایت، ۳۰ روز".into(),
        price: toman(150_000),
        prices: BTreeMap::from([(Currency::Xtr, Money::whole(150, Currency::Xtr)), (Currency::Usdt, Money::whole(3, Currency::Usdt))]),
        data_limit_gb: Some(50),
        duration_days: Some(30),
        renewal_policy: RenewalPolicy::Add,
        active: true,
        position: 10,
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

pub fn product_named(name: &str, position: u16) -> Product {
    let id: ProductId = name.parse().unwrap();
    Product { id, position, ..product() }
}

/// A code with every term set, and ample uses.
pub fn code() -> DiscountCode {
    DiscountCode {
        name: code_name(),
        benefit: Benefit::Percent("12.5".parse().unwrap()),
        active: true,
        valid_from: Some(now()),
        valid_to: Some(now().plus(Span::days(30))),
        use_limit: Some(100),
        per_user_limit: Some(1),
        times_used: 0,
        late_uses: 0,
        products: vec![product().id],
        first_purchase_only: true,
        minimum: Some(toman(10_000)),
        owner: Some(id(1)),
        created_at: now(),
        version: 1,
    }
}

/// A code without any limit.
pub fn open_code() -> DiscountCode {
    DiscountCode {
        valid_from: None,
        valid_to: None,
        use_limit: None,
        per_user_limit: None,
        products: Vec::new(),
        first_purchase_only: false,
        minimum: None,
        owner: None,
        ..code()
    }
}

/// An order that waits for its money, placed without a code.
pub fn order(buyer: i64, n: u32) -> Order {
    placed(buyer, n, None)
}

/// The same with a use of [`code`].
pub fn discounted_order(buyer: i64, n: u32) -> Order {
    placed(buyer, n, Some(OrderDiscount { code: code_name(), off: toman(18_750), held: true }))
}

fn placed(buyer: i64, n: u32, discount: Option<OrderDiscount>) -> Order {
    let new = NewOrder {
        id: order_id(buyer, n),
        terms: product().terms(),
        total: toman(131_250),
        discount,
        inviter: Some(id(99)),
        first_purchase: true,
        extends: None,
        gift: false,
        screen: Some(1_234_567),
        panel_name: "mfrggzdfmztwq2lknnwg23tpoe".parse().unwrap(),
        window: Span::minutes(60),
    };
    let at = Timestamp::from_millis(now().millis() + i64::from(n));
    Order::place(new, at, at.plus(LEASE))
}

/// What an order looks like at the end of the longest common way: discounted, paid by card, approved, provisioned, delivered.
pub fn finished_order() -> Order {
    let attempted = with_attempt(&discounted_order(1, 1));
    let (receipted, _) = attempted.submit_receipt(receipt()).unwrap();
    let paid = next(&receipted, &Event::PaymentSettled { payment: payment_id(1), lease_until: now().plus(LEASE) });
    next(&paid, &Event::Provisioned { name: paid.panel_name.clone(), delivered: true })
}

/// The order with an attempt to pay it by card.
pub fn with_attempt(order: &Order) -> Order {
    let (begun, number) = order.begin_attempt(Gateway::Card, order.total, order.created_at).unwrap();
    begun.opened(number, None, None).unwrap()
}

pub fn receipt() -> Receipt {
    let file_id = "AgACAgQAAxkBAAIBTGaY3vXv1q0mN8pZr4kT2wYbHc9dAAKVvjEbSx7IUJ3lQeR5mFfWAQADAgADeQADNQQ".to_owned();
    Receipt { file_id, document: false, submitted_at: now().plus(Span::minutes(7)), nth: 1, seen_in: None, rejected: None }
}

/// The state to which `event` leads.
pub fn next(order: &Order, event: &Event) -> Order {
    transition(order, event).order
}

pub fn transition(order: &Order, event: &Event) -> Transition {
    match decide(order, event, now().plus(Span::minutes(9))).unwrap() {
        Decision::Change(transition) => *transition,
        other => panic!("no change: {other:?}"),
    }
}

pub fn payment_id(n: u32) -> PaymentId {
    // A card payment is named by its order's public reference: 45 characters.
    PaymentId::new(Gateway::Card, format!("{n:A>45}")).unwrap()
}

pub fn payment(n: u32, order: OrderId) -> Payment {
    Payment {
        id: payment_id(n),
        amount: Some(toman(131_250)),
        order: Some(order),
        payer: Some(order.buyer),
        settled_at: Timestamp::from_millis(now().millis() + i64::from(n)),
        status: PaymentStatus::Applied,
        reason: None,
        approved_by: Some(Actor::Telegram(id(500)).to_string()),
        credit: None,
        work: Work::default(),
        version: 1,
    }
}

pub fn subscription(order: &Order) -> Subscription {
    let link = format!("https://panel.example.com/sub/{}", "d2F2ZV9zdWJzY3JpcHRpb24sMTc5NTM0ODgwMA".repeat(2));
    Subscription::of(order, link, now())
}

pub fn referral(inviter: i64, invitee: i64) -> Referral {
    attach(id(inviter), id(invitee), now()).unwrap()
}

pub fn settings() -> Settings {
    Settings { support_username: Some("wave_support".into()), updated_at: now(), version: 1, ..Settings::initial() }
}

/// A day with one of everything.
pub fn day_count() -> DayCount {
    let mut count = DayCount::new("2026-11-22".parse().unwrap(), Offset::TEHRAN);
    count.counts.user(&user(1));
    let order = discounted_order(1, 1);
    count.counts.order(&order);
    count.counts.payment(&payment(1, order.id), Some(&order));
    count.until = now();
    count
}

pub fn admin_token(n: u32) -> AdminToken {
    AdminToken {
        id: AdminTokenId::new(ulid(n)),
        hash: format!("{n:0>64x}"),
        name: "console".into(),
        role: Role::Operator,
        created_at: Timestamp::from_millis(now().millis() + i64::from(n)),
        expires_at: Some(now().plus(Span::days(90))),
        revoked_at: None,
        last_used_at: None,
        last_used_from: None,
        scope: Vec::new(),
        version: 1,
    }
}

pub fn audit_entry(n: u32) -> AuditEntry {
    AuditEntry {
        id: AuditEntryId::new(ulid(n)),
        at: Timestamp::from_millis(now().millis() + i64::from(n)),
        actor: Actor::Token(AdminTokenId::new(ulid(0))),
        action: "ban".into(),
        entity: "user".into(),
        entity_id: id(1).to_string(),
        before: Some(r#"{"banned":false}"#.into()),
        after: Some(r#"{"banned":true}"#.into()),
    }
}

pub fn card_amount(order: OrderId) -> CardAmount {
    CardAmount { card: "1234".into(), amount: toman(131_257), order }
}

pub fn adopted_account() -> AdoptedAccount {
    AdoptedAccount { name: "Old.one".parse().unwrap(), order: OrderId::new(id(1), OrderKey::Trial) }
}

pub fn support_letter() -> SupportLetter {
    SupportLetter { chat: -1_001_234_567_890, message: 4_242, customer: id(1), original: 17, until: now().plus(Span::days(60)) }
}

pub fn admin_session() -> AdminSession {
    AdminSession {
        hash: "cd".repeat(32),
        token: "ab".repeat(32),
        bootstrap: false,
        created_at: now(),
        ended_at: None,
        until: now().plus(Span::hours(12)),
    }
}

pub fn idempotency_record() -> IdempotencyRecord {
    IdempotencyRecord {
        scope: AdminTokenId::new(ulid(0)).to_string(),
        name: "9b6f1c1e-9d0e-4c5a-8a1f-3c1f0a2b4d5e".into(),
        request: "ab".repeat(32),
        status: 201,
        body: r#"{"id":"gb50-30d"}"#.into(),
        until: now().plus(Span::hours(24)),
    }
}
