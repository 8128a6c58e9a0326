//! The index of exact values (semantics S23): which events have which values, and how far the
//! indexer is. It lags behind the events and is worked off by one node at a time.

use std::sync::{Arc, LazyLock};

use domain::ids::{DeliveryId, EventId, WorkspaceId};
use domain::limits;
use uuid::Uuid;

use crate::commit::Fail;
use crate::commit::op::Tx;
use crate::db::Db;
use crate::nodes::hold;
use crate::sql::Kind::{Blob, Id, Int};
use crate::sql::{Bulk, Row, Val, vals};
use crate::{Error, NodeLease};

/// The indexer's place, held by this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchTurn {
    /// Every event up to this one has been indexed.
    pub cursor: EventId,
    lease: NodeLease,
}

/// An event that has not been indexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsearched {
    pub id: EventId,
    pub workspace: WorkspaceId,
    pub delivery: DeliveryId,
    pub item: i64,
    /// Bytes of the delivery's body.
    pub size: usize,
}

/// The hashes of an event's values, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Searched {
    pub event: EventId,
    pub hashes: Vec<i64>,
}

/// Free, or of a node that was fenced.
const TAKE: &str = "
    UPDATE search_state SET node = $1, epoch = $2
    WHERE id = 1
      AND (node IS NULL OR NOT EXISTS (
        SELECT 1 FROM nodes n WHERE n.id = search_state.node AND n.epoch = search_state.epoch))
      AND EXISTS (SELECT 1 FROM nodes n WHERE n.id = $1 AND n.epoch = $2)";

const STATE: &str = "
    SELECT cursor, (SELECT n.id FROM nodes n
      WHERE n.id = search_state.node AND n.epoch = search_state.epoch)
    FROM search_state WHERE id = 1";

/// Still mine, and alive.
macro_rules! mine {
    () => {
        " WHERE id = 1 AND node = $1 AND epoch = $2
            AND EXISTS (SELECT 1 FROM nodes n WHERE n.id = $1 AND n.epoch = $2)"
    };
}
/// The part that events go into: a full one is followed by the next.
const PART: &str = concat!(
    "UPDATE search_state SET part = part + CASE WHEN events >= $3 THEN 1 ELSE 0 END,
       events = $4 + CASE WHEN events >= $3 THEN 0 ELSE events END",
    mine!(),
    " RETURNING part"
);
const MOVE: &str = concat!("UPDATE search_state SET cursor = $3", mine!(), " AND cursor = $4");

const UNSEARCHED: &str = "
    SELECT e.id, e.workspace, e.delivery, e.item, d.body_bytes
    FROM events e JOIN deliveries d ON d.id = e.delivery
    WHERE e.id > $1 AND e.id <= $2
      AND NOT EXISTS (SELECT 1 FROM searched s WHERE s.event = e.id)
    ORDER BY e.id LIMIT $3";

static VALUES: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "INSERT INTO search (part, hash, event) SELECT v.part, v.hash, v.event FROM ",
        &[("event", Id), ("part", Int), ("hash", Int)],
        " WHERE true ON CONFLICT (part, hash, event) DO NOTHING",
    )
});
static EVENTS: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "INSERT INTO searched (event, part, hashes) SELECT v.event, v.part, v.hashes FROM ",
        &[("event", Id), ("part", Int), ("hashes", Blob)],
        " WHERE true ON CONFLICT (event) DO NOTHING",
    )
});

/// The newest events that have the value `$1`, at most `$2`, of every part that there is.
macro_rules! hits {
    () => {
        "WITH RECURSIVE parts (n) AS (
           SELECT part FROM search_state
           UNION ALL
           SELECT n - 1 FROM parts WHERE n > (SELECT coalesce(min(part), 0) FROM search))
         SELECT t.event FROM parts CROSS JOIN search t
         WHERE t.part = parts.n AND t.hash = $1 ORDER BY t.event DESC LIMIT $2"
    };
}
pub(crate) use hits;

/// Of events that are gone.
const OLD: &str = "
    SELECT s.event, s.part, s.hashes FROM searched s WHERE s.event < $1
      AND NOT EXISTS (SELECT 1 FROM events e WHERE e.id = s.event)
    ORDER BY s.event LIMIT $2";

const FORGET: &str = "DELETE FROM search WHERE part = $1 AND hash = $2 AND event = $3";

/// The greatest id.
const LAST: Uuid = Uuid::max();

impl Db {
    /// Takes the indexer's place for this node; none while another node has it.
    pub async fn search_turn(&self, lease: NodeLease) -> Result<Option<SearchTurn>, Error> {
        let mut state = self.search_state().await?;
        if state.is_some_and(|(_, holder)| holder.is_none()) {
            self.write(move |tx| {
                Box::pin(async move {
                    hold(tx.conn, &[lease.node]).await?;
                    tx.conn.exec(TAKE, vals![lease.node.uuid(), lease.epoch]).await?;
                    Ok(())
                })
            })
            .await?;
            state = self.search_state().await?;
        }
        let mine = state.filter(|(_, holder)| *holder == Some(lease.node.uuid()));
        Ok(mine.map(|(cursor, _)| SearchTurn { cursor, lease }))
    }

