//! What a customer has: all of it, and one subscription with everything that can be done with it.

use app::{
    App,
    account::{Holdings, Live, LiveSubscription},
    button::{Button, SubscriptionAction},
    format,
    screen::{Keyboard, Screen, copy, danger, primary, tap},
    text::Arg,
};
use domain::{
    Language,
    subscription::{Renews, Subscription},
    user::User,
};

use super::{button, home};

/// All that a customer has: orders that wait for something, and subscriptions. A single subscription is shown at once.
pub fn holdings(app: &App, user: &User, holdings: &Holdings) -> Screen {
    let language = user.language;
    let Holdings { subscriptions, open_orders, unopened_gifts, older } = holdings;
    let mut keyboard = Keyboard::default();
    for order in open_orders {
        if let Some(ulid) = order.id.key.ulid() {
            let label = app.texts.plain(language, "open-order", &[("plan", Arg::Text(&order.terms.name))]);
            keyboard = keyboard.row([primary(tap(label, &Button::Order(ulid)))]);
        }
    }
    for gift in unopened_gifts {
        let label = app.texts.plain(language, "open-gift", &[("plan", Arg::Text(&gift.terms.name))]);
        keyboard = keyboard.row(gift.id.key.ulid().map(|ulid| tap(label, &Button::Order(ulid))));
    }
    let nothing_else = open_orders.is_empty() && unopened_gifts.is_empty();
    match subscriptions.as_slice() {
        [] if nothing_else => {
            let buy = primary(button(app, language, "button-plans", &Button::Plans));
            Screen::new(app.texts.html(language, "subscriptions-empty", &[]), keyboard.row([buy]).row([home(app, language)]))
        }
        [one] if nothing_else && older.is_none() => subscription(app, one, language, None),
        many => {
            let mut text = app.texts.html(language, "subscriptions-title", &[]);
            for (n, held) in (1u64..).zip(many) {
                text = format!("{text}\n\n{}", app.subscription_text(held, language));
                let subscription = &held.subscription;
                let args = [
                    ("dot", Arg::Exact(held.live.dot())),
                    ("number", Arg::Raw(format::number(language, n))),
                    ("name", Arg::Text(subscription.shown_name())),
                ];
                let label = app.texts.plain(language, "subscription-button", &args);
                keyboard = keyboard.row([tap(label, &Button::Subscription(subscription.order.key))]);
            }
            let older = older.map(|key| button(app, language, "button-older", &Button::OlderSubscriptions(key)));
            Screen::new(text, keyboard.row(older).row([home(app, language)]))
        }
    }
}

/// Below one of a subscription's screens: back to the subscription.
pub fn back_to(app: &App, subscription: &Subscription, language: Language) -> app::telegram::api::types::InlineKeyboardButton {
    button(app, language, "button-back", &Button::Subscription(subscription.order.key))
}

/// Something about a subscription.
pub const fn of(subscription: &Subscription, action: SubscriptionAction) -> Button {
    Button::OfSubscription { action, key: subscription.order.key }
}

/// One subscription: its state, its link, and what can be done with it, below a sentence where something has to be said first.
pub fn subscription(app: &App, held: &LiveSubscription, language: Language, first: Option<&str>) -> Screen {
    let subscription = &held.subscription;
    let act = |id, action| button(app, language, id, &of(subscription, action));
    let renew = act("button-renew", SubscriptionAction::Extend);
    let refresh = button(app, language, "button-refresh", &Button::Subscription(subscription.order.key));
    let renew = if held.live.is_over() { primary(renew) } else { renew };
    let mut keyboard = Keyboard::default().row([renew, refresh]);
    if !matches!(held.live, Live::Deleted) {
        let connect = act("button-connect", SubscriptionAction::Platforms);
        let connect = if held.live.is_over() { connect } else { primary(connect) };
        let copied = copy(app.texts.plain(language, "button-copy-link", &[]), &subscription.link);
        keyboard = keyboard
            .row([connect, act("button-qr", SubscriptionAction::Qr)])
            .row([act("button-configs", SubscriptionAction::Configs(0))].into_iter().chain(copied))
            .row([act("button-new-link", SubscriptionAction::AskNewLink), act("button-rename", SubscriptionAction::Rename)]);
    }
    let keyboard = match subscription.renews {
        Some(Renews::On) => keyboard.row([act("button-stop-renewing", SubscriptionAction::StopRenewing)]),
        Some(Renews::Stopped) => keyboard.row([act("button-go-on-renewing", SubscriptionAction::GoOnRenewing)]),
        None => keyboard,
    };
    // Not "back": whoever has only this one is shown it again.
    let keyboard = keyboard.row([button(app, language, "button-my-subscriptions", &Button::Subscriptions), home(app, language)]);
    let mut text = app.subscription_detail(held, language);
    if let Some(first) = first {
        text = format!("{}\n\n{text}", app.texts.html(language, first, &[]));
    }
    Screen::new(text, keyboard)
}

/// Asks whether the old link shall die.
pub fn ask_new_link(app: &App, subscription: &Subscription, language: Language) -> Screen {
    let text = app.texts.html(language, "link-ask", &[("plan", Arg::Text(subscription.shown_name()))]);
    let yes = danger(button(app, language, "button-new-link-yes", &of(subscription, SubscriptionAction::NewLink)));
    Screen::new(text, Keyboard::default().row([yes]).row([back_to(app, subscription, language)]))
}

/// Asks for a name, below a sentence where what came was none.
pub fn ask_label(app: &App, subscription: &Subscription, language: Language, first: Option<&str>) -> Screen {
    let limit = u64::try_from(Subscription::MAX_LABEL).unwrap_or_default();
    let args = [("plan", Arg::Text(subscription.shown_name())), ("limit", Arg::Raw(format::number(language, limit)))];
    let mut text = app.texts.html(language, "label-ask", &args);
    if let Some(first) = first {
        text = format!("{}\n\n{text}", app.texts.html(language, first, &args));
    }
    let unname = subscription.label.as_ref().map(|_| button(app, language, "button-unname", &of(subscription, SubscriptionAction::Unname)));
    let back = button(app, language, "button-back", &of(subscription, SubscriptionAction::KeepName));
    Screen::new(text, Keyboard::default().row(unname).row([back]))
}
