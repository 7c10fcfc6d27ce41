//! The free account to try the service: once per customer, for those who have not bought yet.

use domain::{
    OrderId, OrderKey, ProductId,
    order::Order,
    user::{User, UserStatus},
};
use store::{CommitError, Write};
use tracing::info;

use crate::{App, AppError, Deadline, present::TRIAL};

/// What came of the wish for a trial.
#[derive(Debug)]
pub enum Tried {
    /// The customer's trial, new or from an earlier tap; provisioned as far as the deadline allowed.
    Order(Box<Order>),
    /// There are no trials.
    NotOffered,
    /// He is a customer already.
    NotNew,
    /// He was banned meanwhile.
    Banned,
}

impl App {
    /// Whether a customer is shown the way to a trial.
    pub fn offers_trial(shop: &crate::catalogue::Shop, user: &User) -> bool {
        shop.settings.trial.is_some() && user.trial_at.is_none() && user.first_paid_at.is_none()
    }

    /// Gives a customer his trial: his mark and the order in one transaction, so that there is one of both or none. What fails after it is owed on the
    /// order, so that nothing burns the trial. `screen`: the message that will show it.
    pub async fn try_out(&self, mut user: User, screen: Option<i32>, deadline: Deadline) -> Result<Tried, AppError> {
        let shop = self.shop().await?;
        let id = OrderId::new(user.id, OrderKey::Trial);
        for _ in 0..3 {
            if user.is_banned() {
                return Ok(Tried::Banned);
            }
            if user.trial_at.is_some() {
                let order = self.store.order(id).await?.ok_or(AppError::Refused { operation: "find a trial", position: 0 })?;
                return Ok(Tried::Order(Box::new(self.resume(order, Some(user), deadline).await?)));
            }
            if user.first_paid_at.is_some() {
                return Ok(Tried::NotNew);
            }
            let Some(trial) = shop.settings.trial else { return Ok(Tried::NotOffered) };
            let product: ProductId = TRIAL.parse()?;
            let name = self.texts.plain(user.language, "trial-name", &[]);
            let terms = trial.terms(product, name, shop.settings.base_currency);
            let order = self.free_order(id, terms, None, screen, &shop);
            user.trial_at = Some(self.now());
            user.status = UserStatus::Active;
            match self.store.commit(&self.seams.nonce(), vec![Write::replace(&mut user)?, Write::create(&order)?]).await {
                Ok(()) => {
                    info!(event = "trial_given", order.id = %self.names.order(id), "a trial was given");
                    return Ok(Tried::Order(Box::new(self.provision(order, Some(user), deadline).await?)));
                }
                // Somebody changed the customer: another tap, an operator, a friend who joined. Look again.
                Err(CommitError::Refused { position: 0, .. }) => user = self.store.user(user.id).await?.ok_or(AppError::Contended)?,
                Err(error) => return Err(AppError::of_commit("give a trial")(error)),
            }
        }
        Err(AppError::Contended)
    }
}
