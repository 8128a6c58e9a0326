//! What is wrong with a body, from what serde says of it, without the values of the body: they may
//! be secrets.

use domain::Text;
use serde_json::Error;

/// Where, and what is wanted there, where that can be said.
pub(super) fn text(e: &Error) -> Text {
    let (line, column) = (e.line(), e.column());
    let said = e.to_string();
    let (en, ru) = wanted(&said).unwrap_or_default();
    Text::new(
        format!("the body is not what is expected here (line {line}, column {column}){en}"),
        format!("тело запроса не такое, как здесь нужно (строка {line}, столбец {column}){ru}"),
    )
}

/// A member that is missing is named; of a value, only what it should have been.
fn wanted(said: &str) -> Option<(String, String)> {
    if let Some(rest) = said.strip_prefix("missing field `") {
        let name = rest.split('`').next()?;
        return Some((format!(": `{name}` is missing"), format!(": нет `{name}`")));
    }
    // Only before a value: a text of the caller's could say the same words.
    let start = ["unknown variant", "unknown field", "invalid type", "invalid value"];
    start.iter().find(|s| said.starts_with(**s))?;
    let tail = said.rsplit_once(", expected ")?.1;
    let tail = tail.rsplit_once(" at line ").map_or(tail, |(before, _)| before);
    let words: Vec<&str> =
        tail.split('`').enumerate().filter(|(i, _)| i % 2 == 1).map(|(_, w)| w).collect();
    if !words.is_empty() {
        return Some((
            format!(", expected {tail}"),
            format!(", нужно одно из: {}", words.join(", ")),
        ));
    }
    let (en, ru) = kind(tail);
    Some((format!(", expected {en}"), format!(", нужно: {ru}")))
}

/// What serde calls a kind of value, in words.
fn kind(said: &str) -> (&str, &str) {
    match said {
        "a boolean" => (said, "true или false"),
        "a string" | "a borrowed string" | "str" => ("a string", "строка"),
        "a sequence" => ("a list", "список"),
        "a map" => ("an object", "объект"),
        "u8" | "u16" | "u32" | "u64" | "usize" => ("a whole number from 0", "целое число от 0"),
        "i8" | "i16" | "i32" | "i64" | "isize" => ("a whole number", "целое число"),
        "f32" | "f64" => ("a number", "число"),
        _ if said.starts_with("struct ") => ("an object", "объект"),
        _ => (said, said),
    }
}

#[cfg(test)]
mod tests {
    use domain::Lang;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Scope {
        Read,
        Edit,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "it is only read")]
    struct Body {
        name: String,
        scope: Scope,
        size: Option<u32>,
    }

    fn of(body: &str) -> String {
        text(&serde_json::from_str::<Body>(body).unwrap_err()).get(Lang::En).to_owned()
    }

    #[test]
    fn what_is_wanted_is_said() {
        assert!(of(r#"{"scope":"read"}"#).ends_with(": `name` is missing"));
        assert!(of(r#"{"name":"n","scope":"own"}"#).ends_with(", expected `read` or `edit`"));
        assert!(
            of(r#"{"name":"n","scope":"read","size":"x"}"#)
                .ends_with(", expected a whole number from 0")
        );
        assert!(of(r#"{"name":"n","more":1}"#).contains("expected one of `name`, `scope`, `size`"));
        let e = serde_json::from_str::<Body>(r#"{"name":"n","scope":"own"}"#).unwrap_err();
        assert!(text(&e).get(Lang::Ru).ends_with(", нужно одно из: read, edit"));
        let e = serde_json::from_str::<Body>(r#"{"name":7,"scope":"read"}"#).unwrap_err();
        assert!(text(&e).get(Lang::Ru).ends_with(", нужно: строка"));
    }

    #[test]
    fn values_are_not_repeated() {
        for body in [
            r#"{"name":"n","scope":"canary"}"#,
            r#"{"name":"n","scope":"read","size":"canary"}"#,
            r#"{"name":"n","scope":"read","size":"a, expected canary"}"#,
            r#"{"name":"n","scope":"a, expected canary"}"#,
            r#"{"canary":1}"#,
        ] {
            assert!(!of(body).contains("canary"), "{}", of(body));
        }
        assert!(of("{").ends_with(')'), "{}", of("{"));
    }
}
