//! The operators' JSON API: authenticated, paged, audited, and described by its own OpenAPI document.
//!
//! `route` has the one table of what is served: the router and the document are made of it. Every handler is a thin shell over a use case of
//! `app`; the types that travel live here, beside their handlers.

mod activity;
mod audit;
mod auth;
mod body;
mod broadcasts;
mod call;
mod console;
mod discount_codes;
mod docs;
mod duties;
mod health;
mod once;
mod openapi;
mod orders;
mod payments;
mod problem;
mod products;
mod query;
mod referrals;
mod reply;
mod route;
mod self_test;
mod settings;
mod stats;
mod subscriptions;
mod tokens;
mod unapplied;
mod users;
mod wire;

use std::net::IpAddr;

use app::{App, Deadline, admin::Operator};
use call::Call;
use domain::{admin::Source, time::Span};
use lambda_http::{
    Body, Request, RequestExt, Response,
    http::{HeaderMap, Method, Uri},
    request::RequestContext,
};
pub use openapi::document as openapi_document;
use problem::{Kind, Problem};
use reply::Reply;
use route::{Access, Matched};
use tracing::{error, info};

/// No request of an operator is larger.
const MAX_BODY: usize = 16 * 1024;
/// The front door gives up after 30 s.
const TURN: Span = Span::seconds(25);

/// Every route that is served: its method and its path, with `{name}` for a parameter.
pub fn routes() -> impl Iterator<Item = (&'static str, &'static str)> {
    route::ROUTES.iter().map(|route| (route.method.as_str(), route.path))
}

/// Answers one request. Never fails: what went wrong is a problem document.
pub async fn handle(app: &App, request: Request) -> Response<Body> {
    let invocation_ends = request.lambda_context_ref().map(|context| context.deadline);
    let deadline = Deadline::of_invocation(app, invocation_ends, TURN);
    let source = Source::of(source_ip(&request));
    let (parts, body) = request.into_parts();
    let asked = Asked { method: &parts.method, uri: &parts.uri, headers: &parts.headers, body: body.as_ref(), source: &source, deadline };
    let began = app.now();
    let (route, outcome) = if console::owns(asked.uri.path()) {
        ("/admin/console", Ok(Box::pin(console::answer(app, &asked)).await))
    } else {
        answer(app, &asked).await
    };
    let response = outcome.unwrap_or_else(Reply::from).into_response(parts.method == Method::HEAD);
    let status = response.status().as_u16();
    let duration_ms = app.now().since(began).as_millis();
    info!(event = "admin_request", http.method = %parts.method, http.route = route, http.status = status, duration_ms, "request answered");
    response
}

/// Who connected to the front door, by its own word; never taken from a header.
fn source_ip(request: &Request) -> Option<IpAddr> {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref()?.parse().ok(),
        _ => None,
    }
}

/// A request, taken apart.
struct Asked<'a> {
    method: &'a Method,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    body: &'a [u8],
    source: &'a Source,
    deadline: Deadline,
}

/// The answer, and the route that it came from.
async fn answer(app: &App, asked: &Asked<'_>) -> (&'static str, Result<Reply, Problem>) {
    let (route, parameters) = match route::find(asked.method, asked.uri.path()) {
        Matched::Route(route, parameters) => (route, parameters),
        Matched::Options(allow) => return ("OPTIONS", Ok(Reply::options(&allow))),
        Matched::OtherMethod(allow) => return ("405", Err(Problem::method_not_allowed(allow))),
        Matched::Nothing => return ("404", Err(Problem::new(Kind::NotFound, "There is nothing at this address."))),
    };
    let operator = match route.access {
        Access::Open => None,
        Access::Role(role) => match authorized(app, asked, route.path, role).await {
            Ok(operator) => Some(operator),
            Err(problem) => return (route.path, Err(problem)),
        },
    };
    if asked.body.len() > MAX_BODY {
        return (route.path, Err(Problem::new(Kind::PayloadTooLarge, format!("A request has at most {MAX_BODY} bytes."))));
    }
    // On the heap, as everything that a handler holds: two futures side by side would be too much for a small stack.
    let answered = Box::pin(async {
        match Call::new(app, route, parameters, operator.clone(), asked) {
            Ok(call) => once::answer(&call).await,
            Err(problem) => Err(problem),
        }
    });
    let noted = async {
        if let Some(operator) = &operator {
            app.note_use(operator, asked.source).await;
        }
    };
    let (outcome, ()) = tokio::join!(answered, noted);
    if let Err(problem) = &outcome
        && problem.is_ours()
    {
        error!(event = "admin_request_failed", http.route = route.path, cause = problem.cause(), "a request failed by our fault");
    }
    (route.path, outcome)
}

async fn authorized(app: &App, asked: &Asked<'_>, path: &str, role: domain::admin::Role) -> Result<Operator, Problem> {
    let operator = auth::operator(app, asked.headers, asked.source).await?;
    allowed(&operator, role)?;
    let collection = path.trim_start_matches("/admin/v1/").split('/').next().unwrap_or_default();
    if !operator.may_touch(collection) {
        return Err(Problem::new(Kind::Forbidden, format!("The token is for {} only.", operator.scope.join(", "))));
    }
    Ok(operator)
}

/// Refuses who has a lower role.
fn allowed(operator: &Operator, role: domain::admin::Role) -> Result<(), Problem> {
    if operator.role < role {
        return Err(Problem::new(
            Kind::Forbidden,
            format!("This takes the role {} or higher; the token has {}.", role.name(), operator.role.name()),
        ));
    }
    Ok(())
}
