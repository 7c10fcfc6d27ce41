//! Plans: which can be stored, and what a gateway charges for them.

use std::collections::BTreeMap;

use domain::{
    Currency, Money,
    payment::{Gateway, gateway_currencies},
    product::{InvalidProduct, Product, Terms},
};
use proptest::{prelude::*, sample::select};
use rust_decimal::Decimal;

use crate::fixtures::{money, product, stars, toman};

#[test]
fn which_plans_can_be_stored() {
    use InvalidProduct as Invalid;
    let named = |name: &str| Product { name: name.to_owned(), ..product() };
    let priced = |currency, price| Product { prices: [(currency, price)].into(), ..product() };
    let cases: Vec<(&str, Product, Result<(), Invalid>)> = vec![
        ("the fixture's", product(), Ok(())),
        ("one letter", named("x"), Ok(())),
        ("64 letters of two bytes", named(&"ж".repeat(64)), Ok(())),
        ("65 letters", named(&"x".repeat(65)), Err(Invalid::Name)),
        ("no name", named(""), Err(Invalid::Name)),
        ("spaces", named("  \u{a0}"), Err(Invalid::Name)),
        ("two lines", named("50 GB\nfree"), Err(Invalid::Name)),
        ("free", Product { price: toman(0), ..product() }, Err(Invalid::Price)),
        ("no other prices", Product { prices: [].into(), ..product() }, Ok(())),
        ("free in Stars", priced(Currency::Xtr, stars(0)), Err(Invalid::Prices(Currency::Xtr))),
        ("a second base price", priced(Currency::Irt, toman(1)), Err(Invalid::Prices(Currency::Irt))),
        ("a price under another currency's name", priced(Currency::Usd, stars(1)), Err(Invalid::Prices(Currency::Usd))),
        ("unlimited", Product { data_limit_gb: None, duration_days: None, ..product() }, Ok(())),
        ("the smallest", Product { data_limit_gb: Some(1), duration_days: Some(1), ..product() }, Ok(())),
        ("the largest", Product { data_limit_gb: Some(100_000), duration_days: Some(3650), ..product() }, Ok(())),
        ("no data", Product { data_limit_gb: Some(0), ..product() }, Err(Invalid::DataLimit)),
        ("too much data", Product { data_limit_gb: Some(100_001), ..product() }, Err(Invalid::DataLimit)),
        ("no time", Product { duration_days: Some(0), ..product() }, Err(Invalid::Duration)),
        ("too much time", Product { duration_days: Some(3651), ..product() }, Err(Invalid::Duration)),
    ];
    for (case, product, want) in cases {
        let got = product.validate();
        assert_eq!(got, want, "{case}");
        if let Err(invalid) = got {
            assert!(invalid.to_string().starts_with(invalid.field()), "{invalid} names its field");
        }
    }
}

#[test]
fn a_plan_freezes_into_terms() {
    let terms = product().terms();
    assert_eq!((terms.price, terms.data_limit_bytes()), (toman(150_000), Some(53_687_091_200)));
    let largest = Terms { data_limit_gb: Some(u32::MAX), ..terms.clone() };
    assert_eq!(largest.data_limit_bytes(), Some(u64::from(u32::MAX) << 30), "any number of GB fits its bytes");
    assert_eq!(Terms { data_limit_gb: None, ..terms }.data_limit_bytes(), None);
}

#[test]
fn what_a_gateway_charges() {
    let dollars = |text| money(text, Currency::Usd);
    let only = |currency, price| Product { prices: [(currency, price)].into(), ..product() };
    let in_rubles = Product { price: money("499", Currency::Rub), prices: [].into(), ..product() };
    let twenty_million = Product { price: toman(20_000_000), prices: [(Currency::Xtr, stars(5))].into(), ..product() };
    let cases: Vec<(&str, Product, Gateway, Money, Option<Money>)> = vec![
        ("the whole price in Stars", product(), Gateway::TelegramStars, toman(150_000), Some(stars(150))),
        ("half of it", product(), Gateway::TelegramStars, toman(75_000), Some(stars(75))),
        ("a share that does not end is rounded up", product(), Gateway::TelegramStars, toman(100_001), Some(stars(101))),
        ("a single toman is a Star", product(), Gateway::TelegramStars, toman(1), Some(stars(1))),
        ("a ten-millionth of a Star is a Star", twenty_million, Gateway::TelegramStars, toman(1), Some(stars(1))),
        ("by card in the base currency", product(), Gateway::Card, toman(140_000), Some(toman(140_000))),
        ("by Crypto Pay in dollars", product(), Gateway::CryptoPay, toman(150_000), Some(dollars("2.99"))),
        ("a third of 2.99", product(), Gateway::CryptoPay, toman(50_000), Some(dollars("1.00"))),
        ("no price in Stars", only(Currency::Usd, dollars("2.99")), Gateway::TelegramStars, toman(150_000), None),
        ("no price for Crypto Pay", only(Currency::Xtr, stars(150)), Gateway::CryptoPay, toman(150_000), None),
        (
            "in the first currency that there is",
            only(Currency::Ton, money("1.2", Currency::Ton)),
            Gateway::CryptoPay,
            toman(75_000),
            Some(money("0.6", Currency::Ton)),
        ),
        (
            "the base price serves every gateway that takes it",
            in_rubles.clone(),
            Gateway::CryptoPay,
            money("499", Currency::Rub),
            Some(money("499", Currency::Rub)),
        ),
        ("and the card", in_rubles, Gateway::Card, money("0.01", Currency::Rub), Some(money("0.01", Currency::Rub))),
        ("nothing is due", product(), Gateway::TelegramStars, toman(0), None),
        ("a total in another currency", product(), Gateway::TelegramStars, dollars("2.99"), None),
    ];
    for (case, product, gateway, total, want) in cases {
        assert_eq!(product.quote(gateway, total, &BTreeMap::new()), want, "{case}");
    }
}

