//! What the shop gives away: orders of nothing to pay, and the words for them.

use domain::{
    Language, Money, OrderId, OrderKey, ProductId, TelegramUserId,
    duty::LEASE,
    order::{NewOrder, Order},
    product::Terms,
    settings::Present,
    subscription::Subscription,
};

use crate::{App, AppError, catalogue::Shop};

/// Prizes, trials and welcome presents are no products of the catalogue; this is what their orders name.
pub(crate) const PRIZE: &str = "prize";
pub(crate) const TRIAL: &str = "trial";
pub(crate) const WELCOME: &str = "welcome";
/// What an operator gives on terms of his own.
pub(crate) const GRANT: &str = "grant";

/// The newest subscription is looked for among so many of each page.
const PAGE: u8 = 100;

impl App {
    /// An order of nothing to pay. Whoever writes it has its provisioning.
    pub(crate) fn free_order(&self, id: OrderId, terms: Terms, extends: Option<OrderKey>, screen: Option<i32>, shop: &Shop) -> Order {
        let now = self.now();
        let new = NewOrder {
            id,
            total: Money::zero(shop.settings.base_currency),
            terms,
            discount: None,
            inviter: None,
            first_purchase: false,
            extends,
            gift: false,
            panel_name: self.names.panel_name(id),
            screen,
            window: shop.settings.order_window(),
        };
        Order::place(new, now, now.plus(LEASE))
    }

    /// The terms of a present. `name`: the text that says what it is.
    pub(crate) fn present_terms(
        &self,
        present: Present,
        product: &str,
        name: &str,
        language: Language,
        shop: &Shop,
    ) -> Result<Terms, AppError> {
        let product: ProductId = product.parse()?;
        let name = self.texts.plain(language, name, &[]);
        Ok(present.terms(product, name, shop.settings.base_currency))
    }

    /// The newest subscription of a customer to which something can be added. `None`: he holds none, or only unlimited ones.
    pub(crate) async fn newest_subscription(&self, customer: TelegramUserId) -> Result<Option<OrderKey>, AppError> {
        let takes_more = |subscription: &Subscription| {
            !subscription.is_switched_off() && (subscription.data_limit.is_some() || subscription.duration_days.is_some())
        };
        let mut newest: Option<Subscription> = None;
        let mut cursor = None;
        loop {
            // By key, presents come before purchases: which is the newest only their times tell.
            let page = self.store.subscriptions_of(customer, cursor.as_ref(), PAGE).await?;
            newest = newest.into_iter().chain(page.items).filter(takes_more).max_by_key(|subscription| subscription.created_at);
            cursor = page.next;
            if cursor.is_none() {
                return Ok(newest.map(|subscription| subscription.order.key));
            }
        }
    }

    /// Why a customer gets what he did not ask for; `None` where he did.
    pub(crate) fn reason_of(&self, order: OrderKey, language: Language) -> Option<String> {
        let id = match order {
            OrderKey::Prize(_) => "because-prize",
            OrderKey::Welcome => "because-welcome",
            OrderKey::Grant(_) => "because-grant",
            OrderKey::Ulid(_) | OrderKey::Trial | OrderKey::Gift(_) | OrderKey::Recurring(_) => return None,
        };
        Some(self.texts.html(language, id, &[]))
    }
}
