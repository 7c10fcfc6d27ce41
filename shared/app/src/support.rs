//! Customers who write to the operators, and the answers that come back. The bot stands between: neither side sees the other's account.
//!
//! A customer's message is copied into the operators' chat below a line that says whose it is; both are kept as letters. What an operator sends
//! in reply to either is copied back.

use clients::telegram::{
    TelegramError,
    api::{
        methods::CopyMessageParams,
        types::{ChatId, InlineKeyboardMarkup, ReplyMarkup, ReplyParameters},
    },
};
use domain::{
    TelegramUserId,
    conversation::{Awaiting, Conversation},
    order::OrderStatus,
    time::Span,
    user::User,
};
use store::{CommitError, SupportLetter, Write, keys};
use tracing::{error, info};

use crate::{
    App, AppError,
    button::Button,
    catalogue::Shop,
    screen::{Keyboard, Screen, tap},
    text::Arg,
};

/// Messages to the operators that one customer may send in an hour.
const PER_HOUR: u32 = 30;
/// How long a customer's message can be answered.
const ANSWERABLE: Span = Span::days(60);
/// How many of a customer's orders are looked at for one that waits for a receipt.
const RECENT: u8 = 10;

/// A customer's message, about to be passed on.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    pub message: i32,
    /// The album that it is a part of.
    pub album: Option<&'a str>,
    /// The operators' message below which his last ones stand, and the album of the last one.
    pub header: Option<i32>,
    pub last_album: Option<&'a str>,
}

/// What became of a message to the operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    /// The operators have it.
    Sent,
    /// They have it, and the customer was told so at the first part of the same album.
    SentToo,
    TooMany,
    /// Telegram does not pass on messages of this kind.
    Unsendable,
    /// There is no operators' chat that takes it.
    Closed,
}

/// What became of an operator's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    Delivered,
    /// The customer blocked the bot or is gone.
    Blocked,
    /// Telegram does not pass on messages of this kind.
    Unsendable,
}

impl App {
    /// Whether customers can write to the operators through the bot.
    pub fn takes_letters(&self, shop: &Shop) -> bool {
        shop.settings.support_relay && self.config.telegram.operator_chat.is_some()
    }

    /// What this customer sends next is for the operators.
    pub async fn open_letters(&self, user: TelegramUserId) -> Result<(), AppError> {
        self.wait_for(user, Awaiting::SupportMessage { header: None, album: None }).await
    }

    /// The customer has said it all.
    pub async fn close_letters(&self, user: TelegramUserId) -> Result<(), AppError> {
        let write = Write::delete(keys::conversation(user));
        self.store.commit(&self.seams.nonce(), vec![write]).await.map_err(AppError::of_commit("finish a message to the operators"))
    }

    /// Whether a picture that comes now is a receipt although the customer is writing to the operators: an order of his waits for one.
    pub async fn awaits_receipt(&self, customer: TelegramUserId) -> Result<bool, AppError> {
        let orders = self.store.placed_orders_of(customer, None, RECENT).await?.items;
        Ok(orders.iter().any(|order| order.status == OrderStatus::AwaitingPayment && order.awaiting_receipt().is_some()))
    }

    /// Passes a customer's message on to the operators.
    pub async fn post_letter(&self, user: &User, letter: Letter<'_>) -> Result<Posted, AppError> {
        let Some(chat) = self.config.telegram.operator_chat else { return Ok(Posted::Closed) };
        let now = self.now();
        let counted = Write::count_support_message(user.id, now.seconds().div_euclid(3600), PER_HOUR);
        match self.store.commit(&self.seams.nonce(), vec![counted]).await {
            Ok(()) => {}
            Err(CommitError::Refused { .. }) => return Ok(Posted::TooMany),
            Err(error) => return Err(AppError::of_commit("count a message to the operators")(error)),
        }
        let header = match letter.header {
            Some(header) => header,
            None => match self.telegram.send_message(&self.letter_header(user).send(chat)).await {
                Ok(sent) => sent.message_id,
                Err(error) if error.is_transient() => return Err(error.into()),
                Err(error) => {
                    error!(event = "operators_unreachable", %error, "the operators' chat takes no messages");
                    return Ok(Posted::Closed);
                }
            },
        };
        let copied = self.copy(user.id.get(), letter.message, chat, header, None).await;
        let copy = match copied {
            Ok(copy) => Some(copy),
            Err(error) if error.is_transient() => return Err(error.into()),
            Err(_) => None,
        };
        let until = now.plus(ANSWERABLE);
        let kept = |message| SupportLetter { chat, message, customer: user.id, original: letter.message, until };
        let album = letter.album.map(str::to_owned);
        let mut writes = vec![Write::put(&Conversation::new(user.id, Awaiting::SupportMessage { header: Some(header), album }, now))?];
        for message in copy.into_iter().chain(Some(header).filter(|_| letter.header.is_none())) {
            writes.push(Write::put(&kept(message))?);
        }
        self.store.commit(&self.seams.nonce(), writes).await.map_err(AppError::of_commit("keep a message to the operators"))?;
        if copy.is_none() {
            return Ok(Posted::Unsendable);
        }
        info!(event = "letter_posted", "a customer wrote to the operators");
        Ok(if letter.album.is_some() && letter.album == letter.last_album { Posted::SentToo } else { Posted::Sent })
    }

