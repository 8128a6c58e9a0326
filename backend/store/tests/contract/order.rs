//! Runs of one key one after another (semantics S7).

use std::collections::BTreeMap;

use domain::ids::{EventId, FlowId, RunId};
use domain::run::RunState;
use domain::{Span, Time};
use futures::future::join_all;
use store::*;

use crate::contract;
use crate::given::*;
use crate::world::soon;

pub fn order(key: u8, hold: bool) -> OrderKey {
    OrderKey { hash: [key; 16], hold }
}

/// An accepted event with a place in the order of a key.
async fn ordered(db: &Db, flow: FlowId, key: OrderKey) -> RunId {
    let (d, mut e) = (delivery(db, flow), event(db));
    let run = NewRun { order: Some(key), ..run(db) };
    let id = run.id;
    e.run = Some(run);
    db.ingest(one(d, e)).await.unwrap();
    id
}

/// The runs that can be claimed now, claimed.
async fn claim_runs(db: &Db, node: NodeLease) -> Vec<RunId> {
    claim(db, node, 64).await.into_iter().map(|c| c.lease.run).collect()
}

contract!(s7_only_the_first_unfinished_run_of_a_key_is_claimed, |t| {
    let (flow, other) = (flow(&t.db).await, flow(&t.db).await);
    let node = t.db.join().await.unwrap();
    let key = order(1, false);
    let a = ordered(&t.db, flow, key).await;
    let b = ordered(&t.db, flow, key).await;
    let c = ordered(&t.db, flow, key).await;
    let different = ordered(&t.db, flow, order(2, false)).await;
    let of_another_flow = ordered(&t.db, other, key).await;
    let (_, _, free) = accepted(&t.db, flow).await;
    let mut got = claim(&t.db, node, 64).await;
    got.sort_by_key(|c| c.lease.run);
    let mut expected = vec![a, different, of_another_flow, free];
    expected.sort_unstable();
    assert_eq!(got.iter().map(|c| c.lease.run).collect::<Vec<_>>(), expected);
    assert_eq!(next_due(&t.db).await, None, "nobody is woken for a run that is not next");
    let mut head = got.into_iter().find(|c| c.lease.run == a).unwrap().lease;
    for next in [b, c] {
        t.db.apply(end(&t.db, head, RunState::Succeeded)).await.unwrap();
        soon(t.db.wait_for_work()).await;
        head = claimed(&t.db, node).await.lease;
        assert_eq!(head.run, next);
    }
});

contract!(s7_every_end_hands_over, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let states = [
        RunState::Succeeded,
        RunState::Filtered,
        RunState::Stale,
        RunState::Failed,
        RunState::Cancelled,
        RunState::Parked,
    ];
    let mut runs = Vec::new();
    for _ in states {
        runs.push(ordered(&t.db, flow, order(1, false)).await);
    }
    for (state, run) in states.into_iter().zip(runs) {
        let c = claimed(&t.db, node).await;
        assert_eq!(c.lease.run, run);
        t.db.apply(end(&t.db, c.lease, state)).await.unwrap();
    }
    assert_eq!(t.db.counts().await.unwrap().jobs, 0);
});

contract!(s7_a_first_run_that_waits_keeps_the_others_waiting, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let a = ordered(&t.db, flow, order(1, false)).await;
    let b = ordered(&t.db, flow, order(1, false)).await;
    let due = t.db.now().plus(Span::hours(3));
    let c = claimed(&t.db, node).await;
    t.db.apply(wait(c.lease, due)).await.unwrap();
    assert_eq!((claim_runs(&t.db, node).await, next_due(&t.db).await), (vec![], Some(due)));
    t.clock.advance(Span::hours(3));
    let c = claimed(&t.db, node).await;
    assert_eq!(c.lease.run, a);
    t.db.apply(end(&t.db, c.lease, RunState::Failed)).await.unwrap();
    assert_eq!(claim_runs(&t.db, node).await, [b]);
});

/// A run of a key that waits for its parked ones, parked, and the run behind it.
async fn parked(t: &crate::world::World, node: NodeLease) -> (RunId, RunId) {
    let flow = flow(&t.db).await;
    let a = ordered(&t.db, flow, order(1, true)).await;
    let b = ordered(&t.db, flow, order(1, true)).await;
    let c = claimed(&t.db, node).await;
    t.db.apply(end(&t.db, c.lease, RunState::Parked)).await.unwrap();
    assert_eq!(claim_runs(&t.db, node).await, []);
    let late = ordered(&t.db, flow, order(1, true)).await;
    assert_eq!(claim_runs(&t.db, node).await, [], "{late}: who comes later waits too");
    (a, b)
}

