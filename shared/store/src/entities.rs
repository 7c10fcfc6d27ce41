//! How each aggregate lies in the table (`ARCHITECTURE.md` has the same as a picture).

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    OrderId, SubscriptionName, TelegramUserId, Timestamp,
    activity::Trace,
    admin::{AdminToken, AuditEntry, WrongTokens},
    broadcast::{Broadcast, BroadcastRun},
    conversation::Conversation,
    discount::DiscountCode,
    duty::Work,
    gift::Gift,
    guesses::Guesses,
    money::Money,
    order::Order,
    payment::Payment,
    product::Product,
    referral::Referral,
    settings::Settings,
    stats::{CountingClock, DayCount, Recount},
    subscription::Subscription,
    user::User,
};
use serde::{Deserialize, Serialize};

use crate::{
    item::Entity,
    keys::{self, Key, ListKey, Owner},
};

macro_rules! versioned {
    () => {
        fn version_mut(&mut self) -> Option<&mut u64> {
            Some(&mut self.version)
        }
    };
}

impl Entity for User {
    const TYPE: &'static str = "user";
    fn key(&self) -> Key {
        keys::user(self.id)
    }
    fn list(&self) -> Option<ListKey> {
        Some(keys::users_list(self.joined_at, self.id))
    }
    fn summary(&self) -> Vec<(&'static str, String)> {
        let mut summary = vec![("banned", self.is_banned().to_string()), ("trial", self.trial_at.is_some().to_string())];
        summary.extend(self.invited_by.map(|inviter| ("invited_by", inviter.to_string())));
        summary
    }
    versioned!();
}

impl Entity for Conversation {
    const TYPE: &'static str = "conversation";
    fn key(&self) -> Key {
        keys::conversation(self.user)
    }
    fn expires(&self) -> Option<Timestamp> {
        Some(self.until)
    }
}

impl Entity for Order {
    const TYPE: &'static str = "order";
    fn key(&self) -> Key {
        keys::order(self.id)
    }
    fn said_by_key(key: &Key) -> Option<(&'static str, AttributeValue)> {
        match keys::owner(&key.pk, &key.sk)? {
            Owner::Order(id) => Some(("id", serde_dynamo::to_attribute_value(id).ok()?)),
            Owner::Referral { .. } | Owner::Payment(_) | Owner::Subscription(_) | Owner::Gift(_) => None,
        }
    }
    fn list(&self) -> Option<ListKey> {
        Some(keys::orders_list(self.created_at, self.id.key))
    }
    fn summary(&self) -> Vec<(&'static str, String)> {
        let method = self.payment.as_ref().map(|payment| payment.gateway()).or(self.attempts.last().map(|attempt| attempt.gateway));
        let mut summary = vec![("product", self.terms.product.to_string())];
        summary.extend(method.map(|gateway| ("method", gateway.to_string())));
        summary
    }
    fn work(&self) -> Option<&Work> {
        Some(&self.work)
    }
    versioned!();
}

impl Entity for Subscription {
    const TYPE: &'static str = "subscription";
    fn key(&self) -> Key {
        keys::subscription(self.order)
    }
    fn work(&self) -> Option<&Work> {
        Some(&self.work)
    }
    versioned!();
}

impl Entity for Referral {
    const TYPE: &'static str = "referral";
    fn key(&self) -> Key {
        keys::referral(self.inviter, self.invitee)
    }
    fn work(&self) -> Option<&Work> {
        Some(&self.work)
    }
    versioned!();
}

impl Entity for Payment {
    const TYPE: &'static str = "payment";
    fn key(&self) -> Key {
        keys::payment(&self.id)
    }
    fn list(&self) -> Option<ListKey> {
        Some(keys::payments_list(self.settled_at, &self.id))
    }
    fn summary(&self) -> Vec<(&'static str, String)> {
        let mut summary = vec![("method", self.id.gateway().to_string())];
        summary.extend(self.order.map(|order| ("user_id", order.buyer.to_string())));
        summary
    }
    fn work(&self) -> Option<&Work> {
        Some(&self.work)
    }
    fn undecided_since(&self) -> Option<Timestamp> {
        self.is_undecided().then_some(self.settled_at)
    }
    versioned!();
}

impl Entity for Product {
    const TYPE: &'static str = "product";
    fn key(&self) -> Key {
        keys::product(&self.id)
    }
    versioned!();
}

impl Entity for Settings {
    const TYPE: &'static str = "settings";
    fn key(&self) -> Key {
        keys::settings()
    }
    versioned!();
}

impl Entity for DiscountCode {
    const TYPE: &'static str = "discount_code";
    fn key(&self) -> Key {
        keys::discount_code(&self.name)
    }
    fn list(&self) -> Option<ListKey> {
        Some(keys::discount_codes_list(self.created_at, &self.name))
    }
    fn summary(&self) -> Vec<(&'static str, String)> {
        vec![("active", self.active.to_string())]
    }
    versioned!();
}

impl Entity for Gift {
    const TYPE: &'static str = "gift";
    fn key(&self) -> Key {
        keys::gift(self.id)
    }
    fn work(&self) -> Option<&Work> {
        Some(&self.work)
    }
    versioned!();
}

impl Entity for AdminToken {
    const TYPE: &'static str = "admin_token";
    fn key(&self) -> Key {
        keys::admin_token(&self.hash)
    }
    fn list(&self) -> Option<ListKey> {
        Some(keys::admin_tokens_list(self.created_at, self.id))
    }
    versioned!();
}

