//! What the panel refuses, by what the shop does about it.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;

use crate::http::Answer;

/// The longest message that is kept of an answer, in characters.
const MAX_MESSAGE: usize = 300;

/// Why the panel did not do what it was asked. Holds no token, no password and no link.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PanelError {
    /// The panel does not take the admin's password, or its own tokens: an operator has to see to it.
    #[error("the panel refuses the admin's credentials")]
    Unauthorized,
    /// An account of this name exists and is not ours: another order's, or another admin's.
    #[error("the name belongs to somebody else's account")]
    NameTaken,
    /// The panel takes neither this request nor its repetition.
    #[error("the panel rejected the request ({status}): {message}")]
    Rejected { status: u16, message: String },
    /// A value that the panel would store and then choke on; it was not sent.
    #[error("out of range: {0}")]
    OutOfRange(&'static str),
    /// The panel answers 500 for this account, as it does for a row that it cannot show. Where that stays, an operator has to delete it.
    #[error("the panel cannot show the account")]
    Poisoned,
    #[error("there is no account of this name")]
    NotFound,
    /// What became of the request is not known yet; asking again later tells.
    #[error("it is not known yet whether the panel did it")]
    Unsettled,
    /// The panel, or a proxy before it, is not able to now.
    #[error("the panel answered {status}")]
    Unavailable { status: u16 },
    /// No answer. `sent`: the request may have been acted on.
    #[error("the panel could not be reached ({})", if *.sent { "the request may have been acted on" } else { "nothing was sent" })]
    Unreachable { sent: bool },
    /// A success that cannot be read. The request was acted on.
    #[error("the panel's answer could not be read")]
    Garbled,
}

impl PanelError {
    /// Whether the same request may succeed later without a change to the order. What an operator can mend at the panel counts, so that
    /// paid orders go on by themselves once it is mended.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Unauthorized | Self::Poisoned | Self::Unsettled | Self::Unavailable { .. } | Self::Unreachable { .. } | Self::Garbled => {
                true
            }
            Self::NameTaken | Self::Rejected { .. } | Self::OutOfRange(_) | Self::NotFound => false,
        }
    }

    /// Whether the panel may have acted on the request nevertheless.
    pub(super) const fn outcome_is_unknown(&self) -> bool {
        match self {
            Self::Unreachable { sent } => *sent,
            Self::Garbled => true,
            // A crash of the panel, or of a proxy before it, says nothing about what was committed.
            Self::Unavailable { status } => *status >= 500,
            Self::Unauthorized
            | Self::NameTaken
            | Self::Rejected { .. }
            | Self::OutOfRange(_)
            | Self::Poisoned
            | Self::NotFound
            | Self::Unsettled => false,
        }
    }

    /// The error that an answer about one account means: the panel forbids what another admin owns.
    pub(super) fn of_account(answer: &Answer) -> Self {
        if answer.status.as_u16() == 403 { Self::NameTaken } else { Self::of(answer) }
    }

    /// The error that an answer means wherever its status has no meaning of its own.
    pub(super) fn of(answer: &Answer) -> Self {
        match answer.status.as_u16() {
            401 => Self::Unauthorized,
            404 => Self::NotFound,
            status @ (400 | 409 | 422) => Self::Rejected { status, message: message(&answer.body) },
            status => Self::Unavailable { status },
        }
    }
}

/// Business errors say `{"detail": "text"}`, validation says `{"detail": {"field": "text"}}`, a crash is plain text.
fn message(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct ApiError {
        detail: Detail,
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Detail {
        Text(String),
        Fields(BTreeMap<String, String>),
    }
    let text = match serde_json::from_slice(body) {
        Ok(ApiError { detail: Detail::Text(text) }) => text,
        Ok(ApiError { detail: Detail::Fields(fields) }) => {
            fields.into_iter().map(|(field, text)| format!("{field}: {text}")).collect::<Vec<_>>().join("; ")
        }
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    text.chars().filter(|c| !c.is_control()).take(MAX_MESSAGE).collect()
}

#[cfg(test)]
mod tests {
    use ::http::{HeaderMap, StatusCode};

    use super::*;

    #[test]
    fn the_three_shapes_of_an_error() {
        let of = |status: u16, body: &str| {
            PanelError::of(&Answer { status: StatusCode::from_u16(status).unwrap(), headers: HeaderMap::new(), body: body.into() })
        };
        let rejected = |status, message: &str| PanelError::Rejected { status, message: message.to_owned() };
        let cases = [
            (
                400,
                r#"{"detail":"Protocol ProxyTypes.VMess is disabled on your server"}"#,
                rejected(400, "Protocol ProxyTypes.VMess is disabled on your server"),
            ),
            (422, r#"{"detail":{"expire":"not an int","body":"wrong"}}"#, rejected(422, "body: wrong; expire: not an int")),
            (409, r#"{"detail":"User already exists"}"#, rejected(409, "User already exists")),
            (422, "<html>\n", rejected(422, "<html>")),
            (401, r#"{"detail":"Could not validate credentials"}"#, PanelError::Unauthorized),
            (403, r#"{"detail":"You're not allowed"}"#, PanelError::Unavailable { status: 403 }),
            (404, r#"{"detail":"User not found"}"#, PanelError::NotFound),
            (500, "Internal Server Error", PanelError::Unavailable { status: 500 }),
            (502, "<html>", PanelError::Unavailable { status: 502 }),
            (307, "", PanelError::Unavailable { status: 307 }),
        ];
        for (status, body, expected) in cases {
            assert_eq!(of(status, body), expected);
        }
    }
}
