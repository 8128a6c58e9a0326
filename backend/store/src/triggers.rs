//! The state of triggers that are not webhooks: when each is due, how far it has come, who has it.
//! Every change names the `guard` that its maker has seen, so that of several nodes one wins.

use domain::Time;
use domain::flow::catalogue::Source;
use domain::ids::{FlowId, RunId, WorkspaceId};
use serde_json::Value;

use crate::commit::prepare::json;
use crate::db::Db;
use crate::sql::{Row, vals};
use crate::{Error, NodeLease};

/// The trigger of one published flow.
#[derive(Clone, Debug)]
pub struct TriggerRow {
    pub flow: FlowId,
    pub workspace: WorkspaceId,
    pub source: Source,
    /// The trigger as it was published.
    pub settings: String,
    /// That of the flow when this row was made to fit it.
    pub generation: i64,
    /// Raised by every change.
    pub guard: i64,
    /// When it is looked at; none while the flow is paused, or if it is never due again.
    pub next_due: Option<Time>,
    /// How far it has come.
    pub cursor: Value,
    /// What came of it last, for people.
    pub status: Value,
    /// 8 bytes for each record that was taken, oldest first.
    pub seen: Vec<u8>,
}

/// How a row is to be from now on.
#[derive(Clone, Debug)]
pub struct TriggerPlan {
    pub flow: FlowId,
    pub workspace: WorkspaceId,
    pub source: Source,
    pub settings: String,
    pub generation: i64,
    /// The guard of the row that is replaced; none if there is none.
    pub over: Option<i64>,
    pub next_due: Option<Time>,
    pub cursor: Value,
    pub status: Value,
    pub seen: Vec<u8>,
}

/// A flow that was published once and has changed.
#[derive(Clone, Copy, Debug)]
pub struct ChangedFlow {
    pub id: FlowId,
    pub workspace: WorkspaceId,
    pub generation: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT t.flow, t.workspace, t.source, t.settings, t.generation, t.guard, t.next_due,
               t.cursor, t.status, t.seen
             FROM trigger_state t ",
            $rest
        )
    };
}

/// A row that a living node has is not due.
const DUE: &str = select!(
    "WHERE t.next_due <= $1 AND NOT EXISTS (
       SELECT 1 FROM nodes n WHERE n.id = t.node AND n.epoch = t.epoch)
     ORDER BY t.next_due, t.flow LIMIT $2"
);

const NEXT: &str = "
    SELECT min(due) FROM (
      SELECT min(next_due) AS due FROM trigger_state WHERE next_due IS NOT NULL AND node IS NULL
      UNION ALL
      SELECT min(next_due) FROM subscriptions WHERE next_due IS NOT NULL AND node IS NULL
      UNION ALL SELECT min(until) FROM subscription_wants WHERE until IS NOT NULL
      UNION ALL SELECT min(next_due) FROM imports WHERE next_due IS NOT NULL) d";

const CHANGED: &str = "
    SELECT id, workspace, generation FROM flows WHERE generation > $1 AND version > 0
    ORDER BY generation LIMIT $2";

const PUT: &str = "
    INSERT INTO trigger_state (flow, workspace, source, settings, generation, guard, next_due, node,
      epoch, waits, cursor, status, seen)
    VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, 0, NULL, $8, $9, $10)
    ON CONFLICT (flow) DO UPDATE SET source = excluded.source, settings = excluded.settings,
      generation = excluded.generation, guard = excluded.guard, next_due = excluded.next_due,
      node = NULL, epoch = 0, waits = NULL, cursor = excluded.cursor, status = excluded.status,
      seen = excluded.seen
    WHERE trigger_state.guard = $11 AND trigger_state.generation < excluded.generation";

const TAKE: &str = "
    UPDATE trigger_state SET node = $3, epoch = $4, guard = guard + 1
    WHERE flow = $1 AND guard = $2";

const GIVE_BACK: &str = "
    UPDATE trigger_state SET node = NULL, epoch = 0, next_due = $3, guard = guard + 1
    WHERE flow = $1 AND guard = $2";

const WAKE: &str = "
    UPDATE trigger_state SET next_due = $1, waits = NULL, guard = guard + 1
    WHERE waits IS NOT NULL AND next_due IS NOT NULL AND EXISTS (
      SELECT 1 FROM connections c WHERE c.id = trigger_state.waits AND c.state <> 'broken')";

const DROP: &str = "
    DELETE FROM trigger_state WHERE NOT EXISTS (
      SELECT 1 FROM flows f WHERE f.id = trigger_state.flow)";

