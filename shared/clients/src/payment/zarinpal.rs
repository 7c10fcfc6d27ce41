//! ZarinPal, v4: the customer's browser comes back with a name and an unproven word; only the verification that follows takes the money.

use std::time::Duration;

use ::http::Method;
use async_trait::async_trait;
use domain::{
    Currency, Money, Timestamp,
    payment::{Gateway, PaymentId, ReportedStatus},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{
    Awaited, GatewayError, Hint, Invoice, OpenAction, Opened, PaymentGateway, RawCallback, Reject, Report, Verdict, charged_in, clipped,
    wire::{Api, Digits, failure, json, uuid},
};
use crate::{BadSetting, Http, Secret, http::Answer};

const MAX_DESCRIPTION: usize = 500;
/// Names the attempt in the address that the browser comes back to.
const ORDER: &str = "order";

/// What the adapter is built from.
#[derive(Debug, Clone)]
pub struct ZarinPalSettings {
    /// `https://payment.zarinpal.com`, its sandbox's, or a stand-in's.
    pub api_url: String,
    pub merchant_id: Secret,
}

impl ZarinPalSettings {
    pub const API_URL: &'static str = "https://payment.zarinpal.com";
}

/// One merchant at ZarinPal.
///
/// Money that is not verified goes back to the payer by itself, so nothing is verified that no order waits for. Amounts are rials on the wire,
/// whatever the quote's unit.
#[derive(Debug, Clone)]
pub struct ZarinPal {
    api: Api,
    merchant_id: Secret,
}

impl ZarinPal {
    pub fn new(http: Http, settings: &ZarinPalSettings) -> Result<Self, BadSetting> {
        uuid("ZARINPAL_MERCHANT_ID", settings.merchant_id.expose())?;
        Ok(Self { api: Api::new(http, "ZARINPAL_API_URL", &settings.api_url, "/pg/v4")?, merchant_id: settings.merchant_id.clone() })
    }

    async fn post<R: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        timeout: Duration,
    ) -> Result<Result<R, ApiError>, GatewayError> {
        let request = json(self.api.request(Method::POST, path)?, body)?;
        read(&self.api.send(request, timeout).await?)
    }
}

#[derive(Serialize)]
struct PaymentRequest<'a> {
    merchant_id: &'a str,
    amount: u64,
    currency: &'static str,
    callback_url: String,
    description: String,
    metadata: Metadata<'a>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    order_id: &'a str,
}

#[async_trait]
impl PaymentGateway for ZarinPal {
    fn gateway(&self) -> Gateway {
        Gateway::ZarinPal
    }

    async fn open(&self, invoice: &Invoice<'_>, now: Timestamp, timeout: Duration) -> Result<Opened, GatewayError> {
        #[derive(Deserialize)]
        struct Created {
            authority: String,
        }
        charged_in(Gateway::ZarinPal, invoice.amount)?;
        invoice.seconds_left(now)?;
        let amount = rials(invoice.amount)?;
        let body = PaymentRequest {
            merchant_id: self.merchant_id.expose(),
            amount,
            currency: Currency::Irr.code(),
            // What brings the browser back says which order it comes from: a reference of ours cannot be made up.
            callback_url: format!("{}?{ORDER}={}", invoice.callback_url, invoice.reference),
            description: invoice.description(MAX_DESCRIPTION),
            metadata: Metadata { order_id: invoice.reference },
        };
        let created: Created = self.post("/pg/v4/payment/request.json", &body, timeout).await?.map_err(GatewayError::from)?;
        if !is_authority(&created.authority) {
            return Err(GatewayError::Garbled);
        }
        let url = format!("{}/pg/StartPay/{}", self.api.url(), created.authority);
        Ok(Opened { reference: Some(created.authority), action: OpenAction::Url(url) })
    }

