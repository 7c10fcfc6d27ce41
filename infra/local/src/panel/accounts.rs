//! One account of the panel and what each call makes of it. Pure: time and randomness are arguments.
//!
//! The transitions are those measured on Marzban 0.8.4, its traps included: a reset starts an account that waits for
//! its first traffic without giving it an end, a change of only one limit leaves the other's verdict in place, and so on.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::moment::{FIRST_SECOND, LAST_SECOND, Micros, SECOND};
use super::random::Random;
use super::request::{Change, Draft, NextPlan};

/// What the panel thinks of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Traffic passes.
    Active,
    /// Switched off by hand.
    Disabled,
    /// The data limit is used up.
    Limited,
    /// The time is over.
    Expired,
    /// Sold, but the time runs only from the first traffic.
    OnHold,
}

impl Status {
    /// Every status, in the panel's order.
    pub const ALL: [Self; 5] = [Self::Active, Self::Disabled, Self::Limited, Self::Expired, Self::OnHold];

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Limited => "limited",
            Self::Expired => "expired",
            Self::OnHold => "on_hold",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// A proxy protocol, in the order in which links are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// `VMess`
    Vmess,
    /// `VLESS`
    Vless,
    /// Trojan
    Trojan,
    /// Shadowsocks
    Shadowsocks,
}

impl Protocol {
    const ALL: [Self; 4] = [Self::Vmess, Self::Vless, Self::Trojan, Self::Shadowsocks];

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vmess => "vmess",
            Self::Vless => "vless",
            Self::Trojan => "trojan",
            Self::Shadowsocks => "shadowsocks",
        }
    }

    /// The name in error texts and link titles.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Vmess => "VMess",
            Self::Vless => "VLESS",
            Self::Trojan => "Trojan",
            Self::Shadowsocks => "Shadowsocks",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|protocol| protocol.as_str() == text)
    }
}

/// What a client needs to log in to a proxy; what the caller did not choose is made up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Credentials {
    /// `VLESS`
    Vless {
        /// UUID
        id: String,
        /// Flow control, empty for none.
        flow: String,
    },
    /// `VMess`
    Vmess {
        /// UUID
        id: String,
    },
    /// Shadowsocks
    Shadowsocks {
        /// Password
        password: String,
        /// Cipher
        method: String,
    },
    /// Trojan
    Trojan {
        /// Password
        password: String,
        /// Flow control, empty for none.
        flow: String,
    },
}

impl Credentials {
    fn revoke(&mut self, random: &mut Random) {
        match self {
            Self::Vmess { id } | Self::Vless { id, .. } => *id = random.uuid(),
            Self::Trojan { password, .. } | Self::Shadowsocks { password, .. } => *password = random.password(),
        }
    }
}

/// A protocol of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proxy {
    /// How the client logs in.
    pub credentials: Credentials,
    /// Tags of the inbounds that are switched off for this account.
    pub excluded: BTreeSet<String>,
}

/// Traffic counted in one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HourOfTraffic {
    /// Start of the hour.
    pub hour: Micros,
    /// Bytes in both directions.
    pub bytes: i64,
}

/// An account (a "user" in the panel's words).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Order of creation.
    pub id: u64,
    /// The name, which is also its key in addresses.
    pub username: String,
    /// Status as stored; time alone does not move it, the review does.
    pub status: Status,
    /// End of the account in Unix seconds; none is for ever.
    pub expire: Option<i64>,
    /// Bytes; none is unlimited.
    pub data_limit: Option<i64>,
    /// When the panel would reset the used traffic.
    pub data_limit_reset_strategy: String,
    /// Bytes since the last reset.
    pub used_traffic: i64,
    /// Bytes since creation.
    pub lifetime_used_traffic: i64,
    /// Seconds granted from the first traffic.
    pub on_hold_expire_duration: Option<i64>,
    /// When an account on hold starts without traffic.
    pub on_hold_timeout: Option<Micros>,
    /// Free text of the shop.
    pub note: Option<String>,
    /// Kept and shown only.
    pub auto_delete_in_days: Option<i64>,
    /// Kept and shown only; lost at every change that does not repeat it.
    pub next_plan: Option<NextPlan>,
    /// Name of the admin who made it; none for the admin of the panel's environment.
    pub owner: Option<String>,
    /// Protocols; empty only in an account whose creation answered 500.
    pub proxies: BTreeMap<Protocol, Proxy>,
    /// Creation.
    pub created_at: Micros,
    /// Last change through the API.
    pub edit_at: Option<Micros>,
    /// Last traffic.
    pub online_at: Option<Micros>,
    /// Last fetch of the subscription by a client.
    pub sub_updated_at: Option<Micros>,
    /// Who fetched it.
    pub sub_last_user_agent: Option<String>,
    /// Subscription tokens older than this are dead.
    pub sub_revoked_at: Option<Micros>,
    /// Traffic by hour since the last reset.
    pub traffic: Vec<HourOfTraffic>,
}

