//! The end of the hold.

use axum::Json;
use domain::Code;
use domain::ids::WorkspaceId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Unfinished;
use utoipa::ToSchema;

use crate::v1::Owner;
use crate::v1::input::Sent;
use crate::v1::problem::{Body, Problem};

/// What becomes of unfinished runs.
#[derive(Deserialize, ToSchema)]
pub struct Resume {
    /// `run`, `park` or `drop`; may be absent where nothing was unfinished.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub unfinished: Option<Unfinished>,
}

/// What was done.
#[derive(Serialize, ToSchema)]
pub struct Resumed {
    /// Runs that were parked or cancelled.
    pub ended: u64,
}

/// Ends the hold and decides about the runs that were unfinished when the backup was made.
#[utoipa::path(
    post,
    path = "/hold/resume",
    tag = "settings",
    operation_id = "end_hold",
    request_body = Resume,
    responses((status = 200, body = Resumed), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn resume(caller: Owner, Sent(given): Sent<Resume>) -> Result<Json<Resumed>, Problem> {
    if caller.workspace != WorkspaceId::DEFAULT {
        return Err(Problem::new(Code::RightMissing));
    }
    let ended = caller.manage().end_hold(given.unfinished).await?;
    caller.audit("server.resumed", "server", json!({ "unfinished": given.unfinished })).await?;
    Ok(Json(Resumed { ended }))
}
