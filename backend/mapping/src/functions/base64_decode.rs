//! `base64_decode`: the text that stands in Base64.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "base64_decode",
    title: words("From Base64", "Из Base64"),
    description: words(
        "Reads Base64 of either alphabet, with or without padding; the result has to be UTF-8 text.",
        "Читает Base64 любого из алфавитов, с выравниванием или без; внутри должен быть текст UTF-8.",
    ),
    group: Group::Data,
    examples: &[
        gives(r#""dXNlcjpwYXNz""#, "", r#""user:pass""#),
        gives(r#""0Y8_""#, "", r#""я?""#),
        gives(r#""YQ==\n""#, "", r#""a""#),
        gives("null", "", "null"),
        fails(r#""%%%""#, "", "expected Base64"),
        fails(r#""/w==""#, "", "expected Base64 of UTF-8 text"),
    ],
    call: Call::Text(|text, _, _| {
        let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let engine = if plain.contains(['-', '_']) { &URL } else { &PLAIN };
        let bytes = engine.decode(&plain).map_err(|_| FnError::value("Base64", "Base64", text))?;
        let decoded = String::from_utf8(bytes);
        out::text(
            decoded.map_err(|_| {
                FnError::value("Base64 of UTF-8 text", "Base64 текста в UTF-8", text)
            })?,
        )
    }),
    ..BASE
};

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
static PLAIN: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
static URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);
