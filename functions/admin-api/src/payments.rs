//! Money that arrived.

use std::{fmt, str::FromStr};

use app::{
    App,
    admin::{Cursor, PaymentFilter},
};
use domain::{
    TelegramUserId,
    payment::{self, Gateway, PaymentId},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    audit,
    call::{Call, not_found},
    duties::Owed,
    orders::Order,
    problem::{Faults, Problem},
    query::{self, Paging, created, oldest_first, sought},
    reply::{Page, Reply, ok},
    users::User,
    wire::{Money, Time, wire_enum},
};

wire_enum! {
    /// `applied`: it paid an order; `unapplied`: it pays none; `refunded`: it went back; `credited`: it became a discount code; `written_off`: nothing
    /// comes of it.
    PaymentStatus = domain::payment::PaymentStatus { Applied, Unapplied, Refunded, Credited, WrittenOff }
}

/// A payment's id as it travels: `gateway~reference`, which needs no escapes in a path where the reference needs none.
#[derive(Debug)]
pub struct PaymentName(pub PaymentId);

impl PaymentName {
    pub fn of(id: &PaymentId) -> Self {
        Self(id.clone())
    }
}
impl fmt::Display for PaymentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}~{}", self.0.gateway(), self.0.reference())
    }
}
impl FromStr for PaymentName {
    type Err = domain::ids::InvalidId;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // The stored form is read too, for those who copy it from a log.
        let (gateway, reference) = text.split_once(['~', '#']).unwrap_or((text, ""));
        PaymentId::new(gateway.parse()?, reference).map(Self)
    }
}

/// A payment.
#[derive(Debug, Serialize, ToSchema)]
pub struct Payment {
    #[schema(example = "crypto-pay~528890")]
    pub id: String,
    /// The gateway.
    #[schema(example = "crypto-pay")]
    pub method: &'static str,
    /// The gateway's own name for it.
    pub reference: String,
    /// Null where the gateway told none.
    pub amount: Option<Money>,
    pub status: PaymentStatus,
    /// Why it pays no order.
    #[schema(example = "amount_mismatch")]
    pub reason: Option<&'static str>,
    pub order_id: Option<String>,
    /// Whose order it is.
    pub user_id: Option<i64>,
    /// Who paid, where the gateway tells it.
    pub payer_id: Option<i64>,
    /// Who approved it, where a person did.
    pub approved_by: Option<String>,
    /// The discount code that it became.
    pub credit: Option<String>,
    /// What is owed.
    pub duty: Option<Owed>,
    /// When it was reported.
    pub created_at: Time,
    pub version: u64,
}

