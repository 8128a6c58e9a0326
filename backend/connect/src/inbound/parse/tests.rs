use std::net::{IpAddr, Ipv4Addr};

use domain::Time;
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn delivery(content_type: Option<&str>, query: &str, body: impl Into<Bytes>) -> RawDelivery {
    RawDelivery {
        method: "POST".into(),
        path: String::new(),
        query: query.into(),
        headers: content_type.map(|t| ("content-type".into(), t.into())).into_iter().collect(),
        body: body.into(),
        remote_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        received_at: Time(0),
    }
}

fn read(content_type: Option<&str>, body: &'static str) -> Value {
    parse(&delivery(content_type, "", body), &ParseOptions::default()).body.unwrap()
}

#[test]
fn the_content_type_decides() {
    for (kind, body, want) in [
        ("application/json", "{\"a\":1}", json!({"a": 1})),
        ("Application/JSON; charset=utf-8", "[1]", json!([1])),
        ("application/vnd.api+json", "\"x\"", json!("x")),
        ("application/x-www-form-urlencoded", "a[]=1", json!({"a": ["1"]})),
        ("text/xml", "<a><b>1</b></a>", json!({"a": {"b": "1"}})),
        ("application/soap+xml", "<a/>", json!({"a": ""})),
        ("text/plain", "{\"a\":1}", json!("{\"a\":1}")),
        ("text/csv", "a;b", json!("a;b")),
        ("application/x-www-form-urlencoded", "{\"a\":1}", json!({"{\"a\":1}": ""})),
        (
            "image/png",
            "bytes",
            json!({"id": "body:0:5", "name": "body", "mime": "image/png", "size": 5}),
        ),
    ] {
        assert_eq!(read(Some(kind), body), want, "{kind}");
    }
}

#[test]
fn without_a_content_type_the_body_tells() {
    for (body, want) in [
        (" {\"a\":1}", json!({"a": 1})),
        ("\u{feff}[1]", json!([1])),
        ("[note] all is well", json!("[note] all is well")),
        ("a=1&b%5B0%5D=2", json!({"a": "1", "b": ["2"]})),
        ("a = 1", json!("a = 1")),
        ("12", json!("12")),
        ("<?xml version='1.0'?><a>1</a>", json!({"a": "1"})),
        ("<p>text</p>", json!("<p>text</p>")),
    ] {
        assert_eq!(read(None, body), want, "{body}");
    }
    let broken = parse(&delivery(None, "", "{\"a\":"), &ParseOptions::default());
    assert!(broken.body.is_none() && broken.error.is_some());
    let bytes = parse(&delivery(None, "", &b"\0\x01"[..]), &ParseOptions::default());
    assert_eq!(bytes.body.unwrap()["id"], "body:0:2");
}

#[test]
fn the_manifest_overrides_the_content_type() {
    let with = |parse_as, kind, body: &'static str| {
        let o = ParseOptions { parse: parse_as, ..ParseOptions::default() };
        parse(&delivery(Some(kind), "", body), &o).body.unwrap()
    };
    assert_eq!(with(Parse::Json, "text/plain", "[1]"), json!([1]));
    assert_eq!(with(Parse::Form, "text/plain", "a=1"), json!({"a": "1"}));
    assert_eq!(with(Parse::Xml, "text/html", "<a>1</a>"), json!({"a": "1"}));
    assert_eq!(with(Parse::Text, "application/json", "[1]"), json!("[1]"));
    assert_eq!(with(Parse::Raw, "application/json", "[1]")["mime"], "application/json");
    let part = "--X\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--X--";
    assert_eq!(with(Parse::Form, "multipart/form-data; boundary=\"X\"", part), json!({"a": "1"}));
}

#[test]
fn without_a_body_the_query_is_the_body() {
    let o = ParseOptions::default();
    let p = parse(&delivery(None, "name=Ivan&tag[]=a&tag[]=b", ""), &o);
    assert_eq!(p.body, Some(json!({"name": "Ivan", "tag": ["a", "b"]})));
    assert!(p.body_is_query);
    let p = parse(&delivery(Some("application/json"), "", ""), &o);
    assert_eq!((p.body, p.error, p.query), (Some(Value::Null), None, json!({})));
    let p = parse(&delivery(Some("application/json"), "a=1", "[]"), &o);
    assert_eq!((p.body, p.query, p.body_is_query), (Some(json!([])), json!({"a": "1"}), false));
}

