//! YooKassa, API v3: its notifications are not signed. They say which payment to ask for, and the answer is what counts.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use ::http::Method;
use async_trait::async_trait;
use domain::{
    Money, Timestamp,
    payment::{Gateway, PaymentId, ReportedStatus},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    Awaited, GatewayError, Hint, Invoice, OpenAction, Opened, PaymentGateway, RawCallback, Refund, Reject, Report, Verdict, charged_in,
    own,
    wire::{Api, Digits, credential, fits_path, json, page},
};
use crate::{BadSetting, Http, Secret};

const MAX_DESCRIPTION: usize = 128;

/// What the adapter is built from.
#[derive(Debug, Clone)]
pub struct YooKassaSettings {
    /// `https://api.yookassa.ru`, or a stand-in's.
    pub api_url: String,
    pub shop_id: String,
    pub secret_key: Secret,
    /// Where fiscal receipts go, for shops that have to issue them.
    pub receipt_email: Option<String>,
}

impl YooKassaSettings {
    pub const API_URL: &'static str = "https://api.yookassa.ru";
}

/// One shop at YooKassa.
#[derive(Debug, Clone)]
pub struct YooKassa {
    api: Api,
    shop_id: String,
    secret_key: Secret,
    receipt_email: Option<String>,
    /// The real YooKassa notifies from its own networks; a stand-in from anywhere.
    networks: &'static [(IpAddr, u32)],
}

impl YooKassa {
    pub fn new(http: Http, settings: &YooKassaSettings) -> Result<Self, BadSetting> {
        credential("YOOKASSA_SECRET_KEY", &settings.secret_key)?;
        if settings.shop_id.is_empty() || !settings.shop_id.bytes().all(|b| b.is_ascii_digit()) {
            return Err(BadSetting::new("YOOKASSA_SHOP_ID", "it must be a number"));
        }
        if settings.receipt_email.as_deref().is_some_and(|email| !email.contains('@') || !email.bytes().all(|b| b.is_ascii_graphic())) {
            return Err(BadSetting::new("YOOKASSA_RECEIPT_EMAIL", "it must be an e-mail address"));
        }
        let api = Api::new(http, "YOOKASSA_API_URL", &settings.api_url, "/v3")?;
        let networks = if api.url() == YooKassaSettings::API_URL { NETWORKS.as_slice() } else { &[] };
        let (shop_id, receipt_email) = (settings.shop_id.clone(), settings.receipt_email.clone());
        Ok(Self { api, shop_id, secret_key: settings.secret_key.clone(), receipt_email, networks })
    }

    fn authorized(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        request.basic_auth(&self.shop_id, Some(self.secret_key.expose()))
    }

    /// The shop's payment of this name.
    async fn payment(&self, name: &str, timeout: Duration) -> Result<Option<RemotePayment>, GatewayError> {
        if !fits_path(name) {
            return Ok(None);
        }
        let request = self.authorized(self.api.request(Method::GET, &format!("/v3/payments/{name}"))?);
        let found: Option<RemotePayment> = self.api.find(request, timeout).await?;
        // A payment of the test shop is nobody's money.
        let live = !self.secret_key.expose().starts_with("test_");
        Ok(found.filter(|found| found.id == name && !(live && found.test)))
    }
}

#[derive(Serialize)]
struct CreatePayment<'a> {
    amount: Amount<'a>,
    capture: bool,
    confirmation: Confirmation<'a>,
    description: &'a str,
    metadata: Metadata<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<Receipt<'a>>,
}

#[derive(Clone, Copy, Serialize)]
struct Amount<'a> {
    value: &'a str,
    currency: &'static str,
}

#[derive(Serialize)]
struct Confirmation<'a> {
    r#type: &'static str,
    return_url: &'a str,
}

#[derive(Serialize)]
struct Metadata<'a> {
    order_id: &'a str,
}

#[derive(Serialize)]
struct Receipt<'a> {
    customer: Customer<'a>,
    items: [Item<'a>; 1],
}

#[derive(Serialize)]
struct Customer<'a> {
    email: &'a str,
}

#[derive(Serialize)]
struct Item<'a> {
    description: &'a str,
    quantity: &'static str,
    amount: Amount<'a>,
    vat_code: u8,
    payment_subject: &'static str,
    payment_mode: &'static str,
}

#[async_trait]
impl PaymentGateway for YooKassa {
    fn gateway(&self) -> Gateway {
        Gateway::YooKassa
    }

