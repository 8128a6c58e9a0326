//! `hex`: the bytes of a text in hexadecimal.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "hex",
    title: words("To hexadecimal", "В шестнадцатеричный вид"),
    description: words(
        "Writes the UTF-8 bytes of a text as small hexadecimal digits.",
        "Записывает байты UTF-8 текста строчными шестнадцатеричными цифрами.",
    ),
    group: Group::Data,
    examples: &[
        gives(r#""az""#, "", r#""617a""#),
        gives(r#""я""#, "", r#""d18f""#),
        gives("", "", "null"),
    ],
    call: Call::Text(|text, _, _| out::text(hex::encode(text))),
    ..BASE
};
