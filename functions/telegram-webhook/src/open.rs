//! The page behind an import button: Telegram's buttons open no app, a page does.

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
            document(StatusCode::OK, language, &title, &refresh, &content).map(Body::Text)
        }
        Ok(None) => {
            let gone = app.texts.html(language, "open-gone", &[]);
            document(StatusCode::NOT_FOUND, language, "VPN", "", &format!("<p>{gone}</p>")).map(Body::Text)
        }
        Err(error) => {
            warn!(event = "link_not_opened", %error, "a subscription could not be looked up");
            let trouble = app.texts.html(language, "trouble", &[]);
            document(StatusCode::SERVICE_UNAVAILABLE, language, "VPN", "", &format!("<p>{trouble}</p>")).map(Body::Text)
        }
    }
}
