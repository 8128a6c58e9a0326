use jsonpath_rust::JsonPath;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::testing::value;

fn get(path: &str, data: &Value) -> Vec<Value> {
    match Path::parse(path).unwrap().get(data).unwrap() {
        Found::One(v) => vec![v.clone()],
        Found::Missing => Vec::new(),
        Found::List(hits) => hits.into_iter().cloned().collect(),
    }
}

fn fault(path: &str) -> &'static str {
    Path::parse(path).map_or_else(|f| f.code, |_| "accepted")
}

#[test]
fn s8_a_singular_query_gives_its_value_or_missing() {
    let data = json!({"a": {"b": [10, null]}});
    let one = |p: &str| Path::parse(p).unwrap().get(&data).unwrap();
    assert_eq!(one("$.a.b[0]"), Found::One(&json!(10)));
    assert_eq!(one("$['a']['b'][-1]"), Found::One(&Value::Null));
    for path in ["$.a.c", "$.a.b[2]", "$.a.b[-3]", "$.a.b.c", "$.a[0]"] {
        assert_eq!(one(path), Found::Missing, "{path}");
    }
    assert!(Path::parse("$.a.b[0]").unwrap().is_singular());
}

#[test]
fn s8_every_other_query_gives_a_list_also_for_no_hit_or_one() {
    let data = json!({"a": [{"b": 1}], "n": null});
    let list = |p: &str| match Path::parse(p).unwrap().get(&data).unwrap() {
        Found::List(hits) => hits.len(),
        other => panic!("{p} gave {other:?}"),
    };
    assert_eq!(list("$.a[*].b"), 1);
    assert_eq!(list("$.a[*].c"), 0);
    assert_eq!(list("$.nowhere[*]"), 0);
    assert_eq!(list("$..b"), 1);
    assert_eq!(list("$.a[?@.b > 5]"), 0);
    assert_eq!(list("$.a[0,1]"), 1);
    assert_eq!(list("$.a[:1]"), 1);
}

#[test]
fn s8_a_manifest_takes_the_first_hit_or_all_of_them() {
    let data = json!({"one": [[1, 2]], "many": [1, 2]});
    let found = |p: &str| Path::parse(p).unwrap().get(&data).unwrap();
    assert_eq!(found("$.many[*]").first(), Some(&json!(1)));
    assert_eq!(found("$.none[*]").first(), None);
    // R10: one hit that is a list counts as its items.
    assert_eq!(found("$.one[*]").all(), [&json!(1), &json!(2)]);
    assert_eq!(found("$.many").all(), [&json!(1), &json!(2)]);
    assert_eq!(found("$.many[*]").all(), [&json!(1), &json!(2)]);
}

#[test]
fn s8_absolute_queries_in_filters_are_refused() {
    for path in ["$..[?$..price]", "$[?@.a == $.b]", "$[?count($..a) > 1]", "$[?@.a && !$.b]"] {
        assert_eq!(fault(path), "path_absolute_in_filter", "{path}");
    }
}

#[test]
fn s8_more_than_one_descent_is_refused() {
    for path in ["$..a..b", "$..[?@..price]", "$[?@..a && @..b]"] {
        assert_eq!(fault(path), "path_descents", "{path}");
    }
    assert_eq!(fault("$..a"), "accepted");
}

#[test]
fn s8_only_short_literal_patterns_that_stay_small_are_taken() {
    assert_eq!(fault("$[?match(@.name, 'a.*b')]"), "accepted");
    let long = format!("$[?search(@.name, '{}')]", "a".repeat(65));
    for path in [
        "$[?match(@.name, '(a{1,1000}){1,1000}')]",
        "$[?search(@.name, '(((a{1,99}){1,99}){1,99}){1,99}')]",
        "$[?match(@.name, @.pattern)]",
        "$[?match(@.name, '(')]",
        &long,
    ] {
        assert_eq!(fault(path), "path_pattern", "{path}");
    }
}

