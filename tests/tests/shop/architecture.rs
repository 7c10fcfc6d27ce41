//! The rules of the house that no compiler checks: who may import whom, and that the template describes the shop that is tested.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

use local::gateway::{Function, ROUTES};
use saphyr_parser::{Event, Parser, Tag};
use serde_json::{Map, Value, json};
use store::schema::{self, Index, LIST, WORK};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Direct dependencies: of each of our crates on what; `dev`: those of its tests too.
fn dependencies(dev: bool) -> BTreeMap<String, BTreeSet<String>> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let output = cargo.args(["metadata", "--format-version", "1", "--no-deps", "--offline"]).current_dir(root()).output().expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    let wanted = |dependency: &Value| dev || dependency["kind"].as_str() != Some("dev");
    let of = |package: &Value| list(&package["dependencies"]).iter().filter(|dependency| wanted(dependency)).map(name).collect();
    list(&metadata["packages"]).iter().map(|package| (name(package), of(package))).collect()
}

#[test]
fn who_imports_whom() {
    let functions = ["telegram-webhook", "payment-callback", "admin-api", "scheduled-jobs"];
    // What each crate may import of ours; those that are not here, the local shop, the tests and the bench, may import all.
    let mut allowed: BTreeMap<&str, Vec<&str>> = [
        ("domain", vec![]),
        ("store", vec!["domain"]),
        ("clients", vec!["domain"]),
        ("app", vec!["domain", "store", "clients"]),
        ("embedded-dynamodb", vec![]),
    ]
    .into();
    allowed.extend(functions.map(|function| (function, vec!["app", "domain"])));
    let direct = dependencies(false);
    let ours: BTreeSet<&str> = direct.keys().map(String::as_str).collect();
    for (package, imports) in &direct {
        let Some(allowed) = allowed.get(package.as_str()) else {
            assert!(["local", "tests", "bench"].contains(&package.as_str()), "{package} has no rule: add one");
            continue;
        };
        let imported: Vec<&str> = imports.iter().map(String::as_str).filter(|import| ours.contains(import)).collect();
        let forbidden: Vec<&&str> = imported.iter().filter(|import| !allowed.contains(import)).collect();
        assert!(forbidden.is_empty(), "{package} imports {forbidden:?}");
    }

    // What only one crate may know. Speaking HTTP needs the SDK's seams, which are not the SDK.
    let only = [
        ("aws-sdk-dynamodb", vec!["store"]),
        ("serde_dynamo", vec!["store"]),
        ("reqwest", vec!["clients"]),
        ("rustls", vec!["clients"]),
        ("frankenstein", vec!["clients"]),
        ("getrandom", vec!["app"]),
        ("lambda_http", vec!["telegram-webhook", "payment-callback", "admin-api", "local"]),
        ("lambda_runtime", vec!["scheduled-jobs"]),
        ("dynoxide-rs", vec!["embedded-dynamodb"]),
    ];
    for (crate_name, knowing) in only {
        for (package, imports) in dependencies(true) {
            assert!(!imports.contains(crate_name) || knowing.contains(&package.as_str()), "{package} knows {crate_name}");
        }
    }
    let pure = ["data-encoding", "hmac", "rust_decimal", "serde", "sha2", "subtle", "thiserror", "time", "ulid"];
    let domain = &direct["domain"];
    assert!(domain.iter().all(|import| pure.contains(&import.as_str())), "the domain imports nothing that could act: {domain:?}");
}

/// What only the tests switch on is in no function, nor in the shop that `cargo run` opens.
#[test]
fn features_of_tests_are_in_no_function() {
    for package in ["telegram-webhook", "payment-callback", "admin-api", "scheduled-jobs", "local"] {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        let arguments = ["tree", "--offline", "--locked", "--edges", "normal,build", "--format", "{p} [{f}]", "--package", package];
        let output = cargo.args(arguments).current_dir(root()).output().expect("cargo");
        let tree = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && tree.contains("domain v"), "{}", String::from_utf8_lossy(&output.stderr));
        for feature in ["planted-bugs", "in-process", "transfer"] {
            if (package, feature) == ("local", "transfer") {
                // The tool that carries the table out and in is the local shop's program.
                continue;
            }
            assert!(!tree.contains(feature), "{package} is built with {feature}");
        }
    }
}

#[test]
fn one_tls_provider_and_one_http_stack() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).expect("a lock file");
    let versions = |name: &str| lock.matches(&format!("name = \"{name}\"\n")).count();
    for absent in ["aws-lc-rs", "aws-lc-sys", "openssl", "openssl-sys", "native-tls", "aws-config", "aws-smithy-http-client"] {
        assert_eq!(versions(absent), 0, "{absent}");
    }
    for single in ["rustls", "reqwest", "hyper", "h2", "ring", "tokio"] {
        assert!(versions(single) <= 1, "{single} is there more than once");
    }
}

