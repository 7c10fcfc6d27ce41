//! What a customer has.

use app::{
    App,
    account::{Holdings, Live, LiveSubscription},
    button::Button,
    format,
    screen::{Keyboard, Screen, primary, tap},
    text::Arg,
};
use domain::{Language, user::User};

use super::{button, home};

/// All that a customer has: orders that wait for something, and subscriptions. A single subscription is shown at once.
pub fn holdings(app: &App, user: &User, holdings: &Holdings) -> Screen {
    let language = user.language;
    let Holdings { subscriptions, open_orders, older } = holdings;
    let mut keyboard = Keyboard::default();
    for order in open_orders {
        if let Some(ulid) = order.id.key.ulid() {
            let label = app.texts.plain(language, "open-order", &[("plan", Arg::Text(&order.terms.name))]);
            keyboard = keyboard.row([primary(tap(label, &Button::Order(ulid)))]);
        }
    }
    match subscriptions.as_slice() {
        [] if open_orders.is_empty() => {
            let buy = primary(button(app, language, "button-plans", &Button::Plans));
            Screen::new(app.texts.html(language, "subscriptions-empty", &[]), keyboard.row([buy]).row([home(app, language)]))
        }
        [one] if open_orders.is_empty() && older.is_none() => subscription(app, one, language),
        many => {
            let mut text = app.texts.html(language, "subscriptions-title", &[]);
            for (n, held) in (1u64..).zip(many) {
                text = format!("{text}\n\n{}", app.subscription_text(held, language));
                let subscription = &held.subscription;
                let label = format!("🔑 {} · {}", format::number(language, n), subscription.title);
                keyboard = keyboard.row([tap(label, &Button::Subscription(subscription.order.key))]);
            }
            let older = older.map(|key| button(app, language, "button-older", &Button::OlderSubscriptions(key)));
            Screen::new(text, keyboard.row(older).row([home(app, language)]))
        }
    }
}

/// One subscription: its state, its link, the apps that open it.
pub fn subscription(app: &App, held: &LiveSubscription, language: Language) -> Screen {
    let keyboard = match held.live {
        Live::Deleted => Keyboard::default(),
        Live::Account(_) | Live::Unknown => app.subscription_buttons(&held.subscription, language),
    };
    let refresh = button(app, language, "button-refresh", &Button::Subscription(held.subscription.order.key));
    let keyboard = keyboard.row([refresh]).row([button(app, language, "button-back", &Button::Subscriptions), home(app, language)]);
    Screen::new(app.subscription_detail(held, language), keyboard)
}
