//! Making, changing and removing addresses without a flow.

use axum::Json;
use axum::http::StatusCode;
use domain::ids::TemporaryId;
use engine::manage::temporary::Temporary;
use serde_json::json;

use super::dto::{TemporaryBody, TemporaryInput};
use crate::v1::Editor;
use crate::v1::input::{At, Sent};
use crate::v1::problem::{Body, Problem};

/// Makes an address without a flow.
#[utoipa::path(
    post,
    path = "/temporary-addresses",
    tag = "deliveries",
    operation_id = "add_temporary_address",
    request_body = TemporaryInput,
    responses((status = 201, body = TemporaryBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn add(
    caller: Editor,
    Sent(input): Sent<TemporaryInput>,
) -> Result<(StatusCode, Json<TemporaryBody>), Problem> {
    let manage = caller.manage();
    let made = manage.add_temporary(input.over(Temporary::default())).await?;
    caller.audit("temporary_address.added", made.id, json!({ "name": made.name })).await?;
    Ok((StatusCode::CREATED, Json(TemporaryBody::new(&manage, made))))
}

/// Changes how an address without a flow answers.
#[utoipa::path(
    patch,
    path = "/temporary-addresses/{temporary}",
    tag = "deliveries",
    operation_id = "change_temporary_address",
    params(("temporary" = String, Path, description = "Id of the address")),
    request_body = TemporaryInput,
    responses((status = 200, body = TemporaryBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn change(
    caller: Editor,
    At(id): At<TemporaryId>,
    Sent(input): Sent<TemporaryInput>,
) -> Result<Json<TemporaryBody>, Problem> {
    let manage = caller.manage();
    let old = manage.temporary(id).await?;
    let old = Temporary {
        name: old.name,
        status: old.status,
        headers: old.headers,
        body: old.body,
        delay: old.delay,
    };
    let new = manage.change_temporary(id, input.over(old)).await?;
    caller.audit("temporary_address.changed", id, json!({ "name": new.name })).await?;
    Ok(Json(TemporaryBody::new(&manage, new)))
}

/// Removes an address without a flow; what came to it stays until its time.
#[utoipa::path(
    delete,
    path = "/temporary-addresses/{temporary}",
    tag = "deliveries",
    operation_id = "remove_temporary_address",
    params(("temporary" = String, Path, description = "Id of the address")),
    responses((status = 204), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn remove(caller: Editor, At(id): At<TemporaryId>) -> Result<StatusCode, Problem> {
    caller.manage().remove_temporary(id).await?;
    caller.audit("temporary_address.removed", id, json!({})).await?;
    Ok(StatusCode::NO_CONTENT)
}
