//! `truncate`: a text no longer than a length.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "truncate",
    title: words("Shorten", "Обрезать"),
    description: words(
        "Cuts a text to this many characters, the sign of the cut included; \"words\" cuts between words.",
        "Обрезает текст до указанного числа символов вместе со знаком обрыва; «words» режет между словами.",
    ),
    group: Group::Text,
    params: &[
        Param::required("length", LENGTH, "Characters at most", "Не больше символов"),
        Param::optional("end", ParamKind::Text, "Sign of the cut; …", "Знак обрыва; …"),
        Param::optional("words", ParamKind::Bool, "Between words", "Между словами"),
    ],
    examples: &[
        gives(r#""Привет, мир""#, r#"{"length":7}"#, r#""Привет…""#),
        gives(r#""Привет, большой мир""#, r#"{"length":12,"words":true}"#, r#""Привет,…""#),
        gives(r#""Привет""#, r#"{"length":6}"#, r#""Привет""#),
        gives(r#""Привет""#, r#"{"length":3,"end":""}"#, r#""При""#),
        gives(r#""Привет""#, r#"{"length":0}"#, r#""""#),
        fails(r#""a""#, "", "\"length\" is required"),
    ],
    call: Call::Text(|text, args, _| {
        let (length, end) = (args.size_or("length", 0)?, args.text_or("end", "…")?);
        if text.chars().nth(length).is_none() {
            return out::text(text);
        }
        let sign: String = end.chars().take(length).collect();
        let room = length - sign.chars().count();
        let cut = text.char_indices().nth(room).map_or(text.len(), |(i, _)| i);
        let mut kept = &text[..cut];
        if args.bool_or("words", false)?
            && !text[cut..].starts_with(char::is_whitespace)
            && let Some(space) = kept.rfind(char::is_whitespace)
        {
            kept = &kept[..space];
        }
        out::text(format!("{}{sign}", kept.trim_end()))
    }),
    ..BASE
};

const LENGTH: ParamKind = ParamKind::Integer { min: 0, max: 10_000_000 };
