//! What a customer holds: his subscriptions with their live state, and the ways to open one in an app.

use std::{fmt::Write as _, time::Duration};

use clients::{
    panel::{Account, AccountStatus},
    telegram::api::types::InlineKeyboardMarkup,
};
use domain::{
    Language, OrderId, OrderKey, TelegramUserId,
    order::Order,
    subscription::{Renews, Subscription},
};
use store::Cursor;
use tracing::warn;

use crate::{
    App, AppError, Deadline,
    button::{Button, SubscriptionAction},
    format,
    import::IMPORT_APPS,
    screen::{Keyboard, copy, primary, tap},
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
    /// Orders of gifts that nobody has opened yet.
    pub unopened_gifts: Vec<Order>,
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

impl Live {
    /// The state as a picture, which begins its text as well.
    pub fn dot(&self) -> &'static str {
        match self {
            Self::Account(account) => match account.status {
                AccountStatus::Active => "🟢",
                AccountStatus::OnHold => "🟡",
                AccountStatus::Limited | AccountStatus::Expired => "🔴",
                AccountStatus::Disabled | AccountStatus::Unknown => "⚪️",
            },
            Self::Deleted | Self::Unknown => "⚪️",
        }
    }

    /// The state as operators read it.
    pub fn status_name(&self) -> &'static str {
        match self {
            Self::Account(account) => match account.status {
                AccountStatus::Active => "active",
                AccountStatus::OnHold => "on_hold",
                AccountStatus::Limited => "limited",
                AccountStatus::Expired => "expired",
                AccountStatus::Disabled => "disabled",
                AccountStatus::Unknown => "unknown",
            },
            Self::Deleted => "deleted",
            Self::Unknown => "unknown",
        }
    }

    /// Whether only a renewal brings it back.
    pub fn is_over(&self) -> bool {
        match self {
            Self::Account(account) => matches!(account.status, AccountStatus::Limited | AccountStatus::Expired),
            Self::Deleted => true,
            Self::Unknown => false,
        }
    }
}

/// How many subscriptions a page shows.
pub const PAGE: u8 = 10;
/// A customer is waiting for a screen.
const PANEL_TIMEOUT: Duration = Duration::from_secs(5);
impl App {
    /// A customer's subscriptions, the newest first or those before `before`, each with what the panel says now: one query, one look at the panel for
    /// all of them. Beside the newest: the orders that are not finished.
    pub async fn holdings(&self, user: TelegramUserId, before: Option<OrderKey>, deadline: Deadline) -> Result<Holdings, AppError> {
        let cursor = before.map(|key| Cursor::of_subscription(OrderId::new(user, key)));
        let (page, orders) = tokio::try_join!(self.store.subscriptions_of(user, cursor.as_ref(), PAGE), async {
            if before.is_some() { Ok(Vec::new()) } else { self.store.placed_orders_of(user, None, PAGE).await.map(|page| page.items) }
        })?;
        let unopened_gifts = self.unopened(&orders).await?;
        let open_orders = orders.into_iter().filter(Order::is_open).collect();
        let older = page.next.and(page.items.last().map(|last| last.order.key));
        let subscriptions = self.live(page.items, deadline).await;
        Ok(Holdings { subscriptions, open_orders, unopened_gifts, older })
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
        let live = self.look(&subscription, deadline).await;
        Ok(Some(LiveSubscription { subscription, live }))
    }

    /// What the panel says of a subscription's account.
    pub async fn look(&self, subscription: &Subscription, deadline: Deadline) -> Live {
        let Some(timeout) = deadline.allows(self, PANEL_TIMEOUT) else { return Live::Unknown };
        match self.panel.account(&subscription.name, self.now(), timeout).await {
            Ok(Some(account)) => Live::Account(Box::new(account)),
            Ok(None) => Live::Deleted,
            Err(error) => {
                warn!(event = "usage_unknown", %error, "the panel could not be asked for usage");
                Live::Unknown
            }
        }
    }

