//! Requests that another site makes a browser send. A browser says where a request comes from in
//! `Sec-Fetch-Site` and `Origin`; what changes something and carries a cookie must come from this
//! server. A program with a key carries no cookie and is let through.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::Code;

use super::problem::Problem;
use crate::AppState;

/// Refuses what another site sends.
pub(super) async fn checked(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_own(request.headers(), &state.access.address.origin) {
        return next.run(request).await;
    }
    Problem::new(Code::OriginRefused).into_response()
}

fn is_own(headers: &HeaderMap, origin: &str) -> bool {
    let text = |name| headers.get(name).map(|v| v.to_str().unwrap_or_default());
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    if let Some(from) = text(header::ORIGIN) {
        let host = from.split_once("://").map(|(_, host)| host);
        return from == origin || (host.is_some() && host == text(header::HOST));
    }
    // No browser of today leaves both out; with a cookie it is not taken on trust.
    !headers.contains_key(header::COOKIE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_requests_of_this_server_may_change_something() {
        let own = |all: &[(&str, &str)]| {
            let mut h = HeaderMap::new();
            for (n, v) in all {
                h.insert(header::HeaderName::try_from(*n).unwrap(), v.parse().unwrap());
            }
            is_own(&h, "https://zveno.example")
        };
        assert!(own(&[("sec-fetch-site", "same-origin")]));
        assert!(own(&[("sec-fetch-site", "none")]));
        assert!(!own(&[("sec-fetch-site", "same-site")]));
        assert!(!own(&[("sec-fetch-site", "cross-site"), ("origin", "https://zveno.example")]));
        assert!(own(&[("origin", "https://zveno.example"), ("host", "10.0.0.1:8080")]));
        assert!(own(&[("origin", "http://10.0.0.1:8080"), ("host", "10.0.0.1:8080")]));
        assert!(!own(&[("origin", "https://evil.example"), ("host", "zveno.example")]));
        assert!(!own(&[("origin", "null"), ("host", "zveno.example")]));
        assert!(own(&[("host", "zveno.example")]));
        assert!(!own(&[("host", "zveno.example"), ("cookie", "zveno=x")]));
    }
}
