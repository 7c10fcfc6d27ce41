//! How the bot gets its updates.

use serde_json::{Value, json};

use super::super::error::{ApiError, Reply};
use super::super::queue::Answer;
use super::super::world::Webhook;
use super::Context;

/// Updates in one answer of `getUpdates`.
const UPDATES_MAX: i64 = 100;

fn take_allowed_updates(context: &mut Context<'_>) -> Result<(), ApiError> {
    if let Some(kinds) = context.params.list("allowed_updates")? {
        context.world.allowed_updates = kinds.iter().filter_map(|kind| kind.as_str().map(ToOwned::to_owned)).collect();
    }
    Ok(())
}

pub(super) fn set_webhook(context: &mut Context<'_>) -> Reply {
    let url = context.params.text("url")?.unwrap_or_default().to_owned();
    let secret = context.params.text("secret_token")?.map(ToOwned::to_owned);
    if let Some(secret) = secret.as_deref().filter(|secret| !secret.is_empty()) {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if secret.len() > 256 {
            return Err(ApiError::bad_request("secret token is too long"));
        }
        if !secret.bytes().all(allowed) {
            return Err(ApiError::bad_request("secret token contains unallowed characters"));
        }
    }
    let max_connections = context.params.integer("max_connections")?.unwrap_or(40).clamp(1, 100);
    drop_pending(context)?;
    take_allowed_updates(context)?;
    if url.is_empty() {
        context.world.webhook = None;
    } else {
        context.world.webhook = Some(Webhook { url, secret, max_connections, last_error: None });
    }
    Ok(Value::Bool(true))
}

pub(super) fn delete_webhook(context: &mut Context<'_>) -> Reply {
    drop_pending(context)?;
    context.world.webhook = None;
    Ok(Value::Bool(true))
}

fn drop_pending(context: &mut Context<'_>) -> Result<(), ApiError> {
    if context.params.boolean("drop_pending_updates")? == Some(true) {
        context.world.pending.clear();
        context.world.live.waiting.clear();
    }
    Ok(())
}

pub(super) fn get_webhook_info(context: &Context<'_>) -> Value {
    let webhook = context.world.webhook.clone().unwrap_or_default();
    let mut info = json!({
        "url": webhook.url,
        "has_custom_certificate": false,
        "pending_update_count": context.world.pending.len(),
    });
    if let Some(object) = info.as_object_mut() {
        if context.world.webhook.is_some() {
            object.insert("max_connections".to_owned(), json!(webhook.max_connections));
        }
        if let Some((date, message)) = webhook.last_error {
            object.insert("last_error_date".to_owned(), json!(date));
            object.insert("last_error_message".to_owned(), json!(message));
        }
        if !context.world.allowed_updates.is_empty() {
            object.insert("allowed_updates".to_owned(), json!(context.world.allowed_updates));
        }
    }
    info
}

/// One look at the queues; waiting is up to the caller. Updates below `offset` are done with.
pub(super) fn get_updates(context: &mut Context<'_>) -> Reply {
    if context.world.live.deliver.is_some() || context.world.webhook.is_some() {
        return Err(ApiError::new(
            409,
            "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
        ));
    }
    take_allowed_updates(context)?;
    let limit = context.params.integer("limit")?.unwrap_or(UPDATES_MAX).clamp(1, UPDATES_MAX);
    let offset = context.params.integer("offset")?.unwrap_or(0);
    let now = context.now;
    let world = &mut *context.world;
    let id = |update: &Value| update.get("update_id").and_then(Value::as_i64).unwrap_or_default();
    let (kept, confirmed) =
        std::mem::take(&mut world.pending).into_iter().partition(|pending| id(&pending.update) >= offset && pending.expires >= now);
    world.pending = kept;
    for pending in confirmed {
        if let Some(waiting) = world.live.waiting.remove(&pending.ticket) {
            // Whoever waited may have gone.
            let update_id = id(&pending.update);
            let _ = waiting.send(Answer { update_id, status: Some(200), ..Answer::default() });
        }
    }
    let limit = usize::try_from(limit).unwrap_or_default();
    Ok(world.pending.iter().take(limit).map(|pending| pending.update.clone()).collect())
}
