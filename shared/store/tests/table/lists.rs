//! What an operator pages through.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use data_encoding::BASE64URL_NOPAD;
use domain::{
    Timestamp,
    activity::{ActivityKind, FeedSource, Trace},
    discount::DiscountCode,
    ids::TraceId,
    order::{Event, Order},
    payment::{Payment, PaymentStatus},
    time::Span,
    user::{User, UserStatus},
};
use embedded_dynamodb::Tally;
use store::{Cursor, Entity, FeedCursor, Filter, Happened, InvalidCursor, ListError, Page, Write};

use crate::support::{Shop, samples::*};

/// A user who joined at `at`.
fn joined(n: i64, at: Timestamp) -> User {
    User { joined_at: at, ..user(n) }
}

fn days_ago(n: u32) -> Timestamp {
    now().minus(Span::days(n))
}

async fn create_all<E: Entity>(shop: &Shop, entities: impl IntoIterator<Item = E>) {
    let writes: Vec<Write> = entities.into_iter().map(|entity| Write::create(&entity).unwrap()).collect();
    for (n, writes) in writes.chunks(100).enumerate() {
        shop.store.commit(&format!("{} {n}", E::TYPE), writes.to_vec()).await.unwrap();
    }
}

/// All pages of a list: what they hold, and how long each is.
async fn walk<E>(page: impl AsyncFn(Option<&Cursor>) -> Result<Page<E>, ListError>) -> (Vec<E>, Vec<usize>) {
    let (mut all, mut lengths, mut cursor): (_, _, Option<Cursor>) = (Vec::new(), Vec::new(), None);
    loop {
        let page = page(cursor.as_ref()).await.unwrap();
        lengths.push(page.items.len());
        all.extend(page.items);
        cursor = page.next.map(|cursor| cursor.to_string().parse().unwrap());
        if cursor.is_none() {
            return (all, lengths);
        }
        assert!(lengths.len() < 1000, "the list does not end");
    }
}

fn ids(users: &[User]) -> Vec<i64> {
    users.iter().map(|user| user.id.get() - 7_000_000_000).collect()
}

#[tokio::test]
async fn months_are_walked_backwards_over_empty_ones() {
    let shop = Shop::open().await;
    // Five in November, none in October, September and August, four in July, one at the very start of the list's time.
    let users = [(1, 0), (2, 1), (3, 2), (4, 3), (5, 20), (6, 120), (7, 121), (8, 122), (9, 123)];
    create_all(&shop, users.map(|(n, days)| joined(n, days_ago(days)))).await;
    create_all(&shop, [joined(10, "2026-01-01T00:00:00Z".parse().unwrap())]).await;
    for limit in [1, 2, 3, 5, 9, 10, 100] {
        let (found, pages) = walk(async |cursor| shop.store.list_users(&Filter::default(), cursor, limit, now()).await).await;
        assert_eq!(ids(&found), (1..=10).collect::<Vec<_>>(), "limit {limit}");
        assert!(pages.iter().all(|page| *page <= usize::from(limit)), "{pages:?}");
    }
}

#[tokio::test]
async fn both_sides_of_a_month_boundary() {
    let shop = Shop::open().await;
    let first: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
    let last = Timestamp::from_millis(first.millis() - 1);
    create_all(&shop, [joined(1, first), joined(2, last)]).await;
    let (found, pages) = walk(async |cursor| shop.store.list_users(&Filter::default(), cursor, 1, now()).await).await;
    assert_eq!((ids(&found), &pages[..2]), (vec![1, 2], &[1, 1][..]));
    let between = |from, to| Filter { from: Some(from), to: Some(to), ..Filter::default() };
    let cases = [
        (between(first, now()), vec![1]),
        (between(last, last), vec![2]),
        (between(last, first), vec![1, 2]),
        (between(first, last), vec![]),
    ];
    for (filter, expected) in cases {
        let (found, _) = walk(async |cursor| shop.store.list_users(&filter, cursor, 10, now()).await).await;
        assert_eq!(ids(&found), expected, "{filter:?}");
    }
}

