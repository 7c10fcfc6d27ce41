//! Replays recorded exchanges with a real Marzban 0.8.4 and compares what the stand-in says.
//!
//! The recordings of one sitting run against one panel, with its clock at the recorded second. Accounts and traffic that
//! were made off the record are made by [`given`]. What differs by nature is masked: tokens, credentials, times of
//! creation, and the server in links. Everything else has to be the same: status, headers, every field.

use std::collections::BTreeMap;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::{Map, Value, json};

use super::driving::{Answer, Ask, Driven};
use super::subscription;

/// Exchanges that are not replayed.
struct Left {
    file: &'static str,
    /// Indices; empty is the whole file.
    exchanges: &'static [usize],
    because: &'static str,
}

const LEFT: &[Left] = &[
    Left { file: "02-admins", exchanges: &[0, 1, 2, 3, 7, 8], because: "admins are made by the options" },
    Left { file: "03-system-inbounds", exchanges: &[2, 3, 4, 5], because: "hosts, templates and the core are left out" },
    Left { file: "05-admin-token-life", exchanges: &[0, 4, 10, 11], because: "admins are made by the options" },
    Left { file: "26-next-plan", exchanges: &[4, 5, 6, 7, 8, 9, 10, 11, 14], because: "next_plan is not carried out" },
    Left { file: "28-usage-list", exchanges: &[16, 17, 18], because: "sums over all accounts are left out" },
    Left { file: "33-xray-down", exchanges: &[1, 4], because: "the core is left out" },
    Left { file: "14-poison-next-plan-on-unlimited", exchanges: &[], because: "next_plan is not carried out" },
    Left { file: "15-default-xray-config", exchanges: &[3], because: "the inbounds of a panel do not change" },
    Left { file: "34-panel-timezone", exchanges: &[], because: "the panel runs in UTC" },
    Left { file: "35-connection-behaviour", exchanges: &[], because: "idle connections are the server's affair" },
    Left { file: "50-latency", exchanges: &[], because: "numbers, no exchanges" },
];

/// Parts of replies that differ on purpose, and why.
const DIFFERENT: &[(&str, &str, &str)] = &[
    ("03-system-inbounds", "/api/system", "the machine's memory, load and bandwidth are made up"),
    ("29-subscription", "/v2ray-json", "configurations hold the proxies only, without the panel's template"),
    ("29-subscription", "/clash", "configurations hold the proxies only, without the panel's template"),
    ("29-subscription", "/sing-box", "configurations hold the proxies only, without the panel's template"),
];

/// Recordings of one sitting, in order, and how the panel was set up.
const SITTINGS: &[(&[&str], Setup)] = &[
    (&["01-token", "02-admins", "03-system-inbounds"], Setup::Recorded),
    (&["04-token-expiry"], Setup::TokensOfOneMinute),
    (&["05-admin-token-life"], Setup::Recorded),
    (&["15-default-xray-config"], Setup::ShadowsocksOnly),
    (
        &[
            "10-create-seed-on-hold",
            "11-create-active",
            "12-create-errors",
            "13-poison-rows",
            "20-get-user",
            "21-put-extend-active",
            "22-put-expired-and-over-limit",
            "23-on-hold",
            "24-reset",
            "25-revoke-sub",
            "26-next-plan",
            "27-put-proxies-inbounds",
            "28-usage-list",
            "29-subscription",
            "30-delete",
            "31-timeout-and-races",
        ],
        Setup::Recorded,
    ),
    (&["32-delete-recreate"], Setup::Recorded),
    (&["33-xray-down"], Setup::Recorded),
];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Setup {
    Recorded,
    TokensOfOneMinute,
    ShadowsocksOnly,
}

