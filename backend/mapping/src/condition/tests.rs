use domain::flow::{Condition, Mapping, Source};
use serde_json::json;

use super::*;
use crate::testing::env;

fn test(left: Source, op: Op, right: Option<Value>, exact: bool) -> Condition {
    Condition::Test(Box::new(flow::Test {
        left: Mapping::of(left),
        op,
        right: right.map(|v| Mapping::of(Source::Literal(v))),
        exact,
    }))
}

fn holds_as(
    left: Option<Value>,
    op: Op,
    right: Option<Value>,
    exact: bool,
) -> Result<bool, MapError> {
    let data = left.map_or_else(|| json!({}), |v| json!({ "v": v }));
    let c = Compiled::compile(&test(Source::Path("$.v".into()), op, right, exact)).unwrap();
    c.eval(&Context::new(data), &env())
}

fn holds(left: Value, op: Op, right: Value) -> bool {
    holds_as(Some(left), op, Some(right), false).unwrap()
}

fn alone(left: Option<Value>, op: Op) -> bool {
    holds_as(left, op, None, false).unwrap()
}

#[test]
fn text_compares_trimmed_and_without_case_unless_exact() {
    assert!(holds(json!(" Москва "), Op::Equals, json!("москва")));
    assert!(holds(json!("Москва"), Op::StartsWith, json!("МОС")));
    assert!(holds(json!("Москва"), Op::EndsWith, json!("Ва")));
    assert!(holds(json!("Москва"), Op::Contains, json!("оск")));
    assert!(holds(json!("Москва"), Op::NotContains, json!("x")));
    let exact = |op, right| holds_as(Some(json!("Москва")), op, Some(json!(right)), true).unwrap();
    assert!(!exact(Op::Equals, "москва") && exact(Op::Equals, "Москва"));
    assert!(
        !exact(Op::StartsWith, "МОС") && !exact(Op::Contains, "ОСК") && !exact(Op::EndsWith, "ва ")
    );
}

#[test]
fn numbers_compare_as_numbers_when_both_look_like_numbers() {
    assert!(holds(json!("5,0"), Op::Equals, json!(5)));
    assert!(holds(json!("10"), Op::Gt, json!("9")));
    assert!(holds(json!("50000"), Op::Gte, json!(50000)));
    assert!(holds(json!(1.5), Op::Lt, json!("2")));
    assert!(holds(json!("1,5"), Op::Lte, json!(1.5)));
    assert!(!holds(json!(null), Op::Gt, json!(0)));
    assert!(!holds(json!([1]), Op::Gt, json!(0)));
    assert!(holds(json!("б"), Op::Gt, json!("А")));
}

#[test]
fn lists_and_objects_contain_items_and_keys() {
    assert!(holds(json!(["VIP", "new"]), Op::Contains, json!("vip")));
    assert!(!holds(json!(["VIP"]), Op::Contains, json!("vi")));
    assert!(holds(json!({"utm_source": 1}), Op::Contains, json!("utm_source")));
    assert!(!holds(json!("text"), Op::Contains, json!("")));
}

#[test]
fn in_takes_a_list_or_a_text_with_commas() {
    assert!(holds(json!("paid"), Op::In, json!(["new", "Paid"])));
    assert!(holds(json!("2"), Op::In, json!("1, 2, 3")));
    assert!(holds(json!(4), Op::NotIn, json!([1, 2])));
}

#[test]
fn between_takes_two_bounds_and_dates() {
    assert!(holds(json!("15"), Op::Between, json!([15, 20])));
    assert!(!holds(json!(21), Op::Between, json!([15, 20])));
    assert!(holds(json!("05.03.2026"), Op::Between, json!(["2026-03-01", "31.03.2026"])));
    let e = holds_as(Some(json!(1)), Op::Between, Some(json!(3)), false).unwrap_err();
    assert_eq!(e.to_string(), "expected a list of two values, got number from $.v");
}

#[test]
fn before_and_after_compare_dates_in_the_zone_of_the_flow() {
    assert!(holds(json!("05.03.2026 14:30"), Op::Before, json!("2026-03-05T11:30:01Z")));
    assert!(holds(json!(1_772_710_201), Op::After, json!("2026-03-05T14:30:00+03:00")));
    assert!(!holds(json!(""), Op::Before, json!("2026-03-05")));
    assert!(holds_as(Some(json!("скоро")), Op::Before, Some(json!("2026-03-05")), false).is_err());
}

