//! Moving in: the original shop's database and accounts that are on the panel already, as often as one likes, with nothing lost and nothing overwritten.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use app::{
    adopt::{Adopted, Adoption},
    operate::OperateError,
};
use domain::{
    Currency, Language, Money, TelegramUserId, Timestamp,
    admin::Actor,
    order::OrderStatus,
    referral::ReferralState,
    subscription::{ProvisioningSpec, SubscriptionState, Validity},
    time::Span,
    user::UserStatus,
};
use embedded_dynamodb::Fault;
use local::{
    adopt::{adopt_pairs, read},
    elsewhere::elsewhere,
    original::{Tables, import},
    panel::Status,
    report::Report,
};
use rusqlite::Connection;
use rust_decimal::Decimal;
use serde_json::json;
use tests::{World, actors::says};
use tokio::task::JoinSet;

use crate::renewals::{GIB, buy};

/// As the original names accounts.
const ACCOUNT: &str = "QiVPN_1a2b3c4d-5e6f-7890-abcd-ef";
const FIRST: i64 = 7_100_000_001;
const BUYER: i64 = 7_100_000_002;
const BANNED: i64 = 7_100_000_008;

/// The original's tables with its odd values: text for flags, ids that are none, invitations in circles, accounts that are gone.
const ORIGINAL: &str = r#"
CREATE TABLE website_product (id integer PRIMARY KEY, name varchar(255), price decimal, data_limit real, expire integer);
INSERT INTO website_product VALUES (1, 'ماهانه', 150000, 30.0, 30), (2, 'بی‌پایان', 400000, 0, NULL), (3, 'free', 0, 1, 1), (4, 'half', 9000, 0.5, 1);
CREATE TABLE website_majorproduct (id integer PRIMARY KEY, name varchar(255), price decimal, data_limit integer, expire integer);
INSERT INTO website_majorproduct VALUES (1, 'عمده', 100000, 20, 30);
CREATE TABLE website_payment (id integer PRIMARY KEY, amount decimal, photo varchar(100), timestamp datetime);
INSERT INTO website_payment VALUES (1, 150000.00, 'x.jpg', '2024-02-01 10:00:00');
CREATE TABLE django_session (session_key varchar(40)); INSERT INTO django_session VALUES ('secret');
CREATE TABLE bot_botuser (id integer PRIMARY KEY, user_id bigint, test_status varchar(250), is_banned bool, status varchar(255), state varchar(255),
  selected_product_id integer, invited_by integer, has_received_prize bool, points integer, created_at datetime, updated_at datetime);
INSERT INTO bot_botuser VALUES
  (1, 7100000001, 'True', 0, 'active', NULL, NULL, NULL, 0, 3, '2024-01-01 08:00:00.123456', '2024-01-05 08:00:00'),
  (2, 7100000002, NULL, 0, NULL, 'quantity_input', 1, 7100000001, 1, NULL, '2024-01-02 08:00:00', '2024-02-01 10:05:00'),
  (3, 7100000003, 'False', 0, NULL, NULL, NULL, 7100000003, 0, NULL, '2024-01-03 08:00:00', '2024-01-03 08:00:00'),
  (4, 7100000004, NULL, 0, NULL, NULL, NULL, 7100000005, 0, NULL, '2024-01-04 08:00:00', '2024-01-04 08:00:00'),
  (5, 7100000005, NULL, 0, NULL, NULL, NULL, 7100000004, 0, NULL, '2024-01-05 08:00:00', '2024-01-05 08:00:00'),
  (6, 7100000006, NULL, 0, NULL, NULL, NULL, 999, 0, NULL, '2024-01-06 08:00:00', '2024-01-06 08:00:00'),
  (7, -5, NULL, 0, NULL, NULL, NULL, NULL, 0, NULL, '2024-01-07 08:00:00', '2024-01-07 08:00:00'),
  (8, 7100000008, NULL, 1, NULL, NULL, NULL, NULL, 0, NULL, '2024-01-08 08:00:00', '2024-01-08 08:00:00');
CREATE TABLE bot_order (id integer PRIMARY KEY, user_id bigint, product_id bigint, order_id varchar(36), major_product_id bigint, quantity integer,
  status varchar(255), created_at datetime, updated_at datetime);