#[test]
fn s8_long_and_deep_paths_are_refused_before_they_are_parsed() {
    assert_eq!(fault(&format!("$.{}", "a".repeat(511))), "path_too_long");
    assert_eq!(fault(&format!("$.{}", "я".repeat(510))), "accepted");
    for open in ["(", "[?@", "length("] {
        let path = format!("$[?{}", open.repeat(60));
        assert_eq!(fault(&path), "path_too_deep", "{path}");
    }
    let nested = format!("$[?{}@.a{} == 1]", "length(".repeat(7), ")".repeat(7));
    assert_eq!(fault(&nested), "accepted");
    assert_eq!(fault(&format!("$[?{}@.a{}]", "(".repeat(7), ")".repeat(7))), "accepted");
}

#[test]
fn s8_nested_functions_at_the_limit_still_end() {
    // The parser takes five times as long for each level, so two levels more would be felt.
    for path in [
        format!("$[?{}@.a", "length(".repeat(7)),
        format!("$[?{}]", "search(@.a,".repeat(7)),
        format!("$[?{}@.a{} && x]", "count(@[?".repeat(3), "])".repeat(3)),
    ] {
        assert_eq!(fault(&path), "path_syntax", "{path}");
    }
}

#[test]
fn lists_of_selectors_cannot_multiply_hits() {
    for path in ["$[*,*]", "$['a','a']", "$[0,-1]", "$[0:1,0:1]"] {
        assert_eq!(fault(path), "path_selectors", "{path}");
    }
    assert_eq!(get("$['a','b']", &json!({"a": 1, "b": 2})), [json!(1), json!(2)]);
}

#[test]
fn too_many_hits_are_an_error_with_the_path() {
    let data = json!({"a": vec![0; limits::PATH_HITS + 1]});
    for path in ["$.a[*]", "$..*", "$.a[0:]", "$.a[?@ == 0]"] {
        let e = Path::parse(path).unwrap().get(&data).unwrap_err();
        assert_eq!((e.code, e.path.as_str()), (domain::Code::LimitExceeded, path));
    }
}

#[test]
fn very_deep_data_is_walked_without_recursion() {
    let mut data = json!({"price": 1});
    for _ in 0..2_000 {
        let mut outer = serde_json::Map::new();
        outer.insert("a".into(), data);
        data = Value::Object(outer);
    }
    assert_eq!(get("$..price", &data), [json!(1)]);
}

#[test]
fn words_of_a_fault_say_what_a_path_looks_like() {
    let f = Path::parse("trigger.body").unwrap_err();
    assert!(f.message.en.contains("a path starts with $"), "{f}");
    assert_eq!(f.code, "path_syntax");
    assert_eq!(Path::parse("$.steps.lead.output[*]").unwrap().references()[0].step(), Some("lead"));
    assert_eq!(Path::parse("$.trigger.body").unwrap().root(), Some("trigger"));
    assert_eq!(Path::parse("$..a").unwrap().root(), None);
}

proptest! {
    #[test]
    fn queries_find_what_the_crate_finds(
        data in value(),
        path in prop::sample::select(vec![
            "$.a", "$[0]", "$[-1]", "$.*", "$[*]", "$..a", "$..*", "$..[0]", "$.a.*", "$.*.*",
            "$[1:3]", "$[::-1]", "$[-2:]", "$[2:0:-1]", "$[::2]", "$[?@.a]", "$[?@ == 1]",
            "$[?@.a > 0 || @.b == null]", "$..[?@.a]", "$['a','b']", "$[?length(@) > 1].a", "$.a[1:].b",
            "$[::0]", "$[-5:-1]", "$[5:1]", "$[3:-9:-2]",
        ]),
    ) {
        let want: Vec<Value> = data.query(path).unwrap().into_iter().cloned().collect();
        let mut want = want;
        let mut got = get(path, &data);
        if path.contains("..") {
            // RFC 9535 leaves the order among levels open.
            want.sort_by_key(ToString::to_string);
            got.sort_by_key(ToString::to_string);
        }
        prop_assert_eq!(got, want);
    }

    #[test]
    fn any_text_is_a_path_or_a_fault(text in "\\PC{0,40}|\\$[\\[\\]()?@.*a'\",:0-9 =<>&|!-]{0,60}") {
        let _ = Path::parse(&text);
    }
}
