//! Steps for each item of a list (semantics S10).

use domain::journal::{StepRow, StepState};
use domain::run::RunState;
use domain::{Code, Span, limits};
use serde_json::{Value, json};
use store::RunDetail;
use tests::both;
use tests::receivers::Gate;
use tests::receivers::http::{Answer, Received};
use tests::world::{Hook, SOON, World, json as body};

use crate::samples::{flow, order, tell, told, values};

both! {
    s10_items_follow_each_other_and_give_a_list,
    s10_several_items_are_sent_at_the_same_time,
    s10_a_waiting_item_holds_its_place_and_the_others_go_on,
    s10_with_one_place_a_waiting_item_keeps_the_others_waiting,
    s10_each_item_has_its_own_tries_and_its_own_key,
    s10_a_delay_in_a_loop_waits_for_each_item,
    s10_a_filter_ends_the_item_it_stands_in,
    s10_on_error_works_for_each_item,
    s10_loops_and_branches_stand_in_loops,
    s10_variables_of_an_item_are_its_own,
    s10_a_failing_item_fails_the_run_once_the_others_have_ended,
    s10_nothing_is_an_empty_list_and_one_thing_a_list_of_it,
    s10_a_list_over_the_limit_fails_visibly,
    s10_a_list_of_ten_thousand_items_is_gone_through_once,
    s12_a_paused_flow_starts_no_next_item,
    a_cancelled_run_starts_no_next_item,
}

/// A loop over `$.trigger.body.items`.
pub fn each(more: &str, steps: &[String]) -> String {
    format!(
        "{{ id: each, for_each: {{ path: $.trigger.body.items }}, {more} steps: [{}] }}",
        steps.join(", ")
    )
}

/// A loop that tells the receiver each item, and then what the loop gave.
pub fn tell_each(w: &World, more: &str) -> String {
    let after = tell(w, "after", "/after", "{ path: $.steps.each.output }");
    flow(&[each(more, &[tell(w, "say", "/say", "{ path: $.item }")]), after])
}

pub async fn send(w: &World, hook: &Hook, items: Value) {
    w.accepted(hook, body(&json!({ "items": items }))).await;
}

/// What a request to the receiver has as its value.
pub fn value_of(r: &Received) -> Value {
    r.json().unwrap()["value"].clone()
}

/// Answers a request to `/say` with its value.
pub fn repeats(w: &World) {
    w.sink.respond(|r| Answer::json(200, &value_of(r)));
}

pub fn row<'r>(run: &'r RunDetail, step: &str, item: &str) -> &'r StepRow {
    let found = run.steps.iter().find(|s| s.step == step && s.item == item);
    found.unwrap_or_else(|| panic!("no row of {step}#{item}: {run:#?}"))
}

/// The bodies that the steps of a loop gave, as a later step was told.
pub fn bodies(w: &World) -> Vec<Value> {
    let list = values(w, "/after").pop().unwrap();
    list.as_array().unwrap().iter().map(|v| v["body"].clone()).collect()
}

async fn s10_items_follow_each_other_and_give_a_list(w: &World) {
    repeats(w);
    let say = tell(w, "say", "/say", "{ list: [{ path: $.item.name }, { path: $.index }] }");
    let after = tell(w, "after", "/after", "{ path: $.steps.each.output }");
    let hook = w.flow(&flow(&[each("", &[say]), after])).publish().await;
    send(w, &hook, json!([{ "name": "a" }, { "name": "b" }, { "name": "c" }])).await;
    let run = w.outcome(&hook).await;
    assert_eq!(run.run.state, RunState::Succeeded);
    let expected = [json!(["a", 0]), json!(["b", 1]), json!(["c", 2])];
    assert_eq!(values(w, "/say"), expected);
    assert_eq!(bodies(w), expected);
    assert_eq!(row(&run, "say", "1").state, StepState::Done);
    let list = row(&run, "each", "").pinned.as_ref().unwrap()["list"].clone();
    assert_eq!(list, json!([{ "name": "a" }, { "name": "b" }, { "name": "c" }]));
}