    async fn open(&self, invoice: &Invoice<'_>, now: Timestamp, timeout: Duration) -> Result<Opened, GatewayError> {
        #[derive(Deserialize)]
        struct Created {
            id: String,
            confirmation: Where,
        }
        #[derive(Deserialize)]
        struct Where {
            confirmation_url: Option<String>,
        }
        let currency = charged_in(Gateway::YooKassa, invoice.amount)?.code();
        invoice.seconds_left(now)?;
        let (value, description) = (invoice.amount.amount_text(), invoice.description(MAX_DESCRIPTION));
        let amount = Amount { value: &value, currency };
        let item = Item {
            description: &description,
            quantity: "1.00",
            amount,
            vat_code: 1,
            payment_subject: "service",
            payment_mode: "full_payment",
        };
        let body = CreatePayment {
            amount,
            capture: true,
            confirmation: Confirmation { r#type: "redirect", return_url: invoice.return_url()? },
            description: &description,
            metadata: Metadata { order_id: invoice.reference },
            receipt: self.receipt_email.as_deref().map(|email| Receipt { customer: Customer { email }, items: [item] }),
        };
        // The same attempt, the same payment, for a day.
        let request = self.authorized(self.api.request(Method::POST, "/v3/payments")?).header("Idempotence-Key", invoice.reference);
        let created: Created = self.api.call(json(request, &body)?, timeout).await?;
        Ok(Opened { reference: Some(created.id), action: OpenAction::Url(page(created.confirmation.confirmation_url)?) })
    }

    /// Nothing of it is proven, wherever it comes from.
    fn verify_callback(&self, callback: &RawCallback<'_>) -> Result<Verdict, Reject> {
        #[derive(Deserialize)]
        struct Notification<'a> {
            event: String,
            #[serde(borrow)]
            object: &'a RawValue,
        }
        #[derive(Deserialize)]
        struct Refund {
            payment_id: String,
        }
        let inside = |ip: IpAddr| self.networks.iter().any(|(network, bits)| contains(*network, *bits, ip));
        if !self.networks.is_empty() && !callback.source_ip.is_some_and(inside) {
            return Err(Reject::ForbiddenSource);
        }
        let notification: Notification<'_> = serde_json::from_slice(callback.body).map_err(|_| Reject::Malformed)?;
        let object = notification.object.get();
        let claimed = if notification.event.starts_with("payment.") {
            serde_json::from_str::<RemotePayment>(object).ok().and_then(|payment| payment.report())
        } else if notification.event == "refund.succeeded" {
            let payment =
                serde_json::from_str::<Refund>(object).ok().and_then(|refund| PaymentId::new(Gateway::YooKassa, refund.payment_id).ok());
            payment.map(|payment| Report::of(payment, ReportedStatus::Refunded))
        } else {
            return Ok(Verdict::Ignore("a notification of another type"));
        };
        let nameable = claimed.filter(|claimed| fits_path(claimed.payment.reference()));
        nameable.map(|claimed| Verdict::Confirm(Hint { claimed })).ok_or(Reject::Malformed)
    }

    async fn confirm(&self, name: &str, _awaited: Option<&Awaited<'_>>, timeout: Duration) -> Result<Option<Report>, GatewayError> {
        let Some(found) = self.payment(name, timeout).await? else { return Ok(None) };
        found.report().map(Some).ok_or(GatewayError::Garbled)
    }

    /// All that is left of the payment goes back: a part may have gone before.
    async fn refund(&self, refund: &Refund<'_>, timeout: Duration) -> Result<(), GatewayError> {
        #[derive(Serialize)]
        struct CreateRefund<'a> {
            payment_id: &'a str,
            amount: Amount<'a>,
        }
        #[derive(Deserialize)]
        struct Created {
            status: String,
        }
        own(Gateway::YooKassa, refund)?;
        let (name, each) = (refund.payment.reference(), timeout.checked_div(2).unwrap_or(timeout));
        let unknown = || GatewayError::Refused("the gateway knows no such payment".to_owned());
        let found = self.payment(name, each).await?.ok_or_else(unknown)?;
        let status = found.report().ok_or(GatewayError::Garbled)?.status;
        if status == ReportedStatus::Refunded {
            return Ok(());
        }
        let amount = found.amount().filter(|amount| status == ReportedStatus::Paid && *amount == refund.amount).ok_or_else(unknown)?;
        let went_back = found.went_back().unwrap_or(Money::zero(amount.currency()));
        let left = amount.checked_sub(went_back).map_err(|_| GatewayError::Garbled)?;
        let body = CreateRefund { payment_id: name, amount: Amount { value: &left.amount_text(), currency: left.currency().code() } };
        // The same refund for a day; after that the payment itself says that it went back.
        let request = self.authorized(self.api.request(Method::POST, "/v3/refunds")?).header("Idempotence-Key", format!("refund-{name}"));
        let created: Created = self.api.call(json(request, &body)?, each).await?;
        match created.status.as_str() {
            "canceled" => Err(GatewayError::Refused("the refund was canceled".to_owned())),
            _ => Ok(()),
        }
    }
}

