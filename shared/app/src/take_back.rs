//! What a refunded order gave is taken back: the account is switched off where nothing else feeds it, and else it loses what the order added.

use clients::panel::PanelError;
use domain::{
    OrderId,
    extension::{self, Limits, Others, Target},
    order::{Order, OrderStatus},
    subscription::Subscription,
    time::Span,
};
use store::{CommitError, Write};
use tracing::warn;

use crate::{
    App, AppError, Deadline,
    extend::{Asked, Claim, seen},
    provision::{PANEL_TIMEOUT, outcome_of},
    work::Outcome,
};

const TRIES: u32 = 4;
/// Another order is at the same subscription.
const BUSY: Span = Span::seconds(15);
/// Orders are read so many at a time.
const PAGE: u8 = 100;
/// Whatever was in flight when the money went back has landed by then.
const SECOND_LOOK: Span = Span::minutes(5);

impl App {
    /// Takes back what a refunded order gave.
    pub(crate) async fn revoke(&self, order: Order, deadline: Deadline) -> Result<Outcome, AppError> {
        if order.gift {
            return self.take_back_gift(order).await;
        }
        let held = OrderId::new(order.id.buyer, order.extends.unwrap_or(order.id.key));
        for _ in 0..TRIES {
            let Some(subscription) = self.store.subscription(held).await? else {
                return match order.extends {
                    Some(_) => self.nothing_left(order).await,
                    None => self.switch_off_unfinished(order, deadline).await,
                };
            };
            let mine = subscription.busy_with == Some(order.id.key);
            let fed = subscription.is_fed_by(&order);
            if !mine && !fed {
                // It never had the subscription, so it asked for nothing; or what it gave went with an account that was deleted.
                return self.nothing_left(order).await;
            }
            if !mine && (subscription.busy_with.is_some() || subscription.wish.is_some()) {
                return Ok(Outcome::After(BUSY, "another order or a change is at the subscription".into()));
            }
            let claim = if mine && matches!(order.target, Some(Target::Less(_) | Target::Off)) {
                Claim { order: order.clone(), subscription }
            } else {
                let others = self.others(&order, &subscription).await?;
                let target = match self.to_take_back(&order, &subscription, others, fed, deadline).await {
                    Ok(target) => target,
                    Err(outcome) => return Ok(outcome),
                };
                match self.claim(&order, subscription, target).await? {
                    Ok(claim) => claim,
                    // Somebody else has the order; what he notes stands.
                    Err(0) => return Ok(Outcome::Later("the order was changed meanwhile".into())),
                    Err(_) => continue,
                }
            };
            return self.take_back(claim, fed, deadline).await;
        }
        Ok(Outcome::After(BUSY, "the subscription is changed all the time".into()))
    }

    /// What the other orders sold that feed the subscription.
    async fn others(&self, order: &Order, subscription: &Subscription) -> Result<Others, AppError> {
        let mut others = Others::NONE;
        if subscription.orders <= 1 {
            return Ok(others);
        }
        let of_it = subscription.order.key;
        let mut cursor = None;
        loop {
            let page = self.store.orders_of(order.id.buyer, cursor.as_ref(), PAGE).await?;
            let feeds = |other: &&Order| {
                other.id != order.id
                    && other.extends.unwrap_or(other.id.key) == of_it
                    && other.status == OrderStatus::Provisioned
                    && subscription.is_fed_by(other)
            };
            for other in page.items.iter().filter(feeds) {
                // One that was never granted itself came after all that were.
                others = others.and(&other.terms, order.provisioned_at.is_some_and(|at| other.provisioned_at > Some(at)));
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(others);
            }
        }
    }

    async fn to_take_back(
        &self,
        order: &Order,
        subscription: &Subscription,
        others: Others,
        fed: bool,
        deadline: Deadline,
    ) -> Result<Target, Outcome> {
        if fed && subscription.orders <= 1 {
            return Ok(Target::Off);
        }
        let Some(account) = self.account_of(subscription, deadline).await? else { return Ok(Target::Less(Limits::NOTHING)) };
        let seen = seen(&account);
        let asked = match order.target {
            Some(Target::Limits(limits)) => limits.applied(&seen),
            // An account that was made anew is this order's alone.
            Some(Target::Anew) if !fed => return Ok(Target::Off),
            _ => fed,
        };
        if fed || asked {
            return Ok(Target::Less(extension::taken_back(order.target.as_ref(), &order.terms, &seen, others, self.now())));
        }
        // Refunded while it was being granted, and the panel does not show it: what may be in flight is waited for.
        if order.work.tries < 2 {
            return Err(Outcome::After(SECOND_LOOK, "checked once".into()));
        }
        Ok(Target::Less(Limits::NOTHING))
    }

