//! A tree of data as the list of fields that a person picks from: each with the path that a
//! mapping takes.

use domain::Text;
use domain::field::FieldSpec;
use domain::limits;
use mapping::Segment;
use serde_json::Value;

/// A field that a mapping may take.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// As a mapping writes it: `$.trigger.body.Phone`.
    pub path: String,
    /// Its name as the connector or the sender gives it.
    pub label: Text,
    /// What it holds; a long text is cut.
    pub value: Value,
    /// `text`, `number`, `bool`, `list`, `object`, `empty`.
    pub kind: &'static str,
    /// Of no use to most people: ids of forms, cookies, headers.
    pub service: bool,
}

/// Names that senders use for themselves.
const SERVICE: [&str; 20] = [
    "tranid",
    "formid",
    "formname",
    "pageid",
    "projectid",
    "cookies",
    "ma_name",
    "ma_email",
    "ma_phone",
    "csrf",
    "csrf_token",
    "token",
    "_token",
    "nonce",
    "signature",
    "sign",
    "ga_client_id",
    "ym_client_id",
    "roistat_visit",
    "referer",
];

/// How deep a tree is shown.
const DEPTH: usize = 6;

/// The fields below `root`, a JSONPath such as `$.trigger.body`; `specs` are what the connector
/// says of them.
pub fn leaves(root: &[Segment], tree: &Value, specs: &[FieldSpec]) -> Vec<Leaf> {
    let mut out = Vec::new();
    let mut at = root.to_vec();
    let name = Text::default();
    walk(&mut at, tree, specs, &name, false, 0, &mut out);
    out
}

fn walk(
    at: &mut Vec<Segment>,
    v: &Value,
    specs: &[FieldSpec],
    label: &Text,
    service: bool,
    depth: usize,
    out: &mut Vec<Leaf>,
) {
    if out.len() >= limits::SAMPLE_FIELDS {
        return;
    }
    match v {
        Value::Object(map) if depth < DEPTH && !map.is_empty() => {
            for (key, inner) in map {
                let spec = specs.iter().find(|s| s.key == *key);
                let own = spec.map_or_else(|| Text::new(key, key), |s| s.label.clone());
                let label = below(label, &own);
                let service = service || is_service(key);
                let children = spec.map_or(&[][..], |s| s.fields.as_slice());
                at.push(Segment::Name(key.as_str().into()));
                walk(at, inner, children, &label, service, depth + 1, out);
                at.pop();
            }
        }
        _ => {
            let path = mapping::path::write(at);
            let whole = mapping::json_size(v) <= limits::SAMPLE_TREE_BYTES;
            out.push(Leaf { path, label: label.clone(), value: shown(v), kind: kind(v), service });
            // Of a list too large to be shown, what its first item holds.
            if !whole
                && let Value::Array(items) = v
                && let Some(first @ Value::Object(_)) = items.first()
                && depth < DEPTH
            {
                let label = below(label, &Text::new("1", "1"));
                at.push(Segment::Index(0));
                walk(at, first, specs, &label, service, depth + 1, out);
                at.pop();
            }
        }
    }
}

fn below(outer: &Text, own: &Text) -> Text {
    if outer.is_empty() {
        return own.clone();
    }
    Text::new(format!("{} › {}", outer.en, own.en), format!("{} › {}", outer.ru, own.ru))
}

/// Whether a key is a sender's own.
pub fn is_service(key: &str) -> bool {
    let key = key.to_lowercase();
    SERVICE.contains(&key.as_str()) || key.starts_with("utm_") || key.starts_with("_ga")
}

fn kind(v: &Value) -> &'static str {
    match v {
        Value::Null => "empty",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(s) if s.is_empty() => "empty",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

/// A value as it is shown: a long text cut, a large tree as its first characters.
pub fn shown(v: &Value) -> Value {
    let most = limits::SAMPLE_VALUE_CHARS;
    match v {
        Value::String(s) if s.chars().count() > most => {
            format!("{}…", s.chars().take(most).collect::<String>()).into()
        }
        Value::Array(_) | Value::Object(_) if mapping::json_size(v) > limits::SAMPLE_TREE_BYTES => {
            format!("{}…", v.to_string().chars().take(most).collect::<String>()).into()
        }
        other => other.clone(),
    }
}

/// The first values on one line, without what is of use to the sender alone.
pub fn summary(fields: &[Leaf]) -> String {
    let told = fields.iter().filter(|l| !l.service && !matches!(l.kind, "empty" | "object"));
    let parts: Vec<String> = told
        .take(limits::SUMMARY_FIELDS)
        .map(|l| {
            let value = l.value.as_str().map_or_else(|| l.value.to_string(), str::to_owned);
            match (short(&l.label.en), short(&value)) {
                (label, value) if label.is_empty() => value,
                (label, value) => format!("{label}={value}"),
            }
        })
        .collect();
    parts.join(", ")
}

/// One line of a bounded length.
fn short(text: &str) -> String {
    let mut chars = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut out: String = chars.by_ref().take(limits::SUMMARY_CHARS).collect();
    if chars.next().is_some() {
        out.push('…');
    }
    out
}

/// The segments of `$.trigger.body`.
pub fn root(names: &[&str]) -> Vec<Segment> {
    names.iter().map(|n| Segment::Name((*n).into())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_field_has_the_path_that_a_mapping_takes() {
        let tree = json!({
            "Name": "Анна", "Ваш телефон": "+7", "tranid": "1:2",
            "payment": {"products": [{"name": "Чай", "price": 10}], "amount": 10},
        });
        let all = leaves(&root(&["trigger", "body"]), &tree, &[]);
        let data = json!({"trigger": {"body": tree}});
        let paths: Vec<&str> = all.iter().map(|l| l.path.as_str()).collect();
        for leaf in &all {
            let path = mapping::Path::parse(&leaf.path).unwrap();
            assert!(matches!(path.get(&data), Ok(mapping::Found::One(_))), "{}", leaf.path);
        }
        assert_eq!(paths.len(), 5, "{paths:?}");
        let by = |end: &str| all.iter().find(|l| l.path.contains(end)).unwrap();
        assert!(by("tranid").service && !by("Name").service);
        assert_eq!((by("amount").kind, by("products").kind), ("number", "list"));
        assert_eq!(by("amount").label.ru, "payment › amount");
        let long: Vec<Value> = (0..2_000).map(|n| json!({"name": "Чай", "n": n})).collect();
        let all = leaves(&root(&["x"]), &json!({ "list": long }), &[]);
        let paths: Vec<&str> = all.iter().map(|l| l.path.as_str()).collect();
        assert_eq!(paths, ["$.x.list", "$.x.list[0].name", "$.x.list[0].n"]);
    }

    #[test]
    fn long_values_are_cut_and_large_samples_end() {
        let many: Vec<(String, Value)> =
            (0..2_000).map(|i| (format!("k{i}"), json!("x".repeat(1_000)))).collect();
        let all = leaves(&[], &Value::Object(many.into_iter().collect()), &[]);
        assert_eq!(all.len(), limits::SAMPLE_FIELDS);
        let text = all[0].value.as_str().unwrap();
        assert_eq!(text.chars().count(), limits::SAMPLE_VALUE_CHARS + 1);
    }
}