async fn s10_several_items_are_sent_at_the_same_time(w: &World) {
    let gate = Gate::new();
    w.sink.respond({
        let gate = gate.clone();
        move |r| Answer::json(200, &value_of(r)).after(&gate)
    });
    let hook = w.flow(&tell_each(w, "concurrency: 3,")).publish().await;
    send(w, &hook, json!([0, 1, 2, 3, 4])).await;
    gate.wait_for(3, SOON).await.unwrap();
    assert_eq!(w.sink.log().len(), 3, "not more than the loop allows");
    gate.release(1);
    w.sink.wait_for(4, SOON).await.unwrap();
    assert_eq!(w.sink.log().len(), 4, "one place, one item");
    gate.open();
    assert_eq!(w.outcome(&hook).await.run.state, RunState::Succeeded);
    assert_eq!(bodies(w), [0, 1, 2, 3, 4], "the list has the order of the items");
}

/// Answers 500 the first time that each of these values arrives.
fn fails_once(w: &World, failing: &[&str]) {
    let failing: Vec<String> = failing.iter().map(|v| (*v).to_owned()).collect();
    let log = w.sink.log().clone();
    w.sink.respond(move |r| {
        let value = value_of(r);
        let same = log.all().iter().filter(|l| l.path == r.path && value_of(l) == value).count();
        let fails = value.as_str().is_some_and(|v| failing.iter().any(|f| f == v)) && same == 1;
        if fails { Answer::status(500) } else { Answer::json(200, &value) }
    });
}

async fn s10_a_waiting_item_holds_its_place_and_the_others_go_on(w: &World) {
    fails_once(w, &["a"]);
    let hook = w.flow(&tell_each(w, "concurrency: 2,")).publish().await;
    send(w, &hook, json!(["a", "b", "c", "d"])).await;
    let run = w.only_run(&hook, RunState::Waiting).await;
    assert_eq!(run.run.step.as_deref(), Some("say#0"));
    let states = ["0", "1", "2", "3"].map(|item| row(&run, "say", item).state);
    assert_eq!(states[0], StepState::Waiting);
    assert_eq!(states[1..], [StepState::Done; 3]);
    assert_eq!(run.due_at, row(&run, "say", "0").due_at);
    w.advance_to_due(&run).await;
    let run = w.run_is(run.run.id, RunState::Succeeded).await;
    assert_eq!((row(&run, "say", "0").tries, row(&run, "say", "1").tries), (2, 1));
    assert_eq!(bodies(w), ["a", "b", "c", "d"]);
    assert_eq!(values(w, "/say").len(), 5);
}

async fn s10_with_one_place_a_waiting_item_keeps_the_others_waiting(w: &World) {
    fails_once(w, &["b"]);
    let hook = w.flow(&tell_each(w, "")).publish().await;
    send(w, &hook, json!(["a", "b", "c"])).await;
    let run = w.only_run(&hook, RunState::Waiting).await;
    assert_eq!(values(w, "/say"), ["a", "b"]);
    w.restart().await;
    w.advance_to_due(&run).await;
    w.run_is(run.run.id, RunState::Succeeded).await;
    assert_eq!(values(w, "/say"), ["a", "b", "b", "c"]);
    assert_eq!(bodies(w), ["a", "b", "c"]);
}

async fn s10_each_item_has_its_own_tries_and_its_own_key(w: &World) {
    fails_once(w, &["a", "b"]);
    let hook = w.flow(&tell_each(w, "concurrency: 2,")).publish().await;
    send(w, &hook, json!(["a", "b"])).await;
    let mut run = w.only_run(&hook, RunState::Waiting).await;
    let due = |item: &str| row(&run, "say", item).due_at.unwrap();
    assert_ne!(due("0"), due("1"), "each waits for itself");
    assert_eq!(run.due_at, Some(due("0").min(due("1"))), "the run goes on with the first");
    w.restart().await;
    while run.run.state == RunState::Waiting {
        w.advance_to_due(&run).await;
        let n = run.attempts.len();
        run = tests::world::until("a try", async || {
            let run = w.run(run.run.id).await;
            (run.attempts.len() > n && run.run.state != RunState::Running).then_some(run)
        })
        .await;
    }
    assert_eq!(run.run.state, RunState::Succeeded);
    assert_eq!((row(&run, "say", "0").tries, row(&run, "say", "1").tries), (2, 2));
    let keys = |value: &str| -> Vec<String> {
        let all = w.sink.log().all();
        let of = all.iter().filter(|r| r.path == "/say" && value_of(r) == value);
        of.map(|r| r.header("idempotency-key").unwrap().to_owned()).collect()
    };
    let (a, b) = (keys("a"), keys("b"));
    assert_eq!((a.len(), b.len()), (2, 2));
    assert!(a[0] == a[1] && b[0] == b[1] && a[0] != b[0]);
}

