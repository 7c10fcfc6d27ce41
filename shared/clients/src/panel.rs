//! The VPN panel: Marzban 0.8.4, whose traps are told where they are stepped around.
//!
//! The panel knows no transactions, no idempotency keys and no versions. So every change here is an absolute value that can be sent
//! again, and after an unknown outcome the panel is asked what it holds before anything else is done.

mod account;
mod change;
mod create;
mod deadline;
mod error;
mod inbounds;
mod inspect;
mod session;

use std::{sync::Arc, time::Duration};

pub use account::{Account, AccountStatus, NextPlan};
pub use change::{Limits, Set};
use domain::{SubscriptionName, Timestamp};
pub use error::PanelError;
use http::Method;
pub use inspect::Inspection;
use serde::Deserialize;
use serde_json::value::RawValue;

use self::{deadline::Deadline, inbounds::Inbounds, session::Session};
use crate::{
    BadSetting, Secret,
    http::{Answer, Http, Limits as HttpLimits, base_url},
};

/// One account is about two kilobytes, a list holds at most [`BATCH`] of them.
const MAX_BODY: usize = 2 << 20;

/// Names in one list request: keeps the URL below two kilobytes.
const BATCH: usize = 50;

/// One panel and one of its admins. Cloning it is cheap and shares the admin's session.
///
/// The admin should be one of the panel's database, not the one of its environment: accounts of the latter have no owner, and the panel
/// answers 500 where it deletes one.
#[derive(Debug, Clone)]
pub struct Panel {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    http: Http,
    url: String,
    link_prefix: String,
    session: Session,
    inbounds: Inbounds,
}

impl Panel {
    /// `url` is where the panel's `/api` is. Plain http is for a panel on the same host: the admin's password travels on it.
    ///
    /// `link_prefix` is put before subscription links where the panel gives them without a host; by default it is `url`.
    pub fn new(http: Http, url: &str, username: &str, password: Secret, link_prefix: Option<&str>) -> Result<Self, BadSetting> {
        if username.is_empty() {
            return Err(BadSetting::new("PANEL_USERNAME", "it must name an admin of the panel"));
        }
        if password.is_empty() {
            return Err(BadSetting::new("PANEL_PASSWORD", "it must be the admin's password"));
        }
        let url = base_url("PANEL_URL", url)?;
        let link_prefix = link_prefix.map_or_else(|| Ok(url.clone()), |prefix| base_url("PANEL_SUBSCRIPTION_URL_PREFIX", prefix))?;
        let session = Session::new(username.to_owned(), password);
        Ok(Self { shared: Arc::new(Shared { http, url, link_prefix, session, inbounds: Inbounds::default() }) })
    }

    /// The account as it is now; `None` where there is none of this name.
    pub async fn account(&self, name: &SubscriptionName, now: Timestamp, timeout: Duration) -> Result<Option<Account>, PanelError> {
        self.read_account(name, now, Deadline::after(timeout)).await
    }

    /// The accounts of these names that there are, in no particular order.
    pub async fn accounts(&self, names: &[&SubscriptionName], now: Timestamp, timeout: Duration) -> Result<Vec<Account>, PanelError> {
        #[derive(Deserialize)]
        struct Page {
            users: Vec<Box<RawValue>>,
        }
        let deadline = Deadline::after(timeout);
        let mut accounts = Vec::with_capacity(names.len());
        for batch in names.chunks(BATCH) {
            let mut url = self.url("/api/users")?;
            // Without `limit` and `sort` the list has no bound and no order.
            url.query_pairs_mut().append_pair("limit", &batch.len().to_string()).append_pair("sort", "-created_at");
            url.query_pairs_mut().extend_pairs(batch.iter().map(|name| ("username", name.to_string())));
            let answer = self.call(Method::GET, url, None, now, deadline).await?;
            let page: Page = match answer.status.as_u16() {
                200 => serde_json::from_slice(&answer.body).map_err(|_| PanelError::Garbled)?,
                _ => return Err(PanelError::of(&answer)),
            };
            accounts.extend(page.users.iter().filter_map(|user| Account::read(user.get().as_bytes(), &self.shared.link_prefix).ok()));
        }
        Ok(accounts)
    }

    /// Whether the panel answers and knows the admin.
    pub async fn health(&self, now: Timestamp, timeout: Duration) -> Result<(), PanelError> {
        let answer = self.call(Method::GET, self.url("/api/admin")?, None, now, Deadline::after(timeout)).await?;
        if answer.status.as_u16() == 200 { Ok(()) } else { Err(PanelError::of(&answer)) }
    }

    async fn read_account(&self, name: &SubscriptionName, now: Timestamp, deadline: Deadline) -> Result<Option<Account>, PanelError> {
        let answer = self.call(Method::GET, self.account_url(name, "")?, None, now, deadline).await?;
        match answer.status.as_u16() {
            200 => Account::read(&answer.body, &self.shared.link_prefix).map(Some),
            404 => Ok(None),
            500 => Err(PanelError::Poisoned),
            _ => Err(PanelError::of_account(&answer)),
        }
    }

    fn url(&self, path: &str) -> Result<reqwest::Url, PanelError> {
        reqwest::Url::parse(&format!("{}{path}", self.shared.url)).map_err(|_| PanelError::Unreachable { sent: false })
    }

    /// `/api/user/{name}{action}`: a name needs no escaping.
    fn account_url(&self, name: &SubscriptionName, action: &str) -> Result<reqwest::Url, PanelError> {
        self.url(&format!("/api/user/{name}{action}"))
    }

    /// Sends a request as the admin. A token that the panel does not take (it is decided before anything else) is replaced once.
    async fn call(
        &self,
        method: Method,
        url: reqwest::Url,
        json: Option<&serde_json::Value>,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<Answer, PanelError> {
        let token = self.shared.session.token(self, now, deadline).await?;
        let answer = self.send(method.clone(), url.clone(), json, &token, deadline).await?;
        if answer.status.as_u16() != 401 {
            return Ok(answer);
        }
        self.shared.session.drop_token(&token).await;
        let token = self.shared.session.token(self, now, deadline).await?;
        let answer = self.send(method, url, json, &token, deadline).await?;
        if answer.status.as_u16() == 401 {
            tracing::error!("the panel refuses a token that it has just given");
            return Err(PanelError::Unauthorized);
        }
        Ok(answer)
    }

    async fn send(
        &self,
        method: Method,
        url: reqwest::Url,
        json: Option<&serde_json::Value>,
        token: &Secret,
        deadline: Deadline,
    ) -> Result<Answer, PanelError> {
        let mut request = self.shared.http.request(method, url).bearer_auth(token.expose());
        if let Some(json) = json {
            request = request.header(http::header::CONTENT_TYPE, "application/json").body(json.to_string());
        }
        self.exchange(request, deadline).await
    }

    async fn exchange(&self, request: reqwest::RequestBuilder, deadline: Deadline) -> Result<Answer, PanelError> {
        let limits = HttpLimits { timeout: deadline.left().ok_or(PanelError::Unreachable { sent: false })?, max_body: MAX_BODY };
        self.shared.http.send_built(request, limits).await.map_err(|error| {
            tracing::debug!(%error, "the panel did not answer");
            PanelError::Unreachable { sent: error.sent() }
        })
    }
}
