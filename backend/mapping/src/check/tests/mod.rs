//! A whole flow that validates, and what is said of flows with faults.
#![expect(clippy::needless_pass_by_value, reason = "documents are written in place")]

use domain::Problem;
use domain::field::Escape;
use domain::flow::{StepKind, read, write};
use serde_json::{Value, json};

mod catalogue;
mod faulty;
mod sources;

use catalogue::Small;

use super::{check, document};

/// A flow with every part of the format.
fn whole() -> Value {
    serde_saphyr::from_str(include_str!("whole.yaml")).unwrap()
}

/// A trigger and these steps.
fn flow(steps: Value) -> Value {
    json!({
        "zveno": 1,
        "name": "Lead",
        "trigger": {"connector": "tilda@1.1.0", "event": "form_submitted"},
        "steps": steps,
    })
}

/// A step with the action that makes a lead.
fn lead(input: Value) -> Value {
    json!({"id": "lead", "action": "bitrix24.create_lead@1.0.0", "connection": "con_1", "input": input})
}

/// What is said of a document. Every problem has words in both languages.
fn problems(doc: &Value) -> Vec<Problem> {
    let flow = read::read(doc).unwrap_or_else(|p| panic!("not readable: {p:?}"));
    let problems = check(&flow, &Small);
    for p in &problems {
        assert!(!p.message.en.is_empty() && !p.message.ru.is_empty(), "{p}");
        assert_ne!(p.message.en, p.message.ru, "{p}");
    }
    problems
}

fn said(doc: &Value) -> Vec<String> {
    problems(doc).iter().map(ToString::to_string).collect()
}

fn with(mut doc: Value, pointer: &str, value: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match doc.pointer_mut(parent).unwrap() {
        Value::Object(m) => drop(m.insert(key.to_owned(), value)),
        Value::Array(a) => a[key.parse::<usize>().unwrap()] = value,
        other => panic!("{other} has no {key}"),
    }
    doc
}

#[test]
fn a_whole_flow_validates_and_is_written_back_without_loss() {
    let doc = whole();
    assert_eq!(said(&doc), [] as [&str; 0]);
    let flow = read::read(&doc).unwrap();
    assert_eq!(flow.walk().len(), 11);
    let again = write::to_value(&flow);
    assert_eq!(read::read(&again).unwrap(), flow);
    assert_eq!(write::to_value(&read::read(&again).unwrap()), again);
}

#[test]
fn what_validates_compiles() {
    let flow = read::read(&whole()).unwrap();
    crate::condition::Compiled::compile(flow.trigger.only_if.as_ref().unwrap()).unwrap();
    let mut fields = 0;
    for step in flow.walk() {
        let input = match &step.kind {
            StepKind::Action(a) => &a.input,
            StepKind::Set(vars) => vars,
            _ => continue,
        };
        for m in input.values() {
            crate::mapping::Compiled::compile(m, Escape::None).unwrap();
            fields += 1;
        }
    }
    assert_eq!(fields, 15);
}

#[test]
fn faults_of_reading_and_of_checking_come_together_without_echoes() {
    let mut doc = flow(json!([
        {"id": "lead", "acton": "bitrix24.create_lead@1.0.0"},
        {"id": "say", "action": "telegram.send_mesage@1.0.0", "connection": "c", "input": {}},
        {"id": "note", "action": "telegram.send_message@1.0.0", "connection": "c", "input": {
            "chat_id": {"literal": "@a"}, "text": {"pth": "$.x"},
        }},
    ]));
    doc["trigger"]["connector"] = json!(7);
    let (_, problems) = document(&doc, &Small);
    let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "trigger.connector: expected text, got a number",
            r#"steps[0].acton: unknown key "acton", did you mean "action"?"#,
            r#"steps[2].input.text.pth: unknown key "pth", did you mean "path"?"#,
            r#"steps[1].action: "telegram" has no action "send_mesage", did you mean "send_message"?"#,
        ]
    );
}
