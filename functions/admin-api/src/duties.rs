//! What the shop owes, and what of it waits for an operator.

use std::str::FromStr;

use app::{
    App,
    admin::{Debtor, DutiesCursor, Owner},
};
use data_encoding::BASE64URL_NOPAD;
use domain::{
    TelegramUserId,
    duty::{self, Work},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    call::{Call, not_found},
    payments::PaymentName,
    problem::{Faults, Kind, Problem},
    query::{Paging, flag},
    reply::{Page, Reply, ok},
    wire::Time,
};

/// What something owes.
#[derive(Debug, Serialize, ToSchema)]
pub struct Owed {
    /// `provision`, `deliver`, `review`, `poll`, `expire`, `reward`, `revoke`, `refund`, `alert`, `new_link`, `change`, `notify` or `remind`.
    #[schema(example = "provision")]
    pub duty: &'static str,
    /// When it is due; while somebody works on it, when that ends.
    pub due_at: Option<Time>,
    /// Tries so far.
    pub tries: u32,
    /// Why it waits for an operator; null where it does not.
    pub parked: Option<String>,
}

impl Owed {
    /// `None` where nothing is owed.
    pub fn of(work: &Work) -> Option<Self> {
        let duty = work.duty.map(duty::Duty::name)?;
        Some(Self { duty, due_at: work.due_at.map(Time), tries: work.tries, parked: work.parked.clone() })
    }
}

/// A duty, and who owes it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Duty {
    /// Opaque.
    pub id: String,
    #[serde(flatten)]
    pub owed: Owed,
    /// `order`, `payment`, `referral`, `subscription` or `gift`.
    #[schema(example = "order")]
    pub entity: &'static str,
    /// Its id; of a referral inviter and invited user, with a colon between them.
    pub entity_id: String,
    pub user_id: Option<i64>,
}

impl Duty {
    /// What is owed of the things around something. Looks at accounts for reminders are nobody's worry.
    pub fn around<'a>(app: &App, things: impl IntoIterator<Item = (Owner, &'a Work)>) -> Vec<Self> {
        let worth = things.into_iter().filter(|(_, work)| work.duty != Some(duty::Duty::Remind) || work.parked.is_some());
        worth.filter_map(|(owner, work)| Self::of(app, &owner, work)).collect()
    }

    fn of(app: &App, owner: &Owner, work: &Work) -> Option<Self> {
        let (entity, entity_id, user): (_, _, Option<TelegramUserId>) = match owner {
            Owner::Order(id) => ("order", app.names.order(*id), Some(id.buyer)),
            Owner::Payment(id) => ("payment", PaymentName::of(id).to_string(), None),
            Owner::Subscription(id) => ("subscription", app.names.order(*id), Some(id.buyer)),
            Owner::Referral { inviter, invitee } => ("referral", format!("{inviter}:{invitee}"), Some(*inviter)),
            Owner::Gift(id) => ("gift", id.to_string(), None),
        };
        let id = BASE64URL_NOPAD.encode(format!("{entity}:{entity_id}").as_bytes());
        Some(Self { id, owed: Owed::of(work)?, entity, entity_id, user_id: user.map(TelegramUserId::get) })
    }

    fn of_debtor(app: &App, debtor: &Debtor) -> Option<Self> {
        let mut duty = Self::of(app, &debtor.owner(), debtor.work())?;
        let user = match debtor {
            Debtor::Payment(payment) => payment.order.map(|order| order.buyer).or(payment.payer),
            Debtor::Gift(gift) => Some(gift.order.buyer),
            Debtor::Order(_) | Debtor::Referral(_) | Debtor::Subscription(_) => return Some(duty),
        };
        duty.user_id = user.map(TelegramUserId::get);
        Some(duty)
    }
}

/// Reads a duty's id back.
fn owner_of(app: &App, id: &str) -> Option<Owner> {
    let text = String::from_utf8(BASE64URL_NOPAD.decode(id.as_bytes()).ok()?).ok()?;
    let (entity, id) = text.split_once(':')?;
    match entity {
        "order" => app.names.open_order(id).ok().map(|(id, _)| Owner::Order(id)),
        "subscription" => app.names.open_order(id).ok().map(|(id, _)| Owner::Subscription(id)),
        "gift" => id.parse().ok().map(Owner::Gift),
        "payment" => PaymentName::from_str(id).ok().map(|name| Owner::Payment(name.into())),
        "referral" => {
            let (inviter, invitee) = id.split_once(':')?;
            Some(Owner::Referral { inviter: inviter.parse().ok()?, invitee: invitee.parse().ok()? })
        }
        _ => None,
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only what waits for an operator, or only what does not.
    #[param(value_type = Option<bool>)]
    pub parked: Option<String>,
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, example = 50)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Lists what is owed
///
/// Due or not yet, the longest due first; what is parked is tried again only when somebody says so.
#[utoipa::path(get, path = "/admin/v1/duties", tag = "duties", params(Filter), responses((status = 200, description = "A page of duties.", body = Page<Duty>)))]
pub async fn list(call: &Call<'_>) -> Result<Reply, Problem> {
    page(call).await.map(|page| Reply::json(&page))
}

/// A page of the list.
pub async fn page(call: &Call<'_>) -> Result<Page<Duty>, Problem> {
    let asked: Filter = call.query()?;
    let mut faults = Faults::default();
    let parked = flag(&mut faults, "parked", asked.parked.as_deref());
    let paging: Paging<DutiesCursor> = call.paging(&mut faults, asked.limit.as_deref(), asked.cursor.as_deref())?;
    faults.of_parameters()?;
    let (owed, next) = call.app.owed(parked, paging.cursor.as_ref(), paging.limit).await?;
    Ok(call.page(&paging, owed.iter().filter_map(|debtor| Duty::of_debtor(call.app, debtor)).collect(), next))
}

/// Makes a parked duty due again
///
/// Doing it to a duty that is not parked changes nothing.
#[utoipa::path(post, path = "/admin/v1/duties/{id}/retry", tag = "duties", params(("id" = String, Path, description = "The duty's id.")), responses((status = 200, description = "The duty as it is now.", body = Duty)))]
pub async fn retry(call: &Call<'_>) -> Result<Reply, Problem> {
    let id: String = call.id()?;
    let owner = owner_of(call.app, &id).ok_or_else(not_found)?;
    let answer = |work: &Work| ok(&Duty::of(call.app, &owner, work));
    let (work, _) = call.app.retry(&owner, call.by(&answer)?).await.map_err(|error| call.refusal(error))?;
    if work.duty.is_none() {
        return Err(Problem::new(Kind::WrongState, "Nothing is owed any more."));
    }
    Ok(answer(&work).into())
}
