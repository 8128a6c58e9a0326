//! Claims that are given back unstarted: the next claim finds the job as this one did.

use domain::Time;
use domain::limits;

use crate::commit::Fail;
use crate::db::Db;
use crate::sql::{Conn, vals};
use crate::{Claim, Error, Lease, NodeLease};

/// What a dead holder had begun stays known, and so does what the next claim has to mark.
pub(super) const RELEASE: &str = "
    UPDATE jobs SET node = NULL, begun = NULL,
      due_at = CASE WHEN cancel = 1 THEN 0 ELSE $5 END,
      priority = CASE WHEN cancel = 1 THEN -1 ELSE priority END
    WHERE run = $1 AND node = $2 AND epoch = $3 AND token = $4";

const SUSPECTS: &str = "SELECT run FROM jobs WHERE node = $1 AND epoch = $2 AND crashes >= $3";

impl Db {
    /// Gives back a run with which nothing was done, to be claimed again from `due_at` on. A lease
    /// that is lost already changes nothing.
    pub async fn release(&self, l: Lease, due_at: Time) -> Result<(), Error> {
        self.write(move |tx| {
            Box::pin(async move {
                release(tx.conn, l, due_at).await?;
                tx.effects.run(l.run);
                tx.effects.work = true;
                Ok(())
            })
        })
        .await
    }
}

async fn release(conn: &mut Conn, l: Lease, due_at: Time) -> Result<(), Fail> {
    let (run, node) = (l.run.uuid(), l.node.uuid());
    conn.exec(RELEASE, vals![run, node, l.epoch, l.token, due_at]).await?;
    Ok(())
}

/// Leaves at most one suspect with this node: a run that was under way at so many crashes that it
/// may be their cause. Alone it kills the process alone, and those that were only near it are not
/// parked with it (semantics S5). Part of the claim's transaction, so that a crash finds the
/// others free.
pub(super) async fn set_aside(
    conn: &mut Conn,
    n: NodeLease,
    now: Time,
    claims: &mut Vec<(i64, Claim)>,
) -> Result<(), Fail> {
    let suspect = |c: &Claim| (limits::CRASHES_ALONE..limits::CRASHES).contains(&c.crashes);
    let mine = claims.iter().filter(|(_, c)| suspect(c)).count();
    if mine == 0 {
        return Ok(());
    }
    let least = limits::CRASHES_ALONE;
    let held = conn.rows(SUSPECTS, vals![n.node.uuid(), n.epoch, least]).await?.len();
    let given_up = claims.iter().filter(|(_, c)| c.crashes >= limits::CRASHES).count();
    let mut taken = held > mine + given_up;
    let mut kept = Vec::with_capacity(claims.len());
    let mut turn = now;
    for (due, claim) in claims.drain(..) {
        if suspect(&claim) {
            if taken {
                turn = turn.plus(limits::SUSPECT_TURN);
                release(conn, claim.lease, turn).await?;
                continue;
            }
            taken = true;
        }
        kept.push((due, claim));
    }
    *claims = kept;
    Ok(())
}
