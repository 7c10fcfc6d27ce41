//! Card to card: a receipt comes in, the operators look at it, one of them decides.

use clients::telegram::{Document, PhotoSize};
use domain::{
    Currency, Money, OrderId, OrderKey, TelegramUserId,
    ids::InvalidId,
    order::{Attempt, AttemptRefusal, Order, OrderStatus, Receipt, UnappliedReason},
    payment::{Arrived, Gateway, Payment, PaymentEvent, PaymentId, ReportedStatus, arrived},
    time::Span,
    user::User,
};
use store::{CommitError, ReceiptFile, Write};
use tracing::{info, warn};

use crate::{
    App, AppError, By, Change, Deadline,
    button::Reason,
    settle::{Proof, Settled},
    work::Outcome,
};

/// What a customer sent.
#[derive(Debug, Clone)]
pub struct Sent {
    pub file_id: String,
    /// The same for everybody who sends the same file.
    pub unique: String,
    pub document: bool,
}

impl Sent {
    const MAX_BYTES: u64 = 10 << 20;

    /// A picture or a document of at most 10 MB; `None` for anything else.
    pub fn of(photo: &[PhotoSize], document: Option<&Document>) -> Option<Self> {
        if let Some(photo) = PhotoSize::largest(photo) {
            return Some(Self { file_id: photo.file_id.clone(), unique: photo.file_unique_id.clone(), document: false });
        }
        let document = document?;
        let kind = document.mime_type.as_deref().unwrap_or_default();
        let fits = document.file_size.is_none_or(|size| size <= Self::MAX_BYTES);
        let readable = matches!(kind, "image/jpeg" | "image/png" | "image/webp" | "application/pdf");
        (fits && readable).then(|| Self { file_id: document.file_id.clone(), unique: document.file_unique_id.clone(), document: true })
    }
}

/// What became of it.
#[derive(Debug)]
pub enum Submitted {
    /// The operators have it.
    UnderReview(Box<Order>),
    /// One is with them already.
    Already(Box<Order>),
    /// One is with them already, and so many more pictures that they are not shown this one.
    TooMany,
    /// No order waits for a receipt.
    NothingDue,
}

/// What an operator's decision came to.
#[derive(Debug)]
pub enum Decided {
    Approved(Box<Order>),
    Rejected(Box<Order>),
    /// Somebody decided before.
    Already(Box<Order>),
    UnknownOrder,
}

/// What an operator's word on the amount that arrived came to.
#[derive(Debug)]
pub enum Corrected {
    /// It is enough: the order is paid, with that amount.
    Paid(Box<Order>),
    /// It is not: the money pays nothing yet, and the customer knows what is missing.
    Short {
        order: Box<Order>,
        payment: Box<Payment>,
        missing: Money,
    },
    /// Somebody decided before.
    Already(Box<Order>),
    /// The money that was asked for is of this currency.
    OtherCurrency(Currency),
    UnknownOrder,
}

/// How far back a customer's order is looked for that waits for a receipt.
const RECENT: u8 = 10;
/// What an order's page asks for at most: a customer may send receipts without end.
const MOST_PAYMENTS: usize = 40;
/// Further pictures of one receipt, and other messages, that the operators are shown of one customer in an hour.
const PICTURES_PER_HOUR: u32 = 30;

