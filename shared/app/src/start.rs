//! From settings to a shop.

use std::sync::Arc;

use clients::{
    Http,
    aws::{Credentials, SdkHttpClient, ssm_parameter},
    panel::Panel,
    payment::{Card, CryptoPay, Cryptomus, NowPayments, PaymentGateway, Platega, Plisio, Stars, Stripe, Tribute, YooKassa, ZarinPal},
    telegram::Telegram,
};
use domain::{ids::InvalidId, reference::ReferenceKey};
use store::{
    Store,
    client::{Connection, HttpClient, client},
};
use thiserror::Error;

use crate::{
    App,
    catalogue::Catalogue,
    config::{Config, ConfigError, Environment},
    seams::Seams,
    settle::RecentOrders,
    text::Texts,
};

/// Why the shop does not start.
#[derive(Debug, Error)]
pub enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("REFERENCE_SECRET: {0}")]
    Reference(#[from] InvalidId),
}

impl From<clients::BadSetting> for StartError {
    fn from(error: clients::BadSetting) -> Self {
        Self::Config(error.into())
    }
}

/// Builds the shop from its settings: everything that the process will use, once. The secrets are read and the table is spoken to at the same time,
/// so that the first customer waits for neither.
pub async fn start(env: Environment, seams: Seams) -> Result<App, StartError> {
    let http = Http::new()?;
    let dynamodb = SdkHttpClient::new(http.clone());
    start_with(env, seams, http, dynamodb).await
}

/// The same over given HTTP clients: one for DynamoDB, one for everything else.
pub async fn start_with(env: Environment, seams: Seams, http: Http, dynamodb: impl HttpClient + 'static) -> Result<App, StartError> {
    let connection = connection(&env);
    let store = {
        let sdk = client(dynamodb, connection.clone());
        let entropy = seams.clone();
        Store::new(sdk, env.require("TABLE_NAME")?, Arc::new(move |bound| entropy.below(bound)))
    };
    let env = match env.get("SECRETS_PARAMETER").map(str::to_owned) {
        None => env,
        Some(name) => {
            let endpoint = env.get("AWS_ENDPOINT_URL_SSM").map(str::to_owned);
            let secrets = ssm_parameter(&http, &connection.region, &connection.credentials, &name, seams.clock.now(), endpoint.as_deref());
            // The table's answer does not matter here: its connection is open.
            let (secrets, _) = tokio::join!(secrets, store.ping());
            env.with_secrets(&secrets.map_err(|error| ConfigError::SecretsUnavailable(error.to_string()))?)?
        }
    };
    build(&env, http, store, seams)
}

fn build(env: &Environment, http: Http, store: Store, seams: Seams) -> Result<App, StartError> {
    let config = Config::read(env)?;
    let telegram = Telegram::new(http.clone(), &config.telegram.api_url, config.telegram.token.clone())?;
    let panel = &config.panel;
    let panel = Panel::new(http.clone(), &panel.url, &panel.username, panel.password.clone(), panel.subscription_url_prefix.as_deref())?;
    let gateways = adapters(&config, &http, &telegram)?;
    let names = ReferenceKey::new(config.reference_secret.expose().as_bytes())?;
    Ok(App {
        config,
        store,
        telegram,
        panel,
        names,
        texts: Texts::default(),
        catalogue: Catalogue::default(),
        gateways,
        seams,
        recent: RecentOrders::default(),
        memberships: crate::entry::Memberships::default(),
        throttle: crate::throttle::Throttle::default(),
        pause: crate::remind::Pause::default(),
        traces: crate::activity::Traces::default(),
        trusted_sources: crate::admin::TrustedSources::default(),
        bot_username: tokio::sync::OnceCell::new(),
    })
}

/// The gateways that are on, in the order in which customers see them. Of the others nothing is built.
fn adapters(config: &Config, http: &Http, telegram: &Telegram) -> Result<Vec<Arc<dyn PaymentGateway>>, clients::BadSetting> {
    let on = &config.gateways;
    let http = || http.clone();
    let mut all: Vec<Arc<dyn PaymentGateway>> = vec![Arc::new(Stars::new(telegram.clone())), Arc::new(Stars::recurring(telegram.clone()))];
    if let Some(card) = &config.card {
        all.push(Arc::new(Card::new(&card.number, &card.holder)?));
    }
    if let Some(crypto_pay) = &on.crypto_pay {
        all.push(Arc::new(CryptoPay::new(http(), &crypto_pay.api_url, crypto_pay.token.clone())?));
    }
    if let Some(settings) = &on.zarinpal {
        all.push(Arc::new(ZarinPal::new(http(), settings)?));
    }
    if let Some(settings) = &on.nowpayments {
        all.push(Arc::new(NowPayments::new(http(), settings)?));
    }
    if let Some(settings) = &on.heleket {
        all.push(Arc::new(Cryptomus::at_heleket(http(), settings)?));
    }
    if let Some(settings) = &on.cryptomus {
        all.push(Arc::new(Cryptomus::at_cryptomus(http(), settings)?));
    }
    if let Some(settings) = &on.plisio {
        all.push(Arc::new(Plisio::new(http(), settings)?));
    }
    if let Some(settings) = &on.yookassa {
        all.push(Arc::new(YooKassa::new(http(), settings)?));
    }
    if let Some(settings) = &on.platega {
        all.push(Arc::new(Platega::new(http(), settings)?));
    }
    if let Some(settings) = &on.tribute {
        all.push(Arc::new(Tribute::new(http(), settings)?));
    }
    if let Some(settings) = &on.stripe {
        all.push(Arc::new(Stripe::new(http(), settings)?));
    }
    Ok(all)
}

/// Starts a function's process: what keeps it from starting is one line that names the setting, and the process ends.
pub async fn start_or_exit(env: Environment, seams: Seams) -> App {
    match start(env, seams).await {
        Ok(app) => app,
        Err(reason) => {
            tracing::error!(event = "not_started", %reason, "the shop cannot start");
            std::process::exit(1)
        }
    }
}

/// As Lambda's environment says; a local engine takes any credentials.
fn connection(env: &Environment) -> Connection {
    let credentials = Credentials::new(
        env.get("AWS_ACCESS_KEY_ID").unwrap_or("local"),
        env.get("AWS_SECRET_ACCESS_KEY").unwrap_or("local"),
        env.get("AWS_SESSION_TOKEN").map(str::to_owned),
        None,
        "environment",
    );
    let endpoint = env.get("AWS_ENDPOINT_URL_DYNAMODB").or_else(|| env.get("AWS_ENDPOINT_URL")).map(str::to_owned);
    Connection {
        region: env.get("AWS_REGION").or_else(|| env.get("AWS_DEFAULT_REGION")).unwrap_or("us-east-1").to_owned(),
        credentials,
        endpoint,
    }
}

/// Logs as lines of JSON on stdout, where Lambda takes them from.
pub fn tracing_to_stdout() {
    let json = tracing_subscriber::fmt().json().without_time().with_target(false).with_current_span(false).with_span_list(false);
    // A second call finds a subscriber in place, which is as good.
    let _ = json.with_max_level(tracing::Level::INFO).try_init();
}
