//! What people do to runs: cancel, and decide about a parked one.

use std::sync::Arc;

use domain::Time;
use domain::ids::{RunId, WorkspaceId};
use domain::run::RunState;

use crate::commit::Fail;
use crate::commit::apply::insert_steps;
use crate::commit::op::Tx;
use crate::commit::order;
use crate::commit::prepare::Step;
use crate::db::Db;
use crate::sql::vals;
use crate::{Error, Resolve, ResolveTo};

const CANCELLED: &str = "UPDATE runs SET state = 'cancelled', finished_at = $3
    WHERE id = $1 AND workspace = $2 AND state IN ('queued', 'waiting', 'parked')";

/// A new life of a run has tokens that no lease of an earlier one can have.
const JOB: &str = "
    INSERT INTO jobs (run, workspace, flow, due_at, epoch, token, crashes, cancel, order_key,
      order_seq)
    SELECT id, workspace, flow, $2, 0, $2, 0, 0, $3, $4 FROM runs WHERE id = $1";
/// The place of a run that kept the others of its key waiting: before all of them.
const FIRST: i64 = 0;

impl Db {
    /// Cancels a run and answers its state now: a run that nobody has is cancelled at once; one
    /// that a worker has stays `running` and ends before its next step; a final one stays as it
    /// is.
    pub async fn cancel(&self, ws: WorkspaceId, run: RunId) -> Result<RunState, Error> {
        let now = self.now();
        loop {
            // A worker may take the run between two looks at it.
            match self.write(move |tx| Box::pin(cancel(tx, ws, run, now))).await {
                Err(Error::Changed) => {}
                other => return other,
            }
        }
    }

    /// Sends a parked or failed run back to the queue, or a parked one to its end.
    /// [`Error::Changed`] if it is neither any more.
    pub async fn resolve(&self, ws: WorkspaceId, r: Resolve) -> Result<(), Error> {
        let step = Arc::new(r.step.clone().map(Step::new).transpose()?);
        self.write(move |tx| {
            let step = step.clone();
            let (run, to, at) = (r.run, r.to, r.at);
            Box::pin(async move { resolve(tx, ws, run, step.as_ref().as_ref(), to, at).await })
        })
        .await
    }
}

async fn cancel(tx: Tx<'_>, ws: WorkspaceId, id: RunId, now: Time) -> Result<RunState, Fail> {
    tx.effects.run(id);
    let (run, ws) = (id.uuid(), ws.uuid());
    let key = order::lock_of_job(tx.conn, id, ws).await?;
    let free = tx
        .conn
        .exec("DELETE FROM jobs WHERE run = $1 AND workspace = $2 AND node IS NULL", vals![run, ws])
        .await?;
    if free > 0 {
        tx.effects.jobs -= 1;
        tx.conn.exec(CANCELLED, vals![run, ws, now]).await?;
        if let Some(key) = key {
            order::advance(tx.conn, key, tx.effects).await?;
        }
        return Ok(RunState::Cancelled);
    }
    if key.is_some() {
        // Its worker may be about to end it, and wait for the key while this waits for the job.
        return Err(Error::Changed.into());
    }
    let asked = tx
        .conn
        .exec(
            "UPDATE jobs SET cancel = 1, due_at = CASE WHEN node IS NULL THEN 0 ELSE due_at END,
               priority = CASE WHEN node IS NULL THEN -1 ELSE priority END
             WHERE run = $1 AND workspace = $2",
            vals![run, ws],
        )
        .await?;
    if asked > 0 {
        return Ok(RunState::Running);
    }
    if tx.conn.exec(CANCELLED, vals![run, ws, now]).await? > 0 {
        if let Some(key) = order::take_from(tx.conn, id).await? {
            order::advance(tx.conn, key, tx.effects).await?;
        }
        return Ok(RunState::Cancelled);
    }
    let sql = "SELECT state FROM runs WHERE id = $1 AND workspace = $2";
    let rows = tx.conn.rows(sql, vals![run, ws]).await?;
    Ok(rows.first().ok_or(Error::NotFound)?.cursor().word(RunState::parse)?)
}

async fn resolve(
    tx: Tx<'_>,
    ws: WorkspaceId,
    run: RunId,
    step: Option<&Step>,
    to: ResolveTo,
    at: Time,
) -> Result<(), Fail> {
    let n = match to {
        ResolveTo::Queue => {
            let sql = "UPDATE runs SET state = 'queued', finished_at = NULL, error = NULL,
                step = NULL
              WHERE id = $1 AND workspace = $2 AND state IN ('parked', 'failed')";
            tx.conn.exec(sql, vals![run.uuid(), ws.uuid()]).await?
        }
        ResolveTo::End(state) => {
            let sql = "UPDATE runs SET state = $3, finished_at = $4
              WHERE id = $1 AND workspace = $2 AND state = 'parked'";
            tx.conn.exec(sql, vals![run.uuid(), ws.uuid(), state.as_str(), at]).await?
        }
    };
    if n == 0 {
        let sql = "SELECT 1 FROM runs WHERE id = $1 AND workspace = $2";
        let found = tx.conn.rows(sql, vals![run.uuid(), ws.uuid()]).await?;
        return Err(if found.is_empty() { Error::NotFound } else { Error::Changed }.into());
    }
    tx.effects.run(run);
    let steps: Vec<_> = step.into_iter().map(|s| (run, s)).collect();
    insert_steps(tx.conn, &steps).await?;
    let key = order::take_from(tx.conn, run).await?;
    if to == ResolveTo::Queue {
        let place = key.map(|_| FIRST);
        tx.conn.exec(JOB, vals![run.uuid(), at, key.map(|(_, k)| k), place]).await?;
        tx.effects.jobs += 1;
        tx.effects.work = true;
    } else if let Some(key) = key {
        order::advance(tx.conn, key, tx.effects).await?;
    }
    Ok(())
}
