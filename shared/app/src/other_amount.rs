//! Another amount arrived than a receipt claims: what an operator is asked in the chat, and how the answer is read.
//!
//! Nothing is kept meanwhile: the question names the receipt that it is about in its own text, which Telegram hands over with the answer. That is believed
//! as far as a button is: whoever answers must be an operator, and the receipt must still wait for a decision.

use std::fmt;

use clients::telegram::api::{
    ParseMode,
    methods::SendMessageParams,
    types::{ChatId, ForceReply, ReplyMarkup, ReplyParameters},
};
use domain::{Money, TelegramUserId, ids::is_invisible, money::MoneyError, order::Order, payment::Arrived, reference::REFERENCE_LEN};

use crate::{
    App,
    button::{Button, ReviewStep},
    format,
    screen::{Keyboard, Screen, primary, tap},
    text::{Arg, html},
};

/// The longest amount that a button carries, in characters.
const LONGEST: usize = 13;

/// A receipt that the operators are asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub reference: String,
    pub number: u8,
    /// Which of its attempt's receipts it is.
    pub receipt: u8,
    /// The message that shows it.
    pub card: i32,
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}.{}.{}", self.reference, self.number, self.receipt, self.card)
    }
}

impl Question {
    /// The question that a text asks, if it asks one.
    pub fn of(text: &str) -> Option<Self> {
        let shown: String = text.chars().filter(|c| !is_invisible(*c)).collect();
        shown.split_whitespace().find_map(|word| {
            let (reference, rest) = word.split_once('#')?;
            let mut parts = rest.splitn(3, '.');
            let question = Self {
                reference: reference.to_owned(),
                number: parts.next()?.parse().ok()?,
                receipt: parts.next()?.parse().ok()?,
                card: parts.next()?.parse().ok()?,
            };
            (reference.len() == REFERENCE_LEN).then_some(question)
        })
    }

    fn button(&self, step: ReviewStep) -> Button {
        Button::Review { step, reference: self.reference.clone(), number: self.number, receipt: self.receipt }
    }
}

/// Whom a question is for, and the message that it answers.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub chat: i64,
    pub message: i32,
    pub operator: TelegramUserId,
    pub name: &'a str,
}

impl App {
    /// Asks how much arrived; `again`: the answer was no amount.
    pub fn ask_amount(&self, question: &Question, quote: Money, asked: Asked<'_>, again: bool) -> SendMessageParams {
        let language = self.operator_language();
        // Named, so that in a group it is this one's keyboard that opens.
        let operator = format!("<a href=\"tg://user?id={}\">{}</a>", asked.operator, html(asked.name));
        let named = question.to_string();
        let args = [
            ("operator", Arg::Raw(operator)),
            ("amount", Arg::Raw(format::money(&self.texts, language, quote))),
            ("question", Arg::Exact(&named)),
        ];
        let mut text = self.texts.html(language, "operator-amount-question", &args);
        if again {
            text = format!("{}\n\n{text}", self.texts.html(language, "operator-amount-unreadable", &[]));
        }
        let answer = ForceReply::builder().force_reply(true).selective(true).input_field_placeholder(quote.amount_text()).build();
        SendMessageParams::builder()
            .chat_id(ChatId::Integer(asked.chat))
            .text(text)
            .parse_mode(ParseMode::Html)
            .reply_parameters(ReplyParameters::builder().message_id(asked.message).allow_sending_without_reply(true).build())
            .reply_markup(ReplyMarkup::ForceReply(answer))
            .build()
    }

    /// An amount that an operator typed. Nothing at all is no amount: such a receipt is rejected.
    pub fn typed_amount(&self, text: &str, quote: Money) -> Result<Money, MoneyError> {
        let amount = Money::typed(text, quote.currency())?;
        if amount.is_zero() {
            return Err(MoneyError::NotADecimal);
        }
        if amount.amount().to_string().len() > LONGEST { Err(MoneyError::TooLarge) } else { Ok(amount) }
    }

    /// What an amount would come to, with one more tap to say so.
    pub fn amount_screen(&self, question: &Question, quote: Money, amount: Money) -> Screen {
        let language = self.operator_language();
        let money = |amount| Arg::Raw(format::money(&self.texts, language, amount));
        let text = match domain::payment::arrived(quote, amount) {
            Arrived::Short { missing } => {
                let args = [("arrived", money(amount)), ("due", money(quote)), ("missing", money(missing))];
                self.texts.html(language, "operator-amount-short", &args)
            }
            Arrived::Enough | Arrived::OtherCurrency => {
                self.texts.html(language, "operator-amount-enough", &[("arrived", money(amount)), ("due", money(quote))])
            }
        };
        let plain = |id, step| tap(self.texts.plain(language, id, &[("amount", money(amount))]), &question.button(step));
        let keyboard = Keyboard::default()
            .row([primary(plain("button-confirm-amount", ReviewStep::Correct(amount.amount())))])
            .row([plain("button-forget-amount", ReviewStep::Forget)]);
        Screen::new(text, keyboard)
    }

    /// How the decision reads that less arrived than was asked for.
    pub fn shortage_text(&self, arrived: Money, missing: Money) -> String {
        let language = self.operator_language();
        let args = [arrived, missing].map(|amount| Arg::Raw(format::money(&self.texts, language, amount)));
        let [arrived, missing] = args;
        self.texts.html(language, "operator-short", &[("arrived", arrived), ("missing", missing)])
    }

    /// What was asked for, where an attempt's receipt still waits for a decision and is the one that is meant.
    pub fn quote_under_review(order: &Order, number: u8, receipt: u8) -> Option<Money> {
        let attempt = order.undecided_receipt(number).ok()?;
        attempt.receipt.as_ref().filter(|latest| latest.nth == receipt).map(|_| attempt.quote)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_found_in_its_text() {
        let question = Question { reference: "A".repeat(REFERENCE_LEN), number: 2, receipt: 13, card: 77 };
        let text = format!("🔢 Omid, how much arrived?\n\u{200F}\u{2068}{question}\u{2069}");
        assert_eq!(Question::of(&text), Some(question));
        let short = format!("{}#1.1.1", "A".repeat(REFERENCE_LEN - 1));
        let half = format!("{}#1.1", "A".repeat(REFERENCE_LEN));
        for text in ["", "#", "250000", "order#1.1.1", short.as_str(), half.as_str()] {
            assert_eq!(Question::of(text), None, "{text}");
        }
    }
}
