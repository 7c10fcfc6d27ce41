//! Everything the stand-in remembers: persons, chats, files, payments, and the updates not yet delivered.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

use super::channel::Channel;
use super::error::ApiError;
use super::faults::Fault;
use super::html::{Formatted, utf16_len};
use super::queue::{Answer, Deliver, Pending, QueueKey};
use super::star_subscription::StarSubscription;
use super::{ApiCall, CallbackAnswer};

/// Ids of persons are above 2^32, as newer accounts' are: a 32-bit field shows itself at once.
pub(crate) const FIRST_PERSON_ID: i64 = 7_000_000_001;
/// What counters skip at a restart: far more than is counted between two saves, and still far from the 32 bits that ids
/// of updates and messages keep to.
const SKIPPED: i64 = 10_000;
/// What the log of calls and the memory of updates keep.
const KEPT: usize = 10_000;

/// Somebody who can write to the bot.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Person {
    pub id: i64,
    pub first_name: String,
    pub username: Option<String>,
    /// IETF tag, for instance `fa`.
    pub language_code: Option<String>,
    /// A member of the operators' group.
    pub operator: bool,
    /// Has pressed Start, so that the bot may write.
    pub started: bool,
    pub blocked: bool,
}

impl Person {
    pub fn user(&self) -> Value {
        let mut user = json!({ "id": self.id, "is_bot": false, "first_name": self.first_name });
        if let Some(object) = user.as_object_mut() {
            if let Some(username) = &self.username {
                object.insert("username".to_owned(), json!(username));
            }
            if let Some(language) = &self.language_code {
                object.insert("language_code".to_owned(), json!(language));
            }
        }
        user
    }
}

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Author {
    Bot,
    Person(i64),
}

/// What is for sale in an invoice message or behind an invoice link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Invoice {
    pub title: String,
    pub description: String,
    pub payload: String,
    /// Whole Stars.
    pub amount: i64,
    /// The charge that paid this invoice message; links can be paid many times and stay without.
    #[serde(default)]
    pub paid: Option<String>,
    #[serde(default)]
    pub subscription_period: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Content {
    Text(Formatted),
    Photo {
        file: String,
        caption: Formatted,
    },
    Document {
        file: String,
        caption: Formatted,
    },
    Invoice(Invoice),
    /// Service messages about a charge, by its id.
    Paid {
        charge: String,
    },
    Refunded {
        charge: String,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Message {
    pub id: i64,
    pub author: Author,
    /// Unix seconds.
    pub date: i64,
    pub edited: Option<i64>,
    pub content: Content,
    /// Rows of inline buttons.
    pub keyboard: Vec<Value>,
    pub reply_to: Option<i64>,
    /// `MessageOrigin` of a forwarded message.
    #[serde(default)]
    pub origin: Option<Value>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Chat {
    pub messages: Vec<Message>,
    pub last_message_id: i64,
    /// Rows of the keyboard below the composer.
    pub reply_keyboard: Vec<Value>,
    /// The message that the next text answers, when the bot asked for a reply.
    pub force_reply: Option<i64>,
}

impl Chat {
    pub fn message(&self, id: i64) -> Option<&Message> {
        self.messages.iter().find(|message| message.id == id)
    }

    pub fn message_mut(&mut self, id: i64) -> Option<&mut Message> {
        self.messages.iter_mut().find(|message| message.id == id)
    }
}

/// An uploaded file. A photo has two sizes, the smaller one under the same id with [`SMALL`] at its end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct File {
    pub unique_id: String,
    /// Below `/file/bot<token>/`.
    pub path: String,
    pub name: Option<String>,
    pub mime: String,
    /// Width and height of a picture, in pixels.
    pub size: Option<(u32, u32)>,
    #[serde(serialize_with = "as_base64", deserialize_with = "from_base64")]
    pub bytes: Vec<u8>,
}

/// Ends the `file_id` of a photo's smaller size.
const SMALL: &str = "-small";

fn as_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&BASE64.encode(bytes))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    BASE64.decode(text.as_bytes()).map_err(serde::de::Error::custom)
}

/// A payment in Stars.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Charge {
    pub id: String,
    pub person: i64,
    pub amount: i64,
    pub payload: String,
    pub date: i64,
    pub refunded: Option<i64>,
    pub subscription_period: Option<i64>,
    /// The first charge of the subscription that this one began or continued.
    #[serde(default)]
    pub subscription: Option<String>,
    /// Until when that subscription is paid with this charge, in Unix seconds.
    #[serde(default)]
    pub paid_until: Option<i64>,
}

