//! The right to make one call, and what its end means for the gates.

use std::sync::Arc;

use connect::outbound::Executed;
use connect::registry::Connector;
use domain::outcome::Outcome;
use domain::{Code, GateKey, Span, Time};

use super::breaker::{Change, Proof};
use super::call::{CallGates, LimitGate};
use super::state::State;
use super::{Gates, Slot};

/// A call may be made. What is held is given back when this goes, whatever happens to the worker.
pub struct Pass {
    pub(super) gates: Arc<Gates>,
    pub(super) call: CallGates,
    pub(super) probe: bool,
    pub(super) slots: Vec<Slot>,
    pub(super) began: Time,
    pub(super) over: bool,
}

impl Pass {
    /// The call has ended: counts it, closes gates where the service asks for that, and gives the
    /// outcome back with the pause that was made of it.
    pub async fn leave(mut self, connector: &Connector, mut done: Executed) -> Executed {
        let gates = self.gates.clone();
        let now = gates.now();
        let proof = proof(&done);
        let announced = connect::limits::announced(connector, &done.exchanges, now);
        let mut paused;
        let (change, slots) = {
            let mut s = gates.state();
            let door = s.door(self.call.door, now);
            let change = door.note(proof, self.probe, now);
            paused = match asks_to_wait(&done.outcome) {
                Wait::For(span) => Some(door.refused(Some(span), now)),
                Wait::Somewhat => Some(door.refused(None, now)),
                Wait::No => None,
            };
            match paused {
                Some(until) => set_pause(&mut done.outcome, until.since(now)),
                None if proof == Proof::Answered => door.welcomed(),
                None => {}
            }
            if let Some(span) = announced {
                let until = door.pause(now.plus(span), paused.is_none());
                paused = paused.max(Some(until));
            }
            if let Some(until) = paused {
                for key in &self.call.wide {
                    s.door(*key, now).pause(until, announced.is_some());
                }
            }
            (change, self.free(&mut s, now))
        };
        gates.give_back(slots).await;
        if let Some(until) = paused {
            gates.tell_pause(self.call.doors().collect(), until, announced.is_some()).await;
        }
        if let Some(change) = change {
            gates.tell_breaker(self.call.door, &self.call.name(connector, None), change).await;
        }
        done
    }

    /// The call is not made: what is held is given back.
    pub(super) fn into_call(mut self) -> CallGates {
        let (door, host) = (self.call.door, self.call.host.take());
        CallGates { door, wide: Vec::new(), limits: Vec::new(), host }
    }

    /// Gives back what is held here; the places in the database are still to be given back.
    fn free(&mut self, s: &mut State, now: Time) -> Vec<Slot> {
        self.over = true;
        for LimitGate { key, .. } in &self.call.limits {
            if let Some(m) = s.known_meter(*key) {
                m.end(now.since(self.began));
            }
        }
        std::mem::take(&mut self.slots)
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let gates = self.gates.clone();
        let now = gates.now();
        let slots = {
            let mut s = gates.state();
            s.door(self.call.door, now).note(Proof::Nothing, self.probe, now);
            self.free(&mut s, now)
        };
        if !slots.is_empty()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move { gates.give_back(slots).await });
        }
    }
}

/// What an outcome proves of the service (semantics S15): connect errors, timeouts and 5xx. An
/// answer that a rule of the connector understands is one, whatever its status.
fn proof(done: &Executed) -> Proof {
    match &done.outcome {
        Outcome::Unknown { .. } => Proof::Failed,
        Outcome::Retry { error, .. } => match (error.code, error.status) {
            (Code::AddressBlocked, _) => Proof::Nothing,
            (Code::RemoteUnreachable, _)
            | (Code::RemoteUnavailable, None)
            | (_, Some(500..=599)) => Proof::Failed,
            _ => Proof::Answered,
        },
        _ if done.sent => Proof::Answered,
        _ => Proof::Nothing,
    }
}

/// Whether an outcome closes the gate: "slow down", and an answer that is to be repeated and says
/// when. The time that the service says, if it says one.
fn asks_to_wait(outcome: &Outcome) -> Wait {
    match outcome {
        Outcome::Limited { after, .. } => after.map_or(Wait::Somewhat, Wait::For),
        Outcome::Retry { after: Some(after), error } if error.status == Some(503) => {
            Wait::For(*after)
        }
        _ => Wait::No,
    }
}

/// What a service says of calls to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    No,
    Somewhat,
    For(Span),
}

fn set_pause(outcome: &mut Outcome, pause: Span) {
    if let Outcome::Limited { after, .. } | Outcome::Retry { after, .. } = outcome {
        *after = Some(pause);
    }
}

/// What is said of a breaker that changed.
pub(super) fn said(name: &str, change: Change) {
    match change {
        Change::Opened { until, step } => tracing::warn!(
            gate = name,
            until = %mapping::moment::rfc3339(until),
            step,
            "most calls get no answer; holding back those to come"
        ),
        Change::Shut => tracing::info!(gate = name, "the service answers again"),
    }
}

/// A key with the slot that is held there.
pub(super) type Held = (GateKey, i64);
