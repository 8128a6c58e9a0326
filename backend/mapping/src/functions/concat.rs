//! `concat`: texts one after another.

use super::join;
use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "concat",
    title: words("Append", "Дописать"),
    description: words(
        "Puts further texts after this one; empty ones are left out.",
        "Дописывает к тексту другие; пустые пропускаются.",
    ),
    group: Group::Text,
    params: &[Param::rest("values", "What to append", "Что дописать")],
    examples: &[
        gives(r#""Заказ ""#, r#"{"values":["№",15]}"#, r#""Заказ №15""#),
        gives("", r#"{"values":["a","b"]}"#, r#""ab""#),
        gives("1", r#"{"values":[null,true]}"#, r#""1true""#),
        fails(r#""a""#, "", "\"values\" is required"),
    ],
    call: Call::Any(|input, args, _| {
        let values = args.need_rest("values")?;
        join::together(input.into_iter().chain(values), "")
    }),
    ..BASE
};
