//! What an operator asks who sets the shop up, or wonders what is wrong with it: is everything there that the shop needs, and what is to be mended?
//!
//! Nothing is changed, neither here nor anywhere else, but for two records of the table that vanish by themselves.

use std::time::Duration;

use clients::{
    payment::{Awaited, GatewayError},
    telegram::TelegramError,
};
use domain::{
    Currency, Money, Timestamp,
    payment::{Gateway, gateway_currencies},
    time::Span,
};
use serde::Deserialize;
use serde_json::json;
use store::{CommitError, IdempotencyRecord, Queue, Write};

use crate::{App, AppError, admin::UserFilter, catalogue::Shop};

/// How a part of the shop is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    Ok,
    /// It works, and something about it should be otherwise.
    Warning,
    /// It does not work.
    Failed,
}

/// What came of looking at one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// `telegram.webhook`, `panel.login`, `gateway.stripe`, …
    pub name: String,
    pub health: Health,
    /// What was seen.
    pub detail: String,
    /// What to do about it.
    pub mend: Option<String>,
}

impl Check {
    fn new(name: impl Into<String>, health: Health, detail: impl Into<String>, mend: Option<String>) -> Self {
        Self { name: name.into(), health, detail: detail.into(), mend }
    }
    fn ok(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(name, Health::Ok, detail, None)
    }
    fn warning(name: impl Into<String>, detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::new(name, Health::Warning, detail, Some(mend.into()))
    }
    fn failed(name: impl Into<String>, detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::new(name, Health::Failed, detail, Some(mend.into()))
    }
}

/// For each part: all of them are looked at side by side.
const TIMEOUT: Duration = Duration::from_secs(7);
/// How far two clocks may differ.
const SKEW: Span = Span::seconds(60);

/// What Telegram knows of the bot's webhook.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WebhookInfo {
    url: String,
    pending_update_count: u64,
    last_error_date: Option<i64>,
    last_error_message: Option<String>,
    allowed_updates: Option<Vec<String>>,
}

/// Kinds of updates without which something is lost: money, first of all.
const NEEDED_UPDATES: [&str; 3] = ["message", "callback_query", "pre_checkout_query"];

impl App {
    /// Looks at every part of the shop, in a few seconds whatever is broken.
    pub async fn self_test(&self) -> Vec<Check> {
        let gateways = self.check_gateways();
        let (telegram, panel, table, settings, gateways) =
            tokio::join!(self.check_telegram(), self.check_panel(), self.check_table(), self.check_settings(), gateways);
        [telegram, panel, gateways, table, settings].concat()
    }

    async fn check_telegram(&self) -> Vec<Check> {
        let telegram = self.telegram.within(TIMEOUT);
        let me = match telegram.get_me().await {
            Ok(me) => me,
            Err(TelegramError::Api { code: 401 | 404, .. }) => {
                return vec![Check::failed(
                    "telegram.token",
                    "Telegram does not know the bot's token.",
                    "Copy the token from @BotFather into TELEGRAM_BOT_TOKEN.",
                )];
            }
            Err(error) => {
                return vec![Check::failed(
                    "telegram.token",
                    format!("{error}."),
                    "See whether TELEGRAM_API_URL can be reached from here.",
                )];
            }
        };
        let mut checks = vec![Check::ok("telegram.token", format!("The bot is @{}.", me.username))];
        let none = json!({});
        let (webhook, chat) = tokio::join!(telegram.call::<_, WebhookInfo>("getWebhookInfo", &none), async {
            match self.config.telegram.operator_chat {
                Some(chat) => Some(telegram.call::<_, serde_json::Value>("getChat", &json!({ "chat_id": chat })).await),
                None => None,
            }
        });
        match webhook {
            Ok(webhook) => checks.push(self.judge_webhook(&webhook)),
            Err(error) => checks.push(Check::failed("telegram.webhook", format!("{error}."), "Try again in a minute.")),
        }
        checks.push(match chat {
            None => Check::warning(
                "telegram.operators",
                "There is no operators' chat: receipts and alarms are seen in the console alone.",
                "Set TELEGRAM_OPERATOR_CHAT_ID to a person's or a group's id.",
            ),
            Some(Ok(_)) => Check::ok("telegram.operators", "The operators' chat takes messages."),
            Some(Err(error)) => Check::failed(
                "telegram.operators",
                format!("The operators' chat cannot be reached: {error}."),
                "Let the person start the bot, or add the bot to the group, and see whether TELEGRAM_OPERATOR_CHAT_ID is the chat's id.",
            ),
        });
        checks
    }

