//! What happened in the shop, the newest first: the `list` partitions of users, orders and payments by month and of traces by day, merged by time.

use std::{fmt, str::FromStr};

use data_encoding::BASE64URL_NOPAD;
use domain::{
    Timestamp,
    activity::{FeedSource, Trace},
    order::Order,
    payment::Payment,
    time::{Month, Span},
    user::User,
};
use serde::{Deserialize, Serialize};

use crate::{
    Cursor, InvalidCursor, ListError, Page, Store, StoreError,
    item::{Item, from_item, text},
    keys::{self, Key},
    list::{FIRST_MONTH, MAX_LIMIT},
    schema,
};

/// Something that happened, as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    Joined(Box<User>),
    Ordered(Box<Order>),
    Arrived(Box<Payment>),
    Traced(Box<Trace>),
}

#[derive(Debug)]
pub struct FeedPage {
    pub items: Vec<Happened>,
    /// `None`: that was all. A page may come short, or be empty, and still have a next.
    pub next: Option<FeedCursor>,
}

/// How far each of the sources has been read: the partition, and the sort key below which it goes on. `None`: it is over, or was not asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedCursor([Option<Spot>; 4]);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Spot {
    /// `2026-11`, or `2026-11-22` for traces.
    #[serde(rename = "p")]
    part: String,
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    below: Option<String>,
}

impl fmt::Display for FeedCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_vec(&self.0).map_err(|_| fmt::Error)?;
        f.write_str(&BASE64URL_NOPAD.encode(&json))
    }
}

impl FromStr for FeedCursor {
    type Err = InvalidCursor;
    fn from_str(cursor: &str) -> Result<Self, InvalidCursor> {
        if cursor.len() > 2048 {
            return Err(InvalidCursor);
        }
        let json = BASE64URL_NOPAD.decode(cursor.as_bytes()).map_err(|_| InvalidCursor)?;
        let spots: [Option<Spot>; 4] = serde_json::from_slice(&json).map_err(|_| InvalidCursor)?;
        let fits = |(source, spot): (FeedSource, &Option<Spot>)| {
            spot.as_ref().is_none_or(|spot| is_part(source, &spot.part) && spot.below.as_ref().is_none_or(|below| !below.is_empty()))
        };
        if FeedSource::ALL.into_iter().zip(&spots).all(fits) { Ok(Self(spots)) } else { Err(InvalidCursor) }
    }
}

/// Partitions that one page looks through, of each source: months, and days of traces.
const MAX_MONTHS: usize = 3;
const MAX_DAYS: usize = 14;

fn is_part(source: FeedSource, part: &str) -> bool {
    match source {
        FeedSource::Traces => day_start(part).is_some(),
        FeedSource::Users | FeedSource::Orders | FeedSource::Payments => part.parse::<Month>().is_ok(),
    }
}

fn day_start(day: &str) -> Option<Timestamp> {
    let start: Timestamp = format!("{day}T00:00:00Z").parse().ok()?;
    (start.day() == day).then_some(start)
}

const fn prefix(source: FeedSource) -> &'static str {
    match source {
        FeedSource::Users => keys::USERS,
        FeedSource::Orders => keys::ORDERS,
        FeedSource::Payments => keys::PAYMENTS,
        FeedSource::Traces => keys::ACTIVITY,
    }
}

/// The partition of the newest.
fn newest(source: FeedSource, now: Timestamp) -> String {
    if source == FeedSource::Traces { now.day() } else { now.month().to_string() }
}

/// The partition before this one; `None`: nothing is older.
fn before(source: FeedSource, part: &str, now: Timestamp) -> Option<String> {
    if source == FeedSource::Traces {
        let day = day_start(part)?.minus(Span::days(1));
        let oldest = now.minus(Trace::LIFETIME).minus(Span::days(1));
        return (day >= oldest).then(|| day.day());
    }
    let month = part.parse::<Month>().ok()?;
    (month > FIRST_MONTH.parse().ok()?).then(|| month.previous().to_string())
}

