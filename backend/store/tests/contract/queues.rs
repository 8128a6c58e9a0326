//! Queues and shares (semantics S15).

use std::time::Duration;

use domain::gate::GateKey;
use domain::ids::{FlowId, RunId};
use domain::run::RunState;
use domain::{Code, Span, limits};
use store::*;

use crate::contract;
use crate::given::*;
use crate::world::World;

const NO_GATE: GateKey = GateKey::NONE;

fn queue(flow: FlowId, gate: GateKey, retry: bool) -> QueueKey {
    QueueKey { priority: Priority::Normal, retry, flow, gate }
}

fn share(queue: QueueKey, most: usize) -> Share {
    Share { queue, most, cap: None }
}

async fn claim_of(db: &Db, node: NodeLease, queue: QueueKey, most: usize) -> Vec<Claim> {
    db.claim(node, vec![share(queue, most)]).await.unwrap()
}

/// An accepted event whose first call has to pass this gate.
async fn at_gate(db: &Db, flow: FlowId, gate: GateKey) -> RunId {
    let (d, mut e) = (delivery(db, flow), event(db));
    let run = NewRun { gate, ..run(db) };
    let id = run.id;
    e.run = Some(run);
    db.ingest(one(d, e)).await.unwrap();
    id
}

contract!(s15_queues_are_told_apart_by_priority_retry_flow_and_gate, |t| {
    let (flow, other) = (flow(&t.db).await, flow(&t.db).await);
    let node = t.db.join().await.unwrap();
    let gate = GateKey([7; 16]);
    accepted(&t.db, flow).await;
    let (_, event, run) = accepted(&t.db, flow).await;
    let gated = at_gate(&t.db, flow, gate).await;
    accepted(&t.db, other).await;
    t.db.replay(vec![low(&t.db, flow, event, run)]).await.unwrap();
    t.db.set_flow_state(WS, other, FlowState::Paused).await.unwrap();
    let w = look(&t.db).await.queues;
    let seen: Vec<_> = w.iter().map(|w| (w.queue, w.due, w.paused)).collect();
    let mut expected = [
        (queue(flow, NO_GATE, false), 2, false),
        (queue(flow, gate, false), 1, false),
        (queue(other, NO_GATE, false), 1, true),
        (QueueKey { priority: Priority::Low, ..queue(flow, NO_GATE, false) }, 1, false),
    ];
    expected.sort_by_key(|(q, _, _)| *q);
    assert_eq!(seen, expected);
    assert!(w.iter().all(|w| w.workspace == WS && w.first_due == t.db.now()));
    // A failed try makes a retry of it, at the gate that its next call has to pass.
    let c = claim_of(&t.db, node, queue(flow, gate, false), 64).await.remove(0);
    assert_eq!(c.lease.run, gated);
    let due_at = t.db.now().plus(Span::mins(1));
    let next =
        |error, gate| Next::Wait { due_at, step: None, unsafe_next: None.into(), error, gate };
    let failed = next(Some(failure(Code::RemoteUnavailable)), Some(GateKey([8; 16])));
    t.db.apply(Progress { next: failed, ..keep(c.lease) }).await.unwrap();
    let again = queue(flow, GateKey([8; 16]), true);
    let w = look(&t.db).await.queues.into_iter().find(|w| w.queue == again).unwrap();
    assert_eq!((w.due, w.first_due), (0, due_at));
    t.clock.advance(Span::mins(1));
    let c = claim_of(&t.db, node, again, 64).await.remove(0);
    t.db.apply(Progress { next: next(None, None), ..keep(c.lease) }).await.unwrap();
    let c = claim_of(&t.db, node, queue(flow, NO_GATE, false), 64).await;
    assert!(c.iter().any(|c| c.lease.run == gated), "a delay is no retry");
});

fn low(db: &Db, flow: FlowId, event: domain::ids::EventId, of: RunId) -> NewReplay {
    NewReplay {
        id: RunId::new(db.now()),
        workspace: WS,
        flow,
        version: 1,
        event,
        replay_of: Some(of),
        journal: vec![],
        as_text: false,
        unsafe_next: None,
        created_at: db.now(),
        priority: Priority::Low,
        gate: NO_GATE,
        order: None,
        newest: None,
    }
}