contract!(s7_a_parked_run_can_keep_its_key_until_a_person_has_decided, |t| {
    let node = t.db.join().await.unwrap();
    let resolve = |run, to| Resolve { run, step: None, to, at: t.db.now() };
    let (a, b) = parked(t, node).await;
    t.db.resolve(WS, resolve(a, ResolveTo::End(RunState::Failed))).await.unwrap();
    assert_eq!(claim_runs(&t.db, node).await, [b]);
    let (a, b) = parked(t, node).await;
    assert_eq!(t.db.cancel(WS, a).await.unwrap(), RunState::Cancelled);
    assert_eq!(claim_runs(&t.db, node).await, [b]);
    // Tried again it is the first of its key, as often as it parks.
    let (a, b) = parked(t, node).await;
    for state in [RunState::Parked, RunState::Succeeded] {
        t.db.resolve(WS, resolve(a, ResolveTo::Queue)).await.unwrap();
        let c = claimed(&t.db, node).await;
        assert_eq!(c.lease.run, a);
        t.db.apply(end(&t.db, c.lease, state)).await.unwrap();
    }
    assert_eq!(claim_runs(&t.db, node).await, [b]);
});

contract!(s7_a_parked_run_that_retention_removes_keeps_nobody, |t| {
    let node = t.db.join().await.unwrap();
    let (a, b) = parked(t, node).await;
    t.clock.advance(Span::days(i64::from(domain::limits::RETENTION_TROUBLE_DAYS) + 1));
    t.db.sweep(t.db.now()).await.unwrap();
    assert!(t.db.run(WS, a).await.unwrap().is_none());
    assert_eq!(claim_runs(&t.db, node).await, [b]);
});

contract!(s7_a_failed_run_that_is_tried_again_takes_no_place, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let a = ordered(&t.db, flow, order(1, false)).await;
    let b = ordered(&t.db, flow, order(1, false)).await;
    let c = claimed(&t.db, node).await;
    t.db.apply(end(&t.db, c.lease, RunState::Failed)).await.unwrap();
    let at = t.db.now();
    t.db.resolve(WS, Resolve { run: a, step: None, to: ResolveTo::Queue, at }).await.unwrap();
    let mut both = vec![a, b];
    both.sort_unstable();
    let mut got = claim_runs(&t.db, node).await;
    got.sort_unstable();
    assert_eq!(got, both);
});

contract!(s7_a_cancelled_run_leaves_the_order, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let mut runs = Vec::new();
    for _ in 0..5 {
        runs.push(ordered(&t.db, flow, order(1, false)).await);
    }
    assert_eq!(t.db.cancel(WS, runs[1]).await.unwrap(), RunState::Cancelled);
    assert_eq!(look(&t.db).await.queues[0].due, 1, "the first is still the first");
    assert_eq!(t.db.cancel(WS, runs[0]).await.unwrap(), RunState::Cancelled);
    let c = claimed(&t.db, node).await;
    assert_eq!(c.lease.run, runs[2]);
    assert_eq!(t.db.cancel(WS, runs[2]).await.unwrap(), RunState::Running);
    assert_eq!(claim_runs(&t.db, node).await, [], "its worker has it still");
    t.db.apply(end(&t.db, c.lease, RunState::Cancelled)).await.unwrap();
    assert_eq!(claim_runs(&t.db, node).await, [runs[3]]);
});

contract!(s7_a_run_that_is_not_next_is_not_handed_over, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let direct = async |key: u8| {
        let (d, mut e) = (delivery(&t.db, flow), event(&t.db));
        let mut run = NewRun {
            order: Some(order(key, false)),
            unsafe_next: Some("create".into()),
            ..run(&t.db)
        };
        let lease = Lease { run: run.id, node: node.node, epoch: node.epoch, token: 7 };
        run.lease = Some(lease);
        e.run = Some(run);
        let (send, told) = tokio::sync::oneshot::channel();
        let mut i = one(d, e);
        i.after = Some(Box::new(move |r| send.send(r.clone().unwrap().events[0]).unwrap()));
        let got = t.db.ingest(i).await.unwrap().events[0];
        assert_eq!(told.await.unwrap(), got);
        (lease, got)
    };
    let (first, got) = direct(1).await;
    assert_eq!(got, EventResult::Stored);
    let (second, got) = direct(1).await;
    assert_eq!(got, EventResult::InTurn);
    assert_eq!(direct(2).await.1, EventResult::Stored);
    let got = t.db.apply(keep(second)).await.unwrap();
    assert_eq!(got, Applied::Superseded, "it was never its worker's");
    assert_eq!(seen(&t.db, second.run).await.run.state, RunState::Queued);
    t.db.apply(end(&t.db, first, RunState::Succeeded)).await.unwrap();
    let c = claimed(&t.db, node).await;
    assert_eq!((c.lease.run, c.begun), (second.run, Some("create".to_owned()).into()));
});

