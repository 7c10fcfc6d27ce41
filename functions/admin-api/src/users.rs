//! Customers.

use app::{
    Answer,
    activity::Around,
    admin::{Cursor, Owner, UserFilter},
};
use domain::{
    SubscriptionName, TelegramUserId, activity as activities,
    admin::Role,
    guesses::Guesses,
    order,
    referral::{self, ReferralStats},
    subscription, user,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    activity::Activity,
    audit,
    call::{Call, not_found},
    duties::Duty,
    orders::Order,
    problem::{Faults, Kind, Problem},
    query::{self, Paging, created, flag, oldest_first, sought},
    referrals::Referral,
    reply::{Page, Reply, ok},
    subscriptions::{Grant, Subscription},
    wire::{Time, wire_enum},
};

wire_enum! {
    /// `new`: never had a subscription; `active`: holds one; `expired`: held one.
    UserStatus = domain::user::UserStatus { New, Active, Expired }
}

/// A customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct User {
    #[schema(example = 7_000_000_001_i64)]
    pub user_id: i64,
    pub first_name: String,
    pub username: Option<String>,
    /// The language that the bot speaks with him: `fa`, `en` or `ru`.
    #[schema(example = "fa")]
    pub language: &'static str,
    pub status: UserStatus,
    pub subscription_status: SubscriptionStatus,
    pub banned: bool,
    pub banned_at: Option<Time>,
    /// Whether the trial was taken.
    pub trial: bool,
    pub trial_at: Option<Time>,
    /// The version of the terms of use that he accepted last.
    pub terms_accepted: Option<u32>,
    /// False: the customer blocked the bot or is gone.
    pub reachable: bool,
    pub invited_by: Option<i64>,
    pub referral_count: ReferralCount,
    pub first_paid_at: Option<Time>,
    pub created_at: Time,
    pub version: u64,
}

/// A status with the colour in which it is shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubscriptionStatus {
    pub status: UserStatus,
    pub color: Color,
}

/// Active is green, expired is red, anything else is orange.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Color {
    Green,
    Red,
    Orange,
}

/// How many users somebody invited, and where they are listed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReferralCount {
    pub count: u32,
    #[schema(example = "/admin/v1/users?invited_by=7000000001")]
    pub users_url: String,
}

