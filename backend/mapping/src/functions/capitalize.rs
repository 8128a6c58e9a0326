//! `capitalize`: a capital at the beginning.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "capitalize",
    title: words("Capitalize", "С прописной буквы"),
    description: words(
        "Makes the first letter, or the first of every word, a capital; \"lower\" makes the others small.",
        "Делает прописной первую букву текста или каждого слова; «lower» делает остальные строчными.",
    ),
    group: Group::Text,
    params: &[
        Param::optional("words", ParamKind::Bool, "Every word", "Каждое слово"),
        Param::optional("lower", ParamKind::Bool, "The other letters small", "Остальные строчные"),
    ],
    examples: &[
        gives(r#""иван петров""#, "", r#""Иван петров""#),
        gives(
            r#""АННА-МАРИЯ сидорова""#,
            r#"{"words":true,"lower":true}"#,
            r#""Анна-Мария Сидорова""#,
        ),
        gives(r#""ООО «ромашка»""#, "", r#""ООО «ромашка»""#),
        gives(r#""""#, "", r#""""#),
    ],
    call: Call::Text(|text, args, _| {
        let (words, lower) = (args.bool_or("words", false)?, args.bool_or("lower", false)?);
        out::text(capitalize(text, words, lower))
    }),
    ..BASE
};

/// `text` with a capital at its start or at the start of every word, also after a hyphen.
pub fn capitalize(text: &str, words: bool, lower: bool) -> String {
    let mut result = String::with_capacity(text.len());
    let mut start = true;
    for c in text.chars() {
        let letter = c.is_alphanumeric();
        match (letter && start, lower) {
            (true, _) => result.extend(c.to_uppercase()),
            (false, true) => result.extend(c.to_lowercase()),
            (false, false) => result.push(c),
        }
        start = if letter { false } else { start || (words && c != '\'' && c != '’') };
    }
    result
}
