//! The one HTTP client: plain and TLS, HTTP/1.1, no redirects, no proxies, bodies bounded.

use std::{error::Error as _, fmt::Write as _, sync::Arc, time::Duration};

use ::http::{HeaderMap, StatusCode};
use reqwest::redirect;
use thiserror::Error;

use crate::BadSetting;

/// How long a connection may take to be made, TLS included.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Peers drop idle connections without a word (uvicorn, under Marzban, after five seconds): ours are dropped before.
const POOL_IDLE: Duration = Duration::from_secs(4);

/// The client that everything shares. Cloning it is cheap and shares the connections.
#[derive(Debug, Clone)]
pub struct Http {
    client: reqwest::Client,
    #[cfg(feature = "in-process")]
    transport: Option<Arc<dyn Transport>>,
}

/// Whoever answers in place of the network, in the same process.
#[cfg(feature = "in-process")]
#[async_trait::async_trait]
pub trait Transport: std::fmt::Debug + Send + Sync {
    /// What comes back for a request. The time-out of [`Limits`] is kept by whoever calls.
    async fn exchange(&self, request: ::http::Request<Vec<u8>>) -> Result<Answer, HttpError>;
}

/// What one exchange may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the first byte of the connection to the last byte of the answer's body.
    pub timeout: Duration,
    /// The largest body that is read, in bytes.
    pub max_body: usize,
}

/// An answer, whole.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// Why there is no answer. No variant holds the URL, which may hold a token.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HttpError {
    /// The request never left: nobody can have acted on it.
    #[error("not sent: {0}")]
    NotSent(String),
    /// No whole answer in time. Whether the request was acted on is unknown.
    #[error("no answer in time")]
    Timeout,
    /// The connection broke. Whether the request was acted on is unknown.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The answer's body is larger than it may be. The request was acted on.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
}

impl HttpError {
    /// Whether the peer may have acted on the request.
    pub const fn sent(&self) -> bool {
        match self {
            Self::NotSent(_) => false,
            Self::Timeout | Self::Broken(_) | Self::TooLarge(_) => true,
        }
    }
}

impl Http {
    /// Builds the client: ring and Mozilla's roots, both compiled in, so that no file is read at a cold start.
    pub fn new() -> Result<Self, BadSetting> {
        let failed = |_| BadSetting::new("HTTP client", "the TLS configuration was refused");
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(failed)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .http1_only()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(POOL_IDLE)
            .tcp_nodelay(true)
            .build()
            .map_err(|_| BadSetting::new("HTTP client", "it could not be built"))?;
        Ok(Self {
            client,
            #[cfg(feature = "in-process")]
            transport: None,
        })
    }

    /// The same client, whose requests are answered by `transport` instead of the network.
    #[cfg(feature = "in-process")]
    #[must_use]
    pub fn through(&self, transport: Arc<dyn Transport>) -> Self {
        Self { client: self.client.clone(), transport: Some(transport) }
    }

    #[cfg(feature = "in-process")]
    async fn answered_here(transport: &dyn Transport, request: reqwest::Request, limits: Limits) -> Result<Answer, HttpError> {
        use std::{future::poll_fn, pin::Pin};
        let request: ::http::Request<reqwest::Body> =
            request.try_into().map_err(|error: reqwest::Error| HttpError::NotSent(describe(error)))?;
        let (parts, mut body) = request.into_parts();
        let mut bytes = Vec::new();
        while let Some(frame) = poll_fn(|context| ::http_body::Body::poll_frame(Pin::new(&mut body), context)).await {
            if let Ok(data) = frame.map_err(|error| HttpError::NotSent(describe(error)))?.into_data() {
                bytes.extend_from_slice(&data);
            }
        }
        let exchange = transport.exchange(::http::Request::from_parts(parts, bytes));
        let answer = tokio::time::timeout(limits.timeout, exchange).await.map_err(|_| HttpError::Timeout)??;
        if answer.body.len() > limits.max_body { Err(HttpError::TooLarge(limits.max_body)) } else { Ok(answer) }
    }

    /// Sends a request and reads its whole answer, whatever its status.
    pub async fn send(&self, request: ::http::Request<Vec<u8>>, limits: Limits) -> Result<Answer, HttpError> {
        let request = request.try_into().map_err(|error: reqwest::Error| HttpError::NotSent(describe(error)))?;
        self.execute(request, limits).await
    }

    /// A request to fill in. Its URL is checked when it is built.
    pub(crate) fn request(&self, method: ::http::Method, url: reqwest::Url) -> reqwest::RequestBuilder {
        self.client.request(method, url)
    }

    /// As [`Http::send`], for a request from [`Http::request`].
    pub(crate) async fn send_built(&self, request: reqwest::RequestBuilder, limits: Limits) -> Result<Answer, HttpError> {
        let request = request.build().map_err(|error| HttpError::NotSent(describe(error)))?;
        self.execute(request, limits).await
    }

    async fn execute(&self, mut request: reqwest::Request, limits: Limits) -> Result<Answer, HttpError> {
        #[cfg(feature = "in-process")]
        if let Some(transport) = &self.transport {
            return Self::answered_here(transport.as_ref(), request, limits).await;
        }
        *request.timeout_mut() = Some(limits.timeout);
        let mut response = self.client.execute(request).await.map_err(classify)?;
        let announced = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        if announced > limits.max_body {
            return Err(HttpError::TooLarge(limits.max_body));
        }
        let mut body = Vec::with_capacity(announced);
        while let Some(chunk) = response.chunk().await.map_err(classify)? {
            if body.len().saturating_add(chunk.len()) > limits.max_body {
                return Err(HttpError::TooLarge(limits.max_body));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status: response.status(), headers: std::mem::take(response.headers_mut()), body })
    }
}

/// A base URL from the settings: absolute, http or https, without credentials, query and fragment; without a slash at its end.
///
/// Plain http is allowed because a stand-in, or a panel on the same host, speaks no TLS.
pub(crate) fn base_url(what: &'static str, text: &str) -> Result<String, BadSetting> {
    let bad = BadSetting::new(what, "it must be an absolute http or https URL without credentials, query and fragment");
    let Ok(url) = reqwest::Url::parse(text) else { return Err(bad) };
    let scheme = matches!(url.scheme(), "http" | "https");
    let bare = url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    if scheme && bare && url.has_host() { Ok(text.trim_end_matches('/').to_owned()) } else { Err(bad) }
}

fn classify(error: reqwest::Error) -> HttpError {
    // A connection that could not be made in time is a time-out too, but nothing was sent.
    if error.is_connect() || error.is_builder() {
        HttpError::NotSent(describe(error))
    } else if error.is_timeout() {
        HttpError::Timeout
    } else {
        HttpError::Broken(describe(error))
    }
}

/// The error and its causes in one line, without the URL.
fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing to a String does not fail.
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}
