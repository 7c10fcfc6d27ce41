//! Payments in Stars, as a person's app makes them: the bot is asked first, and told afterwards.

use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::TelegramStandIn;
use super::people::{Sent, announce};
use super::queue::{Answer, QUERY_LIFETIME_SECONDS, QueueKey};
use super::star_subscription::StarSubscription;
use super::world::{Author, Charge, Content, Invoice, World};

/// What a person pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvoiceRef {
    /// A link of `createInvoiceLink`, or the part of it after `$`. Can be paid by anybody, again and again.
    Link(String),
    /// A message of `sendInvoice` in the person's chat. Can be paid once.
    Message(i64),
}

impl From<&str> for InvoiceRef {
    fn from(link: &str) -> Self {
        Self::Link(link.to_owned())
    }
}

impl From<String> for InvoiceRef {
    fn from(link: String) -> Self {
        Self::Link(link)
    }
}

impl From<i64> for InvoiceRef {
    fn from(message_id: i64) -> Self {
        Self::Message(message_id)
    }
}

/// A payment that went through.
#[derive(Debug, Clone, PartialEq)]
pub struct Paid {
    /// `telegram_payment_charge_id`.
    pub charge_id: String,
    /// How the webhook took the `pre_checkout_query`.
    pub checkout: Answer,
    /// How the webhook took the `successful_payment`.
    pub payment: Answer,
}

/// Why nothing was paid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayError {
    /// There is no such invoice.
    #[error("there is no such invoice")]
    NoInvoice,
    /// The invoice message is paid already.
    #[error("the invoice is paid already")]
    AlreadyPaid,
    /// The bot refused, with these words for the person.
    #[error("{0}")]
    Refused(String),
    /// The bot didn't answer in time.
    #[error("the bot didn't answer in time")]
    NoAnswer,
}

/// A payment that went through, before the webhook has heard of it.
#[derive(Debug)]
pub(crate) struct Taken {
    pub charge_id: String,
    checkout: Sent,
    payment: Sent,
}

impl Taken {
    /// Waits until the webhook has answered.
    pub async fn told(self) -> Paid {
        Paid {
            charge_id: self.charge_id,
            checkout: self.checkout.await.unwrap_or_default(),
            payment: self.payment.await.unwrap_or_default(),
        }
    }
}

/// The slug of an invoice link.
pub(crate) fn slug(link: &str) -> &str {
    let link = link.rsplit("t.me/").next().unwrap_or(link);
    link.strip_prefix('$').or_else(|| link.strip_prefix("invoice/")).unwrap_or(link)
}

/// The invoice that is meant.
pub(crate) fn find<'a>(world: &'a World, chat_id: i64, invoice: &InvoiceRef) -> Option<&'a Invoice> {
    match invoice {
        InvoiceRef::Link(link) => world.links.get(slug(link)),
        InvoiceRef::Message(id) => match &world.message(chat_id, *id)?.content {
            Content::Invoice(invoice) => Some(invoice),
            _ => None,
        },
    }
}

impl TelegramStandIn {
    /// The person confirms a payment; comes back when the Stars are taken, and the bot is about to be told.
    pub(crate) async fn pay(&self, person_id: i64, chat_id: i64, invoice: &InvoiceRef) -> Result<Taken, PayError> {
        let (verdict, checkout_sent, query_id, invoice_found) = self.with(|world, now| {
            let found = find(world, chat_id, invoice).cloned().ok_or(PayError::NoInvoice)?;
            if found.paid.is_some() {
                return Err(PayError::AlreadyPaid);
            }
            let query_id = world.query_id();
            let query = json!({
                "id": query_id,
                "from": world.person_user(person_id),
                "currency": "XTR",
                "total_amount": found.amount,
                "invoice_payload": found.payload,
            });
            let (answered, verdict) = oneshot::channel();
            world.live.checkouts.insert(query_id.clone(), answered);
            let key = QueueKey::Checkouts(person_id);
            let sent = world.enqueue(key, "pre_checkout_query", query, now, QUERY_LIFETIME_SECONDS);
            Ok((verdict, sent, query_id, found))
        })?;
        let verdict = tokio::time::timeout(self.inner.checkout_timeout, verdict).await;
        // Too late from now on.
        self.with(|world, _| world.live.checkouts.remove(&query_id));
        match verdict {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(words))) => return Err(PayError::Refused(words)),
            Ok(Err(_)) | Err(_) => return Err(PayError::NoAnswer),
        }
        self.with(|world, now| {
            if find(world, chat_id, invoice).is_some_and(|invoice| invoice.paid.is_some()) {
                return Err(PayError::AlreadyPaid);
            }
            let id = world.opaque("charge");
            let subscription = invoice_found.subscription_period.map(|period| StarSubscription {
                person: person_id,
                amount: invoice_found.amount,
                payload: invoice_found.payload.clone(),
                period_seconds: period,
                paid_until: now.saturating_add(period),
                canceled: false,
                canceled_by_bot: false,
            });
            world.charges.push(Charge {
                id: id.clone(),
                person: person_id,
                amount: invoice_found.amount,
                payload: invoice_found.payload,
                date: now,
                refunded: None,
                subscription_period: invoice_found.subscription_period,
                subscription: subscription.as_ref().map(|_| id.clone()),
                paid_until: subscription.as_ref().map(|subscription| subscription.paid_until),
            });
            if let Some(subscription) = subscription {
                world.star_subscriptions.insert(id.clone(), subscription);
            }
            if let InvoiceRef::Message(message_id) = invoice
                && let Some(message) = world.message_mut(chat_id, *message_id)
                && let Content::Invoice(invoice) = &mut message.content
            {
                invoice.paid = Some(id.clone());
                world.touch(chat_id);
            }
            if let Some(person) = world.persons.get_mut(&person_id) {
                person.started = true;
            }
            let content = Content::Paid { charge: id.clone() };
            let message_id = world.post(person_id, Author::Person(person_id), now, content);
            let payment = announce(world, now, person_id, message_id);
            world.live.effects.keep = true;
            Ok(Taken { charge_id: id, checkout: checkout_sent, payment })
        })
    }
}

/// `StarTransaction`s, oldest first: each payment, and each refund under the same id.
pub(crate) fn transactions(world: &World) -> Vec<Value> {
    let partner = |charge: &Charge| {
        let mut partner = json!({
            "type": "user",
            "transaction_type": "invoice_payment",
            "user": world.person_user(charge.person),
            "invoice_payload": charge.payload,
        });
        if let (Some(period), Some(object)) = (charge.subscription_period, partner.as_object_mut()) {
            object.insert("subscription_period".to_owned(), json!(period));
        }
        partner
    };
    let paid = world.charges.iter().map(|charge| {
        let source = partner(charge);
        (charge.date, json!({ "id": charge.id, "amount": charge.amount, "date": charge.date, "source": source }))
    });
    let refunded = world.charges.iter().filter_map(|charge| {
        let date = charge.refunded?;
        let receiver = partner(charge);
        Some((date, json!({ "id": charge.id, "amount": charge.amount, "date": date, "receiver": receiver })))
    });
    let mut all: Vec<(i64, Value)> = paid.chain(refunded).collect();
    all.sort_by_key(|(date, _)| *date);
    all.into_iter().map(|(_, transaction)| transaction).collect()
}
