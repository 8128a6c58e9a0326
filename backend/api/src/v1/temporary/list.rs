//! Seeing addresses without a flow.

use axum::Json;
use domain::ids::TemporaryId;

use super::dto::TemporaryBody;
use crate::v1::input::At;
use crate::v1::problem::{Body, Problem};
use crate::v1::{Page, Viewer};

/// Lists all addresses without a flow, newest first.
#[utoipa::path(
    get,
    path = "/temporary-addresses",
    tag = "deliveries",
    operation_id = "list_temporary_addresses",
    responses((status = 200, body = Page<TemporaryBody>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn list(caller: Viewer) -> Result<Json<Page<TemporaryBody>>, Problem> {
    let manage = caller.manage();
    let all = manage.temporaries().await?.into_iter();
    let items = all.map(|a| TemporaryBody::new(&manage, a)).collect();
    Ok(Json(Page { items, next: None }))
}

/// Shows one address without a flow.
#[utoipa::path(
    get,
    path = "/temporary-addresses/{temporary}",
    tag = "deliveries",
    operation_id = "show_temporary_address",
    params(("temporary" = String, Path, description = "Id of the address")),
    responses((status = 200, body = TemporaryBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn show(caller: Viewer, At(id): At<TemporaryId>) -> Result<Json<TemporaryBody>, Problem> {
    let manage = caller.manage();
    let found = manage.temporary(id).await?;
    Ok(Json(TemporaryBody::new(&manage, found)))
}
