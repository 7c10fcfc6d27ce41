//! How much the gateways charge at once, as far as they say.

use domain::{
    Currency, Money,
    payment::{Gateway, gateway_currencies},
};

/// What a gateway charges at once in one currency. A bound that it does not name is absent: what it takes then shows when an invoice is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AmountLimits {
    pub least: Option<Money>,
    pub most: Option<Money>,
}

impl AmountLimits {
    fn between(least: u32, most: u32, currency: Currency) -> Self {
        Self { least: Some(Money::whole(least, currency)), most: Some(Money::whole(most, currency)) }
    }

    /// Whether `amount` is within them; an amount in another currency is not.
    pub fn hold(&self, amount: Money) -> bool {
        self.least.is_none_or(|least| amount.at_least(least) == Ok(true)) && self.most.is_none_or(|most| most.at_least(amount) == Ok(true))
    }
}

/// What `gateway` charges at once in `currency`.
pub fn amount_limits(gateway: Gateway, currency: Currency) -> AmountLimits {
    match (gateway, currency) {
        (Gateway::TelegramStars, Currency::Xtr) => AmountLimits::between(1, 25_000, currency),
        (Gateway::RecurringStars, Currency::Xtr) => AmountLimits::between(1, 10_000, currency),
        // A thousand rials, and a hundred million toman.
        (Gateway::ZarinPal, Currency::Irt) => AmountLimits::between(100, 100_000_000, currency),
        (Gateway::ZarinPal, Currency::Irr) => AmountLimits::between(1_000, 1_000_000_000, currency),
        (Gateway::Tribute, Currency::Rub) => AmountLimits::between(100, 300_000, currency),
        _ => AmountLimits::default(),
    }
}

/// Whether `gateway` can be asked for `amount`: it charges in its currency, something, and so much at once.
pub fn takes(gateway: Gateway, amount: Money) -> bool {
    let currency = amount.currency();
    gateway_currencies(gateway).contains(&currency) && !amount.is_zero() && amount_limits(gateway, currency).hold(amount)
}
