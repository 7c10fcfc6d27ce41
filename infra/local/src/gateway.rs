//! The front door on this machine: every request becomes the event that API Gateway or a function URL would send, and goes through the same
//! decoding as on AWS to the function that the template routes it to.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use app::App;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, Response, StatusCode},
};
use lambda_http::{Adapter, Context, LambdaEvent, request::LambdaRequest, service_fn};
use serde_json::Value;
use tower_service::Service;

use crate::lambda::{HttpAnswer, HttpCall, http_answer, http_event};

/// What Lambda takes of a request.
const MAX_BODY: usize = 6 << 20;
/// The time-out that the template gives the functions.
const TIMEOUT_MILLIS: u64 = 30_000;

/// A function behind the front door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    TelegramWebhook,
    PaymentCallback,
    AdminApi,
}

/// The routes of the template, in its notation, and their functions. What fits none of them is answered with 404 by the front door itself.
pub const ROUTES: [(&str, Function); 6] = [
    ("POST /telegram/webhook", Function::TelegramWebhook),
    ("GET /open/{app}/{token}", Function::TelegramWebhook),
    ("POST /payments/{gateway}/callback", Function::PaymentCallback),
    ("GET /payments/{gateway}/return", Function::PaymentCallback),
    ("ANY /admin/{proxy+}", Function::AdminApi),
    ("ANY /healthz", Function::AdminApi),
];

/// The function that a request goes to.
#[must_use]
pub fn route(method: &str, path: &str) -> Option<Function> {
    ROUTES.into_iter().find(|(route, _)| fits(route, method, path)).map(|(_, function)| function)
}

fn fits(route: &str, method: &str, path: &str) -> bool {
    let Some((wanted, pattern)) = route.split_once(' ') else { return false };
    if wanted != "ANY" && wanted != method {
        return false;
    }
    let mut parts = path.trim_start_matches('/').split('/');
    for segment in pattern.trim_start_matches('/').split('/') {
        if segment.ends_with("+}") {
            return parts.next().is_some();
        }
        match parts.next() {
            Some(part) if segment.starts_with('{') && !part.is_empty() => {}
            Some(part) if part == segment => {}
            _ => return false,
        }
    }
    parts.next().is_none()
}

/// One shop behind one front door. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Gateway {
    app: Arc<App>,
}

impl Gateway {
    #[must_use]
    pub const fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    /// What Telegram has to send with every update.
    #[must_use]
    pub fn webhook_secret(&self) -> String {
        self.app.config.telegram.webhook_secret.expose().to_owned()
    }

    /// Everything that is not taken by another route of the server.
    pub fn router(&self) -> Router {
        Router::new().fallback(forward).with_state(self.clone())
    }

    /// A request, answered as the front door would.
    pub async fn call(&self, call: &HttpCall<'_>) -> HttpAnswer {
        let Some(function) = route(call.method, call.path) else { return plain(StatusCode::NOT_FOUND, br#"{"message":"Not Found"}"#) };
        let answer = match LambdaRequest::deserialize_event(http_event(call)) {
            Ok(request) => self.invoke(function, request).await,
            Err(error) => Err(error.to_string()),
        };
        answer.and_then(|answer| http_answer(&answer).map_err(|error| error.to_string())).unwrap_or_else(|error| {
            tracing::error!(%error, "a function could not be called");
            plain(StatusCode::BAD_GATEWAY, br#"{"message":"Internal Server Error"}"#)
        })
    }

    async fn invoke(&self, function: Function, request: LambdaRequest) -> Result<Value, String> {
        let mut context = Context::default();
        // By the shop's own clock, which the functions hold it against.
        let now = u64::try_from(self.app.now().millis()).unwrap_or_default();
        context.deadline = now + TIMEOUT_MILLIS;
        let event = LambdaEvent::new(request, context);
        let app = Arc::clone(&self.app);
        let handler = service_fn(move |request| {
            let app = Arc::clone(&app);
            async move {
                Ok::<_, std::convert::Infallible>(match function {
                    Function::TelegramWebhook => telegram_webhook::handle(&app, request).await,
                    Function::PaymentCallback => Box::pin(payment_callback::handle(&app, request)).await,
                    Function::AdminApi => admin_api::handle(&app, request).await,
                })
            }
        });
        let mut adapter = Adapter::from(handler);
        let Ok(answer) = adapter.call(event).await;
        serde_json::to_value(answer).map_err(|error| error.to_string())
    }
}

trait FromEvent: Sized {
    fn deserialize_event(event: Value) -> Result<Self, serde_json::Error>;
}

impl FromEvent for LambdaRequest {
    fn deserialize_event(event: Value) -> Result<Self, serde_json::Error> {
        // Through text, as the Runtime API gives it.
        serde_json::from_str(&event.to_string())
    }
}

fn plain(status: StatusCode, body: &[u8]) -> HttpAnswer {
    let mut headers = HeaderMap::new();
    headers.insert(axum::http::header::CONTENT_TYPE, axum::http::HeaderValue::from_static("application/json"));
    HttpAnswer { status, headers, body: body.to_vec() }
}

async fn forward(State(gateway): State<Gateway>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
    let answer = match to_bytes(body, MAX_BODY).await {
        Err(_) => plain(StatusCode::PAYLOAD_TOO_LARGE, br#"{"message":"Request Too Long"}"#),
        Ok(body) => {
            let call = HttpCall {
                method: parts.method.as_str(),
                path: parts.uri.path(),
                query: parts.uri.query().unwrap_or_default(),
                headers: &parts.headers,
                body: &body,
                source_ip: peer,
            };
            gateway.call(&call).await
        }
    };
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_find_their_functions() {
        let cases = [
            ("POST", "/telegram/webhook", Some(Function::TelegramWebhook)),
            ("GET", "/telegram/webhook", None),
            ("GET", "/open/hiddify/TOKEN", Some(Function::TelegramWebhook)),
            ("GET", "/open/hiddify", None),
            ("POST", "/payments/crypto-pay/callback", Some(Function::PaymentCallback)),
            ("GET", "/payments/zarinpal/return", Some(Function::PaymentCallback)),
            ("PATCH", "/admin/v1/products/x", Some(Function::AdminApi)),
            ("GET", "/admin/console", Some(Function::AdminApi)),
            ("GET", "/healthz", Some(Function::AdminApi)),
            ("GET", "/", None),
        ];
        for (method, path, function) in cases {
            assert_eq!(route(method, path), function, "{method} {path}");
        }
    }
}
