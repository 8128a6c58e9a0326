//! `flatten`: lists in a list as one list.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "flatten",
    title: words("Flatten", "Сделать плоским"),
    description: words(
        "Puts the items of inner lists into one list; \"deep\" at any depth.",
        "Складывает элементы вложенных списков в один; с «deep» на любой глубине.",
    ),
    group: Group::List,
    params: &[Param::optional("deep", ParamKind::Bool, "At any depth", "На любой глубине")],
    typed: true,
    examples: &[
        gives("[[1,2],[3],4]", "", "[1,2,3,4]"),
        gives("[[1,[2]]]", "", "[1,[2]]"),
        gives("[[1,[2,[]]]]", r#"{"deep":true}"#, "[1,2]"),
        gives("", "", "null"),
    ],
    call: Call::OwnList(|items, args, _| {
        let mut flat = Vec::with_capacity(items.len());
        put(items, if args.bool_or("deep", false)? { usize::MAX } else { 1 }, &mut flat);
        Ok(flat.into())
    }),
    ..BASE
};

fn put(items: Vec<Value>, depth: usize, flat: &mut Vec<Value>) {
    for item in items {
        match item {
            Value::Array(inner) if depth > 0 => put(inner, depth - 1, flat),
            one => flat.push(one),
        }
    }
}
