//! What people do with runs while they go on: cancel, publish, pause.

use domain::Span;
use domain::run::RunState;
use tests::both;
use tests::receivers::Gate;
use tests::receivers::http::Answer;
use tests::world::{SOON, World};

use crate::samples::{deliver, flow, id, tell, values};

both! {
    a_waiting_run_is_cancelled_at_once,
    a_running_run_finishes_its_request_and_then_ends,
    a_cancelled_run_stays_cancelled_after_a_crash,
    a_run_keeps_its_version_while_a_newer_one_is_published,
    a_run_that_has_ended_cannot_be_cancelled,
    s12_pausing_lets_running_requests_finish,
}

fn two_steps(w: &World, between: &str) -> String {
    let mut steps = vec![tell(w, "one", "/one", "{ literal: 1 }")];
    if !between.is_empty() {
        steps.push(between.to_owned());
    }
    steps.push(tell(w, "two", "/two", "{ literal: 2 }"));
    flow(&steps)
}

const WAIT: &str = "{ id: wait, delay: { for: 1h } }";

async fn a_waiting_run_is_cancelled_at_once(w: &World) {
    let hook = w.flow(&two_steps(w, WAIT)).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = w.only_run(&hook, RunState::Waiting).await;
    w.cancel(run.run.id).await;
    assert_eq!(w.run(run.run.id).await.run.state, RunState::Cancelled);
    w.advance(Span::hours(2)).await;
    w.advance(Span::secs(5)).await;
    assert!(values(w, "/two").is_empty());
    assert_eq!(w.counts().await.jobs, 0);
}

async fn a_running_run_finishes_its_request_and_then_ends(w: &World) {
    let gate = Gate::new();
    w.sink.script([Answer::ok().after(&gate)]);
    let hook = w.flow(&two_steps(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    gate.wait_for(1, SOON).await.unwrap();
    let run = w.only_run(&hook, RunState::Running).await;
    w.cancel(run.run.id).await;
    assert_eq!(w.run(run.run.id).await.run.state, RunState::Running);
    gate.open();
    let run = w.run_is(run.run.id, RunState::Cancelled).await;
    assert_eq!(run.attempts.len(), 1, "what was sent is seen");
    assert_eq!(run.attempts[0].outcome, "done");
    assert!(values(w, "/two").is_empty());
}

async fn a_cancelled_run_stays_cancelled_after_a_crash(w: &World) {
    let gate = Gate::new();
    w.sink.script([Answer::ok().after(&gate)]);
    let hook = w.flow(&two_steps(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    gate.wait_for(1, SOON).await.unwrap();
    let run = w.only_run(&hook, RunState::Running).await.run.id;
    w.cancel(run).await;
    w.restart().await;
    w.run_is(run, RunState::Cancelled).await;
    assert_eq!((values(w, "/one").len(), values(w, "/two").len()), (1, 0));
}

async fn a_run_keeps_its_version_while_a_newer_one_is_published(w: &World) {
    let doc = |word: &str| {
        flow(&[WAIT.to_owned(), tell(w, "say", "/say", &format!("{{ literal: {word} }}"))])
    };
    let hook = w.flow(&doc("old")).publish().await;
    w.accepted(&hook, id("a")).await;
    let old = w.only_run(&hook, RunState::Waiting).await;
    w.flow(&doc("new")).instead_of(&hook).publish().await;
    w.accepted(&hook, id("b")).await;
    let new = w.runs(&hook).await.pop().unwrap();
    w.run_is(new.id, RunState::Waiting).await;
    w.restart().await;
    w.advance(Span::hours(1)).await;
    let old = w.run_is(old.run.id, RunState::Succeeded).await;
    let new = w.run_is(new.id, RunState::Succeeded).await;
    assert_eq!((old.run.version, new.run.version), (1, 2));
    let mut said = values(w, "/say");
    said.sort_by_key(std::string::ToString::to_string);
    assert_eq!(said, ["new", "old"]);
}

async fn a_run_that_has_ended_cannot_be_cancelled(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = w.outcome(&hook).await.run.id;
    let answer = w.ask(|m| async move { m.cancel(run).await }).await;
    assert!(answer.is_err_and(|e| e.code() == domain::Code::Conflict));
    assert_eq!(w.run(run).await.run.state, RunState::Succeeded);
}

async fn s12_pausing_lets_running_requests_finish(w: &World) {
    let gate = Gate::new();
    w.sink.script([Answer::ok().after(&gate)]);
    let hook = w.flow(&two_steps(w, WAIT)).publish().await;
    w.accepted(&hook, id("a")).await;
    gate.wait_for(1, SOON).await.unwrap();
    w.pause(&hook).await;
    gate.open();
    let run = w.only_run(&hook, RunState::Waiting).await;
    assert_eq!(run.attempts.len(), 1);
    w.advance(Span::hours(2)).await;
    w.advance(Span::secs(5)).await;
    assert_eq!(w.run(run.run.id).await.run.state, RunState::Waiting);
    w.resume(&hook).await;
    w.advance(Span::secs(5)).await;
    w.run_is(run.run.id, RunState::Succeeded).await;
}
