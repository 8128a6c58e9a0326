//! `substring`: a part of a text by its place.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "substring",
    title: words("Part of a text", "Часть текста"),
    description: words(
        "Takes characters from a place on, counted from 0; a negative place counts from the end.",
        "Берёт символы с указанного места, считая от 0; отрицательное считается от конца.",
    ),
    group: Group::Text,
    params: &[
        Param::required("start", BOUNDS, "First character", "Первый символ"),
        Param::optional("length", LENGTH, "How many; to the end", "Сколько; до конца"),
    ],
    examples: &[
        gives(r#""Привет""#, r#"{"start":0,"length":3}"#, r#""При""#),
        gives(r#""79161234567""#, r#"{"start":-4}"#, r#""4567""#),
        gives(r#""abc""#, r#"{"start":5}"#, r#""""#),
        gives(r#""abc""#, r#"{"start":-9,"length":2}"#, r#""ab""#),
        fails(r#""abc""#, r#"{"start":"x"}"#, "expected a whole number, got text"),
    ],
    call: Call::Text(|text, args, _| {
        let start = args.int("start")?.unwrap_or(0);
        let length = args.size_or("length", usize::MAX)?;
        let skip = match usize::try_from(start) {
            Ok(n) => n,
            Err(_) => text.chars().count().saturating_sub(size(start.unsigned_abs())),
        };
        out::text(text.chars().skip(skip).take(length).collect::<String>())
    }),
    ..BASE
};

const BOUNDS: ParamKind = ParamKind::Integer { min: -10_000_000, max: 10_000_000 };
const LENGTH: ParamKind = ParamKind::Integer { min: 0, max: 10_000_000 };

fn size(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
