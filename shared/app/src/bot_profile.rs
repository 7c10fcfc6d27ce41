//! What the bot says of itself before anybody writes to it: its commands and descriptions, in each language.

use clients::telegram::{
    Telegram, TelegramError,
    api::{
        methods::{SetChatMenuButtonParams, SetMyCommandsParams, SetMyDescriptionParams, SetMyShortDescriptionParams},
        types::{BotCommand, BotCommandScope, MenuButton},
    },
};
use domain::Language;

use crate::text::Texts;

/// The commands, as people find them in the chat's menu; `command-<name>` describes each.
pub const COMMANDS: [&str; 10] =
    ["start", "menu", "plans", "trial", "subscriptions", "invite", "language", "support", "paysupport", "help"];

/// Whom Telegram shows what: clients of these languages, and all others.
const AUDIENCES: [(Option<&str>, Language); 4] =
    [(None, Language::English), (Some("en"), Language::English), (Some("fa"), Language::Persian), (Some("ru"), Language::Russian)];

/// Tells Telegram everything; it keeps it until it is told otherwise. May be done again at any time.
///
/// # Errors
/// The first refusal or failure ends it; what was told before stays told.
pub async fn introduce(telegram: &Telegram, texts: &Texts) -> Result<(), TelegramError> {
    for (client, language) in AUDIENCES {
        let client = client.map(str::to_owned);
        let commands = COMMANDS
            .iter()
            .map(|name| {
                let description = texts.plain(language, &format!("command-{name}"), &[]);
                BotCommand::builder().command(*name).description(description).build()
            })
            .collect::<Vec<_>>();
        let commands = SetMyCommandsParams::builder()
            .commands(commands)
            .scope(BotCommandScope::AllPrivateChats)
            .maybe_language_code(client.clone())
            .build();
        telegram.invoke(&commands).await?;
        let description = texts.plain(language, "bot-description", &[]);
        telegram.invoke(&SetMyDescriptionParams::builder().description(description).maybe_language_code(client.clone()).build()).await?;
        let short = texts.plain(language, "bot-short-description", &[]);
        telegram.invoke(&SetMyShortDescriptionParams::builder().short_description(short).maybe_language_code(client).build()).await?;
    }
    telegram.invoke(&SetChatMenuButtonParams::builder().menu_button(MenuButton::Commands).build()).await?;
    Ok(())
}