impl App {
    /// A customer sent a picture: it belongs to his newest order that waits for one, wherever in the chat he is.
    /// `shown`: the order whose screen he opened last, which comes first where it waits for one.
    pub async fn submit_receipt(&self, customer: &User, sent: &Sent, shown: Option<OrderKey>) -> Result<Submitted, AppError> {
        // The order for which the file came first, where it did not come first for this one.
        let mut seen_in = None;
        for _ in 0..4 {
            let orders = self.store.placed_orders_of(customer.id, None, RECENT).await?.items;
            let waiting = |status| orders.iter().find(move |order| order.status == status && order.awaiting_receipt().is_some());
            let shown = orders.iter().find(|order| Some(order.id.key) == shown && order.awaiting_receipt().is_some());
            if let Some(order) = shown.or_else(|| waiting(OrderStatus::AwaitingPayment)).or_else(|| waiting(OrderStatus::Expired)) {
                let receipt = Receipt {
                    file_id: sent.file_id.clone(),
                    document: sent.document,
                    submitted_at: self.now(),
                    nth: 1,
                    seen_in: seen_in.filter(|first| *first != order.id),
                    rejected: None,
                };
                let Ok((mut next, number)) = order.submit_receipt(receipt) else { continue };
                let mut writes = vec![Write::replace(&mut next)?];
                if seen_in.is_none() {
                    writes.push(Write::create(&ReceiptFile { unique: sent.unique.clone(), order: order.id })?);
                }
                match self.store.commit(&self.seams.nonce(), writes).await {
                    Ok(()) => {
                        info!(event = "receipt_submitted", order.id = %self.names.order(next.id), "a receipt waits for the operators");
                        return self.show_receipt(next, number, Some(customer)).await.map(|order| Submitted::UnderReview(Box::new(order)));
                    }
                    // The same file was sent before: the operators are told for which order.
                    Err(CommitError::Refused { position: 1, found: Some(first) }) => {
                        seen_in = Some(first.read::<ReceiptFile>()?.order);
                        continue;
                    }
                    Err(CommitError::Refused { .. }) => continue,
                    Err(error) => return Err(AppError::of_commit("submit a receipt")(error)),
                }
            }
            let Some(order) = orders.into_iter().find(|order| order.under_review().is_some()) else { return Ok(Submitted::NothingDue) };
            // A better picture of the same receipt: the operators see it, the decision is still about the first.
            let counted = Write::count_support_message(customer.id, self.now().seconds().div_euclid(3600), PICTURES_PER_HOUR);
            match self.store.commit(&self.seams.nonce(), vec![counted]).await {
                Ok(()) => {}
                Err(CommitError::Refused { .. }) => return Ok(Submitted::TooMany),
                Err(error) => return Err(AppError::of_commit("count a picture")(error)),
            }
            if let Some(number) = order.under_review().map(|attempt| attempt.number) {
                self.send_receipt_card(&order, number, Some(customer), Some(sent)).await?;
            }
            return Ok(Submitted::Already(Box::new(order)));
        }
        Err(AppError::Contended)
    }

    /// Shows a receipt to the operators; where that fails, the review is due soon instead of in hours.
    async fn show_receipt(&self, mut order: Order, number: u8, customer: Option<&User>) -> Result<Order, AppError> {
        if let Err(error) = self.send_receipt_card(&order, number, customer, None).await {
            warn!(event = "receipt_not_shown", order.id = %self.names.order(order.id), %error, "the operators could not be shown a receipt");
            let mut sooner = order.clone();
            sooner.work.due_at = Some(self.now().plus(Span::seconds(15)));
            match self.store.commit(&self.seams.nonce(), vec![Write::replace(&mut sooner)?]).await {
                Ok(()) => order = sooner,
                // Decided meanwhile, or reminded of later: either way it is not lost.
                Err(error) => warn!(event = "review_not_moved", %error, "a review stays due when it was"),
            }
        }
        Ok(order)
    }

    /// The review is due and nobody decided: show it again, and again later. Money may be behind it, so it never just expires.
    pub(crate) async fn remind_of_receipt(&self, order: &Order) -> Result<Outcome, AppError> {
        let Some(attempt) = order.under_review() else { return Ok(Outcome::Park("no receipt to review".into())) };
        let customer = self.store.user(order.id.buyer).await?;
        match self.send_receipt_card(order, attempt.number, customer.as_ref(), None).await {
            Ok(()) => Ok(Outcome::After(Order::REVIEW_REMINDER, "the operators have not decided".into())),
            Err(error) => Ok(Outcome::Later(error.to_string())),
        }
    }

