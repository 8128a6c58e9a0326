//! Whatever data holds, it reaches the service as data.

use super::*;
use proptest::prelude::*;

/// Text with everything that is syntax somewhere.
fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{{conn.token}}".to_owned()),
        Just("{{{input.y}}}".to_owned()),
        Just("{{#each input}}".to_owned()),
        Just("\"'\\".to_owned()),
        Just("\r\n".to_owned()),
        Just("../".to_owned()),
        Just("\0".to_owned()),
        Just("😀".to_owned()),
        Just("</a>&amp;<!--]]>".to_owned()),
        Just("a=b&c[d]=e#f%00".to_owned()),
        ".{0,8}",
    ];
    prop::collection::vec(piece, 0..6).prop_map(|v| v.concat())
}

thread_local! {
    static JSON: Connector = with_call(r#"{url: /a, json: {v: "{{input.x}}", t: "<{{input.x}}>"}, omit_empty: false}"#);
    static FORM: Connector = with_call(r#"{url: /a, form: {v: "{{input.x}}"}, omit_empty: false}"#);
    static PATH: Connector = with_call(r#"{url: "/a/{{input.x}}/b"}"#);
    static HEAD: Connector = with_call(r#"{url: /a, headers: {X-V: "-{{input.x}}-"}}"#);
    static XML: Connector = with_call(r#"{url: /a, xml: "<r><v a=\"{{input.x}}\">{{input.x}}</v></r>"}"#);
}

fn sent(c: &'static std::thread::LocalKey<Connector>, x: &str) -> Result<Prepared, StepError> {
    c.with(|c| request(c, "basic", json!({"x": x})))
}

proptest! {
    #[test]
    fn r8_data_is_data_in_json(x in nasty()) {
        let p = sent(&JSON, &x).unwrap();
        let v: Value = serde_json::from_str(&body(&p)).unwrap();
        prop_assert_eq!(v["v"].as_str(), Some(x.as_str()));
        prop_assert_eq!(v["t"].as_str().unwrap(), ["<", &x, ">"].concat());
        prop_assert_eq!(v.as_object().unwrap().len(), 2);
    }

    #[test]
    fn r8_data_is_data_in_a_form(x in nasty()) {
        let p = sent(&FORM, &x).unwrap();
        let text = body(&p);
        let pairs: Vec<_> = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
        prop_assert_eq!(pairs, vec![("v".to_owned(), x)]);
    }

    #[test]
    fn r8_data_is_one_segment_in_a_path_or_refused(x in nasty()) {
        if let Ok(p) = sent(&PATH, &x) {
            prop_assert_eq!(p.url.host_str(), Some("api.acme.test"));
            prop_assert_eq!(p.url.query(), None);
            let segments: Vec<_> = p.url.path_segments().unwrap().collect();
            prop_assert_eq!(segments.len(), 3);
            prop_assert_eq!((segments[0], segments[2]), ("a", "b"));
        }
    }

    #[test]
    fn r7_data_is_data_in_a_header_or_refused(x in nasty()) {
        match sent(&HEAD, &x) {
            Ok(p) => {
                prop_assert!(!x.contains(['\r', '\n', '\0']));
                let want = ["-", &x, "-"].concat();
                prop_assert_eq!(p.headers["x-v"].as_bytes(), want.as_bytes());
            }
            Err(e) => prop_assert_eq!(e.code, Code::FieldInvalid),
        }
    }

    #[test]
    fn r8_data_is_data_in_xml(x in nasty()) {
        let Ok(p) = sent(&XML, &x) else { return Ok(()) };
        let text = body(&p);
        let mut reader = quick_xml::Reader::from_str(&text);
        let mut tags = 0;
        loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break,
                Ok(quick_xml::events::Event::Start(_) | quick_xml::events::Event::End(_)) => tags += 1,
                Ok(quick_xml::events::Event::Text(_) | quick_xml::events::Event::GeneralRef(_)) => {}
                other => return Err(TestCaseError::fail(format!("{other:?} in {text}"))),
            }
        }
        prop_assert_eq!(tags, 4);
    }
}
