//! Waiting for real events with a draft.

use axum::Json;
use domain::ids::FlowId;
use mapping::moment::rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

use crate::v1::Editor;
use crate::v1::input::At;
use crate::v1::problem::{Body, Problem};

/// Whether the service knows the address.
#[derive(Serialize, ToSchema)]
pub struct ListeningBody {
    /// `subscribing`, `active` or `failed`; null where the user pastes the address by hand.
    pub state: Option<&'static str>,
    /// When the address is taken back, RFC 3339; null for a published flow, whose address stays.
    pub until: Option<String>,
}

/// Registers the address of a draft at its service for an hour, so that real events come before it
/// is published; they are held. Asked again, the hour begins anew.
#[utoipa::path(
    post,
    path = "/flows/{flow}/listen",
    tag = "flows",
    operation_id = "listen_flow",
    params(("flow" = String, Path)),
    responses((status = 200, body = ListeningBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn listen(caller: Editor, At(flow): At<FlowId>) -> Result<Json<ListeningBody>, Problem> {
    let found = caller.manage().listen(flow).await?;
    Ok(Json(ListeningBody {
        state: found.map(|l| l.state.as_str()),
        until: found.and_then(|l| l.until).map(rfc3339),
    }))
}
