//! A person, driven by a test.

use serde_json::Value;

use super::payment;
use super::people::{self, Post};
use super::queue::Answer;
use super::world::{Author, Content, Invoice, World};
use super::{InvoiceRef, Paid, PayError, TelegramStandIn};

/// What a button does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ButtonAction {
    /// Sends the bot this callback data.
    Callback(String),
    /// Opens a link.
    Url(String),
    /// Copies this text.
    Copy(String),
    /// Pays the invoice it is under.
    Pay,
    /// Sends its own text (a button below the composer).
    Text,
    /// Something this stand-in doesn't play.
    Other,
}

/// A button as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// What is written on it.
    pub text: String,
    /// `danger`, `success`, `primary`, or none.
    pub style: Option<String>,
    /// What it does.
    pub action: ButtonAction,
}

impl Button {
    /// What a tap on it sends the bot.
    #[must_use]
    pub fn callback_data(&self) -> Option<&str> {
        match &self.action {
            ButtonAction::Callback(data) => Some(data),
            _ => None,
        }
    }
}

/// An invoice in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceView {
    /// Shown in bold.
    pub title: String,
    /// Shown below it.
    pub description: String,
    /// Only the bot sees it.
    pub payload: String,
    /// Whole Stars.
    pub stars: i64,
    /// Whether it has been paid.
    pub paid: bool,
    /// Seconds after which it is charged again, when it begins a subscription.
    pub subscription_period: Option<i64>,
}

/// A message as it stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatMessage {
    /// Unique in its chat.
    pub message_id: i64,
    /// Whether the bot wrote it.
    pub from_bot: bool,
    /// Text or caption, without markup.
    pub text: String,
    /// `MessageEntity` objects.
    pub entities: Vec<Value>,
    /// Rows of inline buttons.
    pub buttons: Vec<Vec<Button>>,
    /// The picture.
    pub photo: Option<Vec<u8>>,
    /// Name and content of a file.
    pub document: Option<(String, Vec<u8>)>,
    /// The invoice.
    pub invoice: Option<InvoiceView>,
    /// Id of the charge that this message tells of.
    pub charge_id: Option<String>,
    /// The message it answers.
    pub reply_to: Option<i64>,
    /// Whether its content was changed.
    pub edited: bool,
}

impl ChatMessage {
    /// The first button with this in its text.
    #[must_use]
    pub fn button(&self, part: &str) -> Option<&Button> {
        self.buttons.iter().flatten().find(|button| button.text.contains(part))
    }

    /// The texts of all buttons.
    #[must_use]
    pub fn button_texts(&self) -> Vec<&str> {
        self.buttons.iter().flatten().map(|button| button.text.as_str()).collect()
    }
}

/// Why a person could not do something.
#[derive(Debug, thiserror::Error)]
pub enum PersonError {
    /// No such button is in sight.
    #[error("no button says \"{wanted}\"; there are {seen:?}")]
    NoButton {
        /// What was looked for.
        wanted: String,
        /// The buttons there are, the newest message's first.
        seen: Vec<String>,
    },
    /// The button does nothing that the bot would learn of.
    #[error("the button \"{text}\" does {action:?}")]
    NotForBot {
        /// The button.
        text: String,
        /// What it does.
        action: ButtonAction,
    },
    /// The payment failed.
    #[error(transparent)]
    Pay(#[from] PayError),
}

/// A person in one chat with the bot. What a person does comes back when the webhook has answered the first time.
#[derive(Debug, Clone)]
pub struct Person {
    stand_in: TelegramStandIn,
    id: i64,
    chat_id: i64,
}

impl Person {
    pub(crate) fn new(stand_in: TelegramStandIn, id: i64, chat_id: i64) -> Self {
        Self { stand_in, id, chat_id }
    }

    /// The person's Telegram id.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    /// The chat this person sits in.
    #[must_use]
    pub fn chat_id(&self) -> i64 {
        self.chat_id
    }

    /// The same person in another chat, for instance the operators' group.
    #[must_use]
    pub fn at(&self, chat_id: i64) -> Self {
        Self { chat_id, ..self.clone() }
    }

