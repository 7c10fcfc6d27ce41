//! What stands behind the entries of the queues, for whoever looks at them without taking them.

use domain::{duty::Work, gift::Gift, order::Order, payment::Payment, referral::Referral, subscription::Subscription};

use crate::{
    Cursor, DueWork, Queue, Store, StoreError,
    cursor::Position,
    item::{from_item, primary, text},
    keys::{Key, Owner},
    schema,
};

/// An aggregate that owes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Debtor {
    Order(Box<Order>),
    Referral(Box<Referral>),
    Payment(Box<Payment>),
    Subscription(Box<Subscription>),
    Gift(Box<Gift>),
}

impl Debtor {
    pub const fn work(&self) -> &Work {
        match self {
            Self::Order(order) => &order.work,
            Self::Referral(referral) => &referral.work,
            Self::Payment(payment) => &payment.work,
            Self::Subscription(subscription) => &subscription.work,
            Self::Gift(gift) => &gift.work,
        }
    }

    pub fn owner(&self) -> Owner {
        match self {
            Self::Order(order) => Owner::Order(order.id),
            Self::Referral(referral) => Owner::Referral { inviter: referral.inviter, invitee: referral.invitee },
            Self::Payment(payment) => Owner::Payment(payment.id.clone()),
            Self::Subscription(subscription) => Owner::Subscription(subscription.order),
            Self::Gift(gift) => Owner::Gift(gift.id),
        }
    }
}

impl Queue {
    /// The place in this queue right behind `work`.
    pub fn after(self, work: &DueWork) -> Option<Cursor> {
        let mut key = primary(&work.owner.key());
        key.insert(schema::WORK.partition.to_owned(), text(self.partition()));
        key.insert(schema::WORK.sort.to_owned(), text(work.due_at.to_string()));
        Position::of_index_key(&key, schema::WORK).map(Cursor::new)
    }
}

impl Store {
    /// The debtors behind at most 100 different owners, in their order; `None` where there is none (any more). One round trip.
    pub async fn debtors(&self, owners: &[Owner]) -> Result<Vec<Option<Debtor>>, StoreError> {
        let wanted: Vec<Key> = owners.iter().map(Owner::key).collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.get_many(&wanted).await?;
        let read = |(owner, item): (&Owner, Option<_>)| {
            let Some(item) = item else { return Ok(None) };
            Ok(Some(match owner {
                Owner::Order(_) => Debtor::Order(Box::new(from_item(item)?)),
                Owner::Referral { .. } => Debtor::Referral(Box::new(from_item(item)?)),
                Owner::Payment(_) => Debtor::Payment(Box::new(from_item(item)?)),
                Owner::Subscription(_) => Debtor::Subscription(Box::new(from_item(item)?)),
                Owner::Gift(_) => Debtor::Gift(Box::new(from_item(item)?)),
            }))
        };
        owners.iter().zip(found).map(read).collect()
    }
}
