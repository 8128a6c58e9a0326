//! `values`: the values of a map as a list.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "values",
    title: words("Values of a map", "Значения набора"),
    description: words(
        "The values of a map as a list, in its order; a list is itself.",
        "Значения набора полей списком, в его порядке; список остаётся собой.",
    ),
    group: Group::List,
    typed: true,
    examples: &[
        gives(r#"{"b":1,"a":[2]}"#, "", "[1,[2]]"),
        gives("[1,2]", "", "[1,2]"),
        gives("{}", "", "[]"),
        gives("null", "", "null"),
        fails(r#""a""#, "", "expected a map, got text"),
    ],
    call: Call::Own(|input, _, _| match input {
        None | Some(Value::Null) => Ok(Value::Null),
        Some(Value::Object(fields)) => Ok(fields.into_values().collect::<Vec<_>>().into()),
        Some(list @ Value::Array(_)) => Ok(list),
        Some(other) => Err(read::wrong_type("a map", "набор полей", &other)),
    }),
    ..BASE
};
