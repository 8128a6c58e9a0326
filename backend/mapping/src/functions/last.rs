//! `last`: the last item of a list.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "last",
    title: words("Last item", "Последний элемент"),
    description: words(
        "The last item of a list; null for an empty one; anything else is itself.",
        "Последний элемент списка; для пустого пусто; не список остаётся собой.",
    ),
    group: Group::List,
    typed: true,
    examples: &[
        gives(r#"["a",{"b":1}]"#, "", r#"{"b":1}"#),
        gives("[]", "", "null"),
        gives("5", "", "5"),
    ],
    call: Call::List(|items, _, _| Ok(items.last().cloned().unwrap_or_default())),
    ..BASE
};
