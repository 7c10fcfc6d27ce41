//! Delivery of updates, as the real server does it: one queue per key, one update of a queue in flight, and what the
//! webhook refuses is sent again until it expires. So an update can come twice, and one that fails holds up its queue.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::request::Params;
use super::{CallbackAnswer, Inner, TelegramStandIn, Via};

/// A boxed future, as [`Deliver`] returns it.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Posts an update to the webhook. An error means that no answer came.
pub type Deliver = Arc<dyn Fn(Value) -> BoxFuture<Result<WebhookAnswer, String>> + Send + Sync>;

/// Messages live a day; a person waits for the other kinds.
pub(crate) const MESSAGE_LIFETIME_SECONDS: i64 = 24 * 60 * 60;
pub(crate) const QUERY_LIFETIME_SECONDS: i64 = 150;
/// A webhook's `Retry-After` counts up to here.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3600);

/// What the webhook answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WebhookAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body, when it is JSON.
    pub body: Option<Value>,
    /// The `Retry-After` header.
    pub retry_after: Option<Duration>,
}

impl From<(u16, Option<Value>)> for WebhookAnswer {
    fn from((status, body): (u16, Option<Value>)) -> Self {
        Self { status, body, retry_after: None }
    }
}

/// How the first attempt to deliver an update ended.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// The update.
    pub update_id: i64,
    /// The webhook's status; none when no answer came, or when the bot didn't ask for such updates.
    pub status: Option<u16>,
    /// The webhook's body, when it was JSON.
    pub body: Option<Value>,
    /// What the bot answered to a tap by then.
    pub callback: Option<CallbackAnswer>,
}

impl Answer {
    /// Whether the webhook took the update.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// Waits between attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backoff {
    /// At once, then 2, 4, 8, 16, 32 s, then 90 s.
    Telegram,
    /// Always at once; given up after so many attempts. For tests.
    Immediate {
        /// At least one.
        attempts: u32,
    },
}

impl Backoff {
    /// The wait after so many failures in a row; none gives up.
    fn wait(self, failures: u32, retry_after: Option<Duration>) -> Option<Duration> {
        match self {
            Self::Immediate { attempts } => (failures < attempts).then_some(Duration::ZERO),
            Self::Telegram => Some(match (retry_after, failures) {
                (Some(wanted), _) => wanted.min(RETRY_AFTER_MAX),
                (None, 0 | 1) => Duration::ZERO,
                (None, 2..=6) => Duration::from_secs(1 << (failures - 1)),
                (None, _) => Duration::from_secs(90),
            }),
        }
    }
}

/// Updates with the same key come one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum QueueKey {
    /// Messages, by chat.
    Messages(i64),
    /// Callback queries, by person.
    Callbacks(i64),
    /// Pre-checkout queries, by person.
    Checkouts(i64),
    /// The bot's own membership, by chat.
    Membership(i64),
    /// Updates made by a test, in the order given.
    Given,
}

/// An update that waits for its delivery.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub ticket: u64,
    pub key: QueueKey,
    pub update: Value,
    /// Unix seconds.
    pub expires: i64,
}

impl Pending {
    fn update_id(&self) -> i64 {
        self.update.get("update_id").and_then(Value::as_i64).unwrap_or_default()
    }

    fn callback_id(&self) -> Option<&str> {
        self.update.pointer("/callback_query/id").and_then(Value::as_str)
    }
}

/// Methods that a webhook's answer can't call.
fn barred(method: &str) -> bool {
    let method = method.to_ascii_lowercase();
    method.starts_with("get") || matches!(method.as_str(), "setwebhook" | "deletewebhook" | "close" | "logout")
}

impl TelegramStandIn {
    /// Works through one queue until it is empty.
    pub(crate) async fn work(self, key: QueueKey) {
        let mut failures = 0;
        while let Some((pending, deliver)) = self.next(key) {
            let outcome = deliver(pending.update.clone()).await;
            if self.settle(&pending, &outcome) {
                failures = 0;
                continue;
            }
            failures += 1;
            let retry_after = outcome.ok().and_then(|answer| answer.retry_after);
            match self.inner.backoff.wait(failures, retry_after) {
                None => {
                    self.forget(&pending);
                    failures = 0;
                }
                Some(wait) if wait.is_zero() => tokio::task::yield_now().await,
                Some(wait) => tokio::time::sleep(wait).await,
            }
        }
    }

