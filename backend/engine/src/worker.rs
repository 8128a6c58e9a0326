//! Workers: take runs from the queue, or straight from the ingest commit, and execute them.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::ids::RunId;
use domain::journal::Attempt;
use domain::outcome::StepError;
use domain::run::RunState;
use domain::{Code, Span, limits};
use futures::FutureExt;
use store::{Claim, Lease, Next, Progress, RunSnapshot};
use tokio::sync::OwnedSemaphorePermit;

use crate::engine::Shared;
use crate::execute::{Job, Left, Runner};
use crate::snapshot;

/// How often a node that is in doubt about its lease looks again.
const DOUBT: Span = Span::ms(100);

/// Claims due runs as places become free, until the node retires.
pub(crate) async fn claim_loop(s: Arc<Shared>) {
    while !s.retired.is_cancelled() {
        let free = s.slots.available_permits().min(limits::CLAIM_BATCH);
        if free == 0 {
            wait(&s, true).await;
            continue;
        }
        if !s.may_send() {
            doubt(&s).await;
            continue;
        }
        let lease = **s.lease.load();
        match s.db.claim(lease, free).await {
            Ok(claims) => {
                let full = claims.len() == free;
                s.behind.store(full, Ordering::Relaxed);
                if !claims.is_empty() {
                    start(&s, claims).await;
                }
                if !full {
                    wait(&s, false).await;
                }
            }
            Err(e) => {
                tracing::warn!(error = %e, "could not claim runs");
                let later = s.clock.timer(s.clock.now().plus(limits::POLL));
                tokio::select! { () = later => {}, () = s.retired.cancelled() => {} }
            }
        }
    }
}

/// Waits a little for the lease to be sure again.
async fn doubt(s: &Shared) {
    let later = s.clock.timer(s.clock.now().plus(DOUBT));
    tokio::select! { () = later => {}, () = s.retired.cancelled() => {} }
}

/// Waits for a free place (`full`), or for work: a hint, the next due time, or the poll.
async fn wait(s: &Arc<Shared>, full: bool) {
    if full {
        tokio::select! {
            p = s.slots.acquire() => drop(p),
            () = s.retired.cancelled() => {}
        }
        return;
    }
    // Read first: time that passes while the next due time is looked up is not waited again.
    let wall = s.clock.now();
    let now = s.now();
    let poll = now.plus(limits::POLL);
    let due = s.db.next_due().await.ok().flatten().map_or(poll, |d| d.min(poll));
    let timer = s.clock.timer(wall.plus(due.since(now)));
    tokio::select! {
        () = s.db.wait_for_work() => {}
        () = timer => {}
        () = s.retired.cancelled() => {}
    }
}

/// Loads what was claimed and starts a task for each.
async fn start(s: &Arc<Shared>, claims: Vec<Claim>) {
    let ids: Vec<RunId> = claims.iter().map(|c| c.lease.run).collect();
    let mut snapshots: HashMap<RunId, RunSnapshot> = match s.db.load(&ids).await {
        Ok(l) => l.into_iter().map(|r| (r.run.id, r)).collect(),
        Err(e) => {
            tracing::warn!(error = %e, "claimed runs could not be read; giving them back");
            for c in claims {
                give_back(s, c.lease).await;
            }
            return;
        }
    };
    for claim in claims {
        let Ok(permit) = s.slots.clone().acquire_owned().await else {
            return;
        };
        let snapshot = snapshots.remove(&claim.lease.run);
        let shared = s.clone();
        s.tasks.spawn(async move { run_claim(shared, claim, snapshot, permit).await });
    }
}

async fn run_claim(
    s: Arc<Shared>,
    claim: Claim,
    snapshot: Option<RunSnapshot>,
    permit: OwnedSemaphorePermit,
) {
    let lease = claim.lease;
    if claim.crashes >= limits::CRASHES {
        let text = format!("the server stopped {} times while running this", claim.crashes);
        end(&s, lease, RunState::Parked, StepError::new(Code::Poison, text)).await;
        return;
    }
    let Some(snapshot) = snapshot else {
        end(&s, lease, RunState::Failed, StepError::new(Code::Internal, "its event is gone")).await;
        return;
    };
    match snapshot::job(&s, claim, snapshot).await {
        Ok(job) => execute(s, job, permit).await,
        Err(snapshot::Unfit::Later(e)) => {
            tracing::warn!(run.id = %lease.run, error = %e, "the run cannot start now");
            give_back(&s, lease).await;
        }
        Err(snapshot::Unfit::End(state, error)) => end(&s, lease, state, *error).await,
    }
}

/// Executes a run that this node holds, and keeps its place until it is let go.
pub(crate) async fn execute(s: Arc<Shared>, job: Job, permit: OwnedSemaphorePermit) {
    let lease = job.lease;
    let running = AssertUnwindSafe(Runner::new(&s, job).run()).catch_unwind();
    match running.await {
        Ok(Left::Ended | Left::Waits) => {}
        Ok(Left::Lost) => {
            tracing::warn!(run.id = %lease.run, "the run goes on elsewhere or after the lease ends");
        }
        Err(_) => {
            // A fault of ours in one run must stop neither the others nor hide this one.
            tracing::error!(run.id = %lease.run, "a fault of this server while running it; parked");
            let text = "a fault of this server stopped the run; see its log, then retry or fail it";
            end(&s, lease, RunState::Parked, StepError::new(Code::Poison, text)).await;
        }
    }
    drop(permit);
}

/// Releases a run so that any worker may have it soon.
async fn give_back(s: &Shared, lease: Lease) {
    let due_at = s.now().plus(limits::POLL);
    let next = Next::Wait { due_at, step: None, unsafe_next: None, error: None };
    settle(s, lease, Vec::new(), next).await;
}

async fn end(s: &Shared, lease: Lease, state: RunState, error: StepError) {
    let finished_at = s.now();
    let next = Next::End { state, step: None, error: Some(error), finished_at };
    settle(s, lease, Vec::new(), next).await;
}

async fn settle(s: &Shared, lease: Lease, attempts: Vec<Attempt>, next: Next) {
    let p = Progress { lease, steps: Vec::new(), attempts, next };
    s.apply_surely(p).await;
}

/// A place for a run that is about to be inserted already claimed; nothing if the queue is to
/// have it (no free place, or older work waits).
pub(crate) fn hand_over(s: &Arc<Shared>) -> Option<OwnedSemaphorePermit> {
    if s.behind.load(Ordering::Relaxed) || s.retired.is_cancelled() || !s.may_send() {
        return None;
    }
    s.slots.clone().try_acquire_owned().ok()
}

/// A number that no other claim of this node has.
pub(crate) fn token() -> i64 {
    let mut b = [0u8; 8];
    domain::ids::fill(&mut b);
    i64::from_be_bytes(b) & i64::MAX
}
