//! Who did what.

use axum::Json;
use axum::extract::Query;
use domain::{Actor, Time};
use mapping::moment::{parse, rfc3339};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::AuditFilter;
use utoipa::{IntoParams, ToSchema};

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

/// Which lines are wanted; what is absent restricts nothing.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// A user, a key, `console` or `system`.
    pub actor: Option<String>,
    /// What was done, or the beginning of it: `flow.`.
    pub action: Option<String>,
    /// To what.
    pub object: Option<String>,
    /// Not before this moment (RFC 3339).
    pub from: Option<String>,
    /// Before this moment (RFC 3339).
    pub until: Option<String>,
}

fn moment(text: Option<String>, place: &str) -> Result<Option<Time>, Problem> {
    let Some(text) = text else { return Ok(None) };
    parse(&json!(text), "UTC").map(Some).ok_or_else(|| {
        Problem::field(place, "write a moment as RFC 3339", "укажите момент по RFC 3339")
    })
}

fn actor(text: Option<String>) -> Result<Option<Actor>, Problem> {
    let Some(text) = text else { return Ok(None) };
    Actor::parse(&text).map(Some).ok_or_else(|| {
        Problem::field("actor", "name a user or a key by its id", "укажите код человека или ключа")
    })
}

/// Lists what was done in the workspace, newest first.
#[utoipa::path(
    get,
    path = "/audit",
    tag = "access",
    operation_id = "list_audit",
    params(Paging, Wanted),
    responses((status = 200, body = Page<Line>), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner"))),
    security(("api_key" = []))
)]
pub async fn list(
    caller: Owner,
    Query(paging): Query<Paging>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<Line>>, Problem> {
    let limit = paging.limit();
    let filter = AuditFilter {
        actor: actor(wanted.actor)?,
        action: wanted.action,
        object: wanted.object,
        from: moment(wanted.from, "from")?,
        until: moment(wanted.until, "until")?,
        before: paging.after()?,
        limit: limit + 1,
    };
    let lines = caller.manage().db.audit_log(caller.workspace, filter).await?;
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
