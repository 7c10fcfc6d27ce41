//! A message with its buttons, before anybody decides how it is sent.

use clients::telegram::api::{
    ParseMode,
    methods::{EditMessageTextParams, SendMessageParams},
    types::{ButtonStyle, ChatId, CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyMarkup},
};

use crate::button::Button;

/// Telegram's HTML and rows of buttons.
#[derive(Debug, Clone, PartialEq)]
pub struct Screen {
    pub text: String,
    pub keyboard: Keyboard,
}

/// Rows of buttons.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Keyboard(Vec<Vec<InlineKeyboardButton>>);

fn blank(text: String) -> InlineKeyboardButton {
    InlineKeyboardButton::builder().text(text).build()
}

/// A button that the bot answers.
pub fn tap(text: String, button: &Button) -> InlineKeyboardButton {
    InlineKeyboardButton { callback_data: Some(button.encode()), ..blank(text) }
}

/// A button that opens a page.
pub fn link(text: String, url: &str) -> InlineKeyboardButton {
    InlineKeyboardButton { url: Some(url.to_owned()), ..blank(text) }
}

/// A button that copies at most 256 characters.
pub fn copy(text: String, copied: &str) -> Option<InlineKeyboardButton> {
    let fits = (1..=256).contains(&copied.chars().count());
    fits.then(|| InlineKeyboardButton { copy_text: Some(CopyTextButton { text: copied.to_owned() }), ..blank(text) })
}

/// The same button as the way forward.
pub fn primary(button: InlineKeyboardButton) -> InlineKeyboardButton {
    InlineKeyboardButton { style: Some(ButtonStyle::Primary), ..button }
}

/// The same button as what cannot be undone.
pub fn danger(button: InlineKeyboardButton) -> InlineKeyboardButton {
    InlineKeyboardButton { style: Some(ButtonStyle::Danger), ..button }
}

impl Keyboard {
    #[must_use]
    pub fn row(mut self, buttons: impl IntoIterator<Item = InlineKeyboardButton>) -> Self {
        let row: Vec<_> = buttons.into_iter().collect();
        if !row.is_empty() {
            self.0.push(row);
        }
        self
    }

    /// The rows of another keyboard below these.
    #[must_use]
    pub fn rows(mut self, below: Self) -> Self {
        self.0.extend(below.0);
        self
    }

    pub fn markup(self) -> InlineKeyboardMarkup {
        InlineKeyboardMarkup::builder().inline_keyboard(self.0).build()
    }
}

impl Screen {
    pub const fn new(text: String, keyboard: Keyboard) -> Self {
        Self { text, keyboard }
    }

    /// The screen as a new message.
    pub fn send(self, chat: i64) -> SendMessageParams {
        SendMessageParams::builder()
            .chat_id(ChatId::Integer(chat))
            .text(self.text)
            .parse_mode(ParseMode::Html)
            .link_preview_options(no_preview())
            .reply_markup(ReplyMarkup::InlineKeyboardMarkup(self.keyboard.markup()))
            .build()
    }

    /// The screen in the place of a message of text.
    pub fn edit(self, chat: i64, message: i32) -> EditMessageTextParams {
        EditMessageTextParams::builder()
            .chat_id(ChatId::Integer(chat))
            .message_id(message)
            .text(self.text)
            .parse_mode(ParseMode::Html)
            .link_preview_options(no_preview())
            .reply_markup(self.keyboard.markup())
            .build()
    }
}

fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions::builder().is_disabled(true).build()
}
