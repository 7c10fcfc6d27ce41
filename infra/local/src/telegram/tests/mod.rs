//! Tests of the stand-in, by field.

mod api;
mod delivery;
mod html;
mod page;
mod payments;
mod saved;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use lambda_http::tower::ServiceExt as _;
use serde_json::{Value, json};

use super::*;

pub(crate) const TOKEN: &str = "4242:test-token";
pub(crate) const CUSTOMER: i64 = 7_000_000_001;
pub(crate) const OPERATORS: i64 = -1_000_000_000_077;
/// A PNG of 1x1 pixel.
pub(crate) const DOT: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00,
    0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63,
    0x00, 0x01, 0x00, 0x00, 0x05, 0x00, 0x01, 0x0d, 0x0a, 0x2d, 0xb4, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60,
    0x82,
];

/// A clock that a test moves.
#[derive(Clone)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Clock {
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

pub(crate) fn options() -> (Options, Clock) {
    let clock = Clock(Arc::new(AtomicI64::new(1_760_000_000)));
    let read = clock.clone();
    let mut options = Options::new(TOKEN, "shop_bot", OPERATORS, Arc::new(move || read.0.load(Ordering::SeqCst)));
    options.backoff = Backoff::Immediate { attempts: 3 };
    options.checkout_timeout = Duration::from_millis(20);
    (options, clock)
}

pub(crate) fn stand_in() -> TelegramStandIn {
    TelegramStandIn::new(options().0).unwrap()
}

/// A bot whose webhook answers with what `answer` makes of each update, and remembers the updates.
pub(crate) fn bot(
    stand_in: &TelegramStandIn,
    answer: impl Fn(&Value) -> (u16, Option<Value>) + Send + Sync + 'static,
) -> Arc<Mutex<Vec<Value>>> {
    let updates = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&updates);
    stand_in.connect(move |update: Value| {
        let answered = answer(&update);
        seen.lock().unwrap().push(update);
        async move { Ok::<_, String>(answered) }
    });
    updates
}

/// A bot that says yes to everything.
pub(crate) fn willing_bot(stand_in: &TelegramStandIn) -> Arc<Mutex<Vec<Value>>> {
    bot(stand_in, |update| match update.pointer("/pre_checkout_query/id") {
        Some(id) => (200, Some(json!({ "method": "answerPreCheckoutQuery", "pre_checkout_query_id": id, "ok": true }))),
        None => (200, None),
    })
}

/// Calls a method as a bot does over HTTP; returns status and body.
pub(crate) async fn call(stand_in: &TelegramStandIn, method: &str, params: Value) -> (u16, Value) {
    let request = Request::post(format!("/bot{TOKEN}/{method}"))
        .header("content-type", "application/json")
        .body(Body::from(params.to_string()))
        .unwrap();
    send(stand_in.bot_api(), request).await
}

/// Sends a request to a router; returns status and body.
pub(crate) async fn send(router: Router, request: Request<Body>) -> (u16, Value) {
    let response = router.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_else(|_| json!(String::from_utf8_lossy(&bytes))))
}

/// What a successful call came to.
pub(crate) async fn done(stand_in: &TelegramStandIn, method: &str, params: Value) -> Value {
    let (status, body) = call(stand_in, method, params).await;
    assert_eq!(status, 200, "{method}: {body}");
    body.get("result").cloned().unwrap()
}
