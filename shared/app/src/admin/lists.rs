//! Lists of users, orders, payments and codes. What has an index is asked of it; the rest of a filter is applied to what came.

use std::time::Duration;

use clients::panel::PanelError;
use domain::{
    DiscountCodeName, OrderId, ProductId, SubscriptionName, TelegramUserId, Timestamp,
    discount::DiscountCode,
    order::{Order, OrderStatus},
    payment::{Gateway, Payment, PaymentId, PaymentStatus},
    time::Span,
    user::{User, UserStatus},
};
pub use store::ListError;
use store::{
    Cursor, Debtor, DueWork, Filter, Page, Queue, StoreError,
    keys::{Owner, users_beginning},
};
use tracing::warn;

use crate::App;

fn of_payment(work: DueWork) -> Option<PaymentId> {
    match work.owner {
        Owner::Payment(id) => Some(id),
        Owner::Order(_) | Owner::Referral { .. } | Owner::Subscription(_) | Owner::Gift(_) => None,
    }
}

/// From when to when something was made; both ends belong to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Created {
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

impl Created {
    fn holds(self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at <= to)
    }
}

/// Everything given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserFilter {
    pub status: Option<UserStatus>,
    pub banned: Option<bool>,
    pub trial: Option<bool>,
    pub invited_by: Option<TelegramUserId>,
    pub created: Created,
    /// A user's id or the digits that it begins with, an order's reference (its buyer), or the name of a status.
    pub q: Option<String>,
    /// Instead of the newest.
    pub oldest_first: bool,
}

/// Everything given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderFilter {
    pub user: Option<TelegramUserId>,
    pub status: Option<OrderStatus>,
    pub product: Option<ProductId>,
    pub method: Option<Gateway>,
    pub created: Created,
    /// An order's reference, a user's id, the name of an account on the panel, or the name of a status.
    pub q: Option<String>,
    /// Instead of the newest.
    pub oldest_first: bool,
}

/// Everything given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaymentFilter {
    pub order: Option<OrderId>,
    pub user: Option<TelegramUserId>,
    pub status: Option<PaymentStatus>,
    pub method: Option<Gateway>,
    pub created: Created,
    /// A payment's id, a gateway's reference, an order's reference, a user's id, or the name of a status.
    pub q: Option<String>,
    /// Instead of the newest.
    pub oldest_first: bool,
}

/// Everything given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeFilter {
    pub active: Option<bool>,
    /// A code as a customer may type it.
    pub q: Option<String>,
    /// Instead of the newest.
    pub oldest_first: bool,
}

impl UserFilter {
    fn admits(&self, user: &User) -> bool {
        self.status.is_none_or(|status| user.status == status)
            && self.banned.is_none_or(|banned| user.is_banned() == banned)
            && self.trial.is_none_or(|trial| user.trial_at.is_some() == trial)
            && self.invited_by.is_none_or(|inviter| user.invited_by == Some(inviter))
            && self.created.holds(user.joined_at)
    }
}

impl OrderFilter {
    fn admits(&self, order: &Order) -> bool {
        self.user.is_none_or(|user| order.id.buyer == user)
            && self.status.is_none_or(|status| order.status == status)
            && self.product.as_ref().is_none_or(|product| order.terms.product == *product)
            && self.method.is_none_or(|method| payment_method(order) == Some(method))
            && self.created.holds(order.created_at)
    }
}

impl PaymentFilter {
    fn admits(&self, payment: &Payment) -> bool {
        self.order.is_none_or(|order| payment.order == Some(order))
            && self.user.is_none_or(|user| payment.order.is_some_and(|order| order.buyer == user))
            && self.status.is_none_or(|status| payment.status == status)
            && self.method.is_none_or(|method| payment.id.gateway() == method)
            && self.created.holds(payment.settled_at)
    }
}

/// What somebody looks for by a word.
enum Sought {
    Status(OrderStatus),
    /// An account on the panel.
    Account(SubscriptionName),
    Order(OrderId),
    User(TelegramUserId),
    Nothing,
}

