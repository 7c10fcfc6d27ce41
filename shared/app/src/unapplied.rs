//! Money without an order that wants it: kept, told, and sent back where the gateway can.

use clients::{payment::Refund, telegram::TelegramError};
use domain::planted::{Bug, planted};
use domain::{
    Timestamp,
    discount::Benefit,
    duty::{Duty, Work},
    order::UnappliedReason,
    payment::{Gateway, Payment, PaymentEvent, PaymentStatus},
};
use store::{CommitError, Write};
use tracing::warn;

use crate::{
    App, AppError, Deadline,
    button::Button,
    format,
    screen::{Keyboard, primary, tap},
    text::Arg,
    work::Outcome,
};

/// The payment that keeps the money, and what is owed for it: Stars go back, of other money the operators are told.
pub(crate) fn payment(event: &PaymentEvent, reason: UnappliedReason, now: Timestamp) -> Payment {
    let duty = match event.payment.gateway() {
        Gateway::TelegramStars if event.payer.is_some() => Duty::Refund,
        _ => Duty::Alert,
    };
    let mut work = Work::default();
    work.owe(duty, now);
    Payment {
        id: event.payment.clone(),
        amount: event.amount,
        order: event.order.map(|(order, _)| order),
        payer: event.payer,
        settled_at: now,
        status: PaymentStatus::Unapplied,
        reason: Some(reason),
        approved_by: None,
        credit: None,
        work,
        version: 1,
    }
}

/// What a customer is told of money that pays no order.
const fn kept_text(reason: Option<UnappliedReason>) -> &'static str {
    match reason {
        Some(UnappliedReason::AmountMismatch) => "payment-kept-amount",
        Some(UnappliedReason::PaidTwice) => "payment-kept-twice",
        Some(UnappliedReason::OrderEnded) => "payment-kept-ended",
        Some(
            UnappliedReason::UnknownOrder
            | UnappliedReason::UnknownAttempt
            | UnappliedReason::OtherPayer
            | UnappliedReason::Recurring
            | UnappliedReason::NeedsReview,
        )
        | None => "payment-kept",
    }
}

impl App {
    /// Sends a payment back through its gateway, and notes that it went.
    pub(crate) async fn send_back(&self, payment: &Payment, deadline: Deadline) -> Result<Outcome, AppError> {
        let Some(amount) = payment.amount else { return Ok(Outcome::Park("an amount that nobody knows".into())) };
        let Some(gateway) = self.gateway(payment.id.gateway()) else { return Ok(Outcome::Park("the gateway is off".into())) };
        let Some(timeout) = deadline.allows(self, std::time::Duration::from_secs(8)) else {
            return Ok(Outcome::Later("no time left".into()));
        };
        if let Err(error) = self.end_charges(payment, timeout).await {
            return Ok(Outcome::Later(error.to_string()));
        }
        if planted(Bug::StarsNotSentBack) {
            self.note_refund(&payment.id).await?;
            return Ok(Outcome::Done);
        }
        match gateway.refund(&Refund { payment: &payment.id, payer: payment.customer(), amount }, timeout).await {
            Ok(()) => {
                self.note_refund(&payment.id).await?;
                if let Err(error) = self.tell_customer(payment, "payment-sent-back", amount).await {
                    warn!(event = "notice_not_sent", %error, "a customer could not be told that his money went back");
                }
                Ok(Outcome::Done)
            }
            Err(error) if error.is_transient() => Ok(Outcome::Later(error.to_string())),
            Err(error) => Ok(Outcome::Park(error.to_string())),
        }
    }

    /// Tells the operators of an unapplied payment, which then stays on their list, and its customer that somebody looks at it.
    pub(crate) async fn alert_unapplied(&self, mut payment: Payment) -> Result<Outcome, AppError> {
        let told = async {
            self.tell_operators_of_unapplied(&payment).await?;
            match payment.amount {
                Some(amount) => self.tell_customer(&payment, kept_text(payment.reason), amount).await,
                None => Ok(()),
            }
        };
        match told.await {
            Ok(()) => {
                payment.work.clear();
                match self.store.commit(&self.seams.nonce(), vec![Write::replace(&mut payment)?]).await {
                    // Or an operator was quicker: what he decided stands.
                    Ok(()) | Err(CommitError::Refused { .. }) => Ok(Outcome::Done),
                    Err(error) => Err(AppError::of_commit("alert")(error)),
                }
            }
            Err(error) => Ok(Outcome::Later(error.to_string())),
        }
    }

    /// Says a sentence about a payment to whoever paid it. One who does not take messages is told by the operators.
    async fn tell_customer(&self, payment: &Payment, text: &str, amount: domain::Money) -> Result<(), AppError> {
        let Some(customer) = payment.customer() else { return Ok(()) };
        let Some(customer) = self.store.user(customer).await?.filter(|customer| customer.unreachable_at.is_none()) else { return Ok(()) };
        let language = customer.language;
        let text = self.texts.html(language, text, &[("amount", Arg::Raw(format::money(&self.texts, language, amount)))]);
        let support = tap(self.texts.plain(language, "button-support", &[]), &Button::Support);
        match self.say(customer.id.get(), &text, Some(Keyboard::default().row([support]).markup())).await {
            Ok(()) | Err(AppError::Telegram(TelegramError::Blocked | TelegramError::ChatNotFound)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Tells a customer of the code that he has for a payment.
    pub(crate) async fn tell_of_credit(&self, mut payment: Payment) -> Result<Outcome, AppError> {
        let code = match &payment.credit {
            Some(name) => self.store.discount_code(name).await?,
            None => None,
        };
        let owner = match code.as_ref().and_then(|code| code.owner) {
            Some(owner) => self.store.user(owner).await?.filter(|owner| owner.unreachable_at.is_none()),
            None => None,
        };
        if let (Some(owner), Some(code)) = (owner, code)
            && let Benefit::Amount(amount) = code.benefit
        {
            let language = owner.language;
            let args = [("code", Arg::Exact(code.name.as_str())), ("amount", Arg::Raw(format::money(&self.texts, language, amount)))];
            let text = self.texts.html(language, "credit-received", &args);
            let plans = tap(self.texts.plain(language, "button-plans", &[]), &Button::Plans);
            match self.say(owner.id.get(), &text, Some(Keyboard::default().row([primary(plans)]).markup())).await {
                // Who does not take messages finds it at the operators'.
                Ok(()) | Err(AppError::Telegram(TelegramError::Blocked | TelegramError::ChatNotFound)) => {}
                Err(error) => return Ok(Outcome::Later(error.to_string())),
            }
        }
        payment.work.clear();
        match self.store.commit(&self.seams.nonce(), vec![Write::replace(&mut payment)?]).await {
            Ok(()) | Err(CommitError::Refused { .. }) => Ok(Outcome::Done),
            Err(error) => Err(AppError::of_commit("tell of a credit")(error)),
        }
    }
}
