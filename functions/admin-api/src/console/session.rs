//! Who sits at the console: a session in a cookie, begun with a token.

use app::{
    App,
    admin::{SIGNED_IN, Signed, Ticket},
};
use lambda_http::http::{HeaderName, Method, StatusCode, header};
use maud::html;

use super::{
    BASE,
    desk::Desk,
    form::Posted,
    layout,
    look::{Look, cookie, is_secure},
    show::encoded,
    words::W,
};
use crate::{Asked, auth, problem::Problem, reply::Reply};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Browsers keep a cookie of the first name to TLS, whoever sets it.
fn name(app: &App) -> &'static str {
    if is_secure(app) { "__Secure-wave_console" } else { "wave_console" }
}

fn set_cookie(app: &App, value: &str, seconds: i64) -> String {
    let secure = if is_secure(app) { "; Secure" } else { "" };
    format!("{}={value}; Path={BASE}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}", name(app))
}

/// A path of the console to go to; anything else is its front page.
pub fn local(to: &str) -> &str {
    let plain = to.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let path = to.split(['?', '#']).next().unwrap_or_default();
    if plain && super::owns(path) && !path.contains("//") { to } else { BASE }
}

/// Refuses a post that another site's page sent.
pub fn from_here(app: &App, asked: &Asked<'_>) -> Result<(), W> {
    let text = |name: HeaderName| asked.headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if text(FETCH_SITE).is_some_and(|site| site != "same-origin" && site != "none") {
        return Err(W::OtherSite);
    }
    let Some(origin) = text(header::ORIGIN) else { return Ok(()) };
    let ours = app.config.public_url.trim_end_matches('/').split('/').take(3).collect::<Vec<_>>().join("/");
    let host = text(header::HOST).or_else(|| asked.uri.authority().map(lambda_http::http::uri::Authority::as_str));
    let same_host = origin.split_once("://").is_some_and(|(_, authority)| host == Some(authority));
    if origin == ours || same_host { Ok(()) } else { Err(W::OtherSite) }
}

/// The desk of whoever sends the request, or where to sign in.
pub async fn desk<'a>(app: &'a App, asked: &'a Asked<'a>, look: Look) -> Result<Desk<'a>, Box<Reply>> {
    let there = asked.uri.path_and_query().map_or(BASE, lambda_http::http::uri::PathAndQuery::as_str);
    let reads = *asked.method != Method::POST;
    let Some(ticket) = cookie(asked, name(app)).and_then(Ticket::read) else {
        // Who follows a link from another place is not shown with his cookie; the same page again is asked for from here.
        if reads && asked.headers.get(FETCH_SITE).is_some_and(|site| site == "cross-site") {
            return Err(Box::new(layout::again(&look, local(there))));
        }
        return Err(Box::new(to_sign_in(if reads { there } else { BASE })));
    };
    match app.signed_in(ticket).await {
        Ok(Some(Signed { operator, settings })) => Ok(Desk::new(app, asked, look, ticket, operator, &settings)),
        Ok(None) => Err(Box::new(to_sign_in(if reads { there } else { BASE }).cookie(&set_cookie(app, "", 0)))),
        Err(error) => {
            let problem = Problem::from(error);
            tracing::error!(event = "console_page_failed", cause = problem.cause(), "a session could not be looked up");
            Err(Box::new(layout::outside(&look, StatusCode::SERVICE_UNAVAILABLE, W::NotNow, html! { p { (look.word(W::NotNowHint)) } })))
        }
    }
}

fn to_sign_in(there: &str) -> Reply {
    Reply::see_other(&if there == BASE { format!("{BASE}/sign-in") } else { format!("{BASE}/sign-in?to={}", encoded(there)) })
}

/// Where one signs in; `said`: what was wrong with the last try.
pub fn sign_in_page(app: &App, asked: &Asked<'_>, look: &Look, said: Option<(StatusCode, W)>) -> Reply {
    let query = form::pairs_of(asked.uri.query().unwrap_or_default().as_bytes());
    let posted = Posted::read(asked).ok();
    let to = posted.as_ref().map(|posted| posted.first("to")).filter(|to| !to.is_empty());
    let to = to.or_else(|| query.iter().find(|(name, _)| name == "to").map(|(_, to)| to.as_str())).unwrap_or(BASE);
    let _ = app;
    let body = html! {
        form.card.sign-in method="post" action={ (BASE) "/sign-in" } {
            @if let Some((_, said)) = said { p.banner.bad role="alert" { (look.word(said)) } }
            input type="hidden" name="to" value=(local(to));
            label for="token" { (look.word(W::Token)) }
            input #token name="token" type="password" autocomplete="current-password" autofocus required maxlength="256" dir="ltr" spellcheck="false";
            p.hint { (look.word(W::SignInHint)) }
            button.primary { (look.word(W::SignIn)) }
        }
    };
    layout::outside(look, said.map_or(StatusCode::OK, |(status, _)| status), W::SignIn, body)
}

/// Begins a session.
pub async fn sign_in(app: &App, asked: &Asked<'_>, look: &Look) -> Reply {
    let refused = |status, word| sign_in_page(app, asked, look, Some((status, word)));
    let Ok(posted) = Posted::read(asked) else { return refused(StatusCode::BAD_REQUEST, W::SignInRefused) };
    let token = posted.first("token").trim();
    let begun = match auth::operator_of(app, token, asked.headers).await {
        Ok(operator) => app.sign_in(&operator, token).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match begun {
        Ok(ticket) => Reply::see_other(local(posted.first("to"))).cookie(&set_cookie(app, &ticket, SIGNED_IN.as_seconds())),
        Err(problem) if problem.is_ours() => refused(StatusCode::SERVICE_UNAVAILABLE, W::NotNowHint),
        Err(problem) => {
            let status = StatusCode::from_u16(problem.kind().status()).unwrap_or(StatusCode::UNAUTHORIZED);
            let word = if status == StatusCode::TOO_MANY_REQUESTS { W::SignInSlow } else { W::SignInRefused };
            refused(status, word)
        }
    }
}

/// Ends the session, in the table and in the browser.
pub async fn sign_out(desk: &Desk<'_>) -> Result<Reply, Problem> {
    desk.app.sign_out(desk.ticket).await?;
    Ok(Reply::see_other(&format!("{BASE}/sign-in")).cookie(&set_cookie(desk.app, "", 0)))
}

use super::form;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for (to, goes) in [
            ("/admin/console", "/admin/console"),
            ("/admin/console/orders?status=paid&q=a%20b", "/admin/console/orders?status=paid&q=a%20b"),
            ("", BASE),
            ("https://evil.example/admin/console", BASE),
            ("//evil.example/admin/console", BASE),
            ("/admin/console//evil.example", BASE),
            ("/admin/consolevil", BASE),
            ("/admin/console/\\evil.example", BASE),
            ("/admin/v1/orders", BASE),
            ("/admin/console/a\r\nset-cookie: x=y", BASE),
            ("javascript:alert(1)", BASE),
        ] {
            assert_eq!(local(to), goes, "{to}");
        }
    }
}
