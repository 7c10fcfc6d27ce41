//! Calls that go wrong on demand.

use std::time::Duration;

use serde_json::{Value, json};

use super::error::ApiError;

/// What goes wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// Answered with this status and the real server's words for it; nothing happens. 429 carries `retry_after`
    /// (seconds, default 5); from 500 on the body is the front server's HTML page.
    NoEffectStatus {
        /// For instance 400, 401, 403, 429, 500, 502.
        status: u16,
        /// Seconds, for 429.
        retry_after: Option<u64>,
    },
    /// Nothing happens and no answer comes, until the client gives up.
    Hang,
    /// It is done, and no answer comes, until the client gives up.
    EffectThenHang,
    /// It is done, and the connection closes in the middle of the answer.
    EffectThenClose,
    /// It is done, late.
    Slow(Duration),
}

/// A fault to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The method it hits, in the Bot API's spelling; none is all.
    pub method: Option<String>,
    /// What happens.
    pub kind: FaultKind,
    /// How many calls it hits before it is used up.
    pub times: u32,
}

impl Fault {
    /// A fault that hits the next call of a method.
    #[must_use]
    pub fn once(method: &str, kind: FaultKind) -> Self {
        Self { method: Some(method.to_owned()), kind, times: 1 }
    }

    /// A refusal of the next call of a method, without effect.
    #[must_use]
    pub fn status(method: &str, status: u16) -> Self {
        Self::once(method, FaultKind::NoEffectStatus { status, retry_after: None })
    }
}

/// Takes the first fault that hits this method.
pub(crate) fn take(faults: &mut Vec<Fault>, method: &str) -> Option<FaultKind> {
    let hits = |fault: &Fault| fault.times > 0 && fault.method.as_deref().is_none_or(|name| name == method);
    let at = faults.iter().position(hits)?;
    let fault = faults.get_mut(at)?;
    fault.times -= 1;
    let kind = fault.kind.clone();
    if fault.times == 0 {
        faults.remove(at);
    }
    Some(kind)
}

/// The answer of a status fault: JSON below 500, HTML from there on.
pub(crate) enum FaultBody {
    Json(Value),
    Html(String),
}

pub(crate) fn body(status: u16, retry_after: Option<u64>) -> FaultBody {
    let description = match status {
        400 => "Bad Request: something went wrong".to_owned(),
        401 => "Unauthorized".to_owned(),
        403 => "Forbidden: bot was blocked by the user".to_owned(),
        429 => {
            let seconds = retry_after.unwrap_or(5);
            let description = format!("Too Many Requests: retry after {seconds}");
            return FaultBody::Json(ApiError { code: 429, description, retry_after: Some(seconds) }.body());
        }
        500.. => {
            return FaultBody::Html(format!(
                "<html>\r\n<head><title>{status} Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"
            ));
        }
        _ => "Refused".to_owned(),
    };
    FaultBody::Json(json!({ "ok": false, "error_code": status, "description": description }))
}
