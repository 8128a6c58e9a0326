//! The browsers in which a person is signed in.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::ids::SessionId;
use mapping::moment::rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::v1::Page;
use crate::v1::caller::Person;
use crate::v1::problem::{Body, Problem};

/// A session.
#[derive(Serialize, ToSchema)]
pub struct Item {
    pub id: String,
    /// Whether it is the one of this request.
    pub current: bool,
    /// What the browser calls itself.
    pub agent: Option<String>,
    pub ip: Option<String>,
    pub created_at: String,
    /// The newest use, to the minute.
    pub seen_at: String,
    pub expires_at: String,
}

/// Lists the caller's sessions, newest first.
#[utoipa::path(
    get,
    path = "/me/sessions",
    tag = "access",
    operation_id = "list_sessions",
    responses((status = 200, body = Page<Item>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer")))
)]
pub async fn list(
    State(state): State<AppState>,
    person: Person,
) -> Result<Json<Page<Item>>, Problem> {
    let shared = &state.engine.shared;
    let all = shared.db.sessions(person.user, shared.clock.now()).await?;
    let items = all.into_iter().map(|s| Item {
        id: s.id.to_string(),
        current: s.id == person.session,
        agent: s.agent,
        ip: s.remote,
        created_at: rfc3339(s.created_at),
        seen_at: rfc3339(s.seen_at),
        expires_at: rfc3339(s.expires_at),
    });
    Ok(Json(Page { items: items.collect(), next: None }))
}

/// Ends one of the caller's sessions.
#[utoipa::path(
    delete,
    path = "/me/sessions/{session}",
    tag = "access",
    operation_id = "end_session",
    params(("session" = String, Path)),
    responses((status = 204), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer")))
)]
pub async fn end(
    State(state): State<AppState>,
    person: Person,
    Path(session): Path<SessionId>,
) -> Result<StatusCode, Problem> {
    state.engine.shared.db.end_session_of(person.user, session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends every session of the caller but this one.
#[utoipa::path(
    delete,
    path = "/me/sessions",
    tag = "access",
    operation_id = "end_other_sessions",
    responses((status = 204), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer")))
)]
pub async fn end_others(
    State(state): State<AppState>,
    person: Person,
) -> Result<StatusCode, Problem> {
    state.engine.shared.db.end_sessions(person.user, Some(person.session)).await?;
    Ok(StatusCode::NO_CONTENT)
}
