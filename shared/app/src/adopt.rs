//! Accounts that were on the panel before the shop: their customers get them as they are. The panel is only read.

use clients::panel::Account;
use domain::{
    Language, Money, OrderId, OrderKey, ProductId, SubscriptionName, TelegramUserId, Timestamp,
    order::{NewOrder, Order, OrderStatus},
    product::{ProductKind, RenewalPolicy, Terms},
    subscription::Subscription,
    user::{User, UserStatus},
};
use serde_json::json;
use store::{CommitError, Write};

use crate::{
    App, AppError, By, Change,
    operate::{OperateError, json, of_commit},
    present::GRANT,
    remind::seen,
};

/// Subscriptions of one customer that are read at once.
const PAGE: u8 = 100;
/// What the notes of accounts begin with that the shop made.
const OURS: &str = "wave:";

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
    Already,
}

impl App {
    /// Whether a customer has a subscription of this account. Some panels do not tell names apart by case.
    pub async fn has_account(&self, customer: TelegramUserId, name: &SubscriptionName) -> Result<bool, AppError> {
        let mut cursor = None;
        loop {
            let page = self.store.subscriptions_of(customer, cursor.as_ref(), PAGE).await?;
            if page.items.iter().any(|held| held.name.as_str().eq_ignore_ascii_case(name.as_str())) {
                return Ok(true);
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(false);
            }
        }
    }

    /// Gives a customer a subscription over an account that is there, with the limits, the time and the link that the panel has for it. Whoever is not
    /// known yet is made known. Doing it again is success and changes nothing.
    pub async fn adopt<'a>(
        &self,
        account: &Account,
        adoption: &Adoption,
        by: impl Into<By<'a, Subscription>>,
    ) -> Result<Adopted, OperateError> {
        let by = by.into();
        if account.note.as_deref().is_some_and(|note| note.starts_with(OURS)) {
            return Err(OperateError::WrongState("a shop made this account for an order, and has it".into()));
        }
        for _ in 0..3 {
            if self.has_account(adoption.customer, &account.name).await? {
                return Ok(Adopted::Already);
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
