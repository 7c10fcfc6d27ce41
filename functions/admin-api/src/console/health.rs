//! How the shop is: what its look at itself saw, the worst first.

use lambda_http::http::StatusCode;
use maud::html;

use super::{desk::Desk, layout, words::W};
use crate::{
    problem::Problem,
    reply::Reply,
    self_test::{self, CheckStatus},
};

pub async fn show(desk: &Desk<'_>) -> Result<Reply, Problem> {
    let inner = desk.reads("self-test", &[])?;
    let mut seen = self_test::detail(&inner.call(desk)?).await?;
    let rank = |health: CheckStatus| match health {
        CheckStatus::Failed => 0,
        CheckStatus::Warning => 1,
        CheckStatus::Ok => 2,
    };
    seen.checks.sort_by_key(|check| rank(check.status));
    let name = |health: CheckStatus| match health {
        CheckStatus::Failed => "failed",
        CheckStatus::Warning => "warning",
        CheckStatus::Ok => "ok",
    };
    let inside = html! {
        (layout::heading(&html! { (desk.w(W::SelfTest)) }, &html! { (desk.pill(name(seen.status))) }))
        p.hint { (desk.w(W::SelfTestHint)) }
        div.table-wrap {
            table {
                thead { tr { th scope="col" { (desk.w(W::Part)) } th scope="col" { (desk.w(W::Status)) } th scope="col" { (desk.w(W::Seen)) } } }
                tbody {
                    @for check in &seen.checks {
                        tr {
                            td.main data-head=(desk.w(W::Part)) { bdi dir="ltr" { (check.name) } }
                            td data-head=(desk.w(W::Status)) { (desk.pill(name(check.status))) }
                            td.letter data-head=(desk.w(W::Seen)) lang="en" dir="ltr" {
                                bdi { (check.detail) }
                                @if let Some(mend) = &check.mend { br; strong { bdi { (mend) } } }
                            }
                        }
                    }
                }
            }
        }
    };
    Ok(layout::page(desk, StatusCode::OK, desk.w(W::SelfTest), inside))
}
