//! One shop and its people, stepped through a plan.

use std::{
    collections::{BTreeMap, VecDeque},
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use app::{
    App,
    config::Environment,
    seams::{Clock, Seams},
    text::Texts,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use clients::{Http, aws::SdkHttpClient};
use domain::{Timestamp, time::Span};
use embedded_dynamodb::Direct;
use local::{
    gateway::Gateway,
    lambda::{HttpAnswer, HttpCall},
    panel::{self, PanelStandIn},
    shop::deliver,
    telegram::{self, Backoff, Person, TelegramStandIn},
};
use serde_json::{Value, json};
use tests::{
    ADMIN_TOKEN, BOT_TOKEN, CARD_NUMBER, CRYPTO_PAY_TOKEN, OPERATOR, SeededEntropy, WEBHOOK_SECRET,
    crypto_pay::{Callback, CryptoPayStandIn},
};

use crate::{
    dice::mix,
    internet::{self, Internet, Link, Script},
    ledger::Ledger,
    plan::{CUSTOMERS, Plan},
};

/// Half past seven in the morning of the 18th of November 2026, UTC.
const BEGIN: i64 = 1_795_000_000_000;

/// The shop's own clock, and everybody else's: what the plan lets pass, and what waiting takes. A process's own is off by its skew.
#[derive(Debug, Clone)]
pub struct WorldClock {
    base: Arc<AtomicI64>,
    began: tokio::time::Instant,
    skew: i64,
}

impl WorldClock {
    fn millis(&self) -> i64 {
        let waited = i64::try_from(self.began.elapsed().as_millis()).expect("a short run");
        self.base.load(Ordering::Relaxed) + waited + self.skew * 1000
    }
}

impl Clock for WorldClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis())
    }
}

/// One process of the shop. It answers one request at a time, as a Lambda environment does.
#[derive(Debug)]
struct Worker {
    app: Arc<App>,
    gateway: Gateway,
    link: Arc<Link>,
}

/// What every process of a simulation shares because it is slow to make.
struct Shared {
    http: Http,
    texts: Texts,
}

fn shared() -> &'static Shared {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    SHARED.get_or_init(|| Shared { http: Http::new().expect("a client"), texts: Texts::default() })
}

/// Regions are only names here, but the SDK keeps one budget of retries for each: every process has its own.
static PROCESSES: AtomicU64 = AtomicU64::new(0);

#[derive(Debug, Default)]
pub struct State {
    workers: [Option<Arc<Worker>>; 3],
    busy: [bool; 3],
    started: u64,
    wanted: u8,
    scripts: BTreeMap<i64, Arc<Script>>,
    /// What comes from Telegram is not heard, and comes again.
    pub deaf: bool,
    /// Updates that the shop has not taken yet.
    pub undelivered: VecDeque<i64>,
    /// Every update that was ever sent.
    pub updates: Vec<i64>,
    /// Callbacks that the shop has not taken yet, and those that it has.
    pub callbacks: Vec<Callback>,
    pub told: Vec<Callback>,
    pub violations: Vec<String>,
    pub ledger: Ledger,
}

pub struct World {
    pub clock: WorldClock,
    pub skew: [i64; 3],
    pub internet: Arc<Internet>,
    pub telegram: TelegramStandIn,
    pub panel: PanelStandIn,
    pub crypto_pay: CryptoPayStandIn,
    pub people: Vec<Person>,
    pub operator: Person,
    table: Direct,
    seed: u64,
    state: Mutex<State>,
    /// Knows what the shop's secrets make of an order's id; reads and writes nothing.
    pub names: domain::reference::ReferenceKey,
}

/// A furnished shop, to be copied.
pub struct Inventory {
    items: Vec<Vec<u8>>,
    ledger: Ledger,
}

/// Whose request it is, for the faults of his step.
pub const CLOCKWORK: i64 = 1;
pub const GATEWAY: i64 = 2;

