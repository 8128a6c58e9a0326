//! Claims and leases (semantics S5).

use std::collections::HashSet;

use domain::run::RunState;
use domain::{Span, limits};
use futures::future::join_all;
use store::*;

use crate::contract;
use crate::given::*;
use crate::world::soon;

contract!(s5_two_workers_never_have_the_same_run, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let other = if t.db.is_sqlite() { node } else { t.db.join().await.unwrap() };
    for _ in 0..150 {
        accepted(&t.db, flow).await;
    }
    let workers = (0..6).map(|i| {
        let (db, node) = (t.db.clone(), if i % 2 == 0 { node } else { other });
        tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let got = claim(&db, node, 7).await;
                if got.is_empty() {
                    return mine;
                }
                assert!(got.len() <= 7);
                mine.extend(got.into_iter().map(|c| c.lease.run));
            }
        })
    });
    let all: Vec<_> = join_all(workers).await.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(all.len(), 150);
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), 150);
});

contract!(jobs_are_claimed_in_the_order_in_which_they_are_due, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let mut runs = Vec::new();
    for _ in 0..5 {
        t.clock.advance(Span::ms(1));
        runs.push(accepted(&t.db, flow).await.2);
    }
    let got = claim(&t.db, node, 3).await;
    assert_eq!(got.iter().map(|c| c.lease.run).collect::<Vec<_>>(), runs[..3]);
    assert!(got.iter().all(|c| c.flow == flow && c.crashes == 0 && !c.cancel));
});

contract!(a_waiting_job_is_claimed_when_it_is_due_and_not_before, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let (_, _, run) = accepted(&t.db, flow).await;
    let due = t.db.now().plus(Span::mins(5));
    let c = claimed(&t.db, node).await;
    t.db.apply(wait(c.lease, due)).await.unwrap();
    assert_eq!(next_due(&t.db).await, Some(due));
    let d = seen(&t.db, run).await;
    assert_eq!((d.run.state, d.run.step.as_deref()), (RunState::Waiting, Some("send")));
    assert_eq!(d.due_at, Some(due));
    t.clock.advance(Span::from_micros(Span::mins(5).micros() - 1));
    assert!(claim(&t.db, node, 64).await.is_empty());
    t.clock.advance(Span::from_micros(1));
    assert_ne!(claimed(&t.db, node).await.lease.token, c.lease.token);
    assert_eq!(next_due(&t.db).await, None);
});

contract!(s12_runs_of_a_paused_flow_do_not_start_their_next_step, |t| {
    let (flow, other) = (flow(&t.db).await, flow(&t.db).await);
    let node = t.db.join().await.unwrap();
    let (_, _, run) = accepted(&t.db, flow).await;
    let (_, _, free) = accepted(&t.db, other).await;
    t.db.set_flow_state(WS, flow, FlowState::Paused).await.unwrap();
    assert_eq!(claimed(&t.db, node).await.lease.run, free);
    assert_eq!(next_due(&t.db).await, None);
    t.db.set_flow_state(WS, flow, FlowState::Live).await.unwrap();
    assert_eq!(claimed(&t.db, node).await.lease.run, run);
});

contract!(s1_an_unsafe_action_is_marked_as_begun_by_the_claim, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let (d, mut e) = (delivery(&t.db, flow), event(&t.db));
    e.run = Some(NewRun { unsafe_next: Some("create".into()), ..run(&t.db) });
    t.db.ingest(one(d, e)).await.unwrap();
    let c = claimed(&t.db, node).await;
    let (create, nothing) = (Places::of("create", ""), Places::default());
    assert_eq!((&c.begun, &c.interrupted), (&create, &nothing));
    let node = crash(t, node).await;
    let c = claimed(&t.db, node).await;
    assert_eq!((&c.begun, &c.interrupted), (&nothing, &create));
    assert_eq!(c.crashes, 1);
    // Still unknown after one more crash, and settled by the next commit.
    let node = crash(t, node).await;
    let c = claimed(&t.db, node).await;
    assert_eq!((&c.interrupted, c.crashes), (&create, 2));
    t.db.apply(keep(c.lease)).await.unwrap();
    let node = crash(t, node).await;
    let c = claimed(&t.db, node).await;
    assert_eq!((&c.interrupted, &c.begun, c.crashes), (&nothing, &nothing, 3));
});

contract!(s1_actions_begun_between_two_commits_are_known_after_a_crash, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    accepted(&t.db, flow).await;
    let c = claimed(&t.db, node).await;
    let mut begun = Places::of("second", "0");
    begun.add("second", "3.1");
    let next = Next::Keep { begun: begun.clone() };
    t.db.apply(Progress { next, ..keep(c.lease) }).await.unwrap();
    let node = crash(t, node).await;
    assert_eq!(claimed(&t.db, node).await.interrupted, begun);
});

