//! One update, one turn: what was said or tapped, and what comes back.

use app::{
    App, AppError, Deadline,
    button::Button,
    checkout::Purpose,
    gateways::{refund_report_of, report_of},
    receipt::{Sent, Submitted},
    settle::Settled,
    telegram::{
        Content, MemberStatus, Message, PreCheckoutQuery, Reply, SuccessfulPayment, Update, User as Sender,
        api::methods::AnswerPreCheckoutQueryParams,
    },
    throttle::Pace,
};
use domain::{
    Currency, DiscountCodeName, Language, Money, OrderKey, conversation::Awaiting, order::Order, payment::PreCheckoutRefusal, user::User,
};
use tracing::warn;

use crate::{apart::apart, callback, codes, entry, operate, review, screens, sender::visitor, subscription, support};

/// Handles one update. The reply rides in the webhook's answer; what must be known to arrive was sent before.
pub async fn turn(app: &App, update: Update, deadline: Deadline) -> Result<Option<Reply>, AppError> {
    let (turned, ()) = tokio::join!(apart(|| its_turn(app, update, deadline)), apart(|| app.write_traces()));
    turned
}

async fn its_turn(app: &App, update: Update, deadline: Deadline) -> Result<Option<Reply>, AppError> {
    match update.content {
        Content::Message(message) => apart(|| on_message(app, *message, deadline)).await,
        Content::CallbackQuery(query) => apart(|| callback::on_callback(app, *query, deadline)).await,
        Content::PreCheckoutQuery(query) => apart(|| on_pre_checkout(app, *query)).await,
        Content::MyChatMember(change) => {
            if change.chat.is_private() {
                match change.new {
                    MemberStatus::Kicked => apart(|| app.note_unreachable(change.from.id)).await?,
                    MemberStatus::Member => apart(|| app.welcome_back(change.from.id, deadline)).await?,
                    MemberStatus::Creator
                    | MemberStatus::Administrator
                    | MemberStatus::Restricted
                    | MemberStatus::Left
                    | MemberStatus::Unknown => {}
                }
            }
            Ok(None)
        }
        Content::Unknown { kind } => {
            warn!(event = "unknown_update", kind, "an update of a kind that the shop does not read");
            Ok(None)
        }
    }
}

/// Whether an update says that money came or went.
pub fn is_about_money(update: &Update) -> bool {
    match &update.content {
        Content::Message(message) => message.successful_payment.is_some() || message.refunded_payment.is_some(),
        Content::CallbackQuery(_) | Content::PreCheckoutQuery(_) | Content::MyChatMember(_) | Content::Unknown { .. } => false,
    }
}

async fn on_message(app: &App, message: Message, deadline: Deadline) -> Result<Option<Reply>, AppError> {
    let Some(from) = message.from.as_ref().filter(|from| !from.is_bot) else { return Ok(None) };
    // Money first: no ban, no mode and no mood of the conversation stands between a payment and its order.
    if let Some(payment) = &message.successful_payment {
        return apart(|| on_payment(app, from, payment, deadline)).await;
    }
    if let Some(refunded) = &message.refunded_payment {
        app.note_refund(&refund_report_of(refunded, from.id)?.payment).await?;
        return Ok(None);
    }
    if message.reply_to.is_some()
        && let Some(reply) = apart(|| review::on_amount(app, from, &message)).await?
    {
        return Ok(Some(reply));
    }
    if let Some(letter) = support::replied_to(app, &message).await? {
        return support::answer(app, from, &message, &letter).await;
    }
    let chat = message.chat.id;
    if let Some(screen) = apart(|| operate::on_command(app, from, &message)).await? {
        return Ok(Some(Reply::new(&screen.send(chat))?));
    }
    if !message.chat.is_private() {
        return Ok(None);
    }
    let receipt = !message.photo.is_empty() || message.document.is_some();
    if !receipt && let Pace::TooFast { first } = app.pace(from.id) {
        let slow_down = || screens::slow_down(app, Language::of_client(from.language_code.as_deref()));
        return Ok(first.then(|| Reply::new(&slow_down().send(chat))).transpose()?);
    }
    let screen = match message.text.as_deref().map(str::trim) {
        Some(text) if text.starts_with('/') => {
            let (screen, ()) = tokio::try_join!(Box::pin(on_command(app, from, text, deadline)), leave(app, from, text))?;
            Some(screen)
        }
        Some(text) => Box::pin(on_text(app, from, text, &message, deadline)).await?,
        None => on_file(app, from, &message).await?,
    };
    Ok(screen.map(|screen| Reply::new(&screen.send(chat))).transpose()?)
}

