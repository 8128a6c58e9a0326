//! Every fault of the shape of a manifest at once, each with its place and the word that was
//! probably meant: unknown keys, missing ones, values of another kind. Read from the schema, so it
//! knows exactly what the types know.

use domain::flow::place;
use domain::problem::{Problem, nearest};
use serde_json::{Map, Value};

use super::schema;

/// What is wrong with the shape of a manifest.
pub fn problems(manifest: &Value) -> Vec<Problem> {
    let schema = schema::document();
    let walk = Walk { defs: &schema["$defs"] };
    let mut out = Vec::new();
    walk.value(schema, manifest, "", &mut out);
    out
}

struct Walk<'s> {
    defs: &'s Value,
}

impl<'s> Walk<'s> {
    fn resolved(&self, schema: &'s Value) -> &'s Value {
        match schema["$ref"].as_str().and_then(|r| r.strip_prefix("#/$defs/")) {
            Some(name) => &self.defs[name],
            None => schema,
        }
    }

    fn value(&self, schema: &'s Value, value: &Value, at: &str, out: &mut Vec<Problem>) {
        let schema = self.resolved(schema);
        if let Some(variants) = variants(schema) {
            return self.one_of(variants, value, at, out);
        }
        if let Some(words) = schema["enum"].as_array() {
            if !words.contains(value) {
                out.push(wrong_word(value, &texts(words), at));
            }
            return;
        }
        if !self.fits(schema, value) {
            out.push(wrong_kind(schema, value, at));
            return;
        }
        match value {
            Value::Object(map) => self.object(schema, map, at, out),
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.value(&schema["items"], item, &place::item(at, i), out);
                }
            }
            _ => {}
        }
    }

    fn object(
        &self,
        schema: &'s Value,
        map: &Map<String, Value>,
        at: &str,
        out: &mut Vec<Problem>,
    ) {
        let known = schema["properties"].as_object();
        for (key, value) in map {
            let here = place::key(at, key);
            if let Some(inner) = known.and_then(|k| k.get(key)) {
                self.value(inner, value, &here, out);
            } else if schema["additionalProperties"] == false {
                let keys = known.into_iter().flat_map(|k| k.keys().map(String::as_str));
                out.push(unknown_key(key, keys, &here));
            } else {
                self.value(&schema["additionalProperties"], value, &here, out);
            }
        }
        for key in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !map.contains_key(key) {
                out.push(Problem::error(
                    "missing_key",
                    at,
                    format!("the key {key} is missing"),
                    format!("нет ключа {key}"),
                ));
            }
        }
    }

    /// The variant that is meant: by its tag or its kind; of several the one with fewest faults.
    fn one_of(&self, variants: &'s [Value], value: &Value, at: &str, out: &mut Vec<Problem>) {
        if let Some(words) = words_of(variants) {
            if !value.as_str().is_some_and(|v| words.contains(&v)) {
                out.push(wrong_word(value, &words, at));
            }
            return;
        }
        if let Some(unknown) = unknown_tag(variants, value, at) {
            out.push(unknown);
            return;
        }
        let meant = |v: &&Value| self.fits(self.resolved(v), value) && tag_fits(v, value);
        let tried = variants.iter().filter(meant).map(|v| {
            let mut faults = Vec::new();
            self.value(v, value, at, &mut faults);
            faults
        });
        match tried.min_by_key(Vec::len) {
            Some(faults) => out.extend(faults),
            None => out.push(wrong_kind(&variants[0], value, at)),
        }
    }

    /// Whether the kind of a value is the one that is asked for.
    fn fits(&self, schema: &'s Value, value: &Value) -> bool {
        if let Some(variants) = variants(schema) {
            return variants.iter().any(|v| self.fits(self.resolved(v), value));
        }
        if let Some(words) = schema["enum"].as_array() {
            return words.contains(value);
        }
        if let Some(word) = schema.get("const") {
            return word == value;
        }
        match &schema["type"] {
            Value::String(kind) => is(value, kind),
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).any(|k| is(value, k)),
            _ => true,
        }
    }
}

