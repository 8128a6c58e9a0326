//! Lists with conditions, counts and the health of the queue.

use std::time::Duration;

use domain::delivery::{EventState, Verdict};
use domain::ids::{DeliveryId, FlowId, RunId, TemporaryId, WorkspaceId};
use domain::run::RunState;
use domain::{Code, Span, Time, limits};
use store::*;
use tokio::time::timeout;
use uuid::Uuid;

use crate::contract;
use crate::given::*;
use crate::world::World;

async fn ids(db: &Db, q: RunQuery) -> Vec<RunId> {
    all_pages(db, WS, q).await
}

async fn all_pages(db: &Db, ws: WorkspaceId, mut q: RunQuery) -> Vec<RunId> {
    let mut out = Vec::new();
    loop {
        let page = db.find_runs(ws, &q).await.unwrap();
        out.extend(page.items.iter().map(|r| r.run.id));
        match page.next {
            Some(next) => q.before = Some(next),
            None => return out,
        }
    }
}

contract!(runs_are_found_by_every_condition_and_in_pages, |t| {
    let (flow, other) = (flow(&t.db).await, flow(&t.db).await);
    let node = t.db.join().await.unwrap();
    let mut runs = Vec::new();
    let ends = [
        (RunState::Failed, Some(Code::RemoteRefused)),
        (RunState::Failed, Some(Code::MappingFailed)),
        (RunState::Parked, Some(Code::OutcomeUnknown)),
        (RunState::Succeeded, None),
        (RunState::Filtered, None),
        (RunState::Cancelled, None),
    ];
    for (state, code) in ends {
        t.clock.advance(Span::secs(1));
        runs.push(accepted(&t.db, flow).await.2);
        let c = claimed(&t.db, node).await;
        let next = Next::End {
            state,
            step: code.map(|_| "send#3".into()),
            error: code.map(failure),
            finished_at: t.db.now(),
        };
        t.db.apply(Progress { next, ..keep(c.lease) }).await.unwrap();
    }
    t.clock.advance(Span::secs(1));
    let running = accepted(&t.db, flow).await.2;
    let lease = claimed(&t.db, node).await.lease;
    t.clock.advance(Span::secs(1));
    let queued = accepted(&t.db, other).await.2;
    let found = |state| RunQuery { state: Some(state), limit: 1, ..RunQuery::default() };
    assert_eq!(ids(&t.db, RunQuery::default()).await.len(), 8);
    for flow in [None, Some(flow)] {
        let with = |state| RunQuery { flow, ..found(state) };
        assert_eq!(ids(&t.db, with(RunState::Failed)).await, [runs[1], runs[0]]);
        assert_eq!(ids(&t.db, with(RunState::Parked)).await, [runs[2]]);
        assert_eq!(ids(&t.db, with(RunState::Succeeded)).await, [runs[3]]);
        assert_eq!(ids(&t.db, with(RunState::Filtered)).await, [runs[4]]);
        assert_eq!(ids(&t.db, with(RunState::Cancelled)).await, [runs[5]]);
        assert_eq!(ids(&t.db, with(RunState::Running)).await, [running]);
    }
    assert_eq!(ids(&t.db, found(RunState::Queued)).await, [queued]);
    let q = RunQuery { error: Some(Code::MappingFailed), ..RunQuery::default() };
    assert_eq!(ids(&t.db, q).await, [runs[1]]);
    for (step, n) in [("send", 3), ("send#3", 3), ("sen", 0), ("send#", 0)] {
        let q = RunQuery { step: Some(step.into()), ..RunQuery::default() };
        assert_eq!(ids(&t.db, q).await.len(), n, "{step}");
    }
    let q = RunQuery { from: Some(runs[1].at()), to: Some(runs[3].at()), ..RunQuery::default() };
    assert_eq!(ids(&t.db, q).await, [runs[2], runs[1]]);
    let stranger = WorkspaceId::new(t.db.now());
    assert!(all_pages(&t.db, stranger, RunQuery::default()).await.is_empty());
    // A list says what a run waits for.
    let due = t.db.now().plus(Span::secs(30));
    t.db.apply(wait(lease, due)).await.unwrap();
    let view = t.db.run_views(&[running, queued]).await.unwrap();
    assert_eq!((view[0].waits, view[0].due_at), (Some(Waits::Delay), Some(due)));
    assert_eq!((view[1].waits, view[1].due_at), (Some(Waits::Worker), None));
    assert_eq!(view[1].flow_name.as_deref(), Some("Orders"));
});

