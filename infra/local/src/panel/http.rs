//! The panel's routes.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, OriginalUri, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::accounts::{Account, Status};
use super::auth::{self, Admin};
use super::faults::{Route, intercept};
use super::moment::{Micros, SECOND, parse_iso};
use super::reply::{Refusal, json_reply};
use super::request::{integer, parse_change, parse_create, parse_object, should_be_one_of};
use super::state;
use super::subscription::{self, Client};
use super::{PanelStandIn, render};

type Reply = Result<Response, Refusal>;

/// Paths of the API, for the redirect that a slash at the end gets.
const API_PATHS: [&str; 8] =
    ["/api/admin/token", "/api/admin", "/api/system", "/api/inbounds", "/api/users", "/api/user", "/api/user/*", "/api/user/*/*"];
/// Usage is reported for so long back if nobody says otherwise.
const USAGE_PERIOD: Micros = 30 * 86_400 * SECOND;
/// An account counts as online for so long after its last traffic.
const ONLINE_PERIOD: Micros = 86_400 * SECOND;

pub(super) fn router(panel: PanelStandIn) -> Router {
    Router::new()
        .route("/api/admin/token", post(log_in))
        .route("/api/admin", get(current_admin))
        .route("/api/system", get(system))
        .route("/api/inbounds", get(inbounds))
        .route("/api/users", get(list_users))
        .route("/api/user", post(create_user))
        .route("/api/user/{username}", get(get_user).put(change_user).delete(delete_user))
        .route("/api/user/{username}/reset", post(reset_user))
        .route("/api/user/{username}/revoke_sub", post(revoke_subscription))
        .route("/api/user/{username}/usage", get(user_usage))
        .route("/sub/{token}", get(subscription))
        .route("/sub/{token}/", get(subscription))
        .route("/sub/{token}/info", get(subscription_info))
        .route("/sub/{token}/usage", get(subscription_usage))
        .route("/sub/{token}/{client}", get(subscription_for_client))
        .fallback(unknown_path)
        .method_not_allowed_fallback(|| async { Refusal::method_not_allowed() })
        .layer(middleware::from_fn_with_state(panel.clone(), intercept))
        .with_state(panel)
}

/// A known path with a slash too many is sent to the path without it.
async fn unknown_path(uri: Uri, headers: HeaderMap) -> Response {
    let is_known = |path: &&str| API_PATHS.iter().any(|known| Route::from(*known).matches("", path));
    let Some(path) = uri.path().strip_suffix('/').filter(is_known) else {
        return Refusal::not_found().into_response();
    };
    let host = header_text(&headers, header::HOST);
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, format!("http://{host}{path}{query}"))]).into_response()
}

async fn log_in(State(panel): State<PanelStandIn>, form: Result<Form<BTreeMap<String, String>>, FormRejection>) -> Reply {
    let form = form.map(|Form(form)| form).unwrap_or_default();
    let mut wrong = BTreeMap::new();
    for field in ["username", "password"] {
        if form.get(field).is_none_or(String::is_empty) {
            wrong.insert(field.to_owned(), "Field required".to_owned());
        }
    }
    if form.get("grant_type").is_some_and(|grant| !grant.is_empty() && !grant.contains("password")) {
        wrong.insert("grant_type".to_owned(), "String should match pattern 'password'".to_owned());
    }
    if !wrong.is_empty() {
        return Err(Refusal::Fields(wrong));
    }
    let matches = |admin: &&Admin| {
        form.get("username") == Some(&admin.username) && form.get("password").is_some_and(|password| panel.password_of(admin) == *password)
    };
    let admin = panel.options().admins.iter().find(matches).ok_or_else(Refusal::wrong_login)?;
    let options = panel.options();
    let key = panel.state().token_key(&admin.username);
    let lifetime = i64::try_from(options.token_lifetime.as_secs()).unwrap_or(i64::MAX);
    let token = auth::mint(admin, &key, (options.now)(), lifetime);
    Ok(json_reply(&json!({ "access_token": token, "token_type": "bearer" })))
}

/// The admin whose token the request carries. Comes before any look at the rest of the request.
fn authorize(panel: &PanelStandIn, headers: &HeaderMap) -> Result<Admin, Refusal> {
    let value = header_text(headers, header::AUTHORIZATION);
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::no_token());
    }
    let find = |name: &str| panel.options().admins.iter().find(|admin| admin.username == name);
    let key_of = |name: &str| find(name).map(|_| panel.state().token_key(name));
    let name = auth::verify(token.trim(), (panel.options().now)(), key_of);
    name.as_deref().and_then(find).cloned().ok_or_else(Refusal::bad_token)
}

