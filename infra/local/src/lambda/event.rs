//! Events as API Gateway (HTTP API, payload format 2.0), function URLs and EventBridge write them.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use data_encoding::BASE64;
use serde_json::{Map, Value, json};
use thiserror::Error;

/// An HTTP request on its way to a function.
#[derive(Debug, Clone, Copy)]
pub struct HttpCall<'a> {
    pub method: &'a str,
    /// The path as it stands in the request line, with its escapes.
    pub path: &'a str,
    /// What follows the question mark; empty for nothing.
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    /// The peer's address: what `sourceIp` says, whatever the headers claim.
    pub source_ip: IpAddr,
}

/// The event that stands for the request: the one that a function URL sends and, but for the route's name, the HTTP API too.
#[must_use]
pub fn http_event(call: &HttpCall<'_>) -> Value {
    // A front door always names the host; without one the function's decoding has no URL to build.
    let host = Some(text(call.headers.get(header::HOST))).filter(|host| !host.is_empty()).unwrap_or_else(|| "localhost".to_owned());
    let mut headers = headers(call.headers);
    headers.insert("host".to_owned(), host.as_str().into());
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": call.path,
        "rawQueryString": call.query,
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": host,
            "domainPrefix": host.split('.').next().unwrap_or_default(),
            "http": {
                "method": call.method,
                "path": call.path,
                "protocol": "HTTP/1.1",
                "sourceIp": call.source_ip.to_string(),
                "userAgent": text(call.headers.get(header::USER_AGENT)),
            },
            "requestId": "local",
            "routeKey": "$default",
            "stage": "$default",
        },
        "isBase64Encoded": false,
    });
    let cookies: Vec<Value> = call
        .headers
        .get_all(header::COOKIE)
        .iter()
        .flat_map(|line| text(Some(line)).split(';').map(|c| c.trim().into()).collect::<Vec<_>>())
        .collect();
    if !cookies.is_empty() {
        set(&mut event, "cookies", cookies.into());
    }
    if !call.body.is_empty() {
        match std::str::from_utf8(call.body).ok().filter(|_| is_text(call.headers.get(header::CONTENT_TYPE))) {
            Some(body) => set(&mut event, "body", body.into()),
            None => {
                set(&mut event, "body", BASE64.encode(call.body).into());
                set(&mut event, "isBase64Encoded", true.into());
            }
        }
    }
    event
}

fn set(event: &mut Value, name: &str, value: Value) {
    if let Some(fields) = event.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

/// Names in lower case, repeated headers joined by commas, cookies apart.
fn headers(headers: &HeaderMap) -> Map<String, Value> {
    headers
        .keys()
        .filter(|name| **name != header::COOKIE)
        .map(|name| {
            (name.as_str().to_owned(), headers.get_all(name).iter().map(|value| text(Some(value))).collect::<Vec<_>>().join(",").into())
        })
        .collect()
}

fn text(value: Option<&HeaderValue>) -> String {
    value.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}

/// Whether the front door passes a body of this type as text; everything else goes through base64.
fn is_text(content_type: Option<&HeaderValue>) -> bool {
    let kind = text(content_type).split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind.starts_with("text/")
        || matches!(kind.as_str(), "application/json" | "application/xml" | "application/javascript")
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
}

/// A function's answer to an HTTP event, as the front door would send it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// Why the front door would have sent 502 instead of the function's answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnusableAnswer {
    #[error("the answer has no usable statusCode")]
    Status,
    #[error("the answer has a malformed header {0}")]
    Header(String),
    #[error("the answer's body is not text, or not base64 though it says so")]
    Body,
}

/// Reads a function's answer to an HTTP event.
///
/// # Errors
/// When it is none that an HTTP API could send on.
pub fn http_answer(answer: &Value) -> Result<HttpAnswer, UnusableAnswer> {
    let status = answer.get("statusCode").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    let status = status.and_then(|code| StatusCode::from_u16(code).ok()).ok_or(UnusableAnswer::Status)?;
    let mut headers = HeaderMap::new();
    let named = answer.get("headers").and_then(Value::as_object).into_iter().flatten().map(|(name, value)| (name.as_str(), value));
    let cookies = answer.get("cookies").and_then(Value::as_array).into_iter().flatten().map(|cookie| ("set-cookie", cookie));
    for (name, value) in named.chain(cookies) {
        let malformed = || UnusableAnswer::Header(name.to_owned());
        let value = value.as_str().and_then(|value| HeaderValue::from_str(value).ok()).ok_or_else(malformed)?;
        headers.append(HeaderName::from_bytes(name.as_bytes()).map_err(|_| malformed())?, value);
    }
    let body = match answer.get("body") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(body)) if answer.get("isBase64Encoded") == Some(&Value::Bool(true)) => {
            BASE64.decode(body.as_bytes()).map_err(|_| UnusableAnswer::Body)?
        }
        Some(Value::String(body)) => body.clone().into_bytes(),
        Some(_) => return Err(UnusableAnswer::Body),
    };
    Ok(HttpAnswer { status, headers, body })
}