impl Payment {
    pub fn of(app: &App, payment: &payment::Payment) -> Self {
        Self {
            id: PaymentName::of(&payment.id).to_string(),
            method: payment.id.gateway().name(),
            reference: payment.id.reference().to_owned(),
            amount: payment.amount.map(Money::from),
            status: payment.status.into(),
            reason: payment.reason.map(|reason| reason.name()),
            order_id: payment.order.map(|order| app.names.order(order)),
            user_id: payment.order.map(|order| order.buyer.get()),
            payer_id: payment.payer.map(TelegramUserId::get),
            approved_by: payment.approved_by.clone(),
            credit: payment.credit.as_ref().map(ToString::to_string),
            duty: Owed::of(&payment.work),
            created_at: payment.settled_at.into(),
            version: payment.version,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    pub order_id: Option<String>,
    /// Whose order it was for.
    #[param(value_type = Option<i64>, minimum = 1)]
    pub user_id: Option<String>,
    #[param(value_type = Option<PaymentStatus>, inline)]
    pub status: Option<String>,
    /// A gateway's name.
    #[param(example = "card")]
    pub method: Option<String>,
    /// RFC 3339, or a day (UTC).
    pub created_from: Option<String>,
    /// RFC 3339, or a day (UTC) whose end is meant.
    pub created_to: Option<String>,
    /// A payment's id, a gateway's reference, an order's id, a user's id, or a status.
    pub q: Option<String>,
    /// `desc`: the newest first, which is what is given without it; `asc`: the oldest first.
    #[param(value_type = Option<query::Order>, inline)]
    pub order: Option<String>,
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, example = 50)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Lists the payments
///
/// The last to arrive first.
#[utoipa::path(get, path = "/admin/v1/payments", tag = "payments", params(Filter), responses((status = 200, description = "A page of payments.", body = Page<Payment>)))]
pub async fn list(call: &Call<'_>) -> Result<Reply, Problem> {
    page(call).await.map(|page| Reply::json(&page))
}

/// A page of the list.
pub async fn page(call: &Call<'_>) -> Result<Page<Payment>, Problem> {
    let asked: Filter = call.query()?;
    let mut faults = Faults::default();
    let status = faults.choose("status", asked.status.as_deref(), &payment::PaymentStatus::ALL, payment::PaymentStatus::name);
    let filter = PaymentFilter {
        order: asked
            .order_id
            .as_deref()
            .and_then(|reference| faults.take("order_id", call.app.names.open_order(reference)))
            .map(|(id, _)| id),
        user: faults.parse("user_id", asked.user_id.as_deref()),
        status,
        method: faults.choose("method", asked.method.as_deref(), &Gateway::ALL, Gateway::name),
        created: created(&mut faults, asked.created_from.as_deref(), asked.created_to.as_deref()),
        q: sought(asked.q),
        oldest_first: oldest_first(&mut faults, asked.order.as_deref()),
    };
    paged(call, faults, &filter, asked.limit.as_deref(), asked.cursor.as_deref()).await
}

pub async fn paged(
    call: &Call<'_>,
    mut faults: Faults,
    filter: &PaymentFilter,
    limit: Option<&str>,
    cursor: Option<&str>,
) -> Result<Page<Payment>, Problem> {
    let paging: Paging<Cursor> = call.paging(&mut faults, limit, cursor)?;
    faults.of_parameters()?;
    let page = call.app.list_payments(filter, paging.cursor.as_ref(), paging.limit).await?;
    Ok(call.page(&paging, page.items.iter().map(|payment| Payment::of(call.app, payment)).collect(), page.next))
}

/// A payment with what is around it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaymentDetail {
    #[serde(flatten)]
    pub payment: Payment,
    pub order: Option<Order>,
    /// Who paid, or whose order it was for.
    pub user: Option<User>,
    /// What operators did, the newest first, at most 20.
    pub audit: Vec<audit::Entry>,
}

/// How much of a payment's history its page shows.
const SHOWN: u8 = 20;

/// Shows a payment
#[utoipa::path(get, path = "/admin/v1/payments/{id}", tag = "payments", params(("id" = String, Path, description = "`gateway~reference`, with escapes where the reference needs them.", example = "crypto-pay~528890")), responses((status = 200, description = "The payment with its order.", body = PaymentDetail)))]
pub async fn show(call: &Call<'_>) -> Result<Reply, Problem> {
    detail(call).await.map(|detail| ok(&detail).into())
}

/// The one that the path names, with what is around it.
pub async fn detail(call: &Call<'_>) -> Result<PaymentDetail, Problem> {
    let (app, PaymentName(id)) = (call.app, call.id()?);
    let payment = app.payment(&id).await?.ok_or_else(not_found)?;
    let order = async {
        match payment.order {
            Some(order) => app.store.order(order).await,
            None => Ok(None),
        }
    };
    let user = async {
        match payment.customer() {
            Some(user) => app.store.user(user).await,
            None => Ok(None),
        }
    };
    let (order, user) = tokio::try_join!(order, user)?;
    let audit = app.store.list_audit("payment", &id.to_string(), None, SHOWN, app.now()).await?;
    Ok(PaymentDetail {
        payment: Payment::of(app, &payment),
        order: order.as_ref().map(|order| Order::of(app, order)),
        user: user.as_ref().map(User::from),
        audit: audit.items.iter().map(audit::Entry::from).collect(),
    })
}

impl From<PaymentName> for PaymentId {
    fn from(name: PaymentName) -> Self {
        name.0
    }
}
