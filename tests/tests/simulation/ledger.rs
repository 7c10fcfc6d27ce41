//! What really happened, as those know it who paid and promised: kept by the people of the simulation, never read from the shop.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What a plan of this name has ever offered: a name is never used for other terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub toman: u64,
    pub stars: u64,
    pub gb: Option<i64>,
    pub days: Option<i64>,
}

/// A charge that Telegram tells of although no invoice led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OddCharge {
    pub id: String,
    pub payer: i64,
    pub stars: i64,
    pub payload: String,
}

/// A change that an operator asked for, until it is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub key: String,
    pub method: &'static str,
    pub path: String,
    pub body: Value,
    /// What its audit entry says: the verb and what it is about; the latter is empty where the shop makes the name.
    pub action: &'static str,
    pub about: String,
    pub status: Option<u16>,
}

#[derive(Debug, Default, Clone)]
pub struct Ledger {
    pub offers: BTreeMap<String, Offer>,
    pub odd_charges: Vec<OddCharge>,
    /// What was on the messages under which an operator said yes, and the paths where he did.
    pub approved: Vec<String>,
    /// The same for any decision, one for each tap.
    pub decided: Vec<String>,
    pub requests: Vec<Request>,
    /// The largest limit that a code ever had.
    pub limits: BTreeMap<String, u64>,
    pub percents: BTreeMap<String, BTreeSet<u64>>,
    /// Who cannot be expected to have every message.
    pub blocked: BTreeSet<i64>,
    /// Accounts that were used.
    pub used: BTreeSet<String>,
    /// How often a plan was changed.
    pub edits: u64,
}
