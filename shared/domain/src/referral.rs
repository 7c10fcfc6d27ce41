//! Who invited whom. One item per invited user: `attached -> qualified -> granted`.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    duty::{Duty, Work},
    ids::{DiscountCodeName, OrderKey, TelegramUserId},
    time::Timestamp,
    user::User,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferralState {
    /// Invited, has not paid yet.
    Attached,
    /// Paid for the first time: a prize is owed to the inviter.
    Qualified,
    /// The inviter has his prize: an order, a code, or nothing where prizes were off.
    Granted,
}

impl ReferralState {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Attached => "attached",
            Self::Qualified => "qualified",
            Self::Granted => "granted",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referral {
    pub inviter: TelegramUserId,
    pub invitee: TelegramUserId,
    pub state: ReferralState,
    pub attached_at: Timestamp,
    /// The invited user's order that qualified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderKey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualified_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_at: Option<Timestamp>,
    /// The inviter's prize, where it is a discount code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<DiscountCodeName>,
    #[serde(flatten)]
    pub work: Work,
    pub version: u64,
}

/// Why an invitation does not count. The invited user joins all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AttachRefusal {
    #[error("nobody invites himself")]
    Oneself,
    #[error("the inviter is not known")]
    UnknownInviter,
    #[error("the inviter is banned")]
    BannedInviter,
    #[error("the user was here before")]
    NotFirstContact,
    #[error("the user has an inviter")]
    HasInviter,
    #[error("the user has bought already, so that nobody is rewarded for him")]
    HasBought,
    #[error("the user has invited the inviter, directly or through others")]
    Cycle,
}

/// How many inviters of inviters are looked through for a circle.
pub const MAX_CHAIN: usize = 64;

/// The referral of a user who is here already, by an operator's word. `chain`: the inviter, who invited him, and so on to whom nobody invited.
/// `force`: although he has bought; then he counts as invited, and no prize is owed for what he bought.
pub fn attach_by_hand(chain: &[User], user: &User, force: bool, now: Timestamp) -> Result<Referral, AttachRefusal> {
    let inviter = chain.first().ok_or(AttachRefusal::UnknownInviter)?;
    let referral = attach(inviter.id, user.id, now)?;
    if user.invited_by.is_some() {
        return Err(AttachRefusal::HasInviter);
    }
    if inviter.is_banned() {
        return Err(AttachRefusal::BannedInviter);
    }
    if chain.iter().any(|above| above.id == user.id) {
        return Err(AttachRefusal::Cycle);
    }
    if user.first_paid_at.is_some() && !force {
        return Err(AttachRefusal::HasBought);
    }
    Ok(referral)
}

/// The referral of a user who just arrived by somebody's link. That the inviter exists and is not banned, and that nobody was first, are conditions
/// of the transaction that writes it.
pub fn attach(inviter: TelegramUserId, invitee: TelegramUserId, now: Timestamp) -> Result<Referral, AttachRefusal> {
    if inviter == invitee {
        return Err(AttachRefusal::Oneself);
    }
    Ok(Referral {
        inviter,
        invitee,
        state: ReferralState::Attached,
        attached_at: now,
        order: None,
        qualified_at: None,
        granted_at: None,
        code: None,
        work: Work::default(),
        version: 1,
    })
}

impl Referral {
    /// The invited user's first paid order: a prize is owed. `None` where one was owed or granted before.
    pub fn qualify(&self, order: OrderKey, now: Timestamp) -> Option<Self> {
        (self.state == ReferralState::Attached).then(|| {
            let mut next = self.clone();
            next.state = ReferralState::Qualified;
            next.order = Some(order);
            next.qualified_at = Some(now);
            next.work.owe(Duty::Reward, now);
            next
        })
    }

    /// The qualifying order was refunded before the prize was granted.
    pub fn restore(&self, order: OrderKey) -> Option<Self> {
        (self.state == ReferralState::Qualified && self.order == Some(order)).then(|| {
            let mut next = self.clone();
            next.state = ReferralState::Attached;
            next.order = None;
            next.qualified_at = None;
            next.work.clear();
            next
        })
    }

    /// The prize was given: it is an order of the inviter's, or nothing. `None` where none is owed.
    pub fn grant(&self, now: Timestamp) -> Option<Self> {
        (self.state == ReferralState::Qualified).then(|| {
            let mut next = self.clone();
            next.state = ReferralState::Granted;
            next.granted_at = Some(now);
            next.work.clear();
            next
        })
    }

