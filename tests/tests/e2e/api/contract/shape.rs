//! The schemas of the document: whether a value fits, values that fit, and values that do not.
//! The part of JSON Schema that the document uses; another keyword is a fault of this file.

use serde_json::{Map, Value, json};

/// Keywords that say nothing about the value, or nothing that is checked here.
const SILENT: [&str; 8] =
    ["description", "title", "default", "example", "examples", "format", "readOnly", "deprecated"];
/// Ends schemas that contain themselves.
const DEPTH: usize = 6;

pub struct Shapes {
    schemas: Value,
}

impl Shapes {
    pub fn of(doc: &Value) -> Self {
        Self { schemas: doc["components"]["schemas"].clone() }
    }

    fn meant<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let Some(reference) = schema["$ref"].as_str() else { return schema };
        let name = reference.rsplit('/').next().unwrap();
        let found = &self.schemas[name];
        assert!(found.is_object(), "the document has no {name}");
        found
    }

    fn fits(&self, schema: &Value, value: &Value) -> bool {
        let mut faults = Vec::new();
        self.check(schema, value, "", &mut faults);
        faults.is_empty()
    }

    /// Says where a value does not fit.
    pub fn check(&self, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        let schema = self.meant(schema);
        let Some(keywords) = schema.as_object() else {
            // `true`, or nothing said.
            return;
        };
        for (keyword, says) in keywords {
            match keyword.as_str() {
                "type" if !is(says, value) => faults.push(format!("{at}: not {says}: {value:.80}")),
                "enum" if !says.as_array().unwrap().contains(value) => {
                    faults.push(format!("{at}: not one of {says}: {value}"));
                }
                "minimum" if value.as_f64().is_some_and(|v| v < says.as_f64().unwrap()) => {
                    faults.push(format!("{at}: below {says}: {value}"));
                }
                "maximum" if value.as_f64().is_some_and(|v| v > says.as_f64().unwrap()) => {
                    faults.push(format!("{at}: above {says}: {value}"));
                }
                "minLength" if chars(value).is_some_and(|n| n < size(says)) => {
                    faults.push(format!("{at}: shorter than {says}: {value:.80}"));
                }
                "maxLength" if chars(value).is_some_and(|n| n > size(says)) => {
                    faults.push(format!("{at}: longer than {says}: {value:.80}"));
                }
                "pattern" if value.as_str().is_some_and(|t| !looks(says, t)) => {
                    faults.push(format!("{at}: not like {says}: {value:.80}"));
                }
                "maxItems" if value.as_array().is_some_and(|v| v.len() > size(says)) => {
                    faults.push(format!("{at}: more than {says} items"));
                }
                "minItems" if value.as_array().is_some_and(|v| v.len() < size(says)) => {
                    faults.push(format!("{at}: fewer than {says} items"));
                }
                "maxProperties" if value.as_object().is_some_and(|v| v.len() > size(says)) => {
                    faults.push(format!("{at}: more than {says} members"));
                }
                "required" if value.is_object() => {
                    let missing = says.as_array().unwrap().iter();
                    let missing = missing.filter(|n| value.get(n.as_str().unwrap()).is_none());
                    faults.extend(missing.map(|n| format!("{at}: {n} is missing")));
                }
                "allOf" => {
                    for one in says.as_array().unwrap() {
                        self.check(one, value, at, faults);
                    }
                }
                "oneOf" | "anyOf" => {
                    let all = says.as_array().unwrap();
                    if !all.iter().any(|one| self.fits(one, value)) {
                        let mut why = Vec::new();
                        for one in all {
                            self.check(one, value, at, &mut why);
                        }
                        faults.push(format!("{at}: fits none: {}", why.join("; ")));
                    }
                }
                "properties" | "additionalProperties" | "propertyNames" | "items" => {
                    self.inside(keyword, schema, value, at, faults);
                }
                "type" | "enum" | "minimum" | "maximum" | "required" | "minLength"
                | "maxLength" | "pattern" | "maxItems" | "minItems" | "maxProperties" => {}
                silent if SILENT.contains(&silent) => {}
                unknown => panic!("{at}: {unknown} is not known here"),
            }
        }
    }

    fn inside(
        &self,
        keyword: &str,
        schema: &Value,
        value: &Value,
        at: &str,
        faults: &mut Vec<String>,
    ) {
        let says = &schema[keyword];
        match (keyword, value) {
            ("properties", Value::Object(members)) => {
                for (name, one) in says.as_object().unwrap() {
                    if let Some(member) = members.get(name) {
                        self.check(one, member, &format!("{at}.{name}"), faults);
                    }
                }
            }
            ("additionalProperties", Value::Object(members)) => {
                let named = schema["properties"].as_object();
                let others =
                    members.iter().filter(|(n, _)| !named.is_some_and(|p| p.contains_key(*n)));
                for (name, member) in others {
                    if says == &json!(false) {
                        faults.push(format!("{at}.{name}: not documented"));
                    }
                    self.check(says, member, &format!("{at}.{name}"), faults);
                }
            }
            ("items", Value::Array(items)) => {
                for (n, item) in items.iter().enumerate() {
                    self.check(says, item, &format!("{at}[{n}]"), faults);
                }
            }
            _ => {}
        }
    }

    /// A value that fits; ids of things that are there for the members named like them.
    pub fn sample(&self, schema: &Value, known: &dyn Fn(&str) -> Option<String>) -> Value {
        self.made(schema, "", known, 0)
    }

    fn made(
        &self,
        schema: &Value,
        name: &str,
        known: &dyn Fn(&str) -> Option<String>,
        depth: usize,
    ) -> Value {
        let schema = self.meant(schema);
        if let Some(Value::Array(words)) = schema.get("enum") {
            return words[0].clone();
        }
        for several in ["oneOf", "anyOf"] {
            if let Some(Value::Array(all)) = schema.get(several) {
                let one = all.iter().find(|s| s["type"] != "null").unwrap_or(&all[0]);
                return self.made(one, name, known, depth);
            }
        }
        if let Some(Value::Array(all)) = schema.get("allOf") {
            let parts = all.iter().map(|one| self.made(one, name, known, depth));
            let members = parts.filter_map(|p| p.as_object().cloned()).flatten();
            return Value::Object(members.collect());
        }
        match types(schema).iter().find(|t| **t != "null").copied() {
            Some("object") => {
                let mut out = Map::new();
                for (name, one) in schema["properties"].as_object().into_iter().flatten() {
                    if depth < DEPTH {
                        out.insert(name.clone(), self.made(one, name, known, depth + 1));
                    }
                }
                Value::Object(out)
            }
            Some("array") if schema["items"].is_object() && depth < DEPTH => {
                let least = schema.get("minItems").map_or(1, size).max(1);
                json!(vec![self.made(&schema["items"], name, known, depth + 1); least])
            }
            Some("array") => json!([]),
            Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
            Some("boolean") => json!(false),
            Some("string") => match schema["format"].as_str() {
                Some("date-time") => json!("2030-01-01T00:00:00Z"),
                _ => json!(text(schema, known(name.trim_end_matches("_id")))),
            },
            _ => json!({}),
        }
    }

    /// Bodies that do not fit, each for one reason.
    pub fn wrong(&self, schema: &Value, base: &Value) -> Vec<(String, Value)> {
        let schema = self.meant(schema);
        let Some(members) = base.as_object() else { return Vec::new() };
        let mut out = vec![("a list for an object".to_owned(), json!([base]))];
        for name in schema["required"].as_array().into_iter().flatten() {
            let name = name.as_str().unwrap();
            let mut less = members.clone();
            less.remove(name);
            out.push((format!("without {name}"), Value::Object(less)));
        }
        for (name, one) in schema["properties"].as_object().into_iter().flatten() {
            for other in odd(self.meant(one)) {
                if !self.fits(one, &other) {
                    let mut with = members.clone();
                    with.insert(name.clone(), other.clone());
                    out.push((format!("{name}: {other}"), Value::Object(with)));
                }
            }
        }
        out
    }

    /// Texts of a parameter that do not fit.
    pub fn wrong_texts(&self, schema: &Value) -> Vec<(&'static str, String)> {
        let schema = self.meant(schema);
        let mut out = Vec::new();
        let kinds = types(schema);
        if kinds.contains(&"integer") {
            out.extend([("no number", "x".to_owned()), ("a fraction", "1.5".to_owned())]);
            if let Some(least) = schema["minimum"].as_i64() {
                out.push(("below", (least - 1).to_string()));
            }
            if let Some(most) = schema["maximum"].as_i64() {
                out.push(("above", (most + 1).to_string()));
            }
        }
        if schema["pattern"].as_str().is_some_and(|_| !looks(&schema["pattern"], "no such word")) {
            out.push(("another word", "no%20such%20word".to_owned()));
        }
        if schema["format"] == "date-time" {
            out.push(("no moment", "soon".to_owned()));
        }
        if kinds.contains(&"boolean") {
            out.push(("neither true nor false", "2".to_owned()));
        }
        out
    }
}

