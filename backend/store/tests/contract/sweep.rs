//! Retention (semantics S27).

use domain::ids::{FlowId, RunId};
use domain::run::RunState;
use domain::settings::Retention;
use domain::{Span, limits};
use store::*;

use crate::contract;
use crate::given::*;

async fn ended(db: &Db, flow: FlowId, node: NodeLease, state: RunState) -> RunId {
    let (_, _, run) = accepted(db, flow).await;
    let c = claimed(db, node).await;
    let mut p = end(db, c.lease, state);
    (p.steps, p.attempts) = (vec![step(db, "send")], vec![attempt(db, run, "send")]);
    db.apply(p).await.unwrap();
    run
}

contract!(s27_only_finished_things_go_and_each_at_its_time, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    ended(&t.db, flow, node, RunState::Succeeded).await;
    let failed = ended(&t.db, flow, node, RunState::Failed).await;
    let parked = ended(&t.db, flow, node, RunState::Parked).await;
    held(&t.db, flow).await;
    let (_, _, waiting) = accepted(&t.db, flow).await;
    claim(&t.db, node, 64).await;
    t.clock.advance(Span::days(i64::from(limits::RETENTION_DAYS)));
    assert_eq!(t.db.sweep(t.db.now()).await.unwrap(), 0, "not before its time");
    t.clock.advance(Span::secs(1));
    // The run with its event and its delivery.
    assert_eq!(t.db.sweep(t.db.now()).await.unwrap(), 3);
    let n = t.db.counts().await.unwrap();
    assert_eq!((n.succeeded, n.failed, n.parked, n.held, n.running), (0, 1, 1, 1, 1));
    assert_eq!((n.steps, n.attempts, n.deliveries, n.events), (2, 2, 4, 4));
    assert_eq!(t.db.load(&[failed, parked, waiting]).await.unwrap().len(), 3);
    t.clock.advance(Span::days(i64::from(limits::RETENTION_TROUBLE_DAYS)));
    assert_eq!(t.db.sweep(t.db.now()).await.unwrap(), 8);
    let n = t.db.counts().await.unwrap();
    assert_eq!((n.deliveries, n.events, n.running, n.jobs), (1, 1, 1, 1));
    assert_eq!(t.db.load(&[waiting]).await.unwrap().len(), 1);
});

contract!(s27_how_long_things_are_kept_can_be_changed, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    ended(&t.db, flow, node, RunState::Succeeded).await;
    ended(&t.db, flow, node, RunState::Failed).await;
    t.db.put_retention(Retention {
        retention_days: 2,
        payload_days: 2,
        failed_days: 4,
        ..Retention::default()
    })
    .await
    .unwrap();
    t.clock.advance(Span::days(2));
    assert_eq!(t.db.sweep(t.db.now()).await.unwrap(), 0);
    t.clock.advance(Span::secs(1));
    assert_eq!(t.db.sweep(t.db.now()).await.unwrap(), 3);
    let n = t.db.counts().await.unwrap();
    assert_eq!((n.succeeded, n.failed), (0, 1));
    t.clock.advance(Span::days(2));
    assert_eq!(t.db.sweep(t.db.now()).await.unwrap(), 3);
    assert_eq!(t.db.counts().await.unwrap().failed, 0);
    assert!(t.db.disk_use().await.unwrap().database > 0);
});

contract!(s27_an_event_stays_as_long_as_a_replay_needs_it, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let first = ended(&t.db, flow, node, RunState::Succeeded).await;
    let event = seen(&t.db, first).await.run.event;
    t.clock.advance(Span::days(i64::from(limits::RETENTION_DAYS)));
    let id = RunId::new(t.db.now());
    let replay = NewReplay {
        id,
        workspace: WS,
        flow,
        version: 1,
        event,
        replay_of: Some(first),
        journal: vec![],
        as_text: false,
        unsafe_next: None,
        created_at: t.db.now(),
        priority: Priority::Normal,
        gate: domain::gate::GateKey::NONE,
        order: None,
        newest: None,
    };
    t.db.replay(vec![replay]).await.unwrap();
    t.clock.advance(Span::days(1));
    assert_eq!(t.db.sweep(t.db.now()).await.unwrap(), 1, "the first run alone");
    let s = t.db.load(&[id]).await.unwrap().remove(0);
    assert_eq!((s.run.event, s.delivery.body_gone), (event, false));
});

contract!(s27_more_than_one_slice_goes, |t| {
    let flow = flow(&t.db).await;
    let n = usize::try_from(limits::RETENTION_SLICE).unwrap() + 20;
    let events = (0..n)
        .map(|_| NewEvent { run: None, dedupe: None, ..event(&t.db) })
        .map(|e| NewEvent { state: domain::delivery::EventState::Filtered, ..e })
        .collect();
    let i = Ingest { delivery: delivery(&t.db, flow), events, after: None };
    t.db.ingest(i).await.unwrap();
    t.clock.advance(Span::days(i64::from(limits::RETENTION_DAYS) + 1));
    assert_eq!(t.db.sweep(t.db.now()).await.unwrap(), n as u64 + 1);
    assert_eq!(t.db.counts().await.unwrap(), Counts::default());
});