impl Entity for Broadcast {
    const TYPE: &'static str = "broadcast";
    fn key(&self) -> Key {
        keys::broadcast(self.id)
    }
    fn list(&self) -> Option<ListKey> {
        Some(keys::broadcasts_list(self.id))
    }
    versioned!();
}

impl Entity for BroadcastRun {
    const TYPE: &'static str = "broadcast_run";
    fn key(&self) -> Key {
        keys::broadcast_run(self.id)
    }
    versioned!();
}

impl Entity for WrongTokens {
    const TYPE: &'static str = "wrong_tokens";
    fn key(&self) -> Key {
        keys::wrong_tokens(&self.by)
    }
    fn expires(&self) -> Option<Timestamp> {
        Some(self.last_at.plus(Self::LIFETIME))
    }
}

impl Entity for AuditEntry {
    const TYPE: &'static str = "audit";
    fn key(&self) -> Key {
        keys::audit(self)
    }
    fn list(&self) -> Option<ListKey> {
        Some(keys::audit_target_list(self))
    }
}

impl Entity for Trace {
    const TYPE: &'static str = "activity";
    fn key(&self) -> Key {
        keys::trace(self)
    }
    fn list(&self) -> Option<ListKey> {
        Some(keys::traces_list(self))
    }
    fn expires(&self) -> Option<Timestamp> {
        Some(self.at.plus(Self::LIFETIME))
    }
}

impl Entity for Guesses {
    const TYPE: &'static str = "guesses";
    fn key(&self) -> Key {
        keys::guesses(self.user)
    }
    fn expires(&self) -> Option<Timestamp> {
        Some(self.last_at.plus(Self::LIFETIME))
    }
}

impl Entity for DayCount {
    const TYPE: &'static str = "day_count";
    fn key(&self) -> Key {
        keys::day_count(self.day)
    }
    versioned!();
}

impl Entity for CountingClock {
    const TYPE: &'static str = "counting_clock";
    fn key(&self) -> Key {
        keys::counting_clock()
    }
    versioned!();
}

impl Entity for Recount {
    const TYPE: &'static str = "recount";
    fn key(&self) -> Key {
        keys::recount(self.asked_at, self.at)
    }
    versioned!();
}

/// Which orders of one customer hold a code. Written only by the writes that reserve and release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redemption {
    #[serde(default)]
    pub orders: Vec<String>,
}

impl Redemption {
    /// How many orders other than `order` hold the code.
    pub fn held_besides(&self, order: OrderId) -> u32 {
        let name = order.key.to_string();
        u32::try_from(self.orders.iter().filter(|held| **held != name).count()).unwrap_or(u32::MAX)
    }
}

/// A card transfer's amount, taken while an order waits for exactly it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardAmount {
    pub card: String,
    pub amount: Money,
    pub order: OrderId,
}

impl Entity for CardAmount {
    const TYPE: &'static str = "card_amount";
    fn key(&self) -> Key {
        keys::card_amount(&self.card, self.amount)
    }
}

/// The order for which a file was sent as a receipt first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptFile {
    /// Telegram's name of the file, the same for everybody.
    pub unique: String,
    pub order: OrderId,
}

impl Entity for ReceiptFile {
    const TYPE: &'static str = "receipt_file";
    fn key(&self) -> Key {
        keys::receipt_file(&self.unique)
    }
}

/// A message in the operators' chat that stands for one of a customer's: what replies to it is for him. The only place that says so; nothing that
/// the message itself says is believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportLetter {
    /// The operators' chat, and the message there.
    pub chat: i64,
    pub message: i32,
    pub customer: TelegramUserId,
    /// The customer's message in his own chat.
    pub original: i32,
    pub until: Timestamp,
}

impl Entity for SupportLetter {
    const TYPE: &'static str = "support_letter";
    fn key(&self) -> Key {
        keys::support_letter(self.chat, self.message)
    }
    fn expires(&self) -> Option<Timestamp> {
        Some(self.until)
    }
}

/// Whose an account of the panel became that was there before the shop: it is adopted once. The shop's own accounts have none, as their notes say whose
/// they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdoptedAccount {
    pub name: SubscriptionName,
    /// The order that it hangs on, and its subscription.
    pub order: OrderId,
}

impl Entity for AdoptedAccount {
    const TYPE: &'static str = "adopted_account";
    fn key(&self) -> Key {
        keys::adopted_account(&self.name)
    }
}

/// Somebody who signed in to the console. It lasts no longer than the token that it was begun with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminSession {
    /// SHA-256 of the session's secret, lower-case hex: the secret is in a cookie and nowhere else.
    pub hash: String,
    /// SHA-256 of the token, lower-case hex.
    pub token: String,
    /// Whether that is the deployer's token.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bootstrap: bool,
    pub created_at: Timestamp,
    /// When it was signed out of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    pub until: Timestamp,
}

impl Entity for AdminSession {
    const TYPE: &'static str = "admin_session";
    fn key(&self) -> Key {
        keys::admin_session(&self.hash)
    }
    fn expires(&self) -> Option<Timestamp> {
        Some(self.until)
    }
}

/// The answer that an admin request got, kept so that the same request again gets it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdempotencyRecord {
    /// Who asked: keys of different tokens do not meet.
    pub scope: String,
    pub name: String,
    /// SHA-256 of method, path and body: the same key for something else is refused.
    pub request: String,
    pub status: u16,
    pub body: String,
    pub until: Timestamp,
}

impl Entity for IdempotencyRecord {
    const TYPE: &'static str = "idempotency";
    fn key(&self) -> Key {
        keys::idempotency(&self.scope, &self.name)
    }
    fn expires(&self) -> Option<Timestamp> {
        Some(self.until)
    }
}
