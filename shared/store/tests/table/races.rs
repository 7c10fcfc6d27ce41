//! Many at once: limits are kept to the last use, counters are exact, and nobody's write is lost.

use std::sync::Arc;

use domain::{
    discount::DiscountCode,
    extension::Target,
    order::{Event, Order, OrderStatus},
    product::Product,
    referral::{Referral, ReferralState},
    subscription::Subscription,
    user::User,
};
use store::{CommitError, Found, StoreError, Write};
use tokio::task::JoinSet;

use crate::support::{Shop, samples::*};

/// Done, or the position of the refused write and what stood in its way.
type Told = Result<(), (usize, Option<Found>)>;

/// What came of each of `count` commits that run at once; conflicts are tried again until something else comes of it.
async fn at_once<T: Send + 'static>(shop: &Arc<Shop>, count: u32, writes: impl Fn(u32) -> Vec<Write>, told: fn(u32, Told) -> T) -> Vec<T> {
    let mut tasks = JoinSet::new();
    for n in 1..=count {
        let (shop, writes) = (Arc::clone(shop), writes(n));
        tasks.spawn(async move {
            match shop.store.commit(&format!("racer {n}"), writes).await {
                Ok(()) => told(n, Ok(())),
                Err(CommitError::Refused { position, found }) => told(n, Err((position, found))),
                Err(error @ CommitError::Store(StoreError::Throttled)) => panic!("the engine throttles nobody: {error}"),
                Err(error) => panic!("{error:?}"),
            }
        });
    }
    tasks.join_all().await
}

fn code_with(use_limit: Option<u32>, per_user_limit: Option<u32>) -> DiscountCode {
    DiscountCode { use_limit, per_user_limit, ..open_code() }
}

/// Order, code, customer's hold: as an order is placed.
fn place(order: &Order, code: &DiscountCode) -> Vec<Write> {
    vec![Write::create(order).unwrap(), Write::reserve_code(code, now()), Write::hold_redemption(&code.name, order.id, code.per_user_limit)]
}

/// Order, code, customer's hold: as an order that was not paid is ended.
fn end(order: &Order) -> (Order, Vec<Write>) {
    let mut order = order.clone();
    order.expires_at = now();
    let mut ended = next(&order, &Event::WindowElapsed);
    let replace = Write::replace(&mut ended).unwrap();
    (ended, vec![replace, Write::release_code(&code_name()), Write::drop_redemption(&code_name(), order.id)])
}

async fn uses(shop: &Shop) -> u32 {
    shop.store.discount_code(&code_name()).await.unwrap().unwrap().times_used
}

#[tokio::test]
async fn fifty_customers_and_a_code_with_few_uses() {
    for limit in [1, 7] {
        let shop = Arc::new(Shop::open().await);
        let code = code_with(Some(limit), Some(1));
        shop.create(&code).await;
        let placed = at_once(
            &shop,
            50,
            |n| place(&discounted_order(i64::from(n), n), &code),
            |_, told| match told {
                Ok(()) => true,
                Err((1, Some(found))) => {
                    let code: DiscountCode = found.read().unwrap();
                    assert_eq!(Some(code.times_used), code.use_limit, "it is the code that is told, used up as it is");
                    false
                }
                Err(other) => panic!("{other:?}"),
            },
        )
        .await;
        let wins = u32::try_from(placed.iter().filter(|placed| **placed).count()).unwrap();
        let mut orders = 0;
        for n in 1..=50 {
            let order = shop.store.order(order_id(i64::from(n), n)).await.unwrap();
            let held = shop.store.redemption(&code.name, id(i64::from(n))).await.unwrap().orders.len();
            assert_eq!(usize::from(order.is_some()), held);
            orders += u32::from(order.is_some());
        }
        assert_eq!((wins, orders, uses(&shop).await), (limit, limit, limit));
    }
}

