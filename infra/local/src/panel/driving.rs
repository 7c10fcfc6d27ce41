//! A panel under test: its clock is set by hand, and it is spoken to over a socket, as a client does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Admin, Listening, Options, PanelStandIn, Role};

pub(super) struct Driven {
    pub(super) panel: PanelStandIn,
    pub(super) clock: Arc<AtomicI64>,
    listening: Listening,
}

/// A request, as it goes over the wire.
#[derive(Debug, Clone, Default)]
pub(super) struct Ask {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Ask {
    pub(super) fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned(), ..Self::default() }
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    pub(super) fn json(mut self, body: &Value) -> Self {
        self.body = body.to_string().into_bytes();
        self.header("Content-Type", "application/json")
    }

    pub(super) fn form(mut self, fields: &[(&str, &str)]) -> Self {
        let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.body = pairs.join("&").into_bytes();
        self.header("Content-Type", "application/x-www-form-urlencoded")
    }

    pub(super) async fn send(&self, address: std::net::SocketAddr) -> Option<Answer> {
        let Self { method, path, headers, body } = self;
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        let mut reply = Vec::new();
        // A reset is one of the ways in which a connection is closed without a reply.
        let _ = stream.read_to_end(&mut reply).await;
        Answer::parse(&reply)
    }
}

/// A reply; a connection that was closed without one gives none.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

impl Answer {
    fn parse(reply: &[u8]) -> Option<Self> {
        let text = String::from_utf8(reply.to_vec()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().unwrap();
        let headers = lines.map(|line| line.split_once(": ").unwrap());
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        Some(Self { status, headers, body: body.to_owned() })
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// The admins of the recordings.
pub(super) fn recorded_admins() -> Vec<Admin> {
    vec![
        Admin::new("wave_root", "wave-root-Pw-1", Role::Environment),
        Admin::new("wave_bot", "wave_bot-Pw-1", Role::Seller),
        Admin::new("other_shop", "other_shop-Pw-1", Role::Seller),
        Admin::new("tmp_admin", "p1-tmp", Role::Seller),
    ]
}

impl Driven {
    pub(super) async fn new(now: i64, set: impl FnOnce(&mut Options)) -> Self {
        let clock = Arc::new(AtomicI64::new(now));
        let reading = Arc::clone(&clock);
        let mut options = Options::new(Arc::new(move || reading.load(Ordering::SeqCst)));
        options.admins = recorded_admins();
        set(&mut options);
        let panel = PanelStandIn::new(options).unwrap();
        let listening = panel.listen().await.unwrap();
        Self { panel, clock, listening }
    }

    pub(super) fn set_clock(&self, now: i64) {
        self.clock.store(now, Ordering::SeqCst);
    }

    pub(super) fn address(&self) -> std::net::SocketAddr {
        self.listening.address()
    }

    pub(super) async fn ask(&self, ask: Ask) -> Option<Answer> {
        ask.send(self.address()).await
    }

    pub(super) async fn token(&self, admin: &str) -> String {
        let password = match admin {
            "wave_root" => "wave-root-Pw-1".to_owned(),
            "tmp_admin" => "p1-tmp".to_owned(),
            name => format!("{name}-Pw-1"),
        };
        let login = Ask::new("POST", "/api/admin/token").form(&[("username", admin), ("password", &password)]);
        let answer = self.ask(login).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// A request by the shop's admin.
    pub(super) async fn by_shop(&self, ask: Ask) -> Option<Answer> {
        let token = self.token("wave_bot").await;
        self.ask(ask.bearer(&token)).await
    }
}
