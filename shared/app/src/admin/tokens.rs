//! Admin tokens: random, shown once, kept as hashes.

use clients::Secret;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use domain::{
    AdminTokenId, Timestamp,
    admin::{Actor, AdminToken, Role},
};
use sha2::{Digest, Sha256};
use store::{CommitError, StoreError, Write};

use super::lists::ListError;
use crate::{
    App, By, Change,
    operate::{Invalid, OperateError, json, of_commit},
};

/// Somebody who operates the shop, and with what right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    pub actor: Actor,
    pub role: Role,
}

/// What a token is made of besides its secret.
#[derive(Debug, Clone)]
pub struct NewToken {
    pub name: String,
    pub role: Role,
    pub expires_at: Option<Timestamp>,
}

/// Marks a text as a token of this shop, for people and for scanners of leaked secrets. Changing it revokes every token there is.
const PREFIX: &str = "wsa_";

/// Lower-case hex of SHA-256. A token has 256 random bits: nothing slower is needed.
pub(super) fn hash(token: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(token.as_bytes()))
}

impl App {
    /// Who sends this token; `None` for whatever reason it does not work.
    pub async fn operator(&self, token: &str) -> Result<Option<Operator>, StoreError> {
        if self.config.admin_bootstrap_token.as_ref().is_some_and(|bootstrap| bootstrap.matches(token)) {
            return Ok(Some(Operator { actor: Actor::Bootstrap, role: Role::Owner }));
        }
        if !token.starts_with(PREFIX) {
            return Ok(None);
        }
        let now = self.now();
        let found = self.store.admin_token(&hash(token)).await?.filter(|token| token.works(now));
        Ok(found.map(|token| Operator { actor: Actor::Token(token.id), role: token.role }))
    }

    /// Makes a token. Its secret is in the answer and nowhere else.
    pub async fn create_token<'a>(&self, new: NewToken, by: impl Into<By<'a, AdminToken>>) -> Result<(AdminToken, Secret), OperateError> {
        let by = by.into();
        let now = self.now();
        if !(1..=64).contains(&new.name.chars().count()) || new.name.trim().is_empty() || new.name.chars().any(char::is_control) {
            return Err(Invalid::new("name", "1 to 64 characters on one line").into());
        }
        if new.expires_at.is_some_and(|end| end <= now) {
            return Err(Invalid::new("expires_at", "must be in the future").into());
        }
        let secret = format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&self.seams.bytes::<32>()));
        let token = AdminToken {
            id: AdminTokenId::new(self.seams.ulid(now)),
            hash: hash(&secret),
            name: new.name,
            role: new.role,
            created_at: now,
            expires_at: new.expires_at,
            revoked_at: None,
            version: 1,
        };
        let change = Change::new(&by, "create", "token", token.id.to_string()).to(json(&Shown::of(&token))?);
        self.commit_change(&change, &token, vec![Write::create(&token)?]).await.map_err(of_commit("create a token"))?;
        Ok((token, Secret::new(secret)))
    }

    /// Ends a token for ever. Doing it twice is success.
    pub async fn revoke_token<'a>(&self, id: AdminTokenId, by: impl Into<By<'a, AdminToken>>) -> Result<AdminToken, OperateError> {
        let by = by.into();
        for _ in 0..3 {
            let mut token = self.admin_token(id).await?.ok_or(OperateError::NotFound)?;
            if token.revoked_at.is_some() {
                return Ok(token);
            }
            token.revoked_at = Some(self.now());
            let change = Change::new(&by, "revoke", "token", id.to_string());
            let writes = vec![Write::replace(&mut token)?];
            match self.commit_change(&change, &token, writes).await {
                Ok(()) => return Ok(token),
                Err(CommitError::Refused { position: 0, .. }) => {}
                Err(error) => return Err(of_commit("revoke a token")(error)),
            }
        }
        Err(OperateError::Changed)
    }

    /// A token by its public name. Tokens lie under their hashes and are few: the list is walked.
    pub async fn admin_token(&self, id: AdminTokenId) -> Result<Option<AdminToken>, OperateError> {
        let mut cursor = None;
        loop {
            let page = match self.store.list_admin_tokens(cursor.as_ref(), 100, self.now()).await {
                Ok(page) => page,
                Err(ListError::Store(error)) => return Err(error.into()),
                // Only what the list itself gave out comes back to it.
                Err(ListError::Cursor(_)) => return Ok(None),
            };
            if let Some(token) = page.items.into_iter().find(|token| token.id == id) {
                return Ok(Some(token));
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(None);
            }
        }
    }
}

/// A token as the audit log shows it: without its hash.
#[derive(serde::Serialize)]
struct Shown<'a> {
    name: &'a str,
    role: Role,
    expires_at: Option<Timestamp>,
}

impl<'a> Shown<'a> {
    fn of(token: &'a AdminToken) -> Self {
        Self { name: &token.name, role: token.role, expires_at: token.expires_at }
    }
}
