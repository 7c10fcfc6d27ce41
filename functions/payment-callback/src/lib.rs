//! Payment gateways: a callback in, authenticated over its raw bytes, settled, and answered with a status that says whether to send it again.

use app::{
    App, Deadline,
    gateways::{RawCallback, Reject, Verdict},
    settle::Settled,
};
use domain::{payment::Gateway, time::Span};
use lambda_http::{
    Body, Request, RequestExt, Response,
    http::{Method, StatusCode},
};
use tracing::{error, info, warn};

/// No gateway sends more.
const MAX_BODY: usize = 16 * 1024;
const TURN: Span = Span::seconds(25);

/// Answers one request. Never fails: what went wrong is a status.
pub async fn handle(app: &App, request: Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let gateway = match segments.as_slice() {
        ["payments", name, "callback"] => name.parse::<Gateway>().ok().and_then(|gateway| app.gateway(gateway)),
        _ => None,
    };
    let Some(gateway) = gateway else { return status(StatusCode::NOT_FOUND) };
    if request.method() != Method::POST {
        return status(StatusCode::METHOD_NOT_ALLOWED);
    }
    let body: &[u8] = request.body().as_ref();
    if body.len() > MAX_BODY {
        return status(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let callback = RawCallback { headers: request.headers(), query: request.uri().query().unwrap_or_default(), body };
    let report = match gateway.verify_callback(&callback) {
        Ok(Verdict::Report(report)) => report,
        Ok(Verdict::Ignore(reason)) => {
            info!(event = "callback_ignored", gateway = %gateway.gateway(), reason, "an authentic callback concerns no payment");
            return status(StatusCode::OK);
        }
        Err(Reject::NoCallbacks) => return status(StatusCode::NOT_FOUND),
        Err(reason) => {
            warn!(event = "forged_callback", gateway = %gateway.gateway(), %reason, "a callback was not believed");
            return status(StatusCode::UNAUTHORIZED);
        }
    };
    match app.settle_report(&report, Deadline::of_invocation(app, request.lambda_context_ref().map(|context| context.deadline), TURN)).await {
        Ok(Settled::Paid(_) | Settled::Already(_) | Settled::Ignored) => status(StatusCode::OK),
        Ok(Settled::Unapplied(reason)) => {
            warn!(event = "callback_unapplied", gateway = %gateway.gateway(), reason = reason.name(), "money arrived that pays no order");
            status(StatusCode::OK)
        }
        Err(error) => {
            // Ours, transient or not: the gateway comes again, and an operator sees the error meanwhile.
            error!(event = "callback_failed", gateway = %gateway.gateway(), error = &error as &dyn std::error::Error, "a callback could not be settled");
            status(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = status;
    response
}
