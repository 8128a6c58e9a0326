use domain::Code;
use domain::flow::{Mapping, Transform};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::testing::{env, value};

fn path(p: &str) -> Source {
    Source::Path(p.into())
}

fn transform(function: &str, args: Value) -> Transform {
    let Value::Object(args) = args else { panic!("arguments are an object") };
    Transform { function: function.into(), args }
}

fn eval(m: &Mapping, data: Value) -> Option<Value> {
    Compiled::compile(m, Escape::None).unwrap().eval(&Context::new(data), &env()).unwrap()
}

#[test]
fn transforms_run_from_left_to_right_and_then_the_default() {
    let m = Mapping {
        source: path("$.trigger.body.Name"),
        transforms: vec![transform("trim", json!({})), transform("truncate", json!({"length": 3}))],
        default: Some(json!("Без имени")),
    };
    let name = |v: Value| eval(&m, json!({"trigger": {"body": {"Name": v}}}));
    assert_eq!(name(json!("  ab  ")), Some(json!("ab")));
    assert_eq!(name(json!("   ")), Some(json!("Без имени")));
    assert_eq!(name(Value::Null), Some(json!("Без имени")));
    assert_eq!(eval(&m, json!({})), Some(json!("Без имени")));
}

#[test]
fn a_default_stands_in_for_missing_null_and_empty_text_only() {
    let m = Mapping { default: Some(json!(1)), ..Mapping::of(path("$.v")) };
    for (v, want) in [
        (json!(null), json!(1)),
        (json!(""), json!(1)),
        (json!(" "), json!(" ")),
        (json!(0), json!(0)),
        (json!(false), json!(false)),
        (json!([]), json!([])),
    ] {
        assert_eq!(eval(&m, json!({"v": v})), Some(want));
    }
}

#[test]
fn missing_is_not_null() {
    let m = Mapping::of(path("$.v"));
    assert_eq!(eval(&m, json!({})), None);
    assert_eq!(eval(&m, json!({"v": null})), Some(Value::Null));
    assert_eq!(eval(&Mapping::of(Source::Template("{{v}}".into())), json!({})), None);
}

#[test]
fn s8_a_query_that_is_not_singular_gives_a_list() {
    let m = Mapping::of(path("$.items[*].sku"));
    assert_eq!(eval(&m, json!({"items": [{"sku": "a"}]})), Some(json!(["a"])));
    assert_eq!(eval(&m, json!({})), Some(json!([])));
    let compiled = |source| Compiled::compile(&Mapping::of(source), Escape::None).unwrap();
    assert!(compiled(path("$.items[*]")).always_list());
    assert!(!compiled(path("$.items")).always_list());
    let joined = Mapping { transforms: vec![transform("join", json!({}))], ..m };
    assert!(!Compiled::compile(&joined, Escape::None).unwrap().always_list());
}

#[test]
fn objects_and_lists_are_made_of_mappings() {
    let m = Mapping::of(Source::Object(Fields::from_iter([
        ("a".into(), Mapping::of(path("$.x"))),
        ("gone".into(), Mapping::of(path("$.none"))),
        (
            "list".into(),
            Mapping::of(Source::List(vec![
                Mapping::of(Source::Literal(json!(1))),
                Mapping::of(Source::Template("{{x}}!".into())),
                Mapping::of(path("$.none")),
            ])),
        ),
    ])));
    assert_eq!(eval(&m, json!({"x": 5})), Some(json!({"a": 5, "list": [1, "5!"]})));
}

#[test]
fn s3_a_secret_is_only_named() {
    let c = Compiled::compile(&Mapping::of(Source::Secret("apikey".into())), Escape::None).unwrap();
    assert_eq!(c.secret(), Some("apikey"));
    let e = c.eval(&Context::default(), &env()).unwrap_err();
    assert_eq!(e.code, Code::MappingFailed);
}

#[test]
fn faults_come_with_their_place() {
    let m = Mapping {
        source: Source::Object(Fields::from_iter([
            ("p".into(), Mapping::of(path("nope"))),
            ("t".into(), Mapping::of(Source::Template("{{#if}}".into()))),
            ("l".into(), Mapping::of(Source::List(vec![Mapping::of(path("$..a..b"))]))),
        ])),
        transforms: vec![
            transform("trimm", json!({})),
            transform("truncate", json!({"length": "x"})),
        ],
        default: None,
    };
    let faults = Compiled::compile(&m, Escape::None).unwrap_err();
    let got: Vec<(&str, &str)> = faults.iter().map(|(p, f)| (p.as_str(), f.code)).collect();
    assert_eq!(
        got,
        [
            (".object.p.path", "path_syntax"),
            (".object.t.template", "template_syntax"),
            (".object.l.list[0].path", "path_descents"),
            (".transforms[0]", "unknown_function"),
            (".transforms[1]", "function_arguments"),
        ]
    );
    assert!(faults[3].1.message.en.contains("did you mean \"trim\"?"));
}

#[test]
fn an_error_names_the_place_and_the_path() {
    let m = Mapping::of(Source::Object(Fields::from_iter([(
        "sum".into(),
        Mapping { transforms: vec![transform("number", json!({}))], ..Mapping::of(path("$.v")) },
    )])));
    let c = Compiled::compile(&m, Escape::None).unwrap();
    let e = c.eval(&Context::new(json!({"v": "много"})), &env()).unwrap_err();
    assert_eq!((e.field.as_str(), e.path.as_str()), ("sum", "$.v"));
}

proptest! {
    #[test]
    fn s2_the_same_data_gives_the_same_value(v in value(), fn_at in 0usize..80) {
        let all = functions::all();
        let m = Mapping {
            transforms: vec![transform(all[fn_at % all.len()].name, json!({}))],
            ..Mapping::of(path("$.v"))
        };
        if let Ok(c) = Compiled::compile(&m, Escape::None) {
            let context = Context::new(json!({"v": v}));
            prop_assert_eq!(c.eval(&context, &env()), c.eval(&context, &env()));
        }
    }
}
