//! `count` and its other name `len`: how many.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "count",
    title: words("Count", "Количество"),
    description: words(
        "How many items a list has, fields a map, or characters a text; 0 for nothing.",
        "Сколько элементов в списке, полей в наборе или символов в тексте; для пустого 0.",
    ),
    group: Group::List,
    typed: true,
    examples: &[
        gives("[1,2,3]", "", "3"),
        gives(r#""Привет""#, "", "6"),
        gives(r#"{"a":1}"#, "", "1"),
        gives("", "", "0"),
        gives("1234", "", "4"),
    ],
    call: Call::Any(|input, _, _| {
        Ok(match input {
            None | Some(Value::Null) => 0,
            Some(Value::Array(items)) => items.len(),
            Some(Value::Object(fields)) => fields.len(),
            Some(one) => read::text(one)?.chars().count(),
        }
        .into())
    }),
    ..BASE
};

pub static LEN: Function = Function {
    name: "len",
    alias_of: Some("count"),
    examples: &[gives("[1,2,3]", "", "3"), gives(r#""ab""#, "", "2"), gives("null", "", "0")],
    ..FUNCTION
};
