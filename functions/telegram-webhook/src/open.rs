//! The page behind an import button: Telegram's buttons open no app, a page does.

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
use tracing::warn;

/// Opens `app_id` with the subscription that `token` stands for.
pub async fn page(app: &App, app_id: &str, token: &str, request: &Request) -> Response<Body> {
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = Language::of_client(accepted.and_then(|value| value.split([',', ';']).next()));
    match app.open_link(app_id, token).await {
        Ok(Some((import, url, language))) => {
            let name = [("app", Arg::Text(import.name))];
            let title = app.texts.html(language, "open-title", &name);
            let body = app.texts.html(language, "open-body", &[]);
            let button = app.texts.html(language, "open-button", &name);
            let url = html(&url);
            let refresh = format!("<meta http-equiv=\"refresh\" content=\"0;url={url}\">");
            let content = format!("<h1>{title}</h1><p>{body}</p><p><a class=\"button\" href=\"{url}\">{button}</a></p>");
            document(StatusCode::OK, language, &title, &refresh, &content)
        }
        Ok(None) => {
            let gone = app.texts.html(language, "open-gone", &[]);
            document(StatusCode::NOT_FOUND, language, "VPN", "", &format!("<p>{gone}</p>"))
        }
        Err(error) => {
            warn!(event = "link_not_opened", %error, "a subscription could not be looked up");
            let trouble = app.texts.html(language, "trouble", &[]);
            document(StatusCode::SERVICE_UNAVAILABLE, language, "VPN", "", &format!("<p>{trouble}</p>"))
        }
    }
}

const STYLE: &str = "body{font:17px/1.5 system-ui,sans-serif;max-width:28rem;margin:15vh auto 0;padding:0 1.5rem;text-align:center;color:#1c1c1e;background:#fff}\
.button{display:inline-block;padding:.8rem 1.6rem;border-radius:.8rem;background:#2481cc;color:#fff;text-decoration:none;font-weight:600}\
@media(prefers-color-scheme:dark){body{color:#f2f2f7;background:#17212b}}";

fn document(status: StatusCode, language: Language, title: &str, head: &str, content: &str) -> Response<Body> {
    let direction = if language == Language::Persian { "rtl" } else { "ltr" };
    let text = format!(
        "<!doctype html><html lang=\"{}\" dir=\"{direction}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title}</title>{head}<style>{STYLE}</style></head>\
         <body>{content}</body></html>",
        language.code()
    );
    let mut response = Response::new(Body::Text(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    // The link is as good as the subscription: it stays out of caches, referrers and frames. Styles are ours; nothing else is loaded.
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
