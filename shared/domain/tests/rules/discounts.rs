//! Discount codes: what they take off, and every reason against them.

use domain::{
    Currency, Money, Percent, ProductId, Timestamp,
    discount::{Benefit, DiscountCode, InvalidDiscountCode, Rejection, Use},
    time::Span,
};
use proptest::{prelude::*, sample::select};
use rust_decimal::Decimal;

use crate::fixtures::{BUYER, NOW, code, money, plan, toman, user};

fn percent(text: &str) -> Benefit {
    Benefit::Percent(text.parse().unwrap())
}

fn apply(
    code: &DiscountCode,
    price: Money,
    product: &ProductId,
    first_purchase: bool,
    held_by_customer: u32,
    now: Timestamp,
) -> Result<Money, Rejection> {
    code.apply(&Use { customer: user(BUYER), product, price, first_purchase, held_by_customer }, now)
}

/// A customer who has bought before and does not hold the code, and 150 000 toman for the fixture's plan.
fn off(code: &DiscountCode) -> Result<Money, Rejection> {
    apply(code, toman(150_000), &plan("gb50-30d"), false, 0, NOW)
}

#[test]
fn what_is_taken_off() {
    let dollars = |text| money(text, Currency::Usd);
    let cases = [
        (percent("10"), toman(150_000), toman(15_000)),
        (percent("33.33"), toman(100), toman(33)),
        (percent("0.01"), toman(9_999), toman(0)),
        (percent("12.5"), dollars("2.99"), dollars("0.37")),
        (percent("0"), toman(150_000), toman(0)),
        (percent("100"), toman(150_000), toman(150_000)),
        (percent("100"), dollars("2.99"), dollars("2.99")),
        (Benefit::Amount(toman(10_000)), toman(150_000), toman(10_000)),
        (Benefit::Amount(toman(150_000)), toman(150_000), toman(150_000)),
        (Benefit::Amount(toman(200_000)), toman(150_000), toman(150_000)),
    ];
    for (benefit, price, want) in cases {
        let code = DiscountCode { benefit, ..code() };
        assert_eq!(apply(&code, price, &plan("any"), false, 0, NOW), Ok(want), "{benefit:?} off {price}");
    }
}

#[test]
fn the_window_holds_both_its_ends() {
    let (from, to) = (NOW, NOW.plus(Span::days(1)));
    let code = DiscountCode { valid_from: Some(from), valid_to: Some(to), ..code() };
    let at = |now| apply(&code, toman(150_000), &plan("any"), false, 0, now).err();
    let moment = |millis: i64| Timestamp::from_millis(millis);
    assert_eq!(at(moment(from.millis() - 1)), Some(Rejection::NotYet));
    assert_eq!((at(from), at(to)), (None, None));
    assert_eq!(at(moment(to.millis() + 1)), Some(Rejection::Expired));
    let instant = DiscountCode { valid_to: Some(from), ..code.clone() };
    assert_eq!((instant.validate(), off(&instant)), (Ok(()), Ok(toman(10_000))), "a window may be one instant");
}

#[test]
fn each_limit_counts_to_its_end() {
    let uses = |times_used, use_limit| off(&DiscountCode { times_used, use_limit, ..code() }).err();
    assert_eq!([uses(99, None), uses(99, Some(100)), uses(0, Some(1))], [None; 3]);
    assert_eq!([uses(100, Some(100)), uses(101, Some(100)), uses(1, Some(1))], [Some(Rejection::UsedUp); 3]);
    let late = DiscountCode { use_limit: Some(1), late_uses: 5, ..code() };
    assert_eq!(off(&late).err(), None, "late uses are outside the limit");
    let held = |held, per_user_limit| apply(&DiscountCode { per_user_limit, ..code() }, toman(1), &plan("any"), false, held, NOW).err();
    assert_eq!([held(9, None), held(0, Some(1)), held(1, Some(2))], [None; 3]);
    assert_eq!([held(1, Some(1)), held(2, Some(2)), held(3, Some(2))], [Some(Rejection::UsedByYou); 3]);
}

