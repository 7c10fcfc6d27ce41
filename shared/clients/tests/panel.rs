//! The panel's client against recorded answers of Marzban 0.8.4, and every way in which creating an account can go.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod support;

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use clients::{
    Http, Secret,
    panel::{Account, AccountStatus, Limits, Panel, PanelError, Set},
};
use data_encoding::BASE64URL_NOPAD;
use domain::{
    SubscriptionName, Timestamp,
    subscription::{ProvisioningSpec, Validity},
    time::Span,
};
use serde_json::{Value, json};
use support::{Peer, Play, Seen};

const NOW: Timestamp = Timestamp::from_seconds(1_795_350_455);
const LONG: Duration = Duration::from_secs(10);
const NOTE: &str = "wave:AE6MH2ZS5BGXLQNEP3LCJ4T2VYUVL3R65DPQHVRPDLDYA";
const PASSWORD: &str = "wave-root-Pw-1 & more";

fn panel(url: &str) -> Panel {
    Panel::new(Http::new().expect("a client"), url, "wave_bot", Secret::new(PASSWORD), None).expect("a panel")
}

fn name(text: &str) -> SubscriptionName {
    text.parse().expect("a name")
}

fn spec() -> ProvisioningSpec {
    ProvisioningSpec {
        name: name("ws_1001"),
        note: NOTE.to_owned(),
        data_limit: Some(10 << 30),
        validity: Validity::FromFirstUse(Span::days(30)),
    }
}

fn token(seconds: i64) -> String {
    let claims = json!({"sub": "wave_bot", "exp": NOW.seconds() + seconds}).to_string();
    format!("eyJhbGciOiJIUzI1NiJ9.{}.c2ln", BASE64URL_NOPAD.encode(claims.as_bytes()))
}

fn user(extra: Value) -> Value {
    let mut user = json!({
        "username": "ws_1001", "status": "on_hold", "expire": null, "data_limit": 10_737_418_240_u64, "on_hold_expire_duration": 2_592_000, "note": NOTE,
        "used_traffic": 0, "subscription_url": "/sub/d3M", "links": ["vmess://abc"], "next_plan": null,
    });
    if let (Value::Object(user), Value::Object(extra)) = (&mut user, extra) {
        user.extend(extra);
    }
    user
}

fn ok(body: &Value) -> Play {
    Play::Answer(200, body.to_string())
}

fn detail(status: u16, text: &str) -> Play {
    Play::Answer(status, json!({"detail": text}).to_string())
}

