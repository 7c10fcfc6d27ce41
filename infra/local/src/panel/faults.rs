//! Misbehaviour on demand, and the log of what was asked.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, UNIX_EPOCH};

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::PanelStandIn;
use super::reply::Refusal;

/// How many calls the log keeps.
const CALLS_KEPT: usize = 100_000;

/// Which requests are meant: `"POST /api/user"`, or a path alone for every method. `*` stands for one segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    method: Option<String>,
    path: String,
}

impl Route {
    pub(super) fn matches(&self, method: &str, path: &str) -> bool {
        let wanted = self.path.split('/');
        let given = path.split('/');
        self.method.as_deref().is_none_or(|wanted| wanted == method)
            && wanted.clone().count() == given.clone().count()
            && wanted.zip(given).all(|(wanted, given)| wanted == "*" || wanted == given)
    }
}

impl From<&str> for Route {
    fn from(text: &str) -> Self {
        match text.split_once(' ') {
            Some((method, path)) => Self { method: Some(method.to_owned()), path: path.to_owned() },
            None => Self { method: None, path: text.to_owned() },
        }
    }
}

/// A fault to come.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Which requests it hits; none is all.
    pub route: Option<Route>,
    /// What happens.
    pub kind: FaultKind,
    /// How many requests it hits before it is used up.
    pub times: u32,
}

impl Fault {
    /// A fault that hits the next request.
    #[must_use]
    pub fn once(kind: FaultKind) -> Self {
        Self { route: None, kind, times: 1 }
    }

    /// Only requests to `route`.
    #[must_use]
    pub fn on(self, route: impl Into<Route>) -> Self {
        Self { route: Some(route.into()), ..self }
    }

    /// Hits so many requests.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// Nothing is done; the reply is this. A body that begins with `{` is sent as JSON, any other as plain text.
    Refuse {
        /// Status of the reply.
        status: StatusCode,
        /// Body of the reply.
        body: String,
    },
    /// Nothing is done, and there is never a reply.
    HangBeforeEffect,
    /// Nothing is done, and the connection is closed.
    DropBeforeEffect,
    /// Done, but the reply is the panel's crash: 500 in plain text.
    CrashAfterEffect,
    /// Done, but there is never a reply.
    HangAfterEffect,
    /// Done, but the connection is closed instead of a reply.
    DropAfterEffect,
    /// Done, but the body of the reply is the first half of what it should be.
    MalformedJson,
    /// Done, but only after a wait.
    Slow(Duration),
}

impl FaultKind {
    /// A refusal before anything is done, with the body that the panel or a proxy in front of it gives.
    #[must_use]
    pub fn refuse(status: StatusCode) -> Self {
        let body = match status {
            StatusCode::UNAUTHORIZED => r#"{"detail":"Could not validate credentials"}"#,
            StatusCode::FORBIDDEN => r#"{"detail":"You're not allowed"}"#,
            StatusCode::CONFLICT => r#"{"detail":"User already exists"}"#,
            _ => status.canonical_reason().unwrap_or_default(),
        };
        Self::Refuse { status, body: body.to_owned() }
    }
}

/// A request that reached the stand-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Method
    pub method: String,
    /// Path without the query.
    pub path: String,
    /// Status of the reply; none if there was none (yet).
    pub status: Option<u16>,
}

/// Faults to come and calls that came.
#[derive(Debug, Default)]
pub(super) struct Switchboard {
    pub(super) faults: Vec<Fault>,
    pub(super) is_down: bool,
    calls: VecDeque<Call>,
    /// Calls that the log no longer holds.
    dropped: usize,
}

enum Verdict {
    Pass,
    Fault(FaultKind),
}

impl Switchboard {
    pub(super) fn calls(&self) -> Vec<Call> {
        self.calls.iter().cloned().collect()
    }

    pub(super) fn count(&self, route: &Route) -> usize {
        self.calls.iter().filter(|call| route.matches(&call.method, &call.path)).count()
    }

    pub(super) fn forget_calls(&mut self) {
        self.dropped = self.dropped.saturating_add(self.calls.len());
        self.calls.clear();
    }

