//! `base64`: a text in Base64 (RFC 4648 section 4).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "base64",
    title: words("To Base64", "В Base64"),
    description: words(
        "Writes the UTF-8 bytes of a text in Base64 with padding.",
        "Записывает байты UTF-8 текста в Base64 с выравниванием.",
    ),
    group: Group::Data,
    examples: &[
        gives(r#""user:pass""#, "", r#""dXNlcjpwYXNz""#),
        gives(r#""я?""#, "", r#""0Y8/""#),
        gives(r#""""#, "", r#""""#),
        gives("null", "", "null"),
        fails("{}", "", "expected text, got map"),
    ],
    call: Call::Text(|text, _, _| out::text(STANDARD.encode(text))),
    ..BASE
};
