//! A small example catalogue, so that a newcomer has something to buy.

use std::collections::BTreeMap;

use app::{App, operate::OperateError};
use domain::{
    Currency, Money, Percent,
    admin::Actor,
    discount::{Benefit, DiscountCode},
    product::{Product, ProductKind, RenewalPolicy},
};
use rust_decimal::Decimal;
use store::Write;

struct Example {
    id: &'static str,
    kind: ProductKind,
    name: &'static str,
    toman: u32,
    stars: u32,
    dollars: &'static str,
    gb: Option<u32>,
    days: Option<u16>,
}

const fn plan(id: &'static str, name: &'static str, toman: u32, stars: u32, dollars: &'static str, gb: Option<u32>, days: u16) -> Example {
    Example { id, kind: ProductKind::Plan, name, toman, stars, dollars, gb, days: Some(days) }
}

const fn add_on(
    id: &'static str,
    name: &'static str,
    toman: u32,
    stars: u32,
    dollars: &'static str,
    gb: Option<u32>,
    days: Option<u16>,
) -> Example {
    Example { id, kind: ProductKind::AddOn, name, toman, stars, dollars, gb, days }
}

const EXAMPLES: [Example; 6] = [
    plan("starter", "20 GB · 1 month", 90_000, 75, "1.50", Some(20), 30),
    plan("standard", "50 GB · 1 month", 180_000, 150, "3.00", Some(50), 30),
    plan("family", "150 GB · 3 months", 450_000, 375, "7.50", Some(150), 90),
    plan("unlimited", "Unlimited · 1 month", 390_000, 325, "6.50", None, 30),
    add_on("plus-10gb", "+10 GB", 45_000, 38, "0.75", Some(10), None),
    add_on("plus-7d", "+7 days", 25_000, 21, "0.42", None, Some(7)),
];

/// The example discount code: a fifth off.
pub const CODE: &str = "WAVE20";

/// Puts the example into a shop that has no products yet.
///
/// # Errors
/// When the table cannot be written.
pub async fn seed(app: &App) -> Result<(), OperateError> {
    if !app.store.products().await?.is_empty() {
        return Ok(());
    }
    let now = app.now();
    for (position, Example { id, kind, name, toman, stars, dollars, gb, days }) in (1..).zip(EXAMPLES) {
        let mut prices = BTreeMap::from([(Currency::Xtr, Money::whole(stars, Currency::Xtr))]);
        prices.extend(Money::parse(dollars, Currency::Usd).ok().map(|price| (Currency::Usd, price)));
        let Ok(id) = id.parse() else { continue };
        let product = Product {
            id,
            kind,
            name: name.to_owned(),
            price: Money::whole(toman, Currency::Irt),
            prices,
            data_limit_gb: gb,
            duration_days: days,
            renewal_policy: RenewalPolicy::Add,
            active: true,
            position,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        match app.create_product(&product, &Actor::Bootstrap).await {
            Ok(()) | Err(OperateError::Exists) => {}
            Err(error) => return Err(error),
        }
    }
    let (Ok(name), Ok(percent)) = (CODE.parse(), Percent::new(Decimal::from(20))) else { return Ok(()) };
    let code = DiscountCode {
        name,
        benefit: Benefit::Percent(percent),
        active: true,
        valid_from: None,
        valid_to: None,
        use_limit: Some(100),
        per_user_limit: Some(1),
        times_used: 0,
        late_uses: 0,
        products: Vec::new(),
        first_purchase_only: false,
        minimum: None,
        owner: None,
        created_at: now,
        version: 1,
    };
    match app.store.commit(&app.seams().nonce(), vec![Write::create(&code)?]).await {
        Ok(()) | Err(store::CommitError::Refused { .. }) => Ok(()),
        Err(store::CommitError::Store(error)) => Err(error.into()),
    }
}
