//! What is owed: finding it by due time, and taking it.

use aws_sdk_dynamodb::{
    operation::update_item::UpdateItemError,
    types::{ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use domain::{
    Timestamp,
    duty::{Duty, LEASE, Urgency},
};

use crate::{
    Cursor, Entity, ListError, Page, Store, StoreError,
    commit::written_by,
    cursor::Position,
    item::{PARKED, REVIEW, UNAPPLIED, from_item, number, primary, queue, text},
    keys::{Key, Owner, SHARDS, owner},
    list::MAX_LIMIT,
    schema,
};

/// A queue of the `work` index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// One shard of an urgency: what the jobs work off.
    Due(Urgency, u8),
    /// Orders with a receipt that waits for a decision, by the time at which the operators are reminded.
    Review,
    /// Payments that pay no order: those that the operators are to be told of, by the time at which they are, and behind them all that they know of.
    Unapplied,
    /// What waits for an operator.
    Parked,
}

impl Queue {
    /// Every queue of an urgency.
    pub fn of(urgency: Urgency) -> impl Iterator<Item = Self> {
        let others = [Self::Review, Self::Unapplied].into_iter().filter(move |_| urgency == Urgency::Promise);
        (0..SHARDS).map(move |shard| Self::Due(urgency, shard)).chain(others)
    }

    pub(crate) fn partition(self) -> String {
        match self {
            Self::Due(urgency, shard) => queue(urgency.name(), shard),
            Self::Review => REVIEW.to_owned(),
            Self::Unapplied => UNAPPLIED.to_owned(),
            Self::Parked => PARKED.to_owned(),
        }
    }
}

/// An entry of a queue. The index may be behind: only taking it says that it is still owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueWork {
    pub owner: Owner,
    pub duty: Option<Duty>,
    pub due_at: Timestamp,
}

impl Store {
    /// What stands in a queue and is due at `until`, the longest due first, and where to go on.
    pub async fn due(&self, queue: Queue, until: Timestamp, cursor: Option<&Cursor>, limit: u8) -> Result<Page<DueWork>, ListError> {
        self.queued(queue, Some(until), cursor, limit).await
    }

    /// Payments that wait for an operator's word, the last to arrive first, those that the operators were not told of yet at the end.
    pub async fn undecided(&self, cursor: Option<&Cursor>, limit: u8) -> Result<Page<DueWork>, ListError> {
        self.queued(Queue::Unapplied, None, cursor, limit).await
    }

    /// A page of a queue: what is due at `until`, or all of it from its end.
    async fn queued(&self, queue: Queue, until: Option<Timestamp>, cursor: Option<&Cursor>, limit: u8) -> Result<Page<DueWork>, ListError> {
        let partition = queue.partition();
        let start = match cursor.map(|cursor| cursor.on_index(schema::WORK)) {
            None => None,
            Some((Some(of), start)) if of == partition => start,
            Some(_) => return Err(crate::InvalidCursor.into()),
        };
        let mut request = self
            .client
            .query()
            .table_name(&*self.table)
            .index_name(schema::WORK.name)
            .key_condition_expression("#partition = :partition")
            .expression_attribute_names("#partition", schema::WORK.partition)
            .expression_attribute_values(":partition", text(partition))
            .scan_index_forward(until.is_some())
            .limit(i32::from(limit.clamp(1, MAX_LIMIT)))
            .set_exclusive_start_key(start);
        if let Some(until) = until {
            request = request
                .key_condition_expression("#partition = :partition AND #due <= :until")
                .expression_attribute_names("#due", schema::WORK.sort)
                .expression_attribute_values(":until", text(until.to_string()));
        }
        let answer = request.send().await.map_err(|error| ListError::of_query(StoreError::of_sdk(error), cursor.is_some()))?;
        let next = answer.last_evaluated_key.as_ref().and_then(|key| Position::of_index_key(key, schema::WORK)).map(Cursor::new);
        let part = |item: &crate::item::Item, name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
        let mut items = Vec::new();
        for item in answer.items.unwrap_or_default() {
            let (pk, sk) = (part(&item, schema::PK), part(&item, schema::SK));
            let Some(owner) = owner(&pk, &sk) else {
                tracing::warn!(item.key = %format!("{pk}|{sk}"), "an item owes work but is of no kind that can");
                continue;
            };
            let duty = Duty::ALL.into_iter().find(|duty| duty.name() == part(&item, schema::DUTY));
            let due_at = part(&item, schema::WORK.sort).parse().unwrap_or(Timestamp::EPOCH);
            items.push(DueWork { owner, duty, due_at });
        }
        Ok(Page { items, next })
    }

    /// Takes a duty for [`LEASE`]: one conditional update that moves its due time and raises the fence. `None`: it is not owed (any more), not due
    /// yet, parked, or another worker has it. `nonce` names this try.
    pub async fn take<E: Entity>(&self, key: &Key, nonce: &str, now: Timestamp) -> Result<Option<E>, StoreError> {
        let request = self
            .client
            .update_item()
            .table_name(&*self.table)
            .set_key(Some(primary(key)))
            .update_expression("SET #due = :lease, #nonce = :nonce ADD #fence :one, #tries :one, #version :one")
            .condition_expression("attribute_exists(#shard) AND attribute_exists(#duty) AND attribute_not_exists(#parked) AND #due <= :now")
            .expression_attribute_names("#due", schema::WORK.sort)
            .expression_attribute_names("#shard", schema::WORK.partition)
            .expression_attribute_names("#duty", schema::DUTY)
            .expression_attribute_names("#parked", "parked")
            .expression_attribute_names("#fence", "fence")
            .expression_attribute_names("#tries", "tries")
            .expression_attribute_names("#version", schema::VERSION)
            .expression_attribute_names("#nonce", schema::NONCE)
            .expression_attribute_values(":lease", text(now.plus(LEASE).to_string()))
            .expression_attribute_values(":now", text(now.to_string()))
            .expression_attribute_values(":nonce", text(nonce))
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let mut tries = 0;
        loop {
            tries += 1;
            let error = match request.clone().send().await {
                Ok(answer) => return answer.attributes.map(from_item).transpose(),
                Err(error) => error,
            };
            match error.as_service_error() {
                // Our own write, whose answer was lost: the lease is ours.
                Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                    return refused.item.clone().filter(|item| written_by(item, nonce)).map(from_item).transpose();
                }
                Some(UpdateItemError::TransactionConflictException(_)) => self.after_conflict(tries).await?,
                _ => return Err(StoreError::of_sdk(error)),
            }
        }
    }
}
