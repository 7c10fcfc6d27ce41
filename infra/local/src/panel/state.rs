//! What the panel keeps: accounts and secrets, in memory and (if wanted) in one file.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::accounts::{Account, Status};
use super::moment::{Micros, SECOND};
use super::random::Random;
use super::request::Draft;

/// Why the kept state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file is there and cannot be read.
    #[error("the panel stand-in cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not what the stand-in writes.
    #[error("{path} does not hold the state of the panel stand-in; remove it to start without accounts")]
    Parse {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) accounts: BTreeMap<String, Account>,
    next_id: u64,
    pub(super) random: Random,
    token_secret: String,
    pub(super) subscription_secret: String,
    /// How often an admin's tokens were made void.
    token_epochs: BTreeMap<String, u64>,
    /// Traffic of an admin's accounts, bytes.
    pub(super) users_usage: BTreeMap<String, i64>,
    last_stamp: Micros,
}

impl State {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        Self {
            accounts: BTreeMap::new(),
            next_id: 1,
            token_secret: random.secret(),
            subscription_secret: random.secret(),
            random,
            token_epochs: BTreeMap::new(),
            users_usage: BTreeMap::new(),
            last_stamp: 0,
        }
    }

    /// The state in the file; none if there is no file.
    pub(super) fn load(path: &Path) -> Result<Option<Self>, StateError> {
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                return Err(StateError::Read { path: path.to_owned(), source });
            }
        };
        serde_json::from_slice(&text).map(Some).map_err(|source| StateError::Parse { path: path.to_owned(), source })
    }

    /// Replaces the file as a whole, so that a process that dies leaves the old one or the new one.
    pub(super) fn save(&self, path: &Path) -> io::Result<()> {
        let draft = path.with_extension("new");
        std::fs::write(&draft, serde_json::to_vec_pretty(self)?)?;
        std::fs::rename(&draft, path)
    }

    /// A moment in the second `now`, later than the last one given for that second and never on the full second:
    /// the panel's clock has microseconds, and rules that compare a token's rounded time with it depend on that.
    pub(super) fn stamp(&mut self, now: i64) -> Micros {
        let second = now.saturating_mul(SECOND);
        let is_same_second = self.last_stamp.div_euclid(SECOND) == now;
        let base = if is_same_second { self.last_stamp } else { second };
        self.last_stamp = base.saturating_add(1);
        self.last_stamp
    }

    /// Stores a new account under its name.
    pub(super) fn insert(&mut self, draft: Draft, owner: Option<String>, at: Micros) -> Account {
        let account = Account::create(self.next_id, draft, owner, at, &mut self.random);
        self.next_id = self.next_id.saturating_add(1);
        self.accounts.insert(account.username.clone(), account.clone());
        account
    }

    /// Accounts in the order of their creation, which is the panel's when it is asked for none.
    pub(super) fn in_order(&self) -> Vec<&Account> {
        let mut accounts: Vec<&Account> = self.accounts.values().collect();
        accounts.sort_by_key(|account| account.id);
        accounts
    }

    /// The key that signs an admin's tokens.
    pub(super) fn token_key(&self, admin: &str) -> String {
        let epoch = self.token_epochs.get(admin).copied().unwrap_or_default();
        format!("{}:{admin}:{epoch}", self.token_secret)
    }

    /// Makes every token of an admin void, as a change of its password does.
    pub(super) fn void_tokens(&mut self, admin: &str) {
        let epoch = self.token_epochs.entry(admin.to_owned()).or_default();
        *epoch = epoch.saturating_add(1);
    }

    /// The review job's round: first the active accounts, then those on hold, each in the order of their creation. It
    /// dies at the first active account with an end that no date can hold, and nothing after that is looked at.
    pub(super) fn review(&mut self, at: Micros) {
        for round in [Status::Active, Status::OnHold] {
            let of_round = self.accounts.values_mut().filter(|account| account.status == round);
            let mut accounts: Vec<&mut Account> = of_round.collect();
            accounts.sort_by_key(|account| account.id);
            for account in accounts {
                if account.has_unreadable_date() {
                    tracing::warn!(username = account.username, "the review stops: no date can hold this end");
                    return;
                }
                account.review(at);
            }
        }
    }
}
