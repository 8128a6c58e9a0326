//! What is kept, shown and given to mappings.

use domain::Time;
use domain::secret::MASK;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::tilda;
use crate::inbound::testing::*;
use crate::inbound::{Inbound, Judgement, Needs};

fn with_token(from: &str) -> Inbound {
    let verify = json!([{"scheme": "token", "from": from, "equals": "s"}]);
    webhook(json!({"verify": verify}), &[])
}

#[test]
fn s18_headers_of_secrets_are_dropped_and_values_masked() {
    let i = tilda(Some("top-secret"), json!({}));
    let keep = i.keep();
    assert_eq!(keep.drop_headers, ["authorization", "cookie", "apikey"]);
    assert!(keep.sealed && !keep.keeps_header("apikey") && keep.keeps_header("x-request-id"));
    let raw = form("Name=A&apikey=top-secret").query("apikey=top-secret&utm=1");
    let a = accepted(i.judge(&raw, NOW));
    let want = json!({
        "body": {"Name": "A", "apikey": MASK},
        "query": {"apikey": MASK, "utm": "1"},
    });
    assert_eq!(keep.mask_view(&a.parsed), want);
    let open = tilda(None, json!({}));
    assert!(!open.keep().sealed, "no secret is set, nothing to seal");
    assert_eq!(open.keep().drop_headers, ["authorization", "cookie"]);
}

#[test]
fn s18_masking_follows_paths_into_lists() {
    let i = with_token("$.value[*].state");
    let raw = post("{\"value\":[{\"state\":\"s\",\"id\":1},{\"state\":\"t\"}]}");
    let view = i.keep().mask_view(&accepted(i.judge(&raw, NOW)).parsed);
    assert_eq!(view["body"], json!({"value": [{"state": MASK, "id": 1}, {"state": MASK}]}));
}

#[test]
fn s18_a_query_is_masked_also_where_it_is_the_body() {
    let i = with_token("query.key");
    let a = accepted(i.judge(&post("").query("key=s&a=1"), NOW));
    let masked = json!({"key": MASK, "a": "1"});
    assert_eq!(i.keep().mask_view(&a.parsed), json!({"body": masked, "query": masked}));
    let a = accepted(i.judge(&post("{\"key\":\"own\"}").query("key=s"), NOW));
    let view = i.keep().mask_view(&a.parsed);
    assert_eq!(view["body"]["key"], "own", "a field of the same name is no secret");
    let i = with_token("query.auth[key]");
    let a = accepted(i.judge(&post("{}").query("auth[key]=s"), NOW));
    assert_eq!(i.keep().mask_view(&a.parsed)["query"], json!({"auth": MASK}));
}

#[test]
fn s18_an_unreadable_body_shows_only_its_fault() {
    let i = webhook(json!({}), &[]);
    let a = accepted(i.judge(&post("{\"password\":"), NOW));
    let view = i.keep().mask_view(&a.parsed).to_string();
    assert!(!view.contains("password") && view.contains("строка 1"), "{view}");
}

#[test]
fn a_stored_delivery_reads_the_same_without_its_dropped_headers() {
    let i = webhook(
        json!({
            "verify": [{"scheme": "token", "from": "header.x-key", "equals": "s"}],
            "split": "$.list",
            "event": {"id": "$.id", "key": "{{header.x-key}}", "a": "{{header.x-a}}"},
        }),
        &[],
    );
    let mut raw =
        post("{\"list\":[{\"id\":1},{\"id\":2}]}").header_set("x-key", "s").header_set("x-a", "1");
    let first = accepted(i.judge(&raw, NOW));
    let data = first.events[0].data.as_ref().unwrap();
    assert_eq!(data, &json!({"id": 1, "key": null, "a": "1"}), "a secret is no data");
    raw.headers.retain(|(n, _)| i.keep().keeps_header(n));
    assert_eq!(raw.headers.len(), 2);
    let (parsed, events) = i.reparse(&raw, false);
    assert_eq!((parsed, events), (first.parsed, first.events));
}

