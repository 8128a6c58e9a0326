//! How long a service asks to wait.

use domain::limits::RETRY_AFTER_MAX;
use domain::{Span, Time};
use http::HeaderMap;
use http::header::RETRY_AFTER;

/// The pause of a `Retry-After` header (RFC 9110 section 10.2.3): seconds or a date.
pub fn header(headers: &HeaderMap, now: Time) -> Option<Span> {
    headers.get(RETRY_AFTER).and_then(|v| v.to_str().ok()).and_then(|v| text(v, now))
}

/// The pause that a text means: seconds (also fractions), a length such as `5m`, an HTTP date or
/// an RFC 3339 time. Never longer than `limits::RETRY_AFTER_MAX`.
pub fn text(value: &str, now: Time) -> Option<Span> {
    let value = value.trim();
    let pause = seconds(value)
        .or_else(|| value.parse().ok())
        .or_else(|| moment(value).map(|at| at.since(now)))?;
    Some(pause.min(RETRY_AFTER_MAX))
}

fn seconds(value: &str) -> Option<Span> {
    let secs: f64 = value.parse().ok().filter(|s: &f64| s.is_finite() && *s >= 0.0)?;
    #[expect(clippy::cast_possible_truncation, reason = "bounded by a day before the cast")]
    let us = (secs.min(86_400.0 * 366.0) * 1e6).ceil() as i64;
    Some(Span::from_micros(us))
}

/// An HTTP date (IMF-fixdate, RFC 9110 section 5.6.7) or an RFC 3339 time.
fn moment(value: &str) -> Option<Time> {
    let at = jiff::fmt::rfc2822::parse(value)
        .map(|z| z.timestamp())
        .or_else(|_| value.parse::<jiff::Timestamp>())
        .ok()?;
    Some(Time(at.as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(784_111_777_000_000); // Sun, 06 Nov 1994 08:49:37 GMT

    #[test]
    fn seconds_dates_and_lengths_are_understood() {
        for (given, want) in [
            ("120", Some(Span::secs(120))),
            ("0", Some(Span::ZERO)),
            ("0.35", Some(Span::ms(350))),
            ("5m", Some(Span::mins(5))),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(Span::secs(60))),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(Span::ZERO)),
            ("1994-11-06T08:49:47Z", Some(Span::secs(10))),
            ("-5", None),
            ("NaN", None),
            ("inf", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(text(given, NOW), want, "{given}");
        }
    }

    #[test]
    fn a_pause_is_never_longer_than_a_day() {
        assert_eq!(text("9999999999", NOW), Some(RETRY_AFTER_MAX));
        assert_eq!(text("Fri, 31 Dec 2100 00:00:00 GMT", NOW), Some(RETRY_AFTER_MAX));
    }
}
