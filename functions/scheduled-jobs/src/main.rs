//! The Lambda function that the clock calls.

use app::{config::Environment, seams::Seams};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    app::tracing_to_stdout();
    let app = app::start_or_exit(Environment::of_process(), Seams::system()).await;
    let app = &app;
    let job = |event: LambdaEvent<serde_json::Value>| async move {
        scheduled_jobs::handle(app, event.context.deadline).await.map_err(Error::from)
    };
    run(service_fn(job)).await
}
