//! What operators see and do in their chat besides receipts: somebody found, banned, something tried again, what waits. Forms are the console's.

use clients::telegram::api::types::InlineKeyboardMarkup;
use domain::{OrderId, TelegramUserId, order::Order, subscription::Subscription, user::User};
use store::keys::Owner;

use crate::{
    App, AppError,
    admin::{ListError, OrderFilter},
    button::{Button, RetryOf, UserStep},
    format,
    screen::{Keyboard, Screen, danger, tap},
    text::{Arg, html},
};

/// Orders and subscriptions on a card.
const SHOWN: u8 = 5;
/// Things that are counted of each worklist, at most.
const COUNTED: u8 = 100;

/// Somebody with what he holds and what he ordered last.
#[derive(Debug)]
pub struct Card {
    user: User,
    subscriptions: Vec<Subscription>,
    orders: Vec<Order>,
}

fn of_list(error: ListError) -> AppError {
    match error {
        ListError::Store(error) => error.into(),
        // Nobody gave one.
        ListError::Cursor(_) => AppError::Contended,
    }
}

impl App {
    /// A page of the console.
    pub fn console_url(&self, path: &str) -> String {
        format!("{}/admin/console{path}", self.config.public_url)
    }

    /// The same as a link in a text. Telegram shows one that it does not like as plain text.
    pub(crate) fn console_link(&self, path: &str) -> String {
        let text = self.texts.html(self.operator_language(), "operator-console", &[]);
        format!("🖥 <a href=\"{}\">{text}</a>", html(&self.console_url(path)))
    }

    /// Whom an operator means: a user's id, an order's reference, or the name of an account on the panel.
    pub async fn find_user(&self, sought: &str) -> Result<Option<TelegramUserId>, AppError> {
        let sought: String = sought.trim().chars().map(domain::ids::latin_digit).collect();
        if sought.is_empty() {
            return Ok(None);
        }
        if let Ok(id) = sought.parse::<TelegramUserId>() {
            return Ok(self.store.user(id).await?.map(|user| user.id));
        }
        // Words of the lists, like the name of a status, are nobody.
        if domain::order::OrderStatus::from_name(&sought).is_some() {
            return Ok(None);
        }
        let filter = OrderFilter { q: Some(sought), ..OrderFilter::default() };
        let page = self.list_orders(&filter, None, 1).await.map_err(of_list)?;
        Ok(page.items.first().map(|order| order.id.buyer))
    }

    /// What an operator is shown of a user. `None`: there is none.
    pub async fn user_card(&self, id: TelegramUserId) -> Result<Option<Card>, AppError> {
        let (user, subscriptions, orders) =
            tokio::try_join!(self.store.user(id), self.store.subscriptions_of(id, None, SHOWN), self.store.orders_of(id, None, SHOWN))?;
        Ok(user.map(|user| Card { user, subscriptions: subscriptions.items, orders: orders.items }))
    }

