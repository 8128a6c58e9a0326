//! Signing in and out. The cookie is tower-sessions', the session is a row of ours.

mod create;
mod delete;
mod device;
mod store;
mod throttle;

use std::net::IpAddr;

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use domain::ids::{SessionId, UserId};
use domain::{Code, limits};
use tower_sessions::cookie::SameSite;
use tower_sessions::{Expiry, Session, SessionManagerLayer};

use super::problem::Problem;
use super::routes::{Routes, routes};
use crate::AppState;
use store::{AGENT, REMOTE, SESSION, Sessions, USER};

pub(super) use create::{Credentials, checked};
pub use throttle::Throttle;

pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(create::create, delete::delete))
}

/// The name of the cookie. With `__Host-` a browser takes it from this very host by https only.
pub fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-zveno" } else { "zveno" }
}

/// What gives each request its session.
pub(super) fn layer(state: &AppState) -> SessionManagerLayer<Sessions> {
    let shared = &state.engine.shared;
    let https = state.access.address.https;
    let store = Sessions { db: shared.db.clone(), clock: shared.clock.clone() };
    SessionManagerLayer::new(store)
        .with_name(cookie_name(https))
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(time::Duration::seconds(limits::SESSION.as_secs())))
}

fn failed(e: &tower_sessions::session::Error) -> Problem {
    tracing::warn!(error = %e, "a session could not be read or kept");
    Problem::new(Code::StorageUnavailable)
}

/// Who is signed in.
pub(super) async fn signed(parts: &Parts) -> Result<Option<(UserId, SessionId)>, Problem> {
    // Without the cookie nothing is read.
    let session = parts.extensions.get::<Session>().filter(|s| s.id().is_some());
    let Some(session) = session else { return Ok(None) };
    let user = session.get::<UserId>(USER).await.map_err(|e| failed(&e))?;
    let id = session.get::<SessionId>(SESSION).await.map_err(|e| failed(&e))?;
    Ok(user.zip(id))
}

/// Begins a session under a new id; what the browser had before ends.
pub(super) async fn begin(
    session: &Session,
    user: UserId,
    remote: Option<IpAddr>,
    headers: &HeaderMap,
) -> Result<(), Problem> {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok());
    let agent = agent.map(|a| a.chars().take(limits::AGENT_CHARS).collect::<String>());
    let done = async {
        session.cycle_id().await?;
        session.insert(USER, user).await?;
        session.insert(REMOTE, remote.map(|r| r.to_string())).await?;
        session.insert(AGENT, agent).await
    };
    done.await.map_err(|e| failed(&e))
}

/// A cookie of this request.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    lines
        .flat_map(|l| l.split(';'))
        .filter_map(|c| c.trim().split_once('='))
        .find_map(|(n, v)| (n == name).then_some(v))
}
