//! Everything foreign that is spoken to over HTTP: Telegram, the panel, payment gateways, and AWS itself.
//!
//! One [`http::Http`] carries all of it: one connection pool, one TLS configuration. Nothing here reads a clock or entropy: `now` and
//! time-outs are arguments. Nothing here decides what money or an account means: that is `domain`'s.

pub mod aws;
pub mod http;
pub mod panel;
pub mod payment;
pub mod secret;
pub mod telegram;

pub use http::{Http, HttpError};
pub use secret::Secret;

/// A setting that a client cannot be built from: one sentence for whoever starts the shop. Never holds the setting's value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {why}")]
pub struct BadSetting {
    what: &'static str,
    why: &'static str,
}

impl BadSetting {
    pub(crate) const fn new(what: &'static str, why: &'static str) -> Self {
        Self { what, why }
    }
}
