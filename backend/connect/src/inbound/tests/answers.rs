//! Probes, handshakes and answers.

use serde_json::json;

use super::tilda;
use crate::inbound::testing::*;

#[test]
fn s12_a_test_button_is_answered_and_starts_nothing() {
    for i in [tilda(None, json!({})), tilda(Some("k"), json!({}))] {
        let (kind, answer) = answered(i.judge(&form("test=test"), NOW));
        assert_eq!((kind, answer.status, answer.body.as_str()), ("probe", 200, "ok"));
        let plain = ("content-type".into(), "text/plain; charset=utf-8".into());
        assert!(answer.headers.contains(&plain));
        assert!(answer.headers.contains(&("x-content-type-options".into(), "nosniff".into())));
    }
}

#[test]
fn s12_other_methods_get_200_and_make_no_event() {
    let token = json!({"scheme": "token", "from": "header.t", "equals": "x"});
    let i = webhook(json!({"verify": [token]}), &[]);
    for method in ["GET", "HEAD", "PUT", "DELETE"] {
        let (kind, answer) = answered(i.judge(&post("").method(method), NOW));
        assert_eq!((kind, answer.status, answer.body.as_str()), ("probe", 200, ""), "{method}");
    }
    let options = post("").method("OPTIONS").header_set("access-control-request-headers", "x-a");
    let (kind, answer) = answered(i.judge(&options, NOW));
    assert_eq!((kind, answer.status), ("probe", 204));
    for (name, value) in [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "POST"),
        ("access-control-allow-headers", "x-a"),
    ] {
        assert!(answer.headers.contains(&(name.into(), value.into())), "{name}");
    }
    let i = webhook(json!({"methods": ["get", "PUT"]}), &[]);
    let a = accepted(i.judge(&post("").method("GET").query("a=1"), NOW));
    assert_eq!(a.parsed.body, Some(json!({"a": "1"})));
    assert_eq!(word(&i.judge(&post("{}"), NOW)), "probe");
}

#[test]
fn an_echo_is_plain_text_whatever_the_manifest_says() {
    let i = webhook(
        json!({"handshake": [{
            "when": {"method": "GET", "query": "challenge"},
            "respond": {
                "text": "{{query.challenge}}",
                "headers": {"Content-Type": "text/html", "X-Echo": "{{query.challenge}}"},
            },
        }]}),
        &[],
    );
    let raw = post("").method("GET").query("challenge=%3Cb%3Ehi%3C%2Fb%3E");
    let (kind, answer) = answered(i.judge(&raw, NOW));
    assert_eq!((kind, answer.body.as_str()), ("probe", "<b>hi</b>"));
    let header =
        |name: &str| answer.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    assert_eq!(header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(header("x-content-type-options"), Some("nosniff"));
    assert_eq!(header("x-echo"), Some("<b>hi</b>"));
    let breaking = post("").method("GET").query("challenge=a%0D%0AX%3A1");
    let (_, answer) = answered(i.judge(&breaking, NOW));
    assert!(!answer.headers.iter().any(|(n, _)| n == "x-echo"), "no line break in a header");
}

#[test]
fn a_handshake_may_ask_for_proof_or_a_check() {
    let i = webhook(
        json!({
            "verify": [{"scheme": "token", "from": "header.t", "equals": "s"}],
            "handshake": [
                {
                    "when": {"path": "$.type", "equals": "url_verification"},
                    "verified": true,
                    "respond": {"json": {"challenge": "{{body.challenge}}", "n": "{{body.n}}"}},
                },
                {
                    "when": {"method": "PUT", "query": "mode"},
                    "check": {"query": "token", "equals": "{{input.check}}"},
                    "respond": {"empty": true, "status": 204},
                },
            ],
        }),
        &[("check", "right")],
    );
    let ping = post("{\"type\":\"url_verification\",\"challenge\":\"c\",\"n\":1}");
    assert_eq!(word(&i.judge(&ping, NOW)), "rejected");
    let (kind, answer) = answered(i.judge(&ping.header_set("t", "s"), NOW));
    assert_eq!((kind, answer.body.as_str()), ("probe", "{\"challenge\":\"c\",\"n\":1}"));

    let put = |q: &str| answered(i.judge(&post("").method("PUT").query(q), NOW));
    assert_eq!(put("mode=subscribe&token=right").1.status, 204);
    assert_eq!(put("mode=subscribe&token=wrong").0, "rejected");
}

#[test]
fn answers_are_made_from_templates() {
    let respond = json!({
        "status": 202,
        "headers": {"X-Id": "{{event.id}}"},
        "json": {"code": 0, "id": "{{event.id}}", "list": ["{{header.x-a}}"]},
    });
    let i = webhook(json!({"respond": respond, "event": {"id": "$.data.id"}}), &[]);
    let raw = post("{\"data\":{\"id\":7}}").header_set("x-a", "y");
    let (_, answer) = answered(i.judge(&raw, NOW));
    assert_eq!(answer.status, 202);
    assert_eq!(answer.body, "{\"code\":0,\"id\":7,\"list\":[\"y\"]}");
    assert!(answer.headers.contains(&("x-id".into(), "7".into())));

    let i = webhook(json!({"respond": {"xml": "<Ack id=\"{{body.id}}\">{{body.t}}</Ack>"}}), &[]);
    let (_, answer) = answered(i.judge(&post("{\"id\":1,\"t\":\"a<b&c\"}"), NOW));
    assert_eq!(answer.body, "<Ack id=\"1\">a&lt;b&amp;c</Ack>");
    assert_eq!(answer.headers[0].1, "application/xml; charset=utf-8");
}

#[test]
fn answers_without_a_reply_in_the_manifest() {
    let (_, answer) = answered(webhook(json!({}), &[]).judge(&post("{}"), NOW));
    assert_eq!((answer.status, answer.body.as_str()), (200, "{\"ok\":true}"));
    let page = post("{}").header_set("origin", "https://shop.example");
    let (_, answer) = answered(webhook(json!({}), &[]).judge(&page, NOW));
    assert!(answer.headers.contains(&("access-control-allow-origin".into(), "*".into())));

    let verify = json!([{"scheme": "token", "from": "header.t", "equals": "s"}]);
    let i = webhook(json!({"verify": verify}), &[]);
    assert_eq!(answered(i.judge(&post("{}"), NOW)).1.status, 401);
    let i = webhook(json!({"verify": verify, "reject": {"status": 403, "text": "no"}}), &[]);
    let (kind, answer) = answered(i.judge(&post("{}"), NOW));
    assert_eq!((kind, answer.status, answer.body.as_str()), ("rejected", 403, "no"));
}

#[test]
fn an_encoded_body_that_was_not_decoded_is_refused() {
    let i = webhook(json!({}), &[]);
    let (kind, answer) = answered(i.judge(&post("{}").header_set("content-encoding", "br"), NOW));
    assert_eq!((kind, answer.status), ("refused", 415));
}
