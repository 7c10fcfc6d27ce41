//! Timelines, and the traces that they need: what leaves nothing else behind is noted, and written beside what is written or read anyway.
//!
//! No turn waits for a trace longer than for its own business. Where a turn writes, its trace is written at the same time; where it only reads, the trace
//! is kept in the process and written beside its next turn. So a trace can be lost with its process, which changes nothing but what operators can read.

use std::{
    fmt,
    str::FromStr,
    sync::{Mutex, PoisonError},
};

use data_encoding::BASE64URL_NOPAD;
use domain::{
    DiscountCodeName, TelegramUserId,
    activity::{self, Activity, ActivityKind, FeedSource, Place, Trace},
    admin::AuditEntry,
    ids::TraceId,
    order::Order,
    referral::Referral,
    subscription::Subscription,
};
use serde::{Deserialize, Serialize};
pub use store::FeedCursor;
use store::{Cursor, Happened, InvalidCursor, ListError, Page, Write};
use tokio::task::JoinSet;
use tracing::warn;

use crate::{App, codes::CodeRefusal};

/// Traces that one process keeps for its next turn, at most; of more, the oldest go.
const KEPT: usize = 64;
/// Traces that one turn writes, side by side.
const AT_ONCE: usize = 8;
/// Of each kind of thing that a page of a user's timeline looks at.
const READ: u8 = 100;

/// Traces that are not written yet.
#[derive(Debug, Default)]
pub(crate) struct Traces(Mutex<Vec<Trace>>);

impl Traces {
    fn keep(&self, trace: Trace) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push(trace);
    }

    fn take(&self, most: usize) -> Vec<Trace> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let most = most.min(kept.len());
        kept.drain(..most).collect()
    }
}

/// Where a user's timeline goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineCursor {
    /// Behind this one of what is read now; `None`: from its beginning.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    after: Option<Place>,
    #[serde(rename = "r")]
    read: [Start; 5],
}

/// Where reading begins of one kind of thing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Start {
    #[default]
    #[serde(rename = "n")]
    Newest,
    #[serde(rename = "c")]
    Cursor(String),
    /// There is no more of it.
    #[serde(rename = "o")]
    Over,
}

impl Start {
    fn next<E>(page: &Page<E>) -> Self {
        page.next.as_ref().map_or(Self::Over, |next| Self::Cursor(next.to_string()))
    }
}

impl fmt::Display for TimelineCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_vec(self).map_err(|_| fmt::Error)?;
        f.write_str(&BASE64URL_NOPAD.encode(&json))
    }
}

impl FromStr for TimelineCursor {
    type Err = InvalidCursor;
    fn from_str(cursor: &str) -> Result<Self, InvalidCursor> {
        if cursor.len() > 6144 {
            return Err(InvalidCursor);
        }
        let json = BASE64URL_NOPAD.decode(cursor.as_bytes()).map_err(|_| InvalidCursor)?;
        serde_json::from_slice(&json).map_err(|_| InvalidCursor)
    }
}

/// A page of a timeline or of the feed.
#[derive(Debug)]
pub struct ActivityPage<C> {
    pub items: Vec<Activity>,
    /// `None`: that was all. A page may come short, or be empty, and still have a next.
    pub next: Option<C>,
}

/// What a timeline is read from.
#[derive(Debug, Default)]
pub struct Around<'a> {
    pub orders: &'a [Order],
    pub subscriptions: &'a [Subscription],
    /// Whom he invited.
    pub referrals: &'a [Referral],
    pub audit: &'a [AuditEntry],
    pub traces: &'a [Trace],
}

impl Around<'_> {
    pub fn activities(&self) -> Vec<Activity> {
        let orders = self.orders.iter().flat_map(activity::of_order);
        let held = self.subscriptions.iter().flat_map(activity::of_subscription);
        let referrals = self.referrals.iter().flat_map(activity::of_referral);
        let audit = self.audit.iter().filter_map(activity::of_audit);
        orders.chain(held).chain(referrals).chain(audit).chain(self.traces.iter().map(activity::of_trace)).collect()
    }
}

impl App {
    /// A trace of what happens now.
    pub(crate) fn trace(&self, user: TelegramUserId, kind: ActivityKind) -> Trace {
        let now = self.now();
        Trace::new(TraceId::new(self.seams.ulid(now)), user, kind, now)
    }

    /// Keeps a trace for this process's next turn.
    pub(crate) fn keep_trace(&self, trace: Trace) {
        self.traces.keep(trace);
    }

    /// A code took nothing off.
    pub(crate) fn trace_of_refusal(&self, user: TelegramUserId, code: &DiscountCodeName, refusal: CodeRefusal) -> Trace {
        let reason = match refusal {
            CodeRefusal::Rejected(rejection) => rejection.name(),
            CodeRefusal::Wait(_) => "too_many_guesses",
        };
        Trace { code: Some(code.clone()), reason: Some(reason.to_owned()), ..self.trace(user, ActivityKind::CodeRefused) }
    }

    /// Writes a trace: for who writes something else at the same time.
    pub(crate) async fn leave(&self, trace: Trace) {
        if let Err(error) = Box::pin(self.put_trace(&trace)).await {
            lost(&error);
        }
    }

    /// Writes what was noted before, side by side: for who does something else at the same time.
    pub async fn write_traces(&self) {
        self.put_traces(AT_ONCE).await;
    }

    async fn put_traces(&self, most: usize) {
        let mut writes = JoinSet::new();
        for trace in self.traces.take(most) {
            let (store, nonce) = (self.store.clone(), self.seams.nonce());
            writes.spawn(async move {
                let written = async { store.commit(&nonce, vec![Write::put(&trace)?]).await };
                if let Err(error) = written.await {
                    lost(&error);
                }
            });
        }
        while writes.join_next().await.is_some() {}
    }