    fn judge_webhook(&self, webhook: &WebhookInfo) -> Check {
        const NAME: &str = "telegram.webhook";
        let register = "Run infra/deploy/register-webhook.sh.";
        if webhook.url.is_empty() {
            return Check::warning(NAME, "No webhook is set: updates come only to a shop that asks for them.", register);
        }
        if !webhook.url.ends_with("/telegram/webhook") {
            return Check::failed(NAME, "Telegram sends the bot's updates to another address than a shop's.", register);
        }
        let missing: Vec<&str> = match &webhook.allowed_updates {
            Some(allowed) if !allowed.is_empty() => {
                NEEDED_UPDATES.into_iter().filter(|kind| !allowed.iter().any(|one| one == kind)).collect()
            }
            _ => Vec::new(),
        };
        if !missing.is_empty() {
            return Check::failed(NAME, format!("Telegram does not send {}.", missing.join(", ")), register);
        }
        let lately = webhook.last_error_date.map(Timestamp::from_seconds).is_some_and(|at| self.now().since(at) < Span::hours(1));
        if lately {
            let said = webhook.last_error_message.as_deref().unwrap_or("no reason given");
            let waiting = webhook.pending_update_count;
            return Check::warning(
                NAME,
                format!("Within the last hour Telegram could not deliver an update ({said}); {waiting} wait."),
                "Look at the webhook function's log. A wrong secret is mended by registering the webhook again.",
            );
        }
        Check::ok(NAME, format!("Updates are delivered; {} wait.", webhook.pending_update_count))
    }

    async fn check_panel(&self) -> Vec<Check> {
        use clients::panel::PanelError;
        let seen = match self.panel.inspect(self.now(), TIMEOUT).await {
            Ok(seen) => seen,
            Err(error) => {
                let mend = match error {
                    PanelError::Unauthorized => "Set PANEL_USERNAME and PANEL_PASSWORD to an admin of the panel.",
                    PanelError::Unreachable { .. } => "See whether PANEL_URL is right and can be reached from here.",
                    _ => "See whether PANEL_URL is a Marzban panel, and look at its log.",
                };
                return vec![Check::failed("panel.login", format!("{error}."), mend)];
            }
        };
        let mut checks = vec![Check::ok("panel.login", "The panel knows the admin.")];
        let sold: Vec<&str> = ["vmess", "vless"].into_iter().filter(|wanted| seen.protocols.iter().any(|one| one == wanted)).collect();
        checks.push(if seen.protocols.is_empty() {
            Check::failed(
                "panel.protocols",
                "The panel has no inbound: no account can be made.",
                "Add an inbound to the panel's core settings.",
            )
        } else if sold.is_empty() {
            let offered = seen.protocols.join(", ");
            Check::warning(
                "panel.protocols",
                format!("Neither vmess nor vless has an inbound: new accounts get {offered}."),
                "Add an inbound of vless or vmess to the panel's core settings, if customers shall have it.",
            )
        } else {
            Check::ok("panel.protocols", format!("New accounts get {}.", sold.join(" and ")))
        });
        checks.push(match seen.clock {
            None => Check::warning("panel.clock", "The panel does not tell the time.", "See that panel and shop have the right time."),
            Some(clock) => {
                let now = self.now();
                let apart = clock.since(now).max(now.since(clock));
                if apart > SKEW {
                    Check::failed(
                        "panel.clock",
                        format!("The panel's clock is {} seconds from the shop's: subscriptions end at wrong times.", apart.as_seconds()),
                        "Let the panel's machine synchronize its clock.",
                    )
                } else {
                    Check::ok("panel.clock", "The panel's clock is right.")
                }
            }
        });
        let prefix = self.config.panel.subscription_url_prefix.is_some();
        checks.push(match seen.relative_links {
            Some(true) if !prefix => Check::warning(
                "panel.links",
                "The panel gives links without a host; customers get them with PANEL_URL before them.",
                "Set XRAY_SUBSCRIPTION_URL_PREFIX at the panel, or PANEL_SUBSCRIPTION_URL_PREFIX here, to where customers reach it.",
            ),
            Some(_) => Check::ok("panel.links", "Subscription links are whole."),
            None => Check::ok("panel.links", "There is no account yet whose link could be looked at."),
        });
        checks
    }

