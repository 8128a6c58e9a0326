mod answers;
mod conditions;
mod connectors;
mod events;
mod forms;
mod views;

use domain::limits::BODY_BYTES_MAX;
use serde_json::{Value, json};

use super::Inbound;
use super::testing::*;

/// A flow as of a form builder: an optional key whose name the user chooses, a test button, a
/// filter by form.
fn tilda(apikey: Option<&str>, input: Value) -> Inbound {
    let token = |from: &str| json!({"scheme": "token", "from": from, "equals": "{{input.apikey}}"});
    let trigger = json!({
        "input": [
            {"key": "apikey", "secret": true},
            {"key": "key_name", "default": "apikey"},
            {"key": "formid"},
        ],
        "webhook": {
            "verify_optional": true,
            "verify": [
                token("header.{{input.key_name}}"),
                token("$.{{input.key_name}}"),
                token("query.{{input.key_name}}"),
            ],
            "handshake": [{"when": {"path": "$.test", "equals": "test"}, "respond": {"text": "ok"}}],
            "respond": {"text": "ok"},
        },
        "filter": {"any": [
            {"value": "{{input.formid}}", "exists": false},
            {"path": "$.formid", "equals": "{{input.formid}}"},
        ]},
    });
    let secrets: Vec<(&str, &str)> = apikey.map(|k| ("apikey", k)).into_iter().collect();
    flow(trigger, input, &secrets).unwrap()
}

#[test]
fn the_largest_body_is_bounded() {
    assert_eq!(webhook(json!({}), &[]).max_body(), 1 << 20);
    assert_eq!(webhook(json!({"max_body": 5}), &[]).max_body(), 5);
    assert_eq!(webhook(json!({"max_body": 1_u64 << 40}), &[]).max_body(), BODY_BYTES_MAX);
}

#[test]
fn faults_of_a_trigger_are_told_with_their_place() {
    let places = |trigger: Value| -> Vec<String> {
        let made = flow(trigger, json!({}), &[]).err().unwrap_or_default();
        made.into_iter().map(|p| p.place).collect()
    };
    assert_eq!(places(json!({"webhook": {"split": "$["}})), ["webhook.split"]);
    assert_eq!(places(json!({"filter": {"path": "$.a", "matches": "("}})), ["filter.matches"]);
    assert_eq!(places(json!({"filter": {"status": 200}})), ["filter.status"]);
    let respond = |reply: Value| places(json!({"webhook": {"respond": reply}}));
    assert_eq!(respond(json!({"text": "{{"})), ["webhook.respond.text"]);
    assert_eq!(respond(json!({"status": 99})), ["webhook.respond.status"]);
    assert_eq!(respond(json!({"text": "a", "empty": true})), ["webhook.respond"]);
    assert_eq!(
        respond(json!({"headers": {"Set-Cookie": "a"}})),
        ["webhook.respond.headers.Set-Cookie"]
    );
}
