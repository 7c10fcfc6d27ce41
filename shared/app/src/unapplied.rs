//! Money without an order that wants it: kept, told, and sent back where the gateway can.

use clients::payment::Refund;
use domain::{
    Timestamp,
    duty::{Duty, Work},
    order::UnappliedReason,
    payment::{Gateway, Payment, PaymentEvent, PaymentStatus},
};
use store::Write;

use crate::{App, AppError, Deadline, work::Outcome};

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
        work,
        version: 1,
    }
}

impl App {
    /// Sends an unapplied payment back through its gateway.
    pub(crate) async fn refund_unapplied(&self, mut payment: Payment, deadline: Deadline) -> Result<Outcome, AppError> {
        let Some(amount) = payment.amount else { return Ok(Outcome::Park("an amount that nobody knows".into())) };
        let Some(gateway) = self.gateway(payment.id.gateway()) else { return Ok(Outcome::Park("the gateway is off".into())) };
        let Some(timeout) = deadline.allows(self, std::time::Duration::from_secs(8)) else {
            return Ok(Outcome::Later("no time left".into()));
        };
        match gateway.refund(&Refund { payment: &payment.id, payer: payment.payer, amount }, timeout).await {
            Ok(()) => {
                payment.status = PaymentStatus::Refunded;
                payment.work.clear();
                self.store.commit(&self.seams.nonce(), vec![Write::replace(&mut payment)?]).await.map_err(AppError::of_commit("refund"))?;
                Ok(Outcome::Done)
            }
            Err(error) if error.is_transient() => Ok(Outcome::Later(error.to_string())),
            Err(error) => Ok(Outcome::Park(error.to_string())),
        }
    }

    /// Tells the operators of an unapplied payment, which then stays on their list.
    pub(crate) async fn alert_unapplied(&self, mut payment: Payment) -> Result<Outcome, AppError> {
        match self.tell_operators_of_unapplied(&payment).await {
            Ok(()) => {
                payment.work.clear();
                self.store.commit(&self.seams.nonce(), vec![Write::replace(&mut payment)?]).await.map_err(AppError::of_commit("alert"))?;
                Ok(Outcome::Done)
            }
            Err(error) => Ok(Outcome::Later(error.to_string())),
        }
    }
}
