//! The way into the lanes: bounded in requests and in bytes.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::limits;
use tokio::sync::mpsc;

use super::op::Op;
use super::prepare::{ApplyRequest, Delivery, IngestRequest};
use crate::Error;

/// Senders of one lane.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) ingest: mpsc::Sender<IngestRequest>,
    pub(crate) apply: mpsc::Sender<ApplyRequest>,
    pub(crate) ops: mpsc::Sender<Box<dyn Op>>,
}

/// Receivers of one lane.
pub(crate) struct Exit {
    pub(crate) ingest: mpsc::Receiver<IngestRequest>,
    pub(crate) apply: mpsc::Receiver<ApplyRequest>,
    pub(crate) ops: mpsc::Receiver<Box<dyn Op>>,
}

/// Makes one lane's ends.
pub(crate) fn lane() -> (Entry, Exit) {
    let (ingest, ingest_out) = mpsc::channel(limits::COMMIT_QUEUE);
    let (apply, apply_out) = mpsc::channel(limits::COMMIT_QUEUE);
    let (ops, ops_out) = mpsc::channel(limits::COMMIT_BATCH);
    (Entry { ingest, apply, ops }, Exit { ingest: ingest_out, apply: apply_out, ops: ops_out })
}

/// See the module.
pub(crate) struct Queue {
    /// Lanes for deliveries and progress.
    pub(crate) lanes: Vec<Entry>,
    /// The lane for everything else; the same one on SQLite.
    pub(crate) rare: Entry,
    /// Requests and bytes that wait.
    pub(crate) waiting: Arc<Waiting>,
}

/// What deliveries take of the queue.
#[derive(Default)]
pub(crate) struct Waiting {
    requests: AtomicUsize,
    bytes: AtomicUsize,
}

impl Waiting {
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

/// The room that one delivery takes, until it is dropped.
pub(crate) struct Room {
    of: Arc<Waiting>,
    bytes: usize,
}

impl Drop for Room {
    fn drop(&mut self) {
        self.of.requests.fetch_sub(1, Ordering::Relaxed);
        self.of.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Queue {
    /// Room for a delivery, or none at once.
    pub(crate) fn room(&self, bytes: usize) -> Result<Room, Error> {
        let requests = self.waiting.requests.fetch_add(1, Ordering::Relaxed);
        let before = self.waiting.bytes.fetch_add(bytes, Ordering::Relaxed);
        let room = Room { of: self.waiting.clone(), bytes };
        // One that is larger than the rest of the room may still go alone.
        let fits = before == 0 || before + bytes <= limits::COMMIT_QUEUE_BYTES;
        if requests >= limits::COMMIT_QUEUE || !fits { Err(Error::Busy) } else { Ok(room) }
    }

    /// The lane of a delivery: the same for the same order key or dedupe key, so that such events
    /// meet in one batch instead of waiting for each other's locks.
    pub(crate) fn lane_of(&self, d: &Delivery) -> &Entry {
        let order = d.events.iter().find_map(|e| e.run.as_ref()?.order).map(|o| o.hash);
        let key = order.or_else(|| d.events.iter().find_map(|e| e.dedupe).map(|k| k.hash));
        match key {
            Some(k) => self.pick((d.new.flow, k)),
            None => self.pick(d.new.id),
        }
    }

    /// The lane of a run.
    pub(crate) fn pick(&self, by: impl Hash) -> &Entry {
        if self.lanes.len() == 1 {
            return &self.lanes[0];
        }
        let mut h = DefaultHasher::new();
        by.hash(&mut h);
        let n = h.finish() % self.lanes.len() as u64;
        &self.lanes[usize::try_from(n).unwrap_or(0)]
    }
}
