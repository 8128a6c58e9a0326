//! `email_normalize`: a mail address in its plain form.

use super::kit::prelude::*;
use super::phone_e164::{INVALID, invalid};

pub static FUNCTION: Function = Function {
    name: "email_normalize",
    title: words("Tidy a mail address", "Почта в обычном виде"),
    description: words(
        "Takes the address out of \"Name <address>\", removes spaces and mailto:, makes letters small and checks the form.",
        "Берёт адрес из «Имя <адрес>», убирает пробелы и mailto:, делает буквы строчными и проверяет вид.",
    ),
    group: Group::Contact,
    params: &[INVALID],
    examples: &[
        gives(r#"" Ivan@Example.COM ""#, "", r#""ivan@example.com""#),
        gives(r#""Иван <ivan@example.com>""#, "", r#""ivan@example.com""#),
        gives(r#""mailto:a.b+c@example.com""#, "", r#""a.b+c@example.com""#),
        gives(r#""иван@почта.рф""#, "", r#""иван@почта.рф""#),
        gives(r#""  ""#, "", "null"),
        fails(r#""ivan@""#, "", "expected a mail address"),
        gives(r#""ivan""#, r#"{"invalid":"null"}"#, "null"),
    ],
    call: Call::Text(|text, args, _| {
        if text.trim().is_empty() {
            return Ok(Value::Null);
        }
        match address(text) {
            Some(a) => out::text(a),
            None => invalid(text, args, "a mail address", "адрес почты"),
        }
    }),
    ..BASE
};

fn address(text: &str) -> Option<String> {
    let inner = match text.rsplit_once('<') {
        Some((_, after)) => after.split_once('>').map_or(after, |(a, _)| a),
        None => text,
    };
    // Pasted addresses carry zero-width marks and no-break spaces.
    let plain: String = inner
        .chars()
        .filter(|c| {
            !c.is_whitespace()
                && !c.is_control()
                && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}')
        })
        .flat_map(char::to_lowercase)
        .collect();
    let plain = plain.strip_prefix("mailto:").unwrap_or(&plain);
    let plain = plain.trim_end_matches(['.', ',', ';']);
    let (local, domain) = plain.rsplit_once('@')?;
    let local_ok = !local.is_empty()
        && local.len() <= 64
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && !local.contains(['@', '(', ')', '<', '>', '[', ']', ':', ';', ',', '\\', '"']);
    let labels = domain.split('.');
    let domain_ok = domain.len() <= 253
        && domain.contains('.')
        && labels.clone().all(|l| {
            let ends = l.starts_with('-') || l.ends_with('-');
            !l.is_empty() && !ends && l.chars().all(|c| c.is_alphanumeric() || c == '-')
        });
    (local_ok && domain_ok).then(|| plain.to_owned())
}