contract!(s5_crashes_are_counted_up_to_poison, |t| {
    let flow = flow(&t.db).await;
    let mut node = t.db.join().await.unwrap();
    accepted(&t.db, flow).await;
    for n in 0..=limits::CRASHES {
        assert_eq!(claimed(&t.db, node).await.crashes, n);
        node = crash(t, node).await;
    }
});

contract!(s5_a_clean_shutdown_frees_jobs_without_counting_a_crash, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let (_, _, run) = accepted(&t.db, flow).await;
    claimed(&t.db, node).await;
    t.db.leave(node).await.unwrap();
    assert!(!t.db.renew(node).await.unwrap());
    assert_eq!(seen(&t.db, run).await.run.state, RunState::Queued);
    assert!(claim(&t.db, node, 64).await.is_empty(), "it has left");
    let node = t.db.join().await.unwrap();
    assert!(t.db.renew(node).await.unwrap());
    assert_eq!(claimed(&t.db, node).await.crashes, 0);
});

/// SQLite needs no clock for this: the lock of the folder says that the older boot is dead.
#[tokio::test]
async fn s5_a_restart_on_sqlite_frees_everything_at_once() {
    let mut t = crate::world::World::sqlite().await;
    let flow = flow(&t.db).await;
    let old = t.db.join().await.unwrap();
    let (_, _, run) = accepted(&t.db, flow).await;
    let c = claimed(&t.db, old).await;
    t.restart().await;
    assert_eq!(seen(&t.db, run).await.run.state, RunState::Running, "until somebody joins");
    let node = t.db.join().await.unwrap();
    assert!(node.epoch > old.epoch);
    assert!(!t.db.renew(old).await.unwrap());
    assert_eq!(claimed(&t.db, node).await.crashes, 1);
    assert_eq!(t.db.apply(keep(c.lease)).await.unwrap(), Applied::Superseded);
    t.end().await;
}

/// Only a node that did not renew in the database's own time is fenced.
#[tokio::test]
async fn s5_a_dead_node_on_postgres_is_fenced() {
    let t = crate::world::World::postgres().await;
    let flow = flow(&t.db).await;
    let (dead, alive) = (t.db.join().await.unwrap(), t.db.join().await.unwrap());
    accepted(&t.db, flow).await;
    let c = claimed(&t.db, dead).await;
    assert_eq!(t.db.fence_dead().await.unwrap(), 0);
    t.exec(&format!("UPDATE nodes SET alive_until = 1 WHERE id = '{}'", dead.node.uuid())).await;
    assert_eq!(t.db.fence_dead().await.unwrap(), 1);
    assert!(!t.db.renew(dead).await.unwrap());
    assert!(t.db.renew(alive).await.unwrap());
    assert!(claim(&t.db, dead, 64).await.is_empty());
    let again = claimed(&t.db, alive).await;
    assert_eq!((again.lease.run, again.crashes), (c.lease.run, 1));
    assert_eq!(t.db.apply(keep(c.lease)).await.unwrap(), Applied::Superseded);
    assert_eq!(t.db.sweep(t.db.now()).await.unwrap(), 0);
    assert!(!t.db.renew(dead).await.unwrap(), "its row is gone, which means the same");
    t.end().await;
}

contract!(new_work_wakes_the_worker, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    soon(t.db.wait_for_work()).await;
    accepted(&t.db, flow).await;
    soon(t.db.wait_for_work()).await;
    let c = claimed(&t.db, node).await;
    t.db.apply(wait(c.lease, t.db.now())).await.unwrap();
    soon(t.db.wait_for_work()).await;
    claimed(&t.db, node).await;
});

/// Another process on the same PostgreSQL hears of work and of changes.
#[tokio::test]
async fn another_node_hears_of_work_and_changes() {
    let t = crate::world::World::postgres().await;
    let other = t.second().await.unwrap();
    let mut changed = other.changed();
    changed.mark_unchanged();
    let flow = flow(&t.db).await;
    soon(changed.changed()).await.unwrap();
    accepted(&t.db, flow).await;
    soon(other.wait_for_work()).await;
    other.close().await;
    t.end().await;
}

contract!(the_clock_of_the_store_never_goes_back, |t| {
    let before = t.db.now();
    t.clock.set_wall(before.minus(Span::hours(3)));
    assert!(t.db.now() >= before);
    t.clock.advance(Span::mins(1));
    assert_eq!(t.db.now(), before.plus(Span::mins(1)));
    t.clock.set_wall(before.plus(Span::hours(1)));
    assert_eq!(t.db.now(), before.plus(Span::hours(1)));
});

/// The node dies without a word; another takes its place.
async fn crash(t: &crate::world::World, node: NodeLease) -> NodeLease {
    if !t.db.is_sqlite() {
        t.exec(&format!("UPDATE nodes SET alive_until = 1 WHERE id = '{}'", node.node.uuid()))
            .await;
        t.db.fence_dead().await.unwrap();
    }
    t.db.join().await.unwrap()
}
