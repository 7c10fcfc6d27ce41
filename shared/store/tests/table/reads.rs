//! Reads by key and within one partition.

use domain::{Language, OrderKey, Timestamp, discount::DiscountCode, order::Order, product::Product};
use store::{Cursor, Entity, Page, StoreError, Write};

use crate::support::{Shop, samples::*};

#[tokio::test]
async fn what_is_there_and_what_is_not() {
    let shop = Shop::open().await;
    macro_rules! missing_then_present {
        ($($entity:expr => $read:ident($($key:expr),*)),+ $(,)?) => {$(
            let (entity, read) = ($entity, async || shop.store.$read($($key),*).await);
            assert_eq!(read().await.unwrap(), None, stringify!($read));
            shop.create(&entity).await;
            shop.http.take_log();
            assert_eq!(read().await.unwrap(), Some(entity), stringify!($read));
            assert_eq!(shop.tally().requests, 1);
        )+};
    }
    let (order, payment) = (finished_order(), payment(1, order_id(1, 1)));
    missing_then_present! {
        user(1) => user(id(1)),
        order.clone() => order(order.id),
        subscription(&order) => subscription(order.id),
        referral(1, 2) => referral(id(1), id(2)),
        payment.clone() => payment(&payment.id),
        product() => product(&product().id),
        code() => discount_code(&code_name()),
        settings() => settings(),
        admin_token(1) => admin_token(&admin_token(1).hash),
        idempotency_record() => idempotency_record(&idempotency_record().scope, &idempotency_record().name),
    }
}

/// A prize is an order of the inviter's with a key of its own kind.
#[tokio::test]
async fn a_prize_is_read_like_any_order() {
    let shop = Shop::open().await;
    let mut prize = order(1, 1);
    prize.id.key = OrderKey::Prize(id(2));
    shop.create(&prize).await;
    assert_eq!(shop.store.order(prize.id).await.unwrap(), Some(prize.clone()));
    assert_eq!(shop.store.orders_of(id(1), None, 10).await.unwrap().items, [prize]);
}

#[tokio::test]
async fn several_things_in_one_round_trip() {
    let shop = Shop::open().await;
    let (order, code) = (discounted_order(1, 1), code());
    let trip = || assert_eq!(shop.tally().requests, 1);
    shop.http.take_log();

    assert_eq!(shop.store.user_and_conversation(id(1)).await.unwrap(), (None, None));
    assert_eq!(shop.store.order_and_buyer(order.id).await.unwrap(), (None, None));
    let nothing = shop.store.placing(order.id, Some(&code.name)).await.unwrap();
    assert!(nothing.user.is_none() && nothing.order.is_none() && nothing.code.is_none() && nothing.redemption.orders.is_empty());
    assert_eq!(shop.tally().requests, 3);

    shop.create(&user(1)).await;
    shop.create(&conversation(1)).await;
    shop.create(&order).await;
    shop.create(&code).await;
    shop.store.commit("hold", vec![Write::hold_redemption(&code.name, order.id, Some(1))]).await.unwrap();
    shop.http.take_log();

    assert_eq!(shop.store.user_and_conversation(id(1)).await.unwrap(), (Some(user(1)), Some(conversation(1))));
    trip();
    assert_eq!(shop.store.order_and_buyer(order.id).await.unwrap(), (Some(order.clone()), Some(user(1))));
    trip();
    let held = shop.store.redemption(&code.name, id(1)).await.unwrap();
    trip();
    assert_eq!((held.held_besides(order.id), held.held_besides(order_id(1, 2))), (0, 1));
    let placing = shop.store.placing(order.id, Some(&code.name)).await.unwrap();
    trip();
    assert_eq!((placing.user, placing.order, placing.code, placing.redemption), (Some(user(1)), Some(order.clone()), Some(code), held));
    let plain = shop.store.placing(order.id, None).await.unwrap();
    trip();
    assert_eq!((plain.user, plain.order, plain.code, plain.redemption.orders.len()), (Some(user(1)), Some(order), None, 0));
}

#[tokio::test]
async fn a_code_and_who_names_it() {
    let shop = Shop::open().await;
    let code = code();
    let (nobody, unknown) = shop.store.user_and_code(id(1), &code.name).await.unwrap();
    assert!(nobody.is_none() && unknown.code.is_none() && unknown.redemption.orders.is_empty() && unknown.guesses.is_none());
    shop.create(&user(1)).await;
    shop.create(&code).await;
    shop.store.commit("hold", vec![Write::hold_redemption(&code.name, order_id(1, 1), None)]).await.unwrap();
    shop.store.commit("guess", vec![Write::count_guess(id(1), now())]).await.unwrap();
    shop.http.take_log();
    let (found, named) = shop.store.user_and_code(id(1), &code.name).await.unwrap();
    let alone = shop.store.named_code(id(1), &code.name).await.unwrap();
    assert_eq!(shop.tally().requests, 2);
    assert_eq!(found, Some(user(1)));
    for named in [named, alone] {
        assert_eq!(
            (named.code, named.redemption.orders.len(), named.guesses.map(|guesses| guesses.wrong)),
            (Some(code.clone()), 1, Some(1))
        );
    }
}

