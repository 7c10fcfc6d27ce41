//! Messages between customers and operators, as they pass through the bot.

use app::{
    App, AppError,
    screen::Screen,
    store::SupportLetter,
    support::{Answered, Letter, Posted},
    telegram::{
        Message, Reply, User as Sender,
        api::{
            methods::SendMessageParams,
            types::{ChatId, ReplyParameters},
        },
    },
};
use domain::user::User;
use tracing::warn;

use crate::screens;

/// A customer wants to write to the operators: the bot waits for it, or says whom else to write to.
pub async fn ask(app: &App, user: &User) -> Result<Screen, AppError> {
    let shop = app.shop().await?;
    if !app.takes_letters(&shop) {
        return Ok(screens::help(app, &shop, user.language));
    }
    app.open_letters(user.id).await?;
    Ok(screens::ask_letter(app, &shop, user.language))
}

/// A customer has said it all.
pub async fn finish(app: &App, user: &User) -> Result<Screen, AppError> {
    app.close_letters(user.id).await?;
    Ok(screens::notice(app, user.language, "support-done"))
}

/// Passes a message on that was waited for, with what the bot remembers of the ones before it. `None`: nothing more has to be said.
pub async fn post(
    app: &App,
    user: &User,
    message: &Message,
    header: Option<i32>,
    last_album: Option<&str>,
) -> Result<Option<Screen>, AppError> {
    let shop = app.shop().await?;
    if !app.takes_letters(&shop) {
        return Ok(Some(screens::help(app, &shop, user.language)));
    }
    let letter = Letter { message: message.message_id, album: message.media_group_id.as_deref(), header, last_album };
    let text = match app.post_letter(user, letter).await? {
        Posted::Sent => "support-sent",
        Posted::SentToo => return Ok(None),
        Posted::TooMany => "support-too-many",
        Posted::Unsendable => "support-not-sent",
        Posted::Closed => return Ok(Some(screens::help(app, &shop, user.language))),
    };
    Ok(Some(screens::letter_notice(app, user.language, text)))
}

/// The customer's message that one of the operators' chat replies to.
pub async fn replied_to(app: &App, message: &Message) -> Result<Option<SupportLetter>, AppError> {
    let a_command = message.text.as_deref().is_some_and(|text| text.trim_start().starts_with('/'));
    match &message.reply_to {
        Some(replied) if !a_command => app.letter(message.chat.id, replied.message_id).await,
        Some(_) | None => Ok(None),
    }
}

/// Passes an operator's answer on. He hears of it only where it did not arrive.
pub async fn answer(app: &App, from: &Sender, message: &Message, letter: &SupportLetter) -> Result<Option<Reply>, AppError> {
    let text = if app.is_operator(from.id, message.chat.id).await? {
        match app.answer_letter(letter, message.message_id).await? {
            Answered::Delivered => return Ok(None),
            Answered::Blocked => "operator-letter-undelivered",
            Answered::Unsendable => "operator-letter-failed",
        }
    } else {
        warn!(event = "answer_not_allowed", "somebody who is no operator replied to a customer's message");
        "operator-letter-not-allowed"
    };
    let below = ReplyParameters::builder().message_id(message.message_id).allow_sending_without_reply(true).build();
    let params = SendMessageParams::builder()
        .chat_id(ChatId::Integer(message.chat.id))
        .text(app.texts.plain(app.operator_language(), text, &[]))
        .reply_parameters(below)
        .build();
    Ok(Some(Reply::new(&params)?))
}
