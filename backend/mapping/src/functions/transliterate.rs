//! `transliterate`: Cyrillic in Latin letters.

use super::kit::letters::{Scheme, latin};
use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "transliterate",
    title: words("Transliterate", "Транслитерация"),
    description: words(
        "Writes Cyrillic and accented letters in plain Latin; \"passport\" follows ICAO Doc 9303.",
        "Пишет кириллицу и буквы со знаками простой латиницей; «passport» следует ИКАО Doc 9303.",
    ),
    group: Group::Text,
    params: &[Param::optional(
        "scheme",
        ParamKind::Choice { values: &["simple", "passport"] },
        "Rules; simple",
        "Правила; simple",
    )],
    examples: &[
        gives(r#""Юлия Щукина""#, "", r#""Yuliya Schukina""#),
        gives(r#""Юлия Щукина""#, r#"{"scheme":"passport"}"#, r#""Iuliia Shchukina""#),
        gives(r#""ООО «Чай»""#, "", r#""OOO «Chay»""#),
        gives(r#""ЩИ""#, "", r#""SCHI""#),
        gives("", "", "null"),
    ],
    call: Call::Text(|text, args, _| {
        let passport = args.text_or("scheme", "simple")? == "passport";
        transliterate(text, if passport { Scheme::Passport } else { Scheme::Simple })
    }),
    ..BASE
};

fn transliterate(text: &str, scheme: Scheme) -> Done {
    let mut result = out::Capped::default();
    let mut chars = text.chars().peekable();
    let mut shouting = false;
    while let Some(c) = chars.next() {
        let capital = c.is_uppercase();
        let small = c.to_lowercase().next().unwrap_or(c);
        match latin(small, scheme) {
            None => result.push_char(c)?,
            Some(l) if !capital => result.push(l)?,
            Some(l) => {
                let next = chars.peek();
                // In a word of capitals every letter of a group is one.
                shouting = next.is_some_and(|n| n.is_uppercase())
                    || (shouting && !next.is_some_and(|n| n.is_lowercase()));
                let mut letters = l.chars().map(|x| x.to_ascii_uppercase());
                if let Some(first) = letters.next() {
                    result.push_char(first)?;
                }
                for x in letters {
                    result.push_char(if shouting { x } else { x.to_ascii_lowercase() })?;
                }
            }
        }
        shouting &= capital;
    }
    Ok(result.done())
}
