//! The operators' buttons below a receipt.

use app::telegram::{
    CallbackMessage, CallbackQuery, Message, Reply, TelegramError, User as Sender,
    api::{
        ParseMode,
        methods::{AnswerCallbackQueryParams, EditMessageCaptionParams, EditMessageReplyMarkupParams, EditMessageTextParams},
        types::{ChatId, InlineKeyboardMarkup, ReplyParameters},
    },
};
use app::{
    App, AppError, Deadline,
    button::{Reason, ReviewStep},
    other_amount::{Asked, Question},
    receipt::{Corrected, Decided},
    text::Arg,
};
use domain::{Money, admin::Actor, order::Order};
use rust_decimal::Decimal;
use tracing::warn;

use crate::tap::acknowledge;

/// What an operator's button says.
pub struct Tapped<'a> {
    pub step: ReviewStep,
    pub reference: &'a str,
    pub number: u8,
    pub receipt: u8,
}

/// One tap of an operator. Who he is, is checked here, at every tap; which order, only by its reference.
pub async fn on_review(
    app: &App,
    query: &CallbackQuery,
    message: &CallbackMessage,
    tapped: &Tapped<'_>,
    deadline: Deadline,
) -> Result<Option<Reply>, AppError> {
    let Tapped { step, reference, number, receipt } = *tapped;
    let language = app.operator_language();
    if !app.is_operator(query.from.id, message.chat.id).await? {
        warn!(event = "review_not_allowed", "somebody who is no operator tapped a review button");
        return toast(query, app.texts.plain(language, "operator-not-allowed", &[]));
    }
    let order = match app.names.open_order(reference) {
        Ok((id, _)) => app.store.order(id).await?,
        Err(_) => None,
    };
    let Some(order) = order else { return toast(query, app.texts.plain(language, "order-unknown", &[])) };
    // The button of an earlier receipt decides nothing about the one that came after it.
    if order.attempt(number).and_then(|attempt| attempt.receipt.as_ref()).is_some_and(|latest| latest.nth != receipt) {
        close(app, message).await;
        let decision = app.texts.plain(language, "operator-rejected", &[]);
        return toast(query, app.texts.plain(language, "operator-already", &[("decision", Arg::Raw(decision))]));
    }
    let amount = app.amount_text(&order, number);
    let decided = match step {
        ReviewStep::Forget => {
            close(app, message).await;
            return toast(query, app.texts.plain(language, "operator-amount-forgotten", &[]));
        }
        ReviewStep::Ask | ReviewStep::AskReason | ReviewStep::Back | ReviewStep::AskAmount if order.undecided_receipt(number).is_err() => {
            Decided::Already(Box::new(order))
        }
        ReviewStep::AskAmount => {
            let Some(quote) = App::quote_under_review(&order, number, receipt) else { return toast(query, String::new()) };
            acknowledge(app, &query.id).await;
            let question = Question { reference: reference.to_owned(), number, receipt, card: message.message_id };
            let asked =
                Asked { chat: message.chat.id, message: message.message_id, operator: query.from.id, name: query.from.first_name.as_str() };
            return Ok(Some(Reply::new(&app.ask_amount(&question, quote, asked, false))?));
        }
        ReviewStep::Correct(amount) => return Box::pin(correct(app, query, message, &order, tapped, amount, deadline)).await,
        ReviewStep::Ask => return keyboard(app, query, message, app.confirm_keyboard(reference, number, receipt, amount)).await,
        ReviewStep::AskReason => return keyboard(app, query, message, app.reasons_keyboard(reference, number, receipt)).await,
        ReviewStep::Back => return keyboard(app, query, message, app.review_keyboard(reference, number, receipt, amount)).await,
        ReviewStep::Approve => Box::pin(app.approve_receipt(reference, Some(number), Actor::Telegram(query.from.id), deadline)).await?,
        ReviewStep::Reject(reason) => reject(app, query, reference, number, reason).await?,
    };
    match decided {
        Decided::Approved(order) | Decided::Rejected(order) => {
            let operator = query.from.first_name.as_str();
            let decision = app.decision_text(&order, number);
            let by =
                app.texts.html(language, "operator-decided-by", &[("decision", Arg::Raw(decision)), ("operator", Arg::Text(operator))]);
            caption(app, message.chat.id, message.message_id, &order, number, &by).await;
            toast(query, app.decision_text(&order, number))
        }
        Decided::Already(order) => {
            let decision = app.decision_text(&order, number);
            close(app, message).await;
            toast(query, app.texts.plain(language, "operator-already", &[("decision", Arg::Raw(decision))]))
        }
        Decided::UnknownOrder => toast(query, app.texts.plain(language, "order-unknown", &[])),
    }
}

async fn reject(app: &App, query: &CallbackQuery, reference: &str, number: u8, reason: Reason) -> Result<Decided, AppError> {
    app.reject_receipt(reference, Some(number), reason.name(), Actor::Telegram(query.from.id)).await
}

