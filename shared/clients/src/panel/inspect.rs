//! What a panel tells of itself, for whoever sets a shop up.

use std::{collections::BTreeMap, time::Duration};

use aws_smithy_types::date_time::{DateTime, Format};
use domain::Timestamp;
use http::{Method, header};
use serde::{Deserialize, de::IgnoredAny};

use super::{Deadline, Panel, PanelError};

/// What a panel tells of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// The protocols that have an inbound.
    pub protocols: Vec<String>,
    /// What its clock said, to the second; absent where it does not say.
    pub clock: Option<Timestamp>,
    /// Whether its newest account's link comes without a host; absent where there is no account, or none that can be shown.
    pub relative_links: Option<bool>,
}

#[derive(Deserialize)]
struct Accounts {
    users: Vec<Shown>,
}

#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    subscription_url: String,
}

impl Panel {
    /// Looks at the panel as its admin; changes nothing.
    pub async fn inspect(&self, now: Timestamp, timeout: Duration) -> Result<Inspection, PanelError> {
        let deadline = Deadline::after(timeout);
        let answer = self.call(Method::GET, self.url("/api/inbounds")?, None, now, deadline).await?;
        if answer.status.as_u16() != 200 {
            return Err(PanelError::of(&answer));
        }
        let offered: BTreeMap<String, Vec<IgnoredAny>> = serde_json::from_slice(&answer.body).map_err(|_| PanelError::Garbled)?;
        let protocols = offered.into_iter().filter(|(_, inbounds)| !inbounds.is_empty()).map(|(protocol, _)| protocol).collect();
        let date = answer.headers.get(header::DATE).and_then(|date| date.to_str().ok());
        let clock = date.and_then(|date| DateTime::from_str(date, Format::HttpDate).ok()).map(|date| Timestamp::from_seconds(date.secs()));
        let mut url = self.url("/api/users")?;
        url.query_pairs_mut().append_pair("limit", "1").append_pair("sort", "-created_at");
        let answer = self.call(Method::GET, url, None, now, deadline).await?;
        let newest = serde_json::from_slice::<Accounts>(&answer.body).ok().and_then(|accounts| accounts.users.into_iter().next());
        Ok(Inspection { protocols, clock, relative_links: newest.map(|account| !account.subscription_url.contains("://")) })
    }
}
