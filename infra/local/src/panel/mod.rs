//! A stand-in of a Marzban panel, version 0.8.4, that behaves as a real one was recorded (`tests/fixtures/marzban`),
//! its traps included.
//!
//! [`PanelStandIn::router`] is what a client sees. The other methods are for whoever drives it: accounts are looked at,
//! traffic flows, the review job runs, and [`Fault`]s make it misbehave. It has no clock and no entropy of its own:
//! both come with the [`Options`], so that a run can be repeated.
//!
//! Left out, because no client of ours may use it: the administration of admins, nodes, hosts and templates, carrying
//! out `next_plan`, the periodic reset of traffic, and automatic deletion. The replay test lists every other difference.

mod accounts;
mod auth;
mod faults;
mod http;
mod moment;
mod random;
mod render;
mod reply;
mod request;
mod serve;
mod state;
mod subscription;

#[cfg(test)]
mod driving;
#[cfg(test)]
mod faults_test;
#[cfg(test)]
mod replay_test;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use serde::Serialize;

pub use accounts::{Account, Credentials, HourOfTraffic, Protocol, Proxy, Status};
pub use auth::{Admin, Role};
pub use faults::{Call, Fault, FaultKind, Route};
pub use moment::{Micros, SECOND};
pub use request::NextPlan;
pub use serve::Listening;
pub use state::StateError;

use faults::Switchboard;
use state::State;

/// The time in Unix seconds.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The panel's `JWT_ACCESS_TOKEN_EXPIRE_MINUTES`, 1440 minutes.
pub const TOKEN_LIFETIME: Duration = Duration::from_secs(86_400);

/// An entrance for clients of one protocol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inbound {
    /// Unique name
    pub tag: String,
    /// Protocol
    pub protocol: Protocol,
    /// `tcp`, `ws`
    pub network: String,
    /// `none`, `tls`, `reality`
    pub tls: String,
    /// Port
    pub port: u16,
}

impl Inbound {
    /// An inbound.
    #[must_use]
    pub fn new(tag: &str, protocol: Protocol, network: &str, tls: &str, port: u16) -> Self {
        Self { tag: tag.to_owned(), protocol, network: network.to_owned(), tls: tls.to_owned(), port }
    }

    /// The inbounds of the recorded panel. (A panel as installed has the last one only.)
    #[must_use]
    pub fn recorded() -> Vec<Self> {
        vec![
            Self::new("VMess TCP", Protocol::Vmess, "tcp", "none", 8081),
            Self::new("VMess Websocket", Protocol::Vmess, "ws", "none", 8080),
            Self::new("VLESS TCP REALITY", Protocol::Vless, "tcp", "reality", 8443),
            Self::new("Shadowsocks TCP", Protocol::Shadowsocks, "tcp", "none", 1080),
        ]
    }
}

/// How a panel is set up.
#[derive(Clone)]
pub struct Options {
    /// Who may log in.
    pub admins: Vec<Admin>,
    /// Entrances
    pub inbounds: Vec<Inbound>,
    /// The panel's `XRAY_SUBSCRIPTION_URL_PREFIX`: subscription links are paths without it. A `*` becomes a salt.
    pub public_url_prefix: Option<String>,
    /// The clock
    pub now: Clock,
    /// How long a login lasts; zero is for ever.
    pub token_lifetime: Duration,
    /// All randomness grows from this.
    pub seed: u64,
    /// Where accounts outlive the process (its folder has to exist); none keeps them in memory.
    pub state_file: Option<PathBuf>,
}

impl Options {
    /// The recorded panel on this clock: its inbounds, no prefix, nobody who may log in.
    #[must_use]
    pub fn new(now: Clock) -> Self {
        Self {
            admins: Vec::new(),
            inbounds: Inbound::recorded(),
            public_url_prefix: None,
            now,
            token_lifetime: TOKEN_LIFETIME,
            seed: 0,
            state_file: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("inbounds", &self.inbounds)
            .field("public_url_prefix", &self.public_url_prefix)
            .field("state_file", &self.state_file)
            .finish_non_exhaustive()
    }
}

/// The panel. Clones are the same panel.
#[derive(Clone)]
pub struct PanelStandIn {
    shared: Arc<Shared>,
}

struct Shared {
    options: Options,
    state: Mutex<State>,
    switchboard: Mutex<Switchboard>,
    /// Passwords that were changed since the start.
    passwords: Mutex<BTreeMap<String, String>>,
}

impl fmt::Debug for PanelStandIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PanelStandIn").field("options", &self.shared.options).finish_non_exhaustive()
    }
}

