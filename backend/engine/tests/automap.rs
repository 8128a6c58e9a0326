//! Filling fields by themselves, over the layouts of real forms.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;

use connect::manifest::ActionKind;
use connect::registry::Registry;
use domain::Lang;
use domain::field::FieldSpec;
use engine::build::automap::{Filled, fill};
use engine::build::fields::{leaves, root};
use mapping::{Found, Path};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Form {
    #[serde(rename = "form")]
    name: String,
    body: Value,
    /// Field of the lead, and the place in the body that it must be filled from.
    lead: BTreeMap<String, String>,
    #[serde(default)]
    to: Option<String>,
}

fn forms() -> Vec<Form> {
    serde_saphyr::from_str(include_str!("forms.yaml")).unwrap()
}

fn action(registry: &Registry, name: &str, key: &str) -> (Vec<FieldSpec>, ActionKind) {
    let a = registry.latest(name).unwrap().action(key).unwrap();
    (a.spec.input.clone(), a.manifest.kind)
}

fn filled(form: &Form, registry: &Registry, name: &str, key: &str) -> Filled {
    let sample = leaves(&root(&["trigger", "body"]), &form.body, &[]);
    let (specs, kind) = action(registry, name, key);
    fill(&specs, &sample, kind, ("body", Lang::Ru))
}

/// What a mapping takes from the body; the pieces of `utm.source` one by one.
fn taken(fields: &Value, key: &str) -> Option<String> {
    let mut at = fields;
    for (i, part) in key.split('.').enumerate() {
        at = if i == 0 { at.get(part)? } else { at.get("object")?.get(part)? };
    }
    Some(at["path"].as_str()?.to_owned())
}

fn value<'a>(body: &'a Value, place: &str) -> &'a Value {
    place.split('.').try_fold(body, |v, key| v.get(key)).unwrap_or_else(|| panic!("{place}"))
}

/// Every field that was filled, with the names of those inside of objects.
fn keys(fields: &serde_json::Map<String, Value>) -> Vec<String> {
    let inner = |(key, m): (&String, &Value)| match m.get("object").and_then(Value::as_object) {
        Some(object) => object.keys().map(|k| format!("{key}.{k}")).collect(),
        None => vec![key.clone()],
    };
    fields.iter().flat_map(inner).collect()
}

#[test]
fn nine_of_ten_fields_of_real_forms_are_filled_right_and_no_required_one_wrong() {
    let registry = Registry::builtin();
    let forms = forms();
    assert_eq!(forms.len(), 12);
    let (specs, _) = action(&registry, "bitrix24", "create_lead");
    let required = |key: &str| specs.iter().any(|s| s.key == key && s.required);
    let (mut right, mut all, mut wrong) = (0, 0, Vec::new());
    for form in &forms {
        let data = json!({ "trigger": { "body": form.body } });
        let got = filled(form, &registry, "bitrix24", "create_lead");
        let fields = Value::Object(got.fields.clone());
        for key in keys(&got.fields) {
            if !form.lead.contains_key(&key) {
                wrong.push((form.name.clone(), key, "filled from nothing".to_owned()));
                all += 1;
            }
        }
        for (key, place) in &form.lead {
            all += 1;
            let path = taken(&fields, key);
            let found = path.as_ref().map(|p| Path::parse(p).unwrap());
            let found = found.as_ref().map(|p| p.get(&data).unwrap());
            let expected = std::ptr::from_ref(value(&data["trigger"]["body"], place));
            match found {
                Some(Found::One(v)) if std::ptr::eq(v, expected) => right += 1,
                _ => wrong.push((form.name.clone(), key.clone(), format!("{path:?}"))),
            }
        }
        assert!(
            got.skipped.iter().all(|k| required(k) && !form.lead.contains_key(k)),
            "{}",
            form.name
        );
    }
    let bad: Vec<_> = wrong.iter().filter(|(_, key, how)| required(key) && how != "None").collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert!(right * 10 >= all * 9, "{right} of {all}: {wrong:#?}");
}

#[test]
fn a_letter_goes_to_the_address_of_the_visitor_and_tells_what_came() {
    let registry = Registry::builtin();
    for form in forms() {
        let got = filled(&form, &registry, "email", "send");
        let data = json!({ "trigger": { "body": form.body } });
        let to = taken(&Value::Object(got.fields.clone()), "to");
        let to = to.map(|p| match Path::parse(&p).unwrap().get(&data).unwrap() {
            Found::One(v) => v.clone(),
            other => panic!("{other:?}"),
        });
        let expected = form.to.as_deref().map(|place| value(&form.body, place).clone());
        assert_eq!(to, expected, "{}", form.name);
        let text = got.fields["text"]["template"].as_str().unwrap();
        let template = mapping::Template::parse(text, domain::field::Escape::None).unwrap();
        assert!(!template.references().is_empty(), "{text}");
    }
}

#[test]
fn what_a_letter_tells_is_in_the_language_of_who_asks() {
    let registry = Registry::builtin();
    let tilda = registry.latest("tilda").unwrap();
    let output = &tilda.trigger("form_submitted").unwrap().manifest.output;
    let output = connect::manifest::field::specs(output, &tilda.manifest.types);
    let sample = leaves(&root(&["trigger", "body"]), &forms()[0].body, &output);
    let (specs, kind) = action(&registry, "email", "send");
    let text = |lang| {
        let got = fill(&specs, &sample, kind, ("body", lang));
        got.fields["text"]["template"].as_str().unwrap().to_owned()
    };
    assert!(text(Lang::Ru).starts_with("Имя: {{"), "{}", text(Lang::Ru));
    assert!(text(Lang::En).starts_with("Name: {{"), "{}", text(Lang::En));
}

#[test]
fn a_webhook_gets_the_whole_event() {
    let registry = Registry::builtin();
    let got = filled(&forms()[0], &registry, "webhook_out", "send");
    assert_eq!(got.fields["payload"], json!({ "path": "$.trigger.body" }));
    assert_eq!(got.skipped, ["type"], "nobody but the author knows the type");
}
