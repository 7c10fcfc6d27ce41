//! Messages to many customers: made by operators, sent by the clock.
//!
//! A broadcast on its way is a small item of its own. Before each message it is written whose turn it is, after it what became of the one before: so a worker
//! that ends anywhere repeats nobody, and at most one message is not known to have arrived. Every such write is on the version that was read: a second worker,
//! a pause and a cancel end the first one's turn.

use std::{collections::HashMap, time::Duration};

use clients::telegram::{
    TelegramError,
    api::{
        ParseMode,
        input_file::FileUpload,
        methods::{SendMessageParams, SendPhotoParams},
        types::{ChatId, ReplyMarkup},
    },
};
use domain::{
    BroadcastId, Language, TelegramUserId, Timestamp,
    broadcast::{Audience, Broadcast, BroadcastRun, BroadcastStatus, LinkButton, Met, Step},
    duty::LEASE,
    time::Span,
    user::User,
};
use store::{CommitError, Cursor, Filter, ListError, Page, Write};
use tracing::{info, warn};

use crate::{
    App, AppError, By, Change, Deadline,
    operate::{Invalid, OperateError, json, of_commit},
    screen::{Keyboard, link},
    text::Arg,
    work::Run,
};

/// Between two messages at least: Telegram takes some thirty a second from a bot, and customers who write themselves come first.
const PACE: Duration = Duration::from_millis(40);
/// Customers of one page.
const BATCH: u8 = 50;
/// A run of the jobs gives broadcasts so much of its time.
const SHARE: Span = Span::seconds(25);
const TELEGRAM_TIMEOUT: Duration = Duration::from_secs(8);
/// Nothing is begun when less than this is left of a run.
const ENOUGH: Duration = Duration::from_secs(10);
/// So many refusals and nothing sent: the message itself is at fault.
const HOPELESS: u32 = 10;
/// Pages that a count looks at.
const COUNTED_PAGES: usize = 20;
/// Against a worker who writes many times a second.
const TRIES: usize = 12;

/// What operators say of a broadcast.
#[derive(Debug, Clone)]
pub struct BroadcastDraft {
    pub name: String,
    pub texts: std::collections::BTreeMap<Language, String>,
    pub picture: Option<String>,
    pub button: Option<LinkButton>,
    pub audience: Audience,
}

/// A broadcast with how far it is.
pub type Standing = (Broadcast, Option<BroadcastRun>);

/// How many a broadcast would reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    pub customers: u32,
    /// False: there are more; counting ended early.
    pub complete: bool,
}

