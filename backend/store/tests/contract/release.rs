//! Claims given back unstarted, and runs that may be the cause of crashes.

use domain::limits;
use store::*;

use crate::contract;
use crate::given::*;
use crate::world::World;

/// The node dies and another one takes over.
async fn crash(t: &World, node: NodeLease) -> NodeLease {
    if t.db.is_sqlite() {
        return t.db.join().await.unwrap();
    }
    t.exec(&format!("UPDATE nodes SET alive_until = 0 WHERE id = '{}'", node.node.uuid())).await;
    t.db.fence_dead().await.unwrap();
    t.db.join().await.unwrap()
}

contract!(s1_a_claim_given_back_keeps_what_is_unknown, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let create = Places::of("create", "");
    let unsafe_run = NewRun { unsafe_next: Some("create".into()), ..run(&t.db) };
    let id = unsafe_run.id;
    let e = NewEvent { run: Some(unsafe_run), ..event(&t.db) };
    t.db.ingest(one(delivery(&t.db, flow), e)).await.unwrap();
    let c = claimed(&t.db, node).await;
    assert_eq!((c.lease.run, &c.begun), (id, &create));
    t.db.release(c.lease, t.db.now()).await.unwrap();
    let c = claimed(&t.db, node).await;
    assert_eq!(c.begun, create, "it is still the next claim's to mark");
    let node = crash(t, node).await;
    let c = claimed(&t.db, node).await;
    assert_eq!(c.interrupted, create);
    let due = t.db.now().plus(limits::POLL);
    t.db.release(c.lease, due).await.unwrap();
    assert_eq!(next_due(&t.db).await, Some(due));
    t.clock.advance(limits::POLL);
    let again = claimed(&t.db, node).await;
    assert_eq!(again.interrupted, create, "nobody knows what became of it");
    // A lease that is lost gives nothing back.
    t.db.release(c.lease, t.db.now()).await.unwrap();
    assert!(claim(&t.db, node, 1).await.is_empty());
});

contract!(s5_runs_that_may_be_the_cause_of_crashes_are_executed_one_at_a_time, |t| {
    let flow = flow(&t.db).await;
    let mut node = t.db.join().await.unwrap();
    for _ in 0..3 {
        accepted(&t.db, flow).await;
    }
    for crashes in 0..limits::CRASHES_ALONE {
        let all = claim(&t.db, node, 9).await;
        assert_eq!(all.len(), 3);
        assert!(all.iter().all(|c| c.crashes == crashes));
        node = crash(t, node).await;
    }
    let (_, _, innocent) = accepted(&t.db, flow).await;
    let claims = claim(&t.db, node, 9).await;
    assert_eq!(claims.len(), 2, "one suspect, and the run that saw no crash");
    assert!(claims.iter().any(|c| c.lease.run == innocent));
    t.clock.advance(limits::POLL);
    assert!(claim(&t.db, node, 9).await.is_empty(), "the suspect is still under way");
    // It kills the node twice more. Those that waited for it are no worse off.
    for _ in limits::CRASHES_ALONE + 1..limits::CRASHES {
        node = crash(t, node).await;
        t.clock.advance(limits::POLL);
        claim(&t.db, node, 9).await;
    }
    node = crash(t, node).await;
    t.clock.advance(limits::POLL);
    let mut crashes = Vec::new();
    for _ in 0..6 {
        for c in claim(&t.db, node, 9).await {
            crashes.push(c.crashes);
            t.db.apply(end(&t.db, c.lease, domain::run::RunState::Succeeded)).await.unwrap();
        }
        t.clock.advance(limits::POLL);
    }
    crashes.sort_unstable();
    let most = limits::CRASHES;
    let waited = limits::CRASHES_ALONE;
    assert_eq!(crashes, [most - waited, waited, waited, most]);
});

contract!(
    s5_runs_that_were_only_near_crashes_do_not_wait_for_each_other_longer_than_they_take,
    |t| {
        let flow = flow(&t.db).await;
        let mut node = t.db.join().await.unwrap();
        for _ in 0..9 {
            accepted(&t.db, flow).await;
        }
        for _ in 0..limits::CRASHES_ALONE {
            assert_eq!(claim(&t.db, node, 9).await.len(), 9);
            node = crash(t, node).await;
        }
        for left in (0..9).rev() {
            let one = claimed(&t.db, node).await;
            t.db.apply(end(&t.db, one.lease, domain::run::RunState::Succeeded)).await.unwrap();
            t.clock.advance(limits::SUSPECT_TURN);
            assert_eq!(t.db.backlog(), left);
        }
    }
);
