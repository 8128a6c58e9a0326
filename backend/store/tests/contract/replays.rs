//! Replays of many runs: what is selected, and that each original is taken once, whoever works.

use domain::ids::{FlowId, ReplayId, RunId, WorkspaceId};
use domain::outcome::StepError;
use domain::replay::{BulkReplay, Replay, ReplayState, RunCount, Selection};
use domain::run::RunState;
use domain::{Code, Span, Time, limits};
use store::*;

use crate::contract;
use crate::given::*;

/// A run that ended so at this step with this code.
async fn ended(
    db: &Db,
    flow: FlowId,
    node: NodeLease,
    state: RunState,
    at: (&str, Option<Code>),
) -> RunId {
    accepted(db, flow).await;
    let c = claimed(db, node).await;
    let error = at.1.map(|code| StepError::new(code, ("no", "нет")));
    let step = Some(at.0.to_owned());
    let next = Next::End { state, step, error, finished_at: db.now() };
    let steps = vec![crate::given::step(db, "first")];
    db.apply(Progress { lease: c.lease, steps, attempts: vec![], next }).await.unwrap();
    c.lease.run
}

fn bulk(db: &Db, selection: Selection) -> BulkReplay {
    BulkReplay {
        id: ReplayId::new(db.now()),
        workspace: WS,
        selection,
        how: Replay::default(),
        rate: 10,
        state: ReplayState::Counting,
        total: 0,
        made: 0,
        skipped: 0,
        failed: 0,
        note: None,
        created_at: db.now(),
        finished_at: None,
        by: "a test".into(),
    }
}

fn of(flow: FlowId) -> Selection {
    Selection { flow: Some(flow), ..Selection::default() }
}

async fn count(db: &Db, s: &Selection) -> i64 {
    db.count_runs(WS, s, Replay::default()).await.unwrap().runs
}

fn again(db: &Db, old: &Original) -> NewReplay {
    NewReplay {
        id: RunId::new(db.now()),
        workspace: old.run.workspace,
        flow: old.run.flow,
        version: old.run.version,
        event: old.run.event,
        replay_of: Some(old.run.id),
        journal: old.journal.clone(),
        as_text: false,
        unsafe_next: None,
        created_at: db.now(),
        priority: store::Priority::Low,
        gate: domain::GateKey::NONE,
        order: None,
        newest: None,
    }
}

fn slice(db: &Db, all: &[Original]) -> Slice {
    let last = all.last().unwrap().run.id;
    let runs = all.iter().map(|o| again(db, o)).collect();
    Slice { runs, failed: 0, note: None, last, next_at: db.now() }
}

/// The only bulk replay, as this node works it off, with its runs counted.
async fn counted(db: &Db, node: NodeLease) -> OpenReplay {
    loop {
        let open = db.open_replays(node).await.unwrap().remove(0);
        if open.replay.state == ReplayState::Running {
            return open;
        }
        assert!(db.count_replay(&open, db.now()).await.unwrap());
    }
}

