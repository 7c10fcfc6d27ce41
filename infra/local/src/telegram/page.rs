//! The chat page: `/chat`, and its own small API below `/chat/api/`.
//!
//! The page writes with JSON or picture bodies only, which another site's page can't send without asking first.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::channel::Channel;
use super::payment::{self, InvoiceRef};
use super::people::{self, Post};
use super::world::{Author, Content, FIRST_PERSON_ID, Message, World};
use super::{TelegramStandIn, picture};

const HTML: &str = include_str!("page/chat.html");
const CSS: &str = include_str!("page/chat.css");
const SCRIPT: &str = include_str!("page/chat.js");
/// The page runs its own script and loads nothing from elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const UPLOAD_BYTES_MAX: usize = 12 * 1024 * 1024;
const TEXT_MAX: usize = 4096;

impl TelegramStandIn {
    /// The chat page. When there is nobody yet, two customers and an operator move in, and there is a channel to join.
    pub fn chat_page(&self) -> Router {
        self.with(|world, _| settle_in(world));
        Router::new()
            .route("/chat", get(|| async { asset("text/html; charset=utf-8", HTML) }))
            .route("/chat/chat.css", get(|| async { asset("text/css; charset=utf-8", CSS) }))
            .route("/chat/chat.js", get(|| async { asset("text/javascript; charset=utf-8", SCRIPT) }))
            .route("/chat/api/state", get(state))
            .route("/chat/api/events", get(events))
            .route("/chat/api/persons", post(add_person))
            .route("/chat/api/persons/{id}/block", post(block))
            .route("/chat/api/channels", post(add_channel))
            .route("/chat/api/channels/{id}", post(change_channel))
            .route("/chat/api/channels/{id}/members", post(change_member))
            .route("/chat/api/chats/{id}", get(chat))
            .route("/chat/api/chats/{id}/messages", post(send_text))
            .route("/chat/api/chats/{id}/files", post(send_file))
            .route("/chat/api/chats/{id}/tap", post(tap))
            .route("/chat/api/invoices/{slug}", get(invoice))
            .route("/chat/api/pay", post(pay))
            .route("/chat/api/subscriptions/{charge}/renew", post(renew))
            .route("/chat/api/subscriptions/{charge}/cancel", post(cancel))
            .route("/chat/api/files/{id}", get(file))
            .layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX))
            .with_state(self.clone())
    }
}

fn settle_in(world: &mut World) {
    let operator = world.operator_chat_id;
    if world.persons.keys().any(|id| *id != operator) {
        return;
    }
    world.put_person(FIRST_PERSON_ID, "Customer", "fa", false);
    world.put_person(FIRST_PERSON_ID + 1, "Second customer", "en", false);
    if world.channels.is_empty() {
        world.open_channel("News of the shop", Some("wave_shop_news"));
    }
    let operator_person = if operator > 0 { operator } else { FIRST_PERSON_ID + 2 };
    world.put_person(operator_person, "Operator", "en", true);
}

fn asset(kind: &'static str, content: &'static str) -> Response {
    let headers: [(HeaderName, &str); 5] = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, content).into_response()
}

