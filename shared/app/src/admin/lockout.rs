//! Who tries tokens out is slowed down, then locked out.
//!
//! A token that is used from where it was used last is believed without a further read, so that nobody's guesses keep an operator out; any other is believed
//! only from where, and with a beginning with which, not too many wrong ones came.

use std::sync::Mutex;

use data_encoding::HEXLOWER;
use domain::{
    admin::{Source, WrongTokens},
    patience::Count,
};
use sha2::{Digest, Sha256};
use store::{CommitError, StoreError, Write};
use tracing::warn;

use crate::App;

/// Characters of a token that its guesses are counted by: what every token begins with, and some more.
const PREFIX_LEN: usize = 12;
/// Places that one process remembers.
const REMEMBERED: usize = 64;

/// From where the bootstrap token, of which the table knows nothing, was used in this process while nobody was locked out there.
#[derive(Debug, Default)]
pub(crate) struct TrustedSources(Mutex<Vec<Source>>);

impl TrustedSources {
    fn holds(&self, source: &Source) -> bool {
        self.0.lock().is_ok_and(|sources| sources.contains(source))
    }

    fn add(&self, source: &Source) {
        if let Ok(mut sources) = self.0.lock()
            && !sources.contains(source)
        {
            if sources.len() >= REMEMBERED {
                sources.remove(0);
            }
            sources.push(source.clone());
        }
    }
}

fn counted_by(token: &str, source: &Source) -> [String; 2] {
    let beginning: String = token.chars().take(PREFIX_LEN).collect();
    let mut digest = HEXLOWER.encode(&Sha256::digest(beginning.as_bytes()));
    digest.truncate(16);
    [format!("address#{source}"), format!("prefix#{digest}")]
}

impl App {
    /// Whether no token like this one is believed from there now.
    pub(crate) async fn is_locked_out(&self, token: &str, source: &Source) -> Result<bool, StoreError> {
        let counted = self.store.wrong_tokens(&counted_by(token, source)).await?;
        let now = self.now();
        Ok(counted.iter().flatten().any(|wrong| wrong.locked_until(now).is_some()))
    }

    /// The same for the bootstrap token, asked once in a process and place.
    pub(crate) async fn is_bootstrap_locked_out(&self, token: &str, source: &Source) -> Result<bool, StoreError> {
        if self.trusted_sources.holds(source) {
            return Ok(false);
        }
        let locked = self.is_locked_out(token, source).await?;
        if !locked {
            self.trusted_sources.add(source);
        }
        Ok(locked)
    }

    /// There is no such token. While a lock lasts nothing is counted: what is not believed anyway costs no writes.
    pub(crate) async fn count_wrong_token(&self, token: &str, source: &Source) -> Result<(), StoreError> {
        let by = counted_by(token, source);
        let known = self.store.wrong_tokens(&by).await?;
        let now = self.now();
        if known.iter().flatten().any(|wrong| wrong.locked_until(now).is_some()) {
            return Ok(());
        }
        for (by, known) in by.iter().zip(&known) {
            let write = match WrongTokens::next(known.as_ref(), now) {
                Count::Anew => Write::put(&WrongTokens { by: by.clone(), wrong: 1, last_at: now })?,
                Count::OneMore => Write::count_wrong_token(by, now),
            };
            match self.store.commit(&self.seams.nonce(), vec![write]).await {
                Ok(()) | Err(CommitError::Refused { .. }) => {}
                Err(CommitError::Store(error)) => return Err(error),
            }
        }
        warn!(event = "wrong_token", "a token that there is not was refused");
        Ok(())
    }
}
