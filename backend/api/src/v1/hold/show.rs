//! Whether the server is on hold.

use axum::Json;
use mapping::moment::rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

use crate::v1::Viewer;
use crate::v1::problem::{Body, Problem};

/// A hold: deliveries are stored, nothing is sent, polled or removed.
#[derive(Serialize, ToSchema)]
pub struct HoldBody {
    pub since: String,
    /// When the backup was made.
    pub made_at: String,
    /// Runs that were unfinished in it.
    pub unfinished: i64,
}

/// Shows the hold of a server that was restored from a backup; null if there is none.
#[utoipa::path(
    get,
    path = "/hold",
    tag = "settings",
    operation_id = "show_hold",
    responses((status = 200, body = Option<HoldBody>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer")))
)]
pub async fn show(caller: Viewer) -> Result<Json<Option<HoldBody>>, Problem> {
    let hold = caller.manage().hold().await?;
    Ok(Json(hold.map(|h| HoldBody {
        since: rfc3339(h.since),
        made_at: rfc3339(h.made_at),
        unfinished: h.unfinished,
    })))
}
