//! `cargo run -- export FILE` and `cargo run -- import FILE`: a shop's whole table as a file of JSON lines, and back. So a shop moves between one machine and
//! AWS, and so a copy of it is kept.
//!
//! The first line says what the file is, each following one is an item in DynamoDB's JSON, the last one counts and seals them: a file that was cut off is
//! refused before anything is written.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use app::seams::Seams;
use clients::{
    Http,
    aws::{Credentials, SdkHttpClient},
};
use data_encoding::HEXLOWER;
use embedded_dynamodb::Engine;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::{
    Store, StoreError,
    client::{Connection, client},
    transfer::Brought,
};
use thiserror::Error;

use crate::data::{DataError, DataFolder};

const FORMAT: &str = "wave-shop-table";
const VERSION: u64 = 1;
/// Items on their way at once.
const AT_ONCE: usize = 16;
/// What the local shop calls its table.
const OWN_TABLE: &str = "wave-shop";

/// Which table is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Table {
    /// The one of the local shop in this folder, which must not be running.
    Folder(PathBuf),
    /// One of AWS, or of the engine at `AWS_ENDPOINT_URL_DYNAMODB`, by its name.
    Named(String),
}

/// What was moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    pub items: u64,
    /// Of an import: those that stood there already, the same.
    pub already: u64,
}

