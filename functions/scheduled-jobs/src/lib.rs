//! The clock: whatever is owed and due is tried, the most urgent first; then the day is counted on.

use app::{App, AppError, Deadline, work::Run};
use domain::time::Span;
use serde_json::{Value, json};
use tracing::info;

/// A run without a deadline from its caller.
const RUN: Span = Span::seconds(50);

/// Works off what is due until `deadline_millis` since 1970 (0: a run's usual length) and tells what was done.
pub async fn handle(app: &App, deadline_millis: u64) -> Result<Value, AppError> {
    let deadline = Deadline::of_invocation(app, Some(deadline_millis), RUN);
    let mut run = app.work_off(deadline).await?;
    app.broadcast_due(deadline, &mut run).await;
    app.count_due(deadline, &mut run).await;
    let Run { done, postponed, parked, gone, failed } = run;
    info!(event = "jobs_run", done, postponed, parked, gone, failed, "a run of the jobs is over");
    Ok(json!({ "done": done, "postponed": postponed, "parked": parked, "gone": gone, "failed": failed }))
}