    /// A card with its buttons; `asks`: whether he shall really be banned, or the ban be lifted.
    pub fn card_screen(&self, card: &Card, asks: bool) -> Screen {
        let language = self.operator_language();
        let Card { user, subscriptions, orders } = card;
        let id = user.id.to_string();
        let state = |name: &str| self.texts.html(language, &format!("state-{name}"), &[]);
        let username = user.username.as_ref().map(|name| format!(" · @{}", html(name))).unwrap_or_default();
        let mut text = self.texts.html(
            language,
            "operator-user",
            &[
                ("name", Arg::Text(&user.first_name)),
                ("username", Arg::Raw(username)),
                ("id", Arg::Exact(&id)),
                ("status", Arg::Raw(state(user.status.name()))),
                ("joined", Arg::Raw(format::moment(language, user.joined_at))),
                ("invited", Arg::Raw(format::number(language, user.invited.into()))),
            ],
        );
        if let Some(at) = user.banned_at {
            let at = format::moment(language, at);
            text = format!("{text}\n{}", self.texts.html(language, "operator-user-banned", &[("at", Arg::Raw(at))]));
        }
        if !subscriptions.is_empty() {
            text = format!("{text}\n\n{}", self.texts.html(language, "operator-user-subscriptions", &[]));
        }
        for held in subscriptions {
            let args = [("what", Arg::Text(held.shown_name())), ("state", Arg::Raw(state(held.state().name())))];
            let name = html(held.name.as_str());
            text = format!("{text}\n{} · <code>{name}</code>", self.texts.html(language, "operator-user-line", &args));
        }
        if !orders.is_empty() {
            text = format!("{text}\n\n{}", self.texts.html(language, "operator-user-orders", &[]));
        }
        for order in orders {
            let args = [("what", Arg::Text(&order.terms.name)), ("state", Arg::Raw(state(order.status.name())))];
            let total = format::money(&self.texts, language, order.total);
            let at = format::moment(language, order.created_at);
            text = format!("{text}\n{} · {total} · {at}", self.texts.html(language, "operator-user-line", &args));
        }
        text = format!("{text}\n\n{}", self.console_link(&format!("/users/{id}")));
        let button = |name, step| tap(self.texts.plain(language, name, &[]), &Button::User { step, id: user.id });
        let keyboard = match (asks, user.is_banned()) {
            (false, false) => Keyboard::default().row([danger(button("button-ban", UserStep::Ask))]),
            (false, true) => Keyboard::default().row([button("button-unban", UserStep::Ask)]),
            (true, false) => {
                Keyboard::default().row([danger(button("button-confirm-ban", UserStep::Ban)), button("button-back", UserStep::Show)])
            }
            (true, true) => {
                Keyboard::default().row([button("button-confirm-unban", UserStep::Unban), button("button-back", UserStep::Show)])
            }
        };
        Screen::new(text, keyboard)
    }

    /// What waits for the operators, and what today brought.
    pub async fn desk_screen(&self) -> Result<Screen, AppError> {
        let language = self.operator_language();
        let (receipts, parked, unapplied, today) = tokio::try_join!(
            async { self.orders_under_review(None, COUNTED).await.map_err(of_list) },
            async { self.owed(Some(true), None, COUNTED).await.map_err(of_list) },
            async { self.undecided_payments(None, COUNTED).await.map_err(of_list) },
            async {
                let today = self.today().await?;
                self.report(today, today).await
            }
        )?;
        // As far as was looked.
        let count = |found: usize, more: bool| {
            let number = format::number(language, u64::try_from(found).unwrap_or(u64::MAX));
            Arg::Raw(if more { format!("{number}+") } else { number })
        };
        let waiting = self.texts.html(
            language,
            "operator-waits",
            &[
                ("receipts", count(receipts.items.len(), receipts.next.is_some())),
                ("parked", count(parked.0.len(), parked.1.is_some())),
                ("unapplied", count(unapplied.items.len(), unapplied.next.is_some())),
            ],
        );
        let shop = self.shop().await?;
        let day = today.days.last().map(|day| self.summary_text(day, &shop.settings)).unwrap_or_default();
        Ok(Screen::new(format!("{waiting}\n\n{day}\n\n{}", self.console_link("")), Keyboard::default()))
    }

    /// What an operator is told of his way to find somebody.
    pub fn find_notice(&self, found_nobody: bool) -> Screen {
        let text = if found_nobody { "operator-found-nobody" } else { "operator-find-what" };
        Screen::new(self.texts.html(self.operator_language(), text, &[]), Keyboard::default())
    }

    /// Below what waits for the operators: to try it again.
    pub(crate) fn retry_keyboard(&self, of: RetryOf, order: OrderId) -> InlineKeyboardMarkup {
        let retry = Button::Retry { of, reference: self.names.order(order) };
        Keyboard::default().row([tap(self.texts.plain(self.operator_language(), "button-retry", &[]), &retry)]).markup()
    }

    /// What a message about something parked says of where to look.
    pub(crate) fn parked_link(&self, of: RetryOf, order: OrderId) -> String {
        let collection = match of {
            RetryOf::Order => "orders",
            RetryOf::Subscription => "subscriptions",
        };
        self.console_link(&format!("/{collection}/{}", self.names.order(order)))
    }
}

impl RetryOf {
    pub const fn owner(self, order: OrderId) -> Owner {
        match self {
            Self::Order => Owner::Order(order),
            Self::Subscription => Owner::Subscription(order),
        }
    }
}