fn header_text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

async fn current_admin(State(panel): State<PanelStandIn>, headers: HeaderMap) -> Reply {
    let admin = authorize(&panel, &headers)?;
    let usage = panel.state().users_usage.get(&admin.username).copied().unwrap_or_default();
    Ok(json_reply(&admin.render(usage)))
}

async fn system(State(panel): State<PanelStandIn>, headers: HeaderMap) -> Reply {
    let admin = authorize(&panel, &headers)?;
    let at = (panel.options().now)().saturating_mul(SECOND);
    let state = panel.state();
    let accounts: Vec<&Account> = state.accounts.values().filter(|account| may_see(&admin, account)).collect();
    let count = |status: Status| accounts.iter().filter(|account| account.status == status).count();
    let is_online = |account: &&&Account| account.online_at.is_some_and(|online| online + ONLINE_PERIOD >= at);
    let outgoing = accounts.iter().fold(0_i64, |sum, account| sum.saturating_add(account.lifetime_used_traffic));
    Ok(json_reply(&json!({
        "version": "0.8.4",
        "mem_total": 2_147_483_648_u64,
        "mem_used": 536_870_912_u64,
        "cpu_cores": 2,
        "cpu_usage": 3.5,
        "total_user": accounts.len(),
        "online_users": accounts.iter().filter(is_online).count(),
        "users_active": count(Status::Active),
        "users_on_hold": count(Status::OnHold),
        "users_disabled": count(Status::Disabled),
        "users_expired": count(Status::Expired),
        "users_limited": count(Status::Limited),
        "incoming_bandwidth": 0,
        "outgoing_bandwidth": outgoing,
        "incoming_bandwidth_speed": 0,
        "outgoing_bandwidth_speed": 0,
    })))
}

/// Only protocols that exist are keys.
async fn inbounds(State(panel): State<PanelStandIn>, headers: HeaderMap) -> Reply {
    authorize(&panel, &headers)?;
    let mut by_protocol: BTreeMap<&str, Vec<&super::Inbound>> = BTreeMap::new();
    for inbound in &panel.options().inbounds {
        by_protocol.entry(inbound.protocol.as_str()).or_default().push(inbound);
    }
    Ok(json_reply(&json!(by_protocol)))
}

fn may_see(admin: &Admin, account: &Account) -> bool {
    admin.is_sudo() || account.owner.as_deref() == Some(admin.username.as_str())
}

/// Refuses what the admin may not touch: first what is not there, then what is another's.
fn check_access(admin: &Admin, username: &str, account: Option<&Account>) -> Result<(), Refusal> {
    // A slash, even an encoded one, is part of the path to the panel.
    if username.contains('/') {
        return Err(Refusal::not_found());
    }
    let account = account.ok_or_else(Refusal::no_user)?;
    if may_see(admin, account) { Ok(()) } else { Err(Refusal::not_allowed()) }
}

async fn create_user(State(panel): State<PanelStandIn>, headers: HeaderMap, body: Bytes) -> Reply {
    let admin = authorize(&panel, &headers)?;
    let body = parse_object(content_type(&headers), &body)?;
    let draft = parse_create(&body, &panel.options().inbounds)?;
    panel.mutate(|state, at| {
        let has_broken_plan = draft.next_plan.as_ref().is_some_and(|plan| plan.data_limit.is_none());
        if has_broken_plan || state.accounts.contains_key(&draft.username) {
            return Err(Refusal::conflict());
        }
        let account = state.insert(draft, admin.as_owner(), at);
        render::account(&account, state, panel.options()).map(|account| json_reply(&account))
    })
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok())
}

async fn get_user(State(panel): State<PanelStandIn>, headers: HeaderMap, Path(username): Path<String>) -> Reply {
    let admin = authorize(&panel, &headers)?;
    let state = &mut *panel.state();
    let account = state.accounts.get(&username).cloned();
    check_access(&admin, &username, account.as_ref())?;
    shown(account, state, &panel)
}

/// The account as the reply to a request that got as far as an account.
fn shown(account: Option<Account>, state: &mut state::State, panel: &PanelStandIn) -> Reply {
    let account = account.ok_or_else(Refusal::no_user)?;
    render::account(&account, state, panel.options()).map(|account| json_reply(&account))
}

/// Changes the account of a request, and shows it.
fn change_account(
    panel: &PanelStandIn,
    headers: &HeaderMap,
    username: &str,
    change: impl FnOnce(&mut Account, Micros, &mut super::random::Random) -> Result<(), Refusal>,
) -> Reply {
    let admin = authorize(panel, headers)?;
    panel.mutate(|state, at| {
        check_access(&admin, username, state.accounts.get(username))?;
        let account = state.accounts.get_mut(username).ok_or_else(Refusal::no_user)?;
        change(account, at, &mut state.random)?;
        let account = account.clone();
        shown(Some(account), state, panel)
    })
}