/// A million runs of one flow; of each ten thousand one has failed, three are cancelled.
async fn million(t: &World, flow: FlowId) {
    let common = "'succeeded', 1700000000000000 + n * 1000, 1700000000000000 + n * 1000 + 500";
    let columns =
        "(id, workspace, flow, version, event, state, created_at, finished_at, test, as_text)";
    let rest = "UPDATE runs SET state = 'failed', step = 'send',
          error = '{\"code\":\"gone\",\"side\":\"yours\",\"message\":\"\"}'
        WHERE created_at % 10000000 = 0;
      UPDATE runs SET state = 'cancelled'
        WHERE created_at IN (1700000000005000, 1700000500005000, 1700000999995000);";
    let flow = flow.uuid();
    if t.db.is_sqlite() {
        let flow = flow.simple();
        t.exec(&format!(
            "INSERT INTO runs {columns}
             WITH RECURSIVE c (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < 999999)
             SELECT unhex(printf('%012x70008000%012x', 1700000000000 + n, n)),
               unhex('00000000000000000000000000000001'), unhex('{flow}'), 1,
               unhex(printf('%012x70008000%012x', 1700000000000 + n, n)), {common}, 0, 0 FROM c;
             {rest}"
        ))
        .await;
    } else {
        t.exec(&format!(
            "INSERT INTO runs {columns}
             SELECT (lpad(to_hex(1700000000000 + n), 12, '0') || '70008000'
                 || lpad(to_hex(n), 12, '0'))::uuid,
               '00000000-0000-0000-0000-000000000001', '{flow}', 1,
               (lpad(to_hex(1700000000000 + n), 12, '0') || '70008000'
                 || lpad(to_hex(n), 12, '0'))::uuid, {common}, 0, 0
             FROM generate_series(0::bigint, 999999) AS g (n);
             {rest} ANALYZE runs;"
        ))
        .await;
    }
}

