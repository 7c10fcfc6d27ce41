//! Working off what is owed. Called by the clock; the turn that made the debt has usually paid it already.

use domain::{
    duty::{Duty, Urgency},
    gift::Gift,
    order::{Event, Order},
    payment::Payment,
    referral::Referral,
    subscription::Subscription,
    time::Span,
};
use store::{CommitError, DueWork, Entity, Queue, Write, keys};
use tracing::{error, info, warn};

use crate::{App, AppError, Deadline};

/// What a try came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Paid, and the table knows it.
    Done,
    /// Not yet: due again after the back-off.
    Later(String),
    /// Not before this much time.
    After(Span, String),
    /// Only an operator can help.
    Park(String),
}

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Run {
    pub done: u32,
    pub postponed: u32,
    pub parked: u32,
    /// Taken by others meanwhile, or finished.
    pub gone: u32,
    /// Could not be tried: the table was in the way.
    pub failed: u32,
}

/// At most this many of one shard in one run: a queue that is longer is worked off by the next runs, and never at another's cost.
const SHARD_BUDGET: u8 = 25;

impl App {
    /// Tries what is due, the most urgent first, until nothing is left or the deadline is near.
    pub async fn work_off(&self, deadline: Deadline) -> Result<Run, AppError> {
        let mut run = Run::default();
        for urgency in [Urgency::Money, Urgency::Promise] {
            for queue in Queue::of(urgency) {
                let due = self.store.due(queue, self.now(), None, SHARD_BUDGET).await;
                let due = match due {
                    Ok(due) => due.items,
                    Err(error) => {
                        warn!(event = "queue_unread", ?queue, %error, "a queue could not be read");
                        run.failed += 1;
                        continue;
                    }
                };
                for work in due {
                    if deadline.allows(self, std::time::Duration::from_secs(1)).is_none() {
                        return Ok(run);
                    }
                    Box::pin(self.try_one(&work, deadline, &mut run)).await;
                }
            }
        }
        self.remind_due(deadline, &mut run).await;
        Ok(run)
    }

    async fn try_one(&self, work: &DueWork, deadline: Deadline, run: &mut Run) {
        let tried = match &work.owner {
            keys::Owner::Order(id) => Box::pin(self.try_order(keys::order(*id), deadline)).await,
            keys::Owner::Referral { inviter, invitee } => self.try_referral(keys::referral(*inviter, *invitee)).await,
            keys::Owner::Gift(id) => self.try_gift(keys::gift(*id), deadline).await,
            keys::Owner::Payment(id) => self.try_payment(keys::payment(id), deadline).await,
            keys::Owner::Subscription(id) => self.try_subscription(keys::subscription(*id), deadline).await,
        };
        match tried {
            Ok(Some(Outcome::Done)) => run.done += 1,
            Ok(Some(Outcome::Later(_) | Outcome::After(..))) => run.postponed += 1,
            Ok(Some(Outcome::Park(_))) => run.parked += 1,
            Ok(None) => run.gone += 1,
            Err(error) => {
                run.failed += 1;
                // Whoever took it holds the lease; when that is over it is due again.
                warn!(event = "duty_failed", duty = ?work.duty, error = &error as &dyn std::error::Error, "a duty could not be tried to its end");
            }
        }
    }

    async fn try_order(&self, key: keys::Key, deadline: Deadline) -> Result<Option<Outcome>, AppError> {
        let Some(order) = self.store.take::<Order>(&key, &self.seams.nonce(), self.now()).await? else { return Ok(None) };
        let outcome = match order.work.duty {
            Some(Duty::Provision | Duty::Deliver) => {
                let buyer = self.store.user(order.id.buyer).await?;
                let after = self.provision(order, buyer, deadline).await?;
                return Ok(Some(match (after.work.duty, &after.work.parked) {
                    (None, _) => Outcome::Done,
                    (Some(_), None) => Outcome::Later(String::new()),
                    (Some(_), Some(_)) => Outcome::Park(String::new()),
                }));
            }
            Some(Duty::Expire) => self.end_unpaid(order.clone(), &Event::WindowElapsed).await?,
            Some(Duty::Poll) => Box::pin(self.poll(order.clone(), deadline)).await?,
            Some(Duty::Review) => self.remind_of_receipt(&order).await?,
            Some(Duty::Revoke) => self.revoke(order.clone(), deadline).await?,
            Some(Duty::Reward | Duty::Refund | Duty::Alert | Duty::NewLink | Duty::Change | Duty::Notify | Duty::Remind) | None => {
                Outcome::Park("an order cannot owe this".into())
            }
        };
        let (id, duty) = (order.id, order.work.duty);
        let noted = self.note(order, outcome).await?;
        if let Outcome::Park(reason) = &noted {
            match duty {
                Some(Duty::Revoke) => self.tell_operators_of_parked_refund(id, reason).await,
                duty => self.tell_operators_of_parked_duty(duty, reason).await,
            }
        }
        Ok(Some(noted))
    }