/// The API's payment, as far as it is read.
#[derive(Debug, Deserialize)]
struct RemotePayment {
    id: String,
    status: String,
    #[serde(default)]
    paid: bool,
    #[serde(default)]
    test: bool,
    #[serde(default)]
    amount: Option<RemoteAmount>,
    /// What went back so far.
    #[serde(default)]
    refunded_amount: Option<RemoteAmount>,
    #[serde(default)]
    metadata: Option<RemoteMetadata>,
}

#[derive(Debug, Deserialize)]
struct RemoteAmount {
    value: Digits,
    currency: String,
}

#[derive(Debug, Deserialize)]
struct RemoteMetadata {
    #[serde(default)]
    order_id: Option<String>,
}

impl RemoteAmount {
    fn money(&self) -> Option<Money> {
        self.value.money(&self.currency)
    }
}

impl RemotePayment {
    fn amount(&self) -> Option<Money> {
        self.amount.as_ref().and_then(RemoteAmount::money)
    }

    fn went_back(&self) -> Option<Money> {
        self.refunded_amount.as_ref().and_then(RemoteAmount::money)
    }

    fn report(&self) -> Option<Report> {
        let (amount, went_back) = (self.amount(), self.went_back());
        let status = match self.status.as_str() {
            "pending" | "waiting_for_capture" => ReportedStatus::Pending,
            // A part that went back is between the operator and the customer.
            "succeeded" if amount.is_some_and(|amount| !amount.is_zero()) && amount == went_back => ReportedStatus::Refunded,
            "succeeded" if self.paid => ReportedStatus::Paid,
            "canceled" => ReportedStatus::Failed,
            _ => ReportedStatus::Unknown,
        };
        let payment = PaymentId::new(Gateway::YooKassa, self.id.as_str()).ok()?;
        let reference = self.metadata.as_ref().and_then(|metadata| metadata.order_id.clone());
        Some(Report { reference, amount, ..Report::of(payment, status) })
    }
}

/// From where YooKassa notifies (SDK 3.13).
static NETWORKS: [(IpAddr, u32); 7] = [
    (IpAddr::V4(Ipv4Addr::new(185, 71, 76, 0)), 27),
    (IpAddr::V4(Ipv4Addr::new(185, 71, 77, 0)), 27),
    (IpAddr::V4(Ipv4Addr::new(77, 75, 153, 0)), 25),
    (IpAddr::V4(Ipv4Addr::new(77, 75, 154, 128)), 25),
    (IpAddr::V4(Ipv4Addr::new(77, 75, 156, 11)), 32),
    (IpAddr::V4(Ipv4Addr::new(77, 75, 156, 35)), 32),
    (IpAddr::V6(Ipv6Addr::new(0x2a02, 0x5180, 0, 0, 0, 0, 0, 0)), 32),
];

fn contains(network: IpAddr, bits: u32, ip: IpAddr) -> bool {
    match (network, ip.to_canonical()) {
        (IpAddr::V4(network), IpAddr::V4(ip)) => (network.to_bits() ^ ip.to_bits()).leading_zeros() >= bits,
        (IpAddr::V6(network), IpAddr::V6(ip)) => (network.to_bits() ^ ip.to_bits()).leading_zeros() >= bits,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gateways_networks_end_where_they_end() {
        for (ip, inside) in [
            ("185.71.76.0", true),
            ("185.71.76.31", true),
            ("185.71.76.32", false),
            ("77.75.154.127", false),
            ("77.75.154.128", true),
            ("77.75.156.11", true),
            ("77.75.156.12", false),
            ("::ffff:77.75.156.35", true),
            ("2a02:5180:0:2655::1", true),
            ("2a02:5181::1", false),
            ("127.0.0.1", false),
        ] {
            let ip: IpAddr = ip.parse().expect("an address");
            assert_eq!(NETWORKS.iter().any(|(network, bits)| contains(*network, *bits, ip)), inside, "{ip}");
        }
    }
}