INSERT INTO bot_order VALUES
  (1, 2, 1, '0f8fad5b-d9cb-469f-a165-70867728950e', NULL, 1, 'Completed', '2024-02-01 10:00:00', '2024-02-01 10:05:00.5'),
  (2, 1, 1, '1f8fad5b-d9cb-469f-a165-70867728950e', NULL, 1, 'pending', '2024-02-02 10:00:00', '2024-02-02 10:00:00'),
  (3, 1, NULL, '2f8fad5b-d9cb-469f-a165-70867728950e', 1, 12, 'Pending', '2024-02-03 10:00:00', '2024-02-03 10:00:00'),
  (4, 1, 1, '3f8fad5b-d9cb-469f-a165-70867728950e', NULL, 1, 'lost', '2024-02-04 10:00:00', '2024-02-04 10:00:00'),
  (5, 1, 77, '4f8fad5b-d9cb-469f-a165-70867728950e', NULL, 1, 'Completed', '2024-02-05 10:00:00', '2024-02-05 10:00:00'),
  (6, 7, 1, '5f8fad5b-d9cb-469f-a165-70867728950e', NULL, 1, 'Completed', '2024-02-06 10:00:00', '2024-02-06 10:00:00');
CREATE TABLE bot_subscription (id integer PRIMARY KEY, user_id_id bigint, sub_user varchar(255), status bool, created_at datetime, updated_at datetime);
INSERT INTO bot_subscription VALUES
  (1, 2, 'QiVPN_1a2b3c4d-5e6f-7890-abcd-ef', 0, '2024-02-01 10:05:00.4', '2024-02-01 10:05:00.4'),
  (2, 1, 'QiVPN_gone', 1, '2024-01-01 10:00:00', '2024-03-01 10:00:00'),
  (3, 8, 'Subscription User for 2', 0, '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
  (4, 1, 'qivpn_1A2B3c4d-5e6f-7890-abcd-ef', 0, '2024-01-01 10:00:00', '2024-01-01 10:00:00');
CREATE TABLE bot_discountcode (id integer PRIMARY KEY, code varchar(50), is_active bool, percent real, valid_from datetime, valid_to datetime,
  use_limit integer, times_used integer);
INSERT INTO bot_discountcode VALUES
  (1, 'Spring24', 1, 12.5, '2024-01-01 00:00:00', '2030-01-01 00:00:00', 100, 7),
  (2, '0f8fad5b-d9cb-469f-a165-70867728950e', 1, 10, NULL, NULL, NULL, 0),
  (3, 'TOOMUCH', 1, 150, NULL, NULL, NULL, 0),
  (4, 'BACKWARD', 1, 10, '2025-01-01 00:00:00', '2024-01-01 00:00:00', NULL, 0),
  (5, 'NEVER', 1, 10, NULL, NULL, 0, 0),
  (6, 'SPRING24', 0, 10, NULL, NULL, NULL, 0);
"#;

/// A folder of its own for one test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("wave-shop-original-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn original(folder: &Folder) -> Tables {
    let path = folder.0.join("db.sqlite3");
    Connection::open(&path).unwrap().execute_batch(ORIGINAL).unwrap();
    Tables::read(&path).unwrap()
}

/// Makes an account as the old bot did.
async fn account(world: &World, name: &str, gib: Option<u64>, days: Option<u32>) {
    let spec = ProvisioningSpec {
        name: name.parse().unwrap(),
        note: "from before".into(),
        data_limit: gib.map(|gib| gib << 30),
        validity: days.map_or(Validity::Unlimited, |days| Validity::FromFirstUse(Span::days(days))),
    };
    world.app.panel.ensure_account(&spec, world.app.now(), Duration::from_secs(10)).await.unwrap();
}

fn id(id: i64) -> TelegramUserId {
    TelegramUserId::new(id).unwrap()
}

/// Kinds with their new, known and skipped ones.
fn counts(report: &Report) -> Vec<(&'static str, u32, u32, u32)> {
    report.counts.iter().map(|(kind, count)| (*kind, count.new, count.already_there, count.skipped)).collect()
}

