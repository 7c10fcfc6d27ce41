//! Orders, and what operators decide about them.

use app::{
    App,
    admin::{Cursor, OrderFilter, Owner, payment_method},
    expire::Ended,
    receipt::{Corrected, Decided},
};
use domain::{
    OrderId, OrderKey,
    extension::{self, DataTarget, TimeTarget},
    order,
    payment::{Gateway, PaymentId},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    audit,
    call::{Call, not_found},
    discount_codes::DiscountCode,
    duties::{Duty, Owed},
    payments::{Payment, PaymentName},
    problem::{Faults, Kind, Problem},
    products::{ProductKind, RenewalPolicy},
    query::{self, Paging, created, oldest_first, sought},
    referrals::Referral,
    reply::{Page, Reply, ok},
    subscriptions::Subscription,
    unapplied::Refund,
    users::User,
    wire::{Money, Time, one_line, wire_enum},
};

wire_enum! {
    /// Where an order is.
    OrderStatus = domain::order::OrderStatus { AwaitingPayment, Paid, Provisioned, Expired, Canceled, Refunded }
}

/// An order, with everything that was frozen when it was placed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Order {
    /// The public reference, as customers, gateways and the panel know it.
    #[schema(example = "AGNHAZK7HQG4YW4GOVDVKYTQCVXC3WV6XJ3JYKYTJVRPA")]
    pub id: String,
    pub user_id: i64,
    pub product: OrderedProduct,
    pub status: OrderStatus,
    /// What is due after the discount.
    pub total: Money,
    pub discount: Option<OrderDiscount>,
    /// How it was paid or, while it is not, is being paid.
    #[schema(example = "card")]
    pub payment_method: Option<&'static str>,
    /// The payment that paid it.
    #[schema(example = "card~AGNHAZK7HQG4YW4GOVDVKYTQCVXC3WV6XJ3JYKYTJVRPA")]
    pub payment_id: Option<String>,
    /// The account's name on the panel, from before it exists; of an order that extends a subscription, a gift or an add-on: the one that it would have.
    pub panel_username: String,
    /// The subscription that it renews or adds to, by the order that made it; null: it makes one of its own.
    pub extends: Option<String>,
    /// What the panel shall hold when that is done; null: not fixed yet, or nothing to extend.
    pub target: Option<Target>,
    /// Whether it was bought for somebody else: it gives a link to claim instead of an account.
    pub gift: bool,
    /// Whether a receipt waits for a decision.
    pub under_review: bool,
    /// What is owed.
    pub duty: Option<Owed>,
    pub created_at: Time,
    /// Until when it can be paid.
    pub expires_at: Time,
    pub paid_at: Option<Time>,
    pub provisioned_at: Option<Time>,
    pub delivered_at: Option<Time>,
    /// When it expired, was canceled or refunded.
    pub ended_at: Option<Time>,
    pub version: u64,
}

/// What the panel shall hold for a subscription after a renewal, an add-on or their refund: absolute, so that asking for it twice does no harm.
#[derive(Debug, Serialize, ToSchema)]
pub struct Target {
    /// `limits`: the account with what the order gives; `anew`: there was none any more, so a new one; `less`: the order was refunded, the account without
    /// what it had given; `off`: it was the last order that fed the account.
    #[schema(example = "limits")]
    pub kind: &'static str,
    /// `keep`, `unlimited` or `bytes`; null where there are no limits to set.
    #[schema(example = "bytes")]
    pub data: Option<&'static str>,
    /// In all, used ones included.
    pub data_limit_bytes: Option<u64>,
    /// `keep`, `unlimited`, `until` or `on_hold`: the time starts with the first use.
    #[schema(example = "until")]
    pub time: Option<&'static str>,
    pub expires_at: Option<Time>,
    /// How long it works from its first use on.
    pub duration_seconds: Option<i64>,
}

