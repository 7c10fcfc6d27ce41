//! Payment gateways: a callback in, authenticated over its raw bytes, settled, and answered with a status that says whether to send it again; and
//! the customers' browsers that some gateways send instead.

mod page;

use std::net::IpAddr;

use app::{
    App, AppError, Deadline,
    confirm::Confirmed,
    gateways::{PaymentGateway, RawCallback, Reject, Verdict},
    settle::Settled,
};
use domain::{payment::Gateway, time::Span};
use lambda_http::{
    Body, Request, RequestExt, Response,
    http::{Method, StatusCode},
    request::RequestContext,
};
use page::Outcome;
use tracing::{error, info, warn};

/// No gateway sends more.
const MAX_BODY: usize = 16 * 1024;
const TURN: Span = Span::seconds(25);

/// Answers one request. Never fails: what went wrong is a status.
pub async fn handle(app: &App, request: Request) -> Response<Body> {
    let path = request.uri().path().trim_matches('/');
    let segments: Vec<&str> = path.split('/').collect();
    let (name, by_browser) = match segments.as_slice() {
        ["payments", name, "callback"] => (*name, false),
        ["payments", name, "return"] => (*name, true),
        _ => return status(StatusCode::NOT_FOUND),
    };
    let gateway = name.parse::<Gateway>().ok().filter(|gateway| gateway.reports_by_browser() == by_browser);
    let Some(gateway) = gateway.and_then(|gateway| app.gateway(gateway)) else { return status(StatusCode::NOT_FOUND) };
    if request.method() != if by_browser { Method::GET } else { Method::POST } {
        return status(StatusCode::METHOD_NOT_ALLOWED);
    }
    if request.body().len() > MAX_BODY {
        return status(StatusCode::PAYLOAD_TOO_LARGE);
    }
    if by_browser { Box::pin(came_back(app, gateway, &request)).await } else { Box::pin(called_back(app, gateway, &request)).await }
}

/// A server of the gateway's tells something.
async fn called_back(app: &App, gateway: &dyn PaymentGateway, request: &Request) -> Response<Body> {
    let name = gateway.gateway();
    let settled = match gateway.verify_callback(&raw(app, request)) {
        Ok(Verdict::Report(report)) => app.settle_report(&report, deadline(app, request)).await,
        Ok(Verdict::Confirm(hint)) => match Box::pin(app.settle_hint(name, &hint, deadline(app, request))).await {
            Ok(Confirmed::Settled { settled, .. }) => Ok(settled),
            Ok(Confirmed::NotYet) => {
                info!(event = "callback_too_early", gateway = %name, "a callback says more than its gateway does");
                return status(StatusCode::SERVICE_UNAVAILABLE);
            }
            Ok(Confirmed::Unknown) => {
                info!(event = "callback_ignored", gateway = %name, reason = "unknown", "a callback names no payment that an order waits for");
                return status(StatusCode::OK);
            }
            Err(error) => Err(error),
        },
        Ok(Verdict::Ignore(reason)) => {
            info!(event = "callback_ignored", gateway = %name, reason, "an authentic callback concerns no payment");
            return status(StatusCode::OK);
        }
        Err(reason) => return refused(name, reason),
    };
    match settled {
        Ok(Settled::Paid(_) | Settled::Already(_) | Settled::Ignored) => status(StatusCode::OK),
        Ok(Settled::Unapplied(reason)) => {
            warn!(event = "callback_unapplied", gateway = %name, reason = reason.name(), "money arrived that pays no order");
            status(StatusCode::OK)
        }
        Err(error) => {
            failed(name, &error);
            // Ours, transient or not: the gateway comes again, and an operator sees the error meanwhile.
            status(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// A customer's browser comes back from the gateway's page.
async fn came_back(app: &App, gateway: &dyn PaymentGateway, request: &Request) -> Response<Body> {
    let name = gateway.gateway();
    let outcome = match gateway.verify_callback(&raw(app, request)) {
        Ok(Verdict::Confirm(hint)) => match Box::pin(app.settle_hint(name, &hint, deadline(app, request))).await {
            Ok(Confirmed::Settled { settled: Settled::Paid(_) | Settled::Already(_), trace }) => Outcome::Paid { trace },
            Ok(Confirmed::Settled { settled: Settled::Unapplied(reason), .. }) => {
                warn!(event = "callback_unapplied", gateway = %name, reason = reason.name(), "money arrived that pays no order");
                Outcome::Review
            }
            Ok(Confirmed::Settled { settled: Settled::Ignored, .. } | Confirmed::NotYet) => Outcome::NotPaid,
            Ok(Confirmed::Unknown) => Outcome::Unknown,
            Err(error) => {
                failed(name, &error);
                Outcome::Trouble
            }
        },
        // No gateway proves anything by a browser.
        Ok(Verdict::Ignore(_) | Verdict::Report(_)) => Outcome::NotPaid,
        Err(_) => Outcome::Unknown,
    };
    page::of(app, request, &outcome).await
}

fn raw<'a>(app: &App, request: &'a Request) -> RawCallback<'a> {
    let query = request.uri().query().unwrap_or_default();
    RawCallback { headers: request.headers(), query, body: request.body().as_ref(), source_ip: source_ip(request), now: app.now() }
}

fn deadline(app: &App, request: &Request) -> Deadline {
    Deadline::of_invocation(app, request.lambda_context_ref().map(|context| context.deadline), TURN)
}

/// Who connected to the front door, by its own word.
fn source_ip(request: &Request) -> Option<IpAddr> {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref()?.parse().ok(),
        _ => None,
    }
}

fn refused(gateway: Gateway, reason: Reject) -> Response<Body> {
    let code = match reason {
        Reject::NoCallbacks => return status(StatusCode::NOT_FOUND),
        Reject::MissingSignature | Reject::BadSignature | Reject::Stale => StatusCode::UNAUTHORIZED,
        Reject::Malformed => StatusCode::BAD_REQUEST,
        Reject::ForbiddenSource => StatusCode::FORBIDDEN,
    };
    warn!(event = "forged_callback", %gateway, %reason, "a callback was not believed");
    status(code)
}

fn failed(gateway: Gateway, error: &AppError) {
    error!(event = "callback_failed", %gateway, error = error as &dyn std::error::Error, "a callback could not be settled");
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = status;
    response
}