/// What happened off the record before an exchange.
enum Step {
    /// The clock stood at this second.
    At(i64),
    /// `wave_bot` made an account: the given fields on top of vmess and vless on all inbounds.
    Make(&'static str, Value),
    /// `wave_root` made one.
    MakeByRoot(&'static str),
    /// A `PUT`
    Put(&'static str, Value),
    Reset(&'static str),
    Traffic(&'static str, i64),
    Review,
    Password(&'static str, &'static str),
}

const GIB: i64 = 1 << 30;

fn given(file: &str, exchange: usize) -> Vec<Step> {
    use Step::{At, Make, MakeByRoot, Password, Put, Reset, Review, Traffic};
    let on_hold = || json!({ "status": "on_hold", "on_hold_expire_duration": 2_592_000, "data_limit": 10 * GIB });
    let next_plan = || json!({ "data_limit": 5 * GIB, "expire": 1_798_806_015 });
    match (file, exchange) {
        ("05-admin-token-life", 5) => vec![Password("tmp_admin", "p2-tmp")],
        ("20-get-user", 0) => vec![Make("wt_get1", json!({ "expire": 1_795_436_415, "data_limit": GIB }))],
        ("21-put-extend-active", 0) => {
            vec![Make("wt_ren", json!({ "expire": 1_795_782_015, "data_limit": 10 * GIB, "note": "order 1" })), Traffic("wt_ren", 3 * GIB)]
        }
        ("22-put-expired-and-over-limit", 0) => {
            vec![Make("wt_both", json!({ "expire": 1_795_436_415, "data_limit": GIB })), Traffic("wt_both", 2 * GIB)]
        }
        ("23-on-hold", 0) => vec![Make("wt_oh1", on_hold()), At(1_795_350_033), Traffic("wt_oh1", 1_000_000)],
        ("23-on-hold", 2) => vec![Make("wt_oh2", on_hold())],
        ("23-on-hold", 5) => vec![At(1_795_350_041), Traffic("wt_oh2", 1_000)],
        ("23-on-hold", 6) => vec![Make("wt_oh3", on_hold())],
        ("23-on-hold", 10) => vec![Make("wt_oh4", on_hold())],
        ("23-on-hold", 11) => {
            let mut waiting = on_hold();
            waiting["on_hold_expire_duration"] = json!(3_600);
            waiting["on_hold_timeout"] = json!("2026-11-22T12:20:49Z");
            vec![Make("wt_oh5", waiting), Review, At(1_795_350_049), Review]
        }
        ("23-on-hold", 12) => vec![Make("wt_oh6", on_hold())],
        ("23-on-hold", 14) => {
            let mut small = on_hold();
            small["data_limit"] = json!(GIB);
            vec![Make("wt_oh7", small), At(1_795_350_055), Traffic("wt_oh7", 2 * GIB)]
        }
        ("23-on-hold", 15) => vec![Make("wt_oh8", on_hold())],
        ("24-reset", 0) => vec![Make("wt_rs1", json!({ "expire": 1_795_436_415, "data_limit": GIB })), Traffic("wt_rs1", 2 * GIB)],
        ("24-reset", 3) => {
            vec![Make("wt_rs2", json!({ "data_limit": GIB })), Put("wt_rs2", json!({ "status": "disabled" }))]
        }
        ("24-reset", 4) => vec![Make("wt_rs3", json!({ "expire": 1_795_350_010, "data_limit": GIB }))],
        ("25-revoke-sub", 0) => vec![Make(
            "wt_rv1",
            json!({
                "expire": 1_795_436_415, "data_limit": GIB, "note": "keep me",
                "next_plan": { "data_limit": GIB, "expire": 1_795_522_815 },
            }),
        )],
        ("25-revoke-sub", 4) => vec![Make("wt_rv2", json!({}))],
        ("25-revoke-sub", 7) => {
            vec![Make("wt_rv3", json!({ "status": "on_hold", "on_hold_expire_duration": 2_592_000 }))]
        }
        ("25-revoke-sub", 8) => vec![Make("wt_rv4", json!({ "expire": 1_795_350_010 }))],
        ("26-next-plan", 0) => vec![Make("wt_np1", json!({ "expire": 1_795_436_415, "data_limit": GIB }))],
        // From here on the results of a next_plan are made by hand, for the lists of accounts that follow.
        ("26-next-plan", 12) => vec![
            Traffic("wt_np1", GIB + 5),
            Reset("wt_np1"),
            Put("wt_np1", json!({ "expire": 1_798_892_415, "data_limit": 6_442_450_939_i64 })),
            Make("wt_np2", json!({ "expire": 1_798_806_015, "data_limit": 13 * GIB })),
            Traffic("wt_np2", 2 * GIB),
            Reset("wt_np2"),
            Make("wt_np3", json!({ "expire": 1_798_806_015, "data_limit": 5 * GIB })),
            Traffic("wt_np3", 2 * GIB),
            Reset("wt_np3"),
            Make("wt_np4", json!({ "next_plan": next_plan() })),
            Make("wt_np5", json!({ "data_limit": GIB })),
        ],
        ("26-next-plan", 15) => vec![
            Make("wt_np6", json!({ "data_limit": GIB })),
            Traffic("wt_np6", GIB + 5),
            Reset("wt_np6"),
            Put("wt_np6", json!({ "expire": 2_592_000, "data_limit": 1_073_741_819 })),
            Make("wt_np7", json!({ "expire": 1_795_436_415, "data_limit": GIB, "next_plan": next_plan() })),
        ],
        ("27-put-proxies-inbounds", 0) => vec![Make("wt_px", json!({}))],
        ("29-subscription", 0) => {
            vec![Make("wt_sub", json!({ "expire": 1_795_436_415, "data_limit": GIB })), Traffic("wt_sub", 1_000)]
        }
        ("29-subscription", 14) => vec![Make("wt_subexp", json!({ "expire": 1_795_350_010 })), Review],
        ("29-subscription", 17) => {
            vec![Make("wt_subdis", json!({})), Put("wt_subdis", json!({ "status": "disabled" }))]
        }
        ("30-delete", 0) => vec![Make("wt_del1", json!({}))],
        ("30-delete", 5) => vec![Make("wt_del1", json!({}))],
        ("30-delete", 7) => vec![MakeByRoot("wt_del2")],
        ("31-timeout-and-races", 1) => vec![Make("wt_to1", json!({ "proxies": { "vmess": {} } }))],
        _ => Vec::new(),
    }
}

struct Replay {
    driven: Driven,
    /// Recorded bearer token → the stand-in's.
    tokens: BTreeMap<String, String>,
    last: i64,
}

impl Replay {
    async fn take(&self, step: Step) {
        let put = |name: &str, body: &Value| Ask::new("PUT", &format!("/api/user/{name}")).json(body);
        let create = |name: &str, more: &Value| {
            let mut body = json!({
                "username": name, "proxies": { "vmess": {}, "vless": {} }, "inbounds": { "vmess": [], "vless": [] },
            });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            Ask::new("POST", "/api/user").json(&body)
        };
        let (ask, admin) = match step {
            Step::At(now) => return self.driven.set_clock(now),
            Step::Review => return self.driven.panel.review(),
            Step::Password(admin, password) => {
                return self.driven.panel.change_password(admin, password);
            }
            Step::Traffic(name, bytes) => {
                self.driven.panel.use_traffic(name, bytes).unwrap();
                return;
            }
            Step::Make(name, more) => (create(name, &more), "wave_bot"),
            Step::MakeByRoot(name) => (create(name, &json!({})), "wave_root"),
            Step::Put(name, body) => (put(name, &body), "wave_bot"),
            Step::Reset(name) => (Ask::new("POST", &format!("/api/user/{name}/reset")), "wave_bot"),
        };
        let token = self.driven.token(admin).await;
        let answer = self.driven.ask(ask.bearer(&token)).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// The stand-in's token for a recorded one: the one it gave in the same exchange, else a fresh login.
    async fn token_for(&self, recorded: &str) -> String {
        if let Some(token) = self.tokens.get(recorded) {
            return token.clone();
        }
        let claims = recorded.split('.').nth(1).unwrap();
        let claims: Value = serde_json::from_slice(&BASE64URL_NOPAD.decode(claims.as_bytes()).unwrap()).unwrap();
        self.driven.token(claims["sub"].as_str().unwrap()).await
    }

    async fn ask_of(&self, request: &Value) -> Ask {
        let path = request["path"].as_str().unwrap();
        let mut ask = Ask::new(request["method"].as_str().unwrap(), &self.with_own_signature(path));
        for (name, value) in request["headers"].as_object().unwrap() {
            let value = value.as_str().unwrap();
            let value = match value.strip_prefix("Bearer ").filter(|token| token.starts_with("ey")) {
                Some(token) => format!("Bearer {}", self.token_for(token).await),
                None => value.to_owned(),
            };
            ask = ask.header(name, &value);
        }
        ask.body = match (request.get("json"), request.get("form"), request.get("raw")) {
            (Some(json), _, _) => json.to_string(),
            (_, Some(form), _) => {
                let field = |(name, value): (&String, &Value)| format!("{name}={}", value.as_str().unwrap());
                form.as_object().unwrap().iter().map(field).collect::<Vec<_>>().join("&")
            }
            (_, _, Some(raw)) => raw.as_str().unwrap().to_owned(),
            _ => String::new(),
        }
        .into_bytes();
        ask
    }

    /// A recorded subscription token, signed by the stand-in. Tokens that were not the panel's stay as they are.
    fn with_own_signature(&self, path: &str) -> String {
        let Some(token) = path.strip_prefix("/sub/").and_then(|rest| rest.split('/').next()) else {
            return path.to_owned();
        };
        match subscriber(token) {
            Some((name, time)) if !TAMPERED.contains(&token) => {
                let secret = self.driven.panel.state().subscription_secret.clone();
                path.replace(token, &subscription::mint(&name, time, &secret))
            }
            _ => path.to_owned(),
        }
    }

    async fn exchange(&mut self, file: &str, index: usize, exchange: &Value) -> Vec<String> {
        let now = exchange["at_unix"].as_f64().unwrap().trunc() as i64;
        // What happened off the record began right after the exchange before.
        self.driven.set_clock(self.last);
        for step in given(file, index) {
            self.take(step).await;
        }
        self.driven.set_clock(now);
        if now - self.last >= 2 {
            self.driven.panel.review();
        }
        self.last = now;
        let request = &exchange["request"];
        let answer = self.driven.ask(self.ask_of(request).await).await.unwrap();
        let recorded = &exchange["response"];
        if let Some(token) = recorded["body"]["access_token"].as_str() {
            let own = answer.json()["access_token"].as_str().unwrap().to_owned();
            self.tokens.insert(token.to_owned(), own);
        }
        let path = request["path"].as_str().unwrap();
        let expected = shape_of_recorded(recorded);
        let actual = shape_of_answer(&answer);
        let is_different = DIFFERENT.iter().any(|(of, end, _)| *of == file && path.contains(end));
        let (expected, actual) = if is_different { (outline(expected), outline(actual)) } else { (expected, actual) };
        let mut differences = Vec::new();
        compare("", &expected, &actual, &mut differences);
        let why = exchange["why"].as_str().unwrap();
        differences.iter().map(|text| format!("{file} {index} [{why}]: {text}")).collect()
    }
}

/// A token whose signature was changed by hand.
const TAMPERED: &[&str] = &["d3Rfc3ViLDE3OTUzNTAxMTQQ90UhduF9A"];

/// The account and the second of a subscription token.
fn subscriber(token: &str) -> Option<(String, i64)> {
    let data = token.get(..token.len().checked_sub(10)?)?;
    let text = String::from_utf8(BASE64URL_NOPAD.decode(data.as_bytes()).ok()?).ok()?;
    let (name, time) = text.rsplit_once(',')?;
    Some((name.to_owned(), time.parse().ok()?))
}

const HEADERS: &[&str] = &[
    "content-type",
    "www-authenticate",
    "allow",
    "subscription-userinfo",
    "profile-title",
    "profile-update-interval",
    "support-url",
    "content-disposition",
];

fn shape(status: &Value, headers: impl Fn(&str) -> Option<String>, body: &Value) -> Value {
    let kept: Map<String, Value> = HEADERS.iter().filter_map(|name| Some(((*name).to_owned(), json!(headers(name)?)))).collect();
    json!({ "status": status, "headers": kept, "body": masked("body", body) })
}

fn shape_of_recorded(recorded: &Value) -> Value {
    let header = |name: &str| recorded["headers"][name].as_str().map(str::to_owned);
    shape(&recorded["status"], header, &recorded["body"])
}

fn shape_of_answer(answer: &Answer) -> Value {
    let is_json = answer.headers.get("content-type").is_some_and(|kind| kind == "application/json");
    let body = if is_json { answer.json() } else { json!(answer.body) };
    shape(&json!(answer.status), |name| answer.headers.get(name).cloned(), &body)
}

/// The same value with its own words for what differs by nature.
fn masked(key: &str, value: &Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(fields.iter().map(|(key, value)| (key.clone(), masked(key, value))).collect()),
        Value::Array(links) if key == "links" => links.iter().map(|link| json!(scheme(link.as_str().unwrap()))).collect(),
        Value::Array(values) => values.iter().map(|value| masked("", value)).collect(),
        Value::Number(_) if key == "users_usage" => json!("<bytes>"),
        Value::String(text) => json!(masked_text(key, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn masked_text(key: &str, text: &str) -> String {
    let links = || Some(String::from_utf8(BASE64.decode(text.as_bytes()).ok()?).unwrap());
    match key {
        "access_token" => "<token>".to_owned(),
        "created_at" | "online_at" | "sub_updated_at" => "<time>".to_owned(),
        "id" => "<uuid>".to_owned(),
        "password" => "<password>".to_owned(),
        "subscription_url" => {
            let (name, _) = subscriber(text.strip_prefix("/sub/").unwrap()).unwrap();
            format!("/sub/<{name}>")
        }
        "body" if text.starts_with("<!DOCTYPE html>") => "<page>".to_owned(),
        "body" => links().map_or_else(|| text.to_owned(), |links| links.lines().map(scheme).collect()),
        _ => text.to_owned(),
    }
}

fn scheme(link: &str) -> &str {
    link.split_once("://").unwrap().0
}

/// Only status, headers and the names of the body's fields.
fn outline(shape: Value) -> Value {
    let fields: Vec<String> = match &shape["body"] {
        Value::Object(body) if !body.contains_key("outbounds") => body.keys().cloned().collect(),
        _ => Vec::new(),
    };
    json!({ "status": shape["status"], "headers": shape["headers"], "body": fields })
}

fn compare(path: &str, expected: &Value, actual: &Value, differences: &mut Vec<String>) {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            let keys: std::collections::BTreeSet<&String> = expected.keys().chain(actual.keys()).collect();
            for key in keys {
                let nothing = json!("<nothing>");
                let (expected, actual) = (expected.get(key), actual.get(key));
                let path = format!("{path}/{key}");
                compare(&path, expected.unwrap_or(&nothing), actual.unwrap_or(&nothing), differences);
            }
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                compare(&format!("{path}/{index}"), expected, actual, differences);
            }
        }
        _ if expected != actual => differences.push(format!("{path}: recorded {expected}, got {actual}")),
        _ => {}
    }
}

fn recording(file: &str) -> Value {
    let path = format!("{}/../../tests/fixtures/marzban/{file}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn is_left(file: &str, index: usize) -> bool {
    LEFT.iter().any(|left| left.file == file && (left.exchanges.is_empty() || left.exchanges.contains(&index)))
}

async fn replay(sitting: usize) {
    let (files, setup) = SITTINGS[sitting];
    let driven = Driven::new(0, |options| match setup {
        Setup::Recorded => {}
        Setup::TokensOfOneMinute => options.token_lifetime = std::time::Duration::from_secs(60),
        Setup::ShadowsocksOnly => options.inbounds.retain(|inbound| inbound.tag == "Shadowsocks TCP"),
    })
    .await;
    let mut replay = Replay { driven, tokens: BTreeMap::new(), last: 0 };
    let mut differences = Vec::new();
    for file in files {
        let recording = recording(file);
        for (index, exchange) in recording["exchanges"].as_array().unwrap().iter().enumerate() {
            let Some(now) = exchange["at_unix"].as_f64() else {
                continue;
            };
            if is_left(file, index) {
                continue;
            }
            if replay.last == 0 {
                replay.last = now.trunc() as i64;
            }
            differences.extend(replay.exchange(file, index, exchange).await);
        }
    }
    assert!(differences.is_empty(), "\n{}\n", differences.join("\n"));
}

#[tokio::test]
async fn logins_and_what_any_admin_reads() {
    replay(0).await;
}

#[tokio::test]
async fn tokens_end() {
    replay(1).await;
}

#[tokio::test]
async fn tokens_die_with_a_password() {
    replay(2).await;
}

#[tokio::test]
async fn a_panel_as_installed_has_one_protocol() {
    replay(3).await;
}

#[tokio::test]
async fn the_life_of_accounts() {
    replay(4).await;
}

#[tokio::test]
async fn links_of_a_deleted_account_are_dead_for_its_successor() {
    replay(5).await;
}

#[tokio::test]
async fn accounts_are_made_without_a_core() {
    replay(6).await;
}

#[test]
fn every_recording_is_replayed_or_left_with_a_reason() {
    let folder = format!("{}/../../tests/fixtures/marzban", env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let file = name.strip_suffix(".json").unwrap();
        let is_replayed = SITTINGS.iter().any(|(files, _)| files.contains(&file));
        let left = LEFT.iter().find(|left| left.file == file && left.exchanges.is_empty());
        assert_ne!(is_replayed, left.is_some(), "{file}");
    }
    assert!(LEFT.iter().all(|left| !left.because.is_empty()));
}
