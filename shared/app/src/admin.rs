//! What only operators do: their tokens, the discount codes, the shop's settings, and every list that they page through.

mod codes;
mod duties;
mod lists;
mod payments;
mod referrals;
mod sessions;
mod settings;
mod tokens;

pub use codes::Batch;
pub use duties::{DutiesCursor, Owed};
pub use lists::{CodeFilter, Created, ListError, OrderFilter, PaymentFilter, UserFilter, payment_method};
pub use payments::Credit;
pub use sessions::{SIGNED_IN, Signed, Ticket};
pub use store::{Cursor, Debtor, Holder, Page, StoreError, keys::Owner};
pub use tokens::{NewToken, Operator};

use crate::operate::OperateError;

/// What came of comparing the version that an operator saw with the one that stands.
fn seen(version: Option<u64>, standing: u64) -> Result<(), OperateError> {
    if version.is_some_and(|seen| seen != standing) { Err(OperateError::Changed) } else { Ok(()) }
}