/// How an order was paid or, while it is not, is being paid.
pub fn payment_method(order: &Order) -> Option<Gateway> {
    let paid_by = order.payment.as_ref().map(PaymentId::gateway);
    paid_by.or_else(|| order.attempts.last().map(|attempt| attempt.gateway))
}

const PANEL_TIMEOUT: Duration = Duration::from_secs(5);
/// Characters of the name of an account that the shop made.
const PANEL_NAME_LEN: usize = 26;
/// Orders that a search looks through for each page.
const LOOKED_THROUGH: u8 = 100;

fn only<E>(item: Option<E>) -> Page<E> {
    Page { items: item.into_iter().collect(), next: None }
}

impl App {
    /// Users, the last to join first; of one inviter, by their ids.
    pub async fn list_users(&self, filter: &UserFilter, cursor: Option<&Cursor>, limit: u8) -> Result<Page<User>, ListError> {
        let mut filter = filter.clone();
        let mut beginning = None;
        if let Some(q) = filter.q.take() {
            let status = UserStatus::ALL.into_iter().find(|status| status.name() == q);
            match (status, self.names.open_order(&q), q.parse()) {
                (Some(status), ..) if filter.status.is_none_or(|asked| asked == status) => filter.status = Some(status),
                (None, Ok((OrderId { buyer: id, .. }, _)), _) => {
                    return Ok(only(self.store.user(id).await?.filter(|user| filter.admits(user))));
                }
                // A whole id is he; other digits are how ids begin.
                (None, Err(_), Ok(id)) => match self.store.user(id).await? {
                    Some(user) => return Ok(only(Some(user).filter(|user| filter.admits(user)))),
                    None => beginning = Some(q),
                },
                _ => return Ok(only(None)),
            }
        }
        if let Some(inviter) = filter.invited_by {
            let mut page = self.store.invited_by(inviter, cursor, limit).await?;
            let begins = |user: &User| beginning.as_ref().is_none_or(|digits| user.id.to_string().starts_with(digits));
            page.items.retain(|user| filter.admits(user) && begins(user));
            return Ok(page);
        }
        let mut summary = Vec::new();
        summary.extend(filter.banned.map(|banned| ("banned", banned.to_string())));
        summary.extend(filter.trial.map(|trial| ("trial", trial.to_string())));
        let mut asked = by_index(filter.status.map(UserStatus::name), summary, filter.created, filter.oldest_first);
        asked.partition = beginning.as_deref().map(users_beginning);
        self.store.list_users(&asked, cursor, limit, self.now()).await
    }

    /// Orders, the newest first.
    pub async fn list_orders(&self, filter: &OrderFilter, cursor: Option<&Cursor>, limit: u8) -> Result<Page<Order>, ListError> {
        let mut filter = filter.clone();
        if let Some(q) = filter.q.take() {
            match self.sought(&q) {
                Sought::Status(status) if filter.status.is_none_or(|asked| asked == status) => filter.status = Some(status),
                Sought::Account(name) => return self.orders_of_account(&filter, &name, cursor, limit).await,
                Sought::Order(id) => return Ok(only(self.store.order(id).await?.filter(|order| filter.admits(order)))),
                Sought::User(id) if filter.user.is_none_or(|user| user == id) => filter.user = Some(id),
                Sought::Status(_) | Sought::User(_) | Sought::Nothing => return Ok(only(None)),
            }
        }
        if let Some(user) = filter.user {
            let mut page = self.store.orders_in_turn(user, filter.oldest_first, cursor, limit).await?;
            page.items.retain(|order| filter.admits(order));
            return Ok(page);
        }
        let mut summary = Vec::new();
        summary.extend(filter.product.as_ref().map(|product| ("product", product.to_string())));
        summary.extend(filter.method.map(|method| ("method", method.to_string())));
        let asked = by_index(filter.status.map(OrderStatus::name), summary, filter.created, filter.oldest_first);
        self.store.list_orders(&asked, cursor, limit, self.now()).await
    }

