//! The whole shop in one process: what is configured is used, what is not is played by a stand-in.

use std::{
    collections::BTreeMap,
    fs, io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use app::{App, bot_profile, config::Environment, seams::Seams};
use axum::{
    Router,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::Redirect,
    routing::get,
};
use clients::{Http, aws::SdkHttpClient};
use embedded_dynamodb::Engine;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::client::{Connection, client};
use thiserror::Error;
use tokio::net::TcpListener;
use tracing::warn;

use crate::{
    data::{DataError, DataFolder, SECRETS},
    gateway::Gateway,
    lambda::HttpCall,
    options::Options,
    panel::{self, PanelStandIn},
    poll, seed,
    telegram::{self, TelegramStandIn},
};

/// A running shop.
#[derive(Debug)]
pub struct Shop {
    pub app: Arc<App>,
    pub gateway: Gateway,
    /// Absent where the real Telegram, or another stand-in, is configured.
    pub telegram: Option<TelegramStandIn>,
    pub panel: Option<PanelStandIn>,
    pub ready: Ready,
    listener: TcpListener,
    router: Router,
    engine: Option<Engine>,
    long_poll: bool,
    /// Held as long as the shop is there.
    _folder: DataFolder,
}

/// Where to find what.
#[derive(Debug, Clone, Serialize)]
pub struct Ready {
    pub ready: bool,
    pub base_url: String,
    pub chat_url: Option<String>,
    pub admin_url: String,
    pub console_url: String,
    pub admin_token: String,
    pub webhook_secret: String,
}

#[derive(Debug, Error)]
pub enum ShopError {
    #[error("port {0} of 127.0.0.1 cannot be used: {1}")]
    Port(u16, #[source] io::Error),
    #[error(transparent)]
    Folder(#[from] DataError),
    #[error("the file {0} cannot be used: {1}")]
    Data(PathBuf, #[source] io::Error),
    #[error("{0} is set, and {1} is not: set both, or neither for the stand-in")]
    Half(&'static str, &'static str),
    #[error("{0} holds other settings than the shop wrote; --fresh begins anew")]
    Secrets(PathBuf),
    #[error(transparent)]
    Engine(#[from] embedded_dynamodb::EngineError),
    #[error("a stand-in's state cannot be read ({0}); --fresh begins anew")]
    StandIn(String),
    #[error(transparent)]
    Start(#[from] app::StartError),
    #[error("the HTTP client cannot be built: {0}")]
    Http(#[from] clients::BadSetting),
    #[error("{ENDPOINT} is malformed: an http or https URL")]
    Endpoint,
    /// Of a table elsewhere; the shop's own has no setting that could be wrong.
    #[error("{ENDPOINT}: the table cannot be made there: {0}")]
    TableElsewhere(#[source] store::StoreError),
    #[error("the table cannot be made: {0}")]
    Table(#[source] store::StoreError),
    #[error("the example catalogue cannot be written: {0}")]
    Seed(#[from] app::operate::OperateError),
}

/// What a shop without configuration makes up, once: it has to be the same after a restart.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Secrets {
    bot_token: String,
    webhook_secret: String,
    admin_token: String,
    panel_password: String,
}

/// Where a table elsewhere is reached; without it the shop brings its own.
const ENDPOINT: &str = "AWS_ENDPOINT_URL_DYNAMODB";
const BOT_USERNAME: &str = "wave_shop_bot";
/// The stand-in's operator: a person, so that his private chat is the operators' chat.
const OPERATOR: i64 = 9_000_000_001;
/// How often the clock's function runs here; on AWS once a minute.
const JOBS: Duration = Duration::from_secs(5);

impl Shop {
    /// Puts a shop together and listens. Nothing is answered before [`Shop::run`].
    ///
    /// # Errors
    /// One sentence that names what is in the way.
    pub async fn open(options: &Options, process: BTreeMap<String, String>) -> Result<Self, ShopError> {
        let seams = Seams::system();
        check(&process)?;
        let folder = DataFolder::open(&options.data, options.fresh)?;
        let data = folder.path();
        let secrets = secrets(data, &seams)?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
        let listener = TcpListener::bind(address).await.map_err(|error| ShopError::Port(options.port, error))?;
        let port = listener.local_addr().map_err(|error| ShopError::Port(options.port, error))?.port();
        let base_url = format!("http://127.0.0.1:{port}");
        let mut settings = process;
        let set = |settings: &mut BTreeMap<String, String>, name: &str, value: String| {
            settings.entry(name.to_owned()).or_insert(value);
        };
        set(&mut settings, "PUBLIC_URL", base_url.clone());
        set(&mut settings, "TABLE_NAME", "wave-shop".into());
        set(&mut settings, "TELEGRAM_WEBHOOK_SECRET", secrets.webhook_secret.clone());
        set(&mut settings, "ADMIN_BOOTSTRAP_TOKEN", secrets.admin_token.clone());
        let engine = if settings.contains_key(ENDPOINT) {
            None
        } else {
            let engine = Engine::at(&data.join("dynamodb.sqlite")).await?;
            set(&mut settings, ENDPOINT, engine.endpoint());
            Some(engine)
        };
        let real_telegram = settings.contains_key("TELEGRAM_BOT_TOKEN");
        let long_poll = real_telegram && (options.long_poll || !settings.contains_key("TELEGRAM_API_URL"));
        let telegram = if real_telegram { None } else { Some(telegram_stand_in(data, &base_url, &secrets, &seams, &mut settings)?) };
        let panel = if settings.contains_key("PANEL_URL") { None } else { Some(panel_stand_in(data, &base_url, &secrets, &mut settings)?) };

        let http = Http::new()?;
        let own_table = engine.is_some();
        create_table(&http, &settings).await.map_err(if own_table { ShopError::Table } else { ShopError::TableElsewhere })?;
        let app = Arc::new(app::start(Environment::new(settings.clone()), seams).await?);
        if !options.no_seed {
            seed::seed(&app).await?;
        }
        let gateway = Gateway::new(Arc::clone(&app));
        let mut router = gateway.router();
        let mut chat_url = None;
        if let Some(telegram) = &telegram {
            router = router
                .nest("/_telegram", telegram.bot_api())
                .merge(telegram.chat_page())
                .route("/", get(|| async { Redirect::to("/chat") }));
            chat_url = Some(format!("{base_url}/chat"));
        }
        if let Some(panel) = &panel {
            router = router.nest("/_panel", panel.router());
        }
        let ready = Ready {
            ready: true,
            chat_url,
            admin_url: format!("{base_url}/admin/v1"),
            console_url: format!("{base_url}/admin/console"),
            admin_token: settings.get("ADMIN_BOOTSTRAP_TOKEN").cloned().unwrap_or_default(),
            webhook_secret: settings.get("TELEGRAM_WEBHOOK_SECRET").cloned().unwrap_or_default(),
            base_url,
        };
        Ok(Self { app, gateway, telegram, panel, ready, listener, router, engine, long_poll, _folder: folder })
    }

    /// Does one thing with the shop and ends. Nobody is served meanwhile and no job runs; stand-ins answer.
    ///
    /// # Errors
    /// When what was said cannot be kept.
    pub async fn only<T>(self, work: impl AsyncFnOnce(&App) -> T) -> Result<T, ShopError> {
        let service = self.router.into_make_service_with_connect_info::<SocketAddr>();
        let stand_ins = tokio::spawn(async move { axum::serve(self.listener, service).await });
        let done = work(&self.app).await;
        stand_ins.abort();
        if let Some(telegram) = &self.telegram {
            telegram.shut_down().map_err(|error| ShopError::StandIn(error.to_string()))?;
        }
        if let Some(engine) = self.engine {
            let _ = tokio::time::timeout(Duration::from_secs(1), engine.stop()).await;
        }
        Ok(done)
    }

    /// Answers until `stop` is done.
    ///
    /// # Errors
    /// When the server breaks or what was said cannot be kept.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), ShopError> {
        let jobs = tokio::spawn(jobs(Arc::clone(&self.app), self.panel.clone()));
        let introduced = tokio::spawn(introduce(Arc::clone(&self.app)));
        let polling = self.long_poll.then(|| tokio::spawn(poll::poll(Arc::clone(&self.app), self.gateway.clone())));
        if let Some(telegram) = &self.telegram {
            let gateway = self.gateway.clone();
            telegram.connect(move |update: Value| {
                let gateway = gateway.clone();
                let secret = gateway.webhook_secret();
                async move { Ok::<_, String>(deliver(&gateway, &secret, &update).await) }
            });
        }
        let port = self.listener.local_addr().map_or(0, |address| address.port());
        let service = self.router.into_make_service_with_connect_info::<SocketAddr>();
        // Open pages listen for events for ever: they are not waited for.
        let served = tokio::select! {
            served = async { axum::serve(self.listener, service).await } => served,
            () = stop => Ok(()),
        };
        jobs.abort();
        introduced.abort();
        if let Some(polling) = polling {
            polling.abort();
        }
        if let Some(telegram) = &self.telegram {
            telegram.shut_down().map_err(|error| ShopError::StandIn(error.to_string()))?;
        }
        if let Some(engine) = self.engine {
            // Connections are kept open by the shop itself; what was answered is in the file.
            let _ = tokio::time::timeout(Duration::from_secs(1), engine.stop()).await;
        }
        served.map_err(|error| ShopError::Port(port, error))
    }
}

/// Posts one update to the webhook, as Telegram does.
pub async fn deliver(gateway: &Gateway, secret: &str, update: &Value) -> (u16, Option<Value>) {
    let mut headers = HeaderMap::new();
    headers.insert(axum::http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Ok(secret) = HeaderValue::from_str(secret) {
        headers.insert(HeaderName::from_static("x-telegram-bot-api-secret-token"), secret);
    }
    let body = update.to_string();
    let call = HttpCall {
        method: "POST",
        path: "/telegram/webhook",
        query: "",
        headers: &headers,
        body: body.as_bytes(),
        source_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    let answer = gateway.call(&call).await;
    (answer.status.as_u16(), serde_json::from_slice(&answer.body).ok())
}

/// The bot's commands and descriptions, as a deployer sets them with `introduce`. The shop sells without them too.
async fn introduce(app: Arc<App>) {
    let operators = app.config.telegram.operator_chat.map(|chat| (chat, app.operator_language()));
    if let Err(error) = bot_profile::introduce(&app.telegram, &app.texts, operators).await {
        warn!(%error, "Telegram was not told the bot's commands and descriptions");
    }
}

/// The clock: the function of the schedule, and the panel's own job where it is a stand-in.
async fn jobs(app: Arc<App>, panel: Option<PanelStandIn>) {
    let mut ticks = tokio::time::interval(JOBS);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Some(panel) = &panel {
            panel.review();
        }
        if let Err(error) = scheduled_jobs::handle(&app, 0).await {
            warn!(%error, "a run of the jobs failed");
        }
    }
}

/// What a setting asks for and another one, which is missing, would have to say.
fn check(settings: &BTreeMap<String, String>) -> Result<(), ShopError> {
    let needed = [("TELEGRAM_API_URL", "TELEGRAM_BOT_TOKEN"), ("PANEL_USERNAME", "PANEL_URL"), ("PANEL_PASSWORD", "PANEL_URL")];
    let set = |name: &str| settings.contains_key(name);
    if let Some((name, needs)) = needed.into_iter().find(|(name, needs)| set(name) && !set(needs)) {
        return Err(ShopError::Half(name, needs));
    }
    let is_url = |url: &String| {
        let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        host.is_some_and(|host| !host.is_empty()) && url.bytes().all(|byte| byte.is_ascii_graphic())
    };
    if settings.get(ENDPOINT).is_some_and(|url| !is_url(url)) { Err(ShopError::Endpoint) } else { Ok(()) }
}

fn secrets(data: &Path, seams: &Seams) -> Result<Secrets, ShopError> {
    let file = data.join(SECRETS);
    let failed = |error| ShopError::Data(file.clone(), error);
    match fs::read(&file) {
        Ok(found) => serde_json::from_slice(&found).map_err(|_| ShopError::Secrets(file.clone())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let secret = || seams.nonce().to_ascii_lowercase();
            let made = Secrets {
                bot_token: format!("4242424242:{}", secret()),
                webhook_secret: secret(),
                admin_token: format!("wsa_{}{}", secret(), secret()),
                panel_password: secret(),
            };
            fs::write(&file, json!(made).to_string()).map_err(failed)?;
            Ok(made)
        }
        Err(error) => Err(failed(error)),
    }
}

fn unix_clock() -> Arc<dyn Fn() -> i64 + Send + Sync> {
    Arc::new(|| app::seams::Clock::now(&app::seams::SystemClock).seconds())
}

fn telegram_stand_in(
    data: &Path,
    base_url: &str,
    secrets: &Secrets,
    seams: &Seams,
    settings: &mut BTreeMap<String, String>,
) -> Result<TelegramStandIn, ShopError> {
    let operator_chat = settings.get("TELEGRAM_OPERATOR_CHAT_ID").and_then(|id| id.parse().ok()).unwrap_or(OPERATOR);
    let mut options = telegram::Options::new(secrets.bot_token.clone(), BOT_USERNAME, operator_chat, unix_clock());
    options.state_file = Some(data.join("telegram.json"));
    options.start = seams.nonce();
    let stand_in = TelegramStandIn::new(options).map_err(|error| ShopError::StandIn(error.to_string()))?;
    settings.insert("TELEGRAM_BOT_TOKEN".into(), secrets.bot_token.clone());
    settings.insert("TELEGRAM_API_URL".into(), format!("{base_url}/_telegram"));
    settings.entry("TELEGRAM_OPERATOR_CHAT_ID".into()).or_insert_with(|| operator_chat.to_string());
    // A card to transfer to, so that every way to pay that needs no account can be tried.
    if !settings.contains_key("CARD_NUMBER") && !settings.contains_key("CARD_HOLDER") {
        settings.insert("CARD_NUMBER".into(), "6037990000000006".into());
        settings.insert("CARD_HOLDER".into(), "wave-shop".into());
    }
    Ok(stand_in)
}

fn panel_stand_in(
    data: &Path,
    base_url: &str,
    secrets: &Secrets,
    settings: &mut BTreeMap<String, String>,
) -> Result<PanelStandIn, ShopError> {
    const ADMIN: &str = "shop";
    let mut options = panel::Options::new(unix_clock());
    options.admins = vec![panel::Admin::from((ADMIN, secrets.panel_password.as_str()))];
    options.state_file = Some(data.join("panel.json"));
    options.public_url_prefix = Some(format!("{base_url}/_panel"));
    let stand_in = PanelStandIn::new(options).map_err(|error| ShopError::StandIn(error.to_string()))?;
    settings.insert("PANEL_URL".into(), format!("{base_url}/_panel"));
    settings.insert("PANEL_USERNAME".into(), ADMIN.into());
    settings.insert("PANEL_PASSWORD".into(), secrets.panel_password.clone());
    Ok(stand_in)
}

/// The template makes the table on AWS; here, or on another engine, the shop does.
async fn create_table(http: &Http, settings: &BTreeMap<String, String>) -> Result<(), store::StoreError> {
    let setting = |name: &str| settings.get(name).cloned();
    let credentials = clients::aws::Credentials::new(
        setting("AWS_ACCESS_KEY_ID").unwrap_or_else(|| "local".into()),
        setting("AWS_SECRET_ACCESS_KEY").unwrap_or_else(|| "local".into()),
        setting("AWS_SESSION_TOKEN"),
        None,
        "environment",
    );
    let region = setting("AWS_REGION").unwrap_or_else(|| "us-east-1".into());
    let connection = Connection { region, credentials, endpoint: setting(ENDPOINT) };
    let sdk = client(SdkHttpClient::new(http.clone()), connection);
    store::schema::create_table(&sdk, &setting("TABLE_NAME").unwrap_or_default()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_need_another_one_name_it() {
        let read = |names: &[(&str, &str)]| {
            check(&names.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()).map_err(|error| error.to_string())
        };
        let cases = [("TELEGRAM_API_URL", "TELEGRAM_BOT_TOKEN"), ("PANEL_USERNAME", "PANEL_URL"), ("PANEL_PASSWORD", "PANEL_URL")];
        for (name, needs) in cases {
            let sentence = format!("{name} is set, and {needs} is not: set both, or neither for the stand-in");
            assert_eq!(read(&[(name, "x")]), Err(sentence));
            assert_eq!(read(&[(name, "x"), (needs, "y")]), Ok(()));
        }
        for odd in ["localhost:8000", "http://", "ftp://host", "http://a b"] {
            assert!(read(&[(ENDPOINT, odd)]).is_err_and(|sentence| sentence.starts_with(ENDPOINT) && !sentence.contains(odd)), "{odd}");
        }
        assert_eq!(read(&[(ENDPOINT, "http://127.0.0.1:8000")]), Ok(()));
    }

    #[tokio::test]
    async fn a_table_elsewhere_that_does_not_answer_is_named_by_its_setting() {
        let data = std::env::temp_dir().join(format!("wave-shop-endpoint-{}", std::process::id()));
        let options = Options { port: 0, data: data.clone(), fresh: false, json: true, no_seed: true, long_poll: false };
        // A port that was free a moment ago.
        let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap();
        let settings = BTreeMap::from([(ENDPOINT.to_owned(), format!("http://{closed}"))]);
        let refused = Shop::open(&options, settings).await.unwrap_err().to_string();
        assert_eq!(refused, format!("{ENDPOINT}: the table cannot be made there: the table did not answer"));
        fs::remove_dir_all(&data).unwrap();
    }
}