    async fn take_back(&self, mut claim: Claim, fed: bool, deadline: Deadline) -> Result<Outcome, AppError> {
        match claim.order.target {
            Some(Target::Off) => {
                let Some(timeout) = deadline.allows(self, PANEL_TIMEOUT) else { return Ok(Outcome::Later("no time left".into())) };
                match self.panel.disable(&claim.subscription.name, self.now(), timeout).await.map(drop).or_else(absent) {
                    Ok(()) => {}
                    Err(error) => return Ok(outcome_of(&error)),
                }
            }
            Some(Target::Less(limits)) if limits != Limits::NOTHING => {
                let account = match self.account_of(&claim.subscription, deadline).await {
                    Ok(account) => account,
                    Err(outcome) => return Ok(outcome),
                };
                match self.ask_limits(&mut claim, Target::Less, limits, account, deadline).await? {
                    Asked::Done | Asked::Deleted => {}
                    Asked::Lost => return Ok(Outcome::Later("the order was changed meanwhile".into())),
                    Asked::Not(outcome) => return Ok(outcome),
                    Asked::Refused { reason, .. } => return Ok(Outcome::Park(reason)),
                }
            }
            Some(_) | None => {}
        }
        self.taken_back(claim, fed).await
    }

    /// The one write that ends it: the order owes nothing, the subscription has one order less and is free again.
    async fn taken_back(&self, claim: Claim, fed: bool) -> Result<Outcome, AppError> {
        let Claim { order, mut subscription } = claim;
        for _ in 0..TRIES {
            let mut next = order.clone();
            next.work.clear();
            subscription.reduce(&order, fed, self.now());
            let held = subscription.order;
            let writes = vec![Write::replace(&mut next)?, Write::replace(&mut subscription)?];
            match self.store.commit(&self.seams.nonce(), writes).await {
                Ok(()) => return Ok(Outcome::Done),
                Err(CommitError::Refused { position: 0, .. }) => return Ok(Outcome::Later("the order was changed meanwhile".into())),
                Err(CommitError::Refused { .. }) => match self.store.subscription(held).await? {
                    Some(current) if current.busy_with == Some(order.id.key) => subscription = current,
                    _ => {
                        warn!(event = "claim_lost", order.id = %self.names.order(order.id), "a subscription was taken from a refunded order");
                        return self.nothing_left(order).await;
                    }
                },
                Err(error) => return Err(AppError::of_commit("take back")(error)),
            }
        }
        Ok(Outcome::After(BUSY, "the subscription is changed all the time".into()))
    }

    /// Closes the matter of a refunded order that gave nothing, or nothing that is left.
    async fn nothing_left(&self, mut order: Order) -> Result<Outcome, AppError> {
        order.work.clear();
        match self.store.commit(&self.seams.nonce(), vec![Write::replace(&mut order)?]).await {
            Ok(()) => Ok(Outcome::Done),
            Err(CommitError::Refused { .. }) => Ok(Outcome::Later("the order was changed meanwhile".into())),
            Err(error) => Err(AppError::of_commit("revoke")(error)),
        }
    }

    /// A purchase whose account was never finished: it may be there all the same.
    async fn switch_off_unfinished(&self, order: Order, deadline: Deadline) -> Result<Outcome, AppError> {
        let Some(timeout) = deadline.allows(self, PANEL_TIMEOUT) else { return Ok(Outcome::Later("no time left".into())) };
        match self.panel.disable(&order.panel_name, self.now(), timeout).await.map(drop).or_else(absent) {
            // Whatever was in flight when the money went back may still land: look a second time before the matter is closed.
            Ok(()) if order.work.tries < 2 => Ok(Outcome::After(SECOND_LOOK, "checked once".into())),
            Ok(()) => self.nothing_left(order).await,
            Err(error) => Ok(outcome_of(&error)),
        }
    }
}

/// An account that is not there gives nothing.
fn absent(error: PanelError) -> Result<(), PanelError> {
    if matches!(error, PanelError::NotFound) { Ok(()) } else { Err(error) }
}