    /// Writes all that was noted: for who is about to read it, or about to end.
    pub async fn write_all_traces(&self) {
        Box::pin(self.put_traces(KEPT)).await;
    }

    async fn put_trace(&self, trace: &Trace) -> Result<(), store::CommitError> {
        self.store.commit(&self.seams.nonce(), vec![Write::put(trace)?]).await
    }

    /// What a user did and what happened to him, the newest first. Read in stretches of his newest hundred of each thing: within one, what happened later
    /// comes first; money of his that pays no order is found in the list of payments.
    pub async fn timeline(
        &self,
        user: TelegramUserId,
        kind: Option<ActivityKind>,
        cursor: Option<&TimelineCursor>,
        limit: u8,
    ) -> Result<ActivityPage<TimelineCursor>, ListError> {
        self.write_all_traces().await;
        let begin = cursor.map(|cursor| cursor.read.clone()).unwrap_or_default();
        let [orders, subscriptions, referrals, audit, traces] = &begin;
        let entity_id = user.to_string();
        let (customer, orders, subscriptions, referrals, audit, traces) = tokio::try_join!(
            async { Ok(self.store.user(user).await?) },
            of_start(orders, |cursor| async move { Ok(self.store.orders_of(user, cursor.as_ref(), READ).await?) }),
            of_start(subscriptions, |cursor| async move { Ok(self.store.subscriptions_of(user, cursor.as_ref(), READ).await?) }),
            of_start(referrals, |cursor| async move { Ok(self.store.referrals_of(user, cursor.as_ref(), READ).await?) }),
            of_start(audit, |cursor| {
                let id = &entity_id;
                async move { self.store.list_audit("user", id, cursor.as_ref(), READ, self.now()).await }
            }),
            of_start(traces, |cursor| async move { Ok(self.store.traces_of(user, cursor.as_ref(), READ).await?) })
        )?;
        let around = Around {
            orders: &orders.items,
            subscriptions: &subscriptions.items,
            referrals: &referrals.items,
            audit: &audit.items,
            traces: &traces.items,
        };
        let mut all = around.activities();
        let next = [Start::next(&orders), Start::next(&subscriptions), Start::next(&referrals), Start::next(&audit), Start::next(&traces)];
        let is_last = next.iter().all(|start| *start == Start::Over);
        // Nothing came before the first contact.
        all.extend(customer.filter(|_| is_last).as_ref().map(activity::of_user));
        let after = cursor.and_then(|cursor| cursor.after.as_ref());
        let (items, more) = activity::newest(all, kind, after, limit.into());
        let next = if more {
            Some(TimelineCursor { after: items.last().map(Activity::place), read: begin })
        } else {
            (!is_last).then_some(TimelineCursor { after: None, read: next })
        };
        Ok(ActivityPage { items, next })
    }

    /// What happened in the shop, the newest first. An order stands where it was placed, with what has become of it.
    pub async fn activity_feed(
        &self,
        kind: Option<ActivityKind>,
        cursor: Option<&FeedCursor>,
        limit: u8,
    ) -> Result<ActivityPage<FeedCursor>, ListError> {
        self.write_all_traces().await;
        let sources: Vec<FeedSource> = match kind {
            None => FeedSource::ALL.into(),
            Some(kind) => kind.in_feed().into_iter().collect(),
        };
        let page = self.store.feed(&sources, cursor, limit, self.now()).await?;
        let mut items: Vec<Activity> = page
            .items
            .iter()
            .map(|happened| match happened {
                Happened::Joined(user) => activity::of_user(user),
                Happened::Ordered(order) => activity::of_placing(order),
                Happened::Arrived(payment) => activity::of_payment(payment),
                Happened::Traced(trace) => activity::of_trace(trace),
            })
            .collect();
        items.retain(|activity| kind.is_none_or(|kind| activity.kind == kind));
        Ok(ActivityPage { items, next: page.next })
    }
}

fn lost(error: &dyn fmt::Display) {
    warn!(event = "trace_lost", %error, "a trace of what a customer did was not written");
}

async fn of_start<E, F>(start: &Start, read: impl FnOnce(Option<Cursor>) -> F) -> Result<Page<E>, ListError>
where
    F: Future<Output = Result<Page<E>, ListError>>,
{
    match start {
        Start::Over => Ok(Page { items: Vec::new(), next: None }),
        Start::Newest => read(None).await,
        Start::Cursor(cursor) => read(Some(cursor.parse()?)).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_was() {
        let place = Place { at: domain::Timestamp::from_seconds(1_800_000_000), kind: "paid".into(), of: "7:01".into() };
        for cursor in [
            TimelineCursor { after: None, read: Default::default() },
            TimelineCursor { after: Some(place), read: [Start::Over, Start::Cursor("x".into()), Start::Newest, Start::Over, Start::Over] },
        ] {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for bad in ["", "e30", "!"] {
            assert_eq!(bad.parse::<TimelineCursor>(), Err(InvalidCursor), "{bad}");
        }
    }

    #[test]
    fn a_process_keeps_the_newest_traces() {
        let traces = Traces::default();
        let id = TelegramUserId::new(7).unwrap();
        let trace = |n: u32| {
            let at = domain::Timestamp::from_seconds(i64::from(n));
            Trace::new(TraceId::new(ulid::Ulid::from_parts(0, n.into())), id, ActivityKind::Blocked, at)
        };
        for n in 0..100 {
            traces.keep(trace(n));
        }
        assert_eq!(traces.take(2), [trace(36), trace(37)]);
        assert_eq!(traces.take(100).len(), 62);
        assert!(traces.take(1).is_empty());
    }
}
