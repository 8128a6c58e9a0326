//! What the reader says about documents with faults. A whole flow that validates, and faults
//! that need connectors, are in the tests of `mapping::check`.

use serde_json::{Value, json};

use super::{read, read_lenient};
use crate::flow::{OnError, OnPark, RespondMode, Source, StepKind};
use crate::{Problem, Span, limits};

fn minimal() -> Value {
    json!({
        "zveno": 1,
        "name": "Lead",
        "trigger": {"connector": "tilda@1.0.0", "event": "form_submitted"},
        "steps": [
            {"id": "lead", "action": "bitrix24.create_lead@1.0.0", "input": {
                "title": {"literal": "Lead"},
                "phone": {"path": "$.trigger.body.Phone", "transforms": [{"fn": "trim"}]},
            }},
        ],
    })
}

/// The faults of the minimal document in which `value` stands at `pointer`.
fn faults(pointer: &str, value: Value) -> Vec<Problem> {
    let mut doc = minimal();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match doc.pointer_mut(parent).unwrap() {
        Value::Object(m) => drop(m.insert(key.to_owned(), value)),
        Value::Array(a) => match a.get_mut(key.parse::<usize>().unwrap_or(usize::MAX)) {
            Some(slot) => *slot = value,
            None => a.push(value),
        },
        other => panic!("{other} has no {key}"),
    }
    let problems = read(&doc).err().unwrap_or_default();
    for p in &problems {
        assert!(!p.message.en.is_empty() && !p.message.ru.is_empty(), "{p}");
        assert_ne!(p.message.en, p.message.ru);
    }
    problems
}

fn said(pointer: &str, value: Value) -> Vec<String> {
    faults(pointer, value).iter().map(ToString::to_string).collect()
}

#[test]
fn a_minimal_document_is_read() {
    let flow = read(&minimal()).unwrap();
    assert_eq!(flow.trigger.connector.version, "1.0.0");
    let StepKind::Action(a) = &flow.steps[0].kind else { panic!("not an action") };
    assert_eq!((a.connector.name.as_str(), a.action.as_str()), ("bitrix24", "create_lead"));
    assert_eq!(a.on_error, OnError::Stop);
    assert_eq!(a.input["phone"].transforms[0].function, "trim");
}

#[test]
fn s7_on_park_stands_beside_an_order_key() {
    let of = |order_by: Value, on_park: Value| {
        let mut doc = minimal();
        doc["trigger"]["order_by"] = order_by;
        doc["trigger"]["on_park"] = on_park;
        read(&doc).map(|f| f.trigger.order_by.map(|o| o.on_park))
    };
    assert_eq!(of(json!("{{trigger.body.id}}"), Value::Null), Ok(Some(OnPark::Continue)));
    assert_eq!(of(json!("{{trigger.body.id}}"), json!("wait")), Ok(Some(OnPark::Wait)));
    assert_eq!(of(Value::Null, Value::Null), Ok(None));
    let alone = of(Value::Null, json!("wait")).unwrap_err();
    assert_eq!(alone[0].to_string(), "trigger.order_by: \"order_by\" is missing");
    assert_eq!(
        said("/trigger/on_park", json!("stop"))[0],
        "trigger.on_park: \"stop\" is not one of continue, wait"
    );
}

