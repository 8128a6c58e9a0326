//! Headers that tell browsers what the answers of the server may do. They are put where a handler
//! has not said otherwise.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::AppState;

/// The API is data: nothing in it is to be run or framed.
const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

/// The UI runs its own files only. Styles may be inline: the editor of code makes its own.
const UI_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; object-src 'none'; \
    frame-src 'none'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";

const ALWAYS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

fn put(response: &mut Response, name: HeaderName, value: &'static str) {
    response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
}

/// Puts them on a file of the UI. Windows that it opened may speak to it: a service's sign-in does.
pub fn ui(response: &mut Response, https: bool) {
    put(response, header::CONTENT_SECURITY_POLICY, UI_POLICY);
    let opener = HeaderName::from_static("cross-origin-opener-policy");
    put(response, opener, "same-origin-allow-popups");
    common(response, https);
}

/// What every answer to a browser has.
fn common(response: &mut Response, https: bool) {
    for (name, value) in ALWAYS {
        put(response, name, value);
    }
    if https {
        put(response, header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}

/// Puts them on answers of the API, which nobody may keep.
pub async fn on_api(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    put(&mut response, header::CACHE_CONTROL, "no-store");
    put(&mut response, header::CONTENT_SECURITY_POLICY, API_POLICY);
    common(&mut response, state.access.address.https);
    response
}
