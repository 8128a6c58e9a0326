//! The loop that takes due runs from the queue as places become free: looks what waits, asks
//! [`Fair`] what to take, claims it and starts it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::gate::GateKey;
use domain::ids::{FlowId, WorkspaceId};
use domain::{Span, Time, limits};
use store::{Look, Priority, QueueKey, Share};

use crate::engine::Shared;
use crate::fair::{Fair, Sight, in_single_file, next_due};
use crate::places::{FlowLoad, Seat};
use crate::worker;

/// What the loop remembers from one look to the next.
#[derive(Default)]
struct Claiming {
    fair: Fair,
    /// The last queue of a look that did not see all of them.
    after: Option<QueueKey>,
    /// When something is due, as far as this pass over all queues has seen.
    next: Option<Time>,
    /// Something was taken in this pass.
    took: bool,
    /// Flows with due jobs in this pass, and what of them was left.
    seen: HashMap<FlowId, (Arc<FlowLoad>, Left)>,
}

/// What is left of a flow's due jobs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Left {
    #[default]
    Nothing,
    /// Only work that what arrives now need not wait for.
    Low,
    Some,
}

/// Runs until the node retires.
pub(crate) async fn claim_loop(s: Arc<Shared>) {
    let mut c = Claiming::default();
    while !s.retired.is_cancelled() {
        let free = s.slots.available_permits().min(limits::CLAIM_BATCH);
        if free == 0 {
            wait_for_place(&s).await;
            continue;
        }
        if !s.may_send() {
            doubt(&s).await;
            continue;
        }
        if let Err(e) = c.turn(&s, free).await {
            tracing::warn!(error = %e, "could not claim runs");
            let later = s.clock.timer(s.clock.now().plus(limits::POLL));
            tokio::select! { () = later => {}, () = s.retired.cancelled() => {} }
        }
    }
}

impl Claiming {
    /// One look and what follows from it.
    async fn turn(&mut self, s: &Arc<Shared>, free: usize) -> Result<(), store::Error> {
        // Read first: time that passes during the look is not waited again.
        let wall = s.clock.now();
        let now = s.now();
        let me = **s.lease.load();
        let look = s.db.queues(me.node, now, self.after).await?;
        let closed: HashMap<GateKey, Time> = s.gates.closed(now).into_iter().collect();
        let flows = flows(s, &look).await;
        let room = flows.iter().map(|(id, f)| (*id, f.room)).collect();
        let queues = in_single_file(&look.queues, &s.gates.one_only(now));
        let sight = Sight { queues: &queues, closed: &closed, room, free };
        let shares = self.fair.shares(sight);
        let (shares, mut seats) = seated(s, shares, &flows);
        let mut taken: HashMap<FlowId, usize> = HashMap::new();
        if !shares.is_empty() {
            let claims = s.db.claim(me, shares).await?;
            self.took |= !claims.is_empty();
            let mut held = Vec::with_capacity(claims.len());
            for claim in claims {
                *taken.entry(claim.flow).or_default() += 1;
                if let Some(seat) = seats.get_mut(&claim.flow).and_then(Vec::pop) {
                    held.push((claim, seat));
                }
            }
            worker::start(s, held).await;
        }
        drop(seats);
        self.note(&look, flows, &taken);
        self.next = earlier(self.next, next_due(&look.queues, &closed, now));
        self.after = look.more_after;
        if self.after.is_none() {
            self.end_pass(s);
            if !std::mem::take(&mut self.took) {
                let next = self.next.take().map(|due| wall.plus(due.since(now)));
                wait_for_work(s, wall, next).await;
            }
            self.next = None;
        }
        Ok(())
    }

    /// Notes which flows have due jobs left, so that what arrives waits behind them.
    fn note(&mut self, look: &Look, flows: HashMap<FlowId, Flow>, taken: &HashMap<FlowId, usize>) {
        let mut due: HashMap<FlowId, (usize, usize)> = HashMap::new();
        for w in look.queues.iter().filter(|w| w.due > 0) {
            let (normal, all) = due.entry(w.queue.flow).or_default();
            *normal += if w.queue.priority == Priority::Low { 0 } else { w.due };
            *all += w.due;
        }
        for (id, f) in flows {
            let taken = taken.get(&id).copied().unwrap_or(0);
            let left = match due.get(&id) {
                Some((normal, _)) if *normal > taken => Left::Some,
                Some((_, all)) if *all > taken => Left::Low,
                _ => Left::Nothing,
            };
            let seen = self.seen.entry(id).or_insert((f.load, Left::Nothing));
            seen.1 = left.max(seen.1);
            if left == Left::Some {
                seen.0.set_behind(true);
            }
        }
    }

