//! Subscriptions in Stars: what an invoice with `subscription_period` starts. Each further period is a charge of its own that the bot is
//! told of, and not asked about, as the person agreed to it before.

use serde::{Deserialize, Serialize};

use super::TelegramStandIn;
use super::people::{Sent, announce};
use super::queue::Answer;
use super::world::{Author, Charge, Content, World};

/// What goes on by itself until somebody ends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StarSubscription {
    pub person: i64,
    pub amount: i64,
    pub payload: String,
    pub period_seconds: i64,
    /// Until when it is paid, in Unix seconds.
    pub paid_until: i64,
    /// By the person, who may take it back.
    pub canceled: bool,
    /// By `editUserStarSubscription`; only the bot takes that back.
    pub canceled_by_bot: bool,
}

/// A further period that was charged.
#[derive(Debug, Clone, PartialEq)]
pub struct Renewed {
    /// `telegram_payment_charge_id` of this charge.
    pub charge_id: String,
    /// How the webhook took the `successful_payment`.
    pub payment: Answer,
}

/// Why no further period was charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RenewError {
    /// No charge of this id began or continued a subscription.
    #[error("there is no such subscription")]
    NoSubscription,
    /// It was ended by the person or by the bot.
    #[error("the subscription is canceled")]
    Canceled,
}

impl World {
    /// The id of the subscription that a charge belongs to: its first charge's.
    pub fn subscription_of(&self, charge_id: &str) -> Option<String> {
        let charge = self.charges.iter().find(|charge| charge.id == charge_id)?;
        charge.subscription.as_ref().filter(|id| self.star_subscriptions.contains_key(*id)).cloned()
    }

    /// Takes the next period's Stars; comes back with the charge's id and the wait for the webhook.
    pub fn renew_subscription(&mut self, charge_id: &str, now: i64) -> Result<(String, Sent), RenewError> {
        let id = self.subscription_of(charge_id).ok_or(RenewError::NoSubscription)?;
        let new = self.opaque("charge");
        let subscription = self.star_subscriptions.get_mut(&id).ok_or(RenewError::NoSubscription)?;
        if subscription.canceled || subscription.canceled_by_bot {
            return Err(RenewError::Canceled);
        }
        subscription.paid_until = subscription.paid_until.max(now).saturating_add(subscription.period_seconds);
        let subscription = subscription.clone();
        self.charges.push(Charge {
            id: new.clone(),
            person: subscription.person,
            amount: subscription.amount,
            payload: subscription.payload,
            date: now,
            refunded: None,
            subscription_period: Some(subscription.period_seconds),
            subscription: Some(id),
            paid_until: Some(subscription.paid_until),
        });
        let person = subscription.person;
        let message = self.post(person, Author::Person(person), now, Content::Paid { charge: new.clone() });
        self.live.effects.keep = true;
        Ok((new, announce(self, now, person, message)))
    }

    /// The person ends a subscription or takes that back; false where there is none.
    pub fn set_subscription_canceled(&mut self, charge_id: &str, canceled: bool) -> bool {
        let id = self.subscription_of(charge_id);
        let Some(subscription) = id.and_then(|id| self.star_subscriptions.get_mut(&id)) else { return false };
        subscription.canceled = canceled;
        let person = subscription.person;
        self.touch(person);
        true
    }
}

impl TelegramStandIn {
    /// Telegram charges the next period of a subscription in Stars. `charge_id` is any charge of it.
    ///
    /// # Errors
    /// There is no such subscription, or it was canceled.
    pub async fn renew_star_subscription(&self, charge_id: &str) -> Result<Renewed, RenewError> {
        let (charge_id, sent) = self.with(|world, now| world.renew_subscription(charge_id, now))?;
        Ok(Renewed { charge_id, payment: sent.await.unwrap_or_default() })
    }
}
