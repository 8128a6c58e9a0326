//! The queue: what waits, and taking some of it. The transition is the same on both databases;
//! how two workers are kept apart is not: one writer on SQLite, locked rows on PostgreSQL.

mod look;
pub(crate) mod orphans;
pub(crate) mod postgres;
mod release;
mod sqlite;
pub(crate) mod words;

use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use domain::Time;
use domain::ids::{FlowId, RunId};
use domain::limits;
use uuid::Uuid;

use crate::commit::Fail;
use crate::commit::op::Tx;
use crate::db::Db;
use crate::sql::{Val, vals};
use crate::{Claim, Error, Lease, NodeLease, Priority, Share};

impl Db {
    /// Takes the oldest due jobs of each share, at most [`limits::CLAIM_BATCH`] in all, in the
    /// order in which they were due. What other workers took meanwhile is not made up for; jobs of
    /// paused flows stay, except those to be cancelled. Empty if this node was fenced.
    pub async fn claim(&self, n: NodeLease, shares: Vec<Share>) -> Result<Vec<Claim>, Error> {
        let shares = Arc::new(within(shares, limits::CLAIM_BATCH));
        if shares.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.now();
        let seen = Arc::<Mutex<Vec<Lease>>>::default();
        let taken = seen.clone();
        let claimed = self
            .write(move |tx| {
                let (shares, taken) = (shares.clone(), taken.clone());
                Box::pin(async move {
                    let claims = claim(tx, n, now, &shares).await?;
                    let leases = claims.iter().map(|c| c.lease).collect();
                    *taken.lock().unwrap_or_else(PoisonError::into_inner) = leases;
                    Ok(claims)
                })
            })
            .await;
        if claimed.is_err() && !self.is_sqlite() {
            let leases = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
            self.0.shared.orphans.add(leases, now);
        }
        claimed
    }
}

/// The shares cut down to so many jobs.
fn within(shares: Vec<Share>, mut left: usize) -> Vec<Share> {
    let mut out = Vec::with_capacity(shares.len());
    for mut s in shares {
        s.most = s.most.min(left);
        left -= s.most;
        if s.most > 0 {
            out.push(s);
        }
    }
    out
}

/// A number that no other claim has, not even one of which nobody knows whether it was committed.
fn token() -> i64 {
    let mut b = [0u8; 8];
    domain::ids::fill(&mut b);
    i64::from_be_bytes(b) & i64::MAX
}

async fn claim(tx: Tx<'_>, n: NodeLease, now: Time, shares: &[Share]) -> Result<Vec<Claim>, Fail> {
    let lite = tx.conn.is_lite();
    let mut shares = shares.to_vec();
    if !lite {
        postgres::keep_caps(tx.conn, &mut shares).await?;
    }
    let mut args = vals![n.node.uuid(), n.epoch, now, token()];
    let mut text = String::new();
    for (i, s) in shares.iter().enumerate() {
        if i > 0 {
            text.push_str("\nUNION ALL ");
        }
        oldest(&mut text, &mut args, s, lite);
    }
    let text = if lite { sqlite::claim(&text) } else { postgres::claim(&text) };
    let rows = tx.conn.rows(text, args).await?;
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
    release::set_aside(tx.conn, n, now, &mut out).await?;
    for (_, c) in &out {
        tx.effects.run(c.lease.run);
    }
    Ok(out.into_iter().map(|(_, c)| c).collect())
}

/// The oldest due jobs of one share. The time is `$3`; rows that another worker is taking are
/// passed over. The priorities stand in the text because they have a plan of their own: a run to
/// be cancelled does not wait for its flow.
fn oldest(text: &mut String, args: &mut Vec<Val>, s: &Share, lite: bool) {
    let q = &s.queue;
    let most = i64::try_from(s.most).unwrap_or(i64::MAX);
    let at = args.len();
    args.extend(vals![q.flow.uuid(), Uuid::from_bytes(q.gate.0), i64::from(q.retry), most]);
    let paused = match q.priority {
        Priority::Cancel => String::new(),
        Priority::Normal | Priority::Low => format!(
            " AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.id = ${} AND f.state = 'paused')",
            at + 1
        ),
    };
    let lock = if lite { "" } else { " FOR UPDATE SKIP LOCKED" };
    let _ = write!(
        text,
        "SELECT run FROM (SELECT j.run FROM jobs j
           WHERE j.node IS NULL AND j.blocked = 0 AND j.priority = {} AND j.flow = ${}
             AND j.gate = ${} AND j.retry = ${} AND j.due_at <= $3{paused}
           ORDER BY j.due_at LIMIT ${}{lock}) AS s{at}",
        q.priority.number(),
        at + 1,
        at + 2,
        at + 3,
        at + 4,
    );
}
