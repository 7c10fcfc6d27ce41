//! What operators give: a subscription, or more of one, as an order of nothing to pay. It is delivered like any other.
//!
//! The order's key is made of the request that asked for it, so that the same request again, whenever it comes, finds the order that there is.

use domain::{
    Language, OrderId, OrderKey, ProductId, TelegramUserId,
    ids::Digest,
    order::Order,
    product::{Product, ProductKind, RenewalPolicy, Terms},
};
use serde_json::json;
use store::{CommitError, Write};
use tracing::info;

use crate::{
    App, AppError, By, Change, Deadline, RequestName,
    catalogue::Shop,
    operate::{self, Invalid, OperateError, of_commit},
    present::GRANT,
};

/// What is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// A product, archived ones too.
    Product(ProductId),
    /// GiB and days; of a new subscription, what is left out is without limit, of more for one that there is, none.
    Terms { data_limit_gb: Option<u32>, duration_days: Option<u16> },
}

impl App {
    /// Gives a customer a subscription. The same request again is success and gives one.
    pub async fn grant<'a>(
        &self,
        customer: TelegramUserId,
        given: &Given,
        by: impl Into<By<'a, Order>>,
        deadline: Deadline,
    ) -> Result<Order, OperateError> {
        let by = by.into();
        let user = self.store.user(customer).await?.ok_or(OperateError::NotFound)?;
        if user.is_banned() {
            return Err(OperateError::WrongState("The customer is banned: lift the ban first.".into()));
        }
        let shop = self.shop().await?;
        let terms = self.given_terms(given, ProductKind::Plan, user.language, &shop).await?;
        let id = OrderId::new(customer, self.grant_key(by.request()));
        let order = self.free_order(id, terms, None, None, &shop);
        let reference = self.names.order(id);
        let change = Change::new(&by, "grant", "order", reference).to(operate::json(&order.terms)?);
        self.give_order(order, &change, deadline).await
    }

    /// Adds to a subscription: a renewal by the product's own rules, or so much more of data and days. The same request again is success and adds once.
    pub async fn extend_by_hand<'a>(
        &self,
        subscription: OrderId,
        given: &Given,
        by: impl Into<By<'a, Order>>,
        deadline: Deadline,
    ) -> Result<Order, OperateError> {
        let by = by.into();
        let held = self.store.subscription(subscription).await?.ok_or(OperateError::NotFound)?;
        let shop = self.shop().await?;
        let language = self.store.user(subscription.buyer).await?.map_or(Language::English, |user| user.language);
        let terms = self.given_terms(given, ProductKind::AddOn, language, &shop).await?;
        if held.is_switched_off() && !(held.begins_again() && terms.kind == ProductKind::Plan) {
            return Err(OperateError::WrongState("The subscription is switched off: enable it first.".into()));
        }
        let id = OrderId::new(subscription.buyer, self.grant_key(by.request()));
        let order = self.free_order(id, terms, Some(subscription.key), None, &shop);
        let told = json!({ "order": self.names.order(id), "terms": order.terms });
        let change = Change::new(&by, "extend", "subscription", self.names.order(subscription)).to(operate::json(&told)?);
        self.give_order(order, &change, deadline).await
    }

    /// Commits the order, and provisions it as far as the deadline allows.
    async fn give_order(&self, order: Order, change: &Change<'_, Order>, deadline: Deadline) -> Result<Order, OperateError> {
        let id = order.id;
        match self.commit_change(change, &order, vec![Write::create(&order)?]).await {
            Ok(()) => {
                info!(event = "order_granted", order.id = %self.names.order(id), "an operator gave something");
                let buyer = self.store.user(id.buyer).await?;
                Ok(Box::pin(self.provision(order, buyer, deadline)).await?)
            }
            // The same request came before.
            Err(CommitError::Refused { position: 0, .. }) => {
                let (order, buyer) = self.store.order_and_buyer(id).await?;
                let order = order.ok_or(OperateError::App(AppError::Contended))?;
                Ok(self.resume(order, buyer, deadline).await?)
            }
            Err(error) => Err(of_commit("grant")(error)),
        }
    }

    /// A request with a name has one key for ever; without one each is another.
    fn grant_key(&self, request: Option<&RequestName>) -> OrderKey {
        OrderKey::Grant(match request {
            Some(RequestName { scope, name, digest }) => self.names.digest("grant", &format!("{scope}|{name}|{digest}")),
            None => Digest::new(self.seams.bytes::<10>()),
        })
    }

    /// `own`: what kind of thing an operator's own terms are.
    async fn given_terms(&self, given: &Given, own: ProductKind, language: Language, shop: &Shop) -> Result<Terms, OperateError> {
        let (data_limit_gb, duration_days) = match given {
            Given::Product(id) => {
                let product = self.store.product(id).await?.ok_or_else(|| Invalid::new("product_id", "there is no such product"))?;
                if own == ProductKind::Plan && product.kind == ProductKind::AddOn {
                    return Err(Invalid::new("product_id", "an add-on is no subscription: extend one that there is").into());
                }
                return Ok(product.terms());
            }
            Given::Terms { data_limit_gb, duration_days } => (*data_limit_gb, *duration_days),
        };
        let now = self.now();
        let id: ProductId = GRANT.parse().map_err(AppError::from)?;
        let product = Product {
            id,
            kind: own,
            name: self.texts.plain(language, "grant-name", &[]),
            // Any price keeps the rules of products; the order's is nothing.
            price: domain::Money::whole(1, shop.settings.base_currency),
            prices: std::collections::BTreeMap::new(),
            data_limit_gb,
            duration_days,
            renewal_policy: RenewalPolicy::Add,
            active: false,
            position: 0,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        product.validate()?;
        Ok(Terms { price: domain::Money::zero(shop.settings.base_currency), ..product.terms() })
    }
}