impl From<&extension::Target> for Target {
    fn from(target: &extension::Target) -> Self {
        let (kind, limits) = match target {
            extension::Target::Limits(limits) => ("limits", Some(limits)),
            extension::Target::Anew => ("anew", None),
            extension::Target::Less(limits) => ("less", Some(limits)),
            extension::Target::Off => ("off", None),
        };
        let data = limits.map(|limits| match limits.data {
            DataTarget::Keep => ("keep", None),
            DataTarget::Unlimited { .. } => ("unlimited", None),
            DataTarget::Bytes { shall_be, .. } => ("bytes", Some(shall_be)),
        });
        let time = limits.map(|limits| match limits.time {
            TimeTarget::Keep => ("keep", None, None),
            TimeTarget::Unlimited { .. } => ("unlimited", None, None),
            TimeTarget::Until { shall_be, .. } => ("until", Some(Time(shall_be)), None),
            TimeTarget::OnHold { shall_be, .. } => ("on_hold", None, Some(shall_be.as_seconds())),
        });
        Self {
            kind,
            data: data.map(|(data, _)| data),
            data_limit_bytes: data.and_then(|(_, bytes)| bytes),
            time: time.map(|(time, ..)| time),
            expires_at: time.and_then(|(_, at, _)| at),
            duration_seconds: time.and_then(|(.., seconds)| seconds),
        }
    }
}

/// The product as it was when the order was placed.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderedProduct {
    pub id: String,
    pub kind: ProductKind,
    pub name: String,
    pub price: Money,
    pub data_limit_gb: Option<u32>,
    /// MiB besides the GiB: trials are smaller than what is sold.
    pub data_limit_mb: Option<u32>,
    pub duration_days: Option<u16>,
    pub renewal_policy: RenewalPolicy,
}

/// The discount that an order was placed with.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderDiscount {
    pub code: String,
    pub amount: Money,
    /// Whether the order holds a use of the code now.
    pub held: bool,
}

