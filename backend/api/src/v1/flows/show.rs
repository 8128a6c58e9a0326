//! One flow.

use axum::Json;
use domain::ids::FlowId;

use super::{Flow, view};
use crate::v1::input::At;
use crate::v1::problem::{Body, Problem};
use crate::v1::{Language, Viewer};

/// A flow with its draft and the problems of it.
#[utoipa::path(
    get,
    path = "/flows/{flow}",
    tag = "flows",
    operation_id = "show_flow",
    params(("flow" = String, Path)),
    responses((status = 200, body = Flow), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn show(
    caller: Viewer,
    Language(lang): Language,
    At(flow): At<FlowId>,
) -> Result<Json<Flow>, Problem> {
    Ok(Json(view(&caller.manage(), flow, lang).await?))
}
