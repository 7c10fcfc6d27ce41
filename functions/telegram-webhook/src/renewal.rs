//! From a subscription to what extends it.

use app::{
    App, AppError, Deadline,
    checkout::{Offer, Purpose},
    renewal::extensions,
    screen::Screen,
};
use domain::{OrderId, OrderKey, ProductId, user::User};

use crate::screens;

/// What one of the customer's subscriptions can be renewed with.
pub async fn choices(app: &App, user: &User, key: OrderKey, deadline: Deadline) -> Result<Screen, AppError> {
    let (shop, held) = tokio::try_join!(app.shop(), app.subscription(OrderId::new(user.id, key), deadline))?;
    Ok(match held {
        Some(held) => screens::extend(app, &shop, &held, user.language, None),
        None => screens::notice(app, user.language, "subscription-unknown-here"),
    })
}

/// A product for the subscription that a button's tag names.
pub async fn with(app: &App, user: &User, tag: &str, product: &ProductId, deadline: Deadline) -> Result<Screen, AppError> {
    let (shop, held) = tokio::try_join!(app.shop(), app.subscription_by_tag(user.id, tag, deadline))?;
    let Some(held) = held else { return Ok(screens::notice(app, user.language, "subscription-unknown-here")) };
    let Some(product) = shop.product(product) else {
        return Ok(screens::extend(app, &shop, &held, user.language, Some("plan-gone")));
    };
    if !extensions(&shop, &held).has(product) {
        return Ok(screens::extend(app, &shop, &held, user.language, Some("extend-not-useful")));
    }
    let offer = app.fresh_offer(&shop, product, Purpose::Extend(held.subscription.order.key))?;
    Ok(screens::extension(app, &offer, &held, user, None))
}

/// The screen of an offer, whatever it is for, below a sentence where something has to be said first.
pub async fn offer(app: &App, offer: &Offer, user: &User, first: Option<&str>, deadline: Deadline) -> Result<Screen, AppError> {
    let Purpose::Extend(key) = offer.purpose else { return Ok(screens::plan(app, &*app.shop().await?, offer, user, first)) };
    Ok(match app.subscription(OrderId::new(user.id, key), deadline).await? {
        Some(held) => screens::extension(app, offer, &held, user, first),
        None => screens::notice(app, user.language, "subscription-unknown-here"),
    })
}
