//! The API's description of itself, made of the handlers and of the table of routes.

use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use crate::{
    activity, audit, broadcasts,
    call::Call,
    console, discount_codes, docs, duties, health, orders, payments,
    problem::{Document, Kind, Problem},
    products, referrals,
    reply::Reply,
    route::{Access, ROUTES, Route},
    self_test, settings, stats, subscriptions, tokens, unapplied, users,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "wave-shop admin API",
        description = "What operators of the shop see and do.\n\nLists are paged: pass `next_cursor` back as `cursor`. Money is a decimal text with its currency, \
                       times are RFC 3339 in UTC, errors are problem documents (RFC 9457) whose `type` never changes.\n\n\
                       Every change can carry an `Idempotency-Key`: the same request again has the same answer for at least 24 hours and changes nothing. \
                       Items carry their version in the `ETag`; a change with `If-Match` is refused where another version stands.",
        license(name = "MIT")
    ),
    servers((url = "/", description = "This shop")),
    paths(
        health::check,
        console::show,
        docs::show,
        show,
        products::list,
        products::create,
        products::show,
        products::change,
        products::archive,
        products::unarchive,
        discount_codes::list,
        discount_codes::create,
        discount_codes::create_batch,
        discount_codes::show,
        discount_codes::list_uses,
        discount_codes::change,
        discount_codes::archive,
        discount_codes::unarchive,
        orders::list,
        orders::show,
        orders::approve,
        orders::reject,
        orders::settle,
        orders::cancel,
        orders::refund,
        payments::list,
        payments::show,
        unapplied::list,
        unapplied::apply,
        unapplied::refund,
        unapplied::credit,
        unapplied::write_off,
        duties::list,
        duties::retry,
        users::list,
        users::show,
        users::ban,
        users::unban,
        users::grant,
        users::adopt,
        users::attach_referral,
        referrals::list,
        subscriptions::list,
        subscriptions::show,
        subscriptions::extend,
        subscriptions::change,
        subscriptions::disable,
        subscriptions::enable,
        subscriptions::revoke_link,
        broadcasts::list,
        broadcasts::create,
        broadcasts::show,
        broadcasts::change,
        broadcasts::preview,
        broadcasts::count,
        broadcasts::schedule,
        broadcasts::start,
        broadcasts::pause,
        broadcasts::resume,
        broadcasts::cancel,
        tokens::list,
        tokens::create,
        tokens::show,
        tokens::revoke,
        self_test::show,
        settings::show,
        settings::change,
        stats::show,
        stats::recount,
        audit::list,
        activity::list,
    ),
    components(schemas(Document<'_>)),
    tags(
        (name = "shop", description = "The shop itself"),
        (name = "products", description = "What is for sale"),
        (name = "discount-codes", description = "What takes something off"),
        (name = "orders", description = "What was ordered, and the receipts to decide"),
        (name = "payments", description = "Money that arrived"),
        (name = "unapplied-payments", description = "Money that pays no order, and what becomes of it"),
        (name = "duties", description = "What the shop owes"),
        (name = "users", description = "Customers"),
        (name = "referrals", description = "Who invited whom"),
        (name = "subscriptions", description = "What customers hold"),
        (name = "broadcasts", description = "Messages to many customers"),
        (name = "tokens", description = "Who operates the shop"),
        (name = "settings", description = "What the owner decides"),
        (name = "stats", description = "What the days brought"),
        (name = "audit", description = "What operators did"),
        (name = "activity", description = "What customers did")
    )
)]
struct Api;

/// The OpenAPI 3.1 document: what the handlers say, and on every operation what the router does with it.
pub fn document() -> Value {
    let mut document = serde_json::to_value(Api::openapi()).unwrap_or_default();
    for route in ROUTES {
        let method = route.method.as_str().to_ascii_lowercase();
        let operation = document.get_mut("paths").and_then(|paths| paths.get_mut(route.path)).and_then(|path| path.get_mut(method));
        if let Some(operation) = operation.and_then(Value::as_object_mut) {
            complete(operation, route);
        }
    }
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        let bearer =
            json!({"type": "http", "scheme": "bearer", "description": "The bootstrap token, or one made with POST /admin/v1/tokens."});
        components.insert("securitySchemes".into(), json!({"token": bearer}));
        if let Some(kind) =
            components.get_mut("schemas").and_then(|schemas| schemas.pointer_mut("/Problem/properties/type")).and_then(Value::as_object_mut)
        {
            kind.insert("enum".into(), Kind::ALL.iter().map(|kind| kind.uri()).collect());
        }
    }
    document
}

