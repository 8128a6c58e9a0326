//! The form of a flow document, for editors and programs.

use axum::Json;
use serde_json::Value;

use crate::v1::Viewer;
use crate::v1::problem::{Body, Problem};

/// The JSON Schema of a flow document.
#[utoipa::path(
    get,
    path = "/schemas/flow.json",
    tag = "catalogue",
    operation_id = "show_flow_schema",
    responses((status = 200, body = Object), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn flow(_caller: Viewer) -> Result<Json<Value>, Problem> {
    Ok(Json(domain::flow::schema::document()))
}
