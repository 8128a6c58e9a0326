//! The answer to a server that looks for itself.

use axum::extract::State;
use domain::{Code, limits};

use crate::AppState;
use crate::v1::input::At;
use crate::v1::problem::{Body, Problem};

/// Answers what only a server on this database can say about a text: a server that asks its own
/// public address knows by this that it has met itself.
#[utoipa::path(
    get,
    path = "/address-check/{nonce}",
    tag = "settings",
    operation_id = "vouch_for_address",
    params(("nonce" = String, Path, description = "Up to 64 characters")),
    responses((status = 200, body = String, content_type = "text/plain"), (status = "default", body = Body)),
    extensions(("x-role" = json!("public")))
)]
pub async fn vouch(
    State(state): State<AppState>,
    At(nonce): At<String>,
) -> Result<String, Problem> {
    if nonce.len() > limits::NONCE_CHARS {
        return Err(Problem::new(Code::NotFound));
    }
    Ok(state.manage.vouch(&nonce).await?)
}
