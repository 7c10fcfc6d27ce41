//! Amounts with a currency: decimals, checked, never binary floating point.

use std::{fmt, str::FromStr};

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::ids::{is_invisible, latin_digit};

/// A currency and how many decimals its amounts have. Toman (`IRT`) is ten rials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    Irt,
    Irr,
    Rub,
    Usd,
    Eur,
    /// Telegram Stars.
    Xtr,
    Usdt,
    Ton,
    Trx,
    Btc,
    Eth,
    Ltc,
    Bnb,
    Usdc,
}

impl Currency {
    pub const ALL: [Self; 14] = [
        Self::Irt,
        Self::Irr,
        Self::Rub,
        Self::Usd,
        Self::Eur,
        Self::Xtr,
        Self::Usdt,
        Self::Ton,
        Self::Trx,
        Self::Btc,
        Self::Eth,
        Self::Ltc,
        Self::Bnb,
        Self::Usdc,
    ];

    /// Decimals of the smallest unit.
    pub const fn exponent(self) -> u32 {
        match self {
            Self::Irt | Self::Irr | Self::Xtr => 0,
            Self::Rub | Self::Usd | Self::Eur => 2,
            Self::Usdt | Self::Trx | Self::Usdc => 6,
            Self::Btc | Self::Ltc | Self::Bnb => 8,
            Self::Ton => 9,
            Self::Eth => 18,
        }
    }

    pub const fn code(self) -> &'static str {
        match self {
            Self::Irt => "IRT",
            Self::Irr => "IRR",
            Self::Rub => "RUB",
            Self::Usd => "USD",
            Self::Eur => "EUR",
            Self::Xtr => "XTR",
            Self::Usdt => "USDT",
            Self::Ton => "TON",
            Self::Trx => "TRX",
            Self::Btc => "BTC",
            Self::Eth => "ETH",
            Self::Ltc => "LTC",
            Self::Bnb => "BNB",
            Self::Usdc => "USDC",
        }
    }
}
impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        Self::ALL.into_iter().find(|currency| currency.code() == text).ok_or(MoneyError::UnknownCurrency)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MoneyError {
    #[error("the amount is not a decimal number")]
    NotADecimal,
    #[error("the amount is negative")]
    Negative,
    #[error("the amount has more decimals than its currency")]
    TooPrecise,
    #[error("the amount is too large")]
    TooLarge,
    #[error("the currency is not known")]
    UnknownCurrency,
    #[error("the currencies differ")]
    CurrencyMismatch,
}

/// A non-negative amount of one currency, never finer than the currency's smallest unit and below 10^15.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "MoneyForm", into = "MoneyForm")]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

/// `{"amount":"150000","currency":"IRT"}`: the amount is a decimal string, never a JSON number.
#[derive(Serialize, Deserialize)]
struct MoneyForm {
    amount: String,
    currency: Currency,
}

impl TryFrom<MoneyForm> for Money {
    type Error = MoneyError;
    fn try_from(form: MoneyForm) -> Result<Self, MoneyError> {
        Self::parse(&form.amount, form.currency)
    }
}
impl From<Money> for MoneyForm {
    fn from(money: Money) -> Self {
        Self { amount: money.amount_text(), currency: money.currency }
    }
}

impl Money {
    const LIMIT: Decimal = Decimal::from_parts(0xA4C6_8000, 0x0003_8D7E, 0, false, 0);

    pub fn new(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let amount = amount.normalize();
        if amount.is_sign_negative() && !amount.is_zero() {
            return Err(MoneyError::Negative);
        }
        if amount.scale() > currency.exponent() {
            return Err(MoneyError::TooPrecise);
        }
        if amount >= Self::LIMIT {
            return Err(MoneyError::TooLarge);
        }
        Ok(Self { amount, currency })
    }

