//! `slug`: a text as part of an address.

use super::kit::letters::{Scheme, latin};
use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "slug",
    title: words("Slug for an address", "Слаг для адреса"),
    description: words(
        "Small Latin letters and digits, everything else becomes single hyphens; Cyrillic is written in Latin.",
        "Строчная латиница и цифры, остальное становится одиночными дефисами; кириллица пишется латиницей.",
    ),
    group: Group::Text,
    params: &[Param::optional(
        "length",
        ParamKind::Integer { min: 1, max: 1_000 },
        "Characters at most; 100",
        "Не больше символов; 100",
    )],
    examples: &[
        gives(r#""Привет, Мир!""#, "", r#""privet-mir""#),
        gives(r#""  Ёлка №5 — щука ""#, "", r#""yolka-5-schuka""#),
        gives(r#""Café déjà""#, "", r#""cafe-deja""#),
        gives(r#""длинное название""#, r#"{"length":8}"#, r#""dlinnoe""#),
        gives(r#""中文""#, "", r#""""#),
    ],
    call: Call::Text(|text, args, _| {
        let most = args.size_or("length", 100)?;
        out::text(slug(text, most))
    }),
    ..BASE
};

fn slug(text: &str, most: usize) -> String {
    let mut result = String::new();
    let mut gap = false;
    for c in text.chars().flat_map(char::to_lowercase) {
        let mut one = [0; 4];
        let part = match latin(c, Scheme::Simple) {
            Some(l) => l,
            None if c.is_ascii_alphanumeric() => c.encode_utf8(&mut one),
            None => {
                gap |= !c.is_alphanumeric() && c != '\'' && !combining(c);
                continue;
            }
        };
        if part.is_empty() {
            continue;
        }
        if gap && !result.is_empty() {
            result.push('-');
        }
        gap = false;
        result.push_str(part);
        if result.len() > most {
            result.truncate(most);
            break;
        }
    }
    result.truncate(result.trim_end_matches('-').len());
    result
}

/// Marks that stand over the letter before them.
fn combining(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}
