//! What a customer holds: his subscriptions with their live state, and the ways to open one in an app.

use std::{fmt::Write as _, time::Duration};

use clients::{
    panel::{Account, AccountStatus},
    telegram::api::types::InlineKeyboardMarkup,
};
use domain::{Language, OrderId, OrderKey, TelegramUserId, order::Order, subscription::Subscription, time::Span};
use store::Cursor;
use tracing::warn;

use crate::{
    App, AppError, Deadline,
    button::Button,
    format,
    screen::{Keyboard, copy, link, primary, tap},
    text::{Arg, html},
};

/// A subscription and what the panel says of it.
#[derive(Debug)]
pub struct LiveSubscription {
    pub subscription: Subscription,
    pub live: Live,
}

/// What a customer has: accounts, and orders that wait for something.
#[derive(Debug)]
pub struct Holdings {
    pub subscriptions: Vec<LiveSubscription>,
    /// To be paid, under review, or on their way.
    pub open_orders: Vec<Order>,
    /// Where the page of older subscriptions begins; `None`: there are none.
    pub older: Option<OrderKey>,
}

#[derive(Debug)]
pub enum Live {
    Account(Box<Account>),
    /// The panel has no such account (any more).
    Deleted,
    /// The panel does not answer.
    Unknown,
}

/// How many subscriptions a page shows.
pub const PAGE: u8 = 10;
/// A customer is waiting for a screen.
const PANEL_TIMEOUT: Duration = Duration::from_secs(5);
/// A link that leaves the chat is good for so long.
const LINK_LIFETIME: Span = Span::days(2);

/// An app that opens subscriptions by a link of its own.
#[derive(Debug, Clone, Copy)]
pub struct ImportApp {
    /// As it stands in routes.
    pub id: &'static str,
    pub name: &'static str,
    pub platforms: &'static str,
    /// What comes before the link.
    prefix: &'static str,
    encoding: Encoding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Plain,
    Percent,
    Base64,
}

/// The apps, the recommended first. Schemes as the apps document them.
pub const IMPORT_APPS: [ImportApp; 6] = [
    ImportApp {
        id: "hiddify",
        name: "Hiddify",
        platforms: "Android · iOS · Windows · macOS · Linux",
        prefix: "hiddify://import/",
        encoding: Encoding::Plain,
    },
    ImportApp {
        id: "v2rayng",
        name: "v2rayNG",
        platforms: "Android",
        prefix: "v2rayng://install-config?url=",
        encoding: Encoding::Percent,
    },
    ImportApp { id: "streisand", name: "Streisand", platforms: "iOS · macOS", prefix: "streisand://import/", encoding: Encoding::Plain },
    ImportApp {
        id: "happ", name: "Happ", platforms: "Android · iOS · Windows · macOS", prefix: "happ://add/", encoding: Encoding::Plain
    },
    ImportApp { id: "shadowrocket", name: "Shadowrocket", platforms: "iOS", prefix: "sub://", encoding: Encoding::Base64 },
    ImportApp {
        id: "sing-box",
        name: "sing-box",
        platforms: "Android · iOS · macOS",
        prefix: "sing-box://import-remote-profile?url=",
        encoding: Encoding::Percent,
    },
];

impl ImportApp {
    pub fn by_id(id: &str) -> Option<Self> {
        IMPORT_APPS.into_iter().find(|app| app.id == id)
    }

    /// The URL that makes the app import a subscription link.
    pub fn url(&self, subscription_link: &str) -> String {
        let encoded = match self.encoding {
            Encoding::Plain => subscription_link.to_owned(),
            Encoding::Percent => percent_encode(subscription_link),
            Encoding::Base64 => data_encoding::BASE64.encode(subscription_link.as_bytes()),
        };
        format!("{}{encoded}", self.prefix)
    }
}

/// Telegram's page that shares a link with a text.
pub fn share_url(link: &str, text: &str) -> String {
    format!("https://t.me/share/url?url={}&text={}", percent_encode(link), percent_encode(text))
}

fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else if write!(out, "%{byte:02X}").is_err() {
            break;
        }
    }
    out
}

