//! Payments that pay no order: the list, and what operators say becomes of them.

use app::admin::{Credit, Cursor};
use domain::{TelegramUserId, payment};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    call::Call,
    payments::{Payment, PaymentName},
    problem::{Faults, Problem},
    query::Paging,
    reply::{Page, Reply, ok},
    wire::{Money, moment, one_line},
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, example = 50)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Lists the payments that pay no order
///
/// Money that waits for somebody to say what becomes of it, the last to arrive first.
#[utoipa::path(get, path = "/admin/v1/unapplied-payments", tag = "unapplied-payments", params(Filter), responses((status = 200, description = "A page of payments.", body = Page<Payment>)))]
pub async fn list(call: &Call<'_>) -> Result<Reply, Problem> {
    page(call).await.map(|page| Reply::json(&page))
}

/// A page of the list.
pub async fn page(call: &Call<'_>) -> Result<Page<Payment>, Problem> {
    let asked: Filter = call.query()?;
    let mut faults = Faults::default();
    let paging: Paging<Cursor> = call.paging(&mut faults, asked.limit.as_deref(), asked.cursor.as_deref())?;
    faults.of_parameters()?;
    let page = call.app.undecided_payments(paging.cursor.as_ref(), paging.limit).await?;
    Ok(call.page(&paging, page.items.iter().map(|payment| Payment::of(call.app, payment)).collect(), page.next))
}

/// What every action on such a payment answers.
fn shown<'a>(call: &'a Call<'_>) -> impl Fn(&payment::Payment) -> app::Answer + Send + Sync + 'a {
    |payment| ok(&Payment::of(call.app, payment))
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// The order that it pays, by its public reference; left out: the one that it was meant for.
    #[serde(default)]
    pub order_id: Option<String>,
}

/// Pays an order with a payment
///
/// The order is delivered although the amount, the payer or the time did not fit. Paying the same order again is success.
#[utoipa::path(post, path = "/admin/v1/unapplied-payments/{id}/apply", tag = "unapplied-payments", params(("id" = String, Path, description = "`gateway~reference`, with escapes where the reference needs them.", example = "crypto-pay~528890")), request_body = Option<Application>, responses((status = 200, description = "The payment as it is now.", body = Payment)))]
pub async fn apply(call: &Call<'_>) -> Result<Reply, Problem> {
    let PaymentName(id) = call.id()?;
    let Application { order_id } = call.body_if_any()?;
    let mut faults = Faults::default();
    let order = order_id.as_deref().and_then(|reference| faults.take("order_id", call.app.names.open_order(reference))).map(|(id, _)| id);
    faults.of_fields()?;
    let answer = shown(call);
    let payment =
        Box::pin(call.app.apply_payment(&id, order, call.by(&answer)?, call.deadline)).await.map_err(|error| call.refusal(error))?;
    Ok(answer(&payment).into())
}

#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refund {
    /// True: a person has sent it back, at the gateway or at the bank. Left out: the shop sends it back through the gateway, where the gateway can.
    #[serde(default)]
    pub by_hand: bool,
}

/// Sends a payment back
///
/// Where the gateway does not answer now, it is owed (`duty`) and tried again. Doing it twice is success.
#[utoipa::path(post, path = "/admin/v1/unapplied-payments/{id}/refund", tag = "unapplied-payments", params(("id" = String, Path, description = "`gateway~reference`, with escapes where the reference needs them.", example = "crypto-pay~528890")), request_body = Option<Refund>, responses((status = 200, description = "The payment as it is now.", body = Payment)))]
pub async fn refund(call: &Call<'_>) -> Result<Reply, Problem> {
    let PaymentName(id) = call.id()?;
    let Refund { by_hand } = call.body_if_any()?;
    let answer = shown(call);
    let payment = call.app.refund_payment(&id, by_hand, call.by(&answer)?, call.deadline).await.map_err(|error| call.refusal(error))?;
    Ok(answer(&payment).into())
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": {"amount": "120000", "currency": "IRT"}}))]
pub struct CreditRequest {
    /// What the code takes off, in the base currency; left out: the payment's amount, where it is of that currency.
    #[serde(default)]
    pub amount: Option<Money>,
    /// For whom it is; left out: who paid.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub user_id: Option<i64>,
    /// The last instant at which it works; left out: for ever.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub valid_to: Option<String>,
}

/// Turns a payment into a discount code
///
/// The code works once, for its payer alone, who is told. Doing it twice is success and makes one code.
#[utoipa::path(post, path = "/admin/v1/unapplied-payments/{id}/credit", tag = "unapplied-payments", params(("id" = String, Path, description = "`gateway~reference`, with escapes where the reference needs them.", example = "crypto-pay~528890")), request_body = Option<CreditRequest>, responses((status = 200, description = "The payment as it is now; `credit` names the code.", body = Payment)))]
pub async fn credit(call: &Call<'_>) -> Result<Reply, Problem> {
    let PaymentName(id) = call.id()?;
    let asked: CreditRequest = call.body_if_any()?;
    let mut faults = Faults::default();
    let credit = Credit {
        amount: asked.amount.and_then(|amount| amount.read(&mut faults, "amount")),
        customer: asked.user_id.and_then(|id| faults.take("user_id", TelegramUserId::new(id))),
        valid_to: moment(&mut faults, "valid_to", asked.valid_to.as_deref()),
    };
    faults.of_fields()?;
    let answer = shown(call);
    let payment = call.app.credit_payment(&id, credit, call.by(&answer)?).await.map_err(|error| call.refusal(error))?;
    Ok(answer(&payment).into())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "A test of the gateway's"}))]
pub struct WriteOff {
    /// Why; kept in the history.
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

/// Writes a payment off
///
/// Nothing comes of it. Doing it twice is success.
#[utoipa::path(post, path = "/admin/v1/unapplied-payments/{id}/write-off", tag = "unapplied-payments", params(("id" = String, Path, description = "`gateway~reference`, with escapes where the reference needs them.", example = "crypto-pay~528890")), request_body = WriteOff, responses((status = 200, description = "The payment as it is now.", body = Payment)))]
pub async fn write_off(call: &Call<'_>) -> Result<Reply, Problem> {
    let PaymentName(id) = call.id()?;
    let WriteOff { reason } = call.body()?;
    let mut faults = Faults::default();
    let reason = one_line(&mut faults, "reason", &reason, 200);
    let reason = faults.of_fields_with(reason)?;
    let answer = shown(call);
    let payment = call.app.write_off_payment(&id, &reason, call.by(&answer)?).await.map_err(|error| call.refusal(error))?;
    Ok(answer(&payment).into())
}