impl Account {
    /// A new account.
    pub(super) fn create(id: u64, draft: Draft, owner: Option<String>, at: Micros, random: &mut Random) -> Self {
        let proxies = draft
            .proxies
            .into_iter()
            .map(|(protocol, proxy)| {
                let credentials = proxy.settings.complete(protocol, random);
                (protocol, Proxy { credentials, excluded: proxy.excluded })
            })
            .collect();
        Self {
            id,
            username: draft.username,
            status: draft.status,
            expire: draft.expire.filter(|&expire| expire != 0),
            data_limit: draft.data_limit.filter(|&bytes| bytes != 0),
            data_limit_reset_strategy: draft.data_limit_reset_strategy,
            used_traffic: 0,
            lifetime_used_traffic: 0,
            on_hold_expire_duration: draft.on_hold_expire_duration.filter(|&seconds| seconds != 0),
            on_hold_timeout: draft.on_hold_timeout,
            note: draft.note.filter(|note| !note.is_empty()),
            auto_delete_in_days: draft.auto_delete_in_days,
            next_plan: draft.next_plan,
            owner,
            proxies,
            created_at: at,
            edit_at: None,
            online_at: None,
            sub_updated_at: None,
            sub_last_user_agent: None,
            sub_revoked_at: None,
            traffic: Vec::new(),
        }
    }

