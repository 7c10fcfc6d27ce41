//! What persons do. The chat page and the tests' [`Person`](super::Person) do the same things here.

use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::html::Formatted;
use super::queue::{Answer, MESSAGE_LIFETIME_SECONDS, QUERY_LIFETIME_SECONDS, QueueKey};
use super::world::{Author, Content, Query, World, typed};

/// A wait for the first attempt to deliver.
pub(crate) type Sent = oneshot::Receiver<Answer>;

/// What a person puts into a chat.
pub(crate) enum Post {
    Text(String),
    Photo { bytes: Vec<u8>, caption: String },
    Document { name: String, mime: String, bytes: Vec<u8>, caption: String },
}

/// The person writes. The first message of all starts the bot, and one to a blocked bot unblocks it, as in the apps.
pub(crate) fn write(world: &mut World, now: i64, person_id: i64, chat_id: i64, post: Post, reply_to: Option<i64>) -> Sent {
    if chat_id == person_id {
        if world.persons.get(&person_id).is_some_and(|person| person.blocked) {
            drop(set_blocked(world, now, person_id, false));
        }
        if let Some(person) = world.persons.get_mut(&person_id)
            && !person.started
        {
            person.started = true;
            world.live.effects.page.push(json!({ "kind": "persons" }));
        }
    }
    let content = match post {
        Post::Text(text) => Content::Text(typed(&text)),
        Post::Photo { bytes, caption } => {
            Content::Photo { file: world.keep_file("photo", None, None, bytes), caption: Formatted::plain(caption) }
        }
        Post::Document { name, mime, bytes, caption } => {
            Content::Document { file: world.keep_file("document", Some(name), Some(mime), bytes), caption: Formatted::plain(caption) }
        }
    };
    let id = world.post(chat_id, Author::Person(person_id), now, content);
    if let Some(chat) = world.chats.get_mut(&chat_id) {
        let asked = chat.force_reply.take();
        let reply_to = reply_to.or(asked).filter(|target| chat.message(*target).is_some());
        if let Some(message) = chat.message_mut(id) {
            message.reply_to = reply_to;
        }
    }
    announce(world, now, chat_id, id)
}

/// Sends the bot a message of a chat.
pub(crate) fn announce(world: &mut World, now: i64, chat_id: i64, message_id: i64) -> Sent {
    let message = world.message(chat_id, message_id).map(|message| world.message_value(chat_id, message));
    let payload = message.unwrap_or_default();
    world.enqueue(QueueKey::Messages(chat_id), "message", payload, now, MESSAGE_LIFETIME_SECONDS)
}

/// The person taps a button with callback data. Returns the query's id as well.
pub(crate) fn tap(world: &mut World, now: i64, person_id: i64, chat_id: i64, message_id: i64, data: &str) -> (String, Sent) {
    let id = world.query_id();
    let message = match world.message(chat_id, message_id) {
        Some(message) => world.message_value(chat_id, message),
        // A message that is gone is told by its date.
        None => json!({ "chat": world.chat_value(chat_id), "message_id": message_id, "date": 0 }),
    };
    let query = json!({
        "id": id,
        "from": world.person_user(person_id),
        "message": message,
        "chat_instance": chat_id.wrapping_mul(2_862_933_555_777_941_757).to_string(),
        "data": data,
    });
    world.live.callbacks.insert(id.clone(), Query { person: person_id, asked: now, answer: None });
    let sent = world.enqueue(QueueKey::Callbacks(person_id), "callback_query", query, now, QUERY_LIFETIME_SECONDS);
    (id, sent)
}

/// The person blocks the bot, or takes it back. Nothing is sent when it is so already.
pub(crate) fn set_blocked(world: &mut World, now: i64, person_id: i64, blocked: bool) -> Option<Sent> {
    let person = world.persons.get_mut(&person_id).filter(|person| person.blocked != blocked)?;
    person.blocked = blocked;
    let user = person.user();
    let bot = world.bot_user();
    let member = |banned: bool| -> Value {
        if banned { json!({ "status": "kicked", "user": bot, "until_date": 0 }) } else { json!({ "status": "member", "user": bot }) }
    };
    let payload = json!({
        "chat": world.chat_value(person_id),
        "from": user,
        "date": now,
        "old_chat_member": member(!blocked),
        "new_chat_member": member(blocked),
    });
    world.live.effects.page.push(json!({ "kind": "persons" }));
    world.touch(person_id);
    Some(world.enqueue(QueueKey::Membership(person_id), "my_chat_member", payload, now, MESSAGE_LIFETIME_SECONDS))
}
