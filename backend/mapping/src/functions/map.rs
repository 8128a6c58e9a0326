//! `map`: values by a table.

use domain::limits::RENDERED_BYTES;

use super::kit::compare;
use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "map",
    title: words("Value table", "Таблица значений"),
    description: words(
        "Gives the value that stands in the table beside this one; every item of a list. Case and spaces at the ends do not matter. Without a match: \"default\", or null.",
        "Даёт значение, стоящее в таблице рядом с этим; для списка каждому элементу. Регистр и пробелы по краям не важны. Если не найдено: «default» или пусто.",
    ),
    group: Group::List,
    params: &[
        Param::optional("table", ParamKind::Map, "The table", "Таблица"),
        Param::optional(
            "default",
            ParamKind::Any,
            "Where nothing matches",
            "Если ничего не подошло",
        ),
    ],
    typed: true,
    open: true,
    examples: &[
        gives(r#""Новая""#, r#"{"table":{"новая":"NEW","в работе":"WORK"}}"#, r#""NEW""#),
        gives("1", r#"{"table":{"1":{"id":7}}}"#, r#"{"id":7}"#),
        gives(r#"["a","b"]"#, r#"{"table":{"a":1},"default":0}"#, "[1,0]"),
        gives(r#""x""#, r#"{"table":{"a":1}}"#, "null"),
        gives("", r#"{"table":{"a":1},"default":"-"}"#, r#""-""#),
        fails(r#""x""#, r#"{"table":[]}"#, "expected a map, got list"),
    ],
    call: Call::Any(|input, args, _| {
        args.map("table")?;
        Ok(match input {
            Some(Value::Array(items)) => every(items, args)?,
            other => mapped(other.unwrap_or(&Value::Null), args)?,
        })
    }),
    ..BASE
};

/// The table for every item, as long as the results stay under the limit.
fn every(items: &[Value], args: &Args<'_>) -> Done {
    let mut weight = 0;
    let mut results = Vec::with_capacity(items.len());
    for item in items {
        let value = mapped(item, args)?;
        weight += out::weight(&value);
        if weight > RENDERED_BYTES {
            return Err(out::too_large());
        }
        results.push(value);
    }
    Ok(results.into())
}

fn mapped(v: &Value, args: &Args<'_>) -> Done {
    let other = || args.any("default").cloned().unwrap_or_default();
    let Some(key) = read::scalar(v).filter(|_| !v.is_null()) else {
        return Ok(other());
    };
    if let Some(found) = args.extra(&key) {
        return Ok(found.clone());
    }
    let Some(table) = args.map("table")? else {
        return Ok(other());
    };
    if let Some(found) = table.get(key.as_ref()) {
        return Ok(found.clone());
    }
    let key = Value::String(key.into_owned());
    let near = table.iter().find(|(k, _)| compare::same_text(k, &key));
    Ok(near.map_or_else(other, |(_, v)| v.clone()))
}