#[tokio::test]
async fn each_list_has_its_own_things_newest_first() {
    let shop = Shop::open().await;
    let orders: Vec<Order> = (1..=3).map(|n| order(i64::from(n), n)).collect();
    let payments: Vec<Payment> = orders.iter().zip(1..).map(|(order, n)| payment(n, order.id)).collect();
    let codes = ["AAA", "BBB", "CCC"].iter().zip(1u32..);
    let codes: Vec<DiscountCode> =
        codes.map(|(name, n)| DiscountCode { name: name.parse().unwrap(), created_at: minutes(n), ..code() }).collect();
    create_all(&shop, orders.clone()).await;
    create_all(&shop, payments.clone()).await;
    create_all(&shop, codes.clone()).await;
    create_all(&shop, (1..=3).map(admin_token)).await;
    create_all(&shop, (1..=3).map(audit_entry)).await;
    let other = domain::admin::AuditEntry { entity_id: id(2).to_string(), ..audit_entry(4) };
    create_all(&shop, [other.clone()]).await;

    let all = Filter::default();
    fn newest_first<E: Clone>(items: &[E]) -> Vec<E> {
        items.iter().rev().cloned().collect()
    }
    assert_eq!(walk(async |c| shop.store.list_orders(&all, c, 2, now()).await).await.0, newest_first(&orders));
    assert_eq!(walk(async |c| shop.store.list_payments(&all, c, 2, now()).await).await.0, newest_first(&payments));
    assert_eq!(walk(async |c| shop.store.list_discount_codes(&all, c, 2, now()).await).await.0, newest_first(&codes));
    let tokens: Vec<_> = (1..=3).rev().map(admin_token).collect();
    assert_eq!(walk(async |c| shop.store.list_admin_tokens(c, 2, now()).await).await.0, tokens);
    let entries: Vec<_> = (1..=3).rev().map(audit_entry).collect();
    let (user, other_user) = (id(1).to_string(), id(2).to_string());
    assert_eq!(walk(async |c| shop.store.list_audit("user", &user, c, 2, now()).await).await.0, entries);
    assert_eq!(walk(async |c| shop.store.list_audit("user", &other_user, c, 2, now()).await).await.0, [other]);
    assert_eq!(walk(async |c| shop.store.list_audit("order", &user, c, 2, now()).await).await.0, []);
    assert_eq!(walk(async |c| shop.store.list_users(&all, c, 2, now()).await).await.0, []);
}