/// "This much arrived", below the question whether that is meant.
async fn correct(
    app: &App,
    query: &CallbackQuery,
    message: &CallbackMessage,
    order: &Order,
    tapped: &Tapped<'_>,
    amount: Decimal,
    deadline: Deadline,
) -> Result<Option<Reply>, AppError> {
    let Tapped { reference, number, .. } = *tapped;
    let language = app.operator_language();
    let already = |order: &Order| {
        let decision = app.decision_text(order, number);
        app.texts.plain(language, "operator-already", &[("decision", Arg::Raw(decision))])
    };
    let amount = order.attempt(number).and_then(|attempt| Money::new(amount, attempt.quote.currency()).ok());
    let Some(amount) = amount else { return toast(query, app.texts.plain(language, "order-unknown", &[])) };
    let (order, decision) = match app.correct_receipt(reference, Some(number), amount, Actor::Telegram(query.from.id), deadline).await? {
        Corrected::Paid(order) => {
            let decision = app.decision_text(&order, number);
            (order, decision)
        }
        Corrected::Short { order, missing, .. } => (order, app.shortage_text(amount, missing)),
        Corrected::Already(order) => {
            close(app, message).await;
            return toast(query, already(&order));
        }
        Corrected::OtherCurrency(_) | Corrected::UnknownOrder => return toast(query, app.texts.plain(language, "order-unknown", &[])),
    };
    let operator = query.from.first_name.as_str();
    let args = [("decision", Arg::Raw(decision.clone())), ("operator", Arg::Text(operator))];
    let by = app.texts.html(language, "operator-decided-by", &args);
    // The receipt itself, which the question was a reply to.
    if let Some(card) = &message.reply_to {
        caption(app, message.chat.id, card.message_id, &order, number, &by).await;
    }
    let edited = EditMessageTextParams::builder()
        .chat_id(ChatId::Integer(message.chat.id))
        .message_id(message.message_id)
        .text(by)
        .parse_mode(ParseMode::Html)
        .build();
    match app.telegram.edit_message_text(&edited).await {
        Ok(()) | Err(TelegramError::NotModified) => {}
        Err(error) => warn!(event = "question_not_closed", %error, "an answered question keeps its buttons"),
    }
    toast(query, decision)
}

/// An operator's answer to the question how much arrived. `None`: the message is none.
pub async fn on_amount(app: &App, from: &Sender, message: &Message) -> Result<Option<Reply>, AppError> {
    let asked = message.reply_to.as_ref().filter(|replied| replied.from.as_ref().is_some_and(|from| from.is_bot));
    let Some(question) = asked.and_then(|asked| asked.text.as_deref()).and_then(Question::of) else { return Ok(None) };
    let typed = message.text.as_deref().unwrap_or_default();
    if typed.starts_with('/') || !app.is_operator(from.id, message.chat.id).await? {
        return Ok(None);
    }
    let order = match app.names.open_order(&question.reference) {
        Ok((id, _)) => app.store.order(id).await?,
        Err(_) => None,
    };
    let chat = message.chat.id;
    let below = |message| ReplyParameters::builder().message_id(message).allow_sending_without_reply(true).build();
    let Some(quote) = order.as_ref().and_then(|order| App::quote_under_review(order, question.number, question.receipt)) else {
        let language = app.operator_language();
        let text = match &order {
            Some(order) => {
                let decision = app.decision_text(order, question.number);
                app.texts.html(language, "operator-already", &[("decision", Arg::Raw(decision))])
            }
            None => app.texts.html(language, "order-unknown", &[]),
        };
        let mut params = app::screen::Screen::new(text, app::screen::Keyboard::default()).send(chat);
        params.reply_parameters = Some(below(message.message_id));
        return Ok(Some(Reply::new(&params)?));
    };
    Ok(Some(match app.typed_amount(typed, quote) {
        Ok(amount) => {
            let mut params = app.amount_screen(&question, quote, amount).send(chat);
            params.reply_parameters = Some(below(question.card));
            Reply::new(&params)?
        }
        Err(_) => {
            let asked = Asked { chat, message: message.message_id, operator: from.id, name: from.first_name.as_str() };
            Reply::new(&app.ask_amount(&question, quote, asked, true))?
        }
    }))
}

fn toast(query: &CallbackQuery, text: String) -> Result<Option<Reply>, AppError> {
    let text: String = text.chars().take(200).collect();
    Ok(Some(Reply::new(&AnswerCallbackQueryParams::builder().callback_query_id(&query.id).text(text).build())?))
}

/// Other buttons below the same receipt.
async fn keyboard(
    app: &App,
    query: &CallbackQuery,
    message: &CallbackMessage,
    keyboard: InlineKeyboardMarkup,
) -> Result<Option<Reply>, AppError> {
    acknowledge(app, &query.id).await;
    let params = EditMessageReplyMarkupParams::builder().chat_id(ChatId::Integer(message.chat.id)).message_id(message.message_id);
    Ok(Some(Reply::new(&params.reply_markup(keyboard).build())?))
}

/// The receipt with what was decided, and without buttons. Should the edit fail, a second tap finds it decided.
async fn caption(app: &App, chat: i64, message: i32, order: &Order, number: u8, decision: &str) {
    let customer = app.store.user(order.id.buyer).await.ok().flatten();
    let caption = format!("{}\n\n{decision}", app.receipt_caption(order, number, customer.as_ref()));
    let params = EditMessageCaptionParams::builder()
        .chat_id(ChatId::Integer(chat))
        .message_id(message)
        .caption(caption)
        .parse_mode(ParseMode::Html)
        .build();
    match app.telegram.edit_message_caption(&params).await {
        Ok(()) | Err(TelegramError::NotModified) => {}
        Err(error) => warn!(event = "receipt_not_closed", %error, "a decided receipt keeps its buttons"),
    }
}

/// A decided receipt without its buttons; what stands below it, who decided included, stays.
async fn close(app: &App, message: &CallbackMessage) {
    let nothing = InlineKeyboardMarkup::builder().inline_keyboard(Vec::new()).build();
    let params = EditMessageReplyMarkupParams::builder().chat_id(ChatId::Integer(message.chat.id)).message_id(message.message_id);
    match app.telegram.edit_message_reply_markup(&params.reply_markup(nothing).build()).await {
        Ok(()) | Err(TelegramError::NotModified) => {}
        Err(error) => warn!(event = "receipt_not_closed", %error, "a decided receipt keeps its buttons"),
    }
}
