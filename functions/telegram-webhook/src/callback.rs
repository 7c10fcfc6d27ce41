//! Taps: the screen changes in place, and no button keeps its spinner.

use app::telegram::{CallbackMessage, CallbackQuery, Reply};
use app::{
    App, AppError, Deadline,
    button::Button,
    checkout::{Choice, NotPayable, Placed, Purpose, Wanted},
    expire::{Ended, Looked},
    join::Visitor,
    screen::Screen,
};
use domain::{
    OrderId,
    order::{AttemptRefusal, Event, Order, OrderStatus},
    payment::Gateway,
    user::User,
};
use tracing::{debug, warn};

use crate::{
    review, screens,
    sender::visitor,
    tap::{acknowledge, answer},
};

/// What a tap leads to: a screen, or a word that pops up over the one that stands.
enum Outcome {
    Show(Screen),
    Toast(String),
}

pub async fn on_callback(app: &App, query: CallbackQuery, deadline: Deadline) -> Result<Option<Reply>, AppError> {
    let button = query.data.as_deref().and_then(Button::parse);
    let Some(message) = query.message.clone() else {
        return Ok(Some(Reply::new(&answer(&query.id, None))?));
    };
    if let Some(Button::Review { step, reference, number, receipt }) = &button {
        return review::on_review(
            app,
            &query,
            &message,
            &review::Tapped { step: *step, reference, number: *number, receipt: *receipt },
            deadline,
        )
        .await;
    }
    if !message.chat.is_private() {
        return Ok(Some(Reply::new(&answer(&query.id, None))?));
    }
    // Only a question to a gateway is answered with a word, which must wait for the gateway; everything else is answered while the shop thinks.
    if matches!(button, Some(Button::CheckPayment(_))) {
        return Ok(Some(match outcome(app, &query, button, deadline).await? {
            Outcome::Toast(text) => Reply::new(&answer(&query.id, Some(text)))?,
            Outcome::Show(screen) => {
                acknowledge(app, &query.id).await;
                show(screen, &message)?
            }
        }));
    }
    let (outcome, ()) = tokio::join!(outcome(app, &query, button, deadline), acknowledge(app, &query.id));
    Ok(match outcome? {
        Outcome::Show(screen) => Some(show(screen, &message)?),
        Outcome::Toast(_) => None,
    })
}

/// The screen in the place of the tapped message, or below it where that is a picture or out of reach.
fn show(screen: Screen, message: &CallbackMessage) -> Result<Reply, AppError> {
    let chat = message.chat.id;
    Ok(if can_change(message) { Reply::new(&screen.edit(chat, message.message_id))? } else { Reply::new(&screen.send(chat))? })
}

/// Whether a message can become another screen: pictures cannot, nor what Telegram hides.
fn can_change(message: &CallbackMessage) -> bool {
    message.has_text && message.is_accessible()
}

async fn outcome(app: &App, query: &CallbackQuery, button: Option<Button>, deadline: Deadline) -> Result<Outcome, AppError> {
    let from = visitor(&query.from);
    // Placing reads the customer together with everything else that it is decided on.
    if let Some(Button::Place(choice)) = &button {
        let screen = query.message.as_ref().filter(|message| can_change(message)).map(|message| message.message_id);
        return place(app, from, choice, screen, deadline).await.map(Outcome::Show);
    }
    let user = app.customer(from).await?;
    if user.is_banned() {
        return Ok(Outcome::Show(screens::banned(app, &user)));
    }
    let Some(button) = button else {
        debug!("a button that is none of ours was tapped");
        return Ok(Outcome::Show(screens::notice(app, user.language, "too-old")));
    };
    let language = user.language;
    let screen = match button {
        Button::Menu => screens::menu(app, &user, false),
        Button::Plans => screens::plans(app, &*app.shop().await?, language, None),
        Button::Plan(product) => {
            let shop = app.shop().await?;
            match shop.product(&product) {
                Some(product) => screens::plan(app, &app.fresh_offer(&shop, product, Purpose::Purchase)?, &user, None),
                None => screens::plans(app, &shop, language, Some("plan-gone")),
            }
        }
        Button::EnterCode { wanted, order } => enter_code(app, &user, &wanted, order).await?,
        Button::Order(order) => match app.own_order(user.id, order).await? {
            Some(order) => order_screen(app, &user, order, None, deadline).await?,
            None => screens::notice(app, language, "order-unknown"),
        },
        Button::Pay { order, gateway } => match app.own_order(user.id, order).await? {
            Some(order) => order_screen(app, &user, order, Some(gateway), deadline).await?,
            None => screens::notice(app, language, "order-unknown"),
        },
        Button::CheckPayment(order) => return check_payment(app, &user, order, deadline).await,
        Button::CancelOrder(order) => cancel(app, &user, order, deadline).await?,
        Button::Subscriptions => screens::holdings(app, &user, &app.holdings(user.id, None, deadline).await?),
        Button::OlderSubscriptions(before) => screens::holdings(app, &user, &app.holdings(user.id, Some(before), deadline).await?),
        Button::Subscription(key) => match app.subscription(OrderId::new(user.id, key), deadline).await? {
            Some(held) => screens::subscription(app, &held, language),
            None => screens::notice(app, language, "subscriptions-empty"),
        },
        Button::Invite => screens::invite(app, &user).await?,
        Button::Languages => screens::languages(app, language),
        Button::Speak(language) => screens::menu(app, &app.choose_language(&user, language).await?, false),
        Button::Help => screens::help(app, &*app.shop().await?, language),
        Button::Trial
        | Button::GiftPlans
        | Button::GiftPlan(_)
        | Button::OfSubscription { .. }
        | Button::ExtendWith { .. }
        | Button::Support
        | Button::Joined
        | Button::AcceptTerms(_) => screens::menu(app, &user, false),
        // Handled before.
        Button::Place(_) | Button::Review { .. } => screens::menu(app, &user, false),
    };
    Ok(Outcome::Show(screen))
}

