//! `trim`: a text without spaces at its ends.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "trim",
    title: words("Trim spaces", "Убрать пробелы по краям"),
    description: words(
        "Removes spaces and line breaks at both ends; with \"inner\" also repeated ones inside.",
        "Убирает пробелы и переносы по краям; с «inner» ещё и повторные внутри.",
    ),
    group: Group::Text,
    params: &[Param::optional(
        "inner",
        ParamKind::Bool,
        "One space for several inside",
        "Один пробел вместо нескольких внутри",
    )],
    examples: &[
        gives(r#""  Иван \n""#, "", r#""Иван""#),
        gives(r#"" Иван   Петров ""#, r#"{"inner":true}"#, r#""Иван Петров""#),
        gives(r#""\u00a0x\u00a0""#, "", r#""x""#),
        gives(r#""   ""#, "", r#""""#),
        gives("null", "", "null"),
    ],
    call: Call::Text(|text, args, _| {
        if args.bool_or("inner", false)? {
            let words: Vec<&str> = text.split_whitespace().collect();
            return out::text(words.join(" "));
        }
        out::text(text.trim())
    }),
    ..BASE
};
