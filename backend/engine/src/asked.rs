//! One sender that is answered by the flow in place of the connector (semantics S11): what it gets
//! at once, and the wait for its run.

use std::sync::Arc;

use domain::Time;
use domain::delivery::Answer;
use domain::ids::{EventId, RunId};
use mapping::Context;
use mapping::functions::Env;
use serde_json::json;
use store::{EventResult, Ingested, Lease};

use crate::answers::{Seat, Waiter};
use crate::cache::LiveFlow;
use crate::engine::Shared;
use crate::keys;
use crate::respond::{Pending, Respond};
use crate::worker;

/// See the module.
pub(crate) struct Asked {
    /// What is answered without a run: the reply, or `otherwise`.
    reply: Answer,
    /// The connector's answer.
    usual: Answer,
    /// How long the sender waits; nothing if it is answered at once.
    until: Option<Time>,
    seat: Option<Seat>,
    waiter: Option<Waiter>,
    /// The run of the delivery answers: the answer is open until then.
    open: bool,
}

impl Asked {
    /// Nothing if the flow leaves the answer to the connector. `context` is that of the first
    /// event.
    pub(crate) fn of(
        s: &Shared,
        live: &LiveFlow,
        context: &mut Context,
        event: EventId,
        at: Time,
        usual: &Answer,
    ) -> Option<Self> {
        let respond = live.respond.as_ref()?;
        context.set("flow", json!({ "id": live.id, "name": live.name }));
        let key = event.to_string();
        let uuid = || keys::derived_uuid(&key, 0);
        let env = Env { now: at, timezone: &live.timezone, uuid: &uuid };
        let (until, seat) = match respond {
            Respond::Now(_) => (None, None),
            Respond::AfterRun { within, .. } => (Some(at.plus(*within)), s.answers.seat()),
        };
        let reply = respond.now(context, &env, usual);
        Some(Self { reply, usual: usual.clone(), until, seat, waiter: None, open: false })
    }

    /// Whether a run is to answer.
    pub(crate) fn waits(&self) -> bool {
        self.until.is_some()
    }

    /// The run is inserted claimed by this node, whatever else it does; nothing if too many wait
    /// already, or this node executes nothing.
    pub(crate) fn claim(&self, s: &Shared, run: RunId) -> Option<(Lease, Seat)> {
        let seat = self.seat.clone()?;
        let able = s.config.role.works() && !s.retired.is_cancelled() && s.may_send();
        able.then(|| {
            let node = **s.lease.load();
            let token = worker::token();
            (Lease { run, node: node.node, epoch: node.epoch, token }, seat)
        })
    }

    /// Waits for this run from now on; `here` if this node executes it. What is left of the answer
    /// is for the run.
    pub(crate) fn open(&mut self, s: &Shared, event: EventId, run: RunId, here: bool) -> Pending {
        self.open = true;
        if let Some(seat) = &self.seat {
            self.waiter = Some(s.answers.open(seat.clone(), event, run, here));
        }
        Pending::begin(&self.reply, self.usual.clone()).1
    }

    /// The answer as it is stored with the delivery.
    pub(crate) fn stored(&self) -> Answer {
        if self.open {
            Pending::begin(&self.reply, self.usual.clone()).0
        } else {
            self.reply.clone()
        }
    }

    /// The answer, once the delivery is stored.
    pub(crate) async fn answer(mut self, s: &Arc<Shared>, stored: Ingested) -> Answer {
        let copy = match (stored.events.first(), stored.answer) {
            (Some(EventResult::Duplicate(first)), Some(answer)) => Some((*first, answer)),
            _ => None,
        };
        let Some((first, answer)) = copy else {
            return match (self.waiter, self.until) {
                (Some(waiter), Some(until)) => waiter.wait(s, until).await.unwrap_or(self.reply),
                _ => self.reply,
            };
        };
        // Its own run was never made.
        self.waiter = None;
        match (self.until, self.seat.take()) {
            (Some(until), Some(seat)) if answer.pending.is_some() => {
                s.answers.join(seat, first).wait(s, until).await.unwrap_or(answer)
            }
            _ => answer,
        }
    }
}