impl From<&user::User> for User {
    fn from(user: &user::User) -> Self {
        let color = match user.status {
            user::UserStatus::Active => Color::Green,
            user::UserStatus::Expired => Color::Red,
            user::UserStatus::New => Color::Orange,
        };
        Self {
            user_id: user.id.get(),
            first_name: user.first_name.clone(),
            username: user.username.clone(),
            language: user.language.code(),
            status: user.status.into(),
            subscription_status: SubscriptionStatus { status: user.status.into(), color },
            banned: user.is_banned(),
            banned_at: user.banned_at.map(Time),
            trial: user.trial_at.is_some(),
            trial_at: user.trial_at.map(Time),
            terms_accepted: user.terms_accepted,
            reachable: user.unreachable_at.is_none(),
            invited_by: user.invited_by.map(TelegramUserId::get),
            referral_count: ReferralCount { count: user.invited, users_url: format!("/admin/v1/users?invited_by={}", user.id) },
            first_paid_at: user.first_paid_at.map(Time),
            created_at: user.joined_at.into(),
            version: user.version,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    #[param(value_type = Option<UserStatus>, inline)]
    pub status: Option<String>,
    #[param(value_type = Option<bool>)]
    pub banned: Option<String>,
    /// Whether the trial was taken.
    #[param(value_type = Option<bool>)]
    pub trial: Option<String>,
    /// The users whom this one invited.
    #[param(value_type = Option<i64>, minimum = 1)]
    pub invited_by: Option<String>,
    /// RFC 3339, or a day (UTC).
    pub created_from: Option<String>,
    /// RFC 3339, or a day (UTC) whose end is meant.
    pub created_to: Option<String>,
    /// A user's id or the digits that it begins with, an order's id (its customer), or a status.
    pub q: Option<String>,
    /// `desc`: the newest first, which is what is given without it; `asc`: the oldest first. Of the users whom somebody invited always by their ids.
    #[param(value_type = Option<query::Order>, inline)]
    pub order: Option<String>,
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, example = 50)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Lists the users
///
/// The last to join first; those whom somebody invited by their ids.
#[utoipa::path(get, path = "/admin/v1/users", tag = "users", params(Filter), responses((status = 200, description = "A page of users.", body = Page<User>)))]
pub async fn list(call: &Call<'_>) -> Result<Reply, Problem> {
    page(call).await.map(|page| Reply::json(&page))
}

/// A page of the list.
pub async fn page(call: &Call<'_>) -> Result<Page<User>, Problem> {
    let asked: Filter = call.query()?;
    let mut faults = Faults::default();
    let filter = UserFilter {
        status: faults.choose("status", asked.status.as_deref(), &user::UserStatus::ALL, user::UserStatus::name),
        banned: flag(&mut faults, "banned", asked.banned.as_deref()),
        trial: flag(&mut faults, "trial", asked.trial.as_deref()),
        invited_by: faults.parse("invited_by", asked.invited_by.as_deref()),
        created: created(&mut faults, asked.created_from.as_deref(), asked.created_to.as_deref()),
        q: sought(asked.q),
        oldest_first: oldest_first(&mut faults, asked.order.as_deref()),
    };
    let paging: Paging<Cursor> = call.paging(&mut faults, asked.limit.as_deref(), asked.cursor.as_deref())?;
    faults.of_parameters()?;
    let page = call.app.list_users(&filter, paging.cursor.as_ref(), paging.limit).await?;
    Ok(call.page(&paging, page.items.iter().map(User::from).collect(), page.next))
}

/// A customer with what is around him.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserDetail {
    #[serde(flatten)]
    pub user: User,
    pub referrals: Referrals,
    /// Whom he invited, at most 20; `referral_count.users_url` lists all of them.
    pub invited: Vec<Referral>,
    /// How he came; null where nobody invited him.
    pub referral: Option<Referral>,
    /// Whether the inviter was given the prize for this user; null where nobody invited him.
    pub has_received_prize: Option<bool>,
    /// The newest, at most 20.
    pub orders: Vec<Order>,
    /// The newest, at most 20.
    pub subscriptions: Vec<Subscription>,
    /// What of all this is owed.
    pub duties: Vec<Duty>,
    /// Codes that he tried and that there are not; null where there are none, or a day has forgotten them.
    pub wrong_codes: Option<WrongCodes>,
    /// What operators did, the newest first, at most 20.
    pub audit: Vec<audit::Entry>,
    /// What he did and what happened to him, the newest first, at most 20, of what is shown here.
    pub activity: Vec<Activity>,
}

/// Codes that a customer tried and that there are not.
#[derive(Debug, Serialize, ToSchema)]
pub struct WrongCodes {
    pub count: u32,
    pub last_at: Time,
    /// Until when no further code of his is looked at.
    pub blocked_until: Option<Time>,
}

/// An inviter's figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct Referrals {
    pub total_invites: u32,
    /// Invited users who paid.
    pub active_referrals: u32,
    /// Prizes owed and not yet given.
    pub pending_rewards: u32,
}

/// How many of a customer's things his page shows.
const SHOWN: u8 = 20;

/// Shows a user
#[utoipa::path(get, path = "/admin/v1/users/{id}", tag = "users", params(("id" = i64, Path, description = "The Telegram id.", example = 7_000_000_001_i64)), responses((status = 200, description = "The user with orders, subscriptions and referrals.", body = UserDetail)))]
pub async fn show(call: &Call<'_>) -> Result<Reply, Problem> {
    detail(call).await.map(|detail| ok(&detail).into())
}

