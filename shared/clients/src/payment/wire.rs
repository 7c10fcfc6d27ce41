//! What the gateways' HTTP APIs have in common: JSON out and in, errors by their status, amounts whose digits are taken as they stand.

use std::time::Duration;

use ::http::{Method, StatusCode};
use domain::{Currency, Money};
use hmac::{KeyInit, Mac};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use subtle::ConstantTimeEq;

use super::{GatewayError, clipped};
use crate::{
    BadSetting, Secret,
    http::{Answer, Http, Limits, base_url},
};

const MAX_ANSWER: usize = 1 << 20;
/// Characters of a gateway's own words that are kept of a refusal.
const MAX_REASON: usize = 160;

/// One gateway's API: where it is, and how its answers are told apart.
#[derive(Debug, Clone)]
pub(super) struct Api {
    http: Http,
    url: String,
}

impl Api {
    /// `suffix` is the part of the paths that documentation likes to count to the address (`/v1`): an address may be given with it or without.
    pub(super) fn new(http: Http, what: &'static str, url: &str, suffix: &str) -> Result<Self, BadSetting> {
        let url = base_url(what, url)?;
        let url = url.strip_suffix(suffix).map(str::to_owned).unwrap_or(url);
        Ok(Self { http, url })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// A request to fill in; `path` begins with a slash.
    pub(super) fn request(&self, method: Method, path: &str) -> Result<reqwest::RequestBuilder, GatewayError> {
        let url = reqwest::Url::parse(&format!("{}{path}", self.url)).map_err(|_| GatewayError::Unreachable { sent: false })?;
        Ok(self.at(method, url))
    }

    /// The same for a whole address.
    pub(super) fn at(&self, method: Method, url: reqwest::Url) -> reqwest::RequestBuilder {
        self.http.request(method, url)
    }

    /// Sends a request and reads the answer of a success. `None`: the gateway answered 404.
    pub(super) async fn find<R: DeserializeOwned>(
        &self,
        request: reqwest::RequestBuilder,
        timeout: Duration,
    ) -> Result<Option<R>, GatewayError> {
        let answer = self.send(request, timeout).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        read(&answer).map(Some)
    }

    /// As [`Api::find`], where 404 is a refusal like any other.
    pub(super) async fn call<R: DeserializeOwned>(&self, request: reqwest::RequestBuilder, timeout: Duration) -> Result<R, GatewayError> {
        read(&self.send(request, timeout).await?)
    }

    /// The answer as it is, whatever its status.
    pub(super) async fn send(&self, request: reqwest::RequestBuilder, timeout: Duration) -> Result<Answer, GatewayError> {
        Ok(self.http.send_built(request, Limits { timeout, max_body: MAX_ANSWER }).await?)
    }
}

/// A request's body as the bytes that are sent, for APIs that want them signed.
pub(super) fn body(value: &impl Serialize) -> Result<Vec<u8>, GatewayError> {
    serde_json::to_vec(value).map_err(|_| GatewayError::Unreachable { sent: false })
}

/// Gives a request a JSON body.
pub(super) fn json(request: reqwest::RequestBuilder, value: &impl Serialize) -> Result<reqwest::RequestBuilder, GatewayError> {
    Ok(request.header("content-type", "application/json").body(body(value)?))
}

/// Reads a success's body; everything else is an error by its status.
pub(super) fn read<R: DeserializeOwned>(answer: &Answer) -> Result<R, GatewayError> {
    if let Some(error) = failure(answer) {
        return Err(error);
    }
    serde_json::from_slice(&answer.body).map_err(|_| GatewayError::Garbled)
}

/// What an answer's status says went wrong; `None` for a success.
pub(super) fn failure(answer: &Answer) -> Option<GatewayError> {
    let status = answer.status;
    if status.is_success() {
        return None;
    }
    let reason = format!("status {}{}", status.as_u16(), reason(&answer.body).map(|reason| format!(": {reason}")).unwrap_or_default());
    let busy = status.is_server_error() || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
    Some(if busy { GatewayError::Unavailable(reason) } else { GatewayError::Refused(reason) })
}

/// The code of an error, for APIs that have `{"error": {"code": …}}`; `None` for a success.
pub(super) fn error_code(answer: &Answer) -> Option<String> {
    #[derive(Deserialize)]
    struct Failed {
        error: Coded,
    }
    #[derive(Deserialize)]
    struct Coded {
        #[serde(default)]
        code: Option<String>,
    }
    if answer.status.is_success() { None } else { serde_json::from_slice::<Failed>(&answer.body).ok()?.error.code }
}

/// The gateway's own words, wherever its errors keep them.
fn reason(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Words<'a> {
        #[serde(borrow, default)]
        message: Option<&'a RawValue>,
        #[serde(borrow, default)]
        description: Option<&'a RawValue>,
        #[serde(borrow, default)]
        error: Option<&'a RawValue>,
        #[serde(borrow, default)]
        data: Option<&'a RawValue>,
    }
    fn of(text: &str, depth: u8) -> Option<String> {
        if let Ok(words) = serde_json::from_str::<String>(text) {
            return (depth > 0 && !words.is_empty()).then(|| clipped(&words, MAX_REASON));
        }
        let words: Words<'_> = serde_json::from_str(text).ok().filter(|_| text.trim_start().starts_with('{'))?;
        let inner = [words.message, words.description, words.error, words.data];
        if depth < 2 { inner.into_iter().flatten().find_map(|raw| of(raw.get(), depth.saturating_add(1))) } else { None }
    }
    of(std::str::from_utf8(body).ok()?, 0)
}

/// A JSON number, or a string that holds one: its digits as they were written.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub(super) struct Digits(Box<RawValue>);

impl Digits {
    pub(super) fn text(&self) -> &str {
        let token = self.0.get();
        token.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(token)
    }

