//! What crosses the border of the store: requests and rows in the product's words, no SQL.

use std::collections::BTreeMap;

use bytes::Bytes;
use domain::Time;
use domain::connection::ConnectionState;
use domain::delivery::{Answer, EventState, Verdict};
use domain::gate::GateKey;
use domain::ids::{
    ConnectionId, DeliveryId, EventId, FlowId, NodeId, ReplayId, RunId, WorkspaceId,
};
use domain::journal::{Attempt, StepRow};
use domain::outcome::StepError;
use domain::run::RunState;
use serde::Serialize;

use crate::Places;
use crate::queue::words::{NewestKey, OrderKey, Priority};

// ---- nodes and leases ----------------------------------------------------------------------

/// This process's place among the nodes (semantics S5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeLease {
    pub node: NodeId,
    pub epoch: i64,
}

/// What a worker holds while it runs a job. Every change carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    pub run: RunId,
    pub node: NodeId,
    pub epoch: i64,
    pub token: i64,
}

// ---- ingest --------------------------------------------------------------------------------

/// One delivery with its events, stored in one commit (semantics S6).
pub struct Ingest {
    pub delivery: NewDelivery,
    pub events: Vec<NewEvent>,
    /// Called by the committer once the outcome is certain, even if nobody waits any more: the
    /// only safe place to hand a claimed run to a worker.
    pub after: Option<AfterCommit>,
}

/// See [`Ingest::after`].
pub type AfterCommit = Box<dyn FnOnce(&Result<Ingested, crate::Error>) + Send>;

/// The delivery row.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    pub id: DeliveryId,
    pub workspace: WorkspaceId,
    pub flow: FlowId,
    pub received_at: Time,
    pub method: String,
    /// Sub-path after the address.
    pub path: String,
    pub query: String,
    /// `[["name","value"],...]`, without the headers that semantics S18 drops.
    pub headers: String,
    pub body: Bytes,
    /// Body and query hold a secret and are sealed at rest (semantics S18).
    pub sealed: bool,
    pub remote_ip: String,
    pub verdict: Verdict,
    /// Why, for a verdict that is not "accepted".
    pub reason: Option<String>,
    pub answer: Answer,
}

/// One event of a delivery.
#[derive(Clone, Debug)]
pub struct NewEvent {
    pub id: EventId,
    /// Its place in the delivery.
    pub item: i64,
    pub dedupe: Option<DedupeKey>,
    pub state: EventState,
    /// Why it is held or filtered: `paused`, `unpublished`, `loop`, `filter`, `only_if`.
    pub reason: Option<&'static str>,
    /// The dedupe key had an empty part, so that the event runs without one (semantics S4).
    pub keyless: bool,
    pub run: Option<NewRun>,
}

/// Semantics S4: 16 bytes of a hash, remembered until `expires`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DedupeKey {
    pub hash: [u8; 16],
    pub expires: Time,
}

/// The run of a new event.
#[derive(Clone, Debug)]
pub struct NewRun {
    pub id: RunId,
    pub version: i64,
    /// Inserted already claimed, for direct hand-over.
    pub lease: Option<Lease>,
    /// The action that may be sent before the next commit and must not be repeated blindly.
    pub unsafe_next: Option<String>,
    pub test: bool,
    /// Where its first call has to pass, as far as that is known.
    pub gate: GateKey,
    /// Its place among the runs of one key; one that has to wait for its turn gets no lease.
    pub order: Option<OrderKey>,
    pub newest: Option<NewestKey>,
}

/// What became of an [`Ingest`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ingested {
    /// One per event, in order.
    pub events: Vec<EventResult>,
    /// When every event is a copy: what the first sender was answered.
    pub answer: Option<Answer>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventResult {
    Stored,
    /// Stored, but an earlier run of its order key is unfinished: the lease was not given.
    InTurn,
    /// The event that had this key first.
    Duplicate(EventId),
}

// ---- progress ------------------------------------------------------------------------------

/// What a worker did, committed before it goes on. Nothing of it is applied when the lease is no
/// longer its own, except the attempts, which are kept as superseded.
#[derive(Clone, Debug)]
pub struct Progress {
    pub lease: Lease,
    pub steps: Vec<StepRow>,
    pub attempts: Vec<Attempt>,
    pub next: Next,
}

