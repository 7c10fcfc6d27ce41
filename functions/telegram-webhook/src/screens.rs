//! What customers see: text and buttons of every screen, with a way back from each.

mod checkout;
mod holdings;
mod invite;

use app::{
    App,
    button::Button,
    catalogue::Shop,
    format,
    screen::{Keyboard, Screen, primary, tap},
    telegram::api::types::InlineKeyboardButton,
    text::Arg,
};
pub use checkout::{ask_code, invoice_texts, pay_trouble, payable, plan, plans, rejection_text};
use domain::{Language, order::Order, user::User};
pub use holdings::{holdings, subscription};
pub use invite::invite;

fn button(app: &App, language: Language, id: &str, button: &Button) -> InlineKeyboardButton {
    tap(app.texts.plain(language, id, &[]), button)
}

fn home(app: &App, language: Language) -> InlineKeyboardButton {
    button(app, language, "button-menu", &Button::Menu)
}

/// The start of everything.
pub fn menu(app: &App, user: &User, invited: bool) -> Screen {
    let language = user.language;
    let mut text = app.texts.html(language, "welcome", &[("name", Arg::Text(&user.first_name))]);
    if invited {
        text = format!("{}\n\n{text}", app.texts.html(language, "welcome-invited", &[]));
    }
    Screen::new(text, menu_keyboard(app, language))
}

fn menu_keyboard(app: &App, language: Language) -> Keyboard {
    let button = |id, target| button(app, language, id, &target);
    Keyboard::default()
        .row([primary(button("button-plans", Button::Plans))])
        .row([button("button-my-subscriptions", Button::Subscriptions)])
        .row([button("button-invite", Button::Invite)])
        .row([button("button-language", Button::Languages), button("button-help", Button::Help)])
}

/// A sentence, and the menu below it.
pub fn notice(app: &App, language: Language, id: &str) -> Screen {
    Screen::new(app.texts.html(language, id, &[]), menu_keyboard(app, language))
}

/// A sentence about an order, and the menu below it.
pub fn order_notice(app: &App, language: Language, id: &str, order: &Order, amount: Option<domain::Money>) -> Screen {
    let amount = amount.map(|amount| format::money(&app.texts, language, amount)).unwrap_or_default();
    let args = [("plan", Arg::Text(order.terms.name.as_str())), ("amount", Arg::Raw(amount))];
    Screen::new(app.texts.html(language, id, &args), menu_keyboard(app, language))
}

pub fn not_understood(app: &App, user: &User) -> Screen {
    notice(app, user.language, "unknown-input")
}

pub fn banned(app: &App, user: &User) -> Screen {
    Screen::new(app.texts.html(user.language, "banned", &[]), Keyboard::default())
}

pub fn languages(app: &App, language: Language) -> Screen {
    let mut keyboard = Keyboard::default();
    for (language, name) in [(Language::Persian, "فارسی"), (Language::English, "English"), (Language::Russian, "Русский")] {
        keyboard = keyboard.row([tap(name.to_owned(), &Button::Speak(language))]);
    }
    Screen::new(app.texts.html(language, "language-choose", &[]), keyboard.row([home(app, language)]))
}

pub fn help(app: &App, shop: &Shop, language: Language) -> Screen {
    with_support(app, shop, language, "help")
}

pub fn payment_support(app: &App, shop: &Shop, language: Language) -> Screen {
    with_support(app, shop, language, "paysupport")
}

fn with_support(app: &App, shop: &Shop, language: Language, id: &str) -> Screen {
    let mut text = app.texts.html(language, id, &[]);
    if let Some(username) = &shop.settings.support_username {
        text = format!("{text}\n\n{}", app.texts.html(language, "help-support", &[("username", Arg::Text(username))]));
    }
    Screen::new(text, Keyboard::default().row([home(app, language)]))
}
