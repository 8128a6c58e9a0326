use domain::Time;
use domain::limits::{BODY_BYTES_MAX, SPLIT_ITEMS};
use domain::secret::MASK;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::testing::*;
use super::{Inbound, Item, Needs};

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
fn s12_a_test_button_is_answered_and_starts_nothing() {
    for i in [tilda(None, json!({})), tilda(Some("k"), json!({}))] {
        let (word, answer) = answered(i.judge(&form("test=test"), NOW));
        assert_eq!((word, answer.status, answer.body.as_str()), ("probe", 200, "ok"));
        assert!(answer.headers.contains(&("content-type".into(), "text/plain; charset=utf-8".into())));
        assert!(answer.headers.contains(&("x-content-type-options".into(), "nosniff".into())));
    }
}

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
fn s12_other_methods_get_200_and_make_no_event() {
    let i = webhook(json!({"verify": [{"scheme": "token", "from": "header.t", "equals": "x"}]}), &[]);
    for method in ["GET", "HEAD", "PUT", "DELETE"] {
        let (word, answer) = answered(i.judge(&post("").method(method), NOW));
        assert_eq!((word, answer.status, answer.body.as_str()), ("probe", 200, ""), "{method}");
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
fn handshakes_echo_as_plain_text_and_may_ask_for_proof() {
    let i = webhook(
        json!({
            "verify": [{"scheme": "token", "from": "header.t", "equals": "s"}],
            "handshake": [
                {"when": {"method": "GET", "query": "challenge"},
                 "respond": {"text": "{{query.challenge}}", "headers": {"Content-Type": "text/html", "X-Echo": "{{query.challenge}}"}}},
                {"when": {"path": "$.type", "equals": "url_verification"}, "verified": true,
                 "respond": {"json": {"challenge": "{{body.challenge}}", "n": "{{body.n}}"}}},
                {"when": {"method": "PUT", "query": "mode"}, "check": {"query": "token", "equals": "{{input.check}}"},
                 "respond": {"empty": true, "status": 204}},
            ],
        }),
        &[("check", "right")],
    );
    let raw = post("").method("GET").query("challenge=%3Cb%3Ehi%3C%2Fb%3E");
    let (kind, answer) = answered(i.judge(&raw, NOW));
    assert_eq!((kind, answer.body.as_str()), ("probe", "<b>hi</b>"));
    let header = |name: &str| answer.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    assert_eq!(header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!((header("x-content-type-options"), header("x-echo")), (Some("nosniff"), Some("<b>hi</b>")));
    let breaking = post("").method("GET").query("challenge=a%0D%0AX%3A1");
    let (_, answer) = answered(i.judge(&breaking, NOW));
    assert!(!answer.headers.iter().any(|(n, _)| n == "x-echo"), "no line break in a header");

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
    let i = webhook(
        json!({"respond": {"status": 202, "headers": {"X-Id": "{{event.id}}"}, "json": {"code": 0, "id": "{{event.id}}", "list": ["{{header.x-a}}"]}},
               "event": {"id": "$.data.id"}}),
        &[],
    );
    let (_, answer) = answered(i.judge(&post("{\"data\":{\"id\":7}}").header_set("x-a", "y"), NOW));
    assert_eq!((answer.status, answer.body.as_str()), (202, "{\"code\":0,\"id\":7,\"list\":[\"y\"]}"));
    assert!(answer.headers.contains(&("x-id".into(), "7".into())));

    let i = webhook(json!({"respond": {"xml": "<Ack id=\"{{body.id}}\">{{body.t}}</Ack>"}}), &[]);
    let (_, answer) = answered(i.judge(&post("{\"id\":1,\"t\":\"a<b&c\"}"), NOW));
    assert_eq!(answer.body, "<Ack id=\"1\">a&lt;b&amp;c</Ack>");
    assert_eq!(answer.headers[0].1, "application/xml; charset=utf-8");

    let (_, answer) = answered(webhook(json!({}), &[]).judge(&post("{}"), NOW));
    assert_eq!((answer.status, answer.body.as_str()), (200, "{\"ok\":true}"));
    let page = post("{}").header_set("origin", "https://shop.example");
    let (_, answer) = answered(webhook(json!({}), &[]).judge(&page, NOW));
    assert!(answer.headers.contains(&("access-control-allow-origin".into(), "*".into())));

    let reject = json!({"verify": [{"scheme": "token", "from": "header.t", "equals": "s"}], "reject": {"status": 403, "text": "no"}});
    let (kind, answer) = answered(webhook(reject, &[]).judge(&post("{}"), NOW));
    assert_eq!((kind, answer.status, answer.body.as_str()), ("rejected", 403, "no"));
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
    let two = "<Envelope><Notification><Id>1</Id></Notification><Notification><Id>2</Id></Notification></Envelope>";
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
    let (word, answer) = answered(j);
    assert_eq!((word, answer.status), ("refused", 413));
    assert_eq!(word_of_hits(), "refused", "more hits than a path may have");
}

fn word_of_hits() -> &'static str {
    let i = webhook(json!({"split": "$[*][*]"}), &[]);
    let row = format!("[{}]", vec!["1"; 200].join(","));
    word(&i.judge(&post(format!("[{}]", vec![row; 200].join(","))), NOW))
}

#[test]
fn events_take_the_shape_that_the_connector_gives_them() {
    let i = flow(
        json!({
            "webhook": {
                "split": "$.items[*]",
                "event": {"id": "$.id", "who": "{{body.account}}/{{item.name}}", "kind": "{{header.x-kind}}", "deep": {"tag": "$.tags[0]"}},
            },
            "filter": {"value": "{{event.id}}", "not": {"path": "$.skip", "equals": true}},
        }),
        json!({}),
        &[],
    )
    .unwrap();
    let raw = post("{\"account\":\"a\",\"items\":[{\"id\":1,\"name\":\"x\",\"tags\":[\"t\"]},{\"id\":2,\"skip\":true},{\"name\":\"z\"}]}")
        .header_set("x-kind", "k");
    let a = accepted(i.judge(&raw, NOW));
    let want = [
        (json!({"id": 1, "who": "a/x", "kind": "k", "deep": {"tag": "t"}}), true),
        (json!({"id": 2, "who": "a/", "kind": "k", "deep": {"tag": null}}), false),
        (json!({"id": null, "who": "a/z", "kind": "k", "deep": {"tag": null}}), false),
    ];
    for (item, (data, kept)) in a.events.iter().zip(&want) {
        assert_eq!((item.data.as_ref(), item.kept), (Some(data), *kept));
    }
    assert_eq!(a.events.len(), 3);
    assert_eq!(a.parsed.body.unwrap()["account"], "a", "the body is kept whole");
}

#[test]
fn a_shape_without_split_starts_at_the_body() {
    let i = flow(
        json!({"webhook": {"event": "$.message"}, "filter": {"path": "$.update", "equals": "1"}}),
        json!({}),
        &[],
    )
    .unwrap();
    let a = accepted(i.judge(&post("{\"update\":1,\"message\":{\"text\":\"hi\"}}"), NOW));
    assert_eq!(a.events, [Item { data: Some(json!({"text": "hi"})), kept: true }]);
}

#[test]
fn conditions_compare_as_the_manifest_says() {
    let holds = |cond: Value, raw: domain::delivery::RawDelivery| {
        let i = flow(json!({"filter": cond, "webhook": {"methods": ["POST", "PUT"]}}), json!({}), &[]);
        accepted(i.unwrap().judge(&raw, NOW)).events[0].kept
    };
    let raw = || post("{\"a\":1,\"b\":\"\",\"c\":null,\"d\":\"Yes\",\"e\":true}").query("q=v").header_set("x-h", "Ping");
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
        (json!({}), true),
    ] {
        assert_eq!(holds(cond.clone(), raw()), want, "{cond}");
    }
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

#[test]
fn s18_headers_of_secrets_are_dropped_and_values_masked() {
    let i = tilda(Some("top-secret"), json!({}));
    let keep = i.keep();
    assert_eq!(keep.drop_headers, ["authorization", "cookie", "apikey"]);
    assert!(keep.sealed && !keep.keeps_header("apikey") && keep.keeps_header("x-request-id"));
    let raw = form("Name=A&apikey=top-secret").query("apikey=top-secret&utm=1");
    let a = accepted(i.judge(&raw, NOW));
    let view = keep.mask_view(&a.parsed);
    assert_eq!(view, json!({"body": {"Name": "A", "apikey": MASK}, "query": {"apikey": MASK, "utm": "1"}}));
    let open = tilda(None, json!({}));
    assert!(!open.keep().sealed, "no secret is set, nothing to seal");
    assert_eq!(open.keep().drop_headers, ["authorization", "cookie"]);
}

#[test]
fn s18_masking_follows_paths_into_lists_and_query_bodies() {
    let verify = json!([{"scheme": "token", "from": "$.value[*].state", "equals": "s"}]);
    let i = webhook(json!({"verify": verify}), &[]);
    let raw = post("{\"value\":[{\"state\":\"s\",\"id\":1},{\"state\":\"t\"}]}");
    let view = i.keep().mask_view(&accepted(i.judge(&raw, NOW)).parsed);
    assert_eq!(view["body"], json!({"value": [{"state": MASK, "id": 1}, {"state": MASK}]}));

    let verify = json!([{"scheme": "token", "from": "query.key", "equals": "s"}]);
    let i = webhook(json!({"verify": verify}), &[]);
    let a = accepted(i.judge(&post("").query("key=s&a=1"), NOW));
    let view = i.keep().mask_view(&a.parsed);
    assert_eq!(view, json!({"body": {"key": MASK, "a": "1"}, "query": {"key": MASK, "a": "1"}}));
    let a = accepted(i.judge(&post("{\"key\":\"own\"}").query("key=s"), NOW));
    assert_eq!(i.keep().mask_view(&a.parsed)["body"]["key"], "own", "a field of the same name");
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
    let i = flow(
        json!({"webhook": {
            "verify": [{"scheme": "token", "from": "header.x-key", "equals": "s"}],
            "split": "$.list",
            "event": {"id": "$.id", "key": "{{header.x-key}}", "at": "{{now}}", "a": "{{header.x-a}}"},
        }}),
        json!({}),
        &[],
    )
    .unwrap();
    let mut raw = post("{\"list\":[{\"id\":1},{\"id\":2}]}").header_set("x-key", "s").header_set("x-a", "1");
    let first = accepted(i.judge(&raw, NOW));
    assert_eq!(first.events[0].data.as_ref().unwrap()["key"], "", "a secret is not an event's data");
    raw.headers.retain(|(n, _)| i.keep().keeps_header(n));
    assert_eq!(raw.headers.len(), 2);
    let (parsed, events) = i.reparse(&raw, false);
    assert_eq!((parsed, events), (first.parsed, first.events));
}

#[test]
fn the_trigger_has_only_what_the_flow_reads() {
    let i = webhook(json!({"verify": [{"scheme": "token", "from": "header.x-key", "equals": "s"}]}), &[]);
    let raw = form("a[0]=x&b=2").query("q=1").header_set("x-key", "s").header_set("x-utf", "\u{d0}\u{98}");
    let parsed = || accepted(i.judge(&raw, NOW)).parsed;
    let none = i.trigger_context(&raw, parsed(), None, "evt_1", Needs::default());
    assert_eq!(
        none,
        json!({"method": "POST", "path": "", "received_at": "2023-11-14T22:13:20Z", "event_id": "evt_1"})
    );
    let all = i.trigger_context(&raw, parsed(), None, "evt_1", Needs::ALL);
    assert_eq!(all["body"], json!({"a": ["x"], "b": "2"}));
    assert_eq!(all["data"], all["body"], "equal where the manifest gives no shape");
    assert_eq!(all["form"], json!({"a[0]": "x", "b": "2"}));
    assert_eq!((&all["raw"], &all["query"]), (&json!("a[0]=x&b=2"), &json!({"q": "1"})));
    assert_eq!(all["headers"]["x-utf"], "И");
    assert!(all["headers"].get("x-key").is_none(), "dropped after verification");
    let data = i.trigger_context(&raw, parsed(), Some(json!({"id": 1})), "evt_1", Needs::ALL);
    assert_eq!((&data["data"], &data["body"]["b"]), (&json!({"id": 1}), &json!("2")));
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

#[test]
fn an_encoded_body_that_was_not_decoded_is_refused() {
    let i = webhook(json!({}), &[]);
    let (word, answer) = answered(i.judge(&post("{}").header_set("content-encoding", "br"), NOW));
    assert_eq!((word, answer.status), ("refused", 415));
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
    assert_eq!(places(json!({"webhook": {"respond": {"text": "{{"}}})), ["webhook.respond.text"]);
    assert_eq!(places(json!({"webhook": {"respond": {"status": 99}}})), ["webhook.respond.status"]);
    assert_eq!(
        places(json!({"webhook": {"respond": {"headers": {"Set-Cookie": "a"}}}})),
        ["webhook.respond.headers.Set-Cookie"]
    );
    assert_eq!(places(json!({"webhook": {"respond": {"text": "a", "empty": true}}})), ["webhook.respond"]);
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
        let i = webhook(
            json!({
                "verify": [
                    {"scheme": "signature", "algo": "hmac_sha256", "from": "header.sig", "key": "k",
                     "parts": {"sig": "v1", "ts": "t"}, "content": "{{ts}}{{url}}{{form_sorted}}"},
                    {"scheme": "none"},
                ],
                "handshake": [{"when": {"path": "$.test", "equals": "test"}, "respond": {"text": "{{body.test}}"}}],
                "split": "$..a",
                "event": {"x": "{{item.b}}", "y": "$.c"},
            }),
            &[],
        );
        let raw = post(body).header_set("content-type", kind).query(&query).header_set("sig", signature);
        if let super::Judgement::Accepted(a) = i.judge(&raw, Time(now)) {
            let _ = i.keep().mask_view(&a.parsed);
            prop_assert_eq!(i.reparse(&raw, false), (a.parsed, a.events));
        }
    }
}
