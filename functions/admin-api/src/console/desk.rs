//! One request of somebody who is signed in, and his way to the API.

use app::{
    App, Deadline,
    admin::{Operator, Ticket},
};
use domain::{Currency, Language, admin::Role, settings::Settings, time::Offset};
use lambda_http::http::{HeaderMap, HeaderValue, Method, Uri, header};
use serde_json::Value;

use super::{
    form::pairs_of,
    look::Look,
    show::encoded,
    words::{self, W},
};
use crate::{
    Asked, allowed,
    call::{Call, not_found},
    once,
    problem::Problem,
    reply::Reply,
    route::{self, Access, Matched},
};

pub struct Desk<'a> {
    pub app: &'a App,
    pub asked: &'a Asked<'a>,
    pub look: Look,
    pub ticket: Ticket<'a>,
    pub operator: Operator,
    /// Where the shop's clocks stand.
    pub offset: Offset,
    pub base: Currency,
    /// The query, without what was left empty.
    pub query: Vec<(String, String)>,
}

/// A request to the API from within.
pub struct Inner {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Vec<u8>,
    deadline: Deadline,
}

impl<'a> Desk<'a> {
    pub fn new(app: &'a App, asked: &'a Asked<'a>, look: Look, ticket: Ticket<'a>, operator: Operator, settings: &Settings) -> Self {
        let mut query = pairs_of(asked.uri.query().unwrap_or_default().as_bytes());
        query.retain(|(_, value)| !value.trim().is_empty());
        Self { app, asked, look, ticket, operator, offset: settings.utc_offset, base: settings.base_currency, query }
    }

    pub const fn language(&self) -> Language {
        self.look.language
    }

    pub const fn w(&self, word: W) -> &'static str {
        self.look.word(word)
    }

    /// What travels as one word, as people say it.
    pub fn named<'n>(&self, name: &'n str) -> std::borrow::Cow<'n, str> {
        words::named(self.look.language, name)
    }

    pub fn may(&self, role: Role) -> bool {
        self.operator.role >= role
    }

    /// What shows that a form was made for this session.
    pub fn proof(&self) -> String {
        self.ticket.proof()
    }

    pub fn proves(&self, proof: &str) -> bool {
        self.ticket.is_proved_by(proof)
    }

    /// A name under which a form's request is done once.
    pub fn fresh_key(&self) -> String {
        self.app.seams().ulid(self.app.now()).to_string()
    }

    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The query as the API takes it: without what is the page's own, and days as moments of the shop's clocks.
    pub fn api_query(&self, more: &[(&str, &str)]) -> Vec<(String, String)> {
        let own = |name: &str| name == "done" || more.iter().any(|(given, _)| *given == name);
        let mut query: Vec<(String, String)> = self.query.iter().filter(|(name, _)| !own(name)).cloned().collect();
        for (name, value) in &mut query {
            let clock = match name.as_str() {
                "created_from" => "00:00:00",
                "created_to" => "23:59:59.999",
                _ => continue,
            };
            if value.len() == "2026-01-31".len() {
                *value = format!("{value}T{clock}{}", self.offset);
            }
        }
        query.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        query
    }

    /// A request for something to read.
    pub fn reads(&self, path: &str, query: &[(String, String)]) -> Result<Inner, Problem> {
        self.inner(Method::GET, path, query, None)
    }

    fn inner(&self, method: Method, path: &str, query: &[(String, String)], body: Option<&Value>) -> Result<Inner, Problem> {
        let mut uri = format!("/admin/v1/{path}");
        for (n, (name, value)) in query.iter().enumerate() {
            uri.push(if n == 0 { '?' } else { '&' });
            uri.push_str(&format!("{}={}", encoded(name), encoded(value)));
        }
        let mut headers = HeaderMap::new();
        if body.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        Ok(Inner { method, uri: uri.parse().map_err(|_| not_found())?, headers, body, deadline: self.asked.deadline })
    }

    /// Sends a change through the API. `key`: its `Idempotency-Key`; `version`: the one that was seen.
    pub async fn sends(&self, method: Method, path: &str, body: Option<&Value>, key: &str, version: &str) -> Result<Reply, Problem> {
        let mut inner = self.inner(method, path, &[], body)?;
        let mut set = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                inner.headers.insert(name, value);
            }
        };
        if !key.is_empty() {
            set("idempotency-key", key);
        }
        if !version.is_empty() {
            set("if-match", &format!("\"{version}\""));
        }
        let call = inner.call(self)?;
        Box::pin(once::answer(&call)).await
    }
}

impl Inner {
    /// The call that the API's router would have made of it: the same route, the same role.
    pub fn call<'b>(&'b self, desk: &'b Desk<'_>) -> Result<Call<'b>, Problem> {
        let Matched::Route(route, parameters) = route::find(&self.method, self.uri.path()) else { return Err(not_found()) };
        if let Access::Role(role) = route.access {
            allowed(&desk.operator, role)?;
        }
        let asked = Asked { method: &self.method, uri: &self.uri, headers: &self.headers, body: &self.body, deadline: self.deadline };
        Call::new(desk.app, route, parameters, Some(desk.operator.clone()), &asked)
    }
}
