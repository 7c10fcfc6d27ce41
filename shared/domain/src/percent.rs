//! A share of a price.

use std::{fmt, str::FromStr};

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    ids::text_form,
    money::Money,
    planted::{Bug, planted},
};

/// 0 to 100 with at most two decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(Decimal);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a percentage is a decimal from 0 to 100 with at most two decimals")]
pub struct InvalidPercent;

impl Percent {
    pub const ZERO: Self = Self(Decimal::ZERO);
    pub const HUNDRED: Self = Self(Decimal::ONE_HUNDRED);

    pub fn new(percent: Decimal) -> Result<Self, InvalidPercent> {
        let percent = percent.normalize();
        let in_range = percent >= Decimal::ZERO && percent <= Decimal::ONE_HUNDRED;
        if in_range && percent.scale() <= 2 { Ok(Self(percent)) } else { Err(InvalidPercent) }
    }

    pub const fn value(self) -> Decimal {
        self.0
    }

    /// The discount on `price`, rounded down to the currency's unit: the customer pays at least the exact price and less than one unit above it.
    pub fn off(self, price: Money) -> Money {
        let exact = price.amount().checked_mul(self.0).and_then(|share| share.checked_div(Decimal::ONE_HUNDRED));
        let rounded = exact.map(|exact| {
            exact.round_dp_with_strategy(
                price.currency().exponent(),
                if planted(Bug::DiscountRoundedUp) { RoundingStrategy::AwayFromZero } else { RoundingStrategy::ToZero },
            )
        });
        // A share of a valid amount is a valid amount.
        rounded.and_then(|amount| Money::new(amount, price.currency()).ok()).unwrap_or(Money::zero(price.currency()))
    }
}
impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl FromStr for Percent {
    type Err = InvalidPercent;
    fn from_str(text: &str) -> Result<Self, InvalidPercent> {
        let plain = !text.is_empty() && text.len() <= 8 && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let percent = plain.then(|| Decimal::from_str_exact(text).ok()).flatten();
        Self::new(percent.ok_or(InvalidPercent)?)
    }
}
text_form!(Percent);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::money::Currency;

    #[test]
    fn what_is_a_percentage() {
        for good in ["0", "100", "12.5", "33.33", "100.00"] {
            assert!(good.parse::<Percent>().is_ok(), "{good}");
        }
        for bad in ["-1", "100.01", "12.555", "", "1e1", "abc", "٥"] {
            assert!(bad.parse::<Percent>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn the_discount_is_rounded_down(basis_points in 0i64..=10_000, price in 0u32..2_000_000_000) {
            let percent = Percent::new(Decimal::new(basis_points, 2))?;
            let price = Money::whole(price, Currency::Irt);
            let off = percent.off(price).amount();
            let exact = price.amount() * percent.value() / Decimal::ONE_HUNDRED;
            prop_assert!(off <= exact && exact - off < Decimal::ONE);
            prop_assert!(off <= price.amount());
        }

        #[test]
        fn none_and_all_are_exact(price in 0u32..2_000_000_000) {
            let price = Money::whole(price, Currency::Irt);
            prop_assert_eq!(Percent::HUNDRED.off(price), price);
            prop_assert!(Percent::ZERO.off(price).is_zero());
        }
    }
}