impl App {
    /// A customer's subscriptions, the newest first or those before `before`, each with what the panel says now: one query, one look at the panel for
    /// all of them. Beside the newest: the orders that are not finished.
    pub async fn holdings(&self, user: TelegramUserId, before: Option<OrderKey>, deadline: Deadline) -> Result<Holdings, AppError> {
        let cursor = before.map(|key| Cursor::of_subscription(OrderId::new(user, key)));
        let (page, orders) = tokio::try_join!(self.store.subscriptions_of(user, cursor.as_ref(), PAGE), async {
            if before.is_some() { Ok(Vec::new()) } else { self.store.orders_of(user, None, PAGE).await.map(|page| page.items) }
        })?;
        let open_orders = orders.into_iter().filter(Order::is_open).collect();
        let older = page.next.and(page.items.last().map(|last| last.order.key));
        let subscriptions = self.live(page.items, deadline).await;
        Ok(Holdings { subscriptions, open_orders, older })
    }

    async fn live(&self, subscriptions: Vec<Subscription>, deadline: Deadline) -> Vec<LiveSubscription> {
        if subscriptions.is_empty() {
            return Vec::new();
        }
        let names: Vec<_> = subscriptions.iter().map(|subscription| &subscription.name).collect();
        let accounts = match deadline.allows(self, PANEL_TIMEOUT) {
            None => None,
            Some(timeout) => match self.panel.accounts(&names, self.now(), timeout).await {
                Ok(accounts) => Some(accounts),
                Err(error) => {
                    warn!(event = "usage_unknown", %error, "the panel could not be asked for usage");
                    None
                }
            },
        };
        let live = |subscription: Subscription| {
            let found = accounts.as_ref().map(|accounts| accounts.iter().find(|account| account.name == subscription.name).cloned());
            let live = match found {
                None => Live::Unknown,
                Some(None) => Live::Deleted,
                Some(Some(account)) => Live::Account(Box::new(account)),
            };
            LiveSubscription { subscription, live }
        };
        subscriptions.into_iter().map(live).collect()
    }

    /// One of the customer's own subscriptions.
    pub async fn subscription(&self, order: OrderId, deadline: Deadline) -> Result<Option<LiveSubscription>, AppError> {
        let Some(subscription) = self.store.subscription(order).await? else { return Ok(None) };
        let asked = match deadline.allows(self, PANEL_TIMEOUT) {
            None => return Ok(Some(LiveSubscription { subscription, live: Live::Unknown })),
            Some(timeout) => self.panel.account(&subscription.name, self.now(), timeout).await,
        };
        let live = match asked {
            Ok(Some(account)) => Live::Account(Box::new(account)),
            Ok(None) => Live::Deleted,
            Err(error) => {
                warn!(event = "usage_unknown", %error, "the panel could not be asked for usage");
                Live::Unknown
            }
        };
        Ok(Some(LiveSubscription { subscription, live }))
    }

    /// What an HTTPS hop's token opens: the app's own URL for the subscription. `None`: the link is not ours, too old, or for no app.
    /// With the language of its owner.
    pub async fn open_link(&self, app: &str, token: &str) -> Result<Option<(ImportApp, String, Language)>, AppError> {
        let (Some(app), Ok(order)) = (ImportApp::by_id(app), self.names.open_link_token(token, self.now())) else { return Ok(None) };
        let (subscription, owner) = tokio::try_join!(self.store.subscription(order), self.store.user(order.buyer))?;
        let language = owner.map_or(Language::English, |owner| owner.language);
        let subscription = subscription.filter(|subscription| subscription.revoked_at.is_none());
        Ok(subscription.map(|subscription| (app, app.url(&subscription.link), language)))
    }

    /// The text below the QR code of a new subscription.
    pub(crate) fn delivery_caption(&self, subscription: &Subscription, language: Language) -> String {
        let terms = [
            ("plan", Arg::Text(subscription.title.as_str())),
            ("volume", Arg::Raw(format::volume(&self.texts, language, subscription.data_limit))),
            ("days", Arg::Raw(format::days(&self.texts, language, subscription.duration_days))),
        ];
        let text = self.texts.html(language, "delivered", &terms);
        format!("{text}\n\n<code>{}</code>", html(&subscription.link))
    }

