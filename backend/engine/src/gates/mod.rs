//! Gates in front of destinations (semantics S15): rates, "slow down", breakers, calls at once. A
//! job that meets a closed gate goes back to the queue with the gate's key and a time, without
//! using a try and without holding its worker.
//!
//! `state` decides (pure: `door`, `breaker`, `meter`); here are the clock and what nodes on one
//! database tell each other. On SQLite only pauses and open breakers are written, so that they
//! outlive a restart.

mod breaker;
mod call;
mod door;
pub mod key;
mod meter;
mod nodes;
mod pass;
mod reason;
mod state;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use connect::limits::Allowed;
use connect::registry::Connector;
use domain::connection::Connection;
use domain::limits::{BREAKER_PROBE, GATE_LOOK_AGAIN};
use domain::outcome::StepError;
use domain::{GateKey, SharedClock, Time};
use store::{Db, NodeLease, SharedRate};

pub use call::{CallGates, LimitGate};
pub use key::first_gate;
pub(crate) use nodes::follow;
pub use pass::Pass;
pub use reason::{Why, waits_its_turn};
use state::{State, Verdict};

/// The gates of this process.
pub struct Gates {
    db: Db,
    clock: SharedClock,
    lease: ArcSwap<NodeLease>,
    state: Mutex<State>,
    /// Rates and calls at once are those of several nodes.
    shared: bool,
    /// Some destination may be closed: nothing is looked up on the way of an event otherwise.
    any: AtomicBool,
    /// Changes of breakers that are being written.
    telling: AtomicUsize,
}

/// A call under way that is counted in the database.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    held: pass::Held,
    lease: NodeLease,
}

/// Whether a call may be made.
pub enum Entered {
    Pass(Pass),
    Closed(ClosedGate),
}

/// A gate that is closed.
#[derive(Debug)]
pub struct ClosedGate {
    /// What the job waits for.
    pub key: GateKey,
    /// When it may try again.
    pub until: Time,
    pub why: Why,
    call: CallGates,
}

impl ClosedGate {
    /// The gate that the queue is told of: it brings the job when that opens. A job that waits for
    /// its turn at a limit has a time of its own instead, and there are too many limits of single
    /// keys for the queue to tell them apart.
    pub fn keeps_back(&self) -> Option<GateKey> {
        match self.why {
            Why::Paused | Why::Announced | Why::Open => Some(self.key),
            Why::Rate | Why::Busy => None,
        }
    }

    /// The reason as the step shows it.
    pub fn error(&self, connector: &Connector, connection: Option<&Connection>) -> StepError {
        self.why.error(&self.call.name(connector, connection), self.until)
    }
}

/// Looks at a shared rate for one call, at most: one for each of its limits and some more.
const TURNS: usize = 8;