async fn change_user(State(panel): State<PanelStandIn>, headers: HeaderMap, Path(username): Path<String>, body: Bytes) -> Reply {
    change_account(&panel, &headers, &username, |account, at, random| {
        let body = parse_object(content_type(&headers), &body)?;
        account.change(parse_change(&body, &panel.options().inbounds)?, at, random);
        Ok(())
    })
}

async fn reset_user(State(panel): State<PanelStandIn>, headers: HeaderMap, Path(username): Path<String>) -> Reply {
    change_account(&panel, &headers, &username, |account, _, _| {
        account.reset();
        Ok(())
    })
}

async fn revoke_subscription(State(panel): State<PanelStandIn>, headers: HeaderMap, Path(username): Path<String>) -> Reply {
    change_account(&panel, &headers, &username, |account, at, random| {
        account.revoke(at, random);
        Ok(())
    })
}

/// An account without an owner is deleted all the same, but the panel then fails to report whose it was.
async fn delete_user(State(panel): State<PanelStandIn>, headers: HeaderMap, Path(username): Path<String>) -> Reply {
    let admin = authorize(&panel, &headers)?;
    panel.mutate(|state, _| {
        check_access(&admin, &username, state.accounts.get(&username))?;
        match state.accounts.remove(&username) {
            Some(Account { owner: Some(_), .. }) => Ok(json_reply(&json!({ "detail": "User successfully deleted" }))),
            _ => Err(Refusal::Crash),
        }
    })
}

type Parameters = Query<Vec<(String, String)>>;

fn parameter<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.iter().rev().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
}

async fn user_usage(State(panel): State<PanelStandIn>, headers: HeaderMap, Path(username): Path<String>, parameters: Parameters) -> Reply {
    let admin = authorize(&panel, &headers)?;
    let state = panel.state();
    let account = state.accounts.get(&username);
    check_access(&admin, &username, account)?;
    usage_reply(account, &parameters, &panel)
}

fn usage_reply(account: Option<&Account>, parameters: &Parameters, panel: &PanelStandIn) -> Reply {
    let account = account.ok_or_else(Refusal::no_user)?;
    let now = (panel.options().now)().saturating_add(1).saturating_mul(SECOND);
    let moment = |name: &str, default: Micros| match parameter(parameters, name) {
        None | Some("") => Ok(default),
        Some(text) => parse_iso(text).ok_or_else(|| Refusal::bad_request("Invalid date range or format")),
    };
    let to = moment("end", now)?;
    let from = moment("start", to.saturating_sub(USAGE_PERIOD))?;
    if from > to {
        return Err(Refusal::bad_request("Start date must be before end date"));
    }
    Ok(json_reply(&render::usage(account, account.traffic_between(from, to))))
}

async fn list_users(State(panel): State<PanelStandIn>, headers: HeaderMap, parameters: Parameters) -> Reply {
    let admin = authorize(&panel, &headers)?;
    let count = |name: &str| match parameter(&parameters, name) {
        None => Ok(0),
        Some(text) => match integer(&Value::from(text)) {
            Ok(number) => Ok(usize::try_from(number).unwrap_or_default()),
            Err(text) => Err(Refusal::field(name, text)),
        },
    };
    let (offset, limit) = (count("offset")?, count("limit")?);
    let status = match parameter(&parameters, "status").map(|text| (text, Status::parse(text))) {
        Some((_, None)) => {
            return Err(Refusal::field("status", should_be_one_of(&Status::ALL.map(Status::as_str))));
        }
        Some((_, status)) => status,
        None => None,
    };
    let names: Vec<&str> = parameters.iter().filter(|(name, _)| name == "username").map(|(_, value)| value.as_str()).collect();
    let search = parameter(&parameters, "search").map(str::to_lowercase);
    let is_wanted = |account: &&Account| {
        let contains = |text: &str| search.as_ref().is_none_or(|search| text.to_lowercase().contains(search));
        may_see(&admin, account)
            && status.is_none_or(|status| account.status == status)
            && (names.is_empty() || names.contains(&account.username.as_str()))
            && (contains(&account.username) || account.note.as_deref().is_some_and(contains))
    };
    let state = &mut *panel.state();
    let mut accounts: Vec<Account> = state.in_order().into_iter().filter(is_wanted).cloned().collect();
    if let Some(keys) = parameter(&parameters, "sort") {
        sort(&mut accounts, keys)?;
    }
    let total = accounts.len();
    let limit = if limit == 0 { usize::MAX } else { limit };
    let page = accounts.iter().skip(offset).take(limit);
    let users = page.map(|account| render::account(account, state, panel.options())).collect::<Result<Vec<_>, _>>()?;
    Ok(json_reply(&json!({ "users": users, "total": total })))
}

