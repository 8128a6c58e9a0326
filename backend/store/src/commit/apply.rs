//! Writes a batch of progress: who still has its lease, then one statement per table.

use std::collections::{HashMap, HashSet};

use domain::Time;
use domain::ids::{FlowId, NodeId, RunId};
use domain::run::RunState;

use super::apply_sql::{ANSWERS, ATTEMPTS, END, HELD_LITE, HELD_PG, KEEP, RUNS, STEPS, WAIT};
use super::order::{Ended, Key, Order};
use super::prepare::{Delivery, Step, Then, Work};
use super::{Effects, Fail, ingest};
use crate::sql::{Batch, Bulk, Conn};
use crate::{Applied, Lease, Places};

/// The outcome of an attempt whose worker had lost its lease.
const SUPERSEDED: &str = "superseded";

/// A job as it is while its row is held by this transaction.
struct Held {
    lease: Option<Lease>,
    cancel: bool,
    begun: Places,
    unsafe_next: Places,
    interrupted: Places,
    order: Option<Key>,
}

/// Writes the batch inside the open transaction. Two works of one run go one after the other.
/// Runs that leave their order are added to `ended`.
pub(crate) async fn batch(
    conn: &mut Conn,
    batch: &[&Work],
    ended: &mut Vec<Ended>,
    (now, effects): (Time, &mut Effects),
) -> Result<Vec<Applied>, Fail> {
    let mut out = vec![Applied::Superseded; batch.len()];
    let mut left: Vec<usize> = (0..batch.len()).collect();
    while !left.is_empty() {
        let mut seen = HashSet::with_capacity(left.len());
        let (first, later): (Vec<usize>, Vec<usize>) =
            left.into_iter().partition(|i| seen.insert(batch[*i].lease.run));
        round(conn, batch, &first, &mut out, (&mut *ended, &mut *effects)).await?;
        left = later;
    }
    let done = batch.iter().zip(&out).filter(|(_, o)| **o != Applied::Superseded);
    publish(conn, done.map(|(w, _)| *w), (now, effects)).await?;
    Ok(out)
}

/// Stores the events that runs have published, in the commit of the progress that says so: nothing
/// of a run that is another node's, nothing twice.
async fn publish<'w>(
    conn: &mut Conn,
    done: impl Iterator<Item = &'w Work>,
    (now, effects): (Time, &mut Effects),
) -> Result<(), Fail> {
    let all: Vec<&Delivery> = done.flat_map(|w| &w.published).collect();
    if all.is_empty() {
        return Ok(());
    }
    ingest::batch(conn, &all, (Order::default(), now), effects).await.map(|_| ())
}

async fn round(
    conn: &mut Conn,
    batch: &[&Work],
    now: &[usize],
    out: &mut [Applied],
    (ended, effects): (&mut Vec<Ended>, &mut Effects),
) -> Result<(), Fail> {
    let held = held(conn, batch, now).await?;
    let mut mine: Vec<(&Work, &Held)> = Vec::with_capacity(now.len());
    for i in now {
        let work = batch[*i];
        effects.run(work.lease.run);
        if let Some(h) = held.get(&work.lease.run).filter(|h| h.lease == Some(work.lease)) {
            out[*i] = Applied::Applied { cancel: h.cancel };
            mine.push((work, h));
        }
    }
    let mut steps = Vec::with_capacity(mine.len());
    for (w, _) in &mine {
        steps.extend(w.steps.iter().map(|s| (w.lease.run, s)));
    }
    insert_steps(conn, &steps).await?;
    insert_attempts(conn, batch, now, out).await?;
    ended.extend(mine.iter().filter_map(|(w, h)| left_order(w, h)));
    change_jobs(conn, &mine, effects).await?;
    change_runs(conn, &mine).await?;
    change_answers(conn, &mine).await
}

async fn held(
    conn: &mut Conn,
    batch: &[&Work],
    now: &[usize],
) -> Result<HashMap<RunId, Held>, Fail> {
    let text: &'static Bulk = if conn.is_lite() { &HELD_LITE } else { &HELD_PG };
    let mut b = text.batch(conn.is_lite(), now.len());
    for i in now {
        b.id(batch[*i].lease.run.uuid()).end();
    }
    let mut held = HashMap::with_capacity(now.len());
    for row in conn.bulk_rows(text, b).await? {
        let mut c = row.cursor();
        let run = RunId(c.id()?);
        let (node, epoch, token) = (c.opt_id()?, c.int()?, c.int()?);
        let lease = node.map(|n| Lease { run, node: NodeId(n), epoch, token });
        held.insert(
            run,
            Held {
                lease,
                cancel: c.flag()?,
                begun: c.opt_text()?.into(),
                unsafe_next: c.opt_text()?.into(),
                interrupted: c.opt_text()?.into(),
                order: {
                    let flow = FlowId(c.id()?);
                    c.opt_id()?.map(|key| (flow, key))
                },
            },
        );
    }
    Ok(held)
}

