//! Channels that people join and leave. The bot sees who is in those that it administers.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::TelegramStandIn;
use super::world::World;

/// A channel; its id is below zero, as all channels' are.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Channel {
    pub title: String,
    /// Without `@`; a private channel has none and is joined by its invitation link.
    pub username: Option<String>,
    /// What follows `https://t.me/+`.
    pub invitation: String,
    /// Whether the bot is an administrator, as it has to be to look members up.
    pub bot_admin: bool,
    pub members: BTreeSet<i64>,
}

impl Channel {
    /// The link that people join it by.
    pub fn link(&self) -> String {
        self.username.as_ref().map_or_else(|| format!("https://t.me/+{}", self.invitation), |name| format!("https://t.me/{name}"))
    }

    /// `Chat`, as the Bot API shows it.
    pub fn value(&self, id: i64) -> Value {
        let mut chat = json!({ "id": id, "type": "channel", "title": self.title });
        if let (Some(username), Some(object)) = (&self.username, chat.as_object_mut()) {
            object.insert("username".to_owned(), json!(username));
        }
        chat
    }
}

/// Ids of channels, as newer ones' are.
const FIRST_CHANNEL_ID: i64 = -1_002_000_000_001;

impl World {
    /// Makes a channel that the bot administers; none when the name is taken.
    pub fn open_channel(&mut self, title: &str, username: Option<&str>) -> Option<i64> {
        if username.is_some_and(|name| self.channel_named(name).is_some()) {
            return None;
        }
        let id = self.channels.keys().next().map_or(FIRST_CHANNEL_ID, |lowest| lowest.saturating_sub(1).min(FIRST_CHANNEL_ID));
        self.put_channel(id, title, username);
        Some(id)
    }

    fn put_channel(&mut self, id: i64, title: &str, username: Option<&str>) {
        let invitation = self.opaque("invitation").chars().take(16).collect();
        let channel = Channel {
            title: title.to_owned(),
            username: username.map(ToOwned::to_owned),
            invitation,
            bot_admin: true,
            members: BTreeSet::new(),
        };
        self.channels.insert(id, channel);
        self.live.effects.page.push(json!({ "kind": "persons" }));
    }

    /// The channel with this user name, whichever case it is in.
    pub fn channel_named(&self, username: &str) -> Option<i64> {
        let is = |channel: &Channel| channel.username.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(username));
        self.channels.iter().find(|(_, channel)| is(channel)).map(|(id, _)| *id)
    }

    /// The channel behind what follows `t.me/` in a link.
    pub fn channel_of_link(&self, path: &str) -> Option<i64> {
        match path.strip_prefix('+') {
            Some(invitation) => self.channels.iter().find(|(_, channel)| channel.invitation == invitation).map(|(id, _)| *id),
            None => self.channel_named(path),
        }
    }

    /// The person joins or leaves; false where there is no such channel. The bot is not told: it does not ask for `chat_member`.
    pub fn set_member(&mut self, channel_id: i64, person_id: i64, member: bool) -> bool {
        let Some(channel) = self.channels.get_mut(&channel_id) else { return false };
        if member {
            channel.members.insert(person_id);
        } else {
            channel.members.remove(&person_id);
        }
        self.live.effects.page.push(json!({ "kind": "persons" }));
        true
    }
}

impl TelegramStandIn {
    /// A channel that the bot administers, made when there is none with this id (below zero). `username` is without `@`; none makes
    /// it private.
    pub fn channel(&self, id: i64, title: &str, username: Option<&str>) {
        self.with(|world, _| {
            if !world.channels.contains_key(&id) {
                world.put_channel(id, title, username);
            }
        });
    }

    /// The bot becomes an administrator of a channel, or is one no longer.
    pub fn set_channel_admin(&self, id: i64, admin: bool) {
        self.with(|world, _| {
            if let Some(channel) = world.channels.get_mut(&id) {
                channel.bot_admin = admin;
            }
            world.live.effects.page.push(json!({ "kind": "persons" }));
        });
    }

    /// The link that people join a channel by.
    #[must_use]
    pub fn channel_link(&self, id: i64) -> Option<String> {
        self.with(|world, _| world.channels.get(&id).map(Channel::link))
    }
}
