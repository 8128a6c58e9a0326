//! Taking many events through their flows again, in the background.

use domain::ids::{ReplayId, RunId};
use domain::replay::{BulkReplay, Replay, ReplayState, Selection};
use domain::run::RunState;
use domain::{Code, Span, Time, limits};
use serde_json::json;
use tests::receivers::http::Answer;
use tests::world::{Hook, World, until};
use tests::{both, several_nodes};

use crate::samples::{deliver, flow, id, ids, order, tell, told, values};

both! {
    a_dry_count_is_what_a_bulk_replay_makes,
    a_bulk_replay_keeps_to_its_rate,
    a_cancelled_bulk_replay_stops,
    a_restart_in_the_middle_of_a_bulk_replay_makes_none_twice,
    a_bulk_replay_leaves_out_runs_whose_outcome_nobody_knows,
    a_bulk_replay_from_the_failed_step_keeps_what_was_done,
    a_run_that_cannot_be_replayed_does_not_stop_the_others,
    a_second_bulk_replay_finds_nothing_left,
    what_cannot_be_replayed_in_bulk_is_refused,
}

several_nodes! {
    s5_another_node_goes_on_with_the_bulk_replay_of_a_dead_one,
}

/// A flow with so many failed runs; from then on the receiver takes everything.
async fn failed(w: &World, n: usize) -> Hook {
    w.sink.respond(|_| Answer::status(400));
    let hook = w.flow(&deliver(w, "")).publish().await;
    for i in 0..n {
        w.accepted(&hook, id(&format!("{i:03}"))).await;
    }
    w.ended(&hook, n).await;
    w.sink.respond(|_| Answer::ok());
    w.sink.log().clear();
    hook
}

fn of(hook: &Hook) -> Selection {
    Selection { flow: Some(hook.id), ..Selection::default() }
}

async fn count(w: &World, s: &Selection) -> i64 {
    let s = s.clone();
    let counted = w.ask(|m| async move { m.count_runs(&s, Replay::default(), 0).await }).await;
    counted.unwrap().0.runs
}

async fn begin(w: &World, s: Selection, how: Replay, rate: i64) -> ReplayId {
    w.clock.advance(Span::ms(1));
    w.ask(|m| async move { m.replay_all(s, how, rate, "a test").await }).await.unwrap()
}

async fn bulk(w: &World, id: ReplayId) -> BulkReplay {
    w.ask(|m| async move { m.bulk_replay(id).await }).await.unwrap()
}

/// Moves time until the bulk replay is so far.
async fn reaches(w: &World, id: ReplayId, what: impl Fn(&BulkReplay) -> bool) -> BulkReplay {
    until("the bulk replay is so far", async || {
        w.advance(Span::ms(250)).await;
        let b = bulk(w, id).await;
        what(&b).then_some(b)
    })
    .await
}

async fn done(w: &World, id: ReplayId) -> BulkReplay {
    reaches(w, id, |b| b.state == ReplayState::Done).await
}

/// The originals and what was made of them.
async fn items(w: &World, id: ReplayId) -> Vec<(RunId, RunId)> {
    let all = w.ask(|m| async move { m.replay_items(id, None, 1_000).await }).await.unwrap();
    all.into_iter().map(|i| (i.original, i.run)).collect()
}

async fn a_dry_count_is_what_a_bulk_replay_makes(w: &World) {
    let hook = failed(w, 7).await;
    let old: Vec<RunId> = w.runs(&hook).await.iter().map(|r| r.id).collect();
    assert_eq!(count(w, &of(&hook)).await, 7);
    assert_eq!(w.runs(&hook).await.len(), 7, "counting makes nothing");
    let replay = begin(w, of(&hook), Replay::default(), 100).await;
    let b = done(w, replay).await;
    assert_eq!((b.total, b.made, b.skipped, b.failed), (7, 7, 0, 0));
    assert_eq!((b.by.as_str(), b.finished_at.is_some()), ("a test", true));
    let made = items(w, replay).await;
    assert_eq!(made.iter().map(|(o, _)| *o).collect::<Vec<_>>(), old, "oldest first");
    for (original, run) in made {
        let new = w.run_is(run, RunState::Succeeded).await;
        assert_eq!((new.run.replay_of, new.bulk), (Some(original), Some(replay)));
        assert_eq!(w.run(original).await.replays, [run]);
        assert_eq!(w.run(original).await.run.state, RunState::Failed, "it stays as it was");
    }
    let mut sent = ids(w);
    sent.sort();
    assert_eq!(sent, ["000", "001", "002", "003", "004", "005", "006"]);
}

