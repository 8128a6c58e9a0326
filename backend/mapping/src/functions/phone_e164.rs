//! `phone_e164`: a phone number as `+79161234567`.

use super::kit::country;
use super::kit::phone::{self, Phone};
use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "phone_e164",
    title: words("Phone in international form", "Телефон в международном виде"),
    description: words(
        "Writes a phone number as E.164. A number without a plus is one of the country; an extension is left out.",
        "Записывает телефон по E.164. Номер без плюса считается номером страны; добавочный отбрасывается.",
    ),
    group: Group::Contact,
    params: &[COUNTRY, INVALID],
    examples: &[
        gives(r#""8 (916) 123-45-67""#, "", r#""+79161234567""#),
        gives(r#""+7 916 123 45 67 доб. 12""#, "", r#""+79161234567""#),
        gives(r#""9161234567""#, r#"{"country":"RU"}"#, r#""+79161234567""#),
        gives("79161234567", "", r#""+79161234567""#),
        gives(r#""+8 (916) 123-45-67""#, "", r#""+79161234567""#),
        gives(r#""8 029 123-45-67""#, r#"{"country":"BY"}"#, r#""+375291234567""#),
        gives(r#""(050) 123-45-67""#, r#"{"country":"UA"}"#, r#""+380501234567""#),
        gives(r#""998 90 123 45 67""#, "", r#""+998901234567""#),
        gives(r#""020 7946 0958""#, r#"{"country":"GB"}"#, r#""+442079460958""#),
        gives(r#""+44 (0)20 7946 0958""#, "", r#""+442079460958""#),
        gives(r#""(212) 555-0123""#, r#"{"country":"US"}"#, r#""+12125550123""#),
        gives(r#""8 10 49 30 1234567""#, "", r#""+49301234567""#),
        gives(r#""""#, "", "null"),
        fails(r#""12345""#, "", "expected a phone number, got \"12345\""),
        gives(r#""12345""#, r#"{"invalid":"null"}"#, "null"),
        gives(r#""12345""#, r#"{"invalid":"keep"}"#, r#""12345""#),
        fails(r#""1""#, r#"{"country":"XX"}"#, "it may be: RU, KZ"),
    ],
    call: Call::Text(|text, args, _| {
        written(text, args, |phone| format!("+{}", phone.international))
    }),
    ..BASE
};

pub const COUNTRY: Param = Param::optional(
    "country",
    ParamKind::Choice { values: country::NAMES },
    "Country of numbers without a plus; RU",
    "Страна номеров без плюса; RU",
);

/// What a contact function does with what it cannot read.
pub const INVALID: Param = Param::optional(
    "invalid",
    ParamKind::Choice { values: &["error", "null", "keep"] },
    "What cannot be read: an error, nothing, or as it is; error",
    "Что не читается: ошибка, пусто или как есть; error",
);

/// The phone in `text` as `write` has it; null for a blank text.
pub fn written(text: &str, args: &Args<'_>, write: impl Fn(&Phone) -> String) -> Done {
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    let home = country::get(&args.text_or("country", "RU")?);
    match home.and_then(|home| phone::read(text, home)) {
        Some(phone) => out::text(write(&phone)),
        None => invalid(text, args, "a phone number", "номер телефона"),
    }
}

/// What the argument `invalid` says.
pub fn invalid(text: &str, args: &Args<'_>, en: &'static str, ru: &'static str) -> Done {
    match args.text_or("invalid", "error")?.as_ref() {
        "null" => Ok(Value::Null),
        "keep" => out::text(text),
        _ => Err(FnError::value(en, ru, text)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_number_once_written_stays_as_it_is(
            text in "(\\+|00|8|810)?[ (]{0,2}[0-9]{1,5}[) -]{0,2}[0-9]{3,9}",
            home in 0..country::ALL.len(),
        ) {
            let home = &country::ALL[home];
            if let Some(once) = phone::read(&text, home) {
                let once = format!("+{}", once.international);
                let twice = phone::read(&once, home).map(|p| format!("+{}", p.international));
                prop_assert_eq!(twice, Some(once));
            }
        }
    }
}
