//! The language of answers, from `Accept-Language` (RFC 9110 section 12.5.4). Errors are rendered
//! here, on their way out, so that the code that fails need not know the language.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use domain::Lang;

use super::problem::Problem;

/// The language that the caller reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language(pub Lang);

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Language(of(&parts.headers)))
    }
}

/// The first of the accepted languages that the product speaks, by weight; English without one.
fn of(headers: &HeaderMap) -> Lang {
    let Some(text) = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()) else {
        return Lang::En;
    };
    let mut best = (Lang::En, 0.0);
    for range in text.split(',') {
        let (tag, q) = range.split_once(";q=").unwrap_or((range, "1"));
        let tag = tag.trim().to_ascii_lowercase();
        let lang = match tag.split('-').next() {
            Some("ru") => Lang::Ru,
            Some("en") => Lang::En,
            _ => continue,
        };
        let weight: f32 = q.trim().parse().unwrap_or(0.0);
        if weight > best.1 {
            best = (lang, weight);
        }
    }
    best.0
}

/// Renders problems in the language of the caller. What the frame itself refused (a body that is no
/// JSON, another method) becomes a problem too, so that every error has one form.
pub(super) async fn speak(request: Request, next: Next) -> Response {
    let lang = of(request.headers());
    let mut response = next.run(request).await;
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if is_bare(&response) => {
            let (head, body) = response.into_parts();
            let text = to_bytes(body, BARE).await.unwrap_or_default();
            response = Response::from_parts(head, Body::empty());
            Problem::bare(response.status(), &String::from_utf8_lossy(&text))
        }
        None => return response,
    };
    let mut out = problem.render(lang);
    for (name, value) in response.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            out.headers_mut().append(name, value.clone());
        }
    }
    out
}

/// The longest words of the frame that are read, bytes.
const BARE: usize = 4 << 10;

/// An error with plain words or none.
fn is_bare(r: &Response) -> bool {
    let kind = r.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let wordy = kind.is_none_or(|k| k.starts_with(b"text/plain"));
    (r.status().is_client_error() || r.status().is_server_error()) && wordy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weightiest_language_that_is_spoken_here_is_used() {
        let cases = [
            ("ru", Lang::Ru),
            ("ru-RU,ru;q=0.9,en;q=0.8", Lang::Ru),
            ("de,en;q=0.5,ru;q=0.7", Lang::Ru),
            ("en-GB,ru;q=0.9", Lang::En),
            ("fr", Lang::En),
            ("ru;q=0", Lang::En),
            ("", Lang::En),
        ];
        for (text, lang) in cases {
            let mut h = HeaderMap::new();
            h.insert(header::ACCEPT_LANGUAGE, text.parse().unwrap());
            assert_eq!(of(&h), lang, "{text}");
        }
        assert_eq!(of(&HeaderMap::new()), Lang::En);
    }
}
