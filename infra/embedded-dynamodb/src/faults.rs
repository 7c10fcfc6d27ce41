//! Trouble between the SDK and the engine, on demand.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_smithy_runtime_api::{
    client::{
        http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use crate::capacity::{self, Exchange};

/// What one request meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// No connection: the request is not carried out.
    NotSent,
    /// The request is carried out; the connection breaks before the answer comes.
    ReplyLost,
    /// The request is carried out; the answer does not come in time.
    TimedOut,
    /// `ThrottlingException`, or the throttling of a transaction's first write. Not carried out.
    Throttled,
    /// Another transaction holds the item (of a transaction: the first one). Not carried out.
    Conflict,
    /// `TransactionInProgressException`: the same transaction is running. Not carried out by this request.
    InProgress,
    /// 500 `InternalServerError`. Not carried out.
    ServerError,
    /// `AccessDeniedException`: the deployment lacks a permission. Not carried out.
    Denied,
    /// A `BatchGetItem` is answered with none of its keys processed; any other request is throttled.
    Unprocessed,
    /// As [`Fault::NotSent`], and so is every request until [`FaultyHttp::restore`]: whoever sent it can do nothing more.
    Dead,
    /// As [`Fault::ReplyLost`], and afterwards as [`Fault::Dead`].
    DeadAfter,
}

/// An HTTP client for the SDK that passes requests on to another one, counts what they cost, and lets scripted ones fail.
///
/// It asks for the costs by a line of its own in the signed body, so the peer must be an engine that checks no signatures.
#[derive(Debug, Clone)]
pub struct FaultyHttp {
    inner: SharedHttpClient,
    script: Script,
}

#[derive(Debug, Clone, Default)]
struct Script(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    by_operation: HashMap<String, VecDeque<Option<Fault>>>,
    next: VecDeque<Option<Fault>>,
    dead: bool,
    log: Vec<Exchange>,
}

impl FaultyHttp {
    pub fn new(inner: impl HttpClient + 'static) -> Self {
        Self { inner: SharedHttpClient::new(inner), script: Script::default() }
    }

    /// The next requests of `operation` (`PutItem`) meet these faults in turn; `None` lets one through. Replaces what was scripted for it.
    pub fn fail<F: Into<Option<Fault>>>(&self, operation: &str, faults: impl IntoIterator<Item = F>) {
        self.script.state().by_operation.insert(operation.to_owned(), faults.into_iter().map(Into::into).collect());
    }

    /// The `nth` request from now, whatever its operation, meets `fault`; the first is 1. Replaces an earlier call.
    pub fn fail_nth(&self, nth: usize, fault: Fault) {
        self.fail_from(nth, [fault]);
    }

    /// The requests from the `nth` on meet these faults in turn. Replaces an earlier call.
    pub fn fail_from(&self, nth: usize, faults: impl IntoIterator<Item = Fault>) {
        self.script.state().next = std::iter::repeat_n(None, nth.saturating_sub(1)).chain(faults.into_iter().map(Some)).collect();
    }

    /// Ends [`Fault::Dead`], and forgets faults that have not been met.
    pub fn restore(&self) {
        let mut state = self.script.state();
        state.dead = false;
        state.next.clear();
        state.by_operation.clear();
    }

    /// Whether a [`Fault::Dead`] or [`Fault::DeadAfter`] was met and nothing has been restored since.
    pub fn is_dead(&self) -> bool {
        self.script.state().dead
    }

    /// Whether every scripted fault has been met.
    pub fn all_met(&self) -> bool {
        let state = self.script.state();
        let met = |faults: &VecDeque<Option<Fault>>| faults.iter().all(Option::is_none);
        met(&state.next) && state.by_operation.values().all(met)
    }

    /// The requests since the last call of this, in the order in which they ended.
    pub fn take_log(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.script.state().log)
    }
}

impl Script {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many requests have ended before this one, and what it meets.
    fn met_by(&self, operation: &str) -> (usize, Option<Fault>) {
        let mut state = self.state();
        let ended = state.log.len();
        if state.dead {
            return (ended, Some(Fault::Dead));
        }
        let any = state.next.pop_front().flatten();
        let own = state.by_operation.get_mut(operation).and_then(VecDeque::pop_front).flatten();
        let fault = any.or(own);
        state.dead = matches!(fault, Some(Fault::Dead | Fault::DeadAfter));
        (ended, fault)
    }
}

impl HttpClient for FaultyHttp {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector { inner: self.inner.http_connector(settings, components), script: self.script.clone() })
    }
}

