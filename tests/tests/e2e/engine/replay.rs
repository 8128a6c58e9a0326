//! Taking an event through its flow again.

use domain::run::RunState;
use engine::manage::runs::Replay;
use serde_json::json;
use tests::both;
use tests::receivers::http::Answer;
use tests::world::{Hook, World};

use crate::samples::{deliver, flow, id, ids, order, tell, told, values};

both! {
    a_replay_from_the_start_runs_every_step_with_new_keys,
    a_replay_from_the_failed_step_keeps_what_was_done,
    a_replay_has_the_version_of_its_run_unless_told_otherwise,
    a_replay_skips_what_may_not_be_repeated_unless_asked,
    s4_a_replay_is_no_duplicate,
    a_replay_of_a_run_under_way_is_refused,
}

async fn a_replay_from_the_start_runs_every_step_with_new_keys(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    let old = w.outcome(&hook).await.run.id;
    let new = w.replay(old, Replay::default()).await;
    let run = w.run_is(new, RunState::Succeeded).await;
    assert_eq!(run.run.replay_of, Some(old));
    assert_eq!(w.run(old).await.replays, [new]);
    assert_eq!(ids(w), ["a", "a"]);
    let all = w.sink.log().all();
    assert_ne!(all[0].header("idempotency-key"), all[1].header("idempotency-key"));
}

/// A flow that failed at its second step.
async fn failed(w: &World) -> (Hook, domain::ids::RunId) {
    w.sink.script([Answer::json(200, &json!({ "n": 1 })), Answer::status(400)]);
    let steps = [
        tell(w, "one", "/one", "{ literal: 1 }"),
        tell(w, "two", "/two", "{ path: $.steps.one.output.body.n }"),
    ];
    let hook = w.flow(&flow(&steps)).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = w.outcome(&hook).await;
    assert_eq!(run.run.state, RunState::Failed);
    (hook, run.run.id)
}

async fn a_replay_from_the_failed_step_keeps_what_was_done(w: &World) {
    let (_, old) = failed(w).await;
    let new = w.replay(old, Replay { from_failed: true, ..Replay::default() }).await;
    w.run_is(new, RunState::Succeeded).await;
    assert_eq!(told(w, "/one").len(), 1);
    assert_eq!(values(w, "/two"), [1, 1]);
    assert_eq!(w.run(old).await.run.state, RunState::Failed, "the old run stays as it was");
}

async fn a_replay_has_the_version_of_its_run_unless_told_otherwise(w: &World) {
    let (hook, old) = failed(w).await;
    let newer = flow(&[tell(w, "other", "/other", "{ literal: 2 }")]);
    w.flow(&newer).instead_of(&hook).publish().await;
    w.sink.script([Answer::json(200, &json!({ "n": 5 }))]);
    let pinned = w.replay(old, Replay::default()).await;
    assert_eq!(w.run_is(pinned, RunState::Succeeded).await.run.version, 1);
    assert_eq!(values(w, "/two"), [1, 5]);
    let current = w.replay(old, Replay { current_version: true, ..Replay::default() }).await;
    assert_eq!(w.run_is(current, RunState::Succeeded).await.run.version, 2);
    assert_eq!(values(w, "/other"), [2]);
}

async fn a_replay_skips_what_may_not_be_repeated_unless_asked(w: &World) {
    w.shop().await;
    w.sink.respond(|_| Answer::json(200, &json!({ "id": 3 })));
    let say = tell(w, "say", "/say", "{ path: $.steps.order.output.id }");
    let hook = w.flow(&flow(&[order("create_order", ""), say])).publish().await;
    w.accepted(&hook, id("a")).await;
    let old = w.outcome(&hook).await.run.id;
    let careful = w.replay(old, Replay::default()).await;
    w.run_is(careful, RunState::Succeeded).await;
    assert_eq!((told(w, "/orders").len(), values(w, "/say")), (1, vec![json!(3), json!(3)]));
    let bold = w.replay(old, Replay { repeat_unsafe: true, ..Replay::default() }).await;
    w.run_is(bold, RunState::Succeeded).await;
    assert_eq!(told(w, "/orders").len(), 2);
}

async fn s4_a_replay_is_no_duplicate(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    let old = w.outcome(&hook).await.run.id;
    w.replay(old, Replay::default()).await;
    w.ended(&hook, 2).await;
    w.accepted(&hook, id("a")).await;
    assert_eq!(w.runs(&hook).await.len(), 2, "the sender's copy is still one");
}

async fn a_replay_of_a_run_under_way_is_refused(w: &World) {
    let hook = w.flow(&flow(&["{ id: wait, delay: { for: 1h } }".to_owned()])).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = w.only_run(&hook, RunState::Waiting).await.run.id;
    let answer = w.ask(|m| async move { m.replay(run, Replay::default()).await }).await;
    assert!(answer.is_err_and(|e| e.code() == domain::Code::Conflict));
}
