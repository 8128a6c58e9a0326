//! `base64url`: a text in Base64 for addresses (RFC 4648 section 5).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "base64url",
    title: words("To Base64 for addresses", "В Base64 для адресов"),
    description: words(
        "Writes the UTF-8 bytes of a text in the Base64 of addresses and tokens, without padding.",
        "Записывает байты UTF-8 текста в Base64 для адресов и токенов, без выравнивания.",
    ),
    group: Group::Data,
    examples: &[
        gives(r#""я?""#, "", r#""0Y8_""#),
        gives(r#""a""#, "", r#""YQ""#),
        gives("", "", "null"),
    ],
    call: Call::Text(|text, _, _| out::text(URL_SAFE_NO_PAD.encode(text))),
    ..BASE
};
