//! A stand-in of Telegram: the Bot API server (as of Bot API 10.x), and the people on the other side, who chat in a
//! browser page or are driven by a test.
//!
//! [`TelegramStandIn::bot_api`] is what the bot calls, [`TelegramStandIn::chat_page`] is what people use, and
//! [`TelegramStandIn::connect`] sends what people do to the bot's webhook. A test talks through
//! [`TelegramStandIn::person`]. Limits, error texts, queues and retries are the real server's as far as a shop meets
//! them; where this one is stricter (parameters nobody knows), its error says so.

mod bot_api;
mod channel;
mod error;
mod events;
mod faults;
mod html;
mod keyboard;
mod methods;
mod page;
mod parameters;
mod payment;
mod people;
mod person;
mod picture;
mod queue;
mod request;
mod saved;
mod star_subscription;
mod world;

#[cfg(test)]
mod tests;

use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Notify;

pub use faults::{Fault, FaultKind};
pub use html::visible;
pub use payment::{InvoiceRef, Paid, PayError};
pub use person::{Button, ButtonAction, ChatMessage, InvoiceView, Person, PersonError};
pub use queue::{Answer, Backoff, BoxFuture, Deliver, WebhookAnswer};
pub use saved::StateFileError;
pub use star_subscription::{RenewError, Renewed};

use error::{ApiError, Reply};
use events::Subscribers;
use faults::FaultKind as Kind;
use methods::Context;
use queue::{MESSAGE_LIFETIME_SECONDS, QueueKey};
use request::Params;
use world::World;

/// How the stand-in is set up.
pub struct Options {
    /// The bot's token; the number before its colon is the bot's id.
    pub token: String,
    /// The bot's name without `@`.
    pub bot_username: String,
    /// Where operators get messages: a person's id, or a group's (negative).
    pub operator_chat_id: i64,
    /// Where the state is kept over a restart; none keeps it in memory only.
    pub state_file: Option<PathBuf>,
    /// What no other start has. Ids are drawn from it and a counter, so that none comes twice even if a kill loses some of
    /// the counting; the same words make the same ids again.
    pub start: String,
    /// Unix seconds.
    pub now: Arc<dyn Fn() -> i64 + Send + Sync>,
    /// Waits between attempts to deliver an update.
    pub backoff: Backoff,
    /// How long a payment waits for `answerPreCheckoutQuery`: 10 s at Telegram.
    pub checkout_timeout: Duration,
}

impl Options {
    /// The real server's waits, and nothing kept on disk.
    #[must_use]
    pub fn new(
        token: impl Into<String>,
        bot_username: impl Into<String>,
        operator_chat_id: i64,
        now: Arc<dyn Fn() -> i64 + Send + Sync>,
    ) -> Self {
        Self {
            token: token.into(),
            bot_username: bot_username.into(),
            operator_chat_id,
            state_file: None,
            start: String::new(),
            now,
            backoff: Backoff::Telegram,
            checkout_timeout: Duration::from_secs(10),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("bot_username", &self.bot_username)
            .field("operator_chat_id", &self.operator_chat_id)
            .field("state_file", &self.state_file)
            .finish_non_exhaustive()
    }
}

/// How a method came to be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// A request to the Bot API.
    Http,
    /// The webhook's answer named it.
    WebhookReply,
}

/// One entry of the log of calls.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiCall {
    /// In the Bot API's spelling.
    pub method: String,
    /// As given; of uploaded files only the size.
    pub params: Value,
    /// What the caller was told; 0 when nothing.
    pub status: u16,
    /// `description` of a refusal.
    pub error: Option<String>,
    /// How it was called.
    pub via: Via,
}

/// What the bot showed a person who tapped a button.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CallbackAnswer {
    /// The query.
    pub query_id: String,
    /// Empty when there is nothing to show.
    pub text: String,
    /// To be confirmed, not just a toast.
    pub show_alert: bool,
    /// A link to open.
    pub url: Option<String>,
}

pub(crate) struct Inner {
    token: String,
    now: Arc<dyn Fn() -> i64 + Send + Sync>,
    pub(crate) backoff: Backoff,
    checkout_timeout: Duration,
    state_file: Option<PathBuf>,
    saving: AtomicBool,
    world: Mutex<World>,
    subscribers: Subscribers,
    /// Wakes `getUpdates`.
    queued: Notify,
}

/// The stand-in; clones share one state.
#[derive(Clone)]
pub struct TelegramStandIn {
    pub(crate) inner: Arc<Inner>,
}

