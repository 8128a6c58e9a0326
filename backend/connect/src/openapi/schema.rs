//! Schemas of a document: references followed, compositions flattened, fields and samples made.

use serde_json::{Map, Value, json};

/// Depth of objects that become fields; deeper ones are JSON.
const DEPTH: usize = 4;
/// References followed at one place.
const HOPS: usize = 16;

/// A document whose references can be followed.
pub struct Document<'d> {
    pub root: &'d Value,
}

impl<'d> Document<'d> {
    pub fn new(root: &'d Value) -> Self {
        Self { root }
    }

    /// What a reference stands for; references elsewhere are left as nothing.
    pub fn resolve(&self, v: &'d Value) -> &'d Value {
        const NOTHING: &Value = &Value::Null;
        let mut at = v;
        for _ in 0..HOPS {
            let Some(r) = at["$ref"].as_str() else { return at };
            at = r.strip_prefix('#').and_then(|p| self.root.pointer(p)).unwrap_or(NOTHING);
        }
        NOTHING
    }

    /// A schema with its compositions flattened: `allOf` joined, the first of `oneOf` and `anyOf`.
    pub fn flat(&self, v: &'d Value) -> Value {
        self.flat_at(v, 0)
    }

    fn flat_at(&self, v: &'d Value, depth: usize) -> Value {
        let v = self.resolve(v);
        let mut out = v.clone();
        if depth > HOPS {
            return out;
        }
        if let Some(all) = v["allOf"].as_array() {
            let (mut properties, mut required) = (object(&v["properties"]), list(&v["required"]));
            for part in all {
                let part = self.flat_at(part, depth + 1);
                properties.extend(object(&part["properties"]));
                required.extend(list(&part["required"]));
                for key in ["type", "description", "example", "enum", "format"] {
                    if out[key].is_null() && !part[key].is_null() {
                        out[key] = part[key].clone();
                    }
                }
            }
            if !properties.is_empty() {
                out["type"] = json!("object");
                out["properties"] = Value::Object(properties);
                out["required"] = Value::Array(required);
            }
        }
        for key in ["oneOf", "anyOf"] {
            let some = v[key].as_array().into_iter().flatten();
            let real = some.map(|s| self.flat_at(s, depth + 1)).find(|s| s["type"] != "null");
            if let (Some(first), true) = (real, v["properties"].is_null()) {
                let about = v["description"].clone();
                out = first;
                if !about.is_null() {
                    out["description"] = about;
                }
            }
        }
        out
    }

    /// The fields of an object's properties.
    pub fn fields(&self, schema: &Value, depth: usize) -> Vec<Value> {
        let required = list(&schema["required"]);
        let mut out = Vec::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let property = self.owned(property);
            if property["readOnly"] == true || !usable(name) {
                continue;
            }
            let needed = required.iter().any(|r| r == name);
            out.push(self.field(name, name, &property, needed, depth));
        }
        out
    }

    /// A flattened schema of a value that is no part of the document any more.
    pub fn owned(&self, v: &Value) -> Value {
        match v["$ref"].as_str() {
            Some(r) => match r.strip_prefix('#').and_then(|p| self.root.pointer(p)) {
                Some(found) => self.flat(found),
                None => Value::Null,
            },
            None if v["allOf"].is_array() || v["oneOf"].is_array() || v["anyOf"].is_array() => {
                // The parts are references: join them as they stand.
                let parts =
                    v["allOf"].as_array().or(v["oneOf"].as_array()).or(v["anyOf"].as_array());
                let mut out = v.clone();
                for part in parts.into_iter().flatten() {
                    let part = self.owned(part);
                    if part["type"] == "null" {
                        continue;
                    }
                    if let (Value::Object(have), Value::Object(more)) = (&mut out, part) {
                        for (k, v) in more {
                            have.entry(k).or_insert(v);
                        }
                    }
                    if v["allOf"].is_null() {
                        break;
                    }
                }
                out
            }
            None => v.clone(),
        }
    }