impl World {
    pub async fn open(plan: &Plan) -> Arc<Self> {
        let base = Arc::new(AtomicI64::new(BEGIN));
        let clock = WorldClock { base, began: tokio::time::Instant::now(), skew: 0 };
        let unix: Arc<dyn Fn() -> i64 + Send + Sync> = {
            let clock = clock.clone();
            Arc::new(move || clock.millis() / 1000)
        };
        let table = Direct::memory().expect("an engine");
        let (status, answer) = table.answer("CreateTable", table_as_made());
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
        let mut options = telegram::Options::new(BOT_TOKEN, "wave_test_bot", OPERATOR, Arc::clone(&unix));
        options.backoff = Backoff::Immediate { attempts: 1 };
        let telegram = TelegramStandIn::new(options).expect("a stand-in");
        let mut options = panel::Options::new(unix);
        options.admins = vec![panel::Admin::from(("shop", "panel-password"))];
        options.public_url_prefix = Some("http://panel".into());
        let panel = PanelStandIn::new(options).expect("a stand-in");
        let (crypto_pay, crypto_pay_router) = CryptoPayStandIn::in_process();
        let routers =
            [(internet::TELEGRAM, telegram.bot_api()), (internet::PANEL, panel.router()), (internet::CRYPTO_PAY, crypto_pay_router)];
        let internet = Arc::new(Internet::new(plan.seed, table.clone(), routers.into()));
        let people = (0..CUSTOMERS).map(|n| telegram.person(7_000_000_001 + i64::from(n), &format!("Customer{n}"), "en")).collect();
        let operator = telegram.operator(OPERATOR, "Operator", "en");
        let names = domain::reference::ReferenceKey::new(BOT_TOKEN.as_bytes()).expect("a key");
        let world = Arc::new(Self {
            clock,
            skew: plan.skew,
            internet,
            telegram,
            panel,
            crypto_pay,
            people,
            operator,
            table,
            seed: plan.seed,
            state: Mutex::default(),
            names,
        });
        world.connect();
        world
    }

