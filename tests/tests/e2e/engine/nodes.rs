//! Several nodes on one database (semantics S5).

use domain::node::Role;
use domain::run::RunState;
use domain::{Span, limits};
use engine::Config;
use engine::manage::runs::Replay;
use tests::receivers::Gate;
use tests::receivers::http::Answer;
use tests::several_nodes;
use tests::world::{SOON, Setup, World, until};

use crate::samples::{deliver, flow, id, ids, order, tell, told};

several_nodes! {
    s5_the_runs_of_a_killed_node_are_taken_by_another,
    s5_a_frozen_node_that_wakes_changes_nothing,
    s5_a_frozen_node_that_is_about_to_send_sends_nothing,
    s5_a_node_that_could_not_renew_starts_nothing,
    s5_a_node_that_leaves_gives_its_runs_back_without_a_crash,
    s5_a_node_that_is_stopping_keeps_its_lease_until_its_last_request_ends,
    a_node_that_retires_stores_deliveries_for_the_others,
    an_ingest_node_stores_and_a_worker_executes,
    a_change_of_a_flow_is_seen_by_the_other_nodes,
    a_node_without_a_connector_takes_it_from_the_database,
    nodes_are_listed_with_their_roles,
}

fn role(role: Role) -> Setup {
    Setup { config: Config { role, ..Config::default() }, ..Setup::default() }
}

/// A node with a clock of its own, which stands still: it renews nothing and notices nothing.
fn frozen(w: &World) -> Setup {
    let clock = domain::clock::ManualClock::at(domain::Clock::now(w.clock.as_ref()));
    Setup { clock: Some(clock), ..Setup::default() }
}

/// Moves time until the run has ended so.
async fn ends(w: &World, hook: &tests::world::Hook, state: RunState) -> store::RunDetail {
    // The others look for dead nodes every five seconds.
    until("a node ends the run", async || {
        w.advance(limits::LEASE_RENEW).await;
        let run = w.runs(hook).await.first()?.clone();
        (run.state == state).then_some(())
    })
    .await;
    w.outcome(hook).await
}

async fn s5_the_runs_of_a_killed_node_are_taken_by_another(w: &World) {
    let other = w.another().await;
    let gate = Gate::new();
    w.sink.script([Answer::ok().after(&gate)]);
    let hook = w.flow(&deliver(w, "")).publish().await;
    assert_eq!(other.post(&hook, id("a")).await.status, 200);
    gate.wait_for(1, SOON).await.unwrap();
    let dead = w.kill(&other).await;
    w.advance(limits::LEASE_RENEW).await;
    assert_eq!(ids(w), ["a"], "its lease goes on");
    w.forget(dead).await;
    ends(w, &hook, RunState::Succeeded).await;
    assert_eq!(ids(w), ["a", "a"]);
}

async fn s5_a_frozen_node_that_wakes_changes_nothing(w: &World) {
    let asleep = w.another_with(frozen(w)).await;
    let gate = Gate::new();
    w.sink.script([Answer::status(400).after(&gate)]);
    let hook = w.flow(&deliver(w, "")).publish().await;
    assert_eq!(asleep.post(&hook, id("a")).await.status, 200);
    gate.wait_for(1, SOON).await.unwrap();
    w.forget(asleep.id()).await;
    let run = ends(w, &hook, RunState::Succeeded).await;
    // Its answer arrives now: refused for good.
    gate.open();
    let outcomes = until("what it sent is recorded", async || {
        let all = w.run(run.run.id).await.attempts;
        (all.len() == 2).then(|| all.into_iter().map(|a| a.outcome).collect::<Vec<_>>())
    })
    .await;
    assert_eq!(outcomes, ["done", "superseded"]);
    let after = w.run(run.run.id).await;
    assert_eq!((after.run, after.steps), (run.run, run.steps));
}

