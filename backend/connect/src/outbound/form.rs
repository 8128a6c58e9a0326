//! Trees as form fields and query parameters: every key and value goes through the encoder, so
//! data is never syntax.

use serde_json::{Map, Value};

/// How lists are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lists {
    /// `a[0]=x&a[1]=y`, as forms have it.
    Indexed,
    /// `a=x&a=y`, as queries have it.
    Repeated,
}

/// The pairs of a tree: nested keys become `a[b][c]`.
pub fn pairs(tree: &Map<String, Value>, lists: Lists) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (k, v) in tree {
        push(k.clone(), v, lists, &mut out);
    }
    out
}

fn push(key: String, value: &Value, lists: Lists, out: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => {
            for (k, v) in map {
                push(format!("{key}[{k}]"), v, lists, out);
            }
        }
        Value::Array(items) => {
            for (i, v) in items.iter().enumerate() {
                let key = match lists {
                    Lists::Indexed => format!("{key}[{i}]"),
                    Lists::Repeated => key.clone(),
                };
                push(key, v, lists, out);
            }
        }
        v => out.push((key, plain(v))),
    }
}

/// A scalar as text.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        Value::Null => String::new(),
        v => v.to_string(),
    }
}

/// Pairs as `application/x-www-form-urlencoded`.
pub fn encode(pairs: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn of(v: &Value, lists: Lists) -> String {
        encode(&pairs(v.as_object().unwrap(), lists))
    }

    #[test]
    fn nested_keys_become_brackets() {
        let tree = json!({"a": {"b": {"c": 1}}, "l": ["x", {"y": true}], "n": null});
        assert_eq!(
            of(&tree, Lists::Indexed),
            "a%5Bb%5D%5Bc%5D=1&l%5B0%5D=x&l%5B1%5D%5By%5D=true&n="
        );
        assert_eq!(of(&json!({"l": [1, 2]}), Lists::Repeated), "l=1&l=2");
    }

    proptest! {
        #[test]
        fn any_text_reads_back_from_a_form(k in ".{0,20}", v in ".{0,60}") {
            let mut tree = Map::new();
            tree.insert(k.clone(), Value::from(v.as_str()));
            let text = encode(&pairs(&tree, Lists::Indexed));
            let back: Vec<_> = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
            prop_assert_eq!(back, vec![(k, v)]);
        }
    }
}