#[test]
fn a_query_that_is_no_sound_form_is_kept_flat() {
    let many: Vec<String> = (0..1_200).map(|i| format!("k{i}={i}")).collect();
    assert_eq!(query(&many.join("&"))["k1199"], "1199");
}

#[test]
fn s17_an_unparsable_body_keeps_its_text_and_the_place() {
    let p = parse(&delivery(Some("application/json"), "", "{\"a\":1,"), &ParseOptions::default());
    assert_eq!(p.body, None);
    assert_eq!(p.text.unwrap().as_str(), "{\"a\":1,");
    assert_eq!(p.error.unwrap().place(), Place::Line { line: 1, column: 8 });
}

#[test]
fn a_field_may_hold_the_body_as_json() {
    let o = ParseOptions { json_field: Some("payload".into()), ..ParseOptions::default() };
    let form = Some("application/x-www-form-urlencoded");
    let p = parse(&delivery(form, "", "payload=%7B%22a%22%3A1%7D&x=2"), &o);
    assert_eq!(p.body, Some(json!({"a": 1})));
    let p = parse(&delivery(Some("application/json"), "", "{\"b\":2}"), &o);
    assert_eq!(p.body, Some(json!({"b": 2})), "the same hook in JSON mode");
    let p = parse(&delivery(form, "", "payload=%7B%22a"), &o);
    assert_eq!(
        p.error.unwrap().to_string(),
        "field \"payload\", line 1, column 4: not valid JSON: EOF while parsing a string"
    );
    let p = parse(&delivery(None, "payload=[1]", ""), &o);
    assert_eq!(p.body, Some(json!([1])));
}

#[test]
fn s21_flat_names_are_kept_beside_the_tree() {
    let o = ParseOptions { json_field: Some("q".into()), ..ParseOptions::default() };
    let form = Some("application/x-www-form-urlencoded");
    assert_eq!(
        flat(&delivery(form, "", "a[0][b]=1&a[0][b]=2&q=[]"), &o),
        json!({"a[0][b]": ["1", "2"], "q": "[]"})
    );
    assert_eq!(flat(&delivery(Some("application/json"), "", "{}"), &o), Value::Null);
}

#[test]
fn charsets_by_header_declaration_and_content() {
    let bytes = |kind: &str, body: &'static [u8]| {
        parse(&delivery(Some(kind), "", body), &ParseOptions::default()).body.unwrap()
    };
    assert_eq!(bytes("application/json", b"\"\xC8\xE2\""), json!("Ив"));
    assert_eq!(bytes("application/json; charset=koi8-r", b"\"\xC9\""), json!("и"));
    assert_eq!(bytes("application/json", b"\xEF\xBB\xBF{}"), json!({}));
    assert_eq!(
        bytes("text/xml", b"<?xml version='1.0' encoding='koi8-r'?><a>\xC9</a>"),
        json!({"a": "и"})
    );
    assert_eq!(
        bytes("application/x-www-form-urlencoded; charset=windows-1251", b"n=%C8%E2"),
        json!({"n": "Ив"})
    );
}

#[test]
fn utf8_text_shares_the_bytes_of_the_delivery() {
    let raw = delivery(Some("text/plain"), "", "hello");
    let text = parse(&raw, &ParseOptions::default()).text.unwrap();
    assert_eq!(text.as_str().as_ptr(), raw.body.as_ptr());
}

proptest! {
    #[test]
    fn any_delivery_is_read_and_reads_the_same_again(
        kind in prop_oneof![
            Just(None),
            Just(Some("application/json".to_string())),
            Just(Some("application/x-www-form-urlencoded".to_string())),
            Just(Some("multipart/form-data; boundary=X".to_string())),
            Just(Some("text/xml".to_string())),
            "\\PC{0,30}".prop_map(Some),
        ],
        query in "\\PC{0,20}",
        body: Vec<u8>,
    ) {
        let raw = delivery(kind.as_deref(), &query, body);
        let o = ParseOptions { json_field: Some("a".into()), ..ParseOptions::default() };
        let once = parse(&raw, &o);
        prop_assert_eq!(once.body.is_none(), once.error.is_some());
        prop_assert_eq!(parse(&raw, &o), once);
        let _ = flat(&raw, &o);
    }
}
