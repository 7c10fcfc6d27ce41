//! A whole shop for a test: the production handlers behind the local front door, the embedded engine through the real SDK, stand-ins for Telegram and
//! the panel, a clock that the test sets, and entropy from a seed.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this crate is for tests, where a broken set-up ends the test"
)]

pub mod actors;
pub mod audit;
pub mod crypto_pay;
pub mod texts;

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use app::{
    App, Deadline,
    config::Environment,
    seams::{Clock, Entropy, Seams},
    work::Run,
};
use axum::{
    Router,
    http::{HeaderMap, HeaderName, HeaderValue},
};
use clients::{
    Http,
    aws::{Credentials, SdkHttpClient},
};
use domain::{
    Currency, Money, OrderId, Percent, TelegramUserId, Timestamp,
    discount::{Benefit, DiscountCode},
    order::Order,
    product::{Product, RenewalPolicy},
    settings::Settings,
    time::Span,
};
use embedded_dynamodb::{Engine, FaultyHttp};
use local::{
    gateway::Gateway,
    lambda::{HttpAnswer, HttpCall},
    panel::{self, Listening, PanelStandIn},
    shop::deliver,
    telegram::{self, Backoff, Person, TelegramStandIn},
};
use serde_json::Value;
use store::{
    Write,
    client::{Connection, client},
};

pub const BOT_TOKEN: &str = "4242424242:test-token-of-the-bot";
pub const WEBHOOK_SECRET: &str = "webhook-secret";
pub const ADMIN_TOKEN: &str = "bootstrap-token-of-the-test";
pub const CRYPTO_PAY_TOKEN: &str = "12345:crypto-pay-token";
pub const CARD_NUMBER: &str = "6037990000000006";
/// The operator's private chat is the operators' chat.
pub const OPERATOR: i64 = 9_000_000_001;

