//! Arguments against parameters: at save for the whole call, and at run time one by one.

use domain::Text;
use serde_json::{Map, Value};

use super::error::{Fault, FnError, excerpt};
use super::function::Function;
use super::spec::{Param, ParamKind};
use super::{dates, pattern, read};

/// Every fault of the arguments of a transform in a flow.
pub fn check_args(function: &'static Function, args: &Map<String, Value>) -> Vec<Text> {
    let mut faults = Vec::new();
    for name in args.keys() {
        if !function.params.iter().any(|p| p.name == name) {
            faults.push(unknown(function, name));
        }
    }
    for param in function.params {
        match args.get(param.name).filter(|v| !v.is_null()) {
            Some(v) => faults.extend(value(param, v).err()),
            None if param.required => faults.push(missing(param.name)),
            None => {}
        }
    }
    faults.into_iter().map(|e| e.of(function.name).text).collect()
}

/// The closest of `names` to `name`, if one is close at all.
pub fn closest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    names
        .map(|n| (strsim::jaro_winkler(name, n), n))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, n)| n)
}

pub fn unknown(function: &'static Function, name: &str) -> FnError {
    let (en, ru) = match closest(name, function.params.iter().map(|p| p.name)) {
        Some(n) => (format!("; did you mean \"{n}\"?"), format!("; возможно, «{n}»?")),
        None if function.params.is_empty() => {
            ("; it takes none".to_owned(), "; у функции их нет".to_owned())
        }
        None => {
            let all: Vec<&str> = function.params.iter().map(|p| p.name).collect();
            let all = all.join(", ");
            (format!("; there are: {all}"), format!("; есть: {all}"))
        }
    };
    let name = excerpt(name);
    FnError::new(
        Fault::ArgumentUnknown,
        format!("there is no parameter \"{name}\"{en}"),
        format!("нет параметра «{name}»{ru}"),
    )
}

pub fn missing(name: &str) -> FnError {
    FnError::new(
        Fault::ArgumentMissing,
        format!("the parameter \"{name}\" is required"),
        format!("параметр «{name}» обязателен"),
    )
}

/// What `inner` says, said of the argument `name`.
pub fn argument(name: &str, inner: &FnError) -> FnError {
    let Text { en, ru } = &inner.text;
    FnError::new(
        Fault::ArgumentValue,
        format!("parameter \"{name}\": {en}"),
        format!("параметр «{name}»: {ru}"),
    )
}

/// Whether `v` may be given for `param`.
pub fn value(param: &Param, v: &Value) -> Result<(), FnError> {
    let text = || read::scalar(v).ok_or_else(|| mistyped(param, "text", "текст", v));
    match param.kind {
        ParamKind::Any => Ok(()),
        ParamKind::Text => text().map(drop),
        ParamKind::List if param.rest || v.is_array() => Ok(()),
        ParamKind::List => Err(mistyped(param, "a list", "список", v)),
        ParamKind::Map if v.is_object() => Ok(()),
        ParamKind::Map => Err(mistyped(param, "a map", "набор полей", v)),
        ParamKind::Number if number_like(v) => Ok(()),
        ParamKind::Number => Err(mistyped(param, "a number", "число", v)),
        ParamKind::Bool if boolean(v).is_some() => Ok(()),
        ParamKind::Bool => Err(mistyped(param, "true or false", "true или false", v)),
        ParamKind::Integer { min, max } => match integer(v) {
            Some(n) if (min..=max).contains(&n) => Ok(()),
            Some(n) => Err(out_of_range(param.name, n, min, max)),
            None => Err(mistyped(param, "a whole number", "целое число", v)),
        },
        ParamKind::Choice { values } => choice(param.name, values, &text()?),
        ParamKind::Regex => pattern::check(&text()?).map_err(|e| argument(param.name, &e)),
        ParamKind::TimeZone => {
            dates::zone(&text()?).map(drop).map_err(|e| argument(param.name, &e))
        }
        ParamKind::DateFormat => {
            dates::check_format(&text()?).map_err(|e| argument(param.name, &e))
        }
    }
}

fn choice(name: &str, values: &[&str], given: &str) -> Result<(), FnError> {
    if values.contains(&given) {
        return Ok(());
    }
    let (all, given) = (values.join(", "), excerpt(given));
    Err(FnError::new(
        Fault::ArgumentValue,
        format!("parameter \"{name}\" is \"{given}\"; it may be: {all}"),
        format!("параметр «{name}»: «{given}»; можно: {all}"),
    ))
}

fn out_of_range(name: &str, n: i64, min: i64, max: i64) -> FnError {
    FnError::new(
        Fault::ArgumentValue,
        format!("parameter \"{name}\" is {n}; it may be from {min} to {max}"),
        format!("параметр «{name}»: {n}; можно от {min} до {max}"),
    )
}

fn mistyped(param: &Param, en: &str, ru: &str, got: &Value) -> FnError {
    let (got_en, got_ru) = read::type_name(got);
    FnError::new(
        Fault::ArgumentType,
        format!("parameter \"{}\": expected {en}, got {got_en}", param.name),
        format!("параметр «{}»: нужно {ru}, а дано: {got_ru}", param.name),
    )
}

fn number_like(v: &Value) -> bool {
    v.is_number() || v.as_str().is_some_and(|s| super::decimal::Decimal::plain(s).is_some())
}

/// The whole number that `v` is, also as text and as `2.0`.
pub fn integer(v: &Value) -> Option<i64> {
    match v {
        Value::Number(n) => n.as_i64().or_else(|| whole(n.as_f64()?)),
        Value::String(s) => s.trim().parse().ok(),
        _ => None,
    }
}

fn whole(f: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "the bounds are checked before")]
    let n = (f.fract() == 0.0 && f.abs() < 9.0e15).then_some(f as i64);
    n
}

/// The yes/no that `v` is, also as the text of one.
pub fn boolean(v: &Value) -> Option<bool> {
    match v {
        Value::Bool(b) => Some(*b),
        Value::String(s) => s.trim().parse().ok(),
        _ => None,
    }
}
