//! The OpenAPI document says what the router does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::Shop;

/// Operation by operation: `get /path`.
fn operations(document: &Value) -> BTreeMap<String, &Value> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |(method, operation)| (format!("{method} {path}"), operation)))
        .collect()
}

#[tokio::test]
async fn every_route_is_described_and_every_described_route_is_there() {
    let shop = Shop::open().await;
    let served = shop.ask("GET", "/admin/v1/openapi.json").token(None).send().await;
    assert_eq!((served.status.as_u16(), served.header("content-type")), (200, "application/json"));
    let document = admin_api::openapi_document();
    assert_eq!(served.body, document);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let described: BTreeSet<String> = operations(&document).into_keys().collect();
    let routed: BTreeSet<String> = admin_api::routes().map(|(method, path)| format!("{} {path}", method.to_lowercase())).collect();
    assert_eq!(described, routed);
}

#[tokio::test]
async fn the_page_for_people_says_all_of_it() {
    let shop = Shop::open().await;
    let page = shop.ask("GET", "/admin/v1/docs").token(None).send().await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src 'sha256-"));
    let document = admin_api::openapi_document();
    for operation in operations(&document).values() {
        assert!(page.text.contains(&format!("id=\"{}\"", operation["operationId"].as_str().unwrap())));
    }
    for schema in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(page.text.contains(&format!("id=\"schema-{schema}\"")), "{schema}");
    }
    // Every way to a schema leads somewhere.
    for reference in page.text.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(page.text.contains(&format!("id=\"{reference}\"")), "{reference}");
    }
}

#[tokio::test]
async fn the_names_that_scripts_rely_on_are_there() {
    let document = admin_api::openapi_document();
    let operations = operations(&document);
    let collections = [
        "users",
        "products",
        "discount-codes",
        "orders",
        "payments",
        "unapplied-payments",
        "subscriptions",
        "referrals",
        "duties",
        "tokens",
        "audit",
    ];
    for collection in collections {
        let list = operations[&format!("get /admin/v1/{collection}")];
        let parameters: BTreeSet<&str> = list["parameters"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
        assert!(parameters.contains("limit") && parameters.contains("cursor"), "{collection}");
        let filters: &[&str] = match collection {
            "users" => &["order", "status", "banned", "trial", "invited_by", "created_from", "created_to", "q"],
            "orders" => &["order", "user_id", "status", "product_id", "payment_method", "created_from", "created_to", "q"],
            "payments" => &["order", "order_id", "user_id", "status", "method", "created_from", "created_to", "q"],
            "referrals" => &["inviter"],
            "discount-codes" => &["order", "active", "q"],
            "subscriptions" => &["user_id"],
            "audit" => &["entity", "id", "actor"],
            _ => &[],
        };
        for filter in filters {
            assert!(parameters.contains(filter), "{collection} {filter}");
        }
    }
    for action in [
        "users/{id}/ban",
        "users/{id}/unban",
        "orders/{id}/approve",
        "orders/{id}/reject",
        "orders/{id}/cancel",
        "orders/{id}/refund",
        "unapplied-payments/{id}/apply",
        "unapplied-payments/{id}/refund",
        "unapplied-payments/{id}/credit",
        "unapplied-payments/{id}/write-off",
        "duties/{id}/retry",
    ] {
        assert!(operations.contains_key(&format!("post /admin/v1/{action}")), "{action}");
    }
    let fields = |schema: &str| -> BTreeSet<String> {
        document["components"]["schemas"][schema]["properties"].as_object().unwrap().keys().cloned().collect()
    };
    for (schema, names) in [
        ("Product", "id name price prices data_limit_gb duration_days active renewal_policy version"),
        ("DiscountCode", "code percent amount valid_from valid_to use_limit per_user_limit times_used active"),
        ("Order", "id user_id product status total discount payment_method panel_username created_at paid_at provisioned_at"),
        ("Problem", "type title status detail errors"),
        ("Money", "amount currency"),
    ] {
        for name in names.split(' ') {
            assert!(fields(schema).contains(name), "{schema}.{name}");
        }
    }
}

#[tokio::test]
async fn every_operation_says_who_may_and_what_can_go_wrong() {
    let document = admin_api::openapi_document();
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&document) {
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{name}: its operationId is taken");
        assert!(operation["summary"].is_string() && operation["tags"].as_array().is_some_and(|tags| tags.len() == 1), "{name}");
        let statuses: BTreeSet<&str> = operation["responses"].as_object().unwrap().keys().map(String::as_str).collect();
        let has = |status: &[&str]| assert!(status.iter().all(|status| statuses.contains(status)), "{name}: {statuses:?}");
        has(&["500", "503"]);
        match operation["x-role"].as_str() {
            Some(role) => {
                assert!(["viewer", "operator", "owner"].contains(&role));
                assert_eq!(operation["security"], json!([{"token": []}]), "{name}");
                has(&["401", "403"]);
            }
            None => assert!(
                operation["security"] == json!([])
                    && ["get /healthz", "get /admin/console", "get /admin/v1/openapi.json", "get /admin/v1/docs"].contains(&name.as_str()),
                "{name}"
            ),
        }
        if name.contains('{') {
            has(&["404"]);
        }
        let parameter = |wanted: &str| operation["parameters"].as_array().is_some_and(|all| all.iter().any(|one| one["name"] == wanted));
        let changes = !name.starts_with("get ");
        assert_eq!(parameter("Idempotency-Key"), changes, "{name}");
        if changes {
            has(&["400", "409", "413"]);
        }
        if operation["requestBody"].is_object() {
            has(&["415", "422"]);
        }
        if name.starts_with("patch ") {
            has(&["412"]);
            assert!(parameter("If-Match"), "{name}");
        }
        if parameter("limit") {
            has(&["400"]);
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            let problem = &response["content"]["application/problem+json"];
            let fails = status.as_str() >= "400";
            assert_eq!(problem.is_object(), fails, "{name} {status}");
            if fails {
                assert_eq!(problem["schema"]["$ref"], "#/components/schemas/Problem");
                assert!(problem["examples"].as_object().is_some_and(|examples| !examples.is_empty()), "{name} {status}");
            }
        }
    }
}

#[tokio::test]
async fn every_reference_of_the_document_leads_somewhere() {
    fn walk<'a>(value: &'a Value, references: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(fields) => {
                references.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|value| walk(value, references));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(value, references)),
            _ => {}
        }
    }
    let document = admin_api::openapi_document();
    let mut references = BTreeSet::new();
    walk(&document, &mut references);
    assert!(references.len() > 10);
    for reference in references {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

/// Two types of one name would be one schema, and the second would be described as the first.
#[test]
fn every_schema_has_a_name_of_its_own() {
    let mut names: Vec<String> = Vec::new();
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![source];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            for part in
                text.split("#[derive(").skip(1).filter(|part| part.split(')').next().is_some_and(|derived| derived.contains("ToSchema")))
            {
                let renamed =
                    part.split("pub ").next().and_then(|head| head.split("schema(as = ").nth(1)).and_then(|name| name.split(')').next());
                let declared = part.split_once("pub struct ").or(part.split_once("pub enum ")).map(|(_, rest)| rest);
                let declared = declared.and_then(|rest| rest.split(|c: char| !c.is_alphanumeric()).next());
                names.extend(renamed.or(declared).map(str::to_owned));
            }
        }
    }
    assert!(names.len() > 40, "{names:?}");
    let mut twice = names.clone();
    twice.sort();
    twice.dedup();
    for name in &twice {
        assert_eq!(names.iter().filter(|other| *other == name).count(), 1, "{name} stands for two schemas");
    }
}
