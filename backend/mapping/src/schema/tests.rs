use serde_json::{Value, json};

use super::Schema;

fn misfits(schema: &Value, value: &Value) -> Vec<String> {
    let schema = Schema::read(schema).unwrap_or_else(|e| panic!("{e:?}"));
    let found = schema.misfits(value);
    found.into_iter().map(|m| format!("{}: {}", m.place, m.message.en)).collect()
}

fn refused(schema: &Value) -> Vec<String> {
    Schema::read(schema).unwrap_err().iter().map(ToString::to_string).collect()
}

fn order() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["id", "total"],
        "properties": {
            "id": { "type": "string", "minLength": 1, "pattern": "^[A-Z]" },
            "total": { "type": "number", "minimum": 0 },
            "state": { "enum": ["new", "paid"] },
            "lines": {
                "type": "array", "maxItems": 2, "items": { "$ref": "#/$defs/line" }
            },
        },
        "additionalProperties": false,
        "$defs": {
            "line": { "type": "object", "required": ["sku"], "properties": {
                "count": { "type": "integer", "exclusiveMinimum": 0 } } },
        },
    })
}

#[test]
fn a_payload_that_fits_has_nothing_to_say() {
    let payload = json!({"id": "A1", "total": 10.5, "state": "paid",
        "lines": [{"sku": "x", "count": 2.0}]});
    assert_eq!(misfits(&order(), &payload), [] as [&str; 0]);
}

#[test]
fn every_misfit_has_its_place() {
    let payload = json!({"id": "", "state": "lost", "more": 1,
        "lines": [{"sku": "x", "count": 0}, {}]});
    let all = misfits(&order(), &payload);
    assert_eq!(all[0], "total: this is missing");
    assert_eq!(all[1], "id: shorter than 1");
    assert_eq!(all[2], "id: the text does not match ^[A-Z]");
    assert_eq!(all[3], r#"state: not one of "new", "paid""#);
    assert_eq!(all.len(), domain::limits::SCHEMA_FAULTS);
    let payload = json!({"id": "A", "total": 1, "lines": [{"sku": "x", "count": 0}, {}]});
    let all = misfits(&order(), &payload);
    assert_eq!(all, ["lines[0].count: the number is too small", "lines[1].sku: this is missing"]);
}

#[test]
fn alternatives_and_their_opposite_are_weighed() {
    let schema = json!({"oneOf": [{"type": "string"}, {"type": "integer"}, {"const": 7}]});
    assert_eq!(misfits(&schema, &json!("a")).len(), 0);
    assert_eq!(misfits(&schema, &json!(7)).len(), 1);
    assert_eq!(misfits(&schema, &json!(null)).len(), 1);
    let schema = json!({"not": {"required": ["test"]}});
    assert_eq!(misfits(&schema, &json!({})).len(), 0);
    assert_eq!(misfits(&schema, &json!({"test": 1})).len(), 1);
    assert_eq!(misfits(&json!(false), &json!(1)).len(), 1);
    assert_eq!(misfits(&json!({"uniqueItems": true}), &json!([1, 1.0])).len(), 1);
}

#[test]
fn what_would_not_be_checked_is_refused() {
    assert_eq!(
        refused(&json!({"requierd": ["id"]})),
        [r#"/requierd: the keyword "requierd" is not supported; did you mean "required"?"#]
    );
    assert_eq!(
        refused(&json!({"$ref": "https://example.com/s.json"})),
        ["/$ref: only references inside the schema, such as #/$defs/name"]
    );
    assert_eq!(
        refused(&json!({"$ref": "#/$defs/none"})),
        [r##"/$ref: there is no "#/$defs/none" in the schema"##]
    );
    assert_eq!(refused(&json!({"type": "text"})), [r#"/type: there is no type "text""#]);
    assert_eq!(refused(&json!([])), ["a schema is an object, true or false"]);
    assert!(refused(&json!({"pattern": "("}))[0].starts_with("/pattern"));
}

/// A schema that refers to itself twice doubles the work with each level.
#[test]
fn a_schema_that_multiplies_itself_ends() {
    let schema = json!({"anyOf": [{"$ref": "#"}, {"$ref": "#"}]});
    assert_eq!(misfits(&schema, &json!(1)).len(), 1);
}
