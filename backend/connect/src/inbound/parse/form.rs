//! Form bodies and queries: `application/x-www-form-urlencoded`, with the nesting of PHP
//! (semantics S21). All values are text. Escapes are decoded to bytes before the charset is chosen.

use std::borrow::Cow;

use serde_json::Value;

use super::charset;
use super::error::ParseError;
use super::nest::Tree;

/// Reads a form. `label` is the charset that the sender names; without `nest` names stay flat.
pub fn read(raw: &[u8], label: Option<&str>, nest: bool) -> Result<Value, ParseError> {
    let mut tree = Tree::default();
    for (name, value) in pairs(raw, label) {
        if nest {
            tree.nest(name, Value::String(value))?;
        } else {
            tree.plain(name, Value::String(value))?;
        }
    }
    Ok(tree.finish())
}

/// Name and value, unescaped.
type Field<'r> = (Cow<'r, [u8]>, Cow<'r, [u8]>);

/// Names and values in order. A name without `=` has the value "".
pub fn pairs(raw: &[u8], label: Option<&str>) -> Vec<(String, String)> {
    let raw = raw.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(raw);
    let fields: Vec<Field<'_>> = raw
        .split(|b| *b == b'&')
        .filter(|f| !f.is_empty())
        .map(|f| {
            let eq = f.iter().position(|b| *b == b'=');
            let (name, value) = eq.map_or((f, &f[..0]), |i| (&f[..i], &f[i + 1..]));
            (unescape(name), unescape(value))
        })
        .collect();
    let encoding = charset_of(&fields, label);
    let text = |bytes: Cow<[u8]>| match bytes {
        bytes if encoding != encoding_rs::UTF_8 => {
            encoding.decode_without_bom_handling(&bytes).0.into_owned()
        }
        // Valid, or the charset would not be UTF-8.
        bytes => String::from_utf8(bytes.into_owned())
            .unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()),
    };
    fields.into_iter().map(|(name, value)| (text(name), text(value))).collect()
}

