//! Rules R1 to R7 as a request shows them.

use super::*;

fn json_of(call: &str, input: Value) -> Value {
    let p = request(&with_call(call), "key", input).unwrap();
    serde_json::from_str(&body(&p)).unwrap()
}

#[test]
fn r1_every_leaf_is_a_template_and_the_tree_is_serialised_afterwards() {
    let call = r#"{url: /a, json: {a: {b: "x {{input.x}} y", list: ["{{input.x}}", 1]}}}"#;
    assert_eq!(
        json_of(call, json!({"x": "\"q\" & {{conn.token}}"})),
        json!({"a": {"b": "x \"q\" & {{conn.token}} y", "list": ["\"q\" & {{conn.token}}", 1]}})
    );
}

#[test]
fn r2_a_lone_path_keeps_its_type() {
    let call = r#"{url: /a, json: {v: "{{input.x}}", t: "n={{input.x}}"}}"#;
    assert_eq!(json_of(call, json!({"x": 5})), json!({"v": 5, "t": "n=5"}));
    assert_eq!(json_of(call, json!({"x": [1, {"a": true}]}))["v"], json!([1, {"a": true}]));
}

#[test]
fn r3_what_is_empty_vanishes_with_the_constants_around_it() {
    let call = r#"{url: /a, json: {n: "{{input.x}}", phone: [{value: "{{input.y}}", type: WORK}], params: {keep: "Y"}}}"#;
    assert_eq!(
        json_of(call, json!({"x": "a", "y": ""})),
        json!({"n": "a", "params": {"keep": "Y"}})
    );
    let call = r#"{url: /a, omit_empty: false, json: {n: "{{input.x}}"}}"#;
    assert_eq!(json_of(call, json!({})), json!({"n": null}));
    let call = r#"{url: /a, method: GET, query: {a: "{{input.x}}", b: "{{input.y}}"}}"#;
    let p = request(&with_call(call), "basic", json!({"x": "", "y": "1 &="})).unwrap();
    assert_eq!(p.url.as_str(), "https://api.acme.test/a?b=1+%26%3D");
}

#[test]
fn r4_merge_spreads_an_object_and_written_keys_win() {
    let call = r#"{url: /a, json: {fields: {$merge: "{{input.x}}", id: "{{run.key}}"}}}"#;
    assert_eq!(
        json_of(call, json!({"x": {"own": 1, "id": "forged"}})),
        json!({"fields": {"own": 1, "id": "RUNKEY"}})
    );
}

#[test]
fn r5_data_is_one_segment_of_an_address() {
    let c = with_call(r#"{url: "/items/{{input.x}}/done"}"#);
    let url = |x: &str| request(&c, "basic", json!({"x": x})).map(|p| p.url.to_string());
    assert_eq!(url("a b/c?d#e%").unwrap(), "https://api.acme.test/items/a%20b%2Fc%3Fd%23e%25/done");
    for bad in ["..", ".", ""] {
        assert!(url(bad).is_err(), "{bad:?} must be refused");
    }
}

#[test]
fn r6_a_host_that_data_could_name_is_refused_when_the_connector_is_loaded() {
    let text = manifest(
        "actions:\n  do:\n    title: Do\n    input: [{key: x}]\n    call: {url: \"https://{{input.x}}/a\"}\n",
    );
    let e = Connector::read("acme/connector.yaml", &text).unwrap_err().to_string();
    assert!(e.contains("actions.do.call.url: {{input.x}} is not in hosts"), "{e}");
}

#[test]
fn r6_the_host_of_a_connection_cannot_carry_more_than_a_host() {
    let c = with_call("{url: /a}");
    for bad in ["evil.test/x", "evil.test#", "a@evil.test", "evil.test?", "", "api acme"] {
        let mut con = acme("basic");
        con.fields.insert("host".into(), bad.into());
        let e = request_of(&c, &con, json!({})).unwrap_err();
        assert!(
            matches!(e.code, Code::AddressBlocked | Code::FieldMissing | Code::FieldInvalid),
            "{bad}: {e:?}"
        );
    }
}

#[test]
fn r7_line_breaks_cannot_stand_in_a_header() {
    let c = with_call(r#"{url: /a, headers: {X-A: "v {{input.x}}"}}"#);
    for bad in ["a\r\nX-B: 1", "a\nb", "a\0b"] {
        let e = request(&c, "basic", json!({"x": bad})).unwrap_err();
        assert_eq!(e.code, Code::FieldInvalid, "{bad:?}");
    }
    let p = request(&c, "basic", json!({"x": "Ж"})).unwrap();
    assert_eq!(p.headers["x-a"].as_bytes(), "v Ж".as_bytes());
}

#[test]
fn forms_nest_and_graphql_takes_data_only_as_variables() {
    let c = with_call(r#"{url: /a, form: {a: {b: "{{input.x}}"}, l: ["{{input.y}}"]}}"#);
    let p = request(&c, "basic", json!({"x": "1&2", "y": "é"})).unwrap();
    assert_eq!(body(&p), "a%5Bb%5D=1%262&l%5B0%5D=%C3%A9");
    assert_eq!(p.headers["content-type"], "application/x-www-form-urlencoded");
    let call = r#"{url: /a, graphql: {query: "query($x: String) { a(x: $x) }", variables: {x: "{{input.x}}"}}}"#;
    assert_eq!(
        json_of(call, json!({"x": "\") { b }"})),
        json!({"query": "query($x: String) { a(x: $x) }", "variables": {"x": "\") { b }"}})
    );
}

#[test]
fn s24_a_call_carries_one_hop_more() {
    let p = request(&with_call("{url: /a}"), "basic", json!({})).unwrap();
    assert_eq!(p.headers[crate::http::HOPS_HEADER], "3");
}

#[test]
fn s2_the_idempotency_key_is_the_key_of_the_run() {
    for (place, in_header) in [("Idempotency-Key", true), ("json.meta.key", false)] {
        let c = connector(&format!(
            "actions:\n  do:\n    title: Do\n    kind: create\n    idempotency_key: {place}\n    call: {{url: /a, json: {{a: 1}}}}\n"
        ));
        let p = request(&c, "basic", json!({})).unwrap();
        if in_header {
            assert_eq!(p.headers["idempotency-key"], "RUNKEY");
        } else {
            assert_eq!(body(&p), r#"{"a":1,"meta":{"key":"RUNKEY"}}"#);
        }
        let again = request(&c, "basic", json!({})).unwrap();
        assert_eq!((body(&p), p.url), (body(&again), again.url), "a retried body is byte-equal");
    }
}

#[test]
fn the_methods_of_connecting_place_their_credentials() {
    let c = with_call("{url: /a}");
    let p = request(&c, "key", json!({})).unwrap();
    assert_eq!(p.headers["x-token"], format!("k {SECRET}"));
    assert_eq!(p.url.query_pairs().next().unwrap().1, SECRET);
    assert!(p.url.path().starts_with("/rest/1/s3cr3t-planted%2B%2F%3D/a"), "{}", p.url);
    let p = request(&c, "bearer", json!({})).unwrap();
    assert_eq!(p.headers["authorization"], format!("Bearer {SECRET}"));
    let p = request(&c, "basic", json!({})).unwrap();
    // base64("anna:s3cr3t-planted+/=")
    assert_eq!(p.headers["authorization"], "Basic YW5uYTpzM2NyM3QtcGxhbnRlZCsvPQ==");
    let p = request(&with_call("{url: /a, auth: false}"), "bearer", json!({})).unwrap();
    assert!(!p.headers.contains_key("authorization"));
}
