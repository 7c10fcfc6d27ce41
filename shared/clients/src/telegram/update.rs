//! What Telegram sends, read leniently in two steps: first `update_id`, which confirms the update; then its content, where anything
//! that the shop cannot read becomes [`Content::Unknown`] and never an error. An update that is refused comes again for a day and holds
//! up its chat.

use std::collections::BTreeMap;

use domain::{TelegramUserId, Timestamp};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::value::RawValue;
use thiserror::Error;

/// One update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// Grows; the same update may come more than once.
    pub update_id: i64,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    Message(Box<Message>),
    CallbackQuery(Box<CallbackQuery>),
    PreCheckoutQuery(Box<PreCheckoutQuery>),
    MyChatMember(Box<ChatMemberUpdated>),
    /// Of another kind, or without what its kind needs.
    Unknown {
        /// The kind's name in the Bot API, at most 64 characters; empty where the update has no content.
        kind: String,
    },
}

/// A text that is not an update: not a JSON object, or without a whole `update_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a Telegram update")]
pub struct NotAnUpdate;

/// A message, with the fields that the shop reads.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Message {
    pub message_id: i32,
    #[serde(default = "never", deserialize_with = "unix_time")]
    pub date: Timestamp,
    pub chat: Chat,
    /// Absent for what a channel or an anonymous administrator posts.
    pub from: Option<User>,
    pub text: Option<String>,
    pub caption: Option<String>,
    /// The same photo in several sizes.
    #[serde(default)]
    pub photo: Vec<PhotoSize>,
    pub document: Option<Document>,
    /// The album that it is a part of.
    #[serde(default, deserialize_with = "lenient")]
    pub media_group_id: Option<String>,
    #[serde(default, rename = "reply_to_message", deserialize_with = "lenient")]
    pub reply_to: Option<RepliedMessage>,
    pub successful_payment: Option<SuccessfulPayment>,
    pub refunded_payment: Option<RefundedPayment>,
}

