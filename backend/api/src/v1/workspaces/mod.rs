//! Workspaces: each has its own flows, connections, runs and people.

use axum::Json;
use axum::extract::{Path, State};
use domain::ids::WorkspaceId;
use domain::{Code, Role};
use engine::manage::people::checked_name;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::caller::Person;
use super::input::Sent;
use super::me::Place;
use super::problem::{Body, Problem};
use super::routes::{Routes, routes};
use super::{Owner, Page};
use crate::AppState;

pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(list, create)).routes(routes!(change))
}

/// A workspace by its name.
#[derive(Deserialize, ToSchema)]
pub struct Named {
    pub name: String,
}

/// Lists the workspaces of the caller.
#[utoipa::path(
    get,
    path = "/workspaces",
    tag = "access",
    operation_id = "list_workspaces",
    responses((status = 200, body = Page<Place>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer")))
)]
pub async fn list(
    State(state): State<AppState>,
    person: Person,
) -> Result<Json<Page<Place>>, Problem> {
    let all = state.engine.shared.db.memberships(person.user).await?;
    Ok(Json(Page { items: all.iter().map(Place::from).collect(), next: None }))
}

/// Makes a workspace; the caller owns it.
#[utoipa::path(
    post,
    path = "/workspaces",
    tag = "access",
    operation_id = "create_workspace",
    request_body = Named,
    responses((status = 200, body = Place), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn create(caller: Owner, Sent(new): Sent<Named>) -> Result<Json<Place>, Problem> {
    let id = caller.manage().add_workspace(&new.name, caller.person()?).await?;
    caller.audit("workspace.created", id, json!({ "name": new.name })).await?;
    let name = new.name.trim().to_owned();
    Ok(Json(Place { id: id.to_string(), name, role: Role::Owner }))
}

/// Gives the caller's workspace another name.
#[utoipa::path(
    patch,
    path = "/workspaces/{workspace}",
    tag = "access",
    operation_id = "change_workspace",
    params(("workspace" = String, Path)),
    request_body = Named,
    responses((status = 200, body = Place), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn change(
    caller: Owner,
    Path(workspace): Path<WorkspaceId>,
    Sent(new): Sent<Named>,
) -> Result<Json<Place>, Problem> {
    if workspace != caller.workspace {
        return Err(Problem::new(Code::NotFound));
    }
    let name = checked_name(&new.name, "name")
        .map_err(|p| Problem::new(Code::FieldInvalid).with(vec![p]))?;
    caller.manage().db.rename_workspace(workspace, name.clone()).await?;
    caller.audit("workspace.renamed", workspace, json!({ "name": name })).await?;
    Ok(Json(Place { id: workspace.to_string(), name, role: caller.role }))
}