async fn s5_a_frozen_node_that_is_about_to_send_sends_nothing(w: &World) {
    w.shop().await;
    let asleep = w.another_with(frozen(w)).await;
    let gate = Gate::new();
    w.sink.script([Answer::ok().after(&gate)]);
    let steps = [tell(w, "one", "/one", "{ literal: 1 }"), order("create_order", "")];
    let hook = w.flow(&flow(&steps)).publish().await;
    assert_eq!(asleep.post(&hook, id("a")).await.status, 200);
    gate.wait_for(1, SOON).await.unwrap();
    let old = asleep.id();
    w.forget(old).await;
    ends(w, &hook, RunState::Succeeded).await;
    assert_eq!(told(w, "/orders").len(), 1, "the other node made it");
    gate.open();
    until("the first step of the frozen node is recorded", async || {
        let all = w.outcome(&hook).await.attempts;
        all.iter().any(|a| a.outcome == "superseded").then_some(())
    })
    .await;
    // Once its time goes on it joins anew, and has nothing left to do.
    asleep.clock.advance(limits::LEASE_RENEW);
    until("it joins again", async || (asleep.id() != old).then_some(())).await;
    assert_eq!(told(w, "/orders").len(), 1);
}

async fn s5_a_node_that_could_not_renew_starts_nothing(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    let lone = w.another_with(frozen(w)).await;
    w.kill(w.first()).await;
    let kept = w.hold_lease(lone.id()).await;
    lone.clock.advance(limits::LEASE_DOUBT);
    assert!(!lone.holds_its_lease());
    assert_eq!(lone.post(&hook, id("a")).await.status, 200, "what comes is stored");
    let n = lone.ask(|m| async move { m.db.counts().await }).await.unwrap();
    assert_eq!((n.queued, n.running), (1, 0), "free for whoever is sure of its lease");
    assert!(ids(w).is_empty());
    kept.release().await;
    until("it renews and goes on", async || {
        lone.clock.advance(limits::LEASE_RENEW);
        (ids(w) == ["a"]).then_some(())
    })
    .await;
}

async fn s5_a_node_that_leaves_gives_its_runs_back_without_a_crash(w: &World) {
    let gate = Gate::new();
    w.sink.respond({
        let gate = gate.clone();
        move |_| Answer::ok().after(&gate)
    });
    let hook = w.flow(&deliver(w, "")).publish().await;
    let first = w.another().await;
    assert_eq!(first.post(&hook, id("a")).await.status, 200);
    gate.wait_for(1, SOON).await.unwrap();
    w.kill(w.first()).await;
    // More often than a run may crash.
    let mut holder = first;
    for n in 2..=usize::try_from(limits::CRASHES).unwrap() + 2 {
        let next = w.another().await;
        holder.stop(Span::ZERO).await;
        // Taken at once, not when a lease ends.
        gate.wait_for(n, SOON).await.unwrap();
        holder = next;
    }
    gate.open();
    until("it ends", async || {
        (holder.runs(&hook).await[0].state == RunState::Succeeded).then_some(())
    })
    .await;
    let keys = w.sink.log().all();
    assert!(keys.iter().all(|r| r.header("idempotency-key") == keys[0].header("idempotency-key")));
}

async fn s5_a_node_that_is_stopping_keeps_its_lease_until_its_last_request_ends(w: &World) {
    let gate = Gate::new();
    w.sink.script([Answer::ok().after(&gate)]);
    let hook = w.flow(&deliver(w, "")).publish().await;
    let going = w.another().await;
    assert_eq!(going.post(&hook, id("a")).await.status, 200);
    gate.wait_for(1, SOON).await.unwrap();
    let going_on = going.clone();
    let stopping = tokio::spawn(async move { going_on.stop(Span::mins(10)).await });
    until("it retires", async || (going.get("/readyz").await.status == 503).then_some(())).await;
    for _ in 0..6 {
        // Ends when both nodes are sure of their leases.
        w.advance(limits::LEASE_RENEW).await;
    }
    assert_eq!(going.post(&hook, id("b")).await.status, 503);
    gate.open();
    stopping.await.unwrap();
    let run = w.outcome(&hook).await;
    assert_eq!((run.run.state, ids(w).len()), (RunState::Succeeded, 1), "nobody else had it");
}