/// A command ends what the bot waited for, unless it asks for it.
async fn leave(app: &App, from: &Sender, command: &str) -> Result<(), AppError> {
    if command.starts_with("/support") { Ok(()) } else { app.turn_away(from.id).await }
}

async fn on_command(app: &App, from: &Sender, text: &str, deadline: Deadline) -> Result<app::screen::Screen, AppError> {
    let (command, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    // In a group's manner: `/start@the_bot`.
    let command = command.split('@').next().unwrap_or(command);
    if command == "/start"
        && let Some(gift) = App::gift_of(argument.trim())
    {
        let (user, opened) = app.open_gift(visitor(from), gift, deadline).await?;
        return Ok(screens::opened(app, &user, &opened));
    }
    if command == "/start"
        && let Some(code) = App::code_of_link(argument.trim())
    {
        return Box::pin(codes::follow_link(app, visitor(from), code, deadline)).await;
    }
    if command == "/start" {
        let inviter = Some(argument.trim()).filter(|payload| !payload.is_empty()).and_then(|payload| app.inviter_of(payload));
        let (joined, shop) = tokio::try_join!(app.join(visitor(from), inviter), app.shop())?;
        if joined.user.unreachable_at.is_some() {
            app.welcome_back(joined.user.id, deadline).await?;
        }
        return Ok(if joined.user.is_banned() {
            screens::banned_with_contact(app, &shop, joined.user.language)
        } else {
            screens::menu(app, &shop, &joined.user, joined.inviter.is_some())
        });
    }
    let (user, shop) = tokio::try_join!(app.customer(visitor(from)), app.shop())?;
    if user.is_banned() && command != "/paysupport" {
        return Ok(screens::banned_with_contact(app, &shop, user.language));
    }
    let leads_to = match command {
        "/plans" | "/buy" => Some(Button::Plans),
        "/trial" => Some(Button::Trial),
        "/invite" => Some(Button::Invite),
        _ => None,
    };
    if let Some(button) = leads_to
        && let Some(kept) = entry::kept_from(app, &user, &shop, &button).await
    {
        return Ok(kept);
    }
    Ok(match command {
        "/menu" => screens::menu(app, &shop, &user, false),
        "/trial" => callback::trial(app, user, None, deadline).await?,
        "/plans" | "/buy" => screens::plans(app, &shop, user.language, None),
        "/subscriptions" => screens::holdings(app, &user, &app.holdings(user.id, None, deadline).await?),
        "/invite" => screens::invite(app, &shop, &user).await?,
        "/language" => screens::languages(app, user.language),
        "/help" => screens::help(app, &shop, user.language),
        "/support" => support::ask(app, &user).await?,
        "/paysupport" => screens::payment_support(app, &shop, user.language),
        _ => screens::not_understood(app, &shop, &user),
    })
}

async fn on_text(
    app: &App,
    from: &Sender,
    text: &str,
    message: &Message,
    deadline: Deadline,
) -> Result<Option<app::screen::Screen>, AppError> {
    let (user, awaiting) = app.customer_and_awaited(visitor(from)).await?;
    if user.is_banned() {
        return Ok(Some(screens::banned(app, &user)));
    }
    if let Some(Awaiting::SupportMessage { header, album }) = &awaiting {
        return support::post(app, &user, message, *header, album.as_deref()).await;
    }
    if let Some(Awaiting::SubscriptionLabel { subscription: key }) = awaiting {
        return subscription::on_label(app, &user, key, text, deadline).await.map(Some);
    }
    Box::pin(on_expected_text(app, &user, awaiting, text, deadline)).await.map(Some)
}

/// A text that is taken as what the bot waits for.
async fn on_expected_text(
    app: &App,
    user: &User,
    awaiting: Option<Awaiting>,
    text: &str,
    deadline: Deadline,
) -> Result<app::screen::Screen, AppError> {
    match awaiting {
        // What cannot be a code is no try at one.
        Some(Awaiting::DiscountCode { product, order, extends, gift }) if text.parse::<DiscountCodeName>().is_ok() => {
            let Ok(code) = text.parse::<DiscountCodeName>() else { return Ok(screens::notice(app, user.language, "code-not-found")) };
            let (shop, typed) = tokio::try_join!(app.shop(), app.typed_code(user.id, &code, order))?;
            // The order that the code was for has been placed: the matter is closed.
            let Some(typed) = typed else { return Ok(screens::not_understood(app, &shop, user)) };
            let Some(product) = shop.product(&product) else { return Ok(screens::plans(app, &shop, user.language, Some("plan-gone"))) };
            let Some(order) = order.ulid() else { return Ok(screens::not_understood(app, &shop, user)) };
            let purpose = extends.map_or(if gift { Purpose::Gift } else { Purpose::Purchase }, Purpose::Extend);
            // Should it be refused, the bot goes on waiting for another one.
            codes::product(app, user, &shop, (product, purpose, order), typed, deadline).await
        }
        // What is for the operators, and names, do not come here.
        Some(
            Awaiting::DiscountCode { .. } | Awaiting::SupportMessage { .. } | Awaiting::SubscriptionLabel { .. } | Awaiting::Receipt { .. },
        )
        | None => Ok(screens::not_understood(app, &*app.shop().await?, user)),
    }
}

async fn on_file(app: &App, from: &Sender, message: &Message) -> Result<Option<app::screen::Screen>, AppError> {
    let (user, conversation) = app.customer_and_conversation(visitor(from)).await?;
    let sent = Sent::of(&message.photo, message.document.as_ref());
    let shown = match conversation.as_ref().map(|conversation| &conversation.awaiting) {
        Some(Awaiting::Receipt { order }) => Some(*order),
        _ => None,
    };
    if let Some(conversation) = conversation.filter(|_| !user.is_banned())
        && let Awaiting::SupportMessage { header, album } = &conversation.awaiting
        // A picture without a word belongs to the order that waits for one: the operators see it with everything that they need.
        && !(sent.is_some() && message.caption.is_none() && app.awaits_receipt(user.id).await?)
    {
        return support::post(app, &user, message, *header, album.as_deref()).await;
    }
    on_receipt(app, &user, sent, message, shown).await.map(Some)
}

/// Whatever is no text is a receipt, or nothing that was asked for.
async fn on_receipt(
    app: &App,
    user: &User,
    sent: Option<Sent>,
    message: &Message,
    shown: Option<OrderKey>,
) -> Result<app::screen::Screen, AppError> {
    let Some(sent) = sent else {
        let text = if message.document.is_some() { "receipt-unreadable" } else { "unknown-input" };
        return Ok(screens::notice(app, user.language, text));
    };
    // A banned customer's money is money: the receipt is looked at.
    Ok(match app.submit_receipt(user, &sent, shown).await? {
        Submitted::UnderReview(order) => about(app, user, "receipt-received", &order),
        Submitted::Already(order) => about(app, user, "receipt-added", &order),
        Submitted::TooMany => screens::notice(app, user.language, "receipt-already"),
        Submitted::NothingDue if user.is_banned() => screens::banned(app, user),
        Submitted::NothingDue => screens::notice(app, user.language, "receipt-nothing-due"),
    })
}

fn about(app: &App, user: &User, text: &str, order: &Order) -> app::screen::Screen {
    screens::order_notice(app, user.language, text, order, order.under_review().map(|attempt| attempt.quote))
}

async fn on_payment(app: &App, from: &Sender, payment: &SuccessfulPayment, deadline: Deadline) -> Result<Option<Reply>, AppError> {
    let report = report_of(payment, from.id)?;
    match app.settle_report(&report, deadline).await? {
        Settled::Paid(_) | Settled::Already(_) | Settled::Ignored => {}
        Settled::Unapplied(reason) => warn!(event = "stars_unapplied", reason = reason.name(), "a charge in Stars pays no order"),
    }
    // The link was sent as a message of its own, or is owed.
    Ok(None)
}

async fn on_pre_checkout(app: &App, query: PreCheckoutQuery) -> Result<Option<Reply>, AppError> {
    let amount = (query.currency == Currency::Xtr.code()).then_some(query.total_amount);
    let amount = amount.and_then(|stars| u32::try_from(stars).ok()).map(|stars| Money::whole(stars, Currency::Xtr));
    let verdict = app.pre_checkout(&query.invoice_payload, query.from.id, amount).await?;
    let mut answer = AnswerPreCheckoutQueryParams::builder().pre_checkout_query_id(query.id).ok(verdict.is_ok()).build();
    if let Err(refusal) = verdict {
        warn!(event = "pre_checkout_refused", reason = %refusal, "a charge in Stars was refused");
        let text = match refusal {
            PreCheckoutRefusal::Paid => "pre-checkout-paid",
            PreCheckoutRefusal::UnderReview => "receipt-already",
            PreCheckoutRefusal::Ended => "pre-checkout-ended",
            PreCheckoutRefusal::UnknownOrder
            | PreCheckoutRefusal::OtherPayer
            | PreCheckoutRefusal::Banned
            | PreCheckoutRefusal::AmountMismatch => "pre-checkout-refused",
        };
        answer.error_message = Some(app.texts.plain(Language::of_client(query.from.language_code.as_deref()), text, &[]));
    }
    Ok(Some(Reply::new(&answer)?))
}