/// A template, with its short forms (`!Ref X`) as the long ones (`{"Ref": "X"}`) and every scalar as text.
fn template() -> Value {
    let text = std::fs::read_to_string(root().join("template.yaml")).expect("a template");
    let mut events = Parser::new_from_str(&text).map(|event| event.expect("YAML").0);
    let value = loop {
        match events.next().expect("a document") {
            Event::StreamStart | Event::DocumentStart(_) => {}
            first => break value(first, &mut events),
        }
    };
    assert!(matches!(events.next(), Some(Event::DocumentEnd)), "one document");
    value
}

fn value<'a>(first: Event<'a>, events: &mut impl Iterator<Item = Event<'a>>) -> Value {
    let tagged = |tag: Option<&Tag>, value: Value| match tag {
        Some(tag) if tag.handle == "!" && tag.suffix == "Ref" => json!({ "Ref": value }),
        Some(tag) if tag.handle == "!" => json!({ format!("Fn::{}", tag.suffix): value }),
        _ => value,
    };
    match first {
        Event::Scalar(text, _, _, tag) => tagged(tag.as_deref(), text.into_owned().into()),
        Event::SequenceStart(_, tag) => {
            let mut items = Vec::new();
            loop {
                match events.next().expect("an item") {
                    Event::SequenceEnd => return tagged(tag.as_deref(), items.into()),
                    event => items.push(value(event, events)),
                }
            }
        }
        Event::MappingStart(_, tag) => {
            let mut fields = Map::new();
            loop {
                match events.next().expect("a field") {
                    Event::MappingEnd => return tagged(tag.as_deref(), fields.into()),
                    Event::Scalar(name, ..) => {
                        let event = events.next().expect("a value");
                        assert!(fields.insert(name.clone().into_owned(), value(event, events)).is_none(), "{name} stands there twice");
                    }
                    other => panic!("a name, not {other:?}"),
                }
            }
        }
        other => panic!("a value, not {other:?}"),
    }
}

fn resources<'a>(template: &'a Value, kind: &str) -> BTreeMap<&'a str, &'a Value> {
    let all = template["Resources"].as_object().expect("resources");
    all.iter().filter(|(_, resource)| resource["Type"] == kind).map(|(name, resource)| (name.as_str(), &resource["Properties"])).collect()
}

#[test]
fn the_template_makes_the_table_that_the_store_uses() {
    let template = template();
    let tables = resources(&template, "AWS::DynamoDB::Table");
    let [table] = tables.values().collect::<Vec<_>>()[..] else { panic!("one table") };
    let key = |partition: &str, sort: &str| json!([{ "AttributeName": partition, "KeyType": "HASH" }, { "AttributeName": sort, "KeyType": "RANGE" }]);
    assert_eq!(table["KeySchema"], key(schema::PK, schema::SK));
    let index = |index: Index| {
        json!({
            "IndexName": index.name,
            "KeySchema": key(index.partition, index.sort),
            "Projection": { "ProjectionType": "INCLUDE", "NonKeyAttributes": index.projected },
        })
    };
    assert_eq!(table["GlobalSecondaryIndexes"], json!([index(LIST), index(WORK)]));
    let keys = [schema::PK, schema::SK, LIST.partition, LIST.sort, WORK.partition, WORK.sort];
    assert_eq!(
        table["AttributeDefinitions"],
        Value::from(keys.map(|name| json!({ "AttributeName": name, "AttributeType": "S" })).to_vec())
    );
    assert_eq!(table["TimeToLiveSpecification"], json!({ "AttributeName": schema::TTL, "Enabled": "true" }));
    assert_eq!(table["BillingMode"], "PAY_PER_REQUEST");
    assert_eq!(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], "true");
    assert_eq!(table["DeletionProtectionEnabled"], "true");
    let kept = template["Resources"].as_object().unwrap().values().find(|resource| resource["Type"] == "AWS::DynamoDB::Table").unwrap();
    assert_eq!((&kept["DeletionPolicy"], &kept["UpdateReplacePolicy"]), (&json!("Retain"), &json!("Retain")));
}

