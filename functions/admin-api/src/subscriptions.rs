//! Accounts that customers hold.

use app::{
    Answer,
    account::Live,
    admin::{Cursor, Owner},
    grant::Given,
};
use domain::{
    OrderId, TelegramUserId,
    admin::Role,
    change::{DataWish, TimeWish, Wish},
    order,
    product::Terms,
    subscription::{self, Reminder},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    audit,
    body::given,
    call::{Call, not_found},
    duties::{Duty, Owed},
    orders::Order,
    problem::{Faults, Problem},
    query::Paging,
    reply::{Page, Reply, ok},
    users::{Color, User},
    wire::{Time, moment, wire_enum},
};

wire_enum! {
    /// As far as is known without asking the panel. `active`; `expired`: its time was up or its data used up at the last look; `disabled`: switched off by
    /// an operator, or because what fed it was refunded.
    SubscriptionState = domain::subscription::SubscriptionState { Active, Expired, Disabled }
}

impl SubscriptionState {
    const fn color(self) -> Color {
        match self {
            Self::Active => Color::Green,
            Self::Expired => Color::Red,
            Self::Disabled => Color::Orange,
        }
    }
}

/// An account, as it was delivered. Its live state is the panel's.
#[derive(Debug, Serialize, ToSchema)]
pub struct Subscription {
    /// The order that made it: the subscription's own name.
    #[schema(example = "AGNHAZK7HQG4YW4GOVDVKYTQCVXC3WV6XJ3JYKYTJVRPA")]
    pub order_id: String,
    pub user_id: i64,
    pub status: SubscriptionState,
    /// Active is green, expired is red, anything else is orange.
    pub color: Color,
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
    /// When its time was up or its data used up, as far as a look at the account has shown it.
    pub ended_at: Option<Time>,
    /// When the last order that fed it was refunded.
    pub revoked_at: Option<Time>,
    /// Since when an operator has it switched off.
    pub disabled_at: Option<Time>,
    pub version: u64,
}

