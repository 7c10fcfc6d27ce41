//! Every write: what it does, and each way in which its condition fails. Each case runs twice, as a request of its own and inside a transaction,
//! and must come to the same.

use domain::{
    discount::DiscountCode,
    order::Order,
    product::Product,
    referral::{Referral, ReferralState},
    time::Span,
    user::{User, UserStatus},
};
use store::{
    CardAmount, Entity, Found, StoreError, Write,
    keys::{self, Key},
};

use crate::support::{Shop, item::Item, refused, samples::*};

/// What came of a write: the item under its key afterwards, or what stood in its way.
#[derive(Debug, PartialEq)]
enum Outcome {
    Done(Option<Item>),
    Refused(Option<Found>),
}

impl Outcome {
    fn done<E: Entity>(self) -> E {
        match self {
            Self::Done(Some(item)) => serde_dynamo::from_item(item).unwrap(),
            other => panic!("not written: {other:?}"),
        }
    }

    fn refused_by<E: Entity>(self) -> E {
        match self {
            Self::Refused(Some(found)) => found.read().unwrap(),
            other => panic!("not refused by anything: {other:?}"),
        }
    }
}

const NOBODY: Outcome = Outcome::Refused(None);

/// Does `write` to `key` after `before`, alone and as the second write of a transaction.
async fn outcome(key: Key, before: Vec<Write>, write: Write) -> Outcome {
    let (alone, together) = (Shop::open().await, Shop::open().await);
    for shop in [&alone, &together] {
        for (n, write) in before.iter().enumerate() {
            shop.store.commit(&format!("before {n}"), vec![write.clone()]).await.unwrap();
        }
    }
    let first = alone.store.commit("nonce", vec![write.clone()]).await;
    let second = together.store.commit("nonce", vec![Write::create(&settings()).unwrap(), write]).await;
    let other = together.item(&keys::settings()).await;
    let (first, second) = match (first, second) {
        (Ok(()), Ok(())) => (Outcome::Done(alone.item(&key).await), Outcome::Done(together.item(&key).await)),
        (first, second) => {
            assert_eq!(alone.item(&key).await, together.item(&key).await);
            assert_eq!(other, None, "all or nothing");
            let ((0, first), (1, second)) = (refused(first), refused(second)) else { panic!("another write was refused") };
            (Outcome::Refused(first), Outcome::Refused(second))
        }
    };
    assert_eq!(first, second);
    first
}

async fn on<E: Entity>(before: &E, write: Write) -> Outcome {
    outcome(before.key(), vec![Write::create(before).unwrap()], write).await
}

async fn on_nothing(key: Key, write: Write) -> Outcome {
    outcome(key, Vec::new(), write).await
}

#[tokio::test]
async fn create() {
    let write = || Write::create(&product()).unwrap();
    assert_eq!(on_nothing(product().key(), write()).await.done::<Product>(), product());
    let there = Product { position: 77, ..product() };
    assert_eq!(on(&there, write()).await.refused_by::<Product>(), there);
}

#[tokio::test]
async fn replace() {
    let mut next = Product { position: 77, ..product() };
    let write = Write::replace(&mut next).unwrap();
    assert_eq!(next.version, 2, "who goes on with it holds what is stored");
    assert_eq!(on(&product(), write.clone()).await.done::<Product>(), next);
    let changed_meanwhile = Product { version: 2, ..product() };
    assert_eq!(on(&changed_meanwhile, write.clone()).await.refused_by::<Product>(), changed_meanwhile);
    assert_eq!(on_nothing(product().key(), write).await, NOBODY);
}

#[test]
fn what_has_no_version_is_not_replaced() {
    assert!(matches!(Write::replace(&mut conversation(1)), Err(StoreError::Unwritable { entity: "conversation", .. })));
}

#[tokio::test]
async fn put_and_delete() {
    let conversation = conversation(1);
    let key = conversation.key();
    let put = || Write::put(&conversation).unwrap();
    assert_eq!(on_nothing(key.clone(), put()).await.done::<domain::conversation::Conversation>(), conversation);
    assert_eq!(on(&conversation, put()).await.done::<domain::conversation::Conversation>(), conversation);
    assert_eq!(on(&conversation, Write::delete(key.clone())).await, Outcome::Done(None));
    assert_eq!(on_nothing(key.clone(), Write::delete(key)).await, Outcome::Done(None));
}

