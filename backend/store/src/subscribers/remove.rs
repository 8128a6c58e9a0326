//! The end of a subscriber: it is told of nothing more at once, what waits for it is cancelled, and
//! it goes with the last delivery under way.

use domain::ids::{SubscriberId, WorkspaceId};
use domain::{Time, limits};

use crate::Error;
use crate::commit::Fail;
use crate::commit::op::Tx;
use crate::db::Db;
use crate::flows::there;
use crate::generation::raise;
use crate::sql::vals;

const DELETED: &str = "
    UPDATE subscribers SET deleted_at = $3, updated_at = $3
    WHERE id = $1 AND workspace = $2 AND deleted_at IS NULL";
const PAUSED: &str = "UPDATE flows SET state = 'paused', generation = $2 WHERE id = $1";
const DROPPED: &str = "UPDATE events SET state = 'dropped' WHERE flow = $1 AND state = 'held'";

/// Priority and retry are named so that the index of free jobs finds the flow.
const FREE: &str = "
    SELECT run FROM jobs WHERE priority IN (-1, 0, 1) AND retry IN (0, 1) AND flow = $1
      AND node IS NULL AND blocked = 0
    LIMIT $2";
const FREE_JOB: &str = "DELETE FROM jobs WHERE run = $1 AND node IS NULL";
const CANCELLED: &str = "
    UPDATE runs SET state = 'cancelled', finished_at = $2
    WHERE id = $1 AND finished_at IS NULL";
/// Those that a worker has: it ends them before their next step.
const ASKED: &str = "UPDATE jobs SET cancel = 1 WHERE flow = $1 AND node IS NOT NULL";

const LEFT: &str = "SELECT id, workspace FROM subscribers WHERE deleted_at IS NOT NULL LIMIT $1";

impl Db {
    /// Removes a subscriber. Its history stays until retention takes it.
    pub async fn delete_subscriber(&self, ws: WorkspaceId, id: SubscriberId) -> Result<(), Error> {
        let now = self.now();
        self.write(move |mut tx| {
            Box::pin(async move {
                let generation = raise(&mut tx).await?;
                there(tx.conn.exec(DELETED, vals![id.uuid(), ws.uuid(), now]).await?)?;
                tx.conn.exec(PAUSED, vals![id.uuid(), generation]).await?;
                tx.conn.exec(DROPPED, vals![id.uuid()]).await?;
                Ok(())
            })
        })
        .await?;
        let mut left = limits::SUBSCRIBER_CANCELLED;
        loop {
            let n = self.cancel_waiting(id).await?;
            left -= n;
            if n == 0 || left <= 0 {
                break;
            }
        }
        self.remove_deleted(ws, id).await.map(|_| ())
    }

    /// Cancels a slice of what waits for a deleted subscriber; how many.
    async fn cancel_waiting(&self, id: SubscriberId) -> Result<i64, Error> {
        let now = self.now();
        self.write(move |tx| Box::pin(cancel(tx, id, now))).await
    }

    /// Removes the row and the flow of a deleted subscriber, unless a delivery is unfinished.
    async fn remove_deleted(&self, ws: WorkspaceId, id: SubscriberId) -> Result<bool, Error> {
        let removed = self.write(move |tx| Box::pin(remove(tx, ws, id))).await;
        match removed {
            Ok(()) => Ok(true),
            Err(Error::Changed) => Ok(false),
            Err(e) => Err(e),
        }
    }

    /// Goes on with deleted subscribers. How many rows went.
    pub(crate) async fn sweep_subscribers(&self) -> Result<u64, Error> {
        let mut n = 0;
        for row in self.rows(LEFT, vals![limits::RETENTION_SLICE]).await? {
            let mut c = row.cursor();
            let (id, ws) = (SubscriberId(c.id()?), WorkspaceId(c.id()?));
            let cancelled = self.cancel_waiting(id).await?;
            n += cancelled.unsigned_abs() + u64::from(self.remove_deleted(ws, id).await?);
        }
        Ok(n)
    }
}

async fn cancel(tx: Tx<'_>, id: SubscriberId, now: Time) -> Result<i64, Fail> {
    tx.conn.exec(ASKED, vals![id.uuid()]).await?;
    let rows = tx.conn.rows(FREE, vals![id.uuid(), limits::RETENTION_SLICE]).await?;
    let mut n = 0;
    for row in &rows {
        let run = row.cursor().id()?;
        // A worker of another node may have taken it meanwhile.
        if tx.conn.exec(FREE_JOB, vals![run]).await? > 0 {
            tx.conn.exec(CANCELLED, vals![run, now]).await?;
            n += 1;
        }
    }
    tx.effects.jobs -= n;
    Ok(n)
}

async fn remove(tx: Tx<'_>, ws: WorkspaceId, id: SubscriberId) -> Result<(), Fail> {
    let Tx { conn, effects } = tx;
    crate::flows::delete(Tx { conn: &mut *conn, effects }, ws, id.flow()).await?;
    conn.exec("DELETE FROM subscribers WHERE id = $1", vals![id.uuid()]).await?;
    Ok(())
}
