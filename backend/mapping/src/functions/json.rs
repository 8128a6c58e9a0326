//! `json`: a value as JSON text.

use std::fmt::Write;

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "json",
    title: words("To JSON", "В JSON"),
    description: words(
        "Writes any value as JSON text; nothing is \"null\", so it can stand inside other JSON.",
        "Записывает любое значение текстом JSON; пустое это «null», чтобы стоять внутри другого JSON.",
    ),
    group: Group::Data,
    params: &[Param::optional("pretty", ParamKind::Bool, "On several lines", "В несколько строк")],
    examples: &[
        gives(r#"{"a":[1,"б"]}"#, "", r#""{\"a\":[1,\"б\"]}""#),
        gives(r#""a\"b""#, "", r#""\"a\\\"b\"""#),
        gives(r#"{"a":1}"#, r#"{"pretty":true}"#, r#""{\n  \"a\": 1\n}""#),
        gives("", "", r#""null""#),
    ],
    call: Call::Any(|input, args, _| {
        let value = input.unwrap_or(&Value::Null);
        let mut result = out::Capped::default();
        let written = if args.bool_or("pretty", false)? {
            write!(result, "{value:#}")
        } else {
            write!(result, "{value}")
        };
        written.map_err(|_| out::too_large())?;
        Ok(result.done())
    }),
    ..BASE
};
