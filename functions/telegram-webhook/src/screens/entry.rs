//! What keeps a customer from buying, and what he can do about it.

use app::{
    App,
    button::Button,
    catalogue::Shop,
    entry::Barrier,
    screen::{Keyboard, Screen, danger, link, primary, tap},
    text::Arg,
};
use domain::{Language, order::Order, settings::Channel};

use super::{banned_with_contact, button, home, with_support};

/// A barrier, and the way over it that leads on to `then`.
pub fn kept(app: &App, shop: &Shop, language: Language, barrier: &Barrier, then: Button) -> Screen {
    let then = Box::new(then);
    match barrier {
        Barrier::Banned => banned_with_contact(app, shop, language),
        Barrier::Maintenance => with_support(app, shop, language, "gate-maintenance"),
        Barrier::InviteOnly => with_support(app, shop, language, "gate-invite-only"),
        Barrier::Terms(terms) => {
            let accept = Button::AcceptTerms { version: terms.version, then };
            let keyboard = Keyboard::default()
                .row([link(app.texts.plain(language, "button-read-terms", &[]), &terms.url)])
                .row([primary(button(app, language, "button-accept-terms", &accept))])
                .row([home(app, language)]);
            Screen::new(app.texts.html(language, "gate-terms", &[]), keyboard)
        }
        Barrier::Channels(channels) => {
            let mut keyboard = Keyboard::default();
            for Channel { title, url, .. } in channels {
                keyboard = keyboard.row([link(app.texts.plain(language, "button-join", &[("channel", Arg::Text(title))]), url)]);
            }
            let joined = primary(button(app, language, "button-joined", &Button::Joined { then }));
            Screen::new(app.texts.html(language, "gate-channels", &[]), keyboard.row([joined]).row([home(app, language)]))
        }
    }
}

/// The word that pops up when somebody has not joined after all.
pub fn not_joined(app: &App, language: Language, missing: &[Channel]) -> String {
    let titles: Vec<&str> = missing.iter().map(|channel| channel.title.as_str()).collect();
    app.texts.plain(language, "gate-not-joined", &[("channels", Arg::Text(&titles.join(", ")))])
}

/// The orders that have to be paid or canceled before another one.
pub fn too_many_open(app: &App, language: Language, open: &[Order]) -> Screen {
    let mut keyboard = Keyboard::default();
    for order in open {
        let Some(ulid) = order.id.key.ulid() else { continue };
        let label = app.texts.plain(language, "open-order", &[("plan", Arg::Text(&order.terms.name))]);
        let cancel = danger(button(app, language, "button-cancel-order", &Button::CancelOrder(ulid)));
        keyboard = keyboard.row([tap(label, &Button::Order(ulid)), cancel]);
    }
    Screen::new(app.texts.html(language, "too-many-open", &[]), keyboard.row([home(app, language)]))
}

/// The answer to somebody who writes faster than anybody reads.
pub fn slow_down(app: &App, language: Language) -> Screen {
    Screen::new(app.texts.html(language, "slow-down", &[]), Keyboard::default())
}
