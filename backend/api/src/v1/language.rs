//! The language of answers, from `Accept-Language` (RFC 9110 section 12.5.4). Errors are rendered
//! here, on their way out, so that the code that fails need not know the language.

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
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

/// Renders problems in the language of the caller.
pub(super) async fn speak(request: Request, next: Next) -> Response {
    let lang = of(request.headers());
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) => {
            let mut out = problem.render(lang);
            let extra = std::mem::take(response.headers_mut());
            out.headers_mut().extend(extra);
            out
        }
        None => response.into_response(),
    }
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
