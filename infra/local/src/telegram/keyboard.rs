//! What may be in a `reply_markup`.

use serde_json::{Value, json};

use super::error::ApiError;
use super::html::utf16_len;
use super::request::Params;

/// Buttons in one keyboard, and in one of its rows.
const BUTTONS_MAX: usize = 100;
const ROW_MAX: usize = 8;
const CALLBACK_DATA_BYTES_MAX: usize = 64;
const COPY_TEXT_MAX: usize = 256;

const BUTTON_FIELDS: &[&str] = &[
    "text",
    "icon_custom_emoji_id",
    "style",
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
    "disabled",
];
/// Exactly one of these makes a button do something.
const ACTIONS: &[&str] = &[
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
    "disabled",
];

/// A checked `reply_markup`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Markup {
    /// Rows of `InlineKeyboardButton`; no rows means no keyboard.
    Inline(Vec<Value>),
    /// Rows of buttons below the composer, each a string or `{"text"}`.
    Reply(Vec<Value>),
    /// The reply keyboard goes away.
    Remove,
    /// The client opens a reply.
    ForceReply,
}

/// Checks a `reply_markup`; `invoice` says whether a pay button has a meaning.
pub(crate) fn parse(params: &Params, invoice: bool) -> Result<Option<Markup>, ApiError> {
    let Some(markup) = params.json("reply_markup")? else { return Ok(None) };
    if markup.get("inline_keyboard").is_some() {
        Params::only(&markup, "InlineKeyboardMarkup", &["inline_keyboard"])?;
        return inline(rows(&markup, "inline_keyboard")?, invoice).map(|rows| Some(Markup::Inline(rows)));
    }
    if markup.get("keyboard").is_some() {
        let known = ["keyboard", "is_persistent", "resize_keyboard", "one_time_keyboard", "input_field_placeholder", "selective"];
        Params::only(&markup, "ReplyKeyboardMarkup", &known)?;
        return Ok(Some(Markup::Reply(rows(&markup, "keyboard")?)));
    }
    if markup.get("remove_keyboard").is_some() {
        Params::only(&markup, "ReplyKeyboardRemove", &["remove_keyboard", "selective"])?;
        return Ok(Some(Markup::Remove));
    }
    if markup.get("force_reply").is_some() {
        Params::only(&markup, "ForceReply", &["force_reply", "input_field_placeholder", "selective"])?;
        return Ok(Some(Markup::ForceReply));
    }
    Err(ApiError::bad_request("object expected as reply markup"))
}

fn rows(markup: &Value, name: &str) -> Result<Vec<Value>, ApiError> {
    let rows = markup
        .get(name)
        .and_then(Value::as_array)
        .ok_or_else(|| ApiError::bad_request(format!("field \"{name}\" of the reply markup must be of type Array")))?;
    // A row without buttons vanishes, as on the real server.
    Ok(rows.iter().filter(|row| row.as_array().is_none_or(|row| !row.is_empty())).cloned().collect())
}

fn inline(rows: Vec<Value>, invoice: bool) -> Result<Vec<Value>, ApiError> {
    let mut total = 0;
    for row in &rows {
        let row = row
            .as_array()
            .ok_or_else(|| ApiError::bad_request("can't parse inline keyboard: each row must be an Array of InlineKeyboardButton"))?;
        if row.len() > ROW_MAX {
            return Err(ApiError::bad_request(format!("a row of the keyboard has more than {ROW_MAX} buttons")));
        }
        for button in row {
            total += 1;
            check_button(button, invoice && total == 1)?;
        }
    }
    if total > BUTTONS_MAX {
        return Err(ApiError::bad_request("reply markup is too long"));
    }
    Ok(rows)
}

fn check_button(button: &Value, may_pay: bool) -> Result<(), ApiError> {
    let wrong = |what: &str| ApiError::bad_request(format!("can't parse inline keyboard button: {what}"));
    Params::only(button, "InlineKeyboardButton", BUTTON_FIELDS)?;
    let text = button.get("text").and_then(Value::as_str).ok_or_else(|| wrong("Can't find field \"text\""))?;
    if text.trim().is_empty() {
        return Err(wrong("Button text must be non-empty"));
    }
    match button.get("style").map(Value::as_str) {
        None | Some(Some("danger" | "success" | "primary")) => {}
        Some(_) => return Err(wrong("Unknown button style")),
    }
    let mut actions = ACTIONS.iter().filter_map(|name| button.get(*name).map(|value| (*name, value)));
    let Some((action, value)) = actions.next() else {
        return Err(wrong("Text buttons are unallowed in the inline keyboard"));
    };
    if actions.next().is_some() {
        return Err(wrong("Exactly one of the optional fields must be used"));
    }
    match action {
        "callback_data" => {
            let data = value.as_str().ok_or_else(|| wrong("Field \"callback_data\" must be of type String"))?;
            if data.is_empty() || data.len() > CALLBACK_DATA_BYTES_MAX {
                return Err(ApiError::bad_request("BUTTON_DATA_INVALID"));
            }
        }
        "url" => check_url(value.as_str().ok_or_else(|| wrong("Field \"url\" must be of type String"))?)?,
        "copy_text" => {
            Params::only(value, "CopyTextButton", &["text"])?;
            let copied = value.get("text").and_then(Value::as_str).map(utf16_len).unwrap_or_default();
            if copied == 0 || copied > COPY_TEXT_MAX {
                return Err(ApiError::bad_request("BUTTON_COPY_TEXT_INVALID"));
            }
        }
        "pay" if !may_pay => {
            return Err(wrong("A pay button must be the first button of an invoice message"));
        }
        _ => {}
    }
    Ok(())
}

fn check_url(url: &str) -> Result<(), ApiError> {
    let wrong = |why: &str| ApiError::bad_request(format!("inline keyboard button URL '{url}' is invalid: {why}"));
    if url.is_empty() {
        return Err(ApiError::bad_request("inline keyboard button URL is empty"));
    }
    let Some((scheme, rest)) = url.split_once("://") else {
        return if url.contains('.') && !url.contains([' ', ':']) { Ok(()) } else { Err(wrong("Wrong HTTP URL")) };
    };
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            // The real server wants a name with a dot, so `localhost` is refused there as well.
            if host.contains('.') && !url.contains(char::is_whitespace) { Ok(()) } else { Err(wrong("Wrong HTTP URL")) }
        }
        "tg" | "ton" | "tonsite" => Ok(()),
        _ => Err(wrong("Unsupported URL protocol")),
    }
}

/// The keyboard of an invoice that was given none.
pub(crate) fn pay_button(stars: i64) -> Vec<Value> {
    vec![json!([{ "text": format!("Pay ⭐️{stars}"), "pay": true }])]
}