contract!(s7_events_of_one_delivery_keep_their_order, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let d = delivery(&t.db, flow);
    let events: Vec<NewEvent> = (0..20u8)
        .map(|i| {
            let run = NewRun { order: Some(order(1 + i % 2, false)), ..run(&t.db) };
            NewEvent { item: i64::from(i), run: Some(run), ..event(&t.db) }
        })
        .collect();
    let runs: Vec<RunId> = events.iter().map(|e| e.run.as_ref().unwrap().id).collect();
    let got = t.db.ingest(Ingest { delivery: d, events, after: None }).await.unwrap();
    assert!(got.events[..2].iter().all(|r| *r == EventResult::Stored));
    assert!(got.events[2..].iter().all(|r| *r == EventResult::InTurn));
    for pair in runs.chunks(2) {
        let mut claims = claim(&t.db, node, 64).await;
        claims.sort_by_key(|c| runs.iter().position(|r| *r == c.lease.run));
        assert_eq!(claims.iter().map(|c| c.lease.run).collect::<Vec<_>>(), pair);
        for c in claims {
            t.db.apply(end(&t.db, c.lease, RunState::Succeeded)).await.unwrap();
        }
    }
});

fn again(db: &Db, event: EventId, flow: FlowId, of: Option<RunId>, key: OrderKey) -> NewReplay {
    NewReplay {
        id: RunId::new(db.now()),
        workspace: WS,
        flow,
        version: 1,
        event,
        replay_of: of,
        journal: vec![],
        as_text: false,
        unsafe_next: None,
        created_at: db.now(),
        priority: Priority::Normal,
        gate: domain::gate::GateKey::NONE,
        order: Some(key),
        newest: None,
    }
}

contract!(s7_released_events_go_in_order_and_replays_take_no_place, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let key = order(1, false);
    let first = ordered(&t.db, flow, key).await;
    let mut events = Vec::new();
    for _ in 0..3 {
        events.push(held(&t.db, flow).await);
    }
    let released: Vec<_> = events.iter().map(|e| again(&t.db, *e, flow, None, key)).collect();
    let runs: Vec<RunId> = released.iter().map(|r| r.id).collect();
    t.db.replay(released).await.unwrap();
    let event = seen(&t.db, first).await.run.event;
    let replay = again(&t.db, event, flow, Some(first), key);
    let replayed = replay.id;
    t.db.replay(vec![replay]).await.unwrap();
    let claims = claim(&t.db, node, 64).await;
    let mut got: Vec<RunId> = claims.iter().map(|c| c.lease.run).collect();
    got.sort_unstable();
    let mut expected = vec![first, replayed];
    expected.sort_unstable();
    assert_eq!(got, expected, "a replay runs beside them");
    let mut head = claims.into_iter().find(|c| c.lease.run == first).unwrap().lease;
    for run in runs {
        t.db.apply(end(&t.db, head, RunState::Succeeded)).await.unwrap();
        head = claimed(&t.db, node).await.lease;
        assert_eq!(head.run, run);
    }
});

contract!(s7_a_key_without_unfinished_runs_is_forgotten, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let keys = "SELECT count(*) FROM order_keys";
    ordered(&t.db, flow, order(1, false)).await;
    ordered(&t.db, flow, order(2, false)).await;
    for c in claim(&t.db, node, 1).await {
        t.db.apply(end(&t.db, c.lease, RunState::Succeeded)).await.unwrap();
    }
    assert_eq!(t.int(keys).await, 2);
    assert_eq!(t.db.sweep(t.db.now()).await.unwrap(), 1);
    assert_eq!(t.int(keys).await, 1, "the other one is still there");
    claimed(&t.db, node).await;
    let (a, _) = parked(t, node).await;
    assert_eq!(t.db.sweep(t.db.now()).await.unwrap(), 0, "a parked run keeps its key");
    t.db.cancel(WS, a).await.unwrap();
});

