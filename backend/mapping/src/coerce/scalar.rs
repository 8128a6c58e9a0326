//! Text, numbers, dates and choices.

use domain::Code;
use domain::field::{FieldSpec, FieldType};
use jiff::civil::Time;
use serde_json::Value;

use crate::error::{MapError, type_words};
use crate::functions::kit::{dates, decimal::Decimal, pattern};
use crate::functions::{Env, compare, read};
use crate::template::failed;

/// A value of the right JSON type, or none at all, that cannot be read as `en`.
pub fn unfit(en: &str, ru: &str, got: &Value) -> MapError {
    match read::scalar(got) {
        Some(text) => {
            let text: String = text.chars().take(40).collect();
            let (got_en, got_ru) = type_words(got);
            MapError::new(
                Code::CoercionFailed,
                format!("expected {en}, got {got_en} \"{text}\""),
                format!("нужно: {ru}, пришло: {got_ru} «{text}»"),
            )
        }
        None => MapError::expected(en, ru, got),
    }
}

/// Text of a text, number or yes/no.
pub fn text(v: Value, trim: bool) -> Result<Value, MapError> {
    match v {
        Value::String(s) if trim && s.trim().len() != s.len() => Ok(s.trim().into()),
        Value::String(_) => Ok(v),
        _ => match read::scalar(&v) {
            Some(text) => Ok(Value::String(text.into_owned())),
            None => Err(MapError::expected("text", "текст", &v)),
        },
    }
}

fn decimal(v: &Value) -> Result<Decimal, MapError> {
    let wrong = || unfit("a number", "число", v);
    if matches!(v, Value::Bool(_)) {
        return Err(wrong());
    }
    Decimal::of(v).map_err(|_| wrong())
}

/// A number, also from text such as `12,5` and `1 234,50`.
pub fn number(v: Value) -> Result<Value, MapError> {
    if v.is_number() { Ok(v) } else { Ok(decimal(&v)?.to_value()) }
}

/// A whole number that fits 64 bits.
pub fn integer(v: &Value) -> Result<Value, MapError> {
    let wrong = || unfit("a whole number", "целое число", v);
    let text = decimal(v).map_err(|_| wrong())?.to_string();
    let signed = text.parse::<i64>().map(Value::from);
    signed.or_else(|_| text.parse::<u64>().map(Value::from)).map_err(|_| wrong())
}

/// A date or a moment, as the service wants it written.
pub fn moment(v: &Value, spec: &FieldSpec, env: &Env<'_>) -> Result<Value, MapError> {
    let date_only = spec.kind == FieldType::Date;
    let (en, ru) = if date_only {
        ("a date", "дата")
    } else {
        ("a date and time", "дата и время")
    };
    let at = dates::of(v, env).map_err(|_| unfit(en, ru, v))?;
    let wire = spec.wire.as_deref().unwrap_or(if date_only { "date" } else { "rfc3339" });
    match wire {
        "epoch" => Ok(at.timestamp().as_second().into()),
        "epoch_ms" => Ok(at.timestamp().as_millisecond().into()),
        "rfc3339" => dates::rfc3339(&at).map_err(failed),
        "date" => dates::written(&at, "%Y-%m-%d").map_err(failed),
        format => dates::written(&at, format).map_err(failed),
    }
}

/// A time of day, `14:30:00` unless the service wants another format.
pub fn time(v: &Value, spec: &FieldSpec, env: &Env<'_>) -> Result<Value, MapError> {
    let wrong = || unfit("a time such as 14:30", "время вида 14:30", v);
    let Value::String(s) = v else {
        return Err(wrong());
    };
    let s = s.trim();
    let clock = if s.len() > 1 && s.as_bytes()[1] == b':' { format!("0{s}") } else { s.to_owned() };
    let time = match clock.parse::<Time>() {
        Ok(t) if s.contains(':') && s.len() <= 15 => t,
        _ => dates::of(v, env).map_err(|_| wrong())?.time(),
    };
    let format = spec.wire.as_deref().filter(|w| w.contains('%')).unwrap_or("%H:%M:%S");
    let text = jiff::fmt::strtime::format(format, time).map_err(|_| wrong())?;
    Ok(text.into())
}

/// One of the options as the option is written, or any scalar where others are allowed.
pub fn select(v: Value, spec: &FieldSpec) -> Result<Value, MapError> {
    if v.is_array() || v.is_object() {
        return Err(MapError::expected("one choice", "один вариант", &v));
    }
    if let Some(option) = spec.options.iter().find(|o| compare::equal(o, &v, false)) {
        return Ok(option.clone());
    }
    if spec.options.is_empty() || spec.custom {
        return Ok(v);
    }
    let all: Vec<_> = spec.options.iter().take(10).map(read::shown).collect();
    let (got, all) = (read::shown(&v), all.join(", "));
    Err(MapError::new(
        Code::FieldInvalid,
        format!("\"{got}\" is not one of: {all}"),
        format!("«{got}» не из списка: {all}"),
    ))
}

/// Bounds and pattern: the value of a number, the characters of a text, the items of a list.
pub fn check_bounds(v: &Value, spec: &FieldSpec) -> Result<(), MapError> {
    let (size, en, ru) = match v {
        Value::Number(n) => (n.as_f64(), "", ""),
        Value::String(s) if !s.is_empty() => {
            (Some(count(s.chars().count())), " characters", " символов")
        }
        Value::Array(items) => (Some(count(items.len())), " items", " элементов"),
        _ => (None, "", ""),
    };
    if let Some(size) = size {
        if let Some(min) = spec.min.filter(|m| size < *m) {
            return Err(invalid(
                format!("expected at least {min}{en}, got {size}"),
                format!("нужно не меньше {min}{ru}, пришло {size}"),
            ));
        }
        if let Some(max) = spec.max.filter(|m| size > *m) {
            return Err(invalid(
                format!("expected at most {max}{en}, got {size}"),
                format!("нужно не больше {max}{ru}, пришло {size}"),
            ));
        }
    }
    match (&spec.pattern, v) {
        (Some(p), Value::String(s)) if !s.is_empty() => {
            if pattern::get(p).map_err(failed)?.is_match(s) {
                return Ok(());
            }
            let shown: String = s.chars().take(40).collect();
            Err(invalid(
                format!("\"{shown}\" does not match {p}"),
                format!("«{shown}» не подходит под {p}"),
            ))
        }
        _ => Ok(()),
    }
}

fn count(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::INFINITY, f64::from)
}

fn invalid(en: String, ru: String) -> MapError {
    MapError::new(Code::FieldInvalid, en, ru)
}
