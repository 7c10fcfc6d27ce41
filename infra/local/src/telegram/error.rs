//! Refusals, in the words and with the codes of the real Bot API server.

use serde_json::{Value, json};

/// A refused call: `{"ok":false,"error_code":…,"description":…}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    /// The HTTP status, repeated in the body as `error_code`.
    pub code: u16,
    /// What the real server would say, for instance `Bad Request: chat not found`.
    pub description: String,
    /// Seconds, with 429 only.
    pub retry_after: Option<u64>,
}

impl ApiError {
    pub fn bad_request(what: impl AsRef<str>) -> Self {
        Self { code: 400, description: format!("Bad Request: {}", what.as_ref()), retry_after: None }
    }

    pub fn new(code: u16, description: impl Into<String>) -> Self {
        Self { code, description: description.into(), retry_after: None }
    }

    pub fn body(&self) -> Value {
        let mut body = json!({ "ok": false, "error_code": self.code, "description": self.description });
        if let (Some(seconds), Some(object)) = (self.retry_after, body.as_object_mut()) {
            object.insert("parameters".to_owned(), json!({ "retry_after": seconds }));
        }
        body
    }
}

/// What a method comes to.
pub(crate) type Reply = Result<Value, ApiError>;