    async fn try_referral(&self, key: keys::Key) -> Result<Option<Outcome>, AppError> {
        let Some(referral) = self.store.take::<Referral>(&key, &self.seams.nonce(), self.now()).await? else { return Ok(None) };
        let outcome = match referral.work.duty {
            Some(Duty::Reward) => self.reward(&referral).await?,
            Some(Duty::Notify) => self.tell_of_code(&referral).await?,
            _ => Outcome::Park("a referral cannot owe this".into()),
        };
        self.note_or_tell(referral, outcome).await.map(Some)
    }

    async fn try_gift(&self, key: keys::Key, deadline: Deadline) -> Result<Option<Outcome>, AppError> {
        let Some(gift) = self.store.take::<Gift>(&key, &self.seams.nonce(), self.now()).await? else { return Ok(None) };
        let outcome = match gift.work.duty {
            Some(Duty::Notify) => self.tell_giver(&gift, deadline).await?,
            _ => Outcome::Park("a gift cannot owe this".into()),
        };
        self.note_or_tell(gift, outcome).await.map(Some)
    }

    async fn try_payment(&self, key: keys::Key, deadline: Deadline) -> Result<Option<Outcome>, AppError> {
        let Some(payment) = self.store.take::<Payment>(&key, &self.seams.nonce(), self.now()).await? else { return Ok(None) };
        let outcome = match payment.work.duty {
            Some(Duty::Refund) => self.send_back(&payment, deadline).await?,
            Some(Duty::Alert) => self.alert_unapplied(payment.clone()).await?,
            Some(Duty::Notify) => self.tell_of_credit(payment.clone()).await?,
            _ => Outcome::Park("a payment cannot owe this".into()),
        };
        let noted = self.note(payment.clone(), outcome).await?;
        if matches!(noted, Outcome::Park(_))
            && let Err(error) = self.tell_operators_of_unapplied(&payment).await
        {
            warn!(event = "notice_not_sent", %error, "the operators could not be told of a payment");
        }
        Ok(Some(noted))
    }

    async fn try_subscription(&self, key: keys::Key, deadline: Deadline) -> Result<Option<Outcome>, AppError> {
        let Some(subscription) = self.store.take::<Subscription>(&key, &self.seams.nonce(), self.now()).await? else { return Ok(None) };
        match subscription.work.duty {
            Some(Duty::NewLink) => self.owed_link(subscription, deadline).await.map(Some),
            Some(Duty::Change) => self.owed_change(subscription, deadline).await.map(Some),
            _ => self.note(subscription, Outcome::Park("a subscription cannot owe this".into())).await.map(Some),
        }
    }

    /// Notes what a try came to, and tells the operators where only they can help.
    async fn note_or_tell<E: Owes>(&self, mut owner: E, outcome: Outcome) -> Result<Outcome, AppError> {
        let duty = owner.work_mut().duty;
        let noted = self.note(owner, outcome).await?;
        if let Outcome::Park(reason) = &noted {
            self.tell_operators_of_parked_duty(duty, reason).await;
        }
        Ok(noted)
    }

    /// Writes what a try came to onto what owes it. Where somebody else changed it meanwhile, his word stands.
    pub(crate) async fn note<E: Owes>(&self, mut owner: E, outcome: Outcome) -> Result<Outcome, AppError> {
        let now = self.now();
        let work = owner.work_mut();
        match &outcome {
            Outcome::Done => return Ok(outcome),
            Outcome::Later(reason) => work.postpone(now, Span::ZERO, reason),
            Outcome::After(span, reason) => work.postpone(now, *span, reason),
            Outcome::Park(reason) => work.park(now, reason),
        }
        let parked = work.parked.clone();
        let duty = work.duty.map_or("none", Duty::name);
        let tries = work.tries;
        match self.store.commit(&self.seams.nonce(), vec![Write::replace(&mut owner)?]).await {
            Ok(()) => {}
            Err(CommitError::Refused { .. }) => return Ok(outcome),
            Err(error) => return Err(AppError::of_commit("note a try")(error)),
        }
        let key = owner.key();
        match parked {
            Some(reason) => {
                error!(event = "duty_parked", duty, tries, reason, item.key = %redacted(&key), "a duty waits for an operator");
                Ok(Outcome::Park(reason))
            }
            None => {
                info!(event = "duty_postponed", duty, tries, "a duty will be tried again");
                Ok(outcome)
            }
        }
    }
}

/// An aggregate that can owe work.
pub(crate) trait Owes: Entity {
    fn work_mut(&mut self) -> &mut domain::duty::Work;
}

impl Owes for Order {
    fn work_mut(&mut self) -> &mut domain::duty::Work {
        &mut self.work
    }
}
impl Owes for Gift {
    fn work_mut(&mut self) -> &mut domain::duty::Work {
        &mut self.work
    }
}
impl Owes for Referral {
    fn work_mut(&mut self) -> &mut domain::duty::Work {
        &mut self.work
    }
}
impl Owes for Payment {
    fn work_mut(&mut self) -> &mut domain::duty::Work {
        &mut self.work
    }
}

impl Owes for Subscription {
    fn work_mut(&mut self) -> &mut domain::duty::Work {
        &mut self.work
    }
}

/// A key without the customer's id.
fn redacted(key: &keys::Key) -> &str {
    key.sk.split('#').next().unwrap_or_default()
}