/// The event of an EventBridge schedule. `time`: RFC 3339 UTC, to the second.
#[must_use]
pub fn scheduled_event(time: &str) -> Value {
    json!({
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000000",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": time,
        "region": "local",
        "resources": ["arn:aws:events:local:000000000000:rule/every-minute"],
        "detail": {},
    })
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use lambda_http::{Body, RequestExt, http::Request, request::LambdaRequest};

    use super::*;

    fn decoded(method: &str, path: &str, query: &str, headers: &[(&'static str, &'static str)], body: &[u8]) -> Request<Body> {
        let headers = headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect();
        let event =
            http_event(&HttpCall { method, path, query, headers: &headers, body, source_ip: IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9)) });
        serde_json::from_value::<LambdaRequest>(event).unwrap().into()
    }

    #[test]
    fn a_request_arrives_at_the_handler_as_it_was_sent() {
        let headers = [("host", "shop.example"), ("x-telegram-bot-api-secret-token", "s"), ("content-type", "application/json")];
        let request = decoded("POST", "/telegram/webhook", "a=1&b=%20x", &headers, br#"{"update_id":1}"#);
        assert_eq!(request.method(), "POST");
        assert_eq!(request.uri().path(), "/telegram/webhook");
        assert_eq!(request.uri().query(), Some("a=1&b=%20x"));
        assert_eq!(request.query_string_parameters().first("b"), Some(" x"));
        assert_eq!(request.headers()["x-telegram-bot-api-secret-token"], "s");
        assert_eq!(request.body(), &Body::Text(r#"{"update_id":1}"#.to_owned()));
        let lambda_http::request::RequestContext::ApiGatewayV2(context) = request.request_context() else {
            panic!("another kind of event")
        };
        assert_eq!(context.http.source_ip.as_deref(), Some("203.0.113.9"));
    }

    #[test]
    fn bodies_keep_their_bytes() {
        let cases: [(&str, &[u8]); 6] = [
            ("application/json", "{\"name\":\"علی\"}".as_bytes()),
            ("application/json; charset=utf-8", b"{}\n"),
            ("application/json", b"\xff\x00"),
            ("application/x-www-form-urlencoded", b"a=1&b=2"),
            ("image/png", b"\x89PNG"),
            ("text/plain", b""),
        ];
        for (kind, body) in cases {
            assert_eq!(decoded("POST", "/x", "", &[("content-type", kind)], body).body().as_ref(), body, "{kind}");
        }
    }

    #[test]
    fn repeated_headers_are_joined_and_cookies_come_back() {
        let request = decoded("GET", "/", "", &[("accept", "a"), ("accept", "b"), ("cookie", "x=1; y=2"), ("cookie", "z=3")], b"");
        assert_eq!(request.headers()["accept"], "a,b");
        assert_eq!(request.headers()["cookie"], "x=1; y=2; z=3");
    }

    #[test]
    fn answers_are_read_as_the_front_door_reads_them() {
        let answer = http_answer(&json!({
            "statusCode": 201, "headers": {"content-type": "image/png"}, "cookies": ["a=1", "b=2"], "body": "iVBORw==", "isBase64Encoded": true,
        }))
        .unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (StatusCode::CREATED, b"\x89PNG".as_slice()));
        assert_eq!(answer.headers["content-type"], "image/png");
        assert_eq!(answer.headers.get_all("set-cookie").iter().collect::<Vec<_>>(), ["a=1", "b=2"]);
        assert_eq!(http_answer(&json!({"statusCode": 204, "body": null})).unwrap().body, b"");

        for (answer, error) in [
            (json!({"body": "x"}), UnusableAnswer::Status),
            (json!({"statusCode": 99}), UnusableAnswer::Status),
            (json!({"statusCode": 200, "headers": {"a b": "x"}}), UnusableAnswer::Header("a b".to_owned())),
            (json!({"statusCode": 200, "headers": {"a": 1}}), UnusableAnswer::Header("a".to_owned())),
            (json!({"statusCode": 200, "body": {}}), UnusableAnswer::Body),
            (json!({"statusCode": 200, "body": "?", "isBase64Encoded": true}), UnusableAnswer::Body),
        ] {
            assert_eq!(http_answer(&answer), Err(error));
        }
    }
}
