//! Lengths of time as people write them: `500ms`, `30s`, `5m`, `2h`, `7d`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time in microseconds, never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(i64);

/// The text is not a length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a length of time such as 500ms, 30s, 5m, 2h or 7d, got \"{0}\"")]
pub struct SpanError(pub String);

const UNITS: [(&str, i64); 6] = [
    ("ms", 1_000),
    ("us", 1),
    ("s", 1_000_000),
    ("m", 60_000_000),
    ("h", 3_600_000_000),
    ("d", 86_400_000_000),
];

impl Span {
    pub const ZERO: Span = Span(0);

    pub const fn from_micros(v: i64) -> Self {
        Span(v)
    }
    pub const fn ms(v: i64) -> Self {
        Span(v * 1_000)
    }
    pub const fn secs(v: i64) -> Self {
        Span(v * 1_000_000)
    }
    pub const fn mins(v: i64) -> Self {
        Span::secs(v * 60)
    }
    pub const fn hours(v: i64) -> Self {
        Span::secs(v * 3_600)
    }
    pub const fn days(v: i64) -> Self {
        Span::hours(v * 24)
    }
    pub const fn micros(self) -> i64 {
        self.0
    }
    pub const fn as_secs(self) -> i64 {
        self.0 / 1_000_000
    }
    /// Both one after the other.
    #[must_use]
    pub const fn plus(self, other: Span) -> Self {
        Span(self.0.saturating_add(other.0))
    }
    /// The same length for the standard library.
    pub const fn std(self) -> Duration {
        Duration::from_micros(self.0.unsigned_abs())
    }
}

impl FromStr for Span {
    type Err = SpanError;
    fn from_str(s: &str) -> Result<Self, SpanError> {
        let bad = || SpanError(s.chars().take(40).collect());
        let t = s.trim();
        for (unit, micros) in UNITS {
            if let Some(n) = t.strip_suffix(unit)
                && !n.is_empty()
                && n.bytes().all(|b| b.is_ascii_digit())
            {
                return n
                    .parse::<i64>()
                    .ok()
                    .and_then(|n| n.checked_mul(micros))
                    .map(Span)
                    .ok_or_else(bad);
            }
        }
        Err(bad())
    }
}

impl fmt::Display for Span {
    /// The largest unit that leaves a whole number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, micros) in [UNITS[5], UNITS[4], UNITS[3], UNITS[2], UNITS[0]] {
            if self.0 != 0 && self.0 % micros == 0 {
                return write!(f, "{}{unit}", self.0 / micros);
            }
        }
        if self.0 == 0 { f.write_str("0s") } else { write!(f, "{}us", self.0) }
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let s = String::deserialize(d)?;
        s.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Span {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A length of time such as 500ms, 30s, 5m, 2h or 7d.",
            "pattern": "^[0-9]+(ms|us|s|m|h|d)$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_written_back() {
        for (text, micros) in
            [("500ms", 500_000), ("30s", 30_000_000), ("5m", 300_000_000), ("7d", 604_800_000_000)]
        {
            let s: Span = text.parse().unwrap();
            assert_eq!(s.micros(), micros);
            assert_eq!(s.to_string(), text);
        }
        for bad in ["", "5", "m", "-1s", "1.5h", "99999999999999999d", "5 minutes"] {
            assert!(bad.parse::<Span>().is_err(), "{bad} must be refused");
        }
    }
}