#[tokio::test]
async fn filters() {
    let shop = Shop::open().await;
    let special = |n: i64| User {
        status: if n % 2 == 0 { UserStatus::Active } else { UserStatus::New },
        banned_at: (n % 3 == 0).then(now),
        invited_by: (n % 5 == 0).then(|| id(99)),
        ..joined(n, now().minus(Span::hours(u32::try_from(n).unwrap())))
    };
    create_all(&shop, (1..=30).map(special)).await;
    let status = |name: &str| Filter { status: Some(name.into()), ..Filter::default() };
    let summary = |pairs: &[(&'static str, &str)]| Filter {
        summary: pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
        ..Filter::default()
    };
    let hours = |n: i64| now().minus(Span::hours(u32::try_from(n).unwrap()));
    let inviter = id(99).to_string();
    type Fits = fn(i64) -> bool;
    let cases: Vec<(Filter, Fits)> = vec![
        (Filter::default(), |_| true),
        (status("active"), |n| n % 2 == 0),
        (status("expired"), |_| false),
        (summary(&[("banned", "true")]), |n| n % 3 == 0),
        (summary(&[("banned", "false"), ("invited_by", &inviter)]), |n| n % 3 != 0 && n % 5 == 0),
        (Filter { status: Some("new".into()), ..summary(&[("banned", "true")]) }, |n| n % 6 == 3),
        (Filter { from: Some(hours(10)), ..Filter::default() }, |n| n <= 10),
        (Filter { to: Some(hours(10)), ..Filter::default() }, |n| n >= 10),
        (Filter { from: Some(hours(20)), to: Some(hours(10)), ..status("active") }, |n| (10..=20).contains(&n) && n % 2 == 0),
    ];
    for (filter, fits) in cases {
        let expected: Vec<i64> = (1..=30).filter(|n| fits(*n)).collect();
        for limit in [1, 4, 100] {
            let (found, _) = walk(async |cursor| shop.store.list_users(&filter, cursor, limit, now()).await).await;
            assert_eq!(ids(&found), expected, "{filter:?}, limit {limit}");
        }
    }
}

/// A page of a filter that nothing fits ends after a bounded number of entries, short, with a cursor to go on.
#[tokio::test]
async fn a_filtered_page_may_come_short() {
    let shop = Shop::open().await;
    let at = |n: i64| Timestamp::from_millis(now().millis() - n * 1000);
    create_all(&shop, (1..=3000).map(|n| User { banned_at: (n == 2999).then(now), ..joined(n, at(n)) })).await;
    let banned = Filter { summary: vec![("banned", "true".into())], ..Filter::default() };
    shop.http.take_log();
    let page = shop.store.list_users(&banned, None, 10, now()).await.unwrap();
    assert_eq!((page.items.len(), page.next.is_some(), shop.tally().requests), (0, true, 14));
    let (found, pages) = walk(async |cursor| shop.store.list_users(&banned, cursor, 10, now()).await).await;
    assert_eq!((ids(&found), pages.len()), (vec![2999], 2));
}

#[tokio::test]
async fn pages_stay_while_orders_come_and_move_on() {
    let shop = Shop::open().await;
    let orders: Vec<Order> = (1..=20).map(|n| order(i64::from(n), n)).collect();
    create_all(&shop, orders.clone()).await;
    let (mut seen, mut cursor, mut turn) = (Vec::new(), None, 0);
    loop {
        let page = shop.store.list_orders(&Filter::default(), cursor.as_ref(), 3, now()).await.unwrap();
        seen.extend(page.items.into_iter().map(|order| order.id));
        turn += 1;
        // Between two pages one more order comes, and one on either side of the page expires.
        shop.create(&order(100 + turn, 100 + u32::try_from(turn).unwrap())).await;
        for mut order in [orders[usize::try_from(turn).unwrap()].clone(), orders[19 - usize::try_from(turn).unwrap()].clone()] {
            if let Some(stored) = shop.store.order(order.id).await.unwrap() {
                order = stored;
            }
            if order.status == domain::order::OrderStatus::AwaitingPayment {
                order.expires_at = now();
                let mut expired = next(&order, &Event::WindowElapsed);
                shop.store.commit(&format!("{turn} {:?}", order.id), vec![Write::replace(&mut expired).unwrap()]).await.unwrap();
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let expected: Vec<_> = orders.iter().rev().map(|order| order.id).collect();
    assert_eq!(seen, expected, "none twice, none missing, none of those that came later");
}

/// The index says which, the table says what: a status that the index has not heard of yet is shown as it is.
#[tokio::test]
async fn items_are_shown_as_they_are() {
    let shop = Shop::open().await;
    let payments: Vec<Payment> = (1..=3).map(|n| payment(n, order_id(1, n))).collect();
    create_all(&shop, payments.clone()).await;
    let mut refunded = Payment { status: PaymentStatus::Refunded, ..payments[1].clone() };
    shop.store.commit("refund", vec![Write::replace(&mut refunded).unwrap()]).await.unwrap();
    let filter = Filter { status: Some("refunded".into()), ..Filter::default() };
    let (found, _) = walk(async |cursor| shop.store.list_payments(&filter, cursor, 2, now()).await).await;
    assert_eq!(found, [refunded]);
}

#[tokio::test]
async fn a_limit_is_one_to_a_hundred() {
    let shop = Shop::open().await;
    create_all(&shop, (1..=120).map(|n| joined(n, days_ago(0)))).await;
    for (limit, expected) in [(0, 1), (1, 1), (100, 100), (255, 100)] {
        let page = shop.store.list_users(&Filter::default(), None, limit, now()).await.unwrap();
        assert_eq!((page.items.len(), page.next.is_some()), (expected, true), "{limit}");
    }
}

fn forged(json: &str) -> Cursor {
    BASE64URL_NOPAD.encode(json.as_bytes()).parse().unwrap()
}

#[tokio::test]
async fn what_is_no_cursor_of_the_list_is_refused() {
    let texts = ["", "AAAA", "not base64!"].map(str::to_owned).into_iter().chain(["A".repeat(1025)]);
    let forged_texts = [
        "{}",
        "[1]",
        r#"{"p":"","s":""}"#,
        r#"{"p":"x","s":""}"#,
        r#"{"p":"","s":"","index":["ORDERS#2026-11",""]}"#,
        r#"{"p":"USER#1","s":"ORDER#1","index":["ORDERS#2026-11",""]}"#,
        r#"{"p":"","s":"x","index":["ORDERS#2026-11","2026-11-22T12:00:00.000Z#x"]}"#,
        r#"{"p":"x","s":"","index":["ORDERS#2026-11","2026-11-22T12:00:00.000Z#x"]}"#,
        r#"{"p":"x","s":"x","index":["",""]}"#,
    ];
    for text in texts.chain(forged_texts.map(|json| BASE64URL_NOPAD.encode(json.as_bytes()))) {
        assert_eq!(text.parse::<Cursor>(), Err(InvalidCursor), "{text}");
    }
    let shop = Shop::open().await;
    create_all(&shop, (1..=4).map(|n| joined(n, days_ago(1)))).await;
    create_all(&shop, (1..=4).map(|n| order(1, n))).await;
    let of_users = shop.store.list_users(&Filter::default(), None, 2, now()).await.unwrap().next.unwrap();
    let of_partition = shop.store.orders_of(id(1), None, 2).await.unwrap().next.unwrap();
    let cursors = [
        of_users,
        of_partition,
        forged(r#"{"p":"USER#1","s":"ORDER#1"}"#),
        forged(r#"{"p":"","s":"","partition":"USERS#2026-11"}"#),
        forged(r#"{"p":"","s":"","partition":"ORDERS#"}"#),
        forged(r#"{"p":"","s":"","partition":"ORDERS#2026-13"}"#),
    ];
    for cursor in cursors {
        let page = shop.store.list_orders(&Filter::default(), Some(&cursor), 2, now()).await;
        assert!(matches!(page, Err(ListError::Cursor(InvalidCursor))), "{cursor:?}: {page:?}");
    }
    let codes =
        shop.store.list_discount_codes(&Filter::default(), Some(&forged(r#"{"p":"","s":"","partition":"ADMINTOKENS"}"#)), 2, now()).await;
    assert!(matches!(codes, Err(ListError::Cursor(InvalidCursor))), "{codes:?}");
}

/// A cursor that is of the list but points nowhere is a place like any other: nothing is shown that the list does not hold.
#[tokio::test]
async fn a_cursor_into_the_void_shows_nothing_foreign() {
    let shop = Shop::open().await;
    create_all(&shop, (1..=4).map(|n| order(1, n))).await;
    let cases = [
        (r#"{"p":"x","s":"y","index":["ORDERS#2026-11","2026-11-22T12:00:00.003Z"]}"#, 2),
        (r#"{"p":"x","s":"y","index":["ORDERS#2026-11","9"]}"#, 4),
        (r#"{"p":"","s":"","partition":"ORDERS#2030-01"}"#, 0),
        (r#"{"p":"","s":"","partition":"ORDERS#1970-01"}"#, 0),
    ];
    for (cursor, expected) in cases {
        let page = shop.store.list_orders(&Filter::default(), Some(&forged(cursor)), 10, now()).await.unwrap();
        assert_eq!(page.items.len(), expected, "{cursor}");
    }
    // A narrower filter than the one that the cursor came from.
    let elsewhere = forged(r#"{"p":"x","s":"y","index":["ORDERS#2026-11","2026-11-05T12:00:00.003Z#x"]}"#);
    let filter = Filter { from: Some(now()), ..Filter::default() };
    let page = shop.store.list_orders(&filter, Some(&elsewhere), 10, now()).await;
    assert!(matches!(&page, Err(ListError::Cursor(InvalidCursor))) || page.as_ref().is_ok_and(|page| page.items.is_empty()), "{page:?}");
}

/// What a list's page costs does not grow with the list.
#[tokio::test]
async fn a_page_costs_the_same_whatever_the_length_of_the_list() {
    let mut costs: Vec<Vec<Tally>> = Vec::new();
    for count in [100, 5000] {
        let shop = Shop::open().await;
        let at = |n: i64| Timestamp::from_millis(now().millis() - n * 100);
        create_all(&shop, (1..=count).map(|n| User { status: UserStatus::Active, invited_by: Some(id(1)), ..joined(n, at(n)) })).await;
        create_all(&shop, (1..=count.min(1000)).map(|n| referral(1, n + 1))).await;
        shop.http.take_log();
        let active = Filter { status: Some("active".into()), ..Filter::default() };
        let recent = Filter { from: Some(at(50)), ..Filter::default() };
        let mut tallies = Vec::new();
        for filter in [Filter::default(), active, recent] {
            let page = shop.store.list_users(&filter, None, 20, now()).await.unwrap();
            assert_eq!(page.items.len(), 20);
            let tally = shop.tally();
            let again = shop.store.list_users(&filter, page.next.as_ref(), 20, now()).await.unwrap();
            assert_eq!(again.items.len(), 20);
            tallies.extend([tally, shop.tally()]);
        }
        shop.store.referrals_of(id(1), None, 20).await.unwrap();
        tallies.push(shop.tally());
        shop.store.invited_by(id(1), None, 20).await.unwrap();
        tallies.push(shop.tally());
        costs.push(tallies);
    }
    let requests: BTreeSet<usize> = costs[0].iter().map(|tally| tally.requests).collect();
    assert_eq!(requests, BTreeSet::from([1, 2]), "the index or the partition, and the items");
    for (n, (few, many)) in costs[0].iter().zip(&costs[1]).enumerate() {
        // A status that most have is found within the entries that a filtered page looks at, of which a short list has fewer.
        if n == 2 || n == 3 {
            assert!(many.read.index("list") <= few.read.index("list") * rust_decimal::Decimal::from(3), "{few:?} {many:?}");
        } else {
            assert_eq!(few, many, "request {n}");
        }
    }
}

/// Lists by an attribute that an operator's filter names never reach into what the index does not hold.
#[tokio::test]
async fn an_item_without_a_summary_fits_no_filter() {
    let shop = Shop::open().await;
    create_all(&shop, [joined(1, days_ago(0))]).await;
    let mut item = shop.item(&user(1).key()).await.unwrap();
    item.remove("summary");
    item.insert("status".into(), AttributeValue::S("later-status".into()));
    shop.put_raw(item).await;
    let banned = Filter { summary: vec![("banned", "false".into())], ..Filter::default() };
    assert!(shop.store.list_users(&banned, None, 10, now()).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn users_are_found_by_how_their_ids_begin() {
    let shop = Shop::open().await;
    // Ids from 7000000001 on, a few of them months ago.
    create_all(&shop, (1..=90).map(|n| joined(n, days_ago(if n % 9 == 0 { 100 } else { 0 })))).await;
    let begin = |digits: &str| Filter { partition: Some(store::keys::users_beginning(digits)), ..Filter::default() };
    let range = |of: std::ops::RangeInclusive<i64>| of.collect::<BTreeSet<_>>();
    for (digits, expected) in [
        ("70000000", range(1..=90)),
        ("700000001", range(10..=19)),
        ("7000000042", range(42..=42)),
        ("8", BTreeSet::new()),
        ("700000000", range(1..=9)),
    ] {
        for limit in [1, 7, 100] {
            let (found, pages) = walk(async |cursor| shop.store.list_users(&begin(digits), cursor, limit, now()).await).await;
            assert_eq!(ids(&found).into_iter().collect::<BTreeSet<_>>(), expected, "{digits} by {limit}");
            assert_eq!(found.len(), expected.len(), "none twice");
            assert!(pages.iter().all(|page| *page <= usize::from(limit)), "{pages:?}");
        }
    }
}

#[tokio::test]
async fn who_holds_a_code_is_paged_through() {
    let shop = Shop::open().await;
    let name = code_name();
    let mut writes: Vec<Write> = (1..=7).map(|n| Write::hold_redemption(&name, order_id(n, 1), None)).collect();
    writes.push(Write::create(&code()).unwrap());
    shop.store.commit("hold", writes).await.unwrap();
    shop.store.commit("hold more", vec![Write::hold_redemption(&name, order_id(3, 2), None)]).await.unwrap();
    shop.store.commit("give back", vec![Write::drop_redemption(&name, order_id(5, 1))]).await.unwrap();
    for limit in [1, 2, 100] {
        let (mut held, mut cursor): (_, Option<Cursor>) = (Vec::new(), None);
        loop {
            let page = shop.store.redemptions_of(&name, cursor.as_ref(), limit).await.unwrap();
            held.extend(page.items.into_iter().map(|holder| (holder.user.get() - 7_000_000_000, holder.orders.len())));
            cursor = page.next.map(|next| next.to_string().parse().unwrap());
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(held, [(1, 1), (2, 1), (3, 2), (4, 1), (6, 1), (7, 1)], "by {limit}");
    }
}

/// Users, orders, payments and traces over half a year, and their times, the newest first.
async fn a_busy_shop(shop: &Shop) -> Vec<(Timestamp, &'static str)> {
    let mut all = Vec::new();
    let at = |days: u32, minute: u32| days_ago(days).plus(Span::minutes(minute));
    for (n, days) in (1_u32..).zip([0, 0, 1, 2, 9, 30, 31, 60, 89, 150, 200]) {
        let user = joined(n.into(), at(days, 1));
        let order = Order { created_at: at(days, 2), ..order(n.into(), n) };
        let payment = Payment { settled_at: at(days, 3), ..payment(n, order.id) };
        let trace = Trace::new(TraceId::new(ulid(n)), id(n.into()), ActivityKind::Blocked, at(days, 4));
        all.extend([(user.joined_at, "joined"), (order.created_at, "ordered"), (payment.settled_at, "arrived")]);
        create_all(shop, [user]).await;
        create_all(shop, [order]).await;
        create_all(shop, [payment]).await;
        if days < 90 {
            all.push((trace.at, "traced"));
            create_all(shop, [trace]).await;
        }
    }
    all.sort_by(|a, b| b.cmp(a));
    all
}

fn line(happened: &Happened) -> (Timestamp, &'static str) {
    match happened {
        Happened::Joined(user) => (user.joined_at, "joined"),
        Happened::Ordered(order) => (order.created_at, "ordered"),
        Happened::Arrived(payment) => (payment.settled_at, "arrived"),
        Happened::Traced(trace) => (trace.at, "traced"),
    }
}

#[tokio::test]
async fn the_feed_merges_its_lists_by_time() {
    let shop = Shop::open().await;
    let mut all = a_busy_shop(&shop).await;
    let now = now().plus(Span::minutes(10));
    for limit in [1, 2, 3, 7, 100] {
        let (mut found, mut cursor, mut pages) = (Vec::new(), None::<FeedCursor>, 0);
        loop {
            shop.tally();
            let page = shop.store.feed(&FeedSource::ALL, cursor.as_ref(), limit, now).await.unwrap();
            let tally = shop.tally();
            assert!(tally.trips <= 15, "a page takes {} trips", tally.trips);
            // A query that finds little costs half a unit; an item of up to 4 KiB one.
            let most = rust_decimal::Decimal::new(5 * (3 * 3 + 14) + 10 * i64::from(limit), 1);
            assert!(tally.read.total() <= most, "a page of {limit} costs {}", tally.read.total());
            assert!(page.items.len() <= usize::from(limit));
            found.extend(page.items.iter().map(line));
            pages += 1;
            cursor = page.next.map(|next| next.to_string().parse().unwrap());
            if cursor.is_none() {
                break;
            }
            assert!(pages < 200, "the feed does not end");
        }
        // Of the same moment the lists come in their order.
        found.sort_by(|a, b| b.cmp(a));
        all.sort_by(|a, b| b.cmp(a));
        assert_eq!(found, all, "limit {limit}");
    }
    let joined = shop.store.feed(&[FeedSource::Users], None, 100, now).await.unwrap();
    assert!(joined.items.iter().all(|happened| line(happened).1 == "joined"));
}

#[tokio::test]
async fn what_happens_while_the_feed_is_read_moves_nothing() {
    let shop = Shop::open().await;
    let all = a_busy_shop(&shop).await;
    let first = shop.store.feed(&FeedSource::ALL, None, 5, now().plus(Span::minutes(10))).await.unwrap();
    create_all(&shop, [joined(99, now().plus(Span::minutes(20)))]).await;
    let later = now().plus(Span::minutes(30));
    let second = shop.store.feed(&FeedSource::ALL, first.next.as_ref(), 5, later).await.unwrap();
    let found: Vec<_> = first.items.iter().chain(&second.items).map(line).collect();
    assert_eq!(found, all[..10]);
}
