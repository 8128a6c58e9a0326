//! The connectors of this server load, and faulty manifests are refused with their place.

use super::*;
use domain::flow::catalogue::Catalogue;
use domain::problem::Problem;

const HEAD: &str =
    "sdk: 1\nname: acme\nversion: 1.0.0\ndisplay: {title: Acme, description: Test}\n";

fn read(rest: &str) -> Result<Connector, LoadError> {
    Connector::read("acme/connector.yaml", &format!("{HEAD}{rest}"))
}

/// What is wrong with a manifest, in one text.
fn wrong(rest: &str) -> String {
    match read(rest) {
        Ok(_) => panic!("must be refused:\n{rest}"),
        Err(e) => e.to_string(),
    }
}

#[test]
fn every_connector_of_the_server_loads_without_a_warning() {
    let registry = Registry::builtin();
    for name in ["tilda", "webhook", "bitrix24", "telegram"] {
        let c = registry.latest(name).unwrap();
        assert_eq!((c.name.as_str(), c.version.as_str()), (name, "1.0.0"));
        assert_eq!(c.sha256.len(), 64);
        let icon = c.asset(c.manifest.display.icon.as_deref().unwrap()).unwrap();
        assert_eq!(icon.mime, "image/svg+xml");
        assert!(icon.bytes.len() <= 32 << 10);
        assert!(c.asset("connector.yaml").is_none() && c.asset("../tilda/icon.svg").is_none());
    }
}

#[test]
fn every_text_of_every_connector_is_there_in_both_languages() {
    fn texts(v: &serde_json::Value, at: &str, out: &mut Vec<String>) {
        match v {
            serde_json::Value::Object(m) => {
                if m.contains_key("en") != m.contains_key("ru") {
                    out.push(at.to_owned());
                }
                m.iter().for_each(|(k, v)| texts(v, &format!("{at}.{k}"), out));
            }
            serde_json::Value::Array(l) => {
                l.iter().enumerate().for_each(|(i, v)| texts(v, &format!("{at}[{i}]"), out));
            }
            _ => {}
        }
    }
    for c in Registry::builtin().all() {
        let mut gaps = Vec::new();
        texts(&serde_json::from_str(&c.manifest_json).unwrap(), &c.name, &mut gaps);
        assert!(gaps.is_empty(), "{gaps:?}");
    }
}

#[test]
fn a_stored_manifest_reads_back_as_the_same_connector() {
    for c in Registry::builtin().all() {
        let again = Connector::read("stored", &c.manifest_json).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(
            (again.sha256, again.manifest_json),
            (c.sha256.clone(), c.manifest_json.clone())
        );
    }
}

#[test]
fn unknown_keys_are_named_with_their_line_and_the_nearest_known_one() {
    for (rest, line, says) in [
        ("actoins: {}\n", 5, "did you mean `actions`?"),
        (
            "actions:\n  do:\n    title: Do\n    call: {url: /a, jsn: {}}\n",
            8,
            "did you mean `json`?",
        ),
        ("actions:\n  do:\n    title: Do\n    kind: craete\n", 8, "did you mean `create`?"),
        (
            "actions:\n  do:\n    title: Do\n    input: [{key: a, type: strin}]\n",
            8,
            "did you mean `string`?",
        ),
        ("actions:\n  do:\n    call: {url: /a}\n", 6, "the key title is missing"),
        (
            "triggers:\n  t:\n    title: T\n    kind: webhook\n    webhook:\n      verify:\n        \
             - {scheme: token, fron: header.a, equals: b}\n",
            11,
            "did you mean `from`?",
        ),
    ] {
        let e = read(rest).unwrap_err();
        let text = e.to_string();
        assert!(text.starts_with("acme/connector.yaml:"), "{text}");
        assert!(text.contains(says), "{text}");
        let LoadError::Invalid { problems, .. } = e else { panic!("{text}") };
        assert_eq!(problems[0].at.map(|a| a.0), Some(line), "{text}");
    }
}

#[test]
fn another_version_of_the_language_is_refused() {
    let text = HEAD.replace("sdk: 1", "sdk: 2");
    let e = Connector::read("a", &format!("{text}actions: {{}}\n")).unwrap_err().to_string();
    assert!(e.contains("reads version 1"), "{e}");
}

