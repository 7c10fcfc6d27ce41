//! What a customer calls a subscription.

use domain::{OrderId, TelegramUserId, subscription::Subscription};
use store::{CommitError, Write, keys};

use crate::{App, AppError};

impl App {
    /// Gives a subscription its customer's name for it, `None`: its plan's again, and closes the question for one. `None`: there is no such
    /// subscription.
    pub async fn set_label(&self, order: OrderId, label: Option<String>) -> Result<Option<Subscription>, AppError> {
        for _ in 0..3 {
            let Some(mut subscription) = self.store.subscription(order).await? else { return Ok(None) };
            subscription.label.clone_from(&label);
            let writes = vec![Write::replace(&mut subscription)?, Write::delete(keys::conversation(order.buyer))];
            match self.store.commit(&self.seams.nonce(), writes).await {
                Ok(()) => return Ok(Some(subscription)),
                Err(CommitError::Refused { .. }) => {}
                Err(error) => return Err(AppError::of_commit("name a subscription")(error)),
            }
        }
        Err(AppError::Contended)
    }

    /// The next text of this customer means nothing in particular.
    pub async fn wait_no_more(&self, user: TelegramUserId) -> Result<(), AppError> {
        let writes = vec![Write::delete(keys::conversation(user))];
        self.store.commit(&self.seams.nonce(), writes).await.map_err(AppError::of_commit("stop waiting"))
    }
}
