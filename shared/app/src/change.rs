//! What operators make of a subscription's account: other limits, off, on.
//!
//! The wish is on the subscription's item, as a duty, before the panel is called, and it is absolute: each try looks at the account and asks for what is
//! not there yet, so that an answer that was lost costs a look and nothing else. An order that has the subscription is waited for, and orders wait for a
//! wish: neither computes from what the other is about to change.

use clients::panel::{self, Account, PanelError, Set};
use domain::{
    Language, OrderId,
    change::{DataWish, Step, Switch, TimeWish, Wish},
    duty::Duty,
    subscription::Subscription,
    user::UserStatus,
};
use store::{CommitError, Write};
use tracing::{info, warn};

use crate::{
    App, AppError, By, Change, Deadline,
    button::Button,
    extend::{BUSY, TRIES, seen},
    format,
    operate::{OperateError, json, of_commit},
    provision::{PANEL_TIMEOUT, outcome_of},
    screen::{Keyboard, tap},
    text::Arg,
    work::Outcome,
};

impl App {
    /// Makes of a subscription's account what an operator wants; what does not succeed now is owed. What was wanted before and is not done yet stays
    /// wanted where this says nothing of it. `action`: the verb of the history.
    pub async fn change_subscription<'a>(
        &self,
        id: OrderId,
        wish: Wish,
        action: &'static str,
        by: impl Into<By<'a, Subscription>>,
        deadline: Deadline,
    ) -> Result<Subscription, OperateError> {
        let by = by.into();
        for _ in 0..TRIES {
            let mut subscription = self.store.subscription(id).await?.ok_or(OperateError::NotFound)?;
            let change = Change::new(&by, action, "subscription", self.names.order(id)).from(stands(&subscription)?).to(json(&wish)?);
            subscription.ask_change(wish, self.now());
            let write = Write::replace(&mut subscription)?;
            match self.commit_change(&change, &subscription, vec![write]).await {
                Ok(()) => {
                    // It is owed: whatever comes of this try, it is not lost.
                    if let Err(error) = self.owed_change(subscription, deadline).await {
                        warn!(event = "change_not_made", %error, "a subscription is not changed yet");
                    }
                    return self.store.subscription(id).await?.ok_or(OperateError::NotFound);
                }
                Err(CommitError::Refused { position: 0, .. }) => {}
                Err(error) => return Err(of_commit("change a subscription")(error)),
            }
        }
        Err(OperateError::Changed)
    }

    /// Gives a subscription another link by an operator's word, and sends it to its customer. One that is on its way already is success.
    pub async fn revoke_link_of<'a>(
        &self,
        id: OrderId,
        by: impl Into<By<'a, Subscription>>,
        deadline: Deadline,
    ) -> Result<Subscription, OperateError> {
        let by = by.into();
        let customer = self.store.user(id.buyer).await?.ok_or(OperateError::NotFound)?;
        let change = Change::new(&by, "revoke-link", "subscription", self.names.order(id));
        let given = self.new_link_by(&customer, id.key, Some(&change), deadline).await?;
        given.map(|given| given.held.subscription).ok_or(OperateError::NotFound)
    }

    /// The duty, worked off by whoever has it.
    pub(crate) async fn owed_change(&self, taken: Subscription, deadline: Deadline) -> Result<Outcome, AppError> {
        let id = taken.order;
        let outcome = Box::pin(self.make_change(&taken, deadline)).await?;
        let noted = self.note(taken, outcome).await?;
        if let Outcome::Park(reason) = &noted {
            self.tell_operators_of_parked_change(id, reason).await;
        }
        Ok(noted)
    }

    async fn make_change(&self, taken: &Subscription, deadline: Deadline) -> Result<Outcome, AppError> {
        let Some(wish) = taken.wish else { return Ok(Outcome::Park("nothing is to be changed".into())) };
        if taken.busy_with.is_some() {
            return Ok(Outcome::After(BUSY, "an order is at the subscription".into()));
        }
        let mut account = match self.account_of(taken, deadline).await {
            Ok(Some(account)) => account,
            Ok(None) => return self.without_account(taken, wish).await,
            Err(outcome) => return Ok(outcome),
        };
        for _ in 0..TRIES {
            let Some(step) = wish.step(&seen(&account)) else { return self.changed(taken, wish, Some(&account)).await };
            let Some(timeout) = deadline.allows(self, PANEL_TIMEOUT) else { return Ok(Outcome::Later("no time left".into())) };
            let (name, now) = (&taken.name, self.now());
            let asked = match step {
                Step::On => self.panel.enable(name, now, timeout).await,
                Step::Off => self.panel.disable(name, now, timeout).await,
                Step::Limits { data, time, start } => self.panel.set_limits(&account, &panel_limits(data, time, start), now, timeout).await,
            };
            match asked {
                Ok(answer) => account = answer,
                Err(PanelError::NotFound) => return self.without_account(taken, wish).await,
                Err(error) => return Ok(outcome_of(&error)),
            }
        }
        Ok(Outcome::Later("the account does not become what it shall be".into()))
    }

    /// The account was deleted from the panel: that switches it off, and is nothing to be given limits.
    async fn without_account(&self, taken: &Subscription, wish: Wish) -> Result<Outcome, AppError> {
        if wish.holds_without_account() {
            return self.changed(taken, wish, None).await;
        }
        Ok(Outcome::Park("the account was deleted from the panel: only a renewal makes it anew".into()))
    }

    /// The one write that ends it: the subscription as the panel has it, with what it owes next, and its customer's status where that changes with it.
    /// Where the duty is somebody else's meanwhile, his word stands.
    async fn changed(&self, taken: &Subscription, wish: Wish, account: Option<&Account>) -> Result<Outcome, AppError> {
        let id = taken.order;
        let mut status = self.status_after(id, wish).await?;
        let mut current = taken.clone();
        for _ in 0..TRIES {
            if (current.work.duty, current.work.fence) != (Some(Duty::Change), taken.work.fence) {
                return Ok(Outcome::Done);
            }
            current.settle_change(self.now());
            let mut writes = vec![Write::replace(&mut current)?];
            writes.extend(status.clone());
            match self.store.commit(&self.seams.nonce(), writes).await {
                Ok(()) => {
                    info!(event = "subscription_changed", order.id = %self.names.order(id), "a subscription is what an operator wanted");
                    self.tell_of_change(&current, wish, account).await;
                    return Ok(Outcome::Done);
                }
                Err(CommitError::Refused { position: 0, .. }) => {
                    let operation = "change a subscription";
                    current = self.store.subscription(id).await?.ok_or(AppError::Refused { operation, position: 0 })?;
                }
                // The customer's status has changed: it is as it is.
                Err(CommitError::Refused { .. }) => status = None,
                Err(error) => return Err(AppError::of_commit("change a subscription")(error)),
            }
        }
        Err(AppError::Contended)
    }

    /// Whether its customer still holds something when it is off, and holds something again when it is on.
    async fn status_after(&self, id: OrderId, wish: Wish) -> Result<Option<Write>, AppError> {
        let Some(switch) = wish.switch else { return Ok(None) };
        let status = self.store.user(id.buyer).await?.map(|user| user.status);
        Ok(match (switch, status) {
            (Switch::Off, Some(UserStatus::Active)) if !self.holds_another(id).await? => Some(Write::lapse_user(id.buyer)),
            (Switch::On, Some(UserStatus::Expired)) => Some(Write::restore_user(id.buyer)),
            _ => None,
        })
    }

    /// Its customer learns what became of it. Nobody waits for it.
    async fn tell_of_change(&self, subscription: &Subscription, wish: Wish, account: Option<&Account>) {
        let told = async {
            let reader = self.store.user(subscription.order.buyer).await?;
            let Some(reader) = reader.filter(|reader| reader.unreachable_at.is_none() && !reader.is_banned()) else { return Ok(()) };
            let text = self.change_text(subscription, wish, account, reader.language);
            let button = Button::Subscription(subscription.order.key);
            let show = tap(self.texts.plain(reader.language, "button-show-subscription", &[]), &button);
            self.say(reader.id.get(), &text, Some(Keyboard::default().row([show]).markup())).await
        };
        if let Err(error) = told.await {
            warn!(event = "notice_not_sent", %error, "a customer could not be told of a changed subscription");
        }
    }

    fn change_text(&self, subscription: &Subscription, wish: Wish, account: Option<&Account>, language: Language) -> String {
        let plan = [("plan", Arg::Text(subscription.shown_name()))];
        let says = match wish.switch {
            Some(Switch::Off) => return self.texts.html(language, "changed-off", &plan),
            Some(Switch::On) => "changed-on",
            None => "changed-limits",
        };
        let mut lines = vec![self.texts.html(language, says, &plan)];
        if wish.data.is_some() {
            let id = if subscription.data_limit.is_some() { "extended-data" } else { "extended-unlimited" };
            let volume = format::volume(&self.texts, language, subscription.data_limit);
            lines.push(self.texts.html(language, id, &[("volume", Arg::Raw(volume))]));
        }
        if wish.time.is_some() {
            let time = match account.and_then(|account| account.expires_at) {
                Some(at) => self.texts.plain(language, "until", &[("at", Arg::Raw(format::moment(language, at)))]),
                None => format::days(&self.texts, language, None),
            };
            lines.push(self.texts.html(language, "extended-time", &[("time", Arg::Raw(time))]));
        }
        lines.join("\n")
    }
}

/// What of a subscription a wish can change, as it stands.
fn stands(subscription: &Subscription) -> Result<String, OperateError> {
    json(&serde_json::json!({
        "data_limit": subscription.data_limit,
        "duration_days": subscription.duration_days,
        "disabled_at": subscription.disabled_at,
    }))
}

/// A wish's limits in the panel's words.
fn panel_limits(data: Option<DataWish>, time: Option<TimeWish>, start: bool) -> panel::Limits {
    panel::Limits {
        data_limit: match data {
            None => Set::Keep,
            Some(DataWish::Unlimited) => Set::Unlimited,
            Some(DataWish::Bytes(bytes)) => Set::To(bytes),
        },
        expire: match time {
            None => Set::Keep,
            Some(TimeWish::Unlimited) => Set::Unlimited,
            Some(TimeWish::Until(at)) => Set::To(at),
        },
        on_hold_duration: None,
        activate: start,
    }
}