contract!(s15_a_claim_takes_the_oldest_of_each_share_and_no_more, |t| {
    let (flow, other) = (flow(&t.db).await, flow(&t.db).await);
    let node = t.db.join().await.unwrap();
    let mut runs = Vec::new();
    for i in 0..10 {
        t.clock.advance(Span::ms(1));
        runs.push(accepted(&t.db, if i % 2 == 0 { flow } else { other }).await.2);
    }
    let shares = vec![
        share(queue(flow, NO_GATE, false), 3),
        share(queue(other, NO_GATE, false), 1),
        share(queue(other, GateKey([1; 16]), false), 9),
        share(queue(other, NO_GATE, true), 9),
    ];
    let got = t.db.claim(node, shares.clone()).await.unwrap();
    let got: Vec<RunId> = got.into_iter().map(|c| c.lease.run).collect();
    assert_eq!(got, [runs[0], runs[1], runs[2], runs[4]]);
    t.db.set_flow_state(WS, flow, FlowState::Paused).await.unwrap();
    let got = t.db.claim(node, shares).await.unwrap();
    assert_eq!(got.iter().map(|c| c.lease.run).collect::<Vec<_>>(), [runs[3]], "one is paused");
    assert!(t.db.claim(node, Vec::new()).await.unwrap().is_empty());
    let many = vec![share(queue(other, NO_GATE, false), 1_000)];
    assert_eq!(t.db.claim(node, many).await.unwrap().len(), 3);
});

contract!(s15_a_run_to_be_cancelled_waits_for_nothing, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let (_, _, run) = accepted(&t.db, flow).await;
    let c = claimed(&t.db, node).await;
    t.db.cancel(WS, run).await.unwrap();
    let due_at = t.db.now().plus(Span::days(1));
    let gate = Some(GateKey([3; 16]));
    let next = Next::Wait { due_at, step: None, unsafe_next: None.into(), error: None, gate };
    t.db.apply(Progress { next, ..keep(c.lease) }).await.unwrap();
    t.db.set_flow_state(WS, flow, FlowState::Paused).await.unwrap();
    let w = look(&t.db).await.queues.remove(0);
    assert_eq!((w.queue.priority, w.due), (Priority::Cancel, 1));
    let c = claim_of(&t.db, node, w.queue, 64).await.remove(0);
    assert!(c.cancel);
    t.db.apply(end(&t.db, c.lease, RunState::Cancelled)).await.unwrap();
});

/// Each node counts the runs of all: a cap that is to be kept exactly is, whoever claims.
#[tokio::test]
async fn s15_a_cap_is_kept_over_all_nodes() {
    let t = World::postgres().await;
    let (flow, other) = (flow(&t.db).await, flow(&t.db).await);
    let (a, b) = (t.db.join().await.unwrap(), t.db.join().await.unwrap());
    for _ in 0..20 {
        accepted(&t.db, flow).await;
        accepted(&t.db, other).await;
    }
    let second = t.second().await.unwrap();
    let shares = || {
        let capped = Share { cap: Some(3), ..share(queue(flow, NO_GATE, false), 10) };
        vec![capped, share(queue(other, NO_GATE, false), 10)]
    };
    let (mine, theirs) = tokio::join!(t.db.claim(a, shares()), second.claim(b, shares()));
    let (mine, theirs) = (mine.unwrap(), theirs.unwrap());
    let of = |all: &[Claim], f| all.iter().filter(|c| c.flow == f).count();
    assert_eq!(of(&mine, flow) + of(&theirs, flow), 3);
    assert_eq!(of(&mine, other) + of(&theirs, other), 20);
    let seen = t.db.queues(a.node, t.db.now(), None).await.unwrap().elsewhere;
    assert_eq!(seen.get(&flow).copied().unwrap_or(0), of(&theirs, flow));
    assert_eq!(seen[&other], 10);
    second.close().await;
    t.end().await;
}

