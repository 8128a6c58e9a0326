//! Triggers and imports: one of several nodes fires, and what it fires moves on in one commit.

use domain::delivery::EventState;
use domain::flow::catalogue::Source;
use domain::ids::{FlowId, ImportId};
use domain::{Span, limits};
use serde_json::{Value, json};
use store::*;

use crate::contract;
use crate::given::{self, WS};

/// The trigger of a flow as it is first.
async fn plan(db: &Db, flow: FlowId) -> TriggerPlan {
    TriggerPlan {
        flow,
        workspace: WS,
        source: Source::Poll,
        settings: "{}".into(),
        generation: db.flow(WS, flow).await.unwrap().unwrap().generation,
        over: None,
        next_due: Some(db.now()),
        cursor: json!({ "at": 1 }),
        status: Value::Null,
        seen: vec![1; 8],
    }
}

/// A published flow with a trigger that is due.
async fn due(db: &Db) -> TriggerRow {
    let flow = given::flow(db).await;
    assert!(db.put_trigger(&plan(db, flow).await).await.unwrap());
    db.trigger(flow).await.unwrap().unwrap()
}

fn on(row: &TriggerRow, db: &Db) -> FireFrom {
    FireFrom::Trigger {
        flow: row.flow,
        guard: row.guard,
        next_due: Some(db.now().plus(Span::mins(5))),
        cursor: json!({ "at": 2 }),
        status: json!({ "ok": true }),
        seen: None,
        waits: None,
    }
}

fn event(db: &Db, flow: FlowId) -> Ingest {
    given::one(given::delivery(db, flow), given::event(db))
}

async fn counts(db: &Db) -> (i64, i64, i64) {
    let n = db.counts().await.unwrap();
    (n.deliveries, n.events, n.jobs)
}

contract!(a_trigger_fires_once_however_many_saw_it, |t| {
    let db = &t.db;
    let row = due(db).await;
    let fire = || Fire { from: on(&row, db), deliveries: vec![event(db, row.flow)] };
    let Fired::Stored(got) = db.fire(fire()).await.unwrap() else { panic!("it was the first") };
    assert_eq!(got[0].events, [EventResult::Stored]);
    assert_eq!(db.fire(fire()).await.unwrap(), Fired::Lost);
    assert_eq!(counts(db).await, (1, 1, 1), "the events of the second are not there");
    let after = db.trigger(row.flow).await.unwrap().unwrap();
    assert_eq!((after.cursor, after.status), (json!({ "at": 2 }), json!({ "ok": true })));
    assert_eq!(after.seen, [1; 8], "as before");
    assert!(db.due_triggers(db.now(), 10).await.unwrap().is_empty());
    assert_eq!(db.next_trigger_due().await.unwrap(), after.next_due);
});

contract!(events_that_cannot_be_stored_leave_the_trigger_where_it_was, |t| {
    let db = &t.db;
    let row = due(db).await;
    let (mut a, b) = (event(db, row.flow), event(db, row.flow));
    a.delivery.id = b.delivery.id;
    let fire = Fire { from: on(&row, db), deliveries: vec![a, b] };
    assert!(db.fire(fire).await.is_err());
    assert_eq!(counts(db).await, (0, 0, 0));
    let after = db.trigger(row.flow).await.unwrap().unwrap();
    assert_eq!((after.guard, after.cursor), (row.guard, row.cursor));
});

contract!(a_trigger_fires_only_for_the_flow_that_it_fits, |t| {
    let db = &t.db;
    let row = due(db).await;
    db.set_flow_state(WS, row.flow, FlowState::Paused).await.unwrap();
    let fire = Fire { from: on(&row, db), deliveries: vec![event(db, row.flow)] };
    assert_eq!(db.fire(fire).await.unwrap(), Fired::Lost);
    assert_eq!(counts(db).await, (0, 0, 0));
    let changed = db.changed_flows(row.generation, 10).await.unwrap();
    assert_eq!(changed.iter().map(|f| f.id).collect::<Vec<_>>(), [row.flow]);
    let next = TriggerPlan { over: Some(row.guard), next_due: None, ..plan(db, row.flow).await };
    assert!(db.put_trigger(&next).await.unwrap());
    assert!(!db.put_trigger(&next).await.unwrap(), "it fits already");
    assert!(db.due_triggers(db.now(), 10).await.unwrap().is_empty());
    assert_eq!(db.next_trigger_due().await.unwrap(), None);
});

