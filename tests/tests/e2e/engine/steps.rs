//! What flows are made of.

use domain::journal::StepState;
use domain::run::RunState;
use domain::{Code, Span};
use serde_json::json;
use tests::both;
use tests::receivers::http::Answer;
use tests::world::{World, form};

use crate::samples::{deliver, flow, id, ids, tell, told, values};

both! {
    a_filter_that_says_no_ends_the_run_as_filtered,
    s17_only_if_is_decided_before_there_is_a_run,
    a_branch_takes_the_first_arm_that_fits,
    a_branch_of_all_takes_every_arm_that_fits,
    s10_a_filter_in_a_branch_ends_the_branch_only,
    variables_are_set_and_read,
    a_delay_until_a_moment_of_the_event,
    on_error_continue_shows_the_error_to_later_steps,
    on_error_steps_run_instead,
    a_disabled_step_is_passed_over,
    a_value_that_does_not_fit_fails_with_its_field,
    steps_see_what_earlier_ones_gave,
}

fn sum(n: &str) -> tests::world::Body {
    form(&[("id", "a"), ("sum", n)])
}

async fn a_filter_that_says_no_ends_the_run_as_filtered(w: &World) {
    let number = "{ path: $.trigger.body.sum, transforms: [{ fn: number }] }";
    let steps = [
        format!(
            "{{ id: only, filter: {{ all: [{{ left: {number}, op: gte, right: {{ literal: 100 }} }}] }} }}"
        ),
        tell(w, "say", "/say", "{ path: $.trigger.body.sum }"),
    ];
    let hook = w.flow(&flow(&steps)).publish().await;
    w.accepted(&hook, sum("99")).await;
    let run = w.outcome(&hook).await;
    assert_eq!((run.run.state, run.run.step.as_deref()), (RunState::Filtered, Some("only")));
    w.accepted(&hook, sum("100")).await;
    w.ended(&hook, 2).await;
    assert_eq!(values(w, "/say"), ["100"]);
}

async fn s17_only_if_is_decided_before_there_is_a_run(w: &World) {
    let only_if =
        "  only_if: { all: [{ left: { path: $.trigger.body.name }, op: is_not_empty }] }\nsteps:";
    let hook = w.flow(&deliver(w, "").replace("steps:", only_if)).publish().await;
    w.accepted(&hook, form(&[("id", "a"), ("name", " ")])).await;
    w.accepted(&hook, form(&[("id", "b")])).await;
    w.accepted(&hook, id("c")).await;
    w.outcome(&hook).await;
    assert_eq!(ids(w), ["c"]);
    let events = w.events(&hook).await;
    let reasons: Vec<_> = events.iter().map(|e| e.reason.as_deref()).collect();
    assert_eq!(reasons, [Some("only_if"), Some("only_if"), None]);
}

fn arms(w: &World, mode: &str) -> String {
    let at_least = |n: u32| {
        format!(
            "{{ all: [{{ left: {{ path: $.trigger.body.sum, transforms: [{{ fn: number }}] }}, \
             op: gte, right: {{ literal: {n} }} }}] }}"
        )
    };
    format!(
        "{{ id: size, {mode} branch: [ \
         {{ name: big, when: {}, steps: [{}] }}, \
         {{ name: middle, when: {}, steps: [{}] }}, \
         {{ name: otherwise, steps: [{}] }} ] }}",
        at_least(100),
        tell(w, "big", "/say", "{ literal: big }"),
        at_least(10),
        tell(w, "middle", "/say", "{ literal: middle }"),
        tell(w, "small", "/say", "{ literal: small }"),
    )
}

async fn a_branch_takes_the_first_arm_that_fits(w: &World) {
    let after = tell(w, "after", "/say", "{ literal: after }");
    let hook = w.flow(&flow(&[arms(w, ""), after])).publish().await;
    for (n, n_sum) in ["500", "50", "5"].into_iter().enumerate() {
        w.accepted(&hook, sum(n_sum)).await;
        w.ended(&hook, n + 1).await;
    }
    assert_eq!(values(w, "/say"), ["big", "after", "middle", "after", "small", "after"]);
}

async fn a_branch_of_all_takes_every_arm_that_fits(w: &World) {
    let hook = w.flow(&flow(&[arms(w, "mode: all,")])).publish().await;
    w.accepted(&hook, sum("500")).await;
    w.outcome(&hook).await;
    assert_eq!(values(w, "/say"), ["big", "middle"]);
    w.accepted(&hook, sum("5")).await;
    w.ended(&hook, 2).await;
    assert_eq!(values(w, "/say"), ["big", "middle", "small"]);
}

async fn s10_a_filter_in_a_branch_ends_the_branch_only(w: &World) {
    let no = "{ id: only, filter: { all: [{ left: { literal: 1 }, op: equals, right: { literal: 2 } }] } }";
    let inside = tell(w, "inside", "/say", "{ literal: inside }");
    let branch = format!("{{ id: part, branch: [{{ name: all, steps: [{no}, {inside}] }}] }}");
    let after = tell(w, "after", "/say", "{ literal: after }");
    let hook = w.flow(&flow(&[branch, after])).publish().await;
    w.accepted(&hook, id("a")).await;
    assert_eq!(w.outcome(&hook).await.run.state, RunState::Succeeded);
    assert_eq!(values(w, "/say"), ["after"]);
}

