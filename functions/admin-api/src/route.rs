//! The one table of what is served.

use std::pin::Pin;

use domain::admin::Role;
use lambda_http::http::Method;

use crate::{
    activity, audit, broadcasts, console, discount_codes, docs, duties, health, openapi, orders, payments, products, referrals, self_test,
    settings, stats, subscriptions, tokens, unapplied, users,
};
use crate::{call::Call, problem::Problem, query::decoded, reply::Reply};

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody, without a token.
    Open,
    /// Whoever has this role or a higher one.
    Role(Role),
}

type Answering<'a> = Pin<Box<dyn Future<Output = Result<Reply, Problem>> + Send + 'a>>;

pub struct Route {
    pub method: Method,
    /// With `{name}` for each parameter.
    pub path: &'static str,
    pub access: Access,
    pub handler: for<'a> fn(&'a Call<'a>) -> Answering<'a>,
}

macro_rules! route {
    ($method:ident $path:literal, $access:expr, $module:ident::$handler:ident) => {
        Route { method: Method::$method, path: $path, access: $access, handler: |call| Box::pin($module::$handler(call)) }
    };
}

const OPEN: Access = Access::Open;
const VIEWER: Access = Access::Role(Role::Viewer);
const OPERATOR: Access = Access::Role(Role::Operator);
const OWNER: Access = Access::Role(Role::Owner);

pub static ROUTES: &[Route] = &[
    route!(GET "/healthz", OPEN, health::check),
    route!(GET "/admin/console", OPEN, console::show),
    route!(GET "/admin/v1/openapi.json", OPEN, openapi::show),
    route!(GET "/admin/v1/docs", OPEN, docs::show),
    route!(GET "/admin/v1/products", VIEWER, products::list),
    route!(POST "/admin/v1/products", OPERATOR, products::create),
    route!(GET "/admin/v1/products/{id}", VIEWER, products::show),
    route!(PATCH "/admin/v1/products/{id}", OPERATOR, products::change),
    route!(POST "/admin/v1/products/{id}/archive", OPERATOR, products::archive),
    route!(POST "/admin/v1/products/{id}/unarchive", OPERATOR, products::unarchive),
    route!(GET "/admin/v1/discount-codes", VIEWER, discount_codes::list),
    route!(POST "/admin/v1/discount-codes", OPERATOR, discount_codes::create),
    route!(POST "/admin/v1/discount-codes/batch", OPERATOR, discount_codes::create_batch),
    route!(GET "/admin/v1/discount-codes/{code}", VIEWER, discount_codes::show),
    route!(GET "/admin/v1/discount-codes/{code}/uses", VIEWER, discount_codes::list_uses),
    route!(PATCH "/admin/v1/discount-codes/{code}", OPERATOR, discount_codes::change),
    route!(POST "/admin/v1/discount-codes/{code}/archive", OPERATOR, discount_codes::archive),
    route!(POST "/admin/v1/discount-codes/{code}/unarchive", OPERATOR, discount_codes::unarchive),
    route!(GET "/admin/v1/orders", VIEWER, orders::list),
    route!(GET "/admin/v1/orders/{id}", VIEWER, orders::show),
    route!(POST "/admin/v1/orders/{id}/approve", OPERATOR, orders::approve),
    route!(POST "/admin/v1/orders/{id}/reject", OPERATOR, orders::reject),
    route!(POST "/admin/v1/orders/{id}/settle", OPERATOR, orders::settle),
    route!(POST "/admin/v1/orders/{id}/cancel", OPERATOR, orders::cancel),
    route!(POST "/admin/v1/orders/{id}/refund", OPERATOR, orders::refund),
    route!(GET "/admin/v1/payments", VIEWER, payments::list),
    route!(GET "/admin/v1/payments/{id}", VIEWER, payments::show),
    route!(GET "/admin/v1/unapplied-payments", VIEWER, unapplied::list),
    route!(POST "/admin/v1/unapplied-payments/{id}/apply", OPERATOR, unapplied::apply),
    route!(POST "/admin/v1/unapplied-payments/{id}/refund", OPERATOR, unapplied::refund),
    route!(POST "/admin/v1/unapplied-payments/{id}/credit", OPERATOR, unapplied::credit),
    route!(POST "/admin/v1/unapplied-payments/{id}/write-off", OPERATOR, unapplied::write_off),
    route!(GET "/admin/v1/duties", VIEWER, duties::list),
    route!(POST "/admin/v1/duties/{id}/retry", OPERATOR, duties::retry),
    route!(GET "/admin/v1/users", VIEWER, users::list),
    route!(GET "/admin/v1/users/{id}", VIEWER, users::show),
    route!(POST "/admin/v1/users/{id}/ban", OPERATOR, users::ban),
    route!(POST "/admin/v1/users/{id}/unban", OPERATOR, users::unban),
    route!(POST "/admin/v1/users/{id}/grant", OPERATOR, users::grant),
    route!(POST "/admin/v1/users/{id}/adopt", OPERATOR, users::adopt),
    route!(POST "/admin/v1/users/{id}/attach-referral", OPERATOR, users::attach_referral),
    route!(GET "/admin/v1/referrals", VIEWER, referrals::list),
    route!(GET "/admin/v1/subscriptions", VIEWER, subscriptions::list),
    route!(GET "/admin/v1/subscriptions/{id}", VIEWER, subscriptions::show),
    route!(POST "/admin/v1/subscriptions/{id}/extend", OPERATOR, subscriptions::extend),
    route!(POST "/admin/v1/subscriptions/{id}/change", OPERATOR, subscriptions::change),
    route!(POST "/admin/v1/subscriptions/{id}/disable", OPERATOR, subscriptions::disable),
    route!(POST "/admin/v1/subscriptions/{id}/enable", OPERATOR, subscriptions::enable),
    route!(POST "/admin/v1/subscriptions/{id}/revoke-link", OPERATOR, subscriptions::revoke_link),
    route!(GET "/admin/v1/broadcasts", VIEWER, broadcasts::list),
    route!(POST "/admin/v1/broadcasts", OPERATOR, broadcasts::create),
    route!(GET "/admin/v1/broadcasts/{id}", VIEWER, broadcasts::show),
    route!(PATCH "/admin/v1/broadcasts/{id}", OPERATOR, broadcasts::change),
    route!(POST "/admin/v1/broadcasts/{id}/preview", OPERATOR, broadcasts::preview),
    route!(POST "/admin/v1/broadcasts/{id}/count", OPERATOR, broadcasts::count),
    route!(POST "/admin/v1/broadcasts/{id}/schedule", OPERATOR, broadcasts::schedule),
    route!(POST "/admin/v1/broadcasts/{id}/start", OPERATOR, broadcasts::start),
    route!(POST "/admin/v1/broadcasts/{id}/pause", OPERATOR, broadcasts::pause),
    route!(POST "/admin/v1/broadcasts/{id}/resume", OPERATOR, broadcasts::resume),
    route!(POST "/admin/v1/broadcasts/{id}/cancel", OPERATOR, broadcasts::cancel),
    route!(GET "/admin/v1/tokens", OWNER, tokens::list),
    route!(POST "/admin/v1/tokens", OWNER, tokens::create),
    route!(GET "/admin/v1/tokens/{id}", OWNER, tokens::show),
    route!(POST "/admin/v1/tokens/{id}/revoke", OWNER, tokens::revoke),
    route!(GET "/admin/v1/self-test", OPERATOR, self_test::show),
    route!(GET "/admin/v1/settings", VIEWER, settings::show),
    route!(PATCH "/admin/v1/settings", OWNER, settings::change),
    route!(GET "/admin/v1/stats", VIEWER, stats::show),
    route!(POST "/admin/v1/stats/recount", OPERATOR, stats::recount),
    route!(GET "/admin/v1/audit", VIEWER, audit::list),
    route!(GET "/admin/v1/activity", VIEWER, activity::list),
];

