//! Bounds on size and time, and what stands for nothing.

use domain::limits::RENDERED_BYTES;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{NOW, call, parsed};
use crate::functions::{Args, Env, Fault, Group, Input, all, get};

#[test]
fn results_do_not_grow_over_the_limit() {
    let big = json!("x".repeat(RENDERED_BYTES));
    let many = json!("a".repeat(100_000));
    for (name, input, args) in [
        ("replace", many.clone(), json!({"find": "a", "with": "b".repeat(1_000)})),
        ("regex_replace", many.clone(), json!({"pattern": "a", "with": "$0$0$0$0$0$0$0$0$0$0$0"})),
        ("json", json!(vec![0; 300_000]), json!({"pretty": true})),
        ("concat", big.clone(), json!({"values": ["x"]})),
        ("hex", big.clone(), json!({})),
        ("base64", big.clone(), json!({})),
        ("escape_html", json!("&".repeat(RENDERED_BYTES / 2)), json!({})),
        ("join", json!([big, "x"]), json!({})),
        ("map", json!(vec!["a"; 2_000]), json!({"table": {"a": "y".repeat(1_000)}})),
        ("mask", many, json!({"with": "****************"})),
    ] {
        assert_eq!(call(name, Some(input), &args).unwrap_err().code, Fault::TooLarge, "{name}");
    }
    let parts = json!(",".repeat(20_000));
    assert_eq!(call("split", Some(parts), &json!({})).unwrap_err().code, Fault::TooLarge);
}

#[test]
fn s2_time_and_uuids_are_the_journaled_ones() {
    let count = std::cell::Cell::new(6);
    let next = || {
        count.set(count.get() + 1);
        Uuid::from_u128(count.get())
    };
    let later = Env { now: NOW.plus(domain::Span::days(365)), timezone: "UTC", uuid: &next };
    let none = Map::new();
    let given = |name: &str| {
        let f = get(name).unwrap();
        f.call(Input::Missing, &Args::of_map(f, &none), &later)
    };
    assert_eq!(given("now"), Ok(json!("2027-03-05T11:30:00+00:00")));
    assert_eq!(given("uuid"), Ok(json!("00000000-0000-0000-0000-000000000007")));
    assert_eq!(given("uuid"), Ok(json!("00000000-0000-0000-0000-000000000008")));
}

#[test]
fn html_with_a_million_open_signs_takes_no_time() {
    let text = "<a&".repeat(RENDERED_BYTES / 4);
    assert_eq!(call("strip_html", Some(text.clone().into()), &json!({})), Ok(json!(text)));
}

#[test]
fn most_functions_give_null_for_what_is_missing() {
    let other = [
        "count", "len", "json", "type_of", "now", "uuid", "concat", "default", "coalesce",
        "if_empty", "map",
    ];
    for f in all().iter().filter(|f| f.group != Group::Logic && !other.contains(&f.name)) {
        let example = f.examples.iter().find(|e| e.output.is_ok()).unwrap();
        let args = parsed(example.args).unwrap_or_else(|| json!({}));
        assert_eq!(call(f.name, None, &args), Ok(Value::Null), "{}", f.name);
        assert_eq!(call(f.name, Some(Value::Null), &args), Ok(Value::Null), "{}", f.name);
    }
}
