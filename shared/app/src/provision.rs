//! From a paid order to a customer with a link: the account on the panel, the message, one write that finishes.

use domain::planted::{Bug, planted};
use std::time::Duration;

use clients::{
    panel::{Account, PanelError},
    telegram::{PhotoUpload, TelegramError},
};
use domain::{
    Language, TelegramUserId, Timestamp,
    duty::Duty,
    order::{Decision, Event, Order, OrderStatus, decide},
    subscription::{ProvisioningSpec, Subscription},
    time::Span,
    user::{User, UserStatus},
};
use store::{CommitError, Write};
use tracing::{info, warn};

use crate::{App, AppError, Deadline, qr, text::Arg, work::Outcome};

pub(crate) const PANEL_TIMEOUT: Duration = Duration::from_secs(10);
pub(crate) const TELEGRAM_TIMEOUT: Duration = Duration::from_secs(8);

/// What was made meanwhile is looked for among so many subscriptions of a customer who comes back: by key, presents come before purchases.
const LOOKED_THROUGH: u8 = 50;

/// Whether the customer was told.
pub(crate) enum Delivery {
    Sent,
    /// He blocked the bot: the account waits in "my subscriptions".
    Unreachable,
    Later(Span, String),
}

impl App {
    /// Goes on where an order that was paid earlier stopped, if it still owes something and nobody else has it.
    pub(crate) async fn resume(&self, order: Order, buyer: Option<User>, deadline: Deadline) -> Result<Order, AppError> {
        match order.work.duty {
            Some(Duty::Provision | Duty::Deliver) if order.work.parked.is_none() => {
                match self.store.take::<Order>(&store::keys::order(order.id), &self.seams.nonce(), self.now()).await? {
                    Some(taken) => self.provision(taken, buyer, deadline).await,
                    None => Ok(order),
                }
            }
            _ => Ok(order),
        }
    }

    /// Provisions and delivers an order whose lease the caller holds. What does not succeed is postponed on the order: the result shows it.
    pub(crate) async fn provision(&self, order: Order, buyer: Option<User>, deadline: Deadline) -> Result<Order, AppError> {
        let held = match &buyer {
            Some(buyer) if buyer.status == UserStatus::Expired => Some(Write::restore_user(buyer.id)),
            // Whoever pays becomes a customer with the order itself.
            Some(buyer) if buyer.status == UserStatus::New && order.total.is_zero() => Some(Write::welcome_user(buyer.id)),
            _ => None,
        };
        // Boxed: it is by far the largest part of every turn that leads here.
        let after = Box::pin(self.carry_out(order, buyer, deadline)).await?;
        if let Some(held) = held.filter(|_| after.status == OrderStatus::Provisioned && !after.gift) {
            match self.store.commit(&self.seams.nonce(), vec![held]).await {
                Ok(()) | Err(CommitError::Refused { .. }) => {}
                // The next look at the account makes up for it.
                Err(error) => warn!(event = "status_not_restored", %error, "a customer who holds a subscription does not count as active"),
            }
        }
        Ok(after)
    }

    async fn carry_out(&self, order: Order, buyer: Option<User>, deadline: Deadline) -> Result<Order, AppError> {
        if order.gift {
            return self.give(order, buyer, deadline).await;
        }
        if let Some(base) = order.extends {
            return Box::pin(self.extend(order, base, buyer, deadline)).await;
        }
        let subscription = match order.status {
            OrderStatus::Provisioned => self.store.subscription(order.id).await?,
            _ => None,
        };
        let subscription = match subscription {
            Some(subscription) => subscription,
            None => match self.ensure_account(&order, deadline).await {
                Ok(account) => Subscription::of(&order, account.link, self.now()),
                Err(outcome) => return self.not_provisioned(order, buyer.as_ref(), outcome).await,
            },
        };
        let language = buyer.as_ref().map_or(Language::English, |buyer| buyer.language);
        match self.deliver(order.id.buyer, &subscription, language, deadline).await? {
            Delivery::Sent => self.finish(order, &subscription, language, true, None).await,
            Delivery::Unreachable => {
                self.note_unreachable(order.id.buyer).await?;
                self.finish(order, &subscription, language, true, None).await
            }
            Delivery::Later(..) if planted(Bug::DeliveredUnsent) => self.finish(order, &subscription, language, true, None).await,
            Delivery::Later(span, reason) => self.finish(order, &subscription, language, false, Some((span, reason))).await,
        }
    }

    async fn ensure_account(&self, order: &Order, deadline: Deadline) -> Result<Account, Outcome> {
        let spec = ProvisioningSpec::of(order.panel_name.clone(), &self.names.order(order.id), &order.terms);
        let Some(timeout) = deadline.allows(self, PANEL_TIMEOUT) else { return Err(Outcome::Later("no time left".into())) };
        self.panel.ensure_account(&spec, self.now(), timeout).await.map_err(|error| outcome_of(&error))
    }

