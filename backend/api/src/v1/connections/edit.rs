//! Changing and removing a connection.

use axum::Json;
use axum::http::StatusCode;
use domain::ids::ConnectionId;
use engine::manage::credentials::Form;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};

use super::{ConnectionBody, one, texts};
use crate::v1::input::{Asked, At, Sent};
use crate::v1::problem::{Body, Problem};
use crate::v1::{Editor, Language};

/// What to change; what is absent stays, secrets too.
#[derive(Deserialize, ToSchema)]
pub struct ConnectionChange {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub method: Option<String>,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
    /// Keep it even if the service cannot be reached or refuses it.
    #[serde(default)]
    pub untested: bool,
}

/// How sure the caller is.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Sure {
    /// Also a connection that published flows use: their steps fail from then on.
    #[serde(default)]
    pub force: bool,
}

/// Tests changed credentials and keeps them. Runs that waited for the connection go on.
#[utoipa::path(
    patch,
    path = "/connections/{connection}",
    tag = "connections",
    operation_id = "change_connection",
    params(("connection" = String, Path)),
    request_body = ConnectionChange,
    responses((status = 200, body = ConnectionBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn edit(
    caller: Editor,
    Language(lang): Language,
    At(connection): At<ConnectionId>,
    Sent(change): Sent<ConnectionChange>,
) -> Result<Json<ConnectionBody>, Problem> {
    let m = caller.manage();
    let fields = texts(change.fields)?;
    let (method, name, untested) = (change.method, change.name, change.untested);
    let form = Form { connector: String::new(), method, name, fields, untested };
    m.reconnect(connection, form).await?;
    caller.audit("connection.changed", connection, json!({})).await?;
    Ok(Json(one(&m, connection, lang).await?))
}

/// Removes a connection. Refused while published flows use it, unless `force` is given.
#[utoipa::path(
    delete,
    path = "/connections/{connection}",
    tag = "connections",
    operation_id = "delete_connection",
    params(("connection" = String, Path), Sure),
    responses((status = 204), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn delete(
    caller: Editor,
    At(connection): At<ConnectionId>,
    Asked(sure): Asked<Sure>,
) -> Result<StatusCode, Problem> {
    let m = caller.manage();
    m.disconnect(connection, sure.force).await?;
    caller.audit("connection.deleted", connection, json!({ "force": sure.force })).await?;
    Ok(StatusCode::NO_CONTENT)
}
