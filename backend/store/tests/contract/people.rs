//! What people see and do: lists, cancel, resolve, replay, release; and the border between
//! workspaces.

use std::collections::BTreeMap;

use domain::connection::ConnectionState;
use domain::delivery::EventState;
use domain::ids::{ConnectionId, RunId, WorkspaceId};
use domain::run::RunState;
use domain::{Code, Secret, Span};
use store::*;

use crate::contract;
use crate::given::*;

pub fn new_connection(db: &Db, name: &str) -> NewConnection {
    NewConnection {
        id: ConnectionId::new(db.now()),
        workspace: WS,
        name: name.into(),
        connector: "telegram".into(),
        method: "token".into(),
        fields: BTreeMap::from([("bot".into(), "zveno".into())]),
        secrets: BTreeMap::from([("token".into(), Secret::new("hunter2-of-the-bot"))]),
    }
}

pub async fn connection(db: &Db, name: &str) -> ConnectionId {
    let c = new_connection(db, name);
    let id = c.id;
    db.create_connection(c).await.unwrap();
    id
}

contract!(a_connection_is_kept_tested_changed_and_removed, |t| {
    let id = connection(&t.db, "bot").await;
    let again = t.db.create_connection(new_connection(&t.db, "bot")).await;
    assert!(matches!(again, Err(Error::Taken("name"))));
    let c = t.db.connection(WS, id).await.unwrap().unwrap();
    assert_eq!(
        (c.state, c.secrets["token"].expose()),
        (ConnectionState::New, "hunter2-of-the-bot")
    );
    assert_eq!(t.db.connection_by_name(WS, "bot").await.unwrap().unwrap().id, id);
    let state = ConnectionState::Broken;
    let change = ConnectionStateChange { id, state, note: Some("401".into()) };
    t.db.set_connection_state(change).await.unwrap();
    let broken = t.db.connection(WS, id).await.unwrap().unwrap();
    assert_eq!((broken.state, broken.note.as_deref()), (state, Some("401")));
    assert!(broken.generation > c.generation);
    let mut new = new_connection(&t.db, "renamed");
    new.id = id;
    new.secrets.insert("token".into(), Secret::new("other"));
    t.db.update_connection(new).await.unwrap();
    let c = t.db.connections(WS).await.unwrap().remove(0);
    assert_eq!((c.name.as_str(), c.state, c.note), ("renamed", ConnectionState::New, None));
    assert_eq!(c.secrets["token"].expose(), "other");
    t.db.delete_connection(WS, id).await.unwrap();
    assert!(t.db.connection(WS, id).await.unwrap().is_none());
    assert!(matches!(t.db.delete_connection(WS, id).await, Err(Error::NotFound)));
});

contract!(runs_are_listed_newest_first_in_pages_and_by_state, |t| {
    let (flow, other) = (flow(&t.db).await, flow(&t.db).await);
    let node = t.db.join().await.unwrap();
    let mut runs = Vec::new();
    for state in [RunState::Failed, RunState::Parked, RunState::Succeeded] {
        t.clock.advance(Span::secs(1));
        runs.push(accepted(&t.db, flow).await.2);
        let c = claimed(&t.db, node).await;
        t.db.apply(end(&t.db, c.lease, state)).await.unwrap();
    }
    t.clock.advance(Span::secs(1));
    runs.push(accepted(&t.db, flow).await.2);
    let c = claimed(&t.db, node).await;
    t.clock.advance(Span::secs(1));
    runs.push(accepted(&t.db, other).await.2);
    let list = async |f: RunFilter| -> Vec<RunId> {
        t.db.runs(WS, f).await.unwrap().into_iter().map(|r| r.id).collect()
    };
    let f = RunFilter { limit: 2, ..RunFilter::default() };
    assert_eq!(list(f.clone()).await, vec![runs[4], runs[3]]);
    let next = RunFilter { before: Some(runs[3]), ..f };
    assert_eq!(list(next).await, vec![runs[2], runs[1]]);
    let of = RunFilter { flow: Some(other), ..RunFilter::default() };
    assert_eq!(list(of).await, vec![runs[4]]);
    for (state, n) in [
        (RunState::Failed, 0),
        (RunState::Parked, 1),
        (RunState::Succeeded, 2),
        (RunState::Running, 3),
        (RunState::Queued, 4),
    ] {
        let f = RunFilter { state: Some(state), ..RunFilter::default() };
        assert_eq!(list(f).await, vec![runs[n]], "{state:?}");
    }
    let since = RunFilter { since: Some(t.db.now()), ..RunFilter::default() };
    assert_eq!(list(since).await, vec![runs[4]]);
    t.db.apply(end(&t.db, c.lease, RunState::Filtered)).await.unwrap();
    let n = t.db.counts().await.unwrap();
    assert_eq!((n.failed, n.parked, n.succeeded, n.filtered, n.queued), (1, 1, 1, 1, 1));
});