impl Order {
    pub fn of(app: &App, order: &order::Order) -> Self {
        Self {
            id: app.names.order(order.id),
            user_id: order.id.buyer.get(),
            product: OrderedProduct {
                id: order.terms.product.to_string(),
                kind: order.terms.kind.into(),
                name: order.terms.name.clone(),
                price: order.terms.price.into(),
                data_limit_gb: order.terms.data_limit_gb,
                data_limit_mb: order.terms.data_limit_mb,
                duration_days: order.terms.duration_days,
                renewal_policy: order.terms.renewal_policy.into(),
            },
            status: order.status.into(),
            total: order.total.into(),
            discount: order.discount.as_ref().map(|discount| OrderDiscount {
                code: discount.code.to_string(),
                amount: discount.off.into(),
                held: discount.held,
            }),
            payment_method: payment_method(order).map(Gateway::name),
            payment_id: order.payment.as_ref().map(|payment| PaymentName::of(payment).to_string()),
            panel_username: order.panel_name.to_string(),
            extends: order.extends.map(|key| app.names.order(OrderId::new(order.id.buyer, key))),
            target: order.target.as_ref().map(Target::from),
            gift: order.gift,
            under_review: order.under_review().is_some(),
            duty: Owed::of(&order.work),
            created_at: order.created_at.into(),
            expires_at: order.expires_at.into(),
            paid_at: order.paid_at.map(Time),
            provisioned_at: order.provisioned_at.map(Time),
            delivered_at: order.delivered_at.map(Time),
            ended_at: order.ended_at.map(Time),
            version: order.version,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    #[param(value_type = Option<i64>, minimum = 1)]
    pub user_id: Option<String>,
    #[param(value_type = Option<OrderStatus>, inline)]
    pub status: Option<String>,
    pub product_id: Option<String>,
    /// A gateway's name.
    #[param(example = "card")]
    pub payment_method: Option<String>,
    /// RFC 3339, or a day (UTC).
    pub created_from: Option<String>,
    /// RFC 3339, or a day (UTC) whose end is meant.
    pub created_to: Option<String>,
    /// An order's id, a user's id, an account's name on the panel, or a status.
    pub q: Option<String>,
    /// `desc`: the newest first, which is what is given without it; `asc`: the oldest first.
    #[param(value_type = Option<query::Order>, inline)]
    pub order: Option<String>,
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, example = 50)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Lists the orders
///
/// The newest first.
#[utoipa::path(get, path = "/admin/v1/orders", tag = "orders", params(Filter), responses((status = 200, description = "A page of orders.", body = Page<Order>)))]
pub async fn list(call: &Call<'_>) -> Result<Reply, Problem> {
    page(call).await.map(|page| Reply::json(&page))
}

/// A page of the list.
pub async fn page(call: &Call<'_>) -> Result<Page<Order>, Problem> {
    let asked: Filter = call.query()?;
    let mut faults = Faults::default();
    let filter = OrderFilter {
        user: faults.parse("user_id", asked.user_id.as_deref()),
        status: faults.choose("status", asked.status.as_deref(), &order::OrderStatus::ALL, order::OrderStatus::name),
        product: faults.parse("product_id", asked.product_id.as_deref()),
        method: faults.choose("payment_method", asked.payment_method.as_deref(), &Gateway::ALL, Gateway::name),
        created: created(&mut faults, asked.created_from.as_deref(), asked.created_to.as_deref()),
        q: sought(asked.q),
        oldest_first: oldest_first(&mut faults, asked.order.as_deref()),
    };
    let paging: Paging<Cursor> = call.paging(&mut faults, asked.limit.as_deref(), asked.cursor.as_deref())?;
    faults.of_parameters()?;
    let page = call.app.list_orders(&filter, paging.cursor.as_ref(), paging.limit).await?;
    Ok(call.page(&paging, page.items.iter().map(|order| Order::of(call.app, order)).collect(), page.next))
}

/// An order with what is around it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderDetail {
    #[serde(flatten)]
    pub order: Order,
    pub user: Option<User>,
    /// The tries to pay it.
    pub attempts: Vec<Attempt>,
    pub payment: Option<Payment>,
    /// Every payment that is known of it by the names of its attempts, the oldest first: that too which pays nothing. Others would be found with
    /// `GET /admin/v1/payments?order_id=`.
    pub payments: Vec<Payment>,
    /// The subscription that it made or extends.
    pub subscription: Option<Subscription>,
    /// The code that it was placed with, as it is now.
    pub code: Option<DiscountCode>,
    /// Who invited its customer, or for whom it is the prize; `order_id` of it is this order where it earned the prize.
    pub referral: Option<Referral>,
    /// What it, its payments, its subscription and the referral owe.
    pub duties: Vec<Duty>,
    /// What operators did, the newest first, at most 20.
    pub audit: Vec<audit::Entry>,
}

/// One try to pay.
#[derive(Debug, Serialize, ToSchema)]
pub struct Attempt {
    pub number: u8,
    #[schema(example = "card")]
    pub payment_method: &'static str,
    /// What must arrive, exactly.
    pub quote: Money,
    pub opened_at: Time,
    /// The gateway's name for the invoice.
    pub reference: Option<String>,
    /// Where the customer pays.
    pub url: Option<String>,
    /// The last digits of the card that a transfer goes to.
    pub card_last_digits: Option<String>,
    pub receipt: Option<Receipt>,
}

/// A picture or document that claims a transfer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Receipt {
    /// Telegram's handle to the file, for the shop's bot.
    pub file_id: String,
    pub document: bool,
    pub submitted_at: Time,
    /// The order for which the same file was sent before.
    pub seen_in: Option<String>,
    /// Why it was rejected; null while nobody rejected it.
    pub rejected: Option<String>,
}

impl Attempt {
    fn of(app: &App, attempt: &order::Attempt) -> Self {
        Self {
            number: attempt.number,
            payment_method: attempt.gateway.name(),
            quote: attempt.quote.into(),
            opened_at: attempt.opened_at.into(),
            reference: attempt.reference.clone(),
            url: attempt.url.clone(),
            card_last_digits: attempt.card.as_ref().map(|card| card.last_digits().to_owned()),
            receipt: attempt.receipt.as_ref().map(|receipt| Receipt {
                file_id: receipt.file_id.clone(),
                document: receipt.document,
                submitted_at: receipt.submitted_at.into(),
                seen_in: receipt.seen_in.map(|order| app.names.order(order)),
                rejected: receipt.rejected.clone(),
            }),
        }
    }
}

