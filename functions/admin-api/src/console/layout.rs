//! What stands around every page: its head, the bar, the ways to go, the foot. And the two files that pages load.

use std::sync::LazyLock;

use data_encoding::HEXLOWER;
use domain::{Language, admin::Role};
use lambda_http::http::StatusCode;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::{
    BASE,
    desk::Desk,
    look::{Look, Theme},
    words::W,
};
use crate::{
    problem::{Kind, Problem},
    reply::Reply,
};

const STYLE: &str = include_str!("console.css");
const SCRIPT: &str = include_str!("console.js");

/// Nothing but the shop's own two files, and forms that go to the shop.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A file's name changes with what is in it, so that browsers may keep it for ever.
fn hashed(content: &str, end: &str) -> String {
    let hash = HEXLOWER.encode(&Sha256::digest(content.as_bytes()));
    format!("console-{}.{end}", hash.get(..16).unwrap_or_default())
}

static STYLE_NAME: LazyLock<String> = LazyLock::new(|| hashed(STYLE, "css"));
static SCRIPT_NAME: LazyLock<String> = LazyLock::new(|| hashed(SCRIPT, "js"));

/// One of the two files.
pub fn asset(name: &str) -> Option<Reply> {
    if name == *STYLE_NAME {
        return Some(Reply::asset("text/css; charset=utf-8", STYLE));
    }
    (name == *SCRIPT_NAME).then(|| Reply::asset("text/javascript; charset=utf-8", SCRIPT))
}

/// A wave, drawn.
fn mark() -> Markup {
    PreEscaped(
        r#"<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="9"/><path d="M5 19c3.5 0 3.5-5 7.3-5s3.5 5 7.3 5 3.5-5 7.3-5M5 24c3.5 0 3.5-3 7.3-3s3.5 3 7.3 3 3.5-3 7.3-3" fill="none" stroke-width="2.6" stroke-linecap="round"/></svg>"#
            .to_owned(),
    )
}

fn document(look: &Look, title: &str, refresh: Option<&str>, body: &Markup) -> String {
    html! {
        (DOCTYPE)
        html lang=(look.language.code()) dir=(if look.is_rtl() { "rtl" } else { "ltr" }) data-theme=(look.theme.name()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                meta name="color-scheme" content="light dark";
                @if let Some(to) = refresh { meta http-equiv="refresh" content={ "0;url=" (to) }; }
                title { (title) " · wave-shop" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href={ (BASE) "/" (*STYLE_NAME) };
                script src={ (BASE) "/" (*SCRIPT_NAME) } defer {}
            }
            (body)
        }
    }
    .into_string()
}

/// Language and colours, as two small forms.
fn choices(look: &Look, to: &str) -> Markup {
    html! {
        form.look method="post" action={ (BASE) "/look" } {
            input type="hidden" name="to" value=(to);
            span.switch role="group" aria-label=(look.word(W::LanguageWord)) {
                @for (language, name) in [(Language::Persian, "فارسی"), (Language::English, "English")] {
                    button name="language" value=(language.code()) lang=(language.code()) aria-pressed=(if language == look.language { "true" } else { "false" }) { (name) }
                }
            }
            span.switch role="group" aria-label=(look.word(W::Colours)) {
                @for (theme, name) in [(Theme::Auto, W::ThemeAuto), (Theme::Light, W::ThemeLight), (Theme::Dark, W::ThemeDark)] {
                    button name="theme" value=(theme.name()) aria-pressed=(if theme == look.theme { "true" } else { "false" }) { (look.word(name)) }
                }
            }
        }
    }
}

/// A page before anybody has signed in.
pub fn outside(look: &Look, status: StatusCode, title: W, inside: Markup) -> Reply {
    let title = look.word(title);
    let body = html! {
        body.outside {
            main {
                header.brand { (mark()) b { "wave-shop" } span { (look.word(W::Console)) } }
                h1 { (title) }
                (inside)
                (choices(look, BASE))
            }
        }
    };
    Reply::page(status, document(look, title, None, &body), POLICY)
}

/// Asks for the same page once more.
pub fn again(look: &Look, to: &str) -> Reply {
    let body = html! { body.outside { main { p { a href=(to) { (look.word(W::GoOn)) } } } } };
    Reply::page(StatusCode::OK, document(look, look.word(W::Console), Some(to), &body), POLICY)
}

