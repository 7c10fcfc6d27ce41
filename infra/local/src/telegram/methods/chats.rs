//! Chats, their members, and the answers to taps.

use serde_json::{Value, json};

use super::super::CallbackAnswer;
use super::super::error::{ApiError, Reply};
use super::super::html::utf16_len;
use super::Context;

/// A tap can be answered that long.
const ANSWERABLE_SECONDS: i64 = 60;
const ANSWER_TEXT_MAX: usize = 200;

pub(super) fn answer_callback_query(context: &mut Context<'_>) -> Reply {
    let id = context.params.text("callback_query_id")?.unwrap_or_default().to_owned();
    let answer = CallbackAnswer {
        query_id: id.clone(),
        text: context.params.text("text")?.unwrap_or_default().to_owned(),
        show_alert: context.params.boolean("show_alert")?.unwrap_or(false),
        url: context.params.text("url")?.map(ToOwned::to_owned),
    };
    let now = context.now;
    let open = context
        .world
        .live
        .callbacks
        .get_mut(&id)
        .filter(|query| query.answer.is_none() && now.saturating_sub(query.asked) <= ANSWERABLE_SECONDS);
    let Some(query) = open else {
        return Err(ApiError::bad_request("query is too old and response timeout expired or query ID is invalid"));
    };
    if utf16_len(&answer.text) > ANSWER_TEXT_MAX {
        return Err(ApiError::bad_request("MESSAGE_TOO_LONG"));
    }
    if answer.url.is_some() {
        return Err(ApiError::bad_request("URL_INVALID"));
    }
    query.answer = Some(answer.clone());
    let person = query.person;
    let mut event = json!(answer);
    if let Some(object) = event.as_object_mut() {
        object.insert("kind".to_owned(), json!("answer"));
        object.insert("person_id".to_owned(), json!(person));
    }
    context.world.live.effects.page.push(event);
    context.world.live.callback_answers.push((person, answer));
    Ok(Value::Bool(true))
}

/// A chat that the bot knows, even if it can't write there now.
fn known_chat(context: &Context<'_>) -> Result<i64, ApiError> {
    let id = context.chat_id("chat_id")?;
    let started = context.world.persons.get(&id).is_some_and(|person| person.started);
    if started || id == context.world.operator_chat_id {
        return Ok(id);
    }
    match context.world.channels.get(&id) {
        // A public channel can be looked at from outside.
        Some(channel) if channel.bot_admin || channel.username.is_some() => return Ok(id),
        Some(_) => return Err(ApiError::new(403, "Forbidden: bot is not a member of the channel chat")),
        None => {}
    }
    Err(ApiError::bad_request("chat not found"))
}

pub(super) fn get_chat(context: &Context<'_>) -> Reply {
    let id = known_chat(context)?;
    let mut chat = context.world.chat_value(id);
    let invitation = context.world.channels.get(&id).filter(|channel| channel.bot_admin).map(|channel| &channel.invitation);
    if let Some(object) = chat.as_object_mut() {
        if let Some(invitation) = invitation {
            object.insert("invite_link".to_owned(), json!(format!("https://t.me/+{invitation}")));
        }
        object.insert("accent_color_id".to_owned(), json!(id.rem_euclid(7)));
        object.insert("max_reaction_count".to_owned(), json!(11));
        object.insert(
            "accepted_gift_types".to_owned(),
            json!({
                "unlimited_gifts": true,
                "limited_gifts": true,
                "unique_gifts": true,
                "premium_subscription": true,
                "gifts_from_channels": true,
            }),
        );
    }
    Ok(chat)
}

pub(super) fn get_chat_member(context: &Context<'_>) -> Reply {
    let chat_id = known_chat(context)?;
    let user_id = context.params.integer("user_id")?.ok_or_else(|| ApiError::bad_request("invalid user_id specified"))?;
    let channel = context.world.channels.get(&chat_id);
    if channel.is_some_and(|channel| !channel.bot_admin) {
        return Err(ApiError::bad_request("member list is inaccessible"));
    }
    if user_id == context.world.bot_id {
        return Ok(json!({ "status": "member", "user": context.world.bot_user() }));
    }
    let Some(person) = context.world.persons.get(&user_id) else {
        return Err(ApiError::bad_request("member not found"));
    };
    let member = match channel {
        Some(channel) => channel.members.contains(&user_id),
        None if context.world.is_group(chat_id) => person.operator,
        None => chat_id == user_id,
    };
    let status = if member { "member" } else { "left" };
    Ok(json!({ "status": status, "user": person.user() }))
}

pub(super) fn send_chat_action(context: &mut Context<'_>) -> Reply {
    let chat_id = context.writable_chat()?;
    match context.params.text("action")? {
        Some(
            "typing" | "upload_photo" | "record_video" | "upload_video" | "record_voice" | "upload_voice" | "upload_document"
            | "choose_sticker" | "find_location" | "record_video_note" | "upload_video_note",
        ) => {
            context.world.live.effects.page.push(json!({ "kind": "typing", "chat_id": chat_id }));
            Ok(Value::Bool(true))
        }
        _ => Err(ApiError::bad_request("wrong parameter action in request")),
    }
}
