//! Query strings, and pages.

use std::{collections::BTreeMap, fmt::Display, str::FromStr};

use app::admin::Created;
use domain::Timestamp;
use percent_encoding::percent_decode_str;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    body,
    call::Call,
    problem::{Faults, Kind, Problem},
    reply::Page,
};

/// Items of a page where nothing else is asked for, and at most.
pub const DEFAULT_LIMIT: u8 = 50;
pub const MAX_LIMIT: u8 = 100;
/// Longer than any cursor.
const MAX_CURSOR: usize = 8192;

/// A text with its escapes undone; `None` where it is not UTF-8.
pub fn decoded(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// The parameters of a query, each once.
fn pairs(query: &str) -> Result<BTreeMap<String, String>, Problem> {
    let mut pairs = BTreeMap::new();
    let mut faults = Faults::default();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let plain = |text: &str| decoded(&text.replace('+', " "));
        let (Some(name), Some(value)) = (plain(name), plain(value)) else {
            return Err(Problem::new(Kind::MalformedRequest, "The query is not UTF-8."));
        };
        if pairs.insert(name.clone(), value).is_some() {
            faults.add(name, "given more than once");
        }
    }
    faults.of_parameters().map(|()| pairs)
}

/// Where a page starts and how long it is.
#[derive(Debug)]
pub struct Paging<C> {
    pub limit: u8,
    pub cursor: Option<C>,
    /// Binds cursors to the list and the filters that they came from.
    list: String,
}

impl Call<'_> {
    /// The query as `T`, all of whose fields are texts that may be absent.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let given: Map<String, Value> = pairs(self.query)?.into_iter().map(|(name, value)| (name, value.into())).collect();
        serde_json::from_value(given.into()).map_err(|error| body::fault(Kind::InvalidParameters, "", &error.to_string()))
    }

    /// `limit` and `cursor` of a list.
    pub fn paging<C: FromStr>(&self, faults: &mut Faults, limit: Option<&str>, cursor: Option<&str>) -> Result<Paging<C>, Problem> {
        let limit = match limit {
            None => DEFAULT_LIMIT,
            Some(limit) => limit.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit)).unwrap_or_else(|| {
                faults.add("limit", format!("1 to {MAX_LIMIT}"));
                DEFAULT_LIMIT
            }),
        };
        let filters = pairs(self.query)?.into_iter().filter(|(name, _)| name != "limit" && name != "cursor");
        let filters: Vec<String> = filters.map(|(name, value)| format!("{name}={value}")).collect();
        let list = format!("{}?{}", self.path, filters.join("&"));
        let cursor = match cursor {
            None => None,
            Some(cursor) => match self.opened(&list, cursor) {
                Some(cursor) => Some(cursor),
                None => {
                    faults.add("cursor", NOT_A_CURSOR);
                    None
                }
            },
        };
        Ok(Paging { limit, cursor, list })
    }

    fn opened<C: FromStr>(&self, list: &str, cursor: &str) -> Option<C> {
        let (mark, place) = cursor.split_at_checked(4).filter(|_| cursor.len() <= MAX_CURSOR)?;
        (mark == self.mark(list, place)).then(|| place.parse().ok()).flatten()
    }

    /// What no forger can make: a cursor is only good for the list that gave it.
    fn mark(&self, list: &str, place: &str) -> String {
        self.app.names.fingerprint(format!("cursor|{list}|{place}").as_bytes())
    }

    /// A page of a list that goes on at `next`.
    pub fn page<T: Serialize, C: Display>(&self, paging: &Paging<C>, items: Vec<T>, next: Option<C>) -> Page<T> {
        let next_cursor = next.map(|place| {
            let place = place.to_string();
            format!("{}{place}", self.mark(&paging.list, &place))
        });
        Page { items, next_cursor }
    }
}

const NOT_A_CURSOR: &str = "not a cursor of this list: leave it out to start anew";

pub fn not_a_cursor() -> Problem {
    let mut faults = Faults::default();
    faults.add("cursor", NOT_A_CURSOR);
    faults.of_parameters().err().unwrap_or_else(|| Problem::new(Kind::InvalidParameters, NOT_A_CURSOR))
}

/// What is looked for; nothing where the field was left empty.
pub fn sought(q: Option<String>) -> Option<String> {
    q.map(|q| q.trim().to_owned()).filter(|q| !q.is_empty())
}

/// `true` or `false`.
pub fn flag(faults: &mut Faults, name: &str, text: Option<&str>) -> Option<bool> {
    faults.choose(name, text, &[true, false], |flag| if flag { "true" } else { "false" })
}

/// In which order a list is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ListOrder)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    Asc,
    Desc,
}

/// `order`: whether the oldest shall come first.
pub fn oldest_first(faults: &mut Faults, order: Option<&str>) -> bool {
    let name = |order| if order == Order::Asc { "asc" } else { "desc" };
    faults.choose("order", order, &[Order::Asc, Order::Desc], name) == Some(Order::Asc)
}

/// `created_from` and `created_to`: RFC 3339, or a day (UTC), whose beginning or end is meant.
pub fn created(faults: &mut Faults, from: Option<&str>, to: Option<&str>) -> Created {
    let mut moment = |name: &str, text: Option<&str>, of_day: &str| -> Option<Timestamp> {
        let text = text?;
        let day = text.len() == "2026-01-31".len();
        let parsed = if day { format!("{text}T{of_day}Z").parse() } else { text.parse() };
        faults.take(name, parsed.map_err(|_| "RFC 3339 or a day, for example 2026-11-22T18:43:48Z or 2026-11-22"))
    };
    let created = Created { from: moment("created_from", from, "00:00:00"), to: moment("created_to", to, "23:59:59.999") };
    if created.from.zip(created.to).is_some_and(|(from, to)| to < from) {
        faults.add("created_to", "must not be before created_from");
    }
    created
}
