//! Presents for friends.

use app::{
    App,
    button::Button,
    catalogue::Shop,
    format,
    gift::Opened,
    screen::{Keyboard, Screen, primary, tap},
    text::Arg,
};
use domain::{Language, order::OrderStatus, user::User};

use super::{banned, button, home, notice};

/// The plans, to give one to somebody else.
pub fn gift_plans(app: &App, shop: &Shop, language: Language) -> Screen {
    if !shop.settings.gifts {
        return notice(app, language, "gift-off");
    }
    let mut keyboard = Keyboard::default();
    for product in shop.plans() {
        let price = format::money(&app.texts, language, product.price);
        let text = app.texts.plain(language, "plan-button", &[("plan", Arg::Text(&product.name)), ("price", Arg::Raw(price))]);
        keyboard = keyboard.row([tap(text, &Button::GiftPlan(product.id.clone()))]);
    }
    let back = button(app, language, "button-back", &Button::Plans);
    Screen::new(app.texts.html(language, "gift-plans-title", &[]), keyboard.row([back, home(app, language)]))
}

/// What came of opening a gift's link.
pub fn opened(app: &App, user: &User, opened: &Opened) -> Screen {
    let language = user.language;
    match opened {
        Opened::Yours(order) if order.status == OrderStatus::Provisioned => {
            let mine = primary(button(app, language, "button-my-subscriptions", &Button::Subscriptions));
            let text = app.texts.html(language, "gift-yours", &[("plan", Arg::Text(&order.terms.name))]);
            Screen::new(text, Keyboard::default().row([mine]).row([home(app, language)]))
        }
        // The giver's money went back after it was opened.
        Opened::Yours(order) if order.status == OrderStatus::Refunded => notice(app, language, "gift-withdrawn"),
        Opened::Yours(order) => app.order_state(order, language),
        Opened::Taken => notice(app, language, "gift-taken"),
        Opened::Withdrawn => notice(app, language, "gift-withdrawn"),
        Opened::Unknown => notice(app, language, "gift-unknown"),
        Opened::Banned => banned(app, user),
    }
}