/// The login and the inbounds of a panel that has both; `rest` plays everything else, told how often it was asked.
fn behind_login(rest: impl Fn(&Seen, usize) -> Play + Send + Sync + 'static) -> impl Fn(&Seen, usize) -> Play + Send + Sync + 'static {
    let asked = AtomicUsize::new(0);
    move |seen, _| match seen.call().as_str() {
        "POST /api/admin/token" => ok(&json!({"access_token": token(86_400), "token_type": "bearer"})),
        "GET /api/inbounds" => {
            ok(&json!({"vmess": [{"tag": "VMess TCP", "port": 8081}], "vless": [{"tag": "VLESS"}], "shadowsocks": [{"tag": "SS"}]}))
        }
        _ => rest(seen, asked.fetch_add(1, Ordering::SeqCst)),
    }
}

/// The calls without the login and the inbounds.
fn effects(peer: &Peer) -> Vec<String> {
    let calls = peer.calls();
    calls.into_iter().filter(|call| !matches!(call.as_str(), "POST /api/admin/token" | "GET /api/inbounds")).collect()
}

#[tokio::test]
async fn an_account_is_asked_for_as_the_panel_wants_it() {
    let peer = Peer::start(behind_login(|_, _| ok(&user(json!({}))))).await;
    let panel = panel(&peer.url);
    let account = panel.ensure_account(&spec(), NOW, LONG).await.expect("made");
    assert_eq!(
        (account.status, account.on_hold_duration, account.link),
        (AccountStatus::OnHold, Some(Span::days(30)), format!("{}/sub/d3M", peer.url))
    );
    let unlimited = ProvisioningSpec { data_limit: None, validity: Validity::Unlimited, ..spec() };
    panel.ensure_account(&unlimited, NOW, LONG).await.expect("made");

    let seen = peer.seen();
    let calls: Vec<String> = peer.calls();
    assert_eq!(calls, ["POST /api/admin/token", "GET /api/inbounds", "POST /api/user", "POST /api/user"]);
    let login = seen.first().expect("a login");
    assert_eq!(login.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(login.body, b"username=wave_bot&password=wave-root-Pw-1+%26+more");
    let bodies: Vec<Value> = seen.iter().skip(2).map(Seen::json).collect();
    let common = json!({"username": "ws_1001", "proxies": {"vmess": {}, "vless": {}}, "inbounds": {"vmess": [], "vless": []}, "data_limit_reset_strategy": "no_reset", "note": NOTE});
    let with = |extra: Value| {
        let mut body = common.clone();
        body.as_object_mut().expect("an object").extend(extra.as_object().expect("an object").clone());
        body
    };
    assert_eq!(
        bodies,
        [
            with(json!({"status": "on_hold", "on_hold_expire_duration": 2_592_000, "data_limit": 10_737_418_240_u64})),
            with(json!({"status": "active"}))
        ]
    );
    assert!(seen.iter().skip(1).all(|seen| seen.header("authorization") == Some(&format!("Bearer {}", token(86_400)))));
}

/// What the POST does, what the GET after it finds, what comes of it, and whether the panel was looked at.
#[tokio::test]
async fn create_or_get() {
    let crash = || Play::Answer(500, "Internal Server Error".to_owned());
    let ours = || ok(&user(json!({"status": "active", "used_traffic": 5})));
    let gone = || detail(404, "User not found");
    let rejected = |status, message: &str| Err(PanelError::Rejected { status, message: message.to_owned() });
    let made = || Ok("ws_1001".to_owned());
    let quick = Duration::from_millis(600);
    let looked = true;
    let cases = [
        (ok(&user(json!({}))), gone(), LONG, made(), !looked),
        // Unknown outcomes: the panel is asked, and our note decides.
        (detail(409, "User already exists"), ours(), LONG, made(), looked),
        (crash(), ours(), LONG, made(), looked),
        (Play::Answer(502, "<html>".into()), ours(), LONG, made(), looked),
        (Play::Reset, ours(), LONG, made(), looked),
        (Play::Cut(200), ours(), LONG, made(), looked),
        (Play::Hang, ours(), quick, made(), looked),
        (ok(&json!({"surprise": true})), ours(), LONG, made(), looked),
        (detail(409, "User already exists"), ok(&user(json!({"note": "wave:another"}))), LONG, Err(PanelError::NameTaken), looked),
        (detail(409, "User already exists"), ok(&user(json!({"note": null}))), LONG, Err(PanelError::NameTaken), looked),
        (detail(409, "User already exists"), detail(403, "You're not allowed"), LONG, Err(PanelError::NameTaken), looked),
        (Play::Reset, ok(&user(json!({"note": ""}))), LONG, Err(PanelError::NameTaken), looked),
        // Nothing there: perhaps not yet. No second POST.
        (detail(409, "User already exists"), gone(), LONG, Err(PanelError::Unsettled), looked),
        (crash(), gone(), LONG, Err(PanelError::Unsettled), looked),
        (Play::Reset, gone(), LONG, Err(PanelError::Unsettled), looked),
        (Play::Hang, gone(), quick, Err(PanelError::Unsettled), looked),
        (crash(), crash(), LONG, Err(PanelError::Poisoned), looked),
        (crash(), Play::Answer(503, String::new()), LONG, Err(PanelError::Unavailable { status: 503 }), looked),
        (crash(), Play::Reset, LONG, Err(PanelError::Unreachable { sent: true }), looked),
        (Play::Hang, Play::Hang, quick, Err(PanelError::Unreachable { sent: true }), looked),
        // Clear refusals.
        (
            detail(400, "Protocol ProxyTypes.VMess is disabled on your server"),
            gone(),
            LONG,
            rejected(400, "Protocol ProxyTypes.VMess is disabled on your server"),
            !looked,
        ),
        (Play::Answer(422, json!({"detail": {"note": "too long"}}).to_string()), gone(), LONG, rejected(422, "note: too long"), !looked),
        (Play::Answer(429, String::new()), gone(), LONG, Err(PanelError::Unavailable { status: 429 }), !looked),
        (detail(403, "You're not allowed"), gone(), LONG, Err(PanelError::Unavailable { status: 403 }), !looked),
        (Play::Answer(307, String::new()), gone(), LONG, Err(PanelError::Unavailable { status: 307 }), !looked),
    ];
    for (post, get, timeout, expected, looked) in cases {
        let case = format!("{post:?}, then {get:?}");
        let peer = Peer::start(behind_login(move |seen, _| if seen.method == "POST" { post.clone() } else { get.clone() })).await;
        let result = panel(&peer.url).ensure_account(&spec(), NOW, timeout).await.map(|account| account.name.to_string());
        assert_eq!(result, expected, "{case}");
        let calls: &[&str] = if looked { &["POST /api/user", "GET /api/user/ws_1001"] } else { &["POST /api/user"] };
        assert_eq!(effects(&peer), calls, "{case}");
        if let Err(error) = result {
            let permanent = matches!(error, PanelError::NameTaken | PanelError::Rejected { .. });
            assert_eq!(error.is_transient(), !permanent, "{case}");
        }
    }
    let unreachable = panel("http://127.0.0.1:1").ensure_account(&spec(), NOW, LONG).await.err();
    assert_eq!(unreachable, Some(PanelError::Unreachable { sent: false }));
}

#[tokio::test]
async fn what_the_panel_would_choke_on_is_not_sent() {
    let peer = Peer::always(Play::Answer(500, String::new())).await;
    let panel = panel(&peer.url);
    let bad = [
        ProvisioningSpec { note: "é".repeat(501), ..spec() },
        ProvisioningSpec { note: String::new(), ..spec() },
        ProvisioningSpec { data_limit: Some(0), ..spec() },
        ProvisioningSpec { data_limit: Some(1 << 63), ..spec() },
        ProvisioningSpec { validity: Validity::FromFirstUse(Span::ZERO), ..spec() },
        ProvisioningSpec { validity: Validity::FromFirstUse(Span::days(36_501)), ..spec() },
    ];
    for spec in bad {
        let error = panel.ensure_account(&spec, NOW, LONG).await.err();
        assert!(matches!(error, Some(PanelError::OutOfRange(_))), "{spec:?}: {error:?}");
    }
    let account = recorded_account();
    for limits in [
        Limits { data_limit: Set::To(0), ..Limits::default() },
        Limits { data_limit: Set::To(u64::MAX), ..Limits::default() },
        Limits { expire: Set::To(Timestamp::EPOCH), ..Limits::default() },
        Limits { on_hold_duration: Some(Span::ZERO), ..Limits::default() },
    ] {
        assert!(matches!(panel.set_limits(&account, &limits, NOW, LONG).await, Err(PanelError::OutOfRange(_))), "{limits:?}");
    }
    assert_eq!(peer.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn a_panel_whose_protocols_changed_is_asked_again() {
    // Vmess was switched off after the panel was first asked.
    let asked = AtomicUsize::new(0);
    let peer = Peer::start(move |seen, _| match seen.call().as_str() {
        "POST /api/admin/token" => ok(&json!({"access_token": token(86_400)})),
        "GET /api/inbounds" if asked.fetch_add(1, Ordering::SeqCst) == 0 => ok(&json!({"vmess": [{"tag": "a"}]})),
        "GET /api/inbounds" => ok(&json!({"shadowsocks": [{"tag": "b"}]})),
        _ if seen.json().pointer("/proxies/vmess").is_some() => detail(400, "Protocol ProxyTypes.VMess is disabled on your server"),
        _ => ok(&user(json!({}))),
    })
    .await;
    panel(&peer.url).ensure_account(&spec(), NOW, LONG).await.expect("made");
    assert_eq!(peer.calls(), ["POST /api/admin/token", "GET /api/inbounds", "POST /api/user", "GET /api/inbounds", "POST /api/user"]);
    let made = peer.seen().pop().expect("a request").json();
    assert_eq!((&made["proxies"], &made["inbounds"]), (&json!({"shadowsocks": {}}), &json!({"shadowsocks": []})));
}

#[tokio::test]
async fn a_panel_without_inbounds_gets_no_accounts() {
    let peer =
        Peer::start(|seen, _| if seen.method == "POST" { ok(&json!({"access_token": "opaque"})) } else { ok(&json!({"vmess": []})) }).await;
    let error = panel(&peer.url).ensure_account(&spec(), NOW, LONG).await.err();
    assert!(matches!(error, Some(PanelError::Rejected { .. })), "{error:?}");
    assert_eq!(peer.calls(), ["POST /api/admin/token", "GET /api/inbounds"]);
}

#[tokio::test]
async fn many_at_once_log_in_once() {
    let peer = Peer::start(behind_login(|_, _| ok(&user(json!({}))))).await;
    let panel = panel(&peer.url);
    let (first, second) = (name("ws_1"), name("ws_2"));
    let reads = (0..16).map(|n| panel.account(if n % 2 == 0 { &first } else { &second }, NOW, LONG));
    let results = join_all(reads).await;
    assert!(results.iter().all(|result| result.as_ref().is_ok_and(Option::is_some)));
    assert_eq!(logins(&peer), 1);
    // Five minutes before its end, the token is replaced.
    panel.account(&first, NOW.plus(Span::minutes(1434)), LONG).await.expect("read");
    assert_eq!(logins(&peer), 1);
    panel.account(&first, NOW.plus(Span::minutes(1436)), LONG).await.expect("read");
    assert_eq!(logins(&peer), 2);
}

/// Polls all of them in one task.
async fn join_all<T>(futures: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut pending: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut waiting = false;
        for (future, result) in &mut pending {
            if result.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *result = Some(value),
                    std::task::Poll::Pending => waiting = true,
                }
            }
        }
        if waiting { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    pending.into_iter().filter_map(|(_, result)| result).collect()
}

fn logins(peer: &Peer) -> usize {
    peer.calls().iter().filter(|call| *call == "POST /api/admin/token").count()
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let refuse = || detail(401, "Could not validate credentials");
    // The password was changed: the old token is refused, the next one taken.
    let peer = Peer::start(behind_login(move |_, asked| if asked == 0 { refuse() } else { ok(&user(json!({}))) })).await;
    panel(&peer.url).ensure_account(&spec(), NOW, LONG).await.expect("made");
    assert_eq!((logins(&peer), effects(&peer).len()), (2, 2));

    let refuse = || detail(401, "Could not validate credentials");
    let peer = Peer::start(behind_login(move |_, _| refuse())).await;
    assert_eq!(panel(&peer.url).account(&name("ws_1"), NOW, LONG).await.err(), Some(PanelError::Unauthorized));
    assert_eq!((logins(&peer), effects(&peer).len()), (2, 2));

    for (play, expected) in [
        (detail(401, "Incorrect username or password"), PanelError::Unauthorized),
        (Play::Answer(500, String::new()), PanelError::Unreachable { sent: false }),
        (Play::Reset, PanelError::Unreachable { sent: false }),
        (ok(&json!({"token": 1})), PanelError::Unreachable { sent: false }),
    ] {
        let peer = Peer::always(play).await;
        let error = panel(&peer.url).ensure_account(&spec(), NOW, LONG).await.err();
        assert_eq!(error, Some(expected));
        assert_eq!(peer.calls(), ["POST /api/admin/token"], "no account is asked for without a token");
    }
}

#[tokio::test]
async fn one_account_is_read() {
    let cases = [
        (ok(&user(json!({}))), Ok(true)),
        (detail(404, "User not found"), Ok(false)),
        (detail(403, "You're not allowed"), Err(PanelError::NameTaken)),
        (Play::Answer(500, "Internal Server Error".into()), Err(PanelError::Poisoned)),
        (Play::Answer(502, String::new()), Err(PanelError::Unavailable { status: 502 })),
        (ok(&json!([])), Err(PanelError::Garbled)),
        (Play::Answer(200, format!("\"{}\"", "x".repeat(3 << 20))), Err(PanelError::Unreachable { sent: true })),
    ];
    for (play, expected) in cases {
        let peer = Peer::start(behind_login(move |_, _| play.clone())).await;
        assert_eq!(panel(&peer.url).account(&name("ws_1"), NOW, LONG).await.map(|account| account.is_some()), expected);
    }
}

#[tokio::test]
async fn many_accounts_are_read_in_batches() {
    let peer = Peer::start(behind_login(|seen, _| {
        let asked = seen.target.split(['?', '&']).filter_map(|pair| pair.strip_prefix("username="));
        let mut users: Vec<Value> = asked.filter(|name| *name != "ws_7").map(|name| user(json!({"username": name}))).collect();
        users.push(json!({"odd": true}));
        ok(&json!({"users": users, "total": users.len()}))
    }))
    .await;
    let names: Vec<SubscriptionName> = (1..=120).map(|n| name(&format!("ws_{n}"))).collect();
    let references: Vec<&SubscriptionName> = names.iter().collect();
    let panel = panel(&peer.url);
    let accounts = panel.accounts(&references, NOW, LONG).await.expect("accounts");
    assert_eq!((accounts.len(), effects(&peer).len()), (119, 3));
    let target = peer.seen().pop().expect("a request").target;
    assert!(target.starts_with("/api/users?limit=20&sort=-created_at&username=ws_101&"), "{target}");
    assert!(panel.accounts(&[], NOW, LONG).await.is_ok_and(|accounts| accounts.is_empty()));
    assert_eq!(effects(&peer).len(), 3);
}

fn recorded_account() -> Account {
    // Only a panel makes accounts: one is read through it.
    std::thread::scope(|scope| {
        scope
            .spawn(|| {
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(async {
                    let plan = json!({"data_limit": 1, "expire": null, "add_remaining_traffic": false, "fire_on_either": true});
                    let peer = Peer::start(behind_login(move |_, _| ok(&user(json!({"next_plan": plan}))))).await;
                    panel(&peer.url).account(&name("ws_1001"), NOW, LONG).await.expect("read").expect("there")
                })
            })
            .join()
            .expect("read")
    })
}

#[tokio::test]
async fn limits_are_absolute_and_forget_nothing() {
    let account = recorded_account();
    let plan = json!({"data_limit": 1, "expire": null, "add_remaining_traffic": false, "fire_on_either": true});
    let until = Timestamp::from_seconds(1_798_374_015);
    let cases = [
        (
            Limits { data_limit: Set::To(20 << 30), expire: Set::To(until), ..Limits::default() },
            json!({"data_limit": 21_474_836_480_u64, "expire": 1_798_374_015}),
        ),
        (Limits { data_limit: Set::Unlimited, expire: Set::Unlimited, ..Limits::default() }, json!({"data_limit": 0, "expire": 0})),
        (Limits { expire: Set::Unlimited, activate: true, ..Limits::default() }, json!({"expire": 0, "status": "active"})),
        (Limits { on_hold_duration: Some(Span::days(60)), ..Limits::default() }, json!({"on_hold_expire_duration": 5_184_000})),
    ];
    for (limits, expected) in cases {
        let peer = Peer::start(behind_login(|_, _| ok(&user(json!({}))))).await;
        panel(&peer.url).set_limits(&account, &limits, NOW, LONG).await.expect("set");
        let mut expected = expected;
        expected["next_plan"] = plan.clone();
        assert_eq!(peer.seen().pop().expect("a request").json(), expected);
    }
    // Sent again after an unknown outcome, and only then.
    let limits = Limits { data_limit: Set::To(5), ..Limits::default() };
    for (first, calls) in
        [(Play::Reset, 2), (Play::Answer(500, String::new()), 2), (detail(422, "no"), 1), (detail(404, "User not found"), 1)]
    {
        let peer = Peer::start(behind_login(move |_, asked| if asked == 0 { first.clone() } else { ok(&user(json!({}))) })).await;
        let result = panel(&peer.url).set_limits(&account, &limits, NOW, LONG).await;
        assert_eq!((effects(&peer).len(), result.is_ok()), (calls, calls == 2), "{result:?}");
    }
}

#[tokio::test]
async fn switching_off_and_on() {
    let read = |extra: Value| user(extra);
    let cases = [
        // Off.
        (false, read(json!({"status": "active"})), Some(json!({"status": "disabled"}))),
        (false, read(json!({"status": "disabled"})), None),
        // On. One that was never used goes back on hold: `active` would be for ever.
        (true, read(json!({"status": "disabled"})), Some(json!({"status": "on_hold", "on_hold_expire_duration": 2_592_000}))),
        (true, read(json!({"status": "disabled", "expire": 1_797_942_015})), Some(json!({"status": "active"}))),
        (true, read(json!({"status": "disabled", "on_hold_expire_duration": null})), Some(json!({"status": "active"}))),
        (true, read(json!({"status": "expired"})), None),
        (true, read(json!({"status": "on_hold"})), None),
    ];
    for (on, before, expected) in cases {
        let peer = Peer::start(behind_login(move |seen, _| if seen.method == "GET" { ok(&before) } else { ok(&user(json!({}))) })).await;
        let panel = panel(&peer.url);
        let name = name("ws_1001");
        if on { panel.enable(&name, NOW, LONG).await } else { panel.disable(&name, NOW, LONG).await }.expect("done");
        let sent = peer.seen().into_iter().find(|seen| seen.method == "PUT").map(|seen| seen.json());
        assert_eq!(sent, expected);
    }
    let peer = Peer::start(behind_login(|_, _| detail(404, "User not found"))).await;
    assert_eq!(panel(&peer.url).disable(&name("ws_1"), NOW, LONG).await.err(), Some(PanelError::NotFound));
}

#[tokio::test]
async fn deleting_what_is_gone_is_done() {
    let gone = || detail(404, "User not found");
    let cases = [
        (detail(200, "User successfully deleted"), gone(), Ok(()), 1),
        (gone(), gone(), Ok(()), 1),
        // It deletes an account without an owner and crashes afterwards.
        (Play::Answer(500, "Internal Server Error".into()), gone(), Ok(()), 2),
        (Play::Reset, gone(), Ok(()), 2),
        (Play::Reset, ok(&user(json!({}))), Err(PanelError::Unsettled), 2),
        (detail(403, "You're not allowed"), gone(), Err(PanelError::NameTaken), 1),
    ];
    for (delete, get, expected, calls) in cases {
        let peer = Peer::start(behind_login(move |seen, _| if seen.method == "DELETE" { delete.clone() } else { get.clone() })).await;
        assert_eq!(panel(&peer.url).delete(&name("ws_1001"), NOW, LONG).await, expected);
        assert_eq!(effects(&peer).len(), calls);
    }
}

#[tokio::test]
async fn a_revoked_link_is_dead() {
    // How often the old link still works, how often the panel is asked to revoke, and whether that was enough.
    let cases = [(0, 1, true), (1, 2, true), (2, 2, false)];
    let mut runs = Vec::new();
    for (alive, revocations, done) in cases {
        runs.push(tokio::spawn(async move {
            let checks = AtomicUsize::new(0);
            let peer = Peer::start(behind_login(move |seen, _| match seen.method.as_str() {
                "GET" if checks.fetch_add(1, Ordering::SeqCst) < alive => ok(&json!({"status": "active"})),
                "GET" => detail(404, "Not Found"),
                _ => ok(&user(json!({"subscription_url": "/sub/new"}))),
            }))
            .await;
            let old = format!("{}/sub/old", peer.url);
            let result = panel(&peer.url).revoke_link(&name("ws_1001"), Some(&old), NOW, LONG).await;
            assert_eq!(result.is_ok(), done, "{result:?}");
            let expected = ["POST /api/user/ws_1001/revoke_sub", "GET /sub/old/info"].repeat(revocations);
            assert_eq!(effects(&peer), expected);
            // The admin's token is not for links.
            assert!(peer.seen().iter().filter(|seen| seen.target.starts_with("/sub/")).all(|seen| seen.header("authorization").is_none()));
        }));
    }
    for run in runs {
        run.await.expect("a case");
    }
}

#[tokio::test]
async fn health() {
    let cases =
        [(ok(&json!({"username": "wave_bot"})), Ok(())), (Play::Answer(503, String::new()), Err(PanelError::Unavailable { status: 503 }))];
    for (play, expected) in cases {
        let peer = Peer::start(behind_login(move |_, _| play.clone())).await;
        assert_eq!(panel(&peer.url).health(NOW, LONG).await, expected);
    }
}

#[tokio::test]
async fn secrets_stay_inside_and_settings_are_checked() {
    let peer = Peer::start(behind_login(|_, _| ok(&user(json!({}))))).await;
    let panel = panel(&peer.url);
    let account = panel.account(&name("ws_1001"), NOW, LONG).await.expect("read").expect("there");
    let shown = format!("{panel:?} {account:?}");
    for secret in [PASSWORD, "c2ln", "/sub/", "vmess://"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let build = |url: &str, user: &str, password: &str, prefix: Option<&str>| {
        Panel::new(Http::new().expect("a client"), url, user, Secret::new(password), prefix).err().map(|error| error.to_string())
    };
    let good = "https://panel.example.com";
    assert_eq!(build(good, "a", "b", Some("https://cdn.example.com/x/")), None);
    for (setting, error) in [
        ("PANEL_URL", build("panel.example.com", "a", "b", None)),
        ("PANEL_USERNAME", build(good, "", "b", None)),
        ("PANEL_PASSWORD", build(good, "a", "", None)),
        ("PANEL_SUBSCRIPTION_URL_PREFIX", build(good, "a", "b", Some("/sub"))),
    ] {
        assert!(error.is_some_and(|sentence| sentence.starts_with(&format!("{setting}: "))), "{setting}");
    }
}

/// Every user object that the recordings hold, read through the client.
#[tokio::test]
async fn every_recorded_account_is_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/marzban");
    let mut recorded: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for file in std::fs::read_dir(folder).expect("recordings") {
        let text = std::fs::read_to_string(file.expect("a file").path()).expect("a recording");
        let recording: Value = serde_json::from_str(&text).expect("JSON");
        for exchange in recording["exchanges"].as_array().into_iter().flatten() {
            let body = &exchange["response"]["body"];
            let users = body["users"].as_array().into_iter().flatten().chain([body]);
            for user in
                users.filter(|user| exchange["response"]["status"] == 200 && user["username"].is_string() && user["links"].is_array())
            {
                let username = user["username"].as_str().expect("a string").to_owned();
                recorded.entry(username).or_default().push(user.clone());
            }
        }
    }
    // The panel allows names that the shop never gives.
    let mut ours: Vec<(SubscriptionName, Value)> = Vec::new();
    for (username, users) in recorded {
        if let Ok(name) = username.parse::<SubscriptionName>() {
            ours.extend(users.into_iter().map(|user| (name.clone(), user)));
        }
    }
    assert!(ours.len() > 100, "{} recorded accounts", ours.len());
    let answers = ours.clone();
    let peer = Peer::start(behind_login(move |_, asked| answers.get(asked).map_or(Play::Reset, |(_, user)| ok(user)))).await;
    let panel = panel(&peer.url);
    for (name, user) in ours {
        let account = panel.account(&name, NOW, LONG).await.expect("readable").expect("there");
        assert_ne!(account.status, AccountStatus::Unknown, "{user}");
        // The panel takes a time before 1970, and so does one of the recordings.
        assert_eq!(account.expires_at.map(Timestamp::seconds), user["expire"].as_i64().map(|at| at.max(0)), "{user}");
        assert_eq!(account.data_limit, user["data_limit"].as_u64(), "{user}");
        assert_eq!(account.used, user["used_traffic"].as_u64().unwrap_or_default(), "{user}");
        assert_eq!(account.online_at.is_some(), user["online_at"].is_string(), "{user}");
        assert_eq!(account.next_plan.is_some(), user["next_plan"].is_object(), "{user}");
        let path = user["subscription_url"].as_str().expect("a link");
        assert!(account.link.ends_with(path) && account.link.starts_with("http"), "{}", account.link);
        assert_eq!(account.links.len(), user["links"].as_array().map_or(0, Vec::len));
    }
}