    async fn check_gateways(&self) -> Vec<Check> {
        let shop = self.shop().await.ok();
        let mut on: Vec<Gateway> = match &shop {
            Some(shop) => self.gateways_of(shop).collect(),
            None => self.gateways().collect(),
        };
        on.retain(|gateway| *gateway != Gateway::RecurringStars);
        let mut checks = Vec::with_capacity(on.len());
        for asked in join_all(on.into_iter().map(|gateway| self.check_gateway(gateway, shop.as_deref()))).await {
            checks.push(asked);
        }
        checks
    }

    async fn check_gateway(&self, gateway: Gateway, shop: Option<&Shop>) -> Check {
        let name = format!("gateway.{gateway}");
        let priced = shop.is_none_or(|shop| shop.for_sale().any(|product| shop.quote(product, gateway, product.price).is_some()));
        if !priced {
            let currencies: Vec<&str> = gateway_currencies(gateway).iter().map(|currency| currency.code()).collect();
            return Check::warning(
                name,
                "Nothing that is for sale has a price that can be paid this way.",
                format!("Give products a price in {}, or set a rate for it in the settings.", currencies.join(" or ")),
            );
        }
        let (Some(nothing), Some(adapter)) = (no_invoice_of(gateway), self.gateway(gateway)) else {
            return Check::ok(name, "On. It needs no credentials of its own, or cannot be asked without a payment.");
        };
        // An invoice that there is not: asked for with the shop's credentials, and harmless.
        let mut asked = adapter.confirm(nothing, None, TIMEOUT).await.map(|_| ());
        if asked == Err(GatewayError::Unsupported) {
            let quote = Money::whole(1, Currency::Usd);
            asked = adapter.look_up(&[Awaited { name: nothing, reference: nothing, quote }], TIMEOUT).await.map(|_| ());
        }
        match asked {
            Ok(()) => Check::ok(name, "The gateway takes the shop's credentials."),
            Err(GatewayError::Unsupported | GatewayError::ByHand(_)) => Check::ok(name, "On. It cannot be asked without a payment."),
            Err(error @ (GatewayError::Unreachable { .. } | GatewayError::Unavailable(_) | GatewayError::Garbled)) => {
                Check::failed(name, format!("{error}."), "Try again later; see whether the gateway's address is right.")
            }
            Err(error @ GatewayError::Refused(_)) => Check::failed(
                name,
                format!("{error}."),
                "See whether the gateway's credentials in the settings are right and its account is active.",
            ),
        }
    }

    async fn check_table(&self) -> Vec<Check> {
        match self.probe_table().await {
            Ok(None) => vec![Check::ok("table", "The table holds to its conditions, and its indexes answer.")],
            Ok(Some(wrong)) => {
                vec![Check::failed("table", wrong, "Use DynamoDB, or an engine that is listed as compatible in the README.")]
            }
            Err(error) => vec![Check::failed(
                "table",
                format!("{error}."),
                "See whether the stack's table is there and the function's role may use it and its indexes.",
            )],
        }
    }

