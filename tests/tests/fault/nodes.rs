//! Three servers on one PostgreSQL: killed, frozen past their lease, stopped one after the other.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::{Span, Time, limits};
use tests::receivers::http::Answer;
use tests::receivers::{Gate, Now};
use tests::world::product::{Product, Serving};
use tests::world::{Kind, SOON, alone, fault_is_long, within};

use crate::ledger::Books;
use crate::load::{Load, Moments, Style, WORKERS, post};

/// The jobs of a dead node are another's after this long (semantics S5).
const TAKEOVER: Span = Span::secs(25);

#[test]
fn s5_accepted_events_survive_random_kills_of_three_nodes() {
    alone(random_kills());
}

#[test]
fn s5_a_dead_and_a_frozen_node_are_replaced_within_25_s_and_the_frozen_one_changes_nothing() {
    alone(dead_and_frozen());
}

#[test]
fn a_rolling_restart_under_load_loses_and_repeats_nothing() {
    alone(rolling_restart());
}

/// Three servers of one installation.
async fn three(zveno: &Product) -> Vec<Serving> {
    let mut nodes = vec![zveno.serve().await];
    for _ in 0..2 {
        nodes.push(zveno.serve_at(zveno.another_addr().await, &[]).await);
    }
    nodes
}

fn addrs(nodes: &[Serving]) -> Vec<SocketAddr> {
    nodes.iter().map(|n| n.addr).collect()
}

fn balanced(nodes: &[Serving]) -> Style {
    Style { to: addrs(nodes), pace: Duration::from_millis(10), again: true }
}

async fn random_kills() {
    let kills = if fault_is_long() { 60 } else { 4 };
    let (zveno, load) = Load::prepare(Kind::Postgres).await;
    let mut moments = Moments::new(17);
    let mut nodes = three(&zveno).await;
    let sending = load.start_as(&balanced(&nodes));
    for _ in 0..kills {
        moments.pause(Duration::from_millis(100), Duration::from_millis(900)).await;
        let unlucky = usize::try_from(moments.roll(3)).expect("a node");
        let node = nodes.remove(unlucky);
        let addr = node.addr;
        node.kill().await;
        nodes.insert(unlucky, zveno.serve_at(addr, &[]).await);
    }
    let acked = sending.stop().await;
    load.finish(&zveno, &acked).await;
    for node in nodes {
        assert_eq!(node.stop().await, 0);
    }
    let books = Books::close("nodes_kill_9_random", &zveno, acked, load.delivered()).await;
    books.with("kills", kills).balance(kills, WORKERS);
    zveno.remove().await;
}

/// The first request of each id waits at the gate, the next ones are answered.
fn hold_first(load: &Load, gate: &Gate) {
    let (gate, seen) = (gate.clone(), Arc::new(Mutex::new(HashSet::new())));
    load.sink.respond(move |r| {
        let first = seen.lock().expect("the ids").insert(r.body.clone());
        if first { Answer::ok().after(&gate) } else { Answer::ok() }
    });
}

/// Gives a node as many runs as it executes at once, all of which wait for their answer.
async fn occupy(gate: &Gate, node: &Serving, name: &str) -> Vec<String> {
    let before = gate.waiting();
    let mut ids = Vec::new();
    for n in 0..WORKERS {
        let id = format!("{name}-{n}");
        assert_eq!(post(&id).send(node.addr).await.expect("an answer").status, 200);
        ids.push(id);
    }
    gate.wait_for(before + WORKERS, SOON).await.expect("the requests are under way");
    ids
}

async fn dead_and_frozen() {
    let (zveno, load) = Load::prepare(Kind::Postgres).await;
    let gate = Gate::new();
    hold_first(&load, &gate);
    let frozen = zveno.serve().await;
    let mut acked = occupy(&gate, &frozen, "frozen").await;
    let dead = zveno.serve_at(zveno.another_addr().await, &[]).await;
    acked.extend(occupy(&gate, &dead, "dead").await);
    let third = zveno.serve_at(zveno.another_addr().await, &[]).await;
    let began = wall();
    frozen.freeze();
    dead.kill().await;
    within(TAKEOVER.std() * 2, "another node sends them again", async || {
        let all = load.delivered();
        acked.iter().all(|id| all.times(id) == 2).then_some(())
    })
    .await;
    let takeover = wall().since(began);
    assert!(takeover <= TAKEOVER, "taken over after {takeover:?}");
    load.finish(&zveno, &acked).await;
    // It wakes up, gets the answers to what it had sent, and may store nothing of it but the tries.
    let before = outcomes(&zveno).await;
    frozen.thaw();
    gate.open();
    let superseded = within(SOON, "its tries are kept", async || {
        let tries = zveno.rows(SUPERSEDED).await;
        (tries.len() == WORKERS).then_some(tries.len())
    })
    .await;
    assert_eq!(outcomes(&zveno).await, before, "it changed what others had ended");
    // It joins again and works on.
    let frozen = [frozen];
    let sending = load.start_as(&balanced(&frozen));
    within(limits::LEASE.std(), "it accepts again", async || {
        (sending.answers(200..300) > 50).then_some(())
    })
    .await;
    acked.extend(sending.stop().await);
    load.finish(&zveno, &acked).await;
    for node in frozen.into_iter().chain([third]) {
        assert_eq!(node.stop().await, 0);
    }
    let books = Books::close("nodes_dead_and_frozen", &zveno, acked, load.delivered()).await;
    let took = takeover.micros() / 1_000;
    books.with("takeover_ms", took).with("superseded", superseded).balance_with(2 * WORKERS);
    zveno.remove().await;
}

async fn rolling_restart() {
    let rounds = if fault_is_long() { 5 } else { 1 };
    let (zveno, load) = Load::prepare(Kind::Postgres).await;
    let mut moments = Moments::new(19);
    let mut nodes = three(&zveno).await;
    let sending = load.start_as(&balanced(&nodes));
    for _ in 0..rounds * nodes.len() {
        moments.pause(Duration::from_millis(300), Duration::from_millis(700)).await;
        let node = nodes.remove(0);
        let addr = node.addr;
        assert_eq!(node.stop().await, 0, "it stops by itself");
        nodes.push(zveno.serve_at(addr, &[]).await);
    }
    let acked = sending.stop().await;
    load.finish(&zveno, &acked).await;
    for node in nodes {
        assert_eq!(node.stop().await, 0);
    }
    let books = Books::close("nodes_rolling_restart", &zveno, acked, load.delivered()).await;
    books.with("restarts", rounds * 3).balance(0, WORKERS);
    zveno.remove().await;
}

fn wall() -> Time {
    Now::wall().get()
}

/// Runs and steps as they ended.
async fn outcomes(zveno: &Product) -> Vec<(String, Vec<u8>)> {
    zveno.rows(OUTCOMES).await
}

const SUPERSEDED: &str = "SELECT outcome, ''::bytea FROM attempts WHERE outcome = 'superseded'";
const OUTCOMES: &str = "SELECT concat(r.id, r.state, r.finished_at, s.step, s.state, s.tries,
    s.finished_at), ''::bytea FROM runs r JOIN steps s ON s.run = r.id ORDER BY 1";
