//! From a paid renewal or add-on to an account that has more: the target is stored, then asked for, then told, then one write finishes it.
//!
//! The transaction that stores the target also claims the subscription, so one order at a time is at it. It is conditional on the subscription as it
//! was before the panel was looked at: what another order did in between makes this one look again, and neither grant is lost in the other.

use domain::planted::{Bug, planted};
use std::time::Duration;

use clients::panel::{self, Account, AccountStatus, PanelError, Set};
use domain::{
    Language, OrderId, OrderKey,
    extension::{self, DataTarget, Limits, Seen, State, Target, TimeTarget},
    order::{Decision, Event, Order, OrderStatus, decide},
    subscription::{ProvisioningSpec, Subscription},
    time::Span,
    user::User,
};
use store::{CommitError, Write};
use tracing::{info, warn};

use crate::{
    App, AppError, Deadline,
    provision::{Delivery, PANEL_TIMEOUT, outcome_of},
    work::Outcome,
};

/// Looks at an account, and changes of it by others, until it is left for later.
pub(crate) const TRIES: u32 = 4;
/// Another order is at the same subscription: it takes about a second.
pub(crate) const BUSY: Span = Span::seconds(15);

/// An order and the subscription that it has for itself.
pub(crate) struct Claim {
    pub order: Order,
    pub subscription: Subscription,
}

/// What came of a try.
enum Tried {
    /// The panel holds what the order bought. The link is a new one where the account is.
    Granted(Box<Claim>, Option<String>),
    Not(Box<Order>, Outcome),
    /// Another order is at the subscription.
    Busy(Box<Order>),
    /// The order is not what it was when it was taken: somebody else has it, or it was refunded.
    Lost,
}

/// What came of asking for limits.
pub(crate) enum Asked {
    Done,
    /// There is no such account (any more).
    Deleted,
    /// The order is not what it was: see [`Tried::Lost`].
    Lost,
    /// The panel refuses for good. It did nothing, now or before, if `untouched`.
    Refused {
        untouched: bool,
        reason: String,
    },
    Not(Outcome),
}

impl App {
    /// Grants an order whose lease the caller holds to the subscription that it extends, and tells its customer. What does not succeed is postponed
    /// on the order: the result shows it.
    ///
    /// It waits where the subscription is not there yet, and where another order is at it.
    pub(crate) async fn extend(&self, order: Order, base: OrderKey, buyer: Option<User>, deadline: Deadline) -> Result<Order, AppError> {
        let held = OrderId::new(order.id.buyer, base);
        let language = buyer.as_ref().map_or(Language::English, |buyer| buyer.language);
        if order.status == OrderStatus::Provisioned {
            // Only the message is missing.
            return match self.store.subscription(held).await? {
                Some(subscription) => self.tell_and_finish(Claim { order, subscription }, None, language, deadline).await,
                None => self.not_provisioned(order, None, Outcome::Park("the subscription is not there any more".into())).await,
            };
        }
        let id = order.id;
        match self.try_to_extend(order, held, deadline).await? {
            Tried::Granted(claim, link) => self.tell_and_finish(*claim, link, language, deadline).await,
            Tried::Not(order, outcome) => self.not_provisioned(*order, buyer.as_ref(), outcome).await,
            // Nobody is told that it takes longer: it is a matter of seconds.
            Tried::Busy(order) => {
                self.not_provisioned(*order, None, Outcome::After(BUSY, "another order or a change is at the subscription".into())).await
            }
            Tried::Lost => self.store.order(id).await?.ok_or(AppError::Contended),
        }
    }

    /// What shall be extended is not there: not yet, or never, where its own order was refunded before there was an account. A present goes with it;
    /// for what was paid an operator has to decide.
    async fn without_subscription(&self, order: Order, base: OrderId) -> Result<Tried, AppError> {
        let never = self.store.order(base).await?.is_some_and(|base| base.status == OrderStatus::Refunded);
        if never
            && order.payment.is_none()
            && let Ok(Decision::Change(transition)) = decide(&order, &Event::Refunded, self.now())
        {
            let mut ended = transition.order;
            match self.store.commit(&self.seams.nonce(), vec![Write::replace(&mut ended)?]).await {
                Ok(()) | Err(CommitError::Refused { .. }) => return Ok(Tried::Lost),
                Err(error) => return Err(AppError::of_commit("end a present")(error)),
            }
        }
        Ok(Tried::Not(Box::new(order), Outcome::Later("the subscription is not there yet".into())))
    }

