//! What must hold of a shop whenever nothing is under way, told from the table, the panel and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use domain::OrderId;
use serde_json::Value;

use crate::World;

/// An item as DynamoDB writes it, as plain JSON.
pub(crate) fn plain(attribute: &Value) -> Value {
    let Some((kind, value)) = attribute.as_object().and_then(|tagged| tagged.iter().next()) else { return Value::Null };
    match (kind.as_str(), value) {
        ("N", Value::String(number)) => serde_json::from_str(number).unwrap_or_default(),
        ("M", Value::Object(fields)) => fields.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        ("L", Value::Array(values)) => values.iter().map(plain).collect(),
        ("NULL", _) => Value::Null,
        _ => value.clone(),
    }
}

fn text<'a>(item: &'a Value, pointer: &str) -> &'a str {
    item.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn number(item: &Value, name: &str) -> u64 {
    item.get(name).and_then(Value::as_u64).unwrap_or_default()
}

/// What an audit counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Audit {
    pub orders: usize,
    pub provisioned: usize,
    pub applied: usize,
    pub unapplied: usize,
    pub prizes: usize,
}

impl World {
    /// The public reference of the order with these keys.
    fn reference(&self, partition: &str, key: &str) -> String {
        let buyer = partition.trim_start_matches("USER#").parse().expect("a user");
        self.app.names.order(OrderId::new(buyer, key.parse().expect("an order's key")))
    }