impl fmt::Debug for TelegramStandIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelegramStandIn").finish_non_exhaustive()
    }
}

impl TelegramStandIn {
    /// Starts with the state of the state file, if there is one.
    ///
    /// # Errors
    /// The state file can't be read or written, or is none of ours.
    pub fn new(options: Options) -> Result<Self, StateFileError> {
        let bot_id = options.token.split(':').next().and_then(|id| id.parse().ok()).unwrap_or(1);
        let fresh = World::new(bot_id, options.bot_username.clone(), options.operator_chat_id);
        let mut world = match &options.state_file {
            Some(path) => saved::load(path)?.map_or(fresh, World::after_restart),
            None => fresh,
        };
        world.live.start = options.start;
        world.bot_id = bot_id;
        world.bot_username = options.bot_username;
        world.operator_chat_id = options.operator_chat_id;
        let stand_in = Self {
            inner: Arc::new(Inner {
                token: options.token,
                now: options.now,
                backoff: options.backoff,
                checkout_timeout: options.checkout_timeout,
                state_file: options.state_file,
                saving: AtomicBool::new(false),
                world: Mutex::new(world),
                subscribers: Subscribers::default(),
                queued: Notify::new(),
            }),
        };
        // Where ids go on from is kept before the first one is drawn.
        stand_in.save_now()?;
        Ok(stand_in)
    }

    /// Starts to deliver updates, beginning with those that wait. Must be called on a Tokio runtime.
    pub fn connect<F, Fut, A>(&self, deliver: F)
    where
        F: Fn(Value) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<A, String>> + Send + 'static,
        A: Into<WebhookAnswer> + 'static,
    {
        let deliver: Deliver = Arc::new(move |update| {
            let answer = deliver(update);
            Box::pin(async move { answer.await.map(Into::into) })
        });
        self.with(|world, _| {
            world.live.deliver = Some(deliver);
            let keys = world.pending.iter().map(|pending| pending.key).collect::<Vec<_>>();
            world.live.effects.wake.extend(keys);
        });
    }

    /// Sends an update made by hand, in its own queue. Without an `update_id` it gets the next one.
    pub async fn send_update(&self, mut update: Value) -> Answer {
        let receiver = self.with(|world, now| {
            if let Some(object) = update.as_object_mut()
                && !object.contains_key("update_id")
            {
                world.last_update_id += 1;
                object.insert("update_id".to_owned(), json!(world.last_update_id));
            }
            world.enqueue_update(QueueKey::Given, update, now.saturating_add(MESSAGE_LIFETIME_SECONDS), true)
        });
        receiver.await.unwrap_or_default()
    }

    /// Delivers an update once more, at once and beside its queue: what a lost answer or a time-out leads to. Two of
    /// these at the same time are two deliveries at the same time.
    pub async fn redeliver(&self, update_id: i64) -> Answer {
        match self.update(update_id) {
            Some(update) => self.deliver_again(update).await,
            None => Answer { update_id, ..Answer::default() },
        }
    }

    /// An update made earlier, as it was sent.
    #[must_use]
    pub fn update(&self, update_id: i64) -> Option<Value> {
        self.with(|world, _| {
            let is = |update: &&Value| update.get("update_id").and_then(Value::as_i64) == Some(update_id);
            world.live.history.iter().rev().find(is).cloned()
        })
    }

    /// How many updates wait for the webhook.
    #[must_use]
    pub fn pending_updates(&self) -> usize {
        self.with(|world, _| world.pending.len())
    }

    /// The calls so far, refused ones too.
    #[must_use]
    pub fn calls(&self) -> Vec<ApiCall> {
        self.with(|world, _| world.live.calls.iter().cloned().collect())
    }

    /// Forgets the calls so far.
    pub fn clear_calls(&self) {
        self.with(|world, _| world.live.calls.clear());
    }

    /// What the bot showed to a person who tapped buttons, oldest first.
    #[must_use]
    pub fn callback_answers(&self, person_id: i64) -> Vec<CallbackAnswer> {
        self.with(|world, _| {
            let given = world.live.callback_answers.iter();
            given.filter(|(person, _)| *person == person_id).map(|(_, answer)| answer.clone()).collect()
        })
    }

    /// The bot's Stars, in the form of `StarTransaction`.
    #[must_use]
    pub fn star_transactions(&self) -> Vec<Value> {
        self.with(|world, _| payment::transactions(world))
    }

