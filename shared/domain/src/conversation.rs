//! What the bot waits for in a chat. Never the only place of anything that must be kept: an order and its receipt live on the order.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{OrderKey, ProductId, TelegramUserId},
    time::{Span, Timestamp},
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    pub user: TelegramUserId,
    pub awaiting: Awaiting,
    /// After this the item is gone or ignored.
    pub until: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaiting {
    /// The next text is a discount code for this plan and the order that the plan's screen minted.
    DiscountCode {
        product: ProductId,
        order: OrderKey,
        /// The subscription that the order would renew or add to.
        #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
        extends: Option<OrderKey>,
        /// The order would be a gift.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        gift: bool,
    },
    /// What comes next is for the operators.
    SupportMessage {
        /// The operators' message that says whose what follows is; absent: nothing was sent yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        header: Option<i32>,
        /// The album that came last: its parts are acknowledged once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        album: Option<String>,
    },
    /// The next picture is a receipt for this order: its screen was opened last.
    Receipt { order: OrderKey },
    /// The next text is the customer's name for this subscription.
    SubscriptionLabel { subscription: OrderKey },
}

impl Conversation {
    /// How long the next text is taken as an answer.
    pub const LIFETIME: Span = Span::minutes(30);

    pub const fn new(user: TelegramUserId, awaiting: Awaiting, now: Timestamp) -> Self {
        Self { user, awaiting, until: now.plus(Self::LIFETIME) }
    }
}
