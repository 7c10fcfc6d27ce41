//! A request that found its route and whose sender is known.

use std::str::FromStr;

use app::{Answer, App, By, Deadline, Keep, Kept, RequestName, admin::Operator, operate::OperateError};
use domain::admin::{Actor, Role};
use lambda_http::http::{HeaderMap, HeaderName, Method, header};

use crate::{
    Asked,
    problem::{Faults, Kind, Problem},
    route::Route,
};

pub struct Call<'a> {
    pub app: &'a App,
    pub route: &'static Route,
    pub path: &'a str,
    pub deadline: Deadline,
    /// What the sender named the request.
    pub request: Option<RequestName>,
    /// The answer that was committed with the change.
    pub kept: Kept,
    parameters: Vec<String>,
    operator: Option<Operator>,
    pub(crate) query: &'a str,
    pub(crate) body: &'a [u8],
    pub(crate) headers: &'a HeaderMap,
}

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

impl<'a> Call<'a> {
    pub fn new(
        app: &'a App,
        route: &'static Route,
        parameters: Vec<String>,
        operator: Option<Operator>,
        asked: &Asked<'a>,
    ) -> Result<Self, Problem> {
        let request = match (&operator, route.method == Method::GET) {
            (Some(operator), false) => request_name(&operator.actor, asked)?,
            _ => None,
        };
        let (path, query) = (asked.uri.path(), asked.uri.query().unwrap_or_default());
        let (body, headers, deadline) = (asked.body, asked.headers, asked.deadline);
        Ok(Self { app, route, path, deadline, request, kept: Kept::default(), parameters, operator, query, body, headers })
    }

    /// The path's parameter. What cannot be an id names nothing.
    pub fn id<T: FromStr>(&self) -> Result<T, Problem> {
        let id = self.parameters.first().and_then(|id| id.parse().ok());
        id.ok_or_else(not_found)
    }

    /// The order that the path names by its public reference.
    pub fn order_id(&self) -> Result<domain::OrderId, Problem> {
        let reference: String = self.id()?;
        match self.app.names.open_order(&reference) {
            Ok((id, 1)) => Ok(id),
            _ => Err(not_found()),
        }
    }

    pub fn role(&self) -> Role {
        self.operator.as_ref().map_or(Role::Viewer, |operator| operator.role)
    }

    /// Who makes a change, and what to answer when the same request comes again.
    pub fn by<'b, E>(&'b self, answer: &'b (dyn Fn(&E) -> Answer + Send + Sync)) -> Result<By<'b, E>, Problem> {
        let keep = self.request.as_ref().map(|request| Keep { request, answer, kept: &self.kept });
        Ok(By::new(self.actor()?.clone(), keep))
    }

    /// Who makes a change.
    pub fn actor(&self) -> Result<&Actor, Problem> {
        let operator = self.operator.as_ref().ok_or_else(|| Problem::new(Kind::Internal, "A change needs somebody who makes it."))?;
        Ok(&operator.actor)
    }

    /// The version that the sender saw: `If-Match: "3"`. `None`: whatever stands.
    pub fn version(&self) -> Result<Option<u64>, Problem> {
        let Some(tag) = self.headers.get(header::IF_MATCH) else { return Ok(None) };
        let tag = tag.to_str().unwrap_or_default().trim();
        if tag == "*" {
            return Ok(None);
        }
        let quoted = |tag: &str| tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).map(str::to_owned);
        match quoted(tag) {
            // A tag that is none of ours matches no version; neither does a weak one.
            Some(version) => Ok(Some(version.parse().unwrap_or(u64::MAX))),
            None if tag.starts_with("W/") => Ok(Some(u64::MAX)),
            None => {
                let mut faults = Faults::default();
                faults.add("If-Match", "the ETag of the version that is to be changed, in quotes");
                faults.of_parameters().map(|()| None)
            }
        }
    }

    /// What a change that was not made is answered.
    pub fn refusal(&self, error: OperateError) -> Problem {
        match error {
            OperateError::Changed if self.headers.contains_key(header::IF_MATCH) => {
                Problem::new(Kind::VersionMismatch, "It was changed since that version. Read it again.")
            }
            error => error.into(),
        }
    }
}

pub fn not_found() -> Problem {
    Problem::new(Kind::NotFound, "There is no such thing.")
}

/// The name in `Idempotency-Key`, of this sender, for exactly this request.
fn request_name(actor: &Actor, asked: &Asked<'_>) -> Result<Option<RequestName>, Problem> {
    let Some(key) = asked.headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = key.to_str().unwrap_or_default();
    if !(1..=64).contains(&key.len()) || !key.bytes().all(|b| b.is_ascii_graphic()) {
        let mut faults = Faults::default();
        faults.add("Idempotency-Key", "1 to 64 printable ASCII characters without spaces");
        faults.of_parameters()?;
    }
    let text = |name: HeaderName| asked.headers.get(name).map(|value| value.as_bytes()).unwrap_or_default();
    let parts = [asked.method.as_str().as_bytes(), asked.uri.path().as_bytes(), text(header::IF_MATCH), asked.body];
    Ok(Some(RequestName::new(actor, key, &parts)))
}