/// Sorts by keys after commas, the first being the most important; a minus turns one around. Nothing comes before 0.
fn sort(accounts: &mut [Account], keys: &str) -> Result<(), Refusal> {
    let keys: Vec<&str> = keys.trim_matches(',').split(',').collect();
    for key in keys.into_iter().rev() {
        let (name, turned) = key.strip_prefix('-').map_or((key, false), |name| (name, true));
        let compare = match name {
            "username" => |a: &Account, b: &Account| a.username.cmp(&b.username),
            "used_traffic" => |a: &Account, b: &Account| a.used_traffic.cmp(&b.used_traffic),
            "data_limit" => |a: &Account, b: &Account| a.data_limit.cmp(&b.data_limit),
            "expire" => |a: &Account, b: &Account| a.expire.cmp(&b.expire),
            "created_at" => |a: &Account, b: &Account| a.created_at.cmp(&b.created_at),
            _ => {
                return Err(Refusal::bad_request(format!("\"{key}\" is not a valid sort option")));
            }
        };
        accounts.sort_by(|a, b| if turned { compare(b, a) } else { compare(a, b) });
    }
    Ok(())
}

/// The account of a token that works.
fn subscriber(panel: &PanelStandIn, token: &str) -> Result<Account, Refusal> {
    let state = panel.state();
    let find = |name: &str| state.accounts.get(name);
    subscription::find(token, &state.subscription_secret, find).cloned().ok_or_else(Refusal::not_found)
}

async fn subscription(
    State(panel): State<PanelStandIn>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    Path(token): Path<String>,
) -> Reply {
    let mut account = subscriber(&panel, &token)?;
    if account.is_unreadable() {
        return Err(Refusal::Crash);
    }
    if header_text(&headers, header::ACCEPT).contains("text/html") {
        return Ok(Html(render::page(&account, panel.options())).into_response());
    }
    let agent = header_text(&headers, header::USER_AGENT);
    panel.mutate(|state, at| {
        account.sub_updated_at = Some(at);
        account.sub_last_user_agent = Some(agent.to_owned());
        state.accounts.insert(account.username.clone(), account.clone());
    });
    Ok(configuration(Client::of_user_agent(agent), &account, &panel, &headers, &uri))
}

async fn subscription_for_client(
    State(panel): State<PanelStandIn>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    Path((token, client)): Path<(String, String)>,
) -> Reply {
    let account = subscriber(&panel, &token)?;
    let pattern = "String should match pattern 'sing-box|clash-meta|clash|outline|v2ray|v2ray-json'";
    let client = Client::parse(&client).ok_or_else(|| Refusal::field("client_type", pattern))?;
    Ok(configuration(client, &account, &panel, &headers, &uri))
}

fn configuration(client: Client, account: &Account, panel: &PanelStandIn, headers: &HeaderMap, uri: &Uri) -> Response {
    let userinfo = format!(
        "upload=0; download={}; total={}; expire={}",
        account.used_traffic,
        account.data_limit.unwrap_or_default(),
        account.expire.unwrap_or_default(),
    );
    let own_address = format!("http://{}{}", header_text(headers, header::HOST), uri.path());
    let response_headers = [
        ("content-type", client.content_type().to_owned()),
        ("content-disposition", format!("attachment; filename=\"{}\"", account.username.trim_end())),
        ("profile-web-page-url", own_address),
        ("support-url", "https://t.me/".to_owned()),
        ("profile-title", "base64:U3Vic2NyaXB0aW9u".to_owned()),
        ("profile-update-interval", "12".to_owned()),
        ("subscription-userinfo", userinfo),
    ];
    (response_headers, client.render(account, &panel.options().inbounds)).into_response()
}

async fn subscription_info(State(panel): State<PanelStandIn>, Path(token): Path<String>) -> Reply {
    let account = subscriber(&panel, &token)?;
    let state = &mut *panel.state();
    render::for_holder(&account, state, panel.options()).map(|account| json_reply(&account))
}

async fn subscription_usage(State(panel): State<PanelStandIn>, Path(token): Path<String>, parameters: Parameters) -> Reply {
    let account = subscriber(&panel, &token)?;
    usage_reply(Some(&account), &parameters, &panel)
}
