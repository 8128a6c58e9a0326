//! Triggers that are not webhooks: schedules, polls and imports. One loop per node looks at what
//! is due; a change of the row in the same commit as the events decides which node it was.

pub mod csv;
mod fit;
mod import;
mod poll;
pub mod schedule;
pub mod settings;
mod sift;
pub(crate) mod subscribe;

use std::sync::Arc;

use domain::flow::catalogue::Source;
use domain::ids::EventId;
use domain::{Time, limits};
use store::{Fire, FireFrom, Fired, Ingest};
use tokio::sync::watch::Receiver;
use tokio::sync::{Notify, Semaphore};

use crate::cache::LiveFlow;
use crate::engine::Shared;
use crate::intake::{self, Made};

/// What one node needs for its triggers.
struct Turn {
    shared: Arc<Shared>,
    polls: Arc<Semaphore>,
    /// Rung when a poll has ended.
    ended: Arc<Notify>,
}

/// Looks after the triggers until the engine stops.
pub(crate) async fn look_after(s: Arc<Shared>) {
    let turn = Turn {
        polls: Arc::new(Semaphore::new(limits::POLLS)),
        ended: Arc::default(),
        shared: s.clone(),
    };
    let mut changed = s.db.changed();
    // Everything is looked at once after the start.
    let (mut fitted, mut looked_at) = (0, None);
    while !s.stop.is_cancelled() {
        let generation = *changed.borrow_and_update();
        let mut idle = true;
        let looked = s.now();
        let done = async {
            if looked_at != Some(generation) {
                fit::all(&s, &mut fitted).await?;
                looked_at = Some(generation);
            }
            turn.take().await
        };
        match done.await {
            Ok(did) => idle = !did,
            Err(e) => tracing::warn!(error = %e, "could not look at the triggers"),
        }
        if idle {
            wait(&turn, &mut changed, looked).await;
        }
    }
}

impl Turn {
    /// Does what is due; whether anything was.
    async fn take(&self) -> Result<bool, store::Error> {
        let s = &self.shared;
        let mut did = false;
        // A node in doubt of its lease may look as well: the guard of each row decides.
        for row in s.db.due_triggers(s.now(), limits::TRIGGERS_AT_ONCE).await? {
            did |= match row.source {
                Source::Schedule => schedule::tick(s, row).await?,
                Source::Poll => poll::begin(self, row).await?,
                Source::Webhook | Source::Manual => false,
            };
        }
        s.db.end_listening(s.now()).await?;
        for row in s.db.due_subscriptions(s.now(), limits::TRIGGERS_AT_ONCE).await? {
            did |= subscribe::begin(self, row).await?;
        }
        for row in s.db.due_imports(s.now(), limits::TRIGGERS_AT_ONCE).await? {
            did |= import::step(s, row).await?;
        }
        Ok(did)
    }
}

/// Waits for the next due time, a change, or the end of a poll. What was due when it was `looked`
/// at was not done.
async fn wait(turn: &Turn, changed: &mut Receiver<i64>, looked: Time) {
    let s = &turn.shared;
    // Read first: time that passes while the next due time is looked up is not waited again.
    let wall = s.clock.now();
    let now = s.now();
    let due = s.db.next_trigger_due().await.ok().flatten();
    let mut pause = due.map_or(limits::TRIGGER_LOOK, |d| d.since(now)).min(limits::TRIGGER_LOOK);
    if due.is_some_and(|d| d <= looked) {
        // The places are taken, another node was first, or the database refused.
        pause = limits::POLL;
    }
    let timer = s.clock.timer(wall.plus(pause));
    tokio::select! {
        () = timer => {}
        _ = changed.changed() => {}
        () = turn.ended.notified() => {}
        () = s.stop.cancelled() => {}
    }
}

/// Stores events with the progress they stand for; false if another node was first.
async fn fire(s: &Shared, from: FireFrom, deliveries: Vec<Ingest>) -> Result<bool, store::Error> {
    Ok(s.db.fire(Fire { from, deliveries }).await? != Fired::Lost)
}

/// What is to become an event.
struct Item {
    body: serde_json::Value,
    key: String,
    filtered: Option<&'static str>,
}

/// The events of one commit; their ids have the order of the list.
fn events(live: &LiveFlow, method: &'static str, items: Vec<Item>, now: Time) -> Vec<Ingest> {
    let mut ids: Vec<EventId> = items.iter().map(|_| EventId::new(now)).collect();
    ids.sort_unstable();
    let one = |(item, id): (Item, EventId)| {
        let Item { body, key, filtered } = item;
        intake::made(live, Made { id, method, body, key: Some(key), filtered }, now)
    };
    items.into_iter().zip(ids).map(one).collect()
}
