//! Things that tests start from.

use std::collections::BTreeMap;

use bytes::Bytes;
use domain::delivery::{Answer, EventState, Verdict};
use domain::gate::GateKey;
use domain::ids::{DeliveryId, EventId, FlowId, NodeId, RunId, WorkspaceId};
use domain::journal::{Attempt, StepRow, StepState};
use domain::outcome::StepError;
use domain::run::RunState;
use domain::{Code, Span, Time, limits};
use store::*;

pub const WS: WorkspaceId = WorkspaceId::DEFAULT;

/// A flow in the database, published.
pub async fn flow(db: &Db) -> FlowId {
    let id = draft_flow(db).await;
    db.publish(WS, id).await.unwrap();
    id
}

/// A flow that was never published.
pub async fn draft_flow(db: &Db) -> FlowId {
    let id = FlowId::new(db.now());
    let new = NewFlow {
        id,
        workspace: WS,
        name: "Orders".into(),
        draft: r#"{"name":"Orders"}"#.into(),
        token: domain::ids::random_text(24),
        secrets: BTreeMap::new(),
    };
    db.create_flow(new).await.unwrap();
    id
}

pub fn delivery(db: &Db, flow: FlowId) -> NewDelivery {
    let at = db.now();
    NewDelivery {
        id: DeliveryId::new(at),
        workspace: WS,
        flow,
        received_at: at,
        method: "POST".into(),
        path: "/sub".into(),
        query: "a=1".into(),
        headers: r#"[["content-type","application/json"]]"#.into(),
        body: Bytes::from_static(br#"{"name":"Anna"}"#),
        sealed: false,
        remote_ip: "203.0.113.7".into(),
        verdict: Verdict::Accepted,
        reason: None,
        answer: Answer::text(200, "ok"),
    }
}

pub fn event(db: &Db) -> NewEvent {
    NewEvent {
        id: EventId::new(db.now()),
        item: 0,
        dedupe: None,
        state: EventState::Accepted,
        reason: None,
        keyless: false,
        run: Some(run(db)),
    }
}

pub fn run(db: &Db) -> NewRun {
    NewRun {
        id: RunId::new(db.now()),
        version: 1,
        lease: None,
        unsafe_next: None,
        test: false,
        gate: GateKey::NONE,
        order: None,
        newest: None,
    }
}

pub fn key(db: &Db, n: u8) -> DedupeKey {
    DedupeKey { hash: [n; 16], expires: db.now().plus(limits::DEDUPE_WINDOW) }
}

pub fn one(delivery: NewDelivery, event: NewEvent) -> Ingest {
    Ingest { delivery, events: vec![event], after: None }
}

/// An accepted event with its run.
pub async fn accepted(db: &Db, flow: FlowId) -> (DeliveryId, EventId, RunId) {
    let (d, e) = (delivery(db, flow), event(db));
    let ids = (d.id, e.id, e.run.as_ref().unwrap().id);
    db.ingest(one(d, e)).await.unwrap();
    ids
}

/// A held event.
pub async fn held(db: &Db, flow: FlowId) -> EventId {
    let (d, mut e) = (delivery(db, flow), event(db));
    (e.run, e.state, e.reason) = (None, EventState::Held, Some("paused"));
    let id = e.id;
    db.ingest(one(d, e)).await.unwrap();
    id
}

/// All that waits.
pub async fn look(db: &Db) -> Look {
    db.queues(NodeId::new(db.now()), db.now(), None).await.unwrap()
}

/// Up to `max` due jobs, queue by queue.
pub async fn claim(db: &Db, node: NodeLease, max: usize) -> Vec<Claim> {
    let due = look(db).await.queues.into_iter().filter(|w| w.due > 0 && free(w));
    let mut left = max;
    let mut shares = Vec::new();
    for w in due {
        shares.push(Share { queue: w.queue, most: left.min(w.due), cap: None });
        left -= left.min(w.due);
    }
    db.claim(node, shares).await.unwrap()
}

fn free(w: &Waiting) -> bool {
    !w.paused || w.queue.priority == Priority::Cancel
}

/// When the first job is due that nobody has.
pub async fn next_due(db: &Db) -> Option<Time> {
    look(db).await.queues.iter().filter(|w| free(w)).map(|w| w.first_due).min()
}

/// The only job that is due, claimed.
pub async fn claimed(db: &Db, node: NodeLease) -> Claim {
    let mut claims = claim(db, node, 64).await;
    assert_eq!(claims.len(), 1);
    claims.remove(0)
}

pub fn step(db: &Db, name: &str) -> StepRow {
    let mut s = StepRow::new(name, "", db.now());
    s.state = StepState::Done;
    s.output = Some(serde_json::json!({ "id": 7, "имя": "Анна \u{1f600} \"q\" \\ \n \u{0}" }));
    s
}

pub fn attempt(db: &Db, run: RunId, name: &str) -> Attempt {
    Attempt {
        run,
        step: name.into(),
        item: String::new(),
        number: 1,
        started_at: db.now(),
        took: Span::ms(12),
        outcome: "done".into(),
        error: None,
        exchanges: Vec::new(),
    }
}

pub fn keep(lease: Lease) -> Progress {
    Progress {
        lease,
        steps: vec![],
        attempts: vec![],
        next: Next::Keep { begun: Places::default() },
    }
}

pub fn wait(lease: Lease, due_at: Time) -> Progress {
    let (step, unsafe_next) = (Some("send".into()), Places::default());
    let next = Next::Wait { due_at, step, unsafe_next, error: None, gate: None };
    Progress { lease, steps: vec![], attempts: vec![], next }
}

pub fn end(db: &Db, lease: Lease, state: RunState) -> Progress {
    let next = Next::End { state, step: None, error: None, finished_at: db.now() };
    Progress { lease, steps: vec![], attempts: vec![], next }
}

pub fn failure(code: Code) -> StepError {
    StepError::new(code, domain::Text::said("the service said no")).status(400)
}

/// The run as people see it.
pub async fn seen(db: &Db, run: RunId) -> RunDetail {
    db.run(WS, run).await.unwrap().expect("the run is there")
}
