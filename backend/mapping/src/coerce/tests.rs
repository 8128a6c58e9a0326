use domain::Code;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::testing::{env, value};

fn field(kind: FieldType) -> FieldSpec {
    FieldSpec { key: "f".into(), kind, ..FieldSpec::default() }
}

fn fit(kind: FieldType, v: Value) -> Result<Value, MapError> {
    coerce(v, &field(kind), &env())
}

/// Fits, or the English error.
fn said(kind: FieldType, v: Value) -> Value {
    fit(kind, v).unwrap_or_else(|e| Value::from(format!("! {e}")))
}

use FieldType as T;

#[test]
fn text_takes_scalars_and_never_a_list() {
    assert_eq!(said(T::String, json!(5)), json!("5"));
    assert_eq!(said(T::Text, json!(true)), json!("true"));
    assert_eq!(said(T::String, json!(" a ")), json!(" a "));
    assert_eq!(said(T::Phone, json!(" +7 916 ")), json!("+7 916"));
    assert_eq!(said(T::Email, json!("a@b.c\n")), json!("a@b.c"));
    for kind in [T::String, T::Text, T::Phone, T::Email, T::Url, T::Code] {
        assert_eq!(said(kind, json!(["a"])), json!("! expected text, got list"));
        assert_eq!(said(kind, json!({"a": 1})), json!("! expected text, got object"));
    }
}

#[test]
fn numbers_are_read_from_text_as_people_write_them() {
    assert_eq!(said(T::Number, json!("12,5")), json!(12.5));
    assert_eq!(said(T::Number, json!("1 234,50 ₽")), json!(1234.5));
    assert_eq!(said(T::Number, json!("10")), json!(10));
    assert_eq!(said(T::Number, json!(0.1)), json!(0.1));
    assert_eq!(said(T::Integer, json!("1 000")), json!(1000));
    assert_eq!(said(T::Integer, json!(5.0)), json!(5));
    assert_eq!(said(T::Integer, json!(u64::MAX)), json!(u64::MAX));
    assert_eq!(
        said(T::Integer, json!("12,5")),
        json!("! expected a whole number, got text \"12,5\"")
    );
    assert_eq!(said(T::Number, json!("много")), json!("! expected a number, got text \"много\""));
    assert_eq!(said(T::Number, json!([1])), json!("! expected a number, got list"));
    assert_eq!(said(T::Number, json!(true)), json!("! expected a number, got yes/no \"true\""));
}

#[test]
fn yes_and_no_are_read_in_both_languages() {
    for v in
        [json!("да"), json!("Yes"), json!("true"), json!("1"), json!("on"), json!(1), json!(true)]
    {
        assert_eq!(said(T::Boolean, v.clone()), json!(true), "{v}");
    }
    for v in [json!("нет"), json!("no"), json!("false"), json!("0"), json!("off"), json!(0)] {
        assert_eq!(said(T::Boolean, v.clone()), json!(false), "{v}");
    }
    assert_eq!(said(T::Boolean, json!("может")), json!("! expected yes or no, got text \"может\""));
    assert_eq!(said(T::Boolean, json!(["да"])), json!("! expected yes or no, got list"));
}

#[test]
fn dates_are_in_the_zone_of_the_flow_and_in_the_wire_format() {
    let wire = |kind, wire: &str, v: Value| {
        coerce(v, &FieldSpec { wire: Some(wire.into()), ..field(kind) }, &env()).unwrap()
    };
    assert_eq!(said(T::Date, json!("05.03.2026")), json!("2026-03-05"));
    assert_eq!(said(T::Date, json!("2026-03-05T22:30:00Z")), json!("2026-03-06"));
    assert_eq!(said(T::Datetime, json!("05.03.2026 14:30")), json!("2026-03-05T14:30:00+03:00"));
    assert_eq!(said(T::Datetime, json!(1_772_710_200)), json!("2026-03-05T14:30:00+03:00"));
    assert_eq!(wire(T::Datetime, "epoch", json!("05.03.2026 14:30")), json!(1_772_710_200));
    assert_eq!(
        wire(T::Datetime, "epoch_ms", json!("05.03.2026 14:30")),
        json!(1_772_710_200_000i64)
    );
    assert_eq!(
        wire(T::Datetime, "%d.%m.%Y %H:%M", json!(1_772_710_200)),
        json!("05.03.2026 14:30")
    );
    assert_eq!(wire(T::Datetime, "date", json!(1_772_710_200)), json!("2026-03-05"));
    assert_eq!(said(T::Date, json!("завтра")), json!("! expected a date, got text \"завтра\""));
    assert_eq!(said(T::Time, json!("9:05")), json!("09:05:00"));
    assert_eq!(said(T::Time, json!("2026-03-05T14:30:00+03:00")), json!("14:30:00"));
    assert_eq!(wire(T::Time, "%H:%M", json!("14:30:59")), json!("14:30"));
    assert!(fit(T::Time, json!("25:00")).is_err() && fit(T::Time, json!("утром")).is_err());
}

#[test]
fn a_select_gives_the_option_as_it_is_written() {
    let spec = FieldSpec { options: vec![json!("NEW"), json!(2)], ..field(T::Select) };
    let fit = |v| coerce(v, &spec, &env());
    assert_eq!(fit(json!(" new ")), Ok(json!("NEW")));
    assert_eq!(fit(json!("2")), Ok(json!(2)));
    let e = fit(json!("OLD")).unwrap_err();
    assert_eq!(
        (e.code, e.to_string().as_str()),
        (Code::FieldInvalid, "\"OLD\" is not one of: NEW, 2")
    );
    let custom = FieldSpec { custom: true, ..spec.clone() };
    assert_eq!(coerce(json!("OLD"), &custom, &env()), Ok(json!("OLD")));
    assert!(fit(json!(["NEW"])).is_err());
}