/// What one source has of a page.
struct Reading {
    source: FeedSource,
    began: Option<Spot>,
    found: Vec<(Key, String)>,
    /// Where it goes on behind all of `found`.
    end: Option<Spot>,
}

impl Reading {
    /// Down to which sort key it is known what there is.
    fn floor(&self) -> String {
        match &self.end {
            None => String::new(),
            Some(Spot { below: Some(below), .. }) => below.clone(),
            Some(Spot { part, below: None }) => format!("{part}~"),
        }
    }

    /// Where it goes on behind the first `n` of `found`, on a page that ends with the sort key `last`: what comes later than that is not on the pages that
    /// follow, though none of this source was on this one.
    fn after(self, n: usize, last: Option<&str>) -> Option<Spot> {
        if n >= self.found.len() {
            return self.end;
        }
        let own = n.checked_sub(1).and_then(|last| self.found.get(last)).map(|(_, sort)| sort.as_str());
        let began = self.began?;
        let Some(last) = own.or(last) else { return Some(began) };
        let digits = if self.source == FeedSource::Traces { 10 } else { 7 };
        let part: String = last.chars().take(digits).collect();
        if part > began.part {
            return Some(began);
        }
        let below = match began.below {
            Some(below) if part == began.part && below.as_str() < last => below,
            Some(_) | None => last.to_owned(),
        };
        Some(Spot { part, below: Some(below) })
    }
}

impl Store {
    /// What happened, of these sources. A page costs at most three queries of each list and fourteen of traces, and one item for each line.
    pub async fn feed(
        &self,
        sources: &[FeedSource],
        cursor: Option<&FeedCursor>,
        limit: u8,
        now: Timestamp,
    ) -> Result<FeedPage, ListError> {
        let limit = usize::from(limit.clamp(1, MAX_LIMIT));
        let begin = |source: FeedSource| match cursor {
            Some(FeedCursor(spots)) => {
                FeedSource::ALL.into_iter().zip(spots).find(|(known, _)| *known == source).and_then(|(_, spot)| spot.clone())
            }
            None => sources.contains(&source).then(|| Spot { part: newest(source, now), below: None }),
        };
        let read = |source| self.read_source(source, begin(source), limit, now);
        let (users, orders, payments, traces) =
            tokio::try_join!(read(FeedSource::Users), read(FeedSource::Orders), read(FeedSource::Payments), read(FeedSource::Traces))?;
        let readings = [users, orders, payments, traces];
        let floor = readings.iter().map(Reading::floor).max().unwrap_or_default();
        let mut entries: Vec<(&str, FeedSource, &Key)> = (readings.iter())
            .flat_map(|reading| reading.found.iter().map(|(key, sort)| (sort.as_str(), reading.source, key)))
            .filter(|(sort, ..)| *sort >= floor.as_str())
            .collect();
        entries.sort_by(|a, b| b.0.cmp(a.0).then(a.1.cmp(&b.1)));
        entries.truncate(limit);
        let wanted: Vec<Key> = entries.iter().map(|(.., key)| (*key).clone()).collect();
        let kinds: Vec<FeedSource> = entries.iter().map(|(_, source, _)| *source).collect();
        let last = entries.last().map(|(sort, ..)| (*sort).to_owned());
        let spots = readings.map(|reading| {
            let shown = kinds.iter().filter(|source| **source == reading.source).count();
            reading.after(shown, last.as_deref())
        });
        let next = spots.iter().any(Option::is_some).then_some(FeedCursor(spots));
        let found = if wanted.is_empty() { Vec::new() } else { self.get_many(&wanted).await? };
        let items = kinds.into_iter().zip(found).filter_map(|(source, item)| happened(source, item?)).collect();
        Ok(FeedPage { items, next })
    }

