//! A subscription that was bought for somebody else: a link that is claimed once.

use serde::{Deserialize, Serialize};

use crate::{
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
    pub version: u64,
}