impl Subscription {
    pub fn of(call: &Call<'_>, subscription: &subscription::Subscription) -> Self {
        let status = SubscriptionState::from(subscription.state());
        Self {
            order_id: call.app.names.order(subscription.order),
            user_id: subscription.order.buyer.get(),
            status,
            color: status.color(),
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
            ended_at: subscription.ended_at.map(Time),
            revoked_at: subscription.revoked_at.map(Time),
            disabled_at: subscription.disabled_at.map(Time),
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

/// A subscription with what is around it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubscriptionDetail {
    #[serde(flatten)]
    pub subscription: Subscription,
    /// The account as the panel shows it now; null where it has none, or did not answer in time.
    pub live: Option<LiveAccount>,
    /// Why there is no `live`: `deleted` (the panel has no such account any more), or `unanswered`.
    #[schema(example = json!(null))]
    pub live_problem: Option<&'static str>,
    pub user: Option<User>,
    /// The orders that made and extended it, refunded ones too, among the newest 100 of its customer.
    pub fed_by: Vec<Order>,
    /// What it and those orders owe.
    pub duties: Vec<Duty>,
    /// What operators did to it, the newest first, at most 20.
    pub audit: Vec<audit::Entry>,
}

/// An account on the panel.
#[derive(Debug, Serialize, ToSchema)]
pub struct LiveAccount {
    /// `active`, `on_hold` (waits for its first use), `limited` (its data is used up), `expired`, `disabled` or `unknown`.
    #[schema(example = "active")]
    pub status: &'static str,
    /// Active is green, limited and expired are red, anything else is orange.
    pub color: Color,
    #[schema(example = 1_073_741_824_u64)]
    pub used_bytes: u64,
    /// Null is unlimited.
    pub data_limit_bytes: Option<u64>,
    /// Null: never, or not used yet.
    pub expires_at: Option<Time>,
    /// How long it will work from its first use on, where it waits for that.
    pub on_hold_seconds: Option<i64>,
    /// When it was used last.
    pub online_at: Option<Time>,
}

impl LiveAccount {
    fn of(live: &Live) -> Result<Self, &'static str> {
        let account = match live {
            Live::Account(account) => account,
            Live::Deleted => return Err("deleted"),
            Live::Unknown => return Err("unanswered"),
        };
        let status = live.status_name();
        let color = match status {
            "active" => Color::Green,
            "limited" | "expired" => Color::Red,
            _ => Color::Orange,
        };
        Ok(Self {
            status,
            color,
            used_bytes: account.used,
            data_limit_bytes: account.data_limit,
            expires_at: account.expires_at.map(Time),
            on_hold_seconds: account.on_hold_duration.filter(|_| status == "on_hold").map(|span| span.as_seconds()),
            online_at: account.online_at.map(Time),
        })
    }
}

/// How much of a subscription's history its page shows.
const SHOWN: u8 = 20;
/// Among so many of its customer's orders those are looked for that feed it.
const LOOKED_THROUGH: u8 = 100;

/// Shows a subscription
///
/// With the state of its account on the panel, which is asked for a few seconds at most.
#[utoipa::path(get, path = "/admin/v1/subscriptions/{id}", tag = "subscriptions", params(("id" = String, Path, description = "The public reference of the order that made it.", example = "AGNHAZK7HQG4YW4GOVDVKYTQCVXC3WV6XJ3JYKYTJVRPA")), responses((status = 200, description = "The subscription with its account, orders and history.", body = SubscriptionDetail)))]
pub async fn show(call: &Call<'_>) -> Result<Reply, Problem> {
    detail(call).await.map(|detail| ok(&detail).into())
}

/// The one that the path names, with what is around it.
pub async fn detail(call: &Call<'_>) -> Result<SubscriptionDetail, Problem> {
    let (app, id) = (call.app, call.order_id()?);
    let held = app.subscription(id, call.deadline).await?.ok_or_else(not_found)?;
    let (user, orders) = tokio::try_join!(app.store.user(id.buyer), app.store.orders_of(id.buyer, None, LOOKED_THROUGH))?;
    let audit = app.store.list_audit("subscription", &app.names.order(id), None, SHOWN, app.now()).await?;
    let fed_by: Vec<&order::Order> =
        orders.items.iter().filter(|order| order.extends.unwrap_or(order.id.key) == id.key && !order.gift).collect();
    let orders = fed_by.iter().map(|order| (Owner::Order(order.id), &order.work));
    let duties = Duty::around(app, std::iter::once((Owner::Subscription(id), &held.subscription.work)).chain(orders));
    let (live, live_problem) = LiveAccount::of(&held.live).map_or_else(|problem| (None, Some(problem)), |live| (Some(live), None));
    Ok(SubscriptionDetail {
        subscription: Subscription::of(call, &held.subscription),
        live,
        live_problem,
        user: user.as_ref().map(User::from),
        fed_by: fed_by.into_iter().map(|order| Order::of(app, order)).collect(),
        duties,
        audit: audit.items.iter().map(audit::Entry::from).collect(),
    })
}

/// What is given: a product, or terms of one's own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"data_limit_gb": 10, "duration_days": 7}))]
pub struct Grant {
    /// A product of the catalogue, archived or not, instead of the other two.
    #[serde(default)]
    #[schema(example = "gb50-30d")]
    pub product_id: Option<String>,
    /// GiB. Of a new subscription null is unlimited; of more for one that there is, null or left out is none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 100_000)]
    pub data_limit_gb: Option<Option<u32>>,
    /// Of a new subscription null never expires; of more for one that there is, null or left out is none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u16>, minimum = 1, maximum = 3650)]
    pub duration_days: Option<Option<u16>>,
}

impl Grant {
    /// `whole`: of a new subscription, both limits have to be spoken of: what is without limit is no oversight.
    pub fn read(&self, faults: &mut Faults, whole: bool) -> Option<Given> {
        if let Some(id) = &self.product_id {
            for (field, is_given) in [("data_limit_gb", self.data_limit_gb.is_some()), ("duration_days", self.duration_days.is_some())] {
                if is_given {
                    faults.add(field, "a product has its own");
                }
            }
            return faults.parse("product_id", Some(id)).map(Given::Product);
        }
        if whole {
            for (field, is_given) in [("data_limit_gb", self.data_limit_gb.is_some()), ("duration_days", self.duration_days.is_some())] {
                if !is_given {
                    faults.add(field, "required where no product is named; null is without limit");
                }
            }
        }
        Some(Given::Terms { data_limit_gb: self.data_limit_gb.flatten(), duration_days: self.duration_days.flatten() })
    }
}

/// Adds to a subscription
///
/// An order of nothing to pay: a renewal by a product's own rules, or so much more of data and days. Its customer is told. What the panel does not do now is
/// owed by the order and tried again. With the same `Idempotency-Key` it is added once, for ever.
#[utoipa::path(post, path = "/admin/v1/subscriptions/{id}/extend", tag = "subscriptions", params(("id" = String, Path, description = "The public reference of the order that made it.")), request_body = Grant, responses((status = 200, description = "The order that adds it, as it is now.", body = Order)))]
pub async fn extend(call: &Call<'_>) -> Result<Reply, Problem> {
    let asked: Grant = call.body()?;
    let mut faults = Faults::default();
    let read = asked.read(&mut faults, false);
    let asked = faults.of_fields_with(read)?;
    let answer = |order: &order::Order| ok(&Order::of(call.app, order));
    let order = Box::pin(call.app.extend_by_hand(call.order_id()?, &asked, call.by(&answer)?, call.deadline)).await;
    Ok(answer(&order.map_err(|error| call.refusal(error))?).into())
}

/// Limits, absolute. What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"data_limit_gb": 50, "expires_at": "2027-01-01T00:00:00Z"}))]
pub struct Limits {
    /// GiB in all, used ones included; null is unlimited.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 100_000)]
    pub data_limit_gb: Option<Option<u32>>,
    /// The same in bytes, instead.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u64>, minimum = 1, maximum = 107_374_182_400_000_u64)]
    pub data_limit_bytes: Option<Option<u64>>,
    /// In the future; null never expires. An account that waits for its first use waits no longer.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Option<String>>,
}

/// What a subscription can be sold with.
const MOST_GB: u32 = 100_000;

impl Limits {
    fn read(&self, faults: &mut Faults, now: domain::Timestamp) -> Wish {
        if self.data_limit_gb.is_some() && self.data_limit_bytes.is_some() {
            faults.add("data_limit_bytes", "data_limit_gb says it");
        }
        if self.data_limit_gb.is_none() && self.data_limit_bytes.is_none() && self.expires_at.is_none() {
            faults.add("data_limit_gb", "one of data_limit_gb, data_limit_bytes and expires_at is required");
        }
        let gb = self.data_limit_gb.map(|gb| gb.map(|gb| u64::from(gb).saturating_mul(Terms::GIB)));
        let data = gb.or(self.data_limit_bytes).map(|bytes| bytes.map_or(DataWish::Unlimited, DataWish::Bytes));
        if let Some(DataWish::Bytes(bytes)) = data
            && !(1..=u64::from(MOST_GB).saturating_mul(Terms::GIB)).contains(&bytes)
        {
            let field = if self.data_limit_gb.is_some() { "data_limit_gb" } else { "data_limit_bytes" };
            faults.add(field, "1 to 100000 GiB, or null for unlimited");
        }
        let time = self.expires_at.as_ref().map(|at| match at {
            None => TimeWish::Unlimited,
            Some(at) => {
                let at = moment(faults, "expires_at", Some(at)).unwrap_or(now);
                if at <= now {
                    faults.add("expires_at", "must be in the future");
                }
                // The panel's times are whole seconds.
                TimeWish::Until(domain::Timestamp::from_seconds(at.seconds()))
            }
        });
        Wish { data, time, switch: None }
    }
}

/// Sets a subscription's limits
///
/// Absolute ones, to mend what went wrong. Its customer is told. What the panel does not do now is owed (`duty`) and tried again; orders that extend it wait
/// for that. A later change is added to one that is still owed.
#[utoipa::path(post, path = "/admin/v1/subscriptions/{id}/change", tag = "subscriptions", params(("id" = String, Path, description = "The public reference of the order that made it.")), request_body = Limits, responses((status = 200, description = "The subscription as it is now.", body = Subscription)))]
pub async fn change(call: &Call<'_>) -> Result<Reply, Problem> {
    let asked: Limits = call.body()?;
    let mut faults = Faults::default();
    let wish = asked.read(&mut faults, call.app.now());
    faults.of_fields()?;
    become_as(call, wish, "change").await
}

/// Switches a subscription off
///
/// Its limits and links stay; it works no more until it is enabled. Its customer is told, and not reminded of it any more. Doing it twice is success.
#[utoipa::path(post, path = "/admin/v1/subscriptions/{id}/disable", tag = "subscriptions", params(("id" = String, Path, description = "The public reference of the order that made it.")), responses((status = 200, description = "The subscription as it is now.", body = Subscription)))]
pub async fn disable(call: &Call<'_>) -> Result<Reply, Problem> {
    become_as(call, Wish::OFF, "disable").await
}

/// Switches a subscription on again
///
/// One that was never used waits for its first use again. Its customer is told. Doing it twice is success.
#[utoipa::path(post, path = "/admin/v1/subscriptions/{id}/enable", tag = "subscriptions", params(("id" = String, Path, description = "The public reference of the order that made it.")), responses((status = 200, description = "The subscription as it is now.", body = Subscription)))]
pub async fn enable(call: &Call<'_>) -> Result<Reply, Problem> {
    become_as(call, Wish::ON, "enable").await
}

/// Replaces a subscription's link
///
/// The old one and every device that has it stop working; its customer is sent the new one. One that is on its way, or came within the last three minutes,
/// is success.
#[utoipa::path(post, path = "/admin/v1/subscriptions/{id}/revoke-link", tag = "subscriptions", params(("id" = String, Path, description = "The public reference of the order that made it.")), responses((status = 200, description = "The subscription as it is now.", body = Subscription)))]
pub async fn revoke_link(call: &Call<'_>) -> Result<Reply, Problem> {
    let answer = shown(call);
    let changed = Box::pin(call.app.revoke_link_of(call.order_id()?, call.by(&answer)?, call.deadline)).await;
    Ok(answer(&changed.map_err(|error| call.refusal(error))?).into())
}

fn shown<'a>(call: &'a Call<'_>) -> impl Fn(&subscription::Subscription) -> Answer + Send + Sync + 'a {
    |subscription| ok(&Subscription::of(call, subscription))
}

async fn become_as(call: &Call<'_>, wish: Wish, action: &'static str) -> Result<Reply, Problem> {
    let answer = shown(call);
    let changed = Box::pin(call.app.change_subscription(call.order_id()?, wish, action, call.by(&answer)?, call.deadline)).await;
    Ok(answer(&changed.map_err(|error| call.refusal(error))?).into())
}
