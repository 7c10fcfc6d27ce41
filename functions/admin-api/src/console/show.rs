//! Values as pages show them.

use app::format;
use domain::{
    Language, Timestamp,
    time::{Day, Offset},
};
use maud::{Markup, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::{BASE, desk::Desk, words::W};
use crate::{
    users::Color,
    wire::{Money, Time},
};

const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A text as a part of an address.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// The name of a word of the wire types.
pub fn wire(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// As a `datetime-local` input has it.
pub fn local_input(at: Timestamp, offset: Offset) -> String {
    let (_, clock) = format::at_shop(Language::English, at, offset);
    format!("{}T{clock}", Day::of(at, offset))
}

/// A long id, short enough for a table.
pub fn short(id: &str) -> String {
    let chars: Vec<char> = id.chars().collect();
    match (chars.get(..6), chars.len().checked_sub(4).and_then(|end| chars.get(end..))) {
        (Some(head), Some(tail)) if chars.len() > 16 => format!("{}…{}", head.iter().collect::<String>(), tail.iter().collect::<String>()),
        _ => id.to_owned(),
    }
}

/// In which colour something is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Good,
    Bad,
    Warn,
    Calm,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Good => "pill good",
            Self::Bad => "pill bad",
            Self::Warn => "pill warn",
            Self::Calm => "pill",
        }
    }

    /// Of a state, by its name on the wire.
    pub fn of(state: &str) -> Self {
        match state {
            "active" | "provisioned" | "applied" | "granted" | "delivered" | "sent" | "done" | "ok" | "true" => Self::Good,
            "expired" | "refunded" | "banned" | "failed" | "revoked" | "unapplied" | "parked" | "dead" => Self::Bad,
            "canceled" | "archived" | "written_off" | "credited" | "attached" | "false" => Self::Calm,
            _ => Self::Warn,
        }
    }
}

impl From<Color> for Tone {
    fn from(color: Color) -> Self {
        match color {
            Color::Green => Self::Good,
            Color::Red => Self::Bad,
            Color::Orange => Self::Warn,
        }
    }
}

impl Desk<'_> {
    pub fn pill(&self, state: &str) -> Markup {
        self.toned(state, Tone::of(state))
    }

    pub fn toned(&self, state: &str, tone: Tone) -> Markup {
        html! { span class=(tone.class()) { (self.named(state)) } }
    }

    pub fn number(&self, n: impl Into<u64>) -> String {
        format::number(self.language(), n.into())
    }

    /// A moment by the shop's clocks.
    pub fn time(&self, at: Time) -> Markup {
        let (day, clock) = format::at_shop(self.language(), at.0, self.offset);
        html! { time datetime=(at.0) title={ (Day::of(at.0, self.offset)) " " (self.offset) } { bdi { (day) } " " bdi.clock { (clock) } } }
    }

    pub fn time_if(&self, at: Option<Time>) -> Markup {
        at.map_or_else(nothing, |at| self.time(at))
    }

    pub fn money(&self, money: &Money) -> Markup {
        html! { bdi.money { (self.money_text(money)) } }
    }

    pub fn money_text(&self, money: &Money) -> String {
        let parsed = money.currency.0.parse().ok().and_then(|currency| domain::Money::parse(&money.amount, currency).ok());
        parsed.map_or_else(
            || format!("{} {}", money.amount, money.currency.0),
            |money| format::money(&self.app.texts, self.language(), money),
        )
    }

    pub fn money_if(&self, money: Option<&Money>) -> Markup {
        money.map_or_else(nothing, |money| self.money(money))
    }

    /// A link to an item, by its id.
    pub fn item(&self, collection: &str, id: &str) -> Markup {
        html! { a.id href={ (BASE) "/" (collection) "/" (encoded(id)) } title=(id) { bdi { (short(id)) } } }
    }

    pub fn user(&self, id: i64) -> Markup {
        self.item("users", &id.to_string())
    }

    /// Something to copy.
    pub fn exact(&self, text: &str) -> Markup {
        html! { code.exact dir="ltr" data-copy=(text) { (text) } }
    }

    pub fn yes(&self, yes: bool) -> &'static str {
        self.w(if yes { W::Yes } else { W::No })
    }

    pub fn volume(&self, bytes: Option<u64>) -> String {
        plain(format::volume(&self.app.texts, self.language(), bytes))
    }

    pub fn days(&self, days: Option<u16>) -> String {
        plain(format::days(&self.app.texts, self.language(), days))
    }
}

/// Without the marks that chats need around what is filled in.
fn plain(text: String) -> String {
    text.replace(['\u{2068}', '\u{2069}', '\u{200F}'], "")
}

pub fn nothing() -> Markup {
    html! { span.none { "—" } }
}

/// A value, or a dash.
pub fn or_nothing(text: Option<&str>) -> Markup {
    text.filter(|text| !text.is_empty()).map_or_else(nothing, |text| html! { bdi { (text) } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_cut_in_the_middle() {
        for (id, shown) in
            [("SPRING20", "SPRING20"), ("AGNHAZK7HQG4YW4GOVDV", "AGNHAZ…OVDV"), ("1234567890123456", "1234567890123456"), ("", "")]
        {
            assert_eq!(short(id), shown);
        }
    }

    #[test]
    fn addresses_hold_anything() {
        assert_eq!(encoded("crypto-pay~5/2#8 &=؟"), "crypto-pay~5%2F2%238%20%26%3D%D8%9F");
    }
}