    /// Whose letter a message of the operators' chat is; `None` where it is none, or too old.
    pub async fn letter(&self, chat: i64, message: i32) -> Result<Option<SupportLetter>, AppError> {
        if self.config.telegram.operator_chat != Some(chat) {
            return Ok(None);
        }
        Ok(self.store.support_letter(chat, message).await?.filter(|letter| letter.until > self.now()))
    }

    /// Passes an operator's answer on to whom it is for.
    pub async fn answer_letter(&self, letter: &SupportLetter, message: i32) -> Result<Answered, AppError> {
        let Some(customer) = self.store.user(letter.customer).await? else { return Ok(Answered::Blocked) };
        let line = self.texts.html(customer.language, "support-answer", &[]);
        match self.say(customer.id.get(), &line, None).await {
            Ok(()) => {}
            Err(AppError::Telegram(error)) => return self.unanswered(customer.id, error).await,
            Err(error) => return Err(error),
        }
        let answer = tap(self.texts.plain(customer.language, "button-support-answer", &[]), &Button::SupportReply);
        let keyboard = Keyboard::default().row([answer]).markup();
        match self.copy(letter.chat, message, customer.id.get(), letter.original, Some(keyboard)).await {
            Ok(_) => Ok(Answered::Delivered),
            Err(error) => self.unanswered(customer.id, error).await,
        }
    }

    async fn unanswered(&self, customer: TelegramUserId, error: TelegramError) -> Result<Answered, AppError> {
        match error {
            TelegramError::Blocked | TelegramError::ChatNotFound => {
                self.note_unreachable(customer).await?;
                Ok(Answered::Blocked)
            }
            error if error.is_transient() => Err(error.into()),
            _ => Ok(Answered::Unsendable),
        }
    }

    /// Says to the operators whose messages follow.
    fn letter_header(&self, user: &User) -> Screen {
        let id = user.id.to_string();
        let url = self.console_url(&format!("/users/{id}"));
        let username = user.username.as_ref().map(|name| format!(" · @{}", crate::text::html(name))).unwrap_or_default();
        let args = [
            ("customer", Arg::Text(user.first_name.as_str())),
            ("username", Arg::Raw(username)),
            ("language", Arg::Raw(user.language.code().to_owned())),
            ("id", Arg::Exact(&id)),
            ("url", Arg::Exact(&url)),
        ];
        Screen::new(self.texts.html(self.operator_language(), "operator-letter", &args), Keyboard::default())
    }

    /// Copies a message, below another one where that still stands. Returns the copy's id.
    async fn copy(
        &self,
        from: i64,
        message: i32,
        to: i64,
        below: i32,
        keyboard: Option<InlineKeyboardMarkup>,
    ) -> Result<i32, TelegramError> {
        let below = ReplyParameters::builder().message_id(below).allow_sending_without_reply(true).build();
        let mut params = CopyMessageParams::builder()
            .chat_id(ChatId::Integer(to))
            .from_chat_id(ChatId::Integer(from))
            .message_id(message)
            .reply_parameters(below)
            .build();
        params.reply_markup = keyboard.map(ReplyMarkup::InlineKeyboardMarkup);
        Ok(self.telegram.copy_message(&params).await?.message_id)
    }
}
