//! What a customer's browser shows when it comes back from a gateway: how it went, and the way back to the bot.

use app::{
    App,
    text::{Arg, html},
};
use domain::Language;
use lambda_http::{
    Body, Request, Response,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
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
    document(status, language, &title, &content)
}

const STYLE: &str = "body{font:17px/1.5 system-ui,sans-serif;max-width:28rem;margin:15vh auto 0;padding:0 1.5rem;text-align:center;color:#1c1c1e;background:#fff}\
.button{display:inline-block;padding:.8rem 1.6rem;border-radius:.8rem;background:#2481cc;color:#fff;text-decoration:none;font-weight:600}\
@media(prefers-color-scheme:dark){body{color:#f2f2f7;background:#17212b}}";

fn document(status: StatusCode, language: Language, title: &str, content: &str) -> Response<Body> {
    let direction = if language == Language::Persian { "rtl" } else { "ltr" };
    let text = format!(
        "<!doctype html><html lang=\"{}\" dir=\"{direction}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title}</title><style>{STYLE}</style></head>\
         <body><h1>{title}</h1>{content}</body></html>",
        language.code()
    );
    let mut response = Response::new(Body::Text(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ),
    );
    response
}
