//! A subscription that was bought for somebody else: a link that is claimed once.

use serde::{Deserialize, Serialize};

use crate::{
    duty::{Duty, Work},
    ids::{Digest, OrderId, TelegramUserId},
    product::Terms,
    time::Timestamp,
};

/// What was bought, until somebody claims it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gift {
    /// Names it in its claim link; a keyed digest of the order that bought it, so it cannot be guessed.
    pub id: Digest,
    /// The order that bought it.
    pub order: OrderId,
    pub terms: Terms,
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_by: Option<TelegramUserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_at: Option<Timestamp>,
    /// The order was refunded before anybody claimed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<Timestamp>,
    /// Telling its giver that it was opened.
    #[serde(flatten)]
    pub work: Work,
    pub version: u64,
}

/// Where a gift stands for somebody who follows its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GiftState {
    /// Whoever comes first has it.
    Open,
    /// It became an order of this customer's.
    Claimed(TelegramUserId),
    /// The money for it went back.
    Withdrawn,
}

impl Gift {
    /// What a paid order bought for somebody else.
    pub const fn new(id: Digest, order: OrderId, terms: Terms, now: Timestamp) -> Self {
        let work = Work { duty: None, due_at: None, fence: 0, tries: 0, parked: None };
        Self { id, order, terms, created_at: now, claimed_by: None, claimed_at: None, withdrawn_at: None, work, version: 1 }
    }

    pub const fn state(&self) -> GiftState {
        match (self.claimed_by, self.withdrawn_at) {
            (Some(claimer), _) => GiftState::Claimed(claimer),
            (None, Some(_)) => GiftState::Withdrawn,
            (None, None) => GiftState::Open,
        }
    }

    /// Opened: it is the claimer's order from now on. Its giver is to be told, and whoever writes this has that until `lease_until`. `None` where it is
    /// not there to be claimed.
    pub fn claim(&self, claimer: TelegramUserId, now: Timestamp, lease_until: Timestamp) -> Option<Self> {
        (self.state() == GiftState::Open).then(|| {
            let mut next = self.clone();
            next.claimed_by = Some(claimer);
            next.claimed_at = Some(now);
            // He who opens his own present knows.
            if claimer != self.order.buyer {
                next.work.owe_and_take(Duty::Notify, lease_until);
            }
            next
        })
    }

    /// The money went back before anybody claimed it. `None` where somebody did, or where it was withdrawn before.
    pub fn withdraw(&self, now: Timestamp) -> Option<Self> {
        (self.state() == GiftState::Open).then(|| Self { withdrawn_at: Some(now), ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::OrderKey,
        money::{Currency, Money},
        settings::Present,
    };

    #[test]
    fn a_gift_is_opened_once() {
        let user = |id| TelegramUserId::new(id).unwrap();
        let (giver, friend) = (user(1), user(2));
        let (now, lease) = (Timestamp::from_seconds(1_800_000_000), Timestamp::from_seconds(1_800_000_090));
        let price = Money::zero(Currency::Irt);
        let terms = Present { data_limit_gb: 10, duration_days: 30 }.terms("plan".parse().unwrap(), "Plan".into(), price.currency());
        let gift = Gift::new(Digest::new([7; 10]), OrderId::new(giver, OrderKey::Trial), terms, now);
        let claimed = gift.claim(friend, now, lease).unwrap();
        assert_eq!((claimed.state(), claimed.work.duty), (GiftState::Claimed(friend), Some(Duty::Notify)));
        assert_eq!((claimed.claim(user(3), now, lease), claimed.claim(friend, now, lease), claimed.withdraw(now)), (None, None, None));
        let withdrawn = gift.withdraw(now).unwrap();
        assert_eq!(withdrawn.state(), GiftState::Withdrawn);
        assert_eq!((withdrawn.claim(friend, now, lease), withdrawn.withdraw(now)), (None, None));
        assert_eq!(gift.claim(giver, now, lease).unwrap().work.duty, None, "nobody is told of what he did himself");
    }
}
