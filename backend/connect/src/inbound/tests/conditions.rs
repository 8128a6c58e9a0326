//! What conditions of filters hold for.

use domain::delivery::RawDelivery;
use serde_json::{Value, json};

use crate::inbound::testing::*;

fn holds(cond: &Value, raw: &RawDelivery) -> bool {
    let trigger = json!({"filter": cond, "webhook": {"methods": ["POST", "PUT"]}});
    let i = flow(trigger, json!({}), &[]).unwrap();
    accepted(i.judge(raw, NOW)).events[0].kept
}

#[test]
fn conditions_compare_as_the_manifest_says() {
    let raw = post("{\"a\":1,\"b\":\"\",\"c\":null,\"d\":\"Yes\",\"e\":true}")
        .query("q=v")
        .header_set("x-h", "Ping");
    for (cond, want) in [
        (json!({"path": "$.a"}), true),
        (json!({"path": "$.b"}), false),
        (json!({"path": "$.c", "exists": false}), true),
        (json!({"path": "$.z", "exists": false}), true),
        (json!({"path": "$.a", "equals": "1"}), true),
        (json!({"path": "$.a", "equals": 1.0}), true),
        (json!({"path": "$.e", "equals": "true"}), true),
        (json!({"path": "$.c", "equals": null}), true),
        (json!({"path": "$.d", "equals": "yes"}), false),
        (json!({"path": "$.d", "equals": "yes", "ignore_case": true}), true),
        (json!({"path": "$.d", "in": ["No", "Yes"]}), true),
        (json!({"path": "$.d", "in": []}), false),
        (json!({"path": "$.d", "matches": "^Y"}), true),
        (json!({"path": "$.z", "matches": ".*"}), false),
        (json!({"header": "X-H", "equals": "Ping"}), true),
        (json!({"header": "X-Z"}), false),
        (json!({"query": "q", "equals": "v"}), true),
        (json!({"method": ["PUT", "post"]}), true),
        (json!({"method": "PUT"}), false),
        (json!({"body_contains": "Yes"}), true),
        (json!({"body_empty": true}), false),
        (json!({"all": [{"path": "$.a"}, {"path": "$.b"}]}), false),
        (json!({"any": [{"path": "$.a"}, {"path": "$.b"}]}), true),
        (json!({"any": []}), false),
        (json!({"not": {"path": "$.b"}}), true),
        (json!({"value": "{{query.q}}-{{body.a}}", "equals": "v-{{body.a}}"}), true),
        (json!({"value": "{{query.q}}", "equals": "{{body.a}}"}), false),
        (json!({}), true),
    ] {
        assert_eq!(holds(&cond, &raw), want, "{cond}");
    }
}

#[test]
fn the_body_is_searched_as_text() {
    let raw = post(&b"\"\xC8\xE2\xE0\xED\""[..]);
    assert!(holds(&json!({"body_contains": "Иван"}), &raw), "windows-1251");
    assert!(holds(&json!({"body_empty": true}), &post("")));
}
