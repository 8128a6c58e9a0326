//! The wall clock of a running server set an hour forth and back: what is due is done, nothing is
//! lost and nothing is stuck.

use std::collections::HashSet;
use std::sync::Mutex;

use domain::run::{Run, RunState};
use domain::{Clock, Span};
use serde_json::json;
use tests::both;
use tests::receivers::http::Answer;
use tests::world::{Hook, World, until};

both! {
    a_wall_clock_set_back_by_an_hour_keeps_no_run_waiting_longer,
    a_wall_clock_set_forth_by_an_hour_and_back_again_loses_no_run,
}

const HOUR: Span = Span::hours(1);
const RETRY: Span = Span::mins(5);

async fn hook(w: &World) -> Hook {
    let doc = format!(
        "
zveno: 1
name: clock
trigger: {{ connector: webhook@1.0.0, event: request }}
steps:
  - id: out
    action: http.request@1.0.0
    input:
      url: {{ literal: '{}' }}
      json: {{ object: {{ id: {{ path: $.trigger.body.id }} }} }}
    retry: {{ delays: [5m] }}
",
        w.sink.url("/")
    );
    w.flow(&doc).publish().await
}

/// The first request of each id is refused for now.
fn refuse_first(w: &World) {
    let seen = Mutex::new(HashSet::new());
    w.sink.respond(move |r| {
        let first = seen.lock().expect("the ids").insert(r.body.clone());
        if first { Answer::status(503) } else { Answer::ok() }
    });
}

/// Sends an event and waits until its first try was refused and nothing is under way.
async fn sent(w: &World, hook: &Hook, id: &str) {
    let before = w.sink.log().len();
    w.accepted(hook, tests::world::json(&json!({ "id": id }))).await;
    w.sink.wait_for(before + 1, tests::world::SOON).await.expect("it is sent");
    until("all rest", async || {
        let runs = w.runs(hook).await;
        let rests = |r: &Run| r.state.is_final() || r.state == RunState::Waiting;
        runs.iter().all(rests).then_some(())
    })
    .await;
}

async fn all_succeed(w: &World, hook: &Hook, n: usize) {
    let runs = w.ended(hook, n).await;
    assert!(runs.iter().all(|r| r.run.state == RunState::Succeeded), "{runs:#?}");
}

async fn a_wall_clock_set_back_by_an_hour_keeps_no_run_waiting_longer(w: &World) {
    let hook = hook(w).await;
    refuse_first(w);
    sent(w, &hook, "before").await;
    w.clock.set_wall(w.clock.now().minus(HOUR));
    // Accepted and tried at once, whatever the wall says.
    sent(w, &hook, "after").await;
    // Due after five minutes of real time, not after an hour and five minutes.
    w.advance(RETRY.plus(RETRY)).await;
    all_succeed(w, &hook, 2).await;
}

async fn a_wall_clock_set_forth_by_an_hour_and_back_again_loses_no_run(w: &World) {
    let hook = hook(w).await;
    refuse_first(w);
    sent(w, &hook, "one").await;
    w.clock.set_wall(w.clock.now().plus(HOUR));
    sent(w, &hook, "two").await;
    w.clock.set_wall(w.clock.now().minus(HOUR));
    sent(w, &hook, "three").await;
    // Time goes on where it was: five minutes are enough for everything that waits.
    w.advance(RETRY.plus(RETRY)).await;
    all_succeed(w, &hook, 3).await;
    // A new process has only the wall, which is an hour behind what the old one counted: what the
    // old one left waits for that hour more, and is not lost.
    sent(w, &hook, "four").await;
    w.restart().await;
    w.advance(HOUR.plus(RETRY).plus(RETRY)).await;
    all_succeed(w, &hook, 4).await;
}