contract!(s27_expired_keys_and_addresses_go, |t| {
    let flow = flow(&t.db).await;
    for n in [1, 2] {
        let (d, mut e) = (delivery(&t.db, flow), event(&t.db));
        e.dedupe = Some(key(&t.db, n));
        t.db.ingest(one(d, e)).await.unwrap();
        t.clock.advance(Span::days(1));
    }
    let soon = t.db.now().plus(Span::days(6));
    t.db.rotate_address(WS, flow, "another-address-of-it", soon).await.unwrap();
    t.clock.advance(Span::days(5));
    assert_eq!(t.db.sweep(t.db.now()).await.unwrap(), 1, "one key");
    assert_eq!(t.int("SELECT count(*) FROM dedupe").await, 1);
    t.clock.advance(Span::days(1));
    assert_eq!(t.db.sweep(t.db.now()).await.unwrap(), 2, "the other and the old address");
    assert_eq!(t.int("SELECT count(*) FROM addresses").await, 1);
});

contract!(s27_bodies_go_before_the_rows_that_name_them, |t| {
    let retention = Retention { retention_days: 30, payload_days: 3, ..Retention::default() };
    t.db.put_retention(retention).await.unwrap();
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let done = ended(&t.db, flow, node, RunState::Succeeded).await;
    let failed = ended(&t.db, flow, node, RunState::Failed).await;
    let (_, _, waiting) = accepted(&t.db, flow).await;
    claim(&t.db, node, 64).await;
    t.clock.advance(Span::days(3));
    assert_eq!(t.db.sweep(t.db.now()).await.unwrap(), 0);
    t.clock.advance(Span::secs(1));
    assert_eq!(t.db.sweep(t.db.now()).await.unwrap(), 1, "one body");
    let gone = async |run| seen(&t.db, run).await;
    let all = t.db.load(&[done, failed, waiting]).await.unwrap();
    let body_gone: Vec<bool> = all.iter().map(|s| s.delivery.body_gone).collect();
    assert_eq!(body_gone, [true, false, false], "what may be replayed keeps its body");
    assert!(gone(done).await.attempts[0].exchanges.is_empty());
    assert!(!gone(failed).await.attempts.is_empty());
    assert_eq!(t.db.sweep(t.db.now()).await.unwrap(), 0, "each goes once");
});

contract!(s27_a_flow_may_ask_for_other_days_than_the_server, |t| {
    let asking = |days: u32| NewFlow {
        id: FlowId::new(t.db.now()),
        workspace: WS,
        name: format!("{days} days"),
        draft: format!(r#"{{"name":"x","settings":{{"retention_days":{days}}}}}"#),
        token: domain::ids::random_text(24),
        secrets: std::collections::BTreeMap::new(),
    };
    let (short, long) = (asking(5), asking(200));
    let usual = flow(&t.db).await;
    let flows = [short.id, usual, long.id];
    for new in [short, long] {
        let id = new.id;
        t.db.create_flow(new).await.unwrap();
        t.db.publish(WS, id).await.unwrap();
    }
    let node = t.db.join().await.unwrap();
    for flow in flows {
        ended(&t.db, flow, node, RunState::Succeeded).await;
    }
    let mut left = Vec::new();
    for days in [5, 25, 100, 70] {
        t.clock.advance(Span::days(days));
        t.clock.advance(Span::secs(1));
        t.db.sweep(t.db.now()).await.unwrap();
        left.push(t.db.counts().await.unwrap().succeeded);
    }
    assert_eq!(left, [2, 1, 1, 0]);
});

contract!(s27_over_its_room_nothing_is_taken_and_the_oldest_finished_runs_go_first, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let first = ended(&t.db, flow, node, RunState::Succeeded).await;
    t.clock.advance(Span::secs(1));
    ended(&t.db, flow, node, RunState::Failed).await;
    accepted(&t.db, flow).await;
    let tight = Retention { budget_bytes: Some(1_000), ..Retention::default() };
    t.db.put_retention(tight).await.unwrap();
    assert!(t.db.look_at_budget().await.unwrap() >= limits::BUDGET_FULL);
    let refused = t.db.ingest(one(delivery(&t.db, flow), event(&t.db))).await;
    assert!(matches!(refused, Err(Error::DiskFull(_))), "{refused:?}");
    // Everything that is finished, whatever its age, and nothing else.
    assert!(t.db.trim(t.db.now()).await.unwrap() >= 2);
    assert!(t.db.load(&[first]).await.unwrap().is_empty());
    let n = t.db.counts().await.unwrap();
    assert_eq!((n.succeeded, n.failed, n.jobs, n.events), (0, 0, 1, 1));
    t.db.put_retention(Retention::default()).await.unwrap();
    assert_eq!(t.db.look_at_budget().await.unwrap(), 0);
    accepted(&t.db, flow).await;
});
