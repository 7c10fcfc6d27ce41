//! What a customer does with one of his subscriptions.

use app::{
    App, AppError, Deadline, account::LiveSubscription, button::SubscriptionAction, new_link::Stage, recurring::Renewing, screen::Screen,
};
use domain::{
    OrderId, OrderKey,
    conversation::Awaiting,
    subscription::{LabelRefusal, Renews, Subscription},
    user::User,
};

use crate::{renewal, screens};

/// The screen that a button leads to; `None`: what it leads to was sent.
pub async fn on_action(
    app: &App,
    user: &User,
    action: SubscriptionAction,
    key: OrderKey,
    deadline: Deadline,
) -> Result<Option<Screen>, AppError> {
    let language = user.language;
    let order = OrderId::new(user.id, key);
    let unknown = || screens::notice(app, language, "subscription-unknown-here");
    // What asks neither the panel nor Telegram shows what the shop itself knows.
    let known = async || app.store.subscription(order).await;
    Ok(Some(match action {
        SubscriptionAction::Qr => {
            if app.show_qr(user, key, deadline).await? {
                return Ok(None);
            }
            unknown()
        }
        SubscriptionAction::Configs(page) => match app.subscription(order, deadline).await? {
            Some(held) => screens::configs(app, &held, page, language),
            None => unknown(),
        },
        SubscriptionAction::Platforms => known().await?.map_or_else(unknown, |held| screens::platforms(app, &held, language)),
        SubscriptionAction::Instructions(platform) => {
            known().await?.map_or_else(unknown, |held| screens::instructions(app, &held, platform, language))
        }
        SubscriptionAction::AskNewLink => known().await?.map_or_else(unknown, |held| screens::ask_new_link(app, &held, language)),
        SubscriptionAction::NewLink => match app.new_link(user, key, deadline).await? {
            Some(new) => {
                let first = match new.stage {
                    Stage::Replaced => Some("link-is-new"),
                    // The subscription says so itself.
                    Stage::Coming => None,
                    Stage::Deleted => Some("link-no-account"),
                };
                screens::subscription(app, &new.held, language, first)
            }
            None => unknown(),
        },
        SubscriptionAction::Rename => match known().await? {
            Some(held) => {
                app.wait_for(user.id, Awaiting::SubscriptionLabel { subscription: key }).await?;
                screens::ask_label(app, &held, language, None)
            }
            None => unknown(),
        },
        SubscriptionAction::KeepName => {
            app.wait_no_more(user.id).await?;
            detail(app, user, key, deadline).await?
        }
        SubscriptionAction::Unname => match app.set_label(order, None).await? {
            Some(subscription) => named(app, user, subscription, "label-removed", deadline).await,
            None => unknown(),
        },
        SubscriptionAction::StopRenewing => renewing(app, user, order, Renews::Stopped, deadline).await?,
        SubscriptionAction::GoOnRenewing => renewing(app, user, order, Renews::On, deadline).await?,
        SubscriptionAction::Extend => Box::pin(renewal::choices(app, user, key, deadline)).await?,
    }))
}

/// Ends the subscription in Stars, or lets it go on, and shows what stands.
async fn renewing(app: &App, user: &User, order: OrderId, wish: Renews, deadline: Deadline) -> Result<Screen, AppError> {
    let language = user.language;
    let first = match app.set_renewing(order, wish, deadline).await? {
        Renewing::Done(subscription) => {
            let first = if wish == Renews::On { "renewing-goes-on" } else { "renewing-stopped" };
            return Ok(named(app, user, *subscription, first, deadline).await);
        }
        Renewing::Refused => "renewing-refused",
        Renewing::Unknown => "renewing-unknown",
        Renewing::None => return Ok(screens::notice(app, language, "subscription-unknown-here")),
    };
    Ok(match app.store.subscription(order).await? {
        Some(subscription) => named(app, user, subscription, first, deadline).await,
        None => screens::notice(app, language, "subscription-unknown-here"),
    })
}

/// One subscription as it is now.
pub async fn detail(app: &App, user: &User, key: OrderKey, deadline: Deadline) -> Result<Screen, AppError> {
    Ok(match app.subscription(OrderId::new(user.id, key), deadline).await? {
        Some(held) => screens::subscription(app, &held, user.language, None),
        None => screens::notice(app, user.language, "subscription-unknown-here"),
    })
}

/// The text that the bot waits for as a subscription's name. What is none is asked for again.
pub async fn on_label(app: &App, user: &User, key: OrderKey, text: &str, deadline: Deadline) -> Result<Screen, AppError> {
    let language = user.language;
    let order = OrderId::new(user.id, key);
    let unknown = || screens::notice(app, language, "subscription-unknown-here");
    let refusal = match Subscription::label_of(text) {
        Ok(label) => {
            return Ok(match app.set_label(order, Some(label)).await? {
                Some(subscription) => named(app, user, subscription, "label-set", deadline).await,
                None => unknown(),
            });
        }
        Err(LabelRefusal::Empty) => "label-empty",
        Err(LabelRefusal::TooLong) => "label-too-long",
        Err(LabelRefusal::NotOneLine) => "label-not-one-line",
    };
    let held = app.store.subscription(order).await?;
    Ok(held.map_or_else(unknown, |held| screens::ask_label(app, &held, language, Some(refusal))))
}

async fn named(app: &App, user: &User, subscription: Subscription, first: &str, deadline: Deadline) -> Screen {
    let live = app.look(&subscription, deadline).await;
    screens::subscription(app, &LiveSubscription { subscription, live }, user.language, Some(first))
}
