//! `digits`: only the digits of a text.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "digits",
    title: words("Digits only", "Только цифры"),
    description: words(
        "Keeps the digits 0-9 and drops everything else.",
        "Оставляет цифры 0-9, остальное убирает.",
    ),
    group: Group::Text,
    examples: &[
        gives(r#""+7 (916) 123-45-67""#, "", r#""79161234567""#),
        gives(r#""нет""#, "", r#""""#),
        gives("105", "", r#""105""#),
        gives("", "", "null"),
        fails("[1]", "", "expected text, got list"),
    ],
    call: Call::Text(|text, _, _| out::text(text.replace(|c: char| !c.is_ascii_digit(), ""))),
    ..BASE
};
