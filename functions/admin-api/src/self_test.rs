//! Whether everything is there that the shop needs, and what is to be mended.

use app::self_test;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{call::Call, problem::Problem, reply::Reply, wire::wire_enum};

wire_enum! {
    /// `ok`; `warning`: it works, and something should be otherwise; `failed`: it does not work.
    CheckStatus = app::self_test::Health { Ok, Warning, Failed }
}

/// What came of looking at one part of the shop.
#[derive(Debug, Serialize, ToSchema)]
pub struct Check {
    /// Which part: `telegram.token`, `telegram.webhook`, `telegram.operators`, `panel.login`, `panel.protocols`, `panel.clock`, `panel.links`, `gateway.<name>`,
    /// `table`, `settings.<name>`.
    #[schema(example = "panel.protocols")]
    pub name: String,
    pub status: CheckStatus,
    /// What was seen. Holds no secret.
    #[schema(example = "New accounts get vless.")]
    pub detail: String,
    /// What to do about it; null where nothing is to be done.
    pub mend: Option<String>,
}

/// How the shop is.
#[derive(Debug, Serialize, ToSchema)]
pub struct SelfTest {
    /// The worst of the checks.
    pub status: CheckStatus,
    pub checks: Vec<Check>,
}

impl From<self_test::Check> for Check {
    fn from(check: self_test::Check) -> Self {
        Self { name: check.name, status: check.health.into(), detail: check.detail, mend: check.mend }
    }
}

/// Looks at every part of the shop
///
/// Telegram (token, webhook, the operators' chat), the panel (login, protocols, clock, links), the gateways (credentials, prices), the table, the settings.
/// Takes a few seconds, also where nothing answers, and changes nothing.
#[utoipa::path(get, path = "/admin/v1/self-test", tag = "shop", operation_id = "self_test", responses((status = 200, description = "What was seen, and what to mend.", body = SelfTest)))]
pub async fn show(call: &Call<'_>) -> Result<Reply, Problem> {
    detail(call).await.map(|seen| Reply::json(&seen))
}

/// What was seen.
pub async fn detail(call: &Call<'_>) -> Result<SelfTest, Problem> {
    let checks = Box::pin(call.app.self_test()).await;
    let worst = checks.iter().map(|check| check.health).max().unwrap_or(self_test::Health::Ok);
    Ok(SelfTest { status: worst.into(), checks: checks.into_iter().map(Check::from).collect() })
}
