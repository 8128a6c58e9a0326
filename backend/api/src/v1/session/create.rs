//! Signing in.

use std::net::IpAddr;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use domain::ids::WorkspaceId;
use domain::{Actor, Code, Secret, Text};
use engine::manage::people::plain_email;
use serde::Deserialize;
use serde_json::json;
use store::{NewAudit, User};
use tower_sessions::Session;
use utoipa::ToSchema;

use super::device;
use super::throttle::Place;
use crate::v1::caller;
use crate::v1::input::Sent;
use crate::v1::me::{self, Me};
use crate::v1::problem::{Body, Problem};
use crate::{AppState, remote};

/// Who signs in.
#[derive(Deserialize, ToSchema)]
pub struct SignIn {
    pub email: String,
    #[schema(value_type = String, format = Password)]
    pub password: String,
}

/// Where a request comes from, and what the browser has shown.
pub struct Credentials {
    pub remote: Option<IpAddr>,
    pub headers: HeaderMap,
    pub session: Session,
}

impl FromRequestParts<AppState> for Credentials {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let session = parts.extensions.get::<Session>().cloned();
        Ok(Self {
            remote: caller::remote(parts, state),
            headers: parts.headers.clone(),
            session: session.ok_or_else(|| Problem::new(Code::Internal))?,
        })
    }
}

impl Credentials {
    /// Begins a session of this person and makes the browser known.
    pub async fn enter(
        &self,
        state: &AppState,
        user: &User,
        workspace: Option<WorkspaceId>,
    ) -> Result<Response, Problem> {
        super::begin(&self.session, user.id, self.remote, &self.headers).await?;
        let db = &state.engine.shared.db;
        let mark = device::mark(db, user.id, state.access.address.https);
        let me: Me = me::of(state, user.id, workspace).await?;
        let cookies = AppendHeaders(mark.map(|m| (header::SET_COOKIE, m)));
        Ok((cookies, Json(me)).into_response())
    }
}

/// Signs in: the answer carries the cookie of a new session.
#[utoipa::path(
    post,
    path = "/session",
    tag = "access",
    operation_id = "sign_in",
    request_body = SignIn,
    responses((status = 200, body = Me), (status = "default", body = Body)),
    extensions(("x-role" = json!("public")))
)]
pub async fn create(
    State(state): State<AppState>,
    credentials: Credentials,
    Sent(given): Sent<SignIn>,
) -> Result<Response, Problem> {
    let user = checked(&state, &credentials, &given.email, &Secret::new(given.password)).await?;
    note(&state, &user, credentials.remote).await?;
    credentials.enter(&state, &user, None).await
}

/// The person with this password, as often as it may be tried.
pub async fn checked(
    state: &AppState,
    from: &Credentials,
    email: &str,
    password: &Secret,
) -> Result<User, Problem> {
    let (db, clock) = (&state.engine.shared.db, &state.engine.shared.clock);
    let email = plain_email(email);
    let found = db.user_by_email(&email).await?;
    let https = state.access.address.https;
    let device = found.and_then(|(u, _)| device::known(db, &from.headers, u.id, https));
    let places = if let Some(name) = device {
        vec![Place::Device(name)]
    } else {
        let place = from.remote.map(remote::place).unwrap_or_default();
        vec![Place::Account(email.clone(), place.clone()), Place::Any(place)]
    };
    let throttle = &state.access.throttle;
    if let Err(wait) = throttle.begin(&places, clock.mono()) {
        tracing::warn!(remote.ip = ?from.remote, "passwords are tried too often");
        return Err(Problem::new(Code::TooManyRequests).retry_after(wait).detail(Text::new(
            "Too many wrong passwords. Wait, or use a browser that signed in before.",
            "Слишком много неверных паролей. Подождите или войдите в браузере, где уже входили.",
        )));
    }
    match state.manage.signed_in(&email, password).await? {
        Some(user) => {
            throttle.right(&places);
            Ok(user)
        }
        None => Err(Problem::new(Code::SignInFailed)),
    }
}

/// A line of the log in the person's first workspace.
async fn note(state: &AppState, user: &User, remote: Option<IpAddr>) -> Result<(), Problem> {
    let shared = &state.engine.shared;
    let Some(first) = shared.db.memberships(user.id).await?.into_iter().next() else {
        return Ok(());
    };
    let line = NewAudit {
        workspace: first.workspace,
        at: shared.clock.now(),
        actor: Actor::User(user.id),
        action: "session.started",
        object: user.id.to_string(),
        detail: json!({}),
        remote,
    };
    Ok(shared.db.audit(line).await?)
}
