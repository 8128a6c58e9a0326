//! Values written out in the flow, against the field that they are for: fitted in the same way as
//! when the flow runs.

use domain::field::{FieldSpec, FieldType};
use domain::flow::place;
use domain::{Problem, Time};
use serde_json::Value;
use uuid::Uuid;

use super::fault;
use crate::coerce::coerce;
use crate::functions::Env;

/// What a field that takes one value takes, in both languages; nothing for other fields.
pub fn takes_one(kind: FieldType) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        FieldType::String
        | FieldType::Text
        | FieldType::Email
        | FieldType::Phone
        | FieldType::Url
        | FieldType::Select => ("text", "текст"),
        FieldType::Integer => ("a whole number", "целое число"),
        FieldType::Number => ("a number", "число"),
        FieldType::Boolean => ("yes or no", "да или нет"),
        FieldType::Date | FieldType::Datetime => ("a date", "дата"),
        FieldType::Time => ("a time", "время"),
        FieldType::List
        | FieldType::Multiselect
        | FieldType::Object
        | FieldType::Map
        | FieldType::File
        | FieldType::Json
        | FieldType::Code
        | FieldType::Any
        | FieldType::Info => return None,
    })
}

/// What is wrong with the literal `v` of a field. Null and "" count as not given.
pub fn check(v: &Value, spec: &FieldSpec, timezone: &str, at: &str) -> Vec<Problem> {
    if v.is_null() || v.as_str().is_some_and(str::is_empty) {
        return Vec::new();
    }
    let mut out = undeclared(v, spec, at);
    // Nothing that a field takes depends on the time or on chance.
    let env = Env { now: Time(0), timezone, uuid: &Uuid::nil };
    if let Err(e) = coerce(v.clone(), spec, &env) {
        out.push(fault::unfit(&below(at, &e.field), e.message));
    }
    out
}

/// The place of a nested field such as `address.city` or `[3].sku`.
fn below(at: &str, field: &str) -> String {
    match field.chars().next() {
        None => at.to_owned(),
        Some('[') => format!("{at}{field}"),
        Some(_) => format!("{at}.{field}"),
    }
}

/// Keys of written-out maps that the field does not declare, and secrets in clear.
fn undeclared(v: &Value, spec: &FieldSpec, at: &str) -> Vec<Problem> {
    match v {
        Value::Array(items) => {
            let item = |(i, v)| undeclared(v, spec, &place::item(at, i));
            items.iter().enumerate().flat_map(item).collect()
        }
        Value::Object(map) if !spec.fields.is_empty() => {
            let known: Vec<&str> = spec.fields.iter().map(|f| f.key.as_str()).collect();
            let key = |(key, v): (&String, &Value)| {
                let at = place::key(at, key);
                match spec.fields.iter().find(|f| f.key == *key) {
                    Some(f) if f.secret => vec![fault::secret_needed(&at)],
                    Some(f) => undeclared(v, f, &at),
                    None if spec.dynamic => Vec::new(),
                    None => vec![fault::unknown_input(&at, key, &known)],
                }
            };
            map.iter().flat_map(key).collect()
        }
        _ => Vec::new(),
    }
}
