//! What is owed: found by its due time, taken by one worker at a time, never lost.

use std::collections::BTreeMap;

use domain::{
    Timestamp,
    duty::{Duty, LEASE, Urgency},
    order::{Event, Order, UnappliedReason},
    payment::{Payment, PaymentStatus},
    referral::Referral,
    time::Span,
};
use store::{Cursor, DueWork, Entity, InvalidCursor, ListError, Queue, Write, keys::Owner};

use crate::support::{Shop, refused, samples::*};

/// The order, owing its provisioning since `due`.
fn paid(buyer: i64, n: u32, due: Timestamp) -> Order {
    let mut paid = next(&with_attempt(&order(buyer, n)), &Event::PaymentSettled { payment: payment_id(n), lease_until: due });
    paid.work.owe(Duty::Provision, due);
    paid
}

/// All that stands in the queues of an urgency and is due, by its owner.
async fn all_due(shop: &Shop, urgency: Urgency, until: Timestamp) -> BTreeMap<String, DueWork> {
    let mut all = BTreeMap::new();
    for queue in Queue::of(urgency) {
        for work in shop.store.due(queue, until, None, 100).await.unwrap().items {
            let before = all.insert(format!("{:?}", work.owner), work);
            assert_eq!(before, None, "one thing stands in one queue");
        }
    }
    all
}

async fn replace(shop: &Shop, order: &mut Order, nonce: &str) {
    shop.store.commit(nonce, vec![Write::replace(order).unwrap()]).await.unwrap();
}

#[tokio::test]
async fn a_duty_is_taken_when_it_is_due_and_by_one() {
    let shop = Shop::open().await;
    let due = minutes(10);
    let order = paid(1, 1, due);
    shop.create(&order).await;
    let take = async |nonce: &str, now| shop.store.take::<Order>(&order.key(), nonce, now).await.unwrap();

    assert_eq!(take("early", Timestamp::from_millis(due.millis() - 1)).await, None);
    let taken = take("first", due).await.unwrap();
    let mut expected = Order { version: order.version + 1, ..order.clone() };
    expected.work = domain::duty::Work { due_at: Some(due.plus(LEASE)), fence: order.work.fence + 1, tries: 1, ..order.work.clone() };
    assert_eq!(taken, expected);
    assert_eq!(shop.store.order(order.id).await.unwrap(), Some(taken.clone()), "what is handed out is what is stored");

    assert_eq!(take("second", due).await, None);
    assert_eq!(take("within the lease", Timestamp::from_millis(due.plus(LEASE).millis() - 1)).await, None);
    let again = take("the lease is over", due.plus(LEASE)).await.unwrap();
    assert_eq!((again.work.fence, again.work.tries, again.version), (taken.work.fence + 1, 2, taken.version + 1));
}

#[tokio::test]
async fn who_lost_the_lease_writes_nothing() {
    let shop = Shop::open().await;
    let order = paid(1, 1, now());
    shop.create(&order).await;
    let slow: Order = shop.store.take(&order.key(), "slow", now()).await.unwrap().unwrap();
    let quick: Order = shop.store.take(&order.key(), "quick", now().plus(LEASE)).await.unwrap().unwrap();
    let done = |order: &Order| next(order, &Event::Provisioned { name: order.panel_name.clone(), delivered: true });
    let (mut late, mut first) = (done(&slow), done(&quick));
    replace(&shop, &mut first, "quick is done").await;
    let (_, found) = refused(shop.store.commit("slow is done", vec![Write::replace(&mut late).unwrap()]).await);
    assert_eq!(found.unwrap().read::<Order>().unwrap(), first);
}