async fn variables_are_set_and_read(w: &World) {
    let steps = [
        "{ id: one, set: { greeting: { template: 'Здравствуйте, {{trim trigger.body.name}}!' }, n: { literal: 3 } } }".to_owned(),
        "{ id: two, set: { n: { path: $.vars.n, transforms: [{ fn: add, value: 4 }] } } }".to_owned(),
        tell(w, "say", "/say", "{ list: [{ path: $.vars.greeting }, { path: $.vars.n }] }"),
    ];
    let hook = w.flow(&flow(&steps)).publish().await;
    w.accepted(&hook, form(&[("name", " Анна ")])).await;
    w.outcome(&hook).await;
    assert_eq!(values(w, "/say"), [json!(["Здравствуйте, Анна!", 7])]);
}

async fn a_delay_until_a_moment_of_the_event(w: &World) {
    let steps = [
        "{ id: wait, delay: { until: { path: $.trigger.body.at } } }".to_owned(),
        tell(w, "say", "/say", "{ literal: now }"),
    ];
    let hook = w.flow(&flow(&steps)).publish().await;
    w.accepted(&hook, form(&[("at", "2026-03-02T10:30:00Z")])).await;
    let run = w.only_run(&hook, RunState::Waiting).await;
    let waited = w.advance_to_due(&run).await;
    assert!((Span::mins(89)..=Span::mins(90)).contains(&waited), "{waited:?}");
    w.run_is(run.run.id, RunState::Succeeded).await;
    w.accepted(&hook, form(&[("at", "2026-03-01T00:00:00Z")])).await;
    w.ended(&hook, 2).await;
    w.accepted(&hook, form(&[("at", "soon")])).await;
    let failed = w.ended(&hook, 3).await.pop().unwrap();
    assert_eq!(failed.run.error.unwrap().code, Code::MappingFailed);
}

async fn on_error_continue_shows_the_error_to_later_steps(w: &World) {
    w.sink.script([Answer::status(422).body("no such phone")]);
    let mut first = tell(w, "first", "/first", "{ literal: 1 }");
    first.truncate(first.len() - 2);
    let first = format!("{first}, on_error: continue }}");
    let say = tell(
        w,
        "say",
        "/say",
        "{ list: [{ path: $.steps.first.error.status }, { path: $.steps.first.status }] }",
    );
    let hook = w.flow(&flow(&[first, say])).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = w.outcome(&hook).await;
    assert_eq!(run.run.state, RunState::Succeeded);
    assert_eq!(values(w, "/say"), [json!([422, "failed"])]);
}

async fn on_error_steps_run_instead(w: &World) {
    w.sink.script([Answer::status(422)]);
    let instead = tell(w, "instead", "/instead", "{ path: $.steps.first.error.status }");
    let mut first = tell(w, "first", "/first", "{ literal: 1 }");
    first.truncate(first.len() - 2);
    let first = format!("{first}, on_error: {{ steps: [{instead}] }} }}");
    let after = tell(w, "after", "/after", "{ literal: after }");
    let hook = w.flow(&flow(&[first, after])).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = w.outcome(&hook).await;
    assert_eq!(run.run.state, RunState::Succeeded);
    assert_eq!(values(w, "/instead"), [422]);
    assert_eq!(values(w, "/after"), ["after"]);
    let first = run.steps.iter().find(|s| s.step == "first").unwrap();
    assert_eq!(first.state, StepState::Failed);
    w.accepted(&hook, id("b")).await;
    w.ended(&hook, 2).await;
    assert_eq!(told(w, "/instead").len(), 1, "without an error they do not run");
}

async fn a_disabled_step_is_passed_over(w: &World) {
    let mut off = tell(w, "skipped", "/say", "{ literal: skipped }");
    off.truncate(off.len() - 2);
    let off = format!("{off}, disabled: true }}");
    let on = tell(w, "taken", "/say", "{ literal: taken }");
    let hook = w.flow(&flow(&[off, on])).publish().await;
    w.accepted(&hook, id("a")).await;
    w.outcome(&hook).await;
    assert_eq!(values(w, "/say"), ["taken"]);
}

async fn a_value_that_does_not_fit_fails_with_its_field(w: &World) {
    let step = "{ id: say, action: telegram.send_message@1.0.0, connection: bot, \
        input: { chat_id: { literal: '1' }, text: { path: '$.trigger.body.list' } } }";
    w.bot().await;
    let hook = w.flow(&flow(&[step.to_owned()])).publish().await;
    w.accepted(&hook, form(&[("list[]", "a"), ("list[]", "b")])).await;
    let run = w.outcome(&hook).await;
    let error = run.run.error.unwrap();
    assert_eq!(run.run.state, RunState::Failed);
    assert_eq!((error.code, error.field.as_deref()), (Code::CoercionFailed, Some("text")));
    assert!(error.message.contains("$.trigger.body.list"), "{}", error.message);
    assert!(w.telegram.sent().is_empty());
    assert_eq!(run.attempts.len(), 1, "what failed before it was sent is an attempt too");
}

async fn steps_see_what_earlier_ones_gave(w: &World) {
    let answer = json!({ "items": [{ "id": 7, "tags": ["x", "y"] }] });
    w.sink.script([Answer::json(201, &answer).with("x-request-id", "r-1")]);
    let steps = [
        tell(w, "one", "/one", "{ literal: 1 }"),
        tell(
            w,
            "two",
            "/two",
            "{ list: [{ path: '$.steps.one.output.body.items[0].id' }, \
             { path: '$.steps.one.output.body.items[*].tags[*]' }, { path: $.steps.one.output.status }] }",
        ),
    ];
    let hook = w.flow(&flow(&steps)).publish().await;
    w.accepted(&hook, id("a")).await;
    w.outcome(&hook).await;
    assert_eq!(values(w, "/two"), [json!([7, ["x", "y"], 201])]);
}
