//! What a customer holds: an account on the panel, bought by an order.

use serde::{Deserialize, Serialize};

use crate::{
    duty::Work,
    ids::{OrderId, OrderKey, ProductId, SubscriptionName},
    order::Order,
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
    /// The plan that it was bought or last renewed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductId>,
    /// What its customer calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The order that is changing it now: one at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub busy_with: Option<OrderKey>,
    /// Orders that feed it and were not refunded.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub orders: u16,
    /// The customer wants another link, and does not have it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_asked_at: Option<Timestamp>,
    /// What its customer was reminded of since it was bought or last renewed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminded: Vec<Reminder>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    #[serde(flatten)]
    pub work: Work,
    pub version: u64,
}

/// What a customer is told once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reminder {
    /// At most so many days are left.
    DaysLeft(u16),
    /// At most so many percent of the data are left.
    DataLeft(u8),
    /// The time is up or the data is used up.
    Ended,
    /// An offer some days after the end.
    WinBack,
}

const fn one() -> u16 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
const fn is_one(n: &u16) -> bool {
    *n == 1
}

impl Subscription {
    /// What a customer holds once the panel has made the account of his order.
    pub fn of(order: &Order, link: String, now: Timestamp) -> Self {
        Self {
            order: order.id,
            name: order.panel_name.clone(),
            title: order.terms.name.clone(),
            data_limit: order.terms.data_limit_bytes(),
            duration_days: order.terms.duration_days,
            link,
            created_at: now,
            product: Some(order.terms.product.clone()),
            label: None,
            busy_with: None,
            orders: 1,
            link_asked_at: None,
            reminded: Vec::new(),
            revoked_at: None,
            work: Work::default(),
            version: 1,
        }
    }

    /// What its customer sees as its name.
    pub fn shown_name(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.title)
    }
}