impl Gates {
    /// The gates of a node.
    pub fn new(db: Db, clock: SharedClock, lease: NodeLease) -> Arc<Self> {
        let shared = !db.is_sqlite();
        Arc::new(Self {
            db,
            clock,
            lease: ArcSwap::from_pointee(lease),
            state: Mutex::new(State::new(shared)),
            shared,
            any: AtomicBool::new(false),
            telling: AtomicUsize::new(0),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Time {
        self.db.now()
    }

    /// The node's lease as it is now: what it holds at shared gates is its own while it lives.
    pub fn joined(&self, lease: NodeLease) {
        self.lease.store(Arc::new(lease));
    }

    /// Asks to make a call; `waited`: it comes back after waiting for its turn. May wait for a
    /// moment, at most `limits::GATE_NAP`.
    pub async fn enter(self: &Arc<Self>, call: CallGates, mut waited: bool) -> Entered {
        for _ in 0..TURNS {
            let now = self.now();
            let verdict = self.state().decide(&call, waited, now);
            match verdict {
                Verdict::Ask { key, rate, calls } => {
                    let (interval, burst) = (rate.interval, rate.burst);
                    let shared = SharedRate { key, interval, burst };
                    match self.db.take_calls(shared, now, calls).await {
                        Ok(got) => {
                            if let Some(m) = self.state().known_meter(key) {
                                m.granted(got.calls, got.next, now);
                            }
                        }
                        Err(e) => {
                            tracing::warn!(error = %e, "a shared rate could not be asked for");
                            break;
                        }
                    }
                }
                Verdict::Nap(at) => {
                    waited = true;
                    self.clock.timer(self.clock.now().plus(at.since(now))).await;
                }
                Verdict::Closed { key, until, why } => {
                    return self.closed_at(call, key, until, why);
                }
                Verdict::Go { at, probe } => return self.go(call, at, probe, now).await,
            }
        }
        let until = self.now().plus(GATE_LOOK_AGAIN);
        let key = call.limits.first().map_or(call.door, |l| l.key);
        self.closed_at(call, key, until, Why::Rate)
    }

    /// The gates are open: waits for the moment, and takes what other nodes must know of.
    async fn go(self: &Arc<Self>, call: CallGates, at: Time, probe: bool, now: Time) -> Entered {
        let mut pass =
            Pass { gates: self.clone(), call, probe, slots: Vec::new(), began: at, over: false };
        if at > now {
            self.clock.timer(self.clock.now().plus(at.since(now))).await;
            let closed = self.state().closed_door(&pass.call, self.now());
            if let Some((key, closed)) = closed {
                return self.closed_at(pass.into_call(), key, closed.until(), closed.into());
            }
        }
        if !self.shared {
            return Entered::Pass(pass);
        }
        if let Some((key, why)) = self.take_shared(&mut pass, probe).await {
            let until = self.now().plus(GATE_LOOK_AGAIN);
            let mut s = self.state();
            s.take_back(&pass.call);
            if why == Why::Open {
                s.door(key, until).breaker.leave_to_another(until);
            }
            pass.probe &= why != Why::Open;
            drop(s);
            // Taken back already: only what is held in the database is still to be freed.
            pass.call.limits.clear();
            return self.closed_at(pass.into_call(), key, until, why);
        }
        Entered::Pass(pass)
    }

    /// Places among the calls under way of all nodes, and the probe. The gate that refused.
    async fn take_shared(&self, pass: &mut Pass, probe: bool) -> Option<(GateKey, Why)> {
        let lease = **self.lease.load();
        for l in &pass.call.limits {
            let Allowed::Concurrent(most) = l.allowed else { continue };
            match self.db.take_slot(l.key, most, lease).await {
                Ok(Some(slot)) => pass.slots.push(Slot { held: (l.key, slot), lease }),
                Ok(None) => return Some((l.key, Why::Busy)),
                Err(e) => {
                    tracing::warn!(error = %e, "a place among the calls under way was not given");
                    return Some((l.key, Why::Busy));
                }
            }
        }
        if probe {
            let (door, now) = (pass.call.door, self.now());
            let mine = self.db.probe_gate(door, now, now.plus(BREAKER_PROBE)).await;
            if !mine.unwrap_or(false) {
                return Some((door, Why::Open));
            }
        }
        None
    }

    fn closed_at(&self, call: CallGates, key: GateKey, until: Time, why: Why) -> Entered {
        metrics::counter!("zveno_gate_waits_total", "why" => why.word()).increment(1);
        self.any.store(true, Ordering::Relaxed);
        Entered::Closed(ClosedGate { key, until, why, call })
    }

    async fn give_back(&self, slots: Vec<Slot>) {
        for Slot { held: (key, slot), lease } in slots {
            if let Err(e) = self.db.free_slot(key, slot, lease).await {
                tracing::warn!(error = %e, "a place among the calls under way stays taken until this node stops");
            }
        }
    }

    /// The destinations that take no jobs from the queue now, and until when. A gate whose breaker
    /// wants a probe is not among them until a call has begun to try; whoever comes with it meets
    /// the gate and waits.
    pub fn closed(&self, now: Time) -> Vec<(GateKey, Time)> {
        if !self.any.load(Ordering::Relaxed) {
            return Vec::new();
        }
        let closed = self.state().closed(now);
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52 gates")]
        metrics::gauge!("zveno_gates_closed").set(closed.len() as f64);
        if closed.is_empty() && self.state().open_breakers().is_empty() {
            self.any.store(false, Ordering::Relaxed);
        }
        closed
    }

    /// Destinations of which the queue brings one job at most: their breakers want one call that
    /// tries. More would meet the gate and wait again.
    pub fn one_only(&self, now: Time) -> Vec<GateKey> {
        if !self.any.load(Ordering::Relaxed) {
            return Vec::new();
        }
        self.state().half_open(now)
    }

    /// Whether this destination takes no jobs now: a run that begins with it is not handed to a worker
    /// at once.
    pub fn is_closed(&self, key: GateKey) -> bool {
        self.any.load(Ordering::Relaxed)
            && key != GateKey::NONE
            && self.state().is_closed(key, self.now())
    }
}
