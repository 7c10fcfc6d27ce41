//! What the operators' chat is told, and messages to customers outside of a turn.

use clients::telegram::{
    MemberStatus, TelegramError,
    api::{
        ParseMode,
        input_file::FileUpload,
        methods::{GetChatMemberParams, SendDocumentParams, SendMessageParams, SendPhotoParams},
        types::{ChatId, InlineKeyboardMarkup, ReplyMarkup},
    },
};
use domain::{
    Language, Money, OrderId, TelegramUserId,
    duty::Duty,
    order::{AttemptRefusal, Order, OrderStatus},
    payment::Payment,
    user::User,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tracing::warn;

use crate::{
    App, AppError,
    button::{Button, Reason, RetryOf, ReviewStep},
    cards::last_digits,
    format,
    receipt::Sent,
    screen::{Keyboard, danger, primary, tap},
    text::Arg,
};

impl App {
    pub fn operator_language(&self) -> Language {
        self.config.telegram.operator_language
    }

    /// Sends a message that nobody waits for.
    pub(crate) async fn say(&self, chat: i64, text: &str, keyboard: Option<InlineKeyboardMarkup>) -> Result<(), AppError> {
        let mut params = SendMessageParams::builder().chat_id(ChatId::Integer(chat)).text(text).parse_mode(ParseMode::Html).build();
        params.reply_markup = keyboard.map(ReplyMarkup::InlineKeyboardMarkup);
        self.telegram.send_message(&params).await?;
        Ok(())
    }

    /// Sends a receipt with what it claims to pay, and the buttons that decide it.
    /// `another`: a further picture of it.
    pub(crate) async fn send_receipt_card(
        &self,
        order: &Order,
        number: u8,
        customer: Option<&User>,
        another: Option<&Sent>,
    ) -> Result<(), AppError> {
        // Without a chat the operators find it in the admin API's list of reviews.
        let Some(chat) = self.config.telegram.operator_chat else { return Ok(()) };
        let attempt = order.attempt(number).and_then(|attempt| attempt.receipt.as_ref().map(|receipt| (attempt.quote, receipt)));
        let Some((quote, receipt)) = attempt else { return Ok(()) };
        let language = self.operator_language();
        let reference = self.names.order(order.id);
        let caption = self.receipt_caption(order, number, customer);
        let keyboard =
            ReplyMarkup::InlineKeyboardMarkup(self.review_keyboard(&reference, number, receipt.nth, quote_text(self, language, quote)));
        let (file, document) = another.map_or((&receipt.file_id, receipt.document), |sent| (&sent.file_id, sent.document));
        let file = FileUpload::String(file.clone());
        if document {
            let params =
                SendDocumentParams::builder().chat_id(ChatId::Integer(chat)).document(file).caption(caption).parse_mode(ParseMode::Html);
            self.telegram.send_document(&params.reply_markup(keyboard).build()).await?;
        } else {
            let params = SendPhotoParams::builder().chat_id(ChatId::Integer(chat)).photo(file).caption(caption).parse_mode(ParseMode::Html);
            self.telegram.send_photo(&params.reply_markup(keyboard).build()).await?;
        }
        Ok(())
    }

    /// What stands below a receipt.
    pub fn receipt_caption(&self, order: &Order, number: u8, customer: Option<&User>) -> String {
        let language = self.operator_language();
        let amount = order.attempt(number).map_or(order.total, |attempt| attempt.quote);
        let id = order.id.buyer.to_string();
        let reference = self.names.order(order.id);
        let mut text = self.texts.html(
            language,
            "operator-receipt",
            &[
                ("customer", Arg::Text(customer.map_or("?", |customer| customer.first_name.as_str()))),
                ("id", Arg::Exact(&id)),
                ("plan", Arg::Text(&order.terms.name)),
                ("amount", Arg::Raw(format::money(&self.texts, language, amount))),
                ("order", Arg::Exact(&reference)),
            ],
        );
        let attempt = order.attempt(number);
        if let Some(card) = attempt.and_then(|attempt| self.card_of(attempt)) {
            let digits = last_digits(&card.number);
            text = format!("{text}\n{}", self.texts.html(language, "operator-receipt-card", &[("card", Arg::Exact(&digits))]));
        }
        if let Some(first) = attempt.and_then(|attempt| attempt.receipt.as_ref()).and_then(|receipt| receipt.seen_in) {
            let first = self.names.order(first);
            text = format!("{text}\n\n{}", self.texts.html(language, "operator-receipt-seen", &[("order", Arg::Exact(&first))]));
        }
        text
    }

    /// Approve, reject, say how much arrived.
    pub fn review_keyboard(&self, reference: &str, number: u8, receipt: u8, amount: String) -> InlineKeyboardMarkup {
        let language = self.operator_language();
        let button = |id, step| {
            let text = self.texts.plain(language, id, &[("amount", Arg::Raw(amount.clone()))]);
            tap(text, &Button::Review { step, reference: reference.to_owned(), number, receipt })
        };
        let approve = primary(button("button-approve", ReviewStep::Ask));
        let reject = danger(button("button-reject", ReviewStep::AskReason));
        Keyboard::default().row([approve, reject]).row([button("button-other-amount", ReviewStep::AskAmount)]).markup()
    }

    /// "Exactly this arrived": one more tap, so that a slip approves nothing.
    pub fn confirm_keyboard(&self, reference: &str, number: u8, receipt: u8, amount: String) -> InlineKeyboardMarkup {
        let language = self.operator_language();
        let button = |id, step| {
            let text = self.texts.plain(language, id, &[("amount", Arg::Raw(amount.clone()))]);
            tap(text, &Button::Review { step, reference: reference.to_owned(), number, receipt })
        };
        Keyboard::default()
            .row([primary(button("button-confirm-arrived", ReviewStep::Approve))])
            .row([button("button-back", ReviewStep::Back)])
            .markup()
    }

    /// The reasons to reject.
    pub fn reasons_keyboard(&self, reference: &str, number: u8, receipt: u8) -> InlineKeyboardMarkup {
        let language = self.operator_language();
        let button = |id: &str, step| {
            tap(self.texts.plain(language, id, &[]), &Button::Review { step, reference: reference.to_owned(), number, receipt })
        };
        let mut keyboard = Keyboard::default();
        for reason in Reason::ALL {
            keyboard = keyboard.row([danger(button(&format!("button-reason-{}", reason.name()), ReviewStep::Reject(reason)))]);
        }
        keyboard.row([button("button-back", ReviewStep::Back)]).markup()
    }

    pub fn amount_text(&self, order: &Order, number: u8) -> String {
        let amount = order.attempt(number).map_or(order.total, |attempt| attempt.quote);
        quote_text(self, self.operator_language(), amount)
    }

    /// How a decision that stands reads.
    pub fn decision_text(&self, order: &Order, number: u8) -> String {
        let language = self.operator_language();
        let decided = match order.status {
            OrderStatus::Paid | OrderStatus::Provisioned => "operator-approved",
            OrderStatus::Refunded => "operator-refunded",
            OrderStatus::Canceled => "operator-canceled",
            OrderStatus::AwaitingPayment | OrderStatus::Expired => match order.undecided_receipt(number) {
                Ok(_) => "operator-undecided",
                Err(AttemptRefusal::Decided) => "operator-rejected",
                Err(_) => "operator-canceled",
            },
        };
        self.texts.html(language, decided, &[])
    }

    pub(crate) async fn tell_of_rejection(&self, customer: &User, order: &Order, reason: &str) {
        let language = customer.language;
        let why = match Reason::from_name(reason) {
            Some(reason) => self.texts.plain(language, &format!("reason-{}", reason.name()), &[]),
            None => reason.to_owned(),
        };
        let text = self.texts.html(language, "receipt-rejected", &[("plan", Arg::Text(&order.terms.name)), ("reason", Arg::Text(&why))]);
        let show = |ulid| primary(tap(self.texts.plain(language, "button-show-order", &[]), &Button::Order(ulid)));
        let keyboard = Keyboard::default().row(order.id.key.ulid().map(show));
        if let Err(error) = self.say(customer.id.get(), &text, Some(keyboard.markup())).await {
            warn!(event = "notice_not_sent", %error, "a customer could not be told of a rejected receipt");
        }
    }

    /// `amounts`: what arrived, what was asked for, and what is missing.
    pub(crate) async fn tell_of_shortage(&self, customer: &User, order: &Order, amounts: [Money; 3]) {
        let language = customer.language;
        let [arrived, due, missing] = amounts.map(|amount| format::money(&self.texts, language, amount));
        let args = [
            ("plan", Arg::Text(order.terms.name.as_str())),
            ("arrived", Arg::Raw(arrived)),
            ("due", Arg::Raw(due)),
            ("missing", Arg::Raw(missing)),
        ];
        let text = self.texts.html(language, "receipt-short", &args);
        let show = |ulid| primary(tap(self.texts.plain(language, "button-show-order", &[]), &Button::Order(ulid)));
        let keyboard = Keyboard::default().row(order.id.key.ulid().map(show));
        if let Err(error) = self.say(customer.id.get(), &text, Some(keyboard.markup())).await {
            warn!(event = "notice_not_sent", %error, "a customer could not be told that money is missing");
        }
    }

    pub(crate) async fn tell_operators_of_unapplied(&self, payment: &Payment) -> Result<(), AppError> {
        let Some(chat) = self.config.telegram.operator_chat else { return Ok(()) };
        let language = self.operator_language();
        let amount = payment.amount.map_or_else(|| "?".to_owned(), |amount| format::money(&self.texts, language, amount));
        let id = payment.id.to_string();
        let reason = payment.reason.map_or("", |reason| reason.name());
        let text = self.texts.html(
            language,
            "operator-unapplied",
            &[("payment", Arg::Exact(&id)), ("amount", Arg::Raw(amount)), ("reason", Arg::Text(reason))],
        );
        // In addresses `~` stands for the `#` of its name.
        let page = format!("/payments/{}", utf8_percent_encode(&id.replacen('#', "~", 1), NON_ALPHANUMERIC));
        self.say(chat, &format!("{text}\n\n{}", self.console_link(&page)), None).await
    }

    /// What the operators read of an order that a gateway's payment pays. `None`: there is nobody to tell.
    pub(crate) fn paid_notice(&self, order: &Order, customer: Option<&User>, amount: Option<Money>) -> Option<String> {
        self.config.telegram.operator_chat?;
        let language = self.operator_language();
        let (id, reference) = (order.id.buyer.to_string(), self.names.order(order.id));
        let args = [
            ("amount", Arg::Raw(format::money(&self.texts, language, amount.unwrap_or(order.total)))),
            ("plan", Arg::Text(&order.terms.name)),
            ("customer", Arg::Text(customer.map_or("?", |customer| customer.first_name.as_str()))),
            ("id", Arg::Exact(&id)),
            ("order", Arg::Exact(&reference)),
        ];
        let text = self.texts.html(language, "operator-paid", &args);
        Some(format!("{text}\n\n{}", self.console_link(&format!("/orders/{reference}"))))
    }

    /// Tells the operators of it, if they want to be told. Nobody waits for that: the order stands in their lists whether it arrives or not.
    pub(crate) async fn tell_operators_of_paid(&self, notice: Option<String>) {
        let (Some(chat), Some(text)) = (self.config.telegram.operator_chat, notice) else { return };
        let told = async {
            if !self.recent_settings().await?.paid_order_notices {
                return Ok(());
            }
            self.say(chat, &text, None).await
        };
        if let Err(error) = told.await {
            warn!(event = "notice_not_sent", %error, "the operators could not be told of a paid order");
        }
    }

    /// Something is parked that nobody told the operators of yet.
    pub(crate) async fn tell_operators_of_parked_duty(&self, duty: Option<Duty>, reason: &str) {
        let (Some(chat), Some(duty)) = (self.config.telegram.operator_chat, duty) else { return };
        let language = self.operator_language();
        let what = match duty {
            Duty::Reward => "duty-reward",
            Duty::Poll => "duty-poll",
            Duty::Review => "duty-review",
            Duty::Expire => "duty-expire",
            _ => "duty-notify",
        };
        let args = [("duty", Arg::Raw(self.texts.html(language, what, &[]))), ("reason", Arg::Text(reason))];
        let text = self.texts.html(language, "operator-parked-duty", &args);
        let text = format!("{text}\n\n{}", self.console_link("/duties?parked=true"));
        if let Err(error) = self.say(chat, &text, None).await {
            warn!(event = "notice_not_sent", %error, "the operators could not be told of what waits for them");
        }
    }

    pub(crate) async fn tell_operators_of_parked(&self, order: &Order, reason: &str) {
        self.tell_of_parked("operator-parked", RetryOf::Order, order.id, reason).await;
    }

    /// A customer still has what the money went back for.
    pub(crate) async fn tell_operators_of_parked_refund(&self, order: OrderId, reason: &str) {
        self.tell_of_parked("operator-parked-refund", RetryOf::Order, order, reason).await;
    }

    /// A customer waits for another link of what this order bought.
    pub(crate) async fn tell_operators_of_parked_link(&self, order: OrderId, reason: &str) {
        self.tell_of_parked("operator-parked-link", RetryOf::Subscription, order, reason).await;
    }

    /// An operator waits for what he wanted of what this order bought.
    pub(crate) async fn tell_operators_of_parked_change(&self, order: OrderId, reason: &str) {
        self.tell_of_parked("operator-parked-change", RetryOf::Subscription, order, reason).await;
    }

    async fn tell_of_parked(&self, what: &str, of: RetryOf, order: OrderId, reason: &str) {
        let Some(chat) = self.config.telegram.operator_chat else { return };
        let reference = self.names.order(order);
        let args = [("order", Arg::Exact(&reference)), ("reason", Arg::Text(reason))];
        let text = format!("{}\n\n{}", self.texts.html(self.operator_language(), what, &args), self.parked_link(of, order));
        if let Err(error) = self.say(chat, &text, Some(self.retry_keyboard(of, order))).await {
            warn!(event = "notice_not_sent", %error, "the operators could not be told of what waits for them");
        }
    }

    pub(crate) async fn is_member(&self, chat: i64, user: TelegramUserId) -> Result<bool, AppError> {
        let Ok(user_id) = u64::try_from(user.get()) else { return Ok(false) };
        let params = GetChatMemberParams::builder().chat_id(ChatId::Integer(chat)).user_id(user_id).build();
        match self.telegram.get_chat_member(&params).await {
            Ok(member) => Ok(match member.status {
                MemberStatus::Creator | MemberStatus::Administrator | MemberStatus::Member => true,
                MemberStatus::Restricted | MemberStatus::Left | MemberStatus::Kicked | MemberStatus::Unknown => false,
            }),
            Err(TelegramError::Api { .. } | TelegramError::ChatNotFound) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

fn quote_text(app: &App, language: Language, amount: Money) -> String {
    format::money(&app.texts, language, amount)
}
