//! A shop on an engine of its own, and somebody who asks its admin API.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use app::{
    App, Deadline,
    checkout::{Choice, Placed, Purpose, Wanted},
    config::Environment,
    join::Visitor,
    receipt::{Sent, Submitted},
    seams::{Clock, Entropy, Seams},
};
use aws_credential_types::Credentials;
use clients::{Http, aws::SdkHttpClient};
use domain::{
    DiscountCodeName, OrderId, ProductId, TelegramUserId, Timestamp, discount::Use, order::Order, payment::Gateway, time::Span, user::User,
};
use embedded_dynamodb::Engine;
use lambda_http::{
    Body, RequestExt,
    http::{HeaderMap, Request, StatusCode},
    request::RequestContext,
};
use serde_json::{Value, json};
use store::{CommitError, Entity, Write, client::Connection, schema::create_table};

pub const BOOTSTRAP: &str = "the-token-of-the-deployer";
const TABLE: &str = "shop";
/// Nothing listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

/// A clock that stands until it is moved.
pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

impl TestClock {
    pub fn tick(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    pub fn forward(&self, span: Span) {
        self.0.fetch_add(span.as_millis(), Ordering::SeqCst);
    }
}

/// Numbers that look random and are the same in every run.
struct Counted(AtomicU64);

impl Entropy for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_be_bytes()[..chunk.len()]);
        }
    }
}

pub struct Shop {
    pub app: App,
    pub clock: Arc<TestClock>,
    engine: Engine,
}

/// The 22nd of November 2026, noon.
pub fn noon() -> Timestamp {
    Timestamp::from_seconds(1_795_348_800)
}

impl Shop {
    pub async fn open() -> Self {
        let engine = Engine::memory().await.unwrap();
        let connection = Connection {
            region: "eu-central-1".into(),
            credentials: Credentials::new("AKIDLOCAL", "secret", None, None, "tests"),
            endpoint: Some(engine.endpoint()),
        };
        create_table(&store::client::client(SdkHttpClient::new(Http::new().unwrap()), connection), TABLE).await.unwrap();
        let endpoint = engine.endpoint();
        let settings = [
            ("TABLE_NAME", TABLE),
            ("AWS_ENDPOINT_URL_DYNAMODB", endpoint.as_str()),
            ("PUBLIC_URL", "https://shop.example"),
            ("TELEGRAM_BOT_TOKEN", "42:a-token-of-a-bot"),
            ("TELEGRAM_API_URL", NOWHERE),
            ("TELEGRAM_WEBHOOK_SECRET", "secret"),
            ("PANEL_URL", NOWHERE),
            ("PANEL_USERNAME", "bot"),
            ("PANEL_PASSWORD", "p"),
            ("CARD_NUMBER", "6037991234567890"),
            ("CARD_HOLDER", "The Shop"),
            ("ADMIN_BOOTSTRAP_TOKEN", BOOTSTRAP),
        ];
        let clock = Arc::new(TestClock(AtomicI64::new(noon().millis())));
        let seams = Seams { clock: clock.clone(), entropy: Arc::new(Counted(AtomicU64::new(1))) };
        let environment = Environment::new(settings.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let app = app::start(environment, seams).await.unwrap();
        Self { app, clock, engine }
    }

    /// The shop without its table.
    pub async fn without_table(self) -> Self {
        self.engine.stop().await.unwrap();
        Self { engine: Engine::memory().await.unwrap(), ..self }
    }

    /// A request by the owner, until it is told otherwise.
    pub fn ask<'a>(&'a self, method: &'a str, path: &str) -> Ask<'a> {
        let request = Request::builder().method(method).uri(format!("https://shop.example{path}"));
        Ask { shop: self, request, token: Some(BOOTSTRAP.to_owned()), body: Body::Empty, json: false, context: None }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path).send().await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask("POST", path).json(&body).send().await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask("PATCH", path).json(&body).send().await
    }

    /// The ids on a page.
    pub async fn ids(&self, path: &str, id: &str) -> Vec<Value> {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body["items"].as_array().unwrap().iter().map(|item| item[id].clone()).collect()
    }

