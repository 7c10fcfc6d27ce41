//! The inviter's prize: an order of his own, put once per invited user.

use domain::{
    Language, OrderId, ProductId,
    duty::LEASE,
    order::{NewOrder, Order},
    referral::Referral,
    settings::Reward,
};
use store::{CommitError, Write};

use crate::{App, AppError, work::Outcome};

/// Prizes are no product of the catalogue; this is what their orders name.
const PRIZE: &str = "prize";

impl App {
    /// Grants the prize that a referral owes: the referral, the inviter's order and his count in one transaction. The order provisions itself.
    pub(crate) async fn reward(&self, referral: &Referral) -> Result<Outcome, AppError> {
        let now = self.now();
        let Some(mut granted) = referral.grant(now) else { return Ok(Outcome::Park("no prize is owed".into())) };
        let shop = self.shop().await?;
        let Some(Reward::Present(reward)) = shop.settings.referral_reward else {
            // Prizes are switched off: granted, of nothing.
            return self.write_grant(vec![Write::replace(&mut granted)?, Write::count_granted(referral.inviter)]).await;
        };
        let id = OrderId::new(referral.inviter, referral.prize());
        let language = self.store.user(referral.inviter).await?.map_or(Language::English, |inviter| inviter.language);
        let product: ProductId = PRIZE.parse()?;
        let name = self.texts.plain(language, "prize-name", &[]);
        let prize = Order::place(
            NewOrder {
                id,
                total: domain::Money::zero(shop.settings.base_currency),
                terms: reward.terms(product, name, shop.settings.base_currency),
                discount: None,
                inviter: None,
                first_purchase: false,
                extends: None,
                gift: false,
                panel_name: self.names.panel_name(id),
                screen: None,
                window: shop.settings.order_window(),
            },
            now,
            now.plus(LEASE),
        );
        // Nobody holds the prize's lease: the jobs find it due.
        let mut prize = prize;
        prize.work.owe(domain::duty::Duty::Provision, now);
        self.write_grant(vec![Write::replace(&mut granted)?, Write::create(&prize)?, Write::count_granted(referral.inviter)]).await
    }

    async fn write_grant(&self, writes: Vec<Write>) -> Result<Outcome, AppError> {
        match self.store.commit(&self.seams.nonce(), writes).await {
            // A changed referral was decided by somebody else; an existing prize was granted by an earlier try.
            Ok(()) | Err(CommitError::Refused { position: 0 | 1, .. }) => Ok(Outcome::Done),
            Err(error) => Err(AppError::of_commit("grant a prize")(error)),
        }
    }
}