contract!(cancel_ends_what_nobody_has_and_asks_the_worker_otherwise, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let (_, _, queued) = accepted(&t.db, flow).await;
    assert_eq!(t.db.cancel(WS, queued).await.unwrap(), RunState::Cancelled);
    assert!(claim(&t.db, node, 64).await.is_empty());
    assert!(seen(&t.db, queued).await.run.finished_at.is_some());
    let (_, _, run) = accepted(&t.db, flow).await;
    let c = claimed(&t.db, node).await;
    assert_eq!(t.db.cancel(WS, run).await.unwrap(), RunState::Running);
    assert_eq!(t.db.apply(keep(c.lease)).await.unwrap(), Applied::Applied { cancel: true });
    // A worker that lets go of it gets it back at once, to end it; a pause does not matter.
    t.db.set_flow_state(WS, flow, FlowState::Paused).await.unwrap();
    t.db.apply(wait(c.lease, t.db.now().plus(Span::days(1)))).await.unwrap();
    let c = claimed(&t.db, node).await;
    assert!(c.cancel);
    t.db.apply(end(&t.db, c.lease, RunState::Cancelled)).await.unwrap();
    assert_eq!(t.db.cancel(WS, run).await.unwrap(), RunState::Cancelled);
    assert_eq!(t.db.backlog(), 0);
    let nobody = RunId::new(t.db.now());
    assert!(matches!(t.db.cancel(WS, nobody).await, Err(Error::NotFound)));
});

contract!(a_person_decides_about_a_parked_run, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let (_, _, run) = accepted(&t.db, flow).await;
    let old = claimed(&t.db, node).await;
    let resolve = |to| Resolve { run, step: Some(step(&t.db, "send")), to, at: t.db.now() };
    let early = t.db.resolve(WS, resolve(ResolveTo::Queue)).await;
    assert!(matches!(early, Err(Error::Changed)));
    let mut p = end(&t.db, old.lease, RunState::Parked);
    p.next = Next::End {
        state: RunState::Parked,
        step: Some("send".into()),
        error: Some(failure(Code::OutcomeUnknown)),
        finished_at: t.db.now(),
    };
    t.db.apply(p).await.unwrap();
    assert_eq!(t.db.counts().await.unwrap().jobs, 0);
    t.db.resolve(WS, resolve(ResolveTo::Queue)).await.unwrap();
    let d = seen(&t.db, run).await;
    assert_eq!((d.run.state, d.run.error, d.steps.len()), (RunState::Queued, None, 1));
    let c = claimed(&t.db, node).await;
    assert_ne!(c.lease, old.lease, "a lease of its earlier life is worth nothing");
    t.db.apply(end(&t.db, c.lease, RunState::Parked)).await.unwrap();
    t.db.resolve(WS, resolve(ResolveTo::End(RunState::Succeeded))).await.unwrap();
    assert_eq!(seen(&t.db, run).await.run.state, RunState::Succeeded);
    let late = t.db.resolve(WS, resolve(ResolveTo::Queue)).await;
    assert!(matches!(late, Err(Error::Changed)));
    let (_, _, run) = accepted(&t.db, flow).await;
    let c = claimed(&t.db, node).await;
    t.db.apply(end(&t.db, c.lease, RunState::Parked)).await.unwrap();
    assert_eq!(t.db.cancel(WS, run).await.unwrap(), RunState::Cancelled);
});

pub fn again(
    db: &Db,
    of: Option<RunId>,
    event: domain::ids::EventId,
    flow: domain::ids::FlowId,
) -> NewReplay {
    NewReplay {
        id: RunId::new(db.now()),
        workspace: WS,
        flow,
        version: 2,
        event,
        replay_of: of,
        journal: vec![step(db, "first")],
        as_text: false,
        unsafe_next: Some("second".into()),
        created_at: db.now(),
        priority: Priority::Normal,
        gate: domain::gate::GateKey::NONE,
        order: None,
        newest: None,
    }
}

contract!(a_replay_is_a_new_run_with_the_journal_it_was_given, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let (delivery, event, run) = accepted(&t.db, flow).await;
    let c = claimed(&t.db, node).await;
    t.db.apply(end(&t.db, c.lease, RunState::Failed)).await.unwrap();
    let r = again(&t.db, Some(run), event, flow);
    let id = r.id;
    t.db.replay(vec![r]).await.unwrap();
    let c = claimed(&t.db, node).await;
    assert_eq!((c.lease.run, c.begun), (id, Places::of("second", "")));
    let s = t.db.load(&[id]).await.unwrap().remove(0);
    assert_eq!((s.run.replay_of, s.run.version, s.delivery.id), (Some(run), 2, delivery));
    assert_eq!(s.journal.len(), 1);
    assert_eq!(seen(&t.db, run).await.replays, vec![id]);
    let view = t.db.event(WS, event).await.unwrap().unwrap();
    assert_eq!((view.run, view.run_state), (Some(run), Some(RunState::Failed)));
    let unknown = again(&t.db, Some(RunId::new(t.db.now())), event, flow);
    assert!(matches!(t.db.replay(vec![unknown]).await, Err(Error::Changed)));
    assert_eq!(t.db.counts().await.unwrap().jobs, 1);
});

