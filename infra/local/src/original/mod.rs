//! `cargo run -- import-django PATH`: brings the customers of the original Django shop into this one.
//!
//! Rows become entities under keys that are made of the rows, and each is put only where nothing is: so it can be run again, after a crash or a day
//! later, and nothing that a customer did here since is overwritten.

mod plan;
mod tables;

use app::{App, AppError, operate::OperateError};
use domain::{
    AuditEntryId, Currency,
    admin::{Actor, AuditEntry},
};
use store::{CommitError, ListError, StoreError, Write};
use thiserror::Error;

use self::plan::{CODES, ORDERS, PRODUCTS, REFERRALS, SUBSCRIPTIONS, USERS, plan};
pub use self::tables::{Row, SourceError, Tables};
use crate::{
    adopt::{Wanted, adopt},
    report::{Count, Report},
};

/// What the history calls it.
const ENTITY: &str = "shop";
const ORIGINAL: &str = "original";

/// Why nothing more was moved. What was is there: the next run goes on.
#[derive(Debug, Error)]
pub enum ImportError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("the original's prices are in Toman: set base_currency to IRT before (it is {0})")]
    Currency(Currency),
    #[error("the table: {0}")]
    Table(#[from] StoreError),
    #[error("the history: {0}")]
    History(#[from] ListError),
    #[error(transparent)]
    App(#[from] AppError),
    #[error(transparent)]
    Operate(#[from] OperateError),
}

/// Moves everything that can be moved, and says what was and what was not. `dry_run`: says what would be, and writes nothing.
///
/// # Errors
/// The table does not take what it is given. A panel that does not answer is none: its accounts are in the report as skipped.
pub async fn import(app: &App, tables: &Tables, dry_run: bool) -> Result<Report, ImportError> {
    let shop = app.shop().await?;
    if shop.settings.base_currency != Currency::Irt {
        return Err(ImportError::Currency(shop.settings.base_currency));
    }
    let mut report = Report::new(dry_run);
    let plan = plan(tables, &app.names, shop.settings.order_window(), app.now(), &mut report);
    for product in &plan.products {
        let new = if dry_run {
            app.store.product(&product.id).await?.is_none()
        } else {
            match app.create_product(product, &Actor::Bootstrap).await {
                Ok(()) => true,
                Err(OperateError::Exists) => false,
                Err(error) => return Err(error.into()),
            }
        };
        report.put(PRODUCTS, new);
    }
    for code in &plan.codes {
        let new = if dry_run { app.store.discount_code(&code.name).await?.is_none() } else { put(app, vec![Write::create(code)?]).await? };
        report.put(CODES, new);
    }
    for (user, referral) in &plan.users {
        let new = if dry_run {
            app.store.user(user.id).await?.is_none()
        } else {
            let mut writes = vec![Write::create(user)?];
            if let Some(referral) = referral {
                writes.push(Write::create(referral)?);
                writes.push(Write::count_moved(referral.inviter, referral.has_received_prize()));
            }
            put(app, writes).await?
        };
        report.put(USERS, new);
        if let Some(referral) = referral {
            let there = new || app.store.referral(referral.inviter, referral.invitee).await?.is_some();
            if there {
                report.put(REFERRALS, new);
            } else {
                report.skip(REFERRALS, format!("{} by {}", referral.invitee, referral.inviter), "the user is in this shop by himself");
            }
        }
    }
    for order in &plan.orders {
        let new = if dry_run { app.store.order(order.id).await?.is_none() } else { put(app, vec![Write::create(order)?]).await? };
        report.put(ORDERS, new);
    }
    let wanted = plan.accounts.into_iter().map(|(name, adoption)| Wanted { name, adoption }).collect();
    adopt(app, wanted, SUBSCRIPTIONS, &mut report).await?;
    let brought = |pick: fn(&Count) -> u32| report.counts.values().any(|count| pick(count) > 0);
    // A run that died may have brought all without a word.
    if !dry_run && (brought(|count| count.new) || brought(|count| count.already_there) && !told(app).await?) {
        put(app, vec![Write::create(&entry(app, &report))?]).await?;
    }
    Ok(report)
}

/// Whether the history has an entry for it.
async fn told(app: &App) -> Result<bool, ImportError> {
    Ok(!app.store.list_audit(ENTITY, ORIGINAL, None, 1, app.now()).await?.items.is_empty())
}

/// One entry in the history for what a run brought: its things have no operator each.
fn entry(app: &App, report: &Report) -> AuditEntry {
    let now = app.now();
    AuditEntry {
        id: AuditEntryId::new(app.seams().ulid(now)),
        at: now,
        actor: Actor::Bootstrap,
        action: "import".to_owned(),
        entity: ENTITY.to_owned(),
        entity_id: ORIGINAL.to_owned(),
        before: None,
        after: serde_json::to_string(&report.counts).ok(),
    }
}

/// Puts what is not there yet, all or nothing. `false`: the first of it is there.
async fn put(app: &App, writes: Vec<Write>) -> Result<bool, StoreError> {
    match app.store.commit(&app.seams().nonce(), writes).await {
        Ok(()) => Ok(true),
        Err(CommitError::Refused { .. }) => Ok(false),
        Err(CommitError::Store(error)) => Err(error),
    }
}