    /// Reads a plain decimal: ASCII digits with at most one point, no sign, no exponent, at most 40 characters.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let points = text.bytes().filter(|b| *b == b'.').count();
        let plain = digits > 0 && points <= 1 && digits + points == text.len() && text.len() <= 40;
        if text.starts_with('-') {
            return Err(MoneyError::Negative);
        }
        if !plain || text.starts_with('.') || text.ends_with('.') {
            return Err(MoneyError::NotADecimal);
        }
        let amount = Decimal::from_str_exact(text).map_err(|_| MoneyError::TooLarge)?;
        Self::new(amount, currency)
    }

    /// Reads what a person typed: digits of any script, in groups or not, with decimals where the currency has them. Anything that could mean another
    /// amount, as a word beside the number, is refused.
    pub fn typed(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let shown = text.trim().chars().filter(|c| !is_invisible(*c));
        let mut plain: String = shown.map(|c| if c == '٫' { '.' } else { latin_digit(c) }).collect();
        let grouped = |text: &str, separator: char| {
            let mut groups = text.split(separator);
            let first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()));
            first && groups.all(|group| group.len() == 3)
        };
        let whole = plain.split('.').next().unwrap_or_default();
        if let Some(separator) = [',', '٬', '،', ' ', '\u{a0}', '\u{202f}', '\''].into_iter().find(|separator| whole.contains(*separator))
        {
            if !grouped(whole, separator) {
                return Err(MoneyError::NotADecimal);
            }
            plain.retain(|c| c != separator);
        } else if currency.exponent() == 0 && plain.contains('.') && grouped(&plain, '.') {
            // Where there are no decimals a point can only part groups.
            plain.retain(|c| c != '.');
        }
        // Where 250.000 could be meant as a quarter of a million, it is not read as 250.
        let decimals = plain.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        if decimals > usize::try_from(currency.exponent()).unwrap_or_default() {
            return Err(MoneyError::TooPrecise);
        }
        Self::parse(&plain, currency)
    }

    pub const fn zero(currency: Currency) -> Self {
        Self { amount: Decimal::ZERO, currency }
    }

    /// A whole number of the currency's main unit.
    pub fn whole(amount: u32, currency: Currency) -> Self {
        Self { amount: Decimal::from(amount), currency }
    }

    pub const fn amount(self) -> Decimal {
        self.amount
    }

    pub const fn currency(self) -> Currency {
        self.currency
    }

    pub fn is_zero(self) -> bool {
        self.amount.is_zero()
    }

    /// The amount as a plain decimal with the currency's decimals: `150000`, `4.50`.
    pub fn amount_text(self) -> String {
        let places = self.currency.exponent().min(2).max(self.amount.scale());
        format!("{:.*}", usize::try_from(places).unwrap_or_default(), self.amount)
    }

    /// The amount in whole units of a currency without decimals (Stars).
    pub fn whole_units(self) -> Option<u64> {
        u64::try_from(self.amount).ok().filter(|_| self.currency.exponent() == 0)
    }

    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        Self::new(self.amount.checked_add(other.amount).ok_or(MoneyError::TooLarge)?, self.currency)
    }

    /// Fails where the result would be negative.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        Self::new(self.amount.checked_sub(other.amount).ok_or(MoneyError::TooLarge)?, self.currency)
    }

    /// `self * part / whole`, rounded up to the currency's unit: a price in another currency scaled like the base price was.
    pub fn scaled_up(self, part: Self, whole: Self) -> Result<Self, MoneyError> {
        part.same_currency(whole)?;
        if part == whole || whole.is_zero() {
            return Ok(self);
        }
        let product = self.amount.checked_mul(part.amount).ok_or(MoneyError::TooLarge)?;
        Self::divided_up(product, whole.amount, self.currency)
    }

    /// The amount in another currency, of which one unit costs `rate` of this one, rounded up to that currency's unit.
    pub fn converted_up(self, rate: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        if rate <= Decimal::ZERO {
            return Err(MoneyError::NotADecimal);
        }
        Self::divided_up(self.amount, rate, currency)
    }

    fn divided_up(dividend: Decimal, divisor: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let exponent = currency.exponent();
        let quotient = dividend.checked_div(divisor).ok_or(MoneyError::TooLarge)?;
        let down = quotient.round_dp_with_strategy(exponent, RoundingStrategy::ToZero);
        // A quotient that does not end is cut after 28 digits: only multiplying back tells whether something was left over.
        let exact = down.checked_mul(divisor).ok_or(MoneyError::TooLarge)? >= dividend;
        let up = if exact { Some(down) } else { down.checked_add(Decimal::new(1, exponent)) };
        Self::new(up.ok_or(MoneyError::TooLarge)?, currency)
    }

    /// The smaller of two amounts of one currency.
    pub fn min(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        Ok(if other.amount < self.amount { other } else { self })
    }

    pub fn at_least(self, other: Self) -> Result<bool, MoneyError> {
        self.same_currency(other)?;
        Ok(self.amount >= other.amount)
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency { Ok(()) } else { Err(MoneyError::CurrencyMismatch) }
    }
}
/// Reads what `Display` writes: `150000 IRT`.
impl FromStr for Money {
    type Err = MoneyError;
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let (amount, currency) = text.split_once(' ').ok_or(MoneyError::UnknownCurrency)?;
        Self::parse(amount, currency.parse()?)
    }
}

/// The stored form `150000 IRT`, where an item has many amounts and every byte counts. For `#[serde(with)]`.
pub(crate) mod text {
    use super::Money;

    pub fn serialize<S: serde::Serializer>(money: &Money, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(money)
    }

