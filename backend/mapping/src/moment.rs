//! Moments in time as documents write them.

use domain::Time;
use jiff::Timestamp;
use serde_json::Value;

use crate::functions::kit::{dates, pattern};

/// The moment that a value names: a date and time of any of the formats that the date functions
/// read; one without an offset is of the zone `timezone` (IANA). Nothing if it is none.
pub fn parse(v: &Value, timezone: &str) -> Option<Time> {
    let tz = dates::zone(timezone).ok()?;
    let zoned = dates::value(v, None, &tz).ok()?;
    Some(Time(zoned.timestamp().as_microsecond()))
}

/// The moment as RFC 3339 in UTC, such as `2026-01-31T12:00:00.5Z`.
pub fn rfc3339(at: Time) -> String {
    Timestamp::from_microsecond(at.micros()).map_or_else(|_| String::new(), |t| t.to_string())
}

/// Whether a text has the form of a field's pattern; an unusable pattern fits nothing.
pub fn fits_pattern(of: &str, text: &str) -> bool {
    pattern::get(of).is_ok_and(|re| re.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_moment_without_an_offset_is_of_the_flows_zone() {
        let at = parse(&json!("2026-01-31 12:00"), "Europe/Moscow").unwrap();
        assert_eq!(rfc3339(at), "2026-01-31T09:00:00Z");
        assert_eq!(parse(&json!("2026-01-31T12:00:00+03:00"), "UTC"), Some(at));
        assert_eq!(parse(&json!("soon"), "UTC"), None);
        assert_eq!(parse(&json!("2026-01-31"), "Nowhere/Town"), None);
    }
}
