//! Fits a value to the declared type of a field. What cannot be fitted without losing something is
//! an error: a list never becomes text by itself.

mod composite;
pub(crate) use composite::one;
mod scalar;

use domain::field::{FieldSpec, FieldType};
use serde_json::Value;

use crate::error::MapError;
use crate::functions::{self, Args, Env, Input, read};

/// The value as the type of its field, checked against its bounds, pattern and options. Null stays
/// null; blank text is null for every type that is not text.
pub fn coerce(value: Value, spec: &FieldSpec, env: &Env<'_>) -> Result<Value, MapError> {
    use FieldType as T;
    if value.is_null() || (read::blank(&value) && !is_text(spec.kind)) {
        return Ok(Value::Null);
    }
    let value = match spec.kind {
        T::String | T::Text | T::Code => scalar::text(value, false)?,
        T::Email | T::Phone | T::Url => scalar::text(value, true)?,
        T::Integer => scalar::integer(&value)?,
        T::Number => scalar::number(value)?,
        T::Boolean => boolean(&value, env)
            .map(Value::Bool)
            .ok_or_else(|| scalar::unfit("yes or no", "да или нет", &value))?,
        T::Date | T::Datetime => scalar::moment(&value, spec, env)?,
        T::Time => scalar::time(&value, spec, env)?,
        T::Select => scalar::select(value, spec)?,
        T::Multiselect => composite::multiselect(value, spec)?,
        T::Object => composite::object(value, spec, env)?,
        T::List => composite::list(value, spec, env)?,
        T::Map => composite::map(value)?,
        T::File => composite::file(&value)?,
        T::Json => composite::json(value)?,
        T::Any | T::Info => value,
    };
    scalar::check_bounds(&value, spec)?;
    Ok(value)
}

/// Types whose value is text as it was written; blank text means something to them.
fn is_text(kind: FieldType) -> bool {
    use FieldType as T;
    matches!(kind, T::String | T::Text | T::Code | T::Email | T::Phone | T::Url | T::Any | T::Info)
}

/// The yes or no that a value says: да, yes, true, 1, on and their opposites.
pub fn boolean(v: &Value, env: &Env<'_>) -> Option<bool> {
    if let Value::Bool(b) = v {
        return Some(*b);
    }
    let function = functions::get("bool")?;
    let none = serde_json::Map::new();
    function.call(Input::Ref(v), &Args::of_map(function, &none), env).ok()?.as_bool()
}

#[cfg(test)]
mod tests;