/// What becomes of the job.
#[derive(Clone, Debug)]
pub enum Next {
    /// The worker goes on with it; `begun` names the unsafe actions that are under way or sent now.
    Keep { begun: Places },
    /// It waits until `due_at` and is released.
    Wait {
        due_at: Time,
        step: Option<String>,
        unsafe_next: Places,
        /// With an error the next claim is a retry.
        error: Option<StepError>,
        /// Where its next call has to pass, if it is known.
        gate: Option<GateKey>,
    },
    /// The run has ended (or is parked); its job goes.
    End { state: RunState, step: Option<String>, error: Option<StepError>, finished_at: Time },
}

/// What became of a [`Progress`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    Applied {
        /// A person asked to cancel: the worker ends the run before its next step.
        cancel: bool,
    },
    /// Another node has the run, or a person ended it.
    Superseded,
}

/// A job that this node may run now.
#[derive(Clone, Debug)]
pub struct Claim {
    pub lease: Lease,
    pub flow: FlowId,
    /// The unsafe actions that this claim has marked as begun: they may be sent without another
    /// commit.
    pub begun: Places,
    /// The unsafe actions that a dead worker had begun and whose outcome nobody knows.
    pub interrupted: Places,
    /// Times that a worker died with it.
    pub crashes: i64,
    pub cancel: bool,
}

/// All that a worker needs to go on with a run.
#[derive(Clone, Debug)]
pub struct RunSnapshot {
    pub run: domain::run::Run,
    pub item: i64,
    pub delivery: StoredDelivery,
    pub journal: Vec<StepRow>,
}

/// A delivery read back.
#[derive(Clone, Debug)]
pub struct StoredDelivery {
    pub id: DeliveryId,
    pub workspace: WorkspaceId,
    pub flow: FlowId,
    pub received_at: Time,
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    pub sealed: bool,
    pub remote_ip: String,
    pub verdict: Verdict,
    pub reason: Option<String>,
    pub answer: Answer,
    /// Retention has removed the body.
    pub body_gone: bool,
}

// ---- flows ---------------------------------------------------------------------------------

/// Whether a flow takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FlowState {
    /// Never published: events are held.
    Draft,
    Live,
    /// Events are held, waiting runs do not start their next step.
    Paused,
}

/// A flow with its draft and published document.
#[derive(Clone, Debug)]
pub struct FlowRow {
    pub id: FlowId,
    pub workspace: WorkspaceId,
    pub name: String,
    pub state: FlowState,
    /// The flow document as JSON text.
    pub draft: String,
    /// The published version's number, 0 if none.
    pub version: i64,
    /// The document of that version.
    pub published: Option<String>,
    pub created_at: Time,
    pub updated_at: Time,
    /// The current address.
    pub token: String,
    /// Raised by every change of flow, address or secret.
    pub generation: i64,
    pub folder: String,
    /// Raised by every change of the draft.
    pub revision: i64,
    /// The revision that was published last, 0 if none.
    pub published_revision: i64,
    /// Who changed the draft last, and when.
    pub draft_by: String,
    pub draft_at: Time,
}

/// A flow for lists.
#[derive(Clone, Debug, Serialize)]
pub struct FlowSummary {
    pub id: FlowId,
    pub name: String,
    pub state: FlowState,
    pub version: i64,
    pub token: String,
    /// Events waiting for a release.
    pub held: i64,
    pub updated_at: Time,
}

/// A new flow.
#[derive(Clone, Debug)]
pub struct NewFlow {
    pub id: FlowId,
    pub workspace: WorkspaceId,
    pub name: String,
    pub draft: String,
    pub token: String,
    pub secrets: BTreeMap<String, domain::Secret>,
}

/// What an address leads to.
#[derive(Clone, Debug)]
pub struct AddressRow {
    pub flow: FlowId,
    /// When a rotated address ends.
    pub expires_at: Option<Time>,
}

// ---- connections ---------------------------------------------------------------------------

#[derive(Clone, Debug)]
pub struct NewConnection {
    pub id: ConnectionId,
    pub workspace: WorkspaceId,
    pub name: String,
    pub connector: String,
    pub method: String,
    pub fields: BTreeMap<String, String>,
    pub secrets: BTreeMap<String, domain::Secret>,
}

#[derive(Clone, Debug)]
pub struct ConnectionStateChange {
    pub id: ConnectionId,
    pub state: ConnectionState,
    pub note: Option<String>,
}

