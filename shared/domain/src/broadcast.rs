//! Messages to many customers at once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    duty::LEASE,
    ids::{BroadcastId, ProductId, TelegramUserId},
    language::Language,
    time::Timestamp,
    user::{User, UserStatus},
};

/// Where a broadcast is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BroadcastStatus {
    /// Being written.
    Draft,
    /// It begins at its time.
    Scheduled,
    /// On its way.
    Running,
    /// Stopped by an operator, to go on.
    Paused,
    /// Everybody was reached who could be.
    Done,
    /// Stopped for good.
    Canceled,
}

/// What operators do with a broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    Schedule,
    Start,
    Pause,
    Resume,
    Cancel,
}

impl BroadcastStatus {
    pub const ALL: [Self; 6] = [Self::Draft, Self::Scheduled, Self::Running, Self::Paused, Self::Done, Self::Canceled];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Canceled => "canceled",
        }
    }

    /// Where a step leads; `None`: it leads nowhere from here.
    pub const fn after(self, step: Step) -> Option<Self> {
        match (self, step) {
            (Self::Draft | Self::Scheduled, Step::Schedule) => Some(Self::Scheduled),
            (Self::Draft | Self::Scheduled, Step::Start) | (Self::Paused, Step::Resume) => Some(Self::Running),
            (Self::Scheduled | Self::Running, Step::Pause) => Some(Self::Paused),
            (Self::Draft | Self::Scheduled | Self::Running | Self::Paused, Step::Cancel) => Some(Self::Canceled),
            (_, Step::Schedule | Step::Start | Step::Pause | Step::Resume | Step::Cancel) => None,
        }
    }

    /// Whether a step was made before.
    pub const fn is_after(self, step: Step) -> bool {
        matches!((self, step), (Self::Running, Step::Start | Step::Resume) | (Self::Paused, Step::Pause) | (Self::Canceled, Step::Cancel))
    }
}

/// Who gets it. Whoever is banned or has blocked the bot gets nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    All,
    /// Those who hold a subscription.
    Active,
    /// Those who held one.
    Expired,
    /// Those who never paid.
    NeverBought,
    /// Those who hold a subscription of this product.
    Plan(ProductId),
}

impl Audience {
    /// What the list of customers can be narrowed to.
    pub const fn status(&self) -> Option<UserStatus> {
        match self {
            Self::Active | Self::Plan(_) => Some(UserStatus::Active),
            Self::Expired => Some(UserStatus::Expired),
            Self::All | Self::NeverBought => None,
        }
    }

    /// Whether a customer belongs to it, as far as he himself says.
    pub fn admits(&self, user: &User) -> bool {
        let wanted = self.status().is_none_or(|status| user.status == status);
        wanted && (*self != Self::NeverBought || user.first_paid_at.is_none()) && !user.is_banned() && user.unreachable_at.is_none()
    }
}

/// A button below the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkButton {
    pub text: String,
    /// https.
    pub url: String,
}

/// How many were met, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    pub sent: u32,
    /// Blocked the bot, or are gone.
    pub blocked: u32,
    /// Telegram refused the message to them.
    pub failed: u32,
    /// Whether it arrived is not known: the connection broke, or the worker ended with the message on its way. Nobody is written to twice.
    pub unknown: u32,
}

/// What is said, and to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broadcast {
    pub id: BroadcastId,
    /// For operators.
    pub name: String,
    /// Telegram's HTML by language; at least one.
    pub texts: BTreeMap<Language, String>,
    /// A picture above the text: Telegram's name of a file, or an https address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub button: Option<LinkButton>,
    pub audience: Audience,
    pub status: BroadcastStatus,
    pub created_at: Timestamp,
    /// When it begins, or began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Of one that has ended.
    #[serde(default)]
    pub progress: Progress,
    pub version: u64,
}

/// Letters of a message, and of one with a picture.
const MAX_TEXT: usize = 4096;
const MAX_CAPTION: usize = 1024;

impl Broadcast {
    /// The text for somebody who speaks `language`: his own, else the shop's first.
    pub fn text(&self, language: Language) -> &str {
        let text = self.texts.get(&language).or_else(|| Language::ALL.iter().find_map(|one| self.texts.get(one)));
        text.map_or("", String::as_str)
    }

