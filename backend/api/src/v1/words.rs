//! Words, ids and moments of a query or body: whatever cannot be read is a problem at its place.

use std::str::FromStr;

use domain::{Time, limits};
use serde::{Deserialize, Deserializer, de};

use super::problem::Problem;

/// A moment of a query or body, in RFC 3339.
pub fn moment(place: &str, text: Option<&str>) -> Result<Option<Time>, Problem> {
    let Some(text) = text.filter(|t| !t.is_empty()) else { return Ok(None) };
    let found = mapping::moment::parse(&text.into(), "UTC");
    found.map(Some).ok_or_else(|| {
        let (en, ru) = ("this is not a date and time", "это не дата и время");
        Problem::field(place, en, ru)
    })
}

/// A word or an id of a query or body.
pub fn word<T>(
    place: &str,
    text: Option<&str>,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    let Some(text) = text.filter(|t| !t.is_empty()) else { return Ok(None) };
    read(text).map(Some).ok_or_else(|| {
        Problem::field(place, format!("\"{text}\" is not known"), format!("«{text}» не известно"))
    })
}

/// The same for an id.
pub fn id<T: FromStr>(place: &str, text: Option<&str>) -> Result<Option<T>, Problem> {
    word(place, text, |t| t.parse().ok())
}

/// A number of a query within its bounds; another one is refused, not bent.
pub fn within<'de, D, const LEAST: u32, const MOST: u32>(d: D) -> Result<Option<u32>, D::Error>
where
    D: Deserializer<'de>,
{
    let given = Option::<u32>::deserialize(d)?;
    match given {
        Some(n) if !(LEAST..=MOST).contains(&n) => {
            Err(de::Error::custom(format!("expected {LEAST} to {MOST}")))
        }
        ok => Ok(ok),
    }
}

/// How many items of a list are wanted.
pub fn page_size<'de, D: Deserializer<'de>>(d: D) -> Result<Option<u32>, D::Error> {
    within::<D, 1, { limits::PAGE_MAX }>(d)
}