#[test]
fn a_multiselect_is_read_from_text() {
    let spec = FieldSpec { options: vec![json!("a"), json!("b")], ..field(T::Multiselect) };
    let fit = |v| coerce(v, &spec, &env());
    assert_eq!(fit(json!("a, B;a\n")), Ok(json!(["a", "b", "a"])));
    assert_eq!(fit(json!(["b"])), Ok(json!(["b"])));
    assert_eq!(fit(json!("a,c")).unwrap_err().field, "[1]");
    assert_eq!(said(T::Multiselect, json!(7)), json!([7]));
}

#[test]
fn lists_objects_and_maps() {
    let goods = FieldSpec {
        fields: vec![
            FieldSpec { key: "sku".into(), required: true, ..FieldSpec::default() },
            FieldSpec {
                key: "n".into(),
                kind: T::Integer,
                default: Some(json!(1)),
                ..FieldSpec::default()
            },
        ],
        ..field(T::List)
    };
    let fit = |v| coerce(v, &goods, &env());
    assert_eq!(
        fit(json!([{"sku": 5, "n": "2"}, {"sku": "b", "more": true}])),
        Ok(json!([{"sku": "5", "n": 2}, {"sku": "b", "more": true, "n": 1}]))
    );
    assert_eq!(fit(json!({"sku": "a"})), Ok(json!([{"sku": "a", "n": 1}])));
    assert_eq!(fit(json!("[{\"sku\": \"a\", \"n\": 3}]")), Ok(json!([{"sku": "a", "n": 3}])));
    let e = fit(json!([{"sku": "a"}, {"n": 1}])).unwrap_err();
    assert_eq!((e.code, e.field.as_str()), (Code::FieldMissing, "[1].sku"));
    assert_eq!(fit(json!([5])).unwrap_err().to_string(), "[0]: expected object, got number");
    assert_eq!(said(T::List, json!("a")), json!(["a"]));
    assert_eq!(said(T::Map, json!("{\"a\": 1}")), json!({"a": 1}));
    assert_eq!(said(T::Map, json!([1])), json!("! expected object, got list"));
    assert_eq!(said(T::Object, json!("x")), json!("! expected object, got text"));
}

#[test]
fn s20_a_file_is_its_handle_and_nothing_else() {
    let handle = json!({"id": "f1", "name": "a.pdf", "mime": "application/pdf", "size": 5, "x": 1});
    assert_eq!(
        said(T::File, handle),
        json!({"id": "f1", "name": "a.pdf", "mime": "application/pdf", "size": 5})
    );
    assert_eq!(said(T::File, json!("a.pdf")), json!("! expected file, got text"));
    assert_eq!(said(T::File, json!({"name": "a.pdf"})), json!("! expected file, got object"));
}

#[test]
fn json_is_read_from_text_and_any_stays_as_it_is() {
    assert_eq!(said(T::Json, json!("[1, {\"a\": null}]")), json!([1, {"a": null}]));
    assert_eq!(said(T::Json, json!({"a": 1})), json!({"a": 1}));
    assert!(fit(T::Json, json!("{")).is_err());
    assert_eq!(said(T::Any, json!([1])), json!([1]));
}

#[test]
fn bounds_and_patterns_are_checked() {
    let spec = |kind| FieldSpec { min: Some(2.0), max: Some(3.0), ..field(kind) };
    assert!(coerce(json!("2,5"), &spec(T::Number), &env()).is_ok());
    for (kind, v, said) in [
        (T::Number, json!(1), "expected at least 2, got 1"),
        (T::Number, json!("3,5"), "expected at most 3, got 3.5"),
        (T::String, json!("абвг"), "expected at most 3 characters, got 4"),
        (T::List, json!([1]), "expected at least 2 items, got 1"),
    ] {
        let e = coerce(v, &spec(kind), &env()).unwrap_err();
        assert_eq!((e.code, e.to_string().as_str()), (Code::FieldInvalid, said));
    }
    let spec = FieldSpec { pattern: Some("^[a-z]+$".into()), ..field(T::String) };
    assert!(coerce(json!("abc"), &spec, &env()).is_ok());
    assert!(coerce(json!("a1"), &spec, &env()).is_err());
}

proptest! {
    #[test]
    fn no_list_or_object_becomes_text(v in value(), items in prop::collection::vec(value(), 0..3)) {
        for kind in [T::String, T::Text, T::Email, T::Phone, T::Url, T::Code, T::Select] {
            prop_assert!(fit(kind, Value::Array(items.clone())).is_err());
            let object = fit(kind, json!({"a": v.clone()}));
            prop_assert!(object.is_err());
        }
    }

    #[test]
    fn fitting_twice_changes_nothing(v in value()) {
        use T::{Boolean, Date, Datetime, Email, Integer, List, Map, Number, String, Time};
        for kind in [String, Email, Integer, Number, Boolean, Date, Datetime, Time, List, Map] {
            if let Ok(once) = fit(kind, v.clone()) {
                prop_assert_eq!(fit(kind, once.clone()), Ok(once));
            }
        }
    }
}
