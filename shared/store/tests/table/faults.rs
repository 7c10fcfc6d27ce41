//! Lost answers, conflicts, throttling: what the store makes of them, and that nothing happens twice.

use std::error::Error as _;

use domain::{
    discount::DiscountCode,
    duty::LEASE,
    order::Order,
    product::Product,
    user::{User, UserStatus},
};
use embedded_dynamodb::Fault;
use store::{CommitError, Entity, StoreError, Write, keys};

use crate::support::{Contents, Shop, refused, samples::*};

/// The operation that carries a list of writes.
fn operation(writes: &[Write], alone: &'static str) -> &'static str {
    if writes.len() == 1 { alone } else { "TransactWriteItems" }
}

/// Writes of every kind, none of which may happen twice, on what [`stocked`] holds; and how DynamoDB calls each alone.
fn writes() -> Vec<(&'static str, Write)> {
    let mut product = product();
    let mut edited = DiscountCode { active: true, ..open_code() };
    vec![
        ("PutItem", Write::create(&order(1, 1)).unwrap()),
        ("PutItem", Write::replace(&mut product).unwrap()),
        ("PutItem", Write::put(&conversation(1)).unwrap()),
        ("UpdateItem", Write::count_invited(id(1))),
        ("UpdateItem", Write::count_qualified(id(1))),
        ("UpdateItem", Write::count_granted(id(1))),
        ("UpdateItem", Write::activate_user(id(1), minutes(1))),
        ("UpdateItem", Write::lapse_user(id(9))),
        ("UpdateItem", Write::reserve_code(&used_code(), minutes(1))),
        ("UpdateItem", Write::retake_code(&code_name())),
        ("UpdateItem", Write::count_late_use(&code_name())),
        ("UpdateItem", Write::release_code(&code_name())),
        ("UpdateItem", Write::hold_redemption(&code_name(), order_id(1, 1), Some(1))),
        ("UpdateItem", Write::drop_redemption(&code_name(), order_id(3, 1))),
        ("UpdateItem", Write::qualify_referral(id(1), order_id(2, 1), minutes(1))),
        ("UpdateItem", Write::edit_code(&mut edited).unwrap()),
        ("UpdateItem", Write::count_guess(id(1), minutes(1))),
        ("UpdateItem", Write::accept_terms(id(1), 2)),
        ("DeleteItem", Write::release_card_amount(&card_amount(order_id(1, 1))).unwrap()),
        ("DeleteItem", Write::delete(keys::conversation(id(1)))),
    ]
}

fn used_code() -> DiscountCode {
    DiscountCode { times_used: 5, ..open_code() }
}

async fn stocked() -> Shop {
    let shop = Shop::open().await;
    let stock = vec![
        Write::create(&user(1)).unwrap(),
        Write::create(&User { status: UserStatus::Active, ..user(9) }).unwrap(),
        Write::create(&product()).unwrap(),
        Write::create(&used_code()).unwrap(),
        Write::create(&referral(1, 2)).unwrap(),
        Write::create(&card_amount(order_id(1, 1))).unwrap(),
        Write::hold_redemption(&code_name(), order_id(3, 1), None),
    ];
    shop.store.commit("stock", stock).await.unwrap();
    shop
}

/// One write of each operation.
fn operations() -> Vec<(&'static str, Write)> {
    let mut all = writes();
    all.dedup_by_key(|(operation, _)| *operation);
    all
}

/// Each of the writes alone and in a transaction, beside what it leaves behind when nothing fails.
async fn each(writes: Vec<(&'static str, Write)>, check: impl AsyncFn(Shop, &'static str, Vec<Write>, Contents)) {
    for (alone, write) in writes {
        for list in [vec![write.clone()], vec![Write::create(&settings()).unwrap(), write.clone()]] {
            let undisturbed = stocked().await;
            undisturbed.store.commit("nonce", list.clone()).await.unwrap();
            check(stocked().await, operation(&list, alone), list, undisturbed.contents().await).await;
        }
    }
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_found_done() {
    each(writes(), async |shop, operation, writes, expected| {
        for fault in [Fault::ReplyLost, Fault::TimedOut] {
            shop.http.fail(operation, [fault]);
            shop.store.commit("nonce", writes.clone()).await.unwrap_or_else(|error| panic!("{operation} {fault:?} {writes:?}: {error:?}"));
            assert!(shop.http.all_met());
            assert_eq!(shop.contents().await, expected, "{operation} {fault:?} {writes:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_unknown_outcome_is_known_when_the_same_is_sent_again() {
    each(writes(), async |shop, operation, writes, expected| {
        shop.http.fail(operation, [Fault::ReplyLost, Fault::NotSent, Fault::NotSent]);
        let error = shop.store.commit("nonce", writes.clone()).await.unwrap_err();
        let CommitError::Store(StoreError::Unavailable(_)) = &error else { panic!("{error:?}") };
        assert!(error.source().is_some());
        assert!(shop.http.all_met());
        shop.store.commit("nonce", writes.clone()).await.unwrap_or_else(|error| panic!("{operation} {writes:?}: {error:?}"));
        assert_eq!(shop.contents().await, expected, "{operation} {writes:?}");
    })
    .await;
}

#[tokio::test]
async fn what_was_never_sent_is_not_done() {
    each(operations(), async |shop, operation, writes, _| {
        let before = shop.contents().await;
        for faults in [[Fault::NotSent; 3], [Fault::ServerError; 3]] {
            shop.http.fail(operation, faults);
            let error = shop.store.commit("nonce", writes.clone()).await.unwrap_err();
            let CommitError::Store(error @ StoreError::Unavailable(_)) = error else { panic!("{error:?}") };
            assert!(error.is_transient() && shop.http.all_met());
        }
        assert_eq!(shop.contents().await, before);
    })
    .await;
}

#[tokio::test]
async fn throttling_is_waited_out_and_then_told() {
    each(operations(), async |shop, operation, writes, expected| {
        // The SDK repeats a throttled request, but not a transaction that was canceled for it.
        let transaction = writes.len() > 1;
        shop.http.fail(operation, vec![Fault::Throttled; if transaction { 1 } else { 3 }]);
        let error = shop.store.commit("nonce", writes.clone()).await.unwrap_err();
        let CommitError::Store(error @ StoreError::Throttled) = error else { panic!("{error:?}") };
        assert!(error.is_transient() && shop.http.all_met());
        if !transaction {
            shop.http.fail(operation, [Fault::Throttled]);
        }
        shop.store.commit("nonce", writes.clone()).await.unwrap();
        assert_eq!(shop.contents().await, expected);
    })
    .await;
}

#[tokio::test]
async fn another_transaction_is_met_three_times_at_most() {
    each(operations(), async |shop, operation, writes, expected| {
        shop.http.fail(operation, [Fault::Conflict; 3]);
        let error = shop.store.commit("nonce", writes.clone()).await.unwrap_err();
        assert!(matches!(error, CommitError::Store(StoreError::Throttled)), "{error:?}");
        assert_eq!(shop.waits(), [80, 160], "full jitter below a growing bound");
        shop.http.fail(operation, [Fault::Conflict; 2]);
        shop.store.commit("nonce", writes.clone()).await.unwrap();
        assert!(shop.http.all_met());
        assert_eq!(shop.contents().await, expected);
    })
    .await;
}

/// The first request is still running at DynamoDB when the SDK gives its answer up and asks again.
#[tokio::test]
async fn a_transaction_of_ours_that_still_runs_is_waited_for() {
    let shop = stocked().await;
    let writes = || vec![Write::create(&order(1, 1)).unwrap(), Write::count_invited(id(1))];
    shop.http.fail("TransactWriteItems", [Fault::ReplyLost, Fault::InProgress, Fault::InProgress]);
    shop.store.commit("nonce", writes()).await.unwrap();
    assert!(shop.http.all_met());
    assert_eq!(shop.store.user(id(1)).await.unwrap().map(|user| user.invited), Some(1));

    let shop = stocked().await;
    shop.http.fail("TransactWriteItems", [Fault::InProgress; 9]);
    let error = shop.store.commit("nonce", writes()).await.unwrap_err();
    assert!(matches!(error, CommitError::Store(StoreError::Unavailable(_))), "{error:?}");
    assert!(shop.http.all_met(), "three tries of the store, each three of the SDK");
}

/// The nonce tells our write only as long as nobody wrote over it: then the answer is a refusal, and who asked decides anew on what is there.
#[tokio::test]
async fn a_lost_answer_that_somebody_wrote_over_is_a_refusal() {
    let shop = stocked().await;
    let mut mine = Product { position: 1, ..product() };
    let write = Write::replace(&mut mine).unwrap();
    shop.http.fail("PutItem", [Fault::ReplyLost, Fault::NotSent, Fault::NotSent]);
    shop.store.commit("mine", vec![write.clone()]).await.unwrap_err();
    let mut theirs = Product { position: 2, ..mine };
    shop.store.commit("theirs", vec![Write::replace(&mut theirs).unwrap()]).await.unwrap();
    let (position, found) = refused(shop.store.commit("mine", vec![write]).await);
    assert_eq!((position, found.unwrap().read::<Product>().unwrap()), (0, theirs));
}

/// A counter that somebody else raised in between is not raised twice for us, at the price of a refusal.
#[tokio::test]
async fn a_repeated_transaction_is_known_by_its_token_whatever_happened_since() {
    let shop = stocked().await;
    let writes = || vec![Write::create(&order(1, 1)).unwrap(), Write::count_invited(id(1))];
    shop.http.fail("TransactWriteItems", [Fault::ReplyLost, Fault::NotSent, Fault::NotSent]);
    shop.store.commit("mine", writes()).await.unwrap_err();
    shop.store.commit("theirs", vec![Write::count_invited(id(1))]).await.unwrap();
    shop.store.commit("mine", writes()).await.unwrap();
    assert_eq!(shop.store.user(id(1)).await.unwrap().map(|user: User| user.invited), Some(2));
}

/// A transaction that has a refusal among conflicts is not tried again: it would be refused.
#[tokio::test]
async fn a_refusal_is_told_at_once() {
    let shop = stocked().await;
    shop.create(&order(1, 1)).await;
    shop.tally();
    refused(shop.store.commit("nonce", vec![Write::create(&order(1, 1)).unwrap(), Write::count_invited(id(1))]).await);
    assert_eq!((shop.tally().requests, shop.waits()), (1, Vec::new()));
}

#[tokio::test]
async fn a_refused_request_is_a_mistake_and_not_repeated() {
    let shop = stocked().await;
    shop.tally();
    let twice = vec![Write::count_invited(id(1)), Write::count_granted(id(1))];
    let error = shop.store.commit("nonce", twice).await.unwrap_err();
    let CommitError::Store(error @ StoreError::Refused { .. }) = error else { panic!("{error:?}") };
    assert!(!error.is_transient());
    assert_eq!(shop.tally().requests, 1);
}

#[tokio::test]
async fn a_lease_whose_answer_was_lost_is_ours() {
    for faults in [vec![Fault::ReplyLost], vec![Fault::TimedOut], vec![Fault::ServerError, Fault::ReplyLost], vec![Fault::Conflict; 2]] {
        let shop = Shop::open().await;
        let order = order(1, 1);
        shop.create(&order).await;
        let due = order.work.due_at.unwrap();
        shop.http.fail("UpdateItem", faults.clone());
        let taken: Order = shop.store.take(&order.key(), "try", due).await.unwrap().unwrap_or_else(|| panic!("{faults:?}"));
        assert_eq!((taken.work.fence, taken.work.tries, taken.work.due_at), (1, 1, Some(due.plus(LEASE))), "{faults:?}");
        assert!(shop.http.all_met());
        assert_eq!(shop.store.take::<Order>(&order.key(), "other", due).await.unwrap(), None);
    }
}

#[tokio::test]
async fn what_a_batch_leaves_over_is_asked_for_again() {
    let shop = stocked().await;
    shop.http.fail("BatchGetItem", [Fault::Unprocessed; 2]);
    let (found, _) = shop.store.user_and_conversation(id(1)).await.unwrap();
    assert_eq!(found, Some(user(1)));
    shop.http.fail("BatchGetItem", [Fault::Unprocessed; 3]);
    assert!(matches!(shop.store.user_and_conversation(id(1)).await, Err(StoreError::Throttled)));
}

#[tokio::test]
async fn a_read_is_repeated_and_then_given_up() {
    let shop = stocked().await;
    shop.http.fail("GetItem", [Fault::ServerError, Fault::TimedOut]);
    assert_eq!(shop.store.user(id(1)).await.unwrap(), Some(user(1)));
    shop.http.fail("GetItem", [Fault::ReplyLost; 3]);
    assert!(matches!(shop.store.user(id(1)).await, Err(StoreError::Unavailable(_))));
    shop.http.fail("GetItem", [Fault::Throttled; 3]);
    assert!(matches!(shop.store.ping().await, Err(StoreError::Throttled)));
    shop.store.ping().await.unwrap();
}

/// A process that dies does nothing more: no request leaves, whatever is tried.
#[tokio::test]
async fn a_dead_process_writes_no_more() {
    let shop = stocked().await;
    shop.http.fail_nth(2, Fault::DeadAfter);
    shop.store.ping().await.unwrap();
    shop.store.commit("last", vec![Write::create(&order(1, 1)).unwrap()]).await.unwrap_err();
    shop.store.commit("later", vec![Write::create(&order(1, 2)).unwrap()]).await.unwrap_err();
    shop.http.restore();
    assert!(shop.store.order(order_id(1, 1)).await.unwrap().is_some());
    assert!(shop.store.order(order_id(1, 2)).await.unwrap().is_none());
}
