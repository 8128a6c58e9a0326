//! Parameters of a header value: quoted, percent-encoded with a charset, or cut into sections
//! (RFC 2045, RFC 2231).

use std::collections::BTreeMap;

use super::words;

/// A value such as `text/plain; charset=utf-8` taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params {
    /// What stands before the first `;`, in lower case.
    pub main: String,
    named: BTreeMap<String, String>,
}

impl Params {
    /// Takes `value` apart. Pieces that are no `name=value` are left out.
    pub fn of(value: &str) -> Params {
        let mut pieces = pieces(value).into_iter();
        let main = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
        let mut plain = BTreeMap::new();
        let mut sections: BTreeMap<String, BTreeMap<u32, (bool, String)>> = BTreeMap::new();
        for piece in pieces {
            let Some((name, text)) = piece.split_once('=') else {
                continue;
            };
            let (name, text) = (name.trim().to_ascii_lowercase(), unquoted(text.trim()));
            match section(&name) {
                Some((base, number, encoded)) => {
                    sections.entry(base).or_default().insert(number, (encoded, text));
                }
                None => _ = plain.insert(name, text),
            }
        }
        // The extended form wins over the plain one (RFC 6266, 4.3).
        plain.extend(sections.into_iter().map(|(name, parts)| (name, join(&parts))));
        Params { main, named: plain }
    }

    /// The parameter of that name, decoded.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.named.get(name).map(String::as_str)
    }
}

/// Cuts at every `;` outside quotes.
fn pieces(value: &str) -> Vec<String> {
    let (mut out, mut quoted, mut escaped) = (vec![String::new()], false, false);
    for c in value.chars() {
        if c == ';' && !quoted {
            out.push(String::new());
            continue;
        }
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && c == '\\' && !escaped;
        if let Some(last) = out.last_mut() {
            last.push(c);
        }
    }
    out
}

fn unquoted(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        out.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    out
}

/// `filename*0*` is section 0 of `filename`, encoded; `filename*` is the whole, encoded.
fn section(name: &str) -> Option<(String, u32, bool)> {
    let (base, rest) = name.split_once('*')?;
    if rest.is_empty() {
        return Some((base.to_owned(), 0, true));
    }
    let number = rest.strip_suffix('*').unwrap_or(rest).parse().ok()?;
    Some((base.to_owned(), number, rest.ends_with('*')))
}

fn join(parts: &BTreeMap<u32, (bool, String)>) -> String {
    let mut charset = "utf-8".to_owned();
    let mut bytes = Vec::new();
    for (number, (encoded, text)) in parts {
        let mut text = text.as_str();
        if *encoded && *number == 0 {
            let mut pieces = text.splitn(3, '\'');
            if let (Some(name), Some(_), Some(rest)) = (pieces.next(), pieces.next(), pieces.next())
            {
                (charset, text) = (name.to_owned(), rest);
            }
        }
        if *encoded {
            bytes.extend(unpercent(text));
        } else {
            bytes.extend(text.bytes());
        }
    }
    words::text(&charset, &bytes)
}

fn unpercent(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|h| std::str::from_utf8(h).ok());
        if let (b'%', Some(byte)) = (first, hex.and_then(|h| u8::from_str_radix(h, 16).ok())) {
            out.push(byte);
            rest = &tail[2..];
        } else {
            out.push(*first);
            rest = tail;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_quoted_value_comes_out_as_it_went_in(value: String) {
            let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
            let params = Params::of(&format!("a/b; x=1; name=\"{quoted}\"; y=2"));
            proptest::prop_assert_eq!(params.get("name"), Some(value.as_str()));
            proptest::prop_assert_eq!(params.get("y"), Some("2"));
        }
    }

    #[test]
    fn quoted_extended_and_cut_parameters_are_read() {
        let p = Params::of("Text/Plain; Charset=\"a;\\\"b\"; n*=utf-8'ru'%D0%B4%D0%B0");
        assert_eq!((p.main.as_str(), p.get("charset")), ("text/plain", Some("a;\"b")));
        assert_eq!(p.get("n"), Some("да"));
        let p =
            Params::of("attachment; filename*0*=utf-8''%D0%B4; filename*1*=%D0%B0; filename*2=.x");
        assert_eq!(p.get("filename"), Some("да.x"));
    }
}
