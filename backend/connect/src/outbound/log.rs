//! Requests and responses as the log shows them.

use domain::journal::{Exchange, LoggedRequest, LoggedResponse};
use domain::limits::ATTEMPT_BODY_BYTES;
use domain::{Span, secret};
use http::HeaderMap;

use super::decode::Answer;
use super::scrub::Scrub;

/// Response headers that are credentials themselves.
const HIDDEN: [&str; 3] = ["set-cookie", "authorization", "proxy-authorization"];

/// The beginning of a body, and the size of the whole one if it was cut.
pub fn cut(body: &str) -> (String, Option<u64>) {
    if body.len() <= ATTEMPT_BODY_BYTES {
        return (body.to_owned(), None);
    }
    let end = (0..=ATTEMPT_BODY_BYTES).rev().find(|i| body.is_char_boundary(*i)).unwrap_or(0);
    (body[..end].to_owned(), Some(body.len() as u64))
}

/// An answer for the log.
pub fn response(answer: &Answer, scrub: &Scrub) -> LoggedResponse {
    let (body, cut_from) = match &answer.text {
        Some(text) => cut(text),
        None if answer.size == 0 => (String::new(), None),
        None => (format!("({} bytes of {})", answer.size, answer.media), None),
    };
    LoggedResponse {
        status: answer.status,
        headers: headers(&answer.headers, scrub),
        body,
        cut_from,
    }
}

fn headers(headers: &HeaderMap, scrub: &Scrub) -> Vec<(String, String)> {
    let line = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        let shown = if HIDDEN.contains(&name.as_str()) {
            secret::MASK.to_owned()
        } else {
            scrub.clean(String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        (name.as_str().to_owned(), shown)
    };
    headers.iter().map(line).collect()
}

/// One call for the log.
pub fn exchange(request: LoggedRequest, response: Option<LoggedResponse>, took: Span) -> Exchange {
    Exchange { request, response, took_us: took.micros() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_bodies_are_cut_between_characters() {
        let body = "я".repeat(ATTEMPT_BODY_BYTES);
        let (cut, from) = cut(&body);
        assert!(cut.len() <= ATTEMPT_BODY_BYTES && cut.chars().all(|c| c == 'я'));
        assert_eq!(from, Some(body.len() as u64));
    }
}
