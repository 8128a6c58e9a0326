//! Readers of values: what counts as text, blank, empty and true.

use std::borrow::Cow;

use serde_json::Value;

use super::error::{Fault, FnError};

/// The product's word for the type of a value, in both languages.
pub fn type_name(v: &Value) -> (&'static str, &'static str) {
    match v {
        Value::Null => ("null", "пустое значение"),
        Value::Bool(_) => ("yes/no", "да/нет"),
        Value::Number(_) => ("number", "число"),
        Value::String(_) => ("text", "текст"),
        Value::Array(_) => ("list", "список"),
        Value::Object(_) => ("map", "набор полей"),
    }
}

/// The input is not of the type `en`.
pub fn wrong_type(en: &str, ru: &str, got: &Value) -> FnError {
    let (got_en, got_ru) = type_name(got);
    let (tip_en, tip_ru) = match (en, got) {
        ("text", Value::Array(_)) => (
            "; take one with first, or all with join",
            "; возьмите один через first или все через join",
        ),
        _ => ("", ""),
    };
    FnError::new(
        Fault::InputType,
        format!("expected {en}, got {got_en}{tip_en}"),
        format!("нужно: {ru}, а пришло: {got_ru}{tip_ru}"),
    )
}

/// The text of a text, number or yes/no. A list or map is an error.
pub fn text(v: &Value) -> Result<Cow<'_, str>, FnError> {
    scalar(v).ok_or_else(|| wrong_type("text", "текст", v))
}

/// The text of a text, number or yes/no; empty for null; nothing for a list or map.
pub fn scalar(v: &Value) -> Option<Cow<'_, str>> {
    match v {
        Value::String(s) => Some(Cow::Borrowed(s)),
        Value::Number(n) => Some(Cow::Owned(n.to_string())),
        Value::Bool(b) => Some(Cow::Borrowed(if *b { "true" } else { "false" })),
        Value::Null => Some(Cow::Borrowed("")),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// The text of any value; lists and maps as JSON.
pub fn shown(v: &Value) -> Cow<'_, str> {
    scalar(v).unwrap_or_else(|| Cow::Owned(v.to_string()))
}

/// Text of nothing but spaces.
pub fn blank(v: &Value) -> bool {
    v.as_str().is_some_and(|s| s.trim().is_empty())
}

/// Missing, null or "": what a default stands in for.
pub fn absent(v: Option<&Value>) -> bool {
    match v {
        None | Some(Value::Null) => true,
        Some(Value::String(s)) => s.is_empty(),
        Some(_) => false,
    }
}

/// Absent, blank text, or a list or map with nothing in it.
pub fn empty(v: Option<&Value>) -> bool {
    match v {
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::Object(fields)) => fields.is_empty(),
        Some(one) => absent(v) || blank(one),
        None => true,
    }
}

/// What templates take as true: everything but false, 0, absent and empty.
pub fn truthy(v: Option<&Value>) -> bool {
    match v {
        Some(Value::Bool(b)) => *b,
        Some(Value::Number(n)) => n.as_f64() != Some(0.0),
        Some(Value::String(s)) => !s.is_empty(),
        other => !empty(other),
    }
}

/// The value at a dotted path of keys and indexes below `v`: `payment.products.0.name`.
pub fn at<'a>(v: &'a Value, path: &str) -> Option<&'a Value> {
    if let Some(whole) = v.as_object().and_then(|m| m.get(path)) {
        return Some(whole);
    }
    path.split('.').try_fold(v, |v, key| match v {
        Value::Object(m) => m.get(key),
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        _ => None,
    })
}