    pub fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Money, D::Error> {
        let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount_text(), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_an_amount() {
        let parse = |text: &str, currency| Money::parse(text, currency).map(Money::amount_text);
        assert_eq!(parse("150000", Currency::Irt), Ok("150000".into()));
        assert_eq!(parse("4.5", Currency::Usd), Ok("4.50".into()));
        assert_eq!(parse("4.500", Currency::Usd), Ok("4.50".into()));
        assert_eq!(parse("0.000001", Currency::Usdt), Ok("0.000001".into()));
        assert_eq!(parse("4.505", Currency::Usd), Err(MoneyError::TooPrecise));
        assert_eq!(parse("1.5", Currency::Xtr), Err(MoneyError::TooPrecise));
        assert_eq!(parse("-1", Currency::Irt), Err(MoneyError::Negative));
        assert_eq!(parse("999999999999999", Currency::Irt), Ok("999999999999999".into()));
        assert_eq!(parse("1000000000000000", Currency::Irt), Err(MoneyError::TooLarge));
        for bad in ["", ".", ".5", "5.", "1e3", "+1", "1,000", "NaN", "۱۲۳", "1 ", "0x1", "1.2.3"] {
            assert_eq!(parse(bad, Currency::Usd), Err(MoneyError::NotADecimal), "{bad:?}");
        }
    }

    #[test]
    fn currencies_do_not_mix() {
        let one = Money::whole(1, Currency::Usd);
        assert_eq!(one.checked_add(Money::whole(1, Currency::Eur)), Err(MoneyError::CurrencyMismatch));
        assert_eq!(one.checked_sub(Money::whole(2, Currency::Usd)), Err(MoneyError::Negative));
    }

    #[test]
    fn a_scaled_price_is_rounded_up_and_exact_where_it_can_be() {
        let toman = |n| Money::whole(n, Currency::Irt);
        let stars = |n| Money::whole(n, Currency::Xtr);
        assert_eq!(stars(150).scaled_up(toman(75_000), toman(150_000)), Ok(stars(75)));
        assert_eq!(stars(100).scaled_up(toman(1), toman(3)), Ok(stars(34)));
        assert_eq!(stars(9).scaled_up(toman(1), toman(3)), Ok(stars(3)));
        assert_eq!(stars(100).scaled_up(toman(0), toman(3)), Ok(stars(0)));
    }

    #[test]
    fn typed_amounts() {
        for (text, currency, amount) in [
            ("250000", Currency::Irt, Some("250000")),
            (" ۲۵۰۰۰۰\u{200f}", Currency::Irt, Some("250000")),
            ("٢٥٠٬٠٠٠", Currency::Irt, Some("250000")),
            ("250,000", Currency::Irt, Some("250000")),
            ("1 250 000", Currency::Irt, Some("1250000")),
            ("250.000", Currency::Irt, Some("250000")),
            ("250.5", Currency::Irt, None),
            ("25,00", Currency::Irt, None),
            ("2500,000", Currency::Irt, None),
            ("1,250 000", Currency::Irt, None),
            ("250k", Currency::Irt, None),
            ("۲۵۰ هزار", Currency::Irt, None),
            ("250 000 T", Currency::Irt, None),
            ("-5", Currency::Irt, None),
            ("1e5", Currency::Irt, None),
            ("", Currency::Irt, None),
            (",", Currency::Irt, None),
            (".", Currency::Irt, None),
            ("1,250.50", Currency::Rub, Some("1250.50")),
            ("۱۲٫۵", Currency::Rub, Some("12.50")),
            ("250.000", Currency::Rub, None),
        ] {
            let read = Money::typed(text, currency).ok().map(Money::amount_text);
            assert_eq!(read.as_deref(), amount, "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_round_trips(units in 0u64..1_000_000_000_000, index in 0usize..Currency::ALL.len()) {
            let currency = Currency::ALL[index];
            let money = Money::new(Decimal::from(units) / Decimal::from(10u64.pow(currency.exponent().min(8))), currency)?;
            prop_assert_eq!(Money::parse(&money.amount_text(), currency), Ok(money));
            prop_assert_eq!(money.to_string().parse(), Ok(money));
            let json = serde_json::to_string(&money).map_err(|e| TestCaseError::fail(e.to_string()))?;
            prop_assert_eq!(serde_json::from_str::<Money>(&json).ok(), Some(money));
        }

            #[test]
        fn scaling_never_loses_a_unit(price in 1u32..1_000_000, part in 0u32..1_000_000, whole in 1u32..1_000_000) {
            prop_assume!(part <= whole);
            let scaled = Money::whole(price, Currency::Xtr).scaled_up(Money::whole(part, Currency::Irt), Money::whole(whole, Currency::Irt))?;
            let units = u128::from(scaled.whole_units().unwrap_or_default());
            let exact_times_whole = u128::from(price) * u128::from(part);
            prop_assert!(units * u128::from(whole) >= exact_times_whole);
            prop_assert!(units * u128::from(whole) < exact_times_whole + u128::from(whole));
        }
    }
}