contract!(s15_more_queues_than_one_look_sees_are_seen_by_the_next, |t| {
    let n = usize::try_from(limits::QUEUES_READ).unwrap() + 5;
    let flow = flow(&t.db).await;
    let gate = |i: usize| {
        let mut g = [0; 16];
        g[8..].copy_from_slice(&(i as u64).to_be_bytes());
        GateKey(g)
    };
    let events = (0..n).map(|i| NewEvent {
        item: i64::try_from(i).unwrap(),
        run: Some(NewRun { gate: gate(i), ..run(&t.db) }),
        ..event(&t.db)
    });
    let i = Ingest { delivery: delivery(&t.db, flow), events: events.collect(), after: None };
    t.db.ingest(i).await.unwrap();
    let node = t.db.join().await.unwrap().node;
    let first = t.db.queues(node, t.db.now(), None).await.unwrap();
    assert_eq!(first.queues.len(), n - 5);
    let rest = t.db.queues(node, t.db.now(), first.more_after).await.unwrap();
    assert_eq!((rest.queues.len(), rest.more_after), (5, None));
    let all: Vec<_> = first.queues.iter().chain(&rest.queues).map(|w| w.queue.gate).collect();
    assert_eq!(all, (0..n).map(gate).collect::<Vec<_>>());
});

/// The best of some tries: what the work takes when nothing disturbs it.
#[expect(clippy::disallowed_methods, reason = "this is about real time")]
async fn best(db: &Db, node: NodeLease, of: FlowId) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..10 {
        accepted(db, of).await;
        let began = tokio::time::Instant::now();
        let look = db.queues(node.node, db.now(), None).await.unwrap();
        let w = look.queues.iter().find(|w| w.queue.flow == of).unwrap();
        let got = claim_of(db, node, w.queue, 64).await;
        best = best.min(began.elapsed());
        assert_eq!(got.len(), 1);
        db.apply(end(db, got[0].lease, RunState::Succeeded)).await.unwrap();
    }
    best
}

// A hundred thousand due jobs of one flow, another hundred thousand at a gate and as many that
// are not due yet: finding and claiming one of another flow takes as long as in an empty queue.
contract!(s15_a_long_queue_costs_the_others_nothing, |t| {
    let (flow, crowd) = (flow(&t.db).await, flow(&t.db).await);
    let node = t.db.join().await.unwrap();
    let empty = best(&t.db, node, flow).await;
    let now = t.db.now().micros();
    for (gate, due) in [("00", now - 1_000_000), ("01", now - 500_000), ("00", now + 60_000_000)] {
        t.exec(&crowded(t.db.is_sqlite(), crowd, gate, due)).await;
    }
    if !t.db.is_sqlite() {
        t.exec("ANALYZE jobs").await;
    }
    let full = best(&t.db, node, flow).await;
    assert!(
        full < empty * 20 + Duration::from_millis(20),
        "{full:?} with a long queue, {empty:?} without"
    );
    let w = look(&t.db).await.queues;
    assert_eq!(w.iter().map(|w| w.due).collect::<Vec<_>>(), [limits::CLAIM_BATCH; 2]);
});

/// A hundred thousand jobs, one microsecond apart.
fn crowded(lite: bool, flow: FlowId, gate: &str, due: i64) -> String {
    let id = flow.uuid().simple().to_string();
    let gate = gate.repeat(16);
    if lite {
        return format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
             INSERT INTO jobs (run, workspace, flow, due_at, epoch, token, crashes, cancel, gate)
             SELECT randomblob(16), x'00000000000000000000000000000001', x'{id}', {due} + i, 0, 0,
               0, 0, x'{gate}' FROM n"
        );
    }
    format!(
        "INSERT INTO jobs (run, workspace, flow, due_at, epoch, token, crashes, cancel, gate)
         SELECT gen_random_uuid(), '00000000-0000-0000-0000-000000000001', '{id}', {due} + i, 0, 0,
           0, 0, '{gate}' FROM generate_series(1, 100000) AS i"
    )
}
