//! What the days' counts are made of and where they lie.

use domain::{
    Timestamp,
    order::Order,
    payment::Payment,
    stats::{CountingClock, DayCount, Recount},
    time::{Day, Month},
    user::User,
};

use crate::{
    Entity, Store, StoreError,
    item::{Item, from_item, text},
    keys::{self, Key},
    schema,
};

/// Entries of a list in the order in which they came, with what the table says of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice<E> {
    pub items: Vec<E>,
    /// The place of the last one, where the next slice begins.
    pub last: String,
    /// Whether that was everything up to the asked time.
    pub whole: bool,
}

/// What the counting of days owes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counting {
    /// `None`: nothing has ever been counted.
    pub clock: Option<CountingClock>,
    /// The days to be counted anew, at most [`Counting::RECOUNTS`] of them.
    pub recounts: Vec<Recount>,
}

impl Counting {
    pub const RECOUNTS: i32 = 50;
}

/// Entries of one slice: as many as one read of the table fetches.
const SLICE: i32 = 100;

impl Store {
    /// Users who joined after the place `after` and before `until`.
    pub async fn users_after(&self, after: &str, until: Timestamp) -> Result<Slice<User>, StoreError> {
        self.listed_after(keys::USERS, after, until).await
    }

    /// Orders that were placed after the place `after` and before `until`.
    pub async fn orders_after(&self, after: &str, until: Timestamp) -> Result<Slice<Order>, StoreError> {
        self.listed_after(keys::ORDERS, after, until).await
    }

    /// Payments that arrived after the place `after` and before `until`, each with the order that it was for.
    pub async fn payments_after(&self, after: &str, until: Timestamp) -> Result<Slice<(Payment, Option<Order>)>, StoreError> {
        let Slice { items: payments, last, whole } = self.listed_after::<Payment>(keys::PAYMENTS, after, until).await?;
        // An order may have several payments, and no key may be asked for twice.
        let mut wanted: Vec<Key> = payments.iter().filter_map(|payment| payment.order).map(keys::order).collect();
        wanted.sort_unstable_by(|a, b| (&a.pk, &a.sk).cmp(&(&b.pk, &b.sk)));
        wanted.dedup();
        let found = if wanted.is_empty() { Vec::new() } else { self.get_many(&wanted).await? };
        let orders: Vec<Order> = found.into_iter().flatten().map(from_item).collect::<Result<_, _>>()?;
        let of = |payment: &Payment| orders.iter().find(|order| payment.order == Some(order.id)).cloned();
        let items = payments
            .into_iter()
            .map(|payment| {
                let order = of(&payment);
                (payment, order)
            })
            .collect();
        Ok(Slice { items, last, whole })
    }

    /// `after`: the place of an entry, or a time. Read within one month; the next slice goes on with the next one.
    async fn listed_after<E: Entity>(&self, list: &str, after: &str, until: Timestamp) -> Result<Slice<E>, StoreError> {
        let time = after.split('#').next().unwrap_or_default();
        let time: Timestamp =
            time.parse().map_err(|_| StoreError::Unreadable { key: after.to_owned(), reason: "not a place of a list".into() })?;
        let month = time.month();
        let request = self
            .client
            .query()
            .table_name(&*self.table)
            .index_name(schema::LIST.name)
            .key_condition_expression("#partition = :partition AND #sort BETWEEN :after AND :until")
            .expression_attribute_names("#partition", schema::LIST.partition)
            .expression_attribute_names("#sort", schema::LIST.sort)
            .expression_attribute_values(":partition", text(keys::monthly(list, month)))
            .expression_attribute_values(":after", text(after))
            .expression_attribute_values(":until", text(until.to_string()))
            .limit(SLICE);
        let answer = request.send().await.map_err(StoreError::of_sdk)?;
        let part = |item: &Item, name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
        let mut last = after.to_owned();
        let mut wanted = Vec::new();
        for entry in answer.items.unwrap_or_default() {
            // The ends belong to BETWEEN: the first one is in already.
            let Some(place) = part(&entry, schema::LIST.sort).filter(|place| *place != after) else { continue };
            if let (Some(pk), Some(sk)) = (part(&entry, schema::PK), part(&entry, schema::SK)) {
                wanted.push(Key { pk, sk });
            }
            last = place;
        }
        let mut whole = answer.last_evaluated_key.is_none();
        if whole && until.month() > month {
            (last, whole) = (format!("{}-01T00:00:00.000Z", month.next()), false);
        }
        let found = if wanted.is_empty() { Vec::new() } else { self.get_many(&wanted).await? };
        Ok(Slice { items: found.into_iter().flatten().map(from_item).collect::<Result<_, _>>()?, last, whole })
    }

    pub async fn day_count(&self, day: Day) -> Result<Option<DayCount>, StoreError> {
        self.find(&keys::day_count(day)).await
    }

    /// The days of a month that were counted, in their order, in one read.
    pub async fn day_counts(&self, month: Month) -> Result<Vec<DayCount>, StoreError> {
        let page = self.partition(&keys::stats_month(month), keys::DAY_PREFIX, None, 31, true).await?;
        Ok(page.items)
    }

    /// How far the counting is and what it owes, in one read.
    pub async fn counting(&self) -> Result<Counting, StoreError> {
        let request = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("#pk = :pk")
            .expression_attribute_names("#pk", schema::PK)
            .expression_attribute_values(":pk", text(keys::COUNTING))
            .limit(Counting::RECOUNTS);
        let answer = request.send().await.map_err(StoreError::of_sdk)?;
        let mut counting = Counting::default();
        for item in answer.items.unwrap_or_default() {
            match item.get(schema::SK).and_then(|sk| sk.as_s().ok()) {
                Some(sk) if sk.starts_with(keys::RECOUNT_PREFIX) => counting.recounts.push(from_item(item)?),
                _ => counting.clock = Some(from_item(item)?),
            }
        }
        Ok(counting)
    }
}
