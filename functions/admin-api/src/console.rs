//! The console: pages for operators over the same functions that answer the JSON API.
//!
//! A page reads through a [`Call`] of the API's own route, and a posted form becomes a request to it: the same roles, the same audit, the same
//! idempotency. Nothing here knows the table. It works without JavaScript; nothing is loaded from anywhere else.

mod action;
mod actions;
mod broadcasts;
mod csv;
mod dashboard;
mod desk;
mod details;
mod form;
mod health;
mod layout;
mod lists;
mod look;
mod plot;
mod session;
mod show;
mod words;

use app::App;
use lambda_http::http::{Method, StatusCode};
use maud::html;

use self::{desk::Desk, words::W};
use crate::{
    Asked,
    call::Call,
    problem::{Kind, Problem},
    query::decoded,
    reply::Reply,
};

/// Where the console lives.
const BASE: &str = "/admin/console";

/// Whether a path is the console's.
pub fn owns(path: &str) -> bool {
    path.strip_prefix(BASE).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The web console
///
/// Pages for people: they sign in with a token and need no JavaScript. What they do there goes through the routes of this document.
#[utoipa::path(get, path = "/admin/console", tag = "shop", operation_id = "console", responses((status = 200, description = "The dashboard.", body = String, content_type = "text/html"), (status = 303, description = "To where one signs in.")))]
pub async fn show(call: &Call<'_>) -> Result<Reply, Problem> {
    // The router hands everything of the console to `answer`.
    Err(Problem::new(Kind::NotFound, format!("{} is a page.", call.path)))
}

/// Answers a request for a page. What goes wrong is told on a page.
pub async fn answer(app: &App, asked: &Asked<'_>) -> Reply {
    let path = asked.uri.path();
    let rest = path.strip_prefix(BASE).unwrap_or_default().trim_matches('/');
    let segments: Option<Vec<String>> = rest.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
    let segments = segments.unwrap_or_default();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let look = look::Look::of(app, asked);
    let reads = matches!(*asked.method, Method::GET | Method::HEAD);
    let is_posted = *asked.method == Method::POST && !segments.is_empty();
    if !reads && !is_posted {
        // The front page is only looked at.
        let allow = if segments.is_empty() { "GET, HEAD, OPTIONS" } else { "GET, HEAD, POST, OPTIONS" };
        if *asked.method == Method::OPTIONS {
            return Reply::options(allow);
        }
        let lost = layout::outside(&look, StatusCode::METHOD_NOT_ALLOWED, W::NotThere, html! { p { (look.word(W::NotThereHint)) } });
        return lost.allowing(allow);
    }
    if let ([file], true) = (segments.as_slice(), reads)
        && let Some(asset) = layout::asset(file)
    {
        return asset;
    }
    if !reads && let Err(refused) = session::from_here(app, asked) {
        return layout::outside(&look, StatusCode::FORBIDDEN, W::Refused, html! { p { (look.word(refused)) } });
    }
    match segments.as_slice() {
        ["sign-in"] if reads => return session::sign_in_page(app, asked, &look, None),
        ["sign-in"] => return session::sign_in(app, asked, &look).await,
        ["look"] if !reads => return look::choose(app, asked, &look),
        _ => {}
    }
    let desk = match session::desk(app, asked, look).await {
        Ok(desk) => desk,
        Err(reply) => return *reply,
    };
    let outcome = if reads { pages(&desk, &segments).await } else { posts(&desk, &segments).await };
    outcome.unwrap_or_else(|problem| {
        if problem.is_ours() {
            tracing::error!(event = "console_page_failed", cause = problem.cause(), "a page failed by our fault");
        }
        layout::problem(&desk, &problem)
    })
}

async fn pages(desk: &Desk<'_>, segments: &[&str]) -> Result<Reply, Problem> {
    match segments {
        [] => dashboard::show(desk).await,
        ["receipts"] => dashboard::all_receipts(desk).await,
        ["stats"] => dashboard::report(desk).await,
        ["self-test"] => health::show(desk).await,
        ["search"] => lists::search(desk),
        ["users", id] => details::user(desk, id).await,
        ["orders", id] => details::order(desk, id).await,
        ["payments", id] => details::payment(desk, id).await,
        ["products", id] if *id != "new" => details::product(desk, id).await,
        ["subscriptions", id] => details::subscription(desk, id).await,
        ["discount-codes", code] if *code != "new" && *code != "batch" => details::code(desk, code).await,
        ["broadcasts", id] if *id != "new" => broadcasts::show(desk, id).await,
        ["settings"] => details::settings(desk).await,
        [list] => lists::show(desk, list).await,
        _ => match actions::find(desk, segments).await? {
            Some(action) => Ok(action.page(desk)),
            None => Err(crate::call::not_found()),
        },
    }
}

async fn posts(desk: &Desk<'_>, segments: &[&str]) -> Result<Reply, Problem> {
    let posted = form::Posted::read(desk.asked)?;
    if !desk.proves(posted.first("_proof")) {
        return Ok(layout::page(desk, StatusCode::FORBIDDEN, desk.w(W::Refused), html! { p.empty { (desk.w(W::StaleForm)) } }));
    }
    if segments == ["sign-out"] {
        return session::sign_out(desk).await;
    }
    match actions::find(desk, segments).await? {
        Some(action) => action.run(desk, &posted).await,
        None => Err(crate::call::not_found()),
    }
}
