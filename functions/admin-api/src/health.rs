//! Whether the shop is there.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{call::Call, problem::Problem, reply::Reply};

#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`: the settings are complete and the table answers.
    #[schema(example = "ok")]
    pub status: &'static str,
}

/// Says whether the shop can do its work
///
/// The process runs, so its settings are complete; the table is asked.
#[utoipa::path(get, path = "/healthz", tag = "shop", responses((status = 200, description = "The table answers.", body = Health)))]
pub async fn check(call: &Call<'_>) -> Result<Reply, Problem> {
    call.app.store.ping().await?;
    Ok(Reply::json(&Health { status: "ok" }))
}