/// What `setWebhook` was given.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Webhook {
    pub url: String,
    pub secret: Option<String>,
    pub max_connections: i64,
    pub last_error: Option<(i64, String)>,
}

/// A `callback_query` or `pre_checkout_query` that may still be answered.
#[derive(Debug)]
pub(crate) struct Query {
    pub person: i64,
    pub asked: i64,
    pub answer: Option<CallbackAnswer>,
}

/// What is to be done once the world is unlocked.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    pub wake: Vec<QueueKey>,
    pub page: Vec<Value>,
    pub chats: BTreeSet<i64>,
    /// Save the state before anybody hears of the change: money moved.
    pub keep: bool,
}

/// What doesn't outlive the process.
#[derive(Default)]
pub(crate) struct Live {
    /// What no other start has; see `Options`.
    pub start: String,
    pub deliver: Option<Deliver>,
    pub running: HashSet<QueueKey>,
    pub waiting: HashMap<u64, oneshot::Sender<Answer>>,
    pub callbacks: HashMap<String, Query>,
    pub checkouts: HashMap<String, oneshot::Sender<Result<(), String>>>,
    pub history: VecDeque<Value>,
    pub calls: VecDeque<ApiCall>,
    pub callback_answers: Vec<(i64, CallbackAnswer)>,
    pub faults: Vec<Fault>,
    pub last_failure: Option<Value>,
    pub effects: Effects,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct World {
    pub bot_id: i64,
    pub bot_username: String,
    pub operator_chat_id: i64,
    pub persons: BTreeMap<i64, Person>,
    pub chats: BTreeMap<i64, Chat>,
    pub files: BTreeMap<String, File>,
    pub charges: Vec<Charge>,
    #[serde(default)]
    pub channels: BTreeMap<i64, Channel>,
    /// By the id of the first charge.
    #[serde(default)]
    pub star_subscriptions: BTreeMap<String, StarSubscription>,
    /// Invoice links by slug.
    pub links: BTreeMap<String, Invoice>,
    /// Lists of commands by scope and language.
    pub commands: BTreeMap<String, Value>,
    /// `MenuButton` by chat; 0 is for all others.
    #[serde(default)]
    pub menu_buttons: BTreeMap<i64, Value>,
    /// Name, description and short description by field and language.
    pub profile: BTreeMap<String, String>,
    pub webhook: Option<Webhook>,
    /// Kinds of updates asked for; empty is the default set. Kept until given anew.
    pub allowed_updates: Vec<String>,
    pub pending: Vec<Pending>,
    pub last_update_id: i64,
    serial: u64,
    /// No message has an id at or below this that was not saved.
    #[serde(default)]
    message_floor: i64,
    #[serde(skip)]
    pub live: Live,
}

impl World {
    pub fn new(bot_id: i64, bot_username: String, operator_chat_id: i64) -> Self {
        Self {
            bot_id,
            bot_username,
            operator_chat_id,
            persons: BTreeMap::new(),
            chats: BTreeMap::new(),
            files: BTreeMap::new(),
            charges: Vec::new(),
            channels: BTreeMap::new(),
            star_subscriptions: BTreeMap::new(),
            links: BTreeMap::new(),
            commands: BTreeMap::new(),
            menu_buttons: BTreeMap::new(),
            profile: BTreeMap::new(),
            webhook: None,
            allowed_updates: Vec::new(),
            pending: Vec::new(),
            last_update_id: 100_000,
            serial: 0,
            message_floor: 0,
            live: Live::default(),
        }
    }

    /// The state after a restart. A kill loses what was counted since the last save, so all counters go on beyond what can
    /// have been counted by then: an id that the bot has seen never comes again for something else.
    pub fn after_restart(mut self) -> Self {
        let highest = self.chats.values().map(|chat| chat.last_message_id).fold(self.message_floor, i64::max);
        self.message_floor = highest + SKIPPED;
        self.last_update_id += SKIPPED;
        self.serial += SKIPPED.unsigned_abs();
        self
    }

    pub fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// An id that nobody can count up, and that no other start makes.
    pub fn opaque(&mut self, kind: &str) -> String {
        let drawn = self.draw();
        opaque_of(kind, drawn.as_bytes())
    }

    /// The same as a number of 63 bits, as ids of queries are.
    pub fn query_id(&mut self) -> String {
        let digest = digest("query", self.draw().as_bytes());
        let number = digest.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        (number >> 1).to_string()
    }