#[tokio::test]
async fn the_orders_that_a_customer_placed_lately() {
    let shop = Shop::open().await;
    let mut prize = order(1, 1);
    prize.id.key = OrderKey::Prize(id(2));
    let minted = |order: &Order| Timestamp::from_millis(order.id.key.ulid().unwrap().timestamp_ms().try_into().unwrap());
    for order in [&order(1, 1), &order(1, 2), &order(1, 3), &order(2, 4), &prize] {
        shop.create(order).await;
    }
    shop.http.take_log();
    for (since, expected) in [(order(1, 2), vec![order(1, 3), order(1, 2)]), (order(1, 9), vec![])] {
        assert_eq!(shop.store.orders_placed_since(id(1), minted(&since)).await.unwrap(), expected);
        assert_eq!(shop.tally().requests, 1);
    }
}

#[tokio::test]
async fn the_catalogue_is_whole_and_in_its_order() {
    let shop = Shop::open().await;
    assert_eq!(shop.store.products().await.unwrap(), []);
    let mut products: Vec<Product> = (0..120).map(|n| product_named(&format!("plan-{n:03}"), 119 - n)).collect();
    products.push(Product { active: false, ..product_named("plan-tie", 5) });
    for products in products.chunks(100) {
        let writes = products.iter().map(|product| Write::create(product).unwrap()).collect();
        shop.store.commit(&format!("{} products", products.len()), writes).await.unwrap();
    }
    let found = shop.store.products().await.unwrap();
    products.sort_by(|a, b| (a.position, &a.id).cmp(&(b.position, &b.id)));
    assert_eq!(found, products);
}

/// What the pages hold, from the first to the last, and how long they are.
async fn walk<E>(page: impl AsyncFn(Option<&Cursor>) -> Page<E>) -> (Vec<E>, Vec<usize>) {
    let (mut all, mut lengths, mut cursor) = (Vec::new(), Vec::new(), None);
    loop {
        let page = page(cursor.as_ref()).await;
        lengths.push(page.items.len());
        all.extend(page.items);
        // As it travels: through text and back.
        cursor = page.next.map(|cursor| cursor.to_string().parse().unwrap());
        if cursor.is_none() {
            return (all, lengths);
        }
    }
}

#[tokio::test]
async fn a_customers_own_things_page_by_page() {
    let shop = Shop::open().await;
    let orders: Vec<Order> = (1..=7).map(|n| order(1, n)).collect();
    for order in &orders {
        shop.create(order).await;
        shop.create(&subscription(order)).await;
    }
    for invitee in 10..17 {
        shop.create(&referral(1, invitee)).await;
        shop.create(&domain::user::User { invited_by: Some(id(1)), language: Language::Persian, ..user(invitee) }).await;
    }
    // Neighbours in the partition and in the table.
    shop.create(&user(1)).await;
    shop.create(&conversation(1)).await;
    shop.create(&order(2, 1)).await;
    shop.create(&referral(2, 1)).await;

    let newest_first: Vec<Order> = orders.iter().rev().cloned().collect();
    let (found, pages) = walk(async |cursor| shop.store.orders_of(id(1), cursor, 3).await.unwrap()).await;
    assert_eq!((found, pages), (newest_first.clone(), vec![3, 3, 1]));
    let (found, pages) = walk(async |cursor| shop.store.subscriptions_of(id(1), cursor, 4).await.unwrap()).await;
    assert_eq!((found, pages), (newest_first.iter().map(subscription).collect(), vec![4, 3]));
    let (found, pages) = walk(async |cursor| shop.store.referrals_of(id(1), cursor, 5).await.unwrap()).await;
    assert_eq!((found.len(), pages), (7, vec![5, 2]));
    let (found, pages) = walk(async |cursor| shop.store.invited_by(id(1), cursor, 5).await.unwrap()).await;
    assert_eq!((found.iter().filter(|user| user.invited_by == Some(id(1))).count(), pages), (7, vec![5, 2]));
    let (found, pages) = walk(async |cursor| shop.store.orders_of(id(3), cursor, 5).await.unwrap()).await;
    assert_eq!((found.len(), pages), (0, vec![0]));
}

/// New orders come at the head, where no page that was begun looks any more.
#[tokio::test]
async fn a_page_that_was_begun_goes_on_where_it_was() {
    let shop = Shop::open().await;
    for n in 1..=4 {
        shop.create(&order(1, n)).await;
    }
    let first = shop.store.orders_of(id(1), None, 2).await.unwrap();
    shop.create(&order(1, 5)).await;
    let mut changed = first.items[1].clone();
    shop.store.commit("change", vec![Write::replace(&mut changed).unwrap()]).await.unwrap();
    let second = shop.store.orders_of(id(1), first.next.as_ref(), 2).await.unwrap();
    assert_eq!(second.items, [order(1, 2), order(1, 1)]);
}