#[test]
fn what_has_no_price_is_sold_at_a_rate() {
    let rate = |text: &str| text.parse::<Decimal>().unwrap();
    let rates = BTreeMap::from([(Currency::Usd, rate("61500")), (Currency::Xtr, rate("1003.5")), (Currency::Rub, rate("0"))]);
    let dollars = |text| money(text, Currency::Usd);
    let unpriced = Product { prices: [].into(), ..product() };
    let priced = product();
    let cases: Vec<(&str, &Product, Gateway, Money, Option<Money>)> = vec![
        ("a price of its own comes first", &priced, Gateway::TelegramStars, toman(150_000), Some(stars(150))),
        ("Stars, rounded up", &unpriced, Gateway::TelegramStars, toman(150_000), Some(stars(150))),
        ("dollars, rounded up to the cent", &unpriced, Gateway::CryptoPay, toman(150_000), Some(dollars("2.44"))),
        ("what divides evenly", &unpriced, Gateway::CryptoPay, toman(123_000), Some(dollars("2"))),
        ("a single toman costs a cent", &unpriced, Gateway::CryptoPay, toman(1), Some(dollars("0.01"))),
        ("the base currency needs no rate", &unpriced, Gateway::Card, toman(150_000), Some(toman(150_000))),
        ("a rate of nothing is no rate", &unpriced, Gateway::YooKassa, toman(150_000), None),
        ("nothing is due", &unpriced, Gateway::CryptoPay, toman(0), None),
        ("a total in another currency", &unpriced, Gateway::CryptoPay, dollars("2.99"), None),
    ];
    for (case, product, gateway, total, want) in cases {
        assert_eq!(product.quote(gateway, total, &rates), want, "{case}");
    }
}

fn prices() -> impl Strategy<Value = (Product, Money)> {
    // Whole tomans and the smallest units of each currency, as small and as large as plans are.
    let amounts = prop_oneof![1i64..100, 1i64..1_000_000, 1i64..1_000_000_000];
    (1u32..=100_000_000, 1u32..=100_000_000, select(vec![Currency::Xtr, Currency::Usd, Currency::Usdt, Currency::Ton]), amounts).prop_map(
        |(price, total, currency, units)| {
            let other = Money::new(Decimal::new(units, currency.exponent()), currency).unwrap();
            let product = Product { price: toman(price), prices: [(currency, other)].into(), ..product() };
            (product, toman(total.min(price)))
        },
    )
}

/// An amount in its currency's smallest units.
fn units(money: Money) -> u128 {
    let scaled = money.amount() * Decimal::from(10u64.pow(money.currency().exponent()));
    u128::try_from(scaled).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_quote_is_the_price_scaled_and_rounded_up((product, total) in prices(), gateway in select(Gateway::ALL.as_slice())) {
        prop_assert_eq!(product.validate(), Ok(()));
        let Some(quote) = product.quote(gateway, total, &BTreeMap::new()) else {
            prop_assert!(gateway_currencies(gateway).iter().all(|currency| product.price_in(*currency).is_none()), "what has a price has a quote");
            return Ok(());
        };
        prop_assert!(gateway_currencies(gateway).contains(&quote.currency()));
        prop_assert!(!quote.is_zero(), "nothing that costs is given away");
        let price = product.price_in(quote.currency()).map(units).unwrap_or_default();
        let exact = price * units(total);
        let whole = units(product.price);
        prop_assert_eq!(units(quote), exact.div_ceil(whole));
        prop_assert!(units(quote) <= price, "never above the price");
    }

    #[test]
    fn the_whole_price_is_quoted_as_it_stands((product, _) in prices(), gateway in select(Gateway::ALL.as_slice())) {
        if let Some(quote) = product.quote(gateway, product.price, &BTreeMap::new()) {
            prop_assert_eq!(Some(quote), product.price_in(quote.currency()));
        }
    }
}
