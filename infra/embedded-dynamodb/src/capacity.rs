//! What requests cost, as the engine reports it.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value;

use crate::Fault;

/// Capacity units of one kind: of the table itself, and of each index that a write reached or a query read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Units {
    pub table: Decimal,
    pub indexes: BTreeMap<String, Decimal>,
}

impl Units {
    pub fn total(&self) -> Decimal {
        self.indexes.values().fold(self.table, |sum, units| sum.saturating_add(*units))
    }

    pub fn index(&self, name: &str) -> Decimal {
        self.indexes.get(name).copied().unwrap_or_default()
    }

    fn add(&mut self, other: &Self) {
        self.table = self.table.saturating_add(other.table);
        for (name, units) in &other.indexes {
            let sum = self.indexes.entry(name.clone()).or_default();
            *sum = sum.saturating_add(*units);
        }
    }
}

/// One request and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// DynamoDB's name for the operation: `PutItem`.
    pub operation: String,
    /// What the request met on its way.
    pub fault: Option<Fault>,
    /// How many requests of the same log had ended when this one began.
    pub began_after: usize,
    pub read: Units,
    pub write: Units,
}

/// Requests summed up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How often the network was crossed.
    pub requests: usize,
    /// The longest chain of requests each of which began after the one before had ended.
    pub trips: usize,
    pub read: Units,
    pub write: Units,
}

impl Tally {
    pub fn of(exchanges: &[Exchange]) -> Self {
        let mut tally = Self { requests: exchanges.len(), ..Self::default() };
        let mut chains: Vec<usize> = Vec::with_capacity(exchanges.len());
        for exchange in exchanges {
            let chain = chains.iter().take(exchange.began_after).max().copied().unwrap_or_default().saturating_add(1);
            chains.push(chain);
            tally.trips = tally.trips.max(chain);
            tally.read.add(&exchange.read);
            tally.write.add(&exchange.write);
        }
        tally
    }
}

/// Asks for the costs of a request, where its operation has any.
pub(crate) fn ask(operation: &str, body: &mut Value) {
    let metered = matches!(
        operation,
        "GetItem"
            | "BatchGetItem"
            | "Query"
            | "TransactGetItems"
            | "PutItem"
            | "UpdateItem"
            | "DeleteItem"
            | "BatchWriteItem"
            | "TransactWriteItems"
    );
    if let (true, Some(body)) = (metered, body.as_object_mut()) {
        body.insert("ReturnConsumedCapacity".into(), "INDEXES".into());
    }
}

/// Reads and writes that an answer reports, in this order.
pub(crate) fn reported(operation: &str, answer: &Value) -> (Units, Units) {
    let (mut read, mut write) = (Units::default(), Units::default());
    let reports = match answer.get("ConsumedCapacity") {
        Some(Value::Array(tables)) => tables.iter().collect(),
        Some(table) => vec![table],
        None => Vec::new(),
    };
    let reads = matches!(operation, "GetItem" | "BatchGetItem" | "Query" | "TransactGetItems");
    for report in reports {
        // A transaction that was carried out before is repeated at the price of reading.
        let units = if reads || report.get("ReadCapacityUnits").is_some() { &mut read } else { &mut write };
        let detail = |value: &Value| value.get("CapacityUnits").map(decimal).unwrap_or_default();
        let indexes: BTreeMap<String, Decimal> = match report.get("GlobalSecondaryIndexes") {
            Some(Value::Object(indexes)) => indexes.iter().map(|(name, index)| (name.clone(), detail(index))).collect(),
            _ => BTreeMap::new(),
        };
        units.add(&Units { table: report.get("Table").map_or_else(|| detail(report), detail), indexes });
    }
    (read, write)
}

/// The number as it is written: binary floating point takes no part in a sum.
fn decimal(number: &Value) -> Decimal {
    number.to_string().parse().unwrap_or_default()
}