    /// All queues have been looked at: a flow without anything left is behind no more.
    fn end_pass(&mut self, s: &Shared) {
        self.seen.retain(|_, (load, left)| {
            load.set_behind(*left == Left::Some);
            load.set_wanted(*left != Left::Nothing);
            // Looked at once more when its last job is gone.
            std::mem::take(left) != Left::Nothing
        });
        s.behind.store(false, Ordering::Relaxed);
    }
}

/// A flow with due jobs.
struct Flow {
    load: Arc<FlowLoad>,
    /// Runs at once on this node: the cap less what other nodes have.
    cap: usize,
    /// How many more may begin now.
    room: usize,
    /// The cap, if it is to be kept over all nodes together: one that a person has lowered. The
    /// usual one is there for fairness, and nodes that claim in the same moment may pass it.
    exact: Option<usize>,
}

async fn flows(s: &Shared, look: &Look) -> HashMap<FlowId, Flow> {
    let mut out = HashMap::new();
    for w in look.queues.iter().filter(|w| w.due > 0) {
        let id = w.queue.flow;
        if let Entry::Vacant(v) = out.entry(id) {
            v.insert(flow(s, w.workspace, id, look).await);
        }
    }
    out
}

async fn flow(s: &Shared, ws: WorkspaceId, id: FlowId, look: &Look) -> Flow {
    // A flow that cannot be read now has the usual cap; its runs say what is wrong.
    let live = s.cache.by_id(ws, id).await.ok().flatten();
    let concurrency = live.as_ref().map_or(limits::FLOW_CONCURRENCY, |l| l.concurrency);
    let load = live.map_or_else(|| s.cache.load(id), |l| l.load.clone());
    let cap = concurrency.saturating_sub(look.elsewhere.get(&id).copied().unwrap_or(0));
    let exact = (concurrency < limits::FLOW_CONCURRENCY).then_some(concurrency);
    // Before its runs are counted: one that ends after that is heard.
    load.set_wanted(true);
    Flow { room: cap.saturating_sub(load.running()), cap, load, exact }
}

/// The shares for which there are seats, and the seats. A run that arrived since the look may have
/// taken one.
fn seated(
    s: &Shared,
    shares: Vec<Share>,
    flows: &HashMap<FlowId, Flow>,
) -> (Vec<Share>, HashMap<FlowId, Vec<Seat>>) {
    let mut seats: HashMap<FlowId, Vec<Seat>> = HashMap::new();
    let mut out = Vec::with_capacity(shares.len());
    for mut share in shares {
        let id = share.queue.flow;
        let taken = seats.entry(id).or_default();
        // A run to be cancelled executes nothing.
        let cancel = share.queue.priority == Priority::Cancel;
        let before = taken.len();
        if let Some(f) = flows.get(&id) {
            let cap = if cancel { usize::MAX } else { f.cap };
            taken.extend((0..share.most).map_while(|_| f.load.sit(cap)));
            share.cap = f.exact.filter(|_| !cancel && !s.db.is_sqlite());
        }
        share.most = taken.len() - before;
        if share.most > 0 {
            out.push(share);
        }
    }
    (out, seats)
}

fn earlier(a: Option<Time>, b: Option<Time>) -> Option<Time> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// How often a node that is in doubt about its lease looks again.
const DOUBT: Span = Span::ms(100);

/// Waits a little for the lease to be sure again.
async fn doubt(s: &Shared) {
    let later = s.clock.timer(s.clock.now().plus(DOUBT));
    tokio::select! { () = later => {}, () = s.retired.cancelled() => {} }
}

async fn wait_for_place(s: &Shared) {
    tokio::select! {
        p = s.slots.acquire() => drop(p),
        () = s.retired.cancelled() => {}
    }
}

/// Waits for work: a hint, the next due time, the end of a run that others wait for, or the poll.
async fn wait_for_work(s: &Shared, now: Time, next: Option<Time>) {
    let poll = now.plus(limits::POLL);
    let timer = s.clock.timer(next.map_or(poll, |at| at.min(poll)));
    tokio::select! {
        () = s.db.wait_for_work() => {}
        () = s.cache.run_ended() => {}
        () = timer => {}
        () = s.retired.cancelled() => {}
    }
}
