//! Data for the tests of this crate.

use proptest::prelude::*;
use serde_json::{Map, Value};

/// Text with everything that has a meaning somewhere: template tags, quotes, line breaks, dot
/// segments, NUL, characters of four bytes.
pub fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{{".to_owned()),
        Just("}}".to_owned()),
        Just("{{trigger.body.a}}".to_owned()),
        Just("\"".to_owned()),
        Just("'".to_owned()),
        Just("\\".to_owned()),
        Just("\r\n".to_owned()),
        Just("../".to_owned()),
        Just("%2e%2E/".to_owned()),
        Just("\0".to_owned()),
        Just("😀".to_owned()),
        Just("<b>&amp;]]>".to_owned()),
        Just("?#@:;=+ ".to_owned()),
        "\\PC{0,6}",
    ];
    prop::collection::vec(piece, 0..6).prop_map(|p| p.concat())
}

/// Any JSON.
pub fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1.0e9f64..1.0e9).prop_map(Value::from),
        hostile_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-c]|\\PC{0,4}", inner), 0..4)
                .prop_map(|m| Value::Object(m.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// An environment at 2026-03-05 14:30 in Moscow, with one uuid for all.
pub fn env() -> crate::Env<'static> {
    crate::Env {
        now: domain::Time(1_772_710_200_000_000),
        timezone: "Europe/Moscow",
        uuid: &|| uuid::Uuid::from_u128(7),
    }
}
