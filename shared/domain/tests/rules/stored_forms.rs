//! Every aggregate as JSON: what is absent is left out, and what was written is read back.

use std::fmt::Debug;

use domain::{
    Language, OrderId, OrderKey, Timestamp,
    admin::{Actor, AdminToken, AuditEntry, Role},
    change::{DataWish, Switch, TimeWish, Wish},
    conversation::{Awaiting, Conversation},
    discount::{Benefit, DiscountCode},
    order::{Event, Order, OrderStatus, UnappliedReason},
    payment::{Gateway, Payment, PaymentStatus},
    product::Product,
    referral::{Referral, attach},
    settings::Settings,
    subscription::{Reminder, Subscription},
    user::User,
};
use expect_test::{Expect, expect};
use serde::{Serialize, de::DeserializeOwned};
use ulid::Ulid;

use crate::fixtures::{
    BUYER, INVITER, LEASE_UNTIL, NOW, account, after, code, money, our_account, payment, placed, plan, product, receipt, settled_by, stars,
    user,
};

fn ulid(n: u128) -> Ulid {
    Ulid::from_parts(1_800_000_000_000, n)
}

/// The JSON of `value` is `want`, and reads as `value`.
fn stored<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, want: &Expect) {
    want.assert_eq(&serde_json::to_string_pretty(value).unwrap());
    returns(value);
}

fn returns<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let json = serde_json::to_value(value).unwrap();
    assert_eq!(&serde_json::from_value::<T>(json.clone()).unwrap(), value, "{json}");
}

/// What a newer version of the shop adds does not stop an older one from reading.
fn tolerates_more<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let mut json = serde_json::to_value(value).unwrap();
    json["something_new"] = serde_json::json!({"a": [1]});
    assert_eq!(&serde_json::from_value::<T>(json).unwrap(), value);
}