/// Values of every type, and those just beyond the bounds of this one.
fn odd(schema: &Value) -> Vec<Value> {
    let mut out =
        vec![json!("x y"), json!(1.5), json!(true), json!([[1]]), json!({ "a": [] }), json!("")];
    // A megabyte and more is refused by its size.
    if let Some(most) = schema["maxLength"].as_u64().filter(|n| *n < 100_000) {
        out.push(json!("x".repeat(usize::try_from(most).unwrap() + 1)));
    }
    let beyond = |key: &str, by: i64| schema[key].as_i64().and_then(|n| n.checked_add(by));
    out.extend(
        [beyond("minimum", -1), beyond("maximum", 1)].into_iter().flatten().map(Value::from),
    );
    if let Some(least) = schema.get("minItems").map(size).filter(|n| *n > 0) {
        out.push(json!(vec![json!("a@b.example"); least - 1]));
    }
    if let Some(most) = schema["maxItems"].as_u64() {
        out.push(json!(vec![json!("a@b.example"); usize::try_from(most).unwrap() + 1]));
    }
    out
}

fn size(says: &Value) -> usize {
    usize::try_from(says.as_u64().unwrap()).unwrap()
}

fn chars(value: &Value) -> Option<usize> {
    value.as_str().map(|t| t.chars().count())
}

