//! The order of runs with one key (semantics S7). Of the unfinished runs of a key only the first
//! is free to be claimed; the others are blocked, and each end frees the next one.
//!
//! On PostgreSQL the row of a key is locked before any of its jobs is added, freed or removed, so
//! that an insert and an end cannot miss each other, and keys are locked in one sorted statement,
//! so that two commits never wait for each other in a circle.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use domain::ids::{FlowId, RunId};
use uuid::Uuid;

use super::prepare::Delivery;
use super::{Effects, Fail};
use crate::OrderKey;
use crate::sql::Kind::{Id, Int};
use crate::sql::{Batch, Bulk, Conn, vals};

/// An order key of a flow.
pub(crate) type Key = (FlowId, Uuid);

/// A run that has left the order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    pub(crate) key: Key,
    /// It was parked, so that it may keep the others waiting.
    pub(crate) parked: Option<RunId>,
}

/// The place of a new run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) key: Uuid,
    pub(crate) seq: i64,
    pub(crate) blocked: bool,
}

/// Takes places for new runs, and with them the lock. No places are taken for a run that ended,
/// which leaves the key's mode as it is.
static TAKE: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "INSERT INTO order_keys (flow, key, seq, hold) SELECT v.flow, v.key, v.places, v.hold FROM ",
        &[("flow", Id), ("key", Id), ("places", Int), ("hold", Int)],
        " WHERE true ORDER BY v.flow, v.key
         ON CONFLICT (flow, key) DO UPDATE SET seq = order_keys.seq + excluded.seq,
           hold = CASE WHEN excluded.seq = 0 THEN order_keys.hold ELSE excluded.hold END",
    )
});

static HOLD: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "UPDATE order_keys SET held_by = v.run FROM ",
        &[("flow", Id), ("key", Id), ("run", Id)],
        " WHERE order_keys.flow = v.flow AND order_keys.key = v.key AND order_keys.hold = 1",
    )
});

/// Frees the first job of each key, unless a parked run keeps it waiting.
static NEXT: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "UPDATE jobs SET blocked = 0 FROM (
           SELECT (SELECT j.run FROM jobs j WHERE j.flow = v.flow AND j.order_key = v.key
             ORDER BY j.order_seq LIMIT 1) AS run
           FROM ",
        &[("flow", Id), ("key", Id)],
        " WHERE NOT EXISTS (SELECT 1 FROM order_keys k
             WHERE k.flow = v.flow AND k.key = v.key AND k.held_by IS NOT NULL)) AS n
         WHERE jobs.run = n.run AND jobs.blocked = 1",
    )
});

static BUSY: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "SELECT k.flow, k.key, k.seq, CAST(CASE WHEN k.held_by IS NOT NULL OR EXISTS (
             SELECT 1 FROM jobs j WHERE j.flow = k.flow AND j.order_key = k.key)
           THEN 1 ELSE 0 END AS BIGINT) FROM ",
        &[("flow", Id), ("key", Id)],
        " CROSS JOIN order_keys k WHERE k.flow = v.flow AND k.key = v.key",
    )
});

/// The places that one commit gives.
#[derive(Default)]
pub(crate) struct Order {
    next: HashMap<Key, Place>,
}

/// The key as it is stored.
pub(crate) fn key(flow: FlowId, order: &OrderKey) -> Key {
    (flow, Uuid::from_bytes(order.hash))
}

/// The order keys of deliveries. Copies are among them: their places stay empty.
pub(crate) fn wanted<'d>(batch: &[&'d Delivery]) -> impl Iterator<Item = (FlowId, &'d OrderKey)> {
    batch.iter().flat_map(|d| {
        let runs = d.events.iter().filter_map(|e| e.run.as_ref());
        runs.filter_map(|r| r.order.as_ref()).map(|o| (d.new.flow, o))
    })
}

impl Order {
    /// Locks the keys, frees those who come after the ended runs, and takes places for new ones.
    /// No statement at all if there is nothing to do.
    pub(crate) async fn of<'o>(
        conn: &mut Conn,
        ended: &[Ended],
        new: impl Iterator<Item = (FlowId, &'o OrderKey)>,
        effects: &mut Effects,
    ) -> Result<Self, Fail> {
        // Places and mode of each key.
        let mut keys: BTreeMap<Key, (i64, bool)> = BTreeMap::new();
        for e in ended {
            keys.entry(e.key).or_default();
        }
        let mut adds = false;
        for (flow, order) in new {
            let k = keys.entry(key(flow, order)).or_default();
            *k = (k.0 + 1, order.hold);
            adds = true;
        }
        if keys.is_empty() {
            return Ok(Self::default());
        }
        let lite = conn.is_lite();
        // One writer needs no lock.
        if adds || !lite {
            let mut b = TAKE.batch(lite, keys.len());
            for ((flow, key), (places, hold)) in &keys {
                b.id(flow.uuid()).id(*key).int(*places).int(i64::from(*hold)).end();
            }
            conn.bulk(&TAKE, b).await?;
        }
        hold(conn, ended).await?;
        let over: Vec<Key> = ended.iter().map(|e| e.key).collect();
        free(conn, &over, effects).await?;
        let new = keys.iter().filter(|(_, (places, _))| *places > 0);
        let next = places(conn, new.map(|(k, (n, _))| (*k, *n)).collect()).await?;
        Ok(Self { next })
    }

