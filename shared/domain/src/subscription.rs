//! What a customer holds: an account on the panel, bought by an order.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{OrderId, SubscriptionName},
    product::Terms,
    time::{Span, Timestamp},
};

/// How long an account works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// No expiry.
    Unlimited,
    /// The span starts with the first traffic.
    FromFirstUse(Span),
}

/// What the panel must hold for an order. A pure function of the order: the same order asks for the same account, for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvisioningSpec {
    pub name: SubscriptionName,
    /// Names the order on the panel; what tells "ours" from "somebody else's" after an unknown outcome. At most 500 characters.
    pub note: String,
    /// Bytes; `None` is unlimited.
    pub data_limit: Option<u64>,
    pub validity: Validity,
}

impl ProvisioningSpec {
    /// `reference` is the order's public reference.
    pub fn of(name: SubscriptionName, reference: &str, terms: &Terms) -> Self {
        let validity = terms.duration_days.map_or(Validity::Unlimited, |days| Validity::FromFirstUse(Span::days(days.into())));
        Self { name, note: format!("wave:{reference}"), data_limit: terms.data_limit_bytes(), validity }
    }
}

/// A delivered account. Its live state is the panel's; this is how it is found and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The order that created it.
    pub order: OrderId,
    pub name: SubscriptionName,
    /// The plan's name as bought.
    pub title: String,
    /// Bytes; absent is unlimited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_limit: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_days: Option<u16>,
    /// The first link that the panel gave; absolute. A secret of its customer: never logged.
    pub link: String,
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    pub version: u64,
}
