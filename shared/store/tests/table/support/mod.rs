//! A store on an engine of its own, and what the tests put into it.

pub mod item;
pub mod samples;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::{Client, config::retry::RetryPartition, types::AttributeValue};
use clients::{Http, aws::SdkHttpClient};
use embedded_dynamodb::{Engine, FaultyHttp, Tally};
use store::{
    CommitError, Entity, Found, Store, Write,
    client::Connection,
    keys::Key,
    schema::{self, create_table},
};

pub const TABLE: &str = "shop";

/// Items by their keys.
pub type Contents = BTreeMap<(String, String), item::Item>;

/// A table of one's own.
pub struct Shop {
    pub store: Store,
    pub http: FaultyHttp,
    pub client: Client,
    waits: Arc<Mutex<Vec<u64>>>,
    pub engine: Engine,
}

impl Shop {
    pub async fn open() -> Self {
        Self::on(Engine::memory().await.unwrap()).await
    }

    pub async fn on(engine: Engine) -> Self {
        let http = FaultyHttp::new(SdkHttpClient::new(Http::new().unwrap()));
        let connection = Connection {
            region: "eu-central-1".into(),
            credentials: Credentials::new("AKIDLOCAL", "secret", None, None, "tests"),
            endpoint: Some(engine.endpoint()),
        };
        let client = store::client::client(http.clone(), connection);
        // As many attempts as in production, without its pauses, and out of a purse of its own: the SDK has one for all clients of a process.
        let retries = client.config().retry_config().unwrap().clone().with_max_backoff(Duration::from_millis(1));
        let purse = RetryPartition::custom("tests").build();
        let client = Client::from_conf(client.config().to_builder().retry_config(retries).retry_partition(purse).build());
        create_table(&client, TABLE).await.unwrap();
        let waits = Arc::new(Mutex::new(Vec::new()));
        let asked = Arc::clone(&waits);
        // No test waits for another transaction: the bounds of the waits are noted instead.
        let jitter = Arc::new(move |bound| {
            asked.lock().unwrap().push(bound);
            0
        });
        http.take_log();
        Self { store: Store::new(client.clone(), TABLE, jitter), http, client, waits, engine }
    }

    /// Commits one write that nothing stands in the way of.
    pub async fn create<E: Entity>(&self, entity: &E) {
        self.store.commit(&format!("create {}", entity.key()), vec![Write::create(entity).unwrap()]).await.unwrap();
    }

    /// The stored item, as it is.
    pub async fn item(&self, key: &Key) -> Option<item::Item> {
        let request = self.client.get_item().table_name(TABLE).consistent_read(true);
        let request = request.key(schema::PK, AttributeValue::S(key.pk.clone())).key(schema::SK, AttributeValue::S(key.sk.clone()));
        request.send().await.unwrap().item
    }

    /// Every item of the table.
    pub async fn contents(&self) -> Contents {
        let items = self.client.scan().table_name(TABLE).consistent_read(true).send().await.unwrap().items.unwrap();
        let part = |item: &item::Item, name: &str| item[name].as_s().unwrap().clone();
        items.into_iter().map(|item| ((part(&item, schema::PK), part(&item, schema::SK)), item)).collect()
    }

    /// Puts an item as it is, past every rule.
    pub async fn put_raw(&self, item: item::Item) {
        self.client.put_item().table_name(TABLE).set_item(Some(item)).send().await.unwrap();
    }

    /// The waits that the store asked for: upper bounds, milliseconds.
    pub fn waits(&self) -> Vec<u64> {
        std::mem::take(&mut self.waits.lock().unwrap())
    }

    /// What the requests since the last look cost.
    pub fn tally(&self) -> Tally {
        Tally::of(&self.http.take_log())
    }
}

/// The position of the refused write and the item that stood in its way.
pub fn refused(result: Result<(), CommitError>) -> (usize, Option<Found>) {
    match result {
        Err(CommitError::Refused { position, found }) => (position, found),
        other => panic!("not refused: {other:?}"),
    }
}
