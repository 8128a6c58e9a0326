//! The flow document as a JSON Schema (2020-12), for editors and programs. Keys and words come from
//! the tables that the reader uses, so that both know the same document. What a schema cannot say
//! (paths, templates, which steps are seen from where) validation says.

use serde_json::{Map, Value, json};

use super::FORMAT;
use super::read::words;
use crate::limits;

/// The schema of a whole document.
pub fn document() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Zveno flow",
        "type": "object",
        "additionalProperties": false,
        "required": ["zveno", "name", "trigger", "steps"],
        "properties": {
            "zveno": { "const": FORMAT, "description": "Version of the format." },
            "name": { "type": "string", "minLength": 1, "maxLength": limits::NAME_CHARS },
            "trigger": { "$ref": "#/$defs/trigger" },
            "steps": { "$ref": "#/$defs/steps" },
            "settings": settings(),
        },
        "$defs": {
            "trigger": trigger(),
            "steps": {
                "type": "array",
                "maxItems": limits::FLOW_STEPS,
                "items": { "$ref": "#/$defs/step" },
            },
            "step": { "oneOf": words::KINDS.iter().map(|k| step(k)).collect::<Vec<_>>() },
            "mapping": mapping(),
            "fields": {
                "type": "object",
                "additionalProperties": { "$ref": "#/$defs/mapping" },
            },
            "transform": {
                "type": "object",
                "required": ["fn"],
                "properties": { "fn": { "type": "string" } },
            },
            "condition": condition(),
            "reply": reply(words::REPLY_KEYS),
            "span": {
                "type": "string",
                "pattern": "^[0-9]+(ms|us|s|m|h|d)$",
                "description": "A time such as 10m or 7d.",
            },
            "template": { "type": "string", "maxLength": limits::TEMPLATE_BYTES },
        },
    })
}

fn object(keys: &[&str], required: &[&str], kind: impl Fn(&str) -> Value) -> Value {
    let properties: Map<String, Value> = keys.iter().map(|k| ((*k).to_owned(), kind(k))).collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "properties": properties,
    })
}

fn link(to: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{to}") })
}

fn settings() -> Value {
    object(words::SETTINGS_KEYS, &[], |key| match key {
        "timezone" => json!({ "type": "string" }),
        "concurrency" => {
            json!({ "type": "integer", "minimum": 1, "maximum": limits::FLOW_CONCURRENCY_MAX })
        }
        "retention_days" => {
            json!({ "type": "integer", "minimum": 1, "maximum": limits::RETENTION_DAYS_MAX })
        }
        _ => json!({ "enum": ["inherit", "off", false] }),
    })
}

fn trigger() -> Value {
    object(words::TRIGGER_KEYS, &["connector", "event"], |key| match key {
        "connector" => json!({ "type": "string", "pattern": "^[a-z][a-z0-9_-]*(@.+)?$" }),
        "event" | "connection" => json!({ "type": "string" }),
        "input" => link("fields"),
        "dedupe" => json!({ "oneOf": [
            { "const": "none" },
            object(&["key", "window"], &["key"], |k| link(if k == "key" { "template" } else { "span" })),
        ]}),
        "newest" => object(&["key", "at"], &["key", "at"], |k| {
            link(if k == "key" { "template" } else { "mapping" })
        }),
        "order_by" => link("template"),
        "on_park" => json!({ "enum": ["continue", "wait"] }),
        "only_if" => link("condition"),
        "respond" => reply(words::TRIGGER_REPLY_KEYS),
        "labels" => json!({
            "type": "object",
            "maxProperties": limits::FIELD_LABELS,
            "additionalProperties": { "type": "string" },
        }),
        _ => json!({ "type": "integer", "minimum": 1, "maximum": limits::BODY_BYTES_MAX }),
    })
}

