//! Accounts that were on the panel before the shop: their customers get them as they are. The panel is only read.

use std::time::Duration;

use clients::panel::{Account, PanelError};
use domain::{
    Language, Money, OrderId, OrderKey, ProductId, SubscriptionName, TelegramUserId, Timestamp,
    order::{NewOrder, Order, OrderStatus},
    product::{ProductKind, RenewalPolicy, Terms},
    subscription::Subscription,
    user::{User, UserStatus},
};
use serde_json::json;
use store::{AdoptedAccount, CommitError, Write};

use crate::{
    App, AppError, By, Change, Deadline,
    operate::{Invalid, OperateError, json, of_commit},
    present::GRANT,
    remind::seen,
};

/// Subscriptions of one customer that are read at once.
const PAGE: u8 = 100;
/// What the notes of accounts begin with that the shop made.
const OURS: &str = "wave:";
const PANEL_TIMEOUT: Duration = Duration::from_secs(5);

/// Whose an account becomes.
#[derive(Debug, Clone)]
pub struct Adoption {
    pub customer: TelegramUserId,
    /// The provisioned order that it hangs on, where it is in the table; without one it gets an order of nothing to pay.
    pub order: Option<OrderId>,
    /// Since when the customer has it.
    pub since: Timestamp,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Adopted {
    Now(Box<Subscription>),
    /// The customer had it already: nothing was changed.
    Already(Box<Subscription>),
}

impl App {
    /// What a customer has of this account already. Some panels do not tell names apart by case.
    ///
    /// # Errors
    /// [`OperateError::WrongState`]: another customer has it.
    pub async fn has_account(&self, customer: TelegramUserId, name: &SubscriptionName) -> Result<Option<Subscription>, OperateError> {
        if let Some(AdoptedAccount { order, .. }) = self.store.adopted_account(name).await? {
            if order.buyer != customer {
                return Err(OperateError::WrongState(format!("The user {} has this account.", order.buyer)));
            }
            if let Some(held) = self.store.subscription(order).await? {
                return Ok(Some(held));
            }
        }
        let mut cursor = None;
        loop {
            let page = self.store.subscriptions_of(customer, cursor.as_ref(), PAGE).await?;
            if let Some(held) = page.items.into_iter().find(|held| held.name.as_str().eq_ignore_ascii_case(name.as_str())) {
                return Ok(Some(held));
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(None);
            }
        }
    }

    /// What keeps an account from being adopted, or what the customer has of it already.
    ///
    /// # Errors
    /// [`OperateError::WrongState`]: somebody else has it.
    pub async fn adoptable(&self, account: &Account, customer: TelegramUserId) -> Result<Option<Subscription>, OperateError> {
        let held = self.has_account(customer, &account.name).await?;
        if held.is_none() && account.note.as_deref().is_some_and(|note| note.starts_with(OURS)) {
            return Err(OperateError::WrongState("A shop made this account for an order.".into()));
        }
        Ok(held)
    }

    /// Gives a customer of the shop an account by its name. Doing it again is success and changes nothing.
    ///
    /// # Errors
    /// [`OperateError::NotFound`]: no such customer; [`OperateError::Invalid`]: the panel has no such account; [`OperateError::WrongState`]: somebody else has it.
    pub async fn adopt_by_name<'a>(
        &self,
        customer: TelegramUserId,
        name: &SubscriptionName,
        by: impl Into<By<'a, Subscription>>,
        deadline: Deadline,
    ) -> Result<Subscription, OperateError> {
        self.store.user(customer).await?.ok_or(OperateError::NotFound)?;
        // What is there already needs no panel.
        if let Some(held) = self.has_account(customer, name).await? {
            return Ok(held);
        }
        let timeout = deadline.allows(self, PANEL_TIMEOUT).ok_or(AppError::Panel(PanelError::Unreachable { sent: false }))?;
        let account = match self.panel.account(name, self.now(), timeout).await {
            Ok(Some(account)) => account,
            Ok(None) | Err(PanelError::NotFound) => return Err(Invalid::new("panel_username", "the panel has no such account").into()),
            Err(error) => return Err(AppError::from(error).into()),
        };
        match self.adopt(&account, &Adoption { customer, order: None, since: self.now() }, by).await? {
            Adopted::Now(subscription) | Adopted::Already(subscription) => Ok(*subscription),
        }
    }

