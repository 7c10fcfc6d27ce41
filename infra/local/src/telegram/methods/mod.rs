//! The methods of the Bot API, one file per field.

mod about;
mod chats;
mod invoices;
mod media;
mod messages;
mod updates;

use serde_json::Value;

use super::error::{ApiError, Reply};
use super::html::{self, Formatted, utf16_len};
use super::request::Params;
use super::world::World;

/// What a method works on.
pub(crate) struct Context<'a> {
    pub world: &'a mut World,
    /// Unix seconds.
    pub now: i64,
    pub params: &'a Params,
}

/// Runs a method by its name in the Bot API's spelling.
pub(crate) fn run(method: &str, context: &mut Context<'_>) -> Reply {
    match method {
        "getMe" => Ok(about::get_me(context)),
        "getUpdates" => updates::get_updates(context),
        "setWebhook" => updates::set_webhook(context),
        "deleteWebhook" => updates::delete_webhook(context),
        "getWebhookInfo" => Ok(updates::get_webhook_info(context)),
        "sendMessage" => messages::send_message(context),
        "editMessageText" => messages::edit_text(context),
        "editMessageCaption" => messages::edit_caption(context),
        "editMessageReplyMarkup" => messages::edit_reply_markup(context),
        "editMessageMedia" => media::edit_media(context),
        "deleteMessage" => messages::delete(context),
        "forwardMessage" => messages::forward(context),
        "copyMessage" => messages::copy(context),
        "sendPhoto" => media::send_photo(context),
        "sendDocument" => media::send_document(context),
        "getFile" => media::get_file(context),
        "answerCallbackQuery" => chats::answer_callback_query(context),
        "getChat" => chats::get_chat(context),
        "getChatMember" => chats::get_chat_member(context),
        "sendChatAction" => chats::send_chat_action(context),
        "sendInvoice" => invoices::send_invoice(context),
        "createInvoiceLink" => invoices::create_invoice_link(context),
        "answerPreCheckoutQuery" => invoices::answer_pre_checkout_query(context),
        "refundStarPayment" => invoices::refund_star_payment(context),
        "editUserStarSubscription" => invoices::edit_user_star_subscription(context),
        "getStarTransactions" => invoices::get_star_transactions(context),
        "getMyStarBalance" => Ok(invoices::get_my_star_balance(context)),
        "setMyCommands" => about::set_my_commands(context),
        "getMyCommands" => about::get_my_commands(context),
        "deleteMyCommands" => about::delete_my_commands(context),
        "setChatMenuButton" => about::set_chat_menu_button(context),
        "getChatMenuButton" => about::get_chat_menu_button(context),
        "getMyDescription" => about::get_profile(context, "description"),
        "getMyShortDescription" => about::get_profile(context, "short_description"),
        "getMyName" => about::get_profile(context, "name"),
        "setMyDescription" => about::set_profile(context, "description", 512),
        "setMyShortDescription" => about::set_profile(context, "short_description", 120),
        "setMyName" => about::set_profile(context, "name", 64),
        _ => Err(ApiError::new(404, "Not Found: method not found")),
    }
}

impl Context<'_> {
    /// A chat id, whether or not such a chat exists.
    fn chat_id(&self, name: &str) -> Result<i64, ApiError> {
        if !self.params.has(name) {
            return Err(ApiError::bad_request(format!("{name} is empty")));
        }
        if let Ok(Some(username)) = self.params.text(name).map(|text| text.and_then(|text| text.strip_prefix('@'))) {
            return self.world.channel_named(username).ok_or_else(|| ApiError::bad_request("chat not found"));
        }
        self.params
            .integer(name)
            .map_err(|_| ApiError::bad_request("chat not found"))?
            .ok_or_else(|| ApiError::bad_request(format!("{name} is empty")))
    }

    /// The chat to write to.
    fn writable_chat(&self) -> Result<i64, ApiError> {
        let chat_id = self.chat_id("chat_id")?;
        self.world.check_writable(chat_id)?;
        Ok(chat_id)
    }

    /// Parsed text or caption.
    fn formatted(&self, text: &str, entities: &str) -> Result<Formatted, ApiError> {
        format_text(
            self.params.text(text)?.unwrap_or_default(),
            self.params.text("parse_mode")?.unwrap_or_default(),
            self.params.list(entities)?.unwrap_or_default(),
        )
    }

    fn caption(&self) -> Result<Formatted, ApiError> {
        check_caption(self.formatted("caption", "caption_entities")?)
    }

    /// The message that a sent one answers.
    fn reply_to(&self, chat_id: i64) -> Result<Option<i64>, ApiError> {
        let Some(reply) = self.params.json("reply_parameters")? else { return Ok(None) };
        let known =
            ["message_id", "chat_id", "allow_sending_without_reply", "quote", "quote_parse_mode", "quote_entities", "quote_position"];
        Params::only(&reply, "ReplyParameters", &known)?;
        let id = reply.get("message_id").and_then(Value::as_i64);
        match id.filter(|id| self.world.message(chat_id, *id).is_some()) {
            Some(id) => Ok(Some(id)),
            None if reply.get("allow_sending_without_reply") == Some(&Value::Bool(true)) => Ok(None),
            None => Err(ApiError::bad_request("message to be replied not found")),
        }
    }
}

fn format_text(text: &str, parse_mode: &str, entities: Vec<Value>) -> Result<Formatted, ApiError> {
    match parse_mode.to_ascii_lowercase().as_str() {
        "" => Ok(html::with_entities(text, entities)),
        "html" => html::parse(text).map_err(|error| ApiError::bad_request(format!("can't parse entities: {error}"))),
        _ => Err(ApiError::bad_request("unsupported parse_mode (this stand-in knows HTML)")),
    }
}

fn check_caption(caption: Formatted) -> Result<Formatted, ApiError> {
    if utf16_len(&caption.text) > 1024 {
        return Err(ApiError::bad_request("message caption is too long"));
    }
    Ok(caption)
}