// Senders that wait for each answer, workers that end, wait and park: of a key there is never
// more than one run under way, and each sender's events begin in the order in which it sent them.
contract!(s7_order_holds_under_load, |t| {
    const SENDERS: u8 = 6;
    const EACH: usize = 25;
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let senders = (0..SENDERS).map(|s| {
        let db = t.db.clone();
        tokio::spawn(async move {
            let mut runs = Vec::new();
            for _ in 0..EACH {
                runs.push(ordered(&db, flow, order(1 + s % 3, false)).await);
            }
            runs
        })
    });
    let sent = join_all(senders);
    let work = async {
        let mut begun: Vec<RunId> = Vec::new();
        let mut n = 0usize;
        while n < usize::from(SENDERS) * EACH {
            let claims = claim(&t.db, node, 64).await;
            assert!(claims.len() <= 3, "two runs of one key at once");
            let ends = claims.into_iter().enumerate().map(|(i, c)| {
                let fresh = !begun.contains(&c.lease.run);
                if fresh {
                    begun.push(c.lease.run);
                }
                let p = match (begun.len() + i) % 5 {
                    0 if fresh => wait(c.lease, t.db.now()),
                    1 => end(&t.db, c.lease, RunState::Parked),
                    _ => end(&t.db, c.lease, RunState::Succeeded),
                };
                n += usize::from(!matches!(p.next, Next::Wait { .. }));
                t.db.apply(p)
            });
            // All at once, so that several commits of one key meet.
            for r in join_all(ends.collect::<Vec<_>>()).await {
                assert_eq!(r.unwrap(), Applied::Applied { cancel: false });
            }
        }
        begun
    };
    let (sent, begun) =
        tokio::time::timeout(std::time::Duration::from_mins(1), async { tokio::join!(sent, work) })
            .await
            .expect("a run never had its turn");
    let place: BTreeMap<RunId, usize> = begun.into_iter().zip(0..).collect();
    for runs in sent {
        let places: Vec<usize> = runs.unwrap().iter().map(|r| place[r]).collect();
        assert!(places.is_sorted(), "{places:?}");
    }
    assert_eq!(t.db.counts().await.unwrap().jobs, 0);
});

// ---- staleness -------------------------------------------------------------------------------

fn newest(key: u8, at: i64) -> NewestKey {
    NewestKey { hash: [key; 16], at: Time(at) }
}

async fn dated(db: &Db, flow: FlowId, n: NewestKey, dedupe: Option<DedupeKey>) {
    let (d, mut e) = (delivery(db, flow), event(db));
    e.run = Some(NewRun { newest: Some(n), ..run(db) });
    e.dedupe = dedupe;
    db.ingest(one(d, e)).await.unwrap();
}

contract!(s7_the_largest_moment_of_a_key_is_known, |t| {
    let (flow, other) = (flow(&t.db).await, flow(&t.db).await);
    let known = async |flow, k: u8| t.db.newest(flow, [k; 16]).await.unwrap().map(Time::micros);
    assert_eq!(known(flow, 1).await, None);
    dated(&t.db, flow, newest(1, 20), Some(key(&t.db, 1))).await;
    dated(&t.db, flow, newest(1, 10), None).await;
    dated(&t.db, flow, newest(2, -5), None).await;
    assert_eq!((known(flow, 1).await, known(flow, 2).await), (Some(20), Some(-5)));
    assert_eq!(known(other, 1).await, None, "a key is its flow's own");
    dated(&t.db, flow, newest(1, 99), Some(key(&t.db, 1))).await;
    assert_eq!(known(flow, 1).await, Some(20), "a copy is not an accepted event");
    let both = (0..2).map(|i| NewEvent {
        item: i,
        run: Some(NewRun { newest: Some(newest(1, 30 + i)), ..run(&t.db) }),
        ..event(&t.db)
    });
    let all = Ingest { delivery: delivery(&t.db, flow), events: both.collect(), after: None };
    t.db.ingest(all).await.unwrap();
    assert_eq!(known(flow, 1).await, Some(31));
    let e = held(&t.db, flow).await;
    let released =
        NewReplay { newest: Some(newest(1, 40)), ..again(&t.db, e, flow, None, order(1, false)) };
    t.db.replay(vec![released]).await.unwrap();
    assert_eq!(known(flow, 1).await, Some(40), "a released event is accepted");
    let run = t.db.event(WS, e).await.unwrap().unwrap().run;
    let replay =
        NewReplay { newest: Some(newest(1, 50)), ..again(&t.db, e, flow, run, order(1, false)) };
    t.db.replay(vec![replay]).await.unwrap();
    assert_eq!(known(flow, 1).await, Some(40), "a replay says nothing new");
});

contract!(s7_moments_are_kept_thirty_days_after_the_last_event, |t| {
    let flow = flow(&t.db).await;
    dated(&t.db, flow, newest(1, 20), None).await;
    dated(&t.db, flow, newest(2, 20), None).await;
    t.clock.advance(Span::days(20));
    dated(&t.db, flow, newest(1, 10), None).await;
    t.clock.advance(Span::days(10));
    assert_eq!(t.db.sweep(t.db.now()).await.unwrap(), 1);
    assert_eq!(t.db.newest(flow, [1; 16]).await.unwrap(), Some(Time(20)));
    assert_eq!(t.db.newest(flow, [2; 16]).await.unwrap(), None);
    t.clock.advance(Span::days(20));
    assert_eq!(t.db.sweep(t.db.now()).await.unwrap(), 1);
    assert_eq!(t.db.newest(flow, [1; 16]).await.unwrap(), None);
});
