//! Writing to the operators.

use app::{
    App,
    button::Button,
    catalogue::Shop,
    screen::{Keyboard, Screen},
    text::Arg,
};
use domain::Language;

use super::{button, home};

/// Waits for a message to the operators.
pub fn ask_letter(app: &App, shop: &Shop, language: Language) -> Screen {
    let mut text = app.texts.html(language, "support-ask", &[]);
    if let Some(username) = &shop.settings.support_username {
        text = format!("{text}\n\n{}", app.texts.html(language, "support-contact", &[("username", Arg::Text(username))]));
    }
    Screen::new(text, Keyboard::default().row([button(app, language, "button-back", &Button::SupportDone)]))
}

/// What became of a message to the operators; the next one can follow.
pub fn letter_notice(app: &App, language: Language, id: &str) -> Screen {
    let done = button(app, language, "button-support-done", &Button::SupportDone);
    Screen::new(app.texts.html(language, id, &[]), Keyboard::default().row([done, home(app, language)]))
}
