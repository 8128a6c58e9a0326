//! `lower`: a text in small letters.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "lower",
    title: words("Lower case", "Строчные буквы"),
    description: words("Makes every letter small.", "Делает все буквы строчными."),
    group: Group::Text,
    examples: &[
        gives(r#""ИВАН Ivan""#, "", r#""иван ivan""#),
        gives("true", "", r#""true""#),
        gives("", "", "null"),
    ],
    call: Call::Text(|text, _, _| out::text(text.to_lowercase())),
    ..BASE
};
