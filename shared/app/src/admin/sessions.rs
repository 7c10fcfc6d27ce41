//! Sessions of the console: begun with a token, over with it.

use clients::Secret;
use data_encoding::BASE64URL_NOPAD;
use domain::{admin::Actor, settings::Settings, time::Span};
use sha2::{Digest, Sha256};
use store::{AdminSession, CommitError, SignedIn, StoreError, Write};

use super::tokens::{Operator, hash};
use crate::App;

/// How long somebody stays signed in.
pub const SIGNED_IN: Span = Span::hours(12);

/// What a browser keeps of a session: its secret, and which token stands behind it, so that one read finds both.
#[derive(Debug, Clone, Copy)]
pub struct Ticket<'a> {
    secret: &'a str,
    token: &'a str,
}

impl<'a> Ticket<'a> {
    /// Reads what [`App::sign_in`] gave; `None` for anything else.
    pub fn read(text: &'a str) -> Option<Self> {
        let (secret, token) = text.split_once('.')?;
        let secret_like = secret.len() == 43 && secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        let hash_like = token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit());
        (secret_like && hash_like).then_some(Self { secret, token })
    }

    /// What proves that a form was made for this session: nobody else can compute it, and the session cannot be computed from it.
    pub fn proof(self) -> String {
        BASE64URL_NOPAD.encode(&Sha256::digest(format!("a form of {}", self.secret).as_bytes()))
    }

    pub fn is_proved_by(self, proof: &str) -> bool {
        Secret::new(self.proof()).matches(proof)
    }
}

/// Somebody at the console.
#[derive(Debug)]
pub struct Signed {
    pub operator: Operator,
    /// The settings as they stand.
    pub settings: Settings,
}

impl App {
    /// Begins a session for who was let in with `token`, and gives the text for the browser to keep.
    pub async fn sign_in(&self, operator: &Operator, token: &str) -> Result<String, StoreError> {
        let now = self.now();
        let secret = BASE64URL_NOPAD.encode(&self.seams.bytes::<32>());
        let session = AdminSession {
            hash: hash(&secret),
            token: hash(token),
            bootstrap: operator.actor == Actor::Bootstrap,
            created_at: now,
            ended_at: None,
            until: now.plus(SIGNED_IN),
        };
        self.write_session(Write::create(&session)?).await?;
        Ok(format!("{secret}.{}", session.token))
    }

    /// Who holds this session; `None` where it, or its token, is over.
    pub async fn signed_in(&self, ticket: Ticket<'_>) -> Result<Option<Signed>, StoreError> {
        let now = self.now();
        let SignedIn { session, token, settings } = self.store.signed_in(&hash(ticket.secret), ticket.token).await?;
        let Some(session) = session.filter(|session| session.ended_at.is_none() && now < session.until && session.token == ticket.token)
        else {
            return Ok(None);
        };
        let operator = if session.bootstrap {
            let stands = self.config.admin_bootstrap_token.as_ref().is_some_and(|token| hash(token.expose()) == session.token);
            stands.then_some(Operator { actor: Actor::Bootstrap, role: domain::admin::Role::Owner })
        } else {
            token.filter(|token| token.works(now)).map(|token| Operator { actor: Actor::Token(token.id), role: token.role })
        };
        Ok(operator.map(|operator| Signed { operator, settings: settings.unwrap_or_else(Settings::initial) }))
    }

    /// Ends a session. Doing it twice is success.
    pub async fn sign_out(&self, ticket: Ticket<'_>) -> Result<(), StoreError> {
        let found = self.store.signed_in(&hash(ticket.secret), ticket.token).await?.session;
        let Some(session) = found.filter(|session| session.ended_at.is_none() && session.token == ticket.token) else { return Ok(()) };
        // Nothing but an end is ever written over a session, so that no condition is needed.
        self.write_session(Write::put(&AdminSession { ended_at: Some(self.now()), ..session })?).await
    }

    async fn write_session(&self, write: Write) -> Result<(), StoreError> {
        match self.store.commit(&self.seams.nonce(), vec![write]).await {
            Ok(()) | Err(CommitError::Refused { .. }) => Ok(()),
            Err(CommitError::Store(error)) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_given_out_is_read() {
        let (secret, token) = ("s".repeat(43), "a".repeat(64));
        let text = format!("{secret}.{token}");
        let ticket = Ticket::read(&text).unwrap();
        assert_ne!(ticket.proof(), secret);
        let (short, odd) = (format!("{}.{token}", "s".repeat(42)), format!("{}#.{token}", "s".repeat(42)));
        for text in ["", ".", &secret, &short, &odd, &format!("{secret}.{}", "g".repeat(64)), &format!("{text}.")] {
            assert!(Ticket::read(text).is_none(), "{text}");
        }
    }
}
