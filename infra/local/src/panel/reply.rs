//! The panel's three shapes of an error, and its JSON.

use std::collections::BTreeMap;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Every way in which the panel says no.
#[derive(Debug)]
pub(super) enum Refusal {
    /// `{"detail": "text"}`
    Business(StatusCode, String),
    /// 422 with a text for each field.
    Fields(BTreeMap<String, String>),
    /// 500 in plain text. The effect may have happened.
    Crash,
}

impl Refusal {
    fn business(status: StatusCode, text: impl Into<String>) -> Self {
        Self::Business(status, text.into())
    }

    pub(super) fn bad_request(text: impl Into<String>) -> Self {
        Self::business(StatusCode::BAD_REQUEST, text)
    }

    pub(super) fn wrong_login() -> Self {
        Self::business(StatusCode::UNAUTHORIZED, "Incorrect username or password")
    }

    pub(super) fn no_token() -> Self {
        Self::business(StatusCode::UNAUTHORIZED, "Not authenticated")
    }

    pub(super) fn bad_token() -> Self {
        Self::business(StatusCode::UNAUTHORIZED, "Could not validate credentials")
    }

    pub(super) fn not_allowed() -> Self {
        Self::business(StatusCode::FORBIDDEN, "You're not allowed")
    }

    pub(super) fn no_user() -> Self {
        Self::business(StatusCode::NOT_FOUND, "User not found")
    }

    pub(super) fn not_found() -> Self {
        Self::business(StatusCode::NOT_FOUND, "Not Found")
    }

    pub(super) fn method_not_allowed() -> Self {
        Self::business(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
    }

    /// Any broken integrity rule, not only a name that exists.
    pub(super) fn conflict() -> Self {
        Self::business(StatusCode::CONFLICT, "User already exists")
    }

    pub(super) fn field(field: &str, text: impl Into<String>) -> Self {
        Self::Fields(BTreeMap::from([(field.to_owned(), text.into())]))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Business(status, text) => {
                let mut response = json_with(status, &json!({ "detail": text }));
                if status == StatusCode::UNAUTHORIZED {
                    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
                }
                response
            }
            Self::Fields(fields) => json_with(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "detail": fields })),
            Self::Crash => (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error").into_response(),
        }
    }
}

/// 200 with JSON.
pub(super) fn json_reply(value: &Value) -> Response {
    json_with(StatusCode::OK, value)
}

fn json_with(status: StatusCode, value: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}
