use domain::Code;
use domain::field::Escape;
use serde_json::json;

use super::*;
use crate::testing::env;

fn field(key: &str, kind: FieldType) -> FieldSpec {
    FieldSpec { key: key.into(), kind, ..FieldSpec::default() }
}

fn given(fields: &[(&str, Source)]) -> Fields {
    fields.iter().map(|(k, s)| ((*k).to_owned(), Mapping::of(s.clone()))).collect()
}

fn path(p: &str) -> Source {
    Source::Path(p.into())
}

fn eval(fields: &Fields, specs: &[FieldSpec], data: Value) -> Result<Value, MapError> {
    Inputs::compile(fields, specs).unwrap().eval(&Context::new(data), &env())
}

#[test]
fn fields_are_mapped_filled_and_fitted() {
    let specs = [
        field("title", FieldType::String),
        field("sum", FieldType::Number),
        FieldSpec { default: Some(json!("WEB")), ..field("source", FieldType::Select) },
        field("comment", FieldType::Text),
        field("note", FieldType::Info),
    ];
    let fields = given(&[
        ("title", Source::Template("Заявка: {{trigger.body.form}}".into())),
        ("sum", path("$.trigger.body.sum")),
        ("comment", path("$.trigger.body.none")),
    ]);
    let data = json!({"trigger": {"body": {"form": "Заказ", "sum": "12,5"}}});
    assert_eq!(
        eval(&fields, &specs, data).unwrap(),
        json!({"title": "Заявка: Заказ", "sum": 12.5, "source": "WEB"})
    );
}

#[test]
fn an_error_says_field_type_and_path() {
    let specs = [field("phone", FieldType::Phone)];
    let fail = |source: Source| {
        let data = json!({"trigger": {"body": {"Phone": ["+7", "+8"]}}});
        eval(&given(&[("phone", source)]), &specs, data).unwrap_err()
    };
    let want = "phone: expected text, got list from $.trigger.body.Phone";
    let e = fail(path("$.trigger.body.Phone"));
    assert_eq!((e.code, e.to_string().as_str()), (Code::CoercionFailed, want));
    assert_eq!(fail(Source::Template("{{trigger.body.Phone}}".into())).to_string(), want);
    let listed = fail(path("$.trigger.body.Phone[*]")).to_string();
    assert_eq!(listed, "phone: expected text, got list from $.trigger.body.Phone[*]");
}

#[test]
fn an_error_in_a_nested_field_names_that_field_and_its_path() {
    let address = FieldSpec {
        fields: vec![field("city", FieldType::String)],
        ..field("address", FieldType::Object)
    };
    let object = Source::Object(given(&[("city", path("$.c"))]));
    let e = eval(&given(&[("address", object)]), std::slice::from_ref(&address), json!({"c": {}}))
        .unwrap_err();
    assert_eq!(e.to_string(), "address.city: expected text, got object from $.c");
    let e = eval(&given(&[("address", path("$.a"))]), &[address], json!({"a": {"city": []}}))
        .unwrap_err();
    assert_eq!(e.to_string(), "address.city: expected text, got list from $.a");
}

#[test]
fn a_required_field_needs_a_value() {
    let specs = [FieldSpec { required: true, ..field("title", FieldType::String) }];
    for v in [json!({}), json!({"t": null}), json!({"t": ""}), json!({"t": " "})] {
        let e = eval(&given(&[("title", path("$.t"))]), &specs, v).unwrap_err();
        assert_eq!(
            (e.code, e.field.as_str(), e.path.as_str()),
            (Code::FieldMissing, "title", "$.t")
        );
    }
    assert_eq!(eval(&Fields::new(), &specs, json!({})).unwrap_err().code, Code::FieldMissing);
    let zero = eval(&given(&[("title", path("$.t"))]), &specs, json!({"t": 0})).unwrap();
    assert_eq!(zero, json!({"title": "0"}));
}

#[test]
fn s3_secret_fields_are_named_and_never_evaluated() {
    let specs = [
        FieldSpec { secret: true, required: true, ..field("apikey", FieldType::String) },
        field("title", FieldType::String),
    ];
    let fields = given(&[("apikey", Source::Secret("tilda".into())), ("title", path("$.t"))]);
    let inputs = Inputs::compile(&fields, &specs).unwrap();
    assert_eq!(inputs.secrets().collect::<Vec<_>>(), [("apikey", "tilda")]);
    assert_eq!(
        inputs.eval(&Context::new(json!({"t": "x"})), &env()).unwrap(),
        json!({"title": "x"})
    );
}

#[test]
fn s3_a_secret_field_takes_only_a_secret_and_no_other_field_takes_one() {
    let specs = [
        FieldSpec { secret: true, ..field("key", FieldType::String) },
        field("title", FieldType::String),
    ];
    let codes = |fields: &Fields| {
        let faults = Inputs::compile(fields, &specs).unwrap_err();
        faults.into_iter().map(|(p, f)| (p, f.code)).collect::<Vec<_>>()
    };
    for source in
        [Source::Literal(json!("x")), path("$.trigger.body.key"), Source::Template("{{a}}".into())]
    {
        assert_eq!(codes(&given(&[("key", source)])), [(".key".to_owned(), "secret_field")]);
    }
    let nested = Source::List(vec![Mapping::of(Source::Secret("s".into()))]);
    assert_eq!(
        codes(&given(&[("title", nested)])),
        [(".title".to_owned(), "secret_in_plain_field")]
    );
}

#[test]
fn faults_of_fields_come_with_their_place() {
    let specs = [field("phone", FieldType::Phone)];
    let faults = Inputs::compile(&given(&[("phome", path("$.a")), ("phone", path("a"))]), &specs)
        .unwrap_err();
    assert_eq!((faults[0].0.as_str(), faults[0].1.code), (".phome", "unknown_field"));
    assert!(faults[0].1.message.en.contains("did you mean \"phone\"?"));
    assert_eq!((faults[1].0.as_str(), faults[1].1.code), (".phone.path", "path_syntax"));
}

#[test]
fn s9_the_field_decides_how_data_is_escaped() {
    let specs = [
        FieldSpec { escape: Escape::Html, ..field("body", FieldType::Text) },
        field("subject", FieldType::String),
    ];
    let t = Source::Template("Привет, {{n}}".into());
    let fields = given(&[("body", t.clone()), ("subject", t)]);
    assert_eq!(
        eval(&fields, &specs, json!({"n": "<b>"})).unwrap(),
        json!({"body": "Привет, &lt;b&gt;", "subject": "Привет, <b>"})
    );
}