fn step(kind: &str) -> Value {
    let keys = words::step_keys(kind);
    object(&keys, &["id", kind], |key| match key {
        "id" => {
            json!({ "type": "string", "pattern": "^[a-z][a-z0-9_]*$", "maxLength": limits::STEP_ID_CHARS })
        }
        "name" => json!({ "type": "string", "maxLength": limits::NAME_CHARS }),
        "note" => json!({ "type": "string", "maxLength": limits::NOTE_CHARS }),
        "disabled" => json!({ "type": "boolean" }),
        "action" => {
            json!({ "type": "string", "pattern": "^[a-z][a-z0-9_-]*\\.[a-z][a-z0-9_-]*(@.+)?$" })
        }
        "connection" | "as" => json!({ "type": "string" }),
        "input" | "set" => link("fields"),
        "retry" => retry(),
        "on_unknown" => json!({ "enum": ["retry", "check", "park"] }),
        "on_error" => json!({ "oneOf": [
            { "enum": ["stop", "continue"] },
            object(&["steps"], &["steps"], |_| link("steps")),
        ]}),
        "timeout" => link("span"),
        "branch" => json!({ "type": "array", "minItems": 1, "items":
            object(&["name", "when", "steps"], &["steps"], |k| match k {
                "name" => json!({ "type": "string" }),
                "when" => link("condition"),
                _ => link("steps"),
            })
        }),
        "mode" => json!({ "enum": ["first", "all"] }),
        "for_each" => link("mapping"),
        "concurrency" => {
            json!({ "type": "integer", "minimum": 1, "maximum": limits::LOOP_CONCURRENCY })
        }
        "steps" => link("steps"),
        "delay" => json!({ "oneOf": [
            object(&["for"], &["for"], |_| link("span")),
            object(&["until"], &["until"], |_| link("mapping")),
        ]}),
        "filter" => link("condition"),
        _ => link("reply"),
    })
}

fn retry() -> Value {
    json!({ "oneOf": [
        { "const": "none" },
        object(&["preset"], &["preset"], |_| json!({ "enum": ["api", "webhook", "none"] })),
        object(&["delays"], &["delays"], |_| json!({
            "type": "array", "minItems": 1, "maxItems": limits::RETRY_DELAYS, "items": link("span"),
        })),
    ]})
}

fn mapping() -> Value {
    let one = |source: &&str| {
        let keys = [*source, "transforms", "default"];
        object(&keys, &[source], |key| match key {
            "path" => {
                json!({ "type": "string", "pattern": "^\\$", "maxLength": limits::PATH_CHARS })
            }
            "template" => link("template"),
            "object" => link("fields"),
            "list" => json!({ "type": "array", "items": link("mapping") }),
            "secret" => json!({ "type": "string", "maxLength": limits::SECRET_NAME_CHARS }),
            "transforms" => json!({ "type": "array", "items": link("transform") }),
            _ => json!({}),
        })
    };
    json!({ "oneOf": words::SOURCES.iter().map(one).collect::<Vec<_>>() })
}

fn condition() -> Value {
    let group = |key: &&str| {
        let inner = match *key {
            "not" => link("condition"),
            _ => json!({ "type": "array", "items": link("condition") }),
        };
        object(&[key], &[key], |_| inner.clone())
    };
    let test = object(words::TEST_KEYS, &["left", "op"], |key| match key {
        "op" => json!({ "enum": words::OPS }),
        "exact" => json!({ "type": "boolean" }),
        _ => link("mapping"),
    });
    let mut all: Vec<Value> = words::CONDITIONS.iter().map(group).collect();
    all.push(test);
    json!({ "oneOf": all })
}

fn reply(keys: &[&str]) -> Value {
    object(keys, &[], |key| match key {
        "status" => json!({ "type": "integer", "minimum": 200, "maximum": 599 }),
        "headers" => link("fields"),
        "text" | "xml" => link("mapping"),
        "json" => json!({ "anyOf": [link("mapping"), link("fields")] }),
        "empty" => json!({ "const": true }),
        "mode" => json!({ "enum": ["now", "after_run"] }),
        "within" => link("span"),
        _ => link("reply"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_format_is_in_the_schema() {
        let schema = document();
        let defs = &schema["$defs"];
        let keys = |v: &Value| -> Vec<String> {
            v["properties"].as_object().unwrap().keys().cloned().collect()
        };
        assert_eq!(keys(&schema), words::FLOW_KEYS);
        assert_eq!(keys(&defs["trigger"]), words::TRIGGER_KEYS);
        let kinds = defs["step"]["oneOf"].as_array().unwrap();
        let all: Vec<String> = kinds.iter().flat_map(keys).collect();
        for key in words::all_step_keys() {
            assert!(all.iter().any(|k| k == key), "{key}");
        }
        let sources = defs["mapping"]["oneOf"].as_array().unwrap();
        let all: Vec<String> = sources.iter().flat_map(keys).collect();
        for key in words::SOURCE_KEYS {
            assert!(all.iter().any(|k| k == key), "{key}");
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn walk(v: &Value, schema: &Value) {
            if let Some(to) = v.get("$ref").and_then(Value::as_str) {
                let name = to.strip_prefix("#/$defs/").unwrap();
                assert!(schema["$defs"].get(name).is_some(), "{to}");
            }
            match v {
                Value::Object(m) => m.values().for_each(|i| walk(i, schema)),
                Value::Array(a) => a.iter().for_each(|i| walk(i, schema)),
                _ => {}
            }
        }
        let schema = document();
        walk(&schema, &schema);
    }
}
