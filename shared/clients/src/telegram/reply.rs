//! A method as the answer to a webhook.

use std::fmt;

use serde::Serialize;

use super::{Method, TelegramError};

/// One method that Telegram carries out when it stands in the answer to a webhook: no outgoing call, and no result either. For what may
/// be lost without harm; what must be known to have arrived is a call.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    method: &'static str,
    body: Vec<u8>,
}

impl Reply {
    /// Telegram reads the body by this type.
    pub const CONTENT_TYPE: &'static str = "application/json";

    pub fn new<M: Method>(params: &M) -> Result<Self, TelegramError> {
        #[derive(Serialize)]
        struct Body<'a, M> {
            method: &'static str,
            #[serde(flatten)]
            params: &'a M,
        }
        let body = serde_json::to_vec(&Body { method: M::NAME, params }).map_err(|_| TelegramError::Unreachable { sent: false })?;
        Ok(Self { method: M::NAME, body })
    }

    pub const fn method(&self) -> &'static str {
        self.method
    }

    /// The body of the HTTP answer: `{"method":"sendMessage","chat_id":42,...}`.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    pub fn into_body(self) -> Vec<u8> {
        self.body
    }
}

/// Without the body: it is a customer's conversation and may hold a subscription link.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("method", &self.method).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use frankenstein::{
        ParseMode,
        methods::{AnswerPreCheckoutQueryParams, SendMessageParams},
    };

    use super::*;

    #[test]
    fn the_method_stands_beside_its_parameters() -> Result<(), TelegramError> {
        let message = SendMessageParams::builder().chat_id(42i64).text("<b>سلام</b>").parse_mode(ParseMode::Html).build();
        let reply = Reply::new(&message)?;
        assert_eq!(reply.body(), r#"{"method":"sendMessage","chat_id":42,"text":"<b>سلام</b>","parse_mode":"HTML"}"#.as_bytes());
        assert_eq!(format!("{reply:?}"), r#"Reply { method: "sendMessage", .. }"#);
        let checkout = Reply::new(&AnswerPreCheckoutQueryParams::builder().pre_checkout_query_id("7").ok(true).build())?;
        assert_eq!(checkout.into_body(), br#"{"method":"answerPreCheckoutQuery","pre_checkout_query_id":"7","ok":true}"#);
        Ok(())
    }
}
