//! Workers: execute runs that were claimed from the queue, or come straight from the ingest commit.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::failpoint::{self, Point};
use domain::ids::RunId;
use domain::journal::Attempt;
use domain::outcome::StepError;
use domain::run::RunState;
use domain::{Code, limits};
use futures::FutureExt;
use store::{Claim, Lease, Next, Progress, RunSnapshot};

use crate::cache::LiveFlow;
use crate::engine::Shared;
use crate::execute::{self, Job, Left};
use crate::places::{Place, Seat};
use crate::{order, snapshot, whereabouts};

/// Loads what was claimed and starts a task for each.
pub(crate) async fn start(s: &Arc<Shared>, claims: Vec<(Claim, Seat)>) {
    let ids: Vec<RunId> = claims.iter().map(|(c, _)| c.lease.run).collect();
    if ids.is_empty() {
        return;
    }
    let mut snapshots: HashMap<RunId, RunSnapshot> = match s.db.load(&ids).await {
        Ok(l) => l.into_iter().map(|r| (r.run.id, r)).collect(),
        Err(e) => {
            tracing::warn!(error = %e, "claimed runs could not be read; giving them back");
            for (c, _) in claims {
                give_back(s, c.lease).await;
            }
            return;
        }
    };
    for (claim, seat) in claims {
        let Ok(permit) = s.slots.clone().acquire_owned().await else {
            return;
        };
        let snapshot = snapshots.remove(&claim.lease.run);
        let shared = s.clone();
        let place = Place::new(permit, seat);
        let (flow, run) = (snapshot.as_ref().map(|s| s.run.flow), claim.lease.run);
        let work = run_claim(shared, claim, snapshot, place);
        s.tasks.spawn(whereabouts::of_run(flow, run, work));
    }
}

async fn run_claim(s: Arc<Shared>, claim: Claim, snapshot: Option<RunSnapshot>, place: Place) {
    let lease = claim.lease;
    if claim.crashes >= limits::CRASHES {
        let n = claim.crashes;
        let text = (
            format!("the server stopped {n} times while running this"),
            format!("сервер останавливался на этом запуске раз: {n}"),
        );
        end(&s, lease, RunState::Parked, StepError::new(Code::Poison, text)).await;
        return;
    }
    let Some(snapshot) = snapshot else {
        let text = ("its event is gone", "его события больше нет");
        end(&s, lease, RunState::Failed, StepError::new(Code::Internal, text)).await;
        return;
    };
    match snapshot::job(&s, claim, snapshot).await {
        Ok(job) => Box::pin(execute(s, job, place)).await,
        Err(snapshot::Unfit::Later(e)) => {
            tracing::warn!(run.id = %lease.run, error = %e, "the run cannot start now");
            give_back(&s, lease).await;
        }
        Err(snapshot::Unfit::End(state, error)) => end(&s, lease, state, *error).await,
    }
}

/// Executes a run that this node holds, and keeps its place until it is let go.
pub(crate) async fn execute(s: Arc<Shared>, job: Job, place: Place) {
    let (run, awaited) = (job.lease.run, job.pending.is_some());
    executed(&s, job).await;
    if awaited {
        s.answers.away(run);
    }
    drop(place);
}

async fn executed(s: &Arc<Shared>, mut job: Job) {
    let lease = job.lease;
    failpoint::reach(Point::Claimed, "");
    match order::stale(s, &mut job).await {
        Ok(None) => {}
        Ok(Some(newer)) => {
            metrics::counter!("zveno_runs_total", "state" => RunState::Stale.as_str()).increment(1);
            return end(s, lease, RunState::Stale, newer).await;
        }
        Err(e) => {
            tracing::warn!(run.id = %lease.run, error = %e, "cannot tell whether it is the newest");
            return give_back(s, lease).await;
        }
    }
    let running = AssertUnwindSafe(execute::run(s, job)).catch_unwind();
    match running.await {
        Ok(Left::Ended | Left::Waits) => {}
        Ok(Left::Lost) => {
            tracing::warn!(run.id = %lease.run, "the run goes on elsewhere or after the lease ends");
        }
        Err(_) => {
            // A fault of ours in one run must stop neither the others nor hide this one.
            tracing::error!(run.id = %lease.run, "a fault of this server while running it; parked");
            let text = (
                "a fault of this server stopped the run; see its log, then retry or fail it",
                "запуск остановлен ошибкой сервера; посмотрите журнал и повторите или завершите его",
            );
            end(s, lease, RunState::Parked, StepError::new(Code::Poison, text)).await;
        }
    }
}

/// Releases a run so that any worker may have it soon.
async fn give_back(s: &Shared, lease: Lease) {
    while let Err(e) = s.db.release(lease, s.now().plus(limits::POLL)).await {
        tracing::warn!(run.id = %lease.run, error = %e, "giving it back again");
        let later = s.clock.timer(s.clock.now().plus(limits::POLL));
        tokio::select! { () = later => {}, () = s.stop.cancelled() => return }
    }
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
/// have it: no free place, or older work of its flow waits, or the flow has as many runs as it
/// may have, or its first gate is closed (semantics S15).
///
/// The flow's runs are counted as this node knows them. Where other nodes may have some too, a cap
/// that a person has lowered is left to the queue, which counts all of them.
pub(crate) fn hand_over(s: &Shared, live: &LiveFlow) -> Option<Place> {
    if s.gates.is_closed(live.gate) {
        return None;
    }
    if s.behind.load(Ordering::Relaxed) || s.retired.is_cancelled() || !s.may_send() {
        return None;
    }
    let lowered = live.concurrency < limits::FLOW_CONCURRENCY;
    if live.load.is_behind() || lowered && !s.db.is_sqlite() {
        return None;
    }
    let place = s.slots.clone().try_acquire_owned().ok().and_then(|permit| {
        let seat = live.load.sit(live.concurrency)?;
        Some(Place::new(permit, seat))
    });
    if place.is_none() {
        // What arrives next waits behind this one.
        live.load.set_behind(true);
    }
    place
}

/// A number that no other claim of this node has.
pub(crate) fn token() -> i64 {
    (domain::ids::random() >> 1).cast_signed()
}