/// What is known of a connection besides its values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectionNote {
    /// Its name at the service, as its last good test said.
    pub account: Option<String>,
    pub updated_at: Time,
    /// When its tokens end, where nothing can renew them.
    pub ends_at: Option<Time>,
}

// ---- runs and events for people ------------------------------------------------------------

/// Which runs to list, newest first.
#[derive(Clone, Debug, Default)]
pub struct RunFilter {
    pub flow: Option<FlowId>,
    pub state: Option<RunState>,
    pub since: Option<Time>,
    /// Runs before this one (keyset page).
    pub before: Option<RunId>,
    pub limit: u32,
}

/// One run with all that is known of it.
#[derive(Clone, Debug, Serialize)]
pub struct RunDetail {
    pub run: domain::run::Run,
    pub delivery: DeliveryId,
    pub item: i64,
    /// When it goes on, while waiting.
    pub due_at: Option<Time>,
    pub steps: Vec<StepRow>,
    pub attempts: Vec<Attempt>,
    /// Runs that replay this one.
    pub replays: Vec<RunId>,
    /// The bulk replay that made this run.
    pub bulk: Option<ReplayId>,
}

/// Which deliveries or events to list, newest first.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    pub flow: Option<FlowId>,
    pub state: Option<EventState>,
    pub before: Option<EventId>,
    pub limit: u32,
}

/// An event for lists.
#[derive(Clone, Debug, Serialize)]
pub struct EventView {
    pub id: EventId,
    pub flow: FlowId,
    pub delivery: DeliveryId,
    pub item: i64,
    pub state: EventState,
    pub reason: Option<String>,
    pub received_at: Time,
    pub run: Option<RunId>,
    pub run_state: Option<RunState>,
}

/// A delivery for lists (no body).
#[derive(Clone, Debug, Serialize)]
pub struct DeliveryView {
    pub id: DeliveryId,
    pub flow: FlowId,
    pub received_at: Time,
    pub method: String,
    pub path: String,
    pub remote_ip: String,
    pub verdict: Verdict,
    pub reason: Option<String>,
    pub body_bytes: i64,
    pub answer: Answer,
    /// For a duplicate: the event it is a copy of.
    pub copy_of: Option<EventId>,
}

/// A run made from an event that was there before: a replay, or a held event that is released.
#[derive(Clone, Debug)]
pub struct NewReplay {
    pub id: RunId,
    pub workspace: WorkspaceId,
    pub flow: FlowId,
    pub version: i64,
    pub event: EventId,
    /// The run that is replayed; none for a released event.
    pub replay_of: Option<RunId>,
    /// Journal rows taken over, so that these steps do not run again.
    pub journal: Vec<StepRow>,
    /// The body is taken as text, whatever it was said to be (semantics S17).
    pub as_text: bool,
    pub unsafe_next: Option<String>,
    pub created_at: Time,
    pub priority: Priority,
    pub gate: GateKey,
    /// For a released event: replays take no place in the order.
    pub order: Option<OrderKey>,
    /// For a released event, which counts as accepted now.
    pub newest: Option<NewestKey>,
}

/// What a person says about a parked run (or a failed step of it).
#[derive(Clone, Debug)]
pub struct Resolve {
    pub run: RunId,
    /// The journal row as it is from now on (done with an output, or waiting to be tried again).
    pub step: Option<StepRow>,
    /// Where the run goes: back to the queue, or to a final state.
    pub to: ResolveTo,
    pub at: Time,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResolveTo {
    Queue,
    End(RunState),
}

/// How many of what there is, for `doctor`, tests and metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub deliveries: i64,
    pub events: i64,
    pub held: i64,
    pub jobs: i64,
    pub queued: i64,
    pub running: i64,
    pub waiting: i64,
    pub succeeded: i64,
    pub filtered: i64,
    pub stale: i64,
    pub failed: i64,
    pub cancelled: i64,
    pub parked: i64,
    pub steps: i64,
    pub attempts: i64,
}

/// What is only counted of a flow's deliveries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Copies {
    /// Events that ran without a key because a part of it was empty.
    pub keyless: i64,
    /// Copies beyond the 100 of one event that are kept.
    pub duplicates: i64,
    /// Deliveries with a bad signature or token, the kept ones included.
    pub rejected: i64,
}
