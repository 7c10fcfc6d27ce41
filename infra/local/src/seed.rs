//! A small example catalogue, so that a newcomer has something to buy.

use std::collections::BTreeMap;

use app::{App, operate::OperateError};
use domain::{
    Currency, Money, Percent,
    admin::Actor,
    discount::{Benefit, DiscountCode},
    product::{Product, RenewalPolicy},
};
use rust_decimal::Decimal;
use store::Write;

/// Id, name, Toman, Stars, dollars, GiB, days.
const PLANS: [(&str, &str, u32, u32, &str, Option<u32>, Option<u16>); 4] = [
    ("starter", "20 GB · 1 month", 90_000, 75, "1.50", Some(20), Some(30)),
    ("standard", "50 GB · 1 month", 180_000, 150, "3.00", Some(50), Some(30)),
    ("family", "150 GB · 3 months", 450_000, 375, "7.50", Some(150), Some(90)),
    ("unlimited", "Unlimited · 1 month", 390_000, 325, "6.50", None, Some(30)),
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
    for (position, (id, name, toman, stars, dollars, gb, days)) in (1..).zip(PLANS) {
        let mut prices = BTreeMap::from([(Currency::Xtr, Money::whole(stars, Currency::Xtr))]);
        prices.extend(Money::parse(dollars, Currency::Usd).ok().map(|price| (Currency::Usd, price)));
        let Ok(id) = id.parse() else { continue };
        let product = Product {
            id,
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
        created_at: now,
        version: 1,
    };
    match app.store.commit(&app.seams().nonce(), vec![Write::create(&code)?]).await {
        Ok(()) | Err(store::CommitError::Refused { .. }) => Ok(()),
        Err(store::CommitError::Store(error)) => Err(error.into()),
    }
}
