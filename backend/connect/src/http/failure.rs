//! What a failed request means (semantics S1): nothing had left, nobody knows, or there was an
//! answer that could not be read.

use std::error::Error;

use domain::Text;

use super::guard::Refusal;
use super::prepared::SendError;

/// How far a request had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// No connection had taken it up.
    Waiting,
    /// A connection may have written some of it.
    Taken,
    /// Its status line is here, or that of the request before it which settled it.
    Answered(u16),
}

/// The meaning of an error of the client.
pub fn of(error: &reqwest::Error, progress: Progress) -> SendError {
    if let Progress::Answered(status) = progress {
        return SendError::Broken { status, message: chain(error) };
    }
    if let Some(refusal) = find::<Refusal>(error) {
        return SendError::Blocked { message: refusal.text() };
    }
    let message = chain(error);
    if progress == Progress::Waiting || refused_unprocessed(error) {
        SendError::NotSent { message }
    } else {
        SendError::Unknown { message }
    }
}

/// The meaning of running out of time.
pub fn late(progress: Progress) -> SendError {
    match progress {
        Progress::Waiting => SendError::NotSent { message: unconnected() },
        Progress::Taken => SendError::Unknown {
            message: Text::new(
                "the request was sent, but no answer came in time",
                "запрос отправлен, но ответ вовремя не пришёл",
            ),
        },
        Progress::Answered(status) => SendError::Broken {
            status,
            message: Text::new(
                "the answer began, but did not end in time",
                "ответ начался, но вовремя не закончился",
            ),
        },
    }
}

/// Nobody took the call up in time.
pub fn unconnected() -> Text {
    Text::new("there was no connection in time", "соединение вовремя не установлено")
}

/// The words of the system or of a library, which are in English.
pub fn technical(words: String) -> Text {
    let ru = format!("техническая причина: {words}");
    Text::new(words, ru)
}

/// HTTP/2 says of some requests that they were not processed at all (RFC 9113 section 8.7).
fn refused_unprocessed(error: &reqwest::Error) -> bool {
    find::<h2::Error>(error).is_some_and(|e| {
        e.is_remote()
            && ((e.is_go_away() && e.reason() == Some(h2::Reason::NO_ERROR))
                || (e.is_reset() && e.reason() == Some(h2::Reason::REFUSED_STREAM)))
    })
}

fn find<T: Error + 'static>(error: &reqwest::Error) -> Option<&T> {
    causes(error).find_map(|e| e.downcast_ref())
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let mut next = error.source();
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}

/// The causes, outermost first, each once and without the address, which may hold secrets.
fn chain(error: &reqwest::Error) -> Text {
    let mut parts: Vec<String> = Vec::new();
    for cause in causes(error) {
        let text = cause.to_string();
        if let Some(last) = parts.last_mut()
            && last.ends_with(&text)
        {
            continue;
        }
        parts.push(text);
    }
    if parts.is_empty() {
        return Text::new("the request failed", "запрос не удался");
    }
    technical(parts.join(": "))
}
