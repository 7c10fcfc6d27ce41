//! Renewals and add-ons: what the panel shall hold afterwards. Computed once from what it holds before, stored, and only then asked for.

use serde::{Deserialize, Serialize};

use crate::time::{Span, Timestamp};

/// The limits that an account shall have, each absolute: asking for them twice does no harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    pub data: DataTarget,
    pub time: TimeTarget,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataTarget {
    /// As it is.
    Keep,
    Unlimited,
    /// Bytes in all, used ones included.
    Bytes(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeTarget {
    /// As it is.
    Keep,
    Unlimited,
    Until(Timestamp),
    /// For an account that was on hold when it was looked at: how long it works from its first use on, then and now.
    OnHold {
        was: Span,
        shall_be: Span,
        looked_at: Timestamp,
    },
}
