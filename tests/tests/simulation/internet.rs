//! Everything that the shop speaks to, in this process, and what goes wrong on the way there.
//!
//! The table, the panel, Telegram and the gateway are the same engine and stand-ins as everywhere in the tests; only the sockets are gone. One layer
//! above all of them meets every request of a worker, counts it, and does to it what the step says.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use clients::http::{Answer, HttpError, Transport};
use embedded_dynamodb::Direct;
use tokio::sync::Notify;

use crate::dice::mix;

pub const TABLE: &str = "dynamodb";
pub const PANEL: &str = "panel";
pub const TELEGRAM: &str = "telegram";
pub const CRYPTO_PAY: &str = "crypto-pay";

/// What one request meets, whoever it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// The connection breaks before anything is done.
    NotSent,
    /// It is done; the connection breaks before the answer comes.
    ReplyLost,
    /// It is done; the answer does not come in time.
    TimedOut,
    /// Its peer says no, for now: which of its ways to say that.
    Refused(u8),
    /// Its peer does not know the shop (any more): 401.
    Denied,
    /// It is done; the answer is cut in half.
    Garbled,
    /// The process dies before the request is sent.
    Dies,
    /// The process dies when the request has been carried out.
    DiesAfter,
}

/// One request of a clean run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    pub peer: &'static str,
    pub operation: String,
}

/// The faults of one step, by the number of the request that they meet, counted from the step's first one.
#[derive(Debug, Default)]
pub struct Script {
    faults: Vec<(u32, Fault)>,
    /// Only requests that change something are counted.
    changes_only: bool,
    requests: AtomicU32,
    /// What was asked for, in turn.
    asked: Mutex<Vec<Site>>,
}

impl Script {
    pub fn new(faults: &[(u32, Fault)], changes_only: bool) -> Self {
        Self { faults: faults.to_vec(), changes_only, requests: AtomicU32::new(0), asked: Mutex::default() }
    }

    /// What the next request meets.
    fn next(&self, peer: &'static str, operation: &str) -> Option<Fault> {
        held(&self.asked).push(Site { peer, operation: operation.to_owned() });
        if self.faults.is_empty() || (self.changes_only && !changes(peer, operation)) {
            return None;
        }
        let nth = self.requests.fetch_add(1, Ordering::Relaxed);
        self.faults.iter().find(|(at, _)| *at == nth).map(|(_, fault)| *fault)
    }

    pub fn asked(&self) -> Vec<Site> {
        held(&self.asked).clone()
    }
}

/// How often each kind of request met each fault.
pub type Coverage = BTreeMap<(String, &'static str), u64>;

#[derive(Debug)]
pub struct Internet {
    table: Direct,
    routers: BTreeMap<&'static str, Router>,
    /// Requests take their time, so that what runs at once is interleaved.
    pub slow: AtomicBool,
    latency: AtomicU64,
    panel_down: AtomicBool,
    coverage: Mutex<Coverage>,
    pub requests: AtomicU64,
    /// Requests that may have changed the table.
    pub writes: AtomicU64,
}

impl Internet {
    pub fn new(seed: u64, table: Direct, routers: BTreeMap<&'static str, Router>) -> Self {
        Self {
            table,
            routers,
            slow: AtomicBool::new(false),
            latency: AtomicU64::new(seed),
            panel_down: AtomicBool::new(false),
            coverage: Mutex::default(),
            requests: AtomicU64::new(0),
            writes: AtomicU64::new(0),
        }
    }

    pub fn set_panel_down(&self, down: bool) {
        self.panel_down.store(down, Ordering::Relaxed);
    }

    pub fn take_coverage(&self) -> Coverage {
        std::mem::take(&mut *held(&self.coverage))
    }

    fn count(&self, call: String, fault: &'static str) {
        *held(&self.coverage).entry((call, fault)).or_default() += 1;
    }

    /// Carries a request out. The table answers at once and at one moment.
    async fn carry_out(&self, peer: &str, operation: &str, request: Request<Vec<u8>>) -> Result<Answer, HttpError> {
        if peer == TABLE {
            if !reads(operation) {
                self.writes.fetch_add(1, Ordering::Relaxed);
            }
            let (status, body) = self.table.answer(operation, request.body());
            return Ok(answer(status, "application/x-amz-json-1.0", body));
        }
        let router = self.routers.get(peer).ok_or_else(|| HttpError::NotSent(format!("there is no {peer}")))?;
        let (parts, body) = request.into_parts();
        let response = call(router.clone(), Request::from_parts(parts, Body::from(body))).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 64 << 20).await.map_err(|error| HttpError::Broken(error.to_string()))?;
        Ok(Answer { status: parts.status, headers: parts.headers, body: body.to_vec() })
    }
}