contract!(only_one_of_two_makes_the_state_of_a_trigger, |t| {
    let db = &t.db;
    let flow = given::flow(db).await;
    let p = plan(db, flow).await;
    assert!(db.put_trigger(&p).await.unwrap());
    assert!(!db.put_trigger(&p).await.unwrap());
    // A change that has seen an older row.
    db.publish(WS, flow).await.unwrap();
    let stale = TriggerPlan { over: Some(7), ..plan(db, flow).await };
    assert!(!db.put_trigger(&stale).await.unwrap());
});

contract!(s5_a_trigger_that_a_node_has_is_due_for_others_when_the_node_is_gone, |t| {
    let db = &t.db;
    let row = due(db).await;
    let node = db.join().await.unwrap();
    let guard = db.take_trigger(row.flow, row.guard, node).await.unwrap().unwrap();
    assert_eq!(db.take_trigger(row.flow, row.guard, node).await.unwrap(), None);
    assert!(db.due_triggers(db.now(), 10).await.unwrap().is_empty());
    db.leave(node).await.unwrap();
    let again = db.due_triggers(db.now(), 10).await.unwrap().remove(0);
    assert_eq!(again.guard, guard);
    let other = db.join().await.unwrap();
    let taken = db.take_trigger(row.flow, again.guard, other).await.unwrap().unwrap();
    // What the first one found comes too late.
    let late = Fire { from: on(&again, db), deliveries: vec![event(db, row.flow)] };
    assert_eq!(db.fire(late).await.unwrap(), Fired::Lost);
    db.give_back_trigger(row.flow, taken, db.now()).await.unwrap();
    assert_eq!(db.due_triggers(db.now(), 10).await.unwrap().len(), 1);
});

contract!(s14_a_trigger_that_waits_for_a_connection_is_woken_with_it, |t| {
    let db = &t.db;
    let connection = domain::ids::ConnectionId::new(db.now());
    let new = NewConnection {
        id: connection,
        workspace: WS,
        name: "crm".into(),
        connector: "crm".into(),
        method: "key".into(),
        fields: [].into(),
        secrets: [].into(),
    };
    db.create_connection(new).await.unwrap();
    let state = async |state| {
        let change = ConnectionStateChange { id: connection, state, note: None };
        db.set_connection_state(change).await.unwrap();
    };
    state(domain::connection::ConnectionState::Broken).await;
    let row = due(db).await;
    let FireFrom::Trigger { flow, guard, next_due, cursor, status, seen, .. } = on(&row, db) else {
        unreachable!("it is a trigger")
    };
    let waits = Some(connection);
    let from = FireFrom::Trigger { flow, guard, next_due, cursor, status, seen, waits };
    db.fire(Fire { from, deliveries: vec![] }).await.unwrap();
    db.tidy_triggers(db.now()).await.unwrap();
    assert!(db.due_triggers(db.now(), 10).await.unwrap().is_empty(), "it is broken still");
    state(domain::connection::ConnectionState::Working).await;
    db.tidy_triggers(db.now()).await.unwrap();
    assert_eq!(db.due_triggers(db.now(), 10).await.unwrap().len(), 1);
});

contract!(a_deleted_flow_leaves_no_trigger_and_no_import, |t| {
    let db = &t.db;
    let row = due(db).await;
    db.create_import(rows(db, row.flow, 3)).await.unwrap();
    db.delete_flow(WS, row.flow).await.unwrap();
    assert!(db.trigger(row.flow).await.unwrap().is_none());
    assert!(db.imports(WS, row.flow).await.unwrap().is_empty());
    assert_eq!(t.int("SELECT count(*) FROM import_pieces").await, 0);
});

fn rows(db: &Db, flow: FlowId, n: usize) -> NewImport {
    NewImport {
        id: ImportId::new(db.now()),
        workspace: WS,
        flow,
        rows: (0..n).map(|i| json!({ "n": i })).collect(),
        rate: 5,
    }
}

fn onward(row: &ImportRow, db: &Db, done: i64) -> FireFrom {
    let over = done == row.total;
    FireFrom::Import {
        id: row.id,
        guard: row.guard,
        done,
        state: if over { ImportState::Done } else { ImportState::Running },
        note: None,
        next_due: (!over).then(|| db.now().plus(Span::secs(1))),
        finished_at: over.then(|| db.now()),
    }
}

