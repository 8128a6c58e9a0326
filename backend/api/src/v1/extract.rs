//! What handlers take from a request; whatever cannot be read is a problem, like every other error.

use std::fmt::Display;
use std::str::FromStr;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use domain::{Code, Text, Time};
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// The only id in the path. One that cannot be an id is one that nothing has.
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let text = Path::<String>::from_request_parts(parts, state).await;
        let id = text.ok().and_then(|Path(text)| text.parse().ok());
        id.map(Self).ok_or_else(|| Problem::new(Code::NotFound))
    }
}

/// The conditions of a list, from the query.
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = Query::<T>::from_request_parts(parts, state).await;
        found.map(|Query(v)| Self(v)).map_err(|e| not_understood("query", "запрос", &e))
    }
}

/// The JSON body.
pub struct Given<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Given<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(v)) => Ok(Self(v)),
            Err(JsonRejection::BytesRejection(e)) => {
                let too_large = e.status() == StatusCode::PAYLOAD_TOO_LARGE;
                let code = if too_large { Code::LimitExceeded } else { Code::BadRequest };
                Err(Problem::new(code).detail(Text::new(e.to_string(), e.to_string())))
            }
            Err(e) => Err(not_understood("body", "тело", &e)),
        }
    }
}

fn not_understood(en: &str, ru: &str, why: &impl Display) -> Problem {
    Problem::bad(format!("the {en} is not understood: {why}"), format!("{ru} не читается: {why}"))
}

/// A moment of a query or body, in RFC 3339.
pub fn moment(place: &str, text: Option<&str>) -> Result<Option<Time>, Problem> {
    let Some(text) = text.filter(|t| !t.is_empty()) else { return Ok(None) };
    let found = mapping::moment::parse(&text.into(), "UTC");
    found.map(Some).ok_or_else(|| {
        let (en, ru) = ("this is not a date and time", "это не дата и время");
        Problem::field(place, en, ru)
    })
}

/// A word or an id of a query or body.
pub fn word<T>(
    place: &str,
    text: Option<&str>,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    let Some(text) = text.filter(|t| !t.is_empty()) else { return Ok(None) };
    read(text).map(Some).ok_or_else(|| {
        Problem::field(place, format!("\"{text}\" is not known"), format!("«{text}» не известно"))
    })
}

/// The same for an id.
pub fn id<T: FromStr>(place: &str, text: Option<&str>) -> Result<Option<T>, Problem> {
    word(place, text, |t| t.parse().ok())
}