impl Db {
    /// The trigger of a flow, if it has state.
    pub async fn trigger(&self, flow: FlowId) -> Result<Option<TriggerRow>, Error> {
        let row = self.row(select!("WHERE t.flow = $1"), vals![flow.uuid()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// The triggers of a workspace that have state.
    pub async fn triggers(&self, ws: WorkspaceId) -> Result<Vec<TriggerRow>, Error> {
        let sql = select!("WHERE t.workspace = $1 ORDER BY t.flow");
        self.rows(sql, vals![ws.uuid()]).await?.iter().map(read).collect()
    }

    /// Triggers that are due and that no living node has.
    pub async fn due_triggers(&self, now: Time, max: i64) -> Result<Vec<TriggerRow>, Error> {
        self.rows(DUE, vals![now, max]).await?.iter().map(read).collect()
    }

    /// When the next trigger or import is due.
    pub async fn next_trigger_due(&self) -> Result<Option<Time>, Error> {
        match self.row(NEXT, Vec::new()).await? {
            Some(row) => row.cursor().opt_time(),
            None => Ok(None),
        }
    }

    /// Flows that were published once and changed after `generation`, in the order of their
    /// changes.
    pub async fn changed_flows(
        &self,
        generation: i64,
        max: i64,
    ) -> Result<Vec<ChangedFlow>, Error> {
        let rows = self.rows(CHANGED, vals![generation, max]).await?;
        let one = |row: &Row| {
            let mut c = row.cursor();
            Ok(ChangedFlow {
                id: FlowId(c.id()?),
                workspace: WorkspaceId(c.id()?),
                generation: c.int()?,
            })
        };
        rows.iter().map(one).collect()
    }

    /// Makes the state of a trigger fit its flow. False: the row has changed since it was read, or
    /// fits already.
    pub async fn put_trigger(&self, p: &TriggerPlan) -> Result<bool, Error> {
        let (cursor, status) = (json(&p.cursor)?, json(&p.status)?);
        let p = p.clone();
        self.write(move |tx| {
            let (p, cursor, status) = (p.clone(), cursor.clone(), status.clone());
            Box::pin(async move {
                let over = p.over.unwrap_or(-1);
                let values = vals![
                    p.flow.uuid(),
                    p.workspace.uuid(),
                    p.source.as_str(),
                    p.settings,
                    p.generation,
                    over + 1,
                    p.next_due,
                    cursor,
                    status,
                    p.seen,
                    over
                ];
                Ok(tx.conn.exec(PUT, values).await? > 0)
            })
        })
        .await
    }

    /// Removes the state of a flow whose trigger has none any more.
    pub async fn drop_trigger(&self, flow: FlowId, generation: i64) -> Result<(), Error> {
        self.write(move |tx| {
            Box::pin(async move {
                let sql = "DELETE FROM trigger_state WHERE flow = $1 AND generation < $2";
                tx.conn.exec(sql, vals![flow.uuid(), generation]).await?;
                Ok(())
            })
        })
        .await
    }

    /// Removes what deleted flows left behind, and wakes the triggers whose broken connection
    /// works again.
    pub async fn tidy_triggers(&self, now: Time) -> Result<(), Error> {
        self.write(move |tx| {
            Box::pin(async move {
                tx.conn.exec(DROP, Vec::new()).await?;
                tx.conn.exec(WAKE, vals![now]).await?;
                Ok(())
            })
        })
        .await
    }

    /// Takes a due trigger for this node until it fires, is given back, or the node is dead; its
    /// new guard. None: another node was first.
    pub async fn take_trigger(
        &self,
        flow: FlowId,
        guard: i64,
        n: NodeLease,
    ) -> Result<Option<i64>, Error> {
        self.write(move |tx| {
            Box::pin(async move {
                let values = vals![flow.uuid(), guard, n.node.uuid(), n.epoch];
                let taken = tx.conn.exec(TAKE, values).await? > 0;
                Ok(taken.then_some(guard + 1))
            })
        })
        .await
    }

    /// Lets a trigger go without anything done; it is looked at again at `due`.
    pub async fn give_back_trigger(
        &self,
        flow: FlowId,
        guard: i64,
        due: Time,
    ) -> Result<(), Error> {
        self.write(move |tx| {
            Box::pin(async move {
                tx.conn.exec(GIVE_BACK, vals![flow.uuid(), guard, due]).await?;
                Ok(())
            })
        })
        .await
    }

    /// Whether one of these runs has not ended. A parked run counts as ended: it may wait for a
    /// person for days.
    pub async fn any_unfinished(&self, runs: &[RunId]) -> Result<bool, Error> {
        for run in runs {
            let sql = "SELECT 1 FROM jobs WHERE run = $1";
            if self.row(sql, vals![run.uuid()]).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn read(row: &Row) -> Result<TriggerRow, Error> {
    let mut c = row.cursor();
    Ok(TriggerRow {
        flow: FlowId(c.id()?),
        workspace: WorkspaceId(c.id()?),
        source: c.word(Source::parse)?,
        settings: c.text()?,
        generation: c.int()?,
        guard: c.int()?,
        next_due: c.opt_time()?,
        cursor: c.json()?,
        status: c.json()?,
        seen: c.blob()?,
    })
}
