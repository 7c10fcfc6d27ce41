//! Another link for a subscription: the old one and every device that has it stop working.
//!
//! The wish is on the subscription's item, as a duty, before the panel is called. The panel makes a new link with every call, so that an unknown
//! outcome is answered by asking again: nobody has seen what the first call made. The new link is stored before it is sent, and the duty ends when it
//! was sent.

use std::time::Duration;

use clients::{
    panel::{Account, PanelError},
    telegram::{PhotoUpload, TelegramError},
};
use domain::{
    Language, OrderId, OrderKey,
    duty::Duty,
    subscription::{LinkWish, Subscription},
    time::Span,
    user::User,
};
use store::{CommitError, Write, keys};
use tracing::{info, warn};

use crate::{
    App, AppError, Change, Deadline,
    account::{Live, LiveSubscription},
    button::{Button, SubscriptionAction},
    provision::outcome_of,
    qr,
    screen::{Keyboard, copy, primary, tap},
    text::{Arg, html},
    work::Outcome,
};

/// The contract's second before a revocation, twice where a link was read in it, and the panel's answers.
const PANEL_TIMEOUT: Duration = Duration::from_secs(10);
/// With less there is no use in beginning.
const PANEL_LEAST: Duration = Duration::from_secs(4);
const TELEGRAM_TIMEOUT: Duration = Duration::from_secs(8);

/// What a customer's wish for another link came to, and the subscription as it stands.
#[derive(Debug)]
pub struct NewLink {
    pub held: LiveSubscription,
    pub stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The link is another one.
    Replaced,
    /// It comes by itself.
    Coming,
    /// There is no account any more.
    Deleted,
}

/// A try of the duty.
struct Tried {
    subscription: Subscription,
    live: Live,
    outcome: Outcome,
}

impl App {
    /// Gives one of the customer's subscriptions another link and sends it to him; what does not succeed now is owed. `None`: he has no such
    /// subscription.
    pub async fn new_link(&self, customer: &User, key: OrderKey, deadline: Deadline) -> Result<Option<NewLink>, AppError> {
        self.new_link_by(customer, key, None, deadline).await
    }

    /// The same; `by`: an operator wants it, which leaves its entry with the wish. A link that is on its way already is nobody's change.
    pub(crate) async fn new_link_by(
        &self,
        customer: &User,
        key: OrderKey,
        by: Option<&Change<'_, Subscription>>,
        deadline: Deadline,
    ) -> Result<Option<NewLink>, AppError> {
        let id = OrderId::new(customer.id, key);
        for _ in 0..3 {
            let Some(mut subscription) = self.store.subscription(id).await? else { return Ok(None) };
            let asked_before = subscription.link_asked_at.is_some();
            let taken = match subscription.ask_link(self.now()) {
                LinkWish::AfterChange if asked_before => return self.standing(subscription, Stage::Coming, deadline).await.map(Some),
                LinkWish::JustReplaced => return self.standing(subscription, Stage::Replaced, deadline).await.map(Some),
                // Whose turn it is may have died; where it is nobody's, it is ours.
                LinkWish::UnderWay => {
                    match self.store.take::<Subscription>(&keys::subscription(id), &self.seams.nonce(), self.now()).await? {
                        Some(taken) if taken.work.duty == Some(Duty::NewLink) => taken,
                        Some(_) => continue,
                        None => {
                            let stage = if subscription.link_asked_at.is_some() { Stage::Coming } else { Stage::Replaced };
                            return self.standing(subscription, stage, deadline).await.map(Some);
                        }
                    }
                }
                wish @ (LinkWish::Asked | LinkWish::AfterChange) => {
                    let writes = vec![Write::replace(&mut subscription)?];
                    let committed = match by {
                        Some(change) => self.commit_change(change, &subscription, writes).await,
                        None => self.store.commit(&self.seams.nonce(), writes).await,
                    };
                    match committed {
                        Ok(()) if wish == LinkWish::AfterChange => {
                            return self.standing(subscription, Stage::Coming, deadline).await.map(Some);
                        }
                        Ok(()) => subscription,
                        Err(CommitError::Refused { position: 0, .. }) => continue,
                        Err(error) => return Err(AppError::of_commit("ask for a link")(error)),
                    }
                }
            };
            let Tried { mut subscription, live, outcome } = self.give_link(taken, customer.language, deadline).await?;
            let stage = match live {
                Live::Deleted => Stage::Deleted,
                Live::Account(_) | Live::Unknown if subscription.link_asked_at.is_some() => Stage::Coming,
                Live::Account(_) | Live::Unknown => Stage::Replaced,
            };
            if stage == Stage::Deleted {
                subscription = self.amend(subscription, Subscription::settle_link).await?;
            } else if let Outcome::Park(reason) = self.note(subscription.clone(), outcome).await? {
                self.tell_operators_of_parked_link(id, &reason).await;
            }
            return Ok(Some(NewLink { held: LiveSubscription { subscription, live }, stage }));
        }
        Err(AppError::Contended)
    }

