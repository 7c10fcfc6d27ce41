//! The Bot API: methods out, updates in.
//!
//! Outgoing parameters are frankenstein's types (Bot API 10.3). Answers and updates are small types of our own: they hold what the shop
//! reads, and no new field, kind or enum value of a later Bot API can make an update unreadable.

mod error;
mod method;
mod reply;
mod update;

use std::time::Duration;

pub use error::TelegramError;
/// The Bot API's parameter types.
pub use frankenstein as api;
use frankenstein::{
    methods::{
        AnswerCallbackQueryParams, AnswerPreCheckoutQueryParams, CopyMessageParams, CreateInvoiceLinkParams, DeleteWebhookParams,
        EditMessageCaptionParams, EditMessageReplyMarkupParams, EditMessageTextParams, EditUserStarSubscriptionParams, GetChatMemberParams,
        GetUpdatesParams, RefundStarPaymentParams, SendDocumentParams, SendMessageParams, SendPhotoParams, SetMyCommandsParams,
        SetWebhookParams,
    },
    types::{AllowedUpdate, InlineKeyboardMarkup},
};
pub use method::{ChatMember, Done, Me, Method, SentMessage};
pub use reply::Reply;
use reqwest::multipart::{Form, Part};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
pub use update::{
    CallbackMessage, CallbackQuery, Chat, ChatMemberUpdated, Content, Document, MemberStatus, Message, NotAnUpdate, PhotoSize,
    PreCheckoutQuery, RefundedPayment, RepliedMessage, SuccessfulPayment, Update, User,
};

use crate::{
    BadSetting, Secret,
    http::{Answer, Http, Limits, base_url},
};

/// The kinds of updates that the shop reads; `setWebhook` and `getUpdates` ask for exactly these.
pub const ALLOWED_UPDATES: [AllowedUpdate; 4] =
    [AllowedUpdate::Message, AllowedUpdate::CallbackQuery, AllowedUpdate::PreCheckoutQuery, AllowedUpdate::MyChatMember];

/// How long a call may take unless [`Telegram::within`] says otherwise.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A hundred updates with their replied-to messages; everything else is far smaller.
const MAX_BODY: usize = 4 << 20;

/// One bot. Cloning it is cheap.
#[derive(Debug, Clone)]
pub struct Telegram {
    http: Http,
    api_url: String,
    token: Secret,
    timeout: Duration,
}

/// A photo that is sent from memory.
#[derive(Debug, Clone)]
pub struct PhotoUpload<'a> {
    pub chat_id: i64,
    pub png: Vec<u8>,
    /// Telegram HTML, at most 1024 UTF-16 units without its tags.
    pub caption: Option<&'a str>,
    pub keyboard: Option<&'a InlineKeyboardMarkup>,
}