    /// Payments, the last to arrive first.
    pub async fn list_payments(&self, filter: &PaymentFilter, cursor: Option<&Cursor>, limit: u8) -> Result<Page<Payment>, ListError> {
        let mut filter = filter.clone();
        if let Some(q) = filter.q.take() {
            let status = PaymentStatus::ALL.into_iter().find(|status| status.name() == q);
            let named = if status.is_some() { Vec::new() } else { self.payments_named(&q).await? };
            if !named.is_empty() {
                return Ok(Page { items: named.into_iter().filter(|payment| filter.admits(payment)).collect(), next: None });
            }
            match (status, self.names.open_order(&q), q.parse()) {
                (Some(status), ..) if filter.status.is_none_or(|asked| asked == status) => filter.status = Some(status),
                (None, Ok((id, _)), _) if filter.order.is_none_or(|order| order == id) => filter.order = Some(id),
                (None, Err(_), Ok(id)) if filter.user.is_none_or(|user| user == id) => filter.user = Some(id),
                _ => return Ok(only(None)),
            }
        }
        let mut created = filter.created;
        let mut user = filter.user;
        if let Some(order) = filter.order {
            if user.is_some_and(|user| user != order.buyer) {
                return Ok(only(None));
            }
            user = Some(order.buyer);
            // No money comes for an order before its button was drawn.
            let Some(ulid) = order.key.ulid() else { return Ok(only(None)) };
            let drawn = Timestamp::from_millis(i64::try_from(ulid.timestamp_ms()).unwrap_or_default());
            let drawn = drawn.minus(CLOCKS_DIFFER);
            created.from = Some(created.from.map_or(drawn, |from| from.max(drawn)));
        }
        let mut summary = Vec::new();
        summary.extend(user.map(|user| ("user_id", user.to_string())));
        summary.extend(filter.method.map(|method| ("method", method.to_string())));
        let asked = by_index(filter.status.map(PaymentStatus::name), summary, created, filter.oldest_first);
        let mut page = self.store.list_payments(&asked, cursor, limit, self.now()).await?;
        page.items.retain(|payment| filter.admits(payment));
        Ok(page)
    }

    /// Payments that wait for an operator's word, the last to arrive first. What is parked stands before all of them, as far as a page has room.
    pub async fn undecided_payments(&self, cursor: Option<&Cursor>, limit: u8) -> Result<Page<Payment>, ListError> {
        let mut ids = Vec::new();
        if cursor.is_none() {
            let parked = self.store.due(Queue::Parked, Timestamp::from_millis(i64::MAX), None, limit).await?;
            ids.extend(parked.items.into_iter().filter_map(of_payment));
            ids.truncate(usize::from(limit.saturating_sub(1)));
        }
        let room = limit.saturating_sub(u8::try_from(ids.len()).unwrap_or_default());
        let Page { items, next } = self.store.undecided(cursor, room).await?;
        ids.extend(items.into_iter().filter_map(of_payment));
        let mut payments = self.store.payments(&ids).await?;
        // The index may be behind.
        payments.retain(|payment| payment.status == PaymentStatus::Unapplied);
        Ok(Page { items: payments, next })
    }

    /// Orders with a receipt that waits for a decision, the one first of which the operators are reminded first.
    pub async fn orders_under_review(&self, cursor: Option<&Cursor>, limit: u8) -> Result<Page<Order>, ListError> {
        let Page { items, next } = self.store.due(Queue::Review, Timestamp::from_millis(i64::MAX), cursor, limit).await?;
        let owners: Vec<_> = items.into_iter().map(|work| work.owner).collect();
        let orders = self.store.debtors(&owners).await?.into_iter().filter_map(|debtor| match debtor {
            Some(Debtor::Order(order)) if order.under_review().is_some() => Some(*order),
            _ => None,
        });
        Ok(Page { items: orders.collect(), next })
    }

