//! Works off the replays of many runs: counts them, then makes them at their rate, in slices
//! whose cursor is stored with them.

use std::collections::HashMap;
use std::sync::Arc;

use domain::ids::{FlowId, RunId};
use domain::{Span, Text, Time, limits};
use store::{NewReplay, OpenReplay, Original, Priority, Slice};

use crate::cache::CacheError;
use crate::engine::Shared;
use crate::manage::runs::again;
use crate::node::pause;
use crate::program::Program;

/// Until the engine stops.
pub(crate) async fn work_off(s: Arc<Shared>) {
    loop {
        let wait = match turn(&s).await {
            Ok(wait) => wait,
            Err(e) => {
                tracing::warn!(error = %e, "bulk replays wait");
                limits::POLL
            }
        };
        if pause(&s, &s.retired, wait).await {
            return;
        }
    }
}

/// One slice of each replay that is due. How long nothing more is to be done.
async fn turn(s: &Shared) -> Result<Span, store::Error> {
    let mut wait = limits::POLL;
    if !s.may_send() {
        return Ok(wait);
    }
    for open in s.db.open_replays(**s.lease.load()).await? {
        let next = step(s, &open).await?;
        wait = wait.min(next.since(s.now()));
    }
    Ok(wait)
}

/// One slice of a replay. When the next one may come.
async fn step(s: &Shared, open: &OpenReplay) -> Result<Time, store::Error> {
    use domain::replay::ReplayState::Counting;
    let now = s.now();
    if open.replay.state == Counting {
        s.db.count_replay(open, now).await?;
        return Ok(now);
    }
    if open.next_at > now {
        return Ok(open.next_at);
    }
    if !s.db.has_room_for_replays() {
        return Ok(now.plus(limits::POLL));
    }
    let rate = open.replay.rate.max(1);
    let originals = s.db.next_of_replay(open, rate.min(limits::REPLAY_SLICE)).await?;
    if originals.is_empty() {
        s.db.end_replay(open, now).await?;
        return Ok(now);
    }
    // From the moment that the runs are given, not from when it was due: a node that was late does not hurry.
    let now = s.now();
    let taken = i64::try_from(originals.len()).unwrap_or(rate);
    let span = Span::from_micros(taken * Span::secs(1).micros() / rate);
    let next_at = now.plus(span);
    make(s, open, originals, (now, next_at)).await?;
    Ok(next_at)
}

/// Makes a slice. One original that cannot be stored is left out, and the others made.
async fn make(
    s: &Shared,
    open: &OpenReplay,
    originals: Vec<Original>,
    (now, next_at): (Time, Time),
) -> Result<(), store::Error> {
    let Some(last) = originals.last().map(|o| o.run.id) else { return Ok(()) };
    let ready = prepare(s, open, originals, now).await?;
    let (failed, note) = (ready.failed, ready.note);
    let slice = Slice { runs: ready.runs.clone(), failed, note, last, next_at };
    match s.db.make_slice(open, slice).await {
        // Looked up anew in the next turn: what has changed is not selected any more.
        Ok(_) | Err(store::Error::Changed) => Ok(()),
        Err(e) if e.is_transient() => Err(e),
        Err(e) => one_by_one(s, open, ready.runs, &e, next_at).await,
    }
}

/// After a slice that the database refuses for good: only the guilty run is left out.
async fn one_by_one(
    s: &Shared,
    open: &OpenReplay,
    runs: Vec<NewReplay>,
    why: &store::Error,
    next_at: Time,
) -> Result<(), store::Error> {
    tracing::warn!(replay.id = %open.replay.id, error = %why, "making its runs one by one");
    let mut open = open.clone();
    for run in runs {
        let Some(last) = run.replay_of else { continue };
        let alone = Slice { runs: vec![run], failed: 0, note: None, last, next_at };
        let made = match s.db.make_slice(&open, alone).await {
            Err(e) if e.is_transient() => return Err(e),
            Err(e) => {
                let note = Some(e.to_string());
                let without = Slice { runs: Vec::new(), failed: 1, note, last, next_at };
                s.db.make_slice(&open, without).await?
            }
            Ok(made) => made,
        };
        if !made {
            return Ok(());
        }
        open.cursor = last;
    }
    Ok(())
}

/// Runs ready to be stored.
#[derive(Default)]
struct Ready {
    runs: Vec<NewReplay>,
    failed: i64,
    note: Option<String>,
}

async fn prepare(
    s: &Shared,
    open: &OpenReplay,
    originals: Vec<Original>,
    now: Time,
) -> Result<Ready, store::Error> {
    let mut ready = Ready::default();
    let mut current = HashMap::new();
    // Ids of one millisecond have no order of their own: sorted, they keep that of the originals.
    let mut ids: Vec<RunId> = originals.iter().map(|_| RunId::new(now)).collect();
    ids.sort_unstable();
    for (old, id) in originals.into_iter().zip(ids) {
        let flow = old.run.flow;
        let version = if open.replay.how.current_version {
            published(s, open, flow, &mut current).await?
        } else {
            old.run.version
        };
        match program(s, flow, version).await? {
            Ok(p) => {
                let how = open.replay.how;
                let new = (id, version, now);
                ready.runs.push(again(&old.run, &old.journal, &p, how, Priority::Low, new));
            }
            Err(why) => {
                ready.failed += 1;
                ready.note = Some(why.map(|w| format!("{}: {w}", old.run.id)).kept());
            }
        }
    }
    Ok(ready)
}

/// The number of the version that is published now; 0 if there is none.
async fn published(
    s: &Shared,
    open: &OpenReplay,
    flow: FlowId,
    known: &mut HashMap<FlowId, i64>,
) -> Result<i64, store::Error> {
    if let Some(version) = known.get(&flow) {
        return Ok(*version);
    }
    let row = s.db.flow(open.replay.workspace, flow).await?;
    let version = row.map_or(0, |r| r.version);
    known.insert(flow, version);
    Ok(version)
}

/// The program of a version, or why there is none.
async fn program(
    s: &Shared,
    flow: FlowId,
    version: i64,
) -> Result<Result<Arc<Program>, Text>, store::Error> {
    match s.cache.program(flow, version).await {
        Ok(Some(p)) => Ok(Ok(p)),
        Ok(None) => Ok(Err(Text::new(
            format!("the flow has no version {version}"),
            format!("у сценария нет версии {version}"),
        ))),
        Err(e @ CacheError::Invalid(_)) => Ok(Err(e.text())),
        Err(CacheError::Store(e)) => Err(e),
    }
}