    /// The head of a queue, when it has one; otherwise the queue is no longer worked on.
    fn next(&self, key: QueueKey) -> Option<(Pending, Deliver)> {
        self.with(|world, now| {
            let mut expired = Vec::new();
            world.pending.retain(|pending| {
                let keep = pending.key != key || pending.expires >= now;
                if !keep {
                    expired.push(pending.ticket);
                }
                keep
            });
            for ticket in expired {
                world.live.waiting.remove(&ticket);
            }
            let head = world.pending.iter().find(|pending| pending.key == key).cloned();
            let found = head.zip(world.live.deliver.clone());
            if found.is_none() {
                world.live.running.remove(&key);
            }
            found
        })
    }

    /// Takes in how an attempt ended; true when the update is done with.
    fn settle(&self, pending: &Pending, outcome: &Result<WebhookAnswer, String>) -> bool {
        let done = matches!(outcome, Ok(answer) if (200..300).contains(&answer.status));
        if done {
            self.execute_reply(outcome.as_ref().ok().and_then(|answer| answer.body.as_ref()));
        }
        self.with(|world, now| {
            let update_id = pending.update_id();
            let (status, error) = match outcome {
                Ok(answer) => (Some(answer.status), format!("Wrong response from the webhook: {}", answer.status)),
                Err(error) => (None, error.clone()),
            };
            let mut event = json!({ "kind": "delivery", "update_id": update_id, "status": status });
            if let Some(object) = event.as_object_mut() {
                if let Some(query) = pending.callback_id() {
                    object.insert("query_id".to_owned(), json!(query));
                }
                if !done {
                    object.insert("error".to_owned(), json!(error));
                }
            }
            world.live.last_failure = (!done).then(|| event.clone());
            world.live.effects.page.push(event);
            if !done && let Some(webhook) = &mut world.webhook {
                webhook.last_error = Some((now, error));
            }
            if done {
                world.pending.retain(|other| other.ticket != pending.ticket);
            }
            let callback = pending.callback_id().and_then(|id| world.live.callbacks.get(id)?.answer.clone());
            if let Some(waiting) = world.live.waiting.remove(&pending.ticket) {
                let body = outcome.as_ref().ok().and_then(|answer| answer.body.clone());
                // Whoever waited may have gone.
                let _ = waiting.send(Answer { update_id, status, body, callback });
            }
        });
        done
    }

    fn forget(&self, pending: &Pending) {
        self.with(|world, _| world.pending.retain(|other| other.ticket != pending.ticket));
    }

    /// Runs the method that a webhook's answer names. What it comes to is lost, as on the real server.
    fn execute_reply(&self, body: Option<&Value>) {
        let Some(Value::Object(body)) = body else { return };
        let Some(method) = body.get("method").and_then(Value::as_str).filter(|method| !barred(method)) else { return };
        let mut fields = body.clone();
        fields.remove("method");
        let method = method.to_owned();
        self.call(&method, Params::from_object(fields), Via::WebhookReply);
    }

    /// Delivers an update once more, beside its queue, and reports this attempt.
    pub(crate) async fn deliver_again(&self, update: Value) -> Answer {
        let Some(deliver) = self.with(|world, _| world.live.deliver.clone()) else { return Answer::default() };
        let update_id = update.get("update_id").and_then(Value::as_i64).unwrap_or_default();
        match deliver(update).await {
            Ok(answer) => {
                if (200..300).contains(&answer.status) {
                    self.execute_reply(answer.body.as_ref());
                }
                Answer { update_id, status: Some(answer.status), body: answer.body, callback: None }
            }
            Err(_) => Answer { update_id, ..Answer::default() },
        }
    }
}

impl Inner {
    /// The queues that have something to deliver and nobody who does it.
    pub(crate) fn idle_queues(world: &mut super::World, keys: Vec<QueueKey>) -> Vec<QueueKey> {
        if world.live.deliver.is_none() {
            return Vec::new();
        }
        keys.into_iter().filter(|key| world.live.running.insert(*key)).collect()
    }
}