/// The one that the path names, with what is around it.
pub async fn detail(call: &Call<'_>) -> Result<UserDetail, Problem> {
    let (app, id) = (call.app, call.id::<TelegramUserId>()?);
    app.write_all_traces().await;
    let user = app.store.user(id).await?.ok_or_else(not_found)?;
    let (orders, subscriptions, invited, guesses, traces) = tokio::try_join!(
        app.store.orders_of(id, None, SHOWN),
        app.store.subscriptions_of(id, None, SHOWN),
        app.store.referrals_of(id, None, SHOWN),
        app.store.guesses(id),
        app.store.traces_of(id, None, SHOWN)
    )?;
    let audit = app.store.list_audit("user", &id.to_string(), None, SHOWN, app.now()).await?;
    let referral = match user.invited_by {
        Some(inviter) => app.store.referral(inviter, id).await?,
        None => None,
    };
    let around = Around {
        orders: &orders.items,
        subscriptions: &subscriptions.items,
        referrals: &invited.items,
        audit: &audit.items,
        traces: &traces.items,
    };
    let happened = around.activities().into_iter().chain([activities::of_user(&user)]).collect();
    let (activity, _) = activities::newest(happened, None, None, SHOWN.into());
    let stats = ReferralStats::of(&user);
    let of_referral = |referral: &referral::Referral| Owner::Referral { inviter: referral.inviter, invitee: referral.invitee };
    let duties = (orders.items.iter().map(|order| (Owner::Order(order.id), &order.work)))
        .chain(subscriptions.items.iter().map(|held| (Owner::Subscription(held.order), &held.work)))
        .chain(invited.items.iter().chain(&referral).map(|referral| (of_referral(referral), &referral.work)));
    let now = app.now();
    let forgotten = |guesses: &Guesses| now >= guesses.last_at.plus(Guesses::LIFETIME);
    let wrong_codes = guesses.filter(|guesses| !forgotten(guesses)).map(|guesses| WrongCodes {
        count: guesses.wrong,
        last_at: guesses.last_at.into(),
        blocked_until: guesses.wait_until(now).map(Time),
    });
    Ok(UserDetail {
        user: User::from(&user),
        referrals: Referrals { total_invites: stats.total, active_referrals: stats.active, pending_rewards: stats.pending },
        invited: invited.items.iter().map(|referral| Referral::of(app, referral)).collect(),
        has_received_prize: user.invited_by.map(|_| referral.as_ref().is_some_and(referral::Referral::has_received_prize)),
        referral: referral.as_ref().map(|referral| Referral::of(app, referral)),
        duties: Duty::around(app, duties),
        wrong_codes,
        orders: orders.items.iter().map(|order| Order::of(app, order)).collect(),
        subscriptions: subscriptions.items.iter().map(|subscription| Subscription::of(call, subscription)).collect(),
        audit: audit.items.iter().map(audit::Entry::from).collect(),
        activity: activity.iter().map(|activity| Activity::of(call, activity)).collect(),
    })
}

/// Gives a user a subscription
///
/// An order of nothing to pay, delivered like any other: the account is made and sent to him. What the panel does not do now is owed by the order and tried
/// again. With the same `Idempotency-Key` he gets one, for ever.
#[utoipa::path(post, path = "/admin/v1/users/{id}/grant", tag = "users", params(("id" = i64, Path, description = "The Telegram id.", example = 7_000_000_001_i64)), request_body = Grant, responses((status = 200, description = "The order that gives it, as it is now.", body = Order)))]
pub async fn grant(call: &Call<'_>) -> Result<Reply, Problem> {
    let asked: Grant = call.body()?;
    let mut faults = Faults::default();
    let read = asked.read(&mut faults, true);
    let asked = faults.of_fields_with(read)?;
    let answer = |order: &order::Order| ok(&Order::of(call.app, order));
    let order = Box::pin(call.app.grant(call.id()?, &asked, call.by(&answer)?, call.deadline)).await;
    Ok(answer(&order.map_err(|error| call.refusal(error))?).into())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"panel_username": "old_account"}))]
pub struct AccountToAdopt {
    /// The account's name on the panel: 3 to 32 of `A-Z a-z 0-9 _ - @ .`.
    #[schema(pattern = "^[A-Za-z0-9_@.-]{3,32}$", example = "old_account")]
    pub panel_username: String,
}

