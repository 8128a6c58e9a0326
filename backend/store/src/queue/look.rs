//! What waits, queue by queue: a walk over the index that jumps from one queue to the next, so
//! that a million jobs of one queue cost as much as one.

use std::collections::HashMap;

use domain::Time;
use domain::gate::GateKey;
use domain::ids::{FlowId, NodeId, WorkspaceId};
use domain::limits;
use uuid::Uuid;

use super::words::{Look, Priority, QueueKey, Waiting};
use crate::Error;
use crate::db::Db;
use crate::sql::{Row, vals};

/// Two things are for SQLite. It compares whole rows with an index only if the other side's numbers
/// are values (the pluses), not columns with a type of their own. And it begins at the row that it
/// compares with, even for "greater": the largest time takes it past all jobs of the queue. One is
/// for PostgreSQL: the order in which due jobs are counted keeps it from reading the whole table.
///
/// Now, the queue after which to begin (four parts), how many queues, how many jobs are counted.
const QUEUES: &str = "
    WITH RECURSIVE q (priority, retry, flow, gate, workspace, due_at, n) AS (
      SELECT * FROM (
        SELECT priority, retry, flow, gate, workspace, due_at, 1 FROM jobs
        WHERE node IS NULL AND blocked = 0
          AND (priority, retry, flow, gate, due_at) > ($2, $3, $4, $5, 9223372036854775807)
        ORDER BY priority, retry, flow, gate, due_at LIMIT 1) AS first
      UNION ALL
      SELECT k.priority, k.retry, k.flow, k.gate, k.workspace, k.due_at, q.n + 1
      FROM q JOIN jobs k ON k.run = (
        SELECT j.run FROM jobs j
        WHERE j.node IS NULL AND j.blocked = 0
          AND (j.priority, j.retry, j.flow, j.gate, j.due_at)
            > (+q.priority, +q.retry, q.flow, q.gate, 9223372036854775807)
        ORDER BY j.priority, j.retry, j.flow, j.gate, j.due_at LIMIT 1)
      WHERE q.n < $6
    )
    SELECT q.priority, q.retry, q.flow, q.gate, q.workspace, q.due_at,
      CASE WHEN q.due_at > $1 THEN 0 ELSE (
        SELECT count(*) FROM (
          SELECT 1 FROM jobs j WHERE j.node IS NULL AND j.blocked = 0
            AND j.priority = q.priority AND j.retry = q.retry AND j.flow = q.flow
            AND j.gate = q.gate AND j.due_at <= $1
          ORDER BY j.due_at LIMIT $7) AS c) END,
      (SELECT count(*) FROM flows f WHERE f.id = q.flow AND f.state = 'paused')
    FROM q ORDER BY q.n";

/// Runs that other nodes execute.
const ELSEWHERE: &str = "
    SELECT flow, count(*) FROM jobs WHERE node IS NOT NULL AND node <> $1 GROUP BY flow";

impl Db {
    /// What waits at `now`, from the queue after `after` on, at most [`limits::QUEUES_READ`]
    /// queues. Of a queue at most [`limits::CLAIM_BATCH`] due jobs are counted.
    pub async fn queues(
        &self,
        me: NodeId,
        now: Time,
        after: Option<QueueKey>,
    ) -> Result<Look, Error> {
        let (priority, retry, flow, gate) = match after {
            Some(q) => {
                (q.priority.number(), i64::from(q.retry), q.flow.uuid(), Uuid::from_bytes(q.gate.0))
            }
            None => (i64::MIN, 0, Uuid::nil(), Uuid::nil()),
        };
        let most = i64::try_from(limits::CLAIM_BATCH).unwrap_or(i64::MAX);
        let args = vals![now, priority, retry, flow, gate, limits::QUEUES_READ, most];
        let rows = self.rows(QUEUES, args).await?;
        let queues = rows.iter().map(waiting).collect::<Result<Vec<_>, Error>>()?;
        let full = i64::try_from(queues.len()).is_ok_and(|n| n >= limits::QUEUES_READ);
        let more_after = queues.last().filter(|_| full).map(|w| w.queue);
        let due = queues.iter().any(|w| w.due > 0);
        // On SQLite there is no other node.
        let alone = !due || self.is_sqlite();
        let elsewhere = if alone { HashMap::new() } else { self.elsewhere(me).await? };
        Ok(Look { queues, more_after, elsewhere })
    }

    async fn elsewhere(&self, me: NodeId) -> Result<HashMap<FlowId, usize>, Error> {
        let mut out = HashMap::new();
        for row in self.rows(ELSEWHERE, vals![me.uuid()]).await? {
            let mut c = row.cursor();
            out.insert(FlowId(c.id()?), usize::try_from(c.int()?).unwrap_or(usize::MAX));
        }
        Ok(out)
    }
}

fn waiting(row: &Row) -> Result<Waiting, Error> {
    let mut c = row.cursor();
    Ok(Waiting {
        queue: QueueKey {
            priority: Priority::of(c.int()?),
            retry: c.flag()?,
            flow: FlowId(c.id()?),
            gate: GateKey(*c.id()?.as_bytes()),
        },
        workspace: WorkspaceId(c.id()?),
        first_due: c.time()?,
        due: usize::try_from(c.int()?).unwrap_or(0),
        paused: c.flag()?,
    })
}