async fn s10_a_delay_in_a_loop_waits_for_each_item(w: &World) {
    let wait = "{ id: wait, delay: { for: 10m } }".to_owned();
    let steps = [tell(w, "say", "/say", "{ path: $.item }"), wait];
    let hook = w.flow(&flow(&[each("", &steps)])).publish().await;
    send(w, &hook, json!(["a", "b"])).await;
    let mut run = w.only_run(&hook, RunState::Waiting).await;
    assert_eq!((values(w, "/say").len(), run.run.step.as_deref()), (1, Some("wait#0")));
    w.restart().await;
    let waited = w.advance_to_due(&run).await;
    assert!(waited > Span::mins(9), "{waited:?}");
    run = tests::world::until("the second item waits", async || {
        let run = w.run(run.run.id).await;
        (run.run.step.as_deref() == Some("wait#1")).then_some(run)
    })
    .await;
    assert_eq!(values(w, "/say"), ["a", "b"]);
    let waited = w.advance_to_due(&run).await;
    assert!(waited > Span::mins(9), "it began to wait when it came to it: {waited:?}");
    w.run_is(run.run.id, RunState::Succeeded).await;
}

async fn s10_a_filter_ends_the_item_it_stands_in(w: &World) {
    repeats(w);
    let only = "{ id: only, filter: { all: [{ left: { path: $.item }, op: gt, right: { literal: 10 } }] } }";
    let say = tell(w, "say", "/say", "{ path: $.item }");
    let after = tell(w, "after", "/after", "{ path: $.steps.each.output }");
    let hook = w.flow(&flow(&[each("", &[only.to_owned(), say]), after])).publish().await;
    send(w, &hook, json!([5, 50, 7, 70])).await;
    let run = w.outcome(&hook).await;
    assert_eq!(run.run.state, RunState::Succeeded);
    assert_eq!(values(w, "/say"), [50, 70]);
    let list = values(w, "/after").pop().unwrap();
    assert_eq!((&list[0], &list[1]["body"], &list[2]), (&Value::Null, &json!(50), &Value::Null));
    assert_eq!(row(&run, "only", "2").state, StepState::Filtered);
}

async fn s10_on_error_works_for_each_item(w: &World) {
    w.sink.respond(|r| match value_of(r) {
        Value::String(s) if s.starts_with("bad") => Answer::status(422),
        other => Answer::json(200, &other),
    });
    let handled = |id: &str, more: &str| {
        let mut say = tell(w, id, &format!("/{id}"), "{ path: $.item }");
        say.truncate(say.len() - 2);
        format!("{say}, on_error: {more} }}")
    };
    let instead = tell(
        w,
        "instead",
        "/instead",
        "{ list: [{ path: $.item }, { path: $.steps.b.error.status }] }",
    );
    let said = tell(w, "said", "/said", "{ path: $.steps.a.status }");
    let end = handled("c", "continue");
    let steps =
        [handled("a", "continue"), said, handled("b", &format!("{{ steps: [{instead}] }}")), end];
    let after = tell(w, "after", "/after", "{ path: '$.steps.each.output' }");
    let hook = w.flow(&flow(&[each("concurrency: 2,", &steps), after])).publish().await;
    send(w, &hook, json!(["x", "bad1", "y", "bad2"])).await;
    let run = w.outcome(&hook).await;
    assert_eq!(run.run.state, RunState::Succeeded);
    let mut instead = values(w, "/instead");
    instead.sort_by_key(Value::to_string);
    assert_eq!(instead, [json!(["bad1", 422]), json!(["bad2", 422])]);
    let mut said = values(w, "/said");
    said.sort_by_key(Value::to_string);
    assert_eq!(said, ["done", "done", "failed", "failed"]);
    let list = values(w, "/after").pop().unwrap();
    let seen: Vec<&Value> = list.as_array().unwrap().iter().map(|v| &v["body"]).collect();
    assert_eq!(seen, [&json!("x"), &Value::Null, &json!("y"), &Value::Null]);
    assert_eq!((&list[1], &list[3]), (&Value::Null, &Value::Null), "null where it failed");
}

