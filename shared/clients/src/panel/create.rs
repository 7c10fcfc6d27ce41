//! Create-or-get: the one way to make an account.

use std::time::Duration;

use domain::{
    Timestamp,
    planted::{Bug, planted},
    subscription::{ProvisioningSpec, Validity},
};
use http::Method;
use serde_json::{Value, json};

use super::{Account, Deadline, Panel, PanelError, inbounds};

/// The longest note, in characters.
const MAX_NOTE: usize = 500;

/// The longest span from the first use: a century. A time after the year 9999 would be stored and never be shown again.
const MAX_SECONDS: i64 = 3_153_600_000;

impl Panel {
    /// The account of `spec`, made now or before. The same spec can be given any number of times, also after any failure.
    ///
    /// The panel finishes a request whose client is gone, answers 409 for more than taken names, and may commit what it answers with 500.
    /// So after anything but a clear answer it is asked for the account, which is ours if it carries our note. Where there is none,
    /// nothing is sent a second time here: the panel may still be working on the first request.
    pub async fn ensure_account(&self, spec: &ProvisioningSpec, now: Timestamp, timeout: Duration) -> Result<Account, PanelError> {
        let deadline = Deadline::after(timeout);
        check(spec)?;
        let protocols = self.shared.inbounds.protocols(self, now, deadline).await?;
        match self.create(spec, &protocols, now, deadline.halfway()).await {
            Err(refusal @ PanelError::Rejected { status: 400 | 422, .. }) => {
                // Refused before anything was stored. The panel may have other protocols than when it was asked.
                match self.shared.inbounds.changed(&protocols, self, now, deadline).await? {
                    Some(protocols) => {
                        let made = self.create(spec, &protocols, now, deadline.halfway()).await;
                        self.settle(made, spec, now, deadline).await
                    }
                    None => Err(refusal),
                }
            }
            made => self.settle(made, spec, now, deadline).await,
        }
    }

    async fn create(
        &self,
        spec: &ProvisioningSpec,
        protocols: &[String],
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<Account, PanelError> {
        let answer = self.call(Method::POST, self.url("/api/user")?, Some(&body(spec, protocols)), now, deadline).await?;
        match answer.status.as_u16() {
            200 | 201 => Account::read(&answer.body, &self.shared.link_prefix),
            // No account is missing where one is made: the panel is not (yet) where it should be.
            404 => Err(PanelError::Unavailable { status: 404 }),
            _ => Err(PanelError::of(&answer)),
        }
    }

    /// Turns an unclear answer into a clear one by looking.
    async fn settle(
        &self,
        made: Result<Account, PanelError>,
        spec: &ProvisioningSpec,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<Account, PanelError> {
        let conflict = matches!(made, Err(PanelError::Rejected { status: 409, .. }));
        match made {
            Err(error) if (conflict || error.outcome_is_unknown()) && !planted(Bug::LookSkipped) => {
                match self.read_account(&spec.name, now, deadline).await? {
                    Some(account) if account.note.as_deref() == Some(spec.note.as_str()) => Ok(account),
                    Some(_) => Err(PanelError::NameTaken),
                    None => {
                        if conflict {
                            tracing::error!(name = %spec.name, "the panel says that the account exists, and that it does not");
                        }
                        Err(PanelError::Unsettled)
                    }
                }
            }
            made => made,
        }
    }
}

fn check(spec: &ProvisioningSpec) -> Result<(), PanelError> {
    if spec.note.is_empty() || spec.note.chars().count() > MAX_NOTE {
        return Err(PanelError::OutOfRange("the note has 1 to 500 characters"));
    }
    check_data_limit(spec.data_limit)?;
    match spec.validity {
        Validity::FromFirstUse(span) if !(1..=MAX_SECONDS).contains(&span.as_seconds()) => {
            Err(PanelError::OutOfRange("the duration is between a second and a century"))
        }
        Validity::FromFirstUse(_) | Validity::Unlimited => Ok(()),
    }
}

/// The panel reads 0 as unlimited and stores no more than 63 bits.
pub(super) fn check_data_limit(bytes: Option<u64>) -> Result<(), PanelError> {
    match bytes {
        Some(bytes) if bytes == 0 || i64::try_from(bytes).is_err() => {
            Err(PanelError::OutOfRange("the data limit is between 1 and 2^63 - 1 bytes"))
        }
        Some(_) | None => Ok(()),
    }
}

/// `expire` never stands here: an account on hold has none, and an unlimited one has none either.
fn body(spec: &ProvisioningSpec, protocols: &[String]) -> Value {
    let (proxies, inbounds) = inbounds::payload(protocols);
    let mut body = json!({
        "username": spec.name,
        "proxies": proxies,
        "inbounds": inbounds,
        "data_limit_reset_strategy": "no_reset",
        "note": spec.note,
    });
    if let Value::Object(fields) = &mut body {
        if let Some(bytes) = spec.data_limit {
            fields.insert("data_limit".to_owned(), bytes.into());
        }
        match spec.validity {
            Validity::Unlimited => {
                fields.insert("status".to_owned(), "active".into());
            }
            Validity::FromFirstUse(span) => {
                fields.insert("status".to_owned(), "on_hold".into());
                fields.insert("on_hold_expire_duration".to_owned(), span.as_seconds().into());
            }
        }
    }
    body
}