#[test]
fn unknown_keys_are_named_with_the_key_that_was_meant() {
    assert_eq!(
        said("/steps/0/colection", json!("con_1")),
        [r#"steps[0].colection: unknown key "colection", did you mean "connection"?"#]
    );
    assert_eq!(
        said("/steps/0/input/phone", json!({"pth": "$.trigger.body"})),
        [r#"steps[0].input.phone.pth: unknown key "pth", did you mean "path"?"#]
    );
    assert_eq!(
        said("/settings", json!({"colour": "red"})),
        [concat!(
            r#"settings.colour: unknown key "colour"; here are known: "#,
            "timezone, concurrency, retention_days, alerts"
        )]
    );
    assert_eq!(
        said("/steps/1", json!({"id": "x", "acton": "a.b@1.0.0"})),
        [r#"steps[1].acton: unknown key "acton", did you mean "action"?"#]
    );
    let ru = &faults("/steps/0/colection", json!("con_1"))[0].message.ru;
    assert_eq!(ru, "неизвестный ключ «colection», может быть, «connection»?");
}

#[test]
fn a_source_is_exactly_one_word() {
    assert_eq!(
        said("/steps/0/input/phone", json!({"path": "$.a", "template": "b"})),
        ["steps[0].input.phone: only one of these may stand here: path, template"]
    );
    assert_eq!(
        said("/steps/0/input/phone", json!({"default": 1})),
        ["steps[0].input.phone: one of these is needed: \
          literal, path, template, object, list, secret"]
    );
    assert_eq!(
        said("/steps/0/input/phone", json!("{{trigger.body.Phone}}")),
        [r#"steps[0].input.phone: expected a source, got text; write {template: "..."}"#]
    );
    assert_eq!(
        said("/steps/0/input/phone", json!({"object": {"a": {"list": [7]}}})),
        ["steps[0].input.phone.object.a.list[0]: expected a source, got a number; \
          write {literal: ...}"]
    );
    assert_eq!(
        said("/steps/0/input/phone", json!({"literal": 1, "transforms": [{"country": "RU"}]})),
        [r#"steps[0].input.phone.transforms[0].fn: "fn" is missing"#]
    );
}

#[test]
fn a_step_is_exactly_one_kind_and_has_only_its_keys() {
    assert_eq!(
        said("/steps/0/filter", json!({"all": []})),
        ["steps[0]: only one of these may stand here: action, filter"]
    );
    assert_eq!(
        said("/steps/1", json!({"id": "x"})),
        ["steps[1]: one of these is needed: \
          action, branch, for_each, delay, set, filter, respond"]
    );
    assert_eq!(
        said("/steps/1", json!({"id": "x", "delay": {"for": "10m"}, "retry": "none"})),
        [r#"steps[1].retry: "retry" has no meaning in a step of kind "delay""#]
    );
}

#[test]
fn step_ids_are_small_words_unique_and_not_reserved() {
    let set = |id: &str| json!({"id": id, "set": {"a": {"literal": 1}}});
    assert_eq!(
        said("/steps/1", set("lead")),
        [r#"steps[1].id: the step id "lead" is already taken by steps[0]"#]
    );
    assert_eq!(
        said("/steps/1", set("vars")),
        [r#"steps[1].id: "vars" is a reserved word, choose another"#]
    );
    for bad in ["Lead", "1st", "a-b", "лид", "", &"a".repeat(limits::STEP_ID_CHARS + 1)] {
        assert_eq!(faults("/steps/1", set(bad))[0].code, "bad_id", "{bad}");
    }
    let nested =
        json!({"id": "each", "for_each": {"path": "$.trigger.body.p"}, "steps": [set("lead")]});
    assert_eq!(faults("/steps/1", nested)[0].place, "steps[1].steps[0].id");
}

#[test]
fn references_have_a_name_and_an_exact_version() {
    assert_eq!(
        said("/trigger/connector", json!("tilda@latest")),
        [r#"trigger.connector: expected a reference such as tilda@1.0.0, got "tilda@latest""#]
    );
    for bad in ["tilda@", "tilda@1.0", "tilda@^1.0.0", "ti lda@1.0.0", "@1.0.0", "a.b@1.0.0"] {
        assert_eq!(faults("/trigger/connector", json!(bad))[0].code, "bad_reference", "{bad}");
    }
    for bad in ["bitrix24@1.0.0", ".lead@1.0.0", "bitrix24.@1.0.0"] {
        assert_eq!(faults("/steps/0/action", json!(bad))[0].code, "bad_reference", "{bad}");
    }
    assert_eq!(said("/trigger/connector", json!("webhook_out")), [] as [&str; 0]);
    assert_eq!(said("/steps/0/action", json!("my-crm_2.add@1.0.0-rc.1")), [] as [&str; 0]);
}

#[test]
fn spans_and_numbers_are_within_their_limits() {
    assert_eq!(
        said("/steps/1", json!({"id": "w", "delay": {"for": "ten minutes"}})),
        ["steps[1].delay.for: expected a length of time such as 500ms, 30s, 5m, 2h or 7d, \
          got \"ten minutes\""]
    );
    assert_eq!(
        said("/steps/1", json!({"id": "w", "delay": {"for": "91d"}})),
        ["steps[1].delay.for: 91d is too long, at most 90d"]
    );
    assert_eq!(
        said("/trigger/dedupe", json!({"key": "{{trigger.body.id}}", "window": "1000d"})),
        ["trigger.dedupe.window: 1000d is too long, at most 90d"]
    );
    assert_eq!(
        said("/settings", json!({"concurrency": 0})),
        ["settings.concurrency: 0 is out of range, from 1 to 1000"]
    );
    assert_eq!(
        said("/settings", json!({"concurrency": "64"})),
        ["settings.concurrency: expected a whole number, got text"]
    );
    assert_eq!(
        said("/steps/0/retry", json!({"delays": ["1s", 5]})),
        ["steps[0].retry.delays[1]: expected a length of time such as 30s or 7d, got a number"]
    );
}

#[test]
fn words_are_named_with_the_word_that_was_meant() {
    assert_eq!(
        said("/steps/0/on_error", json!("continu")),
        [r#"steps[0].on_error: "continu" is not one of stop, continue, did you mean "continue"?"#]
    );
    assert_eq!(
        said("/steps/0/on_unknown", json!("guess")),
        [r#"steps[0].on_unknown: "guess" is not one of retry, check, park"#]
    );
}

#[test]
fn conditions_have_one_word_and_the_right_side_that_they_need() {
    let left = json!({"path": "$.trigger.body.sum"});
    assert_eq!(
        said("/trigger/only_if", json!({"all": []})),
        ["trigger.only_if.all: this may not be empty"]
    );
    assert_eq!(
        said("/trigger/only_if", json!({"left": left, "op": "gte"})),
        [r#"trigger.only_if.right: "gte" compares with something: "right" is missing"#]
    );
    assert_eq!(
        said("/trigger/only_if", json!({"left": left, "op": "exists", "right": {"literal": 1}})),
        [r#"trigger.only_if.right: "exists" looks at one value only, take "right" away"#]
    );
    assert_eq!(
        said(
            "/trigger/only_if",
            json!({"any": [{"left": left, "op": "between", "right": {"literal": [1]}}]})
        ),
        [r#"trigger.only_if.any[0].right: "between" compares with a list of 2 values"#]
    );
    assert_eq!(
        faults("/trigger/only_if", json!({"left": left, "op": "equal", "right": {"literal": 1}}))
            [0]
        .place,
        "trigger.only_if.op"
    );
}

#[test]
fn an_arm_without_a_condition_comes_last() {
    let when = json!({"left": {"path": "$.trigger.body"}, "op": "exists"});
    let arms = json!([{"name": "otherwise", "steps": []}, {"when": when, "steps": []}]);
    assert_eq!(
        said("/steps/1", json!({"id": "b", "branch": arms})),
        ["steps[1].branch[0]: an arm without \"when\" is taken when no other was, \
          so it must be the last"]
    );
}

#[test]
fn s11_waiting_for_the_run_has_its_own_keys() {
    assert_eq!(
        said("/trigger/respond", json!({"mode": "now", "within": "5s"})),
        [r#"trigger.respond.within: "within" has a meaning only with mode: after_run"#]
    );
    assert_eq!(
        said("/trigger/respond", json!({"mode": "after_run", "within": "26s"})),
        ["trigger.respond.within: 26s is too long, at most 25s"]
    );
    let mut doc = minimal();
    doc["trigger"]["respond"] = json!({
        "mode": "after_run", "within": "20s", "json": {"code": {"literal": 0}},
        "otherwise": {"status": 200, "json": {"code": {"literal": 13}}},
    });
    let respond = read(&doc).unwrap().trigger.respond.unwrap();
    let RespondMode::AfterRun { within, otherwise } = respond.mode else { panic!("not after_run") };
    assert_eq!(within, Some(Span::secs(20)));
    assert_eq!(otherwise.unwrap().status, Some(200));
    assert!(respond.reply.is_some());
}

#[test]
fn s4_dedupe_may_be_switched_off() {
    let mut doc = minimal();
    for off in [json!("none"), json!("off"), json!(false)] {
        doc["trigger"]["dedupe"] = off;
        let dedupe = read(&doc).unwrap().trigger.dedupe.unwrap();
        assert_eq!((dedupe.key.as_str(), dedupe.window), ("", limits::DEDUPE_WINDOW));
    }
    assert_eq!(
        said("/trigger/dedupe", json!({"window": "7d"})),
        [r#"trigger.dedupe.key: "key" is missing"#]
    );
}

#[test]
fn another_format_version_is_said_and_nothing_else() {
    assert_eq!(
        said("/zveno", json!(2)),
        ["zveno: format version 2 is not known, this server reads version 1"]
    );
    let alien = json!({"zveno": "7", "nodes": []});
    assert_eq!(read(&alien).unwrap_err().len(), 1);
    assert_eq!(read(&json!([])).unwrap_err()[0].to_string(), "expected a map, got a list");
}

#[test]
fn limits_of_size_and_depth_are_kept() {
    let set = |i: usize| json!({"id": format!("s{i}"), "set": {"a": {"literal": 1}}});
    let many: Vec<_> = (0..=limits::FLOW_STEPS).map(set).collect();
    assert_eq!(
        said("/steps", json!(many)),
        ["steps: the flow has 101 steps, at most 100 are allowed"]
    );
    assert_eq!(said("/steps", json!(many[1..])), [] as [&str; 0]);

    let deep = (0..=limits::FLOW_NESTING).fold(set(0), |inner, i| {
        json!({"id": format!("l{i}"), "for_each": {"path": "$.trigger.body.p"}, "steps": [inner]})
    });
    assert_eq!(faults("/steps/1", deep.clone())[0].code, "too_deep");
    assert_eq!(said("/steps/1", deep["steps"][0].clone()), [] as [&str; 0]);

    let long = format!("$.{}", "a".repeat(limits::PATH_CHARS - 1));
    assert_eq!(
        said("/steps/0/input/phone/path", json!(long)),
        ["steps[0].input.phone.path: 513 characters, at most 512 are allowed"]
    );
    let template = "я".repeat(limits::TEMPLATE_BYTES / 2 + 1);
    assert_eq!(
        said("/steps/0/input/phone", json!({"template": template})),
        ["steps[0].input.phone.template: 16386 bytes, at most 16384 are allowed"]
    );
    let big = json!({"literal": "x".repeat(limits::FLOW_VERSION_BYTES)});
    assert_eq!(faults("/steps/0/input/phone", big)[0].code, "too_large");

    let nested = (0..=limits::MAPPING_NESTING)
        .fold(json!({"literal": 1}), |inner, _| json!({"list": [inner]}));
    assert_eq!(faults("/steps/0/input/phone", nested.clone())[0].code, "too_deep");
    assert_eq!(said("/steps/0/input/phone", nested["list"][0].clone()), [] as [&str; 0]);
}

#[test]
fn every_fault_is_named_at_once() {
    let doc = json!({
        "zveno": 1,
        "nam": "x",
        "trigger": {"connector": 5, "event": "form submitted"},
        "steps": [{"id": "A", "delay": {}}, 7],
    });
    let (flow, problems) = read_lenient(&doc);
    let places: Vec<_> = problems.iter().map(|p| p.place.as_str()).collect();
    assert_eq!(
        places,
        [
            "nam",
            "name",
            "trigger.connector",
            "trigger.event",
            "steps[0].id",
            "steps[0].delay",
            "steps[1]"
        ]
    );
    assert_eq!(flow.steps.len(), 2, "positions stay those of the document");
}

#[test]
fn null_is_an_absent_key_but_a_value_of_literal_and_default() {
    let mut doc = minimal();
    doc["steps"][0]["connection"] = Value::Null;
    doc["steps"][0]["input"]["title"] = json!({"literal": null, "default": null});
    let flow = read(&doc).unwrap();
    let StepKind::Action(a) = &flow.steps[0].kind else { panic!("not an action") };
    assert_eq!(a.connection, None);
    assert_eq!(a.input["title"].source, Source::Literal(Value::Null));
    assert_eq!(a.input["title"].default, Some(Value::Null));
}

#[test]
fn fields_of_the_event_have_names_of_their_own() {
    let mut doc = minimal();
    doc["trigger"]["labels"] = json!({ "$.trigger.body.Phone": "Телефон клиента" });
    let flow = read(&doc).unwrap();
    assert_eq!(flow.trigger.labels["$.trigger.body.Phone"], "Телефон клиента");
    let said = faults("/trigger/labels", json!({ "$.trigger.body.Phone": " ", "$.trigger.x": 5 }));
    assert_eq!(said.len(), 2);
    let many: serde_json::Map<_, _> =
        (0..=limits::FIELD_LABELS).map(|n| (format!("$.trigger.f{n}"), json!("x"))).collect();
    assert_eq!(faults("/trigger/labels", Value::Object(many)).len(), 1);
}
