//! The one client: what it never does.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod support;

use std::time::Duration;

use clients::http::{Http, HttpError, Limits};
use http::Request;
use support::{Peer, Play};

const LIMITS: Limits = Limits { timeout: Duration::from_secs(10), max_body: 10 };

fn get(url: &str) -> Request<Vec<u8>> {
    Request::get(url).body(Vec::new()).expect("a request")
}

#[tokio::test]
async fn an_answer_comes_whole_or_not_at_all() {
    let http = Http::new().expect("a client");
    let hang = Limits { timeout: Duration::from_millis(100), ..LIMITS };
    let cases = [
        (Play::Answer(200, "0123456789".into()), LIMITS, "200"),
        (Play::Answer(404, "no".into()), LIMITS, "404"),
        (Play::Answer(200, "0123456789a".into()), LIMITS, "too large"),
        (Play::Cut(200), Limits { max_body: 2000, ..LIMITS }, "broken"),
        (Play::Reset, LIMITS, "broken"),
        (Play::Hang, hang, "timeout"),
    ];
    for (play, limits, expected) in cases {
        let peer = Peer::always(play.clone()).await;
        let result = http.send(get(&format!("{}/secret-path", peer.url)), limits).await;
        let class = match &result {
            Ok(answer) => answer.status.as_str().to_owned(),
            Err(HttpError::NotSent(_)) => "not sent".to_owned(),
            Err(HttpError::Timeout) => "timeout".to_owned(),
            Err(HttpError::Broken(_)) => "broken".to_owned(),
            Err(HttpError::TooLarge(_)) => "too large".to_owned(),
        };
        assert_eq!(class, expected, "{play:?}");
        if let Err(error) = result {
            assert!(error.sent() && !format!("{error} {error:?}").contains("secret-path"), "{error}");
        }
    }
}

#[tokio::test]
async fn what_is_not_sent_is_told_apart() {
    let http = Http::new().expect("a client");
    for url in ["http://127.0.0.1:1/secret-path", "https://127.0.0.1:1/secret-path", "gopher://127.0.0.1/secret-path", "/secret-path"] {
        let error = http.send(get(url), LIMITS).await.expect_err("nobody there");
        assert!(!error.sent() && !error.to_string().contains("secret-path"), "{url}: {error}");
    }
    // A peer that does not speak TLS: the handshake fails before anything of ours is sent.
    let peer = Peer::always(Play::Reset).await;
    let error = http.send(get(&peer.url.replace("http://", "https://")), LIMITS).await.expect_err("no TLS");
    assert!(!error.sent(), "{error}");
}

#[tokio::test]
async fn a_request_arrives_as_it_was_made() {
    let peer = Peer::always(Play::Answer(204, String::new())).await;
    let request = Request::put(format!("{}/a/b?c=d%20e", peer.url)).header("x-one", "1").body(br#"{"a":1}"#.to_vec()).expect("a request");
    Http::new().expect("a client").send(request, LIMITS).await.expect("an answer");
    let seen = peer.seen().pop().expect("a request");
    assert_eq!((seen.method.as_str(), seen.target.as_str(), seen.header("x-one")), ("PUT", "/a/b?c=d%20e", Some("1")));
    assert_eq!(seen.json(), serde_json::json!({"a": 1}));
}

#[tokio::test]
async fn redirects_are_answers() {
    let peer = Peer::always(Play::Answer(307, String::new())).await;
    let answer = Http::new().expect("a client").send(get(&peer.url), LIMITS).await.expect("an answer");
    assert_eq!((answer.status.as_u16(), peer.calls().len()), (307, 1));
}
