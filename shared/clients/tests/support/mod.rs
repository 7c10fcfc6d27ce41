//! A peer that plays what a test tells it to, over real sockets, faults included.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// One request as the peer saw it.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub method: String,
    /// With the query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// `POST /path`, without the query.
    pub fn call(&self) -> String {
        format!("{} {}", self.method, self.target.split('?').next().unwrap_or_default())
    }
}

/// What the peer does with a request.
#[derive(Debug, Clone)]
pub enum Play {
    Answer(u16, String),
    /// Says nothing, for as long as the client waits.
    Hang,
    /// Closes the connection without an answer.
    Reset,
    /// Announces more than it sends, then closes.
    Cut(u16),
}

pub struct Peer {
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Peer {
    /// `script` gets each request and the number of requests before it.
    pub async fn start(script: impl Fn(&Seen, usize) -> Play + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, script) = (Arc::clone(&seen), Arc::new(script));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, script) = (Arc::clone(&log), Arc::clone(&script));
                tokio::spawn(async move {
                    // A client that went away is no concern of the peer's.
                    let _ = converse(stream, &log, &*script).await;
                });
            }
        });
        Self { url, seen, task }
    }

    /// Answers every request alike.
    pub async fn always(play: Play) -> Self {
        Self::start(move |_, _| play.clone()).await
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no panic while held").clone()
    }

    pub fn calls(&self) -> Vec<String> {
        self.seen().iter().map(Seen::call).collect()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn converse(stream: TcpStream, log: &Mutex<Vec<Seen>>, script: &(dyn Fn(&Seen, usize) -> Play + Send + Sync)) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(seen) = request(&mut stream).await? {
        let index = {
            let mut log = log.lock().expect("no panic while held");
            log.push(seen.clone());
            log.len() - 1
        };
        match script(&seen, index) {
            Play::Answer(status, body) => {
                let head = format!("HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
                // In one piece: two would wait for each other's acknowledgement.
                stream.write_all(format!("{head}{body}").as_bytes()).await?;
            }
            Play::Hang => std::future::pending().await,
            Play::Reset => return Ok(()),
            Play::Cut(status) => {
                stream.write_all(format!("HTTP/1.1 {status} -\r\ncontent-length: 1000\r\n\r\n{{").as_bytes()).await?;
                return Ok(());
            }
        }
    }
    Ok(())
}

async fn request(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Seen>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let mut seen = Seen {
        method: words.next().unwrap_or_default().to_owned(),
        target: words.next().unwrap_or_default().to_owned(),
        ..Seen::default()
    };
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        seen.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = seen.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    seen.body = vec![0; length];
    stream.read_exact(&mut seen.body).await?;
    Ok(Some(seen))
}
