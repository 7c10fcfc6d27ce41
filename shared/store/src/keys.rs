//! Every key of the table is built here and nowhere else.

use std::fmt;

use domain::{
    AdminTokenId, BroadcastId, DiscountCodeName, Money, OrderId, OrderKey, ProductId, SubscriptionName, TelegramUserId, Timestamp,
    activity::Trace,
    admin::AuditEntry,
    ids::Digest,
    payment::PaymentId,
    time::{Day, Month},
};

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    pub pk: String,
    pub sk: String,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}|{}", self.pk, self.sk)
    }
}

fn key(pk: impl Into<String>, sk: impl Into<String>) -> Key {
    Key { pk: pk.into(), sk: sk.into() }
}

pub(crate) const ORDER_PREFIX: &str = "ORDER#";
/// Orders that were placed, without those under a fixed key: their ulids begin so for a thousand years.
pub(crate) const PLACED_PREFIX: &str = "ORDER#0";
/// Every ulid of the next thousand years begins so; no key condition has an empty text.
pub(crate) const ULID_PREFIX: &str = "0";
pub(crate) const SUBSCRIPTION_PREFIX: &str = "SUBSCRIPTION#";
pub(crate) const REFERRAL_PREFIX: &str = "REFERRAL#";
pub(crate) const PRODUCT_PREFIX: &str = "PRODUCT#";
pub(crate) const CATALOG: &str = "CATALOG";

/// The partition of everything that belongs to one user.
pub fn user_partition(id: TelegramUserId) -> String {
    format!("USER#{id}")
}
pub fn user(id: TelegramUserId) -> Key {
    key(user_partition(id), "#PROFILE")
}
pub fn conversation(id: TelegramUserId) -> Key {
    key(user_partition(id), "#CONVERSATION")
}
pub fn order(id: OrderId) -> Key {
    key(user_partition(id.buyer), format!("{ORDER_PREFIX}{}", id.key))
}
pub fn subscription(order: OrderId) -> Key {
    key(user_partition(order.buyer), format!("{SUBSCRIPTION_PREFIX}{}", order.key))
}
pub(crate) const TRACE_PREFIX: &str = "ACTIVITY#";
pub fn trace(trace: &Trace) -> Key {
    key(user_partition(trace.user), format!("{TRACE_PREFIX}{}", trace.id))
}
pub fn referral(inviter: TelegramUserId, invitee: TelegramUserId) -> Key {
    key(user_partition(inviter), format!("{REFERRAL_PREFIX}{invitee}"))
}
pub fn payment(id: &PaymentId) -> Key {
    key(format!("PAYMENT#{id}"), "PAYMENT")
}
pub fn product(id: &ProductId) -> Key {
    key(CATALOG, format!("{PRODUCT_PREFIX}{id}"))
}
pub fn settings() -> Key {
    key("SETTINGS", "SHOP")
}
pub fn discount_code(name: &DiscountCodeName) -> Key {
    key(discount_partition(name), "DISCOUNT")
}
pub(crate) const REDEMPTION_PREFIX: &str = "REDEMPTION#";
pub fn redemption(name: &DiscountCodeName, user: TelegramUserId) -> Key {
    key(discount_partition(name), format!("{REDEMPTION_PREFIX}{user}"))
}
/// The partition of a code and of those who hold it.
pub(crate) fn discount_partition(name: &DiscountCodeName) -> String {
    format!("DISCOUNT#{name}")
}
/// How the partitions begin of the users whose ids begin with these digits.
pub fn users_beginning(digits: &str) -> String {
    format!("USER#{digits}")
}
/// `card`: the last four digits of the card that receives the money.
pub fn card_amount(card: &str, amount: Money) -> Key {
    key(format!("CARDAMOUNT#{card}#{}", amount.amount_text()), "CARDAMOUNT")
}
/// `hash`: SHA-256 of the token, hex.
pub fn admin_token(hash: &str) -> Key {
    key(format!("ADMINTOKEN#{hash}"), "ADMINTOKEN")
}
pub fn broadcast(id: BroadcastId) -> Key {
    key(format!("BROADCAST#{id}"), "BROADCAST")
}
/// The partition of the broadcasts that are on their way.
pub(crate) const BROADCASTING: &str = "BROADCASTING";
pub fn broadcast_run(id: BroadcastId) -> Key {
    key(BROADCASTING, id.to_string())
}
/// `by`: as [`domain::admin::WrongTokens::by`].
pub fn wrong_tokens(by: &str) -> Key {
    key(format!("WRONGTOKENS#{by}"), "WRONGTOKENS")
}
/// `unique`: Telegram's name of the file, the same for everybody.
pub fn receipt_file(unique: &str) -> Key {
    key(format!("RECEIPT#{unique}"), "RECEIPT")
}
pub fn gift(id: Digest) -> Key {
    key(format!("GIFT#{id}"), "GIFT")
}
pub fn guesses(user: TelegramUserId) -> Key {
    key(user_partition(user), "#GUESSES")
}
/// How many messages to the operators a customer sent in one hour since 1970.
pub fn support_hour(user: TelegramUserId, hour: i64) -> Key {
    key(user_partition(user), format!("#SUPPORT#{hour}"))
}
/// A message of the operators' chat that stands for a customer's.
pub fn support_letter(chat: i64, message: i32) -> Key {
    key(format!("SUPPORT#{chat}#{message}"), "SUPPORT")
}
/// An account that was on the panel before the shop. Some panels do not tell names apart by case.
pub fn adopted_account(name: &SubscriptionName) -> Key {
    key(format!("ACCOUNT#{}", name.as_str().to_ascii_lowercase()), "ACCOUNT")
}
/// The partition of everything that operators did on one day, UTC: `2026-11-22`.
pub fn audit_day(day: &str) -> String {
    format!("AUDIT#{day}")
}
pub fn audit(entry: &AuditEntry) -> Key {
    key(audit_day(&entry.at.day()), entry.id.to_string())
}
/// `hash`: SHA-256 of the session's secret, hex.
pub fn admin_session(hash: &str) -> Key {
    key(format!("SESSION#{hash}"), "SESSION")
}
pub fn idempotency(scope: &str, name: &str) -> Key {
    key(format!("IDEMPOTENCY#{scope}#{name}"), "IDEMPOTENCY")
}

