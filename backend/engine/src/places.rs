//! Places of running runs: those of this node, and among them those of each flow (semantics S15).
//!
//! Who looks for seats says so before it counts them; who leaves a seat looks afterwards whether
//! somebody waits for one. Both in one order for all threads, so that one of them sees the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::{Notify, OwnedSemaphorePermit};

use crate::answers;

/// What one flow has of this node. Other nodes' runs are counted when jobs are claimed.
#[derive(Debug, Default)]
pub struct FlowLoad {
    running: AtomicUsize,
    /// It has due jobs in the queue, so that what arrives now has to wait behind them.
    behind: AtomicBool,
    /// Somebody wants to know when a run of it ends.
    wanted: AtomicBool,
    /// Rung when a run ends while others of its flow wait.
    ended: Arc<Notify>,
}

impl FlowLoad {
    pub(crate) fn new(ended: Arc<Notify>) -> Self {
        Self { ended, ..Self::default() }
    }

    pub(crate) fn running(&self) -> usize {
        self.running.load(Ordering::SeqCst)
    }

    pub(crate) fn is_behind(&self) -> bool {
        self.behind.load(Ordering::SeqCst)
    }

    pub(crate) fn set_behind(&self, behind: bool) {
        self.behind.store(behind, Ordering::SeqCst);
    }

    pub(crate) fn set_wanted(&self, wanted: bool) {
        self.wanted.store(wanted, Ordering::SeqCst);
    }

    /// A seat, if fewer than `cap` are taken.
    pub(crate) fn sit(self: &Arc<Self>, cap: usize) -> Option<Seat> {
        let more = |n: usize| (n < cap).then_some(n + 1);
        let got = self.running.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more);
        got.is_ok().then(|| Seat(self.clone()))
    }
}

/// One of the runs that a flow may have at once on this node.
#[derive(Debug)]
pub(crate) struct Seat(Arc<FlowLoad>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
        if self.0.wanted.load(Ordering::SeqCst) {
            self.0.ended.notify_one();
        }
    }
}

/// What a run holds while it is executed: a seat of its flow and a place of this node, left in this
/// order, so that who waits for the place finds the seat free too; or the place of the sender that
/// waits for it (semantics S11).
#[derive(Debug)]
pub(crate) struct Place(#[expect(dead_code, reason = "held until it is dropped")] Held);

#[derive(Debug)]
#[expect(dead_code, reason = "held until they are dropped")]
enum Held {
    Worker(Seat, OwnedSemaphorePermit),
    Sender(answers::Seat),
}

impl Place {
    pub(crate) fn new(permit: OwnedSemaphorePermit, seat: Seat) -> Self {
        Self(Held::Worker(seat, permit))
    }
    pub(crate) fn of_sender(seat: answers::Seat) -> Self {
        Self(Held::Sender(seat))
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn s15_a_flow_has_as_many_seats_as_its_cap() {
        let load = Arc::new(FlowLoad::default());
        let seats: Vec<Seat> = (0..3).map_while(|_| load.sit(2)).collect();
        assert_eq!((seats.len(), load.running()), (2, 2));
        assert!(load.sit(3).is_some(), "a cap may be raised");
        drop(seats);
        assert_eq!(load.running(), 0);
    }

    #[test]
    fn s15_the_end_of_a_run_is_told_to_who_wants_to_know() {
        let ended = Arc::new(Notify::new());
        let load = Arc::new(FlowLoad::new(ended.clone()));
        drop(load.sit(1));
        assert!(ended.notified().now_or_never().is_none(), "nobody asked");
        let seat = load.sit(1);
        load.set_wanted(true);
        drop(seat);
        assert!(ended.notified().now_or_never().is_some());
    }
}
