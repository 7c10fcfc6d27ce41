use std::{collections::HashMap, fmt};

use dynoxide::{Database, DynoxideError, actions::scan::ScanRequest, types::AttributeValue};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::EngineError;

/// The engine without a server: a request's body in, the answer's status and body out. Cheap to make, and to clone.
#[derive(Clone)]
pub struct Direct(Database);

impl fmt::Debug for Direct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Direct")
    }
}

fn run<Request: DeserializeOwned, Answer: Serialize>(
    body: &[u8],
    act: impl FnOnce(Request) -> Result<Answer, DynoxideError>,
) -> Result<Vec<u8>, DynoxideError> {
    let request = serde_json::from_slice(body).map_err(|error| DynoxideError::ValidationException(error.to_string()))?;
    serde_json::to_vec(&act(request)?).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

fn plain(value: AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => Value::String(text),
        AttributeValue::N(number) => serde_json::from_str(&number).unwrap_or_default(),
        AttributeValue::BOOL(truth) => Value::Bool(truth),
        AttributeValue::NULL(_) => Value::Null,
        AttributeValue::SS(texts) => texts.into_iter().map(Value::String).collect(),
        AttributeValue::NS(numbers) => numbers.into_iter().map(|number| serde_json::from_str(&number).unwrap_or(Value::Null)).collect(),
        AttributeValue::L(values) => values.into_iter().map(plain).collect(),
        AttributeValue::M(fields) => Value::Object(fields.into_iter().map(|(name, value)| (name, plain(value))).collect()),
        AttributeValue::B(_) | AttributeValue::BS(_) => Value::Null,
    }
}

impl Direct {
    /// An empty database that is gone with its last clone.
    pub fn memory() -> Result<Self, EngineError> {
        Database::memory().map(Self).map_err(|error| EngineError::Open(error.to_string()))
    }

    /// Every item of a table, as plain JSON: numbers are numbers, sets are lists.
    pub fn items(&self, table: &str) -> Result<Vec<Value>, EngineError> {
        let failed = |error: DynoxideError| EngineError::Serve(error.to_string());
        let (mut items, mut exclusive_start_key) = (Vec::new(), None);
        loop {
            let request = ScanRequest { table_name: table.to_owned(), exclusive_start_key, ..ScanRequest::default() };
            let page = self.0.scan(request).map_err(failed)?;
            let plain_item =
                |item: HashMap<String, AttributeValue>| Value::Object(item.into_iter().map(|(name, value)| (name, plain(value))).collect());
            items.extend(page.items.unwrap_or_default().into_iter().map(plain_item));
            match page.last_evaluated_key {
                None => return Ok(items),
                key => exclusive_start_key = key,
            }
        }
    }

    /// Carries out `operation`, the part of `x-amz-target` behind its point.
    pub fn answer(&self, operation: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let database = &self.0;
        let outcome = match operation {
            "CreateTable" => run(body, |request| database.create_table(request)),
            "DescribeTable" => run(body, |request| database.describe_table(request)),
            "GetItem" => run(body, |request| database.get_item(request)),
            "BatchGetItem" => run(body, |request| database.batch_get_item(request)),
            "Query" => run(body, |request| database.query(request)),
            "Scan" => run(body, |request| database.scan(request)),
            "PutItem" => run(body, |request| database.put_item(request)),
            "UpdateItem" => run(body, |request| database.update_item(request)),
            "DeleteItem" => run(body, |request| database.delete_item(request)),
            "TransactGetItems" => run(body, |request| database.transact_get_items(request)),
            "TransactWriteItems" => run(body, |request| database.transact_write_items(request)),
            "UpdateTimeToLive" => run(body, |request| database.update_time_to_live(request)),
            other => Err(DynoxideError::ValidationException(format!("{other} is not answered here"))),
        };
        match outcome {
            Ok(answer) => (200, answer),
            Err(error) => (error.status_code(), error.to_json().into_bytes()),
        }
    }
}
