//! Who did what.

use axum::Json;
use axum::extract::Query;
use mapping::moment::rfc3339;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::v1::problem::{Body, Problem};
use crate::v1::{Owner, Page, Paging};

/// A line of the audit log.
#[derive(Serialize, ToSchema)]
pub struct Line {
    pub id: String,
    pub at: String,
    /// A user, a key, `console` or `system`.
    pub actor: String,
    /// What was done: `flow.published`.
    pub action: String,
    /// To what.
    pub object: String,
    pub detail: Value,
    pub remote: Option<String>,
}

/// Lists what was done in the workspace, newest first.
#[utoipa::path(
    get,
    path = "/audit",
    tag = "access",
    params(Paging),
    responses((status = 200, body = Page<Line>), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner"))),
    security(("api_key" = []))
)]
pub async fn list(
    caller: Owner,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Line>>, Problem> {
    let limit = paging.limit();
    let lines = caller.manage().db.audit_log(caller.workspace, paging.after()?, limit + 1).await?;
    let lines = lines.into_iter().map(|l| Line {
        id: l.id.to_string(),
        at: rfc3339(l.at),
        actor: l.actor.to_string(),
        action: l.action,
        object: l.object,
        detail: l.detail,
        remote: l.remote,
    });
    Ok(Json(Page::of(lines.collect(), limit, |l| l.id.clone())))
}