    /// The text below the QR code of a new subscription.
    pub(crate) fn delivery_caption(&self, subscription: &Subscription, language: Language) -> String {
        let terms = [
            ("plan", Arg::Text(subscription.shown_name())),
            ("volume", Arg::Raw(format::volume(&self.texts, language, subscription.data_limit))),
            ("days", Arg::Raw(format::days(&self.texts, language, subscription.duration_days))),
        ];
        let text = self.texts.html(language, "delivered", &terms);
        let because = self.reason_of(subscription.order.key, language).map(|because| format!("{because}\n\n")).unwrap_or_default();
        format!("{because}{text}\n\n<code>{}</code>", html(&subscription.link))
    }

    /// A subscription's state in words.
    pub fn subscription_text(&self, held: &LiveSubscription, language: Language) -> String {
        let subscription = &held.subscription;
        let mut text = self.texts.html(language, "subscription-title", &[("plan", Arg::Text(subscription.shown_name()))]);
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
                let _ = write!(text, "\n{}", self.expiry_text(account, language));
                if account.status == AccountStatus::Disabled {
                    let _ = write!(text, "\n{}", self.texts.html(language, "subscription-disabled", &[]));
                }
            }
        }
        if let Some(renewing) = self.renewing_text(subscription, language) {
            let _ = write!(text, "\n{renewing}");
        }
        text
    }

    /// How long an account works. On hold it has its time from the first use on, whatever expiry was set beside; so has a switched off one that was
    /// never used.
    fn expiry_text(&self, account: &Account, language: Language) -> String {
        let unused = match account.status {
            AccountStatus::OnHold => true,
            AccountStatus::Disabled => account.expires_at.is_none(),
            AccountStatus::Active | AccountStatus::Limited | AccountStatus::Expired | AccountStatus::Unknown => false,
        };
        match (account.on_hold_duration.filter(|_| unused), account.expires_at) {
            (Some(span), _) => {
                let days = u16::try_from((span.as_seconds() + 86_399).div_euclid(86_400)).unwrap_or(u16::MAX);
                let days = format::days(&self.texts, language, Some(days));
                self.texts.html(language, "starts-at-first-use", &[("days", Arg::Raw(days))])
            }
            (None, Some(at)) => self.texts.html(language, "expires", &[("at", Arg::Raw(format::moment(language, at)))]),
            (None, None) => self.texts.html(language, "no-expiry", &[]),
        }
    }

    /// How a subscription in Stars goes on.
    fn renewing_text(&self, subscription: &Subscription, language: Language) -> Option<String> {
        let text = match subscription.renews? {
            Renews::On => "subscription-renews",
            Renews::Stopped => "subscription-renews-no-more",
        };
        Some(self.texts.html(language, text, &[]))
    }

    /// A subscription's state with its link, and when it was looked at.
    pub fn subscription_detail(&self, held: &LiveSubscription, language: Language) -> String {
        let subscription = &held.subscription;
        let mut text = self.subscription_text(held, language);
        if !matches!(held.live, Live::Deleted) {
            let _ = write!(text, "\n\n<code>{}</code>", html(&subscription.link));
        }
        if subscription.link_asked_at.is_some() {
            let _ = write!(text, "\n\n{}", self.texts.html(language, "link-coming", &[]));
        }
        let at = format::instant(language, self.now());
        let _ = write!(text, "\n\n{}", self.texts.html(language, "looked-at", &[("at", Arg::Raw(at))]));
        text
    }

    /// Below a subscription that is sent: one-tap imports, instructions, copy, and the way on.
    pub(crate) fn subscription_keyboard(&self, subscription: &Subscription, language: Language) -> InlineKeyboardMarkup {
        let button = |id, target: &Button| tap(self.texts.plain(language, id, &[]), target);
        let mut imports = self.import_buttons(subscription, IMPORT_APPS, |app| app.name.to_owned());
        if let Some(first) = imports.first_mut() {
            *first = primary(first.clone());
        }
        let mut keyboard = Keyboard::default();
        for row in imports.chunks(3) {
            keyboard = keyboard.row(row.iter().cloned());
        }
        let connect = Button::OfSubscription { action: SubscriptionAction::Platforms, key: subscription.order.key };
        let copied = copy(self.texts.plain(language, "button-copy-link", &[]), &subscription.link);
        keyboard
            .row([button("button-connect", &connect)].into_iter().chain(copied))
            .row([button("button-my-subscriptions", &Button::Subscriptions), button("button-menu", &Button::Menu)])
            .markup()
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
