//! Signing out.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::AppendHeaders;
use tower_sessions::Session;

use super::{cookie_name, failed};
use crate::AppState;
use crate::v1::caller::Person;
use crate::v1::problem::{Body, Problem};

/// Ends the session of this browser.
#[utoipa::path(
    delete,
    path = "/session",
    tag = "access",
    operation_id = "sign_out",
    responses((status = 204), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer")))
)]
pub async fn delete(
    State(state): State<AppState>,
    _person: Person,
    session: Session,
) -> Result<(StatusCode, AppendHeaders<[(HeaderName, HeaderValue); 1]>), Problem> {
    session.flush().await.map_err(|e| failed(&e))?;
    // A browser takes a cookie with this prefix away only by one with the same flags.
    let https = state.access.address.https;
    let (name, secure) = (cookie_name(https), if https { "; Secure" } else { "" });
    let text = format!("{name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax{secure}");
    let gone = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    Ok((StatusCode::NO_CONTENT, AppendHeaders([(header::SET_COOKIE, gone)])))
}
