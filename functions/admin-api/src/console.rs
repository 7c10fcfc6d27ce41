//! The page on which operators decide receipts and look after orders. It speaks to the API as any other client does.

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use crate::{call::Call, problem::Problem, reply::Reply};

const PAGE: &str = include_str!("console.html");

/// What stands between two tags of the page.
fn inside(opening: &str, closing: &str) -> &'static str {
    PAGE.split_once(opening).and_then(|(_, rest)| rest.split_once(closing)).map_or("", |(inside, _)| inside)
}

/// Runs the page's own script and style, by their hashes, speaks to this shop, and nothing else.
fn policy() -> String {
    let hash = |text: &str| format!("'sha256-{}'", BASE64.encode(&Sha256::digest(text.as_bytes())));
    let (script, style) = (hash(inside("<script>", "</script>")), hash(inside("<style>", "</style>")));
    format!(
        "default-src 'none'; script-src {script}; style-src {style}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// The web console
#[utoipa::path(get, path = "/admin/console", tag = "shop", operation_id = "console", responses((status = 200, description = "The page.", body = String, content_type = "text/html")))]
pub async fn show(_: &Call<'_>) -> Result<Reply, Problem> {
    Ok(Reply::html(PAGE.to_owned(), &policy()))
}