    /// The panel did not give the account: the order owes it still, and the customer knows that it is coming.
    pub(crate) async fn not_provisioned(&self, order: Order, buyer: Option<&User>, outcome: Outcome) -> Result<Order, AppError> {
        let first_try = order.work.tries <= 1;
        let noted = self.note(order.clone(), outcome).await?;
        if let Outcome::Park(reason) = &noted {
            self.tell_operators_of_parked(&order, reason).await;
        }
        if first_try && let Some(buyer) = buyer {
            let id = match order.payment {
                _ if order.extends.is_some() => "extending-later",
                Some(_) => "paid-preparing",
                None => "given-preparing",
            };
            let text = self.texts.html(buyer.language, id, &[("plan", Arg::Text(&order.terms.name))]);
            if let Err(error) = self.say(buyer.id.get(), &text, None).await {
                warn!(event = "notice_not_sent", %error, "a notice could not be sent");
            }
        }
        self.store.order(order.id).await.map(|found| found.unwrap_or(order)).map_err(AppError::from)
    }

    pub(crate) async fn deliver(
        &self,
        customer: TelegramUserId,
        subscription: &Subscription,
        language: Language,
        deadline: Deadline,
    ) -> Result<Delivery, AppError> {
        let Some(timeout) = deadline.allows(self, TELEGRAM_TIMEOUT) else { return Ok(Delivery::Later(Span::ZERO, "no time left".into())) };
        let caption = self.delivery_caption(subscription, language);
        let keyboard = self.subscription_keyboard(subscription, language);
        let photo =
            PhotoUpload { chat_id: customer.get(), png: qr::png(&subscription.link)?, caption: Some(&caption), keyboard: Some(&keyboard) };
        Ok(match self.telegram.within(timeout).send_photo_bytes(photo).await {
            Ok(_) => Delivery::Sent,
            Err(TelegramError::Blocked | TelegramError::ChatNotFound) => Delivery::Unreachable,
            Err(TelegramError::RetryAfter(wait)) => {
                Delivery::Later(Span::seconds(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX)), "telegram asks to wait".into())
            }
            Err(error) => {
                warn!(event = "not_delivered", order.id = %self.names.order(subscription.order), %error, "a subscription could not be sent");
                Delivery::Later(Span::ZERO, error.to_string())
            }
        })
    }

    /// Sends what was bought when its customer could not be reached.
    pub(crate) async fn deliver_missed(&self, customer: &User, since: Timestamp, deadline: Deadline) -> Result<(), AppError> {
        let newest = self.store.subscriptions_of(customer.id, None, LOOKED_THROUGH).await?.items;
        // The account is made shortly before the message that does not arrive.
        let missed = newest.into_iter().filter(|subscription| subscription.created_at >= since.minus(Span::minutes(1)));
        for subscription in missed {
            if let Delivery::Later(_, reason) = self.deliver(customer.id, &subscription, customer.language, deadline).await? {
                warn!(event = "not_delivered", reason, "a subscription could not be sent to a customer who came back");
            }
        }
        Ok(())
    }

    /// The one write that ends it: provisioned, and delivered or owing just that.
    async fn finish(
        &self,
        order: Order,
        subscription: &Subscription,
        language: Language,
        delivered: bool,
        later: Option<(Span, String)>,
    ) -> Result<Order, AppError> {
        let mut read = order;
        for _ in 0..3 {
            let now = self.now();
            let event = Event::Provisioned { name: subscription.name.clone(), delivered };
            let mut next = match decide(&read, &event, now) {
                Ok(Decision::Change(transition)) => transition.order,
                Ok(Decision::Already | Decision::Unapplied(_)) => return Ok(read),
                // Refunded meanwhile: it owes taking the account back, and the duty says so.
                Err(_) => return Ok(read),
            };
            if let Some((span, reason)) = &later {
                next.work.tries = read.work.tries.max(1);
                next.work.postpone(now, *span, reason);
            }
            let mut writes = vec![Write::replace(&mut next)?];
            if read.status == OrderStatus::Paid {
                writes.push(Write::create(subscription)?);
                if read.first_purchase && !read.total.is_zero() {
                    writes.push(Write::activate_user(read.id.buyer, now));
                }
            }
            match self.store.commit(&self.seams.nonce(), writes).await {
                Ok(()) => {
                    let event = if delivered { "order_delivered" } else { "order_provisioned" };
                    info!(event, order.id = %self.names.order(next.id), "an order was provisioned");
                    if delivered {
                        self.show_state(&next, language).await;
                    }
                    return Ok(next);
                }
                Err(CommitError::Refused { position: 0, .. }) => {
                    read = self.store.order(read.id).await?.ok_or(AppError::Refused { operation: "finish", position: 0 })?;
                }
                Err(error) => return Err(AppError::of_commit("finish an order")(error)),
            }
        }
        Err(AppError::Contended)
    }
}

pub(crate) fn outcome_of(error: &PanelError) -> Outcome {
    warn!(event = "panel_failed", %error, "the panel did not do what was asked");
    if error.is_transient() { Outcome::Later(error.to_string()) } else { Outcome::Park(error.to_string()) }
}
