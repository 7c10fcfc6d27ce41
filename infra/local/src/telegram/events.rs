//! Server-sent events for the chat pages.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use http_body::Frame;
use serde_json::Value;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Events a page may be behind; one that is further behind is cut off, connects again and reads everything anew.
const BACKLOG: usize = 256;

/// The pages that listen.
#[derive(Default)]
pub(crate) struct Subscribers(Mutex<Vec<Sender<Bytes>>>);

impl fmt::Debug for Subscribers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subscribers")
    }
}

impl Subscribers {
    /// Tells every page.
    pub fn send(&self, event: &Value) {
        let frame = Bytes::from(format!("data: {event}\n\n"));
        self.list(|pages| pages.retain(|page| page.try_send(frame.clone()).is_ok()));
    }

    /// Ends all streams.
    pub fn close(&self) {
        self.list(Vec::clear);
    }

    /// A stream for one more page.
    pub fn stream(&self) -> Response {
        let (sender, receiver) = channel(BACKLOG);
        // Browsers call `onopen` with the first bytes. The channel is empty, so this one fits.
        let _ = sender.try_send(Bytes::from_static(b"retry: 1000\n\n"));
        self.list(|pages| pages.push(sender));
        let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
        (headers, Body::new(EventBody(receiver))).into_response()
    }

    fn list<R>(&self, work: impl FnOnce(&mut Vec<Sender<Bytes>>) -> R) -> R {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct EventBody(Receiver<Bytes>);

impl http_body::Body for EventBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|next| next.map(|bytes| Ok(Frame::data(bytes))))
    }
}
