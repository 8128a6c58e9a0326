//! The operator's application at a service: what the service knows this server by. Its values never
//! come back.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::StatusCode;
use domain::Secret;
use engine::manage::oauth::AppView;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::texts;
use crate::v1::input::{At, Sent};
use crate::v1::problem::{Body, Problem};
use crate::v1::{Owner, Viewer};

/// What is known of the application.
#[derive(Serialize, ToSchema)]
pub struct Application {
    pub connector: String,
    /// Names of what has to be set; none where the service needs no application.
    pub fields: Vec<String>,
    /// Which of them are set, here or in the environment of the server.
    pub set: Vec<String>,
    /// What to enter at the service as the address to come back to.
    pub redirect_uri: String,
}

/// Values of the application; they replace all that were stored.
#[derive(Deserialize, ToSchema)]
pub struct ApplicationValues {
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
}

impl From<AppView> for Application {
    fn from(v: AppView) -> Self {
        let AppView { connector, fields, set, redirect_uri } = v;
        Self { connector, fields, set, redirect_uri }
    }
}

/// Shows what is set of the server's application at a service.
#[utoipa::path(
    get,
    path = "/connectors/{connector}/app",
    tag = "connections",
    operation_id = "show_oauth_app",
    params(("connector" = String, Path)),
    responses((status = 200, body = Application), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn show(caller: Viewer, At(name): At<String>) -> Result<Json<Application>, Problem> {
    Ok(Json(caller.manage().oauth_app(&name).await?.into()))
}

/// Sets the server's application at a service.
#[utoipa::path(
    put,
    path = "/connectors/{connector}/app",
    tag = "connections",
    operation_id = "set_oauth_app",
    params(("connector" = String, Path)),
    request_body = ApplicationValues,
    responses((status = 200, body = Application), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner"))),
    security(("api_key" = []))
)]
pub async fn set(
    caller: Owner,
    At(name): At<String>,
    Sent(values): Sent<ApplicationValues>,
) -> Result<Json<Application>, Problem> {
    let app: BTreeMap<String, Secret> = texts(values.fields)?
        .into_iter()
        .map(|(k, v)| (k, v.trim().to_owned()))
        .filter(|(_, v)| !v.is_empty())
        .map(|(k, v)| (k, Secret::new(v)))
        .collect();
    let view = caller.manage().set_oauth_app(&name, app).await?;
    caller.audit("oauth_app.changed", &name, json!({ "set": view.set })).await?;
    Ok(Json(view.into()))
}

/// Forgets the server's application at a service. Connections keep their tokens, and cannot renew
/// them.
#[utoipa::path(
    delete,
    path = "/connectors/{connector}/app",
    tag = "connections",
    operation_id = "remove_oauth_app",
    params(("connector" = String, Path)),
    responses((status = 204), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner"))),
    security(("api_key" = []))
)]
pub async fn remove(caller: Owner, At(name): At<String>) -> Result<StatusCode, Problem> {
    caller.manage().set_oauth_app(&name, BTreeMap::new()).await?;
    caller.audit("oauth_app.removed", &name, json!({})).await?;
    Ok(StatusCode::NO_CONTENT)
}
