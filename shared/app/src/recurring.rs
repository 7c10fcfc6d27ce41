//! Subscriptions in Stars: each charge that Telegram makes again is a renewal of its own, and the customer can end them here.

use clients::telegram::api::methods::EditUserStarSubscriptionParams;
use domain::{
    OrderId, OrderKey, TelegramUserId,
    duty::LEASE,
    order::{Order, UnappliedReason},
    payment::{Gateway, Payment, PaymentEvent, PaymentStatus},
    subscription::{Renews, Subscription},
    user::User,
};
use store::{CommitError, Write};
use tracing::{info, warn};

use crate::{App, AppError, Deadline, settle::Settled};

/// What came of the wish to end a subscription in Stars, or to let it go on.
#[derive(Debug)]
pub enum Renewing {
    /// As wished, now or before.
    Done(Box<Subscription>),
    /// Telegram does not do it: its period is over, or it was ended there.
    Refused,
    /// Telegram does not answer.
    Unknown,
    /// No subscription in Stars pays for this.
    None,
}

impl App {
    /// A further charge of the subscription in Stars that bought `first`: one transaction makes it a paid renewal under the charge's own key, so that the
    /// same charge told twice renews once.
    pub(crate) async fn renew_by_charge(
        &self,
        first: Option<Order>,
        buyer: Option<User>,
        event: &PaymentEvent,
        deadline: Deadline,
    ) -> Result<Settled, AppError> {
        let now = self.now();
        let (Some(first), Some(quote)) = (first, event.amount) else {
            return self.keep_unapplied(event, UnappliedReason::UnknownOrder).await;
        };
        let key = OrderKey::Recurring(self.names.digest("stars charge", event.payment.reference()));
        let id = OrderId::new(first.id.buyer, key);
        let renewal = first.renewed_by_charge(key, self.names.panel_name(id), event.payment.clone(), quote, now, now.plus(LEASE));
        let payment = Payment {
            id: event.payment.clone(),
            amount: event.amount,
            order: Some(id),
            payer: event.payer,
            settled_at: now,
            status: PaymentStatus::Applied,
            reason: None,
            approved_by: None,
            credit: None,
            work: domain::duty::Work::default(),
            version: 1,
        };
        match self.store.commit(&self.seams.nonce(), vec![Write::create(&renewal)?, Write::create(&payment)?]).await {
            Ok(()) => {
                info!(event = "order_paid", order.id = %self.names.order(id), gateway = %event.payment.gateway(), "a subscription in Stars was renewed");
                let notice = self.paid_notice(&renewal, buyer.as_ref(), event.amount);
                let (provisioned, ()) =
                    tokio::join!(Box::pin(self.provision(renewal, buyer, deadline)), Box::pin(self.tell_operators_of_paid(notice)));
                Ok(Settled::Paid(Box::new(provisioned?)))
            }
            // Told before: what the renewal still owes is tried again.
            Err(CommitError::Refused { position: 0, .. }) => {
                let (renewal, buyer) = self.store.order_and_buyer(id).await?;
                self.settled_before(renewal, buyer, deadline).await
            }
            Err(CommitError::Refused { found, .. }) => {
                let known = found.map(store::Found::read::<Payment>).transpose()?;
                self.paid_before(known, event, deadline).await
            }
            Err(error) => Err(AppError::of_commit("renew by a charge")(error)),
        }
    }

    /// Ends the subscription in Stars that pays for one's own subscription, or lets it go on. The same again is success.
    pub async fn set_renewing(&self, id: OrderId, wish: Renews, deadline: Deadline) -> Result<Renewing, AppError> {
        let (subscription, order) = tokio::try_join!(self.store.subscription(id), self.store.order(id))?;
        let (Some(subscription), Some(order)) = (subscription, order) else { return Ok(Renewing::None) };
        if subscription.renews == Some(wish) {
            return Ok(Renewing::Done(Box::new(subscription)));
        }
        let Some(charge) = order.payment.as_ref().filter(|_| subscription.renews.is_some()) else { return Ok(Renewing::None) };
        let Some(timeout) = deadline.allows(self, std::time::Duration::from_secs(8)) else { return Ok(Renewing::Unknown) };
        let params = edit(id.buyer, charge.reference(), wish);
        match self.telegram.within(timeout).edit_user_star_subscription(&params).await {
            Ok(()) => {}
            Err(error) => {
                warn!(event = "renewal_not_changed", %error, "a subscription in Stars was not changed");
                return Ok(if error.is_transient() { Renewing::Unknown } else { Renewing::Refused });
            }
        }
        let mut read = subscription;
        for _ in 0..3 {
            let mut next = read.clone();
            next.renews = Some(wish);
            match self.store.commit(&self.seams.nonce(), vec![Write::replace(&mut next)?]).await {
                Ok(()) => return Ok(Renewing::Done(Box::new(next))),
                Err(CommitError::Refused { .. }) => match self.store.subscription(id).await? {
                    Some(found) => read = found,
                    None => return Ok(Renewing::None),
                },
                Err(error) => return Err(AppError::of_commit("change a renewal")(error)),
            }
        }
        Err(AppError::Contended)
    }

    /// Stars are about to go back: what charges them again and again is ended, so that nobody is charged for what he does not have.
    ///
    /// That is the subscription in Stars that the charge began or continued, where nothing wants it, and the one that paid the order, where the order's
    /// own charge goes back or has gone back. One charge of many that were wanted ends nothing.
    pub(crate) async fn end_charges(&self, payment: &Payment, timeout: std::time::Duration) -> Result<(), AppError> {
        if payment.id.gateway() != Gateway::TelegramStars {
            return Ok(());
        }
        let order = match payment.order {
            Some(id) => self.store.order(id).await?.filter(|order| order.renews),
            None => None,
        };
        let first = order.and_then(|order| order.payment.map(|first| (order.id.buyer, first)));
        let unwanted = payment.status == PaymentStatus::Unapplied;
        let ended = matches!(payment.reason, Some(UnappliedReason::Recurring | UnappliedReason::OrderEnded));
        let own = payment.customer().filter(|_| unwanted).map(|payer| (payer, payment.id.clone()));
        for (payer, charge) in own.into_iter().chain(first.filter(|(_, first)| ended || *first == payment.id)) {
            match self.telegram.within(timeout).edit_user_star_subscription(&edit(payer, charge.reference(), Renews::Stopped)).await {
                Ok(()) => {}
                Err(error) if error.is_transient() => return Err(error.into()),
                // What has ended already, or never was one, charges nothing.
                Err(_) => {}
            }
        }
        Ok(())
    }
}

fn edit(payer: TelegramUserId, charge: &str, wish: Renews) -> EditUserStarSubscriptionParams {
    EditUserStarSubscriptionParams::builder()
        .user_id(payer.get().unsigned_abs())
        .telegram_payment_charge_id(charge)
        .is_canceled(wish == Renews::Stopped)
        .build()
}
