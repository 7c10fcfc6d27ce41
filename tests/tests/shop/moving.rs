//! A shop's whole table as a file, and back.

use std::{collections::BTreeMap, fs, path::PathBuf};

use domain::time::Span;
use embedded_dynamodb::Engine;
use local::moving::{MoveError, Moved, Table, export, import};
use tests::{World, actors, create_table};

/// A file of its own, gone with the test.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("wave-shop-moving-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
    fn file(&self) -> PathBuf {
        self.0.join("shop.jsonl")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn settings(endpoint: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), endpoint.to_owned())])
}

fn endpoint(world: &World) -> String {
    world.settings.iter().find(|(name, _)| name == "AWS_ENDPOINT_URL_DYNAMODB").unwrap().1.clone()
}

fn shop() -> Table {
    Table::Named("shop".into())
}

/// A shop in which something of most kinds is there, and an order that waits for its panel.
async fn lived_in() -> World {
    let world = World::open().await;
    world.add_code("WAVE20", "20", Some(5), Some(1)).await;
    buys(&world, 7_650_000_001).await;
    world.customer(7_650_000_002).send("/start").await;
    world.admin("POST", "/admin/v1/tokens", Some(serde_json::json!({"name": "reports", "role": "viewer"}))).await;
    world.admin("POST", "/admin/v1/users/7650000002/ban", None).await;
    world.panel.down();
    buys(&world, 7_650_000_003).await;
    world
}

async fn buys(world: &World, id: i64) {
    let customer = world.customer(id);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.tap("Pay ⭐ 80").await.expect("paid");
}

#[tokio::test]
async fn a_shop_that_moved_is_the_same_and_goes_on() {
    let mut world = lived_in().await;
    let place = Place::new("moved");
    let before = (world.contents().await, world.owed().await);
    let out = export(&shop(), &place.file(), &settings(&endpoint(&world))).await.unwrap();
    assert_eq!(out, Moved { items: before.0.len() as u64, already: 0 });
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(place.file()).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // What is there is never written over.
    assert!(matches!(export(&shop(), &place.file(), &settings(&endpoint(&world))).await, Err(MoveError::File(..))));

    let engine = Engine::memory().await.unwrap();
    create_table(&engine.endpoint()).await;
    let there = settings(&engine.endpoint());
    assert_eq!(import(&shop(), &place.file(), false, &there).await.unwrap(), out);
    assert!(matches!(import(&shop(), &place.file(), false, &there).await, Err(MoveError::NotEmpty)));
    assert_eq!(import(&shop(), &place.file(), true, &there).await.unwrap(), Moved { items: 0, already: out.items });
    world.move_to(&engine.endpoint(), 2).await;
    assert_eq!((world.contents().await, world.owed().await), before);

    // What was owed is owed there.
    world.panel.up();
    world.clock.advance(Span::hours(1));
    world.jobs_until_idle().await;
    let order = world.order(7_650_000_003).await;
    assert_eq!(order.status, domain::order::OrderStatus::Provisioned);
    assert_eq!(world.accounts(order.id).len(), 1);
    world.audit().await;
}

#[tokio::test]
async fn what_is_not_whole_is_not_begun() {
    let world = lived_in().await;
    let place = Place::new("whole");
    let from = settings(&endpoint(&world));
    export(&shop(), &place.file(), &from).await.unwrap();
    let whole = fs::read_to_string(place.file()).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let without = |n: usize| lines.iter().enumerate().filter(|(at, _)| *at != n).map(|(_, line)| format!("{line}\n")).collect::<String>();
    let engine = Engine::memory().await.unwrap();
    create_table(&engine.endpoint()).await;
    let there = settings(&engine.endpoint());
    for (name, text) in [
        ("cut off", without(lines.len() - 1)),
        ("a line less", without(3)),
        ("another word", whole.replacen("7650000001", "7650000009", 1)),
        ("no head", without(0)),
        ("nothing", String::new()),
        ("something else", "{}\n{}\n".to_owned()),
    ] {
        fs::write(place.file(), text).unwrap();
        let refused = import(&shop(), &place.file(), false, &there).await;
        assert!(matches!(refused, Err(MoveError::NotWhole(_) | MoveError::NoExport(_))), "{name}: {refused:?}");
    }
    fs::write(place.file(), whole).unwrap();
    import(&shop(), &place.file(), false, &there).await.unwrap();
}

#[tokio::test]
async fn another_shops_items_are_left_as_they_are() {
    let (one, other) = (lived_in().await, World::open().await);
    let place = Place::new("others");
    export(&shop(), &place.file(), &settings(&endpoint(&one))).await.unwrap();
    other.customer(7_650_000_001).send("/start").await;
    let before = other.user(7_650_000_001).await;
    let refused = import(&shop(), &place.file(), true, &settings(&endpoint(&other))).await;
    assert!(matches!(refused, Err(MoveError::Others(1..))), "{refused:?}");
    assert_eq!(other.user(7_650_000_001).await, before);
}
