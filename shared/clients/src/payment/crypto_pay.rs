//! Crypto Pay (@CryptoBot), API 1.5: invoices priced in money or coins, paid from a custodial wallet, so never in part.

use domain::planted::{Bug, planted};
use std::time::Duration;

use ::http::Method;
use async_trait::async_trait;
use data_encoding::HEXLOWER;
use domain::{
    Currency, Money, Timestamp,
    payment::{Gateway, PaymentId, ReportedStatus},
};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::{
    Awaited, GatewayError, Invoice, OpenAction, Opened, PaymentGateway, RawCallback, Refund, Reject, Report, Verdict, charged_in, clipped,
    known_payer, own,
    wire::{Digits, json},
};
use crate::{
    BadSetting, Secret,
    http::{Answer, Http, Limits, base_url},
};

/// Carries the signature of a callback.
const SIGNATURE: &str = "crypto-pay-api-signature";
const TOKEN: &str = "Crypto-Pay-API-Token";
const MAX_DESCRIPTION: usize = 1024;
/// Seconds that an invoice may be open: 31 days.
const MAX_EXPIRES_IN: i64 = 2_678_400;
/// Invoices in one look-up: keeps the URL short; the API takes a thousand.
const BATCH: usize = 100;
const MAX_BODY: usize = 2 << 20;

/// One app of Crypto Pay.
#[derive(Debug, Clone)]
pub struct CryptoPay {
    http: Http,
    api_url: String,
    token: Secret,
}

impl CryptoPay {
    /// `api_url` is `https://pay.crypt.bot`, its testnet's `https://testnet-pay.crypt.bot`, or a stand-in's.
    pub fn new(http: Http, api_url: &str, token: Secret) -> Result<Self, BadSetting> {
        if token.is_empty() || !token.expose().bytes().all(|b| b.is_ascii_graphic()) {
            return Err(BadSetting::new("CRYPTO_PAY_TOKEN", "it must be an app token as @CryptoBot gives it"));
        }
        Ok(Self { http, api_url: base_url("CRYPTO_PAY_API_URL", api_url)?, token })
    }

    /// HMAC-SHA-256 of the raw body; the key is the SHA-256 of the token, as bytes.
    fn signature_is_right(&self, body: &[u8], signature: &[u8]) -> bool {
        let key = Sha256::digest(self.token.expose());
        Hmac::<Sha256>::new_from_slice(&key).is_ok_and(|mac| mac.chain_update(body).verify_slice(signature).is_ok())
    }

    async fn call<R: DeserializeOwned>(&self, request: reqwest::RequestBuilder, timeout: Duration) -> Result<R, GatewayError> {
        let request = request.header(TOKEN, self.token.expose());
        let answer = self.http.send_built(request, Limits { timeout, max_body: MAX_BODY }).await?;
        read(&answer)
    }

    /// What of these invoices the app knows, as far as it can be read.
    async fn invoices(&self, names: &[&str], timeout: Duration) -> Result<Vec<RemoteInvoice>, GatewayError> {
        #[derive(Deserialize)]
        struct Found {
            items: Vec<Box<RawValue>>,
        }
        let mut url = self.url("getInvoices")?;
        url.query_pairs_mut().append_pair("invoice_ids", &names.join(",")).append_pair("count", "1000");
        let found: Found = self.call(self.http.request(Method::GET, url), timeout).await?;
        Ok(found.items.iter().filter_map(|item| serde_json::from_str(item.get()).ok()).collect())
    }

    fn url(&self, method: &str) -> Result<reqwest::Url, GatewayError> {
        reqwest::Url::parse(&format!("{}/api/{method}", self.api_url)).map_err(|_| GatewayError::Unreachable { sent: false })
    }
}

#[derive(Serialize)]
struct CreateInvoice<'a> {
    currency_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fiat: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asset: Option<&'static str>,
    amount: String,
    description: String,
    payload: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_btn_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_btn_url: Option<&'a str>,
    allow_comments: bool,
    allow_anonymous: bool,
    expires_in: i64,
}

