//! What the bot says of itself before anybody writes to it: its commands and descriptions, in each language.

use clients::telegram::{
    Telegram, TelegramError,
    api::{
        methods::{SetChatMenuButtonParams, SetMyCommandsParams, SetMyDescriptionParams, SetMyShortDescriptionParams},
        types::{BotCommand, BotCommandScope, BotCommandScopeChat, ChatId, MenuButton},
    },
};
use domain::Language;
use tracing::warn;

use crate::text::Texts;

/// The commands, as people find them in the chat's menu; `command-<name>` describes each.
pub const COMMANDS: [&str; 10] =
    ["start", "menu", "plans", "trial", "subscriptions", "invite", "language", "support", "paysupport", "help"];

/// The commands of the operators' chat.
pub const OPERATORS: [&str; 2] = ["find", "admin"];

/// Whom Telegram shows what: clients of these languages, and all others.
const AUDIENCES: [(Option<&str>, Language); 4] =
    [(None, Language::English), (Some("en"), Language::English), (Some("fa"), Language::Persian), (Some("ru"), Language::Russian)];

fn described(texts: &Texts, language: Language, name: &str) -> BotCommand {
    BotCommand::builder().command(name).description(texts.plain(language, &format!("command-{name}"), &[])).build()
}

/// Tells Telegram everything, and the operators' chat in its language what is there for it besides; it keeps it until it is told otherwise. May be done again at any time.
///
/// # Errors
/// The first refusal or failure ends it; what was told before stays told.
pub async fn introduce(telegram: &Telegram, texts: &Texts, operators: Option<(i64, Language)>) -> Result<(), TelegramError> {
    for (client, language) in AUDIENCES {
        let client = client.map(str::to_owned);
        let commands: Vec<BotCommand> = COMMANDS.iter().map(|name| described(texts, language, name)).collect();
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
    if let Some((chat, language)) = operators {
        // A chat's own commands take the place of the others: in a person's chat he stays a customer.
        let customers = COMMANDS.iter().filter(|_| chat > 0);
        let commands: Vec<BotCommand> = OPERATORS.iter().chain(customers).map(|name| described(texts, language, name)).collect();
        let commands = SetMyCommandsParams::builder()
            .commands(commands)
            .scope(BotCommandScope::Chat(BotCommandScopeChat::builder().chat_id(ChatId::Integer(chat)).build()))
            .build();
        // Nobody has written there yet: nothing else depends on it.
        if let Err(error) = telegram.invoke(&commands).await {
            warn!(event = "operators_not_introduced", %error, "the operators' chat has no commands");
        }
    }
    telegram.invoke(&SetChatMenuButtonParams::builder().menu_button(MenuButton::Commands).build()).await?;
    Ok(())
}
