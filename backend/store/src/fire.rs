//! A trigger fires: its events and how far it has come are one commit, so that nothing is lost and
//! nothing comes twice, whichever node does it and wherever it dies.

use std::sync::Arc;

use domain::Time;
use domain::ids::{ConnectionId, FlowId, ImportId};
use serde_json::Value;

use crate::commit::op::Tx;
use crate::commit::order::{Order, wanted};
use crate::commit::prepare::{Delivery, json};
use crate::commit::{Fail, ingest};
use crate::db::Db;
use crate::imports::ImportState;
use crate::sql::{Val, vals};
use crate::{Error, Ingest, Ingested};

/// Events made by this product itself, with the progress that they stand for.
pub struct Fire {
    pub from: FireFrom,
    pub deliveries: Vec<Ingest>,
}

/// Whose events they are and how it goes on from here.
#[derive(Clone, Debug)]
pub enum FireFrom {
    /// A schedule or a poll.
    Trigger {
        flow: FlowId,
        /// The guard that was seen.
        guard: i64,
        next_due: Option<Time>,
        cursor: Value,
        status: Value,
        /// None: as before.
        seen: Option<Vec<u8>>,
        /// The broken connection that it waits for.
        waits: Option<ConnectionId>,
    },
    /// The next rows of an import.
    Import {
        id: ImportId,
        guard: i64,
        /// Rows that are started with this.
        done: i64,
        state: ImportState,
        note: Option<String>,
        next_due: Option<Time>,
        finished_at: Option<Time>,
    },
    /// A person; there is nothing to go on with.
    Hand,
}

/// What became of a [`Fire`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fired {
    /// One outcome per delivery.
    Stored(Vec<Ingested>),
    /// Another node was first, or the flow has changed: nothing was done.
    Lost,
}

/// Only for a row that fits the flow as it is now.
const TRIGGER: &str = "
    UPDATE trigger_state SET next_due = $3, cursor = $4, status = $5, seen = coalesce($6, seen),
      waits = $7, node = NULL, epoch = 0, guard = guard + 1
    WHERE flow = $1 AND guard = $2 AND EXISTS (
      SELECT 1 FROM flows f WHERE f.id = $1 AND f.generation = trigger_state.generation)";

const IMPORT: &str = "
    UPDATE imports SET done = $3, state = $4, note = $5, next_due = $6, finished_at = $7,
      guard = guard + 1
    WHERE id = $1 AND guard = $2";

const PIECES: &str = "DELETE FROM import_pieces WHERE import = $1";

impl Db {
    /// Stores the events of a trigger and its progress in one commit.
    pub async fn fire(&self, f: Fire) -> Result<Fired, Error> {
        if !f.deliveries.is_empty() {
            self.has_room()?;
        }
        let mut deliveries = Vec::with_capacity(f.deliveries.len());
        for i in f.deliveries {
            deliveries.push(Delivery::new(i, &self.0.sealer)?.0);
        }
        let work = Arc::new((Change::new(f.from)?, deliveries));
        let now = self.now();
        self.write(move |tx| {
            let work = work.clone();
            Box::pin(async move { fire(tx, &work.0, &work.1, now).await })
        })
        .await
    }
}

/// The change of the row, as statement and values.
struct Change {
    sql: Option<(&'static str, Vec<Val>)>,
    /// The import that has ended.
    ended: Option<ImportId>,
}

impl Change {
    fn new(from: FireFrom) -> Result<Self, Error> {
        Ok(match from {
            FireFrom::Hand => Self { sql: None, ended: None },
            FireFrom::Trigger { flow, guard, next_due, cursor, status, seen, waits } => {
                let values = vals![
                    flow.uuid(),
                    guard,
                    next_due,
                    json(&cursor)?,
                    json(&status)?,
                    Val::Blob(seen),
                    waits.map(ConnectionId::uuid)
                ];
                Self { sql: Some((TRIGGER, values)), ended: None }
            }
            FireFrom::Import { id, guard, done, state, note, next_due, finished_at } => {
                let values = vals![
                    id.uuid(),
                    guard,
                    done,
                    state.as_str(),
                    note.as_deref(),
                    next_due,
                    finished_at
                ];
                let ended = (state != ImportState::Running).then_some(id);
                Self { sql: Some((IMPORT, values)), ended }
            }
        })
    }
}

async fn fire(
    tx: Tx<'_>,
    change: &Change,
    deliveries: &[Delivery],
    now: Time,
) -> Result<Fired, Fail> {
    if let Some((sql, values)) = &change.sql
        && tx.conn.exec(*sql, values.clone()).await? == 0
    {
        return Ok(Fired::Lost);
    }
    if let Some(id) = change.ended {
        tx.conn.exec(PIECES, vals![id.uuid()]).await?;
    }
    let batch: Vec<&Delivery> = deliveries.iter().collect();
    if batch.is_empty() {
        return Ok(Fired::Stored(Vec::new()));
    }
    let order = Order::of(tx.conn, &[], wanted(&batch), tx.effects).await?;
    Ok(Fired::Stored(ingest::batch(tx.conn, &batch, (order, now), tx.effects).await?))
}
