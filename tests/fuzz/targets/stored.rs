//! Items as the table gives them back: written by an older shop, a newer one, or somebody else.
#![no_main]

use std::fmt::Write as _;

use domain::{OrderId, OrderKey, TelegramUserId, ids::Digest};
use fuzz::{Answers, shop};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|item: &[u8]| {
    let Ok(item) = std::str::from_utf8(item) else { return };
    let shop = shop();
    let store = &shop.app.store;
    let user = TelegramUserId::new(7_000_000_001).expect("an id");
    let order = OrderId::new(user, OrderKey::Trial);
    let alone = |field: &str| Answers { table: Some(format!("{{\"{field}\":{item}}}").into_bytes()), peer: None };
    let mut told = String::new();
    let mut read = |outcome: &dyn std::fmt::Debug| {
        told.clear();
        let _ = write!(told, "{outcome:?}");
    };
    shop.run(alone("Item"), async {
        read(&store.user(user).await);
        read(&store.conversation(user).await);
        read(&store.order(order).await);
        read(&store.subscription(order).await);
        read(&store.referral(user, user).await);
        read(&store.payment(&"card#1".parse().expect("an id")).await);
        read(&store.product(&"m1".parse().expect("an id")).await);
        read(&store.discount_code(&"SPRING".parse().expect("a name")).await);
        read(&store.settings().await);
        read(&store.admin_token("0").await);
        read(&store.idempotency_record("a", "b").await);
        read(&store.support_letter(1, 1).await);
        read(&store.gift(Digest::new([1; 10])).await);
    });
    let list = Answers { table: Some(format!("{{\"Items\":[{item}],\"Count\":1,\"ScannedCount\":1}}").into_bytes()), peer: None };
    shop.run(list, async {
        read(&store.orders_of(user, None, 5).await);
        read(&store.subscriptions_of(user, None, 5).await);
        read(&store.referrals_of(user, None, 5).await);
        read(&store.products().await);
    });
});