#[derive(Debug, Clone)]
struct Connector {
    inner: SharedHttpConnector,
    script: Script,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        HttpConnectorFuture::new(async move {
            let target = request.headers().get("x-amz-target").unwrap_or_default();
            let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
            let sent: Value = request.body().bytes().and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default();
            let (began_after, fault) = this.script.met_by(&operation);
            let refused = fault.and_then(|fault| refusal(fault, &operation, &sent));
            let (read, write, outcome) = match (fault, refused) {
                (Some(Fault::NotSent), _) => (Default::default(), Default::default(), Err(broken())),
                (Some(Fault::Dead), _) => (Default::default(), Default::default(), Err(dead())),
                (_, Some((status, body))) => (Default::default(), Default::default(), answer(status, &body)),
                (fault, None) => {
                    let answered = this.inner.call(metered(request, &operation, sent)?).await;
                    let (read, write) = answered.as_ref().ok().map(|answer| costs(&operation, answer)).unwrap_or_default();
                    let outcome = match fault {
                        Some(Fault::TimedOut) => Err(ConnectorError::timeout("no answer in time".into())),
                        Some(Fault::ReplyLost) => Err(broken()),
                        Some(Fault::DeadAfter) => Err(dead()),
                        _ => answered,
                    };
                    (read, write, outcome)
                }
            };
            this.script.state().log.push(Exchange { operation, fault, began_after, read, write });
            outcome
        })
    }
}

fn broken() -> ConnectorError {
    ConnectorError::io("the connection broke".into())
}

/// What a process that has died sees of the answer. It tries nothing again, so this is none of the errors that the SDK waits and repeats for.
fn dead() -> ConnectorError {
    ConnectorError::user("the process is dead".into())
}

/// The request, asking for its costs.
fn metered(mut request: HttpRequest, operation: &str, mut body: Value) -> Result<HttpRequest, ConnectorError> {
    if body.is_object() {
        capacity::ask(operation, &mut body);
        let body = serde_json::to_vec(&body).map_err(|error| ConnectorError::user(error.into()))?;
        request.headers_mut().insert("content-length", body.len().to_string());
        *request.body_mut() = SdkBody::from(body);
    }
    Ok(request)
}

fn costs(operation: &str, answer: &HttpResponse) -> (capacity::Units, capacity::Units) {
    let body = answer.body().bytes().and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default();
    capacity::reported(operation, &body)
}

impl Fault {
    /// The answer that this fault is, where it is one: status and body. `sent`: the request's body.
    pub fn refusal(self, operation: &str, sent: &Value) -> Option<(u16, Value)> {
        refusal(self, operation, sent)
    }
}

/// The engine's answer in its stead, for faults that are answers.
fn refusal(fault: Fault, operation: &str, sent: &Value) -> Option<(u16, Value)> {
    let transaction = operation == "TransactWriteItems";
    let exception = |name: &str| json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{name}"), "message": "injected"});
    let canceled = |code: &str| {
        let writes = sent.get("TransactItems").and_then(Value::as_array).map_or(1, Vec::len);
        let reasons: Vec<Value> = (0..writes).map(|n| json!({"Code": if n == 0 { code } else { "None" }})).collect();
        let mut canceled = exception("TransactionCanceledException");
        if let Some(canceled) = canceled.as_object_mut() {
            canceled.insert("CancellationReasons".into(), reasons.into());
        }
        canceled
    };
    match fault {
        Fault::Throttled if transaction => Some((400, canceled("ThrottlingError"))),
        Fault::Unprocessed if operation == "BatchGetItem" => {
            let keys = sent.get("RequestItems").cloned().unwrap_or_default();
            Some((200, json!({"Responses": {}, "UnprocessedKeys": keys})))
        }
        Fault::Throttled | Fault::Unprocessed => Some((400, exception("ThrottlingException"))),
        Fault::Conflict if transaction => Some((400, canceled("TransactionConflict"))),
        Fault::Conflict => Some((400, exception("TransactionConflictException"))),
        Fault::InProgress => Some((400, exception("TransactionInProgressException"))),
        Fault::ServerError => Some((500, exception("InternalServerError"))),
        Fault::Denied => Some((400, exception("AccessDeniedException"))),
        Fault::NotSent | Fault::ReplyLost | Fault::TimedOut | Fault::Dead | Fault::DeadAfter => None,
    }
}

fn answer(status: u16, body: &Value) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(status).map_err(|error| ConnectorError::user(error.into()))?;
    let mut response = HttpResponse::new(status, SdkBody::from(body.to_string()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    Ok(response)
}