contract!(s12_held_events_are_released_in_order_and_only_once, |t| {
    let flow = flow(&t.db).await;
    let mut events = Vec::new();
    for _ in 0..4 {
        t.clock.advance(Span::secs(1));
        events.push(held(&t.db, flow).await);
    }
    assert_eq!(t.db.flows(WS).await.unwrap()[0].held, 4);
    let page = t.db.held(flow, 2, None).await.unwrap();
    assert_eq!(page.iter().map(|e| e.id).collect::<Vec<_>>(), events[..2]);
    let page = t.db.held(flow, 2, Some(events[1])).await.unwrap();
    assert_eq!(page.iter().map(|e| e.id).collect::<Vec<_>>(), events[2..]);
    let release: Vec<_> = events[..3].iter().map(|e| again(&t.db, None, *e, flow)).collect();
    let run = release[0].id;
    t.db.replay(release).await.unwrap();
    let view = t.db.event(WS, events[0]).await.unwrap().unwrap();
    assert_eq!((view.state, view.run, view.reason), (EventState::Accepted, Some(run), None));
    let twice = vec![again(&t.db, None, events[3], flow), again(&t.db, None, events[0], flow)];
    assert!(matches!(t.db.replay(twice).await, Err(Error::Changed)));
    let n = t.db.counts().await.unwrap();
    assert_eq!((n.held, n.jobs), (1, 3), "nothing of the refused release is left");
    assert_eq!(t.db.drop_held(WS, flow).await.unwrap(), 1);
    let dropped = EventFilter { state: Some(EventState::Dropped), ..EventFilter::default() };
    assert_eq!(t.db.events(WS, dropped).await.unwrap()[0].id, events[3]);
    assert!(t.db.held(flow, 9, None).await.unwrap().is_empty());
});

contract!(a_foreign_workspace_sees_and_changes_nothing, |t| {
    let flow = flow(&t.db).await;
    let foreign = WorkspaceId(uuid::Uuid::from_u128(99));
    let (delivery, event, run) = accepted(&t.db, flow).await;
    let held = held(&t.db, flow).await;
    let id = connection(&t.db, "crm").await;
    let db = &t.db;
    assert!(db.flow(foreign, flow).await.unwrap().is_none());
    assert!(db.flows(foreign).await.unwrap().is_empty());
    assert!(db.runs(foreign, RunFilter::default()).await.unwrap().is_empty());
    assert!(db.run(foreign, run).await.unwrap().is_none());
    assert!(db.events(foreign, EventFilter::default()).await.unwrap().is_empty());
    assert!(db.event(foreign, event).await.unwrap().is_none());
    assert!(db.deliveries(foreign, Some(flow), None, 9).await.unwrap().is_empty());
    assert!(db.delivery(foreign, delivery).await.unwrap().is_none());
    assert!(db.connection(foreign, id).await.unwrap().is_none());
    assert!(db.connection_by_name(foreign, "crm").await.unwrap().is_none());
    assert!(db.connections(foreign).await.unwrap().is_empty());
    assert!(matches!(db.cancel(foreign, run).await, Err(Error::NotFound)));
    let resolve = Resolve { run, step: None, to: ResolveTo::Queue, at: db.now() };
    assert!(matches!(db.resolve(foreign, resolve).await, Err(Error::NotFound)));
    assert!(matches!(db.publish(foreign, flow).await, Err(Error::NotFound)));
    assert!(matches!(db.save_draft(foreign, flow, "x", "{}").await, Err(Error::NotFound)));
    let state = db.set_flow_state(foreign, flow, FlowState::Paused).await;
    assert!(matches!(state, Err(Error::NotFound)));
    assert!(matches!(db.delete_flow(foreign, flow).await, Err(Error::NotFound)));
    let rotated = db.rotate_address(foreign, flow, "anotheraddress", db.now()).await;
    assert!(matches!(rotated, Err(Error::NotFound)));
    assert!(matches!(db.delete_connection(foreign, id).await, Err(Error::NotFound)));
    let update = NewConnection { id, workspace: foreign, ..new_connection(db, "x") };
    assert!(matches!(db.update_connection(update).await, Err(Error::NotFound)));
    assert_eq!(db.drop_held(foreign, flow).await.unwrap(), 0);
    let mut release = again(db, None, held, flow);
    release.workspace = foreign;
    assert!(matches!(db.replay(vec![release]).await, Err(Error::Changed)));
});

contract!(the_name_of_a_connection_at_its_service_outlives_its_faults, |t| {
    let id = connection(&t.db, "bot").await;
    let made = t.db.connection_notes(WS).await.unwrap()[&id].clone();
    assert_eq!((made.account, made.updated_at), (None, t.db.now()));
    let now = |state, note: &str| ConnectionStateChange { id, state, note: Some(note.into()) };
    t.db.set_connection_state(now(ConnectionState::Working, "@shop_bot")).await.unwrap();
    t.db.set_connection_state(now(ConnectionState::Broken, "401")).await.unwrap();
    let notes = t.db.connection_notes(WS).await.unwrap();
    assert_eq!(notes[&id].account.as_deref(), Some("@shop_bot"));
});
