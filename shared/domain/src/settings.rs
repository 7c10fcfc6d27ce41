//! What the operator decides about the whole shop, kept in the table.

use serde::{Deserialize, Serialize};

use crate::{
    money::Currency,
    product::{RenewalPolicy, Terms},
    time::{Span, Timestamp},
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    pub base_currency: Currency,
    /// How long an order can be paid.
    pub order_window_minutes: u16,
    /// What an inviter gets for an invited user's first paid order; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral_reward: Option<Reward>,
    /// Whom customers write to: a Telegram user name without `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_username: Option<String>,
    pub updated_at: Timestamp,
    pub version: u64,
}

/// A prize: an account of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reward {
    pub data_limit_gb: u32,
    pub duration_days: u16,
}

impl Settings {
    /// How a shop behaves before anybody changed a setting.
    pub const fn initial() -> Self {
        Self {
            base_currency: Currency::Irt,
            order_window_minutes: 60,
            referral_reward: Some(Reward { data_limit_gb: 10, duration_days: 31 }),
            support_username: None,
            updated_at: Timestamp::EPOCH,
            version: 0,
        }
    }

    pub const fn order_window(&self) -> Span {
        Span::minutes(self.order_window_minutes as u32)
    }
}

impl Reward {
    /// The terms of a prize's order: it costs nothing.
    pub fn terms(self, product: crate::ids::ProductId, name: String, currency: Currency) -> Terms {
        Terms {
            product,
            name,
            price: crate::money::Money::zero(currency),
            data_limit_gb: Some(self.data_limit_gb),
            duration_days: Some(self.duration_days),
            renewal_policy: RenewalPolicy::Add,
        }
    }
}
