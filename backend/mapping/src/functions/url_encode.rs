//! `url_encode` and its other name `urlencode`: a text for a part of an address.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "url_encode",
    title: words("For an address", "Для адреса"),
    description: words(
        "Percent-encodes everything but letters, digits and -._~ (RFC 3986 section 2.3).",
        "Кодирует процентами всё, кроме латиницы, цифр и -._~ (RFC 3986, раздел 2.3).",
    ),
    group: Group::Data,
    examples: &[
        gives(r#""a b&c=д""#, "", r#""a%20b%26c%3D%D0%B4""#),
        gives(r#""~a-b_c.d""#, "", r#""~a-b_c.d""#),
        gives(r#""100%""#, "", r#""100%25""#),
        gives("", "", "null"),
    ],
    call: Call::Text(|text, _, _| {
        let mut result = out::Capped::default();
        for b in text.bytes() {
            if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~') {
                result.push_char(char::from(b))?;
            } else {
                let digit = |n: u8| char::from(HEX[usize::from(n)]);
                result.push_char('%')?;
                result.push_char(digit(b >> 4))?;
                result.push_char(digit(b & 15))?;
            }
        }
        Ok(result.done())
    }),
    ..BASE
};

const HEX: &[u8; 16] = b"0123456789ABCDEF";

pub static URLENCODE: Function = Function {
    name: "urlencode",
    alias_of: Some("url_encode"),
    examples: &[
        gives(r#""/""#, "", r#""%2F""#),
        gives("5", "", r#""5""#),
        gives("null", "", "null"),
    ],
    ..FUNCTION
};