/// The words of variants that are nothing but words.
fn words_of(variants: &[Value]) -> Option<Vec<&str>> {
    let mut out = Vec::new();
    for v in variants {
        match (v["const"].as_str(), v["enum"].as_array()) {
            (Some(word), _) => out.push(word),
            (None, Some(list)) => out.extend(texts(list)),
            (None, None) => return None,
        }
    }
    Some(out)
}

fn variants(schema: &Value) -> Option<&[Value]> {
    let list = schema.get("oneOf").or_else(|| schema.get("anyOf"))?;
    list.as_array().map(Vec::as_slice)
}

fn texts(words: &[Value]) -> Vec<&str> {
    words.iter().filter_map(Value::as_str).collect()
}

/// The key of the tag of a list of variants, and its words.
fn tags(variants: &[Value]) -> Option<(&str, Vec<&str>)> {
    let tag = |v: &'_ Value| -> Option<(String, String)> {
        let (key, word) =
            v["properties"].as_object()?.iter().find(|(_, p)| p["const"].is_string())?;
        Some((key.clone(), word["const"].as_str()?.to_owned()))
    };
    let (key, _) = tag(variants.first()?)?;
    let properties = variants.iter().map(|v| &v["properties"]);
    let words = properties.filter_map(|p| p[&key]["const"].as_str()).collect();
    let key = variants.first()?["properties"].as_object()?.keys().find(|k| **k == key)?;
    Some((key, words))
}

fn unknown_tag(variants: &[Value], value: &Value, at: &str) -> Option<Problem> {
    let (key, words) = tags(variants)?;
    let given = value.as_object()?.get(key)?;
    let known = given.as_str().is_some_and(|g| words.contains(&g));
    (!known).then(|| wrong_word(given, &words, &place::key(at, key)))
}

fn tag_fits(variant: &Value, value: &Value) -> bool {
    let Some(properties) = variant["properties"].as_object() else { return true };
    properties.iter().all(|(key, p)| match p.get("const") {
        Some(word) => value.get(key) == Some(word),
        None => true,
    })
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        // A number in a place for text is read as it is written.
        "string" => value.is_string() || value.is_number() || value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => true,
    }
}

fn unknown_key<'k>(key: &str, known: impl Iterator<Item = &'k str>, at: &str) -> Problem {
    let hint = nearest(key, known);
    let en = hint.map_or_else(String::new, |h| format!("; did you mean `{h}`?"));
    let ru = hint.map_or_else(String::new, |h| format!("; возможно, `{h}`?"));
    Problem::error(
        "unknown_key",
        at,
        format!("unknown key `{key}`{en}"),
        format!("неизвестный ключ `{key}`{ru}"),
    )
}

fn wrong_word(value: &Value, words: &[&str], at: &str) -> Problem {
    let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let all = words.join(", ");
    let hint = nearest(&shown, words.iter().copied());
    let en = hint.map_or_else(String::new, |h| format!("; did you mean `{h}`?"));
    let ru = hint.map_or_else(String::new, |h| format!("; возможно, `{h}`?"));
    Problem::error(
        "unknown_word",
        at,
        format!("`{shown}` is not one of {all}{en}"),
        format!("`{shown}`: здесь может стоять {all}{ru}"),
    )
}

fn wrong_kind(schema: &Value, value: &Value, at: &str) -> Problem {
    let kinds = match &schema["type"] {
        Value::String(k) => vec![k.as_str()],
        Value::Array(list) => texts(list),
        _ => Vec::new(),
    };
    let word = |k: &&str| match *k {
        "object" => Some(("a map", "словарь")),
        "array" => Some(("a list", "список")),
        "string" => Some(("a text", "текст")),
        "integer" => Some(("a whole number", "целое число")),
        "number" => Some(("a number", "число")),
        "boolean" => Some(("true or false", "true или false")),
        _ => None,
    };
    let (en, ru): (Vec<_>, Vec<_>) = kinds.iter().filter_map(word).unzip();
    let (en, ru) = (en.join(" or "), ru.join(" или "));
    let (en, ru) =
        if en.is_empty() { ("something else".into(), "другое".into()) } else { (en, ru) };
    let shown: String = value.to_string().chars().take(40).collect();
    Problem::error(
        "wrong_kind",
        at,
        format!("expected {en}, not {shown}"),
        format!("нужно {ru}, а не {shown}"),
    )
}