    /// Walks a list to its end, page by page, and gives what stands at `id` in its items.
    pub async fn walk(&self, path: &str, id: &str, limit: usize) -> Vec<Value> {
        let mut found = Vec::new();
        let mut cursor = String::new();
        for _ in 0..200 {
            let sign = if path.contains('?') { '&' } else { '?' };
            let answer = self.get(&format!("{path}{sign}limit={limit}{cursor}")).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.body);
            let items = answer.body["items"].as_array().unwrap();
            assert!(items.len() <= limit, "{path}: more than asked for");
            found.extend(items.iter().map(|item| item[id].clone()));
            match answer.body["next_cursor"].as_str() {
                None => return found,
                Some(next) => cursor = format!("&cursor={next}"),
            }
        }
        panic!("{path} does not end");
    }

    pub fn deadline(&self) -> Deadline {
        Deadline::of_invocation(&self.app, None, Span::seconds(20))
    }

    /// Puts something into the table that nothing stands in the way of.
    pub async fn put<E: Entity>(&self, entity: &E) {
        let committed: Result<(), CommitError> =
            self.app.store.commit(&self.app.seams().nonce(), vec![Write::create(entity).unwrap()]).await;
        committed.unwrap();
    }

    pub async fn join(&self, id: i64, inviter: Option<i64>) -> User {
        let user = |id| TelegramUserId::new(id).unwrap();
        let visitor = Visitor { id: user(id), first_name: "Sara", username: Some("sara"), language_code: Some("en") };
        self.app.join(visitor, inviter.map(user)).await.unwrap().user
    }

    /// The product that the tests buy.
    pub async fn stock(&self) {
        let body = json!({
            "id": "gb50-30d", "name": "50 GB, 30 days", "price": {"amount": "150000", "currency": "IRT"},
            "prices": {"XTR": "150"}, "data_limit_gb": 50, "duration_days": 30,
        });
        assert_eq!(self.post("/admin/v1/products", body).await.status, 201);
    }

    /// An order to be paid by card, placed by a customer as the bot places it.
    pub async fn order(&self, buyer: i64, code: Option<&str>) -> Order {
        let user = self.join(buyer, None).await;
        let ulid = self.app.seams().ulid(self.app.now());
        let product: ProductId = "gb50-30d".parse().unwrap();
        let shop = self.app.shop().await.unwrap();
        let product = shop.product(&product).unwrap();
        let mut discount = None;
        if let Some(code) = code {
            let code = self.app.store.discount_code(&code.parse().unwrap()).await.unwrap().unwrap();
            let (product, price) = (&product.id, product.price);
            let to = Use { customer: user.id, product, price, first_purchase: true, held_by_customer: 0 };
            discount = Some((code.name.clone(), code.apply(&to, self.app.now()).unwrap()));
        }
        let offer = self.app.offer(&shop, product, Purpose::Purchase, discount, ulid).unwrap();
        let choice = Choice {
            gateway: Some(Gateway::Card),
            order: ulid,
            fingerprint: self.app.fingerprint(&offer, Some(Gateway::Card)),
            wanted: Wanted::Purchase(product.id.clone()),
            code: code.map(|code| code.parse::<DiscountCodeName>().unwrap()),
        };
        match self.app.place(user.id, &choice, None, self.deadline()).await.unwrap().1 {
            Placed::Order(order) => *order,
            other => panic!("not placed: {other:?}"),
        }
    }

    /// The same with a receipt that waits for the operators.
    pub async fn receipt(&self, buyer: i64) -> Order {
        self.order(buyer, None).await;
        self.send_receipt(buyer).await
    }

    /// A customer sends a picture: it belongs to the newest order that waits for one.
    pub async fn send_receipt(&self, buyer: i64) -> Order {
        let user = self.app.store.user(TelegramUserId::new(buyer).unwrap()).await.unwrap().unwrap();
        let sent = Sent { file_id: "AgACAgQAAxkBAAIBTGaY".into(), unique: "AQADBAADr7cxG1".into(), document: false };
        match self.app.submit_receipt(&user, &sent, None).await.unwrap() {
            Submitted::UnderReview(order) => *order,
            other => panic!("not under review: {other:?}"),
        }
    }

    pub async fn stored(&self, id: OrderId) -> Order {
        self.app.store.order(id).await.unwrap().unwrap()
    }

    pub fn name(&self, order: &Order) -> String {
        self.app.names.order(order.id)
    }

    /// A token of this role.
    pub async fn token(&self, role: &str) -> String {
        let answer = self.post("/admin/v1/tokens", json!({"name": role, "role": role})).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body["token"].as_str().unwrap().to_owned()
    }

    /// What the history of something says: action by action, the newest first.
    pub async fn history(&self, entity: &str, id: &str) -> Vec<String> {
        let answer = self.get(&format!("/admin/v1/audit?entity={entity}&id={id}")).await;
        let entries = answer.body["items"].as_array().unwrap();
        entries.iter().map(|entry| format!("{} {}", entry["actor"].as_str().unwrap(), entry["action"].as_str().unwrap())).collect()
    }
}

