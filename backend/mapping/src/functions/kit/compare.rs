//! Equality and order of values, the same in conditions, logic helpers, sorting and filters.

use std::cmp::Ordering;

use serde_json::Value;

use super::decimal::Decimal;
use super::read;

/// The number that `v` is or looks like: the whole text, with a point or a comma.
pub fn number(v: &Value) -> Option<Decimal> {
    match v {
        Value::Number(n) => Decimal::plain(&n.to_string()),
        Value::String(s) if s.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => {
            Decimal::plain(s)
        }
        _ => None,
    }
}

/// Whether two values are the same. Missing is null. Numbers compare as numbers where both look
/// like numbers; texts trimmed and without case unless `exact`.
pub fn equal(a: &Value, b: &Value, exact: bool) -> bool {
    if exact && a.is_string() && b.is_string() {
        return a == b;
    }
    if let (Some(x), Some(y)) = (number(a), number(b)) {
        return x.total_order(y) == Ordering::Equal;
    }
    match (a, b) {
        (Value::Array(_) | Value::Object(_) | Value::Null, _)
        | (_, Value::Array(_) | Value::Object(_) | Value::Null) => a == b,
        _ => match (read::scalar(a), read::scalar(b)) {
            (Some(x), Some(y)) if exact => x == y,
            (Some(x), Some(y)) => folded(&x).eq(folded(&y)),
            _ => false,
        },
    }
}

/// The order of two values: as numbers where both look like numbers, otherwise as texts without
/// case. Nothing for null, lists and maps, which have no order.
pub fn order(a: &Value, b: &Value) -> Option<Ordering> {
    if let (Some(x), Some(y)) = (number(a), number(b)) {
        return Some(x.total_order(y));
    }
    if a.is_null() || b.is_null() {
        return None;
    }
    Some(folded(&read::scalar(a)?).cmp(folded(&read::scalar(b)?)))
}

/// The characters of a trimmed text in lower case.
fn folded(s: &str) -> impl Iterator<Item = char> {
    s.trim().chars().flat_map(char::to_lowercase)
}

/// Whether a text and a text value are the same, trimmed and without case.
pub fn same_text(a: &str, b: &Value) -> bool {
    b.as_str().is_some_and(|b| folded(a).eq(folded(b)))
}
