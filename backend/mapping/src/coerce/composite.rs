//! Lists, objects, maps, files and free JSON.

use domain::Code;
use domain::field::FieldSpec;
use serde_json::{Map, Value};

use super::{coerce, scalar};
use crate::error::MapError;
use crate::functions::{Env, read};

/// Several choices: a list, one choice, or a text of them with commas, semicolons or line breaks.
pub fn multiselect(v: Value, spec: &FieldSpec) -> Result<Value, MapError> {
    let items = match v {
        Value::Array(items) => items,
        Value::String(s) => {
            let parts = s.split([',', ';', '\n']).map(str::trim).filter(|p| !p.is_empty());
            parts.map(Value::from).collect()
        }
        one => vec![one],
    };
    let mut out = Vec::with_capacity(items.len());
    for (i, item) in items.into_iter().enumerate() {
        out.push(scalar::select(item, spec).map_err(|e| e.in_item(i))?);
    }
    Ok(Value::Array(out))
}

/// An object, also as JSON text, with its declared children fitted. Other keys stay as they are.
pub fn object(v: Value, spec: &FieldSpec, env: &Env<'_>) -> Result<Value, MapError> {
    let mut fields = into_object(v)?;
    children(&mut fields, &spec.fields, env)?;
    Ok(Value::Object(fields))
}

/// Fits the children of an object in place: defaults, types, what is required.
pub fn children(
    fields: &mut Map<String, Value>,
    specs: &[FieldSpec],
    env: &Env<'_>,
) -> Result<(), MapError> {
    for spec in specs {
        let given = fields.get_mut(&spec.key).map(Value::take);
        let value = one(given, spec, env).map_err(|e| e.in_field(&spec.key))?;
        match value {
            Some(v) => {
                fields.insert(spec.key.clone(), v);
            }
            None => {
                fields.shift_remove(&spec.key);
            }
        }
    }
    Ok(())
}

/// The value of one field: what was given or its default, fitted; an error for a required field
/// with nothing in it.
pub fn one(
    given: Option<Value>,
    spec: &FieldSpec,
    env: &Env<'_>,
) -> Result<Option<Value>, MapError> {
    let value = match &spec.default {
        Some(default) if read::absent(given.as_ref()) => Some(default.clone()),
        _ => given,
    };
    let value = value.map(|v| coerce(v, spec, env)).transpose()?;
    if spec.required && read::empty(value.as_ref()) {
        return Err(MapError::new(
            Code::FieldMissing,
            "the field is required and has no value",
            "поле обязательно, а значения нет",
        ));
    }
    Ok(value)
}

/// A list; anything else is a list of itself. With declared children each item is an object.
pub fn list(v: Value, spec: &FieldSpec, env: &Env<'_>) -> Result<Value, MapError> {
    let items = match v {
        Value::Array(items) => items,
        Value::String(s) => match parsed(&s) {
            Some(Value::Array(items)) => items,
            Some(object @ Value::Object(_)) => vec![object],
            _ => vec![Value::String(s)],
        },
        one => vec![one],
    };
    if spec.fields.is_empty() {
        return Ok(Value::Array(items));
    }
    let mut out = Vec::with_capacity(items.len());
    for (i, item) in items.into_iter().enumerate() {
        out.push(object(item, spec, env).map_err(|e| e.in_item(i))?);
    }
    Ok(Value::Array(out))
}

/// An object with any keys.
pub fn map(v: Value) -> Result<Value, MapError> {
    into_object(v).map(Value::Object)
}

fn into_object(v: Value) -> Result<Map<String, Value>, MapError> {
    match v {
        Value::Object(m) => Ok(m),
        Value::String(s) => match parsed(&s) {
            Some(Value::Object(m)) => Ok(m),
            _ => Err(MapError::expected("object", "объект", &Value::String(s))),
        },
        other => Err(MapError::expected("object", "объект", &other)),
    }
}

/// A list or object written as JSON text.
fn parsed(s: &str) -> Option<Value> {
    if !s.trim_start().starts_with(['[', '{']) {
        return None;
    }
    serde_json::from_str(s).ok()
}

/// The handle of a file: `{id, name, mime, size}` and nothing else.
pub fn file(v: &Value) -> Result<Value, MapError> {
    let handle = v.as_object().filter(|m| m.get("id").is_some_and(Value::is_string));
    let Some(m) = handle else {
        return Err(MapError::expected("file", "файл", v));
    };
    let keep = ["id", "name", "mime", "size"];
    let fields = keep.iter().filter_map(|k| Some(((*k).to_owned(), m.get(*k)?.clone())));
    Ok(Value::Object(fields.collect()))
}

/// Any JSON; a text is JSON written down.
pub fn json(v: Value) -> Result<Value, MapError> {
    match v {
        Value::String(s) => serde_json::from_str(&s).map_err(|e| {
            MapError::new(
                Code::CoercionFailed,
                format!("expected JSON, got text that is none: {e}"),
                format!("нужен JSON, пришёл текст, который им не является: {e}"),
            )
        }),
        other => Ok(other),
    }
}