    /// Sends a text.
    pub async fn send(&self, text: &str) -> Answer {
        self.write(Post::Text(text.to_owned()), None).await
    }

    /// Answers a message with a text.
    pub async fn reply(&self, message_id: i64, text: &str) -> Answer {
        self.write(Post::Text(text.to_owned()), Some(message_id)).await
    }

    /// Answers a message with a picture.
    pub async fn reply_with_photo(&self, message_id: i64, bytes: impl Into<Vec<u8>>, caption: &str) -> Answer {
        self.write(Post::Photo { bytes: bytes.into(), caption: caption.to_owned() }, Some(message_id)).await
    }

    /// The newest message of the bot with this in its text or caption.
    #[must_use]
    pub fn told(&self, part: &str) -> Option<ChatMessage> {
        self.newest(|message| message.from_bot && message.text.contains(part))
    }

    /// Sends a picture.
    pub async fn send_photo(&self, bytes: impl Into<Vec<u8>>) -> Answer {
        self.write(Post::Photo { bytes: bytes.into(), caption: String::new() }, None).await
    }

    /// Sends a picture with a caption.
    pub async fn send_photo_with_caption(&self, bytes: impl Into<Vec<u8>>, caption: &str) -> Answer {
        self.write(Post::Photo { bytes: bytes.into(), caption: caption.to_owned() }, None).await
    }

    /// Sends a file.
    pub async fn send_document(&self, name: &str, mime: &str, bytes: impl Into<Vec<u8>>) -> Answer {
        let post = Post::Document { name: name.to_owned(), mime: mime.to_owned(), bytes: bytes.into(), caption: String::new() };
        self.write(post, None).await
    }

    async fn write(&self, post: Post, reply_to: Option<i64>) -> Answer {
        let sent = self.stand_in.with(|world, now| people::write(world, now, self.id, self.chat_id, post, reply_to));
        sent.await.unwrap_or_default()
    }

    /// Opens a link as the apps do: an invoice is paid, a start link of the bot sends the start, a channel is joined (of which the
    /// bot hears nothing, so that the answer is empty).
    ///
    /// # Errors
    /// The link leads elsewhere, or the payment fails.
    pub async fn open(&self, url: &str) -> Result<Answer, PersonError> {
        let elsewhere = || PersonError::NotForBot { text: url.to_owned(), action: ButtonAction::Url(url.to_owned()) };
        let (_, path) = url.split_once("://t.me/").ok_or_else(elsewhere)?;
        if path.starts_with('$') || path.starts_with("invoice/") {
            return Ok(self.pay(url).await?.payment);
        }
        let (name, query) = path.split_once('?').unwrap_or((path, ""));
        let of_the_bot = self.stand_in.with(|world, _| name.eq_ignore_ascii_case(&world.bot_username));
        if of_the_bot {
            let payload = query.split('&').find_map(|pair| pair.strip_prefix("start=")).unwrap_or_default();
            return Ok(self.send(format!("/start {payload}").trim_end()).await);
        }
        let channel = self.stand_in.with(|world, _| world.channel_of_link(name)).ok_or_else(elsewhere)?;
        self.join(channel);
        Ok(Answer::default())
    }

    /// Joins a channel, if there is such a one.
    pub fn join(&self, channel_id: i64) {
        self.stand_in.with(|world, _| world.set_member(channel_id, self.id, true));
    }

    /// Leaves a channel.
    pub fn leave(&self, channel_id: i64) {
        self.stand_in.with(|world, _| world.set_member(channel_id, self.id, false));
    }

    /// Ends a subscription in Stars after its current period, or takes that back. `charge_id` is any charge of it.
    pub fn set_subscription_canceled(&self, charge_id: &str, canceled: bool) -> bool {
        self.stand_in.with(|world, _| world.set_subscription_canceled(charge_id, canceled))
    }