async fn opened() -> (World, Folder, Tables) {
    let world = World::open().await;
    account(&world, ACCOUNT, Some(30), Some(30)).await;
    let folder = Folder::new(&format!("{:?}", std::thread::current().id()).replace(['(', ')'], ""));
    let tables = original(&folder);
    (world, folder, tables)
}

const NEW: [(&str, u32, u32, u32); 6] = [
    ("discount codes", 1, 0, 5),
    ("orders", 3, 0, 3),
    ("products", 4, 0, 1),
    ("referrals", 2, 0, 3),
    ("subscriptions", 1, 0, 3),
    ("users", 7, 0, 1),
];

#[tokio::test]
async fn the_original_is_moved_once_however_often_it_is_asked_for() {
    let (world, _folder, tables) = opened().await;
    let panel_before = world.panel.users();
    let before = world.contents().await;
    let tried = import(&world.app, &tables, true).await.unwrap();
    assert_eq!((counts(&tried), tried.dry_run), (NEW.to_vec(), true), "{tried}");
    assert_eq!(world.contents().await, before, "a dry run writes nothing");
    let report = import(&world.app, &tables, false).await.unwrap();
    assert_eq!(counts(&report), NEW.to_vec(), "{report}");
    assert_eq!((&report.skipped, &report.notes), (&tried.skipped, &tried.notes), "the dry run said it all");
    assert_eq!(world.panel.users(), panel_before, "the panel is only read");

    // Nothing that customers did since is overwritten, and nothing comes twice.
    world.app.choose_language(&world.user(BUYER).await, Language::English).await.unwrap();
    let moved = world.contents().await;
    world.clock.advance(Span::days(1));
    let again = import(&world.app, &tables, false).await.unwrap();
    let known: Vec<_> = NEW.iter().map(|(kind, new, _, skipped)| (*kind, 0, *new, *skipped)).collect();
    assert_eq!(counts(&again), known, "{again}");
    assert_eq!(world.contents().await, moved);
    assert_eq!(world.history("shop", "original").await, ["import"]);
    assert!(!report.to_string().contains("secret"), "{report}");
}