#[test]
fn empty_exists_true_and_false() {
    for v in [json!(null), json!(""), json!(" "), json!([]), json!({})] {
        assert!(alone(Some(v.clone()), Op::IsEmpty), "{v}");
        assert!(!alone(Some(v.clone()), Op::IsNotEmpty), "{v}");
        assert!(alone(Some(v), Op::Exists));
    }
    assert!(alone(None, Op::IsEmpty) && !alone(None, Op::Exists));
    assert!(alone(Some(json!(0)), Op::IsNotEmpty) && alone(Some(json!(false)), Op::IsNotEmpty));
    for v in ["да", "Yes", "true", "1", "on"] {
        assert!(alone(Some(json!(v)), Op::IsTrue), "{v}");
    }
    for v in ["нет", "no", "0", "off", ""] {
        assert!(alone(Some(json!(v)), Op::IsFalse), "{v}");
    }
    assert!(alone(None, Op::IsFalse));
    assert!(!alone(Some(json!("может")), Op::IsTrue) && !alone(Some(json!("может")), Op::IsFalse));
}

#[test]
fn s8_a_list_path_without_hits_does_not_exist() {
    let c =
        Compiled::compile(&test(Source::Path("$.v[*]".into()), Op::Exists, None, false)).unwrap();
    let eval = |data| c.eval(&Context::new(data), &env()).unwrap();
    assert!(!eval(json!({"v": []})) && eval(json!({"v": [null]})));
}

#[test]
fn matches_is_a_pattern_found_in_the_text() {
    assert!(holds(json!("Заказ №15"), Op::Matches, json!(r"заказ №\d+")));
    assert!(!holds_as(Some(json!("Заказ")), Op::Matches, Some(json!("заказ")), true).unwrap());
    let bad =
        Compiled::compile(&test(Source::Literal(json!("a")), Op::Matches, Some(json!("(")), false));
    assert_eq!(bad.unwrap_err()[0].1.code, "pattern");
    let dynamic = Condition::Test(Box::new(flow::Test {
        left: Mapping::of(Source::Path("$.v".into())),
        op: Op::Matches,
        right: Some(Mapping::of(Source::Path("$.p".into()))),
        exact: false,
    }));
    let c = Compiled::compile(&dynamic).unwrap();
    assert!(c.eval(&Context::new(json!({"v": "abc", "p": "^AB"})), &env()).unwrap());
    assert!(c.eval(&Context::new(json!({"v": "abc", "p": "("})), &env()).is_err());
}

#[test]
fn all_any_and_not_combine_and_stop_early() {
    let yes = || test(Source::Literal(json!(1)), Op::Equals, Some(json!(1)), false);
    let no = || test(Source::Literal(json!(1)), Op::Equals, Some(json!(2)), false);
    let fails = || test(Source::Literal(json!("x")), Op::Before, Some(json!("y")), false);
    let eval = |c: Condition| Compiled::compile(&c).unwrap().eval(&Context::default(), &env());
    assert_eq!(eval(Condition::All(vec![yes(), yes()])), Ok(true));
    assert_eq!(eval(Condition::All(vec![no(), fails()])), Ok(false));
    assert_eq!(eval(Condition::Any(vec![yes(), fails()])), Ok(true));
    assert_eq!(eval(Condition::Any(vec![no(), no()])), Ok(false));
    assert_eq!(eval(Condition::Not(Box::new(no()))), Ok(true));
    assert_eq!(eval(Condition::All(Vec::new())), Ok(true));
    assert_eq!(eval(Condition::Any(Vec::new())), Ok(false));
    assert!(eval(fails()).is_err());
}

#[test]
fn faults_come_with_their_place() {
    let broken = |op, right| test(Source::Path("oops".into()), op, right, false);
    let c = Condition::All(vec![
        broken(Op::IsEmpty, Some(json!(1))),
        Condition::Not(Box::new(Condition::Any(vec![broken(Op::Equals, None)]))),
    ]);
    let faults = Compiled::compile(&c).unwrap_err();
    let places: Vec<(&str, &str)> = faults.iter().map(|(p, f)| (p.as_str(), f.code)).collect();
    assert_eq!(
        places,
        [
            (".all[0].left.path", "path_syntax"),
            (".all[0].right", "condition_right"),
            (".all[1].not.any[0].left.path", "path_syntax"),
            (".all[1].not.any[0].right", "condition_right"),
        ]
    );
}

#[test]
fn s17_a_condition_knows_whether_it_reads_only_the_delivery() {
    let reads = |path: &str| {
        let c = test(Source::Path(path.into()), Op::Exists, None, false);
        let c = Condition::All(vec![Condition::Not(Box::new(c))]);
        Compiled::compile(&c).unwrap().reads_only(&["trigger"])
    };
    assert!(reads("$.trigger.body.Email") && reads("$.trigger.body.items[*].a"));
    assert!(!reads("$.steps.lead.output") && !reads("$") && !reads("$..Email"));
    let template =
        test(Source::Template("{{upper trigger.a}}{{vars.b}}".into()), Op::IsEmpty, None, false);
    assert!(!Compiled::compile(&template).unwrap().reads_only(&["trigger"]));
}