    fn begin(&mut self, method: &Method, path: &str) -> (usize, Verdict) {
        if self.calls.len() == CALLS_KEPT {
            self.calls.pop_front();
            self.dropped = self.dropped.saturating_add(1);
        }
        let ticket = self.dropped.saturating_add(self.calls.len());
        self.calls.push_back(Call { method: method.to_string(), path: path.to_owned(), status: None });
        if self.is_down {
            return (ticket, Verdict::Fault(FaultKind::DropBeforeEffect));
        }
        let hits = |fault: &Fault| fault.route.as_ref().is_none_or(|route| route.matches(method.as_str(), path));
        let verdict = match self.faults.iter_mut().find(|fault| fault.times > 0 && hits(fault)) {
            Some(fault) => {
                fault.times = fault.times.saturating_sub(1);
                Verdict::Fault(fault.kind.clone())
            }
            None => Verdict::Pass,
        };
        self.faults.retain(|fault| fault.times > 0);
        (ticket, verdict)
    }

    fn end(&mut self, ticket: usize, status: StatusCode) {
        let index = ticket.checked_sub(self.dropped);
        if let Some(call) = index.and_then(|index| self.calls.get_mut(index)) {
            call.status = Some(status.as_u16());
        }
    }
}

/// Stands before every route: logs the call, and does what the next fault says.
pub(super) async fn intercept(State(panel): State<PanelStandIn>, request: Request, next: Next) -> Response {
    let (ticket, verdict) = panel.switchboard().begin(request.method(), request.uri().path());
    let mut response = match verdict {
        Verdict::Pass => next.run(request).await,
        Verdict::Fault(kind) => match misbehave(kind, request, next).await {
            Some(response) => response,
            None => return lost_reply(),
        },
    };
    panel.switchboard().end(ticket, response.status());
    // Its own clock's time, which need not be this machine's.
    let now = u64::try_from((panel.options().now)()).unwrap_or_default();
    let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(now));
    if let Ok(date) = HeaderValue::from_str(&date) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

/// The reply, or none if the connection is to be closed without one.
async fn misbehave(kind: FaultKind, request: Request, next: Next) -> Option<Response> {
    match kind {
        FaultKind::Refuse { status, body } => {
            let kind = if body.starts_with('{') { "application/json" } else { "text/plain; charset=utf-8" };
            Some((status, [(header::CONTENT_TYPE, kind)], body).into_response())
        }
        FaultKind::HangBeforeEffect => never().await,
        FaultKind::DropBeforeEffect => None,
        FaultKind::CrashAfterEffect => {
            next.run(request).await;
            Some(Refusal::Crash.into_response())
        }
        FaultKind::HangAfterEffect => {
            next.run(request).await;
            never().await
        }
        FaultKind::DropAfterEffect => {
            next.run(request).await;
            None
        }
        FaultKind::MalformedJson => {
            let (parts, body) = next.run(request).await.into_parts();
            let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
            let half = body.slice(..body.len() / 2);
            let mut response = (parts.status, half).into_response();
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            Some(response)
        }
        FaultKind::Slow(wait) => {
            tokio::time::sleep(wait).await;
            Some(next.run(request).await)
        }
    }
}

/// Waits until the client gives up.
async fn never() -> Option<Response> {
    let endless: Infallible = std::future::pending().await;
    match endless {}
}

/// A reply whose body fails before its first byte: the server then closes the connection with nothing sent.
fn lost_reply() -> Response {
    Response::new(Body::new(Broken))
}

struct Broken;

impl HttpBody for Broken {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
        Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionAborted.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::Route;

    #[test]
    fn a_route_is_a_method_and_a_path_with_stars() {
        let cases = [
            ("POST /api/user", "POST", "/api/user", true),
            ("POST /api/user", "GET", "/api/user", false),
            ("/api/user/*", "DELETE", "/api/user/ws_1", true),
            ("/api/user/*", "POST", "/api/user", false),
            ("/api/user/*", "POST", "/api/user/ws_1/reset", false),
            ("POST /api/user/*/reset", "POST", "/api/user/ws_1/reset", true),
        ];
        for (route, method, path, expected) in cases {
            assert_eq!(Route::from(route).matches(method, path), expected, "{route} {method} {path}");
        }
    }
}
