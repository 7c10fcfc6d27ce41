//! Values that travel in many places.

use std::collections::BTreeMap;

use domain::{Currency, Timestamp, money::MoneyError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Faults;

/// An amount of a currency: a decimal text, never a JSON number.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": "150000", "currency": "IRT"}))]
pub struct Money {
    /// A plain decimal, not negative, with at most the currency's decimals.
    #[schema(pattern = r"^[0-9]{1,15}(\.[0-9]{1,18})?$")]
    pub amount: String,
    #[schema(inline)]
    pub currency: CurrencyCode,
}

/// A currency's code.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, example = "IRT", pattern = "^[A-Z]{3,4}$")]
pub struct CurrencyCode(pub String);

impl From<domain::Money> for Money {
    fn from(money: domain::Money) -> Self {
        Self { amount: money.amount_text(), currency: CurrencyCode(money.currency().code().to_owned()) }
    }
}

impl Money {
    /// The amount, with what is wrong noted under `field`.
    pub fn read(&self, faults: &mut Faults, field: &str) -> Option<domain::Money> {
        let currency = faults.take::<Currency, _>(&format!("{field}.currency"), self.currency.0.parse())?;
        faults.take(&format!("{field}.amount"), domain::Money::parse(&self.amount, currency))
    }
}

/// Prices by currency: `{"XTR":"150"}`.
pub fn prices(prices: &BTreeMap<Currency, domain::Money>) -> BTreeMap<String, String> {
    prices.iter().map(|(currency, price)| (currency.code().to_owned(), price.amount_text())).collect()
}

/// One price of such a map.
pub fn price(faults: &mut Faults, currency: &str, amount: &str) -> Option<domain::Money> {
    let price = currency.parse().and_then(|currency: Currency| domain::Money::parse(amount, currency));
    faults.take::<_, MoneyError>(&format!("prices.{currency}"), price)
}

/// A moment: RFC 3339, UTC, to the millisecond.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = DateTime, example = "2026-11-22T18:43:48.123Z")]
pub struct Time(pub Timestamp);

impl From<Timestamp> for Time {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

/// A moment that a client sends.
pub fn moment(faults: &mut Faults, field: &str, text: Option<&str>) -> Option<Timestamp> {
    faults.parse(field, text)
}

/// A text of people: without spaces around it, one line of 1 to `max` characters.
pub fn one_line(faults: &mut Faults, field: &str, text: &str, max: usize) -> Option<String> {
    let text = text.trim();
    if !(1..=max).contains(&text.chars().count()) || text.chars().any(char::is_control) {
        faults.add(field, format!("1 to {max} characters on one line"));
        return None;
    }
    Some(text.to_owned())
}

/// An enum of the domain as its names travel.
macro_rules! wire_enum {
    ($(#[$doc:meta])* $name:ident = $domain:path { $($variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($variant),+
        }
        impl From<$domain> for $name {
            fn from(value: $domain) -> Self {
                use $domain as Domain;
                match value {
                    $(Domain::$variant => Self::$variant),+
                }
            }
        }
        impl From<$name> for $domain {
            fn from(value: $name) -> Self {
                use $domain as Domain;
                match value {
                    $($name::$variant => Domain::$variant),+
                }
            }
        }
    };
}
pub(crate) use wire_enum;
