//! A shop whose table is elsewhere, without its functions: what writes into it from this machine does so with the shop's own rules.

use std::collections::BTreeMap;

use app::{App, StartError, config::Environment, seams::Seams};
use store::StoreError;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum ElsewhereError {
    #[error("set {0}: the table is reached by the credentials in the environment")]
    Credentials(&'static str),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("the table {0} cannot be read")]
    Table(String, #[source] StoreError),
}

/// The shop that has this table, as its settings say. It serves nobody.
///
/// # Errors
/// A setting is not there, or the table does not answer.
pub async fn elsewhere(table: &str, mut settings: BTreeMap<String, String>) -> Result<App, ElsewhereError> {
    let engine = ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"].iter().any(|name| settings.contains_key(*name));
    if !engine && let Some(missing) = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].into_iter().find(|name| !settings.contains_key(*name))
    {
        return Err(ElsewhereError::Credentials(missing));
    }
    settings.insert("TABLE_NAME".to_owned(), table.to_owned());
    // Nobody is told anything and nothing is received.
    for (name, unused) in [("PUBLIC_URL", "https://shop.invalid"), ("TELEGRAM_WEBHOOK_SECRET", "unused")] {
        settings.entry(name.to_owned()).or_insert_with(|| unused.to_owned());
    }
    let app = app::start(Environment::new(settings), Seams::system()).await?;
    app.store.ping().await.map_err(|error| ElsewhereError::Table(table.to_owned(), error))?;
    Ok(app)
}
