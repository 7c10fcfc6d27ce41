//! Invoices and payments in Stars.

use serde_json::{Value, json};

use super::super::error::{ApiError, Reply};
use super::super::html::utf16_len;
use super::super::keyboard::{self, Markup};
use super::super::payment;
use super::super::queue::{MESSAGE_LIFETIME_SECONDS, QueueKey};
use super::super::request::Params;
use super::super::world::{Author, Content, Invoice};
use super::Context;
use super::messages::send;

/// Stars in one invoice, and in one with a subscription.
const STARS_MAX: i64 = 25_000;
const SUBSCRIPTION_STARS_MAX: i64 = 10_000;
/// The only period there is: 30 days.
const SUBSCRIPTION_SECONDS: i64 = 2_592_000;

fn invoice(context: &Context<'_>) -> Result<Invoice, ApiError> {
    let params = context.params;
    let bounded = |name: &str, max: usize| {
        let text = params.text(name)?.unwrap_or_default();
        if (1..=max).contains(&utf16_len(text)) {
            return Ok(text.to_owned());
        }
        Err(ApiError::bad_request(format!("invoice {name} must have 1 to {max} characters")))
    };
    let title = bounded("title", 32)?;
    let description = bounded("description", 255)?;
    let payload = params.text("payload")?.unwrap_or_default().to_owned();
    if !(1..=128).contains(&payload.len()) {
        return Err(ApiError::bad_request("INVOICE_PAYLOAD_INVALID"));
    }
    if params.text("currency")? != Some("XTR") {
        return Err(ApiError::bad_request("CURRENCY_INVALID"));
    }
    if params.text("provider_token")?.is_some_and(|token| !token.is_empty()) {
        return Err(ApiError::bad_request("PAYMENT_PROVIDER_INVALID"));
    }
    let prices = params.list("prices")?.unwrap_or_default();
    let [price] = prices.as_slice() else {
        return Err(ApiError::bad_request("STARS_INVOICE_INVALID: exactly one price is needed"));
    };
    Params::only(price, "LabeledPrice", &["label", "amount"])?;
    if price.get("label").and_then(Value::as_str).is_none_or(str::is_empty) {
        return Err(ApiError::bad_request("can't parse labeled price: Can't find field \"label\""));
    }
    let amount = price.get("amount").and_then(Value::as_i64).unwrap_or_default();
    if !(1..=STARS_MAX).contains(&amount) {
        return Err(ApiError::bad_request("CURRENCY_TOTAL_AMOUNT_INVALID"));
    }
    let subscription_period = params.integer("subscription_period")?;
    if let Some(period) = subscription_period {
        if period != SUBSCRIPTION_SECONDS {
            return Err(ApiError::bad_request("SUBSCRIPTION_PERIOD_INVALID"));
        }
        if amount > SUBSCRIPTION_STARS_MAX {
            return Err(ApiError::bad_request("CURRENCY_TOTAL_AMOUNT_INVALID"));
        }
    }
    Ok(Invoice { title, description, payload, amount, paid: None, subscription_period })
}

pub(super) fn send_invoice(context: &mut Context<'_>) -> Reply {
    let chat_id = context.writable_chat()?;
    let invoice = invoice(context)?;
    let rows = match keyboard::parse(context.params, true)? {
        None => keyboard::pay_button(invoice.amount),
        Some(Markup::Inline(rows)) => {
            let first = rows.first().and_then(|row| row.get(0));
            if first.is_none_or(|button| button.get("pay") != Some(&Value::Bool(true))) {
                return Err(ApiError::bad_request("the first button of an invoice must be a pay button"));
            }
            rows
        }
        Some(_) => return Err(ApiError::bad_request("inline keyboard expected")),
    };
    send(context, chat_id, Content::Invoice(invoice), Some(Markup::Inline(rows)))
}

pub(super) fn create_invoice_link(context: &mut Context<'_>) -> Reply {
    let invoice = invoice(context)?;
    let slug = context.world.opaque("invoice");
    let link = format!("https://t.me/${slug}");
    context.world.links.insert(slug, invoice);
    Ok(Value::String(link))
}

