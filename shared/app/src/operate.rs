//! What operators change, each with its audit entry in the same transaction.

use domain::{
    OrderId, ProductId, TelegramUserId,
    duty::Work,
    order::{Event, Order},
    payment::{Payment, PaymentId},
    product::Product,
    subscription::Subscription,
    user::User,
};
use store::{CommitError, Entity, Write, keys::Owner};

use crate::{App, AppError, By, Change, expire::Ended, work::Owes};

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum OperateError {
    #[error("there is no such thing")]
    NotFound,
    #[error("it exists already")]
    Exists,
    /// Somebody changed it since it was read.
    #[error("it was changed meanwhile")]
    Changed,
    /// Its state does not allow this; holds a sentence that says why.
    #[error("{0}")]
    WrongState(String),
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error(transparent)]
    App(#[from] AppError),
}

/// A field that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct Invalid {
    /// By its public name, with dots on the way to an inner one.
    pub field: String,
    pub reason: String,
}

impl Invalid {
    pub fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }

    /// The domain's rules say `field: reason`.
    fn of_rule(rule: &impl std::fmt::Display) -> Self {
        let text = rule.to_string();
        let (field, reason) = text.split_once(": ").unwrap_or_default();
        Self::new(field, reason)
    }
}

impl From<domain::product::InvalidProduct> for OperateError {
    fn from(rule: domain::product::InvalidProduct) -> Self {
        Self::Invalid(Invalid::of_rule(&rule))
    }
}
impl From<domain::discount::InvalidDiscountCode> for OperateError {
    fn from(rule: domain::discount::InvalidDiscountCode) -> Self {
        Self::Invalid(Invalid::of_rule(&rule))
    }
}

impl From<store::StoreError> for OperateError {
    fn from(error: store::StoreError) -> Self {
        Self::App(error.into())
    }
}

pub(crate) fn of_commit(operation: &'static str) -> impl Fn(CommitError) -> OperateError {
    move |error| OperateError::App(AppError::of_commit(operation)(error))
}

