//! The language of manifests as a JSON Schema, made of the same types that read them: what editors
//! complete, what the documentation lists and what is refused can never differ.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::Manifest;

/// The schema of `connector.yaml` (JSON Schema 2020-12).
pub fn document() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(make);
    &SCHEMA
}

fn make() -> Value {
    let mut schema = schemars::schema_for!(Manifest).to_value();
    schema["title"] = json!("Connector manifest, sdk 1");
    if let Some(defs) = schema.get_mut("$defs").and_then(Value::as_object_mut) {
        let known = defs.clone();
        defs.values_mut().for_each(|d| merge_tags(d, &known));
    }
    schema
}

/// A variant that is a tag beside a reference to a closed object becomes one closed object: a
/// reader of the schema would refuse the tag otherwise.
fn merge_tags(schema: &mut Value, known: &serde_json::Map<String, Value>) {
    let Some(variants) = schema.get_mut("oneOf").and_then(Value::as_array_mut) else { return };
    for variant in variants {
        let name = variant["$ref"].as_str().and_then(|r| r.strip_prefix("#/$defs/"));
        let Some(Value::Object(target)) = name.and_then(|n| known.get(n)).cloned() else {
            continue;
        };
        let Value::Object(own) = variant else { continue };
        own.remove("$ref");
        for (key, value) in target {
            match (own.get_mut(&key), value) {
                (Some(Value::Object(have)), Value::Object(more)) => have.extend(more),
                (Some(Value::Array(have)), Value::Array(more)) => have.extend(more),
                (Some(_), _) => {}
                (None, value) => {
                    own.insert(key, value);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_of_the_language_is_closed_and_every_key_has_a_text() {
        let schema = document();
        let defs = schema["$defs"].as_object().unwrap();
        for (name, def) in defs {
            let Some(properties) = def["properties"].as_object() else { continue };
            assert_eq!(def["additionalProperties"], false, "{name} takes unknown keys");
            let tagged = properties.values().filter(|p| p.get("const").is_none());
            assert!(tagged.count() > 0, "{name} has no keys");
        }
        assert!(defs.len() > 30);
    }

    #[test]
    fn a_variant_with_a_tag_is_one_closed_object() {
        let verify = &document()["$defs"]["Verify"]["oneOf"];
        for variant in verify.as_array().unwrap() {
            assert!(variant["properties"]["scheme"]["const"].is_string(), "{variant}");
            assert_eq!(variant["additionalProperties"], false, "{variant}");
            assert!(variant.get("$ref").is_none());
        }
    }

    #[test]
    fn the_schema_beside_the_connectors_is_the_one_of_the_types() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../connectors/connector.schema.json");
        let text = std::fs::read_to_string(file).unwrap();
        let have: Value = serde_json::from_str(&text).unwrap();
        assert!(
            have == *document(),
            "run: zveno connector schema -o connectors/connector.schema.json"
        );
    }
}
