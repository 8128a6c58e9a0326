//! What an accepted delivery leaves in the database.

use domain::delivery::{EventState, Verdict};
use domain::limits;
use domain::run::RunState;
use store::*;

use crate::contract;
use crate::given::*;

contract!(s6_what_is_accepted_is_there_with_its_bytes, |t| {
    let flow = flow(&t.db).await;
    let (mut d, e) = (delivery(&t.db, flow), event(&t.db));
    d.body = bytes::Bytes::from((0..=255u8).collect::<Vec<_>>());
    d.path = "/пут\u{0}ь \"x\\".into();
    d.reason = Some("because".into());
    let (id, event, run) = (d.id, e.id, e.run.as_ref().unwrap().id);
    let done = t.db.ingest(one(d.clone(), e)).await.unwrap();
    assert_eq!(done, Ingested { events: vec![EventResult::Stored], answer: None });
    t.restart().await;
    let back = t.db.delivery(WS, id).await.unwrap().unwrap();
    assert_eq!(back.body, d.body);
    assert_eq!(back.path, "/пут\u{fffd}ь \"x\\", "NUL is no text in PostgreSQL");
    assert_eq!(back.query, "a=1");
    assert_eq!(back.headers, vec![("content-type".to_owned(), "application/json".to_owned())]);
    assert_eq!((back.verdict, back.reason.as_deref()), (Verdict::Accepted, Some("because")));
    assert_eq!((back.answer, back.received_at), (d.answer, d.received_at));
    let seen = seen(&t.db, run).await;
    assert_eq!((seen.run.state, seen.run.event, seen.delivery), (RunState::Queued, event, id));
    let view = t.db.event(WS, event).await.unwrap().unwrap();
    assert_eq!(
        (view.state, view.run, view.run_state),
        (EventState::Accepted, Some(run), Some(RunState::Queued))
    );
    assert_eq!(t.db.backlog(), 1);
});

contract!(bodies_of_every_size_come_back, |t| {
    let flow = flow(&t.db).await;
    for size in [0, 1, limits::COMPRESS_ABOVE, limits::COMPRESS_ABOVE + 1, 300_000] {
        let (mut d, e) = (delivery(&t.db, flow), event(&t.db));
        d.body = (0..size).map(|i| u8::try_from(i * i % 251).unwrap()).collect::<Vec<_>>().into();
        let (id, body) = (d.id, d.body.clone());
        t.db.ingest(one(d, e)).await.unwrap();
        let back = t.db.delivery(WS, id).await.unwrap().unwrap();
        assert_eq!(back.body, body, "{size} bytes");
    }
});

contract!(a_split_delivery_makes_one_run_per_event, |t| {
    let flow = flow(&t.db).await;
    let d = delivery(&t.db, flow);
    let id = d.id;
    let events: Vec<NewEvent> = (0..5).map(|item| NewEvent { item, ..event(&t.db) }).collect();
    let runs: Vec<_> = events.iter().map(|e| e.run.as_ref().unwrap().id).collect();
    t.db.ingest(Ingest { delivery: d, events, after: None }).await.unwrap();
    let snapshots = t.db.load(&runs).await.unwrap();
    assert_eq!(snapshots.iter().map(|s| s.run.id).collect::<Vec<_>>(), runs);
    assert_eq!(snapshots.iter().map(|s| s.item).collect::<Vec<_>>(), vec![0, 1, 2, 3, 4]);
    assert!(snapshots.iter().all(|s| s.delivery.id == id));
    let n = t.db.counts().await.unwrap();
    assert_eq!((n.deliveries, n.events, n.jobs, n.queued), (1, 5, 5, 5));
});

contract!(s12_a_held_event_has_no_run, |t| {
    let flow = flow(&t.db).await;
    let id = held(&t.db, flow).await;
    let e = t.db.event(WS, id).await.unwrap().unwrap();
    assert_eq!((e.state, e.reason.as_deref(), e.run), (EventState::Held, Some("paused"), None));
    let n = t.db.counts().await.unwrap();
    assert_eq!((n.held, n.jobs), (1, 0));
});

