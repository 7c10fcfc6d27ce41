//! Who operates the shop, with what right, and the trace of what was done.

use std::{fmt, net::IpAddr};

use crate::{
    ids::{AdminTokenId, AuditEntryId, TelegramUserId},
    patience::{Count, Patience},
    time::{Span, Timestamp},
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
    /// The collections that it may touch (`orders`); empty: all that its role may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scope: Vec<String>,
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// To the hour or so: it is not noted more often. From another address it is noted at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_from: Option<Source>,
    pub version: u64,
}

impl AdminToken {
    /// How old the note of the last use may become.
    const USE_NOTED: Span = Span::hours(1);

    pub fn works(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }

    /// Whether a use by `source` has to be noted.
    pub fn notes_use(&self, source: &Source, now: Timestamp) -> bool {
        self.last_used_from.as_ref() != Some(source) || self.last_used_at.is_none_or(|last| now >= last.plus(Self::USE_NOTED))
    }
}

/// Where a request comes from: an IPv4 address, or the network of an IPv6 one, since whoever has one address there has all of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Source(String);

impl Source {
    /// `None`: the front door does not say.
    pub fn of(address: Option<IpAddr>) -> Self {
        Self(match address.map(|address| address.to_canonical()) {
            None => "unknown".to_owned(),
            Some(IpAddr::V4(address)) => address.to_string(),
            Some(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Tokens that there are not, counted by where they came from (`address#203.0.113.7`) and by how they begin (`prefix#` and a digest), so that trying
/// them out is slow whichever of the two changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongTokens {
    pub by: String,
    pub wrong: u32,
    pub last_at: Timestamp,
}

impl WrongTokens {
    /// After so long without a wrong one all of them are forgotten.
    pub const LIFETIME: Span = Span::days(1);
    /// A minute after the tenth wrong one, twice as long after each further one, up to an hour.
    const PATIENCE: Patience = Patience { first: 10, shortest: Span::minutes(1), longest: Span::hours(1), lifetime: Self::LIFETIME };

    /// Until when no token is believed.
    pub fn locked_until(&self, now: Timestamp) -> Option<Timestamp> {
        Self::PATIENCE.wait_until(self.wrong, self.last_at, now)
    }

    /// How the next wrong one counts.
    pub fn next(known: Option<&Self>, now: Timestamp) -> Count {
        Self::PATIENCE.next(known.map(|known| known.last_at), now)
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
