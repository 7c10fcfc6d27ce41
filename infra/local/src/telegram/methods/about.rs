//! What the bot says of itself: name, descriptions, commands.

use serde_json::{Value, json};

use super::super::error::{ApiError, Reply};
use super::super::html::utf16_len;
use super::super::request::Params;
use super::Context;

pub(super) fn get_me(context: &Context<'_>) -> Value {
    let mut me = context.world.bot_user();
    if let Some(object) = me.as_object_mut() {
        object.insert("can_join_groups".to_owned(), json!(true));
        object.insert("can_read_all_group_messages".to_owned(), json!(false));
        object.insert("supports_inline_queries".to_owned(), json!(false));
        object.insert("can_connect_to_business".to_owned(), json!(false));
        object.insert("has_main_web_app".to_owned(), json!(false));
    }
    me
}

/// Two letters, or none for every other language.
fn language(context: &Context<'_>) -> Result<String, ApiError> {
    let code = context.params.text("language_code")?.unwrap_or_default();
    if code.is_empty() || (code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase())) {
        return Ok(code.to_owned());
    }
    Err(ApiError::bad_request("invalid language code specified"))
}

pub(super) fn set_profile(context: &mut Context<'_>, field: &str, max: usize) -> Reply {
    let text = context.params.text(field)?.unwrap_or_default().trim().to_owned();
    if utf16_len(&text) > max {
        return Err(ApiError::bad_request(format!("bot {} is too long", field.replace('_', " "))));
    }
    let key = format!("{field}:{}", language(context)?);
    if text.is_empty() {
        context.world.profile.remove(&key);
    } else {
        context.world.profile.insert(key, text);
    }
    context.world.live.effects.page.push(json!({ "kind": "persons" }));
    Ok(Value::Bool(true))
}

fn commands_key(context: &Context<'_>) -> Result<String, ApiError> {
    let scope = context.params.json("scope")?.unwrap_or_else(|| json!({ "type": "default" }));
    Params::only(&scope, "BotCommandScope", &["type", "chat_id", "user_id"])?;
    let kind = scope.get("type").and_then(Value::as_str).unwrap_or_default();
    let chat = scope.get("chat_id").and_then(Value::as_i64);
    let name = match (kind, chat) {
        ("default" | "all_private_chats" | "all_group_chats" | "all_chat_administrators", None) => kind.to_owned(),
        ("chat", Some(id)) if context.world.persons.contains_key(&id) || id == context.world.operator_chat_id => {
            format!("chat:{id}")
        }
        ("chat", Some(_)) => return Err(ApiError::bad_request("chat not found")),
        ("chat", None) => return Err(ApiError::bad_request("chat_id is empty")),
        _ => return Err(ApiError::bad_request("can't parse BotCommandScope: Unsupported type specified")),
    };
    Ok(format!("{name}|{}", language(context)?))
}

pub(super) fn set_my_commands(context: &mut Context<'_>) -> Reply {
    let key = commands_key(context)?;
    let commands = context.params.list("commands")?.ok_or_else(|| ApiError::bad_request("parameter \"commands\" is required"))?;
    if commands.len() > 100 {
        return Err(ApiError::bad_request("too many commands specified"));
    }
    for command in &commands {
        Params::only(command, "BotCommand", &["command", "description"])?;
        let name = command.get("command").and_then(Value::as_str).unwrap_or_default();
        let bare = name.strip_prefix('/').unwrap_or(name);
        let valid = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if bare.is_empty() || bare.len() > 32 || !bare.bytes().all(valid) {
            return Err(ApiError::bad_request("BOT_COMMAND_INVALID"));
        }
        let description = command.get("description").and_then(Value::as_str).map(utf16_len).unwrap_or_default();
        if description == 0 || description > 256 {
            return Err(ApiError::bad_request("BOT_COMMAND_DESCRIPTION_INVALID"));
        }
    }
    context.world.commands.insert(key, Value::Array(commands));
    context.world.live.effects.page.push(json!({ "kind": "persons" }));
    Ok(Value::Bool(true))
}

pub(super) fn get_my_commands(context: &Context<'_>) -> Reply {
    let key = commands_key(context)?;
    Ok(context.world.commands.get(&key).cloned().unwrap_or_else(|| json!([])))
}

pub(super) fn delete_my_commands(context: &mut Context<'_>) -> Reply {
    let key = commands_key(context)?;
    context.world.commands.remove(&key);
    context.world.live.effects.page.push(json!({ "kind": "persons" }));
    Ok(Value::Bool(true))
}

pub(super) fn get_profile(context: &Context<'_>, field: &str) -> Reply {
    let text = context.world.profile_for(field, &language(context)?).cloned().unwrap_or_default();
    Ok(json!({ field: text }))
}

/// The menu button is kept by chat; that of no chat is every chat's that has none.
fn menu_button_key(context: &Context<'_>) -> Result<i64, ApiError> {
    if context.params.has("chat_id") { context.writable_chat() } else { Ok(0) }
}

pub(super) fn get_chat_menu_button(context: &Context<'_>) -> Reply {
    let buttons = &context.world.menu_buttons;
    let button = buttons.get(&menu_button_key(context)?).or_else(|| buttons.get(&0)).cloned();
    Ok(button.unwrap_or_else(|| json!({ "type": "default" })))
}

pub(super) fn set_chat_menu_button(context: &mut Context<'_>) -> Reply {
    let key = menu_button_key(context)?;
    let button = context.params.json("menu_button")?.unwrap_or_else(|| json!({ "type": "default" }));
    Params::only(&button, "MenuButton", &["type", "text", "web_app"])?;
    match button.get("type").and_then(Value::as_str) {
        Some("commands" | "default" | "web_app") => {
            context.world.menu_buttons.insert(key, button);
            Ok(Value::Bool(true))
        }
        _ => Err(ApiError::bad_request("can't parse menu button: Unsupported type specified")),
    }
}
