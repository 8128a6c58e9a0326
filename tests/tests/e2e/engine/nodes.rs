//! Several nodes on one database (semantics S5).

use domain::run::RunState;
use domain::{Span, limits};
use tests::receivers::Gate;
use tests::receivers::http::Answer;
use tests::several_nodes;
use tests::world::{SOON, World, until};

use crate::samples::{deliver, id, ids};

several_nodes! {
    s5_the_runs_of_a_killed_node_are_taken_by_another,
}

async fn s5_the_runs_of_a_killed_node_are_taken_by_another(w: &World) {
    let other = w.another().await;
    let gate = Gate::new();
    w.sink.script([Answer::ok().after(&gate)]);
    let hook = w.flow(&deliver(w, "")).publish().await;
    assert_eq!(other.post(&hook, id("a")).await.status, 200);
    gate.wait_for(1, SOON).await.unwrap();
    let dead = w.kill(&other).await;
    assert_eq!(ids(w), ["a"], "its lease goes on");
    w.forget(dead).await;
    // The others look every five seconds; the database's clock decided that it is dead.
    until("another node runs it", async || {
        w.advance(limits::LEASE_RENEW).await;
        (w.runs(&hook).await[0].state == RunState::Succeeded).then_some(())
    })
    .await;
    assert_eq!(ids(w), ["a", "a"]);
    w.advance(Span::secs(1)).await;
}
