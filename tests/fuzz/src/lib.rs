//! A shop for the fuzzers: the production handlers, a table that answers with whatever a target lays in it, and one peer in the place of
//! Telegram, the panel and the gateways that answers with whatever a target gives it.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use app::{
    App,
    config::Environment,
    seams::{Clock, Entropy, Seams},
    start_with,
};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use clients::Http;
use domain::Timestamp;
use lambda_http::{Body, Request, RequestExt, Response};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    runtime::{Builder, Runtime},
};

pub const WEBHOOK_SECRET: &str = "webhook-secret";
pub const ADMIN_TOKEN: &str = "bootstrap-token-of-the-fuzzers";
pub const CRYPTO_PAY_TOKEN: &str = "12345:crypto-pay-token";
pub const STRIPE_WEBHOOK_SECRET: &str = "whsec_fuzz";
pub const TRIBUTE_API_KEY: &str = "tribute-key";
/// The time of every run, in milliseconds since 1970.
pub const NOW: i64 = 1_795_000_000_000;

/// What everybody answers.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// The body of every answer of the table; `None`: there is nothing in it, and every write succeeds.
    pub table: Option<Vec<u8>>,
    /// Status and body of every answer over HTTP.
    pub peer: Option<(u16, Vec<u8>)>,
}

static ANSWERS: Mutex<Answers> = Mutex::new(Answers { table: None, peer: None });

fn answers() -> Answers {
    ANSWERS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

struct StillClock;

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(NOW)
    }
}

struct SameEntropy;

impl Entropy for SameEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// The table's engine.
#[derive(Debug, Clone)]
struct Table;

impl HttpClient for Table {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Self)
    }
}

impl HttpConnector for Table {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default();
        let nothing = match operation {
            "Query" => &br#"{"Items":[],"Count":0,"ScannedCount":0}"#[..],
            "BatchGetItem" => br#"{"Responses":{"shop":[]},"UnprocessedKeys":{}}"#,
            _ => b"{}",
        };
        let body = answers().table.unwrap_or_else(|| nothing.to_vec());
        let answer = StatusCode::try_from(200).map_err(|error| ConnectorError::user(error.into())).map(|status| {
            let mut response = HttpResponse::new(status, SdkBody::from(body));
            response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
            response
        });
        HttpConnectorFuture::ready(answer)
    }
}

/// Answers every request on a loopback port and closes the connection.
async fn peer(listener: TcpListener) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut request = Vec::new();
        let mut chunk = [0; 4096];
        // Requests of the shop are small: head and body come at once, or the next read has the rest.
        while let Ok(read @ 1..) = stream.read(&mut chunk).await {
            request.extend_from_slice(&chunk[..read]);
            if whole(&request) {
                break;
            }
        }
        let (status, body) = answers().peer.unwrap_or_else(|| (200, br#"{"ok":true,"result":true}"#.to_vec()));
        let head =
            format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        let _ = stream.write_all(head.as_bytes()).await;
        let _ = stream.write_all(&body).await;
    }
}

fn whole(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")).and_then(|length| length.trim().parse().ok());
    request.len() - end - 4 >= length.unwrap_or(0)
}

/// The shop, once per process.
pub struct Shop {
    pub app: App,
    runtime: Runtime,
}

pub fn shop() -> &'static Shop {
    static SHOP: OnceLock<Shop> = OnceLock::new();
    SHOP.get_or_init(|| {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let listener = std::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let app = runtime.block_on(async {
            tokio::spawn(peer(TcpListener::from_std(listener).expect("a listener")));
            let own = [
                ("TABLE_NAME", "shop"),
                ("PUBLIC_URL", "https://shop.example"),
                ("AWS_ENDPOINT_URL_DYNAMODB", "http://table.invalid"),
                ("AWS_ACCESS_KEY_ID", "fuzz"),
                ("AWS_SECRET_ACCESS_KEY", "fuzz"),
                ("TELEGRAM_BOT_TOKEN", "4242424242:token-of-the-fuzzers"),
                ("TELEGRAM_WEBHOOK_SECRET", WEBHOOK_SECRET),
                ("TELEGRAM_OPERATOR_CHAT_ID", "9000000001"),
                ("PANEL_USERNAME", "shop"),
                ("PANEL_PASSWORD", "password"),
                ("ADMIN_BOOTSTRAP_TOKEN", ADMIN_TOKEN),
                ("CARD_NUMBER", "6037990000000006"),
                ("CARD_HOLDER", "wave-shop"),
                ("CRYPTO_PAY_TOKEN", CRYPTO_PAY_TOKEN),
                ("NOWPAYMENTS_API_KEY", "key"),
                ("NOWPAYMENTS_IPN_SECRET", "secret"),
                ("ZARINPAL_MERCHANT_ID", "00000000-0000-4000-8000-000000000000"),
                ("HELEKET_MERCHANT_ID", "00000000-0000-4000-8000-000000000000"),
                ("HELEKET_PAYMENT_KEY", "key"),
                ("CRYPTOMUS_MERCHANT_ID", "00000000-0000-4000-8000-000000000000"),
                ("CRYPTOMUS_PAYMENT_KEY", "key"),
                ("PLISIO_API_KEY", "key"),
                ("YOOKASSA_SHOP_ID", "100500"),
                ("YOOKASSA_SECRET_KEY", "key"),
                ("PLATEGA_MERCHANT_ID", "00000000-0000-4000-8000-000000000000"),
                ("PLATEGA_SECRET", "secret"),
                ("TRIBUTE_API_KEY", TRIBUTE_API_KEY),
                ("STRIPE_SECRET_KEY", "key"),
                ("STRIPE_WEBHOOK_SECRET", STRIPE_WEBHOOK_SECRET),
            ];
            let elsewhere = [
                "TELEGRAM_API_URL",
                "PANEL_URL",
                "CRYPTO_PAY_API_URL",
                "NOWPAYMENTS_API_URL",
                "ZARINPAL_API_URL",
                "HELEKET_API_URL",
                "CRYPTOMUS_API_URL",
                "PLISIO_API_URL",
                "YOOKASSA_API_URL",
                "PLATEGA_API_URL",
                "TRIBUTE_API_URL",
                "STRIPE_API_URL",
            ];
            let settings = own.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter();
            let settings = settings.chain(elsewhere.map(|name| (name.to_owned(), url.clone())));
            let seams = Seams { clock: Arc::new(StillClock), entropy: Arc::new(SameEntropy) };
            start_with(Environment::new(settings), seams, Http::new().expect("a client"), Table).await.expect("a shop")
        });
        Shop { app, runtime }
    })
}

impl Shop {
    /// Runs `work` while everybody answers `answers`.
    pub fn run<T>(&self, answers: Answers, work: impl Future<Output = T>) -> T {
        *ANSWERS.lock().unwrap_or_else(PoisonError::into_inner) = answers;
        self.runtime.block_on(work)
    }
}

/// A request as the front door hands it on; `None` where it could not have come through one.
pub fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<Request> {
    let mut builder = lambda_http::http::Request::builder().method(method).uri(target);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    let request = builder.body(Body::Binary(body.to_vec())).ok()?;
    Some(request.with_raw_http_path(target.split('?').next().unwrap_or_default()))
}

/// What every answer has to keep: it is no accident of ours.
pub fn check(response: &Response<Body>) {
    let status = response.status().as_u16();
    assert!((200..=599).contains(&status));
}

/// The address that requests seem to come from.
pub const SOURCE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