    /// Gives a customer a subscription over an account that is there, with the limits, the time and the link that the panel has for it. Whoever is not
    /// known yet is made known. Doing it again is success and changes nothing.
    ///
    /// # Errors
    /// [`OperateError::WrongState`]: somebody else has it.
    pub async fn adopt<'a>(
        &self,
        account: &Account,
        adoption: &Adoption,
        by: impl Into<By<'a, Subscription>>,
    ) -> Result<Adopted, OperateError> {
        let by = by.into();
        for _ in 0..3 {
            if let Some(held) = self.adoptable(account, adoption.customer).await? {
                return Ok(Adopted::Already(Box::new(held)));
            }
            match self.adopt_once(account, adoption, &by).await {
                Ok(subscription) => return Ok(Adopted::Now(Box::new(subscription))),
                // Somebody did the same, or the customer was changed meanwhile.
                Err(OperateError::Changed) => {}
                Err(error) => return Err(error),
            }
        }
        Err(OperateError::Changed)
    }

    async fn adopt_once(&self, account: &Account, adoption: &Adoption, by: &By<'_, Subscription>) -> Result<Subscription, OperateError> {
        let now = self.now();
        let (order, own) = match adoption.order {
            Some(id) => (self.store.order(id).await?.ok_or(OperateError::NotFound)?, false),
            None => (self.order_of_nothing(account, adoption).await?, true),
        };
        let mut subscription = Subscription::adopted(&order, account.name.clone(), &seen(Some(account)), account.link.clone(), now);
        subscription.created_at = adoption.since;
        let status = if subscription.is_held() { UserStatus::Active } else { UserStatus::Expired };
        let mut writes = vec![Write::create(&subscription)?];
        // One account is one customer's.
        writes.push(Write::create(&AdoptedAccount { name: account.name.clone(), order: order.id })?);
        if own {
            writes.push(Write::create(&order)?);
        }
        match self.store.user(adoption.customer).await? {
            None => {
                let mut user = User::join(adoption.customer, "", None, Language::Persian, None, adoption.since);
                user.status = status;
                writes.push(Write::create(&user)?);
            }
            Some(mut user) => {
                if user.status != UserStatus::Active && user.status != status {
                    user.status = status;
                    writes.push(Write::replace(&mut user)?);
                }
            }
        }
        let told = json!({ "panel_username": account.name, "user_id": adoption.customer });
        let change = Change::new(by, "adopt", "subscription", self.names.order(order.id)).to(json(&told)?);
        match self.commit_change(&change, &subscription, writes).await {
            Ok(()) => Ok(subscription),
            Err(CommitError::Refused { .. }) => Err(OperateError::Changed),
            Err(error) => Err(of_commit("adopt an account")(error)),
        }
    }

    /// What an account hangs on that no order of the shop made: a key of its name, so that it is adopted once.
    async fn order_of_nothing(&self, account: &Account, adoption: &Adoption) -> Result<Order, AppError> {
        let shop = self.shop().await?;
        let digest = self.names.digest("adopt", &account.name.as_str().to_ascii_lowercase());
        let product: ProductId = GRANT.parse()?;
        let nothing = Money::zero(shop.settings.base_currency);
        let new = NewOrder {
            id: OrderId::new(adoption.customer, OrderKey::Grant(digest)),
            terms: Terms {
                product,
                kind: ProductKind::Plan,
                name: account.name.to_string(),
                price: nothing,
                data_limit_gb: account.data_limit.and_then(|bytes| u32::try_from(bytes.div_ceil(Terms::GIB)).ok()),
                data_limit_mb: None,
                duration_days: None,
                renewal_policy: RenewalPolicy::Add,
            },
            total: nothing,
            discount: None,
            inviter: None,
            first_purchase: false,
            extends: None,
            gift: false,
            panel_name: account.name.clone(),
            screen: None,
            window: shop.settings.order_window(),
        };
        let mut order = Order::place(new, adoption.since, adoption.since);
        order.status = OrderStatus::Provisioned;
        order.provisioned_at = Some(adoption.since);
        order.delivered_at = Some(adoption.since);
        order.work.clear();
        Ok(order)
    }
}