/// A cursor opens nothing but the list that gave it: elsewhere the list starts anew.
#[tokio::test]
async fn a_strangers_cursor_opens_nothing() {
    let shop = Shop::open().await;
    for n in 1..=3 {
        shop.create(&order(1, n)).await;
        shop.create(&order(2, n)).await;
        shop.create(&subscription(&order(1, n))).await;
    }
    let others = shop.store.orders_of(id(2), None, 1).await.unwrap().next.unwrap();
    assert_eq!(shop.store.orders_of(id(1), Some(&others), 9).await.unwrap().items.len(), 3);
    assert_eq!(shop.store.subscriptions_of(id(1), Some(&others), 9).await.unwrap().items.len(), 3);
}

#[tokio::test]
async fn a_limit_is_one_to_a_hundred() {
    let shop = Shop::open().await;
    for chunk in [1..=60, 61..=120] {
        let writes = chunk.clone().flat_map(|n| [Write::create(&referral(1, 100 + n)).unwrap()]).collect();
        shop.store.commit(&format!("{chunk:?}"), writes).await.unwrap();
        let users = chunk.map(|n| Write::create(&user(100 + n)).unwrap()).collect();
        shop.store.commit(&format!("users {}", shop.contents().await.len()), users).await.unwrap();
    }
    for (limit, expected) in [(0, 1), (1, 1), (100, 100), (255, 100)] {
        let page = shop.store.referrals_of(id(1), None, limit).await.unwrap();
        assert_eq!((page.items.len(), page.next.is_some()), (expected, true), "{limit}");
        let page = shop.store.invited_by(id(1), None, limit).await.unwrap();
        assert_eq!((page.items.len(), page.next.is_some()), (expected, true), "{limit}");
    }
}

/// One item that cannot be read is an error that names it, not a gap that nobody sees.
#[tokio::test]
async fn an_unreadable_item_is_named() {
    let shop = Shop::open().await;
    shop.create(&code()).await;
    let mut item = shop.item(&code().key()).await.unwrap();
    item.remove("times_used");
    shop.put_raw(item).await;
    let error = shop.store.discount_code(&code_name()).await.unwrap_err();
    let StoreError::Unreadable { key, reason } = error else { panic!("{error:?}") };
    assert_eq!((key.as_str(), reason.contains("times_used")), ("DISCOUNT#SPRING-FESTIVAL-2026|DISCOUNT", true));
}

/// What a newer version of the shop adds does not keep this one from reading.
#[tokio::test]
async fn unknown_attributes_are_passed_over() {
    let shop = Shop::open().await;
    shop.create(&code()).await;
    let mut item = shop.item(&code().key()).await.unwrap();
    item.insert("later".into(), aws_sdk_dynamodb::types::AttributeValue::Bool(true));
    item.insert("schema_version".into(), aws_sdk_dynamodb::types::AttributeValue::N("2".into()));
    shop.put_raw(item).await;
    assert_eq!(shop.store.discount_code(&code_name()).await.unwrap(), Some::<DiscountCode>(code()));
}

#[tokio::test]
async fn subscriptions_come_with_their_customers() {
    let shop = Shop::open().await;
    assert_eq!(shop.store.held(&[]).await.unwrap(), []);
    shop.create(&user(1)).await;
    let subscriptions = [order(1, 1), order(1, 2), order(2, 3)].map(|order| subscription(&order));
    for subscription in &subscriptions {
        shop.create(subscription).await;
    }
    shop.http.take_log();
    let gone = order_id(3, 9);
    let asked: Vec<_> = subscriptions.iter().map(|held| held.order).chain([gone]).collect();
    let held = shop.store.held(&asked).await.unwrap();
    assert_eq!(shop.tally().requests, 1);
    // Two of one customer; one whose customer is not known; one that is not there.
    let customers: Vec<_> = held.iter().map(|held| held.customer.clone()).collect();
    assert_eq!(customers, [Some(user(1)), Some(user(1)), None]);
    assert_eq!(held.into_iter().map(|held| held.subscription).collect::<Vec<_>>(), subscriptions);
    // One that cannot be read is left out, and stands in nobody's way.
    let mut item = shop.item(&subscriptions[0].key()).await.unwrap();
    item.remove("link");
    shop.put_raw(item).await;
    let held = shop.store.held(&asked).await.unwrap();
    assert_eq!(held.into_iter().map(|held| held.subscription.order).collect::<Vec<_>>(), [order_id(1, 2), order_id(2, 3)]);
    let many: Vec<_> = (0..50).map(|n| order_id(100 + n, 1)).collect();
    assert_eq!((store::HELD_AT_ONCE, shop.store.held(&many).await.unwrap()), (50, vec![]));
}