fn complete(operation: &mut Map<String, Value>, route: &Route) {
    let name = |field: &str, operation: &Map<String, Value>| operation.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let changes = route.method != lambda_http::http::Method::GET;
    let patches = route.method == lambda_http::http::Method::PATCH;
    // Names of functions are not unique; with their tag they are.
    let tag = operation.get("tags").and_then(|tags| tags.get(0)).and_then(Value::as_str).unwrap_or_default().to_owned();
    let id = format!("{tag}-{}", name("operationId", operation)).replace('_', "-");
    operation.insert("operationId".into(), id.into());

    let mut problems = vec![Kind::Internal, Kind::Unavailable];
    match route.access {
        Access::Open => {
            operation.insert("security".into(), json!([]));
        }
        Access::Role(role) => {
            problems.extend([Kind::Unauthorized, Kind::Forbidden]);
            operation.insert("security".into(), json!([{"token": []}]));
            operation.insert("x-role".into(), role.name().into());
            let said = name("description", operation);
            let rule = format!("Takes the role `{}` or a higher one.", role.name());
            operation.insert("description".into(), if said.is_empty() { rule } else { format!("{said}\n\n{rule}") }.into());
        }
    }
    if route.path.contains('{') {
        problems.push(Kind::NotFound);
    }
    let mut parameters = operation.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
    if !changes && parameters.iter().any(|parameter| parameter.get("in") == Some(&json!("query"))) {
        problems.push(Kind::InvalidParameters);
    }
    if changes {
        problems.extend([
            Kind::InvalidParameters,
            Kind::ChangedMeanwhile,
            Kind::WrongState,
            Kind::PayloadTooLarge,
            Kind::IdempotencyKeyReused,
        ]);
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false, "example": "9b6f1c1e-9d0e-4c5a-8a1f-3c1f0a2b4d5e",
            "description": "A name for this request: sent again, it is answered as before and done once.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$"},
        }));
    }
    if operation.contains_key("requestBody") {
        problems.extend([Kind::MalformedRequest, Kind::UnsupportedMediaType, Kind::InvalidFields, Kind::AlreadyExists]);
    }
    if patches {
        problems.push(Kind::VersionMismatch);
        parameters.push(json!({
            "name": "If-Match", "in": "header", "required": false, "example": "\"3\"",
            "description": "The ETag of the version that is to be changed.",
            "schema": {"type": "string", "pattern": "^(\\*|\"[^\"]*\")$"},
        }));
    }
    if !parameters.is_empty() {
        operation.insert("parameters".into(), parameters.into());
    }
    if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
        problems.sort();
        for kind in problems {
            let status = kind.status().to_string();
            let response = responses.entry(status).or_insert_with(|| problem_response(kind));
            let example = response.pointer_mut("/content/application~1problem+json/examples").and_then(Value::as_object_mut);
            if let Some(examples) = example {
                examples.insert(kind.slug().into(), json!({"summary": kind.title(), "value": sample(kind)}));
            }
        }
    }
}

fn problem_response(kind: Kind) -> Value {
    let mut response = json!({
        "description": kind.title(),
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}},
    });
    let header = match kind {
        Kind::Unauthorized => Some(("WWW-Authenticate", "Bearer")),
        Kind::Unavailable => Some(("Retry-After", "2")),
        _ => None,
    };
    if let (Some((name, example)), Some(response)) = (header, response.as_object_mut()) {
        let mut headers = Map::new();
        headers.insert(name.into(), json!({"schema": {"type": "string"}, "example": example}));
        response.insert("headers".into(), headers.into());
    }
    response
}

fn sample(kind: Kind) -> Value {
    let mut sample = json!({"type": kind.uri(), "title": kind.title(), "status": kind.status(), "detail": kind.title()});
    let errors = match kind {
        Kind::InvalidParameters => Some(json!({"limit": "1 to 100"})),
        Kind::InvalidFields => Some(json!({"price.amount": "the amount is not a decimal number"})),
        _ => None,
    };
    if let (Some(errors), Some(sample)) = (errors, sample.as_object_mut()) {
        sample.insert("errors".into(), errors);
    }
    sample
}

/// This document
#[utoipa::path(get, path = "/admin/v1/openapi.json", tag = "shop", operation_id = "openapi", responses((status = 200, description = "OpenAPI 3.1.", body = Object)))]
pub async fn show(_: &Call<'_>) -> Result<Reply, Problem> {
    Ok(Reply::json(&document()))
}