fn left_order(w: &Work, h: &Held) -> Option<Ended> {
    let Then::End { state, .. } = &w.next else { return None };
    let parked = (*state == RunState::Parked.as_str()).then_some(w.lease.run);
    h.order.map(|key| Ended { key, parked })
}

/// Writes journal rows; a row that is there is replaced.
pub(crate) async fn insert_steps(conn: &mut Conn, steps: &[(RunId, &Step)]) -> Result<(), Fail> {
    let mut b = STEPS.batch(conn.is_lite(), steps.len());
    for (run, s) in steps {
        let r = &s.row;
        b.id(run.uuid()).text(r.step.as_str()).text(r.item.as_str()).text(r.state.as_str());
        b.doc(s.output.as_deref()).text(s.error.as_deref()).int(r.started_at.0);
        b.int(r.finished_at.map(|t| t.0)).int(r.due_at.map(|t| t.0));
        b.int(i64::from(r.tries)).doc(s.pinned.as_deref()).end();
    }
    write(conn, &STEPS, b).await
}

async fn insert_attempts(
    conn: &mut Conn,
    batch: &[&Work],
    now: &[usize],
    out: &[Applied],
) -> Result<(), Fail> {
    let mut b = ATTEMPTS.batch(conn.is_lite(), now.len());
    for i in now {
        let work = batch[*i];
        for t in &work.tries {
            let a = &t.attempt;
            let lost = out[*i] == Applied::Superseded;
            b.id(work.lease.run.uuid()).text(a.step.as_str()).text(a.item.as_str());
            b.int(i64::from(a.number)).int(a.started_at.0).int(a.took.micros());
            b.text(if lost { SUPERSEDED } else { a.outcome.as_str() });
            b.text(t.error.as_deref()).doc(t.exchanges.as_str()).end();
        }
    }
    write(conn, &ATTEMPTS, b).await
}

async fn change_jobs(
    conn: &mut Conn,
    mine: &[(&Work, &Held)],
    effects: &mut Effects,
) -> Result<(), Fail> {
    let lite = conn.is_lite();
    let mut keep = KEEP.batch(lite, 0);
    let mut wait = WAIT.batch(lite, mine.len());
    let mut end = END.batch(lite, mine.len());
    for (w, h) in mine {
        let run = w.lease.run.uuid();
        match &w.next {
            // Most steps leave the job as it is: then its row is not written.
            Then::Keep { begun } => {
                let same =
                    *begun == h.begun && h.unsafe_next.is_empty() && h.interrupted.is_empty();
                if !same {
                    keep.id(run).text(begun.column()).end();
                }
            }
            Then::Wait { due_at, unsafe_next, connection, error, gate, .. } => {
                wait.id(run).int(*due_at).text(unsafe_next.column());
                wait.text(connection.then_some("connection"));
                wait.id(*gate).int(i64::from(error.is_some())).end();
                effects.work = true;
            }
            Then::End { .. } => {
                end.id(run).end();
                effects.jobs -= 1;
            }
        }
    }
    write(conn, &KEEP, keep).await?;
    write(conn, &WAIT, wait).await?;
    write(conn, &END, end).await
}

async fn change_runs(conn: &mut Conn, mine: &[(&Work, &Held)]) -> Result<(), Fail> {
    let mut b = RUNS.batch(conn.is_lite(), mine.len());
    for (w, _) in mine {
        let (state, step, error, finished) = match &w.next {
            Then::Keep { .. } => continue,
            Then::Wait { step, error, .. } => ("waiting", step, error, None),
            Then::End { state, step, error, finished_at } => {
                (*state, step, error, Some(*finished_at))
            }
        };
        b.id(w.lease.run.uuid()).text(state).text(step.as_deref());
        b.text(error.as_deref()).int(finished).end();
    }
    write(conn, &RUNS, b).await
}

async fn change_answers(conn: &mut Conn, mine: &[(&Work, &Held)]) -> Result<(), Fail> {
    let mut b = ANSWERS.batch(conn.is_lite(), 0);
    for (w, _) in mine {
        if let Some(answer) = &w.answer {
            b.id(w.lease.run.uuid()).doc(answer.as_str()).end();
        }
    }
    write(conn, &ANSWERS, b).await
}

async fn write(conn: &mut Conn, text: &'static Bulk, b: Batch<'_>) -> Result<(), Fail> {
    if !b.is_empty() {
        conn.bulk(text, b).await?;
    }
    Ok(())
}
