//! Which events a delivery makes.

use domain::limits::SPLIT_ITEMS;
use serde_json::{Value, json};

use super::tilda;
use crate::inbound::Item;
use crate::inbound::testing::*;

#[test]
fn a_form_is_accepted_with_the_key_in_any_of_its_places() {
    let i = tilda(Some("k-1"), json!({"key_name": "Api_Key"}));
    let body = "Name=%D0%90%D0%BD%D0%BD%D0%B0&formid=form1";
    assert_eq!(word(&i.judge(&form(body), NOW)), "rejected");
    for raw in [
        form(body).header_set("api_key", "k-1"),
        form(format!("{body}&Api_Key=k-1")),
        form(body).query("Api_Key=k-1"),
    ] {
        let a = accepted(i.judge(&raw, NOW));
        assert_eq!(a.parsed.body.unwrap()["Name"], "Анна");
        assert_eq!(a.events, [Item { data: None, kept: true }]);
        assert_eq!((a.answer.status, a.answer.body.as_str()), (200, "ok"));
    }
}

#[test]
fn s17_the_filter_is_decided_when_the_delivery_comes() {
    let i = tilda(None, json!({"formid": "form1"}));
    let kept = |body: &'static str| accepted(i.judge(&form(body), NOW)).events[0].kept;
    assert!(kept("formid=form1"));
    assert!(!kept("formid=form2"));
    assert!(!kept("x=1"));
}

#[test]
fn a_delivery_is_split_into_events() {
    let i = webhook(json!({"split": "$.Envelope.Notification"}), &[]);
    let data = |body: &'static str| -> Vec<Value> {
        let raw = post(body).header_set("content-type", "text/xml");
        accepted(i.judge(&raw, NOW)).events.into_iter().filter_map(|e| e.data).collect()
    };
    let one = "<Envelope><Notification><Id>1</Id></Notification></Envelope>";
    assert_eq!(data(one), [json!({"Id": "1"})], "a single element counts as a list of one");
    let two = "<Envelope><Notification><Id>1</Id></Notification>\
               <Notification><Id>2</Id></Notification></Envelope>";
    assert_eq!(data(two), [json!({"Id": "1"}), json!({"Id": "2"})]);
    assert_eq!(data("<Envelope/>"), Vec::<Value>::new());
}

#[test]
fn a_split_over_1000_items_is_refused_visibly() {
    let i = webhook(json!({"split": "$"}), &[]);
    let list = |n: usize| format!("[{}]", vec!["1"; n].join(","));
    assert_eq!(accepted(i.judge(&post(list(SPLIT_ITEMS)), NOW)).events.len(), SPLIT_ITEMS);
    let j = i.judge(&post(list(SPLIT_ITEMS + 1)), NOW);
    assert_eq!(reason(&j).ru, "больше 1000 событий в одном запросе");
    let (kind, answer) = answered(j);
    assert_eq!((kind, answer.status), ("refused", 413));

    let i = webhook(json!({"split": "$[*][*]"}), &[]);
    let rows = format!("[{}]", vec![list(200); 200].join(","));
    let j = i.judge(&post(rows), NOW);
    assert_eq!(word(&j), "refused", "more hits than a path may have");
}

#[test]
fn events_take_the_shape_that_the_connector_gives_them() {
    let event = json!({
        "id": "$.id",
        "who": "{{body.account}}/{{item.name}}",
        "kind": "{{header.x-kind}}",
        "deep": {"tag": "$.tags[0]"},
    });
    let filter = json!({"value": "{{event.id}}", "not": {"path": "$.skip", "equals": true}});
    let webhook = json!({"split": "$.items[*]", "event": event});
    let i = flow(json!({"webhook": webhook, "filter": filter}), json!({}), &[]).unwrap();
    let items = json!([
        {"id": 1, "name": "x", "tags": ["t"]},
        {"id": 2, "skip": true},
        {"name": "z"},
    ]);
    let body = json!({"account": "a", "items": items});
    let a = accepted(i.judge(&post(body.to_string()).header_set("x-kind", "k"), NOW));
    let want = [
        (json!({"id": 1, "who": "a/x", "kind": "k", "deep": {"tag": "t"}}), true),
        (json!({"id": 2, "who": "a/", "kind": "k", "deep": {"tag": null}}), false),
        (json!({"id": null, "who": "a/z", "kind": "k", "deep": {"tag": null}}), false),
    ];
    for (item, (data, kept)) in a.events.iter().zip(&want) {
        assert_eq!((item.data.as_ref(), item.kept), (Some(data), *kept));
    }
    assert_eq!(a.events.len(), 3);
    assert_eq!(a.parsed.body, Some(body), "the body is kept whole");
}

#[test]
fn a_shape_without_split_starts_at_the_body() {
    let filter = json!({"path": "$.update", "equals": "1"});
    let trigger = json!({"webhook": {"event": "$.message"}, "filter": filter});
    let i = flow(trigger, json!({}), &[]).unwrap();
    let a = accepted(i.judge(&post("{\"update\":1,\"message\":{\"text\":\"hi\"}}"), NOW));
    assert_eq!(a.events, [Item { data: Some(json!({"text": "hi"})), kept: true }]);
}

#[test]
fn s17_an_unreadable_body_is_accepted_without_split_or_shape() {
    let i = webhook(json!({"split": "$.x[*]", "event": {"a": "$.b"}}), &[]);
    let raw = post("{\"a\":1,");
    let a = accepted(i.judge(&raw, NOW));
    assert_eq!((a.answer.status, a.parsed.body.is_none()), (200, true));
    assert_eq!(a.events, [Item { data: None, kept: true }]);
    assert!(a.parsed.error.unwrap().to_string().starts_with("line 1, column 8"));
    let (parsed, events) = i.reparse(&raw, true);
    assert_eq!(parsed.body, Some(json!("{\"a\":1,")), "replayed as text");
    assert_eq!(events.len(), 1);
}
