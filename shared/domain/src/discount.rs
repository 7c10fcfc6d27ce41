//! Discount codes: reserved when an order is placed, kept by its payment, released when it ends unpaid.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    ids::{DiscountCodeName, ProductId, TelegramUserId},
    money::Money,
    percent::Percent,
    settings::PersonalCode,
    time::{Span, Timestamp},
};

/// What a code takes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Benefit {
    Percent(Percent),
    /// A fixed amount of the base currency, at most the price.
    Amount(Money),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscountCode {
    pub name: DiscountCodeName,
    pub benefit: Benefit,
    pub active: bool,
    /// First instant at which it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Timestamp>,
    /// Last instant at which it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_user_limit: Option<u32>,
    /// Live reservations and paid orders. Changed by the orders' own transactions, never by an edit of the code.
    pub times_used: u32,
    /// Orders that were paid after they had given their use back and when none was left: honoured, outside the limit.
    #[serde(default)]
    pub late_uses: u32,
    /// Plans for which it works; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<ProductId>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub first_purchase_only: bool,
    /// The smallest price for which it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Money>,
    /// The one customer for whom it works: a reward, a credit, an invitation to come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<TelegramUserId>,
    pub created_at: Timestamp,
    /// Raised by every edit of the terms, not by uses.
    pub version: u64,
}

/// Why a code does not apply. Each reason has its own sentence for the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum Rejection {
    #[error("there is no such code")]
    NotFound,
    #[error("the code is switched off")]
    Inactive,
    #[error("the code does not work yet")]
    NotYet,
    #[error("the code has expired")]
    Expired,
    #[error("the code is not for this plan")]
    OtherProduct,
    #[error("the price is below the code's minimum")]
    BelowMinimum,
    #[error("the code is for a first purchase")]
    NotFirstPurchase,
    #[error("the code is used up")]
    UsedUp,
    #[error("the customer has used the code")]
    UsedByYou,
}

impl Rejection {
    pub const ALL: [Self; 9] = [
        Self::NotFound,
        Self::Inactive,
        Self::NotYet,
        Self::Expired,
        Self::OtherProduct,
        Self::BelowMinimum,
        Self::NotFirstPurchase,
        Self::UsedUp,
        Self::UsedByYou,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Inactive => "inactive",
            Self::NotYet => "not_yet",
            Self::Expired => "code_expired",
            Self::OtherProduct => "other_product",
            Self::BelowMinimum => "below_minimum",
            Self::NotFirstPurchase => "not_first_purchase",
            Self::UsedUp => "used_up",
            Self::UsedByYou => "used_before",
        }
    }

    /// Whether another plan may not be refused.
    pub const fn is_of_the_plan(self) -> bool {
        matches!(self, Self::OtherProduct | Self::BelowMinimum)
    }
}

/// For what and by whom a code is used.
#[derive(Debug, Clone, Copy)]
pub struct Use<'a> {
    pub customer: TelegramUserId,
    pub product: &'a ProductId,
    pub price: Money,
    pub first_purchase: bool,
    /// Orders of this customer that hold the code, other than the one it is for.
    pub held_by_customer: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidDiscountCode {
    #[error("valid_to: must not be before valid_from")]
    Window,
    #[error("use_limit: must be at least 1")]
    UseLimit,
    #[error("per_user_limit: must be at least 1")]
    PerUserLimit,
    #[error("amount: must be positive")]
    Amount,
    #[error("percent: must be more than 0")]
    Percent,
    #[error("products: at most 20")]
    Products,
}

impl DiscountCode {
    /// A code for one customer, who may use it once from now on, as long as the settings have it.
    pub fn personal(name: DiscountCodeName, owner: TelegramUserId, code: PersonalCode, now: Timestamp) -> Self {
        let valid_to = now.plus(Span::days(code.valid_days.into()));
        Self::owned(name, owner, Benefit::Percent(code.percent), Some(valid_to), now)
    }

    /// A code for one customer, who may use it once from now on.
    pub fn owned(name: DiscountCodeName, owner: TelegramUserId, benefit: Benefit, valid_to: Option<Timestamp>, now: Timestamp) -> Self {
        Self {
            name,
            benefit,
            active: true,
            valid_from: None,
            valid_to,
            use_limit: Some(1),
            per_user_limit: None,
            times_used: 0,
            late_uses: 0,
            products: Vec::new(),
            first_purchase_only: false,
            minimum: None,
            owner: Some(owner),
            created_at: now,
            version: 1,
        }
    }

    /// The rules that every stored code keeps.
    pub fn validate(&self) -> Result<(), InvalidDiscountCode> {
        if let (Some(from), Some(to)) = (self.valid_from, self.valid_to)
            && to < from
        {
            return Err(InvalidDiscountCode::Window);
        }
        if self.use_limit == Some(0) {
            return Err(InvalidDiscountCode::UseLimit);
        }
        if self.per_user_limit == Some(0) {
            return Err(InvalidDiscountCode::PerUserLimit);
        }
        if self.products.len() > 20 {
            return Err(InvalidDiscountCode::Products);
        }
        match self.benefit {
            Benefit::Percent(percent) if percent == Percent::ZERO => Err(InvalidDiscountCode::Percent),
            Benefit::Amount(amount) if amount.is_zero() => Err(InvalidDiscountCode::Amount),
            Benefit::Percent(_) | Benefit::Amount(_) => Ok(()),
        }
    }

    /// Whether it is nobody else's. Nobody learns of another's code: for him there is no such one.
    pub fn is_for(&self, customer: TelegramUserId) -> bool {
        self.owner.is_none_or(|owner| owner == customer)
    }

    /// What the code takes off, or the first of the reasons against it, in the order of [`Rejection`]. The store's condition repeats what can
    /// change between this look and the write: active, window, uses, the customer's uses, the terms' version.
    pub fn apply(&self, to: &Use<'_>, now: Timestamp) -> Result<Money, Rejection> {
        if !self.is_for(to.customer) {
            return Err(Rejection::NotFound);
        }
        if !self.active {
            return Err(Rejection::Inactive);
        }
        if self.valid_from.is_some_and(|from| now < from) {
            return Err(Rejection::NotYet);
        }
        if self.valid_to.is_some_and(|until| now > until) {
            return Err(Rejection::Expired);
        }
        if !self.products.is_empty() && !self.products.contains(to.product) {
            return Err(Rejection::OtherProduct);
        }
        let off = match self.benefit {
            Benefit::Percent(percent) => percent.off(to.price),
            // A code in another currency than the price is for none of today's plans.
            Benefit::Amount(amount) => amount.min(to.price).map_err(|_| Rejection::OtherProduct)?,
        };
        if self.minimum.is_some_and(|minimum| !to.price.at_least(minimum).unwrap_or(false)) {
            return Err(Rejection::BelowMinimum);
        }
        if self.first_purchase_only && !to.first_purchase {
            return Err(Rejection::NotFirstPurchase);
        }
        if self.use_limit.is_some_and(|limit| self.times_used >= limit) {
            return Err(Rejection::UsedUp);
        }
        if self.per_user_limit.is_some_and(|limit| to.held_by_customer >= limit) {
            return Err(Rejection::UsedByYou);
        }
        Ok(off)
    }
}