    /// One field of a form.
    pub fn field(&self, key: &str, name: &str, s: &Value, required: bool, depth: usize) -> Value {
        let mut f = Map::new();
        f.insert("key".into(), json!(key));
        let kind = kind(s);
        if kind != "string" {
            f.insert("type".into(), json!(kind));
        }
        let label = s["title"].as_str().map_or_else(|| words(name), str::to_owned);
        f.insert("label".into(), json!(label));
        if let Some(help) = s["description"].as_str().and_then(sentence) {
            f.insert("help".into(), json!(help));
        }
        if required {
            f.insert("required".into(), json!(true));
        }
        if kind == "select" {
            let words = s["enum"].as_array().into_iter().flatten().filter(|v| !v.is_null());
            let option = |v: &Value| json!({ "value": v, "label": plain(v) });
            f.insert("options".into(), words.map(option).collect());
        }
        for (from, to) in [("maxLength", "max"), ("maximum", "max"), ("minimum", "min")] {
            let numeric = matches!(kind, "string" | "text" | "integer" | "number");
            if let (Some(n), true) = (s[from].as_f64(), numeric) {
                f.insert(to.into(), json!(n));
            }
        }
        if !required {
            f.insert("advanced".into(), json!(true));
        }
        let inner = match kind {
            "object" => Some(s.clone()),
            "list" => Some(self.owned(&s["items"])),
            _ => None,
        };
        if let Some(inner) = inner
            && inner["properties"].is_object()
        {
            if depth >= DEPTH {
                f.insert("type".into(), json!("json"));
            } else {
                f.insert("fields".into(), Value::Array(self.fields(&inner, depth + 1)));
            }
        }
        Value::Object(f)
    }

    /// A value that fits a schema.
    pub fn sample(&self, schema: &Value, depth: usize) -> Value {
        let s = self.owned(schema);
        for key in ["example", "default"] {
            if !s[key].is_null() {
                return s[key].clone();
            }
        }
        if let Some(first) = s["enum"].as_array().and_then(|e| e.first()) {
            return first.clone();
        }
        match kind(&s) {
            "integer" => json!(s["minimum"].as_i64().unwrap_or(1)),
            "number" => json!(s["minimum"].as_f64().unwrap_or(1.5)),
            "boolean" => json!(true),
            "date" => json!("2026-03-02"),
            "datetime" => json!("2026-03-02T09:00:00Z"),
            "email" => json!("anna@example.com"),
            "url" => json!("https://example.com"),
            "list" if depth < DEPTH => json!([self.sample(&s["items"], depth + 1)]),
            "object" if depth < DEPTH => {
                let properties = s["properties"].as_object().into_iter().flatten();
                let usable = properties.filter(|(name, _)| usable(name));
                Value::Object(usable.map(|(k, v)| (k.clone(), self.sample(v, depth + 1))).collect())
            }
            "list" => json!([]),
            "object" | "json" | "map" => json!({}),
            _ => json!("text"),
        }
    }
}

/// Whether a name can be a key of a template.
pub fn usable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

/// The type of a field.
pub fn kind(s: &Value) -> &'static str {
    let declared = match &s["type"] {
        Value::String(t) => t.as_str(),
        // OpenAPI 3.1: a list with "null".
        Value::Array(t) => {
            t.iter().filter_map(Value::as_str).find(|t| *t != "null").unwrap_or_default()
        }
        _ if s["properties"].is_object() => "object",
        _ => "",
    };
    if s["enum"].is_array() && matches!(declared, "string" | "integer" | "") {
        return "select";
    }
    match (declared, s["format"].as_str().unwrap_or_default()) {
        ("integer", _) => "integer",
        ("number", _) => "number",
        ("boolean", _) => "boolean",
        ("array", _) => "list",
        ("object", _) if s["properties"].is_object() => "object",
        ("object", _) => "json",
        ("string", "date") => "date",
        ("string", "date-time") => "datetime",
        ("string", "email") => "email",
        ("string", "uri" | "url") => "url",
        ("string", "binary") => "file",
        ("string", _) if s["maxLength"].as_u64().is_some_and(|n| n > 255) => "text",
        ("", _) => "any",
        _ => "string",
    }
}

fn object(v: &Value) -> Map<String, Value> {
    v.as_object().cloned().unwrap_or_default()
}

fn list(v: &Value) -> Vec<Value> {
    v.as_array().cloned().unwrap_or_default()
}

/// The first sentence of a text, without markup.
pub fn sentence(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|l| !l.is_empty() && !l.starts_with('#'))?;
    let line: String = line.chars().filter(|c| !matches!(c, '*' | '`' | '<' | '>')).collect();
    let end = line.find(". ").map_or(line.len(), |i| i + 1);
    let line = line[..end].trim();
    (!line.is_empty()).then(|| line.chars().take(200).collect())
}

/// `first_name` and `firstName` as `First name`.
pub fn words(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        match c {
            '_' | '-' | '.' | '/' => out.push(' '),
            c if c.is_uppercase() && out.ends_with(char::is_lowercase) => {
                out.push(' ');
                out.extend(c.to_lowercase());
            }
            c => out.push(c),
        }
    }
    let mut chars = out.trim().chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    first + chars.as_str()
}

/// A name as a key: lower case with underscores.
pub fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            if out.ends_with(|p: char| p.is_ascii_lowercase() || p.is_ascii_digit()) {
                out.push('_');
            }
            out.push(c.to_ascii_lowercase());
        } else if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
    }
    out.trim_end_matches('_').to_owned()
}

fn plain(v: &Value) -> String {
    crate::outbound::form::plain(v)
}