#[test]
fn an_order_placed() {
    stored(
        &placed(false),
        &expect![[r#"
        {
          "id": {
            "buyer": 7000000001,
            "key": "01MCC5RM000000000000000001"
          },
          "status": "awaiting_payment",
          "terms": {
            "product": "gb50-30d",
            "name": "50 GB, one month",
            "price": "150000 IRT",
            "gb": 50,
            "days": 30,
            "renewal": "add"
          },
          "total": "150000 IRT",
          "inviter": 7000000002,
          "first": true,
          "panel_name": "ws_ours",
          "created_at": "2027-01-15T08:00:00.000Z",
          "expires_at": "2027-01-15T09:30:00.000Z",
          "duty": "expire",
          "due_at": "2027-01-15T09:30:00.000Z",
          "version": 1
        }"#]],
    );
}

/// An order that has been through everything, with every field there is.
fn full_order() -> Order {
    let (order, _) = placed(true).begin_attempt(Gateway::CryptoPay, money("2.80", domain::Currency::Usd), NOW).unwrap();
    let order = order.opened(1, Some("IV1".to_owned()), Some("https://pay.example/IV1".to_owned())).unwrap();
    let (order, _) = order.begin_attempt(Gateway::Card, order.total, NOW).unwrap();
    let order = order.submit_receipt(receipt(NOW)).unwrap().0.reject_receipt(2, "another amount", NOW).unwrap();
    let order = after(&order, &settled_by("charge-1"), NOW);
    let mut order = after(&after(&order, &account(our_account(), true), NOW), &Event::Refunded, NOW);
    order.work.park(NOW, "the panel does not know us");
    order.work.tries = 3;
    order
}

#[test]
fn an_order_with_everything() {
    stored(
        &full_order(),
        &expect![[r#"
        {
          "id": {
            "buyer": 7000000001,
            "key": "01MCC5RM000000000000000001"
          },
          "status": "refunded",
          "terms": {
            "product": "gb50-30d",
            "name": "50 GB, one month",
            "price": "150000 IRT",
            "gb": 50,
            "days": 30,
            "renewal": "add"
          },
          "total": "140000 IRT",
          "discount": {
            "code": "SPRING10",
            "off": "10000 IRT",
            "held": true
          },
          "inviter": 7000000002,
          "first": true,
          "attempts": [
            {
              "number": 1,
              "gateway": "crypto-pay",
              "quote": "2.80 USD",
              "at": "2027-01-15T08:00:00.000Z",
              "reference": "IV1",
              "url": "https://pay.example/IV1"
            },
            {
              "number": 2,
              "gateway": "card",
              "quote": "140000 IRT",
              "at": "2027-01-15T08:00:00.000Z",
              "receipt": {
                "file_id": "AgACAgQ",
                "at": "2027-01-15T08:00:00.000Z",
                "rejected": "another amount"
              }
            }
          ],
          "panel_name": "ws_ours",
          "payment": "telegram-stars#charge-1",
          "created_at": "2027-01-15T08:00:00.000Z",
          "expires_at": "2027-01-15T09:30:00.000Z",
          "paid_at": "2027-01-15T08:00:00.000Z",
          "provisioned_at": "2027-01-15T08:00:00.000Z",
          "delivered_at": "2027-01-15T08:00:00.000Z",
          "ended_at": "2027-01-15T08:00:00.000Z",
          "duty": "revoke",
          "due_at": "2027-01-15T08:00:00.000Z",
          "fence": 1,
          "tries": 3,
          "parked": "the panel does not know us",
          "version": 1
        }"#]],
    );
}

#[test]
fn every_status_of_an_order_returns() {
    for status in OrderStatus::ALL {
        assert_eq!(serde_json::to_value(status).unwrap(), status.name());
        for order in [placed(false), placed(true), full_order()] {
            returns(&Order { status, ..order });
        }
    }
    let prize = Order { id: OrderId::new(user(INVITER), OrderKey::Prize(user(BUYER))), ..placed(false) };
    returns(&prize);
}

fn unapplied() -> Payment {
    let mut payment = Payment {
        id: payment(Gateway::TelegramStars, "charge-1"),
        amount: Some(stars(150)),
        order: Some(placed(false).id),
        payer: Some(user(BUYER)),
        settled_at: NOW,
        status: PaymentStatus::Unapplied,
        reason: Some(UnappliedReason::PaidTwice),
        approved_by: Some("telegram:7".to_owned()),
        credit: None,
        work: Default::default(),
        version: 1,
    };
    payment.work.owe_and_take(domain::duty::Duty::Refund, LEASE_UNTIL);
    payment
}

#[test]
fn a_payment() {
    stored(
        &unapplied(),
        &expect![[r#"
        {
          "id": "telegram-stars#charge-1",
          "amount": {
            "amount": "150",
            "currency": "XTR"
          },
          "order": {
            "buyer": 7000000001,
            "key": "01MCC5RM000000000000000001"
          },
          "payer": 7000000001,
          "settled_at": "2027-01-15T08:00:00.000Z",
          "status": "unapplied",
          "reason": "paid_twice",
          "approved_by": "telegram:7",
          "duty": "refund",
          "due_at": "2027-01-15T08:01:30.000Z",
          "fence": 1,
          "tries": 1,
          "version": 1
        }"#]],
    );
    let mut least = Payment { amount: None, order: None, payer: None, reason: None, approved_by: None, ..unapplied() };
    least.work = Default::default();
    stored(
        &least,
        &expect![[r#"
        {
          "id": "telegram-stars#charge-1",
          "amount": null,
          "settled_at": "2027-01-15T08:00:00.000Z",
          "status": "unapplied",
          "version": 1
        }"#]],
    );
    let credited = Payment { status: PaymentStatus::Credited, credit: "WAVE-CREDIT".parse().ok(), ..least.clone() };
    stored(
        &credited,
        &expect![[r#"
            {
              "id": "telegram-stars#charge-1",
              "amount": null,
              "settled_at": "2027-01-15T08:00:00.000Z",
              "status": "credited",
              "credit": "WAVE-CREDIT",
              "version": 1
            }"#]],
    );
    for status in PaymentStatus::ALL {
        assert_eq!(serde_json::to_value(status).unwrap(), status.name());
        returns(&Payment { status, ..unapplied() });
    }
}

#[test]
fn a_product() {
    stored(
        &product(),
        &expect![[r#"
        {
          "id": "gb50-30d",
          "name": "50 GB, one month",
          "price": {
            "amount": "150000",
            "currency": "IRT"
          },
          "prices": {
            "USD": {
              "amount": "2.99",
              "currency": "USD"
            },
            "XTR": {
              "amount": "150",
              "currency": "XTR"
            }
          },
          "data_limit_gb": 50,
          "duration_days": 30,
          "renewal_policy": "add",
          "active": true,
          "position": 1,
          "created_at": "2027-01-15T08:00:00.000Z",
          "updated_at": "2027-01-15T08:00:00.000Z",
          "version": 1
        }"#]],
    );
    let unlimited = Product { prices: [].into(), data_limit_gb: None, duration_days: None, ..product() };
    stored(
        &unlimited,
        &expect![[r#"
        {
          "id": "gb50-30d",
          "name": "50 GB, one month",
          "price": {
            "amount": "150000",
            "currency": "IRT"
          },
          "renewal_policy": "add",
          "active": true,
          "position": 1,
          "created_at": "2027-01-15T08:00:00.000Z",
          "updated_at": "2027-01-15T08:00:00.000Z",
          "version": 1
        }"#]],
    );
}

#[test]
fn a_discount_code() {
    stored(
        &code(),
        &expect![[r#"
        {
          "name": "SPRING10",
          "benefit": {
            "amount": {
              "amount": "10000",
              "currency": "IRT"
            }
          },
          "active": true,
          "times_used": 0,
          "late_uses": 0,
          "created_at": "2027-01-15T08:00:00.000Z",
          "version": 1
        }"#]],
    );
    let full = DiscountCode {
        benefit: Benefit::Percent("12.5".parse().unwrap()),
        valid_from: Some(NOW),
        valid_to: Some(LEASE_UNTIL),
        use_limit: Some(100),
        per_user_limit: Some(1),
        times_used: 3,
        late_uses: 1,
        products: vec![plan("gb50-30d")],
        first_purchase_only: true,
        minimum: Some(crate::fixtures::toman(50_000)),
        ..code()
    };
    stored(
        &full,
        &expect![[r#"
        {
          "name": "SPRING10",
          "benefit": {
            "percent": "12.5"
          },
          "active": true,
          "valid_from": "2027-01-15T08:00:00.000Z",
          "valid_to": "2027-01-15T08:01:30.000Z",
          "use_limit": 100,
          "per_user_limit": 1,
          "times_used": 3,
          "late_uses": 1,
          "products": [
            "gb50-30d"
          ],
          "first_purchase_only": true,
          "minimum": {
            "amount": "50000",
            "currency": "IRT"
          },
          "created_at": "2027-01-15T08:00:00.000Z",
          "version": 1
        }"#]],
    );
}

fn customer() -> User {
    User::join(user(BUYER), "Zoe", None, Language::Persian, None, NOW)
}

#[test]
fn a_user() {
    stored(
        &customer(),
        &expect![[r#"
        {
          "id": 7000000001,
          "first_name": "Zoe",
          "language": "fa",
          "status": "new",
          "invited": 0,
          "qualified": 0,
          "granted": 0,
          "joined_at": "2027-01-15T08:00:00.000Z",
          "version": 1
        }"#]],
    );
    let full = User {
        username: Some("zoe".to_owned()),
        banned_at: Some(NOW),
        unreachable_at: Some(NOW),
        invited_by: Some(user(INVITER)),
        first_paid_at: Some(NOW),
        trial_at: Some(NOW),
        ..customer()
    };
    stored(
        &full,
        &expect![[r#"
        {
          "id": 7000000001,
          "first_name": "Zoe",
          "username": "zoe",
          "language": "fa",
          "status": "new",
          "banned_at": "2027-01-15T08:00:00.000Z",
          "unreachable_at": "2027-01-15T08:00:00.000Z",
          "invited_by": 7000000002,
          "first_paid_at": "2027-01-15T08:00:00.000Z",
          "trial_at": "2027-01-15T08:00:00.000Z",
          "invited": 0,
          "qualified": 0,
          "granted": 0,
          "joined_at": "2027-01-15T08:00:00.000Z",
          "version": 1
        }"#]],
    );
}

fn referral() -> Referral {
    attach(user(INVITER), user(BUYER), NOW).unwrap()
}

#[test]
fn a_referral() {
    stored(
        &referral(),
        &expect![[r#"
        {
          "inviter": 7000000002,
          "invitee": 7000000001,
          "state": "attached",
          "attached_at": "2027-01-15T08:00:00.000Z",
          "version": 1
        }"#]],
    );
    let qualified = referral().qualify(OrderKey::Ulid(ulid(1)), NOW).unwrap();
    stored(
        &qualified,
        &expect![[r#"
        {
          "inviter": 7000000002,
          "invitee": 7000000001,
          "state": "qualified",
          "attached_at": "2027-01-15T08:00:00.000Z",
          "order": "01MCC5RM000000000000000001",
          "qualified_at": "2027-01-15T08:00:00.000Z",
          "duty": "reward",
          "due_at": "2027-01-15T08:00:00.000Z",
          "version": 1
        }"#]],
    );
    returns(&qualified.grant(NOW).unwrap());
}

#[test]
fn a_subscription() {
    let full = Subscription {
        order: placed(false).id,
        name: our_account(),
        title: "50 GB, one month".to_owned(),
        data_limit: Some(53_687_091_200),
        duration_days: Some(30),
        link: "https://panel.example/sub/token".to_owned(),
        created_at: NOW,
        revoked_at: Some(NOW),
        ..Subscription::of(&placed(false), String::new(), NOW)
    };
    stored(
        &full,
        &expect![[r#"
            {
              "order": {
                "buyer": 7000000001,
                "key": "01MCC5RM000000000000000001"
              },
              "name": "ws_ours",
              "title": "50 GB, one month",
              "data_limit": 53687091200,
              "duration_days": 30,
              "link": "https://panel.example/sub/token",
              "created_at": "2027-01-15T08:00:00.000Z",
              "product": "gb50-30d",
              "revoked_at": "2027-01-15T08:00:00.000Z",
              "duty": "remind",
              "due_at": "2027-01-16T08:00:00.000Z",
              "version": 1
            }"#]],
    );
    let mut reminded = Subscription { reminded: vec![Reminder::DaysLeft(3), Reminder::DataLeft(20)], ..full.clone() };
    reminded.reminded.extend([Reminder::Ended, Reminder::WinBack]);
    reminded.ended_at = Some(NOW);
    let json = serde_json::to_value(&reminded).unwrap();
    assert_eq!(json["reminded"], serde_json::json!([{ "days_left": 3 }, { "data_left": 20 }, "ended", "win_back"]));
    assert_eq!(json["ended_at"], "2027-01-15T08:00:00.000Z");
    returns(&reminded);
    let mut wished = full.clone();
    wished.ask_change(Wish { data: Some(DataWish::Bytes(9)), time: Some(TimeWish::Until(NOW)), switch: Some(Switch::On) }, NOW);
    wished.disabled_at = Some(NOW);
    let json = serde_json::to_value(&wished).unwrap();
    let wish = serde_json::json!({ "data": { "bytes": 9 }, "time": { "until": "2027-01-15T08:00:00.000Z" }, "switch": "on" });
    assert_eq!((&json["wish"], &json["duty"], &json["disabled_at"]), (&wish, &"change".into(), &"2027-01-15T08:00:00.000Z".into()));
    returns(&wished);
    let other = Wish { data: Some(DataWish::Unlimited), time: Some(TimeWish::Unlimited), switch: Some(Switch::Off) };
    assert_eq!(serde_json::to_value(other).unwrap(), serde_json::json!({ "data": "unlimited", "time": "unlimited", "switch": "off" }));
    let least = Subscription { data_limit: None, duration_days: None, revoked_at: None, ..full.clone() };
    let json = serde_json::to_value(&least).unwrap();
    assert!(["data_limit", "duration_days", "revoked_at"].iter().all(|absent| json.get(absent).is_none()));
    returns(&least);
}

#[test]
fn the_settings() {
    stored(
        &Settings::initial(),
        &expect![[r#"
            {
              "base_currency": "IRT",
              "order_window_minutes": 60,
              "max_open_orders": 3,
              "trial": {
                "data_limit_mb": 200,
                "duration_days": 1
              },
              "referral_reward": {
                "data_limit_gb": 10,
                "duration_days": 31
              },
              "welcome_bonus": null,
              "reminders": {
                "days_left": [
                  3,
                  1
                ],
                "data_left_percent": [
                  20,
                  5
                ],
                "ended": true,
                "win_back": {
                  "after_days": 3
                }
              },
              "support_username": null,
              "support_relay": true,
              "gifts": true,
              "recurring_stars": true,
              "channels": [],
              "terms_of_use": null,
              "invite_only": false,
              "maintenance": false,
              "rates": {},
              "gateway_limits": {},
              "cards": [],
              "utc_offset": "+03:30",
              "daily_summary": true,
              "paid_order_notices": true,
              "updated_at": "1970-01-01T00:00:00.000Z",
              "version": 0
            }"#]],
    );
    returns(&Settings { referral_reward: None, support_username: Some("help".to_owned()), ..Settings::initial() });
}

#[test]
fn a_conversation() {
    let awaiting = Awaiting::DiscountCode { product: plan("gb50-30d"), order: OrderKey::Ulid(ulid(1)), extends: None, gift: false };
    stored(
        &Conversation::new(user(BUYER), awaiting, NOW),
        &expect![[r#"
            {
              "user": 7000000001,
              "awaiting": {
                "discount_code": {
                  "product": "gb50-30d",
                  "order": "01MCC5RM000000000000000001"
                }
              },
              "until": "2027-01-15T08:30:00.000Z"
            }"#]],
    );
    let begun = Awaiting::SupportMessage { header: None, album: None };
    stored(
        &Conversation::new(user(BUYER), begun, NOW),
        &expect![[r#"
            {
              "user": 7000000001,
              "awaiting": {
                "support_message": {}
              },
              "until": "2027-01-15T08:30:00.000Z"
            }"#]],
    );
    let going_on = Awaiting::SupportMessage { header: Some(4_242), album: Some("13000000001".to_owned()) };
    stored(
        &Conversation::new(user(BUYER), going_on, NOW),
        &expect![[r#"
            {
              "user": 7000000001,
              "awaiting": {
                "support_message": {
                  "header": 4242,
                  "album": "13000000001"
                }
              },
              "until": "2027-01-15T08:30:00.000Z"
            }"#]],
    );
}

#[test]
fn admin_tokens_and_audit_entries() {
    let token = AdminToken {
        id: ulid(1).to_string().parse().unwrap(),
        hash: "ab".repeat(32),
        name: "console".to_owned(),
        role: Role::Owner,
        created_at: NOW,
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
        last_used_from: None,
        scope: Vec::new(),
        version: 1,
    };
    stored(
        &token,
        &expect![[r#"
        {
          "id": "01MCC5RM000000000000000001",
          "hash": "abababababababababababababababababababababababababababababababab",
          "name": "console",
          "role": "owner",
          "created_at": "2027-01-15T08:00:00.000Z",
          "version": 1
        }"#]],
    );
    returns(&AdminToken { expires_at: Some(NOW), revoked_at: Some(NOW), ..token.clone() });
    let entry = |actor| AuditEntry {
        id: ulid(2).to_string().parse().unwrap(),
        at: NOW,
        actor,
        action: "ban".to_owned(),
        entity: "user".to_owned(),
        entity_id: "7".to_owned(),
        before: None,
        after: Some("{\"banned\":true}".to_owned()),
    };
    stored(
        &entry(Actor::Telegram(user(BUYER))),
        &expect![[r#"
        {
          "id": "01MCC5RM000000000000000002",
          "at": "2027-01-15T08:00:00.000Z",
          "actor": {
            "telegram": 7000000001
          },
          "action": "ban",
          "entity": "user",
          "entity_id": "7",
          "after": "{\"banned\":true}"
        }"#]],
    );
    for (actor, text) in [
        (Actor::Bootstrap, "bootstrap".to_owned()),
        (Actor::Token(token.id), format!("token:{}", token.id)),
        (Actor::Telegram(user(7)), "telegram:7".to_owned()),
    ] {
        assert_eq!(actor.to_string(), text);
        returns(&entry(actor));
    }
}

#[test]
fn an_older_shop_reads_what_a_newer_one_wrote() {
    tolerates_more(&placed(true));
    tolerates_more(&full_order());
    tolerates_more(&unapplied());
    tolerates_more(&product());
    tolerates_more(&code());
    tolerates_more(&customer());
    tolerates_more(&referral());
    tolerates_more(&Settings::initial());
}

#[test]
fn what_breaks_a_rule_is_not_read() {
    let mut order = serde_json::to_value(placed(false)).unwrap();
    for (field, bad) in [
        ("status", serde_json::json!("lost")),
        ("total", serde_json::json!({"amount": "-1", "currency": "IRT"})),
        ("total", serde_json::json!({"amount": "1.5", "currency": "IRT"})),
        ("total", serde_json::json!({"amount": 1, "currency": "IRT"})),
        ("total", serde_json::json!({"amount": "1", "currency": "XTS"})),
        ("panel_name", serde_json::json!("a/b")),
        ("expires_at", serde_json::json!("tomorrow")),
        ("id", serde_json::json!({"buyer": -1, "key": ulid(1).to_string()})),
        ("id", serde_json::json!({"buyer": 1, "key": ulid(1).to_string().to_lowercase()})),
    ] {
        let good = std::mem::replace(&mut order[field], bad);
        assert!(serde_json::from_value::<Order>(order.clone()).is_err(), "{field}: {}", order[field]);
        order[field] = good;
    }
    assert!(serde_json::from_value::<Order>(order).is_ok());
    assert!(serde_json::from_str::<Timestamp>("1800000000").is_err(), "a time is a text");
}