#[tokio::test]
async fn what_is_not_owed_is_not_taken() {
    let shop = Shop::open().await;
    let late = now().plus(Span::days(300));
    let mut finished = next(&paid(1, 1, now()), &Event::Provisioned { name: order(1, 1).panel_name, delivered: true });
    finished.id = order_id(1, 1);
    let mut parked = paid(1, 2, now());
    parked.work.park(now(), "the panel refuses the name");
    shop.create(&finished).await;
    shop.create(&parked).await;
    for n in [1, 2, 3] {
        let key = store::keys::order(order_id(1, n));
        assert_eq!(shop.store.take::<Order>(&key, "try", late).await.unwrap(), None, "{n}");
    }
    assert_eq!(shop.store.order(order_id(1, 3)).await.unwrap(), None, "nothing is made where nothing was");
    assert_eq!(shop.store.order(parked.id).await.unwrap(), Some(parked.clone()));

    // An operator says so: due at once, with all its tries.
    parked.work.unpark(minutes(1));
    replace(&shop, &mut parked, "unpark").await;
    let taken: Order = shop.store.take(&parked.key(), "again", minutes(1)).await.unwrap().unwrap();
    assert_eq!(taken.work.tries, 1);
}

#[tokio::test]
async fn many_workers_one_lease() {
    let shop = std::sync::Arc::new(Shop::open().await);
    let order = paid(1, 1, now());
    shop.create(&order).await;
    let mut workers = tokio::task::JoinSet::new();
    for n in 0..20 {
        let (shop, key) = (shop.clone(), order.key());
        workers.spawn(async move { shop.store.take::<Order>(&key, &format!("worker {n}"), now()).await.unwrap().is_some() });
    }
    assert_eq!(workers.join_all().await.into_iter().filter(|taken| *taken).count(), 1);
}

/// The writer that settles has the lease by its own write: nobody takes it away before its time.
#[tokio::test]
async fn a_duty_born_taken() {
    let shop = Shop::open().await;
    let settled = next(&with_attempt(&order(1, 1)), &Event::PaymentSettled { payment: payment_id(1), lease_until: now().plus(LEASE) });
    shop.create(&settled).await;
    assert_eq!((settled.work.fence, settled.work.tries), (1, 1));
    assert_eq!(shop.store.take::<Order>(&settled.key(), "job", now()).await.unwrap(), None);
    let taken: Order = shop.store.take(&settled.key(), "job", now().plus(LEASE)).await.unwrap().unwrap();
    assert_eq!((taken.work.fence, taken.work.tries), (2, 2));
}