contract!(runs_are_selected_by_everything_that_is_asked, |t| {
    let (flow, other) = (flow(&t.db).await, flow(&t.db).await);
    let node = t.db.join().await.unwrap();
    let (failed, parked) = (RunState::Failed, RunState::Parked);
    let rejected = ("send", Some(Code::RemoteRefused));
    ended(&t.db, flow, node, failed, rejected).await;
    t.clock.advance(Span::hours(1));
    let since = t.now();
    ended(&t.db, flow, node, failed, ("other", Some(Code::RemoteUnreachable))).await;
    ended(&t.db, flow, node, parked, ("send", Some(Code::Poison))).await;
    ended(&t.db, flow, node, parked, ("send", Some(Code::OutcomeUnknown))).await;
    ended(&t.db, flow, node, parked, ("send", None)).await;
    ended(&t.db, flow, node, RunState::Succeeded, ("send", None)).await;
    ended(&t.db, other, node, failed, rejected).await;
    accepted(&t.db, flow).await;
    assert_eq!(count(&t.db, &Selection::default()).await, 5, "what needs attention");
    let all = of(flow);
    assert_eq!(count(&t.db, &all).await, 4);
    let unknown = t.db.count_runs(WS, &all, Replay::default()).await.unwrap();
    assert_eq!(unknown, RunCount { runs: 4, more: false, unknown: 1 });
    let bold = Replay { repeat_unsafe: true, ..Replay::default() };
    let whole = t.db.count_runs(WS, &all, bold).await.unwrap();
    assert_eq!(whole, RunCount { runs: 5, more: false, unknown: 0 });
    for (n, s) in [
        (2, Selection { states: vec![failed], ..of(flow) }),
        (1, Selection { states: vec![RunState::Succeeded], ..of(flow) }),
        (3, Selection { states: vec![RunState::Succeeded, failed], ..of(flow) }),
        (0, Selection { states: vec![RunState::Queued], ..of(flow) }),
        (1, Selection { error: Some(Code::RemoteRefused), ..of(flow) }),
        (3, Selection { step: Some("send".into()), ..of(flow) }),
        (3, Selection { since: Some(since), ..of(flow) }),
        (1, Selection { until: Some(since), ..of(flow) }),
        (4, Selection { until: Some(Time(since.0 + 1)), ..of(flow) }),
        (0, Selection { since: Some(since), until: Some(since), ..of(flow) }),
    ] {
        assert_eq!(count(&t.db, &s).await, n, "{s:?}");
    }
    let foreign = WorkspaceId(uuid::Uuid::from_u128(7));
    let seen = t.db.count_runs(foreign, &all, bold).await.unwrap();
    assert_eq!(seen.runs, 0, "another workspace has none of them");
});

contract!(a_bulk_replay_takes_each_run_once_and_oldest_first, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let mut old = Vec::new();
    for _ in 0..5 {
        t.clock.advance(Span::ms(1));
        old.push(
            ended(&t.db, flow, node, RunState::Failed, ("send", Some(Code::RemoteRefused))).await,
        );
    }
    let new = bulk(&t.db, of(flow));
    let id = new.id;
    t.db.add_replay(new).await.unwrap();
    t.clock.advance(Span::ms(1));
    ended(&t.db, flow, node, RunState::Failed, ("send", Some(Code::RemoteRefused))).await;
    let open = counted(&t.db, node).await;
    assert_eq!(open.replay.total, 5, "what failed later is not taken");
    let first = t.db.next_of_replay(&open, 2).await.unwrap();
    assert_eq!(first.iter().map(|o| o.run.id).collect::<Vec<_>>(), old[..2]);
    assert_eq!(first[0].journal.len(), 1);
    assert!(t.db.make_slice(&open, slice(&t.db, &first)).await.unwrap());
    let jobs = t.db.counts().await.unwrap().jobs;
    assert!(!t.db.make_slice(&open, slice(&t.db, &first)).await.unwrap(), "an old cursor");
    assert_eq!(t.db.counts().await.unwrap().jobs, jobs);
    let open = t.db.open_replays(node).await.unwrap().remove(0);
    let rest = t.db.next_of_replay(&open, 9).await.unwrap();
    assert_eq!(rest.iter().map(|o| o.run.id).collect::<Vec<_>>(), old[2..]);
    assert!(t.db.make_slice(&open, slice(&t.db, &rest)).await.unwrap());
    let open = t.db.open_replays(node).await.unwrap().remove(0);
    assert!(t.db.next_of_replay(&open, 9).await.unwrap().is_empty());
    assert!(t.db.end_replay(&open, t.db.now()).await.unwrap());
    let done = t.db.bulk_replay(WS, id).await.unwrap().unwrap();
    assert_eq!((done.state, done.made, done.skipped), (ReplayState::Done, 5, 0));
    let items = t.db.replay_items(WS, id, None, 0).await.unwrap();
    assert_eq!(items.iter().map(|i| i.original).collect::<Vec<_>>(), old);
    assert!(items.iter().all(|i| i.state == Some(RunState::Queued)));
    let made = seen(&t.db, items[0].run).await;
    assert_eq!((made.run.replay_of, made.bulk), (Some(old[0]), Some(id)));
    assert_eq!(seen(&t.db, old[0]).await.replays, [items[0].run]);
});

