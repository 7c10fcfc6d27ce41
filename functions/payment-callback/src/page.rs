//! What a customer's browser shows when it comes back from a gateway: how it went, and the way back to the bot.

use app::{
    App,
    page::document,
    text::{Arg, html},
};
use domain::Language;
use lambda_http::{
    Body, Request, Response,
    http::{StatusCode, header},
};

/// How it went, as far as the browser's owner is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// `trace`: the number of the payment at his bank.
    Paid { trace: Option<String> },
    /// He turned back, or the gateway has no money of his (yet).
    NotPaid,
    /// The money pays no order as it stands: people look at it.
    Review,
    /// The address is not one that we gave out.
    Unknown,
    /// We could not ask.
    Trouble,
}

/// The page for `outcome`, in the browser's language.
pub async fn of(app: &App, request: &Request, outcome: &Outcome) -> Response<Body> {
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = Language::of_client(accepted.and_then(|value| value.split([',', ';']).next()));
    let (status, text) = match outcome {
        Outcome::Paid { .. } => (StatusCode::OK, "return-paid"),
        Outcome::NotPaid => (StatusCode::OK, "return-not-paid"),
        Outcome::Review => (StatusCode::OK, "return-review"),
        Outcome::Unknown => (StatusCode::NOT_FOUND, "return-unknown"),
        Outcome::Trouble => (StatusCode::SERVICE_UNAVAILABLE, "return-trouble"),
    };
    let title = app.texts.html(language, "return-title", &[]);
    let mut content = format!("<p>{}</p>", app.texts.html(language, text, &[]));
    if let Outcome::Paid { trace: Some(trace) } = outcome {
        content.push_str(&format!("<p>{}</p>", app.texts.html(language, "return-trace", &[("number", Arg::Text(trace))])));
    }
    if matches!(outcome, Outcome::Trouble) {
        // The address is as good later as it is now.
        content.push_str(&format!("<p><a class=\"button\" href=\"\">{}</a></p>", app.texts.html(language, "return-again", &[])));
    }
    // Without the bot's name there is a page all the same.
    if let Ok(username) = app.bot_username().await {
        let button = app.texts.html(language, "return-button", &[]);
        content.push_str(&format!("<p><a class=\"button\" href=\"https://t.me/{}\">{button}</a></p>", html(username)));
    }
    document(status, language, &title, "", &format!("<h1>{title}</h1>{content}")).map(Body::Text)
}
