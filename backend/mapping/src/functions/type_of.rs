//! `type_of`: what kind of value this is.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "type_of",
    title: words("Type of a value", "Тип значения"),
    description: words(
        "One of text, number, bool, list, map, null and missing.",
        "Одно из text, number, bool, list, map, null и missing.",
    ),
    group: Group::Data,
    examples: &[
        gives(r#""a""#, "", r#""text""#),
        gives("[]", "", r#""list""#),
        gives("{}", "", r#""map""#),
        gives("1.5", "", r#""number""#),
        gives("false", "", r#""bool""#),
        gives("null", "", r#""null""#),
        gives("", "", r#""missing""#),
    ],
    call: Call::Any(|input, _, _| {
        out::text(match input {
            None => "missing",
            Some(Value::Null) => "null",
            Some(Value::Bool(_)) => "bool",
            Some(Value::Number(_)) => "number",
            Some(Value::String(_)) => "text",
            Some(Value::Array(_)) => "list",
            Some(Value::Object(_)) => "map",
        })
    }),
    ..BASE
};
