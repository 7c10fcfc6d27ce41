//! Answers on their way out.

use app::Answer;
use lambda_http::{
    Body, Response,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::problem::{Kind, Problem};

/// What a request is answered.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
    /// What a repeat of the request is answered, where it is not the same.
    kept: Option<Answer>,
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page starts; null at the end. A filtered page may come short and still have a next.
    pub next_cursor: Option<String>,
}

/// What of an item stands in headers too.
#[derive(Deserialize)]
struct Item {
    version: Option<u64>,
    id: Option<Value>,
    code: Option<String>,
}

fn json(value: &impl Serialize) -> String {
    // Only maps with other keys than texts cannot be written, and there are none.
    serde_json::to_string(value).unwrap_or_default()
}

/// An item as it stands.
pub fn ok(item: &impl Serialize) -> Answer {
    Answer { status: 200, body: json(item) }
}

/// An item that was made.
pub fn created(item: &impl Serialize) -> Answer {
    Answer { status: 201, body: json(item) }
}

/// Something that will be done.
pub fn accepted(item: &impl Serialize) -> Answer {
    Answer { status: 202, body: json(item) }
}

impl Reply {
    fn new(status: StatusCode, content_type: &'static str, body: String) -> Self {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))]);
        Self { status, headers, body, kept: None }
    }

    pub fn json(value: &impl Serialize) -> Self {
        Self::new(StatusCode::OK, "application/json", json(value))
    }

    /// A page of the console; `policy`: its Content-Security-Policy.
    pub fn page(status: StatusCode, body: String, policy: &str) -> Self {
        let mut reply = Self::new(status, "text/html; charset=utf-8", body);
        reply.set(header::CONTENT_SECURITY_POLICY, policy);
        reply.set(header::X_FRAME_OPTIONS, "DENY");
        // Addresses stay here; forms still say where they come from.
        reply.set(header::REFERRER_POLICY, "same-origin");
        reply
    }

    /// A file of the console, whose name changes with it.
    pub fn asset(content_type: &'static str, body: &str) -> Self {
        let mut reply = Self::new(StatusCode::OK, content_type, body.to_owned());
        reply.set(header::CACHE_CONTROL, "public, max-age=31536000, immutable");
        reply
    }

    /// A file to keep.
    pub fn csv(body: String, name: &str) -> Self {
        let mut reply = Self::new(StatusCode::OK, "text/csv; charset=utf-8", body);
        reply.set(header::CONTENT_DISPOSITION, &format!("attachment; filename=\"{name}.csv\""));
        reply
    }

    /// Sends a browser on to another page.
    pub fn see_other(to: &str) -> Self {
        let mut reply = Self { status: StatusCode::SEE_OTHER, headers: HeaderMap::new(), body: String::new(), kept: None };
        reply.set(header::LOCATION, to);
        reply
    }

    pub fn cookie(mut self, cookie: &str) -> Self {
        if let Ok(cookie) = HeaderValue::from_str(cookie) {
            self.headers.append(header::SET_COOKIE, cookie);
        }
        self
    }

    pub fn body(&self) -> &str {
        &self.body
    }

    pub fn options(allow: &str) -> Self {
        let mut reply = Self { status: StatusCode::NO_CONTENT, headers: HeaderMap::new(), body: String::new(), kept: None };
        reply.set(header::ALLOW, allow);
        reply
    }

    /// Says what can be asked for here.
    pub fn allowing(mut self, allow: &str) -> Self {
        self.set(header::ALLOW, allow);
        self
    }

    /// The same, with what is said only once: a repeat is answered with `kept`.
    pub fn said_once(value: &impl Serialize, kept: Answer) -> Self {
        let mut reply = Self::from(kept.clone());
        reply.body = json(value);
        reply.kept = Some(kept);
        reply
    }

    /// This answer was given to an earlier request of the same name.
    pub fn replayed(mut self) -> Self {
        self.set(HeaderName::from_static("idempotency-replayed"), "true");
        self
    }

    /// The collection in which something was made.
    pub fn located(mut self, collection: &str) -> Self {
        if self.status == StatusCode::CREATED
            && let Ok(Item { id, code, .. }) = serde_json::from_str(&self.body)
            && let Some(name) = id.and_then(|id| id.as_str().map(str::to_owned)).or(code)
        {
            self.set(header::LOCATION, &format!("{}/{name}", collection.trim_end_matches('/')));
        }
        self
    }

    /// What a repeat of the request shall be answered.
    pub fn to_keep(&self) -> Answer {
        self.kept.clone().unwrap_or_else(|| Answer { status: self.status.as_u16(), body: self.body.clone() })
    }

    fn set(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
    }

    /// `head`: without its body.
    pub fn into_response(self, head: bool) -> Response<Body> {
        let body = if head || self.body.is_empty() { Body::Empty } else { Body::Text(self.body) };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
}

/// An item carries its version in the `ETag` too.
impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut reply = Self::new(status, "application/json", answer.body);
        if let Ok(Item { version: Some(version), .. }) = serde_json::from_str(&reply.body) {
            reply.set(header::ETAG, &format!("\"{version}\""));
        }
        reply
    }
}

impl From<Problem> for Reply {
    fn from(problem: Problem) -> Self {
        let status = StatusCode::from_u16(problem.kind().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut reply = Self::new(status, "application/problem+json", json(&problem.document()));
        match problem.kind() {
            Kind::Unauthorized => reply.set(header::WWW_AUTHENTICATE, "Bearer"),
            Kind::Unavailable => reply.set(header::RETRY_AFTER, "2"),
            _ => {}
        }
        if let Some(allow) = problem.allow() {
            reply.set(header::ALLOW, allow);
        }
        reply
    }
}