contract!(a_run_that_was_replayed_is_left_out_unless_asked, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let first = ended(&t.db, flow, node, RunState::Failed, ("send", None)).await;
    ended(&t.db, flow, node, RunState::Failed, ("send", None)).await;
    let new = bulk(&t.db, of(flow));
    let id = new.id;
    t.db.add_replay(new).await.unwrap();
    let open = counted(&t.db, node).await;
    assert_eq!(open.replay.total, 2);
    let old = t.db.next_of_replay(&open, 9).await.unwrap();
    let by_hand = old.iter().find(|o| o.run.id == first).unwrap();
    t.db.replay(vec![again(&t.db, by_hand)]).await.unwrap();
    let left = t.db.next_of_replay(&open, 9).await.unwrap();
    assert_eq!(left.len(), 1);
    assert!(t.db.make_slice(&open, slice(&t.db, &left)).await.unwrap());
    let open = t.db.open_replays(node).await.unwrap().remove(0);
    assert!(t.db.end_replay(&open, t.db.now()).await.unwrap());
    let done = t.db.bulk_replay(WS, id).await.unwrap().unwrap();
    assert_eq!((done.total, done.made, done.skipped), (2, 1, 1));
    assert_eq!(count(&t.db, &of(flow)).await, 0);
    assert_eq!(count(&t.db, &Selection { again: true, ..of(flow) }).await, 2);
});

contract!(a_cancelled_bulk_replay_makes_nothing_more, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    for _ in 0..2 {
        ended(&t.db, flow, node, RunState::Failed, ("send", None)).await;
    }
    let new = bulk(&t.db, of(flow));
    let id = new.id;
    t.db.add_replay(new).await.unwrap();
    let open = counted(&t.db, node).await;
    let old = t.db.next_of_replay(&open, 1).await.unwrap();
    let foreign = WorkspaceId(uuid::Uuid::from_u128(7));
    assert!(!t.db.cancel_replay(foreign, id).await.unwrap());
    assert!(t.db.cancel_replay(WS, id).await.unwrap());
    assert!(!t.db.cancel_replay(WS, id).await.unwrap(), "it was");
    assert!(!t.db.make_slice(&open, slice(&t.db, &old)).await.unwrap());
    assert!(t.db.open_replays(node).await.unwrap().is_empty());
    assert!(t.db.replay_items(WS, id, None, 0).await.unwrap().is_empty());
    assert_eq!(t.db.replays(WS, None, 0).await.unwrap()[0].state, ReplayState::Cancelled);
});

contract!(s5_one_node_works_off_a_bulk_replay_until_it_is_fenced, |t| {
    let flow = flow(&t.db).await;
    let dead = t.db.join().await.unwrap();
    for _ in 0..3 {
        ended(&t.db, flow, dead, RunState::Failed, ("send", None)).await;
    }
    t.db.add_replay(bulk(&t.db, of(flow))).await.unwrap();
    let open = counted(&t.db, dead).await;
    let old = t.db.next_of_replay(&open, 1).await.unwrap();
    assert!(t.db.make_slice(&open, slice(&t.db, &old)).await.unwrap());
    let open = t.db.open_replays(dead).await.unwrap().remove(0);
    let more = t.db.next_of_replay(&open, 1).await.unwrap();
    // On SQLite the next boot is what fences.
    let other = t.db.join().await.unwrap();
    if !t.db.is_sqlite() {
        assert!(t.db.open_replays(other).await.unwrap().is_empty(), "another node has it");
        let id = dead.node.uuid();
        t.exec(&format!("UPDATE nodes SET alive_until = 0 WHERE id = '{id}'")).await;
        t.db.fence_dead().await.unwrap();
    }
    assert!(!t.db.make_slice(&open, slice(&t.db, &more)).await.unwrap(), "before the takeover");
    let taken = t.db.open_replays(other).await.unwrap().remove(0);
    assert_eq!((taken.replay.made, taken.cursor), (1, old[0].run.id), "it goes on where it was");
    assert!(!t.db.make_slice(&open, slice(&t.db, &more)).await.unwrap(), "and after it");
    assert!(t.db.open_replays(dead).await.unwrap().is_empty());
    let more = t.db.next_of_replay(&taken, 9).await.unwrap();
    assert_eq!(more.len(), 2);
    assert!(t.db.make_slice(&taken, slice(&t.db, &more)).await.unwrap());
    assert_eq!(t.db.replay_items(WS, open.replay.id, None, 0).await.unwrap().len(), 3);
});

