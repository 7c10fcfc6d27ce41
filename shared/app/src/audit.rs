//! What operators do leaves an entry in the transaction that does it.

use domain::{
    AuditEntryId, Timestamp,
    admin::{Actor, AuditEntry},
};
use store::{StoreError, Write};

use crate::App;

/// A change by an operator, about to be made.
#[derive(Debug, Clone)]
pub struct Change {
    pub actor: Actor,
    /// A verb: `ban`, `approve`, `create`.
    pub action: &'static str,
    /// What kind of thing: `user`, `order`, `product`.
    pub entity: &'static str,
    /// Which, by its public name.
    pub id: String,
    /// JSON of what differs.
    pub before: Option<String>,
    pub after: Option<String>,
}

impl Change {
    pub fn new(actor: Actor, action: &'static str, entity: &'static str, id: impl Into<String>) -> Self {
        Self { actor, action, entity, id: id.into(), before: None, after: None }
    }

    #[must_use]
    pub fn from(mut self, before: impl Into<String>) -> Self {
        self.before = Some(before.into());
        self
    }

    #[must_use]
    pub fn to(mut self, after: impl Into<String>) -> Self {
        self.after = Some(after.into());
        self
    }
}

impl App {
    /// The audit entry of a change, to be committed with it.
    pub fn audit(&self, change: &Change, now: Timestamp) -> Result<Write, StoreError> {
        Write::create(&AuditEntry {
            id: AuditEntryId::new(self.seams.ulid(now)),
            at: now,
            actor: change.actor.clone(),
            action: change.action.to_owned(),
            entity: change.entity.to_owned(),
            entity_id: change.id.clone(),
            before: change.before.clone(),
            after: change.after.clone(),
        })
    }
}
