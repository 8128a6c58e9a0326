//! Whether a compiled condition holds for an answer.

use serde_json::Value;

use super::decode::Answer;
use super::form::plain;
use crate::registry::compiled::{Cond, Subject};
use crate::template::Look;

/// Whether `cond` holds. What cannot be evaluated does not hold.
pub fn holds(cond: &Cond, answer: &Answer, look: &Look<'_>) -> bool {
    let status = cond.status.as_ref().is_none_or(|l| l.iter().any(|s| s.holds(answer.status)));
    let text = || answer.text.as_deref().unwrap_or_default();
    let contains = cond.body_contains.as_ref().is_none_or(|t| text().contains(t.as_str()));
    let empty = cond.body_empty.is_none_or(|want| (answer.size == 0) == want);
    status && contains && empty && subject(cond, answer, look) && nested(cond, answer, look)
}

fn nested(cond: &Cond, answer: &Answer, look: &Look<'_>) -> bool {
    let each = |c: &Cond| holds(c, answer, look);
    cond.all.as_ref().is_none_or(|l| l.iter().all(each))
        && cond.any.as_ref().is_none_or(|l| l.iter().any(each))
        && cond.not.as_ref().is_none_or(|c| !each(c))
}

fn subject(cond: &Cond, answer: &Answer, look: &Look<'_>) -> bool {
    let Some(subject) = &cond.subject else { return true };
    let value = match subject {
        Subject::Header(name) => {
            let text = answer.headers.get(name).and_then(|v| v.to_str().ok());
            text.map_or(Value::Null, Value::from)
        }
        Subject::Path(path) => {
            path.get(&answer.body).ok().and_then(|f| f.first().cloned()).unwrap_or(Value::Null)
        }
        Subject::Value(text) => text.value(look).unwrap_or(Value::Null),
    };
    compare(cond, &value, look)
}

fn compare(cond: &Cond, value: &Value, look: &Look<'_>) -> bool {
    let exists = exists(value);
    let plain_test = cond.equals.is_none() && cond.one_of.is_none() && cond.matches.is_none();
    if !cond.exists.map_or(!plain_test || exists, |want| want == exists) {
        return false;
    }
    let equal = |tree: &crate::template::Tree| {
        tree.value(look).is_ok_and(|want| same(value, &want, cond.ignore_case))
    };
    cond.equals.as_ref().is_none_or(equal)
        && cond.one_of.as_ref().is_none_or(|l| l.iter().any(equal))
        && cond.matches.as_ref().is_none_or(|r| !value.is_null() && r.is_match(&plain(value)))
}

fn exists(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(s) => !s.is_empty(),
        _ => true,
    }
}

/// Equal values; a number or boolean equals its text.
fn same(a: &Value, b: &Value, ignore_case: bool) -> bool {
    if a == b {
        return true;
    }
    if a.is_null() || b.is_null() || a.is_array() || b.is_array() || a.is_object() || b.is_object()
    {
        return false;
    }
    let (a, b) = (plain(a), plain(b));
    a == b || (ignore_case && a.to_lowercase() == b.to_lowercase())
}

/// Whether a condition holds for a value that is no answer: what an earlier call gave.
pub fn holds_for(cond: &Cond, value: &Value, look: &Look<'_>) -> bool {
    let mut answer = Answer::bare(200);
    answer.body = value.clone();
    holds(cond, &answer, look)
}