    async fn try_to_extend(&self, order: Order, held: OrderId, deadline: Deadline) -> Result<Tried, AppError> {
        for _ in 0..TRIES {
            // Read before the panel is looked at: the claim below is refused if another order has been at the account since.
            let Some(subscription) = self.store.subscription(held).await? else {
                return self.without_subscription(order, held).await;
            };
            let mine = subscription.busy_with == Some(order.id.key);
            // What an operator wants of the account is not to be undone by what was computed before it.
            if !mine && (subscription.busy_with.is_some() || subscription.wish.is_some()) && !planted(Bug::BusyIgnored) {
                return Ok(Tried::Busy(Box::new(order)));
            }
            let account = match self.account_of(&subscription, deadline).await {
                Ok(account) => account,
                Err(outcome) => return Ok(Tried::Not(Box::new(order), outcome)),
            };
            let claim = if order.target.is_some() && subscription.busy_with.is_some() && !planted(Bug::TargetRecomputed) {
                Claim { order, subscription }
            } else {
                let seen = account.as_ref().map(seen);
                let target = match extension::target(seen.as_ref(), subscription.begins_again(), &order.terms, self.now()) {
                    Ok(target) => target,
                    Err(refusal) => return Ok(Tried::Not(Box::new(order), Outcome::Park(refusal.to_string()))),
                };
                match self.claim(&order, subscription, target).await? {
                    Ok(claim) => claim,
                    Err(0) => return Ok(Tried::Lost),
                    Err(_) => continue,
                }
            };
            return self.ask_for(claim, account, deadline).await;
        }
        Ok(Tried::Busy(Box::new(order)))
    }

    /// Stores what an order will ask for, and takes its subscription for it: one transaction. `Err`: which of the two was changed meanwhile.
    pub(crate) async fn claim(
        &self,
        order: &Order,
        mut subscription: Subscription,
        target: Target,
    ) -> Result<Result<Claim, usize>, AppError> {
        let mut order = order.clone();
        order.target = Some(target);
        subscription.busy_with = Some(order.id.key);
        let writes = vec![Write::replace(&mut order)?, Write::replace(&mut subscription)?];
        match self.store.commit(&self.seams.nonce(), writes).await {
            Ok(()) => Ok(Ok(Claim { order, subscription })),
            Err(CommitError::Refused { position, .. }) => Ok(Err(position)),
            Err(error) => Err(AppError::of_commit("claim a subscription")(error)),
        }
    }

    async fn ask_for(&self, mut claim: Claim, account: Option<Account>, deadline: Deadline) -> Result<Tried, AppError> {
        let asked = match claim.order.target {
            Some(Target::Limits(limits)) => self.ask_limits(&mut claim, Target::Limits, limits, account, deadline).await?,
            Some(Target::Anew) => Asked::Deleted,
            Some(Target::Less(_) | Target::Off) | None => Asked::Lost,
        };
        match asked {
            Asked::Done => Ok(Tried::Granted(Box::new(claim), None)),
            Asked::Lost => Ok(Tried::Lost),
            Asked::Not(outcome) => Ok(Tried::Not(Box::new(claim.order), outcome)),
            Asked::Deleted => self.make_anew(claim, deadline).await,
            // Where the panel may have done it the claim stays, for an operator to decide. Else a parked order stands in no other's way.
            Asked::Refused { untouched: false, reason } => Ok(Tried::Not(Box::new(claim.order), Outcome::Park(reason))),
            Asked::Refused { untouched: true, reason } => self.let_go(claim, reason).await,
        }
    }

    /// Gives a claim back whose target never reached the panel: when the order is tried again it is computed anew.
    async fn let_go(&self, claim: Claim, reason: String) -> Result<Tried, AppError> {
        let Claim { mut order, mut subscription } = claim;
        order.target = None;
        subscription.busy_with = None;
        let writes = vec![Write::replace(&mut order)?, Write::replace(&mut subscription)?];
        match self.store.commit(&self.seams.nonce(), writes).await {
            Ok(()) => Ok(Tried::Not(Box::new(order), Outcome::Park(reason))),
            Err(CommitError::Refused { position: 0, .. }) => Ok(Tried::Lost),
            // The subscription was renamed or the like: the claim stays until the next try, which comes by itself.
            Err(CommitError::Refused { .. }) => Ok(Tried::Lost),
            Err(error) => Err(AppError::of_commit("let a subscription go")(error)),
        }
    }