#[test]
fn the_trigger_has_only_what_the_flow_reads() {
    let i = with_token("header.x-key");
    let raw = form("a[0]=x&b=2")
        .query("q=1")
        .header_set("x-key", "s")
        .header_set("x-utf", "\u{d0}\u{98}");
    let parsed = || accepted(i.judge(&raw, NOW)).parsed;
    let none = i.trigger_context(&raw, parsed(), None, "evt_1", Needs::default());
    let received_at = "2023-11-14T22:13:20Z";
    let least = json!({
        "method": "POST", "path": "", "received_at": received_at, "event_id": "evt_1",
    });
    assert_eq!(none, least);
    let all = i.trigger_context(&raw, parsed(), None, "evt_1", Needs::ALL);
    assert_eq!(all["body"], json!({"a": ["x"], "b": "2"}));
    assert_eq!(all["data"], all["body"], "equal where the manifest gives no shape");
    assert_eq!(all["form"], json!({"a[0]": "x", "b": "2"}));
    assert_eq!((&all["raw"], &all["query"]), (&json!("a[0]=x&b=2"), &json!({"q": "1"})));
    assert_eq!(all["headers"]["x-utf"], "И");
    assert!(all["headers"].get("x-key").is_none(), "dropped after verification");
    let data = i.trigger_context(&raw, parsed(), Some(json!({"id": 1})), "evt_1", Needs::ALL);
    assert_eq!((&data["data"], &data["body"]["b"]), (&json!({"id": 1}), &json!("2")));
}

#[test]
fn needs_follow_the_names_that_a_flow_reads() {
    let i = webhook(json!({}), &[]);
    let raw = form("b=2");
    let parsed = || accepted(i.judge(&raw, NOW)).parsed;
    let mut needs = Needs::default();
    needs.add("data");
    let only = i.trigger_context(&raw, parsed(), None, "evt_1", needs);
    assert_eq!((only["data"]["b"].as_str(), only.get("body")), (Some("2"), None));
    needs.add("");
    assert_eq!(needs, Needs::ALL);
}

#[test]
fn s17_the_raw_text_of_an_unreadable_body_is_there() {
    let i = webhook(json!({}), &[]);
    let raw = post("{\"a\":");
    let parsed = accepted(i.judge(&raw, NOW)).parsed;
    let t = i.trigger_context(&raw, parsed, None, "evt_1", Needs::ALL);
    assert_eq!((&t["body"], &t["raw"]), (&Value::Null, &json!("{\"a\":")));
}

fn busy() -> Inbound {
    webhook(
        json!({
            "verify": [
                {
                    "scheme": "signature", "algo": "hmac_sha256", "from": "header.sig", "key": "k",
                    "parts": {"sig": "v1", "ts": "t"},
                    "content": "{{ts}}{{url}}{{form_sorted}}",
                },
                {"scheme": "none"},
            ],
            "handshake": [{
                "when": {"path": "$.test", "equals": "test"},
                "respond": {"text": "{{body.test}}"},
            }],
            "split": "$..a",
            "event": {"x": "{{item.b}}", "y": "$.c"},
        }),
        &[],
    )
}

proptest! {
    #[test]
    fn any_delivery_is_judged_and_read_again_the_same(
        body: Vec<u8>,
        kind in "(application/json|text/xml|application/x-www-form-urlencoded|[a-z/;= ]{0,20})",
        query in "[a-z=&%\\[\\]0-9]{0,20}",
        signature in "\\PC{0,20}",
        now: i64,
    ) {
        let i = busy();
        let raw = post(body)
            .header_set("content-type", kind)
            .query(&query)
            .header_set("sig", signature);
        if let Judgement::Accepted(a) = i.judge(&raw, Time(now)) {
            let _ = i.keep().mask_view(&a.parsed);
            prop_assert_eq!(i.reparse(&raw, false), (a.parsed, a.events));
        }
    }
}