/// One customer, many of whose orders ask for the code in the same moment.
#[tokio::test]
async fn one_customer_and_a_code_for_two_of_his_orders() {
    let shop = Arc::new(Shop::open().await);
    let code = code_with(Some(100), Some(2));
    shop.create(&code).await;
    let placed = at_once(
        &shop,
        20,
        |n| place(&discounted_order(1, n), &code),
        |_, told| match told {
            Ok(()) => true,
            Err((2, Some(_))) => false,
            Err(other) => panic!("{other:?}"),
        },
    )
    .await;
    assert_eq!(placed.iter().filter(|placed| **placed).count(), 2);
    assert_eq!(uses(&shop).await, 2, "a refused order takes no use");
    assert_eq!(shop.store.redemption(&code.name, id(1)).await.unwrap().orders.len(), 2);
    assert_eq!(shop.store.orders_of(id(1), None, 100).await.unwrap().items.len(), 2);
}

/// A double tap: both tries name the same order, one of them is placed.
#[tokio::test]
async fn the_same_order_twice_at_once() {
    let shop = Arc::new(Shop::open().await);
    let code = code_with(Some(100), Some(5));
    shop.create(&code).await;
    let placed = at_once(
        &shop,
        8,
        |_| place(&discounted_order(1, 1), &code),
        |_, told| match told {
            Ok(()) => None,
            Err((0, Some(found))) => Some(found.read::<Order>().unwrap()),
            Err(other) => panic!("{other:?}"),
        },
    )
    .await;
    assert_eq!(placed.iter().filter(|found| found.is_none()).count(), 1);
    assert!(placed.into_iter().flatten().all(|found| found == discounted_order(1, 1)), "the others are shown the order that stands");
    assert_eq!(uses(&shop).await, 1);
}

#[tokio::test]
async fn uses_that_are_given_back_are_there_again_and_no_more() {
    let shop = Arc::new(Shop::open().await);
    let code = code_with(Some(5), Some(1));
    shop.create(&code).await;
    for n in 1..=5 {
        shop.store.commit(&format!("place {n}"), place(&discounted_order(i64::from(n), n), &code)).await.unwrap();
    }
    // Three of them end, each twice at once, while ten others ask for a use.
    let racers = at_once(
        &shop,
        16,
        |n| match n {
            1..=6 => end(&discounted_order(i64::from((n - 1) / 2 + 1), (n - 1) / 2 + 1)).1,
            _ => place(&discounted_order(i64::from(n), n), &code),
        },
        |n, told| (n, told.is_ok()),
    )
    .await;
    let ended = racers.iter().filter(|(n, done)| *n <= 6 && *done).count();
    let placed = u32::try_from(racers.iter().filter(|(n, done)| *n > 6 && *done).count()).unwrap();
    assert_eq!(ended, 3, "each order gives its use back once");
    assert_eq!(uses(&shop).await, 5 - 3 + placed);
    assert!(placed <= 3);
    // Late money takes a use again while there is one, and is counted apart when there is none.
    for n in 1..=3 {
        let late = match shop.store.commit(&format!("late {n}"), vec![Write::retake_code(&code.name)]).await {
            Err(CommitError::Refused { .. }) => shop.store.commit(&format!("apart {n}"), vec![Write::count_late_use(&code.name)]).await,
            other => other,
        };
        late.unwrap();
    }
    let after: DiscountCode = shop.store.discount_code(&code.name).await.unwrap().unwrap();
    assert_eq!((after.times_used, after.late_uses), (5, placed), "as many late uses as uses that others had taken meanwhile");
}

/// The code's terms change while customers use it: the edit keeps every use, and an order on the old terms is refused.
#[tokio::test]
async fn an_edit_among_uses() {
    let shop = Arc::new(Shop::open().await);
    let code = code_with(Some(100), None);
    shop.create(&code).await;
    let done = at_once(
        &shop,
        21,
        |n| match n {
            11 => vec![Write::edit_code(&mut DiscountCode { use_limit: Some(50), ..code.clone() }).unwrap()],
            _ => place(&discounted_order(i64::from(n), n), &code),
        },
        |n, told| match told {
            Ok(()) => n != 11,
            Err((1, Some(_))) => false,
            Err(other) => panic!("{other:?}"),
        },
    )
    .await;
    let after = shop.store.discount_code(&code.name).await.unwrap().unwrap();
    assert_eq!((after.version, after.use_limit), (2, Some(50)));
    assert_eq!(usize::try_from(after.times_used).unwrap(), done.into_iter().filter(|placed| *placed).count());
}

