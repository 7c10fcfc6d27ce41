//! Faults on demand, races, and what outlives a restart.

use std::path::PathBuf;
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::json;
use tokio::task::JoinSet;

use super::driving::{Ask, Driven};
use super::{Fault, FaultKind, Status};

const NOW: i64 = 1_795_350_000;

fn create(name: &str) -> Ask {
    Ask::new("POST", "/api/user").json(&json!({
        "username": name, "proxies": { "vmess": {}, "vless": {} }, "inbounds": { "vmess": [], "vless": [] },
        "status": "on_hold", "on_hold_expire_duration": 2_592_000, "data_limit": 10_737_418_240_i64,
    }))
}

#[tokio::test]
async fn each_fault_has_its_reply_and_its_effect() {
    let json = |status: StatusCode, text: &str| (Some(status.as_u16()), format!("{{\"detail\":\"{text}\"}}"));
    let text = |status: StatusCode, text: &str| (Some(status.as_u16()), text.to_owned());
    let refuse = FaultKind::refuse;
    // (fault, reply, whether the account is there afterwards)
    let cases = [
        (refuse(StatusCode::UNAUTHORIZED), json(StatusCode::UNAUTHORIZED, "Could not validate credentials"), false),
        (refuse(StatusCode::FORBIDDEN), json(StatusCode::FORBIDDEN, "You're not allowed"), false),
        (refuse(StatusCode::CONFLICT), json(StatusCode::CONFLICT, "User already exists"), false),
        (refuse(StatusCode::TOO_MANY_REQUESTS), text(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests"), false),
        (refuse(StatusCode::INTERNAL_SERVER_ERROR), text(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"), false),
        (refuse(StatusCode::BAD_GATEWAY), text(StatusCode::BAD_GATEWAY, "Bad Gateway"), false),
        (FaultKind::DropBeforeEffect, (None, String::new()), false),
        (FaultKind::CrashAfterEffect, text(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"), true),
        (FaultKind::DropAfterEffect, (None, String::new()), true),
    ];
    for (kind, reply, effect) in cases {
        let driven = Driven::new(NOW, |_| {}).await;
        driven.panel.fail(Fault::once(kind.clone()).on("POST /api/user"));
        let answer = driven.by_shop(create("ws_1")).await;
        let status = answer.as_ref().map(|answer| answer.status);
        let body = answer.map(|answer| answer.body).unwrap_or_default();
        assert_eq!((status, body), reply, "{kind:?}");
        assert_eq!(driven.panel.user("ws_1").is_some(), effect, "{kind:?}");
        assert_eq!(driven.panel.calls().last().unwrap().status, status, "{kind:?}");
        // The fault is used up: the same request is now judged by what is there.
        let again = driven.by_shop(create("ws_1")).await.unwrap();
        assert_eq!(again.status, if effect { 409 } else { 200 }, "{kind:?}");
    }
}

#[tokio::test]
async fn a_broken_body_is_half_of_the_good_one() {
    let driven = Driven::new(NOW, |_| {}).await;
    driven.panel.fail(Fault::once(FaultKind::MalformedJson).on("POST /api/user"));
    let answer = driven.by_shop(create("ws_1")).await.unwrap();
    assert_eq!(answer.status, 200);
    assert!(serde_json::from_str::<serde_json::Value>(&answer.body).is_err());
    assert!(driven.panel.user("ws_1").is_some());
}

#[tokio::test]
async fn a_slow_reply_comes() {
    let driven = Driven::new(NOW, |_| {}).await;
    driven.panel.fail(Fault::once(FaultKind::Slow(Duration::from_millis(1))).on("POST /api/user"));
    assert_eq!(driven.by_shop(create("ws_1")).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_hang_comes_before_or_after_the_effect() {
    for (kind, effect) in [(FaultKind::HangBeforeEffect, false), (FaultKind::HangAfterEffect, true)] {
        let driven = Driven::new(NOW, |_| {}).await;
        driven.panel.fail(Fault::once(kind).on("POST /api/user"));
        let token = driven.token("wave_bot").await;
        let address = driven.address();
        let waiting = tokio::spawn(async move { create("ws_1").bearer(&token).send(address).await });
        // The client waits for as long as it likes; what it waits for has happened by the time a later call is answered.
        while driven.panel.count("POST /api/user") == 0 || (effect && driven.panel.users().is_empty()) {
            tokio::task::yield_now().await;
        }
        let later = driven.by_shop(Ask::new("GET", "/api/user/ws_1")).await.unwrap();
        assert_eq!(later.status, if effect { 200 } else { 404 });
        assert!(!waiting.is_finished());
        waiting.abort();
    }
}

#[tokio::test]
async fn faults_hit_their_route_so_many_times() {
    let driven = Driven::new(NOW, |_| {}).await;
    let fault = Fault::once(FaultKind::refuse(StatusCode::BAD_GATEWAY)).on("GET /api/user/*").times(2);
    driven.panel.fail(fault.clone());
    let mut seen = Vec::new();
    for ask in [create("ws_1"), get(), get(), get()] {
        seen.push(driven.by_shop(ask).await.unwrap().status);
    }
    assert_eq!(seen, [200, 502, 502, 200]);
    driven.panel.fail(fault);
    driven.panel.heal();
    assert_eq!(driven.by_shop(get()).await.unwrap().status, 200);
    assert_eq!((driven.panel.logins(), driven.panel.count("/api/user/*")), (5, 4));
}

fn get() -> Ask {
    Ask::new("GET", "/api/user/ws_1")
}

#[tokio::test]
async fn a_panel_that_is_down_answers_nothing() {
    let driven = Driven::new(NOW, |_| {}).await;
    driven.panel.down();
    assert!(driven.ask(get()).await.is_none());
    driven.panel.up();
    assert_eq!(driven.ask(get()).await.unwrap().status, 401);
}

#[tokio::test]
async fn void_tokens_are_refused_and_a_new_login_works() {
    let driven = Driven::new(NOW, |_| {}).await;
    let old = driven.token("wave_bot").await;
    driven.panel.void_tokens();
    let new = driven.token("wave_bot").await;
    let me = |token: &str| Ask::new("GET", "/api/admin").bearer(token);
    assert_eq!(driven.ask(me(&old)).await.unwrap().status, 401);
    assert_eq!(driven.ask(me(&new)).await.unwrap().status, 200);
}

#[tokio::test]
async fn of_twelve_creations_at_once_one_is_made() {
    let driven = Driven::new(NOW, |_| {}).await;
    let token = driven.token("wave_bot").await;
    let mut race = JoinSet::new();
    for _ in 0..12 {
        let (ask, address) = (create("ws_1").bearer(&token), driven.address());
        race.spawn(async move { ask.send(address).await.unwrap().status });
    }
    let mut statuses = race.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses.first(), Some(&200));
    assert!(statuses.iter().skip(1).all(|status| *status == 409));
    assert_eq!(driven.panel.users().len(), 1);
}

#[tokio::test]
async fn first_traffic_starts_the_time_and_the_limit_ends_it() {
    let driven = Driven::new(NOW, |_| {}).await;
    driven.by_shop(create("ws_1")).await.unwrap();
    let started = driven.panel.use_traffic("ws_1", 1_000).unwrap();
    assert_eq!((started.status, started.expire), (Status::Active, Some(NOW + 2_592_000)));
    let limited = driven.panel.use_traffic("ws_1", 10_737_418_240).unwrap();
    assert_eq!(limited.status, Status::Limited);
    assert!(driven.panel.use_traffic("ws_2", 1).is_none());
    assert!(driven.panel.delete_out_of_band("ws_1"));
    assert!(!driven.panel.delete_out_of_band("ws_1"));
    assert_eq!(driven.by_shop(get()).await.unwrap().status, 404);
}

#[tokio::test]
async fn a_prefix_makes_links_absolute_and_a_star_in_it_salts_them() {
    let driven = Driven::new(NOW, |options| options.public_url_prefix = Some("https://*.example.com/".into())).await;
    driven.by_shop(create("ws_1")).await.unwrap();
    let link = driven.panel.subscription_url("ws_1").unwrap();
    let (host, path) = link.strip_prefix("https://").unwrap().split_once('/').unwrap();
    assert!(host.ends_with(".example.com") && !host.starts_with('*'), "{host}");
    assert_eq!(driven.ask(Ask::new("GET", &format!("/{path}/info"))).await.unwrap().status, 200);
}

/// A file of its own for a test, removed afterwards.
struct StateFile(PathBuf);

impl StateFile {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("wave-shop-panel-{name}-{}.json", std::process::id())))
    }
}

impl Drop for StateFile {
    fn drop(&mut self) {
        // It may not be there: some tests never write it.
        let _ = std::fs::remove_file(&self.0);
    }
}

#[tokio::test]
async fn accounts_links_and_tokens_outlive_a_restart() {
    let file = StateFile::new("restart");
    let before = Driven::new(NOW, |options| options.state_file = Some(file.0.clone())).await;
    let token = before.token("wave_bot").await;
    before.by_shop(create("ws_1")).await.unwrap();
    before.panel.use_traffic("ws_1", 1_000).unwrap();
    let (users, link) = (before.panel.users(), before.panel.subscription_url("ws_1").unwrap());
    drop(before);
    let after = Driven::new(NOW + 1, |options| options.state_file = Some(file.0.clone())).await;
    assert_eq!(after.panel.users(), users);
    assert_eq!(after.ask(Ask::new("GET", &format!("{link}/info"))).await.unwrap().status, 200);
    assert_eq!(after.ask(get().bearer(&token)).await.unwrap().status, 200);
}

#[test]
fn a_state_file_of_another_kind_is_not_overwritten() {
    let file = StateFile::new("foreign");
    std::fs::write(&file.0, "[]").unwrap();
    let mut options = super::Options::new(std::sync::Arc::new(|| NOW));
    options.state_file = Some(file.0.clone());
    let error = super::PanelStandIn::new(options).unwrap_err();
    assert!(error.to_string().contains("remove it to start without accounts"), "{error}");
    assert_eq!(std::fs::read_to_string(&file.0).unwrap(), "[]");
}
