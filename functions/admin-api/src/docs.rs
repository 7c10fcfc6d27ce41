//! The OpenAPI document as a page for people: every operation with its parameters, bodies, answers and examples, and every schema.

use data_encoding::BASE64;
use lambda_http::http::StatusCode;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::{call::Call, openapi, problem::Problem, reply::Reply};

const STYLE: &str = include_str!("docs.css");

/// Shows its own style, by its hash, and nothing else.
fn policy() -> String {
    let hash = BASE64.encode(&Sha256::digest(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
}

/// The description as a page
///
/// What the document says, for people.
#[utoipa::path(get, path = "/admin/v1/docs", tag = "shop", operation_id = "docs", responses((status = 200, description = "The page.", body = String, content_type = "text/html")))]
pub async fn show(_: &Call<'_>) -> Result<Reply, Problem> {
    Ok(Reply::page(StatusCode::OK, page(&openapi::document()).into_string(), &policy()))
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn fields(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

fn items(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

fn page(document: &Value) -> Markup {
    let info = document.get("info").unwrap_or(&Value::Null);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (text(info, "title")) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                nav aria-label="Operations" {
                    @for tag in items(document.get("tags")) {
                        a href={ "#" (text(tag, "name")) } { (text(tag, "name")) }
                    }
                    a href="#schemas" { "schemas" }
                    a href="#problems" { "problems" }
                }
                main {
                    h1 { (text(info, "title")) }
                    (prose(text(info, "description")))
                    p { "The same for programs: " a href="/admin/v1/openapi.json" { "openapi.json" } }
                    @for tag in items(document.get("tags")) {
                        section id=(text(tag, "name")) {
                            h2 { (text(tag, "name")) }
                            p { (text(tag, "description")) }
                            @for (path, methods) in fields(document.get("paths")) {
                                @for (method, operation) in fields(Some(methods)) {
                                    @if items(operation.get("tags")).any(|one| one == text(tag, "name")) { (of_operation(path, method, operation)) }
                                }
                            }
                        }
                    }
                    (schemas(document))
                    (problems(document))
                }
            }
        }
    }
}

/// Paragraphs, with what stands between backticks as code.
fn prose(text: &str) -> Markup {
    html! {
        @for paragraph in text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
            p {
                @for (n, part) in paragraph.split('`').enumerate() {
                    @if n % 2 == 1 { code { (part) } } @else { (part) }
                }
            }
        }
    }
}

fn of_operation(path: &str, method: &str, operation: &Value) -> Markup {
    let answers = || fields(operation.get("responses"));
    let failed: Vec<(&String, &Value)> = answers().filter(|(status, _)| status.as_str() >= "400").collect();
    html! {
        article id=(text(operation, "operationId")) {
            h3 { span class={ "method " (method) } { (method.to_uppercase()) } " " code { (path) } }
            p.summary { (text(operation, "summary")) }
            (prose(text(operation, "description")))
            @if items(operation.get("parameters")).next().is_some() {
                table {
                    caption { "Parameters" }
                    @for parameter in items(operation.get("parameters")) {
                        tr {
                            td { code { (text(parameter, "name")) } @if parameter.get("required") == Some(&Value::Bool(true)) { " *" } }
                            td { (text(parameter, "in")) }
                            td { (kind(parameter.get("schema").unwrap_or(&Value::Null))) }
                            td { (prose(text(parameter, "description"))) @if let Some(example) = parameter.get("example") { p.hint { "for example " code { (plain(example)) } } } }
                        }
                    }
                }
            }
            @if let Some(body) = operation.get("requestBody") { (content("Body", body.get("content"))) }
            @for (status, response) in answers().filter(|(status, _)| status.as_str() < "400") {
                p { strong { (status) } " " (text(response, "description")) }
                (content("Answer", response.get("content")))
            }
            @if !failed.is_empty() {
                details {
                    summary { "What can go wrong: " @for (status, _) in &failed { (status) " " } }
                    @for (status, response) in failed {
                        @for (name, example) in fields(response.pointer("/content/application~1problem+json/examples")) {
                            p { strong { (status) } " " code { (name) } " — " (text(example, "summary")) }
                        }
                    }
                }
            }
        }
    }
}

fn content(title: &str, content: Option<&Value>) -> Markup {
    html! {
        @for (media, body) in fields(content) {
            p.hint { (title) ": " code { (media) } " " (kind(body.get("schema").unwrap_or(&Value::Null))) }
            @if let Some(example) = body.get("example").or_else(|| body.pointer("/schema/example")) { pre { code { (pretty(example)) } } }
        }
    }
}

/// A type in a few words, with the way to its schema.
fn kind(schema: &Value) -> Markup {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next()) {
        return html! { a href={ "#schema-" (name) } { (name) } };
    }
    let any: Vec<&Value> = ["oneOf", "anyOf", "allOf"].iter().flat_map(|of| items(schema.get(*of))).collect();
    if !any.is_empty() {
        return html! { @for (n, one) in any.into_iter().enumerate() { @if n > 0 { " or " } (kind(one)) } };
    }
    if let Some(of) = schema.get("items") {
        return html! { "list of " (kind(of)) };
    }
    let names: Vec<String> = match schema.get("type") {
        Some(Value::String(name)) => vec![name.clone()],
        Some(Value::Array(names)) => names.iter().map(plain).collect(),
        _ => Vec::new(),
    };
    let choices: Vec<String> = items(schema.get("enum")).map(plain).collect();
    html! {
        @if choices.is_empty() { (names.join(" or ")) } @else { @for (n, choice) in choices.iter().enumerate() { @if n > 0 { ", " } code { (choice) } } }
        @if let Some(format) = schema.get("format").and_then(Value::as_str) { " (" (format) ")" }
        @for limit in ["minimum", "maximum", "minLength", "maxLength", "pattern"] {
            @if let Some(value) = schema.get(limit) { " " span.hint { (limit) " " (plain(value)) } }
        }
    }
}

fn schemas(document: &Value) -> Markup {
    html! {
        section id="schemas" {
            h2 { "Schemas" }
            @for (name, schema) in fields(document.pointer("/components/schemas")) {
                article id={ "schema-" (name) } {
                    h3 { (name) }
                    (prose(text(schema, "description")))
                    (of_schema(schema))
                }
            }
        }
    }
}

fn of_schema(schema: &Value) -> Markup {
    let required: Vec<&Value> = items(schema.get("required")).collect();
    html! {
        // What is flattened into it stands beside its own fields.
        @for part in items(schema.get("allOf")) { @if part.get("$ref").is_some() { p { "Everything of " (kind(part)) ", and:" } } @else { (of_schema(part)) } }
        @if schema.get("properties").is_some() {
            table {
                @for (field, value) in fields(schema.get("properties")) {
                    tr {
                        td { code { (field) } @if required.iter().any(|one| *one == field) { " *" } }
                        td { (kind(value)) }
                        td { (prose(text(value, "description"))) @if let Some(example) = value.get("example") { p.hint { "for example " code { (plain(example)) } } } }
                    }
                }
            }
        } @else if schema.get("allOf").is_none() { p { (kind(schema)) } }
        @if let Some(example) = schema.get("example") { pre { code { (pretty(example)) } } }
    }
}

fn problems(document: &Value) -> Markup {
    html! {
        section id="problems" {
            h2 { "Problems" }
            p { "The " code { "type" } " of a problem document never changes: programs decide by it." }
            ul { @for kind in items(document.pointer("/components/schemas/Problem/properties/type/enum")) { li { code { (plain(kind)) } } } }
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
