//! `upper`: a text in capitals.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "upper",
    title: words("Upper case", "Прописные буквы"),
    description: words("Makes every letter a capital.", "Делает все буквы прописными."),
    group: Group::Text,
    examples: &[
        gives(r#""иван ivan""#, "", r#""ИВАН IVAN""#),
        gives(r#""straße""#, "", r#""STRASSE""#),
        gives("", "", "null"),
    ],
    call: Call::Text(|text, _, _| out::text(text.to_uppercase())),
    ..BASE
};
