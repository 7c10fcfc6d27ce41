//! The same purchase as events through the built binaries, each a process of its own under a Runtime API, as on AWS.

use std::{path::PathBuf, process::Command, sync::Arc};

use app::seams::{Clock, SystemClock};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use domain::{duty::Duty, order::OrderStatus, time::Span};
use local::{
    lambda::{HttpAnswer, HttpCall, InvokeError, LambdaProcess, Launch, http_answer, http_event, scheduled_event},
    panel,
    telegram::WebhookAnswer,
};
use serde_json::{Value, json};
use store::Write;
use tests::{
    ADMIN_TOKEN, WEBHOOK_SECRET, World,
    actors::{self, deliveries, says},
    crypto_pay::CryptoPayStandIn,
};
use tokio::sync::OnceCell;

const FUNCTIONS: [&str; 4] = ["telegram-webhook", "payment-callback", "admin-api", "scheduled-jobs"];

/// Where the functions' binaries are: beside this test's own, built as it was.
async fn binaries() -> &'static PathBuf {
    static BUILT: OnceCell<PathBuf> = OnceCell::const_new();
    BUILT
        .get_or_init(|| async {
            tokio::task::spawn_blocking(|| {
                let own = std::env::current_exe().expect("a program");
                let folder = own.ancestors().nth(2).expect("target/profile/deps").to_path_buf();
                let profile = match folder.file_name().and_then(|name| name.to_str()).expect("a profile") {
                    "debug" => "dev",
                    other => other,
                };
                let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
                // Together with this test, so that every crate below is built once, for both.
                build.args(["build", "--quiet", "--profile", profile, "--bins", "--test", "shop", "--package", "tests"]);
                build.args(FUNCTIONS.iter().flat_map(|name| ["--package", name]));
                build.arg("--target-dir").arg(folder.parent().expect("target")).current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
                assert!(build.status().expect("cargo").success(), "the functions do not build");
                folder
            })
            .await
            .expect("a build")
        })
        .await
}

/// A shop whose functions are processes. The world around it is the tests'; its clock is the machine's.
struct Deployed {
    world: World,
    functions: Vec<Arc<LambdaProcess>>,
}

impl Deployed {
    async fn open(more: &[(&str, &str)]) -> Self {
        let world = World::open_at(SystemClock.now(), more).await;
        let mut functions = Vec::new();
        for name in FUNCTIONS {
            functions.push(start(&world, name).await);
        }
        let deployed = Self { world, functions };
        deployed.connect();
        deployed
    }

    fn function(&self, name: &str) -> &Arc<LambdaProcess> {
        let position = FUNCTIONS.iter().position(|function| *function == name).expect("a function");
        &self.functions[position]
    }

    /// Another process of a function takes the place of the one that ended.
    async fn replace(&mut self, name: &str) {
        let position = FUNCTIONS.iter().position(|function| *function == name).expect("a function");
        self.functions[position] = start(&self.world, name).await;
        self.connect();
    }

    /// Telegram's updates become events of the webhook's function.
    fn connect(&self) {
        let webhook = Arc::clone(self.function("telegram-webhook"));
        self.world.telegram.connect(move |update: Value| {
            let webhook = Arc::clone(&webhook);
            async move {
                let headers = [("x-telegram-bot-api-secret-token", WEBHOOK_SECRET), ("content-type", "application/json")];
                let answer = request(&webhook, "POST", "/telegram/webhook", &headers, update.to_string().as_bytes()).await;
                let answer = answer.map_err(|error| error.to_string())?;
                Ok::<_, String>(WebhookAnswer {
                    status: answer.status.as_u16(),
                    body: serde_json::from_slice(&answer.body).ok(),
                    retry_after: None,
                })
            }
        });
    }

    async fn jobs(&self) -> Value {
        let time = SystemClock.now().to_string();
        self.function("scheduled-jobs").invoke(scheduled_event(&time)).await.expect("a run")
    }

    async fn admin(&self, method: &str, path: &str) -> (u16, Value) {
        let authorization = format!("Bearer {ADMIN_TOKEN}");
        let answer = request(self.function("admin-api"), method, path, &[("authorization", &authorization)], b"").await.expect("an answer");
        (answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap_or_default())
    }
}

async fn start(world: &World, name: &str) -> Arc<LambdaProcess> {
    let launch = Launch::new(binaries().await.join(name), world.settings.iter().cloned());
    Arc::new(LambdaProcess::spawn(launch).await.expect("a process"))
}

async fn request(
    function: &LambdaProcess,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<HttpAnswer, InvokeError> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_bytes(name.as_bytes()).expect("a name"), HeaderValue::from_str(value).expect("a value"));
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let call = HttpCall { method, path, query, headers: &map, body, source_ip: [127, 0, 0, 1].into() };
    let answer = function.invoke(http_event(&call)).await?;
    Ok(http_answer(&answer).expect("an answer that the front door can send on"))
}