/// A clock that stands still until the test moves it.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn advance(&self, span: Span) {
        self.0.fetch_add(span.as_millis(), Ordering::SeqCst);
    }

    /// As another process of the shop has it, whose clock is behind.
    pub fn set_back(&self, span: Span) {
        self.0.fetch_sub(span.as_millis(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// SplitMix64: the same seed, the same shop.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<u64>);

impl SeededEntropy {
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap();
        for chunk in bytes.chunks_mut(8) {
            *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = *state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// A server on a loopback port until it is dropped.
#[derive(Debug)]
pub struct Served {
    pub url: String,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves `router` on a free port.
pub async fn serve(router: Router) -> Served {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let task = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
    Served { url, task }
}

/// A shop and everything around it.
#[derive(Debug)]
pub struct World {
    pub app: Arc<App>,
    pub gateway: Gateway,
    pub telegram: TelegramStandIn,
    pub panel: PanelStandIn,
    /// What is on the way to the table.
    pub dynamodb: FaultyHttp,
    pub clock: Arc<TestClock>,
    /// The settings that the shop was started with: another process of the same shop starts with them too.
    pub settings: Vec<(String, String)>,
    http: Http,
    _servers: (Served, Listening, Engine),
}

impl World {
    /// A shop with three plans, that takes Stars and cards.
    pub async fn open() -> Self {
        Self::open_with(&[]).await
    }

    /// The same with more settings, or other ones. An operators' chat other than the operator's own is a group.
    pub async fn open_with(more: &[(&str, &str)]) -> Self {
        Self::open_at(Timestamp::from_millis(1_795_000_000_000), more).await
    }

    /// The same at another time: processes that read the machine's clock need a world that does not live in the past.
    pub async fn open_at(now: Timestamp, more: &[(&str, &str)]) -> Self {
        let operator_chat =
            more.iter().find(|(name, _)| *name == "TELEGRAM_OPERATOR_CHAT_ID").map_or(OPERATOR, |(_, id)| id.parse().expect("a chat"));
        let clock = Arc::new(TestClock(AtomicI64::new(now.millis())));
        let engine = Engine::memory().await.expect("an engine");
        let unix = {
            let clock = Arc::clone(&clock);
            Arc::new(move || clock.now().seconds()) as Arc<dyn Fn() -> i64 + Send + Sync>
        };
        let mut options = telegram::Options::new(BOT_TOKEN, "wave_test_bot", operator_chat, Arc::clone(&unix));
        options.backoff = Backoff::Immediate { attempts: 1 };
        let telegram = TelegramStandIn::new(options).expect("a stand-in");
        let bot_api = serve(telegram.bot_api()).await;
        let mut options = panel::Options::new(unix);
        options.admins = vec![panel::Admin::from(("shop", "panel-password"))];
        options.public_url_prefix = Some("https://panel.example".into());
        let panel = PanelStandIn::new(options).expect("a stand-in");
        let panel_server = panel.listen().await.expect("a port");
        let endpoint = engine.endpoint();
        let mut settings: Vec<(String, String)> = [
            ("TABLE_NAME", "shop"),
            ("PUBLIC_URL", "https://shop.example"),
            ("AWS_ENDPOINT_URL_DYNAMODB", &endpoint),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", "us-east-1"),
            ("TELEGRAM_BOT_TOKEN", BOT_TOKEN),
            ("TELEGRAM_API_URL", &bot_api.url),
            ("TELEGRAM_WEBHOOK_SECRET", WEBHOOK_SECRET),
            ("TELEGRAM_OPERATOR_CHAT_ID", &OPERATOR.to_string()),
            ("PANEL_URL", &panel_server.url()),
            ("PANEL_USERNAME", "shop"),
            ("PANEL_PASSWORD", "panel-password"),
            ("ADMIN_BOOTSTRAP_TOKEN", ADMIN_TOKEN),
            ("CARD_NUMBER", CARD_NUMBER),
            ("CARD_HOLDER", "wave-shop"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        settings.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        create_table(&endpoint).await;
        let http = Http::new().expect("a client");
        let dynamodb = FaultyHttp::new(SdkHttpClient::new(http.clone()));
        let app = start(&settings, &clock, &dynamodb, 1).await;
        let gateway = Gateway::new(Arc::clone(&app));
        connect(&telegram, &gateway);
        let _operator = telegram.operator(OPERATOR, "Operator", "en");
        let world = Self { app, gateway, telegram, panel, dynamodb, clock, settings, http, _servers: (bot_api, panel_server, engine) };
        for (position, (id, price, stars, gb, days)) in (1..).zip([
            ("small", 100_000, 80, Some(10), Some(30)),
            ("large", 300_000, 240, Some(50), Some(90)),
            ("free-time", 500_000, 400, None, None),
        ]) {
            world.add_product(world.product(id, price, stars, gb, days, position)).await;
        }
        world.dynamodb.take_log();
        world
    }

    /// Another process of the same shop: what it remembers is its own.
    pub async fn another_process(&self, seed: u64) -> Arc<App> {
        start(&self.settings, &self.clock, &self.dynamodb, seed).await
    }

    /// The shop moves to the table `shop` of another engine: from its next turn on it lives there.
    pub async fn move_to(&mut self, endpoint: &str, seed: u64) {
        for (name, value) in &mut self.settings {
            if name == "AWS_ENDPOINT_URL_DYNAMODB" {
                endpoint.clone_into(value);
            }
        }
        self.restart(seed).await;
    }

    /// The process ends, and another one takes its place behind the front door.
    pub async fn restart(&mut self, seed: u64) {
        self.app = self.another_process(seed).await;
        self.gateway = Gateway::new(Arc::clone(&self.app));
        connect(&self.telegram, &self.gateway);
    }

    /// Everything in the table, item by item, as plain JSON; their keys are `PK | SK`.
    pub async fn contents(&self) -> BTreeMap<String, Value> {
        self.scan(r#"{"TableName":"shop","ConsistentRead":true}"#).await
    }

    /// What the shop owes: the duty and the time of every item that stands in a queue.
    pub async fn owed(&self) -> BTreeMap<String, Value> {
        self.scan(r#"{"TableName":"shop","IndexName":"work"}"#).await
    }

    async fn scan(&self, what: &'static str) -> BTreeMap<String, Value> {
        let endpoint =
            self.settings.iter().find(|(name, _)| name == "AWS_ENDPOINT_URL_DYNAMODB").map(|(_, url)| url.clone()).expect("an endpoint");
        let request = axum::http::Request::post(endpoint)
            .header("x-amz-target", "DynamoDB_20120810.Scan")
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-date", "20261118T000000Z")
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=test/20261118/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
            )
            .body(what.as_bytes().to_vec())
            .expect("a request");
        let limits = clients::http::Limits { timeout: std::time::Duration::from_secs(30), max_body: 64 << 20 };
        let answer = self.http.send(request, limits).await.expect("an answer");
        let answer: Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert!(answer.get("LastEvaluatedKey").is_none(), "the table fits one page");
        let Some(items) = answer.get("Items").and_then(Value::as_array) else { panic!("no items: {answer}") };
        let key = |item: &Value| {
            let part = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
            format!("{} | {}", part("PK"), part("SK"))
        };
        items.iter().map(|item| audit::plain(&serde_json::json!({ "M": item }))).map(|item| (key(&item), item)).collect()
    }

    /// An update, as Telegram posts it.
    pub async fn webhook(&self, body: &[u8]) -> HttpAnswer {
        self.request(
            "POST",
            "/telegram/webhook",
            &[("x-telegram-bot-api-secret-token", WEBHOOK_SECRET), ("content-type", "application/json")],
            body,
        )
        .await
    }

    /// Runs the jobs until there is nothing left that is due.
    pub async fn jobs_until_idle(&self) {
        for _ in 0..20 {
            let run = self.jobs().await;
            if ["done", "postponed", "parked", "failed"].iter().all(|outcome| run.get(*outcome).and_then(Value::as_u64) == Some(0)) {
                return;
            }
        }
        panic!("the jobs do not come to an end");
    }

    pub fn product(&self, id: &str, toman: u32, stars: u32, gb: Option<u32>, days: Option<u16>, position: u16) -> Product {
        let now = self.clock.now();
        Product {
            id: id.parse().expect("an id"),
            kind: domain::product::ProductKind::Plan,
            name: format!("Plan {id}"),
            price: Money::whole(toman, Currency::Irt),
            prices: [
                (Currency::Xtr, Money::whole(stars, Currency::Xtr)),
                (Currency::Usd, Money::parse(&format!("{}.50", stars / 40), Currency::Usd).expect("an amount")),
            ]
            .into(),
            data_limit_gb: gb,
            duration_days: days,
            renewal_policy: RenewalPolicy::Add,
            active: true,
            position,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    pub async fn add_product(&self, product: Product) {
        self.app.create_product(&product, &domain::admin::Actor::Bootstrap).await.expect("a product");
    }

    /// A code of so many percent, with limits.
    pub async fn add_code(&self, name: &str, percent: &str, use_limit: Option<u32>, per_user_limit: Option<u32>) {
        let code = DiscountCode {
            name: name.parse().expect("a name"),
            benefit: Benefit::Percent(percent.parse::<Percent>().expect("a percentage")),
            active: true,
            valid_from: None,
            valid_to: None,
            use_limit,
            per_user_limit,
            times_used: 0,
            late_uses: 0,
            products: Vec::new(),
            first_purchase_only: false,
            minimum: None,
            owner: None,
            created_at: self.clock.now(),
            version: 1,
        };
        self.app.store.commit(&self.app.seams().nonce(), vec![Write::create(&code).expect("an item")]).await.expect("a code");
    }

    pub async fn code(&self, name: &str) -> DiscountCode {
        self.app.store.discount_code(&name.parse().expect("a name")).await.expect("a read").expect("a code")
    }

    /// A customer who speaks English.
    pub fn customer(&self, id: i64) -> Person {
        self.telegram.person(id, "Customer", "en")
    }

    pub fn operator(&self) -> Person {
        self.telegram.operator(OPERATOR, "Operator", "en")
    }

    /// One run of the scheduled jobs.
    pub async fn jobs(&self) -> Value {
        scheduled_jobs::handle(&self.app, 0).await.expect("a run")
    }

    /// The part of a run that works off what is owed: without the counting of days.
    pub async fn duties(&self) -> Run {
        let deadline = Deadline::of_invocation(&self.app, None, Span::seconds(50));
        self.app.work_off(deadline).await.expect("a run")
    }

    /// A customer's orders, the newest first.
    pub async fn orders(&self, buyer: i64) -> Vec<Order> {
        self.app.store.orders_of(TelegramUserId::new(buyer).expect("an id"), None, 50).await.expect("a read").items
    }

    /// A customer's only order.
    pub async fn order(&self, buyer: i64) -> Order {
        let orders = self.orders(buyer).await;
        assert_eq!(orders.len(), 1, "one order");
        orders.into_iter().next().expect("an order")
    }

    /// What operators did to something, the oldest first.
    pub async fn history(&self, entity: &str, id: &str) -> Vec<String> {
        let page = self.app.store.list_audit(entity, id, None, 100, self.clock.now()).await.expect("a read");
        page.items.into_iter().rev().map(|entry| entry.action).collect()
    }

    /// A customer's own item.
    pub async fn user(&self, id: i64) -> domain::user::User {
        self.app.store.user(TelegramUserId::new(id).expect("an id")).await.expect("a read").expect("a customer")
    }

    /// Changes the settings, as seen by the process that runs from its next turn on.
    pub async fn set(&self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.app.store.settings().await.expect("a read").unwrap_or_else(Settings::initial);
        change(&mut settings);
        self.app.store.commit(&self.app.seams().nonce(), vec![Write::put(&settings).expect("an item")]).await.expect("settings");
        self.app.catalogue.forget();
    }

    /// The panel's accounts that belong to an order.
    pub fn accounts(&self, order: OrderId) -> Vec<panel::Account> {
        let note = format!("wave:{}", self.app.names.order(order));
        self.panel.users().into_iter().filter(|account| account.note.as_deref() == Some(&note)).collect()
    }

    /// A request to the front door.
    pub async fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> HttpAnswer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_bytes(name.as_bytes()).expect("a name"), HeaderValue::from_str(value).expect("a value"));
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let call = HttpCall { method, path, query, headers: &map, body, source_ip: IpAddr::from([127, 0, 0, 1]) };
        self.gateway.call(&call).await
    }

    /// A request to the admin API as the owner: its status and JSON.
    pub async fn admin(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        self.admin_with(&[], method, path, body).await
    }

    /// A change by the owner under a name: sent again, it is the same request.
    pub async fn admin_named(&self, key: &str, path: &str, body: &Value) -> (u16, Value) {
        self.admin_with(&[("idempotency-key", key)], "POST", path, Some(body.clone())).await
    }

    async fn admin_with(&self, more: &[(&str, &str)], method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let authorization = format!("Bearer {ADMIN_TOKEN}");
        let mut headers = vec![("authorization", authorization.as_str()), ("content-type", "application/json")];
        headers.extend(more);
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let answer = self.request(method, path, &headers, body.as_bytes()).await;
        (answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap_or_default())
    }
}

/// A change by the owner on the way through a front door, and the status that it is answered with.
pub async fn admin_call(gateway: &Gateway, path: &str, body: &[u8]) -> u16 {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_str(&format!("Bearer {ADMIN_TOKEN}")).expect("a value"));
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    let call = HttpCall { method: "POST", path, query: "", headers: &headers, body, source_ip: IpAddr::from([127, 0, 0, 1]) };
    gateway.call(&call).await.status.as_u16()
}

/// What the shop is ready to hear from Telegram: times have changed, or people have.
const EXPECTED_REFUSALS: [&str; 10] = [
    "planned fault",
    "message is not modified",
    "query is too old",
    "message to edit not found",
    "message can't be edited",
    "bot was blocked by the user",
    "chat not found",
    "CHARGE_ALREADY_REFUNDED",
    // Tests make up charges and files.
    "CHARGE_ID_INVALID",
    "wrong file identifier",
];

impl World {
    /// The calls that Telegram refused, other than those that the shop has to reckon with: texts that are too long or no HTML, malformed
    /// buttons, unknown parameters.
    pub fn refused(&self) -> Vec<telegram::ApiCall> {
        let slip = |call: &telegram::ApiCall| {
            call.error.as_ref().is_some_and(|error| !EXPECTED_REFUSALS.iter().any(|expected| error.contains(expected)))
        };
        self.telegram.calls().into_iter().filter(slip).collect()
    }
}

impl Drop for World {
    /// Whatever a journey is about: nothing that the shop says may be refused.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let refused = self.refused();
            assert!(refused.is_empty(), "Telegram refused {refused:#?}");
        }
    }
}

fn connect(telegram: &TelegramStandIn, gateway: &Gateway) {
    let gateway = gateway.clone();
    telegram.connect(move |update: Value| {
        let gateway = gateway.clone();
        async move { Ok::<_, String>(deliver(&gateway, WEBHOOK_SECRET, &update).await) }
    });
}

async fn start(settings: &[(String, String)], clock: &Arc<TestClock>, dynamodb: &FaultyHttp, seed: u64) -> Arc<App> {
    let seams = Seams { clock: Arc::clone(clock) as Arc<dyn Clock>, entropy: Arc::new(SeededEntropy(Mutex::new(seed))) };
    let http = Http::new().expect("a client");
    Arc::new(app::start_with(Environment::new(settings.iter().cloned()), seams, http, dynamodb.clone()).await.expect("a shop"))
}

/// An empty table `shop` in an engine.
pub async fn create_table(endpoint: &str) {
    let connection = Connection {
        region: "us-east-1".into(),
        credentials: Credentials::new("test", "test", None, None, "test"),
        endpoint: Some(endpoint.to_owned()),
    };
    let sdk = client(SdkHttpClient::new(Http::new().expect("a client")), connection);
    store::schema::create_table(&sdk, "shop").await.expect("a table");
}
