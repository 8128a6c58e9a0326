//! From bytes to text. The order: a byte order mark, the charset that the sender names (if the
//! bytes are valid in it), valid UTF-8, windows-1251.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1251};

/// The text of `bytes`; `label` is the charset that the sender names. Always gives a text, without
/// a byte order mark; borrows where the bytes are UTF-8.
pub fn decode<'a>(bytes: &'a [u8], label: Option<&str>) -> Cow<'a, str> {
    match choose(bytes, label) {
        e if e == UTF_8 => {
            let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            // `choose` gives UTF-8 only for valid bytes.
            String::from_utf8_lossy(bytes)
        }
        e => e.decode(bytes).0,
    }
}

/// The charset of `bytes`.
pub fn choose(bytes: &[u8], label: Option<&str>) -> &'static Encoding {
    if let Some((e, n)) = Encoding::for_bom(bytes)
        && fits(e, &bytes[n..])
    {
        return e;
    }
    if let Some(e) = label.and_then(|l| Encoding::for_label(l.trim().as_bytes()))
        && fits(e, bytes)
    {
        return e;
    }
    if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { WINDOWS_1251 }
}

fn fits(e: &'static Encoding, bytes: &[u8]) -> bool {
    if e == UTF_8 {
        std::str::from_utf8(bytes).is_ok()
    } else {
        e.decode_without_bom_handling_and_without_replacement(bytes).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IVAN_1251: &[u8] = &[0xC8, 0xE2, 0xE0, 0xED];

    #[test]
    fn the_named_charset_wins_then_utf8_then_windows_1251() {
        assert_eq!(decode(IVAN_1251, None), "Иван");
        assert_eq!(decode(IVAN_1251, Some("windows-1251")), "Иван");
        assert_eq!(decode(IVAN_1251, Some("utf-8")), "Иван", "the sender's label is wrong");
        assert_eq!(decode("Иван".as_bytes(), None), "Иван");
        assert_eq!(decode("Иван".as_bytes(), Some("no-such-charset")), "Иван");
        assert_eq!(decode(&[0xC9, 0xD7, 0xC1, 0xCE], Some("KOI8-R")), "иван");
        assert_eq!(decode(&[0xE9], Some("iso-8859-1")), "é");
    }

    #[test]
    fn a_byte_order_mark_is_obeyed_and_removed() {
        assert_eq!(decode(b"\xEF\xBB\xBF{}", Some("windows-1251")), "{}");
        assert_eq!(decode(b"\xFF\xFEa\0b\0", None), "ab");
        assert_eq!(decode(b"\xFE\xFF\0a", Some("utf-8")), "a");
    }

    #[test]
    fn utf8_is_borrowed() {
        assert!(matches!(decode("x".as_bytes(), None), Cow::Borrowed("x")));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_become_text(bytes: Vec<u8>, label in "[a-z0-9-]{0,12}") {
            let _ = decode(&bytes, Some(&label));
        }
        #[test]
        fn valid_utf8_is_kept(text in "\\PC*") {
            proptest::prop_assert_eq!(decode(text.as_bytes(), Some("utf-8")), text.trim_start_matches('\u{feff}'));
        }
        #[test]
        fn russian_in_windows_1251_is_found(text in "[А-Яа-яёЁ ]{2,40}[А-Яа-я]") {
            let (bytes, _, _) = WINDOWS_1251.encode(&text);
            proptest::prop_assert_eq!(decode(&bytes, None), text.as_str());
        }
    }
}
