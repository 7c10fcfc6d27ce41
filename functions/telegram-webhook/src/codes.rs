//! Discount codes that come by a link, in a button, or as a text.

use app::{
    App, AppError, Deadline,
    button::Button,
    catalogue::Shop,
    checkout::Purpose,
    codes::{CodeRefusal, GivenCode},
    join::Visitor,
    screen::Screen,
};
use domain::{DiscountCodeName, discount::Rejection, ids::InvalidId, product::Product, user::User};
use ulid::Ulid;

use crate::{entry, renewal, screens};

/// Somebody, newcomers included, followed a link with a code: the plans at their prices with it.
pub async fn follow_link(
    app: &App,
    visitor: Visitor<'_>,
    code: Result<DiscountCodeName, InvalidId>,
    deadline: Deadline,
) -> Result<Screen, AppError> {
    let given = async {
        match &code {
            Ok(code) => app.linked_code(visitor.id, code).await.map(Some),
            Err(_) => Ok(None),
        }
    };
    let (joined, shop, given) = tokio::try_join!(app.join(visitor, None), app.shop(), given)?;
    let user = joined.user;
    if user.unreachable_at.is_some() {
        app.welcome_back(user.id, deadline).await?;
    }
    if user.is_banned() {
        return Ok(screens::banned(app, &user));
    }
    let wanted = code.map_or(Button::Plans, Button::PlansWithCode);
    if let Some(kept) = entry::kept_from(app, &user, &shop, &wanted).await {
        return Ok(kept);
    }
    match given {
        Some(given) => plans(app, &user, &shop, given).await,
        None => Ok(screens::plans(app, &shop, user.language, Some(screens::rejection_text(Rejection::NotFound)))),
    }
}

/// The plans at their prices with a code, or as they are and why.
pub async fn plans(app: &App, user: &User, shop: &Shop, given: GivenCode) -> Result<Screen, AppError> {
    let language = user.language;
    let refusal = match app.recognize(user.id, given).await? {
        Ok(known) => match app.plans_with_code(shop, user, &known) {
            Ok(with) => return Ok(screens::plans_with_code(app, shop, language, &with)),
            Err(rejection) => CodeRefusal::Rejected(rejection),
        },
        Err(refusal) => refusal,
    };
    Ok(screens::without_code(app, language, refusal, screens::plans(app, shop, language, None)))
}

/// A product with a code, or without it and why; `order`: what its buttons would place.
pub async fn product(
    app: &App,
    user: &User,
    shop: &Shop,
    wanted: (&Product, Purpose, Ulid),
    given: GivenCode,
    deadline: Deadline,
) -> Result<Screen, AppError> {
    let (product, purpose, order) = wanted;
    let refusal = match app.recognize(user.id, given).await? {
        Ok(known) => match app.offer_with_code(shop, product, purpose, user, &known, order)? {
            Ok(offer) => return renewal::offer(app, &offer, user, None, deadline).await,
            Err(rejection) => CodeRefusal::Rejected(rejection),
        },
        Err(refusal) => refusal,
    };
    let offer = app.offer(shop, product, purpose, None, order)?;
    let screen = renewal::offer(app, &offer, user, None, deadline).await?;
    Ok(screens::without_code(app, user.language, refusal, screen))
}
