//! Event types to look at.

use axum::Json;
use axum::extract::Path;

use crate::v1::event_types::body::EventTypeBody;
use crate::v1::input::Asked;
use crate::v1::problem::{Body, Problem};
use crate::v1::{Page, Paging, Viewer};

/// Lists the event types of the workspace by name.
#[utoipa::path(
    get,
    path = "/event-types",
    tag = "subscribers",
    operation_id = "list_event_types",
    params(Paging),
    responses((status = 200, body = Page<EventTypeBody>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn list(
    caller: Viewer,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<EventTypeBody>>, Problem> {
    let limit = paging.limit();
    let after: Option<String> = paging.after()?;
    let types = caller.manage().event_types(after.as_deref(), limit + 1).await?;
    let types = types.into_iter().map(EventTypeBody::from).collect();
    Ok(Json(Page::of(types, limit, |t: &EventTypeBody| t.name.clone())))
}

/// One event type.
#[utoipa::path(
    get,
    path = "/event-types/{event_type}",
    tag = "subscribers",
    operation_id = "show_event_type",
    params(("event_type" = String, Path, description = "Name of the event type")),
    responses((status = 200, body = EventTypeBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn read(
    caller: Viewer,
    Path(name): Path<String>,
) -> Result<Json<EventTypeBody>, Problem> {
    Ok(Json(caller.manage().event_type(&name).await?.into()))
}