/// A refusal that the page shows as it is.
struct Refused(StatusCode, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

fn refuse(status: StatusCode, words: impl Into<String>) -> Refused {
    Refused(status, words.into())
}

type Answered = Result<Json<Value>, Refused>;

/// Who sits where: each person's own chat, and the operators' group.
async fn state(State(stand_in): State<TelegramStandIn>) -> Json<Value> {
    stand_in.with(|world, _| {
        let private = world.persons.values().map(|person| {
            json!({
                "chat_id": person.id,
                "person_id": person.id,
                "title": person.first_name,
                "language": person.language_code,
                "operator": person.operator,
                "group": false,
                "started": person.started || person.id == world.operator_chat_id,
                "blocked": person.blocked,
                "last": last(world, person.id),
            })
        });
        let mut chats: Vec<Value> = private.collect();
        if world.operator_chat_id < 0 {
            let id = world.operator_chat_id;
            let members: Vec<Value> = world
                .persons
                .values()
                .filter(|person| person.operator)
                .map(|person| json!({ "id": person.id, "name": person.first_name }))
                .collect();
            chats.push(json!({
                "chat_id": id,
                "person_id": members.first().and_then(|member| member.get("id")),
                "title": world.chat_title(id),
                "group": true,
                "operator": true,
                "members": members,
                "started": true,
                "blocked": false,
                "last": last(world, id),
            }));
        }
        let channels: Vec<Value> = world.channels.iter().map(|(id, channel)| shown_channel(*id, channel)).collect();
        let bot = world.bot_user();
        Json(json!({
            "bot": { "username": world.bot_username, "name": bot.get("first_name") },
            "chats": chats,
            "channels": channels,
            "connected": world.live.deliver.is_some(),
            "failure": world.live.last_failure,
        }))
    })
}

fn shown_channel(id: i64, channel: &Channel) -> Value {
    json!({
        "id": id,
        "title": channel.title,
        "username": channel.username,
        "link": channel.link(),
        "bot_admin": channel.bot_admin,
        "members": channel.members,
    })
}

fn last(world: &World, chat_id: i64) -> Value {
    let Some(message) = world.chats.get(&chat_id).and_then(|chat| chat.messages.last()) else { return Value::Null };
    let (kind, text) = match &message.content {
        Content::Text(formatted) => ("text", formatted.text.as_str()),
        Content::Photo { caption, .. } => ("photo", caption.text.as_str()),
        Content::Document { caption, .. } => ("document", caption.text.as_str()),
        Content::Invoice(invoice) => ("invoice", invoice.title.as_str()),
        Content::Paid { .. } => ("paid", ""),
        Content::Refunded { .. } => ("refunded", ""),
    };
    let text: String = text.chars().take(100).collect();
    json!({ "id": message.id, "kind": kind, "text": text, "date": message.date, "out": message.author != Author::Bot })
}

async fn chat(State(stand_in): State<TelegramStandIn>, Path(id): Path<i64>) -> Json<Value> {
    stand_in.with(|world, _| {
        let language = world.language_of(id);
        let chat = world.chats.get(&id);
        let messages: Vec<Value> =
            chat.into_iter().flat_map(|chat| chat.messages.iter()).map(|message| shown(world, id, message)).collect();
        Json(json!({
            "chat_id": id,
            "messages": messages,
            "reply_keyboard": chat.map(|chat| &chat.reply_keyboard),
            "force_reply": chat.and_then(|chat| chat.force_reply),
            "commands": world.commands_for(id, language),
            "description": world.profile_for("description", language),
        }))
    })
}

/// A message for the page: as the Bot API shows it, and what only the app knows.
fn shown(world: &World, chat_id: i64, message: &Message) -> Value {
    let mut value = world.message_value(chat_id, message);
    let Some(object) = value.as_object_mut() else { return value };
    object.insert("out".to_owned(), json!(message.author != Author::Bot));
    match &message.content {
        Content::Photo { file, .. } | Content::Document { file, .. } => {
            object.insert("file".to_owned(), json!(file));
        }
        Content::Invoice(invoice) => {
            object.insert("paid".to_owned(), json!(invoice.paid.is_some()));
        }
        Content::Paid { charge } => {
            if let Some(subscription) = shown_subscription(world, charge) {
                object.insert("subscription".to_owned(), subscription);
            }
        }
        Content::Text(_) | Content::Refunded { .. } => {}
    }
    value
}

/// The subscription that a charge belongs to; it can be acted on where its newest charge is told.
fn shown_subscription(world: &World, charge: &str) -> Option<Value> {
    let id = world.subscription_of(charge)?;
    let subscription = world.star_subscriptions.get(&id)?;
    let newest = world.charges.iter().rev().find(|other| other.subscription.as_ref() == Some(&id))?;
    Some(json!({
        "charge": charge,
        "paid_until": subscription.paid_until,
        "canceled": subscription.canceled,
        "canceled_by_bot": subscription.canceled_by_bot,
        "newest": newest.id == charge,
    }))
}

async fn events(State(stand_in): State<TelegramStandIn>) -> Response {
    stand_in.inner.subscribers.stream()
}

#[derive(Deserialize)]
struct NewPerson {
    name: String,
    language: String,
    #[serde(default)]
    operator: bool,
}

async fn add_person(State(stand_in): State<TelegramStandIn>, Json(new): Json<NewPerson>) -> Answered {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 64 {
        return Err(refuse(StatusCode::BAD_REQUEST, "A name has 1 to 64 characters."));
    }
    let id = stand_in.with(|world, _| {
        let highest = world.persons.keys().copied().max().unwrap_or_default();
        let id = highest.max(FIRST_PERSON_ID - 1).saturating_add(1);
        world.put_person(id, name, &new.language, new.operator);
        id
    });
    Ok(Json(json!({ "person_id": id })))
}

#[derive(Deserialize)]
struct Block {
    blocked: bool,
}

async fn block(State(stand_in): State<TelegramStandIn>, Path(id): Path<i64>, Json(Block { blocked }): Json<Block>) -> Json<Value> {
    drop(stand_in.with(|world, now| people::set_blocked(world, now, id, blocked)));
    Json(json!({}))
}

#[derive(Deserialize)]
struct NewChannel {
    title: String,
    /// Without `@`; empty makes the channel private.
    #[serde(default)]
    username: String,
}

async fn add_channel(State(stand_in): State<TelegramStandIn>, Json(new): Json<NewChannel>) -> Answered {
    let title = new.title.trim();
    if title.is_empty() || title.chars().count() > 128 {
        return Err(refuse(StatusCode::BAD_REQUEST, "A title has 1 to 128 characters."));
    }
    let username = Some(new.username.trim().trim_start_matches('@')).filter(|name| !name.is_empty());
    let valid = |name: &str| (5..=32).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if username.is_some_and(|name| !valid(name)) {
        return Err(refuse(StatusCode::BAD_REQUEST, "A user name has 5 to 32 letters, digits and underscores."));
    }
    let id = stand_in.with(|world, _| world.open_channel(title, username));
    id.map(|id| Json(json!({ "channel_id": id }))).ok_or_else(|| refuse(StatusCode::CONFLICT, "This user name is taken."))
}

#[derive(Deserialize)]
struct ChangedChannel {
    bot_admin: bool,
}

async fn change_channel(State(stand_in): State<TelegramStandIn>, Path(id): Path<i64>, Json(changed): Json<ChangedChannel>) -> Json<Value> {
    stand_in.set_channel_admin(id, changed.bot_admin);
    Json(json!({}))
}

#[derive(Deserialize)]
struct Membership {
    person_id: i64,
    member: bool,
}

async fn change_member(State(stand_in): State<TelegramStandIn>, Path(id): Path<i64>, Json(wanted): Json<Membership>) -> Answered {
    let changed = stand_in.with(|world, _| world.set_member(id, wanted.person_id, wanted.member));
    if changed { Ok(Json(json!({}))) } else { Err(refuse(StatusCode::NOT_FOUND, "There is no such channel.")) }
}

/// Refuses persons who don't exist, and those who don't sit in the chat.
fn check_seat(world: &World, person_id: i64, chat_id: i64) -> Result<(), Refused> {
    let person = world.persons.get(&person_id).ok_or_else(|| refuse(StatusCode::NOT_FOUND, "There is no such person."))?;
    if chat_id == person_id || (world.is_group(chat_id) && person.operator) {
        return Ok(());
    }
    Err(refuse(StatusCode::FORBIDDEN, "This person is not in that chat."))
}

#[derive(Deserialize)]
struct NewText {
    person_id: i64,
    text: String,
    #[serde(default)]
    reply_to: Option<i64>,
}

async fn send_text(State(stand_in): State<TelegramStandIn>, Path(chat_id): Path<i64>, Json(new): Json<NewText>) -> Answered {
    let text = new.text.trim();
    if text.is_empty() || super::html::utf16_len(text) > TEXT_MAX {
        return Err(refuse(StatusCode::BAD_REQUEST, "A message has 1 to 4096 characters."));
    }
    let post = Post::Text(text.to_owned());
    write(&stand_in, new.person_id, chat_id, post, new.reply_to)
}

/// The page learns of the delivery by an event, so nothing here waits for the bot.
fn write(stand_in: &TelegramStandIn, person_id: i64, chat_id: i64, post: Post, reply_to: Option<i64>) -> Answered {
    stand_in.with(|world, now| {
        check_seat(world, person_id, chat_id)?;
        drop(people::write(world, now, person_id, chat_id, post, reply_to));
        Ok(Json(json!({})))
    })
}

#[derive(Deserialize)]
struct NewFile {
    person_id: i64,
    #[serde(default)]
    caption: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    reply_to: Option<i64>,
}

/// A picture goes as a photo, anything else as a document.
async fn send_file(
    State(stand_in): State<TelegramStandIn>,
    Path(chat_id): Path<i64>,
    Query(new): Query<NewFile>,
    headers: HeaderMap,
    body: Bytes,
) -> Answered {
    let mime = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !mime.starts_with("image/") && !mime.starts_with("application/") {
        return Err(refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Pictures and files only."));
    }
    if body.is_empty() {
        return Err(refuse(StatusCode::BAD_REQUEST, "The file is empty."));
    }
    let bytes = body.to_vec();
    let post = if picture::look(&bytes).is_some() {
        Post::Photo { bytes, caption: new.caption }
    } else {
        let name = new.name.rsplit(['/', '\\']).next().filter(|name| !name.is_empty()).unwrap_or("file").to_owned();
        Post::Document { name, mime: mime.to_owned(), bytes, caption: new.caption }
    };
    write(&stand_in, new.person_id, chat_id, post, new.reply_to)
}

#[derive(Deserialize)]
struct Tap {
    person_id: i64,
    message_id: i64,
    data: String,
}

async fn tap(State(stand_in): State<TelegramStandIn>, Path(chat_id): Path<i64>, Json(tap): Json<Tap>) -> Answered {
    stand_in.with(|world, now| {
        check_seat(world, tap.person_id, chat_id)?;
        let (query_id, _) = people::tap(world, now, tap.person_id, chat_id, tap.message_id, &tap.data);
        Ok(Json(json!({ "query_id": query_id })))
    })
}

async fn invoice(State(stand_in): State<TelegramStandIn>, Path(slug): Path<String>) -> Answered {
    let invoice = stand_in.invoice(&slug).ok_or_else(|| refuse(StatusCode::NOT_FOUND, "There is no such invoice."))?;
    Ok(Json(json!({
        "title": invoice.title,
        "description": invoice.description,
        "amount": invoice.stars,
        "subscription_period": invoice.subscription_period,
    })))
}

#[derive(Deserialize)]
struct Pay {
    person_id: i64,
    chat_id: i64,
    #[serde(default)]
    slug: Option<String>,
    #[serde(default)]
    message_id: Option<i64>,
}

async fn pay(State(stand_in): State<TelegramStandIn>, Json(wanted): Json<Pay>) -> Answered {
    stand_in.with(|world, _| check_seat(world, wanted.person_id, wanted.chat_id))?;
    let invoice = match (wanted.slug, wanted.message_id) {
        (Some(slug), _) => InvoiceRef::Link(payment::slug(&slug).to_owned()),
        (None, Some(id)) => InvoiceRef::Message(id),
        (None, None) => return Err(refuse(StatusCode::BAD_REQUEST, "Which invoice?")),
    };
    match stand_in.pay(wanted.person_id, wanted.chat_id, &invoice).await {
        // The page sees by the chat what the bot makes of it.
        Ok(taken) => Ok(Json(json!({ "charge_id": taken.charge_id }))),
        Err(error) => Err(refuse(StatusCode::CONFLICT, error.to_string())),
    }
}

/// Telegram charges the next period of a subscription now.
async fn renew(State(stand_in): State<TelegramStandIn>, Path(charge): Path<String>) -> Answered {
    match stand_in.with(|world, now| world.renew_subscription(&charge, now)) {
        Ok((charge_id, _)) => Ok(Json(json!({ "charge_id": charge_id }))),
        Err(error) => Err(refuse(StatusCode::CONFLICT, error.to_string())),
    }
}

#[derive(Deserialize)]
struct Cancel {
    canceled: bool,
}

async fn cancel(State(stand_in): State<TelegramStandIn>, Path(charge): Path<String>, Json(wanted): Json<Cancel>) -> Answered {
    if stand_in.with(|world, _| world.set_subscription_canceled(&charge, wanted.canceled)) {
        return Ok(Json(json!({})));
    }
    Err(refuse(StatusCode::NOT_FOUND, "There is no such subscription."))
}

async fn file(State(stand_in): State<TelegramStandIn>, Path(id): Path<String>) -> Result<Response, Refused> {
    let found = stand_in.with(|world, _| world.file(&id).map(|(_, file)| file.clone()));
    let file = found.ok_or_else(|| refuse(StatusCode::NOT_FOUND, "There is no such file."))?;
    // Only pictures are shown; whatever else somebody uploaded is downloaded.
    let (kind, way) = match picture::look(&file.bytes) {
        Some(picture) => (picture.mime, "inline"),
        None => ("application/octet-stream", "attachment"),
    };
    let headers: [(HeaderName, &str); 4] = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, way),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "private, max-age=31536000, immutable"),
    ];
    Ok((headers, file.bytes).into_response())
}
