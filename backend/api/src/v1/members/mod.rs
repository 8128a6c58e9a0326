//! The people of a workspace.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use domain::Role;
use domain::ids::UserId;
use mapping::moment::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::input::Sent;
use super::problem::{Body, Problem};
use super::routes::{Routes, routes};
use super::{Owner, Page, Viewer};

pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(list)).routes(routes!(change, remove))
}

/// Somebody who is in the workspace.
#[derive(Serialize, ToSchema)]
pub struct Member {
    /// The id of the person.
    pub user: String,
    pub name: String,
    pub email: String,
    #[schema(value_type = String)]
    pub role: Role,
    pub joined_at: String,
    /// When the person was last here.
    pub seen_at: Option<String>,
}

/// A role to give.
#[derive(Deserialize, ToSchema)]
pub struct NewRole {
    /// `viewer`, `editor` or `owner`.
    #[schema(value_type = String)]
    pub role: Role,
}

/// Lists the people of the workspace.
#[utoipa::path(
    get,
    path = "/members",
    tag = "access",
    operation_id = "list_members",
    responses((status = 200, body = Page<Member>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer")))
)]
pub async fn list(caller: Viewer) -> Result<Json<Page<Member>>, Problem> {
    let all = caller.manage().db.members(caller.workspace).await?;
    let items = all.into_iter().map(|m| Member {
        user: m.user.to_string(),
        name: m.name,
        email: m.email,
        role: m.role,
        joined_at: rfc3339(m.joined_at),
        seen_at: m.seen_at.map(rfc3339),
    });
    Ok(Json(Page { items: items.collect(), next: None }))
}

/// Changes the role of somebody. The last owner stays one.
#[utoipa::path(
    patch,
    path = "/members/{user}",
    tag = "access",
    operation_id = "change_member",
    params(("user" = String, Path)),
    request_body = NewRole,
    responses((status = 204), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn change(
    caller: Owner,
    Path(user): Path<UserId>,
    Sent(new): Sent<NewRole>,
) -> Result<StatusCode, Problem> {
    caller.manage().set_role(user, new.role).await?;
    caller.audit("member.changed", user, json!({ "role": new.role })).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes somebody out of the workspace. The last owner stays.
#[utoipa::path(
    delete,
    path = "/members/{user}",
    tag = "access",
    operation_id = "remove_member",
    params(("user" = String, Path)),
    responses((status = 204), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn remove(caller: Owner, Path(user): Path<UserId>) -> Result<StatusCode, Problem> {
    caller.manage().remove_user(user).await?;
    caller.audit("member.removed", user, json!({})).await?;
    Ok(StatusCode::NO_CONTENT)
}
