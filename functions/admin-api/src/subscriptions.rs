//! Accounts that customers hold.

use app::admin::Cursor;
use domain::{
    OrderId, TelegramUserId,
    admin::Role,
    subscription::{self, Reminder},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    call::Call,
    duties::Owed,
    problem::{Faults, Problem},
    query::Paging,
    reply::{Page, Reply},
    wire::Time,
};

/// An account, as it was delivered. Its live state is the panel's.
#[derive(Debug, Serialize, ToSchema)]
pub struct Subscription {
    /// The order that made it.
    pub order_id: String,
    pub user_id: i64,
    pub panel_username: String,
    /// The plan's name as bought.
    pub name: String,
    /// What its customer calls it.
    pub label: Option<String>,
    /// The plan that it was bought or last renewed with.
    pub product_id: Option<String>,
    /// Orders that feed it and were not refunded.
    pub orders: u16,
    /// The order that is changing it now.
    pub busy_with: Option<String>,
    /// Since when its customer waits for another link.
    pub link_asked_at: Option<Time>,
    /// What its customer was reminded of since it was bought or last renewed: `days_left:3`, `data_left:20`, `ended`, `win_back`.
    #[schema(example = json!(["days_left:3"]))]
    pub reminded: Vec<String>,
    /// What is owed.
    pub duty: Option<Owed>,
    /// Null is unlimited.
    pub data_limit_bytes: Option<u64>,
    /// From the first use on; null never expires.
    pub duration_days: Option<u16>,
    /// The customer's link. A secret: shown to operators and owners, null for viewers.
    pub link: Option<String>,
    pub created_at: Time,
    pub revoked_at: Option<Time>,
    pub version: u64,
}

impl Subscription {
    pub fn of(call: &Call<'_>, subscription: &subscription::Subscription) -> Self {
        Self {
            order_id: call.app.names.order(subscription.order),
            user_id: subscription.order.buyer.get(),
            panel_username: subscription.name.to_string(),
            name: subscription.title.clone(),
            label: subscription.label.clone(),
            product_id: subscription.product.as_ref().map(ToString::to_string),
            orders: subscription.orders,
            busy_with: subscription.busy_with.map(|key| call.app.names.order(OrderId::new(subscription.order.buyer, key))),
            link_asked_at: subscription.link_asked_at.map(Time),
            reminded: subscription.reminded.iter().copied().map(reminded).collect(),
            duty: Owed::of(&subscription.work),
            data_limit_bytes: subscription.data_limit,
            duration_days: subscription.duration_days,
            link: (call.role() >= Role::Operator).then(|| subscription.link.clone()),
            created_at: subscription.created_at.into(),
            revoked_at: subscription.revoked_at.map(Time),
            version: subscription.version,
        }
    }
}

fn reminded(of: Reminder) -> String {
    match of {
        Reminder::DaysLeft(days) => format!("days_left:{days}"),
        Reminder::DataLeft(percent) => format!("data_left:{percent}"),
        Reminder::Ended => "ended".to_owned(),
        Reminder::WinBack => "win_back".to_owned(),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Whose.
    #[param(value_type = i64, minimum = 1, required = true)]
    pub user_id: Option<String>,
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, example = 50)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Lists a user's subscriptions
///
/// The newest first.
#[utoipa::path(get, path = "/admin/v1/subscriptions", tag = "subscriptions", params(Filter), responses((status = 200, description = "A page of subscriptions.", body = Page<Subscription>)))]
pub async fn list(call: &Call<'_>) -> Result<Reply, Problem> {
    page(call).await.map(|page| Reply::json(&page))
}

/// A page of the list.
pub async fn page(call: &Call<'_>) -> Result<Page<Subscription>, Problem> {
    let asked: Filter = call.query()?;
    let mut faults = Faults::default();
    let user: Option<TelegramUserId> = faults.needed("user_id", asked.user_id.as_deref());
    let paging: Paging<Cursor> = call.paging(&mut faults, asked.limit.as_deref(), asked.cursor.as_deref())?;
    let user = faults.of_parameters_with(user)?;
    let page = call.app.store.subscriptions_of(user, paging.cursor.as_ref(), paging.limit).await?;
    let items = page.items.iter().map(|subscription| Subscription::of(call, subscription)).collect();
    Ok(call.page(&paging, items, page.next))
}