    /// An operator says that the money of this attempt arrived, all of it.
    pub async fn approve_receipt<'a>(
        &self,
        reference: &str,
        number: Option<u8>,
        by: impl Into<By<'a, Order>>,
        deadline: Deadline,
    ) -> Result<Decided, AppError> {
        let by = by.into();
        let Ok((id, _)) = self.names.open_order(reference) else { return Ok(Decided::UnknownOrder) };
        let Some(order) = self.store.order(id).await? else { return Ok(Decided::UnknownOrder) };
        let number = number.or_else(|| order.under_review().map(|attempt| attempt.number));
        let Some(Ok(attempt)) = number.map(|number| order.undecided_receipt(number)) else { return Ok(Decided::Already(Box::new(order))) };
        let event = PaymentEvent {
            payment: self.payment_of_receipt(id, attempt)?,
            order: Some((id, attempt.number)),
            status: ReportedStatus::Paid,
            amount: Some(attempt.quote),
            payer: None,
            recurring: false,
        };
        let change = Change::new(&by, "approve", "order", self.names.order(id)).from(order.status.name()).to("paid");
        match self.settle(&event, Proof::Approval(&change), deadline).await? {
            Settled::Paid(order) => Ok(Decided::Approved(order)),
            Settled::Already(order) => Ok(Decided::Already(order)),
            // The order ended between the look and the decision: what stands is shown.
            Settled::Unapplied(_) | Settled::Ignored => {
                let order = self.store.order(id).await?;
                Ok(order.map_or(Decided::UnknownOrder, |order| Decided::Already(Box::new(order))))
            }
        }
    }

    /// An operator says how much of an attempt's money arrived. Where it is enough the order is paid by it; else it is kept as a payment that pays
    /// nothing, the receipt is decided, and the customer is told what is missing.
    pub async fn correct_receipt<'a>(
        &self,
        reference: &str,
        number: Option<u8>,
        amount: Money,
        by: impl Into<By<'a, Order>>,
        deadline: Deadline,
    ) -> Result<Corrected, AppError> {
        let by = by.into();
        let Ok((id, _)) = self.names.open_order(reference) else { return Ok(Corrected::UnknownOrder) };
        for _ in 0..3 {
            let (Some(order), buyer) = self.store.order_and_buyer(id).await? else { return Ok(Corrected::UnknownOrder) };
            let number = number.or_else(|| order.under_review().map(|attempt| attempt.number));
            let Some(Ok(attempt)) = number.map(|number| order.undecided_receipt(number)) else {
                return Ok(Corrected::Already(Box::new(order)));
            };
            let event = PaymentEvent {
                payment: self.payment_of_receipt(id, attempt)?,
                order: Some((id, attempt.number)),
                status: ReportedStatus::Paid,
                amount: Some(amount),
                payer: None,
                recurring: false,
            };
            let said = format!("{} {}", amount.amount_text(), amount.currency().code());
            let change = |action| Change::new(&by, action, "order", self.names.order(id)).from(order.status.name()).to(said.clone());
            let missing = match arrived(attempt.quote, amount) {
                Arrived::OtherCurrency => return Ok(Corrected::OtherCurrency(attempt.quote.currency())),
                Arrived::Short { missing } => missing,
                Arrived::Enough => {
                    let change = change("approve");
                    return match Box::pin(self.settle(&event, Proof::Word(&change), deadline)).await? {
                        Settled::Paid(order) => Ok(Corrected::Paid(order)),
                        Settled::Already(order) => Ok(Corrected::Already(order)),
                        Settled::Unapplied(_) | Settled::Ignored => {
                            let order = self.store.order(id).await?;
                            Ok(order.map_or(Corrected::UnknownOrder, |order| Corrected::Already(Box::new(order))))
                        }
                    };
                }
            };
            let change = change("approve-short");
            let Ok(mut next) = order.reject_receipt(attempt.number, Reason::OtherAmount.name(), self.now()) else { continue };
            let mut payment = crate::unapplied::payment(&event, UnappliedReason::AmountMismatch, self.now());
            payment.approved_by = Some(change.actor().to_string());
            // Whoever said it knows of it.
            payment.work.clear();
            let writes = vec![Write::replace(&mut next)?, Write::create(&payment)?];
            match self.commit_change(&change, &next, writes).await {
                Ok(()) => {
                    info!(event = "receipt_short", order.id = %self.names.order(id), "less arrived than was asked for");
                    if let (Some(buyer), Some(attempt)) = (buyer, next.attempt(attempt.number)) {
                        self.tell_of_shortage(&buyer, &next, [amount, attempt.quote, missing]).await;
                    }
                    return Ok(Corrected::Short { order: Box::new(next), payment: Box::new(payment), missing });
                }
                // Decided meanwhile, one way or the other.
                Err(CommitError::Refused { position: 0 | 1, .. }) => {}
                Err(error) => return Err(AppError::of_commit("correct a receipt")(error)),
            }
        }
        Err(AppError::Contended)
    }

    /// The payments that are known of an order, by their names: the one that paid it, and those that its attempts and their receipts would have. Money that
    /// its gateway calls otherwise is found in the list of payments.
    pub async fn payments_of(&self, order: &Order) -> Result<Vec<Payment>, AppError> {
        let mut ids: Vec<PaymentId> = order.payment.iter().cloned().collect();
        for attempt in &order.attempts {
            let receipts = attempt.receipt.as_ref().map_or(0, |receipt| receipt.nth);
            for nth in 1..=receipts {
                ids.extend(self.receipt_payment(order.id, attempt, nth));
            }
            let named = attempt.reference.as_ref().and_then(|name| PaymentId::new(attempt.gateway.charged_as(), name).ok());
            ids.extend(named.filter(|_| attempt.gateway != Gateway::Card));
        }
        ids.sort_unstable();
        ids.dedup();
        ids.truncate(MOST_PAYMENTS);
        let mut payments = self.store.payments(&ids).await?;
        payments.retain(|payment| payment.order == Some(order.id));
        payments.sort_by_key(|payment| payment.settled_at);
        Ok(payments)
    }

    /// What the money of a receipt is called: by its attempt, and a later receipt of the same attempt by its number besides, since what came before may
    /// have been kept already.
    fn payment_of_receipt(&self, id: OrderId, attempt: &Attempt) -> Result<PaymentId, AppError> {
        Ok(self.receipt_payment(id, attempt, attempt.receipt.as_ref().map_or(1, |receipt| receipt.nth))?)
    }

    fn receipt_payment(&self, id: OrderId, attempt: &Attempt, nth: u8) -> Result<PaymentId, InvalidId> {
        let reference = self.names.attempt(id, attempt.number);
        PaymentId::new(Gateway::Card, if nth > 1 { format!("{reference}.{nth}") } else { reference })
    }

    /// An operator says that it did not. The customer is told why and may send another receipt.
    pub async fn reject_receipt<'a>(
        &self,
        reference: &str,
        number: Option<u8>,
        reason: &str,
        by: impl Into<By<'a, Order>>,
    ) -> Result<Decided, AppError> {
        let by = by.into();
        let Ok((id, _)) = self.names.open_order(reference) else { return Ok(Decided::UnknownOrder) };
        for _ in 0..3 {
            let (Some(order), buyer) = self.store.order_and_buyer(id).await? else { return Ok(Decided::UnknownOrder) };
            let number = number.or_else(|| order.under_review().map(|attempt| attempt.number));
            let now = self.now();
            let rejected = number.ok_or(AttemptRefusal::Unknown).and_then(|number| order.reject_receipt(number, reason, now));
            let Ok(mut next) = rejected else { return Ok(Decided::Already(Box::new(order))) };
            let change = Change::new(&by, "reject", "order", self.names.order(id)).to(reason);
            let writes = vec![Write::replace(&mut next)?];
            match self.commit_change(&change, &next, writes).await {
                Ok(()) => {
                    info!(event = "receipt_rejected", order.id = %self.names.order(id), "a receipt was rejected");
                    if let Some(buyer) = buyer {
                        self.tell_of_rejection(&buyer, &next, reason).await;
                    }
                    return Ok(Decided::Rejected(Box::new(next)));
                }
                Err(CommitError::Refused { position: 0, .. }) => {}
                Err(error) => return Err(AppError::of_commit("reject a receipt")(error)),
            }
        }
        Err(AppError::Contended)
    }

    /// Whether somebody may decide in the operators' chat: named in the settings, the chat's own person, or a member by Telegram's word.
    pub async fn is_operator(&self, user: TelegramUserId, chat: i64) -> Result<bool, AppError> {
        let Some(operator_chat) = self.config.telegram.operator_chat.filter(|operators| *operators == chat) else { return Ok(false) };
        if !self.config.telegram.operators.is_empty() {
            return Ok(self.config.telegram.operators.contains(&user));
        }
        if operator_chat > 0 {
            return Ok(user.get() == operator_chat);
        }
        self.is_member(operator_chat, user).await
    }
}