contract!(a_slice_with_a_run_that_has_gone_is_not_made, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    for _ in 0..2 {
        ended(&t.db, flow, node, RunState::Failed, ("send", None)).await;
    }
    t.db.add_replay(bulk(&t.db, of(flow))).await.unwrap();
    let open = counted(&t.db, node).await;
    let old = t.db.next_of_replay(&open, 9).await.unwrap();
    let mut gone = slice(&t.db, &old);
    gone.runs[1].replay_of = Some(RunId::new(t.db.now()));
    assert!(matches!(t.db.make_slice(&open, gone).await, Err(Error::Changed)));
    let same = t.db.open_replays(node).await.unwrap().remove(0);
    assert_eq!((same.replay.made, same.cursor), (0, open.cursor));
    assert!(t.db.make_slice(&same, slice(&t.db, &old)).await.unwrap());
});

contract!(bulk_replays_that_are_not_over_are_bounded, |t| {
    for _ in 0..limits::REPLAYS_OPEN {
        t.clock.advance(Span::ms(1));
        t.db.add_replay(bulk(&t.db, Selection::default())).await.unwrap();
    }
    t.clock.advance(Span::ms(1));
    let more = bulk(&t.db, Selection::default());
    assert!(matches!(t.db.add_replay(more.clone()).await, Err(Error::Busy)));
    let first = t.db.replays(WS, None, 1).await.unwrap().remove(0);
    assert!(t.db.cancel_replay(WS, first.id).await.unwrap());
    t.db.add_replay(more.clone()).await.unwrap();
    let ids: Vec<_> = t.db.replays(WS, None, 2).await.unwrap().iter().map(|r| r.id).collect();
    assert_eq!(ids, [more.id, first.id], "newest first");
    assert_eq!(t.db.replays(WS, Some(first.id), 0).await.unwrap().len(), 19);
});

contract!(s27_a_bulk_replay_goes_after_the_runs_that_it_made, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    ended(&t.db, flow, node, RunState::Failed, ("send", None)).await;
    t.db.add_replay(bulk(&t.db, of(flow))).await.unwrap();
    let open = counted(&t.db, node).await;
    let old = t.db.next_of_replay(&open, 9).await.unwrap();
    t.db.make_slice(&open, slice(&t.db, &old)).await.unwrap();
    let open = t.db.open_replays(node).await.unwrap().remove(0);
    t.db.end_replay(&open, t.db.now()).await.unwrap();
    t.clock.advance(Span::days(100));
    t.db.sweep(t.db.now()).await.unwrap();
    assert_eq!(t.int("SELECT count(*) FROM replay_items").await, 1, "its run is not over");
    let c = claimed(&t.db, node).await;
    t.db.apply(end(&t.db, c.lease, RunState::Succeeded)).await.unwrap();
    t.clock.advance(Span::days(100));
    t.db.sweep(t.db.now()).await.unwrap();
    assert_eq!(t.int("SELECT count(*) FROM replay_items").await, 0);
    assert_eq!(t.int("SELECT count(*) FROM replays").await, 0);
});
