//! The first start: whoever has the code that the server printed becomes the owner.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::{Lang, Secret};
use engine::manage::people::SignUp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::Sent;
use super::me::Me;
use super::problem::{Body, Problem};
use super::routes::{Routes, routes};
use super::session::Credentials;
use crate::AppState;

pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(state, create))
}

/// Whether the server waits for its first person.
#[derive(Serialize, ToSchema)]
pub struct SetupState {
    pub needed: bool,
}

/// The first person.
#[derive(Deserialize, ToSchema)]
pub struct Setup {
    /// The code of the link that the server printed.
    #[schema(value_type = String, format = Password)]
    pub token: String,
    pub name: String,
    pub email: String,
    #[schema(value_type = String, format = Password)]
    pub password: String,
    #[serde(default)]
    #[schema(value_type = String)]
    pub language: Lang,
    #[serde(default)]
    pub workspace_name: String,
}

/// Says whether the server waits for its first person.
#[utoipa::path(
    get,
    path = "/setup",
    tag = "access",
    operation_id = "show_setup",
    responses((status = 200, body = SetupState), (status = "default", body = Body)),
    extensions(("x-role" = json!("public")))
)]
pub async fn state(State(state): State<AppState>) -> Result<Json<SetupState>, Problem> {
    let needed = !state.engine.shared.db.has_users().await?;
    Ok(Json(SetupState { needed }))
}

/// Adds the first person, the owner of the first workspace, and signs in.
#[utoipa::path(
    post,
    path = "/setup",
    tag = "access",
    operation_id = "set_up",
    request_body = Setup,
    responses((status = 200, body = Me), (status = "default", body = Body)),
    extensions(("x-role" = json!("public")))
)]
pub async fn create(
    State(state): State<AppState>,
    credentials: Credentials,
    Sent(given): Sent<Setup>,
) -> Result<Response, Problem> {
    let who = SignUp {
        email: given.email,
        name: given.name,
        password: Secret::new(given.password),
        language: given.language,
    };
    let token = Secret::new(given.token);
    let user = state.manage.set_up(&token, &who, &given.workspace_name).await?;
    credentials.enter(&state, &user, None).await
}