/// A request on its way.
pub struct Ask<'a> {
    shop: &'a Shop,
    request: lambda_http::http::request::Builder,
    token: Option<String>,
    body: Body,
    json: bool,
    context: Option<RequestContext>,
}

impl Ask<'_> {
    pub fn token(mut self, token: Option<&str>) -> Self {
        self.token = token.map(str::to_owned);
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// Sent from this address, as the front door saw it.
    pub fn from(mut self, address: &str) -> Self {
        let context = json!({"http": {"method": "GET", "path": "/", "protocol": "HTTP/1.1", "sourceIp": address, "userAgent": "test"}});
        self.context = Some(RequestContext::ApiGatewayV2(serde_json::from_value(context).unwrap()));
        self
    }

    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    pub fn json(mut self, body: &Value) -> Self {
        self.json = true;
        self.body = Body::Text(body.to_string());
        self
    }

    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    pub async fn send(self) -> Answer {
        let mut request = self.request;
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if self.json {
            request = request.header("content-type", "application/json");
        }
        let mut request = request.body(self.body).unwrap();
        if let Some(context) = self.context {
            request = request.with_request_context(context);
        }
        let changes = request.method() != "GET";
        let response = admin_api::handle(&self.shop.app, request).await;
        if changes {
            // Histories are told by the millisecond.
            self.shop.clock.tick();
        }
        let (parts, body) = response.into_parts();
        let text = match body {
            Body::Text(text) => text,
            Body::Empty => String::new(),
            other => panic!("an answer is text: {other:?}"),
        };
        Answer { status: parts.status, headers: parts.headers, body: serde_json::from_str(&text).unwrap_or(Value::Null), text }
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Null where it is not JSON.
    pub body: Value,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// That it is a problem of this kind, about exactly these fields.
    #[track_caller]
    pub fn is_problem(&self, status: u16, slug: &str, fields: &[&str]) {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["type"], format!("urn:wave-shop:problem:{slug}"), "{}", self.text);
        assert_eq!(self.body["status"], status);
        assert!(self.body["title"].is_string() && self.body["detail"].is_string());
        let errors: Vec<&str> =
            self.body["errors"].as_object().map(|errors| errors.keys().map(String::as_str).collect()).unwrap_or_default();
        assert_eq!(errors, fields, "{}", self.text);
    }
}

/// Runs them all at once and gives what they came to, in their order.
pub async fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut all = true;
        for (future, output) in &mut running {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(done) => *output = Some(done),
                    std::task::Poll::Pending => all = false,
                }
            }
        }
        if all { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    running.into_iter().map(|(_, output)| output.unwrap()).collect()
}

/// A runtime for tests that are not asynchronous themselves.
pub fn runtime() -> &'static tokio::runtime::Runtime {
    static RUNTIME: std::sync::OnceLock<tokio::runtime::Runtime> = std::sync::OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap())
}

/// A shop that many cases of one test share, on [`runtime`].
pub async fn shared() -> &'static Shop {
    static SHOP: tokio::sync::OnceCell<Shop> = tokio::sync::OnceCell::const_new();
    SHOP.get_or_init(Shop::open).await
}
