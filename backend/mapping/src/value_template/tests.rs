use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::testing::{env, hostile_text, value};

fn render_with(tree: &Value, omit_empty: bool, data: Value) -> Option<Value> {
    let t = ValueTemplate::parse(tree, omit_empty).unwrap();
    t.render(&Context::new(data), &env()).unwrap()
}

fn render(tree: &Value, data: Value) -> Value {
    render_with(tree, true, data).unwrap()
}

#[test]
fn r1_every_text_leaf_is_a_template_of_its_own() {
    let tree = json!({"a": "x{{v}}", "b": ["{{v}}", 1, true], "{{v}}": "key"});
    let got = render(&tree, json!({"v": "a\",\"admin\":\"1"}));
    assert_eq!(
        got,
        json!({"a": "xa\",\"admin\":\"1", "b": ["a\",\"admin\":\"1", 1, true], "{{v}}": "key"})
    );
}

#[test]
fn r2_a_leaf_of_one_path_or_typed_call_keeps_its_type() {
    let tree = json!({"n": "{{n}}", "l": "{{l}}", "num": "{{number t}}", "text": "{{n}}!"});
    let got = render(&tree, json!({"n": 5, "l": [1, {"a": null}], "t": "1,5"}));
    assert_eq!(got, json!({"n": 5, "l": [1, {"a": null}], "num": 1.5, "text": "5!"}));
}

#[test]
fn r3_what_is_empty_is_left_out_bottom_up() {
    let tree = json!({
        "a": "{{a}}", "b": {"c": "{{c}}"}, "d": ["{{d}}", "{{e}}"], "f": [{"g": "{{h}}"}], "n": null, "s": "",
    });
    let data = json!({"a": "", "c": null, "d": [], "e": "x"});
    assert_eq!(render(&tree, data.clone()), json!({"d": ["x"]}));
    let all = render_with(&tree, false, data).unwrap();
    assert_eq!(
        all,
        json!({"a": "", "b": {"c": null}, "d": [[], "x"], "f": [{"g": null}], "n": null, "s": ""})
    );
}

#[test]
fn r3_an_object_without_its_data_goes_with_its_constants() {
    let tree = json!({"PHONE": [{"VALUE": "{{phone}}", "VALUE_TYPE": "WORK"}], "TITLE": "t"});
    assert_eq!(render(&tree, json!({"phone": ""})), json!({"TITLE": "t"}));
    assert_eq!(
        render(&tree, json!({"phone": "1"})),
        json!({"PHONE": [{"VALUE": "1", "VALUE_TYPE": "WORK"}], "TITLE": "t"})
    );
}

#[test]
fn r3_constants_of_the_root_stay() {
    let tree = json!({"per_page": 100, "page": "{{cursor}}"});
    assert_eq!(render(&tree, json!({})), json!({"per_page": 100}));
    assert_eq!(render_with(&json!({"page": "{{cursor}}"}), true, json!({})), None);
}

#[test]
fn r3_false_and_zero_are_not_empty() {
    let tree = json!({"f": "{{f}}", "z": "{{z}}"});
    assert_eq!(render(&tree, json!({"f": false, "z": 0})), json!({"f": false, "z": 0}));
}

#[test]
fn r4_merge_spreads_an_object_and_later_keys_win() {
    let tree = json!({"fields": {"A": "a", "$merge": "{{more}}", "C": "c"}});
    let data = json!({"more": {"A": "x", "B": 2, "C": "y", "E": ""}});
    assert_eq!(render(&tree, data), json!({"fields": {"A": "x", "B": 2, "C": "c"}}));
    assert_eq!(render(&json!({"a": 1, "$merge": "{{none}}"}), json!({})), json!({"a": 1}));
}

#[test]
fn r4_merge_of_anything_else_is_an_error() {
    let t = ValueTemplate::parse(&json!({"f": {"$merge": "{{v}}"}}), true).unwrap();
    let e = t.render(&Context::new(json!({"v": [1]})), &env()).unwrap_err();
    assert_eq!(e.to_string(), "f: $merge takes an object, got list");
}

#[test]
fn faults_and_errors_name_the_leaf() {
    let faults =
        ValueTemplate::parse(&json!({"a": [{"b": "{{#if}}"}], "c": "{{> x}}"}), true).unwrap_err();
    let places: Vec<&str> = faults.iter().map(|(p, _)| p.as_str()).collect();
    assert_eq!(places, [".a[0].b", ".c"]);
    let t = ValueTemplate::parse(&json!({"a": [{"b": "{{number v}}"}]}), true).unwrap();
    let e = t.render(&Context::new(json!({"v": "x"})), &env()).unwrap_err();
    assert_eq!((e.field.as_str(), e.path.as_str()), ("a[0].b", "$.v"));
    assert_eq!(t.templates().len(), 1);
}

#[test]
fn a_tree_has_a_largest_depth() {
    let mut tree = json!("{{a}}");
    for _ in 0..40 {
        tree = Value::Array(vec![tree]);
    }
    assert_eq!(ValueTemplate::parse(&tree, true).unwrap_err()[0].1.code, "template_too_deep");
}

proptest! {
    #[test]
    fn r8_data_stays_data_in_a_json_leaf(text in hostile_text(), v in value()) {
        let tree = json!({"text": "<{{t}}>", "lone": "{{t}}", "value": "{{v}}", "k": {"x": 1}});
        let got = render_with(&tree, false, json!({"t": text.clone(), "v": v.clone()})).unwrap();
        let read: Value = serde_json::from_str(&got.to_string()).unwrap();
        prop_assert_eq!(read, json!({"text": format!("<{text}>"), "lone": text, "value": v, "k": {"x": 1}}));
    }
}
