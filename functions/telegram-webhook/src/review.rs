//! The operators' buttons below a receipt.

use app::telegram::{
    CallbackMessage, CallbackQuery, Reply, TelegramError,
    api::{
        ParseMode,
        methods::{AnswerCallbackQueryParams, EditMessageCaptionParams, EditMessageReplyMarkupParams},
        types::{ChatId, InlineKeyboardMarkup},
    },
};
use app::{
    App, AppError, Deadline,
    button::{Reason, ReviewStep},
    receipt::Decided,
    text::Arg,
};
use domain::{admin::Actor, order::Order};
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
        ReviewStep::Ask | ReviewStep::AskReason | ReviewStep::Back if order.undecided_receipt(number).is_err() => {
            Decided::Already(Box::new(order))
        }
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
            caption(app, message, &order, number, &by).await;
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
async fn caption(app: &App, message: &CallbackMessage, order: &Order, number: u8, decision: &str) {
    let customer = app.store.user(order.id.buyer).await.ok().flatten();
    let caption = format!("{}\n\n{decision}", app.receipt_caption(order, number, customer.as_ref()));
    let params = EditMessageCaptionParams::builder()
        .chat_id(ChatId::Integer(message.chat.id))
        .message_id(message.message_id)
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
