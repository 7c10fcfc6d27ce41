//! The table in a file, as the local shop keeps it.

use std::{fs, path::PathBuf};

use embedded_dynamodb::Engine;
use store::schema::create_table;

use crate::support::{Shop, TABLE, samples::*};

fn fresh_folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[tokio::test]
async fn what_was_written_is_there_after_a_restart() {
    let file = fresh_folder("restart").join("shop.db");
    for run in 1..=3 {
        let shop = Shop::on(Engine::at(&file).await.unwrap()).await;
        // The table of an earlier run is left as it is.
        create_table(&shop.client, TABLE).await.unwrap();
        for earlier in 1..run {
            assert_eq!(shop.store.user(id(earlier)).await.unwrap(), Some(user(earlier)));
        }
        shop.create(&user(run)).await;
        let listed = shop.store.list_users(&store::Filter::default(), None, 10, now()).await.unwrap();
        assert_eq!(listed.items.len(), usize::try_from(run).unwrap());
        shop.engine.stop().await.unwrap();
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_told() {
    let file = fresh_folder("broken").join("shop.db");
    fs::write(&file, "this is a letter, and a long one, and no database at all").unwrap();
    let error = Engine::at(&file).await.unwrap_err();
    assert!(error.to_string().contains("cannot be opened"), "{error}");
}
