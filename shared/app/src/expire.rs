//! Orders that end unpaid: in time, or because somebody says so. What they held is given back in the same transaction.

use std::time::Duration;

use clients::payment::{Awaited, Report};
use domain::{
    order::{CodeEffect, Decision, Event, Order, OrderStatus, Refusal, decide},
    payment::ReportedStatus,
    planted::{Bug, planted},
};
use store::{CommitError, Write};
use tracing::info;

use crate::{App, AppError, Change, Deadline, settle::Settled, work::Outcome};

/// What came of ending an order.
#[derive(Debug)]
pub enum Ended {
    Ended(Box<Order>),
    /// It had ended before.
    Already(Box<Order>),
    /// It is paid.
    Refused(Refusal),
}

impl App {
    /// Ends an order by `event`; `change`: the operator's decision behind it.
    pub async fn end_order(&self, mut order: Order, event: &Event, change: Option<&Change<'_, Order>>) -> Result<Ended, AppError> {
        let mut card_amounts = true;
        for _ in 0..4 {
            let now = self.now();
            let transition = match decide(&order, event, now) {
                Ok(Decision::Change(transition)) => transition,
                Ok(Decision::Already | Decision::Unapplied(_)) => return Ok(Ended::Already(Box::new(order))),
                Err(refusal) => return Ok(Ended::Refused(refusal)),
            };
            let mut next = transition.order;
            let mut writes = vec![Write::replace(&mut next)?];
            if transition.code == CodeEffect::Release
                && let Some(discount) = &next.discount
            {
                writes.push(Write::release_code(&discount.code));
                if !planted(Bug::RedemptionKept) {
                    writes.push(Write::drop_redemption(&discount.code, next.id));
                }
            }
            // An order that has ended gave its amounts back then; another one may wait for them now.
            if order.status == OrderStatus::AwaitingPayment && card_amounts {
                writes.extend(self.card_amounts(&next)?);
            }
            if let Some(change) = change {
                writes.extend(self.traces(change, &next, now)?);
            }
            match self.store.commit(&self.seams.nonce(), writes).await {
                Ok(()) => {
                    if let Some(change) = change {
                        change.committed(&next);
                    }
                    info!(event = "order_ended", order.id = %self.names.order(next.id), status = next.status.name(), "order ended unpaid");
                    return Ok(Ended::Ended(Box::new(next)));
                }
                Err(CommitError::Refused { position: 0, .. }) => {
                    order = self.store.order(order.id).await?.ok_or(AppError::Refused { operation: "end an order", position: 0 })?;
                }
                // Of what gives way, only the amounts can be another's: another card may have been set since.
                Err(CommitError::Refused { .. }) if card_amounts => card_amounts = false,
                Err(error) => return Err(AppError::of_commit("end an order")(error)),
            }
        }
        Err(AppError::Contended)
    }

    pub(crate) async fn end_unpaid(&self, order: Order, event: &Event) -> Result<Outcome, AppError> {
        self.end_order(order, event, None).await.map(|_| Outcome::Done)
    }

    /// Asks the gateways of an order's open invoices once more, and ends the order only if none of them was paid.
    pub(crate) async fn poll(&self, order: Order, deadline: Deadline) -> Result<Outcome, AppError> {
        match self.look_up(&order, deadline).await? {
            Looked::Paid(_) => Ok(Outcome::Done),
            Looked::Unpaid if self.now() < order.expires_at => {
                let left = order.expires_at.since(self.now());
                Ok(Outcome::After(left, "not paid yet".into()))
            }
            Looked::Unpaid => self.end_unpaid(order, &Event::WindowElapsed).await,
            Looked::Unknown(reason) => Ok(Outcome::Later(reason)),
        }
    }

    /// Asks the gateways whether an order was paid: by the clock, or because the customer says so.
    pub async fn look_up(&self, order: &Order, deadline: Deadline) -> Result<Looked, AppError> {
        let invoices = order.attempts.iter().filter(|attempt| attempt.gateway.can_be_polled());
        for attempt in invoices {
            let Some(reference) = attempt.reference.as_deref() else { continue };
            let Some(gateway) = self.gateway(attempt.gateway) else { return Ok(Looked::Unknown("the gateway is off".into())) };
            let Some(timeout) = deadline.allows(self, Duration::from_secs(8)) else { return Ok(Looked::Unknown("no time left".into())) };
            let ours = self.names.attempt(order.id, attempt.number);
            let awaited = Awaited { name: reference, reference: &ours, quote: attempt.quote };
            let reports = match gateway.look_up(&[awaited], timeout).await {
                Ok(reports) => reports,
                Err(error) => return Ok(Looked::Unknown(error.to_string())),
            };
            // What is not as it was ordered is kept for the operators, and the order goes on waiting.
            let money = |report: &&Report| matches!(report.status, ReportedStatus::Paid | ReportedStatus::NeedsReview);
            for report in reports.iter().filter(money) {
                if let Settled::Paid(paid) | Settled::Already(paid) = self.settle_report(report, deadline).await? {
                    return Ok(Looked::Paid(paid));
                }
            }
        }
        Ok(Looked::Unpaid)
    }
}

/// What the gateways say of an order.
#[derive(Debug)]
pub enum Looked {
    Paid(Box<Order>),
    Unpaid,
    /// They could not be asked.
    Unknown(String),
}