#[test]
fn names_that_refer_to_nothing_are_found_with_their_place() {
    let action = |body: &str| {
        format!("actions:\n  do:\n    title: Do\n    input: [{{key: phone}}]\n    {body}\n")
    };
    let base = "http: {base_url: https://x.test}\nhosts: [x.test]\n";
    for (rest, place, says) in [
        (action(r#"call: {url: "/{{input.phon}}"}"#), "actions.do.call.url", "did you mean input.phone?"),
        (action(r#"call: {url: /a, json: {a: [{b: "{{inptu.phone}}"}]}}"#), "actions.do.call.json", "\"inptu\" does not exist here"),
        (action(r#"call: {url: /a, json: {a: "{{#if}"}}"#), "actions.do.call.json.a", ""),
        (action(r#"call: {url: /a, json: {a: "{{uper input.phone}}"}}"#), "actions.do.call.json.a", "upper"),
        (action("call: {url: /a, output: $.a[}"), "", ""),
        (action("call: {url: /a, output: \"$.a[\"}"), "actions.do.call.output", ""),
        (action("call: {url: /a, json: {}, text: x}"), "actions.do.call", "at most one of"),
        (action("on_unknown: check\n    call: {url: /a}"), "actions.do.on_unknown", "needs a check"),
        (action("call: {url: /a}\n    check: {action: fnd, found: {path: $.id}}"), "actions.do.check.action", "there is no action \"fnd\""),
        (action("call: {url: \"https://y.test/a\"}"), "actions.do.call.url", "y.test is not in hosts"),
        (action("call: {url: /a, errors: [{when: {status: 40x}, kind: invalid}]}"), "actions.do.call.errors[0].when", "not a status"),
        (action("call: {url: /a, errors: [{when: {equals: 1}, kind: invalid}]}"), "actions.do.call.errors[0].when", "need header, path or value"),
        (action("call: {url: /a, method: GTE}"), "actions.do.call.method", "not one of GET"),
        (action("title: x"), "", ""),
        ("actions:\n  do:\n    title: Do\n    input: [{key: a, lookup: {name: userz}}, {key: a}, {key: b, pattern: \"(\"}, {key: c, show_if: {field: aa}}]\n    call: {url: /a}\n".into(), "actions.do.input[0].lookup.name", "there is no lookup \"userz\""),
    ] {
        let text = wrong(&format!("{base}{rest}"));
        assert!(text.contains(place) && text.contains(says), "{place} / {says} not in: {text}");
    }
}

#[test]
fn r9_secrets_stand_only_where_credentials_are_placed() {
    let with = |action: &str| {
        format!(
            "hosts: [x.test]\nconnection:\n  methods:\n    - id: k\n      title: K\n      kind: api_key\n      fields: [{{key: token, secret: true}}]\n      base_url: https://x.test/{{{{conn.token}}}}\n      label: x\nactions:\n  do:\n    title: Do\n    input: [{{key: pin, secret: true}}]\n    call: {action}\n"
        )
    };
    assert!(read(&with("{url: /a}")).is_ok());
    for bad in [
        r#"{url: "/{{conn.token}}"}"#,
        r#"{url: /a, json: {a: "{{conn.token}}"}}"#,
        r#"{url: /a, json: {a: "{{input.pin}}"}}"#,
        r#"{url: /a, output: {a: "{{conn.token}}"}}"#,
        r#"{url: /a, errors: [{when: {status: 400}, kind: invalid, message: "{{conn.token}}"}]}"#,
    ] {
        let text = wrong(&with(bad));
        assert!(text.contains("is a secret and must not stand here"), "{bad}: {text}");
    }
    let label = with("{url: /a}").replace("label: x", "label: \"{{conn.token}}\"");
    assert!(wrong(&label).contains("connection.methods[0].label"));
}

#[test]
fn r6_only_native_connectors_reach_any_host() {
    let rest = "hosts: [\"*\"]\nactions:\n  do: {title: Do, call: {url: /a}}\n";
    assert!(wrong(rest).contains("only native connectors"));
    let native = "hosts: [\"*\"]\ncode: {runtime: native}\nactions:\n  do: {title: Do}\n";
    assert!(read(native).is_ok());
    let open = "hosts: [\"{{conn.host}}\"]\nconnection: {methods: [{id: k, title: K, kind: none, fields: [{key: host}]}]}\nactions:\n  do: {title: Do, call: {url: /a}}\n";
    assert!(wrong(open).contains("needs a pattern"));
}

#[test]
fn s1_the_default_for_an_unknown_outcome_follows_the_action() {
    for (action, want) in [
        ("kind: create, call: {url: /a, json: {}}", OnUnknown::Park),
        (
            "kind: create, idempotency_key: Idempotency-Key, call: {url: /a, json: {}}",
            OnUnknown::Retry,
        ),
        ("kind: create, idempotent: true, call: {url: /a, json: {}}", OnUnknown::Retry),
        ("kind: create, call: {url: /a, method: PUT, json: {}}", OnUnknown::Retry),
        ("kind: send, call: {url: /a, json: {}}", OnUnknown::Retry),
        ("kind: get, call: {url: /a}", OnUnknown::Retry),
        ("dangerous: true, call: {url: /a, json: {}}", OnUnknown::Park),
        ("kind: create, on_unknown: retry, call: {url: /a, json: {}}", OnUnknown::Retry),
    ] {
        let c = read(&format!("http: {{base_url: https://x.test}}\nhosts: [x.test]\nactions:\n  do: {{title: Do, {action}}}\n")).unwrap();
        assert_eq!(c.action("do").unwrap().on_unknown(), want, "{action}");
    }
}

#[test]
fn s25_a_connector_or_action_names_its_retry_table() {
    let c = read("http: {base_url: https://x.test, retry: {preset: webhook}}\nhosts: [x.test]\nactions:\n  a: {title: A, call: {url: /a}}\n  b: {title: B, retry: {delays: [1s, 2m]}, call: {url: /a}}\n").unwrap();
    assert_eq!(c.action("a").unwrap().retry(), Policy::Preset(Preset::Webhook));
    let delays = vec![domain::Span::secs(1), domain::Span::mins(2)];
    assert_eq!(c.action("b").unwrap().retry(), Policy::Delays(delays));
}

#[test]
fn a_released_version_never_changes() {
    let one = "http: {base_url: https://x.test}\nhosts: [x.test]\nactions:\n  do: {title: Do, call: {url: /a}}\n";
    let mut registry = Registry::default();
    registry.add(read(one).unwrap()).unwrap();
    registry.add(read(one).unwrap()).unwrap();
    let e = registry.add(read(&one.replace("/a", "/b")).unwrap()).unwrap_err();
    assert!(matches!(e, LoadError::Changed { .. }));
    let newer = format!("{HEAD}{one}").replace("version: 1.0.0", "version: 1.10.0");
    registry.add(Connector::read("acme", &newer).unwrap()).unwrap();
    assert_eq!(registry.versions("acme"), ["1.10.0", "1.0.0"]);
    assert_eq!(registry.latest("acme").unwrap().version, "1.10.0");
}

#[test]
fn a_trigger_without_proof_is_a_warning_and_its_templates_are_checked() {
    let rest = "triggers:\n  t: {title: T, kind: webhook, webhook: {}}\n";
    let m = crate::manifest::read("a", &format!("{HEAD}{rest}")).unwrap();
    let mut c = compiled::Compiler::default();
    check::trigger(&m, "t", &m.triggers["t"], &mut c, &compiled::Scope::default());
    assert_eq!(c.problems.iter().map(|p| p.code).collect::<Vec<_>>(), ["verify_missing"]);
    assert!(!c.problems.iter().any(Problem::is_error));
    let rest = "triggers:\n  t: {title: T, kind: webhook, webhook: {verify: [{scheme: token, from: header.x, equals: \"{{input.kee}}\"}], dedupe: {key: \"{{evnt.id}}\"}}}\n";
    let text = wrong(rest);
    assert!(
        text.contains("triggers.t.webhook.verify[0].equals") && text.contains("dedupe.key"),
        "{text}"
    );
}

#[test]
fn the_fields_of_an_action_are_what_validation_knows() {
    let registry = Registry::builtin();
    let spec = registry.action("bitrix24", "1.0.0", "create_lead").unwrap();
    assert!(spec.needs_connection && spec.takes_connection && spec.has_check);
    let field = |key: &str| spec.input.iter().find(|f| f.key == key).unwrap().clone();
    assert!(field("title").required && field("title").mappable);
    assert!(field("source").custom && field("source").options.is_empty());
    assert!(field("custom").dynamic);
    assert_eq!(field("utm").fields.len(), 5);
    let spec = registry.trigger("tilda", "1.0.0", "form_submitted").unwrap();
    assert!(!spec.needs_connection && spec.inbound);
    assert_eq!(spec.dedupe.unwrap().key, "{{trigger.data.tranid}}");
    let spec = registry.trigger("webhook", "1.0.0", "request").unwrap();
    let secret = spec.input.iter().find(|f| f.key == "secret").unwrap();
    assert!(secret.secret && !secret.mappable && secret.generate == Some(32));
    let check = spec.input.iter().find(|f| f.key == "check").unwrap();
    assert_eq!(check.options.len(), 5);
    assert!(!check.custom);
}