    /// An account that was deleted, made again under its name. Its note is the first order's: what an answer that was lost had made is ours.
    async fn make_anew(&self, mut claim: Claim, deadline: Deadline) -> Result<Tried, AppError> {
        if claim.order.target != Some(Target::Anew) {
            // Deleted since the target was stored.
            let target = match extension::target(None, false, &claim.order.terms, self.now()) {
                Ok(target) => target,
                Err(refusal) => return self.let_go(claim, refusal.to_string()).await,
            };
            if !self.retarget(&mut claim.order, target).await? {
                return Ok(Tried::Lost);
            }
        }
        let reference = self.names.order(claim.subscription.order);
        let spec = ProvisioningSpec::of(claim.subscription.name.clone(), &reference, &claim.order.terms);
        let Some(timeout) = deadline.allows(self, PANEL_TIMEOUT) else {
            return Ok(Tried::Not(Box::new(claim.order), Outcome::Later("no time left".into())));
        };
        match self.panel.ensure_account(&spec, self.now(), timeout).await {
            Ok(account) => Ok(Tried::Granted(Box::new(claim), Some(account.link))),
            Err(error) => Ok(Tried::Not(Box::new(claim.order), outcome_of(&error))),
        }
    }

    /// Asks the panel for limits that are stored and claimed. An account that started since they were computed has them revised, stored and asked for
    /// once more; `target` says what the order calls them.
    pub(crate) async fn ask_limits(
        &self,
        claim: &mut Claim,
        target: fn(Limits) -> Target,
        mut limits: Limits,
        account: Option<Account>,
        deadline: Deadline,
    ) -> Result<Asked, AppError> {
        let Some(mut account) = account else { return Ok(Asked::Deleted) };
        for _ in 0..TRIES {
            if let Some(revised) = limits.revised(&seen(&account), self.now()) {
                if !self.retarget(&mut claim.order, target(revised)).await? {
                    return Ok(Asked::Lost);
                }
                limits = revised;
            }
            if limits == Limits::NOTHING {
                return Ok(Asked::Done);
            }
            let Some(timeout) = deadline.allows(self, PANEL_TIMEOUT) else { return Ok(Asked::Not(Outcome::Later("no time left".into()))) };
            match self.panel.set_limits(&account, &asked(&limits, &account), self.now(), timeout).await {
                Ok(answer) if matches!(limits.time, TimeTarget::OnHold { .. }) && answer.status != AccountStatus::OnHold => {
                    account = answer
                }
                Ok(_) => return Ok(Asked::Done),
                Err(PanelError::NotFound) => return Ok(Asked::Deleted),
                Err(error) => {
                    return Ok(match outcome_of(&error) {
                        Outcome::Park(reason) => {
                            // An earlier try, or the first of two requests, may have done it.
                            let shows = self.account_of(&claim.subscription, deadline).await.ok().flatten();
                            Asked::Refused { untouched: shows.is_some_and(|account| !limits.applied(&seen(&account))), reason }
                        }
                        outcome => Asked::Not(outcome),
                    });
                }
            }
        }
        Ok(Asked::Not(Outcome::Later("the account changes while it is changed".into())))
    }

    /// Stores another target for an order that has its subscription. Whether the order was still the same.
    async fn retarget(&self, order: &mut Order, target: Target) -> Result<bool, AppError> {
        let mut next = order.clone();
        next.target = Some(target);
        match self.store.commit(&self.seams.nonce(), vec![Write::replace(&mut next)?]).await {
            Ok(()) => {
                *order = next;
                Ok(true)
            }
            Err(CommitError::Refused { .. }) => Ok(false),
            Err(error) => Err(AppError::of_commit("store a target")(error)),
        }
    }

    /// What the panel says of a subscription's account; `None`: it has none.
    pub(crate) async fn account_of(&self, subscription: &Subscription, deadline: Deadline) -> Result<Option<Account>, Outcome> {
        let Some(timeout) = deadline.allows(self, LOOK_TIMEOUT) else { return Err(Outcome::Later("no time left".into())) };
        self.panel.account(&subscription.name, self.now(), timeout).await.map_err(|error| outcome_of(&error))
    }

    async fn tell_and_finish(&self, claim: Claim, link: Option<String>, language: Language, deadline: Deadline) -> Result<Order, AppError> {
        let Claim { order, subscription } = claim;
        let told = match order.target {
            Some(Target::Anew) => {
                // As it will be: the new link is what is told.
                let mut anew = subscription.clone();
                if order.status == OrderStatus::Paid {
                    anew.extend(&order, link.clone(), self.now());
                }
                self.deliver(order.id.buyer, &anew, language, deadline).await?
            }
            // By the name that its customer knows it by.
            _ => self.tell_of_extension(&order, &subscription, language, deadline).await?,
        };
        match told {
            Delivery::Sent => self.finish_extension(order, link, language, None).await,
            Delivery::Unreachable => {
                self.note_unreachable(order.id.buyer).await?;
                self.finish_extension(order, link, language, None).await
            }
            Delivery::Later(span, reason) => self.finish_extension(order, link, language, Some((span, reason))).await,
        }
    }

