//! `pad`: a text made longer.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "pad",
    title: words("Pad to a length", "Дополнить до длины"),
    description: words(
        "Adds characters at the start or the end until the text has this length.",
        "Добавляет символы в начало или конец, пока текст не станет нужной длины.",
    ),
    group: Group::Text,
    params: &[
        Param::required("length", LENGTH, "Characters in all", "Всего символов"),
        Param::optional("with", ParamKind::Text, "What to add; a space", "Чем дополнить; пробел"),
        Param::optional("side", SIDE, "Where; start", "С какой стороны; start"),
    ],
    examples: &[
        gives("7", r#"{"length":3,"with":"0"}"#, r#""007""#),
        gives(r#""ab""#, r#"{"length":5,"with":"xy","side":"end"}"#, r#""abxyx""#),
        gives(r#""длинный""#, r#"{"length":3}"#, r#""длинный""#),
        gives("null", r#"{"length":3}"#, "null"),
        fails(r#""a""#, r#"{"length":-1}"#, "from 0 to 10000"),
    ],
    call: Call::Text(|text, args, _| {
        let length = args.size_or("length", 0)?;
        let (with, side) = (args.text_or("with", " ")?, args.text_or("side", "start")?);
        let lacking = length.saturating_sub(text.chars().count());
        let padding: String = with.chars().cycle().take(lacking).collect();
        out::text(if side == "end" {
            format!("{text}{padding}")
        } else {
            format!("{padding}{text}")
        })
    }),
    ..BASE
};

const LENGTH: ParamKind = ParamKind::Integer { min: 0, max: 10_000 };
const SIDE: ParamKind = ParamKind::Choice { values: &["start", "end"] };