    fn draw(&mut self) -> String {
        let serial = self.next_serial();
        format!("{}:{serial}:{}", self.bot_id, self.live.start)
    }

    pub fn bot_user(&self) -> Value {
        let name = self.profile.get("name:").filter(|name| !name.is_empty()).unwrap_or(&self.bot_username);
        json!({ "id": self.bot_id, "is_bot": true, "first_name": name, "username": self.bot_username })
    }

    pub fn is_group(&self, chat_id: i64) -> bool {
        chat_id < 0 && chat_id == self.operator_chat_id
    }

    pub fn chat_title(&self, chat_id: i64) -> String {
        match self.persons.get(&chat_id) {
            Some(person) => person.first_name.clone(),
            None if chat_id < 0 => "Operators".to_owned(),
            None => "Operator".to_owned(),
        }
    }

    pub fn chat_value(&self, chat_id: i64) -> Value {
        if let Some(channel) = self.channels.get(&chat_id) {
            return channel.value(chat_id);
        }
        if chat_id < 0 {
            return json!({ "id": chat_id, "type": "supergroup", "title": self.chat_title(chat_id) });
        }
        let mut chat = json!({ "id": chat_id, "type": "private", "first_name": self.chat_title(chat_id) });
        let username = self.persons.get(&chat_id).and_then(|person| person.username.clone());
        if let (Some(username), Some(object)) = (username, chat.as_object_mut()) {
            object.insert("username".to_owned(), Value::String(username));
        }
        chat
    }

    /// Adds or changes a person. Whoever sits in the operator chat has started it.
    pub fn put_person(&mut self, id: i64, first_name: &str, language: &str, operator: bool) {
        let operator = operator || id == self.operator_chat_id;
        let language_code = Some(language.to_owned()).filter(|language| !language.is_empty());
        let person = self.persons.entry(id).or_insert_with(|| Person {
            id,
            first_name: String::new(),
            username: None,
            language_code: None,
            operator,
            started: id == self.operator_chat_id,
            blocked: false,
        });
        first_name.clone_into(&mut person.first_name);
        person.language_code = language_code;
        person.operator |= operator;
        self.live.effects.page.push(json!({ "kind": "persons" }));
    }

    /// The chat a bot may write to now.
    pub fn check_writable(&self, chat_id: i64) -> Result<(), ApiError> {
        match self.persons.get(&chat_id) {
            Some(person) if person.blocked => Err(ApiError::new(403, "Forbidden: bot was blocked by the user")),
            Some(person) if person.started => Ok(()),
            _ if chat_id == self.operator_chat_id => Ok(()),
            _ if self.channels.get(&chat_id).is_some_and(|channel| channel.bot_admin) => Ok(()),
            _ if self.channels.contains_key(&chat_id) => Err(ApiError::new(403, "Forbidden: bot is not a member of the channel chat")),
            _ => Err(ApiError::bad_request("chat not found")),
        }
    }

    pub fn touch(&mut self, chat_id: i64) {
        self.live.effects.chats.insert(chat_id);
    }

    /// Adds a message at the end of a chat and returns its id.
    pub fn post(&mut self, chat_id: i64, author: Author, now: i64, content: Content) -> i64 {
        let chat = self.chats.entry(chat_id).or_default();
        chat.last_message_id = chat.last_message_id.max(self.message_floor) + 1;
        let id = chat.last_message_id;
        chat.messages.push(Message { id, author, date: now, edited: None, content, keyboard: Vec::new(), reply_to: None, origin: None });
        self.touch(chat_id);
        id
    }

    pub fn message(&self, chat_id: i64, message_id: i64) -> Option<&Message> {
        self.chats.get(&chat_id)?.message(message_id)
    }

    pub fn message_mut(&mut self, chat_id: i64, message_id: i64) -> Option<&mut Message> {
        self.chats.get_mut(&chat_id)?.message_mut(message_id)
    }

    pub fn author_user(&self, author: Author) -> Value {
        match author {
            Author::Bot => self.bot_user(),
            Author::Person(id) => self.person_user(id),
        }
    }

    pub fn person_user(&self, id: i64) -> Value {
        self.persons.get(&id).map_or_else(|| json!({ "id": id, "is_bot": false, "first_name": "Deleted Account" }), Person::user)
    }

    /// A message as the Bot API shows it.
    pub fn message_value(&self, chat_id: i64, message: &Message) -> Value {
        let mut object = self.bare_message(chat_id, message);
        let reply = message.reply_to.and_then(|id| self.message(chat_id, id));
        if let Some(reply) = reply {
            object.insert("reply_to_message".to_owned(), Value::Object(self.bare_message(chat_id, reply)));
        }
        Value::Object(object)
    }

