//! The stored form of each entity. A change here is a change of what older and newer versions of the shop read from each other.

use std::fmt::Debug;

use domain::{
    Language,
    activity::{ActivityKind, Trace},
    admin::{AdminToken, Source, WrongTokens},
    broadcast::{Audience, Broadcast, BroadcastRun, BroadcastStatus, LinkButton, Progress},
    change::{DataWish, TimeWish, Wish},
    duty::Duty,
    guesses::Guesses,
    ids::TraceId,
    order::{Event, Order, UnappliedReason},
    payment::{Payment, PaymentStatus},
    settings::Settings,
    stats::{Begun, CountingClock, DayCount, Recount, Summary},
    time::{Offset, Span},
    user::{User, UserStatus},
};
use expect_test::{Expect, expect};
use store::{AdminSession, Entity, Write, keys};

use crate::support::{Shop, item, refused, samples::*};

const NONCE: &str = "a nonce of 26 characters..";

/// Stores the entity, compares the item with its picture, and reads the entity back.
async fn stored<E: Entity + Debug + PartialEq>(entity: &E, picture: Expect) {
    let shop = Shop::open().await;
    shop.store.commit(NONCE, vec![Write::create(entity).unwrap()]).await.unwrap();
    picture.assert_eq(&item::picture(&shop.item(&entity.key()).await.unwrap()));
    let (_, found) = refused(shop.store.commit("another", vec![Write::create(entity).unwrap()]).await);
    assert_eq!(found.unwrap().read::<E>().unwrap(), *entity);
}