/// A router is always ready, and never fails.
async fn call(mut router: Router, request: Request<Body>) -> axum::response::Response {
    let Ok(response) = tower_service::Service::call(&mut router, request).await;
    response
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn answer(status: u16, kind: &str, body: Vec<u8>) -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", kind.parse().expect("a header"));
    Answer { status: StatusCode::from_u16(status).expect("a status"), headers, body }
}

/// One process's way to the world. When the process dies nothing of it goes on.
#[derive(Debug)]
pub struct Link {
    internet: Arc<Internet>,
    script: Mutex<Arc<Script>>,
    dead: AtomicBool,
    died: Notify,
}

impl Link {
    pub fn new(internet: Arc<Internet>) -> Self {
        Self { internet, script: Mutex::default(), dead: AtomicBool::new(false), died: Notify::new() }
    }

    pub fn follow(&self, script: Arc<Script>) {
        *held(&self.script) = script;
    }

    pub fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Relaxed)
    }

    /// Until the process dies.
    pub async fn death(&self) {
        self.died.notified().await;
    }

    async fn die(&self) -> Result<Answer, HttpError> {
        self.dead.store(true, Ordering::Relaxed);
        self.died.notify_one();
        std::future::pending().await
    }
}

/// Whether a request changes something that matters.
fn changes(peer: &str, operation: &str) -> bool {
    match peer {
        TABLE => !reads(operation),
        TELEGRAM => !operation.ends_with("answerCallbackQuery"),
        _ => true,
    }
}

fn reads(operation: &str) -> bool {
    matches!(operation, "GetItem" | "BatchGetItem" | "Query" | "TransactGetItems")
}

/// Which peer a request is for, and what it asks for: names of things left out.
fn named(request: &Request<Vec<u8>>) -> (&'static str, String) {
    let host = request.uri().host().unwrap_or_default();
    let peer = [TABLE, PANEL, TELEGRAM, CRYPTO_PAY].into_iter().find(|peer| *peer == host).unwrap_or("nobody");
    if peer == TABLE {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
        return (peer, target.rsplit('.').next().unwrap_or_default().to_owned());
    }
    let path = request.uri().path();
    let last = path.rsplit('/').next().unwrap_or_default();
    let what = match peer {
        PANEL if path.starts_with("/api/user/") && !matches!(last, "revoke_sub" | "reset") => "user",
        PANEL if path.starts_with("/sub/") => "sub",
        _ => last,
    };
    (peer, format!("{} {what}", request.method()))
}

#[async_trait]
impl Transport for Link {
    async fn exchange(&self, request: Request<Vec<u8>>) -> Result<Answer, HttpError> {
        if self.is_dead() {
            return std::future::pending().await;
        }
        let internet = &self.internet;
        internet.requests.fetch_add(1, Ordering::Relaxed);
        let (peer, operation) = named(&request);
        if internet.slow.load(Ordering::Relaxed) {
            let drawn = mix(internet.latency.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed));
            tokio::time::sleep(Duration::from_millis(1 + drawn % 60)).await;
        }
        let Some(fault) = held(&self.script).next(peer, &operation) else {
            if peer == PANEL && internet.panel_down.load(Ordering::Relaxed) {
                internet.count(format!("{peer} {operation}"), "down");
                return Err(HttpError::Broken("the panel is down".into()));
            }
            return internet.carry_out(peer, &operation, request).await;
        };
        internet.count(format!("{peer} {operation}"), name(fault));
        match fault {
            Fault::NotSent => Err(HttpError::Broken("the connection broke".into())),
            Fault::Dies => self.die().await,
            Fault::Refused(way) => match refusal(peer, &operation, request.method().as_str(), request.body(), way) {
                Some(answer) => Ok(answer),
                None => internet.carry_out(peer, &operation, request).await,
            },
            Fault::Denied => Ok(denied(peer)),
            Fault::ReplyLost => {
                let _ = internet.carry_out(peer, &operation, request).await;
                Err(HttpError::Broken("the connection broke".into()))
            }
            Fault::TimedOut => {
                let _ = internet.carry_out(peer, &operation, request).await;
                // Whoever waits gives up first.
                tokio::time::sleep(Duration::from_secs(60)).await;
                Err(HttpError::Timeout)
            }
            Fault::Garbled => {
                let mut answer = internet.carry_out(peer, &operation, request).await?;
                answer.body.truncate(answer.body.len() / 2);
                Ok(answer)
            }
            Fault::DiesAfter => {
                let _ = internet.carry_out(peer, &operation, request).await;
                self.die().await
            }
        }
    }
}