    /// The prize is a discount code, of which the inviter is to be told from `now` on. `None` where none is owed.
    pub fn grant_code(&self, code: DiscountCodeName, now: Timestamp) -> Option<Self> {
        let mut next = self.grant(now)?;
        next.code = Some(code);
        next.work.owe(Duty::Notify, now);
        Some(next)
    }

    /// The description's `has_received_prize`: whether the prize for this invited user has been given.
    pub fn has_received_prize(&self) -> bool {
        self.state == ReferralState::Granted
    }

    /// The key of the inviter's prize for this invited user: fixed, so it is put once.
    pub const fn prize(&self) -> OrderKey {
        OrderKey::Prize(self.invitee)
    }
}

/// An inviter's figures, read from his own item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReferralStats {
    pub total: u32,
    /// Invited users who paid.
    pub active: u32,
    /// Prizes owed and not yet granted.
    pub pending: u32,
    /// Prizes granted.
    pub granted: u32,
}

impl ReferralStats {
    pub const fn of(inviter: &User) -> Self {
        Self {
            total: inviter.invited,
            active: inviter.qualified,
            pending: inviter.qualified.saturating_sub(inviter.granted),
            granted: inviter.granted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ulid::Ulid;

    #[test]
    fn by_hand_nobody_is_attached_twice_or_in_a_circle() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let id = |id: i64| TelegramUserId::new(id).unwrap();
        let person = |n, inviter: Option<i64>| User::join(id(n), "U", None, crate::Language::English, inviter.map(id), now);
        let banned = User { banned_at: Some(now), ..person(1, None) };
        let buyer = User { first_paid_at: Some(now), ..person(9, None) };
        let (one, nine) = (person(1, None), person(9, None));
        for (name, chain, user, force, expected) in [
            ("a user", vec![one.clone()], nine.clone(), false, Ok(())),
            ("through others", vec![person(3, Some(2)), person(2, Some(1)), one.clone()], nine.clone(), false, Ok(())),
            ("nobody", vec![], nine.clone(), false, Err(AttachRefusal::UnknownInviter)),
            ("himself", vec![nine.clone()], nine.clone(), true, Err(AttachRefusal::Oneself)),
            ("a second time", vec![one.clone()], person(9, Some(2)), true, Err(AttachRefusal::HasInviter)),
            ("by a banned one", vec![banned], nine.clone(), true, Err(AttachRefusal::BannedInviter)),
            ("in a circle", vec![person(2, Some(9)), nine.clone()], nine.clone(), true, Err(AttachRefusal::Cycle)),
            ("in a wide one", vec![person(3, Some(2)), person(2, Some(9)), nine.clone()], nine, true, Err(AttachRefusal::Cycle)),
            ("too late", vec![one.clone()], buyer.clone(), false, Err(AttachRefusal::HasBought)),
            ("too late, and all the same", vec![one], buyer, true, Ok(())),
        ] {
            let attached = attach_by_hand(&chain, &user, force, now);
            assert_eq!(attached.as_ref().map(|_| ()).map_err(|refusal| *refusal), expected, "{name}");
            assert!(attached.is_err() || attached.is_ok_and(|referral| referral.state == ReferralState::Attached), "{name}");
        }
    }

    #[test]
    fn one_prize_per_invited_user() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let (Ok(inviter), Ok(invitee)) = (TelegramUserId::new(1), TelegramUserId::new(2)) else { panic!() };
        let (first, second) = (OrderKey::Ulid(Ulid::from_parts(1, 1)), OrderKey::Ulid(Ulid::from_parts(2, 2)));
        assert_eq!(attach(inviter, inviter, now), Err(AttachRefusal::Oneself));
        let attached = attach(inviter, invitee, now).unwrap();
        assert_eq!(attached.grant(now), None, "nothing is owed before a paid order");
        let qualified = attached.qualify(first, now).unwrap();
        assert_eq!(qualified.work.duty, Some(Duty::Reward));
        assert_eq!(qualified.qualify(second, now), None, "one prize only");
        assert_eq!(qualified.restore(second), None, "another order's refund changes nothing");
        assert_eq!(qualified.restore(first).map(|r| r.state), Some(ReferralState::Attached));
        let granted = qualified.grant(now).unwrap();
        assert!(granted.has_received_prize() && granted.work.duty.is_none());
        assert_eq!((granted.grant(now), granted.restore(first)), (None, None), "granted is for ever");
    }
}