#[tokio::test]
async fn a_user_who_just_came() {
    stored(
        &user(1),
        expect![[r##"
        18 attributes, 319 bytes
        PK: S "USER#7000000001"
        SK: S "#PROFILE"
        entity_type: S "user"
        first_name: S "Мария"
        granted: N 0
        id: N 7000000001
        invited: N 0
        joined_at: S "2026-11-22T12:00:00.000Z"
        language: S "ru"
        list_pk: S "USERS#2026-11"
        list_sk: S "2026-11-22T12:00:00.000Z#7000000001"
        nonce: S "a nonce of 26 characters.."
        qualified: N 0
        schema_version: N 1
        status: S "new"
        summary: M {banned: S "false", trial: S "false"}
        username: S "maria_vpn"
        version: N 1
    "##]],
    )
    .await;
}

#[tokio::test]
async fn a_user_of_many_years() {
    let user = User {
        invited_by: Some(id(99)),
        status: UserStatus::Expired,
        banned_at: Some(minutes(3)),
        unreachable_at: Some(minutes(4)),
        first_paid_at: Some(minutes(1)),
        trial_at: Some(minutes(2)),
        invited: 50_000,
        qualified: 700,
        granted: 699,
        version: 51_400,
        ..user(1)
    };
    stored(
        &user,
        expect![[r##"
        23 attributes, 504 bytes
        PK: S "USER#7000000001"
        SK: S "#PROFILE"
        banned_at: S "2026-11-22T12:03:00.000Z"
        entity_type: S "user"
        first_name: S "Мария"
        first_paid_at: S "2026-11-22T12:01:00.000Z"
        granted: N 699
        id: N 7000000001
        invited: N 50000
        invited_by: N 7000000099
        joined_at: S "2026-11-22T12:00:00.000Z"
        language: S "ru"
        list_pk: S "USERS#2026-11"
        list_sk: S "2026-11-22T12:00:00.000Z#7000000001"
        nonce: S "a nonce of 26 characters.."
        qualified: N 700
        schema_version: N 1
        status: S "expired"
        summary: M {banned: S "true", invited_by: S "7000000099", trial: S "true"}
        trial_at: S "2026-11-22T12:02:00.000Z"
        unreachable_at: S "2026-11-22T12:04:00.000Z"
        username: S "maria_vpn"
        version: N 51400
    "##]],
    )
    .await;
}

#[tokio::test]
async fn a_trace() {
    let trace = Trace {
        order: Some(order_id(1, 1).key),
        code: Some(code_name()),
        reason: Some("used_up".into()),
        left: Some(3),
        ..Trace::new(TraceId::new(ulid(7)), id(1), ActivityKind::CodeRefused, minutes(5))
    };
    stored(
        &trace,
        expect![[r#"
        16 attributes, 367 bytes
        PK: S "USER#7000000001"
        SK: S "ACTIVITY#01M81J18G70000000000000QQD"
        at: S "2026-11-22T12:05:00.000Z"
        code: S "SPRING-FESTIVAL-2026"
        entity_type: S "activity"
        id: S "01M81J18G70000000000000QQD"
        kind: S "code_refused"
        left: N 3
        list_pk: S "ACTIVITY#2026-11-22"
        list_sk: S "2026-11-22T12:05:00.000Z#01M81J18G70000000000000QQD"
        nonce: S "a nonce of 26 characters.."
        order: S "01M81J18G10000000000000QQD"
        reason: S "used_up"
        schema_version: N 1
        ttl: N 1803125100
        user: N 7000000001
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_conversation() {
    stored(
        &conversation(1),
        expect![[r##"
            9 attributes, 226 bytes
            PK: S "USER#7000000001"
            SK: S "#CONVERSATION"
            awaiting: M {discount_code: M {order: S "01M81J18G10000000000000QQD", product: S "gb50-30d"}}
            entity_type: S "conversation"
            nonce: S "a nonce of 26 characters.."
            schema_version: N 1
            ttl: N 1795350600
            until: S "2026-11-22T12:30:00.000Z"
            user: N 7000000001
        "##]],
    )
    .await;
}

#[tokio::test]
async fn an_order_that_waits_for_money() {
    stored(
        &order(1, 1),
        expect![[r#"
            21 attributes, 561 bytes
            PK: S "USER#7000000001"
            SK: S "ORDER#01M81J18G10000000000000QQD"
            created_at: S "2026-11-22T12:00:00.001Z"
            due_at: S "2026-11-22T13:00:00.001Z"
            duty: S "expire"
            entity_type: S "order"
            expires_at: S "2026-11-22T13:00:00.001Z"
            first: BOOL true
            inviter: N 7000000099
            list_pk: S "ORDERS#2026-11"
            list_sk: S "2026-11-22T12:00:00.001Z#01M81J18G10000000000000QQD"
            nonce: S "a nonce of 26 characters.."
            panel_name: S "mfrggzdfmztwq2lknnwg23tpoe"
            schema_version: N 1
            screen: N 1234567
            status: S "awaiting_payment"
            summary: M {product: S "gb50-30d"}
            terms: M {days: N 30, gb: N 50, name: S "۵۰ گیگابایت، ۳۰ روز", price: S "150000 IRT", product: S "gb50-30d", renewal: S "add"}
            total: S "131250 IRT"
            version: N 1
            work_shard: S "promise#0"
        "#]],
    )
    .await;
}

#[tokio::test]
async fn an_order_under_review() {
    let (mut order, _) = with_attempt(&discounted_order(1, 1)).submit_receipt(receipt()).unwrap();
    order.work.park(now(), "the operators' chat is gone");
    stored(&order, expect![[r#"
        24 attributes, 865 bytes
        PK: S "USER#7000000001"
        SK: S "ORDER#01M81J18G10000000000000QQD"
        attempts: L [M {at: S "2026-11-22T12:00:00.001Z", gateway: S "card", number: N 1, quote: S "131250 IRT", receipt: M {at: S "2026-11-22T12:07:00.000Z", file_id: S "AgACAgQAAxkBAAIBTGaY3vXv1q0mN8pZr4kT2wYbHc9dAAKVvjEbSx7IUJ3lQeR5mFfWAQADAgADeQADNQQ"}}]
        created_at: S "2026-11-22T12:00:00.001Z"
        discount: M {code: S "SPRING-FESTIVAL-2026", held: BOOL true, off: S "18750 IRT"}
        due_at: S "2026-11-22T12:00:00.000Z"
        duty: S "review"
        entity_type: S "order"
        expires_at: S "2026-11-22T13:00:00.001Z"
        first: BOOL true
        inviter: N 7000000099
        list_pk: S "ORDERS#2026-11"
        list_sk: S "2026-11-22T12:00:00.001Z#01M81J18G10000000000000QQD"
        nonce: S "a nonce of 26 characters.."
        panel_name: S "mfrggzdfmztwq2lknnwg23tpoe"
        parked: S "the operators' chat is gone"
        schema_version: N 1
        screen: N 1234567
        status: S "awaiting_payment"
        summary: M {method: S "card", product: S "gb50-30d"}
        terms: M {days: N 30, gb: N 50, name: S "۵۰ گیگابایت، ۳۰ روز", price: S "150000 IRT", product: S "gb50-30d", renewal: S "add"}
        total: S "131250 IRT"
        version: N 1
        work_shard: S "parked"
    "#]]).await;
}

#[tokio::test]
async fn an_order_at_the_end_of_its_way() {
    stored(&finished_order(), expect![[r#"
        25 attributes, 940 bytes
        PK: S "USER#7000000001"
        SK: S "ORDER#01M81J18G10000000000000QQD"
        attempts: L [M {at: S "2026-11-22T12:00:00.001Z", gateway: S "card", number: N 1, quote: S "131250 IRT", receipt: M {at: S "2026-11-22T12:07:00.000Z", file_id: S "AgACAgQAAxkBAAIBTGaY3vXv1q0mN8pZr4kT2wYbHc9dAAKVvjEbSx7IUJ3lQeR5mFfWAQADAgADeQADNQQ"}}]
        created_at: S "2026-11-22T12:00:00.001Z"
        delivered_at: S "2026-11-22T12:09:00.000Z"
        discount: M {code: S "SPRING-FESTIVAL-2026", held: BOOL true, off: S "18750 IRT"}
        entity_type: S "order"
        expires_at: S "2026-11-22T13:00:00.001Z"
        fence: N 1
        first: BOOL true
        inviter: N 7000000099
        list_pk: S "ORDERS#2026-11"
        list_sk: S "2026-11-22T12:00:00.001Z#01M81J18G10000000000000QQD"
        nonce: S "a nonce of 26 characters.."
        paid_at: S "2026-11-22T12:09:00.000Z"
        panel_name: S "mfrggzdfmztwq2lknnwg23tpoe"
        payment: S "card#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1"
        provisioned_at: S "2026-11-22T12:09:00.000Z"
        schema_version: N 1
        screen: N 1234567
        status: S "provisioned"
        summary: M {method: S "card", product: S "gb50-30d"}
        terms: M {days: N 30, gb: N 50, name: S "۵۰ گیگابایت، ۳۰ روز", price: S "150000 IRT", product: S "gb50-30d", renewal: S "add"}
        total: S "131250 IRT"
        version: N 1
    "#]]).await;
}

#[tokio::test]
async fn a_payment_that_pays_an_order() {
    stored(
        &payment(1, order_id(1, 1)),
        expect![[r#"
        16 attributes, 511 bytes
        PK: S "PAYMENT#card#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1"
        SK: S "PAYMENT"
        amount: M {amount: S "131250", currency: S "IRT"}
        approved_by: S "telegram:7000000500"
        entity_type: S "payment"
        id: S "card#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1"
        list_pk: S "PAYMENTS#2026-11"
        list_sk: S "2026-11-22T12:00:00.001Z#card#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1"
        nonce: S "a nonce of 26 characters.."
        order: M {buyer: N 7000000001, key: S "01M81J18G10000000000000QQD"}
        payer: N 7000000001
        schema_version: N 1
        settled_at: S "2026-11-22T12:00:00.001Z"
        status: S "applied"
        summary: M {method: S "card", user_id: S "7000000001"}
        version: N 1
    "#]],
    )
    .await;
}

#[tokio::test]
async fn money_without_an_order() {
    let mut payment = Payment {
        order: None,
        payer: None,
        status: PaymentStatus::Unapplied,
        reason: Some(UnappliedReason::UnknownOrder),
        approved_by: None,
        credit: None,
        ..payment(1, order_id(1, 1))
    };
    payment.work.owe(Duty::Alert, now());
    stored(
        &payment,
        expect![[r#"
            17 attributes, 481 bytes
            PK: S "PAYMENT#card#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1"
            SK: S "PAYMENT"
            amount: M {amount: S "131250", currency: S "IRT"}
            due_at: S "2026-11-22T12:00:00.000Z"
            duty: S "alert"
            entity_type: S "payment"
            id: S "card#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1"
            list_pk: S "PAYMENTS#2026-11"
            list_sk: S "2026-11-22T12:00:00.001Z#card#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1"
            nonce: S "a nonce of 26 characters.."
            reason: S "unknown_order"
            schema_version: N 1
            settled_at: S "2026-11-22T12:00:00.001Z"
            status: S "unapplied"
            summary: M {method: S "card"}
            version: N 1
            work_shard: S "unapplied"
        "#]],
    )
    .await;
    payment.work.clear();
    stored(
        &payment,
        expect![[r#"
        16 attributes, 473 bytes
        PK: S "PAYMENT#card#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1"
        SK: S "PAYMENT"
        amount: M {amount: S "131250", currency: S "IRT"}
        due_at: S "~2026-11-22T12:00:00.001Z"
        entity_type: S "payment"
        id: S "card#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1"
        list_pk: S "PAYMENTS#2026-11"
        list_sk: S "2026-11-22T12:00:00.001Z#card#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1"
        nonce: S "a nonce of 26 characters.."
        reason: S "unknown_order"
        schema_version: N 1
        settled_at: S "2026-11-22T12:00:00.001Z"
        status: S "unapplied"
        summary: M {method: S "card"}
        version: N 1
        work_shard: S "unapplied"
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_product() {
    stored(
        &product(),
        expect![[r#"
        17 attributes, 385 bytes
        PK: S "CATALOG"
        SK: S "PRODUCT#gb50-30d"
        active: BOOL true
        created_at: S "2026-11-22T12:00:00.000Z"
        data_limit_gb: N 50
        duration_days: N 30
        entity_type: S "product"
        id: S "gb50-30d"
        name: S "۵۰ گیگابایت، ۳۰ روز"
        nonce: S "a nonce of 26 characters.."
        position: N 10
        price: M {amount: S "150000", currency: S "IRT"}
        prices: M {USDT: M {amount: S "3.00", currency: S "USDT"}, XTR: M {amount: S "150", currency: S "XTR"}}
        renewal_policy: S "add"
        schema_version: N 1
        updated_at: S "2026-11-22T12:00:00.000Z"
        version: N 1
    "#]],
    )
    .await;
}

#[tokio::test]
async fn the_settings() {
    stored(
        &settings(),
        expect![[r#"
            28 attributes, 569 bytes
            PK: S "SETTINGS"
            SK: S "SHOP"
            base_currency: S "IRT"
            cards: L []
            channels: L []
            daily_summary: BOOL true
            entity_type: S "settings"
            gateway_limits: M {}
            gifts: BOOL true
            invite_only: BOOL false
            maintenance: BOOL false
            max_open_orders: N 3
            nonce: S "a nonce of 26 characters.."
            order_window_minutes: N 60
            paid_order_notices: BOOL true
            rates: M {}
            recurring_stars: BOOL true
            referral_reward: M {data_limit_gb: N 10, duration_days: N 31}
            reminders: M {data_left_percent: L [N 20, N 5], days_left: L [N 3, N 1], ended: BOOL true, win_back: M {after_days: N 3}}
            schema_version: N 1
            support_relay: BOOL true
            support_username: S "wave_support"
            terms_of_use: NULL
            trial: M {data_limit_mb: N 200, duration_days: N 1}
            updated_at: S "2026-11-22T12:00:00.000Z"
            utc_offset: S "+03:30"
            version: N 1
            welcome_bonus: NULL
        "#]],
    )
    .await;
    stored(
        &Settings::initial(),
        expect![[r#"
            28 attributes, 558 bytes
            PK: S "SETTINGS"
            SK: S "SHOP"
            base_currency: S "IRT"
            cards: L []
            channels: L []
            daily_summary: BOOL true
            entity_type: S "settings"
            gateway_limits: M {}
            gifts: BOOL true
            invite_only: BOOL false
            maintenance: BOOL false
            max_open_orders: N 3
            nonce: S "a nonce of 26 characters.."
            order_window_minutes: N 60
            paid_order_notices: BOOL true
            rates: M {}
            recurring_stars: BOOL true
            referral_reward: M {data_limit_gb: N 10, duration_days: N 31}
            reminders: M {data_left_percent: L [N 20, N 5], days_left: L [N 3, N 1], ended: BOOL true, win_back: M {after_days: N 3}}
            schema_version: N 1
            support_relay: BOOL true
            support_username: NULL
            terms_of_use: NULL
            trial: M {data_limit_mb: N 200, duration_days: N 1}
            updated_at: S "1970-01-01T00:00:00.000Z"
            utc_offset: S "+03:30"
            version: N 0
            welcome_bonus: NULL
        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_discount_code() {
    stored(
        &code(),
        expect![[r#"
            23 attributes, 499 bytes
            PK: S "DISCOUNT#SPRING-FESTIVAL-2026"
            SK: S "DISCOUNT"
            active: BOOL true
            benefit: M {percent: S "12.5"}
            created_at: S "2026-11-22T12:00:00.000Z"
            entity_type: S "discount_code"
            first_purchase_only: BOOL true
            late_uses: N 0
            list_pk: S "DISCOUNTS"
            list_sk: S "2026-11-22T12:00:00.000Z#SPRING-FESTIVAL-2026"
            minimum: M {amount: S "10000", currency: S "IRT"}
            name: S "SPRING-FESTIVAL-2026"
            nonce: S "a nonce of 26 characters.."
            owner: N 7000000001
            per_user_limit: N 1
            products: L [S "gb50-30d"]
            schema_version: N 1
            summary: M {active: S "true"}
            times_used: N 0
            use_limit: N 100
            valid_from: S "2026-11-22T12:00:00.000Z"
            valid_to: S "2026-12-22T12:00:00.000Z"
            version: N 1
        "#]],
    )
    .await;
    stored(
        &open_code(),
        expect![[r#"
        15 attributes, 320 bytes
        PK: S "DISCOUNT#SPRING-FESTIVAL-2026"
        SK: S "DISCOUNT"
        active: BOOL true
        benefit: M {percent: S "12.5"}
        created_at: S "2026-11-22T12:00:00.000Z"
        entity_type: S "discount_code"
        late_uses: N 0
        list_pk: S "DISCOUNTS"
        list_sk: S "2026-11-22T12:00:00.000Z#SPRING-FESTIVAL-2026"
        name: S "SPRING-FESTIVAL-2026"
        nonce: S "a nonce of 26 characters.."
        schema_version: N 1
        summary: M {active: S "true"}
        times_used: N 0
        version: N 1
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_redemption() {
    let shop = Shop::open().await;
    let held = |n| vec![Write::hold_redemption(&code_name(), order_id(1, n), Some(2))];
    shop.store.commit("first", held(1)).await.unwrap();
    shop.store.commit(NONCE, held(2)).await.unwrap();
    let item = shop.item(&keys::redemption(&code_name(), id(1))).await.unwrap();
    expect![[r#"
        6 attributes, 180 bytes
        PK: S "DISCOUNT#SPRING-FESTIVAL-2026"
        SK: S "REDEMPTION#7000000001"
        entity_type: S "redemption"
        nonce: S "a nonce of 26 characters.."
        orders: SS ["01M81J18G10000000000000QQD", "01M81J18G20000000000000QQD"]
        schema_version: N 1
    "#]]
    .assert_eq(&item::picture(&item));
}

#[tokio::test]
async fn a_broadcast_and_how_far_it_is() {
    let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
    let broadcast = Broadcast {
        id,
        name: "Nowruz".into(),
        texts: [(Language::English, "<b>Happy Nowruz!</b>".to_owned())].into(),
        picture: Some("https://shop.example/nowruz.jpg".into()),
        button: Some(LinkButton { text: "Open".into(), url: "https://t.me/shop_bot".into() }),
        audience: Audience::Plan("gb50-30d".parse().unwrap()),
        status: BroadcastStatus::Scheduled,
        created_at: now(),
        start_at: Some(now()),
        ended_at: None,
        progress: Progress::default(),
        version: 1,
    };
    stored(
        &broadcast,
        expect![[r#"
        18 attributes, 477 bytes
        PK: S "BROADCAST#01ARZ3NDEKTSV4RRFFQ69G5FAV"
        SK: S "BROADCAST"
        audience: M {plan: S "gb50-30d"}
        button: M {text: S "Open", url: S "https://t.me/shop_bot"}
        created_at: S "2026-11-22T12:00:00.000Z"
        entity_type: S "broadcast"
        id: S "01ARZ3NDEKTSV4RRFFQ69G5FAV"
        list_pk: S "BROADCASTS"
        list_sk: S "01ARZ3NDEKTSV4RRFFQ69G5FAV"
        name: S "Nowruz"
        nonce: S "a nonce of 26 characters.."
        picture: S "https://shop.example/nowruz.jpg"
        progress: M {blocked: N 0, failed: N 0, sent: N 0, unknown: N 0}
        schema_version: N 1
        start_at: S "2026-11-22T12:00:00.000Z"
        status: S "scheduled"
        texts: M {en: S "<b>Happy Nowruz!</b>"}
        version: N 1
    "#]],
    )
    .await;
    let mut run = BroadcastRun::new(id, now());
    stored(
        &run,
        expect![[r#"
        15 attributes, 330 bytes
        PK: S "BROADCASTING"
        SK: S "01ARZ3NDEKTSV4RRFFQ69G5FAV"
        batch: L []
        entity_type: S "broadcast_run"
        id: S "01ARZ3NDEKTSV4RRFFQ69G5FAV"
        in_flight: BOOL false
        joined_until: S "2026-11-22T12:00:00.000Z"
        lease_until: S "1970-01-01T00:00:00.000Z"
        met: N 0
        nonce: S "a nonce of 26 characters.."
        paused: BOOL false
        progress: M {blocked: N 0, failed: N 0, sent: N 0, unknown: N 0}
        schema_version: N 1
        start_at: S "2026-11-22T12:00:00.000Z"
        version: N 1
    "#]],
    )
    .await;
    run.take(now());
    (run.place, run.batch, run.in_flight) = (Some("eyJwIjoiVSJ9".into()), vec![user(1).id, user(2).id], true);
    stored(
        &run,
        expect![[r#"
        16 attributes, 361 bytes
        PK: S "BROADCASTING"
        SK: S "01ARZ3NDEKTSV4RRFFQ69G5FAV"
        batch: L [N 7000000001, N 7000000002]
        entity_type: S "broadcast_run"
        id: S "01ARZ3NDEKTSV4RRFFQ69G5FAV"
        in_flight: BOOL true
        joined_until: S "2026-11-22T12:00:00.000Z"
        lease_until: S "2026-11-22T12:01:30.000Z"
        met: N 0
        nonce: S "a nonce of 26 characters.."
        paused: BOOL false
        place: S "eyJwIjoiVSJ9"
        progress: M {blocked: N 0, failed: N 0, sent: N 0, unknown: N 0}
        schema_version: N 1
        start_at: S "2026-11-22T12:00:00.000Z"
        version: N 1
    "#]],
    )
    .await;
}

#[tokio::test]
async fn wrong_tokens() {
    let by = "address#203.0.113.7";
    let first = WrongTokens { by: by.to_owned(), wrong: 1, last_at: now() };
    stored(
        &first,
        expect![[r#"
        9 attributes, 184 bytes
        PK: S "WRONGTOKENS#address#203.0.113.7"
        SK: S "WRONGTOKENS"
        by: S "address#203.0.113.7"
        entity_type: S "wrong_tokens"
        last_at: S "2026-11-22T12:00:00.000Z"
        nonce: S "a nonce of 26 characters.."
        schema_version: N 1
        ttl: N 1795435200
        wrong: N 1
    "#]],
    )
    .await;
    // Counting on and beginning anew leave the same form.
    let shop = Shop::open().await;
    for (n, nonce) in (1..).zip(["one", "two"]) {
        shop.store.commit(nonce, vec![Write::count_wrong_token(by, now())]).await.unwrap();
        let read = shop.store.wrong_tokens(&[by.to_owned(), "address#unknown".to_owned()]).await.unwrap();
        assert_eq!(read, [Some(WrongTokens { wrong: n, ..first.clone() }), None]);
    }
}

#[tokio::test]
async fn the_use_of_a_token_leaves_its_version() {
    let shop = Shop::open().await;
    let token = admin_token(1);
    let source = Source::of(Some([203, 0, 113, 7].into()));
    refused(shop.store.commit("early", vec![Write::token_used(&token.hash, &source, now())]).await);
    shop.store.commit("made", vec![Write::create(&token).unwrap()]).await.unwrap();
    shop.store.commit("used", vec![Write::token_used(&token.hash, &source, now())]).await.unwrap();
    let used = AdminToken { last_used_at: Some(now()), last_used_from: Some(source), ..token.clone() };
    assert_eq!(shop.store.admin_token(&token.hash).await.unwrap(), Some(used));
}

#[tokio::test]
async fn wrong_codes() {
    let first = Guesses { user: id(1), wrong: 1, last_at: now() };
    stored(
        &first,
        expect![[r##"
            9 attributes, 149 bytes
            PK: S "USER#7000000001"
            SK: S "#GUESSES"
            entity_type: S "guesses"
            last_at: S "2026-11-22T12:00:00.000Z"
            nonce: S "a nonce of 26 characters.."
            schema_version: N 1
            ttl: N 1795435200
            user: N 7000000001
            wrong: N 1
        "##]],
    )
    .await;
    // Counting on and beginning anew leave the same form.
    let shop = Shop::open().await;
    for (n, nonce) in (1..).zip(["one", "two"]) {
        shop.store.commit(nonce, vec![Write::count_guess(id(1), now())]).await.unwrap();
        let (_, found) = refused(shop.store.commit("other", vec![Write::create(&first).unwrap()]).await);
        assert_eq!(found.unwrap().read::<Guesses>().unwrap(), Guesses { wrong: n, ..first.clone() });
    }
}

#[tokio::test]
async fn a_referral() {
    stored(
        &referral(1, 2),
        expect![[r#"
        10 attributes, 187 bytes
        PK: S "USER#7000000001"
        SK: S "REFERRAL#7000000002"
        attached_at: S "2026-11-22T12:00:00.000Z"
        entity_type: S "referral"
        invitee: N 7000000002
        inviter: N 7000000001
        nonce: S "a nonce of 26 characters.."
        schema_version: N 1
        state: S "attached"
        version: N 1
    "#]],
    )
    .await;
    let qualified = referral(1, 2).qualify(order_id(2, 1).key, minutes(1)).unwrap();
    stored(
        &qualified,
        expect![[r#"
        15 attributes, 314 bytes
        PK: S "USER#7000000001"
        SK: S "REFERRAL#7000000002"
        attached_at: S "2026-11-22T12:00:00.000Z"
        due_at: S "2026-11-22T12:01:00.000Z"
        duty: S "reward"
        entity_type: S "referral"
        invitee: N 7000000002
        inviter: N 7000000001
        nonce: S "a nonce of 26 characters.."
        order: S "01M81J18G10000000000000QQD"
        qualified_at: S "2026-11-22T12:01:00.000Z"
        schema_version: N 1
        state: S "qualified"
        version: N 1
        work_shard: S "promise#2"
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_subscription() {
    stored(
        &subscription(&finished_order()),
        expect![[r#"
            17 attributes, 508 bytes
            PK: S "USER#7000000001"
            SK: S "SUBSCRIPTION#01M81J18G10000000000000QQD"
            created_at: S "2026-11-22T12:00:00.000Z"
            data_limit: N 53687091200
            due_at: S "2026-11-23T12:00:00.000Z"
            duration_days: N 30
            duty: S "remind"
            entity_type: S "subscription"
            link: S "https://panel.example.com/sub/d2F2ZV9zdWJzY3JpcHRpb24sMTc5NTM0ODgwMAd2F2ZV9zdWJzY3JpcHRpb24sMTc5NTM0ODgwMA"
            name: S "mfrggzdfmztwq2lknnwg23tpoe"
            nonce: S "a nonce of 26 characters.."
            order: M {buyer: N 7000000001, key: S "01M81J18G10000000000000QQD"}
            product: S "gb50-30d"
            schema_version: N 1
            title: S "۵۰ گیگابایت، ۳۰ روز"
            version: N 1
            work_shard: S "courtesy#1"
        "#]],
    )
    .await;
}

/// What an operator wants of it is owed like a promise, and the look waits.
#[tokio::test]
async fn a_subscription_that_is_to_be_changed() {
    let mut held = subscription(&finished_order());
    held.ask_change(Wish { data: Some(DataWish::Bytes(53_687_091_200)), time: Some(TimeWish::Until(minutes(9))), ..Wish::OFF }, now());
    held.disabled_at = Some(now());
    stored(
        &held,
        expect![[r#"
        22 attributes, 663 bytes
        PK: S "USER#7000000001"
        SK: S "SUBSCRIPTION#01M81J18G10000000000000QQD"
        created_at: S "2026-11-22T12:00:00.000Z"
        data_limit: N 53687091200
        disabled_at: S "2026-11-22T12:00:00.000Z"
        due_at: S "2026-11-22T12:01:30.000Z"
        duration_days: N 30
        duty: S "change"
        entity_type: S "subscription"
        fence: N 1
        link: S "https://panel.example.com/sub/d2F2ZV9zdWJzY3JpcHRpb24sMTc5NTM0ODgwMAd2F2ZV9zdWJzY3JpcHRpb24sMTc5NTM0ODgwMA"
        look_at: S "2026-11-23T12:00:00.000Z"
        name: S "mfrggzdfmztwq2lknnwg23tpoe"
        nonce: S "a nonce of 26 characters.."
        order: M {buyer: N 7000000001, key: S "01M81J18G10000000000000QQD"}
        product: S "gb50-30d"
        schema_version: N 1
        title: S "۵۰ گیگابایت، ۳۰ روز"
        tries: N 1
        version: N 1
        wish: M {data: M {bytes: N 53687091200}, switch: S "off", time: M {until: S "2026-11-22T12:09:00.000Z"}}
        work_shard: S "promise#1"
    "#]],
    )
    .await;
}

#[tokio::test]
async fn an_admin_token() {
    stored(
        &admin_token(1),
        expect![[r#"
        14 attributes, 430 bytes
        PK: S "ADMINTOKEN#0000000000000000000000000000000000000000000000000000000000000001"
        SK: S "ADMINTOKEN"
        created_at: S "2026-11-22T12:00:00.001Z"
        entity_type: S "admin_token"
        expires_at: S "2027-02-20T12:00:00.000Z"
        hash: S "0000000000000000000000000000000000000000000000000000000000000001"
        id: S "01M81J18G10000000000000QQD"
        list_pk: S "ADMINTOKENS"
        list_sk: S "2026-11-22T12:00:00.001Z#01M81J18G10000000000000QQD"
        name: S "console"
        nonce: S "a nonce of 26 characters.."
        role: S "operator"
        schema_version: N 1
        version: N 1
    "#]],
    )
    .await;
}

#[tokio::test]
async fn an_audit_entry() {
    stored(
        &audit_entry(1),
        expect![[r#"
        15 attributes, 345 bytes
        PK: S "AUDIT#2026-11-22"
        SK: S "01M81J18G10000000000000QQD"
        action: S "ban"
        actor: M {token: S "01M81J18G00000000000000QQD"}
        after: S "{\"banned\":true}"
        at: S "2026-11-22T12:00:00.001Z"
        before: S "{\"banned\":false}"
        entity: S "user"
        entity_id: S "7000000001"
        entity_type: S "audit"
        id: S "01M81J18G10000000000000QQD"
        list_pk: S "TARGET#user#7000000001"
        list_sk: S "01M81J18G10000000000000QQD"
        nonce: S "a nonce of 26 characters.."
        schema_version: N 1
    "#]],
    )
    .await;
}

#[tokio::test]
async fn an_amount_that_a_card_waits_for() {
    stored(
        &card_amount(order_id(1, 1)),
        expect![[r#"
        8 attributes, 197 bytes
        PK: S "CARDAMOUNT#1234#131257"
        SK: S "CARDAMOUNT"
        amount: M {amount: S "131257", currency: S "IRT"}
        card: S "1234"
        entity_type: S "card_amount"
        nonce: S "a nonce of 26 characters.."
        order: M {buyer: N 7000000001, key: S "01M81J18G10000000000000QQD"}
        schema_version: N 1
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_message_that_stands_for_a_customers() {
    stored(
        &support_letter(),
        expect![[r#"
        11 attributes, 195 bytes
        PK: S "SUPPORT#-1001234567890#4242"
        SK: S "SUPPORT"
        chat: N -1001234567890
        customer: N 7000000001
        entity_type: S "support_letter"
        message: N 4242
        nonce: S "a nonce of 26 characters.."
        original: N 17
        schema_version: N 1
        ttl: N 1800532800
        until: S "2027-01-21T12:00:00.000Z"
    "#]],
    )
    .await;
}

#[tokio::test]
async fn an_account_that_was_there_before_the_shop() {
    stored(
        &adopted_account(),
        expect![[r#"
        7 attributes, 139 bytes
        PK: S "ACCOUNT#old.one"
        SK: S "ACCOUNT"
        entity_type: S "adopted_account"
        name: S "Old.one"
        nonce: S "a nonce of 26 characters.."
        order: M {buyer: N 7000000001, key: S "TRIAL"}
        schema_version: N 1
    "#]],
    )
    .await;
}

#[tokio::test]
async fn somebody_who_signed_in_to_the_console() {
    stored(
        &admin_session(),
        expect![[r#"
        10 attributes, 363 bytes
        PK: S "SESSION#cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
        SK: S "SESSION"
        created_at: S "2026-11-22T12:00:00.000Z"
        entity_type: S "admin_session"
        hash: S "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
        nonce: S "a nonce of 26 characters.."
        schema_version: N 1
        token: S "abababababababababababababababababababababababababababababababab"
        ttl: N 1795392000
        until: S "2026-11-23T00:00:00.000Z"
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_session_of_the_deployer_that_is_over() {
    let session = AdminSession { bootstrap: true, ended_at: Some(minutes(5)), ..admin_session() };
    stored(
        &session,
        expect![[r#"
        12 attributes, 405 bytes
        PK: S "SESSION#cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
        SK: S "SESSION"
        bootstrap: BOOL true
        created_at: S "2026-11-22T12:00:00.000Z"
        ended_at: S "2026-11-22T12:05:00.000Z"
        entity_type: S "admin_session"
        hash: S "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
        nonce: S "a nonce of 26 characters.."
        schema_version: N 1
        token: S "abababababababababababababababababababababababababababababababab"
        ttl: N 1795392000
        until: S "2026-11-23T00:00:00.000Z"
    "#]],
    )
    .await;
}

#[tokio::test]
async fn an_answer_to_an_admin_request() {
    stored(
        &idempotency_record(),
        expect![[r#"
        12 attributes, 369 bytes
        PK: S "IDEMPOTENCY#01M81J18G00000000000000QQD#9b6f1c1e-9d0e-4c5a-8a1f-3c1f0a2b4d5e"
        SK: S "IDEMPOTENCY"
        body: S "{\"id\":\"gb50-30d\"}"
        entity_type: S "idempotency"
        name: S "9b6f1c1e-9d0e-4c5a-8a1f-3c1f0a2b4d5e"
        nonce: S "a nonce of 26 characters.."
        request: S "abababababababababababababababababababababababababababababababab"
        schema_version: N 1
        scope: S "01M81J18G00000000000000QQD"
        status: N 201
        ttl: N 1795435200
        until: S "2026-11-23T12:00:00.000Z"
    "#]],
    )
    .await;
}

/// A write of up to 1 KiB costs one unit, a larger one two, on the table and on every index that it reaches.
#[tokio::test]
async fn an_order_stays_below_a_unit_all_its_way() {
    let shop = Shop::open().await;
    let size = async |name: &str, order: &Order| {
        shop.store.commit(NONCE, vec![Write::put(order).unwrap()]).await.unwrap();
        let bytes = item::size(&shop.item(&order.key()).await.unwrap());
        format!("{name}: {bytes} bytes, {} unit\n", shop.tally().write.table)
    };
    let placed = discounted_order(1, 1);
    let attempted = with_attempt(&placed);
    let (receipted, number) = attempted.submit_receipt(receipt()).unwrap();
    let rejected = receipted.reject_receipt(number, "سند واریزی خوانا نیست؛ لطفاً دوباره بفرستید", minutes(9)).unwrap();
    let (again, _) = rejected.submit_receipt(receipt()).unwrap();
    let paid = next(&again, &Event::PaymentSettled { payment: payment_id(1), lease_until: minutes(11) });
    let mut parked = paid.clone();
    parked.work.postpone(minutes(12), Span::ZERO, "later");
    parked.work.park(minutes(12), "the panel answered 500 Internal Server Error twelve times");
    let provisioned = next(&paid, &Event::Provisioned { name: paid.panel_name.clone(), delivered: false });
    let delivered = next(&provisioned, &Event::Provisioned { name: paid.panel_name.clone(), delivered: true });
    let refunded = next(&delivered, &Event::Refunded);
    let mut sizes = String::new();
    for (name, order) in [
        ("placed", placed),
        ("attempted", attempted),
        ("receipt under review", receipted),
        ("receipt rejected", rejected),
        ("second receipt", again),
        ("paid", paid),
        ("parked", parked),
        ("provisioned", provisioned),
        ("delivered", delivered),
        ("refunded", refunded),
    ] {
        sizes += &size(name, &order).await;
    }
    expect![[r#"
        placed: 616 bytes, 1.0 unit
        attempted: 706 bytes, 1.0 unit
        receipt under review: 832 bytes, 1.0 unit
        receipt rejected: 924 bytes, 1.0 unit
        second receipt: 838 bytes, 1.0 unit
        paid: 932 bytes, 1.0 unit
        parked: 994 bytes, 1.0 unit
        provisioned: 968 bytes, 1.0 unit
        delivered: 946 bytes, 1.0 unit
        refunded: 1032 bytes, 2.0 unit
    "#]]
    .assert_eq(&sizes);
}

#[tokio::test]
async fn a_day_s_count() {
    stored(&day_count(), expect![[r#"
        11 attributes, 679 bytes
        PK: S "STATS#2026-11"
        SK: S "DAY#22"
        counted: M {orders: S "2026-11-21T20:30:00.000Z", payments: S "2026-11-21T20:30:00.000Z", users: S "2026-11-21T20:30:00.000Z"}
        counts: M {codes: M {SPRING-FESTIVAL-2026: M {discount: M {IRT: S "18750"}, paid: N 1}}, methods: M {card: M {paid: N 1, refunded: M {}, refunds: N 0, taken: M {IRT: S "131250"}}}, products: M {gb50-30d: M {orders: N 1, paid: N 1, revenue: M {IRT: S "131250"}}}, totals: M {add_ons: N 0, customers: N 1, discount: M {IRT: S "18750"}, discounted: N 1, first: N 1, gifts: N 0, invited: N 0, orders: N 1, paid: N 1, presents: N 0, referred: N 1, refunded: M {}, refunds: N 0, renewals: N 0, revenue: M {IRT: S "131250"}, taken: M {IRT: S "131250"}, trials: N 0, unapplied: N 0}}
        day: S "2026-11-22"
        entity_type: S "day_count"
        nonce: S "a nonce of 26 characters.."
        offset: S "+03:30"
        schema_version: N 1
        until: S "2026-11-22T12:00:00.000Z"
        version: N 0
    "#]]).await;
}

#[tokio::test]
async fn how_far_the_counting_is() {
    let day = "2026-11-22".parse().unwrap();
    let summary = Some(Summary { day, due_at: now(), tries: 1 });
    stored(
        &CountingClock { day, hour: 498_707, summary, version: 3 },
        expect![[r#"
        9 attributes, 179 bytes
        PK: S "STATS"
        SK: S "CLOCK"
        day: S "2026-11-22"
        entity_type: S "counting_clock"
        hour: N 498707
        nonce: S "a nonce of 26 characters.."
        schema_version: N 1
        summary: M {day: S "2026-11-22", due_at: S "2026-11-22T12:00:00.000Z", tries: N 1}
        version: N 3
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_day_to_be_counted_anew() {
    let begun = Some(Begun { at: now(), so_far: DayCount::new("2026-11-22".parse().unwrap(), Offset::TEHRAN) });
    stored(&Recount { begun, ..Recount::of(now(), now()) }, expect![[r#"
        9 attributes, 652 bytes
        PK: S "STATS"
        SK: S "RECOUNT#2026-11-22T12:00:00.000Z#2026-11-22T12:00:00.000Z"
        asked_at: S "2026-11-22T12:00:00.000Z"
        at: S "2026-11-22T12:00:00.000Z"
        begun: M {at: S "2026-11-22T12:00:00.000Z", so_far: M {counted: M {orders: S "2026-11-21T20:30:00.000Z", payments: S "2026-11-21T20:30:00.000Z", users: S "2026-11-21T20:30:00.000Z"}, counts: M {codes: M {}, methods: M {}, products: M {}, totals: M {add_ons: N 0, customers: N 0, discount: M {}, discounted: N 0, first: N 0, gifts: N 0, invited: N 0, orders: N 0, paid: N 0, presents: N 0, referred: N 0, refunded: M {}, refunds: N 0, renewals: N 0, revenue: M {}, taken: M {}, trials: N 0, unapplied: N 0}}, day: S "2026-11-22", offset: S "+03:30", until: S "2026-11-21T20:30:00.000Z", version: N 0}}
        entity_type: S "recount"
        nonce: S "a nonce of 26 characters.."
        schema_version: N 1
        version: N 0
    "#]]).await;
}