#[tokio::test]
async fn a_purchase_through_all_four_functions() {
    let crypto_pay = CryptoPayStandIn::start().await;
    let shop = Deployed::open(&crypto_pay.settings()).await;
    let world = &shop.world;
    let inviter = world.customer(8_200_000_001);
    inviter.send("/start").await;
    let customer = world.customer(8_200_000_002);
    customer.send(&format!("/start ref_{}", inviter.id())).await;
    assert!(says(&customer).contains("by a friend's invitation"), "{}", says(&customer));

    // By Stars, in the chat.
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.tap("Pay ⭐ 80").await.unwrap();
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
    assert_eq!(deliveries(&customer).len(), 1);
    // The clock's function gives the prize.
    for _ in 0..2 {
        shop.jobs().await;
    }
    assert!(deliveries(&inviter)[0].contains("Invitation prize"));

    // By Crypto Pay, whose callback is another function's.
    actors::order(&customer, "Plan large", "Crypto").await;
    let callback = crypto_pay.pay(25_000);
    let path = "/payments/crypto-pay/callback";
    let signed = [("crypto-pay-api-signature", callback.signature.as_str()), ("content-type", "application/json")];
    let function = shop.function("payment-callback");
    assert_eq!(request(function, "POST", path, &[], &callback.body).await.unwrap().status, 401);
    for _ in 0..2 {
        assert_eq!(request(function, "POST", path, &signed, &callback.body).await.unwrap().status, 200);
    }
    assert_eq!(deliveries(&customer).len(), 2);
    let link = customer.link("Hiddify").unwrap().replace("https://shop.example", "");
    let page = request(shop.function("telegram-webhook"), "GET", &link, &[], b"").await.unwrap();
    assert!(page.status == 200 && String::from_utf8(page.body).unwrap().contains("hiddify://import/"));

    // The operators' function sees all of it.
    assert_eq!(request(shop.function("admin-api"), "GET", "/healthz", &[], b"").await.unwrap().status, 200);
    assert_eq!(request(shop.function("admin-api"), "GET", "/admin/v1/orders", &[], b"").await.unwrap().status, 401);
    let (status, orders) = shop.admin("GET", "/admin/v1/orders?status=provisioned").await;
    assert_eq!((status, orders["items"].as_array().map(Vec::len)), (200, Some(3)), "{orders}");
    let audit = world.audit().await;
    assert_eq!((audit.orders, audit.provisioned, audit.applied, audit.prizes), (3, 3, 2, 1));

    // Nothing secret was logged, and no Telegram id.
    let mut lines = 0;
    for function in &shop.functions {
        function.kill().await;
        for line in function.logs() {
            lines += 1;
            for secret in [
                tests::BOT_TOKEN,
                WEBHOOK_SECRET,
                ADMIN_TOKEN,
                tests::CRYPTO_PAY_TOKEN,
                "panel-password",
                "panel.example/sub/",
                "8200000002",
            ] {
                assert!(!line.contains(secret), "{line}");
            }
            assert!(serde_json::from_str::<Value>(&line).is_ok(), "a line of a log is JSON: {line}");
        }
    }
    assert!(lines > 0, "the functions log what they do");
}

/// The machine fails while the panel is at work on a paid order.
#[tokio::test]
async fn killed_between_paid_and_provisioned() {
    let mut shop = Deployed::open(&[]).await;
    let customer = shop.world.customer(8_200_000_003);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    let order = shop.world.order(customer.id()).await;
    shop.world.panel.fail(panel::Fault::once(panel::FaultKind::HangAfterEffect).on("POST /api/user"));
    let update = actors::successful_payment(customer.id(), &shop.world.payload(&order, 1), 80, "charge-of-the-killed");
    let told = tokio::spawn({
        let telegram = shop.world.telegram.clone();
        async move { telegram.send_update(update).await }
    });
    while shop.world.panel.users().is_empty() {
        tokio::task::yield_now().await;
    }
    shop.function("telegram-webhook").kill().await;
    let answer = told.await.unwrap();
    assert_eq!(answer.status, None, "Telegram got no answer");
    let paid = shop.world.order(customer.id()).await;
    assert_eq!((paid.status, paid.work.duty), (OrderStatus::Paid, Some(Duty::Provision)));

    // Another environment, and the update again: the order is in the hands of who was killed, until his lease ends.
    shop.replace("telegram-webhook").await;
    assert!(shop.world.telegram.redeliver(answer.update_id).await.is_success());
    assert_eq!(shop.jobs().await["done"], 0);
    assert_eq!(shop.world.order(customer.id()).await.status, OrderStatus::Paid);
    let mut aged = shop.world.order(customer.id()).await;
    aged.work.due_at = Some(SystemClock.now().minus(Span::seconds(1)));
    shop.world.app.store.commit("the lease has ended", vec![Write::replace(&mut aged).unwrap()]).await.unwrap();

    assert_eq!(shop.jobs().await["done"], 1);
    assert_eq!(shop.world.order(customer.id()).await.status, OrderStatus::Provisioned);
    assert_eq!((shop.world.accounts(order.id).len(), deliveries(&customer).len()), (1, 1));
    assert!(shop.world.telegram.redeliver(answer.update_id).await.is_success());
    assert_eq!(deliveries(&customer).len(), 1);
    shop.world.audit().await;
}

/// A setting that is missing stops the start with its name.
#[tokio::test]
async fn a_missing_setting_is_named() {
    let world = World::open_at(SystemClock.now(), &[]).await;
    for name in FUNCTIONS {
        let settings = world.settings.iter().filter(|(setting, _)| setting != "PANEL_USERNAME").cloned();
        let function = LambdaProcess::spawn(Launch::new(binaries().await.join(name), settings)).await.unwrap();
        assert!(function.invoke(json!({})).await.is_err());
        let logs = function.logs();
        assert!(logs.iter().any(|line| line.contains("PANEL_USERNAME is not set")), "{name}: {logs:?}");
    }
}