async fn a_node_that_retires_stores_deliveries_for_the_others(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.first().retire();
    let ready = w.first().get("/readyz").await;
    assert_eq!((ready.status, w.first().get("/livez").await.status), (503, 200));
    w.accepted(&hook, id("a")).await;
    let n = w.counts().await;
    assert_eq!((n.queued, n.running), (1, 0));
    assert!(ids(w).is_empty());
    let other = w.another().await;
    until("the other runs it", async || {
        (other.runs(&hook).await[0].state == RunState::Succeeded).then_some(())
    })
    .await;
    assert_eq!(ids(w), ["a"]);
}

async fn an_ingest_node_stores_and_a_worker_executes(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    let ingest = w.another_with(role(Role::Ingest)).await;
    w.kill(w.first()).await;
    assert_eq!(ingest.post(&hook, id("a")).await.status, 200);
    w.advance(Span::mins(1)).await;
    let n = ingest.ask(|m| async move { m.db.counts().await }).await.unwrap();
    assert_eq!((n.queued, n.running), (1, 0));
    assert!(ids(w).is_empty());
    let worker = w.another_with(role(Role::Worker)).await;
    until("the worker runs it", async || {
        (ingest.runs(&hook).await[0].state == RunState::Succeeded).then_some(())
    })
    .await;
    let strayed = worker.post(&hook, id("b")).await;
    assert_eq!(strayed.status, 503, "it is to come again, elsewhere");
    assert!(strayed.header("retry-after").is_some());
    assert_eq!((worker.get("/readyz").await.status, ids(w)), (200, vec!["a".to_owned()]));
}

async fn a_change_of_a_flow_is_seen_by_the_other_nodes(w: &World) {
    let hook = w.flow(&flow(&[tell(w, "one", "/one", "{ literal: 1 }")])).publish().await;
    let other = w.another().await;
    assert_eq!(other.post(&hook, id("a")).await.status, 200);
    for (n, listening) in [(2, true), (3, false)] {
        if !listening {
            // What notifications lose, the poll finds.
            w.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND query ILIKE 'LISTEN%'",
            )
            .await;
        }
        let newer = flow(&[tell(w, "one", "/one", &format!("{{ literal: {n} }}"))]);
        w.flow(&newer).instead_of(&hook).publish().await;
        until("the other node runs the new version", async || {
            assert_eq!(other.post(&hook, id("b")).await.status, 200);
            let run = other.runs(&hook).await.remove(0);
            (run.version == n).then_some(())
        })
        .await;
    }
    w.pause(&hook).await;
    until("the other node holds", async || {
        other.post(&hook, id("c")).await;
        (w.counts().await.held > 0).then_some(())
    })
    .await;
}

async fn a_node_without_a_connector_takes_it_from_the_database(w: &World) {
    w.shop().await;
    let hook = w.flow(&flow(&[order("create_order", "")])).publish().await;
    let older = w.another_with(Setup { without_shop: true, ..Setup::default() }).await;
    w.kill(w.first()).await;
    assert_eq!(older.post(&hook, id("a")).await.status, 200);
    until("the older node runs it", async || {
        (older.runs(&hook).await[0].state == RunState::Succeeded).then_some(())
    })
    .await;
    assert_eq!(told(w, "/orders").len(), 1);
    let run = older.runs(&hook).await[0].id;
    let again = older.ask(move |m| async move { m.replay(run, Replay::default()).await }).await;
    assert!(again.is_ok());
}

async fn nodes_are_listed_with_their_roles(w: &World) {
    let ingest = w.another_with(role(Role::Ingest)).await;
    let nodes = async || w.ask(|m| async move { m.db.nodes().await }).await.unwrap();
    let seen: Vec<_> = nodes().await.into_iter().map(|n| (n.id, n.role, n.alive)).collect();
    assert!(seen.contains(&(w.first().id(), Role::All, true)), "{seen:?}");
    assert!(seen.contains(&(ingest.id(), Role::Ingest, true)), "{seen:?}");
    let dead = w.kill(&ingest).await;
    w.forget(dead).await;
    let found = nodes().await.into_iter().find(|n| n.id == dead);
    assert!(found.is_none_or(|n| !n.alive));
    until("it is fenced", async || {
        w.advance(limits::LEASE_RENEW).await;
        nodes().await.iter().all(|n| n.id != dead).then_some(())
    })
    .await;
}
