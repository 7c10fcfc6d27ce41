//! Where a page ends: opaque to whoever carries it, checked when it comes back.

use std::{fmt, str::FromStr};

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    item::{Item, text},
    keys::{self, Key},
    schema,
};
use domain::OrderId;

/// An opaque position in a list: base64url, good for the list that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(Position);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a cursor of this list")]
pub struct InvalidCursor;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    p: String,
    s: String,
    /// The place on the index, for lists that are read from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    index: Option<(String, String)>,
    /// The index partition to go on with, where the position is between two partitions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    partition: Option<String>,
}

impl Position {
    /// From the last evaluated key of a query on the table.
    pub(crate) fn of_key(key: &Item) -> Option<Self> {
        let part = |name: &str| key.get(name).and_then(|value| value.as_s().ok()).cloned();
        Some(Self { p: part(schema::PK)?, s: part(schema::SK)?, index: None, partition: None })
    }

    /// From the last evaluated key of a query on an index.
    pub(crate) fn of_index_key(key: &Item, index: schema::Index) -> Option<Self> {
        let part = |name: &str| key.get(name).and_then(|value| value.as_s().ok()).cloned();
        Some(Self { index: Some((part(index.partition)?, part(index.sort)?)), ..Self::of_key(key)? })
    }

    /// Whether all parts of a key are there, or none is needed: no key has an empty part.
    fn is_possible(&self) -> bool {
        let key = !self.p.is_empty() && !self.s.is_empty();
        match &self.index {
            Some((partition, sort)) => key && !partition.is_empty() && !sort.is_empty(),
            None => key || self.partition.is_some(),
        }
    }

    /// At the start of an index partition.
    pub(crate) const fn at_partition(partition: String) -> Self {
        Self { p: String::new(), s: String::new(), index: None, partition: Some(partition) }
    }
}

impl Cursor {
    /// Behind the subscription that `order` created, in its owner's list: for where a whole cursor does not fit.
    pub fn of_subscription(order: OrderId) -> Self {
        let Key { pk, sk } = keys::subscription(order);
        Self(Position { p: pk, s: sk, index: None, partition: None })
    }

    pub(crate) const fn new(position: Position) -> Self {
        Self(position)
    }

    /// The start key within one partition of the table; `None` where the cursor is another list's, which starts that list anew.
    pub(crate) fn within_partition(&self, pk: &str, prefix: &str) -> Option<Item> {
        let Position { p, s, index, .. } = &self.0;
        (p == pk && s.starts_with(prefix) && index.is_none()).then(|| self.primary())
    }

    /// The partition of the table to go on with; `None` where the cursor is of an index.
    pub(crate) fn table_partition(&self) -> Option<&str> {
        let Position { p, index, partition, .. } = &self.0;
        partition.as_deref().or((!p.is_empty()).then_some(p)).filter(|_| index.is_none())
    }

    /// The index partition to go on with, and the start key in it.
    pub(crate) fn on_index(&self, index: schema::Index) -> (Option<String>, Option<Item>) {
        match (&self.0.index, &self.0.partition) {
            (Some((partition, sort)), _) => {
                let mut key = self.primary();
                key.insert(index.partition.to_owned(), text(partition));
                key.insert(index.sort.to_owned(), text(sort));
                (Some(partition.clone()), Some(key))
            }
            (None, partition) => (partition.clone(), None),
        }
    }

    fn primary(&self) -> Item {
        Item::from([(schema::PK.to_owned(), text(&self.0.p)), (schema::SK.to_owned(), text(&self.0.s))])
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_vec(&self.0).map_err(|_| fmt::Error)?;
        f.write_str(&BASE64URL_NOPAD.encode(&json))
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;
    fn from_str(cursor: &str) -> Result<Self, InvalidCursor> {
        if cursor.len() > 1024 {
            return Err(InvalidCursor);
        }
        let json = BASE64URL_NOPAD.decode(cursor.as_bytes()).map_err(|_| InvalidCursor)?;
        let position: Position = serde_json::from_slice(&json).map_err(|_| InvalidCursor)?;
        if position.is_possible() { Ok(Self(position)) } else { Err(InvalidCursor) }
    }
}
