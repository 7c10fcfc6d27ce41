//! `cargo run -- introduce`: tells Telegram the bot's commands and descriptions, as the local shop does at its start. For bots whose shop runs elsewhere.

use std::collections::BTreeMap;

use app::{bot_profile, text::Texts};
use clients::{
    BadSetting, Http, Secret,
    telegram::{Telegram, TelegramError},
};
use thiserror::Error;

/// Why Telegram was not told.
#[derive(Debug, Error)]
pub enum IntroduceError {
    #[error("TELEGRAM_BOT_TOKEN is not set: put it into the environment or a .env file")]
    NoToken,
    #[error(transparent)]
    Setting(#[from] BadSetting),
    #[error(transparent)]
    Telegram(#[from] TelegramError),
}

const BOT_API: &str = "https://api.telegram.org";

/// Introduces the bot of `TELEGRAM_BOT_TOKEN`; no other setting is needed. Comes back with its user name, without the `@`.
///
/// # Errors
/// The token is missing or none, or Telegram refuses or does not answer.
pub async fn introduce(settings: &BTreeMap<String, String>) -> Result<String, IntroduceError> {
    let token = settings.get("TELEGRAM_BOT_TOKEN").ok_or(IntroduceError::NoToken)?;
    let api_url = settings.get("TELEGRAM_API_URL").map_or(BOT_API, String::as_str);
    let telegram = Telegram::new(Http::new()?, api_url, Secret::new(token.as_str()))?;
    let bot = telegram.get_me().await?.username;
    let operators = settings.get("TELEGRAM_OPERATOR_CHAT_ID").and_then(|chat| chat.parse().ok());
    let language =
        settings.get("OPERATOR_LANGUAGE").and_then(|code| domain::Language::from_code(code)).unwrap_or(domain::Language::English);
    bot_profile::introduce(&telegram, &Texts::default(), operators.map(|chat| (chat, language))).await?;
    Ok(bot)
}

#[cfg(test)]
mod tests {
    use std::{future::IntoFuture, sync::Arc};

    use axum::Router;
    use tokio::net::TcpListener;

    use super::*;
    use crate::telegram::{Options, TelegramStandIn};

    #[tokio::test]
    async fn a_bot_is_introduced_in_every_language_by_its_token_alone() {
        assert!(matches!(introduce(&BTreeMap::new()).await, Err(IntroduceError::NoToken)));
        let stand_in = TelegramStandIn::new(Options::new("42:token", "shop_bot", 9, Arc::new(|| 1_795_000_000))).unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, Router::new().nest("/api", stand_in.bot_api())).into_future());
        let settings = |token: &str| {
            BTreeMap::from(
                [("TELEGRAM_BOT_TOKEN", token.to_owned()), ("TELEGRAM_API_URL", format!("http://{address}/api"))]
                    .map(|(name, value)| (name.to_owned(), value)),
            )
        };
        assert!(matches!(introduce(&settings("42:other")).await, Err(IntroduceError::Telegram(_))));
        assert_eq!(introduce(&settings("42:token")).await.unwrap(), "shop_bot");
        let shown = [("fa", "اشتراک‌های من"), ("ru", "Мои подписки"), ("en", "My subscriptions"), ("de", "My subscriptions")];
        for (language, subscriptions) in shown {
            let person = stand_in.person(7, "Someone", language);
            let commands = person.commands();
            let names: Vec<&str> = commands.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, bot_profile::COMMANDS, "{language}");
            assert!(commands.iter().any(|(name, text)| name == "subscriptions" && text.contains(subscriptions)), "{commands:?}");
            assert!(person.bot_description().is_some_and(|text| text.contains("🌊")), "{language}");
        }
    }
}
