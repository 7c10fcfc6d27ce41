//! The AWS SDK's HTTP client, made of ours.

use std::time::Duration;

use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;

use crate::http::{Answer, CONNECT_TIMEOUT, Http, HttpError, Limits};

/// The time for one answer where the SDK's configuration names none.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// DynamoDB answers at most 16 MiB (BatchGetItem).
const MAX_BODY: usize = 16 << 20;

/// Gives the SDK our connections. Bodies are held in memory, both ways: no operation that we use streams.
///
/// The time for an attempt is the SDK's connect time-out (at most our own) plus its read time-out, body included.
#[derive(Debug, Clone)]
pub struct SdkHttpClient {
    http: Http,
}

impl SdkHttpClient {
    pub const fn new(http: Http) -> Self {
        Self { http }
    }
}

impl HttpClient for SdkHttpClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, _components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector::new(self.http.clone(), settings))
    }
}

#[derive(Debug)]
struct Connector {
    http: Http,
    limits: Limits,
}

impl Connector {
    fn new(http: Http, settings: &HttpConnectorSettings) -> Self {
        let connect = settings.connect_timeout().map_or(CONNECT_TIMEOUT, |timeout| timeout.min(CONNECT_TIMEOUT));
        let timeout = connect + settings.read_timeout().unwrap_or(READ_TIMEOUT);
        Self { http, limits: Limits { timeout, max_body: MAX_BODY } }
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (http, limits) = (self.http.clone(), self.limits);
        HttpConnectorFuture::new(async move {
            let request = whole(request)?;
            let answer = http.send(request, limits).await.map_err(connector_error)?;
            response(answer).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

fn whole(request: HttpRequest) -> Result<::http::Request<Vec<u8>>, ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    let (parts, body) = request.into_parts();
    let body = body.bytes().ok_or_else(|| ConnectorError::user("a streaming body is not supported".into()))?.to_vec();
    Ok(::http::Request::from_parts(parts, body))
}

fn response(answer: Answer) -> Result<HttpResponse, aws_smithy_runtime_api::http::HttpError> {
    let mut response = ::http::Response::new(SdkBody::from(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    HttpResponse::try_from(response)
}

/// Both time-outs and broken connections are transient to the SDK's retry.
fn connector_error(error: HttpError) -> ConnectorError {
    match error {
        HttpError::NotSent(_) => ConnectorError::io(error.into()).never_connected(),
        HttpError::Timeout => ConnectorError::timeout(error.into()),
        HttpError::Broken(_) => ConnectorError::io(error.into()),
        HttpError::TooLarge(_) => ConnectorError::other(error.into(), None),
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::Request;

    use super::*;

    #[test]
    fn every_failure_has_its_class() {
        let class = |error| {
            let error = connector_error(error);
            (error.is_io(), error.is_timeout(), error.is_other())
        };
        assert_eq!(class(HttpError::NotSent("refused".into())), (true, false, false));
        assert_eq!(class(HttpError::Timeout), (false, true, false));
        assert_eq!(class(HttpError::Broken("reset".into())), (true, false, false));
        assert_eq!(class(HttpError::TooLarge(1)), (false, false, true));
    }

    #[tokio::test]
    async fn an_exchange_keeps_status_headers_and_body() -> Result<(), Box<dyn std::error::Error>> {
        use axum::{Router, routing::post};
        let echo = post(|headers: ::http::HeaderMap, body: String| async move {
            let target = headers.get("x-amz-target").cloned().ok_or(StatusCode::BAD_REQUEST)?;
            Ok::<_, StatusCode>((StatusCode::IM_A_TEAPOT, [("x-seen", target)], body))
        });
        use ::http::StatusCode;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(async move { axum::serve(listener, Router::new().route("/", echo)).await });

        let connector = Connector::new(Http::new()?, &HttpConnectorSettings::builder().read_timeout(Duration::from_secs(5)).build());
        let mut request = Request::new(SdkBody::from("hello"));
        request.set_method("POST")?;
        request.set_uri(format!("http://{address}/"))?;
        request.headers_mut().insert("x-amz-target", "DynamoDB_20120810.GetItem");
        let response = connector.call(request).await?;
        assert_eq!(response.status().as_u16(), 418);
        assert_eq!(response.headers().get("x-seen"), Some("DynamoDB_20120810.GetItem"));
        assert_eq!(response.body().bytes(), Some(b"hello".as_slice()));
        server.abort();

        let mut gone = Request::empty();
        gone.set_uri("http://127.0.0.1:1/")?;
        assert!(connector.call(gone).await.is_err_and(|error| error.is_io()));
        Ok(())
    }
}
