//! The parameters of a call: JSON, or query and form with PHP's `a[b][]` keys.

use serde_json::{Map, Value};

use crate::receivers::http::Received;

/// All parameters as one object; those of the body win over those of the query.
pub(super) fn of(request: &Received) -> Map<String, Value> {
    let mut params = Map::new();
    for (key, value) in request.query_pairs() {
        set(&mut params, &key, value);
    }
    match request.json() {
        Ok(Value::Object(body)) => params.extend(body),
        _ => {
            for (key, value) in request.form() {
                set(&mut params, &key, value);
            }
        }
    }
    params
}

fn set(into: &mut Map<String, Value>, key: &str, value: String) {
    let (name, mut rest) = key.split_once('[').map_or((key, ""), |(name, rest)| (name, rest));
    if name.is_empty() {
        return;
    }
    let mut names = vec![name];
    while let Some((name, after)) = rest.split_once(']') {
        names.push(name);
        rest = after.strip_prefix('[').unwrap_or_default();
    }
    put(into, &names, Value::String(value));
}

fn put(into: &mut Map<String, Value>, names: &[&str], value: Value) {
    let Some((first, rest)) = names.split_first() else {
        return;
    };
    // `[]` is the next free number.
    let name = if first.is_empty() { into.len().to_string() } else { (*first).to_owned() };
    if rest.is_empty() {
        into.insert(name, value);
        return;
    }
    let inner = into.entry(name).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(inner) = inner {
        put(inner, rest, value);
    }
}

/// The elements of a list, which PHP takes as an array or as an object with numbers for keys.
pub(super) fn list(value: Option<&Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(all)) => all.clone(),
        Some(Value::Object(all)) => all.values().cloned().collect(),
        Some(Value::Null) | None => Vec::new(),
        Some(one) => vec![one.clone()],
    }
}

/// A scalar as PHP would print it.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(false) => String::new(),
        Value::Bool(true) => "1".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bracketed_keys_become_objects_and_lists() {
        let mut params = Map::new();
        for (key, value) in [("filter[=ID]", "7"), ("values[]", "a"), ("values[]", "b"), ("x", "1")]
        {
            set(&mut params, key, value.to_owned());
        }
        assert_eq!(
            Value::Object(params.clone()),
            json!({"filter": {"=ID": "7"}, "values": {"0": "a", "1": "b"}, "x": "1"})
        );
        assert_eq!(list(params.get("values")), [json!("a"), json!("b")]);
    }
}