    /// What is wrong with it: the field, and why.
    pub fn check(&self) -> Result<(), (String, String)> {
        let fault = |field: &str, reason: &str| Err((field.to_owned(), reason.to_owned()));
        let one_line = |text: &str, max: usize| (1..=max).contains(&text.trim().chars().count()) && !text.chars().any(char::is_control);
        if !one_line(&self.name, 64) {
            return fault("name", "1 to 64 characters on one line");
        }
        if self.texts.is_empty() {
            return fault("texts", "a text in at least one language");
        }
        let most = if self.picture.is_some() { MAX_CAPTION } else { MAX_TEXT };
        for (language, text) in &self.texts {
            let field = format!("texts.{}", language.code());
            if text.trim().is_empty() || text.encode_utf16().count() > most {
                return Err((field, format!("1 to {most} characters")));
            }
            if !is_telegram_html(text) {
                return fault(
                    &field,
                    "Telegram's HTML: b, i, u, s, code, pre, a, blockquote and tg-spoiler, each closed; write & < > as &amp; &lt; &gt;",
                );
            }
        }
        let is_address = |text: &str| text.len() <= 512 && text.starts_with("https://") && text.bytes().all(|b| b.is_ascii_graphic());
        let is_file =
            |text: &str| (10..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if self.picture.as_ref().is_some_and(|picture| !is_address(picture) && !is_file(picture)) {
            return fault("picture", "an address that begins with https://, or Telegram's file_id");
        }
        if let Some(button) = &self.button {
            if !one_line(&button.text, 64) {
                return fault("button.text", "1 to 64 characters on one line");
            }
            if !is_address(&button.url) {
                return fault("button.url", "an address that begins with https://");
            }
        }
        Ok(())
    }
}

/// Whether Telegram can read a text as its HTML. Stricter than Telegram: what passes here is never refused there for its tags.
fn is_telegram_html(text: &str) -> bool {
    const TAGS: [&str; 9] = ["b", "i", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler"];
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '>', '&']) {
        let tail = rest.get(at..).unwrap_or_default();
        if let Some(entity) = tail.strip_prefix('&') {
            if !["amp;", "lt;", "gt;", "quot;"].iter().any(|known| entity.starts_with(known)) {
                return false;
            }
            rest = entity;
            continue;
        }
        let Some((tag, after)) = tail.strip_prefix('<').and_then(|tail| tail.split_once('>')) else { return false };
        if let Some(closing) = tag.strip_prefix('/') {
            if open.pop() != Some(closing) {
                return false;
            }
        } else {
            let (name, attributes) = tag.split_once(' ').map_or((tag, None), |(name, attributes)| (name, Some(attributes)));
            let href = |text: &str| {
                let inner = text.strip_prefix("href=\"").and_then(|text| text.strip_suffix('"'));
                inner.is_some_and(|url| !url.contains(['"', '<']) && (url.starts_with("https://") || url.starts_with("tg://")))
            };
            let fits = match attributes {
                None => name != "a" && TAGS.contains(&name),
                Some(attributes) => name == "a" && href(attributes),
            };
            if !fits {
                return false;
            }
            open.push(name);
        }
        rest = after;
    }
    open.is_empty()
}

/// A broadcast on its way: how far it is. Small, since it is written for each customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BroadcastRun {
    pub id: BroadcastId,
    /// It does not go on before this.
    pub start_at: Timestamp,
    /// Who joins later is not meant.
    pub joined_until: Timestamp,
    /// Until when a worker has it.
    pub lease_until: Timestamp,
    #[serde(default)]
    pub paused: bool,
    /// Where the list of customers goes on; absent at its beginning, empty at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Who is next, from the list's last page.
    #[serde(default)]
    pub batch: Vec<TelegramUserId>,
    /// Of those, how many were met.
    #[serde(default)]
    pub met: u32,
    /// The next one's message is on its way.
    #[serde(default)]
    pub in_flight: bool,
    #[serde(default)]
    pub progress: Progress,
    pub version: u64,
}