/// Gives a user an account that is on the panel already
///
/// One that was there before the shop becomes a subscription of his, with the limits, the time and the link that the panel has for it; the panel is only read. An
/// account is adopted once: what another user has, or what the shop made itself, is refused. Doing it twice is success.
#[utoipa::path(post, path = "/admin/v1/users/{id}/adopt", tag = "users", params(("id" = i64, Path, description = "The Telegram id.", example = 7_000_000_001_i64)), request_body = AccountToAdopt, responses((status = 200, description = "The subscription as it is now.", body = Subscription)))]
pub async fn adopt(call: &Call<'_>) -> Result<Reply, Problem> {
    let asked: AccountToAdopt = call.body()?;
    let mut faults = Faults::default();
    let name: Option<SubscriptionName> = faults.parse("panel_username", Some(&asked.panel_username));
    let name = faults.of_fields_with(name)?;
    let answer = |held: &subscription::Subscription| ok(&Subscription::of(call, held));
    let adopted = Box::pin(call.app.adopt_by_name(call.id()?, &name, call.by(&answer)?, call.deadline)).await;
    adopted.map(|held| answer(&held).into()).map_err(|error| call.refusal(error))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"inviter": 7_000_000_002_i64}))]
pub struct Attachment {
    /// Who invited him.
    #[schema(minimum = 1, example = 7_000_000_002_i64)]
    pub inviter: i64,
    /// True, which takes the role `owner`: although he has bought. He counts as invited then; no prize is owed for what he bought.
    #[serde(default)]
    pub force: bool,
}

/// Says who invited a user
///
/// For one whom nobody invited as far as the shop knows: never himself, nobody who is banned, and nobody whom he has invited. Whoever was said first stays. The
/// first order that he places after this is rewarded as with any invited user. Doing it twice is success.
#[utoipa::path(post, path = "/admin/v1/users/{id}/attach-referral", tag = "users", params(("id" = i64, Path, description = "The Telegram id.", example = 7_000_000_001_i64)), request_body = Attachment, responses((status = 200, description = "The user as he is now.", body = User)))]
pub async fn attach_referral(call: &Call<'_>) -> Result<Reply, Problem> {
    let Attachment { inviter, force } = call.body()?;
    let mut faults = Faults::default();
    let inviter = faults.take("inviter", TelegramUserId::new(inviter));
    let inviter = faults.of_fields_with(inviter)?;
    if force && call.role() < Role::Owner {
        return Err(Problem::new(Kind::Forbidden, "To force it takes the role owner."));
    }
    let changed = call.app.attach_referral(call.id()?, inviter, force, call.by(&shown)?).await;
    changed.map(|user| shown(&user).into()).map_err(|error| call.refusal(error))
}

/// Bans a user
///
/// He can order nothing any more. What is paid is delivered all the same. Doing it twice is success.
#[utoipa::path(post, path = "/admin/v1/users/{id}/ban", tag = "users", params(("id" = i64, Path, description = "The Telegram id.", example = 7_000_000_001_i64)), responses((status = 200, description = "The user as he is now.", body = User)))]
pub async fn ban(call: &Call<'_>) -> Result<Reply, Problem> {
    set_banned(call, true).await
}

/// Lifts a ban
#[utoipa::path(post, path = "/admin/v1/users/{id}/unban", tag = "users", params(("id" = i64, Path, description = "The Telegram id.", example = 7_000_000_001_i64)), responses((status = 200, description = "The user as he is now.", body = User)))]
pub async fn unban(call: &Call<'_>) -> Result<Reply, Problem> {
    set_banned(call, false).await
}

fn shown(user: &user::User) -> Answer {
    ok(&User::from(user))
}

async fn set_banned(call: &Call<'_>, banned: bool) -> Result<Reply, Problem> {
    let changed = call.app.set_banned(call.id()?, banned, call.by(&shown)?).await;
    changed.map(|user| shown(&user).into()).map_err(|error| call.refusal(error))
}