#[test]
fn for_which_purchases() {
    let scoped = DiscountCode { products: vec![plan("gb10"), plan("gb50-30d")], ..code() };
    assert_eq!(off(&scoped).err(), None);
    assert_eq!(apply(&scoped, toman(150_000), &plan("gb20"), false, 0, NOW), Err(Rejection::OtherProduct));

    let from = |minimum| off(&DiscountCode { minimum: Some(minimum), ..code() }).err();
    assert_eq!(from(toman(150_000)), None, "the minimum itself is enough");
    assert_eq!(from(toman(150_001)), Some(Rejection::BelowMinimum));
    assert_eq!(from(money("0.01", Currency::Usd)), Some(Rejection::BelowMinimum), "a minimum in another currency is never reached");

    let first = DiscountCode { first_purchase_only: true, ..code() };
    assert_eq!(off(&first), Err(Rejection::NotFirstPurchase));
    assert_eq!(apply(&first, toman(150_000), &plan("any"), true, 0, NOW), Ok(toman(10_000)));

    let dollars = DiscountCode { benefit: Benefit::Amount(money("1", Currency::Usd)), ..code() };
    assert_eq!(off(&dollars), Err(Rejection::OtherProduct), "an amount of another currency is for none of the plans");
    assert_eq!(
        off(&DiscountCode { use_limit: Some(1), times_used: 1, ..dollars }),
        Err(Rejection::OtherProduct),
        "and that comes before its uses"
    );
}

/// A code with nothing but faults: mending them one by one brings out the next reason, in the order in which they are declared.
#[test]
fn the_first_reason_is_the_one_that_is_told() {
    let mut code = DiscountCode {
        active: false,
        valid_from: Some(NOW.plus(Span::days(2))),
        valid_to: Some(NOW.minus(Span::days(1))),
        products: vec![plan("other")],
        minimum: Some(toman(999_999)),
        first_purchase_only: true,
        use_limit: Some(1),
        times_used: 1,
        per_user_limit: Some(1),
        ..code()
    };
    let mends: [fn(&mut DiscountCode); 8] = [
        |c| c.active = true,
        |c| c.valid_from = None,
        |c| c.valid_to = None,
        |c| c.products = Vec::new(),
        |c| c.minimum = None,
        |c| c.first_purchase_only = false,
        |c| c.use_limit = None,
        |c| c.per_user_limit = None,
    ];
    let mut told = vec![Rejection::NotFound];
    for mend in mends {
        told.extend(apply(&code, toman(150_000), &plan("gb50-30d"), false, 1, NOW).err());
        mend(&mut code);
    }
    assert_eq!(told, Rejection::ALL);
    assert_eq!(apply(&code, toman(150_000), &plan("gb50-30d"), false, 1, NOW), Ok(toman(10_000)));
}

#[test]
fn which_codes_can_be_stored() {
    use InvalidDiscountCode as Invalid;
    let plans = |count: usize| (0..count).map(|n| plan(&format!("p{n}"))).collect();
    let cases: Vec<(&str, DiscountCode, Result<(), Invalid>)> = vec![
        ("plain", code(), Ok(())),
        ("limits of one", DiscountCode { use_limit: Some(1), per_user_limit: Some(1), ..code() }, Ok(())),
        ("100 %", DiscountCode { benefit: percent("100"), ..code() }, Ok(())),
        ("twenty plans", DiscountCode { products: plans(20), ..code() }, Ok(())),
        ("only an end", DiscountCode { valid_to: Some(Timestamp::EPOCH), ..code() }, Ok(())),
        (
            "an end before the beginning",
            DiscountCode { valid_from: Some(NOW), valid_to: Some(NOW.minus(Span::seconds(1))), ..code() },
            Err(Invalid::Window),
        ),
        ("no uses", DiscountCode { use_limit: Some(0), ..code() }, Err(Invalid::UseLimit)),
        ("no uses each", DiscountCode { per_user_limit: Some(0), ..code() }, Err(Invalid::PerUserLimit)),
        ("twenty-one plans", DiscountCode { products: plans(21), ..code() }, Err(Invalid::Products)),
        ("0 %", DiscountCode { benefit: percent("0"), ..code() }, Err(Invalid::Percent)),
        ("nothing off", DiscountCode { benefit: Benefit::Amount(toman(0)), ..code() }, Err(Invalid::Amount)),
    ];
    for (case, code, want) in cases {
        assert_eq!(code.validate(), want, "{case}");
    }
}

