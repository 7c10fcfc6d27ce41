//! The Bot API over HTTP: `/bot<token>/<method>` and `/file/bot<token>/<path>`.

use std::future::pending;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Json, Response};
use axum::routing::{any, get};
use http_body::Frame;
use serde_json::{Value, json};

use super::error::{ApiError, Reply};
use super::faults::{self, FaultBody, FaultKind};
use super::request::Params;
use super::{TelegramStandIn, Via, parameters};

/// The real server takes files of 50 MB.
const BODY_BYTES_MAX: usize = 52 * 1024 * 1024;
/// `getUpdates` waits no longer.
const LONG_POLL_SECONDS_MAX: i64 = 50;

impl TelegramStandIn {
    /// The Bot API; `TELEGRAM_API_URL` is the place where this router is mounted.
    pub fn bot_api(&self) -> Router {
        Router::new()
            .route("/{bot}/{method}", any(call))
            .route("/file/{bot}/{*path}", get(file))
            .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
            .with_state(self.clone())
    }

    fn check_token(&self, segment: &str) -> Result<(), ApiError> {
        match segment.strip_prefix("bot") {
            Some(token) if token == self.inner.token => Ok(()),
            Some(_) => Err(ApiError::new(401, "Unauthorized")),
            None => Err(ApiError::new(404, "Not Found")),
        }
    }
}

fn answer(reply: Reply) -> Response {
    match reply {
        Ok(result) => Json(json!({ "ok": true, "result": result })).into_response(),
        Err(error) => {
            let status = StatusCode::from_u16(error.code).unwrap_or(StatusCode::BAD_REQUEST);
            (status, Json(error.body())).into_response()
        }
    }
}

async fn call(State(stand_in): State<TelegramStandIn>, Path((bot, name)): Path<(String, String)>, request: Request) -> Response {
    if let Err(error) = stand_in.check_token(&bot) {
        return answer(Err(error));
    }
    let Some(method) = parameters::method(&name) else {
        return answer(Err(ApiError::new(404, "Not Found: method not found")));
    };
    let params = match Params::read(request).await {
        Ok(params) => params,
        Err(error) => return answer(Err(error)),
    };
    match stand_in.take_fault(method, &params, Via::Http) {
        None if method == "getUpdates" => answer(get_updates(&stand_in, params).await),
        None => answer(stand_in.perform(method, params, Via::Http)),
        Some(FaultKind::NoEffectStatus { status, retry_after }) => {
            let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            match faults::body(status, retry_after) {
                FaultBody::Json(body) => (code, Json(body)).into_response(),
                FaultBody::Html(body) => (code, Html(body)).into_response(),
            }
        }
        Some(FaultKind::Hang) => pending().await,
        Some(FaultKind::EffectThenHang) => {
            // Nobody learns what came of it.
            let _ = stand_in.perform(method, params, Via::Http);
            pending().await
        }
        Some(FaultKind::EffectThenClose) => {
            let _ = stand_in.perform(method, params, Via::Http);
            Body::new(Broken { begun: false }).into_response()
        }
        Some(FaultKind::Slow(wait)) => {
            tokio::time::sleep(wait).await;
            answer(stand_in.perform(method, params, Via::Http))
        }
    }
}

/// An answer that breaks off.
struct Broken {
    begun: bool,
}

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(Some(if self.begun {
            Err(io::ErrorKind::ConnectionReset.into())
        } else {
            self.begun = true;
            Ok(Frame::data(Bytes::from_static(b"{\"ok\":")))
        }))
    }
}

/// Waits until there is an update, or as long as it was asked to.
async fn get_updates(stand_in: &TelegramStandIn, params: Params) -> Reply {
    let wait = params.integer("timeout")?.unwrap_or(0).clamp(0, LONG_POLL_SECONDS_MAX);
    let deadline = tokio::time::sleep(Duration::from_secs(u64::try_from(wait).unwrap_or_default()));
    tokio::pin!(deadline);
    loop {
        let queued = stand_in.inner.queued.notified();
        tokio::pin!(queued);
        queued.as_mut().enable();
        let updates = stand_in.perform("getUpdates", params.clone(), Via::Http)?;
        if updates.as_array().is_none_or(|updates| !updates.is_empty()) || wait == 0 {
            return Ok(updates);
        }
        tokio::select! {
            () = queued => {}
            () = &mut deadline => return Ok(Value::Array(Vec::new())),
        }
    }
}

async fn file(State(stand_in): State<TelegramStandIn>, Path((bot, path)): Path<(String, String)>) -> Response {
    if let Err(error) = stand_in.check_token(&bot) {
        return answer(Err(error));
    }
    let found = stand_in.with(|world, _| world.files.values().find(|file| file.path == path).cloned());
    match found {
        Some(file) => ([(header::CONTENT_TYPE, "application/octet-stream")], file.bytes).into_response(),
        None => answer(Err(ApiError::new(404, "Not Found"))),
    }
}
