//! Calls as helpers, and the check of arguments at save.

use serde_json::{Value, json};

use super::{call, helper};
use crate::functions::{Fault, check_args, get, suggest};

#[test]
fn a_helper_takes_its_input_and_parameters_by_position_and_name() {
    let none = json!({});
    assert_eq!(helper("truncate", &[json!("Привет"), json!(4)], &none), Ok(json!("При…")));
    assert_eq!(
        helper("truncate", &[json!("Привет")], &json!({"length": 4, "end": ""})),
        Ok(json!("Прив"))
    );
    assert_eq!(helper("and", &[json!(1), json!("a"), json!(0)], &none), Ok(json!(false)));
    assert_eq!(helper("coalesce", &[Value::Null, json!(""), json!("x")], &none), Ok(json!("x")));
    assert_eq!(helper("now", &[json!("%Y")], &none), Ok(json!("2026")));
    assert_eq!(
        helper("date", &[json!("05.03.2026"), json!("%F"), json!("UTC"), json!("%d.%m.%Y")], &none),
        Ok(json!("2026-03-04"))
    );
    let signed = call(
        "hmac",
        Some(json!("data")),
        &json!({"alg": "sha256", "key": "k", "encoding": "base64"}),
    );
    let args = [json!("sha256"), json!("k"), json!("data"), json!("base64")];
    assert_eq!(helper("hmac", &args, &none), signed);
    assert!(signed.is_ok());
}

#[test]
fn a_helper_with_too_much_or_unknown_is_refused() {
    let error = helper("upper", &[json!("a"), json!("b")], &json!({})).unwrap_err();
    assert_eq!(
        (error.code, error.text.en.as_str()),
        (Fault::ArgumentUnknown, "upper: takes at most 1 values, one more was given")
    );
    let error = helper("truncate", &[json!("a")], &json!({"lenght": 1})).unwrap_err();
    assert!(error.text.en.contains("did you mean \"length\"?"), "{error}");
}

#[test]
fn the_value_table_of_a_helper_may_be_written_out_in_the_call() {
    let table = json!({"string": "text", "double": "number", "default": "any"});
    assert_eq!(helper("map", &[json!("double")], &table), Ok(json!("number")));
    assert_eq!(helper("map", &[json!("file")], &table), Ok(json!("any")));
    assert_eq!(helper("map", &[json!("default")], &table), Ok(json!("any")));
}

#[test]
fn faults_of_arguments_are_all_found_at_save_in_both_languages() {
    let faults =
        |name: &str, args: Value| check_args(get(name).unwrap(), args.as_object().unwrap());
    assert_eq!(faults("phone_e164", json!({"country": "KZ"})), []);
    for (name, args, en) in [
        (
            "phone_e164",
            json!({"contry": "RU"}),
            "phone_e164: there is no parameter \"contry\"; did you mean \"country\"?",
        ),
        ("trim", json!({"x": 1}), "trim: there is no parameter \"x\"; there are: inner"),
        ("upper", json!({"x": 1}), "upper: there is no parameter \"x\"; it takes none"),
        ("replace", json!({}), "replace: the parameter \"find\" is required"),
        ("replace", json!({"find": [1]}), "replace: parameter \"find\": expected text, got list"),
        (
            "pad",
            json!({"length": 2.5}),
            "pad: parameter \"length\": expected a whole number, got number",
        ),
        ("add", json!({"value": "x"}), "add: parameter \"value\": expected a number, got text"),
        (
            "trim",
            json!({"inner": 1}),
            "trim: parameter \"inner\": expected true or false, got number",
        ),
        (
            "format_date",
            json!({"format": "dd.mm.yyyy"}),
            "format_date: parameter \"format\": \"dd.mm.yyyy\" is not a date format: such as %d.%m.%Y %H:%M",
        ),
        (
            "timezone",
            json!({"to": "Moscow"}),
            "timezone: parameter \"to\": expected a time zone such as Europe/Moscow, got \"Moscow\"",
        ),
        (
            "regex_replace",
            json!({"pattern": "a("}),
            "regex_replace: parameter \"pattern\": not a regular expression: error: unclosed group",
        ),
        (
            "phone_e164",
            json!({"country": "ru"}),
            "phone_e164: parameter \"country\" is \"ru\"; it may be: RU, KZ",
        ),
    ] {
        let found = faults(name, args);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].en.starts_with(en), "{}", found[0].en);
        assert_ne!(found[0].en, found[0].ru);
    }
}

#[test]
fn several_faults_of_one_call_are_told_together() {
    let args = json!({"size": 1, "side": "left"});
    assert_eq!(check_args(get("pad").unwrap(), args.as_object().unwrap()).len(), 3);
}

#[test]
fn a_name_with_a_slip_gets_a_suggestion() {
    assert_eq!(suggest("phone_e146"), Some("phone_e164"));
    assert_eq!(suggest("uper"), Some("upper"));
    assert_eq!(suggest("xyzzy"), None);
}
