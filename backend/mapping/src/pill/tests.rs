use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::testing::hostile_text;

fn transform(function: &str, args: Value) -> Transform {
    let Value::Object(args) = args else { panic!("arguments are an object") };
    Transform { function: function.into(), args }
}

#[test]
fn a_nested_call_is_a_pill_and_back() {
    let text = r#"{{default (upper (trim trigger.body.Name)) "-"}}"#;
    let pill = Pill {
        path: "$.trigger.body.Name".into(),
        transforms: vec![transform("trim", json!({})), transform("upper", json!({}))],
        default: Some(json!("-")),
    };
    assert_eq!(Pill::read(text).as_ref(), Some(&pill));
    assert_eq!(pill.write().as_deref(), Some(text));
}

#[test]
fn arguments_are_read_by_place_and_by_name() {
    for text in [
        r#"{{phone_e164 trigger.body.[Ваш телефон] country="RU"}}"#,
        r#"{{phone_e164 trigger.body.[Ваш телефон] "RU"}}"#,
    ] {
        let pill = Pill::read(text).unwrap();
        assert_eq!(pill.path, "$.trigger.body['Ваш телефон']");
        assert_eq!(pill.transforms, [transform("phone_e164", json!({"country": "RU"}))]);
        assert_eq!(
            pill.write().unwrap(),
            r#"{{phone_e164 trigger.body.[Ваш телефон] country="RU"}}"#
        );
    }
    let signed = Pill::read(r#"{{hmac "sha256" "key" trigger.raw}}"#).unwrap();
    assert_eq!(signed.path, "$.trigger.raw");
    assert_eq!(signed.write().unwrap(), r#"{{hmac "sha256" "key" trigger.raw}}"#);
    let rest = Pill::read(r#"{{concat vars.a "x" 1}}"#).unwrap();
    assert_eq!(rest.transforms, [transform("concat", json!({"values": ["x", 1]}))]);
}

#[test]
fn everything_else_opens_as_code() {
    for text in [
        "x{{a.b}}",
        "{{{a.b}}}",
        "{{#if a}}b{{/if}}",
        "{{concat a.b c.d}}",
        "{{now}}",
        "{{'x'}}",
        "{{upper \"x\"}}",
        "{{../a}}",
        "{{default a.b c.d}}",
        "{{#if",
        "",
    ] {
        assert_eq!(Pill::read(text), None, "{text}");
    }
    for text in
        ["{{#if a}}b{{/if}}", "a {{{b}}}", "{{concat a.b c.d}}", "a {{~b}}", "a{{! c }}b", "{{"]
    {
        assert_eq!(parts(text), None, "{text}");
    }
}

#[test]
fn text_with_pills_is_read_in_pieces() {
    let text = "Заявка: {{trigger.body.form}}, {{upper vars.x}}!";
    let pill =
        |path: &str, transforms| Part::Pill(Pill { path: path.into(), transforms, default: None });
    let want = vec![
        Part::Text("Заявка: ".into()),
        pill("$.trigger.body.form", vec![]),
        Part::Text(", ".into()),
        pill("$.vars.x", vec![transform("upper", json!({}))]),
        Part::Text("!".into()),
    ];
    assert_eq!(parts(text).as_ref(), Some(&want));
    assert_eq!(join(&want).as_deref(), Some(text));
}

fn any_pill() -> impl Strategy<Value = Pill> {
    let name = "[a-z]{1,5}|\\PC{1,6}";
    let segment = prop_oneof![
        name.prop_map(|n| Segment::Name(n.into())),
        (0i64..100).prop_map(Segment::Index),
    ];
    let scalar = prop_oneof![
        hostile_text().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from)
    ];
    let transform = prop_oneof![
        Just(transform("trim", json!({}))),
        Just(transform("upper", json!({}))),
        Just(transform("truncate", json!({"length": 5}))),
        Just(transform("phone_e164", json!({"country": "RU"}))),
        hostile_text().prop_map(|t| transform("concat", json!({"values": [t, 1]}))),
        hostile_text().prop_map(|t| transform("hmac", json!({"alg": "sha256", "key": t}))),
        hostile_text().prop_map(|t| transform("map", json!({"table": {"{{": t}}))),
    ];
    (
        "[a-z]{2,8}",
        prop::collection::vec(segment, 0..4),
        prop::collection::vec(transform, 0..4),
        prop::option::of(scalar),
    )
        .prop_map(|(root, mut rest, transforms, default)| {
            rest.insert(0, Segment::Name(format!("{root}x").into()));
            Pill { path: write(&rest), transforms, default }
        })
}

proptest! {
    #[test]
    fn every_pill_reads_back_as_itself(pill in any_pill()) {
        let text = pill.write().unwrap();
        prop_assert_eq!(Pill::read(&text), Some(pill), "{}", text);
    }

    #[test]
    fn text_and_pills_read_back_as_they_were(
        parts_in in prop::collection::vec(
            prop_oneof![
                hostile_text().prop_map(Part::Text),
                "[{\\\\}a]{0,5}".prop_map(Part::Text),
                any_pill().prop_map(Part::Pill),
            ],
            0..6,
        )
    ) {
        // Neighbouring texts are one text, and an empty one is none.
        let mut want: Vec<Part> = Vec::new();
        for p in parts_in {
            match p {
                Part::Text(t) if t.is_empty() => {}
                Part::Text(t) => push_text(&mut want, &t),
                pill @ Part::Pill(_) => want.push(pill),
            }
        }
        let text = join(&want).unwrap();
        prop_assert_eq!(parts(&text), Some(want), "{}", text);
    }
}
