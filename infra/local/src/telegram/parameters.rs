//! The methods this stand-in knows, and the parameters each may be given (Bot API 10.x).
//!
//! The real server ignores a parameter it doesn't know. Here that is an error: what it ignores is always a slip of ours.

const SEND: &[&str] = &[
    "business_connection_id",
    "chat_id",
    "message_thread_id",
    "direct_messages_topic_id",
    "ephemeral_message_parameters",
    "disable_notification",
    "protect_content",
    "allow_paid_broadcast",
    "message_effect_id",
    "suggested_post_parameters",
    "reply_parameters",
    "reply_markup",
];
const EDIT: &[&str] = &["business_connection_id", "chat_id", "message_id", "inline_message_id", "reply_markup"];
const CAPTION: &[&str] = &["caption", "parse_mode", "caption_entities", "show_caption_above_media"];
const INVOICE: &[&str] = &[
    "title",
    "description",
    "payload",
    "provider_token",
    "currency",
    "prices",
    "max_tip_amount",
    "suggested_tip_amounts",
    "provider_data",
    "photo_url",
    "photo_size",
    "photo_width",
    "photo_height",
    "need_name",
    "need_phone_number",
    "need_email",
    "need_shipping_address",
    "send_phone_number_to_provider",
    "send_email_to_provider",
    "is_flexible",
];

/// Method name in the Bot API's spelling, and groups of the parameters it takes.
const METHODS: &[(&str, &[&[&str]])] = &[
    ("getMe", &[]),
    ("getUpdates", &[&["offset", "limit", "timeout", "allowed_updates"]]),
    ("setWebhook", &[&["url", "certificate", "ip_address", "max_connections", "allowed_updates", "drop_pending_updates", "secret_token"]]),
    ("deleteWebhook", &[&["drop_pending_updates"]]),
    ("getWebhookInfo", &[]),
    ("sendMessage", &[SEND, &["text", "parse_mode", "entities", "link_preview_options"]]),
    ("editMessageText", &[EDIT, &["text", "parse_mode", "entities", "link_preview_options"]]),
    ("editMessageCaption", &[EDIT, CAPTION]),
    ("editMessageReplyMarkup", &[EDIT]),
    ("editMessageMedia", &[EDIT, &["media"]]),
    ("deleteMessage", &[&["chat_id", "message_id"]]),
    ("answerCallbackQuery", &[&["callback_query_id", "text", "show_alert", "url", "cache_time"]]),
    ("sendPhoto", &[SEND, CAPTION, &["photo", "has_spoiler"]]),
    ("sendDocument", &[SEND, CAPTION, &["document", "thumbnail", "disable_content_type_detection"]]),
    ("sendInvoice", &[SEND, INVOICE, &["start_parameter"]]),
    ("createInvoiceLink", &[INVOICE, &["business_connection_id", "subscription_period"]]),
    ("answerPreCheckoutQuery", &[&["pre_checkout_query_id", "ok", "error_message"]]),
    ("refundStarPayment", &[&["user_id", "telegram_payment_charge_id"]]),
    ("editUserStarSubscription", &[&["user_id", "telegram_payment_charge_id", "is_canceled"]]),
    ("getStarTransactions", &[&["offset", "limit"]]),
    ("getMyStarBalance", &[]),
    ("getChat", &[&["chat_id"]]),
    ("getChatMember", &[&["chat_id", "user_id"]]),
    ("sendChatAction", &[&["business_connection_id", "chat_id", "message_thread_id", "action"]]),
    ("forwardMessage", &[SEND, &["from_chat_id", "message_id", "video_start_timestamp"]]),
    ("copyMessage", &[SEND, CAPTION, &["from_chat_id", "message_id", "video_start_timestamp"]]),
    ("getFile", &[&["file_id"]]),
    ("setMyCommands", &[&["commands", "scope", "language_code"]]),
    ("getMyCommands", &[&["scope", "language_code"]]),
    ("deleteMyCommands", &[&["scope", "language_code"]]),
    ("setChatMenuButton", &[&["chat_id", "menu_button"]]),
    ("getChatMenuButton", &[&["chat_id"]]),
    ("getMyDescription", &[&["language_code"]]),
    ("getMyShortDescription", &[&["language_code"]]),
    ("getMyName", &[&["language_code"]]),
    ("setMyDescription", &[&["description", "language_code"]]),
    ("setMyShortDescription", &[&["short_description", "language_code"]]),
    ("setMyName", &[&["name", "language_code"]]),
];

/// The method in the Bot API's spelling; like the real server's, ours don't care about case.
pub(crate) fn method(name: &str) -> Option<&'static str> {
    METHODS.iter().map(|(known, _)| *known).find(|known| known.eq_ignore_ascii_case(name))
}

/// Whether the method takes the parameter.
pub(crate) fn takes(method: &str, parameter: &str) -> bool {
    METHODS
        .iter()
        .filter(|(known, _)| *known == method)
        .flat_map(|(_, groups)| groups.iter().flat_map(|group| group.iter()))
        .any(|known| *known == parameter)
}