impl Telegram {
    /// `api_url` is `https://api.telegram.org` or a stand-in's URL.
    pub fn new(http: Http, api_url: &str, token: Secret) -> Result<Self, BadSetting> {
        let clean = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b':' | b'_' | b'-');
        if token.is_empty() || !token.expose().bytes().all(clean) {
            return Err(BadSetting::new("TELEGRAM_BOT_TOKEN", "it must be a bot token as @BotFather gives it"));
        }
        Ok(Self { http, api_url: base_url("TELEGRAM_API_URL", api_url)?, token, timeout: TIMEOUT })
    }

    /// The same bot with another time-out for each call.
    #[must_use]
    pub fn within(&self, timeout: Duration) -> Self {
        Self { timeout, ..self.clone() }
    }

    /// Calls any method by its name.
    pub async fn call<P: Serialize, R: DeserializeOwned>(&self, method: &str, params: &P) -> Result<R, TelegramError> {
        let body = serde_json::to_vec(params).map_err(|_| TelegramError::Unreachable { sent: false })?;
        let request = self.post(method)?.header(::http::header::CONTENT_TYPE, Reply::CONTENT_TYPE).body(body);
        read(&self.exchange(request, self.timeout).await?)
    }

    /// Calls the method whose parameters `params` are.
    pub async fn invoke<M: Method>(&self, params: &M) -> Result<M::Answer, TelegramError> {
        self.call(M::NAME, params).await
    }

    pub async fn get_me(&self) -> Result<Me, TelegramError> {
        self.call("getMe", &serde_json::Map::new()).await
    }

    pub async fn send_message(&self, params: &SendMessageParams) -> Result<SentMessage, TelegramError> {
        self.invoke(params).await
    }

    pub async fn edit_message_text(&self, params: &EditMessageTextParams) -> Result<(), TelegramError> {
        self.invoke(params).await.map(|Done| ())
    }

    pub async fn edit_message_caption(&self, params: &EditMessageCaptionParams) -> Result<(), TelegramError> {
        self.invoke(params).await.map(|Done| ())
    }

    pub async fn edit_message_reply_markup(&self, params: &EditMessageReplyMarkupParams) -> Result<(), TelegramError> {
        self.invoke(params).await.map(|Done| ())
    }

    pub async fn answer_callback_query(&self, params: &AnswerCallbackQueryParams) -> Result<(), TelegramError> {
        self.invoke(params).await.map(|Done| ())
    }

    /// Sends a photo by its `file_id` (`FileUpload::String`); bytes go through [`Telegram::send_photo_bytes`].
    pub async fn send_photo(&self, params: &SendPhotoParams) -> Result<SentMessage, TelegramError> {
        self.invoke(params).await
    }

    /// Uploads a photo. [`SentMessage::photo_file_id`] of the answer sends the same photo again without its bytes.
    pub async fn send_photo_bytes(&self, photo: PhotoUpload<'_>) -> Result<SentMessage, TelegramError> {
        let unsendable = |_| TelegramError::Unreachable { sent: false };
        let file =
            Part::bytes(photo.png).file_name("photo.png").mime_str("image/png").map_err(|_| TelegramError::Unreachable { sent: false })?;
        let mut form = Form::new().text("chat_id", photo.chat_id.to_string()).part("photo", file);
        if let Some(caption) = photo.caption {
            form = form.text("caption", caption.to_owned()).text("parse_mode", "HTML");
        }
        if let Some(keyboard) = photo.keyboard {
            form = form.text("reply_markup", serde_json::to_string(keyboard).map_err(unsendable)?);
        }
        let request = self.post(SendPhotoParams::NAME)?.multipart(form);
        read(&self.exchange(request, self.timeout).await?)
    }

    /// Sends a document by its `file_id`.
    pub async fn send_document(&self, params: &SendDocumentParams) -> Result<SentMessage, TelegramError> {
        self.invoke(params).await
    }

    /// Copies a message; the answer holds the copy's `message_id` alone.
    pub async fn copy_message(&self, params: &CopyMessageParams) -> Result<SentMessage, TelegramError> {
        self.invoke(params).await
    }

    /// The link of an invoice. Anybody who has it can pay it, more than once.
    pub async fn create_invoice_link(&self, params: &CreateInvoiceLinkParams) -> Result<String, TelegramError> {
        self.invoke(params).await
    }

    pub async fn answer_pre_checkout_query(&self, params: &AnswerPreCheckoutQueryParams) -> Result<(), TelegramError> {
        self.invoke(params).await.map(|Done| ())
    }

    pub async fn refund_star_payment(&self, params: &RefundStarPaymentParams) -> Result<(), TelegramError> {
        self.invoke(params).await.map(|Done| ())
    }

    /// Ends a customer's subscription in Stars after its period, or lets it go on.
    pub async fn edit_user_star_subscription(&self, params: &EditUserStarSubscriptionParams) -> Result<(), TelegramError> {
        self.invoke(params).await.map(|Done| ())
    }

    pub async fn get_chat_member(&self, params: &GetChatMemberParams) -> Result<ChatMember, TelegramError> {
        self.invoke(params).await
    }

    pub async fn set_webhook(&self, params: &SetWebhookParams) -> Result<(), TelegramError> {
        self.invoke(params).await.map(|Done| ())
    }

    pub async fn delete_webhook(&self, params: &DeleteWebhookParams) -> Result<(), TelegramError> {
        self.invoke(params).await.map(|Done| ())
    }

    pub async fn set_my_commands(&self, params: &SetMyCommandsParams) -> Result<(), TelegramError> {
        self.invoke(params).await.map(|Done| ())
    }

    /// Waits up to `wait_seconds` for updates from `offset` on; each is JSON for [`Update::decode`].
    pub async fn get_updates(&self, offset: Option<i64>, wait_seconds: u32) -> Result<Vec<Box<RawValue>>, TelegramError> {
        let params =
            GetUpdatesParams::builder().maybe_offset(offset).timeout(wait_seconds).allowed_updates(ALLOWED_UPDATES.to_vec()).build();
        let patient = self.within(self.timeout + Duration::from_secs(wait_seconds.into()));
        patient.invoke(&params).await
    }

    fn post(&self, method: &str) -> Result<reqwest::RequestBuilder, TelegramError> {
        let url = format!("{}/bot{}/{method}", self.api_url, self.token.expose());
        let url = reqwest::Url::parse(&url).map_err(|_| TelegramError::Unreachable { sent: false })?;
        Ok(self.http.request(::http::Method::POST, url))
    }

    async fn exchange(&self, request: reqwest::RequestBuilder, timeout: Duration) -> Result<Answer, TelegramError> {
        let limits = Limits { timeout, max_body: MAX_BODY };
        self.http.send_built(request, limits).await.map_err(|error| {
            tracing::debug!(%error, "telegram did not answer");
            TelegramError::Unreachable { sent: error.sent() }
        })
    }
}

/// Whether the header `X-Telegram-Bot-Api-Secret-Token` carries the secret that was given to `setWebhook`. Constant time; an empty secret
/// matches nothing.
pub fn secret_matches(header: Option<&str>, expected: &Secret) -> bool {
    !expected.is_empty() && header.is_some_and(|header| expected.matches(header))
}

/// Reads the Bot API's envelope.
fn read<R: DeserializeOwned>(answer: &Answer) -> Result<R, TelegramError> {
    #[derive(serde::Deserialize)]
    struct Envelope<'a> {
        ok: bool,
        #[serde(borrow)]
        result: Option<&'a RawValue>,
        error_code: Option<i64>,
        #[serde(default)]
        description: String,
        parameters: Option<Parameters>,
    }
    #[derive(serde::Deserialize)]
    struct Parameters {
        retry_after: Option<u64>,
    }
    let status = i64::from(answer.status.as_u16());
    match serde_json::from_slice::<Envelope<'_>>(&answer.body) {
        Ok(envelope) if envelope.ok => {
            let result = envelope.result.ok_or(TelegramError::Garbled)?;
            serde_json::from_str(result.get()).map_err(|_| TelegramError::Garbled)
        }
        Ok(envelope) => {
            let retry_after = envelope.parameters.and_then(|parameters| parameters.retry_after);
            Err(TelegramError::of(envelope.error_code.unwrap_or(status), envelope.description, retry_after))
        }
        // A proxy's page instead of an answer.
        Err(_) if !answer.status.is_success() => Err(TelegramError::of(status, String::new(), None)),
        Err(_) => Err(TelegramError::Garbled),
    }
}
