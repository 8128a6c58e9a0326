//! How long a service asks to wait, in every shape that services write it. Whatever it says, the
//! pause is never negative and never longer than `limits::RETRY_AFTER_MAX`; what is no time at all
//! is no pause.

use domain::limits::RETRY_AFTER_MAX;
use domain::{Span, Time};
use http::HeaderMap;
use http::header::RETRY_AFTER;

use crate::manifest::{RateHeaders, ResetUnit};

/// Headers with a pause in milliseconds: Azure and OpenAI (`retry-after-ms`), Microsoft Graph and
/// Cosmos DB (`x-ms-retry-after-ms`), MoySklad (`X-Lognex-Retry-After`).
const MILLISECONDS: [&str; 3] = ["retry-after-ms", "x-ms-retry-after-ms", "x-lognex-retry-after"];

/// Headers with the end of a window, as a pause or as a time since 1970: Discord, GitHub and many
/// others, draft-ietf-httpapi-ratelimit-headers-07, X (Twitter).
const RESETS: [&str; 4] =
    ["x-ratelimit-reset-after", "x-ratelimit-reset", "ratelimit-reset", "x-rate-limit-reset"];

/// Numbers from here on are seconds since 1970 (they lie after the year 2001), not a pause.
const EPOCH_FROM: f64 = 1e9;
/// Numbers from here on are milliseconds since 1970 (after 1973), not seconds (the year 5138).
const EPOCH_MS_FROM: f64 = 1e11;

/// The pause that an answer asks for in so many words: milliseconds, or a `Retry-After` header
/// (RFC 9110 section 10.2.3) with seconds or a date.
pub fn header(headers: &HeaderMap, now: Time) -> Option<Span> {
    let ms = MILLISECONDS.iter().find_map(|name| span(value(headers, name)?, 1e3));
    ms.or_else(|| headers.get(RETRY_AFTER)?.to_str().ok().and_then(|v| text(v, now)))
}

/// The pause of an answer that says "too many requests": asked for, or until its window ends.
pub fn refused(headers: &HeaderMap, now: Time) -> Option<Span> {
    header(headers, now).or_else(|| RESETS.iter().find_map(|name| text(value(headers, name)?, now)))
}

/// The pause until the window ends, if an answer announces that no call is left in it.
pub fn announced<'h>(
    rule: &RateHeaders,
    header: impl Fn(&str) -> Option<&'h str>,
    now: Time,
) -> Option<Span> {
    let left: f64 = header(&rule.remaining)?.trim().parse().ok()?;
    if left >= 1.0 {
        return None;
    }
    reset(header(&rule.reset)?, rule.unit, now)
}

fn reset(value: &str, unit: ResetUnit, now: Time) -> Option<Span> {
    match unit {
        ResetUnit::Guess => text(value, now),
        ResetUnit::Seconds => span(value, 1e6),
        ResetUnit::Ms => span(value, 1e3),
        ResetUnit::Epoch => Some(until(micros(number(value)?, 1e6), now)),
        ResetUnit::EpochMs => Some(until(micros(number(value)?, 1e3), now)),
        ResetUnit::HttpDate => Some(until(moment(value)?, now)),
    }
}

/// The pause that a text means: seconds (also fractions), a time since 1970 in seconds or
/// milliseconds, a length such as `5m`, an HTTP date or an RFC 3339 time.
pub fn text(value: &str, now: Time) -> Option<Span> {
    let value = value.trim();
    if let Some(n) = number(value) {
        return Some(match n {
            n if n >= EPOCH_MS_FROM => until(micros(n, 1e3), now),
            n if n >= EPOCH_FROM => until(micros(n, 1e6), now),
            n => bounded(Span::from_micros(micros(n, 1e6).0)),
        });
    }
    let span: Option<Span> = value.parse().ok();
    span.map(bounded).or_else(|| moment(value).map(|at| until(at, now)))
}

fn value<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn span(value: &str, unit: f64) -> Option<Span> {
    number(value).map(|n| bounded(Span::from_micros(micros(n, unit).0)))
}

fn until(at: Time, now: Time) -> Span {
    bounded(at.since(now))
}

fn bounded(span: Span) -> Span {
    span.min(RETRY_AFTER_MAX)
}

/// A number that may be a time: not negative, not endless.
fn number(value: &str) -> Option<f64> {
    value.trim().parse().ok().filter(|n: &f64| n.is_finite() && *n >= 0.0)
}

