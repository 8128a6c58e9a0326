//! `replace`: one text for another.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "replace",
    title: words("Replace", "Заменить"),
    description: words(
        "Puts one text in place of another everywhere; without \"with\" removes it.",
        "Заменяет один текст другим везде; без «with» удаляет его.",
    ),
    group: Group::Text,
    params: &[
        Param::required("find", ParamKind::Text, "What to look for", "Что искать"),
        Param::optional("with", ParamKind::Text, "What to put", "На что заменить"),
    ],
    examples: &[
        gives(r#""a-b-c""#, r#"{"find":"-","with":"."}"#, r#""a.b.c""#),
        gives(r#""1 000 руб.""#, r#"{"find":" руб."}"#, r#""1 000""#),
        gives(r#""ab""#, r#"{"find":"","with":"x"}"#, r#""ab""#),
        gives("null", r#"{"find":"a"}"#, "null"),
        fails(r#""a""#, "", "\"find\" is required"),
    ],
    call: Call::Text(|text, args, _| {
        let (find, with) = (args.need_text("find")?, args.text_or("with", "")?);
        if find.is_empty() {
            return out::text(text);
        }
        let mut result = out::Capped::default();
        for (i, part) in text.split(find.as_ref()).enumerate() {
            if i > 0 {
                result.push(&with)?;
            }
            result.push(part)?;
        }
        Ok(result.done())
    }),
    ..BASE
};