    /// Whether the panel cannot write this account as JSON: every reply that holds it is a 500.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        self.proxies.is_empty() || self.has_unreadable_date()
    }

    /// An `expire` outside the years 1 to 9999, as milliseconds make it.
    #[must_use]
    pub fn has_unreadable_date(&self) -> bool {
        self.expire.is_some_and(|expire| !(FIRST_SECOND..=LAST_SECOND).contains(&expire))
    }

    /// Applies a `PUT`: what is left out or null stays, zero lifts a limit.
    pub(super) fn change(&mut self, change: Change, at: Micros, random: &mut Random) {
        if !change.proxies.is_empty() {
            let mut old = std::mem::take(&mut self.proxies);
            for (protocol, settings) in change.proxies {
                let excluded = old.remove(&protocol).map(|proxy| proxy.excluded).unwrap_or_default();
                let credentials = settings.complete(protocol, random);
                self.proxies.insert(protocol, Proxy { credentials, excluded });
            }
        }
        for (protocol, excluded) in change.excluded {
            if let Some(proxy) = self.proxies.get_mut(&protocol) {
                proxy.excluded = excluded;
            }
        }
        if let Some(status) = change.status {
            self.status = status;
        }
        if let Some(bytes) = change.data_limit {
            self.data_limit = Some(bytes).filter(|&bytes| bytes != 0);
            self.judge_traffic();
        }
        if let Some(expire) = change.expire {
            self.expire = Some(expire).filter(|&expire| expire != 0);
            self.judge_time(at);
        }
        if let Some(strategy) = change.data_limit_reset_strategy {
            self.data_limit_reset_strategy = strategy;
        }
        if let Some(note) = change.note {
            self.note = Some(note).filter(|note| !note.is_empty());
        }
        if let Some(seconds) = change.on_hold_expire_duration.filter(|&seconds| seconds != 0) {
            self.on_hold_expire_duration = Some(seconds);
        }
        if let Some(timeout) = change.on_hold_timeout {
            self.on_hold_timeout = Some(timeout);
        }
        if let Some(days) = change.auto_delete_in_days {
            self.auto_delete_in_days = Some(days);
        }
        self.next_plan = change.next_plan;
        self.edit_at = Some(at);
    }

    /// Whether the data limit holds back this account. A limit that was just set is judged without a look at the clock.
    fn judge_traffic(&mut self) {
        self.status = match (self.status, self.is_over_limit()) {
            (status @ (Status::Expired | Status::Disabled), _) => status,
            (Status::OnHold, false) => Status::OnHold,
            (Status::Active | Status::Limited, false) => Status::Active,
            (Status::Active | Status::Limited | Status::OnHold, true) => Status::Limited,
        };
    }

    /// Whether time holds back this account. An end that was just set is judged without a look at the traffic.
    fn judge_time(&mut self, at: Micros) {
        self.status = match (self.status, self.is_over_time(at)) {
            (status @ (Status::Limited | Status::Disabled | Status::OnHold), _) => status,
            (Status::Active | Status::Expired, false) => Status::Active,
            (Status::Active | Status::Expired, true) => Status::Expired,
        };
    }

    fn is_over_limit(&self) -> bool {
        self.data_limit.is_some_and(|limit| self.used_traffic >= limit)
    }

    fn is_over_time(&self, at: Micros) -> bool {
        self.expire.is_some_and(|expire| i128::from(expire) * i128::from(SECOND) <= i128::from(at))
    }

    /// Sets the used traffic to zero. Everything that is not expired becomes active: an account on hold has then no
    /// end at all, and one that was switched off is on again.
    pub(super) fn reset(&mut self) {
        self.used_traffic = 0;
        self.traffic.clear();
        self.next_plan = None;
        self.status = match self.status {
            Status::Expired => Status::Expired,
            Status::Active | Status::Disabled | Status::Limited | Status::OnHold => Status::Active,
        };
    }

    /// New credentials, and subscription tokens older than `at` die. The limits are judged again on the way.
    pub(super) fn revoke(&mut self, at: Micros, random: &mut Random) {
        self.sub_revoked_at = Some(at);
        for proxy in self.proxies.values_mut() {
            proxy.credentials.revoke(random);
        }
        if self.data_limit.is_some() {
            self.judge_traffic();
        }
        if self.expire.is_some() {
            self.judge_time(at);
        }
        self.edit_at = Some(at);
    }

    /// Counts traffic.
    pub(super) fn record_traffic(&mut self, bytes: i64, at: Micros) {
        self.used_traffic = self.used_traffic.saturating_add(bytes);
        self.lifetime_used_traffic = self.lifetime_used_traffic.saturating_add(bytes);
        self.online_at = Some(at);
        let hour = at - at.rem_euclid(3_600 * SECOND);
        match self.traffic.last_mut() {
            Some(last) if last.hour == hour => last.bytes = last.bytes.saturating_add(bytes),
            _ => self.traffic.push(HourOfTraffic { hour, bytes }),
        }
    }

    /// The review job's look at one account: starts it after its first traffic (or at its time-out), and finds that its
    /// data or its time is used up. Data is looked at first.
    pub(super) fn review(&mut self, at: Micros) {
        if self.status == Status::OnHold {
            let base = self.edit_at.unwrap_or(self.created_at);
            let seen = self.online_at.is_some_and(|online| online >= base);
            let waited = self.on_hold_timeout.is_some_and(|timeout| timeout <= at);
            if seen || waited {
                self.start(at);
            }
        }
        if self.status == Status::Active {
            if self.is_over_limit() {
                self.status = Status::Limited;
            } else if self.is_over_time(at) {
                self.status = Status::Expired;
            }
        }
    }

    fn start(&mut self, at: Micros) {
        self.status = Status::Active;
        if let Some(seconds) = self.on_hold_expire_duration.take() {
            self.expire = Some(at.div_euclid(SECOND).saturating_add(seconds));
        }
        self.on_hold_timeout = None;
    }

    /// Bytes counted in hours that begin between the two moments, both included.
    pub(super) fn traffic_between(&self, from: Micros, to: Micros) -> i64 {
        let hours = self.traffic.iter().filter(|hour| (from..=to).contains(&hour.hour));
        hours.fold(0, |sum, hour| sum.saturating_add(hour.bytes))
    }
}