    /// Taps the newest button with this in its text. A pay button pays; a button with a link does what [`Person::open`] does.
    ///
    /// # Errors
    /// There is no such button, it does nothing the bot would learn of, or the payment fails.
    pub async fn tap(&self, part: &str) -> Result<Answer, PersonError> {
        let (message_id, button) = self.find_button(part)?;
        match button.action {
            ButtonAction::Callback(data) => Ok(self.tap_data(message_id, &data).await),
            ButtonAction::Pay => Ok(self.pay(message_id).await?.payment),
            ButtonAction::Url(url) => self.open(&url).await,
            ButtonAction::Text => Ok(self.send(&button.text).await),
            action => Err(PersonError::NotForBot { text: button.text, action }),
        }
    }

    /// Sends callback data, whether or not a button has it.
    pub async fn tap_data(&self, message_id: i64, data: &str) -> Answer {
        let (_, sent) = self.stand_in.with(|world, now| people::tap(world, now, self.id, self.chat_id, message_id, data));
        sent.await.unwrap_or_default()
    }

    /// Pays an invoice link or an invoice message.
    ///
    /// # Errors
    /// There is no such invoice, it is paid already, or the bot refuses or stays silent.
    pub async fn pay(&self, invoice: impl Into<InvoiceRef>) -> Result<Paid, PayError> {
        Ok(self.stand_in.pay(self.id, self.chat_id, &invoice.into()).await?.told().await)
    }

    /// Blocks the bot, or takes it back; none when it was so already.
    pub async fn set_blocked(&self, blocked: bool) -> Option<Answer> {
        let sent = self.stand_in.with(|world, now| people::set_blocked(world, now, self.id, blocked))?;
        Some(sent.await.unwrap_or_default())
    }

    /// Delivers an update once more; see [`TelegramStandIn::redeliver`].
    pub async fn redeliver(&self, update_id: i64) -> Answer {
        self.stand_in.redeliver(update_id).await
    }

    /// Where the newest button with this in its text leads.
    #[must_use]
    pub fn link(&self, part: &str) -> Option<String> {
        match self.find_button(part).ok()?.1.action {
            ButtonAction::Url(url) => Some(url),
            _ => None,
        }
    }

    /// What the newest button with this in its text copies.
    #[must_use]
    pub fn copied(&self, part: &str) -> Option<String> {
        match self.find_button(part).ok()?.1.action {
            ButtonAction::Copy(text) => Some(text),
            _ => None,
        }
    }

    /// The bot's commands as this person finds them in the chat's menu: name and description.
    #[must_use]
    pub fn commands(&self) -> Vec<(String, String)> {
        let field = |command: &Value, name: &str| command.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let commands = self.stand_in.with(|world, _| world.commands_for(self.chat_id, world.language_of(self.id)));
        commands.as_array().into_iter().flatten().map(|command| (field(command, "command"), field(command, "description"))).collect()
    }

    /// What the bot says of itself before the chat begins.
    #[must_use]
    pub fn bot_description(&self) -> Option<String> {
        self.stand_in.with(|world, _| world.profile_for("description", world.language_of(self.id)).cloned())
    }

    /// The chat as it stands now, oldest message first.
    #[must_use]
    pub fn chat(&self) -> Vec<ChatMessage> {
        self.stand_in.with(|world, _| {
            let chat = world.chats.get(&self.chat_id);
            let messages = chat.into_iter().flat_map(|chat| chat.messages.iter());
            messages.map(|message| view(world, message)).collect()
        })
    }

    /// The bot's newest messages, at most `count`, the newest first.
    #[must_use]
    pub fn latest(&self, count: usize) -> Vec<ChatMessage> {
        self.stand_in.with(|world, _| {
            let chat = world.chats.get(&self.chat_id);
            let messages = chat.into_iter().flat_map(|chat| chat.messages.iter().rev());
            messages.filter(|message| message.author == Author::Bot).take(count).map(|message| view(world, message)).collect()
        })
    }

    /// The newest message of the bot.
    #[must_use]
    pub fn last(&self) -> Option<ChatMessage> {
        self.latest(1).pop()
    }

