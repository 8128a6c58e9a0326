//! The generic form and the cards of services that are such a form.

use serde_json::{Value, json};

use super::connectors::builtin;
use crate::inbound::testing::*;
use crate::inbound::{Inbound, Judgement};
use crate::registry::Registry;

const CARDS: [&str; 5] = ["bloxy", "landingi", "nethouse", "enquiz", "chatra"];

fn taken(i: &Inbound, raw: &domain::delivery::RawDelivery) -> Option<Value> {
    match i.judge(raw, domain::Time(0)) {
        Judgement::Accepted(a) => {
            assert_eq!(a.events.len(), 1);
            a.parsed.body
        }
        _ => None,
    }
}

#[test]
fn a_form_json_and_a_query_give_the_same_fields() {
    for name in ["form"].iter().chain(&CARDS) {
        let i = builtin(name, "submitted", &json!({}), "");
        let wanted = Some(json!({"name": "Anna", "phone": "+7900"}));
        let form = post("name=Anna&phone=%2B7900")
            .header_set("content-type", "application/x-www-form-urlencoded");
        assert_eq!(taken(&i, &form), wanted, "{name}");
        assert_eq!(taken(&i, &post(r#"{"name":"Anna","phone":"+7900"}"#)), wanted, "{name}");
        let mut query = post("").query("name=Anna&phone=%2B7900");
        query.method = "GET".into();
        assert_eq!(taken(&i, &query), wanted, "{name}");
    }
}

#[test]
fn a_token_that_is_set_is_asked_for_wherever_it_may_be() {
    let i = builtin("form", "submitted", &json!({"token_name": "key"}), "t0ken");
    let body = r#"{"name":"Anna"}"#;
    let good = [
        post(r#"{"name":"Anna","key":"t0ken"}"#),
        post(body).query("key=t0ken"),
        post(body).header_set("key", "t0ken"),
        post(body).header_set("authorization", "Bearer t0ken"),
    ];
    for raw in good {
        assert!(taken(&i, &raw).is_some(), "{raw:?}");
    }
    let bad = [
        post(body),
        post(r#"{"name":"Anna","key":""}"#),
        post(r#"{"name":"Anna","key":"other"}"#),
        post(body).query("key=t0ken2"),
    ];
    for raw in bad {
        assert!(taken(&i, &raw).is_none(), "{raw:?}");
    }
}

/// The cards are data of their own; what they do is that of the form.
#[test]
fn a_card_is_the_form_under_another_name() {
    let registry = Registry::builtin();
    let form = registry.latest("form").unwrap();
    let of = |name: &str| {
        let t = &registry.latest(name).unwrap().manifest.triggers["submitted"];
        (json!(t.webhook), json!(t.input), json!(t.kind))
    };
    assert!(!form.manifest.display.unverified);
    for name in CARDS {
        assert_eq!(of(name), of("form"), "{name}");
        assert!(registry.latest(name).unwrap().manifest.display.unverified, "{name}");
    }
}