#[tokio::test]
async fn an_inviters_counters() {
    type Case = (fn(domain::TelegramUserId) -> Write, fn(&User) -> u32);
    let cases: [Case; 3] =
        [(Write::count_invited, |u| u.invited), (Write::count_qualified, |u| u.qualified), (Write::count_granted, |u| u.granted)];
    for (count, counter) in cases {
        let counted: User = on(&user(1), count(id(1))).await.done();
        assert_eq!((counter(&counted), counted.invited + counted.qualified + counted.granted, counted.version), (1, 1, 2));
        assert_eq!(on_nothing(user(1).key(), count(id(1))).await, NOBODY, "no orphan is made");
    }
    let banned = User { banned_at: Some(now()), ..user(1) };
    assert_eq!(on(&banned, Write::count_invited(id(1))).await.refused_by::<User>(), banned);
    assert_eq!(on(&banned, Write::count_qualified(id(1))).await.done::<User>().qualified, 1);
}

#[tokio::test]
async fn activate_user() {
    let write = || Write::activate_user(id(1), minutes(5));
    let active: User = on(&user(1), write()).await.done();
    assert_eq!((active.status, active.first_paid_at, active.version), (UserStatus::Active, Some(minutes(5)), 2));
    let back = User { status: UserStatus::Expired, first_paid_at: Some(minutes(1)), ..user(1) };
    assert_eq!(on(&back, write()).await.done::<User>().first_paid_at, Some(minutes(1)));
    assert_eq!(on_nothing(user(1).key(), write()).await, NOBODY);
}

#[tokio::test]
async fn a_customer_lapses_and_comes_back() {
    let with = |status| User { status, ..user(1) };
    let lapsed: User = on(&with(UserStatus::Active), Write::lapse_user(id(1))).await.done();
    assert_eq!((lapsed.status, lapsed.version), (UserStatus::Expired, 2));
    let restored: User = on(&with(UserStatus::Expired), Write::restore_user(id(1))).await.done();
    assert_eq!((restored.status, restored.version), (UserStatus::Active, 2));
    for (status, write) in [
        (UserStatus::New, Write::lapse_user(id(1))),
        (UserStatus::Expired, Write::lapse_user(id(1))),
        (UserStatus::New, Write::restore_user(id(1))),
        (UserStatus::Active, Write::restore_user(id(1))),
    ] {
        assert_eq!(on(&with(status), write.clone()).await.refused_by::<User>(), with(status));
        assert_eq!(on_nothing(user(1).key(), write).await, NOBODY);
    }
}

#[tokio::test]
async fn reserve_code() {
    let at = minutes(5);
    let read = code();
    let reserve = || Write::reserve_code(&read, at);
    let before = Span::seconds(1);
    let open = [
        code(),
        open_code(),
        DiscountCode { valid_from: Some(at), valid_to: Some(at), ..code() },
        DiscountCode { use_limit: Some(1), ..code() },
        DiscountCode { use_limit: None, times_used: 1_000_000, ..code() },
    ];
    for stored in open {
        let taken: DiscountCode = on(&stored, reserve()).await.done();
        assert_eq!(taken, DiscountCode { times_used: stored.times_used + 1, ..stored });
    }
    let closed = [
        DiscountCode { version: 2, ..code() },
        DiscountCode { active: false, ..code() },
        DiscountCode { valid_from: Some(at.plus(before)), ..code() },
        DiscountCode { valid_to: Some(at.minus(before)), ..code() },
        DiscountCode { use_limit: Some(3), times_used: 3, ..code() },
        DiscountCode { use_limit: Some(3), times_used: 4, ..code() },
    ];
    for stored in closed {
        assert_eq!(on(&stored, reserve()).await.refused_by::<DiscountCode>(), stored);
    }
    assert_eq!(on_nothing(read.key(), reserve()).await, NOBODY);
}

#[tokio::test]
async fn retake_release_and_late_use() {
    let used = |times_used, use_limit| DiscountCode { times_used, use_limit, ..code() };
    let (retake, release, late) =
        (|| Write::retake_code(&code_name()), || Write::release_code(&code_name()), || Write::count_late_use(&code_name()));
    assert_eq!(on(&used(2, Some(3)), retake()).await.done::<DiscountCode>(), used(3, Some(3)));
    assert_eq!(on(&used(9, None), retake()).await.done::<DiscountCode>(), used(10, None));
    assert_eq!(on(&used(3, Some(3)), retake()).await.refused_by::<DiscountCode>(), used(3, Some(3)));
    assert_eq!(on(&used(1, Some(3)), release()).await.done::<DiscountCode>(), used(0, Some(3)));
    assert_eq!(on(&used(0, Some(3)), release()).await.refused_by::<DiscountCode>(), used(0, Some(3)));
    let counted: DiscountCode = on(&used(3, Some(3)), late()).await.done();
    assert_eq!(counted, DiscountCode { late_uses: 1, ..used(3, Some(3)) });
    for write in [retake(), release(), late()] {
        assert_eq!(on_nothing(code().key(), write).await, NOBODY);
    }
    // Honouring late money asks neither for the window nor for the switch.
    let over = DiscountCode { active: false, valid_to: Some(now()), ..used(1, Some(3)) };
    assert_eq!(on(&over, retake()).await.done::<DiscountCode>().times_used, 2);
}

