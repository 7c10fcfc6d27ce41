//! What customers see: text and buttons of every screen, with a way back from each.

mod checkout;
mod codes;
mod configs;
mod connect;
mod entry;
mod gift;
mod holdings;
mod invite;
mod renewal;
mod support;

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
pub use codes::{plans_with_code, without_code};
pub use configs::configs;
pub use connect::{instructions, platforms};
use domain::{Language, order::Order, product::Terms, settings::Present, user::User};
pub use entry::{kept, not_joined, slow_down, too_many_open};
pub use gift::{gift_plans, opened};
pub use holdings::{ask_label, ask_new_link, holdings, subscription};
pub use invite::invite;
pub use renewal::{extend, extension};
pub use support::{ask_letter, letter_notice};

fn button(app: &App, language: Language, id: &str, button: &Button) -> InlineKeyboardButton {
    tap(app.texts.plain(language, id, &[]), button)
}

fn home(app: &App, language: Language) -> InlineKeyboardButton {
    button(app, language, "button-menu", &Button::Menu)
}

/// The start of everything, with what is there for a newcomer.
pub fn menu(app: &App, shop: &Shop, user: &User, invited: bool) -> Screen {
    let language = user.language;
    let mut text = app.texts.html(language, "welcome", &[("name", Arg::Text(&user.first_name))]);
    if invited {
        text = format!("{}\n\n{text}", app.texts.html(language, "welcome-invited", &[]));
    }
    if let Some(promise) = welcome_bonus(app, shop, user) {
        text = format!("{text}\n\n{promise}");
    }
    let trial = App::offers_trial(shop, user).then(|| button(app, language, "button-trial", &Button::Trial));
    Screen::new(text, Keyboard::default().row(trial).rows(menu_keyboard(app, language)))
}

/// What an invited newcomer is promised for his first purchase.
fn welcome_bonus(app: &App, shop: &Shop, user: &User) -> Option<String> {
    let present = shop.settings.welcome_bonus.filter(|_| user.invited_by.is_some() && user.first_paid_at.is_none())?;
    Some(app.texts.html(user.language, "welcome-bonus", &present_args(app, user.language, present)))
}

/// Data and days that are given away.
fn present_args(app: &App, language: Language, present: Present) -> [(&'static str, Arg<'static>); 2] {
    let bytes = u64::from(present.data_limit_gb).saturating_mul(Terms::GIB);
    [
        ("volume", Arg::Raw(format::data(&app.texts, language, bytes))),
        ("days", Arg::Raw(format::days(&app.texts, language, Some(present.duration_days)))),
    ]
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
    let next = app.what_comes(order, language);
    let args = [("plan", Arg::Text(order.terms.name.as_str())), ("amount", Arg::Raw(amount)), ("next", Arg::Exact(&next))];
    Screen::new(app.texts.html(language, id, &args), menu_keyboard(app, language))
}

pub fn not_understood(app: &App, shop: &Shop, user: &User) -> Screen {
    Screen::new(app.texts.html(user.language, "unknown-input", &[]), menu(app, shop, user, false).keyboard)
}

pub fn banned(app: &App, user: &User) -> Screen {
    Screen::new(app.texts.html(user.language, "banned", &[]), Keyboard::default())
}

/// The same with whom to write to: the way through the bot is closed to him.
pub fn banned_with_contact(app: &App, shop: &Shop, language: Language) -> Screen {
    Screen::new(with_contact(app, shop, language, "banned"), Keyboard::default())
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

fn with_contact(app: &App, shop: &Shop, language: Language, id: &str) -> String {
    let text = app.texts.html(language, id, &[]);
    match &shop.settings.support_username {
        Some(username) => format!("{text}\n\n{}", app.texts.html(language, "help-support", &[("username", Arg::Text(username))])),
        None => text,
    }
}

fn with_support(app: &App, shop: &Shop, language: Language, id: &str) -> Screen {
    let text = with_contact(app, shop, language, id);
    let write = app.takes_letters(shop).then(|| button(app, language, "button-support", &Button::Support));
    Screen::new(text, Keyboard::default().row(write).row([home(app, language)]))
}
