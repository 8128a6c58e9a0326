//! `phone_national`: a phone number as it is dialled at home.

use super::kit::phone::Phone;
use super::kit::prelude::*;
use super::phone_e164::{COUNTRY, INVALID, written};

pub static FUNCTION: Function = Function {
    name: "phone_national",
    title: words("Phone in national form", "Телефон в национальном виде"),
    description: words(
        "Writes a phone number as it is dialled inside its country, without the calling code.",
        "Записывает телефон так, как его набирают внутри страны, без её кода.",
    ),
    group: Group::Contact,
    params: &[COUNTRY, INVALID],
    examples: &[
        gives(r#""+79161234567""#, "", r#""8 (916) 123-45-67""#),
        gives(r#""9161234567""#, "", r#""8 (916) 123-45-67""#),
        gives(r#""+12125550123""#, "", r#""(212) 555-0123""#),
        gives(r#""+375291234567""#, "", r#""8 (029) 123-45-67""#),
        gives(r#""+442079460958""#, "", r#""02079460958""#),
        gives(r#""029 123 45 67""#, r#"{"country":"BY"}"#, r#""8 (029) 123-45-67""#),
        gives(r#""нет""#, r#"{"invalid":"null"}"#, "null"),
        gives("null", "", "null"),
        fails(r#""нет""#, "", "expected a phone number"),
    ],
    call: Call::Text(|text, args, _| written(text, args, national)),
    ..BASE
};

fn national(phone: &Phone) -> String {
    let n = phone.national();
    let Some(country) = phone.country() else {
        return format!("+{}", phone.international);
    };
    match (country.code, n.len()) {
        ("7", 10) => format!("8 ({}) {}-{}-{}", &n[..3], &n[3..6], &n[6..8], &n[8..]),
        ("375", 9) => format!("8 (0{}) {}-{}-{}", &n[..2], &n[2..5], &n[5..7], &n[7..]),
        ("1", 10) => format!("({}) {}-{}", &n[..3], &n[3..6], &n[6..]),
        _ => format!("{}{n}", country.trunk),
    }
}
