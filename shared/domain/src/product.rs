//! What is for sale.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    ids::ProductId,
    money::{Currency, Money},
    payment::{Gateway, gateway_currencies},
    time::Timestamp,
};

/// What a renewal does with what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenewalPolicy {
    /// Bytes and days are added to what is left.
    Add,
    /// A fresh start: what is left is given up.
    Reset,
}

/// What is sold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductKind {
    /// A subscription, new or renewed.
    #[default]
    Plan,
    /// More data or more days for a subscription that there is. What it has none of it adds none of.
    AddOn,
}

impl ProductKind {
    pub const ALL: [Self; 2] = [Self::Plan, Self::AddOn];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::AddOn => "add_on",
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
    fn is_plan(&self) -> bool {
        *self == Self::Plan
    }
}

/// A plan or an add-on of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    pub id: ProductId,
    #[serde(default, skip_serializing_if = "ProductKind::is_plan")]
    pub kind: ProductKind,
    pub name: String,
    /// In the shop's base currency.
    pub price: Money,
    /// Explicit prices in other currencies, one each; a gateway that charges in one of them uses it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub prices: BTreeMap<Currency, Money>,
    /// GiB; `None` is unlimited, and nothing for an add-on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_limit_gb: Option<u32>,
    /// `None` never expires, and is nothing for an add-on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_days: Option<u16>,
    pub renewal_policy: RenewalPolicy,
    pub active: bool,
    /// Smaller first; equal positions by id.
    pub position: u16,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidProduct {
    #[error("name: 1 to 64 characters on one line")]
    Name,
    #[error("price: must be positive")]
    Price,
    #[error("prices.{0}: must be positive and not repeat the base currency")]
    Prices(Currency),
    #[error("data_limit_gb: 1 to 100000, or null for unlimited")]
    DataLimit,
    #[error("duration_days: 1 to 3650, or null for no expiry")]
    Duration,
    #[error("data_limit_gb: an add-on has data or days")]
    EmptyAddOn,
}

impl InvalidProduct {
    /// The field that is wrong.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Price => "price",
            Self::Prices(_) => "prices",
            Self::DataLimit | Self::EmptyAddOn => "data_limit_gb",
            Self::Duration => "duration_days",
        }
    }
}

impl Product {
    /// The rules that every stored product keeps.
    pub fn validate(&self) -> Result<(), InvalidProduct> {
        let name_fits = (1..=64).contains(&self.name.chars().count());
        if !name_fits || self.name.trim().is_empty() || self.name.chars().any(char::is_control) {
            return Err(InvalidProduct::Name);
        }
        if self.price.is_zero() {
            return Err(InvalidProduct::Price);
        }
        for (currency, price) in &self.prices {
            if price.is_zero() || price.currency() != *currency || *currency == self.price.currency() {
                return Err(InvalidProduct::Prices(*currency));
            }
        }
        if self.data_limit_gb.is_some_and(|gb| !(1..=100_000).contains(&gb)) {
            return Err(InvalidProduct::DataLimit);
        }
        if self.duration_days.is_some_and(|days| !(1..=3650).contains(&days)) {
            return Err(InvalidProduct::Duration);
        }
        if self.kind == ProductKind::AddOn && self.data_limit_gb.is_none() && self.duration_days.is_none() {
            return Err(InvalidProduct::EmptyAddOn);
        }
        Ok(())
    }

    pub fn price_in(&self, currency: Currency) -> Option<Money> {
        if self.price.currency() == currency { Some(self.price) } else { self.prices.get(&currency).copied() }
    }

    /// What a gateway would charge when `total` of the base price is due: the gateway's preferred currency that the product has a price in, scaled
    /// like the base price, or else the one that has a rate (what one unit of it costs in the base currency). Rounded up, at least one unit.
    pub fn quote(&self, gateway: Gateway, total: Money, rates: &BTreeMap<Currency, Decimal>) -> Option<Money> {
        let currencies = gateway_currencies(gateway);
        let quote = match currencies.iter().find_map(|currency| self.price_in(*currency)) {
            Some(price) => price.scaled_up(total, self.price).ok()?,
            None if total.currency() != self.price.currency() => return None,
            None => {
                let (currency, rate) = currencies.iter().find_map(|currency| Some((*currency, *rates.get(currency)?)))?;
                total.converted_up(rate, currency).ok()?
            }
        };
        (!quote.is_zero()).then_some(quote)
    }

    pub fn terms(&self) -> Terms {
        Terms {
            product: self.id.clone(),
            kind: self.kind,
            name: self.name.clone(),
            price: self.price,
            data_limit_gb: self.data_limit_gb,
            data_limit_mb: None,
            duration_days: self.duration_days,
            renewal_policy: self.renewal_policy,
        }
    }
}

/// What an order froze of its product: later edits of the catalogue do not reach it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub product: ProductId,
    #[serde(default, skip_serializing_if = "ProductKind::is_plan")]
    pub kind: ProductKind,
    pub name: String,
    #[serde(with = "crate::money::text")]
    pub price: Money,
    #[serde(rename = "gb", default, skip_serializing_if = "Option::is_none")]
    pub data_limit_gb: Option<u32>,
    /// MiB besides the GiB: trials are smaller than what is sold.
    #[serde(rename = "mb", default, skip_serializing_if = "Option::is_none")]
    pub data_limit_mb: Option<u32>,
    #[serde(rename = "days", default, skip_serializing_if = "Option::is_none")]
    pub duration_days: Option<u16>,
    #[serde(rename = "renewal")]
    pub renewal_policy: RenewalPolicy,
}

impl Terms {
    /// Bytes in a GiB, the unit in which plans are sold and the panel shows them.
    pub const GIB: u64 = 1 << 30;
    pub const MIB: u64 = 1 << 20;

    /// Bytes; `None` is unlimited, and nothing for an add-on.
    pub fn data_limit_bytes(&self) -> Option<u64> {
        if self.data_limit_gb.is_none() && self.data_limit_mb.is_none() {
            return None;
        }
        Some(u64::from(self.data_limit_gb.unwrap_or_default()) * Self::GIB + u64::from(self.data_limit_mb.unwrap_or_default()) * Self::MIB)
    }
}
