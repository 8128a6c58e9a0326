//! Loops that are interrupted: crashes, items that need a person, replays (semantics S1 and S10).

use domain::Code;
use domain::journal::StepState;
use domain::run::RunState;
use engine::manage::runs::{Replay, Verdict};
use serde_json::{Value, json};
use tests::both;
use tests::receivers::Gate;
use tests::receivers::http::Answer;
use tests::world::{SOON, World, until};

use super::loops::{bodies, orders, repeats, row, send, tell_each, value_of};
use crate::samples::{told, values};

both! {
    s10_a_crash_in_the_middle_of_a_loop_repeats_only_what_was_under_way,
    s10_a_crash_with_several_items_under_way_repeats_only_these,
    s1_s10_unsafe_items_under_way_at_a_crash_are_parked_and_decided_one_by_one,
    s1_s10_only_the_unsafe_items_under_way_are_unknown_after_a_crash,
    s10_a_parked_item_is_resolved_and_the_loop_goes_on,
    s10_a_replay_goes_on_from_the_failed_item,
    s10_a_replay_repeats_no_unsafe_item_unless_asked,
}

async fn s10_a_crash_in_the_middle_of_a_loop_repeats_only_what_was_under_way(w: &World) {
    let gate = Gate::new();
    let held = gate.clone();
    w.sink.respond(move |r| match value_of(r) {
        Value::String(s) if s == "b" => Answer::json(200, &json!(s)).after(&held),
        other => Answer::json(200, &other),
    });
    let hook = w.flow(&tell_each(w, "")).publish().await;
    send(w, &hook, json!(["a", "b", "c"])).await;
    gate.wait_for(1, SOON).await.unwrap();
    w.crash().await;
    gate.open();
    w.start().await;
    assert_eq!(w.outcome(&hook).await.run.state, RunState::Succeeded);
    assert_eq!(values(w, "/say"), ["a", "b", "b", "c"]);
    let all = w.sink.log().all();
    let key = |i: usize| all[i].header("idempotency-key");
    assert_eq!((&all[1].body, key(1)), (&all[2].body, key(2)));
    assert_ne!(key(0), key(1));
    assert_eq!(bodies(w), ["a", "b", "c"]);
}

async fn s10_a_crash_with_several_items_under_way_repeats_only_these(w: &World) {
    let gate = Gate::new();
    let held = gate.clone();
    w.sink.respond(move |r| match value_of(r) {
        Value::Number(n) if n.as_u64() > Some(3) => Answer::json(200, &json!(n)).after(&held),
        other => Answer::json(200, &other),
    });
    let hook = w.flow(&tell_each(w, "concurrency: 3,")).publish().await;
    send(w, &hook, json!([0, 1, 2, 3, 4, 5, 6, 7])).await;
    gate.wait_for(3, SOON).await.unwrap();
    let run = w.only_run(&hook, RunState::Running).await.run.id;
    until("what ended is stored", async || (w.run(run).await.attempts.len() == 4).then_some(()))
        .await;
    w.crash().await;
    gate.open();
    w.start().await;
    assert_eq!(w.outcome(&hook).await.run.state, RunState::Succeeded);
    let mut said: Vec<u64> = values(w, "/say").iter().map(|v| v.as_u64().unwrap()).collect();
    said.sort_unstable();
    assert_eq!(said, [0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 7]);
    assert_eq!(bodies(w), [0, 1, 2, 3, 4, 5, 6, 7]);
}

async fn s1_s10_unsafe_items_under_way_at_a_crash_are_parked_and_decided_one_by_one(w: &World) {
    w.shop().await;
    let gate = Gate::new();
    let held = gate.clone();
    w.sink.respond(move |_| Answer::json(200, &json!({ "id": 5 })).after(&held));
    let hook = w.flow(&orders(w, "concurrency: 3,")).publish().await;
    send(w, &hook, json!(["a", "b", "c", "d"])).await;
    gate.wait_for(3, SOON).await.unwrap();
    w.crash().await;
    gate.open();
    w.start().await;
    let run = w.outcome(&hook).await;
    assert_eq!(run.run.state, RunState::Parked);
    assert_eq!(run.run.error.as_ref().unwrap().code, Code::OutcomeUnknown);
    assert_eq!(["0", "1", "2"].map(|i| row(&run, "order", i).state), [StepState::Parked; 3]);
    assert_eq!(told(w, "/orders").len(), 3, "none is sent blindly");
    let id = run.run.id;
    for (place, verdict) in [
        ("order#0", Verdict::Retry),
        ("order#1", Verdict::Done(json!({ "id": 77 }))),
        ("order#2", Verdict::Retry),
    ] {
        until("the next one is asked about", async || {
            let run = w.run(id).await.run;
            (run.state == RunState::Parked && run.step.as_deref() == Some(place)).then_some(())
        })
        .await;
        w.resolve(id, verdict).await;
    }
    w.run_is(id, RunState::Succeeded).await;
    let mut titles: Vec<Value> = told(w, "/orders").iter().map(|o| o["title"].clone()).collect();
    titles.sort_by_key(Value::to_string);
    assert_eq!(titles, ["a", "a", "b", "c", "c", "d"]);
    let list = values(w, "/after").pop().unwrap();
    assert_eq!(list, json!([{ "id": 5 }, { "id": 77 }, { "id": 5 }, { "id": 5 }]));
}