    /// Plans a fault; faults are used up in the order planned.
    pub fn fail(&self, fault: Fault) {
        self.with(|world, _| world.live.faults.push(fault));
    }

    /// Drops the faults still to come.
    pub fn clear_faults(&self) {
        self.with(|world, _| world.live.faults.clear());
    }

    /// The person with this id, who is made when there is none. `language` is an IETF tag, or empty for none.
    #[must_use]
    pub fn person(&self, id: i64, first_name: &str, language: &str) -> Person {
        self.with(|world, _| world.put_person(id, first_name, language, false));
        Person::new(self.clone(), id, id)
    }

    /// The same for a member of the operators' group; the person sits in the operator chat.
    #[must_use]
    pub fn operator(&self, id: i64, first_name: &str, language: &str) -> Person {
        self.with(|world, _| world.put_person(id, first_name, language, true));
        let chat = self.with(|world, _| if world.operator_chat_id < 0 { world.operator_chat_id } else { id });
        Person::new(self.clone(), id, chat)
    }

    /// Ends the pages' event streams, so that a server can stop, and saves the state.
    ///
    /// # Errors
    /// The state file can't be written.
    pub fn shut_down(&self) -> Result<(), StateFileError> {
        self.inner.subscribers.close();
        self.save_now()
    }

    /// Calls a method, as a request or a webhook's answer does, faults aside.
    pub(crate) fn perform(&self, method: &'static str, mut params: Params, via: Via) -> Reply {
        self.with(|world, now| {
            let outcome = params.check(method).and_then(|()| methods::run(method, &mut Context { world, now, params: &params }));
            world.log_call(ApiCall {
                method: method.to_owned(),
                params: params.to_value(),
                status: outcome.as_ref().map_or_else(|error| error.code, |_| 200),
                error: outcome.as_ref().err().map(|error| error.description.clone()),
                via,
            });
            outcome
        })
    }

    /// The fault that hits this call, and its place in the log when nothing else of the call gets there.
    pub(crate) fn take_fault(&self, method: &str, params: &Params, via: Via) -> Option<Kind> {
        self.with(|world, _| {
            let kind = faults::take(&mut world.live.faults, method)?;
            let status = match kind {
                Kind::NoEffectStatus { status, .. } => Some(status),
                Kind::Hang => Some(0),
                Kind::EffectThenHang | Kind::EffectThenClose | Kind::Slow(_) => None,
            };
            if let Some(status) = status {
                world.log_call(ApiCall {
                    method: method.to_owned(),
                    params: params.to_value(),
                    status,
                    error: Some("planned fault".to_owned()),
                    via,
                });
            }
            Some(kind)
        })
    }

    /// A call that nobody waits for.
    pub(crate) fn call(&self, name: &str, params: Params, via: Via) {
        let Some(method) = parameters::method(name) else {
            self.with(|world, _| {
                let error = Some("Not Found: method not found".to_owned());
                let params = params.to_value();
                world.log_call(ApiCall { method: name.to_owned(), params, status: 404, error, via });
            });
            return;
        };
        match self.take_fault(method, &params, via) {
            Some(Kind::NoEffectStatus { .. } | Kind::Hang) => {}
            _ => {
                if let Err(ApiError { description, .. }) = self.perform(method, params, via) {
                    tracing::warn!(method, description, "a method in a webhook answer was refused");
                }
            }
        }
    }

    /// Works on the state, and sees to what follows from it: pages are told, queues wake, the state is saved.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut World, i64) -> R) -> R {
        let now = (self.inner.now)();
        let mut world = self.lock();
        let result = work(&mut world, now);
        let effects = std::mem::take(&mut world.live.effects);
        if effects.keep {
            // Still locked: nobody hears of it before it is kept.
            self.save_or_warn(&world);
        }
        if effects.wake.is_empty() && effects.page.is_empty() && effects.chats.is_empty() {
            return result;
        }
        let queued = !effects.wake.is_empty();
        let idle = Inner::idle_queues(&mut world, effects.wake);
        drop(world);
        for chat in effects.chats {
            self.inner.subscribers.send(&json!({ "kind": "chat", "chat_id": chat }));
        }
        for event in &effects.page {
            self.inner.subscribers.send(event);
        }
        for key in idle {
            tokio::spawn(self.clone().work(key));
        }
        if queued {
            self.inner.queued.notify_waiters();
        }
        self.save_soon();
        result
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.inner.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