/// The message that was replied to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RepliedMessage {
    pub message_id: i32,
    #[serde(default, deserialize_with = "lenient")]
    pub from: Option<User>,
    #[serde(default, deserialize_with = "lenient")]
    pub text: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct User {
    pub id: TelegramUserId,
    #[serde(default, deserialize_with = "lenient_or_default")]
    pub is_bot: bool,
    #[serde(default, deserialize_with = "lenient_or_default")]
    pub first_name: String,
    #[serde(default, deserialize_with = "lenient")]
    pub last_name: Option<String>,
    /// Without the `@`.
    #[serde(default, deserialize_with = "lenient")]
    pub username: Option<String>,
    /// IETF, of the user's Telegram: `fa`, `en-US`.
    #[serde(default, deserialize_with = "lenient")]
    pub language_code: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Chat {
    /// A private chat's is its user's; a group's is negative.
    pub id: i64,
    /// `private`, `group`, `supergroup`, `channel`, or what a later Bot API adds.
    #[serde(default, rename = "type", deserialize_with = "lenient_or_default")]
    pub kind: String,
}

impl Chat {
    pub fn is_private(&self) -> bool {
        self.kind == "private"
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PhotoSize {
    /// Sends the photo again; differs from bot to bot and from time to time.
    pub file_id: String,
    /// Tells whether two photos are one; the same for everybody.
    pub file_unique_id: String,
    /// Bytes.
    #[serde(default, deserialize_with = "lenient")]
    pub file_size: Option<u64>,
    /// Pixels.
    #[serde(default, deserialize_with = "lenient_or_default")]
    pub width: u32,
}

impl PhotoSize {
    /// The widest of a photo's sizes.
    pub fn largest(sizes: &[Self]) -> Option<&Self> {
        sizes.iter().max_by_key(|size| size.width)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Document {
    pub file_id: String,
    pub file_unique_id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub mime_type: Option<String>,
    /// Bytes.
    #[serde(default, deserialize_with = "lenient")]
    pub file_size: Option<u64>,
}

/// A pressed button.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CallbackQuery {
    pub id: String,
    pub from: User,
    pub data: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub message: Option<CallbackMessage>,
}

/// The message that the button is on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CallbackMessage {
    pub message_id: i32,
    pub chat: Chat,
    #[serde(default = "never", deserialize_with = "unix_time")]
    pub date: Timestamp,
    #[serde(default, rename = "photo", deserialize_with = "present")]
    pub has_photo: bool,
    #[serde(default, rename = "text", deserialize_with = "present")]
    pub has_text: bool,
    #[serde(default, rename = "reply_to_message", deserialize_with = "lenient")]
    pub reply_to: Option<RepliedMessage>,
}

impl CallbackMessage {
    /// Whether Telegram still lets the bot see and edit the message: one that it does not comes with the date 0.
    pub fn is_accessible(&self) -> bool {
        self.date != Timestamp::EPOCH
    }
}

/// What Telegram asks before it charges; to be answered within ten seconds. Not a payment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PreCheckoutQuery {
    pub id: String,
    pub from: User,
    pub currency: String,
    /// In the currency's smallest unit; whole Stars.
    pub total_amount: u64,
    pub invoice_payload: String,
}

/// The proof of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SuccessfulPayment {
    pub currency: String,
    /// In the currency's smallest unit; whole Stars.
    pub total_amount: u64,
    pub invoice_payload: String,
    /// Names the payment, also for its refund.
    pub telegram_payment_charge_id: String,
    /// Charged by itself, or the first of such a series.
    #[serde(default)]
    pub is_recurring: bool,
    #[serde(default)]
    pub is_first_recurring: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RefundedPayment {
    pub currency: String,
    /// In the currency's smallest unit; whole Stars.
    pub total_amount: u64,
    pub invoice_payload: String,
    pub telegram_payment_charge_id: String,
}

/// What the bot has become in a chat; in a private chat: whether it was blocked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ChatMemberUpdated {
    pub chat: Chat,
    pub from: User,
    #[serde(rename = "old_chat_member", deserialize_with = "status")]
    pub old: MemberStatus,
    #[serde(rename = "new_chat_member", deserialize_with = "status")]
    pub new: MemberStatus,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MemberStatus {
    Creator,
    Administrator,
    Member,
    Restricted,
    Left,
    /// Banned from a group; in a private chat: the user blocked the bot.
    Kicked,
    #[serde(other)]
    Unknown,
}

impl Update {
    /// Reads one update. The caller bounds the size of `json`.
    pub fn decode(json: &[u8]) -> Result<Self, NotAnUpdate> {
        let parts: BTreeMap<String, &RawValue> = serde_json::from_slice(json).map_err(|_| NotAnUpdate)?;
        let update_id = parts.get("update_id").and_then(|id| serde_json::from_str(id.get()).ok()).ok_or(NotAnUpdate)?;
        Ok(Self { update_id, content: Content::of(&parts) })
    }
}

impl Content {
    fn of(parts: &BTreeMap<String, &RawValue>) -> Self {
        let content = parts.iter().find(|(kind, _)| *kind != "update_id");
        let Some((kind, content)) = content else { return Self::Unknown { kind: String::new() } };
        let known = match kind.as_str() {
            "message" => read(content).map(Self::Message),
            "callback_query" => read(content).map(Self::CallbackQuery),
            "pre_checkout_query" => read(content).map(Self::PreCheckoutQuery),
            "my_chat_member" => read(content).map(Self::MyChatMember),
            _ => None,
        };
        known.unwrap_or_else(|| Self::Unknown { kind: kind.chars().take(64).collect() })
    }
}

fn read<T: DeserializeOwned>(json: &RawValue) -> Option<Box<T>> {
    serde_json::from_str(json.get()).ok().map(Box::new)
}

/// A field that is read where it can be, and absent where it cannot.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let json = Box::<RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(json.get()).ok())
}

fn lenient_or_default<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(deserializer: D) -> Result<T, D::Error> {
    lenient(deserializer).map(Option::unwrap_or_default)
}

fn unix_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    lenient_or_default(deserializer).map(Timestamp::from_seconds)
}

/// The time of what has none.
const fn never() -> Timestamp {
    Timestamp::EPOCH
}

/// Whether a field is there, whatever it holds.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Option::<IgnoredAny>::deserialize(deserializer).map(|value| value.is_some())
}

fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<MemberStatus, D::Error> {
    #[derive(Deserialize)]
    struct Member {
        status: MemberStatus,
    }
    let member: Option<Member> = lenient(deserializer)?;
    Ok(member.map_or(MemberStatus::Unknown, |member| member.status))
}
