//! Reminders, by the clock: accounts whose look is due are looked at fifty at a time, with one list of the panel, and their customers are told.
//!
//! A look is written before anything is sent, and on the version that was read: what is told is told at most once, and not at all where a renewal
//! came in between. Nothing is taken beforehand: two workers may look at the same account, and one of them writes. So a panel that is down costs no
//! write, and what is due simply stays due.

mod message;

use std::{
    collections::HashMap,
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use clients::{
    panel::{Account, AccountStatus, PanelError},
    telegram::TelegramError,
};
use domain::{
    DiscountCodeName, OrderId, SubscriptionName, Timestamp,
    activity::ActivityKind,
    discount::DiscountCode,
    duty::{Duty, Urgency, Work},
    reminder::{Look, Seen, Standing, look},
    settings::{PersonalCode, Reminders},
    subscription::{Reminder, Subscription},
    time::Span,
    user::UserStatus,
};
use store::{CommitError, Cursor, HELD_AT_ONCE, Held, Queue, Write, keys::Owner};
use tracing::{info, warn};

use crate::{App, AppError, Deadline, work::Run};

/// So many entries of a queue at once, and so many times in one run: a longer backlog is worked off by the next runs.
const PAGE: u8 = 50;
const PAGES: usize = 5;
/// Nothing is begun when less than this is left of a run, besides what is kept back for its end.
const ENOUGH: Duration = Duration::from_secs(10);
const TELEGRAM_TIMEOUT: Duration = Duration::from_secs(8);
/// After so many accounts that the panel cannot show, and no other, it is asked whether it can show anything.
const HIDDEN: usize = 3;
/// Nobody's account: a panel that works says that there is none.
const NOBODY: &str = "nobody";
/// So many looks that could not be written end a run.
const FAILURES: u32 = 3;
/// When a message is tried again that Telegram was not able to take.
const TELEGRAM_TROUBLE: Span = Span::minutes(5);
/// A customer who holds more subscriptions than this has one that lives.
const OTHERS: u8 = 25;
/// Characters of a code that invites to come back, after its prefix.
const CODE_LEN: usize = 10;

/// Until when Telegram wants no message that can wait, in milliseconds since 1970: what one process was told holds for all that it sends here.
#[derive(Debug, Default)]
pub(crate) struct Pause(AtomicI64);

impl Pause {
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.0.load(Ordering::Relaxed) <= now.millis()
    }

    pub(crate) fn until(&self, at: Timestamp) {
        self.0.fetch_max(at.millis(), Ordering::Relaxed);
    }
}

/// An account, as the panel shows it.
enum Sight {
    Account(Box<Account>),
    /// There is none of this name.
    Absent,
    /// The panel has it, and is not able to show it.
    Hidden,
}

/// What came of one look.
enum Looked {
    Done,
    /// Somebody else changed the subscription meanwhile.
    Gone,
    /// Telegram does not take the message: it is told later, and nobody else is told anything now.
    NotNow,
}

impl App {
    /// Looks at the accounts that are due, until none is, the deadline is near, or the panel or Telegram is in the way.
    pub(crate) async fn remind_due(&self, deadline: Deadline, run: &mut Run) {
        if !self.pause.is_over(self.now()) {
            return;
        }
        let mut queues: Vec<(Queue, Option<Cursor>)> = Queue::of(Urgency::Courtesy).map(|queue| (queue, None)).collect();
        for _ in 0..PAGES {
            let mut orders = Vec::new();
            let mut longer = Vec::new();
            for (queue, cursor) in queues {
                match self.store.due(queue, self.now(), cursor.as_ref(), PAGE).await {
                    Ok(page) => {
                        longer.extend(page.next.map(|next| (queue, Some(next))));
                        orders.extend(page.items.into_iter().filter_map(|work| match work.owner {
                            Owner::Subscription(order) => Some(order),
                            _ => None,
                        }));
                    }
                    Err(error) => {
                        warn!(event = "queue_unread", ?queue, %error, "a queue could not be read");
                        run.failed += 1;
                    }
                }
            }
            for batch in orders.chunks(HELD_AT_ONCE) {
                let looked = self.look_at_batch(batch, deadline, run).await;
                Box::pin(self.write_all_traces()).await;
                match looked {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(error) => {
                        warn!(event = "looks_failed", error = &error as &dyn std::error::Error, "accounts could not be looked at");
                        run.failed += 1;
                        return;
                    }
                }
            }
            if longer.is_empty() {
                return;
            }
            queues = longer;
        }
    }