    /// The browser's word: who holds the link can say it as often as he likes.
    fn verify_callback(&self, callback: &RawCallback<'_>) -> Result<Verdict, Reject> {
        let mut url = reqwest::Url::parse("https://return/").map_err(|_| Reject::Malformed)?;
        url.set_query(Some(callback.query));
        let only = |name: &str| {
            let mut values = url.query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value.into_owned());
            values.next().filter(|_| values.next().is_none())
        };
        let authority = only("Authority").filter(|authority| is_authority(authority)).ok_or(Reject::Malformed)?;
        match only("Status").as_deref() {
            Some("OK") => {}
            Some("NOK") => return Ok(Verdict::Ignore("the customer turned back")),
            Some(_) | None => return Err(Reject::Malformed),
        }
        let payment = PaymentId::new(Gateway::ZarinPal, authority).map_err(|_| Reject::Malformed)?;
        Ok(Verdict::Confirm(Hint { claimed: Report { reference: only(ORDER), ..Report::of(payment, ReportedStatus::Pending) } }))
    }

    /// Takes the money, if the amount is the one that the session was opened for. Taking it again gives the same answer.
    async fn confirm(&self, name: &str, awaited: Option<&Awaited<'_>>, timeout: Duration) -> Result<Option<Report>, GatewayError> {
        #[derive(Serialize)]
        struct Verify<'a> {
            merchant_id: &'a str,
            amount: u64,
            authority: &'a str,
        }
        #[derive(Deserialize)]
        struct Verified {
            code: i64,
            #[serde(default)]
            ref_id: Option<Digits>,
        }
        let Some(awaited) = awaited.filter(|awaited| awaited.name == name && is_authority(name)) else { return Ok(None) };
        charged_in(Gateway::ZarinPal, awaited.quote)?;
        let body = Verify { merchant_id: self.merchant_id.expose(), amount: rials(awaited.quote)?, authority: name };
        let payment = PaymentId::new(Gateway::ZarinPal, name).map_err(|_| GatewayError::Garbled)?;
        let report = |status| Report { reference: Some(awaited.reference.to_owned()), ..Report::of(payment.clone(), status) };
        match self.post::<Verified>("/pg/v4/payment/verify.json", &body, timeout).await? {
            // Verified now, or before.
            Ok(Verified { code: 100 | 101, ref_id }) => {
                let trace = ref_id.as_ref().and_then(Digits::name).map(str::to_owned);
                Ok(Some(Report { amount: Some(awaited.quote), trace, ..report(ReportedStatus::Paid) }))
            }
            Ok(_) => Err(GatewayError::Garbled),
            Err(ApiError { code: -51, .. }) => Ok(Some(report(ReportedStatus::Pending))),
            // The session was opened for another amount.
            Err(ApiError { code: -50, .. }) => Ok(Some(report(ReportedStatus::Failed))),
            Err(ApiError { code: -54 | -53, .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Ten rials are a toman.
fn rials(amount: Money) -> Result<u64, GatewayError> {
    let tens = if amount.currency() == Currency::Irt { 10 } else { 1 };
    amount.whole_units().and_then(|units| units.checked_mul(tens)).ok_or(GatewayError::Unsupported)
}

/// 36 characters, the first of which tells the sandbox from the real thing.
fn is_authority(text: &str) -> bool {
    text.len() == 36 && text.starts_with(['A', 'S']) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// What the API does not like, by its number.
#[derive(Debug, Deserialize)]
struct ApiError {
    code: i64,
    #[serde(default)]
    message: String,
}

impl From<ApiError> for GatewayError {
    fn from(error: ApiError) -> Self {
        let reason = format!("code {}: {}", error.code, clipped(&error.message, 120));
        // Too many tries at a time; everything else is refused again.
        if error.code == -12 { Self::Unavailable(reason) } else { Self::Refused(reason) }
    }
}

/// `data` and `errors` are an object where there is something to say, and an empty array where there is not.
fn read<R: DeserializeOwned>(answer: &Answer) -> Result<Result<R, ApiError>, GatewayError> {
    #[derive(Deserialize)]
    struct Envelope<'a> {
        #[serde(borrow, default)]
        data: Option<&'a RawValue>,
        #[serde(borrow, default)]
        errors: Option<&'a RawValue>,
    }
    if let Some(error @ GatewayError::Unavailable(_)) = failure(answer) {
        return Err(error);
    }
    let is_object = |raw: &&RawValue| raw.get().starts_with('{');
    let envelope = serde_json::from_slice::<Envelope<'_>>(&answer.body).ok();
    let (data, errors) = envelope.map(|envelope| (envelope.data.filter(is_object), envelope.errors.filter(is_object))).unwrap_or_default();
    if let Some(error) = errors.and_then(|errors| serde_json::from_str(errors.get()).ok()) {
        return Ok(Err(error));
    }
    if let Some(error) = failure(answer) {
        return Err(error);
    }
    let data = data.ok_or(GatewayError::Garbled)?;
    serde_json::from_str(data.get()).map(Ok).map_err(|_| GatewayError::Garbled)
}
