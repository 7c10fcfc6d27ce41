//! The rules of the shop, without I/O: values and `now` go in, decisions come out.
//!
//! Nothing here reads a clock, rolls dice or knows how it is stored or spoken to. Aggregates derive `serde` because their stored form
//! is pinned by golden items in `store`; the admin API and the panel have wire types of their own.

pub mod activity;
pub mod admin;
pub mod broadcast;
pub mod change;
pub mod conversation;
pub mod discount;
pub mod duty;
pub mod extension;
pub mod gift;
pub mod guesses;
pub mod ids;
pub mod language;
pub mod money;
pub mod order;
pub mod patience;
pub mod payment;
pub mod percent;
pub mod planted;
pub mod product;
pub mod reference;
pub mod referral;
pub mod reminder;
pub mod settings;
pub mod stats;
pub mod subscription;
pub mod time;
pub mod user;

pub use ids::{AdminTokenId, AuditEntryId, BroadcastId, DiscountCodeName, OrderId, OrderKey, ProductId, SubscriptionName, TelegramUserId};
pub use language::Language;
pub use money::{Currency, Money};
pub use percent::Percent;
pub use time::Timestamp;