pub(super) fn answer_pre_checkout_query(context: &mut Context<'_>) -> Reply {
    let id = context.params.required_text("pre_checkout_query_id", "pre_checkout_query_id is empty")?.to_owned();
    let ok = context.params.boolean("ok")?.ok_or_else(|| ApiError::bad_request("parameter \"ok\" is required"))?;
    let verdict =
        if ok { Ok(()) } else { Err(context.params.required_text("error_message", "error_message must be non-empty")?.to_owned()) };
    let waiting = context
        .world
        .live
        .checkouts
        .remove(&id)
        .ok_or_else(|| ApiError::bad_request("query is too old and response timeout expired or query ID is invalid"))?;
    // The person may have given up in this moment; then the payment is off.
    let _ = waiting.send(verdict);
    Ok(Value::Bool(true))
}

pub(super) fn refund_star_payment(context: &mut Context<'_>) -> Reply {
    let user_id = context.params.integer("user_id")?.ok_or_else(|| ApiError::bad_request("invalid user_id specified"))?;
    let id = context.params.required_text("telegram_payment_charge_id", "CHARGE_ID_EMPTY")?;
    let now = context.now;
    let world = &mut *context.world;
    let charge = world
        .charges
        .iter_mut()
        .find(|charge| charge.id == id && charge.person == user_id)
        .ok_or_else(|| ApiError::bad_request("CHARGE_ID_INVALID"))?;
    if charge.refunded.is_some() {
        return Err(ApiError::bad_request("CHARGE_ALREADY_REFUNDED"));
    }
    charge.refunded = Some(now);
    world.live.effects.keep = true;
    let content = Content::Refunded { charge: charge.id.clone() };
    let message_id = world.post(user_id, Author::Person(user_id), now, content);
    let message = world.message(user_id, message_id).map(|message| world.message_value(user_id, message));
    // Nobody waits for the delivery.
    drop(world.enqueue(QueueKey::Messages(user_id), "message", message.unwrap_or_default(), now, MESSAGE_LIFETIME_SECONDS));
    Ok(Value::Bool(true))
}

/// The bot ends a person's subscription after its current period, or lets it go on again.
pub(super) fn edit_user_star_subscription(context: &mut Context<'_>) -> Reply {
    let user_id = context.params.integer("user_id")?.ok_or_else(|| ApiError::bad_request("invalid user_id specified"))?;
    let charge = context.params.required_text("telegram_payment_charge_id", "CHARGE_ID_EMPTY")?;
    let canceled = context.params.boolean("is_canceled")?.ok_or_else(|| ApiError::bad_request("parameter \"is_canceled\" is required"))?;
    let id = context.world.subscription_of(charge).ok_or_else(|| ApiError::bad_request("CHARGE_ID_INVALID"))?;
    let subscription = context.world.star_subscriptions.get_mut(&id).filter(|subscription| subscription.person == user_id);
    let subscription = subscription.ok_or_else(|| ApiError::bad_request("CHARGE_ID_INVALID"))?;
    subscription.canceled_by_bot = canceled;
    context.world.live.effects.keep = true;
    context.world.touch(user_id);
    Ok(Value::Bool(true))
}

pub(super) fn get_star_transactions(context: &Context<'_>) -> Reply {
    let offset = usize::try_from(context.params.integer("offset")?.unwrap_or(0)).unwrap_or_default();
    let limit = context.params.integer("limit")?.unwrap_or(100);
    if !(1..=100).contains(&limit) {
        return Err(ApiError::bad_request("LIMIT_INVALID"));
    }
    let limit = usize::try_from(limit).unwrap_or_default();
    let transactions: Vec<_> = payment::transactions(context.world).into_iter().skip(offset).take(limit).collect();
    Ok(json!({ "transactions": transactions }))
}

pub(super) fn get_my_star_balance(context: &Context<'_>) -> Value {
    let held = context.world.charges.iter().filter(|charge| charge.refunded.is_none());
    json!({ "amount": held.map(|charge| charge.amount).sum::<i64>() })
}
