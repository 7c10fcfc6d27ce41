//! `cargo run -- adopt FILE.csv`: gives customers the accounts that they have on the panel, as they are. The panel is only read.

use std::{collections::BTreeMap, path::Path, time::Duration};

use app::{
    App, AppError,
    adopt::{Adopted, Adoption},
    operate::OperateError,
};
use clients::panel::{Account, PanelError};
use domain::{SubscriptionName, TelegramUserId, admin::Actor};
use thiserror::Error;

use crate::report::Report;

/// Accounts that the panel is asked for at once.
const BATCH: usize = 50;
const PANEL_TIMEOUT: Duration = Duration::from_secs(20);
const KIND: &str = "subscriptions";

/// Why nothing more was adopted. What was is there: the next run goes on.
#[derive(Debug, Error)]
pub enum AdoptError {
    #[error("the file cannot be read: {0}")]
    Csv(#[from] csv::Error),
    #[error("the file needs the columns username and telegram_id")]
    Columns,
}

/// An account to be adopted.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub name: SubscriptionName,
    pub adoption: Adoption,
}

/// Reads whose accounts are whose: a CSV with the columns `username` and `telegram_id`. Where the latter is empty, the names that the original gives
/// tell (`test<id>`, `Prize_<id>`).
///
/// # Errors
/// It is no such file.
pub fn read(file: &Path) -> Result<Vec<(String, String)>, AdoptError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_path(file)?;
    let position = |headers: &csv::StringRecord, name: &str| headers.iter().position(|header| header.eq_ignore_ascii_case(name));
    let headers = reader.headers()?.clone();
    let username = position(&headers, "username").ok_or(AdoptError::Columns)?;
    let telegram_id = position(&headers, "telegram_id").ok_or(AdoptError::Columns)?;
    let mut pairs = Vec::new();
    for record in reader.records() {
        let record = record?;
        let value = |position: usize| record.get(position).unwrap_or_default().to_owned();
        pairs.push((value(username), value(telegram_id)));
    }
    Ok(pairs)
}

/// Adopts each account for its customer, and says which were and which were not. `dry_run`: says what would be, and writes nothing.
///
/// # Errors
/// The table does not take what it is given. A panel that does not answer is none: its accounts are in the report as skipped.
pub async fn adopt_pairs(app: &App, pairs: &[(String, String)], dry_run: bool) -> Result<Report, AppError> {
    let mut report = Report::new(dry_run);
    let mut wanted = BTreeMap::<String, Wanted>::new();
    for (username, telegram_id) in pairs {
        let Ok(name) = username.parse::<SubscriptionName>() else {
            report.skip(KIND, username, "it is no name that a panel has");
            continue;
        };
        let said = if telegram_id.is_empty() { said_by_name(username) } else { telegram_id.parse().ok() };
        let Some(customer) = said else {
            report.skip(KIND, username, "whose it is is not said by a Telegram id");
            continue;
        };
        let adoption = Adoption { customer, order: None, since: app.now() };
        match wanted.get(&username.to_ascii_lowercase()) {
            Some(other) if other.adoption.customer == customer => {}
            Some(other) => report.skip(KIND, username, format!("the file gives it to {} too", other.adoption.customer)),
            None => drop(wanted.insert(username.to_ascii_lowercase(), Wanted { name, adoption })),
        }
    }
    adopt(app, wanted.into_values().collect(), KIND, &mut report).await?;
    Ok(report)
}

/// What the original calls accounts that no order of it made.
fn said_by_name(username: &str) -> Option<TelegramUserId> {
    ["test", "Prize_", "prize_"].into_iter().find_map(|prefix| username.strip_prefix(prefix)).and_then(|id| id.parse().ok())
}

/// Looks for accounts on the panel, a list at a time, and adopts those that are there.
pub(crate) async fn adopt(app: &App, wanted: Vec<Wanted>, kind: &'static str, report: &mut Report) -> Result<(), AppError> {
    let mut left = Vec::new();
    for wanted in wanted {
        // What is there already needs no panel.
        match app.has_account(wanted.adoption.customer, &wanted.name).await {
            Ok(Some(_)) => report.put(kind, false),
            Ok(None) => left.push(wanted),
            Err(error) => refused(kind, &wanted.name, error, report)?,
        }
    }
    for batch in left.chunks(BATCH) {
        for (Wanted { name, adoption }, found) in batch.iter().zip(look_up(app, batch).await) {
            let account = match found {
                Ok(Some(account)) => account,
                Ok(None) => {
                    report.skip(kind, name, "the panel has no such account");
                    continue;
                }
                Err(error) => {
                    report.skip(kind, name, format!("{error}: run it again"));
                    continue;
                }
            };
            let adopted = if report.dry_run {
                app.adoptable(&account, adoption.customer).await.map(|held| held.is_none())
            } else {
                app.adopt(&account, adoption, &Actor::Bootstrap).await.map(|adopted| matches!(adopted, Adopted::Now(_)))
            };
            match adopted {
                Ok(new) => report.put(kind, new),
                Err(error) => refused(kind, name, error, report)?,
            }
        }
    }
    Ok(())
}

/// Only a table that does not answer ends the run.
fn refused(kind: &'static str, name: &SubscriptionName, error: OperateError, report: &mut Report) -> Result<(), AppError> {
    match error {
        OperateError::App(error) => Err(error),
        error => {
            report.skip(kind, name, error);
            Ok(())
        }
    }
}

/// What the panel has under each of these names, in their order: by one list, or one by one where one of them spoils it.
async fn look_up(app: &App, batch: &[Wanted]) -> Vec<Result<Option<Account>, PanelError>> {
    let names: Vec<&SubscriptionName> = batch.iter().map(|wanted| &wanted.name).collect();
    let is = |account: &Account, name: &SubscriptionName| account.name.as_str().eq_ignore_ascii_case(name.as_str());
    let error = match app.panel.accounts(&names, app.now(), PANEL_TIMEOUT).await {
        Ok(accounts) => return names.iter().map(|name| Ok(accounts.iter().find(|account| is(account, name)).cloned())).collect(),
        Err(error) => error,
    };
    if error != (PanelError::Unavailable { status: 500 }) {
        return names.iter().map(|_| Err(error.clone())).collect();
    }
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        found.push(match app.panel.account(name, app.now(), PANEL_TIMEOUT).await {
            Err(PanelError::NotFound) => Ok(None),
            found => found,
        });
    }
    found
}