/// The lists by month.
pub(crate) const USERS: &str = "USERS";
pub(crate) const ORDERS: &str = "ORDERS";
pub(crate) const PAYMENTS: &str = "PAYMENTS";
/// The list by day.
pub(crate) const ACTIVITY: &str = "ACTIVITY";

/// What the counting of days owes, and how far it is.
pub(crate) const COUNTING: &str = "STATS";
pub(crate) const DAY_PREFIX: &str = "DAY#";
pub(crate) const RECOUNT_PREFIX: &str = "RECOUNT#";
/// The partition of a month's days.
pub(crate) fn stats_month(month: Month) -> String {
    format!("STATS#{month}")
}
pub fn day_count(day: Day) -> Key {
    key(stats_month(day.month()), format!("{DAY_PREFIX}{:02}", day.number()))
}
pub fn counting_clock() -> Key {
    key(COUNTING, "CLOCK")
}
pub fn recount(asked_at: Timestamp, at: Timestamp) -> Key {
    key(COUNTING, format!("{RECOUNT_PREFIX}{asked_at}#{at}"))
}

/// The partition and sort key under which an item stands on the `list` index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListKey {
    pub partition: String,
    pub sort: String,
}

pub fn users_list(joined_at: Timestamp, id: TelegramUserId) -> ListKey {
    ListKey { partition: format!("USERS#{}", joined_at.month()), sort: format!("{joined_at}#{id}") }
}
pub fn orders_list(created_at: Timestamp, key: OrderKey) -> ListKey {
    ListKey { partition: format!("ORDERS#{}", created_at.month()), sort: format!("{created_at}#{key}") }
}
pub fn payments_list(settled_at: Timestamp, id: &PaymentId) -> ListKey {
    ListKey { partition: format!("PAYMENTS#{}", settled_at.month()), sort: format!("{settled_at}#{id}") }
}
pub fn traces_list(trace: &Trace) -> ListKey {
    ListKey { partition: format!("{ACTIVITY}#{}", trace.at.day()), sort: format!("{}#{}", trace.at, trace.id) }
}
pub fn discount_codes_list(created_at: Timestamp, name: &DiscountCodeName) -> ListKey {
    ListKey { partition: "DISCOUNTS".into(), sort: format!("{created_at}#{name}") }
}
pub fn admin_tokens_list(created_at: Timestamp, id: AdminTokenId) -> ListKey {
    ListKey { partition: "ADMINTOKENS".into(), sort: format!("{created_at}#{id}") }
}
pub fn broadcasts_list(id: BroadcastId) -> ListKey {
    ListKey { partition: "BROADCASTS".into(), sort: id.to_string() }
}
pub fn audit_target_list(entry: &AuditEntry) -> ListKey {
    ListKey { partition: format!("TARGET#{}#{}", entry.entity, entry.entity_id), sort: entry.id.to_string() }
}

