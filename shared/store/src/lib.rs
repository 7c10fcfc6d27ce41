//! The DynamoDB table: keys, items, queries and transactions. The only crate that knows the AWS SDK.
//!
//! A use case reads aggregates, asks `domain`, and commits the decision as one list of [`Write`]s: a single write is one conditional request,
//! several are one transaction. Their order is the precedence in which refusals are told.

pub mod client;
mod commit;
mod cursor;
mod debtors;
mod entities;
mod error;
mod feed;
mod holders;
mod item;
mod journal;
pub mod keys;
mod list;
mod read;
pub mod schema;
mod stats;
#[cfg(feature = "transfer")]
pub mod transfer;
mod work;

pub use commit::{CommitError, Found, Write};
pub use cursor::{Cursor, InvalidCursor};
pub use debtors::Debtor;
pub use entities::{AdminSession, AdoptedAccount, CardAmount, IdempotencyRecord, ReceiptFile, Redemption, SupportLetter};
pub use error::StoreError;
pub use feed::{FeedCursor, FeedPage, Happened};
pub use holders::{HELD_AT_ONCE, Held};
pub use item::Entity;
pub use list::{Filter, List, ListError, Page};
pub use read::{Holder, NamedCode, Placing, SignedIn};
pub use stats::{Counting, Slice};
pub use work::{DueWork, Queue};

use std::{fmt, sync::Arc};

/// The table of one shop. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    client: aws_sdk_dynamodb::Client,
    table: Arc<str>,
    jitter: Jitter,
}

/// A random number of milliseconds below the given bound: the entropy of retries, given by who may read it.
pub type Jitter = Arc<dyn Fn(u64) -> u64 + Send + Sync>;

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("table", &self.table).finish_non_exhaustive()
    }
}

impl Store {
    pub fn new(client: aws_sdk_dynamodb::Client, table: &str, jitter: Jitter) -> Self {
        Self { client, table: table.into(), jitter }
    }
}