async fn s10_loops_and_branches_stand_in_loops(w: &World) {
    repeats(w);
    let when = |n: u32| {
        format!(
            "{{ all: [{{ left: {{ path: $.good.price }}, op: gte, right: {{ literal: {n} }} }}] }}"
        )
    };
    let say = |id: &str, what: &str| {
        tell(
            w,
            id,
            "/say",
            &format!(
                "{{ list: [{{ literal: {what} }}, {{ path: $.order.id }}, {{ path: $.good.price }}, {{ path: $.index }}] }}"
            ),
        )
    };
    let arms = format!(
        "{{ id: size, mode: all, branch: [{{ name: dear, when: {}, steps: [{}] }}, {{ name: any, when: {}, steps: [{}] }}] }}",
        when(100),
        say("dear", "dear"),
        when(0),
        say("any", "any"),
    );
    let end = "{ id: last, set: { seen: { path: $.good.price } } }";
    let goods = format!(
        "{{ id: goods, for_each: {{ path: $.order.goods }}, as: good, steps: [{arms}, {end}] }}"
    );
    let orders = format!(
        "{{ id: each, for_each: {{ path: $.trigger.body.items }}, as: order, steps: [{goods}] }}"
    );
    let after = tell(w, "after", "/after", "{ path: $.steps.each.output }");
    let hook = w.flow(&flow(&[orders, after])).publish().await;
    let items = json!([
        { "id": "A", "goods": [{ "price": 500 }, { "price": 5 }] },
        { "id": "B", "goods": [] },
        { "id": "C", "goods": [{ "price": 100 }] },
    ]);
    send(w, &hook, items).await;
    let run = w.outcome(&hook).await;
    assert_eq!(run.run.state, RunState::Succeeded);
    let expected = [
        json!(["dear", "A", 500, 0]),
        json!(["any", "A", 500, 0]),
        json!(["any", "A", 5, 1]),
        json!(["dear", "C", 100, 0]),
        json!(["any", "C", 100, 0]),
    ];
    assert_eq!(values(w, "/say"), expected);
    let list = json!([[{ "seen": 500 }, { "seen": 5 }], [], [{ "seen": 100 }]]);
    assert_eq!(values(w, "/after"), [list]);
    assert_eq!(row(&run, "any", "0.1").state, StepState::Done);
}

async fn s10_variables_of_an_item_are_its_own(w: &World) {
    let steps = [
        "{ id: one, set: { n: { path: $.item } } }".to_owned(),
        tell(w, "say", "/say", "{ path: $.vars.n }"),
    ];
    let start = "{ id: start, set: { n: { literal: 0 } } }".to_owned();
    let after = tell(w, "after", "/after", "{ path: $.vars.n }");
    let doc = flow(&[start, each("concurrency: 2,", &steps), after]);
    let hook = w.flow(&doc).publish().await;
    send(w, &hook, json!([1, 2, 3])).await;
    assert_eq!(w.outcome(&hook).await.run.state, RunState::Succeeded);
    let mut said = values(w, "/say");
    said.sort_by_key(Value::to_string);
    assert_eq!(said, [1, 2, 3]);
    assert_eq!(values(w, "/after"), [0], "the variable of the run is as it was");
}

async fn s10_a_failing_item_fails_the_run_once_the_others_have_ended(w: &World) {
    let gate = Gate::new();
    w.sink.respond({
        let gate = gate.clone();
        move |r| match value_of(r) {
            Value::String(s) if s == "bad" => Answer::status(400).body("no such thing"),
            other => Answer::json(200, &other).after(&gate),
        }
    });
    let hook = w.flow(&tell_each(w, "concurrency: 3,")).publish().await;
    send(w, &hook, json!(["a", "bad", "b", "c", "d"])).await;
    gate.wait_for(2, SOON).await.unwrap();
    let run = w.only_run(&hook, RunState::Running).await;
    let run = tests::world::until("the failure is stored", async || {
        let run = w.run(run.run.id).await;
        (!run.attempts.is_empty()).then_some(run)
    })
    .await;
    assert_eq!(run.run.state, RunState::Running, "two requests are under way");
    gate.open();
    let run = w.run_is(run.run.id, RunState::Failed).await;
    assert_eq!(run.run.step.as_deref(), Some("say#1"));
    assert_eq!(run.run.error.as_ref().unwrap().status, Some(400));
    assert_eq!(values(w, "/say").len(), 3, "no further item was started");
    assert_eq!(["0", "2"].map(|i| row(&run, "say", i).state), [StepState::Done; 2]);
    assert_eq!(run.attempts.len(), 3);
}

