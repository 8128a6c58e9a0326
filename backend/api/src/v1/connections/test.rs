//! Asking a service whether a connection works.

use axum::Json;
use domain::ids::ConnectionId;
use serde::Serialize;
use utoipa::ToSchema;

use super::{ConnectionBody, one};
use crate::v1::input::At;
use crate::v1::problem::{Body, Problem};
use crate::v1::{Editor, Language};

/// What the test said.
#[derive(Serialize, ToSchema)]
pub struct ConnectionTested {
    pub ok: bool,
    /// What the service said, where it did not work.
    pub error: Option<String>,
    pub connection: ConnectionBody,
}

/// Asks the service whether the credentials work, and keeps the answer.
#[utoipa::path(
    post,
    path = "/connections/{connection}/test",
    tag = "connections",
    operation_id = "test_connection",
    params(("connection" = String, Path)),
    responses((status = 200, body = ConnectionTested), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn test(
    caller: Editor,
    Language(lang): Language,
    At(connection): At<ConnectionId>,
) -> Result<Json<ConnectionTested>, Problem> {
    let m = caller.manage();
    m.connection_of(connection).await?;
    let tested = m.test_connection(&connection.to_string()).await?;
    let error = tested.error.map(|e| e.says(lang).to_owned());
    let connection = one(&m, connection, lang).await?;
    Ok(Json(ConnectionTested { ok: tested.ok, error, connection }))
}
