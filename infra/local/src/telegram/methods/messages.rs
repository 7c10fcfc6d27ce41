//! Text messages, and changes of messages.

use serde_json::{Value, json};

use super::super::error::{ApiError, Reply};
use super::super::html::{Formatted, utf16_len};
use super::super::keyboard::{self, Markup};
use super::super::request::Params;
use super::super::world::{Author, Content};
use super::Context;

const TEXT_MAX: usize = 4096;

fn text(context: &Context<'_>) -> Result<Formatted, ApiError> {
    let formatted = context.formatted("text", "entities")?;
    if formatted.text.is_empty() {
        return Err(ApiError::bad_request("message text is empty"));
    }
    if utf16_len(&formatted.text) > TEXT_MAX {
        return Err(ApiError::bad_request("message is too long"));
    }
    if let Some(preview) = context.params.json("link_preview_options")? {
        let known = ["is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"];
        Params::only(&preview, "LinkPreviewOptions", &known)?;
    }
    Ok(formatted)
}

pub(super) fn send_message(context: &mut Context<'_>) -> Reply {
    let chat_id = context.writable_chat()?;
    let content = Content::Text(text(context)?);
    let markup = keyboard::parse(context.params, false)?;
    send(context, chat_id, content, markup)
}

/// Adds the bot's message with everything that all sending methods share.
pub(super) fn send(context: &mut Context<'_>, chat_id: i64, content: Content, markup: Option<Markup>) -> Reply {
    let reply_to = context.reply_to(chat_id)?;
    let id = context.world.post(chat_id, Author::Bot, context.now, content);
    let Some(chat) = context.world.chats.get_mut(&chat_id) else { return Ok(Value::Null) };
    let mut inline = Vec::new();
    match markup {
        None => {}
        Some(Markup::Inline(rows)) => inline = rows,
        Some(Markup::Reply(rows)) => chat.reply_keyboard = rows,
        Some(Markup::Remove) => chat.reply_keyboard = Vec::new(),
        Some(Markup::ForceReply) => chat.force_reply = Some(id),
    }
    if let Some(message) = chat.message_mut(id) {
        message.keyboard = inline;
        message.reply_to = reply_to;
    }
    let message = context.world.message(chat_id, id);
    Ok(message.map_or(Value::Null, |message| context.world.message_value(chat_id, message)))
}

/// Which message a call means to change.
pub(super) fn target(context: &Context<'_>) -> Result<(i64, i64), ApiError> {
    if context.params.has("inline_message_id") {
        return Err(ApiError::bad_request("MESSAGE_ID_INVALID"));
    }
    let chat_id = context.writable_chat()?;
    let id = context.params.integer("message_id")?.ok_or_else(|| ApiError::bad_request("message identifier is not specified"))?;
    let message = context.world.message(chat_id, id).ok_or_else(|| ApiError::bad_request("message to edit not found"))?;
    if message.author != Author::Bot || matches!(message.content, Content::Paid { .. } | Content::Refunded { .. }) {
        return Err(ApiError::bad_request("message can't be edited"));
    }
    Ok((chat_id, id))
}

/// The inline keyboard after a change: an edit without `reply_markup` takes the keyboard away.
pub(super) fn edited_keyboard(context: &Context<'_>, invoice: bool) -> Result<Vec<Value>, ApiError> {
    match keyboard::parse(context.params, invoice)? {
        None => Ok(Vec::new()),
        Some(Markup::Inline(rows)) => Ok(rows),
        Some(_) => Err(ApiError::bad_request("inline keyboard expected")),
    }
}

/// Puts new content and keyboard into a message, unless nothing is new.
pub(super) fn replace(context: &mut Context<'_>, (chat_id, id): (i64, i64), content: Option<Content>, keyboard: Vec<Value>) -> Reply {
    let now = context.now;
    let Some(message) = context.world.message_mut(chat_id, id) else {
        return Err(ApiError::bad_request("message to edit not found"));
    };
    if content.as_ref().is_none_or(|content| *content == message.content) && message.keyboard == keyboard {
        return Err(ApiError::bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same as a current \
             content and reply markup of the message",
        ));
    }
    if let Some(content) = content {
        message.content = content;
        message.edited = Some(now);
    }
    message.keyboard = keyboard;
    let message = message.clone();
    context.world.touch(chat_id);
    Ok(context.world.message_value(chat_id, &message))
}

