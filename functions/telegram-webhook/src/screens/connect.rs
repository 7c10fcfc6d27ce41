//! From a subscription to a connection: which app on which device, and the three steps.

use app::{
    App,
    button::{Button, Platform, SubscriptionAction},
    import::ImportApp,
    screen::{Keyboard, Screen, copy, link, primary},
    telegram::api::types::InlineKeyboardButton,
    text::Arg,
};
use domain::{Language, subscription::Subscription};

use super::{
    button,
    holdings::{back_to, of},
    home,
};

const fn name(platform: Platform) -> &'static str {
    match platform {
        Platform::Android => "platform-android",
        Platform::Ios => "platform-ios",
        Platform::Windows => "platform-windows",
        Platform::MacOs => "platform-macos",
        Platform::Linux => "platform-linux",
    }
}

/// Which device shall it be?
pub fn platforms(app: &App, subscription: &Subscription, language: Language) -> Screen {
    let choice =
        |platform: &Platform| button(app, language, name(*platform), &of(subscription, SubscriptionAction::Instructions(*platform)));
    let mut keyboard = Keyboard::default();
    for row in Platform::ALL.chunks(2) {
        keyboard = keyboard.row(row.iter().map(choice));
    }
    let keyboard = keyboard.row([back_to(app, subscription, language), home(app, language)]);
    Screen::new(app.texts.html(language, "connect-title", &[("plan", Arg::Text(subscription.shown_name()))]), keyboard)
}

/// How to connect with the recommended app of a platform, and the other ones.
pub fn instructions(app: &App, subscription: &Subscription, platform: Platform, language: Language) -> Screen {
    let apps: Vec<(ImportApp, &str)> = ImportApp::on(platform).collect();
    let words = |id, import: &ImportApp| app.texts.plain(language, id, &[("app", Arg::Text(import.name))]);
    let imports = app.import_buttons(subscription, apps.iter().map(|(import, _)| *import), |import| words("button-import", import));
    let mut imports: Vec<Option<InlineKeyboardButton>> = imports.into_iter().map(Some).collect();
    imports.resize(apps.len(), None);
    let mut keyboard = Keyboard::default();
    for (n, ((import, page), opens)) in apps.iter().zip(imports).enumerate() {
        let install = link(words("button-install", import), page);
        // In the order of the steps.
        keyboard = if n == 0 { keyboard.row([install]).row(opens.map(primary)) } else { keyboard.row([install].into_iter().chain(opens)) };
    }
    let steps = match platform {
        Platform::Android | Platform::Ios => "connect-phone",
        Platform::Windows | Platform::MacOs | Platform::Linux => "connect-computer",
    };
    let platform = app.texts.plain(language, name(platform), &[]);
    let recommended = apps.first().map_or("", |(import, _)| import.name);
    let text = app.texts.html(language, steps, &[("platform", Arg::Text(&platform)), ("app", Arg::Text(recommended))]);
    let back = button(app, language, "button-back", &of(subscription, SubscriptionAction::Platforms));
    let keyboard = keyboard
        .row(copy(app.texts.plain(language, "button-copy-link", &[]), &subscription.link))
        .row([back, button(app, language, "button-show-subscription", &Button::Subscription(subscription.order.key))]);
    Screen::new(text, keyboard)
}
