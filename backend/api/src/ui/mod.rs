//! The web UI, inside the binary: its files, and its first page for every address that is a page
//! of it. Knows nothing of what the UI does.

mod answer;
mod files;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::{AppState, headers};
use answer::{Asked, Cache, Found};

/// Everything that is no other route.
pub async fn serve(State(state): State<AppState>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
    }
    let text = |name| request.headers().get(name).and_then(|v: &HeaderValue| v.to_str().ok());
    let asked = Asked {
        path: request.uri().path(),
        encodings: text(header::ACCEPT_ENCODING).unwrap_or_default(),
        known: text(header::IF_NONE_MATCH).unwrap_or_default(),
    };
    let address = &state.access.address;
    let mut response = match answer::of(&asked, &address.base, files::get) {
        None => (StatusCode::NOT_FOUND, "there is no such page\n").into_response(),
        Some(found) => response(found),
    };
    headers::ui(&mut response, address.https);
    response
}

fn response(f: Found) -> Response {
    let mut r = match f.body {
        Some(body) => Response::new(Body::from(body)),
        None => StatusCode::NOT_MODIFIED.into_response(),
    };
    let cache = match f.cache {
        Cache::Forever => "public, max-age=31536000, immutable",
        Cache::AskFirst => "no-cache",
    };
    let all = r.headers_mut();
    all.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    all.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let named = [
        (header::ETAG, Some(f.etag)),
        (header::CONTENT_TYPE, Some(f.kind)),
        (header::CONTENT_ENCODING, f.encoding.map(str::to_owned)),
    ];
    for (name, value) in named {
        if let Some(Ok(v)) = value.map(HeaderValue::try_from) {
            all.insert(name, v);
        }
    }
    r
}