#[derive(Debug, Error)]
pub enum MoveError {
    #[error("the file {0}: {1}")]
    File(PathBuf, #[source] io::Error),
    #[error("the file {0} is no export of a wave-shop of this version")]
    NoExport(PathBuf),
    #[error("the file {0} is not whole: export it again")]
    NotWhole(PathBuf),
    #[error(
        "there is something in the table already: import into an empty one, or go on with an import that was interrupted by --continue"
    )]
    NotEmpty,
    #[error("{0} items of the file have keys that other items of the table have; those were left as they are")]
    Others(u64),
    #[error(transparent)]
    Folder(#[from] DataError),
    #[error(transparent)]
    Engine(#[from] embedded_dynamodb::EngineError),
    #[error(transparent)]
    Setting(#[from] clients::BadSetting),
    #[error("the table: {0}")]
    Table(#[from] StoreError),
}

/// A table, open.
struct Opened {
    store: Store,
    engine: Option<Engine>,
    _folder: Option<DataFolder>,
}

impl Opened {
    async fn open(table: &Table, settings: &BTreeMap<String, String>) -> Result<Self, MoveError> {
        let setting = |name: &str| settings.get(name).cloned();
        let (name, endpoint, engine, folder) = match table {
            Table::Named(name) => (name.clone(), setting("AWS_ENDPOINT_URL_DYNAMODB"), None, None),
            Table::Folder(path) => {
                let folder = DataFolder::open(path, false)?;
                let engine = Engine::at(&folder.path().join("dynamodb.sqlite")).await?;
                (OWN_TABLE.to_owned(), Some(engine.endpoint()), Some(engine), Some(folder))
            }
        };
        let local = || "local".to_owned();
        let credentials = Credentials::new(
            setting("AWS_ACCESS_KEY_ID").unwrap_or_else(local),
            setting("AWS_SECRET_ACCESS_KEY").unwrap_or_else(local),
            setting("AWS_SESSION_TOKEN"),
            None,
            "environment",
        );
        let region = setting("AWS_REGION").or_else(|| setting("AWS_DEFAULT_REGION")).unwrap_or_else(|| "us-east-1".into());
        let sdk = client(SdkHttpClient::new(Http::new()?), Connection { region, credentials, endpoint });
        if engine.is_some() {
            store::schema::create_table(&sdk, &name).await?;
        }
        let seams = Seams::system();
        Ok(Self { store: Store::new(sdk, &name, Arc::new(move |bound| seams.below(bound))), engine, _folder: folder })
    }

    async fn close(self) -> Result<(), MoveError> {
        if let Some(engine) = self.engine {
            engine.stop().await?;
        }
        Ok(())
    }
}

/// Writes the whole table into a file that is not there yet. What was changed meanwhile may be in it in part: stop the shop first, or close it for maintenance.
///
/// # Errors
/// One sentence that names what is in the way.
pub async fn export(table: &Table, file: &Path, settings: &BTreeMap<String, String>) -> Result<Moved, MoveError> {
    let failed = |error| MoveError::File(file.to_owned(), error);
    let opened = Opened::open(table, settings).await?;
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // Customers' names and links are in it.
        options.mode(0o600);
    }
    let mut out = BufWriter::new(options.open(file).map_err(failed)?);
    let mut seal = Sha256::new();
    let mut line = |text: &Value, seal: Option<&mut Sha256>| {
        let text = format!("{text}\n");
        if let Some(seal) = seal {
            seal.update(text.as_bytes());
        }
        out.write_all(text.as_bytes())
    };
    line(&json!({ "format": FORMAT, "version": VERSION }), None).map_err(failed)?;
    let mut moved = Moved::default();
    let mut place = None;
    loop {
        let (items, next) = opened.store.carry_out(place).await?;
        for item in &items {
            line(item, Some(&mut seal)).map_err(failed)?;
            moved.items += 1;
        }
        place = next;
        if place.is_none() {
            break;
        }
    }
    line(&json!({ "items": moved.items, "sha256": HEXLOWER.encode(&seal.finalize()) }), None).map_err(failed)?;
    out.into_inner().map_err(|error| failed(error.into_error()))?.sync_all().map_err(failed)?;
    opened.close().await?;
    Ok(moved)
}

/// Brings everything of an export into an empty table. `go_on`: what an interrupted import has brought may be there. Nothing that is there is ever changed.
///
/// # Errors
/// One sentence that names what is in the way. Before the file was found to be whole nothing is written.
pub async fn import(table: &Table, file: &Path, go_on: bool, settings: &BTreeMap<String, String>) -> Result<Moved, MoveError> {
    let expected = check(file)?;
    let opened = Opened::open(table, settings).await?;
    if !go_on && !opened.store.is_empty().await? {
        return Err(MoveError::NotEmpty);
    }
    let (mut moved, mut others) = (Moved::default(), 0);
    let mut batch: Vec<Value> = Vec::with_capacity(AT_ONCE);
    let mut lines = lines(file)?;
    // The first line is the file's own.
    lines.next();
    for _ in 0..expected {
        let line =
            lines.next().ok_or_else(|| MoveError::NotWhole(file.to_owned()))?.map_err(|error| MoveError::File(file.to_owned(), error))?;
        batch.push(serde_json::from_str(&line).map_err(|_| MoveError::NotWhole(file.to_owned()))?);
        if batch.len() == AT_ONCE {
            bring(&opened.store, &mut batch, &mut moved, &mut others).await?;
        }
    }
    bring(&opened.store, &mut batch, &mut moved, &mut others).await?;
    opened.close().await?;
    if others > 0 { Err(MoveError::Others(others)) } else { Ok(moved) }
}

async fn bring(store: &Store, batch: &mut Vec<Value>, moved: &mut Moved, others: &mut u64) -> Result<(), MoveError> {
    let mut running = tokio::task::JoinSet::new();
    for item in batch.drain(..) {
        let store = store.clone();
        running.spawn(async move { store.bring_in(&item).await });
    }
    while let Some(brought) = running.join_next().await {
        match brought.map_err(|error| StoreError::Unwritable { entity: "item", reason: error.to_string() })?? {
            Brought::New => moved.items += 1,
            Brought::There => moved.already += 1,
            Brought::Other => *others += 1,
        }
    }
    Ok(())
}

fn lines(file: &Path) -> Result<io::Lines<BufReader<File>>, MoveError> {
    let opened = File::open(file).map_err(|error| MoveError::File(file.to_owned(), error))?;
    Ok(BufReader::new(opened).lines())
}

/// Reads the whole file; the number of its items, where it is whole.
fn check(file: &Path) -> Result<u64, MoveError> {
    let failed = |error| MoveError::File(file.to_owned(), error);
    let mut lines = lines(file)?;
    let head: Value = lines.next().transpose().map_err(failed)?.and_then(|line| serde_json::from_str(&line).ok()).unwrap_or_default();
    if head.get("format") != Some(&json!(FORMAT)) || head.get("version") != Some(&json!(VERSION)) {
        return Err(MoveError::NoExport(file.to_owned()));
    }
    let (mut seal, mut items, mut last) = (Sha256::new(), 0_u64, None);
    for line in lines {
        // A line is an item's when another one follows it.
        if let Some(item) = last.replace(line.map_err(failed)?) {
            seal.update(format!("{item}\n").as_bytes());
            items += 1;
        }
    }
    let tail: Value = last.and_then(|line| serde_json::from_str(&line).ok()).unwrap_or_default();
    if tail == json!({ "items": items, "sha256": HEXLOWER.encode(&seal.finalize()) }) {
        Ok(items)
    } else {
        Err(MoveError::NotWhole(file.to_owned()))
    }
}