#[expect(clippy::cast_possible_truncation, reason = "the cast holds at the largest number")]
fn micros(n: f64, unit: f64) -> Time {
    Time((n * unit).ceil() as i64)
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

    const NOW: Time = Time(1_772_442_000_000_000); // Mon, 02 Mar 2026 09:00:00 GMT

    #[test]
    fn s15_every_shape_of_a_pause_is_understood() {
        for (given, want) in [
            ("120", Some(Span::secs(120))),
            ("0", Some(Span::ZERO)),
            ("0.35", Some(Span::ms(350))),
            ("1.0", Some(Span::secs(1))),
            (" 7 ", Some(Span::secs(7))),
            ("5m", Some(Span::mins(5))),
            ("250ms", Some(Span::ms(250))),
            ("Mon, 02 Mar 2026 09:01:00 GMT", Some(Span::secs(60))),
            ("Mon, 02 Mar 2026 08:59:00 GMT", Some(Span::ZERO)),
            ("2026-03-02T09:00:10Z", Some(Span::secs(10))),
            ("1772442600", Some(Span::mins(10))),
            ("1772442600.5", Some(Span::ms(600_500))),
            ("1772442600000", Some(Span::mins(10))),
            ("1600000000", Some(Span::ZERO)),
        ] {
            assert_eq!(text(given, NOW), want, "{given}");
        }
    }

    #[test]
    fn s15_absurd_pauses_are_bounded_or_none() {
        for endless in [
            "86401",
            "99999999",
            "9999999999",
            "99999999999999999999",
            "1e300",
            "4000d",
            "Fri, 31 Dec 2100 00:00:00 GMT",
            "9998-12-31T00:00:00Z",
        ] {
            assert_eq!(text(endless, NOW), Some(RETRY_AFTER_MAX), "{endless}");
        }
        for none in ["-5", "-1772442600", "NaN", "inf", "-inf", "soon", "", "5 minutes", "1,5"] {
            assert_eq!(text(none, NOW), None, "{none}");
        }
    }

    fn headers(all: &[(&str, &str)]) -> HeaderMap {
        let one = |(n, v): &(&str, &str)| {
            (n.parse::<http::HeaderName>().unwrap(), v.parse::<http::HeaderValue>().unwrap())
        };
        all.iter().map(one).collect()
    }

    #[test]
    fn s15_headers_of_every_family_give_the_pause() {
        type Given = [(&'static str, &'static str)];
        let all: [(&Given, Option<Span>); 10] = [
            (&[("retry-after", "30")], Some(Span::secs(30))),
            (&[("retry-after", "Mon, 02 Mar 2026 09:00:30 GMT")], Some(Span::secs(30))),
            (&[("x-lognex-retry-after", "1500")], Some(Span::ms(1_500))),
            (&[("retry-after", "2"), ("retry-after-ms", "1234")], Some(Span::ms(1_234))),
            (&[("x-ratelimit-reset", "1772442060")], Some(Span::secs(60))),
            (&[("x-ratelimit-reset", "60")], Some(Span::secs(60))),
            (
                &[("x-ratelimit-reset", "1772442060.25"), ("x-ratelimit-reset-after", "0.25")],
                Some(Span::ms(250)),
            ),
            (&[("ratelimit-reset", "9")], Some(Span::secs(9))),
            (&[("retry-after", "later"), ("x-rate-limit-reset", "9")], Some(Span::secs(9))),
            (&[("x-ratelimit-remaining", "0")], None),
        ];
        for (given, want) in all {
            assert_eq!(refused(&headers(given), NOW), want, "{given:?}");
        }
        // GitHub sends the end of its window with every answer: only a refusal means it.
        assert_eq!(header(&headers(&[("x-ratelimit-reset", "1772442060")]), NOW), None);
    }

    #[test]
    fn s15_an_announced_end_of_the_allowance_lasts_until_its_reset() {
        let rule = |unit| RateHeaders { remaining: "left".into(), reset: "reset".into(), unit };
        let said = |left: &'static str, reset: &'static str, unit| {
            let header = |name: &str| match name {
                "left" => Some(left),
                "reset" => Some(reset),
                _ => None,
            };
            announced(&rule(unit), header, NOW)
        };
        let ten = Some(Span::secs(10));
        assert_eq!(said("0", "10", ResetUnit::Guess), ten);
        assert_eq!(said("0", "10", ResetUnit::Seconds), ten);
        assert_eq!(said("0", "10000", ResetUnit::Ms), ten);
        assert_eq!(said("0", "1772442010", ResetUnit::Guess), ten);
        assert_eq!(said("0", "1772442010", ResetUnit::Epoch), ten);
        assert_eq!(said("0", "1772442010000", ResetUnit::EpochMs), ten);
        assert_eq!(said("0", "Mon, 02 Mar 2026 09:00:10 GMT", ResetUnit::HttpDate), ten);
        assert_eq!(said("-1", "10", ResetUnit::Guess), ten);
        assert_eq!(said("1", "10", ResetUnit::Guess), None);
        assert_eq!(said("many", "10", ResetUnit::Guess), None);
        assert_eq!(said("0", "never", ResetUnit::Guess), None);
        assert_eq!(said("0", "1772442010", ResetUnit::Seconds), Some(RETRY_AFTER_MAX));
    }
}