fn looks(pattern: &Value, text: &str) -> bool {
    mapping::moment::fits_pattern(pattern.as_str().unwrap(), text)
}

/// A text that fits; the one that is known, where it does.
fn text(schema: &Value, known: Option<String>) -> String {
    let least = schema["minLength"].as_u64().map_or(1, |n| usize::try_from(n).unwrap().max(1));
    let pattern = schema["pattern"].as_str().unwrap_or_default();
    // The first of the words that may stand here.
    let word = pattern.trim_start_matches(['^', '(']).split(['|', ')', '[']).next().unwrap();
    let others = [
        "x".repeat(least),
        word.to_owned(),
        format!("{word}{}", "0".repeat(26)),
        "a@b.example".to_owned(),
        "https://example.org/x".to_owned(),
        "5/1s".to_owned(),
    ];
    let fits = |t: &String| pattern.is_empty() || looks(&schema["pattern"], t);
    let found = known.into_iter().chain(others).find(fits);
    found.unwrap_or_else(|| panic!("this test knows no text like {pattern}"))
}

fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn is(says: &Value, value: &Value) -> bool {
    let one = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        _ => value.is_object(),
    };
    match says {
        Value::Array(all) => all.iter().filter_map(Value::as_str).any(one),
        _ => says.as_str().is_none_or(one),
    }
}