/// One charset for the whole form, by all its bytes.
fn charset_of(fields: &[Field<'_>], label: Option<&str>) -> &'static encoding_rs::Encoding {
    let ascii = fields.iter().all(|(n, v)| n.is_ascii() && v.is_ascii());
    if ascii && label.is_none() {
        return encoding_rs::UTF_8;
    }
    let mut all = Vec::new();
    for (name, value) in fields {
        // A separator, so that the end of one field never completes a character of the next.
        for part in [name, value] {
            all.extend_from_slice(part);
            all.push(b'&');
        }
    }
    charset::choose(&all, label)
}

/// `+` is a space, `%41` a byte; a percent sign without two hex digits stays.
pub fn unescape(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw.iter().any(|b| matches!(b, b'%' | b'+')) {
        return Cow::Borrowed(raw);
    }
    let mut out = Vec::with_capacity(raw.len());
    let mut i = 0;
    while i < raw.len() {
        let hex = |at: usize| raw.get(at).and_then(|b| char::from(*b).to_digit(16));
        match (raw[i], hex(i + 1), hex(i + 2)) {
            (b'+', _, _) => out.push(b' '),
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or_default());
                i += 2;
            }
            (b, _, _) => out.push(b),
        }
        i += 1;
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use domain::limits::{FORM_DEPTH, FORM_KEYS};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn body(text: &str) -> Value {
        read(text.as_bytes(), None, true).unwrap()
    }

    #[test]
    fn s21_a_repeated_key_becomes_a_list() {
        assert_eq!(body("a=1&b=x&a=2"), json!({"a": ["1", "2"], "b": "x"}));
        assert_eq!(body("a[b]=1&a[b]=2"), json!({"a": {"b": ["1", "2"]}}));
    }

    #[test]
    fn s21_empty_brackets_make_a_list_also_of_one() {
        assert_eq!(body("a[]=1"), json!({"a": ["1"]}));
        assert_eq!(body("a%5B%5D=1&a%5B%5D=2"), json!({"a": ["1", "2"]}));
        assert_eq!(body("a[][n]=1&a[][n]=2"), json!({"a": [{"n": "1"}, {"n": "2"}]}));
        assert_eq!(body("a[5]=x&a[]=y"), json!({"a": {"5": "x", "6": "y"}}));
    }

    #[test]
    fn s21_indexes_without_a_gap_are_a_list_others_a_map() {
        assert_eq!(body("a[0]=x&a[1]=y"), json!({"a": ["x", "y"]}));
        assert_eq!(body("a[1]=y&a[0]=x"), json!({"a": ["x", "y"]}));
        assert_eq!(body("a[0]=x&a[2]=y"), json!({"a": {"0": "x", "2": "y"}}));
        assert_eq!(body("a[1]=x"), json!({"a": {"1": "x"}}));
        assert_eq!(body("a[00]=x"), json!({"a": {"00": "x"}}));
        assert_eq!(body("a[-1]=x"), json!({"a": {"-1": "x"}}));
        assert_eq!(body("a[0]=x&a[k]=y"), json!({"a": {"0": "x", "k": "y"}}));
    }

    #[test]
    fn s21_an_index_over_9999_is_a_map_key() {
        assert_eq!(body("a[10000]=x&a[]=y"), json!({"a": {"10000": "x", "0": "y"}}));
        assert_eq!(body("a[9999]=x&a[]=y"), json!({"a": {"9999": "x", "10000": "y"}}));
    }

    #[test]
    fn s21_deep_names_nest() {
        assert_eq!(
            body("leads[add][0][id]=7&leads[add][0][tags][]=a&account[sub]=x"),
            json!({"leads": {"add": [{"id": "7", "tags": ["a"]}]}, "account": {"sub": "x"}})
        );
    }

    #[test]
    fn s21_brackets_deeper_than_8_levels_stay_in_the_key() {
        let mut at = body("a[b][c][d][e][f][g][h][i][]=x");
        for key in ["a", "b", "c", "d", "e", "f", "g"] {
            at = at[key].take();
        }
        assert_eq!(at, json!({"h[i][]": "x"}));
        assert_eq!(FORM_DEPTH, 8);
        assert_eq!(body("a[b][c][d][e][f][g][h]=x").pointer("/a/b/c/d/e/f/g/h"), Some(&json!("x")));
    }

    #[test]
    fn s21_a_level_takes_1000_keys() {
        let form = |n: usize| (0..n).map(|i| format!("a[k{i}]=1&")).collect::<Vec<_>>().concat();
        assert!(read(form(FORM_KEYS).as_bytes(), None, true).is_ok());
        let e = read(form(FORM_KEYS + 1).as_bytes(), None, true).unwrap_err();
        assert!(e.to_string().contains("1000 keys") && e.to_string().contains("a[k1000]"), "{e}");
        let list = "a[]=1&".repeat(FORM_KEYS + 1);
        assert!(read(list.as_bytes(), None, true).is_err());
        let flat: Vec<String> = (0..=FORM_KEYS).map(|i| format!("k{i}=1")).collect();
        assert!(read(flat.join("&").as_bytes(), None, false).is_err());
    }

    #[test]
    fn s21_odd_names_are_plain_keys() {
        for name in ["a[b", "a]b[", "[a]", "a[b]c", "a[b[c]]", "a[b]]", "[", "a.b c"] {
            assert_eq!(body(&format!("{name}=1")), json!({ name: "1" }));
        }
        assert_eq!(body("=1&x&y="), json!({"": "1", "x": "", "y": ""}));
        assert_eq!(body(""), json!({}));
        assert_eq!(body("&&"), json!({}));
    }

    #[test]
    fn s21_a_name_with_values_and_children_keeps_both() {
        assert_eq!(body("a=1&a[b]=2"), json!({"a": {"b": "2", "": "1"}}));
        assert_eq!(body("a=1&a[]=2"), json!({"a": ["1", "2"]}));
        assert_eq!(body("a[b]=2&a=1&a=3"), json!({"a": {"b": "2", "": ["1", "3"]}}));
    }

    #[test]
    fn s21_values_are_text_and_flat_names_stay_flat() {
        assert_eq!(body("n=12&t=true&z=null"), json!({"n": "12", "t": "true", "z": "null"}));
        let flat = read(b"a[0][b]=1&a[0][b]=2&c[]=3", None, false).unwrap();
        assert_eq!(flat, json!({"a[0][b]": ["1", "2"], "c[]": "3"}));
    }

    #[test]
    fn escapes_are_bytes_before_they_are_text() {
        assert_eq!(body("n=%C8%E2%E0%ED+1"), json!({"n": "Иван 1"}), "windows-1251");
        assert_eq!(body("n=%D0%98%D0%B2"), json!({"n": "Ив"}));
        assert_eq!(body("%D0%98=a%2Bb%zz%4"), json!({"И": "a+b%zz%4"}));
        let koi = read(b"n=%C9%D7", Some("koi8-r"), true).unwrap();
        assert_eq!(koi, json!({"n": "ив"}));
    }

    fn leaves(v: &Value) -> usize {
        match v {
            Value::Array(l) => l.iter().map(leaves).sum(),
            Value::Object(m) => m.values().map(leaves).sum(),
            _ => 1,
        }
    }

    fn escape(text: &str) -> String {
        url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(raw: Vec<u8>, nest: bool) {
            let _ = read(&raw, None, nest);
        }
        #[test]
        fn nesting_never_loses_a_value(names in prop::collection::vec("[ab](\\[[ab01]?\\]){0,10}", 0..40)) {
            let form: Vec<String> = names.iter().map(|n| format!("{n}=1")).collect();
            let form = form.join("&");
            let tree = read(form.as_bytes(), None, true).unwrap();
            prop_assert_eq!(leaves(&tree), names.len());
            let flat = pairs(form.as_bytes(), None);
            prop_assert_eq!(flat.len(), names.len());
        }
        #[test]
        fn odd_names_never_lose_a_value(names in prop::collection::vec("[a\\[\\]0]{0,8}", 0..30)) {
            let form: Vec<String> = names.iter().map(|n| format!("{n}=1")).collect();
            prop_assert_eq!(leaves(&read(form.join("&").as_bytes(), None, true).unwrap()), names.len());
        }
        #[test]
        fn what_was_escaped_reads_back(fields in prop::collection::vec(("\\PC{1,8}", "\\PC{0,12}"), 0..20)) {
            let form: Vec<String> =
                fields.iter().map(|(n, v)| format!("{}={}", escape(n), escape(v))).collect();
            prop_assert_eq!(pairs(form.join("&").as_bytes(), None), fields);
        }
    }
}