/// What a request found.
pub enum Matched {
    /// The route, and its parameters in their order.
    Route(&'static Route, Vec<String>),
    /// `OPTIONS`, and the methods that there are.
    Options(String),
    /// The path is known, the method is not: those that are.
    OtherMethod(String),
    Nothing,
}

/// Finds the route of a request. `path` is as it stands in the request line, with its escapes.
pub fn find(method: &Method, path: &str) -> Matched {
    // Whoever may look at a thing may look at its headers.
    let wanted = if *method == Method::HEAD { &Method::GET } else { method };
    let at_path = || ROUTES.iter().filter_map(|route| parameters(route.path, path).map(|parameters| (route, parameters)));
    // Of two paths that fit, the one with fewer parameters is meant: `/batch` is no code.
    let fewest = at_path().map(|(_, parameters)| parameters.len()).min();
    let mut allowed: Vec<&str> = Vec::new();
    for (route, parameters) in at_path().filter(|(_, parameters)| Some(parameters.len()) == fewest) {
        if route.method == *wanted {
            return Matched::Route(route, parameters);
        }
        allowed.push(route.method.as_str());
        if route.method == Method::GET {
            allowed.push("HEAD");
        }
    }
    if allowed.is_empty() {
        return Matched::Nothing;
    }
    allowed.push("OPTIONS");
    let allowed = allowed.join(", ");
    if *method == Method::OPTIONS { Matched::Options(allowed) } else { Matched::OtherMethod(allowed) }
}

/// The parameters of a path that fits a pattern.
fn parameters(pattern: &str, path: &str) -> Option<Vec<String>> {
    let (mut expected, mut given) = (pattern.split('/'), path.split('/'));
    let mut parameters = Vec::new();
    loop {
        match (expected.next(), given.next()) {
            (None, None) => return Some(parameters),
            (Some(name), Some(value)) if name.starts_with('{') => parameters.push(decoded(value).filter(|value| !value.is_empty())?),
            (Some(name), Some(value)) if name == value => {}
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_fits_whole_or_not_at_all() {
        let fits = |path: &str| parameters("/a/{id}/b", path);
        assert_eq!(fits("/a/1/b"), Some(vec!["1".to_owned()]));
        assert_eq!(fits("/a/x%2Fy%23z~/b"), Some(vec!["x/y#z~".to_owned()]));
        for other in ["/a//b", "/a/1", "/a/1/b/", "/a/1/b/c", "a/1/b", "/A/1/b", "/a/%ff/b", ""] {
            assert_eq!(fits(other), None, "{other}");
        }
    }
}