async fn s1_s10_only_the_unsafe_items_under_way_are_unknown_after_a_crash(w: &World) {
    w.shop().await;
    let gate = Gate::new();
    let held = gate.clone();
    w.sink.respond(move |r| {
        let answer = Answer::json(200, &json!({ "id": 5 }));
        if r.json().unwrap()["title"] == "c" { answer.after(&held) } else { answer }
    });
    let hook = w.flow(&orders(w, "concurrency: 2,")).publish().await;
    send(w, &hook, json!(["a", "b", "c", "d"])).await;
    gate.wait_for(1, SOON).await.unwrap();
    let run = w.only_run(&hook, RunState::Running).await.run.id;
    until("what ended is stored", async || (w.run(run).await.attempts.len() == 3).then_some(()))
        .await;
    w.crash().await;
    gate.open();
    w.start().await;
    let run = w.outcome(&hook).await;
    assert_eq!((run.run.state, run.run.step.as_deref()), (RunState::Parked, Some("order#2")));
    let states = ["0", "1", "2", "3"].map(|i| row(&run, "order", i).state);
    let done = StepState::Done;
    assert_eq!(states, [done, done, StepState::Parked, done]);
    assert_eq!(told(w, "/orders").len(), 4);
}

async fn s10_a_parked_item_is_resolved_and_the_loop_goes_on(w: &World) {
    w.shop().await;
    let order = |id: u32| Answer::json(200, &json!({ "id": id }));
    w.sink.script([order(1), Answer::close_without_answer(), order(3)]);
    let hook = w.flow(&orders(w, "")).publish().await;
    send(w, &hook, json!(["a", "b", "c"])).await;
    let run = w.only_run(&hook, RunState::Parked).await;
    assert_eq!(run.run.step.as_deref(), Some("order#1"));
    assert_eq!(told(w, "/orders").len(), 2, "the next item is not started");
    w.resolve(run.run.id, Verdict::Done(json!({ "id": 42 }))).await;
    let run = w.run_is(run.run.id, RunState::Succeeded).await;
    assert_eq!(told(w, "/orders").len(), 3);
    let list = values(w, "/after").pop().unwrap();
    assert_eq!(list, json!([{ "id": 1 }, { "id": 42 }, { "id": 3 }]));
    assert_eq!(row(&run, "order", "1").output, Some(json!({ "id": 42 })));
}

async fn s10_a_replay_goes_on_from_the_failed_item(w: &World) {
    let answer = |v: &str| Answer::json(200, &json!(v));
    w.sink.script([answer("a"), Answer::status(400)]);
    let hook = w.flow(&tell_each(w, "")).publish().await;
    send(w, &hook, json!(["a", "b", "c"])).await;
    let old = w.outcome(&hook).await;
    assert_eq!((old.run.state, old.run.step.as_deref()), (RunState::Failed, Some("say#1")));
    assert_eq!(row(&old, "each", "").state, StepState::Entered);
    repeats(w);
    let new = w.replay(old.run.id, Replay { from_failed: true, ..Replay::default() }).await;
    w.run_is(new, RunState::Succeeded).await;
    assert_eq!(values(w, "/say"), ["a", "b", "b", "c"]);
    assert_eq!(bodies(w), ["a", "b", "c"]);
    let all = w.replay(old.run.id, Replay::default()).await;
    w.run_is(all, RunState::Succeeded).await;
    assert_eq!(values(w, "/say").len(), 7, "from the start every item is sent again");
}

async fn s10_a_replay_repeats_no_unsafe_item_unless_asked(w: &World) {
    w.shop().await;
    w.sink.respond(|_| Answer::json(200, &json!({ "id": 5 })));
    let hook = w.flow(&orders(w, "concurrency: 2,")).publish().await;
    send(w, &hook, json!(["a", "b", "c"])).await;
    let old = w.outcome(&hook).await.run.id;
    let careful = w.replay(old, Replay::default()).await;
    w.run_is(careful, RunState::Succeeded).await;
    assert_eq!(told(w, "/orders").len(), 3);
    let after = values(w, "/after");
    assert_eq!((after.len(), &after[0]), (2, &after[1]), "its later steps see the same list");
    let bold = w.replay(old, Replay { repeat_unsafe: true, ..Replay::default() }).await;
    w.run_is(bold, RunState::Succeeded).await;
    assert_eq!(told(w, "/orders").len(), 6);
}