/// A thread that panics under one of these locks leaves whole values behind: the lock is good for the next one.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl PanelStandIn {
    /// A panel with the accounts of its state file, if there is one.
    ///
    /// # Errors
    /// [`StateError`] if that file is there and cannot be used.
    pub fn new(options: Options) -> Result<Self, StateError> {
        let kept = match &options.state_file {
            Some(path) => State::load(path)?,
            None => None,
        };
        let state = kept.unwrap_or_else(|| State::new(options.seed));
        let shared = Shared { options, state: Mutex::new(state), switchboard: Mutex::default(), passwords: Mutex::default() };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The panel's HTTP interface.
    pub fn router(&self) -> Router {
        http::router(self.clone())
    }

    /// All accounts in the order of their creation.
    #[must_use]
    pub fn users(&self) -> Vec<Account> {
        self.state().in_order().into_iter().cloned().collect()
    }

    /// One account.
    #[must_use]
    pub fn user(&self, username: &str) -> Option<Account> {
        self.state().accounts.get(username).cloned()
    }

    /// A fresh subscription link of an account.
    #[must_use]
    pub fn subscription_url(&self, username: &str) -> Option<String> {
        let state = &mut *self.state();
        let account = state.accounts.get(username).cloned()?;
        Some(render::subscription_url(&account, state, self.options()))
    }

    /// The account that a subscription link opens now, none where it has never worked or does no more.
    #[must_use]
    pub fn opened_by(&self, link: &str) -> Option<Account> {
        let (_, token) = link.rsplit_once('/')?;
        let state = self.state();
        subscription::find(token, &state.subscription_secret, |name| state.accounts.get(name)).cloned()
    }

    /// Lets `bytes` of traffic flow through an account, whatever its status, and looks at it as the review job does:
    /// an account on hold starts, one that has used its data is limited. Returns the account afterwards, none if there
    /// is no such account.
    pub fn use_traffic(&self, username: &str, bytes: i64) -> Option<Account> {
        self.mutate(|state, at| {
            let account = state.accounts.get_mut(username)?;
            account.record_traffic(bytes, at);
            account.review(at);
            if let Some(owner) = &account.owner {
                let usage = state.users_usage.entry(owner.clone()).or_default();
                *usage = usage.saturating_add(bytes);
            }
            Some(account.clone())
        })
    }

    /// One round of the review job (the panel has one every ten seconds): limits and ends take effect, accounts on hold
    /// start if they had traffic or waited too long.
    pub fn review(&self) {
        self.mutate(State::review);
    }

    /// Deletes an account behind the shop's back. Whether there was one.
    pub fn delete_out_of_band(&self, username: &str) -> bool {
        self.mutate(|state, _| state.accounts.remove(username).is_some())
    }

    /// Changes an admin's password: its tokens are void at once. The change does not outlive the process.
    pub fn change_password(&self, admin: &str, password: &str) {
        lock(&self.shared.passwords).insert(admin.to_owned(), password.to_owned());
        self.mutate(|state, _| state.void_tokens(admin));
    }

    /// Makes every token void; logging in again works.
    pub fn void_tokens(&self) {
        self.mutate(|state, _| {
            for admin in &self.options().admins {
                state.void_tokens(&admin.username);
            }
        });
    }

    /// Adds a fault. Of several that fit a request, the one added first hits it.
    pub fn fail(&self, fault: Fault) {
        self.switchboard().faults.push(fault);
    }

    /// Forgets the faults that were not used up.
    pub fn heal(&self) {
        self.switchboard().faults.clear();
    }

    /// Closes every connection without a reply until [`up`](Self::up).
    pub fn down(&self) {
        self.switchboard().is_down = true;
    }

    /// Ends [`down`](Self::down).
    pub fn up(&self) {
        self.switchboard().is_down = false;
    }

    /// What was asked, oldest first (the last hundred thousand calls).
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.switchboard().calls()
    }

    /// How many of the logged calls went to a route, whatever came of them.
    #[must_use]
    pub fn count(&self, route: impl Into<Route>) -> usize {
        self.switchboard().count(&route.into())
    }

    /// How often somebody tried to log in.
    #[must_use]
    pub fn logins(&self) -> usize {
        self.count("POST /api/admin/token")
    }

    /// Empties the log of calls.
    pub fn forget_calls(&self) {
        self.switchboard().forget_calls();
    }

    fn options(&self) -> &Options {
        &self.shared.options
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.shared.state)
    }

    fn switchboard(&self) -> MutexGuard<'_, Switchboard> {
        lock(&self.shared.switchboard)
    }

    fn password_of(&self, admin: &Admin) -> String {
        let changed = lock(&self.shared.passwords).get(&admin.username).cloned();
        changed.unwrap_or_else(|| admin.password.clone())
    }

    /// Runs a change at a moment of its own, and keeps the result. A state that cannot be written is reported and
    /// lives on in memory.
    fn mutate<T>(&self, change: impl FnOnce(&mut State, Micros) -> T) -> T {
        let state = &mut *self.state();
        let at = state.stamp((self.shared.options.now)());
        let result = change(state, at);
        if let Some(path) = &self.shared.options.state_file
            && let Err(error) = state.save(path)
        {
            tracing::error!(path = %path.display(), %error, "the panel stand-in cannot keep its accounts");
        }
        result
    }
}
