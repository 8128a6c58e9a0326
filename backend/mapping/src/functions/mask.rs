//! `mask`: a text of which only the ends are seen.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "mask",
    title: words("Mask", "Скрыть часть"),
    description: words(
        "Keeps this many characters at the ends and puts a sign for every other; a text too short is hidden whole.",
        "Оставляет указанное число символов по краям, остальные заменяет знаком; слишком короткий текст скрыт целиком.",
    ),
    group: Group::Data,
    params: &[
        Param::optional("start", ENDS, "Seen at the start; 0", "Видно в начале; 0"),
        Param::optional("end", ENDS, "Seen at the end; 4", "Видно в конце; 4"),
        Param::optional("with", ParamKind::Text, "The sign; *", "Знак; *"),
    ],
    examples: &[
        gives(r#""4111111111111111""#, "", r#""************1111""#),
        gives(
            r#""ivan@example.com""#,
            r#"{"start":2,"end":4,"with":"•"}"#,
            r#""iv••••••••••.com""#,
        ),
        gives(r#""1234""#, "", r#""****""#),
        gives(r#""""#, "", r#""""#),
        gives("null", "", "null"),
    ],
    call: Call::Text(|text, args, _| {
        let (start, end) = (args.size_or("start", 0)?, args.size_or("end", 4)?);
        let with = args.text_or("with", "*")?;
        let all = text.chars().count();
        let hidden = if all > start + end { start..all - end } else { 0..all };
        let mut result = out::Capped::default();
        for (i, c) in text.chars().enumerate() {
            if hidden.contains(&i) {
                result.push(&with)?;
            } else {
                result.push_char(c)?;
            }
        }
        Ok(result.done())
    }),
    ..BASE
};

const ENDS: ParamKind = ParamKind::Integer { min: 0, max: 100 };
