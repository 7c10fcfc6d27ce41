//! What is owed, when it is due, and how long to wait between tries.

use serde::{Deserialize, Serialize};

use crate::{
    planted::{Bug, planted},
    time::{Span, Timestamp},
};

/// Work that must happen. It is carried by the item that owes it, so the write that makes the debt is the write that changes the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// Take back on the panel what a refunded order gave.
    Revoke,
    /// Create the account of a paid order and send it to its customer.
    Provision,
    /// Send the customer an account that exists.
    Deliver,
    /// Remind the operators of a receipt that waits for them.
    Review,
    /// Ask the gateway what became of an invoice, then expire the order if it was not paid.
    Poll,
    /// End an order that was not paid in its window.
    Expire,
    /// Give the inviter the prize.
    Reward,
    /// Send money back through its gateway.
    Refund,
    /// Tell the operators of money that pays no order.
    Alert,
    /// Give a subscription another link and send it.
    NewLink,
    /// Make of an account what an operator wants of it.
    Change,
    /// Tell an inviter of the code that he was granted, or a giver that his gift was opened.
    Notify,
    /// Look at a subscription, and remind its customer of what is left.
    Remind,
}

impl Duty {
    pub const ALL: [Self; 13] = [
        Self::Revoke,
        Self::Provision,
        Self::Deliver,
        Self::Review,
        Self::Poll,
        Self::Expire,
        Self::Reward,
        Self::Refund,
        Self::Alert,
        Self::NewLink,
        Self::Change,
        Self::Notify,
        Self::Remind,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Revoke => "revoke",
            Self::Provision => "provision",
            Self::Deliver => "deliver",
            Self::Review => "review",
            Self::Poll => "poll",
            Self::Expire => "expire",
            Self::Reward => "reward",
            Self::Refund => "refund",
            Self::Alert => "alert",
            Self::NewLink => "new_link",
            Self::Change => "change",
            Self::Notify => "notify",
            Self::Remind => "remind",
        }
    }

    pub const fn urgency(self) -> Urgency {
        match self {
            Self::Revoke | Self::Provision | Self::Deliver | Self::Refund => Urgency::Money,
            Self::Review | Self::Poll | Self::Expire | Self::Reward | Self::Alert | Self::NewLink | Self::Change | Self::Notify => {
                Urgency::Promise
            }
            Self::Remind => Urgency::Courtesy,
        }
    }
}

/// Work is queued by urgency, each with its own budget per run, so that a long queue of one never delays another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// Money and delivery.
    Money,
    /// Promises to customers and operators.
    Promise,
    /// What nobody waits for.
    Courtesy,
}

impl Urgency {
    pub const ALL: [Self; 3] = [Self::Money, Self::Promise, Self::Courtesy];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Money => "money",
            Self::Promise => "promise",
            Self::Courtesy => "courtesy",
        }
    }
}

/// How long whoever takes a duty has it for himself: longer than a function may run.
pub const LEASE: Span = Span::seconds(90);

/// After this many tries a duty is parked for an operator.
pub const MAX_TRIES: u32 = 12;

/// What an aggregate owes. Flattened into its item: `duty` and `due_at` put the item on the work index, finishing removes them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duty: Option<Duty>,
    /// Nobody takes the duty before this. While somebody has it, the end of the lease.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// Raised whenever the duty is taken; never falls. Who holds an older one has lost the lease.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub fence: u32,
    /// Tries since the duty arose, the running one included.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tries: u32,
    /// Why an operator has to look at it: parked work is tried again only when somebody says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parked: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
const fn is_zero(n: &u32) -> bool {
    *n == 0
}

impl Work {
    /// Owes `duty` from `due_at` on, as a new debt.
    pub fn owe(&mut self, duty: Duty, due_at: Timestamp) {
        *self = Self {
            duty: Some(duty),
            due_at: Some(due_at),
            fence: if planted(Bug::FenceReset) { 0 } else { self.fence },
            tries: 0,
            parked: None,
        };
    }

    /// Owes `duty` and has it taken by the writer until `lease_until`: decide, commit, act in one turn.
    pub fn owe_and_take(&mut self, duty: Duty, lease_until: Timestamp) {
        self.owe(duty, lease_until);
        self.fence = self.fence.saturating_add(1);
        self.tries = 1;
    }

    /// Nothing is owed.
    pub fn clear(&mut self) {
        *self = Self { fence: self.fence, ..Self::default() };
    }

    /// A try did not succeed: due again later, or parked with the reason. Never dropped.
    pub fn postpone(&mut self, now: Timestamp, at_least: Span, reason: &str) {
        match retry_at(self.tries, now) {
            _ if planted(Bug::DutyDropped) => self.clear(),
            Some(at) => self.due_at = Some(at.max(now.plus(at_least))),
            None => self.park(now, reason),
        }
    }

    /// Waits for an operator.
    pub fn park(&mut self, now: Timestamp, reason: &str) {
        self.due_at = Some(now);
        self.parked = Some(reason.chars().take(200).collect());
    }

    /// An operator wants it tried again: due now, with all its tries.
    pub fn unpark(&mut self, now: Timestamp) {
        self.parked = None;
        self.tries = 0;
        self.due_at = Some(now);
    }
}

/// When to try again after `tries` tries that did not succeed; `None`: park it.
pub const fn retry_at(tries: u32, now: Timestamp) -> Option<Timestamp> {
    let wait = match tries {
        0 | 1 => Span::seconds(15),
        2 => Span::minutes(1),
        3 => Span::minutes(5),
        4 => Span::minutes(15),
        5 => Span::hours(1),
        6..MAX_TRIES => Span::hours(3),
        _ => return None,
    };
    Some(now.plus(wait))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waits_grow_and_end() {
        let now = Timestamp::from_seconds(1_000_000);
        let waits: Vec<Option<i64>> = (1..=MAX_TRIES).map(|tries| retry_at(tries, now).map(|at| at.since(now).as_seconds())).collect();
        let hours = Some(10_800);
        assert_eq!(waits, [Some(15), Some(60), Some(300), Some(900), Some(3600), hours, hours, hours, hours, hours, hours, None]);
    }
}
