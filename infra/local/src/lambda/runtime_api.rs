//! The Lambda Runtime API (2018-06-01) for one environment: it hands out one event at a time and takes what comes back.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::StatusCode,
    response::{AppendHeaders, IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot};

use super::process::InvokeError;

/// The largest answer that Lambda takes, in bytes.
const LARGEST_ANSWER: usize = 6 * 1024 * 1024;

/// What a function says when it, or its start, has failed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionError {
    #[serde(default)]
    pub error_type: String,
    #[serde(default)]
    pub error_message: String,
}

pub(super) type Answer = Result<Value, InvokeError>;

/// An event that waits for the function to take it.
#[derive(Debug)]
pub(super) struct Invocation {
    pub id: String,
    pub event: Value,
    /// Told when the function has taken the event.
    pub taken: oneshot::Sender<()>,
    pub answer: oneshot::Sender<Answer>,
}

#[derive(Debug)]
pub(super) struct RuntimeApi {
    waiting: AsyncMutex<mpsc::UnboundedReceiver<Invocation>>,
    current: Mutex<Option<(String, oneshot::Sender<Answer>)>>,
    init_error: Mutex<Option<FunctionError>>,
    function_arn: String,
    /// From now to the deadline that a taken event is given.
    timeout: Duration,
}

impl RuntimeApi {
    pub(super) fn new(waiting: mpsc::UnboundedReceiver<Invocation>, function_name: &str, timeout: Duration) -> Arc<Self> {
        Arc::new(Self {
            waiting: AsyncMutex::new(waiting),
            current: Mutex::new(None),
            init_error: Mutex::new(None),
            function_arn: format!("arn:aws:lambda:local:000000000000:function:{function_name}"),
            timeout,
        })
    }

    pub(super) fn router(self: Arc<Self>) -> Router {
        let api = Router::new()
            .route("/runtime/invocation/next", get(next))
            .route("/runtime/invocation/{id}/response", post(response))
            .route("/runtime/invocation/{id}/error", post(error))
            .route("/runtime/init/error", post(init_error))
            .layer(DefaultBodyLimit::max(LARGEST_ANSWER))
            .with_state(self);
        Router::new().nest("/2018-06-01", api)
    }

    /// What the function reported of a start that failed.
    pub(super) fn init_error(&self) -> Option<FunctionError> {
        lock(&self.init_error).clone()
    }

    /// Ends the event in hand, if it is the one of this id. False for any other id.
    fn finish(&self, id: &str, answer: Answer) -> bool {
        let mut current = lock(&self.current);
        if current.as_ref().is_none_or(|(current, _)| current != id) {
            return false;
        }
        if let Some((_, waiting)) = current.take() {
            // Who asked may have gone away; the function has done its part all the same.
            let _ = waiting.send(answer);
        }
        true
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn next(State(api): State<Arc<RuntimeApi>>) -> Response {
    if let Some((_, forgotten)) = lock(&api.current).take() {
        let _ = forgotten.send(Err(InvokeError::Unanswered));
    }
    // Between taking an event and noting it nothing awaits: a function that goes away while it waits here takes no event with it.
    let Some(invocation) = api.waiting.lock().await.recv().await else {
        return (StatusCode::INTERNAL_SERVER_ERROR, "the environment is gone").into_response();
    };
    *lock(&api.current) = Some((invocation.id.clone(), invocation.answer));
    let _ = invocation.taken.send(());
    let headers = AppendHeaders([
        ("lambda-runtime-aws-request-id", invocation.id),
        ("lambda-runtime-deadline-ms", deadline(api.timeout).to_string()),
        ("lambda-runtime-invoked-function-arn", api.function_arn.clone()),
        ("content-type", "application/json".to_owned()),
    ]);
    (headers, invocation.event.to_string()).into_response()
}

async fn response(State(api): State<Arc<RuntimeApi>>, Path(id): Path<String>, body: Bytes) -> Response {
    accepted(api.finish(&id, serde_json::from_slice(&body).map_err(|_| InvokeError::InvalidAnswer)))
}

async fn error(State(api): State<Arc<RuntimeApi>>, Path(id): Path<String>, body: Bytes) -> Response {
    accepted(api.finish(&id, Err(InvokeError::Function(function_error(&body)))))
}

async fn init_error(State(api): State<Arc<RuntimeApi>>, body: Bytes) -> Response {
    *lock(&api.init_error) = Some(function_error(&body));
    accepted(true)
}

fn function_error(body: &[u8]) -> FunctionError {
    serde_json::from_slice(body)
        .unwrap_or_else(|_| FunctionError { error_type: "Unknown".to_owned(), error_message: String::from_utf8_lossy(body).into_owned() })
}

fn accepted(known: bool) -> Response {
    if known {
        (StatusCode::ACCEPTED, Json(json!({"status": "OK"}))).into_response()
    } else {
        (StatusCode::BAD_REQUEST, Json(json!({"errorType": "InvalidRequestID", "errorMessage": "Invalid request ID"}))).into_response()
    }
}

/// Milliseconds since the Unix epoch at which the function's time is up.
#[expect(clippy::disallowed_methods, reason = "the function compares the deadline with its own clock, which is this machine's")]
fn deadline(timeout: Duration) -> u128 {
    (std::time::SystemTime::now() + timeout).duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_millis()
}