/// Where one can go: path, name, and who may.
type Place = (&'static str, W, Role);

const PLACES: [(W, &[Place]); 3] = [
    (
        W::Shop,
        &[
            ("", W::Dashboard, Role::Viewer),
            ("orders", W::Orders, Role::Viewer),
            ("receipts", W::Receipts, Role::Viewer),
            ("payments", W::Payments, Role::Viewer),
            ("unapplied-payments", W::Unapplied, Role::Viewer),
            ("users", W::Users, Role::Viewer),
            ("activity", W::Activity, Role::Viewer),
        ],
    ),
    (W::Offer, &[("products", W::Products, Role::Viewer), ("discount-codes", W::Codes, Role::Viewer)]),
    (
        W::Running,
        &[
            ("duties", W::Duties, Role::Viewer),
            ("stats", W::Report, Role::Viewer),
            ("audit", W::Audit, Role::Viewer),
            ("broadcasts", W::Broadcasts, Role::Viewer),
            ("self-test", W::SelfTest, Role::Operator),
            ("settings", W::Settings, Role::Viewer),
            ("tokens", W::Tokens, Role::Owner),
        ],
    ),
];

/// A page of somebody who is signed in.
pub fn page(desk: &Desk<'_>, status: StatusCode, title: &str, inside: Markup) -> Reply {
    let path = desk.asked.uri.path();
    let here = path.strip_prefix(BASE).unwrap_or_default().trim_matches('/').split('/').next().unwrap_or_default();
    let to = desk.asked.uri.path_and_query().map_or(BASE, |there| there.as_str());
    let done = desk.param("done").and_then(W::said);
    let ways = html! {
        @for (group, places) in PLACES {
            p.way { (desk.w(group)) }
            ul {
                @for (place, name, role) in places {
                    @if desk.may(*role) {
                        li { a href={ (BASE) @if !place.is_empty() { "/" (place) } } aria-current=[(here == *place).then_some("page")] { (desk.w(*name)) } }
                    }
                }
            }
        }
    };
    let body = html! {
        body {
            a.skip href="#main" { (desk.w(W::Skip)) }
            header.top {
                a.brand href=(BASE) { (mark()) b { "wave-shop" } }
                form.find action={ (BASE) "/search" } role="search" {
                    input type="search" name="q" placeholder=(desk.w(W::SearchAll)) aria-label=(desk.w(W::SearchAll)) dir="auto";
                }
                details.me {
                    summary { span.role { (desk.named(desk.operator.role.name())) } }
                    div.menu {
                        (choices(&desk.look, to))
                        form method="post" action={ (BASE) "/sign-out" } {
                            input type="hidden" name="_proof" value=(desk.proof());
                            button.quiet { (desk.w(W::SignOut)) }
                        }
                    }
                }
            }
            details.ways-small { summary { (desk.w(W::Menu)) } nav aria-label=(desk.w(W::Menu)) { (ways) } }
            div.frame {
                nav.ways aria-label=(desk.w(W::Menu)) { (ways) }
                main #main {
                    @if let Some(done) = done { p.banner.good role="status" { (desk.w(done)) } }
                    (inside)
                }
            }
        }
    };
    Reply::page(status, document(&desk.look, title, None, &body), POLICY)
}

/// What went wrong, as a page.
pub fn problem(desk: &Desk<'_>, problem: &Problem) -> Reply {
    let status = StatusCode::from_u16(problem.kind().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (title, hint) = match problem.kind() {
        Kind::NotFound => (W::NotThere, W::NotThereHint),
        Kind::Forbidden => (W::Refused, W::ForbiddenHint),
        Kind::Unavailable => (W::NotNow, W::NotNowHint),
        _ => (W::WentWrong, W::WentWrongHint),
    };
    let document = problem.document();
    let inside = html! {
        section.lost {
            p.code aria-hidden="true" { (desk.number(status.as_u16())) }
            h1 { (desk.w(title)) }
            p { (desk.w(hint)) }
            @if !matches!(problem.kind(), Kind::NotFound | Kind::Internal | Kind::Unavailable) {
                ul.errors {
                    @for (field, reason) in document.errors { li { bdi { (field) } ": " (desk.named(reason)) } }
                    @if document.errors.is_empty() { li { bdi { (document.detail) } } }
                }
            }
            p { a.button href=(BASE) { (desk.w(W::ToDashboard)) } }
        }
    };
    page(desk, status, desk.w(title), inside)
}

/// A page's heading, with what can be done beside it.
pub fn heading(title: &Markup, beside: &Markup) -> Markup {
    html! { header.heading { h1 { (title) } div.actions { (beside) } } }
}

/// A group of facts.
pub fn facts(desk: &Desk<'_>, rows: &[(W, Markup)]) -> Markup {
    html! { dl.facts { @for (name, value) in rows { div { dt { (desk.w(*name)) } dd { (value) } } } } }
}

pub fn card(desk: &Desk<'_>, title: W, inside: &Markup) -> Markup {
    html! { section.card { h2 { (desk.w(title)) } (inside) } }
}

/// A group that is folded away.
pub fn folded(desk: &Desk<'_>, title: W, inside: &Markup) -> Markup {
    html! { details.card { summary { h2 { (desk.w(title)) } } (inside) } }
}
