//! The triggers of the built-in connectors.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Secret;
use domain::delivery::RawDelivery;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::inbound::Inbound;
use crate::inbound::testing::*;
use crate::registry::{Registry, Trigger};

fn compiled(t: &Trigger, input: &Value, secret: &str) -> Inbound {
    let fields = t.spec.input.iter().filter(|f| f.secret);
    let secrets: BTreeMap<String, Secret> =
        fields.map(|f| (f.key.clone(), Secret::new(secret))).collect();
    let input = input.as_object().unwrap();
    Inbound::new(t, input, &secrets, ADDRESS).unwrap_or_else(|p| panic!("{}: {p:?}", t.key))
}

pub(super) fn builtin(connector: &str, trigger: &str, input: &Value, secret: &str) -> Inbound {
    let registry = Registry::builtin();
    let connector = registry.latest(connector).unwrap();
    compiled(connector.trigger(trigger).unwrap(), input, secret)
}

#[test]
fn every_trigger_compiles_for_a_flow_and_is_shared_by_tasks() {
    fn shared<T: Send + Sync>(_: &T) {}
    let registry = Registry::builtin();
    let mut seen = 0;
    for connector in registry.all() {
        for trigger in connector.triggers().filter(|t| t.spec.inbound) {
            // Hexadecimal and base64 at once: some services write their secrets so.
            shared(&compiled(trigger, &json!({}), "00112233445566778899aabbccddeeff"));
            seen += 1;
        }
    }
    assert!(seen >= 2, "tilda and webhook at least");
}

#[test]
fn the_webhook_trigger_checks_as_the_user_chose() {
    let body = "{\"a\":1}";
    let mut mac = Hmac::<Sha256>::new_from_slice(b"s3cret").unwrap();
    mac.update(body.as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    let basic = format!("Basic {}", STANDARD.encode("zveno:s3cret"));
    let raw = || post(body);
    let cases: [(Value, RawDelivery); 5] = [
        (json!({}), raw()),
        (json!({"check": "header"}), raw().header_set("x-api-key", "s3cret")),
        (json!({"check": "query", "name": "key"}), raw().query("key=s3cret")),
        (json!({"check": "basic"}), raw().header_set("authorization", basic)),
        (
            json!({"check": "signature", "name": "X-Signature", "prefix": "sha256="}),
            raw().header_set("x-signature", format!("sha256={signature}")),
        ),
    ];
    for (input, raw) in cases {
        let i = builtin("webhook", "request", &input, "s3cret");
        assert_eq!(word(&i.judge(&raw, NOW)), "accepted", "{input}");
        let bare = i.judge(&post(body), NOW);
        let open = input == json!({});
        assert_eq!(word(&bare), if open { "accepted" } else { "rejected" }, "{input}");
        let other = builtin("webhook", "request", &input, "another");
        assert_eq!(word(&other.judge(&raw, NOW)), word(&bare), "{input}");
        assert_eq!(i.is_open(), open);
    }
}

#[test]
fn s12_the_tilda_trigger_answers_its_test_and_takes_forms() {
    let open = builtin("tilda", "form_submitted", &json!({}), "");
    for i in [&open, &builtin("tilda", "form_submitted", &json!({}), "key")] {
        let (kind, answer) = answered(i.judge(&form("test=test"), NOW));
        assert_eq!((kind, answer.status, answer.body.as_str()), ("probe", 200, "ok"));
    }
    let a = accepted(open.judge(&form("Name=%D0%90&tranid=1%3A2&formid=f1"), NOW));
    assert_eq!(a.parsed.body, Some(json!({"Name": "А", "tranid": "1:2", "formid": "f1"})));
    assert!(a.events[0].kept);
}
