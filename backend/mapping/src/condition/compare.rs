//! The comparisons of conditions.

use std::borrow::Cow;
use std::cmp::Ordering;

use domain::Code;
use regex::Regex;
use serde_json::Value;

use crate::error::MapError;
use crate::functions::kit::{dates, pattern as patterns};
use crate::functions::{self, Env, read};
use crate::template::failed;

pub use functions::compare::{equal, order};
pub use read::empty;

/// The text of a scalar, trimmed and in lower case unless `exact`.
fn folded(v: &Value, exact: bool) -> Option<Cow<'_, str>> {
    let text = read::scalar(v)?;
    Some(if exact { text } else { Cow::Owned(text.trim().to_lowercase()) })
}

fn texts(a: &Value, b: &Value, exact: bool, test: fn(&str, &str) -> bool) -> bool {
    match (folded(a, exact), folded(b, exact)) {
        // Nothing is not a part of everything: an empty right side is a mistake, not a match.
        (Some(a), Some(b)) => !b.is_empty() && test(&a, &b),
        _ => false,
    }
}

/// A list that has an item, an object that has a key, or a text that has a part.
pub fn contains(a: &Value, b: &Value, exact: bool) -> bool {
    match a {
        Value::Array(items) => items.iter().any(|i| equal(i, b, exact)),
        Value::Object(m) => read::scalar(b).is_some_and(|key| m.contains_key(&*key)),
        _ => texts(a, b, exact, |a, b| a.contains(b)),
    }
}

pub fn starts(a: &Value, b: &Value, exact: bool) -> bool {
    texts(a, b, exact, |a, b| a.starts_with(b))
}

pub fn ends(a: &Value, b: &Value, exact: bool) -> bool {
    texts(a, b, exact, |a, b| a.ends_with(b))
}

/// A pattern, without case unless `exact`.
pub fn pattern(v: &Value, exact: bool) -> Result<Regex, MapError> {
    let Value::String(p) = v else {
        return Err(MapError::expected("a pattern", "шаблон", v));
    };
    let p: Cow<'_, str> = if exact { p.into() } else { format!("(?i){p}").into() };
    patterns::get(&p).map_err(failed)
}

/// Whether the pattern is found in the text.
pub fn matches(
    a: &Value,
    b: &Value,
    compiled: Option<&Regex>,
    exact: bool,
) -> Result<bool, MapError> {
    let Some(text) = read::scalar(a) else {
        return Ok(false);
    };
    match compiled {
        Some(p) => Ok(p.is_match(&text)),
        None => Ok(pattern(b, exact)?.is_match(&text)),
    }
}

/// Whether a value lies between the two of a list `[from, to]`, both included: as numbers, as dates
/// where all three are dates, otherwise as texts.
pub fn between(a: &Value, b: &Value, env: &Env<'_>) -> Result<bool, MapError> {
    let Some([from, to]) = b.as_array().map(Vec::as_slice) else {
        return Err(MapError::expected("a list of two values", "список из двух значений", b));
    };
    if functions::compare::number(a).is_none()
        && let (Ok(at), Ok(from), Ok(to)) =
            (dates::of(a, env), dates::of(from, env), dates::of(to, env))
    {
        return Ok(from <= at && at <= to);
    }
    let above = order(a, from).is_some_and(Ordering::is_ge);
    Ok(above && order(a, to).is_some_and(Ordering::is_le))
}

/// Whether a value is one of a list, or of a text with commas.
pub fn within(a: &Value, b: &Value, exact: bool) -> bool {
    match b {
        Value::Array(items) => items.iter().any(|i| equal(a, i, exact)),
        Value::String(s) => s.split(',').any(|part| equal(a, &Value::from(part.trim()), exact)),
        one => equal(a, one, exact),
    }
}

/// Yes or no; nothing counts as no, because forms leave out what is not ticked.
pub fn yes(v: Option<&Value>, env: &Env<'_>) -> Option<bool> {
    match v.filter(|_| !empty(v)) {
        Some(v) => crate::coerce::boolean(v, env),
        None => Some(false),
    }
}

/// The order of two moments; nothing where one is missing.
pub fn by_date(a: &Value, b: &Value, env: &Env<'_>) -> Result<Option<Ordering>, MapError> {
    if empty(Some(a)) || empty(Some(b)) {
        return Ok(None);
    }
    let moment = |v: &Value| {
        dates::of(v, env).map_err(|e| MapError::new(Code::MappingFailed, e.text.en, e.text.ru))
    };
    Ok(Some(moment(a)?.timestamp().cmp(&moment(b)?.timestamp())))
}