/// The next text is a code for what the button wants.
async fn enter_code(app: &App, user: &User, wanted: &Wanted, order: ulid::Ulid) -> Result<Screen, AppError> {
    let (shop, purpose) = tokio::try_join!(app.shop(), app.wanted_purpose(user.id, wanted))?;
    let Some(purpose) = purpose else { return Ok(screens::notice(app, user.language, "subscriptions-empty")) };
    let Some(product) = app.wanted_product(&shop, wanted) else { return Ok(screens::plans(app, &shop, user.language, Some("plan-gone"))) };
    app.await_code(user.id, &product.id, purpose, order).await?;
    Ok(screens::ask_code(app, user.language, wanted))
}

async fn place(app: &App, from: Visitor<'_>, choice: &Choice, screen: Option<i32>, deadline: Deadline) -> Result<Screen, AppError> {
    let (user, placed) = app.place(from.id, choice, screen, deadline).await?;
    let user = match user {
        Some(user) => user,
        None => app.customer(from).await?,
    };
    let language = user.language;
    match placed {
        Placed::Order(order) => order_screen(app, &user, *order, choice.gateway, deadline).await,
        Placed::Changed(offer) => Ok(screens::plan(app, &offer, &user, Some("terms-changed"))),
        Placed::CodeRefused(rejection, offer) => Ok(screens::plan(app, &offer, &user, Some(screens::rejection_text(rejection)))),
        Placed::PlanGone => Ok(screens::plans(app, &*app.shop().await?, language, Some("plan-gone"))),
        Placed::SubscriptionGone => Ok(screens::notice(app, language, "subscriptions-empty")),
        Placed::Banned => Ok(screens::banned(app, &user)),
        Placed::Stranger => Ok(screens::menu(app, &user, false)),
    }
}

/// An order as it stands: how to pay it, or what became of it.
async fn order_screen(app: &App, user: &User, order: Order, gateway: Option<Gateway>, deadline: Deadline) -> Result<Screen, AppError> {
    let language = user.language;
    if order.status != OrderStatus::AwaitingPayment || order.under_review().is_some() {
        return Ok(app.order_state(&order, language));
    }
    let Some(gateway) = gateway.or_else(|| order.attempts.last().map(|attempt| attempt.gateway)) else {
        return Ok(app.order_state(&order, language));
    };
    let shop = app.shop().await?;
    let (title, description) = screens::invoice_texts(app, &order, language);
    match app.pay(order.clone(), gateway, &title, &description, deadline).await {
        Ok((order, payable)) => Ok(screens::payable(app, &order, &payable, &shop, language)),
        Err(NotPayable::Attempt(AttemptRefusal::TooMany)) => {
            Ok(screens::pay_trouble(app, &order, gateway, &shop, language, "pay-too-many"))
        }
        Err(NotPayable::Attempt(AttemptRefusal::Late)) => Ok(app.order_state(&order, language)),
        Err(NotPayable::Attempt(_)) => {
            let current = app.store.order(order.id).await?.unwrap_or(order);
            Ok(app.order_state(&current, language))
        }
        Err(NotPayable::Gateway(error)) => {
            warn!(event = "payment_not_opened", %gateway, error = ?error, "a way to pay is not open");
            Ok(screens::pay_trouble(app, &order, gateway, &shop, language, "pay-failed"))
        }
        Err(NotPayable::App(error)) => Err(error),
    }
}

async fn check_payment(app: &App, user: &User, order: ulid::Ulid, deadline: Deadline) -> Result<Outcome, AppError> {
    let language = user.language;
    let Some(order) = app.own_order(user.id, order).await? else {
        return Ok(Outcome::Show(screens::notice(app, language, "order-unknown")));
    };
    if !matches!(order.status, OrderStatus::AwaitingPayment | OrderStatus::Expired) {
        return Ok(Outcome::Show(app.order_state(&order, language)));
    }
    Ok(match app.look_up(&order, deadline).await? {
        Looked::Paid(order) => Outcome::Show(app.order_state(&order, language)),
        Looked::Unpaid => Outcome::Toast(app.texts.plain(language, "not-paid-yet", &[])),
        Looked::Unknown(_) => Outcome::Toast(app.texts.plain(language, "pay-failed", &[])),
    })
}

async fn cancel(app: &App, user: &User, order: ulid::Ulid, deadline: Deadline) -> Result<Screen, AppError> {
    let language = user.language;
    let Some(order) = app.own_order(user.id, order).await? else { return Ok(screens::notice(app, language, "order-unknown")) };
    // A receipt is with the operators: what they decide is not the customer's to take away.
    if order.under_review().is_some() {
        return order_screen(app, user, order, None, deadline).await;
    }
    match app.end_order(order.clone(), &Event::CustomerCancels, None).await? {
        Ended::Ended(order) => Ok(screens::order_notice(app, language, "order-ended-by-you", &order, None)),
        Ended::Already(order) => Ok(app.order_state(&order, language)),
        Ended::Refused(_) => {
            let current = app.store.order(order.id).await?.unwrap_or(order);
            Ok(app.order_state(&current, language))
        }
    }
}
