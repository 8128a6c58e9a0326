//! `filter_list`: the items that meet a condition.

use std::cmp::Ordering;

use super::kit::compare;
use super::kit::prelude::*;
use super::unique::FIELD;

pub static FUNCTION: Function = Function {
    name: "filter_list",
    title: words("Filter a list", "Отобрать из списка"),
    description: words(
        "Keeps the items, or those whose field \"by\", meet the condition; without one, those that are not empty.",
        "Оставляет элементы, которые сами или полем «by» отвечают условию; без него те, что не пусты.",
    ),
    group: Group::List,
    params: &[
        FIELD,
        Param::optional("op", ParamKind::Choice { values: &OPS }, "Condition", "Условие"),
        Param::optional("value", ParamKind::Any, "Compared with", "С чем сравнить"),
    ],
    typed: true,
    examples: &[
        gives(r#"["a","",null,"b"]"#, "", r#"["a","b"]"#),
        gives(
            r#"[{"s":"new"},{"s":"old"}]"#,
            r#"{"by":"s","op":"equals","value":"NEW"}"#,
            r#"[{"s":"new"}]"#,
        ),
        gives(r#"[5,"15",25]"#, r#"{"op":"gte","value":15}"#, r#"["15",25]"#),
        gives(r#"["Москва","Тула"]"#, r#"{"op":"contains","value":"моск"}"#, r#"["Москва"]"#),
        gives("", "", "null"),
        fails("[]", r#"{"op":"like"}"#, "it may be: equals"),
    ],
    call: Call::OwnList(|mut items, args, _| {
        let (by, op) = (args.text("by")?, args.text("op")?);
        let value = args.any("value");
        let default = if value.is_some() { "equals" } else { "is_not_empty" };
        let op = op.as_deref().unwrap_or(default);
        items.retain(|item| {
            let v = by.as_ref().map_or(Some(item), |path| read::at(item, path));
            holds(op, v.unwrap_or(&Value::Null), value.unwrap_or(&Value::Null))
        });
        Ok(items.into())
    }),
    ..BASE
};

const OPS: [&str; 9] =
    ["equals", "not_equals", "contains", "gt", "gte", "lt", "lte", "is_empty", "is_not_empty"];

fn holds(op: &str, a: &Value, b: &Value) -> bool {
    let order = || compare::order(a, b);
    match op {
        "equals" => compare::equal(a, b, false),
        "not_equals" => !compare::equal(a, b, false),
        "contains" => contains(a, b),
        "gt" => order() == Some(Ordering::Greater),
        "gte" => order().is_some_and(Ordering::is_ge),
        "lt" => order() == Some(Ordering::Less),
        "lte" => order().is_some_and(Ordering::is_le),
        "is_empty" => read::empty(Some(a)),
        _ => !read::empty(Some(a)),
    }
}

fn contains(a: &Value, b: &Value) -> bool {
    match (a, read::scalar(a), read::scalar(b)) {
        (Value::Array(items), _, _) => items.iter().any(|v| compare::equal(v, b, false)),
        (_, Some(a), Some(b)) => a.to_lowercase().contains(b.trim().to_lowercase().as_str()),
        _ => false,
    }
}
