//! In which language and colours somebody looks at the console: kept in a cookie of its own, before anybody signs in.

use app::App;
use domain::Language;
use lambda_http::http::header;

use super::{BASE, form::Posted, words::W};
use crate::{Asked, reply::Reply};

/// Day, night, or as the device has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Persian or English.
    pub language: Language,
    pub theme: Theme,
}

const COOKIE: &str = "wave_look";
/// A year.
const KEPT: u32 = 31_536_000;

/// What the browser sent of a cookie.
pub fn cookie<'a>(asked: &Asked<'a>, name: &str) -> Option<&'a str> {
    let lines = asked.headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().split_once('=').filter(|(found, _)| *found == name))
        .map(|(_, value)| value)
}

/// Whether the shop is reached by TLS, so that cookies can be kept to it.
pub fn is_secure(app: &App) -> bool {
    app.config.public_url.starts_with("https://")
}

fn language(code: &str) -> Option<Language> {
    Language::from_code(code).filter(|language| *language != Language::Russian)
}

impl Look {
    pub fn of(app: &App, asked: &Asked<'_>) -> Self {
        let (code, theme) = cookie(asked, COOKIE).and_then(|value| value.split_once('.')).unwrap_or_default();
        Self {
            language: language(code).or_else(|| language(app.config.telegram.operator_language.code())).unwrap_or(Language::English),
            theme: Theme::ALL.into_iter().find(|known| known.name() == theme).unwrap_or(Theme::Auto),
        }
    }

    pub const fn word(&self, word: W) -> &'static str {
        word.text(self.language)
    }

    pub const fn is_rtl(&self) -> bool {
        matches!(self.language, Language::Persian)
    }
}

/// Keeps what somebody chose, and goes back.
pub fn choose(app: &App, asked: &Asked<'_>, look: &Look) -> Reply {
    let Ok(posted) = Posted::read(asked) else { return Reply::see_other(BASE) };
    let language = language(posted.first("language")).unwrap_or(look.language);
    let theme = Theme::ALL.into_iter().find(|known| known.name() == posted.first("theme")).unwrap_or(look.theme);
    let secure = if is_secure(app) { "; Secure" } else { "" };
    let value = format!("{COOKIE}={}.{}; Path={BASE}; Max-Age={KEPT}; HttpOnly; SameSite=Lax{secure}", language.code(), theme.name());
    Reply::see_other(super::session::local(posted.first("to"))).cookie(&value)
}
