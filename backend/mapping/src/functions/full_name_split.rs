//! `full_name_split`: a full name in parts.

use serde_json::json;

use super::capitalize::capitalize;
use super::kit::names::{given_name, patronymic, surname};
use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "full_name_split",
    title: words("Split a full name", "Разделить ФИО"),
    description: words(
        "Takes a Russian full name in any common order apart: last_name, first_name, middle_name (null where absent).",
        "Разбирает ФИО в любом обычном порядке: last_name, first_name, middle_name (чего нет, то null).",
    ),
    group: Group::Name,
    params: &[Param::optional(
        "part",
        ParamKind::Choice { values: &["last_name", "first_name", "middle_name"] },
        "Only this part, as text",
        "Только эта часть, текстом",
    )],
    typed: true,
    examples: &[
        gives(
            r#""Иванов Иван Иванович""#,
            "",
            r#"{"last_name":"Иванов","first_name":"Иван","middle_name":"Иванович"}"#,
        ),
        gives(
            r#""анна сергеевна ПЕТРОВА""#,
            "",
            r#"{"last_name":"Петрова","first_name":"Анна","middle_name":"Сергеевна"}"#,
        ),
        gives(r#""Мария Смирнова""#, r#"{"part":"first_name"}"#, r#""Мария""#),
        gives(r#""Алиев Вагиф Самед оглы""#, r#"{"part":"middle_name"}"#, r#""Самед оглы""#),
        gives(r#""Иван""#, "", r#"{"last_name":null,"first_name":"Иван","middle_name":null}"#),
        gives(
            r#""John Smith""#,
            "",
            r#"{"last_name":"Smith","first_name":"John","middle_name":null}"#,
        ),
        gives(r#""  ""#, "", "null"),
    ],
    call: Call::Text(|text, args, _| {
        let words: Vec<&str> = text.split_whitespace().collect();
        let Some(name) = Name::of(&words) else {
            return Ok(Value::Null);
        };
        Ok(match args.text("part")?.as_deref() {
            Some("last_name") => name.last.into(),
            Some("first_name") => name.first.into(),
            Some("middle_name") => name.middle.into(),
            _ => json!({
                "last_name": name.last, "first_name": name.first, "middle_name": name.middle,
            }),
        })
    }),
    ..BASE
};

struct Name {
    last: Option<String>,
    first: Option<String>,
    middle: Option<String>,
}

impl Name {
    fn of(words: &[&str]) -> Option<Name> {
        // The middle name ends the name, or stands between the first and the last.
        let middle = words.iter().enumerate().skip(1).find(|(_, w)| patronymic(w)).map(|(i, _)| i);
        let name = match (words, middle) {
            ([], _) => return None,
            ([first], _) => Name::new(&[], first, &[]),
            ([first, _], Some(_)) => Name::new(&[], first, &words[1..]),
            ([a, b], None) if first_comes_first(a, b) => Name::new(&[b], a, &[]),
            ([a, b], None) => Name::new(&[a], b, &[]),
            ([first, .., _], Some(1)) => Name::new(&words[2..], first, &words[1..2]),
            (_, Some(at)) => {
                // The father's name of `Самед оглы` is a word of its own.
                let from = if joiner(words[at]) { at - 1 } else { at };
                let from = from.max(2).min(words.len() - 1);
                Name::new(&words[..from - 1], words[from - 1], &words[from..])
            }
            ([first, .., last], None) if !cyrillic(first) => {
                Name::new(&[last], first, &words[1..words.len() - 1])
            }
            ([last, first, ..], None) => Name::new(&[last], first, &words[2..]),
        };
        Some(name)
    }

    fn new(last: &[&str], first: &str, middle: &[&str]) -> Name {
        let part = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|w| cased(w)).collect();
            (!words.is_empty()).then(|| words.join(" "))
        };
        Name { last: part(last), first: part(&[first]), middle: part(middle) }
    }
}

/// Whether two words are the first name and then the last.
fn first_comes_first(a: &str, b: &str) -> bool {
    match (given_name(a), given_name(b)) {
        (true, false) => true,
        (false, true) => false,
        _ if !cyrillic(a) => true,
        _ => surname(b) && !surname(a),
    }
}

fn cyrillic(word: &str) -> bool {
    word.chars().any(|c| ('\u{400}'..='\u{4ff}').contains(&c))
}

fn joiner(word: &str) -> bool {
    matches!(word.to_lowercase().as_str(), "оглы" | "кызы" | "оглу" | "улы" | "гызы")
}

/// A word all in small letters or all in capitals with a capital at its start; others as they are.
fn cased(word: &str) -> String {
    if joiner(word) {
        return word.to_lowercase();
    }
    let one_case = word == word.to_lowercase() || word == word.to_uppercase();
    if one_case { capitalize(word, true, true) } else { word.to_owned() }
}
