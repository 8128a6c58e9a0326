//! Connections, and the flows that use one.

use axum::Json;
use domain::ids::ConnectionId;
use serde::Serialize;
use utoipa::ToSchema;

use super::{ConnectionBody, one};
use crate::v1::input::At;
use crate::v1::problem::{Body, Problem};
use crate::v1::{Language, Page, Viewer};

/// A flow that names a connection.
#[derive(Serialize, ToSchema)]
pub struct ConnectionUser {
    pub id: String,
    pub name: String,
    /// `draft`, `on` or `paused`.
    pub state: &'static str,
    /// Steps that name it; `trigger` for the trigger.
    pub steps: Vec<String>,
    /// The published version names it, not only the draft.
    pub published: bool,
}

/// Lists the connections by name.
#[utoipa::path(
    get,
    path = "/connections",
    tag = "connections",
    operation_id = "list_connections",
    responses((status = 200, body = Page<ConnectionBody>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn list(
    caller: Viewer,
    Language(lang): Language,
) -> Result<Json<Page<ConnectionBody>>, Problem> {
    let m = caller.manage();
    let all = m.list_connections().await?;
    let items = all.into_iter().map(|l| ConnectionBody::of(&m, l, lang)).collect();
    Ok(Json(Page { items, next: None }))
}

/// One connection.
#[utoipa::path(
    get,
    path = "/connections/{connection}",
    tag = "connections",
    operation_id = "show_connection",
    params(("connection" = String, Path)),
    responses((status = 200, body = ConnectionBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn show(
    caller: Viewer,
    Language(lang): Language,
    At(connection): At<ConnectionId>,
) -> Result<Json<ConnectionBody>, Problem> {
    Ok(Json(one(&caller.manage(), connection, lang).await?))
}

/// The flows that use a connection, in their drafts or published.
#[utoipa::path(
    get,
    path = "/connections/{connection}/flows",
    tag = "connections",
    operation_id = "list_connection_flows",
    params(("connection" = String, Path)),
    responses((status = 200, body = Page<ConnectionUser>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn flows(
    caller: Viewer,
    At(connection): At<ConnectionId>,
) -> Result<Json<Page<ConnectionUser>>, Problem> {
    let users = caller.manage().users_of(connection).await?;
    let items = users.into_iter().map(|u| ConnectionUser {
        id: u.flow.to_string(),
        name: u.name,
        state: crate::v1::flows::state(u.state),
        steps: u.steps,
        published: u.published,
    });
    Ok(Json(Page { items: items.collect(), next: None }))
}
