//! A customer.

use serde::{Deserialize, Serialize};

use crate::{ids::TelegramUserId, language::Language, time::Timestamp};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserStatus {
    /// Has never had a subscription.
    New,
    /// Holds a subscription.
    Active,
    /// Held one.
    Expired,
}

impl UserStatus {
    pub const ALL: [Self; 3] = [Self::New, Self::Active, Self::Expired];
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Active => "active",
            Self::Expired => "expired",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub id: TelegramUserId,
    /// As Telegram told it last; hostile text, escaped wherever it is shown.
    pub first_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    pub language: Language,
    pub status: UserStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub banned_at: Option<Timestamp>,
    /// Blocked the bot or deleted the account: nothing is sent until he comes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreachable_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited_by: Option<TelegramUserId>,
    /// When the first order of more than nothing was paid: from then on no referral can qualify.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_paid_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial_at: Option<Timestamp>,
    /// The version of the terms of use that he accepted last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms_accepted: Option<u32>,
    /// Users who joined by his link; of them, those who paid; of those, the ones he was rewarded for.
    #[serde(default)]
    pub invited: u32,
    #[serde(default)]
    pub qualified: u32,
    #[serde(default)]
    pub granted: u32,
    pub joined_at: Timestamp,
    pub version: u64,
}

impl User {
    /// A user on first contact.
    pub fn join(
        id: TelegramUserId,
        first_name: &str,
        username: Option<&str>,
        language: Language,
        invited_by: Option<TelegramUserId>,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            first_name: first_name.chars().filter(|c| !c.is_control()).take(64).collect(),
            username: username.map(|name| name.chars().take(32).collect()),
            language,
            status: UserStatus::New,
            banned_at: None,
            unreachable_at: None,
            invited_by,
            first_paid_at: None,
            trial_at: None,
            terms_accepted: None,
            invited: 0,
            qualified: 0,
            granted: 0,
            joined_at: now,
            version: 1,
        }
    }

    pub const fn is_banned(&self) -> bool {
        self.banned_at.is_some()
    }
}
