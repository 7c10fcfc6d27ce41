//! The operators' chat: commands, and buttons other than those below receipts. Who somebody is, is checked at each of them; nothing that a button carries
//! is believed beyond naming what it is about.

use app::{
    App, AppError,
    button::{RetryOf, UserStep},
    operate::OperateError,
    screen::Screen,
    telegram::{
        CallbackMessage, CallbackQuery, Message, Reply, TelegramError, User as Sender,
        api::{
            methods::EditMessageReplyMarkupParams,
            types::{ChatId, InlineKeyboardMarkup},
        },
    },
    text::Arg,
};
use domain::{TelegramUserId, admin::Actor};
use tracing::warn;

use crate::tap::{acknowledge, hint};

/// Answers an operator's command. `None`: it is none, or not an operator's: it is taken as anybody's.
pub async fn on_command(app: &App, from: &Sender, message: &Message) -> Result<Option<Screen>, AppError> {
    let Some(text) = message.text.as_deref().map(str::trim).filter(|text| text.starts_with('/')) else { return Ok(None) };
    let (command, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let command = command.split('@').next().unwrap_or(command);
    if !matches!(command, "/find" | "/admin") || !app.is_operator(from.id, message.chat.id).await? {
        return Ok(None);
    }
    if command == "/admin" {
        return app.desk_screen().await.map(Some);
    }
    if argument.trim().is_empty() {
        return Ok(Some(app.find_notice(false)));
    }
    let card = match app.find_user(argument).await? {
        Some(id) => app.user_card(id).await?,
        None => None,
    };
    Ok(Some(card.map_or_else(|| app.find_notice(true), |card| app.card_screen(&card, false))))
}

fn word(app: &App, query: &CallbackQuery, text: &str) -> Result<Option<Reply>, AppError> {
    Ok(Some(Reply::new(&hint(&query.id, app.texts.plain(app.operator_language(), text, &[])))?))
}

async fn may(app: &App, query: &CallbackQuery, message: &CallbackMessage) -> Result<bool, AppError> {
    let may = app.is_operator(query.from.id, message.chat.id).await?;
    if !may {
        warn!(event = "operating_not_allowed", "somebody who is no operator tapped an operators' button");
    }
    Ok(may)
}

/// A tap on somebody's card.
pub async fn on_user(
    app: &App,
    query: &CallbackQuery,
    message: &CallbackMessage,
    step: UserStep,
    id: TelegramUserId,
) -> Result<Option<Reply>, AppError> {
    if !may(app, query, message).await? {
        return word(app, query, "operator-not-allowed");
    }
    if let UserStep::Ban | UserStep::Unban = step {
        match app.set_banned(id, step == UserStep::Ban, Actor::Telegram(query.from.id)).await {
            Ok(_) => {}
            Err(OperateError::NotFound) => return word(app, query, "operator-found-nobody"),
            Err(error) => return Err(of_operation(error)),
        }
    }
    let Some(card) = app.user_card(id).await? else { return word(app, query, "operator-found-nobody") };
    acknowledge(app, &query.id).await;
    let screen = app.card_screen(&card, step == UserStep::Ask);
    Ok(Some(Reply::new(&screen.edit(message.chat.id, message.message_id))?))
}

/// "Try again", below what waits for the operators. Tapped twice it is tried once: what is not parked any more is left alone.
pub async fn on_retry(
    app: &App,
    query: &CallbackQuery,
    message: &CallbackMessage,
    of: RetryOf,
    reference: &str,
) -> Result<Option<Reply>, AppError> {
    if !may(app, query, message).await? {
        return word(app, query, "operator-not-allowed");
    }
    let Ok((order, 1)) = app.names.open_order(reference) else { return word(app, query, "order-unknown") };
    let retried = match app.retry(&of.owner(order), Actor::Telegram(query.from.id)).await {
        Ok((_, retried)) => retried,
        Err(OperateError::NotFound) => return word(app, query, "order-unknown"),
        Err(error) => return Err(of_operation(error)),
    };
    // What was said stays, without the button.
    let nothing = InlineKeyboardMarkup::builder().inline_keyboard(Vec::new()).build();
    let params = EditMessageReplyMarkupParams::builder().chat_id(ChatId::Integer(message.chat.id)).message_id(message.message_id);
    match app.telegram.edit_message_reply_markup(&params.reply_markup(nothing).build()).await {
        Ok(()) | Err(TelegramError::NotModified) => {}
        Err(error) => warn!(event = "button_not_closed", %error, "a message about something parked keeps its button"),
    }
    if !retried {
        return word(app, query, "operator-not-parked");
    }
    let operator = query.from.first_name.as_str();
    let told = app.texts.plain(app.operator_language(), "operator-retried", &[("operator", Arg::Text(operator))]);
    Ok(Some(Reply::new(&hint(&query.id, told))?))
}

fn of_operation(error: OperateError) -> AppError {
    match error {
        OperateError::App(error) => error,
        // It comes again, and is decided on what stands then.
        OperateError::NotFound | OperateError::Exists | OperateError::Changed | OperateError::WrongState(_) | OperateError::Invalid(_) => {
            AppError::Contended
        }
    }
}
