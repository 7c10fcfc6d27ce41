//! The plans and the shop's settings, kept for a minute in each process: browsing costs no read when warm.

use std::sync::{Arc, Mutex};

use domain::{
    Money, ProductId, Timestamp,
    payment::Gateway,
    product::{Product, ProductKind},
    settings::Settings,
    time::Span,
};

use crate::{App, AppError};

/// How old what customers are shown may be. What they buy is checked again when they buy it.
const FRESH: Span = Span::minutes(1);

/// What a process remembers of the shop.
#[derive(Debug, Default)]
pub struct Catalogue(Mutex<Option<Arc<Shop>>>);

/// The shop at one moment.
#[derive(Debug)]
pub struct Shop {
    read_at: Timestamp,
    pub settings: Settings,
    products: Vec<Product>,
}

impl Shop {
    /// What is for sale, in the order in which it is shown.
    pub fn for_sale(&self) -> impl Iterator<Item = &Product> {
        self.products.iter().filter(|product| product.active)
    }

    /// The plans among it.
    pub fn plans(&self) -> impl Iterator<Item = &Product> {
        self.for_sale().filter(|product| product.kind == ProductKind::Plan)
    }

    /// The add-ons among it.
    pub fn add_ons(&self) -> impl Iterator<Item = &Product> {
        self.for_sale().filter(|product| product.kind == ProductKind::AddOn)
    }

    /// All of it, archived ones included.
    pub fn catalogue(&self) -> impl Iterator<Item = &Product> {
        self.products.iter()
    }

    pub fn product(&self, id: &ProductId) -> Option<&Product> {
        self.for_sale().find(|product| product.id == *id)
    }
}

impl Shop {
    /// What a gateway would charge when `total` of a product's base price is due; `None`: it cannot, or is not offered for so much or so little.
    pub fn quote(&self, product: &Product, gateway: Gateway, total: Money) -> Option<Money> {
        let quote = product.quote(gateway, total, &self.settings.rates)?;
        let limits = self.settings.gateway_limits.get(&gateway);
        (limits.is_none_or(|limits| limits.allow(quote)) && clients::payment::takes(gateway, quote)).then_some(quote)
    }
}

impl Catalogue {
    fn cached(&self, now: Timestamp) -> Option<Arc<Shop>> {
        let shop = self.0.lock().ok()?.clone()?;
        // A clock that was set back must not keep an old catalogue for ever.
        let fresh = now < shop.read_at.plus(FRESH) && now >= shop.read_at;
        fresh.then_some(shop)
    }

    fn keep(&self, shop: Arc<Shop>) {
        if let Ok(mut cached) = self.0.lock() {
            *cached = Some(shop);
        }
    }

    /// Reads anew at the next use.
    pub fn forget(&self) {
        if let Ok(mut cached) = self.0.lock() {
            *cached = None;
        }
    }
}

impl App {
    /// The settings as of at most a minute ago, for one who needs nothing else of the shop.
    pub(crate) async fn recent_settings(&self) -> Result<Settings, AppError> {
        match self.catalogue.cached(self.now()) {
            Some(shop) => Ok(shop.settings.clone()),
            None => Ok(self.store.settings().await?.unwrap_or_else(Settings::initial)),
        }
    }

    /// The shop as of at most a minute ago.
    pub async fn shop(&self) -> Result<Arc<Shop>, AppError> {
        let now = self.now();
        if let Some(shop) = self.catalogue.cached(now) {
            return Ok(shop);
        }
        let (settings, products) = tokio::try_join!(self.store.settings(), self.store.products())?;
        let shop = Arc::new(Shop { read_at: now, settings: settings.unwrap_or_else(Settings::initial), products });
        self.catalogue.keep(Arc::clone(&shop));
        Ok(shop)
    }
}
