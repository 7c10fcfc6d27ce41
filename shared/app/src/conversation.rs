//! What the bot waits for in a chat.

use domain::{
    OrderKey, ProductId, TelegramUserId,
    conversation::{Awaiting, Conversation},
    user::User,
};
use store::Write;
use ulid::Ulid;

use crate::{App, AppError, checkout::Purpose, join::Visitor};

impl App {
    /// The next text of this customer is a code for this plan, to be used by the order that the plan's screen minted.
    pub async fn await_code(&self, user: TelegramUserId, product: &ProductId, purpose: Purpose, order: Ulid) -> Result<(), AppError> {
        let order = OrderKey::Ulid(order);
        let gift = purpose == Purpose::Gift;
        self.wait_for(user, Awaiting::DiscountCode { product: product.clone(), order, extends: purpose.extends(), gift }).await
    }

    /// The next message of this customer is taken as `awaiting` says.
    pub async fn wait_for(&self, user: TelegramUserId, awaiting: Awaiting) -> Result<(), AppError> {
        let conversation = Conversation::new(user, awaiting, self.now());
        self.store.commit(&self.seams.nonce(), vec![Write::put(&conversation)?]).await.map_err(AppError::of_commit("await an answer"))
    }

    /// The customer has turned to something else: a text that comes now is no name and no letter. A code is still taken for one.
    pub async fn turn_away(&self, user: TelegramUserId) -> Result<(), AppError> {
        match self.awaited(user).await? {
            Some(Awaiting::SupportMessage { .. } | Awaiting::SubscriptionLabel { .. }) => self.wait_no_more(user).await,
            Some(Awaiting::DiscountCode { .. } | Awaiting::Receipt { .. }) | None => Ok(()),
        }
    }

    /// The same for somebody who places an order: a receipt that comes now is for that one.
    pub async fn turn_to_order(&self, user: TelegramUserId) -> Result<(), AppError> {
        match self.awaited(user).await? {
            Some(Awaiting::SupportMessage { .. } | Awaiting::SubscriptionLabel { .. } | Awaiting::Receipt { .. }) => {
                self.wait_no_more(user).await
            }
            Some(Awaiting::DiscountCode { .. }) | None => Ok(()),
        }
    }

    async fn awaited(&self, user: TelegramUserId) -> Result<Option<Awaiting>, AppError> {
        Ok(self.store.conversation(user).await?.map(|conversation| conversation.awaiting))
    }

    /// A customer, made known where he is not, and what the bot waits for in his chat.
    pub async fn customer_and_awaited(&self, visitor: Visitor<'_>) -> Result<(User, Option<Awaiting>), AppError> {
        let (user, conversation) = self.customer_and_conversation(visitor).await?;
        Ok((user, conversation.map(|conversation| conversation.awaiting)))
    }

    /// The same with the time since when it waits.
    pub async fn customer_and_conversation(&self, visitor: Visitor<'_>) -> Result<(User, Option<Conversation>), AppError> {
        let (user, conversation) = self.store.user_and_conversation(visitor.id).await?;
        let user = match user {
            Some(user) => user,
            None => self.join(visitor, None).await?.user,
        };
        Ok((user, conversation.filter(|conversation| conversation.until > self.now())))
    }
}