    async fn search_state(&self) -> Result<Option<(EventId, Option<Uuid>)>, Error> {
        let Some(row) = self.row(STATE, Vec::new()).await? else { return Ok(None) };
        let mut c = row.cursor();
        Ok(Some((EventId(c.id()?), c.opt_id()?)))
    }

    /// Events after one and up to another that are not indexed, oldest first.
    pub async fn unsearched(
        &self,
        after: EventId,
        until: Option<EventId>,
        most: i64,
    ) -> Result<Vec<Unsearched>, Error> {
        let until = until.map_or(LAST, EventId::uuid);
        let read = |row: &Row| {
            let mut c = row.cursor();
            Ok(Unsearched {
                id: EventId(c.id()?),
                workspace: WorkspaceId(c.id()?),
                delivery: DeliveryId(c.id()?),
                item: c.int()?,
                size: usize::try_from(c.int()?).unwrap_or(0),
            })
        };
        self.rows(UNSEARCHED, vals![after.uuid(), until, most]).await?.iter().map(read).collect()
    }

    /// Stores the values of events. False, and nothing stored: the place is not this node's any
    /// more.
    pub async fn add_searched(
        &self,
        turn: SearchTurn,
        events: Vec<Searched>,
    ) -> Result<bool, Error> {
        let events = Arc::new(events);
        self.write(move |tx| {
            let events = events.clone();
            Box::pin(async move { add(tx, turn.lease, &events).await })
        })
        .await
    }

    /// Every event up to this one has been indexed. False: the place is not this node's any more.
    pub async fn move_search(&self, turn: SearchTurn, to: EventId) -> Result<bool, Error> {
        let l = turn.lease;
        self.write(move |tx| {
            Box::pin(async move {
                hold(tx.conn, &[l.node]).await?;
                let vals = vals![l.node.uuid(), l.epoch, to.uuid(), turn.cursor.uuid()];
                Ok(tx.conn.exec(MOVE, vals).await? > 0)
            })
        })
        .await
    }

    /// Forgets the values of events before this id that are gone; how many rows.
    pub(crate) async fn sweep_search(&self, before: Uuid) -> Result<u64, Error> {
        let mut total = 0;
        loop {
            let rows = self.rows(OLD, vals![before, limits::RETENTION_SLICE]).await?;
            let mut old: Vec<(Uuid, i64, Vec<u8>)> = Vec::with_capacity(rows.len());
            for row in &rows {
                let mut c = row.cursor();
                old.push((c.id()?, c.int()?, c.blob()?));
            }
            if old.is_empty() {
                return Ok(total);
            }
            total += old.len() as u64;
            self.write(move |tx| {
                let old = old.clone();
                Box::pin(async move { forget(tx, &old).await })
            })
            .await?;
        }
    }
}

async fn add(tx: Tx<'_>, l: NodeLease, events: &[Searched]) -> Result<bool, Fail> {
    hold(tx.conn, &[l.node]).await?;
    let n = i64::try_from(events.len()).unwrap_or(i64::MAX);
    let rows = tx.conn.rows(PART, vals![l.node.uuid(), l.epoch, limits::SEARCH_PART, n]).await?;
    let Some(row) = rows.first() else { return Ok(false) };
    let part = row.cursor().int()?;
    let lite = tx.conn.is_lite();
    let packed: Vec<Vec<u8>> =
        events.iter().map(|e| e.hashes.iter().flat_map(|h| h.to_be_bytes()).collect()).collect();
    let mut values = VALUES.batch(lite, 0);
    let mut marks = EVENTS.batch(lite, events.len());
    let mut sorted: Vec<(i64, Uuid)> = Vec::new();
    for (e, hashes) in events.iter().zip(&packed) {
        marks.id(e.event.uuid()).int(part).blob(&**hashes).end();
        sorted.extend(e.hashes.iter().map(|h| (*h, e.event.uuid())));
    }
    // In the order of the table, so that a page is changed once.
    sorted.sort_unstable();
    for (hash, event) in sorted {
        values.id(event).int(part).int(hash).end();
    }
    if !values.is_empty() {
        tx.conn.bulk(&VALUES, values).await?;
    }
    if !marks.is_empty() {
        tx.conn.bulk(&EVENTS, marks).await?;
    }
    Ok(true)
}

async fn forget(tx: Tx<'_>, old: &[(Uuid, i64, Vec<u8>)]) -> Result<(), Fail> {
    for (event, part, hashes) in old {
        for h in hashes.chunks_exact(8) {
            let mut eight = [0; 8];
            eight.copy_from_slice(h);
            let vals = vals![*part, Val::from(i64::from_be_bytes(eight)), *event];
            tx.conn.exec(FORGET, vals).await?;
        }
        tx.conn.exec("DELETE FROM searched WHERE event = $1", vals![*event]).await?;
    }
    Ok(())
}
