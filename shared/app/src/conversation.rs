//! What the bot waits for in a chat.

use domain::{
    OrderKey, ProductId, TelegramUserId,
    conversation::{Awaiting, Conversation},
    user::User,
};
use store::Write;
use ulid::Ulid;

use crate::{App, AppError, join::Visitor};

impl App {
    /// The next text of this customer is a code for this plan, to be used by the order that the plan's screen minted.
    pub async fn await_code(&self, user: TelegramUserId, product: &ProductId, order: Ulid) -> Result<(), AppError> {
        let awaiting = Awaiting::DiscountCode { product: product.clone(), order: OrderKey::Ulid(order) };
        let conversation = Conversation::new(user, awaiting, self.now());
        self.store.commit(&self.seams.nonce(), vec![Write::put(&conversation)?]).await.map_err(AppError::of_commit("await a code"))
    }

    /// A customer, made known where he is not, and what the bot waits for in his chat.
    pub async fn customer_and_awaited(&self, visitor: Visitor<'_>) -> Result<(User, Option<Awaiting>), AppError> {
        let (user, conversation) = self.store.user_and_conversation(visitor.id).await?;
        let user = match user {
            Some(user) => user,
            None => self.join(visitor, None).await?.user,
        };
        let awaiting = conversation.filter(|conversation| conversation.until > self.now()).map(|conversation| conversation.awaiting);
        Ok((user, awaiting))
    }
}
