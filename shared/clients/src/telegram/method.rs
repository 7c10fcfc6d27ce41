//! Which parameters belong to which method, and the little that is read of its answer.

use frankenstein::methods::{
    AnswerCallbackQueryParams, AnswerPreCheckoutQueryParams, CopyMessageParams, CreateInvoiceLinkParams, DeleteWebhookParams,
    EditMessageCaptionParams, EditMessageReplyMarkupParams, EditMessageTextParams, EditUserStarSubscriptionParams, GetChatMemberParams,
    GetUpdatesParams, RefundStarPaymentParams, SendDocumentParams, SendMessageParams, SendPhotoParams, SetChatMenuButtonParams,
    SetMyCommandsParams, SetMyDescriptionParams, SetMyShortDescriptionParams, SetWebhookParams,
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::value::RawValue;

use super::update::{MemberStatus, PhotoSize};

/// The parameters of one Bot API method.
pub trait Method: Serialize {
    const NAME: &'static str;
    type Answer: DeserializeOwned;
}

macro_rules! methods {
    ($($params:ty => $name:literal -> $answer:ty;)+) => {
        $(impl Method for $params {
            const NAME: &'static str = $name;
            type Answer = $answer;
        })+
    };
}

methods! {
    SendMessageParams => "sendMessage" -> SentMessage;
    EditMessageTextParams => "editMessageText" -> Done;
    EditMessageCaptionParams => "editMessageCaption" -> Done;
    EditMessageReplyMarkupParams => "editMessageReplyMarkup" -> Done;
    AnswerCallbackQueryParams => "answerCallbackQuery" -> Done;
    SendPhotoParams => "sendPhoto" -> SentMessage;
    SendDocumentParams => "sendDocument" -> SentMessage;
    CopyMessageParams => "copyMessage" -> SentMessage;
    CreateInvoiceLinkParams => "createInvoiceLink" -> String;
    AnswerPreCheckoutQueryParams => "answerPreCheckoutQuery" -> Done;
    RefundStarPaymentParams => "refundStarPayment" -> Done;
    EditUserStarSubscriptionParams => "editUserStarSubscription" -> Done;
    GetChatMemberParams => "getChatMember" -> ChatMember;
    SetWebhookParams => "setWebhook" -> Done;
    DeleteWebhookParams => "deleteWebhook" -> Done;
    GetUpdatesParams => "getUpdates" -> Vec<Box<RawValue>>;
    SetMyCommandsParams => "setMyCommands" -> Done;
    SetMyDescriptionParams => "setMyDescription" -> Done;
    SetMyShortDescriptionParams => "setMyShortDescription" -> Done;
    SetChatMenuButtonParams => "setChatMenuButton" -> Done;
}

/// A result of which nothing is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done;

impl<'de> Deserialize<'de> for Done {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|IgnoredAny| Self)
    }
}

/// The bot itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Me {
    pub id: i64,
    /// Without the `@`.
    pub username: String,
    pub first_name: String,
}

/// A message that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SentMessage {
    pub message_id: i32,
    #[serde(default)]
    photo: Vec<PhotoSize>,
}

impl SentMessage {
    /// The sent photo, as a text that sends it again.
    pub fn photo_file_id(&self) -> Option<&str> {
        PhotoSize::largest(&self.photo).map(|size| size.file_id.as_str())
    }
}

/// What somebody is in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct ChatMember {
    pub status: MemberStatus,
    /// Told of somebody restricted alone, who may have left.
    pub is_member: Option<bool>,
}
