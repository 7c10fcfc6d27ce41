//! An account as the panel shows it.

use std::fmt;

use domain::{SubscriptionName, Timestamp, time::Span};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::PanelError;

/// An account on the panel.
#[derive(Clone)]
pub struct Account {
    pub name: SubscriptionName,
    pub status: AccountStatus,
    /// Bytes; `None` is unlimited.
    pub data_limit: Option<u64>,
    /// Bytes since the last reset.
    pub used: u64,
    /// Bytes since the account was made.
    pub lifetime_used: u64,
    /// `None` never expires, or has not been used yet: see `status`.
    pub expires_at: Option<Timestamp>,
    /// How long it will work from its first use on; also left over in some accounts that were started by hand.
    pub on_hold_duration: Option<Span>,
    pub online_at: Option<Timestamp>,
    /// The subscription's address, absolute. Another one in every answer, and all of them work: keep the first, never compare.
    pub link: String,
    /// Share links (`vmess://...`) of the account's servers.
    pub links: Vec<String>,
    pub note: Option<String>,
    /// What the panel will do when the account ends. Any change that leaves it out deletes it.
    pub next_plan: Option<NextPlan>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountStatus {
    Active,
    /// Switched off by an operator.
    Disabled,
    /// Its traffic is used up.
    Limited,
    /// Its time is up.
    Expired,
    /// Waits for its first use.
    OnHold,
    /// One that a later panel added.
    Unknown,
}

/// The panel's own object, given back as it came.
#[derive(Debug, Clone)]
pub struct NextPlan(pub(super) serde_json::Value);

/// Without its links, which are as good as the subscription.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("name", &self.name.as_str())
            .field("status", &self.status)
            .field("data_limit", &self.data_limit)
            .field("used", &self.used)
            .field("expires_at", &self.expires_at)
            .field("on_hold_duration", &self.on_hold_duration)
            .finish_non_exhaustive()
    }
}

/// The panel's user object, as far as it is read.
#[derive(Deserialize)]
struct Wire {
    username: SubscriptionName,
    status: String,
    #[serde(default)]
    data_limit: Option<i64>,
    #[serde(default)]
    used_traffic: Option<i64>,
    #[serde(default)]
    lifetime_used_traffic: Option<i64>,
    /// Unix seconds.
    #[serde(default)]
    expire: Option<i64>,
    /// Seconds.
    #[serde(default)]
    on_hold_expire_duration: Option<i64>,
    /// UTC without a zone, with or without a fraction.
    #[serde(default)]
    online_at: Option<String>,
    subscription_url: String,
    #[serde(default)]
    links: Option<Vec<String>>,
    #[serde(default)]
    note: Option<String>,
    #[serde(default)]
    next_plan: Option<Box<RawValue>>,
}

impl Account {
    /// Reads the panel's user object. `link_prefix` completes an address without a host.
    pub(super) fn read(json: &[u8], link_prefix: &str) -> Result<Self, PanelError> {
        let wire: Wire = serde_json::from_slice(json).map_err(|_| PanelError::Garbled)?;
        let bytes = |n: Option<i64>| n.and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0);
        Ok(Self {
            name: wire.username,
            status: match wire.status.as_str() {
                "active" => AccountStatus::Active,
                "disabled" => AccountStatus::Disabled,
                "limited" => AccountStatus::Limited,
                "expired" => AccountStatus::Expired,
                "on_hold" => AccountStatus::OnHold,
                _ => AccountStatus::Unknown,
            },
            data_limit: bytes(wire.data_limit),
            used: bytes(wire.used_traffic).unwrap_or(0),
            lifetime_used: bytes(wire.lifetime_used_traffic).unwrap_or(0),
            expires_at: wire.expire.filter(|at| *at != 0).map(Timestamp::from_seconds),
            on_hold_duration: wire.on_hold_expire_duration.and_then(|s| u32::try_from(s).ok()).filter(|s| *s > 0).map(Span::seconds),
            online_at: wire.online_at.as_deref().and_then(naive_utc),
            link: absolute(&wire.subscription_url, link_prefix),
            links: wire.links.unwrap_or_default(),
            note: wire.note,
            next_plan: wire.next_plan.and_then(|plan| serde_json::from_str(plan.get()).ok()).map(NextPlan),
        })
    }
}

fn naive_utc(text: &str) -> Option<Timestamp> {
    text.parse().or_else(|_| format!("{text}Z").parse()).ok()
}

fn absolute(link: &str, prefix: &str) -> String {
    if link.starts_with("https://") || link.starts_with("http://") {
        return link.to_owned();
    }
    format!("{prefix}/{}", link.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREFIX: &str = "https://panel.example.com";

    fn read(extra: &str) -> Result<Account, PanelError> {
        Account::read(format!(r#"{{"username":"ws_1","status":"active","subscription_url":"/sub/abc"{extra}}}"#).as_bytes(), PREFIX)
    }

    #[test]
    fn what_may_be_missing_may_be_missing() {
        let account = read("").unwrap();
        assert_eq!((account.status, account.data_limit, account.used, account.expires_at), (AccountStatus::Active, None, 0, None));
        assert_eq!(account.link, "https://panel.example.com/sub/abc");
        assert!(account.next_plan.is_none() && account.links.is_empty());
        let account =
            read(r#","data_limit":0,"expire":0,"used_traffic":null,"links":null,"next_plan":null,"later":{"a":[1]},"online_at":"soon""#)
                .unwrap();
        assert_eq!((account.data_limit, account.expires_at, account.online_at), (None, None, None));
        assert!(account.next_plan.is_none());
        assert_eq!(Account::read(br#"{"username":"ws_1","status":"active"}"#, PREFIX).err(), Some(PanelError::Garbled));
    }

    #[test]
    fn times_links_and_statuses() {
        let account = read(r#","online_at":"2026-11-22T12:20:33.125577","expire":1797942033,"on_hold_expire_duration":2592000"#).unwrap();
        assert_eq!(account.online_at.map(|at| at.to_string()).as_deref(), Some("2026-11-22T12:20:33.125Z"));
        assert_eq!(read(r#","online_at":"2026-11-22T12:20:33""#).unwrap().online_at.map(Timestamp::seconds), Some(1_795_350_033));
        assert_eq!(account.expires_at.map(Timestamp::seconds), Some(1_797_942_033));
        assert_eq!(account.on_hold_duration, Some(Span::days(30)));
        assert_eq!(absolute("https://cdn.example.com/sub/x", PREFIX), "https://cdn.example.com/sub/x");
        for (text, status) in [("on_hold", AccountStatus::OnHold), ("limited", AccountStatus::Limited), ("frozen", AccountStatus::Unknown)]
        {
            let json = format!(r#"{{"username":"ws_1","status":"{text}","subscription_url":"/s"}}"#);
            assert_eq!(Account::read(json.as_bytes(), PREFIX).unwrap().status, status);
        }
        assert!(!format!("{account:?}").contains("sub/abc"));
    }
}
