//! Taps: the screen changes in place, and no button keeps its spinner.

use app::telegram::{CallbackMessage, CallbackQuery, Reply};
use app::{
    App, AppError, Deadline,
    button::Button,
    checkout::{Choice, NotPayable, Payable, Placed, Purpose, Wanted},
    codes::CodeRefusal,
    expire::{Ended, Looked},
    join::Visitor,
    screen::Screen,
    throttle::Pace,
    trial::Tried,
};
use domain::{
    Language,
    conversation::Awaiting,
    order::{AttemptRefusal, Event, Order, OrderStatus},
    payment::Gateway,
    user::User,
};
use tracing::{debug, warn};

use crate::{
    apart::apart,
    codes, entry,
    entry::{Step, Stopped},
    operate, renewal, review, screens,
    sender::visitor,
    subscription, support,
    tap::{acknowledge, answer, hint},
};

/// What a tap leads to: a screen, or a word that pops up over the one that stands.
enum Outcome {
    Show(Screen),
    /// Below what was tapped, which stays.
    ShowBelow(Screen),
    Toast(String),
    /// It was sent: the screen stands.
    Sent,
}

pub async fn on_callback(app: &App, query: CallbackQuery, deadline: Deadline) -> Result<Option<Reply>, AppError> {
    let button = query.data.as_deref().and_then(Button::parse);
    let Some(message) = query.message.clone() else {
        return Ok(Some(Reply::new(&answer(&query.id, None))?));
    };
    if let Some(Button::Review { step, reference, number, receipt }) = &button {
        let tapped = review::Tapped { step: *step, reference, number: *number, receipt: *receipt };
        return apart(|| review::on_review(app, &query, &message, &tapped, deadline)).await;
    }
    if let Some(Button::User { step, id }) = &button {
        return apart(|| operate::on_user(app, &query, &message, *step, *id)).await;
    }
    if let Some(Button::Retry { of, reference }) = &button {
        return apart(|| operate::on_retry(app, &query, &message, *of, reference)).await;
    }
    if !message.chat.is_private() {
        return Ok(Some(Reply::new(&answer(&query.id, None))?));
    }
    if app.pace(query.from.id) != Pace::Fine {
        let language = Language::of_client(query.from.language_code.as_deref());
        return Ok(Some(Reply::new(&hint(&query.id, app.texts.plain(language, "slow-down", &[])))?));
    }
    // Only a question to somebody else is answered with a word, which must wait for him; everything else is answered while the shop thinks.
    if matches!(button, Some(Button::CheckPayment(_) | Button::Joined { .. })) {
        return Ok(Some(match apart(|| outcome(app, &query, button, deadline)).await? {
            Outcome::Toast(text) => Reply::new(&answer(&query.id, Some(text)))?,
            Outcome::Sent => Reply::new(&answer(&query.id, None))?,
            Outcome::ShowBelow(screen) => Reply::new(&screen.send(message.chat.id))?,
            Outcome::Show(screen) => {
                acknowledge(app, &query.id).await;
                show(screen, &message)?
            }
        }));
    }
    let (outcome, ()) = tokio::join!(apart(|| outcome(app, &query, button, deadline)), acknowledge(app, &query.id));
    Ok(match outcome? {
        Outcome::Show(screen) => Some(show(screen, &message)?),
        Outcome::ShowBelow(screen) => Some(Reply::new(&screen.send(message.chat.id))?),
        Outcome::Toast(_) | Outcome::Sent => None,
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
        let (placed, ()) = tokio::try_join!(apart(|| place(app, from, choice, screen, deadline)), apart(|| app.turn_to_order(from.id)))?;
        return Ok(Outcome::Show(placed));
    }
    // A process that does not know the shop yet reads it in the same round trip.
    let (step, button) = button.map_or((Step::Nothing, None), |button| {
        let (step, button) = entry::through(button);
        (step, Some(button))
    });
    let home = matches!(button, Some(Button::Menu));
    let ((user, code), shop, ()) = tokio::try_join!(
        apart(|| app.customer_and_code(from, button.as_ref().and_then(Button::code))),
        apart(|| app.shop()),
        // Who goes home wants to write no more.
        apart(|| async { if home { app.turn_away(from.id).await } else { Ok(()) } })
    )?;
    if user.is_banned() {
        return Ok(Outcome::Show(screens::banned_with_contact(app, &shop, user.language)));
    }
    let Some(button) = button else {
        debug!("a button that is none of ours was tapped");
        return Ok(Outcome::Show(screens::notice(app, user.language, "too-old")));
    };
    let user = match apart(|| entry::admit(app, user, step, &button)).await? {
        Ok(user) => user,
        Err(Stopped::Screen(screen)) => return Ok(Outcome::Show(screen)),
        Err(Stopped::Word(word)) => return Ok(Outcome::Toast(word)),
    };
    let language = user.language;
    let screen = match button {
        Button::Menu => screens::menu(app, &shop, &user, false),
        Button::Plans => screens::plans(app, &shop, language, None),
        Button::Plan(product) => match shop.product(&product) {
            Some(product) => screens::plan(app, &shop, &app.fresh_offer(&shop, product, Purpose::Purchase)?, &user, None),
            None => screens::plans(app, &shop, language, Some("plan-gone")),
        },
        Button::PlansWithCode(_) => match code {
            Some(code) => apart(|| codes::plans(app, &user, &shop, code)).await?,
            None => screens::plans(app, &shop, language, None),
        },
        Button::PlanWithCode { product, .. } => match (shop.product(&product), code) {
            (Some(product), Some(code)) => {
                let order = app.seams().ulid(app.now());
                apart(|| codes::product(app, &user, &shop, (product, Purpose::Purchase, order), code, deadline)).await?
            }
            _ => screens::plans(app, &shop, language, Some("plan-gone")),
        },
        Button::GiftPlans => screens::gift_plans(app, &shop, language),
        Button::GiftPlan(product) => match shop.product(&product).filter(|_| shop.settings.gifts) {
            Some(product) => screens::plan(app, &shop, &app.fresh_offer(&shop, product, Purpose::Gift)?, &user, None),
            None => screens::gift_plans(app, &shop, language),
        },
        Button::Trial => {
            let screen = query.message.as_ref().filter(|message| can_change(message)).map(|message| message.message_id);
            apart(|| trial(app, user, screen, deadline)).await?
        }
        Button::EnterCode { wanted, order } => apart(|| enter_code(app, &user, &wanted, order)).await?,
        Button::Order(order) => match apart(|| app.own_order(user.id, order)).await? {
            Some(order) => apart(|| order_screen(app, &user, order, None, true, deadline)).await?,
            None => screens::notice(app, language, "order-unknown"),
        },
        Button::Pay { order, gateway } => match apart(|| app.own_order(user.id, order)).await? {
            Some(order) => apart(|| order_screen(app, &user, order, Some(gateway), true, deadline)).await?,
            None => screens::notice(app, language, "order-unknown"),
        },
        Button::CheckPayment(order) => return apart(|| check_payment(app, &user, order, deadline)).await,
        Button::CancelOrder(order) => apart(|| cancel(app, &user, order, deadline)).await?,
        Button::Subscriptions => screens::holdings(app, &user, &apart(|| app.holdings(user.id, None, deadline)).await?),
        Button::OlderSubscriptions(before) => {
            screens::holdings(app, &user, &apart(|| app.holdings(user.id, Some(before), deadline)).await?)
        }
        Button::Subscription(key) => apart(|| subscription::detail(app, &user, key, deadline)).await?,
        Button::Invite => apart(|| screens::invite(app, &shop, &user)).await?,
        Button::Languages => screens::languages(app, language),
        Button::Speak(language) => screens::menu(app, &shop, &apart(|| app.choose_language(&user, language)).await?, false),
        Button::Support => apart(|| support::ask(app, &user)).await?,
        Button::SupportReply => return Ok(Outcome::ShowBelow(apart(|| support::ask(app, &user)).await?)),
        Button::SupportDone => apart(|| support::finish(app, &user)).await?,
        Button::Help => screens::help(app, &shop, language),
        Button::OfSubscription { action, key } => match apart(|| subscription::on_action(app, &user, action, key, deadline)).await? {
            Some(screen) => screen,
            None => return Ok(Outcome::Sent),
        },
        Button::ExtendWith { subscription, product } => apart(|| renewal::with(app, &user, &subscription, &product, deadline)).await?,
        Button::Joined { .. } | Button::AcceptTerms { .. } => screens::menu(app, &shop, &user, false),
        // Handled before.
        Button::Place(_) | Button::Review { .. } | Button::User { .. } | Button::Retry { .. } => screens::menu(app, &shop, &user, false),
    };
    Ok(Outcome::Show(screen))
}

/// The free account, in the message that offered it.
pub async fn trial(app: &App, user: User, screen: Option<i32>, deadline: Deadline) -> Result<Screen, AppError> {
    let language = user.language;
    Ok(match app.try_out(user.clone(), screen, deadline).await? {
        Tried::Order(order) => app.order_state(&order, language),
        Tried::NotOffered => screens::notice(app, language, "trial-off"),
        Tried::NotNew => screens::notice(app, language, "trial-not-new"),
        Tried::Banned => screens::banned(app, &user),
    })
}

/// The next text is a code for what the button wants.
async fn enter_code(app: &App, user: &User, wanted: &Wanted, order: ulid::Ulid) -> Result<Screen, AppError> {
    let (shop, purpose) = tokio::try_join!(app.shop(), app.wanted_purpose(user.id, wanted))?;
    let Some(purpose) = purpose else { return Ok(screens::notice(app, user.language, "subscriptions-empty")) };
    let Some(product) = app.wanted_product(&shop, wanted) else { return Ok(screens::plans(app, &shop, user.language, Some("plan-gone"))) };
    app.await_code(user.id, &product.id, purpose, order).await?;
    Ok(screens::ask_code(app, user.language, wanted, &product.id))
}

async fn place(app: &App, from: Visitor<'_>, choice: &Choice, screen: Option<i32>, deadline: Deadline) -> Result<Screen, AppError> {
    let (user, placed) = apart(|| app.place(from.id, choice, screen, deadline)).await?;
    let user = match user {
        Some(user) => user,
        None => apart(|| app.customer(from)).await?,
    };
    let language = user.language;
    match placed {
        Placed::Order(order) => apart(|| order_screen(app, &user, *order, choice.gateway, false, deadline)).await,
        Placed::Changed(offer) => apart(|| renewal::offer(app, &offer, &user, Some("terms-changed"), deadline)).await,
        Placed::CodeRefused(rejection, offer) => {
            apart(|| renewal::offer(app, &offer, &user, Some(screens::rejection_text(rejection)), deadline)).await
        }
        Placed::PlanGone => Ok(screens::plans(app, &*app.shop().await?, language, Some("plan-gone"))),
        Placed::SubscriptionGone => Ok(screens::notice(app, language, "subscriptions-empty")),
        Placed::Wait(until, offer) => {
            let screen = apart(|| renewal::offer(app, &offer, &user, None, deadline)).await?;
            Ok(screens::without_code(app, language, CodeRefusal::Wait(until), screen))
        }
        Placed::Barred(barrier) => {
            Ok(screens::kept(app, &*app.shop().await?, language, &barrier, choice.wanted.way_to(choice.code.as_ref())))
        }
        Placed::TooManyOpen(orders) => Ok(screens::too_many_open(app, language, &orders)),
        Placed::Stranger => Ok(screens::menu(app, &*app.shop().await?, &user, false)),
    }
}

/// An order as it stands: how to pay it, or what became of it.
/// `opened`: by itself, and not because it was just placed.
async fn order_screen(
    app: &App,
    user: &User,
    order: Order,
    gateway: Option<Gateway>,
    opened: bool,
    deadline: Deadline,
) -> Result<Screen, AppError> {
    let language = user.language;
    if let Some(given) = app.given(&order, language).await? {
        return Ok(given);
    }
    if order.status != OrderStatus::AwaitingPayment || order.under_review().is_some() {
        return Ok(app.order_state(&order, language));
    }
    let Some(gateway) = gateway.or_else(|| order.attempts.last().map(|attempt| attempt.gateway)) else {
        return Ok(app.order_state(&order, language));
    };
    let shop = app.shop().await?;
    let (title, description) = screens::invoice_texts(app, &order, language);
    match apart(|| app.pay(order.clone(), gateway, &title, &description, deadline)).await {
        Ok((order, payable)) => {
            if opened && matches!(payable, Payable::Card { .. }) {
                app.wait_for(user.id, Awaiting::Receipt { order: order.id.key }).await?;
            }
            Ok(screens::payable(app, &order, &payable, &shop, language))
        }
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
    Ok(match apart(|| app.look_up(&order, deadline)).await? {
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
        return order_screen(app, user, order, None, false, deadline).await;
    }
    match apart(|| app.end_order(order.clone(), &Event::CustomerCancels, None)).await? {
        Ended::Ended(order) => Ok(screens::order_notice(app, language, "order-ended-by-you", &order, None)),
        Ended::Already(order) => Ok(app.order_state(&order, language)),
        Ended::Refused(_) => {
            let current = app.store.order(order.id).await?.unwrap_or(order);
            Ok(app.order_state(&current, language))
        }
    }
}