#[test]
fn the_template_has_the_routes_of_the_local_front_door() {
    let template = template();
    let integrations = resources(&template, "AWS::ApiGatewayV2::Integration");
    let function_of = |target: &Value| {
        let text = target["Fn::Sub"].as_str().expect("a target");
        let integration = text.strip_prefix("integrations/${").and_then(|text| text.strip_suffix('}')).expect("an integration");
        integrations[integration]["IntegrationUri"]["Fn::GetAtt"].as_str().expect("a function").trim_end_matches(".Arn").to_owned()
    };
    let deployed: BTreeSet<(String, String)> = resources(&template, "AWS::ApiGatewayV2::Route")
        .values()
        .map(|route| (route["RouteKey"].as_str().expect("a route").to_owned(), function_of(&route["Target"])))
        .collect();
    let name = |function: Function| match function {
        Function::TelegramWebhook => "TelegramWebhookFunction",
        Function::PaymentCallback => "PaymentCallbackFunction",
        Function::AdminApi => "AdminApiFunction",
    };
    let local: BTreeSet<(String, String)> =
        ROUTES.into_iter().map(|(route, function)| (route.to_owned(), name(function).to_owned())).collect();
    assert_eq!(deployed, local);
    assert!(integrations.values().all(|integration| integration["PayloadFormatVersion"] == "2.0"));
}

#[test]
fn each_function_is_built_from_its_folder() {
    let template = template();
    let all = template["Resources"].as_object().unwrap();
    let mut built = BTreeSet::new();
    for (name, function) in all.iter().filter(|(_, resource)| resource["Type"] == "AWS::Serverless::Function") {
        let binary = function["Metadata"]["BuildProperties"]["Binary"].as_str().expect("a binary");
        assert_eq!(function["Metadata"]["BuildMethod"], "rust-cargolambda", "{name}");
        assert_eq!(function["Properties"]["CodeUri"], format!("functions/{binary}"), "{name}");
        assert!(root().join("functions").join(binary).join("src/main.rs").is_file(), "{name}");
        assert!(function["Properties"]["Timeout"].is_string(), "{name} has a time-out of its own");
        built.insert(binary.to_owned());
    }
    let folders = std::fs::read_dir(root().join("functions")).expect("functions").map(|entry| entry.expect("an entry").file_name());
    let folders: BTreeSet<String> = folders.map(|name| name.to_string_lossy().into_owned()).collect();
    assert_eq!(built, folders);
    assert_eq!(template["Globals"]["Function"]["Runtime"], "provided.al2023");
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// Each role may do what its function does, on what it does it with.
#[test]
fn no_role_may_scan_or_do_everything() {
    let template = template();
    let roles = resources(&template, "AWS::IAM::Role");
    assert!(roles.len() >= 4, "a role for each function");
    for (name, role) in roles {
        assert!(role["ManagedPolicyArns"].is_null(), "{name} is written out");
        let policies = role["Policies"].as_array().expect("policies");
        let mut statements = Vec::new();
        for policy in policies {
            for statement in policy["PolicyDocument"]["Statement"].as_array().expect("statements") {
                // A statement that a condition of the template adds.
                statements.push(statement["Fn::If"].as_array().map_or(statement, |branches| &branches[1]));
            }
        }
        for statement in statements {
            for action in texts(&statement["Action"]) {
                assert!(!action.contains('*'), "{name} may {action}");
                assert!(!action.eq_ignore_ascii_case("dynamodb:Scan"), "{name} may scan");
                assert!(!action.starts_with("dynamodb:PartiQL"), "{name} may {action}");
            }
            let everything = texts(&statement["Resource"]).into_iter().any(|resource| resource == "*" || resource.ends_with(":*"));
            assert!(!everything, "{name} reaches everything: {statement}");
        }
    }
    // Neither does the code, whatever the roles say; but for what is compiled for the deployer's tools alone.
    let store = root().join("shared/store/src");
    for file in std::fs::read_dir(store).expect("the store") {
        let file = file.expect("a file").path();
        let code = std::fs::read_to_string(&file).expect("text");
        let is_a_tool = file.ends_with("transfer.rs");
        assert!(is_a_tool || !code.contains(".scan()"), "{} scans", file.display());
    }
}

/// Nothing secret is written into the template, and no function's environment has a place for it.
#[test]
fn secrets_are_not_in_the_template() {
    let template = template();
    let secret = ["TOKEN", "PASSWORD", "SECRET", "API_KEY", "_KEY"];
    let environment = template["Globals"]["Function"]["Environment"]["Variables"].as_object().expect("variables");
    for name in environment.keys() {
        let allowed = name == "SECRETS_PARAMETER";
        assert!(allowed || !secret.iter().any(|part| name.contains(part)), "{name} belongs into the secrets parameter");
    }
    for (name, parameter) in template["Parameters"].as_object().expect("parameters") {
        assert!(parameter["NoEcho"].is_null(), "{name} is a secret in the stack");
    }
}