/// How much of an order's history its page shows.
const SHOWN: u8 = 20;

/// Shows an order
#[utoipa::path(get, path = "/admin/v1/orders/{id}", tag = "orders", params(("id" = String, Path, description = "The order's public reference.")), responses((status = 200, description = "The order with its user, attempts, payment, subscription and history.", body = OrderDetail)))]
pub async fn show(call: &Call<'_>) -> Result<Reply, Problem> {
    detail(call).await.map(|detail| ok(&detail).into())
}

/// The one that the path names, with what is around it.
pub async fn detail(call: &Call<'_>) -> Result<OrderDetail, Problem> {
    let (app, id) = (call.app, call.order_id()?);
    let (Some(order), user) = app.store.order_and_buyer(id).await? else { return Err(not_found()) };
    let code = async {
        match &order.discount {
            Some(discount) => app.store.discount_code(&discount.code).await,
            None => Ok(None),
        }
    };
    let (inviter, invitee) = match id.key {
        OrderKey::Prize(invitee) => (Some(id.buyer), invitee),
        _ => (order.inviter.or(user.as_ref().and_then(|user| user.invited_by)), id.buyer),
    };
    let referral = async {
        match inviter {
            Some(inviter) => app.store.referral(inviter, invitee).await,
            None => Ok(None),
        }
    };
    let held = OrderId::new(id.buyer, order.extends.unwrap_or(id.key));
    let (code, referral, subscription) = tokio::try_join!(code, referral, app.store.subscription(held))?;
    let payments = app.payments_of(&order).await?;
    let payment = payments.iter().find(|payment| Some(&payment.id) == order.payment.as_ref());
    let audit = app.store.list_audit("order", &app.names.order(id), None, SHOWN, app.now()).await?;
    let duties = std::iter::once((Owner::Order(id), &order.work))
        .chain(payments.iter().map(|payment| (Owner::Payment(payment.id.clone()), &payment.work)))
        .chain(subscription.iter().map(|subscription| (Owner::Subscription(subscription.order), &subscription.work)))
        .chain(referral.iter().map(|referral| (Owner::Referral { inviter: referral.inviter, invitee: referral.invitee }, &referral.work)));
    Ok(OrderDetail {
        order: Order::of(app, &order),
        user: user.as_ref().map(User::from),
        attempts: order.attempts.iter().map(|attempt| Attempt::of(app, attempt)).collect(),
        payment: payment.map(|payment| Payment::of(app, payment)),
        payments: payments.iter().map(|payment| Payment::of(app, payment)).collect(),
        code: code.as_ref().map(DiscountCode::from),
        referral: referral.as_ref().map(|referral| Referral::of(app, referral)),
        duties: Duty::around(app, duties),
        subscription: subscription.as_ref().map(|subscription| Subscription::of(call, subscription)),
        audit: audit.items.iter().map(audit::Entry::from).collect(),
    })
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": {"amount": "120000", "currency": "IRT"}}))]
pub struct Approval {
    /// The attempt whose receipt is meant; left out: the one that waits.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 3)]
    pub attempt: Option<u8>,
    /// What really arrived; left out: exactly what was asked for.
    #[serde(default)]
    pub amount: Option<Money>,
}

/// Approves a receipt
///
/// All of the money arrived: the order is paid, the account is made and sent. Approving it again is success.
///
/// With an `amount`, that is what is recorded. Where it is less than what was asked for, the order is not paid: the money becomes an unapplied payment of
/// that amount, the receipt is decided, and the customer is told what is missing.
#[utoipa::path(post, path = "/admin/v1/orders/{id}/approve", tag = "orders", params(("id" = String, Path, description = "The order's public reference.")), request_body = Option<Approval>, responses((status = 200, description = "The order as it is now.", body = Order)))]
pub async fn approve(call: &Call<'_>) -> Result<Reply, Problem> {
    let Approval { attempt, amount } = call.body_if_any()?;
    if let Some(amount) = amount {
        return correct(call, attempt, &amount).await;
    }
    let reference = call.app.names.order(call.order_id()?);
    let answer = |order: &order::Order| ok(&Order::of(call.app, order));
    match Box::pin(call.app.approve_receipt(&reference, attempt, call.by(&answer)?, call.deadline)).await? {
        Decided::Approved(order) => Ok(answer(&order).into()),
        Decided::Already(order) if order.payment.as_ref().map(PaymentId::gateway) == Some(Gateway::Card) => Ok(answer(&order).into()),
        Decided::Already(order) | Decided::Rejected(order) => Err(undecidable(&order)),
        Decided::UnknownOrder => Err(not_found()),
    }
}

async fn correct(call: &Call<'_>, attempt: Option<u8>, amount: &Money) -> Result<Reply, Problem> {
    let mut faults = Faults::default();
    let amount = positive(&mut faults, amount);
    let amount = faults.of_fields_with(amount)?;
    let reference = call.app.names.order(call.order_id()?);
    let answer = |order: &order::Order| ok(&Order::of(call.app, order));
    match Box::pin(call.app.correct_receipt(&reference, attempt, amount, call.by(&answer)?, call.deadline)).await? {
        Corrected::Paid(order) | Corrected::Short { order, .. } => Ok(answer(&order).into()),
        Corrected::Already(order) if order.payment.as_ref().map(PaymentId::gateway) == Some(Gateway::Card) => Ok(answer(&order).into()),
        Corrected::Already(order) => Err(undecidable(&order)),
        Corrected::OtherCurrency(currency) => {
            let mut faults = Faults::default();
            faults.add("amount.currency", format!("{} was asked for", currency.code()));
            Err(faults.of_fields().err().unwrap_or_else(not_found))
        }
        Corrected::UnknownOrder => Err(not_found()),
    }
}

/// An amount of money that arrived.
fn positive(faults: &mut Faults, amount: &Money) -> Option<domain::Money> {
    let read = amount.read(faults, "amount")?;
    if read.is_zero() {
        faults.add("amount.amount", "must be positive");
        return None;
    }
    Some(read)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"method": "crypto-pay", "reference": "528890", "amount": {"amount": "2.80", "currency": "USD"}, "reason": "Seen in the gateway's dashboard"}))]
