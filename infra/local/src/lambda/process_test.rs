//! The function under test is this test binary itself: started again with a Runtime API in its environment, it runs [`bootstrap`] alone,
//! on the real `lambda_runtime`.

use lambda_http::{
    Body, Request, RequestExt, Response,
    lambda_runtime::{self, LambdaEvent, service_fn},
};
use serde_json::json;

use super::*;
use crate::lambda::{HttpCall, http_answer, http_event};

const SECOND: Duration = Duration::from_secs(1);
/// A limit that no test waits for.
const LONG: Duration = Duration::from_secs(120);

/// The function: does what its event says.
#[tokio::test]
async fn bootstrap() {
    let Ok(kind) = std::env::var("FUNCTION_KIND") else { return };
    match kind.as_str() {
        "json" => lambda_runtime::run(service_fn(obey)).await.unwrap(),
        "http" => lambda_http::run(service_fn(greet)).await.unwrap(),
        other => panic!("no such function: {other}"),
    }
}

async fn obey(event: LambdaEvent<Value>) -> Result<Value, lambda_runtime::Error> {
    match event.payload["do"].as_str() {
        Some("answer") => {
            eprintln!("asked for {}", event.payload["with"]);
            Ok(
                json!({"answer": event.payload["with"], "function": event.context.env_config.function_name, "setting": std::env::var("SETTING").ok()}),
            )
        }
        Some("fail") => Err("not today".into()),
        Some("exit") => std::process::exit(3),
        Some("hang") => std::future::pending().await,
        other => Err(format!("no such thing to do: {other:?}").into()),
    }
}

async fn greet(request: Request) -> Result<Response<Body>, lambda_http::Error> {
    let name = request.query_string_parameters().first("name").unwrap_or_default().to_owned();
    Ok(Response::builder()
        .status(202)
        .header("content-type", "text/plain")
        .header("set-cookie", "a=1")
        .body(Body::Text(format!("{} says {name}", request.uri().path())))?)
}

async fn function(kind: &str, timeout: Duration) -> LambdaProcess {
    let settings = [("FUNCTION_KIND", kind), ("SETTING", "on")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut launch = Launch::new(std::env::current_exe().unwrap(), settings);
    launch.arguments = ["--exact", "lambda::process::tests::bootstrap", "--nocapture"].map(str::to_owned).into();
    launch.function_name = "obedient".to_owned();
    launch.timeout = timeout;
    LambdaProcess::spawn(launch).await.unwrap()
}

#[tokio::test]
async fn a_function_answers_event_after_event() {
    let function = function("json", LONG).await;
    for number in 0..3 {
        let answer = function.invoke(json!({"do": "answer", "with": number})).await.unwrap();
        assert_eq!(answer, json!({"answer": number, "function": "obedient", "setting": "on"}));
    }
    assert_eq!(function.exit_status(), None);
    function.kill().await;
    let said: Vec<_> = function.logs().into_iter().filter(|line| line.starts_with("asked")).collect();
    assert_eq!(said, ["asked for 0", "asked for 1", "asked for 2"]);
}

#[tokio::test]
async fn several_callers_are_served_in_turn() {
    let function = function("json", LONG).await;
    let ask = async |number: u32| function.invoke(json!({"do": "answer", "with": number})).await.unwrap()["answer"].clone();
    assert_eq!(tokio::join!(ask(1), ask(2), ask(3)), (json!(1), json!(2), json!(3)));
}

#[tokio::test]
async fn an_error_is_told_and_the_function_goes_on() {
    let function = function("json", LONG).await;
    let Err(InvokeError::Function(error)) = function.invoke(json!({"do": "fail"})).await else { panic!("it did not fail") };
    assert_eq!(error.error_message, "not today");
    assert!(function.invoke(json!({"do": "answer", "with": 1})).await.is_ok());
}

#[tokio::test]
async fn the_end_of_the_process_is_noticed() {
    let function = function("json", LONG).await;
    for _ in 0..2 {
        let Err(InvokeError::Exited(status)) = function.invoke(json!({"do": "exit"})).await else { panic!("it did not end") };
        assert_eq!(status.code(), Some(3));
    }
}

#[tokio::test]
async fn a_function_that_hangs_is_killed() {
    let function = function("json", SECOND / 2).await;
    assert_eq!(function.invoke(json!({"do": "hang"})).await, Err(InvokeError::TimedOut));
    assert!(function.exit_status().is_some_and(|status| status.code().is_none()));
}

#[tokio::test]
async fn a_kill_ends_the_event_in_hand() {
    let function = function("json", LONG).await;
    function.invoke(json!({"do": "answer", "with": 1})).await.unwrap();
    let hang = function.invoke(json!({"do": "hang"}));
    let (answer, status) = tokio::join!(hang, function.kill());
    assert_eq!(answer, Err(InvokeError::Exited(status)));
}

#[tokio::test]
async fn a_start_that_fails_is_noticed() {
    let launch = Launch::new("/bin/false", []);
    let function = LambdaProcess::spawn(launch).await.unwrap();
    assert!(matches!(function.invoke(json!({})).await, Err(InvokeError::Exited(status)) if status.code() == Some(1)));
    assert!(matches!(LambdaProcess::spawn(Launch::new("/no/such/binary", [])).await, Err(SpawnError::Process(..))));
}

#[tokio::test]
async fn an_http_function_gets_the_request_and_gives_the_answer() {
    let function = function("http", LONG).await;
    let call = HttpCall {
        method: "GET",
        path: "/hello",
        query: "name=%D8%B9%D9%84%DB%8C",
        headers: &axum::http::HeaderMap::new(),
        body: b"",
        source_ip: std::net::Ipv4Addr::LOCALHOST.into(),
    };
    let answer = http_answer(&function.invoke(http_event(&call)).await.unwrap()).unwrap();
    assert_eq!((answer.status.as_u16(), answer.headers["set-cookie"].to_str().unwrap()), (202, "a=1"));
    assert_eq!(String::from_utf8(answer.body).unwrap(), "/hello says علی");
}