#[tokio::test]
async fn everything_that_is_owed_is_in_one_queue_of_its_urgency() {
    let shop = Shop::open().await;
    let mut money = Vec::new();
    let mut promises = Vec::new();
    for n in 1..=24 {
        let (paid, waiting) = (paid(i64::from(n), n, now()), order(100 + i64::from(n), n));
        let mut reviewed = order(300 + i64::from(n), n);
        reviewed.work.owe(Duty::Review, now());
        let qualified = referral(200, 200 + i64::from(n)).qualify(order_id(200 + i64::from(n), 1).key, now()).unwrap();
        let mut unapplied = payment(n, order_id(1, n));
        unapplied.work.owe(if n % 2 == 0 { Duty::Refund } else { Duty::Alert }, now());
        let of_payment = Owner::Payment(unapplied.id.clone());
        if n % 2 == 0 {
            money.push((of_payment, Duty::Refund))
        } else {
            promises.push((of_payment, Duty::Alert))
        }
        money.push((Owner::Order(paid.id), Duty::Provision));
        promises.push((Owner::Order(waiting.id), Duty::Expire));
        promises.push((Owner::Order(reviewed.id), Duty::Review));
        promises.push((Owner::Referral { inviter: qualified.inviter, invitee: qualified.invitee }, Duty::Reward));
        let writes = vec![
            Write::create(&paid).unwrap(),
            Write::create(&waiting).unwrap(),
            Write::create(&reviewed).unwrap(),
            Write::create(&qualified).unwrap(),
            Write::create(&unapplied).unwrap(),
        ];
        shop.store.commit(&format!("{n}"), writes).await.unwrap();
    }
    for (urgency, expected) in [(Urgency::Money, money), (Urgency::Promise, promises)] {
        let found = all_due(&shop, urgency, minutes(100)).await;
        let expected: BTreeMap<String, Duty> = expected.into_iter().map(|(owner, duty)| (format!("{owner:?}"), duty)).collect();
        assert_eq!(found.into_iter().map(|(owner, work)| (owner, work.duty.unwrap())).collect::<BTreeMap<_, _>>(), expected);
        // A queue that is always empty would leave the others twice the work.
        for queue in Queue::of(urgency) {
            assert!(!shop.store.due(queue, minutes(100), None, 1).await.unwrap().items.is_empty(), "{queue:?}");
        }
    }
    assert!(shop.store.due(Queue::Parked, minutes(100), None, 100).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn a_queue_is_worked_off_in_the_order_of_its_due_times() {
    let shop = Shop::open().await;
    // Of one buyer and many keys, enough of them in one shard.
    for n in 1..=40 {
        shop.create(&paid(1, n, minutes(100 - n))).await;
    }
    for queue in Queue::of(Urgency::Money) {
        let mut all: Vec<DueWork> = Vec::new();
        let mut cursor: Option<Cursor> = None;
        loop {
            let page = shop.store.due(queue, minutes(90), cursor.as_ref(), 3).await.unwrap();
            assert!(page.items.len() <= 3);
            all.extend(page.items);
            cursor = page.next.map(|cursor| cursor.to_string().parse().unwrap());
            if cursor.is_none() {
                break;
            }
        }
        assert!(all.is_sorted_by_key(|work| work.due_at), "{all:?}");
        assert!(all.iter().all(|work| work.due_at <= minutes(90)), "{all:?}");
        let whole = shop.store.due(queue, minutes(90), None, 100).await.unwrap();
        assert_eq!((whole.items, whole.next), (all, None));
    }
    assert_eq!(all_due(&shop, Urgency::Money, minutes(90)).await.len(), 31, "due from minute 60 to minute 90");
    assert_eq!(all_due(&shop, Urgency::Money, minutes(59)).await.len(), 0);
}

/// Taking moves a duty to the end of its lease, finishing takes it off, parking puts it among what operators see.
#[tokio::test]
async fn the_life_of_a_duty_on_the_index() {
    let shop = Shop::open().await;
    let order = paid(1, 1, now());
    let owner = Owner::Order(order.id);
    let due = async |until| all_due(&shop, Urgency::Money, until).await.into_values().map(|work| work.due_at).collect::<Vec<_>>();
    let parked = async || shop.store.due(Queue::Parked, minutes(100), None, 10).await.unwrap().items;
    shop.create(&order).await;
    assert_eq!(due(now()).await, [now()]);

    let mut taken: Order = shop.store.take(&order.key(), "take", now()).await.unwrap().unwrap();
    assert_eq!((due(now()).await.len(), due(minutes(2)).await), (0, vec![now().plus(LEASE)]));

    taken.work.postpone(minutes(1), Span::ZERO, "the panel is down");
    replace(&shop, &mut taken, "postpone").await;
    assert_eq!(due(minutes(5)).await, [minutes(1).plus(Span::seconds(15))]);

    taken.work.park(minutes(2), "the panel refuses the name");
    replace(&shop, &mut taken, "park").await;
    assert_eq!(due(minutes(100)).await, []);
    assert_eq!(parked().await, [DueWork { owner, duty: Some(Duty::Provision), due_at: minutes(2) }]);

    taken.work.unpark(minutes(3));
    replace(&shop, &mut taken, "unpark").await;
    assert_eq!((due(minutes(3)).await, parked().await), (vec![minutes(3)], vec![]));

    let mut provisioned = next(&taken, &Event::Provisioned { name: taken.panel_name.clone(), delivered: false });
    replace(&shop, &mut provisioned, "provisioned").await;
    assert_eq!(due(minutes(100)).await.len(), 1, "delivery is owed");
    let mut delivered = next(&provisioned, &Event::Provisioned { name: taken.panel_name.clone(), delivered: true });
    replace(&shop, &mut delivered, "delivered").await;
    assert_eq!((due(minutes(100)).await, parked().await), (vec![], vec![]));
    let item = shop.item(&delivered.key()).await.unwrap();
    assert!(["work_shard", "due_at", "duty", "parked"].iter().all(|name| !item.contains_key(*name)), "{item:?}");
}

#[tokio::test]
async fn referrals_and_payments_are_taken_alike() {
    let shop = Shop::open().await;
    let qualified = referral(1, 2).qualify(order_id(2, 1).key, now()).unwrap();
    let mut unapplied = payment(1, order_id(1, 1));
    unapplied.work.owe(Duty::Alert, now());
    shop.create(&qualified).await;
    shop.create(&unapplied).await;
    let referral: Referral = shop.store.take(&qualified.key(), "a", now()).await.unwrap().unwrap();
    let payment: Payment = shop.store.take(&unapplied.key(), "b", now()).await.unwrap().unwrap();
    assert_eq!((referral.work.fence, payment.work.fence), (1, 1));
    let mut granted = referral.grant(minutes(1)).unwrap();
    shop.store.commit("grant", vec![Write::replace(&mut granted).unwrap()]).await.unwrap();
    assert_eq!(shop.store.take::<Referral>(&qualified.key(), "c", minutes(100)).await.unwrap(), None);
}

#[tokio::test]
async fn a_queues_cursor_is_its_own() {
    let shop = Shop::open().await;
    for n in 1..=40 {
        shop.create(&paid(1, n, now())).await;
    }
    let queues: Vec<Queue> = Queue::of(Urgency::Money).collect();
    let cursor = shop.store.due(queues[0], minutes(1), None, 1).await.unwrap().next.unwrap();
    let of_orders = shop.store.orders_of(id(1), None, 1).await.unwrap().next.unwrap();
    let listed = shop.store.list_orders(&store::Filter::default(), None, 1, now()).await.unwrap().next.unwrap();
    shop.store.due(queues[0], minutes(1), Some(&cursor), 1).await.unwrap();
    for (queue, cursor) in [(queues[1], &cursor), (Queue::Parked, &cursor), (queues[0], &of_orders), (queues[0], &listed)] {
        let page = shop.store.due(queue, minutes(1), Some(cursor), 1).await;
        assert!(matches!(page, Err(ListError::Cursor(InvalidCursor))), "{page:?}");
    }
}

/// An entry that this version does not understand stays where it is, and does not stand in the way of the others.
#[tokio::test]
async fn an_unknown_owner_is_passed_over() {
    let shop = Shop::open().await;
    let order = paid(1, 1, now());
    shop.create(&order).await;
    let mut item = shop.item(&order.key()).await.unwrap();
    item.insert("SK".into(), aws_sdk_dynamodb::types::AttributeValue::S("GRANT#1".into()));
    shop.put_raw(item).await;
    assert_eq!(all_due(&shop, Urgency::Money, now()).await.len(), 1);
}

/// Money that the operators know of owes nothing, and stands on their list until they decide.
#[tokio::test]
async fn undecided_money_stands_in_a_queue_that_nobody_works_off() {
    let shop = Shop::open().await;
    let unapplied = |n| Payment {
        status: PaymentStatus::Unapplied,
        reason: Some(UnappliedReason::UnknownOrder),
        approved_by: None,
        ..payment(n, order_id(1, n))
    };
    let mut untold = unapplied(9);
    untold.work.owe(Duty::Alert, now());
    shop.create(&untold).await;
    for n in 1..=5 {
        shop.create(&unapplied(n)).await;
    }
    shop.create(&payment(6, order_id(1, 6))).await;
    let mut on_its_way_back = unapplied(7);
    on_its_way_back.work.owe(Duty::Refund, now());
    shop.create(&on_its_way_back).await;
    let due = shop.store.due(Queue::Unapplied, Timestamp::from_millis(i64::MAX), None, 100).await.unwrap();
    assert_eq!(due.items.iter().map(|work| work.owner.clone()).collect::<Vec<_>>(), [Owner::Payment(untold.id.clone())]);
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let page = shop.store.undecided(cursor.as_ref(), 2).await.unwrap();
        found.extend(page.items.into_iter().map(|work| work.owner));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(found, [5, 4, 3, 2, 1, 9].map(|n| Owner::Payment(payment_id(n))));
    // Read back it owes nothing, and it leaves the list with its decision.
    let mut read = shop.store.payment(&payment_id(3)).await.unwrap().unwrap();
    assert_eq!(read, unapplied(3));
    read.status = PaymentStatus::WrittenOff;
    shop.store.commit("write off", vec![Write::replace(&mut read).unwrap()]).await.unwrap();
    assert_eq!(shop.store.undecided(None, 10).await.unwrap().items.len(), 5);
}
