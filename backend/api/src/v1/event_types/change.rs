//! Event types are declared, changed and forgotten.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde_json::json;

use crate::v1::Editor;
use crate::v1::event_types::body::{EventTypeBody, EventTypeInput, NewEventType};
use crate::v1::input::Sent;
use crate::v1::problem::{Body, Problem};
use crate::v1::subscribers::refused;

/// Declares an event type.
#[utoipa::path(
    post,
    path = "/event-types",
    tag = "subscribers",
    operation_id = "create_event_type",
    request_body = NewEventType,
    responses((status = 201, body = EventTypeBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn create(
    caller: Editor,
    Sent(new): Sent<NewEventType>,
) -> Result<(StatusCode, Json<EventTypeBody>), Problem> {
    let (name, declared) = new.split();
    let made = caller.manage().add_event_type(&name, declared).await;
    let made = made.map_err(refused)?;
    caller.audit("event_type.created", &made.name, json!({})).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Replaces texts, schema and sample of an event type.
#[utoipa::path(
    put,
    path = "/event-types/{event_type}",
    tag = "subscribers",
    operation_id = "replace_event_type",
    params(("event_type" = String, Path, description = "Name of the event type")),
    request_body = EventTypeInput,
    responses((status = 200, body = EventTypeBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn replace(
    caller: Editor,
    Path(name): Path<String>,
    Sent(input): Sent<EventTypeInput>,
) -> Result<Json<EventTypeBody>, Problem> {
    let changed = caller.manage().change_event_type(&name, input.into()).await;
    let changed = changed.map_err(refused)?;
    caller.audit("event_type.changed", &name, json!({})).await?;
    Ok(Json(changed.into()))
}

/// Forgets an event type: steps that publish it fail from now on.
#[utoipa::path(
    delete,
    path = "/event-types/{event_type}",
    tag = "subscribers",
    operation_id = "delete_event_type",
    params(("event_type" = String, Path, description = "Name of the event type")),
    responses((status = 204), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn delete(caller: Editor, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    caller.manage().delete_event_type(&name).await?;
    caller.audit("event_type.deleted", &name, json!({})).await?;
    Ok(StatusCode::NO_CONTENT)
}
