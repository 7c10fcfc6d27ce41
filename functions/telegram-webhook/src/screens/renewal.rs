//! Renewals and add-ons: what is sold for a subscription, and what will come of it.

use app::{
    App,
    account::LiveSubscription,
    button::Button,
    catalogue::Shop,
    checkout::Offer,
    format,
    renewal::{Extensions, extensions},
    screen::{Keyboard, Screen, primary, tap},
    text::Arg,
};
use domain::{Language, product::Product, product::ProductKind, user::User};

use super::{
    button,
    checkout::{below, to_pay},
    holdings::back_to,
    home,
};

/// What a subscription can be renewed with, its own plan first, and what can be added to it.
pub fn extend(app: &App, shop: &Shop, held: &LiveSubscription, language: Language, first: Option<&str>) -> Screen {
    let subscription = &held.subscription;
    let state = app.subscription_text(held, language);
    let mut keyboard = Keyboard::default();
    let says = match extensions(shop, held) {
        Extensions::SwitchedOff => {
            keyboard = keyboard.row([primary(button(app, language, "button-support", &Button::Support))]);
            "extend-switched-off"
        }
        Extensions::Sold { plans, add_ons } => {
            let tag = app.names.subscription_tag(subscription.order);
            let offer = |id, product: &Product| {
                let price = format::money(&app.texts, language, product.price);
                let text = app.texts.plain(language, id, &[("plan", Arg::Text(&product.name)), ("price", Arg::Raw(price))]);
                tap(text, &Button::ExtendWith { subscription: tag.clone(), product: product.id.clone() })
            };
            for product in &plans {
                let own = subscription.product.as_ref() == Some(&product.id);
                keyboard = keyboard.row([if own { primary(offer("button-extend-own", product)) } else { offer("plan-button", product) }]);
            }
            for product in &add_ons {
                keyboard = keyboard.row([offer("button-add-on", product)]);
            }
            match (plans.is_empty(), add_ons.is_empty()) {
                (true, true) => "extend-nothing",
                (false, true) => "extend-choose",
                (_, false) => "extend-choose-more",
            }
        }
    };
    let text = format!("{state}\n\n{}", app.texts.html(language, says, &[]));
    Screen::new(below(app, language, first, text), keyboard.row([back_to(app, subscription, language), home(app, language)]))
}

/// A product for a subscription: what it gives, what becomes of what is left, and the ways to pay for it.
pub fn extension(app: &App, offer: &Offer, held: &LiveSubscription, user: &User, first: Option<&str>) -> Screen {
    let language = user.language;
    let Offer { product, .. } = offer;
    let terms = product.terms();
    let mut args = vec![
        ("subscription", Arg::Text(held.subscription.shown_name())),
        ("plan", Arg::Text(&product.name)),
        ("price", Arg::Raw(format::money(&app.texts, language, product.price))),
    ];
    let id = match product.kind {
        ProductKind::Plan => {
            args.push(("volume", Arg::Raw(format::volume(&app.texts, language, terms.data_limit_bytes()))));
            args.push(("days", Arg::Raw(format::days(&app.texts, language, terms.duration_days))));
            "renewal-screen"
        }
        ProductKind::AddOn => {
            args.push(("more", Arg::Raw(app.addition(&terms, language))));
            "add-on-screen"
        }
    };
    let text = format!("{}\n\n{}", app.texts.html(language, id, &args), app.forecast(product, held, language));
    let back = super::holdings::of(&held.subscription, app::button::SubscriptionAction::Extend);
    to_pay(app, offer, user, below(app, language, first, text), &back)
}