    /// Its items as the engine has them.
    fn raw(&self) -> Vec<Value> {
        let (status, answer) = self.table.answer("Scan", br#"{"TableName":"shop","ConsistentRead":true}"#);
        let answer: Value = serde_json::from_slice(&answer).expect("JSON");
        assert!(status == 200 && answer.get("LastEvaluatedKey").is_none(), "{answer}");
        answer.get("Items").and_then(Value::as_array).expect("items").clone()
    }

    /// What another world can be furnished with.
    pub fn inventory(&self) -> Inventory {
        let put = |item: Value| json!({ "TableName": "shop", "Item": item }).to_string().into_bytes();
        Inventory { items: self.raw().into_iter().map(put).collect(), ledger: self.state().ledger.clone() }
    }

    /// Plans, codes and settings as another world has got them.
    pub fn take_over(&self, inventory: &Inventory) {
        for item in &inventory.items {
            let (status, _) = self.table.answer("PutItem", item);
            assert_eq!(status, 200);
        }
        self.state().ledger = inventory.ledger.clone();
    }

    fn connect(self: &Arc<Self>) {
        let world = Arc::downgrade(self);
        self.telegram.connect(move |update: Value| {
            let world = world.upgrade();
            async move {
                let Some(world) = world else { return Err("the world has ended".to_owned()) };
                let id = update.get("update_id").and_then(Value::as_i64).unwrap_or_default();
                let from =
                    update.as_object().into_iter().flatten().find_map(|(_, content)| content.pointer("/from/id")).and_then(Value::as_i64);
                let deaf = world.state().deaf;
                let handle = |worker: Arc<Worker>| async move { deliver(&worker.gateway, WEBHOOK_SECRET, &update).await };
                let answer = if deaf { None } else { world.invoke(from.unwrap_or_default(), handle).await };
                let mut state = world.state();
                if !state.updates.contains(&id) {
                    state.updates.push(id);
                }
                let taken = answer.as_ref().is_some_and(|(status, _)| (200..300).contains(status));
                state.undelivered.retain(|waiting| *waiting != id);
                if !taken {
                    state.undelivered.push_back(id);
                }
                answer.ok_or_else(|| "the connection broke".to_owned())
            }
        });
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn advance(&self, span: Span) {
        self.clock.base.fetch_add(span.as_millis(), Ordering::Relaxed);
    }

    /// The requests that follow are of a step: its faults are for what `who` sends, and `worker` takes them if it is free.
    pub fn begin(&self, who: i64, script: Script, worker: u8) -> Arc<Script> {
        let script = Arc::new(script);
        let mut state = self.state();
        state.wanted = worker;
        state.scripts.insert(who, Arc::clone(&script));
        script
    }

    /// The faults of a step are over with it.
    pub fn begin_anew(&self) {
        self.state().scripts.clear();
    }

    /// No more faults, and nobody's clock is off.
    pub fn calm(&self) {
        self.internet.set_panel_down(false);
        self.begin_anew();
    }

    pub fn restart(&self, worker: u8) {
        let mut state = self.state();
        let worker = usize::from(worker);
        if !state.busy[worker] {
            state.workers[worker] = None;
        }
    }

    /// One request of `who` to the shop, by a process that is free. `None`: the process died over it.
    async fn invoke<T, F>(self: &Arc<Self>, who: i64, work: impl FnOnce(Arc<Worker>) -> F) -> Option<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let (slot, script) = loop {
            let found = {
                let mut state = self.state();
                let wanted = usize::from(state.wanted);
                let slot = (0..3).map(|n| (wanted + n) % 3).find(|slot| !state.busy[*slot]);
                slot.map(|slot| {
                    state.busy[slot] = true;
                    (slot, state.scripts.get(&who).cloned().unwrap_or_default())
                })
            };
            match found {
                Some(found) => break found,
                None => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
            }
        };
        let worker = self.worker(slot).await;
        worker.link.follow(script);
        let mut running = tokio::spawn(work(Arc::clone(&worker)));
        let outcome = tokio::select! {
            biased;
            outcome = &mut running => match outcome {
                Ok(outcome) => Some(outcome),
                Err(error) => {
                    self.state().violations.push(format!("a handler panicked: {error}"));
                    None
                }
            },
            () = worker.link.death() => {
                running.abort();
                None
            }
        };
        let mut state = self.state();
        state.busy[slot] = false;
        if worker.link.is_dead() {
            state.workers[slot] = None;
        }
        outcome
    }

    async fn worker(&self, slot: usize) -> Arc<Worker> {
        let generation = {
            let mut state = self.state();
            if let Some(worker) = &state.workers[slot] {
                return Arc::clone(worker);
            }
            state.started += 1;
            state.started
        };
        let link = Arc::new(Link::new(Arc::clone(&self.internet)));
        let http = shared().http.through(Arc::clone(&link) as Arc<dyn clients::http::Transport>);
        let clock = WorldClock { skew: self.skew[slot], ..self.clock.clone() };
        let seams = Seams { clock: Arc::new(clock), entropy: Arc::new(SeededEntropy::new(mix(self.seed ^ (generation << 32)))) };
        let region = format!("simulated-{}", PROCESSES.fetch_add(1, Ordering::Relaxed));
        let operator = OPERATOR.to_string();
        let settings = [
            ("TABLE_NAME", "shop"),
            ("PUBLIC_URL", "https://shop.example"),
            ("AWS_ENDPOINT_URL_DYNAMODB", "http://dynamodb"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", region.as_str()),
            ("TELEGRAM_BOT_TOKEN", BOT_TOKEN),
            ("TELEGRAM_API_URL", "http://telegram"),
            ("TELEGRAM_WEBHOOK_SECRET", WEBHOOK_SECRET),
            ("TELEGRAM_OPERATOR_CHAT_ID", operator.as_str()),
            ("PANEL_URL", "http://panel"),
            ("PANEL_USERNAME", "shop"),
            ("PANEL_PASSWORD", "panel-password"),
            ("ADMIN_BOOTSTRAP_TOKEN", ADMIN_TOKEN),
            ("CARD_NUMBER", CARD_NUMBER),
            ("CARD_HOLDER", "wave-shop"),
            ("CRYPTO_PAY_TOKEN", CRYPTO_PAY_TOKEN),
            ("CRYPTO_PAY_API_URL", "http://crypto-pay"),
        ];
        let environment = Environment::new(settings.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let mut app = app::start_with(environment, seams, http.clone(), SdkHttpClient::new(http)).await.expect("a shop");
        app.texts = shared().texts.clone();
        let app = Arc::new(app);
        let worker = Arc::new(Worker { gateway: Gateway::new(Arc::clone(&app)), app, link });
        self.state().workers[slot] = Some(Arc::clone(&worker));
        worker
    }

    /// Everything in the table, as plain JSON; the keys are `PK | SK`.
    pub fn contents(&self) -> BTreeMap<String, Value> {
        let part = |item: &Value, name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let items = self.table.items("shop").expect("a scan");
        items.into_iter().map(|item| (format!("{} | {}", part(&item, "PK"), part(&item, "SK")), item)).collect()
    }

    /// One run of the clock's function. `None`: it died, or could not begin.
    pub async fn jobs(self: &Arc<Self>) -> Option<Value> {
        self.invoke(CLOCKWORK, |worker| async move { scheduled_jobs::handle(&worker.app, 0).await.ok() }).await.flatten()
    }

    /// A request to the front door.
    pub async fn request(
        self: &Arc<Self>,
        who: i64,
        method: &'static str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Option<HttpAnswer> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_bytes(name.as_bytes()).expect("a name"), HeaderValue::from_str(value).expect("a value"));
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let (path, query, body) = (path.to_owned(), query.to_owned(), body.to_vec());
        self.invoke(who, |worker| async move {
            let call = HttpCall { method, path: &path, query: &query, headers: &map, body: &body, source_ip: IpAddr::from([127, 0, 0, 1]) };
            worker.gateway.call(&call).await
        })
        .await
    }

    /// The gateway posts a callback. Whether the shop took it.
    pub async fn call_back(self: &Arc<Self>, callback: &Callback) -> Option<u16> {
        let headers = [("crypto-pay-api-signature", callback.signature.as_str()), ("content-type", "application/json")];
        self.request(GATEWAY, "POST", "/payments/crypto-pay/callback", &headers, &callback.body).await.map(|answer| answer.status.as_u16())
    }

    /// A request of the owner to the admin API under an idempotency key: the answer's status and JSON.
    pub async fn admin(self: &Arc<Self>, method: &'static str, path: &str, body: &Value, key: &str) -> Option<(u16, Value)> {
        let authorization = format!("Bearer {ADMIN_TOKEN}");
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json"), ("idempotency-key", key)];
        let answer = self.request(OPERATOR, method, path, &headers, body.to_string().as_bytes()).await?;
        Some((answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap_or_default()))
    }
}

/// The body of the request that makes the table, as `store::schema` sends it: worked out once.
fn table_as_made() -> &'static [u8] {
    static BODY: OnceLock<Vec<u8>> = OnceLock::new();
    BODY.get_or_init(|| {
        let index = |name: &str, partition: &str, sort: &str, projected: &[&str]| {
            json!({
                "IndexName": name,
                "KeySchema": [{ "AttributeName": partition, "KeyType": "HASH" }, { "AttributeName": sort, "KeyType": "RANGE" }],
                "Projection": { "ProjectionType": "INCLUDE", "NonKeyAttributes": projected },
            })
        };
        let indexes = [store::schema::LIST, store::schema::WORK];
        let keys = indexes.iter().flat_map(|index| [index.partition, index.sort]).chain(["PK", "SK"]);
        let attributes: Vec<Value> = keys.map(|name| json!({ "AttributeName": name, "AttributeType": "S" })).collect();
        json!({
            "TableName": "shop",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": attributes,
            "KeySchema": [{ "AttributeName": "PK", "KeyType": "HASH" }, { "AttributeName": "SK", "KeyType": "RANGE" }],
            "GlobalSecondaryIndexes": indexes.map(|at| index(at.name, at.partition, at.sort, at.projected)),
        })
        .to_string()
        .into_bytes()
    })
}
