//! Changes to an account that exists. All of them set absolute values, so that sending one twice does no harm.

use std::time::Duration;

use domain::{SubscriptionName, Timestamp, time::Span};
use http::Method;
use serde_json::{Map, Value};

use super::{Account, AccountStatus, Deadline, Panel, PanelError, create::check_data_limit};

/// The panel rounds the time in a link up to the next second and tells revoked links by it: a link that was made within the second
/// before a revocation would survive it.
const BEFORE_REVOKING: Duration = Duration::from_millis(1200);

/// 9999-12-31, in Unix seconds. A later time is stored and poisons the account and the panel's review job.
const END_OF_TIME: i64 = 253_402_300_799;

/// A new value for a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Set<T> {
    /// As it is.
    #[default]
    Keep,
    /// No limit.
    Unlimited,
    To(T),
}

/// New limits, each absolute. `proxies`, `inbounds` and `username` are never sent with them: they would renew the account's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Bytes in all, used ones included.
    pub data_limit: Set<u64>,
    /// For an account that was used; one on hold keeps no expiry.
    pub expire: Set<Timestamp>,
    /// For an account on hold: how long it works from its first use on.
    pub on_hold_duration: Option<Span>,
    /// Makes a disabled account, or one on hold, active: with an expiry, or for ever.
    pub activate: bool,
}

impl Panel {
    /// Sets limits. `account` is the account as it was read: what the panel would forget is sent back with the change.
    ///
    /// The panel moves the status along: more traffic revives a limited account, a later expiry an expired one; a disabled one stays so unless
    /// it is activated.
    pub async fn set_limits(&self, account: &Account, limits: &Limits, now: Timestamp, timeout: Duration) -> Result<Account, PanelError> {
        let mut fields = Map::new();
        match limits.data_limit {
            Set::Keep => None,
            Set::Unlimited => fields.insert("data_limit".to_owned(), 0.into()),
            Set::To(bytes) => {
                check_data_limit(Some(bytes))?;
                fields.insert("data_limit".to_owned(), bytes.into())
            }
        };
        match limits.expire {
            Set::Keep => None,
            Set::Unlimited => fields.insert("expire".to_owned(), 0.into()),
            Set::To(at) if (1..=END_OF_TIME).contains(&at.seconds()) => fields.insert("expire".to_owned(), at.seconds().into()),
            Set::To(_) => return Err(PanelError::OutOfRange("the expiry is between 1970 and 9999")),
        };
        if let Some(span) = limits.on_hold_duration {
            let seconds = u32::try_from(span.as_seconds()).ok().filter(|seconds| *seconds > 0);
            let seconds = seconds.ok_or(PanelError::OutOfRange("the duration is between a second and a century"))?;
            fields.insert("on_hold_expire_duration".to_owned(), seconds.into());
        }
        if limits.activate {
            fields.insert("status".to_owned(), "active".into());
        }
        self.put(account, fields, now, Deadline::after(timeout)).await
    }

    /// Switches the account off; its limits and links stay.
    pub async fn disable(&self, name: &SubscriptionName, now: Timestamp, timeout: Duration) -> Result<Account, PanelError> {
        let deadline = Deadline::after(timeout);
        let account = self.read_account(name, now, deadline).await?.ok_or(PanelError::NotFound)?;
        if account.status == AccountStatus::Disabled {
            return Ok(account);
        }
        let fields = Map::from_iter([("status".to_owned(), "disabled".into())]);
        self.put(&account, fields, now, deadline).await
    }

    /// Switches a disabled account on again; any other stays as it is.
    ///
    /// One that was never used goes back on hold: `active` without an expiry would be for ever.
    pub async fn enable(&self, name: &SubscriptionName, now: Timestamp, timeout: Duration) -> Result<Account, PanelError> {
        let deadline = Deadline::after(timeout);
        let account = self.read_account(name, now, deadline).await?.ok_or(PanelError::NotFound)?;
        if account.status != AccountStatus::Disabled {
            return Ok(account);
        }
        let fields = match account.on_hold_duration.filter(|_| account.expires_at.is_none()) {
            Some(span) => {
                Map::from_iter([("status".to_owned(), "on_hold".into()), ("on_hold_expire_duration".to_owned(), span.as_seconds().into())])
            }
            None => Map::from_iter([("status".to_owned(), "active".into())]),
        };
        self.put(&account, fields, now, deadline).await
    }