/// What became of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    Sent,
    Blocked,
    Failed,
    Unknown,
}

impl BroadcastRun {
    pub const fn new(id: BroadcastId, start_at: Timestamp) -> Self {
        Self {
            id,
            start_at,
            joined_until: start_at,
            lease_until: Timestamp::EPOCH,
            paused: false,
            place: None,
            batch: Vec::new(),
            met: 0,
            in_flight: false,
            progress: Progress { sent: 0, blocked: 0, failed: 0, unknown: 0 },
            version: 1,
        }
    }

    pub fn is_due(&self, now: Timestamp) -> bool {
        !self.paused && self.start_at <= now && self.lease_until <= now
    }

    /// A worker takes it. Whose message was on its way when the one before him ended is not written to again.
    pub fn take(&mut self, now: Timestamp) {
        self.lease_until = now.plus(LEASE);
        if self.in_flight {
            self.note(Met::Unknown);
        }
    }

    /// Whose turn it is.
    pub fn next(&self) -> Option<TelegramUserId> {
        self.batch.get(usize::try_from(self.met).ok()?).copied()
    }

    /// What became of the message that was on its way.
    pub const fn note(&mut self, met: Met) {
        let count = match met {
            Met::Sent => &mut self.progress.sent,
            Met::Blocked => &mut self.progress.blocked,
            Met::Failed => &mut self.progress.failed,
            Met::Unknown => &mut self.progress.unknown,
        };
        *count = count.saturating_add(1);
        self.met = self.met.saturating_add(1);
        self.in_flight = false;
    }

    /// Whether nobody is left.
    pub fn is_over(&self) -> bool {
        self.next().is_none() && self.place.as_deref() == Some("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_leads_where_it_should() {
        use BroadcastStatus::{Canceled, Done, Draft, Paused, Running, Scheduled};
        let table = [
            (Draft, [Some(Scheduled), Some(Running), None, None, Some(Canceled)]),
            (Scheduled, [Some(Scheduled), Some(Running), Some(Paused), None, Some(Canceled)]),
            (Running, [None, None, Some(Paused), None, Some(Canceled)]),
            (Paused, [None, None, None, Some(Running), Some(Canceled)]),
            (Done, [None; 5]),
            (Canceled, [None; 5]),
        ];
        for (status, after) in table {
            let steps = [Step::Schedule, Step::Start, Step::Pause, Step::Resume, Step::Cancel];
            assert_eq!(steps.map(|step| status.after(step)), after, "{status:?}");
        }
    }

    #[test]
    fn what_telegram_reads_as_html() {
        for (text, fits) in [
            ("Hello", true),
            ("<b>Hello</b> &amp; <i>you</i>", true),
            ("<a href=\"https://shop.example/?a=1\">here</a>", true),
            ("<b><i>x</i></b>", true),
            ("<b><i>x</b></i>", false),
            ("<b>x", false),
            ("x</b>", false),
            ("a < b", false),
            ("a > b", false),
            ("you & me", false),
            ("<script>x</script>", false),
            ("<a href=\"javascript:x\">x</a>", false),
            ("<a>x</a>", false),
            ("<b class=\"x\">x</b>", false),
        ] {
            assert_eq!(is_telegram_html(text), fits, "{text}");
        }
    }

    #[test]
    fn nobody_is_met_twice() {
        let now = Timestamp::from_millis(1_795_000_000_000);
        let user = |n| TelegramUserId::new(n).unwrap();
        let mut run = BroadcastRun::new("01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap(), now);
        assert!(run.is_due(now) && !run.is_over());
        run.take(now);
        assert!(!run.is_due(now) && run.is_due(now.plus(LEASE)));
        (run.batch, run.place) = (vec![user(1), user(2), user(3)], Some(String::new()));
        run.in_flight = true;
        run.note(Met::Sent);
        assert_eq!(run.next(), Some(user(2)));
        // The worker ends with the second one's message on its way.
        run.in_flight = true;
        run.take(now.plus(LEASE));
        assert_eq!((run.next(), run.progress.unknown, run.progress.sent), (Some(user(3)), 1, 1));
        run.note(Met::Blocked);
        assert!(run.is_over());
    }
}