contract!(pages_and_counts_stay_fast_at_a_million_runs, |t| {
    let (big, small) = (flow(&t.db).await, flow(&t.db).await);
    million(t, big).await;
    t.clock.advance(Span::hours(1));
    let few = accepted(&t.db, small).await.2;
    let fast = async |q: RunQuery| {
        let found = timeout(Duration::from_millis(500), t.db.find_runs(WS, &q)).await;
        found.unwrap_or_else(|_| panic!("slow: {q:?}")).unwrap()
    };
    let q = RunQuery::default;
    let page = fast(q()).await;
    assert_eq!(page.items.len(), 100);
    let middle = RunId(domain::ids::first_at(Time(1_700_000_500_000_000)));
    assert_eq!(fast(RunQuery { before: Some(middle), ..q() }).await.items.len(), 100);
    let flow = Some(big);
    assert_eq!(fast(RunQuery { flow, before: Some(middle), ..q() }).await.items.len(), 100);
    assert_eq!(fast(RunQuery { flow: Some(small), ..q() }).await.items[0].run.id, few);
    let failed = RunQuery { state: Some(RunState::Failed), ..q() };
    assert_eq!(fast(failed.clone()).await.items.len(), 100);
    let cancelled = RunQuery { flow, state: Some(RunState::Cancelled), ..q() };
    assert_eq!(fast(cancelled).await.items.len(), 3);
    assert!(fast(RunQuery { state: Some(RunState::Parked), ..q() }).await.items.is_empty());
    let (from, to) = (Some(middle.at()), Some(middle.at().plus(Span::ms(7))));
    assert_eq!(fast(RunQuery { from, to, ..q() }).await.items.len(), 7);
    let gone = RunQuery { error: Some(Code::Gone), limit: 5, ..failed };
    assert_eq!(fast(gone).await.items.len(), 5);
    // Without an index each page looks at a part of them and says where to go on.
    let mut rare = RunQuery { state: Some(RunState::Cancelled), ..q() };
    let (mut found, mut pages) = (0, 0);
    loop {
        let looked = timeout(Duration::from_secs(5), t.db.find_runs(WS, &rare)).await;
        let page = looked.expect("a page has its bounds").unwrap();
        (found, pages) = (found + page.items.len(), pages + 1);
        let Some(next) = page.next else { break };
        rare.before = Some(next);
    }
    assert_eq!(found, 3);
    assert!((2..20).contains(&pages), "{pages}");
    let hours = timeout(Duration::from_secs(5), t.db.hour_counts(WS, None, 24)).await;
    let hours = hours.expect("counting is fast").unwrap();
    assert_eq!(hours.len(), 24);
    let of = |word: &str| hours.iter().filter_map(|h| h.states.get(word)).sum::<i64>();
    assert_eq!((of("failed"), of("cancelled"), of("queued")), (100, 3, 1));
    assert_eq!(of("succeeded"), 1_000_000 - 103);
});

contract!(deliveries_are_found_by_what_became_of_them, |t| {
    let flow = flow(&t.db).await;
    let mut made: Vec<(Outcome, DeliveryId)> = Vec::new();
    let node = t.db.join().await.unwrap();
    for (verdict, outcome) in [
        (Verdict::Probe, Outcome::Probe),
        (Verdict::Rejected, Outcome::Rejected),
        (Verdict::Refused, Outcome::Refused),
    ] {
        t.clock.advance(Span::ms(1));
        let d = NewDelivery { verdict, ..delivery(&t.db, flow) };
        made.push((outcome, d.id));
        t.db.ingest(Ingest { delivery: d, events: vec![], after: None }).await.unwrap();
    }
    for (state, outcome) in
        [(EventState::Held, Outcome::Held), (EventState::Filtered, Outcome::Filtered)]
    {
        t.clock.advance(Span::ms(1));
        let (d, mut e) = (delivery(&t.db, flow), event(&t.db));
        (e.run, e.state) = (None, state);
        made.push((outcome, d.id));
        t.db.ingest(one(d, e)).await.unwrap();
    }
    t.clock.advance(Span::ms(1));
    let (d, mut e) = (delivery(&t.db, flow), event(&t.db));
    e.dedupe = Some(key(&t.db, 1));
    made.push((Outcome::Run, d.id));
    t.db.ingest(one(d, e.clone())).await.unwrap();
    let c = claimed(&t.db, node).await;
    t.db.apply(end(&t.db, c.lease, RunState::Succeeded)).await.unwrap();
    t.clock.advance(Span::ms(1));
    let copy = delivery(&t.db, flow);
    made.push((Outcome::Duplicate, copy.id));
    let e = NewEvent { dedupe: e.dedupe, ..event(&t.db) };
    t.db.ingest(one(copy, e)).await.unwrap();
    t.clock.advance(Span::ms(1));
    let (d, mut e) = (delivery(&t.db, flow), event(&t.db));
    e.run.as_mut().unwrap().test = true;
    made.push((Outcome::Test, d.id));
    t.db.ingest(one(d, e)).await.unwrap();
    for (outcome, id) in &made {
        let q = DeliveryQuery { outcome: Some(*outcome), ..DeliveryQuery::default() };
        let page = t.db.find_deliveries(WS, &q).await.unwrap();
        assert_eq!(page.items.iter().map(|d| d.view.id).collect::<Vec<_>>(), [*id], "{outcome:?}");
        let q = DeliveryQuery { flow: Some(flow), ..q };
        assert_eq!(t.db.find_deliveries(WS, &q).await.unwrap().items.len(), 1, "{outcome:?}");
        let stranger = WorkspaceId::new(t.db.now());
        assert!(t.db.find_deliveries(stranger, &q).await.unwrap().items.is_empty());
    }
    // Page by page they come in order, each once.
    let mut q = DeliveryQuery { limit: 3, ..DeliveryQuery::default() };
    let mut seen = Vec::new();
    loop {
        let page = t.db.find_deliveries(WS, &q).await.unwrap();
        seen.extend(page.items.iter().map(|d| d.view.id));
        let Some(next) = page.next else { break };
        q.before = Some(next);
    }
    let all: Vec<_> = made.iter().rev().map(|(_, id)| *id).collect();
    assert_eq!(seen, all);
});

