//! What customers did, and when.

use app::activity::{ActivityPage, FeedCursor, TimelineCursor};
use domain::{
    TelegramUserId,
    activity::{self, ActivityKind, Fact},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::{
    call::Call,
    payments,
    problem::{Faults, Problem},
    query::Paging,
    reply::{Page, Reply},
    wire::{Money, Time, wire_enum},
};

wire_enum! {
    /// What happened. Only a user's own timeline has what became of his orders and subscriptions one by one, whom he invited, and what operators did about
    /// him; the shop's feed has `joined`, `ordered`, `trial`, `paid`, `money_unapplied`, `code_refused`, `reminded`, `win_back_sent`, `blocked`, `unblocked` and
    /// `charge_refused`.
    Kind = domain::activity::ActivityKind {
        Joined, Ordered, Trial, ReceiptSent, Paid, MoneyUnapplied, Provisioned, Renewed, Delivered, Expired, Canceled, Refunded, SubscriptionEnded,
        SubscriptionDisabled, SubscriptionRevoked, LinkChanged, Invited, FriendPaid, PrizeGranted, Banned, Unbanned, Operated, CodeRefused, Reminded,
        WinBackSent, Blocked, Unblocked, ChargeRefused,
    }
}

/// Something that a customer did or that happened to him.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Activity, example = json!({
    "id": "AGNHAZK7HQG4YW4G", "at": "2026-11-22T18:43:48.123Z", "user_id": 7_000_000_001_i64, "kind": "code_refused", "order_id": null, "payment_id": null,
    "detail": {"code": "SPRING20", "reason": "used_up"}
}))]
pub struct Activity {
    /// The same whenever it is read.
    pub id: String,
    pub at: Time,
    /// Null: money of somebody whom the shop does not know.
    pub user_id: Option<i64>,
    pub kind: Kind,
    pub order_id: Option<String>,
    pub payment_id: Option<String>,
    /// What else is known of it, by its kind: `product`, `total`, `amount`, `status`, `code`, `reason`, `left`, `actor` ...
    #[schema(value_type = Object)]
    pub detail: Map<String, Value>,
}

impl Activity {
    pub fn of(call: &Call<'_>, activity: &activity::Activity) -> Self {
        let names = &call.app.names;
        let told = |fact: &Fact| match fact {
            Fact::Text(text) => text.as_str().into(),
            Fact::Number(number) => (*number).into(),
            Fact::Money(money) => serde_json::to_value(Money::from(*money)).unwrap_or_default(),
            Fact::User(user) => user.get().into(),
            Fact::Order(order) => names.order(*order).into(),
        };
        Self {
            id: names.digest("activity", &format!("{}|{}", activity.kind.name(), activity.of)).to_string(),
            at: activity.at.into(),
            user_id: activity.user.map(TelegramUserId::get),
            kind: activity.kind.into(),
            order_id: activity.order.map(|order| names.order(order)),
            payment_id: activity.payment.as_ref().map(|payment| payments::PaymentName::of(payment).to_string()),
            detail: activity.detail.iter().map(|(name, fact)| ((*name).to_owned(), told(fact))).collect(),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only this user's: his timeline. Without it, the feed of the shop.
    #[param(value_type = Option<i64>, minimum = 1)]
    pub user_id: Option<String>,
    #[param(value_type = Option<Kind>, inline)]
    pub kind: Option<String>,
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, example = 50)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Lists what customers did
///
/// The newest first: with `user_id` the timeline of one user, without it the feed of the shop, where an order stands at the time at which it was placed, with
/// what has become of it. What leaves no other trace (a refused code, a reminder, a block) is kept for 90 days. A page may come short, or be empty, and still
/// have a next.
#[utoipa::path(get, path = "/admin/v1/activity", tag = "activity", params(Filter), responses((status = 200, description = "A page of what happened.", body = Page<Activity>)))]
pub async fn list(call: &Call<'_>) -> Result<Reply, Problem> {
    page(call).await.map(|page| Reply::json(&page))
}

/// A page of the list.
pub async fn page(call: &Call<'_>) -> Result<Page<Activity>, Problem> {
    let asked: Filter = call.query()?;
    let mut faults = Faults::default();
    let user: Option<TelegramUserId> = faults.parse("user_id", asked.user_id.as_deref());
    let kind = faults.choose("kind", asked.kind.as_deref(), &ActivityKind::ALL, ActivityKind::name);
    let (limit, cursor) = (asked.limit.as_deref(), asked.cursor.as_deref());
    if asked.user_id.is_some() {
        let paging: Paging<TimelineCursor> = call.paging(&mut faults, limit, cursor)?;
        let user = faults.of_parameters_with(user)?;
        let ActivityPage { items, next } = call.app.timeline(user, kind, paging.cursor.as_ref(), paging.limit).await?;
        return Ok(call.page(&paging, items.iter().map(|activity| Activity::of(call, activity)).collect(), next));
    }
    let paging: Paging<FeedCursor> = call.paging(&mut faults, limit, cursor)?;
    faults.of_parameters()?;
    let ActivityPage { items, next } = call.app.activity_feed(kind, paging.cursor.as_ref(), paging.limit).await?;
    Ok(call.page(&paging, items.iter().map(|activity| Activity::of(call, activity)).collect(), next))
}