    async fn read_source(&self, source: FeedSource, began: Option<Spot>, limit: usize, now: Timestamp) -> Result<Reading, ListError> {
        let mut reading = Reading { source, end: began.clone(), began, found: Vec::new() };
        let partitions = if source == FeedSource::Traces { MAX_DAYS } else { MAX_MONTHS };
        for _ in 0..partitions {
            let Some(spot) = &reading.end else { break };
            let wanted = limit.saturating_sub(reading.found.len());
            let found = self.feed_query(source, spot, wanted).await?;
            let is_full = found.len() >= wanted;
            let part = spot.part.clone();
            reading.found.extend(found);
            if is_full {
                reading.end = reading.found.last().map(|(_, sort)| Spot { part, below: Some(sort.clone()) });
                break;
            }
            reading.end = before(source, &part, now).map(|part| Spot { part, below: None });
        }
        Ok(reading)
    }

    async fn feed_query(&self, source: FeedSource, spot: &Spot, limit: usize) -> Result<Vec<(Key, String)>, StoreError> {
        let request = self
            .client
            .query()
            .table_name(&*self.table)
            .index_name(schema::LIST.name)
            .key_condition_expression("#partition = :partition AND #sort < :below")
            .expression_attribute_names("#partition", schema::LIST.partition)
            .expression_attribute_names("#sort", schema::LIST.sort)
            .expression_attribute_values(":partition", text(format!("{}#{}", prefix(source), spot.part)))
            .expression_attribute_values(":below", text(spot.below.as_deref().unwrap_or("~")))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let answer = request.send().await.map_err(StoreError::of_sdk)?;
        let part = |item: &Item, name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
        let entry = |item: &Item| Some((Key { pk: part(item, schema::PK)?, sk: part(item, schema::SK)? }, part(item, schema::LIST.sort)?));
        Ok(answer.items.unwrap_or_default().iter().filter_map(entry).collect())
    }

    /// A user's traces, the newest first.
    pub async fn traces_of(&self, user: domain::TelegramUserId, cursor: Option<&Cursor>, limit: u8) -> Result<Page<Trace>, StoreError> {
        self.partition(&keys::user_partition(user), keys::TRACE_PREFIX, cursor, limit, false).await
    }
}

/// What an item says; one that cannot be read is told of and left out.
fn happened(source: FeedSource, item: Item) -> Option<Happened> {
    let read = match source {
        FeedSource::Users => from_item(item).map(|user| Happened::Joined(Box::new(user))),
        FeedSource::Orders => from_item(item).map(|order| Happened::Ordered(Box::new(order))),
        FeedSource::Payments => from_item(item).map(|payment| Happened::Arrived(Box::new(payment))),
        FeedSource::Traces => from_item(item).map(|trace| Happened::Traced(Box::new(trace))),
    };
    read.inspect_err(|error| tracing::error!(event = "item_unreadable", %error, "an item cannot be read")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_go_back_to_the_first() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        for (source, part, expected) in [
            (FeedSource::Users, "2026-11", Some("2026-10")),
            (FeedSource::Orders, "2026-01", None),
            (FeedSource::Traces, "2026-11-01", Some("2026-10-31")),
            (FeedSource::Traces, "2026-08-22", None),
        ] {
            assert_eq!(before(source, part, now).as_deref(), expected, "{part}");
        }
    }

    #[test]
    fn a_cursor_is_one_of_the_feed() {
        let spot = |part: &str| Some(Spot { part: part.to_owned(), below: None });
        let good = FeedCursor([spot("2026-11"), None, spot("2026-10"), spot("2026-11-22")]);
        assert_eq!(good.to_string().parse(), Ok(good));
        for bad in [[spot("2026-11-22"), None, None, None], [None, None, None, spot("2026-11")]] {
            assert_eq!(FeedCursor(bad).to_string().parse::<FeedCursor>(), Err(InvalidCursor));
        }
        for bad in ["", "x", "W10"] {
            assert_eq!(bad.parse::<FeedCursor>(), Err(InvalidCursor), "{bad}");
        }
    }
}