async fn a_bulk_replay_keeps_to_its_rate(w: &World) {
    let hook = failed(w, 7).await;
    let replay = begin(w, of(&hook), Replay::default(), 2).await;
    done(w, replay).await;
    let mut made: Vec<Time> = Vec::new();
    for (_, run) in items(w, replay).await {
        made.push(w.run(run).await.run.created_at);
    }
    made.sort();
    for pair in made.windows(3) {
        let apart = pair[2].since(pair[0]);
        assert!(apart >= Span::secs(1), "three within {apart}");
    }
    let whole = made[6].since(made[0]);
    assert!(whole < Span::secs(20), "and no slower than that: {whole}");
}

async fn a_cancelled_bulk_replay_stops(w: &World) {
    let hook = failed(w, 6).await;
    let replay = begin(w, of(&hook), Replay::default(), 2).await;
    reaches(w, replay, |b| b.made >= 2).await;
    let b = w.ask(|m| async move { m.cancel_replay(replay).await }).await.unwrap();
    assert_eq!(b.state, ReplayState::Cancelled);
    assert!(b.made < 6, "{b:?}");
    let twice = w.ask(|m| async move { m.cancel_replay(replay).await }).await;
    assert!(twice.is_err_and(|e| e.code() == Code::Conflict));
    // Another one shows that time enough has passed for more.
    let rest = begin(w, of(&hook), Replay::default(), 100).await;
    assert_eq!(done(w, rest).await.made, 6 - b.made, "what the cancelled one left");
    assert_eq!(i64::try_from(items(w, replay).await.len()).unwrap(), b.made);
    for (_, run) in items(w, replay).await {
        w.run_is(run, RunState::Succeeded).await;
    }
}

async fn a_restart_in_the_middle_of_a_bulk_replay_makes_none_twice(w: &World) {
    let hook = failed(w, 9).await;
    let replay = begin(w, of(&hook), Replay::default(), 2).await;
    for n in [2, 4, 6] {
        reaches(w, replay, |b| b.made >= n).await;
        w.restart().await;
    }
    let b = done(w, replay).await;
    assert_eq!((b.total, b.made, b.skipped), (9, 9, 0));
    // Runs that were under way each time may be what kills the node: they go one after the other.
    until("all runs end", async || {
        w.advance(limits::SUSPECT_TURN).await;
        w.runs(&hook).await.iter().all(|r| r.state.is_final()).then_some(())
    })
    .await;
    let runs = w.ended(&hook, 18).await;
    let mut originals: Vec<RunId> = runs.iter().filter_map(|r| r.run.replay_of).collect();
    originals.sort();
    originals.dedup();
    assert_eq!(originals.len(), 9);
}

async fn a_bulk_replay_leaves_out_runs_whose_outcome_nobody_knows(w: &World) {
    w.shop().await;
    w.sink.script([Answer::close_without_answer(), Answer::status(400)]);
    let hook = w.flow(&flow(&[order("create_order", "")])).publish().await;
    for i in ["a", "b"] {
        w.accepted(&hook, id(i)).await;
        w.ended(&hook, if i == "a" { 1 } else { 2 }).await;
    }
    let s = of(&hook);
    let (counted, sample) =
        w.ask(|m| async move { m.count_runs(&s, Replay::default(), 5).await }).await.unwrap();
    assert_eq!((counted.runs, counted.unknown, sample.len()), (1, 1, 1));
    let careful = begin(w, of(&hook), Replay::default(), 10).await;
    assert_eq!(done(w, careful).await.made, 1);
    let bold = Replay { repeat_unsafe: true, ..Replay::default() };
    let bold = begin(w, of(&hook), bold, 10).await;
    assert_eq!(done(w, bold).await.made, 1, "only when a person says so");
    w.ended(&hook, 4).await;
    assert_eq!(told(w, "/orders").len(), 4);
}