/// `/start` many times at once, by different links: one user, one inviter, one of each count.
#[tokio::test]
async fn a_first_contact_happens_once() {
    let shop = Arc::new(Shop::open().await);
    for inviter in [1, 2] {
        shop.create(&user(inviter)).await;
    }
    let join = |n: u32| {
        let inviter = i64::from(n % 2 + 1);
        let referral = referral(inviter, 50);
        let user = User { invited_by: Some(id(inviter)), ..user(50) };
        vec![Write::create(&user).unwrap(), Write::create(&referral).unwrap(), Write::count_invited(id(inviter))]
    };
    let joined = at_once(&shop, 20, join, |_, told| match told {
        Ok(()) => None,
        Err((0, Some(found))) => Some(found.read::<User>().unwrap()),
        Err(other) => panic!("{other:?}"),
    })
    .await;
    assert_eq!(joined.iter().filter(|found| found.is_none()).count(), 1);
    let user = shop.store.user(id(50)).await.unwrap().unwrap();
    assert!(joined.into_iter().flatten().all(|found| found == user));
    let inviter = user.invited_by.unwrap();
    for candidate in [id(1), id(2)] {
        let wins = u32::from(candidate == inviter);
        let (referral, counts) =
            (shop.store.referral(candidate, id(50)).await.unwrap(), shop.store.user(candidate).await.unwrap().unwrap());
        assert_eq!((referral.is_some(), counts.invited), (wins == 1, wins));
    }
}

/// Many join by one inviter's link at once: his count misses none.
#[tokio::test]
async fn an_inviters_count_is_exact() {
    let shop = Arc::new(Shop::open().await);
    shop.create(&user(1)).await;
    let join = |n: u32| {
        let invitee = 100 + i64::from(n);
        let user = User { invited_by: Some(id(1)), ..user(invitee) };
        vec![Write::create(&user).unwrap(), Write::create(&referral(1, invitee)).unwrap(), Write::count_invited(id(1))]
    };
    let joined = at_once(&shop, 40, join, |_, told| told.is_ok()).await;
    assert!(joined.into_iter().all(|joined| joined));
    let inviter = shop.store.user(id(1)).await.unwrap().unwrap();
    assert_eq!((inviter.invited, inviter.version), (40, 41));
    assert_eq!(shop.store.referrals_of(id(1), None, 100).await.unwrap().items.len(), 40);
}

/// Two first orders of an invited customer are paid together: one qualifies him.
#[tokio::test]
async fn a_referral_qualifies_once() {
    let shop = Arc::new(Shop::open().await);
    shop.create(&user(1)).await;
    shop.create(&referral(1, 2)).await;
    let qualify = |n: u32| vec![Write::qualify_referral(id(1), order_id(2, n), now()), Write::count_qualified(id(1))];
    let told = at_once(&shop, 10, qualify, |n, told| match told {
        Ok(()) => Some(n),
        Err((0, Some(found))) => {
            assert_eq!(found.read::<Referral>().unwrap().state, ReferralState::Qualified);
            None
        }
        Err(other) => panic!("{other:?}"),
    })
    .await;
    let winners: Vec<u32> = told.into_iter().flatten().collect();
    let referral = shop.store.referral(id(1), id(2)).await.unwrap().unwrap();
    assert_eq!((winners.len(), referral.order), (1, Some(order_id(2, winners[0]).key)));
    assert_eq!(shop.store.user(id(1)).await.unwrap().unwrap().qualified, 1);
}

/// The same callback many times at once, and another payment among them: the order is paid once, the payments are one item each.
#[tokio::test]
async fn a_payment_is_applied_once() {
    let shop = Arc::new(Shop::open().await);
    let waiting = with_attempt(&order(1, 1));
    shop.create(&waiting).await;
    let settle = |n: u32| {
        let payment = payment(n % 2 + 1, waiting.id);
        let mut paid = next(&waiting, &Event::PaymentSettled { payment: payment.id.clone(), lease_until: minutes(2) });
        vec![Write::replace(&mut paid).unwrap(), Write::create(&payment).unwrap()]
    };
    let told = at_once(&shop, 12, settle, |_, told| match told {
        Ok(()) => true,
        Err((0, Some(found))) => {
            assert_eq!(found.read::<Order>().unwrap().status, OrderStatus::Paid);
            false
        }
        Err(other) => panic!("{other:?}"),
    })
    .await;
    assert_eq!(told.into_iter().filter(|paid| *paid).count(), 1);
    let paid = shop.store.order(waiting.id).await.unwrap().unwrap();
    for n in [1, 2] {
        let stored = shop.store.payment(&payment_id(n)).await.unwrap();
        assert_eq!(stored.is_some(), paid.payment == Some(payment_id(n)));
    }
}