const fn name(fault: Fault) -> &'static str {
    match fault {
        Fault::NotSent => "not sent",
        Fault::ReplyLost => "reply lost",
        Fault::TimedOut => "timed out",
        Fault::Refused(_) => "refused",
        Fault::Denied => "denied",
        Fault::Garbled => "garbled",
        Fault::Dies => "dies before",
        Fault::DiesAfter => "dies after",
    }
}

/// How a peer says that it does not know who asks.
fn denied(peer: &str) -> Answer {
    let (status, kind, body) = match peer {
        TABLE => (
            400,
            "application/x-amz-json-1.0",
            r#"{"__type":"com.amazonaws.dynamodb.v20120810#AccessDeniedException","Message":"not authorized to perform this"}"#,
        ),
        PANEL => (401, "application/json", r#"{"detail":"Could not validate credentials"}"#),
        TELEGRAM => (401, "application/json", r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#),
        _ => (401, "application/json", r#"{"ok":false,"error":{"code":401,"name":"UNAUTHORIZED"}}"#),
    };
    answer(status, kind, body.as_bytes().to_vec())
}

/// How a peer says no for now. `None`: it has no such way for this request.
fn refusal(peer: &str, operation: &str, method: &str, body: &[u8], way: u8) -> Option<Answer> {
    use embedded_dynamodb::Fault as Table;
    let way = usize::from(way);
    if peer == TABLE {
        let faults = [Table::Throttled, Table::Conflict, Table::ServerError, Table::InProgress, Table::Unprocessed];
        let mut fault = faults[way % faults.len()];
        let transaction = operation == "TransactWriteItems";
        let write = matches!(operation, "PutItem" | "UpdateItem" | "DeleteItem");
        // A lone write can meet a transaction, but is none; a read meets neither.
        if (fault == Table::InProgress && !transaction) || (fault == Table::Conflict && !transaction && !write) {
            fault = Table::Throttled;
        }
        let sent = serde_json::from_slice(body).unwrap_or_default();
        let (status, body) = fault.refusal(operation, &sent)?;
        return Some(answer(status, "application/x-amz-json-1.0", body.to_string().into_bytes()));
    }
    let json = |status: u16, body: &str| Some(answer(status, "application/json", body.as_bytes().to_vec()));
    match peer {
        PANEL => match way % 6 {
            0 => json(401, r#"{"detail":"Could not validate credentials"}"#),
            1 if method == "POST" && operation == "POST user" => json(409, r#"{"detail":"User already exists"}"#),
            1 | 2 => json(429, r#"{"detail":"Too many requests"}"#),
            3 => Some(answer(500, "text/plain; charset=utf-8", b"Internal Server Error".to_vec())),
            4 => Some(answer(502, "text/html", b"<html>Bad Gateway</html>".to_vec())),
            _ => Some(answer(503, "text/html", b"<html>Service Unavailable</html>".to_vec())),
        },
        TELEGRAM => match way % 4 {
            0 => json(
                429,
                r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 40","parameters":{"retry_after":40}}"#,
            ),
            1 => json(500, r#"{"ok":false,"error_code":500,"description":"Internal Server Error"}"#),
            _ => Some(answer(502, "text/html", b"<html>Bad Gateway</html>".to_vec())),
        },
        CRYPTO_PAY => match way % 3 {
            0 => json(429, r#"{"ok":false,"error":{"code":429,"name":"TOO_MANY_REQUESTS"}}"#),
            1 => json(500, r#"{"ok":false,"error":{"code":500,"name":"INTERNAL"}}"#),
            _ => Some(answer(502, "text/html", b"<html>Bad Gateway</html>".to_vec())),
        },
        _ => None,
    }
}
