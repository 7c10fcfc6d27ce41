//! Small pages outside of the chat: what a browser shows for a moment.

use domain::Language;
use http::{
    Response, StatusCode,
    header::{self, HeaderValue},
};

const STYLE: &str = "body{font:17px/1.5 system-ui,sans-serif;max-width:28rem;margin:15vh auto 0;padding:0 1.5rem;text-align:center;color:#1c1c1e;background:#fff}\
.button{display:inline-block;padding:.8rem 1.6rem;border-radius:.8rem;background:#2481cc;color:#fff;text-decoration:none;font-weight:600}\
@media(prefers-color-scheme:dark){body{color:#f2f2f7;background:#17212b}}";

/// A whole document. `title`, `head` and `content` are HTML.
#[must_use]
pub fn document(status: StatusCode, language: Language, title: &str, head: &str, content: &str) -> Response<String> {
    let direction = if language == Language::Persian { "rtl" } else { "ltr" };
    let text = format!(
        "<!doctype html><html lang=\"{}\" dir=\"{direction}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title}</title>{head}<style>{STYLE}</style></head>\
         <body>{content}</body></html>",
        language.code()
    );
    let mut response = Response::new(text);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    // An address here can be as good as a subscription: it stays out of caches, referrers and frames. Styles are ours; nothing else is loaded.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ),
    );
    response
}
