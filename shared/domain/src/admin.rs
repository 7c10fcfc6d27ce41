//! Who operates the shop, with what right, and the trace of what was done.

use std::fmt;

use crate::{
    ids::{AdminTokenId, AuditEntryId, TelegramUserId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What a token may do; each role may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Runs the shop: orders, payments, users, products, codes.
    Operator,
    /// Also settings and tokens.
    Owner,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Owner];
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Owner => "owner",
        }
    }
}

/// An admin token as stored: found by the hash of its secret, which is shown once and kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminToken {
    pub id: AdminTokenId,
    /// SHA-256 of the secret, lower-case hex.
    pub hash: String,
    pub name: String,
    pub role: Role,
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    pub version: u64,
}

impl AdminToken {
    pub fn works(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// Who changed something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The token that the deployer set.
    Bootstrap,
    Token(AdminTokenId),
    /// An operator who tapped a button in the operators' chat.
    Telegram(TelegramUserId),
}
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bootstrap => f.write_str("bootstrap"),
            Self::Token(id) => write!(f, "token:{id}"),
            Self::Telegram(id) => write!(f, "telegram:{id}"),
        }
    }
}

/// One change by an operator, written in the transaction of the change: no entry, no change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    pub id: AuditEntryId,
    pub at: Timestamp,
    pub actor: Actor,
    /// A verb: `ban`, `approve`, `create`.
    pub action: String,
    /// What kind of thing was changed: `user`, `order`, `product`.
    pub entity: String,
    /// Which, by its public name.
    pub entity_id: String,
    /// What was different before and after, as JSON text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
