//! Answers to taps: no button keeps its spinner.

use app::{App, telegram::api::methods::AnswerCallbackQueryParams};
use tracing::debug;

/// An answer that stops the spinner; `text` pops up.
pub fn answer(query: &str, text: Option<String>) -> AnswerCallbackQueryParams {
    let mut params = AnswerCallbackQueryParams::builder().callback_query_id(query).build();
    params.show_alert = text.as_ref().map(|_| true);
    params.text = text.map(|text| clipped(&text));
    params
}

/// What fits a toast: 200 UTF-16 units.
fn clipped(text: &str) -> String {
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units <= 200
    };
    text.chars().take_while(fits).collect()
}

/// The same with a word that goes by itself.
pub fn hint(query: &str, text: String) -> AnswerCallbackQueryParams {
    AnswerCallbackQueryParams { show_alert: None, ..answer(query, Some(text)) }
}

/// Stops the spinner. A failure is the customer's spinner and nothing more.
pub async fn acknowledge(app: &App, query: &str) {
    if let Err(error) = app.telegram.answer_callback_query(&answer(query, None)).await {
        debug!(%error, "a tap was not acknowledged");
    }
}
