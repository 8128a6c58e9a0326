//! The content hash of a manifest: the same for every spelling of the same content.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// SHA-256 of the canonical JSON (keys sorted, no spaces), hex.
pub fn sha256(manifest: &Value) -> String {
    hex::encode(Sha256::digest(sorted(manifest).to_string()))
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut pairs: Vec<(&String, &Value)> = map.iter().collect();
            pairs.sort_by_key(|(k, _)| *k);
            Value::Object(pairs.into_iter().map(|(k, v)| (k.clone(), sorted(v))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_order_of_keys_does_not_change_the_hash() {
        assert_eq!(
            sha256(&json!({"a": 1, "b": {"c": 2, "d": 3}})),
            sha256(&json!({"b": {"d": 3, "c": 2}, "a": 1}))
        );
        assert_ne!(sha256(&json!({"a": [1, 2]})), sha256(&json!({"a": [2, 1]})));
    }
}
