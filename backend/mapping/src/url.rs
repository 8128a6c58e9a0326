//! Data in addresses (rule R5 of manifests): `{{x}}` is one path segment, percent-encoded;
//! `{{{x}}}` may hold several, joined by `/`. Neither can leave its place: no dot segments, no
//! query, no other host. Which hosts may be called is decided where requests are sent.

use domain::Code;

use crate::error::MapError;

/// Appends data to an address rendered so far.
pub fn append(raw: bool, data: &str, out: &mut String) -> Result<(), MapError> {
    let parts = data.contains("//") || (out.ends_with('/') && data.starts_with('/'));
    if raw && (parts || data.contains(['?', '#', '@', '\\'])) {
        return Err(refused());
    }
    if !raw && data.is_empty() && out.ends_with('/') && !out.contains('?') {
        // An address of one thing must not become the address of all of them.
        return Err(MapError::new(
            Code::FieldMissing,
            "a part of the address is empty",
            "часть адреса пуста",
        ));
    }
    // A colon is fine in a path and before a port, but at the start it would make a scheme.
    let colon = out.contains('/');
    for b in data.bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(b));
            }
            b':' if colon => out.push(':'),
            b'/' if raw => out.push('/'),
            _ => {
                const HEX: &[u8; 16] = b"0123456789ABCDEF";
                out.push('%');
                out.push(char::from(HEX[usize::from(b >> 4)]));
                out.push(char::from(HEX[usize::from(b & 15)]));
            }
        }
    }
    Ok(())
}

/// Refuses an address whose path has a `.`, `..` or empty segment once everything is in place: two
/// dots may come from two values, and `//` at the start would name another host.
pub fn check(url: &str) -> Result<(), MapError> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let below_host = path.split_once("://").map_or(path, |(_, rest)| rest);
    let dots = |s: &str| {
        let s = s.to_ascii_lowercase().replace("%2e", ".");
        s == "." || s == ".."
    };
    if below_host.contains("//") || below_host.split(['/', '\\']).any(dots) {
        return Err(refused());
    }
    Ok(())
}

/// Does not show the data: addresses may hold tokens.
fn refused() -> MapError {
    MapError::new(
        Code::FieldInvalid,
        "the value cannot stand in an address: it has \"..\", \"//\" or one of ? # @ \\",
        "значение не может стоять в адресе: там есть «..», «//» или один из ? # @ \\",
    )
}

#[cfg(test)]
mod tests {
    use domain::field::Escape;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::testing::{env, hostile_text};
    use crate::{Context, Template};

    fn render(source: &str, data: serde_json::Value) -> Result<String, MapError> {
        let t = Template::parse(source, Escape::Url).unwrap();
        t.render_text(&Context::new(data), &env())
    }

    fn decoded(text: &str) -> String {
        let query = format!("v={}", text.replace('+', "%2B"));
        url::form_urlencoded::parse(query.as_bytes()).next().unwrap().1.into_owned()
    }

    #[test]
    fn r5_a_value_is_one_path_segment() {
        let url = |x: &str| render("https://api.example.com/v1/{{x}}/notes", json!({"x": x}));
        assert_eq!(
            url("a/b?c#d%e f").unwrap(),
            "https://api.example.com/v1/a%2Fb%3Fc%23d%25e%20f/notes"
        );
        assert_eq!(
            url("Ваше имя").unwrap().len(),
            "https://api.example.com/v1//notes".len() + 14 * 3 + 3
        );
        assert_eq!(url("123:ABC-def").unwrap(), "https://api.example.com/v1/123:ABC-def/notes");
        for x in [".", "..", ""] {
            assert!(url(x).is_err(), "{x:?}");
        }
    }

    #[test]
    fn r5_two_values_cannot_make_a_dot_segment_or_a_host() {
        assert!(render("/a/{{x}}{{x}}/b", json!({"x": "."})).is_err());
        assert!(render("/a/{{{x}}}/b", json!({"x": "b/../c"})).is_err());
        assert!(render("/{{x}}/{{y}}", json!({"x": "", "y": "evil.example"})).is_err());
        assert!(render("/{{{x}}}", json!({"x": "/evil.example"})).is_err());
        assert_eq!(render("{{x}}", json!({"x": "https://evil"})).unwrap(), "https%3A%2F%2Fevil");
        assert_eq!(
            render("https://{{h}}/rest", json!({"h": "a@evil/x"})).unwrap(),
            "https://a%40evil%2Fx/rest"
        );
    }

    #[test]
    fn r5_raw_keeps_slashes_and_nothing_else() {
        let url = |x: &str| render("/repos/{{{x}}}/hooks", json!({"x": x}));
        assert_eq!(url("owner/na me").unwrap(), "/repos/owner/na%20me/hooks");
        for x in ["..", "a/../b", "a?b", "a#b", "a//b", "a@b", "a\\b", "/a", "./a"] {
            assert!(url(x).is_err(), "{x:?}");
        }
    }

    #[test]
    fn a_value_in_the_query_may_be_empty_but_not_add_to_it() {
        let got = render("/find?q={{q}}&p={{p}}", json!({"q": "", "p": "a&b=c+d"})).unwrap();
        assert_eq!(got, "/find?q=&p=a%26b%3Dc%2Bd");
    }

    proptest! {
        #[test]
        fn r5_data_arrives_in_a_path_as_it_is(text in hostile_text()) {
            match render("https://h.example/v1/{{x}}/end", json!({"x": text.clone()})) {
                Err(_) => prop_assert!(matches!(text.as_str(), "" | "." | "..")),
                Ok(got) => {
                    let parsed = url::Url::parse(&got).unwrap();
                    prop_assert_eq!(parsed.host_str(), Some("h.example"));
                    let segments: Vec<&str> = parsed.path_segments().unwrap().collect();
                    prop_assert_eq!(segments.len(), 3);
                    prop_assert_eq!(decoded(segments[1]), text);
                    prop_assert!(parsed.query().is_none() && parsed.fragment().is_none());
                }
            }
        }

        #[test]
        fn r5_raw_data_never_leaves_its_place(text in hostile_text()) {
            if let Ok(got) = render("https://h.example/v1/{{{x}}}/end", json!({"x": text.clone()})) {
                let parsed = url::Url::parse(&got).unwrap();
                prop_assert_eq!(parsed.host_str(), Some("h.example"));
                let path = parsed.path();
                let inner = path.strip_prefix("/v1/").and_then(|p| p.strip_suffix("/end"));
                prop_assert_eq!(inner.map(decoded), Some(text));
            }
        }
    }
}