pub struct Settlement {
    /// The gateway by which the money came.
    #[schema(example = "crypto-pay")]
    pub method: String,
    /// The gateway's own name for the payment, as its reports give it; of a bank transfer, the bank's.
    #[schema(min_length = 1, max_length = 160, pattern = "^[!-\"$-~]+$")]
    pub reference: String,
    pub amount: Money,
    /// How it is known; kept in the history.
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

/// Settles an order by hand
///
/// Its money is known to have arrived although no gateway has told of it: the order is paid by a payment of this name, the account is made and sent. Should the
/// gateway report the same payment later, it pays nothing a second time. Doing it twice is success.
#[utoipa::path(post, path = "/admin/v1/orders/{id}/settle", tag = "orders", params(("id" = String, Path, description = "The order's public reference.")), request_body = Settlement, responses((status = 200, description = "The order as it is now.", body = Order)))]
pub async fn settle(call: &Call<'_>) -> Result<Reply, Problem> {
    let Settlement { method, reference, amount, reason } = call.body()?;
    let mut faults = Faults::default();
    let gateway = faults.choose("method", Some(&method), &Gateway::ALL, Gateway::name).map(Gateway::charged_as);
    let payment = gateway.and_then(|gateway| faults.take("reference", PaymentId::new(gateway, reference)));
    let amount = positive(&mut faults, &amount);
    let reason = one_line(&mut faults, "reason", &reason, 200);
    let ((payment, amount), reason) = faults.of_fields_with(payment.zip(amount).zip(reason))?;
    let answer = |order: &order::Order| ok(&Order::of(call.app, order));
    let order = Box::pin(call.app.settle_order(call.order_id()?, &payment, amount, &reason, call.by(&answer)?, call.deadline)).await;
    Ok(answer(&order.map_err(|error| call.refusal(error))?).into())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The amount is another one"}))]
pub struct Rejection {
    /// What the customer is told. One of `unreadable`, `other-amount`, `not-arrived` is said in his language.
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
    /// The attempt whose receipt is meant; left out: the one that waits.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 3)]
    pub attempt: Option<u8>,
}

/// Rejects a receipt
///
/// The customer is told why, and may send another. Rejecting it again is success.
#[utoipa::path(post, path = "/admin/v1/orders/{id}/reject", tag = "orders", params(("id" = String, Path, description = "The order's public reference.")), request_body = Rejection, responses((status = 200, description = "The order as it is now.", body = Order)))]
pub async fn reject(call: &Call<'_>) -> Result<Reply, Problem> {
    let Rejection { reason, attempt } = call.body()?;
    let mut faults = Faults::default();
    let reason = one_line(&mut faults, "reason", &reason, 200);
    let reason = faults.of_fields_with(reason)?;
    let reference = call.app.names.order(call.order_id()?);
    let answer = |order: &order::Order| ok(&Order::of(call.app, order));
    match call.app.reject_receipt(&reference, attempt, &reason, call.by(&answer)?).await? {
        Decided::Rejected(order) => Ok(answer(&order).into()),
        Decided::Already(order) if was_rejected(&order, attempt) => Ok(answer(&order).into()),
        Decided::Already(order) | Decided::Approved(order) => Err(undecidable(&order)),
        Decided::UnknownOrder => Err(not_found()),
    }
}

/// Whether the receipt of this attempt, or the last one there was, stands rejected.
fn was_rejected(order: &order::Order, attempt: Option<u8>) -> bool {
    let waits_for_money = matches!(order.status, order::OrderStatus::AwaitingPayment | order::OrderStatus::Expired);
    let mut meant = order.attempts.iter().filter(|one| attempt.is_none_or(|number| one.number == number));
    waits_for_money
        && meant.rfind(|one| one.receipt.is_some()).and_then(|one| one.receipt.as_ref()).is_some_and(|one| one.rejected.is_some())
}

fn undecidable(order: &order::Order) -> Problem {
    Problem::new(Kind::WrongState, format!("No receipt of this order waits for a decision: the order is {}.", order.status.name()))
}

/// Cancels an order that is not paid
///
/// Its discount is given back. Canceling it again is success.
#[utoipa::path(post, path = "/admin/v1/orders/{id}/cancel", tag = "orders", params(("id" = String, Path, description = "The order's public reference.")), responses((status = 200, description = "The order as it is now.", body = Order)))]
pub async fn cancel(call: &Call<'_>) -> Result<Reply, Problem> {
    let id = call.order_id()?;
    let answer = |order: &order::Order| ok(&Order::of(call.app, order));
    match call.app.cancel_order(id, call.by(&answer)?).await.map_err(|error| call.refusal(error))? {
        Ended::Ended(order) => Ok(answer(&order).into()),
        Ended::Already(order) if order.status == order::OrderStatus::Canceled => Ok(answer(&order).into()),
        Ended::Already(order) => Err(Problem::new(Kind::WrongState, format!("The order is {}.", order.status.name()))),
        Ended::Refused(refusal) => Err(Problem::new(Kind::WrongState, format!("It cannot be canceled: {refusal}."))),
    }
}

/// Refunds an order
///
/// Its money goes back through the gateway, where the gateway can; where it does not answer now, that is owed by the payment (`duty`) and tried again.
/// When it went, what the order gave is taken back on the panel. An order that cost nothing is only taken back. Doing it twice is success.
#[utoipa::path(post, path = "/admin/v1/orders/{id}/refund", tag = "orders", params(("id" = String, Path, description = "The order's public reference.")), request_body = Option<Refund>, responses((status = 200, description = "The order as it is now.", body = Order)))]
pub async fn refund(call: &Call<'_>) -> Result<Reply, Problem> {
    let id = call.order_id()?;
    let Refund { by_hand } = call.body_if_any()?;
    let answer = |order: &order::Order| ok(&Order::of(call.app, order));
    let order = call.app.refund_order(id, by_hand, call.by(&answer)?, call.deadline).await.map_err(|error| call.refusal(error))?;
    Ok(answer(&order).into())
}