contract!(an_import_moves_on_with_its_events_and_only_once, |t| {
    let db = &t.db;
    let flow = given::flow(db).await;
    db.create_import(rows(db, flow, 3)).await.unwrap();
    let row = db.due_imports(db.now(), 10).await.unwrap().remove(0);
    assert_eq!((row.total, row.done, row.rate), (3, 0, 5));
    assert_eq!(db.next_trigger_due().await.unwrap(), Some(row.created_at));
    let fire = |done| Fire { from: onward(&row, db, done), deliveries: vec![event(db, flow)] };
    assert!(matches!(db.fire(fire(1)).await.unwrap(), Fired::Stored(_)));
    assert_eq!(db.fire(fire(1)).await.unwrap(), Fired::Lost);
    assert_eq!(counts(db).await, (1, 1, 1));
    assert!(db.due_imports(db.now(), 10).await.unwrap().is_empty());
    let row = db.imports(WS, flow).await.unwrap().remove(0);
    let last = Fire { from: onward(&row, db, 3), deliveries: vec![] };
    db.fire(last).await.unwrap();
    let row = db.imports(WS, flow).await.unwrap().remove(0);
    assert_eq!((row.state, row.done, row.finished_at), (ImportState::Done, 3, Some(db.now())));
    assert_eq!(t.int("SELECT count(*) FROM import_pieces").await, 0, "its rows are events now");
});

contract!(rows_are_read_from_where_an_import_is_also_over_its_pieces, |t| {
    let db = &t.db;
    let flow = given::flow(db).await;
    let many = limits::IMPORT_PIECE + 2;
    let import = rows(db, flow, many);
    let id = import.id;
    db.create_import(import).await.unwrap();
    let piece = i64::try_from(limits::IMPORT_PIECE).unwrap();
    let first = async |from| db.import_rows(id, from).await.unwrap();
    assert_eq!(first(0).await.len(), limits::IMPORT_PIECE);
    assert_eq!(first(piece - 1).await, [json!({ "n": piece - 1 })]);
    assert_eq!(first(piece).await, [json!({ "n": piece }), json!({ "n": piece + 1 })]);
    assert!(first(piece * 2).await.is_empty());
});

contract!(a_stopped_import_cannot_go_on, |t| {
    let db = &t.db;
    let flow = given::flow(db).await;
    db.create_import(rows(db, flow, 3)).await.unwrap();
    let row = db.imports(WS, flow).await.unwrap().remove(0);
    db.stop_import(WS, row.id).await.unwrap();
    let fire = Fire { from: onward(&row, db, 1), deliveries: vec![event(db, flow)] };
    assert_eq!(db.fire(fire).await.unwrap(), Fired::Lost);
    assert!(matches!(db.stop_import(WS, row.id).await, Err(Error::Changed)));
    let unknown = db.stop_import(WS, ImportId::new(db.now())).await;
    assert!(matches!(unknown, Err(Error::NotFound)));
});

contract!(s27_an_import_is_forgotten_with_time, |t| {
    let db = &t.db;
    let flow = given::flow(db).await;
    db.create_import(rows(db, flow, 1)).await.unwrap();
    db.create_import(rows(db, flow, 1)).await.unwrap();
    let row = db.imports(WS, flow).await.unwrap().remove(0);
    db.stop_import(WS, row.id).await.unwrap();
    t.clock.advance(Span::days(i64::from(limits::RETENTION_DAYS) + 1));
    db.sweep(db.now()).await.unwrap();
    let left = db.imports(WS, flow).await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].state, ImportState::Running, "what goes on stays");
});

contract!(a_persons_event_needs_no_trigger, |t| {
    let db = &t.db;
    let flow = given::flow(db).await;
    let mut held = given::event(db);
    (held.run, held.state, held.reason) = (None, EventState::Held, Some("paused"));
    let deliveries = vec![given::one(given::delivery(db, flow), held), event(db, flow)];
    db.fire(Fire { from: FireFrom::Hand, deliveries }).await.unwrap();
    assert_eq!(counts(db).await, (2, 2, 1));
    assert!(!db.any_unfinished(&[]).await.unwrap());
    let run = db.runs(WS, RunFilter { limit: 5, ..RunFilter::default() }).await.unwrap()[0].id;
    assert!(db.any_unfinished(&[run]).await.unwrap());
    db.cancel(WS, run).await.unwrap();
    assert!(!db.any_unfinished(&[run]).await.unwrap());
});