/// A monthly list's partition.
pub(crate) fn monthly(prefix: &str, month: Month) -> String {
    format!("{prefix}#{month}")
}

/// What a primary key of an item that can owe work names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    Order(OrderId),
    Referral { inviter: TelegramUserId, invitee: TelegramUserId },
    Payment(PaymentId),
    Subscription(OrderId),
    Gift(Digest),
}

impl Owner {
    pub fn key(&self) -> Key {
        match self {
            Self::Order(id) => order(*id),
            Self::Referral { inviter, invitee } => referral(*inviter, *invitee),
            Self::Payment(id) => payment(id),
            Self::Subscription(id) => subscription(*id),
            Self::Gift(id) => gift(*id),
        }
    }
}

/// Reads a primary key back. `None`: a key of a kind that owes nothing, or that this version does not know.
pub fn owner(pk: &str, sk: &str) -> Option<Owner> {
    if let Some(user) = pk.strip_prefix("USER#") {
        let user: TelegramUserId = user.parse().ok()?;
        if let Some(order) = sk.strip_prefix(ORDER_PREFIX) {
            return Some(Owner::Order(OrderId::new(user, order.parse().ok()?)));
        }
        if let Some(order) = sk.strip_prefix(SUBSCRIPTION_PREFIX) {
            return Some(Owner::Subscription(OrderId::new(user, order.parse().ok()?)));
        }
        let invitee = sk.strip_prefix(REFERRAL_PREFIX)?.parse().ok()?;
        return Some(Owner::Referral { inviter: user, invitee });
    }
    if let Some(gift) = pk.strip_prefix("GIFT#").filter(|_| sk == "GIFT") {
        return Some(Owner::Gift(gift.parse().ok()?));
    }
    let payment = pk.strip_prefix("PAYMENT#").filter(|_| sk == "PAYMENT")?;
    Some(Owner::Payment(payment.parse().ok()?))
}

/// Shards of one urgency's queue.
pub const SHARDS: u8 = 4;

/// The queue in which an item with this key waits: stable, spread over the shards.
pub(crate) fn shard_of(key: &Key) -> u8 {
    // FNV-1a: spread is all that is asked of it.
    let hash = key
        .pk
        .bytes()
        .chain(key.sk.bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    u8::try_from(hash % u64::from(SHARDS)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_owes_is_found_by_its_key() {
        let user = |id| TelegramUserId::new(id).unwrap();
        let ulid = OrderKey::Ulid(ulid::Ulid::from_parts(1_763_000_000_000, 7));
        let prize = OrderKey::Prize(user(9));
        for id in [OrderId::new(user(7_000_000_000), ulid), OrderId::new(user(1), prize)] {
            let key = order(id);
            assert_eq!(owner(&key.pk, &key.sk), Some(Owner::Order(id)));
            assert_eq!(Owner::Order(id).key(), key);
            let key = subscription(id);
            assert_eq!(owner(&key.pk, &key.sk), Some(Owner::Subscription(id)));
            assert_eq!(Owner::Subscription(id).key(), key);
        }
        let key = referral(user(1), user(2));
        assert_eq!(owner(&key.pk, &key.sk), Some(Owner::Referral { inviter: user(1), invitee: user(2) }));
        let id = Digest::new([9; 10]);
        assert_eq!(owner(&gift(id).pk, &gift(id).sk), Some(Owner::Gift(id)));
        let id: PaymentId = "crypto-pay#123".parse().unwrap();
        let key = payment(&id);
        assert_eq!(owner(&key.pk, &key.sk), Some(Owner::Payment(id)));
        for (pk, sk) in [("USER#1", "#PROFILE"), ("USER#x", "ORDER#1"), ("USER#1", "ORDER#lower"), ("PAYMENT#cash#1", "PAYMENT"), ("", "")]
        {
            assert_eq!(owner(pk, sk), None, "{pk} {sk}");
        }
    }
}
