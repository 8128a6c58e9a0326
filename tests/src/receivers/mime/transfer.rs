//! Content transfer encodings (RFC 2045, section 6).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Decodes base64, line breaks ignored; `None` if it is not base64.
pub(super) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let packed: Vec<u8> = text.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    STANDARD.decode(packed).ok()
}

/// Decodes quoted-printable; an escape that is none stays as it is.
pub(super) fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        if *first != b'=' {
            out.push(*first);
        } else if let Some(after) = tail.strip_prefix(b"\r\n").or(tail.strip_prefix(b"\n")) {
            rest = after;
        } else if let Some(byte) = tail.get(..2).and_then(hex) {
            out.push(byte);
            rest = &tail[2..];
        } else {
            out.push(b'=');
        }
    }
    out
}

fn hex(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn quoted_bytes_are_unquoted(bytes: Vec<u8>) {
            let quoted: Vec<String> = bytes.iter().map(|b| format!("={b:02X}=\r\n")).collect();
            let quoted = quoted.concat();
            proptest::prop_assert_eq!(quoted_printable(quoted.as_bytes()), bytes);
        }
    }

    #[test]
    fn both_encodings_are_undone() {
        assert_eq!(base64(b"0LTQ\r\nsA==\r\n").unwrap(), "да".as_bytes());
        assert_eq!(base64(b"no!"), None);
        let text = quoted_printable("=D0=B4=\r\n=D0=B0 = 1\r\n".as_bytes());
        assert_eq!(text, "да = 1\r\n".as_bytes());
    }
}