    /// The next place of a key.
    pub(crate) fn place(&mut self, key: Key) -> Option<Place> {
        let next = self.next.get_mut(&key)?;
        let mine = *next;
        (next.seq, next.blocked) = (mine.seq + 1, true);
        Some(mine)
    }
}

async fn hold(conn: &mut Conn, ended: &[Ended]) -> Result<(), Fail> {
    let mut b = HOLD.batch(conn.is_lite(), 0);
    for (e, run) in ended.iter().filter_map(|e| e.parked.map(|run| (e, run))) {
        b.id(e.key.0.uuid()).id(e.key.1).id(run.uuid()).end();
    }
    if !b.is_empty() {
        conn.bulk(&HOLD, b).await?;
    }
    Ok(())
}

/// Frees the first job of each key. The caller has locked them.
async fn free(conn: &mut Conn, keys: &[Key], effects: &mut Effects) -> Result<(), Fail> {
    if !keys.is_empty() {
        let freed = conn.bulk(&NEXT, rows(conn.is_lite(), &NEXT, keys)).await?;
        effects.work |= freed > 0;
    }
    Ok(())
}

/// The first of the places that were taken of each key.
async fn places(conn: &mut Conn, taken: HashMap<Key, i64>) -> Result<HashMap<Key, Place>, Fail> {
    if taken.is_empty() {
        return Ok(HashMap::new());
    }
    let keys: Vec<Key> = taken.keys().copied().collect();
    let mut next = HashMap::with_capacity(keys.len());
    for row in conn.bulk_rows(&BUSY, rows(conn.is_lite(), &BUSY, &keys)).await? {
        let mut c = row.cursor();
        let (flow, key, last) = (FlowId(c.id()?), c.id()?, c.int()?);
        let places = taken.get(&(flow, key)).copied().unwrap_or(0);
        let place = Place { key, seq: last - places + 1, blocked: c.flag()? };
        next.insert((flow, key), place);
    }
    Ok(next)
}

fn rows(lite: bool, text: &Bulk, keys: &[Key]) -> Batch<'static> {
    let mut b = text.batch(lite, keys.len());
    for (flow, key) in keys {
        b.id(flow.uuid()).id(*key).end();
    }
    b
}

/// The key of a job that nobody has, locked.
pub(crate) async fn lock_of_job(
    conn: &mut Conn,
    run: RunId,
    ws: Uuid,
) -> Result<Option<Key>, Fail> {
    let sql = "SELECT flow, order_key FROM jobs
      WHERE run = $1 AND workspace = $2 AND node IS NULL AND order_key IS NOT NULL";
    let rows = conn.rows(sql, vals![run.uuid(), ws]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut c = row.cursor();
    let key = (FlowId(c.id()?), c.id()?);
    if !conn.is_lite() {
        let sql = "SELECT 1 FROM order_keys WHERE flow = $1 AND key = $2 FOR UPDATE";
        conn.rows(sql, vals![key.0.uuid(), key.1]).await?;
    }
    Ok(Some(key))
}

/// Frees the first job of a key that the caller has locked.
pub(crate) async fn advance(conn: &mut Conn, key: Key, effects: &mut Effects) -> Result<(), Fail> {
    free(conn, &[key], effects).await
}

/// Takes the key from a parked run that keeps it, and locks it. None if it keeps none.
pub(crate) async fn take_from(conn: &mut Conn, run: RunId) -> Result<Option<Key>, Fail> {
    let sql = "UPDATE order_keys SET held_by = NULL WHERE held_by = $1 RETURNING flow, key";
    let rows = conn.rows(sql, vals![run.uuid()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut c = row.cursor();
    Ok(Some((FlowId(c.id()?), c.id()?)))
}

/// Forgets a key without an unfinished run; how many rows. It is locked before it is looked at:
/// an event of it that was being stored is seen then.
pub(crate) async fn forget(conn: &mut Conn, (flow, key): (Uuid, Uuid)) -> Result<u64, Fail> {
    if !conn.is_lite() {
        let sql = "SELECT 1 FROM order_keys WHERE flow = $1 AND key = $2 FOR UPDATE SKIP LOCKED";
        if conn.rows(sql, vals![flow, key]).await?.is_empty() {
            return Ok(0);
        }
    }
    let sql = "DELETE FROM order_keys WHERE flow = $1 AND key = $2 AND held_by IS NULL
      AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.flow = $1 AND j.order_key = $2)";
    Ok(conn.exec(sql, vals![flow, key]).await?)
}