    /// The newest message that is looked for. A long chat is not shown whole for it.
    fn newest(&self, mut wanted: impl FnMut(&ChatMessage) -> bool) -> Option<ChatMessage> {
        self.stand_in.with(|world, _| {
            let chat = world.chats.get(&self.chat_id);
            let mut messages = chat.into_iter().flat_map(|chat| chat.messages.iter().rev());
            messages.find_map(|message| Some(view(world, message)).filter(&mut wanted))
        })
    }

    fn find_button(&self, part: &str) -> Result<(i64, Button), PersonError> {
        let mut seen = Vec::new();
        let message = self.newest(|message| {
            let found = message.button(part).is_some();
            if !found {
                seen.extend(message.button_texts().into_iter().map(ToOwned::to_owned));
            }
            found
        });
        if let Some((id, button)) = message.and_then(|message| Some((message.message_id, message.button(part)?.clone()))) {
            return Ok((id, button));
        }
        let keyboard =
            self.stand_in.with(|world, _| world.chats.get(&self.chat_id).map(|chat| buttons(&chat.reply_keyboard)).unwrap_or_default());
        let below = keyboard.into_iter().flatten().find(|button| button.text.contains(part));
        below.map(|button| (0, button)).ok_or_else(|| PersonError::NoButton { wanted: part.to_owned(), seen })
    }
}

fn buttons(rows: &[Value]) -> Vec<Vec<Button>> {
    rows.iter().map(|row| row.as_array().into_iter().flatten().map(button).collect()).collect()
}

fn button(button: &Value) -> Button {
    let field = |name: &str| button.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
    let copied = button.pointer("/copy_text/text").and_then(Value::as_str).map(ToOwned::to_owned);
    let action = if let Some(data) = field("callback_data") {
        ButtonAction::Callback(data)
    } else if let Some(url) = field("url") {
        ButtonAction::Url(url)
    } else if let Some(text) = copied {
        ButtonAction::Copy(text)
    } else if button.get("pay") == Some(&Value::Bool(true)) {
        ButtonAction::Pay
    } else if button.as_object().is_none_or(|object| object.len() == 1) {
        ButtonAction::Text
    } else {
        ButtonAction::Other
    };
    let text = button.as_str().map(ToOwned::to_owned).or_else(|| field("text")).unwrap_or_default();
    Button { text, style: field("style"), action }
}

fn view(world: &World, message: &super::world::Message) -> ChatMessage {
    let mut view = ChatMessage {
        message_id: message.id,
        from_bot: message.author == Author::Bot,
        text: String::new(),
        entities: Vec::new(),
        buttons: buttons(&message.keyboard),
        photo: None,
        document: None,
        invoice: None,
        charge_id: None,
        reply_to: message.reply_to,
        edited: message.edited.is_some(),
    };
    match &message.content {
        Content::Text(formatted) | Content::Photo { caption: formatted, .. } | Content::Document { caption: formatted, .. } => {
            view.text.clone_from(&formatted.text);
            view.entities.clone_from(&formatted.entities);
        }
        Content::Invoice(invoice) => view.invoice = Some(invoice_view(invoice)),
        Content::Paid { charge } | Content::Refunded { charge } => view.charge_id = Some(charge.clone()),
    }
    match &message.content {
        Content::Photo { file, .. } => view.photo = world.files.get(file).map(|file| file.bytes.clone()),
        Content::Document { file, .. } => {
            view.document = world.files.get(file).map(|file| (file.name.clone().unwrap_or_default(), file.bytes.clone()));
        }
        _ => {}
    }
    view
}

fn invoice_view(invoice: &Invoice) -> InvoiceView {
    InvoiceView {
        title: invoice.title.clone(),
        description: invoice.description.clone(),
        payload: invoice.payload.clone(),
        stars: invoice.amount,
        paid: invoice.paid.is_some(),
        subscription_period: invoice.subscription_period,
    }
}

impl TelegramStandIn {
    /// What is behind an invoice link.
    #[must_use]
    pub fn invoice(&self, link: &str) -> Option<InvoiceView> {
        self.with(|world, _| payment::find(world, 0, &InvoiceRef::Link(link.to_owned())).map(invoice_view))
    }
}
