//! Subscriptions with who holds them.

use std::collections::HashSet;

use domain::{OrderId, subscription::Subscription, user::User};

use crate::{
    Entity, Store, StoreError,
    item::{Item, from_item},
    keys::{self, Key},
};

/// How many subscriptions [`Store::held`] reads in one round trip: each with its customer makes as many keys as a batch may have.
pub const HELD_AT_ONCE: usize = 50;

/// A subscription and its customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub subscription: Subscription,
    /// `None`: he is not known any more.
    pub customer: Option<User>,
}

impl Store {
    /// The subscriptions of at most [`HELD_AT_ONCE`] different orders, those that there are, in one round trip.
    ///
    /// One that cannot be read is left out and told of: it must not stand in the way of the others.
    pub async fn held(&self, orders: &[OrderId]) -> Result<Vec<Held>, StoreError> {
        if orders.is_empty() {
            return Ok(Vec::new());
        }
        let mut seen: HashSet<Key> = HashSet::with_capacity(orders.len());
        let customers: Vec<Key> = orders.iter().map(|order| keys::user(order.buyer)).filter(|key| seen.insert(key.clone())).collect();
        let wanted: Vec<Key> = orders.iter().map(|order| keys::subscription(*order)).chain(customers).collect();
        let mut found = self.get_many(&wanted).await?;
        let customers: Vec<User> = found.split_off(orders.len()).into_iter().flatten().filter_map(readable).collect();
        let subscriptions = found.into_iter().flatten().filter_map(readable::<Subscription>);
        let held = subscriptions.map(|subscription| {
            let customer = customers.iter().find(|customer| customer.id == subscription.order.buyer).cloned();
            Held { subscription, customer }
        });
        Ok(held.collect())
    }
}

fn readable<E: Entity>(item: Item) -> Option<E> {
    from_item(item).inspect_err(|error| tracing::error!(event = "item_unreadable", %error, "an item cannot be read")).ok()
}
