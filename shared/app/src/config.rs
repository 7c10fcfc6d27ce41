//! The shop's settings, read once at the start. A missing or malformed one stops the start with one sentence that names it.

mod gateways;

use std::collections::HashMap;

use clients::Secret;
use domain::{Language, TelegramUserId, settings::Card};
pub use gateways::GatewaysConfig;
use thiserror::Error;

/// Where settings come from: the process's environment with, on AWS, the secrets parameter laid over it.
#[derive(Debug, Clone, Default)]
pub struct Environment(HashMap<String, String>);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConfigError {
    #[error("{0} is not set")]
    Missing(&'static str),
    #[error("{0} is malformed: {1}")]
    Malformed(&'static str, &'static str),
    #[error("SECRETS_PARAMETER must hold a JSON object whose values are strings")]
    Secrets,
    #[error("the secrets in SECRETS_PARAMETER could not be read: {0}")]
    SecretsUnavailable(String),
    #[error(transparent)]
    Client(#[from] clients::BadSetting),
}

impl Environment {
    pub fn of_process() -> Self {
        Self(std::env::vars().collect())
    }

    pub fn new(settings: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(settings.into_iter().collect())
    }

    /// Lays the JSON object of the secrets parameter over the environment.
    pub fn with_secrets(mut self, json: &str) -> Result<Self, ConfigError> {
        let secrets: HashMap<String, String> = serde_json::from_str(json).map_err(|_| ConfigError::Secrets)?;
        self.0.extend(secrets);
        Ok(self)
    }

    /// A setting; one that is set to nothing is not set.
    pub fn get(&self, name: &'static str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    pub fn require(&self, name: &'static str) -> Result<&str, ConfigError> {
        self.get(name).ok_or(ConfigError::Missing(name))
    }

    /// Two settings that go together: both or neither.
    fn pair(&self, first: &'static str, second: &'static str) -> Result<Option<(&str, &str)>, ConfigError> {
        match (self.get(first), self.get(second)) {
            (None, None) => Ok(None),
            (Some(a), Some(b)) => Ok(Some((a, b))),
            (Some(_), None) => Err(ConfigError::Missing(second)),
            (None, Some(_)) => Err(ConfigError::Missing(first)),
        }
    }
}

/// Every setting of the shop, parsed.
#[derive(Debug, Clone)]
pub struct Config {
    pub table: String,
    /// Where this shop is reached from outside, without a slash at the end.
    pub public_url: String,
    pub telegram: TelegramConfig,
    pub panel: PanelConfig,
    /// A card that receives transfers, besides those of the settings.
    pub card: Option<Card>,
    pub gateways: GatewaysConfig,
    /// The operators' first token; absent: only stored tokens work.
    pub admin_bootstrap_token: Option<Secret>,
    /// What public names are keyed by: see `domain::reference`.
    pub reference_secret: Secret,
}

#[derive(Debug, Clone)]
pub struct TelegramConfig {
    pub token: Secret,
    pub api_url: String,
    pub webhook_secret: Secret,
    /// Where receipts and alerts go.
    pub operator_chat: Option<i64>,
    /// Who may decide there; empty: whoever Telegram says is a member of the chat.
    pub operators: Vec<TelegramUserId>,
    pub operator_language: Language,
}

#[derive(Debug, Clone)]
pub struct PanelConfig {
    pub url: String,
    pub username: String,
    pub password: Secret,
    pub subscription_url_prefix: Option<String>,
}

#[derive(Debug, Clone)]
pub struct CryptoPayConfig {
    pub token: Secret,
    pub api_url: String,
}

impl Config {
    pub fn read(env: &Environment) -> Result<Self, ConfigError> {
        let token = env.require("TELEGRAM_BOT_TOKEN")?;
        let webhook_secret = env.require("TELEGRAM_WEBHOOK_SECRET")?;
        if webhook_secret.len() > 256 || !webhook_secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') {
            return Err(ConfigError::Malformed("TELEGRAM_WEBHOOK_SECRET", "1 to 256 characters of A-Z, a-z, 0-9, _ and -"));
        }
        let operator_chat = env.get("TELEGRAM_OPERATOR_CHAT_ID").map(|id| {
            id.parse().ok().filter(|id| *id != 0).ok_or(ConfigError::Malformed("TELEGRAM_OPERATOR_CHAT_ID", "a chat id, a whole number"))
        });
        let operators = env.get("TELEGRAM_OPERATOR_IDS").unwrap_or_default().split(',').map(str::trim).filter(|id| !id.is_empty());
        let operators = operators
            .map(|id| id.parse().map_err(|_| ConfigError::Malformed("TELEGRAM_OPERATOR_IDS", "user ids with commas between them")));
        let operator_language = match env.get("OPERATOR_LANGUAGE") {
            None => Language::English,
            Some(code) => Language::from_code(code).ok_or(ConfigError::Malformed("OPERATOR_LANGUAGE", "fa, en or ru"))?,
        };
        let card = env.pair("CARD_NUMBER", "CARD_HOLDER")?;
        let card = card.map(|(number, holder)| clients::payment::Card::new(number, holder)).transpose()?;
        let card = card.map(|card| card.instructions()).map(|card| Card { number: card.number, holder: card.holder });
        let admin_bootstrap_token = match env.get("ADMIN_BOOTSTRAP_TOKEN") {
            Some(token) if token.len() < 16 => return Err(ConfigError::Malformed("ADMIN_BOOTSTRAP_TOKEN", "at least 16 characters")),
            token => token.map(Secret::new),
        };
        // The bot's token stands in for a secret that is not set: then the token is the one to mend.
        let (reference_name, reference_secret) =
            env.get("REFERENCE_SECRET").map_or(("TELEGRAM_BOT_TOKEN", token), |secret| ("REFERENCE_SECRET", secret));
        if reference_secret.len() < 16 {
            return Err(ConfigError::Malformed(reference_name, "at least 16 characters"));
        }
        Ok(Self {
            table: env.require("TABLE_NAME")?.to_owned(),
            public_url: url(env, "PUBLIC_URL")?,
            telegram: TelegramConfig {
                token: Secret::new(token),
                api_url: env.get("TELEGRAM_API_URL").unwrap_or("https://api.telegram.org").to_owned(),
                webhook_secret: Secret::new(webhook_secret),
                operator_chat: operator_chat.transpose()?,
                operators: operators.collect::<Result<_, _>>()?,
                operator_language,
            },
            panel: PanelConfig {
                url: url(env, "PANEL_URL")?,
                username: env.require("PANEL_USERNAME")?.to_owned(),
                password: Secret::new(env.require("PANEL_PASSWORD")?),
                subscription_url_prefix: env.get("PANEL_SUBSCRIPTION_URL_PREFIX").map(|prefix| prefix.trim_end_matches('/').to_owned()),
            },
            card,
            gateways: GatewaysConfig::read(env)?,
            admin_bootstrap_token,
            reference_secret: Secret::new(reference_secret),
        })
    }
}

fn url(env: &Environment, name: &'static str) -> Result<String, ConfigError> {
    let url = env.require(name)?.trim_end_matches('/');
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let clean = url.bytes().all(|b| b.is_ascii_graphic());
    if clean && rest.is_some_and(|host| !host.is_empty()) {
        Ok(url.to_owned())
    } else {
        Err(ConfigError::Malformed(name, "an http or https URL"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> Vec<(&'static str, &'static str)> {
        vec![
            ("TABLE_NAME", "shop"),
            ("PUBLIC_URL", "https://shop.example/"),
            ("TELEGRAM_BOT_TOKEN", "42:a-token-of-a-bot"),
            ("TELEGRAM_WEBHOOK_SECRET", "secret_1"),
            ("PANEL_URL", "https://panel.example"),
            ("PANEL_USERNAME", "bot"),
            ("PANEL_PASSWORD", "p"),
        ]
    }

    fn read(settings: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::read(&Environment::new(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))))
    }

    #[test]
    fn a_complete_environment_is_enough() {
        let config = read(&complete()).unwrap();
        assert_eq!(config.public_url, "https://shop.example");
        assert!(config.card.is_none() && config.gateways.crypto_pay.is_none());
    }

    #[test]
    fn what_is_missing_is_named() {
        for (name, _) in complete() {
            let rest: Vec<_> = complete().into_iter().filter(|(other, _)| *other != name).collect();
            let error = read(&rest).unwrap_err().to_string();
            assert_eq!(error, format!("{name} is not set"));
        }
    }

    #[test]
    fn a_gateway_is_on_by_its_credentials_and_half_of_them_is_a_mistake() {
        let pairs = [
            (("CARD_NUMBER", "6037990000000006"), ("CARD_HOLDER", "y")),
            (("NOWPAYMENTS_API_KEY", "x"), ("NOWPAYMENTS_IPN_SECRET", "y")),
            (("HELEKET_MERCHANT_ID", "x"), ("HELEKET_PAYMENT_KEY", "y")),
            (("CRYPTOMUS_MERCHANT_ID", "x"), ("CRYPTOMUS_PAYMENT_KEY", "y")),
            (("YOOKASSA_SHOP_ID", "x"), ("YOOKASSA_SECRET_KEY", "y")),
            (("PLATEGA_MERCHANT_ID", "x"), ("PLATEGA_SECRET", "y")),
            (("STRIPE_SECRET_KEY", "x"), ("STRIPE_WEBHOOK_SECRET", "y")),
        ];
        let with = |more: &[(&'static str, &'static str)]| read(&[complete(), more.to_vec()].concat());
        for (first, second) in pairs {
            assert_eq!(with(&[first]).unwrap_err(), ConfigError::Missing(second.0));
            assert_eq!(with(&[second]).unwrap_err(), ConfigError::Missing(first.0));
            assert!(with(&[first, second]).is_ok());
        }
        let config = with(&[
            ("PLATEGA_MERCHANT_ID", "m"),
            ("PLATEGA_SECRET", "s"),
            ("PLISIO_API_KEY", "k"),
            ("PLISIO_API_URL", "http://127.0.0.1:1"),
        ])
        .unwrap();
        let on = &config.gateways;
        assert!(on.zarinpal.is_none() && on.tribute.is_none() && on.stripe.is_none());
        assert_eq!(
            on.platega.as_ref().map(|platega| (platega.api_url.as_str(), platega.payment_method)),
            Some(("https://app.platega.io", 2))
        );
        assert_eq!(on.plisio.as_ref().map(|plisio| plisio.api_url.as_str()), Some("http://127.0.0.1:1"));
    }

    #[test]
    fn what_is_malformed_is_named_and_not_shown() {
        let cases = [
            ("PUBLIC_URL", "shop.example"),
            ("PANEL_URL", "ftp://panel"),
            ("TELEGRAM_WEBHOOK_SECRET", "a b"),
            ("TELEGRAM_OPERATOR_CHAT_ID", "@chat"),
            ("TELEGRAM_OPERATOR_IDS", "1,two"),
            ("ADMIN_BOOTSTRAP_TOKEN", "short"),
            ("REFERENCE_SECRET", "short"),
            ("OPERATOR_LANGUAGE", "xx"),
            ("PLATEGA_PAYMENT_METHOD", "cards"),
        ];
        for (name, value) in cases {
            let mut settings = complete();
            settings.push((name, value));
            let error = read(&settings).unwrap_err().to_string();
            assert!(error.starts_with(name) && !error.contains(value), "{error}");
        }
    }

    #[test]
    fn a_token_that_is_too_short_for_a_secret_is_named_itself() {
        let with = |more: &[(&'static str, &'static str)]| {
            let settings = complete().into_iter().filter(|(name, _)| *name != "TELEGRAM_BOT_TOKEN");
            read(&settings.chain([("TELEGRAM_BOT_TOKEN", "abc")]).chain(more.iter().copied()).collect::<Vec<_>>())
        };
        assert_eq!(with(&[]).unwrap_err().to_string(), "TELEGRAM_BOT_TOKEN is malformed: at least 16 characters");
        assert!(with(&[("REFERENCE_SECRET", "sixteen-characters")]).is_ok());
    }

    #[test]
    fn secrets_lie_over_the_environment() {
        let env = Environment::default().with_secrets(r#"{"PANEL_PASSWORD":"x"}"#).unwrap();
        assert_eq!(env.get("PANEL_PASSWORD"), Some("x"));
        assert_eq!(Environment::default().with_secrets("[]").unwrap_err(), ConfigError::Secrets);
    }
}
