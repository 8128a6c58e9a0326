//! The raw bytes of a body, secrets included: for editors, and written into the audit log
//! (semantics S18).

use axum::body::Body as Bytes;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::Code;
use domain::ids::DeliveryId;
use serde_json::json;

use crate::v1::Editor;
use crate::v1::input::At;
use crate::v1::problem::{Body, Problem};

/// Downloads the body of a delivery as it came.
#[utoipa::path(
    get,
    path = "/deliveries/{delivery}/raw",
    tag = "deliveries",
    operation_id = "download_delivery",
    params(
        ("delivery" = String, Path, description = "Id of the delivery"),
        ("workspace" = Option<String>, Query,
            description = "The workspace, for readers that cannot send the header Zveno-Workspace"),
    ),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = "default", body = Body)
    ),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn raw(caller: Editor, At(id): At<DeliveryId>) -> Result<Response, Problem> {
    let stored = caller.manage().delivery(id).await?;
    if stored.body_gone {
        return Err(Problem::new(Code::Gone));
    }
    // First: nobody reads a secret without a line in the log.
    caller.audit("delivery.downloaded", id, json!({ "bytes": stored.body.len() })).await?;
    let mut r = Bytes::from(stored.body).into_response();
    let name = format!("attachment; filename=\"{id}.bin\"");
    let headers = r.headers_mut();
    let kind = HeaderValue::from_static("application/octet-stream");
    headers.insert(header::CONTENT_TYPE, kind);
    let nosniff = HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    if let Ok(name) = HeaderValue::try_from(name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(r)
}
