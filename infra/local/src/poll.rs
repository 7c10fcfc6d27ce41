//! Long polling: updates of the real Telegram for a shop that it cannot reach.

use std::{sync::Arc, time::Duration};

use app::App;
use clients::telegram::api::methods::DeleteWebhookParams;
use serde_json::Value;
use tracing::{error, warn};

use crate::{gateway::Gateway, shop::deliver};

/// Telegram holds a request this long when there is nothing to tell.
const WAIT_SECONDS: u32 = 25;
const AFTER_FAILURE: Duration = Duration::from_secs(3);

/// Feeds every update to the webhook's handler, in order, and carries out the method that it answers with. Never ends.
pub async fn poll(app: Arc<App>, gateway: Gateway) {
    // Telegram does not do both: a webhook that was set is taken away.
    if let Err(error) = app.telegram.delete_webhook(&DeleteWebhookParams::builder().build()).await {
        error!(%error, "Telegram does not take the bot's token, or cannot be reached");
    }
    let telegram = app.telegram.within(Duration::from_secs(u64::from(WAIT_SECONDS) + 10));
    let mut offset = None;
    loop {
        let updates = match telegram.get_updates(offset, WAIT_SECONDS).await {
            Ok(updates) => updates,
            Err(error) => {
                warn!(%error, "updates could not be asked for");
                tokio::time::sleep(AFTER_FAILURE).await;
                continue;
            }
        };
        for update in updates {
            let Ok(update) = serde_json::from_str::<Value>(update.get()) else { continue };
            let id = update.get("update_id").and_then(Value::as_i64);
            // As Telegram's webhook does: once more at once, then later; here twice is all.
            for _ in 0..2 {
                let (status, answer) = deliver(&gateway, &gateway.webhook_secret(), &update).await;
                if let Some(method) = answer {
                    carry_out(&app, method).await;
                }
                if (200..300).contains(&status) {
                    break;
                }
            }
            offset = id.map(|id| id + 1).or(offset);
        }
    }
}

/// The method that rode in the webhook's answer.
async fn carry_out(app: &App, mut method: Value) {
    let Some(name) = method.as_object_mut().and_then(|fields| fields.remove("method")) else { return };
    let Some(name) = name.as_str() else { return };
    if let Err(error) = app.telegram.call::<Value, clients::telegram::Done>(name, &method).await {
        warn!(%error, method = name, "an answer could not be sent");
    }
}
