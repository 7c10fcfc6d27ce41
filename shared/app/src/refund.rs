//! Money that went back: the order owes taking back what it gave, and an unearned prize is not owed any more.

use domain::{
    order::{Decision, Event, ReferralEffect, decide},
    payment::{PaymentId, PaymentStatus},
};
use store::{CommitError, Write};
use tracing::{info, warn};

use crate::{App, AppError};

impl App {
    /// A gateway says that a payment was sent back. The same again is success.
    pub async fn note_refund(&self, id: &PaymentId) -> Result<(), AppError> {
        let mut referral_too = true;
        for _ in 0..4 {
            let Some(mut payment) = self.store.payment(id).await? else {
                warn!(event = "unknown_refund", payment.id = %id, "a payment was refunded that the shop does not know");
                return Ok(());
            };
            if payment.status == PaymentStatus::Refunded {
                return Ok(());
            }
            let applied = payment.status == PaymentStatus::Applied;
            payment.status = PaymentStatus::Refunded;
            payment.work.clear();
            let order = match payment.order.filter(|_| applied) {
                Some(order) => self.store.order(order).await?,
                None => None,
            };
            let mut writes = Vec::new();
            if let Some(order) = order
                && let Ok(Decision::Change(transition)) = decide(&order, &Event::Refunded, self.now())
            {
                let mut order = transition.order;
                writes.push(Write::replace(&mut order)?);
                if let ReferralEffect::Restore { inviter } = transition.referral
                    && referral_too
                {
                    writes.push(Write::replace(&mut payment)?);
                    writes.push(Write::restore_referral(inviter, order.id));
                    writes.push(Write::uncount_qualified(inviter));
                }
            }
            if writes.len() < 2 {
                writes.push(Write::replace(&mut payment)?);
            }
            match self.store.commit(&self.seams.nonce(), writes).await {
                Ok(()) => {
                    info!(event = "payment_refunded", payment.id = %id, "a payment was refunded");
                    return Ok(());
                }
                // The prize was granted, or this order is not the one that earned it: what was given stays.
                Err(CommitError::Refused { position: 2.., .. }) => referral_too = false,
                Err(CommitError::Refused { .. }) => {}
                Err(error) => return Err(AppError::of_commit("note a refund")(error)),
            }
        }
        Err(AppError::Contended)
    }
}
