//! Money that went back: the order owes taking back what it gave, and an unearned prize is not owed any more.

use domain::{
    order::{Decision, Event, Order, ReferralEffect, decide},
    payment::{Payment, PaymentId, PaymentStatus},
    planted::{Bug, planted},
};
use store::{CommitError, Write};
use tracing::{info, warn};

use crate::{App, AppError, Change, text::Arg};

/// Who says that money went back.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Word<'a> {
    Gateway,
    /// An operator, of an order's payment.
    OfOrder(&'a Change<'a, Order>),
    /// An operator, of a payment that pays no order.
    OfPayment(&'a Change<'a, Payment>),
}

/// What the word came to.
#[derive(Debug)]
pub(crate) enum Back {
    /// The shop knows no such payment.
    Unknown,
    /// It was known before.
    Already,
    /// Another operator said something else of it meanwhile.
    Otherwise,
    Noted,
}

impl App {
    /// A gateway says that a payment was sent back. The same again is success.
    pub async fn note_refund(&self, id: &PaymentId) -> Result<(), AppError> {
        self.went_back(id, Word::Gateway).await.map(drop)
    }

    /// Notes that a payment went back, with an operator's word for it in the same transaction.
    pub(crate) async fn went_back(&self, id: &PaymentId, word: Word<'_>) -> Result<Back, AppError> {
        let mut referral_too = true;
        for _ in 0..4 {
            let Some(mut payment) = self.store.payment(id).await? else {
                warn!(event = "unknown_refund", payment.id = %id, "a payment was refunded that the shop does not know");
                return Ok(Back::Unknown);
            };
            if payment.status == PaymentStatus::Refunded {
                return Ok(Back::Already);
            }
            let as_it_was = match word {
                Word::Gateway => true,
                Word::OfOrder(_) => payment.status == PaymentStatus::Applied,
                Word::OfPayment(_) => payment.is_undecided(),
            };
            if !as_it_was {
                return Ok(Back::Otherwise);
            }
            let applied = payment.status == PaymentStatus::Applied;
            payment.status = PaymentStatus::Refunded;
            payment.work.clear();
            let order = match payment.order.filter(|_| applied) {
                Some(order) => self.store.order(order).await?,
                None => None,
            };
            let mut undone = None;
            let mut writes = Vec::new();
            let mut beside = Vec::new();
            if let Some(order) = &order
                && let Ok(Decision::Change(transition)) = decide(order, &Event::Refunded, self.now())
            {
                let mut order = transition.order;
                if !planted(Bug::RefundNotOfOrder) {
                    writes.push(Write::replace(&mut order)?);
                }
                if let ReferralEffect::Restore { inviter } = transition.referral
                    && referral_too
                {
                    beside.push(Write::restore_referral(inviter, order.id));
                    beside.push(Write::uncount_qualified(inviter));
                }
                undone = Some(order);
            }
            writes.push(Write::replace(&mut payment)?);
            writes.extend(self.withdrawn_credit(&payment).await?);
            writes.push(self.recount_of(&payment)?);
            let prize_at = writes.len()..writes.len().saturating_add(beside.len());
            writes.extend(beside);
            let now = self.now();
            match (word, undone.as_ref().or(order.as_ref())) {
                (Word::OfOrder(change), Some(order)) => writes.extend(self.traces(change, order, now)?),
                (Word::OfPayment(change), _) => writes.extend(self.traces(change, &payment, now)?),
                (Word::Gateway | Word::OfOrder(_), _) => {}
            }
            match self.store.commit(&self.seams.nonce(), writes).await {
                Ok(()) => {
                    match (word, undone.as_ref().or(order.as_ref())) {
                        (Word::OfOrder(change), Some(order)) => change.committed(order),
                        (Word::OfPayment(change), _) => change.committed(&payment),
                        (Word::Gateway | Word::OfOrder(_), _) => {}
                    }
                    info!(event = "payment_refunded", payment.id = %id, "a payment was refunded");
                    if let Some(order) = &undone {
                        self.tell_of_refund(order).await;
                    }
                    return Ok(Back::Noted);
                }
                // The prize was granted, or this order is not the one that earned it: what was given stays.
                Err(CommitError::Refused { position, .. }) if prize_at.contains(&position) => referral_too = false,
                Err(CommitError::Refused { .. }) => {}
                Err(error) => return Err(AppError::of_commit("note a refund")(error)),
            }
        }
        Err(AppError::Contended)
    }

    /// The code that stood for money which went back is switched off.
    async fn withdrawn_credit(&self, payment: &Payment) -> Result<Option<Write>, AppError> {
        let Some(name) = &payment.credit else { return Ok(None) };
        let Some(mut code) = self.store.discount_code(name).await?.filter(|code| code.active) else { return Ok(None) };
        code.active = false;
        Ok(Some(Write::edit_code(&mut code)?))
    }

    /// The buyer learns why what he had stops working. Nobody waits for it.
    pub(crate) async fn tell_of_refund(&self, order: &Order) {
        let told = async {
            let Some(buyer) = self.store.user(order.id.buyer).await?.filter(|buyer| buyer.unreachable_at.is_none()) else { return Ok(()) };
            let text = self.texts.html(buyer.language, "order-refunded", &[("plan", Arg::Text(&order.terms.name))]);
            self.say(buyer.id.get(), &text, None).await
        };
        if let Err(error) = told.await {
            warn!(event = "notice_not_sent", %error, "a customer could not be told of a refund");
        }
    }
}