#[tokio::test]
async fn what_is_moved_means_what_it_meant() {
    let (world, _folder, tables) = opened().await;
    let report = import(&world.app, &tables, false).await.unwrap();
    let store = &world.app.store;
    let first = world.user(FIRST).await;
    assert_eq!((first.invited, first.qualified, first.granted), (1, 1, 1));
    assert_eq!(first.joined_at.to_string(), "2024-01-01T08:00:00.123Z");
    assert_eq!(first.trial_at.map(|at| at.to_string()).as_deref(), Some("2024-01-05T08:00:00.000Z"), "test_status is the text True");
    assert_eq!(first.status, UserStatus::Expired, "his account is gone");
    let buyer = world.user(BUYER).await;
    assert_eq!((buyer.status, buyer.invited_by, buyer.trial_at), (UserStatus::Active, Some(id(FIRST)), None));
    assert_eq!(buyer.first_paid_at.map(|at| at.to_string()).as_deref(), Some("2024-02-01T10:05:00.500Z"));
    assert!(world.user(BANNED).await.is_banned() && !buyer.is_banned());
    let referral = store.referral(id(FIRST), id(BUYER)).await.unwrap().unwrap();
    assert_eq!((referral.state, referral.work.duty), (ReferralState::Granted, None), "nobody is rewarded again");
    // Of a circle all edges but one are there.
    assert_eq!((world.user(7_100_000_004).await.invited_by, world.user(7_100_000_005).await.invited_by), (Some(id(7_100_000_005)), None));
    assert_eq!(world.user(7_100_000_003).await.invited_by, None);

    let product = store.product(&"dj-1".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((product.price, product.data_limit_gb, product.duration_days), (Money::whole(150_000, Currency::Irt), Some(30), Some(30)));
    let endless = store.product(&"dj-2".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((endless.data_limit_gb, endless.duration_days, endless.active), (None, None, true));
    for archived in ["dj-4", "djb-1"] {
        assert!(!store.product(&archived.parse().unwrap()).await.unwrap().unwrap().active, "{archived}");
    }

    let order = world.order(BUYER).await;
    assert_eq!((order.status, order.work.duty, order.panel_name.as_str()), (OrderStatus::Provisioned, None, ACCOUNT));
    let orders = world.orders(FIRST).await;
    assert!(orders.iter().all(|order| order.status == OrderStatus::Expired && order.work.duty.is_none()));
    assert_eq!(orders.iter().map(|order| order.total.amount()).collect::<BTreeSet<_>>().len(), 2);
    assert!(orders.iter().any(|order| order.total == Money::whole(1_200_000, Currency::Irt) && order.terms.name == "12 × عمده"));

    let held = store.subscription(order.id).await.unwrap().unwrap();
    assert_eq!((held.name.as_str(), held.title.as_str(), held.data_limit), (ACCOUNT, "ماهانه", Some(30 << 30)));
    assert_eq!((held.duration_days, held.state(), held.product), (Some(30), SubscriptionState::Active, Some("dj-1".parse().unwrap())));
    assert!(held.link.starts_with("https://panel.example/sub/"));

    let code = world.code("SPRING24").await;
    assert_eq!((code.times_used, code.use_limit, code.active), (7, Some(100), true));
    for reason in
        ["nobody invites himself", "the inviter is not there", "another subscription has the same account", "150 is no percentage"]
    {
        assert!(report.to_string().contains(reason), "{reason}: {report}");
    }
    for note in ["bot_botuser.points is not moved", "website_payment: 1 rows are not moved", "djb-1 is of the bulk list"] {
        assert!(report.to_string().contains(note), "{note}: {report}");
    }
}

#[tokio::test]
async fn csv_files_say_the_same_as_the_database() {
    let folder = Folder::new("csv");
    let tables = original(&folder);
    let csv = Folder::new("csv-files");
    for (name, rows) in &tables.0 {
        let columns: BTreeSet<&String> = rows.iter().flat_map(|row| row.0.keys()).collect();
        let quoted = |value: &str| format!("\"{}\"", value.replace('"', "\"\""));
        let mut text = columns.iter().map(|column| column.as_str()).collect::<Vec<_>>().join(",") + "\r\n";
        for row in rows {
            let values: Vec<String> =
                columns.iter().map(|column| row.0.get(*column).map_or_else(String::new, |value| quoted(value))).collect();
            text += &(values.join(",") + "\r\n");
        }
        csv.file(&format!("public.{name}.csv"), &text);
    }
    csv.file("readme.txt", "not a table");
    assert_eq!(Tables::read(&csv.0).unwrap(), tables);
    let foreign = Folder::new("foreign");
    assert!(Tables::read(&foreign.0).is_err(), "an empty folder is no shop");
    assert!(Tables::read(Path::new("/nowhere/db.sqlite3")).is_err());
    assert!(Tables::read(&foreign.file("db.sqlite3", "no database")).is_err());
}

/// The tables as `pg_dump` writes them.
fn dump(tables: &Tables) -> String {
    let escaped = |value: &str| value.replace('\\', "\\\\").replace('\n', "\\n").replace('\t', "\\t");
    let mut text = "--\n-- PostgreSQL database dump\n--\n\nSET client_encoding = 'UTF8';\nCREATE TABLE public.bot_botuser (\n    id bigint NOT NULL\n);\n".to_owned();
    for (name, rows) in &tables.0 {
        let columns: BTreeSet<&String> = rows.iter().flat_map(|row| row.0.keys()).collect();
        let quoted: Vec<String> = columns.iter().map(|column| format!("\"{column}\"")).collect();
        text += &format!("\nCOPY public.{name} ({}) FROM stdin;\n", quoted.join(", "));
        for row in rows {
            let values: Vec<String> =
                columns.iter().map(|column| row.0.get(*column).map_or_else(|| "\\N".to_owned(), |value| escaped(value))).collect();
            text += &(values.join("\t") + "\n");
        }
        text += "\\.\n";
    }
    text + "\n--\n-- PostgreSQL database dump complete\n--\n"
}

#[tokio::test]
async fn a_dump_of_postgresql_says_the_same_as_the_database() {
    let folder = Folder::new("dump");
    let mut tables = original(&folder);
    let name = tables.0.get_mut("website_product").unwrap()[0].0.get_mut("name").unwrap();
    *name = "tab\tand\nline \\ back".to_owned();
    let text = dump(&tables);
    assert_eq!(Tables::read(&folder.file("plain.sql", &text)).unwrap(), tables);
    assert_eq!(Tables::read(&folder.file("windows.sql", &text.replace('\n', "\r\n"))).unwrap(), tables);
}

/// What is not the original's is said before anything is opened, with what to do about it.
#[tokio::test]
async fn a_source_that_is_wrong_says_what_is_wrong() {
    let folder = Folder::new("wrong");
    let whole = dump(&original(&folder));
    let cut = whole.find("\\.").unwrap();
    for (name, content, said) in [
        ("plain.txt", "hello".to_owned(), "neither an SQLite database nor a plain dump"),
        ("empty.sql", String::new(), "neither an SQLite database nor a plain dump"),
        ("packed.dump", "PGDMP\u{1}".to_owned(), "pg_restore --file"),
        ("inserts.sql", "INSERT INTO public.bot_order VALUES (1);\n".to_owned(), "without --inserts"),
        ("cut.sql", whole[..cut].to_owned(), "is cut off in the table"),
        ("ragged.sql", "COPY bot_botuser (id, user_id) FROM stdin;\n1\t2\n3\n\\.\n".to_owned(), "line 3"),
        ("foreign.sql", "COPY public.films (id) FROM stdin;\n1\n\\.\n".to_owned(), "there are films"),
        (
            "orders.sql",
            "COPY bot_order (id, user_id, status, created_at) FROM stdin;\n1\t1\tpending\t2024-01-01\n\\.\n".to_owned(),
            "no table botuser",
        ),
        (
            "users.sql",
            "COPY bot_botuser (id, telegram) FROM stdin;\n1\t7100000001\n\\.\n".to_owned(),
            "called user_id; its columns: id, telegram",
        ),
    ] {
        let error = Tables::read(&folder.file(name, &content)).unwrap_err().to_string();
        assert!(error.contains(said), "{name}: {error}");
    }
    let csv = Folder::new("wrong-csv");
    csv.file("bot_botuser.csv", "id;user_id\n1;7100000001\n");
    assert!(Tables::read(&csv.0).unwrap_err().to_string().contains("its columns: id;user_id"));
    assert!(read(&folder.file("list.csv", "name,id\na,1\n")).unwrap_err().to_string().contains("username and telegram_id"));
}

#[tokio::test]
async fn rows_that_are_there_twice_come_once() {
    let (world, folder, tables) = opened().await;
    let mut twice = tables.clone();
    for rows in twice.0.values_mut() {
        let again = rows.clone();
        rows.extend(again);
    }
    let tried = import(&world.app, &twice, true).await.unwrap();
    let report = import(&world.app, &twice, false).await.unwrap();
    assert_eq!((counts(&tried), &tried.skipped), (counts(&report), &report.skipped), "the dry run said it all");
    let news = |report: &Report| report.counts.iter().map(|(kind, count)| (*kind, count.new)).collect::<Vec<_>>();
    assert_eq!(news(&report), NEW.map(|(kind, new, ..)| (kind, new)), "{report}");
    assert!(report.to_string().contains("skipped users 7100000001: there are two of this id"), "{report}");
    let moved = world.contents().await;
    assert_eq!(import(&world.app, &original(&Folder::new("once")), false).await.unwrap().count("orders").new, 0);
    assert_eq!(world.contents().await, moved, "the same as the rows alone");
    drop(folder);
}

#[tokio::test]
async fn a_run_that_died_is_gone_on_with() {
    let calls = {
        let (world, _folder, tables) = opened().await;
        world.dynamodb.take_log();
        import(&world.app, &tables, false).await.unwrap();
        world.dynamodb.take_log().len()
    };
    // The last call is the one that puts the entry into the history.
    for after in [1, 4, 9, 14, 20, calls] {
        let (world, _folder, tables) = opened().await;
        let way = if after % 2 == 0 || after == calls { Fault::Dead } else { Fault::DeadAfter };
        world.dynamodb.fail_nth(after, way);
        assert!(import(&world.app, &tables, false).await.is_err(), "after {after}");
        world.dynamodb.restore();
        let report = import(&world.app, &tables, false).await.unwrap();
        let sums: Vec<_> = report.counts.iter().map(|(kind, count)| (*kind, count.new + count.already_there, 0, count.skipped)).collect();
        assert_eq!(sums, NEW.to_vec(), "after {after}: {report}");
        let first = world.user(FIRST).await;
        assert_eq!((first.invited, first.qualified, first.granted), (1, 1, 1), "after {after}");
        assert!(!world.history("shop", "original").await.is_empty(), "after {after}");
    }
}

#[tokio::test]
async fn a_panel_that_is_down_is_said_and_the_rest_is_moved() {
    let (world, _folder, tables) = opened().await;
    world.panel.down();
    let report = import(&world.app, &tables, false).await.unwrap();
    assert_eq!(
        (report.count("orders").new, report.count("subscriptions").new, report.count("subscriptions").skipped),
        (3, 0, 4),
        "{report}"
    );
    assert!(report.to_string().contains("run it again"), "{report}");
    world.panel.up();
    assert_eq!(import(&world.app, &tables, false).await.unwrap().count("subscriptions").new, 1);
}

#[tokio::test]
async fn a_moved_customer_renews_what_he_had() {
    let (world, _folder, tables) = opened().await;
    import(&world.app, &tables, false).await.unwrap();
    world.app.choose_language(&world.user(BUYER).await, Language::English).await.unwrap();
    let customer = world.customer(BUYER);
    customer.send("/start").await;
    buy(&customer, "Plan large", 240).await;
    let account = world.panel.user(ACCOUNT).unwrap();
    assert_eq!(account.data_limit, Some(80 * GIB), "{}", says(&customer));
    assert_eq!(account.note.as_deref(), Some("from before"));
    assert_eq!(world.panel.users().len(), 1, "no second account");
}

#[tokio::test]
async fn accounts_of_the_panel_are_adopted_by_a_list() {
    let world = World::open().await;
    for (name, gib, days) in [("Old.one", Some(5), Some(20)), ("Prize_7100000009", None, None), ("ended", Some(1), Some(10))] {
        account(&world, name, gib, days).await;
    }
    world.panel.use_traffic("ended", 2 * GIB).unwrap();
    world.panel.review();
    assert_eq!(world.panel.user("ended").unwrap().status, Status::Limited);
    let customer = world.customer(7_100_000_010);
    customer.send("/start").await;
    let made = crate::renewals::holder(&world, 7_100_000_011).await;
    let ours = world.order(made.id()).await.panel_name;
    let folder = Folder::new("adopt");
    let list = format!(
        "Username, Telegram_ID\nOld.one,7100000010\nPrize_7100000009,\nended,7100000012\ngone,7100000010\n{ours},7100000010\nnobodys,\nold.one,1\n"
    );
    let pairs = read(&folder.file("list.csv", &list)).unwrap();
    let (before, panel_before) = (world.contents().await, world.panel.users());
    let tried = adopt_pairs(&world.app, &pairs, true).await.unwrap();
    assert_eq!(world.contents().await, before, "a dry run writes nothing");
    let report = adopt_pairs(&world.app, &pairs, false).await.unwrap();
    assert_eq!(counts(&report), [("subscriptions", 3, 0, 4)], "{report}");
    assert_eq!((counts(&tried), &tried.skipped), (counts(&report), &report.skipped), "the dry run said it all");
    assert_eq!(world.panel.users(), panel_before, "the panel is only read");

    let of = async |customer: i64| world.app.store.subscriptions_of(id(customer), None, 10).await.unwrap().items;
    let [old] = of(7_100_000_010).await.try_into().unwrap();
    assert_eq!(
        (old.name.as_str(), old.data_limit, old.duration_days, old.state()),
        ("Old.one", Some(5 << 30), Some(20), SubscriptionState::Active)
    );
    assert_eq!(world.user(7_100_000_010).await.status, UserStatus::Active);
    let [prize] = of(7_100_000_009).await.try_into().unwrap();
    assert_eq!((prize.data_limit, prize.duration_days, prize.work.duty), (None, None, None), "nothing of it can end");
    let [ended] = of(7_100_000_012).await.try_into().unwrap();
    assert_eq!((ended.state(), ended.work.duty), (SubscriptionState::Expired, None), "of an old end nobody is told");
    assert_eq!(world.user(7_100_000_012).await.status, UserStatus::Expired);

    let moved = world.contents().await;
    let again = adopt_pairs(&world.app, &pairs, false).await.unwrap();
    assert_eq!(counts(&again), [("subscriptions", 0, 3, 4)], "{again}");
    assert_eq!(world.contents().await, moved);

    customer.send("/subscriptions").await;
    assert!(says(&customer).contains("Old.one") && says(&customer).contains("5 GB"), "{}", says(&customer));
    buy(&customer, "Plan small", 80).await;
    assert_eq!(world.panel.user("Old.one").unwrap().data_limit, Some(15 * GIB), "{}", says(&customer));
    let reference = world.app.names.order(old.order);
    assert_eq!(world.history("subscription", &reference).await, ["adopt"]);
    let (status, shown) = world.admin("GET", &format!("/admin/v1/subscriptions/{reference}"), None).await;
    assert_eq!((status, shown["panel_username"].as_str()), (200, Some("Old.one")));
    assert!(world.app.now() > Timestamp::EPOCH);
}

#[tokio::test]
async fn an_account_is_one_customers_however_many_ask_for_it() {
    let world = World::open().await;
    account(&world, "Old.one", Some(5), Some(20)).await;
    let customers: Vec<i64> = (7_100_000_020..7_100_000_026).collect();
    let account = world.app.panel.account(&"Old.one".parse().unwrap(), world.app.now(), Duration::from_secs(10)).await.unwrap().unwrap();
    let mut running = JoinSet::new();
    for customer in &customers {
        let adoption = Adoption { customer: id(*customer), order: None, since: world.app.now() };
        let (app, account) = (Arc::clone(&world.app), account.clone());
        running.spawn(async move { app.adopt(&account, &adoption, &Actor::Bootstrap).await });
    }
    let answers = running.join_all().await;
    let (given, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| matches!(answer, Ok(Adopted::Now(_))));
    assert_eq!(given.len(), 1, "{answers:?}");
    assert!(refused.iter().all(|answer| matches!(answer, Err(OperateError::WrongState(_) | OperateError::Changed))), "{refused:?}");
    let mut holders = Vec::new();
    for customer in &customers {
        holders.extend(world.app.store.subscriptions_of(id(*customer), None, 10).await.unwrap().items);
    }
    assert_eq!(holders.len(), 1);

    // A list that gives it to somebody else is told so, in a dry run too, whatever the case of its letters.
    let holder = holders[0].order.buyer;
    let other = customers.iter().find(|customer| id(**customer) != holder).unwrap();
    let pairs = [("OLD.ONE".to_owned(), other.to_string())];
    let moved = world.contents().await;
    for dry_run in [true, false] {
        let report = adopt_pairs(&world.app, &pairs, dry_run).await.unwrap();
        assert_eq!(counts(&report), [("subscriptions", 0, 0, 1)], "{report}");
        assert!(report.to_string().contains(&format!("The user {holder} has this account.")), "{report}");
    }
    assert_eq!(world.contents().await, moved);
}

#[tokio::test]
async fn an_operator_adopts_an_account_by_its_name() {
    let world = World::open().await;
    account(&world, "Old.one", Some(5), Some(20)).await;
    let (customer, other) = (world.customer(7_100_000_030), world.customer(7_100_000_031));
    customer.send("/start").await;
    other.send("/start").await;
    let made = crate::renewals::holder(&world, 7_100_000_032).await;
    let ours = world.order(made.id()).await.panel_name;
    let path = |customer: i64| format!("/admin/v1/users/{customer}/adopt");
    let body = |name: &str| json!({ "panel_username": name });
    let (before, panel_before) = (world.contents().await, world.panel.users());
    for (customer, name, status, kind) in [
        (7_100_000_030, "gone", 422, "invalid-fields"),
        (7_100_000_030, "no name", 422, "invalid-fields"),
        (7_100_000_030, ours.as_str(), 409, "wrong-state"),
        (7_100_000_039, "Old.one", 404, "not-found"),
    ] {
        let (answered, problem) = world.admin("POST", &path(customer), Some(body(name))).await;
        assert!(answered == status && problem["type"].as_str().unwrap().ends_with(kind), "{name}: {answered} {problem}");
    }
    world.panel.down();
    assert_eq!(world.admin("POST", &path(7_100_000_030), Some(body("Old.one"))).await.0, 503);
    world.panel.up();
    assert_eq!(world.contents().await, before, "what is refused leaves nothing");

    world.dynamodb.take_log();
    let (status, given) = world.admin_named("one", &path(7_100_000_030), &body("Old.one")).await;
    let log = world.dynamodb.take_log();
    let written: Decimal = log.iter().map(|one| one.write.total()).sum();
    let read: Decimal = log.iter().map(|one| one.read.total()).sum();
    // Six items in one transaction: subscription, order, customer, whose it is, audit entry, answer.
    assert!(written <= Decimal::from(16) && read <= Decimal::from(7) && log.len() <= 8, "{written} {read} {log:?}");
    assert_eq!((status, given["panel_username"].as_str(), given["status"].as_str()), (200, Some("Old.one"), Some("active")), "{given}");
    let moved = world.contents().await;
    assert_eq!(world.admin_named("one", &path(7_100_000_030), &body("Old.one")).await, (200, given.clone()), "the same request again");
    assert_eq!(world.contents().await, moved);
    let reference = given["order_id"].as_str().unwrap();
    world.panel.down();
    let (status, again) = world.admin_named("two", &path(7_100_000_030), &body("old.ONE")).await;
    assert_eq!((status, again["order_id"].as_str()), (200, Some(reference)), "what is there needs no panel");
    world.panel.up();
    assert_eq!(world.admin_named("three", &path(7_100_000_031), &body("Old.one")).await.0, 409, "it is somebody else's");
    assert_eq!(world.history("subscription", reference).await, ["adopt"]);
    assert_eq!(world.panel.users(), panel_before, "the panel is only read");

    for q in ["Old.one", "OLD.one", ours.as_str()] {
        let (_, found) = world.admin("GET", &format!("/admin/v1/orders?q={q}"), None).await;
        assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{q}: {found}");
    }
    assert_eq!(world.admin("GET", "/admin/v1/orders?q=Old.two", None).await.1["items"], json!([]));
    customer.send("/subscriptions").await;
    assert!(says(&customer).contains("Old.one"), "{}", says(&customer));
}

/// From a machine that has nothing but the credentials and the shop's settings.
#[tokio::test]
async fn the_original_moves_into_a_table_elsewhere() {
    let (world, _folder, tables) = opened().await;
    let settings: BTreeMap<String, String> = world.settings.iter().cloned().collect();
    let with = |change: &dyn Fn(&mut BTreeMap<String, String>)| {
        let mut settings = settings.clone();
        change(&mut settings);
        settings
    };
    let credentials = with(&|settings| {
        settings.remove("AWS_ENDPOINT_URL_DYNAMODB");
        settings.remove("AWS_ACCESS_KEY_ID");
    });
    let token = with(&|settings| drop(settings.remove("TELEGRAM_BOT_TOKEN")));
    for (table, settings, said) in [
        ("shop", credentials, "set AWS_ACCESS_KEY_ID"),
        ("shop", token, "TELEGRAM_BOT_TOKEN is not set"),
        ("another", settings.clone(), "the table another cannot be read"),
    ] {
        let error = elsewhere(table, settings).await.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(said), "{error}");
    }
    // It needs neither what Telegram proves itself with nor where the shop is reached.
    let bare =
        with(&|settings| settings.retain(|name, _| !["PUBLIC_URL", "TELEGRAM_WEBHOOK_SECRET", "TABLE_NAME"].contains(&name.as_str())));
    let app = elsewhere("shop", bare).await.unwrap();
    let report = import(&app, &tables, false).await.unwrap();
    assert_eq!(counts(&report), NEW.to_vec(), "{report}");
    assert_eq!(world.order(BUYER).await.panel_name.as_str(), ACCOUNT);
    assert_eq!(import(&world.app, &tables, false).await.unwrap().count("subscriptions").already_there, 1, "it is the same shop");
}
