//! Payments on their way: which one to ask about when nothing more is heard of it.

use domain::{
    OrderId,
    order::OrderStatus,
    payment::{Gateway, PaymentId},
};
use store::{CommitError, Write};
use tracing::info;

use crate::{App, AppError};

impl App {
    /// A gateway says that a payment of an order's attempt is on its way. Its name is kept where the attempt has none that could be asked for.
    pub(crate) async fn note_pending(&self, payment: &PaymentId, (order, number): (OrderId, u8)) -> Result<(), AppError> {
        let gateway = payment.gateway();
        for _ in 0..3 {
            let Some(order) = self.store.order(order).await?.filter(|order| order.status == OrderStatus::AwaitingPayment) else {
                return Ok(());
            };
            let Some(attempt) = order.attempt(number).filter(|attempt| attempt.gateway == gateway) else { return Ok(()) };
            let wanted = match &attempt.reference {
                None => gateway.can_be_polled(),
                // An invoice of NOWPayments has a payment for each coin that its customer tries: the one that was told of last is the one.
                Some(known) => gateway == Gateway::NowPayments && known != payment.reference(),
            };
            let named = if wanted { order.opened(number, Some(payment.reference().to_owned()), attempt.url.clone()).ok() } else { None };
            let Some(mut named) = named else { return Ok(()) };
            match self.store.commit(&self.seams.nonce(), vec![Write::replace(&mut named)?]).await {
                Ok(()) => {
                    info!(event = "payment_named", order.id = %self.names.order(named.id), %gateway, "an order's payment has a name to ask for");
                    return Ok(());
                }
                Err(CommitError::Refused { .. }) => {}
                Err(error) => return Err(AppError::of_commit("name a payment")(error)),
            }
        }
        Err(AppError::Contended)
    }
}