    /// Replaces the account's links and keys. The answer has the new link; where `old_link` is given it is dead afterwards.
    ///
    /// Takes more than a second, and twice that where the panel has to be asked again: give it a time-out of several seconds.
    pub async fn revoke_link(
        &self,
        name: &SubscriptionName,
        old_link: Option<&str>,
        now: Timestamp,
        timeout: Duration,
    ) -> Result<Account, PanelError> {
        let deadline = Deadline::after(timeout);
        let account = self.revoke_once(name, now, deadline).await?;
        if !self.is_alive(old_link, deadline).await {
            return Ok(account);
        }
        // Somebody read the account in the second before.
        let account = self.revoke_once(name, now, deadline).await?;
        if self.is_alive(old_link, deadline).await { Err(PanelError::Unsettled) } else { Ok(account) }
    }

    /// Deletes the account. That there is none is a success.
    pub async fn delete(&self, name: &SubscriptionName, now: Timestamp, timeout: Duration) -> Result<(), PanelError> {
        let deadline = Deadline::after(timeout);
        let deleted = match self.call(Method::DELETE, self.account_url(name, "")?, None, now, deadline.halfway()).await {
            Ok(answer) if matches!(answer.status.as_u16(), 200 | 204 | 404) => return Ok(()),
            Ok(answer) => PanelError::of_account(&answer),
            Err(error) => error,
        };
        if !deleted.outcome_is_unknown() {
            return Err(deleted);
        }
        // The panel answers 500 for an account without an owner after it has deleted it.
        match self.read_account(name, now, deadline).await? {
            None => Ok(()),
            Some(_) => Err(PanelError::Unsettled),
        }
    }

    async fn revoke_once(&self, name: &SubscriptionName, now: Timestamp, deadline: Deadline) -> Result<Account, PanelError> {
        tokio::time::sleep(BEFORE_REVOKING).await;
        let answer = self.call(Method::POST, self.account_url(name, "/revoke_sub")?, None, now, deadline).await?;
        if answer.status.as_u16() == 200 {
            Account::read(&answer.body, &self.shared.link_prefix)
        } else {
            Err(PanelError::of_account(&answer))
        }
    }

    /// Whether a link still shows its subscription. One that cannot be asked counts as dead: the wait before the revocation has seen to it.
    async fn is_alive(&self, link: Option<&str>, deadline: Deadline) -> bool {
        let Some(url) = link.and_then(|link| reqwest::Url::parse(&format!("{}/info", link.trim_end_matches('/'))).ok()) else {
            return false;
        };
        let answer = self.exchange(self.shared.http.request(Method::GET, url), deadline).await;
        answer.is_ok_and(|answer| answer.status.is_success())
    }

    /// One change. After an unknown outcome it is sent once more, which is safe, since it says what shall be and not what to add.
    async fn put(
        &self,
        account: &Account,
        mut fields: Map<String, Value>,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<Account, PanelError> {
        if let Some(plan) = &account.next_plan {
            fields.insert("next_plan".to_owned(), plan.0.clone());
        }
        let body = Value::Object(fields);
        match self.put_once(&account.name, &body, now, deadline.halfway()).await {
            Err(error) if error.outcome_is_unknown() => self.put_once(&account.name, &body, now, deadline).await,
            changed => changed,
        }
    }

    async fn put_once(&self, name: &SubscriptionName, body: &Value, now: Timestamp, deadline: Deadline) -> Result<Account, PanelError> {
        let answer = self.call(Method::PUT, self.account_url(name, "")?, Some(body), now, deadline).await?;
        if answer.status.as_u16() == 200 {
            Account::read(&answer.body, &self.shared.link_prefix)
        } else {
            Err(PanelError::of_account(&answer))
        }
    }
}