    /// Discount codes, the newest first.
    pub async fn list_codes(&self, filter: &CodeFilter, cursor: Option<&Cursor>, limit: u8) -> Result<Page<DiscountCode>, ListError> {
        if let Some(q) = &filter.q {
            let Ok(name) = q.parse::<DiscountCodeName>() else { return Ok(only(None)) };
            let code = self.store.discount_code(&name).await?;
            return Ok(only(code.filter(|code| filter.active.is_none_or(|active| code.active == active))));
        }
        let summary = filter.active.map(|active| ("active", active.to_string())).into_iter().collect();
        self.store.list_discount_codes(&by_index(None, summary, Created::default(), filter.oldest_first), cursor, limit, self.now()).await
    }

    /// The payments that a word names: by their id, or by the gateway's reference whichever gateway it is.
    async fn payments_named(&self, q: &str) -> Result<Vec<Payment>, StoreError> {
        let whole: Option<PaymentId> = q.replacen('~', "#", 1).parse().ok();
        let ids: Vec<PaymentId> = match whole {
            Some(id) => vec![id],
            None => Gateway::ALL.into_iter().filter_map(|gateway| PaymentId::new(gateway, q).ok()).collect(),
        };
        self.store.payments(&ids).await
    }

    fn sought(&self, q: &str) -> Sought {
        if let Some(status) = OrderStatus::from_name(q) {
            return Sought::Status(status);
        }
        if let Ok((id, _)) = self.names.open_order(q) {
            return Sought::Order(id);
        }
        if let Ok(id) = q.parse() {
            return Sought::User(id);
        }
        match q.parse::<SubscriptionName>() {
            Ok(name) => Sought::Account(name),
            Err(_) => Sought::Nothing,
        }
    }

    /// The order behind an account: one that was adopted, or the shop's own. Where the panel does not tell, because it does not answer or has the account no more, the orders are looked through, the
    /// newest first, so many for each page.
    async fn orders_of_account(
        &self,
        filter: &OrderFilter,
        name: &SubscriptionName,
        cursor: Option<&Cursor>,
        limit: u8,
    ) -> Result<Page<Order>, ListError> {
        if cursor.is_none() {
            let adopted = self.store.adopted_account(name).await?.map(|adopted| adopted.order);
            // No other name is one of the shop's own.
            let own = name.as_str().len() == PANEL_NAME_LEN;
            let id = match adopted {
                None if own => self.order_of_account(name).await,
                known => known,
            };
            if let Some(id) = id {
                return Ok(only(self.store.order(id).await?.filter(|order| filter.admits(order))));
            }
            if !own {
                return Ok(only(None));
            }
        }
        let asked = by_index(filter.status.map(OrderStatus::name), Vec::new(), filter.created, filter.oldest_first);
        let mut page = self.store.list_orders(&asked, cursor, limit.max(LOOKED_THROUGH), self.now()).await?;
        let found = page.items.iter().any(|order| order.panel_name == *name);
        page.items.retain(|order| order.panel_name == *name && filter.admits(order));
        // There is one of each name.
        page.next = page.next.filter(|_| !found);
        Ok(page)
    }

    /// The panel's note of an account says whose it is. A panel that does not answer knows of no account.
    async fn order_of_account(&self, name: &SubscriptionName) -> Option<OrderId> {
        let account = match self.panel.account(name, self.now(), PANEL_TIMEOUT).await {
            Ok(account) => account?,
            Err(PanelError::NotFound) => return None,
            Err(error) => {
                warn!(event = "panel_failed", %error, "the panel could not be asked for an account");
                return None;
            }
        };
        let note = account.note?;
        let (id, _) = self.names.open_order(note.strip_prefix("wave:")?).ok()?;
        Some(id)
    }
}

/// How much earlier than its button's time a payment may seem to come.
const CLOCKS_DIFFER: Span = Span::minutes(5);

fn by_index(status: Option<&'static str>, summary: Vec<(&'static str, String)>, created: Created, oldest_first: bool) -> Filter {
    Filter { status: status.map(str::to_owned), summary, partition: None, from: created.from, to: created.to, oldest_first }
}