    fn bare_message(&self, chat_id: i64, message: &Message) -> Map<String, Value> {
        let mut object = Map::new();
        let mut put = |name: &str, value: Value| object.insert(name.to_owned(), value);
        put("message_id", json!(message.id));
        put("from", self.author_user(message.author));
        put("chat", self.chat_value(chat_id));
        put("date", json!(message.date));
        if let Some(edited) = message.edited {
            put("edit_date", json!(edited));
        }
        if let Some(origin) = &message.origin {
            put("forward_origin", origin.clone());
        }
        if !message.keyboard.is_empty() {
            put("reply_markup", json!({ "inline_keyboard": message.keyboard }));
        }
        let mut put_caption = |caption: &Formatted| {
            if !caption.text.is_empty() {
                put("caption", json!(caption.text));
            }
            if !caption.entities.is_empty() {
                put("caption_entities", json!(caption.entities));
            }
        };
        match &message.content {
            Content::Text(formatted) => {
                put("text", json!(formatted.text));
                if !formatted.entities.is_empty() {
                    put("entities", json!(formatted.entities));
                }
            }
            Content::Photo { file, caption } => {
                put_caption(caption);
                put("photo", self.photo_sizes(file));
            }
            Content::Document { file, caption } => {
                put_caption(caption);
                put("document", self.document(file));
            }
            Content::Invoice(invoice) => {
                put(
                    "invoice",
                    json!({
                        "title": invoice.title,
                        "description": invoice.description,
                        "start_parameter": "",
                        "currency": "XTR",
                        "total_amount": invoice.amount,
                    }),
                );
            }
            Content::Paid { charge } => {
                put("successful_payment", self.charge_value(charge, true));
            }
            Content::Refunded { charge } => {
                put("refunded_payment", self.charge_value(charge, false));
            }
        }
        object
    }

    /// `SuccessfulPayment`, or `RefundedPayment`, which knows nothing of subscriptions.
    fn charge_value(&self, id: &str, paid: bool) -> Value {
        let Some(charge) = self.charges.iter().find(|charge| charge.id == id) else { return Value::Null };
        let mut value = json!({
            "currency": "XTR",
            "total_amount": charge.amount,
            "invoice_payload": charge.payload,
            "telegram_payment_charge_id": charge.id,
            "provider_payment_charge_id": format!("{}_{}", charge.person, charge.date),
        });
        if let (Some(paid_until), true, Some(object)) = (charge.paid_until, paid, value.as_object_mut()) {
            object.insert("subscription_expiration_date".to_owned(), json!(paid_until));
            object.insert("is_recurring".to_owned(), json!(true));
            if charge.subscription.as_deref() == Some(id) {
                object.insert("is_first_recurring".to_owned(), json!(true));
            }
        }
        value
    }

    fn photo_sizes(&self, file_id: &str) -> Value {
        let Some(file) = self.files.get(file_id) else { return json!([]) };
        let (width, height) = file.size.unwrap_or((1, 1));
        let size = |id: String, unique: String, width: u32, height: u32| {
            json!({
                "file_id": id,
                "file_unique_id": unique,
                "file_size": file.bytes.len(),
                "width": width,
                "height": height,
            })
        };
        json!([
            size(format!("{file_id}{SMALL}"), format!("{}s", file.unique_id), (width / 4).max(1), (height / 4).max(1)),
            size(file_id.to_owned(), file.unique_id.clone(), width, height),
        ])
    }

    fn document(&self, file_id: &str) -> Value {
        let Some(file) = self.files.get(file_id) else { return Value::Null };
        json!({
            "file_id": file_id,
            "file_unique_id": file.unique_id,
            "file_name": file.name,
            "mime_type": file.mime,
            "file_size": file.bytes.len(),
        })
    }

    /// Keeps a file and returns its `file_id`. The same bytes have the same `file_unique_id`.
    pub fn keep_file(&mut self, kind: &str, name: Option<String>, mime: Option<String>, bytes: Vec<u8>) -> String {
        let id = self.opaque("file");
        let picture = super::picture::look(&bytes);
        let extension = picture.as_ref().map_or("bin", |picture| picture.extension);
        let path = match &name {
            Some(name) if kind == "document" => format!("documents/file_{}_{name}", self.serial),
            _ => format!("{kind}s/file_{}.{extension}", self.serial),
        };
        let mime =
            picture.as_ref().map(|picture| picture.mime.to_owned()).or(mime).unwrap_or_else(|| "application/octet-stream".to_owned());
        let file = File {
            unique_id: opaque_of(kind, &bytes).chars().take(16).collect(),
            path,
            name,
            mime,
            size: picture.map(|picture| (picture.width, picture.height)),
            bytes,
        };
        self.files.insert(id.clone(), file);
        id
    }

