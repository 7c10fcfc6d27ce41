//! The whole table as lines of JSON, and back: for moving a shop and for keeping a copy of it.
//!
//! The only place that scans. It is compiled for tools of the deployer alone (feature `transfer`): no function has it, and none may scan.

use std::collections::HashMap;

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use data_encoding::BASE64;
use serde_json::{Map, Value, json};

use crate::{
    Store, StoreError,
    item::{Item, primary},
    keys::Key,
    schema,
};

/// Where to go on with a walk over the table.
#[derive(Debug, Clone)]
pub struct Place(Item);

/// What became of an item that was brought in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brought {
    /// Written now.
    New,
    /// It stood there already, the same.
    There,
    /// Another item has its key; that one was left as it is.
    Other,
}

impl Store {
    /// The next items of the table, as in DynamoDB's JSON, each a whole item with its index keys. `None` as the place to go on with: that was all.
    pub async fn carry_out(&self, from: Option<Place>) -> Result<(Vec<Value>, Option<Place>), StoreError> {
        let from = from.map(|Place(key)| key);
        let page = self.client.scan().table_name(&*self.table).consistent_read(true).set_exclusive_start_key(from).send().await;
        let page = page.map_err(StoreError::of_sdk)?;
        let items = page.items.unwrap_or_default();
        let lines = items.into_iter().map(|item| written_item(&item)).collect::<Result<_, _>>()?;
        Ok((lines, page.last_evaluated_key.filter(|key| !key.is_empty()).map(Place)))
    }

    /// Whether there is nothing in the table.
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        let page = self.client.scan().table_name(&*self.table).consistent_read(true).limit(1).send().await;
        Ok(page.map_err(StoreError::of_sdk)?.items.unwrap_or_default().is_empty())
    }

    /// Puts an item back that was carried out. Condition: nothing has its key, or that very item.
    pub async fn bring_in(&self, item: &Value) -> Result<Brought, StoreError> {
        let read = read_item(item)?;
        let put = self.client.put_item().table_name(&*self.table).set_item(Some(read.clone()));
        let put = put.condition_expression("attribute_not_exists(#pk)").expression_attribute_names("#pk", schema::PK);
        let Err(error) = put.send().await else { return Ok(Brought::New) };
        if !error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) {
            return Err(StoreError::of_sdk(error));
        }
        let part = |name: &str| read.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
        let key = primary(&Key { pk: part(schema::PK), sk: part(schema::SK) });
        let found = self.client.get_item().table_name(&*self.table).set_key(Some(key)).consistent_read(true).send().await;
        let found = found.map_err(StoreError::of_sdk)?.item;
        Ok(if found == Some(read) { Brought::There } else { Brought::Other })
    }
}

fn unwritable(reason: &str) -> StoreError {
    StoreError::Unwritable { entity: "item", reason: reason.to_owned() }
}

fn written_item(item: &HashMap<String, AttributeValue>) -> Result<Value, StoreError> {
    // Sorted, so that the same table makes the same file.
    let mut fields: Vec<(&String, &AttributeValue)> = item.iter().collect();
    fields.sort_unstable_by_key(|(name, _)| *name);
    let fields = fields.into_iter().map(|(name, value)| Ok((name.clone(), written(value)?)));
    fields.collect::<Result<Map<_, _>, StoreError>>().map(Value::Object)
}

fn written(value: &AttributeValue) -> Result<Value, StoreError> {
    let bytes = |blob: &Blob| BASE64.encode(blob.as_ref());
    let sorted = |texts: &[String]| {
        let mut texts = texts.to_vec();
        texts.sort_unstable();
        texts
    };
    Ok(match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Bool(flag) => json!({ "BOOL": flag }),
        AttributeValue::Null(flag) => json!({ "NULL": flag }),
        AttributeValue::B(blob) => json!({ "B": bytes(blob) }),
        AttributeValue::Ss(texts) => json!({ "SS": sorted(texts) }),
        AttributeValue::Ns(numbers) => json!({ "NS": sorted(numbers) }),
        AttributeValue::Bs(blobs) => json!({ "BS": sorted(&blobs.iter().map(bytes).collect::<Vec<_>>()) }),
        AttributeValue::L(values) => json!({ "L": values.iter().map(written).collect::<Result<Vec<_>, _>>()? }),
        AttributeValue::M(fields) => json!({ "M": written_item(fields)? }),
        _ => return Err(unwritable("an attribute of a type that this version does not know")),
    })
}

fn read_item(item: &Value) -> Result<Item, StoreError> {
    let fields = item.as_object().ok_or_else(|| unwritable("not an item"))?;
    fields.iter().map(|(name, value)| Ok((name.clone(), read(value)?))).collect()
}

fn read(value: &Value) -> Result<AttributeValue, StoreError> {
    let odd = || unwritable("not an attribute");
    let mut fields = value.as_object().ok_or_else(odd)?.iter();
    let (Some((kind, value)), None) = (fields.next(), fields.next()) else { return Err(odd()) };
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(odd);
    let texts = || value.as_array().ok_or_else(odd)?.iter().map(text).collect::<Result<Vec<_>, _>>();
    let blob = |text: String| BASE64.decode(text.as_bytes()).map(Blob::new).map_err(|_| odd());
    Ok(match kind.as_str() {
        "S" => AttributeValue::S(text(value)?),
        "N" => AttributeValue::N(text(value)?),
        "BOOL" => AttributeValue::Bool(value.as_bool().ok_or_else(odd)?),
        "NULL" => AttributeValue::Null(value.as_bool().ok_or_else(odd)?),
        "B" => AttributeValue::B(blob(text(value)?)?),
        "SS" => AttributeValue::Ss(texts()?),
        "NS" => AttributeValue::Ns(texts()?),
        "BS" => AttributeValue::Bs(texts()?.into_iter().map(blob).collect::<Result<_, _>>()?),
        "L" => AttributeValue::L(value.as_array().ok_or_else(odd)?.iter().map(read).collect::<Result<_, _>>()?),
        "M" => AttributeValue::M(read_item(value)?),
        _ => return Err(odd()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_attribute_comes_back() {
        let item = json!({
            "PK": {"S": "USER#1"}, "n": {"N": "1.50"}, "yes": {"BOOL": true}, "none": {"NULL": true}, "bytes": {"B": "AAEC"},
            "texts": {"SS": ["a", "b"]}, "numbers": {"NS": ["1", "2"]}, "blobs": {"BS": ["AA==", "AQ=="]},
            "list": {"L": [{"S": ""}, {"M": {"deep": {"L": []}}}]},
        });
        assert_eq!(written_item(&read_item(&item).unwrap()).unwrap(), item);
        for odd in [
            json!(1),
            json!({"a": 1}),
            json!({"a": {"S": 1}}),
            json!({"a": {"S": "x", "N": "1"}}),
            json!({"a": {"X": "x"}}),
            json!({"a": {}}),
        ] {
            assert!(read_item(&odd).is_err(), "{odd}");
        }
    }
}
