//! `chunk`: a list in pieces.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "chunk",
    title: words("In portions", "Порциями"),
    description: words(
        "Cuts a list into lists of at most this many items.",
        "Режет список на списки не длиннее указанного.",
    ),
    group: Group::List,
    params: &[Param::required(
        "size",
        ParamKind::Integer { min: 1, max: 10_000 },
        "Items of one",
        "Элементов в одном",
    )],
    typed: true,
    examples: &[
        gives("[1,2,3,4,5]", r#"{"size":2}"#, "[[1,2],[3,4],[5]]"),
        gives("[]", r#"{"size":2}"#, "[]"),
        gives("null", r#"{"size":2}"#, "null"),
        fails("[1]", r#"{"size":0}"#, "from 1 to 10000"),
    ],
    call: Call::OwnList(|items, args, _| {
        let size = args.size_or("size", 1)?.max(1);
        let mut items = items.into_iter();
        let mut portions = Vec::new();
        while items.len() > 0 {
            portions.push(Value::Array(items.by_ref().take(size).collect()));
        }
        Ok(portions.into())
    }),
    ..BASE
};
