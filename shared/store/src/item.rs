//! Aggregates as items and back.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Timestamp,
    duty::{Duty, Work},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    StoreError,
    keys::{Key, ListKey, shard_of},
    schema,
};

pub(crate) type Item = HashMap<String, AttributeValue>;

/// An aggregate that the table keeps.
pub trait Entity: Serialize + DeserializeOwned {
    const TYPE: &'static str;
    /// Raised when the stored form changes in a way that readers must know of.
    const SCHEMA: u32 = 1;

    fn key(&self) -> Key;
    /// Its place on the `list` index.
    fn list(&self) -> Option<ListKey> {
        None
    }
    /// What lists filter by, besides `status`.
    fn summary(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
    /// What it owes, which decides its place on the `work` index.
    fn work(&self) -> Option<&Work> {
        None
    }
    /// Since when it waits for an operator's word while it owes nothing: it stands among its like on the `work` index then.
    fn undecided_since(&self) -> Option<Timestamp> {
        None
    }
    /// When DynamoDB may delete it.
    fn expires(&self) -> Option<Timestamp> {
        None
    }
    /// A field that the key says already, and what it says: it is not stored a second time.
    fn said_by_key(_key: &Key) -> Option<(&'static str, AttributeValue)> {
        None
    }
    /// The version as read, for what is written by version.
    fn version_mut(&mut self) -> Option<&mut u64> {
        None
    }
}

/// The partition of the `work` index for what `work` owes.
pub(crate) fn work_shard(key: &Key, work: &Work) -> Option<String> {
    let duty = work.duty?;
    if work.parked.is_some() {
        return Some(PARKED.to_owned());
    }
    Some(match duty {
        Duty::Review => REVIEW.to_owned(),
        Duty::Alert => UNAPPLIED.to_owned(),
        duty => queue(duty.urgency().name(), shard_of(key)),
    })
}

pub(crate) const PARKED: &str = "parked";
/// Receipts that wait for a decision.
pub(crate) const REVIEW: &str = "review";
/// Money that pays no order.
pub(crate) const UNAPPLIED: &str = "unapplied";
/// Before the time of what owes nothing: behind all that is due.
pub(crate) const UNDECIDED: &str = "~";

pub(crate) fn queue(urgency: &str, shard: u8) -> String {
    format!("{urgency}#{shard}")
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}
pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn primary(key: &Key) -> Item {
    Item::from([(schema::PK.to_owned(), text(&key.pk)), (schema::SK.to_owned(), text(&key.sk))])
}

/// The whole item of an aggregate, its index keys included.
pub(crate) fn to_item<E: Entity>(entity: &E) -> Result<Item, StoreError> {
    let mut item: Item =
        serde_dynamo::to_item(entity).map_err(|error| StoreError::Unwritable { entity: E::TYPE, reason: error.to_string() })?;
    let key = entity.key();
    if let Some((said, _)) = E::said_by_key(&key) {
        item.remove(said);
    }
    if let Some(shard) = entity.work().and_then(|work| work_shard(&key, work)) {
        item.insert(schema::WORK.partition.to_owned(), text(shard));
    } else if let Some(since) = entity.undecided_since() {
        item.insert(schema::WORK.partition.to_owned(), text(UNAPPLIED));
        item.insert(schema::WORK.sort.to_owned(), text(format!("{UNDECIDED}{since}")));
    }
    if let Some(list) = entity.list() {
        item.insert(schema::LIST.partition.to_owned(), text(list.partition));
        item.insert(schema::LIST.sort.to_owned(), text(list.sort));
        let summary: HashMap<String, AttributeValue> =
            entity.summary().into_iter().map(|(name, value)| (name.to_owned(), text(value))).collect();
        if !summary.is_empty() {
            item.insert(schema::SUMMARY.to_owned(), AttributeValue::M(summary));
        }
    }
    if let Some(at) = entity.expires() {
        item.insert(schema::TTL.to_owned(), number(at.seconds()));
    }
    item.insert(schema::ENTITY_TYPE.to_owned(), text(E::TYPE));
    item.insert(schema::SCHEMA_VERSION.to_owned(), number(E::SCHEMA));
    item.extend(primary(&key));
    Ok(item)
}

/// Whether all of a value has types that the SDK knows; at others `serde_dynamo` panics.
fn is_known(value: &AttributeValue) -> bool {
    match value {
        AttributeValue::L(values) => values.iter().all(is_known),
        AttributeValue::M(values) => values.values().all(is_known),
        value => !value.is_unknown(),
    }
}

pub(crate) fn from_item<E: Entity>(mut item: Item) -> Result<E, StoreError> {
    let part = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
    let key = Key { pk: part(schema::PK), sk: part(schema::SK) };
    let kind = item.get(schema::ENTITY_TYPE).and_then(|value| value.as_s().ok()).map(String::as_str);
    if kind != Some(E::TYPE) {
        return Err(StoreError::Unreadable { key: key.to_string(), reason: format!("not a {}", E::TYPE) });
    }
    if !item.values().all(is_known) {
        return Err(StoreError::Unreadable {
            key: key.to_string(),
            reason: "an attribute of a type that this version does not know".into(),
        });
    }
    if !item.contains_key(schema::DUTY) {
        // Nothing is due: what stands there is a place in a queue.
        item.remove(schema::WORK.sort);
    }
    if let Some((said, value)) = E::said_by_key(&key) {
        item.insert(said.to_owned(), value);
    }
    serde_dynamo::from_item(item).map_err(|error| StoreError::Unreadable { key: key.to_string(), reason: error.to_string() })
}
