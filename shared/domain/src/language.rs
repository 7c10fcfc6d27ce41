//! The languages that customers read.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Language {
    #[serde(rename = "fa")]
    Persian,
    #[serde(rename = "en")]
    English,
    #[serde(rename = "ru")]
    Russian,
}

impl Language {
    pub const ALL: [Self; 3] = [Self::Persian, Self::English, Self::Russian];

    /// The IETF primary subtag.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Persian => "fa",
            Self::English => "en",
            Self::Russian => "ru",
        }
    }

    /// The best match of Telegram's optional `language_code` ("fa", "en-US", "ru-RU"): English where there is none.
    pub fn of_client(language_code: Option<&str>) -> Self {
        let primary = language_code.and_then(|code| code.split('-').next()).unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "fa" => Self::Persian,
            "ru" | "be" | "uk" | "kk" => Self::Russian,
            _ => Self::English,
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }
}