    /// The digits of a name, not of an amount.
    pub(super) fn name(&self) -> Option<&str> {
        self.0.get().starts_with(|c: char| c == '"' || c.is_ascii_digit()).then(|| self.text())
    }

    pub(super) fn money(&self, currency: &str) -> Option<Money> {
        Money::parse(self.text(), currency.to_ascii_uppercase().parse().ok()?).ok()
    }

    /// An amount in the currency's smallest units.
    pub(super) fn minor(&self, currency: &str) -> Option<Money> {
        let currency: Currency = currency.to_ascii_uppercase().parse().ok()?;
        let units: u32 = self.text().parse().ok()?;
        Money::new(Decimal::new(i64::from(units), currency.exponent()), currency).ok()
    }

    /// A number in any notation, for comparisons alone.
    pub(super) fn decimal(&self) -> Option<Decimal> {
        let text = self.text();
        Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text)).ok()
    }
}

/// An amount as a JSON number, without idle zeros.
pub(super) fn number(amount: Money) -> Result<Box<RawValue>, GatewayError> {
    RawValue::from_string(amount.amount().normalize().to_string()).map_err(|_| GatewayError::Unreachable { sent: false })
}

/// An amount in its currency's smallest units.
pub(super) fn minor_units(amount: Money) -> Result<u64, GatewayError> {
    let scale = Decimal::from(10_u64.saturating_pow(amount.currency().exponent()));
    let units = amount.amount().checked_mul(scale).and_then(|units| u64::try_from(units.normalize()).ok());
    units.ok_or_else(|| GatewayError::Refused("the amount is too large".to_owned()))
}

/// The currency's code in lower case, as several APIs want it.
pub(super) fn lower(currency: Currency) -> String {
    currency.code().to_ascii_lowercase()
}

/// A page of the gateway's that a browser can open.
pub(super) fn page(url: Option<String>) -> Result<String, GatewayError> {
    url.filter(|url| url.starts_with("https://") || url.starts_with("http://")).ok_or(GatewayError::Garbled)
}