    /// The file behind a `file_id`, whichever size is meant.
    pub fn file(&self, file_id: &str) -> Option<(&str, &File)> {
        let id = file_id.strip_suffix(SMALL).unwrap_or(file_id);
        self.files.get_key_value(id).map(|(id, file)| (id.as_str(), file))
    }

    /// Puts an update into its queue. What comes back tells of the first attempt to deliver it.
    pub fn enqueue(&mut self, key: QueueKey, kind: &str, payload: Value, now: i64, lifetime_seconds: i64) -> oneshot::Receiver<Answer> {
        self.last_update_id += 1;
        let update_id = self.last_update_id;
        let mut update = Map::new();
        update.insert("update_id".to_owned(), json!(update_id));
        update.insert(kind.to_owned(), payload);
        let wanted = self.allowed_updates.is_empty() || self.allowed_updates.iter().any(|allowed| allowed == kind);
        self.enqueue_update(key, Value::Object(update), now.saturating_add(lifetime_seconds), wanted)
    }

    pub fn enqueue_update(&mut self, key: QueueKey, update: Value, expires: i64, wanted: bool) -> oneshot::Receiver<Answer> {
        let (sender, receiver) = oneshot::channel();
        remember(&mut self.live.history, update.clone());
        let update_id = update.get("update_id").and_then(Value::as_i64).unwrap_or_default();
        if !wanted {
            // Nobody waits for this one; the receiver may be gone as well.
            let _ = sender.send(Answer { update_id, ..Answer::default() });
            return receiver;
        }
        let ticket = self.next_serial();
        self.live.waiting.insert(ticket, sender);
        self.pending.push(Pending { ticket, key, update, expires });
        self.live.effects.wake.push(key);
        receiver
    }

    pub fn log_call(&mut self, call: ApiCall) {
        remember(&mut self.live.calls, call);
    }

    /// The language of a person's app, as the bot's texts are kept by: two letters, empty when the app tells none.
    pub fn language_of(&self, person_id: i64) -> &str {
        let tag = self.persons.get(&person_id).and_then(|person| person.language_code.as_deref()).unwrap_or_default();
        tag.split('-').next().unwrap_or_default()
    }

    /// The commands a person sees in a chat: the nearest scope and language that has any.
    pub fn commands_for(&self, chat_id: i64, language: &str) -> Value {
        let wide = if chat_id < 0 { "all_group_chats" } else { "all_private_chats" };
        [format!("chat:{chat_id}"), wide.to_owned(), "default".to_owned()]
            .iter()
            .flat_map(|scope| [format!("{scope}|{language}"), format!("{scope}|")])
            .find_map(|key| self.commands.get(&key).cloned())
            .unwrap_or_else(|| json!([]))
    }

    /// Name, description or short description in a language.
    pub fn profile_for(&self, field: &str, language: &str) -> Option<&String> {
        self.profile.get(&format!("{field}:{language}")).or_else(|| self.profile.get(&format!("{field}:")))
    }
}

fn remember<T>(kept: &mut VecDeque<T>, item: T) {
    if kept.len() >= KEPT {
        kept.pop_front();
    }
    kept.push_back(item);
}

fn digest(kind: &str, content: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(kind).chain_update([0]).chain_update(content).finalize().into()
}

fn opaque_of(kind: &str, content: &[u8]) -> String {
    BASE64URL_NOPAD.encode(digest(kind, content).get(..24).unwrap_or_default())
}

/// The entities a client marks in what a person types: a command at the start, and web links.
pub(crate) fn typed(text: &str) -> Formatted {
    let mut entities = Vec::new();
    let mut offset = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end();
        let name = bare.strip_prefix('/').map(|name| name.split('@').next().unwrap_or_default());
        let kind = match name {
            Some(name) if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => Some("bot_command"),
            _ if bare.starts_with("https://") || bare.starts_with("http://") => Some("url"),
            _ => None,
        };
        if let Some(kind) = kind {
            entities.push(json!({ "type": kind, "offset": offset, "length": utf16_len(bare) }));
        }
        offset += utf16_len(word);
    }
    Formatted { text: text.to_owned(), entities }
}
