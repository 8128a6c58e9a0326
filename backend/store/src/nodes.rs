//! Nodes and their leases (semantics S5). A job is held by (node, epoch, token); raising the
//! node's epoch takes all of its jobs away at once.
//!
//! On SQLite there is one node, guarded by the lock of the data folder: it needs no renewing, and
//! whatever an older boot held is freed when the next one joins. On PostgreSQL the database's
//! clock decides whether a node is alive.

use domain::ids::NodeId;
use domain::limits;
use domain::node::{NodeView, Role};

use crate::commit::Fail;
use crate::commit::op::Tx;
use crate::db::Db;
use crate::sql::{Conn, Row, vals};
use crate::{Error, NodeLease};

/// A freed job keeps the action that its holder may have been sending.
const FREE_CRASHED: &str = "
    UPDATE jobs SET node = NULL, crashes = crashes + 1,
      priority = CASE WHEN cancel = 1 THEN -1 ELSE priority END,
      interrupted = coalesce(interrupted, begun), begun = NULL
    WHERE node IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM nodes WHERE nodes.id = jobs.node AND nodes.epoch = jobs.epoch)";

const FREE_LEFT: &str = "
    UPDATE jobs SET node = NULL, interrupted = coalesce(interrupted, begun), begun = NULL,
      priority = CASE WHEN cancel = 1 THEN -1 ELSE priority END
    WHERE node = $1 AND epoch = $2";

const ADD: &str = "INSERT INTO nodes (id, epoch, alive_until, role) VALUES ($1, $2, $3, $4)";

/// Added to the database's clock, in microseconds.
const ADD_PG: &str = "
    INSERT INTO nodes (id, epoch, alive_until, role)
    VALUES ($1, $2, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + $3, $4)";

const NODES: &str = "SELECT id, role, alive_until, 1 FROM nodes ORDER BY id";

const NODES_PG: &str = "
    SELECT id, role, alive_until,
      (alive_until >= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)::int::bigint
    FROM nodes WHERE alive_until < 9223372036854775807 ORDER BY id";

const RENEW: &str = "
    UPDATE nodes
    SET alive_until = (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + $3
    WHERE id = $1 AND epoch = $2";

const FENCE: &str = "
    UPDATE nodes SET epoch = epoch + 1, alive_until = 9223372036854775807
    WHERE alive_until < (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

/// Keeps these nodes from being fenced until the transaction ends, so that no job is given to a
/// node that loses its epoch meanwhile.
pub(crate) async fn hold(conn: &mut Conn, nodes: &[NodeId]) -> Result<(), Fail> {
    if conn.is_lite() {
        return Ok(());
    }
    for node in nodes {
        conn.rows("SELECT 1 FROM nodes WHERE id = $1 FOR SHARE", vals![node.uuid()]).await?;
    }
    Ok(())
}

impl Db {
    /// Registers this process. On SQLite everything that an older boot had claimed is freed, one
    /// crash counted for each.
    pub async fn join(&self) -> Result<NodeLease, Error> {
        self.join_as(Role::All).await
    }

    /// The same, with what the node does.
    pub async fn join_as(&self, role: Role) -> Result<NodeLease, Error> {
        let node = NodeId::new(self.now());
        self.write(move |tx| Box::pin(join(tx, node, role))).await
    }

    /// The nodes of this database, those that were fenced or have left not among them.
    pub async fn nodes(&self) -> Result<Vec<NodeView>, Error> {
        let sql = if self.is_sqlite() { NODES } else { NODES_PG };
        let rows = self.rows(sql, Vec::new()).await?;
        let view = |row: &Row| {
            let mut c = row.cursor();
            let (id, role) = (NodeId(c.id()?), c.word(Role::parse)?);
            let (until, alive) = (c.time()?, c.flag()?);
            let alive_until = Some(until).filter(|t| t.0 != i64::MAX);
            Ok(NodeView { id, role, alive_until, alive })
        };
        rows.iter().map(view).collect()
    }

    /// Prolongs the lease by 20 s. False: this node was fenced and must start nothing more.
    pub async fn renew(&self, n: NodeLease) -> Result<bool, Error> {
        if self.is_sqlite() {
            let found = self
                .rows(
                    "SELECT 1 FROM nodes WHERE id = $1 AND epoch = $2",
                    vals![n.node.uuid(), n.epoch],
                )
                .await?;
            return Ok(!found.is_empty());
        }
        self.write(move |tx| {
            Box::pin(async move {
                let lease = limits::LEASE.micros();
                let n = tx.conn.exec(RENEW, vals![n.node.uuid(), n.epoch, lease]).await?;
                Ok(n > 0)
            })
        })
        .await
    }

    /// Takes the jobs of nodes that did not renew in time. How many were freed.
    pub async fn fence_dead(&self) -> Result<u64, Error> {
        if self.is_sqlite() {
            return Ok(0);
        }
        self.write(|tx| {
            Box::pin(async move {
                tx.conn.exec(FENCE, Vec::new()).await?;
                let freed = tx.conn.exec(FREE_CRASHED, Vec::new()).await?;
                tx.effects.work = freed > 0;
                if freed > 0 {
                    tx.effects.news.note_vaguely();
                }
                Ok(freed)
            })
        })
        .await
    }

    /// Gives this node's jobs back at a clean shutdown: no crash is counted. A job whose unsafe
    /// action was begun still says so to the next worker.
    pub async fn leave(&self, n: NodeLease) -> Result<(), Error> {
        self.write(move |tx| {
            Box::pin(async move {
                let (node, epoch) = (n.node.uuid(), n.epoch);
                tx.conn
                    .exec(
                        "UPDATE nodes SET epoch = epoch + 1, alive_until = 9223372036854775807
                         WHERE id = $1 AND epoch = $2",
                        vals![node, epoch],
                    )
                    .await?;
                tx.conn.exec(FREE_LEFT, vals![node, epoch]).await?;
                tx.effects.work = true;
                Ok(())
            })
        })
        .await
    }
}

async fn join(tx: Tx<'_>, node: NodeId, role: Role) -> Result<NodeLease, Fail> {
    let lite = tx.conn.is_lite();
    let mut epoch = 1;
    if lite {
        let rows =
            tx.conn.rows("SELECT coalesce(max(epoch), 0) + 1 FROM nodes", Vec::new()).await?;
        if let Some(row) = rows.first() {
            epoch = row.cursor().int()?;
        }
        tx.conn.exec("DELETE FROM nodes", Vec::new()).await?;
        tx.conn.exec(ADD, vals![node.uuid(), epoch, i64::MAX, role.as_str()]).await?;
        tx.conn.exec(FREE_CRASHED, Vec::new()).await?;
    } else {
        let lease = limits::LEASE.micros();
        tx.conn.exec(ADD_PG, vals![node.uuid(), epoch, lease, role.as_str()]).await?;
    }
    tx.effects.work = true;
    Ok(NodeLease { node, epoch })
}