async fn a_bulk_replay_from_the_failed_step_keeps_what_was_done(w: &World) {
    let hook = {
        w.sink.script([Answer::json(200, &json!({ "n": 1 })), Answer::status(400)]);
        let steps = [
            tell(w, "one", "/one", "{ literal: 1 }"),
            tell(w, "two", "/two", "{ path: $.steps.one.output.body.n }"),
        ];
        let hook = w.flow(&flow(&steps)).publish().await;
        w.accepted(&hook, id("a")).await;
        w.outcome(&hook).await;
        hook
    };
    let by_step = Selection { step: Some("two".into()), ..of(&hook) };
    assert_eq!(count(w, &Selection { step: Some("one".into()), ..of(&hook) }).await, 0);
    let how = Replay { from_failed: true, ..Replay::default() };
    let replay = begin(w, by_step, how, 10).await;
    done(w, replay).await;
    let (_, run) = items(w, replay).await[0];
    w.run_is(run, RunState::Succeeded).await;
    assert_eq!((told(w, "/one").len(), values(w, "/two")), (1, vec![json!(1), json!(1)]));
}

async fn a_run_that_cannot_be_replayed_does_not_stop_the_others(w: &World) {
    let hook = failed(w, 1).await;
    w.sql("DELETE FROM flow_versions").await;
    w.restart().await;
    let other = failed(w, 1).await;
    let replay = begin(w, Selection::default(), Replay::default(), 10).await;
    let b = done(w, replay).await;
    assert_eq!((b.total, b.made, b.failed), (2, 1, 1));
    let old = w.runs(&hook).await[0].id;
    let note = b.note.unwrap();
    assert!(note.contains(&old.to_string()) && note.contains("no version 1"), "{note}");
    assert_eq!(w.runs(&other).await.len(), 2);
}

async fn a_second_bulk_replay_finds_nothing_left(w: &World) {
    let hook = failed(w, 3).await;
    let first = begin(w, of(&hook), Replay::default(), 10).await;
    done(w, first).await;
    w.ended(&hook, 6).await;
    assert_eq!(count(w, &of(&hook)).await, 0, "each of them has its replay");
    let again = Selection { again: true, ..of(&hook) };
    assert_eq!(count(w, &again).await, 3);
}

async fn what_cannot_be_replayed_in_bulk_is_refused(w: &World) {
    let hook = failed(w, 1).await;
    let all = Selection { states: vec![RunState::Succeeded], ..Selection::default() };
    let under_way = Selection { states: vec![RunState::Waiting], ..of(&hook) };
    let nowhere =
        Selection { flow: Some(domain::ids::FlowId::new(Time(1))), ..Selection::default() };
    for (s, rate, code) in [
        (all, 1, Code::BadRequest),
        (under_way, 1, Code::BadRequest),
        (of(&hook), 0, Code::BadRequest),
        (of(&hook), limits::REPLAY_RATE_MAX + 1, Code::BadRequest),
        (nowhere, 1, Code::NotFound),
    ] {
        let how = Replay::default();
        let asked = w.ask(|m| async move { m.replay_all(s, how, rate, "a test").await }).await;
        assert_eq!(asked.unwrap_err().code(), code);
    }
}

async fn s5_another_node_goes_on_with_the_bulk_replay_of_a_dead_one(w: &World) {
    let hook = failed(w, 8).await;
    let replay = begin(w, of(&hook), Replay::default(), 2).await;
    reaches(w, replay, |b| b.made >= 2).await;
    let other = w.another().await;
    let dead = w.kill(w.first()).await;
    let ask = async || other.ask(move |m| async move { m.bulk_replay(replay).await }).await;
    let left = ask().await.unwrap();
    w.advance(Span::secs(10)).await;
    assert_eq!(ask().await.unwrap().made, left.made, "the dead node's time is not over");
    w.forget(dead).await;
    until("the other node makes the rest", async || {
        w.advance(Span::ms(500)).await;
        ask().await.ok().filter(|b| b.state == ReplayState::Done)
    })
    .await;
    let made = other.ask(move |m| async move { m.replay_items(replay, None, 0).await }).await;
    assert_eq!(made.unwrap().len(), 8);
}
