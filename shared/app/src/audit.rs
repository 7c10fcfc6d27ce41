//! What operators do leaves an entry in the transaction that does it, and where the request named itself, its answer too.

use domain::planted::{Bug, planted};
use std::{fmt, sync::Mutex};

use data_encoding::HEXLOWER;
use domain::{
    AuditEntryId, Timestamp,
    admin::{Actor, AuditEntry},
    time::Span,
};
use sha2::{Digest, Sha256};
use store::{CommitError, IdempotencyRecord, StoreError, Write};

use crate::App;

/// Who makes a change of an `E`, and what to answer when the same request comes again.
pub struct By<'a, E> {
    pub actor: Actor,
    keep: Option<Keep<'a, E>>,
}

/// The answer that is kept with a change: made of what was changed, as it stands after the change.
pub struct Keep<'a, E> {
    pub request: &'a RequestName,
    pub answer: &'a (dyn Fn(&E) -> Answer + Send + Sync),
    /// Says afterwards whether it was kept.
    pub kept: &'a Kept,
}

/// The name that a request was given by whoever sent it: the same request again has it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestName {
    /// Who sent it: the names of different senders do not meet.
    pub scope: String,
    pub name: String,
    /// What it asks for, as a digest: the same name for something else is a mistake.
    pub digest: String,
}

impl RequestName {
    /// `parts`: all that makes two requests the same.
    pub fn new(sender: &Actor, name: &str, parts: &[&[u8]]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            digest.update(part);
        }
        Self { scope: sender.to_string(), name: name.to_owned(), digest: HEXLOWER.encode(&digest.finalize()) }
    }
}

/// What a request was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    pub body: String,
}

/// Holds the answer that a commit kept.
#[derive(Debug, Default)]
pub struct Kept(Mutex<Option<Answer>>);

impl Kept {
    pub fn answer(&self) -> Option<Answer> {
        self.0.lock().ok().and_then(|answer| answer.clone())
    }
}

impl<'a, E> By<'a, E> {
    pub const fn new(actor: Actor, keep: Option<Keep<'a, E>>) -> Self {
        Self { actor, keep }
    }

    /// What the request that makes it was named.
    pub fn request(&self) -> Option<&'a RequestName> {
        self.keep.as_ref().map(|keep| keep.request)
    }
}

impl<E> fmt::Debug for By<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("By").field("actor", &self.actor).field("request", &self.keep.as_ref().map(|keep| keep.request)).finish()
    }
}
impl<E> fmt::Debug for Keep<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keep").field("request", self.request).finish_non_exhaustive()
    }
}

impl<E> From<Actor> for By<'_, E> {
    fn from(actor: Actor) -> Self {
        Self::new(actor, None)
    }
}
impl<E> From<&Actor> for By<'_, E> {
    fn from(actor: &Actor) -> Self {
        actor.clone().into()
    }
}

/// A change by an operator, about to be made.
#[derive(Debug)]
pub struct Change<'a, E> {
    by: &'a By<'a, E>,
    /// A verb: `ban`, `approve`, `create`.
    action: &'static str,
    /// What kind of thing: `user`, `order`, `product`.
    entity: &'static str,
    /// Which, by its public name.
    id: String,
    /// JSON of what differs.
    before: Option<String>,
    after: Option<String>,
}

impl<'a, E> Change<'a, E> {
    pub fn new(by: &'a By<'a, E>, action: &'static str, entity: &'static str, id: impl Into<String>) -> Self {
        Self { by, action, entity, id: id.into(), before: None, after: None }
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

    pub const fn actor(&self) -> &Actor {
        &self.by.actor
    }

    /// The commit that held [`App::traces`] of `result` succeeded.
    pub(crate) fn committed(&self, result: &E) {
        if let Some(keep) = &self.by.keep
            && let Ok(mut kept) = keep.kept.0.lock()
        {
            *kept = Some((keep.answer)(result));
        }
    }
}

/// How long an answer is kept at least.
const ANSWERS_KEPT: Span = Span::hours(24);

impl App {
    /// What a change leaves behind, to be committed with it: its audit entry and, where asked for, the answer of `result`, the changed thing.
    pub(crate) fn traces<E>(&self, change: &Change<'_, E>, result: &E, now: Timestamp) -> Result<Vec<Write>, StoreError> {
        let entry = AuditEntry {
            id: AuditEntryId::new(self.seams.ulid(now)),
            at: now,
            actor: change.by.actor.clone(),
            action: change.action.to_owned(),
            entity: change.entity.to_owned(),
            entity_id: change.id.clone(),
            before: change.before.clone(),
            after: change.after.clone(),
        };
        let mut writes = vec![Write::create(&entry)?];
        if planted(Bug::AuditForgotten) {
            writes.clear();
        }
        if let Some(keep) = change.by.keep.as_ref().filter(|_| !planted(Bug::IdempotencyForgotten)) {
            writes.push(Write::create(&record(keep.request, (keep.answer)(result), now))?);
        }
        Ok(writes)
    }

    /// Commits `writes` with the traces of the change that they make.
    pub(crate) async fn commit_change<E>(&self, change: &Change<'_, E>, result: &E, mut writes: Vec<Write>) -> Result<(), CommitError> {
        writes.extend(self.traces(change, result, self.now())?);
        self.store.commit(&self.seams.nonce(), writes).await?;
        change.committed(result);
        Ok(())
    }

    /// The answer that a request of this name got before, whatever it asked for.
    pub async fn kept_answer(&self, request: &RequestName) -> Result<Option<KeptAnswer>, StoreError> {
        if planted(Bug::IdempotencyForgotten) {
            return Ok(None);
        }
        let record = self.store.idempotency_record(&request.scope, &request.name).await?;
        Ok(record.map(|record| KeptAnswer {
            same_request: record.request == request.digest,
            answer: Answer { status: record.status, body: record.body },
        }))
    }

    /// Keeps an answer outside of a change's transaction: of a request that found nothing to change, or whose answer came to say more than
    /// when it was committed (`instead` of that one). An answer of somebody else is left as it is.
    pub async fn keep_answer(&self, request: &RequestName, answer: Answer, instead: bool) -> Result<(), StoreError> {
        let record = record(request, answer, self.now());
        let write = if instead { Write::put(&record)? } else { Write::create(&record)? };
        match self.store.commit(&self.seams.nonce(), vec![write]).await {
            Ok(()) | Err(CommitError::Refused { .. }) => Ok(()),
            Err(CommitError::Store(error)) => Err(error),
        }
    }
}

/// An answer of an earlier request with the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Whether that request asked for the same.
    pub same_request: bool,
    pub answer: Answer,
}

fn record(request: &RequestName, answer: Answer, now: Timestamp) -> IdempotencyRecord {
    IdempotencyRecord {
        scope: request.scope.clone(),
        name: request.name.clone(),
        request: request.digest.clone(),
        status: answer.status,
        body: answer.body,
        until: now.plus(ANSWERS_KEPT),
    }
}
