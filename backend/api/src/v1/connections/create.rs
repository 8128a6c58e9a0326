//! A new connection: tested first, then kept.

use axum::Json;
use axum::http::StatusCode;
use engine::manage::credentials::Form;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{ConnectionBody, one, texts};
use crate::v1::input::Sent;
use crate::v1::problem::{Body, Problem};
use crate::v1::{Editor, Language};

/// What is typed into the form of a connector.
#[derive(Deserialize, ToSchema)]
pub struct NewConnection {
    pub connector: String,
    /// One of the connector's methods; the first by default.
    #[serde(default)]
    pub method: Option<String>,
    /// Its name at the service by default.
    #[serde(default)]
    pub name: Option<String>,
    /// Values of all fields, the secret ones too.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
    /// Keep it even if the service cannot be reached or refuses it.
    #[serde(default)]
    pub untested: bool,
}

/// Tests credentials and keeps them. Faults of the form come back with their fields.
#[utoipa::path(
    post,
    path = "/connections",
    tag = "connections",
    operation_id = "create_connection",
    request_body = NewConnection,
    responses((status = 201, body = ConnectionBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn create(
    caller: Editor,
    Language(lang): Language,
    Sent(new): Sent<NewConnection>,
) -> Result<(StatusCode, Json<ConnectionBody>), Problem> {
    let m = caller.manage();
    let connector = new.connector.clone();
    let fields = texts(new.fields)?;
    let (method, name, untested) = (new.method, new.name, new.untested);
    let form = Form { connector: new.connector, method, name, fields, untested };
    let id = m.connect(form).await?;
    caller.audit("connection.created", id, json!({ "connector": connector })).await?;
    Ok((StatusCode::CREATED, Json(one(&m, id, lang).await?)))
}
