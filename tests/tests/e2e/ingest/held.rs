//! Events that wait for a person.

use domain::Span;
use domain::delivery::EventState;
use domain::run::RunState;
use tests::both;
use tests::world::{Request, World};

use crate::samples::{deliver, flow, id, ids, tell, values};

both! {
    s12_a_draft_holds_what_comes_and_runs_it_in_order_when_released,
    s12_a_paused_flow_holds_what_comes_and_starts_no_next_step,
    s12_released_events_run_the_version_published_then,
    s12_events_of_a_draft_are_deduplicated_too,
    s24_an_event_that_went_through_too_often_is_held_as_a_loop,
    s24_outgoing_calls_carry_the_hop_count,
}

async fn s12_a_draft_holds_what_comes_and_runs_it_in_order_when_released(w: &World) {
    let hook = w.flow(&deliver(w, "")).keep().await;
    for n in ["a", "b", "c"] {
        w.accepted(&hook, id(n)).await;
    }
    let events = w.events(&hook).await;
    let held = |e: &store::EventView| {
        e.state == EventState::Held && e.reason.as_deref() == Some("unpublished")
    };
    assert!(events.len() == 3 && events.iter().all(held), "{events:#?}");
    assert_eq!(w.counts().await.held, 3);
    w.publish(&hook).await;
    assert!(w.runs(&hook).await.is_empty(), "publishing does not release");
    assert_eq!(w.release(&hook).await, 3);
    let runs = w.ended(&hook, 3).await;
    assert!(runs.iter().all(|r| r.run.state == RunState::Succeeded));
    let order: Vec<_> = runs.iter().map(|r| r.run.event).collect();
    assert_eq!(order, events.iter().map(|e| e.id).collect::<Vec<_>>());
    let mut got = ids(w);
    got.sort();
    assert_eq!(got, ["a", "b", "c"]);
    assert_eq!(w.release(&hook).await, 0);
}

async fn s12_a_paused_flow_holds_what_comes_and_starts_no_next_step(w: &World) {
    let steps = [
        tell(w, "one", "/one", "{ path: $.trigger.body.id }"),
        "{ id: wait, delay: { for: 10m } }".to_owned(),
        tell(w, "two", "/two", "{ path: $.trigger.body.id }"),
    ];
    let hook = w.flow(&flow(&steps)).publish().await;
    w.accepted(&hook, id("a")).await;
    let waits = w.only_run(&hook, RunState::Waiting).await;
    w.pause(&hook).await;
    w.accepted(&hook, id("b")).await;
    let events = w.events(&hook).await;
    assert_eq!(events[1].reason.as_deref(), Some("paused"));
    w.advance(Span::mins(11)).await;
    w.advance(Span::secs(5)).await;
    assert_eq!(w.run(waits.run.id).await.run.state, RunState::Waiting);
    assert!(values(w, "/two").is_empty(), "a waiting run starts no step while paused");
    w.resume(&hook).await;
    w.advance(Span::secs(2)).await;
    w.run_is(waits.run.id, RunState::Succeeded).await;
    assert_eq!(w.events(&hook).await[1].state, EventState::Held, "resuming does not release");
    assert_eq!(w.release(&hook).await, 1);
    let second = w.runs(&hook).await.pop().unwrap();
    w.run_is(second.id, RunState::Waiting).await;
    w.advance(Span::mins(10)).await;
    w.run_is(second.id, RunState::Succeeded).await;
    assert_eq!(values(w, "/two"), ["a", "b"]);
}

async fn s12_released_events_run_the_version_published_then(w: &World) {
    let one = flow(&[tell(w, "say", "/say", "{ literal: first }")]);
    let two = flow(&[tell(w, "say", "/say", "{ literal: second }")]);
    let hook = w.flow(&one).publish().await;
    w.pause(&hook).await;
    w.accepted(&hook, id("a")).await;
    w.flow(&two).instead_of(&hook).publish().await;
    w.held_for(&hook, "paused").await;
    w.resume(&hook).await;
    w.release(&hook).await;
    assert_eq!(w.outcome(&hook).await.run.version, 2);
    assert_eq!(values(w, "/say"), ["second"]);
}

async fn s12_events_of_a_draft_are_deduplicated_too(w: &World) {
    let hook = w.flow(&deliver(w, "")).keep().await;
    w.accepted(&hook, id("a")).await;
    w.accepted(&hook, id("a")).await;
    w.held_for(&hook, "unpublished").await;
}

async fn s24_an_event_that_went_through_too_often_is_held_as_a_loop(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    let request = Request::post(&hook.path, id("a")).header("x-zveno-hops", "17");
    assert_eq!(w.send(request).await.status, 200);
    w.held_for(&hook, "loop").await;
    assert_eq!(w.release(&hook).await, 1, "a person may run it all the same");
    w.outcome(&hook).await;
    let request = Request::post(&hook.path, id("b")).header("x-zveno-hops", "16");
    assert_eq!(w.send(request).await.status, 200);
    w.ended(&hook, 2).await;
}

async fn s24_outgoing_calls_carry_the_hop_count(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    w.outcome(&hook).await;
    let request = Request::post(&hook.path, id("b")).header("x-zveno-hops", "5");
    w.send(request).await;
    w.ended(&hook, 2).await;
    let all = w.sink.log().all();
    let hops: Vec<_> = all.iter().map(|r| r.header("x-zveno-hops").unwrap_or("none")).collect();
    assert_eq!(hops, ["1", "6"]);
}
