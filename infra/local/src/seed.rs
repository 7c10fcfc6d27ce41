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

struct Plan {
    id: &'static str,
    name: &'static str,
    toman: u32,
    stars: u32,
    dollars: &'static str,
    gb: Option<u32>,
    days: Option<u16>,
}

const PLANS: [Plan; 4] = [
    Plan { id: "starter", name: "20 GB · 1 month", toman: 90_000, stars: 75, dollars: "1.50", gb: Some(20), days: Some(30) },
    Plan { id: "standard", name: "50 GB · 1 month", toman: 180_000, stars: 150, dollars: "3.00", gb: Some(50), days: Some(30) },
    Plan { id: "family", name: "150 GB · 3 months", toman: 450_000, stars: 375, dollars: "7.50", gb: Some(150), days: Some(90) },
    Plan { id: "unlimited", name: "Unlimited · 1 month", toman: 390_000, stars: 325, dollars: "6.50", gb: None, days: Some(30) },
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
    for (position, Plan { id, name, toman, stars, dollars, gb, days }) in (1..).zip(PLANS) {
        let mut prices = BTreeMap::from([(Currency::Xtr, Money::whole(stars, Currency::Xtr))]);
        prices.extend(Money::parse(dollars, Currency::Usd).ok().map(|price| (Currency::Usd, price)));
        let Ok(id) = id.parse() else { continue };
        let product = Product {
            id,
            kind: ProductKind::Plan,
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
