//! A stand-in of Crypto Pay, API 1.5, as far as a shop meets it: invoices are made, looked up, paid, and told about.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{CRYPTO_PAY_TOKEN, Served, serve};

/// One app of Crypto Pay.
#[derive(Debug)]
pub struct CryptoPayStandIn {
    state: Shared,
    /// Absent where its requests are answered in the process.
    served: Option<Served>,
}

type Shared = Arc<Mutex<Ledger>>;

#[derive(Debug, Default)]
struct Ledger {
    invoices: Vec<Value>,
    down: bool,
}

fn lock(state: &Shared) -> std::sync::MutexGuard<'_, Ledger> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl CryptoPayStandIn {
    pub async fn start() -> Self {
        let (stand_in, router) = Self::in_process();
        Self { served: Some(serve(router).await), ..stand_in }
    }

    /// One that listens nowhere, and what answers its requests.
    pub fn in_process() -> (Self, Router) {
        let state = Shared::default();
        let router =
            Router::new().route("/api/createInvoice", post(create)).route("/api/getInvoices", get(find)).with_state(Arc::clone(&state));
        (Self { state, served: None }, router)
    }

    /// The settings that turn the gateway on.
    pub fn settings(&self) -> [(&str, &str); 2] {
        let url = self.served.as_ref().map_or("http://crypto-pay", |served| served.url.as_str());
        [("CRYPTO_PAY_TOKEN", CRYPTO_PAY_TOKEN), ("CRYPTO_PAY_API_URL", url)]
    }

    pub fn invoices(&self) -> Vec<Value> {
        lock(&self.state).invoices.clone()
    }

    /// Answers nothing but 502, or answers again.
    pub fn set_down(&self, down: bool) {
        lock(&self.state).down = down;
    }

    /// Somebody pays an invoice; comes back with the callback that tells of it.
    pub fn pay(&self, invoice_id: u64) -> Callback {
        let mut state = lock(&self.state);
        let invoice = state.invoices.iter_mut().find(|invoice| invoice.get("invoice_id") == Some(&json!(invoice_id))).expect("an invoice");
        let fields = invoice.as_object_mut().expect("an object");
        fields.insert("status".into(), "paid".into());
        fields.insert("paid_asset".into(), "USDT".into());
        fields.insert("paid_at".into(), "2026-11-18T10:00:00.000Z".into());
        Callback::signed(&json!({
            "update_id": invoice_id + 1,
            "update_type": "invoice_paid",
            "request_date": "2026-11-18T10:00:01.000Z",
            "payload": invoice,
        }))
    }
}

/// What Crypto Pay posts.
#[derive(Debug, Clone)]
pub struct Callback {
    pub body: Vec<u8>,
    pub signature: String,
}

impl Callback {
    /// A callback with Crypto Pay's own signature, whatever it says.
    pub fn signed(content: &Value) -> Self {
        let body = content.to_string().into_bytes();
        let key = Sha256::digest(CRYPTO_PAY_TOKEN);
        let mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key of any length").chain_update(&body);
        Self { signature: data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes()), body }
    }
}

async fn create(State(state): State<Shared>, headers: HeaderMap, Json(asked): Json<Value>) -> (StatusCode, Json<Value>) {
    let mut state = lock(&state);
    if let Some(refusal) = refusal(&state, &headers) {
        return refusal;
    }
    let id = 25_000 + state.invoices.len() as u64;
    let field = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let mut invoice = json!({
        "invoice_id": id,
        "hash": format!("IV{id}"),
        "currency_type": field("currency_type"),
        "amount": field("amount"),
        "status": "active",
        "bot_invoice_url": format!("https://pay.example/IV{id}"),
        "description": field("description"),
        "payload": field("payload"),
        "created_at": "2026-11-18T09:00:00.000Z",
        "allow_comments": field("allow_comments"),
        "allow_anonymous": field("allow_anonymous"),
    });
    for name in ["fiat", "asset"] {
        if let (Some(value), Some(fields)) = (asked.get(name), invoice.as_object_mut()) {
            fields.insert(name.into(), value.clone());
        }
    }
    state.invoices.push(invoice.clone());
    (StatusCode::OK, Json(json!({ "ok": true, "result": invoice })))
}

#[derive(Debug, serde::Deserialize)]
struct Wanted {
    invoice_ids: String,
}

async fn find(State(state): State<Shared>, headers: HeaderMap, Query(wanted): Query<Wanted>) -> (StatusCode, Json<Value>) {
    let state = lock(&state);
    if let Some(refusal) = refusal(&state, &headers) {
        return refusal;
    }
    let named = |invoice: &&Value| {
        wanted.invoice_ids.split(',').any(|id| id.parse().is_ok_and(|id: u64| invoice.get("invoice_id") == Some(&json!(id))))
    };
    let items: Vec<&Value> = state.invoices.iter().filter(named).collect();
    (StatusCode::OK, Json(json!({ "ok": true, "result": { "items": items } })))
}

fn refusal(state: &Ledger, headers: &HeaderMap) -> Option<(StatusCode, Json<Value>)> {
    if state.down {
        return Some((StatusCode::BAD_GATEWAY, Json(json!({ "ok": false, "error": { "code": 502, "name": "BAD_GATEWAY" } }))));
    }
    let known = headers.get("crypto-pay-api-token").is_some_and(|token| token == CRYPTO_PAY_TOKEN);
    (!known).then(|| (StatusCode::UNAUTHORIZED, Json(json!({ "ok": false, "error": { "code": 401, "name": "UNAUTHORIZED" } }))))
}