impl App {
    /// Bans a customer, or lifts the ban. Doing it twice is success. A ban stops new orders and never strands a paid one.
    pub async fn set_banned<'a>(&self, id: TelegramUserId, banned: bool, by: impl Into<By<'a, User>>) -> Result<User, OperateError> {
        let by = by.into();
        for _ in 0..3 {
            let mut user = self.store.user(id).await?.ok_or(OperateError::NotFound)?;
            if user.is_banned() == banned {
                return Ok(user);
            }
            user.banned_at = banned.then_some(self.now());
            let change = Change::new(&by, if banned { "ban" } else { "unban" }, "user", id.to_string());
            let writes = vec![Write::replace(&mut user)?];
            match self.commit_change(&change, &user, writes).await {
                Ok(()) => return Ok(user),
                Err(CommitError::Refused { position: 0, .. }) => {}
                Err(error) => return Err(of_commit("ban")(error)),
            }
        }
        Err(OperateError::Changed)
    }

    /// An id for a product that nobody named.
    pub fn random_product_id(&self) -> Result<ProductId, AppError> {
        Ok(data_encoding::BASE32_NOPAD.encode(&self.seams().bytes::<5>()).to_ascii_lowercase().parse()?)
    }

    /// Adds a product to the catalogue.
    pub async fn create_product<'a>(&self, product: &Product, by: impl Into<By<'a, Product>>) -> Result<(), OperateError> {
        let by = by.into();
        product.validate()?;
        let change = Change::new(&by, "create", "product", product.id.to_string()).to(json(product)?);
        match self.commit_change(&change, product, vec![Write::create(product)?]).await {
            Ok(()) => {
                self.catalogue.forget();
                Ok(())
            }
            Err(CommitError::Refused { position: 0, .. }) => Err(OperateError::Exists),
            Err(error) => Err(of_commit("create a product")(error)),
        }
    }

    /// Changes a product. `version`: the one that the operator saw; absent: whatever stands.
    pub async fn change_product<'a>(
        &self,
        id: &ProductId,
        version: Option<u64>,
        action: &'static str,
        by: impl Into<By<'a, Product>>,
        edit: impl Fn(&mut Product),
    ) -> Result<Product, OperateError> {
        let by = by.into();
        for _ in 0..3 {
            let before = self.store.product(id).await?.ok_or(OperateError::NotFound)?;
            if version.is_some_and(|seen| seen != before.version) {
                return Err(OperateError::Changed);
            }
            let mut product = before.clone();
            edit(&mut product);
            if product == before {
                return Ok(before);
            }
            product.validate()?;
            product.updated_at = self.now();
            let change = Change::new(&by, action, "product", id.to_string()).from(json(&before)?).to(json(&product)?);
            let writes = vec![Write::replace(&mut product)?];
            match self.commit_change(&change, &product, writes).await {
                Ok(()) => {
                    self.catalogue.forget();
                    return Ok(product);
                }
                Err(CommitError::Refused { position: 0, .. }) => {}
                Err(error) => return Err(of_commit("change a product")(error)),
            }
        }
        Err(OperateError::Changed)
    }

    /// Cancels an order that is not paid.
    pub async fn cancel_order<'a>(&self, id: OrderId, by: impl Into<By<'a, Order>>) -> Result<Ended, OperateError> {
        let by = by.into();
        let order = self.store.order(id).await?.ok_or(OperateError::NotFound)?;
        let change = Change::new(&by, "cancel", "order", self.names.order(id)).from(order.status.name()).to("canceled");
        let ended = self.end_order(order, &Event::OperatorCancels, Some(&change)).await?;
        if let Ended::Ended(order) = &ended {
            self.tell_of_cancellation(order).await;
        }
        Ok(ended)
    }

    /// The customer hears of it; should that fail, the order's screen says so.
    async fn tell_of_cancellation(&self, order: &Order) {
        let told = async {
            let Some(customer) = self.store.user(order.id.buyer).await? else { return Ok(()) };
            let screen = self.order_state(order, customer.language);
            self.say(customer.id.get(), &screen.text, Some(screen.keyboard.markup())).await
        };
        if let Err(error) = told.await {
            tracing::warn!(event = "notice_not_sent", %error, "a customer could not be told of a canceled order");
        }
    }

    /// Makes parked work due again, and says what is owed then and whether it was parked. Doing it to work that is not changes nothing.
    pub async fn retry<'a>(&self, owner: &Owner, by: impl Into<By<'a, Work>>) -> Result<(Work, bool), OperateError> {
        let by = by.into();
        match owner {
            Owner::Order(id) => self.unpark::<Order>(self.store.order(*id).await?, "order", self.names.order(*id), &by).await,
            Owner::Payment(id) => self.unpark::<Payment>(self.store.payment(id).await?, "payment", id.to_string(), &by).await,
            Owner::Subscription(id) => {
                self.unpark::<Subscription>(self.store.subscription(*id).await?, "subscription", self.names.order(*id), &by).await
            }
            Owner::Referral { inviter, invitee } => {
                let referral = self.store.referral(*inviter, *invitee).await?;
                self.unpark(referral, "referral", format!("{inviter}:{invitee}"), &by).await
            }
            Owner::Gift(id) => self.unpark(self.store.gift(*id).await?, "gift", id.to_string(), &by).await,
        }
    }

    async fn unpark<E: Owes + Entity>(
        &self,
        owner: Option<E>,
        entity: &'static str,
        id: String,
        by: &By<'_, Work>,
    ) -> Result<(Work, bool), OperateError> {
        let mut owner = owner.ok_or(OperateError::NotFound)?;
        let Some(reason) = owner.work_mut().parked.clone() else { return Ok((owner.work_mut().clone(), false)) };
        owner.work_mut().unpark(self.now());
        let work = owner.work_mut().clone();
        let change = Change::new(by, "retry", entity, id).from(reason);
        match self.commit_change(&change, &work, vec![Write::replace(&mut owner)?]).await {
            Ok(()) => Ok((work, true)),
            Err(CommitError::Refused { position: 0, .. }) => Err(OperateError::Changed),
            Err(error) => Err(of_commit("retry")(error)),
        }
    }

    /// A payment by its id.
    pub async fn payment(&self, id: &PaymentId) -> Result<Option<Payment>, AppError> {
        Ok(self.store.payment(id).await?)
    }
}

pub(crate) fn json(value: &impl serde::Serialize) -> Result<String, OperateError> {
    serde_json::to_string(value).map_err(|error| OperateError::App(AppError::Text(error.to_string())))
}