    async fn standing(&self, subscription: Subscription, stage: Stage, deadline: Deadline) -> Result<NewLink, AppError> {
        let live = self.look(&subscription, deadline).await;
        Ok(NewLink { held: LiveSubscription { subscription, live }, stage })
    }

    /// The duty, worked off by the jobs.
    pub(crate) async fn owed_link(&self, taken: Subscription, deadline: Deadline) -> Result<Outcome, AppError> {
        let customer = taken.order.buyer;
        let language = self.store.user(customer).await?.map_or(Language::English, |user| user.language);
        let Tried { subscription, live, outcome } = self.give_link(taken, language, deadline).await?;
        if !matches!(live, Live::Deleted) {
            let order = subscription.order;
            let noted = self.note(subscription, outcome).await?;
            if let Outcome::Park(reason) = &noted {
                self.tell_operators_of_parked_link(order, reason).await;
            }
            return Ok(noted);
        }
        let text = self.texts.html(language, "link-account-deleted", &[("plan", Arg::Text(subscription.shown_name()))]);
        let button = Button::Subscription(subscription.order.key);
        let show = tap(self.texts.plain(language, "button-show-subscription", &[]), &button);
        match self.say(customer.get(), &text, Some(Keyboard::default().row([show]).markup())).await {
            Err(error) if error.is_transient() => self.note(subscription, Outcome::Later(error.to_string())).await,
            told => {
                if let Err(error) = told {
                    warn!(event = "notice_not_sent", %error, "a notice could not be sent");
                }
                self.amend(subscription, Subscription::settle_link).await.map(|_| outcome)
            }
        }
    }