    /// What the engine does otherwise than the shop relies on.
    async fn probe_table(&self) -> Result<Option<&'static str>, AppError> {
        let now = self.now();
        let record = |n: u8| IdempotencyRecord {
            scope: "self-test".into(),
            name: format!("{}-{n}", self.seams().nonce()),
            request: String::new(),
            status: 0,
            body: String::new(),
            until: now.plus(Span::minutes(1)),
        };
        let (one, other) = (record(1), record(2));
        let commit = async |writes: Vec<Write>| self.store.commit(&self.seams().nonce(), writes).await;
        if let Err(error) = commit(vec![Write::create(&one)?, Write::create(&other)?]).await {
            return Err(AppError::of_commit("probe the table")(error));
        }
        match commit(vec![Write::create(&one)?]).await {
            Err(CommitError::Refused { .. }) => {}
            Err(error) => return Err(AppError::of_commit("probe the table")(error)),
            Ok(()) => return Ok(Some("A write was made although its condition does not hold.")),
        }
        // All or nothing.
        let third = record(3);
        match commit(vec![Write::create(&third)?, Write::create(&other)?]).await {
            Err(CommitError::Refused { position: 1, .. }) => {}
            Err(CommitError::Refused { .. }) => return Ok(Some("A transaction does not tell which of its conditions failed.")),
            Err(error) => return Err(AppError::of_commit("probe the table")(error)),
            Ok(()) => return Ok(Some("A transaction was made although one of its conditions does not hold.")),
        }
        if self.store.idempotency_record(&third.scope, &third.name).await?.is_some() {
            return Ok(Some("A refused transaction left a part of itself behind."));
        }
        if let Some(queue) = Queue::of(domain::duty::Urgency::Money).next()
            && self.store.due(queue, now, None, 1).await.is_err()
        {
            return Ok(Some("The index of what is owed does not answer."));
        }
        if self.list_users(&UserFilter::default(), None, 1).await.is_err() {
            return Ok(Some("The index of lists does not answer."));
        }
        Ok(None)
    }

    async fn check_settings(&self) -> Vec<Check> {
        let mut checks = Vec::new();
        let url = &self.config.public_url;
        checks.push(if url.starts_with("https://") {
            Check::ok("settings.public_url", "The shop is reached by https.")
        } else {
            Check::warning(
                "settings.public_url",
                "The shop is not reached by https: Telegram and gateways cannot call it from outside.",
                "Set PUBLIC_URL to the address at which the shop is reached from outside. On one's own machine nothing is to be done.",
            )
        });
        match self.shop().await {
            Ok(shop) => {
                checks.push(if shop.plans().next().is_some() {
                    Check::ok("settings.products", "There is something for sale.")
                } else {
                    Check::failed("settings.products", "Nothing is for sale.", "Make a product, or put one back on sale.")
                });
                let settings = &shop.settings;
                let relayed = settings.support_relay && self.config.telegram.operator_chat.is_some();
                checks.push(if relayed || settings.support_username.is_some() {
                    Check::ok("settings.support", "Customers can write to somebody.")
                } else {
                    Check::warning(
                        "settings.support",
                        "Customers can write to nobody.",
                        "Set TELEGRAM_OPERATOR_CHAT_ID, or support_username in the settings.",
                    )
                });
                if settings.maintenance {
                    checks.push(Check::warning("settings.maintenance", "The shop is closed for maintenance.", "Open it in the settings."));
                }
            }
            Err(error) => checks.push(Check::failed("settings.products", format!("{error}."), "See what is wrong with the table.")),
        }
        if self.config.admin_bootstrap_token.is_some() {
            checks.push(Check::warning(
                "settings.bootstrap_token",
                "The bootstrap token still opens everything.",
                "Make a token for each operator, then take ADMIN_BOOTSTRAP_TOKEN out of the settings.",
            ));
        }
        checks
    }
}

/// A well-formed name of an invoice that a gateway has not; `None`: the gateway is not asked by name.
const fn no_invoice_of(gateway: Gateway) -> Option<&'static str> {
    match gateway {
        Gateway::CryptoPay | Gateway::NowPayments => Some("1"),
        Gateway::Heleket | Gateway::Cryptomus | Gateway::YooKassa | Gateway::Platega | Gateway::Tribute => {
            Some("00000000-0000-4000-8000-000000000000")
        }
        Gateway::Plisio => Some("000000000000000000000000"),
        Gateway::Stripe => Some("cs_test_of_the_self_test"),
        Gateway::TelegramStars | Gateway::RecurringStars | Gateway::Card | Gateway::ZarinPal => None,
    }
}

/// All at once, in their order.
async fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut pending = false;
        for (future, output) in &mut running {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(done) => *output = Some(done),
                    std::task::Poll::Pending => pending = true,
                }
            }
        }
        if pending { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    running.into_iter().filter_map(|(_, output)| output).collect()
}
