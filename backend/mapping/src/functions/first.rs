//! `first`: the first item of a list.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "first",
    title: words("First item", "Первый элемент"),
    description: words(
        "The first item of a list; null for an empty one; anything else is itself.",
        "Первый элемент списка; для пустого пусто; не список остаётся собой.",
    ),
    group: Group::List,
    typed: true,
    examples: &[
        gives(r#"["a","b"]"#, "", r#""a""#),
        gives("[]", "", "null"),
        gives(r#""a""#, "", r#""a""#),
        gives("", "", "null"),
    ],
    call: Call::List(|items, _, _| Ok(items.first().cloned().unwrap_or_default())),
    ..BASE
};
