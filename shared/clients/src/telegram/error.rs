//! What the Bot API refuses, by what the shop does about it.

use std::time::Duration;

use thiserror::Error;

/// A call that gave no result.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TelegramError {
    /// The customer blocked the bot, deleted the account, or never started it: stop sending until they come back.
    #[error("the chat does not take messages from the bot")]
    Blocked,
    #[error("there is no such chat")]
    ChatNotFound,
    /// The edit would change nothing. As good as done.
    #[error("the message already looks like this")]
    NotModified,
    /// There is nothing (any more) to edit: send a new message.
    #[error("the message cannot be edited")]
    CannotEdit,
    /// The button was pressed too long ago to be answered. Nothing to do.
    #[error("the query is too old to be answered")]
    QueryTooOld,
    /// Nothing may be sent before this time has passed.
    #[error("too many requests: retry after {} s", .0.as_secs())]
    RetryAfter(Duration),
    /// Any other refusal. `code` is the Bot API's `error_code`, or the HTTP status of an answer that is not the Bot API's.
    #[error("telegram answered {code}: {description}")]
    Api { code: i64, description: String },
    /// No answer. `sent`: the call may have been acted on.
    #[error("telegram could not be reached ({})", if *.sent { "the call may have been acted on" } else { "nothing was sent" })]
    Unreachable { sent: bool },
    /// A success that does not hold what it should.
    #[error("telegram's answer could not be read")]
    Garbled,
}

impl TelegramError {
    /// The wait where Telegram asks for one without saying how long.
    const DEFAULT_WAIT: Duration = Duration::from_secs(5);

    /// Whether the same call may succeed later. It may also have been acted on already: see `Unreachable` and `Garbled`.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::RetryAfter(_) | Self::Unreachable { .. } | Self::Garbled => true,
            Self::Api { code, .. } => *code >= 500,
            Self::Blocked | Self::ChatNotFound | Self::NotModified | Self::CannotEdit | Self::QueryTooOld => false,
        }
    }

    pub(super) fn of(code: i64, description: String, retry_after: Option<u64>) -> Self {
        let text = description.to_ascii_lowercase();
        let says = |needles: &[&str]| needles.iter().any(|needle| text.contains(needle));
        match code {
            403 if says(&["blocked", "deactivated", "can't initiate conversation", "kicked"]) => Self::Blocked,
            400 if says(&["chat not found", "peer_id_invalid"]) => Self::ChatNotFound,
            400 if says(&["message is not modified"]) => Self::NotModified,
            400 if says(&["message to edit not found", "message can't be edited", "in the message to edit", "message_id_invalid"]) => {
                Self::CannotEdit
            }
            400 if says(&["query is too old", "query id is invalid", "query_id_invalid"]) => Self::QueryTooOld,
            429 => Self::RetryAfter(retry_after.map_or(Self::DEFAULT_WAIT, Duration::from_secs)),
            _ => Self::Api { code, description },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_by_kind() {
        let api = |code, description: &str| TelegramError::Api { code, description: description.to_owned() };
        let cases = [
            (403, "Forbidden: bot was blocked by the user", None, TelegramError::Blocked, false),
            (403, "Forbidden: user is deactivated", None, TelegramError::Blocked, false),
            (403, "Forbidden: bot can't initiate conversation with a user", None, TelegramError::Blocked, false),
            (403, "Forbidden: not enough rights", None, api(403, "Forbidden: not enough rights"), false),
            (400, "Bad Request: chat not found", None, TelegramError::ChatNotFound, false),
            (
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly the same",
                None,
                TelegramError::NotModified,
                false,
            ),
            (400, "Bad Request: message to edit not found", None, TelegramError::CannotEdit, false),
            (400, "Bad Request: message can't be edited", None, TelegramError::CannotEdit, false),
            (400, "Bad Request: there is no text in the message to edit", None, TelegramError::CannotEdit, false),
            (400, "Bad Request: MESSAGE_ID_INVALID", None, TelegramError::CannotEdit, false),
            (
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
                None,
                TelegramError::QueryTooOld,
                false,
            ),
            (429, "Too Many Requests: retry after 35", Some(35), TelegramError::RetryAfter(Duration::from_secs(35)), true),
            (429, "Too Many Requests: retry after 86399", Some(86_399), TelegramError::RetryAfter(Duration::from_secs(86_399)), true),
            (429, "", None, TelegramError::RetryAfter(Duration::from_secs(5)), true),
            (401, "Unauthorized", None, api(401, "Unauthorized"), false),
            (400, "Bad Request: can't parse entities", None, api(400, "Bad Request: can't parse entities"), false),
            (502, "Bad Gateway", None, api(502, "Bad Gateway"), true),
        ];
        for (code, description, retry_after, expected, transient) in cases {
            let error = TelegramError::of(code, description.to_owned(), retry_after);
            assert_eq!(error, expected, "{description}");
            assert_eq!(error.is_transient(), transient, "{description}");
        }
    }
}
