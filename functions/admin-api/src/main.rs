//! The Lambda function that operators call.

use app::{config::Environment, seams::Seams};
use lambda_http::{Error, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    app::tracing_to_stdout();
    let app = app::start_or_exit(Environment::of_process(), Seams::system()).await;
    run(service_fn(|request| async { Ok::<_, Error>(admin_api::handle(&app, request).await) })).await
}
