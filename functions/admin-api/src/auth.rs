//! Who sends a request.

use app::{App, admin::Operator};
use lambda_http::http::{HeaderMap, header};

use crate::problem::{Kind, Problem};

/// Longer than any token.
const MAX_TOKEN: usize = 256;

/// The operator behind the bearer token. Every refusal is the same, whatever is wrong.
pub async fn operator(app: &App, headers: &HeaderMap) -> Result<Operator, Problem> {
    let token = bearer(headers).ok_or_else(refused)?;
    operator_of(app, token, headers).await
}

/// The operator behind a token, however it came.
pub async fn operator_of(app: &App, token: &str, _headers: &HeaderMap) -> Result<Operator, Problem> {
    if !(1..=MAX_TOKEN).contains(&token.len()) {
        return Err(refused());
    }
    app.operator(token).await?.ok_or_else(refused)
}

fn refused() -> Problem {
    Problem::new(Kind::Unauthorized, "A valid bearer token is needed.")
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (sent.next(), sent.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && (1..=MAX_TOKEN).contains(&token.len())).then_some(token)
}
