//! One update, one turn: what was said or tapped, and what comes back.

use app::{
    App, AppError, Deadline,
    checkout::Purpose,
    gateways::{refund_report_of, report_of},
    receipt::{Sent, Submitted},
    settle::Settled,
    telegram::{
        Content, MemberStatus, Message, PreCheckoutQuery, Reply, SuccessfulPayment, Update, User as Sender,
        api::methods::AnswerPreCheckoutQueryParams,
    },
};
use domain::{Currency, DiscountCodeName, Language, Money, conversation::Awaiting, order::Order, payment::PreCheckoutRefusal, user::User};
use tracing::warn;

use crate::{callback, screens, sender::visitor};

/// Handles one update. The reply rides in the webhook's answer; what must be known to arrive was sent before.
pub async fn turn(app: &App, update: Update, deadline: Deadline) -> Result<Option<Reply>, AppError> {
    match update.content {
        Content::Message(message) => on_message(app, *message, deadline).await,
        Content::CallbackQuery(query) => callback::on_callback(app, *query, deadline).await,
        Content::PreCheckoutQuery(query) => on_pre_checkout(app, *query).await,
        Content::MyChatMember(change) => {
            if change.chat.is_private() {
                match change.new {
                    MemberStatus::Kicked => app.note_unreachable(change.from.id).await?,
                    MemberStatus::Member => app.welcome_back(change.from.id, deadline).await?,
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

async fn on_message(app: &App, message: Message, deadline: Deadline) -> Result<Option<Reply>, AppError> {
    let Some(from) = message.from.as_ref().filter(|from| !from.is_bot) else { return Ok(None) };
    // Money first: no ban, no mode and no mood of the conversation stands between a payment and its order.
    if let Some(payment) = &message.successful_payment {
        return on_payment(app, from, payment, deadline).await;
    }
    if let Some(refunded) = &message.refunded_payment {
        app.note_refund(&refund_report_of(refunded, from.id)?.payment).await?;
        return Ok(None);
    }
    if !message.chat.is_private() {
        return Ok(None);
    }
    let chat = message.chat.id;
    let screen = match message.text.as_deref().map(str::trim) {
        Some(text) if text.starts_with('/') => on_command(app, from, text, deadline).await?,
        Some(text) => on_text(app, from, text).await?,
        None => on_file(app, from, &message).await?,
    };
    Ok(Some(Reply::new(&screen.send(chat))?))
}

async fn on_command(app: &App, from: &Sender, text: &str, deadline: Deadline) -> Result<app::screen::Screen, AppError> {
    let (command, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    // In a group's manner: `/start@the_bot`.
    let command = command.split('@').next().unwrap_or(command);
    if command == "/start" {
        let inviter = Some(argument.trim()).filter(|payload| !payload.is_empty()).and_then(|payload| app.inviter_of(payload));
        let joined = app.join(visitor(from), inviter).await?;
        if joined.user.unreachable_at.is_some() {
            app.welcome_back(joined.user.id, deadline).await?;
        }
        return Ok(if joined.user.is_banned() {
            screens::banned(app, &joined.user)
        } else {
            screens::menu(app, &joined.user, joined.inviter.is_some())
        });
    }
    let user = app.customer(visitor(from)).await?;
    if user.is_banned() && command != "/paysupport" {
        return Ok(screens::banned(app, &user));
    }
    Ok(match command {
        "/menu" => screens::menu(app, &user, false),
        "/plans" | "/buy" => screens::plans(app, &*app.shop().await?, user.language, None),
        "/subscriptions" => screens::holdings(app, &user, &app.holdings(user.id, None, deadline).await?),
        "/invite" => screens::invite(app, &user).await?,
        "/language" => screens::languages(app, user.language),
        "/help" | "/support" => screens::help(app, &*app.shop().await?, user.language),
        "/paysupport" => screens::payment_support(app, &*app.shop().await?, user.language),
        _ => screens::not_understood(app, &user),
    })
}

async fn on_text(app: &App, from: &Sender, text: &str) -> Result<app::screen::Screen, AppError> {
    let (user, awaiting) = app.customer_and_awaited(visitor(from)).await?;
    if user.is_banned() {
        return Ok(screens::banned(app, &user));
    }
    match awaiting {
        // What cannot be a code is no try at one.
        Some(Awaiting::DiscountCode { product, order, extends, gift }) if text.parse::<DiscountCodeName>().is_ok() => {
            let (shop, typed) = tokio::try_join!(app.shop(), app.typed_code(user.id, text, order))?;
            // The order that the code was for has been placed: the matter is closed.
            let Some(typed) = typed else { return Ok(screens::not_understood(app, &user)) };
            let Some(product) = shop.product(&product) else { return Ok(screens::plans(app, &shop, user.language, Some("plan-gone"))) };
            let Some(order) = order.ulid() else { return Ok(screens::not_understood(app, &user)) };
            let purpose = extends.map_or(if gift { Purpose::Gift } else { Purpose::Purchase }, Purpose::Extend);
            match app.offer_with_code(&shop, product, purpose, typed, order)? {
                Ok(offer) => Ok(screens::plan(app, &offer, &user, None)),
                // The bot goes on waiting for another code.
                Err(rejection) => {
                    let offer = app.offer(&shop, product, purpose, None, order)?;
                    Ok(screens::plan(app, &offer, &user, Some(screens::rejection_text(rejection))))
                }
            }
        }
        Some(Awaiting::DiscountCode { .. } | Awaiting::SupportMessage | Awaiting::SubscriptionLabel { .. }) | None => {
            Ok(screens::not_understood(app, &user))
        }
    }
}

async fn on_file(app: &App, from: &Sender, message: &Message) -> Result<app::screen::Screen, AppError> {
    let user = app.customer(visitor(from)).await?;
    let Some(sent) = Sent::of(&message.photo, message.document.as_ref()) else {
        let text = if message.document.is_some() { "receipt-unreadable" } else { "unknown-input" };
        return Ok(screens::notice(app, user.language, text));
    };
    // A banned customer's money is money: the receipt is looked at.
    Ok(match app.submit_receipt(&user, &sent).await? {
        Submitted::UnderReview(order) => about(app, &user, "receipt-received", &order),
        Submitted::Already(order) => about(app, &user, "receipt-added", &order),
        Submitted::NothingDue if user.is_banned() => screens::banned(app, &user),
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