    /// One try of what the caller has taken: revoke, store, send, close.
    async fn give_link(&self, taken: Subscription, language: Language, deadline: Deadline) -> Result<Tried, AppError> {
        let mut live = Live::Unknown;
        let mut subscription = taken;
        if subscription.link_asked_at.is_some() {
            let account = match self.revoke_link(&subscription, deadline).await {
                Ok(account) => account,
                Err(None) => return Ok(Tried { subscription, live, outcome: Outcome::Later("no time left".into()) }),
                // Whoever tells the customer closes the matter.
                Err(Some(PanelError::NotFound)) => return Ok(Tried { subscription, live: Live::Deleted, outcome: Outcome::Done }),
                Err(Some(error)) => return Ok(Tried { subscription, live, outcome: outcome_of(&error) }),
            };
            let (link, now) = (account.link.clone(), self.now());
            subscription = self.amend(subscription, |subscription| subscription.replace_link(link.clone(), now)).await?;
            info!(event = "link_replaced", order.id = %self.names.order(subscription.order), "a subscription has another link");
            live = Live::Account(Box::new(account));
        }
        let Some(timeout) = deadline.allows(self, TELEGRAM_TIMEOUT) else {
            return Ok(Tried { subscription, live, outcome: Outcome::Later("no time left".into()) });
        };
        match self.send_qr(&subscription, "link-replaced", language, timeout).await? {
            Ok(()) => {}
            Err(TelegramError::Blocked | TelegramError::ChatNotFound) => self.note_unreachable(subscription.order.buyer).await?,
            Err(TelegramError::RetryAfter(wait)) => {
                let wait = Span::seconds(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX));
                return Ok(Tried { subscription, live, outcome: Outcome::After(wait, "telegram asks to wait".into()) });
            }
            Err(error) => return Ok(Tried { subscription, live, outcome: Outcome::Later(error.to_string()) }),
        }
        subscription = self.amend(subscription, Subscription::settle_link).await?;
        Ok(Tried { subscription, live, outcome: Outcome::Done })
    }

    /// `Err(None)`: there is no time for it.
    async fn revoke_link(&self, subscription: &Subscription, deadline: Deadline) -> Result<Account, Option<PanelError>> {
        let timeout = deadline.allows(self, PANEL_TIMEOUT).filter(|timeout| *timeout >= PANEL_LEAST).ok_or(None)?;
        self.panel.revoke_link(&subscription.name, Some(&subscription.link), self.now(), timeout).await.map_err(Some)
    }

    /// A change of a subscription whose duty the caller has, over what others change meanwhile: a renewal, a name. Where the duty is no longer the
    /// caller's, the word of whoever took it stands, and what he wrote is given back.
    async fn amend(&self, read: Subscription, change: impl Fn(&mut Subscription)) -> Result<Subscription, AppError> {
        let (order, fence) = (read.order, read.work.fence);
        let mut current = read;
        for _ in 0..4 {
            if (current.work.duty, current.work.fence) != (Some(Duty::NewLink), fence) {
                return Ok(current);
            }
            change(&mut current);
            match self.store.commit(&self.seams.nonce(), vec![Write::replace(&mut current)?]).await {
                Ok(()) => return Ok(current),
                Err(CommitError::Refused { .. }) => {
                    let operation = "keep a link";
                    current = self.store.subscription(order).await?.ok_or(AppError::Refused { operation, position: 0 })?;
                }
                Err(error) => return Err(AppError::of_commit("keep a link")(error)),
            }
        }
        Err(AppError::Contended)
    }

    /// Sends one of the customer's subscriptions as a picture: its link, to be scanned by another device. `false`: he has no such subscription.
    pub async fn show_qr(&self, customer: &User, key: OrderKey, deadline: Deadline) -> Result<bool, AppError> {
        let Some(subscription) = self.store.subscription(OrderId::new(customer.id, key)).await? else { return Ok(false) };
        let Some(timeout) = deadline.allows(self, TELEGRAM_TIMEOUT) else { return Ok(true) };
        match self.send_qr(&subscription, "qr-caption", customer.language, timeout).await? {
            Ok(()) | Err(TelegramError::Blocked | TelegramError::ChatNotFound) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    /// The picture of a link below a sentence, with the way back. The outer error: there is nothing to send.
    async fn send_qr(
        &self,
        subscription: &Subscription,
        sentence: &str,
        language: Language,
        timeout: Duration,
    ) -> Result<Result<(), TelegramError>, AppError> {
        let text = self.texts.html(language, sentence, &[("plan", Arg::Text(subscription.shown_name()))]);
        let caption = format!("{text}\n\n<code>{}</code>", html(&subscription.link));
        let key = subscription.order.key;
        let connect = Button::OfSubscription { action: SubscriptionAction::Platforms, key };
        let connect = primary(tap(self.texts.plain(language, "button-connect", &[]), &connect));
        let copied = copy(self.texts.plain(language, "button-copy-link", &[]), &subscription.link);
        let back = tap(self.texts.plain(language, "button-show-subscription", &[]), &Button::Subscription(key));
        let keyboard = Keyboard::default().row([connect].into_iter().chain(copied)).row([back]).markup();
        let chat_id = subscription.order.buyer.get();
        let photo = PhotoUpload { chat_id, png: qr::png(&subscription.link)?, caption: Some(&caption), keyboard: Some(&keyboard) };
        Ok(self.telegram.within(timeout).send_photo_bytes(photo).await.map(drop))
    }
}
