//! Customers: Telegram's updates in, the conversation's next screen out. Also the page that opens a VPN app, which buttons cannot do.

mod apart;
mod callback;
mod codes;
mod conversation;
mod entry;
mod open;
mod operate;
mod renewal;
mod review;
mod screens;
mod sender;
mod subscription;
mod support;
mod tap;

use app::telegram::{Reply, Update, secret_matches};
use app::{App, AppError, Deadline};
use domain::time::Span;
use lambda_http::{
    Body, Request, RequestExt, Response,
    http::{Method, StatusCode, header},
};
use tracing::{error, warn};

/// No update comes near it: two messages of 4096 letters, six bytes for each, with a hundred marks each, are 70 KiB.
const MAX_BODY: usize = 256 * 1024;
/// A turn without a deadline from its caller.
const TURN: Span = Span::seconds(25);

/// Answers one request. Never fails: what went wrong is a status that tells the sender what to do.
pub async fn handle(app: &App, request: Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (request.method(), segments.as_slice()) {
        (&Method::POST, ["telegram", "webhook"]) => webhook(app, &request).await,
        (&Method::GET, ["open", app_id, token]) => open::page(app, app_id, token, &request).await,
        (_, ["telegram", "webhook"] | ["open", _, _]) => status(StatusCode::METHOD_NOT_ALLOWED),
        _ => status(StatusCode::NOT_FOUND),
    }
}

async fn webhook(app: &App, request: &Request) -> Response<Body> {
    let secret = request.headers().get("x-telegram-bot-api-secret-token").and_then(|value| value.to_str().ok());
    if !secret_matches(secret, &app.config.telegram.webhook_secret) {
        warn!(event = "forged_webhook", "a webhook call without the secret was refused");
        return status(StatusCode::UNAUTHORIZED);
    }
    let body = request.body().as_ref();
    if body.len() > MAX_BODY {
        warn!(event = "oversized_update", size_bytes = body.len(), "an update is too large");
        return status(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let update = match Update::decode(body) {
        Ok(update) => update,
        Err(reason) => {
            // Telegram would send it again and again: what cannot be read now cannot be read later.
            warn!(event = "unreadable_update", %reason, "an update was dropped");
            return status(StatusCode::OK);
        }
    };
    let update_id = update.update_id;
    let about_money = conversation::is_about_money(&update);
    match conversation::turn(app, update, Deadline::of_invocation(app, request.lambda_context_ref().map(|context| context.deadline), TURN))
        .await
    {
        Ok(Some(reply)) => respond(reply),
        Ok(None) => status(StatusCode::OK),
        Err(error) if error.is_transient() => {
            warn!(event = "turn_failed", update_id, error = %chain(&error), "an update will come again");
            status(StatusCode::INTERNAL_SERVER_ERROR)
        }
        // Nobody else tells of Stars: whatever is in the way is mended before Telegram gives up, unless the money has no name to keep it under.
        Err(error) if about_money && !matches!(error, AppError::Name(_)) => {
            error!(event = "money_not_taken", update_id, error = %chain(&error), "a payment could not be taken; Telegram will tell of it again");
            status(StatusCode::INTERNAL_SERVER_ERROR)
        }
        Err(error) => {
            error!(event = "turn_dropped", update_id, error = %chain(&error), "an update could not be handled");
            status(StatusCode::OK)
        }
    }
}

fn respond(reply: Reply) -> Response<Body> {
    let mut response = Response::new(Body::Binary(reply.into_body()));
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(Reply::CONTENT_TYPE));
    text_body(response)
}

/// JSON travels as text: a binary body would be base64 on its way.
fn text_body(response: Response<Body>) -> Response<Body> {
    response.map(|body| match body {
        Body::Binary(bytes) => String::from_utf8(bytes).map_or(Body::Empty, Body::Text),
        other => other,
    })
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = status;
    response
}

/// An error with what caused it, in one line.
fn chain(error: &AppError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