    /// Looks at one batch; `false`: this run is over for reminders.
    async fn look_at_batch(&self, orders: &[OrderId], deadline: Deadline, run: &mut Run) -> Result<bool, AppError> {
        if !has_time(self, deadline) {
            return Ok(false);
        }
        let shop = self.shop().await?;
        let now = self.now();
        let mut held = self.store.held(orders).await?;
        // The index may be behind.
        held.retain(|held| is_due(&held.subscription.work, now));
        if held.is_empty() {
            return Ok(true);
        }
        let names: Vec<&SubscriptionName> = held.iter().map(|held| &held.subscription.name).collect();
        let Some(mut seen) = self.see(&names, deadline).await else {
            run.failed += 1;
            return Ok(false);
        };
        let mut failures = 0;
        for held in held {
            let Some(sight) = seen.remove(&held.subscription.name) else { continue };
            if !has_time(self, deadline) {
                return Ok(false);
            }
            match self.look_and_tell(&held, sight, &shop.settings.reminders, deadline).await {
                Ok(Looked::Done) => run.done += 1,
                Ok(Looked::Gone) => run.gone += 1,
                Ok(Looked::NotNow) => {
                    run.postponed += 1;
                    return Ok(false);
                }
                Err(error) => {
                    warn!(event = "look_failed", error = &error as &dyn std::error::Error, "a look at an account came to nothing");
                    run.failed += 1;
                    failures += 1;
                    if failures >= FAILURES {
                        return Ok(false);
                    }
                }
            }
        }
        Ok(true)
    }

    /// The accounts of these names in one list, or one by one where one of them spoils the list. What there was no time for is missing; `None`: the
    /// panel does not answer.
    async fn see(&self, names: &[&SubscriptionName], deadline: Deadline) -> Option<HashMap<SubscriptionName, Sight>> {
        let timeout = deadline.allows(self, ENOUGH)?;
        let error = match self.panel.accounts(names, self.now(), timeout).await {
            Ok(accounts) => {
                let mut seen: HashMap<_, _> = names.iter().map(|name| ((*name).clone(), Sight::Absent)).collect();
                seen.extend(accounts.into_iter().map(|account| (account.name.clone(), Sight::Account(Box::new(account)))));
                return Some(seen);
            }
            Err(error) => error,
        };
        warn!(event = "accounts_unread", %error, "the panel could not be asked for accounts");
        if error != (PanelError::Unavailable { status: 500 }) {
            return None;
        }
        let mut seen = HashMap::with_capacity(names.len());
        let mut hidden = 0;
        for name in names {
            if !has_time(self, deadline) {
                break;
            }
            let sight = match self.panel.account(name, self.now(), ENOUGH).await {
                Ok(Some(account)) => Sight::Account(Box::new(account)),
                Ok(None) => Sight::Absent,
                Err(PanelError::Poisoned) => {
                    hidden += 1;
                    Sight::Hidden
                }
                Err(_) => break,
            };
            seen.insert((*name).clone(), sight);
            if hidden == HIDDEN && seen.len() == HIDDEN && !self.panel_shows_anything().await {
                return None;
            }
        }
        Some(seen)
    }

    /// Whether it is the accounts that the panel cannot show, and not the panel that is broken.
    async fn panel_shows_anything(&self) -> bool {
        match NOBODY.parse() {
            Ok(nobody) => self.panel.account(&nobody, self.now(), ENOUGH).await.is_ok(),
            Err(_) => false,
        }
    }

