//! `lookup`: one value of a map or list.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "lookup",
    title: words("Value by key", "Значение по ключу"),
    description: words(
        "The value of a map at a key, or of a list at a place counted from 0; dots go deeper. Null where there is none.",
        "Значение набора по ключу или списка по номеру от 0; точки ведут глубже. Если его нет, пусто.",
    ),
    group: Group::List,
    params: &[Param::required("key", ParamKind::Text, "Key", "Ключ")],
    typed: true,
    examples: &[
        gives(r#"{"a":{"b":5}}"#, r#"{"key":"a.b"}"#, "5"),
        gives(r#"["x","y"]"#, r#"{"key":1}"#, r#""y""#),
        gives(r#"{"a.b":1}"#, r#"{"key":"a.b"}"#, "1"),
        gives(r#"{"a":1}"#, r#"{"key":"z"}"#, "null"),
        gives("", r#"{"key":"a"}"#, "null"),
    ],
    call: Call::Any(|input, args, _| {
        let key = args.need_text("key")?;
        Ok(input.and_then(|v| read::at(v, &key)).cloned().unwrap_or_default())
    }),
    ..BASE
};
