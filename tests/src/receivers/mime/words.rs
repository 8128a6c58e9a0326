//! Encoded words in headers (RFC 2047) and the charsets behind them.

use super::transfer;

/// `bytes` of that charset as text; what is not valid in it becomes U+FFFD.
pub(super) fn text(charset: &str, bytes: &[u8]) -> String {
    let encoding =
        encoding_rs::Encoding::for_label(charset.as_bytes()).unwrap_or(encoding_rs::UTF_8);
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// Decodes the encoded words of an unfolded header value. Each word is decoded by itself, so a
/// sender that cuts a character in two shows as U+FFFD.
pub(super) fn decode(value: &str) -> String {
    let mut out = String::new();
    let mut rest = value;
    let mut after_word = false;
    while let Some(start) = rest.find("=?") {
        let (before, from) = rest.split_at(start);
        let Some((word, tail)) = word(from) else {
            out.push_str(before);
            out.push_str("=?");
            rest = &from[2..];
            after_word = false;
            continue;
        };
        // White space between two encoded words is not part of the text.
        if !(after_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        out.push_str(&word);
        rest = tail;
        after_word = true;
    }
    out.push_str(rest);
    out
}

fn word(from: &str) -> Option<(String, &str)> {
    let mut pieces = from.get(2..)?.splitn(3, '?');
    let (charset, how, rest) = (pieces.next()?, pieces.next()?, pieces.next()?);
    let (content, tail) = rest.split_once("?=")?;
    let bytes = match how {
        "B" | "b" => transfer::base64(content.as_bytes())?,
        // In a header `_` stands for the space (RFC 2047, 4.2).
        "Q" | "q" => transfer::quoted_printable(content.replace('_', " ").as_bytes()),
        _ => return None,
    };
    let charset = charset.split('*').next().unwrap_or(charset);
    Some((text(charset, &bytes), tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn no_value_is_a_panic(value: String) {
            decode(&value);
            decode(&format!("=?{value}?="));
        }
    }

    #[test]
    fn words_are_joined_and_plain_text_is_kept() {
        assert_eq!(decode("a =?utf-8?B?0LTQsA==?=\t=?UTF-8?q?_=D0=B4=D0=B0?= b"), "a да да b");
        assert_eq!(decode("=?windows-1251?Q?=E4=E0?="), "да");
        assert_eq!(decode("1 =? 2 ?= 3"), "1 =? 2 ?= 3");
    }

    #[test]
    fn a_character_cut_in_two_shows() {
        assert!(decode("=?utf-8?B?0A==?= =?utf-8?B?tA==?=").contains('\u{fffd}'));
    }
}