contract!(s4_only_the_last_rejected_deliveries_are_kept_and_all_are_counted, |t| {
    let flow = flow(&t.db).await;
    let mut last = None;
    for _ in 0..limits::REJECTED_KEPT + 7 {
        t.clock.advance(domain::Span::ms(2));
        let mut d = delivery(&t.db, flow);
        d.verdict = Verdict::Rejected;
        last = Some(d.id);
        t.db.ingest(Ingest { delivery: d, events: vec![], after: None }).await.unwrap();
    }
    let kept = t.db.deliveries(WS, Some(flow), None, 100).await.unwrap();
    assert_eq!(i64::try_from(kept.len()).unwrap(), limits::REJECTED_KEPT);
    assert_eq!(Some(kept[0].id), last);
    assert_eq!(t.db.copies(flow).await.unwrap().rejected, limits::REJECTED_KEPT + 7);
});

contract!(s4_an_event_without_a_key_runs_and_is_counted, |t| {
    let flow = flow(&t.db).await;
    for _ in 0..2 {
        let (d, mut e) = (delivery(&t.db, flow), event(&t.db));
        e.keyless = true;
        t.db.ingest(one(d, e)).await.unwrap();
    }
    assert_eq!(t.db.copies(flow).await.unwrap().keyless, 2);
    assert_eq!(t.db.counts().await.unwrap().jobs, 2);
});

contract!(a_run_inserted_with_a_lease_is_not_claimed_again, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let (d, mut e) = (delivery(&t.db, flow), event(&t.db));
    let mut new = run(&t.db);
    let lease = Lease { run: new.id, node: node.node, epoch: node.epoch, token: 1 };
    (new.lease, new.unsafe_next) = (Some(lease), Some("create".into()));
    e.run = Some(new);
    let (send, told) = tokio::sync::oneshot::channel();
    let mut i = one(d, e);
    i.after = Some(Box::new(move |r| send.send(r.clone().is_ok()).unwrap()));
    t.db.ingest(i).await.unwrap();
    assert!(told.await.unwrap(), "the committer hands the run over");
    assert!(claim(&t.db, node, 64).await.is_empty());
    assert_eq!(seen(&t.db, lease.run).await.run.state, RunState::Running);
    let done = t.db.apply(end(&t.db, lease, RunState::Succeeded)).await.unwrap();
    assert_eq!(done, Applied::Applied { cancel: false });
    assert_eq!(t.db.backlog(), 0);
});

contract!(s5_a_fenced_node_cannot_insert_a_claimed_run, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    t.db.leave(node).await.unwrap();
    let (d, mut e) = (delivery(&t.db, flow), event(&t.db));
    let mut new = run(&t.db);
    let lease = Lease { run: new.id, node: node.node, epoch: node.epoch, token: 1 };
    new.lease = Some(lease);
    e.run = Some(new);
    t.db.ingest(one(d, e)).await.unwrap();
    let fresh = t.db.join().await.unwrap();
    assert_eq!(claimed(&t.db, fresh).await.lease.run, lease.run);
    let done = t.db.apply(keep(lease)).await.unwrap();
    assert_eq!(done, Applied::Superseded);
});

contract!(s16_a_full_backlog_refuses_for_now_and_takes_again_when_work_is_done, |t| {
    let flow = flow(&t.db).await;
    for _ in 0..3 {
        accepted(&t.db, flow).await;
    }
    // The same database behind a smaller limit.
    t.db.close().await;
    let options = OpenOptions { backlog: 3, ..t.options() };
    t.db = Db::open(options).await.unwrap();
    let refused = t.db.ingest(one(delivery(&t.db, flow), event(&t.db))).await.unwrap_err();
    assert!(matches!(refused, Error::Busy) && refused.is_transient(), "{refused:?}");
    assert_eq!(t.db.counts().await.unwrap().deliveries, 3, "nothing of it is stored");
    let node = t.db.join().await.unwrap();
    let claim = claim(&t.db, node, 1).await.remove(0);
    t.db.apply(end(&t.db, claim.lease, RunState::Succeeded)).await.unwrap();
    accepted(&t.db, flow).await;
});
