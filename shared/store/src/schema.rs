//! The table's definition: attribute names, indexes, and how to create it where no template does.

use aws_sdk_dynamodb::{
    Client,
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType, ScalarAttributeType,
    },
};

use crate::StoreError;

pub const PK: &str = "PK";
pub const SK: &str = "SK";
pub const ENTITY_TYPE: &str = "entity_type";
pub const SCHEMA_VERSION: &str = "schema_version";
pub const VERSION: &str = "version";
/// The attempt that wrote the item last: tells our own write from another's when the reply was lost.
pub const NONCE: &str = "nonce";
/// Epoch seconds after which DynamoDB may delete the item. Never on what must be kept.
pub const TTL: &str = "ttl";
/// What lists filter by, besides the status.
pub const SUMMARY: &str = "summary";
pub const STATUS: &str = "status";
pub const DUTY: &str = "duty";

/// An index: its name, its keys and what it projects besides them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Index {
    pub name: &'static str,
    pub partition: &'static str,
    pub sort: &'static str,
    pub projected: &'static [&'static str],
}

/// What an operator pages through, by time.
pub const LIST: Index = Index { name: "list", partition: "list_pk", sort: "list_sk", projected: &[ENTITY_TYPE, STATUS, SUMMARY] };
/// What is owed, by due time.
pub const WORK: Index = Index { name: "work", partition: "work_shard", sort: "due_at", projected: &[DUTY] };

/// Creates the table; one that exists already is left as it is.
pub async fn create_table(client: &Client, table: &str) -> Result<(), StoreError> {
    let unwritable = |error: aws_sdk_dynamodb::error::BuildError| StoreError::Unwritable { entity: "table", reason: error.to_string() };
    let attribute =
        |name: &str| AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build().map_err(unwritable);
    let element = |name: &str, kind: KeyType| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().map_err(unwritable);
    let mut request = client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute(PK)?)
        .attribute_definitions(attribute(SK)?)
        .key_schema(element(PK, KeyType::Hash)?)
        .key_schema(element(SK, KeyType::Range)?);
    for index in [LIST, WORK] {
        let projection = Projection::builder()
            .projection_type(ProjectionType::Include)
            .set_non_key_attributes(Some(index.projected.iter().map(|name| (*name).to_owned()).collect()));
        request = request
            .attribute_definitions(attribute(index.partition)?)
            .attribute_definitions(attribute(index.sort)?)
            .global_secondary_indexes(
                GlobalSecondaryIndex::builder()
                    .index_name(index.name)
                    .key_schema(element(index.partition, KeyType::Hash)?)
                    .key_schema(element(index.sort, KeyType::Range)?)
                    .projection(projection.build())
                    .build()
                    .map_err(unwritable)?,
            );
    }
    match request.send().await {
        Ok(_) => Ok(()),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_in_use_exception()) => Ok(()),
        Err(error) => Err(StoreError::of_sdk(error)),
    }
}