async fn s10_nothing_is_an_empty_list_and_one_thing_a_list_of_it(w: &World) {
    repeats(w);
    let hook = w.flow(&tell_each(w, "")).publish().await;
    w.accepted(&hook, body(&json!({ "items": null }))).await;
    w.accepted(&hook, body(&json!({}))).await;
    w.accepted(&hook, body(&json!({ "items": { "sku": 1 } }))).await;
    let runs = w.ended(&hook, 3).await;
    assert!(runs.iter().all(|r| r.run.state == RunState::Succeeded));
    assert_eq!(values(w, "/say"), [json!({ "sku": 1 })]);
    let mut lists: Vec<usize> =
        values(w, "/after").iter().map(|v| v.as_array().unwrap().len()).collect();
    lists.sort_unstable();
    assert_eq!(lists, [0, 0, 1]);
}

async fn s10_a_list_over_the_limit_fails_visibly(w: &World) {
    let hook = w.flow(&tell_each(w, "")).publish().await;
    send(w, &hook, vec![1; limits::LOOP_ITEMS + 1].into()).await;
    let run = w.outcome(&hook).await;
    assert_eq!((run.run.state, run.run.step.as_deref()), (RunState::Failed, Some("each")));
    let error = run.run.error.unwrap();
    assert_eq!(error.code, Code::LimitExceeded);
    assert!(error.message.contains("10001") && error.message.contains("10000"), "{error:?}");
    assert!(values(w, "/say").is_empty());
}

async fn s10_a_list_of_ten_thousand_items_is_gone_through_once(w: &World) {
    let steps =
        ["{ id: double, set: { n: { path: $.item, transforms: [{ fn: multiply, by: 2 }] } } }"
            .to_owned()];
    let after = tell(w, "after", "/after", "{ path: '$.steps.each.output[*].n' }");
    let hook = w.flow(&flow(&[each("concurrency: 8,", &steps), after])).publish().await;
    send(w, &hook, (0..limits::LOOP_ITEMS).collect::<Vec<_>>().into()).await;
    let run = w.outcome(&hook).await;
    assert_eq!(run.run.state, RunState::Succeeded);
    assert_eq!(run.steps.len(), limits::LOOP_ITEMS + 2);
    let doubled: Vec<Value> = (0..limits::LOOP_ITEMS).map(|n| json!(n * 2)).collect();
    assert_eq!(values(w, "/after"), [Value::from(doubled)]);
}

async fn s12_a_paused_flow_starts_no_next_item(w: &World) {
    let gate = Gate::new();
    w.sink.respond({
        let gate = gate.clone();
        move |r| Answer::json(200, &value_of(r)).after(&gate)
    });
    let hook = w.flow(&tell_each(w, "concurrency: 2,")).publish().await;
    send(w, &hook, json!([0, 1, 2, 3])).await;
    gate.wait_for(2, SOON).await.unwrap();
    w.pause(&hook).await;
    gate.open();
    let run = w.only_run(&hook, RunState::Waiting).await;
    assert_eq!(run.attempts.len(), 2, "what was under way is finished");
    w.advance(Span::hours(1)).await;
    assert_eq!(values(w, "/say").len(), 2);
    w.resume(&hook).await;
    w.advance(Span::secs(5)).await;
    w.run_is(run.run.id, RunState::Succeeded).await;
    assert_eq!(bodies(w), [0, 1, 2, 3]);
    assert_eq!(values(w, "/say").len(), 4, "each once");
}

async fn a_cancelled_run_starts_no_next_item(w: &World) {
    let gate = Gate::new();
    w.sink.respond({
        let gate = gate.clone();
        move |_| Answer::ok().after(&gate)
    });
    let hook = w.flow(&tell_each(w, "concurrency: 2,")).publish().await;
    send(w, &hook, json!([0, 1, 2, 3])).await;
    gate.wait_for(2, SOON).await.unwrap();
    let run = w.only_run(&hook, RunState::Running).await.run.id;
    w.cancel(run).await;
    gate.open();
    let run = w.run_is(run, RunState::Cancelled).await;
    assert_eq!((run.attempts.len(), values(w, "/say").len()), (2, 2));
    assert_eq!(told(w, "/after").len(), 0);
}

/// A loop of the action that nobody may repeat blindly.
pub fn orders(w: &World, more: &str) -> String {
    let order = order("create_order", "").replace("$.trigger.body.id", "$.item");
    let after = tell(w, "after", "/after", "{ path: $.steps.each.output }");
    flow(&[each(more, &[order]), after])
}
