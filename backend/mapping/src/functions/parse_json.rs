//! `parse_json` and its other name `json_parse`: the value of a JSON text.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "parse_json",
    title: words("Read JSON", "Прочитать JSON"),
    description: words(
        "Reads a JSON text; what is no text is itself.",
        "Читает текст JSON; не текст остаётся собой.",
    ),
    group: Group::Data,
    typed: true,
    examples: &[
        gives(r#""{\"a\":[1,2]}""#, "", r#"{"a":[1,2]}"#),
        gives(r#"" 5 ""#, "", "5"),
        gives(r#"{"a":1}"#, "", r#"{"a":1}"#),
        gives(r#""""#, "", "null"),
        fails(r#""{a:1}""#, "", "not JSON: key must be a string at line 1 column 2"),
    ],
    call: Call::Own(|input, _, _| match input {
        Some(Value::String(s)) if s.trim().is_empty() => Ok(Value::Null),
        Some(Value::String(s)) => serde_json::from_str(&s).map_err(|e| {
            FnError::new(Fault::InputValue, format!("not JSON: {e}"), format!("это не JSON: {e}"))
        }),
        other => Ok(other.unwrap_or_default()),
    }),
    ..BASE
};

pub static JSON_PARSE: Function = Function {
    name: "json_parse",
    alias_of: Some("parse_json"),
    examples: &[
        gives(r#""[]""#, "", "[]"),
        gives("", "", "null"),
        fails(r#""[""#, "", "json_parse: not JSON"),
    ],
    ..FUNCTION
};
