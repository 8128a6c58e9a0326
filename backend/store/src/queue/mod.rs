//! Claiming jobs. The transition is the same on both databases; how two workers are kept apart is
//! not: one writer on SQLite, locked rows on PostgreSQL.

pub(crate) mod postgres;
mod sqlite;

use domain::Time;
use domain::ids::{FlowId, RunId};
use domain::limits;

use crate::commit::Fail;
use crate::commit::op::Tx;
use crate::db::Db;
use crate::sql::vals;
use crate::{Claim, Error, Lease, NodeLease};

const NEXT_DUE: &str = "
    SELECT min(due_at) FROM jobs
    WHERE node IS NULL AND flow NOT IN (SELECT id FROM flows WHERE state = 'paused')";

impl Db {
    /// Takes up to `max` jobs (at most 64) that are due and that nobody has; jobs of paused flows
    /// stay, except those to be cancelled. Empty if this node was fenced.
    pub async fn claim(&self, n: NodeLease, max: usize) -> Result<Vec<Claim>, Error> {
        let max = i64::try_from(max.min(limits::CLAIM_BATCH)).unwrap_or(0);
        if max == 0 {
            return Ok(Vec::new());
        }
        let now = self.now();
        self.write(move |tx| Box::pin(claim(tx, n, now, max))).await
    }

    /// When the next free job is due.
    pub async fn next_due(&self) -> Result<Option<Time>, Error> {
        match self.row(NEXT_DUE, Vec::new()).await? {
            Some(row) => row.cursor().opt_time(),
            None => Ok(None),
        }
    }
}

async fn claim(tx: Tx<'_>, n: NodeLease, now: Time, max: i64) -> Result<Vec<Claim>, Fail> {
    let text = if tx.conn.is_lite() { sqlite::CLAIM } else { postgres::CLAIM };
    let rows = tx.conn.rows(text, vals![n.node.uuid(), n.epoch, now, max]).await?;
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let mut c = row.cursor();
        let run = RunId(c.id()?);
        let flow = FlowId(c.id()?);
        let lease = Lease { run, node: n.node, epoch: n.epoch, token: c.int()? };
        let due = c.int()?;
        let claim = Claim {
            lease,
            flow,
            begun: c.opt_text()?.into(),
            interrupted: c.opt_text()?.into(),
            crashes: c.int()?,
            cancel: c.flag()?,
        };
        out.push((due, claim));
    }
    // RETURNING promises no order.
    out.sort_by_key(|(due, c)| (*due, c.lease.run));
    Ok(out.into_iter().map(|(_, c)| c).collect())
}
