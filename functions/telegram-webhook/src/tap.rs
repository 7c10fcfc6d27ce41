//! Answers to taps: no button keeps its spinner.

use app::{App, telegram::api::methods::AnswerCallbackQueryParams};
use tracing::debug;

/// An answer that stops the spinner; `text` pops up.
pub fn answer(query: &str, text: Option<String>) -> AnswerCallbackQueryParams {
    let mut params = AnswerCallbackQueryParams::builder().callback_query_id(query).build();
    params.show_alert = text.as_ref().map(|_| true);
    params.text = text.map(|text| text.chars().take(200).collect());
    params
}

/// Stops the spinner. A failure is the customer's spinner and nothing more.
pub async fn acknowledge(app: &App, query: &str) {
    if let Err(error) = app.telegram.answer_callback_query(&answer(query, None)).await {
        debug!(%error, "a tap was not acknowledged");
    }
}