    /// Holds the whole shop to its invariants and counts it.
    ///
    /// # Panics
    /// Where one is broken; the message says which, and by what.
    pub async fn audit(&self) -> Audit {
        let items = self.contents().await;
        let of = |kind: &'static str| items.iter().filter(move |(_, item)| text(item, "/entity_type") == kind);
        let mut audit = Audit::default();

        // Orders: what is paid is paid by one payment, what is provisioned is one account of the right size, and nothing else is an account.
        let mut accounts: BTreeMap<String, _> = self.panel.users().into_iter().map(|account| (account.username.clone(), account)).collect();
        let mut applied: BTreeMap<String, &str> = of("payment")
            .filter(|(_, payment)| text(payment, "/status") == "applied")
            .map(|(key, payment)| (text(payment, "/id").to_owned(), key.as_str()))
            .collect();
        audit.applied = applied.len();
        audit.unapplied = of("payment").count() - applied.len();
        let mut held: BTreeMap<&str, BTreeSet<(String, String)>> = BTreeMap::new();
        for (key, order) in of("order") {
            audit.orders += 1;
            let status = text(order, "/status");
            let paid = matches!(status, "paid" | "provisioned");
            let free = text(order, "/total").starts_with("0 ");
            let payment = order.get("payment").and_then(Value::as_str);
            assert_eq!(paid && !free, payment.is_some(), "{key} is {status} and its payment {payment:?}");
            if let Some(payment) = payment {
                assert!(applied.remove(payment).is_some(), "{key} is paid by {payment}, which is not there or paid another order too");
            }
            if status == "provisioned" {
                audit.provisioned += 1;
                let name = text(order, "/panel_name");
                let (partition, own) = key.split_once(" | ORDER#").expect("an order's key");
                let extended = |other: &Value| text(other, "/for") == own && text(other, "/PK") == partition;
                if order.get("gift").is_some() {
                    let wrapped = |gift: &Value| {
                        text(gift, "/order/key") == own
                            && gift.pointer("/order/buyer").map(Value::to_string) == Some(partition[5..].to_owned())
                    };
                    assert_eq!(of("gift").filter(|(_, gift)| wrapped(gift)).count(), 1, "{key} is provisioned, and there is no gift");
                } else {
                    let feeds = order.get("for").and_then(Value::as_str).unwrap_or(own);
                    let subscription = format!("{partition} | SUBSCRIPTION#{feeds}");
                    assert!(items.contains_key(&subscription), "{key} is provisioned, and its customer has no subscription");
                    if feeds == own {
                        let account = accounts.remove(name).unwrap_or_else(|| panic!("{key} is provisioned, and the panel has no {name}"));
                        let bytes = |unit: &str, shift: u8| order.pointer(unit).and_then(Value::as_i64).map(|amount| amount << shift);
                        let bought = bytes("/terms/gb", 30).or(bytes("/terms/mb", 20));
                        let renewed = of("order").any(|(_, other)| extended(other));
                        let changed = of("audit").any(|(_, entry)| {
                            (text(entry, "/entity"), text(entry, "/action")) == ("subscription", "change")
                                && text(entry, "/entity_id") == self.reference(partition, own)
                        });
                        assert!(renewed || changed || account.data_limit == bought, "the data of {key}: {:?}", account.data_limit);
                    }
                }
                let owed = order.get("duty").is_some();
                assert_eq!(owed, order.get("delivered_at").is_none(), "{key} is delivered or owes that");
            }
            if status == "paid" {
                assert!(order.get("duty").is_some(), "{key} is paid and nothing is owed for it");
                accounts.remove(text(order, "/panel_name"));
            }
            if let Some(discount) = order.get("discount").filter(|discount| discount.get("held") == Some(&Value::Bool(true))) {
                let buyer = text(order, "/PK").trim_start_matches("USER#").to_owned();
                let order = text(order, "/SK").trim_start_matches("ORDER#").to_owned();
                held.entry(text(discount, "/code")).or_default().insert((buyer, order));
            }
            assert_eq!(order.get("duty").is_some(), order.get("work_shard").is_some(), "{key} owes what stands in no queue");
        }
        assert!(accounts.is_empty(), "accounts that nobody paid for: {:?}", accounts.keys());
        assert!(applied.is_empty(), "payments of no order: {applied:?}");

        // Codes: uses are live reservations and paid orders, and never more than the limit.
        for (key, code) in of("discount_code") {
            let holders = held.remove(text(code, "/name")).unwrap_or_default();
            let (used, late) = (number(code, "times_used"), number(code, "late_uses"));
            assert_eq!(used + late, holders.len() as u64, "the uses of {key}");
            assert!(code.get("use_limit").and_then(Value::as_u64).is_none_or(|limit| used <= limit), "{key} was used {used} times");
            let sets: BTreeSet<(String, String)> = of("redemption")
                .filter(|(_, redemption)| text(redemption, "/PK") == text(code, "/PK"))
                .flat_map(|(_, redemption)| {
                    let buyer = text(redemption, "/SK").trim_start_matches("REDEMPTION#").to_owned();
                    let orders = redemption.get("orders").and_then(Value::as_array).cloned().unwrap_or_default();
                    orders.into_iter().map(move |order| (buyer.clone(), order.as_str().unwrap_or_default().to_owned()))
                })
                .collect();
            assert!(sets.is_subset(&holders), "{key} is held by {sets:?}, used by {holders:?}");
            assert_eq!(sets.len() as u64, used, "{key} is held by {sets:?} and used {used} times");
        }
        assert!(held.is_empty(), "orders that hold codes that are not there: {held:?}");

        // Invitations: one prize for each friend who paid, and the inviter's figures are those of his friends.
        let mut figures: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
        for (key, referral) in of("referral") {
            let count = figures.entry(text(referral, "/PK")).or_default();
            let state = text(referral, "/state");
            let counted = [true, matches!(state, "qualified" | "granted"), state == "granted"];
            for (sum, counted) in count.iter_mut().zip(counted) {
                *sum += u64::from(counted);
            }
            let prize = key.replace("REFERRAL#", "ORDER#PRIZE#");
            let given = items.contains_key(&prize) || referral.get("code").is_some();
            assert!(!given || state == "granted", "{key} is {state}");
            audit.prizes += usize::from(given);
        }
        for (key, user) in of("user") {
            let own = figures.remove(text(user, "/PK")).unwrap_or_default();
            assert_eq!(["invited", "qualified", "granted"].map(|name| number(user, name)), own, "the friends of {key}");
            let paid = of("order").any(|(_, order)| {
                order.get("PK") == user.get("PK")
                    && order.get("first").is_some()
                    && text(order, "/status") == "provisioned"
                    && !text(order, "/total").starts_with("0 ")
            });
            let over = |held: &Value| ["ended_at", "revoked_at", "disabled_at"].iter().any(|end| held.get(end).is_some());
            let held = of("subscription").any(|(_, held)| held.get("PK") == user.get("PK") && !over(held));
            let status = if held { "active" } else { "expired" };
            assert!(!paid || [status, "active"].contains(&text(user, "/status")), "{key} has bought and is not {status}");
        }

        // Gifts: opened once, by whom the order of it is.
        for (key, gift) in of("gift") {
            let orders = of("order").filter(|(order, _)| order.ends_with(&format!(" | ORDER#GIFT#{}", text(gift, "/id"))));
            let holders: Vec<String> = orders.map(|(_, order)| text(order, "/PK").replace("USER#", "")).collect();
            let claimer: Vec<String> = gift.get("claimed_by").map(Value::to_string).into_iter().collect();
            assert_eq!(holders, claimer, "who has {key}");
        }

        // Amounts of card transfers are kept only by orders that wait for them.
        for (key, amount) in of("card_amount") {
            let buyer = amount.pointer("/order/buyer").and_then(Value::as_u64).unwrap_or_default();
            let order = items.get(&format!("USER#{buyer} | ORDER#{}", text(amount, "/order/key")));
            assert_eq!(order.map(|order| text(order, "/status")), Some("awaiting_payment"), "{key} is kept for nobody");
        }
        audit
    }
}
