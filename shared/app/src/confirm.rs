//! Callbacks that prove nothing: the gateway itself is asked, and its answer is settled like any report.

use std::time::Duration;

use clients::payment::{Awaited, GatewayError, Hint};
use domain::{
    order::OrderStatus,
    payment::{Gateway, ReportedStatus},
};
use tracing::warn;

use crate::{App, AppError, Deadline, settle::Settled};

/// The gateway is asked within this.
const TIMEOUT: Duration = Duration::from_secs(8);

/// What came of a callback that only said where to look.
#[derive(Debug)]
pub enum Confirmed {
    /// `trace`: under which number payer and bank know the payment.
    Settled { settled: Settled, trace: Option<String> },
    /// The gateway itself does not say so (yet): whoever told it may tell it again.
    NotYet,
    /// Nothing that an order of this shop waits for.
    Unknown,
}

impl App {
    /// Asks `gateway` what became of the payment that `hint` names, and settles the answer.
    ///
    /// The claim may be anybody's: of it only the names are used, and what they mean is looked up. A gateway that takes the money when it is
    /// asked is told of an invoice only while its order still wants to be paid; money that is not taken goes back to the payer by itself.
    pub async fn settle_hint(&self, gateway: Gateway, hint: &Hint, deadline: Deadline) -> Result<Confirmed, AppError> {
        let claimed = &hint.claimed;
        let Some(adapter) = self.gateway(gateway) else { return Ok(Confirmed::Unknown) };
        let opened = claimed.reference.as_deref().and_then(|reference| self.names.open_order(reference).ok());
        let found = match opened {
            Some((id, number)) => {
                let (order, buyer) = self.store.order_and_buyer(id).await?;
                order.map(|order| (order, buyer, number))
            }
            None => None,
        };
        if let Some((order, buyer, _)) = &found {
            if order.payment.as_ref() == Some(&claimed.payment) && claimed.status != ReportedStatus::Refunded {
                let settled = self.settled_before(Some(order.clone()), buyer.clone(), deadline).await?;
                return Ok(Confirmed::Settled { settled, trace: None });
            }
            // What follows decides on what was just read.
            if let Some(buyer) = buyer {
                self.recent.keep(order, buyer);
            }
        }
        let reference = claimed.reference.as_deref().unwrap_or_default();
        let awaited = found.as_ref().and_then(|(order, _, number)| {
            let attempt = order.attempt(*number).filter(|attempt| attempt.gateway == gateway)?;
            let name = attempt.reference.as_deref().filter(|name| *name == claimed.payment.reference())?;
            let wanted = matches!(order.status, OrderStatus::AwaitingPayment | OrderStatus::Expired);
            wanted.then_some(Awaited { name, reference, quote: attempt.quote })
        });
        let timeout = deadline.allows(self, TIMEOUT).ok_or_else(|| GatewayError::Unavailable("no time left to ask".to_owned()))?;
        let report = match adapter.confirm(claimed.payment.reference(), awaited.as_ref(), timeout).await {
            Ok(Some(report)) => report,
            Ok(None) => return Ok(Confirmed::Unknown),
            Err(error) if error.is_transient() => return Err(error.into()),
            Err(error) => {
                warn!(event = "payment_not_confirmed", %gateway, %error, "a gateway would not say what became of a payment");
                return Ok(Confirmed::Unknown);
            }
        };
        if report.reference.is_none() && report.status != ReportedStatus::Refunded {
            // Where it is ours, the poll of its order finds it by the gateway's own name; money that went back is known by that name alone.
            return Ok(Confirmed::Unknown);
        }
        if report.status == ReportedStatus::Pending && !matches!(claimed.status, ReportedStatus::Pending | ReportedStatus::Refunded) {
            return Ok(Confirmed::NotYet);
        }
        let settled = self.settle_report(&report, deadline).await?;
        Ok(Confirmed::Settled { settled, trace: report.trace })
    }
}