    /// A subscription's state in words.
    pub fn subscription_text(&self, held: &LiveSubscription, language: Language) -> String {
        let subscription = &held.subscription;
        let mut text = self.texts.html(language, "subscription-title", &[("plan", Arg::Text(&subscription.title))]);
        text.push('\n');
        match &held.live {
            Live::Deleted => text.push_str(&self.texts.html(language, "subscription-deleted", &[])),
            Live::Unknown => text.push_str(&self.texts.html(language, "subscription-unknown", &[])),
            Live::Account(account) => {
                text.push_str(&self.texts.html(language, status_text(account.status), &[]));
                let used = format::data(&self.texts, language, account.used);
                match account.data_limit {
                    Some(limit) => {
                        let of = format::data(&self.texts, language, limit);
                        let args = [("used", Arg::Raw(used)), ("limit", Arg::Raw(of)), ("bar", Arg::Raw(format::bar(account.used, limit)))];
                        let _ = write!(text, "\n{}", self.texts.html(language, "usage", &args));
                    }
                    None => {
                        let _ = write!(text, "\n{}", self.texts.html(language, "usage-unlimited", &[("used", Arg::Raw(used))]));
                    }
                }
                let expiry = match (account.expires_at, account.status) {
                    (Some(at), _) => self.texts.html(language, "expires", &[("at", Arg::Raw(format::moment(language, at)))]),
                    (None, AccountStatus::OnHold) => {
                        let days = format::days(&self.texts, language, subscription.duration_days);
                        self.texts.html(language, "starts-at-first-use", &[("days", Arg::Raw(days))])
                    }
                    (None, _) => self.texts.html(language, "no-expiry", &[]),
                };
                let _ = write!(text, "\n{expiry}");
            }
        }
        text
    }

    /// A subscription's state with its link.
    pub fn subscription_detail(&self, held: &LiveSubscription, language: Language) -> String {
        format!("{}\n\n<code>{}</code>", self.subscription_text(held, language), html(&held.subscription.link))
    }

    /// One-tap imports, copy, and the way on from a subscription.
    pub fn subscription_buttons(&self, subscription: &Subscription, language: Language) -> Keyboard {
        let mut keyboard = Keyboard::default();
        if self.links_open_here() {
            let token = self.names.link_token(subscription.order, self.now().plus(LINK_LIFETIME));
            let url = |app: &ImportApp| format!("{}/open/{}/{token}", self.config.public_url, app.id);
            for (n, apps) in IMPORT_APPS.chunks(3).enumerate() {
                let buttons = apps.iter().enumerate().map(|(m, app)| {
                    let button = link(app.name.to_owned(), &url(app));
                    if n == 0 && m == 0 { primary(button) } else { button }
                });
                keyboard = keyboard.row(buttons);
            }
        }
        keyboard.row(copy(self.texts.plain(language, "button-copy-link", &[]), &subscription.link))
    }

    pub(crate) fn subscription_keyboard(&self, subscription: &Subscription, language: Language) -> InlineKeyboardMarkup {
        let mine = tap(self.texts.plain(language, "button-my-subscriptions", &[]), &Button::Subscriptions);
        let menu = tap(self.texts.plain(language, "button-menu", &[]), &Button::Menu);
        self.subscription_buttons(subscription, language).row([mine, menu]).markup()
    }

    /// Telegram refuses links to a machine that only this machine reaches; a stand-in on this machine does not.
    fn links_open_here(&self) -> bool {
        self.config.public_url.starts_with("https://") || self.config.telegram.api_url.starts_with("http://")
    }
}

const fn status_text(status: AccountStatus) -> &'static str {
    match status {
        AccountStatus::Active => "status-active",
        AccountStatus::OnHold => "status-on-hold",
        AccountStatus::Limited => "status-limited",
        AccountStatus::Expired => "status-expired",
        AccountStatus::Disabled => "status-disabled",
        AccountStatus::Unknown => "status-unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_app_gets_the_link_as_it_wants_it() {
        let link = "https://p.example/sub/a b?x=1&y=2";
        let url = |id: &str| ImportApp::by_id(id).map(|app| app.url(link));
        assert_eq!(url("v2rayng").as_deref(), Some("v2rayng://install-config?url=https%3A%2F%2Fp.example%2Fsub%2Fa%20b%3Fx%3D1%26y%3D2"));
        assert_eq!(url("hiddify").as_deref(), Some("hiddify://import/https://p.example/sub/a b?x=1&y=2"));
        assert_eq!(url("shadowrocket").as_deref(), Some("sub://aHR0cHM6Ly9wLmV4YW1wbGUvc3ViL2EgYj94PTEmeT0y"));
        assert_eq!(url("javascript"), None);
    }
}