fn codes() -> impl Strategy<Value = DiscountCode> {
    let benefit = prop_oneof![
        (0i64..=10_000).prop_map(|points| Benefit::Percent(Percent::new(Decimal::new(points, 2)).unwrap())),
        (0u32..1_000).prop_map(|amount| Benefit::Amount(toman(amount))),
        Just(Benefit::Amount(money("1", Currency::Usd))),
    ];
    let moment = || prop::option::of((-2i64..=2).prop_map(|seconds| Timestamp::from_seconds(NOW.seconds() + seconds)));
    let limits = (prop::option::of(1u32..4), prop::option::of(1u32..3), 0u32..4);
    let scope = (prop::option::of(select(vec![plan("a"), plan("b")])), any::<bool>(), prop::option::of(0u32..1_000));
    (benefit, prop::bool::weighted(0.9), moment(), moment(), limits, scope).prop_map(
        |(benefit, active, valid_from, valid_to, limits, scope)| DiscountCode {
            benefit,
            active,
            valid_from,
            valid_to,
            use_limit: limits.0,
            per_user_limit: limits.1,
            times_used: limits.2,
            products: scope.0.into_iter().collect(),
            first_purchase_only: scope.1,
            minimum: scope.2.map(toman),
            ..code()
        },
    )
}

/// Whether one reason, looked at alone, stands against a use.
fn stands(reason: Rejection, code: &DiscountCode, to: &Use<'_>, now: Timestamp) -> bool {
    match reason {
        Rejection::NotFound => false,
        Rejection::Inactive => !code.active,
        Rejection::NotYet => code.valid_from.is_some_and(|from| from > now),
        Rejection::Expired => code.valid_to.is_some_and(|end| end < now),
        Rejection::OtherProduct => {
            let other_plan = !code.products.is_empty() && code.products.iter().all(|product| product != to.product);
            other_plan || matches!(code.benefit, Benefit::Amount(amount) if amount.currency() != to.price.currency())
        }
        Rejection::BelowMinimum => code.minimum.is_some_and(|minimum| minimum.amount() > to.price.amount()),
        Rejection::NotFirstPurchase => code.first_purchase_only && !to.first_purchase,
        Rejection::UsedUp => code.use_limit.is_some_and(|limit| limit <= code.times_used),
        Rejection::UsedByYou => code.per_user_limit.is_some_and(|limit| limit <= to.held_by_customer),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_answer_is_the_first_reason_or_what_is_taken_off(
        code in codes(), price in 0u32..1_000, product in select(vec![plan("a"), plan("b")]), first_purchase: bool, held_by_customer in 0u32..3,
    ) {
        let to = Use { customer: user(BUYER), product: &product, price: toman(price), first_purchase, held_by_customer };
        let first = Rejection::ALL.into_iter().find(|reason| stands(*reason, &code, &to, NOW));
        let got = code.apply(&to, NOW);
        prop_assert_eq!(got.err(), first);
        if let Ok(off) = got {
            let total = to.price.checked_sub(off);
            prop_assert!(total.is_ok(), "never more than the price");
            let exact = match code.benefit {
                Benefit::Percent(percent) => to.price.amount() * percent.value() / Decimal::ONE_HUNDRED,
                Benefit::Amount(amount) => amount.amount().min(to.price.amount()),
            };
            prop_assert!(off.amount() <= exact && exact < off.amount() + Decimal::ONE, "rounded down, by less than a unit");
        }
    }
}
