//! The admin's token: kept for the life of the process, because a login costs the panel half a second of bcrypt and tells its owner.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use domain::{Timestamp, time::Span};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::{Deadline, Panel, PanelError};
use crate::Secret;

/// A token is replaced this long before it ends, or at half its life where that is shorter.
const MARGIN: Span = Span::minutes(5);

/// The life of a token that names no end: a panel can be told to give such.
const LIFE_WITHOUT_END: Span = Span::hours(12);

/// The longest that a login may take.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Session {
    username: String,
    password: Secret,
    /// Held while logging in: whoever else needs a token waits for this one.
    token: Mutex<Option<Token>>,
}

#[derive(Debug)]
struct Token {
    text: Secret,
    renew_at: Timestamp,
}

impl Session {
    pub(super) fn new(username: String, password: Secret) -> Self {
        Self { username, password, token: Mutex::new(None) }
    }

    /// A token that is good at `now`. An error means that no request was sent on behalf of the caller.
    pub(super) async fn token(&self, panel: &Panel, now: Timestamp, deadline: Deadline) -> Result<Secret, PanelError> {
        let mut kept = self.token.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| now < token.renew_at) {
            return Ok(token.text.clone());
        }
        let text = self.log_in(panel, deadline).await?;
        *kept = Some(Token { renew_at: renew_at(text.expose(), now), text: text.clone() });
        Ok(text)
    }

    /// Forgets a token that the panel refused, unless somebody has replaced it already.
    pub(super) async fn drop_token(&self, refused: &Secret) {
        let mut kept = self.token.lock().await;
        if kept.as_ref().is_some_and(|token| token.text == *refused) {
            *kept = None;
        }
    }

    async fn log_in(&self, panel: &Panel, deadline: Deadline) -> Result<Secret, PanelError> {
        #[derive(Deserialize)]
        struct Login {
            access_token: String,
        }
        let form = [("username", self.username.as_str()), ("password", self.password.expose())];
        let request = panel.shared.http.request(http::Method::POST, panel.url("/api/admin/token")?).form(&form);
        // Whatever goes wrong here, the request that the token is for has not been sent.
        let not_sent = PanelError::Unreachable { sent: false };
        let answer = panel.exchange(request, deadline.min(LOGIN_TIMEOUT)).await.map_err(|_| not_sent.clone())?;
        match answer.status.as_u16() {
            200 => serde_json::from_slice(&answer.body).map(|Login { access_token }| Secret::new(access_token)).map_err(|_| not_sent),
            401 | 403 | 422 => {
                tracing::error!("the panel refuses the admin's user name or password");
                Err(PanelError::Unauthorized)
            }
            status => {
                tracing::warn!(status, "the panel cannot log the admin in");
                Err(not_sent)
            }
        }
    }
}

/// When to replace a token: read from its `exp` claim, which is not verified here; the panel does that.
fn renew_at(token: &str, now: Timestamp) -> Timestamp {
    #[derive(Deserialize)]
    struct Claims {
        exp: Option<i64>,
    }
    let claims = token.split('.').nth(1).and_then(|part| BASE64URL_NOPAD.decode(part.as_bytes()).ok());
    let end = claims.and_then(|json| serde_json::from_slice::<Claims>(&json).ok()).and_then(|claims| claims.exp);
    let Some(end) = end.map(Timestamp::from_seconds) else { return now.plus(LIFE_WITHOUT_END) };
    let half = Timestamp::from_millis(now.millis().saturating_add(end.since(now).as_millis() / 2));
    half.max(end.minus(MARGIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_replaced_in_time() {
        let now = Timestamp::from_seconds(1_795_350_455);
        let token = |claims: &str| format!("eyJhbGciOiJIUzI1NiJ9.{}.sig", BASE64URL_NOPAD.encode(claims.as_bytes()));
        // Recorded of Marzban 0.8.4: a day.
        let recorded = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ3YXZlX3Jvb3QiLCJhY2Nlc3MiOiJzdWRvIiwiaWF0IjoxNzk1MzUwNDU1LCJleHAiOjE3OTU0MzY4NTV9.yIai1p7YL_z39pTsS2QXbrDB9eTnoW-O5R9xurO5YA4";
        let cases = [
            (recorded.to_owned(), 86_400 - 300),
            (token(r#"{"sub":"a","exp":1795350515}"#), 30),
            (token(r#"{"sub":"a"}"#), 43_200),
            (token("{"), 43_200),
            ("opaque".to_owned(), 43_200),
            (token(r#"{"exp":1795350000}"#), 0),
        ];
        for (token, seconds) in cases {
            assert_eq!(renew_at(&token, now).since(now).as_seconds(), seconds, "{token}");
        }
    }
}