    async fn look_and_tell(&self, held: &Held, sight: Sight, reminders: &Reminders, deadline: Deadline) -> Result<Looked, AppError> {
        let now = self.now();
        let subscription = &held.subscription;
        let account = match sight {
            Sight::Account(account) => Some(account),
            Sight::Absent => None,
            Sight::Hidden => {
                let mut next = subscription.clone();
                next.look_tomorrow(now);
                return self.write_look(&next, None, None).await.map(|written| written.map_or(Looked::Gone, |_| Looked::Done));
            }
        };
        let Look { subscription: next, mut tell, has_ended } = look(subscription, &seen(account.as_deref()), reminders, now);
        let customer = held.customer.as_ref();
        let mut lapses = false;
        if has_ended || tell == Some(Reminder::WinBack) {
            let others = self.holds_another(subscription.order).await?;
            lapses = has_ended && !others;
            // Whoever has another one need not come back.
            tell = tell.filter(|reminder| *reminder != Reminder::WinBack || !others);
        }
        let status = customer.and_then(|customer| match customer.status {
            UserStatus::Active if lapses => Some(Write::lapse_user(customer.id)),
            UserStatus::Expired if next.is_held() && account.is_some() => Some(Write::restore_user(customer.id)),
            UserStatus::New if next.is_held() && account.is_some() => Some(Write::welcome_user(customer.id)),
            _ => None,
        });
        // Who cannot be told has been told: news of long ago would greet him when he comes back.
        let reader = customer.filter(|customer| customer.unreachable_at.is_none() && !customer.is_banned());
        let (Some(reminder), Some(reader), Some(account)) = (tell, reader, account) else {
            return self.write_look(&next, None, status).await.map(|written| written.map_or(Looked::Gone, |_| Looked::Done));
        };
        let personal = reminders.win_back.and_then(|offer| offer.code).filter(|_| reminder == Reminder::WinBack);
        let code = personal.map(|personal| self.win_back_code(&next, personal)).transpose()?;
        let link = match &code {
            // Without it the code can still be typed.
            Some(code) => self.start_link(&format!("code_{}", code.name)).await.ok(),
            None => None,
        };
        let Some((written, code)) = self.write_look(&next, code, status).await? else { return Ok(Looked::Gone) };
        let screen = self.reminder(reminder, &written, &account, code.as_ref().map(|code| (code, link.as_deref())), reader.language);
        let timeout = deadline.allows(self, TELEGRAM_TIMEOUT).unwrap_or(TELEGRAM_TIMEOUT);
        let wait = match self.telegram.within(timeout).send_message(&screen.send(reader.id.get())).await {
            Ok(_) => {
                info!(event = "reminded", ?reminder, "a customer was reminded");
                self.keep_trace(self.trace(reader.id, ActivityKind::Reminded).of_reminder(written.order.key, reminder));
                return Ok(Looked::Done);
            }
            Err(TelegramError::Blocked | TelegramError::ChatNotFound) => {
                self.note_unreachable(reader.id).await?;
                return Ok(Looked::Done);
            }
            Err(TelegramError::RetryAfter(wait)) => {
                let wait = Span::seconds(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX));
                self.pause.until(now.plus(wait));
                wait
            }
            Err(TelegramError::Api { code: 500.., .. } | TelegramError::Unreachable { sent: false }) => TELEGRAM_TROUBLE,
            // It may have arrived, or it never will.
            Err(error) => {
                warn!(event = "reminder_lost", ?reminder, %error, "a reminder may not have arrived");
                return Ok(Looked::Done);
            }
        };
        self.put_back(written, subscription, wait).await
    }

    /// Writes a look, with the code that invites to come back and the customer's status where it changes: all of it or nothing. `None`: somebody else
    /// changed the subscription meanwhile. With the code that there is now.
    async fn write_look(
        &self,
        next: &Subscription,
        code: Option<DiscountCode>,
        mut status: Option<Write>,
    ) -> Result<Option<(Subscription, Option<DiscountCode>)>, AppError> {
        let mut code = code;
        let mut is_new = code.is_some();
        for _ in 0..3 {
            let mut written = next.clone();
            let mut writes = vec![Write::replace(&mut written)?];
            if let Some(code) = code.as_ref().filter(|_| is_new) {
                writes.push(Write::create(code)?);
            }
            writes.extend(status.clone());
            match self.store.commit(&self.seams.nonce(), writes).await {
                Ok(()) => return Ok(Some((written, code))),
                Err(CommitError::Refused { position: 0, .. }) => return Ok(None),
                // An earlier try made it, whose message Telegram did not take.
                Err(CommitError::Refused { position: 1, found }) if is_new => {
                    let found = found.map(store::Found::read::<DiscountCode>).transpose()?;
                    code = found.filter(|found| found.owner == Some(next.order.buyer) && found.active && found.times_used == 0);
                    is_new = false;
                }
                // The customer's status has changed: it is as it is.
                Err(CommitError::Refused { .. }) => status = None,
                Err(error) => return Err(AppError::of_commit("write a look")(error)),
            }
        }
        Err(AppError::Contended)
    }

    /// Telegram has clearly not taken the message: what it said is still to be told.
    async fn put_back(&self, mut written: Subscription, before: &Subscription, wait: Span) -> Result<Looked, AppError> {
        written.reminded.clone_from(&before.reminded);
        written.owe_look(Some(self.now().plus(wait)));
        match self.store.commit(&self.seams.nonce(), vec![Write::replace(&mut written)?]).await {
            Ok(()) | Err(CommitError::Refused { .. }) => Ok(Looked::NotNow),
            Err(error) => Err(AppError::of_commit("put a reminder back")(error)),
        }
    }

    /// Whether a customer holds a subscription besides this one, as far as is known.
    pub(crate) async fn holds_another(&self, order: OrderId) -> Result<bool, AppError> {
        let page = self.store.subscriptions_of(order.buyer, None, OTHERS).await?;
        Ok(page.next.is_some() || page.items.iter().any(|other| other.order != order && other.is_held()))
    }

    /// The code that invites a customer to come back: one for each end of a subscription.
    fn win_back_code(&self, subscription: &Subscription, personal: PersonalCode) -> Result<DiscountCode, AppError> {
        let now = self.now();
        let end = subscription.ended_at.unwrap_or(now);
        let text = format!("{}:{}:{end}", subscription.order.buyer, subscription.order.key);
        let short: String = self.names.digest("win back", &text).to_string().chars().take(CODE_LEN).collect();
        let name: DiscountCodeName = format!("BACK-{short}").parse()?;
        Ok(DiscountCode::personal(name, subscription.order.buyer, personal, now))
    }
}

/// Whether there is time to begin something.
fn has_time(app: &App, deadline: Deadline) -> bool {
    deadline.allows(app, ENOUGH).is_some_and(|left| left >= ENOUGH)
}

fn is_due(work: &Work, now: Timestamp) -> bool {
    work.duty == Some(Duty::Remind) && work.parked.is_none() && work.due_at.is_some_and(|at| at <= now)
}

/// An account as reminders look at it.
pub(crate) fn seen(account: Option<&Account>) -> Seen {
    let Some(account) = account else {
        return Seen { standing: Standing::Absent, used: 0, data_limit: None, expires_at: None, on_hold: None };
    };
    let standing = match account.status {
        // What a later panel means by a status of its own shows in what is left.
        AccountStatus::Active | AccountStatus::Unknown => Standing::Active,
        AccountStatus::OnHold => Standing::OnHold,
        AccountStatus::Limited => Standing::Limited,
        AccountStatus::Expired => Standing::Expired,
        AccountStatus::Disabled => Standing::Absent,
    };
    let (expires_at, on_hold) = (account.expires_at, account.on_hold_duration);
    Seen { standing, used: account.used, data_limit: account.data_limit, expires_at, on_hold }
}