#[tokio::test]
async fn only_whom_nobody_invited_stays_at_the_top() {
    let invited = User { invited_by: Some(id(2)), ..user(1) };
    let banned = User { banned_at: Some(now()), ..user(1) };
    assert_eq!(on(&user(1), Write::count_invited_by_root(id(1))).await.done::<User>(), User { invited: 1, version: 2, ..user(1) });
    assert_eq!(on(&user(1), Write::still_uninvited(id(1))).await.done::<User>(), user(1));
    for write in [Write::count_invited_by_root, Write::still_uninvited] {
        assert_eq!(on(&invited, write(id(1))).await.refused_by::<User>(), invited);
        assert_eq!(on_nothing(keys::user(id(1)), write(id(1))).await, NOBODY);
    }
    assert_eq!(on(&banned, Write::count_invited_by_root(id(1))).await.refused_by::<User>(), banned);
}

#[tokio::test]
async fn accepting_the_terms_of_use() {
    let accepted = |version| User { terms_accepted: version, ..user(1) };
    for (before, version, fits) in [(None, 1, true), (Some(1), 2, true), (Some(2), 2, false), (Some(3), 2, false)] {
        let outcome = on(&accepted(before), Write::accept_terms(id(1), version)).await;
        if fits {
            assert_eq!(outcome.done::<User>(), User { version: 2, ..accepted(Some(version)) });
        } else {
            assert_eq!(outcome.refused_by::<User>(), accepted(before));
        }
    }
    assert_eq!(on_nothing(keys::user(id(1)), Write::accept_terms(id(1), 1)).await, NOBODY);
}

#[tokio::test]
async fn messages_to_the_operators_are_counted_by_the_hour() {
    const HOUR: i64 = 498_708;
    let key = || keys::support_hour(id(1), HOUR);
    let count = |limit| Write::count_support_message(id(1), HOUR, limit);
    for (before, limit, expected) in [(0, 1, Some(1)), (1, 3, Some(2)), (2, 3, Some(3)), (3, 3, None), (1, 1, None)] {
        let counted = match outcome(key(), vec![count(9); before], count(limit)).await {
            Outcome::Done(Some(item)) => item["messages"].as_n().ok().and_then(|messages| messages.parse::<u32>().ok()),
            Outcome::Done(None) => panic!("no item"),
            Outcome::Refused(_) => None,
        };
        assert_eq!(counted, expected, "{before} before, at most {limit}");
    }
}

#[tokio::test]
async fn a_customers_hold_on_a_code() {
    let key = || keys::redemption(&code_name(), id(1));
    let hold = |n, limit| Write::hold_redemption(&code_name(), order_id(1, n), limit);
    let drop = |n| Write::drop_redemption(&code_name(), order_id(1, n));
    let orders = |outcome| match outcome {
        Outcome::Done(Some(item)) => serde_dynamo::from_item::<_, store::Redemption>(item).unwrap().orders.len(),
        Outcome::Done(None) => panic!("no item"),
        Outcome::Refused(_) => usize::MAX,
    };
    let refused = usize::MAX;
    let (none, one, two) = (Vec::new(), vec![hold(1, None)], vec![hold(1, None), hold(2, None)]);
    let cases = [
        (&none, hold(1, Some(1)), 1),
        (&none, hold(1, None), 1),
        (&one, hold(2, Some(2)), 2),
        (&one, hold(2, None), 2),
        (&one, hold(2, Some(1)), refused),
        (&two, hold(3, Some(2)), refused),
        // The order holds it already: its other try came through.
        (&one, hold(1, Some(5)), refused),
        (&one, hold(1, None), refused),
        (&two, drop(1), 1),
        (&one, drop(1), 0),
        (&one, drop(2), refused),
        (&none, drop(1), refused),
    ];
    for (n, (before, write, expected)) in cases.into_iter().enumerate() {
        assert_eq!(orders(outcome(key(), before.clone(), write).await), expected, "case {n}");
    }
    // An empty hold is as none: the limit counts what is held now.
    let again = vec![hold(1, Some(1)), drop(1)];
    assert_eq!(orders(outcome(key(), again, hold(2, Some(1))).await), 1);
}

