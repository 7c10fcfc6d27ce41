//! Admins and their bearer tokens: JWT, HS256, as the panel issues them.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;

/// What an admin may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Sees and changes only its own accounts. The role meant for a shop.
    Seller,
    /// Sees and changes every account.
    Sudo,
    /// The admin of the panel's environment: may do everything, and its accounts have no owner.
    Environment,
}

/// Someone who may log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    /// Name
    pub username: String,
    /// Password, in the clear: it guards nothing here.
    pub password: String,
    /// What it may do.
    pub role: Role,
}

impl Admin {
    /// An admin with a role.
    pub fn new(username: impl Into<String>, password: impl Into<String>, role: Role) -> Self {
        Self { username: username.into(), password: password.into(), role }
    }

    pub(super) fn is_sudo(&self) -> bool {
        match self.role {
            Role::Seller => false,
            Role::Sudo | Role::Environment => true,
        }
    }

    /// The owner written into the accounts that it makes.
    pub(super) fn as_owner(&self) -> Option<String> {
        match self.role {
            Role::Environment => None,
            Role::Seller | Role::Sudo => Some(self.username.clone()),
        }
    }

    /// As replies show it. The traffic of its accounts is counted for admins of the database only.
    pub(super) fn render(&self, users_usage: i64) -> Value {
        let users_usage = match self.role {
            Role::Environment => Value::Null,
            Role::Seller | Role::Sudo => json!(users_usage),
        };
        json!({
            "username": self.username,
            "is_sudo": self.is_sudo(),
            "telegram_id": null,
            "discord_webhook": null,
            "users_usage": users_usage,
        })
    }
}

/// Name and password make a [`Role::Seller`].
impl<U: Into<String>, P: Into<String>> From<(U, P)> for Admin {
    fn from((username, password): (U, P)) -> Self {
        Self::new(username, password, Role::Seller)
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: String,
    access: String,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
}

fn signed(key: &str, text: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).ok()?;
    mac.update(text.as_bytes());
    Some(mac)
}

/// A token that ends `lifetime` seconds from `now`; zero is never.
pub(super) fn mint(admin: &Admin, key: &str, now: i64, lifetime: i64) -> String {
    let claims = Claims {
        sub: admin.username.clone(),
        access: if admin.is_sudo() { "sudo" } else { "admin" }.to_owned(),
        iat: now,
        exp: (lifetime != 0).then(|| now.saturating_add(lifetime)),
    };
    let header = BASE64URL_NOPAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
    let claims = BASE64URL_NOPAD.encode(json!(claims).to_string().as_bytes());
    let text = format!("{header}.{claims}");
    let signature = signed(key, &text).map(|mac| BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()));
    format!("{text}.{}", signature.unwrap_or_default())
}

/// Whose token this is, if it is good at `now`. `key_of` gives the key of an admin that exists.
pub(super) fn verify(token: &str, now: i64, key_of: impl FnOnce(&str) -> Option<String>) -> Option<String> {
    let (text, signature) = token.rsplit_once('.')?;
    let (_, claims) = text.split_once('.')?;
    let claims: Claims = serde_json::from_slice(&BASE64URL_NOPAD.decode(claims.as_bytes()).ok()?).ok()?;
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).ok()?;
    signed(&key_of(&claims.sub)?, text)?.verify_slice(&signature).ok()?;
    claims.exp.is_none_or(|end| now < end).then_some(claims.sub)
}

#[cfg(test)]
mod tests {
    use super::{Admin, mint, verify};

    #[test]
    fn a_token_is_good_until_its_end_and_only_with_its_key() {
        let admin = Admin::from(("shop", "secret"));
        let key = |_: &str| Some("key".to_owned());
        // (lifetime, age, key is the same, good)
        let cases = [(60, 0, true, true), (60, 59, true, true), (60, 60, true, false), (0, 1_000_000, true, true), (60, 0, false, false)];
        for (lifetime, age, same_key, good) in cases {
            let token = mint(&admin, if same_key { "key" } else { "other" }, 1_000, lifetime);
            assert_eq!(verify(&token, 1_000 + age, key).is_some(), good, "{lifetime} {age} {same_key}");
        }
        assert_eq!(verify("garbage", 0, key), None);
    }
}
