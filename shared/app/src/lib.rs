//! The shop's use cases: read, ask `domain`, commit the decision, then act.
//!
//! Nothing is done to the outside before the table knows that it is owed, and nothing that is owed is forgotten: see `work`.

pub mod account;
pub mod activity;
pub mod admin;
pub mod adopt;
mod audit;
pub mod bot_profile;
pub mod broadcast;
pub mod button;
mod cards;
pub mod catalogue;
mod change;
pub mod checkout;
pub mod codes;
pub mod config;
pub mod configs;
pub mod confirm;
mod conversation;
pub mod desk;
pub mod entry;
mod error;
pub mod expire;
mod extend;
pub mod format;
pub mod gift;
pub mod grant;
pub mod import;
pub mod join;
mod label;
mod memory;
pub mod new_link;
pub mod operate;
pub mod operators;
mod order_screen;
pub mod other_amount;
pub mod page;
mod pending;
mod present;
mod provision;
pub mod qr;
pub mod receipt;
pub mod recurring;
mod refund;
mod remind;
pub mod renewal;
mod reward;
pub mod screen;
pub mod seams;
pub mod self_test;
pub mod settle;
mod start;
pub mod stats;
pub mod support;
mod take_back;
pub mod text;
pub mod throttle;
pub mod trial;
mod unapplied;
pub mod work;

use std::{sync::Arc, time::Duration};

// What the functions need of them comes from here, so that a function depends on the use cases and on nothing below them.
pub use clients::{payment as gateways, telegram};
pub use store;

pub use audit::{Answer, By, Change, Keep, Kept, KeptAnswer, RequestName};
use catalogue::{Catalogue, Shop};
use clients::{panel::Panel, payment::PaymentGateway, telegram::Telegram};
use config::Config;
use domain::{Timestamp, payment::Gateway, reference::ReferenceKey, time::Span};
pub use error::AppError;
use seams::Seams;
pub use start::{StartError, start, start_or_exit, start_with, tracing_to_stdout};
use store::Store;
use text::Texts;

/// One shop with everything that it speaks to. Built once per process.
#[derive(Debug)]
pub struct App {
    pub config: Config,
    pub store: Store,
    pub telegram: Telegram,
    pub panel: Panel,
    pub names: ReferenceKey,
    pub texts: Texts,
    pub catalogue: Catalogue,
    gateways: Vec<Arc<dyn PaymentGateway>>,
    seams: Seams,
    recent: settle::RecentOrders,
    memberships: entry::Memberships,
    throttle: throttle::Throttle,
    pause: remind::Pause,
    traces: activity::Traces,
    trusted_sources: admin::TrustedSources,
    bot_username: tokio::sync::OnceCell<String>,
}

impl App {
    pub fn now(&self) -> Timestamp {
        self.seams.clock.now()
    }

    pub fn seams(&self) -> &Seams {
        &self.seams
    }

    /// The gateways that are on, in the order in which customers see them.
    pub fn gateways(&self) -> impl Iterator<Item = Gateway> {
        self.gateways.iter().map(|gateway| gateway.gateway())
    }

    /// The same, with what the shop's settings switch on besides.
    pub fn gateways_of(&self, shop: &Shop) -> impl Iterator<Item = Gateway> {
        let card = !shop.settings.cards.is_empty() && self.gateway(Gateway::Card).is_none();
        let mut on: Vec<Gateway> = self.gateways().chain(card.then_some(Gateway::Card)).collect();
        on.sort_unstable();
        on.into_iter()
    }

    /// The adapter of a gateway, where it is on.
    pub fn gateway(&self, gateway: Gateway) -> Option<&dyn PaymentGateway> {
        self.gateways.iter().find(|adapter| adapter.gateway() == gateway).map(|adapter| &**adapter)
    }

    /// The bot's user name, asked for once.
    pub async fn bot_username(&self) -> Result<&str, AppError> {
        let name = self.bot_username.get_or_try_init(|| async {
            let me = self.telegram.get_me().await?;
            Ok::<_, AppError>(me.username)
        });
        name.await.map(String::as_str)
    }

    /// The start link that carries `payload`.
    pub async fn start_link(&self, payload: &str) -> Result<String, AppError> {
        Ok(format!("https://t.me/{}?start={payload}", self.bot_username().await?))
    }
}

/// Until when a turn may go on: what does not fit is left to whoever finds it owed.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Timestamp);

impl Deadline {
    /// Kept back for the last write and the answer.
    const RESERVE: Duration = Duration::from_secs(5);

    /// The end of an invocation as its caller tells it (milliseconds since 1970; 0 or absent: not told), and at the latest `longest` from now.
    pub fn of_invocation(app: &App, millis: Option<u64>, longest: Span) -> Self {
        let own = app.now().plus(longest);
        let told = millis.and_then(|millis| i64::try_from(millis).ok()).filter(|millis| *millis > 0).map(Timestamp::from_millis);
        Self(told.map_or(own, |told| told.min(own)))
    }

    /// What a foreign call may take: at most `most`, and `None` where too little is left to begin one.
    pub fn allows(self, app: &App, most: Duration) -> Option<Duration> {
        let left = Duration::from_millis(u64::try_from(self.0.since(app.now()).as_millis()).unwrap_or_default());
        let left = left.checked_sub(Self::RESERVE)?;
        (left >= Duration::from_secs(1)).then(|| left.min(most))
    }
}