/// Everybody reads, changes and writes by version, and whoever was slower looks again: no change is lost.
#[tokio::test]
async fn changes_by_version_lose_nothing() {
    let shop = Arc::new(Shop::open().await);
    shop.create(&product()).await;
    let mut tasks = JoinSet::new();
    for n in 0..16 {
        let shop = Arc::clone(&shop);
        tasks.spawn(async move {
            for attempt in 0.. {
                let mut read = shop.store.product(&product().id).await.unwrap().unwrap();
                read.position += 1;
                let write = Write::replace(&mut read).unwrap();
                match shop.store.commit(&format!("{n} {attempt}"), vec![write]).await {
                    Ok(()) => break,
                    Err(CommitError::Refused { position: 0, found: Some(found) }) => {
                        assert!(found.read::<Product>().unwrap().version >= read.version);
                    }
                    Err(error) => panic!("{error:?}"),
                }
            }
        });
    }
    tasks.join_all().await;
    let after = shop.store.product(&product().id).await.unwrap().unwrap();
    assert_eq!((after.position, after.version), (product().position + 16, 17));
}

/// An amount that a card waits for belongs to one order at a time.
#[tokio::test]
async fn a_card_amount_has_one_owner() {
    let shop = Arc::new(Shop::open().await);
    let taken =
        at_once(&shop, 10, |n| vec![Write::create(&card_amount(order_id(i64::from(n), n))).unwrap()], |n, told| told.is_ok().then_some(n))
            .await;
    let owners: Vec<u32> = taken.into_iter().flatten().collect();
    assert_eq!(owners.len(), 1);
    // Whoever does not own it cannot give it back for another.
    let released = at_once(
        &shop,
        10,
        |n| vec![Write::release_card_amount(&card_amount(order_id(i64::from(n), n))).unwrap()],
        |n, told| (n, told.is_ok()),
    )
    .await;
    let early: Vec<u32> = released.iter().filter(|(_, done)| *done).map(|(n, _)| *n).collect();
    assert!(early.contains(&owners[0]));
    assert!(shop.contents().await.is_empty());
}

/// Renewals of one subscription that are paid in the same moment: each stores what it will ask for with its claim, and one of them has it.
#[tokio::test]
async fn one_order_at_a_time_has_a_subscription() {
    let shop = Arc::new(Shop::open().await);
    let held = subscription(&order(1, 100));
    shop.create(&held).await;
    for n in 1..=8 {
        shop.create(&order(1, n)).await;
    }
    let claim = |n: u32| {
        let (mut order, mut held) = (order(1, n), held.clone());
        order.target = Some(Target::Anew);
        held.busy_with = Some(order.id.key);
        vec![Write::replace(&mut order).unwrap(), Write::replace(&mut held).unwrap()]
    };
    let told: fn(u32, Told) -> (u32, bool) = |n, told| match told {
        Ok(()) => (n, true),
        Err((1, Some(found))) => {
            assert!(found.read::<Subscription>().unwrap().busy_with.is_some(), "the others are shown whose it is");
            (n, false)
        }
        Err(other) => panic!("{other:?}"),
    };
    let won = at_once(&shop, 8, claim, told).await;
    assert_eq!(won.iter().filter(|(_, won)| *won).count(), 1);
    let held = shop.store.subscription(held.order).await.unwrap().unwrap();
    for (n, won) in won {
        let order = shop.store.order(order_id(1, n)).await.unwrap().unwrap();
        assert_eq!(
            (order.target.is_some(), held.busy_with == Some(order.id.key)),
            (won, won),
            "a claim without its target, or the other way round"
        );
    }
}
