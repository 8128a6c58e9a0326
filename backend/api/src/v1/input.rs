//! What callers send, read so that every fault of it is a problem like any other.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use domain::Code;
use serde::de::DeserializeOwned;

use super::problem::Problem;
use super::unread;
use crate::AppState;

/// Ids of the path. What is no id is an id that nothing has.
pub struct At<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<AppState> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(ids)) => Ok(At(ids)),
            Err(_) => Err(Problem::new(Code::NotFound)),
        }
    }
}

/// Parameters of the address.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(asked)) => Ok(Asked(asked)),
            Err(_) => Err(Problem::bad(
                "a parameter of the address is not understood",
                "параметр адреса не понят",
            )),
        }
    }
}

/// A JSON body; an empty one is an empty object. Its values are never repeated in an error: they
/// may be secrets.
pub struct Sent<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state).await.map_err(|_| {
            Problem::new(Code::LimitExceeded).status(axum::http::StatusCode::PAYLOAD_TOO_LARGE)
        })?;
        let body: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        // A list would be taken as the values of the members in order.
        if body.trim_ascii_start().first() == Some(&b'[') {
            return Err(Problem::bad("the body is an object", "тело запроса — объект"));
        }
        serde_json::from_slice(body).map(Sent).map_err(|e| {
            let said = unread::text(&e);
            Problem::new(Code::BadRequest).detail(said)
        })
    }
}

/// The revision that `If-Match` names; nothing without it or with `*`.
pub fn if_match(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(given) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = given.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let inner = text.trim_start_matches("W/").trim_matches('"');
    inner.parse().map(Some).map_err(|_| {
        Problem::bad("If-Match is not a tag of this draft", "If-Match не от этого черновика")
    })
}