contract!(the_health_of_the_queue_says_how_much_waits_and_how_long, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    accepted(&t.db, flow).await;
    let c = claimed(&t.db, node).await;
    t.db.apply(end(&t.db, c.lease, RunState::Parked)).await.unwrap();
    accepted(&t.db, flow).await;
    let c = claimed(&t.db, node).await;
    t.db.apply(wait(c.lease, t.db.now().plus(Span::hours(1)))).await.unwrap();
    accepted(&t.db, flow).await;
    t.clock.advance(Span::secs(40));
    accepted(&t.db, flow).await;
    held(&t.db, flow).await;
    let h = t.db.queue_health(WS).await.unwrap();
    assert_eq!((h.jobs, h.depth, h.running, h.held, h.parked), (3, 2, 0, 1, 1));
    assert_eq!(h.oldest, Some(Span::secs(40)));
    let other = t.db.queue_health(WorkspaceId::new(t.db.now())).await.unwrap();
    assert_eq!(other, QueueHealth::default());
});

contract!(temporary_addresses_are_kept_changed_and_removed, |t| {
    let id = TemporaryId::new(t.db.now());
    let a = TemporaryAddress {
        id,
        workspace: WS,
        name: "try".into(),
        token: "token-of-a-temporary-one".into(),
        status: 202,
        headers: vec![("x-a".into(), "b".into())],
        body: "ok \u{0}".into(),
        delay: Span::ms(1_500),
        created_at: t.db.now(),
    };
    t.db.add_temporary(a.clone()).await.unwrap();
    let kept = t.db.temporary_of(&a.token).await.unwrap().unwrap();
    assert_eq!((kept.id, kept.status, kept.delay, kept.headers.len()), (id, 202, a.delay, 1));
    t.db.change_temporary(TemporaryAddress { status: 500, ..a.clone() }).await.unwrap();
    assert_eq!(t.db.temporaries(WS).await.unwrap()[0].status, 500);
    let stranger = WorkspaceId(Uuid::from_u128(9));
    assert!(t.db.temporary(stranger, id).await.unwrap().is_none());
    let foreign = t.db.change_temporary(TemporaryAddress { workspace: stranger, ..a.clone() });
    assert!(matches!(foreign.await, Err(Error::NotFound)));
    assert!(matches!(t.db.remove_temporary(stranger, id).await, Err(Error::NotFound)));
    for n in 1..limits::TEMPORARY_ADDRESSES {
        let (id, token) = (TemporaryId::new(t.db.now()), format!("token-{n}"));
        t.db.add_temporary(TemporaryAddress { id, token, ..a.clone() }).await.unwrap();
    }
    let id = TemporaryId::new(t.db.now());
    let more = TemporaryAddress { id, token: "one-more".into(), ..a.clone() };
    assert!(matches!(t.db.add_temporary(more).await, Err(Error::Busy)));
    t.db.remove_temporary(WS, a.id).await.unwrap();
    assert!(t.db.temporary_of(&a.token).await.unwrap().is_none());
});