#[tokio::test]
async fn qualify_referral() {
    let bought = order_id(2, 1);
    let write = || Write::qualify_referral(id(1), bought, minutes(5));
    let attached = referral(1, 2);
    let qualified: Referral = on(&attached, write()).await.done();
    let expected = attached.qualify(bought.key, minutes(5)).unwrap();
    assert_eq!(qualified, Referral { version: 2, ..expected.clone() });
    for state in [ReferralState::Qualified, ReferralState::Granted] {
        let stored = Referral { state, ..expected.clone() };
        assert_eq!(on(&stored, write()).await.refused_by::<Referral>(), stored);
    }
    assert_eq!(on_nothing(attached.key(), write()).await, NOBODY);
}

/// An update and the whole item of the same state stand at the same place of the work index.
#[tokio::test]
async fn a_qualified_referral_is_queued_like_a_stored_one() {
    let by_update = on(&referral(1, 2), Write::qualify_referral(id(1), order_id(2, 1), minutes(5))).await;
    let mut stored = referral(1, 2).qualify(order_id(2, 1).key, minutes(5)).unwrap();
    let by_item = on(&referral(1, 2), Write::replace(&mut stored).unwrap()).await;
    assert_eq!(by_update, by_item);
}

#[tokio::test]
async fn edit_code() {
    let mut edited = DiscountCode { times_used: 0, late_uses: 0, active: false, ..open_code() };
    let write = Write::edit_code(&mut edited).unwrap();
    assert_eq!(edited.version, 2);
    let in_use = DiscountCode { times_used: 7, late_uses: 2, ..code() };
    let stored = on(&in_use, write.clone()).await;
    let Outcome::Done(Some(item)) = &stored else { panic!("{stored:?}") };
    assert_eq!(item["summary"].as_m().unwrap()["active"].as_s().unwrap(), "false", "the list shows the edit");
    assert_eq!(
        stored.done::<DiscountCode>(),
        DiscountCode { times_used: 7, late_uses: 2, ..edited.clone() },
        "the uses stay, the terms are gone"
    );

    let mut closed = DiscountCode { version: 1, ..code() };
    let write_all_terms = Write::edit_code(&mut closed).unwrap();
    assert_eq!(on(&open_code(), write_all_terms).await.done::<DiscountCode>(), closed);

    let other = DiscountCode { version: 2, ..code() };
    assert_eq!(on(&other, write.clone()).await.refused_by::<DiscountCode>(), other);
    assert_eq!(on_nothing(code().key(), write).await, NOBODY);
}

#[tokio::test]
async fn release_card_amount() {
    let (mine, others) = (card_amount(order_id(1, 1)), card_amount(order_id(2, 1)));
    let write = || Write::release_card_amount(&card_amount(order_id(1, 1))).unwrap();
    assert_eq!(on(&mine, write()).await, Outcome::Done(None));
    assert_eq!(on(&others, write()).await.refused_by::<CardAmount>(), others);
    assert_eq!(on_nothing(mine.key(), write()).await, Outcome::Done(None));
}

/// Where several conditions do not hold, the first write is told: writes stand in the order of precedence.
#[tokio::test]
async fn the_first_refusal_is_told() {
    let shop = Shop::open().await;
    shop.create(&order(1, 1)).await;
    let (exists, missing) = (|| Write::create(&order(1, 1)).unwrap(), || Write::retake_code(&code_name()));
    let fine = || Write::create(&user(1)).unwrap();
    let (position, found) = refused(shop.store.commit("a", vec![fine(), missing(), exists()]).await);
    assert_eq!((position, found), (1, None));
    let (position, found) = refused(shop.store.commit("b", vec![fine(), exists(), missing()]).await);
    assert_eq!((position, found.map(|found| found.read::<Order>().unwrap())), (1, Some(order(1, 1))));
    assert_eq!(shop.store.user(id(1)).await.unwrap(), None);
}

/// An item of another kind, or of a newer version of the shop, is an error with its key and no panic.
#[tokio::test]
async fn what_cannot_be_read_says_so() {
    let shop = Shop::open().await;
    shop.create(&user(1)).await;
    let (_, found) = refused(shop.store.commit("x", vec![Write::create(&user(1)).unwrap()]).await);
    let error = found.unwrap().read::<Order>().unwrap_err();
    assert!(matches!(&error, StoreError::Unreadable { key, .. } if key == "USER#7000000001|#PROFILE"), "{error}");
    assert!(!error.is_transient());
}
