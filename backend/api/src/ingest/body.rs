//! Reads a request body within its size and time, chunked ones too.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{Clock, limits};
use http_body_util::BodyExt;

/// Why a body was not read. Nothing of it was stored.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    #[error("the body did not arrive within {} s", limits::BODY_TIMEOUT.as_secs())]
    TooSlow,
    #[error("the connection broke while the body arrived")]
    Broken,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = match self {
            Error::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Error::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Error::Broken => StatusCode::BAD_REQUEST,
        };
        (status, format!("{self}\n")).into_response()
    }
}

/// The whole body, or why not. A body that says it is too large is refused before it is read.
pub async fn read(
    body: Body,
    headers: &HeaderMap,
    cap: usize,
    clock: &dyn Clock,
) -> Result<Bytes, Error> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.parse::<u64>().ok());
    if announced.is_some_and(|n| n > cap as u64) {
        return Err(Error::TooLarge(cap));
    }
    let late = clock.timer(clock.now().plus(limits::BODY_TIMEOUT));
    tokio::select! {
        // First: what has arrived with the head needs no timer.
        biased;
        r = collect(body, cap) => r,
        () = late => Err(Error::TooSlow),
    }
}

async fn collect(mut body: Body, cap: usize) -> Result<Bytes, Error> {
    let mut first: Option<Bytes> = None;
    let mut rest: Vec<u8> = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Error::Broken)?.into_data() else {
            continue;
        };
        let so_far = first.as_ref().map_or(0, Bytes::len) + rest.len();
        if so_far + data.len() > cap {
            return Err(Error::TooLarge(cap));
        }
        match &first {
            // One frame is the usual case: no copy.
            None => first = Some(data),
            Some(_) => rest.extend_from_slice(&data),
        }
    }
    let first = first.unwrap_or_default();
    if rest.is_empty() {
        return Ok(first);
    }
    Ok([first.as_ref(), rest.as_slice()].concat().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::clock::ManualClock;
    use domain::{Span, Time};
    use futures::stream;

    fn chunks(parts: &'static [&'static str]) -> Body {
        Body::from_stream(stream::iter(parts.iter().map(|p| Ok::<_, std::io::Error>(*p))))
    }

    #[tokio::test]
    async fn chunks_are_put_together_and_counted_while_they_arrive() {
        let clock = ManualClock::at(Time(0));
        let none = HeaderMap::new();
        let whole = read(chunks(&["ab", "cd", "e"]), &none, 5, clock.as_ref()).await;
        assert_eq!(whole.unwrap(), "abcde");
        let over = read(chunks(&["ab", "cd", "e"]), &none, 4, clock.as_ref()).await;
        assert_eq!(over, Err(Error::TooLarge(4)));
    }

    #[tokio::test]
    async fn an_announced_size_over_the_limit_is_refused_before_reading() {
        let clock = ManualClock::at(Time(0));
        let mut h = HeaderMap::new();
        h.insert(header::CONTENT_LENGTH, "6".parse().unwrap());
        let r = read(
            Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>()),
            &h,
            5,
            clock.as_ref(),
        );
        assert_eq!(r.await, Err(Error::TooLarge(5)));
    }

    #[tokio::test]
    async fn a_body_that_never_ends_is_given_up_in_time() {
        let clock = ManualClock::at(Time(0));
        let endless = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        let waiting = {
            let clock = clock.clone();
            tokio::spawn(async move { read(endless, &HeaderMap::new(), 5, clock.as_ref()).await })
        };
        tokio::task::yield_now().await;
        clock.advance(limits::BODY_TIMEOUT.plus(Span::secs(1)));
        assert_eq!(waiting.await.unwrap(), Err(Error::TooSlow));
    }
}