#[async_trait]
impl PaymentGateway for CryptoPay {
    fn gateway(&self) -> Gateway {
        Gateway::CryptoPay
    }

    async fn open(&self, invoice: &Invoice<'_>, now: Timestamp, timeout: Duration) -> Result<Opened, GatewayError> {
        let currency = charged_in(Gateway::CryptoPay, invoice.amount)?;
        let expires_in = invoice.seconds_left(now)?.min(MAX_EXPIRES_IN);
        let fiat = is_fiat(currency);
        let body = CreateInvoice {
            currency_type: if fiat { "fiat" } else { "crypto" },
            fiat: fiat.then(|| currency.code()),
            asset: (!fiat).then(|| currency.code()),
            amount: invoice.amount.amount_text(),
            description: invoice.description(MAX_DESCRIPTION),
            payload: invoice.reference,
            paid_btn_name: invoice.return_url.map(|_| "openBot"),
            paid_btn_url: invoice.return_url,
            allow_comments: false,
            allow_anonymous: true,
            expires_in,
        };
        let request = json(self.http.request(Method::POST, self.url("createInvoice")?), &body)?;
        let created: RemoteInvoice = self.call(request, timeout).await?;
        let url = created.bot_invoice_url.as_deref().filter(|url| url.starts_with("https://") || url.starts_with("http://"));
        Ok(Opened {
            reference: Some(created.invoice_id.to_string()),
            action: OpenAction::Url(url.ok_or(GatewayError::Garbled)?.to_owned()),
        })
    }

    /// Retries run for three days, so an old `request_date` is as good as a new one; repetitions are told by the invoice's id.
    fn verify_callback(&self, callback: &RawCallback<'_>) -> Result<Verdict, Reject> {
        #[derive(Deserialize)]
        struct Update<'a> {
            update_type: String,
            #[serde(borrow)]
            payload: &'a RawValue,
        }
        let signature = callback.headers.get(SIGNATURE).ok_or(Reject::MissingSignature)?;
        let signature = HEXLOWER.decode(signature.as_bytes()).map_err(|_| Reject::BadSignature)?;
        if !planted(Bug::SignatureUnchecked) && !self.signature_is_right(callback.body, &signature) {
            return Err(Reject::BadSignature);
        }
        let Ok(update) = serde_json::from_slice::<Update<'_>>(callback.body) else {
            return Ok(Verdict::Ignore("an update that cannot be read"));
        };
        if update.update_type != "invoice_paid" {
            return Ok(Verdict::Ignore("an update of another type"));
        }
        let invoice: Option<RemoteInvoice> = serde_json::from_str(update.payload.get()).ok();
        Ok(invoice.and_then(|invoice| invoice.report()).map_or(Verdict::Ignore("an invoice that cannot be read"), Verdict::Report))
    }

    async fn look_up(&self, awaited: &[Awaited<'_>], timeout: Duration) -> Result<Vec<Report>, GatewayError> {
        let mut reports = Vec::with_capacity(awaited.len());
        for batch in awaited.chunks(BATCH) {
            let batch: Vec<&str> = batch.iter().map(|invoice| invoice.name).collect();
            let invoices = self.invoices(&batch, timeout).await?;
            // Whatever else the answer holds was not asked for.
            let told = invoices.iter().filter_map(RemoteInvoice::report);
            reports.extend(told.filter(|report| batch.contains(&report.payment.reference())));
        }
        Ok(reports)
    }

    /// There are no refunds: the coins that were paid are transferred to the payer, once, where the app's owner allowed transfers.
    async fn refund(&self, refund: &Refund<'_>, timeout: Duration) -> Result<(), GatewayError> {
        #[derive(Serialize)]
        struct Transfer<'a> {
            user_id: i64,
            asset: &'a str,
            amount: &'a str,
            /// Taken once in an app's life.
            spend_id: &'a str,
        }
        #[derive(Deserialize)]
        struct Transferred {}
        own(Gateway::CryptoPay, refund)?;
        let (user_id, name) = (known_payer(refund)?.get(), refund.payment.reference());
        let each = timeout.checked_div(2).unwrap_or(timeout);
        let found = self.invoices(&[name], each).await?;
        let paid = found.into_iter().find(|found| {
            found.report().is_some_and(|report| {
                report.payment == *refund.payment && report.status == ReportedStatus::Paid && report.amount == Some(refund.amount)
            })
        });
        let coins = paid.and_then(|paid| paid.paid_asset.zip(paid.paid_amount));
        let (asset, amount) = coins.ok_or_else(|| GatewayError::Refused("the gateway knows no such payment".to_owned()))?;
        let body = Transfer { user_id, asset: &asset, amount: amount.text(), spend_id: &format!("refund-{name}") };
        let request = json(self.http.request(Method::POST, self.url("transfer")?), &body)?;
        match self.call::<Transferred>(request, each).await {
            Ok(Transferred {}) => Ok(()),
            Err(GatewayError::Refused(name)) if name == "SPEND_ID_ALREADY_USED" => Ok(()),
            Err(GatewayError::Refused(name)) if name == "METHOD_DISABLED" => Err(GatewayError::ByHand("the app may not transfer coins")),
            Err(error) => Err(error),
        }
    }
}