/// Whether a name from outside can stand in a path as it is.
pub(super) fn fits_path(name: &str) -> bool {
    (1..=80).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// Whether `mac` is the MAC of `parts` in a row.
pub(super) fn mac_matches<M: Mac + KeyInit>(key: &Secret, parts: &[&[u8]], mac: &[u8]) -> bool {
    let Ok(mut ours) = <M as KeyInit>::new_from_slice(key.expose().as_bytes()) else { return false };
    parts.iter().for_each(|part| ours.update(part));
    ours.verify_slice(mac).is_ok()
}

/// Compares in constant time.
pub(super) fn same(ours: &[u8], theirs: &[u8]) -> bool {
    ours.ct_eq(theirs).into()
}

/// A credential that goes into a header or into a path: visible ASCII without spaces.
pub(super) fn credential(what: &'static str, secret: &Secret) -> Result<(), BadSetting> {
    let fits = (1..=512).contains(&secret.expose().len()) && secret.expose().bytes().all(|b| b.is_ascii_graphic());
    if fits { Ok(()) } else { Err(BadSetting::new(what, "it must be one word without spaces, as the gateway gives it")) }
}

/// A merchant's id in the form of a UUID.
pub(super) fn uuid(what: &'static str, text: &str) -> Result<(), BadSetting> {
    let fits = text.len() == 36
        && text.bytes().enumerate().all(|(n, b)| if matches!(n, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_hexdigit() });
    if fits { Ok(()) } else { Err(BadSetting::new(what, "it must be a UUID of 36 characters")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_of_a_refusal_is_found_where_gateways_put_it() {
        for (body, expected) in [
            (r#"{"message":"no such coin"}"#, Some("no such coin")),
            (r#"{"error":{"message":"bad key","type":"x"}}"#, Some("bad key")),
            (r#"{"type":"error","description":"wrong shop"}"#, Some("wrong shop")),
            (r#"{"status":"error","data":{"name":"x","message":"too small"}}"#, Some("too small")),
            (r#"{"message":["a","b"]}"#, None),
            (r#"{"message":""}"#, None),
            (r#""only a text""#, None),
            ("<html>", None),
            ("", None),
        ] {
            assert_eq!(reason(body.as_bytes()).as_deref(), expected, "{body}");
        }
        assert_eq!(
            reason(format!(r#"{{"message":"{}"}}"#, "x".repeat(999)).as_bytes()).map(|reason| reason.chars().count()),
            Some(MAX_REASON)
        );
    }

    #[test]
    fn digits_are_read_as_they_stand() {
        let digits = |text: &str| serde_json::from_str::<Digits>(text).expect("a token");
        assert_eq!(digits(r#""4.50000000""#).money("usd"), Money::parse("4.5", Currency::Usd).ok());
        assert_eq!(digits("4.5").money("USD"), Money::parse("4.5", Currency::Usd).ok());
        for (text, currency) in [("4.505", "USD"), ("4.5", "XYZ"), ("45e-1", "USD"), ("-1", "USD"), ("null", "USD"), ("{}", "USD")] {
            assert_eq!(digits(text).money(currency), None, "{text} {currency}");
        }
        assert_eq!(digits("29900").minor("rub"), Money::parse("299", Currency::Rub).ok());
        assert_eq!(digits("1").minor("rub"), Money::parse("0.01", Currency::Rub).ok());
        for text in ["299.5", "-1", "1e3", "\"\""] {
            assert_eq!(digits(text).minor("rub"), None, "{text}");
        }
        assert_eq!(digits("1e-7").decimal(), Some(Decimal::new(1, 7)));
        assert_eq!(digits("1.5e+21").decimal(), Decimal::from_str_exact("1500000000000000000000").ok());
        assert_eq!(digits("[]").decimal(), None);
    }

    #[test]
    fn amounts_are_written_as_gateways_want_them() {
        let rub = |text| Money::parse(text, Currency::Rub).expect("money");
        assert_eq!(minor_units(rub("299")), Ok(29_900));
        assert_eq!(minor_units(rub("0.01")), Ok(1));
        assert_eq!(minor_units(Money::whole(150, Currency::Irr)), Ok(150));
        assert_eq!(number(rub("299.00")).map(|number| number.to_string()), Ok("299".to_owned()));
        assert_eq!(number(rub("4.50")).map(|number| number.to_string()), Ok("4.5".to_owned()));
    }

    #[test]
    fn only_plain_names_go_into_paths() {
        for (name, fits) in [
            ("22d6d597-000f-5000-9000-145f6df21d6f", true),
            ("cs_test_a1", true),
            ("", false),
            ("../x", false),
            ("a?b", false),
            ("a b", false),
            ("ä", false),
        ] {
            assert_eq!(fits_path(name), fits, "{name}");
        }
        assert!(!fits_path(&"a".repeat(81)));
        for (text, fits) in [
            ("1344b5d4-0048-11e8-94db-005056a205be", true),
            ("1344b5d4004811e894db005056a205be", false),
            ("1344b5d4-0048-11e8-94db-005056a205bg", false),
        ] {
            assert_eq!(uuid("X", text).is_ok(), fits, "{text}");
        }
    }
}
