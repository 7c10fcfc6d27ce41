//! Admin tokens.

use app::admin::{Cursor, NewToken};
use domain::admin::AdminToken;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    audit,
    call::{Call, not_found},
    problem::{Faults, Problem},
    query::Paging,
    reply::{Page, Reply, created, ok},
    wire::{Time, moment, wire_enum},
};

wire_enum! {
    /// `viewer` reads; `operator` runs the shop; `owner` also changes settings and tokens.
    Role = domain::admin::Role { Viewer, Operator, Owner }
}

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct Token {
    pub id: String,
    pub name: String,
    pub role: Role,
    /// The collections that it may touch; empty: all that its role may.
    #[schema(example = json!(["orders", "payments"]))]
    pub scope: Vec<String>,
    pub created_at: Time,
    /// Null: never.
    pub expires_at: Option<Time>,
    pub revoked_at: Option<Time>,
    /// To the hour or so; null: never used.
    pub last_used_at: Option<Time>,
    /// From which address, or network of an IPv6 address.
    #[schema(example = "203.0.113.7")]
    pub last_used_from: Option<String>,
    pub version: u64,
}

impl From<&AdminToken> for Token {
    fn from(token: &AdminToken) -> Self {
        Self {
            id: token.id.to_string(),
            name: token.name.clone(),
            role: token.role.into(),
            scope: token.scope.clone(),
            created_at: token.created_at.into(),
            expires_at: token.expires_at.map(Time),
            revoked_at: token.revoked_at.map(Time),
            last_used_at: token.last_used_at.map(Time),
            last_used_from: token.last_used_from.as_ref().map(ToString::to_string),
            version: token.version,
        }
    }
}

/// A token that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedToken {
    #[serde(flatten)]
    pub shown: Token,
    /// What to send as `Authorization: Bearer`. Shown once: a repeat of the request has null here.
    #[schema(example = "wsa_nVWvKPPZX5Y4XWXkPkmbUEmFB3cWvXWJ4fGqGVtBL1o")]
    pub token: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, example = 50)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Lists the tokens
///
/// The newest first, expired and revoked ones too.
#[utoipa::path(get, path = "/admin/v1/tokens", tag = "tokens", params(Filter), responses((status = 200, description = "A page of tokens.", body = Page<Token>)))]
pub async fn list(call: &Call<'_>) -> Result<Reply, Problem> {
    page(call).await.map(|page| Reply::json(&page))
}

/// A page of the list.
pub async fn page(call: &Call<'_>) -> Result<Page<Token>, Problem> {
    let asked: Filter = call.query()?;
    let mut faults = Faults::default();
    let paging: Paging<Cursor> = call.paging(&mut faults, asked.limit.as_deref(), asked.cursor.as_deref())?;
    faults.of_parameters()?;
    let page = call.app.store.list_admin_tokens(paging.cursor.as_ref(), paging.limit, call.app.now()).await?;
    Ok(call.page(&paging, page.items.iter().map(Token::from).collect(), page.next))
}

/// A token with what was done to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenDetail {
    #[serde(flatten)]
    pub token: Token,
    /// What owners did to it, the newest first, at most 20.
    pub audit: Vec<audit::Entry>,
}

/// How much of a token's history its page shows.
const SHOWN: u8 = 20;

/// Shows a token
#[utoipa::path(get, path = "/admin/v1/tokens/{id}", tag = "tokens", params(("id" = String, Path, description = "The token's id (not the token).")), responses((status = 200, description = "The token with its history.", body = TokenDetail)))]
pub async fn show(call: &Call<'_>) -> Result<Reply, Problem> {
    detail(call).await.map(|detail| ok(&detail).into())
}

/// The one that the path names, with what was done to it.
pub async fn detail(call: &Call<'_>) -> Result<TokenDetail, Problem> {
    let id = call.id()?;
    let token = call.app.admin_token(id).await.map_err(|error| call.refusal(error))?.ok_or_else(not_found)?;
    let audit = call.app.store.list_audit("token", &id.to_string(), None, SHOWN, call.app.now()).await?;
    Ok(TokenDetail { token: Token::from(&token), audit: audit.items.iter().map(audit::Entry::from).collect() })
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "night shift", "role": "operator", "expires_at": "2027-01-01T00:00:00Z"}))]
pub struct TokenRequest {
    /// For people.
    #[schema(min_length = 1, max_length = 64)]
    pub name: String,
    pub role: Role,
    /// Narrows it to some collections (`orders`, `stats`, …); left out or empty: all that its role may.
    #[serde(default)]
    #[schema(max_items = 17, example = json!(["orders", "payments"]))]
    pub scope: Vec<String>,
    /// Left out or null: never.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
}

/// Makes a token
#[utoipa::path(post, path = "/admin/v1/tokens", tag = "tokens", request_body = TokenRequest, responses((status = 201, description = "The token.", body = CreatedToken)))]
pub async fn create(call: &Call<'_>) -> Result<Reply, Problem> {
    let asked: TokenRequest = call.body()?;
    let mut faults = Faults::default();
    let expires_at = moment(&mut faults, "expires_at", asked.expires_at.as_deref());
    faults.of_fields()?;
    let new = NewToken { name: asked.name, role: asked.role.into(), scope: asked.scope, expires_at };
    // What is kept for a repeat has no secret in it: the table holds no usable token.
    let kept = |token: &AdminToken| created(&CreatedToken { shown: token.into(), token: None });
    let (token, secret) = call.app.create_token(new, call.by(&kept)?).await.map_err(|error| call.refusal(error))?;
    let told = CreatedToken { shown: Token::from(&token), token: Some(secret.expose().to_owned()) };
    Ok(Reply::said_once(&told, kept(&token)))
}

/// Revokes a token
///
/// For ever, at once. Doing it twice is success.
#[utoipa::path(post, path = "/admin/v1/tokens/{id}/revoke", tag = "tokens", params(("id" = String, Path, description = "The token's id (not the token).")), responses((status = 200, description = "The token as it is now.", body = Token)))]
pub async fn revoke(call: &Call<'_>) -> Result<Reply, Problem> {
    let answer = |token: &AdminToken| ok(&Token::from(token));
    let token = call.app.revoke_token(call.id()?, call.by(&answer)?).await.map_err(|error| call.refusal(error))?;
    Ok(answer(&token).into())
}