    /// The one write that ends it: the order provisioned, and delivered or owing just that; the subscription with what it has now, and free again.
    async fn finish_extension(
        &self,
        order: Order,
        link: Option<String>,
        language: Language,
        later: Option<(Span, String)>,
    ) -> Result<Order, AppError> {
        let Some(base) = order.extends else { return Ok(order) };
        let held = OrderId::new(order.id.buyer, base);
        let delivered = later.is_none();
        let mut read = order;
        for _ in 0..TRIES {
            let subscription = match read.status {
                OrderStatus::Paid => self.store.subscription(held).await?,
                _ => None,
            };
            // Its account may have been made by a process whose clock is ahead. What extends it comes after that by any clock: else a refund would not
            // find this order among those that feed it, see `Subscription::is_fed_by`.
            let now = subscription.as_ref().map_or_else(|| self.now(), |held| self.now().max(held.created_at));
            let event = Event::Provisioned { name: read.panel_name.clone(), delivered };
            let mut next = match decide(&read, &event, now) {
                Ok(Decision::Change(transition)) => transition.order,
                // Refunded meanwhile: it owes taking back what it gave, and has the subscription for that.
                Ok(Decision::Already | Decision::Unapplied(_)) | Err(_) => return Ok(read),
            };
            if let Some((span, reason)) = &later {
                next.work.tries = read.work.tries.max(1);
                next.work.postpone(now, *span, reason);
            }
            let mut writes = vec![Write::replace(&mut next)?];
            if read.status == OrderStatus::Paid {
                let Some(mut subscription) = subscription else {
                    return Err(AppError::Refused { operation: "finish an extension", position: 1 });
                };
                if subscription.busy_with != Some(read.id.key) {
                    warn!(event = "claim_lost", order.id = %self.names.order(read.id), "a subscription was taken from the order that extended it");
                    return Ok(read);
                }
                subscription.extend(&next, link.clone(), now);
                writes.push(Write::replace(&mut subscription)?);
                if read.first_purchase && !read.total.is_zero() {
                    writes.push(Write::activate_user(read.id.buyer, now));
                }
            }
            match self.store.commit(&self.seams.nonce(), writes).await {
                Ok(()) => {
                    let event = if delivered { "order_delivered" } else { "order_provisioned" };
                    info!(event, order.id = %self.names.order(next.id), "a subscription was extended");
                    if delivered {
                        self.show_state(&next, language).await;
                    }
                    return Ok(next);
                }
                Err(CommitError::Refused { position: 0, .. }) => {
                    read = self.store.order(read.id).await?.ok_or(AppError::Refused { operation: "finish an extension", position: 0 })?;
                }
                // Renamed, or looked at for a reminder: its newest state is read again.
                Err(CommitError::Refused { position: 1, .. }) => {}
                Err(error) => return Err(AppError::of_commit("finish an extension")(error)),
            }
        }
        Err(AppError::Contended)
    }
}

/// A look at an account is quick.
const LOOK_TIMEOUT: Duration = Duration::from_secs(5);

/// An account as renewals look at it.
pub(crate) fn seen(account: &Account) -> Seen {
    let state = match account.status {
        AccountStatus::OnHold => State::OnHold(account.on_hold_duration.unwrap_or(Span::ZERO)),
        AccountStatus::Active => State::Active,
        AccountStatus::Limited | AccountStatus::Expired => State::Ended,
        // What a later panel means by a status of its own is for an operator to say.
        AccountStatus::Disabled | AccountStatus::Unknown => State::Off,
    };
    let expires_at = account.expires_at.filter(|_| account.status != AccountStatus::OnHold);
    Seen { state, data_limit: account.data_limit, used: account.used, expires_at }
}

/// Limits in the panel's words, for the account as it is now.
fn asked(limits: &Limits, account: &Account) -> panel::Limits {
    let on_hold = account.status == AccountStatus::OnHold;
    let data_limit = match limits.data {
        DataTarget::Keep => Set::Keep,
        DataTarget::Unlimited { .. } => Set::Unlimited,
        DataTarget::Bytes { shall_be, .. } => Set::To(shall_be),
    };
    let (expire, on_hold_duration) = match limits.time {
        TimeTarget::Keep => (Set::Keep, None),
        TimeTarget::Unlimited { .. } => (Set::Unlimited, None),
        TimeTarget::Until { shall_be, .. } => (Set::To(shall_be), None),
        TimeTarget::OnHold { shall_be, .. } => (Set::Keep, Some(shall_be)),
    };
    // On hold without an end is on hold: no limit of time begins with being active.
    let activate = limits.switch_on || (on_hold && expire == Set::Unlimited);
    panel::Limits { data_limit, expire, on_hold_duration, activate }
}