impl App {
    pub async fn create_broadcast<'a>(&self, draft: BroadcastDraft, by: impl Into<By<'a, Broadcast>>) -> Result<Broadcast, OperateError> {
        let by = by.into();
        let now = self.now();
        let broadcast = Broadcast {
            id: BroadcastId::new(self.seams().ulid(now)),
            name: draft.name,
            texts: draft.texts,
            picture: draft.picture,
            button: draft.button,
            audience: draft.audience,
            status: BroadcastStatus::Draft,
            created_at: now,
            start_at: None,
            ended_at: None,
            progress: domain::broadcast::Progress::default(),
            version: 1,
        };
        self.check_broadcast(&broadcast).await?;
        let change = Change::new(&by, "create", "broadcast", broadcast.id.to_string()).to(json(&broadcast)?);
        self.commit_change(&change, &broadcast, vec![Write::create(&broadcast)?]).await.map_err(of_commit("create a broadcast"))?;
        Ok(broadcast)
    }

    async fn check_broadcast(&self, broadcast: &Broadcast) -> Result<(), OperateError> {
        broadcast.check().map_err(|(field, reason)| Invalid::new(field, reason))?;
        if let Audience::Plan(product) = &broadcast.audience
            && self.store.product(product).await?.is_none()
        {
            return Err(Invalid::new("product_id", "there is no such product").into());
        }
        Ok(())
    }

    /// Changes a draft. `version`: the one that the operator saw; absent: whatever stands.
    pub async fn change_broadcast<'a>(
        &self,
        id: BroadcastId,
        version: Option<u64>,
        by: impl Into<By<'a, Broadcast>>,
        edit: impl Fn(&mut Broadcast),
    ) -> Result<Broadcast, OperateError> {
        let by = by.into();
        for _ in 0..3 {
            let before = self.store.broadcast(id).await?.ok_or(OperateError::NotFound)?;
            if version.is_some_and(|seen| seen != before.version) {
                return Err(OperateError::Changed);
            }
            let mut broadcast = before.clone();
            edit(&mut broadcast);
            if broadcast == before {
                return Ok(before);
            }
            if before.status != BroadcastStatus::Draft {
                return Err(OperateError::WrongState(format!("Only a draft can be changed: it is {}.", before.status.name())));
            }
            self.check_broadcast(&broadcast).await?;
            let change = Change::new(&by, "change", "broadcast", id.to_string()).from(json(&before)?).to(json(&broadcast)?);
            let writes = vec![Write::replace(&mut broadcast)?];
            match self.commit_change(&change, &broadcast, writes).await {
                Ok(()) => return Ok(broadcast),
                Err(CommitError::Refused { position: 0, .. }) => {}
                Err(error) => return Err(of_commit("change a broadcast")(error)),
            }
        }
        Err(OperateError::Changed)
    }

    /// Schedules, starts, pauses, resumes or cancels. `at`: when a scheduled one begins. Doing it twice is success.
    pub async fn step_broadcast<'a>(
        &self,
        id: BroadcastId,
        step: Step,
        at: Option<Timestamp>,
        by: impl Into<By<'a, Broadcast>>,
    ) -> Result<Broadcast, OperateError> {
        let by = by.into();
        for _ in 0..TRIES {
            let (found, run) = self.store.broadcast_and_run(id).await?;
            let mut broadcast = found.ok_or(OperateError::NotFound)?;
            if broadcast.status.is_after(step)
                || (step == Step::Schedule && broadcast.status == BroadcastStatus::Scheduled && broadcast.start_at == at)
            {
                return Ok(broadcast);
            }
            let Some(status) = broadcast.status.after(step) else {
                return Err(OperateError::WrongState(format!("The broadcast is {}.", broadcast.status.name())));
            };
            let now = self.now();
            let start_at = at.unwrap_or(now);
            if step == Step::Schedule && (start_at <= now || start_at > now.plus(Span::days(365))) {
                return Err(Invalid::new("start_at", "in the future, within a year").into());
            }
            broadcast.status = status;
            let mut writes = Vec::with_capacity(2);
            match step {
                Step::Schedule | Step::Start => {
                    broadcast.start_at = Some(start_at);
                    let new = BroadcastRun::new(id, start_at);
                    writes.push(match run {
                        None => Write::create(&new)?,
                        Some(old) => Write::replace(&mut BroadcastRun { version: old.version, ..new })?,
                    });
                }
                Step::Pause | Step::Resume => {
                    let mut run = run.ok_or_else(|| OperateError::WrongState("The broadcast has just ended.".into()))?;
                    run.paused = step == Step::Pause;
                    writes.push(Write::replace(&mut run)?);
                }
                Step::Cancel => {
                    broadcast.ended_at = Some(now);
                    if let Some(run) = run {
                        broadcast.progress = run.progress;
                        writes.push(Write::delete(store::keys::broadcast_run(id)));
                    }
                }
            }
            let action = match step {
                Step::Schedule => "schedule",
                Step::Start => "start",
                Step::Pause => "pause",
                Step::Resume => "resume",
                Step::Cancel => "cancel",
            };
            let change = Change::new(&by, action, "broadcast", id.to_string());
            writes.push(Write::replace(&mut broadcast)?);
            match self.commit_change(&change, &broadcast, writes).await {
                Ok(()) => return Ok(broadcast),
                // A worker, or another operator, was quicker.
                Err(CommitError::Refused { position: 0 | 1, .. }) => {}
                Err(error) => return Err(of_commit("move a broadcast")(error)),
            }
        }
        Err(OperateError::Changed)
    }

    pub async fn list_broadcasts(
        &self,
        status: Option<BroadcastStatus>,
        cursor: Option<&Cursor>,
        limit: u8,
    ) -> Result<Page<Broadcast>, ListError> {
        let filter = Filter { status: status.map(|status| status.name().to_owned()), ..Filter::default() };
        self.store.list_broadcasts(&filter, cursor, limit, self.now()).await
    }

    /// How many would get it now: the list of customers is looked through, so far as that is cheap.
    pub async fn count_audience(&self, audience: &Audience) -> Result<Reach, OperateError> {
        let mut reach = Reach { customers: 0, complete: false };
        let mut cursor = None;
        for _ in 0..COUNTED_PAGES {
            let page = self.audience_page(audience, self.now(), cursor.as_ref(), 100).await?;
            reach.customers = reach.customers.saturating_add(u32::try_from(page.items.len()).unwrap_or(u32::MAX));
            cursor = page.next;
            if cursor.is_none() {
                reach.complete = true;
                break;
            }
        }
        Ok(reach)
    }

    /// Sends it to one chat, in every language that it has.
    pub async fn preview_broadcast(&self, id: BroadcastId, chat: Option<i64>) -> Result<(), OperateError> {
        let broadcast = self.store.broadcast(id).await?.ok_or(OperateError::NotFound)?;
        let nowhere = || Invalid::new("chat_id", "required: the shop has no operators' chat");
        let chat = chat.or(self.config.telegram.operator_chat).ok_or_else(nowhere)?;
        for language in broadcast.texts.keys() {
            match self.send_broadcast(&broadcast, chat, *language).await {
                Ok(()) => {}
                Err(error) if error.is_transient() => return Err(OperateError::App(error.into())),
                Err(error) => return Err(Invalid::new("chat_id", format!("Telegram does not take it: {error}")).into()),
            }
        }
        Ok(())
    }

    async fn send_broadcast(&self, broadcast: &Broadcast, chat: i64, language: Language) -> Result<(), TelegramError> {
        let telegram = self.telegram.within(TELEGRAM_TIMEOUT);
        let text = broadcast.text(language);
        let below = broadcast.button.as_ref().map(|button| Keyboard::default().row([link(button.text.clone(), &button.url)]).markup());
        let below = below.map(ReplyMarkup::InlineKeyboardMarkup);
        if let Some(picture) = &broadcast.picture {
            let params = SendPhotoParams::builder().chat_id(ChatId::Integer(chat)).photo(FileUpload::String(picture.clone())).caption(text);
            let params = params.parse_mode(ParseMode::Html).maybe_reply_markup(below).build();
            telegram.send_photo(&params).await.map(drop)
        } else {
            let params = SendMessageParams::builder().chat_id(ChatId::Integer(chat)).text(text);
            let params = params.parse_mode(ParseMode::Html).maybe_reply_markup(below).build();
            telegram.send_message(&params).await.map(drop)
        }
    }

    /// A page of those who belong to an audience, the first to join first.
    async fn audience_page(
        &self,
        audience: &Audience,
        joined_until: Timestamp,
        cursor: Option<&Cursor>,
        limit: u8,
    ) -> Result<Page<User>, AppError> {
        let status = audience.status().map(|status| status.name().to_owned());
        let filter = Filter { status, to: Some(joined_until), oldest_first: true, ..Filter::default() };
        let mut page = self.store.list_users(&filter, cursor, limit, self.now()).await.map_err(|error| match error {
            ListError::Store(error) => AppError::from(error),
            // Only what the list gave is given back to it.
            ListError::Cursor(_) => AppError::Contended,
        })?;
        page.items.retain(|user| audience.admits(user));
        if let Audience::Plan(product) = audience {
            let mut holders = Vec::with_capacity(page.items.len());
            for user in page.items {
                let held = self.store.subscriptions_of(user.id, None, 20).await?;
                let holds = |one: &domain::subscription::Subscription| one.product.as_ref() == Some(product) && one.ended_at.is_none();
                if held.items.iter().any(holds) {
                    holders.push(user);
                }
            }
            page.items = holders;
        }
        Ok(page)
    }

    /// Goes on with what is on its way, for a part of a run of the jobs.
    pub async fn broadcast_due(&self, deadline: Deadline, run: &mut Run) {
        let until = self.now().plus(SHARE);
        let runs = match self.store.broadcast_runs().await {
            Ok(runs) => runs,
            Err(error) => {
                warn!(event = "broadcasts_unread", %error, "the broadcasts on their way could not be read");
                run.failed += 1;
                return;
            }
        };
        for one in runs {
            if !self.pause.is_over(self.now()) || self.now() >= until || deadline.allows(self, ENOUGH).is_none() {
                return;
            }
            if !one.is_due(self.now()) {
                continue;
            }
            let id = one.id;
            match Box::pin(self.broadcast_on(one, deadline, until)).await {
                Ok(()) => run.done += 1,
                // Another worker, a pause or a cancel.
                Err(AppError::Contended) => run.gone += 1,
                Err(error) => {
                    run.failed += 1;
                    warn!(event = "broadcast_failed", broadcast = %id, error = &error as &dyn std::error::Error, "a broadcast goes on later");
                }
            }
        }
    }

    async fn keep(&self, run: &mut BroadcastRun, besides: Vec<Write>) -> Result<(), AppError> {
        let mut writes = vec![Write::replace(run)?];
        writes.extend(besides);
        match self.store.commit(&self.seams().nonce(), writes).await {
            Ok(()) => Ok(()),
            Err(CommitError::Refused { .. }) => Err(AppError::Contended),
            Err(CommitError::Store(error)) => Err(error.into()),
        }
    }

    async fn broadcast_on(&self, mut run: BroadcastRun, deadline: Deadline, until: Timestamp) -> Result<(), AppError> {
        let Some(mut broadcast) = self.store.broadcast(run.id).await? else { return Ok(()) };
        run.take(self.now());
        let mut besides = Vec::new();
        if broadcast.status == BroadcastStatus::Scheduled {
            broadcast.status = BroadcastStatus::Running;
            besides.push(Write::replace(&mut broadcast)?);
        }
        self.keep(&mut run, besides).await?;
        // Of a batch that another worker began, the customers are read again.
        let mut known: HashMap<TelegramUserId, User> = self.customers_left(&run).await?;
        loop {
            if run.is_over() {
                return self.end_broadcast(broadcast, &run).await;
            }
            let late = self.now() >= until || deadline.allows(self, ENOUGH).is_none();
            if late || run.lease_until <= self.now() {
                run.lease_until = self.now();
                return self.keep(&mut run, Vec::new()).await;
            }
            let Some(next) = run.next() else {
                let cursor = match &run.place {
                    Some(place) => Some(place.parse::<Cursor>().map_err(|_| AppError::Contended)?),
                    None => None,
                };
                let page = self.audience_page(&broadcast.audience, run.joined_until, cursor.as_ref(), BATCH).await?;
                run.place = Some(page.next.map(|next| next.to_string()).unwrap_or_default());
                run.batch = page.items.iter().map(|user| user.id).collect();
                run.met = 0;
                run.lease_until = self.now().plus(LEASE);
                known = page.items.into_iter().map(|user| (user.id, user)).collect();
                self.keep(&mut run, Vec::new()).await?;
                continue;
            };
            run.in_flight = true;
            self.keep(&mut run, Vec::new()).await?;
            let language = known.get(&next).map_or(self.operator_language(), |user| user.language);
            let (sent, ()) = tokio::join!(self.send_broadcast(&broadcast, next.get(), language), tokio::time::sleep(PACE));
            match sent {
                Ok(()) => run.note(Met::Sent),
                Err(TelegramError::Blocked | TelegramError::ChatNotFound) => {
                    run.note(Met::Blocked);
                    self.note_unreachable(next).await?;
                }
                // Not sent: his turn comes again.
                Err(TelegramError::RetryAfter(wait)) => {
                    return self.broadcast_later(run, Span::seconds(u32::try_from(wait.as_secs()).unwrap_or(3600).saturating_add(1))).await;
                }
                Err(TelegramError::Unreachable { sent: false }) => return self.broadcast_later(run, Span::minutes(1)).await,
                Err(error) if error.is_transient() => run.note(Met::Unknown),
                Err(error) => {
                    warn!(event = "broadcast_refused", broadcast = %run.id, %error, "Telegram refused a message of a broadcast");
                    run.note(Met::Failed);
                }
            }
            if run.progress.failed >= HOPELESS && run.progress.sent == 0 {
                return self.give_up_broadcast(broadcast, run).await;
            }
        }
    }

    async fn customers_left(&self, run: &BroadcastRun) -> Result<HashMap<TelegramUserId, User>, AppError> {
        let left: Vec<TelegramUserId> = run.batch.iter().skip(usize::try_from(run.met).unwrap_or(usize::MAX)).copied().collect();
        if left.is_empty() {
            return Ok(HashMap::new());
        }
        Ok(self.store.users(&left).await?.into_iter().map(|user| (user.id, user)).collect())
    }

    /// Telegram wants no message before `wait` is over.
    async fn broadcast_later(&self, mut run: BroadcastRun, wait: Span) -> Result<(), AppError> {
        let at = self.now().plus(wait);
        self.pause.until(at);
        (run.in_flight, run.start_at, run.lease_until) = (false, at, self.now());
        self.keep(&mut run, Vec::new()).await
    }

    /// Nobody gets it: an operator has to mend it.
    async fn give_up_broadcast(&self, mut broadcast: Broadcast, mut run: BroadcastRun) -> Result<(), AppError> {
        broadcast.status = BroadcastStatus::Paused;
        (run.paused, run.lease_until) = (true, self.now());
        let besides = vec![Write::replace(&mut broadcast)?];
        self.keep(&mut run, besides).await?;
        self.tell_of_broadcast("operator-broadcast-refused", &broadcast, &run).await;
        Ok(())
    }

    async fn end_broadcast(&self, mut broadcast: Broadcast, run: &BroadcastRun) -> Result<(), AppError> {
        broadcast.status = BroadcastStatus::Done;
        broadcast.ended_at = Some(self.now());
        broadcast.progress = run.progress;
        let writes = vec![Write::replace(&mut broadcast)?, Write::delete(store::keys::broadcast_run(run.id))];
        match self.store.commit(&self.seams().nonce(), writes).await {
            Ok(()) => {}
            Err(CommitError::Refused { .. }) => return Err(AppError::Contended),
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
        info!(event = "broadcast_done", broadcast = %run.id, sent = run.progress.sent, "a broadcast is over");
        self.tell_of_broadcast("operator-broadcast-done", &broadcast, run).await;
        Ok(())
    }

    /// A courtesy: the list of broadcasts says the same.
    async fn tell_of_broadcast(&self, text: &'static str, broadcast: &Broadcast, run: &BroadcastRun) {
        let Some(chat) = self.config.telegram.operator_chat else { return };
        let language = self.operator_language();
        let number = |n: u32| Arg::Raw(crate::format::number(language, n.into()));
        let progress = run.progress;
        let text = self.texts.html(
            language,
            text,
            &[
                ("name", Arg::Text(&broadcast.name)),
                ("sent", number(progress.sent)),
                ("blocked", number(progress.blocked)),
                ("failed", number(progress.failed)),
                ("unknown", number(progress.unknown)),
            ],
        );
        if let Err(error) = self.say(chat, &text, None).await {
            warn!(event = "operators_not_told", error = &error as &dyn std::error::Error, "the operators were not told of a broadcast");
        }
    }
}