fn content_of<'a>(context: &'a Context<'_>, (chat_id, id): (i64, i64)) -> Option<&'a Content> {
    context.world.message(chat_id, id).map(|message| &message.content)
}

pub(super) fn edit_text(context: &mut Context<'_>) -> Reply {
    let target = target(context)?;
    let formatted = text(context)?;
    if !matches!(content_of(context, target), Some(Content::Text(_))) {
        return Err(ApiError::bad_request("there is no text in the message to edit"));
    }
    let keyboard = edited_keyboard(context, false)?;
    replace(context, target, Some(Content::Text(formatted)), keyboard)
}

pub(super) fn edit_caption(context: &mut Context<'_>) -> Reply {
    let target = target(context)?;
    let caption = context.caption()?;
    let content = match content_of(context, target) {
        Some(Content::Photo { file, .. }) => Content::Photo { file: file.clone(), caption },
        Some(Content::Document { file, .. }) => Content::Document { file: file.clone(), caption },
        _ => return Err(ApiError::bad_request("there is no caption in the message to edit")),
    };
    let keyboard = edited_keyboard(context, false)?;
    replace(context, target, Some(content), keyboard)
}

pub(super) fn edit_reply_markup(context: &mut Context<'_>) -> Reply {
    let target = target(context)?;
    let invoice = matches!(content_of(context, target), Some(Content::Invoice(_)));
    let keyboard = edited_keyboard(context, invoice)?;
    replace(context, target, None, keyboard)
}

pub(super) fn delete(context: &mut Context<'_>) -> Reply {
    /// A bot can delete for both sides that long.
    const DELETABLE_SECONDS: i64 = 48 * 60 * 60;
    let chat_id = context.writable_chat()?;
    let id = context.params.integer("message_id")?.ok_or_else(|| ApiError::bad_request("message identifier is not specified"))?;
    let message = context.world.message(chat_id, id).ok_or_else(|| ApiError::bad_request("message to delete not found"))?;
    if context.now.saturating_sub(message.date) > DELETABLE_SECONDS {
        return Err(ApiError::bad_request("message can't be deleted for everyone"));
    }
    if let Some(chat) = context.world.chats.get_mut(&chat_id) {
        chat.messages.retain(|message| message.id != id);
    }
    context.world.touch(chat_id);
    Ok(Value::Bool(true))
}

/// The message that `forwardMessage` and `copyMessage` start from.
fn source(context: &Context<'_>, verb: &str) -> Result<(Author, i64, Content), ApiError> {
    let missing = || ApiError::bad_request(format!("message to {verb} not found"));
    let from = context.chat_id("from_chat_id")?;
    let id = context.params.integer("message_id")?.ok_or_else(missing)?;
    let message = context.world.message(from, id).ok_or_else(missing)?;
    match &message.content {
        Content::Text(_) | Content::Photo { .. } | Content::Document { .. } => Ok((message.author, message.date, message.content.clone())),
        Content::Invoice(_) | Content::Paid { .. } | Content::Refunded { .. } => {
            Err(ApiError::bad_request(format!("the message can't be {}", if verb == "copy" { "copied" } else { "forwarded" })))
        }
    }
}

pub(super) fn forward(context: &mut Context<'_>) -> Reply {
    let chat_id = context.writable_chat()?;
    let (author, date, content) = source(context, "forward")?;
    let origin = json!({ "type": "user", "date": date, "sender_user": context.world.author_user(author) });
    let id = context.world.post(chat_id, Author::Bot, context.now, content);
    if let Some(message) = context.world.message_mut(chat_id, id) {
        message.origin = Some(origin);
    }
    let message = context.world.message(chat_id, id);
    Ok(message.map_or(Value::Null, |message| context.world.message_value(chat_id, message)))
}

pub(super) fn copy(context: &mut Context<'_>) -> Reply {
    let chat_id = context.writable_chat()?;
    let (_, _, mut content) = source(context, "copy")?;
    if context.params.has("caption") {
        let new = context.caption()?;
        if let Content::Photo { caption, .. } | Content::Document { caption, .. } = &mut content {
            *caption = new;
        }
    }
    let markup = keyboard::parse(context.params, false)?;
    let message = send(context, chat_id, content, markup)?;
    Ok(json!({ "message_id": message.get("message_id") }))
}