const fn is_fiat(currency: Currency) -> bool {
    matches!(currency, Currency::Usd | Currency::Eur | Currency::Rub)
}

/// The API's invoice, as far as it is read.
#[derive(Debug, Deserialize)]
struct RemoteInvoice {
    invoice_id: u64,
    status: String,
    #[serde(default)]
    currency_type: Option<String>,
    #[serde(default)]
    fiat: Option<String>,
    #[serde(default)]
    asset: Option<String>,
    amount: Digits,
    /// The coins that it was paid in.
    #[serde(default)]
    paid_asset: Option<String>,
    #[serde(default)]
    paid_amount: Option<Digits>,
    #[serde(default)]
    payload: Option<String>,
    #[serde(default)]
    bot_invoice_url: Option<String>,
}

impl RemoteInvoice {
    fn report(&self) -> Option<Report> {
        let status = match self.status.as_str() {
            "active" => ReportedStatus::Pending,
            "paid" => ReportedStatus::Paid,
            "expired" => ReportedStatus::Expired,
            _ => ReportedStatus::Unknown,
        };
        let payment = PaymentId::new(Gateway::CryptoPay, self.invoice_id.to_string()).ok()?;
        Some(Report { reference: self.payload.clone(), amount: self.amount(), ..Report::of(payment, status) })
    }

    fn amount(&self) -> Option<Money> {
        let currency = match self.currency_type.as_deref() {
            Some("crypto") => self.asset.as_deref(),
            Some("fiat") => self.fiat.as_deref(),
            // Older than the field: only coins could be asked for.
            None => self.asset.as_deref(),
            Some(_) => None,
        };
        Money::parse(self.amount.text(), currency?.parse().ok()?).ok()
    }
}

/// Reads the API's envelope.
fn read<R: DeserializeOwned>(answer: &Answer) -> Result<R, GatewayError> {
    #[derive(Deserialize)]
    struct Envelope<'a> {
        ok: bool,
        #[serde(borrow)]
        result: Option<&'a RawValue>,
        error: Option<ApiError>,
    }
    #[derive(Deserialize)]
    struct ApiError {
        #[serde(default)]
        name: String,
    }
    let status = answer.status;
    let busy = status.is_server_error() || status.as_u16() == 429;
    match serde_json::from_slice::<Envelope<'_>>(&answer.body) {
        Ok(Envelope { ok: true, result: Some(result), .. }) => serde_json::from_str(result.get()).map_err(|_| GatewayError::Garbled),
        _ if busy => Err(GatewayError::Unavailable(format!("status {}", status.as_u16()))),
        Ok(Envelope { ok: false, error, .. }) => {
            Err(GatewayError::Refused(clipped(&error.map(|error| error.name).unwrap_or_default(), 64)))
        }
        Ok(_) | Err(_) => Err(GatewayError::Garbled),
    }
}
