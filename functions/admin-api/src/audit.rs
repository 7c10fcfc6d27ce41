//! What operators did.

use app::admin::Cursor;
use domain::admin::AuditEntry;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::{
    call::Call,
    problem::{Faults, Problem},
    query::Paging,
    reply::{Page, Reply},
    wire::Time,
};

/// One change by an operator.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct Entry {
    pub id: String,
    pub at: Time,
    /// `bootstrap`, `token:` with a token's id, or `telegram:` with a user's.
    #[schema(example = "bootstrap")]
    pub actor: String,
    /// A verb.
    #[schema(example = "approve")]
    pub action: String,
    #[schema(example = "order")]
    pub entity: String,
    pub entity_id: String,
    /// What stood before, where the change tells it.
    pub before: Option<Value>,
    pub after: Option<Value>,
}

impl From<&AuditEntry> for Entry {
    fn from(entry: &AuditEntry) -> Self {
        // Whole things are kept as JSON, single words as they are.
        let told = |text: &Option<String>| text.as_ref().map(|text| serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into()));
        Self {
            id: entry.id.to_string(),
            at: entry.at.into(),
            actor: entry.actor.to_string(),
            action: entry.action.clone(),
            entity: entry.entity.clone(),
            entity_id: entry.entity_id.clone(),
            before: told(&entry.before),
            after: told(&entry.after),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// `user`, `order`, `subscription`, `payment`, `referral`, `product`, `discount-code`, `code-batch`, `token` or `settings`; with `id`, or both left out.
    #[param(example = "order")]
    pub entity: Option<String>,
    /// Its id; `shop` for the settings.
    pub id: Option<String>,
    /// Only what this one did.
    pub actor: Option<String>,
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, example = 50)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Lists what operators did
///
/// To one thing or to all, the newest first.
#[utoipa::path(get, path = "/admin/v1/audit", tag = "audit", params(Filter), responses((status = 200, description = "A page of the history.", body = Page<Entry>)))]
pub async fn list(call: &Call<'_>) -> Result<Reply, Problem> {
    page(call).await.map(|page| Reply::json(&page))
}

/// A page of the list.
pub async fn page(call: &Call<'_>) -> Result<Page<Entry>, Problem> {
    let asked: Filter = call.query()?;
    let mut faults = Faults::default();
    if asked.entity.is_some() != asked.id.is_some() {
        let missing = if asked.entity.is_some() { "id" } else { "entity" };
        faults.add(missing, "entity and id are given together, or neither is");
    }
    let paging: Paging<Cursor> = call.paging(&mut faults, asked.limit.as_deref(), asked.cursor.as_deref())?;
    faults.of_parameters()?;
    let (cursor, now) = (paging.cursor.as_ref(), call.app.now());
    let mut page = match asked.entity.zip(asked.id) {
        // Payments travel under a name that needs no escapes, and are kept under their own.
        Some((entity, id)) if entity == "payment" => {
            call.app.store.list_audit(&entity, &id.replacen('~', "#", 1), cursor, paging.limit, now).await?
        }
        Some((entity, id)) => call.app.store.list_audit(&entity, &id, cursor, paging.limit, now).await?,
        None => call.app.store.audit_log(cursor, paging.limit, now).await?,
    };
    page.items.retain(|entry| asked.actor.as_ref().is_none_or(|actor| entry.actor.to_string() == *actor));
    Ok(call.page(&paging, page.items.iter().map(Entry::from).collect(), page.next))
}
