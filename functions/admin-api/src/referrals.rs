//! Who invited whom.

use app::{App, admin::Cursor};
use domain::{OrderId, TelegramUserId, referral};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    call::Call,
    duties::Owed,
    problem::{Faults, Problem},
    query::Paging,
    reply::{Page, Reply},
    wire::{Time, wire_enum},
};

wire_enum! {
    /// `attached`: invited; `qualified`: paid, the prize is owed; `granted`: the prize is an order or a code of the inviter's.
    ReferralStatus = domain::referral::ReferralState { Attached, Qualified, Granted }
}

/// One invited user.
#[derive(Debug, Serialize, ToSchema)]
pub struct Referral {
    pub inviter: i64,
    /// Who was invited.
    pub user_id: i64,
    pub status: ReferralStatus,
    pub has_received_prize: bool,
    /// The invited user's order that qualified.
    pub order_id: Option<String>,
    /// The prize, where it is a discount code.
    pub discount_code: Option<String>,
    /// What is owed.
    pub duty: Option<Owed>,
    pub created_at: Time,
    pub qualified_at: Option<Time>,
    pub granted_at: Option<Time>,
    pub version: u64,
}

impl Referral {
    pub fn of(app: &App, referral: &referral::Referral) -> Self {
        Self {
            inviter: referral.inviter.get(),
            user_id: referral.invitee.get(),
            status: referral.state.into(),
            has_received_prize: referral.has_received_prize(),
            order_id: referral.order.map(|key| app.names.order(OrderId::new(referral.invitee, key))),
            discount_code: referral.code.as_ref().map(ToString::to_string),
            duty: Owed::of(&referral.work),
            created_at: referral.attached_at.into(),
            qualified_at: referral.qualified_at.map(Time),
            granted_at: referral.granted_at.map(Time),
            version: referral.version,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Who invited.
    #[param(value_type = i64, minimum = 1, required = true)]
    pub inviter: Option<String>,
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, example = 50)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Lists whom a user invited
#[utoipa::path(get, path = "/admin/v1/referrals", tag = "referrals", params(Filter), responses((status = 200, description = "A page of referrals.", body = Page<Referral>)))]
pub async fn list(call: &Call<'_>) -> Result<Reply, Problem> {
    page(call).await.map(|page| Reply::json(&page))
}

/// A page of the list.
pub async fn page(call: &Call<'_>) -> Result<Page<Referral>, Problem> {
    let asked: Filter = call.query()?;
    let mut faults = Faults::default();
    let inviter: Option<TelegramUserId> = faults.needed("inviter", asked.inviter.as_deref());
    let paging: Paging<Cursor> = call.paging(&mut faults, asked.limit.as_deref(), asked.cursor.as_deref())?;
    let inviter = faults.of_parameters_with(inviter)?;
    let page = call.app.store.referrals_of(inviter, paging.cursor.as_ref(), paging.limit).await?;
    Ok(call.page(&paging, page.items.iter().map(|referral| Referral::of(call.app, referral)).collect(), page.next))
}
