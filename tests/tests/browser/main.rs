//! The chat page in a real browser: somebody who knows nothing but the page buys a subscription. And the console: somebody runs the shop.
//!
//! Needs chromedriver and Chromium, so it is a command of its own: `cargo test -p tests --features browser --test browser`.
//! With `SCREENSHOTS=<folder>` it leaves pictures of what was seen.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends where something is not as it has to be"
)]

mod console;
mod driver;

use std::{collections::BTreeMap, path::PathBuf};

use domain::order::OrderStatus;
use driver::Browser;
use local::{
    options::Options,
    shop::{Ready, Shop},
};

/// A local shop, open as `cargo run` opens it.
struct Open {
    app: std::sync::Arc<app::App>,
    panel: local::panel::PanelStandIn,
    ready: Ready,
    data: PathBuf,
    stop: tokio::sync::oneshot::Sender<()>,
    running: tokio::task::JoinHandle<()>,
}

impl Open {
    async fn shop(name: &str) -> Self {
        let data = std::env::temp_dir().join(format!("wave-shop-browser-{name}-{}", std::process::id()));
        let options = Options { port: 0, data: data.clone(), fresh: true, json: true, no_seed: false, long_poll: false };
        let shop = Shop::open(&options, BTreeMap::new()).await.unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let (app, panel, ready) = (shop.app.clone(), shop.panel.clone().unwrap(), shop.ready.clone());
        let running = tokio::spawn(async move {
            shop.run(async move {
                let _ = stopped.await;
            })
            .await
            .unwrap();
        });
        Self { app, panel, ready, data, stop, running }
    }

    async fn close(self) {
        self.stop.send(()).unwrap();
        self.running.await.unwrap();
        std::fs::remove_dir_all(self.data).unwrap();
    }

    /// The only order of the shop's only buyer, and its account on the panel.
    async fn bought(&self) -> (domain::order::Order, local::panel::Account) {
        let orders = self.app.store.list_orders(&store::Filter::default(), None, 10, self.app.now()).await.unwrap().items;
        assert_eq!(orders.len(), 1);
        let accounts = self.panel.users();
        assert_eq!(accounts.len(), 1);
        let order = orders.into_iter().next().unwrap();
        assert_eq!(accounts[0].note, Some(format!("wave:{}", self.app.names.order(order.id))));
        (order, accounts.into_iter().next().unwrap())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_persian_customer_buys_with_stars() {
    let open = Open::shop("stars").await;
    let browser = Browser::open(&open.ready.chat_url.clone().unwrap()).await;
    browser.click("[data-testid^='person-']").await;
    browser.click("[data-testid='start']").await;
    browser.tap("خرید اشتراک").await;
    browser.tap("20 GB").await;
    browser.screenshot("stars-1-plan").await;
    browser.tap("⭐").await;
    browser.tap("پرداخت").await;
    browser.screenshot("stars-2-invoice").await;
    browser.click("[data-testid='pay-confirm']").await;
    browser.wait_for_text("/_panel/sub/").await;
    browser.wait_for("[data-testid='message'] img").await;
    browser.screenshot("stars-3-delivered").await;
    let (order, account) = open.bought().await;
    assert_eq!(order.status, OrderStatus::Provisioned);
    assert_eq!((account.data_limit, account.on_hold_expire_duration), (Some(20 << 30), Some(30 * 86_400)));
    let direction = browser.computed_direction("اسکن").await;
    assert_eq!(direction, "rtl", "Persian runs from right to left");
    browser.close().await;
    open.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_transfers_and_the_operator_approves() {
    let open = Open::shop("card").await;
    let browser = Browser::open(&open.ready.chat_url.clone().unwrap()).await;
    browser.click("[data-testid^='person-']:nth-of-type(2)").await;
    browser.click("[data-testid='start']").await;
    browser.tap("Buy a subscription").await;
    browser.tap("20 GB").await;
    browser.tap("Card to card").await;
    browser.wait_for_text("Transfer exactly").await;
    browser.screenshot("card-1-instructions").await;
    browser.click("[data-testid='sample-receipt']").await;
    browser.wait_for_text("is with our team").await;
    browser.screenshot("card-2-receipt-sent").await;
    browser.click("[data-testid^='person-']:nth-of-type(3)").await;
    browser.tap("Approve").await;
    browser.tap("Exactly").await;
    browser.wait_for_text("Approved").await;
    browser.screenshot("card-3-operator").await;
    browser.click("[data-testid^='person-']:nth-of-type(2)").await;
    browser.wait_for_text("/_panel/sub/").await;
    browser.screenshot("card-4-delivered").await;
    let (order, account) = open.bought().await;
    assert_eq!(order.status, OrderStatus::Provisioned);
    assert_eq!(account.data_limit, Some(20 << 30));
    browser.close().await;
    open.close().await;
}
